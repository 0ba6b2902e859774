# `make help` lists what there is. The work is in scripts/, so that it can be read and tried without make.

# Arguments for the program:                 make run ARGS="loss --path direct"
ARGS =
# The program without its window:            make run WINDOW=no
export WINDOW =
# A part of the tests, benchmarks, fuzzing:  make bench PKG=./netcheck/stats BENCH=Window
PKG = ./...
BENCH = .
FUZZTIME = 20s
SOAK = 20m
SHOTS = shots
SCENARIO =

# Where git can not say which commit this is (a copy of the files, another user's clone), Go would refuse to build.
ifeq ($(shell git rev-parse HEAD 2>/dev/null),)
export GOFLAGS := $(GOFLAGS) -buildvcs=false
endif

# The shape of the program that `build` leaves in bin/echopath.
KIND = $(if $(filter no,$(WINDOW)),terminal,window)

.DEFAULT_GOAL := help
.PHONY: help run build package test lab bench perf soak shots fuzz lint fmt clean

help: ## show this
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

run: ## install what is missing, build and open the window; ARGS="..." to run something else; WINDOW=no without a window
	@scripts/run.sh $(ARGS)

build: ## build bin/echopath and bin/echopath-cli; WINDOW=no for bin/echopath without its window
	@scripts/setup.sh go
	scripts/build.sh cli
	@$(if $(filter window,$(KIND)),scripts/setup.sh run)
	scripts/build.sh $(KIND)

package: ## make dist/echopath-VERSION-linux-ARCH.tar.xz, with an entry for menus and an icon
	@scripts/setup.sh package
	@scripts/package.sh

test: ## install what the tests need and run them all: lint, cross builds, tests with the race detector, the window
	@scripts/setup.sh test
	@scripts/test.sh $(PKG)

lab: ## two computers in network namespaces with NATs between them (Linux, root): all scenarios; SCENARIO=nat-matrix for one, SCENARIO=accuracy for figures against truth
	@scripts/setup.sh lab
	@scripts/lab.sh $(SCENARIO)

bench: ## run the benchmarks, one package at a time; PKG=./netcheck/stats BENCH=Window for some
	@scripts/setup.sh run
	go test -p 1 -tags migrated_fynedo -run '^$$' -bench '$(BENCH)' -benchmem $(PKG)

perf: ## time the video over bad networks, and the window: first frame, answer to a click, cost of drawing (needs Xvfb, xdotool)
	@scripts/setup.sh test
	ECHOPATH_PERF=1 go test -count=1 -v -run '^TestPerf' ./app/session
	@scripts/window.sh ECHOPATH_PERF=1 -run '^TestPerf' -timeout 30m
	ECHOPATH_PERF=1 go test -count=1 -v ./netcheck/accept/video

soak: ## watch memory and goroutines of the window for SOAK (20m) at 200 packets/s
	@scripts/window.sh ECHOPATH_PERF=1 ECHOPATH_SOAK=$(SOAK) -run '^TestSoak$$' -timeout 0

shots: ## pictures of the window in all states and sizes, to SHOTS (./shots)
	@mkdir -p $(SHOTS)
	@scripts/window.sh ECHOPATH_SHOTS=$(abspath $(SHOTS)) -run '^TestShots$$' -timeout 30m

fuzz: ## run every fuzz target for FUZZTIME (20s) each
	@scripts/setup.sh go
	@scripts/fuzz.sh $(FUZZTIME)

lint: ## gofmt, go vet, staticcheck, and shellcheck where it is installed
	@scripts/setup.sh lint
	@scripts/lint.sh

fmt: ## format the Go files
	gofmt -w -s .

clean: ## remove what was built
	rm -rf bin dist
