//! `/api-keys`: making, listing and revoking keys; and telling who calls with one.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use axum::{Json, Router};
use booking_core::{Clock, StoreError, TenantId};
use booking_platform::{
    AnyPlatform, ApiKey, KeyId, KeyKind, KeyRing, KeyStore, Name, NewKey, PlatformError, Stamp, SystemEntropy,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::list::{ListAnswer, ListQuery};
use super::{Platform, refused};
use crate::access::{self, Access, Caller, Denied};
use crate::extract::{Body, Id, Query, Source};
use crate::problem::{Problem, log};
use crate::routes::answer::locate;
use crate::wire::id::WireId;
use crate::wire::time::Moment;

/// Nobody is let in while nobody can be recognised.
fn unavailable(error: &StoreError) -> Denied {
    log(error);
    Denied::Unavailable
}

/// Recognises callers by the keys that a store keeps.
#[derive(Clone)]
pub struct PlatformKeys {
    ring: KeyRing<AnyPlatform, SystemEntropy>,
    clock: Arc<dyn Clock>,
}

impl PlatformKeys {
    /// The keys of this store; the clock says which have expired.
    pub fn new(store: AnyPlatform, clock: Arc<dyn Clock>) -> Self {
        Self { ring: KeyRing::new(store, SystemEntropy), clock }
    }

    /// Makes a key for a tenant, and answers the token: it is shown now or never.
    pub async fn issue(
        &self,
        tenant: TenantId,
        new: NewKey,
        ids: &impl booking_core::IdSource,
        stamp: &Stamp,
    ) -> Result<String, PlatformError> {
        let (_, token) = self.ring.issue(tenant, new, ids, stamp).await?;
        Ok(token.expose().to_owned())
    }
}

impl Access for PlatformKeys {
    fn caller<'a>(
        &'a self,
        headers: &'a HeaderMap,
    ) -> Pin<Box<dyn Future<Output = Result<Caller, Denied>> + Send + 'a>> {
        Box::pin(async move {
            let presented = headers.get(AUTHORIZATION).ok_or(Denied::Missing)?;
            let presented = presented.to_str().map_err(|_| Denied::Unknown)?;
            let (scheme, token) = presented.split_once(' ').ok_or(Denied::Unknown)?;
            if !scheme.eq_ignore_ascii_case("bearer") {
                return Err(Denied::Unknown);
            }
            let found = self.ring.authenticate(token.trim(), self.clock.now()).await;
            let found = found.map_err(|error| unavailable(&error))?.ok_or(Denied::Unknown)?;
            let kind = match found.kind {
                KeyKind::Secret => access::KeyKind::Secret,
                KeyKind::Publishable => access::KeyKind::Publishable,
            };
            Ok(Caller { tenant: found.tenant, kind, name: found.name.to_string() })
        })
    }
}

pub(super) fn routes() -> Router<Platform> {
    Router::new().route("/api-keys", get(list).post(create)).route("/api-keys/{id}", delete(revoke))
}

/// What a key may be used for.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KindWire {
    /// By the business's own programs: everything.
    Secret,
    /// On web pages: what a customer may see and do.
    Publishable,
}

/// A key to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyBody {
    /// What it may be used for.
    kind: KindWire,
    /// What people call it.
    name: String,
    /// From when on it counts no more; none means never.
    #[serde(default)]
    expires_at: Option<Moment>,
}

/// An API key, without the secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeyWire {
    /// Its id.
    id: String,
    /// What it may be used for.
    kind: KindWire,
    /// What people call it.
    name: String,
    /// The digits it is looked up by: the first of the token.
    lookup: String,
    /// When it was made.
    created_at: Moment,
    /// From when on it counts no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Moment>,
    /// When it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Moment>,
    /// The token: shown once, when the key is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

impl From<&ApiKey> for KeyWire {
    fn from(key: &ApiKey) -> Self {
        Self {
            id: WireId(key.id).to_string(),
            kind: match key.kind {
                KeyKind::Secret => KindWire::Secret,
                KeyKind::Publishable => KindWire::Publishable,
            },
            name: key.name.to_string(),
            lookup: key.hash.lookup.clone(),
            created_at: Moment(key.created),
            expires_at: key.expires.map(Moment),
            revoked_at: key.revoked.map(Moment),
            token: None,
        }
    }
}

/// One page of keys.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeysPage {
    /// The keys, by id.
    items: Vec<KeyWire>,
    /// The cursor of the next page, where there is one.
    next: Option<String>,
}

/// Lists keys, revoked and expired ones included.
#[utoipa::path(
    get, path = "/v1/api-keys", tag = "keys", operation_id = "keys_list", params(ListQuery),
    responses(
        (status = 200, body = KeysPage, description = "One page", example = json!({"items": []})),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list(
    State(platform): State<Platform>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let caller = caller.staff()?;
    let page = platform.store.keys(caller.tenant, query.page()?).await;
    let page = page.map_err(|error| Problem::store(&error))?;
    let next = page.items.last().filter(|_| page.more).map(|key| WireId(key.id).to_string());
    let items: Vec<KeyWire> = page.items.iter().map(KeyWire::from).collect();
    Ok(Json(ListAnswer { items, next }).into_response())
}

/// Makes a key. The answer has its token, which is shown only now: the server keeps a hash.
#[utoipa::path(
    post, path = "/v1/api-keys", tag = "keys", operation_id = "keys_create",
    request_body(content = KeyBody, example = json!({"kind": "publishable", "name": "Web page"})),
    responses(
        (status = 201, body = KeyWire, description = "Made", example = json!({
            "id": "key_0197c0de4b7a7c51a3f0000000000001", "kind": "publishable", "name": "Web page",
            "lookup": "0001020304050607", "created_at": "2026-11-29T20:00:00Z", "token": "bkp_0001...",
        })),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn create(
    State(platform): State<Platform>,
    caller: Caller,
    Body(body): Body<KeyBody>,
) -> Result<Response, Problem> {
    let caller = caller.staff()?;
    let name = Name::new(&body.name).map_err(|invalid| Problem::invalid(&invalid, Source::Body))?;
    let kind = match body.kind {
        KindWire::Secret => KeyKind::Secret,
        KindWire::Publishable => KeyKind::Publishable,
    };
    let new = NewKey { kind, name, expires: body.expires_at.map(|moment| moment.0) };
    let ring = KeyRing::new(platform.store.clone(), SystemEntropy);
    let made = ring.issue(caller.tenant, new, &*platform.ids, &platform.stamp(&caller)).await;
    let (key, token) = made.map_err(refused)?;
    let mut shown = KeyWire::from(&key);
    shown.token = Some(token.expose().to_owned());
    let mut response = (StatusCode::CREATED, Json(shown)).into_response();
    locate(&mut response, "api-keys", key.id);
    Ok(response)
}

/// Revokes a key, for good.
#[utoipa::path(
    delete, path = "/v1/api-keys/{id}", tag = "keys", operation_id = "keys_revoke",
    params(("id" = String, Path, description = "The key")),
    responses(
        (status = 204, description = "Revoked"),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn revoke(
    State(platform): State<Platform>,
    caller: Caller,
    Id(id): Id<KeyId>,
) -> Result<Response, Problem> {
    let caller = caller.staff()?;
    platform.store.revoke_key(caller.tenant, id, &platform.stamp(&caller)).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
