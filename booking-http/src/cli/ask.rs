//! `booking slots` and `booking explain`: the engine's two questions, on the terminal.

use booking_core::time::civil::{day_of, wall_of};
use booking_core::{Catalog, Clock, Explanation, Interval, Reason, Service, Wish, Zone};
use booking_platform::{CatalogueStore, Item, ItemKind, PageQuery};
use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;
use serde_json::json;

use super::business::{Asked, Open};
use super::{Outcome, wait_for};

/// How many dates are shown unless the caller says.
const DATES: i64 = 7;

/// Show which times are free.
#[derive(Debug, Args)]
pub(crate) struct Slots {
    #[command(flatten)]
    asked: Asked,
    /// The service: the beginning of its name.
    service: String,
    /// The first date. Default: today.
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
    /// The date after the last. Default: a week later.
    #[arg(long, value_name = "DATE")]
    to: Option<NaiveDate>,
    /// How many people.
    #[arg(long, default_value_t = 1)]
    party: u32,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Say why a time is free or not: every reason, every candidate.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    #[command(flatten)]
    asked: Asked,
    /// The service: the beginning of its name.
    service: String,
    /// The start: `2026-12-01T09:00:00+01:00`.
    start: DateTime<Utc>,
    /// How many people.
    #[arg(long, default_value_t = 1)]
    party: u32,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Slots {
    pub(crate) fn run(self) -> Outcome {
        wait_for(self.ask())?
    }

    async fn ask(self) -> Outcome {
        let open = self.asked.open().await?;
        let service = service(&open, &self.service).await?;
        let zone = open.scheduler.zones().zone(&service.zone)?;
        let now = open.scheduler.clock().now().timestamp();
        let from = self.from.map_or(now, |date| zone.day_start(day_of(date)));
        let to = self.to.map_or(from + DATES * booking_core::DAY, |date| zone.day_start(day_of(date)));
        let wish = Wish { party: self.party, ..Wish::new(open.tenant, service.id) };
        let slots = open.scheduler.slots(&wish, Interval::from_seconds(from, to)?).await?;
        if self.json {
            let slots: Vec<_> = slots
                .iter()
                .map(|slot| json!({"start": slot.start, "end": slot.end, "left": slot.left}))
                .collect();
            println!("{}", json!({"service": service.name, "zone": service.zone.as_str(), "slots": slots}));
            return Ok(());
        }
        println!("{} in {}: {} slots", service.name, service.zone, slots.len());
        let mut date = String::new();
        for slot in &slots {
            let (day, time) = (wall(&zone, slot.start, "%a %-d %b %Y"), wall(&zone, slot.start, "%H:%M"));
            if day != date {
                print!("{}{day:17}", if date.is_empty() { "" } else { "\n" });
                date = day;
            }
            print!(" {time}");
            if service.has_sessions() {
                print!(" ({})", slot.left);
            }
        }
        println!();
        Ok(())
    }
}

impl Explain {
    pub(crate) fn run(self) -> Outcome {
        wait_for(self.ask())?
    }

    async fn ask(self) -> Outcome {
        let open = self.asked.open().await?;
        let service = service(&open, &self.service).await?;
        let zone = open.scheduler.zones().zone(&service.zone)?;
        let wish = Wish { party: self.party, ..Wish::new(open.tenant, service.id) };
        let found = open.scheduler.explain(&wish, self.start).await?;
        if self.json {
            println!("{}", serde_json::to_string(&found)?);
            return Ok(());
        }
        let verdict = if found.is_bookable() { "can be booked" } else { "cannot be booked" };
        println!("{} on {} {verdict}", service.name, wall(&zone, found.start, "%a %-d %b %Y at %H:%M"));
        show_candidates(&open, &found, &zone).await
    }
}

async fn show_candidates(open: &Open, found: &Explanation, zone: &Zone) -> Outcome {
    for reason in found.reasons.iter().filter(|reason| is_about_the_start(reason)) {
        println!("  {}", told(reason, zone));
    }
    for candidate in &found.candidates {
        let resources = open.scheduler.store().resources(open.tenant, &[candidate.resource]).await?;
        let name = resources.first().map_or("somebody", |resource| resource.name.as_str());
        let reasons: Vec<String> = candidate.reasons.iter().map(|reason| told(reason, zone)).collect();
        let reasons = if reasons.is_empty() { "free".to_owned() } else { reasons.join(", ") };
        println!("  {} {name}: {reasons}", candidate.requirement);
    }
    Ok(())
}

/// Whether a reason is about the start itself, and not about one resource.
fn is_about_the_start(reason: &Reason) -> bool {
    matches!(
        reason,
        Reason::TooSoon { .. }
            | Reason::TooFar { .. }
            | Reason::NotYetOpen { .. }
            | Reason::OffGrid { .. }
            | Reason::LimitReached { .. }
            | Reason::TooManyNoShows { .. }
            | Reason::NoCandidate { .. }
            | Reason::Custom { .. }
            | Reason::Invalid(_)
    )
}

/// A reason for people, without ids, on the clock of the zone.
fn told(reason: &Reason, zone: &Zone) -> String {
    let clock = |at: DateTime<Utc>| wall(zone, at, "%H:%M");
    match reason {
        Reason::TooSoon { earliest } => {
            format!("too soon, from {} on", wall(zone, *earliest, "%-d %b %H:%M"))
        }
        Reason::OutsideHours { .. } => "not working".to_owned(),
        Reason::Closed { why, .. } => match why {
            booking_core::Closure::Holiday(name) => format!("closed: {name}"),
            booking_core::Closure::Block(text) => format!("away: {text}"),
            booking_core::Closure::Override | booking_core::Closure::Recurring(_) => "closed".to_owned(),
        },
        Reason::Taken { until, .. } => format!("taken until {}", clock(*until)),
        Reason::BufferOverlap { until, .. } => format!("needs a break until {}", clock(*until)),
        Reason::CapacityFull { free, .. } => format!("{free} left"),
        Reason::OffGrid { previous, next } => {
            let near: Vec<String> = previous.iter().chain(next).map(|at| clock(*at)).collect();
            format!("off the grid, near: {}", near.join(", "))
        }
        Reason::TooFar { .. }
        | Reason::NotYetOpen { .. }
        | Reason::LimitReached { .. }
        | Reason::NoCandidate { .. }
        | Reason::TooManyNoShows { .. }
        | Reason::Custom { .. }
        | Reason::Invalid(_) => reason.to_string(),
    }
}

/// What the clock on the wall shows.
fn wall(zone: &Zone, at: DateTime<Utc>, format: &str) -> String {
    wall_of(zone.to_local(at.timestamp())).format(format).to_string()
}

/// The service whose name begins like this.
async fn service(open: &Open, name: &str) -> Outcome<Service> {
    let page = open.platform.items(open.tenant, ItemKind::Service, PageQuery::first(1_000)).await?;
    let services: Vec<Service> = page
        .items
        .into_iter()
        .filter_map(|row| match row.value {
            Item::Service(profile) => Some(profile.service),
            _ => None,
        })
        .collect();
    let wanted = name.to_lowercase();
    let found = services.iter().find(|service| service.name.to_lowercase().starts_with(&wanted));
    let names: Vec<&str> = services.iter().map(|service| service.name.as_str()).collect();
    Ok(found.cloned().ok_or_else(|| format!("no service `{name}`; there are: {}", names.join(", ")))?)
}
