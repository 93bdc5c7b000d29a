//! `/availability/stream`: slots as they change (server-sent events).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, Sse};
use axum::routing::get;
use booking_core::{Interval, ServiceId, Zone, ZoneId};
use futures_util::stream::{self, Stream};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::time::Instant;

use super::slots::shares;
use crate::access::Caller;
use crate::api::Api;
use crate::extract::{Query, Source};
use crate::live::{Channel, Delta, FRESH, Free, KEPT, Listening, News, Position, Question};
use crate::problem::{Code, Problem};
use crate::wire::id::{ResourceRef, ServiceRef, WireId};
use crate::wire::slot::{Slot, SlotList};
use crate::wire::slots_json;
use crate::wire::time::{Length, Local, MomentOrDate};
use crate::wire::wish::List;

/// How long a stream is silent at most: proxies close connections that say nothing.
const HEARTBEAT: Duration = Duration::from_secs(15);

pub(super) fn routes() -> Router<Api> {
    Router::new().route("/availability/stream", get(stream))
}

/// Whose slots.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "server", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub(crate) struct StreamQuery {
    /// The service.
    #[cfg_attr(feature = "server", param(value_type = String))]
    service: ServiceRef,
    /// Starts at or after this instant, or after the first instant of this date. Default: today.
    #[serde(default)]
    from: Option<MomentOrDate>,
    /// Starts before this instant, or before the first instant of this date. Default: seven days after `from`.
    #[serde(default)]
    to: Option<MomentOrDate>,
    /// The zone to show times in. Default: the service's.
    #[serde(default)]
    #[cfg_attr(feature = "server", param(value_type = Option<String>))]
    zone: Option<ZoneId>,
    /// One of the service's durations. Default: its first.
    #[serde(default)]
    duration: Option<Length>,
    /// How many people. Default: 1.
    #[serde(default)]
    party: Option<u32>,
    /// Only these resources; commas between.
    #[serde(default)]
    #[cfg_attr(feature = "server", param(value_type = Option<String>))]
    resources: List<ResourceRef>,
}

/// Tells what is free, and then every change of it. Begins with an event `snapshot`, whose data is an answer of
/// `/services/{id}/slots`; then come events `delta` with the slots that were added and the starts that were removed. A
/// slot of which another number is left is among the added: it takes the place of the one with the same start.
/// Each has an id: whoever comes back with it in `Last-Event-ID` gets what was missed. A comment comes at least every 15
/// seconds.
#[cfg_attr(feature = "server", utoipa::path(
    get, path = "/v1/availability/stream", tag = "availability", operation_id = "availability_stream",
    params(StreamQuery, ("Last-Event-ID" = Option<String>, Header, description = "The last id that was seen")),
    responses(
        (status = 200, body = String, content_type = "text/event-stream", description = "The stream",
            example = "id: 1f-0\nevent: snapshot\ndata: {\"service\":\"svc_...\",\"zone\":\"Europe/Berlin\",\"slots\":[]}\n\n"),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn stream(
    State(api): State<Api>,
    caller: Caller,
    headers: HeaderMap,
    Query(query): Query<StreamQuery>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let service = api.service(caller.tenant, query.service.0).await?;
    let zone = api.zone(query.zone.as_ref(), &service.zone)?;
    let refused = |invalid: booking_core::Invalid| Problem::invalid(&invalid, Source::Query);
    let length = service.duration(query.duration.map(|length| length.0)).map_err(refused)?;
    let counting = shares(&service);
    let question = Question {
        tenant: caller.tenant,
        service: service.id,
        window: window(&api, &query, &zone).map_err(refused)?,
        duration: query.duration.map(|length| length.0),
        party: query.party.unwrap_or(1),
        resources: query.resources.0.iter().map(|id| id.0).collect(),
        counting,
    };
    let (channel, listening) = api.hub().listen(question).ok_or_else(too_many)?;
    // What is wrong with the question is said before the stream begins.
    let first = channel.refresh(api.scheduler(), api.hub()).await;
    first.map_err(|refusal| caller.problem(refusal, Source::Query))?;
    let listener = Listener {
        shown: Shown { service: service.id, zone, length, counting },
        position: headers.get("last-event-id").and_then(|id| position(id.to_str().ok()?)),
        writes: api.hub().writes(),
        spoke: Instant::now(),
        api,
        channel,
        _listening: listening,
    };
    Ok(Sse::new(stream::unfold(listener, async |mut listener| {
        let event = listener.next().await?;
        Some((Ok(event), listener))
    })))
}

fn too_many() -> Problem {
    // Listeners go when they like; channels nobody listens to are kept for so long.
    Problem::new(Code::Unavailable)
        .detail("too many are listening already")
        .retry_after(KEPT.as_secs() as u32)
}

/// From the first instant of today unless told otherwise, so that those who come later ask the same question.
fn window(api: &Api, query: &StreamQuery, zone: &Zone) -> Result<Interval, booking_core::Invalid> {
    let today = || {
        use booking_core::time::civil::day_of_local;
        zone.day_start(day_of_local(zone.to_local(api.now()))).max(booking_core::FIRST_SECOND)
    };
    let from = query.from.map_or_else(today, |from| from.second(zone));
    let from = chrono::DateTime::from_timestamp(from, 0).unwrap_or_default();
    super::slots::window(api, Some(MomentOrDate::Moment(from)), query.to, zone)
}

/// How an answer is shown.
struct Shown {
    service: ServiceId,
    zone: Zone,
    length: i64,
    counting: bool,
}

/// Somebody who listens.
struct Listener {
    api: Api,
    channel: Arc<Channel>,
    shown: Shown,
    position: Option<Position>,
    writes: watch::Receiver<u64>,
    spoke: Instant,
    _listening: Listening,
}

impl Listener {
    /// The next event: news, or a sign of life. None ends the stream: the client asks again.
    async fn next(&mut self) -> Option<Event> {
        let hub = self.api.hub();
        loop {
            if hub.is_stopped() || self.channel.refresh(self.api.scheduler(), hub).await.is_err() {
                return None;
            }
            if let Some((news, position)) = self.channel.news(self.position) {
                self.position = Some(position);
                self.spoke = Instant::now();
                return Some(self.shown.event(&news, position));
            }
            let silent = self.spoke.elapsed();
            if silent >= HEARTBEAT {
                self.spoke = Instant::now();
                return Some(Event::default().comment("still here"));
            }
            // Whichever comes first: a write, the time to look again, the time to say something.
            let wait = FRESH.min(HEARTBEAT.saturating_sub(silent));
            let _ = tokio::time::timeout(wait, self.writes.changed()).await;
        }
    }
}

/// A change on the wire.
#[derive(Debug, Serialize)]
struct DeltaData {
    added: Vec<Slot>,
    removed: Vec<Local>,
}

impl Shown {
    fn event(&self, news: &News, position: Position) -> Event {
        let event = Event::default().id(format!("{:x}-{}", position.channel, position.change));
        match news {
            News::Snapshot(starts) => event.event("snapshot").data(self.snapshot(starts)),
            News::Delta(delta) => {
                let data = serde_json::to_string(&self.delta(delta)).unwrap_or_default();
                event.event("delta").data(data)
            }
        }
    }

    fn snapshot(&self, frees: &[Free]) -> String {
        let service = WireId(self.service);
        if self.counting {
            let slots = frees.iter().map(|free| self.slot(*free)).collect();
            let list = SlotList { service, zone: self.zone.id().to_string(), slots };
            return serde_json::to_string(&list).unwrap_or_default();
        }
        let starts = frees.iter().map(|free| free.start);
        let data = slots_json::write(service, &self.zone, self.length, starts);
        String::from_utf8_lossy(&data).into_owned()
    }

    fn slot(&self, free: Free) -> Slot {
        Slot {
            start: Local::new(free.start, &self.zone),
            end: Local::new(free.start + self.length, &self.zone),
            left: self.counting.then_some(free.left),
            candidates: None,
        }
    }

    fn delta(&self, delta: &Delta) -> DeltaData {
        DeltaData {
            added: delta.added.iter().map(|free| self.slot(*free)).collect(),
            removed: delta.removed.iter().map(|start| Local::new(*start, &self.zone)).collect(),
        }
    }
}

/// The position that an id of an event says.
fn position(id: &str) -> Option<Position> {
    let (channel, change) = id.split_once('-')?;
    Some(Position { channel: u64::from_str_radix(channel, 16).ok()?, change: change.parse().ok()? })
}
