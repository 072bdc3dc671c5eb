// SPDX-License-Identifier: MIT
#include "press/audience.h"

#include <assert.h>
#include <errno.h>

/* Whole sentences: a word put into a sentence is right in one language only. */
static const struct {
        const char *near, *none;
} unknown[AUDIENCE_FIELDS] = {
        [AUDIENCE_KIND] = {N_("Column %u: no kind “%s”; did you mean “%s”?"),
                           N_("Column %u: no kind “%s”; there are unit, department, press")},
        [AUDIENCE_ROLE] =
                {N_("Column %u: no role “%s”; did you mean “%s”?"),
                 N_("Column %u: no role “%s”; there are leader, officer, journalist, desk")},
        [AUDIENCE_LANG] = {N_("Column %u: no lang “%s”; did you mean “%s”?"),
                           N_("Column %u: no lang “%s”; there are vi and en")},
        [AUDIENCE_ORG] = {N_("Column %u: no organisation “%s”; did you mean “%s”?"),
                          N_("Column %u: no organisation “%s” in the address book")},
        [AUDIENCE_PROVINCE] = {N_("Column %u: no province “%s”; did you mean “%s”?"),
                               N_("Column %u: no province “%s”")},
        [AUDIENCE_REGION] = {N_("Column %u: no region “%s”; did you mean “%s”?"),
                             N_("Column %u: no region “%s”")},
        [AUDIENCE_TAG] = {N_("Column %u: no tag “%s”; did you mean “%s”?"),
                          N_("Column %u: no tag “%s” in the address book")},
        [AUDIENCE_EMAIL] = {N_("Column %u: no address “%s”; did you mean “%s”?"),
                            N_("Column %u: no address “%s” in the address book")},
        [AUDIENCE_LIST] = {N_("Column %u: no list “%s”; did you mean “%s”?"),
                           N_("Column %u: no list “%s” in the address book")},
};

int audience_unknown(enum audience_field f, unsigned column, const char *value, const char *near,
                     struct err *e)
{
        assert((unsigned) f < AUDIENCE_FIELDS);
        if (near)
                return err_set(e, -EINVAL, unknown[f].near, column, value, near);
        return err_set(e, -EINVAL, unknown[f].none, column, value);
}
