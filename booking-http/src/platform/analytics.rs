//! `/analytics`: what was booked, in numbers.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use booking_core::time::civil::{date_of, day_of_local};
use booking_core::{TenantId, ZoneId};
use booking_platform::{ReportBy, ReportGroup, ReportQuery, ReportRow, Reports, TenantStore};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Platform;
use crate::access::Caller;
use crate::extract::{Query, Source};
use crate::problem::Problem;
use crate::wire::booking::State as WireState;
use crate::wire::id::{ServiceRef, WireId};
use crate::wire::money::Money;
use crate::wire::time::Date;

pub(super) fn routes() -> Router<Platform> {
    Router::new().route("/analytics/bookings", get(bookings))
}

/// What is told apart, besides where bookings stand.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum By {
    /// Days.
    Day,
    /// Services.
    Service,
}

/// Which bookings.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct BookingsReportQuery {
    /// Visits that start on this date or later. Default: today where the business is.
    from: Option<Date>,
    /// Visits that start before this date, at most 366 days after `from`. Default: the day after `from`.
    to: Option<Date>,
    /// A row for each `day` or each `service`. Default: one for all.
    #[param(inline)]
    by: Option<By>,
}

/// How many bookings there are in one state, and what they come to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CountWire {
    /// The day they start on, where days are told apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<Date>,
    /// What was booked, where services are told apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<ServiceRef>,
    /// Where they stand at the time of the answer.
    state: WireState,
    /// How many bookings.
    bookings: u64,
    /// For how many people.
    people: u64,
    /// How long they are together, without buffers, in whole minutes.
    minutes: u64,
    /// What their prices come to, in each currency. Fees are not in it.
    prices: Vec<Money>,
}

impl From<ReportRow> for CountWire {
    fn from(row: ReportRow) -> Self {
        let (day, service) = match row.group {
            ReportGroup::Whole => (None, None),
            ReportGroup::Day(day) => (Some(Date(day)), None),
            ReportGroup::Service(service) => (None, Some(WireId(service))),
        };
        let price = |(currency, minor): (booking_core::Currency, u64)| Money {
            minor: i64::try_from(minor).unwrap_or(i64::MAX),
            currency: currency.code().to_owned(),
        };
        Self {
            day,
            service,
            state: row.state.into(),
            bookings: row.counts.bookings,
            people: row.counts.people,
            minutes: row.counts.seconds / 60,
            prices: row.counts.prices.into_iter().map(price).collect(),
        }
    }
}

/// What was booked on some days.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BookingsReport {
    /// The first day.
    from: Date,
    /// The day after the last.
    to: Date,
    /// A row for each state in which there are bookings, in each day or service where these are told apart.
    items: Vec<CountWire>,
}

/// Counts the bookings whose visits start on some days, by where they stand, with their people, their time and their
/// prices. A visit belongs to the date on the clocks of the place where it is.
#[utoipa::path(
    get, path = "/v1/analytics/bookings", tag = "analytics", operation_id = "analytics_bookings",
    params(BookingsReportQuery),
    responses(
        (status = 200, body = BookingsReport, description = "The counts", example = json!({
            "from": "2026-11-30", "to": "2026-12-07",
            "items": [{
                "state": "confirmed", "bookings": 12, "people": 14, "minutes": 420,
                "prices": [{"minor": 72000, "currency": "EUR"}],
            }],
        })),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn bookings(
    State(platform): State<Platform>,
    caller: Caller,
    Query(query): Query<BookingsReportQuery>,
) -> Result<Json<BookingsReport>, Problem> {
    let caller = caller.staff()?;
    let now = platform.api.scheduler().clock().now();
    let from = match query.from {
        Some(from) => from.0,
        None => platform.today(caller.tenant, now).await?,
    };
    // A date that has none after it is refused below.
    let to = query.to.map_or_else(|| from.succ_opt().unwrap_or(from), |to| to.0);
    let by = match query.by {
        None => ReportBy::Whole,
        Some(By::Day) => ReportBy::Day,
        Some(By::Service) => ReportBy::Service,
    };
    let asked = ReportQuery::new(from, to, by, now);
    let asked = asked.map_err(|invalid| Problem::invalid(&invalid, Source::Query))?;
    let rows = platform.store.report(caller.tenant, &asked).await.map_err(|error| Problem::store(&error))?;
    Ok(Json(BookingsReport {
        from: Date(from),
        to: Date(to),
        items: rows.into_iter().map(CountWire::from).collect(),
    }))
}

impl Platform {
    /// The date where the business is.
    async fn today(&self, tenant: TenantId, now: DateTime<Utc>) -> Result<NaiveDate, Problem> {
        let known = self.store.tenant(tenant).await.map_err(|error| Problem::store(&error))?;
        let zone = known.map_or(ZoneId::UTC, |tenant| tenant.value.zone);
        let zone = self.api.scheduler().zones().zone(&zone);
        let zone = zone.map_err(|invalid| Problem::invalid(&invalid, Source::Query))?;
        Ok(date_of(day_of_local(zone.to_local(now.timestamp()))))
    }
}
