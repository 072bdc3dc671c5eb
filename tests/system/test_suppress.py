# SPDX-License-Identifier: MIT
"""Addresses that die: days pass, releases come back, letters stop; units are never dropped."""
import csv
import io
import subprocess
import unittest

import harness
from press_case import PressCase
from torture import rig

DAY = 86400
LAN, BINH = 'lan@chet.example', 'binh@song.example'
UNIT = 'vanthu@so.example'
BOOK = f'''org,org_kind,name,role,email,phone,priority
Báo Chết,press,Nguyễn Lan,journalist,{LAN},024 11,4
Báo Sống,press,Trần Bình,journalist,{BINH},024 22,5
Sở Tỉnh,department,Văn thư,officer,{UNIT},024 33,2
'''
NOBODY = 'do reply 550 5.1.1 "no such user here"'


class Dead(PressCase):
    def start(self, script):
        self.press(script, rows=[], approval='none', refused_limit=0)
        path = self.dir / 'people.csv'
        path.write_text(BOOK)
        self.ok('book', 'import', path)
        self.clock = rig.Clock(self.dir / 'clock', 1)
        self.env = rig.preload('testclock', {**harness.ENV, **self.clock.env})

    def later(self, days):
        self.clock.add(days * DAY)

    def then(self, *args):
        return self.json(*args, env=self.env)

    def done(self, *args):
        return self.ok(*args, env=self.env).stdout

    def release(self, n):
        """One more, as far as it goes; state of each address, with the reason."""
        path = self.statement(f'Bản số {n}.', Title=f'Thông cáo {n}')
        self.ctl('send', path, env=self.env)
        self.assertIn(harness.Pressd.drain(self.conf, env=self.env), (0, 3), self.pressd_log())
        return {row['address']: row['state'] for row in self.then('log', '--release', n)}

    def three(self):
        for n in (1, 2, 3):
            self.assertEqual(self.release(n)[LAN], 'refused')
            self.later(4)

    def test_r28_r111_three_refused_releases_over_a_week_stop_the_letters(self):
        self.start(f'on rcpt match "{LAN}" {NOBODY}')
        self.release(1)
        self.later(4)
        self.release(2)
        self.assertEqual(self.then('suppress', 'list'), [])
        row, = self.then('book', 'doubtful')
        self.assertEqual((row['entry'], row['address'], row['reports'], row['phone'], row['class']),
                         ('address', LAN, 2, '024 11', 'invalid'))
        told = self.done('book', 'doubtful')  # whose number `book set` takes
        self.assertIn(f'024 11  #{row["contact"]}\n', told)
        self.assertIn('pressctl book set', told)
        self.assertIn('no such user here', row['reply'])
        self.later(4)
        self.release(3)
        row, = self.then('suppress', 'list')
        self.assertEqual((row['address'], row['reason'], row['by'], row['raised']),
                         (LAN, 'dead-address', 'press', False))
        self.assertIn('no such user here', row['note'])
        self.assertEqual(self.then('book', 'doubtful'), [])
        states = self.release(4)
        self.assertNotIn(LAN, states)  # never tried
        self.assertEqual(states[BINH], 'relayed')
        self.assertEqual(self.then('status', 4)[0]['suppressed'], 1)
        self.assertIn('địa chỉ hỏng', self.ctl('--lang', 'vi', 'explain', 4, LAN,
                                               env=self.env).stdout)
        self.assertIn('dead address', self.ctl('--lang', 'en', 'explain', 4, LAN,
                                               env=self.env).stdout)

    def test_r28_the_reader_of_what_comes_back_judges_refusals_too(self):
        self.start(f'on rcpt match "{LAN}" {NOBODY}')
        self.three()
        box = self.dir / 'returns'
        for folder in ('new', 'cur', 'tmp'):
            (box / folder).mkdir(parents=True)
        done = subprocess.run([harness.program('press-inbox'), '-c', self.conf, '--once',
                               '--maildir', box], env=self.env, capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        # No command is asked: each of them would judge by itself.
        self.assertNotIn(LAN, self.release(4))

    def test_it_lapses_by_itself_and_is_listed_before(self):
        self.start(f'on rcpt match "{LAN}" {NOBODY}')
        self.three()
        self.assertEqual(len(self.then('suppress', 'list')), 1)
        self.later(170)
        row, = self.then('book', 'doubtful')
        self.assertEqual((row['entry'], row['address']), ('lapsing', LAN))
        self.later(11)
        self.assertEqual(self.then('suppress', 'list'), [])
        self.assertEqual(self.release(4)[LAN], 'refused')
        self.assertEqual(self.then('suppress', 'list'), [])  # it begins anew
        self.assertEqual([r['entry'] for r in self.then('suppress', 'list', LAN)],
                         ['suppression'] + 4 * ['evidence'])

    def test_lifting_forgets_what_was_said_and_keeps_the_history(self):
        self.start(f'on rcpt match "{LAN}" {NOBODY}')
        self.three()
        self.then('suppress', 'list')
        row, = self.then('suppress', 'lift', LAN.upper(), '--note', 'gọi điện, đúng rồi')
        self.assertEqual(row['state'], 'lifted')
        self.assertEqual(self.then('suppress', 'list'), [])
        self.assertEqual(self.release(4)[LAN], 'refused')
        self.assertEqual(self.then('suppress', 'list'), [])
        rows = self.then('suppress', 'list', LAN)
        self.assertIn('gọi điện, đúng rồi', rows[0]['lifted_by'])
        self.assertEqual([r['counts'] for r in rows[1:]], [False, False, False, True])
        self.assertIn('gọi điện', self.done('suppress', 'list', LAN))

    def test_a_department_is_never_dropped_but_told_everywhere(self):
        self.start(f'on rcpt match "{UNIT}" {NOBODY}')
        for n in (1, 2, 3):
            self.assertEqual(self.release(n)[UNIT], 'refused')
            self.later(4)
        row, = self.then('book', 'doubtful')
        self.assertEqual((row['entry'], row['address'], row['org_kind'], row['phone']),
                         ('mandatory', UNIT, 'department', '024 33'))
        check = self.ctl('--lang', 'en', 'check', self.statement('Nữa.', Title='Nữa'), env=self.env)
        self.assertEqual(check.returncode, 0, check.stderr)
        self.assertIn('book doubtful', check.stdout + check.stderr)
        doctor = {r['check']: r for r in self.json_of('doctor')}
        self.assertFalse(doctor['addresses']['ok'])
        self.assertEqual(self.release(4)[UNIT], 'refused')  # tried all the same
        self.then('suppress', 'lift', UNIT)
        self.assertEqual(self.then('book', 'doubtful'), [])
        self.assertTrue({r['check']: r for r in self.json_of('doctor')}['addresses']['ok'])

    def json_of(self, *args):
        return harness.pressctl_json(self.conf, *args, env=self.env)[0]

    def test_r112_a_domain_that_breaks_at_once_is_at_fault_itself(self):
        self.start('on rcpt match "@gay.example" ' + NOBODY)
        path = self.dir / 'more.csv'
        path.write_text('org,org_kind,name,role,email\n' + ''.join(
            f'Báo Gãy,press,Người {n},journalist,n{n}@gay.example\n' for n in range(4)))
        self.ok('book', 'import', path)
        for n in (1, 2, 3):
            self.release(n)
            self.later(4)
        self.assertEqual(self.then('suppress', 'list'), [])
        rows = self.then('book', 'doubtful')
        self.assertEqual({r['entry'] for r in rows}, {'domain'})
        self.assertEqual((rows[0]['address'], rows[0]['broken'], rows[0]['written']),
                         ('gay.example', 4, 4))
        self.assertIn('gay.example', self.done('book', 'doubtful'))

    def test_the_stop_list_by_hand(self):
        self.start('')
        self.then('suppress', 'add', BINH, '--note', 'gọi điện xin thôi')
        again = self.ctl('--lang', 'en', 'suppress', 'add', BINH)
        self.assertEqual(again.returncode, 65)
        self.assertIn('already', again.stderr)
        self.assertNotIn(BINH, self.release(1))
        row, = self.then('suppress', 'list')
        self.assertEqual((row['reason'], row['note'], row['expires']),
                         ('stop-list', 'gọi điện xin thôi', None))
        self.then('suppress', 'lift', BINH)
        self.assertEqual(self.release(2)[BINH], 'relayed')
        self.assertEqual(self.ctl('suppress', 'lift', BINH).returncode, 66)
        self.assertEqual(self.ctl('suppress', 'add', 'không phải').returncode, 65)
        self.assertEqual(self.ctl('suppress', 'add').returncode, 64)
        unit = self.ctl('--lang', 'en', 'suppress', 'add', UNIT)
        self.assertEqual(unit.returncode, 0)
        self.assertIn('another way', unit.stderr)
        row, = self.then('book', 'doubtful')
        self.assertEqual((row['entry'], row['address']), ('stopped', UNIT))

    def test_the_table_and_the_text_say_the_same(self):
        self.start(f'on rcpt match "{LAN}" {NOBODY}\non rcpt match "{UNIT}" {NOBODY}')
        self.release(1)
        rows = list(csv.DictReader(io.StringIO(self.done('book', 'doubtful', '--csv')
                                               .lstrip('\ufeff'))))
        self.assertEqual([r['address'] for r in rows], [UNIT, LAN])  # by priority
        text = self.done('--lang', 'vi', 'book', 'doubtful')
        for word in ('Nguyễn Lan', '024 11', 'no such user here', 'địa chỉ không tồn tại'):
            self.assertIn(word, text)
        self.assertIn('Nguyễn Lan', self.done('--lang', 'en', 'book', 'doubtful'))


if __name__ == '__main__':
    unittest.main()
