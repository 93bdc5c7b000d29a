//! Heap allocations of warm questions, counted by the allocator.

use std::alloc::System;

use booking_bench::INPUTS;
use booking_bench::single::Providers;
use booking_bench::teams::{Grid, Staff};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

use crate::table::Table;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// 256 warm questions from hours and rows, in order and not, and one to 50 providers, allocate nothing.
pub(crate) fn count(table: &mut Table) {
    let mut month = Providers::month();
    let staff = Staff::new(Grid::Shared);
    let mut pools = staff.pools(50);
    let mut work = || {
        month.end_to_end(0..INPUTS);
        month.unsorted(0..INPUTS);
        pools.any_of_each(0..1);
    };
    work();
    let region = Region::new(ALLOCATOR);
    work();
    let change = region.change();
    let count = change.allocations + change.reallocations + change.deallocations;
    table.add("heap operations of 256 warm W1 end to end, sorted and not, and a W2", count as f64, 0.0, "");
}
