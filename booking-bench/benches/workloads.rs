//! The workloads of docs/BENCHMARKS.md, each over all its inputs: `cargo bench -p booking-bench`.
//!
//! Each makes its inputs and checks its answers before it is timed; throughput is questions a second.

use std::hint::black_box;

use booking_bench::INPUTS;
use booking_bench::business::{Business, ask_all};
use booking_bench::capacity::Halls;
use booking_bench::history::LongLived;
use booking_bench::measure::Work;
use booking_bench::recurrence::Rules;
use booking_bench::single::{Additions, Checks, Providers};
use booking_bench::teams::{Grid, Staff};
use booking_core::conformance::block_on;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

fn bench(criterion: &mut Criterion, name: &str, mut all: impl FnMut() -> u64) {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(INPUTS as u64));
    group.bench_function("256 inputs", |bencher| bencher.iter(|| black_box(all())));
    group.finish();
}

/// W1: one provider, Monday to Friday 09:00 to 17:00 in New York, 60 bookings, half an hour every quarter, 31 days.
fn month(criterion: &mut Criterion) {
    let mut providers = Providers::month();
    bench(criterion, "W1 compiled", || providers.compiled(0..INPUTS));
    bench(criterion, "W1 end to end, bookings by start", || providers.end_to_end(0..INPUTS));
    bench(criterion, "W1 end to end, bookings in no order", || providers.unsorted(0..INPUTS));
}

/// W2: whoever of 50, and of 1,000, is free; on one grid and on mixed grids. W3: ten together.
fn teams(criterion: &mut Criterion) {
    for (grid, name) in [(Grid::Shared, "one grid"), (Grid::Mixed, "mixed grids")] {
        let staff = Staff::new(grid);
        let mut fifty = staff.pools(50);
        bench(criterion, &format!("W2 any of 50, {name}"), || fifty.any_of_each(0..INPUTS));
        let mut ten = staff.pools(10);
        bench(criterion, &format!("W3 all of 10, {name}"), || ten.all_of_each(0..INPUTS));
    }
    let staff = Staff::new(Grid::Shared);
    let mut thousand = staff.pools(1_000);
    bench(criterion, "W2b any of 1000, one grid", || thousand.any_of_each(0..INPUTS));
}

/// The questions of `cargo xtask load` without HTTP: catalogue, store, hours and bookings looked up each time.
fn scheduled(criterion: &mut Criterion) {
    let business = Business::new();
    let scheduler = business.in_memory();
    for question in business.questions() {
        let expected: usize = question.asks.iter().map(|ask| ask.slots).sum();
        let ask =
            || block_on(ask_all(&scheduler, &question)).unwrap_or_else(|refusal| unreachable!("{refusal}"));
        assert_eq!(ask(), expected);
        let mut group = criterion.benchmark_group(format!("Scheduler: {}", question.shown));
        group.throughput(Throughput::Elements(question.asks.len() as u64));
        group.bench_function(format!("{} questions", question.asks.len()), |bencher| {
            bencher.iter(|| black_box(ask()));
        });
        group.finish();
    }
}

/// W4: 365 days, 5,000 bookings. W5: the first free start after 90 full days. W6: 20 units, 2,000 reservations.
fn long(criterion: &mut Criterion) {
    let mut year = Providers::year();
    bench(criterion, "W4 a year", || year.compiled(0..INPUTS));
    let mut full = Providers::full();
    bench(criterion, "W5 first free", || full.first(0..INPUTS));
    let mut halls = Halls::new();
    bench(criterion, "W6 capacity", || halls.all(0..INPUTS));
}

/// W7: whether one start is bookable. W8: one booking added and its day computed again.
fn small(criterion: &mut Criterion) {
    let mut checks = Checks::new(10_000);
    bench(criterion, "W7 one start, 10,000 bookings", || checks.all(0..INPUTS));
    let additions = Additions::new();
    let mut group = criterion.benchmark_group("W8 one booking added");
    group.throughput(Throughput::Elements(INPUTS as u64));
    group.bench_function("256 inputs", |bencher| {
        bencher.iter_batched_ref(
            || additions.clone(),
            |fresh| black_box(fresh.run(0..INPUTS)),
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

/// A long history, and rules of different age: neither may cost.
fn ages(criterion: &mut Criterion) {
    for past in [100, 1_000_000] {
        let mut lived = LongLived::new(past);
        bench(criterion, &format!("W1 with {past} past bookings"), || lived.all(0..INPUTS));
    }
    for (days, name) in [(30, "a month"), (30 * 365, "30 years")] {
        let mut rules = Rules::weekly(days);
        bench(criterion, &format!("weekly rule, {name} old"), || rules.all(0..INPUTS));
    }
}

criterion_group!(workloads, month, teams, scheduled, long, small, ages);
criterion_main!(workloads);
