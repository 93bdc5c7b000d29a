//! Idempotency: the content of each request, hashed.

use super::{BookRequest, CancelSeriesRequest, ChangeRequest, JoinRequest, MoveRequest, Refusal, Scheduler};
use super::{SeriesRequest, Wish};
use crate::clock::Clock;
use crate::engine::Waiver;
use crate::store::{BookingStore, Catalog, Committed, ContentHash, IdempotencyKey, Operation};
use crate::{Invalid, TenantId};

fn list<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

fn maybe<T: ToString>(item: Option<T>) -> String {
    item.map_or_else(|| "-".to_owned(), |item| item.to_string())
}

fn waived(waive: Waiver) -> String {
    let Waiver { grid, hours, notice, horizon, limits } = waive;
    list(&[grid, hours, notice, horizon, limits])
}

fn wish(hash: ContentHash, wish: &Wish) -> ContentHash {
    hash.with("service", wish.service)
        .with("duration", maybe(wish.duration))
        .with("party", wish.party)
        .with("customer", maybe(wish.customer))
        .with("group", maybe(wish.group.as_deref()))
        .with("resources", list(&wish.resources))
        .with("waive", waived(wish.waive))
}

/// The key of a request, if the caller gave one.
pub(super) fn keyed(
    operation: Operation,
    key: Option<&str>,
    content: ContentHash,
) -> Result<Option<IdempotencyKey>, Invalid> {
    key.map(|key| IdempotencyKey::new(operation, key, content)).transpose()
}

impl BookRequest {
    pub(super) fn content(&self) -> ContentHash {
        wish(ContentHash::default(), &self.wish).with("start", self.start.timestamp())
    }
}

impl ChangeRequest {
    pub(super) fn content(&self) -> ContentHash {
        ContentHash::default()
            .with("booking", self.booking)
            .with("if_version", maybe(self.if_version))
            .with("waive", waived(self.waive))
    }
}

impl MoveRequest {
    pub(super) fn content(&self) -> ContentHash {
        self.change
            .content()
            .with("start", maybe(self.start.map(|start| start.timestamp())))
            .with("duration", maybe(self.duration))
            .with("party", maybe(self.party))
            .with("resources", list(&self.resources))
    }
}

impl JoinRequest {
    pub(super) fn content(&self) -> ContentHash {
        let (from, until) = (self.window.start_second(), self.window.end_second());
        wish(ContentHash::default(), &self.wish).with("from", from).with("until", until)
    }
}

impl CancelSeriesRequest {
    pub(super) fn content(&self) -> ContentHash {
        ContentHash::default()
            .with("series", self.series)
            .with("booking", maybe(self.booking))
            .with("scope", format!("{:?}", self.scope))
            .with("waive", waived(self.waive))
    }
}

impl SeriesRequest {
    pub(super) fn content(&self) -> ContentHash {
        let recurrence = &self.recurrence;
        let dates = |dates: Vec<String>| dates.join(",");
        wish(ContentHash::default(), &self.wish)
            .with("dtstart", recurrence.dtstart())
            .with("rrule", recurrence.rrule().unwrap_or("-"))
            .with("rdates", dates(recurrence.rdates().map(|d| format!("{d:?}")).collect()))
            .with("exdates", dates(recurrence.exdates().map(|d| format!("{d:?}")).collect()))
            .with("zone", maybe(self.zone.as_ref()))
            .with("on_conflict", format!("{:?}", self.on_conflict))
    }
}

impl<S: Catalog + BookingStore, C: Clock> Scheduler<S, C> {
    /// Looks a key up before anything is planned: the recorded answer, nothing, or a refusal.
    pub(super) async fn replay(
        &self,
        tenant: TenantId,
        key: Option<&IdempotencyKey>,
    ) -> Result<Option<Committed>, Refusal> {
        let Some(key) = key else { return Ok(None) };
        match self.store.recorded(tenant, key.operation, &key.key).await? {
            Some(recorded) if recorded.key.content == key.content => {
                Ok(Some(Committed { replayed: true, ..recorded.answer }))
            }
            Some(_) => Err(Refusal::KeyReused),
            None => Ok(None),
        }
    }

    /// What a request with a key gets. Where a retry runs beside its first try, it may be refused for what that has just
    /// done: then it gets the answer of the first try.
    pub(super) async fn or_replay(
        &self,
        tenant: TenantId,
        key: Option<&IdempotencyKey>,
        done: Result<Committed, Refusal>,
    ) -> Result<Committed, Refusal> {
        match done {
            Err(
                refusal @ (Refusal::NotBookable { .. }
                | Refusal::SeriesConflict { .. }
                | Refusal::VersionConflict { .. }
                | Refusal::IllegalMove(_)
                | Refusal::Contended),
            ) => self.replay(tenant, key).await?.ok_or(refusal),
            done => done,
        }
    }
}
