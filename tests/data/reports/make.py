#!/usr/bin/env python3
"""Makes the true reports of this folder, server-*.eml, with the servers themselves.

Usage: make.py [postfix|exim|opensmtpd ...]     (as root, after `make deps-test build/tests/catcher`)

They are the private instances that the system tests use. Each is given a letter for people whom the catcher, its only way out, refuses, puts off or takes; what
it reports to the sender goes to the catcher too and is kept here. What they say is in
expected-servers.tsv, by hand. Nothing leaves the machine.
"""
import os
import pathlib
import re
import smtplib
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / 'system'))
import harness  # noqa: E402  (they stand in tests/system)
import exim_server  # noqa: E402
import opensmtpd_server  # noqa: E402
import postfix_server  # noqa: E402

SENDER = 'bounce+aiaqtest@ministry.example'
LETTER = f'''Return-Path: <{SENDER}>
Date: Tue, 24 Nov 2026 08:00:00 +0700
From: thongcao@ministry.example
To: %s
Subject: Thong cao
Message-ID: <r41.d1@press.ministry.example>
List-Id: <press.press.ministry.example>

550 5.1.1 this is our own text; write to other@ministry.example, user unknown.
'''
SCRIPT = '''
on rcpt match "gone@" do reply 550 5.1.1 "User unknown"
on rcpt match "full@" do reply 552 5.2.2 "Mailbox full, quota exceeded"
on rcpt match "bare@" do reply 550 "No such user here"
on rcpt match "spam@" do reply 554 5.7.1 "Rejected by policy: content looks like spam"
on dot match "content@" do reply 554 5.6.0 "Message content rejected"
on rcpt match "later@" do reply 450 4.2.1 "Mailbox busy, try again later"
on rcpt match "expired@" do reply 451 4.3.0 "Temporary local problem"
ehlo without "DSN"
'''
PEOPLE = ['gone', 'full', 'bare', 'spam', 'content', 'later', 'taken']


def reports(catcher, done):
    """Every report there is, as bytes with LF, once `done` are there or 40 s have passed."""
    def now():
        return [e for e in catcher.saved() if e['rcpt'] == [SENDER]]

    end = time.monotonic() + 40
    while len(now()) < done and time.monotonic() < end:
        time.sleep(0.2)
    return [catcher.raw(e).replace(b'\r\n', b'\n') for e in now()]


def keep(server, found):
    """By the person whom it is about."""
    for raw in found:
        people = sorted(set(re.findall(rb'^Final-Recipient: rfc822; ?(\w+)@', raw, re.M)))
        name = people[0].decode() if len(people) == 1 else 'both'
        path = HERE / f'server-{server}-{name}.eml'
        if not path.exists():  # gone and full are reported twice by a server that tells of each alone
            path.write_bytes(raw)
            print(path.name)


def taken_by(server):
    """Gives it a letter for each of PEOPLE, and one for two at once without a request for reports."""
    with smtplib.SMTP('127.0.0.1', server.port) as s:
        for name in PEOPLE:
            to = f'{name}@host.example'
            s.sendmail(SENDER, [to], LETTER % to, ['ENVID=aiaqtest', 'RET=HDRS'],
                       [f'NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;{to}'])
        both = ['gone@host.example', 'full@host.example']
        s.sendmail(SENDER, both, LETTER % ', '.join(both))


def postfix(folder, far):
    cert = harness.make_cert(harness.make_ca(folder), 'mail.test.example')
    return postfix_server.Postfix(
        folder, cert, far.port, smtpd_tls_security_level='none', smtpd_sasl_auth_enable='no',
        smtpd_recipient_restrictions='permit_mynetworks, reject',
        smtpd_relay_restrictions='permit_mynetworks, reject', mynetworks='127.0.0.0/8',
        delay_warning_time='1s', maximal_queue_lifetime='1d', bounce_size_limit='50000')


SERVERS = {
    'postfix': postfix,
    'exim': lambda folder, far: exim_server.Exim(folder, far.port),
    'opensmtpd': lambda folder, far: opensmtpd_server.OpenSmtpd(folder, far.port),
}


def make(name):
    for old in HERE.glob(f'server-{name}-*.eml'):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        with harness.Catcher(folder, SCRIPT) as far, SERVERS[name](folder, far) as server:
            taken_by(server)
            time.sleep(2)  # what is late is told of then
            if name == 'opensmtpd':
                server.retry()
            # One for each, and of the letter for two one or, by OpenSMTPD too, one for both.
            keep(name, reports(far, len(PEOPLE) + 1))


def main():
    names = sys.argv[1:] or list(SERVERS)
    if os.geteuid() or not set(names) <= set(SERVERS):
        sys.exit(__doc__)
    for name in names:
        make(name)


main()
