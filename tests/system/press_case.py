# SPDX-License-Identifier: MIT
"""A test with the sample network in a database, a catcher as relay, and pressd at hand."""
import collections
import shutil

import harness

NETWORK = harness.ROOT / 'tests/data/network.csv'
STATEMENTS = harness.ROOT / 'tests/data/statements'

STATES = ('queued', 'sending', 'deferred', 'unknown', 'relayed', 'delivered', 'refused', 'bounced',
          'expired', 'suppressed', 'cancelled')


def book(*rows):
    """A CSV of press contacts from (name, email) pairs, or of `rows` generated addresses."""
    if len(rows) == 1 and isinstance(rows[0], int):
        rows = [(f'Người {n:05}', f'n{n:05}@paper{n % 50}.example') for n in range(rows[0])]
    lines = ['org,org_kind,name,role,email']
    lines += [f'Báo {mail.split("@")[1]},press,{name},journalist,{mail}' for name, mail in rows]
    return '\n'.join(lines) + '\n'


class PressCase(harness.Case):
    def press(self, script='', *, rows=None, relays=None, relay=None, sink=None, cert=None,
              **settings):
        """Starts the catcher, writes the configuration, makes the database, imports a book.

        rows    (name, address) pairs or a number; the sample network without it
        relay   settings of the one relay beside those of the catcher; or all of them in relays
        sink    a catcher that is there already
        """
        self.sink = sink or self.enterContext(harness.Catcher(self.dir, script, cert=cert))
        relays = relays or [self.sink.relay(**(relay or {}))]
        self.conf = harness.write_config(self.dir, *relays, **settings)
        self.ok('init')
        if rows is None:
            self.ok('book', 'import', NETWORK)
        else:
            csv = self.dir / 'book.csv'
            csv.write_text(book(*rows) if isinstance(rows, (list, tuple)) else book(rows))
            self.ok('book', 'import', csv)

    def for_all(self, program):
        """A copy that other accounts can run: the build folder may be closed to them."""
        copy = self.dir / program
        if not copy.exists():
            shutil.copy(harness.program(program), copy)
        return str(copy)

    def ctl(self, *args, **kw):
        return harness.run_pressctl(self.conf, *args, **kw)

    def ok(self, *args, **kw):
        done = self.ctl(*args, **kw)
        self.assertEqual(done.returncode, 0, f'{args}\n{done.stdout}{done.stderr}')
        return done

    def json(self, *args, **kw):
        rows, code = harness.pressctl_json(self.conf, *args, **kw)
        self.assertEqual(code, 0, (args, rows))
        return rows

    def statement(self, text='Nội dung thử.', name='s.txt', **headers):
        """Writes a statement file; headers override Title and To."""
        head = {'Title': 'Thông cáo thử', 'To': 'all', **headers}
        path = self.dir / name
        path.write_text(''.join(f'{k.replace("_", "-")}: {v}\n' for k, v in head.items())
                        + '\n' + text + '\n')
        return path

    def send(self, path=None, *args):
        """Submits; the release as `send --json` prints it."""
        return self.json('send', path or self.statement(), *args)[0]

    def counts(self, release=1):
        row = self.json('status', release)[0]
        return {s: row[s] for s in STATES if row[s]}

    def pressd(self, *args, **kw):
        return self.enterContext(harness.Pressd(self.conf, *args, **kw))

    def drain(self, code=0, **kw):
        self.assertEqual(harness.Pressd.drain(self.conf, **kw), code, self.pressd_log())

    def once(self, **kw):
        """pressd until nothing can be tried now."""
        self.assertEqual(harness.Pressd.once(self.conf, **kw), 0, self.pressd_log())

    def pressd_log(self):
        log = self.dir / 'pressd.log'
        return log.read_text() if log.exists() else ''

    def log(self, *args):
        return self.json('log', *args)

    def received(self, sink=None):
        """address -> number of letters the sink keeps."""
        return collections.Counter(e['rcpt'][0] for e in (sink or self.sink).saved())

    def copy_statements(self):
        """The sample statements with their attachment, in a folder of this test."""
        shutil.copytree(STATEMENTS, self.dir / 'statements')
        return self.dir / 'statements'

    def assert_sum(self, release=1):
        """R16: at any time the states add up to the recipients."""
        row = self.json('status', release)[0]
        self.assertEqual(sum(row[s] for s in STATES), row['recipients'], row)
