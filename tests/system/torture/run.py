#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`make torture`: every scenario at full size; with a sanitizer at the size of CI.

    tests/system/torture/run.py [SCENARIO[.Class[.test]]]...

Prints what each did and the sum of all, and leaves with 1 when the oracle said no. PRESS_BUILD says
where the programs are, PRESS_TORTURE=ci asks for the small size.
"""
import collections
import json
import os
import pathlib
import sys
import tempfile
import time
import unittest

os.environ.setdefault('PRESS_TORTURE', 'full')
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

SCENARIOS = ('phases', 'moments', 'chaos', 'faults', 'kills')


def main(names):
    start = time.monotonic()
    with tempfile.NamedTemporaryFile(mode='r', encoding='utf-8') as tally:
        os.environ['PRESS_TORTURE_TALLY'] = tally.name
        suite = unittest.defaultTestLoader.loadTestsFromNames(
            [f'torture.{n}' for n in names or SCENARIOS])
        result = unittest.TextTestRunner(verbosity=2).run(suite)
        total = collections.Counter()
        for line in tally:
            total.update(json.loads(line))
    total.pop('last', None)
    print(f'{time.monotonic() - start:.0f} s: '
          + ', '.join(f'{n} {word}' for word, n in sorted(total.items())))
    return 0 if result.wasSuccessful() and result.testsRun else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
