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

    def one(self, fault, **kw):
        """A run with one fault; False when pressd was done before it came."""
        with self.run_of(self.waiting, SCRIPT, relay={'connections': CONNECTIONS, **kw}) as run:
            code, hit = fault(run)
            if run.open_work():
                run.drain()
            run.judge(expected, CONNECTIONS)
            self.words(run)
            self.codes[code] += 1
        return hit

    def words(self, run):
        """What is wrong here is not the relay's, and who stops begins nothing more."""
        for life in run.log().split('ready database'):
            self.assertNotIn('alarm over', life.partition('storage failed, stopping')[2])
        self.assertNotIn('Out of memory', run.log())

    def sweep(self, fault, **kw):
        """Every N until a run is over before it; in CI ever fewer of them."""
        self.codes = collections.Counter()
        for n in rig.thin(itertools.count(1)):
            with self.subTest(n=n):
                if not self.one(lambda run: fault(run, n), **kw):
                    break
        self.tally['faults'] += sum(self.codes.values()) - 1
        self.tally['last'] = n


class Disk(Faults):
    """The database's files: one failing call, then a sound disk again."""


class Line(Faults):
    """The relay's line."""


class Steps(Faults):
    """SQLite says no to one step."""


# Who is out of memory ends, however: we by SIGABRT, some library by a step into nowhere.
DEAD = (*rig.ENDED, -signal.SIGABRT, -signal.SIGSEGV, -signal.SIGFPE)


class Memory(Faults):
    def test_r83_any_allocation_may_fail_and_nothing_is_lost(self):
        """Those of the libraries' start, thousands, share a queue until one run gets to work."""
        numbers, hit = rig.thin(itertools.count(1)), True
        while hit:
            with self.run_of(self.waiting, SCRIPT, relay={'connections': CONNECTIONS}) as run:
                for n in numbers:
                    with self.subTest(n=n):
                        hit = run.failcall('malloc', n, codes=DEAD)[1]
                    self.tally['faults'] += hit
                    if not hit or 'ready database' in run.log():
                        break
                with self.subTest(n=n):
                    if run.open_work():
                        run.drain()
                    run.judge(expected, CONNECTIONS)
                    self.words(run)
        self.tally['last'] = n


def add(case, name, calls, how, **kw):
    def test(self):
        self.sweep(lambda run, n: run.strace(calls, how, n), **kw)
    setattr(case, 'test_' + name, test)


for call, errors in {'pwrite64': ('EIO', 'ENOSPC'), 'fdatasync,fsync': ('EIO', 'ENOSPC'),
                     'pread64': ('EIO',), 'ftruncate': ('EIO', 'ENOSPC'), 'write': ('ENOSPC',),
                     'openat': ('EIO', 'EMFILE')}.items():
    for error in errors:
        add(Disk, f'r6_r7_each_nth_{call.split(",")[0]}_failing_with_{error}', call,
            f'error={error}')

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

for word, number in SQLITE.items():
    def step(self, number=number):
        self.sweep(lambda run, n: run.failcall('sqlite3_step', n, number))
    setattr(Steps, f'test_r83_each_nth_step_is_{word}', step)


if __name__ == '__main__':
    unittest.main()
