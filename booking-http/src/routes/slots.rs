//! `/services/{id}/slots`: which times are free.

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, http::HeaderValue};
use booking_core::{DAY, Interval, Invalid, Service, ServiceId, Takes, Wish, Zone, ZoneId, check_second};
use serde::Deserialize;

use crate::access::Caller;
use crate::api::Api;
use crate::extract::{Id, Query, Source};
use crate::problem::{Code, Problem};
use crate::wire::id::{BookingRef, CustomerRef, ResourceRef, WireId};
use crate::wire::slot::{Candidates, Day, DayList, FirstSlot, Slot, SlotList, Window, WindowList};
use crate::wire::slots_json;
use crate::wire::time::{Length, Local, Moment, MomentOrDate, span};
use crate::wire::wish::{List, Waived, Wants, waiver};

/// The window of a question that names no end.
const DEFAULT_WINDOW: i64 = 7 * DAY;

pub(super) fn routes() -> Router<Api> {
    Router::new().route("/services/{id}/slots", get(list))
}

/// Which view of the answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum View {
    /// Every bookable start.
    #[default]
    Slots,
    /// Stretches in which a visit could start at any second, grid aside.
    Windows,
    /// How many slots each date has.
    Days,
    /// The first bookable start.
    First,
}

/// The answer, by view.
#[cfg(feature = "server")]
#[derive(utoipa::ToSchema, serde::Serialize)]
#[serde(untagged)]
#[expect(dead_code, reason = "it describes the answers, which are written one by one")]
pub(crate) enum SlotsAnswer {
    /// `slots`.
    Slots(SlotList),
    /// `windows`.
    Windows(WindowList),
    /// `days`.
    Days(DayList),
    /// `first`.
    First(FirstSlot),
}

/// What is asked.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "server", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SlotsQuery {
    /// Starts at or after this instant, or after the first instant of this date. Default: now.
    from: Option<MomentOrDate>,
    /// Starts before this instant, or before the first instant of this date. Default: seven days after `from`.
    to: Option<MomentOrDate>,
    /// Which view: `slots` (default), `windows`, `days` or `first`.
    #[cfg_attr(feature = "server", param(inline))]
    view: View,
    /// The zone to show times in, by its IANA name. Default: the service's. It never changes which instants are offered.
    #[cfg_attr(feature = "server", param(value_type = Option<String>))]
    zone: Option<ZoneId>,
    /// One of the service's durations. Default: its first.
    duration: Option<Length>,
    /// How many people. Default: 1.
    party: Option<u32>,
    /// The customer, for limits. Needs a secret key.
    #[cfg_attr(feature = "server", param(value_type = Option<String>))]
    customer: Option<CustomerRef>,
    /// Only these resources, where a requirement may choose among them; commas between.
    #[cfg_attr(feature = "server", param(value_type = Option<String>))]
    resources: List<ResourceRef>,
    /// A booking whose own time is left out of account, for moving it. Needs a secret key.
    #[cfg_attr(feature = "server", param(value_type = Option<String>))]
    ignoring: Option<BookingRef>,
    /// Rules set aside: `grid`, `hours`, `notice`, `horizon`, `limits`; commas between. Needs a secret key.
    #[cfg_attr(feature = "server", param(value_type = Option<String>))]
    waive: List<Waived>,
    /// Answer as if the present were this instant. Needs a secret key.
    as_of: Option<Moment>,
    /// Whether to list who could serve each slot.
    candidates: bool,
}

impl SlotsQuery {
    fn wants(&self) -> Wants {
        Wants {
            duration: self.duration.map(|length| length.0),
            party: self.party,
            customer: self.customer.map(|id| id.0),
            group: None,
            resources: self.resources.0.iter().map(|id| id.0).collect(),
            waive: waiver(&self.waive.0),
            ignoring: self.ignoring.map(|id| id.0),
            as_of: self.as_of.map(|moment| moment.0),
        }
    }
}

/// The wish of a caller: what only staff may ask is refused to others.
pub(super) fn wish(caller: &Caller, service: ServiceId, wants: Wants) -> Result<Wish, Problem> {
    if wants.needs_staff() && !caller.is_staff() {
        let detail = "customer, waive, ignoring and as_of need a secret key";
        return Err(Problem::new(Code::Forbidden).detail(detail));
    }
    Ok(Wish {
        tenant: caller.tenant,
        service,
        duration: wants.duration,
        party: wants.party.unwrap_or(1),
        customer: wants.customer,
        group: wants.group,
        resources: wants.resources,
        waive: wants.waive,
        ignoring: wants.ignoring,
        as_of: wants.as_of,
    })
}

/// The window between two ends, named `from` and `to` in errors.
pub(super) fn window(
    api: &Api,
    from: Option<MomentOrDate>,
    to: Option<MomentOrDate>,
    zone: &Zone,
) -> Result<Interval, Invalid> {
    let from = check_second("from", from.map_or_else(|| api.now(), |from| from.second(zone)))?;
    let most = booking_core::END_SECOND;
    let to = to.map_or((from + DEFAULT_WINDOW).min(most), |to| to.second(zone));
    span(from, to)
}

/// Lists what is free.
#[cfg_attr(feature = "server", utoipa::path(
    get, path = "/v1/services/{id}/slots", tag = "slots", operation_id = "slots_list",
    params(("id" = String, Path, description = "The service"), SlotsQuery),
    responses(
        (status = 200, description = "What is free, in the view that was asked for", content(
            (SlotsAnswer = "application/json", example = json!({
                "service": "svc_00000000000000000000000000000001", "zone": "Europe/Berlin",
                "slots": [{"start": "2026-11-30T09:00:00+01:00", "end": "2026-11-30T09:30:00+01:00"}],
            })),
        )),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn list(
    State(api): State<Api>,
    caller: Caller,
    Id(id): Id<ServiceId>,
    Query(query): Query<SlotsQuery>,
) -> Result<Response, Problem> {
    let service = api.service(caller.tenant, id).await?;
    let zone = api.zone(query.zone.as_ref(), &service.zone)?;
    let window = window(&api, query.from, query.to, &zone)
        .map_err(|invalid| Problem::invalid(&invalid, Source::Query))?;
    let wish = wish(&caller, id, query.wants())?;
    let view = Viewed { api: &api, caller: &caller, service: &service, zone: &zone, wish: &wish, window };
    match query.view {
        View::Slots if query.candidates || shares(&service) => view.slots(query.candidates).await,
        View::Slots => view.starts().await,
        View::Windows => view.windows().await,
        View::Days => view.days().await,
        View::First => view.first().await,
    }
}

/// Whether a start can be booked by more than one: then it matters how much is left.
pub(super) fn shares(service: &Service) -> bool {
    service.has_sessions() || service.requirements.iter().any(|need| need.takes == Takes::Party)
}

/// A question about to be answered.
struct Viewed<'a> {
    api: &'a Api,
    caller: &'a Caller,
    service: &'a Service,
    zone: &'a Zone,
    wish: &'a Wish,
    window: Interval,
}

impl Viewed<'_> {
    fn refused(&self, refusal: booking_core::Refusal) -> Problem {
        self.caller.problem(refusal, Source::Query)
    }

    fn zone_name(&self) -> String {
        self.zone.id().to_string()
    }

    /// The most common answer, written without serde: encoding it costs more than computing it.
    async fn starts(&self) -> Result<Response, Problem> {
        let starts = self.api.scheduler().starts_in_seconds(self.wish, self.window).await;
        let starts = starts.map_err(|refusal| self.refused(refusal))?;
        let length = self.service.duration(self.wish.duration);
        let length = length.map_err(|invalid| Problem::invalid(&invalid, Source::Query))?;
        let body = slots_json::write(WireId(self.service.id), self.zone, length, starts.into_iter());
        let mut response = body.into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(response)
    }

    async fn slots(&self, candidates: bool) -> Result<Response, Problem> {
        let slots = self.api.scheduler().slots(self.wish, self.window).await;
        let slots = slots.map_err(|refusal| self.refused(refusal))?;
        let left = shares(self.service);
        let slots = slots.iter().map(|slot| self.slot(slot, left, candidates)).collect();
        let service = WireId(self.service.id);
        Ok(Json(SlotList { service, zone: self.zone_name(), slots }).into_response())
    }

    fn slot(&self, slot: &booking_core::Slot, left: bool, candidates: bool) -> Slot {
        let show = |candidates: &booking_core::Candidates| Candidates {
            requirement: candidates.requirement.clone(),
            resources: candidates.resources.iter().copied().map(WireId).collect(),
        };
        Slot {
            start: Local::at(slot.start, self.zone),
            end: Local::at(slot.end, self.zone),
            left: left.then_some(slot.left),
            candidates: candidates.then(|| slot.candidates.iter().map(show).collect()),
        }
    }

    async fn windows(&self) -> Result<Response, Problem> {
        let found = self.api.scheduler().windows(self.wish, self.window).await;
        let found = found.map_err(|refusal| self.refused(refusal))?;
        let show = |window: &booking_core::FreeWindow| Window {
            first_start: Local::at(window.first_start, self.zone),
            last_start: Local::at(window.last_start, self.zone),
            end: Local::at(window.end, self.zone),
        };
        let windows = found.iter().map(show).collect();
        Ok(Json(WindowList { service: WireId(self.service.id), zone: self.zone_name(), windows })
            .into_response())
    }

    async fn days(&self) -> Result<Response, Problem> {
        let found = self.api.scheduler().days(self.wish, self.window, Some(self.zone.id())).await;
        let found = found.map_err(|refusal| self.refused(refusal))?;
        let show = |day: &booking_core::DaySummary| Day {
            date: day.date,
            slots: day.slots,
            first: day.first.map(|at| Local::at(at, self.zone)),
            last: day.last.map(|at| Local::at(at, self.zone)),
        };
        let days = found.iter().map(show).collect();
        Ok(Json(DayList { service: WireId(self.service.id), zone: self.zone_name(), days }).into_response())
    }

    async fn first(&self) -> Result<Response, Problem> {
        let found = self.api.scheduler().first(self.wish, self.window).await;
        let found = found.map_err(|refusal| self.refused(refusal))?;
        let length = self.service.duration(self.wish.duration);
        let length = length.map_err(|invalid| Problem::invalid(&invalid, Source::Query))?;
        let first = found.map(|start| Slot {
            start: Local::at(start, self.zone),
            end: Local::new(start.timestamp() + length, self.zone),
            left: None,
            candidates: None,
        });
        Ok(Json(FirstSlot { service: WireId(self.service.id), zone: self.zone_name(), first })
            .into_response())
    }
}
