# SPDX-License-Identifier: MIT
"""press-inbox before mailbox servers that behave as no Dovecot does: a scripted one in Python."""
import collections
import re
import socket
import threading
import time
import unittest

import harness
from inbox_case import REPLY, InboxCase

CAPABILITIES = 'IMAP4rev1 IDLE MOVE UIDPLUS'


class Fake:
    """An IMAP server with one account; `hooks` maps a command's first words to what is done instead.

    A hook gets (server, connection file, tag, rest) and returns True when it has answered.
    """

    def __init__(self, mails=(), capabilities=CAPABILITIES, hooks=None):
        self.folders = collections.defaultdict(dict)
        self.folders['INBOX'] = {uid: mail for uid, mail in enumerate(mails, 1)}
        self.capabilities, self.hooks = capabilities, hooks or {}
        self.said, self.connections = [], 0
        self.lock = threading.Lock()
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.listener.close()

    def inbox(self, folder):
        secret = folder / 'fake.password'
        secret.write_text('geheim\n')
        secret.chmod(0o600)
        return {'url': f'imap://127.0.0.1:{self.port}', 'tls': 'off', 'username': 'u',
                'password_file': secret}

    def _accept(self):
        while True:
            try:
                conn = self.listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._serve, args=(conn,), daemon=True).start()

    def _serve(self, conn):
        self.connections += 1
        try:
            with conn, conn.makefile('rwb', buffering=0) as f:
                f.write(b'* OK hello\r\n')
                for line in f:
                    tag, _, rest = line.decode().strip().partition(' ')
                    with self.lock:
                        self.said.append(rest)
                    if not self._hooked(f, tag, rest) and self._answer(f, tag, rest) == 'bye':
                        return
        except OSError:
            pass

    def _hooked(self, f, tag, rest):
        for words, hook in self.hooks.items():
            if rest.startswith(words):
                return hook(self, f, tag, rest)
        return False

    def uids(self, text):
        """The mails of the INBOX that a set like 1:3,7 names."""
        wanted = set()
        for part in text.split(','):
            first, _, last = part.partition(':')
            wanted.update(range(int(first), int(last or first) + 1))
        return sorted(wanted & set(self.folders['INBOX']))

    def fetched(self, uid, what):
        mail = self.folders['INBOX'][uid]
        if 'SIZE' in what:
            return b'* %d FETCH (UID %d RFC822.SIZE %d)\r\n' % (uid, uid, len(mail))
        limit = int(re.search(r'<0\.(\d+)>', what).group(1))
        part = mail[:limit]
        return b'* %d FETCH (UID %d BODY[]<0> {%d}\r\n%s)\r\n' % (uid, uid, len(part), part)

    def _answer(self, f, tag, rest):
        word = rest.upper().split(' ')
        if word[0] == 'LOGOUT':
            f.write(f'* BYE\r\n{tag} OK bye\r\n'.encode())
            return 'bye'
        if word[0] == 'CAPABILITY':
            f.write(f'* CAPABILITY {self.capabilities}\r\n'.encode())
        elif word[0] == 'LIST':
            name = rest.split(' ')[-1].strip('"')
            if name in self.folders:
                f.write(f'* LIST () "/" "{name}"\r\n'.encode())
        elif word[0] == 'CREATE':
            self.folders[rest.split(' ')[-1].strip('"')] = {}
        elif word[0] == 'SELECT':
            f.write(b'* %d EXISTS\r\n* 0 RECENT\r\n* FLAGS (\\Seen \\Deleted)\r\n'
                    b'* OK [UIDVALIDITY 7] x\r\n' % len(self.folders['INBOX']))
        elif word[:2] == ['UID', 'SEARCH']:
            f.write(b'* SEARCH%s\r\n' % b''.join(b' %d' % u for u in self.folders['INBOX']))
        elif word[:2] == ['UID', 'FETCH']:
            for uid in self.uids(word[2]):
                f.write(self.fetched(uid, rest))
        elif word[:2] == ['UID', 'MOVE']:
            for uid in self.uids(word[2]):
                self.folders[word[3].strip('"').lower()][uid] = self.folders['INBOX'].pop(uid)
        elif word[0] == 'IDLE':
            return self._idle(f, tag)
        f.write(f'{tag} OK done\r\n'.encode())
        return None

    def _idle(self, f, tag):
        f.write(b'+ idling\r\n')
        seen = len(self.folders['INBOX'])
        f_said = []
        reader = threading.Thread(target=lambda: f_said.append(f.readline()), daemon=True)
        reader.start()
        while reader.is_alive():
            now = len(self.folders['INBOX'])
            if now != seen:
                f.write(b'* %d EXISTS\r\n' % now)
                seen = now
            reader.join(0.02)
        f.write(f'{tag} OK done\r\n'.encode())


class OddCase(InboxCase):
    def fake(self, *args, **kw):
        server = Fake(*args, **kw)
        self.addCleanup(server.close)
        self.configure(**{'inbox "odd"': server.inbox(self.dir)})
        return server

    def wait_people(self, server, n, timeout=20):
        harness.wait_until(lambda: len(server.folders['press-people']) == n, timeout)

    def mail(self, n):
        return REPLY + b'%d\r\n' % n


class Odd(OddCase):
    def test_a_mail_that_cannot_be_fetched_is_put_away_unseen_and_the_others_are_read(self):  # R110
        def broken(server, f, tag, rest):
            if 'BODY' in rest and 3 in server.uids(rest.split(' ')[2]):
                f.write(b'* 3 FETCH (UID 3 BODY[]<0> {100}\r\nhalf of it')
                f.close()
                raise OSError
            return False

        server = self.fake([self.mail(n) for n in range(6)], hooks={'UID FETCH': broken})
        inbox = self.inbox()
        self.wait_people(server, 6, 30)
        self.assertEqual(self.handled(), 5)
        self.assertIn('mail 3 cannot be fetched', inbox.stderr())

    def test_an_answer_that_is_no_imap_is_the_same_to_it(self):  # R110
        def nonsense(server, f, tag, rest):
            if 'BODY' in rest and 2 in server.uids(rest.split(' ')[2]):
                f.write(b'* 2 FETCH (UID 2 BODY[]<0> ((((\r\n%s OK x\r\n' % tag.encode())
                return True
            return False

        server = self.fake([self.mail(n) for n in range(4)], hooks={'UID FETCH': nonsense})
        self.inbox()
        self.wait_people(server, 4, 30)
        self.assertEqual(self.handled(), 3)

    def test_more_than_was_asked_for_ends_the_connection_in_flat_memory(self):
        def flood(server, f, tag, rest):
            f.write(b'* SEARCH')
            while True:
                f.write(b' 1234567' * 10000)

        self.fake(hooks={'UID SEARCH': flood})
        inbox = self.inbox()
        harness.wait_until(lambda: 'more than was asked for' in inbox.stderr(), 20)
        with open(f'/proc/{inbox.pid}/status') as f:
            peak = [int(line.split()[1]) for line in f if line.startswith('VmHWM')][0]
        if 'san-' not in str(harness.BUILD):
            self.assertLess(peak, 150000)

    def test_a_literal_of_4_gb_is_only_announced(self):
        def huge(server, f, tag, rest):
            if 'BODY' not in rest:
                return False
            f.write(b'* 1 FETCH (UID 1 BODY[]<0> {4294967295}\r\nx')
            f.close()
            raise OSError

        server = self.fake([self.mail(1), self.mail(2)], hooks={'UID FETCH': huge})
        inbox = self.inbox()
        harness.wait_until(lambda: 'cannot be fetched' in inbox.stderr(), 20)
        with open(f'/proc/{inbox.pid}/status') as f:
            peak = [int(line.split()[1]) for line in f if line.startswith('VmHWM')][0]
        if 'san-' not in str(harness.BUILD):
            self.assertLess(peak, 150000)
        self.assertTrue(inbox.running())
        self.assertLessEqual(len(server.folders['INBOX']), 1)

    def test_an_answer_nested_without_end_is_a_trouble_and_no_crash(self):
        def deep(server, f, tag, rest):
            f.write(b'* 1 FETCH (BODYSTRUCTURE ' + b'(' * 2000000 + b'\r\n')
            f.close()
            raise OSError

        for command in ('CAPABILITY', 'SELECT', 'UID FETCH'):
            with self.subTest(command):
                server = self.fake([b'Subject: x\n\n' + b'(' * 500 + b'\n{9}\n', self.mail(2)],
                                   hooks={command: deep})
                inbox = harness.Inbox(self.conf)
                harness.wait_until(lambda: 'more than was asked for' in inbox.stderr())
                server.hooks.clear()
                self.wait_people(server, 2)
                self.assertEqual(inbox.stop(), 0)

    def test_mails_that_are_gone_or_were_not_asked_for_change_nothing(self):
        def other(server, f, tag, rest):
            if 'BODY' not in rest:
                return False
            f.write(b'* 9 FETCH (FLAGS (\\Seen))\r\n* 9 FETCH (UID 99 BODY[]<0> {1}\r\nx)\r\n')
            f.write(server.fetched(2, rest) * 2)
            f.write(f'{tag} OK done\r\n'.encode())
            del server.folders['INBOX'][1]
            server.hooks.clear()
            return True

        server = self.fake([self.mail(1), self.mail(2)], hooks={'UID FETCH': other})
        self.once()
        self.assertEqual(self.handled(), 1)
        self.assertEqual(list(server.folders['press-people']), [2])

    def test_news_that_come_before_the_plus_of_idle_are_heard(self):
        def early(server, f, tag, rest):
            server.folders['INBOX'][50] = self.mail(50)
            f.write(b'* 1 EXISTS\r\n')
            server.hooks.clear()
            return False

        server = self.fake(hooks={'IDLE': early})
        self.inbox()
        self.wait_people(server, 1, 5)

    def test_a_goodbye_while_waiting_is_a_reconnect(self):
        def leave(server, f, tag, rest):
            server.hooks.clear()
            server.folders['INBOX'][50] = self.mail(50)
            f.write(b'+ idling\r\n* BYE for maintenance\r\n')
            f.close()
            raise OSError

        server = self.fake(hooks={'IDLE': leave})
        self.inbox()
        self.wait_people(server, 1, 10)
        self.assertEqual(server.connections, 2)

    def test_a_goodbye_instead_of_an_answer_is_a_reconnect(self):
        for command in ('CAPABILITY', 'LOGIN', 'SELECT', 'UID SEARCH', 'UID FETCH', 'UID MOVE'):
            with self.subTest(command):
                def leave(server, f, tag, rest):
                    server.hooks.clear()
                    f.write(b'* BYE too busy\r\n')
                    f.close()
                    raise OSError

                server = self.fake([self.mail(1)], hooks={command: leave})
                inbox = harness.Inbox(self.conf)
                self.wait_people(server, 1)
                self.assertEqual(inbox.stop(), 0)

    def test_what_refuses_idle_is_looked_at_now_and_then(self):
        def refuse(server, f, tag, rest):
            f.write(f'{tag} NO not here\r\n'.encode())
            return True

        server = self.fake(hooks={'IDLE': refuse})
        self.inbox()
        harness.wait_until(lambda: 'IDLE' in server.said)
        server.folders['INBOX'][1] = self.mail(1)
        self.wait_people(server, 1, 20)

    def test_a_full_folder_keeps_the_mails_where_they_are_and_counts_none_twice(self):
        def full(server, f, tag, rest):
            f.write(f'{tag} NO [OVERQUOTA] full\r\n'.encode())
            return True

        server = self.fake([self.mail(n) for n in range(3)], hooks={'UID MOVE': full})
        inbox = self.inbox()
        harness.wait_until(lambda: 'OVERQUOTA' in inbox.stderr() or 'full' in inbox.stderr())
        time.sleep(1.5)
        server.hooks.clear()
        self.wait_people(server, 3)
        self.assertEqual(self.handled(), 3)

    def test_a_server_that_moves_nothing_gets_each_mail_once_and_is_told_of(self):
        def copy(server, f, tag, rest):
            for uid in server.uids(rest.split(' ')[2]):
                copies.append(uid)
            f.write(f'{tag} OK done\r\n'.encode())
            return True

        for capabilities in (CAPABILITIES, 'IMAP4rev1 IDLE'):
            with self.subTest(capabilities):
                copies = []
                server = self.fake([self.mail(n) for n in range(3)], capabilities,
                                   {'UID MOVE': copy, 'UID COPY': copy})
                inbox = harness.Inbox(self.conf)
                harness.wait_until(lambda: 'may u delete there' in inbox.stderr())
                server.folders['INBOX'][9] = self.mail(9)
                harness.wait_until(lambda: 9 in copies)
                time.sleep(1)
                self.assertEqual(sorted(copies), [1, 2, 3, 9])
                self.assertEqual(inbox.stop(), 0)

    def test_a_server_that_says_we_are_logged_in_already_is_not_believed(self):
        server = self.fake()
        original = server._serve

        def preauth(conn):
            with conn:
                conn.sendall(b'* PREAUTH welcome\r\n')
                conn.recv(100)

        server._serve = preauth
        self.assertIn('before we said who we are', self.check().stderr)
        server._serve = original

    def test_no_login_where_the_server_wants_none(self):
        server = self.fake(capabilities='IMAP4rev1 LOGINDISABLED')
        self.assertIn('takes no login by password', self.check().stderr)
        self.assertFalse([s for s in server.said if 'geheim' in s])


if __name__ == '__main__':
    unittest.main()
