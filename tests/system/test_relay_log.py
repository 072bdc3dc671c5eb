# SPDX-License-Identifier: MIT
"""What a relay's own log says becomes the record: a real Postfix's, and samples of others."""
import contextlib
import datetime
import gzip
import os
import re
import socket
import socketserver
import sqlite3
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


EXCHANGE = ('#Software: Microsoft Exchange Server\r\n#Version: 15.02.1118.007\r\n'
            '#Log-type: Message Tracking Log\r\n#Date: {day}T00:00:00.000Z\r\n'
            '#Fields: date-time,client-ip,client-hostname,server-ip,server-hostname,'
            'source-context,connector-id,source,event-id,internal-message-id,message-id,'
            'network-message-id,recipient-address,recipient-status,total-bytes,recipient-count,'
            'related-recipient-address,reference,message-subject,sender-address,return-path,'
            'message-info\r\n')


class LogsOfFiles(PressCase):
    """Files as people fetch them: zones, codings, cut, packed, no log at all."""

    def start(self, *names):
        self.press(rows=[(n.upper(), f'{n}@x.example') for n in names], timezone='UTC')
        self.send()
        self.drain()
        self.ids = {m['To'].addresses[0].addr_spec: m['Message-ID'] for m in self.sink.mails()}
        self.now = datetime.datetime.now(datetime.timezone.utc)

    def lines(self, name, qid='4F2Kq31Zb9z1x', result='status=sent (250 2.0.0 Ok)',
              stamp=None, dsn='2.0.0'):
        to = f'{name}@x.example'
        head = stamp or self.now.strftime('%b %e %H:%M:%S')
        return (f'{head} mx postfix/cleanup[7]: {qid}: message-id={self.ids[to]}\n'
                f'{head} mx postfix/smtp[8]: {qid}: to=<{to}>, relay=mx.x.example[192.0.2.7]:25, '
                f'delay=1, delays=0/0/0/1, dsn={dsn}, {result}\n')

    def file(self, data, name='mail.log'):
        path = self.dir / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def read(self, data, *args):
        *news, total = self.json('report', 'relay-log', self.file(data), *args)
        return news, total

    def refused(self, data, code, *words):
        done = self.ctl('report', 'relay-log', self.file(data))
        self.assertEqual(done.returncode, code, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)
        self.assertEqual(set(self.counts()), {'relayed'})

    def test_from_standard_input(self):
        self.start('a')
        done = self.ok('report', 'relay-log', '-', input=self.lines('a'))
        self.assertIn("accepted by the recipient's mail server", done.stdout)
        self.assertEqual(self.counts(), {'delivered': 1})

    def test_a_compressed_log_is_refused_with_the_way(self):
        self.start('a')
        self.refused(gzip.compress(self.lines('a').encode()), 65, 'zcat', 'report relay-log -')

    def test_what_is_no_relay_s_log_is_refused(self):
        self.start('a')
        self.refused('Nov 24 08:00:01 host sshd[1]: Accepted\n' * 5, 65, 'Postfix')
        self.refused(os.urandom(300000), 65)
        done = self.ctl('report', 'relay-log', self.dir / 'nowhere.log')
        self.assertEqual(done.returncode, 66, done.stderr)
        self.assertEqual(self.ctl('report', 'relay-log', self.dir).returncode, 66)
        self.assertEqual(self.ctl('report', 'relay-log', '-', '--follow').returncode, 64)
        self.assertEqual(self.ctl('report', 'relay-log', '-', '--relay', 'x').returncode, 66)
        self.assertEqual(self.ctl('report', 'relay-log', '-', '--zone', 'x').returncode, 64)
        self.assertEqual(self.ok('report', 'relay-log', '-', input='').stderr, '')

    def test_a_last_line_that_was_cut_off_says_nothing(self):
        self.start('a')
        text = self.lines('a', result='status=bounced (host mx.x.example[192.0.2.7] said: 450 no)')
        for cut in range(2, 60, 7):
            news, _ = self.read(text[:-cut])
            self.assertEqual(news, [])
        self.assertEqual(self.counts(), {'relayed': 1})
        news, _ = self.read(text[:-1])  # only its line end is missing
        self.assertEqual(self.counts(), {'bounced': 1})

    def test_hostile_lines_harm_nothing_and_what_is_said_is_safe_to_show(self):
        self.start('a')
        bad = b'\0' * 5000 + b'\n' + b'x' * 600000 + b'\n' + b'\xff\xfe\n' + b'Nov 24 \n' * 10
        text = self.lines('a', dsn='5.0.0', result='status=bounced (host mx.x.example[192.0.2.7] '
                          'said: 550 \x1b[2J\u202e<script>)').encode()
        news, total = self.read(b'Nov 24 08:00:01\n' + bad + text)
        self.assertEqual(len(news), 1)
        self.assertNotIn('\x1b', news[0]['reply'])
        self.assertNotIn('\u202e', news[0]['reply'])

    def test_stamps_of_another_zone_are_noticed_and_named(self):
        self.start('a', 'b')
        away = datetime.timezone(datetime.timedelta(hours=7))
        stamp = self.now.astimezone(away).strftime('%b %e %H:%M:%S')
        done = self.ctl('report', 'relay-log', self.file(self.lines('a', stamp=stamp)))
        self.assertEqual(done.returncode, 65)
        self.assertIn('--zone', done.stderr)
        self.assertEqual(self.counts(), {'relayed': 2})  # no wrong hour stands as proof
        news, _ = self.read(self.lines('b', stamp=stamp), '--zone', 'Asia/Ho_Chi_Minh')
        at = datetime.datetime.fromisoformat(news[0]['at'].replace('Z', '+00:00'))
        self.assertLess(abs((at - self.now).total_seconds()), 2)

    def test_exchange_s_tracking_log_in_utf_8_and_utf_16(self):
        self.start('a', 'b', 'c', 'd')
        stamp = self.now.strftime('%Y-%m-%dT%H:%M:%S.500Z')

        def row(name, event, server, connector, status):
            to = f'{name}@x.example'
            return (f'{stamp},10.0.0.1,EX01,{server},08DD1F;250 ok,{connector},SMTP,{event},7730,'
                    f'{self.ids[to]},a-b-c,{to},{status},9000,1,,,"Thông cáo, số 12",'
                    f'thongcao@test.example,bounce@test.example,{stamp}\r\n')

        text = (EXCHANGE.format(day=self.now.strftime('%Y-%m-%d'))
                + row('a', 'RECEIVE', '10.0.0.1,EX01', 'Default EX01', '')
                + row('a', 'SEND', '192.0.2.7,mx.x.example', 'Internet', '250 2.1.5 Recipient OK')
                + row('b', 'FAIL', ',', '', '"[{LRT=};{LED=550 5.1.1 RESOLVER.ADR.RecipNotFound; '
                      'not found};{FQDN=};{IP=}]"')
                + row('c', 'DEFER', ',', '', '"[{LED=400 4.4.7 Message delayed}]"')
                + row('d', 'SEND', '10.0.0.2,EX02', 'Intra-Organization SMTP Send Connector',
                      '250 2.6.0 Queued mail for delivery'))
        news, total = self.read('\ufeff' + text)
        self.assertEqual({n['address'][0]: (n['action'], n['state'], n['enhanced']) for n in news},
                         {'a': ('delivered', 'delivered', '2.1.5'),
                          'b': ('failed', 'bounced', '5.1.1'),
                          'c': ('delayed', 'relayed', '4.4.7')})
        self.assertEqual((total['inside'], total['matched']), (1, 4))
        self.assertEqual(news[0]['peer'], 'mx.x.example[192.0.2.7]')
        for coding in ('utf-16', 'utf-16-be'):  # as a shell of Windows writes it again
            mark = b'\xfe\xff' if coding == 'utf-16-be' else b''
            news, total = self.read(mark + text.encode(coding))
            self.assertEqual((news, total['known'], total['matched']), ([], 3, 4))
        self.assertEqual(self.counts(), {'delivered': 1, 'bounced': 1, 'relayed': 2})

    def test_a_followed_log_that_is_emptied_in_place_is_read_from_its_beginning(self):
        self.start('a', 'b')
        live = self.file('Nov 24 08:00:01 mx postfix/qmgr[1]: 99F00: removed\n' * 50)
        reader = harness.Process([harness.program('pressctl'), '-c', self.conf, 'report',
                                  'relay-log', live, '--follow'], self.dir / 'follow.err')
        self.addCleanup(reader.kill)
        with open(live, 'a') as f:
            f.write(self.lines('a'))
        harness.wait_until(lambda: self.counts().get('delivered') == 1)
        with open(live, 'w') as f:  # copytruncate
            f.write(self.lines('b'))
        harness.wait_until(lambda: self.counts().get('delivered') == 2)
        self.assertEqual(reader.stop(), 0)

    def test_a_year_is_that_of_the_file_s_last_change_and_the_record_that_of_today(self):
        self.start('a')
        log = self.file(self.lines('a', stamp='Dec 31 23:59:58'))
        os.utime(log, (1735689630, 1735689630))  # 2025-01-01 00:00:30
        *news, _ = self.json('report', 'relay-log', log, '--zone', 'UTC')
        self.assertEqual(news[0]['at'], '2024-12-31T23:59:58.000Z')
        with contextlib.closing(sqlite3.connect(self.dir / 'press.db')) as db:
            heard, = db.execute('SELECT log_at FROM relay_heard').fetchone()
        self.assertGreater(heard, self.now.timestamp() * 1000 - 60000)

    def test_killed_at_any_moment_and_read_again_each_result_stands_once(self):
        """R109 for a log."""
        names = [f'n{i}' for i in range(400)]
        self.start(*names)
        log = self.file(''.join(self.lines(n, qid=f'{i:X}ABC') for i, n in enumerate(names)))
        for ms in (15, 20, 25, 30, 40, 50, 60, 80):
            reader = harness.Process([harness.program('pressctl'), '-c', self.conf, 'report',
                                      'relay-log', log], self.dir / 'killed.err')
            time.sleep(ms / 1000)
            reader.kill()
            self.assert_sum()
        self.ok('report', 'relay-log', log)
        self.assertEqual(self.counts(), {'delivered': 400})
        events = [r for r in self.log('--release', 1) if r['event'] == 'relay-log']
        self.assertEqual(len(events), 400)

    def test_what_was_said_of_letters_still_on_the_wire_is_75(self):
        self.press('on dot do delay 20000', rows=1, timezone='UTC')
        self.send()
        daemon = self.pressd()
        harness.wait_until(lambda: self.counts() == {'sending': 1})
        db = sqlite3.connect(self.dir / 'press.db')
        number, salt, to = db.execute('SELECT id, salt, address FROM delivery').fetchone()
        db.close()
        mixed = int.from_bytes(salt[:8], 'big') ^ number
        self.ids = {'n@x.example': f'<{salt.hex()}.{mixed:016x}@press.test.example>'}
        self.now = datetime.datetime.now(datetime.timezone.utc)
        text = self.lines('n').replace('n@x.example', to)
        done = self.ctl('report', 'relay-log', self.file(text))
        self.assertEqual(done.returncode, 75, done.stderr)
        self.assertEqual(self.counts(), {'sending': 1})
        daemon.kill()


if __name__ == '__main__':
    unittest.main()
