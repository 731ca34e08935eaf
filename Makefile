# async in C, step by step. `make` lists the targets.

include common/build.mk

CHAPTERS := $(patsubst %/Makefile,%,$(sort $(wildcard [0-9][0-9]-*/Makefile)))
NUMBERS  := $(foreach c,$(CHAPTERS),$(firstword $(subst -, ,$(c))))
TESTS    := $(filter-out support,$(patsubst tests/%/Makefile,%,$(sort $(wildcard tests/*/Makefile))))
chapter   = $(filter $(1)-%,$(CHAPTERS))

export CC CFLAGS LDFLAGS SANITIZE WERROR SWITCH BUILD
export SETUP_DONE := yes
UNIT_MS  ?= 1000
FLOOR    := +@$(MAKE) --no-print-directory LOWER_DONE=yes -C

.PHONY: help setup all demo test tests hostile mutants explore oracle explain-cancel bench aio grade check-format format clean common support
.PHONY: $(CHAPTERS) $(NUMBERS) $(NUMBERS:%=run-%) $(NUMBERS:%=test-%) $(TESTS:%=tests/%)

help:
	@sh common/help.sh

setup:
	@sh common/setup.sh

# A floor is built after the floors that it stands on; two that do not meet are built side by side.
all: $(CHAPTERS)
common: | setup
	$(FLOOR) common library
$(CHAPTERS): common
	$(FLOOR) $@
$(foreach c,$(CHAPTERS),$(eval $(c): $(call stands_on,$(c))))
$(foreach n,$(NUMBERS),$(eval $(n): $(call chapter,$(n))))

support: common 03-epoll-loop
	$(FLOOR) tests/support library
$(TESTS:%=tests/%): all support
	$(FLOOR) $@
$(foreach t,$(TESTS:%=tests/%),$(eval $(t): $(filter tests/%,$(call said_in,$(t),ALSO))))
tests: $(TESTS:%=tests/%)

demo: all
	@sh common/demo.sh $(BUILD) $(CHAPTERS)
$(foreach n,$(NUMBERS),$(eval run-$(n): $(n) 10))
$(NUMBERS:%=run-%):
	@sh common/demo.sh $(BUILD) $(call chapter,$(@:run-%=%))
aio: 10
	@exec $(BUILD)/10-http-server/app --port 3000 --unit-ms $(UNIT_MS)

# The tests run one folder after another, whatever -j says: each starts servers and counts.
test: tests
	@LOWER_DONE=yes sh tests/run.sh $(TESTS)
$(foreach n,$(NUMBERS),$(eval test-$(n): tests/$(call chapter,$(n))))
$(NUMBERS:%=test-%):
	@LOWER_DONE=yes sh tests/run.sh $(call chapter,$(@:test-%=%))
hostile: tests/end-to-end
	@BUILD=$(BUILD) ONLY='$(ONLY)' sh tests/end-to-end/hostile.sh
explain-cancel: 06
	@$(BUILD)/06-tasks-gather/explain_cancel
oracle: tests/oracle
	@BUILD=$(BUILD) sh tests/oracle/oracle.sh
# Copies of the tree with a mistake in each; all schedules of small tests, or LOOP_EXPLORE=500 of them.
mutants: | setup
	@ONLY='$(ONLY)' sh tests/mutants/mutants.sh
explore: tests/explore
	@LOWER_DONE=yes sh tests/run.sh explore
bench: all tests/bench
	@BUILD=$(BUILD) ONLY='$(ONLY)' sh tests/bench/bench.sh
grade: | setup
	@sh tests/grade/grade.sh $(EX)

SOURCES   = $(shell git ls-files '*.c' '*.h')
check-format:
	@clang-format --dry-run -Werror $(SOURCES)
format:
	@clang-format -i $(SOURCES)

clean:
	rm -rf $(ROOT)/build
