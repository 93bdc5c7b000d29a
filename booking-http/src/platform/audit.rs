//! `/audit-log`: who did what, and when.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use booking_core::{Invalid, Zone, ZoneId};
use booking_platform::{AuditEntry, AuditLog, AuditQuery};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Platform;
use crate::access::Caller;
use crate::extract::{Page, Query, Source};
use crate::problem::Problem;
use crate::wire::time::{Moment, MomentOrDate, part};

pub(super) fn routes() -> Router<Platform> {
    Router::new().route("/audit-log", get(list))
}

/// Which entries.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AuditListQuery {
    /// What was done at or after this instant, or after the first instant of this date in `zone`.
    from: Option<MomentOrDate>,
    /// What was done before this instant, or before the first instant of this date in `zone`.
    to: Option<MomentOrDate>,
    /// The zone of dates, by its IANA name. Default: UTC.
    #[param(value_type = Option<String>)]
    zone: Option<ZoneId>,
    /// Continue before the entry with this number: the `next` of the page before.
    before: Option<u64>,
    /// At most this many, 1 to 200. Default: 50.
    limit: Option<usize>,
}

impl AuditListQuery {
    fn query(&self, zone: &Zone) -> Result<AuditQuery, Invalid> {
        let (limit, window) = (Page::limit(self.limit)?, part(self.from, self.to, zone)?);
        Ok(AuditQuery { object: None, window, before: self.before, limit })
    }
}

/// One entry of the log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntryWire {
    /// Its number, rising.
    sequence: u64,
    /// When.
    at: Moment,
    /// Who.
    who: String,
    /// From where.
    from: String,
    /// What was done.
    action: &'static str,
    /// To what kind of thing.
    object: &'static str,
    /// To which: the 32 digits of its id.
    id: String,
    /// The version it has since, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
}

impl From<&AuditEntry> for EntryWire {
    fn from(entry: &AuditEntry) -> Self {
        Self {
            sequence: entry.sequence,
            at: Moment(entry.at),
            who: entry.actor.who.clone(),
            from: entry.actor.from.clone(),
            action: entry.action.as_str(),
            object: entry.object.kind.as_str(),
            id: entry.object.id.simple().to_string(),
            version: entry.version,
        }
    }
}

/// One page of the log, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditPage {
    /// The entries.
    items: Vec<EntryWire>,
    /// Where the next page continues, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u64>,
}

/// Lists who did what, the newest first, in a stretch of time where one is given. Every write is in here: it is written together with it.
#[utoipa::path(
    get, path = "/v1/audit-log", tag = "audit", operation_id = "audit_list", params(AuditListQuery),
    responses(
        (status = 200, body = AuditPage, description = "One page", example = json!({
            "items": [{
                "sequence": 1, "at": "2026-11-29T20:00:00Z", "who": "demo secret key", "from": "http",
                "action": "place", "object": "booking", "id": "0197c0de4b7a7c51a3f0000000000001", "version": 1,
            }],
        })),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list(
    State(platform): State<Platform>,
    caller: Caller,
    Query(query): Query<AuditListQuery>,
) -> Result<Json<AuditPage>, Problem> {
    let caller = caller.staff()?;
    let zone = platform.api.zone(query.zone.as_ref(), &ZoneId::UTC)?;
    let query = query.query(&zone).map_err(|invalid| Problem::invalid(&invalid, Source::Query))?;
    let page = platform.store.audit(caller.tenant, &query).await.map_err(|error| Problem::store(&error))?;
    let next = page.items.last().filter(|_| page.more).map(|entry| entry.sequence);
    Ok(Json(AuditPage { items: page.items.iter().map(EntryWire::from).collect(), next }))
}
