# SPDX-License-Identifier: MIT
"""SIGKILL at random moments of runs with 500 recipients (R3, R4, R5)."""
import random
import time
import unittest

import harness
from torture import rig

KILLS, ROUND = (1000, 50) if rig.FULL else (100, 25)
RECIPIENTS = 500
CONNECTIONS = 5
# A round kills pressd until all is done, or ROUND times; each kind of relay gets its turn.
KINDS = [
    ('pipelined', 'on dot chance 50 do delay 10', {}),
    ('one by one', 'on dot chance 50 do delay 5', {'pipelining': False}),
    ('slow', 'on any chance 10 do delay 20', {}),
    ('lossy', 'on dot chance 5 do save-then-drop\non mail chance 5 do drop', {}),
]


class Kills(rig.Torture):
    def test_r3_r4_r5_killed_at_random_moments_nobody_is_lost_and_doubles_are_named(self):
        dice = random.Random(5321)
        queue = self.queue(RECIPIENTS)
        kills = rounds = 0
        while kills < KILLS:
            kind, script, relay = KINDS[rounds % len(KINDS)]
            with self.subTest(kind=kind, round=rounds), \
                    self.run_of(queue, f'seed {rounds}\n{script}',
                                relay={'connections': CONNECTIONS, **relay}) as run:
                kills += self.round(run, dice, ROUND, kind)
            rounds += 1
        self.tally['kills'] += kills

    def round(self, run, dice, most, kind):
        kills = 0
        while kills < most and run.open_work():
            ready = run.log().count('ready database')
            pressd = run.start()
            if dice.random() < 0.8:     # the others may die while they start
                harness.wait_until(lambda: run.log().count('ready database') > ready)
            time.sleep(dice.uniform(0, 0.06))
            pressd.kill()
            kills += 1
        run.drain()
        lost = run.rows() if kind == 'lossy' else []
        behind = sum(r['state'] == 'unknown' and r['stage'] == 'dot' for r in lost)
        tally = run.judge('relayed', kills * CONNECTIONS + behind)
        self.assertLessEqual(tally.unknown, kills * CONNECTIONS + behind)
        return kills


if __name__ == '__main__':
    unittest.main()
