-- Words of customers and tags of resources, one a row.
--
-- Row security lets an index choose rows only by operators that cannot leak what they compare. Those of plain btrees cannot;
-- `LIKE` and the containment of arrays might, so that the application's role never used the indexes on them.

DROP INDEX booking.customers_by_words;
DROP INDEX booking.resources_by_tag;

CREATE TABLE booking.customer_words (
    tenant_id uuid NOT NULL,
    word text COLLATE "C" NOT NULL,
    customer_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, word, customer_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES booking.customers ON DELETE CASCADE
);
COMMENT ON TABLE booking.customer_words IS 'The words that customers are found by: kept by a trigger.';
COMMENT ON COLUMN booking.customer_words.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.customer_words.word IS 'The word, in lower case.';
COMMENT ON COLUMN booking.customer_words.customer_id IS 'The customer.';
CREATE INDEX customer_words_by_customer ON booking.customer_words (tenant_id, customer_id);
COMMENT ON INDEX booking.customer_words_by_customer IS 'The words of a customer, when they change.';

CREATE TABLE booking.resource_tags (
    tenant_id uuid NOT NULL,
    tag text COLLATE "C" NOT NULL,
    resource_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, tag, resource_id),
    FOREIGN KEY (tenant_id, resource_id) REFERENCES booking.resources ON DELETE CASCADE
);
COMMENT ON TABLE booking.resource_tags IS 'The tags that resources are found by: kept by a trigger.';
COMMENT ON COLUMN booking.resource_tags.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.resource_tags.tag IS 'The tag.';
COMMENT ON COLUMN booking.resource_tags.resource_id IS 'The resource.';
CREATE INDEX resource_tags_by_resource ON booking.resource_tags (tenant_id, resource_id);
COMMENT ON INDEX booking.resource_tags_by_resource IS 'The tags of a resource, when they change.';

CREATE FUNCTION booking.file_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM booking.customer_words WHERE tenant_id = OLD.tenant_id AND customer_id = OLD.customer_id;
    END IF;
    INSERT INTO booking.customer_words (tenant_id, word, customer_id)
    SELECT DISTINCT NEW.tenant_id, word, NEW.customer_id
    FROM unnest(string_to_array(btrim(NEW.words), ' ')) AS word WHERE NEW.known;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION booking.file_words() IS 'Keeps the words of a customer.';
CREATE TRIGGER file_words AFTER INSERT OR UPDATE OF words, known ON booking.customers
    FOR EACH ROW EXECUTE FUNCTION booking.file_words();

CREATE FUNCTION booking.file_tags() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM booking.resource_tags WHERE tenant_id = OLD.tenant_id AND resource_id = OLD.resource_id;
    END IF;
    INSERT INTO booking.resource_tags (tenant_id, tag, resource_id)
    SELECT DISTINCT NEW.tenant_id, tag, NEW.resource_id FROM unnest(NEW.tags) AS tag;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION booking.file_tags() IS 'Keeps the tags of a resource.';
CREATE TRIGGER file_tags AFTER INSERT OR UPDATE OF tags ON booking.resources
    FOR EACH ROW EXECUTE FUNCTION booking.file_tags();

-- Those that are there, of all tenants: their owner may look at them for the length of this transaction.
ALTER TABLE booking.customers NO FORCE ROW LEVEL SECURITY;
ALTER TABLE booking.resources NO FORCE ROW LEVEL SECURITY;
INSERT INTO booking.customer_words (tenant_id, word, customer_id)
SELECT DISTINCT c.tenant_id, word, c.customer_id
FROM booking.customers c, unnest(string_to_array(btrim(c.words), ' ')) AS word WHERE c.known;
INSERT INTO booking.resource_tags (tenant_id, tag, resource_id)
SELECT DISTINCT r.tenant_id, tag, r.resource_id FROM booking.resources r, unnest(r.tags) AS tag;
ALTER TABLE booking.customers FORCE ROW LEVEL SECURITY;
ALTER TABLE booking.resources FORCE ROW LEVEL SECURITY;

ALTER TABLE booking.customer_words ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.customer_words FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.customer_words USING (tenant_id = booking.tenant());
ALTER TABLE booking.resource_tags ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.resource_tags FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.resource_tags USING (tenant_id = booking.tenant());
