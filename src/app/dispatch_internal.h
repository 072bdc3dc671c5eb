/*
 * dispatch_internal.h - what the files of dispatch share
 *
 *   dispatch.c        the turn: one transaction, then the wire; timers; the end
 *   dispatch_gather.c when that transaction begins
 *   dispatch_wire.c   what its commit let go
 *   dispatch_start.c  before anything is sent: the fence, and what was under way
 *   dispatch_work.c   which releases have work
 *   dispatch_claim.c  deliveries become letters
 *   dispatch_gate.c   nothing leaves that is not what was approved
 *   dispatch_domains.c what one recipient domain is asked to take
 *   dispatch_lines.c  connections: when one is opened, what happens on it
 *   dispatch_room.c   which of them takes the next letter
 *   dispatch_breaker.c what a relay's answers teach: sick, slower, fewer, late
 *   dispatch_relays.c the relays of one configuration, and what people ordered of them
 *   dispatch_progress.c work that is due and does not go on raises an alarm
 *   dispatch_settle.c an outcome becomes a state
 *   dispatch_guard.c  a release that pauses by what became of its letters
 *   dispatch_alarm.c  alarm mails ride on the same lines
 *   dispatch_inbox.c  an alarm when what comes back is not read
 */
#ifndef PRESS_DISPATCH_INTERNAL_H
#define PRESS_DISPATCH_INTERNAL_H

#include "press/addr.h"
#include "press/alarm.h"
#include "press/config.h"
#include "press/db.h"
#include "press/delivery.h"
#include "press/dispatch.h"
#include "press/fault.h"
#include "press/letter.h"
#include "press/loop.h"
#include "press/relay.h"
#include "press/release.h"
#include "press/witness.h"

#include <sys/queue.h>

#define WORK_MAX   256 /* releases looked at in one go */
#define CLAIM_TURN 300 /* deliveries claimed in one turn at most */

enum gate {
        GATE_NEW,     /* not looked at yet */
        GATE_HASHING, /* its manifest is being hashed, a slice a turn */
        GATE_ROWS,    /* its rows are compared with it, a slice a turn */
        GATE_OPEN,
        GATE_SHUT /* does not match its approval: paused, alarm */
};

/* A release pressd works on. */
struct work {
        struct release_work w;
        struct release r; /* filled at the gate */
        enum gate gate;
        struct hash manifest;
        int64_t leaves, rows;  /* hashed and compared so far */
        int64_t cursor;        /* delivery id up to which rows are compared */
        int64_t gate_at;       /* wall ms: when the gate was opened */
        struct letter *letter; /* loaded while letters of it leave */
        size_t letter_bytes;
        unsigned jobs;          /* on the wire now: the letter must stay */
        int64_t next_retry;     /* wall ms, 0 = none */
        struct domain **parked; /* domains for whose limit letters wait */
        size_t nparked;
        bool dry;       /* the last claim found less than it asked for */
        bool expired;   /* what had run out of time is settled, until the next refresh */
        bool to_pause;  /* shut, and the row does not say so yet */
        struct err why; /* shut: the reason */
        bool listed;    /* the last refresh saw it */
        bool judged;    /* its first recipients have all been counted, until the next refresh */
};

struct domain;
struct domains;

/* One letter on its way. Owns the delivery and the spliced bytes. */
struct job {
        struct delivery d;
        struct work *work; /* NULL: an alarm mail */
        struct spliced letter;
        struct line *line;     /* NULL once it is finished */
        struct domain *domain; /* whose limit it counts for, until it is finished; NULL: none */
        bool go;               /* 354 came, data_at not yet committed */
        bool behind;           /* handed over behind another letter's dot */
        bool late;             /* an answer to it took, or takes, too long */
        int64_t handed_at;     /* monotonic ms */
        int64_t told_at;       /* monotonic ms when 354 came; 0 = not yet */
        char *alarm_to, *alarm_text;
};

struct result { /* a finished job, until its settle is committed */
        struct job *job;
        struct outcome outcome;
        int64_t ms;
        char relay[64];
        struct conn_info info;
};

struct lanes; /* the relays of one configuration */

struct line { /* one connection */
        struct conn *conn;
        struct lane *lane;
        struct job *job[2]; /* the letter, and the envelope behind it */
        unsigned handed;    /* envelopes handed over so far */
        bool up, quitting;
        bool spent; /* met the relay's trouble: no more letters here, though the line may be up */
        int64_t idle_since; /* monotonic ms; 0 = busy */
        int64_t since;      /* monotonic ms: from when the first letter's next answer is owed */
        TAILQ_ENTRY(line) entry;
};
TAILQ_HEAD(line_list, line);

struct lane { /* one relay */
        const struct config_relay *cfg;
        struct relay_opts opts;
        char *password;
        unsigned lines, up;
        unsigned busy;      /* lines with a letter */
        unsigned most;      /* lines at once: the setting, or what refusals taught */
        int64_t more_at;    /* monotonic ms; then one more is tried */
        bool logged_in;     /* the login was taken; until then one line asks (R47) */
        unsigned cap;       /* letters a connection: the setting, or what a 421 taught */
        unsigned cap_seen;  /* what the latest 421 said */
        int64_t cap_at;     /* monotonic ms; then more are tried */
        unsigned failures;  /* in a row */
        int64_t sick_since; /* monotonic ms: the first of them */
        int64_t sick_at;    /* monotonic ms: the last of them */
        enum stage sick_stage;
        int64_t retry_at;   /* monotonic ms; no new connection before */
        int64_t hold_until; /* monotonic ms; no letter before: it asked us to slow down */
        int64_t calm_at;    /* monotonic ms when its last alarm was over; 0 = none was */
        unsigned ramp;      /* lines at once while it gets up; 0 = it has */
        unsigned round;     /* letters answered with so many lines */
        int64_t climb_at;   /* monotonic ms; then twice as many, even if few letters came */
        int64_t mute_at;    /* monotonic ms since when lines are open and none is up; 0 = not so */
        bool late;          /* its answers do not come in time */
        int64_t late_at;    /* monotonic ms since when */
        int64_t late_probe_at;
        int64_t road_ms, dot_ms;    /* averages: envelope to 354, letter to 250; < 0 = not known */
        int64_t rate_at;            /* monotonic ms from which the rate's budget counts */
        double budget;              /* letters that the rate allows now */
        unsigned asked, idle_taken; /* while room is looked for */
        bool resting;               /* those of lower preference suffice */
        bool paused;                /* by a person */
        bool probe;                 /* a person asked for a try */
        bool ordered;               /* the orders were read once */
        int64_t retry_order;        /* the latest to retry, wall ms */
        char alarm[FAULT_KEY_MAX];
        char cert[256]; /* the names of a certificate that was for somebody else, or "" */
        struct lanes *lanes;
};

struct lanes {
        struct config *cfg; /* owned */
        struct lane *v;     /* in order of preference */
        size_t n;
        unsigned lines; /* open under this configuration */
        struct lanes *older;
};

/* Lines that could take one more envelope, in this order of their places: */
struct room {
        struct line *v[CLAIM_TURN];
        size_t n;
        size_t kept; /* the first so many: kept free for urgent letters */
        size_t open; /* the next so many: for any; the rest for urgent ones again */
};

struct claim { /* letters claimed in one turn, the urgent ones first */
        struct job *job[CLAIM_TURN];
        size_t n, urgent;
};

struct dispatch {
        struct db *db;
        struct witness *witness;
        struct loop *loop;
        struct net *net;
        struct lanes *lanes; /* newest first */
        struct domains *domains;
        struct alarms *alarms;
        enum dispatch_until until;
        int exit_code;
        bool stopping;
        int64_t stop_at; /* monotonic: when unanswered dots are given up */

        struct work *work[WORK_MAX];
        size_t nwork;
        size_t turn_of[RELEASE_CLASSES]; /* whose turn it is within a class */
        bool refresh;                    /* look at the database in this turn */
        int64_t refresh_at;              /* monotonic: look again then */
        int64_t looked;                  /* so often */
        bool paused_all;
        int64_t cancelling; /* a release whose cancel somebody began, 0 = none */

        struct line_list lines;             /* the one that has waited longest first */
        size_t nlines, lines_max;           /* descriptors allow so many */
        int64_t short_until;                /* monotonic: there was no descriptor left */
        int64_t lanes_look_at;              /* monotonic */
        int64_t progress_at;                /* monotonic: when a letter was settled last */
        int64_t due_since[RELEASE_CLASSES]; /* monotonic; 0 = nothing of it is due */
        int64_t inbox_look_at;              /* monotonic */
        int64_t unread_since;               /* monotonic: press-inbox does not run, 0 = it does */
        struct result *result;
        size_t nresult, result_size;
        struct job **go;
        size_t ngo, go_size;

        int64_t commit_ns;    /* what a transaction takes, smoothed */
        int64_t committed_at; /* monotonic ns */
        bool rested;          /* the lock was left alone since then */
        int looks;            /* at what came, since there is something to commit */

        struct loop_timer timer;
        int64_t now;              /* wall ms at the start of this turn, steadied (R12) */
        int64_t wall_offset;      /* wall - boot clock, followed slowly */
        bool time_taken;          /* as it is, at the start or by a person: look at the retries */
        int64_t storage_retry_at; /* monotonic; 0 = storage is well */
        int64_t log_lost_at;      /* the same; the last turn that found the log failing */
        int64_t locked_since;     /* the same; 0 = the write lock was had last time */
};

/* dispatch.c */
const struct config *dispatch_config(const struct dispatch *d);
void dispatch_alarm(struct dispatch *d, const char *key, const struct err *why);
void job_free(struct job *j);

/* dispatch_start.c */
int dispatch_recover(struct dispatch *d, struct err *e);
/* After each commit: the record beside the database. */
void dispatch_witness(struct dispatch *d, int64_t now);
/* At each look: whether a person must decide first. */
int dispatch_fence(struct dispatch *d, struct err *e);

/* dispatch_work.c */
int work_refresh(struct dispatch *d, struct err *e);
size_t work_ready(const struct dispatch *d,
                  const struct work *w);     /* letters that could leave now */
bool work_waiting(const struct dispatch *d); /* something could be claimed now */
/* Letters that could leave now, of all releases; counts no further than `most`. */
size_t work_amount(const struct dispatch *d, size_t most);
bool work_over(const struct dispatch *d); /* no line is needed again before pressd leaves */
int64_t work_domains_due(const struct dispatch *d); /* a domain's limit: monotonic ms */
bool work_waiting_of(const struct dispatch *d, enum release_class class);
bool work_retry_came(const struct dispatch *d);
int64_t work_next_due(const struct dispatch *d); /* wall ms, INT64_MAX = none */
void work_free_all(struct dispatch *d);
/* Expires what ran out of time, pauses what the gate shut. */
int work_upkeep(struct dispatch *d, struct tx *tx, struct err *e);
/* When the release's letters may leave: the Early audience first, if there is one. */
int64_t work_due(const struct dispatch *d, const struct work *w);
int64_t work_after_grace(const struct dispatch *d, const struct work *w, int64_t due);

/* Now is its turn, and the others must wait. */
bool work_early_only(const struct dispatch *d, const struct work *w);

/* dispatch_claim.c */
/* Claims letters for the room there is; what it claimed is in *ret after an error too. Inside the
 * turn's transaction. */
int work_claim(struct dispatch *d, struct tx *tx, const struct room *room, struct claim *ret,
               struct err *e);
/* The letter of a job of a release. Not before the commit: the relays need not wait for it. */
void job_splice(struct job *j);

/* dispatch_wire.c */
/* Behind the commit: envelopes of what was claimed, letters that got 354; what was settled goes. */
void wire_release(struct dispatch *d, const struct room *room, const struct claim *claim);

/* dispatch_gate.c */
int work_gate_step(struct dispatch *d, struct err *e);
/* After a change of the configuration, which may ask for more. */
void work_gate_again(struct dispatch *d);
void gate_shut(struct dispatch *d, struct work *w, const struct err *why);
bool gate_judging(const struct work *w); /* neither open nor shut */
/* At its claim: -EPERM when it is not the recipient that was submitted. */
int gate_check(const struct dispatch *d, const struct delivery *del, struct err *e);

/* dispatch_domains.c */
void domains_setup(struct dispatch *d); /* by the configuration as it is now */
void domains_free(struct dispatch *d);
void domains_turn(struct dispatch *d);  /* a turn begins */
void domains_go_on(struct dispatch *d); /* there is more to do than this turn does */
bool domains_again(const struct dispatch *d);
/* What the database says is parked of `w`; its counts are then of what is not. */
int domains_take(struct dispatch *d, struct work *w, struct err *e);
size_t domains_ready(const struct dispatch *d, const struct work *w);
/* The same, but each domain once until domains_unsee(). */
size_t domains_ready_once(const struct dispatch *d, const struct work *w);
void domains_unsee(const struct dispatch *d);
/* When a limit lets the next letter of `w` go, if it is the rate's: monotonic ms. */
int64_t domains_next_due(const struct dispatch *d, const struct work *w);
/* Claims parked ones, then others; what their domains do not allow is parked. */
int domains_claim_parked(struct dispatch *d, struct tx *tx, struct work *w, bool early_only,
                         size_t want, struct delivery_list *list, struct err *e);
int domains_claim(struct dispatch *d, struct tx *tx, struct work *w, bool early_only, size_t want,
                  struct delivery_list *list, struct err *e);
void domain_begin(struct dispatch *d, struct job *j);
void domain_end(struct job *j, bool tried);

/* dispatch_lines.c */
extern const struct conn_ops line_ops;
void lines_setup(struct dispatch *d); /* how many the process may have */
void lines_open(struct dispatch *d, size_t wanted);
bool lane_usable(const struct dispatch *d, const struct lane *lane); /* it may be counted on */
void line_hand(struct dispatch *d, struct line *line, struct job *j);
void lines_tidy(struct dispatch *d);              /* idle and used-up ones QUIT */
int64_t lines_next_due(const struct dispatch *d); /* monotonic ms */
bool lanes_can_try(const struct dispatch *d);

/* dispatch_room.c */
/* `urgent`: such letters wait; else nothing is kept for them, nor offered. */
void lines_room(struct dispatch *d, bool urgent, struct room *room);
/* Places left for letters of other classes once `urgent` ones have theirs. */
size_t room_for_others(const struct room *room, size_t urgent);
/* The place of letter `i` of a claim. */
struct line *room_place(const struct room *room, size_t urgent, size_t i);
int64_t lane_rate_due(const struct lane *lane); /* monotonic ms of the next letter; 0 = now */

/* dispatch_breaker.c */
unsigned lane_limit(const struct lane *lane); /* lines that may be open now */
void lane_heard_up(struct dispatch *d, struct lane *lane);
void lane_heard_go(struct dispatch *d, struct line *line, struct job *j);
void lane_heard_done(struct dispatch *d, struct line *line, const struct job *j,
                     const struct outcome *o, unsigned accepted);
void lane_heard_down(struct dispatch *d, struct line *line, const struct outcome *why,
                     unsigned accepted);
/* A late relay is tried by one letter now and then, while others answer in time. */
bool lane_late_may_probe(struct dispatch *d, struct lane *lane);
void lane_retry(struct dispatch *d, struct lane *lane); /* forget the back-off and ask now */
void lanes_look(struct dispatch *d); /* once a second: who is late, who may get more */

/* dispatch_relays.c */
int lanes_new(struct dispatch *d, struct config **cfg, struct err *e);
void lanes_free(struct lanes *l);
void lanes_free_all(struct dispatch *d);
int lanes_orders(struct dispatch *d, struct err *e); /* what people want of them now */
bool lanes_paused(const struct dispatch *d);         /* all of them, by people */

/* dispatch_progress.c */
void progress_made(struct dispatch *d);
void progress_look(struct dispatch *d);

/* dispatch_inbox.c */
void inbox_look(struct dispatch *d);

/* dispatch_alarm.c */
void alarms_hand(struct dispatch *d);
int alarms_keep(struct dispatch *d, struct tx *tx, struct err *e);
void alarm_result(struct dispatch *d, const struct result *r);

/* dispatch_gather.c */
int64_t gather_clock(void); /* monotonic ns */
/* True: more is worth waiting for, and the loop comes back soon by itself. */
bool gather_more(struct dispatch *d);
void gather_committed(struct dispatch *d, int64_t began);

/* dispatch_settle.c */
int result_settle(struct dispatch *d, struct tx *tx, const struct result *r, struct err *e);

/* dispatch_guard.c */
/* One of its deliveries came to `state`: too many refusals at the start pause the release. */
int guard_count(struct dispatch *d, struct tx *tx, const struct job *j, enum delivery_state state,
                const struct reply *reply, struct err *e);
/* By pressd itself, for `why`: 1; 0 when it was paused, ended or cancelled before. */
int guard_pause(struct dispatch *d, struct tx *tx, int64_t release, const struct err *why,
                struct err *e);
/* Reads whether a delivery made the last life of this program crash, and records this one's end. */
int guard_start(struct dispatch *d, struct err *e);
/* Ends alarms about releases of which nothing will be sent any more. */
int guard_alarms(struct dispatch *d, struct err *e);

#endif
