// SPDX-License-Identifier: MIT
#include "schema.h"

/*
 * Telephone calls about a release, a row each. A person's statement, beside what machines said
 * and never in its place. Who was reached stays so, whatever later calls came to, until that
 * row is undone. delivery_id: the newest copy for the person at that moment; contact_id NULL =
 * an address given by hand.
 */
const char schema_call[] =
        "CREATE TABLE call ("
        " id INTEGER PRIMARY KEY, release_id INTEGER NOT NULL REFERENCES release (id),"
        " contact_id INTEGER, delivery_id INTEGER NOT NULL, at INTEGER NOT NULL,"
        " outcome TEXT NOT NULL CHECK (outcome IN ('reached', 'no-answer', 'left-word',"
        "  'new-address')),"
        " address TEXT NOT NULL, note TEXT NOT NULL, uid INTEGER NOT NULL, user TEXT NOT NULL,"
        " undone_at INTEGER, undone_by TEXT NOT NULL DEFAULT '') STRICT;"
        "CREATE INDEX call_contact ON call (release_id, contact_id, id);"
        "CREATE INDEX call_delivery ON call (delivery_id, id);";
