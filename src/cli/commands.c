// SPDX-License-Identifier: MIT
/* Every command of pressctl, in the order in which --help lists them. */
#include "commands.h"

#define NOTHING_CHANGED N_("Nothing was changed.")
#define NOTHING_SENT    N_("Nothing was sent.")

const struct command cli_commands[] = {
        {"init", "", N_("create the database, or upgrade it; safe to repeat"), cmd_init, NULL, 0, 0,
         NOTHING_CHANGED},
        {"check", "FILE", N_("every finding about a statement, before it is sent"), cmd_check,
         cmd_check_options, 1, 1, NULL},
        {"preview", "FILE", N_("the letter that one recipient would get"), cmd_preview,
         cmd_preview_options, 1, 1, NULL},
        {"rehearse", "FILE", N_("write every letter, marked, into a Maildir; nothing is sent"),
         cmd_rehearse, cmd_rehearse_options, 1, 1, NOTHING_SENT},
        {"send", "FILE", N_("submit a statement; FILE - is standard input"), cmd_send,
         cmd_send_options, 1, 1, NOTHING_SENT},
        {"approve", "R", N_("let a release leave; the hash binds text, recipients and time"),
         cmd_approve, cmd_approve_options, 1, 1, NOTHING_CHANGED},
        {"reject", "R", N_("turn a release down, with the reason"), cmd_reject, cmd_reject_options,
         1, 1, NOTHING_CHANGED},
        {"audience", "EXPR", N_("who that is now"), cmd_audience, NULL, 1, 1, NULL},
        {"list", "", N_("the releases, the newest first"), cmd_list, cmd_list_options, 0, 0, NULL},
        {"show", "R", N_("a release: its text, its people, its approval"), cmd_show, NULL, 1, 1,
         NULL},
        {"status", "R", N_("how far a release is, and who has not got it"), cmd_status,
         cmd_status_options, 1, 1, NULL},
        {"log", "", N_("what happened, oldest first"), cmd_log, cmd_log_options, 0, 0, NULL},
        {"explain", "R ADDRESS", N_("why it was or was not sent there, and what comes next"),
         cmd_explain, NULL, 2, 2, NULL},
        {"pause", "R|--all", N_("let nothing more leave for now"), cmd_pause, cmd_pause_options, 0,
         1, NULL},
        {"resume", "R|--all", N_("end a pause"), cmd_resume, cmd_resume_options, 0, 1, NULL},
        {"cancel", "R", N_("withdraw what has not left; says who already has it"), cmd_cancel,
         cmd_cancel_options, 1, 1, NULL},
        {"retry", "R", N_("try waiting and held letters now"), cmd_retry, cmd_retry_options, 1, 1,
         NULL},
        {"resend", "R", N_("send the same text again, on the record"), cmd_resend,
         cmd_resend_options, 1, 1, NULL},
        {"relay list", "", N_("the relays of the configuration"), cmd_relay_list, NULL, 0, 0, NULL},
        {"relay test", "[NAME]", N_("try a relay, step by step"), cmd_relay_test,
         cmd_relay_test_options, 0, 1, NULL},
        {"doctor", "", N_("the go-live list: what is open, and what mends it"), cmd_doctor, NULL, 0,
         0, NULL},
        {0},
};
