//! Services: what a customer asks for.

mod grid;
mod price;
mod requirement;
mod sequence;
mod strategy;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use grid::{Grid, GridMode};
pub use price::{MAX_TIERS, PriceTier, TierRule};
pub use requirement::{MAX_COUNT, MAX_PARTS, MAX_POOL, Part, Pool, Requirement, Takes};
pub use sequence::sequence;
pub use strategy::Strategy;

use crate::money::Money;
use crate::policy::Policy;
use crate::seconds::{DAY, HOUR, MINUTE, Seconds, check_count, check_length, check_name};
use crate::time::ZoneId;
use crate::validated::validated;
use crate::{Invalid, ServiceId};

/// The longest visit, in seconds: 60 days. It also bounds how far before a window claims must be read.
pub const MAX_DURATION: Seconds = 60 * DAY;
/// The longest step between starts, in seconds: 31 days.
pub const MAX_STEP: Seconds = 31 * DAY;
/// The longest buffer, in seconds: 7 days.
pub const MAX_BUFFER: Seconds = 7 * DAY;
/// The longest a hold may live and an offer may stand, in seconds: 7 days.
pub const MAX_HOLD: Seconds = 7 * DAY;
/// The most seats of a session, and the largest party.
pub const MAX_SEATS: u32 = 100_000;
/// The most requirements of a service.
pub const MAX_REQUIREMENTS: usize = 16;
/// The most durations of a service.
pub const MAX_DURATIONS: usize = 48;

/// Time kept free around a visit, in seconds, 0 to [`MAX_BUFFER`]. It need not fit inside opening hours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Buffers {
    /// Kept free before the visit's start, on the resources whose claims begin with the visit.
    #[serde(default)]
    pub before: Seconds,
    /// Kept free after the visit's end, on the resources whose claims end with the visit.
    #[serde(default)]
    pub after: Seconds,
}

/// How long holds and offers live, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HoldTimes {
    /// A hold whose length the caller does not say: 1 second to `max`.
    pub default: Seconds,
    /// The longest a hold may live, counted from its making, extensions included: 1 second to [`MAX_HOLD`].
    pub max: Seconds,
    /// How long an offer from the waitlist stands: 1 second to [`MAX_HOLD`].
    pub offer: Seconds,
}

impl Default for HoldTimes {
    /// 10 minutes, at most 30; offers stand for an hour.
    fn default() -> Self {
        Self { default: 10 * MINUTE, max: 30 * MINUTE, offer: HOUR }
    }
}

/// The plain values of a [`Service`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceSpec {
    /// Its id, unique within the tenant.
    pub id: ServiceId,
    /// What people call it.
    pub name: String,
    /// The zone of the clock grid, of limits' periods and (unless a horizon says otherwise) of horizons.
    pub zone: ZoneId,
    /// How long a visit lasts, in seconds, 1 to [`MAX_DURATION`]; the first is the default, others may be asked for.
    pub durations: Vec<Seconds>,
    /// The distance of starts, in elapsed seconds, 1 to [`MAX_STEP`].
    pub step: Seconds,
    /// Where the starts are anchored.
    #[serde(default)]
    pub grid: Grid,
    /// Time kept free around a visit.
    #[serde(default)]
    pub buffers: Buffers,
    /// Seats of a session: 1 means no sessions, each booking claims its resources for itself. At most [`MAX_SEATS`].
    #[serde(default = "one")]
    pub seats: u32,
    /// The largest party one booking may bring, 1 to [`MAX_SEATS`]; none means whatever capacity or seats allow.
    #[serde(default)]
    pub max_party: Option<u32>,
    /// Which resources a visit needs, all of them: 1 to [`MAX_REQUIREMENTS`], each with a name of its own.
    pub requirements: Vec<Requirement>,
    /// Which of several free candidates is chosen.
    #[serde(default)]
    pub strategy: Strategy,
    /// What a visit costs; the first tier that applies counts. At most [`MAX_TIERS`], all in one currency.
    #[serde(default)]
    pub prices: Vec<PriceTier>,
    /// Notice, horizon, limits, fees and the like.
    #[serde(default)]
    pub policy: Policy,
    /// How long holds and offers live.
    #[serde(default)]
    pub holds: HoldTimes,
}

fn one() -> u32 {
    1
}

impl ServiceSpec {
    /// A service of one duration, offered back to back, that needs everything in `requirements`.
    pub fn new(
        id: ServiceId,
        name: impl Into<String>,
        zone: ZoneId,
        duration: Seconds,
        requirements: Vec<Requirement>,
    ) -> Self {
        Self {
            id,
            name: name.into(),
            zone,
            durations: vec![duration],
            step: duration.clamp(1, MAX_STEP),
            grid: Grid::default(),
            buffers: Buffers::default(),
            seats: 1,
            max_party: None,
            requirements,
            strategy: Strategy::default(),
            prices: Vec::new(),
            policy: Policy::default(),
            holds: HoldTimes::default(),
        }
    }

    fn validate(&mut self) -> Result<(), Invalid> {
        check_name("name", &self.name)?;
        self.validate_lengths()?;
        for (field, count) in [("seats", Some(self.seats)), ("max_party", self.max_party)] {
            if let Some(count) = count.filter(|count| !(1..=MAX_SEATS).contains(count)) {
                return Err(Invalid::new(field, count, format!("1 to {MAX_SEATS}")));
            }
        }
        if self.requirements.is_empty() {
            return Err(Invalid::new("requirements", "none", "at least one requirement"));
        }
        check_count("requirements", self.requirements.len(), MAX_REQUIREMENTS)?;
        let shortest = self.durations.iter().copied().min().unwrap_or(0);
        let mut names = BTreeSet::new();
        for (index, requirement) in self.requirements.iter_mut().enumerate() {
            let at = |error: Invalid| error.within(format_args!("requirements[{index}]"));
            requirement.validate(shortest).map_err(at)?;
            if !names.insert(requirement.name.as_str()) {
                return Err(at(Invalid::new("name", &requirement.name, "each name once in a service")));
            }
        }
        price::validate(&self.prices, &self.durations)?;
        self.validate_currency()
    }

    /// All amounts of a service are in one currency.
    fn validate_currency(&self) -> Result<(), Invalid> {
        let prices = self.prices.iter().map(|tier| tier.price);
        let mut amounts = prices.chain(self.policy.amounts().map(|(_, amount)| amount));
        let Some(currency) = amounts.next().map(Money::currency) else { return Ok(()) };
        match self.policy.amounts().find(|(_, amount)| amount.currency() != currency) {
            Some((field, amount)) => {
                let expected = format!("{currency}, as the service's other amounts");
                Err(Invalid::new(format!("policy.{field}.currency"), amount.currency(), expected))
            }
            None => Ok(()),
        }
    }

    fn validate_lengths(&self) -> Result<(), Invalid> {
        if self.durations.is_empty() {
            return Err(Invalid::new("durations", "none", "at least one duration"));
        }
        check_count("durations", self.durations.len(), MAX_DURATIONS)?;
        let mut seen = BTreeSet::new();
        for &duration in &self.durations {
            check_length("durations", duration, 1, MAX_DURATION)?;
            if !seen.insert(duration) {
                return Err(Invalid::new("durations", format_args!("{duration} s"), "each duration once"));
            }
        }
        check_length("step", self.step, 1, MAX_STEP)?;
        check_length("grid.offset", self.grid.offset, 0, MAX_STEP)?;
        check_length("buffers.before", self.buffers.before, 0, MAX_BUFFER)?;
        check_length("buffers.after", self.buffers.after, 0, MAX_BUFFER)?;
        check_length("holds.max", self.holds.max, 1, MAX_HOLD)?;
        check_length("holds.default", self.holds.default, 1, self.holds.max)?;
        check_length("holds.offer", self.holds.offer, 1, MAX_HOLD)
    }
}

validated! {
    /// What a customer asks for. Built from a [`ServiceSpec`].
    ///
    /// ```
    /// use booking_core::{Requirement, ResourceId, Service, ServiceId, ServiceSpec, ZoneId, minutes};
    ///
    /// let ann = ResourceId::from_u64(1);
    /// let berlin = ZoneId::new("Europe/Berlin")?;
    /// let needs = vec![Requirement::one_of("staff", [ann])];
    /// let service = Service::new(ServiceSpec {
    ///     step: minutes(15),
    ///     ..ServiceSpec::new(ServiceId::from_u64(1), "Consultation", berlin, minutes(30), needs)
    /// })?;
    /// assert_eq!(service.durations, [1_800]);
    /// # Ok::<(), booking_core::Invalid>(())
    /// ```
    Service(ServiceSpec = "ServiceSpec")
}

impl Service {
    /// The duration to use: the one asked for if the service has it, or the default.
    pub fn duration(&self, asked: Option<Seconds>) -> Result<Seconds, Invalid> {
        let Some(asked) = asked else { return Ok(self.durations[0]) };
        if self.durations.contains(&asked) {
            return Ok(asked);
        }
        let known: Vec<String> = self.durations.iter().map(ToString::to_string).collect();
        Err(Invalid::new(
            "duration",
            format_args!("{asked} s"),
            format!("one of {} seconds", known.join(", ")),
        ))
    }

    /// Checks a party: at least 1, at most [`ServiceSpec::max_party`].
    pub fn check_party(&self, party: u32) -> Result<(), Invalid> {
        let most = self.max_party.unwrap_or(MAX_SEATS);
        if (1..=most).contains(&party) {
            return Ok(());
        }
        Err(Invalid::new("party", party, format!("1 to {most}")))
    }

    /// Whether bookings take seats in sessions instead of claiming resources themselves.
    pub fn has_sessions(&self) -> bool {
        self.seats > 1
    }

    /// Whether some requirement does not cover exactly the whole visit of this duration; the grid is then that of the
    /// first requirement alone.
    pub fn has_offsets(&self, duration: Seconds) -> bool {
        self.requirements.iter().any(|r| !r.covers_whole(duration))
    }
}
