# SPDX-License-Identifier: MIT
"""Mail servers that Debian cannot install beside Postfix: unpacked only (.ci/unpack), and run in
namespaces of their own, where their fixed paths and accounts lead into the test's folder.

Nothing of the machine is changed, and all that such a server started ends with it.
"""
import contextlib
import os
import pathlib
import shutil
import socket
import subprocess

import harness

TREES = harness.ROOT / 'build/debian'

# Takes its name, joins each pair of paths, starts the server, ends it when standard input ends, so also when the
# test is killed. Being the first process of its namespace it takes all others with it.
INSIDE = '''set -e
hostname "$1"; shift
while [ "$1" != -- ]; do mount --bind "$1" "$2"; shift 2; done
shift
"$@" </dev/null & pid=$!
while read -r line; do if eval "$line"; then echo done; else echo failed; fi; done
kill $pid
wait $pid
'''


def available(package):
    """Why this server cannot run here, or ''."""
    if os.geteuid():
        return f'only root can start {package}: it opens its queue as root and changes its user'
    if not (TREES / package).exists():
        return f'{package} is not unpacked (make deps-test)'
    if subprocess.run(['unshare', '-m', '-p', '-u', '-f', 'true'], capture_output=True,
                      check=False).returncode:
        return 'this machine allows no mount namespace'
    return ''


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


class Unpacked:
    """One server in `folder`/`name`; subclasses write its files and call start()."""

    def __init__(self, folder, name, package, users):
        self.base = pathlib.Path(folder) / name
        self.base.mkdir(exist_ok=True)
        self.base.chmod(0o755)
        self.base.parent.chmod(0o711)  # its own users pass through
        self.tree = TREES / package
        self.port = free_port()
        self.uids = self._accounts(users)

    def _accounts(self, users):
        """Copies of passwd and group that have them; {name: uid}."""
        uids = {}
        for file, line in (('passwd', '{0}:x:{1}:{1}::/nonexistent:/usr/sbin/nologin'),
                           ('group', '{0}:x:{1}:')):
            rows = pathlib.Path('/etc', file).read_text().splitlines()
            rows = [row for row in rows if row.split(':')[0] not in users]
            for uid, name in enumerate(users, 64990):
                rows.append(line.format(name, uid))
                uids[name] = uid
            (self.base / file).write_text('\n'.join(rows) + '\n')
        return uids

    def folder(self, name, owner=0, mode=0o755, group=None):
        """Makes a folder below its own, with the owner that the server wants."""
        path = self.base / name
        path.mkdir(parents=True, exist_ok=True)
        os.chown(path, owner, owner if group is None else group)
        path.chmod(mode)
        return path

    def start(self, argv, *joined):
        """joined: (path here, path that the server knows) pairs beside the accounts."""
        pairs = [(self.base / 'passwd', '/etc/passwd'), (self.base / 'group', '/etc/group'),
                 *joined]
        flat = [str(path) for pair in pairs for path in pair]
        with open(self.base / 'stderr', 'ab') as err:
            self.guard = subprocess.Popen(
                ['unshare', '-m', '-p', '-u', '-f', '--kill-child', '--propagation', 'private',
                 'sh', '-c', INSIDE, 'sh', f'{self.base.name}.test.example', *flat, '--', *map(str, argv)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=err, text=True,
                start_new_session=True,
                env={'PATH': os.environ['PATH'], 'LC_ALL': 'C', 'TZ': 'UTC'})
        harness.wait_until(lambda: self._answers() or self.guard.poll() is not None,
                           what=self.base.name)
        if self.guard.poll() is not None:
            raise RuntimeError(self.log_text())

    def _answers(self):
        try:
            with socket.create_connection(('127.0.0.1', self.port), timeout=5) as s:
                return s.recv(100).startswith(b'220')
        except OSError:
            return False

    def inside(self, command):
        """Runs a shell command where the server is."""
        self.guard.stdin.write(f'{command} </dev/null >&2\n')
        self.guard.stdin.flush()
        if self.guard.stdout.readline() != 'done\n':
            raise RuntimeError(f'{command}\n{self.log_text()}')

    def log_text(self):
        return (self.base / 'stderr').read_text(errors='replace')

    def stop(self):
        with contextlib.suppress(BrokenPipeError):
            self.guard.stdin.close()
        try:
            self.guard.wait(10)
        except subprocess.TimeoutExpired:
            self.guard.kill()
            self.guard.wait()
        self.guard.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.stop()

    def relay(self, **settings):
        """This server as a relay for write_config()."""
        return {'url': f'smtp://127.0.0.1:{self.port}', 'tls': 'off', **settings}

    def copy(self, path, mode):
        """A program of the tree where its own users can run it: build/ may be closed to them."""
        target = self.base / pathlib.Path(path).name
        shutil.copy(self.tree / path, target)
        target.chmod(mode)
        return target
