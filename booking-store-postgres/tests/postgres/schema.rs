//! What the catalogue of the database says about the schema, and the page that is written from it.

use std::fmt::Write as _;

use booking_store_postgres::sqlx::{PgConnection, query_as, query_scalar};

use crate::support::Database;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/schema.md");

const HEAD: &str = "\
# The PostgreSQL schema

Written from the database by a test; `BOOKING_WRITE=1 cargo xtask postgres -- cargo test -p booking-store-postgres schema`
writes it again after a change of migrations/.

Instants are seconds since the Unix epoch. Every key leads with `tenant_id`, and every table has row security that shows
a transaction the rows of its tenant and no others.

| usual name | here |
|---|---|
| businesses, accounts | `tenants` |
| API keys | `api_keys` |
| users, roles, notifications, webhooks, calendar connections | not yet: they come with what uses them, in migrations that only add |
| customers, clients | `customers`, found by `customer_words`; with their consents in the document |
| locations, branches | `locations` |
| services, treatments | `services` |
| price tiers, packages | in the documents of `services`, or of `price_lists` that several share (`services.price_list_id`) |
| requirements of a service | in the documents of `services`; what their pools name in `service_resources` and `service_groups` |
| employees, staff, rooms, equipment | `resources`, by their kind |
| staff profiles | the document in `resources.item`: hours, contact, location |
| skills, tags | `resources.tags`, found by `resource_tags` |
| groups, teams, pools | `resource_groups` with their `group_members` |
| capacity, lanes | `capacities`, and one row a unit in `resource_lanes` |
| availability, working hours | the hours in the documents of `resources`, or of `schedules` that several share (`resources.schedule_id`) |
| overrides, special hours | in the documents of `schedules` and `resources`, by date |
| holidays | the dates in the documents of `holiday_calendars`; whom they close in `resource_calendars` |
| time off, imported busy times | `blocks`: an imported one by an id that follows from its calendar and event |
| policies | in the documents of `services`, or of `policies` that several share (`services.policy_id`) |
| policy versions | the number in the document of `policies`, and who made it when in `audit_log`; older texts are not kept |
| appointments, reservations, events | `bookings`; who serves what in `picks` |
| what may never overlap | `claims` |
| series | `bookings.series_id` and `series_place` |
| history of a booking | `booking_events`, numbered for readers in `feed` |
| waitlist, offers | `waitlist`, and `bookings.offer_to` |
| classes, group events, seats | `sessions` with their `session_seats` |
| outbox | `outbox` |
| jobs | `jobs` |
| retries, idempotency | `idempotency_keys` |
| audit log | `audit_log` |
| daily analytics | `daily_summary` |
| round robin | `assignments` |

Documents are JSON, in `item` as people edit them and in `spec` as the engine reads them: ARCHITECTURE.md says why.
";

/// Name and comment; name, type and comment; name, definition and comment.
type Table = (String, String);
type Column = (String, String, String);
type Index = (String, String, Option<String>);

async fn page(connection: &mut PgConnection) -> String {
    let mut page = HEAD.to_owned();
    let tables: Vec<Table> = query_as(
        "SELECT c.relname::text AS name, obj_description(c.oid, 'pg_class') AS text FROM pg_class c
         WHERE c.relnamespace = 'booking'::regnamespace AND c.relkind = 'r' ORDER BY c.relname::text COLLATE \"C\"",
    )
    .fetch_all(&mut *connection)
    .await
    .unwrap();
    for (table, text) in tables {
        write!(page, "\n## {table}\n\n{text}\n\n| column | type | |\n|---|---|---|\n").unwrap();
        for (name, kind, text) in columns(connection, &table).await {
            writeln!(page, "| `{name}` | {kind} | {text} |").unwrap();
        }
        let indexes = indexes(connection, &table).await;
        writeln!(page).unwrap();
        for (name, definition, text) in indexes {
            let text = text.unwrap_or_else(|| "A key.".to_owned());
            writeln!(page, "- `{name}` {definition}: {text}").unwrap();
        }
    }
    page
}

async fn columns(connection: &mut PgConnection, table: &str) -> Vec<Column> {
    query_as(
        "SELECT a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS kind, col_description(a.attrelid, a.attnum) AS text
         FROM pg_attribute a WHERE a.attrelid = ('booking.' || $1)::regclass AND a.attnum > 0 AND NOT a.attisdropped
         ORDER BY a.attnum",
    )
    .bind(table)
    .fetch_all(connection)
    .await
    .unwrap()
}

async fn indexes(connection: &mut PgConnection, table: &str) -> Vec<Index> {
    query_as(
        "SELECT i.indexrelid::regclass::text AS name, substring(pg_get_indexdef(i.indexrelid) FROM 'USING (.*)') AS definition,
                obj_description(i.indexrelid, 'pg_class') AS text
         FROM pg_index i WHERE i.indrelid = ('booking.' || $1)::regclass ORDER BY i.indexrelid::regclass::text COLLATE \"C\"",
    )
    .bind(table)
    .fetch_all(connection)
    .await
    .unwrap()
}

#[tokio::test]
async fn the_page_about_the_schema_says_what_the_database_says() {
    let database = Database::shared().await;
    let written = page(&mut database.owner().await).await;
    if std::env::var_os("BOOKING_WRITE").is_some() {
        std::fs::write(PAGE, &written).unwrap();
    }
    let kept = std::fs::read_to_string(PAGE).unwrap_or_default();
    assert!(
        kept == written,
        "docs/schema.md is not what the database says; its first line tells how to write it"
    );
}

#[tokio::test]
async fn the_schema_has_the_tables_and_indexes_it_needs() {
    let database = Database::shared().await;
    let mut owner = database.owner().await;
    let (tables, indexes): (i64, i64) = query_as(
        "SELECT count(*) FILTER (WHERE relkind = 'r'), count(*) FILTER (WHERE relkind = 'i')
         FROM pg_class WHERE relnamespace = 'booking'::regnamespace",
    )
    .fetch_one(&mut owner)
    .await
    .unwrap();
    println!("{tables} tables, {indexes} indexes");
    assert!(tables >= 15 && indexes >= 40, "{tables} tables, {indexes} indexes");
}

/// Without one, deleting or changing what is referred to reads the whole table.
#[tokio::test]
async fn every_foreign_key_has_an_index() {
    let database = Database::shared().await;
    let bare: Vec<String> = query_scalar(
        "SELECT k.conname::text FROM pg_constraint k
         WHERE k.connamespace = 'booking'::regnamespace AND k.contype = 'f' AND NOT EXISTS (
             SELECT FROM pg_index i WHERE i.indrelid = k.conrelid
             AND (i.indkey::int2[])[0:least(1, cardinality(k.conkey) - 1)] <@ k.conkey::int2[])",
    )
    .fetch_all(&mut database.owner().await)
    .await
    .unwrap();
    assert_eq!(bare, Vec::<String>::new());
}
