# SPDX-License-Identifier: MIT
"""The clock jumps by a day, and the database is locked for a minute (R8, R12)."""
import contextlib
import fcntl
import os
import signal
import sqlite3
import struct
import time
import unittest

import harness
from torture import rig

LOCKED_S, LETTERS = (60, 60) if rig.FULL else (1, 24)
DAY = 86400
FACTOR = 5      # of pressd's clock, so that a sick relay's seconds pass
# What waits when the clock jumps: how the relay made it wait, and the row in the log that says so.
WAITING = {
    'nothing tried': ('on connect do delay 200', None),
    'letters in flight': ('on dot do delay 150', None),
    'deferred': ('on rcpt count 6 do reply 451 4.2.0 "later"', 'deferred'),
    'unknown': ('on dot count 2 do save-then-drop', 'unknown'),
    'relay sick': ('on connect count 2 do reply 421 4.3.2 "busy"', None),
}


class ClockJump(rig.Torture):
    """The release is two days old: one of a time to come waits for that, as it was told to."""

    def jump(self, seconds, then):
        queue = self.queue(12)
        for name, (script, state) in WAITING.items():
            if not (rig.FULL or state or then is ClockJump.stay):
                continue
            with self.subTest(name, seconds=seconds), \
                    self.run_of(queue, script, relay={'connections': 2}, factor=FACTOR,
                                policy={'retry': ['4s'], 'give_up': '9d'}) as run:
                run.clock.jump(2 * DAY)
                pressd = run.start()
                harness.wait_until(lambda: run.sinks[0].connections())
                if state:
                    harness.wait_until(lambda: any(r['state'] == state for r in run.rows()))
                run.clock.jump(seconds)
                pressd = then(run, pressd)
                harness.wait_until(lambda: not run.open_work(), 15, f'the end of {name}')
                self.assertEqual(pressd.stop(), 0)
                tally = run.judge('relayed', 2 + 2)
                self.assertLessEqual(tally.attempts, 12 + 6 + 4)        # no storm of retries
                if then is ClockJump.stay:
                    self.assertIn('alarm key="clock"', run.log())

    @staticmethod
    def stay(run, pressd):
        return pressd

    @staticmethod
    def reload(run, pressd):
        """A person says that the new time is right."""
        pressd.signal(signal.SIGHUP)
        harness.wait_until(lambda: 'configuration read again' in run.log())
        return pressd

    @staticmethod
    def restart(run, pressd):
        pressd.kill()
        return run.start()

    def test_r12_a_clock_set_forward_a_day_expires_and_storms_nothing(self):
        self.jump(DAY, self.stay)

    def test_r12_a_clock_set_back_a_day_leaves_nothing_stuck(self):
        self.jump(-DAY, self.stay)

    def test_r12_nor_does_a_day_forward_that_a_person_confirms(self):
        self.jump(DAY, self.reload)

    def test_r12_nor_does_a_day_back_that_a_person_confirms(self):
        self.jump(-DAY, self.reload)

    def test_r12_nor_does_a_day_forward_before_a_restart(self):
        self.jump(DAY, self.restart)

    def test_r12_nor_does_a_day_back_before_a_restart(self):
        self.jump(-DAY, self.restart)


class Locked(rig.Torture):
    @contextlib.contextmanager
    def our_lock(self, run):
        """The lock that all programs of press take before they write."""
        fd = os.open(f'{run.database}.lock', os.O_RDWR)
        fcntl.fcntl(fd, fcntl.F_OFD_SETLKW, struct.pack('hhqqi4x', fcntl.F_WRLCK, os.SEEK_SET,
                                                        0, 0, 0))
        yield
        os.close(fd)

    @contextlib.contextmanager
    def sqlite_lock(self, run):
        """A person's sqlite3 shell with an open transaction."""
        with contextlib.closing(sqlite3.connect(run.database, isolation_level=None)) as db:
            db.execute('BEGIN IMMEDIATE')
            yield
            db.execute('ROLLBACK')

    def hold(self, lock):
        with self.run_of(self.queue(LETTERS), 'on dot do delay 150\non rcpt every 9 do reply 450 "later"',
                         factor=1) as run:
            pressd = run.start()
            harness.wait_until(lambda: len(run.sinks[0].saved()) > 8)
            with lock(run):
                time.sleep(0.5)
                frozen = len(run.sinks[0].saved())
                time.sleep(LOCKED_S)
                self.assertEqual(len(run.sinks[0].saved()), frozen)  # nothing leaves unmarked
            harness.wait_until(lambda: not run.open_work(), 20)
            self.assertEqual(pressd.stop(), 0)
            run.judge('relayed', 0)
            self.assertEqual(LOCKED_S > 10, 'alarm key="lock"' in run.log(), run.log())

    def test_r8_another_program_of_press_holds_the_lock(self):
        self.hold(self.our_lock)

    def test_r8_somebody_s_own_sqlite_holds_the_lock(self):
        self.hold(self.sqlite_lock)


if __name__ == '__main__':
    unittest.main()
