# async in C, step by step. `make` lists the targets.
#
#   make demo                     the ten chapters, one job, drawn
#   make test                     every test
#   make test-05 SANITIZE=address,undefined

include common/build.mk

CHAPTERS := $(sort $(patsubst %/,%,$(dir $(wildcard [0-9][0-9]-*/Makefile))))
NUMBERS  := $(foreach c,$(CHAPTERS),$(firstword $(subst -, ,$(c))))
TESTS    := $(patsubst tests/%/Makefile,%,$(sort $(wildcard tests/*/Makefile)))
TESTS    := $(filter-out support,$(TESTS))
chapter   = $(filter $(1)-%,$(CHAPTERS))
export CC SANITIZE WERROR CFLAGS LDFLAGS

.PHONY: help all setup demo test aio clean check-format format common support $(CHAPTERS) $(NUMBERS)
.PHONY: $(NUMBERS:%=run-%) $(NUMBERS:%=test-%) $(TESTS:%=tests/%) grade

help:
	@sh common/help.sh

setup:
	@sh common/setup.sh

all: $(CHAPTERS)

# A floor is built after the floors that it stands on; two that do not meet are built side by side.
$(CHAPTERS) common support: | setup
common:
	@$(MAKE) --no-print-directory -C common library
$(CHAPTERS): common
	@$(MAKE) --no-print-directory -C $@
$(foreach c,$(CHAPTERS),$(eval $(c): $(call stands_on,$(c))))
$(foreach n,$(NUMBERS),$(eval $(n): $(call chapter,$(n))))
support: common 03-epoll-loop
	@$(MAKE) --no-print-directory -C tests/support library

demo: all
	@sh common/demo.sh $(BUILD) $(CHAPTERS)

$(foreach n,$(NUMBERS),$(eval run-$(n): $(n) 10))
$(NUMBERS:%=run-%):
	@sh common/demo.sh $(BUILD) $(call chapter,$(@:run-%=%))

aio: 10
	@exec $(BUILD)/10-http-server/app --port 3000

# The tests run one folder after another, whatever -j says: each starts servers and counts.
test: all support
	@sh tests/run.sh $(TESTS)
$(NUMBERS:%=test-%): all support
	@sh tests/run.sh $(call chapter,$(@:test-%=%))

grade: 10
	@sh tests/grade/grade.sh $(EX)

FORMATTED := $(shell git ls-files '*.c' '*.h' 2>/dev/null)
check-format:
	@clang-format --dry-run -Werror $(FORMATTED)
format:
	@clang-format -i $(FORMATTED)

clean:
	rm -rf $(ROOT)/build
