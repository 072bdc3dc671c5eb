# SPDX-License-Identifier: MIT
"""A large letter to many people: kept once, and memory stays bounded (R65)."""
import os
import pathlib
import re
import subprocess
import unittest

import harness
from press_case import PressCase

MB = 1000 * 1000
SANITIZED = 'san-' in str(harness.BUILD)  # they need memory of their own


class Large(PressCase):
    def test_r65_50_mb_of_attachments_to_10000_are_kept_once_and_memory_stays_bounded(self):
        trial = [f'n{n:05}@paper{n % 50}.example' for n in range(4)]
        self.press('ehlo add "SIZE 160000000"', rows=10000, max_message='150MB', allow=trial)
        for name in ('a.bin', 'b.bin'):
            (self.dir / name).write_bytes(os.urandom(25 * MB))
        statement = self.statement(Attach='a.bin\nAttach: b.bin')
        with subprocess.Popen([harness.program('pressctl'), '-c', self.conf, 'send', statement],
                              env=harness.ENV, stdout=subprocess.DEVNULL) as p:
            _, status, usage = os.wait4(p.pid, 0)
            p.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(p.returncode, 0)
        stored = sum((self.dir / f'press.db{s}').stat().st_size for s in ('', '-wal'))
        print(f'[send: {usage.ru_maxrss // 1000} MB of memory; stored: {stored // MB} MB]')
        self.assertLess(stored, 200 * MB)  # the letter, the attachments, the people

        pressd = self.pressd()
        harness.wait_until(lambda: self.counts() == {'relayed': 4, 'suppressed': 9996}, 60)
        memory = pathlib.Path(f'/proc/{pressd.pid}/status').read_text()
        peak = int(re.search(r'VmHWM:\s+(\d+)', memory).group(1))
        print(f'[pressd: {peak // 1000} MB of memory for 4 letters of 68 MB]')
        if not SANITIZED:
            self.assertLess(usage.ru_maxrss, 400 * 1000)
            self.assertLess(peak, 250 * 1000)
        self.assertEqual({e['rcpt'][0] for e in self.sink.saved()}, set(trial))


if __name__ == '__main__':
    unittest.main()
