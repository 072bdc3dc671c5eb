# SPDX-License-Identifier: MIT
"""The telephone list and what calls come to: the clerk at 10:25, with the real pressd."""
import csv
import io
import sqlite3
import subprocess
import time
import unittest

import harness
from press_case import PressCase
from test_returns import status

HEAD = 'org,org_kind,name,role,email,phone,priority\n'
BOOK = (('Báo Đỏ', 'press', 'Nguyễn Được', 'journalist', 'ok@x.example', '0912000001', 1),
        ('Báo Đỏ', 'press', 'Trần Đầy', 'journalist', 'full@x.example',
         '024 3943 0002; 0912 000 002', 2),
        ('Sở Một', 'department', 'Lê Sai', 'officer', 'nobody@x.example', '0912000003', 1),
        ('Báo Xanh', 'press', 'Phạm Rác', 'journalist', 'spam@x.example', '0912000004', 1),
        ('Vụ Hai', 'unit', 'Hoàng Không Thư', 'leader', '', '0912000005', 1),
        ('Vụ Hai', 'unit', 'Vũ Chậm', 'officer', 'slow@x.example', '0912000006', 3),
        ('Báo Tím', 'press', 'Đỗ Mơ Hồ', 'journalist', 'lost@x.example', '0912000007', 5))
SCRIPT = '''on rcpt match "full@" do reply 550 5.2.2 "Quota exceeded"
on rcpt match "nobody@" do reply 550 5.1.1 "User unknown"
on rcpt match "spam@" do reply 554 5.7.1 "Rejected as spam"
on rcpt match "slow@" do reply 450 4.7.1 "Greylisted, try later"
on dot match "<lost@" do save-then-drop'''
CLASSES = {'class "normal"': {'retry': ['1h'], 'give_up': '1d', 'unknown': 'hold', 'confirm': '4h'},
           'class "urgent"': {'retry': ['1h'], 'give_up': '1d', 'unknown': 'hold',
                              'confirm': '1s'}}


class TestCalls(PressCase):
    def sent(self, book=BOOK, sections=CLASSES, **headers):
        self.press(SCRIPT, rows=[], sections=sections, relay={'connections': 1})
        path = self.dir / 'people.csv'
        path.write_text(HEAD + ''.join(','.join(map(str, row)) + '\n' for row in book))
        self.ok('book', 'import', path)
        self.send(self.statement(**headers))
        self.go()

    def go(self, release=1):
        """Until nothing is left but what a retry in an hour or a person ends."""
        with harness.Pressd(self.conf):
            harness.wait_until(lambda: not {'queued', 'sending'} & set(self.counts(release)), 30)

    def calls(self, *args, lang='en'):
        return self.json('calls', 1, *args, '--lang', lang)

    def names(self, *args):
        return [row['name'] for row in self.calls(*args)]

    def text(self, *args, lang='vi'):
        return self.ok('calls', 1, *args, '--lang', lang).stdout

    # --- the list

    def test_who_was_not_reached_stands_by_priority_class_and_time_with_number_and_reason(self):
        self.sent()
        rows = {row['name']: row for row in self.calls('--by', '0s')}
        self.assertEqual(list(rows), ['Phạm Rác', 'Hoàng Không Thư', 'Lê Sai', 'Trần Đầy',
                                      'Vũ Chậm', 'Đỗ Mơ Hồ'])
        self.assertEqual({n: (r['group'], r['state'], r['reason']) for n, r in rows.items()}, {
            'Phạm Rác': ('lost', 'refused', 'refused as spam'),
            'Hoàng Không Thư': ('lost', 'suppressed', 'no address'),
            'Lê Sai': ('lost', 'refused', 'no such address'),
            'Trần Đầy': ('lost', 'refused', 'the mailbox is full'),
            'Vũ Chậm': ('waiting', 'deferred', 'their server wants it again later (greylisting)'),
            'Đỗ Mơ Hồ': ('undecided', 'unknown',
                         'the relay closed the connection')})
        # the number of the book, the mobile one first, and the server's own words beside ours
        self.assertEqual(rows['Trần Đầy']['phone'], '0912 000 002; 024 3943 0002')
        self.assertEqual((rows['Lê Sai']['code'], rows['Lê Sai']['reply']),
                         (550, '5.1.1 User unknown'))
        self.assertIsNone(rows['Lê Sai']['call'])
        # Vietnamese, as people read it
        text = self.text('--by', '0s')
        for part in ('Cần gọi điện: 6', '0912000004  Phạm Rác, Báo Xanh', 'bị coi là thư rác',
                     'hộp thư đầy', 'máy chủ của họ: 550', 'Không gửi: không có địa chỉ'):
            self.assertIn(part, text)
        self.assertNotIn('Nguyễn Được, ', text.split('Đã chuyển')[0])

    def test_what_waits_is_listed_when_its_moment_has_passed_or_comes_too_early(self):
        self.sent()
        self.assertNotIn('Vũ Chậm', self.names())         # 4 h have not passed
        self.assertIn('1 thư còn chờ', self.text())
        soon = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(time.time() + 600))
        late = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(time.time() + 7200))
        self.assertIn('Vũ Chậm', self.names('--by', soon))  # the next try is in an hour
        self.assertNotIn('Vũ Chậm', self.names('--by', late))
        self.assertIn('Vũ Chậm', self.names('--by', '0:00'))  # of today, and past
        self.assertEqual(self.ctl('calls', 1, '--by', '25:00').returncode, 65)

    def test_a_relays_yes_is_unconfirmed_only_when_its_time_has_passed(self):
        self.sent()
        text = self.text(lang='en')
        self.assertIn('1 handed on; confirmation may still come until', text)
        self.assertNotIn('Handed on, not confirmed', text)

        self.send(self.statement(Title='Khẩn', Class='urgent'), '--again')
        self.go(2)
        time.sleep(1.1)
        rows = self.json('calls', 2, '--lang', 'en')
        self.assertEqual([r['name'] for r in rows if r['group'] == 'unconfirmed'], ['Nguyễn Được'])
        self.assertEqual(rows[-1]['reason'], 'nothing was heard of it since')
        self.assertIn('Handed on, not confirmed for over', self.ok('calls', 2, '--lang', 'en').stdout)
        self.assertIn('Vũ Chậm', [r['name'] for r in rows])
        # the relay never says what became of a letter: told once, with what to do, until it does
        for command in ('calls', 'status'):
            text = self.ok(command, 2, '--lang', 'vi').stdout
            self.assertEqual(text.count('“r1” chưa từng báo thư đi tới đâu'), 1)
            self.assertIn('DSN', text)
        with sqlite3.connect(self.dir / 'press.db') as db:
            db.execute("INSERT INTO relay_heard VALUES ('r1', 1, NULL)")
        db.close()
        for command in ('calls', 'status'):
            self.assertNotIn('chưa từng báo', self.ok(command, 2, '--lang', 'vi').stdout)
        text = self.ok('status', 2, '--lang', 'vi').stdout
        self.assertIn('chưa xác nhận tới nơi: quá 1 giây không có tin gì', text)
        self.assertRegex(text, r'người nhận .*đã chuyển, chưa xác nhận')

    def test_the_stop_list_is_left_out_unless_asked_for(self):
        self.sent(sections={**CLASSES, 'class "routine"': {'retry': ['1h']}})
        self.ok('send', self.statement(Title='Chỉ thử', To='email:spam@x.example'), '--again')
        allow = self.conf.read_text() + 'allow = {"ok@x.example"}\n'
        self.conf.write_text(allow)
        self.once()
        self.assertEqual(self.json('calls', 2), [])
        self.assertEqual([r['group'] for r in self.json('calls', 2, '--all')], ['stopped'])

    def test_csv_has_a_row_a_person_and_a_limit_counts_what_it_leaves_out(self):
        self.sent()
        rows = list(csv.DictReader(io.StringIO(self.ok('calls', 1, '--csv').stdout.lstrip('\ufeff'))))
        self.assertEqual([r['name'] for r in rows], self.names())
        self.assertEqual(rows[0]['phone'], '0912000004')
        done = self.ok('calls', 1, '--json', '--limit', '2', '--lang', 'en')
        self.assertEqual(len(done.stdout.splitlines()), 2)
        self.assertIn('3 more are on the list', done.stderr)
        self.assertEqual(self.ctl('calls', 1, '--limit', '0').returncode, 64)
        self.assertEqual(self.ctl('calls', 1, '--csv', '--json').returncode, 64)

    # --- what a call came to

    def test_who_was_reached_falls_out_everywhere_and_undo_brings_back(self):
        self.sent()
        for name in ('Phạm Rác', 'Hoàng Không Thư', 'Lê Sai', 'Trần Đầy'):
            row = self.json('call', 1, name, '--reached', '--note', 'đã đọc cho nghe')[0]
            self.assertEqual((row['outcome'], row['undone']), ('reached', False))
        self.assertEqual(self.names(), ['Đỗ Mơ Hồ'])
        self.assertIn('4 người đã gặp qua điện thoại', self.text())
        self.assertEqual(self.ctl('status', 1, '--wait=0s').returncode, 75)  # slow@ waits
        # a person's statement, who and when and what, in the log and in explain
        event = [e for e in self.log('--release', 1) if e['event'] == 'call'][0]
        self.assertIn('reached by telephone, says ', event['reply'])
        self.assertIn(': đã đọc cho nghe', event['reply'])
        self.assertEqual((event['name'], event['state'], event['relay']),
                         ('Phạm Rác', 'refused', ''))
        text = self.ok('explain', 1, 'spam@x.example', '--lang', 'vi').stdout
        self.assertIn('gặp qua điện thoại, theo lời', text)
        self.assertIn('Không cần làm gì thêm: ', text)  # instead of "telephone"
        self.ok('call', 1, 'Lê Sai', '--undo')
        self.assertEqual(self.names(), ['Lê Sai', 'Đỗ Mơ Hồ'])
        self.assertEqual(len([e for e in self.log('--release', 1) if e['event'] == 'call']), 5)
        self.assertEqual(self.ctl('call', 1, 'Lê Sai', '--undo').returncode, 66)

    def test_exit_code_1_is_over_once_all_were_reached_by_telephone(self):
        self.sent(book=[r for r in BOOK if r[4] in ('ok@x.example', 'nobody@x.example', '')])
        self.assertEqual(self.ctl('status', 1, '--wait').returncode, 1)
        self.ok('call', 1, 'nobody@x.example', '--left-word')
        self.assertEqual(self.ctl('status', 1, '--wait').returncode, 1)
        self.assertEqual(self.calls()[1]['call']['outcome'], 'left-word')
        self.ok('call', 1, 'nobody@x.example', '--reached')
        self.ok('call', 1, 'Hoàng Không Thư', '--reached')
        self.ok('call', 1, 'nobody@x.example', '--no-answer')  # who was reached stays so
        self.assertEqual(self.ctl('status', 1, '--wait').returncode, 0)
        text = self.ok('status', 1, '--lang', 'vi').stdout
        self.assertIn('0 chưa tới', text)
        self.assertIn('đã gặp qua điện thoại', text)

    def test_a_held_unknown_is_settled_by_a_call_and_held_again_by_undo(self):
        self.sent(book=[r for r in BOOK if r[4] in ('ok@x.example', 'lost@x.example')])
        self.assertEqual(self.ctl('status', 1, '--wait=5s').returncode, 3)
        self.ok('call', 1, 'lost@x.example', '--reached')
        self.assertEqual(self.counts(), {'relayed': 1, 'expired': 1})
        self.assertEqual(self.ctl('status', 1, '--wait').returncode, 0)
        self.assertIn('đã gặp qua điện thoại', self.ok('explain', 1, 'lost@x.example', '--lang',
                                                     'vi').stdout)
        self.drain()  # nothing waits for a person any more
        self.ok('call', 1, 'lost@x.example', '--undo')
        self.assertEqual(self.counts(), {'relayed': 1, 'unknown': 1})
        self.assertEqual(self.ctl('status', 1, '--wait').returncode, 3)
        self.assert_sum()

    def test_a_new_address_gets_the_text_on_the_spot_and_covers_the_old_one(self):
        self.sent()
        self.ok('call', 1, 'Trần Đầy', '--new-address', 'moi@x.example', '--note', 'hộp cũ đầy')
        self.go()
        self.assertEqual(self.received()['moi@x.example'], 1)
        self.assertNotIn('Trần Đầy', self.names())
        mail = [m for m in self.sink.mails() if 'moi@x.example' in m['To']]
        self.assertEqual(len(mail), 1)
        self.assertIn('Trần Đầy', str(mail[0]['To']))
        show = self.json('book', 'find', 'Tran Day')[0]
        self.assertEqual(show['email'], 'full@x.example')
        # again, and kept in the book: one transaction
        self.ok('call', 1, 'Lê Sai', '--new-address', 'sai2@x.example', '--keep')
        self.assertEqual(self.json('book', 'find', 'Le Sai')[0]['email'], 'sai2@x.example')

    def test_a_new_address_waits_for_the_end_of_a_pause_and_says_so(self):
        self.sent()
        self.ok('pause', 1, '--why', 'chờ')
        done = self.ok('call', 1, 'Trần Đầy', '--new-address', 'moi@x.example', '--lang', 'en')
        self.assertIn('paused', done.stderr)
        self.once()
        self.assertEqual(self.received()['moi@x.example'], 0)
        self.ok('resume', 1)
        self.go()
        self.assertEqual(self.received()['moi@x.example'], 1)
        # a release that was cancelled is sent to nobody any more, and nothing is recorded
        self.ok('cancel', 1)
        before = len(self.log('--release', 1))
        self.assertEqual(self.ctl('call', 1, 'Lê Sai', '--new-address', 'x@x.example').returncode,
                         65)
        self.assertEqual(len(self.log('--release', 1)), before)

    def report(self, *said):
        """By the pipe of a mail server, which makes the Maildir that is not there yet."""
        path = next(m['from'] for m in self.sink.saved() if m['rcpt'] == ['ok@x.example'])
        done = subprocess.run([harness.program('press-inbox'), '-c', self.conf, '--pipe',
                               '--maildir', self.dir / 'box'], text=True, env=harness.ENV,
                              input=status(path, ('ok@x.example', *said)),
                              capture_output=True, check=False, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(list((self.dir / 'box/.press-done/new').iterdir())), 1)

    def test_the_list_shows_whose_number_a_call_takes_and_a_wrong_one_is_noticed(self):
        self.sent(book=[r for r in BOOK if r[4] in ('ok@x.example', 'nobody@x.example')])
        self.report('delivered', '2.0.0', '250 2.0.0 Ok')
        number = self.calls()[0]['contact']
        self.assertIn(f'pressctl call 1 {number} --reached', self.text())
        wrong = self.ok('call', 1, 'ok@x.example', '--reached', '--lang', 'en')
        self.assertIn('had accepted the letter before', wrong.stderr)
        self.assertIn('--undo', wrong.stderr)
        self.assertEqual(self.ok('call', 1, 'ok@x.example', '--undo').stderr, '')
        self.assertEqual(self.ok('call', 1, number, '--reached').stderr, '')

    def test_what_a_report_brings_later_is_seen_by_the_list(self):
        """Handed on, then returned: not confirmed becomes lost, with the reason of the report."""
        self.sent(book=[r for r in BOOK if r[4] == 'ok@x.example'])
        self.assertEqual(self.calls(), [])
        self.report('failed', '5.2.2', '552 5.2.2 Over quota')
        self.assertEqual([(r['name'], r['state'], r['reason']) for r in self.calls()],
                         [('Nguyễn Được', 'bounced', 'the mailbox is full')])
        self.assertEqual(self.ctl('status', 1, '--wait').returncode, 1)

    def test_what_cannot_be_done_leaves_no_trace(self):
        self.sent()
        before = len(self.log('--release', 1))
        for args, code in (((1, 'Trần Đầy', '--new-address', 'sai địa chỉ'), 65),
                           ((1, 'Trần Đầy', '--new-address', 'ok@x.example', '--keep'), 65),
                           ((1, 'Báo', '--reached'), 66),             # several
                           ((1, 'Không Ai Cả', '--reached'), 66),
                           ((9, 'Trần Đầy', '--reached'), 66),
                           ((1, 'Trần Đầy'), 64),
                           ((1, 'Trần Đầy', '--reached', '--no-answer'), 64),
                           ((1, 'Trần Đầy', '--reached', '--keep'), 64)):
            self.assertEqual(self.ctl('call', *args).returncode, code, args)
        self.assertEqual(len(self.log('--release', 1)), before)
        self.assertEqual(self.json('book', 'find', 'Tran Day')[0]['email'], 'full@x.example')
        several = self.ctl('call', 1, 'Báo', '--reached', '--lang', 'en').stderr
        self.assertIn('fits 4 people', several)
        self.assertIn('Phạm Rác', several)


if __name__ == '__main__':
    unittest.main()
