//! Customers.

use booking_core::CustomerId;

use super::kit::{Must as _, OTHER, Store, TENANT, at, known, name, profile, refused, stamp};
use crate::{
    Consent, Customer, CustomerState, CustomerWrite, Email, Expect, Language, MAX_CONSENTS, PageQuery, Phone,
    PlatformError, Profile, ProfileSpec, SearchText, Text,
};

fn id(number: u64) -> CustomerId {
    CustomerId::from_u64(number)
}

async fn write<S: Store>(store: &S, number: u64, write: CustomerWrite) -> Result<Customer, PlatformError> {
    store.write_customer(TENANT, id(number), &write, Expect::Present, &stamp(5)).await
}

async fn create<S: Store>(store: &S, number: u64, profile: Profile) -> Customer {
    let write = CustomerWrite::Profile(profile);
    store.write_customer(TENANT, id(number), &write, Expect::Absent, &stamp(0)).await.must()
}

async fn found<S: Store>(store: &S, text: &str) -> Vec<u64> {
    let text = SearchText::new(text).must();
    let page = store.search_customers(TENANT, &text, 10).await.must();
    page.items.iter().filter_map(|customer| customer.id.to_u64()).collect()
}

fn consent(purpose: &str, granted: bool, minutes: i64) -> Consent {
    Consent { purpose: name(purpose), granted, at: at(minutes), source: Some(name("form")) }
}

/// With every field set.
pub async fn a_customer_reads_back_as_written<S: Store>(store: &S) {
    let full = Profile::new(ProfileSpec {
        name: Some(name("Ann Lee")),
        email: Some(Email::new("ann@example.com").must()),
        phone: Some(Phone::new("+49 30 901820").must()),
        language: Some(Language::new("de").must()),
        group: Some(name("student")),
        reference: Some(name("K-17")),
        notes: Some(Text::new("Prefers\nmornings").must()),
    })
    .must();
    let made = create(store, 1, full.clone()).await;
    assert_eq!((made.version, made.created, made.changed), (1, at(0), at(0)));
    assert_eq!(made.profile(), Some(&full));
    assert!(made.consents().is_empty() && made.aliases.is_empty());
    assert_eq!(store.customer(TENANT, id(1)).await.must(), Some(made));
    assert_eq!(store.customer(TENANT, id(2)).await.must(), None);
}

/// Created once, by what is known of them; changed in their version.
pub async fn a_customer_is_changed_only_in_the_version_they_have<S: Store>(store: &S) {
    refused!(write(store, 1, known("Ann")).await, PlatformError::NotFound { what: "customer" });
    let erase = store.write_customer(TENANT, id(1), &CustomerWrite::Erase, Expect::Absent, &stamp(0)).await;
    refused!(erase, PlatformError::NotFound { what: "customer" });
    create(store, 1, profile("Ann", "", "")).await;
    let again = store.write_customer(TENANT, id(1), &known("Bob"), Expect::Absent, &stamp(1)).await;
    refused!(again, PlatformError::Exists { what: "customer" });
    let changed =
        store.write_customer(TENANT, id(1), &known("Bob"), Expect::Version(1), &stamp(1)).await.must();
    assert_eq!((changed.version, changed.created, changed.changed), (2, at(0), at(1)));
    let late = store.write_customer(TENANT, id(1), &known("Cy"), Expect::Version(1), &stamp(2)).await;
    refused!(late, PlatformError::VersionConflict { current: 2 });
    assert_eq!(store.customer(TENANT, id(1)).await.must(), Some(changed));
}

/// Of names in any case, addresses, references and numbers; all words must be found.
pub async fn customers_are_found_by_the_beginnings_of_words<S: Store>(store: &S) {
    create(store, 1, profile("Ann Müller", "ann@example.com", "+49 30 901820")).await;
    create(store, 2, profile("Bob Lee", "lee@example.org", "")).await;
    create(store, 3, profile("", "", "0170 5555")).await;
    assert_eq!(found(store, "mÜl").await, [1]);
    assert_eq!(found(store, "le bo").await, [2]);
    assert_eq!(found(store, "ann lee").await, [0_u64; 0]);
    assert_eq!(found(store, "ann@example.com").await, [1]);
    assert_eq!(found(store, "4930").await, [1]);
    assert_eq!(found(store, "01705555").await, [3]);
    assert_eq!(found(store, "example").await, [1, 2]);
    assert_eq!(found(store, "xample").await, [0_u64; 0]);
    write(store, 2, known("Robert Lee")).await.must();
    assert_eq!(found(store, "bob").await, [0_u64; 0]);
    assert_eq!(found(store, "rob").await, [2]);
}

/// More whole words first, then by name; no more than asked for.
pub async fn the_best_match_comes_first<S: Store>(store: &S) {
    create(store, 1, profile("Annabel Smith", "", "")).await;
    create(store, 2, profile("Ann Smithson", "", "")).await;
    create(store, 3, profile("Ann Smith", "", "")).await;
    create(store, 4, profile("Anna Smithers", "", "")).await;
    assert_eq!(found(store, "ann smith").await, [3, 2, 1, 4]);
    let text = SearchText::new("ann").must();
    let page = store.search_customers(TENANT, &text, 3).await.must();
    assert_eq!((page.items.len(), page.more), (3, true));
}

/// Where no beginnings are found: one letter more, less or other, or two swapped, but the first.
pub async fn mistyped_words_are_found_where_nothing_else_is<S: Store>(store: &S) {
    create(store, 1, profile("Ann Müller", "ann@example.com", "")).await;
    create(store, 2, profile("Ann Mütler", "", "")).await;
    create(store, 3, profile("Bob Schmidt", "", "")).await;
    create(store, 4, profile("Ann Mül", "", "")).await;
    assert_eq!(found(store, "müller").await, [1], "whoever is written so");
    assert_eq!(found(store, "müler ann").await, [1, 2]);
    assert_eq!(found(store, "mülller").await, [1]);
    assert_eq!(found(store, "mpller").await, [1]);
    assert_eq!(found(store, "mülelr").await, [1]);
    assert_eq!(found(store, "schimdt").await, [3]);
    assert_eq!(found(store, "bob schimd").await, [0_u64; 0], "two mistakes are too many");
    assert_eq!(found(store, "rüller").await, [0_u64; 0]);
    assert_eq!(found(store, "boo").await, [0_u64; 0]);
    write(store, 1, CustomerWrite::Erase).await.must();
    assert_eq!(found(store, "mpller").await, [0_u64; 0]);
}

/// Neither read, listed, searched nor changed.
pub async fn customers_of_other_tenants_are_not_found<S: Store>(store: &S) {
    create(store, 1, profile("Ann", "", "")).await;
    create(store, 2, profile("Bob", "", "")).await;
    assert_eq!(store.customer(OTHER, id(1)).await.must(), None);
    let text = SearchText::new("ann").must();
    assert!(store.search_customers(OTHER, &text, 10).await.must().items.is_empty());
    assert!(store.customers(OTHER, PageQuery::first(10)).await.must().items.is_empty());
    let theirs = store.write_customer(OTHER, id(1), &CustomerWrite::Erase, Expect::Present, &stamp(1)).await;
    refused!(theirs, PlatformError::NotFound { what: "customer" });
    let merged = CustomerWrite::MergeInto(id(2));
    create_for_other(store).await;
    let across = store.write_customer(OTHER, id(9), &merged, Expect::Present, &stamp(1)).await;
    refused!(across, PlatformError::NotFound { what: "customer" });
    let page = store.customers(TENANT, PageQuery::first(1)).await.must();
    assert_eq!((page.items[0].id, page.more), (id(1), true));
    let rest = store.customers(TENANT, PageQuery::after(id(1), 5)).await.must();
    assert_eq!((rest.items.len(), rest.items[0].id, rest.more), (1, id(2), false));
}

async fn create_for_other<S: Store>(store: &S) {
    store.write_customer(OTHER, id(9), &known("Cy"), Expect::Absent, &stamp(0)).await.must();
}

/// Who stays gets what was not known of them, the consents by time, and the id as an alias.
pub async fn a_merged_customer_leads_to_the_one_who_stays<S: Store>(store: &S) {
    create(store, 1, profile("Ann", "", "112 112")).await;
    create(store, 2, profile("Anne Lee", "anne@example.com", "")).await;
    write(store, 1, CustomerWrite::Consent(consent("news", true, 1))).await.must();
    write(store, 2, CustomerWrite::Consent(consent("news", false, 2))).await.must();
    let stays = write(store, 1, CustomerWrite::MergeInto(id(2))).await.must();
    assert_eq!(stays.id, id(2));
    assert_eq!(stays.profile(), Some(&profile("Anne Lee", "anne@example.com", "112 112")));
    assert_eq!(stays.consents(), [consent("news", true, 1), consent("news", false, 2)]);
    assert_eq!((stays.version, stays.aliases.as_slice()), (3, &[id(1)][..]));
    assert_eq!(store.customer(TENANT, id(2)).await.must(), Some(stays));
    let gone = store.customer(TENANT, id(1)).await.must().must();
    assert_eq!((gone.version, gone.state), (3, CustomerState::Merged { into: id(2) }));
    assert_eq!(found(store, "ann").await, [2]);
    assert_eq!(store.customers(TENANT, PageQuery::first(10)).await.must().items.len(), 1);
}

/// Whoever was merged earlier leads to the last one who stays.
pub async fn merging_twice_leads_there_in_one_step<S: Store>(store: &S) {
    for number in 1..=3 {
        create(store, number, profile("Ann", "", "")).await;
    }
    write(store, 1, CustomerWrite::MergeInto(id(2))).await.must();
    let stays = write(store, 2, CustomerWrite::MergeInto(id(3))).await.must();
    let mut aliases = stays.aliases.clone();
    aliases.sort_unstable();
    assert_eq!(aliases, [id(1), id(2)]);
    for number in [1, 2] {
        let gone = store.customer(TENANT, id(number)).await.must().must();
        assert_eq!(gone.state, CustomerState::Merged { into: id(3) }, "{number}");
        assert!(gone.aliases.is_empty());
    }
}

/// With oneself, with nobody, with someone who is gone; and nothing changes.
pub async fn merges_that_make_no_sense_are_refused<S: Store>(store: &S) {
    let ann = create(store, 1, profile("Ann", "", "")).await;
    create(store, 2, profile("Bob", "", "")).await;
    refused!(write(store, 1, CustomerWrite::MergeInto(id(1))).await, PlatformError::Invalid(_));
    refused!(write(store, 1, CustomerWrite::MergeInto(id(9))).await, PlatformError::NotFound { .. });
    write(store, 2, CustomerWrite::Erase).await.must();
    refused!(write(store, 1, CustomerWrite::MergeInto(id(2))).await, PlatformError::Gone);
    refused!(write(store, 2, CustomerWrite::MergeInto(id(1))).await, PlatformError::Gone);
    assert_eq!(store.customer(TENANT, id(1)).await.must(), Some(ann));
}

/// Nothing is left but the id and when; erasing twice changes nothing; nothing else can be written.
pub async fn an_erased_customer_is_forgotten<S: Store>(store: &S) {
    create(store, 1, profile("Ann", "ann@example.com", "")).await;
    write(store, 1, CustomerWrite::Consent(consent("news", true, 1))).await.must();
    let erased = write(store, 1, CustomerWrite::Erase).await.must();
    assert_eq!((erased.version, &erased.state), (3, &CustomerState::Erased { at: at(5) }));
    assert_eq!(found(store, "ann").await, [0_u64; 0]);
    assert!(store.customers(TENANT, PageQuery::first(10)).await.must().items.is_empty());
    assert_eq!(write(store, 1, CustomerWrite::Erase).await.must(), erased);
    refused!(write(store, 1, known("Ann")).await, PlatformError::Gone);
    refused!(write(store, 1, CustomerWrite::Consent(consent("news", true, 9))).await, PlatformError::Gone);
    assert_eq!(store.customer(TENANT, id(1)).await.must(), Some(erased));
}

/// And a change of profile keeps what was agreed to.
pub async fn the_last_word_on_a_purpose_counts<S: Store>(store: &S) {
    create(store, 1, profile("Ann", "", "")).await;
    for (purpose, granted, minutes) in [("news", true, 1), ("reminders", true, 2), ("news", false, 3)] {
        write(store, 1, CustomerWrite::Consent(consent(purpose, granted, minutes))).await.must();
    }
    write(store, 1, known("Anne")).await.must();
    let ann = store.customer(TENANT, id(1)).await.must().must();
    let agrees = ["news", "reminders", "calls"].map(|purpose| ann.agrees_to(&name(purpose)));
    assert_eq!((agrees, ann.consents().len(), ann.version), ([false, true, false], 3, 5));
}

/// The one beyond the bound is refused, and those before it stay.
pub async fn consents_are_bounded<S: Store>(store: &S) {
    create(store, 1, profile("Ann", "", "")).await;
    for minutes in 0..i64::try_from(MAX_CONSENTS).must() {
        write(store, 1, CustomerWrite::Consent(consent("news", true, minutes))).await.must();
    }
    let beyond = write(store, 1, CustomerWrite::Consent(consent("news", false, 0))).await;
    refused!(beyond, PlatformError::Invalid(_));
    let ann = store.customer(TENANT, id(1)).await.must().must();
    assert_eq!(ann.consents().len(), MAX_CONSENTS);
}
