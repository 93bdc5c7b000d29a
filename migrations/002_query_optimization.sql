-- Indexes beyond the keys. Each one on bookings and claims is paid for by every booking: few there.

CREATE INDEX bookings_by_customer ON booking.bookings (tenant_id, customer_id, starts) WHERE customer_id IS NOT NULL;
COMMENT ON INDEX booking.bookings_by_customer IS 'Limits, standings and lists of a customer.';

CREATE INDEX bookings_by_service ON booking.bookings (tenant_id, service_id, starts);
COMMENT ON INDEX booking.bookings_by_service IS 'Limits of a service, and lists.';

CREATE INDEX bookings_by_start ON booking.bookings (tenant_id, starts, booking_id);
COMMENT ON INDEX booking.bookings_by_start IS 'Lists by time.';

CREATE INDEX bookings_by_deadline ON booking.bookings (tenant_id, deadline) WHERE state IN ('held', 'pending');
COMMENT ON INDEX booking.bookings_by_deadline IS 'What has lapsed, for the sweeper.';

CREATE INDEX bookings_by_series ON booking.bookings (tenant_id, series_id, starts) WHERE series_id IS NOT NULL;
COMMENT ON INDEX booking.bookings_by_series IS 'A series.';

CREATE INDEX picks_by_resource ON booking.picks (tenant_id, resource_id, starts) INCLUDE (booking_id, seconds);
COMMENT ON INDEX booking.picks_by_resource IS 'Limits, standings and lists of a resource, from the index alone.';

CREATE INDEX sessions_by_shape ON booking.sessions (tenant_id, service_id, starts, ends);
COMMENT ON INDEX booking.sessions_by_shape IS 'The session that a booking joins.';

CREATE INDEX session_seats_by_booking ON booking.session_seats (tenant_id, booking_id);
COMMENT ON INDEX booking.session_seats_by_booking IS 'The seats of a booking.';

CREATE INDEX blocks_by_time ON booking.blocks USING gist (tenant_id, resource_id, int8range(starts, ends));
COMMENT ON INDEX booking.blocks_by_time IS 'Blocks in a window.';

CREATE INDEX resources_by_tag ON booking.resources USING gin (tags);
COMMENT ON INDEX booking.resources_by_tag IS 'Resources with a tag.';

CREATE INDEX waitlist_in_line ON booking.waitlist (tenant_id, joined, place) WHERE state = 'waiting';
COMMENT ON INDEX booking.waitlist_in_line IS 'The line.';

CREATE INDEX waitlist_by_offer ON booking.waitlist (tenant_id, offer) WHERE offer IS NOT NULL;
COMMENT ON INDEX booking.waitlist_by_offer IS 'Whose offer a booking is.';

CREATE INDEX booking_events_by_booking ON booking.booking_events (tenant_id, booking_id, event_id);
COMMENT ON INDEX booking.booking_events_by_booking IS 'The history of a booking.';

CREATE INDEX assignments_by_event ON booking.assignments (tenant_id, event_id);
COMMENT ON INDEX booking.assignments_by_event IS 'Assignments of an event.';

CREATE INDEX idempotency_keys_by_age ON booking.idempotency_keys (tenant_id, at);
COMMENT ON INDEX booking.idempotency_keys_by_age IS 'Keys to forget.';

CREATE INDEX claims_by_booking ON booking.claims (tenant_id, booking_id) WHERE booking_id IS NOT NULL;
COMMENT ON INDEX booking.claims_by_booking IS 'The claims of a booking.';
CREATE INDEX claims_by_session ON booking.claims (tenant_id, session_id) WHERE session_id IS NOT NULL;
COMMENT ON INDEX booking.claims_by_session IS 'The claims of a session.';

CREATE INDEX customers_by_words ON booking.customers USING gin (words gin_trgm_ops) WHERE known;
COMMENT ON INDEX booking.customers_by_words IS 'Customers by the beginnings of their words.';

CREATE UNIQUE INDEX api_keys_by_lookup ON booking.api_keys (lookup);
COMMENT ON INDEX booking.api_keys_by_lookup IS 'The key of a caller, whosever it is.';

CREATE INDEX audit_log_by_object ON booking.audit_log (tenant_id, object_kind, object_id, audit_id);
COMMENT ON INDEX booking.audit_log_by_object IS 'The audit log of one thing.';
