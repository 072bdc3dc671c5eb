// SPDX-License-Identifier: MIT
#include "schema.h"

/*
 * What came back. Each mail stands once in `returned`, by the hash of its bytes, written in the
 * transaction of what it changed: so reading it again, after a crash or from another copy of
 * the mailbox, changes nothing. relay_heard tells whether a relay ever says what became of a
 * letter, by receipts or by its log.
 */
const char schema_returned[] =
        "CREATE TABLE returned ("
        " id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, inbox TEXT NOT NULL,"
        " at INTEGER NOT NULL,"
        " kind TEXT NOT NULL CHECK (kind IN ('status', 'complaint', 'autoreply', 'challenge',"
        "  'receipt', 'feedback', 'loop', 'mail', 'unreadable')),"
        " matched TEXT NOT NULL CHECK (matched IN ('tag', 'envid', 'message-id', 'none',"
        "  'forged')),"
        " release_id INTEGER, delivery_id INTEGER,"
        " sender TEXT NOT NULL, subject TEXT NOT NULL, trouble TEXT NOT NULL,"
        " away_until INTEGER,"
        " answered_at INTEGER, answered_by TEXT NOT NULL DEFAULT '') STRICT;"
        "CREATE INDEX returned_people ON returned (kind, release_id, id)"
        " WHERE kind = 'mail' OR kind = 'autoreply';"
        "CREATE INDEX returned_open ON returned (kind, id)"
        " WHERE kind = 'mail' OR kind = 'autoreply';"
        "CREATE INDEX returned_delivery ON returned (delivery_id) WHERE delivery_id IS NOT NULL;"
        "CREATE INDEX returned_odd ON returned (matched, kind, at)"
        " WHERE matched = 'forged' OR kind = 'unreadable';"

        "CREATE TABLE relay_heard ("
        " relay TEXT PRIMARY KEY, report_at INTEGER, log_at INTEGER) STRICT;";
