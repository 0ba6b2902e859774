# `make help` lists what there is. The work is in scripts/, so that it can be read and tried without make.

# Arguments for the program:                 make run ARGS="loss --path direct"
ARGS =
# A part of the tests, benchmarks, fuzzing:  make bench PKG=./netcheck/stats BENCH=Window
PKG = ./...
BENCH = .
FUZZTIME = 20s

# Where git can not say which commit this is (a copy of the files, another user's clone), Go would refuse to build.
ifeq ($(shell git rev-parse HEAD 2>/dev/null),)
export GOFLAGS := $(GOFLAGS) -buildvcs=false
endif

.DEFAULT_GOAL := help
.PHONY: help run build test bench fuzz lint fmt clean

help: ## show this
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

run: ## install what is missing, build and run the full check; ARGS="..." to run something else
	@scripts/setup.sh run
	@CGO_ENABLED=0 go build -o bin/echopath .
	@scripts/run.sh bin/echopath $(ARGS)

build: ## build bin/echopath and bin/echopath-cli
	@scripts/setup.sh run
	CGO_ENABLED=0 go build -o bin/echopath .
	CGO_ENABLED=0 go build -o bin/echopath-cli ./cmd/echopath-cli

test: ## install what the tests need and run them all: lint, cross builds, tests with the race detector
	@scripts/setup.sh test
	@scripts/test.sh $(PKG)

bench: ## run the benchmarks, one package at a time; PKG=./netcheck/stats BENCH=Window for some
	@scripts/setup.sh run
	go test -p 1 -run '^$$' -bench '$(BENCH)' -benchmem $(PKG)

fuzz: ## run every fuzz target for FUZZTIME (20s) each
	@scripts/setup.sh run
	@scripts/fuzz.sh $(FUZZTIME)

lint: ## gofmt, go vet, staticcheck, and shellcheck where it is installed
	@scripts/setup.sh lint
	@scripts/lint.sh

fmt: ## format the Go files
	gofmt -w -s .

clean: ## remove what was built
	rm -rf bin
