//! The suite every platform store must pass: one function a rule, one test a function.
//!
//! [`conformance!`](crate::conformance!) makes the tests. Each gets a store of its own, empty, that is also the catalogue
//! and the store of bookings of the core, because writes of both end up in one audit log.
#![expect(clippy::missing_panics_doc, reason = "a rule answers by a panic where the store breaks it")]
#![expect(clippy::panic, reason = "a rule answers by a panic where the store breaks it")]

mod audit;
mod catalogue;
mod customers;
mod keys;
mod kit;
mod references;
mod reports;
mod tenants;

pub use audit::*;
pub use catalogue::*;
pub use customers::*;
pub use keys::*;
pub use kit::{Store, Subject};
pub use references::*;
pub use reports::*;
pub use tenants::*;

/// One test for each rule of the platform's ports.
///
/// `$set_up` is a function that makes an empty store, as a [`Subject`](crate::conformance::Subject); it is called once a
/// test. `$block_on` runs a future to its end: the executor of the adapter, or any other.
///
/// ```
/// use booking_platform::conformance::Subject;
/// use booking_platform::memory::MemoryPlatform;
///
/// fn set_up() -> Subject<MemoryPlatform> {
///     Subject::new(MemoryPlatform::new())
/// }
///
/// # mod tests {
/// # use super::*;
/// # use std::future::Future;
/// # fn block_on<T>(_: impl Future<Output = T>) {}
/// booking_platform::conformance!(set_up, block_on);
/// # }
/// ```
#[macro_export]
macro_rules! conformance {
    ($set_up:expr, $block_on:expr) => {
        $crate::conformance_tests! { $set_up, $block_on,
            a_tenant_is_created_once_and_replaced_by_version,
            tenants_are_listed_by_id,
            every_kind_of_item_reads_back_as_it_was_written,
            an_item_is_replaced_only_in_the_version_it_has,
            a_deleted_item_is_gone,
            items_are_listed_by_kind_and_id,
            items_of_other_tenants_are_not_seen,
            what_an_item_refers_to_must_exist,
            what_is_referred_to_is_not_deleted,
            the_engine_reads_what_was_written,
            shared_hours_reach_every_resource,
            holidays_close_every_resource,
            shared_policies_and_prices_reach_every_service,
            a_group_is_a_pool_in_its_order,
            a_change_that_breaks_another_item_is_refused_whole,
            a_resource_starts_with_its_capacity,
            a_capacity_is_changed_by_the_command_only,
            a_customer_reads_back_as_written,
            a_customer_is_changed_only_in_the_version_they_have,
            customers_are_found_by_the_beginnings_of_words,
            mistyped_words_are_found_where_nothing_else_is,
            the_best_match_comes_first,
            customers_of_other_tenants_are_not_found,
            a_merged_customer_leads_to_the_one_who_stays,
            merging_twice_leads_there_in_one_step,
            merges_that_make_no_sense_are_refused,
            an_erased_customer_is_forgotten,
            the_last_word_on_a_purpose_counts,
            consents_are_bounded,
            a_key_is_found_by_its_look_up_prefix,
            a_look_up_prefix_belongs_to_one_key,
            a_revoked_key_stays_revoked,
            a_token_is_good_until_it_is_revoked_or_expires,
            every_write_is_audited,
            a_refused_write_is_not_audited,
            commands_of_the_core_are_audited,
            a_replayed_command_is_audited_once,
            the_audit_log_is_read_in_pages_from_the_newest,
            the_audit_log_is_read_by_time,
            audit_logs_of_tenants_are_apart,
            a_report_counts_bookings_by_where_they_stand,
            a_report_tells_days_and_services_apart,
            a_visit_belongs_to_its_date_on_the_wall,
            days_that_are_over_are_counted_as_they_are_now,
            reports_of_tenants_are_apart,
        }
    };
}

/// The part of [`conformance!`](crate::conformance!) that repeats.
#[doc(hidden)]
#[macro_export]
macro_rules! conformance_tests {
    ($set_up:expr, $block_on:expr, $($rule:ident,)*) => {$(
        #[test]
        fn $rule() {
            let store = $set_up();
            ($block_on)(async { $crate::conformance::$rule(&*store).await });
        }
    )*};
}
