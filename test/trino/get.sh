#!/usr/bin/env bash
# Prints the folder of a Trino server, and fetches it first if it is not there:
# the server's archive from Maven Central, unpacked under .tools/trino/ without the
# connectors that the tests have no use for. $CAIRN_TRINO_HOME names one that is
# installed already.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

version=${CAIRN_TRINO_VERSION:-476}
plugins="iceberg memory tpch"
cache=$PWD/.tools/trino
home=$cache/server-$version

fail() {
	printf 'No Trino: %s\n' "$1" >&2
	exit 1
}

if [ -n "${CAIRN_TRINO_HOME:-}" ]; then
	[ -x "$CAIRN_TRINO_HOME/bin/launcher" ] || fail "CAIRN_TRINO_HOME is $CAIRN_TRINO_HOME, and there is no bin/launcher in it"
	echo "$CAIRN_TRINO_HOME"
	exit 0
fi
# The mark is made last, so that what an interrupted run left is fetched again.
if [ -e "$home/complete" ]; then
	echo "$home"
	exit 0
fi

command -v mvn >/dev/null || fail "Maven fetches it and is missing (on Debian and Ubuntu: apt-get install -y maven); or set CAIRN_TRINO_HOME to an installed server"
mkdir -p "$cache"
free=$(df -Pk "$cache" | awk 'NR == 2 { print int($4 / 1024) }')
[ "$free" -ge 5000 ] || fail "fetching and unpacking it takes 5 GB for a moment, and $cache has $free MB left"

echo "Fetching Trino $version, about 800 MB …" >&2
log=$cache/maven.log
timeout 1800 mvn -B dependency:copy "-Dartifact=io.trino:trino-server:$version:tar.gz" \
	"-DoutputDirectory=$cache" >"$log" 2>&1 ||
	fail "Maven could not fetch io.trino:trino-server:$version:tar.gz: $(grep -m 1 ERROR "$log" || tail -n 1 "$log") (all of it in $log)"

# The archive has each file once and hard links between the connectors, so
# everything is unpacked, and what is too much removed.
rm -rf "$home"
mkdir -p "$home"
tar -xzf "$cache/trino-server-$version.tar.gz" -C "$home" --strip-components=1 || fail "its archive could not be unpacked"
rm "$cache/trino-server-$version.tar.gz"
for folder in "$home"/plugin/*; do
	[[ " $plugins " == *" $(basename "$folder") "* ]] || rm -rf "$folder"
done
rm -rf "$home/secrets-plugin"
touch "$home/complete"
echo "$home"
