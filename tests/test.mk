# What the Makefile of every folder tests/NN-name includes: each test_*.c is one cmocka program.
# It is linked with the bricks of the chapter of the same name and of those that it stands on,
# and with tests/support. A folder may name before the include:
#   ALSO  further folders whose bricks its tests use (backend_uv from a later chapter, say)

CHAPTER   := $(notdir $(CURDIR))
stands_on_here = $(shell sed -n 's/^STANDS_ON *:= *//p' ../../$(1)/Makefile)
STANDS_ON := $(filter-out common,$(CHAPTER) $(call stands_on_here,$(CHAPTER)) $(ALSO) \
	$(foreach c,$(ALSO),$(call stands_on_here,$(c)))) 03-epoll-loop tests/support
STANDS_ON := $(shell printf '%s\n' $(STANDS_ON) | sort -u)
PACKAGES  := cmocka
PROGRAMS  := $(basename $(wildcard test_*.c))
include $(dir $(lastword $(MAKEFILE_LIST)))../common/chapter.mk

# `make run` runs them, stops at the first that fails, and says which.
.PHONY: run
run: all
	@for t in $(PROGRAMS); do echo "== $(NAME)/$$t"; \
	  ROOT=$(ROOT) BUILD=$(BUILD) $(OUT)/$$t || { echo "FAILED: $(NAME)/$$t" >&2; exit 1; }; done
