#!/usr/bin/env bash
# Builds the programs of test/senders, which send audit events with the code of others,
# under .tools/, and lets a server take their events.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/need.sh go gcc g++
mkdir -p .tools/senders
(cd test/senders && go build -o ../../.tools/senders/ ./...)
CAIRN_SENDERS=$PWD/.tools/senders go test -count 1 -run TestSenders -v ./internal/app
