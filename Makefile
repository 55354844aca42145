# Rivgate. `make run` and `make test` are all that a newcomer needs; `make help` lists the rest.
GO       ?= go
LINT     ?= $(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
GOFUMPT  ?= $(GO) run mvdan.cc/gofumpt@v0.12.0
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null)
FUZZTIME ?= 30s
BENCH    ?= .
COUNT    ?= 6
PACKAGES ?= ./...

.PHONY: help run test demo build check generate bench fuzz setup

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: build ## start gateway, simulators and pages with the demo world; data in ./data
	bin/rivgate serve

test: setup ## all tests, PostgreSQL and browser included; installs by apt what is missing, when it may
	$(GO) test -timeout 20m $(PACKAGES)

demo: build ## play the whole story once and exit
	bin/rivgate demo

build: ## bin/rivgate
	$(GO) build -trimpath -ldflags '-X main.version=$(VERSION)' -o bin/rivgate ./cmd/rivgate

check: ## format, vet, lint, generated code current
	@unformed=$$($(GOFUMPT) -l .) && { test -z "$$unformed" || { echo "gofumpt would change:"; echo "$$unformed"; exit 1; }; }
	$(GO) vet ./...
	$(LINT) run
	$(MAKE) generate
	git diff --exit-code -- contracts
	@stray=$$(git ls-files --others --exclude-standard -- contracts/inferred contracts/platform) && { test -z "$$stray" || { echo "generated, but not committed:"; echo "$$stray"; exit 1; }; }

generate: ## write the Go code of the contracts again
	$(GO) run ./cmd/contractgen -pack inferred -wsdl wsdl/inferred -out contracts/inferred
	$(GO) run ./cmd/contractgen -pack platform -wsdl wsdl/platform -out contracts/platform

bench: setup ## benchmarks, for benchstat: make bench > new.txt; BENCH=regexp COUNT=6
	@$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem -count $(COUNT) -timeout 2h $(PACKAGES)

fuzz: ## each fuzz target for FUZZTIME (30s)
	@for package in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz'); do \
	    echo "$$package $$target"; \
	    $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package || exit 1; \
	  done; \
	done

setup:
	@.ci/setup
