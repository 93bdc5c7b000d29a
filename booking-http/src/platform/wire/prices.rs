//! Prices and fees on the wire.

use booking_core::{Currency, Fee, Invalid, Money, PriceTier, TierRule};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::hours::{Day, Span};
use crate::wire::time::Length;

/// An amount in minor units of a currency: 7000 of EUR is 70 euros.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Amount {
    /// The amount in minor units, 0 or more.
    minor: i64,
    /// The currency by its ISO 4217 code.
    #[schema(value_type = String, example = "EUR")]
    currency: Currency,
}

impl Amount {
    pub(crate) fn read(&self) -> Result<Money, Invalid> {
        Money::new(self.minor, self.currency)
    }

    pub(crate) fn show(money: Money) -> Self {
        Self { minor: money.minor(), currency: money.currency() }
    }
}

/// A fixed amount, or a share of the price.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FeeWire {
    /// This amount.
    Fixed(Amount),
    /// This share of the price, in parts of ten thousand: 5000 is half.
    Share(u32),
}

impl FeeWire {
    pub(crate) fn read(&self) -> Result<Fee, Invalid> {
        Ok(match self {
            Self::Fixed(amount) => Fee::Fixed(amount.read()?),
            Self::Share(parts) => Fee::Share(*parts),
        })
    }

    pub(crate) fn show(fee: Fee) -> Self {
        match fee {
            Fee::Fixed(money) => Self::Fixed(Amount::show(money)),
            Fee::Share(parts) => Self::Share(parts),
        }
    }
}

/// When a price applies: all that is given must hold.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WhenWire {
    /// Only for this duration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    duration: Option<Length>,
    /// Only on these days of the local start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    days: Vec<Day>,
    /// Only for local starts within these hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hours: Option<Span>,
    /// Only for parties of at least this size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    min_party: Option<u32>,
    /// Only for customers of this group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    group: Option<String>,
}

/// A price and when it applies. The first of a list that applies counts.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TierWire {
    /// What it is called.
    name: String,
    /// The price of the visit, or of each person.
    price: Amount,
    /// Whether it is multiplied by the party.
    #[serde(default)]
    per_person: bool,
    /// When it applies.
    #[serde(default)]
    when: WhenWire,
}

impl TierWire {
    fn read(self) -> Result<PriceTier, Invalid> {
        let hours = self.when.hours.map(Span::read).transpose();
        Ok(PriceTier {
            name: self.name,
            price: self.price.read().map_err(|invalid| invalid.within("price"))?,
            per_person: self.per_person,
            when: TierRule {
                duration: self.when.duration.map(|length| length.0),
                days: self.when.days.into_iter().map(Into::into).collect(),
                hours: hours.map_err(|invalid| invalid.within("when.hours"))?,
                min_party: self.when.min_party,
                group: self.when.group,
            },
        })
    }

    /// Reads a list of prices.
    pub(crate) fn read_all(tiers: Vec<Self>) -> Result<Vec<PriceTier>, Invalid> {
        let one = |(index, tier): (usize, Self)| {
            tier.read().map_err(|invalid| invalid.within(format_args!("prices[{index}]")))
        };
        tiers.into_iter().enumerate().map(one).collect()
    }

    pub(crate) fn show(tier: &PriceTier) -> Self {
        let when = &tier.when;
        Self {
            name: tier.name.clone(),
            price: Amount::show(tier.price),
            per_person: tier.per_person,
            when: WhenWire {
                duration: when.duration.map(Length),
                days: when.days.iter().copied().map(Into::into).collect(),
                hours: when.hours.map(Span::show),
                min_party: when.min_party,
                group: when.group.clone(),
            },
        }
    }
}
