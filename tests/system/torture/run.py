#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`make torture`: every scenario at full size; with a sanitizer at the size of CI.

    tests/system/torture/run.py [SCENARIO[.Class[.test]]]...

Two scenarios at a time; prints what each did and the sum of all, and leaves with 1 when the oracle
said no anywhere. PRESS_BUILD says where the programs are, PRESS_TORTURE=ci asks for the small size.
"""
import collections
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

SYSTEM = pathlib.Path(__file__).resolve().parents[1]
# The longest first.
SCENARIOS = ('faults.Memory', 'returns.Kills', 'phases', 'chaos', 'faults.Steps', 'faults.Disk',
             'moments', 'kills', 'faults.Submit', 'faults.Line', 'faults.Secured', 'returns.Flood',
             'returns.Hostile', 'soak')


def run(name):
    start = time.monotonic()
    done = subprocess.run([sys.executable, '-B', '-m', 'unittest', '-v', f'torture.{name}'],
                          cwd=SYSTEM, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    print(f'== {name}: {"failed" if done.returncode else "ok"}, '
          f'{time.monotonic() - start:.0f} s\n{done.stdout}', flush=True)
    return done.returncode


def main(names):
    start = time.monotonic()
    os.environ.setdefault('PRESS_TORTURE', 'full')
    with tempfile.NamedTemporaryFile(mode='r', encoding='utf-8') as tally:
        os.environ['PRESS_TORTURE_TALLY'] = tally.name
        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
            codes = list(pool.map(run, names or SCENARIOS))
        total = collections.Counter()
        for line in tally:
            total.update(json.loads(line))
    total.pop('last', None)
    print(f'{time.monotonic() - start:.0f} s: '
          + ', '.join(f'{n} {word}' for word, n in sorted(total.items())))
    return int(any(codes))


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
