//! The rails that are ratios.

use std::time::Duration;

use booking_bench::INPUTS;
use booking_bench::capacity::Halls;
use booking_bench::history::LongLived;
use booking_bench::measure::{Least, Work, in_turn};
use booking_bench::recurrence::Rules;
use booking_bench::single::{Additions, Checks, Providers};
use booking_bench::teams::{Grid, Staff};

use crate::table::Table;
use crate::written::Written;

/// How often a ratio over its limit is measured again: the machine may have been busy with something else.
const ATTEMPTS: usize = 4;

/// How many samples of what size: each takes a few microseconds, to be undisturbed most of the time.
#[derive(Clone, Copy)]
struct Pace {
    samples: usize,
    at_once: usize,
}

/// For questions of well under a microsecond.
const TINY: Pace = Pace { samples: 200, at_once: 64 };
/// For questions of about a microsecond.
const QUICK: Pace = Pace { samples: 200, at_once: 16 };
/// For questions of ten microseconds and more, on both sides: reading the clock takes tens of nanoseconds.
const SLOW: Pace = Pace { samples: 60, at_once: 1 };
/// For questions of hundreds of microseconds.
const LONG: Pace = Pace { samples: 30, at_once: 1 };

/// All ratios.
pub(crate) fn measure(table: &mut Table) {
    let mut rails = Rails { table };
    one_provider(&mut rails);
    many_providers(&mut rails);
    together(&mut rails);
    long(&mut rails);
    small(&mut rails);
    ages(&mut rails);
}

struct Rails<'a> {
    table: &'a mut Table,
}

impl Rails<'_> {
    /// Measures a ratio until it is within its limit, a bounded number of times, and keeps the best.
    fn rail(
        &mut self,
        name: &str,
        limit: f64,
        pace: Pace,
        over: &mut dyn Work,
        under: &mut dyn Work,
    ) -> Duration {
        let mut best = in_turn(pace.samples, pace.at_once, over, under);
        for _ in 1..ATTEMPTS {
            if best.ratio() <= limit {
                break;
            }
            let again = in_turn(pace.samples, pace.at_once, over, under);
            best = if again.ratio() < best.ratio() { again } else { best };
        }
        let Least { over, .. } = best;
        self.table.add(name, best.ratio(), limit, "");
        over
    }

    /// Notes what one question took.
    fn time(&mut self, name: &str, all: Duration) {
        let each = all.as_secs_f64() * 1e9 / INPUTS as f64;
        self.table.note(format!("{name:<40} {each:>12.1} ns"));
    }
}

fn one_provider(rails: &mut Rails<'_>) {
    let (mut month, mut other) = (Providers::month(), Providers::month());
    let mut written = Written::of(&mut other);
    let w1 = rails.rail(
        "W1 / writing its ready answer and one checked pass over what is busy",
        3.0,
        QUICK,
        &mut |inputs| month.compiled(inputs),
        &mut |inputs| written.write_and_check(&other, inputs),
    );
    rails.time("W1", w1);
    rails.rail(
        "W1 / memcpy of its answer",
        14.0,
        QUICK,
        &mut |inputs| month.compiled(inputs),
        &mut |inputs| written.copy(inputs),
    );
    let end =
        rails.rail("W1 end to end / W1", 3.0, QUICK, &mut |inputs| month.end_to_end(inputs), &mut |inputs| {
            other.compiled(inputs)
        });
    rails.time("W1 end to end", end);
    rails.rail(
        "W1 end to end: unsorted / sorted",
        4.0,
        QUICK,
        &mut |inputs| month.unsorted(inputs),
        &mut |inputs| other.end_to_end(inputs),
    );
    let mut again = Written::of(&mut other);
    rails.rail(
        "output by run: DateTime<Utc> / i64",
        5.0,
        QUICK,
        &mut |inputs| written.instants(inputs),
        &mut |inputs| again.seconds(inputs),
    );
}

fn many_providers(rails: &mut Rails<'_>) {
    let staff = Staff::new(Grid::Shared);
    let (mut fifty, mut same) = (staff.pools(50), staff.pools(50));
    let w2 = rails.rail(
        "W2, any of 50 / the same 50 W1",
        1.5,
        SLOW,
        &mut |pools| fifty.any_of_each(pools),
        &mut |pools| same.alone(pools),
    );
    rails.time("W2, any of 50", w2);
    let mut thousand = staff.pools(1_000);
    let w2b = rails.rail(
        "W2b, any of 1000 / W2",
        30.0,
        LONG,
        &mut |pools| thousand.any_of_each(pools),
        &mut |pools| fifty.any_of_each(pools),
    );
    rails.time("W2b, any of 1000", w2b);
}

fn together(rails: &mut Rails<'_>) {
    let mut month = Providers::month();
    for (grid, name, limit) in [(Grid::Shared, "bit rows", 10.0), (Grid::Mixed, "intervals", 18.0)] {
        let staff = Staff::new(grid);
        let mut ten = staff.pools(10);
        let w3 = rails.rail(
            &format!("W3, all of 10 / W1: {name}"),
            limit,
            QUICK,
            &mut |pools| ten.all_of_each(pools),
            &mut |inputs| month.compiled(inputs),
        );
        rails.time(&format!("W3, all of 10, {name}"), w3);
    }
}

fn long(rails: &mut Rails<'_>) {
    let (mut month, mut year) = (Providers::month(), Providers::year());
    let w4 = rails.rail(
        "W4, 365 days and 5,000 busy / W1",
        32.0,
        QUICK,
        &mut |inputs| year.compiled(inputs),
        &mut |inputs| month.compiled(inputs),
    );
    rails.time("W4, 365 days and 5,000 busy", w4);
    let mut full = Providers::full();
    let w5 = rails.rail(
        "W5, first after 90 full days / W1",
        2.0,
        QUICK,
        &mut |inputs| full.first(inputs),
        &mut |inputs| month.compiled(inputs),
    );
    rails.time("W5, first after 90 full days", w5);
    let mut halls = Halls::new();
    let w6 = rails.rail(
        "W6, 2,000 reservations of 20 units / W1",
        10.0,
        QUICK,
        &mut |inputs| halls.all(inputs),
        &mut |inputs| month.compiled(inputs),
    );
    rails.time("W6, 2,000 reservations of 20 units", w6);
}

fn small(rails: &mut Rails<'_>) {
    let mut month = Providers::month();
    let (mut many, mut few) = (Checks::new(10_000), Checks::new(100));
    let w7 = rails.rail("W7, 10,000 / 100 busy", 2.5, TINY, &mut |starts| many.all(starts), &mut |starts| {
        few.all(starts)
    });
    rails.time("W7, one start of 10,000 busy", w7);
    rails.rail("W7, one check of 10,000 / W1", 0.3, QUICK, &mut |starts| many.all(starts), &mut |inputs| {
        month.compiled(inputs)
    });
    let mut additions = Additions::new();
    let w8 = rails.rail("W8, one booking added, its day / W1", 0.3, QUICK, &mut additions, &mut |inputs| {
        month.compiled(inputs)
    });
    rails.time("W8, one booking added, its day", w8);
}

fn ages(rails: &mut Rails<'_>) {
    let (mut old, mut young) = (LongLived::new(1_000_000), LongLived::new(100));
    rails.rail("1,000,000 / 100 past ranges", 1.5, QUICK, &mut |months| old.all(months), &mut |months| {
        young.all(months)
    });
    for (name, rules) in [("weekly", Rules::weekly as fn(u64) -> Rules), ("monthly", Rules::monthly)] {
        let (mut old, mut young) = (rules(30 * 365), rules(30));
        let rule = rails.rail(
            &format!("recurrence, {name}: 30 years / 1 month old"),
            1.3,
            QUICK,
            &mut |rules| old.all(rules),
            &mut |rules| young.all(rules),
        );
        rails.time(&format!("recurrence, {name}, 31 days"), rule);
    }
}
