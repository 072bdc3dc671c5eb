// SPDX-License-Identifier: MIT
/*
 * curlmulti - what most programs do: libcurl's own SMTP transfers in a multi
 *
 * One easy handle a connection, taken up again for the next letter as soon as
 * it is free. Options: client.h.
 */
#include "client.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct slot {
        CURL *easy;
        struct curl_slist *rcpt;
        char own[OWN_MAX];
        size_t own_len, at; /* at: bytes read, of own and letter together */
};

static struct client client;
static unsigned next_letter, done;

static size_t read_letter(char *p, size_t size, size_t n, void *ctx)
{
        struct slot *s = ctx;
        size_t room = size * n, total = s->own_len + client.letter_len, put = 0;

        while (put < room && s->at < total) {
                int own = s->at < s->own_len;
                const char *from = own ? s->own + s->at : client.letter + (s->at - s->own_len);
                size_t left = (own ? s->own_len : total) - s->at;
                size_t k = left < room - put ? left : room - put;

                memcpy(p + put, from, k);
                put += k;
                s->at += k;
        }
        return put;
}

static void begin(CURLM *multi, struct slot *s)
{
        char from[OWN_MAX], rcpt[OWN_MAX];
        unsigned n = next_letter++;

        client_from(from, n);
        client_rcpt(rcpt, n);
        s->own_len = client_own(s->own, n);
        s->at = 0;
        curl_slist_free_all(s->rcpt);
        s->rcpt = curl_slist_append(NULL, rcpt);
        curl_easy_setopt(s->easy, CURLOPT_MAIL_FROM, from);
        curl_easy_setopt(s->easy, CURLOPT_MAIL_RCPT, s->rcpt);
        curl_multi_add_handle(multi, s->easy);
}

static void prepare(struct slot *s)
{
        char url[128];

        snprintf(url, sizeof(url), "smtp://%s:%u/bench.test.example", client.host, client.port);
        s->easy = curl_easy_init();
        curl_easy_setopt(s->easy, CURLOPT_URL, url);
        curl_easy_setopt(s->easy, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(s->easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(s->easy, CURLOPT_READFUNCTION, read_letter);
        curl_easy_setopt(s->easy, CURLOPT_READDATA, s);
        curl_easy_setopt(s->easy, CURLOPT_PRIVATE, s);
}

static void collect(CURLM *multi)
{
        CURLMsg *m;
        int left;

        while ((m = curl_multi_info_read(multi, &left))) {
                struct slot *s = NULL;

                curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &s);
                if (m->data.result != CURLE_OK)
                        client_die("libcurl: %s", curl_easy_strerror(m->data.result));
                curl_multi_remove_handle(multi, s->easy);
                done++;
                if (next_letter < client.count)
                        begin(multi, s);
        }
}

int main(int argc, char **argv)
{
        struct slot *slots;
        CURLM *multi;
        int running;

        client_options(&client, argc, argv);
        curl_global_init(CURL_GLOBAL_DEFAULT);
        multi = curl_multi_init();
        slots = calloc(client.connections, sizeof(*slots));
        for (unsigned i = 0; i < client.connections && next_letter < client.count; i++) {
                prepare(&slots[i]);
                begin(multi, &slots[i]);
        }
        while (done < client.count) {
                curl_multi_perform(multi, &running);
                collect(multi);
                if (done < client.count)
                        curl_multi_poll(multi, NULL, 0, 1000, NULL);
        }
        curl_multi_cleanup(multi);
        for (unsigned i = 0; i < client.connections; i++) {
                curl_easy_cleanup(slots[i].easy);
                curl_slist_free_all(slots[i].rcpt);
        }
        free(slots);
        free(client.letter);
        curl_global_cleanup();
        return 0;
}
