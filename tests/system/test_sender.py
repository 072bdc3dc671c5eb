# SPDX-License-Identifier: MIT
"""pressd beside the plain job: judged again, many releases, alarms, reloads, a stop at a bad time."""
import contextlib
import datetime
import os
import pathlib
import signal
import socket
import sqlite3
import time
import unittest

import harness
from press_case import PressCase
from torture import rig

ALARMED = {'notify': {'mail': ['truc@ministry.example']}}


class SenderCase(PressCase):
    def sql(self, text):
        """What only somebody with the database's file in hand can do."""
        db = sqlite3.connect(self.dir / 'press.db', timeout=10)
        with db:
            db.execute(text)
        db.close()

    def soon(self, seconds):
        at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
        return at.isoformat(timespec='milliseconds')

    def state(self, release=1):
        return self.json('show', release)[0]['state']

    def paused(self):
        harness.wait_until(lambda: self.state() == 'paused')
        self.assertEqual(self.sink.ledger(), [])


class Gate(SenderCase):
    def test_a_recipient_changed_while_a_release_waits_for_its_moment_stops_it(self):
        self.press(rows=3)
        self.pressd()
        self.send(self.statement(), '--at', self.soon(3))
        time.sleep(1)  # long enough to be judged once
        self.sql("UPDATE delivery SET address = 'evil@evil.example' WHERE id = 1")
        self.paused()

    def test_a_reload_that_asks_for_approval_holds_for_what_is_scheduled(self):
        self.press(rows=3)
        pressd = self.pressd()
        self.send(self.statement(), '--at', self.soon(3))
        time.sleep(1)
        harness.write_config(self.dir, self.sink.relay(), approval='two-person')
        pressd.signal(signal.SIGHUP)
        self.paused()

    def test_a_release_resumed_at_once_is_judged_again(self):
        self.press(rows=3)
        self.send()
        self.sql("UPDATE release SET title = 'x'")
        self.pressd()
        self.paused()
        self.sql("UPDATE release SET title = 'Thông cáo thử'")
        self.ok('resume', 1)
        harness.wait_until(lambda: self.counts() == {'relayed': 3})


class Many(SenderCase):
    def test_hundreds_of_scheduled_releases_stand_in_nobodys_way(self):
        """More than pressd takes at once, all of them older than the one that is due."""
        self.press(rows=2)
        self.send(self.statement(), '--at', self.soon(3 * 86400))
        with contextlib.closing(sqlite3.connect(self.dir / 'press.db')) as db:
            table = db.execute('PRAGMA table_info(release)').fetchall()
        columns = ', '.join(name for _, name, *_ in table if name != 'id')
        many = 'WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 300)'
        self.sql(f'{many} INSERT INTO release (id, {columns}) SELECT i, {columns} FROM n, release')
        self.sql(f"{many} INSERT INTO release_count SELECT i, 'press', 'queued', 2 FROM n")
        self.pressd()
        due = self.send(self.statement(name='due.txt', Title='Hai'))['release']
        self.assertGreater(due, 300)
        harness.wait_until(lambda: self.counts(due) == {'relayed': 2}, 5)


    @unittest.skipIf('san-' in str(harness.BUILD), 'a sanitizer keeps what was freed')
    def test_r65_many_large_letters_are_not_all_in_memory_together(self):
        self.press('on dot do delay 100', rows=4, relay={'connections': 4})
        (self.dir / 'a.pdf').write_bytes(os.urandom(13 << 20))
        for n in range(14):  # 18 MB each as encoded
            self.send(self.statement(name='large.txt', Title=f'Bản {n}', Attach='a.pdf'))
        pressd = self.pressd()
        done = lambda: all(self.counts(n) == {'relayed': 4} for n in range(1, 15))
        harness.wait_until(done, 60)
        status = pathlib.Path(f'/proc/{pressd.pid}/status').read_text()
        peak = int(status.split('VmHWM:')[1].split()[0])
        self.assertLess(peak, 200 << 10)


class Alarms(SenderCase):
    def test_r47_an_alarm_mail_that_is_put_off_is_not_hammered(self):
        self.press('on rcpt match "truc@" do reply 450 4.2.0 "later"', rows=3, sections=ALARMED)
        self.send()
        self.sql("UPDATE release SET title = 'x'")
        self.pressd()
        self.paused()
        time.sleep(1)
        self.assertEqual(len([x for x in self.sink.said() if 'truc@' in x]), 1)


class Reload(SenderCase):
    def test_a_reload_asked_for_while_pressd_starts_ends_nothing(self):
        self.press(rows=3)
        argv = [harness.program('pressd'), '-c', str(self.conf)]
        for _ in range(5):
            with harness.Process(argv, self.dir / 'pressd.log', harness.ENV) as p:
                harness.wait_until(lambda p=p: self.blocks(p, signal.SIGHUP))
                p.signal(signal.SIGHUP)
                harness.wait_until(lambda: 'configuration read again' in self.pressd_log())
                self.assertEqual(p.stop(), 0)
            (self.dir / 'pressd.log').unlink()

    @staticmethod
    def blocks(process, number):
        status = pathlib.Path(f'/proc/{process.pid}/status').read_text()
        return int(status.split('\nSigBlk:')[1].split()[0], 16) >> (number - 1) & 1

    @staticmethod
    def sockets(process):
        n = 0
        for f in pathlib.Path(f'/proc/{process.pid}/fd').iterdir():
            with contextlib.suppress(FileNotFoundError):  # one may close meanwhile
                n += os.readlink(f).startswith('socket:')
        return n

    def test_r78_a_storm_of_reloads_opens_no_further_connections(self):
        self.press('on dot do delay 2000', rows=200, relay={'connections': 5})
        self.send()
        pressd = self.pressd()
        most = 0
        for _ in range(8):
            time.sleep(0.2)
            pressd.signal(signal.SIGHUP)
            most = max(most, self.sockets(pressd))
        self.assertLessEqual(most, 5 + 3)  # the wake-up socket and the like


class Mute(SenderCase):
    def test_r73_a_relay_that_takes_connections_and_says_nothing_keeps_nobody_waiting(self):
        good = self.enterContext(harness.Catcher(self.dir))
        mute = self.enterContext(socket.create_server(('127.0.0.1', 0), backlog=50))
        url = f'smtp://127.0.0.1:{mute.getsockname()[1]}'
        self.press(rows=10, sink=good, relays=[{'url': url, 'tls': 'off', 'preference': 10},
                                               good.relay(preference=20)])
        self.pressd()
        self.send()
        harness.wait_until(lambda: self.counts() == {'relayed': 10}, 25)

    def test_r39_name_servers_that_never_answer_keep_nobody_waiting(self):
        """Neither where another relay is there, nor one who wants pressd to stop."""
        good = self.enterContext(harness.Catcher(self.dir))
        self.press(rows=10, sink=good, relays=[
            {'url': 'smtp://relay.silent.example:25', 'tls': 'off', 'preference': 10},
            good.relay(preference=20)])
        clock = rig.Clock(self.dir / 'clock', 10)
        env = rig.preload('testclock', {**harness.ENV, **clock.env, 'FAILCALL': 'getaddrinfo'})
        env = rig.preload('failcall', env)
        pressd = self.pressd(env=env)
        self.send()
        harness.wait_until(lambda: self.counts() == {'relayed': 10}, 25)
        self.send(self.statement(Title='Hai'))
        harness.wait_until(lambda: self.counts(2) == {'relayed': 10}, 25)
        start = time.monotonic()
        self.assertEqual(pressd.stop(), 0)
        self.assertLess(time.monotonic() - start, 15)


class Stop(SenderCase):
    def test_r11_sigterm_in_the_middle_of_a_cancel_ends_at_once_and_the_cancel_goes_on_later(self):
        self.press(rows=4000)
        self.send()
        self.sql("UPDATE release SET state = 'cancelled'")
        pressd = self.pressd()
        self.assertEqual(pressd.stop(timeout=10), 0)
        start = time.monotonic()
        self.drain()
        self.assertLess(time.monotonic() - start, 5)  # not 500 with each look at the database
        self.assertEqual(self.counts(), {'cancelled': 4000})

    def test_r11_a_full_disk_does_not_keep_pressd_from_stopping(self):
        self.press('on dot do delay 1500', rows=40)
        self.send()
        env = {**harness.ENV, 'ASAN_OPTIONS': harness.ENV['ASAN_OPTIONS'] + ':detect_leaks=0'}
        pressd = self.pressd(env=env)
        harness.wait_until(lambda: '.' in self.sink.said())
        trace = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'inject=pwrite64:error=ENOSPC',
                 '-p', str(pressd.pid)]
        with harness.Process(trace, self.dir / 'strace.log', harness.ENV) as full:
            harness.wait_until(lambda: 'alarm key="storage"' in self.pressd_log())
            pressd.signal(signal.SIGTERM)
            self.assertEqual(pressd.wait(harness.STOP_S), 74, pressd.stderr())
            full.wait(10)
        self.once()
        self.assertEqual(set(self.received()), {f'n{n:05}@paper{n}.example' for n in range(40)})
        self.assertEqual(set(self.counts()), {'relayed', 'unknown'})


if __name__ == '__main__':
    unittest.main()
