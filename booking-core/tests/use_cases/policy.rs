//! Policy: no-show rule, rules of the host's own, windows for changes, horizons, waivers.

use booking_core::{
    Asked, ChangeRequest, ChangeWindow, CustomerId, Fee, FeeTier, Horizon, HorizonKind, Money, NoShowRule,
    Policy, PolicySpec, PriceTier, Reason, Refusal, Rule, ServiceSpec, TierRule, Waiver, Wish, hours,
    minutes,
};
use chrono::NaiveDate;

use super::desk::{Desk, TENANT, at, now_or_never, reasons, service, span, wish};

fn desk(now: &str, policy: PolicySpec) -> Desk {
    let price = PriceTier {
        name: "Full".to_owned(),
        price: Money::new(4_000, "EUR".parse().unwrap()).unwrap(),
        per_person: false,
        when: TierRule::default(),
    };
    let policy = Policy::new(policy).unwrap();
    Desk::open(now, 1, ServiceSpec { policy, prices: vec![price], ..service(minutes(60), &[1]) })
}

#[test]
fn who_missed_too_often_is_refused_unless_staff_waive_it() {
    let rule = NoShowRule { fee: Some(Fee::Share(10_000)), refuse_after: Some(2), days: None };
    let desk = desk("2026-01-05T08:00:00Z", PolicySpec { no_show: rule, ..PolicySpec::default() });
    let of = |number| Wish { customer: Some(CustomerId::from_u64(number)), ..wish() };
    for day in ["06", "07"] {
        let start = format!("2026-01-{day}T09:00:00Z");
        let booking = desk.book(&of(7), &start).unwrap().booking;
        desk.set_time(&start);
        let missed = now_or_never(desk.scheduler.no_show(&ChangeRequest::new(TENANT, booking.id))).unwrap();
        assert_eq!(missed.booking.priced.fee.map(Money::minor), Some(4_000));
    }
    let why = reasons(desk.book(&of(7), "2026-01-08T09:00:00Z"));
    assert_eq!(why, [Reason::TooManyNoShows { missed: 2, max: 2 }]);
    let week = span("2026-01-08T00:00:00Z", "2026-01-09T00:00:00Z");
    assert!(desk.starts(&of(7), week).is_empty());
    assert_eq!(desk.starts(&of(8), week).len(), 24);
    let waived = Wish { waive: Waiver { limits: true, ..Waiver::default() }, ..of(7) };
    assert!(desk.book(&waived, "2026-01-08T09:00:00Z").is_ok());
}

/// No visit starts in an odd hour.
struct EvenHours;

impl Rule for EvenHours {
    fn judge(&self, asked: &Asked<'_>) -> Option<Reason> {
        (asked.visit.start_second() / 3_600 % 2 == 1)
            .then(|| Reason::Custom { code: "odd".to_owned(), detail: "even hours only".to_owned() })
    }
}

#[test]
fn a_rule_of_the_hosts_own_is_judged_wherever_starts_are() {
    let desk = desk("2026-01-05T08:00:00Z", PolicySpec::default());
    let desk = Desk { scheduler: desk.scheduler.with_rule(EvenHours) };
    let starts = desk.starts(&wish(), span("2026-01-06T00:00:00Z", "2026-01-06T05:00:00Z"));
    assert_eq!(starts, ["00", "02", "04"].map(|hour| at(&format!("2026-01-06T{hour}:00:00Z"))));
    let why = reasons(desk.book(&wish(), "2026-01-06T01:00:00Z"));
    assert!(matches!(&why[..], [Reason::Custom { code, .. }] if code == "odd"), "{why:?}");
    let explained = now_or_never(desk.scheduler.explain(&wish(), at("2026-01-06T01:00:00Z"))).unwrap();
    assert_eq!(explained.reasons, why);
    assert!(desk.book(&wish(), "2026-01-06T02:00:00Z").is_ok());
}

#[test]
fn cancelling_costs_more_the_later_and_ends_when_its_window_closes() {
    let window = ChangeWindow {
        closes: Some(hours(2)),
        fees: vec![
            FeeTier { within: hours(48), fee: Fee::Share(2_500) },
            FeeTier { within: hours(24), fee: Fee::Share(5_000) },
        ],
    };
    let fee = |now: &str, waive: Waiver| {
        let spec = PolicySpec { cancellation: window.clone(), ..PolicySpec::default() };
        let desk = desk("2026-01-05T00:00:00Z", spec);
        let booking = desk.booked("2026-01-10T12:00:00Z");
        desk.set_time(now);
        let request = ChangeRequest { waive, ..ChangeRequest::new(TENANT, booking.id) };
        let done = now_or_never(desk.scheduler.cancel(&request));
        done.map(|done| done.booking.priced.fee.map_or(0, Money::minor))
    };
    let none = Waiver::default();
    assert_eq!(fee("2026-01-08T12:00:00Z", none).unwrap(), 0, "48 hours before is not within 48 hours");
    assert_eq!(fee("2026-01-08T12:00:01Z", none).unwrap(), 1_000);
    assert_eq!(fee("2026-01-09T12:00:01Z", none).unwrap(), 2_000);
    assert_eq!(fee("2026-01-10T10:00:00Z", none).unwrap(), 2_000, "two hours before is not later than that");
    let late = fee("2026-01-10T10:00:01Z", none);
    let until = at("2026-01-10T10:00:00Z");
    assert!(matches!(late, Err(Refusal::TooLate { until: closed }) if closed == until), "{late:?}");
    let waive = Waiver { limits: true, ..none };
    assert_eq!(fee("2026-01-10T10:00:01Z", waive).unwrap(), 0, "staff may, and it costs nothing");
}

#[test]
fn horizons_answer_with_their_dates() {
    let date = |text: &str| text.parse::<NaiveDate>().unwrap();
    let why = |kind, start: &str| {
        let horizon = Some(Horizon { kind, zone: None });
        // A Friday.
        let desk = desk("2026-01-09T12:00:00Z", PolicySpec { horizon, ..PolicySpec::default() });
        match desk.book(&wish(), start) {
            Ok(_) => Vec::new(),
            refused => reasons(refused),
        }
    };
    let too_far = |latest| vec![Reason::TooFar { latest: Some(date(latest)) }];
    let range = HorizonKind::Range { from: date("2026-02-02"), to: date("2026-02-03") };
    assert_eq!(why(range, "2026-02-01T23:00:00Z"), [Reason::NotYetOpen { first: date("2026-02-02") }]);
    assert_eq!(why(range, "2026-02-02T00:00:00Z"), []);
    assert_eq!(why(range, "2026-02-03T23:00:00Z"), []);
    assert_eq!(why(range, "2026-02-04T00:00:00Z"), too_far("2026-02-03"));
    assert_eq!(why(HorizonKind::RollingDays(2), "2026-01-11T23:00:00Z"), []);
    assert_eq!(why(HorizonKind::RollingDays(2), "2026-01-12T00:00:00Z"), too_far("2026-01-11"));
    assert_eq!(why(HorizonKind::BusinessDays(2), "2026-01-13T23:00:00Z"), []);
    assert_eq!(why(HorizonKind::BusinessDays(2), "2026-01-14T00:00:00Z"), too_far("2026-01-13"));
    assert_eq!(why(HorizonKind::AvailableDays(2), "2026-01-10T23:00:00Z"), []);
    assert_eq!(why(HorizonKind::AvailableDays(2), "2026-01-11T00:00:00Z"), too_far("2026-01-10"));
}

#[test]
fn staff_may_waive_policy_but_neither_the_past_nor_capacity() {
    let policy = PolicySpec { notice: hours(24), ..PolicySpec::default() };
    let desk = desk("2026-01-05T08:30:00Z", policy);
    let staff = Wish { waive: Waiver::ALL, ..wish() };
    assert!(matches!(reasons(desk.book(&wish(), "2026-01-05T09:00:00Z"))[..], [Reason::TooSoon { .. }]));
    assert!(desk.book(&staff, "2026-01-05T09:07:00Z").is_ok(), "off the grid, inside the notice");
    let why = reasons(desk.book(&staff, "2026-01-05T09:30:00Z"));
    assert!(matches!(why[..], [Reason::Taken { .. }]), "{why:?}");
    let why = reasons(desk.book(&staff, "2026-01-05T08:00:00Z"));
    assert_eq!(why, [Reason::TooSoon { earliest: at("2026-01-05T08:30:00Z") }]);
}
