#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""make bench: what pressd does in a second, and what others do on the same machine.

A personal letter (own To, return path, Message-ID, greeting) to 10,000 recipients over 20
connections. pressd: real database, every outcome durable (synchronous=FULL), from its first
letter to the last one settled. All peers take turns in each round, so a busy machine shakes
them alike: the ratios hold where the absolute figures do not. Against smtp-sink the sink is
often the limit; against the catcher the sender is.

    bench.py [--runs 5] [--quick]        --quick: one small run of each, to see that it works
"""
import argparse
import collections
import os
import pathlib
import time

import rig
from report import Report, ratios

LINES = 20
GOALS_SINK = 'smtp-sink'  # the other one shows the sender alone
RTT_MS, RTT_LINES = 40, 8
ATTACHED = 5_000_000
SLOW_LINES = 50
IDLE_S = 10


class Bench:
    def __init__(self, runs, quick):
        self.runs = 1 if quick else runs
        self.count = 1000 if quick else 10000     # letters of the fast
        self.few = 200 if quick else 1000         # letters of the slow: a rate needs no more
        self.some = 100 if quick else 600
        self.many = 50 if quick else 500          # who get the large attachment
        self.report = Report('quick.json' if quick else 'result.json')
        self.press = rig.Press('press', self.count)
        self.small = rig.Press('small', self.some)
        self.waves = rig.Press('waves', 5 * (SLOW_LINES - 1))  # one is kept for urgent letters
        self.large = rig.Press('large', self.many)
        self.nodemailer, self.postfix = rig.Nodemailer(), rig.Postfix()
        self.sizes = [self._size(n) for n in (2048, 20480)]
        self.commits = []                         # ms, one before each set of runs
        self.got = collections.defaultdict(list)  # (peer, size, sink) -> runs

    def _size(self, octets):
        statement = self.press.statement(octets)
        letter = self.press.letter(statement)
        shared = rig.shared_part(letter, rig.WORK / f'{octets}.letter')
        return f'{len(letter) / 1000:.1f} kB', statement, shared, len(letter)

    @staticmethod
    def pressd(press, ports, statement, lines=LINES, **settings):
        press.fresh()
        press.configure(*({'url': f'smtp://127.0.0.1:{port}', 'tls': 'off', 'connections': n,
                           'messages_per_connection': 10000}
                          for port, n in zip(ports, lines if isinstance(lines, tuple)
                                             else (lines,) * len(ports))), **settings)
        began = time.time()
        press.send(statement)
        run_submit = time.time() - began
        press.settle_disk()
        run = press.drain()
        run.submit_s = run_submit
        return run

    # --- speed

    def speed_round(self, sink):
        for size, statement, shared, octets in self.sizes:
            self.commits.append(rig.commit_ms(20)['median'])
            with rig.SINKS[sink]() as port:
                def keep(peer, run):
                    self.got[peer, size, sink].append(run)

                keep('bare loop', rig.own_client('bare', port, LINES, self.count, shared))
                keep('pressd', self.pressd(self.press, [port], statement))
                keep('smtp-source', rig.smtp_source(port, LINES, self.count, octets))
                keep('libcurl', rig.own_client('curlmulti', port, LINES, self.count, shared))
                if sink == 'catcher':
                    continue
                if not self.nodemailer.why:
                    keep('nodemailer', self.nodemailer.run(port, LINES, self.few, shared))
                if not self.postfix.why:
                    keep('Postfix', self.postfix.run(port, LINES, self.few, octets))

    def rates(self, peer, size, sink='smtp-sink'):
        return [run.rate for run in self.got[peer, size, sink]]

    def speed_table(self):
        wheres = [(size, sink) for sink in rig.SINKS for size, *_ in self.sizes]
        for peer in ('bare loop', 'smtp-source', 'libcurl', 'nodemailer', 'Postfix', 'pressd'):
            for size, sink in wheres:
                rates = self.rates(peer, size, sink)
                if rates:
                    self.report.speed(f'{size} {sink}', peer, rates)
        for peer, why in (('nodemailer', self.nodemailer.why), ('Postfix', self.postfix.why)):
            if why:
                self.report.speed(f'{wheres[0][0]} {wheres[0][1]}', peer, f'skipped: {why}')
        self.report.show_speed([f'{size} {sink}' for size, sink in wheres])

    def speed_goals(self):
        small, large = self.sizes[0][0], self.sizes[1][0]
        goal, rates = self.report.goal, self.rates
        for size, peer, least in ((large, 'bare loop', 0.9), (large, 'smtp-source', 1.0),
                                  (small, 'smtp-source', 1.0)):
            for sink in rig.SINKS:
                held = sink == GOALS_SINK
                goal(f'{size} letter, {sink}: pressd / {peer}', f'>= {least}' if held else '',
                     ratios(rates('pressd', size, sink), rates(peer, size, sink)),
                     least=least if held else None)
        for size in (small, large):
            goal(f'{size} letter: pressd / Postfix', '>= 10',
                 ratios(rates('pressd', size), rates('Postfix', size)), least=10)
        for sink in rig.SINKS:
            held = sink == GOALS_SINK
            goal(f'{large} letter, {sink}: CPU of pressd / bare loop', '<= 2.5' if held else '',
                 [a.cpu / b.cpu for a, b in zip(self.got['pressd', large, sink],
                                                self.got['bare loop', large, sink])],
                 most=2.5 if held else None)
        goal(f'{large} letter: CPU of pressd a letter', '',
             [1e6 * r.cpu / r.letters for r in self.got['pressd', large, 'catcher']], unit=' us')
        goal('one commit on this disk, before each set of runs', '', self.commits, unit=' ms')
        goal(f'submitting to {self.count:,}', '',
             [r.submit_s for r in self.got['pressd', large, 'catcher']], unit=' s')

    # --- the other rows

    def rtt(self):
        statement, out = self.small.statement(2048), []
        for _ in range(self.runs):
            with rig.catcher() as port, rig.delay_proxy(port, RTT_MS // 2) as far:
                out.append(self.pressd(self.small, [far], statement, RTT_LINES).rate)
        limit = RTT_LINES * 1000 / RTT_MS
        self.report.goal(f'{RTT_MS} ms round trip, {RTT_LINES} connections: letters a second',
                         f'>= {0.9 * limit:.0f}', out, least=0.9 * limit)

    def attachment(self):
        attached = self.large.dir / 'attached.pdf'
        attached.write_bytes(b'%PDF-1.4\n' + os.urandom(ATTACHED))
        statement = self.large.statement(0, attach=attached.name)
        letter = rig.shared_part(self.large.letter(statement), rig.WORK / 'large.letter')
        ratio, memory = [], []
        for _ in range(self.runs):
            with rig.catcher() as port:
                bare = rig.own_client('bare', port, LINES, self.many, letter)
                run = self.pressd(self.large, [port], statement)
            ratio.append(run.rate / bare.rate)
            memory.append(run.hwm / 1024)
        self.report.goal(f'5 MB attachment to {self.many}: pressd / bare loop', '>= 0.95', ratio,
                         least=0.95)
        self.report.goal('    resident memory', '<= 64 MB', memory, most=64, unit=' MB')

    def slow(self):
        """A relay that thinks for a second: alone, then with a fast one of the same preference."""
        statement, alone, beside = self.waves.statement(2048), [], []
        small = self.sizes[0]
        for i in range(self.runs):
            with rig.catcher('on dot do delay 1000') as slow, rig.catcher() as fast:
                alone.append(self.pressd(self.waves, [slow], statement, SLOW_LINES).rate)
                self.pressd(self.press, [slow, fast], small[1], (SLOW_LINES, LINES))
                n, first, last = self.press.ask(
                    "SELECT count(*), min(at - ms), max(at) FROM event WHERE relay = 'r2'")[0]
                only = self.got['pressd', small[0], 'catcher'][i].rate
                beside.append(n * 1000 / (last - first) / only)
        self.report.goal(f'relay slow by 1 s, {SLOW_LINES} connections: letters a second',
                         f'>= {0.95 * SLOW_LINES}', alone, least=0.95 * SLOW_LINES)
        self.report.goal('    the fast relay beside it / alone', '>= 0.9', beside, least=0.9)

    def idle(self):
        """After some work: what wakes pressd, and what it writes, when there is none."""
        with rig.catcher() as port:
            self.pressd(self.small, [port], self.small.statement(2048))
            run = self.small.pressd()
            time.sleep(3)
            wakes, written = _wakes(run.popen.pid), _written(run.popen.pid)
            time.sleep(IDLE_S)
            wakes = (_wakes(run.popen.pid) - wakes) / IDLE_S
            written = _written(run.popen.pid) - written
            run.stop()
        self.report.goal('idle: wake-ups a second', '<= 2', [wakes], most=2)
        self.report.goal(f'idle: bytes written to disk in {IDLE_S} s', '0', [written], most=0)

    def go(self):
        began = time.time()
        self.report.head()
        for _ in range(self.runs):
            for sink in rig.SINKS:
                self.speed_round(sink)
        self.speed_table()
        self.speed_goals()
        self.rtt()
        self.attachment()
        self.slow()
        self.idle()
        self.report.show_goals()
        self.report.data['seconds'] = time.time() - began
        self.report.write()
        print(f'{time.time() - began:.0f} s')


def _wakes(pid):
    text = pathlib.Path(f'/proc/{pid}/status').read_text()
    return int(text.split('\nvoluntary_ctxt_switches:')[1].split()[0])


def _written(pid):
    text = pathlib.Path(f'/proc/{pid}/io').read_text()
    return int(text.split('\nwrite_bytes:')[1].split()[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--quick', action='store_true')
    args = parser.parse_args()
    rig.WORK.mkdir(parents=True, exist_ok=True)
    Bench(args.runs, args.quick).go()


if __name__ == '__main__':
    main()
