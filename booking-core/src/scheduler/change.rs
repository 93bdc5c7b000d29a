//! Everything that happens to a booking after it was made, its time and resources kept.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Booked, ChangeRequest, MAX_ATTEMPTS, Refusal, Scheduler};
use crate::booking::{Booking, State};
use crate::clock::Clock;
use crate::interval::{instant, second_of};
use crate::policy::ChangeWindow;
use crate::service::Service;
use crate::store::{
    Action, BookingStore, Catalog, Change, Command, ContentHash, IdempotencyKey, Offer, Operation,
};
use crate::{BookingId, Invalid, Money, TenantId};

impl<S: Catalog + BookingStore, C: Clock> Scheduler<S, C> {
    /// One booking.
    pub async fn booking(&self, tenant: TenantId, booking: BookingId) -> Result<Booking, Refusal> {
        self.store.booking(tenant, booking).await?.ok_or(Refusal::NotFound { what: "booking" })
    }

    /// Makes a hold a booking. Judges only expiry and version: what was held is given.
    pub async fn confirm(&self, request: &ChangeRequest) -> Result<Booked, Refusal> {
        self.change(request, Operation::Confirm, Change::Confirm, ContentHash::default(), request.if_version)
            .await
    }

    /// Lets a hold live until an instant, at most the service's longest hold after it was made.
    pub async fn extend(&self, request: &ChangeRequest, until: DateTime<Utc>) -> Result<Booked, Refusal> {
        let second = second_of("until", until)?;
        if until <= self.now() {
            return Err(Invalid::new("until", until, "an instant in the future").into());
        }
        let content = ContentHash::default().with("until", second);
        self.change(request, Operation::Extend, Change::Extend { until }, content, request.if_version).await
    }

    /// Approves a pending booking.
    pub async fn approve(&self, request: &ChangeRequest) -> Result<Booked, Refusal> {
        self.change(request, Operation::Approve, Change::Approve, ContentHash::default(), request.if_version)
            .await
    }

    /// Turns a pending booking down.
    pub async fn decline(&self, request: &ChangeRequest) -> Result<Booked, Refusal> {
        self.change(request, Operation::Decline, Change::Decline, ContentHash::default(), request.if_version)
            .await
    }

    /// Marks the customer as there. May be earlier than the start.
    pub async fn check_in(&self, request: &ChangeRequest) -> Result<Booked, Refusal> {
        self.change(request, Operation::CheckIn, Change::CheckIn, ContentHash::default(), request.if_version)
            .await
    }

    /// Closes a visit as done, from its start on.
    pub async fn complete(&self, request: &ChangeRequest) -> Result<Booked, Refusal> {
        self.change(
            request,
            Operation::Complete,
            Change::Complete,
            ContentHash::default(),
            request.if_version,
        )
        .await
    }

    /// Marks a visit as missed, from its start on, with the fee of the service's no-show rule.
    pub async fn no_show(&self, request: &ChangeRequest) -> Result<Booked, Refusal> {
        if let Some(replayed) = self.replayed(request, Operation::NoShow, ContentHash::default()).await? {
            return Ok(replayed);
        }
        self.charge(request, Operation::NoShow, |service, booking| {
            let fee = service.policy.no_show.fee.and_then(|fee| fee.of(booking.priced.price));
            Ok(fee.filter(|_| !request.waive.limits))
        })
        .await
    }

    /// Calls a booking off, with the fee of the service's cancellation window. Refused after the window has closed,
    /// unless limits are waived. Holds and pending bookings may be dropped at any time.
    pub async fn cancel(&self, request: &ChangeRequest) -> Result<Booked, Refusal> {
        if let Some(replayed) = self.replayed(request, Operation::Cancel, ContentHash::default()).await? {
            return Ok(replayed);
        }
        self.charge(request, Operation::Cancel, |service, booking| {
            if booking.state == State::Confirmed && !request.waive.limits {
                change_fee(&service.policy.cancellation, booking, self.now())
            } else {
                Ok(None)
            }
        })
        .await
    }

    /// Cancels, or marks as missed, at the fee of the very version that is changed: a booking that was moved meanwhile is
    /// judged afresh.
    async fn charge(
        &self,
        request: &ChangeRequest,
        operation: Operation,
        fee_of: impl Fn(&Service, &Booking) -> Result<Option<Money>, Refusal> + Send,
    ) -> Result<Booked, Refusal> {
        for _ in 0..MAX_ATTEMPTS {
            let booking = self.booking(request.tenant, request.booking).await?;
            let service = self.store.service(request.tenant, booking.service).await?;
            let fee = service.map_or(Ok(None), |service| fee_of(&service, &booking))?;
            let change = match operation {
                Operation::NoShow => Change::MarkNoShow { fee },
                _ => Change::Cancel { fee },
            };
            let version = Some(request.if_version.unwrap_or(booking.version));
            match self.change(request, operation, change, ContentHash::default(), version).await {
                Err(Refusal::VersionConflict { .. }) if request.if_version.is_none() => {}
                done => return done,
            }
        }
        Err(Refusal::Contended)
    }

    async fn replayed(
        &self,
        request: &ChangeRequest,
        operation: Operation,
        more: ContentHash,
    ) -> Result<Option<Booked>, Refusal> {
        let key = change_key(request, operation, more)?;
        Ok(self.replay(request.tenant, key.as_ref()).await?.and_then(Booked::from_commit))
    }

    async fn change(
        &self,
        request: &ChangeRequest,
        operation: Operation,
        change: Change,
        more: ContentHash,
        if_version: Option<u64>,
    ) -> Result<Booked, Refusal> {
        request.actor.check()?;
        let key = change_key(request, operation, more)?;
        if let Some(recorded) = self.replay(request.tenant, key.as_ref()).await? {
            return Booked::from_commit(recorded).ok_or(Refusal::NotFound { what: "booking" });
        }
        let now = self.now();
        let command = Command {
            tenant: request.tenant,
            now,
            actor: request.actor.clone(),
            key,
            action: Action::Change { booking: request.booking, if_version, change },
            offers: self.offers_after(request, &change, now).await?,
            verdicts: Vec::new(),
        };
        let committed = self.store.commit(&command).await?;
        Booked::from_commit(committed).ok_or(Refusal::NotFound { what: "booking" })
    }

    /// Offers for what a change frees.
    async fn offers_after(
        &self,
        request: &ChangeRequest,
        change: &Change,
        now: DateTime<Utc>,
    ) -> Result<Vec<Offer>, Refusal> {
        let frees = matches!(
            change,
            Change::Cancel { .. } | Change::Decline | Change::Complete | Change::MarkNoShow { .. }
        );
        if !frees {
            return Ok(Vec::new());
        }
        let Some(booking) = self.store.booking(request.tenant, request.booking).await? else {
            return Ok(Vec::new());
        };
        self.offers(request.tenant, booking.visit, Some(booking.id), None, now).await
    }
}

fn change_key(
    request: &ChangeRequest,
    operation: Operation,
    more: ContentHash,
) -> Result<Option<IdempotencyKey>, Invalid> {
    let Some(key) = request.key.as_deref() else { return Ok(None) };
    let both = request.content().with("more", format_args!("{:?}", more.finish()));
    IdempotencyKey::new(operation, key, both).map(Some)
}

/// The fee of a change made now, or that its window has closed.
pub(super) fn change_fee(
    window: &ChangeWindow,
    booking: &Booking,
    now: DateTime<Utc>,
) -> Result<Option<Money>, Refusal> {
    let before_start = booking.visit.start_second() - now.timestamp();
    if let Some(closes) = window.closes
        && before_start < closes
    {
        let until = instant(booking.visit.start_second()) - TimeDelta::seconds(closes);
        return Err(Refusal::TooLate { until });
    }
    Ok(window.tier(before_start).and_then(|tier| tier.fee.of(booking.priced.price)))
}
