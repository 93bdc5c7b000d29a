//! The waitlist: joining, leaving, and offers for what becomes free.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use super::keys::keyed;
use super::listing::one_second;
use super::snapshot::{days_of, occupy};
use super::{JoinRequest, Joined, LiveOffer, Refusal, Scheduler, Wish};
use crate::booking::{Actor, EntryState, State, WaitlistEntry};
use crate::clock::Clock;
use crate::hot::MAX_WINDOW;
use crate::interval::Interval;
use crate::seconds::{DAY, Seconds, check_length, check_name};
use crate::service::{MAX_BUFFER, MAX_DURATION, Service};
use crate::store::{
    Action, BookingFilter, BookingStore, Catalog, Command, Initial, Offer, Operation, Placement, WaitingQuery,
};
use crate::{BookingId, END_SECOND, EntryId, FIRST_SECOND, Invalid, TenantId};

/// How many in line one command looks at, first come first: those behind wait for the next capacity that is freed.
pub const MAX_IN_LINE: usize = 1_000;
/// How far from a freed time starts are offered, in seconds: as far as the longest visit reaches. Of what a limit of a
/// year frees, the rest is offered when something nearer is freed.
const MAX_REACH: Seconds = MAX_DURATION + 2 * MAX_BUFFER;

impl<S: Catalog + BookingStore, C: Clock> Scheduler<S, C> {
    /// Joins the waitlist of a service. Refused: a window that is over, or longer than [`MAX_WINDOW`](crate::MAX_WINDOW),
    /// and a wish that the service cannot meet.
    pub async fn join_waitlist(&self, request: &JoinRequest) -> Result<Joined, Refusal> {
        let wish = &request.wish;
        let key = keyed(Operation::JoinWaitlist, request.key.as_deref(), request.content())?;
        if let Some(recorded) = self.replay(wish.tenant, key.as_ref()).await? {
            let entry = recorded.entry.ok_or(Refusal::NotFound { what: "entry" })?;
            return Ok(Joined { entry, replayed: true });
        }
        let service = self.service(wish.tenant, wish.service).await?;
        service.duration(wish.duration)?;
        service.check_party(wish.party)?;
        wish.group.as_deref().map_or(Ok(()), |group| check_name("group", group))?;
        check_length("window", request.window.seconds(), 1, MAX_WINDOW)?;
        let now = self.now();
        if request.window.end() <= now {
            let shown = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
            let expected = format!("an instant after {}", shown(now));
            return Err(Invalid::new("window.end", shown(request.window.end()), expected).into());
        }
        let entry = WaitlistEntry {
            id: EntryId::from_uuid(self.ids.next_id(now)),
            tenant: wish.tenant,
            service: wish.service,
            customer: wish.customer,
            window: request.window,
            duration: wish.duration,
            party: wish.party,
            group: wish.group.clone(),
            state: EntryState::Waiting,
            offer: None,
            offered: Vec::new(),
            joined: now,
            place: 0,
        };
        let mut command = self.plain(wish.tenant, &request.actor, Action::Join(entry.clone()))?;
        command.key = key;
        let done = self.store.commit(&command).await?;
        Ok(Joined { entry: done.entry.unwrap_or(entry), replayed: done.replayed })
    }

    /// Leaves the waitlist. A live offer is given back, and offered to the next in line.
    pub async fn leave_waitlist(
        &self,
        tenant: TenantId,
        entry: EntryId,
        actor: &Actor,
    ) -> Result<(), Refusal> {
        let found = self.store.entry(tenant, entry).await?.ok_or(Refusal::NotFound { what: "entry" })?;
        let mut command = self.plain(tenant, actor, Action::Leave(entry))?;
        let offer = found.offer.filter(|_| found.state == EntryState::Waiting);
        if let Some(offer) = offer
            && let Some(offer) = self.store.booking(tenant, offer).await?
            && offer.is_live_at(command.now.timestamp())
        {
            // Not the entry's window: an offer may have been moved out of it.
            let (freed, now) = (offer.visit, command.now);
            command.offers =
                self.offers_without(tenant, freed, Some(offer.id), None, Some(entry), now).await?;
        }
        self.store.commit(&command).await?;
        Ok(())
    }

    /// Brings the line up to date (lapsed offers go to the next), then lists the offers that stand, by place in line.
    pub async fn waitlist_offers(&self, tenant: TenantId) -> Result<Vec<LiveOffer>, Refusal> {
        self.sweep(tenant).await?;
        let now = self.now().timestamp();
        let filter =
            BookingFilter { states: vec![State::Held], now, limit: 1_000, ..BookingFilter::default() };
        let mut offers = Vec::new();
        let mut after = None;
        loop {
            let page = self.store.bookings(tenant, &BookingFilter { after, ..filter.clone() }).await?;
            after = page.cursor();
            for booking in page.items {
                if let Some(entry) = booking.offer_to {
                    let place = self.store.entry(tenant, entry).await?.map_or(u64::MAX, |entry| entry.place);
                    offers.push((place, LiveOffer { entry, booking }));
                }
            }
            if after.is_none() {
                break;
            }
        }
        offers.sort_by_key(|(place, _)| *place);
        Ok(offers.into_iter().map(|(_, offer)| offer).collect())
    }

    /// Plans offers for those in line whom the time `freed` may help, as if the booking `without` were gone and `after` had
    /// taken its place. Earlier offers are seen by later ones; entries that do not fit are passed over. Only starts near
    /// `freed` are offered: those ahead in line who wait for others only were not asked about these either.
    pub(super) async fn offers(
        &self,
        tenant: TenantId,
        freed: Interval,
        without: Option<BookingId>,
        after: Option<&Placement>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Offer>, Refusal> {
        self.offers_without(tenant, freed, without, after, None, now).await
    }

    /// The same where `leaving` is on its way out of the line: nothing is planned for it, and the others plan without it.
    async fn offers_without(
        &self,
        tenant: TenantId,
        freed: Interval,
        without: Option<BookingId>,
        after: Option<&Placement>,
        leaving: Option<EntryId>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Offer>, Refusal> {
        let window = around(freed, MAX_REACH)?;
        let waiting = WaitingQuery { tenant, window, now: now.timestamp(), limit: MAX_IN_LINE };
        let mut offers: Vec<Offer> = Vec::new();
        let mut in_line = self.store.waiting(&waiting).await?;
        // The entry whose own offer is being given back has no live offer once this command is applied; one whose offer is
        // moved still has it.
        if let Some(entry) = self.given_back(tenant, without.filter(|_| after.is_none())).await? {
            let place = in_line.partition_point(|other| other.place < entry.place);
            if !in_line.iter().any(|other| other.id == entry.id) {
                in_line.insert(place, entry);
            }
        }
        in_line.retain(|entry| Some(entry.id) != leaving);
        for entry in in_line {
            let Some(service) = self.store.service(tenant, entry.service).await? else { continue };
            let Some(near) = entry.window.intersection(around(freed, reach(&service))?) else { continue };
            let asked = (&entry, near);
            if let Some(placement) = self.offer_for(asked, &service, without, after, &offers, now).await? {
                offers.push(Offer { entry: entry.id, placement });
            }
        }
        Ok(offers)
    }

    async fn given_back(
        &self,
        tenant: TenantId,
        without: Option<BookingId>,
    ) -> Result<Option<WaitlistEntry>, Refusal> {
        let Some(without) = without else { return Ok(None) };
        let Some(entry) = self.store.booking(tenant, without).await?.and_then(|b| b.offer_to) else {
            return Ok(None);
        };
        let found = self.store.entry(tenant, entry).await?;
        Ok(found.filter(|entry| entry.state == EntryState::Waiting))
    }

    async fn offer_for(
        &self,
        (entry, window): (&WaitlistEntry, Interval),
        service: &Service,
        without: Option<BookingId>,
        after: Option<&Placement>,
        earlier: &[Offer],
        now: DateTime<Utc>,
    ) -> Result<Option<Placement>, Refusal> {
        let wish = Wish {
            duration: entry.duration,
            party: entry.party,
            customer: entry.customer,
            group: entry.group.clone(),
            ..Wish::new(entry.tenant, entry.service)
        };
        let query = Self::query(&wish, window, now.timestamp())?;
        let mut snapshot = match self.snapshot(entry.tenant, service, &query, without).await {
            Ok(snapshot) => snapshot,
            // The service has changed so that this entry can no longer be met: it is passed over.
            Err(Refusal::Invalid(_)) => return Ok(None),
            Err(other) => return Err(other),
        };
        for placement in after.into_iter().chain(earlier.iter().map(|offer| &offer.placement)) {
            occupy(&mut snapshot, placement);
        }
        let starts = self.availability(service, &snapshot)?.starts(&query)?;
        let fresh = |start: &&i64| !entry.offered.iter().any(|tried| tried.timestamp() == **start);
        let Some(&start) = starts.iter().find(fresh) else { return Ok(None) };
        let initial = Initial::Held(now + TimeDelta::seconds(service.holds.offer));
        let query = Self::query(&wish, one_second(start)?, now.timestamp())?;
        match self.placement(service, &snapshot, &query, start, initial, entry.group.as_deref()) {
            Ok(mut placement) => {
                placement.booking.offer_to = Some(entry.id);
                placement.booking.max_hold = placement.booking.max_hold.max(service.holds.offer);
                Ok(Some(placement))
            }
            Err(Refusal::NotBookable { .. }) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// A command without key or offers. Refused: an actor that cannot be written down.
    pub(super) fn plain(&self, tenant: TenantId, actor: &Actor, action: Action) -> Result<Command, Invalid> {
        actor.check()?;
        Ok(Command {
            tenant,
            now: self.now(),
            actor: actor.clone(),
            key: None,
            action,
            offers: Vec::new(),
            verdicts: Vec::new(),
        })
    }
}

/// How far from a freed time a start may lie that it makes bookable: its visit and buffers may reach in, a grid that
/// starts on free time may shift for the rest of the day, and a limit that is freed counts for its whole period.
fn reach(service: &Service) -> i64 {
    let longest = service.durations.iter().copied().max().unwrap_or(0);
    let visit = longest + service.buffers.before + service.buffers.after;
    let period = service.policy.limits.iter().map(|limit| days_of(limit.period) * DAY).max();
    visit.max(period.unwrap_or(0)).clamp(DAY, MAX_REACH)
}

fn around(freed: Interval, spare: i64) -> Result<Interval, Invalid> {
    let from = (freed.start_second() - spare).max(FIRST_SECOND);
    Interval::from_seconds(from, (freed.end_second() + spare).min(END_SECOND))
}
