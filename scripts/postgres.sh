# shellcheck shell=bash
# Sourced by ./check: a PostgreSQL cluster of our own in a temporary folder, on loopback, behind a random password.

postgres_dir=

# The folder of initdb and pg_ctl: Debian keeps them out of PATH, one folder per version; the newest counts.
postgres_bin() {
    local found
    found=$(find /usr/lib/postgresql/*/bin -name initdb 2>/dev/null | sort -V | tail -n 1)
    [ -n "$found" ] || found=$(command -v initdb || true)
    [ -z "$found" ] || dirname "$found"
}

# PostgreSQL refuses to run as root: then it runs as the user that its package made.
as_postgres() {
    if [ "$(id -u)" -eq 0 ]; then
        (cd / && runuser -u postgres -- "$@")
    else
        "$@"
    fi
}

# Starts it and exports TEST_POSTGRES_URL.
postgres_start() {
    local bin password port try
    bin=$(postgres_bin)
    postgres_dir=$(mktemp -d "${TMPDIR:-/tmp}/doorward-postgres.XXXXXX")
    password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    (umask 077 && printf '%s\n' "$password" >"$postgres_dir/password")
    if [ "$(id -u)" -eq 0 ]; then
        chown -R postgres "$postgres_dir"
    fi
    as_postgres "$bin/initdb" --pgdata="$postgres_dir/data" --username=doorward --pwfile="$postgres_dir/password" \
        --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$postgres_dir.log" 2>&1 ||
        { cat "$postgres_dir.log" >&2; return 1; }
    # Durability is for real clusters: this one ends with the tests.
    for try in 1 2 3 4 5; do
        port=$((20000 + RANDOM % 10000))
        if as_postgres "$bin/pg_ctl" start --pgdata="$postgres_dir/data" --wait --silent --log="$postgres_dir/server.log" \
            --options="-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories='' -c max_connections=400 -c fsync=off -c full_page_writes=off"; then
            export TEST_POSTGRES_URL=postgres://doorward:$password@127.0.0.1:$port/postgres
            echo "PostgreSQL listens on 127.0.0.1:$port"
            return
        fi
        echo "port $port did not do (try $try)"
    done
    cat "$postgres_dir/server.log" >&2
    return 1
}

# Ends it and removes its folder; does nothing when there is none.
postgres_stop() {
    [ -n "$postgres_dir" ] || return 0
    as_postgres "$(postgres_bin)/pg_ctl" stop --pgdata="$postgres_dir/data" --mode=immediate --silent >/dev/null 2>&1 || true
    rm -rf "$postgres_dir" "$postgres_dir.log"
    postgres_dir=
}
