# How anything in this course is compiled. Included by the top Makefile and by chapter.mk.
#
#   CC=clang                    another compiler
#   SANITIZE=address,undefined  with sanitizers (also: SANITIZE=thread)
#   WERROR=1                    warnings are errors, as in CI
#   CFLAGS='-O0 -g'             instead of -O2 -g
#   SWITCH=ucontext             coroutines by the C library, not by our assembly (05-coroutines)
#   V=1                         shows the commands in full
#
# Objects and programs go to build/, never into the source folders. What was built in another way
# lies beside it, in build/clang/, build/thread/, ...; so two ways never mix.

ROOT := $(realpath $(dir $(lastword $(MAKEFILE_LIST)))..)

ifeq ($(origin CC),default)
CC := gcc
endif
CFLAGS ?= -O2 -g

ifneq ($(filter-out ucontext,$(SWITCH)),)
$(error SWITCH=$(SWITCH): there is only SWITCH=ucontext; without it, the assembly for this processor)
endif

# The folder: the compiler's name and what else is not as usual; other flags by their checksum.
COMPILER := $(filter-out gcc,$(notdir $(lastword $(filter-out -%,$(CC)))))
FLAGS    := $(strip $(CFLAGS) $(LDFLAGS) $(filter -%,$(CC)))
FLAGS    := $(if $(subst x-O2 -g,,x$(FLAGS)),flags-$(firstword $(shell echo '$(FLAGS)' | cksum)))
comma    := ,
space    := $(subst ,, )
VARIANT  := $(COMPILER) $(subst $(comma),-,$(SANITIZE)) $(if $(WERROR),werror) $(SWITCH) $(FLAGS)
BUILD    := $(ROOT)/build$(subst $(space),,$(patsubst %,/%,$(VARIANT)))

CFLAGS_ALL := -std=gnu11 -D_GNU_SOURCE -pthread -fno-omit-frame-pointer -fstack-clash-protection \
	-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes $(if $(WERROR),-Werror) \
	$(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=undefined) \
	$(if $(SWITCH),-DSWITCH_UCONTEXT) $(CFLAGS)
LDFLAGS_ALL := -pthread -Wl,--as-needed $(if $(SANITIZE),-fsanitize=$(SANITIZE)) $(LDFLAGS)

# The chapters that $(1) stands on, and the pkg-config packages that it names, as its Makefile says.
said_in   = $(shell sed -n 's/^$(2) *:= *//p' $(ROOT)/$(1)/Makefile)
stands_on = $(call said_in,$(1),STANDS_ON)
packages  = $(call said_in,$(1),PACKAGES)
