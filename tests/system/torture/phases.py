# SPDX-License-Identifier: MIT
"""Each phase of SMTP meets each fault, with the envelope in one write and command by command.

The table says what the log must have about the letter that met it; a fault of the relay blames
nobody. Then the relay is sound again and all the others get theirs (R17-R30, R35, R36, R44, R47).
A fault that stays is met until the time runs out (R41).
"""
import unittest

import harness
from torture import rig

FAULTS = {
    '421':     'reply 421 4.3.2 "closing for now"',
    '4xx':     'reply 451 4.3.0 "not now"',
    '5xx':     'reply 554 5.6.0 "never"',
    'drop':    'drop',
    'reset':   'reset',
    'silence': 'hang',
    'trickle': 'trickle 3',
    'garbage': 'garbage',
    'long':    'long 1048576',
    'deaf':    'stop-reading',
}
NOBODY = None          # no row: nobody's letter was begun, or it was not held against it
# phase -> fault -> (state, stage, code) of the one row that is not `relayed`
LETTER = {
    'mail': {'421': ('deferred', 'mail', 421), '4xx': ('deferred', 'mail', 451),
             '5xx': ('deferred', 'mail', 554), **dict.fromkeys(
                 ('drop', 'reset', 'silence', 'garbage'), ('deferred', 'mail', 0))},
    'rcpt': {'421': ('deferred', 'rcpt', 421), '4xx': ('deferred', 'rcpt', 451),
             '5xx': ('refused', 'rcpt', 554), **dict.fromkeys(
                 ('drop', 'reset', 'silence', 'garbage'), ('deferred', 'rcpt', 0))},
    'data': {'421': ('deferred', 'data', 421), '4xx': ('deferred', 'data', 451),
             '5xx': ('refused', 'data', 554), **dict.fromkeys(
                 ('drop', 'reset', 'silence', 'garbage'), ('deferred', 'data', 0))},
    'dot':  {'421': ('deferred', 'dot', 421), '4xx': ('deferred', 'dot', 451),
             '5xx': ('refused', 'dot', 554), **dict.fromkeys(
                 ('drop', 'reset', 'silence', 'garbage'), ('unknown', 'dot', 0))},
}
# In the middle of a large text. Where the kernel's buffers, whose size it chooses itself, had not
# taken all of it, the dot never left (deferred); where they had, nobody can know (unknown). Who
# reads on and says nothing has the dot too.
BODY = {'421': ('deferred', 'dot', 421), '4xx': ('deferred', 'dot', 451),
        '5xx': ('refused', 'dot', 554), 'silence': ('unknown', 'dot', 0), **dict.fromkeys(
            ('drop', 'reset', 'garbage', 'deaf'), ('deferred', 'dot', 0))}
CUT, UNSURE = ('deferred', 'dot', 0), ('unknown', 'dot', 0)
# Behind the refusal of the first recipient; with PIPELINING the next letter's MAIL is there too.
RSET = dict.fromkeys(('4xx', '5xx', 'drop', 'reset', 'silence', 'garbage'), ('deferred', 'mail', 0))
REFUSED = 'on rcpt nth 1 do reply 550 5.1.1 "no such user"\n'
AROUND = ('connect', 'ehlo', 'quit')
LOGIN = ('starttls', 'tls', 'auth')
WHOLE = ('trickle', 'long')     # strange, but an answer


class Phases(rig.Torture):
    def once(self, queue, phase, fault, pipelining, expected_row, before, relay=None, cert=None,
             factor=20):
        which = 'after 100000 count 1' if phase == 'body' else 'count 1'
        script = f'{before}on {phase} {which} do {FAULTS[fault]}'
        with self.run_of(queue, script, cert=cert, factor=factor,
                         relay={'connections': 1, 'pipelining': pipelining, **(relay or {})}) as run:
            pressd = run.start('--drain')
            if fault in ('silence', 'deaf'):
                self.time_out(run, pressd)
            run.leave(pressd)
            rows = [r for r in run.rows() if r['state'] != 'relayed']
            got = [(r['state'], r['stage'], r['code'] or 0) for r in rows if r['code'] != 550]
            if phase == 'body' and got == [UNSURE] and expected_row == CUT:
                expected_row = UNSURE
            self.assertEqual(got, [expected_row] if expected_row else [], run.story())
            refused = {r['address'] for r in rows if r['state'] == 'refused'}
            self.assertEqual(len(refused), bool(before == REFUSED)
                             + bool(expected_row and expected_row[0] == 'refused'))
            run.judge(lambda a: 'refused' if a in refused else 'relayed',
                      int(bool(expected_row) and expected_row[0] == 'unknown'))

    @staticmethod
    def time_out(run, pressd):
        """Lets pressd's minutes pass at once while the relay says nothing."""
        sink = run.sinks[0]
        harness.wait_until(lambda: not pressd.running() or any(
            l.text in ('hang', 'stop reading') for l in sink.transcript(who='--')))
        run.clock.run(2000)
        harness.wait_until(lambda: not pressd.running() or 'relay refused' in run.log(), 20)
        run.clock.run(20)

    def combinations(self, phases, rare=False):
        """All of them; in CI each fault is met pipelined or not by turns, the rare ones fewer."""
        for i, phase in enumerate(phases):
            for j, fault in enumerate(FAULTS):
                if fault == 'deaf' and phase != 'body':
                    continue
                for pipelining in (True, False):
                    if rig.FULL or (i + j + pipelining) % 2 == 0 and (not rare or (i + j) % 3 == 0):
                        yield {'phase': phase, 'fault': fault, 'pipelining': pipelining}

    def table(self, phases, queue, before='', rare=False, **kw):
        for c in self.combinations(phases, rare):
            row = phases[c['phase']].get(c['fault'])
            if c['phase'] == 'rset' and not c['pipelining']:
                row = NOBODY
            with self.subTest(**c):
                self.once(queue, expected_row=row, before=before, **c, **kw)

    def test_each_fault_at_each_command_of_a_letter(self):
        self.table(LETTER, self.queue(3))

    def test_each_fault_around_the_letters_blames_nobody(self):
        self.table(dict.fromkeys(AROUND, {}), self.queue(3), rare=True)

    def test_each_fault_at_rset_blames_nobody(self):
        self.table({'rset': RSET}, self.queue(3), REFUSED)

    def test_each_fault_in_the_middle_of_the_text(self):
        """Of 4 MB, so that small buffers do not hold it; the other letter goes out whole."""
        self.table({'body': BODY}, self.queue(2, attach=4 << 20))

    def test_each_fault_before_the_first_letter_of_a_secured_line(self):
        cert = harness.make_cert(harness.make_ca(self.dir))
        secret = self.dir / 'secret'
        secret.write_text('p\n')
        secret.chmod(0o600)
        self.table(dict.fromkeys(LOGIN, {}), self.queue(3), 'auth user "u" pass "p" required\n',
                   cert=cert, rare=True, factor=100, relay={'username': 'u', 'password_file': secret})

    def test_r41_a_fault_that_stays_is_met_until_time_runs_out(self):
        queue = self.queue(3)
        for c in self.combinations(('connect', 'ehlo', *LETTER), rare=True):
            ends = self.end_of(c['phase'], c['fault'])
            with self.subTest(**c), \
                    self.run_of(queue, f'on {c["phase"]} do {FAULTS[c["fault"]]}',
                                factor=2000 if c['fault'] == 'silence' else 200,
                                relay={'connections': 1, 'pipelining': c['pipelining']},
                                policy={'retry': ['5s'],
                                        'give_up': '2m' if ends == 'expired' else '2d'}) as run:
                run.drain()
                run.judge(ends, 0)

    @staticmethod
    def end_of(phase, fault):
        if phase in ('connect', 'ehlo'):  # libcurl gives up on a line that long
            helo = phase == 'ehlo' and fault in ('4xx', '5xx')
            return 'relayed' if helo or fault == 'trickle' else 'expired'
        if fault in WHOLE:
            return 'relayed'
        return 'refused' if fault == '5xx' and phase != 'mail' else 'expired'


if __name__ == '__main__':
    unittest.main()
