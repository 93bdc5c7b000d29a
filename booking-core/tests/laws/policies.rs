//! Random rules: notice, horizons and limits of all kinds.

use booking_core::{Horizon, HorizonKind, Limit, Over, Per, Period};
use chrono::Weekday;
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

use super::hours::shifted;
use super::places;

/// What a service allows.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    pub(crate) notice: i64,
    pub(crate) horizon: Option<Horizon>,
    pub(crate) limits: Vec<Limit>,
}

/// Rules near a place; `unit` is the world's, in seconds.
pub(crate) fn rules(place: usize, unit: i64) -> impl Strategy<Value = Rules> {
    let notice = prop_oneof![3 => Just(0_i64), 1 => 1..300_i64];
    let limits = prop_oneof![2 => Just(Vec::new()), 1 => vec(limit(unit), 1..3)];
    (notice, weighted(0.3, horizon(place)), limits).prop_map(move |(notice, horizon, limits)| Rules {
        notice: notice * unit,
        horizon,
        limits,
    })
}

fn horizon(place: usize) -> impl Strategy<Value = Horizon> {
    let range = (-2..3_i64, 0..3_i64).prop_map(move |(from, days)| {
        let from = shifted(places::date(place), from);
        HorizonKind::Range { from, to: shifted(from, days) }
    });
    let kind = prop_oneof![
        (0..4_u32).prop_map(HorizonKind::RollingDays),
        (0..4_u32).prop_map(HorizonKind::BusinessDays),
        (1..4_u32).prop_map(HorizonKind::AvailableDays),
        range,
    ];
    (kind, weighted(0.3, 0..places::COUNT))
        .prop_map(|(kind, elsewhere)| Horizon { kind, zone: elsewhere.map(places::zone_id) })
}

fn limit(unit: i64) -> impl Strategy<Value = Limit> {
    let per = select(vec![Per::Customer, Per::Resource, Per::Service]);
    let over = weighted(0.5, select(vec![Over::Service, Over::All]));
    let period = select(vec![Period::Day, Period::Week, Period::Month, Period::Year]);
    let start = weighted(0.5, select(vec![Weekday::Mon, Weekday::Wed, Weekday::Sun]));
    (per, over, period, start, weighted(0.7, 0..4_u32), 5..80_i64).prop_map(
        move |(per, over, period, start, max_count, length)| Limit {
            per,
            over,
            period,
            week_start: start.filter(|_| period == Period::Week),
            max_count,
            max_seconds: (max_count.is_none() || length % 3 == 0).then_some(length * unit),
        },
    )
}
