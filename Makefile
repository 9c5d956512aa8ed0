# "make" prints what there is to make.

SHELL := /usr/bin/env bash

BENCHTIME ?= 1s
BENCH     ?= .
FUZZTIME  ?= 60s
ROUNDS    ?= 200

# Real CloudTrail log files, where there are some beside the checkout: the demo
# loads them, and tests compare answers with them.
export CAIRN_REAL_DATA ?= $(abspath $(wildcard ../shared/data/real))

# DuckDB, the engine of the lake, is C++ and linked in.
export CGO_ENABLED = 1

.DEFAULT_GOAL := help
.PHONY: help build demo test check console fuzz bench crash moto senders trino generate fmt clean

help: ## Print this list.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build bin/cairn, with the console if there is Node.js.
	@scripts/need.sh go gcc g++
	@scripts/console.sh
	go build -trimpath -o bin/cairn ./cmd/cairn

demo: build ## Build, run the main job on defaults, and print what happened.
	bin/cairn demo --exit

test: ## Install what the tests need, and run everything.
	@scripts/test.sh

check: ## Quick tests, go vet and the linter: what to run before a commit.
	@scripts/need.sh go gcc g++
	@scripts/gofmt.sh
	go vet ./...
	@if command -v golangci-lint >/dev/null; then golangci-lint run; \
	else echo "golangci-lint is not installed (https://golangci-lint.run), so only go vet has looked at the code."; fi
	go test -short -timeout 5m ./...

console: build ## Check the console: types, logic, and its journeys in a real browser.
	@scripts/console-test.sh

fuzz: ## Run each fuzz target for FUZZTIME (60s).
	@scripts/need.sh go gcc g++
	@scripts/fuzz.sh $(FUZZTIME)

bench: ## Run the benchmarks that BENCH matches (all), each for BENCHTIME (1s).
	@scripts/need.sh go gcc g++
	go test -p 1 -run '^$$' -bench '$(BENCH)' -benchtime $(BENCHTIME) -benchmem -timeout 60m ./...

crash: ## Kill a server under load ROUNDS (200) times, and look for every event.
	@scripts/need.sh go gcc g++
	go test -race -v -count 1 -run Crash -timeout 120m ./internal/app -crash.rounds=$(ROUNDS)

moto: ## Record what boto3, the AWS CLI and the SDK for Go do with moto, and compare.
	@scripts/moto.sh

senders: ## Build programs that send as kube-apiserver and OpenTelemetry's SDK do, and take their events.
	@scripts/senders.sh

trino: ## Run the same statements on a real Trino, which is fetched and started.
	@test/trino/run.sh -v

generate: ## Make the generated files again: the API's types, those of the console's calls, docs/configuration.md, docs/coverage.md.
	@scripts/need.sh go node
	go generate ./...
	node web/scripts/operations.mjs
	go test ./internal/config -run TestManual -update

fmt: ## Format the Go files.
	gofmt -w cmd internal

clean: ## Remove what was built and installed here.
	rm -rf bin .tools web/node_modules web/dist/index.html web/dist/assets
