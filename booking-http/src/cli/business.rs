//! A business whose bookings can be asked about: the demo, or one that is kept.

use std::path::PathBuf;
use std::sync::Arc;

use booking_core::{AnyStore, Clock, ManualClock, Scheduler, SystemClock, TenantId};
use booking_http::server::clock::CountedIds;
use booking_http::server::demo;
use booking_platform::{AnyPlatform, PageQuery, Tenant, TenantStore};
use chrono::{DateTime, Utc};
use clap::Args;

use super::Outcome;
use super::demo_business::{DemoBusiness, Filled};
use super::place::Kept;
use crate::stores::{Place, Purpose, Stores};

/// Businesses of one page.
const PAGE: usize = 1_000;
/// Businesses that are named where one has to be chosen.
const SHOWN: usize = 20;

/// Which business.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// Which business, where there are several: its name or the beginning of it, or its id.
    #[arg(long, value_name = "NAME")]
    business: Option<String>,
}

/// Which business is asked, and as of when.
#[derive(Debug, Args)]
pub(crate) struct Asked {
    /// Ask the demo business. Where neither `--data` nor a database is named, it is made in memory for this question.
    #[arg(long)]
    demo: bool,
    #[command(flatten)]
    data: Kept,
    #[command(flatten)]
    which: Which,
    /// Ask as of this instant instead of now.
    #[arg(long, value_name = "INSTANT")]
    at: Option<DateTime<Utc>>,
    /// Lay a calendar file (.ics) over the demo business. May be given several times.
    #[arg(long, value_name = "FILE", requires = "demo")]
    calendar: Vec<PathBuf>,
}

/// A business whose bookings can be asked about.
pub(crate) struct Open {
    pub(crate) tenant: TenantId,
    pub(crate) scheduler: Scheduler<AnyStore, Arc<dyn Clock>>,
    pub(crate) platform: AnyPlatform,
    /// Kept open as long as it is asked.
    _stores: Stores,
}

impl Asked {
    /// Opens the business for looking: what is kept stays as it is.
    pub(crate) async fn open(&self) -> Outcome<Open> {
        if self.demo {
            return match self.data.named().unwrap_or(Place::Memory) {
                place @ Place::Postgres { .. } => self.open_shared_demo(&place).await,
                place => Ok(open_demo(&place, self.at, &self.calendar).await?.0),
            };
        }
        let stores = Stores::open(&self.data.place(), Purpose::Look).await?;
        let tenant = self.which.of(&stores.platform).await?.id;
        Ok(Open::new(stores, tenant, clock(self.at)))
    }

    /// The demo in a database, of which no copy is opened: it must be there, and nothing can be laid over it.
    async fn open_shared_demo(&self, place: &Place) -> Outcome<Open> {
        if !self.calendar.is_empty() {
            let instead = "`--data FILE` names a file, of which a copy is asked";
            return Err(format!("{place}: `--calendar` would change what others see: {instead}").into());
        }
        let stores = Stores::open(place, Purpose::Look).await?;
        if !DemoBusiness::is_in(&stores).await? {
            let made = "`booking serve --demo` makes it; with an empty DATABASE_URL it is made in memory";
            return Err(format!("{place}: the demo is not there: {made}").into());
        }
        Ok(Open::new(stores, demo::TENANT, clock(self.at)))
    }
}

/// Opens the demo business for looking: a new one in memory, or the one that a file has.
pub(crate) async fn open_demo(
    place: &Place,
    at: Option<DateTime<Utc>>,
    calendars: &[PathBuf],
) -> Outcome<(Open, Filled)> {
    let stores = Stores::open(place, Purpose::Look).await?;
    let scheduler = scheduler(&stores, at);
    let filled =
        DemoBusiness { stores: &stores, scheduler: &scheduler, calendars, at_once: 1 }.fill().await?;
    let platform = stores.platform.clone();
    Ok((Open { tenant: demo::TENANT, scheduler, platform, _stores: stores }, filled))
}

/// A scheduler over the stores. With a clock that stands still, ids are counted, so that all comes out the same.
pub(crate) fn scheduler(stores: &Stores, at: Option<DateTime<Utc>>) -> Scheduler<AnyStore, Arc<dyn Clock>> {
    let scheduler = Scheduler::new(stores.bookings.clone(), clock(at));
    if at.is_some() { scheduler.with_ids(CountedIds::default()) } else { scheduler }
}

fn clock(at: Option<DateTime<Utc>>) -> Arc<dyn Clock> {
    match at {
        Some(at) => Arc::new(ManualClock::at(at)),
        None => Arc::new(SystemClock),
    }
}

impl Open {
    fn new(stores: Stores, tenant: TenantId, clock: Arc<dyn Clock>) -> Self {
        let scheduler = Scheduler::new(stores.bookings.clone(), clock);
        Self { tenant, scheduler, platform: stores.platform.clone(), _stores: stores }
    }
}

impl Which {
    /// The business that was named, or the only one. A whole name or an id counts more than the beginning of a name.
    pub(crate) async fn of(&self, platform: &AnyPlatform) -> Outcome<Tenant> {
        let all = all(platform).await?;
        let wanted = self.business.as_deref().unwrap_or_default();
        let exact = exactly(&all, wanted);
        let found = if exact.is_empty() { beginning(&all, wanted) } else { exact };
        only(&found, &all)
    }
}

/// The business with this whole name or id: for what cannot be undone.
pub(crate) async fn named(platform: &AnyPlatform, wanted: &str) -> Outcome<Tenant> {
    let all = all(platform).await?;
    only(&exactly(&all, wanted), &all)
}

/// All businesses, page by page.
async fn all(platform: &AnyPlatform) -> Outcome<Vec<Tenant>> {
    let mut all: Vec<Tenant> = Vec::new();
    let mut query = PageQuery::first(PAGE);
    loop {
        let page = platform.tenants(query).await?;
        all.extend(page.items.into_iter().map(|row| row.value));
        match all.last() {
            Some(last) if page.more => query = PageQuery::after(last.id, PAGE),
            _ => return Ok(all),
        }
    }
}

fn exactly<'t>(all: &'t [Tenant], wanted: &str) -> Vec<&'t Tenant> {
    let wanted = wanted.to_lowercase();
    let is = |one: &&Tenant| one.name.as_str().to_lowercase() == wanted || one.id.to_string() == wanted;
    all.iter().filter(is).collect()
}

fn beginning<'t>(all: &'t [Tenant], wanted: &str) -> Vec<&'t Tenant> {
    let wanted = wanted.to_lowercase();
    all.iter().filter(|one| one.name.as_str().to_lowercase().starts_with(&wanted)).collect()
}

fn only(found: &[&Tenant], all: &[Tenant]) -> Outcome<Tenant> {
    match found {
        [one] => Ok(Tenant::clone(one)),
        [] if all.is_empty() => Err("there is no business yet: `booking init` makes one".into()),
        [] => {
            let all: Vec<&Tenant> = all.iter().collect();
            Err(format!("no such business; `--business NAME` says which of: {}", listed(&all)).into())
        }
        several => {
            Err(format!("several businesses; `--business NAME` says which of: {}", listed(several)).into())
        }
    }
}

/// Some businesses by name; where several have one name, however it is written, by their ids too.
fn listed(some: &[&Tenant]) -> String {
    let word = |one: &Tenant| one.name.as_str().to_lowercase();
    let shown = |one: &&Tenant| {
        let alone = some.iter().filter(|other| word(other) == word(one)).count() == 1;
        if alone { one.name.as_str().to_owned() } else { format!("{} ({})", one.name.as_str(), one.id) }
    };
    let mut names: Vec<String> = some.iter().take(SHOWN).map(shown).collect();
    if some.len() > SHOWN {
        names.push(format!("and {} more", some.len() - SHOWN));
    }
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use booking_core::ZoneId;
    use booking_platform::Name;

    use super::*;

    fn business(number: u64, name: &str) -> Tenant {
        Tenant { id: TenantId::from_u64(number), name: Name::new(name).expect("a name"), zone: ZoneId::UTC }
    }

    #[test]
    fn a_whole_name_counts_more_than_a_beginning() {
        let all =
            [business(1, "Salon Nord"), business(2, "Salon"), business(3, "Praxis"), business(4, "praxis")];
        let ids = |found: Vec<&Tenant>| found.iter().map(|one| one.id.to_u64()).collect::<Vec<_>>();
        assert_eq!(ids(exactly(&all, "salon")), [Some(2)]);
        assert_eq!(ids(beginning(&all, "sal")), [Some(1), Some(2)]);
        assert!(exactly(&all, "sal").is_empty());
        assert_eq!(ids(exactly(&all, &all[3].id.to_string())), [Some(4)]);
        let said = only(&exactly(&all, "PRAXIS"), &all).unwrap_err().to_string();
        assert!(said.contains(&all[2].id.to_string()) && !said.contains("Salon"), "{said}");
        let many: Vec<Tenant> = (1..=30).map(|number| business(number, &format!("Shop {number}"))).collect();
        let said = only(&[], &many).unwrap_err().to_string();
        assert!(said.ends_with("Shop 20, and 10 more"), "{said}");
    }
}
