# SPDX-License-Identifier: MIT
"""What a relay's own log says becomes the record: a real Postfix's, and samples of others."""
import datetime
import os
import pathlib
import re
import signal
import socket
import socketserver
import threading
import time
import unittest

import harness
from postfix_server import Postfix, available
from press_case import PressCase

FAST = {'class "normal"': {'retry': ['300ms']}}


def own_address():
    """An address of this machine that is not on the loopback, or None."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.connect(('198.51.100.1', 9))  # a datagram socket: nothing is sent
            return None if s.getsockname()[0].startswith('127.') else s.getsockname()[0]
        except OSError:
            return None


class Door(socketserver.ThreadingTCPServer):
    """Passes connections to `address`, on to a port of the loopback: the catcher listens there."""

    daemon_threads = True

    def __init__(self, address, to_port):
        self.to_port = to_port
        super().__init__((address, 0), None)
        self.port = self.server_address[1]
        self.thread = threading.Thread(target=self.serve_forever, daemon=True)
        self.thread.start()

    def finish_request(self, request, client_address):
        with socket.create_connection(('127.0.0.1', self.to_port)) as far:
            back = threading.Thread(target=self.pump, args=(far, request), daemon=True)
            back.start()
            self.pump(request, far)
            back.join()

    @staticmethod
    def pump(a, b):
        try:
            while data := a.recv(65536):
                b.sendall(data)
            b.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def __exit__(self, *exc):
        self.shutdown()
        self.server_close()


@unittest.skipIf(available(), available())
@unittest.skipIf(own_address() is None, 'this machine has the loopback only')
class ByPostfixsLogAlone(PressCase):
    """press -> Postfix -> the recipients' server; no report ever comes back."""

    SCRIPT = ('on rcpt match "gone@" do reply 550 5.1.1 "<gone@x.example> unknown here"\n'
              'on rcpt match "slow@" do reply 450 4.2.0 "try again in 283 seconds"\n')
    # A filter that gives letters back, as Zimbra's amavis does: here Postfix's own second door.
    FILTERED = '{port} inet n - n - - smtpd -o content_filter= -o smtpd_tls_security_level=none' \
               ' -o smtpd_sasl_auth_enable=no -o mynetworks=127.0.0.0/8' \
               ' -o smtpd_relay_restrictions=permit_mynetworks,reject' \
               ' -o smtpd_recipient_restrictions=permit_mynetworks,reject\n'

    def start(self, rows, services='', **main):
        cert = harness.make_cert(harness.make_ca(self.dir), 'mail.test.example')
        far = self.enterContext(harness.Catcher(self.dir, self.SCRIPT))
        self.door = self.enterContext(Door(own_address(), far.port))
        boxes = self.dir / 'boxes'
        boxes.mkdir()
        boxes.chmod(0o777)
        self.postfix = self.enterContext(Postfix(
            self.dir, cert, far.port, services='virtual unix - n n - - virtual\n' + services,
            **{'relayhost': f'[{own_address()}]:{self.door.port}',
               'virtual_mailbox_domains': 'box.example', 'virtual_mailbox_base': boxes,
               'virtual_mailbox_maps': 'inline:{ {anna@box.example=anna/} }',
               'virtual_alias_maps': 'inline:{ {head@y.example=a@x.example} }',
               'virtual_minimum_uid': 1, 'virtual_uid_maps': 'static:65534',
               'virtual_gid_maps': 'static:65534', **main}))
        self.press(rows=rows, relays=[self.postfix.relay(name='main')], sink=far, sections=FAST,
                   timezone='UTC')

    def logged(self, *words):
        harness.wait_until(lambda: all(w in self.postfix.log_text() for w in words), 20,
                           f"{words} in Postfix's log")

    def read(self, *args, log=None):
        return self.json('report', 'relay-log', log or self.postfix.maillog, *args)

    def test_relayed_becomes_delivered_or_bounced_with_next_hop_reply_and_time(self):
        self.start([('A', 'a@x.example'), ('B', 'gone@x.example'), ('C', 'slow@x.example'),
                    ('D', 'anna@box.example'), ('E', 'head@y.example')])
        before = time.time()
        self.send()
        self.drain()
        self.assertEqual(self.counts(), {'relayed': 5})
        self.logged('to=<gone@x.example>', 'to=<slow@x.example>', 'to=<anna@box.example>',
                    'orig_to=<head@y.example>', 'to=<a@x.example>, relay')
        *news, total = self.read('--dry-run')
        self.assertEqual(self.counts(), {'relayed': 5})
        self.assertEqual(len(news), 5)
        done = self.ok('report', 'relay-log', self.postfix.maillog)
        self.assertIn('returned, did not arrive', done.stdout)
        self.assertEqual(self.counts(), {'delivered': 3, 'bounced': 1, 'relayed': 1})
        rows = {r['address']: r for r in self.log('--release', 1) if r['event'] == 'relay-log'}
        hop = f'{own_address()}[{own_address()}]:{self.door.port}'
        self.assertEqual({a: (r['state'], r['code'], r['enhanced'], r['relay'])
                          for a, r in rows.items()},
                         {'a@x.example': ('delivered', 250, '2.0.0', 'main'),
                          'gone@x.example': ('bounced', 550, '5.1.1', 'main'),
                          'slow@x.example': ('relayed', 450, '4.2.0', 'main'),
                          'anna@box.example': ('delivered', 0, '2.0.0', 'main'),
                          'head@y.example': ('delivered', 250, '2.0.0', 'main')})
        self.assertEqual(rows['a@x.example']['peer'], hop)
        self.assertEqual(rows['anna@box.example']['peer'], 'virtual')
        self.assertIn('<gone@x.example> unknown here', rows['gone@x.example']['reply'])
        for row in rows.values():
            at = datetime.datetime.fromisoformat(row['at'].replace('Z', '+00:00')).timestamp()
            self.assertLess(abs(at - before), 60)
        self.assertIn('source: relay log', self.ok('explain', 1, 'a@x.example').stdout)
        self.assert_sum()
        # The same log once more says nothing new, however often the delay stands in it.
        harness.wait_until(lambda: self.postfix.log_text().count('to=<slow@x.example>') > 2, 20)
        *news, total = self.read()
        self.assertEqual(news, [])
        self.assertGreaterEqual(total['known'], 5)
        self.assertEqual((total['delivered'], total['failed'], total['delayed']), (0, 0, 0))

    def test_by_the_queue_id_in_our_250_when_the_log_begins_later(self):
        self.start([('A', 'a@x.example'), ('B', 'gone@x.example')])
        self.send()
        self.drain()
        self.logged('to=<gone@x.example>', 'to=<a@x.example>')
        cut = self.dir / 'cut.log'
        cut.write_text(''.join(
            line for line in self.postfix.log_text().splitlines(True)
            if re.search(r'postfix/(smtp|bounce)\[', line)))
        self.assertIn('status=sent', cut.read_text())
        *news, total = self.read(log=cut)
        self.assertEqual(len(news), 2, total)
        self.assertEqual(self.counts(), {'delivered': 1, 'bounced': 1})

    def test_a_filter_s_hop_is_no_arrival(self):
        with socket.socket() as s:
            s.bind(('127.0.0.1', 0))
            back = s.getsockname()[1]
        self.start([('A', 'a@x.example'), ('B', 'gone@x.example')],
                   services=self.FILTERED.format(port=f'127.0.0.1:{back}'),
                   content_filter=f'smtp:[127.0.0.1]:{back}')
        self.send()
        self.drain()
        self.logged('to=<gone@x.example>, relay=' + own_address())
        self.logged('to=<a@x.example>, relay=' + own_address())
        text = self.postfix.log_text()
        first = self.dir / 'first.log'  # as far as the filter, and no further
        first.write_text(''.join(l for l in text.splitlines(True) if own_address() not in l))
        self.assertIn('relay=127.0.0.1[127.0.0.1]', first.read_text())
        *news, total = self.read(log=first)
        self.assertEqual((news, total['inside']), ([], 2))
        self.assertEqual(self.counts(), {'relayed': 2})
        *news, total = self.read()
        self.assertEqual(self.counts(), {'delivered': 1, 'bounced': 1})

    def test_a_further_relay_of_ours_is_no_arrival(self):
        self.start([('A', 'a@x.example')])
        self.send()
        self.drain()
        self.logged('to=<a@x.example>', 'status=sent')
        *news, total = self.read('--next-hop-is-relay', f'gate.example,{own_address()}')
        self.assertEqual([n['action'] for n in news], ['relayed'])
        self.assertEqual(self.counts(), {'relayed': 1})

    def test_followed_live_through_rotation_until_sigterm(self):
        self.start([('A', 'a@x.example'), ('B', 'gone@x.example')])
        live = self.dir / 'live.log'
        live.write_text('')
        reader = harness.Process(
            [harness.program('pressctl'), '-c', self.conf, 'report', 'relay-log', live,
             '--follow', '--relay', 'main'], self.dir / 'follow.err')
        self.addCleanup(reader.kill)
        self.send()
        self.drain()
        self.logged('to=<gone@x.example>', 'to=<a@x.example>', 'removed')
        lines = self.postfix.log_text().splitlines(True)
        half = next(i for i, l in enumerate(lines) if 'status=' in l)
        with open(live, 'a') as f:
            f.write(''.join(lines[:half]) + lines[half][:40])  # in the middle of a line
        time.sleep(0.3)
        with open(live, 'a') as f:
            f.write(lines[half][40:])
            f.flush()
            harness.wait_until(lambda: self.counts() != {'relayed': 2}, what='the first result')
            os.rename(live, self.dir / 'live.log.1')
            f.write(''.join(lines[half + 1:half + 3]))  # its writer has not noticed yet
        live.write_text(''.join(lines[half + 3:]))
        harness.wait_until(lambda: self.counts() == {'delivered': 1, 'bounced': 1})
        self.assertEqual(reader.stop(), 0)
        self.assertTrue(self.json('log', '--release', 1))


if __name__ == '__main__':
    unittest.main()
