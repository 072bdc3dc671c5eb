# SPDX-License-Identifier: MIT
"""Crash and durability: a submission killed, a failing or full disk, a held lock, a corrupt file.

tests/system/torture kills pressd itself.
"""
import fcntl
import os
import random
import sqlite3
import struct
import subprocess
import time
import unittest

import harness
from press_case import PressCase

KILLS = int(os.environ.get('PRESS_KILLS', '25'))


class Kill(PressCase):
    def test_r1_r2_a_submission_killed_anywhere_is_whole_or_absent(self):
        dice = random.Random(1047)
        self.press()
        argv = [harness.program('pressctl'), '-c', str(self.conf), 'send', '--again',
                str(self.statement())]
        start = time.monotonic()
        subprocess.run(argv, env=harness.ENV, capture_output=True, check=True)
        whole = time.monotonic() - start
        for _ in range(KILLS):
            with subprocess.Popen(argv, env=harness.ENV, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL) as p:
                time.sleep(dice.uniform(0, whole * 1.1))
                p.kill()
                answered = b'1' in p.stdout.read()
            rows = self.json('list')
            for row in rows:
                self.assertEqual(row['recipients'], 270)
                self.assert_sum(row['release'])
            with sqlite3.connect(f'file:{self.dir}/press.db?mode=ro', uri=True) as db:
                seen = db.execute('SELECT count(*) FROM delivery').fetchone()[0]
            self.assertEqual(seen, 270 * len(rows))  # the next program removed unfinished stages
            if answered:
                self.assertGreater(len(rows), 1)
            db.close()


class Restart(PressCase):
    def test_r11_sigterm_lets_letters_in_flight_finish(self):
        self.press('on dot do delay 700', rows=40,)
        pressd = self.pressd()
        self.send()
        harness.wait_until(lambda: self.counts().get('sending'))
        time.sleep(0.3)
        start = time.monotonic()
        self.assertEqual(pressd.stop(), 0)
        self.assertLess(time.monotonic() - start, 5)
        counts = self.counts()
        self.assertEqual(counts.get('unknown', 0) + counts.get('sending', 0), 0, counts)
        self.assertEqual(counts['relayed'], len(self.sink.saved()))
        self.drain()
        self.assertEqual(set(self.received().values()), {1})
        self.assertEqual(self.counts(), {'relayed': 40})

    def test_r13_a_second_pressd_is_refused(self):
        self.press(rows=1)
        self.pressd()
        self.assertEqual(harness.Pressd.run(self.conf), 75)

    def test_r15_a_full_log_disk_stops_no_delivery(self):
        self.press('on rcpt every 5 do reply 450 "later"', rows=50)
        self.send()
        with open('/dev/full', 'wb') as full:
            p = subprocess.Popen([harness.program('pressd'), '-c', str(self.conf), '--once'],
                                 stdin=subprocess.DEVNULL, stdout=full, stderr=full, env=harness.ENV)
            self.assertEqual(p.wait(30), 0)
        self.assertEqual(self.counts(), {'relayed': 40, 'deferred': 10})

    def alarmed(self, script='', rows=50):
        """What the command of notify was told, while the log or the database is full."""
        told = self.dir / 'told'
        self.press(script, rows=rows, sections={'notify': {
            'command': f'echo "$PRESS_ALARM_STATE $PRESS_ALARM" >>{told}',
            'mail': ['truc@ministry.example']}})
        self.send()
        return lambda: told.read_text() if told.exists() else ''

    def test_r81_r15_a_full_log_disk_is_told_by_another_way(self):
        told = self.alarmed()
        with open('/dev/full', 'wb') as full, subprocess.Popen(
                [harness.program('pressd'), '-c', str(self.conf)], stdin=subprocess.DEVNULL,
                stdout=full, stderr=full, env=harness.ENV) as p:
            harness.wait_until(lambda: self.counts() == {'relayed': 50}, 20)
            harness.wait_until(lambda: 'raised The log on standard error cannot be written: '
                               'No space left on device' in told(), 20)
            harness.wait_until(lambda: self.received()['truc@ministry.example'], 20)
            p.terminate()
            self.assertEqual(p.wait(30), 0)
        self.assertEqual(told().count('raised'), 1)

    def test_r81_r7_a_full_database_disk_is_told_by_another_way(self):
        told = self.alarmed('on dot do delay 20', rows=200)
        argv = ['strace', '-D', '-f', '-qq', '-o', '/dev/null', '-e',
                'inject=pwrite64:error=ENOSPC:when=40..42', harness.program('pressd'), '-c', str(self.conf)]
        with harness.Process(argv, self.dir / 'pressd.log',
                             {**harness.ENV, 'ASAN_OPTIONS': 'detect_leaks=0'}):
            harness.wait_until(lambda: self.counts() == {'relayed': 200}, 30)
            harness.wait_until(lambda: 'cleared' in told(), 20)
            harness.wait_until(lambda: self.received()['truc@ministry.example'], 20)
        self.assertIn(f'raised The disk of database {self.dir}/press.db is full', told())
        self.assertEqual(set(self.received().values()), {1, 2})
        self.assertEqual(self.received()['truc@ministry.example'], 2)   # it came, it is over


class Storage(PressCase):
    def strace(self, inject, *argv, timeout=60):
        return subprocess.run(['strace', '-f', '-qq', '-o', '/dev/null', '-e', f'inject={inject}',
                               *map(str, argv)], env={**harness.ENV, 'ASAN_OPTIONS': 'detect_leaks=0'},
                              capture_output=True, text=True, timeout=timeout)

    def test_r6_accepted_is_not_said_when_the_disk_fails(self):
        self.press(rows=20)
        done = self.strace('fdatasync,fsync:error=EIO:when=1+', harness.program('pressctl'), '-c',
                           self.conf, 'send', self.statement())
        self.assertEqual(done.returncode, 74, done.stderr)
        self.assertEqual(self.json('list'), [])

    def test_r6_pressd_stops_sending_when_the_disk_fails(self):
        self.press('on dot do delay 20', rows=200)
        self.conf = harness.write_config(self.dir, self.sink.relay(),
                                         sections={'class "normal"': {'retry': ['200ms']}})
        self.send()
        done = self.strace('fdatasync,fsync:error=EIO:when=12+', harness.program('pressd'), '-c',
                           self.conf, '--drain')
        self.assertEqual(done.returncode, 74, done.stderr)
        self.assertLess(len(self.sink.saved()), 200)
        self.assertIn('storage', done.stderr)
        self.drain()
        self.assertEqual(len(self.received()), 200)
        self.assertLessEqual(sum(self.received().values()) - 200, 20)

    def test_r7_a_full_disk_is_waited_out(self):
        self.press(rows=200)
        self.send()
        done = self.strace('pwrite64:error=ENOSPC:when=40..60', harness.program('pressd'), '-c',
                           self.conf, '--drain')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('storage', done.stderr)
        self.assertEqual(set(self.received().values()), {1})
        self.assertEqual(self.counts(), {'relayed': 200})

    def test_r7_a_release_is_refused_on_a_full_disk_and_nothing_is_stored(self):
        self.press(rows=20)
        done = self.strace('pwrite64:error=ENOSPC:when=1+', harness.program('pressctl'), '-c',
                           self.conf, 'send', self.statement())
        self.assertEqual(done.returncode, 74, done.stderr)
        self.assertEqual(self.json('list'), [])

    def test_r8_while_another_holds_the_lock_no_result_is_dropped(self):
        self.press('on dot do delay 100', rows=60)
        self.pressd()
        self.send()
        harness.wait_until(lambda: len(self.sink.saved()) > 10)
        fd = os.open(self.dir / 'press.db.lock', os.O_RDWR)
        lock = struct.pack('hhqqi4x', fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        fcntl.fcntl(fd, fcntl.F_OFD_SETLKW, lock)
        time.sleep(3)
        frozen = len(self.sink.saved())
        done = self.ctl('send', self.statement(name='t.txt', Title='Hai'))
        self.assertEqual(done.returncode, 75, done.stderr)
        self.assertEqual(len(self.sink.saved()), frozen)  # and nothing leaves unmarked meanwhile
        os.close(fd)
        harness.wait_until(lambda: self.counts() == {'relayed': 60})
        self.assertEqual(set(self.received().values()), {1})

    def test_r10_a_corrupt_database_is_named_and_left_alone(self):
        self.press(rows=300)
        self.send()
        base = self.dir / 'press.db'
        with sqlite3.connect(base) as db:
            db.execute('PRAGMA wal_checkpoint(TRUNCATE)')
        db.close()
        good = base.read_bytes()
        cases = {'page': good[:40960] + random.Random(1).randbytes(8192) + good[49152:],
                 'cut': good[:len(good) // 2],
                 'head': b'not a database at all ' * 200}
        for name, content in cases.items():
            with self.subTest(name):
                for suffix in ('-wal', '-shm'):
                    (self.dir / ('press.db' + suffix)).unlink(missing_ok=True)
                base.write_bytes(content)
                self.assertEqual(harness.Pressd.drain(self.conf), 74)
                self.assertEqual(base.read_bytes(), content)
                self.assertEqual(self.sink.ledger(), [])
        self.assertIn('press.db', self.pressd_log())


class Clock(PressCase):
    def jump(self, by):
        """pressd whose wall clock jumps by `by` while one delivery waits for its retry."""
        self.press('on rcpt match "n00001@" count 2 do reply 450 4.2.0 "later"', rows=5)
        self.conf = harness.write_config(
            self.dir, self.sink.relay(),
            sections={'class "normal"': {'retry': ['1500ms'], 'give_up': '1h'}})
        at = self.dir / 'time'
        at.write_text('+0')
        env = {'LD_PRELOAD': '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1',
               'FAKETIME_TIMESTAMP_FILE': str(at), 'FAKETIME_NO_CACHE': '1',
               'FAKETIME_DONT_FAKE_MONOTONIC': '1',
               'ASAN_OPTIONS': harness.ENV['ASAN_OPTIONS'] + 'verify_asan_link_order=0'}
        self.pressd(env=env)
        self.send()
        harness.wait_until(lambda: self.counts() == {'relayed': 4, 'deferred': 1})
        at.write_text(by)
        harness.wait_until(lambda: 'clock' in self.pressd_log(), 5, 'the alarm')
        harness.wait_until(lambda: self.counts() == {'relayed': 5}, 8)
        tries = [r for r in self.log() if r['address'].startswith('n00001@')]
        self.assertEqual([r['state'] for r in tries], ['deferred', 'deferred', 'relayed'])

    def test_r12_a_clock_set_forward_a_day_expires_nothing(self):
        self.jump('+1d')

    def test_r12_a_clock_set_back_a_day_leaves_no_retry_stuck(self):
        self.jump('-1d')


if __name__ == '__main__':
    unittest.main()
