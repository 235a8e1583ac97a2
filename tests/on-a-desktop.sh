#!/bin/sh
# Runs a command on a desktop of its own: a session bus, an unlocked keychain and an X server, none of which know the
# developer's. `cargo xtask test` calls it.
set -eu

if [ "${NOTEX_DESKTOP:-}" != ready ]; then
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    mkdir -m 700 "$scratch/run" "$scratch/data"
    NOTEX_DESKTOP=ready XDG_RUNTIME_DIR=$scratch/run XDG_DATA_HOME=$scratch/data \
        dbus-run-session -- xvfb-run -a -s "-screen 0 1440x900x24" "$0" "$@"
    exit
fi

# The daemon ends with the bus it lives on.
printf 'journeys\n' | gnome-keyring-daemon --daemonize --unlock --components=secrets >/dev/null
exec "$@"
