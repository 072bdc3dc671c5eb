# SPDX-License-Identifier: MIT
"""The gate: pressd recomputes what was submitted and approved, whatever a row says."""
import sqlite3
import unittest

import harness
from press_case import PressCase


class Gate(PressCase):
    def setUp(self):
        super().setUp()
        self.told = self.dir / 'told'
        self.press(rows=5, sections={'notify': {'command': f'printenv PRESS_ALARM >> {self.told}'}})

    def press(self, *args, sections=None, **kw):
        super().press(*args, **kw)
        self.conf = harness.write_config(self.dir, self.sink.relay(), sections=sections,
                                         **{k: v for k, v in kw.items() if k != 'rows'})

    def change(self, sql):
        """What root could do with the sqlite3 shell."""
        with sqlite3.connect(self.dir / 'press.db') as db:
            self.assertEqual(db.execute(sql).rowcount, 1, sql)
        db.close()

    def refused(self, word):
        self.drain(3)
        self.assertEqual(self.sink.ledger(), [])
        shown = self.json('show', 1)[0]
        self.assertEqual(shown['state'], 'paused')
        self.assertIn(word, shown['reason'])
        self.assertEqual(self.counts(), {'queued': 5})
        self.assertIn('release 1', self.pressd_log())
        harness.wait_until(lambda: self.told.exists() and '1' in self.told.read_text(), 5)

    def test_a_recipient_put_in_another_s_place_gets_nothing(self):
        self.send()
        self.change("UPDATE delivery SET address = 'spy@elsewhere.example' WHERE id ="
                    " (SELECT max(id) FROM delivery)")
        self.refused('recipients')

    def test_a_name_changed_in_a_row_stops_the_release(self):
        self.send()
        self.change("UPDATE delivery SET name = 'Ai đó' WHERE id = (SELECT min(id) FROM delivery)")
        self.refused('recipients')

    def test_a_recipient_added_by_hand_stops_the_release(self):
        self.send()
        self.change("INSERT INTO delivery SELECT NULL, release_id, 999999, copy, replaces, 'x@y.example',"
                    " name, org, title, who_fold, org_kind, role, language, priority, early, salt,"
                    " order_key, leaf, state, reason, attempt, created_at, due_at, data_at, out_at,"
                    " settled_at, detail, parked FROM delivery LIMIT 1")
        self.drain(3)
        self.assertEqual(self.sink.ledger(), [])
        self.assertEqual(self.json('show', 1)[0]['state'], 'paused')

    def test_a_title_changed_in_a_row_stops_the_release(self):
        self.send()
        self.change("UPDATE delivery SET title = 'Kính gửi kẻ khác' WHERE id ="
                    " (SELECT min(id) FROM delivery)")
        self.refused('recipients')

    def test_a_recipient_taken_away_stops_the_release(self):
        self.send()
        self.change("DELETE FROM delivery WHERE id = (SELECT min(id) FROM delivery)")
        self.drain(3)
        self.assertEqual(self.sink.ledger(), [])
        self.assertEqual(self.json('show', 1)[0]['state'], 'paused')

    def test_another_title_stops_the_release(self):
        self.send()
        self.change("UPDATE release SET title = 'Một tin khác'")
        self.refused('content')

    def test_another_text_in_the_letter_stops_the_release(self):
        self.send(self.statement('Con số đúng là 42.'))
        self.change("UPDATE content SET data = CAST(replace(CAST(data AS TEXT), 'ng l=C3=A0 42',"
                    " 'ng l=C3=A0 43') AS BLOB) WHERE item = 0 AND piece = 0")
        self.refused('letter')

    def test_a_row_that_says_approved_is_not_an_approval(self):
        self.conf = harness.write_config(self.dir, self.sink.relay(), approval='two-person',
                                         sections={'notify': {'command':
                                                              f'printenv PRESS_ALARM >> {self.told}'}})
        self.assertEqual(self.ctl('send', self.statement()).returncode, 3)
        self.change("UPDATE release SET state = 'approved', approved_at = submitted_at,"
                    " due_at = submitted_at, early_at = submitted_at, moment = submitted_at")
        self.refused('approval')

    def test_the_submitter_s_own_approval_is_not_one_of_two_persons(self):
        self.send()  # approval = "none": approves for its submitter
        self.conf = harness.write_config(self.dir, self.sink.relay(), approval='two-person',
                                         sections={'notify': {'command':
                                                              f'printenv PRESS_ALARM >> {self.told}'}})
        self.refused('approv')

    def test_what_is_unchanged_passes(self):
        self.send()
        self.drain()
        self.assertEqual(self.counts(), {'relayed': 5})

    def test_pressd_s_own_grace_counts_whoever_approved(self):
        self.send()  # approved under grace = "0s"
        self.conf = harness.write_config(self.dir, self.sink.relay(), grace='1h')
        self.assertEqual(harness.Pressd.once(self.conf), 0)
        self.assertEqual(self.counts(), {'queued': 5})
        self.assertEqual(self.sink.ledger(), [])


class Large(PressCase):
    """Too many rows to compare before the first letter: each is compared at its claim."""

    ROWS = 20100

    def setUp(self):
        super().setUp()
        self.press(rows=self.ROWS)
        self.send()

    def change(self, sql):
        with sqlite3.connect(self.dir / 'press.db') as db:
            self.assertEqual(db.execute(sql).rowcount, 1, sql)
        db.close()

    def stopped(self, spy):
        self.drain(3)
        shown = self.json('show', 1)[0]
        self.assertEqual(shown['state'], 'paused')
        self.assertIn(spy, shown['reason'])
        self.assertNotIn(spy, self.received())
        row = self.json('status', 1)[0]
        self.assertEqual(row['relayed'] + row['queued'], self.ROWS)
        self.assertGreater(row['queued'], 0)
        self.assertEqual(sum(self.received().values()), row['relayed'])

    def test_a_changed_row_of_a_large_release_never_leaves_and_stops_the_rest(self):
        self.change("UPDATE delivery SET address = 'spy@elsewhere.example' WHERE order_key ="
                    " (SELECT order_key FROM delivery ORDER BY order_key LIMIT 1 OFFSET 500)")
        self.stopped('spy@elsewhere.example')

    def test_a_row_added_to_a_large_release_never_leaves_and_stops_the_rest(self):
        self.change("INSERT INTO delivery SELECT NULL, release_id, 999999, copy, replaces, 'x@y.example',"
                    " name, org, title, who_fold, org_kind, role, language, priority, early, salt, 0,"
                    " leaf, state, reason, attempt, created_at, due_at, data_at, out_at,"
                    " settled_at, detail, parked FROM delivery LIMIT 1")
        self.stopped('x@y.example')

    def test_a_changed_manifest_of_a_large_release_lets_nothing_leave(self):
        self.change("UPDATE manifest SET leaves = zeroblob(length(leaves)) WHERE block = 3")
        self.drain(3)
        self.assertEqual(self.sink.ledger(), [])
        self.assertIn('recipients', self.json('show', 1)[0]['reason'])

    def test_a_large_release_unchanged_passes(self):
        self.drain()
        self.assertEqual(self.counts(), {'relayed': self.ROWS})


if __name__ == '__main__':
    unittest.main()
