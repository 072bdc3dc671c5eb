# SPDX-License-Identifier: MIT
"""Each Nth system call, allocation and SQLite step fails, in a run with 12 recipients.

pressd meets the fault, may end with a code that says so, is started again, and then everybody must
have one letter: a second one only where a line broke behind the dot or pressd ended (R6, R7, R83).
"""
import collections
import itertools
import signal
import unittest

from torture import rig

RECIPIENTS = 12
CONNECTIONS = 2
SQLITE = {'BUSY': 5, 'NOMEM': 7, 'IOERR': 10, 'FULL': 13}
# What a small delay does: letters of both lines are under way at the same time.
SCRIPT = 'on dot every 3 do delay 5\non rcpt match "n00007@" do reply 550 5.1.1 "no such user"'


def expected(address):
    return 'refused' if address.startswith('n00007@') else 'relayed'


class Faults(rig.Torture):
    def setUp(self):
        super().setUp()
        self.waiting = self.queue(RECIPIENTS)

    def one(self, fault, relay=None, **kw):
        """A run with one fault; False when pressd was done before it came."""
        with self.run_of(self.waiting, SCRIPT, relay={'connections': CONNECTIONS, **(relay or {})},
                         **kw) as run:
            code, hit = fault(run)
            if run.open_work():
                run.drain()
            run.judge(expected, CONNECTIONS)
            self.words(run)
            self.codes[code] += 1
        return hit

    def few_wrong(self):
        """Where every run goes wrong, none says that it met no fault."""
        result = self._outcome.result
        return len(result.failures) + len(result.errors) < 20

    def words(self, run):
        """What is wrong here is not the relay's, and who stops begins nothing more."""
        for life in run.log().split('ready database'):
            self.assertNotIn('alarm over', life.partition('storage failed, stopping')[2])
        self.assertNotIn('Out of memory', run.log())

    def sweep(self, fault, **kw):
        """Every N until a run is over before it; in CI ever fewer of them."""
        self.codes, n = collections.Counter(), 0
        for n in itertools.takewhile(lambda _: self.few_wrong(), rig.thin(itertools.count(1))):
            with self.subTest(n=n):
                if not self.one(lambda run: fault(run, n), **kw):
                    break
        self.tally['faults'] += max(sum(self.codes.values()) - 1, 0)
        self.tally['last'] = n


class Disk(Faults):
    """The database's files: one failing call, then a sound disk again."""


class Line(Faults):
    """The relay's line."""


class Secured(Faults):
    """The same under TLS, where one call carries a record and not a line."""

    def sweep(self, fault, **kw):
        cert = rig.harness.make_cert(rig.harness.make_ca(self.dir))
        super().sweep(fault, cert=cert, **kw)


class Steps(Faults):
    """SQLite says no to one step."""


# Who is out of memory ends, however: we by SIGABRT, some library by a step into nowhere.
DEAD = (*rig.ENDED, -signal.SIGABRT, -signal.SIGSEGV, -signal.SIGFPE)


class Memory(Faults):
    def test_r83_any_allocation_may_fail_and_nothing_is_lost(self):
        self.starve(rig.thin(itertools.count(1)))

    def test_r83_memory_that_stays_out_ends_the_process(self):
        self.starve(rig.fewer(itertools.count(1), 1.01 if rig.FULL else 1.5), onward=True)

    def test_r83_no_library_ends_us_in_its_own_way_while_the_configuration_is_read(self):
        with self.run_of(self.waiting) as run:
            for n in itertools.count(1):
                with self.subTest(n=n):
                    run.leave(run.start('--check', env=run.failcall_env('malloc', n)), DEAD)
                if not run.seen.exists():
                    break
        self.assertGreater(n, 100)
        self.tally['faults'] += n - 1

    def starve(self, numbers, onward=False):
        """Thousands belong to the libraries' start: they share a queue until one run gets to work."""
        hit, n = True, 0
        while hit and self.few_wrong():
            with self.run_of(self.waiting, SCRIPT, relay={'connections': CONNECTIONS}) as run:
                for n in itertools.takewhile(lambda _: self.few_wrong(), numbers):
                    with self.subTest(n=n):
                        code, hit = run.failcall_drain('malloc', n, onward=onward, codes=DEAD)
                        self.assertFalse(onward and hit and code == 0)
                    self.tally['faults'] += hit
                    if not hit or 'ready database' in run.log():
                        break
                with self.subTest(n=n):
                    if run.open_work():
                        run.drain()
                    run.judge(expected, CONNECTIONS)
                    self.words(run)
        self.tally['last'] = n


class Submit(Faults):
    """pressctl send: the release is there whole, or not at all; the answer is right (R1, R2, R6)."""

    def setUp(self):
        rig.Torture.setUp(self)
        self.waiting = self.queue(RECIPIENTS, send=False)

    def attempt(self, run, wrap, env):
        """The exit code, and whether a release is there."""
        with rig.harness.Process([*wrap, rig.harness.program('pressctl'), '-c', str(run.conf), 'send',
                                  str(self.waiting.dir / 's.txt')], run.dir / 'send.log', env) as p:
            code = p.wait(30)
        self.assertIn(code, (*DEAD, 69, 72, 75))
        there = run.releases()
        self.assertTrue(there or code != 0, 'accepted, and not there')
        return code, bool(there)

    def send(self, run, wrap, env):
        code, there = self.attempt(run, wrap, env)
        if not there:
            self.send_well(run)
        return code

    def send_well(self, run):
        """Nothing of a failed one is left to trip over."""
        p = rig.harness.run_pressctl(run.conf, 'send', self.waiting.dir / 's.txt')
        self.assertEqual(p.returncode, 0, p.stderr)

    def strace_send(self, run, calls, how, n):
        env = rig.harness.ENV   # who is traced cannot look for leaks
        env = {**env, 'ASAN_OPTIONS': env['ASAN_OPTIONS'] + ':detect_leaks=0'}
        return self.send(run, run.strace(calls, how, n), env), run.injected()

    def failcall_send(self, run, *fault):
        return self.send(run, [], run.failcall_env(*fault)), run.seen.exists()

    def test_r1_r2_any_allocation_may_fail(self):
        """Thousands: a hundred that store nothing share a queue."""
        numbers, hit, n = rig.thin(itertools.count(1)), True, 0
        while hit and self.few_wrong():
            with self.run_of(self.waiting, SCRIPT, relay={'connections': CONNECTIONS}) as run:
                there = False
                for n in itertools.islice(numbers, 100):
                    with self.subTest(n=n):
                        _, there = self.attempt(run, [], run.failcall_env('malloc', n))
                        hit = run.seen.exists()
                    self.tally['faults'] += hit
                    if there or not hit:
                        break
                with self.subTest(n=n):
                    if not there:
                        self.send_well(run)
                    run.drain()
                    run.judge(expected, CONNECTIONS)
        self.tally['last'] = n


def add(case, name, calls, how, **kw):
    def test(self):
        self.sweep(lambda run, n: run.strace_drain(calls, how.replace('%d', str(n + 15)), n), **kw)
    setattr(case, 'test_' + name, test)


for call, errors in {'pwrite64': ('EIO', 'ENOSPC'), 'fdatasync,fsync': ('EIO', 'ENOSPC'),
                     'pread64': ('EIO',), 'ftruncate': ('EIO', 'ENOSPC'), 'write': ('ENOSPC',),
                     'openat': ('EIO', 'EMFILE')}.items():
    for error in errors:
        add(Disk, f'r6_r7_each_nth_{call.split(",")[0]}_failing_with_{error}', call,
            f'error={error}')
add(Disk, 'r7_full_for_a_while_from_each_nth_write', 'pwrite64', 'error=ENOSPC:when=N..%d')
add(Disk, 'r6_failing_for_good_from_each_nth_write', 'pwrite64', 'error=EIO:when=N+')

for call, faults in {
        'sendmsg': ('error=ECONNRESET', 'error=ENOBUFS'),
        'sendto': ('error=ECONNRESET',),
        'recvfrom': ('error=ECONNRESET', 'error=ETIMEDOUT', 'retval=0'),
        'connect': ('error=ECONNREFUSED', 'error=ENETUNREACH'),
        'socket': ('error=EMFILE',),
        'epoll_ctl': ('error=ENOMEM',),
        'epoll_wait,epoll_pwait': ('error=EINTR',)}.items():
    for how in faults:
        add(Line, f'each_nth_{call.split(",")[0]}_with_{how.split("=")[1]}', call, how)

for call, how in (('sendto', 'error=ECONNRESET'), ('recvfrom', 'error=ECONNRESET'),
                  ('recvfrom', 'retval=0')):
    add(Secured, f'each_nth_{call}_with_{how.split("=")[1]}', call, how)

for call in ('pwrite64', 'fdatasync,fsync'):
    for error in ('EIO', 'ENOSPC'):
        def submit(self, call=call, error=error):
            self.sweep(lambda run, n: self.strace_send(run, call, f'error={error}', n))
        setattr(Submit, f'test_r1_r2_r6_each_nth_{call.split(",")[0]}_with_{error}', submit)

for word, number in SQLITE.items():
    def step(self, number=number):
        self.sweep(lambda run, n: run.failcall_drain('sqlite3_step', n, number))

    def submit_step(self, number=number):
        self.sweep(lambda run, n: self.failcall_send(run, 'sqlite3_step', n, number))
    setattr(Steps, f'test_r83_each_nth_step_is_{word}', step)
    setattr(Submit, f'test_r1_r2_each_nth_step_is_{word}', submit_step)


if __name__ == '__main__':
    unittest.main()
