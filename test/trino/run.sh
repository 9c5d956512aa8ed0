#!/usr/bin/env bash
# Starts Trino and PostgreSQL, runs the tests that need them, and ends both.
# Arguments go to "go test", such as -v, -run Statements, or -args -record. With
# CAIRN_TRINO_KEEP=1 the servers stay, and the next run uses them.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."
state=${CAIRN_TRINO_STATE:-$PWD/.tools/trino/run}

scripts/need.sh go gcc
if [ ! -e "$state/env" ]; then
	[ -n "${CAIRN_TRINO_KEEP:-}" ] || trap '"$here/stop.sh"' EXIT
	"$here/start.sh"
fi
# shellcheck source=/dev/null
source "$state/env"
go test -count 1 -timeout 60m ./test/trino "$@"
