# SPDX-License-Identifier: MIT
"""A private OpenSMTPD on the loopback, Debian's package unpacked.

It takes mail for anybody and hands all of it to one smarthost. It offers DSN, and tells its
sender of a letter that waits longer than a second, when it tries it again: see retry().
"""
import os

import unpacked

PACKAGE = 'opensmtpd'

CONFIG = '''
smtp max-message-size 35M
bounce warn-interval 1s
{main}
listen on 127.0.0.1 port {port} hostname opensmtpd.test.example
action "out" relay host "smtp+notls://127.0.0.1:{out}" helo opensmtpd.test.example
match from any for any action "out"
'''


def available():
    return unpacked.available(PACKAGE)


class OpenSmtpd(unpacked.Unpacked):
    """One instance in `folder`; main: more lines of its configuration."""

    def __init__(self, folder, smarthost_port, main=''):
        super().__init__(folder, 'opensmtpd', PACKAGE, ['opensmtpd', 'opensmtpq'])
        opensmtpq = self.uids['opensmtpq']
        self.folder('run')
        self.folder('lib/opensmtpd/empty')
        self.folder('spool/smtpd', mode=0o711)
        self.folder('spool/smtpd/offline', mode=0o770, group=opensmtpq)
        for name in ('queue', 'corrupt', 'incoming', 'purge', 'temporary'):
            self.folder(f'spool/smtpd/{name}', opensmtpq, 0o700, group=0)
        conf = self.base / 'smtpd.conf'
        conf.write_text(CONFIG.format(port=self.port, out=smarthost_port, main=main))
        conf.chmod(0o600)
        self.smtpctl = self.copy('usr/sbin/smtpctl', 0o755)
        os.chown(self.smtpctl, 0, opensmtpq)
        self.smtpctl.chmod(0o2755)
        self.start([self.tree / 'usr/sbin/smtpd', '-d', '-f', conf],
                   (self.base / 'run', '/run'), (self.base / 'lib', '/var/lib'),
                   (self.base / 'spool', '/var/spool'), (self.tree / 'usr/libexec', '/usr/libexec'))

    def retry(self):
        """Tries now what waits: its own first pause is some minutes, and is not a setting."""
        self.inside(f'{self.smtpctl} schedule all')
