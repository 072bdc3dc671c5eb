# SPDX-License-Identifier: MIT
"""press-inbox reads a real mailbox: whom it trusts, what it does with each mail, what it survives."""
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

import dovecot_server
import harness
from inbox_case import CRASHERS, NAME, REPLY, InboxCase

MISSING = dovecot_server.available()
DONE, PEOPLE = 'press-done', 'press-people'


@unittest.skipIf(MISSING, MISSING)
class Trust(InboxCase):
    """Nothing but the greeting is said to a server that is not the one in the url."""

    def assert_refused(self, *words):
        done = self.check()
        self.assertEqual(done.returncode, 75, done.stdout + done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)
        self.once(75)
        self.assertEqual(self.server.logins(), 0)
        self.assertNotIn('auth failed', self.server.log_text())

    def test_the_right_certificate_and_name_are_let_in_with_tls_from_the_start(self):
        self.mailbox()
        self.assertEqual(self.check().returncode, 0, self.check().stderr)
        self.assertEqual(self.server.logins(), 2)

    def test_the_same_with_starttls(self):
        self.mailbox(tls='imap')
        self.assertEqual(self.check().returncode, 0, self.check().stderr)

    def test_a_certificate_of_another_name_gets_no_password(self):  # R52
        authority = self.authority = harness.make_ca(self.dir)
        self.mailbox(cert=harness.make_cert(authority, 'other.test.example'))
        conf = self.conf.read_text()
        self.conf.write_text(conf.replace('//other.test.example', f'//{NAME}'))
        self.assert_refused('not trusted', 'no password was sent')

    def test_a_certificate_of_an_unknown_authority_gets_no_password(self):  # R52
        stranger = harness.make_ca(self.dir, 'stranger')
        for tls in ('imaps', 'imap'):
            with self.subTest(tls):
                self.mailbox(tls=tls, ca_file=stranger.cert)
                self.assert_refused('not trusted')
                self.server.stop()

    def test_an_expired_certificate_gets_no_password(self):  # R52
        authority = self.authority = harness.make_ca(self.dir)
        self.mailbox(cert=authority.issue(NAME, expired=True))
        self.assert_refused('not trusted')

    def test_a_server_without_starttls_gets_no_password(self):
        self.mailbox(tls='imap', dovecot={'extra': 'ssl = no\ndisable_plaintext_auth = no'})
        self.assert_refused('offers no STARTTLS')

    def test_what_follows_starttls_in_clear_text_ends_the_connection(self):  # R45
        self.mailbox()
        said = []

        def play(listener):
            conn = listener.accept()[0]
            with conn, conn.makefile('rwb', buffering=0) as f:
                f.write(b'* OK ready\r\n')
                f.readline()
                f.write(b'* CAPABILITY IMAP4rev1 STARTTLS\r\n1 OK done\r\n')
                f.readline()
                f.write(b'2 OK go\r\n* CAPABILITY IMAP4rev1\r\n3 OK injected\r\n')
                said.append(f.readline())

        with socket.create_server(('127.0.0.1', 0)) as listener:
            player = threading.Thread(target=play, args=(listener,), daemon=True)
            player.start()
            port = listener.getsockname()[1]
            self.configure(**{'inbox "x"': {**self.server.inbox(), 'url': f'imap://{NAME}:{port}',
                                            'address': f'127.0.0.1:{port}'}})
            done = self.check()
            player.join(10)
        self.assertEqual(done.returncode, 75)
        self.assertIn('in clear text', done.stderr)
        self.assertNotIn(b'LOGIN', b''.join(said))

    def test_a_wrong_password_is_told_once_and_tried_again_later(self):
        self.mailbox()
        (self.dir / 'bounce.password').write_text('wrong\n')
        self.assertIn('refuses the login of bounce', self.check().stderr)
        inbox = self.inbox()
        harness.wait_until(lambda: self.server.log_text().count('auth failed') > 2, 20)
        self.assertEqual(inbox.stderr().count('cannot be read'), 1, inbox.stderr())
        self.assertIn('refuses the login', self.ctl('doctor').stdout)
        (self.dir / 'bounce.password').write_text(dovecot_server.PASSWORD + '\n')
        harness.wait_until(lambda: 'is read again' in inbox.stderr(), 30)
        self.assertNotIn('refuses the login', self.ctl('doctor').stdout)
        self.assertNotIn(dovecot_server.PASSWORD, inbox.stderr())

    def test_a_password_travels_in_clear_text_on_this_machine_alone(self):
        self.mailbox(tls='imap', dovecot={'extra': 'ssl = no\ndisable_plaintext_auth = no'})
        inbox = {**self.server.inbox(tls='imap'), 'tls': 'off'}
        self.configure(**{'inbox "x"': inbox})
        self.assertEqual(self.check().returncode, 0, self.check().stderr)
        self.configure(**{'inbox "x"': {**inbox, 'address': 'mail.test.example'}})
        self.assertIn('unprotected', self.check().stderr)


@unittest.skipIf(MISSING, MISSING)
class Mails(InboxCase):
    def test_a_report_goes_to_done_and_an_answer_to_people(self):  # R119
        (address, path), = self.sent()
        self.mailbox()
        report = self.status(1, address, path)
        self.server.deliver(report)
        self.server.deliver(REPLY)
        self.once()
        self.assertEqual(self.server.mails(), [])
        self.assertEqual(self.server.mails(DONE), [report])
        self.assertEqual(self.server.mails(PEOPLE), [REPLY])
        self.assertEqual(sorted(self.rows()), [('mail',), ('status',)])
        self.assertEqual(self.counts(), {'bounced': 1})

    def test_nothing_is_ever_sent_in_answer(self):  # R116
        (address, path), = self.sent()
        self.mailbox()
        self.server.deliver(self.status(1, address, path))
        self.server.deliver(REPLY.replace(b'bounce@test.example', path.encode()))
        self.server.deliver(b'From: x@y.example\nDisposition-Notification-To: x@y.example\n'
                            b'Subject: please confirm\n\nx\n')
        self.once()
        letters = len(self.sink.ledger())
        self.assertEqual(harness.Pressd.once(self.conf), 0)
        self.assertEqual(len(self.sink.ledger()), letters)

    def test_the_three_mails_that_crash_libetpan_cost_one_mail_each(self):  # R70 R110
        (address, path), = self.sent()
        self.mailbox()
        self.server.deliver(self.status(1, address, path))
        for mail in CRASHERS.values():
            self.server.deliver(mail)
        last = self.status(2, address, path)
        self.server.deliver(last)
        self.once()
        self.assertEqual(self.server.mails(), [])
        self.assertIn(last, self.server.mails(DONE))
        self.assertEqual(sorted(self.server.mails(PEOPLE)), sorted(CRASHERS.values()))

    def test_the_mail_on_which_the_cage_dies_goes_to_people_and_it_goes_on(self):  # R110
        (address, path), = self.sent()
        self.mailbox()
        inbox = self.inbox()
        child = harness.wait_until(lambda: subprocess.run(
            ['pgrep', '-P', str(inbox.pid)], capture_output=True, text=True, check=False).stdout)
        os.kill(int(child), signal.SIGKILL)
        report = self.status(1, address, path)
        self.server.deliver(report)
        self.wait_for(PEOPLE, 1)
        self.server.deliver(self.status(2, address, path))
        self.wait_for(DONE, 1)
        self.assertEqual(self.server.mails(PEOPLE), [report])

    def test_a_mail_larger_than_what_is_looked_at_is_moved_whole(self):
        (address, path), = self.sent()
        self.mailbox()
        mail = self.status(1, address, path)
        mail = mail.replace(b'--=_b--', b'--=_b\nContent-Type: message/rfc822\n\nSubject: x\n\n'
                            + b'x' * 70 + b'\n' + (b'y' * 70 + b'\n') * 60000 + b'--=_b--')
        self.server.deliver(mail)
        self.server.deliver(b'Subject: large\n\n' + (b'z' * 70 + b'\n') * 60000)
        self.once()
        self.assertEqual(self.server.mails(DONE), [mail])
        self.assertEqual(len(self.server.mails(PEOPLE)), 1)

    def test_an_empty_mail_and_one_of_zeros_go_to_people(self):
        self.mailbox()
        self.server.deliver(b'')
        self.server.deliver(b'Subject: x\n\n' + bytes(1000))
        self.once()
        self.assertEqual(len(self.server.mails(PEOPLE)), 2)

    def test_a_server_that_keeps_folders_below_the_inbox(self):
        self.mailbox(dovecot={'extra': 'namespace inbox {\n prefix = INBOX.\n}'})
        self.server.deliver(REPLY)
        self.once()
        self.assertEqual(len(self.server.mails(PEOPLE)), 1)

    def test_a_server_without_move(self):
        self.mailbox(dovecot={'extra': 'imap_capability = IMAP4rev1 UIDPLUS'})
        self.server.deliver(REPLY)
        self.once()
        self.assertEqual((len(self.server.files()), len(self.server.files(PEOPLE))), (0, 1))

    def test_a_server_that_cannot_take_single_mails_away_keeps_them_marked(self):
        self.mailbox(dovecot={'extra': 'imap_capability = IMAP4rev1'})
        self.server.deliver(REPLY)
        self.once()
        self.once()
        self.assertEqual((len(self.server.files()), len(self.server.files(PEOPLE))), (1, 1))
        self.assertTrue(self.server.files()[0].name.endswith('T'))  # marked as deleted

    def test_a_flood_of_reports_is_read_in_flat_memory(self):  # R82
        count = int(os.environ.get('PRESS_FLOOD', '2000'))
        sent = self.sent(50)
        self.mailbox()
        for n in range(count):
            self.server.deliver(self.status(n, *sent[n % len(sent)]))
        start, peak = time.monotonic(), 0
        inbox = harness.Inbox(self.conf, '--once', ready=False)
        while inbox.running():
            with open(f'/proc/{inbox.pid}/status') as f:
                rss = [int(l.split()[1]) for l in f if l.startswith('VmRSS')]
            peak = max([peak, *rss])
            time.sleep(0.05)
        took = time.monotonic() - start
        self.assertEqual(inbox.wait(), 0)
        self.assertEqual(len(self.server.files(DONE)), count)
        self.assertEqual(self.handled(), count)
        if 'san-' not in str(harness.BUILD):
            self.assertLess(peak, 60000, 'kB')
        print(f'[{count / took:.0f} a second, {peak} kB]', end=' ', file=sys.stderr)


@unittest.skipIf(MISSING, MISSING)
class Lasting(InboxCase):
    def test_a_new_mail_wakes_it_at_once(self):
        self.mailbox()
        self.inbox()
        harness.wait_until(lambda: 'press-people' in os.listdir(self.server.maildir())
                           or (self.server.maildir(folder=PEOPLE)).exists())
        time.sleep(1)
        for n in range(3):
            start = time.monotonic()
            self.server.deliver(REPLY + b'%d\n' % n)
            self.wait_for(PEOPLE, n + 1)
            self.assertLess(time.monotonic() - start, 9)  # without IDLE it looks every 10 s

    def test_a_server_without_idle_is_looked_at_again_and_again(self):
        self.mailbox(dovecot={'extra': 'imap_capability = IMAP4rev1 MOVE'})
        self.inbox()
        harness.wait_until((self.server.maildir(folder=PEOPLE)).exists)
        time.sleep(0.5)
        self.server.deliver(REPLY)
        self.wait_for(PEOPLE, 1, 30)

    def test_a_server_that_restarts_is_found_again(self):
        self.mailbox()
        inbox = self.inbox()
        self.server.deliver(REPLY)
        self.wait_for(PEOPLE, 1)
        self.server.stop()
        harness.wait_until(lambda: 'cannot be read' in inbox.stderr())
        time.sleep(1.5)
        self.server.start()
        self.server.deliver(REPLY + b'2\n')
        self.wait_for(PEOPLE, 2, 30)
        harness.wait_until(lambda: 'is read again' in inbox.stderr())
        self.assertLessEqual(inbox.stderr().count('cannot be read'), 3, inbox.stderr())

    def test_a_mail_read_before_the_uids_changed_counts_once(self):  # R109
        (address, path), = self.sent()
        self.mailbox()
        report = self.status(1, address, path)
        self.server.deliver(report)
        self.once()
        self.server.stop()
        self.server.forget_uids()
        self.server.start()
        self.server.deliver(report)  # as after a backup of the mailbox was put back
        self.server.deliver(REPLY)
        self.once()
        self.assertEqual(self.server.mails(), [])
        self.assertEqual(self.server.mails(DONE), [report, report])
        self.assertEqual(self.handled(), 2)
        self.assertEqual(self.counts(), {'bounced': 1})

    def test_a_question_read_before_a_crash_still_gets_to_people(self):  # R109 R119
        self.mailbox()
        self.server.deliver(REPLY)
        self.once()
        self.server.deliver(REPLY)
        self.once()
        self.assertEqual(self.server.mails(PEOPLE), [REPLY, REPLY])
        self.assertEqual(self.handled(), 1)

    def test_kills_in_the_middle_lose_and_double_nothing(self):  # R109
        sent = self.sent(20)
        self.mailbox()
        count, chance = 600, random.Random(7)
        for n in range(count):
            self.server.deliver(self.status(n, *sent[n % len(sent)]))
        self.server.deliver(REPLY)
        kills = 0
        for _ in range(200):
            inbox = harness.Inbox(self.conf, '--once', ready=False)
            time.sleep(chance.uniform(0.005, 0.12))
            if not inbox.running():
                break
            inbox.kill()
            kills += 1
        self.once()
        self.assertGreater(kills, 2)
        self.assertEqual(self.server.files(), [])
        self.assertEqual(len(self.server.files(DONE)), count)
        self.assertEqual(self.server.mails(PEOPLE), [REPLY])
        self.assertEqual(self.handled(), count + 1)
        self.assertEqual(self.counts(), {'bounced': 20})

    def test_it_leaves_at_sigterm_and_reads_its_file_again_at_sighup(self):
        self.mailbox()
        inbox = self.inbox()
        self.server.deliver(REPLY)
        self.wait_for(PEOPLE, 1)
        conf = self.conf.read_text()
        self.conf.write_text(conf.replace('folder', 'fodler') + 'nonsense\n')
        inbox.signal(signal.SIGHUP)
        harness.wait_until(lambda: 'the old one stays' in inbox.stderr())
        self.conf.write_text(conf.replace('username = "bounce"',
                                          'username = "bounce"\n  people = "for-people"'))
        inbox.signal(signal.SIGHUP)
        harness.wait_until(lambda: 'read again' in inbox.stderr())
        self.server.deliver(REPLY + b'2\n')
        self.wait_for('for-people', 1)
        start = time.monotonic()
        self.assertEqual(inbox.stop(), 0)
        self.assertLess(time.monotonic() - start, 20)

    def test_it_leaves_at_sigterm_though_the_server_is_silent(self):
        self.mailbox()
        with socket.create_server(('127.0.0.1', 0)) as silent:
            port = silent.getsockname()[1]
            self.configure(**{'inbox "x"': {**self.server.inbox(),
                                            'address': f'127.0.0.1:{port}'}})
            inbox = self.inbox()
            silent.accept()[0].detach()
            start = time.monotonic()
            self.assertEqual(inbox.stop(), 0)
            self.assertLess(time.monotonic() - start, 20)

    def test_one_inbox_in_trouble_holds_up_no_other(self):
        self.mailbox()
        good = self.server.inbox()
        self.configure(**{'inbox "a"': {**good, 'address': '127.0.0.1:9'}, 'inbox "b"': good})
        inbox = self.inbox()
        self.server.deliver(REPLY)
        self.wait_for(PEOPLE, 1)
        self.assertIn('inbox a cannot be read', inbox.stderr())
        self.assertNotIn('inbox b cannot be read', inbox.stderr())

    def test_a_second_one_on_the_same_database_leaves(self):
        self.mailbox()
        self.inbox()
        self.assertEqual(harness.Inbox.run(self.conf), 75)
        self.assertIn('press-inbox is running', self.ctl('doctor').stdout)

    def test_it_needs_no_password_of_a_relay_and_leaves_no_core(self):  # R97
        self.mailbox()
        relay = {'url': 'smtp://127.0.0.1:9', 'tls': 'off', 'username': 'x',
                 'password_file': '/nonexistent/secret'}
        self.conf = harness.write_config(self.dir, relay,
                                         sections={'inbox "x"': self.server.inbox()})
        inbox = self.inbox()
        self.server.deliver(REPLY)
        self.wait_for(PEOPLE, 1)
        with open(f'/proc/{inbox.pid}/limits') as f:
            core = [line.split() for line in f if line.startswith('Max core')][0]
        self.assertEqual(core[4:6], ['0', '0'])


if __name__ == '__main__':
    unittest.main()
