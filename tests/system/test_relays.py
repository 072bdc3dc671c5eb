# SPDX-License-Identifier: MIT
"""Relays beside each other and in trouble: who gets what, how much, and when again."""
import pathlib
import resource
import signal
import time
import unittest

import harness
from relay_case import ONE, RelayCase

ROUTINE = {'Class': 'routine', 'Except': f'email:{ONE}'}
URGENT = {'Class': 'urgent'}


class Urgent(RelayCase):
    def asked(self, address=ONE):
        return any(address in s for s in self.sink.said() if s.startswith('RCPT'))

    def test_r79_an_urgent_letter_never_waits_for_a_line_where_there_are_ten(self):
        """Thousands of routine letters through a relay that takes 4 s for each."""
        self.press('on dot do delay 4000', rows=3000, relay={'connections': 10})
        self.pressd()
        self.send(self.statement(**ROUTINE))
        harness.wait_until(lambda: self.sink.said().count('.') >= 9)
        self.send_to_one(**URGENT)
        harness.wait_until(self.asked)
        self.assertEqual(self.counts().get('relayed', 0), 0)  # not one of the nine was free
        # Nine at a time for the others: what is kept costs them no more.
        harness.wait_until(lambda: self.sink.said().count('.') >= 19, 30)
        self.assertEqual(self.peak(self.sink), 10)

    def test_r79_with_few_lines_it_waits_for_one_letter_and_not_for_two(self):
        self.press('on dot do delay 1000', rows=300, relay={'connections': 2})
        self.pressd()
        self.send(self.statement(**ROUTINE))
        harness.wait_until(lambda: self.taken(self.sink) >= 6)  # by now it knows the relay
        self.send_to_one(**URGENT)
        begun = self.sink.said().count('.')
        harness.wait_until(self.asked)
        self.assertLessEqual(self.sink.said().count('.') - begun, 2)

    def test_a_fast_relay_gets_the_next_envelope_behind_every_dot(self):
        self.press('on dot do delay 20', rows=200, relay={'connections': 2})
        self.send()
        self.drain()
        said = self.sink.said(1)
        behind = sum(a == '.' and b.startswith('MAIL') for a, b in zip(said, said[1:]))
        self.assertGreater(len(self.sink.saved()), 100)
        self.assertGreater(behind, 20)


class Rate(RelayCase):
    def test_the_rate_is_letters_a_minute_and_urgent_ones_are_first_in_it(self):
        self.press(rows=200, relay={'rate': 120, 'connections': 4})
        pressd = self.clocked(factor=20)
        self.send(self.statement(**ROUTINE))
        harness.wait_until(lambda: self.taken(self.sink) >= 20)
        before = self.taken(self.sink)
        self.send_to_one(**URGENT)
        harness.wait_until(lambda: self.taken(self.sink) >= before + 10)
        place = [e['rcpt'][0] for e in self.sink.ledger()].index(ONE)
        self.assertLess(place, before + 8)
        wakes = switches(pressd)
        harness.wait_until(lambda: self.taken(self.sink) >= 120)
        woken = switches(pressd) - wakes
        times = [e['t_ms'] * 20 for e in self.sink.ledger()]
        for i, t in enumerate(times):
            self.assertLessEqual(sum(t <= u < t + 60000 for u in times[i:]), 120 + 2 + 6)
        self.assertLess((times[110] - times[10]) / 1000, 100 / 2 * 2)
        self.assertLess(woken, 12 * 120)  # woken for a letter, never to look whether it is time


def switches(process):
    text = pathlib.Path(f'/proc/{process.pid}/status').read_text()
    return int(text.split('\nvoluntary_ctxt_switches:')[1].split()[0])


class Sharing(RelayCase):
    def test_equal_relays_share_and_none_is_forgotten(self):
        sink, relays = self.two('on dot do delay 10', 'on dot do delay 10', connections=4)
        self.press(rows=400, sink=sink, relays=relays)
        self.pressd()
        self.send()
        self.settled(n=400)
        self.assertGreater(min(self.taken(sink), self.taken(self.other)), 130)
        for n in range(12):  # and so do releases of one letter
            self.settled(n=1, release=self.send_to_one(name=f'{n}.txt', Number=f'{n}/TC'))
        ones = [sum(e['rcpt'][0] == ONE for e in s.saved()) for s in (sink, self.other)]
        self.assertGreaterEqual(min(ones), 4, ones)

    def test_r73_the_second_choice_rests_again_when_the_first_is_back(self):
        """Though letters never cease, so that its lines are never idle."""
        sink, relays = self.two('on connect do reply 421 4.3.2 "down"', 'on dot do delay 20',
                                connections=4, other={'preference': 20})
        self.press(rows=3000, sink=sink, relays=relays)
        self.clocked(factor=5)
        self.send()
        harness.wait_until(lambda: self.taken(self.other) > 50)
        sink.script('on dot do delay 20')
        harness.wait_until(lambda: self.taken(sink) > 100)
        before = self.taken(self.other)
        first = self.taken(sink)
        harness.wait_until(lambda: self.taken(sink) > first + 100)
        self.assertLessEqual(self.taken(self.other) - before, 2 * 4)


class Sick(RelayCase):
    def test_r74_a_relay_that_is_back_gets_twice_as_many_lines_each_round(self):
        self.press('on connect do reply 421 4.3.2 "down"', rows=300, relay={'connections': 16})
        self.clocked(factor=10)
        self.send()
        harness.wait_until(lambda: self.pressd_log().count('relay refused or lost') >= 3)
        self.sink.script('on dot do delay 30')
        since = max(l.ms for l in self.sink.transcript(conn=0))
        self.settled(n=300)
        lines = [l for l in self.sink.transcript() if l.ms >= since and l.conn]
        took = opened = 0
        for line in lines:
            opened += line.text == 'connected'
            took += line.who == 'S:' and line.text.startswith('250') and 'saved' in line.text
            if opened > 1 and line.text == 'connected':
                least = {2: 1, 3: 3, 5: 7, 9: 15}
                need = max(v for k, v in least.items() if opened >= k)
                self.assertGreaterEqual(self.accepted(lines, line), need, opened)
        self.assertGreaterEqual(opened, 9)

    def test_r73_with_few_letters_too_the_first_choice_is_soon_the_only_one(self):
        sink, relays = self.two('on connect do reply 421 4.3.2 "down"', connections=16,
                                other={'preference': 20})
        self.press(rows=1, sink=sink, relays=relays)
        self.clocked()
        self.settled(n=1, release=self.send()['release'])
        self.assertEqual(self.taken(self.other), 1)
        sink.script('')
        while not self.taken(sink):  # one letter at a time, a minute between them
            self.clock.run(100)
            time.sleep(0.6)
            self.clock.run(1)
            self.settled(n=1, release=self.send_to_one(Number=str(time.monotonic_ns())))
        self.clock.run(400)  # five minutes and more: it climbs by time
        time.sleep(1)
        self.clock.run(1)
        before = self.taken(self.other)
        for n in range(4):
            self.settled(n=1, release=self.send_to_one(Number=str(n)))
        self.assertEqual(self.taken(self.other), before)

    @staticmethod
    def accepted(lines, until):
        """Dots answered before a line of the transcript."""
        n = 0
        dots = {}
        for line in lines:
            if line is until:
                return n
            if line.who == 'C:' and line.text == '.':
                dots[line.conn] = dots.get(line.conn, 0) + 1
            elif line.who == 'S:' and line.text.startswith('250') and dots.get(line.conn):
                dots[line.conn] -= 1
                n += 1
        return n

    def test_a_relay_that_comes_and_goes_is_one_alarm_not_a_storm(self):
        alarm = self.dir / 'alarm'
        self.press('on connect do reply 421 4.3.2 "down"', rows=2000, relay={'connections': 2},
                   sections={'notify': {'command': f'echo $PRESS_ALARM_STATE >>{alarm}'},
                             'class "normal"': {'retry': ['1s'], 'give_up': '5d'}})
        self.clocked(factor=20)
        self.send()
        for n in range(1, 5):
            harness.wait_until(lambda n=n: self.pressd_log().count('failures=3') >= n)
            before = self.taken(self.sink)
            self.sink.script('on dot do delay 50')
            harness.wait_until(lambda n=before: self.taken(self.sink) > n + 3)
            self.sink.script('on any do reply 421 4.3.2 "down"')
        told = alarm.read_text().split()
        self.assertEqual(told[:2], ['raised', 'cleared'])
        self.assertLessEqual(len(told), 4)


class Slower(RelayCase):
    def test_r20_a_relay_that_says_4_7_x_at_mail_gets_a_pause_and_half_the_lines(self):
        self.press('on dot do delay 20\non mail nth 100 do reply 450 4.7.1 "too fast"', rows=900,
                   relay={'connections': 8})
        self.clocked(factor=2)
        self.send()
        harness.wait_until(lambda: 'asks us to slow down' in self.pressd_log())
        at = next(l.ms for l in self.sink.transcript(who='S:') if 'too fast' in l.text)
        harness.wait_until(lambda: self.taken(self.sink) > 180)
        mails = [l.ms for l in self.sink.transcript(who='C:') if l.text.startswith('MAIL')]
        after = [ms for ms in mails if ms > at + 60]  # those behind a dot were on the way
        self.assertGreaterEqual(min(after) - at, 400)  # 1 s, at twice the speed
        self.assertLessEqual(self.peak(self.sink, min(after) + 200), 4)
        self.clock.run(200)  # and with time it gets them back
        harness.wait_until(lambda: self.peak(self.sink, at + 500) == 8 or
                           self.taken(self.sink) == 900)
        self.settled(n=900)
        self.assertEqual({r['state'] for r in self.log()}, {'relayed', 'deferred'})
        self.assertEqual(sum(r['state'] == 'deferred' for r in self.log()), 1)

    def test_4_7_x_at_rcpt_slows_that_recipient_and_nobody_else(self):
        self.press('on rcpt count 20 do reply 450 4.7.1 "greylisted"', rows=100,
                   sections={'class "normal"': {'retry': ['1h'], 'give_up': '5d'}})
        self.once()
        self.send()
        self.once()
        self.assertEqual(self.counts(), {'relayed': 80, 'deferred': 20})
        self.assertNotIn('slow down', self.pressd_log())

    def test_r75_421_at_the_banner_lowers_the_lines_and_they_come_back(self):
        self.press('on connect every 3 do reply 421 4.3.2 "busy"\non dot do delay 20', rows=600,
                   relay={'connections': 9, 'messages_per_connection': 50})
        self.clocked()
        self.send()
        harness.wait_until(lambda: 'takes no further connection' in self.pressd_log())
        self.settled(n=600)
        self.assertLessEqual(self.peak(self.sink), 9)
        self.assertLess(self.peak(self.sink, self.sink.ledger()[400]['t_ms']), 9)
        self.assertLessEqual(self.sink.connections(), 40)
        self.sink.script('on dot do delay 20')
        self.clock.run(600)  # ten minutes later it has all of them
        time.sleep(1.5)
        self.clock.run(1)
        release = self.send(self.statement(name='two.txt', Title='Hai'))['release']
        self.settled(n=600, release=release)
        self.assertEqual(self.peak(self.sink, self.sink.ledger()[600]['t_ms']), 9)

    def test_a_learnt_number_of_letters_a_line_is_tried_again_later(self):
        self.press('max-messages 5', rows=60, relay={'connections': 2})
        self.clocked()
        self.send()
        self.settled(n=60)
        self.sink.script('')
        self.clock.run(3000)
        time.sleep(1.5)  # more than an hour
        self.clock.run(1)
        release = self.send(self.statement(name='two.txt', Title='Hai'))['release']
        self.settled(n=60, release=release)
        conns = [e['conn'] for e in self.sink.saved()[60:]]
        self.assertGreaterEqual(max(conns.count(c) for c in conns), 15)


class Reloaded(RelayCase):
    """SIGHUP with the same settings of the relay: what its answers taught is still true."""

    def reload(self, pressd):
        n = self.pressd_log().count('configuration read again')
        pressd.signal(signal.SIGHUP)
        harness.wait_until(lambda: self.pressd_log().count('configuration read again') > n)

    def refused(self):
        return sum(line.text.startswith('421') for line in self.sink.transcript())

    def again(self, rows, name):
        self.settled(n=rows, release=self.send(self.statement(name=name, Title=name))['release'])

    def test_a_learnt_number_of_letters_a_line_stays_until_the_setting_changes(self):
        self.press('max-messages 5', rows=60, relay={'connections': 2})
        pressd = self.pressd()
        self.send()
        self.settled(n=60)
        before = self.refused()
        self.assertGreaterEqual(before, 2)
        self.reload(pressd)
        self.again(60, 'two.txt')
        self.assertEqual(self.refused(), before)
        conf = self.conf.read_text()
        self.conf.write_text(conf.replace('connections = 2', 'connections = 3'))
        self.assertNotEqual(conf, self.conf.read_text())
        self.reload(pressd)
        self.again(60, 'three.txt')
        self.assertGreater(self.refused(), before)

    def test_r47_r74_a_sick_relay_is_not_asked_before_its_time_and_the_failures_go_on(self):
        self.press('on connect do reply 421 4.3.2 "down"', rows=2, relay={'connections': 2})
        pressd = self.clocked(factor=100)
        self.send()
        harness.wait_until(lambda: 'failures=7 again_in_ms=60000' in self.pressd_log())
        self.clock.run(1)
        lines = self.sink.connections()
        for _ in range(3):
            self.reload(pressd)
        time.sleep(0.3)
        self.assertEqual(self.sink.connections(), lines)
        self.clock.run(100)
        harness.wait_until(lambda: 'failures=9 ' in self.pressd_log())
        self.assertEqual(self.pressd_log().count('failures=1 '), 1)

    def test_a_paused_relay_is_told_of_once(self):
        self.press(rows=3)
        self.send()
        self.ok('relay', 'pause', 'r1')
        pressd = self.pressd()
        harness.wait_until(lambda: 'relay paused' in self.pressd_log())
        self.reload(pressd)
        time.sleep(0.3)
        self.assertEqual(self.pressd_log().count('relay paused'), 1)
        self.assertEqual(self.sink.connections(), 0)
        self.ok('relay', 'resume', 'r1')
        self.settled(n=3)


class Late(RelayCase):
    """It connects, takes the login, and leaves letters without an answer."""

    def test_r73_letters_that_wait_go_elsewhere_when_a_relay_hangs_at_mail_or_rcpt(self):
        for stage in ('mail', 'rcpt'):
            with self.subTest(stage=stage):
                self.dir = self.dir / stage
                self.dir.mkdir()
                sink, relays = self.two(f'on {stage} do hang', connections=4,
                                        other={'preference': 20})
                self.press(rows=100, sink=sink, relays=relays)
                self.clocked(factor=20)
                self.send()
                self.settled(n=96)  # after 15 s of its time
                self.assertEqual(self.counts(), {'relayed': 96, 'sending': 4})
                self.clock.run(300)  # what is on the wire has the minutes of RFC 5321 4.5.3.2
                self.settled(n=100)
                self.assertEqual(self.taken(sink), 0)
                self.assertEqual(set(self.received(self.other).values()), {1})
                harness.wait_until(lambda: 'alarm key="relay r1"' in self.pressd_log())

    def test_r73_the_same_where_it_hangs_at_the_dot(self):
        sink, relays = self.two('on dot do hang', connections=4, other={'preference': 20})
        self.press(rows=100, sink=sink, relays=relays)
        self.clocked(factor=60)
        self.send()
        harness.wait_until(lambda: self.taken(self.other) >= 92)
        self.assertEqual(self.counts().get('sending', 0), 100 - self.counts()['relayed'])

    def passes(self, title, n):
        """n letters of a new release to all were taken."""
        release = self.send(self.statement(name='r77.txt', Title=title))['release']
        harness.wait_until(lambda: self.counts(release).get('relayed', 0) >= n)

    def test_r77_a_tarpit_holds_nobody_up_who_can_go_through_another_relay(self):
        """20 s at each RCPT of one relay; the other, of equal preference, is well."""
        sink, relays = self.two('on rcpt do delay 2000', 'on dot do delay 10', connections=4)
        self.press(rows=400, sink=sink, relays=relays)
        self.clocked(factor=10)
        self.ok('relay', 'pause', 'r1')
        self.passes('Bình thường', 400)  # through the other alone
        self.ok('relay', 'resume', 'r1')
        start = time.monotonic()
        self.passes('Đầu', 396)
        self.settled(n=400, release=2)
        for n in range(3):
            self.passes(f'Bản {n}', 399)
        minutes = (time.monotonic() - start) * 10 / 60  # it is tried by a letter a minute
        self.assertLessEqual(self.taken(sink), 4 + minutes + 1)
        sink.script('on dot do delay 10')  # and back, when it is well again
        self.clock.run(100)
        time.sleep(1)
        for n in range(3, 6):
            self.passes(f'Bản {n}', 400)
        self.assertGreater(self.taken(sink), 100)


class Progress(RelayCase):
    """Somebody is told, once, when work that is due does not go on."""

    def told(self):
        return self.pressd_log().count('alarm key="progress"')

    def test_nothing_goes_on_and_somebody_is_told_how_many_wait(self):
        """Urgent after 2 minutes, normal after 10, routine after 60."""
        self.base = self.dir
        for word, minutes in (('urgent', 2), ('normal', 10), ('routine', 60)):
            with self.subTest(word):
                self.dir = self.base / word
                self.dir.mkdir()
                self.press('on rcpt do hang', rows=7, relay={'connections': 3})
                factor = 60 * minutes
                self.clocked(factor)
                start = time.monotonic()
                self.send(self.statement(Class=word))
                harness.wait_until(self.told, 60)
                took = (time.monotonic() - start) * factor / 60
                self.assertGreaterEqual(took, minutes * 0.99)
                self.assertIn('though 7 letters are due', self.pressd_log())
                self.assertIn('though 7 letters are due', self.ctl('doctor').stdout)
                self.assertIn('7 letters are due', self.ctl('status', 1).stdout)
                self.sink.script('')
                self.settled(n=7, timeout=30)
                harness.wait_until(lambda: 'alarm over key="progress"' in self.pressd_log())
                self.assertEqual(self.told(), 1)

    def test_letters_lost_at_the_dot_one_round_after_the_other_are_one_alarm(self):
        """Each round ends after ten minutes with unknown outcomes; nothing is due for a while then."""
        self.press('on dot do hang', rows=3, relay={'connections': 3})
        self.clocked(600)
        self.send(self.statement(Class='urgent'))
        harness.wait_until(lambda: self.sink.connections() >= 9, 30, 'three rounds')
        self.assertEqual(self.told(), 1)
        self.assertNotIn('alarm over key="progress"', self.pressd_log())
        self.sink.script('')
        self.settled(n=3, timeout=30)
        harness.wait_until(lambda: 'alarm over key="progress"' in self.pressd_log())
        self.assertEqual(self.told(), 1)

    def test_every_relay_paused_is_told_too_and_a_resume_ends_it(self):
        self.press(rows=3)
        self.clocked(factor=200)
        self.ok('relay', 'pause', 'r1')
        self.ctl('send', self.statement())
        harness.wait_until(self.told, 20)
        self.assertIn('Every relay is paused, so 3 letters', self.pressd_log())
        self.ok('relay', 'resume', 'r1')
        self.settled(n=3)
        harness.wait_until(lambda: 'alarm over key="progress"' in self.pressd_log())

    def test_pause_all_and_slow_but_steady_work_alarm_nobody(self):
        self.press('on dot do delay 300', rows=30, relay={'connections': 1})
        self.clocked(factor=400)  # each letter takes 2 minutes of its time
        self.send()
        self.settled(n=30, timeout=30)
        self.ok('pause', '--all')
        self.ctl('send', self.statement(name='two.txt', Title='Hai', Class='urgent'))
        time.sleep(1.5)
        self.assertEqual(self.told(), 0)


class Descriptors(RelayCase):
    def test_r78_no_descriptor_left_is_our_trouble_and_the_lines_there_are_go_on(self):
        self.press('on dot do delay 10', rows=400, relay={'connections': 30})
        pressd = self.pressd()
        used = len(list(pathlib.Path(f'/proc/{pressd.pid}/fd').iterdir()))
        resource.prlimit(pressd.pid, resource.RLIMIT_NOFILE, (used + 4, used + 4))
        self.send()
        self.settled(n=400)
        log = self.pressd_log()
        self.assertIn('alarm key="descriptors" pressd cannot open another connection: '
                      'Too many open files', log)
        self.assertNotIn('relay refused or lost', log)
        self.assertEqual({r['state'] for r in self.log()}, {'relayed'})
        self.assertLessEqual(self.peak(self.sink), 4)
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        try:
            resource.prlimit(pressd.pid, resource.RLIMIT_NOFILE, (1000, hard))
        except PermissionError:
            return  # only root may give it back
        self.send(self.statement(name='two.txt', Title='Hai'))
        harness.wait_until(lambda: 'alarm over key="descriptors"' in self.pressd_log(), 20)

    def test_r78_many_recipients_stay_within_the_connections_and_the_descriptors(self):
        """A limit below what the configuration asks for: never reached, all the same served."""
        self.press('on dot do delay 5', rows=2000, relay={'connections': 500})
        pressd = self.enterContext(harness.Process(
            ['prlimit', '--nofile=128:128', harness.program('pressd'), '-c', self.conf],
            self.dir / 'pressd.log'))
        self.send()
        most = 0
        while self.counts() != {'relayed': 2000}:
            most = max(most, len(list(pathlib.Path(f'/proc/{pressd.pid}/fd').iterdir())))
        self.assertGreater(most, 30)
        self.assertLessEqual(most, 100)
        self.assertLessEqual(self.peak(self.sink), 32)
        self.assertNotIn('alarm key', self.pressd_log())


if __name__ == '__main__':
    unittest.main()
