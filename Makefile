# icefault: `make` alone says what can be asked for.
#
# Everything is built out of tree under build/. Objects of a variant (plain,
# sanitized, covered by a fuzzer) have a folder of their own. Rooms are
# archives; what a room may link is what it may include (see `make lint`).

VERSION := 0.1.0
BUILD   := build
PREFIX  ?= /usr/local
CC      ?= cc

CPPFLAGS := -I. -D_GNU_SOURCE -DICEFAULT_VERSION='"$(VERSION)"'
WARN     := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
            -Wmissing-prototypes -Wformat=2 -Wvla
ifeq ($(DEVELOPER),1)
WARN += -Werror
endif

ifeq ($(FUZZ),1)
VARIANT := fuzz
CC      := clang
CFLAGS  ?= -O1 -g -fno-omit-frame-pointer
SANFLAG := -fsanitize=fuzzer-no-link,address,undefined \
           -fno-sanitize-recover=undefined
else ifeq ($(SAN),1)
VARIANT := san
CFLAGS  ?= -O1 -g -fno-omit-frame-pointer
SANFLAG := -fsanitize=address,undefined -fno-sanitize-recover=undefined
else
VARIANT := plain
CFLAGS  ?= -O2 -g
SANFLAG :=
endif
ALL_CFLAGS = -std=c11 $(CFLAGS) $(WARN) $(SANFLAG) -MMD -MP

OBJ := $(BUILD)/obj/$(VARIANT)
BIN := $(if $(filter san,$(VARIANT)),$(BUILD)/san,$(BUILD))

# V=1 shows the commands.
Q := $(if $(V),,@)

# ---- rooms ----------------------------------------------------------------

sources = $(filter-out %_test.c %_main.c %_fuzz.c,$(foreach d,$(1),$(wildcard $(d)/*.c)))
objects = $(patsubst %.c,$(OBJ)/%.o,$(call sources,$(1)))

BASE     := $(call objects,base)
ICEBERG  := $(call objects,iceberg)
MOCKS    := $(call objects,mocks mocks/catalog mocks/s3)
REPORTS  := $(call objects,reports)
HARNESS  := $(call objects,harness harness/sim)
ROOMS    := base iceberg mocks reports harness
ARCHIVES := $(ROOMS:%=$(OBJ)/lib%.a)

LIBS_base    := -lcjson -lcunit -lm
LIBS_iceberg := -lcurl -lz -lexpat -lcrypto $(LIBS_base)
LIBS_mocks   := -luv -lssl -lcrypto -lexpat -lz $(LIBS_base)
LIBS_all     := -lcurl -luv -lyaml -lssl -lcrypto -lexpat -lz $(LIBS_base) -ldl

.PHONY: help
help:
	@sed -n 's/^## \([a-z-]*\): /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 24

## build: build/icefault and build/icefault-serve
.PHONY: build
build: $(BIN)/icefault $(BIN)/icefault-serve

## deps: install what is missing (Debian packages), nothing when all is there
.PHONY: deps
deps:
	@ci/setup

$(OBJ)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC   $<"
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -c $< -o $@

$(OBJ)/libbase.a:    $(BASE)
$(OBJ)/libiceberg.a: $(ICEBERG)
$(OBJ)/libmocks.a:   $(MOCKS)
$(OBJ)/libreports.a: $(REPORTS)
$(OBJ)/libharness.a: $(HARNESS)
$(ARCHIVES):
	@mkdir -p $(@D)
	@rm -f $@
	$(Q)ar rcsD $@ $^

# The runner defines libc's clocks and waits itself (harness/sim/libc.c), so
# its objects are linked whole and exported.
$(BIN)/icefault: $(OBJ)/harness/icefault_main.o $(HARNESS) $(ARCHIVES)
	@mkdir -p $(@D)
	@echo "  LD   $@"
	$(Q)$(CC) $(SANFLAG) -rdynamic -o $@ $(OBJ)/harness/icefault_main.o $(HARNESS) \
	  $(OBJ)/libreports.a $(OBJ)/libmocks.a $(OBJ)/libiceberg.a $(OBJ)/libbase.a $(LIBS_all)

$(BIN)/icefault-serve: $(OBJ)/mocks/serve_main.o $(OBJ)/libmocks.a $(OBJ)/libbase.a
	@mkdir -p $(@D)
	@echo "  LD   $@"
	$(Q)$(CC) $(SANFLAG) -o $@ $^ $(LIBS_mocks)

# ---- unit tests: one program a file, beside what it tests -------------------

TESTS := $(patsubst %.c,$(BIN)/tests/%,$(wildcard base/*_test.c iceberg/*_test.c \
           mocks/*_test.c mocks/*/*_test.c reports/*_test.c harness/*_test.c harness/*/*_test.c))

$(BIN)/tests/base/%: $(OBJ)/base/%.o $(OBJ)/libbase.a
	@mkdir -p $(@D)
	@echo "  LD   $@"
	$(Q)$(CC) $(SANFLAG) -o $@ $^ $(LIBS_base)
$(BIN)/tests/reports/%: $(OBJ)/reports/%.o $(OBJ)/libreports.a $(OBJ)/libbase.a
	@mkdir -p $(@D)
	@echo "  LD   $@"
	$(Q)$(CC) $(SANFLAG) -o $@ $^ $(LIBS_base)
$(BIN)/tests/iceberg/%: $(OBJ)/iceberg/%.o $(OBJ)/libiceberg.a $(OBJ)/libbase.a
	@mkdir -p $(@D)
	@echo "  LD   $@"
	$(Q)$(CC) $(SANFLAG) -o $@ $^ $(LIBS_iceberg)
$(BIN)/tests/mocks/%: $(OBJ)/mocks/%.o $(OBJ)/libmocks.a $(OBJ)/libbase.a
	@mkdir -p $(@D)
	@echo "  LD   $@"
	$(Q)$(CC) $(SANFLAG) -o $@ $^ $(LIBS_mocks)
$(BIN)/tests/mocks/serve_main_test: | $(BIN)/icefault-serve
$(BIN)/tests/harness/%: $(OBJ)/harness/%.o $(HARNESS) $(ARCHIVES)
	@mkdir -p $(@D)
	@echo "  LD   $@"
	$(Q)$(CC) $(SANFLAG) -rdynamic -o $@ $< $(HARNESS) $(OBJ)/libreports.a \
	  $(OBJ)/libmocks.a $(OBJ)/libiceberg.a $(OBJ)/libbase.a $(LIBS_all)

# ---- fuzz targets: X_fuzz.c beside X.c ---------------------------------------
# build/fuzz/VARIANT/ROOM/X: with FUZZ=1 under libFuzzer, else with a driver of
# our own that gives every target the same inputs each time (ci/fuzz).

FUZZ_SRC := $(wildcard base/*_fuzz.c iceberg/*_fuzz.c mocks/*_fuzz.c \
              mocks/*/*_fuzz.c harness/*_fuzz.c)
FUZZ_BIN := $(BUILD)/fuzz/$(VARIANT)
FUZZERS  := $(FUZZ_SRC:%_fuzz.c=$(FUZZ_BIN)/%)
FUZZ_MAIN := $(if $(filter fuzz,$(VARIANT)),,$(OBJ)/ci/fuzz_driver.o)
FUZZ_LINK := $(if $(filter fuzz,$(VARIANT)),$(subst fuzzer-no-link,fuzzer,$(SANFLAG)),$(SANFLAG))
FUZZ_LIBS := $(OBJ)/libharness.a $(OBJ)/libreports.a $(OBJ)/libmocks.a \
             $(OBJ)/libiceberg.a $(OBJ)/libbase.a

.PHONY: fuzzers
fuzzers: $(FUZZERS)

# libc comes first: the harness's own clocks (harness/sim/libc.c) stay out.
$(FUZZ_BIN)/%: $(OBJ)/%_fuzz.o $(FUZZ_MAIN) $(FUZZ_LIBS)
	@mkdir -p $(@D)
	@echo "  LD   $@"
	$(Q)$(CC) $(FUZZ_LINK) -o $@ $(filter %.o,$^) -lc $(FUZZ_LIBS) $(LIBS_all)

# ---- what people ask for ------------------------------------------------------
# deps comes first by itself, so that a bare machine can build the rest.

REPORTS_DIR ?= build/reports
SUBMAKE = @$(MAKE) --no-print-directory -j$$(nproc)

## run: build, run every scenario, write reports to build/reports
.PHONY: run
run: deps
	$(SUBMAKE) build
	@build/icefault run --report $(REPORTS_DIR)

## unit: build and run the unit tests
.PHONY: unit
unit: $(TESTS)
	@ci/unit $(TESTS)

## mutants: every deliberate mistake must be noticed; the matrix
.PHONY: mutants
mutants: build
	@$(BIN)/icefault mutants --report $(REPORTS_DIR)

## check: everything that proves the project, in under five minutes
.PHONY: check
check: deps
	$(SUBMAKE) build
	$(SUBMAKE) $(TESTS)
	@ci/check

## lint: include rules, banned functions, lengths, generated files, clang-tidy
.PHONY: lint
lint: build
	@ci/lint

## docs: regenerate docs/FAULTS.md, docs/CATALOG.md, docs/S3.md, scenarios/schema.json and the README's picture
.PHONY: docs
docs: build
	build/icefault docs faults > docs/FAULTS.md
	build/icefault docs catalog > docs/CATALOG.md
	build/icefault docs s3 > docs/S3.md
	build/icefault schema > scenarios/schema.json
	build/icefault explain --svg create/error-500-after-create > docs/lost-create.svg

## check-determinism: 100 runs, one trace (RUNS=N for fewer)
.PHONY: check-determinism
check-determinism: build
	@ci/determinism

## check-long: sanitizers, valgrind, fuzzing, full lint, 200 seeds, 100 runs
.PHONY: check-long
check-long: build
	@$(MAKE) --no-print-directory lint check-san check-valgrind
	@build/icefault run --quick --seeds 200
	@ci/determinism
	@$(MAKE) --no-print-directory fuzz SECONDS_EACH=20

## check-clients: real clients of S3 and of the catalog against icefault serve
.PHONY: check-clients
check-clients: build
	@ci/clients

## check-rck: the Java compatibility kit against icefault serve, both warehouses
.PHONY: check-rck
check-rck: build
	@ci/rck
	@ci/rck --s3

## check-differential: the reference server and the mock, the same requests (JDK, Maven)
.PHONY: check-differential
check-differential: build
	@ci/differential

## check-minio: a real MinIO and the mock S3, the same requests (Go, to build MinIO)
.PHONY: check-minio
check-minio: build
	@ci/minio

## check-s3tests: the public S3 tests against the mock S3 (S3TESTS=DIR)
.PHONY: check-s3tests
check-s3tests: build
	@ci/s3tests

## check-peers: all of these five (what cannot be had is said and left out)
.PHONY: check-peers
check-peers: build
	@for peer in ci/clients ci/rck 'ci/rck --s3' ci/differential ci/minio ci/s3tests; do \
	    $$peer || [ $$? -eq 3 ] || exit 4; done

## check-san: unit tests, scenarios, fixed fuzz inputs under sanitizers
.PHONY: check-san
check-san:
	$(SUBMAKE) SAN=1 build unit
	@build/san/icefault run
	@SAN=1 ci/fuzz --fixed

## check-valgrind: unit tests and scenarios under valgrind
.PHONY: check-valgrind
check-valgrind: build $(TESTS)
	@ci/valgrind $(TESTS)

## fuzz: every parser under libFuzzer, a minute each (SECONDS_EACH=N)
.PHONY: fuzz
fuzz:
	@ci/fuzz

## bench: what requests cost, beside nginx, MinIO and others in the same run
.PHONY: bench
bench: build
	@ci/bench

## install: programs, scenarios and schema (PREFIX, DESTDIR)
.PHONY: install
install: build
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/icefault
	install -m 755 build/icefault build/icefault-serve $(DESTDIR)$(PREFIX)/bin
	cp -R scenarios $(DESTDIR)$(PREFIX)/share/icefault/

## clean: remove build/
.PHONY: clean
clean:
	rm -rf $(BUILD)

-include $(shell find $(OBJ) -name '*.d' 2>/dev/null)
.DELETE_ON_ERROR:
.SECONDARY:
