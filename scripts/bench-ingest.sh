#!/usr/bin/env bash
# Ingest at full speed, with the program as it is built: EVENTS (2,000,000)
# synthetic records in CloudTrail-sized files, until the history shows them.
# Prints the client's summary, what the history sees at that moment, and the
# server's peak memory.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/need.sh go
events=${EVENTS:-2000000}
work=$(mktemp -d)
server=
cleanup() {
	[ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null || true
	rm -rf "$work"
}
trap cleanup EXIT

make --no-print-directory build
go run ./internal/synth/synthgen -dir "$work/records" -events "$events"
bin/cairn serve --data-dir "$work/data" --listen 127.0.0.1:4670 --admin-listen 127.0.0.1:4672 --log-level warn &
server=$!
until curl -fs http://127.0.0.1:4670/healthz >/dev/null; do kill -0 "$server"; done
bin/cairn ingest --endpoint http://127.0.0.1:4670 --data-dir "$work/data" "$work/records"
curl -fs http://127.0.0.1:4672/metrics | awk '
	/^cairn_history_events_total /  { printf "Visible   %d events in the history at that moment\n", $2 }
	/^cairn_history_files /         { printf "Files     %d\n", $2 }
	/^process_cpu_seconds_total /   { printf "Processor %.1f s of the server\n", $2 }'
awk '/VmHWM/ { printf "Memory    %d MB at the most\n", $2 / 1000 }' "/proc/$server/status"
