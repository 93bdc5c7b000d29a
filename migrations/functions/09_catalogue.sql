-- Services and resources.

CREATE OR REPLACE FUNCTION booking.put_service(tenant uuid, id uuid, name_ text, spec_ jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    INSERT INTO booking.tenants (tenant_id) VALUES (tenant) ON CONFLICT DO NOTHING;
    INSERT INTO booking.services (tenant_id, service_id, name, spec) VALUES (tenant, id, name_, spec_)
    ON CONFLICT (tenant_id, service_id) DO UPDATE SET name = excluded.name, spec = excluded.spec;
END $$;
COMMENT ON FUNCTION booking.put_service(uuid, uuid, text, jsonb) IS 'Adds a service, or replaces the one with its id.';

CREATE OR REPLACE FUNCTION booking.put_resource(
    tenant uuid, id uuid, name_ text, kind_ booking.resource_kind, tags_ text[], spec_ jsonb, units_ integer)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    INSERT INTO booking.tenants (tenant_id) VALUES (tenant) ON CONFLICT DO NOTHING;
    INSERT INTO booking.capacities (tenant_id, resource_id, units) VALUES (tenant, id, units_) ON CONFLICT DO NOTHING;
    PERFORM booking.ensure_lanes(tenant, id);
    INSERT INTO booking.resources (tenant_id, resource_id, name, kind, tags, spec)
    VALUES (tenant, id, name_, kind_, tags_, spec_)
    ON CONFLICT (tenant_id, resource_id) DO UPDATE
        SET name = excluded.name, kind = excluded.kind, tags = excluded.tags, spec = excluded.spec;
END $$;
COMMENT ON FUNCTION booking.put_resource(uuid, uuid, text, booking.resource_kind, text[], jsonb, integer) IS
    'Adds a resource, or replaces the one with its id. Its capacity counts the first time only.';

CREATE OR REPLACE FUNCTION booking.remove_service(tenant uuid, id uuid) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    DELETE FROM booking.services WHERE tenant_id = tenant AND service_id = id;
    RETURN FOUND;
END $$;
COMMENT ON FUNCTION booking.remove_service(uuid, uuid) IS 'Takes a service out of the catalogue; its bookings stay.';

CREATE OR REPLACE FUNCTION booking.remove_resource(tenant uuid, id uuid) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    DELETE FROM booking.resources WHERE tenant_id = tenant AND resource_id = id;
    RETURN FOUND;
END $$;
COMMENT ON FUNCTION booking.remove_resource(uuid, uuid) IS
    'Takes a resource out of the catalogue; its bookings and its capacity stay.';

CREATE OR REPLACE FUNCTION booking.service(tenant uuid, id uuid) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    RETURN (SELECT spec FROM booking.services WHERE tenant_id = tenant AND service_id = id);
END $$;
COMMENT ON FUNCTION booking.service(uuid, uuid) IS 'One service.';

CREATE OR REPLACE FUNCTION booking.resources(tenant uuid, asked uuid[]) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    RETURN (SELECT coalesce(jsonb_agg(r.spec ORDER BY a.place), '[]')
            FROM unnest(asked) WITH ORDINALITY AS a (id, place)
            JOIN booking.resources r ON r.tenant_id = tenant AND r.resource_id = a.id);
END $$;
COMMENT ON FUNCTION booking.resources(uuid, uuid[]) IS 'These resources, in the order asked for, unknown ones left out.';

CREATE OR REPLACE FUNCTION booking.tagged(tenant uuid, tag text) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    RETURN (SELECT coalesce(jsonb_agg(r.spec ORDER BY r.resource_id), '[]')
            FROM booking.resource_tags t JOIN booking.resources r USING (tenant_id, resource_id)
            WHERE t.tenant_id = tenant AND t.tag = tagged.tag);
END $$;
COMMENT ON FUNCTION booking.tagged(uuid, text) IS 'The resources that carry a tag, by id.';
