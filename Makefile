# press - one Makefile, no recursion.
#
#   make            build/pressd, build/pressctl
#   make demo       the whole main job against a mail server that catches everything
#   make check      every test but the slow ones   (SAN=address,undefined: under sanitizers)
#   make lint       style, layers, static analysis
#   make install    DESTDIR and PREFIX are honoured
#
# Everything but the mains goes into libpress.a, which programs and tests link.

comma  := ,
SAN    ?=
BUILD  ?= build$(if $(SAN),/san-$(subst $(comma),-,$(SAN)))
PREFIX ?= /usr/local
CC     ?= gcc
CFLAGS ?= -O2 -g

PACKAGES := libcurl libetpan sqlite3 libconfuse md4c libutf8proc libidn2 jansson libsodium libseccomp
PKG_CFLAGS = $(shell pkg-config --cflags $(PACKAGES))
PKG_LIBS   = $(shell pkg-config --libs $(PACKAGES))

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wvla -Wstrict-prototypes \
        -Wmissing-prototypes -Wwrite-strings $(if $(CI),-Werror)
HARDEN := -fstack-protector-strong -fPIE $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer \
        -fno-sanitize-recover=all,-D_FORTIFY_SOURCE=2)
ALL_CFLAGS = -std=gnu17 -D_GNU_SOURCE -Iinclude $(WARN) $(HARDEN) $(PKG_CFLAGS) $(CFLAGS) -MMD -MP
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now $(if $(SAN),-fsanitize=$(SAN)) $(LDFLAGS)

PROGRAMS := $(patsubst src/%.c,$(BUILD)/%,$(wildcard src/*.c))
LIB_SRC  := $(wildcard src/*/*.c)
LIB_OBJ  := $(LIB_SRC:%.c=$(BUILD)/%.o) $(BUILD)/gen/messages.o $(BUILD)/gen/templates.o
MAIL_TEMPLATES := $(sort $(wildcard templates/mail/*))

UNIT     := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))
SUPPORT  := $(patsubst tests/support/%.c,$(BUILD)/tests/%.o,$(wildcard tests/support/*.c))

.PHONY: all check unit system demo lint install deps clean
.SECONDARY:
.DELETE_ON_ERROR:

all: $(PROGRAMS)

$(BUILD)/libpress.a: $(LIB_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(PROGRAMS): $(BUILD)/%: $(BUILD)/src/%.o $(BUILD)/libpress.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/gen/%.o: $(BUILD)/gen/%.c
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/gen/messages.c: templates/messages/vi.po templates/po.awk
	@mkdir -p $(@D)
	LC_ALL=C awk -v FILE=$< -f templates/po.awk $< > $@

$(BUILD)/gen/templates.c: $(MAIL_TEMPLATES) templates/embed.awk
	@mkdir -p $(@D)
	LC_ALL=C awk -f templates/embed.awk $(MAIL_TEMPLATES) < /dev/null > $@

# --- tests -----------------------------------------------------------------

$(BUILD)/tests/%.o: tests/unit/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Itests/support -c -o $@ $<

$(BUILD)/tests/%.o: tests/support/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Itests/support -c -o $@ $<

$(UNIT): $(BUILD)/tests/%: $(BUILD)/tests/%.o $(BUILD)/libpress.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS) -lcmocka $(LIBS_$*)

# The programs that tests and the demo run beside ours.
CATCHER_OBJ := $(patsubst tests/support/%.c,$(BUILD)/tests/%.o,tests/support/catcher.c \
               $(wildcard tests/support/smtpd_*.c)) $(patsubst %,$(BUILD)/src/base/%.o,buf mem clock)

$(BUILD)/tests/catcher: $(CATCHER_OBJ)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -lgnutls

$(BUILD)/tests/delay-proxy: $(BUILD)/tests/delay-proxy.o $(patsubst %,$(BUILD)/src/base/%.o,buf mem clock)
	$(CC) $(ALL_LDFLAGS) -o $@ $^

unit: $(UNIT)
	@set -e; for t in $(UNIT); do echo "== $$t"; $$t; done

clean:
	rm -rf build

-include $(shell find build -name '*.d' 2>/dev/null)
