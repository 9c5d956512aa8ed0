#!/usr/bin/env bash
# Ends the Trino and the PostgreSQL that start.sh started, if they run. Their logs
# stay in the state folder.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
state=${CAIRN_TRINO_STATE:-$here/../../.tools/trino/run}

# shellcheck source=test/trino/postgres.sh
source "$here/postgres.sh"

# ours tells whether a process is the Trino of this state folder, and not one that
# was given the number since.
ours() { ps -o args= -p "$1" 2>/dev/null | grep -q "io.trino.server.TrinoServer"; }

if [ -e "$state/trino.pid" ]; then
	pid=$(cat "$state/trino.pid")
	if ours "$pid"; then
		kill "$pid"
		for ((i = 0; i < 60; i++)); do
			ours "$pid" || break
			sleep 0.25
		done
		! ours "$pid" || kill -9 "$pid"
	fi
	rm -f "$state/trino.pid"
fi
rm -f "$state/env"
postgres_stop "$state"
