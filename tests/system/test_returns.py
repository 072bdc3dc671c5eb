# SPDX-License-Identifier: MIT
"""What comes back, from a sent letter's own return path through press-inbox into the log."""
import contextlib
import pathlib
import re
import sqlite3
import subprocess
import unittest

import harness
from press_case import PressCase

DEAD = ('failed', '5.1.1', '550 5.1.1 <{}>: User unknown')


def status(to, *rows, envid='', original='', subject='Undelivered Mail Returned to Sender',
           kind='delivery-status', utf8=''):
    """A status notification to `to`: a row is (address, action, status, reply)."""
    fields = ''.join(f'\nFinal-Recipient: {utf8 or "rfc822"}; {address}\nAction: {action}\n'
                     f'Status: {code}\nDiagnostic-Code: smtp; {reply.format(address)}\n'
                     for address, action, code, reply in rows)
    envid = f'Original-Envelope-Id: {envid}\n' if envid else ''
    return (f'From: MAILER-DAEMON@mx.test.example (Mail Delivery System)\nTo: {to}\n'
            f'Subject: {subject}\nMIME-Version: 1.0\nContent-Transfer-Encoding: 8bit\n'
            f'Content-Type: multipart/report; report-type={kind}; boundary="b"\n\n--b\n'
            'Content-Type: text/plain\n\nThis is the mail system.\n\n--b\n'
            f'Content-Type: message/{kind}\nContent-Transfer-Encoding: 8bit\n\n'
            f'Reporting-MTA: dns; mx.test.example\n{envid}{fields}\n--b\n'
            f'Content-Type: text/rfc822-headers\n\n{original}\n--b--\n')


def mail(to, text, *fields, sender='pv@paper1.example', subject='Re: Thông cáo thử'):
    return (f'From: {sender}\nTo: {to}\nSubject: {subject}\nMIME-Version: 1.0\n'
            'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n'
            + ''.join(f'{f}\n' for f in fields) + f'\n{text}\n')


def feedback(to, kind, address):
    return (f'From: fbl@isp.example\nTo: {to}\nSubject: FW: x\nMIME-Version: 1.0\n'
            'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n\n--b\n'
            'Content-Type: text/plain\n\nThis is an email abuse report.\n\n--b\n'
            f'Content-Type: message/feedback-report\n\nFeedback-Type: {kind}\nVersion: 1\n'
            f'User-Agent: x/1\nOriginal-Rcpt-To: {address}\n\n--b\n'
            'Content-Type: text/rfc822-headers\n\nSubject: x\n\n--b--\n')


class Returns(PressCase):
    def sent(self, rows=4, **settings):
        """A release relayed to `rows` people; self.path, self.id: address -> of its letter."""
        settings.setdefault('language', 'en')
        self.press(rows=rows, **settings)
        self.send()
        self.drain()
        saved = self.sink.saved()
        self.path = {e['rcpt'][0]: e['from'] for e in saved}
        self.id = {e['rcpt'][0]: e['message_id'] for e in saved}
        self.people = sorted(self.path)

    def inbox(self, text, code=0):
        """Gives a mail to press-inbox as a relay's pipe does; the folder it was put into."""
        box = self.dir / 'box'
        for part in ('cur', 'new', 'tmp'):
            (box / part).mkdir(parents=True, exist_ok=True)
        before = set(box.glob('.*/new/*'))
        done = subprocess.run([harness.program('press-inbox'), '-c', str(self.conf), '--pipe',
                               '--maildir', str(box)], input=text.encode(), env=harness.ENV,
                              capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, code, done.stderr.decode())
        files = list(set(box.glob('.*/new/*')) - before)
        self.assertEqual(len(files), 0 if code else 1, files)
        return pathlib.Path(files[0]).parent.parent.name if files else ''

    def states(self):
        """address -> the state in which the log has it now."""
        return {row['address']: row['state'] for row in self.log('--release', 1)}

    def heard(self):
        return [row for row in self.log() if row['event'] != 'attempt']

    def odd(self):
        row = self.json('replies')[-1]
        self.assertEqual(row['kind'], 'counts')
        return row['forged'], row['unreadable']

    def suppressed(self):
        return self.ctl('suppress', 'list', '--json').stdout

    def run_sql(self, sql, *values):
        with sqlite3.connect(self.dir / 'press.db') as db:
            return db.execute(sql, values).fetchall()

    # --- whose it is

    def test_a_hundred_thousand_questions_are_read_in_one_pass(self):
        self.press(rows=1)
        with contextlib.closing(sqlite3.connect(self.dir / 'press.db')) as db:
            plan = db.execute("EXPLAIN QUERY PLAN SELECT sender FROM returned WHERE id > 7"
                              " AND kind = 'mail' AND (kind = 'mail' OR kind = 'autoreply')"
                              " AND answered_at IS NULL ORDER BY id LIMIT 200").fetchall()
        self.assertNotIn('TEMP B-TREE', str(plan))

    def test_r103_only_the_tags_recipient_is_touched_whatever_the_report_names(self):
        self.sent()
        a, b, c, d = self.people
        done = self.inbox(status(self.path[a], (b, *DEAD), original=f'Message-ID: {self.id[c]}'))
        self.assertEqual(self.states(), {a: 'bounced', b: 'relayed', c: 'relayed', d: 'relayed'})
        self.assertNotIn('people', done.lower())
        self.assertEqual(self.counts(), {'relayed': 3, 'bounced': 1})
        self.assert_sum()
        rows = [r for r in self.log('--address', a)]
        self.assertEqual([(r['event'], r['state']) for r in rows],
                         [('attempt', 'relayed'), ('report', 'bounced')])
        self.assertIn('User unknown', rows[1]['reply'])
        self.assertEqual((rows[1]['code'], rows[1]['enhanced'], rows[1]['action']),
                         (550, '5.1.1', 'failed'))

    def test_r101_a_wrong_tag_changes_nothing_and_is_counted(self):
        self.sent()
        a = self.people[0]
        box, domain = self.path[a].rsplit('@', 1)
        wrong = box[:-1] + ('a' if box[-1] != 'a' else 'b')
        before = self.log()
        self.inbox(status(f'{wrong}@{domain}', (a, *DEAD), original=f'Message-ID: {self.id[a]}'))
        self.inbox(status(f'{box[:-6]}@{domain}', (a, *DEAD)))
        self.assertEqual(self.log(), before)
        self.assertEqual(self.odd(), (2, 0))
        self.assertIn('forged', self.ok('--lang', 'en', 'replies').stdout)
        self.assertIn('nhãn giả', self.ok('--lang', 'vi', 'replies').stdout)

    def test_r102_a_tag_past_its_life_is_logged_and_changes_nothing(self):
        self.sent(tag_life='7d')
        a = self.people[0]
        self.run_sql('UPDATE delivery SET out_at = out_at - 8 * 86400000 WHERE address = ?', a)
        self.inbox(status(self.path[a], (a, *DEAD)))
        self.assertEqual([(r['action'], r['state']) for r in self.heard()],
                         [('failed', 'relayed')])
        self.assertEqual(self.counts(), {'relayed': 4})
        self.assertNotIn(a, self.suppressed())

    def test_without_a_tag_the_envid_or_the_message_id_tells_and_an_address_never(self):
        self.sent()
        a, b, c, _ = self.people
        tag = self.path[a].split('+', 1)[1].split('@', 1)[0]
        home = 'bounce@press.test.example'
        self.inbox(status(home, (a, *DEAD), envid=tag.upper()))
        self.inbox(status(home, (b, *DEAD), original=f'Message-ID: {self.id[b]}\nSubject: x'))
        to_people = self.inbox(status(home, (c, *DEAD)))
        self.assertEqual(self.counts(), {'relayed': 2, 'bounced': 2})
        self.assertIn('people', to_people.lower())

    # --- what it says

    def test_r105_r106_r107_each_action_and_status_is_the_recipients_own(self):
        self.sent()
        a, b, c, d = self.people
        self.inbox(status(self.path[a], (a, 'delayed', '4.4.1', '451 4.4.1 timed out')))
        self.inbox(status(self.path[b], (b, 'failed', '4.4.7', '451 4.4.1 gave up')))
        self.inbox(status(self.path[c], ('x@other.example', 'failed', '5.1.1', '550 no'),
                          (c, 'delivered', '2.0.0', '250 ok'),
                          ('y@other.example', 'delayed', '4.2.2', '452 full')))
        self.inbox(status(self.path[d], (d, 'relayed', '2.0.0', '250 ok')))
        self.assertEqual(self.states(), {a: 'relayed', b: 'bounced', c: 'delivered', d: 'relayed'})
        self.assertEqual({(r['address'], r['action']) for r in self.heard()},
                         {(a, 'delayed'), (b, 'failed'), (c, 'delivered'), (d, 'relayed')})
        self.assertEqual(self.suppressed(), '')
        self.assert_sum()

    def test_r113_an_international_report_finds_its_recipient(self):
        self.sent(rows=[('An', 'an@báo.example'), ('Bình', 'binh@paper.example')])
        a = next(p for p in self.people if p.startswith('an@'))
        self.inbox(status(self.path[a], ('x@other.example', 'delivered', '2.0.0', '250 ok'),
                          ('an@báo.example', 'failed', '5.1.1', '550 5.1.1 không có'),
                          kind='global-delivery-status', utf8='utf-8'))
        self.assertEqual(self.states()[a], 'bounced')
        self.assertEqual([r['action'] for r in self.heard()], ['failed'])

    def test_r108_a_complaint_stops_the_address_an_authentication_report_nobody(self):
        self.sent()
        a, b, _, _ = self.people
        self.inbox(feedback(self.path[a], 'auth-failure', a))
        self.assertEqual(self.suppressed(), '')
        self.inbox(feedback(self.path[b], 'abuse', b))
        self.assertEqual(self.counts(), {'relayed': 4})
        self.assertEqual([(r['address'], r['action']) for r in self.heard()], [(b, 'complaint')])
        self.assertIn(b, self.suppressed())
        again = self.send(self.statement('Khác.', Title='Khác'), '--again')
        self.assertEqual(self.counts(again['release']).get('suppressed'), 1)

    def test_r109_one_mail_read_twice_counts_once(self):
        self.sent()
        a, b, _, _ = self.people
        report = status(self.path[a], (a, *DEAD))
        question = mail(self.path[b], 'Xin hỏi số liệu?')
        self.inbox(report)
        people = self.inbox(question)
        before = self.log()
        self.inbox(report)
        self.inbox(report.replace('\n', '\r\n'))
        self.assertEqual(self.inbox(question), people)
        self.assertEqual(self.log(), before)
        self.assertEqual(self.counts(), {'relayed': 3, 'bounced': 1})
        self.assertEqual(len(self.json('replies')), 2)  # the question and the counts

    def test_late_reports_correct_the_record_and_keep_what_was_before(self):
        self.sent()
        a = self.people[0]
        self.inbox(status(self.path[a], (a, 'delivered', '2.0.0', '250 ok')))
        told = self.ok('--lang', 'en', 'explain', 1, a).stdout
        self.assertIn('Proved by the report of MAILER-DAEMON@mx.test.example', told)
        self.assertIn('Not proved: that anybody opened or read it', told)
        self.inbox(status(self.path[a], (a, *DEAD)))
        told = self.ok('--lang', 'en', 'explain', 1, a).stdout
        self.assertIn('it did not arrive. Before that: Accepted by the recipient', told)
        self.assertIn("report  MAILER-DAEMON@mx.test.example: returned: 550 5.1.1", told)
        self.assertIn('Trước đó: Máy chủ thư', self.ok('--lang', 'vi', 'explain', 1, a).stdout)
        self.assertEqual(self.json('explain', 1, a)[0]['state'], 'bounced')

    # --- people and their machines

    def test_r119_a_human_reply_is_a_question_until_it_is_answered(self):
        self.sent()
        a, b, _, _ = self.people
        people = [self.inbox(mail(self.path[a], 'Xin hỏi số liệu năm 2025?')),
                  self.inbox(mail('tc@press.test.example', 'Xin hỏi thêm?',
                                  f'In-Reply-To: {self.id[b]}', sender='Bình <b@paper2.example>'))]
        self.assertTrue(all('people' in p.lower() for p in people), people)
        rows = self.json('replies', 1)
        self.assertEqual([(r['kind'], r['release'], r['from'], r['address'], r['answered_at'])
                          for r in rows],
                         [('question', 1, 'pv@paper1.example', a, None),
                          ('question', 1, 'b@paper2.example', b, None)])
        self.assertEqual([r['event'] for r in self.heard()], ['reply', 'reply'])
        self.assertEqual(self.counts(), {'relayed': 4})
        self.ok('answered', rows[0]['id'])
        self.assertEqual(self.ctl('answered', rows[0]['id']).returncode, 65)
        self.assertEqual(self.ctl('answered', 99).returncode, 66)
        self.assertEqual(self.ctl('answered', 'x').returncode, 64)
        self.assertEqual([r['id'] for r in self.json('replies', 1)], [rows[1]['id']])
        both = self.json('replies', 1, '--all')
        self.assertEqual(len(both), 2)
        self.assertTrue(both[0]['answered_by'] and both[0]['answered_at'])
        self.assertEqual(self.run_sql("SELECT verb, release_id FROM audit WHERE verb = 'answered'"),
                         [('answered', 1)])
        self.inbox(mail('tc@press.test.example', 'Buy now!', sender='spam@spam.example'))
        self.assertEqual(len(self.json('replies')), 2)
        self.assertEqual(self.json('replies')[-1]['others'], 1)
        self.assertIn('spam@spam.example', self.ok('replies', '--all').stdout)
        told = self.ok('--lang', 'vi', 'replies').stdout
        self.assertNotIn('spam@spam.example', told)
        self.assertIn('Re: Thông cáo thử', told)
        self.assertIn('chưa trả lời', told)
        self.assertIn('pv@paper1.example answered it',
                      self.ok('--lang', 'en', 'explain', 1, a).stdout)

    def test_r115_absence_and_challenge_fail_nobody(self):
        self.sent()
        a, b, _, _ = self.people
        self.inbox(mail(self.path[a], 'Tôi đi công tác, trở lại làm việc ngày 05/12.',
                        'Auto-Submitted: auto-replied', subject='Trả lời tự động'))
        self.inbox(mail(self.path[b], 'Please click the link below to confirm that you are a '
                                      'person and not a spammer; your message is being held.'))
        self.assertEqual(self.counts(), {'relayed': 4})
        self.assertEqual(len(self.json('replies')), 1)  # no question, the counts only
        away = self.json('replies', 1, '--away')
        self.assertEqual([(r['kind'], r['address']) for r in away], [('away', a)])
        self.assertRegex(away[0]['until'], r'^20\d\d-12-04T17:00:00')  # the 5th at midnight, +07
        self.assertIn('away until 5 December', self.ok('--lang', 'en', 'replies', 1, '--away').stdout)
        self.assertEqual(self.suppressed(), '')

    def test_r120_our_letter_that_a_list_sends_back_is_no_reply_and_is_not_sent_again(self):
        self.sent()
        a = self.people[0]
        letters = len(self.sink.saved())
        raw = self.sink.raw(next(e for e in self.sink.saved() if e['rcpt'][0] == a)).decode()
        self.inbox('List-Id: Ban <ban.paper.example>\nPrecedence: list\n' + raw)
        self.assertEqual([(r['event'], r['action']) for r in self.heard()], [('report', 'loop')])
        self.assertEqual(self.counts(), {'relayed': 4})
        self.assertEqual(len(self.json('replies')), 1)
        self.once()
        self.assertEqual(len(self.sink.saved()), letters)

    def test_r110_what_cannot_be_read_goes_to_people_and_the_next_one_is_read(self):
        self.sent()
        a = self.people[0]
        self.assertIn('people', self.inbox('Content-Type: multipart/mixed; boundary=b\n\n--b\n'
                                           * 3000).lower())
        self.inbox(status(self.path[a], (a, *DEAD)))
        self.assertEqual(self.counts(), {'relayed': 3, 'bounced': 1})
        self.assertEqual(self.odd(), (0, 1))

    def test_r116_r117_nothing_is_sent_in_answer_and_no_alarm_arises(self):
        told = self.dir / 'told'
        self.sent(sections={'notify': {'command': f'printenv PRESS_ALARM >> {told}',
                                       'mail': ['truc@paper0.example']}})
        a, b, _, _ = self.people
        letters = len(self.sink.saved())
        for text in (status(self.path[a], (a, *DEAD)),
                     status('tc@press.test.example', ('truc@paper0.example', *DEAD),
                            original='From: tc@press.test.example\nSubject: press'),
                     mail(self.path[b], 'Please reply to confirm.',
                          'Disposition-Notification-To: pv@paper1.example',
                          'Return-Receipt-To: pv@paper1.example'),
                     mail(self.path[b], 'Vắng.', 'Auto-Submitted: auto-replied'),
                     feedback(self.path[b], 'abuse', b)):
            self.inbox(text)
        self.once()
        self.assertEqual(len(self.sink.saved()), letters)
        self.assertFalse(told.exists())


if __name__ == '__main__':
    unittest.main()
