# make help lists the targets. CI runs the same commands.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# Where the pinned tools are installed; not committed.
BIN := $(CURDIR)/.bin
GOLANGCI_VERSION := v2.15.0
GOLANGCI := $(BIN)/golangci-lint-$(GOLANGCI_VERSION)
OASDIFF_VERSION := v1.32.0
OASDIFF := $(BIN)/oasdiff-$(OASDIFF_VERSION)
APIDIFF_VERSION := v0.0.0-20261014143641-f0251eb4aa3e
APIDIFF := $(BIN)/apidiff-$(APIDIFF_VERSION)

# The race detector needs cgo, and so does the embedded engine.
RACE := $(if $(filter 1,$(shell go env CGO_ENABLED)),-race)

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: ## Run the main job: a service finds its graphs in a fleet on loopback, while parts of it die
	go run ./examples/demo

.PHONY: picture
picture: ## Draw the picture of the README anew, from what the demo prints
	go run ./examples/picture -prompt "make demo" -out docs/images/demo.svg -- go run ./examples/demo

.PHONY: test
test: ## Run all tests, with the race detector where there is a C compiler; none may print the API key
	go test -timeout 10m $(RACE) -v ./... 2>&1 | go run ./internal/planted/search

.PHONY: prove-memory
prove-memory: ## Send 1 GiB each way through the mock and watch its heap; needs 2 GiB of disk
	KUZU_TRANSFER_BYTES=1073741824 go test -count=1 -timeout 20m -v -run '^TestFlatMemory$$' ./mockserver

.PHONY: integration
integration: ## Run the factory's tests against Redis, DynamoDB Local and moto; installs them, on Debian and as root
	factory/integration.sh

# Each part adds to bench/results.json; the last prints all of it, and fails if a
# target was missed.
BENCHES := resilience chain decode factory latency growth prism loopback
BENCH_NEEDS := bench/prism/node_modules bench/loopback/python/.venv/installed

.PHONY: bench
bench: $(BENCH_NEEDS) ## Measure against peers, 8 minutes; leave the machine alone meanwhile; needs Node.js and Python
	@cd bench; rm -f results.json; failed=0; export GOEXPERIMENT=; go build ./...; \
	for part in $(BENCHES); do echo "measuring: $$part" >&2; go run ./$$part > /dev/null || failed=1; done; \
	go run ./report || failed=1; exit $$failed

.PHONY: bench-short
bench-short: $(BENCH_NEEDS) ## The same in one round each: do all sides answer, and answer the same
	@cd bench; go test ./...; export GOEXPERIMENT= BENCH_SHORT=1; \
	for part in $(BENCHES); do go run ./$$part; done

.PHONY: bench-page
bench-page: ## Write what make bench found into docs/benchmarks.md, its picture, and README.md
	cd bench && go run ./report -pages

.PHONY: bench-needs
bench-needs: $(BENCH_NEEDS) ## Install what the benchmarks need

bench/prism/node_modules: bench/prism/package-lock.json
	cd bench/prism && npm ci --no-progress
	touch $@

bench/loopback/python/.venv/installed: bench/loopback/python/requirements.txt
	cd bench/loopback/python && python3 -m venv .venv && .venv/bin/python -m pip install -q --disable-pip-version-check -r requirements.txt
	touch $@

# How long faults go on, and which; a failure prints the seed that repeats it.
CHAOSTIME ?= 2m
SEED ?= 1

.PHONY: chaos
chaos: ## A fleet under load and under faults for CHAOSTIME=, beginning with SEED=
	go test -count=1 -timeout 0 $(RACE) -run '^TestChaos$$' -v ./chaos -chaos.time $(CHAOSTIME) -chaos.seed $(SEED)

.PHONY: chaos-proxy
chaos-proxy: ## 20,000 calls through each kind of fault of a spoiling proxy
	go test -count=1 -timeout 30m -run '^TestChaos' -v ./transport -chaos.calls 20000

# How long each fuzz target runs, and which: a regular expression for <package>/<name>.
FUZZTIME ?= 10s
ONLY ?= .

.PHONY: fuzz
fuzz: ## Run every fuzz target for FUZZTIME=10s, or those that match ONLY=, two at once
	.ci/fuzz '$(FUZZTIME)' '$(ONLY)'

CALLS ?= 10000000

.PHONY: soak
soak: ## Make CALLS=10000000 calls of all kinds, and see that memory, goroutines and file descriptors stay flat
	go run ./soak -calls $(CALLS)

.PHONY: proof
proof: ## Everything at length, for five to six hours: see docs/proof.md
	.ci/proof

.PHONY: check-page
check-page: ## Click through the health page in a headless Chromium
	go run ./resilience/page/browsercheck

.PHONY: install-browser
install-browser: ## Install what check-page needs, on Debian and as root
	apt-get update -q && apt-get install -yq --no-install-recommends chromium chromium-driver

.PHONY: check
check: check-format check-vet check-lint check-generated check-imports check-openapi check-changes check-api check-examples ## Everything that has to hold besides the tests

.PHONY: generate
generate: ## Generate gen/ from openapi/kuzu-api.yaml
	go generate ./gen

.PHONY: contract
contract: ## Hold the mock against the API document, or the server at URL= with KEY=, CAN=, BUCKET=, READ_ONLY=
ifdef URL
	KUZU_API_KEY=$(KEY) go run ./contract/check -url $(URL) -can "$(CAN)" -bucket "$(BUCKET)" -read-only "$(READ_ONLY)"
else
	go test -count=1 -v -run '^Test(Mock|ReadOnlyMock|Deviations|OwnDatabases)' ./contract
endif

.PHONY: consumers
consumers: ## Generate, check and run the clients in Python and TypeScript
	contract/consumers/run.sh

.PHONY: properties
properties: ## Let Schemathesis ask the mock what the API document allows and forbids, for a minute
	contract/schemathesis/run.sh short

.PHONY: prove-properties
prove-properties: ## The same with more than 5,000 cases on both engines, with a key and without
	contract/schemathesis/run.sh

.PHONY: api-reference
api-reference: ## Write the API reference, one HTML page, to api.html
	go run ./openapi/reference/write api.html

.PHONY: check-format
check-format: ## Is every Go file formatted
	@unformatted=$$(gofmt -l $$(git ls-files '*.go' && git ls-files --others --exclude-standard '*.go')); \
	if [ -n "$$unformatted" ]; then echo "not formatted, run gofmt -w on:" $$unformatted; exit 1; fi

.PHONY: check-vet
check-vet: ## go vet, and go.mod as go mod tidy has it
	go vet ./...
	go mod tidy -diff
	cd bench && go vet ./... && go mod tidy -diff
	cd examples/service && go vet ./... && go mod tidy -diff

.PHONY: check-lint
check-lint: $(GOLANGCI) ## golangci-lint, pinned
	$(GOLANGCI) run
	cd bench && $(GOLANGCI) run --config ../.golangci.yml
	cd examples/service && $(GOLANGCI) run --config ../../.golangci.yml

$(GOLANGCI):
	GOBIN=$(BIN) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	mv $(BIN)/golangci-lint $@

# Generates into a copy and compares, so that a failed check leaves no trace.
.PHONY: check-generated
check-generated: ## Is gen/ what the document gives
	@copy=$$(mktemp -d); trap 'rm -rf "$$copy"' EXIT; \
	cp -R go.mod go.sum tools.go gen openapi "$$copy"; rm -rf "$$copy/openapi/lint/node_modules"; \
	(cd "$$copy" && find gen -name '*.gen.go' -delete && go generate ./gen); \
	diff -r -u -x node_modules gen "$$copy/gen" || { echo "gen/ is not what the document gives: run make generate, and never edit gen/*.gen.go"; exit 1; }

# What an importer of the client gets: no cgo, no server, no generator.
.PHONY: check-imports
check-imports: ## Does no package import what it must not
	go test -count=1 -run '^TestArchitecture' ./contract
	CGO_ENABLED=0 go build ./gen ./kuzu ./transport ./factory ./resilience/... ./mockserver ./mockserver/dynamo ./mockserver/fleet ./cmd/...

.PHONY: check-openapi
check-openapi: openapi/lint/node_modules ## Lint the API documents; needs Node.js
	cd openapi/lint && REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true \
		npx --no-install redocly lint --config redocly.yaml --max-problems 1000 ../kuzu-api.yaml ../../mockserver/admin-api.yaml
	cd openapi/lint && npx --no-install spectral lint --fail-severity hint --ruleset spectral.yaml ../kuzu-api.yaml ../../mockserver/admin-api.yaml

openapi/lint/node_modules: openapi/lint/package-lock.json
	cd openapi/lint && npm ci --no-progress
	touch $@

.PHONY: check-changes
check-changes: $(OASDIFF) ## Does the API document break clients of the last released one
	openapi/check-changes.sh $(OASDIFF)

$(OASDIFF):
	GOBIN=$(BIN) go install github.com/oasdiff/oasdiff@$(OASDIFF_VERSION)
	mv $(BIN)/oasdiff $@

.PHONY: check-api
check-api: $(APIDIFF) ## Does the exported API break programs written for the last release
	go test -count=1 -run '^Test(ReleasedAPI|ChangesOfTheAPIAreSeen)$$' ./contract
	contract/check-api.sh $(APIDIFF)

$(APIDIFF):
	GOBIN=$(BIN) go install golang.org/x/exp/cmd/apidiff@$(APIDIFF_VERSION)
	mv $(BIN)/apidiff $@

# What the README and the examples show, run as shown.
.PHONY: check-examples
check-examples: ## Run what the README and the examples show
	examples/check.sh
	cd examples/service && go test -timeout 2m $(RACE) -v ./... 2>&1 | (cd ../.. && go run ./internal/planted/search)

.PHONY: check-alerts
check-alerts: ## Does Prometheus take docs/alerts.yaml; installs promtool, on Debian and as root
	command -v promtool > /dev/null || { apt-get update -q && apt-get install -yq --no-install-recommends prometheus; }
	promtool check rules docs/alerts.yaml
	promtool test rules docs/alerts_test.yaml
