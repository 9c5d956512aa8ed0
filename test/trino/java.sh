#!/usr/bin/env bash
# Prints the home of a JDK that the Trino of get.sh runs on: $CAIRN_JAVA_HOME,
# $JAVA_HOME, that of the java in PATH, or the first that fits among those that
# systems install their JDKs to.
set -euo pipefail

oldest=24

# fits tells whether a folder is the home of a Java that is new enough.
fits() {
	[ -x "$1/bin/java" ] || return 1
	local version
	version=$("$1/bin/java" -XshowSettings:properties -version 2>&1 | awk '$1 == "java.specification.version" { print $3 }')
	[[ $version =~ ^[0-9]+$ ]] && [ "$version" -ge "$oldest" ]
}

path=$(command -v java || true)
[ -z "$path" ] || path=$(dirname "$(dirname "$(readlink -f "$path")")")
for candidate in "${CAIRN_JAVA_HOME:-}" "${JAVA_HOME:-}" "$path" /usr/lib/jvm/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
	if [ -n "$candidate" ] && fits "$candidate"; then
		echo "$candidate"
		exit 0
	fi
done
echo "No Java $oldest or later, which Trino runs on: install one, such as Temurin 25, and name its home in CAIRN_JAVA_HOME." >&2
exit 1
