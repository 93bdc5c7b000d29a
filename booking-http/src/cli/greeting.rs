//! What `booking serve` says when it listens: where, on what, and what to try.

use std::net::SocketAddr;
use std::sync::Arc;

use booking_core::{Actor, AnyStore, Clock, RandomIds, Scheduler, Wish};
use booking_http::server::{demo, demo_bookings};
use booking_platform::{
    AnyPlatform, Entropy, KeyKind, KeyRing, KeyStore, Name, NewKey, PageQuery, PlatformError, Stamp,
    SystemEntropy, TenantStore, Token,
};
use serde_json::json;

use super::Outcome;
use super::demo_business::Filled;
use super::secret::{Derived, Secret};
use crate::stores::Place;

/// How many businesses are named.
const NAMED: usize = 3;
/// How many keys of the demo are tried before one is found that nobody has revoked.
const TRIED: u32 = 100;

/// What is served.
pub(super) enum Served {
    /// The demo.
    Demo { filled: Filled, keys: DemoKeys },
    /// Businesses: the names of the first, and whether there are more.
    Businesses { names: Vec<String>, more: bool },
}

impl Served {
    pub(super) async fn businesses(platform: &AnyPlatform) -> Outcome<Self> {
        let page = platform.tenants(PageQuery::first(NAMED)).await?;
        let names = page.items.iter().map(|row| row.value.name.to_string()).collect();
        Ok(Self::Businesses { names, more: page.more })
    }
}

/// The keys of the demo.
pub(super) struct DemoKeys {
    secret: String,
    publishable: String,
}

impl DemoKeys {
    /// With a secret the same keys at every start, made by the first; without one new keys.
    pub(super) async fn issue(
        platform: &AnyPlatform,
        secret: Option<&Secret>,
        clock: &Arc<dyn Clock>,
    ) -> Outcome<Self> {
        let issue = async |kind| match secret {
            Some(secret) => derived(platform, secret, kind, clock).await,
            None => Ok(made(platform, SystemEntropy, kind, clock).await?),
        };
        Ok(Self { secret: issue(KeyKind::Secret).await?, publishable: issue(KeyKind::Publishable).await? })
    }
}

/// The first key that follows from the secret and was not revoked.
async fn derived(
    platform: &AnyPlatform,
    secret: &Secret,
    kind: KeyKind,
    clock: &Arc<dyn Clock>,
) -> Outcome<String> {
    for count in 0..TRIED {
        let entropy = || Derived { secret, purpose: format!("demo {} key {count}", kind.as_str()) };
        let token = Token::draw(kind, &entropy())?;
        let hash = token.hash();
        match platform.key_by_lookup(&hash.lookup).await? {
            Some(key) if key.tenant == demo::TENANT && key.admits(&hash, clock.now()) => {
                return Ok(token.expose().to_owned());
            }
            Some(_) => {}
            None => match made(platform, entropy(), kind, clock).await {
                // Another process has made it meanwhile.
                Err(PlatformError::Exists { .. }) => return Ok(token.expose().to_owned()),
                made => return Ok(made?),
            },
        }
    }
    Err(format!("{TRIED} keys of the demo were revoked").into())
}

async fn made(
    platform: &AnyPlatform,
    entropy: impl Entropy,
    kind: KeyKind,
    clock: &Arc<dyn Clock>,
) -> Result<String, PlatformError> {
    let name = Name::new(match kind {
        KeyKind::Secret => "demo secret key",
        KeyKind::Publishable => "demo publishable key",
    })?;
    let stamp = Stamp::new(Actor::new("demo", "cli"), clock.now());
    let new = NewKey { kind, name, expires: None };
    let ring = KeyRing::new(platform.clone(), entropy);
    let (_, token) = ring.issue(demo::TENANT, new, &RandomIds::default(), &stamp).await?;
    Ok(token.expose().to_owned())
}

/// Where the server is.
pub(super) struct Greeting<'a> {
    pub(super) place: &'a Place,
    pub(super) address: SocketAddr,
    pub(super) scheduler: &'a Scheduler<AnyStore, Arc<dyn Clock>>,
}

impl Greeting<'_> {
    pub(super) async fn say(&self, served: &Served, as_json: bool) -> Outcome {
        match served {
            _ if as_json => self.say_json(served),
            Served::Demo { filled, keys } => self.say_demo(*filled, keys).await?,
            Served::Businesses { names, more } => self.say_businesses(names, *more),
        }
        Ok(())
    }

    fn say_json(&self, served: &Served) {
        let mut shown = json!({"url": format!("http://{}", self.address), "data": self.place.to_string()});
        match served {
            Served::Demo { filled, keys } => {
                shown["bookings"] = filled.bookings.into();
                shown["secret_key"] = keys.secret.clone().into();
                shown["publishable_key"] = keys.publishable.clone().into();
            }
            Served::Businesses { names, more } => {
                shown["businesses"] = json!(names);
                shown["more"] = (*more).into();
            }
        }
        println!("{shown}");
    }

    fn say_businesses(&self, names: &[String], more: bool) {
        let who = match (names, more) {
            ([], _) => "No business yet".to_owned(),
            (_, true) => format!("{} and more", names.join(", ")),
            (_, false) => names.join(", "),
        };
        println!(
            "{who}.\n\n  API              http://{0}/v1\n  description      http://{0}/docs\n  data             {1}\n",
            self.address, self.place
        );
        if names.is_empty() {
            println!(
                "To begin, stop this with Ctrl-C and make a business. It prints the first key.\n\n  \
                 booking init \"My business\" --zone Europe/Berlin\n"
            );
        }
    }

    async fn say_demo(&self, filled: Filled, keys: &DemoKeys) -> Outcome {
        let now = self.scheduler.clock().now();
        let url = format!("http://{}", self.address);
        let service = format!("svc_{}", demo::CONSULTATION.uuid().simple());
        let window = demo_bookings::ahead(now.timestamp(), 30)?;
        let wish = Wish::new(demo::TENANT, demo::CONSULTATION);
        let first = self.scheduler.first(&wish, window).await?;
        let start = first.map_or_else(|| now.to_rfc3339(), |at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string());
        let DemoKeys { secret, publishable } = keys;
        println!(
            "A clinic, a salon and a studio in Berlin: {} bookings, {} closed dates, {} busy times{}.\n\n  \
             API              {url}/v1\n  description      {url}/docs\n  data             {}\n  \
             secret key       {secret}\n  publishable key  {publishable}\n\n\
             Try it:\n\n  \
             KEY={secret}\n  \
             curl -H \"Authorization: Bearer $KEY\" '{url}/v1/services/{service}/slots'\n  \
             curl -H \"Authorization: Bearer $KEY\" -H 'Content-Type: application/json' \
             -d '{{\"service\":\"{service}\",\"start\":\"{start}\"}}' '{url}/v1/availability/explain'\n  \
             curl -H \"Authorization: Bearer $KEY\" -H 'Content-Type: application/json' -H 'Idempotency-Key: try-1' \
             -d '{{\"service\":\"{service}\",\"start\":\"{start}\"}}' '{url}/v1/holds'\n  \
             curl -H \"Authorization: Bearer $KEY\" -X POST \"{url}/v1/holds/$HOLD/confirm\"   # HOLD: the id in the answer before\n",
            filled.bookings,
            filled.dates,
            filled.busy,
            if filled.found { ", as the last start left them" } else { "" },
            self.place,
        );
        Ok(())
    }
}
