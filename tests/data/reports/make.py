#!/usr/bin/env python3
"""Makes the true reports of this folder, server-*.eml, with the servers themselves: Postfix and Exim.

Usage: make.py EXIM-BINARY        (as root, after `make build/tests/catcher`)

Postfix is the installed one in a private instance. Exim cannot be installed beside it, so its package
is unpacked only:
    apt-get download exim4-daemon-light && dpkg -x exim4-daemon-light_*.deb /tmp/exim
    tests/data/reports/make.py /tmp/exim/usr/sbin/exim4
Each is given a letter for people whom the catcher, its only way out, refuses, puts off or takes; what
it reports to the sender goes to the catcher too and is kept here. What they say is in
expected-servers.tsv, by hand. Nothing leaves the machine.
"""
import os
import pathlib
import re
import smtplib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / 'system'))
import harness  # noqa: E402  (it stands in tests/system)
import postfix_server  # noqa: E402

SENDER = 'bounce+aiaqtest@ministry.example'
LETTER = f'''Return-Path: <{SENDER}>
Date: Tue, 24 Nov 2026 08:00:00 +0700
From: thongcao@ministry.example
To: %s
Subject: Thong cao
Message-ID: <r41.d1@press.ministry.example>
List-Id: <press.press.ministry.example>

550 5.1.1 this is our own text; write to other@ministry.example, user unknown.
'''
SCRIPT = '''
on rcpt match "gone@" do reply 550 5.1.1 "User unknown"
on rcpt match "full@" do reply 552 5.2.2 "Mailbox full, quota exceeded"
on rcpt match "bare@" do reply 550 "No such user here"
on rcpt match "spam@" do reply 554 5.7.1 "Rejected by policy: content looks like spam"
on dot match "content@" do reply 554 5.6.0 "Message content rejected"
on rcpt match "later@" do reply 450 4.2.1 "Mailbox busy, try again later"
on rcpt match "expired@" do reply 451 4.3.0 "Temporary local problem"
ehlo without "DSN"
'''
PEOPLE = ['gone', 'full', 'bare', 'spam', 'content', 'later', 'taken']


def reports(catcher, done):
    """Every report there is, as bytes with LF, once `done` are there or 40 s have passed."""
    def now():
        return [e for e in catcher.saved() if e['rcpt'] == [SENDER]]

    end = time.monotonic() + 40
    while len(now()) < done and time.monotonic() < end:
        time.sleep(0.2)
    return [catcher.raw(e).replace(b'\r\n', b'\n') for e in now()]


def keep(server, found):
    """By the person it is about, of whom the name is in it; a second one of the same gets a number."""
    for n, raw in enumerate(sorted(found, key=lambda raw: re.findall(rb'(\w+)@host\.example', raw)[:1])):
        names = re.findall(rb'(\w+)@host\.example', raw)
        name = f'server-{server}-{names[0].decode() if names else "x"}'
        path = HERE / f'{name}.eml'
        if path.exists():
            path = HERE / f'{name}-{n}.eml'
        path.write_bytes(raw)
        print(path.name)


def postfix(folder):
    cert = harness.make_cert(harness.make_ca(folder), 'mail.test.example')
    with harness.Catcher(folder, SCRIPT) as far, postfix_server.Postfix(
            folder, cert, far.port, smtpd_tls_security_level='none', smtpd_sasl_auth_enable='no',
            smtpd_recipient_restrictions='permit_mynetworks, reject', smtpd_relay_restrictions='permit_mynetworks, reject',
            mynetworks='127.0.0.0/8',
            delay_warning_time='1s',
            maximal_queue_lifetime='1d',
            bounce_size_limit='50000') as server:
        with smtplib.SMTP('127.0.0.1', server.port) as s:
            for name in PEOPLE:
                to = f'{name}@host.example'
                s.sendmail(SENDER, [to], LETTER % to, ['ENVID=aiaqtest', 'RET=HDRS'],
                           [f'NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;{to}'])
            both = ['gone@host.example', 'full@host.example']
            s.sendmail(SENDER, both, LETTER % ', '.join(both))
        keep('postfix', reports(far, len(PEOPLE) + 1))


EXIM = '''
spool_directory = {dir}/spool
log_file_path = {dir}/log/%slog
pid_file_path = {dir}/pid
exim_path = {binary}
primary_hostname = exim.test.example
exim_user = {user}
exim_group = {user}
never_users =
tls_advertise_hosts =
disable_ipv6 = true
dns_ipv4_lookup = *
delay_warning = 1s
delay_warning_condition = yes
dsn_advertise_hosts = *
trusted_users = root : {user}
acl_smtp_rcpt = accept
begin acl
begin routers
smart:
  driver = manualroute
  transport = out
  route_list = * 127.0.0.1 byname
  self = send
  no_more
begin transports
out:
  driver = smtp
  port = {port}
  allow_localhost
  hosts_try_fastopen =
begin retry
* * F,1d,1s
'''


def exim(folder, binary):
    user = 'Debian-exim'
    for name in ('spool', 'log'):
        (folder / name).mkdir()
    subprocess.run(['chown', '-R', f'{user}:', folder / 'spool', folder / 'log'], check=True)
    folder.chmod(0o755)
    with harness.Catcher(folder, SCRIPT) as far:
        conf = folder / 'exim.conf'
        conf.write_text(EXIM.format(dir=folder, user=user, port=far.port, binary=binary))
        for name in PEOPLE + ['gone+full']:
            to = [f'{n}@host.example' for n in name.split('+')]
            talk = 'EHLO press.example\n' + f'MAIL FROM:<{SENDER}> ENVID=aiaqtest RET=HDRS\n'
            notify = '' if '+' in name else ' NOTIFY=SUCCESS,FAILURE,DELAY'
            talk += ''.join(f'RCPT TO:<{t}>{notify}\n' for t in to) + 'DATA\n' + LETTER % ', '.join(to) + '.\nQUIT\n'
            subprocess.run([binary, '-C', conf, '-odf', '-bs'], input=talk.encode(), stdout=subprocess.DEVNULL, check=True)
        time.sleep(2)
        subprocess.run([binary, '-C', conf, '-qff'], check=True)  # the delay warning
        keep('exim', reports(far, len(PEOPLE)))


def main():
    if os.geteuid() or len(sys.argv) != 2:
        sys.exit(__doc__)
    for old in HERE.glob('server-*.eml'):
        old.unlink()
    for make, rest in ((postfix, ()), (exim, sys.argv[1:])):
        with tempfile.TemporaryDirectory() as name:
            make(pathlib.Path(name), *rest)


main()
