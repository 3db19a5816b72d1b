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

ifeq ($(SAN),1)
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
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -c $< -o $@

$(OBJ)/libbase.a:    $(BASE)
$(OBJ)/libiceberg.a: $(ICEBERG)
$(OBJ)/libmocks.a:   $(MOCKS)
$(OBJ)/libreports.a: $(REPORTS)
$(OBJ)/libharness.a: $(HARNESS)
$(ARCHIVES):
	@mkdir -p $(@D)
	@rm -f $@
	ar rcsD $@ $^

# The runner defines libc's clocks and waits itself (harness/sim/libc.c), so
# its objects are linked whole and exported.
$(BIN)/icefault: $(OBJ)/harness/icefault_main.o $(HARNESS) $(ARCHIVES)
	@mkdir -p $(@D)
	$(CC) $(SANFLAG) -rdynamic -o $@ $(OBJ)/harness/icefault_main.o $(HARNESS) \
	  $(OBJ)/libreports.a $(OBJ)/libmocks.a $(OBJ)/libiceberg.a $(OBJ)/libbase.a $(LIBS_all)

$(BIN)/icefault-serve: $(OBJ)/mocks/serve_main.o $(OBJ)/libmocks.a $(OBJ)/libbase.a
	@mkdir -p $(@D)
	$(CC) $(SANFLAG) -o $@ $^ $(LIBS_mocks)

# ---- unit tests: one program a file, beside what it tests -------------------

TESTS := $(patsubst %.c,$(BIN)/tests/%,$(wildcard base/*_test.c iceberg/*_test.c \
           mocks/*_test.c mocks/*/*_test.c reports/*_test.c harness/*_test.c harness/*/*_test.c))

$(BIN)/tests/base/%: $(OBJ)/base/%.o $(OBJ)/libbase.a
	@mkdir -p $(@D)
	$(CC) $(SANFLAG) -o $@ $^ $(LIBS_base)
$(BIN)/tests/reports/%: $(OBJ)/reports/%.o $(OBJ)/libreports.a $(OBJ)/libbase.a
	@mkdir -p $(@D)
	$(CC) $(SANFLAG) -o $@ $^ $(LIBS_base)
$(BIN)/tests/iceberg/%: $(OBJ)/iceberg/%.o $(OBJ)/libiceberg.a $(OBJ)/libbase.a
	@mkdir -p $(@D)
	$(CC) $(SANFLAG) -o $@ $^ $(LIBS_iceberg)
$(BIN)/tests/mocks/%: $(OBJ)/mocks/%.o $(OBJ)/libmocks.a $(OBJ)/libbase.a
	@mkdir -p $(@D)
	$(CC) $(SANFLAG) -o $@ $^ $(LIBS_mocks)
$(BIN)/tests/harness/%: $(OBJ)/harness/%.o $(HARNESS) $(ARCHIVES)
	@mkdir -p $(@D)
	$(CC) $(SANFLAG) -rdynamic -o $@ $< $(HARNESS) $(OBJ)/libreports.a \
	  $(OBJ)/libmocks.a $(OBJ)/libiceberg.a $(OBJ)/libbase.a $(LIBS_all)

## unit: build and run the unit tests
.PHONY: unit
unit: $(TESTS)
	@set -e; for t in $(TESTS); do timeout 120 $$t; done

## clean: remove build/
.PHONY: clean
clean:
	rm -rf $(BUILD)

-include $(shell find $(OBJ) -name '*.d' 2>/dev/null)
.DELETE_ON_ERROR:
.SECONDARY:
