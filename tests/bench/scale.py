#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""make bench-scale: a million recipients.

    scale.py [--count 1000000] [STEP...]

Submitting to all of them beside a release that is being sent; from pressd's start to the first
letter; an urgent release to 175 while the million drains; the whole million sent; then how long
people wait for an answer. Takes about five minutes; the address book is kept for the next time,
and with it the million queued, so that one step can be measured again.
"""
import argparse
import statistics
import time

import rig
from report import Report

STEPS = ('submit', 'queue', 'start', 'urgent', 'drain', 'ask', 'cancel')
LINES = 20
STARTS = 3        # of pressd, to the first letter
URGENT = 175
ASKED = 7         # times each question is put
TEXT = ('Title: {title}\nTo: {to}\nClass: {cls}\nLanguage: en\n\nText of {title}.\n')


class Scale:
    def __init__(self, count):
        self.count = count
        self.report = Report('scale.json')
        self.press = rig.Press('million', count, tags={'few': URGENT, 'some': count // 50})
        self.small = rig.Press('press', 10000)
        self.queued = self.press.dir.with_name('million.queued')

    def statement(self, press, name, to, cls):
        path = press.dir / f'{name}.txt'
        path.write_text(TEXT.format(title=name, to=to, cls=cls))
        return path

    def relay(self, press, port):
        press.configure({'url': f'smtp://127.0.0.1:{port}', 'tls': 'off', 'connections': LINES,
                         'messages_per_connection': 10000})

    def settled(self, release):
        """Letters taken, and when the first and the last were, in seconds."""
        n, first, last = self.press.ask(
            "SELECT count(*), min(at), max(at) FROM event WHERE release_id = ? AND code = 250",
            release)[0]
        return n, (first or 0) / 1000, (last or 0) / 1000

    def rate(self, release):
        n, first, last = self.settled(release)
        return n / max(last - first, 0.001)

    def until_sent(self, release, expected, timeout):
        rig.harness.wait_until(lambda: self.left(release) == 0, timeout, f'release {release}')
        n, *_ = self.settled(release)
        if n != expected:
            raise rig.Failed(f'release {release}: {n} of {expected} were taken')

    def left(self, release):
        return self.press.ask(
            "SELECT sum(n) FROM release_count WHERE release_id = ? AND state IN"
            " ('queued', 'sending', 'deferred', 'unknown')", release)[0][0]

    # --- the rows

    def submit(self):
        """Alone some letters, then as many beside the submission of everything."""
        some = self.count // 50
        with rig.catcher() as port:
            self.relay(self.press, port)
            pressd = self.press.pressd()
            time.sleep(1)
            self.press.send(self.statement(self.press, 'alone', 'tag:some', 'normal'))
            self.until_sent(1, some, 300)
            self.press.send(self.statement(self.press, 'beside', 'tag:some', 'normal'))
            path = self.statement(self.press, 'million', 'all', 'routine')
            path.write_text(path.read_text().replace('\n\n', '\nAt: 2099-01-01 08:00\n\n', 1))
            run = self.press.ctl('send', path)
            self.until_sent(2, some, 300)
            pressd.stop()
        goal = self.report.goal
        goal(f'submitting to {self.count:,} contacts', '<= 20 s', [run.seconds], most=20, unit=' s')
        goal('    resident memory', '<= 64 MB', [run.hwm / 1024], most=64, unit=' MB')
        goal('    rate of another release meanwhile / alone', '', [self.rate(2) / self.rate(1)])

    def queue(self):
        """The million alone, due now, in a database to come back to."""
        self.press.fresh()
        self.press.send(self.statement(self.press, 'million', 'all', 'routine'))
        self.press.keep(self.queued)

    def start(self):
        times = []
        with rig.catcher() as port:
            self.relay(self.press, port)
            for _ in range(STARTS):
                self.press.fresh(self.queued)
                pressd = self.press.pressd()
                rig.harness.wait_until(lambda: self.first_at(1), 60, 'the first letter')
                times.append(self.first_at(1) - pressd.began)
                pressd.stop()
        self.report.goal(f'{self.count:,} queued: start to first letter', '<= 0.5 s', times,
                         most=0.5, unit=' s')

    def first_at(self, release):
        """When the first text left, in seconds; 0 before."""
        return (self.press.ask('SELECT out_at FROM release WHERE id = ?', release)[0][0] or 0) / 1000

    def urgent(self):
        self.press.fresh(self.queued)
        with rig.catcher() as port:
            self.relay(self.press, port)
            pressd = self.press.pressd()
            rig.harness.wait_until(lambda: self.settled(1)[0] > 1000, 120, 'the routine letters')
            path = self.statement(self.press, 'urgent', 'tag:few', 'urgent')
            self.press.send(path)
            returned = time.time()
            self.until_sent(2, URGENT, 120)
            pressd.stop()
        _, _, last = self.settled(2)
        self.report.goal(f'urgent to {URGENT} beside a routine {self.count:,}: last taken after '
                         'send', '<= 1 s', [max(0, last - returned)], most=1, unit=' s')

    def drain(self):
        self.press.fresh(self.queued)
        few = []
        with rig.catcher() as port:
            for _ in range(3):
                self.small.fresh()
                self.relay(self.small, port)
                self.small.send(self.statement(self.small, 'million', 'all', 'routine'))
                few.append(self.small.drain().rate)
            self.relay(self.press, port)
            run = self.press.drain()
        goal = self.report.goal
        goal(f'{self.count:,} sent: resident memory', '<= 48 MB', [run.hwm / 1024], most=48,
             unit=' MB')
        goal('    letters a second', '', [run.rate])
        goal('    letters a second of 10,000 alone', '', few)
        goal('    rate / rate at 10,000', '>= 0.9', [run.rate / statistics.median(few)], least=0.9)

    def ask(self):
        """With every delivery and attempt in the log."""
        address = f'n{self.count // 2:06}@paper{self.count // 2 % 50}.example'
        for name, args in (('status', ('status', 1)), ('explain', ('explain', 1, address)),
                           ('log --address', ('log', '--address', address)), ('list', ('list',))):
            times = []
            for _ in range(ASKED):
                times.append(self.press.ctl(*args).seconds * 1000)
            self.report.goal(f'{name}, with {self.count:,} deliveries', '<= 50 ms', times, most=50,
                             unit=' ms')

    def cancel(self):
        """Beside a release that is being sent."""
        self.press.fresh(self.queued)
        some = self.count // 50
        with rig.catcher() as port:
            self.relay(self.press, port)
            self.press.ok('pause', 1)
            pressd = self.press.pressd()
            self.press.send(self.statement(self.press, 'beside', 'tag:some', 'normal'))
            run = self.press.ctl('cancel', 1)
            self.until_sent(2, some, 300)
            pressd.stop()
        self.report.goal(f'cancelling {self.count:,}', '', [run.seconds], unit=' s')

    def go(self, steps):
        began = time.time()
        self.report.head()
        for step in steps:
            at = time.time()
            getattr(self, step)()
            print(f'{step}: {time.time() - at:.0f} s', flush=True)
        self.report.show_goals()
        self.report.data['seconds'] = time.time() - began
        self.report.write()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--count', type=int, default=1_000_000)
    parser.add_argument('step', nargs='*', default=STEPS,
                        help='of ' + ', '.join(STEPS) + '; all of them without it')
    args = parser.parse_args()
    rig.WORK.mkdir(parents=True, exist_ok=True)
    Scale(args.count).go(args.step)


if __name__ == '__main__':
    main()
