#!/usr/bin/env python3
"""Writes the mails w-*.eml of this folder and what each says, expected-wild.tsv.

A second set, written by hand from what mail systems are known to say, before the reader was looked
at: other senders than ours, odd MIME, many languages. No mail of anybody's is among them.
Run it again after a change: the files are its output.
"""
import base64
import os
import quopri

HERE = os.path.dirname(os.path.abspath(__file__))
MAILS = {}
INVALID, MAILBOX, POLICY, TRANSIENT, UNCLEAR = 'invalid', 'mailbox', 'policy', 'transient', 'unclear'


def rows_of(action, address, enhanced, why):
    return (action, address, enhanced, why)


def failed(address, enhanced='5.0.0', why=INVALID):
    return rows_of('failed', address, enhanced, why)


def delayed(address, enhanced='4.0.0', why=TRANSIENT):
    return rows_of('delayed', address, enhanced, why)


def reply(address):
    return rows_of('autoreply', address, '-', UNCLEAR)


def complaint(address):
    return rows_of('complaint', address, '-', UNCLEAR)


def done(action, address, enhanced='2.0.0'):
    return rows_of(action, address, enhanced, UNCLEAR)


def encoded(text, charset, encoding):
    body = text.encode(charset)
    if encoding == 'base64':
        return base64.encodebytes(body)
    return quopri.encodestring(body) if encoding == 'quoted-printable' else body


def word(text, charset='utf-8'):
    return '=?%s?B?%s?=' % (charset, base64.b64encode(text.encode(charset)).decode())


def mail(name, data, *want):
    assert name not in MAILS, name
    MAILS[name] = (data if isinstance(data, bytes) else data.encode(), want)


def head(sender, subject, to='news@sender.example', path='<>', more=''):
    """Without a path there is no Return-Path at all, as in many a mailbox."""
    return ((f'Return-Path: {path}\n' if path else '') +
            'Received: from mx.remote.example (mx.remote.example [198.51.100.9])\n\tby in.sender.example with ESMTP id u7;'
            ' Wed, 25 Nov 2026 10:11:12 +0000\n'
            f'From: {sender}\nTo: {to}\nSubject: {subject}\nDate: Wed, 25 Nov 2026 10:11:10 +0000\n{more}')


def text(name, sender, subject, body, *want, charset=None, encoding=None, kind='plain', **more):
    """A notice of one part; without a charset also without MIME."""
    top = head(sender, subject, **more)
    if charset:
        top += f'MIME-Version: 1.0\nContent-Type: text/{kind}; charset="{charset}"\n'
        top += f'Content-Transfer-Encoding: {encoding or "8bit"}\n'
    mail(name, top.encode() + b'Message-Id: <n1@mx.remote.example>\n\n' + encoded(body, charset or 'utf-8', encoding), *want)


def report(name, sender, subject, words, status, *want, letter=None, charset='us-ascii', encoding='7bit', **more):
    top = head(sender, subject, **more) + ('MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status;\n'
                                           '  boundary="NextPart_7/01"\nMessage-Id: <n1@mx.remote.example>\n\n')
    out = top.encode()
    out += (f'--NextPart_7/01\nContent-Type: text/plain; charset={charset}\n'
            f'Content-Transfer-Encoding: {encoding}\n\n').encode()
    out += encoded(words, charset, encoding) + b'\n'
    out += f'--NextPart_7/01\nContent-Type: message/delivery-status\n\n{status}\n'.encode()
    if letter is not None:
        out += f'--NextPart_7/01\nContent-Type: message/rfc822\n\n{letter}\n'.encode()
    mail(name, out + b'--NextPart_7/01--\n', *want)


def letter(to, sender='news@sender.example', subject='November news'):
    """What was sent, with traps in it: it must never be read for the report."""
    return (f'Received: from out.sender.example by mx.remote.example; Wed, 25 Nov 2026 10:11:00 +0000\n'
            f'From: "Newsroom" <{sender}>\nTo: <{to}>\nReply-To: desk@sender.example\nSubject: {subject}\n'
            'Date: Wed, 25 Nov 2026 10:10:00 +0000\nMessage-ID: <20261125.77@out.sender.example>\n'
            'MIME-Version: 1.0\nContent-Type: text/plain\n\n'
            'Dear reader, write to desk@sender.example or other@elsewhere.example: 550 5.1.1 mailbox full.\n')


# --- Postfix --------------------------------------------------------------------------------------

POSTFIX = '''This is the mail system at host mx.remote.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

For further assistance, please send mail to postmaster.

If you do so, please include this problem report. You can
delete your own text from the attached returned message.

                   The mail system

'''
MD = 'MAILER-DAEMON@mx.remote.example (Mail Delivery System)'
UMR = 'Undelivered Mail Returned to Sender'


def status(who, action, code, reply=None, mta='mx.remote.example', more=''):
    return (f'Reporting-MTA: dns; {mta}\nArrival-Date: Wed, 25 Nov 2026 10:11:00 +0000 (UTC)\n\n'
            f'Final-Recipient: rfc822; {who}\nAction: {action}\nStatus: {code}\n' +
            (f'Diagnostic-Code: {reply}\n' if reply else '') + more)


report('w-postfix-quota', MD, UMR, POSTFIX + '<hoa.nt@paper.example>: host mx1.paper.example[203.0.113.4] said: 552 5.2.2\n'
       '    <hoa.nt@paper.example>: Recipient address rejected: Quota exceeded (mailbox for user is full)\n'
       '    (in reply to RCPT TO command)\n',
       status('hoa.nt@paper.example', 'failed', '5.2.2', 'smtp; 552 5.2.2 <hoa.nt@paper.example>: Recipient address\n'
              '    rejected: Quota exceeded (mailbox for user is full)'),
       failed('hoa.nt@paper.example', '5.2.2', MAILBOX), letter=letter('hoa.nt@paper.example'))
report('w-postfix-status-generic', MD, UMR, POSTFIX + '<an@paper.example>: host mx1.paper.example[203.0.113.4] said: 550 #5.1.0 Address\n'
       '    rejected an@paper.example (in reply to RCPT TO command)\n',
       status('an@paper.example', 'failed', '5.0.0', 'smtp; 550 #5.1.0 Address rejected an@paper.example'),
       failed('an@paper.example', '5.1.0'), letter=letter('an@paper.example'))
report('w-postfix-nullmx', MD, UMR, POSTFIX + '<x@nomail.example>: Domain nomail.example does not accept mail (nullMX)\n',
       status('x@nomail.example', 'failed', '5.1.0', 'X-Postfix; Domain nomail.example does not accept mail (nullMX)'),
       failed('x@nomail.example', '5.1.0'))
report('w-postfix-expired', MD, UMR, POSTFIX + '<bao@slow.example>: connect to mx.slow.example[203.0.113.8]:25: Connection timed out\n',
       status('bao@slow.example', 'failed', '4.4.1', 'X-Postfix; connect to mx.slow.example[203.0.113.8]:25: Connection\n    timed out'),
       failed('bao@slow.example', '4.4.1', TRANSIENT), letter=letter('bao@slow.example'))
report('w-postfix-five', MD, UMR, POSTFIX + '''<a1@one.example>: host mx.one.example[203.0.113.1] said: 550 5.1.1 <a1@one.example>:
    Recipient address rejected: User unknown in virtual alias table (in reply to RCPT TO command)

<a2@two.example>: host mx.two.example[203.0.113.2] said: 554 5.7.1 Service
    unavailable; Client host [198.51.100.9] blocked using zen.rbl.example

<a3@three.example>: mail for three.example loops back to myself

<a4@four.example>: Host or domain name not found. Name service error for
    name=four.example type=A: Host not found

<a5@five.example>: maildir delivery failed: Disk quota exceeded
''', '''Reporting-MTA: dns; mx.remote.example
X-Postfix-Queue-ID: 3F2A41
X-Postfix-Sender: rfc822; news@sender.example
Arrival-Date: Wed, 25 Nov 2026 10:11:00 +0000 (UTC)

Final-Recipient: rfc822; a1@one.example
Original-Recipient: rfc822;a1@one.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.one.example
Diagnostic-Code: smtp; 550 5.1.1 <a1@one.example>: Recipient address rejected:
    User unknown in virtual alias table

Final-Recipient: rfc822; a2@two.example
Action: failed
Status: 5.7.1
Remote-MTA: dns; mx.two.example
Diagnostic-Code: smtp; 554 5.7.1 Service unavailable; Client host
    [198.51.100.9] blocked using zen.rbl.example

Final-Recipient: rfc822; a3@three.example
Action: failed
Status: 5.4.6
Diagnostic-Code: X-Postfix; mail for three.example loops back to myself

Final-Recipient: rfc822; a4@four.example
Action: failed
Status: 5.4.4
Diagnostic-Code: X-Postfix; Host or domain name not found. Name service error
    for name=four.example type=A: Host not found

Final-Recipient: rfc822; a5@five.example
Action: failed
Status: 5.2.2
Diagnostic-Code: X-Postfix; maildir delivery failed: Disk quota exceeded
''', failed('a1@one.example', '5.1.1'), failed('a2@two.example', '5.7.1', POLICY), failed('a3@three.example', '5.4.6', TRANSIENT),
       failed('a4@four.example', '5.4.4'), failed('a5@five.example', '5.2.2', MAILBOX), letter=letter('a1@one.example'))
report('w-postfix-delay', MD, 'Delayed Mail (still being retried)', '''This is the mail system at host mx.remote.example.

####################################################################
# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #
####################################################################

Your message could not be delivered for more than 4 hour(s).
It will be retried until it is 5 day(s) old.

For further assistance, please send mail to postmaster.

                   The mail system

<le@busy.example>: host mx.busy.example[203.0.113.3] said: 450 4.2.0
    <le@busy.example>: Recipient address rejected: Greylisted (in reply to RCPT TO command)
''', status('le@busy.example', 'delayed', '4.2.0', 'smtp; 450 4.2.0 <le@busy.example>: Recipient address\n    rejected: Greylisted',
            more='Will-Retry-Until: Mon, 30 Nov 2026 10:11:00 +0000 (UTC)\n'), delayed('le@busy.example', '4.2.0'), letter=letter('le@busy.example'))
text('w-postfix-2001', 'MAILER-DAEMON@old.example (Mail Delivery System)', UMR, '''This is the Postfix program at host old.example.

I'm sorry to have to inform you that the message returned
below could not be delivered to one or more destinations.

For further assistance, please contact <postmaster@old.example>

If you do so, please include this problem report. You can
delete your own text from the message returned below.

\t\t\tThe Postfix program

<tran@old.example>: unknown user: "tran"

''' + letter('tran@old.example'), failed('tran@old.example'))
text('w-postfix-2001-list', 'MAILER-DAEMON@old.example (Mail Delivery System)', UMR, '''This is the Postfix program at host old.example.

I'm sorry to have to inform you that the message returned
below could not be delivered to one or more destinations.

\t\t\tThe Postfix program

<pham@inner.example> (expanded from <pham@old.example>): host
    mail.inner.example[203.0.113.20] said: 550 <pham@inner.example>... User unknown

<do@inner.example>: Command died with status 8:
    "/usr/local/bin/deliver". Command output: mailbox is over quota

--- Below this line is a copy of the message.

''' + letter('pham@old.example'), failed('pham@inner.example'), failed('do@inner.example', '5.0.0', MAILBOX))
report('w-postfix-notify-relayed', MD, 'Successful Mail Delivery Report', '''This is the mail system at host mx.remote.example.

Your message was successfully delivered to the destination(s)
listed below. If the message was delivered to mailbox you will
receive no further notifications. Otherwise you may still receive
notifications of mail delivery errors from other systems.

                   The mail system

<vu@paper.example>: delivery via mx.paper.example[203.0.113.4]:25: 250 2.0.0 Ok: queued as 9A
''', status('vu@paper.example', 'relayed', '2.0.0', 'smtp; 250 2.0.0 Ok: queued as 9A'), done('relayed', 'vu@paper.example'))
report('w-postfix-in-dutch', MD, 'Onbestelbare e-mail teruggezonden naar afzender', '''Dit is het mailsysteem van host mx.remote.example.

Helaas kon uw bericht niet worden afgeleverd bij een of meer ontvangers.

<jan@paper.example>: host mx1.paper.example said: 550 5.1.1 No such user
''', status('jan@paper.example', 'failed', '5.1.1', 'smtp; 550 5.1.1 No such user'), failed('jan@paper.example', '5.1.1'))

# --- Sendmail -------------------------------------------------------------------------------------

SM = 'Mail Delivery Subsystem <MAILER-DAEMON@smtp.remote.example>'
report('w-sendmail-unknown', SM, 'Returned mail: see transcript for details', '''The original message was received at Wed, 25 Nov 2026 10:11:00 GMT
from out.sender.example [198.51.100.9]

   ----- The following addresses had permanent fatal errors -----
<nga@paper.example>
    (reason: 550 5.1.1 <nga@paper.example>... User unknown)

   ----- Transcript of session follows -----
... while talking to mx.paper.example.:
>>> DATA
<<< 550 5.1.1 <nga@paper.example>... User unknown
550 5.1.1 <nga@paper.example>... User unknown
<<< 503 5.0.0 Need RCPT (recipient)
''', '''Reporting-MTA: dns; smtp.remote.example
Received-From-MTA: DNS; out.sender.example
Arrival-Date: Wed, 25 Nov 2026 10:11:00 GMT

Final-Recipient: RFC822; nga@paper.example
Action: failed
Status: 5.1.1
Remote-MTA: DNS; mx.paper.example
Diagnostic-Code: SMTP; 550 5.1.1 <nga@paper.example>... User unknown
Last-Attempt-Date: Wed, 25 Nov 2026 10:11:05 GMT
''', failed('nga@paper.example', '5.1.1'), letter=letter('nga@paper.example'))
text('w-sendmail-only-text', SM, 'Returned mail: User unknown', '''The original message was received at Wed, 25 Nov 1998 10:11:00 GMT
from out.sender.example [198.51.100.9]

   ----- The following addresses had permanent fatal errors -----
<khanh@paper.example>
"|exec /usr/local/bin/filter"
    (expanded from: <khanh@paper.example>)

   ----- Transcript of session follows -----
550 <khanh@paper.example>... User unknown

   ----- Original message follows -----
''' + letter('khanh@paper.example'), failed('khanh@paper.example'))
text('w-sendmail-4-hours', SM, 'Warning: could not send message for past 4 hours', '''    **********************************************
    **      THIS IS A WARNING MESSAGE ONLY      **
    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **
    **********************************************

The original message was received at Wed, 25 Nov 2026 06:11:00 GMT
from out.sender.example [198.51.100.9]

   ----- The following addresses had transient non-fatal errors -----
<mai@slow.example>

   ----- Transcript of session follows -----
<mai@slow.example>... Deferred: Connection refused by mx.slow.example.
Warning: message still undelivered after 4 hours
Will keep trying until message is 5 days old

   ----- Original message follows -----
''' + letter('mai@slow.example'), delayed('mai@slow.example'))
report('w-sendmail-delay-dsn', SM, 'Warning: could not send message for past 4 hours', '''    **********************************************
    **      THIS IS A WARNING MESSAGE ONLY      **
    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **
    **********************************************

   ----- Transcript of session follows -----
451 4.4.1 reply: read error from mx.slow.example.
<mai@slow.example>... Deferred: Connection reset by mx.slow.example.
Warning: message still undelivered after 4 hours
''', '''Reporting-MTA: dns; smtp.remote.example

Final-Recipient: RFC822; mai@slow.example
Action: delayed
Status: 4.4.2
Remote-MTA: DNS; mx.slow.example
Last-Attempt-Date: Wed, 25 Nov 2026 10:11:05 GMT
Will-Retry-Until: Mon, 30 Nov 2026 06:11:00 GMT
''', delayed('mai@slow.example', '4.4.2'), letter=letter('mai@slow.example'))
report('w-sendmail-gave-up', SM, 'Returned mail: Cannot send message for 5 days', '''The original message was received at Fri, 20 Nov 2026 06:11:00 GMT

   ----- The following addresses had permanent fatal errors -----
<son@slow.example>

   ----- Transcript of session follows -----
<son@slow.example>... Deferred: Connection timed out with mx.slow.example.
Message could not be delivered for 5 days
Message will be deleted from queue
''', '''Reporting-MTA: dns; smtp.remote.example

Final-Recipient: RFC822; son@slow.example
Action: failed
Status: 4.4.7
Last-Attempt-Date: Wed, 25 Nov 2026 10:11:05 GMT
''', failed('son@slow.example', '4.4.7', TRANSIENT), letter=letter('son@slow.example'))
report('w-sendmail-alias', SM, 'Returned mail: see transcript for details', '''   ----- The following addresses had permanent fatal errors -----
<tin@inner.example>
    (reason: 552 5.2.2 Over quota)
    (expanded from: <baochi@paper.example>)
''', '''Reporting-MTA: dns; smtp.remote.example

Final-Recipient: RFC822; baochi@paper.example
X-Actual-Recipient: RFC822; tin@inner.example
Action: failed
Status: 5.2.2
Remote-MTA: DNS; mx.inner.example
Diagnostic-Code: SMTP; 552 5.2.2 Over quota
''', failed('baochi@paper.example', '5.2.2', MAILBOX), letter=letter('baochi@paper.example'))
report('w-sendmail-relayed', SM, 'Return receipt', '''The original message was received at Wed, 25 Nov 2026 10:11:00 GMT

   ----- The following addresses had successful delivery notifications -----
<ngoc@paper.example>  (relayed to non-DSN-aware mailer)

   ----- Transcript of session follows -----
<ngoc@paper.example>... relayed; expect no further notifications
''', status('ngoc@paper.example', 'relayed (to non-DSN-aware mailer)', '2.1.5'), done('relayed', 'ngoc@paper.example', '2.1.5'),
       letter=letter('ngoc@paper.example'))
text('w-sendmail-host-unknown', SM, 'Returned mail: Host unknown (Name server: papr.example: host not found)',
     '''   ----- The following addresses had permanent fatal errors -----
<lan@papr.example>

   ----- Transcript of session follows -----
550 <lan@papr.example>... Host unknown (Name server: papr.example: host not found)

   ----- Original message follows -----
''' + letter('lan@papr.example'), failed('lan@papr.example'))
text('w-sendmail-5', 'Mail Delivery Subsystem <MAILER-DAEMON>', 'Returned mail: unknown mailer error 2', '''   ----- Transcript of session follows -----
mail: cannot open /var/mail/quan
554 quan@paper.example... unknown mailer error 2

   ----- Unsent message follows -----
''' + letter('quan@paper.example'), failed('quan@paper.example', '5.0.0', TRANSIENT))
text('w-sendmail-56', 'Mail Delivery Subsystem <MAILER-DAEMON@paper.example>', 'Returned mail: Deferred: Connection timed out during user open', '''
The original message was received at Wed, 25 Nov 1997 10:11:00 GMT

   ----- The following addresses had delivery problems -----
<duc@gone.example>  (unrecoverable error)

   ----- Transcript of session follows -----
<duc@gone.example>... Deferred: Connection timed out during user open with gone.example
Message could not be delivered for 5 days
Message will be deleted from queue

   ----- Original message follows -----
''' + letter('duc@gone.example'), failed('duc@gone.example', '4.0.0', TRANSIENT))

# --- Exim -----------------------------------------------------------------------------------------

EX = 'Mail Delivery System <Mailer-Daemon@exim.remote.example>'
EXHEAD = '''This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

'''
EXTAIL = '''
------ This is a copy of the message, including all the headers. ------

'''
text('w-exim-smtp-error', EX, 'Mail delivery failed: returning message to sender', EXHEAD + '''  thu@paper.example
    SMTP error from remote mail server after RCPT TO:<thu@paper.example>:
    host mx.paper.example [203.0.113.4]: 550-5.1.1 The email account that you tried to reach does not exist. Please try
    550-5.1.1 double-checking the recipient's email address for typos or
    550 5.1.1 unnecessary spaces. Learn more at
''' + EXTAIL + 'Return-path: <news@sender.example>\n' + letter('thu@paper.example'), failed('thu@paper.example', '5.1.1'),
     more='X-Failed-Recipients: thu@paper.example\nAuto-Submitted: auto-replied\n')
text('w-exim-3', EX, 'Mail delivery failed: returning message to sender', EXHEAD + '''  hai@paper.example:
    SMTP error from remote mailer after RCPT TO:<hai@paper.example>:
    host mx.paper.example [203.0.113.4]: 553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)
''' + EXTAIL + letter('hai@paper.example'), failed('hai@paper.example', '5.7.1', POLICY))
text('w-exim-2', EX, 'Mail delivery failed: returning message to sender', '''A message that you sent could not be delivered to all of its recipients. The
following address(es) failed:

  unknown local-part "bui" in domain "paper.example"
''' + EXTAIL + letter('list@paper.example'), failed('bui@paper.example'))
text('w-exim-retry', EX, 'Mail delivery failed: returning message to sender', EXHEAD + '''  kim@slow.example
    host mx.slow.example [203.0.113.8]
    Connection timed out: retry timeout exceeded
  lien@slow.example
    all hosts for 'slow.example' have been failing for a long time (and retry time not reached)
''' + EXTAIL + letter('kim@slow.example'), failed('kim@slow.example', '4.0.0', TRANSIENT), failed('lien@slow.example', '4.0.0', TRANSIENT),
     more='X-Failed-Recipients: kim@slow.example, lien@slow.example\n')
text('w-exim-generated', EX, 'Mail delivery failed: returning message to sender', EXHEAD + '''  save to /home/nhi/mail/inbox
    generated by nhi@paper.example
    mailbox is full (quota exceeded): retry timeout exceeded
''' + EXTAIL + letter('nhi.old@paper.example'), failed('nhi@paper.example', '5.0.0', MAILBOX))
text('w-exim-ultimately', EX, 'Mail delivery failed: returning message to sender', EXHEAD + '''  phuc@inner.example
    (ultimately generated from phuc@paper.example)
    Unrouteable address
''' + EXTAIL + letter('phuc@paper.example'), failed('phuc@inner.example'))
text('w-exim-warning', EX, 'Warning: message 1kXyZ-0001ab-Cd delayed 24 hours', '''This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue on exim.remote.example.

The message identifier is:     1kXyZ-0001ab-Cd
The subject of the message is: November news
The date of the message is:    Tue, 24 Nov 2026 10:10:00 +0000

The address to which the message has not yet been delivered is:

  quy@slow.example
    host mx.slow.example [203.0.113.8]
    Delay reason: SMTP error from remote mail server after RCPT TO:<quy@slow.example>:
    451 4.7.1 Greylisting in action

No action is required on your part. Delivery attempts will continue for
some time, and this warning may be repeated at intervals if the message
remains undelivered. Eventually the mail delivery software will give up,
and when that happens, the message will be returned to you.
''', delayed('quy@slow.example', '4.7.1'), more='Auto-Submitted: auto-replied\n')
text('w-exim-warning-two', EX, 'Warning: message 1kXyZ-0001ab-Cd delayed 48 hours', '''This message was created automatically by mail delivery software (Exim).
A message that you sent has not yet been delivered to all its recipients after
more than 48 hours on the queue.

The addresses to which the message has not yet been delivered are:

  one@slow.example
  two@slow.example
    Delay reason: Connection refused

No action is required on your part. Delivery attempts will continue for
some time.
''', delayed('one@slow.example'), delayed('two@slow.example'))
report('w-exim-dsn', EX, 'Mail delivery failed: returning message to sender', EXHEAD + '''  rang@paper.example
    host mx.paper.example [203.0.113.4]
    SMTP error from remote mail server after end of data:
    550 This message was classified as SPAM and may not be delivered
''', '''Reporting-MTA: dns; exim.remote.example

Action: failed
Final-Recipient: rfc822;rang@paper.example
Status: 5.0.0
Remote-MTA: dns; mx.paper.example
Diagnostic-Code: smtp; 550 This message was classified as SPAM and may not be delivered
''', failed('rang@paper.example', '5.0.0', POLICY), letter=letter('rang@paper.example'), more='X-Failed-Recipients: rang@paper.example\n')
text('w-exim-size', EX, 'Mail delivery failed: returning message to sender', EXHEAD + '''  sang@paper.example
    message is too big (transport limit = 10485760)
''' + EXTAIL + letter('sang@paper.example'), failed('sang@paper.example', '5.0.0', POLICY))
text('w-exim-header-only', EX, 'Mail delivery failed: returning message to sender', '''This message was created automatically by mail delivery software.

A message that you sent could not be delivered to all of its recipients.

The reason is that the letter broke a rule of the recipient's server:
    user over quota
''', failed('tam@paper.example', '5.0.0', MAILBOX), more='X-Failed-Recipients: tam@paper.example\n')
text('w-exim-cpanel-hourly', EX, 'Mail delivery failed: returning message to sender', EXHEAD + '''  thanh@paper.example
    Domain sender.example has exceeded the max emails per hour (105/100 (105%)) allowed.  Message discarded.
''' + EXTAIL + letter('thanh@paper.example'), failed('thanh@paper.example', '5.0.0', POLICY), more='X-Failed-Recipients: thanh@paper.example\n')
text('w-exim-german', EX, word('Mail konnte nicht zugestellt werden: Nachricht geht zurück an Absender'), '''Diese Nachricht wurde automatisch von der Mail-Software erzeugt.

Eine Nachricht, die Sie gesendet haben, konnte einem oder mehreren Empfängern nicht
zugestellt werden. Dies ist ein dauerhafter Fehler. Folgende Adressen sind betroffen:

  uli@paper.example
    Unbekannter Benutzer
''', failed('uli@paper.example'), charset='utf-8', encoding='quoted-printable')

# --- qmail ----------------------------------------------------------------------------------------

QM = 'MAILER-DAEMON@qmail.remote.example'
QHEAD = '''Hi. This is the qmail-send program at qmail.remote.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

'''
QTAIL = '\n--- Below this line is a copy of the message.\n\nReturn-Path: <news@sender.example>\n'
text('w-qmail-remote', QM, 'failure notice', QHEAD + '''<vinh@paper.example>:
203.0.113.4 does not like recipient.
Remote host said: 550 5.7.606 Access denied, banned sending IP [198.51.100.9]
Giving up on 203.0.113.4.
''' + QTAIL + letter('vinh@paper.example'), failed('vinh@paper.example', '5.7.606', POLICY))
text('w-qmail-local', QM, 'failure notice', QHEAD + '''<xuan@paper.example>:
Sorry, no mailbox here by that name. vpopmail (#5.1.1)

<yen@paper.example>:
User has exceeded their quota; the mail was not taken. (#5.2.2)

<zung@paper.example>:
This message is looping: it already has my Delivered-To line. (#5.4.6)
''' + QTAIL + letter('xuan@paper.example'), failed('xuan@paper.example', '5.1.1'), failed('yen@paper.example', '5.2.2', MAILBOX),
     failed('zung@paper.example', '5.4.6', TRANSIENT))
text('w-qmail-too-long', QM, 'failure notice', QHEAD + '''<viet@slow.example>:
Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)
I'm not going to try again; this message has been in the queue too long.
''' + QTAIL + letter('viet@slow.example'), failed('viet@slow.example', '4.4.1', TRANSIENT))
text('w-qmail-cname', QM, 'failure notice', QHEAD + '''<viet@nohost.example>:
CNAME lookup failed temporarily. (#4.4.3)
I'm not going to try again; this message has been in the queue too long.
''' + QTAIL + letter('viet@nohost.example'), failed('viet@nohost.example', '4.4.3', TRANSIENT))
text('w-qmail-mess', QM, 'failure notice', QHEAD + '''<truc@paper.example>:
Connected to 203.0.113.4 but sender was rejected.
Remote host said: 553 5.1.8 Domain of sender does not resolve
''' + QTAIL + letter('truc@paper.example'), failed('truc@paper.example', '5.1.8', POLICY))
text('w-qmail-after-data', QM, 'failure notice', QHEAD + '''<uyen@paper.example>:
203.0.113.4 failed after I sent the message.
Remote host said: 552 sorry, that message size exceeds my databytes limit (#5.3.4)
''' + QTAIL + letter('uyen@paper.example'), failed('uyen@paper.example', '5.3.4', POLICY))
text('w-qmail-ezmlm', 'press-help@lists.example', 'Returned post for press@lists.example', '''Hi! This is the ezmlm program. I'm managing the
press@lists.example mailing list.

I'm sorry, your message (enclosed) was not accepted by the moderator.
If the moderator has made any comments, they are shown below.
''', more='Mailing-List: contact press-help@lists.example; run by ezmlm\n', path='<press-return-@lists.example>')
text('w-ezmlm-warning', 'press-help@lists.example', 'ezmlm warning', '''Hi! This is the ezmlm program. I'm managing the
press@lists.example mailing list.

Messages to you from the press mailing list seem to
have been bouncing. I've attached a copy of the first bounce
message I received.

If this message bounces too, I will send you a probe. If the probe bounces,
I will remove your address from the press mailing list,
without further notice.

--- Enclosed is a copy of the bounce message I received.

Return-Path: <>
From: MAILER-DAEMON@qmail.remote.example
Subject: failure notice

''' + QHEAD + '<me@sender.example>:\nuser unknown (#5.1.1)\n', more='Mailing-List: contact press-help@lists.example; run by ezmlm\n',
     path='<press-return-@lists.example>')
text('w-qmail-toaster-vi', QM, 'failure notice', '''Xin chao. Day la chuong trinh qmail-send tai qmail.remote.example.
Toi rat tiec khong the gui thu cua ban den cac dia chi sau.
Day la loi vinh vien; toi da tu bo.

<hung@paper.example>:
Sorry, no mailbox here by that name. (#5.1.1)
''' + QTAIL + letter('hung@paper.example'), failed('hung@paper.example', '5.1.1'))
text('w-qmail-bare', 'MAILER-DAEMON@yahoo-like.example', 'Failure Notice', '''Sorry, we were unable to deliver your message to the following address.

<giang@paper.example>:
Remote host said:
550 5.1.1 <giang@paper.example>... User unknown
 [RCPT_TO]

--- Below this line is a copy of the message.

''' + letter('giang@paper.example'), failed('giang@paper.example', '5.1.1'))

# --- Exchange -------------------------------------------------------------------------------------

text('w-exchange-55-imc', 'System Administrator <postmaster@paper.example>', 'Undeliverable: November news', '''Your message

  To:      anh@paper.example
  Subject: November news
  Sent:    Wed, 25 Nov 1998 10:10:00 -0000

did not reach the following recipient(s):

anh@paper.example on Wed, 25 Nov 1998 10:11:00 -0000
    The recipient name is not recognized
\tThe MTS-ID of the original message is: c=US;a= ;p=PAPER;l=EXCH01-981125101100Z-12
    MSEXCH:IMS:PAPER:HQ:EXCH01 0 (000C05A6) Unknown Recipient
''', failed('anh@paper.example'), more='X-Mailer: Internet Mail Service (5.5.2653.19)\n')
report('w-exchange-2003', 'postmaster@paper.example', 'Delivery Status Notification (Failure)', '''This is an automatically generated Delivery Status Notification.

Delivery to the following recipients failed.

       bich@paper.example

''', '''Reporting-MTA: dns;exch.paper.example
Received-From-MTA: dns;out.sender.example
Arrival-Date: Wed, 25 Nov 2026 10:11:00 +0000

Final-Recipient: rfc822;bich@paper.example
Action: failed
Status: 5.1.1
''', failed('bich@paper.example', '5.1.1'), letter=letter('bich@paper.example'), charset='unicode-1-1-utf-7' if False else 'us-ascii')
report('w-exchange-2003-delay', 'postmaster@paper.example', 'Delivery Status Notification (Delay)', '''This is an automatically generated Delivery Status Notification.

THIS IS A WARNING MESSAGE ONLY.

YOU DO NOT NEED TO RESEND YOUR MESSAGE.

Delivery to the following recipients has been delayed.

       bich@slow.example

''', '''Reporting-MTA: dns;exch.paper.example

Final-Recipient: rfc822;bich@slow.example
Action: delayed
Status: 4.4.7
Will-Retry-Until: Fri, 27 Nov 2026 10:11:00 +0000
X-Display-Name: bich
''', delayed('bich@slow.example', '4.4.7'), letter=letter('bich@slow.example'))
text('w-outlook-dialog', 'System Administrator', 'Undeliverable: November news', '''Your message did not reach some or all of the intended recipients.

      Subject:\tNovember news
      Sent:\t25/11/2026 10:10

The following recipient(s) could not be reached:

      'chau@paper.example' on 25/11/2026 10:11
            The e-mail account does not exist at the organization this message was sent to.  Check the e-mail address, or contact the recipient directly to find out the correct address.
            <exch.paper.example #5.1.1 smtp;550 5.1.1 RESOLVER.ADR.RecipNotFound; not found>
''', failed('chau@paper.example', '5.1.1'), path=None)
text('w-outlook-dialog-two', 'System Administrator', 'Undeliverable:November news', '''Your message did not reach some or all of the intended recipients.

      Subject:\tNovember news
      Sent:\t25/11/2026 10:10

The following recipient(s) cannot be reached:

      Chau (chau@paper.example) on 25/11/2026 10:11
            The message could not be delivered because the recipient's mailbox is full.
            < exch.paper.example #5.2.2>
      duy@paper.example on 25/11/2026 10:11
            You do not have permission to send to this recipient.  For assistance, contact your system administrator.
            <exch.paper.example #5.7.1 smtp;550 5.7.1 Unable to relay for duy@paper.example>
''', failed('chau@paper.example', '5.2.2', MAILBOX), failed('duy@paper.example', '5.7.1', POLICY), path=None)

X2010 = '''%s

%s:

%s<mailto:%s>
%s

%s:

Generating server: exch.paper.example

%s
#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##

Original message headers:

Received: from out.sender.example (198.51.100.9) by exch.paper.example
 (192.0.2.3) with Microsoft SMTP Server id 14.3.123.3; Wed, 25 Nov 2026 10:11:00 +0000
From: Newsroom <news@sender.example>
To: <dung@paper.example>
Subject: November news
Message-ID: <20261125.77@out.sender.example>
'''


def exchange(name, subject, lead, tip, info, who='dung@paper.example', charset='utf-8', to=None):
    text(name, 'Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@paper.example>', word(subject),
         X2010 % ('', lead, to or who, who, tip, info, who), failed(who, '5.1.1'), charset=charset, encoding='quoted-printable',
         more='X-MS-Exchange-Organization-SCL: -1\n')


exchange('w-exchange-2010-vi', 'Không gửi được: Tin tháng mười một', 'Không thể gửi tới những người nhận hoặc nhóm sau đây',
         'Địa chỉ email bạn đã nhập không thể tìm thấy. Vui lòng kiểm tra địa chỉ email của người nhận và thử gửi lại thư.',
         'Thông tin chẩn đoán dành cho người quản trị')
exchange('w-exchange-2010-de', 'Unzustellbar: Neues im November', 'Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen',
         'Die eingegebene E-Mail-Adresse konnte nicht gefunden werden. Überprüfen Sie die E-Mail-Adresse des Empfängers.',
         'Diagnoseinformationen für Administratoren', charset='iso-8859-1')
exchange('w-exchange-2010-fr', 'Non remis : Nouvelles', 'Échec de la remise pour ces destinataires ou groupes',
         'L’adresse de messagerie que vous avez entrée est introuvable. Vérifiez l’adresse du destinataire.',
         "Informations de diagnostic pour les administrateurs", charset='windows-1252')
exchange('w-exchange-2010-ja', '配信不能: お知らせ', '次の受信者またはグループへの配信に失敗しました',
         '入力した電子メール アドレスが見つかりません。受信者の電子メール アドレスを確認して、再送信してください。',
         '管理者向けの診断情報', charset='iso-2022-jp')
exchange('w-exchange-2010-es', 'No se puede entregar: Noticias', 'Error de entrega a los siguientes destinatarios o grupos',
         'No se encontró la dirección de correo electrónico que ha escrito. Compruebe la dirección.',
         'Información de diagnóstico para administradores', charset='iso-8859-1')
exchange('w-exchange-2010-pt', 'Não é possível entregar: Novidades', 'Falha na entrega para estes destinatários ou grupos',
         'Não foi possível encontrar o endereço de e-mail informado.', 'Informações de diagnóstico para administradores')
exchange('w-exchange-2010-ru', 'Недоставленное сообщение: Новости', 'Сбой доставки следующим получателям или группам',
         'Введенный адрес электронной почты не найден. Проверьте адрес и попробуйте еще раз.',
         'Диагностические сведения для администраторов', charset='koi8-r')
exchange('w-exchange-2010-zh', '未送达: 十一月新闻', '无法将邮件传递给以下收件人或组', '找不到您输入的电子邮件地址。请检查收件人的电子邮件地址。',
         '管理员诊断信息', charset='gb2312')
exchange('w-exchange-2010-pl', 'Niedostarczone: Nowości', 'Dostarczenie do następujących adresatów lub grup nie powiodło się',
         'Nie można odnaleźć wprowadzonego adresu e-mail.', 'Informacje diagnostyczne dla administratorów', charset='iso-8859-2')
exchange('w-exchange-2010-tr', 'Teslim Edilemedi: Haberler', 'Bu alıcılara veya gruplara teslimat başarısız oldu',
         'Girdiğiniz e-posta adresi bulunamadı.', 'Yöneticiler için tanılama bilgileri')
text('w-exchange-2010-name-only', 'Microsoft Outlook <postmaster@paper.example>', 'Undeliverable: November news', '''Delivery has failed to these recipients or groups:

Nguyen Van Em (em.nv@paper.example)<mailto:em.nv@paper.example>
The recipient's mailbox is full and can't accept messages now. Please try resending your message later, or contact the recipient directly.

Diagnostic information for administrators:

Generating server: exch.paper.example

em.nv@paper.example
exch.paper.example #554 5.2.2 mailbox full ##rfc822;em.nv@paper.example
Remote Server returned '554 5.2.2 mailbox full'

Original message headers:

From: news@sender.example
To: em.nv@paper.example
''', failed('em.nv@paper.example', '5.2.2', MAILBOX), charset='us-ascii')
report('w-exchange-365', 'Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@paper.example>', 'Undeliverable: November news',
       '''gam@paper.example
Your message to gam@paper.example couldn't be delivered.
gam wasn't found at paper.example.
news                        Office 365                        gam
Action Required                                          Recipient

Unknown To address

How to Fix It
The address may be misspelled or may not exist. Try one or more of the following:
  *   Send the message again following these steps: In Outlook, open this non-delivery report (NDR) and choose Send Again from the Report ribbon.

More Info for Email Admins
Status code: 550 5.1.10

Original Message Details
Created Date:   25/11/2026 10:10:00 AM
Sender Address: news@sender.example
Recipient Address:      gam@paper.example
Subject:        November news

Error Details
Reported error: 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient gam@paper.example not found by SMTP address lookup
DSN generated by:       SG2PR0101.apcprd01.prod.exchangelabs.example
''', '''Reporting-MTA: dns;SG2PR0101.apcprd01.prod.exchangelabs.example
Received-From-MTA: dns;out.sender.example
Arrival-Date: Wed, 25 Nov 2026 10:11:00 +0000

Original-Recipient: rfc822;gam@paper.example
Final-Recipient: rfc822;gam@paper.example
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient gam@paper.example not found by SMTP address lookup
''', failed('gam@paper.example', '5.1.10'), letter=letter('gam@paper.example'))
report('w-exchange-365-remote', 'postmaster@paper.example', 'Undeliverable: November news', '''Your message to ha@group.example couldn't be delivered.

The group only accepts messages from people in its organization or on its allowed senders list, and your email address isn't on the list.

Error Details
Reported error: 550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required
''', '''Reporting-MTA: dns;HK0PR.prod.example

Final-Recipient: rfc822;ha@group.example
Action: failed
Status: 5.7.133
Diagnostic-Code: smtp;550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; Delivery restriction check failed
 because the sender was not authenticated when sending to this group
''', failed('ha@group.example', '5.7.133', POLICY))
report('w-exchange-365-expired', 'postmaster@paper.example', 'Undeliverable: November news', '''Delivery has failed to these recipients or groups:

hien@slow.example
Your message couldn't be delivered. Despite repeated attempts to contact the recipient's email system it didn't respond.
''', '''Reporting-MTA: dns;HK0PR.prod.example

Final-Recipient: rfc822;hien@slow.example
Action: failed
Status: 5.4.317
Diagnostic-Code: smtp;550 5.4.317 Message expired, connection reset(DnsDomainIsRpDomain; Failed to connect. Socket error code 10060)
Remote-MTA: dns;mx.slow.example
''', failed('hien@slow.example', '5.4.317', TRANSIENT))
report('w-exchange-2013-storedrv', 'Microsoft Outlook <postmaster@paper.example>', 'Undeliverable: November news', 'Delivery has failed.\n',
       '''Reporting-MTA: dns;exch.paper.example

Final-Recipient: rfc822;huy@paper.example
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp;554 5.2.2 mailbox full; STOREDRV.Deliver; mailbox full. The mailbox is over quota. The following information should help identify the cause of this issue: "MapiExceptionShutoffQuotaExceeded:16.18969:84000000"
''', failed('huy@paper.example', '5.2.2', MAILBOX))
report('w-exchange-2007-xtext', 'postmaster@paper.example', 'Undeliverable: November news', 'Delivery has failed to these recipients or distribution lists:\n\nkhoa\n',
       '''Reporting-MTA: dns;exch.paper.example

Final-recipient: RFC822;khoa@paper.example
Action: failed
Status: 5.2.1
Remote-MTA: dns;exch.paper.example
X-Supplementary-Info: < #5.2.1>
X-Display-Name: Khoa
''', failed('khoa@paper.example', '5.2.1', MAILBOX))
report('w-exchange-relayed', 'Microsoft Outlook <postmaster@paper.example>', 'Relayed: November news', '''Delivery to these recipients or groups is complete, but no delivery notification was sent by the destination server:

linh@paper.example
''', status('linh@paper.example', 'relayed', '5.0.0'.replace('5', '2')), done('relayed', 'linh@paper.example'))
report('w-exchange-expanded', 'Microsoft Outlook <postmaster@paper.example>', 'Expanded: November news', '''The following distribution lists have been expanded:

press-all@paper.example
''', status('press-all@paper.example', 'expanded', '2.0.0'), done('expanded', 'press-all@paper.example'))
report('w-exchange-delivered-vi', 'Microsoft Outlook <postmaster@paper.example>', word('Đã gửi: Tin tháng mười một'), '''Thư của bạn đã được gửi tới những người nhận sau:

loan@paper.example

Chủ đề: Tin tháng mười một
''', status('loan@paper.example', 'delivered', '2.1.5', 'smtp;250 2.1.5 Recipient OK'), done('delivered', 'loan@paper.example', '2.1.5'),
       charset='utf-8', encoding='base64')
text('w-outlook-vi', 'Quan tri he thong <postmaster@paper.example>', word('Không gửi được: Tin tháng mười một'), '''Thư của bạn không đến được một số hoặc tất cả những người nhận dự định.

      Chủ đề: Tin tháng mười một
      Đã gửi: 25/11/2026 10:10

Không thể gửi tới (những) người nhận sau:

      mo@paper.example vào 25/11/2026 10:11
            Tài khoản email không tồn tại ở tổ chức mà thư này được gửi tới.
            <exch.paper.example #5.1.1>
''', failed('mo@paper.example', '5.1.1'), charset='utf-8', encoding='base64')
text('w-exchange-delay-words', 'Microsoft Outlook <postmaster@paper.example>', 'Delivery delayed: November news', '''Delivery is delayed to these recipients or groups:

my@slow.example

Subject: November news

This message hasn't been delivered yet. Delivery will continue to be attempted.

The server will keep trying to deliver this message for the next 1 days, 19 hours and 54 minutes. You'll be notified if the message can't be delivered by that time.
''', delayed('my@slow.example'), charset='us-ascii')
text('w-exchange-delay-vi', 'Microsoft Outlook <postmaster@paper.example>', word('Gửi chậm: Tin tháng mười một'), '''Việc gửi tới những người nhận hoặc nhóm này bị trễ:

nam@slow.example

Thư này chưa được gửi đi. Máy chủ sẽ tiếp tục cố gắng gửi thư này trong 1 ngày 19 giờ tới. Bạn sẽ được thông báo nếu không thể gửi thư vào lúc đó.
''', delayed('nam@slow.example'), charset='utf-8', encoding='base64')
text('w-exchange-html', 'Microsoft Outlook <postmaster@paper.example>', 'Undeliverable: November news', '''<html><head><style>p {font-family:Tahoma}</style></head><body>
<p><b><font color="#000066" size="3">Delivery has failed to these recipients or groups:</font></b></p>
<font color="#000000" size="2"><p><a href="mailto:oanh@paper.example">oanh@paper.example</a><br>
A communication failure occurred during the delivery of this message. Please try resending the message later.</p></font>
<p>The following organization rejected your message: mx.paper.example.</p>
<p><b>Diagnostic information for administrators:</b></p><p>Generating server: exch.paper.example</p>
<p>oanh@paper.example<br>mx.paper.example #&lt;mx.paper.example #5.0.0 smtp;554 5.7.1 Message rejected as spam by Content Filtering.&gt; #SMTP#</p>
<p>Original message headers:</p><pre>From: Newsroom &lt;news@sender.example&gt;
To: oanh@paper.example</pre></body></html>
''', failed('oanh@paper.example', '5.7.1', POLICY), charset='us-ascii', kind='html')

# --- Large providers ------------------------------------------------------------------------------

GM = 'Mail Delivery Subsystem <mailer-daemon@googlemail.example>'
text('w-gmail-2008', GM, 'Delivery Status Notification (Failure)', '''This is an automatically generated Delivery Status Notification

Delivery to the following recipient failed permanently:

     phuong@paper.example

Technical details of permanent failure:
Google tried to deliver your message, but it was rejected by the recipient domain. We recommend contacting the other email provider for further information about the cause of this error. The error that the other server returned was: 550 550 Unknown user (state 14).

   ----- Original message -----

''' + letter('phuong@paper.example'), failed('phuong@paper.example'), more='X-Failed-Recipients: phuong@paper.example\n')
text('w-gmail-2010-dns', GM, 'Delivery Status Notification (Failure)', '''Delivery to the following recipient failed permanently:

     quang@papr.example

Technical details of permanent failure:
DNS Error: Domain name not found

----- Original message -----

''' + letter('quang@papr.example'), failed('quang@papr.example'), more='X-Failed-Recipients: quang@papr.example\n')
text('w-gmail-2010-delay', GM, 'Delivery Status Notification (Delay)', '''This is an automatically generated Delivery Status Notification

THIS IS A WARNING MESSAGE ONLY.

YOU DO NOT NEED TO RESEND YOUR MESSAGE.

Delivery to the following recipient has been delayed:

     quang@slow.example

Message will be retried for 2 more day(s)

Technical details of temporary failure:
The recipient server did not accept our requests to connect. Learn more at http://mail.example/answer=7720
[mx.slow.example (10): Connection timed out]
''', delayed('quang@slow.example'), more='X-Failed-Recipients: quang@slow.example\n')


def google(name, action, subject, words, code, reply_, who, *want, **more):
    report(name, 'Mail Delivery Subsystem <mailer-daemon@googlemail.example>', subject, words,
           f'Reporting-MTA: dns; googlemail.example\nReceived-From-MTA: dns; news@sender.example\n'
           f'Arrival-Date: Wed, 25 Nov 2026 02:10:00 -0800 (PST)\nX-Original-Message-ID: <20261125.77@out.sender.example>\n\n'
           f'Final-Recipient: rfc822; {who}\nAction: {action}\nStatus: {code}\nDiagnostic-Code: {reply_}\n'
           'Last-Attempt-Date: Wed, 25 Nov 2026 02:10:01 -0800 (PST)\n', *want, letter=letter(who),
           more=f'X-Failed-Recipients: {who}\nAuto-Submitted: auto-replied\n', **more)


google('w-gmail-address-not-found', 'failed', 'Delivery Status Notification (Failure)', '''** Address not found **

Your message wasn't delivered to sau@paper.example because the address couldn't be found, or is unable to receive mail.

Learn more here: https://support.example/mail/?p=NoSuchUser

The response was:

550 5.1.1 The email account that you tried to reach does not exist.
''', '5.1.1', "smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try\n 550-5.1.1 double-checking the\n"
       " recipient's email address for typos or 550 5.1.1 unnecessary spaces.", 'sau@paper.example', failed('sau@paper.example', '5.1.1'))
google('w-gmail-incomplete', 'delayed', 'Delivery Status Notification (Delay)', '''** Delivery incomplete **

There was a temporary problem delivering your message to tai@slow.example. Gmail will retry for 46 more hours. You'll be notified if the delivery fails permanently.

The response was:

The recipient server did not accept our requests to connect.
''', '4.4.1', 'smtp; The recipient server did not accept our requests to connect. [mx.slow.example 203.0.113.8: timed out]', 'tai@slow.example',
       delayed('tai@slow.example', '4.4.1'))
google('w-gmail-blocked', 'failed', 'Delivery Status Notification (Failure)', '''** Message blocked **

Your message to tam@paper.example has been blocked. See technical details below for more information.

The response from the remote server was:

554 5.7.1 Service unavailable; Client host [209.85.0.1] blocked using rbl.example
''', '5.7.1', 'smtp; 554 5.7.1 Service unavailable; Client host [209.85.0.1] blocked using rbl.example', 'tam@paper.example',
       failed('tam@paper.example', '5.7.1', POLICY))
google('w-gmail-vi', 'failed', 'Delivery Status Notification (Failure)', '''** Không tìm thấy địa chỉ **

Thư của bạn không được gửi đến thao@paper.example do không tìm thấy địa chỉ hoặc địa chỉ này không thể nhận thư.
''', '5.1.1', 'smtp; 550-5.1.1 The email account that you tried to reach does not exist.', 'thao@paper.example',
       failed('thao@paper.example', '5.1.1'), charset='utf-8', encoding='base64')
google('w-gmail-dns-expired', 'failed', 'Delivery Status Notification (Failure)', '''** Message not delivered **

There was a problem delivering your message to thi@papr.example. See the technical details below.

The response was:

DNS Error: DNS type 'mx' lookup of papr.example responded with code SERVFAIL
''', '4.0.0', "smtp; DNS Error: DNS type 'mx' lookup of papr.example responded with code SERVFAIL", 'thi@papr.example',
       failed('thi@papr.example', '4.0.0', TRANSIENT))
text('w-gmail-html-only', GM, 'Delivery Status Notification (Failure)', '''<html><head></head><body><table><tr><td><h2>Address not found</h2></td></tr>
<tr><td>Your message wasn't delivered to <a style="color:#212121" href="mailto:thuy@paper.example"><b>thuy@paper.example</b></a> because the domain paper.example couldn't be found. Check for typos or unnecessary spaces and try again.</td></tr>
<tr><td>The response was: <p>DNS Error: 12345 DNS type 'mx' lookup of paper.example responded with code NXDOMAIN Domain name not found: paper.example</p></td></tr></table></body></html>
''', failed('thuy@paper.example'), charset='utf-8', kind='html')
text('w-google-groups', 'Mail Delivery Subsystem <mailer-daemon@googlemail.example>', 'Delivery Status Notification (Failure)', '''Hello news@sender.example,

We're writing to let you know that the group you tried to contact (press-hanoi) may not exist, or you may not have permission to post messages to the group. A few more details on why you weren't able to post:

 * You might have spelled or formatted the group name incorrectly.
 * The owner of the group may have removed this group.
 * You may need to join the group before receiving permission to post.
 * This group may not be open to posting.

If you have questions related to this or any other Google Group, visit the Help Center at http://support.example/.

Thanks,
Google Groups

----- Original message -----

''' + letter('press-hanoi@groups.example'), failed('press-hanoi@groups.example', '5.0.0', POLICY), more='X-Failed-Recipients: press-hanoi@groups.example\n')
text('w-yahoo-new', 'MAILER-DAEMON@yahoo.example', 'Failure Notice', '''Sorry, we were unable to deliver your message to the following address.

<tien@paper.example>:
554: delivery error: dd Sorry, your message to tien@paper.example cannot be delivered. This mailbox is disabled (554.30). - mta1234.mail.example

--- Below this line is a copy of the message.

''' + letter('tien@paper.example'), failed('tien@paper.example', '5.0.0', MAILBOX))
text('w-yahoo-old', 'MAILER-DAEMON@yahoo.example', 'Delivery failure', '''Message from yahoo.example.
Unable to deliver message to the following address(es).

<tinh@paper.example>:
This user doesn't have a paper.example account (tinh@paper.example) [-5]

--- Original message follows.

''' + letter('tinh@paper.example'), failed('tinh@paper.example'))
report('w-aol-old', 'Mail Delivery Subsystem <MAILER-DAEMON@aol.example>', 'Returned mail: User unknown', '''The original message was received at Wed, 25 Nov 2026 05:11:00 -0500 (EST)

*** ATTENTION ***

Your e-mail is being returned to you because there was a problem with its
delivery.  The address which was undeliverable is listed in the section
labeled: "----- The following addresses had permanent fatal errors -----".

The reason your mail is being returned to you is listed in the section
labeled: "----- Transcript of Session Follows -----".

   ----- The following addresses had permanent fatal errors -----
<toan@aol.example>

   ----- Transcript of session follows -----
... while talking to air-xl01.mail.aol.example.:
>>> RCPT To:<toan@aol.example>
<<< 550 MAILBOX NOT FOUND
550 <toan@aol.example>... User unknown
''', '''Reporting-MTA: dns; rly-xl01.mx.aol.example
Arrival-Date: Wed, 25 Nov 2026 05:11:00 -0500 (EST)

Final-Recipient: RFC822; toan@aol.example
Action: failed
Status: 2.0.0
Remote-MTA: DNS; air-xl01.mail.aol.example
Diagnostic-Code: SMTP; 250 OK
Last-Attempt-Date: Wed, 25 Nov 2026 05:11:05 -0500 (EST)
''', failed('toan@aol.example'), letter=letter('toan@aol.example'))
text('w-mailru', 'Mail Delivery System <mailer-daemon@corp.mail.ru.example>', 'Mail failure.', '''This message was created automatically by mail.ru.example server.

Your message wasn't delivered to one or more of its recipients:

  tuan@mail.ru.example:
    user not found

A message that you sent was:
''' + letter('tuan@mail.ru.example'), failed('tuan@mail.ru.example'), more='X-Failed-Recipients: tuan@mail.ru.example\n')
report('w-yandex', 'mailer-daemon@yandex.example', word('Недоставленное сообщение'), '''Это письмо отправлено почтовым сервером yandex.example.

К сожалению, мы вынуждены сообщить Вам о том, что Ваше письмо не может
быть отправлено одному или нескольким адресатам. Технические подробности можно найти ниже.

<tung@paper.example>: host mx.paper.example[203.0.113.4] said: 550 5.2.1 The email account that you tried to reach is disabled
''', status('tung@paper.example', 'failed', '5.2.1', 'smtp; 550 5.2.1 The email account that you tried to reach is disabled'),
       failed('tung@paper.example', '5.2.1', MAILBOX), charset='utf-8', encoding='base64')
text('w-qq', 'PostMaster@qq.example', word('来自qq.example的退信', 'gbk'), '''<html><body><div><h2>抱歉，您的邮件被退回来了……</h2>
<table><tr><td>原邮件信息</td></tr><tr><td>收件人：</td><td>tu@paper.example</td></tr><tr><td>主　题：</td><td>November news</td></tr>
<tr><td>退信原因</td><td>收件人邮件地址（tu@paper.example）不存在，邮件无法送达。<br>host mx.paper.example[203.0.113.4] said: 550 5.1.1 Mailbox not found (in reply to RCPT TO command)</td></tr>
<tr><td>解决方案</td><td>请联系您的收件人，重新核实邮箱地址，或发送到其他收信邮箱。<br>您也可以向管理员报告此退信。</td></tr></table></div></body></html>
''', failed('tu@paper.example', '5.1.1'), charset='gbk', encoding='base64', kind='html')
text('w-163', 'Postmaster@163.example', word('系统退信/Systems bounce', 'gb2312'), '''抱歉，您的邮件被退回来了……

原邮件信息:
时　间：2026-11-25 18:10:00
主　题：November news
收件人：tuyet@163.example

退信原因:
收件人的邮箱空间已满，无法接收新邮件。
SMTP error, RCPT TO: 552 Quota exceeded

建议解决方案:
请通过其他方式联系收件人清理邮箱。
''', failed('tuyet@163.example', '5.0.0', MAILBOX), charset='gb2312', encoding='base64')
report('w-163-dsn', 'Postmaster@126.example', word('系统退信', 'gbk'), '''邮件系统退信通知：无法投递
收件人 van@126.example 的邮箱不存在
''', status('van@126.example', 'failed', '5.0.0', 'smtp; 550 User not found: van@126.example'), failed('van@126.example'), charset='gbk', encoding='base64')
text('w-sina', 'MAILER-DAEMON@sina.example', word('退信通知'), '''您好，这是新浪邮件系统的退信通知。

您发往下列地址的邮件未能送达：

<vy@sina.example>:
该用户不存在 User unknown
''', failed('vy@sina.example'), charset='utf-8', encoding='base64')
text('w-facebook', 'Facebook <mailer-daemon@mx.facebook.example>', 'Sorry, your message could not be delivered', '''This message was created automatically by Facebook.

Sorry, your message could not be delivered to the following recipient:

xanh@facebook.example (550 5.1.1 RCP-P2 http://postmaster.facebook.example/response_codes?ip=198.51.100.9#rcp Refused due to recipient preferences)
''', failed('xanh@facebook.example', '5.1.1'))
text('w-apple', 'Mail Delivery System <postmaster@mac.example>', 'Undeliverable mail', '''This report relates to a message you sent with the following header fields:

  Message-id: <20261125.77@out.sender.example>
  Date: Wed, 25 Nov 2026 10:10:00 +0000
  From: Newsroom <news@sender.example>
  To: y@mac.example
  Subject: November news

Your message cannot be delivered to the following recipients:

  Recipient address: y@mac.example
  Original address: yen@mac.example
  Reason: Over quota
''', failed('y@mac.example', '5.0.0', MAILBOX))

# --- Other servers --------------------------------------------------------------------------------

report('w-zimbra', 'MAILER-DAEMON@mail.bo.gov.example (Mail Delivery System)', UMR, '''This is the mail system at host mail.bo.gov.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients.

<anhdt@bo.gov.example>: host mail.bo.gov.example[/var/run/zmlmtpd] said: 452 4.2.2 Over quota (in reply to end of DATA command)
''', status('anhdt@bo.gov.example', 'failed', '4.2.2', 'smtp; 452 4.2.2 Over quota'), failed('anhdt@bo.gov.example', '4.2.2', MAILBOX),
       letter=letter('anhdt@bo.gov.example'))
text('w-zimbra-vi', 'Mail Delivery System <MAILER-DAEMON@mail.tinh.gov.example>', word('Thư không gửi được, trả lại người gửi'), '''Đây là hệ thống thư điện tử tại máy chủ mail.tinh.gov.example.

Rất tiếc phải thông báo rằng thư của bạn không thể chuyển đến một hoặc nhiều người nhận.

<vanphong@tinh.gov.example>: Địa chỉ người nhận bị từ chối: Người dùng không tồn tại
''', failed('vanphong@tinh.gov.example'), charset='utf-8', encoding='quoted-printable')
text('w-viettel', 'MAILER-DAEMON@mail.viettel.example', word('Thông báo thư trả lại'), '''Kính gửi Quý khách,

Thư của Quý khách gửi tới địa chỉ binh@viettel.example không thực hiện được.
Lý do: Hộp thư người nhận đã đầy (552 5.2.2 Mailbox quota exceeded).

Trân trọng,
Hệ thống thư điện tử
''', failed('binh@viettel.example', '5.2.2', MAILBOX), charset='utf-8', encoding='base64')
text('w-vnpt', 'postmaster@vnpt.example', word('Thư của bạn chưa gửi được'), '''Thông báo từ hệ thống: thư của bạn gửi tới chinh@slow.example chưa gửi được, hệ thống sẽ tiếp tục gửi lại trong 48 giờ.
Bạn không cần gửi lại thư này.
''', delayed('chinh@slow.example'), charset='utf-8', encoding='base64')
text('w-fpt', 'Mail Delivery Subsystem <postmaster@fpt.example>', word('Không gửi được thư'), '''Không thể gửi thư đến người nhận sau:

  cuong@fpt.example
  Lý do: Tài khoản đã bị khóa

  dai@fpt.example
  Lý do: Không tìm thấy người dùng
''', failed('cuong@fpt.example', '5.0.0', MAILBOX), failed('dai@fpt.example'), charset='utf-8', encoding='quoted-printable')
text('w-vi-no-accents', 'postmaster@sotttt.gov.example', 'Thu khong gui duoc', '''Thu cua ban gui den giao@sotttt.gov.example khong gui duoc.
Ly do: dia chi nguoi nhan khong ton tai.
''', failed('giao@sotttt.gov.example'))
text('w-vi-tcvn-8bit', 'MAILER-DAEMON@bao.example', 'Thư bị trả lại', '''Thư gửi tới địa chỉ sau đã bị từ chối bởi máy chủ nhận:

   hanh@bao.example

   Nguyên nhân: 554 5.7.1 Thư bị chặn do nghi là thư rác
''', failed('hanh@bao.example', '5.7.1', POLICY))
text('w-courier', '"Courier mail server at c.example" <@c.example>', 'NOTICE: mail delivery status.', '''This is a delivery status notification from c.example,
running the Courier mail server, version 0.65.

The original message was received on Wed, 25 Nov 2026 10:11:00 +0000
from out.sender.example [198.51.100.9]

---------------------------------------------------------------------------

                           UNDELIVERABLE MAIL

Your message to the following recipients cannot be delivered:

<huong@paper.example>:
    mx.paper.example [203.0.113.4]:
>>> RCPT TO:<huong@paper.example>
<<< 550 5.1.2 Host unknown

---------------------------------------------------------------------------
''', failed('huong@paper.example', '5.1.2'))
text('w-courier-delay', '"Courier mail server at c.example" <postmaster@c.example>', 'WARNING: delayed mail.', '''This is a delivery status notification from c.example,
running the Courier mail server, version 0.65.

                           DELAYED MAIL

Your message to the following recipients could not be delivered yet:

<huong@slow.example>:
    Connection refused.

The attempts to deliver it will continue.
''', delayed('huong@slow.example'))
text('w-mailenable', 'Mail Delivery System <postmaster@me.example>', 'Message Delivery Failure', '''MailEnable: Message could not be delivered to some recipients.
The following recipient(s) could not be reached:

\tRecipient: [SMTP:huyen@paper.example]
\tReason: Remote SMTP Server Returned: 550 No such user here

Message headers follow:

''' + letter('huyen@paper.example'), failed('huyen@paper.example'))
text('w-imail', 'Postmaster <postmaster@imail.example>', 'Undeliverable Mail', '''Unknown user: kien@paper.example

Original message follows.

''' + letter('kien@paper.example'), failed('kien@paper.example'), more='X-Mailer: <SMTP32 v8.00>\n')
text('w-imail-host', 'Postmaster <postmaster@imail.example>', 'Undeliverable Mail', '''undeliverable to lam@paper.example
Body of message generated response:
554 5.7.1 The message from <news@sender.example> with the subject of (November news) matches a profile the Internet community may consider spam.

Original message follows.

''' + letter('lam@paper.example'), failed('lam@paper.example', '5.7.1', POLICY), more='X-Mailer: <SMTP32 v8.00>\n')
text('w-mdaemon', 'MDaemon@md.example', 'Warning: lan@paper.example - User unknown!', '''The following message to <lan@paper.example> was undeliverable.
The reason for the problem:
5.1.0 - Unknown address error 550-'Requested action not taken: mailbox unavailable'
''', failed('lan@paper.example', '5.1.0'))
text('w-mdaemon-transcript', 'MDaemon at md.example <MDaemon@md.example>', 'Permanent Delivery Failure', '''-----------------------------------------------------------------
    YOUR MESSAGE COULD NOT BE DELIVERED!
-----------------------------------------------------------------

The attached message could not be delivered to one or more recipients:

  liem@paper.example

The session transcript follows:

--- Session Transcript ---
 Wed 2026-11-25 10:11:00: Attempting SMTP connection to [203.0.113.4:25]
 Wed 2026-11-25 10:11:01: --> MAIL From:<news@sender.example>
 Wed 2026-11-25 10:11:01: <-- 250 Sender <news@sender.example> OK
 Wed 2026-11-25 10:11:01: --> RCPT To:<liem@paper.example>
 Wed 2026-11-25 10:11:02: <-- 550 Requested action not taken: mailbox unavailable
 Wed 2026-11-25 10:11:02: --> QUIT
--- End Transcript ---
''', failed('liem@paper.example'), more='X-MDDSN-Message: Yes\n')
report('w-domino', 'postmaster@domino.example', 'DELIVERY FAILURE: User loc (loc@paper.example) not listed in Domino Directory', '''Your message

  Subject: November news

was not delivered to:

  loc@paper.example

because:

  User loc (loc@paper.example) not listed in Domino Directory

''', '''Reporting-MTA: dns;domino.example

Final-Recipient: rfc822;loc@paper.example
Action: failed
Status: 5.1.1
Diagnostic-Code: X-Notes; User loc (loc@paper.example) not listed in Domino Dire
 ctory
''', failed('loc@paper.example', '5.1.1'), letter=letter('loc@paper.example'))
text('w-domino-text', 'postmaster@domino.example', "DELIVERY FAILURE: Error delivering to luan@paper.example; Router: Database disk quota exceeded", '''Your message

  Subject: November news

was not delivered to:

  luan@paper.example

because:

  Error delivering to luan@paper.example; Router: Database disk quota exceeded
''', failed('luan@paper.example', '5.0.0', MAILBOX))
text('w-groupwise', 'Mail Delivery System <Mailer-Daemon@gw.example>', 'Message status - undeliverable', '''The message that you sent was undeliverable to the following:
\tluong@gw.example (user not found)

Possibly truncated original message follows:

''' + letter('luong@gw.example'), failed('luong@gw.example'))
text('w-groupwise-full', 'System Administrator <postmaster@gw.example>', 'Mail delivery problem', '''The message that you sent was undeliverable to the following:

\tly@gw.example (mailbox is full)
''', failed('ly@gw.example', '5.0.0', MAILBOX))
report('w-messagelabs', 'MAILER-DAEMON@messagelabs.example', 'Mail Delivery Failure', '''This is the mail delivery agent at messagelabs.example.
I was unable to deliver your message to the following addresses:

man@paper.example

Reason: 550 Requested action not taken: mailbox unavailable

The message subject was: November news
''', '''Reporting-MTA: dns; server-9.tower-1.messagelabs.example
Arrival-Date: Wed, 25 Nov 2026 10:11:00 -0000

Action: failed
Status: 5.0.0
Remote-MTA: dns; mx.paper.example
Diagnostic-Code: smtp; 550 Requested action not taken: mailbox unavailable
Final-Recipient: rfc822; man@paper.example
''', failed('man@paper.example'))
report('w-mimecast', 'Mail Delivery System <postmaster@mimecast.example>', 'Mail delivery failed: returning message to sender', '''The email system was unable to deliver your message:

Your message to manh@paper.example was refused.
''', status('manh@paper.example', 'failed', '5.7.0', 'smtp; 550 Rejected by header based manually Blocked Senders: news@sender.example - https://community.example/docs/DOC-1369#550'),
       failed('manh@paper.example', '5.7.0', POLICY))
report('w-mimecast-delay', 'Mail Delivery System <postmaster@mimecast.example>', '[Postmaster] Email Delivery Delayed', '''The email you sent has been delayed. No action is needed: we will keep trying.
''', status('manh@slow.example', 'delayed', '4.0.0', 'smtp; 421 Service not available'), delayed('manh@slow.example'))
report('w-proofpoint', 'Mail Delivery Subsystem <MAILER-DAEMON@mx0a.pphosted.example>', 'Returned mail: see transcript for details', '''   ----- The following addresses had permanent fatal errors -----
<mien@paper.example>
    (reason: 550 5.7.1 Message rejected by Proofpoint Dynamic Reputation)
''', status('mien@paper.example', 'failed', '5.7.1', 'SMTP; 550 5.7.1 Message rejected by Proofpoint Dynamic Reputation'), failed('mien@paper.example', '5.7.1', POLICY))
text('w-barracuda', 'Barracuda Spam Firewall <postmaster@bsf.example>', '**Message you sent blocked by our bulk email filter**', '''Your message to: minh@paper.example
was blocked by our Spam Firewall. The email you sent with the following subject has NOT BEEN DELIVERED:

Subject: November news

An email you sent to the following recipients was not delivered.
''', failed('minh@paper.example', '5.0.0', POLICY))
report('w-ses', 'MAILER-DAEMON@amazonses.example', 'Delivery Status Notification (Failure)', '''An error occurred while trying to deliver the mail to the following recipients:
mung@paper.example
''', '''Reporting-MTA: dns; a8-99.smtp-out.amazonses.example

Action: failed
Final-Recipient: rfc822; mung@paper.example
Diagnostic-Code: smtp; 554 delivery error: dd This user doesn't have a paper.example account (mung@paper.example) [0]
Status: 5.0.0
''', failed('mung@paper.example'), letter=letter('mung@paper.example'))
report('w-ses-suppressed', 'MAILER-DAEMON@amazonses.example', 'Delivery Status Notification (Failure)', 'An error occurred while trying to deliver the mail to the following recipients:\nna@paper.example\n',
       '''Reporting-MTA: dns; amazonses.example

Action: failed
Final-Recipient: rfc822; na@paper.example
Diagnostic-Code: smtp; Amazon SES has suppressed sending to this address because it has a recent history of bouncing as an invalid address.
Status: 5.1.1
''', failed('na@paper.example', '5.1.1'))
report('w-sendgrid', 'MAILER-DAEMON@sendgrid.example', 'Delivery Status Notification', '''Hello, this is the mail server on mx1.sendgrid.example.

I am sending you this message to inform you on the delivery status of a
message you previously sent.  Immediately below you will find a list of
the affected recipients;  also attached is a Delivery Status Notification
(DSN) report in standard format, as well as the headers of the original
message.

  <nghia@paper.example>  delivery failed; will not continue trying
''', '''Reporting-MTA: dns; mx1.sendgrid.example

Original-Recipient: rfc822;nghia@paper.example
Final-Recipient: rfc822;nghia@paper.example
Action: failed
Status: 5.2.1
Remote-MTA: dns;mx.paper.example (203.0.113.4)
Diagnostic-Code: smtp;550 5.2.1 The email account that you tried to reach is disabled.
X-PowerMTA-BounceCategory: inactive-mailbox
''', failed('nghia@paper.example', '5.2.1', MAILBOX))
report('w-powermta-dsn', 'postmaster@pmta.example', 'Delivery report', '''Hello, this is the mail server on pmta.example.

  <nguyen@slow.example>  delivery failed; will not continue trying
''', '''Reporting-MTA: dns;pmta.example

Final-Recipient: rfc822;nguyen@slow.example
Action: failed
Status: 4.4.7
Remote-MTA: dns;mx.slow.example (203.0.113.8)
Diagnostic-Code: X-PMTA; delivery expired (message too old) 'timeout'
X-PowerMTA-BounceCategory: message-expired
''', failed('nguyen@slow.example', '4.4.7', TRANSIENT))
report('w-powermta-spam', 'postmaster@pmta.example', 'Delivery report', 'Hello, this is the mail server on pmta.example.\n\n  <nhat@paper.example>  delivery failed; will not continue trying\n',
       '''Reporting-MTA: dns;pmta.example

Final-Recipient: rfc822;nhat@paper.example
Action: failed
Status: 5.0.0 (undefined status)
Remote-MTA: dns;mx.paper.example (203.0.113.4)
Diagnostic-Code: smtp;554 Spam detected by content scanner. Message rejected
X-PowerMTA-BounceCategory: spam-related
''', failed('nhat@paper.example', '5.0.0', POLICY))
report('w-mailgun', 'Mailgun Mailer-Daemon <postmaster@mg.example>', 'Delivery Status Notification (Failure)', 'Delivery failed permanently.\n',
       '''Reporting-MTA: dns; mg.example

Original-Recipient: rfc822; nhan@paper.example
Action: failed
Status: 5.0.0 (permanent failure)
Diagnostic-Code: smtp; 605 Not delivering to previously bounced address
''', failed('nhan@paper.example'))
text('w-kerio', 'Mail Delivery Subsystem <postmaster@kerio.example>', 'Undeliverable mail: November news', '''The message could not be delivered to the following recipient(s):

<nhien@paper.example>
    Reason: 550 5.1.1 User unknown

(Failed to deliver after 1 attempt)
''', failed('nhien@paper.example', '5.1.1'))
text('w-hmailserver', 'mailer-daemon@hm.example', 'Message undeliverable: November news', '''Your message did not reach some or all of the intended recipients.

   Sent: Wed, 25 Nov 2026 10:10:00 +0000
   Subject: November news

The following recipient(s) could not be reached:

nhu@paper.example
   Error Type: SMTP
   Remote server (203.0.113.4) issued an error.
   hMailServer sent: RCPT TO:<nhu@paper.example>
   Remote server replied: 550 5.1.1 unknown user

hMailServer
''', failed('nhu@paper.example', '5.1.1'))
text('w-hmailserver-delay', 'mailer-daemon@hm.example', 'Message delayed: November news', '''Your message could not be delivered yet to the recipients below. Delivery will be tried again.

nhu@slow.example
   Error Type: SMTP
   Could not connect to the remote server (203.0.113.8).
''', delayed('nhu@slow.example'))
text('w-x400', 'MTA <postmaster@x400.example>', 'Delivery Report (failure) for ninh@paper.example', '''This report relates to your message: Subject: November news,
\tMessage-ID: <20261125.77@out.sender.example>,
\tTo: ninh@paper.example
\tof Wed, 25 Nov 1998 10:11:00 +0000

Your message was not delivered to  ninh@paper.example
   for the following reason:
\tDiagnostic was Unable to transfer, -1
\tInformation MTA 'mx.paper.example' gives error message User unknown

The Original Message follows:

''' + letter('ninh@paper.example'), failed('ninh@paper.example'))
report('w-x400-final', 'x400-gw@gw.example', 'Delivery Report', 'Your letter could not be delivered.\n', '''Reporting-MTA: x400; mta.paper in /PRMD=PAPER/ADMD= /C=VN/

Original-Recipient: rfc822; oanh@paper.example
Final-Recipient: x400; /S=OANH/O=PAPER/PRMD=PAPER/ADMD= /C=VN/
Action: failed
Status: 5.1.1
Diagnostic-Code: x400; unrecognised-OR-name (0)
''', failed('oanh@paper.example', '5.1.1'))
text('w-novell', 'Postmaster@novell.example', 'Undelivered mail', '''Undeliverable: phong@novell.example

SMTP server said: 550 No such recipient
''', failed('phong@novell.example'))
text('w-mcafee', 'Administrator@webshield.example', 'Delivery failure', '''McAfee WebShield could not deliver the message to:

<phu@paper.example>

   550 <phu@paper.example>... Relaying denied

Original mail header follows:

''' + letter('phu@paper.example'), failed('phu@paper.example', '5.0.0', POLICY))
report('w-ironport', 'Mail Delivery System <MAILER-DAEMON@iron.example>', 'Delivery Status Notification (Failure)', '''The following message to <phung@paper.example> was undeliverable.
The reason for the problem:
5.1.0 - Unknown address error 550-'5.1.1 User unknown'
''', '''Reporting-MTA: dns; iron.example

Final-Recipient: rfc822;phung@paper.example
Action: failed
Status: 5.0.0 (permanent failure)
Remote-MTA: dns; [203.0.113.4]
Diagnostic-Code: smtp; 5.1.0 - Unknown address error 550-'5.1.1 User unknown' (delivery attempts: 0)
''', failed('phung@paper.example', '5.1.0'))
report('w-opensmtpd', 'Mailer Daemon <MAILER-DAEMON@bsd.example>', 'Delivery status notification: error', '''    Hi!

    This is the MAILER-DAEMON, please DO NOT REPLY to this email.

    An error has occurred while attempting to deliver a message for
    the following list of recipients:

quan@paper.example: 550 5.7.1 Delivery not authorized, message refused

    Below is a copy of the original message:
''', '''Reporting-MTA: dns; bsd.example

Final-Recipient: rfc822; quan@paper.example
Action: failed
Status: 5.0.0
''', failed('quan@paper.example', '5.7.1', POLICY), letter=letter('quan@paper.example'))
text('w-opensmtpd-delay', 'Mailer Daemon <MAILER-DAEMON@bsd.example>', 'Delivery status notification: warning', '''    Hi!

    This is the MAILER-DAEMON, please DO NOT REPLY to this email.

    A message is delayed for more than 4h for the following
    list of recipients:

quan@slow.example: Network error on destination MXs

    Please note that this is only a temporary failure report.
    The message is kept in the queue for up to 4d.
    You DO NOT NEED to re-send the message to these recipients.
''', delayed('quan@slow.example'))
text('w-james', 'postmaster@james.example', 'Re: November news', '''Hi. This is the James mail server at james.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out. Below
I include the list of recipients and the reason why I was unable to deliver
your message.

Failed recipient(s):
quoc@paper.example

Error message:
550 5.7.1 Access denied for your IP. Blocked - see https://ipcheck.example

''', failed('quoc@paper.example', '5.7.1', POLICY))
report('w-sun-jms', 'Internet Mail Delivery <postmaster@jms.example>', 'Delivery Notification: Delivery has failed', '''This report relates to a message you sent with the following header fields:

  Message-id: <20261125.77@out.sender.example>
  Date: Wed, 25 Nov 2026 10:10:00 +0000
  From: Newsroom <news@sender.example>
  To: quy@paper.example
  Subject: November news

Your message cannot be delivered to the following recipients:

  Recipient address: quy@jms-ims.example
  Original address: quy@paper.example
  Reason: Mailbox over quota
''', '''Original-envelope-id: 0JXYZ@jms.example
Reporting-MTA: dns;jms.example (tcp-daemon)

Original-recipient: rfc822;quy@paper.example
Final-recipient: rfc822;quy@jms-ims.example
Action: failed
Status: 5.2.2 (Over quota)
''', failed('quy@jms-ims.example', '5.2.2', MAILBOX))
text('w-sun-jms-delay', 'Internet Mail Delivery <postmaster@jms.example>', 'Delivery Notification: Delivery has been delayed', '''This is an automatic message from the mail system.

The message has been delayed; delivery attempts will go on:

  Recipient address: quynh@slow.example
  Reason: unable to deliver this message after 6 hours
''', delayed('quynh@slow.example'))
text('w-imss', 'InterScan MSS <imss@trend.example>', 'Mail could not be delivered', '''****** Message from InterScan Messaging Security Suite ******

Sent <<< RCPT TO:<sinh@paper.example>
Received >>> 550 5.1.1 <sinh@paper.example>: Recipient address rejected: User unknown

Unable to deliver message to <sinh@paper.example>.

************************     End of message     **********************
''', failed('sinh@paper.example', '5.1.1'))
text('w-merak', 'Mail Delivery System <postmaster@icewarp.example>', 'Undeliverable Mail, invalid characters in address', '''Message delivery failed.

Recipient:  <son@paper.example>
Reason:     554 Mail for son@paper.example rejected for policy reasons.
''', failed('son@paper.example', '5.0.0', POLICY))
report('w-communigate', 'MAILER-DAEMON@cgp.example', 'Undeliverable mail: November news', '''Failed to deliver to 'ta@paper.example'
SMTP module(domain paper.example) reports:
 host mx.paper.example says:
 550 5.1.1 unknown account

''', '''Reporting-MTA: dns; cgp.example

Original-Recipient: rfc822;<ta@paper.example>
Final-Recipient: system;<ta@paper.example>
Action: failed
Status: 5.0.0
''', failed('ta@paper.example', '5.1.1'))
text('w-mxlogic', 'MAILER-DAEMON@mxl.example', 'Mail System Error - Returned Mail', '''Your message cannot be delivered:

tan@paper.example

   (reason: 554 Denied [4d1c] (Mode: normal))
''', failed('tan@paper.example', '5.0.0', POLICY))
text('w-intermail', 'Mail Administrator <Postmaster@isp.example>', 'Mail System Error - Returned Mail', '''This Message was undeliverable due to the following reason:

Your message was not delivered because the destination computer was
not found. Carefully check that it was spelled correctly and try
sending it again if there were any mistakes.

     Host papr.example not found

The following recipients did not receive this message:

     <thai@papr.example>

Please reply to Postmaster@isp.example
if you feel this message to be in error.
''', failed('thai@papr.example'))
text('w-intermail-7-days', 'Mail Administrator <Postmaster@isp.example>', 'Mail System Error - Returned Mail', '''This Message was undeliverable due to the following reason:

Your message was not delivered within 7 days and 0 hours.
Host slow.example is not responding.

The following recipients did not receive your message:

     <thang@slow.example>
''', failed('thang@slow.example', '4.0.0', TRANSIENT))
text('w-smartermail', 'System Administrator <postmaster@sm.example>', 'Delivery Failure', '''Could not deliver message to the following recipient(s):

Failed Recipient: thanh@paper.example
Reason: Remote host said: 554 5.7.1 Message rejected due to sender IP reputation

   -- The header and top 20 lines of the message follows --

''' + letter('thanh@paper.example'), failed('thanh@paper.example', '5.7.1', POLICY))
text('w-vopmail', 'VOPmail Postmaster <postmaster@vop.example>', 'Undeliverable message', '''The user(s) account is disabled, mail cannot be delivered.

<the@vop.example>
''', failed('the@vop.example', '5.0.0', MAILBOX))
text('w-1and1', '"Mail Delivery System" <mailer-daemon@kundenserver.example>', 'Mail delivery failed: returning message to sender', '''This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of
its recipients. The following addresses failed:

<thinh@paper.example>
SMTP error from remote server for RCPT TO command, host: mx.paper.example (203.0.113.4)
reason: 550 5.1.1 <thinh@paper.example> recipient unknown

--- The header of the original message is following. ---

''' + letter('thinh@paper.example'), failed('thinh@paper.example', '5.1.1'))
text('w-gmx', 'GMX Mailer Daemon <mailer-daemon@gmx.example>', 'Mail delivery failed: returning message to sender', '''This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of
its recipients. This is a permanent error. The following address(es) failed:

"tho@paper.example":
SMTP error from remote server after RCPT command:
host: mx.paper.example
5.2.2 mailbox full, quota exceeded

--- The header of the original message is following. ---
''', failed('tho@paper.example', '5.2.2', MAILBOX))
text('w-t-online', 'Mail System <postmaster@t-online.example>', 'Undelivered Mail Returned to Sender', '''|------------------------- Message log follows: -------------------------|
 no valid recipients were found for this message
|------------------------- Failed addresses follow: ---------------------|
 <thong@t-online.example> ... unknown user
|------------------------- Message text follows: ------------------------|
''' + letter('thong@t-online.example'), failed('thong@t-online.example'))
text('w-smail', 'Postmaster@smail.example (Mail Delivery System)', 'mail failed, returning to sender', '''|------------------------- Message log follows: -------------------------|
|------------------------- Failed addresses follow: ---------------------|
 <thu@smail.example> ... transport smtp: 550 <thu@smail.example>... User unknown
|------------------------- Message text follows: ------------------------|
''' + letter('thu@smail.example'), failed('thu@smail.example'))

# --- Japan ----------------------------------------------------------------------------------------

text('w-kddi', 'Postmaster@ezweb.example', 'Mail System Error - Returned Mail', '''次のあて先へのメッセージはエラーのため送信できませんでした。
送信先メールアドレスが見つかりません。メールアドレスをご確認の上、再送信してください。

<thuan@ezweb.example>: user unknown
''', failed('thuan@ezweb.example'), charset='iso-2022-jp', encoding='7bit')
report('w-docomo', 'MAILER-DAEMON@docomo.example (Mail Delivery System)', UMR, '''This is the mail system at host mfsmax.docomo.example.

<thuy@docomo.example>: host mfsmax.docomo.example[203.0.113.40] said: 550 Unknown user thuy@docomo.example
    (in reply to RCPT TO command)
''', status('thuy@docomo.example', 'failed', '5.0.0', 'smtp; 550 Unknown user thuy@docomo.example'), failed('thuy@docomo.example'), letter=letter('thuy@docomo.example'))
text('w-softbank', 'MAILER-DAEMON@softbank.example', word('メール送信エラー', 'iso-2022-jp'), '''以下のアドレスへのメールは配信できませんでした。

あて先: tien@softbank.example
理由: 受信者のメールボックスが一杯です。
''', failed('tien@softbank.example', '5.0.0', MAILBOX), charset='iso-2022-jp', encoding='7bit')
text('w-nifty', 'Mail Delivery Subsystem <MAILER-DAEMON@nifty.example>', 'Delivery failure', '''ご利用ありがとうございます。

お送りいただいたメールは、下記の宛先に届きませんでした。

<tinh@nifty.example>
    指定されたユーザは存在しません。(User unknown)
''', failed('tinh@nifty.example'), charset='iso-2022-jp', encoding='7bit')
text('w-biglobe', 'postmaster@biglobe.example', 'Returned mail: Error', '''   ----- The following addresses had delivery problems -----
********@biglobe.example

   ----- Non-delivered information -----
The number of messages in recipient's mailbox exceeded the local limit.

   ----- Original message follows -----

''' + letter('toan@biglobe.example'), failed('toan@biglobe.example', '5.0.0', MAILBOX))
text('w-sjis-8bit', 'MAILER-DAEMON@kaisha.example', word('配信不能通知', 'shift_jis'), '''配信不能のお知らせ

次の宛先に送信できませんでした：
  toi@kaisha.example
  エラー内容：550 該当するユーザーが見つかりません
''', failed('toi@kaisha.example'), charset='shift_jis')

# --- Other languages ------------------------------------------------------------------------------

text('w-korean', 'postmaster@naver.example', word('메일 전송 실패'), '''메일 전송에 실패하였습니다.

받는 사람: tra@naver.example
실패 원인: 존재하지 않는 사용자입니다.
''', failed('tra@naver.example'), charset='euc-kr', encoding='base64')
text('w-libero', 'MAILER-DAEMON@libero.example', 'Messaggio non consegnato', '''Il messaggio non può essere consegnato ai seguenti destinatari:

<trang@libero.example>
Motivo: casella di posta piena
''', failed('trang@libero.example', '5.0.0', MAILBOX), charset='iso-8859-1', encoding='quoted-printable')
text('w-portuguese', 'postmaster@uol.example', word('Falha na entrega da mensagem'), '''Sua mensagem não pôde ser entregue ao seguinte destinatário:

tri@uol.example

Motivo: Usuário desconhecido
''', failed('tri@uol.example'), charset='iso-8859-1', encoding='quoted-printable')
text('w-polish', 'MAILER-DAEMON@wp.example', word('Niedostarczona wiadomość', 'iso-8859-2'), '''Twoja wiadomość nie została dostarczona do:

<trinh@wp.example>
Powód: skrzynka odbiorcy jest przepełniona
''', failed('trinh@wp.example', '5.0.0', MAILBOX), charset='iso-8859-2', encoding='quoted-printable')
text('w-czech', 'MAILER-DAEMON@seznam.example', word('Nedoručitelná zpráva'), '''Vaši zprávu se nepodařilo doručit následujícím příjemcům:

truc@seznam.example
Důvod: uživatel neexistuje (550 User unknown)
''', failed('truc@seznam.example'), charset='utf-8')
text('w-russian-full', 'Mail Delivery System <mailer-daemon@rambler.example>', word('Сообщение не доставлено', 'koi8-r'), '''Ваше сообщение не может быть доставлено следующему получателю:

   trung@rambler.example

Причина: почтовый ящик получателя переполнен
''', failed('trung@rambler.example', '5.0.0', MAILBOX), charset='koi8-r')
text('w-french-orange', 'MAILER-DAEMON@orange.example', 'Echec de remise', '''Votre message n'a pas pu être remis au destinataire suivant :

   truong@orange.example

Raison : 550 5.2.0 Mail rejete. Mail rejected. Boîte aux lettres inexistante
''', failed('truong@orange.example', '5.2.0'), charset='iso-8859-1', encoding='quoted-printable')
text('w-spanish-full', 'Mail Delivery <postmaster@correo.example>', word('Mensaje no entregado'), '''No se pudo entregar su mensaje a:

tu@correo.example: el buzón del destinatario está lleno
''', failed('tu@correo.example', '5.0.0', MAILBOX), charset='utf-8', encoding='quoted-printable')

# --- Odd MIME, odd fields -------------------------------------------------------------------------

GONE = 'smtp; 550 5.1.1 User unknown'
report('w-odd-angle-final', MD, UMR, POSTFIX, status('<tuan@paper.example>', 'failed', '5.1.1', GONE), failed('tuan@paper.example', '5.1.1'))
report('w-odd-display-name', MD, UMR, POSTFIX, status('"Tran, Tuan" <tuan@paper.example>', 'failed', '5.1.1', GONE), failed('tuan@paper.example', '5.1.1'))
report('w-odd-no-type', MD, UMR, POSTFIX, status('x', 'failed', '5.1.1', GONE).replace('rfc822; x', 'tung@paper.example'), failed('tung@paper.example', '5.1.1'))
report('w-odd-local-type', MD, UMR, POSTFIX, status('x', 'failed', '5.1.1', GONE).replace('rfc822; x', 'LOCAL; tuoi@paper.example'), failed('tuoi@paper.example', '5.1.1'))
report('w-odd-unknown-type', MD, UMR, POSTFIX, status('x', 'failed', '5.1.1', GONE).replace('rfc822; x', 'unknown; tuyen@paper.example'),
       failed('tuyen@paper.example', '5.1.1'))
report('w-odd-quoted-local', MD, UMR, POSTFIX, status('"tran van"@paper.example', 'failed', '5.1.1', GONE), failed('"tran van"@paper.example', '5.1.1'))
report('w-odd-lone-local', MD, UMR, POSTFIX + '<ut@paper.example>: unknown user\n', status('ut', 'failed', '5.1.1', GONE), failed('ut@paper.example', '5.1.1'),
       letter=letter('ut@paper.example'))
report('w-odd-only-diagnostic', MD, UMR, 'Delivery failed.\n', '''Reporting-MTA: dns; mx.remote.example

Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <uyen@paper.example>: Recipient address rejected: User unknown
''', failed('uyen@paper.example', '5.1.1'))
report('w-odd-one-block', MD, UMR, 'Delivery failed.\n', '''Reporting-MTA: dns; mx.remote.example
Final-Recipient: rfc822; van@paper.example
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 mailbox full
''', failed('van@paper.example', '5.2.2', MAILBOX))
report('w-odd-blocks-apart', MD, UMR, 'Delivery failed.\n', '''Reporting-MTA: dns; mx.remote.example

Final-Recipient: rfc822; vi@paper.example

Action: failed

Status: 5.1.1
''', failed('vi@paper.example', '5.1.1'))
report('w-odd-no-action', MD, 'Delivery failure', 'Delivery failed.\n', '''Reporting-MTA: dns; mx.remote.example

Final-Recipient: rfc822; vien@paper.example
Status: 5.7.1
Diagnostic-Code: smtp; 550 5.7.1 rejected by our spam filter
''', failed('vien@paper.example', '5.7.1', POLICY))
report('w-odd-action-error', MD, 'Delivery failure', 'Delivery failed.\n', status('vien@paper.example', 'error', '5.1.1', GONE), failed('vien@paper.example', '5.1.1'))
report('w-odd-action-fail-capitals', MD, 'Delivery failure', 'Delivery failed.\n', status('vien@paper.example', 'FAILED (permanently)', '5.1.1', GONE),
       failed('vien@paper.example', '5.1.1'))
report('w-odd-action-delayed-5', MD, 'Delayed', 'Delivery is delayed, will be retried.\n', status('vien@slow.example', 'delayed', '5.4.0', 'smtp; connection refused'),
       delayed('vien@slow.example', '5.4.0'))
report('w-odd-status-words', MD, UMR, 'Delivery failed.\n', status('viet@paper.example', 'failed', '5.1.1 (bad destination mailbox address)', GONE),
       failed('viet@paper.example', '5.1.1'))
report('w-odd-status-reply-only', MD, UMR, 'Delivery failed.\n', status('viet@paper.example', 'failed', '550', 'smtp; 550 no such user'),
       failed('viet@paper.example'))
report('w-odd-status-better-diagnostic', MD, UMR, 'Delivery failed.\n', status('viet@paper.example', 'failed', '5.0.0', "smtp; 550-5.7.1 spam\n 550 5.7.1 [P4] blocked"),
       failed('viet@paper.example', '5.7.1', POLICY))
report('w-odd-status-4-then-5', MD, UMR, 'Delivery failed.\n', status('viet@paper.example', 'failed', '4.0.0', 'smtp; 550 5.1.1 unknown user'),
       failed('viet@paper.example', '5.1.1'))
report('w-odd-original-differs', MD, UMR, 'Delivery failed.\n', '''Reporting-MTA: dns; mx.remote.example

Original-Recipient: rfc822;vinh@paper.example
Final-Recipient: rfc822;vinh=40paper@archive.inner.example
Action: failed
Status: 5.1.1
''', failed('vinh=40paper@archive.inner.example', '5.1.1'))
report('w-odd-repeated', MD, UMR, 'Delivery failed.\n', status('vu@paper.example', 'failed', '5.1.1', GONE) + '\nFinal-Recipient: RFC822; VU@Paper.example\n'
       'Action: failed\nStatus: 5.1.1\n', failed('vu@paper.example', '5.1.1'))
mail('w-odd-rfc6533', head(MD, UMR) + '''MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=bb

--bb
Content-Type: text/plain; charset=utf-8

<vượng@bưuđiện.example>: unknown user

--bb
Content-Type: message/global-delivery-status

Reporting-MTA: dns; mx.remote.example

Original-Recipient: utf-8; v\\x{1B0}\\x{1EE3}ng@bưuđiện.example
Final-Recipient: utf-8; vượng@bưuđiện.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 unknown user

--bb
Content-Type: message/global-headers

From: news@sender.example
To: vượng@bưuđiện.example

--bb--
''', failed('vượng@bưuđiện.example', '5.1.1'))
DSN = MAILS['w-odd-one-block'][0].decode()
FULL = failed('van@paper.example', '5.2.2', MAILBOX)
mail('w-odd-all-plain', head(MD, UMR) + 'Content-Type: text/plain\n\n' + DSN[DSN.index('--NextPart'):], FULL)
mail('w-odd-mixed', DSN.replace('multipart/report; report-type=delivery-status', 'multipart/mixed').replace('message/delivery-status', 'text/plain'), FULL)
mail('w-odd-octet', DSN.replace('message/delivery-status', 'application/octet-stream; name="details.txt"'), FULL)
mail('w-odd-att', DSN.replace('message/delivery-status', 'message/delivery-status; name="ATT00001"\nContent-Disposition: attachment; filename="ATT00001"'), FULL)
mail('w-odd-cr', DSN.replace('\n', '\r'), FULL)
mail('w-odd-mbox', 'From MAILER-DAEMON@mx.remote.example  Wed Nov 25 10:11:12 2026\n' + DSN, FULL)
mail('w-odd-escaped-from', 'From - Wed Nov 25 10:11:12 2026\nX-Mozilla-Status: 0001\n' + DSN.replace('Delivery failed.', '>From here on: delivery failed.'), FULL)
mail('w-odd-wrong-boundary', DSN.replace('boundary="NextPart_7/01"', 'boundary="NextPart_8/02"'), FULL)
mail('w-odd-no-mime', DSN.replace('MIME-Version: 1.0\n', '').replace('Content-Type: multipart/report; report-type=delivery-status;\n  boundary="NextPart_7/01"\n', ''), FULL)
mail('w-odd-8-bit-head', DSN.encode().replace(b'Subject: ', b'Subject: Th\xb6 kh\xabng t\xedi \xff\xfe '), FULL)
mail('w-odd-tnef', DSN.replace('--NextPart_7/01--', '--NextPart_7/01\nContent-Type: application/ms-tnef; name="winmail.dat"\n'
                               'Content-Transfer-Encoding: base64\n\n' + base64.encodebytes(b'\x78\x9f\x3e\x22 other@elsewhere.example 5.1.1 unknown').decode() +
                               '--NextPart_7/01--'), FULL)
mail('w-odd-delivery-status-base64', DSN.replace('message/delivery-status\n\n', 'message/delivery-status\nContent-Transfer-Encoding: base64\n\n').replace(
    DSN[DSN.index('Reporting-MTA'):DSN.index('\n--NextPart_7/01--')],
    base64.encodebytes(DSN[DSN.index('Reporting-MTA'):DSN.index('\n--NextPart_7/01--')].encode()).decode()), FULL)
mail('w-odd-inside-forwarding', head('Sec <sec@sender.example>', 'Fwd: Undelivered Mail', path='<sec@sender.example>') +
     'Content-Type: message/rfc822\n\n' + DSN)
mail('w-odd-list-scrubbed', head(MD, 'Undelivered Mail Returned to Sender') + 'Content-Type: multipart/mixed; boundary=o\n\n--o\n' +
     DSN[DSN.index('Content-Type: multipart'):] + '\n--o\nContent-Type: text/plain\n\n-- \nThis message was scanned. https://scan.example\n--o--\n', FULL)
text('w-odd-subject-only', 'MAILER-DAEMON@tiny.example', 'Mail to xuan@paper.example could not be delivered: user unknown', 'The mail is attached.\n', failed('xuan@paper.example'))
text('w-odd-header-only', 'MAILER-DAEMON@tiny.example', 'Delivery failure', 'Your message could not be delivered.\nUser unknown.\n', failed('xuyen@paper.example'),
     more='X-Failed-Recipients: xuyen@paper.example\n')
text('w-odd-original-only', 'MAILER-DAEMON@tiny.example', 'Undeliverable mail', '''Your message could not be delivered because the user's mailbox is full.

----- Original message -----
''' + letter('yen@paper.example'), failed('yen@paper.example', '5.0.0', MAILBOX))
text('w-odd-mailto', 'Mail Delivery System <MAILER-DAEMON@tiny.example>', 'Undeliverable', '''<p>Could not deliver to <a href="mailto:yen.x@paper.example">Yen X.</a>: <i>mailbox&nbsp;unavailable</i>; contact <a href="mailto:postmaster@tiny.example">us</a></p>''',
     failed('yen.x@paper.example'), charset='us-ascii', kind='html')
text('w-odd-smtp-prefix', 'postmaster@tiny.example', 'Undeliverable', 'The message to SMTP:<an@paper.example> could not be delivered. User unknown\n', failed('an@paper.example'))
text('w-odd-percent-route', 'MAILER-DAEMON@tiny.example', 'Returned mail', '''Delivery to the following recipients failed:

   <@relay.example:ba@paper.example>
   550 User unknown
''', failed('ba@paper.example'))
text('w-odd-long', 'MAILER-DAEMON@tiny.example', 'Returned mail', 'Delivery to the following recipients failed:\n\n' +
     ''.join(f'  p{n}@paper.example: 550 5.1.1 user unknown\n' for n in range(20)), *[failed(f'p{n}@paper.example', '5.1.1') for n in range(20)])

# --- Complaints and reports about mail ------------------------------------------------------------


def feedback(name, fields, *want, sender='fbl@provider.example', subject='FW: November news', words='This is an email abuse report.', orig=None, kind='feedback-report'):
    mail(name, head(sender, subject) + f'MIME-Version: 1.0\nContent-Type: multipart/report; report-type={kind}; boundary="fb"\n\n'
         f'--fb\nContent-Type: text/plain\n\n{words}\n\n--fb\nContent-Type: message/feedback-report\n\n{fields}\n--fb\nContent-Type: message/rfc822\n\n'
         f'{orig or letter("bich@provider.example")}\n--fb--\n', *want)


FB = 'Feedback-Type: %s\nUser-Agent: Provider-FBL/1.0\nVersion: 1\n'
feedback('w-arf-yahoo', FB % 'abuse' + 'Original-Mail-From: <news@sender.example>\nOriginal-Rcpt-To: bich@provider.example\nReceived-Date: Wed, 25 Nov 2026 10:11:00 +0000\n'
         'Reported-Domain: sender.example\nAuthentication-Results: provider.example; dkim=pass\n', complaint('bich@provider.example'))
feedback('w-arf-no-recipient', FB % 'abuse' + 'Source-IP: 198.51.100.9\n', complaint('bich@provider.example'))
feedback('w-arf-fraud', FB % 'fraud' + 'Removal-Recipient: bich@provider.example\n', complaint('bich@provider.example'))
feedback('w-arf-virus', FB % 'virus' + 'Original-Rcpt-To: <bich@provider.example>\n', complaint('bich@provider.example'))
feedback('w-arf-other', FB % 'other' + 'Original-Rcpt-To: <bich@provider.example>\n', complaint('bich@provider.example'))
feedback('w-arf-opt-out', FB % 'opt-out' + 'Original-Rcpt-To: <bich@provider.example>\n', complaint('bich@provider.example'))
feedback('w-arf-not-spam', FB % 'not-spam' + 'Original-Rcpt-To: <bich@provider.example>\n')
feedback('w-arf-auth-failure', FB % 'auth-failure' + 'Auth-Failure: dmarc\nDelivery-Result: delivered\nOriginal-Rcpt-To: <bich@provider.example>\n'
         'Identity-Alignment: none\n', sender='dmarc-noreply@provider.example', subject='DMARC failure report')
feedback('w-arf-two', FB % 'abuse' + 'Original-Rcpt-To: <bich@provider.example>\nOriginal-Rcpt-To: <chi@provider.example>\n',
         complaint('bich@provider.example'), complaint('chi@provider.example'))
feedback('w-arf-capitals', FB.replace('Feedback-Type', 'FEEDBACK-TYPE') % 'Abuse' + 'Original-Rcpt-To: RFC822; bich@provider.example\n', complaint('bich@provider.example'))
feedback('w-arf-report-type-missing', FB % 'abuse' + 'Original-Rcpt-To: <bich@provider.example>\n', complaint('bich@provider.example'), kind='"abuse-report"')
feedback('w-arf-from-daemon', FB % 'abuse' + 'Original-Rcpt-To: <bich@provider.example>\n', complaint('bich@provider.example'),
         sender='MAILER-DAEMON@provider.example', subject='Undeliverable: abuse report')
mail('w-arf-mixed', MAILS['w-arf-yahoo'][0].decode().replace('multipart/report; report-type=feedback-report', 'multipart/mixed'), complaint('bich@provider.example'))
text('w-jmrp-old', 'staff@hotmail.example', 'complaint about message from 198.51.100.9', '''X-HmXmrOriginalRecipient: dao@hotmail.example
X-Reporter-IP: 203.0.113.60
''' + letter('dao@hotmail.example'), complaint('dao@hotmail.example'), path='<staff@hotmail.example>')
mail('w-jmrp-attached', head('staff@hotmail.example', 'complaint about message from 198.51.100.9', path='<staff@hotmail.example>') +
     'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="jm"\n\n--jm\nContent-Type: message/rfc822\n\n'
     'X-HmXmrOriginalRecipient: dao@hotmail.example\n' + letter('dao@hotmail.example') + '\n--jm--\n', complaint('dao@hotmail.example'))
mail('w-aol-scomp', head('scomp@aol.example', 'Email Feedback Report for IP 198.51.100.9', path='<scomp@aol.example>') +
     'MIME-Version: 1.0\nContent-Type: multipart/report; boundary="boundary-1138"; report-type=feedback-report\n\n--boundary-1138\nContent-Type: text/plain\n\n'
     'This is an email abuse report for an email message with the message-id of 77 received from IP address 198.51.100.9\n\n--boundary-1138\n'
     'Content-Disposition: inline\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: AOL SComp\nVersion: 0.1\n'
     'Received-Date: Wed, 25 Nov 2026 10:11:00 +0000\nSource-IP: 198.51.100.9\nReported-Domain: sender.example\nRedacted-Address: redacted\n'
     'Redacted-Address: redacted@\n\n--boundary-1138\nContent-Type: message/rfc822\nContent-Disposition: inline\n\n' +
     letter('redacted@aol.example') + '\n--boundary-1138--\n', complaint('redacted@aol.example'))
mail('w-dmarc', head('noreply-dmarc-support@provider.example', 'Report domain: sender.example Submitter: provider.example Report-ID: 1234', path='<noreply-dmarc-support@provider.example>') +
     'MIME-Version: 1.0\nContent-Type: application/zip; name="provider.example!sender.example!1!2.zip"\nContent-Transfer-Encoding: base64\n\nUEsDBAo=\n')
mail('w-dmarc-text', head('DMARC <postmaster@provider.example>', 'Report Domain: sender.example Submitter: provider.example Report-ID: <1.2@provider.example>', path='<>') +
     'Auto-Submitted: auto-generated\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=d\n\n--d\nContent-Type: text/plain\n\n'
     'This is an aggregate report from provider.example. Messages that failed: 3. Contact dmarc@provider.example.\n--d\n'
     'Content-Type: application/gzip; name=r.xml.gz\nContent-Transfer-Encoding: base64\n\nH4sIAAAA\n--d--\n')

# --- Out of office, challenges, receipts ----------------------------------------------------------


def away(name, subject, body, who='em@paper.example', auto='Auto-Submitted: auto-replied\n', charset='utf-8', **more):
    more.setdefault('path', '<>')
    text(name, f'Em Nguyen <{who}>', subject if subject.isascii() else word(subject, charset), body, *([reply(who)] if auto is not None else []),
         charset=charset, encoding='base64', more=auto or '', **more)


away('w-away-vi', 'Trả lời tự động: Tin tháng mười một', 'Tôi đi công tác từ 23/11 đến 30/11/2026. Việc gấp xin liên hệ: bao@paper.example, 0912 345 678.\n')
away('w-away-vi-plain', 'Tra loi tu dong: Re: tin', 'Hien toi dang nghi phep, se tra loi sau. Thu cua ban chua duoc doc, xin gui lai cho thuky@paper.example.\n', auto='X-Autoreply: yes\n')
away('w-away-en-failure', 'Out of Office: November news', 'I am away until Monday and cannot be reached. Mail to me will not be delivered to anyone else; mailbox may be full. '
     'In urgent cases write to backup@paper.example.\n')
away('w-away-de', 'Automatische Antwort: Neues', 'Ich bin bis 30.11. nicht im Büro. Ihre Nachricht wird nicht weitergeleitet. Vertretung: kollege@paper.example\n', charset='iso-8859-1')
away('w-away-fr', 'Réponse automatique : Nouvelles', "Je suis absent jusqu'au 30/11. Votre message ne sera pas lu. Contact : accueil@paper.example\n", charset='iso-8859-1')
away('w-away-ja', '自動応答: 不在のお知らせ', '現在出張のため不在にしております。お急ぎの方は ka@paper.example までご連絡ください。\n', charset='iso-2022-jp')
away('w-away-ru', 'Автоответ: Новости', 'Я в отпуске до 30 ноября. Срочные вопросы: zam@paper.example\n', charset='koi8-r')
away('w-away-zh', '自动回复: 十一月新闻', '您好，邮件已收到，我会尽快回复。\n', charset='gb18030')
away('w-away-es', 'Respuesta automática: Noticias', 'Estoy fuera de la oficina hasta el lunes. Dirección alternativa: otro@paper.example\n', auto='X-Auto-Response-Suppress: All\n')
away('w-away-left', 'Automatic reply: November news', 'I no longer work at Paper. This mailbox is not monitored and will be deleted. Please write to desk@paper.example.\n',
     auto='Auto-Submitted: auto-generated\nX-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent\n')
away('w-away-precedence', 'Re: November news', 'Thank you for your mail. I am out of the office.\n', auto='Precedence: auto_reply\n', path='<em@paper.example>')
away('w-away-vacation-1', 'away from my mail', 'I will not be reading my mail for a while. Your mail concerning "November news" will be read when I return.\n', auto='Precedence: bulk\n')
away('w-away-unmarked-subject', 'Out of office', 'I am out of the office until 30 November.\n', auto='', path='<em@paper.example>')
away('w-away-unmarked-vi', 'Tự động trả lời: Tin tháng mười một', 'Tôi đang nghỉ phép.\n', auto='', path='<em@paper.example>')
away('w-away-dsn-like', 'Automatic reply: Undeliverable: November news', 'The person you tried to reach (em@paper.example) is on leave. Delivery failed? Call us.\n')
away('w-away-changed', 'Changed address', 'My address has changed. Please use em.new@paper.example in future; this mailbox is closed.\n')
away('w-away-ticket', '[#4711] We received your request', 'Thank you for contacting us. A ticket was opened. Do not reply to this mail.\n', who='help@paper.example')
text('w-challenge-spamarrest', 'Em Nguyen <em@paper.example>', 'Re: November news [verification needed]', '''Em Nguyen here,

I'm protecting myself from receiving junk mail.

Just this once, click the link below so I can receive your emails.
You won't have to do this again.

http://www.spamarrest.example/a2?xyz
''', reply('em@paper.example'), path='<return@spamarrest.example>', more='Auto-Submitted: auto-replied\n')
text('w-challenge-tmda', 'em@paper.example', 'Please confirm your message', '''This message was created automatically by mail delivery software (TMDA).

Your message attached below is being held because the address <news@sender.example> has not been verified.

To release your message for delivery, please send an empty message
to the following address, or use your mailer's "Reply" feature.

   em-confirm-1129.ff@paper.example

This confirmation verifies that your message is legitimate and not junk-mail.
''', reply('em@paper.example'), more='X-Delivery-Agent: TMDA/1.0.3\nAuto-Submitted: auto-replied\nPrecedence: bulk\n')
text('w-challenge-boxbe', 'Em Nguyen <em@paper.example>', 'Re: November news (Action Required)', '''Hello news@sender.example,

Your message about "November news" was waitlisted.

Please add yourself to my Guest List so your messages will be delivered to my Inbox. Use the link below.

https://www.boxbe.example/crs?tc=1

Thank you, em@paper.example
''', reply('em@paper.example'), path='<noreply@boxbe.example>', more='Auto-Submitted: auto-replied\nX-Boxbe-C-R-Email: 1\n')
text('w-challenge-uol', 'AntiSpam UOL <em@uol.example>', word('Confirmação AntiSpam: November news'), '''Você enviou uma mensagem para em@uol.example.
Para que sua mensagem seja encaminhada, por favor, confirme clicando aqui.
''', reply('em@uol.example'), charset='iso-8859-1', encoding='quoted-printable', more='Auto-Submitted: auto-replied\n')
mail('w-receipt-displayed', head('Em <em@paper.example>', 'Read: November news', path='<>') + 'MIME-Version: 1.0\nContent-Type: multipart/report; '
     'report-type=disposition-notification; boundary=r\n\n--r\nContent-Type: text/plain\n\nYour message was read on Wed, 25 Nov 2026.\n\n--r\n'
     'Content-Type: message/disposition-notification\n\nReporting-UA: paper.example; Outlook\nFinal-Recipient: rfc822;em@paper.example\n'
     'Original-Message-ID: <20261125.77@out.sender.example>\nDisposition: automatic-action/MDN-sent-automatically; displayed\n\n--r--\n', reply('em@paper.example'))
mail('w-receipt-deleted', MAILS['w-receipt-displayed'][0].decode().replace('displayed', 'deleted').replace('Read:', 'Not read:')
     .replace('was read', 'was deleted without being read'), reply('em@paper.example'))

# --- Mail that is no report -----------------------------------------------------------------------


def other(name, sender, subject, body, path=None, want=None, **more):
    address = sender[sender.index('<') + 1:sender.index('>')] if '<' in sender else sender
    text(name, sender, subject if subject.isascii() else word(subject), body, *([want] if want else []), path=path or f'<{address}>', charset='utf-8', encoding='quoted-printable', **more)


other('w-other-human-quotes', 'An Le <an@sender.example>', 'Re: Undelivered Mail Returned to Sender', '''Hi, did you see this? What shall we do?

On 25 Nov 2026, Mail Delivery System wrote:
> This is the mail system at host mx.remote.example.
>
> I'm sorry to have to inform you that your message could not
> be delivered to one or more recipients.
>
> <hoa@paper.example>: host mx.paper.example said: 550 5.1.1 User unknown
''', more='In-Reply-To: <n1@mx.remote.example>\n')
other('w-other-human-forward', 'An Le <an@sender.example>', 'Fwd: Mail delivery failed: returning message to sender', '''FYI

---------- Forwarded message ---------
From: Mail Delivery System <Mailer-Daemon@exim.remote.example>
Subject: Mail delivery failed: returning message to sender
To: <an@sender.example>

This message was created automatically by mail delivery software.
A message that you sent could not be delivered to one or more of its recipients.
The following address(es) failed:

  hoa@paper.example
    Unrouteable address
''')
other('w-other-human-vi', 'Toà soạn <toasoan@paper.example>', 'Hỏi thêm về thông cáo', '''Kính gửi Quý Bộ,

Thư của Quý Bộ gửi tới hoa@paper.example bị trả lại vì hộp thư đầy. Xin gửi lại tới hoa.moi@paper.example.
Trân trọng.
''')
other('w-other-newsletter', 'Deliverability Weekly <news@letters.example>', 'Why mails bounce: 550 5.1.1 and friends', '''This week: undeliverable mail.

550 5.1.1 <someone@example.example>: user unknown is the most common bounce. Mailbox full comes second.
Unsubscribe: unsub@letters.example
''', path='<bounces+77@letters.example>', more='List-Unsubscribe: <mailto:unsub@letters.example>\nPrecedence: bulk\n')
other('w-other-mailman-bounce', 'mailman-bounces@lists.example', 'Bounce action notification', '''This is a Mailman mailing list bounce action notice:

    List:       press
    Member:     hoa@paper.example
    Action:     Subscription disabled.
    Reason:     Excessive or fatal bounces.

The triggering bounce notice is attached below.
''', path='<mailman-bounces@lists.example>', more='X-Mailman-Version: 2.1.39\nList-Id: <mailman.lists.example>\nX-List-Administrivia: yes\nPrecedence: bulk\n')
other('w-other-mailman-held', 'press-bounces@lists.example', 'Your message to press awaits moderator approval', '''Your mail to 'press' with the subject

    November news

Is being held until the list moderator can review it for approval.

The reason it is being held:

    Post by non-member to a members-only list
''', path='<press-bounces@lists.example>', want=reply('press-bounces@lists.example'), more='X-Mailman-Version: 2.1.39\nPrecedence: bulk\nX-List-Administrivia: yes\n')
other('w-other-mailman-disabled', 'press-request@lists.example', 'You have been unsubscribed from the press mailing list', '''Your membership in the mailing list press has been disabled due to excessive bounces. The last bounce received from you was dated 20-Nov-2026.
''', path='<press-bounces@lists.example>', more='X-Mailman-Version: 2.1.39\n')
other('w-other-listserv', 'L-Soft list server <LISTSERV@lists.example>', 'Your message to PRESS-L', '''Your message is being returned to you unprocessed because you are not subscribed to the PRESS-L list (press-l@lists.example).
''', path='<owner-LISTSERV@lists.example>')
other('w-other-majordomo', 'majordomo@lists.example', 'Majordomo results: subscribe press', '''--

>>>> subscribe press hoa@paper.example
Succeeded.
''', path='<majordomo-owner@lists.example>')
other('w-other-list-post', 'An Le <an@paper.example>', '[press] Delivery failed to some of you?', '''Hello list, my mail to hoa@paper.example returned with "user unknown". Anybody knows?
''', path='<press-bounces@lists.example>', more='List-Id: <press.lists.example>\nList-Post: <mailto:press@lists.example>\nPrecedence: list\n')
mail('w-other-calendar', head('Em <em@paper.example>', 'Declined: Press briefing', path='<em@paper.example>') + 'MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=c\n\n'
     '--c\nContent-Type: text/plain\n\nEm has declined this invitation. Not delivered to the room.\n--c\nContent-Type: text/calendar; method=REPLY\n\n'
     'BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nATTENDEE;PARTSTAT=DECLINED:mailto:em@paper.example\nEND:VEVENT\nEND:VCALENDAR\n--c--\n')
text('w-other-virus', 'Antivirus <postmaster@paper.example>', 'VIRUS IN YOUR MAIL', '''Our virus checker found Eicar-Test-Signature in your email to the following recipient:

-> hoa@paper.example

Please check your system for viruses. Delivery of the email was stopped!
''', path='<>')
other('w-other-quarantine', 'Quarantine <quarantine@sender.example>', 'Quarantine summary: 3 new messages', '''These messages were held in quarantine for news@sender.example:

  From: spam@elsewhere.example   Subject: Undeliverable: your message   Release
  From: win@elsewhere.example    Subject: mailbox full                  Release
''', more='Auto-Submitted: auto-generated\n')
other('w-other-cron', 'root@press.sender.example (Cron Daemon)', 'Cron <root@press> check-mail', 'postqueue: 2 mails deferred: hoa@paper.example (connection timed out)\n',
      path='<root@press.sender.example>', more='Auto-Submitted: auto-generated\n')
other('w-other-logwatch', 'logwatch@sender.example', 'Logwatch for press (Linux)', '''--------------------- Postfix Begin ------------------------
  3   5xx bounces
      550 5.1.1 user unknown: hoa@paper.example
''', more='Auto-Submitted: auto-generated\n')
other('w-other-phishing', 'Mail Support <support@elsewhere.example>', 'Undelivered messages: your mailbox is full', '''Dear news@sender.example,

6 incoming messages could not be delivered because your mailbox is almost full.
Click here to release the messages: http://elsewhere.example/login
''')
other('w-other-phishing-daemon', 'Mail Delivery System <noreply@elsewhere.example>', '[news@sender.example] Message delivery failed - action required', '''Your mailbox quota has exceeded. Incoming mail to news@sender.example is on hold. Sign in to retrieve your messages.
''')
other('w-other-shop', 'Shop <service@shop.example>', 'Delivery failed: we could not deliver your parcel', '''Parcel 4711 could not be delivered to Hoa, Hang Bai 18. We will try again tomorrow. Questions: help@shop.example
''')
other('w-other-invoice', 'Billing <billing@hoster.example>', 'Payment failed', 'Your payment failed. Account user: news@sender.example. Your account will be disabled.\n')
other('w-other-postmaster-person', 'Postmaster <postmaster@paper.example>', 'Re: your blocked IP', '''Hello, we have removed 198.51.100.9 from our block list; mail to hoa@paper.example was refused (550 5.7.1) until today.
Regards, An
''', more='In-Reply-To: <q1@sender.example>\n')
text('w-other-antispam-warning', 'MailScanner <postmaster@paper.example>', '{Virus?} Warning: E-mail viruses detected', '''The following e-mail message was found to have viruses in it:

   Sender: news@sender.example
   IP Address: 198.51.100.9
   Recipient: hoa@paper.example
   Subject: November news
   Report: document.zip contains Eicar

The attachment was removed; the rest of the mail was delivered.
''', path='<postmaster@paper.example>')
other('w-other-welcome', 'noreply@service.example', 'Verify your address', 'Please verify news@sender.example. If you did not register, ignore this mail.\n', path='<>', want=reply('noreply@service.example'), more='Auto-Submitted: auto-generated\n')
other('w-other-tls-report', 'tlsrpt@provider.example', 'Report Domain: sender.example Submitter: provider.example Report-ID: <2@provider.example>', 'Aggregate TLS report.\n',
      more='TLS-Report-Domain: sender.example\n')
other('w-other-feedback-question', 'Chi <chi@paper.example>', 'Re: November news', '''Please stop sending me this. You say 2.000 people failed? Source?

-----Original Message-----
From: Newsroom <news@sender.example>
To: chi@paper.example

550 people were not reached, the mailbox is full of questions.
''')

# --- More, from the wild's stranger end ---------------------------------------------------------------

text('w2-no-message-collected', 'Mail Delivery Subsystem <MAILER-DAEMON@hub.example>', 'Returned mail: Service unavailable', '''The original message was received at Wed, 25 Nov 2026 10:11:00 GMT
from root@localhost

   ----- The following addresses had permanent fatal errors -----
bach@paper.example

   ----- Transcript of session follows -----
... while talking to mail.paper.example.:
>>> MAIL From:<news@sender.example> SIZE=1234
<<< 553 5.1.8 <news@sender.example>... Domain of sender address news@sender.example does not exist
501 5.6.0 Data format error

   ----- Message header follows -----
''' + letter('bach@paper.example'), failed('bach@paper.example', '5.1.8', POLICY))
text('w2-bluebottle', 'Mail Delivery System <MAILER-DAEMON@bluebottle.example>', 'Undelivered Mail Returned to Sender', '''The message you sent to bao.a@paper.example could not be delivered because the
account has been closed.
''', failed('bao.a@paper.example', '5.0.0', MAILBOX))
report('w2-amavis-spam', '"Content-filter at mx.paper.example" <postmaster@mx.paper.example>', 'Considered UNSOLICITED BULK EMAIL, apparently from you', '''A message from <news@sender.example> to:
-> be@paper.example

was considered unsolicited bulk e-mail (UBE).

Our internal reference code for your message is 01234-05/abc

The message carried your return address, so it was either a genuine mail
from you, or a sender address was faked and your e-mail address abused
by third party, in which case we apologize for undesired notification.

Delivery of the message was stopped!
''', '''Reporting-MTA: dns; mx.paper.example
Received-From-MTA: smtp; mx.paper.example ([127.0.0.1])
Arrival-Date: Wed, 25 Nov 2026 10:11:00 +0000 (UTC)

Original-Recipient: rfc822;be@paper.example
Final-Recipient: rfc822;be@paper.example
Action: failed
Status: 5.7.0
Diagnostic-Code: smtp; 554 5.7.0 Reject, id=01234-05 - SPAM
Last-Attempt-Date: Wed, 25 Nov 2026 10:11:00 +0000 (UTC)
''', failed('be@paper.example', '5.7.0', POLICY))
report('w2-workmail', 'MAILER-DAEMON@amazonses.example', 'Delivery Status Notification (Failure)', 'An error occurred while trying to deliver this message to the following recipients:\nbi@paper.example\n', '''Reporting-MTA: dsn; a27-19.smtp-out.example

Final-Recipient: rfc822; bi@paper.example
Diagnostic-Code: smtp; 550 5.1.1 <bi@paper.example>... User Unknown
Action: failed
Status: 5.1.1
''', failed('bi@paper.example', '5.1.1'))
report('w2-receiving-ses', 'Mail Delivery System <MAILER-DAEMON@inbound-ses.example>', 'Delivery Status Notification (Failure)', 'This message could not be delivered due to a recipient error.\n', '''Reporting-MTA: dns; inbound-smtp.example
Arrival-Date: Wed, 25 Nov 2026 10:11:00 GMT

Final-Recipient: rfc822; binh@paper.example
Action: failed
Remote-MTA: dns; inbound-smtp.example
Status: 5.2.2
Diagnostic-Code: smtp; 552 Mailbox size limit exceeded
''', failed('binh@paper.example', '5.2.2', MAILBOX))
text('w2-usergate', 'Mail Delivery Subsystem <mailer@usergate.example>', 'Undelivered Mail', '''Hello, this is the mail server on usergate.example.

Sending your message to <ca@paper.example> is impossible.
SMTP server answered: 550 5.1.1 unknown user
''', failed('ca@paper.example', '5.1.1'))
report('w2-bigfoot', 'MAILER-DAEMON@bigfoot.example', 'Returned mail: see transcript for details', '''The original message was received at Wed, 25 Nov 2026 10:11:00 -0500

   ----- The following addresses had permanent fatal errors -----
<cam@paper.example>

   ----- Transcript of session follows -----
>>> RCPT TO:<cam@paper.example>
<<< 553 Exceeded maximum inbound message size
''', '''Reporting-MTA: dns; litemail.bigfoot.example
Arrival-Date: Wed, 25 Nov 2026 10:11:00 -0500
Final-Recipient: RFC822; <cam@paper.example>
Action: failed
Status: 5.0.0
Remote-MTA: DNS; mx.paper.example
Diagnostic-Code: SMTP; 553 Exceeded maximum inbound message size
Last-Attempt-Date: Wed, 25 Nov 2026 10:11:00 -0500
''', failed('cam@paper.example', '5.0.0', POLICY))
text('w2-telia', 'postmaster@telia.example', word('Meddelandet kunde inte levereras'), '''Ditt meddelande kunde inte levereras till följande mottagare:

    can@telia.example

Orsak: Brevlådan är full.
''', failed('can@telia.example', '5.0.0', MAILBOX), charset='iso-8859-1', encoding='quoted-printable')
text('w2-danish', 'postmaster@post.example', 'Mail kunne ikke leveres', '''Din mail kunne ikke leveres til:

    canh@post.example: brugeren findes ikke
''', failed('canh@post.example'), charset='utf-8')
text('w2-finnish', 'postmaster@posti.example', 'Viestin toimitus ep=E4onnistui'.replace('=E4', 'a'), '''Viestin toimittaminen seuraavalle vastaanottajalle epäonnistui:

    cao@posti.example
    Käyttäjää ei löydy
''', failed('cao@posti.example'), charset='utf-8', encoding='base64')
text('w2-hungarian', 'MAILER-DAEMON@freemail.example', 'Sikertelen kezbesites', '''Az Ön levele nem volt kézbesíthető a következő címzettnek:

    chau.h@freemail.example
    550 ismeretlen felhasználó
''', failed('chau.h@freemail.example'), charset='iso-8859-2', encoding='quoted-printable')
text('w2-romanian', 'MAILER-DAEMON@posta.example', word('Mesajul nu a putut fi livrat'), '''Mesajul dumneavoastră nu a putut fi livrat destinatarului:

    chi.r@posta.example
    550 5.1.1 utilizator necunoscut
''', failed('chi.r@posta.example', '5.1.1'), charset='utf-8', encoding='base64')
text('w2-greek', 'MAILER-DAEMON@tax.example', word('Αποτυχία παράδοσης'), '''Το μήνυμά σας δεν παραδόθηκε στον παραλήπτη:

    chien@tax.example
    550 5.2.2 mailbox full
''', failed('chien@tax.example', '5.2.2', MAILBOX), charset='iso-8859-7', encoding='base64')
text('w2-thai', 'postmaster@thai.example', word('ไม่สามารถส่งอีเมลได้'), '''ไม่สามารถส่งข้อความไปยังผู้รับต่อไปนี้:

    chinh.t@thai.example
    550 5.1.1 User unknown
''', failed('chinh.t@thai.example', '5.1.1'), charset='utf-8', encoding='base64')
text('w2-hebrew', 'MAILER-DAEMON@il.example', 'Mail delivery failed', '''הודעתך לא נמסרה לנמענים הבאים:

<cong@il.example>: 550 No such user
''', failed('cong@il.example'), charset='utf-8', encoding='base64')
exchange('w2-exchange-it', 'Non recapitabile: Novità', 'Recapito non riuscito per i seguenti destinatari o gruppi', "L'indirizzo di posta elettronica immesso non è stato trovato.", 'Informazioni di diagnostica per gli amministratori')
exchange('w2-exchange-nl', 'Niet bestelbaar: Nieuws', 'Bezorging bij deze geadresseerden of groepen is mislukt', 'Het ingevoerde e-mailadres is niet gevonden.', 'Diagnostische informatie voor beheerders')
exchange('w2-exchange-ko', '배달되지 않음: 소식', '다음 받는 사람 또는 그룹에게 배달하지 못했습니다', '입력한 전자 메일 주소를 찾을 수 없습니다.', '관리자용 진단 정보')
exchange('w2-exchange-cs', 'Nedoručitelné: Novinky', 'Doručení následujícím příjemcům nebo skupinám se nezdařilo', 'Zadaná e-mailová adresa nebyla nalezena.', 'Diagnostické informace pro správce')
exchange('w2-exchange-sv', 'Kan inte levereras: Nyheter', 'Det gick inte att leverera till följande mottagare eller grupper', 'E-postadressen du angav hittades inte.', 'Diagnostikinformation för administratörer')
exchange('w2-exchange-th', 'ส่งไม่ได้: ข่าว', 'การส่งไปยังผู้รับหรือกลุ่มต่อไปนี้ล้มเหลว', 'ไม่พบที่อยู่อีเมลที่คุณป้อน', 'ข้อมูลการวินิจฉัยสำหรับผู้ดูแลระบบ')
exchange('w2-exchange-tw', '無法傳遞: 新聞', '無法傳遞至下列收件者或群組', '找不到您輸入的電子郵件地址。', '系統管理員的診斷資訊', charset='big5')
text('w2-exchange-365-html-es', 'Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@paper.example>', word('No se puede entregar: Noticias'), '''<html><body><table><tr><td>No se pudo entregar el mensaje a <b>cuc@paper.example</b>.</td></tr>
<tr><td>No se encontr&#243; a <b>cuc</b> en paper.example.</td></tr><tr><td>news</td><td>Office 365</td><td>cuc</td></tr><tr><td>Acci&oacute;n necesaria</td><td></td><td>Destinatario</td></tr>
<tr><td>C&#243;digo de estado: 550 5.1.10</td></tr><tr><td>Direcci&#243;n del remitente:</td><td>news@sender.example</td></tr><tr><td>Direcci&#243;n del destinatario:</td><td>cuc@paper.example</td></tr>
<tr><td>Asunto:</td><td>Noticias</td></tr><tr><td>Error informado:</td><td><i>550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup</i></td></tr></table></body></html>
''', failed('cuc@paper.example', '5.1.10'), charset='utf-8', encoding='quoted-printable', kind='html')
text('w2-office365-text', 'Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@x.onmicrosoft.example>', 'Undeliverable: November news', '''[Office 365]

Your message to cuong.o@paper.example couldn't be delivered.

paper.example suspects your message is spam and rejected it.

news        Office 365        paper.example
Sender                        Action Required

Messages suspected as spam

How to Fix It
Try to modify your message, or change how you're sending the message, using the guidance in this article.

More Info for Email Admins
Status code: 550 5.7.350

When Office 365 tried to send the message to the recipient (outside Office 365), the recipient's email server (or email filtering service) suspected the sender's message is spam.

Original Message Details
Created Date: 11/25/2026 10:10:00 AM
Sender Address: news@sender.example
Recipient Address: cuong.o@paper.example
Subject: November news

Error Details
Error: 550 5.7.350 Remote server returned message detected as spam -> 554 5.7.1 Spam message rejected
Message rejected by: mx.paper.example
''', failed('cuong.o@paper.example', '5.7.350', POLICY))
text('w2-exchange-display-only', 'System Administrator <postmaster@paper.example>', 'Undeliverable: November news', '''Your message did not reach some or all of the intended recipients.

      Subject:  November news
      Sent:     25/11/2026 10:10

The following recipient(s) could not be reached:

      Dang Van Da on 25/11/2026 10:11
            The recipient's mailbox is full: the message could not be stored.
            <exch.paper.example #5.2.2>

----- Original message -----
''' + letter('da@paper.example'), failed('da@paper.example', '5.2.2', MAILBOX))
text('w2-postini', 'postmaster@psmtp.example', 'Mail delivery failed', '''550 No such user - psmtp

Your mail to <dam@paper.example> was not accepted.
''', failed('dam@paper.example'))
text('w2-comcast', 'MAILER-DAEMON@comcast.example', 'Permanent Error', '''This message is undeliverable.

Recipient: <dan@paper.example>
Code:      551 not our customer
Server:    mx.paper.example
''', failed('dan@paper.example'))
text('w2-earthlink', 'Mail Delivery System <Mailer-Daemon@elnk.example>', 'Mail delivery failed : returning message to sender', '''This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address failed:

  "dang@paper.example":
    550 dang@paper.example...User unknown

''' + letter('dang@paper.example'), failed('dang@paper.example'))
text('w2-verizon-vtext', 'post_master@vtext.example', 'Undeliverable Message', '''Error: Message could not be delivered.
  Invalid mobile number
  TO: 4085551212@vtext.example
  FROM: news@sender.example
  Message: November news
''', failed('4085551212@vtext.example'))
text('w2-hotpop', 'POSTMASTER@hotpop.example', 'Undeliverable Mail', '''The following message to <dao.h@hotpop.example> was undeliverable.
The reason for the problem:
        This user has not logged in for a long time; the account was suspended.
''', failed('dao.h@hotpop.example', '5.0.0', MAILBOX))
text('w2-netscape-ms', 'Mail Administrator <Postmaster@bas.example>', 'Mail System Error - Returned Mail', '''This Message was undeliverable due to the following reason:

One or more of the recipients of your message did not receive it
because they would have exceeded their mailbox size limit.  It
may be possible for you to successfully send your message again
at a later time; however, if it is large, it is recommended that
you first contact the recipients to confirm that the space will be
available for your message when you send it.

User quota exceeded: SMTP <dat@bas.example>

Please reply to Postmaster@bas.example
if you feel this message to be in error.
''', failed('dat@bas.example', '5.0.0', MAILBOX))
text('w2-netscape-rcpt', 'Mail Administrator <Postmaster@bas.example>', 'Mail System Error - Returned Mail', '''This Message was undeliverable due to the following reason:

The user(s) account is temporarily over quota.

<dau@bas.example>

Please reply to Postmaster@bas.example
if you feel this message to be in error.
''', failed('dau@bas.example', '5.0.0', MAILBOX))
text('w2-cox', 'Mail Administrator <Postmaster@cox.example>', 'Mail System Error - Returned Mail', '''This Message was undeliverable due to the following reason:

Each of the following recipients was rejected by a remote mail server.
The reasons given by the server are included to help you determine why
each recipient was rejected.

    Recipient: <de@paper.example>
    Reason:    5.1.1 <de@paper.example>: Recipient address rejected: User unknown

    Recipient: <di@paper.example>
    Reason:    sorry, relaying denied from your location

Please reply to Postmaster@cox.example
if you feel this message to be in error.
''', failed('de@paper.example', '5.1.1'), failed('di@paper.example', '5.0.0', POLICY))
text('w2-pmdf', 'PMDF e-Mail Interconnect <postmaster@vms.example>', 'Delivery Notification: Delivery has failed', '''This report relates to a message you sent with the following header fields:

  Message-id: <77@out.sender.example>
  From: Newsroom <news@sender.example>
  To: diem@vms.example
  Subject: November news

Your message cannot be delivered to the following recipients:

  Recipient address: diem@vms.example
  Reason: Illegal host/domain name found
''', failed('diem@vms.example'))
text('w2-groupwise-6', 'GroupWise <Mailer-Daemon@gw6.example>', 'Message status - undeliverable', '''The attached file had the following undeliverable recipient(s):
\tdiep@gw6.example

Transcript of session follows:
   Recipient not found in GroupWise; Access denied
''', failed('diep@gw6.example'))
text('w2-lotus-notes', 'Administrator <postmaster@notes.example>', 'NOTES: Nondelivery of: November news', '''------- Failure Reasons  --------

User not listed in public Name & Address Book
dinh@notes.example


------- Returned Message --------

''' + letter('dinh@notes.example'), failed('dinh@notes.example'))
text('w2-domino-multi', 'postmaster@domino.example', 'DELIVERY FAILURE: Recipients are over their database quota.', '''Your message

  Subject: November news

was not delivered to:

  doan@domino.example
  dong@domino.example

because:

  The recipient's mail database is over quota: message not stored.
''', failed('doan@domino.example', '5.0.0', MAILBOX), failed('dong@domino.example', '5.0.0', MAILBOX))
text('w2-mercury', 'Electronic Postmaster <postmaster@merc.example>', 'Postmaster notify: delivery failure.', '''The attached message has failed delivery and has been referred
to you as postmaster. The following error report or reports
were given to explain the problem:

*** dung.m@merc.example
There is no user by that name at this server.
''', failed('dung.m@merc.example'))
text('w2-mercury-job', 'Mercury <postmaster@merc.example>', 'Delivery failure: your mail', '''Job MG000123: message delivery failed.

   dung.n@paper.example:
      554 5.7.1 <dung.n@paper.example>: Relay access denied
''', failed('dung.n@paper.example', '5.7.1', POLICY))
text('w2-vpop3', 'VPOP3 <postmaster@vpop.example>', 'Undeliverable Message', '''VPOP3 could not deliver the following message:

To: <duong@paper.example>

The server said: 550 5.1.1 unknown or illegal alias

----- Original message -----
''' + letter('duong@paper.example'), failed('duong@paper.example', '5.1.1'))
text('w2-xmail', 'postmaster@xmail.example', 'Error sending message [1196091234567.1234.xmail] from [news@sender.example]', '''[<00>] XMail bounce: Rcpt=[duy.x@paper.example];Error=[550 5.1.1 <duy.x@paper.example>: Recipient address rejected: User unknown]


[<01>] Error sending message [1196091234567.1234.xmail] from [news@sender.example].

ID:        <S77>
Mail From: <news@sender.example>
Rcpt To:   <duy.x@paper.example>
Server:    <mx.paper.example>


[<02>] The reason of the delivery failure was:

550 5.1.1 <duy.x@paper.example>: Recipient address rejected: User unknown


[<04>] Here is listed the initial part of the message:
''' + letter('duy.x@paper.example'), failed('duy.x@paper.example', '5.1.1'))
text('w2-argosoft', 'Mail Server <postmaster@argo.example>', 'Undeliverable message', '''Message to the following recipients could not be delivered: <gac@argo.example>
Reason: Mailbox does not exist
''', failed('gac@argo.example'))
text('w2-ms-smtp-iis', 'postmaster@iis.example', 'Delivery Status Notification (Failure)', '''This is an automatically generated Delivery Status Notification.

Unable to deliver message to the following recipients, due to being unable to connect successfully to the destination mail server.

       gai@slow.example
''', failed('gai@slow.example', '4.0.0', TRANSIENT))
text('w2-exchange-nl-html-daemon', 'MAILER-DAEMON@xs.example', 'Mail delivery failed', '''<div>Delivery to <strong>gam.h@paper.example</strong> failed:<br><code>552 5.2.2 user&#39;s mailbox quota exceeded</code></div>''',
     failed('gam.h@paper.example', '5.2.2', MAILBOX), charset='utf-8', kind='html')
text('w2-gap-reply-code', 'Mail Delivery System <MAILER-DAEMON@gap.example>', 'Delivery failure (giang.g@paper.example)', '''Message could not be delivered after 6 attempts.

Last reply was: 451 4.3.0 Temporary lookup failure
''', failed('giang.g@paper.example', '4.3.0', TRANSIENT))
text('w2-lmtp-dovecot', 'Mail Delivery Subsystem <postmaster@dovecot.example>', 'Rejected: November news', '''Your message to <giao.d@dovecot.example> was automatically rejected:
Quota exceeded (mailbox for user is full)
''', failed('giao.d@dovecot.example', '5.0.0', MAILBOX), more='Auto-Submitted: auto-replied (rejected)\nPrecedence: bulk\n')
mail('w2-dovecot-mdn', head('Mail Delivery Subsystem <postmaster@dovecot.example>', 'Automatically rejected mail') + 'Auto-Submitted: auto-replied (rejected)\nMIME-Version: 1.0\n'
     'Content-Type: multipart/report; report-type=disposition-notification;\n\tboundary="d/1"\n\n--d/1\nContent-Type: text/plain; charset=utf-8\n\n'
     'Your message to <gioi@dovecot.example> was automatically rejected:\nQuota exceeded (mailbox for user is full)\n\n--d/1\nContent-Type: message/disposition-notification\n\n'
     'Reporting-UA: dovecot.example; Dovecot Mail Delivery Agent\nOriginal-Recipient: rfc822; gioi@dovecot.example\nFinal-Recipient: rfc822; gioi@dovecot.example\n'
     'Original-Message-ID: <20261125.77@out.sender.example>\nDisposition: automatic-action/MDN-sent-automatically; deleted\n\n--d/1\nContent-Type: message/rfc822\n\n' +
     letter('gioi@dovecot.example') + '\n--d/1--\n', failed('gioi@dovecot.example', '5.0.0', MAILBOX))
mail('w2-sieve-reject', head('Ha <ha.s@paper.example>', 'Automatically rejected mail') + 'Auto-Submitted: auto-replied (rejected)\nMIME-Version: 1.0\n'
     'Content-Type: multipart/report; report-type=disposition-notification;\n\tboundary="d/1"\n\n--d/1\nContent-Type: text/plain; charset=utf-8\n\n'
     'Your message was automatically rejected by the user\'s filter:\nI do not want this.\n\n--d/1\nContent-Type: message/disposition-notification\n\n'
     'Final-Recipient: rfc822; ha.s@paper.example\nDisposition: automatic-action/MDN-sent-automatically; deleted\n\n--d/1--\n', reply('ha.s@paper.example'))
text('w2-procmail-unknown', 'MAILER-DAEMON (Mail Delivery Subsystem)', 'Returned mail: can\'t create (user) output file', '''   ----- The following addresses had permanent fatal errors -----
<hai.p@paper.example>
    (reason: can't create (user) output file)

   ----- Transcript of session follows -----
procmail: Quota exceeded while writing "/var/mail/hai"
550 5.0.0 <hai.p@paper.example>... Can't create output
''', failed('hai.p@paper.example', '5.0.0', MAILBOX))
report('w2-mta-x-unix', SM, 'Returned mail: see transcript for details', '''   ----- The following addresses had permanent fatal errors -----
"|/usr/local/bin/majordomo-wrapper"
    (reason: 75)
    (expanded from: <han@paper.example>)
''', '''Reporting-MTA: dns; hub.example

Final-Recipient: RFC822; han@paper.example
X-Actual-Recipient: X-Unix; |/usr/local/bin/majordomo-wrapper
Action: failed
Status: 5.3.0
Diagnostic-Code: X-Unix; 75
''', failed('han@paper.example', '5.3.0', UNCLEAR))
report('w2-dsn-final-in-actual', SM, 'Returned mail', 'Delivery failed\n', '''Reporting-MTA: dns; hub.example

Final-Recipient: RFC822; <@hub.example:hanh.r@paper.example>
Action: Failed
Status: 5.1.1
''', failed('hanh.r@paper.example', '5.1.1'))
report('w2-dsn-comment-fields', MD, UMR, 'Delivery failed\n', '''Reporting-MTA: dns; hub.example

Final-Recipient: rfc822;hao@paper.example (forwarded by hao.old@paper.example)
Action: failed (mailbox gone)
Status: 5.1.6 (moved)
Diagnostic-Code: smtp;551 5.1.6 user has moved to hao.new@elsewhere.example
''', failed('hao@paper.example', '5.1.6'))
report('w2-dsn-upper-case', MD, UMR, 'Delivery failed\n', 'REPORTING-MTA: dns; hub.example\n\nFINAL-RECIPIENT: RFC822; HIEN.U@PAPER.EXAMPLE\nACTION: FAILED\nSTATUS: 5.1.1\n',
       failed('HIEN.U@PAPER.EXAMPLE', '5.1.1'))
report('w2-dsn-space-in-status', MD, UMR, 'Delivery failed\n', 'Reporting-MTA: dns; hub.example\n\nFinal-Recipient: rfc822; hieu@paper.example\nAction: failed\nStatus: 5. 1. 1\nDiagnostic-Code: smtp; 550 No such user\n',
       failed('hieu@paper.example'))
report('w2-dsn-mixed-actions', MD, 'Delivery report', 'See below\n', '''Reporting-MTA: dns; hub.example

Final-Recipient: rfc822; h1@paper.example
Action: delivered
Status: 2.1.5

Final-Recipient: rfc822; h2@slow.example
Action: delayed
Status: 4.4.1
Will-Retry-Until: Mon, 30 Nov 2026 10:11:00 +0000

Final-Recipient: rfc822; h3@paper.example
Action: failed
Status: 5.2.1
Diagnostic-Code: smtp; 550 5.2.1 mailbox disabled

Final-Recipient: rfc822; h4@paper.example
Action: expanded
Status: 2.0.0
''', done('delivered', 'h1@paper.example', '2.1.5'), delayed('h2@slow.example', '4.4.1'), failed('h3@paper.example', '5.2.1', MAILBOX), done('expanded', 'h4@paper.example'))
report('w2-dsn-delay-text-failure', 'postmaster@q.example', 'Undeliverable: November news', '''Your message could not be delivered within 4 hours.
The mail system will continue trying for 2 days.
''', status('hoan@slow.example', 'delayed', '4.4.1', 'smtp; connection timed out'), delayed('hoan@slow.example', '4.4.1'))
report('w2-dsn-failed-but-tries', 'postmaster@q.example', 'Delivery Status Notification (Delay)', 'Will be retried for 2 more days.\n', status('hoang@slow.example', 'failed', '4.4.1', 'smtp; connection timed out',
       more='Will-Retry-Until: Fri, 27 Nov 2026 10:11:00 +0000\n'), delayed('hoang@slow.example', '4.4.1'))
text('w2-delay-imail', 'Postmaster <postmaster@imail.example>', 'Undelivered mail - still trying', '''The message to hoat@slow.example has not been delivered within the first 12 hours; the host is not answering. It stays in the queue for 3 days.
''', delayed('hoat@slow.example'))
text('w2-delay-groupwise', 'Mailer-Daemon@gw.example', 'Message status - delayed', '''The message that you sent was deferred for delivery to:
\thoi@slow.example (host unreachable)
Delivery will be retried for 4 days.
''', delayed('hoi@slow.example'))
text('w2-delay-exim-old', EX, 'Mail delivery delayed', '''Message 0xAbCd-0001 has been frozen? No: it is on the queue.
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue.
The following address(es) have not yet been delivered:

  hong@slow.example
''', delayed('hong@slow.example'))
text('w2-delay-de', 'Mail Delivery System <MAILER-DAEMON@web.example>', word('Verzögerte Zustellung'), '''Ihre Nachricht konnte bisher nicht zugestellt werden:

<hop@slow.example>: Verbindung abgelehnt

Es wird weiterhin versucht, die Nachricht zuzustellen. Sie müssen nichts tun.
''', delayed('hop@slow.example'), charset='iso-8859-15', encoding='quoted-printable')
text('w2-delay-fr', 'Mail Delivery System <MAILER-DAEMON@free.example>', word('Courrier retardé'), '''Votre message n'a pas encore pu être remis :

<hue@slow.example>: connexion refusée

Le serveur continuera ses tentatives pendant 5 jours. Vous n'avez rien à faire.
''', delayed('hue@slow.example'), charset='utf-8', encoding='quoted-printable')
text('w2-delay-ja', 'MAILER-DAEMON@ocn.example', word('配信遅延のお知らせ', 'iso-2022-jp'), '''以下の宛先へのメールはまだ配信されていません。引き続き再送を試みます。

<hung.j@slow.example>
''', delayed('hung.j@slow.example'), charset='iso-2022-jp', encoding='7bit')
text('w2-delay-zh', 'postmaster@qq.example', word('邮件投递延迟', 'gbk'), '''您的邮件暂时未能投递到以下收件人，系统将继续尝试投递，无需重新发送：

huong.z@slow.example
''', delayed('huong.z@slow.example'), charset='gbk', encoding='base64')
text('w2-delay-ru', 'Mail Delivery System <MAILER-DAEMON@mail.example>', word('Задержка доставки'), '''Ваше сообщение ещё не доставлено следующему получателю:

huu@slow.example

Попытки доставки будут продолжены. Повторно отправлять письмо не нужно.
''', delayed('huu@slow.example'), charset='utf-8', encoding='base64')
text('w2-delay-es', 'postmaster@correo.example', 'Aviso: mensaje demorado', '''Su mensaje todavía no se ha podido entregar a:

huy.e@slow.example

El servidor seguirá intentándolo durante 3 días.
''', delayed('huy.e@slow.example'), charset='utf-8')
text('w2-delay-zimbra-vi', 'MAILER-DAEMON@mail.so.gov.example', word('Thư chậm gửi (vẫn đang thử lại)'), '''Thư của bạn chưa chuyển được sau 4 giờ. Hệ thống sẽ thử lại cho đến khi thư được 5 ngày.

<huyen.v@slow.example>: máy chủ nhận không trả lời
''', delayed('huyen.v@slow.example'), charset='utf-8', encoding='base64')
text('w2-mailgate-vn', 'Mail Gateway <no-reply@mailgate.gov.example>', word('[Cảnh báo] Thư bị từ chối'), '''Hệ thống Mail Gateway thông báo:

Thư gửi từ: news@sender.example
Gửi đến: khai@so.gov.example
Tiêu đề: November news
Lý do từ chối: Tệp đính kèm vượt quá dung lượng cho phép
''', failed('khai@so.gov.example', '5.0.0', POLICY), charset='utf-8', encoding='base64')
text('w2-mdaemon-vi', 'MDaemon <postmaster@ubnd.gov.example>', word('Cảnh báo: không gửi được thư tới khang@ubnd.gov.example'), '''Thư sau đây không thể chuyển tới <khang@ubnd.gov.example>.
Lý do: Hộp thư của người nhận đã vượt quá hạn mức (quota).
''', failed('khang@ubnd.gov.example', '5.0.0', MAILBOX), charset='utf-8', encoding='quoted-printable')
text('w2-vi-left', 'Postmaster <postmaster@bao.example>', word('Thư không chuyển được'), '''Xin thông báo: địa chỉ khanh.b@bao.example không còn sử dụng. Thư của bạn không chuyển được tới người nhận.
''', failed('khanh.b@bao.example'), charset='utf-8', encoding='base64')
text('w2-vi-away', 'Vũ Minh <minh.v@bao.example>', word('Vắng mặt: Re: Thông cáo'), '''Tôi vắng mặt từ ngày 20 đến ngày 30/11. Thư sẽ được trả lời khi tôi trở lại. Nếu cần gấp, xin gọi 0912 345 678.
''', reply('minh.v@bao.example'), charset='utf-8', encoding='base64', more='Auto-Submitted: auto-replied\n')
text('w2-vi-thanks', word('Văn thư Sở') + ' <vanthu@so.gov.example>', word('Đã nhận được thư'), '''Hệ thống đã nhận được thư của Quý cơ quan và sẽ xử lý trong giờ hành chính. Đây là thư trả lời tự động, vui lòng không trả lời thư này.
''', reply('vanthu@so.gov.example'), charset='utf-8', encoding='base64')
text('w2-iij', 'MAILER-DAEMON@iij.example', 'Mail delivery failed', '''メールの送信に失敗しました。

kien.j@iij.example へのメールは、受信側で拒否されました。
>>> 554 5.7.1 Rejected by spam filter
''', failed('kien.j@iij.example', '5.7.1', POLICY), charset='iso-2022-jp', encoding='7bit')
text('w2-au-full', 'Postmaster@au.example', 'Mail System Error - Returned Mail', '''The user(s) account is temporarily over quota.

<kim.a@au.example>
''', failed('kim.a@au.example', '5.0.0', MAILBOX))
text('w2-vodafone-jp', 'MAILER-DAEMON@vodafone.example', 'Returned mail: see transcript for details', '''   ----- The following addresses had permanent fatal errors -----
<ky@vodafone.example>
    (reason: 550 Invalid recipient: <ky@vodafone.example>)
''', failed('ky@vodafone.example'))
text('w2-cr-in-address', MD, UMR, POSTFIX + '<lac..x@docomo.example>: host mfs.docomo.example said: 550 Unknown user\n    lac..x@docomo.example (in reply to RCPT TO command)\n', failed('lac..x@docomo.example'))
text('w2-long-local', MD, UMR, POSTFIX + '<bounce-12345_HTML-678-lai=paper.example@mailer.example>: host mx.mailer.example said: 550 5.1.1 unknown\n',
     failed('bounce-12345_HTML-678-lai=paper.example@mailer.example', '5.1.1'))
text('w2-ip-literal', MD, UMR, POSTFIX + '<lam.i@[203.0.113.9]>: connect to 203.0.113.9[203.0.113.9]:25: Connection refused\n', failed('lam.i@[203.0.113.9]', '4.0.0', TRANSIENT))
report('w2-apostrophe', MD, UMR, 'Delivery failed\n', status("o'lan@paper.example", 'failed', '5.1.1', GONE), failed("o'lan@paper.example", '5.1.1'))
report('w2-plus', MD, UMR, 'Delivery failed\n', status('lan+press/2026=x@paper.example', 'failed', '5.1.1', GONE), failed('lan+press/2026=x@paper.example', '5.1.1'))
report('w2-gateway-timeout-5', MD, UMR, 'Delivery failed\n', status('lang@slow.example', 'failed', '5.4.7', 'smtp; Delivery time expired (message too old)'), failed('lang@slow.example', '5.4.7', TRANSIENT))
report('w2-dns-5', MD, UMR, 'Delivery failed\n', status('le.d@papr.example', 'failed', '5.1.2', 'smtp; 550 5.1.2 Bad destination host'), failed('le.d@papr.example', '5.1.2'))
report('w2-dkim', MD, UMR, 'Delivery failed\n', status('lem@paper.example', 'failed', '5.7.26', 'smtp; 550-5.7.26 This message does not pass authentication checks (SPF and DKIM both do not pass)'),
       failed('lem@paper.example', '5.7.26', POLICY))
report('w2-rate', MD, UMR, 'Delivery failed\n', status('lich@paper.example', 'failed', '4.7.28', 'smtp; 421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your IP address'),
       failed('lich@paper.example', '4.7.28', POLICY))
report('w2-550-5.2.0', MD, UMR, 'Delivery failed\n', status('linh.d@paper.example', 'failed', '5.2.0', 'smtp;554 5.2.0 STOREDRV.Deliver.Exception:StorageTransientException.MapiExceptionTimeout'),
       failed('linh.d@paper.example', '5.2.0', TRANSIENT))
report('w2-5.7.1-unknown', MD, UMR, 'Delivery failed\n', status('loan.u@paper.example', 'failed', '5.7.1', 'smtp; 550 5.7.1 <loan.u@paper.example>... User unknown'),
       failed('loan.u@paper.example', '5.7.1'))
report('w2-554-refused', MD, UMR, 'Delivery failed\n', status('loc.r@paper.example', 'failed', '5.0.0', 'smtp; 554 Refused. Your reverse DNS entry does not resolve.'),
       failed('loc.r@paper.example', '5.0.0', POLICY))
report('w2-disabled', MD, UMR, 'Delivery failed\n', status('loi@paper.example', 'failed', '5.0.0', 'smtp; 550 Account inactive'), failed('loi@paper.example', '5.0.0', MAILBOX))
report('w2-message-id', MD, UMR, 'Delivery failed\n', status('long@paper.example', 'failed', '5.6.0', 'smtp; 550 5.6.0 Lone CR or LF in headers (see RFC2822 section 2.2)'), failed('long@paper.example', '5.6.0', POLICY))
report('w2-over-daily', MD, UMR, 'Delivery failed\n', status('luc@paper.example', 'failed', '5.0.0', 'smtp; 550 The user you are trying to contact is receiving mail at a rate that prevents additional messages'),
       failed('luc@paper.example', '5.0.0', TRANSIENT))

other('w2-other-parked', 'Mail Delivery <info@parcel.example>', 'Your delivery could not be completed', 'The courier could not deliver to the address: 18 Hang Bai. Pick a new date: http://parcel.example\n')
other('w2-other-security', 'Google <no-reply@accounts.provider.example>', 'Security alert: sign-in attempt was blocked', 'Someone tried to sign in to news@sender.example. The attempt was blocked.\n')
other('w2-other-calendar-vi', 'Minh <minh@paper.example>', 'Từ chối: Họp báo', 'Minh đã từ chối lời mời họp báo. Không thể tham dự.\n')
other('w2-other-question', 'Lan <lan.q@paper.example>', 'Re: Thông cáo báo chí', 'Chúng tôi không nhận được tệp đính kèm, thư bị lỗi. Xin gửi lại tới lan.q@paper.example và hung@paper.example.\n')
other('w2-other-list-digest', 'press-request@lists.example', 'Press Digest, Vol 12, Issue 3', '''Today's Topics:

   1. Undelivered Mail Returned to Sender (Mail Delivery System)

----------------------------------------------------------------------
From: MAILER-DAEMON@mx.example
<x@paper.example>: 550 5.1.1 user unknown
''', path='<press-bounces@lists.example>', more='Precedence: bulk\nX-Mailman-Version: 2.1.39\n')
other('w2-other-monitor', 'Nagios <nagios@sender.example>', '** PROBLEM Service Alert: mail/SMTP is CRITICAL **', 'Service: SMTP queue\nState: CRITICAL\nInfo: 120 mails deferred, connection timed out, last: hoa@paper.example\n')
other('w2-other-unsubscribe', 'Lam <lam.u@paper.example>', 'unsubscribe', 'Please remove lam.u@paper.example from your list. Your mails are spam to me.\n')
other('w2-other-phish-html', 'Mail Server <admin@elsewhere.example>', 'Delivery Failure: 3 messages pending', 'Dear news, 3 messages failed to deliver to your inbox because your mailbox storage is full (98%). Recover: http://elsewhere.example\n')
other('w2-other-ebay', 'Shop <noreply@shop.example>', 'Your order could not be delivered to hoa@paper.example', 'We could not send the voucher to hoa@paper.example. Please correct the address in your account.\n', path='<bounce@shop.example>')
other('w2-other-sub-confirm', 'press-request@lists.example', 'confirm 0a1b2c', 'Mailing list subscription confirmation notice for mailing list press. We have received a request for subscription of your email address news@sender.example.\n',
      path='<press-bounces@lists.example>')

# --- Old gateways, filters and houses -----------------------------------------------------------------

text('w3-compuserve', 'CompuServe Postmaster <postmaster@compuserve.example>', 'Undeliverable message', '''? EMDNSA - Receiver not found: binh.c

Your message could not be delivered as addressed.

--- Returned message ---

''' + letter('binh.c@compuserve.example'), failed('binh.c@compuserve.example'))
text('w3-ccmail', 'SMTPLINK@cc.example', 'cc:Mail UnDeliverable Message', '''User bui.c@cc.example is not defined

Original text follows
----------------------------------------
''' + letter('bui.c@cc.example'), failed('bui.c@cc.example'))
text('w3-msmail', 'Postmaster@msmail.example', 'Mail failure', '''[002] Mail was received that was addressed to unknown addresses.
Mail was not delivered to:
    chau.m@msmail.example
------------------------------------------------------------------
''' + letter('chau.m@msmail.example'), failed('chau.m@msmail.example'))
text('w3-mmdf', 'Memo Service (MMDF 2.43) <mmdf@mmdf.example>', 'Failed mail (msg.aa01234)', '''    Your message could not be delivered to
'chi.f@paper.example (host: mx.paper.example) (queue: smtp)' for the following
reason:  '550 <chi.f@paper.example>... User unknown'

    Your message follows:

''' + letter('chi.f@paper.example'), failed('chi.f@paper.example'))
text('w3-pp', 'PP Postmaster <postmaster@pp.example>', 'Delivery Report (failure) for cu@paper.example', '''------------------------------ Start of body part 1

This report relates to your message: November news
        of Wed, 25 Nov 1998 10:11:00 +0000

Your message was not delivered to
        cu@paper.example
for the following reason:
        Recipient's Mailbox unavailable
        MTA 'paper.example' gives error message Unknown user
''', failed('cu@paper.example'))
text('w3-zmailer', 'The Post Office <postmaster@zm.example>', 'Delivery reports about your email [FAILED(1)]', '''This is a collection of reports about email delivery
process concerning a message you originated.

Some explanations/translations for these reports
can be found at:  http://www.zmailer.example/delivery-report-decoding.html

FAILED:
  Original Recipient:
    rfc822;cuc.z@paper.example
  Control data:
    smtp paper.example cuc.z@paper.example 99
  Diagnostic texts:
    <smtp;550 5.1.1 <cuc.z@paper.example>... User unknown>

Following is copy of the message headers. Original message content may
be in subsequent parts of this MESSAGE/DELIVERY-STATUS structure.

''' + letter('cuc.z@paper.example'), failed('cuc.z@paper.example', '5.1.1'))
text('w3-bsmtp', 'Network Mailer <MAILER@vm.example>', 'Undeliverable Mail', '''vm.example unable to deliver following mail to recipient(s):
    <dai.v@vm.example>
vm.example received negative reply:
550 User dai.v is not a registered user

           ** Text of Mail follows **
''' + letter('dai.v@vm.example'), failed('dai.v@vm.example'))
text('w3-eims', 'Mail Delivery Subsystem <MAILER-DAEMON@eims.example>', 'Undeliverable mail', '''The following message could not be delivered because the address <dam.e@eims.example> does not exist.

------------------------------
''' + letter('dam.e@eims.example'), failed('dam.e@eims.example'))
text('w3-firstclass', 'postmaster@fc.example', 'NDN: November news', '''Sorry. Your message could not be delivered to:

Dan FC,dan.f@fc.example (The name was not found at the remote site. Check that the name has been entered correctly.)
''', failed('dan.f@fc.example'))
text('w3-quickmail', 'QuickMail Pro <postmaster@qm.example>', 'Returned Mail: November news', '''Your message was not delivered to the following recipients:

    dang.q@qm.example: No such user in this post office
''', failed('dang.q@qm.example'))
text('w3-mailsite', 'Mail System <MAILER-DAEMON@ms.example>', 'Delivery failure', '''Your message has encountered delivery problems
to the following recipient(s):

dao.s@ms.example
(Was addressed to dao.s@paper.example)
Delivery failed
550 5.1.1 Mailbox not found
''', failed('dao.s@ms.example', '5.1.1'))
text('w3-slmail', 'postmaster@slmail.example', 'Undeliverable Mail', '''Failed to deliver message after multiple attempts to dat.s@slow.example: Unable to connect to host.
''', failed('dat.s@slow.example', '4.0.0', TRANSIENT))
text('w3-ntmail', 'Postmaster@nt.example', 'Delivery Failure', '''Your message could not be delivered to one or more recipients:
   de.n@nt.example - The account has been closed
''', failed('de.n@nt.example', '5.0.0', MAILBOX))
text('w3-postoffice', 'Post.Office MTA <Post_Office@po.example>', 'Mail System Error - Returned Mail', '''This Message was undeliverable due to the following reason:

The following destination addresses were unknown (please check
the addresses and re-mail the message):

SMTP <di.p@po.example>

Please reply to <Post_Office@po.example>
if you feel this message to be in error.
''', failed('di.p@po.example'))
text('w3-mercur', 'MERCUR Mailserver <postmaster@mercur.example>', 'Message delivery notification', '''Die folgende Nachricht konnte nicht zugestellt werden.
Empfänger: <diem.m@mercur.example>
Grund: Der Benutzer existiert nicht
''', failed('diem.m@mercur.example'), charset='iso-8859-1')
text('w3-esafe', 'eSafe <postmaster@esafe.example>', 'Mail blocked', '''eSafe detected a hostile content in this email and removed it: your message to diep.e@paper.example was blocked.
Reason: forbidden attachment news.zip
''', failed('diep.e@paper.example', '5.0.0', POLICY))
text('w3-sophos', 'PMX Administrator <postmaster@pmx.example>', 'Undeliverable: message refused', '''The following message could not be delivered to dinh.p@paper.example since it violates the policy of the organization (spam score 98%).
''', failed('dinh.p@paper.example', '5.0.0', POLICY))
report('w3-fortimail', 'MAILER-DAEMON@forti.example', 'Returned mail: see transcript for details', '   ----- The following addresses had permanent fatal errors -----\n<do.f@paper.example>\n    (reason: 554 5.7.1 This message has been blocked because it contains FortiSpamshield blocking URL(s))\n',
       status('do.f@paper.example', 'failed', '5.7.1', 'SMTP; 554 5.7.1 This message has been blocked because it contains FortiSpamshield blocking URL(s)'), failed('do.f@paper.example', '5.7.1', POLICY))
report('w3-trustwave', 'MailMarshal <postmaster@mm.example>', 'Undeliverable: November news', 'MailMarshal could not deliver your message to doan.t@paper.example.\nHost responded: 450 4.1.1 recipient temporarily unknown. Giving up after 3 days.\n',
       status('doan.t@paper.example', 'failed', '5.4.7', 'smtp; Retry limit exceeded'), failed('doan.t@paper.example', '5.4.7', TRANSIENT))
report('w3-sparkpost', 'Mail Delivery Subsystem <MAILER-DAEMON@spark.example>', 'Mail Delivery Failure', 'This message could not be delivered to dong.s@paper.example.\n', '''Reporting-MTA: dns; spark.example
Arrival-Date: Wed, 25 Nov 2026 10:11:00 +0000

Action: failed
Final-Recipient: rfc822;dong.s@paper.example
Status: 5.0.0
Remote-MTA: dns;mx.paper.example
Diagnostic-Code: smtp; 550 5.4.1 [dong.s@paper.example]: Recipient address rejected: Access denied [AM5EUR02FT010.eop-EUR02.prod.protection.example]
''', failed('dong.s@paper.example', '5.4.1'))
text('w3-protonmail', 'Mail Delivery System <MAILER-DAEMON@mailout.proton.example>', 'Undelivered Mail Returned to Sender', POSTFIX + '<du.p@proton.example>: host mail.proton.example[203.0.113.80] said: 550 5.1.1\n    <du.p@proton.example>: Recipient address rejected: Address does not exist (in reply\n    to RCPT TO command)\n',
     failed('du.p@proton.example', '5.1.1'))
text('w3-rackspace', 'MAILER-DAEMON@emailsrvr.example', 'Undelivered Mail Returned to Sender', POSTFIX + '<due@paper.example>: user <due@paper.example> is over quota: delivery temporarily refused;\n    message expired after 5d\n', failed('due@paper.example', '5.0.0', MAILBOX))
text('w3-godaddy', 'MAILER-DAEMON@secureserver.example', 'failure notice', '''Hi. This is the qmail-send program at secureserver.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<dung.g@paper.example>:
child status 100...The e-mail message could not be delivered because the user's mailfolder is full.
''' + QTAIL + letter('dung.g@paper.example'), failed('dung.g@paper.example', '5.0.0', MAILBOX))
text('w3-qmail-ldap', QM, 'failure notice', QHEAD + '''<duong.l@paper.example>:
The user account duong.l is disabled. Go away. (LDAP-ERR #2.0.1)

<duy.l@paper.example>:
Mailaddress is administratively disabled (#5.2.1)
''' + QTAIL + letter('duy.l@paper.example'), failed('duong.l@paper.example', '5.0.0', MAILBOX), failed('duy.l@paper.example', '5.2.1', MAILBOX))
text('w3-qmail-vpopmail', QM, 'failure notice', QHEAD + '''<em.q@paper.example>:
Connected to 203.0.113.4 but greeting failed.
Remote host said: 554 5.7.1 IP blocked by policy
I'm not going to try again; this message has been in the queue too long.
''' + QTAIL + letter('em.q@paper.example'), failed('em.q@paper.example', '5.7.1', POLICY))
text('w3-qmail-bounce-saying', 'MAILER-DAEMON@pair.example', 'failure notice', '''Hi. This is the qmail-send program at pair.example.
I tried to deliver a bounce message to this address, but the bounce bounced!

<news@sender.example>:
user is over quota (#5.2.2)
''' + QTAIL + letter('news@sender.example', 'x@elsewhere.example'), failed('news@sender.example', '5.2.2', MAILBOX), to='postmaster@sender.example')
text('w3-sendmail-local-only', 'Mail Delivery Subsystem <MAILER-DAEMON@host.example>', 'Returned mail: see transcript for details', '''The original message was received at Wed, 25 Nov 2026 10:11:00 GMT
from localhost [127.0.0.1]

   ----- The following addresses had permanent fatal errors -----
giang.l
    (reason: 550 5.1.1 <giang.l@host.example>... User unknown)

   ----- Transcript of session follows -----
550 5.1.1 giang.l... User unknown
''', failed('giang.l@host.example', '5.1.1'))
text('w3-sendmail-config', SM, 'Returned mail: Local configuration error', '''   ----- The following addresses had permanent fatal errors -----
<giao.c@loop.example>

   ----- Transcript of session follows -----
553 mx.loop.example. config error: mail loops back to me (MX problem?)
554 <giao.c@loop.example>... Local configuration error
''', failed('giao.c@loop.example', '5.0.0', TRANSIENT))
text('w3-sendmail-toomany', SM, 'Returned mail: Too many hops', '''   ----- The following addresses had permanent fatal errors -----
<ha.h@loop.example>

   ----- Transcript of session follows -----
554 Too many hops 26 (25 max): from <news@sender.example> via localhost, to <ha.h@loop.example>
''', failed('ha.h@loop.example', '5.0.0', TRANSIENT))
report('w3-sendmail-milter', SM, 'Returned mail: see transcript for details', '   ----- The following addresses had permanent fatal errors -----\n<hai.m@paper.example>\n    (reason: 554 5.7.1 Command rejected)\n',
       status('hai.m@paper.example', 'failed', '5.7.1', 'SMTP; 554 5.7.1 Command rejected'), failed('hai.m@paper.example', '5.7.1', POLICY))
report('w3-sendmail-dns', SM, 'Returned mail: see transcript for details', '   ----- The following addresses had permanent fatal errors -----\n<han.d@papr.example>\n    (reason: 550 Host unknown)\n',
       status('han.d@papr.example', 'failed', '5.1.2', more='Remote-MTA: DNS; papr.example\n'), failed('han.d@papr.example', '5.1.2'))
text('w3-sendmail-both', SM, 'Warning: could not send message for past 4 hours', '''   ----- The following addresses had permanent fatal errors -----
<hang.b@paper.example>

   ----- The following addresses had transient non-fatal errors -----
<hanh.b@slow.example>

   ----- Transcript of session follows -----
550 <hang.b@paper.example>... User unknown
<hanh.b@slow.example>... Deferred: Connection timed out
Warning: message still undelivered after 4 hours
''', failed('hang.b@paper.example'), delayed('hanh.b@slow.example'))
text('w3-interscan', 'postmaster@iscan.example', 'Undeliverable mail', '''Could not deliver mail to this user.
hao.i@paper.example
*****************     End of message     ***************
''', failed('hao.i@paper.example', '5.0.0', UNCLEAR))
text('w3-symantec-brightmail', 'Symantec Mail Security <postmaster@sms.example>', 'Symantec Mail Security detected a prohibited attachment', '''Subject of the message: November news
Recipient of the message: "hien.b@paper.example" <hien.b@paper.example>

The message was deleted and was not delivered: a prohibited attachment (news.exe) was found.
''', failed('hien.b@paper.example', '5.0.0', POLICY))
text('w3-cloudmark', 'Mail Delivery System <MAILER-DAEMON@cm.example>', 'Mail rejected', '''Your mail to <hieu.c@paper.example> was rejected: 550 5.7.1 Message content rejected due to suspected spam. IB703
''', failed('hieu.c@paper.example', '5.7.1', POLICY))
report('w3-zimbra-policyd', MD, UMR, POSTFIX, status('hoa.p@tinh.gov.example', 'failed', '4.7.1', 'smtp; 450 4.7.1 <hoa.p@tinh.gov.example>: Recipient address rejected: Policy Rejection- Quota Exceeded.'),
       failed('hoa.p@tinh.gov.example', '4.7.1', POLICY))
report('w3-550-5.1.1-moved', MD, UMR, POSTFIX, status('hoan.k@paper.example', 'failed', '5.1.6', 'smtp; 551 5.1.6 The recipient has moved. Please try hoan@elsewhere.example'), failed('hoan.k@paper.example', '5.1.6'))
report('w3-x-postfix-bounce-queue', MD, UMR, POSTFIX, '''Reporting-MTA: dns; mx.remote.example

Final-Recipient: rfc822; hong.x@paper.example
Original-Recipient: rfc822;hong.x@alias.example
Action: failed
Status: 5.2.1
Diagnostic-Code: x-unix; user account disabled
''', failed('hong.x@paper.example', '5.2.1', MAILBOX))
report('w3-status-4-failed', MD, UMR, POSTFIX, status('hue.s@slow.example', 'failed', '4.2.2', 'smtp; 452 4.2.2 The email account that you tried to reach is over quota'), failed('hue.s@slow.example', '4.2.2', MAILBOX))
report('w3-no-status-field', MD, UMR, 'Delivery failed\n', '''Reporting-MTA: dns; mx.remote.example

Final-Recipient: rfc822; hung.n@paper.example
Action: failed
Diagnostic-Code: smtp; 552 5.2.3 Message exceeds maximum fixed size
''', failed('hung.n@paper.example', '5.2.3', POLICY))
report('w3-diag-first', MD, UMR, 'Delivery failed\n', '''Diagnostic-Code: smtp; 550 5.1.1 unknown
Action: failed
Status: 5.1.1
Final-Recipient: rfc822; huong.f@paper.example

Reporting-MTA: dns; mx.remote.example
''', failed('huong.f@paper.example', '5.1.1'))
report('w3-many-blank', MD, UMR, 'Delivery failed\n', '\n\nReporting-MTA: dns; mx.remote.example\n\n\n\nFinal-Recipient: rfc822; huy.b@paper.example\nAction: failed\nStatus: 5.1.1\n\n\n\n', failed('huy.b@paper.example', '5.1.1'))
report('w3-orig-only-x', MD, UMR, 'Delivery failed\n', 'Reporting-MTA: dns; mx.remote.example\n\nOriginal-Recipient: rfc822;huyen.o@paper.example\nFinal-Recipient: X-LOCAL;huyen\nAction: failed\nStatus: 5.1.1\n',
       failed('huyen.o@paper.example', '5.1.1'))
mail('w3-dsn-in-rfc822', head('Mail Delivery System <MAILER-DAEMON@mx.remote.example>', 'Undelivered Mail Returned to Sender') +
     'Content-Type: multipart/report; report-type=delivery-status; boundary="o"\n\n--o\nContent-Type: text/plain\n\n<ich@paper.example>: 550 5.1.1 User unknown\n\n--o\n'
     'Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.remote.example\n\nFinal-Recipient: rfc822; ich@paper.example\nAction: failed\nStatus: 5.1.1\n\n--o\n'
     'Content-Type: message/rfc822\n\nFrom: other@sender.example\nTo: ich@paper.example\nSubject: Undelivered Mail\nContent-Type: multipart/report; report-type=delivery-status; boundary="i"\n\n'
     '--i\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; inner@elsewhere.example\nAction: failed\nStatus: 5.2.2\n\n--i--\n\n--o--\n', failed('ich@paper.example', '5.1.1'))
mail('w3-report-in-mixed', head('postmaster@gw.example', 'Undeliverable: November news') + 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="m"\n\n--m\nContent-Type: multipart/alternative; boundary="a"\n\n'
     '--a\nContent-Type: text/plain\n\nCAUTION: external mail.\nDelivery has failed to these recipients or groups:\n\nkha@paper.example\nThe address could not be found.\n\n--a\nContent-Type: text/html\n\n'
     '<p>Delivery has failed</p>\n\n--a--\n\n--m\nContent-Type: message/delivery-status\n\nReporting-MTA: dns;gw.example\n\nFinal-Recipient: rfc822;kha@paper.example\nAction: failed\nStatus: 5.1.10\n\n--m--\n',
     failed('kha@paper.example', '5.1.10'))
mail('w3-uuencoded', head(MD, UMR) + '\n' + POSTFIX + '<khai.u@paper.example>: 550 5.1.1 unknown user\n\nbegin 644 original.eml\nM1G)O;3H@;F5W<T!S96YD97(N97AA;7!L90I4;SH@:VAA:2YU0\'!A<&5R\n`\nend\n', failed('khai.u@paper.example', '5.1.1'))
mail('w3-utf16', head('postmaster@paper.example', 'Undeliverable') + 'MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-16\nContent-Transfer-Encoding: base64\n\n' +
     base64.encodebytes('Delivery failed for khang.w@paper.example: mailbox is full\n'.encode('utf-16')).decode(), failed('khang.w@paper.example', '5.0.0', MAILBOX))
mail('w3-quoted-printable-upper', head(MD, UMR) + 'mime-version: 1.0\ncontent-type: TEXT/PLAIN; CHARSET="US-ASCII"\ncontent-transfer-encoding: QUOTED-PRINTABLE\n\nThe following address failed:=0A=0A  <khanh.q=40paper=2Eexample>: 550 5=2E1=2E1 User unk=\nnown\n',
     failed('khanh.q@paper.example', '5.1.1'))
mail('w3-rtf-html-deep', head('postmaster@paper.example', 'Undeliverable: x') + 'MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n<html><body><div><div><div><table><tr><td>&nbsp;</td><td><font face="Arial"><span>Delivery has failed to these recipients '
     'or distribution lists:</span></font></td></tr><tr><td></td><td><a href="mailto:khoa.h@paper.example"><span>Khoa H.</span></a><br>The recipient&#8217;s e-mail address was not found in the recipient&#8217;s e-mail system.</td></tr></table></div></div></div></body></html>\n',
     failed('khoa.h@paper.example'))

# --- Still trying -------------------------------------------------------------------------------------

for number, (sender, subject, words) in enumerate((
        ('MAILER-DAEMON@a.example', 'Mail delivery delayed', 'Your message to kiem@slow.example could not be delivered yet. It will be kept in the queue and delivery will be reattempted.'),
        ('Postmaster <postmaster@b.example>', 'Delayed mail notification', 'The following message is delayed; the receiving host does not answer:\n\n  kiem@slow.example\n\nWe will keep trying for another 4 days.'),
        ('Mail System <mailer-daemon@c.example>', 'Warning - delayed mail', 'Delivery to kiem@slow.example failed temporarily (451 try again later). We shall go on trying.'),
        ('postmaster@d.example', 'Temporary delivery problem', 'Your message could not be delivered to kiem@slow.example for 6 hours. It has not been returned: the system will continue to attempt delivery for 3 days.'),
        ('MAILER-DAEMON@e.example', 'Message not yet delivered', '<kiem@slow.example>: connection refused\n\nThe message is still queued.'),
        ('MAILER-DAEMON@f.example', 'Notification of delay', 'kiem@slow.example\n\nStatus: retrying. 450 4.2.0 mailbox busy'),
        ('Mail Delivery System <MAILER-DAEMON@g.example>', 'Returned mail: warning: cannot send message for 4 hours', 'kiem@slow.example... Deferred: Host name lookup failure'),
        ('postmaster@h.example', 'Delivery Status: temporary failure', 'Temporary failure delivering to kiem@slow.example; message queued, no action required.'),
        ('Mail Delivery Subsystem <mailer-daemon@i.example>', 'Delivery Status Notification (Delay)', 'Delivery to the following recipient has failed so far:\n\n  kiem@slow.example\n\nRetrying until 30 Nov.'),
        ('postmaster@j.example', word('Zustellung verzögert sich'), 'Die Zustellung an kiem@slow.example ist derzeit nicht möglich. Weitere Zustellversuche folgen.'),
        ('postmaster@k.example', word('Distribution différée'), "Le message pour kiem@slow.example n'a pas pu être remis pour l'instant. De nouvelles tentatives auront lieu."),
        ('postmaster@l.example', word('Thư đang chờ gửi'), 'Thư gửi tới kiem@slow.example hiện chưa chuyển được do máy chủ đích bận. Hệ thống vẫn đang cố gắng gửi.'),
        ('postmaster@m.example', word('Cảnh báo thư bị chậm'), 'Thư của bạn gửi tới kiem@slow.example bị chậm. Bạn không phải làm gì, hệ thống sẽ tự động gửi lại.'),
        ('postmaster@n.example', 'Entrega retrasada', 'El mensaje para kiem@slow.example sigue en cola; se reintentara la entrega.'),
        ('postmaster@o.example', 'Consegna ritardata', 'Il messaggio per kiem@slow.example non e stato ancora consegnato. Verranno effettuati altri tentativi.'),
        ('postmaster@p.example', 'Atraso na entrega', 'A mensagem para kiem@slow.example ainda nao foi entregue. Novas tentativas serao feitas.'))):
    text(f'w3-delay-{number}', sender, subject, words + '\n', delayed('kiem@slow.example', '4.2.0') if '4.2.0' in words else delayed('kiem@slow.example'), charset='utf-8')

# --- Nobody failed ------------------------------------------------------------------------------------

for number, (sender, subject, words, more) in enumerate((
        ('Ky <ky@paper.example>', 'Auto: I am away', 'I am away. Mails are not forwarded and could not be read.', 'Auto-Submitted: auto-replied\n'),
        ('Ky <ky@paper.example>', 'Abwesenheitsnotiz', 'Ich bin nicht erreichbar. Ihre Mail wurde nicht zugestellt an Kollegen.', 'X-Auto-Response-Suppress: All\n'),
        ('Ky <ky@paper.example>', 'Absence du bureau', "Votre message n'a pas pu être lu, je suis absente jusqu'au 3.", 'Precedence: bulk\nAuto-Submitted: auto-replied (vacation)\n'),
        ('Ky <ky@paper.example>', '不在通知', '本日不在です。メールは届いていますが返信できません。', 'Auto-Submitted: auto-replied\n'),
        ('Ky <ky@paper.example>', 'Không có mặt tại cơ quan', 'Tôi không có mặt, thư không được chuyển tiếp cho ai. Liên hệ: x@paper.example', 'Auto-Submitted: auto-replied\n'),
        ('Ky <ky@paper.example>', 'Mailbox no longer monitored', 'This mailbox is no longer monitored. Your message was not delivered to a person. Write to desk@paper.example.', 'Auto-Submitted: auto-replied\n'),
        ('Ky <ky@paper.example>', 'Automatic reply', 'I have left the company. This address is no longer valid.', 'X-MS-Exchange-Inbox-Rules-Loop: ky@paper.example\n'),
        ('Support <support@paper.example>', 'Re: [Ticket 55] November news', 'We have received your message. Error 550 is discussed at http://help.example. Do not resend.', 'Auto-Submitted: auto-replied\n'),
        ('Ky <ky@paper.example>', 'Vacation reply', 'On vacation until 5 Dec.', 'X-Vacation: yes\n'))):
    text(f'w3-away-{number}', sender, word(subject), words + '\n', reply(sender[sender.index('<') + 1:-1]), charset='utf-8', encoding='base64', more=more)
for number, (sender, subject, words, more) in enumerate((
        ('Lan <lan@paper.example>', 'Your mail to hoa@paper.example bounced', 'Hello, your mail to hoa@paper.example was returned: mailbox full (552 5.2.2). I got it from a colleague.', ''),
        ('Lan <lan@paper.example>', 'undeliverable?', 'Is this address still right? I get "550 5.1.1 user unknown" for hoa@paper.example when I try.', ''),
        ('Helpdesk <helpdesk@sender.example>', 'Ticket 77: mail delivery failed', 'User reports: mail delivery failed to hoa@paper.example with 550. We are looking into it.', 'X-Ticket: 77\n'),
        ('GitHub <notifications@code.example>', '[mail/mta] Delivery failed with 550 5.1.1 (#12)', 'When sending to foo@bar.example I see: 550 5.1.1 User unknown, mail returned to sender.', 'List-Id: mail/mta <mta.mail.code.example>\nPrecedence: list\n'),
        ('Mailing List <users-bounces@lists.example>', 'users Digest', 'Message: 1\nFrom: MAILER-DAEMON\nUndelivered: x@y.example', 'Precedence: list\n'),
        ('Bank <service@bank.example>', 'Your statement could not be delivered', 'The e-mail to news@sender.example was returned as undeliverable. Please update your details.', ''),
        ('Paper <desk@paper.example>', 'Trả lời: Thông cáo', 'Cảm ơn, chúng tôi đã nhận. Lưu ý địa chỉ hoa@paper.example không tồn tại nữa, hộp thư đầy.', ''),
        ('Storage <alert@nas.example>', 'Quota warning', 'User hoa has exceeded the quota of the mailbox. Mail may be rejected.', 'Auto-Submitted: auto-generated\n'),
        ('DMARC Reports <no-reply@dmarc.example>', 'Failure report: sender.example', 'DMARC failures: 12 messages rejected by receivers, 3 quarantined. Top: 198.51.100.9', ''),
        ('Abuse <abuse@isp.example>', '[ISP abuse 123] your report', 'We received your report about spam from 203.0.113.1 and will look at it.', 'Auto-Submitted: auto-replied\n'))):
    address = sender[sender.index('<') + 1:-1]
    other(f'w3-other-{number}', sender, subject, words + '\n', want=reply(address) if 'auto-replied' in more else None, more=more)
mail('w3-other-attached-bounce', head('An Le <an@sender.example>', 'This came back', path='<an@sender.example>') + 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="f"\n\n--f\n'
     'Content-Type: text/plain\n\nPlease look at the attached.\n\n--f\nContent-Type: message/rfc822\n\n' + MAILS['w-postfix-quota'][0].decode() + '\n--f--\n')
mail('w3-other-phish-report', head('Mail Delivery Subsystem <info@elsewhere.example>', 'Undelivered mail', path='<info@elsewhere.example>') + 'MIME-Version: 1.0\nContent-Type: text/html\n\n<p>Dear news@sender.example,</p>'
     '<p>You have 5 undelivered mails. <a href="http://elsewhere.example/x">Release them now</a> or your account will be disabled.</p>\n')

# --- Complaints in other dress --------------------------------------------------------------------------

feedback('w3-arf-no-version', 'Feedback-Type: abuse\nOriginal-Rcpt-To: lam.a@provider.example\n', complaint('lam.a@provider.example'))
feedback('w3-arf-mail-in-original', FB % 'abuse', complaint('lan.b@provider.example'), orig=letter('lan.b@provider.example'))
mail('w3-arf-headers-part', head('feedback@provider.example', 'Feedback report', path='<>') + 'MIME-Version: 1.0\nContent-Type: multipart/report; report-type="feedback-report"; boundary=h\n\n--h\nContent-Type: text/plain\n\nreport\n--h\n'
     'Content-Type: message/feedback-report\n\n' + FB % 'abuse' + 'Arrival-Date: Wed, 25 Nov 2026\n\n--h\nContent-Type: text/rfc822-headers\n\nFrom: news@sender.example\nTo: <lap@provider.example>\nSubject: x\n\n--h--\n', complaint('lap@provider.example'))
mail('w3-arf-octet', head('feedback@provider.example', 'Abuse report', path='<f@provider.example>') + 'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary=h\n\n--h\nContent-Type: text/plain\n\nreport\n--h\n'
     'Content-Type: application/octet-stream; name=feedback.txt\n\n' + FB % 'abuse' + 'Original-Rcpt-To: <lien.c@provider.example>\n\n--h\nContent-Type: message/rfc822\n\n' + letter('lien.c@provider.example') + '\n--h--\n', complaint('lien.c@provider.example'))
mail('w3-spam-report-words', head('Spam Reports <spamreport@isp.example>', 'Spam report from our user', path='<spamreport@isp.example>') + 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=h\n\n--h\nContent-Type: text/plain\n\n'
     'One of our users marked this message as spam. Please take care of it.\n--h\nContent-Type: message/rfc822\n\n' + letter('linh.w@isp.example') + '\n--h--\n', complaint('linh.w@isp.example'))

# --- The fourth handful: tables ------------------------------------------------------------------------

AUTO = 'Auto-Submitted: auto-replied\n'
for number, (subject, words, more, path) in enumerate((
        ('Out of Office AutoReply: November news', 'I am on leave, back on 3 December.', '', None),
        ('AutoReply', 'Thank you for your e-mail.', AUTO, None),
        ('Re: November news', 'I am travelling and have no access to mail.', AUTO, '<ly.a@paper.example>'),
        ('Re: November news', 'Je suis en congés.', 'X-Autoreply: yes\n', '<ly.a@paper.example>'),
        ('Auto Response: November news', 'Received, thank you.', 'X-Autorespond: November news\n', None),
        ('Vacation Notice', 'I will be out of the country.', 'Precedence: junk\n', '<>'),
        ('Abwesend: Neues', 'Ich bin im Urlaub.', AUTO, '<>'),
        ('Ik ben afwezig', 'Ik ben tot maandag afwezig.', AUTO, '<>'),
        ('Risposta automatica: Novità', 'Sono fuori sede.', 'X-Auto-Response-Suppress: All\n', '<>'),
        ('Resposta automática: Novidades', 'Estou de férias.', '', '<>'),
        ('Autosvar: Nyheter', 'Jag är på semester.', '', '<>'),
        ('Automatisch antwoord: Nieuws', 'Ik ben met vakantie.', '', None),
        ('Odpowiedź automatyczna: Nowości', 'Jestem na urlopie.', '', None),
        ('Otomatik Yanıt: Haberler', 'Ofis dışındayım.', '', None),
        ('자동 회신: 소식', '부재중입니다.', '', None),
        ('자동 응답', '휴가중입니다.', AUTO, None),
        ('自動回覆: 新聞', '我目前不在辦公室。', '', None),
        ('外出中', 'ただいま外出しております。', AUTO, '<>'),
        ('Trả lời tự động: Thông cáo', 'Tôi đang đi công tác.', '', '<ly.a@paper.example>'),
        ('Thông báo vắng mặt', 'Tôi nghỉ phép đến hết ngày 30/11.', AUTO, '<>'),
        ('Ngoài văn phòng', 'Hiện tôi không có mặt ở văn phòng.', AUTO, '<>'),
        ('Nghỉ thai sản', 'Tôi đang nghỉ thai sản, công việc do anh Nam phụ trách: nam@paper.example.', AUTO, '<>'),
        ('Hors du bureau', 'Je serai de retour lundi.', '', '<>'),
        ('Fuera de la oficina: Noticias', 'Estoy fuera.', '', None),
        ('Я в отпуске', 'Вернусь 1 декабря.', AUTO, '<>'),
        ('Автоматический ответ: Новости', 'Меня нет на месте.', '', None),
        ('Respuesta automatica', 'He recibido su correo.', 'X-Mail-Autoreply: yes\n', None),
        ('Ditt meddelande har mottagits', 'Tack, vi svarar snart.', AUTO, None),
        ('Your message has been received', 'We answer within two days. Undeliverable replies are ignored.', 'Auto-Submitted: auto-replied\nX-Auto-Response-Suppress: OOF\n', None),
        ('I am no longer with the company', 'Mail to this address is not delivered to me any more. Use desk@paper.example.', AUTO, '<>'),
        ('Retired', 'I have retired. This address will be closed soon; user unknown after that!', AUTO, '<>'),
        ('Delivery of your request', 'We got it. Your request 550 is being processed.', AUTO, None))):
    text(f'w4-away-{number}', 'Ly An <ly.a@paper.example>', word(subject), words + '\n', reply('ly.a@paper.example'), charset='utf-8', encoding='base64', more=more, path=path)

SORRY = 'MAILER-DAEMON@%s.example'
for number, (sender, subject, words, who, code, why) in enumerate((
        (SORRY % 'x1', 'Returned mail at 25 Nov', 'The original message was received at Wed, 25 Nov 2026 10:11:00 +0000\nfrom sender.example\nand addressed to man.a@paper.example\n\nuser unknown', 'man.a@paper.example', '5.0.0', INVALID),
        ('Mail System <postmaster@x2.example>', 'There was an error sending your mail', 'We had trouble delivering your message. Full details follow:\n\nSubject: November news\n\n1 error(s):\n\nSMTP Server <mx.paper.example> rejected recipient <man.b@paper.example> (Error following RCPT command). It said: 550 5.1.1 no such user\n', 'man.b@paper.example', '5.1.1', INVALID),
        (SORRY % 'x3', 'failure notice', "We're sorry. There's a problem with the e-mail address(es) you're trying to send to.\n\n<man.c@paper.example>:\nNo such mailbox here.", 'man.c@paper.example', '5.0.0', INVALID),
        ('MailMarshal <postmaster@x4.example>', 'Undeliverable Mail: "November news"', 'Your message:\n   From:    news@sender.example\n   Subject: November news\n\nCould not be delivered because of\n\n552 5.2.2 Mailbox full\n\nThe following recipients were affected:\n    man.d@paper.example\n', 'man.d@paper.example', '5.2.2', MAILBOX),
        ('SuperScout <postmaster@x5.example>', 'Message delivery failed', 'Your message could not be sent.\nA transcript of the attempts to send the message follows.\nThe number of attempts made: 1\nAddressed To: man.e@paper.example\n\nFailed to send to identified host,\nman.e@paper.example: [203.0.113.4], 550 5.7.1 Rejected: spam\n--- Message non-deliverable.', 'man.e@paper.example', '5.7.1', POLICY),
        (SORRY % 'x6', 'Mail System Error - Returned Mail', 'Your mail sent on: Wed, 25 Nov 2026 10:11:00\n  Could not be delivered to: <man.f@paper.example>\n  As their mailbox is full.', 'man.f@paper.example', '5.0.0', MAILBOX),
        (SORRY % 'x7', 'DELIVERY FAILURE', '>>> man.g@paper.example <man.g@paper.example>\n\n  ----- Transcript of session follows -----\n550 sorry, no mailbox here by that name (#5.1.1 - chkusr)', 'man.g@paper.example', '5.1.1', INVALID),
        ('Zoho <mailer-daemon@x8.example>', 'Undelivered Mail', 'The mail could not be delivered.\n\n[Status: Error, Address: <man.h@paper.example>, ResponseCode 421, , Host not reachable.]', 'man.h@paper.example', '4.0.0', TRANSIENT),
        ('Postmaster <postmaster@x9.example>', 'Mail could not be delivered', 'Dear sender,\n\nyour mail of 25.11.2026 with subject "November news" to the recipient(s)\n\nman.i@paper.example\n\ncould not be delivered, as the attachment type is forbidden.', 'man.i@paper.example', '5.0.0', POLICY),
        ('System <postmaster@x10.example>', 'Non-delivery notice', 'To: man.j@paper.example\nFrom: news@sender.example\nReason: Account suspended', 'man.j@paper.example', '5.0.0', MAILBOX),
        (SORRY % 'x11', 'Nondeliverable mail', '------Transcript of session follows -------\nman.k@paper.example\nThe user\'s email name is not found.', 'man.k@paper.example', '5.0.0', INVALID),
        (SORRY % 'x12', 'Your mail message to man.l@paper.example', 'Error 553: man.l@paper.example unknown here.', 'man.l@paper.example', '5.0.0', INVALID),
        (SORRY % 'x13', 'ALERT: mail not delivered', 'RCPT TO:<man.m@paper.example>\n550 5.7.1 Blocked by SpamAssassin', 'man.m@paper.example', '5.7.1', POLICY),
        ('"Mail Delivery Subsystem" <postmaster@x14.example>', 'Delivery failed: man.n@paper.example', 'Recipient   Error\n---------   -----\nman.n@paper.example   550 Unrouteable address', 'man.n@paper.example', '5.0.0', INVALID),
        (SORRY % 'x15', 'Undeliverable', 'man.o@paper.example,ERR=LDAP lookup: no such entry; user unknown', 'man.o@paper.example', '5.0.0', INVALID),
        (SORRY % 'x16', 'Mail failed', 'Failed addresses: man.p@paper.example (connection timed out, message expired after 5 days)', 'man.p@paper.example', '4.0.0', TRANSIENT),
        ('Mailer <mailer@x17.example>', 'Mail Delivery Failure', 'Your message to man.q@paper.example has been blocked: the message size exceeds 10 MB', 'man.q@paper.example', '5.0.0', POLICY),
        ('postmaster@x18.example', word('Сообщение не доставлено'), 'Письмо для man.r@paper.example не доставлено: пользователь не найден.', 'man.r@paper.example', '5.0.0', INVALID),
        ('postmaster@x19.example', word('系统退信'), '您发往 man.s@paper.example 的邮件被对方服务器拒收，原因：被判定为垃圾邮件。', 'man.s@paper.example', '5.0.0', POLICY),
        ('postmaster@x20.example', word('メール送信エラーのお知らせ'), 'man.t@paper.example 宛のメールは、メールボックスが一杯のため配送できませんでした。', 'man.t@paper.example', '5.0.0', MAILBOX),
        ('postmaster@x21.example', word('Thông báo: thư không đến nơi'), 'Thư gửi man.u@paper.example không đến được nơi nhận. Nguyên nhân: máy chủ nhận không phản hồi sau 5 ngày, hệ thống đã ngừng gửi.', 'man.u@paper.example', '4.0.0', TRANSIENT),
        ('postmaster@x22.example', word('Thông báo trả lại thư'), 'Người nhận: man.v@paper.example\nTrạng thái: Thất bại\nLý do: Sai địa chỉ người nhận', 'man.v@paper.example', '5.0.0', INVALID),
        ('Quản trị <postmaster@x23.example>', word('Thư bị trả về'), 'Thư bạn gửi cho man.w@paper.example bị trả về do dung lượng thư quá lớn.', 'man.w@paper.example', '5.0.0', POLICY),
        ('postmaster@x24.example', word('Unzustellbare Nachricht'), 'Ihre Nachricht an man.x@paper.example wurde vom Server abgewiesen: Postfach nicht vorhanden.', 'man.x@paper.example', '5.0.0', INVALID),
        ('postmaster@x25.example', word('Message non distribué'), "Votre message à man.y@paper.example n'a pas été distribué : adresse inconnue.", 'man.y@paper.example', '5.0.0', INVALID),
        ('postmaster@x26.example', word('No se ha podido entregar'), 'Su correo a man.z@paper.example fue rechazado por el servidor: casilla inexistente.', 'man.z@paper.example', '5.0.0', INVALID),
        ('postmaster@x27.example', 'Mail returned', 'Recipient Name    : Mang A.\nRecipient Address : mang.a@paper.example\nError Description : Mailbox not found', 'mang.a@paper.example', '5.0.0', INVALID),
        ('postmaster@x28.example', 'Delivery notification', 'Delivery report\n===============\nStatus  : not delivered\nTo      : <mang.b@paper.example>\nDetails : 550-5.7.1 Our system has detected that this message is unsolicited\n', 'mang.b@paper.example', '5.7.1', POLICY),
        ('mailer-daemon@x29.example', 'Mail Delivery Status Report', 'Delivered to 0 of 1 recipients; failures:\n 1) mang.c@paper.example  [SMTP 550 User unknown]', 'mang.c@paper.example', '5.0.0', INVALID),
        ('AntiSpam <postmaster@x30.example>', 'Message rejected', 'The mail you sent to mang.d@paper.example was rejected because your server is listed in a DNS block list.', 'mang.d@paper.example', '5.0.0', POLICY))):
    text(f'w4-notice-{number}', word(sender.split(' <')[0]) + ' <' + sender.split(' <')[1] if not sender.isascii() else sender, subject, words + '\n', failed(who, code, why), charset='utf-8', encoding='quoted-printable')

for number, (subject, words) in enumerate((
        ('Delivery Status Notification (Delay)', 'Delivery of your message to mau@slow.example is taking longer than expected.'),
        ('Delayed: November news', 'mau@slow.example: temporarily unreachable.'),
        ('Message delayed 4 hours', 'Recipient mau@slow.example\nError 451 4.4.1 no answer from host\nThis is not a final notice.'),
        ('Your message is waiting', 'Your message to mau@slow.example waits in our queue since the remote server is down.'),
        ('Undelivered mail (will retry)', '<mau@slow.example>: 421 too busy'),
        ('Interim delivery report', 'mau@slow.example - deferred (452 insufficient storage). Next attempt in 30 minutes.'),
        ('WARNING: mail to mau@slow.example', 'could not be sent for 1 day. Retrying for 4 more days. Do not resend.'),
        ('Delivery attempt failed (temporary)', 'We tried to deliver to mau@slow.example but the server asked us to come back later (450). We will.'),
        ('Thư chưa gửi được - hệ thống đang gửi lại', 'Thư tới mau@slow.example chưa gửi được (lỗi 451). Hệ thống sẽ gửi lại sau 30 phút.'),
        ('Thông báo trì hoãn gửi thư', 'mau@slow.example: máy chủ nhận tạm thời không kết nối được'),
        ('Nachricht verzögert', 'Ihre Nachricht an mau@slow.example wartet noch auf Zustellung.'),
        ('邮件延迟通知', '发往 mau@slow.example 的邮件暂未送达，系统仍在重试。'),
        ('メール配送遅延', 'mau@slow.example への配送が遅れています。再送は不要です。'))):
    text(f'w4-delay-{number}', 'Mail Delivery System <MAILER-DAEMON@queue.example>', word(subject) if not subject.isascii() else subject, words + '\n',
         delayed('mau@slow.example', '4.4.1') if '4.4.1' in words else delayed('mau@slow.example'), charset='utf-8', encoding='base64')

for number, (sender, subject, words) in enumerate((
        ('Minh <minh.o@paper.example>', 'Re: Undeliverable: November news', 'I moved to another office, please use minh@new.example. Sorry for the bounce.'),
        ('Minh <minh.o@paper.example>', 'mail problems', 'Our server was down, mails to us may have failed with "connection refused" or "mailbox full". Please send again.'),
        ('IT <it@paper.example>', 'Maintenance: mail server', 'On Sunday mail to paper.example will be delayed or rejected (421).'),
        ('Sec <sec@sender.example>', 'FW: failure notice', 'See below\n\n-----Original Message-----\nFrom: MAILER-DAEMON@qmail.remote.example\nSubject: failure notice\n\n' + QHEAD + '<nga.f@paper.example>:\nno mailbox (#5.1.1)'),
        ('Nhung <nhung@sender.example>', 'Chuyển tiếp: Thư bị trả lại', 'Anh xem giúp thư này.\n\n> Hệ thống không thể gửi thư tới nga.g@paper.example: hộp thư đầy'),
        ('Forum <noreply@forum.example>', 'New reply: "550 5.1.1 user unknown - help!"', 'foo wrote: my mail to x@y.example returned with 550 5.1.1. Unsubscribe: http://forum.example'),
        ('Calendar <calendar@paper.example>', 'Not delivered? Invitation: briefing', 'Minh has tentatively accepted.'),
        ('Survey <survey@paper.example>', 'Delivery experience', 'How was the delivery of your mail order? Your parcel was delivered to the neighbour.'),
        ('Registrar <support@registrar.example>', 'Domain expired: sender.example', 'The domain sender.example expired; mail will be rejected and the account suspended.'),
        ('Mai <mai@paper.example>', 'Thư không gửi được', 'Chào anh, em gửi thư cho anh nhiều lần nhưng không gửi được, báo lỗi hộp thư đầy. Anh kiểm tra giúp nhé: hop@sender.example'))):
    other(f'w4-other-{number}', sender, subject, words + '\n')

# --- What the reader's own house adds -------------------------------------------------------------------

BANNER = 'CAUTION: This email originated from outside of the organization. Do not click links or open\nattachments unless you recognize the sender and know the content is safe.\n\n'
text('w5-banner-delay', MD, '[EXTERNAL] Delayed Mail (still being retried)', BANNER + 'Your message has not yet been delivered to:\n\n<ngan@slow.example>\n\nIt will be retried.\n', delayed('ngan@slow.example'))
text('w5-banner-unclear', MD, '[EXTERNAL] Undelivered mail', BANNER + 'Your message could not be delivered to:\n\n<ngan@paper.example>\n', failed('ngan@paper.example', '5.0.0', UNCLEAR))


def main():
    rows = []
    for name, (data, want) in sorted(MAILS.items()):
        with open(os.path.join(HERE, name + '.eml'), 'wb') as f:
            f.write(data)
        rows += ['\t'.join((name + '.eml', *row)) for row in want] or [name + '.eml\t-']
    with open(os.path.join(HERE, 'expected-wild.tsv'), 'w', encoding='utf-8') as f:
        f.write('\n'.join(rows) + '\n')


main()
