# SPDX-License-Identifier: MIT
"""What pressd makes of each reply that a relay can give: RELIABILITY's "SMTP replies".

Each test runs twice, with the envelope in one write and command by command.
"""
import os
import pathlib
import re
import unittest

import harness
from press_case import PressCase

FAST = {'class "normal"': {'retry': ['300ms'], 'give_up': '1h'}}
CONTROL = re.compile(r'[\x00-\x1f\x7f-\x9f]')

# name: what the relay says to RCPT, and what then stands in the last row of the log
RCPT = {
    'taken':     ('250 2.1.5 "ok"', 'relayed', 'dot', 250, '2.0.0'),
    'forward':   ('251 "not here, but I know where"', 'relayed', 'dot', 250, '2.0.0'),  # R32
    'unsure':    ('252 2.1.5 "cannot verify"', 'relayed', 'dot', 250, '2.0.0'),         # R32
    'nobody':    ('550 5.1.1 "no such user"', 'refused', 'rcpt', 550, '5.1.1'),         # R18 R28
    'nodomain':  ('550 5.1.2 "no such host"', 'refused', 'rcpt', 550, '5.1.2'),
    'notfound':  ('550 5.1.10 "recipient not found"', 'refused', 'rcpt', 550, '5.1.10'),
    'disabled':  ('550 5.2.1 "mailbox disabled"', 'refused', 'rcpt', 550, '5.2.1'),
    'plain':     ('550 "go away"', 'refused', 'rcpt', 550, ''),
    'moved':     ('551 "please try <new@y.example>"', 'refused', 'rcpt', 551, ''),      # R32
    'syntax':    ('553 5.1.3 "bad mailbox"', 'refused', 'rcpt', 553, '5.1.3'),
    'policy':    ('550 5.7.1 "not from you"', 'refused', 'rcpt', 550, '5.7.1'),         # R27
    'unaligned': ('550 5.7.26 "no SPF, no DKIM"', 'refused', 'rcpt', 550, '5.7.26'),    # R27
    'failed':    ('554 5.0.0 "failed"', 'refused', 'rcpt', 554, '5.0.0'),
    'odd5':      ('559 "what is this"', 'refused', 'rcpt', 559, ''),                    # R19
    'odd4':      ('459 "what is this"', 'deferred', 'rcpt', 459, ''),                   # R19
    'grey':      ('450 4.7.1 "greylisted"', 'deferred', 'rcpt', 450, '4.7.1'),
    'full':      ('452 4.2.2 "mailbox full"', 'deferred', 'rcpt', 452, '4.2.2'),        # R22
    'toomany':   ('552 5.5.3 "too many recipients"', 'deferred', 'rcpt', 552, '5.5.3'),  # R22
}
# The same for what is said to DATA and to the dot: the text is refused, no address (R26).
TEXT = {
    'data554': ('554 5.6.0 "no such text"', 'refused', 'data', 554, '5.6.0'),
    'data552': ('552 5.3.4 "too long"', 'refused', 'data', 552, '5.3.4'),
    'data451': ('451 4.3.0 "later"', 'deferred', 'data', 451, '4.3.0'),
    'data459': ('459 "odd"', 'deferred', 'data', 459, ''),
    'dot554':  ('554 5.6.0 "no such text"', 'refused', 'dot', 554, '5.6.0'),
    'dot571':  ('550 5.7.1 "looks like spam"', 'refused', 'dot', 550, '5.7.1'),
    'dot511':  ('550 5.1.1 "no such user after all"', 'refused', 'dot', 550, '5.1.1'),
    'dot559':  ('559 "odd"', 'refused', 'dot', 559, ''),
    'dot452':  ('452 4.3.1 "disk full"', 'deferred', 'dot', 452, '4.3.1'),
    'dot459':  ('459 "odd"', 'deferred', 'dot', 459, ''),
}


class Conversation:
    pipelining = True

    def start(self, script='', names=('a', 'b', 'c'), relay=None, **kw):
        """The relay takes one connection unless told otherwise, so that order is known."""
        settings = {'connections': 1, 'pipelining': self.pipelining, **(relay or {})}
        self.press(script, rows=[(n.upper(), f'{n}@x.example') for n in names], relay=settings,
                   sections=FAST, **kw)
        self.names = list(names)

    def fates(self, release=1):
        """name -> (state, stage, code, enhanced) of its last row in the log."""
        return {row['address'].split('@')[0]:
                (row['state'], row['stage'], row['code'], row['enhanced'])
                for row in self.log('--release', release)}

    def release(self, title):
        return self.send(self.statement(Title=title), '--again')['release']

    def assert_all_arrive(self, release=1, copies=1):
        """With a sound relay everybody gets it: nobody was blamed, nothing was lost."""
        self.sink.script('')
        self.drain()
        self.assertEqual(self.counts(release), {'relayed': len(self.names)})
        self.assertEqual(dict(self.received()),
                         {f'{n}@x.example': copies for n in self.names})
        self.assertEqual(self.sink.faults(), [])

    # --- answers to a recipient and to the text

    def test_r17_three_answers_on_one_connection_each_go_to_their_own(self):
        self.start('on rcpt match "b@" do reply 550 5.1.1 "no"\n'
                   'on rcpt match "c@" do reply 451 4.3.0 "later"')
        self.send()
        self.once()
        self.assertEqual(self.counts(), {'relayed': 1, 'refused': 1, 'deferred': 1})
        self.assertEqual(self.fates(), {'a': ('relayed', 'dot', 250, '2.0.0'),
                                        'b': ('refused', 'rcpt', 550, '5.1.1'),
                                        'c': ('deferred', 'rcpt', 451, '4.3.0')})
        self.assertEqual(self.received(), {'a@x.example': 1})
        self.assertEqual((self.sink.connections(), self.sink.faults()), (1, []))

    def test_r18_r19_r22_r27_r32_each_reply_to_rcpt_means_what_it_says(self):
        self.start('\n'.join(f'on rcpt match "<{n}@" do reply {r[0]}' for n, r in RCPT.items()),
                   names=RCPT)
        self.send()
        self.once()
        self.assertEqual(self.fates(), {n: r[1:] for n, r in RCPT.items()})
        self.assertEqual(set(self.received()), {f'{n}@x.example' for n, r in RCPT.items()
                                                if r[1] == 'relayed'})
        for row in self.log():
            said = RCPT[row['address'].split('@')[0]][0]
            words = said[said.index('"'):].strip('"')
            if row['stage'] == 'rcpt':
                self.assertTrue(row['reply'].endswith(words), row)
            self.assertEqual((row['attempt'], row['relay']), (1, 'r1'))
            self.assertTrue(row['peer'].startswith('127.0.0.1:'))
        self.assertEqual((self.sink.connections(), self.sink.faults()), (1, []))
        # R28: nobody is on a stop list after one refusal, the next release tries all of them.
        self.sink.script('')
        second = self.release('Lần hai')
        self.once()
        self.assertEqual(self.counts(second), {'relayed': len(RCPT)})

    def test_r26_each_reply_to_the_text_refuses_the_text_and_no_address(self):
        self.start('\n'.join(f'on {re.match("data|dot", n)[0]} match "<{n}@" do reply {r[0]}'
                             for n, r in TEXT.items()), names=[*TEXT, 'well'])
        self.send()
        self.once()
        self.assertEqual(self.fates(), {**{n: r[1:] for n, r in TEXT.items()},
                                        'well': ('relayed', 'dot', 250, '2.0.0')})
        self.assertEqual(self.received(), {'well@x.example': 1})
        self.assertEqual((self.sink.connections(), self.sink.faults()), (1, []))
        self.sink.script('')
        second = self.release('Lần hai')
        self.once()
        self.assertEqual(self.counts(second), {'relayed': len(TEXT) + 1})

    # --- trouble of the relay

    def trouble(self, scenes, copies=lambda stage: 1):
        """For each stage: one fault, then a sound relay; returns stage -> the log's rows."""
        rows = {}
        for n, (stage, script) in enumerate(scenes.items(), 1):
            with self.subTest(stage):
                self.sink.script(script)
                release = self.release(f'{n}: {stage}')
                self.once()
                self.assertEqual(sum(self.counts(release).get(s, 0) for s in
                                     ('queued', 'deferred', 'unknown')), len(self.names))
                rows[stage] = self.log('--release', release)
                before = self.received()
                self.sink.script('')
                self.drain()
                self.assertEqual(self.counts(release), {'relayed': len(self.names)})
                got = self.received() - before
                self.assertEqual(set(got), {f'{n}@x.example' for n in self.names})
                self.assertEqual(self.sink.faults(), [])
        return rows

    def test_r20_421_anywhere_leaves_all_in_the_queue_and_slows_the_relay(self):
        self.start()
        rows = self.trouble({s: f'on {s} count 1 do reply 421 4.3.2 "closing for now"' for s in
                             ('connect', 'ehlo', 'mail', 'rcpt', 'data', 'dot')})
        for stage, log in rows.items():
            if stage in ('connect', 'ehlo'):
                self.assertEqual(log, [], stage)  # nobody's letter was begun
                continue
            self.assertEqual([(r['state'], r['stage'], r['code'], r['enhanced']) for r in log],
                             [('deferred', stage, 421, '4.3.2')], stage)
        for stage in rows:
            self.assertRegex(self.pressd_log(), rf'relay refused.*stage={stage} code=421')
        self.assertEqual(set(self.received().values()), {6})  # once for each release

    def test_r21_a_line_lost_anywhere_leaves_all_in_the_queue(self):
        self.start()
        scenes = {f'{s} {how}': f'on {s} count 1 do {how}' for s in
                  ('connect', 'ehlo', 'mail', 'rcpt', 'data') for how in ('drop', 'reset')}
        for name, log in self.trouble(scenes).items():
            stage = name.split()[0]
            expected = [] if stage in ('connect', 'ehlo') else [('deferred', stage, 0)]
            self.assertEqual([(r['state'], r['stage'], r['code'] or 0) for r in log], expected,
                             name)
            if log:
                self.assertIn('connection', log[0]['reply'])
        self.assertEqual(set(self.received().values()), {len(scenes)})

    def test_r21_a_line_lost_in_the_middle_of_the_text_is_no_unknown(self):
        self.start('on body after 100000 count 1 do reset', names='a')
        (self.dir / 'big.bin').write_bytes(os.urandom(8 << 20))
        self.send(self.statement(Attach='big.bin'))
        self.once()
        self.assertEqual([(r['state'], r['stage']) for r in self.log()], [('deferred', 'dot')])
        self.assertEqual(self.sink.saved(), [])
        self.assert_all_arrive()

    def test_r21_a_line_lost_behind_the_dot_is_unknown_and_tried_again(self):
        self.start()
        rows = self.trouble({how: f'on dot count 1 do {how}' for how in
                             ('drop', 'reset', 'save-then-drop')})
        for how, log in rows.items():
            self.assertEqual([(r['state'], r['stage'], r['code'] or 0) for r in log],
                             [('unknown', 'dot', 0)], how)
        copies = sorted(self.received().values())
        self.assertEqual(copies, [3, 3, 4])  # save-then-drop alone kept one that we did not know of
        self.assertEqual(len({(e['message_id'], e['hash']) for e in self.sink.saved()}), 9)

    def test_r23_354_to_a_refused_recipient_gets_a_lone_dot_and_counts_for_nobody(self):
        self.start('on rcpt match "b@" do reply 550 5.1.1 "no"\non data do reply 354')
        self.send()
        self.once()
        self.assertEqual(self.fates(), {'a': ('relayed', 'dot', 250, '2.0.0'),
                                        'b': ('refused', 'rcpt', 550, '5.1.1'),
                                        'c': ('relayed', 'dot', 250, '2.0.0')})
        self.assertEqual(self.received(), {'a@x.example': 1, 'c@x.example': 1})
        empty = [e for e in self.sink.ledger() if not e['rcpt']]
        # Command by command DATA is not even asked for.
        self.assertEqual([(e['bytes'], e['saved']) for e in empty],
                         [(0, False)] if self.pipelining else [])
        self.assertEqual(self.sink.faults(), [])

    def test_r24_250_to_the_dot_counts_whatever_the_line_does_then(self):
        self.start('on dot nth 1 do accept-then-drop\non quit do drop')
        self.send()
        self.once()
        self.drain()
        self.assertEqual(self.counts(), {'relayed': 3})
        self.assertEqual(dict(self.received()), {f'{n}@x.example': 1 for n in 'abc'})
        self.assertEqual([r['state'] for r in self.log()], ['relayed'] * 3)
        self.assertEqual(self.sink.faults(), [])

    def test_r25_a_refusal_of_ourselves_blames_no_recipient(self):
        self.start()
        rows = self.trouble({
            'connect': 'on connect do reply 554 5.7.1 "you are on a list"',
            'ehlo': 'on ehlo do reply 550 5.7.1 "bad name"\non helo do reply 550 "bad name"',
            'mail': 'on mail do reply 550 5.7.1 "bad sender"',
            'mail 530': 'on mail do reply 530 5.7.0 "authentication required"',
            'data 503': 'on data do reply 503 5.5.1 "bad sequence"',
        })
        for scene, log in rows.items():
            stage, code = scene.split()[0], {'connect': 554}.get(scene, 550)
            code = int(scene.split()[1]) if ' ' in scene else code
            self.assertRegex(self.pressd_log(), rf'relay refused.*stage={stage} code={code}')
            for row in log:
                self.assertEqual((row['state'], row['stage'], row['code']),
                                 ('deferred', stage, code))
            self.assertLessEqual(len(log), 3, f'{scene}: a storm')

    # --- replies that are no good

    def test_r29_long_and_dirty_replies_are_bounded_and_escaped(self):
        self.start('on rcpt match "a@" do reply 550 5.1.1 "line" lines 100\n'
                   'on rcpt match "b@" do reply 550 5.1.1 "x" long 1048576\n'
                   'on rcpt match "c@" do raw "550 5.1.1 \\e[31mred\\e[0m\\0\\x07 \\x9b2J\\xff\\r\\n"\n'
                   'on rcpt match "d@" do reply 550 5.7.1 "Địa chỉ không có"',
                   names='abcde')
        pressd = self.pressd()
        before = peak_kib(pressd.pid)
        self.send()
        harness.wait_until(lambda: self.counts() == {'refused': 4, 'relayed': 1})
        self.assertLess(peak_kib(pressd.pid) - before, 40 * 1024)
        reply = {r['address'][0]: r['reply'] for r in self.log()}
        for text in reply.values():
            self.assertLessEqual(len(text.encode()), 1024)
            self.assertIsNone(CONTROL.search(text), text)
        self.assertIn(' / ', reply['a'])
        self.assertIn('red', reply['c'])
        self.assertIn('Địa chỉ không có', reply['d'])
        for shown in (self.ok('log').stdout, self.ok('log', '--csv').stdout,
                      self.ok('explain', 1, 'c@x.example').stdout):
            self.assertIsNone(CONTROL.search(re.sub(r'[\r\n\t]', '', shown)), shown)
        self.assertEqual(CONTROL.findall(self.pressd_log().replace('\n', '')), [])

    def test_r30_a_reply_that_cannot_be_read_ends_the_session(self):
        self.start()
        scenes = {}
        for stage in ('mail', 'rcpt', 'data', 'dot'):
            scenes[f'{stage} garbage'] = f'on {stage} count 1 do garbage'
            scenes[f'{stage} 999'] = f'on {stage} count 1 do raw "999 what\\r\\n"'
            scenes[f'{stage} mixed'] = f'on {stage} count 1 do raw "250-one\\r\\n550 two\\r\\n"'
        rows = self.trouble(scenes)
        for scene, log in rows.items():
            stage = scene.split()[0]
            self.assertEqual([(r['state'], r['stage'], r['code'] or 0) for r in log],
                             [('unknown' if stage == 'dot' else 'deferred', stage, 0)], scene)

    def test_r31_no_surplus_reply_is_credited_to_anybody_else(self):
        """b is refused by the relay in every scene; only b's own word may say so."""
        names = ('a', 'b', 'c', 'd')
        self.start(names=names)
        refuse_b = 'on rcpt match "b@" do reply 550 5.1.1 "not b"\n'
        for stage in ('mail', 'rcpt', 'data', 'dot'):
            which = 'count 1' if stage == 'mail' else 'match "a@" count 1'
            for extra in ('250 2.1.5 surplus', '550 5.1.1 surplus', '354 surplus'):
                with self.subTest(f'{stage} {extra}'):
                    self.sink.script(f'on {stage} {which} do extra "{extra}\\r\\n"\n' + refuse_b)
                    release = self.release(f'{stage} {extra}')
                    before = self.received()
                    self.once()
                    self.drain()
                    self.assert_credited(release, self.received() - before)

    def assert_credited(self, release, got):
        rows = self.log('--release', release)
        last = {r['address'][0]: r['state'] for r in rows}
        self.assertNotEqual(last['b'], 'relayed')
        self.assertNotIn('b@x.example', got)
        for name in 'acd':
            unsure = [r for r in rows if r['address'][0] == name and r['state'] == 'unknown']
            # Whoever we call relayed has it; who has it not, we did not call relayed.
            self.assertEqual(last[name] == 'relayed', got[f'{name}@x.example'] > 0, (name, rows))
            self.assertLessEqual(got[f'{name}@x.example'], 1 + len(unsure))
        self.assertEqual(self.sink.faults(), [])

    # --- what the relay offers

    def test_r33_without_ehlo_helo_works_and_nothing_extra_is_asked(self):
        self.start('no-ehlo')
        self.send()
        self.once()
        self.assert_all_arrive()
        for entry in self.sink.saved():
            self.assertEqual((entry['mail_args'], entry['rcpt_args']), ('', ['']))
        self.assertIn('HELO press.test.example', self.sink.said())

    def test_r33_a_letter_above_size_is_refused_before_the_text(self):
        self.start('ehlo set "PIPELINING" "SIZE 1000"')
        self.send()
        self.drain()
        self.assertEqual(self.counts(), {'refused': 3})
        for fate in self.fates().values():
            self.assertEqual(fate, ('refused', 'mail', 552, '5.3.4'))
        self.assertEqual([s for s in self.sink.said() if s.startswith(('MAIL', 'DATA'))], [])

    def test_r33_without_a_number_behind_size_the_relay_decides(self):
        self.start('ehlo set "SIZE"\non mail match "SIZE=" count 1 do reply 552 5.3.4 "too big"')
        self.send()
        self.once()
        self.assertEqual(self.counts(), {'relayed': 2, 'refused': 1})
        self.assertIn(('refused', 'mail', 552, '5.3.4'), self.fates().values())

    def test_what_is_not_offered_is_not_used(self):
        self.start('ehlo set "8BITMIME"')
        self.send()
        self.once()
        self.assert_all_arrive()
        for entry in self.sink.saved():
            self.assertEqual(entry['rcpt_args'], [''])
            self.assertNotIn('SIZE', entry['mail_args'])
            self.assertFalse(entry['eightbit'])


def peak_kib(pid):
    status = pathlib.Path(f'/proc/{pid}/status').read_text()
    return int(re.search(r'VmHWM:\s+(\d+)', status)[1])


class Pipelined(Conversation, PressCase):
    pipelining = True


class OneByOne(Conversation, PressCase):
    pipelining = False

    def test_one_command_is_on_the_wire_at_a_time(self):
        self.start('ehlo without "PIPELINING"', relay={'pipelining': True})
        self.send()
        self.once()
        self.assert_all_arrive()


if __name__ == '__main__':
    unittest.main()
