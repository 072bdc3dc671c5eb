# SPDX-License-Identifier: MIT
"""What the scenarios share: queues prepared once, runs from a copy of one, time, injected faults."""
import collections
import contextlib
import json
import mmap
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import harness                          # noqa: E402
from press_case import PressCase        # noqa: E402
from torture import oracle              # noqa: E402

SAN = 'san' in harness.BUILD.name
FULL = os.environ.get('PRESS_TORTURE') == 'full' and not SAN
STEP_S = 0.2                            # of the class's retries, by pressd's own clock
# Exit codes of a pressd that met a fault and knew it; 127: not even loaded.
ENDED = (0, 3, 66, 70, 74, 75, 77, 78, 127)


def fewer(numbers, ratio):
    """Every number at first, then ever fewer."""
    last = 0
    for n in numbers:
        if n >= last * ratio or n < 3:
            last = n
            yield n


def thin(numbers):
    """At full size all of them, in CI ever fewer."""
    return numbers if FULL else fewer(numbers, 3)


class Clock:
    """A pressd's time (tests/support/testclock.c): `factor` times as fast, and it may jump."""

    def __init__(self, path, factor):
        path.write_bytes(bytes(40))
        with open(path, 'r+b') as f:
            self.memory = mmap.mmap(f.fileno(), 40)
        self.env = {'TESTCLOCK': str(path)}
        self.seq, self.factor, self.since, self.extra, self.wall = 0, 1, time.monotonic_ns(), 0, 0
        self.run(factor)

    def _write(self):
        self.memory[0:8] = struct.pack('=Q', self.seq + 1)
        self.memory[8:40] = struct.pack('=qqqq', self.factor, self.since, self.extra, self.wall)
        self.memory[0:8] = struct.pack('=Q', self.seq + 2)
        self.seq += 2

    def run(self, factor):
        now = time.monotonic_ns()
        self.extra += (self.factor - 1) * (now - self.since)
        self.factor, self.since = factor, now
        self._write()

    def add(self, seconds):
        """All clocks go on by so much; the way to move one that stands (factor 0)."""
        self.extra += int(seconds * 1e9)
        self._write()

    def jump(self, seconds):
        self.wall += int(seconds * 1e9)
        self._write()


def preload(name, env):
    """The environment with one of our .so files loaded first; several share LD_PRELOAD."""
    libs = [env['LD_PRELOAD']] if env.get('LD_PRELOAD') else []
    return {**env, 'LD_PRELOAD': ':'.join([*libs, harness.program(f'tests/{name}.so')]),
            'ASAN_OPTIONS': harness.ENV['ASAN_OPTIONS'] + ':verify_asan_link_order=0:detect_leaks=0'
                            + (':handle_segv=0' if env.get('FAILCALL') == 'malloc' else '')}


class Queue:
    """A database with one release waiting, made once and copied for each run."""

    def __init__(self, case, rows=12, attach=0, name='queue',
                 domain=lambda n: f'paper{n % 50}.example', send=True):
        self.dir = case.dir / name
        self.dir.mkdir()
        conf = harness.write_config(self.dir, {'url': 'smtp://127.0.0.1:1', 'tls': 'off'})
        self.addresses = [f'n{n:05}@{domain(n)}' for n in range(rows)]
        lines = ['org,org_kind,name,role,email']
        lines += [f'Báo {a.split("@")[1]},press,Người {a[1:6]},journalist,{a}'
                  for a in self.addresses]
        (self.dir / 'book.csv').write_text('\n'.join(lines) + '\n')
        head = 'Title: Thông cáo thử\nTo: all\n'
        if attach:
            (self.dir / 'a.bin').write_bytes(os.urandom(attach))
            head += 'Attach: a.bin\n'
        (self.dir / 's.txt').write_text(f'{head}\nNội dung thử.\n')
        for args in (['init'], ['book', 'import', self.dir / 'book.csv'],
                     ['send', self.dir / 's.txt'])[:3 if send else 2]:
            done = harness.run_pressctl(conf, *args)
            case.assertEqual(done.returncode, 0, done.stderr)


class Run:
    """One life of a queue: a copy of it, its relays, its clock, and the oracle at the end."""

    def __init__(self, case, queue, *scripts, relay=None, factor=10, cert=None, policy=None,
                 transcript=True):
        self.case, self.queue = case, queue
        case.runs += 1
        self.dir = case.dir / f'run{case.runs}'
        shutil.copytree(queue.dir, self.dir)
        self.clock = Clock(self.dir / 'clock', factor)
        self.catches = {'cert': cert, 'maildir': False, 'transcript': transcript}
        self.sinks = [self.catcher(i, s) for i, s in enumerate(scripts or [''])]
        self.relay = {'connections': 4, **(relay or {})}
        self.policy = {'retry': [f'{int(STEP_S * 1000)}ms'], 'give_up': '2d', **(policy or {})}
        self.configure()
        self.starts, self.died = 0, False

    def configure(self, **settings):
        self.conf = harness.write_config(
            self.dir, *[s.relay(**{**self.relay, **getattr(s, 'extra', {})}) for s in self.sinks],
            sections={'class "normal"': self.policy}, **settings)

    def catcher(self, i, script='', port=0):
        """Relay number i; with the port of one that was killed, the same one anew."""
        return harness.Catcher(self.dir, script, name=f'relay{i}', port=port, **self.catches)

    def __enter__(self):
        return self

    def __exit__(self, kind, *exc):
        for sink in self.sinks:
            sink.kill()
        if kind is None:
            shutil.rmtree(self.dir, ignore_errors=True)
        else:
            print(self.story(), file=sys.stderr)

    @property
    def database(self):
        return self.dir / 'press.db'

    def log(self):
        """What pressd wrote."""
        path = self.dir / 'pressd.log'
        return path.read_text(errors='replace') if path.exists() else ''

    def story(self):
        return f'--- {self.dir.name}\n{self.log()[-3000:]}'

    # --- pressd

    def env(self, **more):
        return preload('testclock', {**harness.ENV, **self.clock.env, **more})

    def start(self, *args, env=None, wrap=()):
        self.starts += 1
        return harness.Process([*wrap, harness.program('pressd'), '-c', str(self.conf), *args],
                               self.dir / 'pressd.log', env or self.env())

    def wake(self):
        """As a program does that has work for it; a pressd that is not there is no fault."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s, contextlib.suppress(OSError):
            s.sendto(b'', f'{self.database}.sock')

    def leave(self, process, codes=(0,), timeout=60):
        """Waits until it leaves by itself; its exit code must be one of `codes`."""
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise AssertionError(f'pressd stayed {timeout} s') from None
        self.case.assertIn(code, codes, f'exit code {code}\n{self.story()}')
        self.died = self.died or code not in (0, 3)
        return code

    def drain(self, codes=(0,), timeout=60):
        return self.leave(self.start('--drain'), codes, timeout)

    def open_work(self):
        return oracle.open_work(self.database)

    def once(self):
        return self.leave(self.start('--once'))

    # --- faults from outside

    def strace(self, calls, how, n):
        """A wrap that lets the Nth of these system calls fail; `how` may say which follow."""
        self.trace = self.dir / 'strace'
        self.trace.unlink(missing_ok=True)
        when = how if ':when=' in how else f'{how}:when=N'
        return ['strace', '-D', '-f', '--seccomp-bpf', '-qq', '-o', str(self.trace), '-e',
                f'trace={calls}', '-e', f'inject={calls}:{when.replace("when=N", f"when={n}")}']

    def strace_drain(self, calls, how, n):
        """pressd --drain with a failing call: (exit code, whether it came)."""
        wrap, env = self.strace(calls, how, n), self.env()
        for name in ('LD_PRELOAD', 'TESTCLOCK'):  # for pressd, not for strace itself
            wrap += ['-E', f'{name}={env.pop(name)}']
        return self.leave(self.start('--drain', env=env, wrap=wrap), ENDED), self.injected()

    def injected(self):
        """Whether strace says so; it may write the end a moment after its child is gone."""
        for _ in range(20):
            if 'INJECTED' in self.trace.read_text(errors='replace'):
                return True
            time.sleep(0.01)
        return False

    def failcall_env(self, what, n, code=0, onward=False, env=None):
        self.seen = self.dir / 'seen'
        self.seen.unlink(missing_ok=True)
        return preload('failcall', {**(env or self.env()), 'FAILCALL': what, 'FAILCALL_AT': str(n),
                                    'FAILCALL_CODE': str(code), 'FAILCALL_ON': str(int(onward)),
                                    'FAILCALL_SEEN': str(self.seen)})

    def failcall_drain(self, what, n, code=0, onward=False, codes=ENDED):
        env = self.failcall_env(what, n, code, onward)
        return self.leave(self.start('--drain', env=env), codes), self.seen.exists()

    # --- the end

    def judge(self, expected='relayed', most_surplus=None):
        """expected: a state, a set of them, or a function of the address."""
        if not callable(expected):
            what, expected = expected, lambda _: what
        tally = oracle.Oracle(self.conf, self.database, self.sinks, self.died).judge(
            {a: expected(a) for a in self.queue.addresses}, most_surplus)
        self.case.tally.update(tally._asdict())
        return tally

    def releases(self):
        return harness.pressctl_json(self.conf, 'list')[0]

    def rows(self):
        return harness.pressctl_json(self.conf, 'log', '--release', 1)[0]


class Torture(PressCase):
    """A scenario; what it did is printed, and kept for the sum of all."""

    def setUp(self):
        super().setUp()
        self.runs, self.tally = 0, collections.Counter()
        self.addCleanup(self.tell)

    def tell(self):
        done = {'runs': self.runs, **{k: v for k, v in self.tally.items() if v}}
        print(' '.join(f'{k}={v}' for k, v in done.items()), end=' ... ', file=sys.stderr,
              flush=True)
        if os.environ.get('PRESS_TORTURE_TALLY'):
            with open(os.environ['PRESS_TORTURE_TALLY'], 'a', encoding='utf-8') as f:
                f.write(json.dumps(done) + '\n')

    def queue(self, *args, **kw):
        return Queue(self, *args, **kw)

    def run_of(self, queue, *scripts, **kw):
        return Run(self, queue, *scripts, **kw)
