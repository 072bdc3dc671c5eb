// SPDX-License-Identifier: MIT
/*
 * The tables of releases and deliveries. Types and upserts as SQLite and
 * PostgreSQL share them; words (states, kinds) as core/state spells them;
 * times in ms since the epoch, UTC.
 */
#include "schema.h"

static const char releases[] =
        "CREATE TABLE meta ("
        "  one INTEGER PRIMARY KEY CHECK (one = 1),"
        "  id TEXT NOT NULL,"
        "  tag_key BLOB NOT NULL,"
        "  turn INTEGER NOT NULL DEFAULT 0,"  /* of pressd, counted in each of its commits */
        "  machine TEXT NOT NULL DEFAULT ''," /* on which it last ran */
        "  fence_at INTEGER NOT NULL DEFAULT 0, fence_sent_at INTEGER NOT NULL DEFAULT 0,"
        "  fence_moved INTEGER NOT NULL DEFAULT 0, fence_last INTEGER NOT NULL DEFAULT 0) STRICT;"

        "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;"

        /* state 'staged' = not visible yet */
        "CREATE TABLE release ("
        "  id INTEGER PRIMARY KEY,"
        "  state TEXT NOT NULL CHECK (state IN ('staged', 'proposed', 'approved', 'sending',"
        "                                       'rejected', 'cancelled')),"
        "  paused INTEGER NOT NULL DEFAULT 0,"
        "  number TEXT NOT NULL, number_fold TEXT NOT NULL,"
        "  title TEXT NOT NULL, kind TEXT NOT NULL, class TEXT NOT NULL, language TEXT NOT NULL,"
        "  key TEXT NOT NULL, body TEXT NOT NULL,"
        "  audience TEXT NOT NULL, except_ TEXT NOT NULL, early TEXT NOT NULL,"
        "  contact TEXT NOT NULL, signer TEXT NOT NULL, reply_to TEXT NOT NULL,"
        "  at INTEGER NOT NULL, embargo INTEGER NOT NULL, expires INTEGER NOT NULL,"
        "  automatic INTEGER NOT NULL,"
        "  submitted_at INTEGER NOT NULL, submitted_uid INTEGER NOT NULL,"
        "  submitted_by TEXT NOT NULL,"
        "  approved_at INTEGER NOT NULL DEFAULT 0, approved_uid INTEGER NOT NULL DEFAULT 0,"
        "  approved_by TEXT NOT NULL DEFAULT '', approved_hash TEXT NOT NULL DEFAULT '',"
        "  reason TEXT NOT NULL DEFAULT '',"
        "  due_at INTEGER NOT NULL DEFAULT 0, early_at INTEGER NOT NULL DEFAULT 0,"
        "  moment INTEGER NOT NULL DEFAULT 0,"
        "  recipients INTEGER NOT NULL DEFAULT 0,"
        /* when a recipient may first have held the text, 0 = nobody yet */
        "  out_at INTEGER NOT NULL DEFAULT 0,"
        "  hash TEXT NOT NULL DEFAULT '', content_hash TEXT NOT NULL,"
        "  audience_hash TEXT NOT NULL DEFAULT '', recipients_hash TEXT NOT NULL DEFAULT '',"
        "  letter_hash TEXT NOT NULL, text_hash TEXT NOT NULL, cuts TEXT NOT NULL) STRICT;"
        "CREATE INDEX release_key ON release (key) WHERE key <> '';"
        "CREATE INDEX release_number ON release (number_fold) WHERE number_fold <> '';"
        "CREATE INDEX release_content ON release (content_hash);"
        "CREATE INDEX release_same ON release (text_hash, audience_hash);"
        "CREATE INDEX release_staged ON release (id) WHERE state = 'staged';"

        /* in pieces, so that no transaction carries 20 MB; item 0 is the letter */
        "CREATE TABLE content ("
        "  release_id INTEGER NOT NULL REFERENCES release (id),"
        "  item INTEGER NOT NULL, piece INTEGER NOT NULL, data BLOB NOT NULL,"
        "  PRIMARY KEY (release_id, item, piece)) STRICT;"
        "CREATE TABLE attachment ("
        "  release_id INTEGER NOT NULL REFERENCES release (id),"
        "  item INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, bytes INTEGER NOT NULL,"
        "  PRIMARY KEY (release_id, item)) STRICT;"

        /* the leaves of all recipients, in order, some to a row (manifest.h) */
        "CREATE TABLE manifest ("
        "  release_id INTEGER NOT NULL REFERENCES release (id),"
        "  block INTEGER NOT NULL, leaves BLOB NOT NULL,"
        "  PRIMARY KEY (release_id, block)) STRICT;"

        "CREATE TABLE release_count ("
        "  release_id INTEGER NOT NULL REFERENCES release (id),"
        "  org_kind TEXT NOT NULL, state TEXT NOT NULL, n INTEGER NOT NULL CHECK (n >= 0),"
        "  PRIMARY KEY (release_id, org_kind, state)) STRICT;"
        "CREATE INDEX release_count_open ON release_count (release_id)"
        "  WHERE n > 0 AND (state = 'queued' OR state = 'sending' OR state = 'deferred'"
        "                   OR state = 'unknown');";

static const char deliveries[] =
        "CREATE TABLE delivery ("
        "  id INTEGER PRIMARY KEY,"
        "  release_id INTEGER NOT NULL REFERENCES release (id),"
        "  contact_id INTEGER,"                      /* NULL = an address given by hand */
        "  copy INTEGER NOT NULL, replaces INTEGER," /* the delivery that a resend stands in for */
        "  address TEXT NOT NULL,"                   /* '' = none */
        "  name TEXT NOT NULL, org TEXT NOT NULL, title TEXT NOT NULL, who_fold TEXT NOT NULL,"
        "  org_kind TEXT NOT NULL, role TEXT NOT NULL, language TEXT NOT NULL,"
        "  priority INTEGER NOT NULL, early INTEGER NOT NULL,"
        "  salt BLOB NOT NULL, order_key INTEGER NOT NULL,"
        "  leaf INTEGER NOT NULL," /* its place in the manifest; -1 = a resend */
        "  state TEXT NOT NULL, reason TEXT NOT NULL, attempt INTEGER NOT NULL DEFAULT 0,"
        "  created_at INTEGER NOT NULL,"
        "  due_at INTEGER,"  /* of a deferred or unknown one; NULL = a person decides */
        "  data_at INTEGER," /* 354 came in the present or latest try */
        "  out_at INTEGER,"  /* since when the recipient may hold the text, whatever came later */
        "  settled_at INTEGER,"
        "  detail TEXT NOT NULL DEFAULT '',"
        /* a waiting one that was due while its domain was at its limit: the domain */
        "  parked TEXT) STRICT;"
        /*
         * A condition on more than two words says OR: for IN SQLite fills a table of them at
         * each change of a row, which took a third of a letter's time.
         */
        "CREATE UNIQUE INDEX delivery_contact ON delivery (release_id, contact_id, copy)"
        "  WHERE contact_id IS NOT NULL;"
        "CREATE UNIQUE INDEX delivery_address ON delivery (address, release_id, copy)"
        "  WHERE address <> '';"
        "CREATE INDEX delivery_release ON delivery (release_id, id);"
        "CREATE INDEX delivery_queued ON delivery (release_id, early DESC, order_key)"
        "  WHERE state = 'queued' AND parked IS NULL;"
        "CREATE INDEX delivery_due ON delivery (release_id, due_at)"
        "  WHERE state IN ('deferred', 'unknown') AND parked IS NULL;"
        "CREATE INDEX delivery_parked ON delivery (release_id, parked, early DESC, order_key)"
        "  WHERE parked IS NOT NULL;"
        "CREATE INDEX delivery_failed ON delivery (release_id, priority)"
        "  WHERE state = 'refused' OR state = 'bounced' OR state = 'expired'"
        "     OR state = 'suppressed';"
        "CREATE INDEX delivery_replaces ON delivery (replaces) WHERE replaces IS NOT NULL;"
        "CREATE INDEX delivery_sending ON delivery (id) WHERE state = 'sending';"

        "CREATE TABLE event ("
        "  id INTEGER PRIMARY KEY,"
        "  release_id INTEGER NOT NULL, delivery_id INTEGER, contact_id INTEGER,"
        "  kind TEXT NOT NULL, attempt INTEGER NOT NULL, at INTEGER NOT NULL, ms INTEGER NOT NULL,"
        "  relay TEXT NOT NULL, peer TEXT NOT NULL, stage TEXT NOT NULL, code INTEGER NOT NULL,"
        "  enhanced TEXT NOT NULL, reply TEXT NOT NULL, tls TEXT NOT NULL,"
        "  state TEXT NOT NULL, note TEXT NOT NULL, second_copy INTEGER NOT NULL DEFAULT 0,"
        "  action TEXT NOT NULL DEFAULT '') STRICT;"
        "CREATE INDEX event_release ON event (release_id, id);"
        "CREATE INDEX event_delivery ON event (delivery_id, id);"
        "CREATE INDEX event_at ON event (at);"

        "CREATE TABLE audit ("
        "  id INTEGER PRIMARY KEY,"
        "  at INTEGER NOT NULL, uid INTEGER NOT NULL, user TEXT NOT NULL, verb TEXT NOT NULL,"
        "  release_id INTEGER, detail TEXT NOT NULL) STRICT;"
        "CREATE INDEX audit_release ON audit (release_id) WHERE release_id IS NOT NULL;";

const struct schema_step *schema_steps(size_t *ret_n)
{
        static const struct schema_step steps[] = {
                {.version = 1,
                 .sql = {releases, deliveries, schema_book, schema_fault, schema_relay_order,
                         schema_setback, schema_returned, schema_call, schema_verdict}},
        };

        *ret_n = sizeof(steps) / sizeof(steps[0]);
        return steps;
}
