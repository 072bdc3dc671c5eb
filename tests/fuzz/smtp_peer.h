/*
 * smtp_peer.h - what the other end of the line saw and said: the oracle of fuzz_smtp
 *
 * Reads the bytes that the machine really put on the wire, and the replies that
 * are given to it, by its own simple rules, and pairs them in order. From that
 * alone it knows which envelope a reply belongs to. Envelopes are told apart by
 * their words on the wire: MAIL FROM:<bN@...>, RCPT TO:<rN...>, and a letter
 * whose first line is "letter N".
 */
#ifndef TESTS_SMTP_PEER_H
#define TESTS_SMTP_PEER_H

#include <stdbool.h>
#include <stddef.h>

#define PEER_LETTERS 512

struct fate {                           /* of one envelope, as the wire tells it */
        bool mail_out, dot_out;         /* its MAIL, its CRLF.CRLF were taken whole */
        bool mail_ok, rcpt_ok, data_ok; /* and what came back let it go on */
        int dot_code;                   /* the reply to its dot; 0 = none */
        int bad_code;                   /* the last reply to one of its commands that stops it */
};

enum owed_type { OWED_RSET, OWED_MAIL, OWED_RCPT, OWED_DATA, OWED_DOT, OWED_LONE_DOT, OWED_QUIT };

struct owed { /* a command that is out and has no reply yet */
        enum owed_type type;
        unsigned letter;
};

struct peer {
        struct fate fate[PEER_LETTERS];
        struct owed owed[16];
        unsigned nowed;
        bool reset_due; /* an envelope was refused: RSET comes before the next */
        bool data;      /* DATA was allowed: what comes is a letter */
        unsigned letter;
        char line[1024]; /* being received */
        size_t line_len, letter_lines;

        char reply[5]; /* the beginning of the line of a reply, with NUL */
        size_t reply_len, reply_line_len, reply_lines;
        int code;
        char last_byte;
        bool early;     /* its first byte came before any command was out */
        int early_code; /* such a reply, whole */
        bool over;      /* what was said since means nothing: surplus, broken, or behind QUIT */
};

/* Bytes of ours that the line took. */
void peer_takes(struct peer *p, const char *s, size_t n);
/* Bytes that it sends to us. */
void peer_says(struct peer *p, const char *s, size_t n);

#endif
