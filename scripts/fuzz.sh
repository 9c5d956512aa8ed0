#!/usr/bin/env bash
# Runs each fuzz target for a while: scripts/fuzz.sh 60s
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
duration=${1:-60s}
targets=$(grep -rEo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' cmd internal | sort)
[ -n "$targets" ] || { echo "There are no fuzz targets." >&2; exit 1; }
failed=0
while IFS=: read -r file func; do
	name=${func#func }
	printf '\n== %s in %s\n' "$name" "$(dirname "$file")"
	go test -run '^$' -fuzz "^$name\$" -fuzztime "$duration" "./$(dirname "$file")" || failed=1
done <<<"$targets"
exit $failed
