# SPDX-License-Identifier: MIT
"""A private Postfix on the loopback: its own folders, port, certificate, accounts and log.

It shares nothing with an installed Postfix but the programs, starts no service, and can send
to one place only: the catcher that is its relayhost. Its master must be started by root
(it opens the queue as root and hands the work to the user postfix): see available().
"""
import os
import pathlib
import pwd
import grp
import shutil
import socket
import subprocess

import harness

LIBEXEC = pathlib.Path('/usr/lib/postfix/sbin')
USER, PASSWORD = 'press', 'mật khẩu thử 9'

MASTER = '''
{port}      inet n - n - - smtpd
cleanup     unix n - n - 0 cleanup
qmgr        unix n - n 300 1 qmgr
tlsmgr      unix - - n 1000? 1 tlsmgr
rewrite     unix - - n - - trivial-rewrite
bounce      unix - - n - 0 bounce
defer       unix - - n - 0 bounce
trace       unix - - n - 0 bounce
proxymap    unix - - n - - proxymap
anvil       unix - - n - 1 anvil
scache      unix - - n - 1 scache
smtp        unix - - n - - smtp
lmtp        unix - - n - - lmtp
virtual     unix - n n - - virtual
retry       unix - - n - - error
error       unix - - n - - error
discard     unix - - n - - discard
postlog     unix-dgram n - n - 1 postlogd
'''

# What the queue folder holds, and who owns it; as /etc/postfix/postfix-files has it.
FOLDERS = {'active': 0o700, 'bounce': 0o700, 'corrupt': 0o700, 'defer': 0o700, 'deferred': 0o700,
           'flush': 0o700, 'hold': 0o700, 'incoming': 0o700, 'private': 0o700, 'saved': 0o700,
           'trace': 0o700, 'maildrop': 0o730, 'public': 0o710}


def available():
    """Why no Postfix can run here, or ''."""
    if os.geteuid():
        return 'only root can start Postfix: its master opens the queue and ports as root'
    if not (LIBEXEC / 'master').exists():
        return 'postfix is not installed (.ci/install test)'
    return ''


def _free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


# Ends master when its standard input ends, so also when the test is killed: master changes its
# user, and with that the kernel forgets whose death it should follow.
GUARD = '"$@" </dev/null & pid=$!; read -r _; kill $pid; wait $pid'


class Postfix:
    """One instance in `folder`; start it again there after stop() and it goes on with its queue.

    services  lines of master.cf beside the ones above
    settings  lines of main.cf beside or instead of the ones below
    """

    def __init__(self, folder, cert, relayhost_port, port=None, services='', **settings):
        self.base = pathlib.Path(folder) / 'postfix'
        self.cert = cert
        self.port = port or _free_port()
        self.maillog = self.base / 'log'
        self._folders()
        self._account()
        self._configure(relayhost_port, services, settings)
        with open(self.base / 'stderr', 'ab') as err:
            self.guard = subprocess.Popen(
                ['sh', '-c', GUARD, 'sh', LIBEXEC / 'master', '-c', self.base / 'etc', '-s'],
                stdin=subprocess.PIPE, stdout=err, stderr=err, start_new_session=True,
                env={'PATH': os.environ['PATH'], 'LC_ALL': 'C', 'TZ': 'UTC'})
        harness.wait_until(lambda: self._answers() or self.guard.poll() is not None,
                           what='Postfix')
        if self.guard.poll() is not None:
            raise RuntimeError((self.base / 'stderr').read_text() + self.log_text())

    def _answers(self):
        try:
            with socket.create_connection(('127.0.0.1', self.port), timeout=5) as s:
                return s.recv(100).startswith(b'220')
        except OSError:
            return False

    def _folders(self):
        postfix = pwd.getpwnam('postfix').pw_uid
        postdrop = grp.getgrnam('postdrop').gr_gid
        for name in ('', 'etc', 'etc/sasl', 'queue', 'queue/pid', 'data'):
            (self.base / name).mkdir(exist_ok=True)
            (self.base / name).chmod(0o755)
        self.base.parent.chmod(0o711)  # the user postfix passes through
        os.chown(self.base / 'data', postfix, -1)
        for name, mode in FOLDERS.items():
            path = self.base / 'queue' / name
            path.mkdir(exist_ok=True)
            os.chown(path, postfix, postdrop if mode & 0o070 else -1)
            path.chmod(mode)

    def _account(self):
        """One login in a sasldb that only Postfix may read."""
        db = self.base / 'etc/sasl/sasldb2'
        if db.exists():
            return
        subprocess.run(['saslpasswd2', '-p', '-c', '-f', db, '-u', 'mail.test.example', USER],
                       input=PASSWORD.encode(), check=True)
        shutil.chown(db, 'postfix')
        db.chmod(0o600)
        # Debian's Postfix looks here, whatever cyrus_sasl_config_path says.
        (self.base / 'etc/sasl/smtpd.conf').write_text(
            'pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN LOGIN\n'
            f'sasldb_path: {db}\n')

    def _configure(self, relayhost_port, services, settings):
        main = {
            'compatibility_level': '3.6', 'queue_directory': self.base / 'queue',
            'data_directory': self.base / 'data', 'meta_directory': '/etc/postfix',
            'command_directory': '/usr/sbin', 'daemon_directory': LIBEXEC,
            'mail_owner': 'postfix', 'setgid_group': 'postdrop',
            'maillog_file': self.maillog, 'maillog_file_prefixes': self.base.parent,
            'inet_interfaces': '127.0.0.1', 'inet_protocols': 'ipv4',
            'myhostname': 'mail.test.example', 'mydestination': '', 'mynetworks': '',
            'alias_maps': '', 'local_recipient_maps': '', 'default_database_type': 'texthash',
            'local_transport': 'error:nobody lives here',
            'minimal_backoff_time': '1s', 'maximal_backoff_time': '1s', 'queue_run_delay': '1s',
            'relayhost': f'[127.0.0.1]:{relayhost_port}', 'smtp_tls_security_level': 'none',
            'disable_dns_lookups': 'yes', 'smtp_host_lookup': 'native',
            'smtpd_peername_lookup': 'no', 'in_flow_delay': '0',
            'smtpd_tls_security_level': 'encrypt', 'smtpd_tls_auth_only': 'yes',
            'smtpd_tls_cert_file': self.cert.cert, 'smtpd_tls_key_file': self.cert.key,
            'smtpd_tls_loglevel': '1',
            'smtpd_sasl_auth_enable': 'yes', 'smtpd_sasl_type': 'cyrus',
            'smtpd_sasl_local_domain': 'mail.test.example',
            'smtpd_relay_restrictions': 'permit_sasl_authenticated, reject',
            'smtpd_recipient_restrictions': 'permit_sasl_authenticated, reject', **settings,
        }
        text = ''.join(f'{key} = {value}\n' for key, value in main.items())
        (self.base / 'etc/main.cf').write_text(text)
        os.utime(self.base / 'etc/main.cf', (0, 0))  # Postfix waits out a file just written
        (self.base / 'etc/master.cf').write_text(MASTER.format(port=f'127.0.0.1:{self.port}') + services)

    def log_text(self):
        return self.maillog.read_text(errors='replace') if self.maillog.exists() else ''

    def queue(self):
        """Letters it has taken and not yet handed on."""
        return [p for name in ('incoming', 'active', 'deferred') for p in
                (self.base / 'queue' / name).rglob('*') if p.is_file()]

    def stop(self):
        """Ends master; its children leave with it. What it has taken stays in its queue."""
        self.guard.stdin.close()
        self.guard.wait(10)

    def retry(self):
        """Tries now what waits; its pause is a second as it is."""

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.stop()

    def relay(self, **settings):
        """This server as a relay for write_config(), with its login."""
        password = self.base.parent / 'password'
        password.write_text(PASSWORD + '\n')
        password.chmod(0o600)
        return {'url': f'smtp://{self.cert.name}:{self.port}', 'address': '127.0.0.1',
                'tls': 'required', 'ca_file': self.cert.ca, 'username': USER,
                'password_file': password, **settings}
