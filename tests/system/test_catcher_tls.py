# SPDX-License-Identifier: MIT
"""The catcher under TLS, and its AUTH."""
import base64
import hashlib
import smtplib
import socket
import ssl
import unittest

import harness
from catcher_case import CatcherCase, LETTER


class TestTls(CatcherCase):
    def setUp(self):
        super().setUp()
        self.ca = harness.make_ca(self.dir)
        self.cert = harness.make_cert(self.ca)
        self.context = ssl.create_default_context(cafile=self.cert.ca)

    def connect(self, sink):
        """smtplib, believing that 127.0.0.1 is relay.test.example."""
        s = smtplib.SMTP(timeout=10)
        s._host = self.cert.name
        s.sock = socket.create_connection(('127.0.0.1', sink.port), timeout=10)
        self.addCleanup(s.close)
        self.assertEqual(s.getreply()[0], 220)
        return s

    def test_starttls_forgets_what_was_said_in_clear(self):
        sink = self.start('ehlo before-tls without "DSN"', cert=self.cert)
        s = self.connect(sink)
        s.ehlo()
        self.assertTrue(s.has_extn('starttls'))
        self.assertFalse(s.has_extn('dsn'))
        s.starttls(context=self.context)
        self.assertEqual(s.docmd('MAIL FROM:<a@x.example>')[0], 503)
        s.ehlo()
        self.assertFalse(s.has_extn('starttls'))
        self.assertTrue(s.has_extn('dsn'))
        big = LETTER + b'x' * 100 + b'\r\n' + (b'y' * 70 + b'\r\n') * 20000
        self.assertEqual(s.sendmail('a@press.example', ['b@x.example'], big), {})
        s.quit()
        entry, = sink.ledger()
        self.assertTrue(entry['tls'])
        self.assertEqual(hashlib.sha256(sink.raw(entry)).digest(), hashlib.sha256(big).digest())
        self.assertEqual(sink.faults(), [])

    def test_bytes_behind_starttls_are_noted_and_forgotten(self):
        sink = self.start(cert=self.cert)
        c = self.client(sink)
        c.send(b'STARTTLS\r\nMAIL FROM:<evil@x.example>\r\n')
        self.assertEqual(c.reply()[:3], '220')
        self.assertIn('28 bytes behind STARTTLS', sink.faults())

    def test_bytes_can_be_injected_behind_220(self):
        sink = self.start('on starttls do extra "250 injected\\r\\n"', cert=self.cert)
        c = self.client(sink)
        c.send(b'STARTTLS\r\n')
        self.assertEqual(c.sock.recv(1000).split(b'\r\n')[1], b'250 injected')

    def test_implicit_tls(self):
        sink = self.start(cert=self.cert, implicit_tls=True)
        raw = socket.create_connection(('127.0.0.1', sink.port), timeout=10)
        with self.context.wrap_socket(raw, server_hostname=self.cert.name) as s:
            self.assertEqual(s.recv(100)[:3], b'220')
            s.sendall(b'EHLO x\r\n')
            self.assertNotIn(b'STARTTLS', s.recv(1000))

    def test_a_rule_for_tls_stops_the_handshake(self):
        sink = self.start('on tls do drop', cert=self.cert)
        s = self.connect(sink)
        with self.assertRaises((ssl.SSLError, ConnectionError, OSError)):
            s.starttls(context=self.context)

    def test_old_tls_only_when_asked_for(self):
        sink = self.start('tls-priority "NORMAL:-VERS-ALL:+VERS-TLS1.1"', cert=self.cert)
        s = self.connect(sink)
        with self.assertRaises(ssl.SSLError):
            s.starttls(context=self.context)

    def test_an_expired_or_foreign_certificate_does_not_verify(self):
        expired = harness.make_cert(self.ca, expired=True, file='expired')
        foreign = harness.make_cert(harness.make_ca(self.dir, 'other-ca'), file='foreign')
        for cert in (expired, foreign):
            s = self.connect(self.start(cert=cert, name=cert.cert.stem))
            with self.assertRaises(ssl.SSLCertVerificationError):
                s.starttls(context=self.context)

    def test_auth_plain_and_login(self):
        sink = self.start('auth user "press" pass "mật khẩu" required', cert=self.cert)
        for mech in ('PLAIN', 'LOGIN'):
            c = self.client(sink)
            self.assertEqual(c.ask('MAIL FROM:<a@x.example>')[:3], '530')
            for password, code in (('wrong', '535'), ('mật khẩu', '235')):
                words = [base64.b64encode(w.encode()).decode() for w in
                         ([f'\0press\0{password}'] if mech == 'PLAIN' else ['press', password])]
                self.assertEqual(c.ask(f'AUTH {mech}')[:3], '334')
                for word in words[:-1]:
                    self.assertEqual(c.ask(word)[:3], '334')
                self.assertEqual(c.ask(words[-1])[:3], code)
            self.assertEqual(c.ask('MAIL FROM:<a@x.example>')[:3], '250')

    def test_auth_can_be_scripted(self):
        sink = self.start('auth user "u" pass "p"\non auth do reply 454 4.7.0 "later"')
        s = self.connect(sink)
        with self.assertRaises(smtplib.SMTPAuthenticationError) as caught:
            s.login('u', 'p')
        self.assertEqual(caught.exception.smtp_code, 454)


if __name__ == '__main__':
    unittest.main()
