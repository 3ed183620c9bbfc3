# make            everything, into build/ (programs: build/bin)
# make test       all tests; TEST=tm-csv or TEST=web runs some
# make check      what ./check runs: warnings are errors, nothing is skipped
# make test-kernels   tm-capture in Debian's real kernels; KERNEL=bookworm
# make bench      benchmarks against references in the same run; PART=csv
# make bench-kernel   what metering costs the traffic (root)
# make install    PREFIX (/usr/local), DESTDIR and KEEPER, who writes the history
#                 (UID:GID); make uninstall

VERSION := 0.1
PREFIX ?= /usr/local
BUILD ?= build
# make splits names at blanks, which the name of this directory may have
override BUILD := $(subst $(CURDIR)/,,$(BUILD))

CC ?= cc
CLANG ?= clang
PKG_CONFIG ?= pkg-config
MANDIR ?= $(PREFIX)/share/man

CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wmissing-prototypes
HARDENING ?= -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fPIE \
	-fstack-clash-protection
HARDENING_LD ?= -pie -Wl,-z,relro,-z,now,-z,noexecstack
# The same source gives the same programs whatever the directory.
COMPILE = -std=gnu11 -ffile-prefix-map="$$PWD"=. \
	-D_GNU_SOURCE -DTM_VERSION='"$(VERSION)"' -I. \
	$(WARNINGS) $(HARDENING) $(CFLAGS) $(CPPFLAGS)

# A tool is left out, with a warning, where its library or compiler is missing.
has = $(shell $(PKG_CONFIG) --exists $(1) 2>/dev/null && echo yes)
needs_tm-capture := libbpf
compiles_by_tm-capture := $(firstword $(CLANG))
needs_tm-doctor := libbpf
needs_tm-store := sqlite3
needs_tm-top := ncursesw
needs_tm-web := sqlite3 libmicrohttpd

known := $(patsubst %/main.c,%,$(wildcard tm-*/main.c ipmask/main.c))
missing = $(strip $(foreach library,$(needs_$(1)),\
	$(if $(call has,$(library)),,$(library))) \
	$(foreach program,$(compiles_by_$(1)),\
	$(if $(shell command -v $(program)),,$(program))))
left_out := $(foreach tool,$(known),$(if $(call missing,$(tool)),$(tool)))
tools := $(filter-out $(left_out),$(known))
$(foreach tool,$(left_out),$(warning $(tool) is left out: \
	$(call missing,$(tool)) is missing (README.md, "Requirements")))

have_seccomp := $(call has,libseccomp)
ifneq ($(have_seccomp),yes)
$(warning tm-capture will run without a seccomp filter: libseccomp is missing)
$(warning tm-web will run without a seccomp filter: libseccomp is missing)
endif

programs := $(tools:%=$(BUILD)/bin/%)
pages := $(wildcard */*.1 */*.5 */*.7 */*.8)
library := $(BUILD)/libtm.a
# Of folders; compat/ holds the formats of other people's tools.
objects = $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(1:%=%/*.c) \
	$(1:%=%/compat/*.c)))
# The library's layers; the history needs SQLite, and so do those who use it.
layers := $(patsubst %/,%,$(wildcard common/*/))
ifneq ($(call has,sqlite3),yes)
layers := $(filter-out common/history,$(layers))
endif
helpers := $(patsubst tests/lib/%.c,$(BUILD)/tests/%,$(wildcard tests/lib/*.c))
ifneq ($(call has,sqlite3),yes)
helpers := $(filter-out %/history-check,$(helpers))
endif
ifneq ($(call has,libbpf),yes)
helpers := $(filter-out %/verdict-check,$(helpers))
endif
racers := $(patsubst bench/%.c,$(BUILD)/bench/%,$(wildcard bench/*.c))

all: $(programs) $(helpers)

$(library): $(call objects,$(layers))
	rm -f $@
	$(AR) rcD $@ $^

ifeq ($(have_seccomp),yes)
$(BUILD)/common/system/rights.o: CPPFLAGS += -DTM_HAVE_SECCOMP
$(BUILD)/bin/tm-capture $(BUILD)/bin/tm-web $(BUILD)/tests/rights-check: \
	LDLIBS += $(shell $(PKG_CONFIG) --libs libseccomp)
endif

define program
$(BUILD)/bin/$(1): $(call objects,$(1)) $(library)
$(BUILD)/bin/$(1): LDLIBS += $(if $(needs_$(1)),\
	$(shell $(PKG_CONFIG) --libs $(needs_$(1))))
$(BUILD)/$(1)/%.o: CPPFLAGS += $(if $(needs_$(1)),\
	$(shell $(PKG_CONFIG) --cflags-only-I $(needs_$(1))))
endef
$(foreach tool,$(tools),$(eval $(call program,$(tool))))

$(BUILD)/bin/%:
	@mkdir -p $(@D)
	$(CC) $(HARDENING_LD) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lz -lpthread $(LDLIBS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(COMPILE) -MMD -MP -c -o $@ $<

$(BUILD)/tests/%: tests/lib/%.c $(library)
	@mkdir -p $(@D)
	$(CC) $(COMPILE) $(HARDENING_LD) -MMD -MP -o $@ $< $(library) -lz -lpthread \
		$(LDLIBS)

$(BUILD)/tests/history-check: LDLIBS += $(shell $(PKG_CONFIG) --libs sqlite3)
$(BUILD)/common/history/%.o $(BUILD)/tests/history-check: CPPFLAGS += \
	$(shell $(PKG_CONFIG) --cflags-only-I sqlite3 2>/dev/null)

$(BUILD)/bench/%: bench/%.c $(library)
	@mkdir -p $(@D)
	$(CC) $(COMPILE) $(HARDENING_LD) -MMD -MP -o $@ $< $(library) -lz -lpthread

# The eBPF object: CO-RE, no debug paths, so that the same source gives the
# same bytes in any directory. Debian keeps asm/ in the multiarch folder.
multiarch := $(shell $(CC) -print-multiarch 2>/dev/null)
BPF_CFLAGS := -target bpf -O2 -g -ffreestanding -Wall -Wextra \
	-Wno-unused-parameter \
	-Werror -I. $(if $(multiarch),-idirafter /usr/include/$(multiarch)) \
	-ffile-prefix-map="$$PWD"=. -fdebug-compilation-dir=.

# Twice: capture.plain.o is for those who have no CAP_PERFMON. It reads nothing
# of the kernel and uses no halves of registers, which old verifiers refuse.
$(BUILD)/bpf/%.bpf.o: bpf/%.bpf.c
	@mkdir -p $(@D)
	$(CLANG) $(BPF_CFLAGS) -mcpu=v3 -MMD -MP -c -o $@ $<

$(BUILD)/bpf/%.plain.o: bpf/%.bpf.c
	@mkdir -p $(@D)
	$(CLANG) $(BPF_CFLAGS) -DPLAIN -mcpu=v2 -MMD -MP -c -o $@ $<

$(BUILD)/bin/tm-capture: $(BUILD)/tm-capture/object.o
$(BUILD)/tm-capture/object.o: tm-capture/object.S \
		$(BUILD)/bpf/capture.bpf.o $(BUILD)/bpf/capture.plain.o
	@mkdir -p $(@D)
	$(CC) -DOBJECT='"$(BUILD)/bpf/capture.bpf.o"' \
		-DPLAIN_OBJECT='"$(BUILD)/bpf/capture.plain.o"' -c -o $@ $<

# The page, inside tm-web: each file as it is and packed. The first one names the
# others below a path of this version, so that browsers may keep them. facets.js
# is written by the program itself.
page := $(wildcard $(addprefix tm-web/page/*.,html css js svg png ico))
page_first := $(BUILD)/tm-web/page/index.html
page_built := $(page:tm-web/page/index.html=$(page_first))
page_packed := $(page:%=$(BUILD)/%.gz)
page_keys := tm-web/facets.c common/sums/key.c common/sums/key.h

$(page_first): $(page) $(page_keys)
	@mkdir -p $(@D)
	sed -E "s,(href|src)=\"([a-z0-9-]+\.[a-z]+)\",\1=\"v$$(cat $(page) $(page_keys) | \
		cksum | cut -d' ' -f1)/\2\"," tm-web/page/index.html >$@

$(page_first).gz: $(page_first)
	gzip -9nc $< >$@

$(BUILD)/tm-web/page/%.gz: tm-web/page/%
	@mkdir -p $(@D)
	gzip -9nc $< >$@

$(BUILD)/tm-web/assets-table.c: tm-web/assets-table $(page_built) $(page_packed)
	BUILD=$(BUILD) sh $< $(page_built) >$@

$(BUILD)/tm-web/assets-table.o: $(BUILD)/tm-web/assets-table.c
	$(CC) $(COMPILE) -MMD -MP -c -o $@ $<

$(BUILD)/bin/tm-web: $(BUILD)/tm-web/assets-table.o

test: all
	BUILD="$$(realpath $(BUILD))" tests/run $(TEST)

strict: clean
	$(MAKE) all CFLAGS='$(CFLAGS) -Werror'

check: strict
	BUILD="$$(realpath $(BUILD))" tests/run --strict

test-kernels: all
	BUILD="$$(realpath $(BUILD))" tests/kernels/run $(KERNEL)

bench: all $(racers)
	BUILD="$$(realpath $(BUILD))" bench/run $(PART)

bench-kernel: all $(racers)
	BUILD="$$(realpath $(BUILD))" bench/kernel

# Whose the history is: the user tm, else who called sudo. What is packaged for
# another host (DESTDIR) has none of this host's users.
KEEPER ?= $(if $(DESTDIR),,$(shell [ "$$(id -u)" != 0 ] || if id -u tm; \
	then echo "$$(id -u tm):$$(id -g tm)"; \
	else echo "$$SUDO_UID:$$SUDO_GID"; fi 2>/dev/null | tail -n 1))
history := $(DESTDIR)/var/lib/tm

install: all
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -m 755 $(programs) "$(DESTDIR)$(PREFIX)/bin"
	set -e; for page in $(pages); do install -D -m 644 $$page \
		"$(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/}"; done
	install -D -m 755 contrib/quota-mail \
		"$(DESTDIR)$(PREFIX)/share/tm/quota-mail"
	[ -d "$(history)" ] || { install -d -m 750 "$(history)" \
		$(if $(KEEPER),&& chown $(KEEPER) "$(history)"); }

uninstall:
	for tool in $(known); do rm -f "$(DESTDIR)$(PREFIX)/bin/$$tool"; done
	for page in $(pages); do rm -f \
		"$(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/}"; done
	rm -f "$(DESTDIR)$(PREFIX)/share/tm/quota-mail"
	rmdir "$(DESTDIR)$(PREFIX)/share/tm" "$(history)" 2>/dev/null || true

clean:
	rm -rf $(BUILD)

.PHONY: all test strict check test-kernels bench bench-kernel install uninstall clean
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
