/*
 * submit_fixture.h - a small address book, a configuration, a folder for statements
 *
 * submit_setup and submit_teardown are cmocka fixtures: *state becomes a struct place.
 * kind:press has An and Chi, who share an address, Bình, and a desk without one;
 * An and Dũng (of a department) bear the tag "som".
 */
#ifndef TEST_SUBMIT_FIXTURE_H
#define TEST_SUBMIT_FIXTURE_H

#include "book_fixture.h"
#include "press/submit.h"

/* One database, one configuration, and a folder for statements. */
struct place {
        struct db *db;
        struct config *cfg;
        char folder[64];
        int64_t now;
};

static char *path_of(const struct place *p, const char *name)
{
        return mem_printf("%s/%s", p->folder, name);
}

static void write_file(const struct place *p, const char *name, const char *text, size_t n)
{
        CLEANUP(mem_free) char *path = path_of(p, name);
        FILE *f = fopen(path, "w");

        assert_non_null(f);
        assert_int_equal(fwrite(text, 1, n, f), n);
        assert_int_equal(fclose(f), 0);
}

static void set_config(struct place *p, const char *more)
{
        CLEANUP(mem_free) char *path = path_of(p, "press.conf");
        CLEANUP(mem_free)
        char *text = mem_printf(
                "database = \"%s\"\ndomain = \"press.x.example\"\nfrom = \"T <tc@x.example>\"\n"
                "relay \"m\" { url = \"smtp://127.0.0.1\" }\n%s\n",
                book_path, more);

        config_free(&p->cfg);
        write_file(p, "press.conf", text, strlen(text));
        assert_int_equal(config_load(path, &p->cfg, NULL), 0);
}

/* Two newspapers with three journalists, one without an address; one department. */
static void fill_book(struct db *db)
{
        int64_t a = make_org(db, "press", "Báo A", "A", "", "Hà Nội", "");
        int64_t b = make_org(db, "press", "Báo B", "B", "", "Hà Nội", "");
        int64_t s = make_org(db, "department", "Sở C", "C", "", "Cần Thơ", "");

        make_contact(db, a, "journalist", "An", "an@a.example", "som");
        make_contact(db, a, "journalist", "Bình", "binh@a.example", "");
        make_contact(db, b, "journalist", "Chi", "an@a.example", ""); /* shares An's address */
        make_contact(db, b, "desk", "Trực", "", "");
        make_contact(db, s, "officer", "Dũng", "dung@c.example", "som");
}

__attribute__((unused)) static int submit_setup(void **state)
{
        struct place *p = mem_zalloc(sizeof(*p));
        void *db = NULL;

        if (book_setup(&db) < 0)
                return -1;
        p->db = db;
        p->now = NOON;
        snprintf(p->folder, sizeof(p->folder), "/tmp/press-submit-XXXXXX");
        if (!mkdtemp(p->folder))
                return -1;
        set_config(p, "approval = none");
        fill_book(p->db);
        *state = p;
        return 0;
}

__attribute__((unused)) static int submit_teardown(void **state)
{
        static const char *const names[] = {"press.conf", "t.txt",   "a.pdf",
                                            "b.pdf",      "big.bin", "empty.pdf"};
        struct place *p = *state;
        void *db = p->db;

        for (size_t i = 0; i < COUNT_OF(names); i++) {
                CLEANUP(mem_free) char *path = path_of(p, names[i]);

                (void) unlink(path);
        }
        rmdir(p->folder);
        config_free(&p->cfg);
        free(p);
        return book_teardown(&db);
}

#endif
