//! Policies on the wire.

use booking_core::{
    ChangeWindow, Deposit, FeeTier, Horizon, HorizonKind, Invalid, Limit, NoShowRule, Over, Per, Period,
    Policy, PolicySpec, ZoneId,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::hours::Day;
use super::mirrored;
use super::prices::FeeWire;
use crate::wire::time::Length;

/// How the last date that may be booked is found.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reach {
    /// Today and this many days after it.
    RollingDays(u32),
    /// Today and the days up to this many Mondays-to-Fridays after it.
    BusinessDays(u32),
    /// Up to this many dates that still have a slot.
    AvailableDays(u32),
    /// These dates, both included.
    Range {
        /// The first date.
        #[schema(value_type = String, format = Date)]
        from: NaiveDate,
        /// The last date.
        #[schema(value_type = String, format = Date)]
        to: NaiveDate,
    },
}

/// How far ahead visits may be booked.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HorizonWire {
    /// How the last date is found.
    kind: Reach,
    /// The zone of the dates; none means the service's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    zone: Option<ZoneId>,
}

mirrored! {
    /// Whose bookings a limit counts.
    PerWire = Per {
        /// Each customer's.
        Customer,
        /// Each resource's.
        Resource,
        /// The service's.
        Service,
    }
}

mirrored! {
    /// Which of those bookings.
    OverWire = Over {
        /// Only those of the limited service.
        Service,
        /// Those of all services.
        All,
    }
}

mirrored! {
    /// A stretch of local dates.
    PeriodWire = Period {
        /// One date.
        Day,
        /// Seven dates.
        Week,
        /// A calendar month.
        Month,
        /// A calendar year.
        Year,
    }
}

/// A cap on bookings, or on their time, per period.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitWire {
    /// Whose bookings.
    per: PerWire,
    /// Which of them; default: the service's own, or all for a limit per resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    over: Option<OverWire>,
    /// In which period.
    period: PeriodWire,
    /// The first day of a week; default: Sunday.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    week_start: Option<Day>,
    /// At most this many bookings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_count: Option<u32>,
    /// At most this long in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_seconds: Option<Length>,
}

/// A change made less than `within` before the start costs `fee`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeeTierWire {
    /// How long before the start.
    within: Length,
    /// What it costs.
    fee: FeeWire,
}

/// Until when customers may cancel or move a booking, and at what fee.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WindowWire {
    /// No change later than this before the start; none means until the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    closes: Option<Length>,
    /// Fees; of those that apply, the one with the smallest `within` counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    fees: Vec<FeeTierWire>,
}

/// What a missed visit means.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoShowWire {
    /// What it costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fee: Option<FeeWire>,
    /// Refuse a customer's bookings after this many missed visits ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refuse_after: Option<u32>,
    /// ... of the last this many days; default: 365.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    days: Option<u32>,
}

/// What a business allows.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyWire {
    /// How long before its start a visit must be booked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    notice: Option<Length>,
    /// How far ahead visits may be booked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    horizon: Option<HorizonWire>,
    /// Caps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    limits: Vec<LimitWire>,
    /// Bookings wait for approval, at most this long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    approval: Option<Length>,
    /// Until when customers may cancel, and at what fee.
    #[serde(default)]
    cancellation: WindowWire,
    /// Until when customers may move a booking, and at what fee.
    #[serde(default)]
    reschedule: WindowWire,
    /// What is paid when booking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deposit: Option<FeeWire>,
    /// What a missed visit means.
    #[serde(default)]
    no_show: NoShowWire,
}

impl WindowWire {
    fn read(self) -> Result<ChangeWindow, Invalid> {
        let tier = |tier: FeeTierWire| Ok(FeeTier { within: tier.within.0, fee: tier.fee.read()? });
        let fees = self.fees.into_iter().map(tier).collect::<Result<_, Invalid>>()?;
        Ok(ChangeWindow { closes: self.closes.map(|length| length.0), fees })
    }

    fn show(window: &ChangeWindow) -> Self {
        let tier = |tier: &FeeTier| FeeTierWire { within: Length(tier.within), fee: FeeWire::show(tier.fee) };
        Self { closes: window.closes.map(Length), fees: window.fees.iter().map(tier).collect() }
    }
}

impl LimitWire {
    fn read(self) -> Limit {
        Limit {
            per: self.per.into(),
            over: self.over.map(Into::into),
            period: self.period.into(),
            week_start: self.week_start.map(Into::into),
            max_count: self.max_count,
            max_seconds: self.max_seconds.map(|length| length.0),
        }
    }

    fn show(limit: &Limit) -> Self {
        Self {
            per: limit.per.into(),
            over: limit.over.map(Into::into),
            period: limit.period.into(),
            week_start: limit.week_start.map(Into::into),
            max_count: limit.max_count,
            max_seconds: limit.max_seconds.map(Length),
        }
    }
}

impl HorizonWire {
    fn read(self) -> Horizon {
        let kind = match self.kind {
            Reach::RollingDays(days) => HorizonKind::RollingDays(days),
            Reach::BusinessDays(days) => HorizonKind::BusinessDays(days),
            Reach::AvailableDays(days) => HorizonKind::AvailableDays(days),
            Reach::Range { from, to } => HorizonKind::Range { from, to },
        };
        Horizon { kind, zone: self.zone }
    }

    fn show(horizon: &Horizon) -> Self {
        let kind = match horizon.kind {
            HorizonKind::RollingDays(days) => Reach::RollingDays(days),
            HorizonKind::BusinessDays(days) => Reach::BusinessDays(days),
            HorizonKind::AvailableDays(days) => Reach::AvailableDays(days),
            HorizonKind::Range { from, to } => Reach::Range { from, to },
        };
        Self { kind, zone: horizon.zone.clone() }
    }
}

impl PolicyWire {
    pub(crate) fn read(self) -> Result<Policy, Invalid> {
        let fee = |fee: Option<FeeWire>, at: &'static str| {
            fee.map(|fee| fee.read()).transpose().map_err(|invalid| invalid.within(at))
        };
        Policy::new(PolicySpec {
            notice: self.notice.map_or(0, |length| length.0),
            horizon: self.horizon.map(HorizonWire::read),
            limits: self.limits.into_iter().map(LimitWire::read).collect(),
            approval: self.approval.map(|length| length.0),
            cancellation: self.cancellation.read().map_err(|invalid| invalid.within("cancellation"))?,
            reschedule: self.reschedule.read().map_err(|invalid| invalid.within("reschedule"))?,
            deposit: fee(self.deposit, "deposit")?.map(|amount| Deposit { amount }),
            no_show: NoShowRule {
                fee: fee(self.no_show.fee, "no_show")?,
                refuse_after: self.no_show.refuse_after,
                days: self.no_show.days,
            },
        })
    }

    pub(crate) fn show(policy: &Policy) -> Self {
        Self {
            notice: (policy.notice > 0).then_some(Length(policy.notice)),
            horizon: policy.horizon.as_ref().map(HorizonWire::show),
            limits: policy.limits.iter().map(LimitWire::show).collect(),
            approval: policy.approval.map(Length),
            cancellation: WindowWire::show(&policy.cancellation),
            reschedule: WindowWire::show(&policy.reschedule),
            deposit: policy.deposit.map(|deposit| FeeWire::show(deposit.amount)),
            no_show: NoShowWire {
                fee: policy.no_show.fee.map(FeeWire::show),
                refuse_after: policy.no_show.refuse_after,
                days: policy.no_show.days,
            },
        }
    }
}
