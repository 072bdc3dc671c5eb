// SPDX-License-Identifier: MIT
#include "schema.h"

/*
 * What reports and refusals said of an address, the gravest of each release: the evidence from
 * which a dead address is suppressed, a doubtful one listed, and a broken domain told from dead
 * people. Rows are kept when they count no longer: `stale` came by a tag past its life,
 * forgotten_at is when a person said that this is settled.
 *
 * domain_broken: times in which so many of a domain's addresses were called dead at once that
 * the domain was at fault; what was said of them within counts for nobody.
 */
const char schema_verdict[] =
        "CREATE TABLE verdict ("
        " key TEXT NOT NULL," /* the address in lower case */
        " release_id INTEGER NOT NULL, address TEXT NOT NULL, domain TEXT NOT NULL,"
        " delivery_id INTEGER NOT NULL, org_kind TEXT NOT NULL, at INTEGER NOT NULL,"
        " class TEXT NOT NULL CHECK (class IN ('invalid', 'mailbox', 'policy', 'transient',"
        "  'unclear', 'complaint')),"
        " stale INTEGER NOT NULL, forgotten_at INTEGER,"
        " enhanced TEXT NOT NULL, reply TEXT NOT NULL,"
        " PRIMARY KEY (key, release_id)) STRICT;"
        "CREATE INDEX verdict_domain ON verdict (domain, at) WHERE class = 'invalid';"
        "CREATE INDEX verdict_at ON verdict (at);"

        "CREATE TABLE domain_broken ("
        " domain TEXT NOT NULL, from_at INTEGER NOT NULL, to_at INTEGER NOT NULL,"
        " broken INTEGER NOT NULL, written INTEGER NOT NULL,"
        " PRIMARY KEY (domain, from_at)) STRICT;";
