//! Another time, duration, party or other resources for a booking.

use super::change::change_fee;
use super::listing::one_second;
use super::{Booked, MAX_ATTEMPTS, MoveRequest, Refusal, Scheduler, Wish};
use crate::ResourceId;
use crate::booking::{Booking, State};
use crate::clock::Clock;
use crate::engine::Waiver;
use crate::interval::second_of;
use crate::store::{
    Action, BookingStore, Catalog, Command, CommitError, Committed, IdempotencyKey, Initial, Operation,
    Placement, Relocation,
};

impl<S: Catalog + BookingStore, C: Clock> Scheduler<S, C> {
    /// Moves a booking to another start, duration or party, in one step: its own old time does not stand in its way,
    /// and it keeps that time when the new one is refused.
    pub async fn reschedule(&self, request: &MoveRequest) -> Result<Booked, Refusal> {
        self.relocate(request, Operation::Reschedule).await
    }

    /// Gives a booking other resources at the same time, before its start: grid, notice and horizon, which are about the
    /// time, are not judged again.
    pub async fn reassign(
        &self,
        change: &super::ChangeRequest,
        resources: &[ResourceId],
    ) -> Result<Booked, Refusal> {
        let request = MoveRequest {
            change: change.clone(),
            start: None,
            duration: None,
            party: None,
            resources: resources.to_vec(),
        };
        self.relocate(&request, Operation::Reassign).await
    }

    async fn relocate(&self, request: &MoveRequest, operation: Operation) -> Result<Booked, Refusal> {
        let change = &request.change;
        change.actor.check()?;
        let key = change
            .key
            .as_deref()
            .map(|key| IdempotencyKey::new(operation, key, request.content()))
            .transpose()?;
        if let Some(recorded) = self.replay(change.tenant, key.as_ref()).await? {
            return Booked::from_commit(recorded).ok_or(Refusal::NotFound { what: "booking" });
        }
        let moved = self.relocate_new(request, operation, key.as_ref()).await;
        let moved = self.or_replay(change.tenant, key.as_ref(), moved).await?;
        Booked::from_commit(moved).ok_or(Refusal::NotFound { what: "booking" })
    }

    async fn relocate_new(
        &self,
        request: &MoveRequest,
        operation: Operation,
        key: Option<&IdempotencyKey>,
    ) -> Result<Committed, Refusal> {
        for _ in 0..MAX_ATTEMPTS {
            let command = self.plan_move(request, operation, key.cloned()).await?;
            match self.store.commit(&command).await {
                Ok(committed) => return Ok(committed),
                Err(CommitError::NoFit { .. } | CommitError::Limit { .. }) => {}
                // Someone else changed it in between: judged afresh, unless the caller named the version.
                Err(CommitError::VersionConflict { .. }) if request.change.if_version.is_none() => {}
                Err(other) => return Err(other.into()),
            }
        }
        Err(Refusal::Contended)
    }

    async fn plan_move(
        &self,
        request: &MoveRequest,
        operation: Operation,
        key: Option<IdempotencyKey>,
    ) -> Result<Command, Refusal> {
        let change = &request.change;
        let now = self.now();
        let booking = self.booking(change.tenant, change.booking).await?;
        self.check_movable(&booking, request, operation)?;
        let service = self.service(change.tenant, booking.service).await?;
        let fee =
            if change.waive.limits || booking.state != State::Confirmed || operation == Operation::Reassign {
                None
            } else {
                change_fee(&service.policy.reschedule, &booking, now)?
            };
        let start = request.start.map(|start| second_of("start", start)).transpose()?;
        let start = start.unwrap_or(booking.visit.start_second());
        let mut wish = wish_of(&booking, request);
        if operation == Operation::Reassign {
            // The time is kept: what was agreed about it is not judged again.
            wish.waive = Waiver { grid: true, notice: true, horizon: true, ..wish.waive };
        }
        let mut query = Self::query(&wish, one_second(start)?, now.timestamp())?;
        let snapshot = self.snapshot(change.tenant, &service, &query, Some(booking.id)).await?;
        if request.resources.is_empty() {
            // Whoever has it now keeps it where possible.
            query.pins = booking.resources();
            query.pins.retain(|id| snapshot.resources.iter().any(|resource| resource.id == *id));
            if !self.availability(&service, &snapshot)?.is_bookable(&query, start)? {
                query.pins.clear();
            }
        }
        let placement = match self.placement(
            &service,
            &snapshot,
            &query,
            start,
            Initial::Confirmed,
            wish.group.as_deref(),
        ) {
            Ok(placement) => placement,
            Err(Refusal::NotBookable { reasons, .. }) => {
                wish.ignoring = Some(booking.id);
                let alternatives = self.alternatives(&wish, start).await;
                return Err(Refusal::NotBookable { reasons, alternatives });
            }
            Err(other) => return Err(other),
        };
        let mut after = placement.clone();
        after.booking.id = booking.id;
        let offers = self.offers(change.tenant, booking.visit, Some(booking.id), Some(&after), now).await?;
        let mut priced = placement.booking.priced.clone();
        if priced.price.is_none() || operation == Operation::Reassign {
            priced = booking.priced.clone();
        }
        // What was due when booking was due then: a move does not ask for it again.
        priced.deposit = booking.priced.deposit;
        priced.fee = fee;
        Ok(Command {
            tenant: change.tenant,
            now,
            actor: change.actor.clone(),
            key,
            action: Action::Move(relocation(&booking, operation, placement, priced)),
            offers,
            verdicts: Vec::new(),
        })
    }

    /// What can be said before planning: version and life cycle. The store checks both again.
    fn check_movable(
        &self,
        booking: &Booking,
        request: &MoveRequest,
        operation: Operation,
    ) -> Result<(), Refusal> {
        // Expiry first: a sweep raises the version and must not change the answer.
        let state = booking.state_at(self.now().timestamp());
        if state == State::Expired {
            let at = booking.deadline.unwrap_or(booking.changed);
            return Err(Refusal::Expired { at });
        }
        if let Some(wanted) = request.change.if_version
            && wanted != booking.version
        {
            return Err(Refusal::VersionConflict { current: booking.version });
        }
        let attempted =
            if operation == Operation::Reassign { crate::Move::Reassign } else { crate::Move::Reschedule };
        state.after(attempted, false).map(|_| ()).map_err(Refusal::IllegalMove)
    }
}

fn wish_of(booking: &Booking, request: &MoveRequest) -> Wish {
    Wish {
        tenant: booking.tenant,
        service: booking.service,
        duration: Some(request.duration.unwrap_or(booking.visit.seconds())),
        party: request.party.unwrap_or(booking.party),
        customer: booking.customer,
        group: booking.priced.group.clone(),
        resources: request.resources.clone(),
        waive: request.change.waive,
        ignoring: Some(booking.id),
        as_of: None,
    }
}

fn relocation(
    booking: &Booking,
    operation: Operation,
    placement: Placement,
    priced: crate::Priced,
) -> Relocation {
    Relocation {
        booking: booking.id,
        // The plan was made for this version of the booking and no other.
        if_version: Some(booking.version),
        reassign: operation == Operation::Reassign,
        visit: placement.booking.visit,
        party: placement.booking.party,
        local: placement.booking.local,
        priced,
        plans: placement.plans,
        limits: placement.limits,
    }
}
