-- What surrounds scheduling: tenants, the catalogue as people edit it, customers, keys and the audit log. The rules are
-- the platform's: these functions read, lock and write.

CREATE OR REPLACE FUNCTION booking.enter(tenant uuid, lock_ text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    PERFORM booking.lock_names(ARRAY[concat_ws(':', lock_, tenant)]);
    INSERT INTO booking.tenants (tenant_id) VALUES (tenant) ON CONFLICT DO NOTHING;
END $$;
COMMENT ON FUNCTION booking.enter(uuid, text) IS
    'Begins a change of a tenant''s data: one at a time, because it is judged by what else is there.';

CREATE OR REPLACE FUNCTION booking.item_table(kind text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE kind WHEN 'service' THEN 'services' WHEN 'resource' THEN 'resources' WHEN 'group' THEN 'resource_groups'
        WHEN 'location' THEN 'locations' WHEN 'schedule' THEN 'schedules' WHEN 'holiday_calendar' THEN 'holiday_calendars'
        WHEN 'policy' THEN 'policies' WHEN 'price_list' THEN 'price_lists' END
$$;
COMMENT ON FUNCTION booking.item_table(text) IS 'Where items of a kind are.';

CREATE OR REPLACE FUNCTION booking.item_key(kind text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE kind WHEN 'service' THEN 'service_id' WHEN 'resource' THEN 'resource_id' ELSE 'item_id' END
$$;
COMMENT ON FUNCTION booking.item_key(text) IS 'What the id of items of a kind is called.';

-- Judging a change took all of a tenant's items.
DROP FUNCTION IF EXISTS booking.all_items(uuid);

CREATE OR REPLACE VIEW booking.item_uses WITH (security_invoker = true) AS
    SELECT tenant_id, 'service' AS by_kind, service_id AS by_id, 'resource' AS kind, resource_id AS id FROM booking.service_resources
    UNION ALL SELECT tenant_id, 'service', service_id, 'group', group_id FROM booking.service_groups
    UNION ALL SELECT tenant_id, 'service', service_id, 'location', location_id FROM booking.services WHERE location_id IS NOT NULL
    UNION ALL SELECT tenant_id, 'service', service_id, 'policy', policy_id FROM booking.services WHERE policy_id IS NOT NULL
    UNION ALL SELECT tenant_id, 'service', service_id, 'price_list', price_list_id FROM booking.services
        WHERE price_list_id IS NOT NULL
    UNION ALL SELECT tenant_id, 'resource', resource_id, 'location', location_id FROM booking.resources
        WHERE location_id IS NOT NULL
    UNION ALL SELECT tenant_id, 'resource', resource_id, 'schedule', schedule_id FROM booking.resources
        WHERE schedule_id IS NOT NULL
    UNION ALL SELECT tenant_id, 'resource', resource_id, 'holiday_calendar', calendar_id FROM booking.resource_calendars
    UNION ALL SELECT tenant_id, 'group', group_id, 'resource', resource_id FROM booking.group_members;
COMMENT ON VIEW booking.item_uses IS 'Which items of the catalogue refer to which.';
COMMENT ON COLUMN booking.item_uses.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.item_uses.by_kind IS 'What kind of item refers to another.';
COMMENT ON COLUMN booking.item_uses.by_id IS 'Which.';
COMMENT ON COLUMN booking.item_uses.kind IS 'To what kind of item.';
COMMENT ON COLUMN booking.item_uses.id IS 'To which.';

CREATE OR REPLACE FUNCTION booking.users_of(tenant uuid, kind_ text, id_ uuid, most bigint) RETURNS jsonb
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', by_kind, 'id', by_id)), '[]') FROM (
        SELECT u.by_kind, u.by_id FROM booking.item_uses u WHERE u.tenant_id = tenant AND u.kind = kind_ AND u.id = id_
        ORDER BY u.by_kind = 'group', u.by_kind = 'resource', u.by_id LIMIT most) used);
END $$;
COMMENT ON FUNCTION booking.users_of(uuid, text, uuid, bigint) IS
    'What refers to an item: services first, then resources, then groups; NULL asks for all.';

CREATE OR REPLACE FUNCTION booking.items_of(tenant uuid, named jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    kind_ text;
    ids uuid[];
    of_kind jsonb;
    found_ jsonb := '[]';
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    FOR kind_, ids IN
        SELECT n->>'kind', array_agg((n->>'id')::uuid) FROM jsonb_array_elements(named) AS n GROUP BY 1
    LOOP
        EXECUTE format('SELECT coalesce(jsonb_agg(item), ''[]'') FROM booking.%I
            WHERE tenant_id = $1 AND %I = ANY ($2) AND item IS NOT NULL', booking.item_table(kind_), booking.item_key(kind_))
        INTO of_kind USING tenant, ids;
        found_ := found_ || of_kind;
    END LOOP;
    RETURN found_;
END $$;
COMMENT ON FUNCTION booking.items_of(uuid, jsonb) IS 'These items, as far as they are there.';

-- One item, or those of a kind after an id.
CREATE OR REPLACE FUNCTION booking.items(tenant uuid, kind text, one uuid, after_ uuid, most bigint) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    found_ jsonb;
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    EXECUTE format(
        'SELECT coalesce(jsonb_agg(i.item ORDER BY i.%2$I), ''[]'') FROM (
            SELECT item, %2$I FROM booking.%1$I
            WHERE tenant_id = $1 AND item IS NOT NULL AND ($2 IS NULL OR %2$I = $2) AND ($3 IS NULL OR %2$I > $3)
            ORDER BY %2$I LIMIT $4) i',
        booking.item_table(kind), booking.item_key(kind))
    INTO found_ USING tenant, one, after_, most;
    RETURN found_;
END $$;
COMMENT ON FUNCTION booking.items(uuid, text, uuid, uuid, bigint) IS 'One item, or those of a kind by id.';

CREATE OR REPLACE FUNCTION booking.held_capacity(tenant uuid, resource uuid) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    RETURN (SELECT units FROM booking.capacities WHERE tenant_id = tenant AND resource_id = resource);
END $$;
COMMENT ON FUNCTION booking.held_capacity(uuid, uuid) IS 'The capacity that bookings rely on, if any was told.';

CREATE OR REPLACE FUNCTION booking.write_item(tenant uuid, kind text, id uuid, name_ text, item_ jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    -- As the engine reads it: written by the next statement, from what is shared.
    spec_ jsonb := '{}';
BEGIN
    IF kind = 'service' THEN
        INSERT INTO booking.services (tenant_id, service_id, name, spec, item) VALUES (tenant, id, name_, spec_, item_)
        ON CONFLICT (tenant_id, service_id) DO UPDATE SET name = excluded.name, item = excluded.item;
    ELSIF kind = 'resource' THEN
        INSERT INTO booking.resources (tenant_id, resource_id, name, kind, spec, item)
        VALUES (tenant, id, name_, 'staff', spec_, item_)
        ON CONFLICT (tenant_id, resource_id) DO UPDATE SET name = excluded.name, item = excluded.item;
    ELSE
        EXECUTE format('INSERT INTO booking.%I (tenant_id, item_id, name, item) VALUES ($1, $2, $3, $4)
            ON CONFLICT (tenant_id, item_id) DO UPDATE SET name = excluded.name, item = excluded.item',
            booking.item_table(kind)) USING tenant, id, name_, item_;
    END IF;
END $$;
COMMENT ON FUNCTION booking.write_item(uuid, text, uuid, text, jsonb) IS 'Writes an item as people edit it.';

-- What a change wrote, row by row, and what the engine reads since.
CREATE OR REPLACE FUNCTION booking.write_platform(tenant uuid, rows_ jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    one jsonb;
BEGIN
    FOR one IN SELECT value FROM jsonb_array_elements(rows_) LOOP
        CASE one->>'row'
        WHEN 'tenant' THEN
            UPDATE booking.tenants SET profile = one->'value' WHERE tenant_id = tenant;
        WHEN 'item' THEN
            PERFORM booking.write_item(tenant, one->>'kind', (one->>'id')::uuid, one->>'name', one->'value');
        WHEN 'deleted' THEN
            EXECUTE format('DELETE FROM booking.%I WHERE tenant_id = $1 AND %I = $2',
                booking.item_table(one->>'kind'), booking.item_key(one->>'kind')) USING tenant, (one->>'id')::uuid;
        WHEN 'service' THEN
            PERFORM booking.put_service(tenant, (one->>'id')::uuid, one->>'name', one->'value');
        WHEN 'resource' THEN
            PERFORM booking.put_resource(
                tenant, (one->>'id')::uuid, one->>'name', (one->>'kind')::booking.resource_kind,
                ARRAY(SELECT jsonb_array_elements_text(one->'tags')), one->'value', (one->>'capacity')::integer);
        WHEN 'customer' THEN
            INSERT INTO booking.customers (tenant_id, customer_id, known, name, words, customer)
            VALUES (tenant, (one->>'id')::uuid, (one->>'known')::boolean, one->>'name', one->>'words', one->'value')
            ON CONFLICT (tenant_id, customer_id) DO UPDATE SET known = excluded.known, name = excluded.name,
                words = excluded.words, customer = excluded.customer;
        WHEN 'key' THEN
            INSERT INTO booking.api_keys (tenant_id, key_id, lookup, key)
            VALUES (tenant, (one->>'id')::uuid, one->>'lookup', one->'value')
            ON CONFLICT (tenant_id, key_id) DO UPDATE SET key = excluded.key;
        WHEN 'audit' THEN
            INSERT INTO booking.audit_log (tenant_id, at, who, origin, action, object_kind, object_id, version)
            VALUES (tenant, (one->>'at')::timestamptz, one->>'who', one->>'origin', one->>'action', one->>'kind',
                    (one->>'id')::uuid, (one->>'version')::bigint);
        END CASE;
    END LOOP;
END $$;
COMMENT ON FUNCTION booking.write_platform(uuid, jsonb) IS 'Writes the rows of one change, its audit entry among them.';

CREATE OR REPLACE FUNCTION booking.read_tenant(tenant uuid) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    RETURN (SELECT profile FROM booking.tenants WHERE tenant_id = tenant);
END $$;
COMMENT ON FUNCTION booking.read_tenant(uuid) IS 'One tenant.';

CREATE OR REPLACE FUNCTION booking.read_tenants(after_ uuid, most bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    found_ jsonb;
BEGIN
    PERFORM set_config('booking.directory', 'on', true);
    SELECT coalesce(jsonb_agg(t.profile ORDER BY t.tenant_id), '[]') INTO found_ FROM (
        SELECT tenant_id, profile FROM booking.tenants
        WHERE profile IS NOT NULL AND (after_ IS NULL OR tenant_id > after_) ORDER BY tenant_id LIMIT most) t;
    PERFORM set_config('booking.directory', '', true);
    RETURN found_;
END $$;
COMMENT ON FUNCTION booking.read_tenants(uuid, bigint) IS 'Tenants by id: for whoever runs the server.';

CREATE OR REPLACE FUNCTION booking.key_by_lookup(wanted text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    found_ jsonb;
BEGIN
    PERFORM set_config('booking.directory', 'on', true);
    SELECT key INTO found_ FROM booking.api_keys WHERE lookup = wanted;
    PERFORM set_config('booking.directory', '', true);
    RETURN found_;
END $$;
COMMENT ON FUNCTION booking.key_by_lookup(text) IS 'The key of a caller, whosever it is.';

CREATE OR REPLACE FUNCTION booking.keys(tenant uuid, one uuid, after_ uuid, most bigint) RETURNS jsonb
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    RETURN (SELECT coalesce(jsonb_agg(k.key ORDER BY k.key_id), '[]') FROM (
        SELECT key_id, key FROM booking.api_keys
        WHERE tenant_id = tenant AND (one IS NULL OR key_id = one) AND (after_ IS NULL OR key_id > after_)
        ORDER BY key_id LIMIT most) k);
END $$;
COMMENT ON FUNCTION booking.keys(uuid, uuid, uuid, bigint) IS 'One key, or keys by id.';

CREATE OR REPLACE FUNCTION booking.customers_of(tenant uuid, asked uuid[]) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    RETURN (SELECT coalesce(jsonb_agg(customer), '[]') FROM booking.customers
            WHERE tenant_id = tenant AND customer_id = ANY (asked));
END $$;
COMMENT ON FUNCTION booking.customers_of(uuid, uuid[]) IS 'These customers, merged and erased ones included.';

CREATE OR REPLACE FUNCTION booking.customers(tenant uuid, after_ uuid, most bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    RETURN (SELECT coalesce(jsonb_agg(c.customer ORDER BY c.customer_id), '[]') FROM (
        SELECT customer_id, customer FROM booking.customers
        WHERE tenant_id = tenant AND known AND (after_ IS NULL OR customer_id > after_)
        ORDER BY customer_id LIMIT most) c);
END $$;
COMMENT ON FUNCTION booking.customers(uuid, uuid, bigint) IS 'Customers by id, without merged and erased ones.';

-- Words are letters and digits, so that they mean themselves in a pattern. The first letter stays: an index finds it.
CREATE OR REPLACE FUNCTION booking.mistyped(asked text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY[asked || '%'] || CASE WHEN char_length(asked) >= 4 THEN (
        SELECT array_agg(DISTINCT other.word)
        FROM generate_series(2, char_length(asked) + 1) AS i, LATERAL (VALUES
            (left(asked, i - 1) || '_' || substr(asked, i + 1)),
            (left(asked, i - 1) || '_' || substr(asked, i)),
            (left(asked, i - 1) || substr(asked, i + 1)),
            (left(asked, i - 1) || substr(asked, i + 1, 1) || substr(asked, i, 1) || substr(asked, i + 2))
        ) AS other (word)) END
$$;
COMMENT ON FUNCTION booking.mistyped(text) IS
    'Patterns of the words that may be meant: it begins them, or one letter is another, too few or too many, or two are swapped.';

-- Those of whom each word that is looked for fits one, the ones with more whole words first. The words are found by a btree:
-- row security keeps other indexes from being used. No character comes after the last one that there can be.
CREATE OR REPLACE FUNCTION booking.customers_like(
    tenant uuid, asked text[], longest text, loosely boolean, most bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    begin_ text := CASE WHEN loosely THEN left(longest, 1) ELSE longest END;
    fitting text[] := CASE WHEN loosely THEN booking.mistyped(longest) ELSE ARRAY[longest || '%'] END;
BEGIN
    RETURN (SELECT jsonb_agg(f.customer ORDER BY f.whole DESC, f.name NULLS FIRST, f.customer_id) FROM (
        SELECT c.customer_id, c.customer, c.name,
               (SELECT count(*) FROM unnest(asked) AS word WHERE c.words LIKE '% ' || word || ' %') AS whole
        FROM (SELECT DISTINCT w.customer_id FROM booking.customer_words w
              WHERE w.tenant_id = tenant AND w.word >= begin_ AND w.word < begin_ || chr(1114111)
                AND w.word LIKE ANY (fitting)) met
        JOIN booking.customers c ON c.tenant_id = tenant AND c.customer_id = met.customer_id
        WHERE c.known AND NOT EXISTS (
            SELECT FROM unnest(asked) AS word WHERE NOT EXISTS (
                SELECT FROM unnest(string_to_array(btrim(c.words), ' ')) AS own
                WHERE own LIKE ANY (CASE WHEN loosely THEN booking.mistyped(word) ELSE ARRAY[word || '%'] END)))
        ORDER BY whole DESC, c.name NULLS FIRST, c.customer_id LIMIT most) f);
END $$;
COMMENT ON FUNCTION booking.customers_like(uuid, text[], text, boolean, bigint) IS
    'Customers by the beginnings of words, or by words that may be meant; nothing where there are none.';

CREATE OR REPLACE FUNCTION booking.search_customers(tenant uuid, asked text[], longest text, most bigint) RETURNS jsonb
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    RETURN coalesce(booking.customers_like(tenant, asked, longest, false, most),
                    booking.customers_like(tenant, asked, longest, true, most), '[]');
END $$;
COMMENT ON FUNCTION booking.search_customers(uuid, text[], text, bigint) IS
    'Customers by the beginnings of words; where nobody is found so, by words that may be meant.';

DROP FUNCTION IF EXISTS booking.read_audit(uuid, text, uuid, bigint, bigint);

-- The newest come first, and a long stretch is met on the way back. A day may lie far back, and its few entries are found
-- by their instants: the sum keeps the planner from walking there.
CREATE OR REPLACE FUNCTION booking.audited(
    tenant uuid, kind_ text, id uuid, before_ bigint, from_ bigint, until_ bigint, most bigint)
RETURNS SETOF booking.audit_log LANGUAGE plpgsql AS $$
DECLARE
    since timestamptz := coalesce(to_timestamp(from_), '-infinity');
    ended timestamptz := coalesce(to_timestamp(until_), 'infinity');
BEGIN
    IF kind_ IS NULL AND until_ - from_ <= 86400 THEN
        RETURN QUERY SELECT * FROM booking.audit_log l
            WHERE l.tenant_id = tenant AND l.at >= since AND l.at < ended AND (before_ IS NULL OR l.audit_id < before_)
            ORDER BY l.audit_id + 0 DESC LIMIT most;
    ELSE
        RETURN QUERY SELECT * FROM booking.audit_log l
            WHERE l.tenant_id = tenant AND (kind_ IS NULL OR (l.object_kind = kind_ AND l.object_id = id))
              AND l.at >= since AND l.at < ended AND (before_ IS NULL OR l.audit_id < before_)
            ORDER BY l.audit_id DESC LIMIT most;
    END IF;
END $$;
COMMENT ON FUNCTION booking.audited(uuid, text, uuid, bigint, bigint, bigint, bigint) IS
    'Entries of the audit log, the newest first, of one thing and in a stretch of time where that is asked for.';

CREATE OR REPLACE FUNCTION booking.read_audit(
    tenant uuid, kind_ text, id uuid, before_ bigint, from_ bigint, until_ bigint, most bigint) RETURNS jsonb
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'sequence', a.audit_id, 'tenant', a.tenant_id, 'at', a.at,
            'actor', jsonb_build_object('who', a.who, 'from', a.origin), 'action', a.action,
            'object', jsonb_build_object('kind', a.object_kind, 'id', a.object_id), 'version', a.version)
            ORDER BY a.audit_id DESC), '[]')
        FROM booking.audited(tenant, kind_, id, before_, from_, until_, most) a);
END $$;
COMMENT ON FUNCTION booking.read_audit(uuid, text, uuid, bigint, bigint, bigint, bigint) IS
    'The audit log, the newest first.';
