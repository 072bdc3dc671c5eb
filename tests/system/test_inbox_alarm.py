# SPDX-License-Identifier: MIT
"""Somebody is told when what comes back is not read: press-inbox sends nothing, so pressd does."""
import unittest

import harness
from inbox_case import REPLY
from test_inbox_local import LocalCase
from torture import rig


class Alarms(LocalCase):
    def fast(self):
        """pressd whose minutes are half seconds."""
        clock = rig.Clock(self.dir / 'clock', 120)
        return self.pressd(env=rig.preload('testclock', {**harness.ENV, **clock.env}))

    def told(self):
        path = self.dir / 'told'
        return path.read_text() if path.exists() else ''

    def box_and_alarms(self):
        self.maildir()
        self.configure(**{'inbox "box"': {'url': f'maildir://{self.box}'}, 'notify': {
            'command': f'echo "$PRESS_ALARM_STATE $PRESS_ALARM" >> {self.dir}/told'}})

    def test_a_mailbox_that_cannot_be_read_is_told_and_when_it_can_again(self):
        self.box_and_alarms()
        self.box.rename(self.dir / 'away')
        self.inbox()
        self.fast()
        harness.wait_until(lambda: 'raised the Maildir' in self.told(), 30)
        self.assertEqual(self.ctl('doctor').stdout.count('cannot be used'), 1)
        (self.dir / 'away').rename(self.box)
        self.put('1', REPLY)
        harness.wait_until(lambda: self.lies('press-people') == ['1'], 60)
        harness.wait_until(lambda: 'cleared Over: inbox box' in self.told(), 30)
        self.assertEqual(len(self.told().splitlines()), 2)
        self.assertNotIn('cannot be used', self.ctl('doctor').stdout)

    def test_a_reader_that_does_not_run_is_told(self):
        self.box_and_alarms()
        self.fast()
        harness.wait_until(lambda: 'raised press-inbox is not running' in self.told(), 30)
        self.inbox()
        harness.wait_until(lambda: 'cleared Over: inbox' in self.told(), 30)

    def test_one_that_cron_runs_now_and_then_is_enough(self):
        self.box_and_alarms()
        self.once()
        clock = rig.Clock(self.dir / 'clock', 120)
        self.pressd(env=rig.preload('testclock', {**harness.ENV, **clock.env}))
        for _ in range(3):  # each four minutes of pressd's
            self.once()
            with self.assertRaises(AssertionError):
                harness.wait_until(self.told, 2)


if __name__ == '__main__':
    unittest.main()
