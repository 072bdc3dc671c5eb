// SPDX-License-Identifier: MIT
/*
 * Until when somebody is away: a date right behind a word such as "until" or "trở lại". What
 * could be read in two ways (12/05 in English) is not read at all.
 */
#include "report_internal.h"

#include "press/mem.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char *const before[] = {
        "until",  "till", "through", "thru",    "return",   "returning", "back",
        "resume", "to",   "den",     "tro lai", "quay lai", "lam lai",   "viec lai",
};

/* What may stand between that word and the date. */
static const char *const between[] = {
        "on",      "the",       "in",       "at",     "from",     "office", "work", "again",
        "and",     "including", "incl",     "next",   "of",       "end",    "day",  "monday",
        "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "mon",  "tue",
        "tues",    "wed",       "thu",      "thur",   "thurs",    "fri",    "sat",  "sun",
        "morning", "afternoon", "lam",      "viec",   "vao",      "ngay",   "het",  "hai",
        "ba",      "tu",        "nam",      "sau",    "bay",      "chu",    "nhat", "sang",
        "chieu",   "van",       "phong",    "co",     "quan",     "2",      "3",    "4",
        "5",       "6",         "7",
};

static bool is_word(const char *s, size_t n, const char *const *list, size_t count)
{
        for (size_t i = 0; i < count; i++)
                if (strlen(list[i]) == n && strncmp(s, list[i], n) == 0)
                        return true;
        return false;
}

/* Up to four digits at *p; -1 when there are none, or more. */
static int digits(const char **p)
{
        size_t n = strspn(*p, "0123456789");
        int v = 0;

        if (!n || n > 4)
                return -1;
        for (; n; n--)
                v = 10 * v + (*(*p)++ - '0');
        return v;
}

/* A month's name, whole or its first three letters; 0 when it is none. */
static int month_name(const char **p)
{
        static const char *const names[] = {"january",   "february", "march",    "april",
                                            "may",       "june",     "july",     "august",
                                            "september", "october",  "november", "december"};
        size_t n = 0;

        while (islower((unsigned char) (*p)[n]))
                n++;
        for (int i = 0; i < 12; i++)
                if (n >= 3 && strncmp(*p, names[i], n) == 0 && n <= strlen(names[i])) {
                        *p += n + ((*p)[n] == '.');
                        return i + 1;
                }
        return 0;
}

/* A year at *p, behind what may part it from the rest; 0 when it says none. */
static int year_behind(const char *p, const char *parts)
{
        int y;

        p += strspn(p, parts);
        if (strncmp(p, "nam ", 4) == 0)
                p += 4;
        if (!isdigit((unsigned char) *p))
                return 0;
        y = digits(&p);
        return y >= 2000 && y <= 2200 ? y : 0;
}

static bool is_date(const struct report_date *d)
{
        static const int most[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

        return d->month >= 1 && d->month <= 12 && d->day >= 1 && d->day <= most[d->month - 1] &&
               (d->year == 0 || (d->year >= 2000 && d->year <= 2200));
}

/* "december 5th, 2026", the name being read */
static bool named_first(const char *p, int month, struct report_date *ret)
{
        *ret = (struct report_date){.month = month};
        p += strspn(p, " ");
        ret->day = digits(&p);
        if (!strncmp(p, "st", 2) || !strncmp(p, "nd", 2) || !strncmp(p, "rd", 2) ||
            !strncmp(p, "th", 2))
                p += 2;
        ret->year = year_behind(p, " ,");
        return is_date(ret);
}

/* "/12/2026", ".12.", "-12-26" behind the first number */
static bool numbers(const char *p, int first, bool day_first, struct report_date *ret)
{
        char part = *p++;
        int second = digits(&p), third = 0;

        if (second < 0)
                return false;
        if (*p == part && isdigit((unsigned char) p[1])) {
                p++;
                third = digits(&p);
        } else if (part == '-') {
                return false; /* "5-12" may be the fifth to the twelfth */
        }
        if (first >= 2000) {
                *ret = (struct report_date){first, second, third};
                return is_date(ret);
        }
        if (third > 0 && third < 100)
                third += 2000;
        if (day_first || part == '.' || first > 12 || first == second)
                *ret = (struct report_date){third, second, first};
        else if (second > 12)
                *ret = (struct report_date){third, first, second};
        else
                return false;
        return is_date(ret);
}

static bool date_at(const char *p, bool vi, struct report_date *ret)
{
        int first, month = month_name(&p);

        if (month)
                return named_first(p, month, ret);
        first = digits(&p);
        if (first < 0)
                return false;
        if (*p && strchr("/.-", *p) && isdigit((unsigned char) p[1]))
                return numbers(p, first, vi, ret);
        if (!strncmp(p, "st", 2) || !strncmp(p, "nd", 2) || !strncmp(p, "rd", 2) ||
            !strncmp(p, "th ", 3))
                p += 2;
        p += strspn(p, " -");
        if (strncmp(p, "of ", 3) == 0)
                p += 3;
        *ret = (struct report_date){.day = first};
        if (strncmp(p, "thang ", 6) == 0) {
                p += 6;
                ret->month = digits(&p);
        } else {
                ret->month = month_name(&p);
        }
        ret->year = year_behind(p, " ,-/");
        return is_date(ret);
}

/* The date behind a word: at once, or after a few words that belong to it. */
static bool date_behind(const char *p, bool vi, struct report_date *ret)
{
        for (int words = 0; words < 8; words++) {
                size_t n;

                p += strspn(p, " ,.:;()*");
                if (date_at(p, vi, ret))
                        return true;
                n = strcspn(p, " ,.:;()*");
                if (!is_word(p, n, between, COUNT_OF(between)))
                        return false;
                p += n;
        }
        return false;
}

void away_read(const char *p, size_t n, struct report_date *ret)
{
        CLEANUP(mem_free) char *text = fold_text(p, n < 4096 ? n : 4096);
        bool vi = strstr(text, "ngay ") || strstr(text, "thang ");
        struct report_date d;

        for (const char *at = text; *at; at++) {
                if (at > text && isalnum((unsigned char) at[-1]))
                        continue;
                for (size_t i = 0; i < COUNT_OF(before); i++) {
                        size_t len = strlen(before[i]);

                        if (strncmp(at, before[i], len) == 0 && !isalnum((unsigned char) at[len]) &&
                            date_behind(at + len, vi, &d)) {
                                *ret = d;
                                return;
                        }
                }
        }
}
