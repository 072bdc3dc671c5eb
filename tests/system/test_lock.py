# SPDX-License-Identifier: MIT
"""A program that was stopped while it held the write lock: nothing is lost, and duty hears of it."""
import fcntl
import os
import unittest

import harness
from press_case import PressCase


class Lock(PressCase):
    def test_r8_a_lock_held_for_long_loses_no_outcome_and_is_told(self):
        told = self.dir / 'told'
        self.press('on dot do delay 1000', rows=1, sections={
            'notify': {'command': f'echo "$PRESS_ALARM_STATE $PRESS_ALARM" >>{told}'}})
        self.pressd()
        self.send()
        harness.wait_until(lambda: sum(' bytes' in said for said in self.sink.said()) == 1,
                           what='the whole letter, unanswered')
        with open(self.dir / 'press.db.lock', 'r+b') as lock:
            fcntl.lockf(lock, fcntl.LOCK_EX, 1, 0, os.SEEK_SET)
            harness.wait_until(lambda: len(self.sink.saved()) == 1)
            self.assertEqual(self.counts(), {'sending': 1})
            harness.wait_until(told.exists, 20, 'the alarm')
            self.assertEqual(self.counts(), {'sending': 1})
        harness.wait_until(lambda: self.counts() == {'relayed': 1})
        harness.wait_until(lambda: 'cleared' in told.read_text())
        self.assertIn('press.db', told.read_text())
        self.assertEqual(set(self.received().values()), {1})
        self.assertEqual(len(self.log()), 1)


if __name__ == '__main__':
    unittest.main()
