#!/bin/bash
# Makes the two databases, each with an owner of its own. Run once by the image of
# PostgreSQL, on an empty data folder.
set -euo pipefail

make_database() {
    psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname=postgres \
        --set=name="$1" --set=password="$(cat "/run/secrets/$2")" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name" TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
}

make_database prefect prefect_database_password
make_database sohoa catalog_password
