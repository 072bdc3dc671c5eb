# SPDX-License-Identifier: MIT
"""The oracle: what the relays' ledgers, the queue and the log must say of one another after a run.

It reads what the relays kept, the database itself, and what `pressctl` tells people, and knows
nothing of how pressd came there:

  - every recipient is there, in one final state, and in the one expected; nobody else got a letter
  - relayed means that a relay has it, any other end that none has, save for copies of which
    the log says `unknown`
  - a further copy exists only where the line was lost behind the dot or the sender was killed: it
    was the last letter of its line, that line saw no QUIT (but of a sender that ended because it
    could not store the reply), and the log has a row `unknown`
  - all copies have one Message-ID, one return path and the same bytes, nobody shares a Message-ID
  - the states add up (R16), to people and in the tables, and the release is done
  - each delivery's last row in the log is its state, one row alone is final, attempts only grow,
    and each text that went out behind an `unknown` is marked as possibly a second copy
  - no relay saw anything against the rules
"""
import collections
import contextlib
import sqlite3

import harness
from press_case import STATES

FINAL = {'relayed', 'delivered', 'refused', 'bounced', 'expired', 'suppressed', 'cancelled'}

Tally = collections.namedtuple('Tally', 'recipients letters surplus unknown attempts')
Row = collections.namedtuple('Row', 'id address state attempt')
Event = collections.namedtuple('Event', 'attempt state stage code note')


class Queue:
    """The database after the run, read without changing it."""

    def __init__(self, path):
        uri = f'file:{path}?mode=ro'
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as db:
            self.sound = db.execute('PRAGMA quick_check').fetchone()[0]
            self.rows = {r[1]: Row(*r) for r in db.execute(
                'SELECT id, address, state, attempt FROM delivery WHERE release_id = 1')}
            self.counts = {s: n for s, n in db.execute(
                'SELECT state, n FROM release_count WHERE release_id = 1') if n}
            self.stored = db.execute('SELECT state FROM release WHERE id = 1').fetchone()[0]


def open_work(path):
    """How many deliveries are not in a final state."""
    marks = ','.join('?' * len(FINAL))
    with contextlib.closing(sqlite3.connect(f'file:{path}?mode=ro', uri=True)) as db:
        return db.execute(f'SELECT count(*) FROM delivery WHERE state NOT IN ({marks})',
                          tuple(FINAL)).fetchone()[0]


class Oracle:
    def __init__(self, conf, database, sinks, died=False):
        self.wrong = []
        self.conf, self.sinks, self.died = conf, sinks, died
        self.queue = Queue(database)
        self.copies = collections.defaultdict(list)  # address -> [(sink, ledger entry)]
        for sink in sinks:
            for entry in sink.saved():
                self.is_true(len(entry['rcpt']) == 1, 'one recipient a letter', entry)
                self.copies[entry['rcpt'][0]].append((sink, entry))
        for copies in self.copies.values():
            copies.sort(key=lambda c: c[1]['t_ms'])
        self.log = collections.defaultdict(list)
        for r in self.json('log', '--release', 1):
            if r['event'] == 'attempt':
                self.log[r['address']].append(r)

    def json(self, *args):
        rows, code = harness.pressctl_json(self.conf, *args)
        self.is_true(code in (0, 1), args, code)
        return rows

    def is_true(self, holds, what, *about):
        if not holds and len(self.wrong) < 20:
            self.wrong.append(' '.join(map(str, (what, *about))))

    # --- the single questions

    def everybody(self, expected):
        got = self.queue.rows
        self.is_true(set(got) == set(expected), 'the recipients are those of the release',
                     set(got) ^ set(expected))
        self.is_true(set(self.copies) <= set(expected), 'no stranger gets a letter',
                     set(self.copies) - set(expected))
        for address, row in got.items():
            allowed = expected.get(address)
            allowed = {allowed} if isinstance(allowed, str) else allowed or set()
            self.is_true(row.state in FINAL, 'a final state', row, self.log[address])
            self.is_true(row.state in allowed, 'the right state', row, 'not', allowed,
                         self.log[address])

    def letters(self):
        surplus = 0
        for address, row in self.queue.rows.items():
            copies = self.copies[address]
            unsure = [r for r in self.log[address] if r['state'] == 'unknown']
            sure = int(row.state == 'relayed')
            self.is_true(len(copies) >= sure, 'relayed is kept by a relay', row)
            self.is_true(len(copies) - sure <= len(unsure),
                         'each copy that may be a second one is unknown in the log', row,
                         f'{len(copies)} copies', self.log[address])
            extra = copies[:-1] if sure else copies
            for sink, entry in extra:
                self.line_was_lost(sink, entry)
            self.same(address, [c[1] for c in copies])
            surplus += max(len(copies) - 1, 0)
        ids = [c[0][1]['message_id'] for c in self.copies.values() if c]
        self.is_true(len(set(ids)) == len(ids), 'each recipient has a Message-ID of his own')
        return surplus

    def same(self, address, entries):
        for key in ('message_id', 'hash', 'bytes', 'from'):
            self.is_true(len({e[key] for e in entries}) <= 1, 'all copies have one', key, address)

    def line_was_lost(self, sink, entry):
        last, quits = self.lines(sink)[entry['conn']]
        self.is_true(last == entry['file'], 'an extra copy ends its line', entry)
        self.is_true(self.died or not quits, 'the line of an extra copy was lost', entry)

    def lines(self, sink):
        """conn -> (the last letter kept on it, whether we said QUIT)."""
        if not hasattr(sink, 'lines_seen'):
            sink.lines_seen = collections.defaultdict(lambda: (None, False))
            quits = {l.conn for l in sink.transcript(who='C:') if l.text == 'QUIT'}
            for e in sink.saved():
                sink.lines_seen[e['conn']] = (e['file'], e['conn'] in quits)
        return sink.lines_seen

    def sums(self):
        row = self.json('status', 1)[0]
        told = {s: row[s] for s in STATES if row[s]}
        real = collections.Counter(r.state for r in self.queue.rows.values())
        self.is_true(told == real == self.queue.counts, 'R16: the states add up', told, dict(real),
                     self.queue.counts)
        self.is_true(row['recipients'] == sum(told.values()), 'R16: all are counted', row)
        self.is_true(row['state'] == 'done', 'the release is done', row)
        self.is_true(self.queue.stored == 'sending' or not any(self.copies.values()),
                     'a release of which letters left is stored as one', self.queue.stored)
        self.is_true(self.queue.sound == 'ok', 'the database is sound', self.queue.sound)

    def history(self):
        for address, row in self.queue.rows.items():
            events = self.log[address]
            ends = [e for e in events if e['state'] in FINAL]
            self.is_true(len(ends) == 1 and events[-1] is ends[0], 'one final row, and the last',
                         row, events)
            self.is_true(not ends or ends[0]['state'] == row.state, 'the log ends with the state',
                         row, events)
            numbers = [e['attempt'] for e in events if e['relay']]  # not of time that ran out
            self.is_true(numbers == sorted(numbers), 'attempts grow', row, numbers)
            self.second_copies(row, events)

    def second_copies(self, row, events):
        """A text that went out behind an unknown end says so."""
        unsure = False
        for e in events:
            out = e['stage'] == 'dot' or (e['state'] == 'unknown' and not e['relay'])
            self.is_true(e.get('second_copy', False) == (out and unsure),
                         'a second copy is marked', row, e)
            unsure = unsure or e['state'] == 'unknown'

    def rules(self):
        for sink in self.sinks:
            self.is_true(sink.faults() == [], 'nothing against the rules', sink.faults()[:5])

    # --- all of them

    def judge(self, expected, most_surplus=None):
        """expected: address -> state, or the set of those it may be. Returns the Tally."""
        self.everybody(expected)
        surplus = self.letters()
        if most_surplus is not None:
            self.is_true(surplus <= most_surplus, 'surplus', surplus, 'of at most', most_surplus)
        self.sums()
        self.history()
        self.rules()
        if self.wrong:
            raise AssertionError('\n'.join(['the oracle says no:', *self.wrong]))
        rows = [r for v in self.log.values() for r in v]
        return Tally(len(expected), sum(map(len, self.copies.values())), surplus,
                     sum(r['state'] == 'unknown' for r in rows), len(rows))
