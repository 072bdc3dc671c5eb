# SPDX-License-Identifier: MIT
"""The catcher itself: the oracle of the other tests must not lie."""
import base64
import hashlib
import os
import select
import smtplib
import socket
import ssl
import struct
import time
import unittest

import harness
from harness import Catcher

LETTER = b'Subject: Th\xc3\xb4ng c\xc3\xa1o\r\nMessage-ID: <1@press.example>\r\n\r\nOne.\r\n'


class Client:
    """A bare socket that speaks in lines."""

    def __init__(self, port, greeting=True):
        self.sock = socket.create_connection(('127.0.0.1', port), timeout=10)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.sock.makefile('rb')
        if greeting:
            assert self.reply().startswith('220 ')

    def send(self, data):
        self.sock.sendall(data)

    def reply(self):
        """All lines of one reply, joined; '' at the end of the connection."""
        lines = []
        while True:
            line = self.file.readline().decode('latin-1').rstrip('\r\n')
            lines.append(line)
            if line[3:4] != '-':
                return '\n'.join(lines)

    def ask(self, line):
        self.send(line.encode('latin-1') + b'\r\n')
        return self.reply()

    def replies(self, n):
        return [self.reply()[:3] for _ in range(n)]

    def close(self):
        self.file.close()
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


def envelope(*rcpts, sender='a@press.example'):
    return (f'MAIL FROM:<{sender}>\r\n' + ''.join(f'RCPT TO:<{r}>\r\n' for r in rcpts)
            + 'DATA\r\n').encode()


class CatcherCase(harness.Case):
    def start(self, script='', **kw):
        return self.enterContext(Catcher(self.dir, script, **kw))

    def client(self, sink, ehlo=True, **kw):
        c = self.enterContext(Client(sink.port, **kw))
        if ehlo:
            self.assertTrue(c.ask('EHLO client.example').startswith('250'))
        return c

    def letter(self, client, *rcpts, body=LETTER):
        """Sends one and returns the reply to the dot."""
        client.send(envelope(*(rcpts or ['b@x.example'])))
        client.replies(len(rcpts or [1]) + 2)
        client.send(body + b'.\r\n')
        return client.reply()


class TestConversation(CatcherCase):
    def test_a_letter_is_kept_byte_for_byte_and_in_the_ledger(self):
        sink = self.start()
        with smtplib.SMTP('127.0.0.1', sink.port) as s:
            self.assertEqual(s.sendmail('a@press.example', ['b@x.example'], LETTER), {})
        entry, = sink.ledger()
        self.assertEqual(sink.raw(entry), LETTER)
        self.assertEqual(entry['from'], 'a@press.example')
        self.assertEqual(entry['rcpt'], ['b@x.example'])
        self.assertEqual(entry['message_id'], '<1@press.example>')
        self.assertEqual(entry['bytes'], len(LETTER))
        self.assertEqual((entry['bare'], entry['eightbit'], entry['longest']), (0, True, 29))
        self.assertEqual(entry['reply'][:3], '250')
        self.assertEqual(sink.mails()[0]['Subject'], 'Thông cáo')
        self.assertEqual(sink.faults(), [])

    def test_a_whole_transaction_in_one_packet_is_answered_in_order(self):
        sink = self.start()
        c = self.client(sink)
        c.send(envelope('b@x.example', 'c@x.example'))
        self.assertEqual(c.replies(4), ['250', '250', '250', '354'])
        # the next envelope rides behind the final dot
        c.send(LETTER + b'.\r\n' + envelope('d@x.example'))
        self.assertEqual(c.replies(4), ['250', '250', '250', '354'])
        c.send(b'.\r\nQUIT\r\n')
        self.assertEqual(c.replies(2), ['250', '221'])
        self.assertEqual([e['rcpt'] for e in sink.ledger()],
                         [['b@x.example', 'c@x.example'], ['d@x.example']])
        self.assertEqual(sink.faults(), [])

    def test_input_at_the_wrong_moment_is_noted(self):
        sink = self.start()
        c = self.client(sink)
        c.send(envelope('b@x.example') + LETTER + b'.\r\n')  # the letter before the 354
        self.assertEqual(c.replies(4), ['250', '250', '354', '250'])
        self.assertEqual(sink.faults(), ['input before the reply to DATA'])

    def test_pipelining_that_was_not_offered_is_noted(self):
        sink = self.start('ehlo without "PIPELINING"')
        c = self.client(sink)
        c.send(envelope('b@x.example'))
        self.assertEqual(c.replies(3), ['250', '250', '354'])
        self.assertEqual(len(sink.faults()), 2)

    def test_dots_are_unstuffed_wherever_the_packets_end(self):
        body = b'\r\n..\r\n...two\r\n. one\r\nend.\r\n.'  # on the wire
        kept = b'\r\n.\r\n..two\r\n one\r\nend.\r\n'
        sink = self.start()
        for size in (1, 2, 3, 1000):
            c = self.client(sink)
            c.send(envelope('b@x.example'))
            c.replies(3)
            wire = body + b'\r\n'
            for i in range(0, len(wire), size):
                c.send(wire[i:i + size])
            self.assertEqual(c.reply()[:3], '250')
        self.assertEqual([sink.raw(e) for e in sink.ledger()], [kept] * 4)

    def test_only_crlf_dot_crlf_ends_a_letter(self):
        tricks = [b'a\n.\nb', b'a\n.\r\nb', b'a\r.\rb', b'a\r\n.\rb', b'a\r\n.\nb', b'a\r\n\0.\r\nb']
        sink = self.start()
        c = self.client(sink)
        for trick in tricks:
            self.assertEqual(self.letter(c, body=b'\r\n' + trick + b'\r\n')[:3], '250')
        self.assertEqual(len(sink.ledger()), len(tricks))
        self.assertEqual(sink.raw(sink.ledger()[0]), b'\r\na\n.\nb\r\n')
        self.assertEqual([e['bare'] for e in sink.ledger()], [2, 1, 2, 1, 1, 0])

    def test_the_order_of_commands_is_kept(self):
        sink = self.start()
        c = self.client(sink, ehlo=False)
        self.assertEqual(c.ask('MAIL FROM:<a@x.example>')[:3], '503')
        self.assertEqual(c.ask('EHLO')[:3], '501')
        self.assertEqual(c.ask('HELO client.example')[:3], '250')
        self.assertEqual(c.ask('RCPT TO:<a@x.example>')[:3], '503')
        self.assertEqual(c.ask('DATA')[:3], '503')
        self.assertEqual(c.ask('MAIL FROM:<>')[:3], '250')
        self.assertEqual(c.ask('MAIL FROM:<>')[:3], '503')
        self.assertEqual(c.ask('DATA')[:3], '554')
        self.assertEqual(c.ask('RSET')[:3], '250')
        self.assertEqual(c.ask('RCPT TO:<a@x.example>')[:3], '503')
        self.assertEqual(c.ask('BDAT 3')[:3], '500')
        self.assertEqual(c.ask('NOOP')[:3], '250')
        self.assertEqual(c.ask('x' * 20000)[:3], '500')
        self.assertEqual(c.ask('NOOP')[:3], '250')

    def test_what_was_not_offered_is_refused(self):
        sink = self.start('ehlo set "PIPELINING" "SIZE 1000"')
        c = self.client(sink)
        for parameter, code in (('SIZE=1000', '250'), ('SIZE=1001', '552'), ('BODY=8BITMIME', '555'),
                                ('RET=HDRS', '555'), ('SMTPUTF8', '555'), ('SIZE=x', '501')):
            self.assertEqual(c.ask(f'MAIL FROM:<a@x.example> {parameter}')[:3], code, parameter)
            c.ask('RSET')
        c.ask('MAIL FROM:<a@x.example>')
        self.assertEqual(c.ask('RCPT TO:<a@x.example> NOTIFY=NEVER')[:3], '555')
        self.assertEqual(c.ask('RCPT TO:<\xe9@x.example>')[:3], '553')
        self.assertEqual(c.ask('RCPT TO: <b@x.example>')[:3], '501')
        self.assertEqual(c.ask('RCPT TO:<b c@x.example>')[:3], '501')
        self.assertEqual(c.ask('RCPT TO:<"b c>"@x.example>')[:3], '250')

    def test_dsn_parameters_are_checked_and_recorded(self):
        sink = self.start()
        c = self.client(sink)
        self.assertEqual(c.ask('MAIL FROM:<a@x.example> RET=HDRS ENVID=q+3Dr')[:3], '250')
        self.assertEqual(c.ask('RCPT TO:<b@x.example> NOTIFY=SUCCESS,SOMETIMES')[:3], '501')
        self.assertEqual(c.ask('RCPT TO:<b@x.example> ORCPT=rfc822;b+4@x')[:3], '501')
        self.assertEqual(c.ask('RCPT TO:<b@x.example> NOTIFY=SUCCESS,FAILURE,DELAY'
                               ' ORCPT=rfc822;b@x.example')[:3], '250')
        self.assertEqual(c.ask('DATA')[:3], '354')
        self.assertEqual(c.ask('.')[:3], '250')
        entry, = sink.ledger()
        self.assertEqual(entry['mail_args'], 'RET=HDRS ENVID=q+3Dr')
        self.assertEqual(entry['rcpt_args'],
                         ['NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;b@x.example'])

    def test_a_letter_over_the_size_offered_is_refused(self):
        sink = self.start('ehlo set "SIZE 1000"')
        c = self.client(sink)
        self.assertEqual(self.letter(c, body=b'x' * 996 + b'\r\n')[:3], '250')
        self.assertEqual(self.letter(c, body=b'x' * 999 + b'\r\n')[:3], '552')
        self.assertEqual([e['saved'] for e in sink.ledger()], [True, False])

    def test_a_second_one_goes_on_in_the_same_files(self):
        for n in (1, 2):
            with Catcher(self.dir) as sink:
                with Client(sink.port) as c:
                    c.ask('EHLO x')
                    self.assertEqual(self.letter(c)[:3], '250')
        self.assertEqual([e['file'] for e in sink.ledger()], ['000001.eml', '000002.eml'])

    def test_two_hundred_connections_at_once(self):
        sink = self.start()
        clients = [self.client(sink) for _ in range(200)]
        for i, c in enumerate(clients):
            c.send(envelope(f'u{i}@x.example'))
        for c in clients:
            self.assertEqual(c.replies(3), ['250', '250', '354'])
        for i, c in enumerate(clients):
            c.send(b'Subject: %d\r\n\r\n' % i + b'x' * 3000 + b'\r\n.\r\nQUIT\r\n')
        for c in clients:
            self.assertEqual(c.replies(3), ['250', '221', ''])
        ledger = sink.ledger()
        self.assertEqual({(e['rcpt'][0], sink.raw(e).split(b'\r\n')[0]) for e in ledger},
                         {(f'u{i}@x.example', b'Subject: %d' % i) for i in range(200)})
        self.assertEqual(len({e['hash'] for e in ledger}), 200)


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
        sink = self.start('on rcpt match "slow" do delay 300\non dot do delay 100 reply 250 "ok"')
        c, quick = self.client(sink), self.client(sink)
        start = time.monotonic()
        c.send(envelope('slow@x.example'))
        self.assertEqual(self.letter(quick)[:3], '250')
        self.assertLess(time.monotonic() - start, 0.29)
        self.assertEqual(c.replies(3), ['250', '250', '354'])
        self.assertGreaterEqual(time.monotonic() - start, 0.29)
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
        self.assertGreater(pieces, 8)

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


class TestLenient(CatcherCase):
    """R57: each mode takes its own trick for the end of a letter, and only that."""

    def count(self, mode, end, eol):
        """Mails that a server of this mode sees in one letter with a smuggled second."""
        second = eol.join([b'MAIL FROM:<evil@x.example>', b'RCPT TO:<v@x.example>', b'DATA',
                           b'Subject: second', b'', b'x'])
        sink = self.start(lenient=mode, name=f'{mode}-{end.hex()}')
        c = self.client(sink)
        c.send(envelope('b@x.example'))
        c.replies(3)
        c.send(b'Subject: first\r\n\r\nx' + end + second + b'\r\n.\r\nQUIT\r\n')
        while c.reply():
            pass
        return len(sink.ledger())

    def test_each_mode_believes_its_own_trick_only(self):
        for end, eol, believers in ((b'\n.\n', b'\n', {'lf'}),
                                    (b'\n.\r\n', b'\r\n', {'lf', 'crlfdot'}),
                                    (b'\r\n.\n', b'\n', {'lf'}),
                                    (b'\r.\r', b'\r', {'cr'}),
                                    (b'\r\n.\r', b'\r\n', {'cr'}),
                                    (b'\r\n\0.\r\n', b'\r\n', {'nul'}),
                                    (b'\r\n.\0\r\n', b'\r\n', {'nul'})):
            for mode in (None, 'lf', 'crlfdot', 'cr', 'nul'):
                self.assertEqual(self.count(mode, end, eol), 2 if mode in believers else 1,
                                 (mode, end))


class TestTls(CatcherCase):
    def setUp(self):
        super().setUp()
        self.ca = harness.make_ca(self.dir)
        self.cert = harness.make_cert(self.ca)
        self.context = ssl.create_default_context(cafile=self.cert.ca)

    def connect(self, sink):
        """smtplib, believing that 127.0.0.1 is relay.test.example."""
        s = smtplib.SMTP(timeout=10)
        s._host = self.cert.name
        s.sock = socket.create_connection(('127.0.0.1', sink.port), timeout=10)
        self.addCleanup(s.close)
        self.assertEqual(s.getreply()[0], 220)
        return s

    def test_starttls_forgets_what_was_said_in_clear(self):
        sink = self.start('ehlo before-tls without "DSN"', cert=self.cert)
        s = self.connect(sink)
        s.ehlo()
        self.assertTrue(s.has_extn('starttls'))
        self.assertFalse(s.has_extn('dsn'))
        s.starttls(context=self.context)
        self.assertEqual(s.docmd('MAIL FROM:<a@x.example>')[0], 503)
        s.ehlo()
        self.assertFalse(s.has_extn('starttls'))
        self.assertTrue(s.has_extn('dsn'))
        big = LETTER + b'x' * 100 + b'\r\n' + (b'y' * 70 + b'\r\n') * 20000
        self.assertEqual(s.sendmail('a@press.example', ['b@x.example'], big), {})
        s.quit()
        entry, = sink.ledger()
        self.assertTrue(entry['tls'])
        self.assertEqual(hashlib.sha256(sink.raw(entry)).digest(), hashlib.sha256(big).digest())
        self.assertEqual(sink.faults(), [])

    def test_bytes_behind_starttls_are_noted_and_forgotten(self):
        sink = self.start(cert=self.cert)
        c = self.client(sink)
        c.send(b'STARTTLS\r\nMAIL FROM:<evil@x.example>\r\n')
        self.assertEqual(c.reply()[:3], '220')
        self.assertIn('28 bytes behind STARTTLS', sink.faults())

    def test_bytes_can_be_injected_behind_220(self):
        sink = self.start('on starttls do extra "250 injected\\r\\n"', cert=self.cert)
        c = self.client(sink)
        c.send(b'STARTTLS\r\n')
        self.assertEqual(c.sock.recv(1000).split(b'\r\n')[1], b'250 injected')

    def test_implicit_tls(self):
        sink = self.start(cert=self.cert, implicit_tls=True)
        raw = socket.create_connection(('127.0.0.1', sink.port), timeout=10)
        with self.context.wrap_socket(raw, server_hostname=self.cert.name) as s:
            self.assertEqual(s.recv(100)[:3], b'220')
            s.sendall(b'EHLO x\r\n')
            self.assertNotIn(b'STARTTLS', s.recv(1000))

    def test_a_rule_for_tls_stops_the_handshake(self):
        sink = self.start('on tls do drop', cert=self.cert)
        s = self.connect(sink)
        with self.assertRaises((ssl.SSLError, ConnectionError, OSError)):
            s.starttls(context=self.context)

    def test_old_tls_only_when_asked_for(self):
        sink = self.start('tls-priority "NORMAL:-VERS-ALL:+VERS-TLS1.1"', cert=self.cert)
        s = self.connect(sink)
        with self.assertRaises(ssl.SSLError):
            s.starttls(context=self.context)

    def test_an_expired_or_foreign_certificate_does_not_verify(self):
        expired = harness.make_cert(self.ca, expired=True, file='expired')
        foreign = harness.make_cert(harness.make_ca(self.dir, 'other-ca'), file='foreign')
        for cert in (expired, foreign):
            s = self.connect(self.start(cert=cert, name=cert.cert.stem))
            with self.assertRaises(ssl.SSLCertVerificationError):
                s.starttls(context=self.context)

    def test_auth_plain_and_login(self):
        sink = self.start('auth user "press" pass "mật khẩu" required', cert=self.cert)
        for mech in ('PLAIN', 'LOGIN'):
            c = self.client(sink)
            self.assertEqual(c.ask('MAIL FROM:<a@x.example>')[:3], '530')
            for password, code in (('wrong', '535'), ('mật khẩu', '235')):
                words = [base64.b64encode(w.encode()).decode() for w in
                         ([f'\0press\0{password}'] if mech == 'PLAIN' else ['press', password])]
                self.assertEqual(c.ask(f'AUTH {mech}')[:3], '334')
                for word in words[:-1]:
                    self.assertEqual(c.ask(word)[:3], '334')
                self.assertEqual(c.ask(words[-1])[:3], code)
            self.assertEqual(c.ask('MAIL FROM:<a@x.example>')[:3], '250')

    def test_auth_can_be_scripted(self):
        sink = self.start('auth user "u" pass "p"\non auth do reply 454 4.7.0 "later"')
        s = self.connect(sink)
        with self.assertRaises(smtplib.SMTPAuthenticationError) as caught:
            s.login('u', 'p')
        self.assertEqual(caught.exception.smtp_code, 454)


class TestProxy(CatcherCase):
    def test_each_way_takes_its_time(self):
        sink = self.start()
        proxy = self.enterContext(harness.DelayProxy(self.dir, sink.port, 40))
        c = self.enterContext(Client(proxy.port))
        start = time.monotonic()
        c.ask('EHLO x')
        self.assertTrue(0.079 <= time.monotonic() - start < 0.5)
        body = os.urandom(1 << 20).hex().encode()
        self.assertEqual(self.letter(c, body=body + b'\r\n')[:3], '250')
        self.assertEqual(sink.raw(sink.ledger()[0]), body + b'\r\n')
        self.assertEqual(c.ask('QUIT')[:3], '221')
        self.assertEqual(c.reply(), '')


if __name__ == '__main__':
    unittest.main()
