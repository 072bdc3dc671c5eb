// SPDX-License-Identifier: MIT
#include "book_internal.h"
#include "schema.h"

/*
 * The address book. An organisation is its opaque uid; names, codes, kinds,
 * provinces and parents are periods in org_fact, and the columns of org repeat
 * those that hold now, because every letter and every audience needs them.
 *
 * A contact's tags stand in its row as text ("a;b", sorted) and once more in
 * contact_tag, where audiences look. Absent text is '', an open end is NULL.
 *
 * A suppression that lapsed keeps lifted_at NULL until the next one of its key; `raised` are
 * those that a person must look at: they keep nobody from anything.
 *
 * import_undo with its two tables of old rows is what takes an unfinished import
 * back; book_state.version tells who reads in pages that the book has changed.
 */
const char schema_book[] =
        "CREATE TABLE org ("
        " id INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT NOT NULL UNIQUE,"
        " kind TEXT NOT NULL CHECK (kind IN ('unit', 'department', 'press')),"
        " name TEXT NOT NULL CHECK (name <> ''), short TEXT NOT NULL, code TEXT NOT NULL,"
        " province TEXT NOT NULL, region TEXT NOT NULL, parent_id INTEGER REFERENCES org (id),"
        " find TEXT NOT NULL, created_at INTEGER NOT NULL, closed_at INTEGER) STRICT;"
        "CREATE INDEX org_code ON org (code) WHERE code <> '';"

        "CREATE TABLE org_fact ("
        " id INTEGER PRIMARY KEY, org_id INTEGER NOT NULL REFERENCES org (id),"
        " type TEXT NOT NULL CHECK (type IN ('name', 'short', 'code', 'alias', 'kind',"
        "  'province', 'region', 'parent')),"
        " value TEXT NOT NULL, folded TEXT NOT NULL,"
        " from_at INTEGER NOT NULL, to_at INTEGER,"
        " opened_by INTEGER NOT NULL, closed_by INTEGER NOT NULL DEFAULT 0) STRICT;"
        "CREATE INDEX org_fact_org ON org_fact (org_id, type);"
        "CREATE INDEX org_fact_folded ON org_fact (folded);"

        "CREATE TABLE contact ("
        " id INTEGER PRIMARY KEY AUTOINCREMENT, org_id INTEGER NOT NULL REFERENCES org (id),"
        " name TEXT NOT NULL,"
        " role TEXT NOT NULL CHECK (role IN ('leader', 'officer', 'journalist', 'desk')),"
        " title TEXT NOT NULL, email TEXT NOT NULL, phone TEXT NOT NULL,"
        " language TEXT NOT NULL CHECK (language IN ('vi', 'en')),"
        " priority INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 9),"
        " tags TEXT NOT NULL, source TEXT NOT NULL, find TEXT NOT NULL,"
        " from_at INTEGER NOT NULL, to_at INTEGER,"
        " created_at INTEGER NOT NULL, changed_at INTEGER NOT NULL) STRICT;"
        "CREATE INDEX contact_org ON contact (org_id);"
        "CREATE INDEX contact_email ON contact (email) WHERE email <> '';"
        "CREATE INDEX contact_domain ON contact (" CONTACT_DOMAIN ", lower(email))"
        "  WHERE email <> '';"

        "CREATE TABLE tag (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
        " folded TEXT NOT NULL) STRICT;"
        "CREATE INDEX tag_folded ON tag (folded);"
        "CREATE TABLE contact_tag ("
        " contact_id INTEGER NOT NULL REFERENCES contact (id),"
        " tag_id INTEGER NOT NULL REFERENCES tag (id), PRIMARY KEY (contact_id, tag_id)) STRICT;"
        "CREATE INDEX contact_tag_tag ON contact_tag (tag_id);"

        "CREATE TABLE list (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
        " folded TEXT NOT NULL) STRICT;"
        "CREATE INDEX list_folded ON list (folded);"
        "CREATE TABLE list_member ("
        " list_id INTEGER NOT NULL REFERENCES list (id),"
        " contact_id INTEGER NOT NULL REFERENCES contact (id),"
        " PRIMARY KEY (contact_id, list_id)) STRICT;"
        "CREATE INDEX list_member_list ON list_member (list_id);"

        "CREATE TABLE suppression ("
        " id INTEGER PRIMARY KEY, address TEXT NOT NULL, key TEXT NOT NULL,"
        " reason TEXT NOT NULL, since INTEGER NOT NULL, added_by TEXT NOT NULL,"
        " note TEXT NOT NULL, expires_at INTEGER, raised INTEGER NOT NULL DEFAULT 0,"
        " lifted_at INTEGER, lifted_by TEXT NOT NULL DEFAULT '') STRICT;"
        "CREATE INDEX suppression_past ON suppression (key, id);"
        "CREATE UNIQUE INDEX suppression_key ON suppression (key) WHERE lifted_at IS NULL;"

        "CREATE TABLE book_state (id INTEGER PRIMARY KEY CHECK (id = 1),"
        " version INTEGER NOT NULL) STRICT;"
        "INSERT INTO book_state VALUES (1, 1);"

        "CREATE TABLE import ("
        " id INTEGER PRIMARY KEY AUTOINCREMENT, file TEXT NOT NULL, started_at INTEGER NOT NULL,"
        " state TEXT NOT NULL CHECK (state IN ('open', 'done', 'undone'))) STRICT;"
        "CREATE INDEX import_open ON import (state) WHERE state = 'open';"
        "CREATE TABLE import_undo ("
        " id INTEGER PRIMARY KEY, import_id INTEGER NOT NULL REFERENCES import (id),"
        " what TEXT NOT NULL CHECK (what IN ('org', 'new org', 'contact', 'new contact',"
        "  'new tag')),"
        " row_id INTEGER NOT NULL) STRICT;"
        "CREATE INDEX import_undo_import ON import_undo (import_id, id);"
        "CREATE TABLE org_undo ("
        " undo_id INTEGER PRIMARY KEY, kind TEXT, name TEXT, short TEXT, code TEXT, province TEXT,"
        " region TEXT, parent_id INTEGER, find TEXT) STRICT;"
        "CREATE TABLE contact_undo ("
        " undo_id INTEGER PRIMARY KEY, org_id INTEGER, name TEXT, role TEXT, title TEXT,"
        " email TEXT, phone TEXT, language TEXT, priority INTEGER, tags TEXT, source TEXT,"
        " find TEXT, from_at INTEGER, to_at INTEGER, changed_at INTEGER) STRICT;";
