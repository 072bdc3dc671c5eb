# press - one Makefile, no recursion.
#
#   make            build/pressd, build/pressctl, build/press-inbox
#   make demo       the whole main job against a mail server that catches everything
#   make check      every test but the slow ones   (SAN=address,undefined: under sanitizers)
#   make fuzz       give bad input to every parser, an hour each; make fuzz-short: a minute
#   make torture    pressd through every fault, at full size (SAN=…: at the size of CI)
#   make bench      what pressd does in a second, beside others; make bench-scale: a million letters
#   make lint       style, layers, static analysis, a test for each demand
#   make manual     the list of settings in press.conf(5), from their table
#   make install    DESTDIR and PREFIX are honoured; make uninstall takes it away again
#
# Everything but the mains goes into libpress.a, which programs and tests link.

comma  := ,
SAN    ?=
BUILD  ?= build$(if $(SAN),/san-$(subst $(comma),-,$(SAN)))
PREFIX ?= /usr/local
Q      := $(if $(V),,@)# V=1 shows the commands
show    = $(if $(V),,@echo "  $(1)  $@")
CC     ?= gcc
CFLAGS ?= -O2 -g

PACKAGES := libcurl gnutls nettle libetpan sqlite3 libconfuse md4c libutf8proc libidn2 jansson libsodium libseccomp
# Asked once, and only when something is built: `make check` may have to install pkg-config first.
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell pkg-config --cflags $(PACKAGES)))$(PKG_CFLAGS)
# libetpan.pc names a spec file of dpkg-dev's, which nobody needs and few have.
PKG_LIBS   = $(eval PKG_LIBS := $(filter-out -specs=%,$(shell pkg-config --libs $(PACKAGES))))$(PKG_LIBS)

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wvla -Wstrict-prototypes \
        -Wmissing-prototypes -Wwrite-strings $(if $(CI),-Werror)
HARDEN := -fstack-protector-strong -fPIE $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer \
        -fno-sanitize-recover=all,-D_FORTIFY_SOURCE=2)
ALL_CFLAGS = -std=gnu17 -D_GNU_SOURCE -Iinclude $(WARN) $(HARDEN) $(PKG_CFLAGS) $(CFLAGS) -MMD -MP
ALL_LDFLAGS = -pie -Wl,--as-needed,-z,relro,-z,now $(if $(SAN),-fsanitize=$(SAN)) $(LDFLAGS)

PROGRAMS := $(patsubst src/%.c,$(BUILD)/%,$(wildcard src/*.c))
LIB_SRC  := $(wildcard src/*/*.c)
LIB_OBJ  := $(LIB_SRC:%.c=$(BUILD)/%.o) $(patsubst %,$(BUILD)/gen/%.o,messages templates phrases)
MAIL_TEMPLATES := $(sort $(wildcard templates/mail/*))

UNIT     := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))
SUPPORT  := $(patsubst tests/support/%.c,$(BUILD)/tests/%.o,$(wildcard tests/support/*.c))

.PHONY: all check torture unit check-clang demo bench bench-quick bench-scale lint manual fuzz fuzz-short fuzzers replays deps-fuzz install uninstall deps-test deps-demo deps-bench clean
.SECONDARY:
.DELETE_ON_ERROR:

all: $(PROGRAMS)

$(BUILD)/libpress.a: $(LIB_OBJ)
	@rm -f $@
	$(call show,AR)
	$(Q)$(AR) rcs $@ $^

$(PROGRAMS): $(BUILD)/%: $(BUILD)/src/%.o $(BUILD)/libpress.a
	$(call show,CC)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call show,CC)
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/gen/%.o: $(BUILD)/gen/%.c
	$(call show,CC)
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/gen/messages.c: templates/messages/vi.po templates/po.awk
	@mkdir -p $(@D)
	LC_ALL=C awk -v FILE=$< -f templates/po.awk $< > $@

$(BUILD)/gen/phrases.c: templates/phrases.txt templates/phrases.awk
	@mkdir -p $(@D)
	LC_ALL=C awk -f templates/phrases.awk $< > $@

$(BUILD)/gen/templates.c: $(MAIL_TEMPLATES) templates/embed.awk
	@mkdir -p $(@D)
	LC_ALL=C awk -f templates/embed.awk $(MAIL_TEMPLATES) < /dev/null > $@

# --- tests -----------------------------------------------------------------

$(BUILD)/tests/%.o: tests/unit/%.c
	@mkdir -p $(@D)
	$(call show,CC)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests/support -c -o $@ $<

$(BUILD)/tests/%.o: tests/support/%.c
	@mkdir -p $(@D)
	$(call show,CC)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests/support -c -o $@ $<

$(UNIT): $(BUILD)/tests/%: $(BUILD)/tests/%.o $(BUILD)/libpress.a
	$(call show,CC)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(PKG_LIBS) -lcmocka $(LIBS_$*)

# A test that needs an object of tests/support names it here.
$(patsubst %,$(BUILD)/tests/test_relay%,_open _tls) $(BUILD)/tests/test_relay: $(BUILD)/tests/fakerelay.o

STORE_TESTS := $(patsubst %,$(BUILD)/tests/test_%,suppress suppress_pass db db_damage db_init release release_act release_work delivery delivery_parked delivery_upkeep event finding manifest returned returns returns_once)
STORE_TESTS += $(BUILD)/tests/test_call
$(STORE_TESTS): $(BUILD)/tests/scratch.o $(BUILD)/tests/sqlfault.o
$(STORE_TESTS): LDFLAGS += -Wl,--wrap=sqlite3_step,--wrap=sqlite3_exec
$(patsubst %,$(BUILD)/tests/test_%,relay_log_take relay_log_many act explain tally view fault relay_order): $(BUILD)/tests/scratch.o
$(BUILD)/tests/test_db_init: LDFLAGS += -Wl,--wrap=schema_steps
$(BUILD)/tests/test_import_fault: $(BUILD)/tests/sqlfault.o
$(BUILD)/tests/test_import_fault: LDFLAGS += -Wl,--wrap=sqlite3_step,--wrap=sqlite3_exec,--wrap=clock_mono

$(BUILD)/tests/test_relay_log_many: LDFLAGS += -Wl,--wrap=tx_begin
$(BUILD)/tests/test_cage: LDFLAGS += -Wl,--wrap=report_read

# The programs that tests and the demo run beside ours.
CATCHER_OBJ := $(patsubst tests/support/%.c,$(BUILD)/tests/%.o,tests/support/catcher.c \
               $(wildcard tests/support/smtpd_*.c)) $(patsubst %,$(BUILD)/src/base/%.o,buf mem clock)

$(BUILD)/tests/catcher: $(CATCHER_OBJ)
	$(call show,CC)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lgnutls

$(BUILD)/tests/delay-proxy: $(BUILD)/tests/delay-proxy.o $(patsubst %,$(BUILD)/src/base/%.o,buf mem clock)
	$(call show,CC)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^

$(BUILD)/tests/compose: $(BUILD)/tests/compose.o $(BUILD)/libpress.a
	$(call show,CC)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(BUILD)/tests/options: $(BUILD)/tests/options.o $(BUILD)/libpress.a
	$(call show,CC)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

# What is loaded before pressd to change its time or to fail its calls; never with a sanitizer.
PRELOADS := $(patsubst %,$(BUILD)/tests/%.so,testclock failcall)

$(PRELOADS): $(BUILD)/tests/%.so: tests/support/%.c
	@mkdir -p $(@D)
	$(call show,CC)
	$(Q)$(CC) -std=gnu17 -D_GNU_SOURCE $(WARN) -O2 -g -fPIC -shared -o $@ $< -ldl

HELPERS := $(patsubst %,$(BUILD)/tests/%,catcher delay-proxy compose options) $(PRELOADS)
SYSTEM  := $(sort $(wildcard tests/system/test_*.py))

# TESTS=tests/system/test_x.py or build/tests/test_x runs those alone.
TESTS ?= $(UNIT) $(SYSTEM)

check: deps-test
	$(MAKE) $(PROGRAMS) $(UNIT) $(HELPERS) replays
	PRESS_BUILD=$(BUILD) tests/run.py $(TESTS)

unit: $(UNIT)
	tests/run.py $(UNIT)

# TORTURE=kills, or faults.Disk, runs that alone.
torture: deps-test
	$(MAKE) $(PROGRAMS) $(HELPERS)
	PRESS_BUILD=$(BUILD) tests/system/torture/run.py $(TORTURE)

# The tree compiles clean with the other compiler too.
check-clang:
	$(MAKE) BUILD=build/clang CC=clang CFLAGS="-O1 -Werror" build/clang/libpress.a $(UNIT:$(BUILD)/%=build/clang/%)

demo: deps-demo
	$(MAKE) $(PROGRAMS) $(HELPERS)
	PRESS_BUILD=$(BUILD) tests/system/demo.sh

# --- fuzzing -------------------------------------------------------------------

# tests/fuzz/fuzz_X.c is a fuzzer: with libFuzzer in build/fuzz, and as a program that gives it
# the files of tests/data/fuzz/X, for `make check`.
FUZZ   := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZER := $(FUZZ:%=$(BUILD)/fuzz_%)
REPLAY := $(FUZZ:%=$(BUILD)/tests/replay_%)
FUZZ_BUILD   := build/fuzz
FUZZ_SECONDS ?= $(if $(filter fuzz-short,$(MAKECMDGOALS)),60,3600)
FUZZ_SAN     := address,undefined,fuzzer-no-link
FUZZ_SRC     := $(wildcard src/base/*.c src/core/*.c src/mail/*.c src/app/config*.c)

$(FUZZER): $(BUILD)/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/tests/fuzz/fuzz.o $(BUILD)/libpress.a
	$(call show,CC)
	$(Q)$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $(filter %.o,$^) $(filter %.a,$^) $(PKG_LIBS)

$(REPLAY): $(BUILD)/tests/replay_%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/tests/fuzz/fuzz.o \
		$(BUILD)/tests/fuzz/replay.o $(BUILD)/libpress.a
	$(call show,CC)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(PKG_LIBS)

$(patsubst %,$(BUILD)/%_smtp,fuzz tests/replay): $(patsubst %,$(BUILD)/tests/fuzz/smtp_%.o,peer play)
$(foreach x,letter cuts,$(BUILD)/fuzz_$(x) $(BUILD)/tests/replay_$(x)): $(BUILD)/tests/fuzz/letter_checks.o

fuzzers: $(FUZZER)
replays: $(REPLAY)

# A find is kept as tests/data/fuzz/X/crash-*; what else was learnt stays in build/fuzz/corpus.
fuzz fuzz-short: deps-fuzz
	$(MAKE) BUILD=$(FUZZ_BUILD) CC=clang SAN=$(FUZZ_SAN) LIB_SRC="$(FUZZ_SRC)" fuzzers
	tests/fuzz/run.py $(if $(filter %short,$@),--short) --seconds $(FUZZ_SECONDS) $(FUZZ)

deps-fuzz:
	@.ci/install build fuzz
deps-test:
	@.ci/install build demo test
	@.ci/unpack build/debian exim4-daemon-light opensmtpd
deps-demo:
	@.ci/install build demo

# --- speed --------------------------------------------------------------------

BENCH := $(patsubst %,$(BUILD)/bench/%,bare curlmulti)

$(BUILD)/bench/%.o: tests/bench/%.c
	@mkdir -p $(@D)
	$(call show,CC)
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BENCH): %: %.o $(BUILD)/bench/client.o
	$(call show,CC)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lcurl

bench bench-quick bench-scale: deps-bench
	$(MAKE) $(PROGRAMS) $(HELPERS) $(BENCH)
	PRESS_BUILD=$(BUILD) tests/bench/$(if $(filter %scale,$@),scale,bench).py $(if $(filter %quick,$@),--quick)

deps-bench:
	@.ci/install build demo bench

# --- paper --------------------------------------------------------------------

# press.conf(5) lists the settings in the table's own words; test_paper.py compares.
manual: $(BUILD)/tests/options
	$(BUILD)/tests/options > $(BUILD)/options.man
	sed -i -e '/^\.\\" --- from the table/,/^\.\\" --- end of the table/{/^\.\\" ---/!d}' \
		-e '/^\.\\" --- from the table/r $(BUILD)/options.man' etc/man/press.conf.5

# --- house rules -------------------------------------------------------------

TIDY := $(patsubst %.c,build/lint/%.tidy,$(wildcard src/*.c) $(LIB_SRC))

lint: $(TIDY) build/lint/cppcheck
	.ci/lint
	.ci/checklist --required

build/lint/%.tidy: %.c .clang-tidy $(wildcard include/press/*.h)
	@mkdir -p $(@D)
	clang-tidy --quiet $< -- -std=gnu17 -D_GNU_SOURCE -Iinclude $(PKG_CFLAGS) 2>/dev/null
	@touch $@

build/lint/cppcheck: $(wildcard src/*.c) $(LIB_SRC) $(wildcard include/press/*.h)
	@mkdir -p $(@D)/cpp
	cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr \
		--error-exitcode=1 --cppcheck-build-dir=$(@D)/cpp -Iinclude \
		--suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches \
		--suppress=ctuuninitvar:src/core/token.c \
		$(addprefix --include=,$(firstword $(wildcard /usr/include/*/sys/queue.h))) src
	@touch $@

# --- installation ------------------------------------------------------------

SBIN  := $(DESTDIR)$(PREFIX)/sbin
BIN   := $(DESTDIR)$(PREFIX)/bin
SHARE := $(DESTDIR)$(PREFIX)/share
LIB   := $(DESTDIR)/usr/lib
PAGES := $(wildcard etc/man/*.[1-8])

# With DESTDIR (packaging) no account is made and nothing changes hands: the package's own
# scripts, or another `make install` as root, make pressctl setgid.
install: all
	install -d $(SBIN) $(BIN)
	install -m 0755 $(BUILD)/pressd $(SBIN)/pressd
	install -m 0755 $(BUILD)/press-inbox $(SBIN)/press-inbox
	install -m 0755 $(BUILD)/pressctl $(BIN)/pressctl
	install -D -m 0644 systemd/press.sysusers $(LIB)/sysusers.d/press.conf
	install -D -m 0644 systemd/press.tmpfiles $(LIB)/tmpfiles.d/press.conf
	sed 's|/usr/local/sbin|$(PREFIX)/sbin|' systemd/pressd.service > $(BUILD)/pressd.service
	install -D -m 0644 $(BUILD)/pressd.service $(LIB)/systemd/system/pressd.service
	sed 's|/usr/local/sbin|$(PREFIX)/sbin|' systemd/press-inbox.service > $(BUILD)/press-inbox.service
	install -D -m 0644 $(BUILD)/press-inbox.service $(LIB)/systemd/system/press-inbox.service
	sed 's|/usr/local/bin|$(PREFIX)/bin|' systemd/press-relay-log.service > $(BUILD)/press-relay-log.service
	install -D -m 0644 $(BUILD)/press-relay-log.service $(LIB)/systemd/system/press-relay-log.service
	install -D -m 0644 etc/pressctl.bash-completion $(SHARE)/bash-completion/completions/pressctl
	install -D -m 0644 -t $(SHARE)/doc/press README.md LICENSE etc/press.conf etc/press.cron
	for m in $(PAGES); do install -D -m 0644 $$m $(SHARE)/man/man$${m##*.}/$${m##*/}; done
	[ -e $(DESTDIR)/etc/press ] || install -d -m 0750 $(DESTDIR)/etc/press
	[ -e $(DESTDIR)/etc/press/press.conf ] || install -m 0640 etc/press.conf $(DESTDIR)/etc/press/press.conf
ifeq ($(DESTDIR),)
	getent passwd press >/dev/null || systemd-sysusers $(LIB)/sysusers.d/press.conf || \
		useradd --system --user-group --home-dir /var/lib/press --no-create-home \
			--shell /usr/sbin/nologin press
	getent passwd press-inbox >/dev/null || systemd-sysusers $(LIB)/sysusers.d/press.conf || \
		useradd --system --no-user-group --gid press --home-dir / --no-create-home \
			--shell /usr/sbin/nologin press-inbox
	chgrp press $(BIN)/pressctl /etc/press /etc/press/press.conf
	chmod 2755 $(BIN)/pressctl
	install -d -o press -g press -m 2770 /var/lib/press
	! [ -d /run/systemd/system ] || systemctl daemon-reload
endif

# Leaves what is yours: /etc/press, /var/lib/press, the accounts.
uninstall:
	[ -n "$(DESTDIR)" ] || ! [ -d /run/systemd/system ] || systemctl disable --now pressd press-inbox || true
	rm -f $(SBIN)/pressd $(SBIN)/press-inbox $(BIN)/pressctl $(LIB)/sysusers.d/press.conf $(LIB)/tmpfiles.d/press.conf \
		$(LIB)/systemd/system/pressd.service $(LIB)/systemd/system/press-inbox.service $(LIB)/systemd/system/press-relay-log.service $(SHARE)/bash-completion/completions/pressctl
	rm -rf $(SHARE)/doc/press
	for m in $(PAGES); do rm -f $(SHARE)/man/man$${m##*.}/$${m##*/}; done

clean:
	rm -rf build

-include $(shell find build -name '*.d' -type f 2>/dev/null)
