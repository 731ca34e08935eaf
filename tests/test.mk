# What the Makefile of every folder in tests/ includes: each test_*.c is one cmocka program. It is
# linked with the bricks of the chapter of the same name, if there is one, of those that it stands
# on, and with tests/support. A folder may name before the include:
#   ALSO  further chapters whose bricks its tests use (one that brings another backend, say)
#   RUNS  further chapters whose programs its tests start
#   NO_MEMORY  those of its tests that use no_memory.h

TESTED := $(filter-out common,$(notdir $(patsubst %/Makefile,%,$(wildcard ../../$(notdir $(CURDIR))/Makefile))))
lower_of   = $(shell sed -n 's/^STANDS_ON *:= *//p' ../../$(1)/Makefile)
STANDS_ON := $(sort 03-epoll-loop $(foreach c,$(TESTED) $(ALSO),$(c) $(call lower_of,$(c)))) tests/support
PACKAGES  += cmocka
PROGRAMS  := $(basename $(wildcard test_*.c))
include $(dir $(lastword $(MAKEFILE_LIST)))../common/chapter.mk

# no_memory.c stands between these and whoever allocates.
WRAPPED := malloc calloc realloc reallocarray free strdup strndup asprintf vasprintf open_memstream \
	fopen opendir getaddrinfo mmap munmap pthread_create
$(NO_MEMORY:%=$(OUT)/%): private LDFLAGS_ALL += $(WRAPPED:%=-Wl,--wrap=%)

# `make run` runs them all and names each that failed.
.PHONY: run programs
run: all programs
	@failed=0; for test in $(PROGRAMS); do \
	  echo "== $(NAME)/$$test"; \
	  ROOT=$(ROOT) BUILD=$(BUILD) $(OUT)/$$test || { echo "FAILED: $(NAME)/$$test"; failed=1; }; \
	done; exit $$failed
ifndef LOWER_DONE
programs: lower
	@for c in $(TESTED) $(RUNS); do $(MAKE) --no-print-directory -C $(ROOT)/$$c || exit; done
endif
