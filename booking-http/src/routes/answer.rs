//! Answers that several resources share.

use axum::Json;
use axum::http::header::{ETAG, LINK, LOCATION};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use booking_core::{Booked, Clock, Refusal, Zone};
use serde::Serialize;

use crate::access::Caller;
use crate::api::Api;
use crate::extract::Source;
use crate::problem::{Code, Problem};
use crate::wire;
use crate::wire::id::{Prefixed, WireId};

impl Caller {
    /// A refusal as this caller may see it.
    pub(crate) fn problem(&self, refusal: Refusal, source: Source) -> Problem {
        let problem = Problem::refusal(refusal, source);
        if self.is_staff() { problem } else { problem.redacted() }
    }
}

impl Api {
    /// The present, in seconds since the Unix epoch.
    pub(crate) fn now(&self) -> i64 {
        self.scheduler().clock().now().timestamp()
    }

    /// The zone a booking was made in.
    pub(crate) fn zone_of(&self, booking: &booking_core::Booking) -> Result<Zone, Problem> {
        // A stored zone was known when it was stored; a server with less data must not guess.
        self.scheduler().zones().zone(&booking.local.zone).map_err(|_| Problem::new(Code::Internal))
    }

    /// A booking for the wire, as it stands at `now`.
    pub(crate) fn show(
        &self,
        booking: &booking_core::Booking,
        now: i64,
    ) -> Result<wire::booking::Booking, Problem> {
        Ok(wire::booking::Booking::new(booking, &self.zone_of(booking)?, now))
    }

    /// A booking with its `ETag`.
    pub(crate) fn one(&self, booking: &booking_core::Booking, now: i64) -> Result<Response, Problem> {
        let mut response = Json(self.show(booking, now)?).into_response();
        response.headers_mut().insert(ETAG, etag(booking.version));
        Ok(response)
    }

    /// What a command did. A recorded answer looks as it did the first time, and says that it is one.
    pub(crate) fn booked(&self, booked: &Booked) -> Result<Response, Problem> {
        let now = if booked.replayed { booked.booking.changed.timestamp() } else { self.now() };
        let mut response = self.one(&booked.booking, now)?;
        mark(&mut response, booked.replayed);
        Ok(response)
    }

    /// What a command made: 201, with where to find it.
    pub(crate) fn created(&self, booked: &Booked, collection: &str) -> Result<Response, Problem> {
        let mut response = self.booked(booked)?;
        *response.status_mut() = StatusCode::CREATED;
        locate(&mut response, collection, booked.booking.id);
        Ok(response)
    }
}

/// Says that an answer is the recorded one.
pub(crate) fn mark(response: &mut Response, replayed: bool) {
    if replayed {
        response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
}

/// Says where something new is: relative to the collection, so that it holds wherever the router is nested.
pub(crate) fn locate<T: Prefixed>(response: &mut Response, collection: &str, id: T) {
    if let Ok(place) = HeaderValue::from_str(&format!("{collection}/{}", WireId(id))) {
        response.headers_mut().insert(LOCATION, place);
    }
}

/// The `ETag` of a version.
pub(crate) fn etag(version: u64) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"0\""))
}

/// A page, with the link to the next one where there is one: the same question with another cursor.
pub(crate) fn paged(uri: &Uri, next: Option<String>, page: impl Serialize) -> Response {
    let mut response = Json(page).into_response();
    let link = next.map(|cursor| {
        let pairs = form_urlencoded::parse(uri.query().unwrap_or("").as_bytes());
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(pairs.filter(|(name, _)| name != "cursor"));
        format!("<?{}>; rel=\"next\"", query.append_pair("cursor", &cursor).finish())
    });
    if let Some(link) = link.and_then(|link| HeaderValue::from_str(&link).ok()) {
        response.headers_mut().insert(LINK, link);
    }
    response
}
