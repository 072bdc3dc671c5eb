# SPDX-License-Identifier: MIT
"""R53-R59: whatever stands in a statement, one letter leaves for each, and nothing rides in it."""
import email
import email.policy
import itertools
import re
import unittest

import harness
from press_case import PressCase

LENIENT = (None, 'lf', 'crlfdot', 'cr', 'nul')

# What a text may try; {} is a second envelope in the same line ends.
ENDS = [b'\n.\n', b'\n.\r\n', b'\r\n.\n', b'\r\n.\r\n', b'\r.\r', b'\r.\n', b'\n.\r',
        b'\r\r.\r\r', b'\r\n.\r', b'\r.\r\n', b'\n\n.\n\n', b'\r\n\r.\r\n', b'\n.\n.\n',
        b'\xc2\x85.\xc2\x85', b'\xe2\x80\xa8.\xe2\x80\xa8']
SECOND = [b'MAIL FROM:<evil@x.example>', b'RCPT TO:<victim@x.example>', b'DATA', b'Subject: second',
          b'', b'x']


def letter(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def plain(message):
    return message.get_body(('plain',)).get_content()


class Smuggling(PressCase):
    def write(self, body, name='s.txt', head=b'Title: Th\xe1\xbb\xad\nTo: all\n\n'):
        path = self.dir / name
        path.write_bytes(head + body)
        return path

    def assert_one_each(self, sink, n):
        self.assertEqual(len(sink.ledger()), n)
        for entry in sink.ledger():
            self.assertEqual(entry['rcpt'], ['a@x.example'])
            self.assertEqual((entry['bare'], entry['eightbit']), (0, False))
            self.assertLessEqual(entry['longest'], 1000)
            self.assertNotIn(b'\0', sink.raw(entry))
        for line in sink.said():
            self.assertNotIn('evil@', line)
            self.assertNotIn('victim@', line)
        self.assertEqual(sink.faults(), [])

    def test_r57_no_mixture_of_line_ends_is_a_second_letter_to_any_careless_server(self):
        """The statements go out once to a strict server and once to each careless one."""
        self.press(rows=[('A', 'a@x.example')])
        sinks = [self.sink] + [self.enterContext(harness.Catcher(self.dir, name=mode, lenient=mode))
                               for mode in LENIENT[1:]]
        # A lone dot behind every kind of line end that a text may hold, with what would follow.
        whole = b''.join(b'Tr\xc6\xb0\xe1\xbb\x9bc.' + end + eol.join(SECOND) + eol
                         for end, eol in itertools.product(ENDS, (b'\n', b'\r\n', b'\r')))
        texts = [whole] + [b'Tr\xc6\xb0\xe1\xbb\x9bc.' + end + b'\r\n'.join(SECOND) for end in ENDS]
        for sink in sinks:
            self.conf = harness.write_config(self.dir, sink.relay())
            for text in texts:
                self.send(self.write(text), '--again')
            self.once()
            self.assert_one_each(sink, len(texts))
        self.assertEqual({len(s.ledger()) for s in sinks}, {len(texts)})

    def test_r56_r58_text_lines_and_leading_dots_come_as_they_were_written(self):
        self.press(rows=[('A', 'a@x.example')])
        lines = ['Dòng đầu', '.', '..', '. một', '...ba', '.hai', 'giữa . dòng', '.' * 80, 'Cuối.']
        variants = {'lf': '\n', 'crlf': '\r\n', 'cr': '\r'}
        for n, eol in enumerate(variants.values(), 1):
            self.send(self.write(eol.join(lines).encode() + eol.encode()), '--again')
        self.once()
        seen = []
        for entry in self.sink.saved():
            text = plain(letter(self.sink.raw(entry)))
            # In this order, each on a line of its own, none lost and none more than once.
            found = [line for line in text.splitlines() if line in lines]
            self.assertEqual(found, lines)
            seen.append(text)
        self.assertEqual(len(set(seen)), 1)  # three kinds of line end, one text
        self.assertEqual(self.sink.faults(), [])

    def test_r56_mixed_line_ends_keep_the_count_of_lines(self):
        self.press(rows=[('A', 'a@x.example')])
        body = 'một\nhai\r\nba\rbốn\n\nsáu\r\n\r\ntám\u0085chín\u2028mười\n'
        self.send(self.write(body.encode()))
        self.once()
        raw = self.sink.raw(self.sink.saved()[0])
        self.assertEqual(raw.count(b'\n'), raw.count(b'\r\n'))
        self.assertEqual(raw.count(b'\r'), raw.count(b'\r\n'))
        text = plain(letter(raw))
        between = text[text.index('một'):text.index('chín')].replace('\r\n', '\n')
        self.assertRegex(between, r'^một\nhai\nba\nbốn\n\nsáu\n\ntám')

    def test_r59_a_line_of_megabytes_leaves_in_legal_pieces(self):
        self.press(rows=[('A', 'a@x.example')])
        words = ' '.join(f'chữ{n}' for n in range(300000))
        self.assertGreater(len(words.encode()), 3 << 20)
        self.send(self.write(words.encode()))
        self.once()
        self.assert_one_each(self.sink, 1)
        text = plain(letter(self.sink.raw(self.sink.saved()[0])))
        self.assertTrue(words in re.sub(r'\s+', ' ', text))
        # What is above the ceiling is refused, not cut.
        done = self.ctl('send', self.write((words * 4).encode()), '--again')
        self.assertEqual(done.returncode, 65, done.stderr)
        self.assertIn('s.txt: ', done.stderr)

    def test_r54_no_header_value_makes_a_new_header(self):
        self.press(rows=[('A', 'a@x.example')])
        tries = ['Thử\rBcc: victim@x.example', 'Thử\x00Bcc: victim@x.example',
                 'Thử\u0085Bcc: victim@x.example', 'Thử\u2028Bcc: victim@x.example',
                 'Thử\u2029Bcc: victim@x.example', 'Thử\x0bBcc: victim@x.example',
                 'Thử\x0cBcc: victim@x.example', 'Thử\x1b[2J']
        for field in ('Title', 'Number', 'Contact', 'Signer', 'Reply-To'):
            for value in tries:
                head = {'Title': 'Thử', 'To': 'all', field: value}
                text = ''.join(f'{k}: {v}\n' for k, v in head.items()) + '\nNội dung.\n'
                with self.subTest(field=field, value=value):
                    path = self.write(text.encode(), head=b'')
                    done = self.ctl('send', path, '--again')
                    self.assertEqual(done.returncode, 65, (field, value, done.stderr))
                    self.assertIn('s.txt:', done.stderr)
        self.assertEqual(self.json('list'), [])
        self.drain()
        self.assertEqual(self.sink.connections(), 0)

    def test_r54_a_folded_header_line_is_no_way_in(self):
        self.press(rows=[('A', 'a@x.example')])
        path = self.write(b'Title: Th\xe1\xbb\xad\n Bcc: victim@x.example\nTo: all\n\nx\n', head=b'')
        self.assertEqual(self.ctl('send', path).returncode, 65)
        self.assertEqual(self.json('list'), [])

    def test_r54_names_of_the_book_make_no_header(self):
        self.press(rows=[('A', 'a@x.example')])
        csv = ('org,org_kind,name,role,email\n'
               '"Báo\r\nBcc: victim@x.example",press,"B\r\nBcc: victim@x.example",journalist,'
               'b@x.example\n')
        done = self.ctl('book', 'import', '-', input=csv)
        self.send()
        self.once()
        for entry in self.sink.saved():
            self.assertEqual(len(entry['rcpt']), 1)
            message = letter(self.sink.raw(entry))
            self.assertIsNone(message['Bcc'])
            self.assertEqual(len(message.get_all('To')), 1)
        self.assertIn(done.returncode, (0, 65))
        if done.returncode == 65:
            self.assertEqual(set(self.received()), {'a@x.example'})

    def test_r53_no_address_smuggles_a_command(self):
        """Refused on import; by hand, by resend and by --to as well."""
        self.press(rows=[('A', 'a@x.example')])
        bad = ['b@x.example\r\nRCPT TO:<victim@x.example>', 'b@x.example\nDATA', 'b\r@x.example',
               'b@x.example> NOTIFY=NEVER', 'b@x.example>\u0085RCPT TO:<victim@x.example>',
               '<b@x.example>,<victim@x.example>', 'b@x.example victim@x.example',
               '"b\r\n"@x.example', 'b@x\u2028.example', 'b@[127.0.0.1\r\n]']
        for address in bad:
            with self.subTest(address=address):
                row = 'org,org_kind,email\nBáo X,press,"' + address.replace('"', '""') + '"\n'
                done = self.ctl('book', 'import', '-', input=row)
                self.assertEqual(done.returncode, 65, done.stdout)
                self.assertEqual(len(self.json('audience', 'all')), 1)
        self.send()
        self.once()
        for address in bad:
            done = self.ctl('resend', 1, '--to', address, '--note', 'thử')
            self.assertNotEqual(done.returncode, 0, address)
        self.drain()
        self.assertEqual(len(self.sink.ledger()), 1)
        self.assert_one_each(self.sink, 1)

    def test_r53_nul_in_a_book_is_refused(self):
        self.press(rows=[('A', 'a@x.example')])
        csv = self.dir / 'nul.csv'
        csv.write_bytes(b'org,org_kind,email\nB\xc3\xa1o X,press,b@x.example\0@y.example\n')
        done = self.ctl('book', 'import', csv)
        self.assertEqual(done.returncode, 65, done.stdout)
        self.assertEqual(len(self.json('audience', 'all')), 1)


if __name__ == '__main__':
    unittest.main()
