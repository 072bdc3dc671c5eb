// SPDX-License-Identifier: MIT
#include "schema.h"

/*
 * Telephone calls about a release, a row each; the newest that was not undone speaks. A
 * person's statement, beside what machines said and never in its place.
 */
const char schema_call[] =
        "CREATE TABLE call ("
        " id INTEGER PRIMARY KEY, release_id INTEGER NOT NULL REFERENCES release (id),"
        " contact_id INTEGER NOT NULL, delivery_id INTEGER, at INTEGER NOT NULL,"
        " outcome TEXT NOT NULL CHECK (outcome IN ('reached', 'no-answer', 'left-word',"
        "  'new-address')),"
        " address TEXT NOT NULL, note TEXT NOT NULL, uid INTEGER NOT NULL, user TEXT NOT NULL,"
        " undone_at INTEGER, undone_by TEXT NOT NULL DEFAULT '') STRICT;"
        "CREATE INDEX call_contact ON call (release_id, contact_id, id);";
