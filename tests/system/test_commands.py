# SPDX-License-Identifier: MIT
"""What the commands that read and steer print, as INTERFACE.md has it, and how they refuse."""
import csv
import io
import json
import os
import pty
import pwd
import re
import sqlite3
import subprocess
import time
import unittest

import harness
from press_case import STATES, STATEMENTS, PressCase

LIST = ['release', 'number', 'title', 'kind', 'class', 'state', 'at', 'recipients']
LOG = ['event', 'release', 'delivery', 'address', 'name', 'org', 'attempt', 'at', 'relay', 'peer',
       'stage', 'code', 'enhanced', 'reply', 'tls', 'ms', 'state']
MOMENT = r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$'
PEOPLE = [('Trần Thị Thử', 'a@x.example'), ('Lê Văn Mẫu', 'b@y.example'),
          ('Phạm Thu Thử', 'c@z.example')]
REFUSE_B = 'on rcpt match "b@" do reply 550 5.1.1 "no such user"'
DEFER_C = 'on rcpt match "c@" do reply 450 4.2.1 "later, please"'


class CommandCase(PressCase):
    def sent(self, script='', *, rows=None, **settings):
        """Three people, one statement, everything tried once; no pressd is left."""
        self.press(script, rows=rows or PEOPLE, **settings)
        self.send(self.statement(Number='12/TC-TTTT'))
        harness.Pressd.once(self.conf)

    def fails(self, code, *args, **kw):
        """What a command said that ended with `code` and printed nothing else."""
        done = self.ctl(*args, **kw)
        self.assertEqual(done.returncode, code, f'{args}\n{done.stdout}{done.stderr}')
        self.assertEqual(done.stdout, '')
        self.assertTrue(done.stderr.startswith('pressctl: '), done.stderr)
        return done.stderr

    def on_terminal(self, *args):
        """What a terminal was sent, and the exit code."""
        ours, theirs = pty.openpty()
        p = subprocess.Popen([harness.program('pressctl'), '-c', str(self.conf), *map(str, args)],
                             stdin=theirs, stdout=theirs, stderr=theirs, env=harness.ENV)
        os.close(theirs)
        drawn = b''
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:  # the other side is closed
                break
            if not piece:
                break
            drawn += piece
        os.close(ours)
        return drawn.decode(), p.wait(10)

    def audit(self):
        """(verb, release, detail) of every audit row; all by this account."""
        db = sqlite3.connect(f'file:{self.dir}/press.db?mode=ro', uri=True)
        rows = db.execute('SELECT verb, release_id, detail, uid FROM audit ORDER BY id').fetchall()
        db.close()
        self.assertEqual({r[3] for r in rows}, {os.getuid()})
        return [r[:3] for r in rows]


class Reading(CommandCase):
    def test_list_and_show_print_the_fields_of_the_contract(self):
        self.sent()
        row, = self.json('list')
        self.assertEqual(list(row), LIST)
        self.assertRegex(row.pop('at'), MOMENT)
        self.assertEqual(row, {'release': 1, 'number': '12/TC-TTTT', 'title': 'Thông cáo thử',
                               'kind': 'statement', 'class': 'normal', 'state': 'done',
                               'recipients': 3})
        self.assertEqual(list(self.json('show', '12/tc-tttt')[0])[:len(LIST)], LIST)
        shown = self.ok('show', 1, '--lang', 'vi').stdout
        for part in ('Bản 1 · 12/TC-TTTT · Thông cáo thử', 'Thông cáo báo chí', 'Nội dung thử.',
                     'Đã kết thúc gửi: 0 chưa tới, 3 chưa xác nhận'):
            self.assertIn(part, shown)

    def test_list_has_the_newest_first_and_says_what_it_leaves_out(self):
        self.press(rows=1)
        for n in range(3):
            self.send(self.statement(Title=f'Thông cáo {n}', Number=f'{n}/TC'))
        self.assertEqual([r['release'] for r in self.json('list')], [3, 2, 1])
        done = self.ok('list', '--limit', 2)
        self.assertEqual([line.split()[0] for line in done.stdout.splitlines()], ['3', '2'])
        self.assertEqual(done.stderr, '')
        self.assertIn('newest 2', self.on_terminal('list', '--limit', 2)[0])
        self.assertNotIn('newest 2', self.on_terminal('list', '--limit', 2, '--json')[0])
        self.fails(64, 'list', '--limit', 'x')

    def test_status_json_has_one_count_for_each_state(self):
        self.sent(f'{REFUSE_B}\n{DEFER_C}')
        row, = self.json('status', 1)
        self.assertEqual(list(row), ['release', 'state', 'recipients', *STATES])
        self.assertEqual(row['state'], 'sending')
        self.assertEqual(self.counts(), {'relayed': 1, 'refused': 1, 'deferred': 1})

    def test_a_finished_release_is_never_called_complete(self):
        self.sent(REFUSE_B)
        vi = self.ok('status', 1, '--lang', 'vi').stdout
        self.assertIn('Đã kết thúc gửi: 1 chưa tới, 2 chưa xác nhận\n', vi)
        self.assertIn('Đã chuyển cho máy chủ trung gian, chưa xác nhận tới nơi', vi)
        self.assertIn('Lê Văn Mẫu, Báo y.example <b@y.example>: Bị từ chối, không tới: '
                      '550 5.1.1 no such user', vi)
        self.assertRegex(vi, r'Cơ quan báo chí +3 +2 +1\n')
        self.assertNotIn('hoàn thành', vi)
        en = self.ok('status', 1, '--lang', 'en').stdout
        self.assertIn('Sending has ended: 1 not reached, 2 not confirmed\n', en)
        self.assertIn('Handed to our relay, arrival not confirmed', en)

    def test_the_whole_sample_network_by_groups(self):
        self.press()
        self.send(STATEMENTS / 'thong-cao.txt')
        self.drain()
        vi = self.ok('status', '12/TC-TTTT', '--lang', 'vi').stdout
        for group in (r'Đơn vị +64 +64\n', r'Sở +126 +126\n', r'Cơ quan báo chí +80 +80\n'):
            self.assertRegex(vi, group)
        self.assertEqual(len(self.log('--who', 'nhan dan bao')), 6)  # Nhân Dân, QĐND, CAND
        self.assertEqual(len(self.log('--state', 'relayed')), 270)

    def test_at_most_ten_of_those_not_reached_are_named(self):
        self.press('on rcpt do reply 550 5.1.1 "no such user"', rows=13)
        self.send()
        harness.Pressd.once(self.conf)
        done = self.ctl('status', 1, '--wait=1s')
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout.count('no such user'), 10)
        self.assertIn('and 3 more', done.stdout)
        self.assertEqual(done.stderr.count('no such user'), 10)

    def test_wait_tells_by_its_exit_code(self):
        self.press(DEFER_C, rows=PEOPLE)
        self.send()
        self.ok('pause', 1)
        self.assertEqual(self.ctl('status', 1, '--wait=1s').returncode, 3)
        self.ok('resume', 1)
        self.assertEqual(self.ctl('status', 1, '--wait=50ms').returncode, 75)
        harness.Pressd.once(self.conf)
        self.assertEqual(self.ctl('status', 1, '--wait=50ms').returncode, 75)
        self.fails(64, 'status', 1, '--wait=soon')

    def test_why_a_wait_ended_stands_on_standard_error(self):
        self.press(DEFER_C, rows=PEOPLE)
        self.send()
        for code, part, act in ((75, 'letters that wait: 3', None),
                                (75, 'pressd is not running', None),
                                (3, 'Release 1 is paused: chờ; to go on: pressctl resume 1',
                                 ('pause', 1, '--why', 'chờ')),
                                (3, 'All sending is paused (', ('pause', '--all')),
                                (3, ': họp); to go on: pressctl resume --all',
                                 ('pause', '--all', '--why', 'họp'))):
            with self.subTest(part):
                if act:
                    self.ok(*act)
                done = self.ctl('status', 1, '--wait=10ms', '--json')
                self.assertEqual(done.returncode, code)
                self.assertIn(part, done.stderr)
        self.ok('resume', '--all')
        self.ok('resume', 1)
        harness.Pressd.once(self.conf)
        self.assertRegex(self.ctl('status', 1, '--wait=10ms').stderr,
                         r'release 1 is not finished; letters that wait: 1, next try \w+ ')

    def test_send_says_on_standard_error_who_must_act_first(self):
        self.press(rows=PEOPLE, approval='one', sections={
            'class "normal"': {'retry': ['5m'], 'give_up': '1h', 'unknown': 'hold'}})
        for extra in ((), ('--json',), ('--wait=1s',)):
            done = self.ctl('send', self.statement(), '--again', *extra)
            self.assertEqual(done.returncode, 3)
            self.assertRegex(done.stderr, r'Release \d waits for approval: pressctl approve \d '
                             '--hash [0-9a-f]{64}\n')
        harness.write_config(self.dir, self.sink.relay(), sections={
            'class "normal"': {'retry': ['5m'], 'give_up': '1h', 'unknown': 'hold'}})
        self.ok('pause', '--all')
        done = self.ctl('send', self.statement(), '--again')
        self.assertEqual((done.returncode, done.stderr.count('resume --all')), (3, 1))
        self.ok('cancel', 4)
        self.ok('resume', '--all')
        self.sink.script('on dot count 1 do drop')
        self.pressd()
        done = self.ctl('send', self.statement(), '--again', '--wait=10s')
        self.assertEqual(done.returncode, 3)
        self.assertIn('unknown outcome that a person decides: 1. Who: pressctl log --release 5',
                      done.stderr)

    def test_a_trial_does_not_read_as_a_success(self):
        self.press(rows=PEOPLE, allow=['@x.example'])
        self.pressd()
        done = self.ok('send', self.statement(), '--wait=10s', '--lang', 'vi')
        self.assertIn('Đã kết thúc gửi: 0 chưa tới, 1 chưa xác nhận, 2 không gửi (ngoài danh sách '
                      'thử nghiệm)\n', done.stdout)
        self.assertIn('không gửi cho 2 trong 3 người nhận: ngoài danh sách thử nghiệm', done.stderr)
        done = self.ok('status', 1, '--wait=1s', '--lang', 'vi')
        self.assertRegex(done.stdout, r'\n +2  Không gửi: ngoài danh sách thử nghiệm\n')
        self.assertIn('không gửi cho 2 trong 3 người nhận', done.stderr)

    def test_an_unknown_outcome_has_a_column_of_its_own(self):
        self.press('on dot count 1 do drop', rows=PEOPLE, sections={
            'class "normal"': {'retry': ['5m'], 'give_up': '1h', 'unknown': 'hold'}})
        self.send()
        harness.Pressd.once(self.conf)
        out = self.ok('status', 1, '--lang', 'vi').stdout
        self.assertRegex(out, r'người nhận +đã chuyển +không rõ kết quả\n')
        self.assertRegex(out, r'Cơ quan báo chí +3 +2 +1\n')
        self.assertIn('chờ người quyết định: 1.', out)

    def test_what_holds_a_release_back_stands_under_its_title(self):
        self.press(rows=PEOPLE)
        self.send()
        self.ok('pause', '--all', '--why', 'họp')
        out = self.ok('status', 1, '--lang', 'vi').stdout.splitlines()
        me = pwd.getpwuid(os.getuid()).pw_name
        self.assertEqual(out[1:4], ['Đã duyệt, đang bị giữ lại',
                                    f'! Đang tạm dừng mọi việc gửi ({me}: họp); để gửi tiếp: '
                                    'pressctl resume --all',
                                    '! pressd chưa chạy: chưa gửi gì cho đến khi khởi động '
                                    '(systemctl start pressd)'])
        self.assertIn('pressctl status 1', self.ctl('retry', 1).stdout)  # nothing to retry, and why
        done = self.ctl('resume', 1)  # the wrong pause
        self.assertEqual(done.returncode, 65)
        self.assertIn('pressctl resume --all', done.stderr)
        self.ok('resume', '--all')
        self.sink.stop()
        self.pressd()
        harness.wait_until(lambda: '! A fault since' in self.ok('status', 1).stdout)

    def test_people_are_counted_once_however_often_they_were_written_to(self):
        self.sent(REFUSE_B)
        self.ok('resend', 1, '--to', 'moi@y.example', '--for', 'b@y.example', '--note', 'x')
        self.drain()
        out = self.ok('status', 1, '--lang', 'vi').stdout
        self.assertIn('Đã kết thúc gửi: 0 chưa tới, 3 chưa xác nhận\n', out)
        self.assertRegex(out, r'\n +3  người nhận\n')
        self.assertNotIn('Chưa tới:', out)
        self.assertEqual(self.json('status', 1)[0]['recipients'], 4)  # deliveries
        self.assertRegex(self.ok('list').stdout, r'\(\+07\) +3  12/TC-TTTT')
        self.assertRegex(self.ok('show', 1).stdout, r'\nRecipients +3\n')
        out = self.ok('explain', 1, 'b@y.example', '--lang', 'vi').stdout
        self.assertRegex(out, r'Đã gửi lại bằng tay tới moi@y\.example \(.*\): Đã chuyển cho máy')

    def test_watch_prints_plain_lines_into_a_pipe(self):
        self.press(REFUSE_B, rows=PEOPLE)
        self.pressd()
        self.send()
        done = self.ctl('status', 1, '--watch', '--wait=10s')
        self.assertEqual(done.returncode, 1)
        self.assertNotIn('\033', done.stdout)
        self.assertRegex(done.stdout, r'\(\+07\)  3 of 3 no longer wait, 1 not reached\n')
        rows, code = harness.pressctl_json(self.conf, 'status', 1, '--watch', '--wait')
        self.assertEqual((len(rows), rows[-1]['refused'], code), (1, 1, 1))

    def test_watch_draws_a_bar_on_a_terminal(self):
        self.press(rows=PEOPLE)
        self.pressd()
        self.send()
        drawn, code = self.on_terminal('status', 1, '--watch', '--wait=10s')
        self.assertEqual(code, 0)
        self.assertIn('[' + '█' * 40 + '] 3 of 3 no longer wait', drawn)
        self.assertIn('\033[K', drawn)

    def test_on_a_terminal_those_not_reached_are_named_once_below_the_bar(self):
        self.press(REFUSE_B, rows=PEOPLE)
        self.pressd()
        self.send()
        drawn, code = self.on_terminal('status', 1, '--watch', '--wait=10s')
        self.assertEqual(code, 1)
        self.assertEqual(drawn.count('no such user'), 1)
        end = drawn.rindex('\033')  # nothing is drawn over what stands below
        self.assertRegex(drawn[end:], r'(?s)\] 3 of 3 no longer wait.*Release 1 .*no such user')


class Log(CommandCase):
    def test_the_log_prints_the_fields_of_the_contract(self):
        self.sent(f'{REFUSE_B}\n{DEFER_C}')
        log = self.log()
        self.assertEqual([list(row) for row in log], [LOG] * 3)
        for row in log:
            self.assertRegex(row['at'], MOMENT)
            self.assertEqual((row['event'], row['release'], row['attempt'], row['relay'],
                              row['tls']), ('attempt', 1, 1, 'r1', ''))
            self.assertGreaterEqual(row['ms'], 0)
        refused, = [r for r in log if r['state'] == 'refused']
        self.assertEqual((refused['address'], refused['name'], refused['org'], refused['stage'],
                          refused['code'], refused['enhanced'], refused['reply']),
                         ('b@y.example', 'Lê Văn Mẫu', 'Báo y.example', 'rcpt', 550, '5.1.1',
                          '5.1.1 no such user'))

    def test_csv_has_the_same_fields(self):
        self.sent(REFUSE_B)
        rows = list(csv.DictReader(io.StringIO(self.ok('log', '--csv').stdout)))
        self.assertEqual(list(rows[0]), [*LOG, 'second_copy', 'action'])
        self.assertEqual(rows, [{k: str(row.get(k, '')) for k in [*LOG, 'second_copy', 'action']}
                                for row in self.log()])
        with open(self.dir / 'log.csv', 'wb') as out:
            subprocess.run([harness.program('pressctl'), '-c', self.conf, 'log', '--csv'],
                           stdout=out, check=True, env=harness.ENV)
        self.assertTrue((self.dir / 'log.csv').read_bytes().startswith(b'\xef\xbb\xbfevent,'))
        self.fails(64, 'log', '--csv', '--json')

    def test_each_filter_narrows(self):
        self.sent(f'{REFUSE_B}\n{DEFER_C}')

        def who(*args):
            return sorted(r['address'] for r in self.log(*args))
        everybody = ['a@x.example', 'b@y.example', 'c@z.example']
        self.assertEqual(who(), everybody)
        self.assertEqual(who('--release', '12/TC-TTTT'), everybody)
        self.assertEqual(who('--address', 'B@Y.Example'), ['b@y.example'])
        self.assertEqual(who('--who', 'pham THU'), ['c@z.example'])
        self.assertEqual(who('--who', 'báo x.example'), ['a@x.example'])
        self.assertEqual(who('--state', 'deferred'), ['c@z.example'])
        self.assertEqual(who('--since', '1h'), everybody)
        self.assertEqual(who('--until', '1h'), [])
        self.assertEqual(who('--since', '2020-01-01 08:00', '--until', '2020-01-02'
                             'T08:00:00Z'), [])

    def test_a_log_without_an_answer_says_so(self):
        self.sent()
        done = self.ok('log', '--address', 'd@x.example')
        self.assertEqual((done.stdout, done.stderr), ('', 'pressctl: nothing in the log fits this\n'))

    def test_a_line_for_people_has_time_and_zone_and_the_servers_own_words(self):
        self.sent(REFUSE_B)
        line, = self.ok('log', '--state', 'refused', '--lang', 'vi').stdout.splitlines()
        self.assertRegex(line, r'^(thứ \w+|Chủ nhật) \d\d/\d\d/\d{4} \d\d:\d\d:\d\d \(\+07\)  bản 1')
        self.assertIn('Lê Văn Mẫu, Báo y.example <b@y.example>  Bị từ chối, không tới (lần 1)',
                      line)
        self.assertIn('bước báo người nhận (rcpt): 550 5.1.1 no such user', line)

    def test_what_press_itself_wrote_is_in_the_readers_language(self):
        self.press('on dot do drop', rows=PEOPLE[:1])
        self.send()
        harness.Pressd.once(self.conf)
        self.assertIn('bước nhận thư (dot): máy chủ trung gian ngắt kết nối',
                      self.ok('log', '--lang', 'vi').stdout)
        self.assertEqual(self.log()[0]['reply'], 'the relay closed the connection')

    def test_what_a_server_says_cannot_reach_the_terminal_raw(self):
        self.sent('on rcpt match "b@" do raw "550 5.1.1 \\x1b[2Jgone\\r\\n"')
        out = self.ok('log', '--address', 'b@y.example').stdout
        self.assertNotIn('\x1b', out)
        self.assertIn('gone', out)

    def test_wrong_filters_are_refused(self):
        self.sent()
        self.assertIn('relayed', self.fails(64, 'log', '--state', 'relaed'))
        self.fails(65, 'log', '--since', 'yesterday')
        self.fails(65, 'log', '--address', 'not an address')
        self.fails(66, 'log', '--release', 9)


class Explain(CommandCase):
    def one(self, address, *args):
        row, = self.json('explain', 1, address, *args)
        return row

    def test_each_outcome_says_what_was_tried_what_comes_next_and_what_is_proved(self):
        self.sent(f'{REFUSE_B}\n{DEFER_C}')
        out = self.ok('explain', 1, 'a@x.example').stdout
        for part in ('Trần Thị Thử, Báo x.example <a@x.example>',
                     'Handed to our relay, arrival not confirmed', 'try 1', 'r1 127.0.0.1:',
                     'step letter (dot): 250', 'Nothing more is tried', 'Not proved: that it reached'):
            self.assertIn(part, out)
        out = self.ok('explain', 1, 'b@y.example', '--lang', 'vi').stdout
        for part in ('Bị từ chối, không tới: 550 5.1.1 no such user', 'Hãy gọi điện', 'lần 1',
                     'pressctl resend 1 --to ĐỊA_CHỈ --for b@y.example'):
            self.assertIn(part, out)
        row = self.one('c@z.example')
        self.assertEqual((row['state'], row['attempts']), ('deferred', 1))
        self.assertRegex(row['due'], MOMENT)

    def test_next_names_what_stands_in_the_way(self):
        self.press(rows=PEOPLE, approval='two-person')
        self.assertEqual(self.ctl('send', self.statement()).returncode, 3)
        self.assertIn('approval', self.one('a@x.example')['next'][0])
        harness.write_config(self.dir, self.sink.relay())
        self.send(self.statement(), '--again')
        row, = self.json('explain', 2, 'a@x.example')
        self.assertIn('pressd is not running', row['next'][0])
        self.ok('pause', 2, '--why', 'số liệu sai')
        self.ok('pause', '--all')
        text = ' '.join(self.json('explain', 2, 'a@x.example')[0]['next'])
        self.assertIn('số liệu sai', text)
        self.assertIn('pressctl resume 2', text)
        self.assertIn('pressctl resume --all', text)

    def test_a_fault_of_the_relay_is_named(self):
        self.press(rows=PEOPLE)
        self.sink.stop()
        self.pressd()
        self.send()
        harness.wait_until(lambda: any('fault since' in s for s in self.one('a@x.example')['next']))
        self.assertEqual(self.counts(), {'queued': 3})

    def test_who_is_not_a_recipient_is_told_why(self):
        self.press(rows=PEOPLE)
        self.ok('book', 'end', 3)
        self.send(self.statement(To='email:a@x.example'))
        self.ok('book', 'add', '--org', 'Báo x.example', '--email', 'new@x.example')
        why = {a: ' '.join(self.one(a)['why']) for a in
               ('b@y.example', 'c@z.example', 'new@x.example', 'a@x.exampel')}
        self.assertIn('in the book, but not in the audience', why['b@y.example'])
        self.assertIn('no longer in the book', why['c@z.example'])
        self.assertIn('came into the book after', why['new@x.example'])
        self.assertIn('Nobody in the book', why['a@x.exampel'])
        self.assertIn('Did you mean a@x.example?', why['a@x.exampel'])
        self.assertIn('email:a@x.example', why['b@y.example'])

    def test_who_has_no_address_is_named_by_number_or_name(self):
        self.press(rows=PEOPLE)
        self.ok('book', 'add', '--org', 'Báo x.example', '--name', 'Đỗ Văn Mẫu', '--phone', '024 1')
        self.send(self.statement(Except='email:c@z.example'))
        self.once()
        for who in (('4',), ('#4',), ('do van MAU',), ('Đỗ', 'Văn', 'Mẫu')):
            with self.subTest(who):
                out = self.ok('explain', 1, *who, '--lang', 'vi').stdout
                self.assertIn('Đỗ Văn Mẫu, Báo x.example\nKhông gửi: không có địa chỉ\n', out)
        self.assertEqual(self.json('explain', 1, '4')[0]['state'], 'suppressed')
        self.assertIn('2 (Lê Văn Mẫu, Báo y.example <b@y.example>), 4 (Đỗ Văn Mẫu',
                      self.fails(66, 'explain', 1, 'văn mẫu'))
        self.assertEqual(self.json('explain', 1, 'pham thu')[0]['why'][0],
                         'Not among the recipients of release 1')
        self.fails(66, 'explain', 1, 'Người Lạ')
        self.fails(66, 'explain', 1, '77')

    def test_a_wrong_address_or_release_is_refused(self):
        self.sent()
        self.fails(65, 'explain', 1, 'a@')
        self.fails(66, 'explain', 7, 'a@x.example')
        self.fails(64, 'explain', 1)


class Steering(CommandCase):
    def test_a_release_is_found_by_id_number_or_key_and_a_miss_suggests(self):
        self.press(rows=1)
        self.send(self.statement(Number='12/TC-TTTT', Key='giao-ban'))
        for r in (1, '12/tc-tttt', 'key:giao-ban'):
            self.assertEqual(self.json('status', r)[0]['release'], 1)
        self.assertIn('12/TC-TTTT', self.fails(66, 'status', '12/TC-TTT'))
        self.assertIn('newest is 1', self.fails(66, 'status', 5))
        self.send(self.statement('Khác.', Number='12/TC-TTTT'), '--again')
        self.assertIn('2, 1', self.fails(66, 'cancel', '12/TC-TTTT'))

    def test_the_first_twelve_digits_of_the_hash_approve(self):
        self.press(rows=1, approval='one')
        self.assertEqual(self.ctl('send', self.statement()).returncode, 3)
        whole = self.json('show', 1)[0]['hash']
        wrong = whole[:11] + ('0' if whole[11] != '0' else '1')
        self.fails(65, 'approve', 1, '--hash', whole[:11])
        self.fails(65, 'approve', 1, '--hash', wrong)
        self.fails(65, 'approve', 1, '--hash', whole + '0')
        self.assertEqual(self.json('approve', 1, '--hash', whole[:12])[0]['hash'], whole)
        self.assertIn(('approve', 1, whole), self.audit())

    def test_pause_and_resume_of_one_release(self):
        self.press(rows=PEOPLE)
        self.send()
        out = self.ok('pause', 1, '--why', 'chờ số liệu', '--lang', 'vi').stdout
        self.assertIn('Tạm dừng: chờ số liệu', out)
        self.assertEqual(harness.Pressd.drain(self.conf), 3)
        self.assertEqual(self.counts(), {'queued': 3})
        self.assertEqual(self.json('resume', 1), [{'release': 1, 'state': 'approved'}])
        self.fails(65, 'resume', 1)
        self.drain()
        self.assertEqual(self.counts(), {'relayed': 3})
        self.fails(65, 'pause', 1)
        self.assertEqual(self.audit()[-2:], [('pause', 1, 'chờ số liệu'), ('resume', 1, '')])

    def test_resuming_one_under_pause_all_says_that_it_is_still_held(self):
        self.press(rows=1)
        self.send()
        self.ok('pause', 1)
        self.ok('pause', '--all')
        done = self.ctl('resume', 1)
        self.assertEqual(done.returncode, 3)
        self.assertIn('resume --all', done.stderr)

    def test_pause_all_tells_programs_what_is_so_now(self):
        self.press(rows=1)
        self.assertEqual(self.json('pause', '--all'), [{'paused_all': True}])
        self.assertEqual(self.json('resume', '--all'), [{'paused_all': False}])

    def test_pause_wants_a_release_or_all(self):
        self.press(rows=1)
        self.send()
        self.fails(64, 'pause')
        self.fails(64, 'pause', 1, '--all')
        self.fails(64, 'resume')
        self.fails(65, 'pause', 1, '--why', 'a\x1b[2J')

    def test_cancel_says_who_already_has_it(self):
        self.sent(DEFER_C)
        out = self.ok('cancel', 1, '--lang', 'vi').stdout
        self.assertIn('Đã hủy bản 1: 1 thư không gửi đi.', out)
        self.assertIn('2 nơi đã có, hoặc có thể đã có:', out)
        self.assertIn('Trần Thị Thử, Báo x.example <a@x.example>: Đã chuyển cho máy chủ trung gian'
                      ', chưa xác nhận tới nơi', out)
        self.assertNotIn('c@z.example', out)
        self.assertEqual(self.counts(), {'relayed': 2, 'cancelled': 1})
        self.fails(65, 'cancel', 1)
        self.assertIn(('cancel', 1, ''), self.audit())

    def test_an_unknown_outcome_of_a_cancelled_release_is_not_offered_again(self):
        self.press('on dot count 1 do drop', rows=PEOPLE[:1], sections={
            'class "normal"': {'retry': ['5m'], 'give_up': '1h', 'unknown': 'hold'}})
        self.send()
        harness.Pressd.once(self.conf)
        out = self.ok('cancel', 1, '--lang', 'vi').stdout
        self.assertIn('Không rõ kết quả, có thể đã tới; không gửi lại nữa', out)
        row, = self.json('explain', 1, 'a@x.example')
        self.assertNotIn('retry', row['next'][0])
        self.assertIn('It may have arrived', row['next'][0])
        self.assertIn('was cancelled', self.fails(65, 'retry', 1))
        self.assertIn('was cancelled', self.fails(65, 'resend', 1, '--to', 'd@x.example',
                                                  '--note', 'x'))
        self.ok('status', 1, '--wait=1s')

    def test_cancel_before_anybody_got_it(self):
        self.press(rows=500)
        self.send()
        self.assertEqual(self.json('cancel', 1),
                         [{'release': 1, 'cancelled': 500, 'holders': 0, 'first': []}])
        self.assertEqual(self.counts(), {'cancelled': 500})

    def test_retry_sends_what_waits_now(self):
        self.press('on rcpt do reply 450 4.2.1 "later"', rows=PEOPLE)
        self.pressd()
        self.send()
        harness.wait_until(lambda: self.counts() == {'deferred': 3})
        self.sink.script('')
        self.assertEqual(self.json('retry', 1, '--address', 'B@y.example'.lower()),
                         [{'release': 1, 'retried': 1}])
        harness.wait_until(lambda: self.counts() == {'deferred': 2, 'relayed': 1})
        self.assertEqual(self.received(), {'b@y.example': 1})
        self.ok('retry', 1)
        harness.wait_until(lambda: self.counts() == {'relayed': 3})
        self.assertEqual(self.json('retry', 1), [{'release': 1, 'retried': 0}])
        self.fails(66, 'retry', 1, '--address', 'nobody@x.example')

    def test_retry_of_a_paused_release_says_that_it_is_held(self):
        self.sent(DEFER_C)
        self.ok('pause', 1)
        done = self.ctl('retry', 1)
        self.assertEqual(done.returncode, 3)
        self.assertIn('resume 1', done.stderr)

    def test_retry_settles_a_held_unknown(self):
        self.press('on dot count 1 do drop', rows=PEOPLE[:1], sections={
            'class "normal"': {'retry': ['5m'], 'give_up': '1h', 'unknown': 'hold'}})
        self.send()
        harness.Pressd.once(self.conf)
        self.assertEqual(self.counts(), {'unknown': 1})
        self.assertEqual(self.ctl('status', 1, '--wait=1s').returncode, 3)
        self.assertIn('A person decides', self.json('explain', 1, 'a@x.example')[0]['next'][0])
        self.ok('retry', 1)
        self.drain()
        self.assertEqual(self.counts(), {'relayed': 1})


class Resend(CommandCase):
    def test_to_an_address_given_by_hand_in_the_name_of_the_old_one(self):
        self.sent(REFUSE_B)
        self.assertEqual(self.json('resend', 1, '--to', 'moi@Y.example', '--for', 'b@y.example',
                                   '--note', 'đổi hộp thư')[0]['resent'], 1)
        self.assertEqual(self.ctl('status', 1, '--wait=0s').returncode, 75)
        self.drain()
        self.assertEqual(self.counts(), {'relayed': 3, 'refused': 1})
        self.assertEqual(self.ctl('status', 1, '--wait=1s').returncode, 0)
        mail = [m for m in self.sink.mails() if 'moi@y.example' in m['To']]
        self.assertIn('Lê Văn Mẫu', mail[0]['To'])
        event, = [r for r in self.log() if r['event'] == 'resend']
        self.assertEqual((event['address'], event['name'], event['reply']),
                         ('moi@y.example', 'Lê Văn Mẫu', 'đổi hộp thư'))
        self.assertIn(('resend', 1, 'moi@y.example for b@y.example: đổi hộp thư'), self.audit())
        self.assertIn('sent again by hand', self.ok('log').stdout)

    def test_to_somebody_whom_nobody_knew(self):
        self.sent()
        self.ok('resend', 1, '--to', 'khach@w.example', '--note', 'theo công văn')
        self.fails(65, 'resend', 1, '--to', 'khach@w.example', '--note', 'once more')
        self.drain()
        self.assertEqual(self.received()['khach@w.example'], 1)

    def test_r89_only_those_not_reached_get_it_again(self):
        """R89"""
        self.sent(f'{REFUSE_B}\n{DEFER_C}')
        self.sink.script('')
        out = self.ok('resend', 1, '--state', 'refused,bounced,expired', '--lang', 'vi').stdout
        self.assertEqual(out, 'Gửi lại bản 1 cho 1 nơi chưa tới.\n')
        self.assertEqual(self.json('resend', 1, '--state', 'refused')[0]['resent'], 0)
        harness.Pressd.once(self.conf)
        self.assertEqual(self.received(), {'a@x.example': 1, 'b@y.example': 1})

    def test_r118_what_must_not_be_resent_is_refused(self):
        """R118 R53"""
        self.sent(REFUSE_B, return_path='bounce+{tag}@press.test.example')
        note = ('--note', 'x')
        self.fails(64, 'resend', 1)
        self.fails(64, 'resend', 1, '--to', 'd@x.example')
        self.fails(64, 'resend', 1, '--to', 'd@x.example', '--state', 'refused', *note)
        self.fails(64, 'resend', 1, '--state', 'relayed')
        self.fails(64, 'resend', 1, '--state', 'refused,')
        self.fails(64, 'resend', 1, '--state', 'refused', '--for', 'b@y.example')
        self.fails(65, 'resend', 1, '--to', 'd@x.example\nRCPT TO:<e@x.example>', *note)
        self.fails(65, 'resend', 1, '--to', 'Bounce+abc@press.test.example', *note)
        self.fails(65, 'resend', 1, '--to', 'd@x.example', '--note', '')
        self.fails(65, 'resend', 1, '--to', 'd@x.example', '--note', 'a\nb')
        self.fails(66, 'resend', 1, '--to', 'd@x.example', '--for', 'q@x.example', *note)
        self.fails(66, 'resend', 4, '--to', 'd@x.example', *note)
        self.assertEqual(self.counts(), {'relayed': 2, 'refused': 1})

    def test_an_unapproved_or_cancelled_release_is_not_resent(self):
        self.press(rows=PEOPLE, approval='one')
        self.assertEqual(self.ctl('send', self.statement()).returncode, 3)
        self.fails(65, 'resend', 1, '--to', 'd@x.example', '--note', 'x')
        self.ok('cancel', 1)
        self.fails(65, 'resend', 1, '--to', 'd@x.example', '--note', 'x')


class Relays(CommandCase):
    def test_a_relay_that_works_is_told_step_by_step(self):
        self.press(rows=1)
        done = self.ok('relay', 'test')
        for part in ('connected to 127.0.0.1', 'not secured', 'PIPELINING', 'ready for mail'):
            self.assertIn(part, done.stdout)
        self.assertEqual(self.sink.ledger(), [])
        done = self.ok('relay', 'test', 'r1', '--to', 'toi@x.example', '--lang', 'vi')
        self.assertIn('đã nhận thư gửi toi@x.example', done.stdout)
        self.assertEqual(self.received(), {'toi@x.example': 1})
        row, = self.json('relay', 'test')
        self.assertEqual((row['relay'], row['usable'], row['sent']), ('r1', True, False))
        row, = self.json('relay', 'list')
        self.assertEqual((row['relay'], row['tls']), ('r1', 'off'))

    def test_one_that_does_not_names_the_setting_to_change(self):
        self.press('on mail do reply 550 5.7.1 "who are you"', rows=1)
        done = self.ctl('relay', 'test', '--to', 'toi@x.example')
        self.assertEqual(done.returncode, 69)
        self.assertIn('550 5.7.1 who are you', done.stdout)
        self.assertIn('return_path', done.stdout)
        self.sink.stop()
        rows, code = harness.pressctl_json(self.conf, 'relay', 'test')
        self.assertEqual((code, rows[0]['usable'], rows[0]['stage']), (69, False, 'connect'))
        self.assertIn('url', rows[0]['advice'])

    def test_wrong_names_and_the_trial_list(self):
        self.press(rows=1, allow=['@x.example'])
        self.assertIn('r1', self.fails(66, 'relay', 'test', 'r2'))
        self.fails(77, 'relay', 'test', '--to', 'toi@y.example')
        self.fails(65, 'relay', 'test', '--to', 'toi')
        self.assertEqual(self.sink.ledger(), [])


class Doctor(CommandCase):
    def test_it_lists_what_is_open_and_ends_with_1(self):
        self.press(rows=1, allow=['@x.example'])
        done = self.ctl('doctor', '--lang', 'vi')
        self.assertEqual(done.returncode, 1)
        for line in done.stdout.splitlines()[:-1]:
            self.assertRegex(line, '^(✓ ổn:|✗ còn:) ')
        self.assertIn('allow', done.stdout)
        rows, code = harness.pressctl_json(self.conf, 'doctor')
        self.assertEqual(code, 1)
        self.assertEqual([list(r) for r in rows], [['check', 'ok', 'text']] * len(rows))
        self.assertEqual({r['check']: r['ok'] for r in rows}['trial'], False)
        self.assertEqual({r['check']: r['ok'] for r in rows}['database'], True)

    def doctor(self):
        rows, _ = harness.pressctl_json(self.conf, 'doctor')
        return {r['check']: (r['ok'], r['text']) for r in rows}

    def test_it_sees_a_pause_a_sample_and_a_secret_that_others_may_read(self):
        secret = self.dir / 'r1.password'
        secret.write_text('x\n')
        secret.chmod(0o644)
        self.press(rows=1)
        before = self.conf.read_text()
        self.conf.write_text(before.replace('relay "r1" {', 'relay "r1" {\n  username = "u"\n'
                                            f'  password_file = "{secret}"'))
        self.ok('pause', '--all')
        found = self.doctor()
        self.assertEqual([found[c][0] for c in ('pause', 'sample', 'secret')], [False] * 3)
        self.assertIn('chmod 0400', found['secret'][1])
        self.assertIn('domain is still that of the sample', found['sample'][1])
        secret.chmod(0o400)
        self.ok('resume', '--all')
        self.conf.write_text(re.sub(r'(?m)^(domain|from|return_path) .*$',
                                    lambda m: m[0].replace('.example', '.gov.vn'),
                                    self.conf.read_text()))
        found = self.doctor()
        self.assertEqual([found[c][0] for c in ('pause', 'sample', 'secret')], [True] * 3)
        secret.unlink()
        self.assertEqual(self.doctor()['secret'][0], False)

    def test_without_a_database_it_says_so_and_goes_on(self):
        conf = harness.write_config(self.dir, {'url': 'smtp://127.0.0.1:9', 'tls': 'off'})
        done = harness.run_pressctl(conf, 'doctor')
        self.assertEqual(done.returncode, 1)
        self.assertIn('pressctl init', done.stdout)
        self.assertIn('127.0.0.1:9', done.stdout)


class Book(CommandCase):
    def test_an_audience_is_a_line_each_and_counts(self):
        self.press()
        rows = self.json('audience', 'kind:press and role:desk')
        self.assertEqual(list(rows[0]), ['address', 'name', 'org', 'role'])
        self.assertEqual({r['role'] for r in rows}, {'desk'})
        out = self.ok('audience', 'kind:department', '--lang', 'vi').stdout
        self.assertRegex(out, r'\n +63  Sở, Lãnh đạo\n')
        self.assertRegex(out, r'\n126  tổng cộng\n')
        self.assertIn('Hà Nội', self.fails(65, 'audience', 'province:"Hà Nộii"'))
        self.fails(65, 'audience', 'kind:unit and kind:press or role:desk')
        self.fails(65, 'audience', '(' * 3000 + 'all')

    def test_import_reports_and_changes_nothing_when_a_row_is_wrong(self):
        self.press(rows=PEOPLE)
        text = 'org,org_kind,name,role,email\nBáo Q,press,D,journalist,d@q.example\n'
        row, = self.json('book', 'import', '-', '--dry-run', input=text)
        self.assertEqual({k: row[k] for k in ('rows', 'added', 'changed', 'unchanged', 'refused')},
                         {'rows': 1, 'added': 1, 'changed': 0, 'unchanged': 0, 'refused': []})
        bad = text + 'Báo R,press,E,journalist,e@\n'
        done = self.ctl('book', 'import', '-', '--json', input=bad)
        self.assertEqual(done.returncode, 65)
        refused = json.loads(done.stdout)['refused']
        self.assertEqual((refused[0]['row'], refused[0]['column']), (3, 'email'))
        self.assertIn('pressctl: -:3: “email”', done.stderr)
        self.assertEqual(len(self.json('audience', 'all')), 3)
        self.fails(66, 'book', 'import', self.dir / 'missing.csv')
        self.fails(66, 'book', 'import', self.dir)

    def test_one_contact_by_hand(self):
        self.press(rows=PEOPLE)
        row, = self.json('book', 'add', '--org', 'báo X.example', '--name', 'Đỗ Mới', '--role',
                         'journalist', '--email', 'moi@X.example', '--tags', 'b;a')
        self.assertEqual((row['id'], row['org'], row['email'], row['tags']),
                         (4, 'Báo x.example', 'moi@x.example', 'a;b'))
        row, = self.json('book', 'set', 4, '--phone', '024 0000 0009', '--lists', 'Thân thiết')
        self.assertEqual((row['name'], row['email'], row['phone'], row['tags'], row['lists']),
                         ('Đỗ Mới', 'moi@x.example', '024 0000 0009', 'a;b', 'Thân thiết'))
        self.assertEqual([r['address'] for r in self.json('audience', 'list:"than thiet"')],
                         ['moi@x.example'])
        self.ok('book', 'set', 4, '--alias', 'Tuần báo X')
        self.assertEqual(len(self.json('audience', 'org:"tuần báo x"')), 2)
        self.assertEqual([r['id'] for r in self.json('book', 'find', 'do', 'moi')], [4])
        row, = self.json('book', 'end', 4)
        self.assertRegex(row['ended'], MOMENT)
        self.assertEqual(self.json('book', 'find', 'do moi'), [])
        self.assertEqual([r['id'] for r in self.json('book', 'find', 'do moi', '--ended')], [4])
        self.assertIn(('book end', None, 'contact 4'), self.audit())

    def test_help_shows_how_conditions_and_contacts_are_written(self):
        self.conf = None
        text = self.ok('--lang', 'vi', 'audience', '--help').stdout
        self.assertIn("""pressctl audience 'kind:press and province:"Hà Nội"'""", text)
        for args in (('book', '--help'), ('--help', 'book')):
            text = self.ok('--lang', 'vi', *args).stdout
            self.assertIn('\n  book import FILE ', text)
            self.assertNotIn('\n  send FILE', text)
            self.assertIn('id,org,org_kind,org_short', text)
        self.fails(64, 'book')

    def test_a_contact_moves_to_another_organisation(self):
        self.press(rows=PEOPLE)
        row, = self.json('book', 'set', 1, '--org', 'bao Y.example')
        self.assertEqual((row['id'], row['org'], row['email']), (1, 'Báo y.example', 'a@x.example'))

    def test_wrong_contacts_are_refused(self):
        self.press(rows=PEOPLE)
        self.fails(64, 'book', 'add', '--email', 'd@x.example')
        self.fails(64, 'book', 'add', '--org', 'Báo x.example')
        self.fails(65, 'book', 'add', '--org', 'Báo lạ', '--email', 'd@x.example')
        self.assertIn('press', self.fails(65, 'book', 'add', '--org', 'Báo lạ', '--org-kind',
                                          'pres', '--email', 'd@x.example'))
        self.assertIn('email: ', self.fails(65, 'book', 'set', 1, '--email', 'd@'))
        self.fails(65, 'book', 'set', 1, '--priority', '0')
        self.fails(64, 'book', 'set', 1)
        self.fails(64, 'book', 'set', 'x', '--phone', '1')
        self.fails(66, 'book', 'show', 99)
        self.fails(66, 'book', 'end', 99)
        self.assertIn('import', self.fails(64, 'book', 'imprt'))
        self.assertEqual(len(self.json('audience', 'all')), 3)

    def test_what_is_exported_is_taken_back_unchanged(self):
        self.press()
        text = self.ok('book', 'export').stdout
        self.assertEqual(text.lstrip('\ufeff').split('\n')[0],
                         'id,org,org_kind,org_short,org_code,province,region,name,role,title,'
                         'email,phone,language,tags,priority,source')
        row, = self.json('book', 'import', '-', input=text)
        self.assertEqual((row['unchanged'], row['added'], row['changed']), (270, 0, 0))


if __name__ == '__main__':
    unittest.main()
