# SPDX-License-Identifier: MIT
"""press-inbox without a mailbox server: a Maildir, and the pipe of a mail server."""
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import time
import unittest

import harness
from inbox_case import CRASHERS, REPLY, InboxCase

BELOW = ('press-done', 'press-people')


class LocalCase(InboxCase):
    def maildir(self, n=1):
        """A Maildir of its own, as the inbox of letters that were sent to n addresses."""
        sent = self.sent(n)
        self.box = self.dir / 'box'
        for sub in ('tmp', 'new', 'cur'):
            (self.box / sub).mkdir(parents=True)
        self.configure(**{'inbox "box"': {'url': f'maildir://{self.box}'}})
        return sent

    def put(self, name, mail, sub='new'):
        (self.box / 'tmp' / name).write_bytes(mail)
        (self.box / 'tmp' / name).rename(self.box / sub / name)

    def lies(self, folder='', subs=('new', 'cur')):
        base = self.box / f'.{folder}' if folder else self.box
        return sorted(p.name for sub in subs for p in (base / sub).glob('*'))


class Maildir(LocalCase):
    def test_each_mail_is_renamed_into_its_folder_and_none_is_deleted(self):  # R110 R119
        (address, path), = self.maildir()
        self.put('1.a', self.status(1, address, path))
        self.put('2.b:2,S', REPLY, 'cur')
        for i, mail in enumerate(CRASHERS.values()):
            self.put(f'3.{i}', mail)
        before = {p.stat().st_ino for p in self.box.rglob('*') if p.is_file()}
        self.once()
        self.assertEqual(self.lies(), [])
        self.assertEqual(self.lies('press-done'), ['1.a'])
        self.assertEqual(self.lies('press-people', ['cur']), ['2.b:2,S'])
        self.assertEqual(self.lies('press-people', ['new']), ['3.0', '3.1', '3.2'])
        self.assertLessEqual(before, {p.stat().st_ino for p in self.box.rglob('*')})
        self.assertEqual(self.counts(), {'bounced': 1})

    def test_a_new_mail_wakes_the_service(self):
        self.maildir()
        self.inbox()
        harness.wait_until((self.box / '.press-people/new').exists)
        time.sleep(0.5)
        start = time.monotonic()
        self.put('1', REPLY)
        harness.wait_until(lambda: self.lies('press-people') == ['1'])
        self.assertLess(time.monotonic() - start, 9)

    def test_a_name_that_is_taken_there_gets_another(self):
        self.maildir()
        self.put('1:2,S', REPLY, 'cur')
        self.once()
        self.put('1:2,S', REPLY + b'2\n', 'cur')
        self.once()
        self.assertEqual(self.lies('press-people'), ['1.1:2,S', '1:2,S'])

    def test_links_folders_and_pipes_in_it_are_left_alone(self):
        self.maildir()
        (self.box / 'new/folder').mkdir()
        (self.box / 'new/link').symlink_to('/etc/passwd')
        os.mkfifo(self.box / 'new/pipe')
        self.put('1', REPLY)
        self.once()
        self.assertEqual(self.lies(), ['folder', 'link', 'pipe'])
        self.assertEqual(self.lies('press-people'), ['1'])

    def test_a_folder_of_it_that_is_a_link_is_not_followed(self):
        self.maildir()
        ours = self.dir / 'ours'
        ours.mkdir()
        (ours / 'press.db').write_text('ours')
        for folder in ('new', 'cur'):
            (self.box / folder).rmdir()
            (self.box / folder).symlink_to(ours)
            self.once(75)
            self.assertEqual([p.name for p in ours.iterdir()], ['press.db'], folder)
            self.assertIn('cannot be used', self.inbox_log())
            (self.box / folder).unlink()
            (self.box / folder).mkdir()

    def test_no_mail_is_moved_through_a_link(self):
        self.maildir()
        self.once()
        for link in ('.press-people', '.press-people/new'):
            target = self.box / link
            target.rename(self.dir / 'away')
            target.symlink_to(self.dir / 'away' if link[-1] != 'w' else self.box / 'new')
            self.put('1', REPLY)
            self.once(75)
            self.assertEqual(self.lies(), ['1'], link)
            target.unlink()
            (self.dir / 'away').rename(target)
        self.once()
        self.assertEqual(self.lies('press-people'), ['1'])

    def test_a_name_of_two_lines_is_one_line_of_the_log(self):
        self.maildir()
        self.put('1\n2026-11-24T08:00:00+0700 forged\x1b[31m', REPLY)
        (self.box / 'new').chmod(0o500)
        self.once(75 if os.geteuid() else 0)
        self.assertNotIn('\n2026-11-24T08:00:00+0700 forged', self.inbox_log())

    @unittest.skipIf('san-' in str(harness.BUILD), 'a sanitizer is given a minute a mail')
    def test_a_reader_that_does_not_read_holds_up_nobody(self):  # R110
        self.maildir()
        inbox = self.inbox()
        children = pathlib.Path(f'/proc/{inbox.pid}/task/{inbox.pid}/children')
        harness.wait_until(lambda: children.read_text().split())
        os.kill(int(children.read_text().split()[0]), signal.SIGSTOP)
        self.put('1', REPLY + b'x' * 500000)  # more than a pipe holds
        self.put('2', REPLY)
        harness.wait_until(lambda: self.handled() == 2, 25)
        self.assertEqual(self.rows('SELECT kind FROM returned ORDER BY id'),
                         [('unreadable',), ('mail',)])

    def test_a_maildir_that_is_gone_is_told_and_found_again(self):
        self.maildir()
        self.box.rename(self.dir / 'away')
        inbox = self.inbox()
        harness.wait_until(lambda: 'cannot be read' in inbox.stderr())
        self.assertIn('cannot be used', self.ctl('doctor').stdout)
        (self.dir / 'away').rename(self.box)
        self.put('1', REPLY)
        harness.wait_until(lambda: self.lies('press-people') == ['1'], 30)
        harness.wait_until(lambda: 'cannot be used' not in self.ctl('doctor').stdout)

    def test_kills_in_the_middle_lose_and_double_nothing(self):  # R109
        sent = self.maildir(20)
        count, chance, kills = 2000, random.Random(5), 0
        for n in range(count):
            self.put(f'{n:04}', self.status(n, *sent[n % len(sent)]))
        for _ in range(100):
            inbox = harness.Inbox(self.conf, '--once', ready=False)
            time.sleep(chance.uniform(0.002, 0.03))
            if not inbox.running():
                break
            inbox.kill()
            kills += 1
        self.once()
        self.assertGreater(kills, 0)
        self.assertEqual((self.lies(), len(self.lies('press-done'))), ([], count))
        self.assertEqual(self.handled(), count)
        self.assertEqual(self.counts(), {'bounced': 20})

    @unittest.skipIf(os.geteuid(), 'only root can be somebody else')
    def test_an_account_of_its_own_in_the_group_is_all_it_needs(self):  # R97
        (address, path), = self.maildir()
        reader, group = 65534, 65533
        secret = self.dir / 'relay.password'
        secret.write_text('x\n')
        secret.chmod(0o400)
        for p in (self.dir, *self.dir.glob('press.db*'), self.conf):
            os.chown(p, -1, group)
        self.dir.chmod(0o2770)
        self.conf.chmod(0o640)
        self.put('1', self.status(1, address, path))
        self.put('2', REPLY)
        for p in (self.box, *self.box.rglob('*')):
            os.chown(p, reader, -1)
        done = subprocess.run([self.for_all('press-inbox'), '-c', self.conf, '--once'],
                              user=reader, group=group, extra_groups=[], capture_output=True,
                              text=True, env=harness.ENV, check=False, umask=0o22)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.lies('press-done'), self.lies('press-people')), (['1'], ['2']))
        for p in self.dir.glob('press.db*'):
            self.assertEqual((p.stat().st_gid, p.stat().st_mode & 0o7), (group, 0), p)


class Pipe(LocalCase):
    def test_a_mail_on_standard_input_is_handled_and_kept(self):
        (address, path), = self.maildir()
        report = self.status(1, address, path)
        self.assertEqual(self.pipe(report).returncode, 0)
        self.assertEqual(self.pipe(REPLY).returncode, 0)
        self.assertEqual([p.read_bytes() for p in (self.box / '.press-done/new').glob('*')],
                         [report])
        self.assertEqual([p.read_bytes() for p in (self.box / '.press-people/new').glob('*')],
                         [REPLY])
        self.assertEqual(self.lies(subs=('tmp', 'new', 'cur')), [])
        self.assertEqual(self.counts(), {'bounced': 1})

    def test_the_relay_may_offer_it_again(self):  # R109
        (address, path), = self.maildir()
        for _ in range(2):
            self.assertEqual(self.pipe(self.status(1, address, path)).returncode, 0)
        self.assertEqual(self.handled(), 1)

    def test_the_recipient_on_the_command_line_bears_the_tag(self):
        (_, path), = self.maildir()
        report = self.status(1, 'other@host.example')
        self.assertEqual(self.pipe(report, '--recipient', path).returncode, 0)
        self.assertEqual(self.counts(), {'bounced': 1})

    def test_75_and_nothing_kept_when_it_cannot_be_handled_now(self):
        self.maildir()
        with sqlite3.connect(self.dir / 'press.db') as db:
            db.execute('BEGIN IMMEDIATE')
            done = self.pipe(REPLY)
            db.rollback()
        self.assertEqual(done.returncode, 75, done.stderr)
        self.assertEqual(self.lies(subs=('tmp', 'new', 'cur')), [])
        self.conf.write_text(self.conf.read_text() + 'nonsense\n')
        self.assertEqual(self.pipe(REPLY).returncode, 75)
        self.assertEqual(self.pipe(REPLY, '-c', '/nonexistent').returncode, 75)

    def test_what_the_relay_names_wrongly_returns_no_mail(self):
        (address, path), = self.maildir()
        odds = ('a b@c', '<>', 'a@b@c', 'nobody', f'no address\nX: {path}')
        for n, odd in enumerate(odds):
            self.assertEqual(self.pipe(self.status(n, address, path),
                                       '--recipient', odd).returncode, 0)
        self.assertEqual(self.pipe(b'').returncode, 75)
        self.assertEqual(self.pipe(REPLY, '--nonsense').returncode, 75)
        self.assertEqual(self.handled(), 5)
        self.assertNotIn(b'no address', b''.join(p.read_bytes()
                                                 for p in self.box.rglob('*.press')))

    def test_without_a_maildir_there_is_nowhere_to_keep_it(self):
        self.maildir()
        self.configure()
        done = self.pipe(REPLY)
        self.assertEqual(done.returncode, 75)
        self.assertIn(b'--maildir', done.stderr)
        self.assertEqual(self.pipe(REPLY, '--maildir', str(self.box)).returncode, 0)
        self.assertEqual(len(self.lies('press-people')), 1)

    def test_kills_in_the_middle_cost_a_second_offer_and_nothing_else(self):  # R109
        (address, path), = self.maildir()
        report, chance = self.status(1, address, path), random.Random(3)
        for _ in range(20):
            p = subprocess.Popen([harness.program('press-inbox'), '-c', self.conf, '--pipe'],
                                 stdin=subprocess.PIPE, env=harness.ENV, stderr=subprocess.DEVNULL)
            p.stdin.write(report)
            p.stdin.close()
            time.sleep(chance.uniform(0, 0.03))
            p.send_signal(signal.SIGKILL)
            p.wait(10)
        self.assertEqual(self.pipe(report).returncode, 0)
        self.assertEqual(self.handled(), 1)
        kept = [p for folder in BELOW for p in pathlib.Path(self.box, f'.{folder}/new').glob('*')]
        self.assertEqual({p.read_bytes() for p in kept}, {report})
        self.assertEqual({p.parent.parent.name for p in kept}, {'.press-done'})


if __name__ == '__main__':
    unittest.main()
