#!/usr/bin/env bash
# Prints the path of a Chromium: $CAIRN_CHROMIUM, one in PATH, or Debian's, which it
# installs where it may. Prints nothing, and on standard error why, if there is none
# to be had: the tests in a browser are then skipped.
set -euo pipefail

for candidate in "${CAIRN_CHROMIUM:-}" chromium chromium-browser google-chrome; do
	if [ -n "$candidate" ] && path=$(command -v "$candidate") && "$path" --version >/dev/null 2>&1; then
		echo "$path"
		exit 0
	fi
done

give_up() {
	echo "No Chromium: $1. The tests of the console in a browser are skipped." >&2
	exit 0
}

[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null ||
	give_up "it is not installed, and only root on Debian or Ubuntu can have it installed here (apt-get install -y chromium)"
log=$(mktemp)
{
	timeout 120 apt-get update -qq
	DEBIAN_FRONTEND=noninteractive timeout 600 apt-get install -y -qq --no-install-recommends chromium fonts-liberation
} >"$log" 2>&1 || give_up "installing it failed: $(tail -n 1 "$log")"
command -v chromium || give_up "apt-get installed none"
