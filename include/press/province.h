/*
 * province.h - the provinces and regions that may stand in the address book
 *
 * Built in: the 63 provinces of 2023 and the 34 of 1 July 2025 (64 names in all),
 * and the six regions of the 2023 tables. A name is found in any letter case,
 * with or without marks, tone marks in either place, with "tỉnh", "thành phố",
 * "TP." in front, and by what people write for Ho Chi Minh City; it is kept in
 * the one official spelling.
 * Source: tests/data/provinces-2023.tsv, provinces-2025.tsv.
 */
#ifndef PRESS_PROVINCE_H
#define PRESS_PROVINCE_H

/* The official name, a constant; NULL when there is none. */
const char *province_find(const char *s);
const char *region_find(const char *s);

/* The name to ask about ("did you mean"), or NULL when none is near. */
const char *province_nearest(const char *s);
const char *region_nearest(const char *s);

#endif
