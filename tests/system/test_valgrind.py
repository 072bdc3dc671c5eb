# SPDX-License-Identifier: MIT
"""One whole run of the main job under valgrind: no leak, no bad access, no foreign byte unread."""
import os
import subprocess
import unittest

import harness
from press_case import NETWORK, PressCase

VALGRIND = ['valgrind', '--quiet', '--error-exitcode=97', '--leak-check=full',
            '--show-leak-kinds=definite,indirect', '--errors-for-leak-kinds=definite,indirect',
            '--num-callers=20']


@unittest.skipIf('san-' in str(harness.BUILD), 'valgrind and the sanitizers exclude each other')
class Valgrind(PressCase):
    def grind(self, program, *args, code=0):
        done = subprocess.run([*VALGRIND, harness.program(program), '-c', str(self.conf),
                               *map(str, args)], env=harness.ENV, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=300)
        self.assertEqual(done.returncode, code, done.stderr[-8000:])
        self.assertNotIn('== ', done.stderr)
        return done.stdout

    def test_the_whole_main_job_is_clean(self):
        self.press('on rcpt every 40 do reply 550 5.1.1 "no such user"', rows=1)
        os.remove(self.dir / 'press.db')
        for name in ('-wal', '-shm', '.lock', '.pressd'):
            (self.dir / f'press.db{name}').unlink(missing_ok=True)
        statements = self.copy_statements()
        self.grind('pressctl', 'init')
        self.grind('pressctl', 'book', 'import', NETWORK)
        self.grind('pressctl', 'audience', 'kind:press and not role:desk')
        self.grind('pressctl', 'check', statements / 'thong-cao.txt')
        self.grind('pressctl', 'send', statements / 'thong-cao.txt')
        self.grind('pressd', '--drain')
        self.grind('pressctl', 'status', 1, '--wait=1s', code=1)
        self.grind('pressctl', 'log', '--release', 1, '--json')
        refused = self.log('--state', 'refused')[0]['address']
        self.grind('pressctl', 'explain', 1, refused)
        self.assertEqual(len(self.sink.saved()), 264)


if __name__ == '__main__':
    unittest.main()
