# SPDX-License-Identifier: MIT
"""What makes pressd itself pause a release: refusals at its start, letters that crash it."""
import contextlib
import signal
import sqlite3
import unittest

import harness
from press_case import PressCase
from torture import rig

NO = 'do reply 550 5.7.1 "we do not know this sender"'
ONE_LINE = {'connections': 1}


class Refused(PressCase):
    """R84: too many refusals among the first hundred recipients."""

    def refused(self, script, rows=400, **settings):
        settings.setdefault('relay', ONE_LINE)
        self.press(script, rows=rows, **settings)
        self.send()

    def shown(self, release=1):
        return self.json('show', release)[0]

    def paused(self, refused=21, ended=21, lines=1):
        """Paused, with the reason wherever people look; only what was on a line went on."""
        counts = self.counts()
        tried = counts['refused'] + counts.get('relayed', 0)
        self.assertEqual(self.shown()['state'], 'paused')
        self.assertGreaterEqual(counts['refused'], refused)
        self.assertTrue(ended <= tried <= ended + 2 * lines, counts)
        self.assertEqual(sum(s.startswith('RCPT') for s in self.sink.said()), tried)
        self.assert_sum()
        for text in (self.shown()['reason'], self.ctl('status', 1).stdout, self.pressd_log()):
            self.assertIn(f'{refused} of its first {ended} ', text)
            self.assertIn('we do not know this sender', text)
        self.assertEqual(self.pressd_log().count('alarm key="release 1"'), 1)

    def test_r84_more_than_the_limit_of_the_first_hundred_pause_it(self):
        self.refused(f'on rcpt every 4 {NO}')
        self.drain(3)
        self.paused(21, 84)  # certain before the hundredth has ended

    def test_r84_letters_in_flight_finish_and_nothing_follows(self):
        self.refused(f'on rcpt count 30 {NO}', relay={'connections': 5})
        self.drain(3)
        self.assertNotIn('sending', self.counts())
        self.paused(21, 21, lines=5)

    def test_r84_as_many_as_the_limit_allows_do_not(self):
        self.refused(f'on rcpt every 5 {NO}')  # 20 of the first hundred, 80 of all
        self.drain()
        self.assertEqual(self.counts(), {'relayed': 320, 'refused': 80})

    def test_r84_only_the_first_hundred_are_looked_at(self):
        self.refused(f'on rcpt count 81 do reply 250\non rcpt {NO}', rows=200)
        self.drain()
        self.assertEqual(self.counts(), {'relayed': 81, 'refused': 119})

    def test_r84_a_small_release_goes_on_for_fewer_than_twenty(self):
        self.refused(f'on rcpt count 19 {NO}', rows=25)
        self.drain()
        self.assertEqual(self.counts(), {'relayed': 6, 'refused': 19})

    def test_r84_of_a_small_release_all_recipients_are_the_first(self):
        self.refused(f'on rcpt {NO}', rows=60)
        self.drain(3)
        self.paused(20, 20)  # a third

    def test_r84_what_is_refused_behind_the_text_counts(self):
        self.refused('on dot do reply 554 5.6.0 "we do not know this sender"')
        self.drain(3)
        self.paused()

    def test_r84_what_is_tried_again_counts_when_it_ends(self):
        self.refused(f'on rcpt each 1 do reply 450 4.7.1 "greylisted"\non rcpt count 60 {NO}',
                     rows=40, sections={'class "normal"': {'retry': ['100ms']}})
        self.drain(3)
        self.assertEqual(self.shown()['state'], 'paused')
        self.assertIn('20 of its first 20 ', self.shown()['reason'])

    def test_r84_a_person_s_resume_holds_for_good(self):
        self.refused(f'on rcpt {NO}', rows=120)
        self.drain(3)
        self.paused()
        self.ok('resume', 1)
        self.drain()
        self.assertEqual(self.counts(), {'refused': 120})

    def test_r84_it_stays_paused_and_resumed_over_restarts(self):
        self.refused(f'on rcpt {NO}')
        self.drain(3)
        self.drain(3)
        self.paused()
        self.sink.script(f'on rcpt count 50 {NO}\non rcpt do reply 450 4.2.0 "later"')
        self.ok('resume', 1)
        self.once()
        self.sink.script(f'on rcpt {NO}')
        self.ok('retry', 1)
        self.drain()
        self.assertEqual(self.counts(), {'refused': 400})

    def test_r84_what_was_counted_before_a_restart_counts_after_it(self):
        self.refused(f'on rcpt count 15 {NO}\non rcpt do reply 450 4.2.0 "later"')
        self.once()
        self.assertEqual(self.counts(), {'refused': 15, 'deferred': 385})
        self.sink.script(f'on rcpt {NO}')
        self.ok('retry', 1)
        self.drain(3)
        self.assertIn('21 of its first 21 ', self.shown()['reason'])
        self.assertGreater(self.counts()['deferred'], 370)

    def test_r84_a_resend_is_no_new_recipient(self):
        self.refused(f'on rcpt {NO}', rows=15)
        self.drain()
        self.ok('resend', 1, '--state', 'refused', '--note', 'lần nữa')
        self.drain()
        self.assertEqual(self.counts(), {'refused': 30})
        self.assertNotIn('alarm', self.pressd_log())

    def test_r84_the_limit_is_a_setting_and_0_is_never(self):
        self.refused(f'on rcpt {NO}', refused_limit=0)
        self.drain()
        self.assertEqual(self.counts(), {'refused': 400})

    def test_r84_another_share_is_another_number(self):
        self.refused(f'on rcpt {NO}', refused_limit=50)
        self.drain(3)
        self.paused(51, 51)


    def test_the_alarm_of_a_release_ends_with_its_cancelling_too(self):
        self.refused(f'on rcpt {NO}')
        self.pressd()
        harness.wait_until(lambda: 'alarm key="release 1"' in self.pressd_log())
        harness.wait_until(lambda: self.faults())
        self.ok('cancel', 1)
        harness.wait_until(lambda: 'alarm over key="release 1"' in self.pressd_log())
        harness.wait_until(lambda: not self.faults())

    def test_the_alarm_of_a_release_ends_with_its_resuming(self):
        self.refused(f'on rcpt {NO}', rows=120)
        self.pressd()
        harness.wait_until(lambda: self.faults())
        self.ok('resume', 1)
        harness.wait_until(lambda: not self.faults())

    def faults(self):
        with contextlib.closing(sqlite3.connect(f'file:{self.dir}/press.db?mode=ro', uri=True)) as db:
            return db.execute('SELECT key FROM fault').fetchall()


BAD, GOOD = 'n00003@paper3.example', 'n00001@paper1.example'
KILLS = {'reply': 'crash_reply', 'row': 'crash_row', 'letter': 'crash_row'}
ENDS = {'reply': 'what kills the sender', 'row': BAD, 'letter': 'Boomletter'}


class Crash(PressCase):
    """A delivery that makes pressd die of itself three times pauses its release."""

    def setUp(self):
        super().setUp()
        self.press(f'on rcpt match "{BAD}" do reply 550 "{ENDS["reply"]}"', rows=6,
                   relay=ONE_LINE)
        self.conf = harness.write_config(self.dir, self.sink.relay(**ONE_LINE),
                                         sections={'class "normal"': {'retry': ['100ms']}})
        self.send()

    def die(self, signo=signal.SIGSEGV, at='reply', code=None):
        """One life with what kills it; without a sanitizer the exit status is the true one."""
        env = rig.preload('failcall', {**harness.ENV, 'FAILCALL': KILLS[at],
                                       'FAILCALL_WORD': ENDS[at], 'FAILCALL_CODE': str(int(signo))})
        got = harness.Pressd.drain(self.conf, env=env)
        if code is not None:
            self.assertEqual(got, code, self.pressd_log())
        elif not rig.SAN:
            self.assertEqual(got, -signo, self.pressd_log())

    def state(self, release=1):
        return self.json('show', release)[0]['state']

    def paused(self, signo, at='reply'):
        for _ in range(3):
            self.assertNotEqual(self.state(), 'paused')
            self.die(signo, at)
        self.send(self.statement(name='o.txt', Title='Bản khác', To=f'email:{GOOD}'))
        self.die(signo, at, code=3)  # the letter is not met again, and the other release goes on
        self.assertEqual(self.state(), 'paused')
        self.assertEqual(self.counts(2), {'relayed': 1})
        for text in (self.json('show', 1)[0]['reason'], self.pressd_log()):
            self.assertIn(f'the letter to {BAD} made pressd crash 3 times', text)
        self.assertIn('alarm key="release 1"', self.pressd_log())
        self.assert_sum()

    def test_three_crashes_over_a_reply_pause_the_release_and_the_queue_goes_on(self):
        self.paused(signal.SIGSEGV)

    def test_three_aborts_over_a_reply_do_too(self):
        self.paused(signal.SIGABRT)

    def test_so_do_bus_errors_and_wrong_arithmetic(self):
        self.die(signal.SIGBUS)
        self.die(signal.SIGFPE)
        self.die(signal.SIGBUS)
        self.die(signal.SIGFPE, code=3)
        self.assertEqual(self.state(), 'paused')

    def test_three_crashes_over_a_row_before_the_first_letter_pause_it_too(self):
        self.paused(signal.SIGSEGV, at='row')
        self.assertEqual(self.received(), {GOOD: 1})

    def test_three_crashes_over_the_text_of_all_pause_it_too(self):
        self.send(self.statement('Vang dội Boomletter.', name='o.txt', Title='Bản nổ'))
        self.send(self.statement(name='p.txt', Title='Bản khác', To=f'email:{GOOD}'))
        for _ in range(3):
            self.die(at='letter')
        self.die(at='letter', code=3)
        self.assertEqual(self.state(2), 'paused')
        self.assertEqual(self.counts(3), {'relayed': 1})
        self.assertIn('made pressd crash 3 times', self.json('show', 2)[0]['reason'])

    def test_a_kill_at_the_same_place_never_counts(self):
        for _ in range(4):
            self.die(signal.SIGKILL)
        self.drain()
        self.assertEqual(self.counts(), {'relayed': 5, 'refused': 1})
        self.assertNotIn('crashed', self.pressd_log())

    def test_two_crashes_and_a_success_are_nothing(self):
        self.die()
        self.die()
        self.drain()
        self.assertEqual(self.counts(), {'relayed': 5, 'refused': 1})
        self.assertEqual(self.pressd_log().count('crashed release=1'), 2)

    def test_a_life_that_ends_before_it_counted_counts_once(self):
        """The record is there still: as if pressd had been killed behind the commit."""
        record = self.dir / 'press.db.crash'
        self.die()
        kept = record.read_bytes()
        for _ in range(4):
            self.die(signal.SIGKILL)
            record.write_bytes(kept)
        self.drain()
        self.assertEqual(self.state(), 'done')
        self.assertEqual(self.pressd_log().count('crashed release=1'), 1)

    def test_a_person_s_resume_begins_to_count_anew(self):
        self.paused(signal.SIGSEGV)
        self.ok('resume', 1)
        self.die()
        self.die()
        self.assertNotEqual(self.state(), 'paused')
        self.die()
        self.drain(3)
        self.assertEqual(self.state(), 'paused')
        self.ok('resume', 1)
        self.drain()
        self.assertEqual(self.counts(), {'relayed': 5, 'refused': 1})

    def test_the_record_of_another_database_is_not_counted(self):
        record = self.dir / 'press.db.crash'
        self.die()
        other = record.read_bytes()
        self.drain()
        record.write_bytes(other[:16] + b'0' * 32 + other[48:])
        self.drain()
        self.assertEqual(self.pressd_log().count('crashed release=1'), 1)
        self.assertEqual(record.stat().st_mode & 0o777, 0o600)

    def test_a_record_that_cannot_be_kept_stops_no_letter(self):
        (self.dir / 'press.db.crash').mkdir()
        self.drain()
        self.assertEqual(self.counts(), {'relayed': 5, 'refused': 1})
        self.assertIn('crashes are not counted', self.pressd_log())


if __name__ == '__main__':
    unittest.main()
