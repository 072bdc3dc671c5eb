# SPDX-License-Identifier: MIT
"""The reports that three servers made (tests/data/reports), told of letters of a test.

    letters = case.sink.saved()             # what the catcher has: whose, return path, ids
    mail, action = true_reports.about(letters[0], n)
"""
import functools
import re

import harness

MAILS = harness.ROOT / 'tests/data/reports'
# As make.py wrote them.
SENDER, ENVID, MESSAGE_ID = b'bounce+aiaqtest@ministry.example', b'aiaqtest', \
                            b'r41.d1@press.ministry.example'
BECOMES = {'failed': 'bounced', 'delivered': 'delivered', 'delayed': 'relayed',
           'relayed': 'relayed'}


@functools.cache
def kinds():
    """(bytes, action) of each that tells of one recipient."""
    rows = {}
    for line in (MAILS / 'expected-servers.tsv').read_text().splitlines():
        name, action, *_ = line.split('\t')
        rows.setdefault(name, []).append(action)
    return [((MAILS / name).read_bytes(), actions[0])
            for name, actions in sorted(rows.items()) if len(actions) == 1]


def about(letter, n=0):
    """The nth kind of report, about a letter of the catcher's ledger: (mail, action)."""
    raw, action = kinds()[n % len(kinds())]
    envid = re.search(r'ENVID=(\S+)', letter['mail_args'])
    raw = raw.replace(SENDER, letter['from'].encode())
    raw = raw.replace(MESSAGE_ID, letter['message_id'].strip('<>').encode())
    raw = raw.replace(ENVID, envid[1].encode() if envid else b'x')
    return re.sub(rb'\b\w+@host\.example', letter['rcpt'][0].encode(), raw), action


def outcome(actions):
    """{state: number} once reports of these kinds are read, of deliveries that were relayed."""
    counts = {}
    for action in actions:
        counts[BECOMES[action]] = counts.get(BECOMES[action], 0) + 1
    return counts
