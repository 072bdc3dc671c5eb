// SPDX-License-Identifier: MIT
#include "press/text.h"

#include <string.h>

/* Enough to judge by, and bounded. */
#define SAMPLE_BYTES 65536u

struct signs {
        size_t high;      /* bytes over 0x7f */
        size_t tcvn3;     /* that are a lower-case TCVN3 letter beside a letter, a sign elsewhere */
        size_t vni;       /* that VNI writes behind the vowel they modify */
        size_t combining; /* that code page 1258 writes behind a vowel as its tone */
        size_t even_nuls, odd_nuls;
};

static bool is_letter(unsigned char c)
{
        return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_vowel(unsigned char c)
{
        return is_letter(c) && strchr("aeiouy", c | 0x20);
}

/* ă â ê ô ơ ư đ, à ả ã á ạ, ằ ẳ ẵ ắ of TCVN 5712 VN3; in Latin-1 these are « µ ® ¬ and the like. */
static bool is_tcvn3(unsigned char c)
{
        return (c >= 0xa8 && c <= 0xae) || (c >= 0xb5 && c <= 0xb9) || (c >= 0xbb && c <= 0xbe);
}

/* The tones of VNI (aø aù aû aõ aï) and its double marks (aâ aê aá aà aé aè ...). */
static bool is_vni(unsigned char c)
{
        unsigned char low = c | 0x20;

        return (low >= 0xe0 && low <= 0xeb && low != 0xe7) || low == 0xef || low == 0xf5 ||
               (low >= 0xf8 && low <= 0xfc);
}

/* Grave, hook, tilde, acute and dot below of code page 1258. */
static bool is_1258_tone(unsigned char c)
{
        return c == 0xcc || c == 0xd2 || c == 0xde || c == 0xec || c == 0xf2;
}

/* ă â ê ô ơ ư of code page 1258, either case. */
static bool is_1258_vowel(unsigned char c)
{
        return is_vowel(c) || (c > 0x7f && strchr("\xe3\xe2\xea\xf4\xf5\xfd", c | 0x20));
}

static struct signs count_signs(const unsigned char *s, size_t n)
{
        struct signs k = {0};

        for (size_t i = 0; i < n; i++) {
                unsigned char before = i ? s[i - 1] : ' ', after = i + 1 < n ? s[i + 1] : ' ';

                if (s[i] == 0) {
                        k.even_nuls += i % 2 == 0;
                        k.odd_nuls += i % 2 == 1;
                }
                if (s[i] < 0x80)
                        continue;
                k.high++;
                k.tcvn3 += is_tcvn3(s[i]) && (is_letter(before) || is_letter(after));
                k.vni += is_vni(s[i]) && is_vowel(before);
                k.combining += is_1258_tone(s[i]) && is_1258_vowel(before);
        }
        return k;
}

const char *text_guess_encoding(const char *s, size_t n)
{
        struct signs k;

        if (n >= 2 && (memcmp(s, "\xff\xfe", 2) == 0 || memcmp(s, "\xfe\xff", 2) == 0))
                return "UTF-16";
        if (n >= 4 && memcmp(s, "PK\3\4", 4) == 0)
                return "Excel XLSX";
        if (n >= 4 && memcmp(s, "\xd0\xcf\x11\xe0", 4) == 0)
                return "Excel XLS";
        if (n > SAMPLE_BYTES)
                n = SAMPLE_BYTES;

        k = count_signs((const unsigned char *) s, n);
        if ((k.odd_nuls > n / 8 && !k.even_nuls) || (k.even_nuls > n / 8 && !k.odd_nuls))
                return "UTF-16";
        if (k.high == 0 || text_utf8_check(s, n) == n)
                return "";
        if (k.tcvn3 * 5 >= k.high)
                return "TCVN3";
        if (k.vni * 5 >= k.high * 3)
                return "VNI";
        if (k.combining * 5 >= k.high)
                return "Windows-1258";
        return k.even_nuls + k.odd_nuls ? "" : "Windows-1252";
}
