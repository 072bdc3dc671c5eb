# SPDX-License-Identifier: MIT
"""A bare SMTP client, and the start of each test of the catcher."""
import socket

import harness
from harness import Catcher

LETTER = b'Subject: Th\xc3\xb4ng c\xc3\xa1o\r\nMessage-ID: <1@press.example>\r\n\r\nOne.\r\n'


class Client:
    """A bare socket that speaks in lines."""

    def __init__(self, port, greeting=True):
        self.sock = socket.create_connection(('127.0.0.1', port), timeout=10)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.sock.makefile('rb')
        if greeting:
            assert self.reply().startswith('220 ')

    def send(self, data):
        self.sock.sendall(data)

    def reply(self):
        """All lines of one reply, joined; '' at the end of the connection."""
        lines = []
        while True:
            line = self.file.readline().decode('latin-1').rstrip('\r\n')
            lines.append(line)
            if line[3:4] != '-':
                return '\n'.join(lines)

    def ask(self, line):
        self.send(line.encode('latin-1') + b'\r\n')
        return self.reply()

    def replies(self, n):
        return [self.reply()[:3] for _ in range(n)]

    def close(self):
        self.file.close()
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


def envelope(*rcpts, sender='a@press.example'):
    return (f'MAIL FROM:<{sender}>\r\n' + ''.join(f'RCPT TO:<{r}>\r\n' for r in rcpts)
            + 'DATA\r\n').encode()


class CatcherCase(harness.Case):
    def start(self, script='', **kw):
        return self.enterContext(Catcher(self.dir, script, **kw))

    def client(self, sink, ehlo=True, **kw):
        c = self.enterContext(Client(sink.port, **kw))
        if ehlo:
            self.assertTrue(c.ask('EHLO client.example').startswith('250'))
        return c

    def letter(self, client, *rcpts, body=LETTER):
        """Sends one and returns the reply to the dot."""
        client.send(envelope(*(rcpts or ['b@x.example'])))
        client.replies(len(rcpts or [1]) + 2)
        client.send(body + b'.\r\n')
        return client.reply()
