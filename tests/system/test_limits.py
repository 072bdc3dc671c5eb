# SPDX-License-Identifier: MIT
"""Time limits of a conversation, to the millisecond, on a clock that moves only when told to.

RFC 5321 4.5.3.2: a relay that says nothing keeps its line for the minimum that the RFC asks, and
not for twice as long (R34-R38). No test waits for its minutes.
"""
import re
import unittest

import harness
from torture import rig

MINUTE = 60
# Where a relay falls silent -> how long it may, and what the transcript has by then. The RFC asks
# for 5 minutes until the banner; EHLO gets what is left of them.
STAGES = {
    'connect': (5 * MINUTE, 'connected'),
    'ehlo': (5 * MINUTE, 'EHLO'),
    'mail': (5 * MINUTE, 'MAIL'),
    'rcpt': (5 * MINUTE, 'RCPT'),
    'data': (2 * MINUTE, 'DATA'),
    'dot': (10 * MINUTE, r'\.$'),
}
ENDED = 'relay refused or lost'


class Limits(rig.Torture):
    """The clock stands; while something is waited for it creeps, and we know by how much."""

    def setUp(self):
        super().setUp()
        self.waiting = self.queue(1)

    def quiet(self, script, queue=None, pipelining=True):
        self.passed = 0.0
        return self.run_of(queue or self.waiting, script, factor=0,
                           relay={'connections': 1, 'pipelining': pipelining})

    def pass_to(self, run, seconds):
        """pressd's time is `seconds` behind its start, and it has had its turns with that."""
        run.clock.add(seconds - self.passed)
        self.passed = seconds
        for _ in range(2):
            before = self.turns()
            run.wake()
            harness.wait_until(lambda: self.turns() > before or not self.daemon.running(), 30)

    def turns(self):
        """How often pressd went to sleep."""
        try:
            with open(f'/proc/{self.daemon.pid}/status', encoding='ascii') as f:
                return int(re.search(r'^voluntary_ctxt_switches:\s+(\d+)', f.read(), re.M)[1])
        except (FileNotFoundError, TypeError):
            return 0

    def creep(self, run, predicate, what):
        def step():
            run.clock.add(0.001)
            self.passed += 0.001
            return predicate()
        harness.wait_until(step, 30, what)

    def seen(self, run, pattern):
        return any(re.match(pattern, l.text) for l in run.sinks[0].transcript() if l.conn == 1)

    def kept_for(self, run, seconds, pattern):
        """The line is open a millisecond before `seconds`, and gone before twice that."""
        with run.start() as self.daemon:
            self.creep(run, lambda: self.seen(run, pattern), pattern)
            self.pass_to(run, seconds - 0.001)
            self.assertNotIn(ENDED, run.log())
            self.assertFalse(self.seen(run, 'closed'), run.story())
            self.pass_to(run, 2 * seconds)
            harness.wait_until(lambda: ENDED in run.log(), 30, 'the end of the line')
            rows = run.rows()
            run.sinks[0].script('')
            run.clock.run(100)
            run.wake()
            harness.wait_until(lambda: not run.open_work(), 30)
        return rows

    def test_r35_a_silent_relay_has_the_rfc_s_minutes_and_not_twice_as_many(self):
        for stage, (seconds, pattern) in STAGES.items():
            for pipelining in (True, False):
                with self.subTest(stage, pipelining=pipelining), \
                        self.quiet(f'on {stage} count 1 do hang', pipelining=pipelining) as run:
                    rows = self.kept_for(run, seconds, pattern)
                    state = 'unknown' if stage == 'dot' else 'deferred'
                    self.assertEqual([(r['state'], r['stage']) for r in rows],
                                     [] if stage in ('connect', 'ehlo') else [(state, stage)])
                    run.judge('relayed', 0)

    def test_r36_a_byte_now_and_then_buys_no_time(self):
        for stage, (seconds, pattern) in STAGES.items():
            with self.subTest(stage), \
                    self.quiet(f'on {stage} count 1 do long 30000 trickle 40') as run:
                self.kept_for(run, seconds, pattern)
                run.judge('relayed', int(stage == 'dot'))

    def test_r35_r37_a_relay_that_takes_no_more_text_has_three_minutes(self):
        """4 MB, and a window that is zero after 100,000 bytes."""
        queue = self.queue(1, attach=4 << 20, name='large')
        with self.quiet('on body after 100000 count 1 do stop-reading', queue) as run:
            rows = self.kept_for(run, 3 * MINUTE, 'stop reading')
            self.assertEqual([(r['state'], r['stage']) for r in rows], [('deferred', 'dot')])
            run.judge('relayed', 0)

    def test_r34_a_relay_that_thinks_nearly_ten_minutes_about_the_dot_gets_one_copy(self):
        with self.quiet('on dot do delay 1500') as run:
            with run.start() as self.daemon:
                self.creep(run, lambda: self.seen(run, r'\.$'), 'the dot')
                self.pass_to(run, 9 * MINUTE + 50)
                self.assertFalse(self.seen(run, 'closed'))
                self.creep(run, lambda: not run.open_work(), 'the reply')
            rows = run.rows()
            self.assertEqual([(r['state'], r['code']) for r in rows], [('relayed', 250)])
            run.judge('relayed', 0)

    def test_r38_quit_without_a_reply_costs_seconds(self):
        with self.quiet('on quit do hang') as run:
            self.daemon = run.start('--drain')
            self.creep(run, lambda: self.seen(run, 'QUIT'), 'QUIT')
            self.pass_to(run, self.passed + 5)
            self.assertEqual(self.daemon.wait(30), 0)
            run.judge('relayed', 0)


if __name__ == '__main__':
    unittest.main()
