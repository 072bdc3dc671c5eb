# SPDX-License-Identifier: MIT
"""Bad input gets a clear error and changes nothing; keys, approval and rights hold."""
import contextlib
import fcntl
import os
import pathlib
import socket
import sqlite3
import struct
import subprocess
import unittest
import zipfile

import harness
from press_case import PressCase

HEAD = 'Title: Thông cáo thử\nTo: kind:press\n'
BODY = '\nNội dung thử.\n'
NOBODY = 65534


def contents(database):
    """Every row of every table."""
    with contextlib.closing(sqlite3.connect(f'file:{database}?mode=ro', uri=True)) as db:
        return list(db.iterdump())


class IntakeCase(PressCase):
    def setUp(self):
        super().setUp()
        self.press(rows=[('An', 'an@a.example'), ('Bình', 'binh@b.example')],
                   approval='none', max_message='200kB')

    def refused(self, text, code, place, words, *args, command='send'):
        """`text` is refused with that exit code, place and reason; the database stays as it was."""
        path = self.dir / 's.txt'
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        before = contents(self.dir / 'press.db')
        done = self.ctl(command, path, *args)
        with self.subTest(text=text[:60], args=str(args)[:60]):
            self.assertEqual(done.returncode, code, done.stderr[:400])
            self.assertEqual(done.stdout, '')
            start = f'pressctl: {path}{place}' if place[:1] != '-' else f'pressctl: {place}'
            self.assertTrue(done.stderr.startswith(start), done.stderr[:400])
            self.assertIn(words, done.stderr)
            self.assertIn('Nothing was sent.', done.stderr)
            self.assertEqual(done.stderr.count('\n'), 1)
            self.assertEqual(contents(self.dir / 'press.db'), before)


class BadStatement(IntakeCase):
    def test_headers_are_named_with_their_line(self):
        self.refused('Titel: x\n' + BODY, 65, ':1: ', 'did you mean “Title”')
        self.refused('Title: x\n' + BODY, 65, ': ', 'To: AUDIENCE')
        self.refused(HEAD + 'Number: 1\nNumber: 2\n' + BODY, 65, ':4: ', 'already, in line 3')
        self.refused(HEAD + 'no header\n' + BODY, 65, ':3: ', 'Name: value')
        self.refused(HEAD, 65, ':3: ', 'no text')
        self.refused('To: all\n' + BODY, 65, ': ', '“Title” is missing')
        self.refused('', 65, ': ', '“Title” is missing')

    def test_what_is_not_clean_text_is_refused_with_its_place(self):  # R54 R61 R62
        self.refused(b'Title: C\xb5ng\nTo: all\n\nx\n', 65, ':1: ', 'UTF-8')
        self.refused(HEAD.encode() + b'\nx\n\xff\n', 65, ':5: ', 'UTF-8')
        self.refused('Title: a\x07b\nTo: all\n\nx\n', 65, ':1: ', 'U+0007')
        self.refused('Title: a\rBcc: x@y.example\nTo: all\n\nx\n', 65, ':1: ', 'U+000D')
        self.refused(HEAD + 'Signer: x\r\rTo: y\n' + BODY, 65, ':3: ', 'U+000D')
        self.refused(HEAD + 'Reply-To: a@b.example\vBcc: c@d.example\n' + BODY, 65, ':3: ',
                     'U+000B')
        self.refused('Title: a\u202eb\nTo: all\n\nx\n', 65, ':1: ', 'U+202E')
        self.refused('Title: a\u200bb\nTo: all\n\nx\n', 65, ':1: ', 'U+200B')
        self.refused(HEAD + '\nx \x1b[2J\n', 65, ':4: ', 'U+001B')
        self.refused('Title: a\0b\nTo: all\n\nx\n', 65, ':1: ', 'NUL')
        self.refused((HEAD + BODY).encode('utf-16'), 65, ':1: ', 'UTF-16')

    def test_a_hundred_thousand_parentheses_are_an_error_like_any_other(self):
        many = '(' * 100_000 + 'all' + ')' * 100_000
        self.refused(f'Title: T\nTo: {many}\n' + BODY, 65, ':2: ', 'longer than')
        deep = '(' * 500 + 'all' + ')' * 500
        self.refused(f'Title: T\nTo: {deep}\n' + BODY, 65, ':2: ', '')
        self.refused(HEAD + BODY, 65, '--to: ', '', '--to', '(' * 100_000)

    def test_an_audience_that_is_wrong_is_shown_where(self):
        self.refused('Title: T\nTo: kind:pres\n' + BODY, 65, ':2: ', 'press')
        self.refused('Title: T\nTo: org:"Báo a.exampel"\n' + BODY, 65, ':2: ', 'a.example')
        self.refused('Title: T\nTo: all and kind:press or kind:unit\n' + BODY, 65, ':2: ', '')
        self.refused('Title: T\nTo: kind:unit\n' + BODY, 65, ':2: ', '')
        self.refused(HEAD + 'Except: all\n' + BODY, 65, '', '')

    def test_moments_say_what_is_wrong_with_them(self):
        at, embargo = 'At: 2035-01-02 08:00\n', 'Embargo: 2035-01-02 09:00\n'
        self.refused(HEAD + at + embargo + BODY, 65, ':3: ', 'add Early')
        self.refused(HEAD + 'At: 2020-01-02 08:00\n' + BODY, 65, ':3: ', 'past')
        self.refused(HEAD + 'At: 31/02/2035 08:00\n' + BODY, 65, ':3: ', '31/02/2035')
        self.refused(HEAD + 'Expires: 2020-01-02 08:00\n' + BODY, 69, ':3: ', 'past')
        self.refused(HEAD + BODY, 69, '--expires: ', 'past', '--expires', '2020-01-02 08:00')
        self.refused(HEAD + BODY, 65, '--at: ', 'hôm qua', '--at', 'hôm qua')

    def test_attachments_are_judged_with_the_line_that_names_them(self):  # R62 R63 R64
        (self.dir / 'folder').mkdir()
        (self.dir / 'big.pdf').write_bytes(os.urandom(200_000))
        (self.dir / 'huge.pdf').write_bytes(b'')
        os.truncate(self.dir / 'huge.pdf', 5_000_000_000)
        (self.dir / 'a\u200b.pdf').write_bytes(b'x')
        self.refused(HEAD + 'Attach: none.pdf\n' + BODY, 65, ':3: ', 'none.pdf')
        self.refused(HEAD + 'Attach: folder\n' + BODY, 65, ':3: ', 'folder')
        self.refused(HEAD + 'Attach: big.pdf\n' + BODY, 65, ':3: ', 'as encoded')
        self.refused(HEAD + 'Attach: huge.pdf\n' + BODY, 65, ':3: ', 'as encoded')
        self.refused(HEAD + 'Attach: a\u200b.pdf\n' + BODY, 65, ':3: ', 'U+200B')
        self.refused(HEAD + 'Attach: /dev/zero\n' + BODY, 65, ':3: ', 'device')
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(str(self.dir / 'sock'))
        self.refused(HEAD + 'Attach: sock\n' + BODY, 65, ':3: ', 'device')

    def test_what_runs_is_not_attached(self):
        with zipfile.ZipFile(self.dir / 'macro.docx', 'w', zipfile.ZIP_DEFLATED) as z:
            z.writestr('word/document.xml', '<w/>' * 1000)
            z.writestr('word/vbaProject.bin', b'x' * 1000)
        with zipfile.ZipFile(self.dir / 'plain.docx', 'w', zipfile.ZIP_DEFLATED) as z:
            z.writestr('word/document.xml', '<w/>' * 1000)
        (self.dir / 'renamed.pdf').write_bytes(pathlib.Path('/bin/true').read_bytes())
        (self.dir / 'job.txt').write_text('#!/bin/sh\n')
        (self.dir / 'run.js').write_text('x')
        for name, words in (('macro.docx', 'macros'), ('renamed.pdf', 'a program'),
                            ('job.txt', 'a script'), ('run.js', 'a script')):
            self.refused(HEAD + f'Attach: {name}\n' + BODY, 65, ':3: ', words)
            rows, code = harness.pressctl_json(self.conf, 'check', self.dir / 's.txt')
            self.assertEqual((code, rows[0]['level'], rows[0]['line']), (65, 'error', 3))
        self.send(self.statement(Attach='plain.docx'))

    def test_a_file_that_is_none_is_66(self):
        before = contents(self.dir / 'press.db')
        for path in (self.dir / 'none.txt', self.dir):
            done = self.ctl('send', path)
            self.assertEqual(done.returncode, 66)
            self.assertTrue(done.stderr.startswith(f'pressctl: {path}: '), done.stderr)
        self.assertEqual(self.ctl('approve', '77', '--hash', 'x').returncode, 66)
        self.assertEqual(self.ctl('reject', 'key:x', '--why', 'x').returncode, 66)
        self.assertEqual(contents(self.dir / 'press.db'), before)

    def test_a_wrong_command_line_is_64(self):
        for args in ((), ('sned', 'x'), ('send',), ('send', 'a', 'b'), ('send', 'a', '--frob'),
                     ('send', 'a', '--at'), ('send', 'a', '--at', 'x', '--at', 'y'),
                     ('send', 'a', '--wait=lange'), ('approve', '1'), ('reject', '1'),
                     ('preview', 'a'), ('--lang', 'fr', 'list')):
            done = self.ctl(*args)
            self.assertEqual(done.returncode, 64, (args, done.stderr))
            self.assertTrue(done.stderr.startswith('pressctl: '), done.stderr)

    def test_check_tells_all_of_it_at_once(self):
        path = self.dir / 's.txt'
        path.write_text('Title: T\nTo: org:"Báo X"\nAttach: none.pdf\n'
                        'At: 2020-01-01 08:00\n' + BODY)
        rows, code = harness.pressctl_json(self.conf, 'check', path)
        self.assertEqual(code, 65)
        self.assertEqual(sorted(r['line'] for r in rows if r['level'] == 'error'), [2, 3, 4])
        path.write_text(HEAD + BODY)
        self.assertEqual(harness.pressctl_json(self.conf, 'check', path), ([], 0))

    def test_check_says_what_it_understood(self):
        (self.dir / 'số liệu.pdf').write_bytes(b'%PDF' + bytes(2000))
        path = self.dir / 's.txt'
        path.write_text(HEAD + 'Attach: số liệu.pdf\nAt: 2035-01-02 08:00\n' + BODY)
        out = self.ok('check', path).stdout
        for words in (f'{path} can be sent.', 'Leaves not before: Tue 02/01/2035 08:00 (+07), in ',
                      'Attached: số liệu.pdf, 2 kB', 'as encoded: ', '2  Press agency', '2  in all',
                      f'warning: {path}:4: it leaves on Tue 02/01/2035'):
            self.assertIn(words, out)

    def test_standard_input_takes_attachments_from_the_current_folder(self):
        (self.dir / 'Số liệu.pdf').write_bytes(b'%PDF-1')
        text = HEAD + 'Attach: Số liệu.pdf\n' + BODY
        done = subprocess.run([harness.program('pressctl'), '-c', str(self.conf), 'send', '-'],
                              input=text, text=True, capture_output=True, env=harness.ENV,
                              cwd=self.dir)
        self.assertEqual(done.returncode, 0, done.stderr)
        done = self.ctl('send', '-', input='Titel: x\n\nx\n')
        self.assertEqual(done.returncode, 65)
        self.assertTrue(done.stderr.startswith('pressctl: -:1: '), done.stderr)


class Large(PressCase):
    def test_r65_fifty_megabytes_to_ten_thousand_are_stored_once(self):
        self.press('ehlo set "PIPELINING" "SIZE 100000000"', rows=10_000, max_message='100MB',
                   allow=['n00000@paper0.example'])
        (self.dir / 'ảnh.zip').write_bytes(os.urandom(50_000_000))
        path = self.statement(Attach='ảnh.zip')
        argv = [harness.program('pressctl'), '-c', str(self.conf), 'send', str(path), '--json']
        nowhere = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)]
        pid = os.posix_spawn(argv[0], argv, harness.ENV, file_actions=nowhere)
        _, status, usage = os.wait4(pid, 0)
        self.assertEqual(status, 0)
        stored = sum(f.stat().st_size for f in self.dir.glob('press.db*'))
        print(f'[{stored // 1_000_000} MB stored, pressctl had {usage.ru_maxrss // 1000} MB]')
        # one attachment, one letter of 4/3 its size, both once more in the WAL, and the rows
        self.assertLess(stored, 2 * (50_000_000 + 68_500_000))
        if 'san-' in str(harness.BUILD):
            return
        self.assertLess(usage.ru_maxrss, 250_000)
        pressd = self.pressd()
        harness.wait_until(lambda: self.counts().get('suppressed') == 9999, 60)
        harness.wait_until(lambda: self.sink.saved(), 60)
        peak = int(pathlib.Path(f'/proc/{pressd.pid}/status').read_text()
                   .split('VmHWM:')[1].split()[0])
        print(f'[pressd had {peak // 1000} MB]')
        self.assertLess(peak, 250_000)


class TrialList(PressCase):
    def test_whom_the_trial_list_keeps_out_is_said_without_a_terminal(self):
        self.press(rows=[('An', 'an@a.example'), ('Bình', 'binh@b.example'), ('Chi', 'chi@b.example')],
                   approval='none', allow=['@a.example'])
        path = self.statement()
        for command in ('check', 'send'):
            done = self.ok(command, path)
            out = done.stdout if command == 'check' else done.stderr
            self.assertEqual([line for line in out.splitlines() if 'trial list' in line][0]
                             .split('2 of the')[1:], [' recipients are outside of `allow` (trial '
                                                      'list): they get nothing, for good'])
        self.assertEqual(done.stderr.count('outside of'), 1)
        self.drain()
        self.assertEqual(self.counts(), {'relayed': 1, 'suppressed': 2})

    def test_a_number_that_nobody_got_is_free_again(self):
        self.press(rows=[('An', 'an@a.example')], approval='none', allow=['@b.example'])
        path = self.statement(Number='12/TC')
        self.send(path)
        self.drain()
        self.assertEqual(self.counts(), {'suppressed': 1})
        self.ok('send', path)


class Keys(IntakeCase):
    def test_r85_a_job_fired_eight_times_at_once_is_one_release(self):
        path = self.statement()
        argv = [harness.program('pressctl'), '-c', str(self.conf), 'send', str(path), '--key',
                'giao-ban-{date}', '--json']
        jobs = [subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                 env=harness.ENV) for _ in range(8)]
        out = [job.communicate(timeout=60) for job in jobs]
        self.assertEqual([job.returncode for job in jobs], [0] * 8, out)
        self.assertEqual(sum('"duplicate":false' in o for o, _ in out), 1, out)
        self.assertEqual(len(self.json('list')), 1)
        self.drain()
        self.assertEqual(set(self.received().values()), {1})

    def test_the_same_key_with_other_content_is_65(self):
        self.send(self.statement(), '--key', 'k')
        done = self.ctl('send', self.statement('Khác.'), '--key', 'k')
        self.assertEqual(done.returncode, 65)
        self.assertIn('release 1', done.stderr)

    def test_with_wait_the_second_run_tells_the_first_ones_outcome(self):
        self.sink.script('on rcpt match "binh@" do reply 550 5.1.1 "no such user"')
        path = self.statement()
        self.pressd()
        for _ in range(2):
            done = self.ctl('send', path, '--key', 'k', '--wait=20s')
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn('binh@b.example', done.stderr)


class Approval(PressCase):
    def setUp(self):
        super().setUp()
        self.press(rows=2, approval='two-person')
        self.dir.chmod(0o755)

    def as_other(self, *args):
        """pressctl as another account that may use this database (its group is root's here)."""
        argv = ['setpriv', '--reuid', str(NOBODY), '--regid', '0', '--clear-groups',
                self.for_all('pressctl'), '-c', str(self.conf), *map(str, args)]
        self.conf.chmod(0o644)
        self.dir.chmod(0o770)
        return subprocess.run(argv, capture_output=True, text=True, env=harness.ENV)

    def test_nothing_leaves_before_another_account_approves_the_exact_hash(self):
        rows, code = harness.pressctl_json(self.conf, 'send', self.statement())
        self.assertEqual((code, rows[0]['state']), (3, 'proposed'))
        self.drain(3)
        self.assertEqual(self.received(), {})
        own = self.ctl('approve', 1, '--hash', rows[0]['hash'])
        self.assertEqual(own.returncode, 77, own.stderr)
        if os.getuid() != 0:
            self.skipTest('another account needs root')
        self.assertEqual(self.as_other('approve', 1, '--hash', '0' * 64).returncode, 65)
        done = self.as_other('approve', 1, '--hash', rows[0]['hash'])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.as_other('approve', 1, '--hash', rows[0]['hash']).returncode, 65)
        self.drain()
        self.assertEqual(len(self.received()), 2)

    def test_a_rejected_release_sends_nothing_and_frees_its_key(self):
        path = self.statement()
        self.assertEqual(self.ctl('send', path, '--key', 'k').returncode, 3)
        done = self.ctl('reject', 'key:k', '--why', 'sai số liệu')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.drain()
        self.assertEqual(self.counts(), {'cancelled': 2})
        rows, code = harness.pressctl_json(self.conf, 'send', path, '--key', 'k')
        self.assertEqual((code, rows[0]['release'], rows[0]['duplicate']), (3, 2, False))


class WrongSetting(harness.Case):
    def test_r72_file_line_and_reason(self):
        relay = {'url': 'smtp://127.0.0.1:9', 'tls': 'off'}
        good = harness.write_config(self.dir, relay, grace=None)
        lines = good.read_text().count('\n')
        for bad, words in (('grace = "2 days"', 'duration'), ('quatsch = 1', 'quatsch'),
                           ('grce = "1s"', 'did you mean “grace”'), ('grace = "9d"', 'from'),
                           ('relay "x" { url = "smtp://h" connections = 010 }', 'octal'),
                           ('web {', 'not closed'), ('approval = one\n', 'already'),
                           ('reply_to = "${HOME}"', '${'),
                           ('relay "x" { url = "smtp://h" username = "u" password_file = "p"'
                            ' tls = off }', 'unprotected')):
            conf = self.dir / 'bad.conf'
            conf.write_text(good.read_text() + bad + '\n')
            for argv in (['pressctl', '--lang', 'en', '-c', conf, 'list'],
                         ['pressd', '-c', conf, '--check']):
                done = subprocess.run([harness.program(argv[0]), *map(str, argv[1:])],
                                      capture_output=True, text=True,
                                      env={**harness.ENV, 'LC_MESSAGES': 'en'})
                self.assertEqual(done.returncode, 78, (bad, done.stderr))
                self.assertIn(f'{conf}:{lines + 1}: ', done.stderr)
                self.assertIn(words, done.stderr)
        self.assertFalse((self.dir / 'press.db').exists())


    def test_pressd_speaks_the_reader_s_language_before_it_has_a_configuration(self):
        def said(*args, **env):
            done = subprocess.run([harness.program('pressd'), *map(str, args)], text=True,
                                  capture_output=True, env={**harness.ENV, **env})
            return done.returncode, done.stdout + done.stderr

        none = ('-c', self.dir / 'none.conf', '--check')
        vi, en = 'không mở được tệp cấu hình', 'the configuration cannot be opened'
        self.assertIn(vi, said(*none)[1])
        self.assertIn(en, said(*none, '--lang=en')[1])
        self.assertIn(en, said(*none, LC_ALL='', LC_MESSAGES='en_GB.UTF-8')[1])
        self.assertIn(vi, said(*none, '--lang', 'vi', LC_ALL='en_US.UTF-8')[1])
        conf = harness.write_config(self.dir, {'url': 'smtp://127.0.0.1:9', 'tls': 'off',
                                               'username': 'u', 'password_file': 'none.pw'},
                                    language='vi')
        self.assertIn('không có tệp', said('-c', conf, '--check')[1])
        self.assertIn('No such file', said('-c', conf, '--check', '--lang=en')[1])
        code, text = said('--lang=fr', '--check')
        self.assertEqual(code, 64)
        self.assertIn('“fr”', text)
        self.assertTrue(said('--help', '--lang=vi')[1].startswith('Cách dùng: pressd'))
        self.assertTrue(said('--help', '--lang=en')[1].startswith('Usage: pressd'))


class SecretFile(harness.Case):
    def test_check_opens_it_and_says_what_is_wrong(self):
        secret = self.dir / 'r1.password'
        conf = harness.write_config(self.dir, {'url': 'smtp://127.0.0.1:9', 'tls': 'off',
                                               'username': 'u', 'password_file': secret})

        def check():
            return subprocess.run([harness.program('pressd'), '-c', str(conf), '--check'],
                                  capture_output=True, text=True, env=harness.ENV)

        for text, mode, words in ((None, 0, 'No such file'), ('', 0o400, 'is empty'),
                                  ('x\n', 0o444, 'chmod 0400')):
            if text is not None:
                secret.unlink(missing_ok=True)
                secret.write_text(text)
                secret.chmod(mode)
            done = check()
            self.assertEqual((done.returncode, done.stdout), (78, ''), done.stderr)
            self.assertTrue(done.stderr.startswith(f'pressd: {conf}: the secret file {secret}')
                            or 'others may read' in done.stderr, done.stderr)
            self.assertIn(words, done.stderr)
        secret.chmod(0o400)
        done = check()
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, f'{conf}: ok\n', ''))


class Database(PressCase):
    def setUp(self):
        super().setUp()
        self.conf = harness.write_config(self.dir, {'url': 'smtp://127.0.0.1:9', 'tls': 'off'})
        self.path = self.dir / 'press.db'

    def failed(self, code, words, *args, **kw):
        done = self.ctl(*(args or ('send', self.statement())), **kw)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn(words, done.stderr)
        self.assertTrue(done.stderr.startswith('pressctl: '), done.stderr)

    def test_a_missing_one_points_to_init(self):
        self.failed(66, 'init')
        self.assertFalse(self.path.exists())

    def test_a_locked_one_is_75_and_nothing_is_stored(self):
        self.ok('init')
        before = contents(self.path)
        with open(f'{self.path}.lock', 'r+b') as lock:
            whole = struct.pack('hhqqi4x', fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
            fcntl.fcntl(lock, 37, whole)  # F_OFD_SETLK
            self.failed(75, '', 'pause', '--all')
        self.assertEqual(contents(self.path), before)

    def test_a_corrupt_one_is_74_and_left_alone(self):
        self.ok('init')
        with contextlib.closing(sqlite3.connect(self.path)) as db:
            db.execute('PRAGMA wal_checkpoint(TRUNCATE)')
        raw = bytearray(self.path.read_bytes())
        raw[0:64] = os.urandom(64)
        self.path.write_bytes(raw)
        self.failed(74, str(self.path))
        self.assertEqual(self.path.read_bytes(), bytes(raw))

    def test_one_that_may_not_be_written_is_77(self):
        if os.getuid() != 0:
            self.skipTest('another account needs root')
        self.ok('init')
        self.dir.chmod(0o755)
        self.conf.chmod(0o644)
        self.path.chmod(0o644)
        before = self.path.read_bytes()
        argv = ['setpriv', '--reuid', str(NOBODY), '--regid', str(NOBODY), '--clear-groups',
                self.for_all('pressctl'), '-c', str(self.conf), 'pause', '--all']
        done = subprocess.run(argv, capture_output=True, text=True, env=harness.ENV)
        self.assertEqual(done.returncode, 77, done.stderr)
        self.assertIn(str(self.path), done.stderr)
        self.assertEqual(self.path.read_bytes(), before)


if __name__ == '__main__':
    unittest.main()
