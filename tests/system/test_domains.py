# SPDX-License-Identifier: MIT
"""What one recipient domain is asked to take: domain_limit of press.conf (R80, R76)."""
import collections
import contextlib
import signal
import sqlite3
import time
import unittest

import harness
from press_case import PressCase
from torture import rig

TAKEN = 'The letter is kept'
RETRY = {'class "normal"': {'retry': ['1s'], 'give_up': '1h'}}


def people(**domains):
    """(name, address) pairs: people(gmail_com=3) gives n0@gmail.com and two more."""
    return [(f'Người {n}', f'n{n}@{domain.replace("_", ".")}')
            for domain, count in domains.items() for n in range(count)]


def limit(domain='gmail.com', connections=0, rate=0):
    return {f'domain_limit "{domain}"': {'connections': connections, 'rate': rate}}


class Limits(PressCase):
    def begun(self, domain='gmail.com', sinks=None):
        """When each envelope to the domain came: ms, in order."""
        return sorted(line.ms for sink in sinks or [self.sink] for line in sink.transcript()
                      if line.text.startswith('RCPT') and f'@{domain}>' in line.text)

    def order(self):
        """Addresses in the order in which their letters were taken."""
        return [e['rcpt'][0] for e in self.sink.saved()]

    def peak(self, domain, *sinks):
        """Most letters to the domain under way at once, over all these relays."""
        moments = []
        for sink in sinks:
            waiting = collections.defaultdict(list)
            for i, line in enumerate(sink.transcript()):
                if line.text.startswith('RCPT'):
                    waiting[line.conn].append(f'@{domain}>' in line.text)
                    moments += [(line.ms, i, 1)] if waiting[line.conn][-1] else []
                elif TAKEN in line.text and waiting[line.conn].pop(0):
                    moments.append((line.ms, i, -1))
        now, most = 0, 0
        for _, _, change in sorted(moments, key=lambda m: (m[0], m[2])):
            now += change
            most = max(most, now)
        return most

    def relayed(self, n):
        harness.wait_until(lambda: self.counts().get('relayed', 0) >= n, 20, f'{n} relayed')

    # --- letters under way

    def test_r80_never_more_letters_to_a_domain_at_once_than_set_over_all_relays(self):
        other = self.enterContext(harness.Catcher(self.dir, 'on dot do delay 10', name='other'))
        sink = self.enterContext(harness.Catcher(self.dir, 'on dot do delay 10'))
        self.press(rows=people(gmail_com=60, paper_example=60), sink=sink,
                   relays=[sink.relay(connections=6), other.relay(connections=6)],
                   sections=limit(connections=2))
        self.send()
        self.drain()
        self.assertEqual(self.counts(), {'relayed': 120})
        self.assertEqual(self.peak('gmail.com', sink, other), 2)
        self.assertGreater(self.peak('paper.example', sink, other), 2)
        self.assertEqual(set((self.received() + self.received(other)).values()), {1})

    def test_a_domain_at_its_limit_leaves_the_lines_to_others(self):
        self.press('on dot match "gmail.com" do delay 100',
                   rows=people(gmail_com=400, sub_gmail_com=20, paper_example=200),
                   relay={'connections': 4}, sections=limit(connections=1))
        self.send()
        pressd = self.pressd()
        harness.wait_until(lambda: sum('gmail' not in a or 'sub.' in a for a in self.order()) == 220,
                           20, 'the others')
        order = self.order()
        # At most one line waited for gmail.com, so what is not of it took the other three.
        self.assertLess(sum(a.endswith('@gmail.com') for a in order), 60)
        self.assertEqual(self.peak('gmail.com', self.sink), 1)
        self.assertTrue(pressd.running())

    def test_urgent_letters_have_a_domain_s_budget_first(self):
        self.press('on dot do delay 30', rows=people(gmail_com=40), relay={'connections': 4},
                   sections=limit(connections=1))
        self.send(self.statement(Class='routine'))
        self.pressd()
        self.relayed(3)
        self.send(self.statement(Class='urgent', Title='Khẩn', name='u.txt'))
        harness.wait_until(lambda: self.counts(2) == {'relayed': 40}, 20, 'the urgent ones')
        self.assertLessEqual(self.counts(1)['relayed'], 3 + 40)
        titles = [m['Subject'] for m in self.sink.mails()]
        first, last = titles.index('Khẩn'), len(titles) - 1 - titles[::-1].index('Khẩn')
        self.assertLessEqual(last - first, 40)  # at most one of the others between them
        self.assertEqual(self.peak('gmail.com', self.sink), 1)

    def test_releases_of_one_class_take_turns_within_a_domain_s_limit(self):
        self.press('on dot do delay 10', rows=people(gmail_com=12), relay={'connections': 4},
                   sections=limit(connections=1))
        for title in ('Một', 'Hai'):
            self.send(self.statement(Title=title, name=f'{title}.txt'))
        self.drain()
        self.assertEqual((self.counts(1), self.counts(2)), ({'relayed': 12}, {'relayed': 12}))
        titles = [m['Subject'] for m in self.sink.mails()]
        for n in range(2, 24, 2):
            self.assertEqual(titles[:n].count('Hai'), n // 2, titles)

    def test_hundreds_of_urgent_releases_that_wait_hide_no_other(self):
        """pressd looks at 256 releases at a time."""
        self.press('on dot do delay 5', rows=people(gmail_com=1, slow_example=3, paper_example=3),
                   relay={'connections': 4},
                   sections={**limit(rate=1), **limit('slow.example', rate=40)})
        def of(domain):
            return ' or '.join(f'email:n{n}@{domain}' for n in range(3))
        pressd = self.pressd()
        urgent = self.statement(Class='urgent', To='email:n0@gmail.com', name='u.txt')
        for _ in range(300):
            self.ok('send', urgent, '--again')
        harness.wait_until(lambda: self.parked() >= 299, 20)
        self.send(self.statement(To=of('slow.example'), Title='Thường'))
        self.send(self.statement(To=of('paper.example'), Title='Hằng ngày', Class='routine'))
        harness.wait_until(lambda: self.counts(302) == {'relayed': 3}, 3, 'no limit')
        harness.wait_until(lambda: self.counts(301) == {'relayed': 3}, 8, 'its limit has room')
        self.assertTrue(pressd.running())

    def parked(self):
        with contextlib.closing(sqlite3.connect(self.dir / 'press.db')) as db:
            return db.execute('SELECT count(*) FROM delivery WHERE parked IS NOT NULL').fetchone()[0]

    # --- letters a minute

    def paced(self, factor, *args):
        """pressd by a clock that runs `factor` times as fast."""
        clock = rig.Clock(self.dir / 'clock', factor)
        env = rig.preload('testclock', {**harness.ENV, **clock.env})
        return self.enterContext(harness.Process(
            [harness.program('pressd'), '-c', str(self.conf), *args], self.dir / 'pressd.log', env))

    def most_in(self, moments, ms):
        return max(sum(a <= b < a + ms for b in moments) for a in moments)

    def test_r80_never_more_letters_to_a_domain_in_a_minute_than_set(self):
        self.press(rows=people(gmail_com=100, paper_example=100), relay={'connections': 4},
                   sections=limit(rate=60, connections=5))
        self.send()
        self.assertEqual(self.paced(20, '--drain').wait(60), 0)
        self.assertEqual(self.counts(), {'relayed': 200})
        gmail, paper = self.begun(), self.begun('paper.example')
        self.assertLessEqual(self.most_in(gmail, 3000 - 20), 60)  # a minute is 3 s; 20 ms of noise
        self.assertLess(paper[-1] - paper[0], 2000)
        # 99 s between the first and the last: neither faster nor much slower.
        self.assertGreater(gmail[-1] - gmail[0], 99000 / 20 - 50)
        self.assertLess(gmail[-1] - gmail[0], 1.3 * 99000 / 20)

    def test_r80_nor_at_a_high_rate(self):
        self.press(rows=people(gmail_com=800), relay={'connections': 4},
                   sections=limit(rate=600))
        self.send()
        self.assertEqual(self.paced(20, '--drain').wait(60), 0)
        gmail = self.begun()
        self.assertLessEqual(self.most_in(gmail, 3000 - 20), 600)
        self.assertLess(gmail[-1] - gmail[0], 3 * 4000)  # not one by one, each with its commit

    def test_once_leaves_what_the_rate_does_not_allow_now(self):
        self.press(rows=people(gmail_com=5, paper_example=5), sections=limit(rate=1))
        self.send()
        self.once()
        self.assertEqual(self.counts(), {'relayed': 6, 'queued': 4})
        self.once()
        self.assertEqual(self.counts(), {'relayed': 7, 'queued': 3})

    def test_what_the_trial_list_keeps_back_waits_for_no_limit(self):
        self.press(rows=people(gmail_com=30, paper_example=2), sections=limit(rate=1))
        self.send()
        self.once()
        self.assertEqual(self.counts(), {'relayed': 3, 'queued': 29})
        self.send(self.statement(Title='Hai', name='t.txt'))
        harness.write_config(self.dir, self.sink.relay(), sections=limit(rate=1),
                             allow=['@paper.example'])
        self.once()
        self.assertEqual(self.counts(1), {'relayed': 3, 'suppressed': 29})
        self.assertEqual(self.counts(2), {'relayed': 2, 'suppressed': 30})

    def test_a_domain_that_waits_keeps_pressd_neither_busy_nor_connected(self):
        self.press(rows=people(gmail_com=300), relay={'connections': 4}, sections=limit(rate=1))
        self.send()
        pressd = self.paced(10)
        self.relayed(1)
        time.sleep(1.5)  # 15 s by its clock: an idle line is given up after 10
        self.assertEqual(self.sink.connections() - len(
            [l for l in self.sink.transcript(who='--') if l.text == 'closed']), 0)
        opened = self.sink.connections()
        before = self.wakes(pressd)
        time.sleep(1)
        self.assertLessEqual(self.wakes(pressd) - before, 25)  # 10 s by its clock
        self.assertEqual(self.sink.connections(), opened)
        self.relayed(2)

    @staticmethod
    def wakes(process):
        with open(f'/proc/{process.pid}/status', encoding='ascii') as f:
            return int(next(l.split()[1] for l in f if l.startswith('voluntary_ctxt')))

    # --- restarts, reloads, people

    def test_killed_in_between_nobody_is_lost_and_the_limit_still_holds(self):
        self.press('on dot do delay 5', rows=people(gmail_com=60, paper_example=60),
                   relay={'connections': 4}, sections={**limit(connections=2), **RETRY})
        self.send()
        for n in (5, 40, 70):
            pressd = self.pressd()
            self.relayed(n)
            pressd.kill()
        self.drain()
        self.assertEqual(self.counts(), {'relayed': 120})
        received = self.received()
        self.assertEqual(len(received), 120)
        self.assertLessEqual(sum(received.values()), 120 + 3 * 4)  # a kill and a line

    def test_a_reload_without_the_limit_lets_all_go(self):
        self.press(rows=people(gmail_com=50, paper_example=5), sections=limit(rate=1))
        self.send()
        pressd = self.pressd()
        self.relayed(6)
        harness.write_config(self.dir, self.sink.relay())
        pressd.signal(signal.SIGHUP)
        self.relayed(55)

    def test_a_reload_with_a_limit_keeps_it_from_then_on(self):
        self.press('on dot do delay 60', rows=people(gmail_com=200), relay={'connections': 2})
        self.send()
        pressd = self.pressd()
        self.relayed(5)
        harness.write_config(self.dir, self.sink.relay(connections=2), sections=limit(rate=1))
        pressd.signal(signal.SIGHUP)
        harness.wait_until(lambda: 'configuration read again' in self.pressd_log(), 5, 'the reload')
        time.sleep(0.3)
        taken = self.counts()['relayed']
        time.sleep(0.3)
        self.assertEqual(self.counts()['relayed'], taken)
        self.assertLess(taken, 200)

    def test_what_is_parked_can_be_cancelled_and_expires(self):
        self.press(rows=people(gmail_com=30), sections=limit(rate=1))
        for title in ('Một', 'Hai'):
            self.send(self.statement(Title=title, name='s.txt', **(
                {'Expires': '2s'} if title == 'Hai' else {})))
        self.once()
        self.ok('cancel', 1)
        self.assertEqual(self.counts(1).get('cancelled', 0) + self.counts(1).get('relayed', 0), 30)
        time.sleep(2)
        self.once()
        self.assertEqual(self.counts(2).get('expired', 0) + self.counts(2).get('relayed', 0), 30)


    def test_status_and_explain_name_the_limit_and_the_setting(self):
        self.press(rows=people(gmail_com=5, paper_example=5), sections=limit(rate=1))
        self.send()
        self.pressd()
        self.relayed(6)
        waiting = next(a for _, a in people(gmail_com=5) if a not in self.order())
        sentence = '! Letters to gmail.com that wait for the limit of this domain: 4 ' \
                   '(setting: domain_limit "gmail.com")'
        harness.wait_until(lambda: sentence in self.ctl('status', 1).stdout, 5, sentence)
        self.assertIn('It waits for the limit of gmail.com: letters a minute: 1 (setting: domain_limit)',
                      self.ok('explain', 1, waiting).stdout)

    def test_retry_of_one_domain_leaves_the_others_waiting(self):
        self.press('on rcpt do reply 450 4.2.0 "later"',
                   rows=people(gmail_com=3, sub_gmail_com=2, paper_example=4))
        self.send()
        self.once()
        self.assertEqual(self.counts(), {'deferred': 9})
        self.sink.script('')
        self.assertEqual(self.json('retry', 1, '--domain', 'GMail.com')[0]['retried'], 3)
        self.once()
        self.assertEqual(self.counts(), {'deferred': 6, 'relayed': 3})
        self.assertEqual({a.split('@')[1] for a in self.received()}, {'gmail.com'})
        self.assertEqual(self.ctl('retry', 1, '--domain', 'x', '--address', 'a@b.example')
                         .returncode, 64)
        self.assertEqual(self.ctl('retry', 1, '--domain', 'a b').returncode, 65)

    def test_retry_of_a_domain_that_no_recipient_has_is_a_slip_and_changes_nothing(self):
        self.press('on rcpt do reply 450 4.2.0 "later"', rows=people(gmail_com=3, paper_example=2))
        self.send()
        self.once()
        before = self.waiting()
        p = self.ctl('--lang=en', 'retry', 1, '--domain', 'gmail.con')
        self.assertEqual((p.returncode, p.stdout), (66, ''))
        self.assertIn('no recipient at gmail.con; did you mean gmail.com? Nothing was', p.stderr)
        p = self.ctl('--lang=en', 'retry', 1, '--domain', 'elsewhere.org')
        self.assertEqual((p.returncode, p.stdout), (66, ''))
        self.assertIn('no recipient at elsewhere.org. Nothing was changed', p.stderr)
        self.assertEqual(self.waiting(), before)

    def waiting(self):
        with contextlib.closing(sqlite3.connect(self.dir / 'press.db')) as db:
            return [db.execute('SELECT id, state, due_at FROM delivery').fetchall(),
                    db.execute('SELECT count(*) FROM audit').fetchall()]


class Greylisting(PressCase):
    def test_r76_a_domain_that_greylists_slows_its_own_recipients_only(self):
        self.press('on rcpt match "gmail.com" each 1 do reply 450 4.7.1 "greylisted"',
                   rows=people(gmail_com=30, paper_example=100), relay={'connections': 2},
                   sections=RETRY)
        self.send()
        self.drain()
        tries = collections.Counter(r['address'] for r in self.log())
        for address, n in tries.items():
            self.assertEqual(n, 2 if 'gmail' in address else 1, address)
        senders = collections.defaultdict(set)
        sender = {}
        for line in self.sink.transcript(who='C:'):
            if line.text.startswith('MAIL'):
                sender[line.conn] = line.text
            elif line.text.startswith('RCPT'):
                senders[line.text].add(sender[line.conn])
        self.assertEqual({len(v) for v in senders.values()}, {1})
        self.assertEqual(len(senders), 130)
        self.assertNotIn('relay refused', self.pressd_log())


if __name__ == '__main__':
    unittest.main()
