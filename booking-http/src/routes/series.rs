//! `/series`: bookings made together by one recurrence.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use booking_core::{
    CancelScope, CancelSeriesRequest, Invalid, OnConflict, Recurrence, SeriesId, SeriesRequest, Waiver,
    ZoneId,
};
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use super::answer::{locate, mark};
use super::slots::wish;
use crate::access::Caller;
use crate::api::Api;
use crate::extract::{Body, Id, IdempotencyKey, Source};
use crate::problem::Problem;
use crate::wire::booking::Booking;
use crate::wire::id::{BookingRef, SeriesRef, WireId};
use crate::wire::series::Verdict;
use crate::wire::wish::wish_body;

pub(super) fn routes() -> Router<Api> {
    Router::new()
        .route("/series/preview", post(preview))
        .route("/series", post(create))
        .route("/series/{id}", get(read))
        .route("/series/{id}/cancel", post(cancel))
}

/// When a series happens, on the clock of a zone: 09:00 stays 09:00 when the clocks change.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct When {
    /// The first occurrence, as the clock shows it.
    #[cfg_attr(feature = "server", schema(value_type = String, example = "2026-12-01T09:00:00"))]
    start: NaiveDateTime,
    /// The rule of RFC 5545, without `RRULE:`; it must end.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(example = "FREQ=WEEKLY;COUNT=6"))]
    rule: Option<String>,
    /// Further occurrences, as RFC 5545 writes them: `20261224T090000`.
    #[serde(default)]
    also: Vec<String>,
    /// Occurrences that are left out.
    #[serde(default)]
    except: Vec<String>,
    /// The zone of the clock. Default: the service's.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = Option<String>))]
    zone: Option<ZoneId>,
}

/// What to do when some occurrences are not bookable.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Conflicts {
    /// Book all or nothing.
    #[default]
    Fail,
    /// Book those that are free; refused when none is.
    Skip,
    /// Book all when all are free; otherwise nothing, with an alternative for each that is not.
    Propose,
}

wish_body! {
    /// A series.
    SeriesBody {
        /// When.
        recurrence: When,
        /// What to do when some occurrences are not bookable. Default: `fail`.
        #[serde(default)]
        on_conflict: Conflicts,
    }
}

impl SeriesBody {
    fn request(&self, caller: &Caller, key: Option<String>) -> Result<SeriesRequest, Problem> {
        let recurrence = self.recurrence.read();
        let recurrence =
            recurrence.map_err(|invalid| Problem::invalid(&invalid.within("recurrence"), Source::Body))?;
        Ok(SeriesRequest {
            wish: wish(caller, self.service.0, self.wants())?,
            recurrence,
            zone: self.recurrence.zone.clone(),
            on_conflict: match self.on_conflict {
                Conflicts::Fail => OnConflict::Fail,
                Conflicts::Skip => OnConflict::Skip,
                Conflicts::Propose => OnConflict::Propose,
            },
            key,
            actor: caller.actor(),
        })
    }
}

impl When {
    /// The engine's recurrence; errors use the names of the wire.
    fn read(&self) -> Result<Recurrence, Invalid> {
        let renamed = |error: Invalid| {
            let field = error.field().replace("dtstart", "start").replace("rdates", "also");
            let field = field.replace("exdates", "except");
            let field = if field.starts_with("rrule") { "rule".to_owned() } else { field };
            Invalid::new(field, error.value(), error.expected().to_owned())
        };
        let set = match &self.rule {
            Some(rule) => Recurrence::new(self.start, rule),
            None => Recurrence::once(self.start),
        };
        let set = set.and_then(|set| set.with_rdates(self.also.iter().map(String::as_str)));
        set.and_then(|set| set.with_exdates(self.except.iter().map(String::as_str))).map_err(renamed)
    }
}

/// What was found about every occurrence.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct Preview {
    /// Whether every occurrence can be booked.
    bookable: bool,
    /// One verdict for each occurrence, in order.
    verdicts: Vec<Verdict>,
}

/// Judges every occurrence of a series, and writes nothing.
#[cfg_attr(feature = "server", utoipa::path(
    post, path = "/v1/series/preview", tag = "series", operation_id = "series_preview",
    request_body(content = SeriesBody, example = json!({
        "service": "svc_00000000000000000000000000000001", "on_conflict": "propose",
        "recurrence": {"start": "2026-12-01T09:00:00", "rule": "FREQ=WEEKLY;COUNT=2"},
    })),
    responses(
        (status = 200, body = Preview, example = json!({
            "bookable": false,
            "verdicts": [
                {"start": "2026-12-01T08:00:00Z", "bookable": true},
                {
                    "start": "2026-12-08T08:00:00Z", "bookable": false,
                    "reasons": [{"kind": "outside_hours", "resource": "res_00000000000000000000000000000001"}],
                    "alternative": "2026-12-08T09:00:00Z",
                },
            ],
        })),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn preview(
    State(api): State<Api>,
    caller: Caller,
    Body(body): Body<SeriesBody>,
) -> Result<Json<Preview>, Problem> {
    let request = body.request(&caller, None)?;
    let found = api.scheduler().preview_series(&request).await;
    let found = found.map_err(|refusal| caller.problem(refusal, Source::Body))?;
    let mut verdicts: Vec<Verdict> = found.iter().map(Verdict::from).collect();
    if !caller.is_staff() {
        verdicts.iter_mut().for_each(Verdict::redact);
    }
    let bookable = found.iter().all(booking_core::Verdict::is_bookable);
    Ok(Json(Preview { bookable, verdicts }))
}

/// A series and its bookings.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct Series {
    /// Its id.
    id: SeriesRef,
    /// Its bookings, by start.
    bookings: Vec<Booking>,
    /// One verdict for each occurrence, where it was just booked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    verdicts: Vec<Verdict>,
}

/// Books a series, in one step.
#[cfg_attr(feature = "server", utoipa::path(
    post, path = "/v1/series", tag = "series", operation_id = "series_create",
    params(("Idempotency-Key" = String, Header, description = "A key that this request alone carries")),
    request_body(content = SeriesBody, example = json!({
        "service": "svc_00000000000000000000000000000001", "on_conflict": "skip",
        "recurrence": {"start": "2026-12-01T09:00:00", "rule": "FREQ=WEEKLY;COUNT=6"},
    })),
    responses(
        (status = 201, body = Series, description = "Booked", example = json!({
            "id": "ser_0197c0de4b7a7c51a3f0000000000001", "bookings": [], "verdicts": [],
        })),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn create(
    State(api): State<Api>,
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    Body(body): Body<SeriesBody>,
) -> Result<Response, Problem> {
    let caller = caller.staff()?;
    let request = body.request(&caller, Some(key))?;
    api.check_customer(&request.wish).await?;
    let booked = api.scheduler().book_series(&request).await;
    let booked = booked.map_err(|refusal| caller.problem(refusal, Source::Body))?;
    let bookings = done(&api, &booked.bookings, booked.replayed)?;
    let verdicts = booked.verdicts.iter().map(Verdict::from).collect();
    let answer = Json(Series { id: WireId(booked.series), bookings, verdicts });
    let mut response = (StatusCode::CREATED, answer).into_response();
    mark(&mut response, booked.replayed);
    locate(&mut response, "series", booked.series);
    Ok(response)
}

/// Bookings that a command made or changed. In a recorded answer they look as they did the first time.
fn done(api: &Api, bookings: &[booking_core::Booking], replayed: bool) -> Result<Vec<Booking>, Problem> {
    let now = api.now();
    let shown = bookings.iter().map(|booking| {
        let now = if replayed { booking.changed.timestamp() } else { now };
        api.show(booking, now)
    });
    shown.collect()
}

/// Shows a series and its bookings.
#[cfg_attr(feature = "server", utoipa::path(
    get, path = "/v1/series/{id}", tag = "series", operation_id = "series_read",
    params(("id" = String, Path, description = "The series")),
    responses(
        (status = 200, body = Series, description = "The series", example = json!({
            "id": "ser_0197c0de4b7a7c51a3f0000000000001", "bookings": [],
        })),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn read(
    State(api): State<Api>,
    caller: Caller,
    Id(id): Id<SeriesId>,
) -> Result<Json<Series>, Problem> {
    let caller = caller.staff()?;
    let found = api.scheduler().series(caller.tenant, id).await;
    let found = found.map_err(|refusal| caller.problem(refusal, Source::Path))?;
    if found.is_empty() {
        let refusal = booking_core::Refusal::NotFound { what: "series" };
        return Err(caller.problem(refusal, Source::Path));
    }
    let now = api.now();
    let bookings = found.iter().map(|booking| api.show(booking, now)).collect::<Result<_, _>>()?;
    Ok(Json(Series { id: WireId(id), bookings, verdicts: Vec::new() }))
}

/// Which bookings of a series.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scope {
    /// This one.
    This,
    /// This one and those after it.
    Following,
    /// All.
    All,
}

/// Which bookings of a series to cancel.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelSeriesBody {
    /// Which of its bookings; those that have started or ended are left alone.
    scope: Scope,
    /// From which booking on, for `this` and `following`.
    #[serde(default)]
    booking: Option<BookingRef>,
}

/// Cancels bookings of a series; those that have started or ended are left alone.
#[cfg_attr(feature = "server", utoipa::path(
    post, path = "/v1/series/{id}/cancel", tag = "series", operation_id = "series_cancel",
    params(
        ("id" = String, Path, description = "The series"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a retry safe"),
    ),
    request_body(content = CancelSeriesBody, example = json!({"scope": "all"})),
    responses(
        (status = 200, body = Series, description = "What was cancelled", example = json!({
            "id": "ser_0197c0de4b7a7c51a3f0000000000001", "bookings": [],
        })),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn cancel(
    State(api): State<Api>,
    caller: Caller,
    Id(id): Id<SeriesId>,
    key: Option<IdempotencyKey>,
    Body(body): Body<CancelSeriesBody>,
) -> Result<Response, Problem> {
    let caller = caller.staff()?;
    let scope = match body.scope {
        Scope::This => CancelScope::This,
        Scope::Following => CancelScope::Following,
        Scope::All => CancelScope::All,
    };
    let request = CancelSeriesRequest {
        booking: body.booking.map(|booking| booking.0),
        scope,
        key: key.map(|key| key.0),
        actor: caller.actor(),
        // Only staff come here, and they may cancel late.
        waive: Waiver { limits: true, ..Waiver::default() },
        ..CancelSeriesRequest::all(caller.tenant, id)
    };
    let cancelled = api.scheduler().cancel_series(&request).await;
    let cancelled = cancelled.map_err(|refusal| caller.problem(refusal, Source::Body))?;
    let bookings = done(&api, &cancelled.bookings, cancelled.replayed)?;
    let mut response = Json(Series { id: WireId(id), bookings, verdicts: Vec::new() }).into_response();
    mark(&mut response, cancelled.replayed);
    Ok(response)
}
