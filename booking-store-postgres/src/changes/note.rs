//! What is told of changes: whose resources were touched, as one message.

use std::collections::{BTreeMap, BTreeSet};

use booking_core::{ResourceId, TenantId};

use crate::cache::Touched;

/// The most ids of a message. The database takes 8,000 bytes, and an id takes 33.
const MOST: usize = 200;

/// What may have changed since the last message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Note {
    /// Anything of anybody.
    everything: bool,
    /// By tenant, the resources; none where it may be anything of the tenant.
    tenants: BTreeMap<TenantId, Option<BTreeSet<ResourceId>>>,
}

impl Note {
    pub(super) fn everything() -> Self {
        Self { everything: true, tenants: BTreeMap::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.everything && self.tenants.is_empty()
    }

    /// Adds what a command touched. What no message has room for is told less exactly.
    pub(super) fn add(&mut self, tenant: TenantId, touched: &Touched) {
        if self.everything {
            return;
        }
        let known = self.tenants.entry(tenant).or_insert_with(|| Some(BTreeSet::new()));
        match (known.as_mut(), touched) {
            (Some(known), Touched::Resources(resources)) => known.extend(resources),
            (Some(_), Touched::All) => *known = None,
            (None, _) => {}
        }
        if self.ids() > MOST {
            self.tenants.values_mut().for_each(|resources| *resources = None);
        }
        if self.ids() > MOST {
            *self = Self::everything();
        }
    }

    fn ids(&self) -> usize {
        self.tenants.values().map(|resources| 1 + resources.as_ref().map_or(0, BTreeSet::len)).sum()
    }

    /// Each tenant, and what was touched of it; nothing where it may be anything of anybody.
    pub(super) fn touched(&self) -> Option<impl Iterator<Item = (TenantId, Touched)> + '_> {
        let touched = |(tenant, resources): (&TenantId, &Option<BTreeSet<ResourceId>>)| {
            let all = || Touched::All;
            let some = |ids: &BTreeSet<ResourceId>| Touched::Resources(ids.iter().copied().collect());
            (*tenant, resources.as_ref().map_or_else(all, some))
        };
        (!self.everything).then(|| self.tenants.iter().map(touched))
    }

    /// As it is sent: tenants with their resources, or `*` for everything.
    pub(super) fn encode(&self) -> String {
        if self.everything {
            return "*".to_owned();
        }
        let tenant = |(tenant, resources): (&TenantId, &Option<BTreeSet<ResourceId>>)| {
            let mut words = vec![tenant.uuid().simple().to_string()];
            match resources {
                Some(ids) => words.extend(ids.iter().map(|id| id.uuid().simple().to_string())),
                None => words.push("*".to_owned()),
            }
            words.join(" ")
        };
        self.tenants.iter().map(tenant).collect::<Vec<_>>().join(";")
    }

    /// What was sent. Whatever else was sent on the channel may mean anything.
    pub(super) fn decode(text: &str) -> Self {
        let mut note = Self::default();
        for one in text.split(';') {
            let mut words = one.split(' ');
            let tenant = words.next().and_then(|word| word.parse().ok());
            let words: Vec<&str> = words.collect();
            let resources = words.iter().map(|word| word.parse().ok()).collect::<Option<Vec<ResourceId>>>();
            match (tenant, resources) {
                (Some(tenant), Some(resources)) => note.add(tenant, &Touched::Resources(resources)),
                (Some(tenant), None) if words == ["*"] => note.add(tenant, &Touched::All),
                _ => return Self::everything(),
            }
        }
        note
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resources(numbers: std::ops::Range<u64>) -> Touched {
        Touched::Resources(numbers.map(ResourceId::from_u64).collect())
    }

    fn tenant(number: u64) -> TenantId {
        TenantId::from_u64(number)
    }

    #[test]
    fn what_is_sent_is_what_is_read() {
        let mut note = Note::default();
        assert!(note.is_empty());
        note.add(tenant(1), &resources(1..4));
        note.add(tenant(1), &resources(3..6));
        note.add(tenant(2), &Touched::All);
        note.add(tenant(2), &resources(1..2));
        assert_eq!(Note::decode(&note.encode()), note);
        let touched: Vec<_> = note.touched().unwrap().collect();
        assert_eq!(touched, [(tenant(1), resources(1..6)), (tenant(2), Touched::All)]);
    }

    #[test]
    fn no_message_is_longer_than_the_database_takes() {
        let mut note = Note::default();
        note.add(tenant(0), &resources(0..MOST as u64 - 1));
        let longest = note.encode();
        assert!((6_000..7_900).contains(&longest.len()), "{}", longest.len());
        note.add(tenant(0), &resources(1_000..1_001));
        assert_eq!(note.touched().unwrap().collect::<Vec<_>>(), [(tenant(0), Touched::All)]);
        for number in 1..MOST as u64 {
            note.add(tenant(number), &resources(1..2));
        }
        assert_eq!(note.touched().unwrap().count(), MOST);
        assert!(note.encode().len() < 7_900);
        note.add(tenant(1_000), &resources(1..2));
        assert_eq!((note.touched().is_none(), note.encode().as_str()), (true, "*"));
    }

    #[test]
    fn whatever_is_not_understood_may_mean_anything() {
        let id = "00000000000000000000000000000001";
        for strange in ["", "*", "hello", &format!("{id} x"), &format!("{id} * {id}"), &format!("{id};")] {
            assert_eq!(Note::decode(strange), Note::everything(), "{strange}");
        }
    }
}
