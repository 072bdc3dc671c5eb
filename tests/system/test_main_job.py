# SPDX-License-Identifier: MIT
"""The main job: a statement reaches the network, and the log says so."""
import time
import unittest

import harness
from press_case import STATEMENTS, PressCase


class MainJob(PressCase):
    def test_a_statement_of_20_kb_is_with_everybody_within_two_seconds(self):
        self.press()
        self.pressd()
        start = time.monotonic()
        sent = self.send(STATEMENTS / 'thong-cao-20k.txt')
        returned = time.monotonic()
        harness.wait_until(lambda: len(self.sink.saved()) >= 270, 10, '270 letters')
        print(f'[send took {returned - start:.3f} s, the last letter came '
              f'{time.monotonic() - returned:.3f} s after it returned]')
        self.assertEqual(sent['recipients'], 270)
        self.assertEqual(set(self.received().values()), {1})
        self.assertEqual(len(self.received()), 270)
        harness.wait_until(lambda: self.counts() == {'relayed': 270})
        self.assertEqual(self.sink.faults(), [])
        last = max(e['t_ms'] for e in self.sink.saved()) - min(e['t_ms'] for e in self.sink.saved())
        self.assertLess(last, 2000)

    def test_every_attempt_is_in_the_log_with_the_words_as_sent(self):
        self.press(rows=[('Trần Thị Thử', 'a@x.example'), ('Lê Văn Mẫu', 'b@y.example')])
        self.send()
        self.drain()
        log = self.log('--release', 1)
        self.assertEqual(len(log), 2)
        row = next(r for r in log if r['address'] == 'a@x.example')
        self.assertEqual(row['event'], 'attempt')
        self.assertEqual(row['name'], 'Trần Thị Thử')
        self.assertEqual(row['org'], 'Báo x.example')
        self.assertEqual((row['attempt'], row['relay'], row['stage'], row['code'], row['state']),
                         (1, 'r1', 'dot', 250, 'relayed'))
        self.assertTrue(row['peer'].startswith('127.0.0.1'))
        self.assertRegex(row['at'], r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$')

    def test_wait_tells_how_it_ended(self):
        self.press('on rcpt match "b@" do reply 550 5.1.1 "no such user"',
                   rows=[('A', 'a@x.example'), ('B', 'b@y.example')])
        self.pressd()
        done = self.ctl('send', self.statement(), '--wait=10s')
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn('b@y.example', done.stderr)
        self.assertEqual(self.counts(), {'relayed': 1, 'refused': 1})
        done = self.ctl('status', 1, '--wait=5s')
        self.assertEqual(done.returncode, 1)

    def test_without_pressd_send_says_that_nothing_leaves_until_it_starts(self):
        self.press(rows=2)
        done = self.ctl('send', self.statement())
        self.assertEqual(done.returncode, 0)
        self.assertIn('pressd', done.stderr)
        self.assertEqual(self.counts(), {'queued': 2})
        self.assertEqual(self.ctl('status', 1, '--wait=200ms').returncode, 75)

    def test_r16_the_states_add_up_at_every_moment(self):
        self.press('on rcpt every 3 do reply 450 4.2.0 "later"\n'
                   'on rcpt every 7 do reply 550 5.1.1 "no"', rows=300)
        self.pressd()
        self.send()
        for _ in range(20):
            self.assert_sum()
        harness.wait_until(lambda: not self.counts().get('queued', 0)
                           and not self.counts().get('sending', 0))
        self.assert_sum()

    def test_r86_an_address_that_two_contacts_share_gets_one_letter(self):
        self.press(rows=[('A', 'desk@x.example'), ('B', 'b@y.example')])
        self.ok('book', 'import', '-', input='org,org_kind,name,role,email\n'
                                             'Cục Mẫu,unit,C,officer,desk@X.example\n')
        self.assertEqual(self.send()['recipients'], 2)
        self.drain()
        self.assertEqual(self.received(), {'desk@x.example': 1, 'b@y.example': 1})

    def test_a_contact_without_address_is_counted_and_said(self):
        self.press(rows=[('A', 'a@x.example')])
        self.ok('book', 'import', '-', input='org,org_kind,name,role,phone\n'
                                             'Cục Mẫu,unit,Không Thư,officer,024 0000 0001\n')
        self.send()
        self.drain()
        self.assertEqual(self.counts(), {'relayed': 1, 'suppressed': 1})
        done = self.ctl('status', 1, '--wait=1s')
        self.assertEqual(done.returncode, 1)
        self.assertIn('Không Thư', done.stderr)

    def test_outside_the_trial_list_nobody_is_ever_tried(self):
        self.press(rows=50, allow=['n00007@paper7.example', '@paper3.example'])
        self.send()
        self.drain()
        self.assertEqual(set(self.received()), {'n00007@paper7.example', 'n00003@paper3.example'})
        self.assertEqual(self.counts(), {'relayed': 2, 'suppressed': 48})

    def test_within_grace_a_cancel_catches_everything(self):
        self.press(rows=30, grace='1h')
        self.pressd()
        self.send()
        time.sleep(1.2)  # longer than pressd's own look
        self.ok('cancel', 1)
        self.assertEqual(self.counts(), {'cancelled': 30})
        self.assertEqual(self.sink.ledger(), [])

    def test_pause_holds_and_resume_lets_go(self):
        self.press(rows=20)
        self.ok('pause', '--all')
        self.pressd()
        self.assertEqual(self.ctl('send', self.statement()).returncode, 3)
        time.sleep(1.2)
        self.assertEqual(self.counts(), {'queued': 20})
        self.ok('resume', '--all')
        harness.wait_until(lambda: self.counts() == {'relayed': 20})

    def test_a_letter_not_before_its_moment(self):
        self.press(rows=3)
        self.pressd()
        at = time.time() + 2.5
        when = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(at))
        self.send(self.statement(At=when))
        harness.wait_until(lambda: len(self.sink.saved()) == 3, 10)
        first = min(e['t_ms'] for e in self.sink.saved())
        self.assertGreaterEqual(time.time(), int(at))
        self.assertEqual(self.counts(), {'relayed': 3})
        self.assertGreater(first, 0)

    def test_an_embargo_is_kept_but_for_the_early_audience(self):
        self.press(rows=[('A', 'a@x.example'), ('B', 'b@y.example')])
        self.pressd()
        when = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(time.time() + 3600))
        self.send(self.statement(Embargo=when, Early='email:a@x.example'))
        harness.wait_until(lambda: self.received() == {'a@x.example': 1})
        self.assertEqual(self.counts(), {'queued': 1, 'relayed': 1})
        self.assertIn('[', self.sink.mails()[0]['Subject'])

    def test_two_persons_by_default(self):
        self.press(rows=3, approval=None)
        self.pressd()
        done = self.ctl('send', self.statement(), '--wait=300ms')
        self.assertEqual(done.returncode, 3, done.stderr)
        sent = self.json('show', 1)[0]
        self.assertEqual(sent['state'], 'proposed')
        release = harness.pressctl_json(self.conf, 'send', self.statement(), '--again')[0][0]
        done = self.ctl('approve', release['release'], '--hash', release['hash'])
        self.assertEqual(done.returncode, 77, done.stderr)
        self.assertEqual(self.sink.ledger(), [])


if __name__ == '__main__':
    unittest.main()
