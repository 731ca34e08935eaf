# How anything in this course is compiled. Included by chapter.mk and tests/test.mk.
#
#   CC=clang                    another compiler
#   SANITIZE=address,undefined  with sanitizers (also: thread)
#   WERROR=1                    warnings are errors, as in CI
#
# Objects and programs go to build/ (build/thread/, build/clang/... for the variants), never
# into the source folders.

ROOT := $(realpath $(dir $(lastword $(MAKEFILE_LIST)))..)

ifeq ($(origin CC),default)
CC := gcc
endif
comma := ,
VARIANT := $(if $(findstring clang,$(CC)),/clang)$(if $(SANITIZE),/$(subst $(comma),-,$(SANITIZE)))
BUILD   := $(ROOT)/build$(VARIANT)

CFLAGS  ?= -O2 -g
CFLAGS_ALL := -std=gnu11 -D_GNU_SOURCE -pthread -fno-omit-frame-pointer -fstack-clash-protection \
	-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes $(if $(WERROR),-Werror) \
	$(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=undefined) $(CFLAGS)
LDFLAGS_ALL := -pthread $(if $(SANITIZE),-fsanitize=$(SANITIZE)) $(LDFLAGS)

# The chapters that $(1) stands on, and the pkg-config packages that $(1) names, as its Makefile says.
stands_on = $(shell sed -n 's/^STANDS_ON *:= *//p' $(ROOT)/$(1)/Makefile 2>/dev/null)
packages  = $(shell sed -n 's/^PACKAGES *:= *//p' $(ROOT)/$(1)/Makefile 2>/dev/null)
# Chapter 05's switch between stacks is written in assembly, once for each kind of processor.
ARCH     := $(shell $(CC) -dumpmachine | cut -d- -f1)
