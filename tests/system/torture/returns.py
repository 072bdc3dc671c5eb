# SPDX-License-Identifier: MIT
"""press-inbox under what befalls it: a flood, kills at every step, faults, mails made to kill.

The mails are the reports that three servers made, told of letters that were really sent; beside
them what a person wrote, what nobody can read, and a report whose tag was forged.
"""
import collections
import contextlib
import os
import pathlib
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import unittest

import dovecot_server
import harness
import true_reports
from torture import rig

FLOOD = int(os.environ.get('PRESS_RETURNS') or (50000 if rig.FULL else 2000))
KILLS = 300 if rig.FULL else 12
CUTS = 200 if rig.FULL else 12
PEAK_KB = 64_000 if not rig.SAN else 2_000_000     # a sanitizer keeps what was freed
GROWTH_KB = 24_000 if not rig.SAN else 500_000   # the database's own cache is 16 MB
OURS = 'ministry.example'
# Whatever it was in the middle of: a step of the database, of a mail's way, of its talk.
STEPS = ('pwrite64', 'fdatasync', 'rename', 'renameat', 'renameat2', 'openat', 'write', 'sendto',
         'sendmsg', 'read', 'poll')

BOUNDARY = b'''From: MAILER-DAEMON@mx.example\nTo: %s\nMIME-Version: 1.0\n\
Content-Type: multipart/report; boundary="\\""\n\n--"\n\nx\n'''


def deep_messages(to, levels=50_000):
    return (b'From: MAILER-DAEMON@mx.example\nTo: %s\n' % to
            + b'Content-Type: message/rfc822\n\n' * levels + b'x\n')


def deep_comment(to, levels=200_000):
    return b'From: ' + b'(' * levels + b'\nTo: %s\n\nx\n' % to


CRASHERS = (lambda to: BOUNDARY % to, deep_messages, deep_comment)


def by_person(letter):
    return (f'From: Lan <{letter["rcpt"][0]}>\nTo: {letter["from"]}\nSubject: Re: số liệu\n'
            f'In-Reply-To: {letter["message_id"]}\n\nCho hỏi bảng số 2?\n').encode()


def forged(letter):
    """The tag of another delivery's shape, which nobody here made."""
    mail, _ = true_reports.about(letter)
    to = letter['from'].encode()
    wrong = to.replace(b'+', b'+b', 1).replace(b'@', b'a@')
    return mail.replace(to, wrong).replace(letter['message_id'].strip('<>').encode(), b'x@y.example')


class Returns(rig.Torture):
    """A release that a catcher took, and what comes back of it."""

    def sent(self, rows, **settings):
        sink = self.enterContext(harness.Catcher(self.dir, maildir=False, transcript=False))
        self.press(rows=rows, sink=sink, return_path=f'bounce+{{tag}}@{OURS}', **settings)
        self.send()
        self.drain()
        self.assertEqual(self.counts(), {'relayed': rows})
        return sink.saved()

    def reader(self, *args, env=None, wrap=()):
        return harness.Process([*wrap, harness.program('press-inbox'), '-c', str(self.conf), *args],
                               self.dir / 'press-inbox.log', env)

    def once(self, *args):
        p = self.reader('--once', *args)
        self.assertEqual(p.wait(600), 0, p.stderr()[-3000:])

    def table(self, sql):
        uri = f'file:{self.conf.parent}/press.db?mode=ro'
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as db:
            return db.execute(sql).fetchall()

    def judge(self, actions, mails=None):
        """Nothing lost, nothing counted twice: `actions` one a delivery, `mails` ever handled."""
        self.assertEqual(self.table('PRAGMA quick_check'), [('ok',)])
        self.assertEqual(self.counts(), true_reports.outcome(actions))
        self.assert_sum()
        events = self.table("SELECT action, count(*), count(DISTINCT delivery_id) FROM event"
                            " WHERE kind = 'report' GROUP BY action")
        self.assertEqual([e for e in events if e[1] != e[2]], [])
        self.assertEqual({action: n for action, n, _ in events if action in true_reports.BECOMES},
                         collections.Counter(actions))
        if mails is not None:
            self.assertEqual(self.table('SELECT count(*) FROM returned'), [(mails,)])


class Flood(Returns):
    """R82: reports as fast as they come, while sending goes on."""

    def read_all(self, *args):
        """(seconds, kB): until press-inbox left, and the most memory it or its cage held.

        self.used is the processor's time of both.
        """
        start, before, peak = time.monotonic(), os.times(), 0
        p = self.reader('--once', *args)
        while p.running():
            peak = max(peak, *map(self.held, [p.pid, *self.children(p.pid)]))
            time.sleep(0.02)
        self.assertEqual(p.popen.returncode, 0, p.stderr()[-3000:])
        self.used = sum(os.times()[2:4]) - sum(before[2:4])
        return time.monotonic() - start, peak

    @staticmethod
    def children(pid):
        with contextlib.suppress(OSError):
            return (pathlib.Path(f'/proc/{pid}/task/{pid}/children').read_text()).split()
        return []

    @staticmethod
    def held(pid):
        """kB at its highest; what wait4() tells is the test's own, from before the exec."""
        with contextlib.suppress(OSError):
            found = re.search(r'VmHWM:\s*(\d+)', pathlib.Path(f'/proc/{pid}/status').read_text())
            return int(found[1]) if found else 0
        return 0

    def flood(self, put, *args):
        letters = self.sent(FLOOD)
        few = FLOOD // 10
        actions = []
        for n, letter in enumerate(letters):
            if n == few:
                _, before = self.read_all(*args)
            mail, action = true_reports.about(letter, n)
            actions.append(action)
            put(mail)
        self.pressd()
        late = self.statement(name='late.txt', Title='Trong lúc đó',
                              To=f'email:{letters[0]["rcpt"][0]}')
        reading = self.reader_beside(late)
        seconds, peak = self.read_all(*args)
        reading()
        rate = (FLOOD - few) / seconds
        print(f'{FLOOD - few} reports in {seconds:.1f} s ({self.used:.1f} s at work), '
              f'{rate:.0f} a second, {peak} kB', end=' ... ', file=sys.stderr, flush=True)
        self.tally['reports'] += FLOOD
        self.judge(actions, FLOOD)
        self.assertLess(peak, PEAK_KB)
        self.assertLess(peak, before + GROWTH_KB)

    def reader_beside(self, late):
        """Submits a release now; the function returned waits until it is sent."""
        release = self.send(late)['release']
        return lambda: harness.wait_until(
            lambda: self.counts(release) == {'relayed': 1}, 60, 'the release sent meanwhile')

    def test_r82_a_flood_in_a_maildir(self):
        box = self.dir / 'box'
        for name in ('new', 'cur', 'tmp'):
            (box / name).mkdir(parents=True)
        self.n = 0

        def put(mail):
            self.n += 1
            (box / 'new' / f'{self.n:06}.test').write_bytes(mail)
        self.flood(put, '--maildir', box)
        self.assertEqual(len(list((box / '.press-done').glob('*/*.test*'))), FLOOD)

    @unittest.skipIf(dovecot_server.available(), dovecot_server.available())
    def test_r82_a_flood_over_imap(self):
        cert = harness.make_cert(harness.make_ca(self.dir), 'imap.test.example')
        box = self.enterContext(dovecot_server.Dovecot(
            self.dir, cert, extra='maildir_very_dirty_syncs = yes'))  # else it lists all each time
        self.flood_settings = {'sections': {'inbox "returns"': box.inbox()}}
        self.flood(box.deliver)
        self.assertEqual(len(box.files('press-done')), FLOOD)

    def sent(self, rows, **settings):
        return super().sent(rows, **settings, **getattr(self, 'flood_settings', {}))


class Kills(Returns):
    """R109: a mail counts once, whenever press-inbox is killed."""

    # A sanitizer cannot look for leaks while somebody else traces.
    TRACED = {**harness.ENV, 'ASAN_OPTIONS': harness.ENV['ASAN_OPTIONS'] + ':detect_leaks=0'}

    def some(self, letters):
        """A report on each letter, and what else a mailbox holds; self.people: what is for them."""
        reports = [true_reports.about(letter, n) for n, letter in enumerate(letters)]
        self.actions = [action for _, action in reports]
        self.people = [by_person(letters[0]), BOUNDARY % letters[1]['from'].encode()]
        return [mail for mail, _ in reports] + self.people + [forged(letters[2])]

    # --- in a Maildir, at each step of each kind

    def prepared(self):
        letters = self.sent(len(true_reports.kinds()))
        mails = self.some(letters)
        self.sink.stop()
        self.clean = self.dir / 'clean'
        for name in ('new', 'cur', 'tmp'):
            (self.clean / 'box' / name).mkdir(parents=True)
        for n, mail in enumerate(mails):
            (self.clean / 'box/new' / f'{n:04}.test').write_bytes(mail)
        for path in self.dir.glob('press.*'):
            if path.is_file():
                shutil.copy(path, self.clean)
        self.conf.rename(self.clean / 'press.conf')
        return mails

    def fresh(self, mails):
        """A copy of what was prepared becomes the one in use."""
        self.runs += 1
        folder = self.dir / f'run{self.runs}'
        shutil.copytree(self.clean, folder)
        conf = (folder / 'press.conf').read_text().replace(f'{self.dir}/press.db',
                                                           f'{folder}/press.db')
        (folder / 'press.conf').write_text(conf)
        self.conf = folder / 'press.conf'
        self.mails = mails
        return folder

    def judge_folder(self, folder):
        self.judge(self.actions, len(self.mails))
        self.assertEqual(self.table("SELECT count(*) FROM returned WHERE matched = 'forged'"),
                         [(1,)])
        lies = {name: collections.Counter(
            p.read_bytes() for sub in ('new', 'cur') for p in (folder / 'box' / name / sub).glob('*'))
            for name in ('', '.press-done', '.press-people')}
        self.assertFalse(lies[''])
        self.assertEqual(sum(lies.values(), collections.Counter()), collections.Counter(self.mails))
        for mail in self.people:
            self.assertEqual(lies['.press-people'][mail], 1)
        shutil.rmtree(folder)

    def test_r109_killed_at_each_step_no_report_is_lost_or_counted_twice(self):
        mails = self.prepared()
        for call in STEPS:
            with self.subTest(call):
                for n in rig.thin(range(1, 1 << 20)):
                    folder = self.fresh(mails)
                    trace = folder / 'trace'
                    p = self.reader('--once', '--maildir', folder / 'box', env=self.TRACED, wrap=[
                        'strace', '-D', '-qq', '-o', str(trace), '-e', f'trace={call}',
                        '-e', f'inject={call}:signal=KILL:when={n}'])
                    code = p.wait(60)
                    killed = code == -9
                    self.assertIn(code, (0, -9), p.stderr()[-2000:])
                    self.tally['kills'] += killed
                    self.once('--maildir', folder / 'box')
                    self.judge_folder(folder)
                    if not killed:
                        break

    def faults(self, what, code=0, ratio=1):
        mails = self.prepared()
        for n in rig.fewer(range(1, 1 << 20), ratio if rig.FULL else 3):
            folder = self.fresh(mails)
            seen = folder / 'seen'
            env = rig.preload('failcall', {**harness.ENV, 'FAILCALL': what, 'FAILCALL_AT': str(n),
                                           'FAILCALL_CODE': str(code), 'FAILCALL_SEEN': str(seen)})
            p = self.reader('--once', '--maildir', folder / 'box', env=env)
            p.wait(60)
            failed = seen.exists()
            self.tally['faults'] += failed
            self.once('--maildir', folder / 'box')
            self.judge_folder(folder)
            if not failed:
                break

    @unittest.skipIf(rig.SAN, 'a sanitizer has its own malloc')
    def test_without_memory_no_report_is_lost_or_counted_twice(self):
        self.faults('malloc', ratio=1.1)    # of tens of thousands

    def test_over_a_failing_database_no_report_is_lost_or_counted_twice(self):
        self.faults('sqlite3_step', 10)  # SQLITE_IOERR

    # --- over IMAP, at random moments

    @unittest.skipIf(dovecot_server.available(), dovecot_server.available())
    def test_r109_killed_at_random_moments_over_imap(self):
        dice = random.Random(3464)
        cert = harness.make_cert(harness.make_ca(self.dir), 'imap.test.example')
        box = self.enterContext(dovecot_server.Dovecot(self.dir, cert))
        letters = self.sent(200, sections={'inbox "returns"': box.inbox()})
        mails = self.some(letters)
        for mail in mails[: len(mails) // 2]:
            box.deliver(mail)
        rest = mails[len(mails) // 2:]
        for kill in range(KILLS):
            p = self.reader()
            time.sleep(dice.uniform(0, 0.3))
            for mail in rest[kill * len(rest) // KILLS:(kill + 1) * len(rest) // KILLS]:
                box.deliver(mail)
            time.sleep(dice.uniform(0, 0.1))
            p.kill()
            self.tally['kills'] += 1
        self.once()
        self.judge(self.actions, len(mails))
        self.assertEqual(box.files(), [])
        kept = collections.Counter(box.mails('press-done') + box.mails('press-people'))
        self.assertEqual(kept, collections.Counter(mails))
        for mail in self.people:
            self.assertIn(mail, box.mails('press-people'))


class Hostile(Returns):
    """R70 R71 R110: mails made to kill, and mails that were cut."""

    def box(self, mails):
        for name in ('new', 'cur', 'tmp'):
            (self.dir / 'box' / name).mkdir(parents=True, exist_ok=True)
        for n, mail in enumerate(mails):
            (self.dir / 'box/new' / f'{n:06}.test').write_bytes(mail)
        return self.dir / 'box'

    def lies(self, folder):
        return [p.read_bytes() for p in (self.dir / 'box' / folder).glob('*/*') if p.is_file()]

    def test_r70_r110_the_three_crashers_go_to_people_and_the_reader_goes_on(self):
        letters = self.sent(6)
        crashers = [make(letters[0]['from'].encode()) for make in CRASHERS]
        good = [true_reports.about(letter, n) for n, letter in enumerate(letters)]
        mails = [mail for pair in zip(crashers, (m for m, _ in good)) for mail in pair]
        mails += [mail for mail, _ in good[len(crashers):]]
        self.once('--maildir', self.box(mails))
        self.judge([action for _, action in good], len(mails))
        self.assertCountEqual(self.lies('.press-people'), crashers)

    def test_r70_r105_cut_anywhere_no_report_stops_the_reader_or_invents_a_failure(self):
        dice = random.Random(20261124)
        kinds = len(true_reports.kinds())
        letters = self.sent(kinds)
        true = [true_reports.about(letter, n) for n, letter in enumerate(letters)]
        mails = {mail[:cut] for mail, _ in true
                 for cut in dice.sample(range(1, len(mail)), CUTS)}
        self.tally['cuts'] += len(mails)
        self.once('--maildir', self.box(sorted(mails)))
        self.assertEqual(len(self.lies('.press-done')) + len(self.lies('.press-people')),
                         len(mails))
        failed = {letter['rcpt'][0] for letter, (_, action) in zip(letters, true)
                  if action == 'failed'}
        delivered = {letter['rcpt'][0] for letter, (_, action) in zip(letters, true)
                     if action == 'delivered'}
        for row in self.log('--release', 1):
            if row['state'] == 'bounced':
                self.assertIn(row['address'], failed, row)
            if row['state'] == 'delivered':
                self.assertIn(row['address'], delivered, row)
        self.assert_sum()


if __name__ == '__main__':
    unittest.main()
