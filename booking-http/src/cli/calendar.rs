//! `booking import-ics`: what a calendar file keeps busy, shown or laid over a business.

use std::path::{Path, PathBuf};

use booking_core::{
    Actor, Clock, DAY, Interval, ResourceId, Scheduler, SystemClock, TenantId, ZoneId, Zones,
};
use booking_http::server::calendar_file::{self, CalendarFile, MAX_BYTES};
use booking_http::server::import::{Import, Imported};
use booking_platform::{AnyPlatform, CatalogueStore, Item, ItemKind, PageQuery};
use clap::Args;
use serde_json::json;

use super::business::Which;
use super::place::Kept;
use super::progress::Progress;
use super::{Outcome, wait_for};
use crate::stores::{Purpose, Stores};

/// The most resources that are looked through for one by name.
const MAX_RESOURCES: usize = 1_000;
/// The zone of a file that is only shown, where nothing says which.
const ZONE: &str = "Europe/Berlin";

/// Read a calendar file. Without --resource it is shown: times that keep people busy, dates that are closed. With it,
/// each becomes a block of the resource. Importing again changes what was moved and removes what was cancelled since.
#[derive(Debug, Args)]
pub(crate) struct ImportIcs {
    /// The calendar file.
    file: PathBuf,
    /// Whose calendar it is: the beginning of the name of a resource. May be given several times.
    #[arg(long, value_name = "NAME")]
    resource: Vec<String>,
    #[command(flatten)]
    data: Kept,
    #[command(flatten)]
    which: Which,
    /// The zone of all-day events and of times without one [default: that of the business; only shown: Europe/Berlin].
    #[arg(long, value_name = "ZONE")]
    zone: Option<ZoneId>,
    /// How many days are read, from today on.
    #[arg(long, default_value_t = 366, value_parser = clap::value_parser!(i64).range(1..=3660))]
    days: i64,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl ImportIcs {
    pub(crate) fn run(self) -> Outcome {
        let now = SystemClock.now().timestamp();
        let window = Interval::from_seconds(now, now + self.days * DAY)?;
        if self.resource.is_empty() {
            let zone = self.zone.clone().map_or_else(|| ZoneId::new(ZONE), Ok)?;
            self.show(&read(&self.file, &zone, &Zones::bundled(), window)?);
            return Ok(());
        }
        wait_for(self.import(window))?
    }

    async fn import(self, window: Interval) -> Outcome {
        let stores = Stores::open(&self.data.place(), Purpose::Change).await?;
        let done = self.import_into(&stores, window).await;
        stores.close().await;
        for (name, done) in done? {
            self.tell(&name, &done);
        }
        Ok(())
    }

    async fn import_into(&self, stores: &Stores, window: Interval) -> Outcome<Vec<(String, Imported)>> {
        let tenant = self.which.of(&stores.platform).await?;
        let scheduler = Scheduler::new(stores.bookings.clone(), SystemClock);
        let zone = self.zone.as_ref().unwrap_or(&tenant.zone);
        let table = scheduler.zones().zone(zone)?;
        let file = read(&self.file, zone, scheduler.zones(), window)?;
        let mut resources = Vec::new();
        for name in &self.resource {
            resources.push(resource(&stores.platform, tenant.id, name).await?);
        }
        let steps = resources.len() * (file.busy.len() + file.days.len());
        let progress = Progress::of("importing", steps as u64);
        let import = Import { tenant: tenant.id, file: &file, window, zone: Some(&table) };
        let mut done = Vec::new();
        for (id, name) in resources {
            let imported =
                import.run(&scheduler, id, &Actor::new("calendar", "cli"), || progress.step()).await;
            done.push((
                name,
                imported.map_err(|refusal| format!("it was not imported to its end: {refusal}"))?,
            ));
        }
        Ok(done)
    }

    fn tell(&self, name: &str, done: &Imported) {
        let collides: Vec<String> =
            done.collides.iter().map(|id| format!("bkg_{}", id.uuid().simple())).collect();
        if self.json {
            println!(
                "{}",
                json!({"resource": name, "written": done.written, "kept": done.kept, "removed": done.removed,
                    "collides": collides})
            );
            return;
        }
        println!("{name}: {} blocks written, {} kept, {} removed", done.written, done.kept, done.removed);
        for booking in collides {
            println!("  {booking} is booked in that time: settle it with the customer");
        }
    }

    fn show(&self, file: &CalendarFile) {
        if self.json {
            let busy: Vec<_> = file
                .busy
                .iter()
                .map(|busy| json!({"start": busy.interval.start(), "end": busy.interval.end(), "text": busy.text}))
                .collect();
            println!("{}", json!({"busy": busy, "closed": file.dates}));
            return;
        }
        println!(
            "{} busy times, {} closed dates in the next {} days",
            file.busy.len(),
            file.dates.len(),
            self.days
        );
        for busy in &file.busy {
            println!("  {} - {}  {}", busy.interval.start(), busy.interval.end(), busy.text);
        }
        for holiday in &file.dates {
            println!("  {}  {}", holiday.date, holiday.name);
        }
    }
}

/// The resource whose name begins like this.
async fn resource(platform: &AnyPlatform, tenant: TenantId, name: &str) -> Outcome<(ResourceId, String)> {
    let page = platform.items(tenant, ItemKind::Resource, PageQuery::first(MAX_RESOURCES)).await?;
    let resources = page.items.into_iter().filter_map(|row| match row.value {
        Item::Resource(profile) => Some((profile.resource.id, profile.resource.name.clone())),
        _ => None,
    });
    let resources: Vec<(ResourceId, String)> = resources.collect();
    let wanted = name.to_lowercase();
    let mut found = resources.iter().filter(|(_, name)| name.to_lowercase().starts_with(&wanted));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one.clone()),
        (one, _) => {
            let names: Vec<&str> = resources.iter().map(|(_, name)| name.as_str()).collect();
            let what = if one.is_some() { "several resources begin with" } else { "no resource begins with" };
            Err(format!("{what} `{name}`; there are: {}", names.join(", ")).into())
        }
    }
}

/// Reads a file that is not larger than a calendar may be.
pub(crate) fn read(path: &Path, zone: &ZoneId, zones: &Zones, window: Interval) -> Outcome<CalendarFile> {
    let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let size = std::fs::metadata(path).map_err(|error| named(&error))?.len();
    if size > MAX_BYTES as u64 {
        return Err(named(&format!("{size} bytes, at most {MAX_BYTES}")).into());
    }
    let bytes = std::fs::read(path).map_err(|error| named(&error))?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(calendar_file::read(&text, zone, zones, window).map_err(|error| named(&error))?)
}
