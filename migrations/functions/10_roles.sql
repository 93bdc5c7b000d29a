-- The application's role.

DROP FUNCTION IF EXISTS booking.grant_to(text);

CREATE FUNCTION booking.grant_to(role_ text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA booking TO %I', role_);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA booking TO %I', role_);
    EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON booking.migrations FROM %I', role_);
    EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA booking TO %I', role_);
    EXECUTE format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA booking TO %I', role_);
    -- Also what later migrations add.
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA booking GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I', role_);
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA booking GRANT USAGE ON SEQUENCES TO %I', role_);
    -- Whoever owns a schema need not be able to alter roles.
    BEGIN
        EXECUTE format('ALTER ROLE %I SET statement_timeout = %L', role_, '2s');
        EXECUTE format('ALTER ROLE %I SET lock_timeout = %L', role_, '500ms');
        EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = %L', role_, '5s');
    EXCEPTION WHEN insufficient_privilege THEN
        NULL;
    END;
    RETURN EXISTS (
        SELECT FROM pg_roles r, unnest(r.rolconfig) AS setting
        WHERE r.rolname = role_ AND setting LIKE 'statement_timeout=%');
END $$;
COMMENT ON FUNCTION booking.grant_to(text) IS
    'Lets a role use the schema, also what later migrations add, and gives it time limits where the caller may; says whether it has any. Run it as the owner.';
