# SPDX-License-Identifier: MIT
"""`pressctl report parse`: files, folders and Maildirs of returned mail, as INTERFACE.md has it."""
import json
import os
import random
import subprocess
import unittest

import harness

MAILS = harness.ROOT / 'tests/data/reports'
FIELDS = ['file', 'address', 'action', 'enhanced', 'class']


def expected():
    """{file: {(address, action, enhanced, class), ...}}"""
    out = {}
    for table in sorted(MAILS.glob('expected*.tsv')):
        for line in table.read_text().splitlines():
            name, *row = line.split('\t')
            rows = out.setdefault(name, set())
            if row != ['-']:
                action, address, enhanced, why = row
                rows.add((address, action, enhanced, why))
    return out


class ReportParse(harness.Case):
    def parse(self, *args, lang='en', **kw):
        return subprocess.run([harness.program('pressctl'), '--lang', lang, 'report', 'parse', *map(str, args)],
                              env=harness.ENV, capture_output=True, timeout=120, check=False, **kw)

    def rows(self, *paths, code=0):
        done = self.parse('--json', *paths)
        self.assertEqual(done.returncode, code, done.stderr.decode())
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        for row in rows:
            self.assertEqual(list(row), FIELDS)
        return rows

    def test_every_mail_gives_its_rows_through_the_cage(self):
        """R104 R108 R115: as the unit test, through the program that people use."""
        got = {name: set() for name in expected()}
        for row in self.rows(*(MAILS / name for name in got)):
            name = os.path.basename(row['file'])
            got[name].add((row['address'], row['action'], row['enhanced'], row['class']))
        self.assertEqual(got, expected())

    def test_no_delay_is_called_a_failure_and_no_other_mail_either(self):
        """R105"""
        for name, rows in expected().items():
            if 'delay' in name:
                self.assertEqual({row[1] for row in rows}, {'delayed'}, name)

    def test_no_mail_cut_anywhere_kills_the_cage_or_invents_an_outcome(self):
        """R70 R105: what no whole mail says, its beginning does not say either."""
        rng = random.Random(20261124)
        actions = {name: {row[1] for row in rows} for name, rows in expected().items()}
        for name in actions:
            mail = (MAILS / name).read_bytes()
            for cut in rng.sample(range(len(mail)), min(20, len(mail))):
                (self.dir / f'{name}.{cut}').write_bytes(mail[:cut])
        done = self.parse('--json', self.dir)
        self.assertEqual(done.returncode, 0)
        self.assertNotIn(b'its reader died of it', done.stderr)
        for line in done.stdout.splitlines():
            row = json.loads(line)
            if row['action'] in ('failed', 'delivered'):
                name = os.path.basename(row['file']).rpartition('.')[0]
                self.assertIn(row['action'], actions[name], row)

    def test_a_folder_a_maildir_and_standard_input(self):
        mail = (MAILS / 'qmail.eml').read_bytes()
        for name in ('plain', 'box/cur', 'box/new', 'box/tmp'):
            (self.dir / name).mkdir(parents=True)
        (self.dir / 'plain/b').write_bytes(mail)
        (self.dir / 'plain/a').write_bytes(mail)
        (self.dir / 'plain/.hidden').write_bytes(mail)
        (self.dir / 'box/new/1').write_bytes(mail)
        (self.dir / 'box/cur/2:2,S').write_bytes(mail)
        (self.dir / 'box/tmp/3').write_bytes(mail)
        self.assertEqual([r['file'] for r in self.rows(self.dir / 'plain')],
                         [f'{self.dir}/plain/a', f'{self.dir}/plain/b'])
        self.assertEqual([r['file'] for r in self.rows(self.dir / 'box')],
                         [f'{self.dir}/box/new/1', f'{self.dir}/box/cur/2:2,S'])
        done = self.parse('--json', '-', input=mail)
        self.assertEqual(json.loads(done.stdout), {
            'file': '-', 'address': 'user@host.example', 'action': 'failed', 'enhanced': '5.1.1',
            'class': 'invalid'})

    def test_what_cannot_be_opened_is_named_and_the_rest_is_read(self):
        rows_then = self.parse('--json', self.dir / 'none', MAILS / 'qmail.eml', '/dev/null')
        self.assertEqual(rows_then.returncode, 65)  # the last: a device
        self.assertEqual(len(rows_then.stdout.splitlines()), 1)
        self.assertIn(f'{self.dir}/none: cannot read it'.encode(), rows_then.stderr)
        self.assertEqual(self.parse(self.dir / 'none').returncode, 66)
        self.assertEqual(self.parse().returncode, 64)

    def test_a_mail_made_to_kill_is_named_and_the_next_one_read(self):
        """R70 R110"""
        bad = self.dir / 'bad'
        bad.write_text('From: a@b.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; '
                       'boundary="\\""\n\n--"\n\nx\n')
        done = self.parse('--json', bad, MAILS / 'qmail.eml')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(done.stdout.splitlines()), 1)
        self.assertIn(b'cannot be read', done.stderr)

    def test_people_read_words_in_their_language(self):
        done = self.parse(MAILS / 'vi-full.eml', MAILS / 'person.eml', lang='vi').stdout.decode()
        self.assertIn('user@host.example  bị trả lại  5.0.0  hộp thư đầy hoặc bị khóa', done)
        self.assertIn('không phải thư báo: thư của user@host.example', done)
        done = self.parse(MAILS / 'dsn-relayed.eml').stdout.decode()
        self.assertIn('handed on, no further reports from there', done)
        self.assertNotIn('delivered', done)

    def test_escape_sequences_in_a_mail_reach_no_terminal(self):
        mail = self.dir / 'mail'
        mail.write_bytes((MAILS / 'qmail.eml').read_bytes().replace(b'Sorry, no', b'\x1b[2J\x07 no'))
        done = self.parse(mail)
        self.assertNotIn(b'\x1b', done.stdout)
        self.assertNotIn(b'\x07', done.stdout)

    def test_nobody_can_be_told_more_than_the_two_pipes(self):
        """The hidden argument alone, outside of a cage, reads nothing and tells nothing."""
        p = subprocess.run([harness.program('pressctl'), '--in-the-cage'], stdin=subprocess.DEVNULL,
                           env=harness.ENV, capture_output=True, timeout=60, check=False)
        self.assertEqual((p.returncode, p.stdout), (0, b''))


if __name__ == '__main__':
    unittest.main()
