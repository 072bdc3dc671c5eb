// SPDX-License-Identifier: MIT
/* Passwords lie in files of their own: read when needed, and judged before they are needed. */
#include "press/config.h"

#include "press/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void file_close(FILE **f)
{
        if (*f)
                fclose(*f);
}

static int check_mode(const char *file, const struct stat *st, struct err *e)
{
        if (!S_ISREG(st->st_mode))
                return err_set(e, -EINVAL, "the secret file %s is not a plain file", file);
        if (st->st_mode & (S_IRWXO | S_IWGRP))
                return err_set(e, -EACCES,
                               "others may read or change the secret file %s; make it "
                               "private: chmod 0400 %s",
                               file, file);
        return 0;
}

static const char *account(uid_t uid, char out[32])
{
        const struct passwd *p = getpwuid(uid);

        if (p && strlen(p->pw_name) < 32)
                return memcpy(out, p->pw_name, strlen(p->pw_name) + 1);
        snprintf(out, 32, "%lu", (unsigned long) uid);
        return out;
}

#define READER "press-inbox" /* systemd/press.sysusers */

static bool readable_by(const struct stat *st, uid_t uid, gid_t gid)
{
        return (st->st_uid == uid && (st->st_mode & S_IRUSR)) ||
               (st->st_uid != uid && st->st_gid == gid && (st->st_mode & S_IRGRP));
}

static int look(const char *file, const char *database, struct stat *st, struct stat *db,
                struct err *e)
{
        int r;

        if (stat(file, st) < 0)
                return err_set(e, -errno, "the secret file %s cannot be opened: %s", file,
                               strerror(errno));
        r = check_mode(file, st, e);
        return r < 0 ? r : stat(database, db) == 0 && db->st_uid != 0;
}

int config_secret_look(const char *file, const char *database, struct err *e)
{
        char owner[32], sender[32];
        struct stat st = {0}, db = {0};
        int r = look(file, database, &st, &db, e);

        if (r <= 0)
                return r;
        if (readable_by(&st, db.st_uid, db.st_gid))
                return 0;
        account(st.st_uid, owner);
        account(db.st_uid, sender);
        return err_set(e, -EACCES,
                       "the secret file %s belongs to %s; %s, who sends, cannot read it: chown %s "
                       "%s && chmod 0400 %s",
                       file, owner, sender, sender, file, file);
}

int config_secret_look_inbox(const char *file, const char *database, struct err *e)
{
        const struct passwd *p;
        char owner[32], reader[32];
        struct stat st = {0}, db = {0};
        uid_t uid;
        int r = look(file, database, &st, &db, e);

        if (r <= 0)
                return r;
        p = getpwnam(READER);
        uid = p ? p->pw_uid : db.st_uid;
        if (readable_by(&st, uid, db.st_gid))
                return 0;
        account(st.st_uid, owner);
        account(uid, reader);
        return err_set(e, -EACCES,
                       "the secret file %s belongs to %s; %s, who reads, cannot read it: chown %s "
                       "%s && chmod 0400 %s",
                       file, owner, reader, reader, file, file);
}

int config_secret(const char *file, char *out, size_t size, struct err *e)
{
        CLEANUP(file_close) FILE *f = NULL;
        struct stat st;
        char line[1026];
        size_t n;
        int r, fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

        if (fd < 0 || fstat(fd, &st) < 0) {
                r = err_set(e, -errno, "the secret file %s cannot be opened: %s", file,
                            strerror(errno));

                if (fd >= 0)
                        close(fd);
                return r;
        }
        f = fdopen(fd, "r");
        if (!f)
                abort(); /* out of memory */
        r = check_mode(file, &st, e);
        if (r < 0)
                return r;
        if (!fgets(line, sizeof(line), f))
                return err_set(e, -EINVAL, "the secret file %s is empty", file);
        n = strcspn(line, "\r\n");
        if (n == 0 || n >= size || n >= sizeof(line) - 1) {
                explicit_bzero(line, sizeof(line));
                return err_set(e, -EINVAL,
                               "the first line of the secret file %s is empty or too "
                               "long",
                               file);
        }
        memcpy(out, line, n);
        out[n] = '\0';
        explicit_bzero(line, sizeof(line));
        return 0;
}
