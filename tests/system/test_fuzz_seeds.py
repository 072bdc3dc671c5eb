# SPDX-License-Identifier: MIT
"""The parsers of foreign input stand all that the fuzzers were ever given, their finds among it.

Each program gives the files to one parser and holds it to its contract (tests/fuzz/fuzz_*.c).
"""
import os
import subprocess
import unittest

import harness

SEEDS = harness.ROOT / 'tests/data/fuzz'
STATEMENTS = sorted((harness.ROOT / 'tests/data/statements').glob('*.txt'))
ALSO = {  # what stands elsewhere in the tree
    'config': [harness.ROOT / 'etc/press.conf'],
    'csv': [harness.ROOT / 'tests/data/network.csv'],
    'markdown': STATEMENTS,
    'report': [harness.ROOT / 'tests/data/reports'],
    'statement': STATEMENTS,
}


class TestSeeds(harness.Case):
    def test_every_fuzzer_has_seeds_and_stands_them(self):
        names = sorted(p.stem.removeprefix('fuzz_')
                       for p in (harness.ROOT / 'tests/fuzz').glob('fuzz_*.c'))
        self.assertEqual(names, sorted(p.name for p in SEEDS.iterdir()))
        for name in names:
            with self.subTest(name):
                self.replay(name, [SEEDS / name] + ALSO.get(name, []))

    def replay(self, name, paths):
        env = {**harness.ENV, 'ASAN_OPTIONS': harness.ENV['ASAN_OPTIONS'] + ':detect_leaks=1'}
        r = subprocess.run([harness.program(f'tests/replay_{name}')] + [os.fspath(p) for p in paths],
                           env=env, timeout=120, capture_output=True, check=False)
        self.assertEqual(r.returncode, 0, (r.stdout[-500:] + r.stderr[-3000:]).decode('utf-8', 'replace'))


if __name__ == '__main__':
    unittest.main()
