#!/usr/bin/env python3
"""Writes the mails of this folder that no server here can make: *.eml, and what each says, expected.tsv.

Written by hand in the manner of each system; no mail of anybody's is among them. The true ones are
made by make.py with the servers themselves. Run it again after a change: the files are its output.
"""
import base64
import os
import quopri

HERE = os.path.dirname(os.path.abspath(__file__))
OURS = 'bounce+aiaqtest@ministry.example'
MAILS = {}

ORIGINAL = f'''Return-Path: <{OURS}>
Received: from press.ministry.example (press.ministry.example [192.0.2.7])
\tby relay.example (Postfix) with ESMTP id 4XyZ for <%s>;
\tTue, 24 Nov 2026 08:00:00 +0700
Date: Tue, 24 Nov 2026 08:00:00 +0700
From: =?utf-8?Q?Trung_t=C3=A2m_Th=C3=B4ng_tin?= <thongcao@ministry.example>
To: %s
Subject: =?utf-8?B?VGjDtG5nIGPDoW8gYsOhbyBjaMOt?=
Message-ID: <r41.d1@press.ministry.example>
List-Id: <press.press.ministry.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

550 5.1.1 this is our own text; write to other@ministry.example, user unknown, quota exceeded.
'''


def original(to='user@host.example'):
    return ORIGINAL % (to, to)


def quoted(text):
    return ''.join('> ' + line + '\n' for line in text.splitlines())


def head(subject, sender='Mail Delivery System <MAILER-DAEMON@mx.host.example>', to=OURS, path='<>', **more):
    out = f'Return-Path: {path}\nDate: Tue, 24 Nov 2026 08:01:02 +0700\nFrom: {sender}\nTo: {to}\nSubject: {subject}\n'
    for name, value in more.items():
        out += f'{name.replace("_", "-")}: {value}\n'
    return out + 'Message-ID: <b1@mx.host.example>\n'


def plain(subject, text, charset='us-ascii', encoding=None, **more):
    body = text.encode('utf-8' if charset == 'us-ascii' else charset)
    out = head(subject, **more) + f'MIME-Version: 1.0\nContent-Type: text/plain; charset={charset}\n'
    if encoding == 'base64':
        return (out + 'Content-Transfer-Encoding: base64\n\n').encode() + base64.encodebytes(body)
    if encoding == 'qp':
        return (out + 'Content-Transfer-Encoding: quoted-printable\n\n').encode() + quopri.encodestring(body)
    return (out + '\n').encode() + body


def report(subject, text, status, orig=None, kind='delivery-status', status_type='message/delivery-status', **more):
    out = head(subject, **more) + ('MIME-Version: 1.0\nContent-Type: multipart/report; report-type=' + kind +
                                   ';\n\tboundary="=_b1"\n\nThis is a MIME-encapsulated message.\n\n')
    out += f'--=_b1\nContent-Type: text/plain; charset=utf-8\n\n{text}\n\n'
    out += f'--=_b1\nContent-Type: {status_type}\n\n{status}\n\n'
    if orig is not None:
        out += f'--=_b1\nContent-Type: message/rfc822\n\n{orig}\n'
    return (out + '--=_b1--\n').encode()


def mail(name, data, *rows):
    """rows: (action, address, enhanced, class)"""
    assert name not in MAILS, name
    MAILS[name] = (data if isinstance(data, bytes) else data.encode(), rows)


U = 'user@host.example'
GONE = ('failed', U, '5.1.1', 'invalid')

# --- RFC 3464 and what becomes of it --------------------------------------------------------------

REASON = '550 5.1.1 <user@host.example>: Recipient address rejected: User unknown in virtual mailbox table'
STATUS = f'''Reporting-MTA: dns; relay.example
X-Postfix-Queue-ID: 4XyZ
Original-Envelope-Id: aiaqtest
Arrival-Date: Tue, 24 Nov 2026 08:00:00 +0700 (+07)

Final-Recipient: rfc822; {U}
Original-Recipient: rfc822;{U}
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.host.example
Diagnostic-Code: smtp; {REASON}
'''
mail('dsn-postfix', report('Undelivered Mail Returned to Sender', f'<{U}>: host mx.host.example[192.0.2.1] said: {REASON}',
                           STATUS, original()), GONE)
mail('dsn-no-blank-line', report('Undelivered Mail', 'x', STATUS.replace('\n\n', '\n'), original()), GONE)
mail('dsn-crlf', report('Undelivered Mail', 'x', STATUS, original()).replace(b'\n', b'\r\n'), GONE)
mail('dsn-delayed', report('Delayed Mail (still being retried)', f'THIS IS A WARNING ONLY. YOU DO NOT NEED TO RESEND YOUR MESSAGE.\n\n<{U}>: connect to mx.host.example[192.0.2.1]:25: Connection refused',
                           STATUS.replace('failed', 'delayed').replace('5.1.1\n', '4.4.1\n').replace(REASON, 'connect to mx: Connection refused') +
                           'Will-Retry-Until: Sun, 29 Nov 2026 08:00:00 +0700\n', original()),
     ('delayed', U, '4.4.1', 'transient'))
mail('dsn-delivered', report('Successful Mail Delivery Report', f'<{U}>: delivery via mx: 250 2.0.0 Ok',
                             STATUS.replace('failed', 'delivered').replace('5.1.1\n', '2.0.0\n').replace(REASON, '250 2.0.0 Ok: queued as 77'), original()),
     ('delivered', U, '2.0.0', 'unclear'))
mail('dsn-relayed', report('Successful Mail Delivery Report', f'<{U}>: delivery via mx: 250 Ok',
                           STATUS.replace('failed', 'relayed (to non-DSN-aware mailer)').replace('5.1.1\n', '2.0.0\n').replace(REASON, '250 Ok'), original()),
     ('relayed', U, '2.0.0', 'unclear'))
mail('dsn-expanded', report('Return receipt', 'x', f'Reporting-MTA: dns; x.example\n\nFinal-Recipient: RFC822; list@host.example\nAction: expanded (to multi-recipient alias)\nStatus: 2.0.0\n', original('list@host.example')),
     ('expanded', 'list@host.example', '2.0.0', 'unclear'))
mail('dsn-three', report('Returned mail: see transcript for details', 'x', '''Reporting-MTA: dns; mx.host.example

Final-Recipient: RFC822; a@host.example
Action: failed
Status: 5.2.2
Diagnostic-Code: SMTP; 552 5.2.2 Mailbox full

Final-Recipient: RFC822; b@host.example
Action: delayed
Status: 4.4.7
Diagnostic-Code: SMTP; 451 4.4.7 connection timed out

Final-Recipient: RFC822; c@host.example
Action: relayed
Status: 2.1.5
'''), ('failed', 'a@host.example', '5.2.2', 'mailbox'), ('delayed', 'b@host.example', '4.4.7', 'transient'),
     ('relayed', 'c@host.example', '2.1.5', 'unclear'))
mail('dsn-gave-up', report('Undelivered Mail', 'x', STATUS.replace('5.1.1\n', '4.4.7\n').replace(REASON, '451 4.4.7 Message expired, giving up: connection timed out'), original()),
     ('failed', U, '4.4.7', 'transient'))
mail('dsn-utf8', report('Undelivered Mail', 'x', 'Reporting-MTA: dns; x.example\n\nFinal-Recipient: utf-8; nguyễn@bưuđiện.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user\n',
                        kind='delivery-status', status_type='message/global-delivery-status'),
     ('failed', 'nguyễn@bưuđiện.example', '5.1.1', 'invalid'))
mail('dsn-utf8-escaped', report('Undelivered Mail', 'x', 'Reporting-MTA: dns; x.example\n\nFinal-Recipient: utf-8; nguy\\x{1EC5}n@host.example\nAction: failed\nStatus: 5.1.1\n',
                                status_type='message/global-delivery-status'), ('failed', 'nguyễn@host.example', '5.1.1', 'invalid'))
mail('dsn-folded', report('Undelivered Mail', 'x', f'Reporting-MTA: dns;\n x.example\n\nFinal-Recipient:\n rfc822;\n {U}\nAction:\n failed\nStatus:\n 5.7.1 (delivery\n not authorized)\nDiagnostic-Code: smtp; 550\n-5.7.1 Message rejected\n due to content restrictions\n'),
     ('failed', U, '5.7.1', 'policy'))
mail('dsn-exchange-2003', report('Delivery Status Notification (Failure)', f'This is an automatically generated Delivery Status Notification.\n\nDelivery to the following recipients failed.\n\n       {U}\n\n',
                                 f'Reporting-MTA: dns;mail.host.example\nReceived-From-MTA: dns;relay.example\nArrival-Date: Tue, 24 Nov 2026 08:00:00 +0700\n\nFinal-Recipient: rfc822;{U}\nAction: failed\nStatus: 5.1.1\n', original(), sender='postmaster@host.example'), GONE)
mail('dsn-exchange-2013', report('Undeliverable: Thong cao', f"Delivery has failed to these recipients or groups:\n\n{U}<mailto:{U}>\nThe recipient's mailbox is full and can't accept messages now. Please try resending your message later, or contact the recipient directly.\n\nDiagnostic information for administrators:\n\nGenerating server: MBX1.host.example\n\n{U}\nRemote Server returned '554 5.2.2 mailbox full; STOREDRV.Deliver; quota exceeded'\n",
                                 f"Reporting-MTA: dns;MBX1.host.example\nReceived-From-MTA: dns;relay.example\n\nFinal-recipient: rfc822;{U}\nAction: failed\nStatus: 5.2.2\nDiagnostic-code: smtp;554 5.2.2 mailbox full; STOREDRV.Deliver; quota exceeded\n", original(), sender='Microsoft Outlook <MicrosoftExchange329e71@host.example>'),
     ('failed', U, '5.2.2', 'mailbox'))
mail('dsn-original-differs', report('Undelivered Mail', 'x', 'Reporting-MTA: dns; x.example\n\nOriginal-Recipient: rfc822;desk@host.example\nFinal-Recipient: rfc822;person@inner.example\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 5.1.1 no such user here\n', original('desk@host.example')),
     ('failed', 'person@inner.example', '5.1.1', 'invalid'))
mail('dsn-only-original', report('Undelivered Mail', 'x', f'Reporting-MTA: dns; x.example\n\nOriginal-Recipient: rfc822;{U}\nFinal-Recipient: LOCAL; user\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: X-LOCAL; 500 (over quota)\n'),
     ('failed', U, '5.2.2', 'mailbox'))
mail('dsn-no-recipient', report('Undelivered Mail', f'Your message could not be delivered to:\n\n<{U}>: user unknown', 'Reporting-MTA: dns; x.example\n\nAction: failed\nStatus: 5.1.1\n', original()), GONE)
mail('dsn-wrong-type', report('Undelivered Mail', f'<{U}>: failed', STATUS, original(), status_type='text/plain; name="details.txt"'), GONE)
mail('dsn-base64-status', report('Undelivered Mail', 'x', base64.encodebytes(STATUS.encode()).decode(), original(),
                                 status_type='message/delivery-status\nContent-Transfer-Encoding: base64'), GONE)
mail('dsn-in-text', plain('Undelivered Mail', 'Your mail could not be delivered.\n\n' + STATUS + '\n' + original()), GONE)
mail('dsn-of-a-list', report('Undelivered Mail', 'x', STATUS, original(), List_Id='<list.example>'), GONE)
mail('dsn-quotes-a-dsn', report('Undelivered Mail', 'x', STATUS, report('inner', 'x', STATUS.replace('user@', 'inner@').replace('5.1.1', '5.2.2'), original('inner@host.example')).decode().replace('=_b1', '=_b2')), GONE)
mail('dsn-action-missing', report('Undelivered Mail', f'<{U}> could not be delivered', f'Reporting-MTA: dns; x.example\n\nFinal-Recipient: rfc822; {U}\nStatus: 5.1.1\n'), GONE)
mail('dsn-status-is-a-reply', report('Undelivered Mail', 'x', f'Reporting-MTA: dns; x.example\n\nFinal-Recipient: rfc822; <{U}>\nAction: failed\nStatus: 550 #5.1.1\nDiagnostic-Code: smtp;550 #5.1.1 mailbox not found\n'), GONE)
mail('dsn-zimbra-vi', report('Thư không gửi được', f'Thư của quý vị không thể gửi tới:\n\n<{U}>: hộp thư đã đầy', STATUS.replace('5.1.1\n', '5.2.2\n').replace(REASON, '552 5.2.2 Hộp thư của người nhận đã đầy'), original()), ('failed', U, '5.2.2', 'mailbox'))
mail('dsn-o365-dbeb', report('Undeliverable: x', 'x', STATUS.replace('5.1.1\n', '5.4.1\n').replace(REASON, '550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [x.example]'), original()), ('failed', U, '5.4.1', 'invalid'))
mail('dsn-gmail-policy', report('Delivery Status Notification (Failure)', 'x', STATUS.replace('5.1.1\n', '5.7.26\n').replace(REASON, "550-5.7.26 This mail has been blocked because the sender is unauthenticated. Gmail requires all senders to authenticate with either SPF or DKIM"), original(), X_Failed_Recipients=U), ('failed', U, '5.7.26', 'policy'))
mail('dsn-sender-refused', report('Undelivered Mail', 'x', STATUS.replace('5.1.1\n', '5.1.8\n').replace(REASON, '550 5.1.8 <x@y.example>: Sender address rejected: Domain not found'), original()), ('failed', U, '5.1.8', 'policy'))
mail('dsn-host-not-found', report('Undelivered Mail', 'x', STATUS.replace('5.1.1\n', '5.4.4\n').replace(REASON, 'Host or domain name not found. Name service error for name=host.example type=A: Host not found'), original()), ('failed', U, '5.4.4', 'invalid'))
mail('dsn-too-large', report('Undelivered Mail', 'x', STATUS.replace('5.1.1\n', '5.3.4\n').replace(REASON, 'message size 9000000 exceeds size limit 5000000 of server mx.host.example'), original()), ('failed', U, '5.3.4', 'policy'))

# --- notices in words: failures ---------------------------------------------------------------------

QMAIL = '''Hi. This is the qmail-send program at mx.host.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

'''
mail('qmail', plain('failure notice', QMAIL + f"<{U}>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n" + original()), GONE)
mail('qmail-remote', plain('failure notice', QMAIL + f"<{U}>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 User unknown\nGiving up on 192.0.2.1.\n\n<second@host.example>:\n192.0.2.1 failed after I sent the message.\nRemote host said: 552 spam content rejected\n\n--- Below this line is a copy of the message.\n\n" + original()),
     GONE, ('failed', 'second@host.example', '5.0.0', 'policy'))
mail('qmail-too-long', plain('failure notice', QMAIL + f"<{U}>:\nSorry, I wasn't able to establish an SMTP connection. (#4.4.1)\nI'm not going to try again; this message has been in the queue too long.\n\n--- Below this line is a copy of the message.\n\n" + original()),
     ('failed', U, '4.4.1', 'transient'))
mail('qmail-no-host', plain('failure notice', QMAIL + f"<{U}>:\nSorry, I couldn't find any host named host.example. (#5.1.2)\n\n--- Below this line is a copy of the message.\n\n" + original()), ('failed', U, '5.1.2', 'invalid'))
mail('yahoo', plain('Delivery failure', f"Message from yahoo.example.\nUnable to deliver message to the following address(es).\n\n<{U}>:\nThis user doesn't have a yahoo.example account ({U}) [0]\n\n--- Original message follows.\n\n" + original()), ('failed', U, '5.0.0', 'invalid'))
mail('yahoo-quota', plain('Failure Notice', f"Sorry, we were unable to deliver your message to the following address.\n\n<{U}>:\n554: delivery error: dd Sorry, your message to {U} cannot be delivered. This account is over quota. - mta1.example\n\n--- Below this line is a copy of the message.\n\n" + original()), ('failed', U, '5.0.0', 'mailbox'))
EXIM = '''This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

'''
mail('exim-quota', plain('Mail delivery failed: returning message to sender', EXIM + f"  {U}\n    SMTP error from remote mail server after RCPT TO:<{U}>:\n    host mx.host.example [192.0.2.1]: 452 4.2.2 Mailbox is over quota:\n    retry timeout exceeded\n\n------ This is a copy of the message, including all the headers. ------\n\n" + original(), Auto_Submitted='auto-replied', X_Failed_Recipients=U), ('failed', U, '4.2.2', 'mailbox'))
mail('exim-old', plain('Mail delivery failed: returning message to sender', EXIM + f"  first@host.example\n    unrouteable mail domain \"host.example\"\n  second@other.example\n    (generated from alias@other.example)\n    SMTP error from remote mailer after RCPT TO:<second@other.example>:\n    host mx.other.example [192.0.2.9]: 550 relay not permitted\n\n------ This is a copy of the message, including all the headers. ------\n\n" + original()),
     ('failed', 'first@host.example', '5.0.0', 'invalid'), ('failed', 'second@other.example', '5.0.0', 'policy'))
mail('exim-delay', plain('Warning: message 1abc-000 delayed 24 hours', f"This message was created automatically by mail delivery software.\nA message that you sent has not yet been delivered to one or more of its\nrecipients after more than 24 hours on the queue on mx.host.example.\n\nThe message identifier is:     1abc-000\nThe subject of the message is: x\n\nThe address to which the message has not yet been delivered is:\n\n  {U}\n    Delay reason: connection refused\n\nNo action is required on your part. Delivery attempts will continue for\nsome time, and this warning may be repeated at intervals if the message\nremains undelivered. Eventually the mail delivery software will give up,\nand when that happens, the message will be returned to you.\n"), ('delayed', U, '4.0.0', 'transient'))
mail('postfix-words', plain('Undelivered Mail Returned to Sender', f"This is the mail system at host relay.example.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients. It's attached below.\n\nFor further assistance, please send mail to postmaster.\n\n                   The mail system\n\n<{U}>: host mx.host.example[192.0.2.1] said: 550 5.1.1 <{U}>: Recipient\n    address rejected: User unknown (in reply to RCPT TO command)\n"), GONE)
SENDMAIL = f'''The original message was received at Tue, 24 Nov 2026 08:00:00 +0700
from press.ministry.example [192.0.2.7]

   ----- The following addresses had permanent fatal errors -----
<{U}>
    (reason: 550 5.1.1 <{U}>... User unknown)
    (expanded from: <alias@relay.example>)

   ----- Transcript of session follows -----
... while talking to mx.host.example.:
>>> DATA
<<< 550 5.1.1 <{U}>... User unknown
550 5.1.1 <alias@relay.example>... User unknown
<<< 503 5.0.0 Need RCPT (recipient)

   ----- Original message follows -----

'''
mail('sendmail', plain('Returned mail: see transcript for details', SENDMAIL + original()), GONE)
mail('sendmail-old', plain('Returned mail: Host unknown (Name server: host.example: host not found)', f"The original message was received at Tue, 24 Nov 2026 08:00:00 +0700\nfrom press [192.0.2.7]\n\n   ----- The following addresses had permanent delivery errors -----\n<{U}>\n\n   ----- Transcript of session follows -----\n550 <{U}>... Host unknown (Name server: host.example: host not found)\n\n   ----- Original message follows -----\n" + original()), ('failed', U, '5.0.0', 'invalid'))
mail('sendmail-mixed', plain('Warning: could not send message for past 4 hours', "    **********************************************\n    **      THIS IS A WARNING MESSAGE ONLY      **\n    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n    **********************************************\n\nThe original message was received at Tue, 24 Nov 2026 08:00:00 +0700\n\n   ----- Transcript of session follows -----\n<user@host.example>... Deferred: Connection timed out with mx.host.example.\nWarning: message still undelivered after 4 hours\nWill keep trying until message is 5 days old\n\n   ----- Original message follows -----\n" + original()), ('delayed', U, '4.0.0', 'transient'))
mail('sendmail-success', plain('Return receipt', f"The original message was received at Tue, 24 Nov 2026 08:00:00 +0700\n\n   ----- The following addresses had successful delivery notifications -----\n<{U}>  (successfully delivered to mailbox)\n\n   ----- Transcript of session follows -----\n<{U}>... Successfully delivered\n"), ('delivered', U, '2.0.0', 'unclear'))
mail('exchange-55', plain('Undeliverable: Thong cao', f"Your message did not reach some or all of the intended recipients.\n\n      Subject:\tThong cao\n      Sent:\t24/11/2026 08:00\n\nThe following recipient(s) could not be reached:\n\n      {U} on 24/11/2026 08:01\n            The e-mail account does not exist at the organization this message was sent to.  Check the e-mail address, or contact the recipient directly to find out the correct address.\n            <mail.host.example #5.1.1>\n", sender='System Administrator <postmaster@host.example>'), GONE)
mail('exchange-imc', plain('Undeliverable: Thong cao', f"Your message\n\n  To:      {U}\n  Subject: Thong cao\n  Sent:    Tue, 24 Nov 2026 08:00:00 +0700\n\ndid not reach the following recipient(s):\n\n{U} on Tue, 24 Nov 2026 08:01:00 +0700\n    The recipient name is not recognized\n\tThe MTS-ID of the original message is: c=us;a= ;p=org;l=SRV0611\n    MSEXCH:IMS:ORG:SITE:SRV 0 (000C05A6) Unknown Recipient\n", sender='System Administrator <postmaster@host.example>'), ('failed', U, '5.0.0', 'invalid'))
mail('exchange-2007-words', plain('Undeliverable: Thong cao', f"Delivery has failed to these recipients or distribution lists:\n\n{U}\nThe recipient's e-mail address was not found in the recipient's e-mail system. Microsoft Exchange will not try to redeliver this message for you. Please check the e-mail address and try resending this message.\n\n________________________________\nSent by Microsoft Exchange Server 2007\n\nDiagnostic information for administrators:\n\nGenerating server: mail.host.example\n\n{U}\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n\nOriginal message headers:\n\n" + original(), sender='Microsoft Exchange <MicrosoftExchange329@host.example>'), GONE)
mail('exchange-de', plain('Unzustellbar: Thong cao', f"Ihre Nachricht hat einige oder alle Empfänger nicht erreicht.\n\n      Betreff:\tThong cao\n      Gesendet am:\t24.11.2026 08:00\n\nFolgende(r) Empfänger kann/können nicht erreicht werden:\n\n      {U} am 24.11.2026 08:01\n            Das E-Mail-Konto ist in der Organisation, an die diese Nachricht gesendet wurde, nicht vorhanden.\n            <mail.host.example #5.1.1>\n", charset='iso-8859-1', encoding='qp', sender='Systemadministrator <postmaster@host.example>'), GONE)
mail('exchange-fr', plain('=?iso-8859-1?Q?Non_remis=A0:_Thong_cao?=', f"Votre message n'a pas été remis à certains ou à tous les destinataires.\n\nLe(s) destinataire(s) suivant(s) n'a (n'ont) pas pu être joint(s) :\n\n      {U}\n            La boîte aux lettres du destinataire est pleine.\n            <mail.host.example #5.2.2>\n", charset='iso-8859-1', encoding='qp', sender='postmaster@host.example'), ('failed', U, '5.2.2', 'mailbox'))
mail('gmail-old', plain('Delivery Status Notification (Failure)', f"This is an automatically generated Delivery Status Notification\n\nDelivery to the following recipient failed permanently:\n\n     {U}\n\nTechnical details of permanent failure: \nGoogle tried to deliver your message, but it was rejected by the recipient domain. We recommend contacting the other email provider for further information about the cause of this error. The error that the other server returned was: 550 550 5.1.1 <{U}>: Recipient address rejected: User unknown (state 14).\n\n   ----- Original message -----\n\n" + original(), sender='Mail Delivery Subsystem <mailer-daemon@mail.example>'), GONE)
mail('gmail-delay', plain('Delivery Status Notification (Delay)', f"This is an automatically generated Delivery Status Notification\n\nTHIS IS A WARNING MESSAGE ONLY.\n\nYOU DO NOT NEED TO RESEND YOUR MESSAGE.\n\nDelivery to the following recipient has been delayed:\n\n     {U}\n\nMessage will be retried for 2 more day(s)\n\nTechnical details of temporary failure: \nThe recipient server did not accept our requests to connect.\n\n   ----- Original message -----\n\n" + original(), sender='Mail Delivery Subsystem <mailer-daemon@mail.example>'), ('delayed', U, '4.0.0', 'transient'))
mail('domino', plain('DELIVERY FAILURE: User user (user@host.example) not listed in Domino Directory', f"Your message\n\n  Subject: Thong cao\n\nwas not delivered to:\n\n  {U}\n\nbecause:\n\n  User user ({U}) not listed in Domino Directory\n", sender='postmaster@host.example'), ('failed', U, '5.0.0', 'invalid'))
mail('notes', plain('NON-DELIVERY of: Thong cao', f"------- Failure Reasons  --------\n\nUser not listed in public Name & Address Book\n{U}\n\n------- Returned Message --------\n\n" + original()), ('failed', U, '5.0.0', 'invalid'))
mail('courier', plain('NOTICE: mail delivery status.', f"This is a delivery status notification from mx.host.example,\nrunning the Courier mail server, version 0.65.\n\nThe original message was received on Tue, 24 Nov 2026 08:00:00 +0700\nfrom relay.example (relay.example [192.0.2.2])\n\n---------------------------------------------------------------------------\n\n                           UNDELIVERABLE MAIL\n\nYour message to the following recipients cannot be delivered:\n\n<{U}>:\n    mx.host.example [192.0.2.1]:\n<<< 550 5.1.1 No such user\n\n---------------------------------------------------------------------------\n\nIf your message was also sent to additional recipients, their delivery\nstatus is not included in this report.\n", sender='"Courier mail server at mx.host.example" <@>'), GONE)
mail('imail', plain('Undeliverable Mail', f"Unknown user: {U}\n\nOriginal message follows.\n\n" + original(), sender='Postmaster <postmaster@mx.host.example>', path='<>'), ('failed', U, '5.0.0', 'invalid'))
mail('imail-full', plain('Undeliverable Mail', f"User mailbox exceeds allowed size: {U}\n\nOriginal message follows.\n\n" + original(), sender='Postmaster <postmaster@mx.host.example>'), ('failed', U, '5.0.0', 'mailbox'))
mail('mdaemon', plain('Permanent Delivery Failure', f"The attached message had PERMANENT fatal delivery errors!\n\nAfter one or more unsuccessful delivery attempts the attached message has\nbeen removed from the mail queue on this server.\n\nFailed address: {U}\n\n--- Session Transcript ---\n  Tue 2026-11-24 08:00:01: --> RCPT To:<{U}>\n  Tue 2026-11-24 08:00:01: <-- 550 5.1.1 Unknown user\n--- End Transcript ---\n", sender='MDaemon at host.example <MDaemon@host.example>'), GONE)
mail('mercury', plain('Delivery failure notification', f"With reference to your message with the subject:\n   \"Thong cao\"\n\nThe local mail transport system has reported the following problems it\nencountered while trying to deliver your message:\n\n-------------------------------------------------------------------\n*** {U}\n    550 No such user here\n-------------------------------------------------------------------\n", sender='Electronic Postmaster <Maiser@host.example>'), ('failed', U, '5.0.0', 'invalid'))
mail('groupwise', plain('Message status - undeliverable', f"The message that you sent was undeliverable to the following:\n\t{U} (user not found)\n\nPossibly truncated original message follows:\n\n" + original(), sender='Mailer-Daemon@host.example'), ('failed', U, '5.0.0', 'invalid'))
mail('pmdf', plain('Delivery Notification: Delivery has failed', f"This report relates to a message you sent with the following header fields:\n\n  Message-id: <r41.d1@press.ministry.example>\n  Date: Tue, 24 Nov 2026 08:00:00 +0700\n  From: thongcao@ministry.example\n  To: {U}\n  Subject: Thong cao\n\nYour message cannot be delivered to the following recipients:\n\n  Recipient address: {U}\n  Reason: Remote SMTP server has rejected address\n  Diagnostic code: smtp;550 5.1.1 unknown or illegal alias\n  Remote system: dns;mx.host.example\n", sender='Internet Mail Delivery <postmaster@host.example>'), GONE)
mail('mailmarshal', plain('Undeliverable Mail: "Thong cao"', f"Your message:\n   From:    thongcao@ministry.example\n   Subject: Thong cao\n\nCould not be delivered because of\n\n550 5.1.1 User unknown\n\nThe following recipients were affected: \n    {U}\n\nAdditional Information\n======================\n", sender='<postmaster@host.example>'), GONE)
mail('interscan', plain('Mail delivery error', f"Sent <<< RCPT TO:<{U}>\nReceived >>> 550 5.1.1 User unknown\n\nUnable to deliver message to <{U}>.\n", sender='<postmaster@host.example>'), GONE)
mail('surfcontrol', plain('Message delivery failed', f"Your message could not be sent.\nA transcript of the attempts to send the message follows.\nThe number of attempts made: 1\nAddressed To: {U}\n\nTue 24 Nov 2026 08:00:00\nFailed to send to identified host,\n{U}: [192.0.2.1], 550 Mailbox unknown\n\n", sender='Postmaster <postmaster@host.example>'), ('failed', U, '5.0.0', 'invalid'))
mail('opensmtpd-delay', plain('Delivery status notification: warning', f"    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this email.\n\n    A message is delayed for more than 4h for the following\n    list of recipients:\n\n{U}: Network error on destination MXs\n\n    Please note that this is only a temporary failure report.\n    The message is kept in the queue for up to 4d.\n    You DO NOT NEED to re-send the message to these recipients.\n\n    Below is a copy of the original message:\n\n" + original()), ('delayed', U, '4.0.0', 'transient'))
mail('biglobe', plain('Returned mail', f"   ----- The following addresses had delivery problems -----\n{U}\n\n   ----- Non-delivered information -----\nThe number of messages in recipient's mailbox exceeded the local limit.\n"), ('failed', U, '5.0.0', 'mailbox'))
mail('kddi', plain('Mail System Error - Returned Mail', f"Your mail sent on: Tue, 24 Nov 2026 08:00:00 +0700\n\nCould not be delivered to: <{U}>\n\nAs the following recipient's mailbox is full.\n"), ('failed', U, '5.0.0', 'mailbox'))
mail('intermail', plain('Mail delivery failed', f"This message could not be delivered to the following recipients:\n\nRecipient: {U}\nReason:    Invalid recipient\n\nPlease reply to Postmaster@host.example\nif you feel this message to be in error.\n"), ('failed', U, '5.0.0', 'invalid'))
mail('words-html', head('Undeliverable: x', sender='postmaster@host.example').encode() + f'MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n<html><head><style>p {{ color: red }}</style></head><body><p>Your message couldn&#39;t be delivered.</p><table><tr><td>Your message to <b>{U}</b> couldn\'t be delivered.</td></tr></table><p>550 5.1.1 The email account that you tried to reach does not exist</p></body></html>\n'.encode(), GONE)
mail('vi-full', plain('=?utf-8?B?VGjGsCBraMO0bmcgZ+G7rWkgxJHGsOG7o2M=?=', f'Thư của ông/bà không gửi được tới địa chỉ sau:\n\n  {U}\n\nLý do: hộp thư người nhận đã đầy, vượt quá dung lượng cho phép.\n', charset='utf-8', encoding='base64', sender='Hệ thống thư <postmaster@host.example>'), ('failed', U, '5.0.0', 'mailbox'))
mail('vi-unknown', plain('Thư bị trả lại', f'Không thể chuyển thư đến người nhận: {U}\nNgười dùng không tồn tại trên hệ thống.\n', charset='utf-8', encoding='qp', sender='postmaster@host.example'), ('failed', U, '5.0.0', 'invalid'))
mail('vi-delay', plain('Thư bị trì hoãn', f'Thư gửi tới địa chỉ dưới đây bị trì hoãn, máy chủ sẽ tiếp tục thử lại:\n\n  {U}\n\nLý do: không kết nối được máy chủ.\n', charset='utf-8', encoding='qp', sender='postmaster@host.example'), ('delayed', U, '4.0.0', 'transient'))
mail('ja-unknown', plain('=?iso-2022-jp?B?GyRCR1s/LklUR10bKEI=?=', f'次の宛先へメールを配信できませんでした。\n\n<{U}>\n宛先不明: ユーザが存在しません。\n', charset='iso-2022-jp', sender='postmaster@host.example'), ('failed', U, '5.0.0', 'invalid'))
mail('zh-full', plain('系统退信', f'抱歉,您的邮件被退回来了……\n收件人:{U}\n原因:收件人邮箱已满,无法接收邮件\n', charset='gb18030', encoding='base64', sender='postmaster@host.example'), ('failed', U, '5.0.0', 'mailbox'))
mail('ru-unknown', plain('Недоставленное сообщение', f'Сообщение не может быть доставлено следующему получателю:\n\n{U}\n\nПользователь не найден\n', charset='koi8-r', encoding='base64', sender='postmaster@host.example'), ('failed', U, '5.0.0', 'invalid'))
mail('es-unknown', plain('No se puede entregar: x', f'No se ha podido entregar el mensaje a estos destinatarios o grupos:\n\n{U}\nNo se encontró la dirección de correo electrónico que ha especificado.\n', charset='iso-8859-1', encoding='qp', sender='postmaster@host.example'), ('failed', U, '5.0.0', 'invalid'))
mail('quoted-original', plain('Returned mail', f'I could not deliver your mail to <{U}>: mailbox full\n\n' + quoted(original('other@host.example'))), ('failed', U, '5.0.0', 'mailbox'))
mail('name-in-host', plain('Undelivered Mail Returned to Sender', f'could not be delivered\n\n<{U}>: host mx.spam-filter.host.example[192.0.2.1] said: 550 5.1.1 User unknown\n'), GONE)

# --- complaints ----------------------------------------------------------------------------------------

FEEDBACK = f'Feedback-Type: abuse\nUser-Agent: Loop/1.0\nVersion: 1\nOriginal-Mail-From: <{OURS}>\nOriginal-Rcpt-To: <{U}>\nReported-Domain: ministry.example\nSource-IP: 192.0.2.7\n'


def arf(feedback, orig=None):
    return report('FW: Thong cao', 'This is an email abuse report for an email message received from IP 192.0.2.7.', feedback,
                  original() if orig is None else orig, kind='feedback-report', status_type='message/feedback-report',
                  sender='<fbl@provider.example>', path='<fbl@provider.example>')


SPAM = ('complaint', U, '-', 'unclear')
mail('arf-abuse', arf(FEEDBACK), SPAM)
mail('arf-fraud', arf(FEEDBACK.replace('abuse', 'fraud')), SPAM)
mail('arf-from-original', arf(FEEDBACK.replace(f'Original-Rcpt-To: <{U}>\n', '')), SPAM)
mail('arf-auth-failure', arf(FEEDBACK.replace('abuse', 'auth-failure') + 'Auth-Failure: dmarc\n'))
mail('arf-not-spam', arf(FEEDBACK.replace('abuse', 'not-spam')))
mail('arf-boundary-not-ascii', arf(FEEDBACK).replace(b'"=_b1"', '"=_é"'.encode()).replace(b'--=_b1', '--=_é'.encode()), SPAM)
mail('arf-no-type', arf(FEEDBACK.replace('Feedback-Type: abuse\n', '')), SPAM)
mail('arf-redacted', arf(FEEDBACK.replace(f'Original-Rcpt-To: <{U}>', 'Original-Rcpt-To: redacted')), SPAM)
mail('arf-opt-out', arf(FEEDBACK.replace('abuse', 'opt-out')), SPAM)
mail('arf-headers-only', arf(FEEDBACK).replace(b'message/rfc822', b'text/rfc822-headers'), SPAM)
mail('arf-base64', arf(FEEDBACK).replace(b'Content-Type: message/feedback-report\n\n' + FEEDBACK.encode(), b'Content-Type: message/feedback-report\nContent-Transfer-Encoding: base64\n\n' + base64.encodebytes(FEEDBACK.encode())), SPAM)
mail('arf-in-text', plain('Abuse report', 'Somebody complained.\n\n' + FEEDBACK + '\n' + original(), sender='fbl@provider.example', path='<fbl@provider.example>'), SPAM)
mail('tls-report', report('Report Domain: ministry.example', 'This is a TLS report.', '{}', kind='tlsrpt', status_type='application/tlsrpt+gzip', sender='noreply-smtp-tls-reporting@provider.example', path='<n@provider.example>'))
mail('jmrp', head('complaint about message from 192.0.2.7', sender='<staff@provider.example>', path='<staff@provider.example>').encode() +
     f'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="j"\n\n--j\nContent-Type: message/rfc822\n\nX-HmXmrOriginalRecipient: {U}\n{original("hidden@host.example")}\n--j--\n'.encode(), SPAM)

# --- no failure -------------------------------------------------------------------------------------------

PERSON = 'Trần Thị Thử <user@host.example>'
PATH = '<user@host.example>'
AWAY = ('autoreply', U, '-', 'unclear')
mail('away-outlook', plain('Automatic reply: Thong cao', 'I am out of the office until 30/11. For urgent matters contact other@host.example. Mail sent to me will not be delivered to others.\n', sender=PERSON, path=PATH, Auto_Submitted='auto-replied', X_Auto_Response_Suppress='All'), AWAY)
mail('away-vi', plain('Trả lời tự động: Thông cáo', 'Tôi đi công tác đến hết ngày 30/11, xin liên hệ ban@host.example.\n', charset='utf-8', encoding='qp', sender=PERSON, path=PATH), AWAY)
mail('away-null-path', plain('Re: Thong cao', 'I am on vacation. If undeliverable to me, write to b@host.example.\n', sender=PERSON, Auto_Submitted='auto-replied (vacation)'), AWAY)
mail('away-de', plain('Abwesenheitsnotiz: Thong cao', 'Ich bin bis 30.11. nicht im Hause.\n', sender=PERSON, path=PATH), AWAY)
mail('away-left', plain('Auto: Thong cao', 'I no longer work here; this address does not exist any more. Please write to b@host.example.\n', sender=PERSON, path=PATH, Precedence='auto_reply'), AWAY)
mail('challenge', plain('Please confirm your message', 'Your message is being held because your address has not been verified. Reply to this message to confirm that you are a person; it was not delivered yet.\n', sender=PERSON, path=PATH), AWAY)
mail('receipt', report('Read: Thong cao', 'Your message was read.', f'Reporting-UA: mail.example; Mail\nFinal-Recipient: rfc822;{U}\nOriginal-Message-ID: <r41.d1@press.ministry.example>\nDisposition: manual-action/MDN-sent-manually; displayed\n', kind='disposition-notification', status_type='message/disposition-notification', sender=PERSON, path=PATH), AWAY)
mail('person', plain('Re: Thong cao', 'Cho tôi hỏi thêm về con số trong thông cáo.\n', charset='utf-8', sender=PERSON, path=PATH, In_Reply_To='<r41.d1@press.ministry.example>'))
mail('person-about-bounce', plain('Re: Undelivered Mail Returned to Sender', 'My mail to you was not delivered, 550 5.1.1 user unknown. Why? Please call.\n', sender=PERSON, path=PATH))
mail('list', plain('[list] delivery failed for some members', 'Several mails were undeliverable: a@host.example said 550 user unknown.\n', sender='someone@list.example', path='<list-bounces@list.example>', List_Id='<list.example>', Precedence='list'))
mail('newsletter', plain('How to read an undelivered mail report', 'This week: what 550 5.1.1 means.\n', sender='news@paper.example', path='<news@paper.example>', List_Unsubscribe='<https://paper.example/u>'))


# --- more of them, by the system's name ------------------------------------------------------------------

O = original()
PM = 'postmaster@host.example'
N = dict(sender=PERSON, path=PATH)


def t(name, subject, text, *want, **kw):
    mail(name, plain(subject, text, **kw), *want)


def F(enhanced, why, address=U):
    return 'failed', address, enhanced, why


def D(enhanced, why='transient', address=U):
    return 'delayed', address, enhanced, why


t('activehunter','Undelivered','''The following addresses had permanent delivery errors

>>> user@host.example <user@host.example>

   ----- Transcript of session follows -----
550 sorry, no mailbox here by that name (#5.1.1 - chkusr)
'''+O,F('5.1.1','invalid'))
t('aol','Mail Delivery Problem','''Your message(s) to the following email addresses could not be delivered:

"user" <user@host.example>

5.1.1 : user unknown
''',F('5.1.1','invalid'))
t('apache-james','Undeliverable','''Hi. This is the James mail server at mx.host.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.  Below
I include the list of recipients and the reason why I was unable to deliver
your message.

Failed recipient(s):
user@host.example

Error message:
javax.mail.SendFailedException: Invalid Addresses; nested: com.sun.mail.smtp.SMTPAddressFailedException: 550 5.1.1 <user@host.example>... User Unknown

The original message is attached.

Message details:
  Subject: Thong cao
  Sent date: Thu Apr 29 01:20:50 JST 2015
  MAIL FROM: thongcao@ministry.example
  RCPT TO: user@host.example
  From: thongcao@ministry.example
  To: user@host.example
''',F('5.1.1','invalid'),sender=PM)
t('barracuda','Undeliverable mail','''**Message you sent blocked by our bulk email filter**

Your message to: user@host.example
was blocked by our Spam Firewall. The email you sent with the following subject has NOT BEEN DELIVERED:

Subject: Thong cao
''',F('5.0.0','policy'),sender=PM)
t('einsundeins','Mail delivery failed: returning message to sender','''This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of
its recipients. This is a permanent error.

The following address failed:

"user@host.example":
    SMTP error from remote server after RCPT command:
host: mx.host.example
5.1.1 <user@host.example>: Recipient address rejected: User unknown


--- The header of the original message is following. ---

Received: from a
'''+O,F('5.1.1','invalid'))
t('einsundeins2','Mail delivery failed: returning message to sender','''This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of
its recipients. The following addresses failed:

<user@host.example>
    host mx.host.example [192.0.2.1]: 552 5.2.2 mailbox full
''',F('5.2.2','mailbox'))

t('facebook','Delivery failed','''This message was created automatically by Facebook.

The message you sent to user@host.example could not be delivered.

Reason: RCP-P1 user does not exist
''',F('5.0.0','invalid'),sender='Facebook <mailer-daemon@mx.facebook.example>')
t('fml','Your mail was rejected','''Sorry, Your mail is rejected since the address is not a member.
user@host.example
''',sender='fml <list-admin@host.example>',path='<list-admin@host.example>')
t('gmx','Mail delivery failed: returning message to sender','''This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of
its recipients. This is a permanent error.

The following address failed:

"user@host.example":
SMTP error from remote server after RCPT command:
host: mx.host.example
5.1.1 <user@host.example>... User unknown
''',F('5.1.1','invalid'))
t('imailserver','Undeliverable Mail','''User mailbox exceeds allowed size: user@host.example

Original message follows.

'''+O,F('5.0.0','mailbox'),sender='Postmaster <postmaster@x.example>',path='<bounce@x.example>')
t('imail2','Undeliverable Mail','''Delivery failed 20 attempts: user@host.example

Original message follows.

'''+O,F('4.0.0','transient'),sender='Postmaster <postmaster@x.example>')
t('interscan2','Mail delivery error','''Unable to deliver message to <user@host.example>.
Reason: User unknown
''',F('5.0.0','invalid'),sender='"Mail Delivery" <x@host.example>',path='<x@host.example>')
t('mailfoundry','Message delivery has failed','''This is a MailFoundry gateway at mx.host.example.

Unable to deliver message to: <user@host.example>
Delivery failed for the following reason:
Server mx.host.example[192.0.2.1] responded with: 552 sorry, that message size exceeds my databytes limit (#5.3.4)

This has been a permanent failure.  No further delivery attempts will be made.
''',F('5.3.4','policy'),sender=PM)
t('mailru','Mail failure.','''This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

**********************

  user@mail.example
    SMTP error from remote mail server after RCPT TO:<user@mail.example>:
    host mxs.mail.example [192.0.2.1]: 550 Message was not accepted -- invalid mailbox.
    Local mailbox user@mail.example is unavailable: user not found
''',('failed','user@mail.example','5.0.0','invalid'))
t('mcafee','Delivery Status','''This is a system-generated message.
The following addresses had delivery problems:

<user@host.example>   (User unknown user@host.example)

Final-Recipient: <user@host.example>
Action: failed
Diagnostic-Code: smtp; 550 5.1.1 User unknown
''',F('5.1.1','invalid'))
t('messagingserver','Delivery Notification: Delivery has failed','''This report relates to a message you sent with the following header fields:

  Return-path: <thongcao@ministry.example>
  Message-id: <r41.d1@press.ministry.example>
  Date: Tue, 24 Nov 2026
  To: user@host.example

Your message cannot be delivered to the following recipients:

  Recipient address: user@host.example
  Original address: alias@host.example
  Reason: over quota
''',F('5.0.0','mailbox'),sender=PM)
t('mfilter','Delivery failure','''-------server message
550 5.1.1 unknown user <user@host.example>

-------SMTP command
RCPT TO:<user@host.example>

-------original mail info
Subject: x
''',F('5.1.1','invalid'))
t('mxlogic','Mail delivery failed: returning message to sender','''This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  <user@host.example>: 550 5.1.1 User unknown

'''+O,F('5.1.1','invalid'))
t('notes2','DELIVERY FAILURE','''------- Failure Reasons  --------

SMTP Protocol Returned a Permanent Error 550 5.1.1 User unknown
user@host.example

------- Returned Message --------
'''+O,F('5.1.1','invalid'))
t('opensmtpd','Delivery status notification: error','''    Hi!

    This is the MAILER-DAEMON, please DO NOT REPLY to this email.

    An error has occurred while attempting to deliver a message for
    the following list of recipients:

user@host.example: 550 5.2.2 <user@host.example>... Mailbox Full

    Below is a copy of the original message:

'''+O,F('5.2.2','mailbox'))
t('outlook-txt','Delivery Status Notification (Failure)','''This is an automatically generated Delivery Status Notification.

Delivery to the following recipients failed.

       user@host.example



''',F('5.0.0','unclear'),sender=PM)
t('v5sendmail','Returned mail: User unknown','''   ----- Transcript of session follows -----
While connected to smtp.host.example:
>>> RCPT To:<user@host.example>
<<< 550 <user@host.example>, User Unknown
550 user@host.example... User unknown

   ----- Unsent message follows -----
'''+O,F('5.0.0','invalid'))
t('verizon','Undeliverable Message','''Error:  the following message could not be delivered
To: 0000000000@vtext.example
Subject: x

Error: No valid recipients for this MM
''',('failed','0000000000@vtext.example','5.0.0','invalid'),sender='post_master@vtext.example')
t('x1','Returned Mail','''The original message was received at Thu, 29 Apr 2010 23:34:45 +0900 (JST)
from shironeko@host.example

---The following addresses had delivery errors---

user@host.example [User unknown]

'''+O,F('5.0.0','invalid'))
t('x2','Delivery failure','''Delivery failure notice from mx.host.example

Unable to deliver message to the following address(es).

<user@host.example>:
Sorry, user@host.example is not a known user here. Mailbox is full.
''',F('5.0.0','mailbox'))
t('x3','Delivery status notification','''
   This is a delivery status notification from the host mx.host.example.

   Delivery failed to the following recipients:

      User unknown: Recipient: <user@host.example>
      Status: SMTP RCPT TO:<user@host.example> 550 5.1.1 User unknown

   This message could not be delivered.

Delivery attempt history for your mail:
''',F('5.1.1','invalid'))
t('x4','failure notice','''Message from mx.host.example
We're sorry. There's a problem with the e-mail address(es) you're trying to send to. Please verify the address(es) and try again.

<user@host.example>:
This user doesn't have a host.example account (user@host.example) [-5]

--- Below this line is a copy of the message.

'''+O,F('5.0.0','invalid'))
t('x5','Mail Delivery Failed','''This is the mail delivery agent at x.example.

I was unable to deliver your message to the following addresses:

  user@host.example   -   550 Unknown user
''',F('5.0.0','invalid'))
t('x6','failure delivery','''We had trouble delivering your message. Full details follow:

Subject: 'Thong cao'
Date: 'Thu, 29 Apr 2012 23:34:45 +0000'

1 error(s):

SMTP Server <mx.host.example> rejected recipient <user@host.example>
(Error following RCPT command). It responded as follows: [550 5.1.1 User unknown]

''',F('5.1.1','invalid'))
t('yandex','Недоставленное сообщение','''Это письмо отправлено почтовым сервером yandex.example.

К сожалению, мы вынуждены сообщить Вам о том, что Ваше письмо не может
быть отправлено одному или нескольким адресатам. Технические подробности можно найти ниже.

<user@host.example>: host mx.host.example[192.0.2.1] said: 550 5.1.1 <user@host.example>: user unknown (in reply to RCPT TO command)
''',F('5.1.1','invalid'),charset='utf-8',encoding='base64')
t('zoho','Undelivered Mail Returned to Sender','''This message was created automatically by mail delivery software.
A message that you sent could not be delivered to one or more of its recipients. This is a permanent error.

user@host.example Invalid Address, ERROR_CODE :550, ERROR_CODE :5.1.1 <user@host.example>: Recipient address rejected: User unknown
''',F('5.1.1','invalid'),sender='mailer-daemon@mail.zoho.example')
t('sendmail-quota','Returned mail: see transcript for details','''The original message was received at x

   ----- The following addresses had permanent fatal errors -----
<user@host.example>
    (reason: 552 5.2.2 mailbox full)

   ----- Transcript of session follows -----
procmail: Quota exceeded while writing "/var/mail/user"
550 5.0.0 <user@host.example>... Can't create output
''',F('5.2.2','mailbox'))
t('sendmail-local','Returned mail: see transcript for details','''The original message was received at x
from localhost

   ----- The following addresses had permanent fatal errors -----
user@host.example

   ----- Transcript of session follows -----
550 5.1.1 user@host.example... User unknown
''',F('5.1.1','invalid'))
t('sendmail-expired','Returned mail: Cannot send message for 5 days','''The original message was received at x

   ----- The following addresses had permanent fatal errors -----
<user@host.example>

   ----- Transcript of session follows -----
<user@host.example>... Deferred: Connection timed out with mx.host.example.
Message could not be delivered for 5 days
Message will be deleted from queue
''',F('4.0.0','transient'))
t('exch-es','No se puede entregar: Thong cao','''El mensaje no ha llegado a algunos de los destinatarios.

      Asunto:\tThong cao
      Enviado:\t24/11/2026 8:00

No se puede tener acceso a los destinatarios siguientes:

      user@host.example el 24/11/2026 8:00
            La cuenta de correo no existe en la organización a la que se envió este mensaje.
            <mail.host.example #5.1.1>
''',F('5.1.1','invalid'),charset='iso-8859-1',encoding='qp',sender='Administrador del sistema <postmaster@host.example>')
t('exch-it','Non recapitabile: Thong cao','''Impossibile recapitare il messaggio ai seguenti destinatari o gruppi:

user@host.example
La cassetta postale del destinatario è piena.

Informazioni di diagnostica per gli amministratori:

Server di generazione: mail.host.example

user@host.example
#550 5.2.2 STOREDRV.Deliver: mailbox full. ##
''',F('5.2.2','mailbox'),charset='utf-8',encoding='base64',sender=PM)
t('exch-pt','Não é possível entregar: x','''Falha na entrega para estes destinatários ou grupos:

user@host.example
Não foi possível encontrar o endereço de email inserido. Verifique o endereço.
''',F('5.0.0','invalid'),charset='utf-8',encoding='qp',sender=PM)
t('exch-nl','Onbestelbaar: x','''De bezorging aan deze geadresseerden of groepen is mislukt:

user@host.example
Het ingevoerde e-mailadres is niet gevonden.
''',F('5.0.0','invalid'),charset='utf-8',encoding='qp',sender=PM)
t('exch-ja','配信不能: x','''次の受信者またはグループへの配信に失敗しました:

user@host.example
入力した電子メール アドレスが見つかりませんでした。
''',F('5.0.0','invalid'),charset='utf-8',encoding='base64',sender=PM)
t('exch-zh','未送达: x','''您的邮件未送达以下收件人或组:

user@host.example
找不到您输入的电子邮件地址。请检查该收件人的电子邮件地址并尝试重新发送邮件。
''',F('5.0.0','invalid'),charset='utf-8',encoding='base64',sender=PM)
t('qq','系统退信/System bounce','''尊敬的用户,您好!
您的邮件未能发送成功。
收件人 (user@host.example)
退信原因: 收件人邮箱不存在
Mailbox unavailable. 550 Mailbox not found
''',F('5.0.0','invalid'),charset='utf-8',encoding='base64',sender='PostMaster@qq.example')
t('groupwise2','Message status - undeliverable','''The attached file had the following undeliverable recipient(s):

        user@host.example
        
Transcript of session follows:
Command: RCPT
Response: 550 5.1.1 <user@host.example>... User unknown
''',F('5.1.1','invalid'),sender='<Postmaster@x.example>')
t('x400','Undeliverable message','''The following message was not delivered to one or more recipients:

  user@host.example
  Reason: Unable-To-Transfer
  Diagnostic: Unrecognised-ORName
''',F('5.0.0','invalid'),sender='X400 Gateway <gateway@host.example>')
t('critical-path','Nondeliverable mail','''------Transcript of session follows -------
user@host.example
The user(s) account is temporarily over quota.

------Message follows-----
'''+O,F('5.0.0','mailbox'))
t('sympatico','Delivery reports about your email [FAILED(1)]','''A message that you sent could not be delivered to one or more recipients.

user@host.example  550 5.1.1 unknown
''',F('5.1.1','invalid'))
t('smtp32','Undeliverable Mail','''undeliverable to user@host.example

Original message follows.

'''+O,F('5.0.0','unclear'),sender='Postmaster <postmaster@x.example>')
t('smtp32b','Undeliverable Mail','''Invalid final delivery userid: user@host.example

Original message follows.

'''+O,F('5.0.0','invalid'),sender='Postmaster <postmaster@x.example>')
t('mailenable','Message Delivery Failure','''MailEnable: Message could not be delivered to some recipients.
The following recipient(s) could not be reached:

\tRecipient: [SMTP:user@host.example]
\tReason: Remote SMTP Server Returned: 550 5.1.1 User unknown


Message headers follow:
'''+O,F('5.1.1','invalid'),sender='"Postmaster" <postmaster@x.example>')
t('kerio','Delivery failure','''Your message was not delivered to the following recipients:

user@host.example: 5.1.1 Mailbox not found
''',F('5.1.1','invalid'),sender='Kerio MailServer <mailer@x.example>')
t('hmailserver','Message undeliverable: x','''Your message did not reach some or all of the intended recipients.

   Sent: Tue, 24 Nov 2026 08:00:00 +0700
   Subject: x

The following recipient(s) could not be reached:

user@host.example
   Error Type: SMTP
   Remote server (192.0.2.1) issued an error.
   hMailServer sent: RCPT TO:<user@host.example>
   Remote server replied: 550 5.1.1 User unknown

hMailServer
''',F('5.1.1','invalid'),sender='mailer-daemon@x.example')
t('smartermail','Delivery Failure','''Could not deliver message to the following recipient(s):

Failed Recipient: user@host.example
Reason: Remote host said: 550 5.1.1 user unknown

   -- The header and top 20 lines of the message follows --

'''+O,F('5.1.1','invalid'),sender='System Administrator <systemadmin@x.example>')
t('lotus-delay','DELAYED MAIL: x','''Your message

  Subject: x

has been delayed. Delivery to the following has not been completed:

  user@host.example
''',D('4.0.0'),sender=PM)
t('courier-delay','WARNING: delayed mail.','''This is a delivery status notification from mx.host.example,
running the Courier mail server.

                           DELAYED MAIL

YOUR MESSAGE TO THE FOLLOWING RECIPIENTS HAS NOT BEEN DELIVERED YET:

<user@host.example>:
    mx [192.0.2.1]:
<<< 450 4.7.1 Try later

YOU DO NOT NEED TO RESEND YOUR MESSAGE.
''',D('4.7.1'))
t('pf-delay','Delayed Mail (still being retried)','''This is the mail system at host x.

####################################################################
# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #
####################################################################

Your message could not be delivered for more than 4 hour(s).
It will be retried until it is 5 day(s) old.

<user@host.example>: connect to mx.host.example[192.0.2.1]:25: Connection timed out
''',D('4.0.0'))
t('exch-delay','Delivery delayed: x','''Delivery is delayed to these recipients or distribution lists:

user@host.example

Subject: x

This message has not yet been delivered. Microsoft Exchange will continue to try delivering the message on your behalf.
''',D('4.0.0'),sender=PM)
t('imail-delay','Mail Delivery Delay','''The following message has been delayed. Delivery is still being attempted.

  To: user@host.example
  Reason: host not responding
''',D('4.0.0'),sender=PM)
t('relayed-exch','Relayed: x','''Delivery to these recipients or groups is complete, but no delivery notification was sent by the destination server:

user@host.example

Subject: x
''',('relayed',U,'2.0.0','unclear'),sender='Microsoft Outlook <postmaster@host.example>')
t('delivered-exch','Delivered: x','''Your message has been delivered to the following recipients:

user@host.example

Subject: x
''',('delivered',U,'2.0.0','unclear'),sender='Microsoft Outlook <postmaster@host.example>')
t('virus','Virus detected in message you sent','''Our scanner found a virus in the message you sent. It was not delivered to:

  <user@host.example>

The virus is: EICAR
''',F('5.0.0','policy'),sender=PM)
t('mixed-first-to','Undeliverable','''Dear thongcao@ministry.example,

your mail to user@host.example was rejected by its server:

  550 5.7.1 Message rejected as spam

Regards, postmaster@relay.example
''',F('5.7.1','policy'),sender='postmaster@relay.example')
t('no-address','Undelivered Mail','''Your message could not be delivered: 550 5.1.1 User unknown

----- Original message -----
'''+O,F('5.1.1','invalid'))
t('gmail-new-txt','Delivery Status Notification (Failure)','''** Address not found **

Your message wasn't delivered to user@host.example because the address couldn't be found, or is unable to receive mail.

Learn more here: https://support.example/mail/?p=NoSuchUser

The response was:

550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking the recipient's email address for typos or unnecessary spaces.
''',F('5.1.1','invalid'),sender='Mail Delivery Subsystem <mailer-daemon@googlemail.example>',Auto_Submitted='auto-replied')
t('gmail-new-delay','Delivery Status Notification (Delay)','''** Delivery incomplete **

There was a temporary problem delivering your message to user@host.example. Gmail will retry for 45 more hours. You'll be notified if the delivery fails permanently.

The response was:

The recipient server did not accept our requests to connect.
''',D('4.0.0'),sender='Mail Delivery Subsystem <mailer-daemon@googlemail.example>',Auto_Submitted='auto-replied')
t('apple','Undelivered','''Your message to user@icloud.example could not be delivered. 552 5.2.2 over quota
''',('failed','user@icloud.example','5.2.2','mailbox'),sender='MAILER-DAEMON@icloud.example')
t('vi-zimbra','Thư chưa gửi được','''Đây là thông báo tự động từ hệ thống thư điện tử.

Thư của bạn gửi đến địa chỉ user@host.example không thực hiện được vì lý do:
Địa chỉ không tồn tại.
''',F('5.0.0','invalid'),charset='utf-8',encoding='base64',sender='MAILER-DAEMON@host.example')
t('vi2','Thông báo gửi thư thất bại','''Hệ thống không thể gửi thư của bạn tới người nhận sau:

<user@host.example>: host mx[192.0.2.1] said: 452 4.2.2 hộp thư đầy
''',F('4.2.2','mailbox'),charset='utf-8',sender=PM)
# others: not failures
t('ooo1','Out of Office: x','I am away. In urgent cases mail colleague@host.example',AWAY,**N)
t('ooo-fr','Réponse automatique : x','Je suis absent',AWAY,charset='utf-8',**N)
t('ticket','[#123] We have received your request','Thank you. Your ticket number is 123.',AWAY,Auto_Submitted='auto-replied',**N)
t('changed','Change of address','I have a new address: new@host.example. The old one is no longer valid.',**N)
t('mailman','Your message to Foo awaits moderator approval','Your mail to \'Foo\' with the subject x is being held until the list moderator can review it for approval.',sender='foo-bounces@list.example',path='<foo-bounces@list.example>',Precedence='bulk',X_BeenThere='foo@list.example')
t('human-nopath','Hỏi về thông cáo','Chào anh, cho hỏi số điện thoại liên hệ. Thư trước của tôi bị trả lại?',charset='utf-8',**N)
t('postmaster-human','Re: abuse question','We looked at it and our server rejected nothing.',sender='postmaster@host.example',path='<postmaster@host.example>')
t('spam1','Cheap pills','Buy now. If undeliverable return to sender.',sender='x@spam.example',path='<x@spam.example>')
t('cron','Cron <root@x> backup','failed: could not deliver 550',sender='root@x.example',path='<root@x.example>')
t('quarantine','Quarantine report','Messages blocked as spam: 3. a@b.example',sender='quarantine@host.example',path='<quarantine@host.example>')
t('welcome','Welcome to the list','You are subscribed. If you get bounces your subscription may be disabled.',sender='list-request@host.example',path='<list-bounces@host.example>',List_Id='<l.host.example>')
t('delivery-parcel','Delivery failed: your parcel','Your parcel could not be delivered. Click here.',sender='Courier <info@parcel.example>',path='<info@parcel.example>')


def dsn(name,st,*want,subject='Undelivered Mail',text='x',**kw):
    mail(name,report(subject,text,st,original(),**kw),*want)
F2=lambda e,c,a=U:('failed',a,e,c)
dsn('notes-dsn',f'Reporting-MTA: dns;notes.host.example\n\nFinal-Recipient: rfc822;{U}\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: X-Notes; User user ({U}) not listed in Domino Directory\n',F('5.0.0','invalid'))
dsn('notes-dsn2',f'Reporting-MTA: dns;notes.host.example\n\nFinal-Recipient: rfc822;{U}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: X-Notes; Unable to deliver message to user\n',F('5.1.1','invalid'))
dsn('ironport',f'Reporting-MTA: dns; ironport.example\n\nFinal-Recipient: rfc822;{U}\nAction: failed\nStatus: 5.0.0 (permanent failure)\nRemote-MTA: dns; [192.0.2.1]\nDiagnostic-Code: smtp; 5.1.0 - Unknown address error 550-\'5.1.1 RESOLVER.ADR.RecipNotFound; not found\' (delivery attempts: 0)\n',F('5.1.0','invalid'),text=f'The following message to <{U}> was undeliverable.\nThe reason for the problem:\n5.1.0 - Unknown address error')
dsn('sendgrid',f'Reporting-MTA: dns; sendgrid.example\nArrival-Date: x\n\nFinal-Recipient: rfc822; {U}\nOriginal-Recipient: rfc822; {U}\nAction: failed\nStatus: 5.5.0\nDiagnostic-Code: 550 5.5.0 Requested action not taken: mailbox unavailable\n',F('5.5.0','invalid'))
dsn('messagelabs',f'Reporting-MTA: dns; server.messagelabs.example\nArrival-Date: x\n\nAction: failed\nStatus: 5.0.0\nLast-Attempt-Date: x\nRemote-MTA: dns; host.example\nDiagnostic-Code: smtp; 550 user unknown\nFinal-Recipient: rfc822; {U}\n',F('5.0.0','invalid'))
dsn('exim-dsn',f'Reporting-MTA: dns; exim.example\n\nAction: failed\nFinal-Recipient: rfc822;{U}\nStatus: 5.0.0\nRemote-MTA: dns; mx.host.example\nDiagnostic-Code: smtp; 550 No Such User Here\n',F('5.0.0','invalid'))
dsn('exim-dsn2','Reporting-MTA: dns; exim.example\n\nAction: failed\nFinal-Recipient: rfc822;a@host.example\nStatus: 5.0.0\n\nAction: failed\nFinal-Recipient: rfc822;b@host.example\nStatus: 5.0.0\nDiagnostic-Code: smtp; 552 mailbox full\n',F('5.0.0','invalid','a@host.example'),F('5.0.0','mailbox','b@host.example'),text='A message could not be delivered to\n\n  a@host.example\n    Unrouteable address\n  b@host.example\n    host mx: 552 mailbox full')
dsn('ses',f'Reporting-MTA: dns; a.smtp-out.amazonses.example\n\nAction: failed\nFinal-Recipient: rfc822; {U}\nDiagnostic-Code: smtp; 550 5.1.1 user unknown\nStatus: 5.1.1\n',F('5.1.1','invalid'),text=f'An error occurred while trying to deliver the mail to the following recipients:\n{U}')
dsn('o365',f'Reporting-MTA: dns;x.outlook.example\nReceived-From-MTA: dns;y\nArrival-Date: x\n\nFinal-Recipient: rfc822;{U}\nAction: failed\nStatus: 5.7.606\nDiagnostic-Code: smtp;550 5.7.606 Access denied, banned sending IP [192.0.2.7]. To request removal from this list please visit https://sender.office.example/\n',F('5.7.606','policy'))
dsn('x-postfix-local',f'Reporting-MTA: dns; x.example\nX-Postfix-Sender: rfc822; {OURS}\n\nFinal-Recipient: rfc822; {U}\nOriginal-Recipient: rfc822;alias@host.example\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: x-unix; maildrop: maildir over quota.\n',F('5.2.2','mailbox'))
dsn('x-postfix-loop',f'Reporting-MTA: dns; x.example\n\nFinal-Recipient: rfc822; {U}\nAction: failed\nStatus: 5.4.6\nDiagnostic-Code: X-Postfix; mail forwarding loop for {U}\n',F('5.4.6','transient'))
dsn('status-only-4',f'Reporting-MTA: dns; x.example\n\nFinal-Recipient: rfc822; {U}\nAction: failed\nStatus: 4.4.7\n',F('4.4.7','transient'))
dsn('delay-exch','Reporting-MTA: dns;x\n\nFinal-Recipient: rfc822;%s\nAction: delayed\nStatus: 4.4.7\nWill-Retry-Until: x\n'%U,('delayed',U,'4.4.7','transient'),subject='Delivery delayed:Thong cao')
dsn('angle-final',f'Reporting-MTA: dns; x\n\nFinal-Recipient: RFC822; <{U}>\nAction: FAILED\nStatus: 5.1.1 (bad destination mailbox address)\n',F('5.1.1','invalid'))
dsn('quoted-local','Reporting-MTA: dns; x\n\nFinal-Recipient: RFC822; "odd name"@host.example\nAction: failed\nStatus: 5.1.1\n',F('5.1.1','invalid','"odd name"@host.example'))
dsn('comment-final',f'Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; {U} (User Name)\nAction: failed\nStatus: 5.1.1\n',F('5.1.1','invalid'))
dsn('xtext','Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822;user+2Btag@host.example\nOriginal-Recipient: rfc822;user+2Btag@host.example\nAction: failed\nStatus: 5.1.1\n',F('5.1.1','invalid','user+2Btag@host.example'))
t('mmdf','Failed mail (msg.aa1234)','''    Your message was not delivered to the following address:

    Address:  user@host.example
    Reason:   Unknown address

    Your message follows:

'''+O,F('5.0.0','invalid'),sender='Mail system <mmdf@host.example>')
t('smail','mail failed, returning to sender','''|------------------------- Message log follows: -------------------------|
 no valid recipients were found for this message
|------------------------- Failed addresses follow: ---------------------|
 <user@host.example> ... unknown user
|------------------------- Message text follows: ------------------------|
'''+O,F('5.0.0','invalid'))
t('zmailer','Delivery reports about your email [FAILED(1)]','''This is a collection of reports about email delivery
process concerning a message you originated.

FAILED:
  Original Recipient:
    rfc822;user@host.example
  Control data:
    smtp host.example user@host.example
  Diagnostic texts:
    <user@host.example>... User unknown
''',F('5.0.0','invalid'),sender='mailer-daemon@host.example')
t('two-in-a-line','Undeliverable','''Your message to a@host.example, b@host.example and c@host.example could not be delivered: mailbox full
''',F('5.0.0','mailbox','a@host.example'),F('5.0.0','mailbox','b@host.example'),F('5.0.0','mailbox','c@host.example'))
t('cjk-tight','邮件投递失败','您发送给user@host.example的邮件无法投递,原因:用户不存在',F('5.0.0','invalid'),charset='utf-8',sender=PM)
t('163','系统退信','''抱歉,您的邮件被退回来了……
原邮件信息:
时间:2026-11-24 08:00:00
主题:x
收件人:user@host.example
退信原因:
对方服务器不存在此用户: 550 User not found: user@host.example
''',F('5.0.0','invalid'),charset='gb18030',encoding='base64',sender='Postmaster@163.example')
t('korean','메일 전송 실패','''메일을 보내지 못했습니다.

받는 사람: user@host.example
원인: 550 5.1.1 User unknown
''',F('5.1.1','invalid'),charset='euc-kr',encoding='base64',sender='postmaster@host.example')
t('polish','Zwrot nie dostarczonej wiadomości','''Wiadomość nie mogła zostać dostarczona do odbiorcy:

  user@host.example
    550 Nie ma takiego użytkownika
''',F('5.0.0','invalid'),charset='iso-8859-2',encoding='qp')
t('turkish','İletilemedi: x','''İletiniz şu alıcılara ulaşmadı:

user@host.example
550 5.1.1 kullanıcı bulunamadı
''',F('5.1.1','invalid'),charset='utf-8',encoding='qp',sender=PM)
t('t-online','Mail delivery failed','''|------------------------- Failed addresses follow: ---------------------|
 <user@host.example> ... 550 5.1.1 unknown recipient
''',F('5.1.1','invalid'))
t('de-postfix','Unzustellbare Nachricht','''Ihre Nachricht an

<user@host.example>

konnte nicht zugestellt werden.
Grund: Das Postfach des Empfängers ist voll.
''',F('5.0.0','mailbox'),charset='utf-8',encoding='qp')
t('reject-words','Rejected: Thong cao','''The message you sent to user@host.example was rejected because it contains an attachment of a type that is not allowed.
''',F('5.0.0','policy'),sender='postmaster@host.example')
t('boxed','Undeliverable: x','''+-----------------------------------------+
| Your message could not be delivered to: |
|   user@host.example                     |
| Reason: 550 5.1.1 unknown user          |
+-----------------------------------------+
''',F('5.1.1','invalid'),sender=PM)
t('quoted-names','Undeliverable','''The following recipients could not be reached:

'user@host.example' on 24/11/2026 08:00
    550 5.7.1 Unable to relay for user@host.example
''',F('5.7.1','policy'),sender='System Administrator <x@host.example>')
t('mailto-links','Undeliverable','''Delivery has failed to these recipients or groups:

Nguyen Van A (user@host.example)<mailto:user@host.example>
The email address you entered couldn't be found.
''',F('5.0.0','invalid'),sender=PM)
t('from-in-notice','Undelivered','''Your message
From: thongcao@ministry.example
To: user@host.example
could not be delivered. Reason: User unknown.
Please contact helpdesk@host.example for assistance.
''',F('5.0.0','invalid'),sender=PM)
t('hard-contact','Delivery Failure','''We could not deliver your message to user@host.example. If you need help, write to support@host.example or call 550 1234.
''',F('5.0.0','unclear'),sender=PM)
# not failures
V=dict(path='<>')
for i,(sub,tx,cs) in enumerate([
 ('Automaattinen vastaus: x','Olen lomalla.','utf-8'),('Odp: Thong cao','Jestem na urlopie do 30.11. W pilnych sprawach nie mogę odpowiedzieć.','utf-8'),
 ('Thong cao','Tôi đang nghỉ phép, thư sẽ được trả lời sau. Nếu cần, gọi 0912 550 111.','utf-8'),
 ('Re: Thong cao','I no longer work at this company. My mailbox does not exist any more and mail to it is returned. Please write to x@host.example','utf-8'),
 ('Away until Monday','I cannot be reached; mails will not be delivered to my phone.','utf-8'),
 ('Thông báo vắng mặt','Xin lỗi, tôi không thể trả lời.','utf-8'),
 ('Ihre Nachricht','Vielen Dank, ich bin im Urlaub. Ihre Mail wurde nicht weitergeleitet.','utf-8'),
 ('Your ticket 550123 was created','We will try again to reach you. status 550 pending','utf-8')]):
    mail('vac%d'%i,plain(sub,tx,charset=cs,encoding='qp',sender=PERSON,Auto_Submitted='auto-replied',**V),AWAY)
mail('vac-noflag',plain('Thong cao','Ich bin im Urlaub, nicht erreichbar; die Nachricht konnte nicht gelesen werden.',charset='utf-8',encoding='qp',sender=PERSON,**V))
mail('quar',plain('Quarantine summary','The following messages have been rejected as spam:\n\n a@b.example  x\n c@d.example  y\n',sender='postmaster@host.example',path='<postmaster@host.example>'))
mail('dmarc',plain('Report Domain: ministry.example Submitter: google Report-ID: 1','see attachment',sender='noreply-dmarc-support@google.example',path='<n@google.example>'))
mail('parcel2',plain('Your parcel has been delivered','Your parcel was delivered to the front door.',sender='noreply@parcel.example',path='<noreply@parcel.example>'))
mail('cron2',plain('Backup failed','could not deliver backup: error 550',sender='Administrator <administrator@host.example>',path='<administrator@host.example>'))
mail('fwd-bounce',plain('Fwd: Undelivered Mail Returned to Sender','See below, what should I do?\n\n> <user@host.example>: 550 5.1.1 user unknown\n',sender=PERSON,path=PATH))
mail('invite',plain('Re: Invitation','Thanks, I will come. The mail to my colleague c@host.example was returned, use d@host.example',sender=PERSON,path=PATH))

t('dma','Mail delivery failed','''This is the DragonFly Mail Agent v0.13 at host.example.

There was an error delivering your mail to <user@host.example>.

mx.host.example [192.0.2.1] did not like our RCPT TO:
550 5.1.1 User unknown

Message headers follow:

'''+O,F('5.1.1','invalid'))
t('netscape','Delivery Notification','''This Message was undeliverable due to the following reason:

One or more of the recipients of your message did not receive it
because they would have exceeded their mailbox size limit.

The following recipients did not receive your message:

    <user@host.example>

Please reply to Postmaster@host.example
if you feel this message to be in error.
''',F('5.0.0','mailbox'),sender='Mail Administrator <Postmaster@host.example>')
t('netscape2','Delivery Notification','''This Message was undeliverable due to the following reason:

Your message was not delivered because the destination computer was
not reachable within the allowed queue period.

Host host.example is not responding.

The following recipients did not receive this message:

     <user@host.example>

Please reply to Postmaster@relay.example
if you feel this message to be in error.
''',F('4.0.0','transient'),sender='Mail Administrator <Postmaster@host.example>')
t('llnl','Returned Mail - Error During Delivery','''We were unable to deliver your message to <user@host.example>.

For further information see x.
''',F('5.0.0','unclear'),sender=PM)
t('yale','Undeliverable','''Message not delivered to the following:

    user    User unknown

'''+O,F('5.0.0','invalid'))
t('powermta','Delivery report','''Hello, this is the mail server on mx.example.

I am sending you this message to inform you on the delivery status of a
message you previously sent.  Immediately below you will find a list of
the affected recipients;  also attached is a Delivery Status Notification
(DSN) report in standard format, as well as the headers of the original
message.

  <user@host.example>  delivery failed; will not continue trying

''',F('5.0.0','unclear'))
t('merak','Delivery Failure','''This Message could not be delivered:

Unknown user: <user@host.example>

   ----- Original message header -----
'''+O,F('5.0.0','invalid'),sender='Mail Server <postmaster@x.example>')
t('communigate','Undeliverable mail: x','''Failed to deliver to 'user@host.example'
SMTP module(domain host.example) reports:
 host.example: 550 5.1.1 unknown user account
''',F('5.1.1','invalid'))
t('communigate2','Undelivered mail: x','''Failed to deliver to '<user@host.example>'
LOCAL module(account user) reports:
 account is full (quota exceeded)
''',F('5.0.0','mailbox'))
t('xmail','Error sending message [1.mx] from [x]','''[<00>] XMail bounce: Rcpt=[user@host.example];Error=[550 5.1.1 no such user]


[<01>] Error sending message [1.mx] from [mx.example].

ID:        <S1>
Mail From: <thongcao@ministry.example>
Rcpt To:   <user@host.example>
Server:    <mx.host.example> [192.0.2.1]


[<02>] The reason of the delivery failure was:

550 5.1.1 no such user


[<05>] Here is listed the initial part of the message:

'''+O,F('5.1.1','invalid'))
t('symantec','Mail Delivery Problem','''SMTP server could not deliver the message to the following recipient(s):

user@host.example ( 554 Delivery failed: mailbox unavailable )
''',F('5.0.0','invalid'))
t('argosoft','Undeliverable mail','''Message could not be delivered to following recipients:
user@host.example
Reason: No such user
''',F('5.0.0','invalid'))
t('novell','Message Undeliverable','''The message was not delivered to the following recipient(s):
 user@host.example - mailbox full
''',F('5.0.0','mailbox'),sender='Mailer-Daemon@x.example')
t('cisco','Undeliverable: x','''The following message to <user@host.example> was undeliverable.
The reason for the problem:
5.4.7 - Delivery expired (message too old) 'timeout'
''',F('5.4.7','transient'),sender='Mail Delivery System <MAILER-DAEMON@x.example>')
t('cisco2','Delivery Status Notification (Failure)','''The following message to <user@host.example> was undeliverable.
The reason for the problem:
5.1.2 - Bad destination host 'DNS Hard Error looking up host.example (MX):  NXDomain'
''',F('5.1.2','invalid'))
t('fortinet','Undeliverable','''The original message was received at x

   ----- The following addresses had permanent fatal errors -----
user@host.example

   ----- Transcript of session follows -----
<<< 550 5.7.1 Message refused: attachment type not allowed
554 5.0.0 Service unavailable
''',F('5.7.1','policy'))
t('gw-html-table',"Undeliverable: x","Your message wasn't delivered because the recipient's email provider rejected it.\n\nuser@host.example\n\nRemote Server returned '550 5.7.1 Service unavailable, Client host [192.0.2.7] blocked using Spamhaus'\n",F('5.7.1','policy'),sender=PM)
t('delay-sendmail-dsn-text','Warning: could not send message for past 4 hours','''The original message was received at x

   ----- The following addresses had transient non-fatal errors -----
<user@host.example>
    (reason: 451 4.7.1 Please try again later)

   ----- Transcript of session follows -----
<user@host.example>... Deferred: 451 4.7.1 Please try again later
Warning: message still undelivered after 4 hours
Will keep trying until message is 5 days old
''',D('4.7.1'))
t('delay-qmail-like','delayed delivery notice','''Your message has been queued for over 4 hours and has not been delivered yet to:

<user@host.example>

I will keep trying for 5 days.
''',D('4.0.0'))
t('delay-fr','Avertissement: message retardé','''Votre message n'a pas encore été remis à:

user@host.example

Le serveur continuera à essayer pendant 2 jours.
''',D('4.0.0'),charset='iso-8859-1',encoding='qp')
t('delay-de','Verzögerte Zustellung','''Ihre Nachricht an user@host.example konnte noch nicht zugestellt werden. Es wird weiterhin versucht, die Nachricht zuzustellen.
''',D('4.0.0'),charset='utf-8',encoding='qp')
t('delay-4xx','Delivery status notification','''Your message to user@host.example is delayed: 450 4.2.0 greylisted, we will retry for 3 days.
''',D('4.2.0'))
t('success-exim','Delivery Status Notification','''This message was created automatically by mail delivery software.
 ----- The following addresses had successful delivery notifications -----
  user@host.example
''',('delivered',U,'2.0.0','unclear'))
t('success-pm','Delivery Notification: Delivery has been successful','''This report relates to a message you sent.

Your message has been successfully delivered to the following recipients:

  Recipient address: user@host.example
''',('delivered',U,'2.0.0','unclear'),sender=PM)
t('success-relay','Return receipt','''   ----- The following addresses had successful delivery notifications -----
<user@host.example>  (relayed to non-DSN-aware mailer)
''',('relayed',U,'2.0.0','unclear'))

t('help-below', 'Undeliverable', f"Your message could not be delivered to:\n\n   {U}\n   550 5.1.1 user unknown\n\nFor assistance contact:\n\n   helpdesk@host.example\n", F('5.1.1', 'invalid'), sender=PM)
t('sender-named', 'Undeliverable', f"Your message could not be delivered.\n\nthongcao@ministry.example\n  is what it was sent from\n{U}\n  550 5.1.1 user unknown\n\n--- Original message ---\n" + O, F('5.1.1', 'invalid'), sender=PM)

t('subject-of-ours', 'Undeliverable: Thank you for your newsletter', f"Your message did not reach the following recipient(s):\n\n{U} on 24/11/2026 08:00\n    The recipient name is not recognized\n    <mail #5.1.1>\n", F('5.1.1', 'invalid'), sender='Exchange <x@host.example>', path='<x@host.example>')
t('digest', 'Daily digest', 'Rejected as spam:\n\n a@b.example\n c@d.example\n', sender=PM)


def no(name, subject, text, *rows, **kw):
    mail('other-' + name, plain(subject, text, charset='utf-8', encoding='qp', **(kw or N)), *rows)


no('1','I am out of office','I will return on Monday. My email is not delivered to colleagues.',AWAY)
no('2','Thong cao','Xin chào, tôi đã nhận được thư. Trước đó có thư bị trả lại.')
no('3','Undeliverable? Please check','Hi, did you get my mail? It said undeliverable. Call me.')
no('4','delivery failure of our newspaper','We report about a mail failure at the ministry. user unknown.',sender='ed@paper.example',path='<ed@paper.example>')
no('5','Mail system maintenance','The mail system will be down. Mail could not be delivered tonight.',sender='admin@host.example',path='<admin@host.example>')
no('6','Your account is over quota','Your mailbox is full. Please delete mails.',sender='System Administrator <admin@ministry.example>',path='<admin@ministry.example>')
no('7','Spam notification','2 messages were blocked. x@y.example',sender='antispam@host.example',path='<antispam@host.example>')
no('8','[Ticket#2026] Your request','We have received your request and will get back to you.',('autoreply','help@host.example','-','unclear'),sender='Help <help@host.example>',path='<>',Auto_Submitted='auto-replied')
no('9','Xác nhận đã nhận thư','Chúng tôi đã nhận được thư của quý vị.',('autoreply','van-thu@host.example','-','unclear'),sender='van-thu@host.example',path='<>',Auto_Submitted='auto-generated')
no('10','Message from list: your message was rejected','Your message to the list was rejected by the moderator.',sender='list-owner@host.example',path='<list-bounces@host.example>',List_Id='<l.host.example>',Precedence='list')
no('11','Read: Thong cao','Your message was read on Monday.',sender=PERSON,path=PATH)
no('12','Not read: Thong cao','Your message was deleted without being read.',sender=PERSON,path='<>')
no('13','Returned mail','Please ignore',sender=PERSON,path=PATH)
no('14','Confirm your subscription','Click the link below to confirm. If undeliverable, ignore.',('autoreply','news@paper.example','-','unclear'),sender='news@paper.example',path='<b@paper.example>')
# Exchange OOF with IPM class
no('15','Thong cao','Tôi vắng mặt đến 30/11.',AWAY,sender=PERSON,path='<>',Auto_Submitted='auto-replied',X_Auto_Response_Suppress='All')
t('b1','Message Delivery Status','The message to user@host.example could not be delivered. Status: 5.1.1 Bad destination mailbox address',F('5.1.1','invalid'),sender='no-reply@host.example',path='<>')
t('b2','Nicht zustellbar','Ihre Mail an <user@host.example> ist unzustellbar: Empfänger unbekannt',F('5.0.0','invalid'),sender=PM,charset='utf-8',encoding='qp')
t('b3','Mail could not be delivered','Recipient(s): user@host.example\nError: mailbox quota exceeded',F('5.0.0','mailbox'),sender=PM)
t('b4','Delivery problem','Dear sender,\n\nthe following address in your mail does not exist: user@host.example\n\nPlease check it.',F('5.0.0','invalid'),sender='postmaster@host.example',path='<postmaster@host.example>')
t('b5','ERROR: your message','   Mail failure - no such user\n   To: user@host.example\n',F('5.0.0','invalid'))
t('b6','Undelivered Mail Returned to Sender','Đây là hệ thống thư tại máy chủ mail.host.example.\n\nRất tiếc, thư của bạn không thể chuyển tới một hoặc nhiều người nhận.\n\n<user@host.example>: host mx said: 550 5.1.1 Tài khoản không tồn tại\n',F('5.1.1','invalid'),charset='utf-8',encoding='qp')
t('b7','Thư không gửi được: Thông cáo','Địa chỉ thư: user@host.example\nLý do: tài khoản đã bị khóa\n',F('5.0.0','mailbox'),charset='utf-8',encoding='qp',sender='postmaster@host.example')
t('b8','Thông báo: thư bị chặn','Thư gửi tới user@host.example bị chặn vì tệp đính kèm không được phép.\n',F('5.0.0','policy'),charset='utf-8',encoding='qp',sender='postmaster@host.example')
t('b9','Cảnh báo: thư chưa chuyển được','Thư tới user@host.example chưa chuyển được sau 4 giờ. Máy chủ sẽ thử lại trong 5 ngày. Không cần gửi lại.\n',D('4.0.0'),charset='utf-8',encoding='qp',sender='MAILER-DAEMON@host.example')
t('b10','Undeliverable message','--- The message cannot be delivered to the following address. ---\n\n   user@host.example   Mailbox unknown or not accepting mail.\n',F('5.0.0','invalid'))
t('b12','Delivery failure','Could not deliver message to the following recipient(s):\n\n\tuser@host.example\n\tsecond@host.example\n\nReason: 554 5.7.1 content rejected\n',F('5.7.1','policy'),F('5.7.1','policy','second@host.example'))
t('b13','Delivery Status','1. user@host.example: 550 5.1.1 no such user\n2. second@host.example: 550 5.2.1 disabled\n',F('5.1.1','invalid'),F('5.2.1','mailbox','second@host.example'))
t('b14','Undeliverable','Recipient\tStatus\nuser@host.example\tUser unknown\nsecond@host.example\tMailbox full\n',F('5.0.0','invalid'),F('5.0.0','mailbox','second@host.example'))

# --- the same notification, its MIME broken in one way each ------------------------------------------------

WHOLE = MAILS['dsn-postfix'][0].decode()
TYPE = 'Content-Type: multipart/report; report-type=delivery-status;\n\tboundary="=_b1"'
INNER = 'Content-Type: message/delivery-status'
ODD = '----=_Part_1/2.3:4=5'
assert TYPE in WHOLE


def broken(name, text):
    mail('mime-' + name, text, GONE)


broken('boundary-unquoted', WHOLE.replace('"=_b1"', ODD).replace('--=_b1', '--' + ODD))
broken('boundary-in-single-quotes', WHOLE.replace('"=_b1"', "'=_b1'").replace('--=_b1', "--'=_b1'"))
broken('boundary-with-blanks', WHOLE.replace('"=_b1"', '"= b 1"').replace('--=_b1', '--= b 1'))
broken('boundary-not-ascii', WHOLE.replace('"=_b1"', '"=_é"').replace('--=_b1', '--=_é'))
broken('never-closed', WHOLE.replace('--=_b1--\n', ''))
broken('blanks-behind-boundary', WHOLE.replace('--=_b1\n', '--=_b1  \t\n'))
broken('semicolon-at-end', WHOLE.replace('"=_b1"', '"=_b1"; '))
broken('no-blanks', WHOLE.replace(TYPE, 'Content-Type:multipart/report;report-type=delivery-status;boundary="=_b1"'))
broken('comments', WHOLE.replace(TYPE, 'Content-Type: multipart/report (a (b) c); report-type="delivery-status"; boundary="=_b1"'))
broken('no-version', WHOLE.replace('MIME-Version: 1.0\n', ''))
broken('upper-case', WHOLE.replace(TYPE, TYPE.upper().replace('_B1', '_b1')).replace(INNER, INNER.upper()))
broken('not-folded', WHOLE.replace('\n\tboundary', '\nboundary'))
broken('part-without-blank-line', WHOLE.replace(INNER + '\n\n', INNER + '\n'))
for number, encoding in enumerate(('8-bit', 'x-foo', 'binary', '"7bit"', '8bits', '')):
    broken(f'encoding-{number}', WHOLE.replace(INNER, f'Content-Transfer-Encoding: {encoding}\n{INNER}'))
broken('two-types', WHOLE.replace(TYPE, TYPE + '\nContent-Type: text/plain'))
broken('two-types-other-order', WHOLE.replace(TYPE, 'Content-Type: text/plain\n' + TYPE))
broken('cr-cr-lf', WHOLE.replace('\n', '\r\r\n'))
broken('cr-only', WHOLE.replace('\n', '\r'))
broken('list-footer', WHOLE.replace(TYPE, 'Content-Type: multipart/mixed; boundary=out\n\n--out\n' + TYPE) +
       '\n--out\nContent-Type: text/plain\n\nfooter by a list\n--out--\n')
broken('charset-unknown', WHOLE.replace('charset=utf-8', 'charset="unknown-8bit"'))
broken('charset-empty', WHOLE.replace('; charset=utf-8', '; charset='))
broken('type-of-one-word', WHOLE.replace('Content-Type: text/plain; charset=utf-8', 'Content-Type: text'))
broken('part-without-type', WHOLE.replace('Content-Type: text/plain; charset=utf-8\n', ''))
broken('no-report-type', WHOLE.replace(' report-type=delivery-status;', ''))
broken('mixed', WHOLE.replace('multipart/report; report-type=delivery-status', 'multipart/mixed'))
broken('blank-before-colon', WHOLE.replace('Content-Type: multipart', 'Content-Type : multipart'))
broken('empty-parameter', WHOLE.replace('multipart/report; ', 'multipart/report;; '))
broken('parameter-without-value', WHOLE.replace('report-type=delivery-status', 'charset'))
broken('status-called-a-message', WHOLE.replace('message/delivery-status', 'message/rfc822'))
broken('cut', WHOLE[:WHOLE.index('Diagnostic-Code') + 20])
broken('empty-lines-first', '\n\n' + WHOLE)
broken('mbox-line', 'From MAILER-DAEMON Tue Nov 24 08:00:00 2026\n' + WHOLE)
broken('no-head', '\n' + WHOLE[WHOLE.index('--=_b1'):])


def main():
    rows = []
    for name, (data, want) in sorted(MAILS.items()):
        with open(os.path.join(HERE, name + '.eml'), 'wb') as f:
            f.write(data)
        rows += ['\t'.join((name + '.eml', *row)) for row in want] or [name + '.eml\t-']
    with open(os.path.join(HERE, 'expected.tsv'), 'w', encoding='utf-8') as f:
        f.write('\n'.join(rows) + '\n')


main()
