#!/usr/bin/env bash
# Looks for the tools that are named as arguments (go, gcc, g++, make, node), and says how
# to install what is missing. Exits with 1 if anything is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# installer prints the command that installs a package on this system.
installer() {
	local package=$1
	if command -v apt-get >/dev/null; then
		echo "apt-get install -y $package"
	elif command -v dnf >/dev/null; then
		[ "$package" = g++ ] && package=gcc-c++
		echo "dnf install -y $package"
	elif command -v apk >/dev/null; then
		# musl's own headers come with another package
		[ "$package" = gcc ] && package="gcc musl-dev"
		[ "$package" = g++ ] && package="g++ musl-dev"
		echo "apk add $package"
	elif command -v brew >/dev/null; then
		echo "brew install $package"
	elif [ "$(uname -s)" = Darwin ]; then
		echo "xcode-select --install"
	else
		echo "(your system's installer) install $package"
	fi
}

missing=0
complain() {
	printf '%s\n' "$1" >&2
	missing=1
}

wanted=$(awk '$1 == "go" { print $2 }' go.mod)

# A Go of 1.21 or later fetches the version that go.mod names by itself, unless
# GOTOOLCHAIN forbids it; an older one cannot read the version at all.
check_go() {
	if ! command -v go >/dev/null; then
		complain "Go is missing: install Go $wanted or later from https://go.dev/dl/"
	elif ! go version >/dev/null 2>&1; then
		complain "This checkout needs Go $wanted, and the one in PATH is neither that nor could it fetch it: install Go $wanted or later from https://go.dev/dl/"
		go version >&2 || true
	elif [ "$(printf '%s\n' "$wanted" "$(go env GOVERSION | sed 's/^go//; s/[- ].*//')" | sort -V | head -n 1)" != "$wanted" ]; then
		complain "Go is $(go env GOVERSION), this checkout needs $wanted or later: install it from https://go.dev/dl/"
	fi
}

for tool in "$@"; do
	case $tool in
	go) check_go ;;
	gcc)
		# What binds Go to DuckDB is C, and so is the race detector; any compiler will do.
		command -v "${CC:-gcc}" >/dev/null ||
			complain "A C compiler is missing (${CC:-gcc}), which DuckDB is bound with: $(installer gcc)"
		;;
	g++)
		# DuckDB itself comes compiled, but is linked with the C++ library.
		command -v "${CXX:-g++}" >/dev/null ||
			complain "A C++ compiler is missing (${CXX:-g++}), which DuckDB is linked with: $(installer g++)"
		;;
	node)
		command -v node >/dev/null ||
			complain "Node.js is missing: install Node.js 20.19 or later from https://nodejs.org/, or with $(installer nodejs)"
		;;
	*) command -v "$tool" >/dev/null || complain "$tool is missing: $(installer "$tool")" ;;
	esac
done
exit $missing
