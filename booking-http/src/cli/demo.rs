//! `booking demo`: what the demo business is.

use booking_platform::{CatalogueStore, ItemKind, PageQuery};
use clap::Args;
use serde_json::json;

use super::business::Business;
use super::{OpenDemo, Outcome, wait_for};

/// Show what the demo business offers, and who works there.
#[derive(Debug, Args)]
pub(crate) struct ShowDemo {
    #[command(flatten)]
    business: Business,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl ShowDemo {
    pub(crate) fn run(self, open: OpenDemo) -> Outcome {
        wait_for(self.show(open))?
    }

    async fn show(self, open: OpenDemo) -> Outcome {
        let open = self.business.open(open).await?;
        let mut kinds = Vec::new();
        for (kind, prefix) in [(ItemKind::Service, "svc"), (ItemKind::Resource, "res")] {
            let page = open.platform.items(open.tenant, kind, PageQuery::first(1_000)).await?;
            let item =
                |name: &str, uuid: uuid::Uuid| (format!("{prefix}_{}", uuid.simple()), name.to_owned());
            let items: Vec<_> =
                page.items.iter().map(|row| item(row.value.name(), row.value.id().uuid())).collect();
            kinds.push((kind, items));
        }
        if self.json {
            let shown = kinds.iter().map(|(kind, items)| {
                let items: Vec<_> = items.iter().map(|(id, name)| json!({"id": id, "name": name})).collect();
                (kind.as_str().to_owned(), json!(items))
            });
            let mut all: serde_json::Map<String, serde_json::Value> = shown.collect();
            all.insert("bookings".to_owned(), json!(open.bookings));
            all.insert("closed_dates".to_owned(), json!(open.dates));
            println!("{}", serde_json::Value::from(all));
            return Ok(());
        }
        println!("{} bookings, {} closed dates", open.bookings, open.dates);
        for (kind, items) in kinds {
            println!("\n{kind}s");
            for (id, name) in items {
                println!("  {id}  {name}");
            }
        }
        Ok(())
    }
}
