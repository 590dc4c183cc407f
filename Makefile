# The front of the build; the work is done by tools/*.sh, CMakePresets.json and ninja.
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := release
JOBS ?= $(shell nproc)
PREFIX ?= /usr/local
DESTDIR ?=
V ?= 0
export JOBS V REPO QUERY SECONDS TARGET DESTDIR

# What every build needs: packages, fetched sources, parser tables. Each is silent when up to date.
grammars:
	@tools/setup.sh build
	@tools/fetch-grammars.sh
	@tools/fetch-duckdb.sh
	@tools/build.sh grammars

check-setup: grammars
	@tools/setup.sh check
	@tools/fetch-peers.sh
	@tools/fetch-mcp.sh
	@tools/fetch-openapi.sh
	@tools/fetch-browser.sh

release: grammars ## build/release/cq, cq-bench, libcq (the default)
	@tools/build.sh release

try: release ## build, then show an outline and a search [REPO=dir] [QUERY=text]
	@tools/try.sh

check: check-setup ## everything that must hold before a commit
	@tools/build.sh release test asan tsan
	@tools/check.sh release test asan tsan

test asan tsan: check-setup ## the tests of one preset: plain, ASan+UBSan or TSan
	@tools/build.sh $@
	@tools/check.sh $@

valgrind: check-setup ## the tests of the plain preset under valgrind
	@tools/build.sh test
	@tools/valgrind.sh

fuzz: check-setup ## run the fuzz targets [SECONDS=60] [TARGET=name]
	@tools/build.sh fuzz
	@tools/fuzz.sh

bench: check-setup release ## run the benchmarks [NAME=case] [ARGS=--json]
	@PATH="$(CURDIR)/build/peers:$$PATH" build/release/cq-bench $(NAME) $(ARGS)

soak-http: release ## memory of cq serve under a mixed load [SECONDS=1800] [REPO=dir]
	@python3 bench/http_soak.py build/release/cq "$(or $(REPO),.)"

load-http: release ## cq serve under load, beside nginx [REPOS="dir ..."]
	@tools/setup.sh bench
	@python3 bench/http_load.py --cq build/release/cq $(or $(REPOS),.)

reload-http: release ## 10,000 reloads of cq serve under load, 10,000 idle connections, slow readers
	@for part in life faults protocol; do CQ_LONG=1 python3 tests/http/$$part.py build/release/cq || exit 1; done

golden: check-setup ## rewrite what the command-line tests expect; review the diff
	@tools/build.sh test
	@tools/golden.sh

format: check-setup ## lay out the C files with clang-format
	@tools/format.sh

format-check: check-setup
	@tools/format.sh --check

install: release ## install cq, libcq, man page, completions [PREFIX=/usr/local] [DESTDIR=]
	@tools/build.sh release:cq-docs
	@cmake --install build/release --prefix "$(PREFIX)"

help: ## this list
	@awk -F ':.*## ' '/^[a-z].*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

.PHONY: grammars check-setup release try check test asan tsan valgrind fuzz bench soak-http load-http reload-http golden format format-check install help
