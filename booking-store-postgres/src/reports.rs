//! Reports: counted by the database.

use booking_core::{Currency, State, StoreError, TenantId};
use booking_platform::{Counts, ReportGroup, ReportQuery, ReportRow, Reports, Tally};
use serde::Deserialize;
use sqlx::types::Json;

use crate::error::of_read;
use crate::store::PostgresStore;

/// What the database has counted in one currency; without one, of what has no price.
#[derive(Debug, Deserialize)]
struct Counted {
    group: ReportGroup,
    state: State,
    currency: Option<Currency>,
    bookings: u64,
    people: u64,
    seconds: u64,
    price: Option<u64>,
}

impl Counted {
    fn counts(&self) -> Counts {
        let price = self.currency.zip(self.price);
        Counts {
            bookings: self.bookings,
            people: self.people,
            seconds: self.seconds,
            prices: price.into_iter().collect(),
        }
    }
}

impl Reports for PostgresStore {
    async fn report(&self, tenant: TenantId, query: &ReportQuery) -> Result<Vec<ReportRow>, StoreError> {
        let Json(counted): Json<Vec<Counted>> =
            sqlx::query_scalar("SELECT booking.dashboard($1, $2::date, $3::date, $4, $5)")
                .bind(tenant.uuid())
                .bind(query.from().to_string())
                .bind(query.until().to_string())
                .bind(query.by().as_str())
                .bind(query.now())
                .fetch_one(self.pool())
                .await
                .map_err(|error| of_read(&error))?;
        let mut tally = Tally::default();
        for row in counted {
            tally.add(row.group, row.state, row.counts());
        }
        Ok(tally.rows())
    }
}
