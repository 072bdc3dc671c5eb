/*
 * smtpd_script.h - what the catcher was told to do wrong, and when
 *
 * smtpd_help.c has the language as its users read it. A script is read whole
 * or not at all; the server asks it one question: "at this stage, with this
 * command line, is there a rule?" Every rule that matches counts the hit; of those whose count
 * then lets them fire, the one written first wins.
 *
 * Ownership: a script lives until the program ends, because connections keep
 * pointers into it across a SIGHUP.
 */
#ifndef SMTPD_SCRIPT_H
#define SMTPD_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum smtpd_stage {
        STAGE_CONNECT,
        STAGE_EHLO,
        STAGE_HELO,
        STAGE_STARTTLS,
        STAGE_TLS, /* before the handshake */
        STAGE_AUTH,
        STAGE_MAIL,
        STAGE_RCPT,
        STAGE_DATA,
        STAGE_BODY, /* while the letter comes in */
        STAGE_DOT,  /* the reply to the final dot */
        STAGE_RSET,
        STAGE_NOOP,
        STAGE_QUIT,
        STAGE_OTHER, /* unknown commands */
        STAGE_ANY,   /* all but tls and body */
};

enum smtpd_end {
        END_NONE,
        END_DROP,  /* FIN once everything is sent */
        END_RESET, /* RST once everything is sent */
        END_HANG,  /* reads on, says nothing more */
        END_DEAF,  /* reads nothing more: the window closes */
};

struct action {
        unsigned delay_ms;
        unsigned trickle_ms; /* one byte every so often */
        int code;            /* 0 = the normal reply */
        char *enhanced;      /* "" or "5.1.1"; only with a code */
        char *text;          /* of the scripted reply */
        unsigned lines;      /* 0 = as many as the text has */
        unsigned long_bytes; /* 0 = the text as it is */
        char *raw;           /* sent instead of a reply; NULL = none */
        size_t raw_len;
        char *extra; /* sent behind the reply; NULL = none */
        size_t extra_len;
        bool silent; /* no reply at all */
        bool save;   /* keep the letter whatever is answered */
        enum smtpd_end end;
};

struct seen { /* open addressing, a power of two; key 0 = free */
        uint64_t key;
        unsigned hits;
};

struct rule {
        enum smtpd_stage stage;
        char *match;    /* substring of the command line; "" = every line */
        unsigned count; /* the first so many hits; 0 = no such limit, here and below */
        unsigned nth;
        unsigned every;
        unsigned each; /* the first so many hits of each distinct line */
        unsigned conn; /* only this connection */
        double chance; /* of 1; 0 = always */
        size_t after;  /* bytes of the letter, STAGE_BODY only */
        unsigned hits;
        struct seen *seen;
        size_t seen_size, seen_used;
        struct action action;
};

struct ehlo { /* what is offered, as text and as facts */
        char *line[32];
        size_t n;
        bool pipelining, eight_bit, dsn, enhanced, utf8, starttls, auth;
        size_t size; /* 0 = no limit was offered */
};

struct script {
        struct rule *rule;
        size_t n;
        struct ehlo ehlo[2]; /* [0] in clear, [1] under TLS */
        bool no_ehlo;
        char *user, *pass; /* NULL = no AUTH */
        bool auth_required;
        unsigned max_connections; /* at once; 0 = no limit */
        unsigned max_messages;    /* a connection; 0 = no limit */
        char *tls_priority;       /* GnuTLS priority string; NULL = the default */
        bool deaf;                /* some rule closes the window: small buffers are wanted */
        uint64_t random;
        struct script *older; /* the one before a SIGHUP */
};

/*
 * Reads a script; text may be "". have_tls says whether STARTTLS is offered by default.
 * NULL with one line on standard error, naming `name` and the line, when it is wrong.
 */
struct script *script_parse(const char *name, const char *text, bool have_tls);
/* And the older ones behind it; NULL is fine. */
void script_free(struct script *s);

/* The action of the first rule that fires, or NULL. line[n] need not be terminated. */
const struct rule *script_find(struct script *s, enum smtpd_stage stage, unsigned conn,
                               const char *line, size_t n);

/* FNV-1a, 64 bit: the hash of rules and letters. */
uint64_t script_hash(const void *p, size_t n);

#endif
