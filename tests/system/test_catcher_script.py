# SPDX-License-Identifier: MIT
"""Each kind of fault that a script can order."""
import os
import select
import socket
import subprocess
import sys
import time
import unittest

import harness
from catcher_case import CatcherCase, LETTER, envelope


class TestScript(CatcherCase):
    def test_a_reply_for_one_recipient_only(self):
        sink = self.start('on rcpt match "user7@" do reply 550 5.1.1 "no such user"\n'
                          'on rcpt match "user8@" do reply 451 "later"')
        c = self.client(sink)
        c.send(envelope('user6@x.example', 'user7@x.example', 'user8@x.example'))
        self.assertEqual([c.reply() for _ in range(5)],
                         ['250 2.1.0 Sender taken', '250 2.1.5 Recipient taken',
                          '550 5.1.1 no such user', '451 later', '354 Go on, end with a dot'])
        c.send(b'.\r\n')
        c.reply()
        self.assertEqual(sink.ledger()[0]['rcpt'], ['user6@x.example'])

    def test_hits_are_counted(self):
        sink = self.start('on noop count 2 do reply 450 "two"\non rset nth 2 do reply 450 "nth"\n'
                          'on rcpt each 1 do reply 451 4.7.1 "greylisted"\n'
                          'on other every 3 do reply 599 "third"')
        c = self.client(sink)
        self.assertEqual([c.ask('NOOP')[:3] for _ in range(4)], ['450', '450', '250', '250'])
        self.assertEqual([c.ask('RSET')[:3] for _ in range(3)], ['250', '450', '250'])
        self.assertEqual([c.ask('WHAT')[:3] for _ in range(6)],
                         ['500', '500', '599', '500', '500', '599'])
        c.ask('MAIL FROM:<>')
        self.assertEqual([c.ask(f'RCPT TO:<{a}@x.example>')[:3] for a in 'abab'],
                         ['451', '451', '250', '250'])

    def test_chance_follows_its_seed(self):
        runs = []
        for name in 'ab':
            sink = self.start('seed 7\non noop chance 30 do reply 450 "chance"', name=name)
            c = self.client(sink)
            runs.append([c.ask('NOOP')[:3] for _ in range(200)])
        self.assertEqual(*runs)
        self.assertTrue(30 < runs[0].count('450') < 90)

    def test_354_can_come_without_any_recipient(self):
        sink = self.start('on rcpt do reply 550 "no"\non data do reply 354 "go"')
        c = self.client(sink)
        c.send(envelope('b@x.example'))
        self.assertEqual(c.replies(3), ['250', '550', '354'])
        c.send(b'.\r\n')
        self.assertEqual(c.reply()[:3], '554')
        entry, = sink.ledger()
        self.assertEqual((entry['rcpt'], entry['bytes'], entry['saved']), ([], 0, False))

    def test_a_drop_after_the_dot_is_on_the_ledger_as_dropped(self):
        sink = self.start('on dot conn 1 do drop\non dot conn 2 do save-then-drop\n'
                          'on dot conn 3 do accept-then-drop\non dot conn 4 do reset')
        outcomes = []
        for _ in range(4):
            c = self.client(sink)
            try:
                outcomes.append((self.letter(c)[:3], c.reply()))
            except ConnectionResetError:
                outcomes.append('reset')
        self.assertEqual(outcomes, [('', ''), ('', ''), ('250', ''), 'reset'])
        self.assertEqual([(e['reply'][:7], e['saved']) for e in sink.ledger()],
                         [('dropped', False), ('dropped', True), ('250 2.0', True),
                          ('dropped', False)])
        self.assertEqual(len(sink.mails()), 2)

    def test_a_rule_for_the_letter_matches_its_envelope(self):
        sink = self.start('on dot match "user7@" do reply 452 4.2.2 "full"')
        c = self.client(sink)
        self.assertEqual(self.letter(c, 'user6@x.example')[:3], '250')
        self.assertEqual(self.letter(c, 'user7@x.example'), '452 4.2.2 full')

    def test_a_letter_can_be_cut_after_so_many_bytes(self):
        sink = self.start('on body after 1000 do drop')
        c = self.client(sink)
        c.send(envelope('b@x.example'))
        c.replies(3)
        c.send(b'x' * 999)
        self.assertEqual(select.select([c.sock], [], [], 0.05)[0], [])
        c.send(b'x')
        self.assertEqual(c.reply(), '')
        self.assertEqual(sink.ledger(), [])
        self.assertIn('<1000 bytes, not all>', sink.said())
        self.assertEqual(self.letter(self.client(sink), body=b'x' * 900 + b'\r\n')[:3], '250')

    def test_a_letter_can_be_cut_at_its_first_byte(self):
        sink = self.start('on body do reset')
        c = self.client(sink)
        c.send(envelope('b@x.example'))
        c.replies(3)
        c.send(LETTER + b'.\r\n')
        with self.assertRaises(ConnectionResetError):
            c.reply()
        self.assertEqual(sink.ledger(), [])

    def test_a_closed_window_blocks_the_writer(self):
        sink = self.start('on body after 1 do stop-reading')
        c = self.client(sink)
        c.send(envelope('b@x.example'))
        c.replies(3)
        c.sock.setblocking(False)
        sent = 0
        with self.assertRaises(BlockingIOError):
            while sent < 64 << 20:
                sent += c.sock.send(b'x' * 65536)
        self.assertLess(sent, 32 << 20)

    def test_delays_hold_back_one_reply_and_what_follows_it(self):
        sink = self.start('on rcpt match "slow" do delay 500\non dot do delay 100 reply 250 "ok"')
        c, quick = self.client(sink), self.client(sink)
        start = time.monotonic()
        c.send(envelope('slow@x.example'))
        self.assertEqual(c.replies(1), ['250'])
        self.assertEqual(self.letter(quick)[:3], '250')
        self.assertEqual(select.select([c.sock], [], [], 0)[0], [])
        self.assertEqual(c.replies(2), ['250', '354'])
        self.assertGreaterEqual(time.monotonic() - start, 0.49)
        c.send(b'.\r\n')
        self.assertEqual(c.reply(), '250 ok')

    def test_a_trickle_gives_a_byte_at_a_time(self):
        sink = self.start('on noop do reply 250 "1234567890" trickle 10')
        c = self.client(sink)
        start, pieces = time.monotonic(), 0
        c.send(b'NOOP\r\n')
        got = b''
        while not got.endswith(b'\n'):
            got += c.sock.recv(100)
            pieces += 1
        self.assertEqual(got, b'250 1234567890\r\n')
        self.assertGreaterEqual(time.monotonic() - start, 0.14)
        self.assertGreater(pieces, 1)

    def test_a_hanging_server_takes_input_and_says_nothing(self):
        sink = self.start('on mail do hang')
        c = self.client(sink)
        c.send(envelope('b@x.example') + b'x' * 100000)
        self.assertEqual(select.select([c.sock], [], [], 0.1)[0], [])
        c.close()
        harness.wait_until(lambda: sink.transcript(who='--')[-1].text == 'closed')

    def test_strange_replies(self):
        sink = self.start('on noop nth 1 do long 1048576\non noop nth 2 do lines 100\n'
                          'on noop nth 3 do raw "a\\r\\n\\0\\x1b\\r\\n"\n'
                          'on noop nth 4 do extra "250 surplus\\r\\n"\n'
                          'on noop nth 5 do reply 250 "a\\nb"\non noop nth 6 do garbage drop')
        c = self.client(sink)
        self.assertEqual(len(c.ask('NOOP')), len('250 2.0.0 ') + 1048576)
        self.assertEqual(len(c.ask('NOOP').split('\n')), 100)
        self.assertEqual([c.ask('NOOP'), c.reply()], ['a', '\0\x1b'])
        self.assertEqual([c.ask('NOOP')[:3], c.reply()], ['250', '250 surplus'])
        self.assertEqual(c.ask('NOOP'), '250-a\n250 b')
        c.send(b'NOOP\r\n')
        self.assertEqual(c.sock.recv(100)[:1], b'\x1b')
        self.assertEqual(c.sock.recv(100), b'')

    def test_the_greeting_can_refuse(self):
        sink = self.start('on connect nth 1 do reply 421 4.3.2 "busy"\n'
                          'on connect nth 2 do reply 554 "go away"\non connect nth 3 do drop')
        c = self.client(sink, ehlo=False, greeting=False)
        self.assertEqual([c.reply(), c.reply()], ['421 4.3.2 busy', ''])
        c = self.client(sink, ehlo=False, greeting=False)
        self.assertEqual([c.reply(), c.ask('EHLO x')[:3], c.ask('QUIT')[:3]],
                         ['554 go away', '503', '221'])
        c = self.client(sink, ehlo=False, greeting=False)
        self.assertEqual(c.reply(), '')

    def test_no_ehlo_leaves_helo(self):
        sink = self.start('no-ehlo')
        c = self.client(sink, ehlo=False)
        self.assertEqual(c.ask('EHLO x')[:3], '502')
        self.assertEqual(c.ask('HELO x')[:3], '250')
        self.assertEqual(c.ask('MAIL FROM:<a@x.example> SIZE=1')[:3], '555')
        self.assertEqual(c.ask('MAIL FROM:<a@x.example>')[:3], '250')

    def test_limits_on_connections_and_messages(self):
        sink = self.start('max-connections 2\nmax-messages 1')
        c, other = self.client(sink), self.client(sink)
        third = self.client(sink, ehlo=False, greeting=False)
        self.assertEqual(third.reply()[:3], '421')
        self.assertEqual(self.letter(c)[:3], '250')
        self.assertEqual(c.ask('MAIL FROM:<a@x.example>')[:3], '421')
        self.assertEqual(c.reply(), '')
        self.assertEqual(self.letter(other)[:3], '250')

    def test_the_script_can_change_while_it_runs(self):
        sink = self.start('on noop do reply 450 "old"')
        c = self.client(sink)
        self.assertEqual(c.ask('NOOP'), '450 old')
        sink.script('on noop do reply 450 "new"')
        self.assertEqual(c.ask('NOOP'), '450 new')
        with self.assertRaisesRegex(RuntimeError, r'script:1: no such action near "explode"'):
            sink.script('on noop do explode')
        self.assertEqual(c.ask('NOOP'), '450 new')

    def test_a_wrong_script_stops_the_start(self):
        for script in ('on', 'on rcpt drop', 'on rcpt do', 'on rcpt do reply', 'on moon do drop',
                       'on rcpt match x do drop', 'frob', 'on rcpt do raw "\\q"', 'no-ehlo x',
                       'on rcpt after 3 do drop', 'ehlo set "x', 'auth user "x"'):
            with self.assertRaises(RuntimeError, msg=script):
                self.start(script)

    def test_a_port_in_use_stops_the_start(self):
        with socket.socket() as taken:
            taken.bind(('127.0.0.1', 0))
            taken.listen()
            with self.assertRaisesRegex(RuntimeError, 'cannot listen'):
                self.start(port=taken.getsockname()[1])


    def test_any_is_every_stage_with_a_reply(self):
        sink = self.start('on any match "x.example" do reply 450 "no"\non any nth 9 do drop')
        c = self.client(sink)
        self.assertEqual(c.ask('MAIL FROM:<a@x.example>'), '450 no')
        self.assertEqual(c.ask('MAIL FROM:<a@y.example>')[:3], '250')
        c.send(b'RCPT TO:<b@y.example>\r\nRSET\r\nNOOP\r\nWHAT\r\nQUIT\r\n')
        self.assertEqual(c.replies(5), ['250', '250', '250', '500', ''])

    def test_it_ends_with_its_parent_and_on_sigterm(self):
        sink = self.start()
        self.assertEqual(self.letter(self.client(sink))[:3], '250')
        self.assertEqual(sink.stop(), 0)
        self.assertEqual(sink.transcript()[-1].text, 'closed')
        code = ('import harness, sys, time\n'
                'print(harness.Catcher(sys.argv[1], name="child").pid, flush=True)\n'
                'time.sleep(60)')
        parent = subprocess.Popen([sys.executable, '-B', '-c', code, self.dir], text=True,
                                  stdout=subprocess.PIPE, cwd=harness.ROOT / 'tests/system')
        with parent:
            pid = int(parent.stdout.readline())
            os.kill(pid, 0)
            parent.kill()
        harness.wait_until(lambda: not harness.alive(pid), what='the end of the catcher')


if __name__ == '__main__':
    unittest.main()
