//! Editing a catalogue, kind by kind.

use std::cmp::Reverse;

use booking_core::{Page, StoreError, TenantId};

use crate::text::{begins, begins_or_resembles, score, words};
use crate::{
    CatalogueStore, Expect, Item, ItemKind, Kind, MAX_PAGE, PageQuery, PlatformError, SearchText, Stamp,
    Versioned,
};

/// Creates, replaces, deletes and lists the items of a catalogue by their own types.
///
/// ```
/// use booking_core::{TenantId, ZoneId};
/// use booking_platform::memory::MemoryPlatform;
/// use booking_platform::{CatalogueEditor, Location, LocationId, Name, Stamp};
///
/// # async fn edit() -> Result<(), Box<dyn std::error::Error>> {
/// let editor = CatalogueEditor::new(MemoryPlatform::new());
/// let stamp = Stamp::new(booking_core::Actor::new("ann", "cli"), "2026-03-02T09:00:00Z".parse()?);
/// let id = LocationId::from_u64(1);
/// let zone = ZoneId::new("Europe/Berlin")?;
/// let studio = Location { id, name: Name::new("Studio")?, zone, address: None, email: None, phone: None };
/// let kept = editor.create(TenantId::SINGLE, studio, &stamp).await?;
/// assert_eq!(kept.version, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct CatalogueEditor<S> {
    store: S,
}

impl<S: CatalogueStore> CatalogueEditor<S> {
    /// Edits the catalogues of a store.
    pub fn new(store: S) -> Self {
        Self { store }
    }

    /// One item.
    pub async fn get<K: Kind>(
        &self,
        tenant: TenantId,
        id: K::Id,
    ) -> Result<Option<Versioned<K>>, StoreError> {
        self.store.item(tenant, id.into()).await?.map(typed).transpose()
    }

    /// Items by id.
    pub async fn list<K: Kind>(
        &self,
        tenant: TenantId,
        page: PageQuery<K::Id>,
    ) -> Result<Page<Versioned<K>>, StoreError> {
        let page = PageQuery { after: page.after.map(Into::into), limit: page.limit };
        let Page { items, more } = self.store.items(tenant, K::KIND, page).await?;
        let items = items.into_iter().map(typed).collect::<Result<Vec<_>, _>>()?;
        Ok(Page { items, more })
    }

    /// Items by the beginnings of the words of their names, the best first; where none is found so, by mistyped words.
    ///
    /// Reads all items of the kind: a business has few.
    pub async fn search<K: Kind>(
        &self,
        tenant: TenantId,
        text: &SearchText,
        limit: usize,
    ) -> Result<Page<Versioned<K>>, StoreError> {
        let all = self.all(tenant, K::KIND).await?;
        let asked: Vec<String> = text.words().collect();
        let found = |fits: fn(&str, &str) -> bool| -> Vec<(Reverse<usize>, &Versioned<Item>)> {
            let scored = all.iter().filter_map(|row| {
                let words: Vec<String> = words(row.value.name()).collect();
                Some((Reverse(score(&words, &asked, fits)?), row))
            });
            scored.collect()
        };
        let mut best = found(begins);
        if best.is_empty() {
            best = found(begins_or_resembles);
        }
        // Those of one name stay in order of their ids.
        best.sort_by_key(|(score, row)| (*score, row.value.name()));
        let best = best.into_iter().take(limit.saturating_add(1)).map(|(_, row)| typed(row.clone()));
        Ok(Page::cut(best.collect::<Result<_, _>>()?, limit))
    }

    async fn all(&self, tenant: TenantId, kind: ItemKind) -> Result<Vec<Versioned<Item>>, StoreError> {
        let mut all = Vec::new();
        let mut after = None;
        loop {
            let Page { items, more } =
                self.store.items(tenant, kind, PageQuery { after, limit: MAX_PAGE }).await?;
            after = items.last().map(|row| row.value.id());
            all.extend(items);
            if !more || after.is_none() {
                return Ok(all);
            }
        }
    }

    /// Adds an item under an id that is not in use.
    pub async fn create<K: Kind>(
        &self,
        tenant: TenantId,
        item: K,
        stamp: &Stamp,
    ) -> Result<Versioned<K>, PlatformError> {
        self.put(tenant, item, Expect::Absent, stamp).await
    }

    /// Replaces an item; with a version, only if it has that one.
    pub async fn replace<K: Kind>(
        &self,
        tenant: TenantId,
        item: K,
        if_version: Option<u64>,
        stamp: &Stamp,
    ) -> Result<Versioned<K>, PlatformError> {
        self.put(tenant, item, if_version.map_or(Expect::Present, Expect::Version), stamp).await
    }

    /// Deletes an item that nothing refers to; with a version, only if it has that one.
    pub async fn delete<K: Kind>(
        &self,
        tenant: TenantId,
        id: K::Id,
        if_version: Option<u64>,
        stamp: &Stamp,
    ) -> Result<(), PlatformError> {
        let expect = if_version.map_or(Expect::Present, Expect::Version);
        self.store.delete_item(tenant, id.into(), expect, stamp).await
    }

    async fn put<K: Kind>(
        &self,
        tenant: TenantId,
        item: K,
        expect: Expect,
        stamp: &Stamp,
    ) -> Result<Versioned<K>, PlatformError> {
        let row = self.store.put_item(tenant, &item.into(), expect, stamp).await?;
        Ok(typed(row)?)
    }
}

/// A store that answers another kind than was asked for is broken.
fn typed<K: Kind>(row: Versioned<Item>) -> Result<Versioned<K>, StoreError> {
    let kind = row.value.id().kind();
    let Versioned { version, created, changed, value } = row;
    match K::from_item(value) {
        Some(value) => Ok(Versioned { version, created, changed, value }),
        None => Err(StoreError::Failed(format!("asked for a {}, answered a {kind}", K::KIND))),
    }
}
