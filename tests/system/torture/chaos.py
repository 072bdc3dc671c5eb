# SPDX-License-Identifier: MIT
"""Two relays that fail at random, 10,000 recipients; and relays that are away for hours (R73-R75).

The dice are seeded. Whoever lives at refused.example is refused by both relays at RCPT, all others
must have their letter in the end, in bounded time, with bounded tries and connections.
"""
import time
import unittest

import harness
from torture import rig

RECIPIENTS = 10000 if rig.FULL else 600
P = 5           # percent, at each phase
SEEDS = range(1, 4) if rig.FULL else (1,)
CHAOS = {
    'connect': ('reply 421 4.3.2 "busy"', 'drop', 'garbage'),
    'ehlo': ('drop', 'reply 421 4.3.2 "busy"'),
    'mail': ('reply 421 4.3.2 "enough"', 'reply 451 4.3.0 "later"', 'drop', 'garbage'),
    'rcpt': ('reply 450 4.7.1 "greylisted"', 'reply 452 4.2.2 "full"', 'reset', 'delay 30'),
    'data': ('reply 451 4.3.0 "later"', 'drop', 'trickle 2'),
    'body': ('reset', 'drop'),
    'dot': ('reply 451 4.3.0 "later"', 'reply 421 4.3.2 "closing"', 'drop', 'save-then-drop',
            'accept-then-drop', 'garbage', 'delay 40'),
    'quit': ('drop', 'hang'),
}


def script(seed):
    """Each phase's share is divided among its faults."""
    lines = [f'seed {seed}', 'on rcpt match "@refused.example" do reply 550 5.1.1 "no such user"']
    for phase, actions in CHAOS.items():
        left = P
        for i, action in enumerate(actions):
            share = left // (len(actions) - i)
            left -= share
            lines += [f'on {phase} chance {share} do {action}'] * (share > 0)
    return '\n'.join(lines)


def ends(address):
    return 'refused' if address.endswith('@refused.example') else 'relayed'


class Chaos(rig.Torture):
    def test_10000_recipients_through_two_relays_that_fail_at_every_phase(self):
        queue = self.queue(RECIPIENTS, domain=lambda n: 'refused.example' if n % 40 == 7
                           else f'paper{n % 50}.example')
        for seed in SEEDS:
            with self.subTest(seed=seed), \
                    self.run_of(queue, script(seed), script(seed + 100), factor=20,
                                relay={'connections': 10}) as run:
                start = time.monotonic()
                pressd = run.start()
                harness.wait_until(lambda: not run.open_work(), 900)
                took = time.monotonic() - start
                self.assertEqual(pressd.stop(), 0)
                tally = run.judge(ends)
                lines = sum(s.connections() for s in run.sinks)
                print(f'[{took:.0f} s, {lines} connections]', end=' ')
                self.assertLess(tally.attempts, 1.5 * RECIPIENTS)
                self.assertLess(tally.unknown, 0.15 * RECIPIENTS)
                # A chance 421 may teach that a line takes one letter only, for ten minutes.
                self.assertLess(lines, 1.5 * tally.attempts)

    def test_the_same_while_pressd_is_killed_now_and_then(self):
        queue = self.queue(RECIPIENTS // 4)
        with self.run_of(queue, script(7), script(8), factor=20) as run:
            kills = 0
            while run.open_work() and kills < 30:
                pressd = run.start()
                time.sleep(0.1 + 0.1 * (kills % 5))
                pressd.kill()
                kills += 1
            run.drain()
            run.judge('relayed')
            self.tally['kills'] += kills


class Away(rig.Torture):
    HOURS = 6 if rig.FULL else 2
    FAST = 2000     # of pressd's clock while nobody answers

    def test_r74_both_relays_down_for_hours_cost_nobody_a_try(self):
        with self.run_of(self.queue(100), '', '') as run:
            ports = [s.port for s in run.sinks]
            for sink in run.sinks:
                sink.kill()
            pressd = run.start()
            run.clock.run(self.FAST)
            time.sleep(self.HOURS * 3600 / self.FAST)
            run.clock.run(20)
            tries = run.log().count('relay refused or lost')
            self.assertLessEqual(tries, 2 * (self.HOURS * 60 + 10))
            self.assertGreaterEqual(tries, 2 * 10)
            self.assertEqual(run.rows(), [])
            run.sinks = [run.catcher(i, port=port) for i, port in enumerate(ports)]
            harness.wait_until(lambda: not run.open_work(), 20)
            self.assertEqual(pressd.stop(), 0)
            run.judge('relayed', 0)
            self.assertLessEqual(sum(s.connections() for s in run.sinks), 2 * 4 + 2)

    def test_r73_one_relay_serves_while_the_other_is_away_and_both_when_it_is_back(self):
        with self.run_of(self.queue(400), 'on dot do delay 20', 'on dot do delay 20') as run:
            first, port = run.sinks[0], run.sinks[0].port
            first.kill()
            pressd = run.start()
            harness.wait_until(lambda: len(run.sinks[1].saved()) > 40, 20)
            run.sinks[0] = run.catcher(0, 'on dot do delay 20', port)
            harness.wait_until(lambda: not run.open_work(), 40)
            self.assertEqual(pressd.stop(), 0)
            run.judge('relayed', 0)
            self.assertGreater(len(run.sinks[0].saved()), 10)

    def test_a_relay_that_hangs_at_every_dot_and_is_started_anew(self):
        with self.run_of(self.queue(40), 'on dot do hang', factor=5) as run:
            sink, port = run.sinks[0], run.sinks[0].port
            pressd = run.start()
            harness.wait_until(lambda: sum(l.text == 'hang' for l in sink.transcript()) == 4)
            sink.kill()
            run.sinks = [run.catcher(0, port=port)]
            harness.wait_until(lambda: not run.open_work(), 20)
            self.assertEqual(pressd.stop(), 0)
            tally = run.judge('relayed', 0)
            self.assertEqual(tally.unknown, 4)


if __name__ == '__main__':
    unittest.main()
