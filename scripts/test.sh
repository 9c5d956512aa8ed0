#!/usr/bin/env bash
# The whole test: build, vet, formatting, every test under the race detector,
# and the quick tests once more as the released binary is built, without it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

begun=$SECONDS
step() { printf '\n== %s (%d s)\n' "$1" $((SECONDS - begun)); }

scripts/need.sh go gcc g++ make

# DuckDB, the engine of the lake, is C++ and linked in.
export CGO_ENABLED=1

step "AWS CLI"
aws=$(scripts/awscli.sh)
if [ -n "$aws" ]; then
	export CAIRN_AWS_CLI=$aws
	"$aws" --version
fi

step "PyIceberg"
python=$(scripts/pyiceberg.sh)
if [ -n "$python" ]; then
	export CAIRN_PYICEBERG=$python
fi

step "formatting"
scripts/gofmt.sh

step "build"
make --no-print-directory build

step "console"
scripts/console-test.sh

# As "make build" builds, so that most of its work is used again.
step "go vet"
go vet -trimpath ./...

step "go test -race"
go test -race -timeout 15m ./...

step "go test -short, without the race detector"
go test -trimpath -short -timeout 5m ./...

printf '\nPASS: %d packages in %d s\n' "$(go list ./... | wc -l)" $((SECONDS - begun))
