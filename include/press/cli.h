/*
 * cli.h - pressctl: the command line, its exit codes, its errors
 *
 * cli_main() is the whole of pressctl's main(). The commands are one table in
 * src/cli/commands.c. Errors go to standard error as
 * "pressctl: FILE:LINE: reason"; INTERFACE.md "Commands and what they print" is
 * the contract. Installed, pressctl is setgid: it then takes only a configuration
 * that nobody but root can change, and opens people's files with their own rights.
 */
#ifndef PRESS_CLI_H
#define PRESS_CLI_H

enum cli_exit { /* as sysexits(3) where it has a code */
                EXIT_OK = 0,
                EXIT_NOT_REACHED = 1, /* finished, but somebody was not reached */
                EXIT_PERSON = 3,      /* stored, but a person must act first */
                EXIT_USAGE = 64,
                EXIT_CONTENT = 65, /* bad content, book or moment */
                EXIT_MISSING = 66, /* no such file or release */
                EXIT_LATE = 69,    /* not available, or too late */
                EXIT_FAULT = 70,   /* our own */
                EXIT_IO = 74,
                EXIT_AGAIN = 75, /* try again */
                EXIT_DENIED = 77,
                EXIT_CONFIG = 78,
};

/* The exit code for what a call returned: 0 or a negative errno (err.h). */
enum cli_exit cli_exit_code(int r);

int cli_main(int argc, char **argv);

#endif
