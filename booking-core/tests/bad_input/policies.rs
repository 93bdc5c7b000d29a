//! Policies.

use booking_core::{
    ChangeWindow, Deposit, Fee, FeeTier, Horizon, HorizonKind, Limit, NoShowRule, Per, Period, Policy,
    PolicySpec,
};
use serde_json::{Value, json};

use super::table::refused;

fn policy() -> Policy {
    let window = ChangeWindow {
        closes: Some(3_600),
        fees: [3_600, 86_400].map(|within| FeeTier { within, fee: Fee::Share(5_000) }).into(),
    };
    Policy::new(PolicySpec {
        notice: 60,
        horizon: Some(Horizon { kind: HorizonKind::RollingDays(30), zone: None }),
        limits: vec![Limit::count(Per::Customer, Period::Day, 1)],
        approval: Some(600),
        cancellation: window.clone(),
        reschedule: window,
        deposit: Some(Deposit { amount: Fee::Share(2_000) }),
        no_show: NoShowRule { fee: Some(Fee::Share(10_000)), refuse_after: Some(2), days: Some(30) },
    })
    .unwrap()
}

#[test]
fn notice_approval_and_horizon() {
    refused(
        &policy(),
        &[
            ("/notice", json!(-1), "notice: -1 s is not valid, expected 0 to 31622400 seconds"),
            (
                "/notice",
                json!(i64::MAX),
                "notice: 9223372036854775807 s is not valid, expected 0 to 31622400 seconds",
            ),
            ("/approval", json!(0), "approval: 0 s is not valid, expected 1 to 7776000 seconds"),
            (
                "/horizon/kind",
                json!({"rolling_days": 3_661}),
                "horizon.days: 3661 is not valid, expected 0 to 3660 days",
            ),
            (
                "/horizon/kind",
                json!({"business_days": u32::MAX}),
                "horizon.days: 4294967295 is not valid, expected 0 to 3660 days",
            ),
            (
                "/horizon/kind",
                json!({"available_days": 0}),
                "horizon.days: 0 is not valid, expected 1 to 366 days",
            ),
            (
                "/horizon/kind",
                json!({"range": {"from": "2026-02-01", "to": "2026-01-31"}}),
                "horizon.to: 2026-01-31 is not valid, expected 2026-02-01 or later",
            ),
            (
                "/horizon/kind",
                json!({"range": {"from": "1969-12-31", "to": "2026-01-31"}}),
                "horizon.from: 1969-12-31 is not valid, expected a date in the years 1970 to 2099",
            ),
            (
                "/horizon/zone",
                json!("Nowhere"),
                "zone: Nowhere is not valid, expected an IANA time zone name like Europe/Berlin",
            ),
        ],
    );
}

#[test]
fn limits() {
    let limit = json!({"per": "customer", "period": "day", "max_count": 1});
    refused(
        &policy(),
        &[
            (
                "/limits/0/max_count",
                Value::Null,
                "limits[0].max_count: none is not valid, expected a max_count, a max_seconds or both",
            ),
            (
                "/limits/0/max_seconds",
                json!(-1),
                "limits[0].max_seconds: -1 s is not valid, expected 0 to 34560000 seconds",
            ),
            (
                "/limits/0/week_start",
                json!("Mon"),
                "limits[0].week_start: set is not valid, expected none, unless the period is a week",
            ),
            (
                "/limits",
                Value::Array(vec![limit; 33]),
                "limits: 33 entries is not valid, expected at most 32 entries",
            ),
            (
                "/limits/0/per",
                json!("team"),
                "unknown variant `team`, expected one of `customer`, `resource`, `service`",
            ),
        ],
    );
}

#[test]
fn windows_for_changes_deposit_and_no_show() {
    let tier = |within: i64| json!({"within": within, "fee": {"share": 1}});
    refused(
        &policy(),
        &[
            (
                "/cancellation/closes",
                json!(-1),
                "cancellation.closes: -1 s is not valid, expected 0 to 31622400 seconds",
            ),
            (
                "/cancellation/fees",
                json!([tier(0)]),
                "cancellation.fees.within: 0 s is not valid, expected 1 to 31622400 seconds",
            ),
            (
                "/reschedule/fees",
                json!([tier(60), tier(60)]),
                "reschedule.fees.within: 60 s is not valid, expected each length once",
            ),
            (
                "/reschedule/fees/0/fee",
                json!({"share": 10_001}),
                "reschedule.fees.fee: 10001 is not valid, expected 0 to 10000 basis points",
            ),
            (
                "/reschedule/fees",
                json!((1..18).map(tier).collect::<Vec<_>>()),
                "reschedule.fees: 17 entries is not valid, expected at most 16 entries",
            ),
            (
                "/deposit/amount",
                json!({"share": u32::MAX}),
                "deposit.amount: 4294967295 is not valid, expected 0 to 10000 basis points",
            ),
            ("/no_show/refuse_after", json!(0), "no_show.refuse_after: 0 is not valid, expected 1 or more"),
            ("/no_show/days", json!(0), "no_show.days: 0 is not valid, expected 1 to 3660 days"),
            (
                "/no_show/fee",
                json!({"share": 10_001}),
                "no_show.fee: 10001 is not valid, expected 0 to 10000 basis points",
            ),
        ],
    );
}
