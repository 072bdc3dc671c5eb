# SPDX-License-Identifier: MIT
"""The report to the leader: one screen, one page of A4, for the 175 of an incident day."""
import html.parser
import re
import shutil
import subprocess
import time
import unittest

import harness
from press_case import PressCase

LETTERHEAD = {'letterhead': {'ministry': 'BỘ MẪU', 'unit': 'TRUNG TÂM <THÔNG TIN>', 'place': 'Hà Nội',
                             'contact': 'Phòng Truyền thông & Báo chí, 024 0000 0000'}}
CLASSES = {'class "normal"': {'retry': ['1h'], 'give_up': '1d', 'confirm': '4h'}}
PEOPLE = 175


def book():
    """80 of the press, 32 units, 63 departments; the first of the press are in trouble."""
    kinds = ['press'] * 80 + ['unit'] * 32 + ['department'] * 63
    rows = ['org,org_kind,name,role,email,phone,priority']
    for n, kind in enumerate(kinds):
        bad = 'bad' if n < 15 else 'ok'
        rows.append(f'{kind} số {n % 40},{kind},Nguyễn Thị Người Có Tên Khá Dài {n:03},'
                    f'{"journalist" if kind == "press" else "officer"},{bad}{n}@x.example,'
                    f'0912 000 {n:03},{1 + n % 9}')
    return '\n'.join(rows) + '\n'


class Page(html.parser.HTMLParser):
    """Open elements, text, and whatever would be fetched from elsewhere."""

    VOID = {'meta', 'br'}

    def __init__(self, text):
        super().__init__()
        self.open, self.words, self.foreign, self.tags = [], [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.foreign += [a for a in attrs if a[0] in ('src', 'href') or a[0].startswith('on')]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return ''.join(self.words)


class TestLeader(PressCase):
    def sent(self, script='on rcpt match "<bad" do reply 550 5.2.2 '
                          '"Quota <b>exceeded</b>, ' + 'very sorry ' * 20 + '"'):
        self.press(script, rows=[], sections={**CLASSES, **LETTERHEAD})
        path = self.dir / 'people.csv'
        path.write_text(book())
        self.ok('book', 'import', path)
        self.send(self.statement(Title='Thông cáo <script>"thử"</script> & dài ' + 'rất dài ' * 12,
                                 Number='12/TC-TTTT'))
        self.once()

    def report(self, *args, lang='vi'):
        return self.ok('report', 'leader', 1, *args, '--lang', lang).stdout

    def row(self):
        return self.json('report', 'leader', 1)[0]

    def test_the_groups_add_up_and_each_person_counts_once(self):
        self.sent()
        row = self.row()
        rows = ('accepted', 'phoned', 'handed', 'unconfirmed', 'late', 'waiting', 'unknown', 'lost',
                'not-sent')
        self.assertEqual((row['recipients'], row['handed'], row['lost']), (PEOPLE, 160, 15))
        self.assertEqual(sum(row[r] for r in rows), PEOPLE)
        self.assertEqual([(g['org_kind'], g['recipients'], g['lost']) for g in row['groups']],
                         [('press', 80, 15), ('unit', 32, 0), ('department', 63, 0)])
        for group in row['groups']:
            self.assertEqual(sum(group[r] for r in rows), group['recipients'])
        self.ok('call', 1, 'bad0@x.example', '--reached')
        self.ok('call', 1, 'bad1@x.example', '--no-answer')
        row = self.row()
        self.assertEqual((row['lost'], row['phoned'], row['to_call']), (14, 1, 14))
        self.assertEqual(row['calls'], {'reached': 1, 'no-answer': 1, 'left-word': 0,
                                        'new-address': 0})

    def test_the_text_fits_one_screen_in_both_languages(self):
        self.sent()
        self.ok('call', 1, 'bad9@x.example', '--no-answer', '--note', 'gọi lại sau 11 giờ')
        for lang, parts in (('vi', ('Báo cáo phát hành: Thông cáo báo chí 12/TC-TTTT', 'Tính đến ',
                                    'Chưa báo được: 15', 'hộp thư đầy', 'không ai nghe máy',
                                    'Đã gọi điện: 1', 'Còn phải gọi điện cho 15 người',
                                    'Đã chuyển, còn chờ xác nhận')),
                            ('en', ('Report on a release', 'As of ', 'the mailbox is full',
                                    'Calls made: 1', 'People still to be telephoned: 15.'))):
            text = self.report(lang=lang)
            lines = text.splitlines()
            self.assertLessEqual(sum(1 + (len(l) - 1) // 80 if l else 1 for l in lines), 23, text)
            for part in parts:
                self.assertIn(part, text)
            self.assertNotIn('\x1b', text)

    def test_what_left_after_the_due_time_stands_apart(self):
        self.sent()
        early = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(time.time() - 3600))
        row = self.json('report', 'leader', 1, '--by', early)[0]
        self.assertEqual((row['late'], row['handed'], row['by']),
                         (160, 0, early[:-1] + '.000Z'))
        self.assertIn('Gửi đi sau giờ hẹn', self.report('--by', early))
        self.assertIn('; giờ hẹn ', self.report('--by', early))

    def test_the_page_is_whole_escaped_and_fetches_nothing(self):
        self.sent()
        done = self.ok('report', 'leader', 1, '--html', '-o', self.dir / 'r.html', '--lang', 'vi')
        self.assertEqual(done.stdout, '')
        text = (self.dir / 'r.html').read_text()
        page = Page(text)
        self.assertEqual((page.open, page.foreign), ([], []))
        self.assertEqual(page.tags & {'script', 'link', 'img', 'iframe'}, set())
        for part in ('BỘ MẪU', 'TRUNG TÂM <THÔNG TIN>', '12/TC-TTTT', '<script>"thử"</script> & dài',
                     'Hà Nội, ngày', 'Quota <b>exceeded</b>', 'Phòng Truyền thông & Báo chí'):
            self.assertIn(part, page.text)
        self.assertIn('lang="en"', self.report('--html', lang='en'))
        self.assertEqual(self.ctl('report', 'leader', 1, '--html', '--json').returncode, 64)
        self.assertEqual(self.ctl('report', 'leader', 1, '-o', self.dir / 'no' / 'r').returncode, 66)

    @unittest.skipUnless(shutil.which('chromium'), 'no chromium')
    def test_the_page_prints_on_one_sheet_of_a4(self):
        self.sent()
        for n in range(14):
            self.ctl('call', 1, f'bad{n}@x.example', '--no-answer', '--note', 'gọi lại sau 11 giờ')
        self.ok('report', 'leader', 1, '--html', '-o', self.dir / 'r.html', '--lang', 'vi')
        subprocess.run(['chromium', '--headless', '--no-sandbox', '--disable-gpu',
                        '--no-pdf-header-footer', f'--user-data-dir={self.dir}/profile',
                        f'--print-to-pdf={self.dir}/r.pdf', self.dir / 'r.html'],
                       check=True, capture_output=True, timeout=60, env=harness.ENV)
        pdf = (self.dir / 'r.pdf').read_bytes()
        self.assertEqual(len(re.findall(rb'/Type ?/Page\b', pdf)), 1)
        self.assertRegex(pdf, rb'/MediaBox \[0 0 59[45]\.\d+ 84[12]\.\d+\]')


if __name__ == '__main__':
    unittest.main()
