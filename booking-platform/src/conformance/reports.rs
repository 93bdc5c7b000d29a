//! Reports.

use std::collections::BTreeMap;

use booking_core::{
    Action, BookingId, Change, Command, Initial, LocalStart, Money, NewBooking, Priced, ServiceId, State,
    ZoneId,
};
use chrono::{NaiveDate, TimeDelta};

use super::kit::{Must as _, OTHER, Store, TENANT, at, command, place};
use crate::{Counts, ReportBy, ReportGroup, ReportQuery, ReportRow};

/// The minutes of a day.
const DAY: i64 = 24 * 60;

/// 2026-03-02, the day that minutes begin on, or so many days later.
fn day(later: i64) -> NaiveDate {
    at(later * DAY).date_naive()
}

fn query(from: i64, until: i64, by: ReportBy, now: i64) -> ReportQuery {
    ReportQuery::new(day(from), day(until), by, at(now)).must()
}

/// Books half an hour from a minute on, changed as a rule needs it.
async fn booked<S: Store>(store: &S, number: u64, from: i64, change: impl FnOnce(&mut NewBooking)) {
    let mut action = place(number, number, 1, from);
    if let Action::Place(placements) = &mut action {
        change(&mut placements[0].booking);
    }
    store.commit(&command(0, action)).await.must();
}

async fn changed<S: Store>(store: &S, booking: u64, minutes: i64, change: Change) {
    let booking = BookingId::from_u64(booking);
    let action = Action::Change { booking, if_version: None, change };
    store.commit(&command(minutes, action)).await.must();
}

fn costs(minor: i64, currency: &str) -> Priced {
    let price = Money::new(minor, currency.parse().must()).must();
    Priced { price: Some(price), ..Priced::default() }
}

/// A row of visits of half an hour for one person each.
fn row(group: ReportGroup, state: State, bookings: u64, prices: &[(&str, u64)]) -> ReportRow {
    let prices: BTreeMap<_, _> = prices.iter().map(|(code, minor)| (code.parse().must(), *minor)).collect();
    ReportRow {
        group,
        state,
        counts: Counts { bookings, people: bookings, seconds: bookings * 1_800, prices },
    }
}

/// With their people, their time and their prices, each currency apart; a hold that lapsed is expired, swept or not.
pub async fn a_report_counts_bookings_by_where_they_stand<S: Store>(store: &S) {
    use ReportGroup::Whole;
    booked(store, 1, 60, |new| new.priced = costs(4_000, "EUR")).await;
    booked(store, 2, 90, |new| (new.priced, new.party) = (costs(700, "CHF"), 3)).await;
    booked(store, 3, 120, |new| new.priced = costs(2_500, "EUR")).await;
    booked(store, 4, 150, |_| ()).await;
    booked(store, 5, 180, |new| new.priced = costs(5, "EUR")).await;
    booked(store, 6, 210, |new| new.initial = Initial::Held(at(10))).await;
    changed(store, 4, 1, Change::Cancel { fee: None }).await;
    changed(store, 5, 200, Change::Complete).await;
    let mut confirmed = row(Whole, State::Confirmed, 3, &[("EUR", 6_500), ("CHF", 700)]);
    confirmed.counts.people = 5;
    let ended = [row(Whole, State::Completed, 1, &[("EUR", 5)]), row(Whole, State::Cancelled, 1, &[])];
    let held = row(Whole, State::Held, 1, &[]);
    let told = async |now| store.report(TENANT, &query(0, 1, ReportBy::Whole, now)).await.must();
    assert_eq!(told(9).await, [&[held, confirmed.clone()], &ended[..]].concat());
    let expired = row(Whole, State::Expired, 1, &[]);
    assert_eq!(told(10).await, [&[confirmed], &ended[..], &[expired]].concat());
}

/// From the first day on, and nothing of the one after the last.
pub async fn a_report_tells_days_and_services_apart<S: Store>(store: &S) {
    let midnight = (day(1).and_time(chrono::NaiveTime::MIN).and_utc() - at(0)).num_minutes();
    let service = |number| move |new: &mut NewBooking| new.service = ServiceId::from_u64(number);
    for (number, from) in [(1, midnight - 1), (2, midnight), (3, midnight + DAY - 1), (4, midnight + DAY)] {
        booked(store, number, from, service(number % 2 + 1)).await;
    }
    booked(store, 5, midnight + 60, service(1)).await;
    let days = store.report(TENANT, &query(1, 3, ReportBy::Day, 0)).await.must();
    let on = |later, bookings| row(ReportGroup::Day(day(later)), State::Confirmed, bookings, &[]);
    assert_eq!(days, [on(1, 3), on(2, 1)]);
    assert_eq!(store.report(TENANT, &query(1, 2, ReportBy::Day, 0)).await.must(), [on(1, 3)]);
    let services = store.report(TENANT, &query(1, 2, ReportBy::Service, 0)).await.must();
    let of =
        |id, bookings| row(ReportGroup::Service(ServiceId::from_u64(id)), State::Confirmed, bookings, &[]);
    assert_eq!(services, [of(1, 2), of(2, 1)]);
}

/// Wherever it takes place: at the far ends of the world a day begins while it is another in UTC.
pub async fn a_visit_belongs_to_its_date_on_the_wall<S: Store>(store: &S) {
    let local = |zone: &str, hours: i64| {
        let (zone, shift) = (ZoneId::new(zone).must(), TimeDelta::hours(hours));
        move |new: &mut NewBooking| {
            let wall = (new.visit.start() + shift).naive_utc();
            new.local = LocalStart { zone, wall, tzdata: "test".to_owned() };
        }
    };
    // 10:00 UTC is midnight on Kiritimati, and 9:00 UTC is 21:00 of the day before where the date line is crossed last.
    booked(store, 1, 60, local("Pacific/Kiritimati", 14)).await;
    booked(store, 2, 0, local("Etc/GMT+12", -12)).await;
    let told = store.report(TENANT, &query(-2, 3, ReportBy::Day, 0)).await.must();
    let on = |later| row(ReportGroup::Day(day(later)), State::Confirmed, 1, &[]);
    assert_eq!(told, [on(-1), on(1)]);
    assert_eq!(store.report(TENANT, &query(0, 1, ReportBy::Day, 0)).await.must(), []);
}

/// Whatever a store has counted before: people correct last month.
pub async fn days_that_are_over_are_counted_as_they_are_now<S: Store>(store: &S) {
    booked(store, 1, 60, |_| ()).await;
    booked(store, 2, 90, |_| ()).await;
    let long = (30 * DAY, query(-60, 60, ReportBy::Day, 30 * DAY));
    let on = |later, state, bookings| row(ReportGroup::Day(day(later)), state, bookings, &[]);
    for _ in 0..2 {
        let told = store.report(TENANT, &long.1).await.must();
        assert_eq!(told, [on(0, State::Confirmed, 2)]);
    }
    changed(store, 1, long.0, Change::Complete).await;
    for _ in 0..2 {
        let told = store.report(TENANT, &long.1).await.must();
        assert_eq!(told, [on(0, State::Confirmed, 1), on(0, State::Completed, 1)]);
    }
    booked(store, 3, 120, |_| ()).await;
    let told = store.report(TENANT, &long.1).await.must();
    assert_eq!(told, [on(0, State::Confirmed, 2), on(0, State::Completed, 1)]);
}

/// And nothing is counted twice.
pub async fn reports_of_tenants_are_apart<S: Store>(store: &S) {
    booked(store, 1, 60, |_| ()).await;
    store.commit(&Command { tenant: OTHER, ..command(0, place(1, 1, 1, 60)) }).await.must();
    let whole = query(0, 1, ReportBy::Whole, 0);
    let one = [row(ReportGroup::Whole, State::Confirmed, 1, &[])];
    assert_eq!(store.report(TENANT, &whole).await.must(), one);
    assert_eq!(store.report(OTHER, &whole).await.must(), one);
}
