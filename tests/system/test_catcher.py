# SPDX-License-Identifier: MIT
"""The catcher itself: the oracle of the other tests must not lie."""
import os
import smtplib
import time
import unittest

import harness
from catcher_case import CatcherCase, Client, LETTER, envelope
from harness import Catcher


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
