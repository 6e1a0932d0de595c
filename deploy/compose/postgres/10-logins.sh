#!/bin/bash
# Runs once, when the database's volume is new: the database, the login that owns its tables, and a login per service,
# which is also the role that `leadgen migrate` gives the service's rights to.
set -euo pipefail
psql -v ON_ERROR_STOP=1 -d postgres -v password="$DATABASE_PASSWORD_OWNER" <<'SQL'
CREATE ROLE leadgen_owner LOGIN CREATEROLE PASSWORD :'password';
CREATE DATABASE leadgen OWNER leadgen_owner;
SQL
for service in gateway upserter enricher scorer odoo_sync nightly; do
    name=DATABASE_PASSWORD_${service^^}
    psql -v ON_ERROR_STOP=1 -d postgres -v login="leadgen_$service" -v password="${!name}" <<'SQL'
CREATE ROLE :"login" LOGIN PASSWORD :'password';
SQL
done
