-- Format 1. Ids are UUIDs as text, instants are seconds since 1970 UTC, lists and other deep structures are JSON.
-- Every row of a booking, a claim or an event is readable without this program; the views say when in words.

CREATE TABLE bookings (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    service TEXT NOT NULL,
    customer TEXT,
    starts INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    party INTEGER NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    deadline INTEGER,
    zone TEXT NOT NULL,
    wall TEXT NOT NULL,
    tzdata TEXT NOT NULL,
    session TEXT,
    series TEXT,
    series_place INTEGER,
    offer_to TEXT,
    approval INTEGER,
    max_hold INTEGER NOT NULL,
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    picks TEXT NOT NULL,
    priced TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID;

-- What bookings and sessions claim while they live.
CREATE TABLE claims (
    kind TEXT NOT NULL CHECK (kind IN ('booking', 'session')),
    tenant TEXT NOT NULL,
    owner TEXT NOT NULL,
    place INTEGER NOT NULL,
    resource TEXT NOT NULL,
    starts INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    before INTEGER NOT NULL,
    after INTEGER NOT NULL,
    units INTEGER NOT NULL,
    PRIMARY KEY (kind, tenant, owner, place)
) WITHOUT ROWID;

CREATE TABLE events (
    tenant TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    booking TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    starts INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    actor_from TEXT NOT NULL,
    PRIMARY KEY (tenant, sequence)
) WITHOUT ROWID;

CREATE TABLE sessions (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    service TEXT NOT NULL,
    starts INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    seats INTEGER NOT NULL,
    scheduled INTEGER NOT NULL,
    picks TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID;

CREATE TABLE blocks (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    resource TEXT NOT NULL,
    starts INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID;

CREATE TABLE capacities (
    tenant TEXT NOT NULL,
    resource TEXT NOT NULL,
    units INTEGER NOT NULL,
    PRIMARY KEY (tenant, resource)
) WITHOUT ROWID;

CREATE TABLE waitlist (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    service TEXT NOT NULL,
    customer TEXT,
    starts INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    duration INTEGER,
    party INTEGER NOT NULL,
    state TEXT NOT NULL,
    offer TEXT,
    offered TEXT NOT NULL,
    joined INTEGER NOT NULL,
    place INTEGER NOT NULL,
    price_group TEXT,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID;

-- Answers by idempotency key.
CREATE TABLE answers (
    tenant TEXT NOT NULL,
    operation TEXT NOT NULL,
    key TEXT NOT NULL,
    at INTEGER NOT NULL,
    recorded TEXT NOT NULL,
    PRIMARY KEY (tenant, operation, key)
) WITHOUT ROWID;

-- When a resource was last given a booking of a service.
CREATE TABLE assignments (
    tenant TEXT NOT NULL,
    service TEXT NOT NULL,
    resource TEXT NOT NULL,
    at INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (tenant, service, resource)
) WITHOUT ROWID;

CREATE TABLE tenants (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    zone TEXT NOT NULL,
    version INTEGER NOT NULL,
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL
) WITHOUT ROWID;

-- Services, resources, groups, locations, schedules, holiday calendars, policies and price lists.
CREATE TABLE catalogue (
    tenant TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    item TEXT NOT NULL,
    PRIMARY KEY (tenant, kind, id)
) WITHOUT ROWID;

CREATE TABLE customers (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    name TEXT,
    email TEXT,
    phone TEXT,
    language TEXT,
    price_group TEXT,
    reference TEXT,
    notes TEXT,
    consents TEXT NOT NULL,
    aliases TEXT NOT NULL,
    merged_into TEXT,
    erased INTEGER,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID;

CREATE TABLE api_keys (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    lookup TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER,
    revoked INTEGER,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID;

CREATE TABLE audit_log (
    tenant TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    actor_from TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER,
    PRIMARY KEY (tenant, sequence)
) WITHOUT ROWID;

CREATE INDEX audit_log_by_object ON audit_log (tenant, object, id, sequence);

CREATE VIEW agenda AS
    SELECT tenant, wall AS local_start, zone, datetime(starts, 'unixepoch') AS starts_utc,
           datetime(ends, 'unixepoch') AS ends_utc, state, party, service, customer, id
    FROM bookings;

CREATE VIEW live_claims AS
    SELECT c.tenant, c.resource, datetime(c.starts - c.before, 'unixepoch') AS blocked_from_utc,
           datetime(c.ends + c.after, 'unixepoch') AS blocked_until_utc, c.units, c.kind, c.owner
    FROM claims c
    LEFT JOIN bookings b ON c.kind = 'booking' AND b.tenant = c.tenant AND b.id = c.owner
    WHERE c.kind = 'session' OR b.state IN ('held', 'pending', 'confirmed', 'checked_in');
