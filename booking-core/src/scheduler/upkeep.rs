//! Blocks, capacity, sessions on the calendar, and sweeping.

use super::{Refusal, Scheduler, Wish};
use crate::booking::{Actor, Block, Booking, Session};
use crate::clock::Clock;
use crate::engine::SlotQuery;
use crate::interval::{Interval, second_of};
use crate::store::{Action, BookingStore, Catalog, Committed, PlanClaims};
use crate::{BlockId, BookingId, END_SECOND, FIRST_SECOND, ResourceId, SessionId, TenantId};

/// How many lapsed bookings one sweep marks.
const MAX_SWEEP: usize = 1_000;

impl<S: Catalog + BookingStore, C: Clock> Scheduler<S, C> {
    /// Adds time off or imported busy time. Never refused for what is booked: the answer names the bookings it collides
    /// with, for people to settle. Of the text, which often comes from someone else's calendar, control characters are
    /// left out and the first [`MAX_NAME`](crate::MAX_NAME) characters are kept.
    pub async fn block(
        &self,
        tenant: TenantId,
        resource: ResourceId,
        interval: Interval,
        text: &str,
        actor: &Actor,
    ) -> Result<(Block, Vec<BookingId>), Refusal> {
        let id = BlockId::from_uuid(self.ids.next_id(self.now()));
        let block = Block { id, resource, interval, text: plain(text) };
        let collides = self.put_block(tenant, block.clone(), actor).await?;
        Ok((block, collides))
    }

    /// Adds a block under an id of the caller's, or puts it in place of the one with that id: for busy time that is
    /// imported again and again. Otherwise as [`block`](Self::block), and answers what it collides with.
    pub async fn put_block(
        &self,
        tenant: TenantId,
        block: Block,
        actor: &Actor,
    ) -> Result<Vec<BookingId>, Refusal> {
        self.known(tenant, block.resource).await?;
        let block = Block { text: plain(&block.text), ..block };
        let command = self.plain(tenant, actor, Action::AddBlock(block))?;
        Ok(self.store.commit(&command).await?.collides)
    }

    /// Removes a block; those in line are offered what it frees.
    pub async fn unblock(&self, tenant: TenantId, block: BlockId, actor: &Actor) -> Result<(), Refusal> {
        let found = self.store.block(tenant, block).await?.ok_or(Refusal::NotFound { what: "block" })?;
        let command = self.plain(tenant, actor, Action::RemoveBlock(block))?;
        self.store.commit(&command).await?;
        self.offer_again(tenant, found.interval, actor).await
    }

    /// Sets the capacity of a resource; refused below what will be in use at once. Those in line are offered what more
    /// capacity frees.
    pub async fn set_capacity(
        &self,
        tenant: TenantId,
        resource: ResourceId,
        capacity: u32,
        actor: &Actor,
    ) -> Result<(), Refusal> {
        crate::resource::check_capacity(capacity)?;
        self.known(tenant, resource).await?;
        let command = self.plain(tenant, actor, Action::SetCapacity { resource, capacity })?;
        self.store.commit(&command).await?;
        let from = self.now().timestamp().clamp(FIRST_SECOND, END_SECOND - 1);
        self.offer_again(tenant, Interval::from_seconds(from, END_SECOND)?, actor).await
    }

    /// Puts a session of a service with seats on the calendar, before anyone has booked. Judged for free capacity and
    /// blocks; hours, grid, notice and horizon are staff's own business.
    pub async fn open_session(
        &self,
        wish: &Wish,
        start: chrono::DateTime<chrono::Utc>,
        actor: &Actor,
    ) -> Result<Session, Refusal> {
        let service = self.service(wish.tenant, wish.service).await?;
        if !service.has_sessions() {
            return Err(
                crate::Invalid::new("service", service.id, "a service with more than one seat").into()
            );
        }
        let start = second_of("start", start)?;
        let one = super::listing::one_second(start)?;
        let now = self.now();
        let query = SlotQuery {
            waive: crate::engine::Waiver::ALL,
            party: 1,
            ..Self::query(wish, one, now.timestamp())?
        };
        let snapshot = self.snapshot(wish.tenant, &service, &query, None).await?;
        let availability = self.availability(&service, &snapshot)?;
        let id = SessionId::from_uuid(self.ids.next_id(now));
        for plan in availability.plans(&query, start, id)? {
            let PlanClaims::Seats(session) = plan.claims else { continue };
            let session = Session { scheduled: true, ..session };
            let command = self.plain(wish.tenant, actor, Action::OpenSession(session))?;
            match self.store.commit(&command).await {
                Ok(Committed { session: Some(session), .. }) => return Ok(session),
                Ok(_) | Err(crate::store::CommitError::NoFit { .. }) => {}
                Err(other) => return Err(other.into()),
            }
        }
        let reasons = availability.explain(&query, start)?.reasons;
        Err(Refusal::NotBookable { reasons, alternatives: Vec::new() })
    }

    /// Takes a session off the calendar: it then lives only by the seats taken in it.
    pub async fn close_session(
        &self,
        tenant: TenantId,
        session: SessionId,
        actor: &Actor,
    ) -> Result<(), Refusal> {
        let command = self.plain(tenant, actor, Action::CloseSession(session))?;
        self.store.commit(&command).await?;
        let from = self.now().timestamp().clamp(FIRST_SECOND, END_SECOND - 1);
        self.offer_again(tenant, Interval::from_seconds(from, END_SECOND)?, actor).await
    }

    /// Marks bookings whose deadline has passed as expired, and offers what they held to those in line. Nothing else
    /// that anyone could see changes: a lapsed hold blocks nothing, swept or not.
    pub async fn sweep(&self, tenant: TenantId) -> Result<Vec<Booking>, Refusal> {
        let now = self.now();
        let lapsed = self.store.lapsed(tenant, now, MAX_SWEEP).await?;
        let from = now.timestamp().clamp(FIRST_SECOND, END_SECOND - 1);
        let ahead = Interval::from_seconds(from, END_SECOND)?;
        if lapsed.is_empty() {
            return Ok(Vec::new());
        }
        let actor = Actor::new("sweeper", "scheduler");
        let ids = lapsed.iter().map(|booking| booking.id).collect();
        let mut command = self.plain(tenant, &actor, Action::Sweep(ids))?;
        command.offers = self.offers(tenant, ahead, None, None, now).await?;
        Ok(self.store.commit(&command).await?.bookings)
    }

    async fn known(&self, tenant: TenantId, resource: ResourceId) -> Result<(), Refusal> {
        let found = self.store.resources(tenant, &[resource]).await?;
        if found.is_empty() { Err(Refusal::NotFound { what: "resource" }) } else { Ok(()) }
    }

    /// Offers what was freed by a change that could not carry offers itself, because what it frees is only known after
    /// it.
    pub(super) async fn offer_again(
        &self,
        tenant: TenantId,
        window: Interval,
        actor: &Actor,
    ) -> Result<(), Refusal> {
        let now = self.now();
        let offers = self.offers(tenant, window, None, None, now).await?;
        if !offers.is_empty() {
            let mut command = self.plain(tenant, actor, Action::Sweep(Vec::new()))?;
            command.offers = offers;
            self.store.commit(&command).await?;
        }
        Ok(())
    }
}

/// What is kept of a text from someone else's calendar.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(crate::MAX_NAME).collect()
}
