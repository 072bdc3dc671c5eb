// SPDX-License-Identifier: MIT
#include "entry_internal.h"

#include "press/mem.h"
#include "press/state.h"
#include "press/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Names of one meaning; `key` as key_of() makes it. The first of a meaning is the English one. */
struct name {
        const char *key;
        int meaning;
};

static const char *const field_names[ENTRY_FIELDS] = {
        [ENTRY_ID] = "id",
        [ENTRY_ORG] = "org",
        [ENTRY_ORG_KIND] = "org_kind",
        [ENTRY_ORG_SHORT] = "org_short",
        [ENTRY_ORG_CODE] = "org_code",
        [ENTRY_PROVINCE] = "province",
        [ENTRY_REGION] = "region",
        [ENTRY_NAME] = "name",
        [ENTRY_ROLE] = "role",
        [ENTRY_TITLE] = "title",
        [ENTRY_EMAIL] = "email",
        [ENTRY_PHONE] = "phone",
        [ENTRY_LANGUAGE] = "language",
        [ENTRY_TAGS] = "tags",
        [ENTRY_PRIORITY] = "priority",
        [ENTRY_SOURCE] = "source",
};

static const struct name headings[] = {
        {"id", ENTRY_ID},
        {"ma so", ENTRY_ID},
        {"ma lien he", ENTRY_ID},
        {"org", ENTRY_ORG},
        {"organisation", ENTRY_ORG},
        {"organization", ENTRY_ORG},
        {"co quan", ENTRY_ORG},
        {"don vi", ENTRY_ORG},
        {"to chuc", ENTRY_ORG},
        {"ten co quan", ENTRY_ORG},
        {"ten don vi", ENTRY_ORG},
        {"org kind", ENTRY_ORG_KIND},
        {"kind", ENTRY_ORG_KIND},
        {"loai", ENTRY_ORG_KIND},
        {"loai co quan", ENTRY_ORG_KIND},
        {"loai don vi", ENTRY_ORG_KIND},
        {"org short", ENTRY_ORG_SHORT},
        {"short name", ENTRY_ORG_SHORT},
        {"ten tat", ENTRY_ORG_SHORT},
        {"ten viet tat", ENTRY_ORG_SHORT},
        {"viet tat", ENTRY_ORG_SHORT},
        {"org code", ENTRY_ORG_CODE},
        {"code", ENTRY_ORG_CODE},
        {"ma co quan", ENTRY_ORG_CODE},
        {"ma don vi", ENTRY_ORG_CODE},
        {"province", ENTRY_PROVINCE},
        {"tinh", ENTRY_PROVINCE},
        {"tinh thanh", ENTRY_PROVINCE},
        {"tinh thanh pho", ENTRY_PROVINCE},
        {"region", ENTRY_REGION},
        {"vung", ENTRY_REGION},
        {"khu vuc", ENTRY_REGION},
        {"name", ENTRY_NAME},
        {"full name", ENTRY_NAME},
        {"ten", ENTRY_NAME},
        {"ho ten", ENTRY_NAME},
        {"ho va ten", ENTRY_NAME},
        {"nguoi lien he", ENTRY_NAME},
        {"role", ENTRY_ROLE},
        {"vai tro", ENTRY_ROLE},
        {"title", ENTRY_TITLE},
        {"position", ENTRY_TITLE},
        {"chuc vu", ENTRY_TITLE},
        {"chuc danh", ENTRY_TITLE},
        {"email", ENTRY_EMAIL},
        {"e mail", ENTRY_EMAIL},
        {"mail", ENTRY_EMAIL},
        {"thu dien tu", ENTRY_EMAIL},
        {"dia chi thu", ENTRY_EMAIL},
        {"dia chi email", ENTRY_EMAIL},
        {"hop thu", ENTRY_EMAIL},
        {"phone", ENTRY_PHONE},
        {"telephone", ENTRY_PHONE},
        {"mobile", ENTRY_PHONE},
        {"tel", ENTRY_PHONE},
        {"dien thoai", ENTRY_PHONE},
        {"so dien thoai", ENTRY_PHONE},
        {"dt", ENTRY_PHONE},
        {"sdt", ENTRY_PHONE},
        {"di dong", ENTRY_PHONE},
        {"language", ENTRY_LANGUAGE},
        {"lang", ENTRY_LANGUAGE},
        {"ngon ngu", ENTRY_LANGUAGE},
        {"tieng", ENTRY_LANGUAGE},
        {"tags", ENTRY_TAGS},
        {"tag", ENTRY_TAGS},
        {"nhan", ENTRY_TAGS},
        {"the", ENTRY_TAGS},
        {"priority", ENTRY_PRIORITY},
        {"uu tien", ENTRY_PRIORITY},
        {"muc uu tien", ENTRY_PRIORITY},
        {"thu tu uu tien", ENTRY_PRIORITY},
        {"source", ENTRY_SOURCE},
        {"nguon", ENTRY_SOURCE},
        {"stt", ENTRY_IGNORED},
        {"tt", ENTRY_IGNORED},
        {"no", ENTRY_IGNORED},
        {"so thu tu", ENTRY_IGNORED},
};

static const struct name kinds[] = {
        {"unit", ORG_UNIT},
        {"don vi", ORG_UNIT},
        {"don vi truc thuoc", ORG_UNIT},
        {"don vi trung uong", ORG_UNIT},
        {"trung uong", ORG_UNIT},
        {"department", ORG_DEPARTMENT},
        {"so", ORG_DEPARTMENT},
        {"dia phuong", ORG_DEPARTMENT},
        {"don vi dia phuong", ORG_DEPARTMENT},
        {"press", ORG_PRESS},
        {"press agency", ORG_PRESS},
        {"bao", ORG_PRESS},
        {"bao chi", ORG_PRESS},
        {"co quan bao chi", ORG_PRESS},
};

static const struct name roles[] = {
        {"leader", ROLE_LEADER},
        {"lanh dao", ROLE_LEADER},
        {"officer", ROLE_OFFICER},
        {"can bo", ROLE_OFFICER},
        {"can bo dau moi", ROLE_OFFICER},
        {"dau moi", ROLE_OFFICER},
        {"chuyen vien", ROLE_OFFICER},
        {"journalist", ROLE_JOURNALIST},
        {"nha bao", ROLE_JOURNALIST},
        {"phong vien", ROLE_JOURNALIST},
        {"bien tap vien", ROLE_JOURNALIST},
        {"desk", ROLE_DESK},
        {"toa soan", ROLE_DESK},
        {"ban bien tap", ROLE_DESK},
        {"bo phan", ROLE_DESK},
        {"hop thu chung", ROLE_DESK},
};

static const struct name languages[] = {
        {"vi", LANG_VI}, {"viet", LANG_VI}, {"tieng viet", LANG_VI}, {"vietnamese", LANG_VI},
        {"en", LANG_EN}, {"anh", LANG_EN},  {"tieng anh", LANG_EN},  {"english", LANG_EN},
};

/* Folded, with everything but letters and digits as one blank. */
static char *key_of(const char *s)
{
        CLEANUP(mem_free) char *clean = text_strip(s);
        char *key = text_fold(clean);
        size_t n = 0;

        if (!key)
                return mem_strdup("");
        for (const char *p = key; *p; p++) {
                if (isalnum((unsigned char) *p) || (*p & 0x80))
                        key[n++] = *p;
                else if (n > 0 && key[n - 1] != ' ')
                        key[n++] = ' ';
        }
        while (n > 0 && key[n - 1] == ' ')
                n--;
        key[n] = '\0';
        return key;
}

static int find(const struct name *v, size_t n, const char *s)
{
        CLEANUP(mem_free) char *key = key_of(s);

        for (size_t i = 0; i < n; i++)
                if (strcmp(key, v[i].key) == 0)
                        return v[i].meaning;
        return ENTRY_UNKNOWN;
}

static const struct name *nearest(const struct name *v, size_t n, const char *s)
{
        CLEANUP(mem_free) char *key = key_of(s);
        const char *keys[COUNT_OF(headings)];
        const char *near;

        for (size_t i = 0; i < n; i++)
                keys[i] = v[i].key;
        near = text_nearest(key, keys, n);
        for (size_t i = 0; near && i < n; i++)
                if (keys[i] == near)
                        return &v[i];
        return NULL;
}

const char *entry_field_name(enum entry_field f)
{
        return field_names[f];
}

int entry_field_find(const char *heading)
{
        return find(headings, COUNT_OF(headings), heading);
}

const char *entry_field_nearest(const char *heading)
{
        const struct name *near = nearest(headings, COUNT_OF(headings), heading);

        return near && near->meaning >= 0 ? field_names[near->meaning] : NULL;
}

int entry_kind_find(const char *s)
{
        return find(kinds, COUNT_OF(kinds), s);
}

int entry_role_find(const char *s)
{
        return find(roles, COUNT_OF(roles), s);
}

int entry_language_find(const char *s)
{
        return find(languages, COUNT_OF(languages), s);
}

const char *entry_word_nearest(enum entry_field f, const char *s)
{
        const struct name *near;

        switch (f) {
        case ENTRY_ORG_KIND:
                near = nearest(kinds, COUNT_OF(kinds), s);
                return near ? words_name(&org_kinds, near->meaning) : NULL;
        case ENTRY_ROLE:
                near = nearest(roles, COUNT_OF(roles), s);
                return near ? words_name(&contact_roles, near->meaning) : NULL;
        case ENTRY_LANGUAGE:
                near = nearest(languages, COUNT_OF(languages), s);
                return near ? msg_lang_name((enum lang) near->meaning) : NULL;
        default: return NULL;
        }
}
