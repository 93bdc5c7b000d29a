//! `booking demo`: what the demo business is.

use std::path::PathBuf;

use booking_platform::{CatalogueStore, ItemKind, PageQuery};
use chrono::{DateTime, Utc};
use clap::Args;
use serde_json::json;

use super::business::open_demo;
use super::{Outcome, wait_for};
use crate::stores::Place;

/// Show what the demo business offers, and who works there.
#[derive(Debug, Args)]
pub(crate) struct ShowDemo {
    /// The demo that this file holds, instead of a new one in memory.
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Let the clock stand still at this instant.
    #[arg(long, value_name = "INSTANT")]
    at: Option<DateTime<Utc>>,
    /// Lay a calendar file (.ics) over it. May be given several times.
    #[arg(long, value_name = "FILE")]
    calendar: Vec<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl ShowDemo {
    pub(crate) fn run(self) -> Outcome {
        wait_for(self.show())?
    }

    async fn show(self) -> Outcome {
        let place = self.data.map_or(Place::Memory, Place::File);
        let (open, filled) = open_demo(&place, self.at, &self.calendar).await?;
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
            all.insert("bookings".to_owned(), json!(filled.bookings));
            all.insert("closed_dates".to_owned(), json!(filled.dates));
            println!("{}", serde_json::Value::from(all));
            return Ok(());
        }
        println!("{} bookings, {} closed dates", filled.bookings, filled.dates);
        for (kind, items) in kinds {
            println!("\n{kind}s");
            for (id, name) in items {
                println!("  {id}  {name}");
            }
        }
        Ok(())
    }
}
