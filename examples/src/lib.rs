//! What the example programs share: a way to wait for a future, and a way to show what they promise.
//!
//! Each program in `src/bin` is one idea, short enough to copy: `cargo run -p booking-examples --bin quickstart`.
//! All stand still in time (`ManualClock`) and count their ids (`SequentialIds`), so that every line they print can be
//! asserted. In your own program take `SystemClock`, leave the ids out, and use your runtime.

use std::fmt::Display;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use booking_core::time::civil::wall_of;
use booking_core::{Hours, Invalid, Schedule, ScheduleSpec, WeeklyHours, Zone, ZoneId};
use chrono::{DateTime, Utc, Weekday};

/// Waits for a future. **Use your runtime here**: `#[tokio::main] async fn main()`, and `.await`.
///
/// The engine knows no runtime. A `MemoryStore` answers at once, so asking again and again is enough.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        std::thread::yield_now();
    }
}

/// Prints a line, once it is sure that it is the promised one.
///
/// # Panics
/// When it is another.
#[track_caller]
pub fn says(line: impl Display, promised: &str) {
    assert_eq!(line.to_string(), promised);
    println!("{promised}");
}

/// What the clock on the wall shows: `Mon 30 Mar 09:00`.
pub fn wall(zone: &Zone, at: DateTime<Utc>) -> String {
    wall_of(zone.to_local(at.timestamp())).format("%a %-d %b %H:%M").to_string()
}

/// Instants, each as the clock on the wall shows it, in one line.
pub fn walls(zone: &Zone, instants: impl IntoIterator<Item = DateTime<Utc>>) -> String {
    instants.into_iter().map(|at| wall(zone, at)).collect::<Vec<_>>().join(", ")
}

/// The same hours on some days of every week.
pub fn weekly(zone: &ZoneId, days: &[Weekday], from: &str, to: &str) -> Result<Hours, Invalid> {
    let schedule = Schedule::new(ScheduleSpec {
        weekly: WeeklyHours::closed().with(days, from, to)?,
        ..ScheduleSpec::in_zone(zone.clone())
    })?;
    Ok(Hours::of(schedule))
}

/// The programs of the README are compiled and run with the tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
