# What every chapter's Makefile includes, after it has named:
#   STANDS_ON  the lower chapters whose bricks it uses, all of them, lowest first
#   PROGRAMS   its programs: PROGRAM.c is linked with the bricks; every other .c here is a brick
#   PACKAGES   the pkg-config names of the libraries that its bricks or programs need
# What is written in assembly, NAME_ARCH.S, is a brick for that processor; for all others, and by
# SWITCH=ucontext, NAME_ucontext.c takes its place.
# What stands in its folder broken/ is built, too: programs that show a trap, each linked with the bricks.
# A chapter sees the headers of common/ and of the chapters it stands on, and no others; by quotes
# only (-iquote), so that <semaphore.h> in a library's header stays the system's.

include $(dir $(lastword $(MAKEFILE_LIST)))build.mk

# What is missing is installed before anything asks pkg-config. The top Makefile has done it already.
ifndef SETUP_DONE
ifneq ($(MAKECMDGOALS),clean)
ifneq ($(shell CC='$(CC)' sh $(ROOT)/common/setup.sh >&2; echo $$?),0)
$(error the set-up failed, see above)
endif
export SETUP_DONE := yes
endif
endif

NAME     := $(patsubst $(ROOT)/%,%,$(realpath $(CURDIR)))
OUT      := $(BUILD)/$(NAME)
LOWER    := $(if $(filter common,$(NAME)),,common) $(STANDS_ON)
ARCH     := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine)))

library   = $(BUILD)/$(1)/lib$(notdir $(1)).a
LIBRARY  := $(call library,$(NAME))
ASSEMBLY := $(if $(SWITCH),,$(wildcard *_$(ARCH).S))
BRICKS   := $(filter-out $(PROGRAMS:%=%.c) $(if $(ASSEMBLY),%_ucontext.c),$(wildcard *.c)) $(ASSEMBLY)
OBJECTS  := $(patsubst %,$(OUT)/%.o,$(basename $(BRICKS)))
BROKEN   := $(basename $(wildcard broken/*.c))
BINARIES := $(PROGRAMS:%=$(OUT)/%) $(BROKEN:%=$(OUT)/%)

NEEDS    := $(sort $(PACKAGES) $(foreach c,$(LOWER),$(call packages,$(c))))
LIBS     := $(foreach c,$(LOWER),$(call library,$(c)))
CPPFLAGS_ALL := -iquote . $(LOWER:%=-iquote $(ROOT)/%) \
	$(if $(NEEDS),$(shell pkg-config --cflags $(NEEDS)))
LDLIBS_ALL   := -Wl,--start-group $(LIBRARY) $(LIBS) -Wl,--end-group \
	$(if $(NEEDS),$(shell pkg-config --libs $(NEEDS))) $(LDLIBS)

# One short line for each file; V=1 shows the command.
ifdef V
say =
else
say = @echo '  $(1)  $(patsubst $(ROOT)/%,%,$@)';
endif

.PHONY: all library lower clean FORCE
.DELETE_ON_ERROR:
.SECONDARY:

all: library $(BINARIES)
library: $(LIBRARY)

# Lower floors first. Under the top Makefile they are built already, and it says so.
ifndef LOWER_DONE
lower:
	@for c in $(LOWER); do $(MAKE) --no-print-directory -C $(ROOT)/$$c library || exit; done
$(LIBS): lower ;
endif

$(OUT)/%.o: %.c $(ROOT)/common/chapter.mk $(ROOT)/common/build.mk
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<
$(OUT)/%.o: %.S $(ROOT)/common/chapter.mk $(ROOT)/common/build.mk
	@mkdir -p $(@D)
	$(call say,AS)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(LIBRARY): $(OBJECTS) $(OUT)/bricks
	@rm -f $@
	$(call say,AR)ar rcs $@ $(OBJECTS)
$(BINARIES): $(OUT)/%: $(OUT)/%.o $(LIBRARY) $(LIBS)
	$(call say,LD)$(CC) $(LDFLAGS_ALL) -o $@ $< $(LDLIBS_ALL)

# A brick that was taken away has to leave the library too: this file names what is in it.
$(OUT)/bricks: FORCE
	@mkdir -p $(@D)
	@echo '$(BRICKS)' | cmp -s - $@ || echo '$(BRICKS)' >$@
FORCE:

clean:
	rm -rf $(OUT)

-include $(wildcard $(OUT)/*.d $(OUT)/*/*.d)
