//! Customers, and the words they are found by.

use std::cmp::Reverse;
use std::ops::Bound;

use booking_core::{CustomerId, Invalid, Page, TenantId};

use super::rows::{PlatformRow, Written};
use super::state::{PlatformState, check, cut};
use crate::text::{begins, begins_or_resembles, score};
use crate::{
    AuditAction, AuditNote, Consent, Customer, CustomerState, CustomerWrite, Expect, MAX_ALIASES,
    MAX_CONSENTS, PageQuery, PlatformError, Profile, ProfileSpec, SearchText, Stamp,
};

impl PlatformState {
    /// One customer, merged and erased ones included.
    pub fn customer(&self, tenant: TenantId, id: CustomerId) -> Option<Customer> {
        self.customers.get(&(tenant, id)).cloned()
    }

    /// See [`CustomerStore::customers`](crate::CustomerStore::customers).
    pub fn customers(&self, tenant: TenantId, page: PageQuery<CustomerId>) -> Page<Customer> {
        let first = Bound::Included((tenant, CustomerId::from_u64(0)));
        let from = page.after.map_or(first, |after| Bound::Excluded((tenant, after)));
        let rows = self.customers.range((from, Bound::Unbounded));
        let own = rows.take_while(|((owner, _), _)| *owner == tenant).map(|(_, row)| row);
        cut(own.filter(|row| row.profile().is_some()), page.limit)
    }

    /// See [`CustomerStore::search_customers`](crate::CustomerStore::search_customers).
    pub fn search_customers(&self, tenant: TenantId, text: &SearchText, limit: usize) -> Page<Customer> {
        let asked: Vec<String> = text.words().collect();
        // The longest word leaves the fewest to look at.
        let Some(longest) = asked.iter().max_by_key(|word| word.len()) else {
            return Page { items: Vec::new(), more: false };
        };
        let mut found = self.with_all(tenant, &asked, longest, begins);
        if found.is_empty() {
            let first = longest.chars().next().map(String::from).unwrap_or_default();
            found = self.with_all(tenant, &asked, &first, begins_or_resembles);
        }
        found.sort_by_key(|(whole, row)| {
            let name = row.profile().and_then(|profile| profile.name.clone());
            (Reverse(*whole), name, row.id)
        });
        cut(found.into_iter().map(|(_, row)| row), limit)
    }

    /// Those with a word of this beginning of whom each word that is looked for fits one; with how many are whole words of
    /// theirs.
    fn with_all(
        &self,
        tenant: TenantId,
        asked: &[String],
        beginning: &str,
        fits: impl Fn(&str, &str) -> bool,
    ) -> Vec<(usize, &Customer)> {
        let mut ids: Vec<CustomerId> = self.with_word(tenant, beginning).collect();
        ids.sort_unstable();
        ids.dedup();
        let rows = ids.into_iter().filter_map(|id| self.customers.get(&(tenant, id)));
        rows.filter_map(|row| Some((score(&row.search_words(), asked, &fits)?, row))).collect()
    }

    /// See [`CustomerStore::write_customer`](crate::CustomerStore::write_customer).
    pub fn write_customer(
        &mut self,
        tenant: TenantId,
        id: CustomerId,
        write: &CustomerWrite,
        expect: Expect,
        stamp: &Stamp,
    ) -> Result<Written<Customer>, PlatformError> {
        let old = self.customers.get(&(tenant, id));
        check(old.map(|old| old.version), expect, "customer")?;
        match (write, old.cloned()) {
            (CustomerWrite::Profile(profile), None) => {
                let state = CustomerState::Known { profile: profile.clone(), consents: Vec::new() };
                let at = stamp.at;
                let row =
                    Customer { id, tenant, version: 1, state, aliases: Vec::new(), created: at, changed: at };
                Ok(self.put_customer(row, AuditAction::Create, stamp))
            }
            (_, None) => Err(PlatformError::NotFound { what: "customer" }),
            (CustomerWrite::Erase, Some(row)) => self.erase(row, stamp),
            (CustomerWrite::MergeInto(into), Some(row)) => self.merge(row, *into, stamp),
            (CustomerWrite::Profile(new), Some(mut row)) => {
                let CustomerState::Known { profile, .. } = &mut row.state else {
                    return Err(PlatformError::Gone);
                };
                *profile = new.clone();
                let row = raised(row, stamp);
                Ok(self.put_customer(row, AuditAction::Replace, stamp))
            }
            (CustomerWrite::Consent(consent), Some(mut row)) => {
                let CustomerState::Known { consents, .. } = &mut row.state else {
                    return Err(PlatformError::Gone);
                };
                consents.push(consent.clone());
                check_consents(consents)?;
                let row = raised(row, stamp);
                Ok(self.put_customer(row, AuditAction::Consent, stamp))
            }
        }
    }

    fn erase(&mut self, mut row: Customer, stamp: &Stamp) -> Result<Written<Customer>, PlatformError> {
        match row.state {
            CustomerState::Erased { .. } => Ok((row, Vec::new())),
            CustomerState::Merged { .. } => Err(PlatformError::Gone),
            CustomerState::Known { .. } => {
                row.state = CustomerState::Erased { at: stamp.at };
                let row = raised(row, stamp);
                Ok(self.put_customer(row, AuditAction::Erase, stamp))
            }
        }
    }

    /// Answers the one who stays.
    fn merge(
        &mut self,
        mut gone: Customer,
        into: CustomerId,
        stamp: &Stamp,
    ) -> Result<Written<Customer>, PlatformError> {
        if gone.id == into {
            return Err(Invalid::new("into", into, "another customer").into());
        }
        let stays = self.customers.get(&(gone.tenant, into));
        let mut stays = stays.ok_or(PlatformError::NotFound { what: "customer" })?.clone();
        let CustomerState::Known { profile: lost, consents: said } = gone.state else {
            return Err(PlatformError::Gone);
        };
        let CustomerState::Known { profile, consents } = &mut stays.state else {
            return Err(PlatformError::Gone);
        };
        *profile = filled(profile.clone(), lost)?;
        consents.extend(said);
        consents.sort_by_key(|consent| consent.at);
        check_consents(consents)?;
        let aliases = std::mem::take(&mut gone.aliases);
        stays.aliases.push(gone.id);
        stays.aliases.extend(&aliases);
        if stays.aliases.len() > MAX_ALIASES {
            let given = format!("{} entries", stays.aliases.len());
            return Err(Invalid::new("aliases", given, format!("at most {MAX_ALIASES} entries")).into());
        }
        gone.state = CustomerState::Merged { into };
        let (_, mut rows) = self.put_customer(raised(gone, stamp), AuditAction::Merge, stamp);
        let (stays, more) = self.put_customer(raised(stays, stamp), AuditAction::Replace, stamp);
        rows.extend(more);
        rows.extend(self.redirect(stays.tenant, &aliases, into, stamp));
        Ok((stays, rows))
    }

    /// Those who were merged into one who is now merged lead to who stays, so that one step always suffices.
    fn redirect(
        &mut self,
        tenant: TenantId,
        aliases: &[CustomerId],
        into: CustomerId,
        stamp: &Stamp,
    ) -> Vec<PlatformRow> {
        let known: Vec<Customer> = aliases.iter().filter_map(|id| self.customer(tenant, *id)).collect();
        let mut rows = Vec::new();
        for row in known {
            let row = raised(Customer { state: CustomerState::Merged { into }, ..row }, stamp);
            self.file_customer(row.clone());
            rows.push(PlatformRow::Customer(row));
        }
        rows
    }

    fn put_customer(&mut self, row: Customer, action: AuditAction, stamp: &Stamp) -> Written<Customer> {
        let entry = self.note(row.tenant, stamp, AuditNote::new(action, row.id, Some(row.version)));
        self.file_customer(row.clone());
        (row.clone(), vec![PlatformRow::Customer(row), PlatformRow::Audit(entry)])
    }

    pub(super) fn file_customer(&mut self, row: Customer) {
        let (tenant, id) = (row.tenant, row.id);
        let new = row.search_words();
        if let Some(old) = self.customers.insert((tenant, id), row) {
            for word in old.search_words() {
                self.words.remove(&(tenant, word, id));
            }
        }
        for word in new {
            self.words.insert((tenant, word, id));
        }
    }

    fn with_word<'a>(&'a self, tenant: TenantId, word: &'a str) -> impl Iterator<Item = CustomerId> + 'a {
        let from = (tenant, word.to_owned(), CustomerId::from_u64(0));
        let begins = move |(owner, found, _): &&(TenantId, String, CustomerId)| {
            *owner == tenant && found.starts_with(word)
        };
        self.words.range(from..).take_while(begins).map(|(_, _, id)| *id)
    }
}

fn raised(mut row: Customer, stamp: &Stamp) -> Customer {
    row.version = row.version.saturating_add(1);
    row.changed = stamp.at;
    row
}

fn check_consents(consents: &[Consent]) -> Result<(), Invalid> {
    if consents.len() <= MAX_CONSENTS {
        return Ok(());
    }
    let given = format!("{} entries", consents.len());
    Err(Invalid::new("consents", given, format!("at most {MAX_CONSENTS} entries")))
}

/// What is known, and where nothing is known what was known of the other.
fn filled(known: Profile, other: Profile) -> Result<Profile, Invalid> {
    let (known, other) = (known.into_spec(), other.into_spec());
    Profile::new(ProfileSpec {
        name: known.name.or(other.name),
        email: known.email.or(other.email),
        phone: known.phone.or(other.phone),
        language: known.language.or(other.language),
        group: known.group.or(other.group),
        reference: known.reference.or(other.reference),
        notes: known.notes.or(other.notes),
    })
}
