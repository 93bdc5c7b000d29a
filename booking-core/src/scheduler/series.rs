//! Series: many bookings by one recurrence, judged in order.

use chrono::{DateTime, TimeDelta, Utc};

use super::change::change_fee;
use super::keys::keyed;
use super::snapshot::occupy;
use super::{
    CancelSeriesRequest, MAX_ATTEMPTS, Refusal, Scheduler, SeriesBooked, SeriesCancelled, SeriesRequest,
};
use crate::booking::{Booking, CancelScope, OnConflict, State, Verdict};
use crate::clock::Clock;
use crate::engine::{SlotQuery, Snapshot};
use crate::interval::{Interval, instant};
use crate::seconds::{DAY, HOUR};
use crate::service::Service;
use crate::store::{
    Action, BookingFilter, BookingStore, Catalog, Command, CommitError, Committed, IdempotencyKey, Initial,
    Operation, Placement,
};
use crate::time::civil::day_of_local;
use crate::{END_SECOND, Invalid, SeriesId};

/// The most occurrences of a series.
pub const MAX_OCCURRENCES: usize = 366;

/// What judging a series found.
struct Judged {
    verdicts: Vec<Verdict>,
    placements: Vec<Placement>,
}

impl<S: Catalog + BookingStore, C: Clock> Scheduler<S, C> {
    /// Judges every occurrence in order, earlier ones occupying for later ones, and books nothing.
    pub async fn preview_series(&self, request: &SeriesRequest) -> Result<Vec<Verdict>, Refusal> {
        Ok(self.judge(request, SeriesId::from_u64(0), self.now()).await?.verdicts)
    }

    /// Books a series. What happens when some occurrences are not bookable is the request's
    /// [`on_conflict`](SeriesRequest::on_conflict); in any case it is one command.
    pub async fn book_series(&self, request: &SeriesRequest) -> Result<SeriesBooked, Refusal> {
        request.actor.check()?;
        let key = keyed(Operation::Series, request.key.as_deref(), request.content())?;
        if let Some(recorded) = self.replay(request.wish.tenant, key.as_ref()).await? {
            return Ok(series_booked(recorded));
        }
        let booked = self.book_new_series(request, key.as_ref()).await;
        Ok(series_booked(self.or_replay(request.wish.tenant, key.as_ref(), booked).await?))
    }

    async fn book_new_series(
        &self,
        request: &SeriesRequest,
        key: Option<&IdempotencyKey>,
    ) -> Result<Committed, Refusal> {
        for _ in 0..MAX_ATTEMPTS {
            let now = self.now();
            let series = SeriesId::from_uuid(self.ids.next_id(now));
            let judged = self.judge(request, series, now).await?;
            let all = judged.verdicts.iter().all(Verdict::is_bookable);
            let refused = judged.placements.is_empty() || (!all && request.on_conflict != OnConflict::Skip);
            if refused {
                return Err(Refusal::SeriesConflict { verdicts: judged.verdicts });
            }
            let command = Command {
                tenant: request.wish.tenant,
                now,
                actor: request.actor.clone(),
                key: key.cloned(),
                action: Action::Place(judged.placements),
                offers: Vec::new(),
                verdicts: judged.verdicts,
            };
            match self.store.commit(&command).await {
                Ok(done) => return Ok(done),
                Err(CommitError::NoFit { .. } | CommitError::Limit { .. }) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Err(Refusal::Contended)
    }

    /// Cancels bookings of a series in one command; those that have started or ended are left alone, and those whose
    /// window for cancelling has closed, unless limits are waived. One that is asked for by itself
    /// ([`CancelScope::This`]) is refused then. No fee is charged; where one is due, cancel one by one with [`Scheduler::cancel`].
    pub async fn cancel_series(&self, request: &CancelSeriesRequest) -> Result<SeriesCancelled, Refusal> {
        let key = keyed(Operation::CancelSeries, request.key.as_deref(), request.content())?;
        if let Some(recorded) = self.replay(request.tenant, key.as_ref()).await? {
            return Ok(SeriesCancelled { bookings: recorded.bookings, replayed: true });
        }
        let now = self.now();
        let mut bookings = self.series(request.tenant, request.series).await?;
        if bookings.is_empty() {
            return Err(Refusal::NotFound { what: "series" });
        }
        if request.scope != CancelScope::All {
            let place = |b: &Booking| b.series.map_or(0, |(_, place)| place);
            let from = bookings.iter().find(|b| Some(b.id) == request.booking).map(place);
            let from = from.ok_or(Refusal::NotFound { what: "booking" })?;
            bookings.retain(|b| match request.scope {
                CancelScope::This => place(b) == from,
                _ => place(b) >= from,
            });
        }
        bookings.retain(|b| b.start() > now && b.is_live_at(now.timestamp()));
        if !request.waive.limits {
            self.keep_cancellable(request, &mut bookings, now).await?;
        }
        let ids: Vec<_> = bookings.iter().map(|b| b.id).collect();
        let mut command = self.plain(request.tenant, &request.actor, Action::CancelMany(ids))?;
        command.key = key;
        let Committed { bookings: cancelled, replayed, .. } = self.store.commit(&command).await?;
        if let (Some(first), Some(last)) = (cancelled.first(), cancelled.last()) {
            let end = (last.visit.end_second() + DAY).min(END_SECOND);
            let window = Interval::from_seconds((first.visit.start_second() - DAY).max(0), end)?;
            self.offer_again(request.tenant, window, &request.actor).await?;
        }
        Ok(SeriesCancelled { bookings: cancelled, replayed })
    }

    /// Keeps the bookings whose window for cancelling is open.
    async fn keep_cancellable(
        &self,
        request: &CancelSeriesRequest,
        bookings: &mut Vec<Booking>,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        let Some(first) = bookings.first() else { return Ok(()) };
        let Some(service) = self.store.service(request.tenant, first.service).await? else { return Ok(()) };
        let closed = |booking: &Booking| {
            let judged = booking.state == State::Confirmed;
            change_fee(&service.policy.cancellation, booking, now).err().filter(|_| judged)
        };
        if request.scope == CancelScope::This
            && let Some(too_late) = bookings.iter().find_map(closed)
        {
            return Err(too_late);
        }
        bookings.retain(|booking| closed(booking).is_none());
        Ok(())
    }

    /// The bookings of a series, by start.
    pub async fn series(&self, tenant: crate::TenantId, series: SeriesId) -> Result<Vec<Booking>, Refusal> {
        let now = self.now().timestamp();
        let filter = BookingFilter { series: Some(series), now, limit: 1_000, ..BookingFilter::default() };
        Ok(self.store.bookings(tenant, &filter).await?.items)
    }

    async fn judge(
        &self,
        request: &SeriesRequest,
        series: SeriesId,
        now: DateTime<Utc>,
    ) -> Result<Judged, Refusal> {
        let wish = &request.wish;
        let service = self.service(wish.tenant, wish.service).await?;
        let starts = self.occurrences(request, &service)?;
        let mut judged = Judged { verdicts: Vec::new(), placements: Vec::new() };
        for stretch in starts.chunk_by(within_a_year_of(starts[0])) {
            self.judge_stretch(request, &service, (series, now), stretch, &mut judged).await?;
        }
        Ok(judged)
    }

    /// Judges occurrences that one snapshot covers.
    async fn judge_stretch(
        &self,
        request: &SeriesRequest,
        service: &Service,
        (series, now): (SeriesId, DateTime<Utc>),
        starts: &[i64],
        judged: &mut Judged,
    ) -> Result<(), Refusal> {
        let wish = &request.wish;
        let (first, last) = (starts[0], starts[starts.len() - 1]);
        // A day more on both sides, for alternatives on the same local date.
        let from = (first - DAY - 2 * HOUR).max(0);
        let window = Interval::from_seconds(from, (last + DAY + 2 * HOUR).min(END_SECOND))?;
        let query = Self::query(wish, window, now.timestamp())?;
        let mut snapshot = self.snapshot(wish.tenant, service, &query, wish.ignoring).await?;
        for placement in &judged.placements {
            occupy(&mut snapshot, placement);
        }
        let begun = judged.verdicts.len();
        for &start in starts {
            let one = Self::query(wish, super::listing::one_second(start)?, now.timestamp())?;
            let initial = occurrence_state(service, start, now);
            let group = wish.group.as_deref();
            let reasons = match self.placement(service, &snapshot, &one, start, initial, group) {
                Ok(mut placement) => {
                    placement.booking.series = Some((series, judged.verdicts.len() as u32 + 1));
                    occupy(&mut snapshot, &placement);
                    judged.placements.push(placement);
                    Vec::new()
                }
                Err(Refusal::NotBookable { reasons, .. }) => reasons,
                Err(other) => return Err(other),
            };
            judged.verdicts.push(Verdict { start: instant(start), reasons, alternative: None });
        }
        if request.on_conflict == OnConflict::Propose {
            self.propose(service, &snapshot, &query, &mut judged.verdicts[begun..])?;
        }
        Ok(())
    }

    /// The occurrences: at least one, at most [`MAX_OCCURRENCES`].
    fn occurrences(&self, request: &SeriesRequest, service: &Service) -> Result<Vec<i64>, Refusal> {
        let zone = self.zones.zone(request.zone.as_ref().unwrap_or(&service.zone))?;
        let starts = request
            .recurrence
            .first(&zone, MAX_OCCURRENCES + 1)
            .map_err(|error| Refusal::Availability(error.into()))?;
        let most = format!("1 to {MAX_OCCURRENCES} occurrences; COUNT or UNTIL ends a series");
        if starts.is_empty() || starts.len() > MAX_OCCURRENCES {
            let count = if starts.is_empty() { "none".to_owned() } else { format!("over {MAX_OCCURRENCES}") };
            return Err(Invalid::new("recurrence", count, most).into());
        }
        Ok(starts)
    }

    /// For each occurrence that is not bookable, the nearest start on the same local date that is.
    fn propose(
        &self,
        service: &Service,
        snapshot: &Snapshot,
        query: &SlotQuery,
        verdicts: &mut [Verdict],
    ) -> Result<(), Refusal> {
        let zone = self.zones.zone(&service.zone)?;
        let availability = self.availability(service, snapshot)?;
        for verdict in verdicts.iter_mut().filter(|verdict| !verdict.is_bookable()) {
            let start = verdict.start.timestamp();
            let day = day_of_local(zone.to_local(start));
            let window =
                Interval::from_seconds(zone.day_start(day).max(0), zone.day_start(day + 1).min(END_SECOND))?;
            let near = SlotQuery { window, ..query.clone() };
            let nearest = availability.starts(&near)?.into_iter().min_by_key(|s| ((s - start).abs(), *s));
            verdict.alternative = nearest.map(instant);
        }
        Ok(())
    }
}

/// Groups starts so that none of a group lies more than a year after its first: what one snapshot may span.
fn within_a_year_of(mut first: i64) -> impl FnMut(&i64, &i64) -> bool {
    move |_, next| {
        let near = next - first <= 365 * DAY;
        if !near {
            first = *next;
        }
        near
    }
}

fn occurrence_state(service: &Service, start: i64, now: DateTime<Utc>) -> Initial {
    match service.policy.approval {
        Some(approval) => {
            let by = now + TimeDelta::seconds(approval);
            Initial::Pending(by.min(instant(start)))
        }
        None => Initial::Confirmed,
    }
}

fn series_booked(done: Committed) -> SeriesBooked {
    let series = done.bookings.first().and_then(|booking| booking.series);
    SeriesBooked {
        series: series.map_or(SeriesId::from_u64(0), |(series, _)| series),
        bookings: done.bookings,
        verdicts: done.verdicts,
        replayed: done.replayed,
    }
}
