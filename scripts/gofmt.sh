#!/usr/bin/env bash
# Fails, and names the files, if Go files are not formatted.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bad=$(gofmt -l cmd internal)
if [ -n "$bad" ]; then
	printf 'These files are not formatted; run "make fmt":\n%s\n' "$bad" >&2
	exit 1
fi
