//! Laws of availability, on worlds that are data.

use super::law::check;
use super::worlds::{MINUTES, SECONDS, worlds};
use crate::support::judge::{disagreement, disagreement_on_starts};

/// The engine and the model agree about the listing, about the first slot, and start by start about being bookable and
/// about being explained.
#[test]
fn the_engine_equals_the_slow_model_minute_by_minute() {
    check(
        "availability::the_engine_equals_the_slow_model_minute_by_minute",
        300,
        &worlds(MINUTES),
        |world| disagreement(world).or_else(|| disagreement_on_starts(world)),
    );
}

#[test]
fn the_engine_equals_the_slow_model_second_by_second() {
    check("availability::the_engine_equals_the_slow_model_second_by_second", 60, &worlds(SECONDS), |world| {
        disagreement(world).or_else(|| disagreement_on_starts(world))
    });
}
