//! `/waitlist`: waiting for something to become free.

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use booking_core::{
    BookingStore, END_SECOND, EntryId, EntryState, Interval, Invalid, JoinRequest, MAX_IN_LINE, WaitingQuery,
    Zone, ZoneId,
};
use serde::{Deserialize, Serialize};

use super::answer::{locate, mark, paged};
use super::slots::wish;
use crate::access::Caller;
use crate::api::Api;
use crate::extract::{Body, Id, IdempotencyKey, Page, Query, Source};
use crate::problem::{Code, Problem};
use crate::wire::booking::Booking;
use crate::wire::id::{BookingRef, CustomerRef, EntryRef, ServiceRef, WireId};
use crate::wire::time::{Length, Moment, MomentOrDate, span};
use crate::wire::wish::wish_body;

pub(super) fn routes() -> Router<Api> {
    Router::new()
        .route("/waitlist", get(list).post(join))
        .route("/waitlist/offers", get(offers))
        .route("/waitlist/{id}", get(read).delete(leave))
}

wish_body! {
    /// What to wait for. Only service, duration, party and customer are kept.
    JoinBody {
        /// Starts at or after this instant, or after the first instant of this date, would do.
        from: MomentOrDate,
        /// Starts before this instant, or before the first instant of this date, would do.
        to: MomentOrDate,
        /// The zone of dates. Default: the service's.
        #[serde(default)]
        #[cfg_attr(feature = "server", schema(value_type = Option<String>))]
        zone: Option<ZoneId>,
    }
}

/// Where an entry stands.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    /// In line. It may have an offer.
    Waiting,
    /// Its offer was confirmed.
    Served,
    /// It left the line.
    Left,
}

/// A place in line.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct Entry {
    /// Its id.
    id: EntryRef,
    /// What is wanted.
    service: ServiceRef,
    /// Who waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<CustomerRef>,
    /// Starts from here on would do.
    from: Moment,
    /// Starts before this would do.
    to: Moment,
    /// How long; none means the service's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<Length>,
    /// How many people.
    party: u32,
    /// Where it stands.
    state: Standing,
    /// The current offer: a hold, which may have lapsed.
    #[serde(skip_serializing_if = "Option::is_none")]
    offer: Option<BookingRef>,
    /// When it joined.
    joined_at: Moment,
    /// Its place: lower numbers come first.
    place: u64,
}

impl From<&booking_core::WaitlistEntry> for Entry {
    fn from(entry: &booking_core::WaitlistEntry) -> Self {
        Self {
            id: WireId(entry.id),
            service: WireId(entry.service),
            customer: entry.customer.map(WireId),
            from: Moment(entry.window.start()),
            to: Moment(entry.window.end()),
            duration: entry.duration.map(Length),
            party: entry.party,
            state: match entry.state {
                EntryState::Waiting => Standing::Waiting,
                EntryState::Served => Standing::Served,
                EntryState::Left => Standing::Left,
            },
            offer: entry.offer.map(WireId),
            joined_at: Moment(entry.joined),
            place: entry.place,
        }
    }
}

/// Joins the waitlist of a service: when something that fits becomes free, the first in line gets a hold.
#[cfg_attr(feature = "server", utoipa::path(
    post, path = "/v1/waitlist", tag = "waitlist", operation_id = "waitlist_join",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a retry safe")),
    request_body(content = JoinBody, example = json!({
        "service": "svc_00000000000000000000000000000001", "from": "2026-12-01", "to": "2026-12-08",
    })),
    responses(
        (status = 201, body = Entry, description = "In line", example = json!({
            "id": "wle_0197c0de4b7a7c51a3f0000000000001", "service": "svc_00000000000000000000000000000001",
            "from": "2026-11-30T23:00:00Z", "to": "2026-12-07T23:00:00Z", "party": 1, "state": "waiting",
            "joined_at": "2026-11-29T20:00:00Z", "place": 1,
        })),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn join(
    State(api): State<Api>,
    caller: Caller,
    key: Option<IdempotencyKey>,
    Body(body): Body<JoinBody>,
) -> Result<Response, Problem> {
    let service = api.service(caller.tenant, body.service.0).await?;
    let zone = api.zone(body.zone.as_ref(), &service.zone)?;
    let window = span(body.from.second(&zone), body.to.second(&zone));
    let window = window.map_err(|invalid| Problem::invalid(&invalid, Source::Body))?;
    let wish = wish(&caller, service.id, body.wants())?;
    api.check_customer(&wish).await?;
    let key = key.map(|key| key.0);
    let request = JoinRequest { key, actor: caller.actor(), ..JoinRequest::new(wish, window) };
    let joined = api.scheduler().join_waitlist(&request).await;
    let joined = joined.map_err(|refusal| caller.problem(refusal, Source::Body))?;
    let mut response = (StatusCode::CREATED, Json(Entry::from(&joined.entry))).into_response();
    mark(&mut response, joined.replayed);
    locate(&mut response, "waitlist", joined.entry.id);
    Ok(response)
}

/// Who waits.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "server", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LineQuery {
    /// Whom a start at or after this instant, or after the first instant of this date in `zone`, would do. Default: now.
    from: Option<MomentOrDate>,
    /// Whom a start before this instant, or before the first instant of this date in `zone`, would do.
    to: Option<MomentOrDate>,
    /// The zone of dates, by its IANA name. Default: UTC.
    #[cfg_attr(feature = "server", param(value_type = Option<String>))]
    zone: Option<ZoneId>,
    /// At most this many, 1 to 200. Default: 50.
    limit: Option<usize>,
    /// Continue after this place: the `next` of the page before.
    cursor: Option<u64>,
}

/// One page of the line.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct Line {
    /// The entries, first in line first.
    items: Vec<Entry>,
    /// The cursor of the next page, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl LineQuery {
    fn window(&self, now: i64, zone: &Zone) -> Result<Interval, Invalid> {
        let to = self.to.map_or(END_SECOND - 1, |to| to.second(zone));
        span(self.from.map_or(now, |from| from.second(zone)), to)
    }
}

/// Lists who waits and has no offer that stands, first in line first; `/waitlist/offers` lists the others. At most the
/// first 1,000 are listed.
#[cfg_attr(feature = "server", utoipa::path(
    get, path = "/v1/waitlist", tag = "waitlist", operation_id = "waitlist_list", params(LineQuery),
    responses(
        (status = 200, body = Line, description = "One page", example = json!({"items": []})),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn list(
    State(api): State<Api>,
    caller: Caller,
    uri: Uri,
    Query(query): Query<LineQuery>,
) -> Result<Response, Problem> {
    let caller = caller.staff()?;
    let now = api.now();
    let refused = |invalid: Invalid| Problem::invalid(&invalid, Source::Query);
    let limit = Page::limit(query.limit).map_err(refused)?;
    let zone = api.zone(query.zone.as_ref(), &ZoneId::UTC)?;
    let window = query.window(now, &zone).map_err(refused)?;
    let asked = WaitingQuery { tenant: caller.tenant, window, now, limit: MAX_IN_LINE };
    let found = api.scheduler().store().waiting(&asked).await;
    let found = found.map_err(|error| Problem::store(&error))?;
    let mut behind = found.iter().filter(|entry| query.cursor.is_none_or(|place| entry.place > place));
    let items: Vec<Entry> = behind.by_ref().take(limit).map(Entry::from).collect();
    let next = items.last().filter(|_| behind.next().is_some()).map(|entry| entry.place.to_string());
    Ok(paged(&uri, next.clone(), Line { items, next }))
}

/// Shows a place in line, with its offer.
#[cfg_attr(feature = "server", utoipa::path(
    get, path = "/v1/waitlist/{id}", tag = "waitlist", operation_id = "waitlist_read",
    params(("id" = String, Path, description = "The entry")),
    responses(
        (status = 200, body = Entry, description = "The entry", example = json!({
            "id": "wle_0197c0de4b7a7c51a3f0000000000001", "service": "svc_00000000000000000000000000000001",
            "from": "2026-11-30T23:00:00Z", "to": "2026-12-07T23:00:00Z", "party": 1, "state": "waiting",
            "offer": "bkg_0197c0de4b7a7c51a3f0000000000001", "joined_at": "2026-11-29T20:00:00Z", "place": 1,
        })),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn read(
    State(api): State<Api>,
    caller: Caller,
    Id(id): Id<EntryId>,
) -> Result<Json<Entry>, Problem> {
    let found = api.scheduler().store().entry(caller.tenant, id).await;
    let found = found.map_err(|error| Problem::store(&error))?;
    let entry = found.ok_or_else(|| Problem::new(Code::NotFound).detail("no such waitlist entry"))?;
    Ok(Json(Entry::from(&entry)))
}

/// Leaves the waitlist; an offer is given back, and goes to the next in line.
#[cfg_attr(feature = "server", utoipa::path(
    delete, path = "/v1/waitlist/{id}", tag = "waitlist", operation_id = "waitlist_leave",
    params(("id" = String, Path, description = "The entry")),
    responses(
        (status = 204, description = "Left"),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn leave(
    State(api): State<Api>,
    caller: Caller,
    Id(id): Id<EntryId>,
) -> Result<Response, Problem> {
    let left = api.scheduler().leave_waitlist(caller.tenant, id, &caller.actor()).await;
    left.map_err(|refusal| caller.problem(refusal, Source::Path))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// An offer that stands.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct Offer {
    /// Whom it is for.
    entry: EntryRef,
    /// The hold.
    booking: Booking,
}

/// The offers that stand, by place in line.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct Offers {
    /// The offers.
    items: Vec<Offer>,
}

/// Lists the offers that stand, after those that have lapsed went to the next in line.
#[cfg_attr(feature = "server", utoipa::path(
    get, path = "/v1/waitlist/offers", tag = "waitlist", operation_id = "waitlist_offers",
    responses(
        (status = 200, body = Offers, description = "The offers", example = json!({"items": []})),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn offers(State(api): State<Api>, caller: Caller) -> Result<Json<Offers>, Problem> {
    let caller = caller.staff()?;
    let found = api.scheduler().waitlist_offers(caller.tenant).await;
    let found = found.map_err(|refusal| caller.problem(refusal, Source::Path))?;
    let now = api.now();
    let offer = |offer: &booking_core::LiveOffer| {
        Ok(Offer { entry: WireId(offer.entry), booking: api.show(&offer.booking, now)? })
    };
    Ok(Json(Offers { items: found.iter().map(offer).collect::<Result<_, Problem>>()? }))
}
