#!/usr/bin/env bash
# PHP: its extensions shmop and sysvshm, each call of them, with the mistakes that they catch themselves.
. "$(dirname "$0")/common.sh"
needs php php-cli
modules=$(php -m 2>/dev/null)
for module in shmop sysvshm; do
    [[ $'\n'$modules$'\n' == *$'\n'$module$'\n'* ]] || skip "PHP has no $module here"
done

# PHP opens its extensions with RTLD_DEEPBIND, and then they find libc before what is preloaded. Not so where they are
# preloaded themselves.
extensions=
for module in shmop sysvshm; do
    file=$(php -r 'echo ini_get("extension_dir");')/$module.so
    [ ! -f "$file" ] || extensions="$extensions:$file"
done

cat >"$work/own.php" <<'PHP'
<?php
function said() { return error_get_last()['message']; }
$key = ftok(__FILE__, 'a');
$memory = shmop_open($key, 'n', 0600, 1000);
var_dump(shmop_size($memory), shmop_write($memory, 'written by one', 0), @shmop_open($key, 'n', 0600, 1000), said());
$reader = shmop_open($key, 'a', 0, 0);
var_dump(shmop_read($reader, 0, 14));
try { shmop_write($reader, 'x', 0); } catch (Error $error) { echo $error->getMessage(), "\n"; }
try { shmop_read($reader, 990, 11); } catch (Error $error) { echo $error->getMessage(), "\n"; }
var_dump(shmop_delete($memory));
unset($memory, $reader);
var_dump(@shmop_open($key, 'w', 0, 0), said());

$store = shm_attach($key + 1, 20000, 0600);
for ($round = 0; $round < 300; $round++) {
    shm_put_var($store, $round % 7, str_repeat('v', $round));
}
var_dump(strlen(shm_get_var($store, 5)), shm_has_var($store, 7), shm_remove_var($store, 5), shm_has_var($store, 5));
var_dump(@shm_put_var($store, 9, str_repeat('v', 30000)), said());
$again = shm_attach($key + 1);
var_dump(strlen(shm_get_var($again, 6)), shm_detach($again), shm_remove($store), shm_detach($store));
PHP

load() {
    local status
    under own
    [ "$options" = bare ] || shim+=("LD_PRELOAD=$work/libshmsan.so$extensions")
    bounded "${shim[@]}" php "$work/own.php"
    status=$?
    segments_left
    return $status
}

compare guard=1 guard=0 slack_check=always:end_aligned=1
