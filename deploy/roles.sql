-- Two roles for PostgreSQL: one owns the tables and migrates, the other is what the web servers sign in as.
-- Run as a superuser, connected to the database ebb, after its first migration; again for a restored one:
--   psql --dbname=ebb --set=app_password=... --file=deploy/roles.sql
-- Tables of later migrations get the same rights by themselves.

\set ON_ERROR_STOP on

SELECT 'CREATE ROLE ebb_app' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ebb_app') \gexec
ALTER ROLE ebb_app LOGIN PASSWORD :'app_password' NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
GRANT CONNECT ON DATABASE :"DBNAME" TO ebb_app;
GRANT USAGE ON SCHEMA public TO ebb_app;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ebb_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO ebb_app;
ALTER DEFAULT PRIVILEGES FOR ROLE ebb IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ebb_app;
ALTER DEFAULT PRIVILEGES FOR ROLE ebb IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO ebb_app;

-- What was written down stays as it was written: also for somebody who has taken over a web server.
REVOKE UPDATE, DELETE, TRUNCATE ON accounts_auditline, tracker_checkin, tracker_dose, tracker_alertstep, tracker_review,
    tracker_voided, tracker_breakglass, tracker_breakglassreview FROM ebb_app;
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM ebb_app;
