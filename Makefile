# Rivgate. `make run` and `make test` are all that a newcomer needs; `make help` lists the rest.
GO       ?= go
GOLANGCI ?= $(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
CONTRACTGEN = $(GO) run ./cmd/contractgen
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null)
FUZZTIME ?= 30s
BENCH    ?= .
COUNT    ?= 6
ROUNDS   ?= 3
SIZES    ?= 1k,10k,100k,1m
CALLERS  ?= 1,16,64
TORTURE  ?= 4m
SEED     ?= 0
PACKAGES ?= ./...
RACE     ?= ./soap/... ./routing/... ./contracts/... ./recording

.PHONY: help run test test-long demo build check format generate bench bench-accept bench-forward bench-pages screenshots fuzz torture setup

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: build ## start gateway, simulators and pages with the demo world; data in ./data
	bin/rivgate serve

test: setup ## all tests, PostgreSQL and browser included; installs by apt what is missing, when it may
	TEST_AXE=required $(GO) test -timeout 20m $(PACKAGES)
	$(GO) test -race -timeout 20m $(RACE)
	$(GO) test -race -timeout 20m -skip 'Large|20MB|Cheap' ./relay/...
	$(GO) test -race -timeout 20m -run SQLite ./store

test-long: setup ## what takes too long for each change: the race detector over large messages, the whole store and the pages
	$(GO) test -race -timeout 60m -skip Cheap ./relay/... ./store/... ./web/...

demo: build ## play the whole story once and exit
	bin/rivgate demo

build: ## bin/rivgate
	$(GO) build -trimpath -ldflags '-X main.version=$(VERSION)' -o bin/rivgate ./cmd/rivgate

check: ## format, vet, lint, generated code current
	$(GO) vet ./...
	$(GOLANGCI) run --allow-parallel-runners
	$(CONTRACTGEN) --check --pack inferred --wsdl wsdl/inferred --out contracts/inferred
	$(CONTRACTGEN) --check --pack platform --wsdl wsdl/platform --out contracts/platform
	$(CONTRACTGEN) --check --pack official --wsdl wsdl/official --out contracts/official --empty-ok

format: ## write the Go files in the house's format
	$(GOLANGCI) fmt

generate: ## write the Go code of the contracts again
	$(CONTRACTGEN) --pack inferred --wsdl wsdl/inferred --out contracts/inferred
	$(CONTRACTGEN) --pack platform --wsdl wsdl/platform --out contracts/platform
	$(CONTRACTGEN) --pack official --wsdl wsdl/official --out contracts/official --empty-ok

bench-accept: setup ## durable accepts over HTTP beside pgbench and the disk, 1-256 callers, ROUNDS times; where the time goes; deliveries, restart, lists; BENCH_LARGE=1 adds a million cases
	@for round in $$(seq $(ROUNDS)); do $(GO) test -run '^$$' -bench 'AcceptHTTP|Limit' -benchtime 2s -timeout 1h ./cmd/torture || exit 1; done
	@$(GO) test -run '^$$' -bench 'Parts' -benchtime 3000x -timeout 1h ./cmd/torture
	@$(GO) test -run '^$$' -bench 'Drain|Deliver|Restart' -benchtime 2x -timeout 2h ./cmd/torture
	@$(GO) test -run '^$$' -bench 'List' -benchtime 1x -timeout 2h ./store

torture: setup ## kill, stop, cut off and mislead the gateway, and compare the ledgers; TORTURE=30m for longer, SEED=N to repeat
	@$(GO) run ./cmd/torture -for $(TORTURE) -seed $(SEED)

bench: setup build ## benchmarks, for benchstat: make bench > new.txt; BENCH=regexp COUNT=6; then bench-forward
	@$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem -count $(COUNT) -timeout 2h $(PACKAGES)
	@$(GO) run ./cmd/bench -gateway bin/rivgate -rounds $(ROUNDS) -sizes $(SIZES) -callers $(CALLERS)

bench-forward: setup build ## forwarding beside nginx and a bare Go proxy, 2 minutes; ROUNDS=3 SIZES=10k CALLERS=1,16
	@$(GO) run ./cmd/bench -gateway bin/rivgate -rounds $(ROUNDS) -sizes $(SIZES) -callers $(CALLERS)

bench-pages: ## time and size of every list page on 100 000 cases and 100 000 rows of a catalogue, and of a search among 100 000 units
	BENCH_PAGES=1 $(GO) test -run 'TestPagesOnManyCases|TestUnitsAreFoundAmongMany' -v -count 1 -timeout 30m ./web

screenshots: setup ## a picture of every page, to docs/screenshots
	@mkdir -p docs/screenshots
	SCREENSHOTS=$(CURDIR)/docs/screenshots $(GO) test -run TestScreenshots -count 1 ./web

fuzz: ## each fuzz target for FUZZTIME (30s)
	@for package in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz'); do \
	    echo "$$package $$target"; \
	    $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$package || exit 1; \
	  done; \
	done

setup:
	@.ci/setup
