# SPDX-License-Identifier: MIT
"""What every system test needs: the catcher, the programs, certificates, waiting.

Tests are plain unittest: `/usr/bin/python3 tests/system/test_x.py`. The programs are taken from
$PRESS_BUILD, or else from build/ beside tests/. Every process is started here and ended
here by its own pid; all die with the test (catcher and delay-proxy by --with-parent).

    class TestX(harness.Case):            # gives self.dir, a fresh folder that goes away
        def test_y(self):
            with Catcher(self.dir, 'on dot do drop') as sink:
                conf = write_config(self.dir, sink.relay(), approval='none', grace='0s')
                ...
                harness.wait_until(lambda: sink.ledger())
"""
import collections
import contextlib
import ctypes
import email
import email.policy
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = (ROOT / (os.environ.get('PRESS_BUILD') or 'build')).resolve()
READY_S = 10       # for a program to say that it is ready
STOP_S = 30        # for a program to leave after SIGTERM (R11)

SANITIZER = 99     # the exit code when a sanitizer found something
ENV = {**os.environ, 'TZ': 'UTC', 'LC_ALL': 'C.UTF-8', 'LC_MESSAGES': 'C.UTF-8',
       'ASAN_OPTIONS': f'exitcode={SANITIZER}:' + os.environ.get('ASAN_OPTIONS', ''),
       'UBSAN_OPTIONS': 'halt_on_error=1:print_stacktrace=1:'
                        + os.environ.get('UBSAN_OPTIONS', '')}
ENV.pop('PRESS_CONFIG', None)


def program(name):
    """The path of a built program; tests/… for what lives in build/tests."""
    path = BUILD / name
    if not path.exists():
        raise FileNotFoundError(f'{path} is not built: make {path.relative_to(ROOT)}'
                                if path.is_relative_to(ROOT) else f'{path} is not built')
    return str(path)


def wait_until(predicate, timeout=10, what=None):
    """Polls until predicate() is true and returns that value; else the test fails."""
    end = time.monotonic() + timeout
    pause = 0.002
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f'{what or "what was waited for"} did not come in {timeout} s')
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)


def alive(pid):
    """Whether a process runs; one that only waits to be reaped does not."""
    try:
        return pathlib.Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()[0] != 'Z'
    except FileNotFoundError:
        return False


class Case(unittest.TestCase):
    """A test with a folder of its own; self.enterContext(Catcher(...)) ends with it."""

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix='press-test-'))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class Process:
    """A program under test, its standard error kept in a file."""

    def __init__(self, argv, log, env=None, tied=_die_with_parent):
        self.log = pathlib.Path(log)
        with open(self.log, 'ab') as err:
            self.popen = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=err, stderr=err,
                                          env=env or ENV, preexec_fn=tied)

    @property
    def pid(self):
        return self.popen.pid

    def stderr(self):
        return self.log.read_text(errors='replace')

    def running(self):
        return self.popen.poll() is None

    def wait(self, timeout=STOP_S):
        return self.popen.wait(timeout)

    def signal(self, number):
        self.popen.send_signal(number)

    def stop(self, timeout=STOP_S):
        """SIGTERM and the exit code; one that stays is killed and fails the test."""
        if self.running():
            self.popen.terminate()
        try:
            code = self.popen.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f'{self.popen.args[0]} stayed {timeout} s after SIGTERM\n'
                                 + self.stderr()) from None
        if code == SANITIZER:
            raise AssertionError(self.stderr())
        return code

    def kill(self):
        """SIGKILL: the crash."""
        if self.running():
            self.popen.kill()
        return self.popen.wait(10)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.stop()


Line = collections.namedtuple('Line', 'ms conn who text')


class Catcher(Process):
    """build/tests/catcher with everything on; `catcher --help` is its manual.

    A second one on the same folder and name goes on in the same files.
    """

    def __init__(self, folder, script='', *, name='catcher', port=0, cert=None, implicit_tls=False,
                 lenient=None, maildir=True, transcript=True, host='relay.test.example'):
        self.base = pathlib.Path(folder) / name
        self.base.mkdir(exist_ok=True)
        self.cert, self.implicit_tls, self.host = cert, implicit_tls, host
        (self.base / 'script').write_text(script + '\n')
        port_file = self.base / 'port'
        port_file.unlink(missing_ok=True)
        argv = [program('tests/catcher'), '--with-parent', '--name', host, '--port', str(port),
                '--port-file', str(port_file), '--script', str(self.base / 'script'),
                '--ledger', str(self.base / 'ledger')]
        if maildir:
            argv += ['--maildir', str(self.base / 'mail')]
        if transcript:
            argv += ['--transcript', str(self.base / 'transcript')]
        if cert:
            argv += ['--tls-cert', str(cert.cert), '--tls-key', str(cert.key)]
        if implicit_tls:
            argv += ['--implicit-tls']
        if lenient:
            argv += ['--lenient', lenient]
        super().__init__(argv, self.base / 'stderr', tied=None)
        wait_until(lambda: port_file.exists() or not self.running(), READY_S, 'the port')
        if not port_file.exists():
            raise RuntimeError(self.stderr())
        self.port = int(port_file.read_text())

    def script(self, text):
        """Changes the script while it runs; connections in a transaction go on."""
        (self.base / 'script').write_text(text + '\n')
        seen = len(self._reread())
        self.signal(signal.SIGHUP)
        wait_until(lambda: len(self._reread()) > seen, what='the new script')
        if 'wrong' in self._reread()[-1].text:
            raise RuntimeError(self.stderr())

    def _reread(self):
        return [line for line in self.transcript() if line.conn == 0]

    def ledger(self):
        """One dict for each letter that came whole, oldest first."""
        return [json.loads(line) for line in _lines(self.base / 'ledger')]

    def saved(self):
        """Those that this server considers its own."""
        return [entry for entry in self.ledger() if entry['saved']]

    def raw(self, entry):
        """The exact bytes of a ledger entry's letter."""
        return (self.base / 'mail' / entry['file']).read_bytes()

    def mails(self):
        """The saved letters, parsed by Python's own email package, oldest first."""
        return [email.message_from_bytes(self.raw(entry), policy=email.policy.default)
                for entry in self.saved()]

    def transcript(self, conn=None, who=None):
        """Lines (ms, conn, who, text); who is 'C:', 'S:', '--' or '!!'."""
        lines = [Line(int(f[0]), int(f[1]), f[2], f[3]) for f in
                 ((line.split(' ', 3) + [''])[:4] for line in _lines(self.base / 'transcript'))]
        return [line for line in lines
                if conn in (None, line.conn) and who in (None, line.who)]

    def said(self, conn=None):
        """What clients sent, without bodies' bytes."""
        return [line.text for line in self.transcript(conn, 'C:')]

    def faults(self):
        """What clients did against the rules; most tests want it empty."""
        return [line.text for line in self.transcript(who='!!')]

    def connections(self):
        return len([l for l in self.transcript(who='--') if l.text == 'connected'])

    def relay(self, **settings):
        """This server as a relay for write_config()."""
        tls = {'tls': 'required', 'ca_file': self.cert.ca} if self.cert else {'tls': 'off'}
        scheme = 'smtps' if self.implicit_tls else 'smtp'
        host = self.cert.name if self.cert else '127.0.0.1'
        address = {'address': '127.0.0.1'} if host != '127.0.0.1' else {}
        return {'url': f'{scheme}://{host}:{self.port}', **address, **tls, **settings}


def _lines(path):
    """Whole lines only: the last may be half written."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return []
    return text[:text.rfind(b'\n') + 1].decode(errors='replace').split('\n')[:-1]


class DelayProxy(Process):
    """build/tests/delay-proxy: the road to a port, `ms` longer each way."""

    def __init__(self, folder, to_port, ms):
        port_file = pathlib.Path(folder) / f'proxy-{to_port}-{ms}.port'
        port_file.unlink(missing_ok=True)
        super().__init__([program('tests/delay-proxy'), '--with-parent', '--ms', str(ms), '--to',
                          f'127.0.0.1:{to_port}', '--port-file', str(port_file)],
                         port_file.with_suffix('.stderr'), tied=None)
        wait_until(lambda: port_file.exists() or not self.running(), READY_S, 'the port')
        self.port = int(port_file.read_text())


# --- certificates

Cert = collections.namedtuple('Cert', 'ca cert key name')


def _openssl(*args):
    subprocess.run(['openssl', *map(str, args)], check=True, capture_output=True, env=ENV)


class Authority:
    """A private CA in a folder. Keys are EC: RSA would take a second each."""

    def __init__(self, folder, name='ca'):
        self.base = pathlib.Path(folder)
        self.cert, self.key = self.base / f'{name}.pem', self.base / f'{name}.key'
        _openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
                 '-days', 30, '-subj', f'/CN=press test {name}', '-keyout', self.key,
                 '-out', self.cert)

    def issue(self, name, expired=False, file=None):
        """A server certificate for a DNS name, or for 127.0.0.1 beside it."""
        base = self.base / (file or name)
        key, csr, cert = (base.with_name(base.name + s) for s in ('.key', '.csr', '.pem'))
        extensions = base.with_name(base.name + '.ext')
        extensions.write_text(f'subjectAltName=DNS:{name},IP:127.0.0.1\n')
        _openssl('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
                 '-subj', f'/CN={name}', '-keyout', key, '-out', csr)
        _openssl('x509', '-req', '-in', csr, '-CA', self.cert, '-CAkey', self.key,
                 '-CAcreateserial', '-extfile', extensions, '-days', -1 if expired else 30,
                 '-out', cert)
        return Cert(self.cert, cert, key, name)


def make_ca(folder, name='ca'):
    return Authority(folder, name)


def make_cert(ca, name='relay.test.example', **kw):
    return ca.issue(name, **kw)


# --- configuration

def _value(v):
    if isinstance(v, bool):
        return 'true' if v else 'false'
    if isinstance(v, int):
        return str(v)
    if isinstance(v, (list, tuple)):
        return '{' + ', '.join(map(_value, v)) + '}'
    return '"' + str(v).replace('\\', '\\\\').replace('"', '\\"') + '"'


def _settings(settings, indent=''):
    return ''.join(f'{indent}{key} = {_value(v)}\n' for key, v in settings.items())


def write_config(folder, *relays, name='press.conf', sections=None, **settings):
    """A press.conf as INTERFACE.md has it; returns its path.

    relays    dicts of settings, as Catcher.relay() gives them; named r1, r2 … or by 'name'
    sections  {'class "urgent"': {'retry': ['1s']}, 'notify': {...}}
    settings  top-level ones; None leaves one out
    """
    folder = pathlib.Path(folder)
    top = {'database': folder / 'press.db', 'domain': 'press.test.example',
           'from': 'Trung tâm Thông tin <thongcao@test.example>', 'approval': 'none',
           'grace': '0s', 'language': 'en'}
    top.update(settings)
    text = _settings({k: v for k, v in top.items() if v is not None})
    for i, relay in enumerate(relays, 1):
        relay = dict(relay)
        text += f'relay "{relay.pop("name", f"r{i}")}" {{\n{_settings(relay, "  ")}}}\n'
    for title, body in (sections or {}).items():
        text += f'{title} {{\n{_settings(body, "  ")}}}\n'
    path = folder / name
    path.write_text(text)
    path.chmod(0o600)
    return path


# --- the programs

def run_pressctl(conf, *args, input=None, timeout=60, env=None):
    """CompletedProcess with text stdout and stderr; a sanitizer's finding fails the test."""
    argv = [program('pressctl'), *(['-c', str(conf)] if conf else []), *map(str, args)]
    source = {'stdin': subprocess.DEVNULL} if input is None else {'input': input}
    done = subprocess.run(argv, capture_output=True, timeout=timeout, text=True,
                          env={**ENV, **(env or {})}, **source)
    if done.returncode == SANITIZER or done.returncode < 0:
        raise AssertionError(f'{argv} ended with {done.returncode}\n{done.stderr}')
    return done


def pressctl_json(conf, *args, **kw):
    """The JSON objects that a command printed, and its exit code."""
    done = run_pressctl(conf, *args, '--json', **kw)
    return [json.loads(line) for line in done.stdout.splitlines()], done.returncode


class Pressd(Process):
    """pressd -c CONF, waited for until it says READY=1 (sd_notify)."""

    NAME = 'pressd'

    def __init__(self, conf, *args, ready=True, env=None):
        self.conf = pathlib.Path(conf)
        with contextlib.ExitStack() as stack:
            sock = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
            where = tempfile.mkdtemp(prefix='press-ready-')  # short: sun_path has 108 bytes
            stack.callback(shutil.rmtree, where, ignore_errors=True)
            sock.bind(where + '/s')
            super().__init__([program(self.NAME), '-c', str(conf), *args],
                             self.conf.parent / f'{self.NAME}.log',
                             {**ENV, 'NOTIFY_SOCKET': where + '/s', **(env or {})})
            if ready:
                self._wait_ready(sock)

    def _wait_ready(self, sock):
        sock.settimeout(0.05)
        end = time.monotonic() + READY_S
        while time.monotonic() < end:
            with contextlib.suppress(TimeoutError):
                if b'READY=1' in sock.recv(4096):
                    return
            if not self.running():
                raise AssertionError(f'{self.NAME} left with {self.popen.returncode}\n{self.stderr()}')
        self.kill()
        raise AssertionError(f'{self.NAME} was not ready in {READY_S} s\n{self.stderr()}')

    @classmethod
    def run(cls, conf, *args, timeout=60, env=None):
        """One that leaves by itself; returns its exit code."""
        p = cls(conf, *args, ready=False, env=env)
        try:
            return p.wait(timeout)
        except subprocess.TimeoutExpired:
            p.kill()
            raise AssertionError(f'{cls.NAME} {args} stayed {timeout} s\n{p.stderr()}') from None

    @classmethod
    def once(cls, conf, **kw):
        return cls.run(conf, '--once', **kw)

    @classmethod
    def drain(cls, conf, **kw):
        return cls.run(conf, '--drain', **kw)


class Inbox(Pressd):
    """press-inbox -c CONF, the same way."""

    NAME = 'press-inbox'
