# SPDX-License-Identifier: MIT
"""A test with letters that were sent, a mailbox they return to, and press-inbox at hand."""
import contextlib
import sqlite3
import subprocess

import dovecot_server
import harness
from press_case import PressCase

NAME = 'imap.test.example'

STATUS = '''Return-Path: <>
Date: Tue, 24 Nov 2026 08:01:02 +0700
From: Mail Delivery System <MAILER-DAEMON@mx.host.example>
To: {to}
Delivered-To: {to}
Subject: Undelivered Mail Returned to Sender {n}
Message-ID: <{n}.bounce@mx.host.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"

--=_b
Content-Type: text/plain; charset=us-ascii

<{who}>: host mx.host.example said: 550 5.1.1 User unknown

--=_b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.host.example

Final-Recipient: rfc822; {who}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--=_b--
'''

# What Debian's libetpan dies of: a quote in a boundary, and two ways to use up its stack.
CRASHERS = {
    'boundary': b'From: a@b.example\nMIME-Version: 1.0\n'
                b'Content-Type: multipart/mixed; boundary="\\""\n\n--"\n\nx\n--"--\n',
    'messages': b'From: a@b.example\nMIME-Version: 1.0\n'
                + b'Content-Type: message/rfc822\n\n' * 50000 + b'x\n',
    'comments': b'From: ' + b'(' * 200000 + b' a@b.example\nSubject: x\n\nx\n',
}

REPLY = b'''From: Ph\xc3\xb3ng vi\xc3\xaan <pv@paper1.example>
To: bounce@test.example
Subject: H\xe1\xbb\x8fi th\xc3\xaam
Message-ID: <reply@paper1.example>

Xin cho h\xe1\xbb\x8fi.
'''


class InboxCase(PressCase):
    def sent(self, n=1, **settings):
        """Sends one release to n addresses; [(address, return path)]."""
        self.press(rows=n, **settings)
        self.send()
        self.drain()
        return sorted((entry['rcpt'][0], entry['from']) for entry in self.sink.ledger())

    def mailbox(self, *, tls='imaps', cert=None, dovecot=None, **settings):
        """A Dovecot, and a configuration with its mailbox as the inbox "returns"."""
        self.authority = getattr(self, 'authority', None) or harness.make_ca(self.dir)
        self.server = dovecot_server.Dovecot(
            self.dir, cert or harness.make_cert(self.authority, NAME), **(dovecot or {}))
        self.addCleanup(self.server.stop)
        inbox = {**self.server.inbox(tls=tls), **settings}
        self.configure(**{'inbox "returns"': inbox})

    def configure(self, **sections):
        relay = self.sink.relay() if hasattr(self, 'sink') else {'url': 'smtp://127.0.0.1:9',
                                                                 'tls': 'off'}
        self.conf = harness.write_config(self.dir, relay, sections=sections)
        if not (self.dir / 'press.db').exists():
            self.ok('init')

    def status(self, n=0, address=None, path=None):
        """A report of a dead address; of a letter of ours when address and path are."""
        return STATUS.format(n=n, to=path or 'bounce@test.example',
                             who=address or 'nobody@host.example').encode()

    def inbox(self, *args, **kw):
        return self.enterContext(harness.Inbox(self.conf, *args, **kw))

    def once(self, code=0, **kw):
        self.assertEqual(harness.Inbox.once(self.conf, **kw), code, self.inbox_log())

    def inbox_log(self):
        log = self.dir / 'press-inbox.log'
        return log.read_text() if log.exists() else ''

    def check(self, *args):
        return subprocess.run([harness.program('press-inbox'), '-c', str(self.conf), '--check',
                               *args], capture_output=True, text=True, env=harness.ENV,
                              check=False, timeout=60)

    def pipe(self, mail, *args):
        return subprocess.run([harness.program('press-inbox'), '-c', str(self.conf), '--pipe',
                               *args], input=mail, capture_output=True, env=harness.ENV,
                              check=False, timeout=60)

    def rows(self, sql='SELECT kind FROM returned ORDER BY id'):
        with contextlib.closing(sqlite3.connect(self.dir / 'press.db')) as db:
            return db.execute(sql).fetchall()

    def handled(self):
        return self.rows('SELECT count(*) FROM returned')[0][0]

    def wait_for(self, folder, n, timeout=20):
        """Until so many mails lie in a folder of the mailbox."""
        harness.wait_until(lambda: len(self.server.files(folder)) == n, timeout,
                           f'{n} mails in {folder or "INBOX"}')
