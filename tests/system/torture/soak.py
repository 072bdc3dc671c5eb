# SPDX-License-Identifier: MIT
"""Minutes at full load, one relay killed and started anew now and then: nothing grows (R78).

Releases come as fast as they are sent. Memory and descriptors are looked at all the time, and at
the end everybody has every letter, a second copy only where the log has `unknown`.
"""
import collections
import contextlib
import os
import pathlib
import re
import sqlite3
import time
import unittest

import harness
from torture import oracle, rig

MINUTES, RECIPIENTS = (5, 2000) if rig.FULL else (0.3, 200)
RESTART_S = 20 if rig.FULL else 4
CONNECTIONS = 4
SCRIPT = 'seed 9\non rcpt chance 1 do reply 450 4.7.1 "greylisted"\non dot do delay 8'


class Soak(rig.Torture):
    def test_memory_and_descriptors_stay_flat_at_full_load(self):
        with self.run_of(self.queue(RECIPIENTS), SCRIPT, SCRIPT, factor=1, transcript=False,
                         relay={'connections': CONNECTIONS}) as run:
            pressd = run.start()
            samples = self.load(run, pressd, time.monotonic() + 60 * MINUTES)
            harness.wait_until(lambda: not run.open_work(), 120)
            self.flat(samples)
            harness.wait_until(lambda: self.descriptors(pressd) < min(s[1] for s in samples), 60,
                               'the end of the lines')      # none is needed any more
            self.assertEqual(pressd.stop(), 0)
            self.everybody(run)

    def load(self, run, pressd, end):
        """[(resident bytes, descriptors)], about ten a second, of the time when all is warm."""
        samples, again, port = [], time.monotonic() + RESTART_S, run.sinks[0].port
        while time.monotonic() < end:
            if run.open_work() < RECIPIENTS:
                done = harness.run_pressctl(run.conf, 'send', '--again', run.dir / 's.txt')
                self.assertEqual(done.returncode, 0, done.stderr)
            if time.monotonic() > again:
                run.sinks[0].kill()
                time.sleep(0.5)
                run.sinks[0] = run.catcher(0, SCRIPT, port=port)
                again = time.monotonic() + RESTART_S
                self.tally['restarts'] += 1
            samples.append((self.resident(pressd), self.descriptors(pressd)))
            time.sleep(0.1)
        return samples[len(samples) // 4:]

    @staticmethod
    def resident(pressd):
        status = pathlib.Path(f'/proc/{pressd.pid}/status').read_text(encoding='ascii')
        return int(re.search(r'VmRSS:\s+(\d+)', status)[1]) << 10

    @staticmethod
    def descriptors(pressd):
        return len(os.listdir(f'/proc/{pressd.pid}/fd'))

    def flat(self, samples):
        third = len(samples) // 3
        first, last = samples[:third], samples[-third:]
        memory = [max(s[0] for s in part) for part in (first, last)]
        print(f'[{memory[0] >> 10} KiB, then {memory[1] >> 10} KiB resident, '
              f'{max(s[1] for s in samples)} descriptors]', end=' ')
        if not rig.SAN:     # which keeps what was freed for a while
            self.assertLess(memory[1], memory[0] * 1.05 + (1 << 20))
        self.assertLessEqual(max(s[1] for s in last), max(s[1] for s in first) + 2)

    def everybody(self, run):
        with contextlib.closing(sqlite3.connect(f'file:{run.database}?mode=ro', uri=True)) as db:
            states = dict(db.execute('SELECT state, count(*) FROM delivery GROUP BY state'))
            unsure = db.execute("SELECT count(*) FROM event WHERE state = 'unknown'").fetchone()[0]
        copies = collections.Counter(e['message_id'] for s in run.sinks for e in s.saved())
        self.assertEqual(list(states), ['relayed'], states)
        self.assertEqual(len(copies), states['relayed'])
        self.assertLessEqual(sum(copies.values()) - len(copies), unsure)
        self.assertGreater(states['relayed'], RECIPIENTS)
        self.tally.update(letters=sum(copies.values()), recipients=states['relayed'],
                          surplus=sum(copies.values()) - len(copies), unknown=unsure)
        self.assertEqual(oracle.open_work(run.database), 0)


if __name__ == '__main__':
    unittest.main()
