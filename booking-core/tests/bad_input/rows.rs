//! What stores read back: rows and commands are checked like anything else.

use booking_core::{
    Action, Actor, Block, BlockId, Booking, BookingId, Change, Claim, Command, ContentHash, EntryId,
    EntryState, IdempotencyKey, Initial, Interval, LocalStart, Operation, Priced, ResourceId, ServiceId,
    State, TenantId, Verdict, WaitlistEntry, ZoneId, admit, conflicts, peak_use,
};
use chrono::{DateTime, Utc};
use serde_json::json;

use super::table::{refused, unreadable};

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).unwrap()
}

fn claim() -> Claim {
    let interval = Interval::from_seconds(3_600, 7_200).unwrap();
    Claim { resource: ResourceId::from_u64(1), interval, before: 60, after: 60, units: 1 }
}

fn booking() -> Booking {
    Booking {
        id: BookingId::from_u64(1),
        tenant: TenantId::SINGLE,
        service: ServiceId::from_u64(1),
        customer: None,
        visit: claim().interval,
        party: 1,
        state: State::Held,
        version: 1,
        deadline: Some(at(3_000)),
        local: LocalStart { zone: ZoneId::UTC, wall: at(3_600).naive_utc(), tzdata: "2026f".to_owned() },
        picks: Vec::new(),
        claims: vec![claim()],
        session: None,
        series: None,
        offer_to: None,
        priced: Priced::default(),
        approval: None,
        max_hold: 1_800,
        created: at(1_200),
        changed: at(1_200),
    }
}

#[test]
fn bookings_and_claims() {
    let half = |field: &str| {
        format!("{field}: 2026-01-05T09:00:00.500Z is not valid, expected an instant of whole seconds")
    };
    let (deadline, created, changed) = (half("deadline"), half("created"), half("changed"));
    refused(
        &booking(),
        &[
            ("/party", json!(0), "party: 0 is not valid, expected 1 to 100000"),
            ("/deadline", json!("2026-01-05T09:00:00.5Z"), &deadline),
            ("/created", json!("2026-01-05T09:00:00.5Z"), &created),
            ("/changed", json!("2026-01-05T09:00:00.5Z"), &changed),
            (
                "/local/wall",
                json!("2026-01-05T09:00:00.5"),
                "wall: 2026-01-05 09:00:00.500 is not valid, expected a wall-clock time of whole seconds",
            ),
            ("/claims/0/units", json!(0), "units: 0 is not valid, expected 1 to 100000"),
            ("/claims/0/before", json!(-1), "before: -1 s is not valid, expected 0 to 604800 seconds"),
            (
                "/claims/0/after",
                json!(i64::MAX),
                "after: 9223372036854775807 s is not valid, expected 0 to 604800 seconds",
            ),
        ],
    );
}

#[test]
fn claims_made_in_code_never_overflow() {
    let all = Claim { before: i64::MAX, after: i64::MAX, units: u32::MAX, ..claim() };
    let nothing = Claim { before: i64::MIN, after: i64::MIN, ..all };
    assert_eq!(peak_use(&[all, all, claim()], i64::MIN, i64::MAX), u32::MAX);
    assert_eq!(peak_use(&[nothing, claim()], i64::MIN, i64::MAX), 1);
    assert_eq!(conflicts(&[all], &[claim(), all]).len(), 2);
    assert_eq!(conflicts(&[nothing], &[claim(), all, nothing]), []);
    assert_eq!(admit(u32::MAX, &[all], &[claim()]), Err(0));
    assert_eq!(admit(u32::MAX, &[nothing], &[all]), Ok(()));
}

#[test]
fn what_people_write() {
    let text = "expected at most 200 characters without control characters";
    unreadable::<Actor>(&[
        (json!({"who": "a\nb", "from": ""}), &format!("actor.who: a\\nb is not valid, {text}")),
        (json!({"who": "", "from": "\u{7f}"}), &format!("actor.from: \\u{{7f}} is not valid, {text}")),
    ]);
    let interval = claim().interval;
    let (id, resource) = (BlockId::from_u64(1), ResourceId::from_u64(1));
    let block = Block { id, resource, interval, text: "busy".to_owned() };
    refused(&block, &[("/text", json!("\r"), &format!("text: \\r is not valid, {text}"))]);
    let key = IdempotencyKey::new(Operation::Book, "order-1", ContentHash::default()).unwrap();
    let expected = "expected 1 to 255 bytes without control characters";
    refused(
        &key,
        &[
            ("/key", json!(""), &format!("key:  is not valid, {expected}")),
            ("/key", json!("a\u{0}"), &format!("key: a\\0 is not valid, {expected}")),
        ],
    );
    for wrong in ["", "a\tb", &"é".repeat(128)] {
        let error = IdempotencyKey::new(Operation::Book, wrong, ContentHash::default()).unwrap_err();
        assert_eq!(error.field(), "key");
    }
}

#[test]
fn entries_verdicts_and_commands() {
    let entry = WaitlistEntry {
        id: EntryId::from_u64(1),
        tenant: TenantId::SINGLE,
        service: ServiceId::from_u64(1),
        customer: None,
        window: claim().interval,
        duration: None,
        party: 1,
        group: None,
        state: EntryState::Waiting,
        offer: None,
        offered: vec![at(0)],
        joined: at(0),
        place: 1,
    };
    let early = |field: &str| {
        format!("{field}: 1969-12-31T00:00:00Z is not valid, expected an instant in the years 1970 to 2099")
    };
    let wrong = json!("1969-12-31T00:00:00Z");
    refused(
        &entry,
        &[
            ("/party", json!(100_001), "party: 100001 is not valid, expected 1 to 100000"),
            ("/offered/0", wrong.clone(), &early("offered")),
            ("/joined", wrong.clone(), &early("joined")),
        ],
    );
    let verdict = Verdict { start: at(0), reasons: Vec::new(), alternative: Some(at(60)) };
    refused(
        &verdict,
        &[("/start", wrong.clone(), &early("start")), ("/alternative", wrong.clone(), &early("alternative"))],
    );
    let command = Command {
        tenant: TenantId::SINGLE,
        now: at(0),
        actor: Actor::default(),
        key: None,
        action: Action::SetCapacity { resource: ResourceId::from_u64(1), capacity: 1 },
        offers: Vec::new(),
        verdicts: Vec::new(),
    };
    refused(
        &command,
        &[
            ("/now", wrong.clone(), &early("now")),
            (
                "/action/set_capacity/capacity",
                json!(0),
                "capacity: 0 is not valid, expected 1 to 100000 units",
            ),
        ],
    );
    unreadable::<Initial>(&[
        (json!({"held": wrong}), &early("until")),
        (json!({"pending": wrong}), &early("until")),
    ]);
    unreadable::<Change>(&[(json!({"extend": {"until": wrong}}), &early("until"))]);
}
