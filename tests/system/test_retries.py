# SPDX-License-Identifier: MIT
"""Trying again: the same bytes, in time, not too often, on not too many connections."""
import collections
import time
import unittest

import harness
from press_case import PressCase
from torture import rig


def fast(**more):
    return {'class "normal"': {'retry': ['300ms'], 'give_up': '1h', **more}}


class Again(PressCase):
    def test_r88_every_try_has_the_same_bytes(self):
        """Three tries each, over a restart, with and without a reply; all of them kept."""
        self.press('on dot each 1 do save-then-drop\n'
                   'on dot each 2 do reply 451 4.3.0 "later" save', rows=4, sections=fast())
        self.send(self.statement('Dòng một.\n.\n..hai\n', Number='12/TC'))
        self.once()
        time.sleep(1.1)  # a Date written anew would differ
        self.drain()
        letters = collections.defaultdict(list)
        for e in self.sink.ledger():
            letters[e['rcpt'][0]].append(self.sink.raw(e))
        self.assertEqual({len(v) for v in letters.values()}, {3})
        for address, copies in letters.items():
            self.assertEqual(len(set(copies)), 1, address)
        self.assertEqual(len({v[0] for v in letters.values()}), 4)
        senders = collections.defaultdict(set)
        for e in self.sink.ledger():
            senders[e['rcpt'][0]].add(e['from'])
        self.assertEqual({len(v) for v in senders.values()}, {1})  # R76: one return path
        rows = collections.Counter((r['attempt'], r['state']) for r in self.log())
        self.assertEqual(rows, {(1, 'unknown'): 4, (2, 'unknown'): 4, (3, 'relayed'): 4})

    def test_r76_greylisting_is_over_with_the_first_retry(self):
        self.press('on rcpt each 1 do reply 450 4.7.1 "greylisted"', rows=40, sections=fast())
        self.send()
        self.drain()
        self.assertEqual(self.counts(), {'relayed': 40})
        self.assertEqual(set(self.received().values()), {1})
        tries = collections.Counter(r['address'] for r in self.log())
        self.assertEqual(set(tries.values()), {2})
        self.assertEqual(self.sink.faults(), [])

    def test_r87_an_unknown_outcome_waits_its_step_before_it_is_tried_again(self):
        self.press('on dot count 1 do save-then-drop', rows=1,
                   sections=fast(retry=['1s'], unknown='retry'))
        self.send()
        self.drain()
        first, second = self.sink.ledger()
        self.assertGreaterEqual(second['t_ms'] - first['t_ms'], 850)  # 1 s, 10 % of it by chance
        self.assertEqual((first['message_id'], first['hash']),
                         (second['message_id'], second['hash']))
        self.assertEqual([(r['state'], r.get('second_copy', False)) for r in self.log()],
                         [('unknown', False), ('relayed', True)])

    def test_a_try_after_unknown_is_marked_as_possibly_a_second_copy(self):
        """Only where the text went out again; over a restart too."""
        self.press('on dot nth 1 do save-then-drop\non rcpt nth 2 do reply 451 4.3.0 "later"\n'
                   'on dot nth 2 do hang', rows=1, sections=fast())
        self.send()
        pressd = self.pressd()
        harness.wait_until(lambda: self.counts().get('sending') and len(self.log()) == 2)
        harness.wait_until(lambda: any(l.text == 'hang' for l in self.sink.transcript()))
        pressd.kill()
        self.drain()
        self.assertEqual([(r['state'], r['stage'], r.get('second_copy', False)) for r in self.log()],
                         [('unknown', 'dot', False), ('unknown', 'rcpt', False),
                          ('unknown', '', True), ('relayed', 'dot', True)])
        marked = [l for l in self.ok('log').stdout.splitlines() if 'possibly a second copy' in l]
        self.assertEqual(len(marked), 2)
        self.assertIn('có thể là bản thứ hai',
                      self.ok('--lang', 'vi', 'explain', 1, 'n00000@paper0.example').stdout)
        self.assertEqual([r.rsplit(',', 2)[1] for r in self.ok('log', '--csv').stdout.splitlines()],
                         ['second_copy', '', '', 'yes', 'yes'])

    def test_r87_the_second_relay_gets_an_unknown_one_not_earlier(self):
        other = self.enterContext(harness.Catcher(self.dir, name='other'))
        sink = self.enterContext(harness.Catcher(self.dir, 'on dot do save-then-drop'))
        self.press(rows=1, sink=sink, relays=[sink.relay(), other.relay(preference=20)],
                   sections=fast(retry=['1s']))
        self.send()
        harness.wait_until(lambda: self.once() or sink.ledger(), 5)
        sink.script('on connect do reply 554 "no more"')
        self.drain()
        self.assertGreaterEqual(other.ledger()[0]['t_ms'] - sink.ledger()[0]['t_ms'], 850)
        self.assertEqual(self.counts(), {'relayed': 1})
        self.assertEqual(other.raw(other.ledger()[0]), sink.raw(sink.ledger()[0]))

    def test_r87_a_held_unknown_waits_for_a_person(self):
        self.press('on dot match "n00001@" count 1 do save-then-drop', rows=3,
                   sections=fast(unknown='hold'))
        self.send()
        self.drain(code=3)
        self.assertEqual(self.counts(), {'relayed': 2, 'unknown': 1})
        time.sleep(0.5)  # longer than the step
        self.drain(code=3)
        self.assertEqual(self.counts(), {'relayed': 2, 'unknown': 1})
        self.assertEqual(self.ctl('status', 1, '--wait=1s').returncode, 3)
        self.ok('retry', 1)
        self.drain()
        self.assertEqual(self.counts(), {'relayed': 3})
        self.assertEqual(self.received()['n00001@paper1.example'], 2)
        self.assertEqual(len({e['hash'] for e in self.sink.saved()}), 3)


class Days(rig.Torture):
    """The longest policy there is, on a clock that stands and is moved from try to try."""

    def test_r88_r40_five_days_of_tries_change_neither_message_id_nor_date_nor_body(self):
        policy = {'retry': ['15m', '1h', '3h'], 'give_up': '5d'}
        with self.run_of(self.queue(1), 'on dot do reply 451 4.3.0 "later" save', policy=policy,
                         factor=0, relay={'connections': 1}) as run:
            pressd, tried, hours = run.start(), 0, 0.0
            while run.open_work():
                harness.wait_until(lambda: run.clock.add(0.001) or not run.open_work()
                                   or len(run.rows()) > tried, 30)
                tried = len(run.rows())
                if tried == 10:
                    pressd.kill()
                    pressd = run.start()
                step = {1: 0.25, 2: 1}.get(tried, 3)
                run.clock.add(1.1 * step * 3600)    # 10 % are by chance
                run.wake()
                hours += 1.1 * step
            self.assertEqual(pressd.stop(), 0)
            self.assertTrue(24 * 5 <= hours < 24 * 5 + 7, hours)
            rows, letters = run.rows(), run.sinks[0].saved()
            self.assertEqual({r['state'] for r in rows[:-1]}, {'deferred'})
            self.assertEqual(rows[-1]['state'], 'expired')
            self.assertGreater(len(letters), 30)
            self.assertEqual(len({(e['message_id'], e['hash'], e['bytes'], e['from'])
                                  for e in letters}), 1)


class Time(PressCase):
    def test_r41_when_time_runs_out_the_last_reply_is_kept(self):
        self.press('on rcpt match "n00001@" do reply 450 4.2.0 "still not"', rows=2,
                   sections=fast(give_up='1s'))
        self.send()
        self.drain()
        self.assertEqual(self.counts(), {'relayed': 1, 'expired': 1})
        rows = [r for r in self.log() if r['address'].startswith('n00001@')]
        self.assertGreaterEqual(len(rows), 3)
        self.assertEqual(rows[-1]['state'], 'expired')
        self.assertIn('still not', rows[-1]['reply'])
        told = self.ok('explain', 1, 'n00001@paper1.example').stdout
        self.assertIn('450 4.2.0 still not', told)
        self.assertEqual(self.ctl('status', 1, '--wait=1s').returncode, 1)

    def test_r41_a_dead_relay_expires_letters_and_says_why(self):
        self.press('on connect do reply 554 5.7.1 "go away"', rows=2, sections=fast(give_up='1s'))
        self.send()
        self.drain()
        self.assertEqual(self.counts(), {'expired': 2})
        self.assertEqual({(r['enhanced'], r['state']) for r in self.log()}, {('4.4.7', 'expired')})
        self.assertEqual(self.sink.ledger(), [])

    def test_r42_nothing_leaves_after_the_release_has_expired(self):
        self.press('on rcpt count 2 do reply 450 4.2.0 "later"', rows=1, sections=fast(
            retry=['300ms', '1s']))
        self.send(self.statement(Expires='1s'))
        self.once()
        self.assertEqual(self.counts(), {'deferred': 1})
        self.drain()
        self.assertEqual(self.counts(), {'expired': 1})
        self.assertEqual(self.sink.ledger(), [])
        self.assertEqual(self.log()[-1]['state'], 'expired')

    def test_r42_a_release_that_expired_while_pressd_was_away_is_not_sent(self):
        self.press(rows=3)
        self.send(self.statement(Expires='1s'))
        time.sleep(1.1)
        self.drain()
        self.assertEqual(self.counts(), {'expired': 3})
        self.assertEqual(self.sink.ledger(), [])


class Connections(PressCase):
    def conns(self):
        """conn -> letters kept on it."""
        return collections.Counter(e['conn'] for e in self.sink.saved())

    def peak(self):
        """Most connections in use at once, as the relay saw it: from EHLO to the end."""
        inside, most = set(), 0
        for line in self.sink.transcript():
            if line.text.startswith('EHLO'):
                inside.add(line.conn)
            elif line.text == 'closed':
                inside.discard(line.conn)
            most = max(most, len(inside))
        return most

    def test_r78_never_more_connections_than_set(self):
        self.press('on dot do delay 5', rows=60, relay={'connections': 3})
        self.send()
        self.drain()
        self.assertEqual(self.counts(), {'relayed': 60})
        self.assertEqual(self.peak(), 3)
        self.assertEqual(self.sink.faults(), [])

    def test_never_more_letters_on_a_connection_than_set(self):
        for pipelining in (True, False):
            with self.subTest(pipelining=pipelining):
                self.dir = self.dir / str(pipelining)
                self.dir.mkdir()
                self.press(rows=30, relay={'connections': 2, 'messages_per_connection': 7,
                                           'pipelining': pipelining})
                self.send()
                self.drain()
                self.assertEqual(self.counts(), {'relayed': 30})
                self.assertLessEqual(max(self.conns().values()), 7)
                self.assertLessEqual(self.sink.connections(), 6)
                self.assertEqual(self.sink.faults(), [])
                for conn in self.conns():  # each says good-bye, and no envelope was in vain
                    said = self.sink.said(conn)
                    self.assertEqual(said[-1], 'QUIT')
                    self.assertLessEqual(len([s for s in said if s.startswith('MAIL')]), 7)

    def test_a_relay_s_own_limit_of_letters_is_learnt_and_is_no_fault(self):
        for pipelining in (True, False):
            with self.subTest(pipelining=pipelining):
                self.dir = self.dir / str(pipelining)
                self.dir.mkdir()
                self.press('max-messages 5', rows=60,
                           relay={'connections': 2, 'pipelining': pipelining})
                self.send()
                self.drain()
                self.assertEqual(self.counts(), {'relayed': 60})
                self.assertNotIn('relay refused', self.pressd_log())
                refused = [s for s in self.sink.transcript(who='S:') if s.text.startswith('421')]
                self.assertLessEqual(len(refused), 2)  # once a connection, then it is known
                self.assertEqual({r['state'] for r in self.log()}, {'relayed'})
                self.assertEqual(self.sink.faults(), [])

    def test_a_relay_that_takes_fewer_connections_than_set_still_gets_everything(self):
        self.press('max-connections 2\non dot do delay 5', rows=40, relay={'connections': 10})
        self.send()
        self.drain(timeout=30)
        self.assertEqual(self.counts(), {'relayed': 40})
        self.assertEqual(set(self.received().values()), {1})
        self.assertLessEqual(self.sink.connections(), 40)
        self.assertEqual({r['state'] for r in self.log()}, {'relayed'})

    def test_r75_421_on_every_third_connection_bounds_the_connections(self):
        self.press('on connect every 3 do reply 421 4.3.2 "busy"', rows=80,
                   relay={'connections': 6, 'messages_per_connection': 10})
        self.send()
        self.drain(timeout=30)
        self.assertEqual(self.counts(), {'relayed': 80})
        self.assertEqual(set(self.received().values()), {1})
        self.assertLessEqual(self.sink.connections(), 30)
        self.assertLessEqual(self.peak(), 6)

    def test_a_dead_relay_is_asked_by_one_connection_at_a_time(self):
        """R74 in small: the back-off counts, not the letters that wait."""
        self.press('on connect do reply 421 4.3.2 "down"', rows=100, relay={'connections': 20})
        self.pressd()
        self.send()
        time.sleep(1.6)  # the first wait of 1 s lies in it
        self.assertEqual(self.counts(), {'queued': 100})
        self.assertLessEqual(self.sink.connections(), 20 + 1)
        self.sink.script('')
        harness.wait_until(lambda: self.counts() == {'relayed': 100}, 5)
        self.assertEqual(set(self.received().values()), {1})

    def test_r25_a_relay_that_refuses_our_sender_is_not_stormed_and_an_alarm_says_so(self):
        """It takes connections all day: only an answer to a letter would make it well again."""
        self.press('on mail do reply 550 5.7.1 "bad sender"', rows=100, relay={'connections': 5},
                   sections={'notify': {'command': f'echo "$PRESS_ALARM" >>{self.dir}/alarm'}})
        self.pressd()
        self.send()
        alarm = self.dir / 'alarm'
        harness.wait_until(alarm.exists, 6)  # at the third time, 3 s from the start
        self.assertLessEqual(len([s for s in self.sink.said() if s.startswith('MAIL')]), 2 * 5 + 4)
        harness.wait_until(lambda: '550 5.7.1 bad sender' in alarm.read_text())
        self.assertEqual(sum(self.counts().get(s, 0) for s in ('queued', 'deferred')), 100)
        self.assertEqual(self.sink.faults(), [])


if __name__ == '__main__':
    unittest.main()
