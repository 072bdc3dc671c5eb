# SPDX-License-Identifier: MIT
"""From the statement to what became of it, with nothing between that is not real.

pressd -> a relay (Postfix, Exim, OpenSMTPD) -> the recipients' server (far_side.py) -> either a
mailbox or a report to the return address -> Dovecot -> press-inbox over IMAP -> the log.
"""
import re
import smtplib
import time
import unittest

import exim_server
import far_side
import harness
import opensmtpd_server
import postfix_server
from far_side import OUTCOMES, OURS, PAPER
from press_case import PressCase

# What the reports say: (state afterwards, enhanced).
TOLD = {'taken': ('delivered', '2.0.0'), 'behind': ('relayed', '2.0.0'),
        'full': ('bounced', '5.2.2'), 'spam': ('bounced', '5.7.1'),
        'gone': ('bounced', '5.1.1'), 'later': ('relayed', '4.2.1')}
# In the words of the servers; OpenSMTPD gives them back in its report's text only.
WORDS = {'gone': 'User unknown in virtual mailbox table', 'full': 'Quota exceeded',
         'spam': 'This letter looks like advertising', 'later': 'The mailbox is busy, come again'}


def address(name):
    return f'{name}@{PAPER}'


class EndToEnd(PressCase):
    """What is the same for every relay; only the subclasses run."""

    def setUp(self):
        super().setUp()
        why = far_side.available() or self.available()
        if why:
            self.skipTest(why)

    def world(self, **sections):
        """An earlier release that went another way, then everything for the one to be told of."""
        cert = harness.make_cert(harness.make_ca(self.dir), 'mail.test.example')
        self.far = self.enterContext(far_side.FarSide(self.dir, cert))
        self.server = self.enterContext(self.relay_server(cert))
        self.press(rows=[(name.title(), address(name)) for name in OUTCOMES])
        self.send(self.statement(name='earlier.txt', Title='Trước đó'))
        self.drain()
        self.assertEqual(self.counts(1), {'relayed': len(OUTCOMES)})
        self.conf = harness.write_config(
            self.dir, self.server.relay(), return_path=f'bounce+{{tag}}@{OURS}',
            sections={'inbox "returns"': self.far.inbox(), **sections})

    def told(self):
        """The recipients' names in whose name something has come back."""
        return {name for mail in self.far.reports() for name in OUTCOMES
                if re.search(rb'Final-Recipient: *rfc822; *' + address(name).encode(), mail)}

    def all_told(self):
        self.server.retry()
        return self.told() == set(OUTCOMES)

    def inbox(self):
        p = harness.Process([harness.program('press-inbox'), '-c', str(self.conf), '--once'],
                            self.dir / 'press-inbox.log')
        self.assertEqual(p.wait(60), 0, p.stderr())

    def said(self, name, event='report', release=2):
        return [row for row in self.log('--release', release, '--address', address(name))
                if row['event'] == event]

    def explained(self, name, release=2):
        return self.ok('explain', release, address(name)).stdout

    def test_what_comes_back_settles_each_recipient_and_nobody_else(self):
        """R100 R105: five kinds of true reports; a delay is shown and nothing failed."""
        self.world()
        self.send()
        self.drain()
        self.assertEqual(self.counts(2), {'relayed': len(OUTCOMES)})
        for name in OUTCOMES:
            self.assertRegex(self.explained(name), r'(?i)arrival not confirmed')
        harness.wait_until(self.all_told, 40, 'a report on each recipient')
        self.assertEqual(len(self.far.arrived('taken')), 1)
        self.tags_are_honoured()

        self.inbox()
        self.assertEqual(self.counts(2), {'delivered': 1, 'bounced': 3, 'relayed': 2})
        self.assert_sum(2)
        for name, (state, enhanced) in TOLD.items():
            with self.subTest(name):
                self.one_report(name, state, enhanced)
        self.assertEqual(self.counts(1), {'relayed': len(OUTCOMES)})
        self.assertEqual([row for row in self.log('--release', 1) if row['event'] != 'attempt'],
                         [])
        for name in ('behind', 'later'):
            self.assertRegex(self.explained(name), r'(?i)arrival not confirmed')
            self.assertNotIn("Accepted by the recipient's mail server", self.explained(name))
        self.assertIn("Accepted by the recipient's mail server", self.explained('taken'))
        for name in ('full', 'spam', 'gone'):
            self.assertIn('Returned, did not arrive', self.explained(name))
        self.assertIn('delayed, still being tried there', self.explained('later'))
        self.assertIn('handed on, no further reports from there', self.explained('behind'))
        self.assertIn('2 not confirmed', self.ok('status', 2).stdout)
        calls = self.ok('calls', 2).stdout
        self.assertIn('To be telephoned: 3', calls)
        for name in ('full', 'spam', 'gone'):
            self.assertIn(f'<{address(name)}>', calls)
        self.assertEqual(len(re.findall(r'their server: 55[02] 5\.\d\.\d \S', calls)), 3, calls)

        self.nothing_is_ever_answered()
        self.read_again_changes_nothing()
        self.what_was_late_arrives_while_press_inbox_waits()

    def tags_are_honoured(self):
        """Each report came to a return path of its own."""
        paths = {re.search(rb'(?mi)^To: *<?(bounce\+[a-z2-7]+@)', mail)[1]
                 for mail in self.far.reports()}
        self.assertEqual(len(paths), len(OUTCOMES))

    def one_report(self, name, state, enhanced):
        rows = self.said(name)
        self.assertEqual(len(rows), 1, rows)
        row = rows[0]
        self.assertEqual((row['state'], row['enhanced']), (state, enhanced))
        self.assertEqual(row['name'], name.title())
        if name in WORDS:
            self.assertIn(WORDS[name], row['reply'])
        sent = self.said(name, 'attempt')
        self.assertEqual([(r['state'], r['code']) for r in sent], [('relayed', 250)])

    def nothing_is_ever_answered(self):
        """R116 R119 R120: a person's answer, and our own letter that a list sent back."""
        before, releases = self.counts(2), len(self.json('list'))
        letter = self.far.arrived('taken')[0]
        to = re.search(rb'(?mi)^Return-Path: *<(\S+)>', letter)[1].decode()
        answer = f'From: Lan <{address("taken")}>\nTo: {to}\nSubject: Re: x\n\nBao giờ có?\n'
        with smtplib.SMTP('127.0.0.1', self.far.port) as s:
            s.sendmail(address('taken'), [to], answer.encode())
            s.sendmail(f'list@{PAPER}', [to], b'List-Id: <all.paper.example>\r\n' + letter)
        harness.wait_until(lambda: len(self.far.dovecot.mails(user=far_side.BOUNCE)) == 2,
                           what='both mails')
        self.inbox()
        self.assertEqual(self.counts(2), before)
        self.assertEqual(len(self.json('list')), releases)
        self.assertEqual([(r['event'], r['state']) for r in self.log('--release', 2)
                          if r['address'] == address('taken')],
                         [('attempt', 'relayed'), ('report', 'delivered'),
                          ('reply', 'delivered'), ('report', 'delivered')])
        people = self.far.dovecot.mails('press-people', far_side.BOUNCE)
        self.assertEqual(len([m for m in people if 'Bao giờ có?'.encode() in m]), 1)
        self.assertEqual(len(self.far.arrived('taken')), 1)

    def read_again_changes_nothing(self):
        """R109: the same mails under new numbers, as after a mailbox was restored."""
        before = self.log('--release', 2)
        for mail in self.far.reports():
            self.far.dovecot.deliver(mail, far_side.BOUNCE)
        self.inbox()
        self.assertEqual(self.log('--release', 2), before)

    def what_was_late_arrives_while_press_inbox_waits(self):
        with harness.Process([harness.program('press-inbox'), '-c', str(self.conf)],
                             self.dir / 'press-inbox.log'):
            self.far.settle_later()

            def arrived():
                self.server.retry()
                return self.counts(2) == {'delivered': 2, 'bounced': 3, 'relayed': 1}
            harness.wait_until(arrived, 40, 'the late one')
        self.assertEqual([r['state'] for r in self.said('later')], ['relayed', 'delivered'])


class ThroughPostfix(EndToEnd):
    available = staticmethod(postfix_server.available)

    def relay_server(self, cert):
        return postfix_server.Postfix(self.dir, cert, self.far.port, delay_warning_time='1s')


class ThroughExim(EndToEnd):
    dsn = '*'
    available = staticmethod(exim_server.available)

    def relay_server(self, cert):
        return exim_server.Exim(self.dir, self.far.port, self.dsn)

    def test_a_relay_that_gives_no_receipts_still_returns_what_failed(self):
        """As Debian's Exim comes: nothing tells of arrival, and nothing sounds as if it did."""
        self.dsn = ''
        self.world(**{'class "normal"': {'retry': ['1s'], 'confirm': '1s'}})
        self.send()
        self.drain()
        bad = {'gone', 'full', 'spam', 'later'}     # its own delay notice needs no request
        harness.wait_until(lambda: self.told() == bad, 40, 'what failed')
        self.inbox()
        self.assertEqual(self.counts(2), {'bounced': 3, 'relayed': 3})
        time.sleep(1)   # the class's `confirm`
        status = self.ok('status', 2).stdout
        self.assertIn('3 not confirmed', status)
        self.assertIn('has never told what became of a letter', status)
        calls = self.ok('calls', 2).stdout
        for name in OUTCOMES:
            self.assertIn(f'<{address(name)}>', calls)
            self.assertNotIn("Accepted by the recipient's mail server", self.explained(name))


class ThroughOpenSmtpd(EndToEnd):
    available = staticmethod(opensmtpd_server.available)

    def relay_server(self, cert):
        return opensmtpd_server.OpenSmtpd(self.dir, self.far.port)


del EndToEnd  # unittest would run it too

if __name__ == '__main__':
    unittest.main()
