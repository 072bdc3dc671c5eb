# SPDX-License-Identifier: MIT
"""A private Dovecot on the loopback: its own folders, ports, certificate, accounts and log.

It shares nothing with an installed Dovecot but the programs, and starts no service. The mailboxes
are Maildirs, so that tests put mails in with deliver(), a Postfix or Exim with its own hands
(USER_UID owns them), and everybody can look at where a mail lies.
"""
import os
import pathlib
import pwd
import re
import shutil
import socket
import subprocess
import time

import harness

PROGRAM = pathlib.Path('/usr/sbin/dovecot')
# Whose the mails are: Dovecot serves nobody's mail as root.
USER_UID = 8 if os.geteuid() == 0 else os.geteuid()  # mail
USER_GID = 8 if os.geteuid() == 0 else os.getegid()
PASSWORD = 'mật khẩu hộp thư 7'

CONFIG = '''
protocols = imap
base_dir = {base}/run
state_dir = {base}/run
instance_name = press-test
log_path = {base}/log
auth_verbose = yes
listen = 127.0.0.1
shutdown_clients = yes
ssl = yes
ssl_cert = <{cert}
ssl_key = <{key}
disable_plaintext_auth = yes
mail_location = maildir:{base}/mail/%u
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = 1
first_valid_gid = 1
maildir_stat_dirs = yes
maildir_very_dirty_syncs = no
auth_mechanisms = plain login
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {base}/users
}}
userdb {{
  driver = static
  args = home={base}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = {separator}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
'''


def available():
    """Why no Dovecot can run here, or ''."""
    return '' if PROGRAM.exists() else 'dovecot-imapd is not installed (.ci/install test)'


def _free_ports(n):
    sockets = [socket.socket() for _ in range(n)]
    for s in sockets:
        s.bind(('127.0.0.1', 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


# Ends Dovecot when its standard input ends, so also when the test is killed.
GUARD = '"$@" </dev/null & pid=$!; read -r _; kill $pid; wait $pid'


class Dovecot:
    """One instance in `folder`; stop() and start() it again and it goes on with its mails.

    cert       from harness.make_cert()
    users      the accounts, all with PASSWORD
    separator  of folder names: '.' or '/'
    extra      more lines of dovecot.conf
    """

    def __init__(self, folder, cert, users=('bounce',), separator='.', extra=''):
        self.base = pathlib.Path(folder) / 'dovecot'
        self.cert, self.users, self.extra = cert, users, extra
        self.separator = separator
        self.imap, self.imaps = _free_ports(2)
        self.guard = None
        self.count = 0
        for name in ('', 'run', 'mail'):
            (self.base / name).mkdir(exist_ok=True)
            (self.base / name).chmod(0o755)
        self.base.parent.chmod(0o711)  # Dovecot's own accounts pass through
        os.chown(self.base / 'mail', USER_UID, USER_GID)
        for user in users:
            self._make_maildir(user)
        (self.base / 'users').write_text(''.join(f'{u}:{{PLAIN}}{PASSWORD}\n' for u in users))
        self.start()

    def _make_maildir(self, user):
        for name in ('', 'tmp', 'new', 'cur'):
            path = self.base / 'mail' / user / name
            path.mkdir(exist_ok=True)
            os.chown(path, USER_UID, USER_GID)

    def _configure(self):
        text = CONFIG.format(base=self.base, cert=self.cert.cert, key=self.cert.key,
                             uid=USER_UID, gid=USER_GID, imap=self.imap, imaps=self.imaps,
                             separator=self.separator)
        if os.geteuid():
            me = pwd.getpwuid(os.geteuid()).pw_name
            text += f'default_internal_user = {me}\ndefault_login_user = {me}\n'
            text += f'default_internal_group = {pwd.getpwnam(me).pw_gid}\n'
        (self.base / 'dovecot.conf').write_text(text + self.extra + '\n')

    def start(self, cert=None):
        """Starts it, on the same ports; with another certificate when one is given."""
        self.cert = cert or self.cert
        self._configure()
        with open(self.base / 'stderr', 'ab') as err:
            self.guard = subprocess.Popen(
                ['sh', '-c', GUARD, 'sh', PROGRAM, '-F', '-c', self.base / 'dovecot.conf'],
                stdin=subprocess.PIPE, stdout=err, stderr=err, start_new_session=True,
                env={'PATH': os.environ['PATH'], 'LC_ALL': 'C'})
        harness.wait_until(lambda: self._answers() or self.guard.poll() is not None,
                           what='Dovecot')
        if self.guard.poll() is not None:
            raise RuntimeError((self.base / 'stderr').read_text() + self.log_text())

    def _answers(self):
        try:
            with socket.create_connection(('127.0.0.1', self.imap), timeout=5) as s:
                return s.recv(100).startswith(b'* OK')
        except OSError:
            return False

    def stop(self):
        """Ends it and every connection to it; the mails stay."""
        if self.guard:
            self.guard.stdin.close()
            self.guard.wait(20)
            self.guard = None

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.stop()

    # --- mails

    def maildir(self, user='bounce', folder=''):
        """The Maildir of a folder: the account's own is the INBOX."""
        base = self.base / 'mail' / user
        return base / ('.' + folder.replace(self.separator, '.')) if folder else base

    def deliver(self, mail, user='bounce', name=None):
        """Puts a mail (bytes) into the INBOX as a mail server does; returns its file name."""
        self.count += 1
        name = name or f'{int(time.time())}.M{self.count}P{os.getpid()}.test'
        tmp = self.maildir(user) / 'tmp' / name
        tmp.write_bytes(mail)
        os.chown(tmp, USER_UID, USER_GID)
        tmp.rename(self.maildir(user) / 'new' / name)
        return name

    def files(self, folder='', user='bounce'):
        """The files of a folder, read and unread, in the order in which they came."""
        base = self.maildir(user, folder)
        return sorted((p for sub in ('new', 'cur') for p in (base / sub).glob('*')),
                      key=lambda p: [int(n) for n in re.findall(r'\d+', p.name)[:2]])

    def mails(self, folder='', user='bounce'):
        return [p.read_bytes() for p in self.files(folder, user)]

    def forget_uids(self, folder='', user='bounce'):
        """A new UIDVALIDITY, as after a mailbox was restored. Only while it is stopped."""
        assert self.guard is None
        for path in self.maildir(user, folder).glob('dovecot*'):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        time.sleep(1.1)  # UIDVALIDITY is the time in seconds

    def log_text(self):
        log = self.base / 'log'
        return log.read_text(errors='replace') if log.exists() else ''

    def logins(self, user='bounce'):
        """How often somebody logged in with the right password."""
        return len(re.findall(rf'Login: user=<{user}>', self.log_text()))

    def inbox(self, user='bounce', tls='imaps', **settings):
        """This mailbox as an `inbox` block for write_config(sections=...)."""
        password = self.base.parent / f'{user}.password'
        password.write_text(PASSWORD + '\n')
        password.chmod(0o600)
        port = self.imaps if tls == 'imaps' else self.imap
        return {'url': f'{tls}://{self.cert.name}:{port}', 'address': f'127.0.0.1:{port}',
                'username': user, 'password_file': password, 'ca_file': self.cert.ca, **settings}
