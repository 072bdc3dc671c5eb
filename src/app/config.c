// SPDX-License-Identifier: MIT
#include "press/config.h"

#include "config_internal.h"

#include "press/addr.h"
#include "press/buf.h"
#include "press/mem.h"
#include "press/text.h"
#include "press/zone.h"

#include <assert.h>
#include <confuse.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEFAULT_PATH "/etc/press/press.conf"
#define CONFIG_BYTES (1u << 20) /* a configuration file is no longer */

/* --- libconfuse ------------------------------------------------------------- */

/* Its callback for errors has no room for a context of ours; one file is read at a time. */
static struct {
        unsigned line;
        char text[300];
} syntax;

static void syntax_error(cfg_t *cfg, const char *fmt, va_list ap)
{
        if (syntax.text[0])
                return;
        syntax.line = cfg && cfg->line > 0 ? (unsigned) cfg->line : 0;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        vsnprintf(syntax.text, sizeof(syntax.text), fmt, ap);
#pragma GCC diagnostic pop
}

/*
 * Its lexer leaves by exit(2) when it has no memory. That is no code of ours: such an end becomes
 * the one that every lack of memory has (mem.h).
 */
static bool parsing;

static void left_while_parsing(void)
{
        if (parsing)
                mem_exhausted();
}

static bool parse(cfg_t *cfg, const char *text)
{
        static bool watched;
        int r;

        if (!watched)
                watched = atexit(left_while_parsing) == 0;
        syntax.text[0] = '\0';
        cfg_set_error_function(cfg, syntax_error);
        parsing = true;
        r = cfg_parse_buf(cfg, text);
        parsing = false;
        if (r != CFG_SUCCESS && !syntax.text[0])
                mem_exhausted(); /* it says what is wrong, or had no memory */
        return r == CFG_SUCCESS;
}

#define BLOCK_OPTIONS 64

/* libconfuse's description of a block: all values are text to it, we judge them. */
static size_t describe(const char *block, cfg_opt_t out[BLOCK_OPTIONS])
{
        size_t n = 0;

        for (size_t i = 0; i < config_noptions; i++) {
                const struct option_row *o = &config_options[i];
                const cfg_opt_t text = CFG_STR(o->name, NULL, CFGF_NODEFAULT);
                const cfg_opt_t list = CFG_STR_LIST(o->name, NULL, CFGF_NODEFAULT);

                if (strcmp(o->block, block) != 0 || config_option(block, o->name) != o)
                        continue;
                assert(n + 2 + config_nblocks < BLOCK_OPTIONS);
                out[n++] = o->type == OPTION_LIST || o->type == OPTION_STEPS ? list : text;
        }
        return n;
}

static cfg_t *confuse_open(void)
{
        cfg_opt_t all[BLOCK_OPTIONS], inner[16][BLOCK_OPTIONS];
        const cfg_opt_t end = CFG_END();
        size_t n = describe("", all);

        assert(config_nblocks <= COUNT_OF(inner));
        for (size_t i = 0; i < config_nblocks; i++) {
                const struct block_row *b = &config_blocks[i];
                const cfg_opt_t titled =
                        CFG_SEC(b->name, inner[i], CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES);
                const cfg_opt_t plain = CFG_SEC(b->name, inner[i], CFGF_NONE);

                inner[i][describe(b->name, inner[i])] = end;
                all[n++] = b->titled ? titled : plain;
        }
        all[n] = end;
        return cfg_init(all, CFGF_NONE); /* copies all of it */
}

static void confuse_close(cfg_t **cfg)
{
        if (*cfg)
                cfg_free(*cfg);
}

/* --- the file as a whole ---------------------------------------------------- */

struct load {
        cfg_t *cfg;
        struct places places;
        char *folder;
};

static int read_block(const struct load *l, cfg_t *from, const char *block, const char *title,
                      void *base, struct err *e)
{
        for (size_t i = 0; i < config_noptions; i++) {
                const struct reading rd = {&config_options[i], base, l->folder};
                unsigned line = config_line(&l->places, block, title, rd.o->name);
                cfg_opt_t *opt = NULL;
                int r = 0;

                if (strcmp(rd.o->block, block) != 0 ||
                    (rd.o->title && strcmp(rd.o->title, title) != 0))
                        continue;
                if (!from || line == 0) {
                        r = config_store_default(&rd, block, title, e);
                        line = config_line(&l->places, block, title, "");
                } else {
                        opt = cfg_getopt(from, rd.o->name);
                }
                for (unsigned k = 0; opt && k < cfg_opt_size(opt) && r == 0; k++) {
                        const char *s = cfg_opt_getnstr(opt, k);

                        r = rd.o->type == OPTION_LIST || rd.o->type == OPTION_STEPS
                                    ? config_store_item(&rd, s ? s : "", e)
                                    : config_store(&rd, s ? s : "", e);
                }
                if (r == 0 && rd.o->type == OPTION_STEPS &&
                    *(size_t *) (void *) ((char *) base + rd.o->count_at) == 0)
                        r = err_set(e, -EINVAL,
                                    "the list “%s” is empty; write %s = {\"5m\", \"1h\"}",
                                    rd.o->name, rd.o->name);
                if (r < 0) {
                        if (e && line)
                                e->line = line;
                        return r;
                }
        }
        return 0;
}

/* Reads every block `name`; `one` bytes each into a new array. */
static int read_many(const struct load *l, const char *name, size_t one, size_t name_at, void **ret,
                     size_t *ret_n, struct err *e)
{
        unsigned n = cfg_size(l->cfg, name);

        *ret = mem_zalloc(n * one + 1);
        for (unsigned i = 0; i < n; i++) {
                cfg_t *sec = cfg_getnsec(l->cfg, name, i);
                char *base = (char *) *ret + i * one;
                int r;

                *ret_n = i + 1;
                *(char **) (void *) (base + name_at) = mem_strdup(cfg_title(sec));
                r = read_block(l, sec, name, cfg_title(sec), base, e);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int read_blocks(const struct load *l, struct config *c, struct err *e)
{
        static const char *const single[] = {"letterhead", "suppress", "web", "notify"};
        int r = read_block(l, l->cfg, "", "", c, e);

        for (size_t i = 0; r == 0 && i < COUNT_OF(single); i++)
                r = read_block(l, cfg_getsec(l->cfg, single[i]), single[i], "", c, e);
        for (int i = 0; r == 0 && i < RELEASE_CLASSES; i++) {
                const char *title = words_name(&release_classes, i);

                r = read_block(l, cfg_gettsec(l->cfg, "class", title), "class", title, &c->class[i],
                               e);
        }
        if (r == 0)
                r = read_many(l, "relay", sizeof(*c->relay), offsetof(struct config_relay, name),
                              (void **) &c->relay, &c->nrelay, e);
        if (r == 0)
                r = read_many(l, "domain_limit", sizeof(*c->domain_limit),
                              offsetof(struct config_domain_limit, domain),
                              (void **) &c->domain_limit, &c->ndomain_limit, e);
        if (r == 0)
                r = read_many(l, "inbox", sizeof(*c->inbox), offsetof(struct config_inbox, name),
                              (void **) &c->inbox, &c->ninbox, e);
        return r;
}

static void load_done(struct load *l)
{
        confuse_close(&l->cfg);
        places_done(&l->places);
        free(l->folder);
}

static int load_text(const char *path, char *text, struct config *c, struct err *e)
{
        CLEANUP(load_done) struct load l = {0};
        const char *slash = strrchr(path, '/');
        int r = config_scan(text, &l.places, e);

        if (r < 0)
                return r;
        l.folder = slash ? mem_strndup(path, (size_t) (slash - path) + 1) : mem_strdup("");
        l.cfg = confuse_open();
        if (!l.cfg)
                mem_exhausted();
        if (!parse(l.cfg, text)) {
                r = err_set(e, -EINVAL, "the syntax is not right: %s", syntax.text);
                if (e)
                        e->line = syntax.line;
                return r;
        }
        r = read_blocks(&l, c, e);
        if (r < 0)
                return r;
        return config_check(c, &l.places, e);
}

static int read_file(const char *path, struct buf *out, struct err *e)
{
        char piece[16384];
        ssize_t n;
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        struct stat st;
        int r = 0;

        if (fd < 0)
                return err_set(e, -errno, "the configuration cannot be opened: %s",
                               strerror(errno));
        if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
                r = err_set(e, -EISDIR, "the configuration is a folder, not a file");
        while (r == 0 && (n = read(fd, piece, sizeof(piece))) != 0) {
                if (n < 0)
                        r = err_set(e, -errno, "the configuration cannot be read: %s",
                                    strerror(errno));
                else if (buf_add(out, piece, (size_t) n) < 0)
                        r = err_set(e, -EINVAL, "the configuration is longer than %u bytes",
                                    CONFIG_BYTES);
        }
        close(fd);
        return r;
}

/* Valid UTF-8, NFC, no hidden characters; the BOM taken off. */
static int clean(const struct buf *raw, char **ret, struct err *e)
{
        size_t bad = text_utf8_check(raw->s, raw->len);
        CLEANUP(mem_free) char *s = NULL;
        struct text_bad tb;
        unsigned line = 1;
        int r = 0;

        if (bad < raw->len)
                r = err_set(e, -EINVAL, "the configuration is not UTF-8 text");
        if (r == 0) {
                s = text_nfc(strncmp(raw->s, "\xEF\xBB\xBF", 3) == 0 ? raw->s + 3 : raw->s);
                if (!text_clean(s, TEXT_LINES, &tb)) {
                        bad = tb.offset;
                        r = err_set(e, -EINVAL,
                                    "there is a hidden or control character in "
                                    "column %u; take it out",
                                    tb.column);
                }
        }
        if (r < 0) {
                for (size_t i = 0; i < bad; i++)
                        line += (s ? s : raw->s)[i] == '\n';
                if (e)
                        e->line = line;
                return r;
        }
        *ret = TAKE(s);
        return 0;
}

int config_load(const char *path, struct config **ret, struct err *e)
{
        CLEANUP(config_free) struct config *c = mem_zalloc(sizeof(*c));
        CLEANUP(buf_done) struct buf raw = BUF(CONFIG_BYTES);
        CLEANUP(mem_free) char *text = NULL;
        int r;

        c->path = mem_strdup(path && path[0] ? path : DEFAULT_PATH);
        r = read_file(c->path, &raw, e);
        if (r == 0)
                r = clean(&raw, &text, e);
        if (r == 0)
                r = load_text(c->path, text, c, e);
        if (r < 0) {
                err_at(e, c->path, 0);
                return r;
        }
        *ret = TAKE(c);
        return 0;
}

/* --- small things ----------------------------------------------------------- */

static void list_free(char **v, size_t n)
{
        for (size_t i = 0; i < n; i++)
                free(v[i]);
        free(v);
}

/* Frees the texts of one block, as the table tells. */
static void block_free(const char *block, void *base)
{
        for (size_t i = 0; i < config_noptions; i++) {
                const struct option_row *o = &config_options[i];

                if (strcmp(o->block, block) != 0)
                        continue;
                if (o->type == OPTION_TEXT || o->type == OPTION_PATH)
                        free(*(char **) (void *) ((char *) base + o->at));
                if (o->type == OPTION_LIST)
                        list_free(*(char ***) (void *) ((char *) base + o->at),
                                  *(size_t *) (void *) ((char *) base + o->count_at));
        }
}

static void inboxes_free(struct config *c)
{
        for (size_t i = 0; i < c->ninbox; i++) {
                free(c->inbox[i].name);
                free(c->inbox[i].maildir);
                free(c->inbox[i].host);
                free(c->inbox[i].connect);
                block_free("inbox", &c->inbox[i]);
        }
        free(c->inbox);
        c->inbox = NULL;
        c->ninbox = 0;
}

/* The settings that are left out have their defaults. */
int config_only_maildir(struct config *c, const char *path, struct err *e)
{
        struct places nowhere = {0};

        inboxes_free(c);
        c->inbox = mem_zalloc(sizeof(*c->inbox));
        c->ninbox = 1;
        c->inbox[0].name = mem_strdup("maildir");
        for (size_t i = 0; i < config_noptions; i++) {
                const struct reading rd = {&config_options[i], (char *) c->inbox, ""};
                bool url = strcmp(rd.o->name, "url") == 0;
                CLEANUP(mem_free) char *value = url ? mem_printf("maildir://%s", path) : NULL;
                int r = 0;

                if (strcmp(rd.o->block, "inbox") == 0)
                        r = url ? config_store(&rd, value, e)
                                : config_store_default(&rd, "inbox", "maildir", e);
                if (r < 0)
                        return r;
        }
        return config_check_inboxes(c, &nowhere, e);
}

void config_free(struct config **cp)
{
        struct config *c = *cp;

        if (!c)
                return;
        *cp = NULL;
        for (size_t i = 0; i < c->nrelay; i++) {
                free(c->relay[i].name);
                block_free("relay", &c->relay[i]);
        }
        for (size_t i = 0; i < c->ndomain_limit; i++)
                free(c->domain_limit[i].domain);
        inboxes_free(c);
        block_free("", c);
        block_free("letterhead", c);
        block_free("web", c);
        block_free("notify", c);
        free(c->relay);
        free(c->domain_limit);
        free(c->path);
        free(c->socket);
        free(c->from_name);
        free(c->from_address);
        free(c);
}

const char *config_path(const char *option, bool trust_env)
{
        const char *env = trust_env ? getenv("PRESS_CONFIG") : NULL;

        if (option && option[0])
                return option;
        return env && env[0] ? env : DEFAULT_PATH;
}

bool config_allows(const struct config *c, const char *mailbox)
{
        for (size_t i = 0; i < c->nallow; i++)
                if (addr_matches(mailbox, c->allow[i]))
                        return true;
        return c->nallow == 0;
}

bool config_is_return_path(const struct config *c, const char *mailbox)
{
        const char *hole = strstr(c->return_path, "{tag}");
        const char *tail = strrchr(c->return_path, '@'), *at = strrchr(mailbox, '@');
        size_t head;

        if (!hole || !tail || !at || strcasecmp(tail, at) != 0)
                return false;
        head = (size_t) (hole - c->return_path);
        if (strncasecmp(mailbox, c->return_path, head) == 0)
                return true;
        /* The box itself, without "+TAG". */
        return head > 0 && c->return_path[head - 1] == '+' && (size_t) (at - mailbox) == head - 1 &&
               strncasecmp(mailbox, c->return_path, head - 1) == 0;
}
