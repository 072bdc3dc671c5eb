# SPDX-License-Identifier: MIT
"""TLS and the login: R43-R49. What may not be trusted gets no letter and no password."""
import base64
import os
import pathlib
import re
import tempfile
import unittest

import harness
from press_case import PressCase

PASSWORD = 'mật-khẩu 9 "thử" \\'
NAME = 'relay.test.example'


def self_signed(folder):
    cert, key = folder / 'self.pem', folder / 'self.key'
    harness._openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
                     '-nodes', '-days', 30, '-subj', f'/CN={NAME}', '-addext',
                     f'subjectAltName=DNS:{NAME}', '-keyout', key, '-out', cert)
    return cert, key


class TlsCase(PressCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix='press-test-')
        cls.addClassCleanup(folder.cleanup)
        cls.certs = pathlib.Path(folder.name)
        cls.ca = harness.make_ca(cls.certs)
        cls.cert = harness.make_cert(cls.ca, NAME)

    def start(self, script='', *, cert=True, relay=None, login=False, sections=None, **kw):
        """A relay `smtp://relay.test.example` at 127.0.0.1 that must show a certificate of ours."""
        cert = self.cert if cert is True else cert
        sink = self.enterContext(harness.Catcher(self.dir, script, cert=cert or None, **kw))
        settings = {'url': f'smtp{"s" if kw.get("implicit_tls") else ""}://{NAME}:{sink.port}',
                    'address': '127.0.0.1', 'tls': 'required', 'ca_file': self.ca.cert,
                    'connections': 3}
        if login:
            self.password(PASSWORD)
            settings |= {'username': 'press', 'password_file': self.dir / 'password'}
        notify = {'command': f'echo "$PRESS_ALARM_STATE $PRESS_ALARM" >>{self.dir}/alarm'}
        self.press(rows=4, sink=sink, relays=[settings | (relay or {})],
                   sections={'notify': notify, **(sections or {})})

    def password(self, text):
        path = self.dir / 'password'
        path.write_text(text + '\n')
        path.chmod(0o600)

    def alarms(self):
        path = self.dir / 'alarm'
        return path.read_text().splitlines() if path.exists() else []

    def assert_all_wait(self, stage):
        """Nothing left, nobody is blamed, people are told."""
        self.assertEqual(self.counts(), {'queued': 4})
        self.assertEqual(self.sink.ledger(), [])
        self.assertEqual([s for s in self.sink.said() if s.startswith(('MAIL', 'RCPT', 'DATA'))],
                         [])
        harness.wait_until(self.alarms, what='the alarm')
        self.assertEqual(len(self.alarms()), 1)
        self.assertTrue(self.alarms()[0].startswith('raised '))
        self.assertIn('r1', self.alarms()[0])
        self.assertRegex(self.pressd_log(), f'relay refused or lost.*stage={stage}')
        self.assertEqual(self.log(), [])


class Advice(TlsCase):
    def advice(self, **kw):
        """What `relay test` says of a relay that cannot be used."""
        self.dir = self.dir / str(len(list(self.dir.iterdir())))
        self.dir.mkdir()
        self.start(**kw)
        done = self.ctl('relay', 'test', '--lang', 'en')
        self.assertEqual(done.returncode, 69, done.stdout)
        return done.stdout.splitlines()[-1]

    def test_each_reason_why_a_line_is_not_secured_has_its_own_advice(self):
        self.assertIn('Use port 587, or smtps://…:465', self.advice(cert=None))
        self.assertIn('Use port 587', self.advice(script='on starttls do reply 454 "not now"'))
        wrong = harness.make_cert(self.ca, 'mx7.provider.example')
        self.assertIn('name in its certificate, mx7.provider.example,', self.advice(cert=wrong))
        foreign = harness.make_cert(harness.make_ca(self.certs, 'other-ca'), NAME, file='foreign')
        self.assertIn('set ca_file of relay “r1”', self.advice(cert=foreign))
        self.assertIn('smtps:// is for port 465', self.advice(script='on starttls do drop'))


class Trust(TlsCase):
    def test_r43_without_starttls_only_ehlo_and_quit_leave_in_clear(self):
        self.start('auth user "press" pass "x"', cert=None, login=True)
        self.send()
        self.once()
        self.assert_all_wait('tls')
        self.assertLessEqual({s.split()[0] for s in self.sink.said()}, {'EHLO', 'QUIT'})
        self.assertIn('STARTTLS', self.alarms()[0])

    def test_r43_a_refused_starttls_is_not_followed_by_mail_in_clear(self):
        for reply in ('454 4.7.0 "not now"', '500 "what"', '250 "yes but no"'):
            with self.subTest(reply):
                self.dir = self.dir / reply[:3]
                self.dir.mkdir()
                self.start(f'on starttls do reply {reply}', login=True)
                self.send()
                self.once()
                self.assert_all_wait('tls')
                self.assertLessEqual({s.split()[0] for s in self.sink.said()},
                                     {'EHLO', 'STARTTLS', 'QUIT'})

    def bad(self, cert):
        self.start(cert=cert, login=True)
        self.send()
        self.once()
        self.assert_all_wait('tls')
        self.assertLessEqual({s.split()[0] for s in self.sink.said()},
                             {'EHLO', 'STARTTLS', 'QUIT'})
        return self.alarms()[0]

    def test_r44_an_expired_certificate_keeps_all_letters(self):
        expired = harness.make_cert(self.ca, NAME, expired=True, file='expired')
        self.assertIn('expired', self.bad(expired))

    def test_r44_a_certificate_of_somebody_else_s_authority_keeps_all_letters(self):
        foreign = harness.make_cert(harness.make_ca(self.certs, 'other-ca'), NAME, file='foreign')
        self.assertIn('not trusted', self.bad(foreign))

    def test_r44_a_self_signed_certificate_keeps_all_letters(self):
        cert, key = self_signed(self.certs)
        self.assertIn('not trusted', self.bad(self.cert._replace(cert=cert, key=key)))

    def test_r44_a_certificate_for_another_name_is_told_with_both_names(self):
        wrong = harness.make_cert(self.ca, 'mx7.provider.example')
        alarm = self.bad(wrong)
        for told in (alarm, self.pressd_log()):
            self.assertIn('mx7.provider.example', told)
            self.assertIn(NAME, told)
        # What the message advises: the url by the certificate's name, the old one as address.
        self.conf = harness.write_config(self.dir, {
            'url': f'smtp://mx7.provider.example:{self.sink.port}', 'address': '127.0.0.1',
            'tls': 'required', 'ca_file': self.ca.cert})
        self.drain()
        self.assertEqual(self.counts(), {'relayed': 4})

    def test_r44_the_alarm_is_told_once_and_once_when_it_is_over(self):
        wrong = harness.make_cert(self.ca, 'mx7.provider.example')
        self.start(cert=wrong)
        pressd = self.pressd()
        self.send()
        harness.wait_until(self.alarms)
        text = self.conf.read_text()
        self.conf.write_text(text.replace('ca_file = ', '# ca_file = ').replace(
            '"required"', '"opportunistic"'))
        pressd.signal(1)  # SIGHUP
        harness.wait_until(lambda: self.counts() == {'relayed': 4})
        harness.wait_until(lambda: len(self.alarms()) == 2)
        self.assertEqual([a.split()[0] for a in self.alarms()], ['raised', 'cleared'])
        self.assertTrue(all(e['tls'] for e in self.sink.saved()))

    def test_r45_words_behind_the_220_of_starttls_end_the_session(self):
        for extra in ('250 injected', '250-injected', '235 2.7.0 logged in', '354 go on'):
            with self.subTest(extra):
                self.dir = self.dir / extra[:4]
                self.dir.mkdir()
                self.start(f'on starttls do extra "{extra}\\r\\n"', login=True)
                self.send()
                self.once()
                self.assertEqual(self.counts(), {'queued': 4})
                self.assertEqual(self.sink.ledger(), [])
                self.assertNotIn('AUTH', ' '.join(self.sink.said()))

    def test_r46_only_what_is_offered_under_tls_is_used(self):
        self.start('ehlo before-tls set "STARTTLS" "PIPELINING" "SIZE 100" "DSN" "8BITMIME"\n'
                   'ehlo after-tls set "8BITMIME"')
        self.send()
        self.drain()
        self.assertEqual(self.counts(), {'relayed': 4})
        for entry in self.sink.saved():
            self.assertEqual(entry['rcpt_args'], [''])
            self.assertNotIn('SIZE', entry['mail_args'])
        self.assertEqual(self.sink.faults(), [])  # no pipelining above all

    def test_r46_what_is_offered_under_tls_only_is_used(self):
        self.start('ehlo before-tls set "STARTTLS"')
        self.send()
        self.drain()
        self.assertEqual(self.counts(), {'relayed': 4})
        for entry in self.sink.saved():
            self.assertIn('NOTIFY=', entry['rcpt_args'][0])
            self.assertRegex(entry['mail_args'], r'SIZE=\d+')
            self.assertTrue(entry['tls'])
        self.assertEqual(self.sink.faults(), [])

    def test_r49_old_tls_is_not_spoken(self):
        for version in ('1.0', '1.1'):
            with self.subTest(version):
                self.dir = self.dir / version
                self.dir.mkdir()
                self.start(f'tls-priority "NORMAL:-VERS-ALL:+VERS-TLS{version}"', login=True)
                self.send()
                self.once()
                self.assert_all_wait('tls')

    def test_tls_from_the_first_byte(self):
        self.start(implicit_tls=True)
        self.send()
        self.drain()
        self.assertEqual(self.counts(), {'relayed': 4})
        self.assertEqual({row['tls'] for row in self.log()}, {'TLSv1.3'})
        self.assertTrue(all(e['tls'] for e in self.sink.saved()))
        self.assertNotIn('STARTTLS', self.sink.said())

    def test_tls_from_the_first_byte_is_verified_too(self):
        wrong = harness.make_cert(self.ca, 'mx7.provider.example')
        self.start(cert=wrong, implicit_tls=True, login=True)
        self.send()
        self.once()
        self.assert_all_wait('tls')
        self.assertEqual(self.sink.said(), [])

    def test_opportunistic_takes_tls_where_it_is_and_goes_on_where_not(self):
        for cert in (True, None):
            with self.subTest(bool(cert)):
                self.dir = self.dir / str(cert)
                self.dir.mkdir()
                self.start(cert=cert, relay={'tls': 'opportunistic'})
                self.send()
                self.drain()
                self.assertEqual(self.counts(), {'relayed': 4})
                self.assertEqual({e['tls'] for e in self.sink.saved()}, {bool(cert)})


class Login(TlsCase):
    def accounts(self):
        quoted = PASSWORD.replace('\\', '\\\\').replace('"', '\\"')
        return f'auth user "press" pass "{quoted}" required\n'

    def auths(self):
        return len([s for s in self.sink.said() if s.startswith('AUTH')])

    def test_the_login_is_used_and_each_way_of_it_works(self):
        for offer in ('AUTH PLAIN', 'AUTH LOGIN', 'AUTH LOGIN PLAIN'):
            with self.subTest(offer):
                self.dir = self.dir / offer.replace(' ', '-')
                self.dir.mkdir()
                self.start(self.accounts() + 'ehlo after-tls set "PIPELINING" "DSN" '
                           f'"{offer}"', login=True)
                self.send()
                self.drain()
                self.assertEqual(self.counts(), {'relayed': 4})
                self.assertEqual(self.sink.faults(), [])

    def test_r47_a_wrong_password_is_tried_once_and_somebody_is_told(self):
        self.start(self.accounts(), login=True)
        self.password('wrong')
        pressd = self.pressd()
        self.send()
        harness.wait_until(self.alarms)
        self.send(self.statement(Title='Thêm nữa'))
        self.assertEqual(self.auths(), 1)
        self.assertEqual(self.counts(), {'queued': 4})
        self.assertIn('535', self.alarms()[0])
        self.assertRegex(self.pressd_log(), r'stage=auth code=535.*again_in_ms=(2999\d|30000)')
        self.password(PASSWORD)
        pressd.signal(1)  # SIGHUP: the password file is read again
        harness.wait_until(lambda: self.counts() == {'relayed': 4})
        harness.wait_until(lambda: self.counts(2) == {'relayed': 4})
        harness.wait_until(lambda: len(self.alarms()) == 2)
        self.assertTrue(self.alarms()[1].startswith('cleared '))

    def test_r47_a_temporary_login_failure_blames_nobody(self):
        self.start('auth user "press" pass "x"\non auth count 1 do reply 454 4.7.0 "later"',
                   login=True)
        self.password('x')
        self.send()
        self.once()
        self.assertEqual(self.counts(), {'queued': 4})
        self.drain()
        self.assertEqual(self.counts(), {'relayed': 4})

    def test_a_user_name_is_never_left_out(self):
        """AUTH not offered under TLS; the relay would take mail without it."""
        for n, script in enumerate(('ehlo after-tls set "PIPELINING"',
                                    'ehlo after-tls set "AUTH GSSAPI"', 'no-ehlo')):
            with self.subTest(script):
                self.dir = self.dir / str(n)
                self.dir.mkdir()
                self.start(script, login=True)
                self.send()
                self.once()
                self.assertEqual(self.counts(), {'queued': 4})
                self.assertEqual(self.sink.ledger(), [])
                self.assertEqual([s for s in self.sink.said() if s.startswith('MAIL')], [])
                if script != 'no-ehlo':  # that is told at the third time
                    harness.wait_until(self.alarms, what='the alarm')

    def test_r48_the_password_is_nowhere_but_in_the_login(self):
        """Its plain and coded forms, also where the relay repeats them in a reply."""
        plain = base64.b64encode(b'\0press\0' + PASSWORD.encode()).decode()
        self.start('auth user "press" pass "other" required\non auth do reply 535 5.7.8 '
                   f'"no: {plain} / {base64.b64encode(PASSWORD.encode()).decode()}"', login=True)
        pressd = self.pressd('--debug')
        self.send()
        harness.wait_until(self.alarms)
        proc = pathlib.Path(f'/proc/{pressd.pid}')
        seen = {'log': self.pressd_log(), 'alarm': '\n'.join(self.alarms()),
                'argv': (proc / 'cmdline').read_text(), 'doctor': self.ctl('doctor').stdout,
                'shown': self.ok('log').stdout + self.ok('relay', 'list').stdout}
        test = self.ctl('relay', 'test')
        seen['relay test'] = test.stdout + test.stderr
        if os.geteuid() == 0:
            seen['environ'] = (proc / 'environ').read_text()
        for path in self.dir.glob('press.db*'):
            if path.is_file():
                seen[path.name] = path.read_bytes().decode('latin-1')
        secrets = [PASSWORD, PASSWORD.encode().decode('latin-1'), plain, plain[:24],
                   base64.b64encode(PASSWORD.encode()).decode()]
        for where, text in seen.items():
            for secret in secrets:
                self.assertNotIn(secret, text, where)
        self.assertTrue(any(re.match('AUTH PLAIN .*', s) for s in self.sink.said()))
        for line in self.sink.said():
            if not line.startswith('AUTH'):
                for secret in secrets:
                    self.assertNotIn(secret, line)


if __name__ == '__main__':
    unittest.main()
