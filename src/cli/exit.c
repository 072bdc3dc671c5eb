// SPDX-License-Identifier: MIT
#include "press/cli.h"

#include <errno.h>

enum cli_exit cli_exit_code(int r)
{
        switch (-r) {
        case 0: return EXIT_OK;
        case EINVAL:
        case E2BIG:
        case EEXIST:
        case EILSEQ:
        case ERANGE: return EXIT_CONTENT;
        case ENOENT:
        case ENOTDIR:
        case EISDIR: return EXIT_MISSING;
        case ETIME: return EXIT_LATE;
        case EBUSY:
        case EAGAIN:
        case EINTR:
        case ETIMEDOUT: return EXIT_AGAIN;
        case EPERM:
        case EACCES: return EXIT_DENIED;
        case EIO:
        case ENOSPC:
        case EDQUOT:
        case EROFS:
        case EFBIG:
        case EMFILE:
        case ENFILE:
        case EPIPE:
        case EBADMSG: return EXIT_IO;
        default: return EXIT_FAULT;
        }
}
