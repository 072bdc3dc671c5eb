# SPDX-License-Identifier: MIT
"""The main job through a real Postfix, with TLS and a login, as a ministry's relay would be."""
import collections
import re
import unittest

import harness
from postfix_server import PASSWORD, Postfix, available
from press_case import STATEMENTS, PressCase

FAST = {'class "normal"': {'retry': ['300ms']}}


@unittest.skipIf(available(), available())
class ThroughPostfix(PressCase):
    """pressd -> Postfix (STARTTLS, AUTH) -> the catcher, which is Postfix's only way out."""

    def postfix_press(self, *, rows=None, relay=None, main=None, **settings):
        cert = harness.make_cert(harness.make_ca(self.dir), 'mail.test.example')
        far = harness.Catcher(self.dir)
        self.enterContext(far)
        self.postfix = self.enterContext(Postfix(self.dir, cert, far.port, **(main or {})))
        settings.setdefault('sections', FAST)
        self.press(rows=rows, relays=[self.postfix.relay(**(relay or {}))], sink=far, **settings)

    def arrived(self, n, timeout=30):
        harness.wait_until(lambda: len(self.received()) >= n, timeout, f'{n} letters')
        harness.wait_until(lambda: not self.postfix.queue(), what="Postfix's empty queue")

    def test_the_main_job_with_tls_and_login(self):
        self.postfix_press()
        self.send(self.copy_statements() / 'thong-cao.txt')
        self.drain()
        self.assertEqual(self.counts(), {'relayed': 270})
        self.arrived(270)
        self.assertEqual(set(self.received().values()), {1})
        self.assertEqual(len(self.received()), 270)
        for entry in self.sink.saved():
            # Our own request for reports, as Postfix handed it on.
            self.assertIn('NOTIFY=SUCCESS,FAILURE,DELAY', entry['rcpt_args'][0])
            self.assertIn(f'ORCPT=rfc822;{entry["rcpt"][0]}', entry['rcpt_args'][0])
            self.assertRegex(entry['mail_args'], r'RET=HDRS.*ENVID=|ENVID=.*RET=HDRS')
            self.assertEqual(entry['bare'], 0)
            self.assertFalse(entry['eightbit'])
        for row in self.log('--release', 1):
            self.assertEqual((row['stage'], row['code'], row['enhanced'], row['tls']),
                             ('dot', 250, '2.0.0', 'TLSv1.3'))
            self.assertRegex(row['reply'], r'^2\.0\.0 Ok: queued as [0-9A-F]+$')
        self.assertNotIn('warning', self.postfix.log_text())
        self.assertIn('sasl_username=press@mail.test.example', self.postfix.log_text())

    def test_postfix_changes_no_letter_but_for_its_own_received_line(self):
        self.postfix_press(rows=[('Trần Thị Thử', 'a@x.example')])
        self.send(self.copy_statements() / 'thong-cao.txt', '--to', 'all')
        self.drain()
        self.arrived(1)
        raw = self.sink.raw(self.sink.saved()[0])
        head = raw.split(b'\r\n\r\n')[0].decode()
        self.assertEqual(len(re.findall(r'(?mi)^Received:', head)), 1)
        self.assertIn('by mail.test.example', head)
        # A header that Postfix had to add would be one that we owe.
        self.assertNotRegex(head, r'@mail\.test\.example>')
        fields = [line.split(':')[0] for line in head.split('\r\n') if line[0] not in ' \t']
        self.assertEqual(len(fields), len(set(fields)))
        # The rest is what left us: the same as a letter that goes to the catcher directly.
        self.conf = harness.write_config(self.dir, self.sink.relay())
        self.send(self.dir / 'statements/thong-cao.txt', '--to', 'all', '--again')
        self.drain()
        direct = self.sink.raw(self.sink.saved()[1])
        self.assertEqual(direct.split(b'\r\n\r\n', 1)[1], raw.split(b'\r\n\r\n', 1)[1])

    def test_a_recipient_refused_by_postfix_keeps_its_own_words(self):
        self.postfix_press(
            rows=[('A', 'a@x.example'), ('B', 'gone@x.example'), ('C', 'c@busy.example')],
            main={'smtpd_recipient_restrictions':
                  'check_recipient_access inline:{ {gone@x.example = 550 5.1.1 Không còn ở đây}'
                  ' {busy.example = 450 4.2.0 Try again later} },'
                  ' permit_sasl_authenticated, reject'})
        self.send()
        self.once()
        self.assertEqual(self.counts(), {'relayed': 1, 'refused': 1, 'deferred': 1})
        rows = {row['address']: row for row in self.log('--release', 1)}
        gone, busy = rows['gone@x.example'], rows['c@busy.example']
        self.assertEqual((gone['stage'], gone['code'], gone['enhanced'], gone['state']),
                         ('rcpt', 550, '5.1.1', 'refused'))
        self.assertIn('<gone@x.example>: Recipient address rejected: Không còn ở đây',
                      gone['reply'])
        self.assertEqual((busy['stage'], busy['code'], busy['enhanced'], busy['state']),
                         ('rcpt', 450, '4.2.0', 'deferred'))
        self.arrived(1)
        self.assertEqual(self.received(), {'a@x.example': 1})

    def test_a_letter_above_postfix_s_size_is_not_sent(self):
        """R33 against a server's real SIZE."""
        self.postfix_press(rows=3, main={'message_size_limit': '10000'})
        (self.dir / 'big.bin').write_bytes(bytes(range(256)) * 100)
        self.send(self.statement(Attach='big.bin'))
        self.drain()
        self.assertEqual(self.counts(), {'refused': 3})
        for row in self.log('--release', 1):
            self.assertEqual((row['code'], row['enhanced']), (552, '5.3.4'))
        self.assertNotIn(' mail=', self.postfix.log_text())
        self.assertEqual(self.sink.ledger(), [])

    def test_postfix_stopped_and_started_again_mid_run_loses_nobody(self):
        self.postfix_press(relay={'connections': 4, 'messages_per_connection': 20})
        self.pressd()
        self.send(STATEMENTS / 'thong-cao-20k.txt')
        harness.wait_until(lambda: len(self.received()) >= 40, what='the first letters')
        old = self.postfix
        old.stop()
        self.assertGreater(self.counts().get('relayed', 0), 0)
        self.assertLess(self.counts().get('relayed', 0), 270)
        self.postfix = self.enterContext(Postfix(self.dir, old.cert, self.sink.port, old.port))
        # However long it was away, it is asked again within a minute.
        harness.wait_until(lambda: self.counts() == {'relayed': 270}, 100)
        self.arrived(270)
        # Postfix itself sends a letter again that was on its way out when it was stopped; what
        # we gave it twice has two queue names there.
        taken = collections.defaultdict(set)
        for entry in self.sink.saved():
            taken[entry['rcpt'][0]].add(re.search(rb'\bid (\w+)', self.sink.raw(entry))[1])
        self.assertEqual(len(taken), 270)
        twice = {address for address, names in taken.items() if len(names) > 1}
        asked = {row['address'] for row in self.log('--release', 1) if row['state'] == 'unknown'}
        self.assertLessEqual(twice, asked)  # doubled only what we called unknown
        self.assertLessEqual(len(twice), 4)  # and at most one for each connection

    def test_a_wrong_password_stores_no_letter_and_blames_nobody(self):
        """R47 with a server's real 535."""
        self.postfix_press(rows=5)
        (self.dir / 'password').write_text('falsch\n')
        self.send()
        self.once()
        self.assertEqual(self.counts(), {'queued': 5})
        self.assertEqual(self.postfix.log_text().count('authentication failed'), 1)
        self.assertIn('535', self.pressd_log())
        self.assertNotIn('falsch', self.pressd_log())
        (self.dir / 'password').write_text(PASSWORD + '\n')
        self.drain()
        self.assertEqual(self.counts(), {'relayed': 5})


if __name__ == '__main__':
    unittest.main()
