#!/usr/bin/env bash
# Checks the console that "make build" built: its types, its logic, and people's
# journeys through it in a real browser, against a real server.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ ! -f web/dist/index.html ]; then
	echo "The console was not built (see above), so it is not tested."
	exit 0
fi

# What the console calls are is made out of the server's own model.
before=$(sha256sum web/src/api/operations.gen.ts)
(cd web && npm run --silent generate)
if [ "$before" != "$(sha256sum web/src/api/operations.gen.ts)" ]; then
	echo "web/src/api/operations.gen.ts was not of the service's model; it has been made again: commit it" >&2
	exit 1
fi

(cd web && npm run --silent check && npm run --silent test)

chromium=$(scripts/chromium.sh)
if [ -n "$chromium" ]; then
	(cd web && CAIRN_CHROMIUM=$chromium CAIRN_BINARY=$PWD/../bin/cairn npm run --silent e2e)
fi
