//! `booking key`: API keys from the terminal.

use booking_core::{Actor, Clock, RandomIds, SystemClock, TenantId};
use booking_platform::{
    AnyPlatform, ApiKey, KeyId, KeyKind, KeyRing, KeyStore, Name, NewKey, PageQuery, Stamp, SystemEntropy,
};
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use uuid::Uuid;

use super::business::Which;
use super::place::Kept;
use super::{Outcome, wait_for};
use crate::stores::{Purpose, Stores};

/// The most keys of one page.
const PAGE: usize = 1_000;

/// Make, list and revoke API keys. A file that a server has open cannot be changed from outside: ask the server then
/// (`/v1/api-keys`).
#[derive(Debug, Args)]
pub(crate) struct Key {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make a key and print it: now or never.
    New(New),
    /// List the keys, without what is secret of them.
    List(List),
    /// Revoke a key, for good.
    Revoke(Revoke),
}

/// What all three need.
#[derive(Debug, Args)]
struct Common {
    #[command(flatten)]
    data: Kept,
    #[command(flatten)]
    which: Which,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct New {
    /// What people call the key.
    name: String,
    /// For web pages: it looks for free times, holds and books, and sees nobody's bookings.
    #[arg(long)]
    publishable: bool,
    /// From when on it counts no more. Default: never.
    #[arg(long, value_name = "INSTANT")]
    expires: Option<DateTime<Utc>>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Revoke {
    /// The key: its id as `list` prints it.
    key: String,
    #[command(flatten)]
    common: Common,
}

impl Key {
    pub(crate) fn run(self) -> Outcome {
        wait_for(self.ask())?
    }

    async fn ask(self) -> Outcome {
        let (common, purpose) = match &self.what {
            What::New(new) => (&new.common, Purpose::Change),
            What::List(list) => (&list.common, Purpose::Look),
            What::Revoke(revoke) => (&revoke.common, Purpose::Change),
        };
        let stores = Stores::open(&common.data.place(), purpose).await?;
        let told = match common.which.of(&stores.platform).await {
            Ok(tenant) => self.answer(&stores.platform, tenant.id).await,
            Err(error) => Err(error),
        };
        stores.close().await;
        println!("{}", told?);
        Ok(())
    }

    async fn answer(&self, platform: &AnyPlatform, tenant: TenantId) -> Outcome<String> {
        match &self.what {
            What::New(new) => new.make(platform, tenant).await,
            What::List(list) => list.show(platform, tenant).await,
            What::Revoke(revoke) => revoke.revoke(platform, tenant).await,
        }
    }
}

fn stamp() -> Stamp {
    Stamp::new(Actor::new("key", "cli"), SystemClock.now())
}

impl New {
    async fn make(&self, platform: &AnyPlatform, tenant: TenantId) -> Outcome<String> {
        let kind = if self.publishable { KeyKind::Publishable } else { KeyKind::Secret };
        let new = NewKey { kind, name: Name::new(&self.name)?, expires: self.expires };
        let ring = KeyRing::new(platform.clone(), SystemEntropy);
        let (key, token) = ring.issue(tenant, new, &RandomIds::default(), &stamp()).await?;
        if self.common.json {
            let mut shown = as_json(&key);
            shown["token"] = token.expose().into();
            return Ok(shown.to_string());
        }
        Ok(token.expose().to_owned())
    }
}

impl List {
    async fn show(&self, platform: &AnyPlatform, tenant: TenantId) -> Outcome<String> {
        let mut keys = Vec::new();
        let mut query = PageQuery::first(PAGE);
        loop {
            let page = platform.keys(tenant, query).await?;
            keys.extend(page.items);
            match keys.last() {
                Some(last) if page.more => query = PageQuery::after(last.id, PAGE),
                _ => break,
            }
        }
        if self.common.json {
            return Ok(json!({"items": keys.iter().map(as_json).collect::<Vec<_>>()}).to_string());
        }
        let now = SystemClock.now();
        let lines = keys.iter().map(|key| {
            let state = match (key.revoked, key.expires) {
                (Some(at), _) => format!("revoked {at}"),
                (None, Some(at)) if at <= now => format!("expired {at}"),
                (None, Some(at)) => format!("until {at}"),
                (None, None) => "counts".to_owned(),
            };
            format!("{}  {}...  {:11}  {state}  {}", id_of(key), key.hash.lookup, key.kind.as_str(), key.name)
        });
        Ok(lines.collect::<Vec<_>>().join("\n"))
    }
}

impl Revoke {
    async fn revoke(&self, platform: &AnyPlatform, tenant: TenantId) -> Outcome<String> {
        let id = Uuid::try_parse(self.key.trim_start_matches("key_"));
        let id =
            id.map_err(|_| format!("`{}` is no id of a key: `booking key list` shows them", self.key))?;
        let key = platform.revoke_key(tenant, KeyId::from_uuid(id), &stamp()).await?;
        Ok(if self.common.json { as_json(&key).to_string() } else { format!("{} is revoked", key.name) })
    }
}

fn id_of(key: &ApiKey) -> String {
    format!("key_{}", key.id.uuid().simple())
}

fn as_json(key: &ApiKey) -> Value {
    json!({
        "id": id_of(key), "kind": key.kind.as_str(), "name": key.name, "lookup": key.hash.lookup,
        "created_at": key.created, "expires_at": key.expires, "revoked_at": key.revoked,
    })
}
