//! Each numbered step on data: what was written before it ends up as if it had been written after the last one.

use booking_core::{BookingStore, Interval, OccupancyQuery, Occupant, ResourceId, TenantId};
use booking_store_postgres::sqlx::{AssertSqlSafe, Executor, PgConnection, query, query_scalar};
use booking_store_postgres::{Migration, SCHEMA_VERSION, grant, migrate, migrations};

use crate::desk::DAY;
use crate::support::{Database, ROLE, make_role};

/// A business as the first step has it: a booking of two resources, a hold, a class, customers and tags.
const WRITTEN: &str = "
    INSERT INTO booking.tenants (tenant_id) VALUES (id(1)), (id(2));
    INSERT INTO booking.capacities (tenant_id, resource_id, units) SELECT id(1), id(r), 1 FROM generate_series(1, 3) r;
    INSERT INTO booking.resource_lanes (tenant_id, resource_id, lane) SELECT id(1), id(r), 0 FROM generate_series(1, 3) r;
    INSERT INTO booking.resources (tenant_id, resource_id, name, kind, tags, spec)
    SELECT id(t), id(r), 'Room ' || r, 'room', ARRAY['room', 'floor ' || r], '{}' FROM generate_series(1, 2) t, generate_series(1, 3) r;
    INSERT INTO booking.customers (tenant_id, customer_id, known, name, words, customer) VALUES
        (id(1), id(1), true, 'Ann Lee', ' ann lee ', '{}'), (id(1), id(2), false, NULL, ' gone ', '{}'),
        (id(2), id(1), true, 'Bo', ' bo bo ', '{}');
    INSERT INTO booking.services (tenant_id, service_id, name, spec) VALUES (id(1), id(1), 'Visit', '{}');
    INSERT INTO booking.locations (tenant_id, item_id, name, item) VALUES (id(2), id(1), 'Here', '{}');
    INSERT INTO booking.schedules (tenant_id, item_id, name, item) VALUES (id(2), id(1), 'Hours', '{}');
    INSERT INTO booking.holiday_calendars (tenant_id, item_id, name, item) VALUES (id(2), id(1), 'Feasts', '{}');
    INSERT INTO booking.policies (tenant_id, item_id, name, item) VALUES (id(2), id(1), 'Strict', '{}');
    INSERT INTO booking.price_lists (tenant_id, item_id, name, item) VALUES (id(2), id(1), 'Prices', '{}');
    UPDATE booking.resources SET item = jsonb_build_object('value', jsonb_build_object('item', jsonb_build_object(
        'location', id(1), 'schedule', id(1), 'holidays', ARRAY[id(1)]))) WHERE tenant_id = id(2) AND resource_id = id(1);
    INSERT INTO booking.resource_groups (tenant_id, item_id, name, item)
    SELECT id(2), id(1), 'Rooms', jsonb_build_object('value', jsonb_build_object('item', jsonb_build_object(
        'members', ARRAY[id(1), id(2)])));
    INSERT INTO booking.services (tenant_id, service_id, name, spec, item)
    SELECT id(2), id(2), 'Shared', '{}', jsonb_build_object('value', jsonb_build_object('item', jsonb_build_object(
        'location', NULL, 'policy', id(1), 'prices', id(1), 'groups', jsonb_build_object('room', id(1)),
        'service', jsonb_build_object('requirements', jsonb_build_array(
            jsonb_build_object('name', 'room', 'pool', jsonb_build_object('ids', ARRAY[id(1)])),
            jsonb_build_object('name', 'staff', 'pool', jsonb_build_object('ids', ARRAY[id(2), id(3), id(3)])),
            jsonb_build_object('name', 'view', 'pool', jsonb_build_object('tag', 'view')))))));
    INSERT INTO booking.bookings (tenant_id, booking_id, service_id, starts, ends, party, state, version, deadline, zone, wall,
                                  tzdata, claims, max_hold, created, changed)
    SELECT id(1), id(b), id(1), day(b), day(b) + 3600, 1, (ARRAY['confirmed', 'held', 'confirmed'])[b]::booking.booking_state, 1,
           CASE b WHEN 2 THEN day(1) END, 'UTC', to_timestamp(day(b)) AT TIME ZONE 'UTC', 'test', '[]', 600, 0, 0
    FROM generate_series(1, 3) b;
    INSERT INTO booking.sessions (tenant_id, session_id, service_id, starts, ends, resources, picks, claims, seats, scheduled)
    VALUES (id(1), id(9), id(1), day(3), day(3) + 3600, ARRAY[id(3)], '[]', '[]', 5, true);
    INSERT INTO booking.session_seats (tenant_id, session_id, seat, seats, booking_id) VALUES (id(1), id(9), 0, 5, id(3));
    INSERT INTO booking.claims (tenant_id, resource_id, lane, starts, ends, before, after, hold_expires_at, booking_id, session_id,
                                part)
    VALUES (id(1), id(1), 0, day(1), day(1) + 3600, 300, 600, NULL, id(1), NULL, 1),
           (id(1), id(2), 0, day(1), day(1) + 1800, 0, 0, NULL, id(1), NULL, 2),
           (id(1), id(2), 0, day(2), day(2) + 3600, 0, 900, day(1), id(2), NULL, 1),
           (id(1), id(3), 0, day(3), day(3) + 3600, 0, 0, NULL, NULL, id(9), 1);";

/// Short words for the rows above, in a schema that is looked at first.
fn words() -> String {
    format!(
        "CREATE SCHEMA words; SET search_path = words, public;
         CREATE FUNCTION words.id(n int) RETURNS uuid LANGUAGE sql AS $$ SELECT lpad(to_hex(n), 32, '0')::uuid $$;
         CREATE FUNCTION words.day(n int) RETURNS bigint LANGUAGE sql AS $$ SELECT {DAY} + n * 86400::bigint $$;"
    )
}

async fn write(owner: &mut PgConnection) {
    owner.execute(AssertSqlSafe(words())).await.unwrap();
    owner.execute(WRITTEN).await.unwrap();
}

/// Whoever owns the schema in production is no superuser: row security is in the way of steps too.
const OWNER: &str = "booking_test_owner";

/// A database without a schema that such a role owns, and the address at which to be it.
async fn owned() -> (Database, String) {
    let database = Database::empty().await;
    let mut admin = database.owner().await;
    make_role(&mut admin, OWNER).await;
    let sql = format!(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO {OWNER}', current_database()); END $$"
    );
    admin.execute(AssertSqlSafe(sql)).await.unwrap();
    let url = database.url_as(OWNER);
    (database, url)
}

/// The first so many steps, applied by hand as an older version did.
async fn apply(owner: &mut PgConnection, steps: &[&Migration]) {
    owner.execute(AssertSqlSafe(format!("SET ROLE {OWNER}"))).await.unwrap();
    let bootstrap = "CREATE SCHEMA booking;
        CREATE TABLE booking.migrations (name text PRIMARY KEY, hash text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())";
    owner.execute(bootstrap).await.unwrap();
    for step in steps {
        let path = format!("{}/migrations/{}.sql", env!("CARGO_MANIFEST_DIR"), step.name);
        let sql = std::fs::read_to_string(path).unwrap();
        owner.execute(AssertSqlSafe(sql.clone())).await.unwrap();
        let insert = "INSERT INTO booking.migrations (name, hash) VALUES ($1, encode(sha256(convert_to($2, 'UTF8')), 'hex'))";
        query(insert).bind(step.name).bind(sql).execute(&mut *owner).await.unwrap();
    }
    owner.execute("RESET ROLE").await.unwrap();
}

/// All rows of all tables, without the times at which they were written.
async fn rows(owner: &mut PgConnection) -> Vec<String> {
    let tables: Vec<String> = query_scalar(
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'booking'::regnamespace AND relkind = 'r'
           AND relname <> 'migrations' ORDER BY 1",
    )
    .fetch_all(&mut *owner)
    .await
    .unwrap();
    let mut all = Vec::new();
    for table in tables {
        let sql = format!(
            "SELECT '{table} ' || (to_jsonb(t) - '{{seen_at,updated_at,due}}'::text[])::text FROM booking.{table} t ORDER BY 1"
        );
        let found: Vec<String> = query_scalar(AssertSqlSafe(sql)).fetch_all(&mut *owner).await.unwrap();
        all.extend(found);
    }
    all
}

#[tokio::test]
async fn what_was_written_before_a_step_is_as_if_it_was_written_after_the_last() {
    let steps: Vec<&Migration> = migrations().iter().filter(|file| !file.repeats).collect();
    assert_eq!(steps.len(), SCHEMA_VERSION);
    let database = Database::empty().await;
    migrate(&database.url()).await.unwrap();
    let mut owner = database.owner().await;
    write(&mut owner).await;
    let expected = rows(&mut owner).await;
    for done in 1..SCHEMA_VERSION {
        let (database, url) = owned().await;
        let mut owner = database.owner().await;
        apply(&mut owner, &steps[..done]).await;
        write(&mut owner).await;
        let applied = migrate(&url).await.unwrap();
        assert_eq!(applied.iter().filter(|file| !file.repeats).count(), SCHEMA_VERSION - done);
        assert_eq!(rows(&mut owner).await, expected, "written after {}", steps[done - 1].name);
    }
}

/// Readers get claims as they were packed by the step, not only those that came later.
#[tokio::test]
async fn claims_from_before_a_step_are_read() {
    let (database, url) = owned().await;
    let mut owner = database.owner().await;
    apply(&mut owner, &migrations().iter().filter(|file| !file.repeats).take(1).collect::<Vec<_>>()).await;
    write(&mut owner).await;
    migrate(&url).await.unwrap();
    make_role(&mut owner, ROLE).await;
    grant(&mut owner, ROLE).await.unwrap();
    let store = database.store(1).await;
    let mut found = Vec::new();
    for number in 1..=3 {
        let query = OccupancyQuery {
            tenant: TenantId::from_u64(1),
            resources: vec![ResourceId::from_u64(number)],
            window: Interval::from_seconds(DAY, DAY + 10 * 86_400).unwrap(),
            now: DAY,
            ignoring: None,
        };
        for row in store.occupancy(&query).await.unwrap().claims {
            let (start, end) =
                (row.claim.interval.start_second() - DAY, row.claim.interval.end_second() - DAY);
            let seated = matches!(row.by, Occupant::Session(_));
            found.push((number, start, end, row.claim.before, row.claim.after, row.claim.units, seated));
        }
    }
    let day = 86_400;
    assert_eq!(
        found,
        [
            (1, day, day + 3_600, 300, 600, 1, false),
            (2, day, day + 1_800, 0, 0, 1, false),
            (2, 2 * day, 2 * day + 3_600, 0, 900, 1, false),
            (3, 3 * day, 3 * day + 3_600, 0, 0, 1, true),
        ]
    );
}
