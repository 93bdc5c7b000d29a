//! `booking init`: a business to begin with.

use booking_core::{Actor, Clock, IdSource, RandomIds, SystemClock, TenantId, ZoneId};
use booking_http::server::demo;
use booking_platform::{
    AnyPlatform, Expect, KeyKind, KeyRing, Name, NewKey, PageQuery, Stamp, SystemEntropy, Tenant, TenantStore,
};
use clap::Args;
use serde_json::json;

use super::place::Kept;
use super::{Outcome, wait_for};
use crate::stores::{Purpose, Stores};

/// The most businesses among which a name is looked for.
const MAX_BUSINESSES: usize = 1_000;

/// Make a business, in a new file or beside others, and print its first secret key: now or never.
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// What people call the business.
    name: String,
    /// The zone its days are told in: `Europe/Berlin`.
    #[arg(long, value_name = "ZONE")]
    zone: ZoneId,
    #[command(flatten)]
    data: Kept,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Init {
    pub(crate) fn run(self) -> Outcome {
        wait_for(self.init())?
    }

    async fn init(self) -> Outcome {
        let name = Name::new(&self.name)?;
        let place = self.data.place();
        let stores = Stores::open(&place, Purpose::Make).await?;
        let made = self.make(&stores.platform, name).await;
        stores.close().await;
        let (tenant, token) = made?;
        if self.json {
            let shown = json!({"business": self.name, "id": tenant.to_string(), "data": place.to_string(),
                "secret_key": token});
            println!("{shown}");
            return Ok(());
        }
        println!(
            "{} is ready in {place}.\n\n  secret key  {token}\n\nKeep the key: it is not shown again. `booking serve` \
             serves it, `booking key` makes more keys.",
            self.name
        );
        Ok(())
    }

    async fn make(&self, platform: &AnyPlatform, name: Name) -> Outcome<(TenantId, String)> {
        let there = platform.tenants(PageQuery::first(MAX_BUSINESSES)).await?.items;
        if there.iter().any(|row| row.value.id == demo::TENANT) {
            return Err(
                "it holds the demo, which nothing real belongs beside: `--data FILE` names another".into()
            );
        }
        if there.iter().any(|row| row.value.name == name) {
            return Err(
                format!("there is a business {name} already: `booking key new` makes keys for it").into()
            );
        }
        let ids = RandomIds::default();
        let now = SystemClock.now();
        let stamp = Stamp::new(Actor::new("init", "cli"), now);
        let tenant = TenantId::from_uuid(ids.next_id(now));
        let business = Tenant { id: tenant, name, zone: self.zone.clone() };
        platform.put_tenant(&business, Expect::Absent, &stamp).await?;
        let new = NewKey { kind: KeyKind::Secret, name: Name::new("First key")?, expires: None };
        let (_, token) =
            KeyRing::new(platform.clone(), SystemEntropy).issue(tenant, new, &ids, &stamp).await?;
        Ok((tenant, token.expose().to_owned()))
    }
}
