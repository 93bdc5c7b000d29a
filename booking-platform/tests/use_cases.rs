//! The use cases a host calls, over the reference store.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use booking_core::conformance::block_on;
use booking_core::{
    Action, Actor, BookingId, BookingStore as _, Claim, Command, CustomerId, Initial, Interval, LocalStart,
    NewBooking, Pick, Placement, Plan, PlanClaims, Priced, ResourceId, SequentialIds, ServiceId, StoreError,
    TenantId, ZoneId,
};
use booking_platform::memory::MemoryPlatform;
use booking_platform::{
    AuditAction, Caller, CatalogueEditor, CustomerDesk, CustomerState, Entropy, ItemId, KeyKind, KeyRing,
    Location, LocationId, Name, NewKey, PageQuery, PlatformError, Profile, ProfileSpec, SearchText, Stamp,
};
use chrono::{DateTime, TimeDelta, Utc};

const TENANT: TenantId = TenantId::SINGLE;

fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_442_000, 0).unwrap() + TimeDelta::minutes(minutes)
}

fn stamp(minutes: i64) -> Stamp {
    Stamp::new(Actor::new("ann", "test"), at(minutes))
}

fn named(name: &str) -> Profile {
    Profile::new(ProfileSpec { name: Name::new(name).ok(), ..ProfileSpec::default() }).unwrap()
}

fn book(store: &MemoryPlatform, number: u64, customer: CustomerId) {
    let minutes = i64::try_from(number).unwrap() * 60;
    let visit = Interval::new(at(minutes), at(minutes + 30)).unwrap();
    let resource = ResourceId::from_u64(1);
    let claim = Claim { resource, interval: visit, before: 0, after: 0, units: 1 };
    let pick = Pick { requirement: "staff".to_owned(), resource, seconds: 1_800 };
    let plan = Plan { picks: vec![pick], claims: PlanClaims::Own(vec![claim]), limits: Vec::new() };
    let booking = NewBooking {
        id: BookingId::from_u64(number),
        service: ServiceId::from_u64(1),
        customer: Some(customer),
        visit,
        party: 1,
        initial: Initial::Confirmed,
        local: LocalStart { zone: ZoneId::UTC, wall: visit.start().naive_utc(), tzdata: "test".to_owned() },
        series: None,
        offer_to: None,
        priced: Priced::default(),
        approval: None,
        max_hold: 1_800,
    };
    let action = Action::Place(vec![Placement { booking, plans: vec![plan], limits: Vec::new() }]);
    let actor = Actor::new("bob", "test");
    let (offers, verdicts) = (Vec::new(), Vec::new());
    let command = Command { tenant: TENANT, now: at(0), actor, key: None, action, offers, verdicts };
    block_on(store.commit(&command)).unwrap();
}

fn desk() -> (CustomerDesk<MemoryPlatform, MemoryPlatform>, MemoryPlatform) {
    let store = MemoryPlatform::new();
    (CustomerDesk::new(store.clone(), store.clone()), store)
}

#[test]
fn an_export_has_everything_under_every_id() {
    let (desk, store) = desk();
    let ids = SequentialIds::default();
    let ann = block_on(desk.create(TENANT, named("Ann"), &ids, &stamp(0))).unwrap().id;
    let anne = block_on(desk.create(TENANT, named("Anne"), &ids, &stamp(0))).unwrap().id;
    let other = block_on(desk.create(TENANT, named("Bob"), &ids, &stamp(0))).unwrap().id;
    for (number, customer) in [(1, anne), (2, ann), (3, other), (4, anne)] {
        book(&store, number, customer);
    }
    block_on(desk.merge(TENANT, ann, anne, Some(1), &stamp(1))).unwrap();
    let export = block_on(desk.export(TENANT, ann)).unwrap();
    assert_eq!(export.customer.id, anne);
    let bookings: Vec<_> = export.bookings.iter().filter_map(|booking| booking.id.to_u64()).collect();
    assert_eq!(bookings, [1, 2, 4]);
    assert_eq!(
        export.events.iter().filter_map(|event| event.booking.to_u64()).collect::<Vec<_>>(),
        [1, 2, 4]
    );
    let actions: Vec<_> = export.audit.iter().map(|entry| entry.action).collect();
    let [create, merge, replace] = [AuditAction::Create, AuditAction::Merge, AuditAction::Replace];
    assert_eq!(actions, [replace, merge, create, create]);
}

#[test]
fn an_erased_customer_keeps_their_bookings_without_a_name() {
    let (desk, store) = desk();
    let ann = block_on(desk.create(TENANT, named("Ann"), &SequentialIds::default(), &stamp(0))).unwrap().id;
    book(&store, 1, ann);
    block_on(desk.erase(TENANT, ann, None, &stamp(1))).unwrap();
    let export = block_on(desk.export(TENANT, ann)).unwrap();
    assert_eq!(export.customer.state, CustomerState::Erased { at: at(1) });
    assert_eq!(export.bookings.len(), 1);
    let text = serde_json::to_string(&export).unwrap();
    assert!(!text.contains("Ann"), "{text}");
}

#[test]
fn a_merged_customer_is_found_as_the_one_who_stays() {
    let (desk, _) = desk();
    let ids = SequentialIds::default();
    let [ann, anne] =
        ["Ann", "Anne"].map(|name| block_on(desk.create(TENANT, named(name), &ids, &stamp(0))).unwrap().id);
    block_on(desk.merge(TENANT, ann, anne, None, &stamp(1))).unwrap();
    assert_eq!(block_on(desk.get(TENANT, ann)).unwrap().map(|found| found.id), Some(anne));
    let late = block_on(desk.replace(TENANT, anne, named("Anna"), Some(1), &stamp(2)));
    assert!(matches!(late, Err(PlatformError::VersionConflict { current: 2 })), "{late:?}");
    let found = block_on(desk.search(TENANT, &SearchText::new("an").unwrap(), 10)).unwrap();
    assert_eq!(found.items.len(), 1);
    assert_eq!(block_on(desk.list(TENANT, PageQuery::first(10))).unwrap().items, found.items);
}

/// Gives bytes that count up, a different beginning each time.
#[derive(Default)]
struct Counting(std::sync::atomic::AtomicU8);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), StoreError> {
        let first = self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        (first..=u8::MAX).cycle().zip(bytes).for_each(|(value, byte)| *byte = value);
        Ok(())
    }
}

#[test]
fn a_token_tells_who_calls() {
    let ring = KeyRing::new(MemoryPlatform::new(), Counting::default());
    let ids = SequentialIds::default();
    let issue = |tenant, kind, expires| {
        let new = NewKey { kind, name: Name::new("Shop").unwrap(), expires };
        block_on(ring.issue(tenant, new, &ids, &stamp(0))).unwrap()
    };
    let (ours, secret) = issue(TENANT, KeyKind::Secret, None);
    let theirs = TenantId::from_u64(9);
    let (_, publishable) = issue(theirs, KeyKind::Publishable, Some(at(5)));
    let caller = |token: &str, minutes| block_on(ring.authenticate(token, at(minutes))).unwrap();
    let expected = Caller { tenant: TENANT, key: ours.id, kind: KeyKind::Secret, name: ours.name.clone() };
    assert_eq!(caller(secret.expose(), 9_999), Some(expected));
    let other = caller(publishable.expose(), 4).unwrap();
    assert_eq!((other.tenant, other.kind), (theirs, KeyKind::Publishable));
    assert_eq!(caller(publishable.expose(), 5), None, "expired");
    let swapped = secret.expose().replace("bks_", "bkp_");
    for bad in ["", "bks_", "nonsense", swapped.as_str()] {
        assert_eq!(caller(bad, 0), None, "{bad}");
    }
    let kept = serde_json::to_string(&ours).unwrap();
    assert!(!kept.contains(&secret.expose()[20..]), "the secret is not kept");
}

#[test]
fn an_editor_works_by_the_types_of_items() {
    let editor = CatalogueEditor::new(MemoryPlatform::new());
    let location = |id, name: &str| {
        let (id, name) = (LocationId::from_u64(id), Name::new(name).unwrap());
        Location { id, name, zone: ZoneId::UTC, address: None, email: None, phone: None }
    };
    for id in [2, 1] {
        block_on(editor.create(TENANT, location(id, "Studio"), &stamp(0))).unwrap();
    }
    let id = LocationId::from_u64(1);
    let changed = block_on(editor.replace(TENANT, location(1, "Salon"), Some(1), &stamp(1))).unwrap();
    assert_eq!((changed.version, &changed.value), (2, &location(1, "Salon")));
    assert_eq!(block_on(editor.get::<Location>(TENANT, id)).unwrap(), Some(changed));
    let page = block_on(editor.list::<Location>(TENANT, PageQuery::first(1))).unwrap();
    assert_eq!((page.items[0].value.id, page.more), (id, true));
    let late = block_on(editor.delete::<Location>(TENANT, id, Some(1), &stamp(2)));
    assert!(matches!(late, Err(PlatformError::VersionConflict { current: 2 })), "{late:?}");
    block_on(editor.delete::<Location>(TENANT, id, Some(2), &stamp(2))).unwrap();
    assert_eq!(block_on(editor.get::<Location>(TENANT, id)).unwrap(), None);
    assert_eq!(ItemId::from(id).to_string(), format!("location {}", id.uuid()));
}
