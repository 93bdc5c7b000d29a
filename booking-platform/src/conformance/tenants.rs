//! Tenants.

use booking_core::TenantId;

use super::kit::{Must as _, OTHER, Store, TENANT, at, name, refused, stamp, utc};
use crate::{Expect, PageQuery, PlatformError, Tenant};

fn tenant(id: TenantId, text: &str) -> Tenant {
    Tenant { id, name: name(text), zone: utc() }
}

/// Created once; replaced only in the version it has; never created by replacing.
pub async fn a_tenant_is_created_once_and_replaced_by_version<S: Store>(store: &S) {
    let (first, second) = (tenant(TENANT, "One"), tenant(TENANT, "Two"));
    refused!(
        store.put_tenant(&first, Expect::Present, &stamp(0)).await,
        PlatformError::NotFound { what: "tenant" }
    );
    let made = store.put_tenant(&first, Expect::Absent, &stamp(1)).await.must();
    assert_eq!((made.version, made.created, made.changed, &made.value), (1, at(1), at(1), &first));
    refused!(
        store.put_tenant(&first, Expect::Absent, &stamp(2)).await,
        PlatformError::Exists { what: "tenant" }
    );
    refused!(
        store.put_tenant(&second, Expect::Version(2), &stamp(2)).await,
        PlatformError::VersionConflict { current: 1 }
    );
    let changed = store.put_tenant(&second, Expect::Version(1), &stamp(3)).await.must();
    assert_eq!((changed.version, changed.created, changed.changed), (2, at(1), at(3)));
    assert_eq!(store.tenant(TENANT).await.must(), Some(changed));
    assert_eq!(store.tenant(OTHER).await.must(), None);
}

/// In pages, by id.
pub async fn tenants_are_listed_by_id<S: Store>(store: &S) {
    for id in [3, 1, 2] {
        let one = tenant(TenantId::from_u64(id), "One");
        store.put_tenant(&one, Expect::Absent, &stamp(0)).await.must();
    }
    let page = store.tenants(PageQuery::first(2)).await.must();
    let ids: Vec<_> = page.items.iter().map(|row| row.value.id.to_u64()).collect();
    assert_eq!((ids, page.more), (vec![Some(1), Some(2)], true));
    let rest = store.tenants(PageQuery::after(TenantId::from_u64(2), 2)).await.must();
    let ids: Vec<_> = rest.items.iter().map(|row| row.value.id.to_u64()).collect();
    assert_eq!((ids, rest.more), (vec![Some(3)], false));
}
