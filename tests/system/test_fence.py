#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""R90: a database older than what was sent from it sends nothing before a person has decided."""
import contextlib
import hashlib
import os
import pathlib
import re
import shutil
import sqlite3
import struct
import unittest

import harness
from press_case import PressCase

MACHINE = pathlib.Path('/etc/machine-id')
SLOW = 'on rcpt match "@late.example" do reply 451 4.3.0 "later"'
PEOPLE = [(f'Người {n}', f'n{n}@now.example') for n in range(30)] + \
         [(f'Muộn {n}', f'n{n}@late.example') for n in range(5)]


class Fence(PressCase):
    @property
    def database(self):
        return self.dir / 'press.db'

    @property
    def witness(self):
        return self.dir / 'press.db.witness'

    def copy(self, name='backup.db'):
        """What an administrator's backup does, while pressd is stopped."""
        with sqlite3.connect(self.database) as db, sqlite3.connect(self.dir / name) as to:
            db.backup(to)
        db.close()
        to.close()

    def put_back(self, name='backup.db'):
        for end in ('-wal', '-shm'):
            pathlib.Path(f'{self.database}{end}').unlink(missing_ok=True)
        shutil.copy(self.dir / name, self.database)

    def older(self):
        """Submitted, copied, sent to all but a few, and the copy put back."""
        self.press(SLOW, rows=PEOPLE)
        self.send()
        self.copy()
        self.once()
        self.assertEqual(self.counts(), {'relayed': 30, 'deferred': 5})
        self.put_back()

    def once(self, code=0):
        pressd = self.pressd('--once')
        self.assertEqual(pressd.wait(20), code, pressd.stderr())
        return pressd.stderr()

    def fence(self, code=3):
        rows, got = harness.pressctl_json(self.conf, 'fence')
        self.assertEqual(got, code)
        return rows[0]

    def test_r90_a_restored_database_starts_paused_and_says_how_many_would_go_again(self):
        self.older()
        log = self.once()
        self.assertIn('alarm key="fence"', log)
        self.assertIn('35', log)
        self.assertEqual(len(self.sink.saved()), 30)
        row = self.fence()
        self.assertEqual((row['fence'], row['why'], row['letters'], row['releases']),
                         (True, 'older', 35, [1]))
        told = self.ctl('fence')
        self.assertEqual(told.returncode, 3)
        for word in ('35', 'Thông cáo thử', '--accept', '--mark-sent'):
            self.assertIn(word, told.stdout)

    def test_r90_a_later_backup_without_its_record_starts_paused(self):
        self.press(SLOW, rows=PEOPLE)
        self.once()
        self.send()
        self.copy()
        self.once()
        for f in self.dir.glob('press.db*'):
            f.unlink()
        self.put_back()
        self.assertEqual(self.fence()['why'], 'record')
        self.witness.touch()  # a start that was killed before it had raised the fence
        self.assertIn('alarm key="fence"', self.once())
        self.assertEqual(len(self.sink.saved()), 30)
        row = self.fence()
        self.assertEqual((row['fence'], row['why'], row['letters']), (True, 'record', 35))
        self.assertIn('gone from beside it', self.ctl('fence', '--lang=en').stdout)
        self.ok('fence', '--accept')
        self.once()
        self.assertEqual(len(self.sink.saved()), 60)

    def test_r90_whoever_looks_before_pressd_starts_is_told_the_same(self):
        self.older()
        row = self.fence()
        self.assertEqual((row['fence'], row['why'], row['letters'], row['releases']),
                         (True, 'older', 35, [1]))
        told = self.ctl('fence', '--lang=en')
        self.assertEqual(told.returncode, 3)
        self.assertIn('pressd has not started on it', told.stdout)
        self.assertIn('pressctl fence', self.ctl('doctor', '--lang=en').stdout)
        done = self.ctl('fence', '--accept', '--lang=en')
        self.assertEqual(done.returncode, 75, done.stderr)
        self.once()
        self.assertEqual(len(self.sink.saved()), 30)
        self.ok('fence', '--mark-sent')

    def test_r90_the_fence_outlasts_restarts_resume_and_new_releases(self):
        self.older()
        self.once()
        self.once()
        self.assertEqual(self.ctl('resume', '--all').returncode, 3)
        done = self.ctl('send', self.statement('Tin mới.', 'new.txt', Title='Khác'))
        self.assertEqual(done.returncode, 3)
        self.assertIn('pressctl fence', done.stderr)
        pressd = self.pressd('--drain')
        self.assertEqual(pressd.wait(20), 3)
        self.assertEqual(len(self.sink.saved()), 30)
        self.assertIn('pressctl fence', self.ctl('status', 1).stdout + self.ctl('status', 1).stderr)
        self.assertIn('pressctl fence', self.ctl('doctor').stdout)

    def test_r90_doctor_names_it_once_while_pressd_runs(self):
        self.older()
        self.pressd()
        harness.wait_until(lambda: self.faults() == ['fence'], 5)
        found = [f for f in harness.pressctl_json(self.conf, 'doctor')[0] if not f['ok']]
        self.assertEqual([f['check'] for f in found if 'pressctl fence' in f['text']], ['fence'])

    def faults(self):
        with contextlib.closing(sqlite3.connect(self.database)) as db:
            return [key for key, in db.execute('SELECT key FROM fault')]

    def test_r90_accept_sends_and_the_log_says_possibly_a_second_copy(self):
        self.older()
        self.once()
        self.assertIn('35', self.ok('fence', '--accept').stdout)
        self.assertEqual(self.fence(0)['fence'], False)
        self.once()
        self.assertEqual(len(self.sink.saved()), 60)
        rows = [r for r in self.json('log', '--release', 1) if r['state'] == 'relayed']
        self.assertEqual(len(rows), 30)
        self.assertTrue(all(r.get('second_copy') for r in rows))

    def test_r90_mark_sent_sends_nothing_and_a_person_can_still_have_one_sent(self):
        self.older()
        self.once()
        self.assertIn('35', self.ok('fence', '--mark-sent').stdout)
        pressd = self.pressd('--drain')
        self.assertEqual(pressd.wait(20), 3)
        self.assertEqual(len(self.sink.saved()), 30)
        self.assertEqual(self.counts(), {'unknown': 35})
        for lang, words in (('vi', 'cơ sở dữ liệu cũ'), ('en', 'an older database')):
            told = self.ok('explain', 1, 'n3@now.example', f'--lang={lang}').stdout
            self.assertIn(words, told)
        self.ok('retry', 1, '--address', 'n3@now.example')
        self.once()
        self.assertEqual(len(self.sink.saved()), 31)
        self.assertEqual(self.ctl('fence', '--accept').returncode, 65)

    def test_a_decision_that_was_killed_is_taken_up_again(self):
        self.press(rows=1200)
        self.send()
        self.copy()
        self.once()
        self.put_back()
        self.once()
        wrap = harness.ENV | {}
        argv = [harness.program('pressctl'), '-c', str(self.conf), 'fence', '--mark-sent']
        trace = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=fdatasync', '-e',
                 'inject=fdatasync:signal=KILL:when=3', *argv]
        with harness.Process(trace, self.dir / 'kill.log', wrap | {
                'ASAN_OPTIONS': wrap['ASAN_OPTIONS'] + ':detect_leaks=0'}) as p:
            p.wait(30)
        self.assertTrue(self.fence()['fence'])
        self.assertIn('unknown', self.counts())
        self.ok('fence', '--mark-sent')
        self.assertEqual(self.counts(), {'unknown': 1200})
        self.once()
        self.assertEqual(len(self.sink.saved()), 1200)

    def test_what_was_due_later_than_the_last_sending_cannot_have_left(self):
        self.older()
        self.put_back()
        later = self.statement('Ngày mai.', 'later.txt', Title='Mai', At='2099-01-01 08:00')
        self.ok('send', later)
        self.once()
        self.assertEqual(self.fence()['releases'], [1])
        self.ok('fence', '--mark-sent')
        self.assertEqual(self.counts(2), {'queued': 35})

    def test_what_was_submitted_after_the_fence_went_up_cannot_have_left(self):
        self.press(rows=PEOPLE)
        self.once()
        self.send()
        self.forge(machine='0123456789abcdef0123456789abcdef')  # no moment to go by
        self.once()
        self.assertEqual(self.fence()['releases'], [1])
        done = self.ctl('send', self.statement('Tin mới.', 'new.txt', Title='Khẩn'))
        self.assertEqual(done.returncode, 3)
        row = self.fence()
        self.assertEqual((row['releases'], row['letters']), ([1], 35))
        self.ok('fence', '--mark-sent')
        self.once()
        self.assertEqual(self.counts(1), {'unknown': 35})
        self.assertEqual(self.counts(2), {'relayed': 35})

    def test_a_release_that_waited_for_approval_then_is_named(self):
        self.press(rows=PEOPLE, approval='one')
        self.send_waiting()
        self.copy()
        self.ok('approve', 1, '--hash', self.json('show', 1)[0]['hash'])
        self.once()
        self.put_back()
        self.once()
        told = self.ctl('fence', '--lang=en').stdout
        self.assertIn('may have been approved and sent since', told)
        self.assertEqual(self.fence()['letters'], 0)

    def send_waiting(self):
        self.assertEqual(self.ctl('send', self.statement()).returncode, 3)

    def test_r90_killed_anywhere_the_record_is_never_ahead_of_its_own_database(self):
        self.press('on dot do delay 5', rows=300,
                   sections={'class "normal"': {'retry': ['100ms']}})  # of what a kill cut off
        self.send()
        for _ in range(12):
            pressd = self.pressd()
            harness.wait_until(lambda: self.witness.exists())
            pressd.kill()
            self.assertEqual(self.fence(0)['fence'], False)
        self.assertEqual(self.pressd('--drain').wait(60), 0)
        self.assertEqual(self.fence(0)['fence'], False)

    def test_r90_a_crash_image_taken_while_sending_is_older_too(self):
        """data_at without an outcome leaves no event, but it is a turn."""
        self.press('on dot do hang', rows=3, relay={'connections': 1})
        self.send()
        self.copy()
        pressd = self.pressd()
        harness.wait_until(lambda: self.counts().get('sending'))
        harness.wait_until(lambda: self.sink.connections())
        pressd.kill()
        self.put_back()
        self.once()
        self.assertTrue(self.fence()['fence'])

    # --- the record

    def forge(self, **changes):
        """The record with some fields changed, whole as if pressd had written it."""
        name, word, one, ident, machine, turn, at = self.witness.read_text().split()[:7]
        now = {'ident': ident, 'machine': machine, 'turn': int(turn), 'at': int(at), **changes}
        text = (f'{name} {word} {one} {now["ident"]} {now["machine"]:<32} {now["turn"]:020}'
                f' {now["at"]:020} ').encode()
        check = hashlib.sha256(struct.pack('>Q', len(text)) + text).hexdigest()[:16]
        self.witness.write_bytes(text + check.encode() + b'\n')

    def test_the_forged_record_of_this_test_is_one_that_pressd_takes(self):
        self.press(rows=2)
        self.once()
        before = self.witness.read_bytes()
        self.forge()
        self.assertEqual(self.witness.read_bytes(), before)
        self.assertTrue(re.fullmatch(rb'press witness 1 [0-9a-f]{32} \S+ +\d{20} \d{20} '
                                     rb'[0-9a-f]{16}\n', before))

    @unittest.skipUnless(MACHINE.exists() and len(MACHINE.read_text().strip()) == 32,
                         'this machine has no machine-id')
    def test_r90_a_clone_on_another_machine_starts_paused(self):
        self.press(rows=4)
        self.once()
        self.send()
        self.forge(machine='0123456789abcdef0123456789abcdef')
        self.once()
        self.assertEqual(len(self.sink.saved()), 0)
        self.assertEqual(self.fence()['why'], 'machine')
        self.ok('fence', '--accept')
        self.once()
        self.assertEqual(len(self.sink.saved()), 4)
        self.once()
        self.assertEqual(self.fence(0)['fence'], False)

    def test_another_databases_record_is_set_aside_with_a_log_line(self):
        self.press(rows=4)
        self.once()
        self.forge(ident='f' * 32, turn=10 ** 6)
        self.send()
        self.assertIn('press.db.witness.ffffffff', self.once())
        self.assertTrue((self.dir / 'press.db.witness.ffffffff').exists())

    def test_a_record_that_cannot_be_read_is_set_aside_and_none_is_no_fault(self):
        self.press(rows=4)
        self.once()
        for spoil in (lambda: self.witness.write_text('press witness 1 half a li'),
                      lambda: os.mkfifo(self.witness), lambda: self.witness.mkdir(),
                      lambda: self.witness.symlink_to('/etc/passwd')):
            self.witness.unlink()
            spoil()
            self.assertIn('press.db.witness.bad', self.once())
            self.assertEqual(self.fence(0)['fence'], False)
            bad = self.dir / 'press.db.witness.bad'
            bad.rmdir() if bad.is_dir() and not bad.is_symlink() else bad.unlink()
        self.witness.unlink()
        self.once()
        self.assertEqual(self.fence(0)['fence'], False)

    def test_r90_letters_wait_when_the_record_is_spoilt_or_another_databases(self):
        self.press(rows=4)
        self.once()
        self.send()
        self.witness.write_text('press witness 1 half a li')
        self.once()
        self.assertEqual(len(self.sink.saved()), 0)
        self.assertEqual(self.fence()['why'], 'record')
        self.ok('fence', '--accept')
        self.once()
        self.assertEqual(len(self.sink.saved()), 4)
        self.send(self.statement(Title='Hai', name='t.txt'), '--again')
        self.forge(ident='f' * 32, turn=10 ** 6)
        self.once()
        self.assertEqual(len(self.sink.saved()), 4)
        self.assertEqual(self.fence()['why'], 'record')

    def test_nobody_else_may_read_or_write_the_record(self):
        self.press(rows=1)
        self.once()
        self.assertEqual(self.witness.stat().st_mode & 0o777, 0o660)


if __name__ == '__main__':
    unittest.main()
