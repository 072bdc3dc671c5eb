# SPDX-License-Identifier: MIT
"""No recipient sees another, no letter shows our inside, no other user reads our files."""
import collections
import email
import email.header
import email.policy
import email.utils
import getpass
import os
import re
import socket
import stat
import time
import unittest

import harness
from press_case import PressCase

ADDRESS = re.compile(r'[\w.!#$%&*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+')
OURS = {'thongcao@test.example', 'bao-chi@test.example'}


def everything(raw):
    """What a reader can get out of a letter: its head as it is, each header and text decoded."""
    return shown_of(raw, email.message_from_bytes(raw, policy=email.policy.default))


def shown_of(raw, message):
    texts = [raw.split(b'\r\n\r\n')[0].decode('ascii')]
    for part in message.walk():
        texts += [f'{name}: {value}' for name, value in part.items()]
        texts.append(part.get_filename() or '')
        if part.get_content_maintype() == 'text':
            texts.append(part.get_payload(decode=True).decode())
    return '\n'.join(texts)


class Others(PressCase):
    def test_r91_no_letter_names_any_other_recipient(self):
        """The whole sample network; envelope, headers, bodies, file names, return path, ENVID."""
        self.press(reply_to='bao-chi@test.example')
        path = self.copy_statements() / 'thong-cao.txt'
        text = path.read_text()
        self.assertIn('Attach:', text)
        self.send(path)
        self.drain()
        people = {row['address']: row for row in self.json('audience', 'all')}
        people = {a: p for a, p in people.items() if a}
        names = collections.Counter(p['name'] for p in people.values())
        self.assertEqual(len(self.sink.saved()), 270)
        told = {a for a in ADDRESS.findall(text)} | OURS
        for entry in self.sink.saved():
            to, = entry['rcpt']
            raw = self.sink.raw(entry)
            message = email.message_from_bytes(raw, policy=email.policy.default)
            shown = shown_of(raw, message)
            self.assertLessEqual({a.lower() for a in ADDRESS.findall(shown)}
                                 - {entry['message_id'].strip('<>').lower()}, told | {to})
            for name in names:
                if name and name != people[to]['name']:
                    self.assertNotIn(name, shown, to)
            self.assertEqual([a.addr_spec for a in message['To'].addresses], [to])
            self.assertIsNone(message['Cc'])
            self.assertIsNone(message['Bcc'])
            # The envelope speaks of this recipient alone, and only in the clear place.
            wire = f'{entry["from"]} {entry["mail_args"]}'
            self.assertNotIn(to.split('@')[0], wire)
            self.assertEqual(entry['rcpt_args'],
                             [f'NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;{to.replace("+", "+2B")}'])

    def test_r91_letters_differ_by_nothing_that_counts_or_orders_people(self):
        self.press(rows=8)
        self.send()
        self.drain()
        bodies = {self.sink.raw(e).replace(e['rcpt'][0].encode(), b'') for e in self.sink.saved()}
        ids = [e['message_id'].strip('<>') for e in self.sink.saved()]
        self.assertEqual(len(set(ids)), 8)
        for left in ids:
            self.assertRegex(left, r'^[0-9a-f]{32}\.[0-9a-f]{16}@press\.test\.example$')
        self.assertEqual(len({len(b) for b in bodies}), 1)

    def test_r91_early_readers_are_not_told_to_the_others(self):
        self.press(rows=[('Sớm Một', 'som@x.example'), ('Sau Một', 'sau@y.example')])
        when = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(time.time() + 2))
        self.send(self.statement(Embargo=when, Early='email:som@x.example'))
        self.drain()
        self.assertEqual(self.received(), {'som@x.example': 1, 'sau@y.example': 1})
        for entry in self.sink.saved():
            other = 'sau@' if 'som@' in entry['rcpt'][0] else 'som@'
            self.assertNotIn(other, everything(self.sink.raw(entry)))

    def test_r117_an_alarm_mail_names_no_recipient_and_can_start_no_loop(self):
        secret = self.dir / 'password'
        secret.write_text('x\n')
        secret.chmod(0o600)
        self.press('auth user "press" pass "x"\non auth count 1 do reply 535 5.7.8 "no"', rows=3,
                   relay={'username': 'press', 'password_file': secret},
                   sections={'notify': {'mail': ['truc@test.example']}})
        self.pressd()
        self.send()
        harness.wait_until(lambda: 'alarm key' in self.pressd_log())
        self.ok('relay', 'retry', 'r1')  # it logs in again at once, and the alarm can go
        alarms = harness.wait_until(lambda: [e for e in self.sink.saved()
                                             if e['rcpt'] == ['truc@test.example']
                                             and '535' in everything(self.sink.raw(e))])
        harness.wait_until(lambda: self.counts() == {'relayed': 3})
        message = self.sink.mails()[self.sink.saved().index(alarms[0])]
        self.assertIn(message['Auto-Submitted'], ('auto-generated', 'auto-notified'))
        self.assertNotIn('@paper', everything(self.sink.raw(alarms[0])))
        self.assertEqual(self.sink.faults(), [])


class Inside(PressCase):
    def test_r97_other_users_read_none_of_our_files_and_no_core_is_left(self):
        old = os.umask(0)  # the worst that a caller may bring
        self.addCleanup(os.umask, old)
        self.press('on dot do hang', rows=3)
        pressd = self.pressd()
        self.send()
        harness.wait_until(lambda: self.counts().get('sending'))
        files = list(self.dir.glob('press.db*'))
        names = {f.name for f in files}
        self.assertLessEqual({'press.db', 'press.db-wal', 'press.db-shm', 'press.db.sock'}, names)
        self.assertTrue(any('lock' in n for n in names), names)
        for f in files:
            self.assertEqual(f.stat().st_mode & 0o007, 0, f'{f.name} {oct(f.stat().st_mode)}')
            if not stat.S_ISSOCK(f.stat().st_mode):
                self.assertEqual(f.stat().st_mode & 0o111, 0, f.name)
        with open(f'/proc/{pressd.pid}/limits') as limits:
            core, = [line for line in limits if line.startswith('Max core file size')]
        self.assertEqual(core.split()[4:6], ['0', '0'])
        # Not dumpable: then the kernel gives its /proc files to root, whoever runs it.
        self.assertEqual(os.stat(f'/proc/{pressd.pid}/mem').st_uid, 0)
        pressd.kill()  # on SIGTERM it would wait for the dot (R11)

    def test_r98_nothing_of_our_machine_is_in_a_letter_or_on_the_wire(self):
        self.press(rows=5)
        self.send(self.copy_statements() / 'thong-cao.txt', '--to', 'all')
        self.drain()
        private = re.compile(r'\b(127\.\d+\.\d+\.\d+|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|'
                             r'172\.(1[6-9]|2\d|3[01])\.\d+\.\d+|localhost|localdomain)\b')
        inside = [str(self.dir), '/tmp/', '/home/', '/root', str(harness.ROOT)]
        words = [w for w in (socket.gethostname(), getpass.getuser()) if len(w) > 2]
        shown = [everything(self.sink.raw(e)) for e in self.sink.saved()]
        shown += ['\n'.join(s for s in self.sink.said() if '<' in s or s.startswith('EHLO'))]
        for text in shown:
            self.assertIsNone(private.search(text), private.search(text))
            for path in inside:
                self.assertNotIn(path, text)
            for word in words:
                self.assertIsNone(re.search(rf'\b{re.escape(word)}\b', text), word)
            self.assertIsNone(re.search(r'(?mi)^(Received|X-[\w-]+|User-Agent|Mailer):', text))
        self.assertEqual({s for s in self.sink.said() if s.startswith(('EHLO', 'HELO'))},
                         {'EHLO press.test.example'})  # R126: a full name, the one that is set

    def test_r98_the_programs_own_names_stand_in_no_header(self):
        self.press(rows=1)
        self.send()
        self.drain()
        head = self.sink.raw(self.sink.saved()[0]).split(b'\r\n\r\n')[0].decode()
        fields = {line.split(':')[0] for line in head.split('\r\n') if line[0] not in ' \t'}
        self.assertLessEqual(fields, {'Date', 'From', 'To', 'Reply-To', 'Subject', 'Message-ID',
                                      'List-Id', 'MIME-Version', 'Content-Type',
                                      'Content-Transfer-Encoding', 'Content-Language'})


class Headers(PressCase):
    def test_r100_each_delivery_has_a_return_path_of_its_own(self):
        self.press(rows=40)
        self.send()
        self.send(self.statement(Title='Lần hai'))
        self.drain()
        paths = [(e['rcpt'][0], e['from']) for e in self.sink.saved()]
        self.assertEqual(len(paths), 80)
        self.assertEqual(len({path for _, path in paths}), 80)
        for rcpt, path in paths:
            local, domain = path.split('@')
            self.assertEqual(domain, 'press.test.example')
            self.assertLessEqual(len(local), 64)
            self.assertRegex(local, r'^bounce\+[a-z2-7]+$')
            self.assertGreaterEqual(len(local.split('+')[1]) * 5, 64)  # room for the tag's proof
            self.assertNotIn(rcpt.split('@')[0], local)

    def test_r100_the_tag_goes_where_the_setting_says(self):
        for setting, pattern in (('tra-lai@r.example', r'^tra-lai\+[a-z2-7]+@r\.example$'),
                                 ('{tag}-x@r.example', r'^[a-z2-7]+-x@r\.example$')):
            with self.subTest(setting):
                self.dir = self.dir / setting.split('@')[0].strip('{}')
                self.dir.mkdir()
                self.press(rows=1, return_path=setting)
                self.send()
                self.drain()
                self.assertRegex(self.sink.saved()[0]['from'], pattern)

    def test_r114_only_what_a_key_sent_calls_itself_automatic(self):
        self.press(rows=1)
        self.send(self.statement(Title='Của người'))
        self.send(self.statement(Title='Có khóa', Key='tuan-{week}'))
        self.send(self.statement(Title='Khóa trên dòng lệnh'), '--key', 'ngay-{date}')
        self.drain()
        self.assertEqual({str(m['Subject']).split(' ')[-1]: m['Auto-Submitted']
                          for m in self.sink.mails()},
                         {'người': None, 'khóa': 'auto-generated', 'lệnh': 'auto-generated'})
        for message in self.sink.mails():
            self.assertIsNone(message['Precedence'])
            self.assertRegex(message['List-Id'], r'<press\.test\.example>$')

    def test_r126_what_occurs_once_occurs_once_and_is_ours(self):
        self.press(rows=3, reply_to='bao-chi@test.example')
        self.send()
        self.drain()
        for message in self.sink.mails():
            for field in ('Date', 'From', 'To', 'Subject', 'Message-ID', 'MIME-Version', 'List-Id',
                          'Reply-To'):
                self.assertEqual(len(message.get_all(field)), 1, field)
            self.assertIsNone(message['Sender'])
            self.assertEqual([a.addr_spec for a in message['From'].addresses],
                             ['thongcao@test.example'])
            self.assertEqual(message['From'].addresses[0].display_name, 'Trung tâm Thông tin')
            self.assertTrue(message['Message-ID'].strip().endswith('@press.test.example>'))
            date = email.utils.parsedate_to_datetime(message['Date'])
            self.assertLess(abs(date.timestamp() - time.time()), 120)
            self.assertEqual(date.utcoffset().total_seconds(), 7 * 3600)
            self.assertEqual(message.defects, [])


if __name__ == '__main__':
    unittest.main()
