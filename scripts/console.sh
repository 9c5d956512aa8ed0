#!/usr/bin/env bash
# Builds the console into web/dist, which the binary embeds, unless what is there
# was built of the same files. Without Node.js it says so and leaves the console
# out: the server works without it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

wanted=20.19

leave_out() {
	echo "The console is left out of this binary: $1." >&2
	echo "Everything else works; the server's page tells how to get it." >&2
	rm -rf web/dist/index.html web/dist/assets
	exit 0
}

command -v node >/dev/null && command -v npm >/dev/null ||
	leave_out "Node.js $wanted or later, with npm, is not installed (https://nodejs.org/; on Debian and Ubuntu: apt-get install -y nodejs npm)"
have=$(node --version | sed 's/^v//')
[ "$(printf '%s\n' "$wanted" "$have" | sort -V | head -n 1)" = "$wanted" ] ||
	leave_out "Node.js is $have, and it takes $wanted or later (https://nodejs.org/)"

mkdir -p .tools
log=.tools/npm.log

# What npm installed stays as long as the lock file does.
locked=$(sha256sum web/package-lock.json)
if [ ! -d web/node_modules ] || [ "$(cat .tools/npm.sum 2>/dev/null || true)" != "$locked" ]; then
	# A limit, so that a machine without a network loses minutes and not an hour.
	if ! (cd web && timeout 300 npm ci --no-progress --loglevel=error) >"$log" 2>&1; then
		leave_out "npm could not install what it is built with: $(grep -m 1 -i error "$log" || tail -n 1 "$log")"
	fi
	echo "$locked" >.tools/npm.sum
fi

sources=$(find web -path web/node_modules -prune -o -path web/dist -prune -o -path web/e2e -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
if [ -f web/dist/index.html ] && [ "$(cat .tools/console.sum 2>/dev/null || true)" = "$sources" ]; then
	exit 0
fi
cd web
if ! npm run --silent build >"../$log" 2>&1; then
	cat "../$log" >&2
	echo "The console could not be built; see above." >&2
	exit 1
fi
tail -n 1 "../$log"
echo "$sources" >../.tools/console.sum
