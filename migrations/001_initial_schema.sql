-- Tables, their keys and their walls.
--
-- Instants are whole seconds since the Unix epoch, as bigint: the engine's own unit, exact, and indexable as ranges.
-- Views turn them into timestamps for people. Every key and every foreign key leads with tenant_id, so that a row of
-- one tenant cannot refer to a row of another, even when written by hand.

CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE DOMAIN booking.second AS bigint CHECK (VALUE BETWEEN 0 AND 4102444800);
COMMENT ON DOMAIN booking.second IS 'An instant: seconds since the Unix epoch, 1970 to 2099.';

CREATE TYPE booking.booking_state AS ENUM
    ('held', 'pending', 'confirmed', 'checked_in', 'completed', 'declined', 'cancelled', 'no_show', 'expired');
COMMENT ON TYPE booking.booking_state IS 'Where a booking stands.';

CREATE TYPE booking.event_kind AS ENUM
    ('placed', 'confirm', 'extend', 'approve', 'decline', 'reschedule', 'reassign', 'cancel', 'check_in', 'complete',
     'mark_no_show', 'expire');
COMMENT ON TYPE booking.event_kind IS 'What happened to a booking.';

CREATE TYPE booking.entry_state AS ENUM ('waiting', 'served', 'left');
COMMENT ON TYPE booking.entry_state IS 'Where a waitlist entry stands.';

CREATE TYPE booking.resource_kind AS ENUM ('staff', 'room', 'equipment');
COMMENT ON TYPE booking.resource_kind IS 'What a resource is; the engine treats all kinds alike.';

CREATE TYPE booking.operation AS ENUM
    ('hold', 'book', 'confirm', 'extend', 'approve', 'decline', 'reschedule', 'reassign', 'cancel', 'check_in',
     'complete', 'no_show', 'series', 'cancel_series', 'join_waitlist', 'other');
COMMENT ON TYPE booking.operation IS 'The kind of request an idempotency key belongs to.';

-- The tenant of the transaction. Nothing set means no tenant, and no tenant means no rows.
CREATE FUNCTION booking.tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('booking.tenant', true), '')::uuid
$$;
COMMENT ON FUNCTION booking.tenant() IS 'The tenant whose rows this transaction may see; NULL sees none.';

CREATE TABLE booking.tenants (
    tenant_id uuid PRIMARY KEY,
    seen_at timestamptz NOT NULL DEFAULT now(),
    profile jsonb CHECK (jsonb_typeof(profile) = 'object')
);
COMMENT ON TABLE booking.tenants IS 'Businesses: the walls between them are the walls between rows.';
COMMENT ON COLUMN booking.tenants.tenant_id IS 'The business.';
COMMENT ON COLUMN booking.tenants.seen_at IS 'When it first had a row here.';
COMMENT ON COLUMN booking.tenants.profile IS 'Its name, zone and version, once someone has told them.';

CREATE TABLE booking.services (
    tenant_id uuid NOT NULL REFERENCES booking.tenants,
    service_id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    spec jsonb NOT NULL CHECK (jsonb_typeof(spec) = 'object'),
    item jsonb CHECK (jsonb_typeof(item) = 'object'),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, service_id)
);
COMMENT ON TABLE booking.services IS 'What customers ask for.';
COMMENT ON COLUMN booking.services.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.services.service_id IS 'Its id, unique within the tenant.';
COMMENT ON COLUMN booking.services.name IS 'What people call it.';
COMMENT ON COLUMN booking.services.spec IS 'Durations, grid, buffers, requirements, prices and policy, as the engine reads them.';
COMMENT ON COLUMN booking.services.item IS 'The same as people edit it, with its version; NULL where a program wrote the spec itself.';
COMMENT ON COLUMN booking.services.updated_at IS 'When the row was last written, also because something that it shares was.';

CREATE TABLE booking.resources (
    tenant_id uuid NOT NULL REFERENCES booking.tenants,
    resource_id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    kind booking.resource_kind NOT NULL,
    tags text[] NOT NULL DEFAULT '{}',
    spec jsonb NOT NULL CHECK (jsonb_typeof(spec) = 'object'),
    item jsonb CHECK (jsonb_typeof(item) = 'object'),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, resource_id)
);
COMMENT ON TABLE booking.resources IS 'Whatever is claimed: staff, rooms, equipment.';
COMMENT ON COLUMN booking.resources.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.resources.resource_id IS 'Its id, unique within the tenant.';
COMMENT ON COLUMN booking.resources.name IS 'What people call it.';
COMMENT ON COLUMN booking.resources.kind IS 'Staff, room or equipment.';
COMMENT ON COLUMN booking.resources.tags IS 'Skills and properties that pools ask for.';
COMMENT ON COLUMN booking.resources.spec IS 'Hours, weight and first capacity, as the engine reads them.';
COMMENT ON COLUMN booking.resources.item IS 'The same as people edit it, with its version; NULL where a program wrote the spec itself.';
COMMENT ON COLUMN booking.resources.updated_at IS 'When the row was last written, also because something that it shares was.';

CREATE TABLE booking.resource_groups (
    tenant_id uuid NOT NULL REFERENCES booking.tenants,
    item_id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    item jsonb NOT NULL CHECK (jsonb_typeof(item) = 'object'),
    PRIMARY KEY (tenant_id, item_id)
);
COMMENT ON TABLE booking.resource_groups IS 'Named lists of resources: pools.';
COMMENT ON COLUMN booking.resource_groups.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.resource_groups.item_id IS 'Its id, unique within the tenant.';
COMMENT ON COLUMN booking.resource_groups.name IS 'What people call it.';
COMMENT ON COLUMN booking.resource_groups.item IS 'What people wrote, with its version.';

CREATE TABLE booking.locations (
    tenant_id uuid NOT NULL REFERENCES booking.tenants,
    item_id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    item jsonb NOT NULL CHECK (jsonb_typeof(item) = 'object'),
    PRIMARY KEY (tenant_id, item_id)
);
COMMENT ON TABLE booking.locations IS 'Places of business.';
COMMENT ON COLUMN booking.locations.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.locations.item_id IS 'Its id, unique within the tenant.';
COMMENT ON COLUMN booking.locations.name IS 'What people call it.';
COMMENT ON COLUMN booking.locations.item IS 'What people wrote, with its version.';

CREATE TABLE booking.schedules (
    tenant_id uuid NOT NULL REFERENCES booking.tenants,
    item_id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    item jsonb NOT NULL CHECK (jsonb_typeof(item) = 'object'),
    PRIMARY KEY (tenant_id, item_id)
);
COMMENT ON TABLE booking.schedules IS 'Hours that several resources share, with their date overrides.';
COMMENT ON COLUMN booking.schedules.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.schedules.item_id IS 'Its id, unique within the tenant.';
COMMENT ON COLUMN booking.schedules.name IS 'What people call it.';
COMMENT ON COLUMN booking.schedules.item IS 'What people wrote, with its version.';

CREATE TABLE booking.holiday_calendars (
    tenant_id uuid NOT NULL REFERENCES booking.tenants,
    item_id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    item jsonb NOT NULL CHECK (jsonb_typeof(item) = 'object'),
    PRIMARY KEY (tenant_id, item_id)
);
COMMENT ON TABLE booking.holiday_calendars IS 'Closed dates that several resources share.';
COMMENT ON COLUMN booking.holiday_calendars.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.holiday_calendars.item_id IS 'Its id, unique within the tenant.';
COMMENT ON COLUMN booking.holiday_calendars.name IS 'What people call it.';
COMMENT ON COLUMN booking.holiday_calendars.item IS 'What people wrote, with its version.';

CREATE TABLE booking.policies (
    tenant_id uuid NOT NULL REFERENCES booking.tenants,
    item_id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    item jsonb NOT NULL CHECK (jsonb_typeof(item) = 'object'),
    PRIMARY KEY (tenant_id, item_id)
);
COMMENT ON TABLE booking.policies IS 'Policies that several services share.';
COMMENT ON COLUMN booking.policies.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.policies.item_id IS 'Its id, unique within the tenant.';
COMMENT ON COLUMN booking.policies.name IS 'What people call it.';
COMMENT ON COLUMN booking.policies.item IS 'What people wrote, with its version.';

CREATE TABLE booking.price_lists (
    tenant_id uuid NOT NULL REFERENCES booking.tenants,
    item_id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    item jsonb NOT NULL CHECK (jsonb_typeof(item) = 'object'),
    PRIMARY KEY (tenant_id, item_id)
);
COMMENT ON TABLE booking.price_lists IS 'Price tiers that several services share.';
COMMENT ON COLUMN booking.price_lists.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.price_lists.item_id IS 'Its id, unique within the tenant.';
COMMENT ON COLUMN booking.price_lists.name IS 'What people call it.';
COMMENT ON COLUMN booking.price_lists.item IS 'What people wrote, with its version.';

CREATE TABLE booking.customers (
    tenant_id uuid NOT NULL REFERENCES booking.tenants,
    customer_id uuid NOT NULL,
    known boolean NOT NULL,
    name text COLLATE "C",
    words text NOT NULL,
    customer jsonb NOT NULL CHECK (jsonb_typeof(customer) = 'object'),
    PRIMARY KEY (tenant_id, customer_id)
);
COMMENT ON TABLE booking.customers IS 'Who books. Bookings may name customers that a host keeps elsewhere.';
COMMENT ON COLUMN booking.customers.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.customers.customer_id IS 'Their id, unique within the tenant.';
COMMENT ON COLUMN booking.customers.known IS 'Whether anything is known of them: not after a merge or an erasure.';
COMMENT ON COLUMN booking.customers.name IS 'What they are called.';
COMMENT ON COLUMN booking.customers.words IS 'The words they are found by, each between blanks.';
COMMENT ON COLUMN booking.customers.customer IS 'All that is known, with consents and version.';

CREATE TABLE booking.api_keys (
    tenant_id uuid NOT NULL REFERENCES booking.tenants,
    key_id uuid NOT NULL,
    lookup text NOT NULL CHECK (length(lookup) BETWEEN 8 AND 64),
    key jsonb NOT NULL CHECK (jsonb_typeof(key) = 'object'),
    PRIMARY KEY (tenant_id, key_id)
);
COMMENT ON TABLE booking.api_keys IS 'Who may ask, for which business.';
COMMENT ON COLUMN booking.api_keys.tenant_id IS 'The business it speaks for.';
COMMENT ON COLUMN booking.api_keys.key_id IS 'Its id.';
COMMENT ON COLUMN booking.api_keys.lookup IS 'What it is looked up by, unique among all tenants.';
COMMENT ON COLUMN booking.api_keys.key IS 'Its kind, name, expiry and the hash of the token.';

-- Apart from the catalogue: a host may keep services and resources in tables of its own.
CREATE TABLE booking.capacities (
    tenant_id uuid NOT NULL REFERENCES booking.tenants,
    resource_id uuid NOT NULL,
    units integer NOT NULL CHECK (units BETWEEN 1 AND 100000),
    PRIMARY KEY (tenant_id, resource_id)
);
COMMENT ON TABLE booking.capacities IS 'How many units of a resource may be in use at once: one, where nothing is told.';
COMMENT ON COLUMN booking.capacities.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.capacities.resource_id IS 'Which resource.';
COMMENT ON COLUMN booking.capacities.units IS 'The capacity; as many lanes exist.';

CREATE TABLE booking.resource_lanes (
    tenant_id uuid NOT NULL REFERENCES booking.tenants,
    resource_id uuid NOT NULL,
    lane integer NOT NULL CHECK (lane BETWEEN 0 AND 99999),
    PRIMARY KEY (tenant_id, resource_id, lane)
);
COMMENT ON TABLE booking.resource_lanes IS 'One row per unit of capacity: a claim must name one, so none can exceed the capacity.';
COMMENT ON COLUMN booking.resource_lanes.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.resource_lanes.resource_id IS 'Which resource.';
COMMENT ON COLUMN booking.resource_lanes.lane IS 'The number of the unit, from 0.';

CREATE TABLE booking.blocks (
    tenant_id uuid NOT NULL REFERENCES booking.tenants,
    block_id uuid NOT NULL,
    resource_id uuid NOT NULL,
    starts booking.second NOT NULL,
    ends booking.second NOT NULL,
    label text NOT NULL,
    PRIMARY KEY (tenant_id, block_id),
    CHECK (starts < ends)
);
COMMENT ON TABLE booking.blocks IS 'Time off and imported busy times. They may overlap anything and are judged when planning.';
COMMENT ON COLUMN booking.blocks.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.blocks.block_id IS 'Its id, unique within the tenant.';
COMMENT ON COLUMN booking.blocks.resource_id IS 'Whose time.';
COMMENT ON COLUMN booking.blocks.starts IS 'The first second.';
COMMENT ON COLUMN booking.blocks.ends IS 'The first second after it.';
COMMENT ON COLUMN booking.blocks.label IS 'What to say of it.';

CREATE TABLE booking.bookings (
    tenant_id uuid NOT NULL,
    booking_id uuid NOT NULL,
    service_id uuid NOT NULL,
    customer_id uuid,
    starts booking.second NOT NULL,
    ends booking.second NOT NULL,
    party integer NOT NULL CHECK (party >= 1),
    state booking.booking_state NOT NULL,
    version bigint NOT NULL CHECK (version >= 1),
    deadline booking.second,
    zone text NOT NULL,
    wall timestamp NOT NULL,
    tzdata text NOT NULL,
    claims jsonb NOT NULL CHECK (jsonb_typeof(claims) = 'array'),
    session_id uuid,
    series_id uuid,
    series_place integer CHECK (series_place >= 1),
    offer_to uuid,
    price_group text,
    tier text,
    price_minor bigint CHECK (price_minor >= 0),
    price_currency text CHECK (price_currency ~ '^[A-Z]{3}$'),
    deposit_minor bigint CHECK (deposit_minor >= 0),
    deposit_currency text CHECK (deposit_currency ~ '^[A-Z]{3}$'),
    fee_minor bigint CHECK (fee_minor >= 0),
    fee_currency text CHECK (fee_currency ~ '^[A-Z]{3}$'),
    approval bigint CHECK (approval >= 0),
    max_hold bigint NOT NULL CHECK (max_hold >= 0),
    created booking.second NOT NULL,
    changed booking.second NOT NULL,
    PRIMARY KEY (tenant_id, booking_id),
    CHECK (starts < ends),
    CHECK (state NOT IN ('held', 'pending') OR deadline IS NOT NULL),
    CHECK ((series_id IS NULL) = (series_place IS NULL)),
    CHECK ((price_minor IS NULL) = (price_currency IS NULL)),
    CHECK ((deposit_minor IS NULL) = (deposit_currency IS NULL)),
    CHECK ((fee_minor IS NULL) = (fee_currency IS NULL))
);
COMMENT ON TABLE booking.bookings IS 'Visits: held, booked or over.';
COMMENT ON COLUMN booking.bookings.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.bookings.booking_id IS 'Its id, unique within the tenant.';
COMMENT ON COLUMN booking.bookings.service_id IS 'What was booked.';
COMMENT ON COLUMN booking.bookings.customer_id IS 'Who booked, if known.';
COMMENT ON COLUMN booking.bookings.starts IS 'The first second of the visit, buffers not included.';
COMMENT ON COLUMN booking.bookings.ends IS 'The first second after the visit.';
COMMENT ON COLUMN booking.bookings.party IS 'How many people.';
COMMENT ON COLUMN booking.bookings.state IS 'Where it stands; a held or pending booking whose deadline has come is expired, swept or not.';
COMMENT ON COLUMN booking.bookings.version IS 'Rises by one with every change, from 1.';
COMMENT ON COLUMN booking.bookings.deadline IS 'Until when a hold lives or a pending booking waits.';
COMMENT ON COLUMN booking.bookings.zone IS 'The zone of the wall-clock start.';
COMMENT ON COLUMN booking.bookings.wall IS 'The start on that zone''s clocks.';
COMMENT ON COLUMN booking.bookings.tzdata IS 'The version of the time zone data it was computed with.';
COMMENT ON COLUMN booking.bookings.claims IS 'What it claims while it lives, kept when it no longer does.';
COMMENT ON COLUMN booking.bookings.session_id IS 'The session it has or had seats in.';
COMMENT ON COLUMN booking.bookings.series_id IS 'The series it belongs to.';
COMMENT ON COLUMN booking.bookings.series_place IS 'Its place in the series, from 1.';
COMMENT ON COLUMN booking.bookings.offer_to IS 'The waitlist entry it is an offer to.';
COMMENT ON COLUMN booking.bookings.price_group IS 'The customer''s price group, so that a move is priced as the booking was.';
COMMENT ON COLUMN booking.bookings.tier IS 'The price tier that applied.';
COMMENT ON COLUMN booking.bookings.price_minor IS 'The price, in minor units.';
COMMENT ON COLUMN booking.bookings.price_currency IS 'The currency of the price.';
COMMENT ON COLUMN booking.bookings.deposit_minor IS 'What was due when booking, in minor units.';
COMMENT ON COLUMN booking.bookings.deposit_currency IS 'The currency of the deposit.';
COMMENT ON COLUMN booking.bookings.fee_minor IS 'What the last cancellation, move or missed visit cost, in minor units.';
COMMENT ON COLUMN booking.bookings.fee_currency IS 'The currency of the fee.';
COMMENT ON COLUMN booking.bookings.approval IS 'How many seconds it may wait for approval once confirmed; NULL needs none.';
COMMENT ON COLUMN booking.bookings.max_hold IS 'The longest a hold may live after it was made, in seconds.';
COMMENT ON COLUMN booking.bookings.created IS 'When it was made.';
COMMENT ON COLUMN booking.bookings.changed IS 'When it last changed.';

CREATE TABLE booking.picks (
    tenant_id uuid NOT NULL,
    booking_id uuid NOT NULL,
    place integer NOT NULL,
    requirement text NOT NULL,
    resource_id uuid NOT NULL,
    seconds bigint NOT NULL,
    starts booking.second NOT NULL,
    PRIMARY KEY (tenant_id, booking_id, place),
    FOREIGN KEY (tenant_id, booking_id) REFERENCES booking.bookings DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE booking.picks IS 'Which resource serves which requirement of a booking.';
COMMENT ON COLUMN booking.picks.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.picks.booking_id IS 'Of which booking.';
COMMENT ON COLUMN booking.picks.place IS 'Its place in the order of requirements, from 0.';
COMMENT ON COLUMN booking.picks.requirement IS 'The requirement''s name.';
COMMENT ON COLUMN booking.picks.resource_id IS 'The resource.';
COMMENT ON COLUMN booking.picks.seconds IS 'How many seconds of the visit it serves: what limits per resource count.';
COMMENT ON COLUMN booking.picks.starts IS 'The start of the visit, repeated so that one index finds a resource''s visits by time.';

CREATE TABLE booking.sessions (
    tenant_id uuid NOT NULL REFERENCES booking.tenants,
    session_id uuid NOT NULL,
    service_id uuid NOT NULL,
    starts booking.second NOT NULL,
    ends booking.second NOT NULL,
    resources uuid[] NOT NULL CHECK (cardinality(resources) >= 1),
    picks jsonb NOT NULL CHECK (jsonb_typeof(picks) = 'array'),
    claims jsonb NOT NULL CHECK (jsonb_typeof(claims) = 'array'),
    seats integer NOT NULL CHECK (seats BETWEEN 1 AND 100000),
    scheduled boolean NOT NULL,
    PRIMARY KEY (tenant_id, session_id),
    UNIQUE (tenant_id, session_id, seats),
    CHECK (starts < ends)
);
COMMENT ON TABLE booking.sessions IS 'Occurrences of services with seats. A session owns the claims, bookings take its seats.';
COMMENT ON COLUMN booking.sessions.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.sessions.session_id IS 'Its id, unique within the tenant.';
COMMENT ON COLUMN booking.sessions.service_id IS 'Of which service.';
COMMENT ON COLUMN booking.sessions.starts IS 'The first second.';
COMMENT ON COLUMN booking.sessions.ends IS 'The first second after it.';
COMMENT ON COLUMN booking.sessions.resources IS 'Its resources, sorted, each once: with service, start and end what makes it the same session.';
COMMENT ON COLUMN booking.sessions.picks IS 'Which resource serves which requirement.';
COMMENT ON COLUMN booking.sessions.claims IS 'What it claims while it lives.';
COMMENT ON COLUMN booking.sessions.seats IS 'The seats it was opened with.';
COMMENT ON COLUMN booking.sessions.scheduled IS 'Whether it lives without a booking, because staff put it on the calendar.';

CREATE TABLE booking.session_seats (
    tenant_id uuid NOT NULL,
    session_id uuid NOT NULL,
    seat integer NOT NULL,
    seats integer NOT NULL,
    booking_id uuid NOT NULL,
    expires booking.second,
    PRIMARY KEY (tenant_id, session_id, seat),
    FOREIGN KEY (tenant_id, session_id, seats) REFERENCES booking.sessions (tenant_id, session_id, seats)
        DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (tenant_id, booking_id) REFERENCES booking.bookings DEFERRABLE INITIALLY DEFERRED,
    CHECK (seat >= 0 AND seat < seats)
);
COMMENT ON TABLE booking.session_seats IS 'Seats that are taken: each exists once, and none beyond those of its session.';
COMMENT ON COLUMN booking.session_seats.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.session_seats.session_id IS 'In which session.';
COMMENT ON COLUMN booking.session_seats.seat IS 'The number of the seat, from 0.';
COMMENT ON COLUMN booking.session_seats.seats IS 'The seats of the session, repeated for the check.';
COMMENT ON COLUMN booking.session_seats.booking_id IS 'Who sits there.';
COMMENT ON COLUMN booking.session_seats.expires IS 'From when on it is free again, where the booking has a deadline.';

CREATE TABLE booking.claims (
    tenant_id uuid NOT NULL,
    resource_id uuid NOT NULL,
    lane integer NOT NULL,
    starts booking.second NOT NULL,
    ends booking.second NOT NULL,
    before integer NOT NULL DEFAULT 0 CHECK (before BETWEEN 0 AND 604800),
    after integer NOT NULL DEFAULT 0 CHECK (after BETWEEN 0 AND 604800),
    during int8range NOT NULL GENERATED ALWAYS AS (int8range(starts - before, ends + after)) STORED,
    hold_expires_at booking.second,
    booking_id uuid,
    session_id uuid,
    part integer NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, resource_id, starts, lane)
        INCLUDE (ends, before, after, hold_expires_at, booking_id, session_id, part),
    FOREIGN KEY (tenant_id, resource_id, lane) REFERENCES booking.resource_lanes,
    FOREIGN KEY (tenant_id, booking_id) REFERENCES booking.bookings DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (tenant_id, session_id) REFERENCES booking.sessions DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT claims_never_overlap
        EXCLUDE USING gist (tenant_id WITH =, resource_id WITH =, lane WITH =, during WITH &&),
    CHECK (starts < ends),
    CHECK (num_nonnulls(booking_id, session_id) = 1)
);
COMMENT ON TABLE booking.claims IS 'Units of resources in use: one row per unit, which exists exactly while time is blocked. The exclusion constraint is why nothing can be booked twice.';
COMMENT ON COLUMN booking.claims.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.claims.resource_id IS 'Which resource.';
COMMENT ON COLUMN booking.claims.lane IS 'Which unit of it.';
COMMENT ON COLUMN booking.claims.starts IS 'The first second of use, without buffer.';
COMMENT ON COLUMN booking.claims.ends IS 'The first second after the use, without buffer.';
COMMENT ON COLUMN booking.claims.before IS 'Seconds kept free before.';
COMMENT ON COLUMN booking.claims.after IS 'Seconds kept free after.';
COMMENT ON COLUMN booking.claims.during IS 'What is blocked, buffers included.';
COMMENT ON COLUMN booking.claims.hold_expires_at IS 'From when on it blocks nothing, where its booking has a deadline.';
COMMENT ON COLUMN booking.claims.booking_id IS 'The booking it belongs to, or';
COMMENT ON COLUMN booking.claims.session_id IS 'the session it belongs to.';
COMMENT ON COLUMN booking.claims.part IS 'Which of its owner''s claims on the resource: two may be alike.';

CREATE TABLE booking.waitlist (
    tenant_id uuid NOT NULL REFERENCES booking.tenants,
    entry_id uuid NOT NULL,
    service_id uuid NOT NULL,
    customer_id uuid,
    starts booking.second NOT NULL,
    ends booking.second NOT NULL,
    duration bigint CHECK (duration >= 1),
    party integer NOT NULL CHECK (party >= 1),
    price_group text,
    state booking.entry_state NOT NULL,
    offer uuid,
    offered bigint[] NOT NULL DEFAULT '{}',
    joined booking.second NOT NULL,
    place bigint NOT NULL CHECK (place >= 1),
    PRIMARY KEY (tenant_id, entry_id),
    FOREIGN KEY (tenant_id, offer) REFERENCES booking.bookings (tenant_id, booking_id) DEFERRABLE INITIALLY DEFERRED,
    CHECK (starts < ends)
);
COMMENT ON TABLE booking.waitlist IS 'Who waits for what, in line.';
COMMENT ON COLUMN booking.waitlist.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.waitlist.entry_id IS 'Its id, unique within the tenant.';
COMMENT ON COLUMN booking.waitlist.service_id IS 'What is wanted.';
COMMENT ON COLUMN booking.waitlist.customer_id IS 'Who waits.';
COMMENT ON COLUMN booking.waitlist.starts IS 'The first start that would do.';
COMMENT ON COLUMN booking.waitlist.ends IS 'Starts before this would do.';
COMMENT ON COLUMN booking.waitlist.duration IS 'How long, in seconds; NULL means the service''s default.';
COMMENT ON COLUMN booking.waitlist.party IS 'How many people.';
COMMENT ON COLUMN booking.waitlist.price_group IS 'The customer''s price group.';
COMMENT ON COLUMN booking.waitlist.state IS 'Whether it waits, was served or left.';
COMMENT ON COLUMN booking.waitlist.offer IS 'The current offer, which may have lapsed.';
COMMENT ON COLUMN booking.waitlist.offered IS 'Starts that were offered before.';
COMMENT ON COLUMN booking.waitlist.joined IS 'When it joined: the order of the line.';
COMMENT ON COLUMN booking.waitlist.place IS 'The order among those who joined in one second.';

CREATE TABLE booking.idempotency_keys (
    tenant_id uuid NOT NULL,
    operation booking.operation NOT NULL,
    key text NOT NULL CHECK (octet_length(key) BETWEEN 1 AND 255),
    content bytea NOT NULL CHECK (octet_length(content) = 32),
    answer jsonb NOT NULL,
    at booking.second NOT NULL,
    PRIMARY KEY (tenant_id, operation, key)
);
COMMENT ON TABLE booking.idempotency_keys IS 'Answers that are given again to a retry.';
COMMENT ON COLUMN booking.idempotency_keys.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.idempotency_keys.operation IS 'The kind of request.';
COMMENT ON COLUMN booking.idempotency_keys.key IS 'The caller''s string.';
COMMENT ON COLUMN booking.idempotency_keys.content IS 'The hash of what was asked.';
COMMENT ON COLUMN booking.idempotency_keys.answer IS 'The first answer.';
COMMENT ON COLUMN booking.idempotency_keys.at IS 'When it was recorded.';

CREATE TABLE booking.booking_events (
    tenant_id uuid NOT NULL,
    event_id bigint GENERATED ALWAYS AS IDENTITY,
    booking_id uuid NOT NULL,
    kind booking.event_kind NOT NULL,
    state booking.booking_state NOT NULL,
    version bigint NOT NULL,
    starts booking.second NOT NULL,
    ends booking.second NOT NULL,
    at booking.second NOT NULL,
    who text NOT NULL,
    origin text NOT NULL,
    PRIMARY KEY (tenant_id, event_id),
    FOREIGN KEY (tenant_id, booking_id) REFERENCES booking.bookings DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE booking.booking_events IS 'What happened to each booking.';
COMMENT ON COLUMN booking.booking_events.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.booking_events.event_id IS 'Its number, rising within a booking; gaps mean nothing.';
COMMENT ON COLUMN booking.booking_events.booking_id IS 'Which booking.';
COMMENT ON COLUMN booking.booking_events.kind IS 'What happened.';
COMMENT ON COLUMN booking.booking_events.state IS 'The state after it.';
COMMENT ON COLUMN booking.booking_events.version IS 'The version after it.';
COMMENT ON COLUMN booking.booking_events.starts IS 'The start of the visit after it.';
COMMENT ON COLUMN booking.booking_events.ends IS 'The end of the visit after it.';
COMMENT ON COLUMN booking.booking_events.at IS 'When.';
COMMENT ON COLUMN booking.booking_events.who IS 'Who did it.';
COMMENT ON COLUMN booking.booking_events.origin IS 'From where.';

CREATE TABLE booking.outbox (
    tenant_id uuid NOT NULL,
    event_id bigint NOT NULL,
    PRIMARY KEY (tenant_id, event_id),
    FOREIGN KEY (tenant_id, event_id) REFERENCES booking.booking_events DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE booking.outbox IS 'Events that are committed but not yet numbered in the feed.';
COMMENT ON COLUMN booking.outbox.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.outbox.event_id IS 'The event.';

CREATE TABLE booking.feed (
    tenant_id uuid NOT NULL,
    sequence bigint NOT NULL CHECK (sequence >= 1),
    event_id bigint NOT NULL,
    PRIMARY KEY (tenant_id, sequence),
    UNIQUE (tenant_id, event_id),
    FOREIGN KEY (tenant_id, event_id) REFERENCES booking.booking_events
);
COMMENT ON TABLE booking.feed IS 'The change feed: events numbered after their commit, without gaps, so that a reader never skips one.';
COMMENT ON COLUMN booking.feed.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.feed.sequence IS 'The number in the tenant''s feed, from 1.';
COMMENT ON COLUMN booking.feed.event_id IS 'The event.';

CREATE TABLE booking.assignments (
    tenant_id uuid NOT NULL,
    service_id uuid NOT NULL,
    resource_id uuid NOT NULL,
    event_id bigint NOT NULL,
    at booking.second NOT NULL,
    PRIMARY KEY (tenant_id, service_id, resource_id, event_id),
    FOREIGN KEY (tenant_id, event_id) REFERENCES booking.booking_events DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE booking.assignments IS 'When resources were given bookings of a service, for round robin. Rows are only added, because updating one row per resource would serialise its bookings.';
COMMENT ON COLUMN booking.assignments.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.assignments.service_id IS 'The service.';
COMMENT ON COLUMN booking.assignments.resource_id IS 'The resource.';
COMMENT ON COLUMN booking.assignments.event_id IS 'By which event.';
COMMENT ON COLUMN booking.assignments.at IS 'When.';

CREATE TABLE booking.audit_log (
    tenant_id uuid NOT NULL,
    audit_id bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    who text NOT NULL,
    origin text NOT NULL,
    action text NOT NULL,
    object_kind text NOT NULL,
    object_id uuid NOT NULL,
    version bigint,
    PRIMARY KEY (tenant_id, audit_id)
);
COMMENT ON TABLE booking.audit_log IS 'Who did what to what: written in the transaction of the change.';
COMMENT ON COLUMN booking.audit_log.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.audit_log.audit_id IS 'Its number; gaps mean nothing.';
COMMENT ON COLUMN booking.audit_log.at IS 'When.';
COMMENT ON COLUMN booking.audit_log.who IS 'Who did it.';
COMMENT ON COLUMN booking.audit_log.origin IS 'From where.';
COMMENT ON COLUMN booking.audit_log.action IS 'What was done.';
COMMENT ON COLUMN booking.audit_log.object_kind IS 'To what kind of thing.';
COMMENT ON COLUMN booking.audit_log.object_id IS 'To which.';
COMMENT ON COLUMN booking.audit_log.version IS 'The version it has since, where it has one.';

-- When a row of the catalogue was last changed, whoever changed it.
CREATE FUNCTION booking.touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END $$;
COMMENT ON FUNCTION booking.touch() IS 'Sets updated_at.';
CREATE TRIGGER touch BEFORE UPDATE ON booking.services FOR EACH ROW EXECUTE FUNCTION booking.touch();
CREATE TRIGGER touch BEFORE UPDATE ON booking.resources FOR EACH ROW EXECUTE FUNCTION booking.touch();

-- The second wall: a query that forgets its tenant sees nothing, also for the owner of the tables.
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'booking'::regnamespace AND c.relkind = 'r'
        AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id')
    LOOP
        EXECUTE format('ALTER TABLE booking.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE booking.%I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY own_tenant ON booking.%I USING (tenant_id = booking.tenant())', name);
    END LOOP;
END $$;

-- Two questions are asked before it is known for whom: which tenants there are, and whose a key is. The functions that
-- answer them say so; nothing else does.
CREATE POLICY directory ON booking.tenants FOR SELECT USING (current_setting('booking.directory', true) = 'on');
CREATE POLICY directory ON booking.api_keys FOR SELECT USING (current_setting('booking.directory', true) = 'on');
