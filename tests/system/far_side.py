# SPDX-License-Identifier: MIT
"""Where letters arrive and where reports come back to: a Postfix with a Dovecot behind it.

The Postfix is the mail server of paper.example and of ministry.example, the return address's
domain; the mailboxes are Dovecot's. What becomes of a letter is in the name of whom it
is for:

    taken@   Postfix itself puts it into the mailbox
    behind@  Dovecot takes it; Postfix can say only that it handed it on
    full@    the quota is used up: Dovecot refuses what Postfix had taken
    spam@    Postfix refuses what is in the letter, behind the final dot
    later@   is put off at RCPT, until settle_later()
    gone@    and everybody else: no such user
"""
import pathlib

import dovecot_server
import postfix_server

OURS, PAPER = 'ministry.example', 'paper.example'
BOUNCE = f'bounce@{OURS}'
PEOPLE = ('taken', 'behind', 'full', 'spam', 'later')     # who is known there
OUTCOMES = (*PEOPLE, 'gone')

LMTP = '''
protocols = imap lmtp
recipient_delimiter = +
mail_plugins = quota
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {port}
  }}
}}
protocol lmtp {{
  mail_plugins = quota
  lmtp_save_to_detail_mailbox = no
}}
plugin {{
  quota = maildir:mails
  quota_rule = *:storage=%{{if;%u;eq;full@paper.example;1B;1G}}
  quota_exceeded_message = Quota exceeded (mailbox for user is full)
}}
'''


def available():
    return dovecot_server.available() or postfix_server.available()


class FarSide:
    """port: where letters go in; dovecot: where what came can be looked at.

    settings  lines of the Postfix's main.cf
    """

    def __init__(self, folder, cert, **settings):
        self.base = pathlib.Path(folder) / 'far'
        self.base.mkdir()
        self.base.parent.chmod(0o711)
        lmtp = postfix_server._free_port()
        users = (BOUNCE, *(f'{name}@{PAPER}' for name in PEOPLE))
        self.dovecot = dovecot_server.Dovecot(folder, cert, users, extra=LMTP.format(port=lmtp))
        (self.base / 'content').write_text(
            '/^To:(.*[ <])?spam@/ REJECT 5.7.1 This letter looks like advertising\n')
        known = ' '.join(f'{{{user}={user}/}}' for user in users)
        by_lmtp = ' '.join(f'{{{user}=lmtp:inet:[127.0.0.1]:{lmtp}}}'
                           for user in (BOUNCE, f'behind@{PAPER}', f'full@{PAPER}'))
        self.late = self.base / 'late'
        self.late.write_text(f'later@{PAPER} 450 4.2.1 The mailbox is busy, come again\n')
        try:
            self.postfix = postfix_server.Postfix(self.base, cert, 1, **{
                'myhostname': f'mx.{PAPER}', 'mynetworks': '127.0.0.0/8',
                'smtpd_tls_security_level': 'none', 'smtpd_sasl_auth_enable': 'no',
                'smtpd_relay_restrictions': 'permit_mynetworks, reject',
                'smtpd_recipient_restrictions':
                    f'check_recipient_access texthash:{self.late}, permit_mynetworks, reject',
                'recipient_delimiter': '+', 'virtual_mailbox_domains': f'{OURS}, {PAPER}',
                'virtual_mailbox_maps': f'inline:{{{known}}}',
                'virtual_mailbox_base': self.dovecot.base / 'mail',
                'virtual_uid_maps': f'static:{dovecot_server.USER_UID}',
                'virtual_gid_maps': f'static:{dovecot_server.USER_GID}',
                'virtual_minimum_uid': '1', 'transport_maps': f'inline:{{{by_lmtp}}}',
                'header_checks': f'regexp:{self.base}/content', 'mime_header_checks': '',
                'nested_header_checks': '', 'max_use': '1',  # so that it reads `late` anew
                **settings})
        except BaseException:
            self.dovecot.stop()
            raise
        self.port = self.postfix.port

    def reports(self):
        """What came back, wherever press-inbox has put it."""
        return [mail for folder in ('', 'press-done', 'press-people')
                for mail in self.dovecot.mails(folder, BOUNCE)]

    def arrived(self, name='taken'):
        return self.dovecot.mails(user=f'{name}@{PAPER}')

    def settle_later(self):
        """From now on later@ is taken like taken@."""
        self.late.write_text('')

    def inbox(self, **settings):
        return self.dovecot.inbox(BOUNCE, **settings)

    def stop(self):
        self.postfix.stop()
        self.dovecot.stop()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.stop()
