-- What the items of the catalogue refer to, with keys: what is needed cannot be deleted by hand either, and a change of an item
-- finds what it concerns without reading the others.
--
-- The documents in `item` say it too, and are what counts: columns are generated from them, rows of lists kept by triggers. A
-- document that refers to something that is not there lets this step fail, and nothing is changed.

ALTER TABLE booking.services
    ADD COLUMN location_id uuid GENERATED ALWAYS AS ((item #>> '{value,item,location}')::uuid) STORED,
    ADD COLUMN policy_id uuid GENERATED ALWAYS AS ((item #>> '{value,item,policy}')::uuid) STORED,
    ADD COLUMN price_list_id uuid GENERATED ALWAYS AS ((item #>> '{value,item,prices}')::uuid) STORED;
COMMENT ON COLUMN booking.services.location_id IS 'Where it is given.';
COMMENT ON COLUMN booking.services.policy_id IS 'The shared policy that counts in place of its own.';
COMMENT ON COLUMN booking.services.price_list_id IS 'The shared prices that count in place of its own.';

ALTER TABLE booking.resources
    ADD COLUMN location_id uuid GENERATED ALWAYS AS ((item #>> '{value,item,location}')::uuid) STORED,
    ADD COLUMN schedule_id uuid GENERATED ALWAYS AS ((item #>> '{value,item,schedule}')::uuid) STORED;
COMMENT ON COLUMN booking.resources.location_id IS 'Where it is.';
COMMENT ON COLUMN booking.resources.schedule_id IS 'The shared schedule that counts in place of its own hours.';

CREATE INDEX services_by_location ON booking.services (tenant_id, location_id, service_id) WHERE location_id IS NOT NULL;
COMMENT ON INDEX booking.services_by_location IS 'What is given at a location.';
CREATE INDEX services_by_policy ON booking.services (tenant_id, policy_id, service_id) WHERE policy_id IS NOT NULL;
COMMENT ON INDEX booking.services_by_policy IS 'What a policy counts for.';
CREATE INDEX services_by_price_list ON booking.services (tenant_id, price_list_id, service_id) WHERE price_list_id IS NOT NULL;
COMMENT ON INDEX booking.services_by_price_list IS 'What a price list counts for.';
CREATE INDEX resources_by_location ON booking.resources (tenant_id, location_id, resource_id) WHERE location_id IS NOT NULL;
COMMENT ON INDEX booking.resources_by_location IS 'What is at a location.';
CREATE INDEX resources_by_schedule ON booking.resources (tenant_id, schedule_id, resource_id) WHERE schedule_id IS NOT NULL;
COMMENT ON INDEX booking.resources_by_schedule IS 'Whose hours a schedule tells.';

CREATE TABLE booking.service_resources (
    tenant_id uuid NOT NULL,
    service_id uuid NOT NULL,
    resource_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, service_id, resource_id),
    FOREIGN KEY (tenant_id, service_id) REFERENCES booking.services ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, resource_id) REFERENCES booking.resources
);
COMMENT ON TABLE booking.service_resources IS 'Which resources the requirements of a service name: kept by a trigger. Those of groups and tags are not here.';
COMMENT ON COLUMN booking.service_resources.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.service_resources.service_id IS 'The service.';
COMMENT ON COLUMN booking.service_resources.resource_id IS 'A resource in the pool of one of its requirements.';
CREATE INDEX service_resources_by_resource ON booking.service_resources (tenant_id, resource_id, service_id);
COMMENT ON INDEX booking.service_resources_by_resource IS 'Services that name a resource.';

CREATE TABLE booking.service_groups (
    tenant_id uuid NOT NULL,
    service_id uuid NOT NULL,
    group_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, service_id, group_id),
    FOREIGN KEY (tenant_id, service_id) REFERENCES booking.services ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, group_id) REFERENCES booking.resource_groups
);
COMMENT ON TABLE booking.service_groups IS 'Which groups are pools of a service''s requirements: kept by a trigger.';
COMMENT ON COLUMN booking.service_groups.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.service_groups.service_id IS 'The service.';
COMMENT ON COLUMN booking.service_groups.group_id IS 'The group.';
CREATE INDEX service_groups_by_group ON booking.service_groups (tenant_id, group_id, service_id);
COMMENT ON INDEX booking.service_groups_by_group IS 'Services that a group serves.';

CREATE TABLE booking.group_members (
    tenant_id uuid NOT NULL,
    group_id uuid NOT NULL,
    resource_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, group_id, resource_id),
    FOREIGN KEY (tenant_id, group_id) REFERENCES booking.resource_groups ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, resource_id) REFERENCES booking.resources
);
COMMENT ON TABLE booking.group_members IS 'Which resources are in a group: kept by a trigger. Their order is in the document.';
COMMENT ON COLUMN booking.group_members.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.group_members.group_id IS 'The group.';
COMMENT ON COLUMN booking.group_members.resource_id IS 'A resource in it.';
CREATE INDEX group_members_by_resource ON booking.group_members (tenant_id, resource_id, group_id);
COMMENT ON INDEX booking.group_members_by_resource IS 'Groups that a resource is in.';

CREATE TABLE booking.resource_calendars (
    tenant_id uuid NOT NULL,
    resource_id uuid NOT NULL,
    calendar_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, resource_id, calendar_id),
    FOREIGN KEY (tenant_id, resource_id) REFERENCES booking.resources ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, calendar_id) REFERENCES booking.holiday_calendars
);
COMMENT ON TABLE booking.resource_calendars IS 'Which holiday calendars close a resource: kept by a trigger.';
COMMENT ON COLUMN booking.resource_calendars.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.resource_calendars.resource_id IS 'The resource.';
COMMENT ON COLUMN booking.resource_calendars.calendar_id IS 'The holiday calendar.';
CREATE INDEX resource_calendars_by_calendar ON booking.resource_calendars (tenant_id, calendar_id, resource_id);
COMMENT ON INDEX booking.resource_calendars_by_calendar IS 'Resources that a holiday calendar closes.';

-- A requirement that a group serves has its pool from there: what it names itself does not count.
CREATE FUNCTION booking.named_resources(item jsonb) RETURNS uuid[] LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(array_agg(DISTINCT named::uuid), '{}')
    FROM jsonb_array_elements(item #> '{value,item,service,requirements}') AS requirement,
         jsonb_array_elements_text(requirement #> '{pool,ids}') AS named
    WHERE NOT coalesce(item #> '{value,item,groups}' ? (requirement->>'name'), false)
$$;
COMMENT ON FUNCTION booking.named_resources(jsonb) IS 'The resources that the requirements of a service name.';

CREATE FUNCTION booking.named_groups(item jsonb) RETURNS uuid[] LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(array_agg(DISTINCT value::uuid), '{}') FROM jsonb_each_text(item #> '{value,item,groups}')
$$;
COMMENT ON FUNCTION booking.named_groups(jsonb) IS 'The groups that serve a service.';

CREATE FUNCTION booking.named_in(list jsonb) RETURNS uuid[] LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(array_agg(DISTINCT value::uuid), '{}') FROM jsonb_array_elements_text(list)
$$;
COMMENT ON FUNCTION booking.named_in(jsonb) IS 'The ids of a JSON list, each once.';

-- What stays is not written again: a pool may be large.
CREATE FUNCTION booking.file_service() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    resources_ uuid[] := booking.named_resources(NEW.item);
    groups_ uuid[] := booking.named_groups(NEW.item);
BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM booking.service_resources
        WHERE tenant_id = NEW.tenant_id AND service_id = NEW.service_id AND resource_id <> ALL (resources_);
        DELETE FROM booking.service_groups
        WHERE tenant_id = NEW.tenant_id AND service_id = NEW.service_id AND group_id <> ALL (groups_);
    END IF;
    INSERT INTO booking.service_resources (tenant_id, service_id, resource_id)
    SELECT NEW.tenant_id, NEW.service_id, named FROM unnest(resources_) AS named ON CONFLICT DO NOTHING;
    INSERT INTO booking.service_groups (tenant_id, service_id, group_id)
    SELECT NEW.tenant_id, NEW.service_id, named FROM unnest(groups_) AS named ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION booking.file_service() IS 'Keeps what a service refers to.';
CREATE TRIGGER file_service AFTER INSERT OR UPDATE OF item ON booking.services
    FOR EACH ROW EXECUTE FUNCTION booking.file_service();

CREATE FUNCTION booking.file_resource() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    calendars_ uuid[] := booking.named_in(NEW.item #> '{value,item,holidays}');
BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM booking.resource_calendars
        WHERE tenant_id = NEW.tenant_id AND resource_id = NEW.resource_id AND calendar_id <> ALL (calendars_);
    END IF;
    INSERT INTO booking.resource_calendars (tenant_id, resource_id, calendar_id)
    SELECT NEW.tenant_id, NEW.resource_id, named FROM unnest(calendars_) AS named ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION booking.file_resource() IS 'Keeps what a resource refers to.';
CREATE TRIGGER file_resource AFTER INSERT OR UPDATE OF item ON booking.resources
    FOR EACH ROW EXECUTE FUNCTION booking.file_resource();

CREATE FUNCTION booking.file_group() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    members_ uuid[] := booking.named_in(NEW.item #> '{value,item,members}');
BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM booking.group_members
        WHERE tenant_id = NEW.tenant_id AND group_id = NEW.item_id AND resource_id <> ALL (members_);
    END IF;
    INSERT INTO booking.group_members (tenant_id, group_id, resource_id)
    SELECT NEW.tenant_id, NEW.item_id, named FROM unnest(members_) AS named ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION booking.file_group() IS 'Keeps the members of a group.';
CREATE TRIGGER file_group AFTER INSERT OR UPDATE OF item ON booking.resource_groups
    FOR EACH ROW EXECUTE FUNCTION booking.file_group();

-- Those that are there, of all tenants: their owner may look at them for the length of this transaction.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['services', 'resources', 'resource_groups', 'locations', 'policies', 'price_lists', 'schedules',
        'holiday_calendars'] LOOP
        EXECUTE format('ALTER TABLE booking.%I NO FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

ALTER TABLE booking.services
    ADD FOREIGN KEY (tenant_id, location_id) REFERENCES booking.locations,
    ADD FOREIGN KEY (tenant_id, policy_id) REFERENCES booking.policies,
    ADD FOREIGN KEY (tenant_id, price_list_id) REFERENCES booking.price_lists;
ALTER TABLE booking.resources
    ADD FOREIGN KEY (tenant_id, location_id) REFERENCES booking.locations,
    ADD FOREIGN KEY (tenant_id, schedule_id) REFERENCES booking.schedules;
INSERT INTO booking.service_resources (tenant_id, service_id, resource_id)
SELECT s.tenant_id, s.service_id, named FROM booking.services s, unnest(booking.named_resources(s.item)) AS named;
INSERT INTO booking.service_groups (tenant_id, service_id, group_id)
SELECT s.tenant_id, s.service_id, named FROM booking.services s, unnest(booking.named_groups(s.item)) AS named;
INSERT INTO booking.resource_calendars (tenant_id, resource_id, calendar_id)
SELECT r.tenant_id, r.resource_id, named
FROM booking.resources r, unnest(booking.named_in(r.item #> '{value,item,holidays}')) AS named;
INSERT INTO booking.group_members (tenant_id, group_id, resource_id)
SELECT g.tenant_id, g.item_id, named
FROM booking.resource_groups g, unnest(booking.named_in(g.item #> '{value,item,members}')) AS named;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['services', 'resources', 'resource_groups', 'locations', 'policies', 'price_lists', 'schedules',
        'holiday_calendars'] LOOP
        EXECUTE format('ALTER TABLE booking.%I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['service_resources', 'service_groups', 'group_members', 'resource_calendars'] LOOP
        EXECUTE format('ALTER TABLE booking.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE booking.%I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY own_tenant ON booking.%I USING (tenant_id = booking.tenant())', name);
    END LOOP;
END $$;
