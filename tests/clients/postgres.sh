#!/usr/bin/env bash
# PostgreSQL with all its shared memory in segments: a new cluster, pgbench, parallel queries, the death of a backend and of
# the postmaster, and its refusal to start over a backend that still lives.
. "$(dirname "$0")/common.sh"
bin=
for folder in /usr/lib/postgresql/*/bin /usr/pgsql*/bin; do [ -x "$folder/postgres" ] && bin=$folder; done
[ -n "$bin" ] || bin=$(dirname "$(command -v postgres || echo /)")
[ -x "$bin/initdb" ] || skip "postgres is not installed (Debian: postgresql)"
[ -x "$bin/pgbench" ] || skip "pgbench is not installed (Debian: postgresql-contrib or postgresql)"

# It refuses to run as root.
as_user=()
if [ "$(id -u)" = 0 ]; then
    id nobody >/dev/null 2>&1 || skip "there is no user nobody"
    as_user=(setpriv --reuid=nobody --regid="$(id -gn nobody)" --clear-groups)
    "${as_user[@]}" test -r "$work/libshmsan.so" || skip "nobody may not read $work (try another TMPDIR)"
fi

case $pace in
short) transactions=150 queries=20 ;;
*) transactions=5000 queries=500 ;;
esac

export PGUSER=user PGDATABASE=postgres PGCONNECT_TIMEOUT=30
settings=(
    -c shared_memory_type=sysv -c dynamic_shared_memory_type=sysv -c shared_buffers=32MB -c fsync=off
    -c listen_addresses= -c logging_collector=off -c restart_after_crash=on -c max_connections=20
    -c max_parallel_workers_per_gather=2 -c min_parallel_table_scan_size=0 -c parallel_setup_cost=0
    -c parallel_tuple_cost=0
)

run() { timeout 60 "${as_user[@]}" "${shim[@]}" "$@"; }
psql() { run "$bin/psql" -XAtq -h "$PWD" -c "$1"; }
# The server's own state is none of a client's business: asked bare.
ask() { timeout 30 "$bin/psql" -XAtq -h "$PWD" -c "$1"; }
answers() { ask 'select 1'; }

# start STEP: a postmaster. Without pg_ctl, which would put it into a session of its own.
start() {
    under "$1"
    "${as_user[@]}" "${shim[@]}" "$bin/postgres" -D "$PWD/data" -k "$PWD" "${settings[@]}" >>server.log 2>&1 &
    postmaster=$!
}

up() {
    start server
    await 30 answers || { echo "it does not start" && tail server.log; }
}

# down SIGNAL: ends the postmaster; INT is the way in which pg_ctl stops.
down() {
    kill -"$1" "$postmaster"
    wait "$postmaster" 2>/dev/null
    echo "postmaster after SIG$1: $?"
}

# A backend that sleeps in a query, and is known by it.
sleeper() {
    run "$bin/psql" -XAtq -h "$PWD" -c "select pg_sleep(100) /* $1 */" >>sleeper.log 2>&1 &
    asleep() { backend=$(ask "select pid from pg_stat_activity where query like '%/* $1 */' and query not like '%stat_act%'") && [ -n "$backend" ]; }
    await_here asleep "$1"
}

# As await, in this shell: it sets a variable.
await_here() {
    local end=$((SECONDS + 20))
    until "$@"; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.1
    done
}

gone() { ! kill -0 "$backend" 2>/dev/null; }

load() {
    local sum='select count(*), sum(abalance), (select sum(tbalance) from pgbench_tellers) from pgbench_accounts'
    under initdb
    run "$bin/initdb" -D "$PWD/data" -U user --no-sync --auth=trust --no-instructions >initdb.log 2>&1
    echo "initdb: $?"
    up
    under clients
    run "$bin/pgbench" -i -q -h "$PWD" >pgbench.log 2>&1
    echo "pgbench -i: $?"
    run "$bin/pgbench" -n -c 4 -j 2 -t "$transactions" --random-seed=7 -h "$PWD" 2>&1 |
        sed -n -e '/actually processed/p' -e '/failed/p' -e '/error/p'
    echo 'select count(*), sum(abalance) from pgbench_accounts;' >parallel.sql
    run "$bin/pgbench" -n -c 2 -t "$queries" -f parallel.sql -h "$PWD" 2>&1 | sed -n '/actually processed/p'
    psql "explain (costs off) $sum" | grep -c 'Workers Planned: 2'
    psql "$sum"

    echo "a backend is killed:"
    sleeper one && kill -KILL "$backend"
    await 30 gone && await 30 recovered
    await 30 answers && psql "$sum"

    echo "the postmaster is killed, a backend lives on:"
    sleeper two && kill -STOP "$backend" && strays=("$backend")
    down KILL
    start refused
    wait "$postmaster"
    echo "the next one: $?"
    sed -n 's/.*FATAL:  \(pre-existing shared memory block\) .*\( is still in use\).*/\1\2/p' server.log
    kill -KILL "$backend"
    strays=()
    await 30 gone && await 30 nobody_left
    up
    under clients
    psql "$sum"
    down INT
    segments_left
}

recovered() { [ "$(grep -c 'database system is ready to accept connections' server.log)" -ge 2 ]; }
# Those who were not stopped end themselves when their postmaster is gone.
nobody_left() { awk 'NR > 1 && $7 > 0 { found = 1 } END { exit found }' /proc/sysvipc/shm; }

compare guard=1 guard=0 slack_check=always:end_aligned=1
