# SPDX-License-Identifier: MIT
"""A test whose pressd lives by a clock of the test, with relays that it can look back on."""
import time

import harness
from press_case import PressCase
from torture import rig

ONE = 'n00000@paper0.example'   # whom a second release goes to


class RelayCase(PressCase):
    def clocked(self, factor=1):
        """pressd whose time passes `factor` times as fast: self.clock.run(), .jump()."""
        self.clock = rig.Clock(self.dir / 'clock', factor)
        return self.pressd(env=rig.preload('testclock', {**harness.ENV, **self.clock.env}))

    def two(self, first='', second='', **relay):
        """Two catchers as self.sink and self.other, of equal preference if nothing is said."""
        self.other = self.enterContext(harness.Catcher(self.dir, second, name='other'))
        sink = self.enterContext(harness.Catcher(self.dir, first))
        more = relay.pop('other', {})
        return sink, [sink.relay(**relay), self.other.relay(**{**relay, **more})]

    def send_to_one(self, name='one.txt', **headers):
        return self.send(self.statement(name=name, To=f'email:{ONE}', Title='Một nơi',
                                        **headers))['release']

    def settled(self, state='relayed', n=None, release=1, timeout=20):
        harness.wait_until(lambda: self.counts(release).get(state, 0) == n, timeout,
                           f'{n} {state}')

    @staticmethod
    def taken(sink):
        return len(sink.saved())

    @staticmethod
    def peak(sink, since=0, until=1 << 60):
        """Most connections that were in use at once, from EHLO to the end."""
        inside, most = set(), 0
        for line in sink.transcript():
            if line.text.startswith('EHLO'):
                inside.add(line.conn)
            elif line.text == 'closed':
                inside.discard(line.conn)
            if since <= line.ms <= until:
                most = max(most, len(inside))
        return most

    def when(self, predicate, timeout=20):
        """Seconds until it holds."""
        start = time.monotonic()
        harness.wait_until(predicate, timeout)
        return time.monotonic() - start
