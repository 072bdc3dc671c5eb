# SPDX-License-Identifier: MIT
"""pressctl as it is installed: setgid, on a database that people cannot reach.

Makes three accounts and a group of its own, and takes them away again. Runs only as root, without
sanitizers, and only where /var/lib lets programs be setgid.
"""
import grp
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import unittest

import harness
from press_case import book

TAG = f'prt{os.getpid()}'
GROUP, SENDER, CLERK, CHIEF = TAG + 'g', TAG + 's', TAG + 'a', TAG + 'b'
# Not in /tmp: pressctl trusts a configuration only where nobody else can change a folder above it.
PLACE = '/var/lib'

CONFIG = '''\
database = "{base}/db/press.db"
domain = "press.test.example"
from = "Trung tâm Thông tin <thongcao@test.example>"
language = "en"
approval = "{approval}"
relay "r1" {{ url = "smtp://127.0.0.1:{port}"  tls = "off" }}
'''


def possible():
    # The leak finder traces its own process, which nobody may do with a setgid one.
    return (os.geteuid() == 0 and 'san-' not in str(harness.BUILD)
            and shutil.which('useradd') is not None
            and not os.statvfs(PLACE).f_flag & os.ST_NOSUID)


def quiet(*argv):
    return subprocess.run([str(a) for a in argv], check=False, capture_output=True, text=True)


def must(*argv):
    done = quiet(*argv)
    if done.returncode:
        raise RuntimeError(f'{argv}: {done.stderr}')


def remove_accounts():
    """Ours, and what a killed run left. userdel fails while another program changes accounts."""
    def left(database):
        lines = pathlib.Path(f'/etc/{database}').read_text(encoding='utf-8').splitlines()
        names = [line.split(':')[0] for line in lines]
        return [n for n in names if (m := re.fullmatch(r'prt(\d+)[gsab]', n))
                and (n.startswith(TAG) or not harness.alive(int(m.group(1))))]

    for _ in range(5):
        for user in left('passwd'):
            quiet('userdel', '--force', user)  # their homes were never made
        for group in left('group'):
            quiet('groupdel', group)
        if not left('passwd') + left('group'):
            return
        time.sleep(0.2)


@unittest.skipUnless(possible(),
                     'needs root, useradd, a place for setgid programs, and no sanitizer')
class Setgid(harness.Case):
    @classmethod
    def setUpClass(cls):
        remove_accounts()
        cls.addClassCleanup(remove_accounts)
        must('groupadd', '--system', GROUP)
        must('useradd', '--system', '--no-create-home', '-g', GROUP, SENDER)
        for user in (CLERK, CHIEF):
            must('useradd', '--system', '--no-create-home', '--user-group', user)

    def setUp(self):
        super().setUp()
        self.base = pathlib.Path(tempfile.mkdtemp(prefix='press-test-', dir=PLACE))
        self.addCleanup(shutil.rmtree, self.base)
        self.base.chmod(0o755)
        self.pressctl = self.base / 'pressctl'
        shutil.copy(harness.program('pressctl'), self.pressctl)
        shutil.chown(self.pressctl, 0, GROUP)
        self.pressctl.chmod(0o2755)
        self.pressd = self.base / 'pressd'  # the build folder may be closed to other accounts
        shutil.copy(harness.program('pressd'), self.pressd)
        self.db = self.base / 'db'
        self.db.mkdir()
        shutil.chown(self.db, SENDER, GROUP)
        self.db.chmod(0o2770)
        self.sink = self.enterContext(harness.Catcher(self.dir))
        self.conf = self.config(self.base / 'press.conf')
        for user in (CLERK, CHIEF):
            home = self.base / user
            home.mkdir(mode=0o700)
            shutil.chown(home, user, user)
        self.own = self.base / CLERK
        self.good('root', 'init')
        self.good(CLERK, 'book', 'import', self.file('book.csv', book(3)))

    def config(self, path, approval='two-person', base=None):
        path.write_text(CONFIG.format(base=base or self.base, port=self.sink.port,
                                      approval=approval))
        shutil.chown(path, 0, GROUP)
        path.chmod(0o640)
        return path

    def file(self, name, text, user=CLERK, mode=0o600):
        """A file that only this person can read."""
        path = self.base / user / name
        path.write_text(text)
        shutil.chown(path, user, user)
        path.chmod(mode)
        return path

    def statement(self, text='Nội dung thử.', **headers):
        head = {'Title': 'Thông cáo thử', 'To': 'all', **headers}
        return self.file('s.txt', ''.join(f'{k}: {v}\n' for k, v in head.items()) + f'\n{text}\n')

    def run_as(self, user, *argv, conf=None, **kw):
        who = {} if user == 'root' else {'user': user, 'group': user if user != SENDER else GROUP,
                                         'extra_groups': []}
        env = {**harness.ENV, 'PRESS_CONFIG': str(conf or self.conf)}
        return subprocess.run([str(a) for a in argv], check=False, capture_output=True, text=True,
                              env=env, cwd='/', stdin=subprocess.DEVNULL, **who, **kw)

    def ctl(self, user, *args, **kw):
        return self.run_as(user, self.pressctl, '--lang', 'en', *args, **kw)

    def good(self, user, *args, code=0):
        done = self.ctl(user, *args)
        self.assertEqual(done.returncode, code, f'{args}\n{done.stdout}{done.stderr}')
        return done

    def send(self, *args, user=CLERK):
        """Submits under two-person approval; the release as printed."""
        return json.loads(self.good(user, '--json', 'send', *args, code=3).stdout)

    def drain(self):
        return self.run_as(SENDER, self.pressd, '--drain')

    def test_a_clerk_submits_another_approves_and_it_leaves(self):
        release = self.send(self.statement())
        done = self.ctl(CLERK, 'approve', release['release'], '--hash', release['hash'])
        self.assertEqual(done.returncode, 77, done.stderr)
        done = self.drain()
        self.assertEqual((done.returncode, self.sink.ledger()), (3, []), done.stderr)
        self.good(CHIEF, 'approve', release['release'], '--hash', release['hash'])
        self.assertEqual(self.drain().returncode, 0)
        self.assertEqual(len(self.sink.saved()), 3)
        self.good(CLERK, 'status', release['release'], '--wait=1s')

    def test_nobody_reaches_the_database_but_through_pressctl(self):  # R97
        self.send(self.statement())
        for user in (CLERK, CHIEF):
            for name in ('', '-wal', '-shm', '.lock'):
                done = self.run_as(user, 'cat', f'{self.db}/press.db{name}')
                self.assertNotEqual(done.returncode, 0, name)
        for path in [self.db, *self.db.iterdir()]:
            st = path.stat()
            self.assertEqual(st.st_mode & 0o007, 0, path)
            self.assertEqual(st.st_gid, self.db.stat().st_gid, path)
        # Whoever was first to write, the sender can go on.
        self.assertEqual(self.drain().returncode, 3)

    def test_a_configuration_of_ones_own_opens_no_gate(self):
        home = self.base / CLERK
        mine = self.config(home / 'press.conf', approval='none')
        shutil.chown(mine, CLERK, CLERK)
        for args, conf in ((('-c', mine), None), ((), mine)):
            done = self.ctl(CLERK, *args, 'send', self.statement(), conf=conf)
            self.assertIn('is not used', done.stderr)
            self.assertNotEqual(done.returncode, 0)
        # Nor does one of root's in a folder of one's own, where it could be exchanged.
        theirs = self.config(home / 'root.conf', approval='none')
        done = self.ctl(CLERK, '-c', theirs, 'send', self.statement())
        self.assertIn('is not used', done.stderr)
        self.assertEqual(self.good(CLERK, '--json', 'list').stdout, '')
        done = self.ctl(CLERK, '-c', home / 'pres.conf', 'list')
        self.assertIn('pres.conf: there is no such file; /', done.stderr)

    def test_an_approval_by_another_configuration_is_judged_again_by_pressd(self):
        lax = self.config(self.base / 'lax.conf', approval='none')  # root's own mistake
        done = self.ctl(CLERK, 'send', self.statement(), conf=lax)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.drain()
        self.assertEqual(self.sink.ledger(), [])
        self.assertIn('paused', self.good(CLERK, '--json', 'list').stdout)

    def test_files_are_opened_with_the_callers_own_rights(self):
        secret = self.base / 'secret.txt'
        secret.write_text('only for the group\n')
        shutil.chown(secret, 0, GROUP)
        secret.chmod(0o640)
        done = self.ctl(CLERK, 'send', self.statement(Attach=secret))
        self.assertIn(done.returncode, (65, 66, 77), done.stderr)
        self.assertIn('secret.txt', done.stderr)
        for command in ('send', 'check'):
            done = self.ctl(CLERK, command, secret)
            self.assertIn(done.returncode, (66, 77), done.stderr)
            self.assertNotIn('only for the group', done.stdout + done.stderr)
        done = self.ctl(CLERK, 'book', 'import', secret)
        self.assertIn(done.returncode, (66, 77), done.stderr)
        done = self.ctl(CLERK, 'rehearse', self.statement(), '--maildir', self.db / 'x')
        self.assertNotEqual(done.returncode, 0)
        self.assertFalse((self.db / 'x').exists())
        (self.own / 'link.txt').symlink_to(secret)
        done = self.ctl(CLERK, 'send', self.statement(Attach='link.txt'))
        self.assertIn(done.returncode, (65, 66, 77), done.stderr)
        self.assertEqual(self.good(CLERK, '--json', 'list').stdout, '')
        # One's own private files can be sent, though pressctl's group could not read them.
        (self.own / 'link.txt').unlink()
        self.file('so-lieu.txt', 'số liệu\n')
        self.send(self.statement(Attach='so-lieu.txt'))

    def test_the_process_cannot_be_looked_into(self):
        fifo = self.own / 'wait'
        os.mkfifo(fifo)
        shutil.chown(fifo, CLERK, CLERK)
        with subprocess.Popen([self.pressctl, 'send', '-'], stdin=subprocess.PIPE, cwd='/',
                              env={**harness.ENV, 'PRESS_CONFIG': str(self.conf)},
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              user=CLERK, group=CLERK, extra_groups=[]) as p:
            harness.wait_until(lambda: os.path.exists(f'/proc/{p.pid}/fd/3'))
            done = self.run_as(CLERK, 'ls', f'/proc/{p.pid}/fd')
            p.stdin.close()
            self.assertNotEqual(done.returncode, 0)
            self.assertNotEqual(p.wait(10), 0)

    def test_the_cage_of_a_returned_mail_has_no_rights_of_the_group(self):  # R70
        def child_of(pid):
            for status in pathlib.Path('/proc').glob('[0-9]*/status'):
                try:
                    fields = dict(line.split(':', 1) for line in status.read_text().splitlines())
                except OSError:  # it has ended
                    continue
                if int(fields['PPid']) == pid and fields['Seccomp'].strip() == '2':
                    return status.parent, {k: v.split() for k, v in fields.items()}
            return None

        gid = str(grp.getgrnam(CLERK).gr_gid)
        with subprocess.Popen([self.pressctl, '--json', 'report', 'parse', '-'], cwd='/',
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=harness.ENV,
                              user=CLERK, group=CLERK, extra_groups=[]) as p:
            harness.wait_until(lambda: child_of(p.pid), what='the cage')
            folder, status = child_of(p.pid)
            self.assertEqual(status['Gid'], [gid] * 4)
            self.assertEqual(status['NoNewPrivs'], ['1'])
            self.assertEqual(sorted(os.listdir(folder / 'fd')), ['0', '1'])
            self.assertEqual((folder / 'environ').read_bytes(), b'')
            out, _ = p.communicate((harness.ROOT / 'tests/data/reports/qmail.eml').read_bytes())
        self.assertEqual(json.loads(out)['address'], 'user@host.example')


if __name__ == '__main__':
    unittest.main()
