# What every chapter's Makefile includes, after it has named:
#   STANDS_ON  the lower chapters whose bricks it uses, all of them, lowest first
#   PROGRAMS   its programs: PROGRAM.c is linked with the bricks; every other .c here is a brick
#   PACKAGES   the pkg-config names of the libraries that its bricks or programs need
# A chapter sees the headers of common/ and of the chapters it stands on, and no others; by quotes
# only (-iquote), so that <semaphore.h> in a library's header stays the system's.

include $(dir $(lastword $(MAKEFILE_LIST)))build.mk

NAME     := $(patsubst $(ROOT)/%,%,$(realpath $(CURDIR)))
OUT      := $(BUILD)/$(NAME)
LOWER    := $(if $(filter common,$(NAME)),,common) $(STANDS_ON)
library  = $(BUILD)/$(1)/lib$(notdir $(1)).a
LIBRARY  := $(call library,$(NAME))
BRICKS   := $(filter-out $(PROGRAMS:%=%.c),$(wildcard *.c)) $(wildcard *_$(ARCH).S)
OBJECTS  := $(patsubst %,$(OUT)/%.o,$(basename $(BRICKS)))
BINARIES := $(PROGRAMS:%=$(OUT)/%)
NEEDS    := $(sort $(PACKAGES) $(foreach c,$(LOWER),$(call packages,$(c))))
CPPFLAGS_ALL := $(LOWER:%=-iquote $(ROOT)/%) $(if $(NEEDS),$(shell pkg-config --cflags $(NEEDS)))
LIBS     := $(foreach c,$(LOWER),$(call library,$(c)))
LDLIBS_ALL := -Wl,--start-group $(LIBRARY) $(LIBS) -Wl,--end-group \
	$(if $(NEEDS),$(shell pkg-config --libs $(NEEDS))) $(LDLIBS)

.PHONY: all library lower clean
.DELETE_ON_ERROR:
all: library $(BINARIES)
library: $(LIBRARY)

# Lower floors first. Under the top Makefile they are already built and nothing happens here.
lower:
	@for c in $(LOWER); do $(MAKE) --no-print-directory -C $(ROOT)/$$c library || exit; done
$(LIBS): lower ;

$(OUT)/%.o: %.c $(ROOT)/common/chapter.mk $(ROOT)/common/build.mk | $(OUT)
	$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<
$(OUT)/%.o: %.S | $(OUT)
	$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<
$(LIBRARY): $(OBJECTS)
	@rm -f $@
	ar rcs $@ $(OBJECTS)
$(BINARIES): $(OUT)/%: $(OUT)/%.o $(LIBRARY) $(LIBS)
	$(CC) $(LDFLAGS_ALL) -o $@ $< $(LDLIBS_ALL)
$(OUT):
	@mkdir -p $@
clean:
	rm -rf $(OUT)

-include $(wildcard $(OUT)/*.d)
