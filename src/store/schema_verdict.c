// SPDX-License-Identifier: MIT
#include "schema.h"

/*
 * What reports and refusals said of an address, once a release: the evidence from which a dead
 * address is suppressed, a doubtful one listed, and a broken domain told from dead people.
 */
const char schema_verdict[] =
        "CREATE TABLE verdict ("
        " key TEXT NOT NULL," /* the address in lower case */
        " release_id INTEGER NOT NULL, domain TEXT NOT NULL, delivery_id INTEGER NOT NULL,"
        " at INTEGER NOT NULL,"
        " class TEXT NOT NULL CHECK (class IN ('invalid', 'mailbox', 'policy', 'transient',"
        "  'unclear')),"
        " enhanced TEXT NOT NULL, reply TEXT NOT NULL,"
        " PRIMARY KEY (key, release_id)) STRICT;"
        "CREATE INDEX verdict_domain ON verdict (domain, at);"
        "CREATE INDEX verdict_at ON verdict (at);";
