#!/usr/bin/env bash
# PostgreSQL with all its shared memory in segments: a new cluster, pgbench, parallel queries, the death of a backend and
# of the postmaster, and its refusal to start over a backend that still lives; each is seen to have happened.
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
    chown nobody "$XDG_RUNTIME_DIR"
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
    -c parallel_tuple_cost=0 -c max_worker_processes=16 -c max_parallel_workers=16
)

run() { bounded "${as_user[@]}" "${shim[@]}" "$@"; }
psql() { run "$bin/psql" -XAtq -h "$PWD" -c "$1"; }
# The server's own state is none of a client's business: asked bare.
ask() { bounded "$bin/psql" -XAtq -h "$PWD" -c "$1"; }
answers() { ask 'select 1'; }

# happens COMMAND…: a load in which something does not come about proves nothing.
happens() {
    await 30 "$@" || { echo "in vain: $*" && status=1; }
}

# start STEP: a postmaster. Without pg_ctl, which would put it into a session of its own.
start() {
    under "$1"
    "${as_user[@]}" "${shim[@]}" "$bin/postgres" -D "$PWD/data" -k "$PWD" "${settings[@]}" >>server.log 2>&1 &
    postmaster=$!
}

up() {
    start server
    happens answers
}

# down SIGNAL: ends the postmaster; INT is the way in which pg_ctl stops.
down() {
    kill -"$1" "$postmaster"
    happens gone "$postmaster"
    wait "$postmaster" 2>/dev/null
    echo "postmaster after SIG$1: $?"
}

gone() { ! kill -0 "$1" 2>/dev/null; }

# query NAME SQL: one that goes on; $backend is the process that works on it.
query() {
    backend=
    run "$bin/psql" -XAtq -h "$PWD" -c "$2 /* $1 */" >>queries.log 2>&1 &
    happens worked_on "$1"
}
worked_on() {
    backend=$(ask "select pid from pg_stat_activity
        where backend_type = 'client backend' and query like '%/* $1 */' and pid <> pg_backend_pid()") && [ -n "$backend" ]
}

two_workers() { [ "$(ask "select count(*) from pg_stat_activity where leader_pid = $backend")" = 2 ]; }
another_segment() { [ "$(segments)" -gt "$resting" ]; }
recovered() { [ "$(grep -c 'database system is ready to accept connections' server.log)" -ge 2 ]; }
# Those who were not stopped end themselves when their postmaster is gone.
nobody_left() { awk 'NR > 1 && $7 > 0 { found = 1 } END { exit found }' /proc/sysvipc/shm; }

parallel() {
    local sum=$1
    # Of the large table alone: how many workers a small one gets depends on when it was vacuumed.
    local large='select count(*), sum(abalance) from pgbench_accounts'
    echo "$large;" >parallel.sql
    run "$bin/pgbench" -n -c 2 -t "$queries" -f parallel.sql -h "$PWD" 2>&1 | sed -n '/actually processed/p'
    psql "explain (analyze, costs off, timing off, summary off) $large" | sed -n 's/^.*\(Workers [PL].*\)/\1/p'
    psql "$sum"
    # One that is looked at while it goes on: leader and workers share a segment of their own.
    resting=$(segments)
    query three 'select count(*) from pgbench_accounts where pg_sleep(0.01) is not null'
    happens two_workers
    happens another_segment
    echo "cancelled: $(ask "select pg_cancel_backend($backend)")"
    wait $!
}

killed_backend() {
    echo "a backend is killed:"
    query one 'select pg_sleep(1000)'
    kill -KILL "$backend"
    happens gone "$backend"
    happens recovered
    happens answers
    sed -n -e 's/^.*\(server process\) (PID [0-9]*) \(was terminated by signal 9\).*/\1 \2/p' \
        -e 's/^.*\(all server processes terminated; reinitializing\)$/\1/p' server.log
}

killed_postmaster() {
    echo "the postmaster is killed, a backend lives on:"
    query two 'select pg_sleep(1000)'
    kill -STOP "$backend"
    down KILL
    start refused
    happens gone "$postmaster"
    kill -KILL "$postmaster" 2>/dev/null
    wait "$postmaster"
    echo "the next one: $?"
    sed -n 's/.*FATAL:  \(pre-existing shared memory block\) .*\( is still in use\).*/\1\2/p' server.log
    kill -KILL "$backend"
    happens gone "$backend"
    happens nobody_left
    up
}

load() {
    local sum='select count(*), sum(abalance), (select sum(tbalance) from pgbench_tellers) from pgbench_accounts' status=0
    under initdb
    # In a process group of its own: ended half way it leaves files in /dev/shm, so whoever ends us waits these seconds.
    timeout -k 5 "$limit" "${as_user[@]}" "${shim[@]}" "$bin/initdb" -D "$PWD/data" -U user \
        --no-sync --auth=trust --no-instructions >initdb.log 2>&1
    echo "initdb: $?"
    up
    echo "memory: $(ask 'show shared_memory_type'), $(ask 'show dynamic_shared_memory_type')"
    under clients
    run "$bin/pgbench" -i -q -h "$PWD" >pgbench.log 2>&1
    echo "pgbench -i: $?"
    run "$bin/pgbench" -n -c 4 -j 2 -t "$transactions" --random-seed=7 -h "$PWD" 2>&1 |
        sed -n -e '/actually processed/p' -e '/failed/p' -e '/error/p'
    parallel "$sum"
    killed_backend
    psql "$sum"
    killed_postmaster
    under clients
    psql "$sum"
    down INT
    segments_left
    return $status
}

compare guard=1 guard=0 slack_check=always:end_aligned=1
