# SPDX-License-Identifier: MIT
"""relay list, pause, resume, retry: what an administrator does about a relay at a quarter past ten."""
import sqlite3
import time
import unittest

import harness
from relay_case import ONE, RelayCase


class RelayCommands(RelayCase):
    def listed(self, name='r1'):
        return next(r for r in self.json('relay', 'list') if r['relay'] == name)

    def audit(self):
        db = sqlite3.connect(self.dir / 'press.db')
        rows = db.execute("SELECT verb, detail FROM audit WHERE verb LIKE 'relay %' ORDER BY id")
        rows = rows.fetchall()
        db.close()
        return rows

    def test_a_paused_relay_gets_nothing_and_ends_what_is_on_the_wire(self):
        sink, relays = self.two('on dot do delay 300', 'on dot do delay 20', connections=3)
        self.press(rows=200, sink=sink, relays=relays)
        self.pressd()
        self.send()
        harness.wait_until(lambda: self.taken(sink) >= 3)
        self.ok('relay', 'pause', 'r1', '--why', 'bảo trì')
        time.sleep(0.5)  # woken, so in force; what was on the wire has its answer
        before = self.taken(sink)
        self.settled(n=200)
        self.assertLessEqual(self.taken(sink) - before, 3)
        self.assertEqual(set(self.received(sink).values()) | set(self.received(self.other).values()),
                         {1})
        self.assertEqual(self.sink.faults(), [])
        self.ok('relay', 'pause', 'r1')  # once more, and no reason: the first one stays
        row = self.listed()
        self.assertEqual((row['paused_by'] != '', row['why']), (True, 'bảo trì'))
        self.assertTrue(row['paused_at'].endswith('Z'))
        self.assertIsNone(self.listed('r2')['paused_at'])
        text = self.ok('relay', 'list').stdout
        self.assertRegex(text, r'r1 .*paused\n')
        self.assertRegex(text, r'r2 .*no fault known\n')
        self.assertIn('bảo trì; to go on: pressctl relay resume r1', text)
        self.assertIn('relay resume r1', self.ctl('doctor').stdout)

    def test_a_pause_lasts_over_restarts_and_the_last_one_stops_all(self):
        self.press(rows=3)
        self.assertIn('every relay is paused', self.ok('relay', 'pause', 'r1').stderr)
        done = self.ctl('send', self.statement())
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn('every relay is paused: nothing leaves until: pressctl relay resume r1',
                      done.stderr)
        self.assertIn('relay resume r1', self.ok('status', 1).stdout)
        self.drain(code=3)  # only a person can go on
        self.assertEqual(self.sink.connections(), 0)
        pressd = self.pressd()
        time.sleep(0.3)
        self.assertEqual(self.counts(), {'queued': 3})
        self.ok('relay', 'resume', 'r1')
        self.settled(n=3, timeout=3)
        pressd.stop()
        self.assertEqual(self.ctl('relay', 'resume', 'r1').returncode, 65)
        self.assertIn('is not paused', self.ctl('relay', 'resume', 'r1').stderr)
        self.assertEqual(self.audit(), [('relay pause', 'r1'), ('relay resume', 'r1')])

    def test_retry_asks_a_sick_relay_at_once_and_the_list_says_what_was_wrong(self):
        self.press('on connect do reply 421 4.3.2 "down"', rows=20, relay={'connections': 2})
        self.clocked(factor=100)
        self.send()
        harness.wait_until(lambda: 'failures=8 again_in_ms=60000' in self.pressd_log())
        self.clock.run(1)
        self.sink.script('')
        text = self.ok('relay', 'list').stdout
        self.assertRegex(text, r'r1 .*in trouble\n')
        self.assertIn('421 4.3.2 down', text)
        row = self.listed()
        self.assertIn('421 4.3.2 down', row['fault'])
        self.assertIn('pressctl relay test r1', row['fault'])
        self.assertTrue(row['fault_at'])
        self.ok('relay', 'retry', 'r1')
        self.settled(n=20, timeout=5)
        harness.wait_until(lambda: self.listed()['fault'] == '', 3)
        self.assertEqual(self.audit(), [('relay retry', 'r1')])

    def test_a_fault_is_told_in_the_language_of_who_asks_not_of_the_configuration(self):
        self.press('on connect do drop', rows=2, language='vi')
        self.clocked(factor=50)
        self.send()
        vi = ('Không dùng được máy chủ “r1” (kết nối (connect)): máy chủ trung gian ngắt kết nối',)
        en = ('Relay “r1” cannot be used (connecting (connect)): the relay closed the connection',
              'none is lost. More: pressctl relay test r1')
        harness.wait_until(lambda: vi[0] in self.pressd_log())
        asked = ('status', 1), ('doctor',), ('relay', 'list'), ('explain', 1, ONE)
        for args in asked:
            for lang, words in (('vi', vi), ('en', en)):
                for how in ((), ('--json',))[:1 if args[0] in ('status', 'explain') else 2]:
                    said = self.ctl(*args, f'--lang={lang}', *how).stdout
                    for w in words:
                        self.assertIn(w, said, args)

    def test_retry_tries_a_relay_though_no_letter_waits(self):
        self.press('on connect do reply 421 4.3.2 "down"', rows=2)
        self.clocked(factor=50)
        self.send()
        harness.wait_until(lambda: self.listed()['fault'])
        self.ok('cancel', 1)
        self.clock.run(1)
        before = self.sink.connections()
        self.ok('relay', 'retry', 'r1')  # in vain: asked once, not again and again
        harness.wait_until(lambda: self.sink.connections() == before + 1)
        self.sink.script('')
        time.sleep(1.2)
        self.assertEqual(self.sink.connections(), before + 1)
        self.assertTrue(self.listed()['fault'])
        self.ok('relay', 'retry', 'r1')
        harness.wait_until(lambda: self.listed()['fault'] == '', 3)
        self.assertEqual(self.sink.connections(), before + 2)

    def test_an_order_from_before_the_start_is_done_by_the_start(self):
        self.press(rows=1)
        done = self.ok('relay', 'retry', 'r1')
        self.assertIn('pressd is not running', done.stderr)
        self.pressd()
        time.sleep(0.3)
        self.assertEqual(self.sink.connections(), 0)

    def test_what_is_wrong_is_told_and_nothing_is_changed(self):
        self.press(rows=1)
        for verb in ('pause', 'resume', 'retry'):
            done = self.ctl('relay', verb, 'r2')
            self.assertEqual(done.returncode, 66)
            self.assertIn('did you mean “r1”', done.stderr)
            self.assertEqual(self.ctl('relay', verb).returncode, 64)
        self.ok('relay', 'pause', 'r1')
        self.assertIn('is paused', self.ctl('relay', 'retry', 'r1').stderr)
        self.assertEqual(self.audit(), [('relay pause', 'r1')])

    def test_the_list_needs_no_database(self):
        sink = self.enterContext(harness.Catcher(self.dir))
        self.conf = harness.write_config(self.dir, sink.relay())
        done = self.ctl('relay', 'list')
        self.assertEqual(done.returncode, 0)
        self.assertIn(f':{sink.port}', done.stdout)
        self.assertIn('pressctl init', done.stderr)


if __name__ == '__main__':
    unittest.main()
