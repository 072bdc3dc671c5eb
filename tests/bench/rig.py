# SPDX-License-Identifier: MIT
"""What both benches need: programs measured, sinks, peers, an installation of press to send from.

Everything lives under build/bench: the figures are of the disk that the tree is on.
"""
import contextlib
import os
import pathlib
import platform
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tests/system'))
import harness  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
WORK = harness.BUILD / 'bench'
IMPORTED = 200_000  # contacts in one file: it may have 64 MB
FAMILY = ('Nguyễn', 'Trần', 'Lê', 'Phạm', 'Hoàng', 'Phan', 'Vũ', 'Đặng')
SENTENCE = 'Câu này chỉ để cho thư dài bằng một thông cáo thật. '


class Failed(Exception):
    """A program did not do its work: its figure would be a lie."""


# --- measuring


class Run:
    """A program from its start to its end: seconds, CPU seconds, resident KB at the highest."""

    def __init__(self, argv, log, cwd=None):
        self.hwm = 0
        self.log = pathlib.Path(log)
        self.began = time.time()
        with open(self.log, 'ab') as out:
            self.popen = subprocess.Popen(list(map(str, argv)), stdin=subprocess.DEVNULL,
                                          stdout=out, stderr=out, env=harness.ENV, cwd=cwd)
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()

    def look(self):
        """VmHWM: ru_maxrss of a child starts with its parent's."""
        with contextlib.suppress(OSError, IndexError):
            text = pathlib.Path(f'/proc/{self.popen.pid}/status').read_text()
            self.hwm = max(self.hwm, int(text.split('VmHWM:')[1].split()[0]))

    def _look(self):
        pause = 0.001
        while self.popen.returncode is None:
            self.look()
            time.sleep(pause)
            pause = min(2 * pause, 0.05)

    def wait(self, good=(0,)):
        _, status, usage = os.wait4(self.popen.pid, 0)
        self.seconds = time.time() - self.began
        self.popen.returncode = os.waitstatus_to_exitcode(status)
        self._watch.join()
        self.cpu = usage.ru_utime + usage.ru_stime
        if self.popen.returncode not in good:
            raise Failed(f'{self.popen.args[0]} ended with {self.popen.returncode}: '
                         + self.log.read_text(errors='replace')[-400:])
        return self

    def stop(self):
        if self.popen.returncode is None:
            self.popen.terminate()
            self.wait(good=(0, -15, 143))


def spread(values):
    """Median, lowest and highest of several runs."""
    return {'median': statistics.median(values), 'min': min(values), 'max': max(values),
            'runs': len(values)}


def commit_ms(count=200):
    """What one commit costs on this disk: SQLite, WAL, synchronous=FULL, one small row."""
    db = sqlite3.connect(WORK / 'commit.db', isolation_level=None)
    db.execute('PRAGMA journal_mode = WAL')
    db.execute('PRAGMA synchronous = FULL')
    db.execute('CREATE TABLE IF NOT EXISTS t (x TEXT)')
    times = []
    for _ in range(count):
        began = time.perf_counter()
        db.execute('INSERT INTO t VALUES (?)', ('x' * 100,))
        times.append((time.perf_counter() - began) * 1000)
    db.close()
    times.sort()
    return {'median': statistics.median(times), 'p99': times[-1 - count // 100]}


def machine():
    model = next((line.split(':')[1].strip() for line in open('/proc/cpuinfo')
                  if line.startswith('model name')), platform.machine())
    memory = next(int(line.split()[1]) // 1024 for line in open('/proc/meminfo')
                  if line.startswith('MemTotal'))
    commit = subprocess.run(['git', '-C', ROOT, 'rev-parse', '--short', 'HEAD'],
                            capture_output=True, text=True).stdout.strip()
    return {'date': time.strftime('%Y-%m-%d'), 'cpu': model, 'cores': os.cpu_count(),
            'memory_mb': memory, 'kernel': platform.release(), 'sqlite': sqlite3.sqlite_version,
            'tree': commit, 'load': os.getloadavg()[0], 'commit_ms': commit_ms()}


# --- sinks


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def wait_port(port, run):
    def up():
        if run.popen.poll() is not None:
            raise Failed(run.log.read_text(errors='replace')[-400:])
        with socket.socket() as s:
            return s.connect_ex(('127.0.0.1', port)) == 0
    harness.wait_until(up, 10, f'port {port}')


@contextlib.contextmanager
def smtp_sink():
    """Postfix's sink. It reads small pieces: at 20 KB it is what the fast senders wait for."""
    port = free_port()
    user = ['-u', 'nobody'] if os.getuid() == 0 else []
    run = Run(['smtp-sink', *user, f'127.0.0.1:{port}', '1000'], WORK / 'smtp-sink.log', cwd='/tmp')
    try:
        wait_port(port, run)
        yield port
    finally:
        run.stop()


@contextlib.contextmanager
def catcher(script=''):
    """Our own sink, keeping nothing: it takes five times as much, so the sender is the limit."""
    port_file = WORK / f'catcher-{time.monotonic_ns()}'
    rules = port_file.with_suffix('.script')
    rules.write_text(script + '\n')
    run = Run([harness.program('tests/catcher'), '--with-parent', '--port-file', port_file,
               '--script', rules], WORK / 'catcher.log')
    try:
        harness.wait_until(port_file.exists, 10, 'the catcher')
        yield int(port_file.read_text())
    finally:
        run.stop()
        port_file.unlink(missing_ok=True)
        rules.unlink()


SINKS = {'smtp-sink': smtp_sink, 'catcher': catcher}


@contextlib.contextmanager
def delay_proxy(port, ms):
    with harness.DelayProxy(WORK, port, ms) as proxy:
        yield proxy.port


# --- press


def book(path, first, end, tags):
    """Contacts first..end; `tags`: name -> how many, from number 0 on, have it."""
    with open(path, 'w', encoding='utf-8') as f:
        f.write('org,org_kind,name,role,email,tags\n')
        for n in range(first, end):
            own = ';'.join(tag for tag, many in tags.items() if n < many)
            f.write(f'Báo {n % 50},press,{FAMILY[n % 8]} Văn Mẫu {n:06},journalist,'
                    f'n{n:06}@paper{n % 50}.example,{own}\n')


class Press:
    """A database and a configuration in a folder; `fresh()` brings the first state back."""

    def __init__(self, name, contacts, tags=None):
        self.dir, self.kept = WORK / name, WORK / f'{name}.kept'
        self.conf = self.dir / 'press.conf'
        self.dir.mkdir(parents=True, exist_ok=True)
        self.configure({'url': 'smtp://127.0.0.1:1', 'tls': 'off'})
        self.wipe()
        self.ok('init')
        stamp = f'{contacts} {tags}\n{self.schema()}'  # whatever else changed, it still fits
        if (self.kept / 'stamp').exists() and (self.kept / 'stamp').read_text() == stamp:
            self.fresh()
            return
        shutil.rmtree(self.kept, ignore_errors=True)
        for n in range(0, contacts, IMPORTED):
            book(self.dir / 'book.csv', n, min(n + IMPORTED, contacts), tags or {})
            self.ok('book', 'import', self.dir / 'book.csv')
        self.keep()
        (self.kept / 'stamp').write_text(stamp)

    def schema(self):
        return '\n'.join(sorted(sql for sql, in self.ask('SELECT sql FROM sqlite_schema') if sql))

    def wipe(self):
        for f in self.dir.glob('press.db*'):
            f.unlink()

    def keep(self, kept=None):
        kept = kept or self.kept
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir()
        for f in self.dir.glob('press.db*'):
            shutil.copy(f, kept)

    def fresh(self, kept=None):
        self.wipe()
        for f in (kept or self.kept).glob('press.db*'):
            with open(shutil.copy(f, self.dir), 'rb') as copy:
                os.fsync(copy)  # or it is written while something is measured

    def settle_disk(self):
        """What was copied and submitted is on disk: its writing is no part of sending."""
        for f in self.dir.glob('press.db*'):
            fd = os.open(f, os.O_RDONLY)
            os.fsync(fd)
            os.close(fd)

    def configure(self, *relays, **settings):
        harness.write_config(self.dir, *relays, **settings)

    def ok(self, *args, timeout=600):
        done = harness.run_pressctl(self.conf, *args, timeout=timeout)
        if done.returncode:
            raise Failed(f'pressctl {args}: {done.stdout}{done.stderr}')
        return done.stdout

    def statement(self, octets, attach=None):
        """A statement whose letter has so many octets, or as few as a letter can have."""
        path = self.dir / f's{octets}.txt'
        extra = f'Attach: {attach}\n' if attach else ''
        low, high = 0, max(1, octets // 60)
        while True:
            n = (low + high) // 2
            path.write_text(f'Title: Thong cao\nTo: all\nLanguage: en\n{extra}\n'
                            + 'Text.\n' + (SENTENCE + '\n') * n)
            size = len(self.letter(path))
            if high - low <= 1:
                return path
            low, high = (n, high) if size < octets else (low, n)

    def letter(self, statement):
        """The letter as the first contact would get it, in wire form."""
        argv = [harness.program('pressctl'), '-c', self.conf, 'preview', statement, '--as',
                'n000000@paper0.example', '--eml']
        text = subprocess.run(argv, capture_output=True, env=harness.ENV, check=True).stdout
        return b'\r\n'.join(text.replace(b'\r\n', b'\n').split(b'\n'))

    def send(self, statement, *args):
        return self.ok('send', statement, *args)

    def ctl(self, *args):
        """pressctl, measured."""
        return Run([harness.program('pressctl'), '-c', self.conf, *args],
                   self.dir / 'pressctl.log').wait()

    def pressd(self, *args):
        return Run([harness.program('pressd'), '-c', self.conf, *args], self.dir / 'pressd.log')

    def ask(self, sql, *values):
        db = sqlite3.connect(f'file:{self.dir}/press.db?mode=ro', uri=True, timeout=10)
        try:
            return db.execute(sql, values).fetchall()
        finally:
            db.close()

    def drain(self, good=(0,)):
        """pressd --drain to its end; also .letters, .rate between first and last, .first_s."""
        run = self.pressd('--drain').wait(good)
        run.letters, first, last, run.turns = self.ask(
            "SELECT count(*), min(data_at), max(settled_at), count(DISTINCT settled_at)"
            " FROM delivery WHERE state = 'relayed'")[0]
        run.first_s = first / 1000 - run.began
        run.rate = run.letters / max((last - first) / 1000, 0.001)
        return run


# --- peers


def shared_part(letter, path):
    """The letter without the headers that the peers write themselves."""
    head, body = letter.split(b'\r\n\r\n', 1)
    lines, skip = [], False
    for line in head.split(b'\r\n'):
        skip = line.startswith((b'To:', b'Message-ID:')) or (skip and line[:1] in b' \t')
        if not skip:
            lines.append(line)
    path.write_bytes(b'\r\n'.join(lines) + b'\r\n\r\n' + body)
    return path


def own_client(program, port, connections, count, letter):
    run = Run([harness.program(f'bench/{program}'), '--to', f'127.0.0.1:{port}', '--connections',
               connections, '--count', count, '--letter', letter], WORK / f'{program}.log').wait()
    run.rate = count / run.seconds
    return run


def smtp_source(port, connections, count, octets):
    run = Run(['smtp-source', '-d', '-s', connections, '-m', count, '-l', octets, '-N', '-f',
               'bounce@press.test.example', '-t', 'n@paper.example', f'127.0.0.1:{port}'],
              WORK / 'smtp-source.log').wait()
    run.rate = count / run.seconds
    return run


class Nodemailer:
    """From npm, by the lock file; .why says why it cannot run."""

    def __init__(self):
        self.dir, self.why = WORK / 'npm', ''
        self.dir.mkdir(parents=True, exist_ok=True)
        for f in ('package.json', 'package-lock.json', 'nodemailer.js'):
            shutil.copy(HERE / f, self.dir)
        if not shutil.which('npm') or not shutil.which('node'):
            self.why = 'npm or node is not installed'
        elif subprocess.run(['npm', 'ci', '--no-audit', '--no-fund', '--silent'], cwd=self.dir,
                            stdin=subprocess.DEVNULL, capture_output=True).returncode:
            self.why = 'npm could not fetch it'

    def run(self, port, connections, count, letter):
        run = Run(['node', 'nodemailer.js', '127.0.0.1', port, connections, count, letter],
                  WORK / 'nodemailer.log', cwd=self.dir).wait()
        run.rate = count / run.seconds
        return run


class Postfix:
    """A private instance: in by smtp-source, one recipient a message, out to the sink."""

    def __init__(self):
        self.dir, self.why = WORK / 'postfix', ''
        self.port = free_port()
        if os.getuid() != 0:
            self.why = 'Postfix starts only as root'

    def start(self, to_port):
        d = self.dir
        shutil.rmtree(d, ignore_errors=True)
        for sub in ('etc', 'spool', 'data'):
            (d / sub).mkdir(parents=True)
        shutil.chown(d / 'data', 'postfix')
        main = (HERE / 'postfix.cf').read_text()
        (d / 'etc/main.cf').write_text(main.replace('@DIR@', str(d)).replace('@TO@', str(to_port)))
        master = pathlib.Path('/usr/share/postfix/master.cf.dist').read_text().splitlines()
        fixed = []
        for line in master:
            f = line.split()
            if line.startswith('smtp ') and f[1] == 'inet':
                f[0] = f'127.0.0.1:{self.port}'
            if len(f) > 4 and line[0].isalpha() or f and f[0].startswith('127.'):
                f[4] = 'n'  # no chroot: the queue is not where Debian has it
                line = ' '.join(f)
            fixed.append(line)
        (d / 'etc/master.cf').write_text('\n'.join(fixed) + '\n')
        self._postfix('start')
        harness.wait_until(self._listens, 10, 'Postfix')

    def _postfix(self, verb):
        done = subprocess.run(['postfix', '-c', self.dir / 'etc', verb], capture_output=True,
                              text=True, stdin=subprocess.DEVNULL)
        if done.returncode:
            log = self.dir / 'log'
            raise Failed(f'postfix {verb}: {done.stderr}'
                         + (log.read_text()[-400:] if log.exists() else ''))

    def _listens(self):
        with socket.socket() as s:
            return s.connect_ex(('127.0.0.1', self.port)) == 0

    def _empty(self):
        return not any(files for q in ('maildrop', 'incoming', 'active', 'deferred')
                       for _, _, files in os.walk(self.dir / 'spool' / q))

    def run(self, port, connections, count, octets):
        self.start(port)
        try:
            began = time.time()
            run = smtp_source(self.port, connections, count, octets)
            harness.wait_until(self._empty, 120, 'the end of the queue')
            run.rate = count / (time.time() - began)
            return run
        finally:
            self._postfix('stop')
