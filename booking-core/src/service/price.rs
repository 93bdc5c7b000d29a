//! Price tiers: what a visit costs.

use serde::{Deserialize, Serialize};

use super::{MAX_SEATS, Service};
use crate::Invalid;
use crate::money::Money;
use crate::schedule::DayInterval;
use crate::seconds::{DAY, Seconds, check_count, check_name};
use chrono::{Datelike, NaiveDateTime, Timelike, Weekday};

/// The most price tiers of a service.
pub const MAX_TIERS: usize = 64;

/// When a tier applies. All conditions that are given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TierRule {
    /// Only for this duration, in seconds.
    pub duration: Option<Seconds>,
    /// Only on these weekdays of the local start; none means all.
    pub days: Vec<Weekday>,
    /// Only for local starts within these hours.
    pub hours: Option<DayInterval>,
    /// Only for parties of at least this size.
    pub min_party: Option<u32>,
    /// Only for customers of this group (`student`, `member`), as the caller names it.
    pub group: Option<String>,
}

/// One price and when it applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceTier {
    /// What it is called: "Adult", "Evening".
    pub name: String,
    /// The price of the visit, or of each person where `per_person` is set.
    pub price: Money,
    /// Whether the price is multiplied by the party.
    #[serde(default)]
    pub per_person: bool,
    /// When it applies.
    #[serde(default)]
    pub when: TierRule,
}

impl PriceTier {
    fn applies(&self, local: NaiveDateTime, duration: Seconds, party: u32, group: Option<&str>) -> bool {
        let when = &self.when;
        let time = Seconds::from(local.time().num_seconds_from_midnight());
        when.duration.is_none_or(|only| only == duration)
            && (when.days.is_empty() || when.days.contains(&local.weekday()))
            && when.hours.is_none_or(|hours| {
                let (from, to) = hours.wall();
                (from..to).contains(&time) || (from..to).contains(&(time + DAY))
            })
            && when.min_party.is_none_or(|least| party >= least)
            && when.group.as_deref().is_none_or(|only| group == Some(only))
    }
}

impl TierRule {
    fn validate(&self, durations: &[Seconds]) -> Result<(), Invalid> {
        if let Some(duration) = self.duration.filter(|duration| !durations.contains(duration)) {
            let expected = "one of the service's durations";
            return Err(Invalid::new("when.duration", format_args!("{duration} s"), expected));
        }
        for (index, day) in self.days.iter().enumerate() {
            if self.days[..index].contains(day) {
                return Err(Invalid::new("when.days", day, "each day once"));
            }
        }
        if let Some(least) = self.min_party.filter(|least| !(1..=MAX_SEATS).contains(least)) {
            return Err(Invalid::new("when.min_party", least, format!("1 to {MAX_SEATS}")));
        }
        self.group.as_deref().map_or(Ok(()), |group| check_name("when.group", group))
    }
}

pub(super) fn validate(tiers: &[PriceTier], durations: &[Seconds]) -> Result<(), Invalid> {
    check_count("prices", tiers.len(), MAX_TIERS)?;
    for (index, tier) in tiers.iter().enumerate() {
        let at = |error: Invalid| error.within(format_args!("prices[{index}]"));
        check_name("name", &tier.name).map_err(at)?;
        tier.when.validate(durations).map_err(at)?;
        if tier.price.currency() != tiers[0].price.currency() {
            let expected = format!("{}, as in the first tier", tiers[0].price.currency());
            return Err(at(Invalid::new("price.currency", tier.price.currency(), expected)));
        }
    }
    Ok(())
}

impl Service {
    /// What a visit costs: the first tier that applies, none if there is none.
    ///
    /// `local` is the start in the service's zone; `group` is the customer's, as tiers name it.
    pub fn price(
        &self,
        local: NaiveDateTime,
        duration: Seconds,
        party: u32,
        group: Option<&str>,
    ) -> Option<(&PriceTier, Money)> {
        let tier = self.prices.iter().find(|tier| tier.applies(local, duration, party, group))?;
        Some((tier, if tier.per_person { tier.price.times(party) } else { tier.price }))
    }
}
