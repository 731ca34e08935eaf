# What the Makefile of every folder in tests/ includes: each test_*.c is one cmocka program. It is
# linked with the bricks of the chapter of the same name, if there is one, of those that it stands
# on, and with tests/support. A folder may name before the include:
#   ALSO  further chapters whose bricks its tests use (one that brings another backend, say)
#   RUNS  further chapters whose programs its tests start

TESTED := $(filter-out common,$(notdir $(patsubst %/Makefile,%,$(wildcard ../../$(notdir $(CURDIR))/Makefile))))
lower_of   = $(shell sed -n 's/^STANDS_ON *:= *//p' ../../$(1)/Makefile)
STANDS_ON := $(sort 03-epoll-loop $(foreach c,$(TESTED) $(ALSO),$(c) $(call lower_of,$(c)))) tests/support
PACKAGES  += cmocka
PROGRAMS  := $(basename $(wildcard test_*.c))
include $(dir $(lastword $(MAKEFILE_LIST)))../common/chapter.mk

# `make run` runs them all, and says at the end which have failed.
.PHONY: run programs
run: all programs
	@failed=; for test in $(PROGRAMS); do \
	  echo "== $(NAME)/$$test"; \
	  ROOT=$(ROOT) BUILD=$(BUILD) $(OUT)/$$test || failed="$$failed $$test"; \
	done; \
	if [ -n "$$failed" ]; then echo "FAILED in $(NAME):$$failed" >&2; exit 1; fi
ifndef LOWER_DONE
programs: lower
	@for c in $(TESTED) $(RUNS); do $(MAKE) --no-print-directory -C $(ROOT)/$$c || exit; done
endif
