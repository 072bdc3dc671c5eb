#!/usr/bin/env python3
"""Runs the tests named on the command line: cmocka programs and tests/system/test_*.py.

Two at a time; a test that fails is shown whole. Ends with the line
"N passed, N failed" and with 1 when anything failed or nothing ran.
"""
import concurrent.futures
import os
import re
import signal
import subprocess
import sys
import time

LIMIT_S = int(os.environ.get("PRESS_TEST_LIMIT", "900"))


def run(path):
    """(path, passed, failed, skipped, seconds, output)"""
    python = path.endswith(".py")
    argv = ["/usr/bin/python3", "-B", path, "-v"] if python else [path]
    start = time.monotonic()
    # Its own process group, so that a test which hangs is ended with all it started.
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          start_new_session=True) as p:
        try:
            out = p.communicate(timeout=LIMIT_S)[0]
        except subprocess.TimeoutExpired:
            os.killpg(p.pid, signal.SIGKILL)
            out = p.communicate()[0] + b"\ntook too long\n"
    text = out.decode("utf-8", "replace")
    if python:
        passed, failed, skipped = count_unittest(text)
    else:
        passed, failed, skipped = count_cmocka(text)
    if p.returncode and not failed:
        failed = 1  # died before it could count
    if not p.returncode and not passed and not skipped:
        failed, text = 1, text + "\nran no test\n"
    return path, passed, failed, skipped, time.monotonic() - start, text


def count_cmocka(text):
    def total(word):
        return sum(int(n) for n in re.findall(rf"^\[  {word}  \] (\d+) test", text, re.M))
    return total("PASSED"), total("FAILED"), total("SKIPPED")


def count_unittest(text):
    """From the closing lines: "Ran 12 tests in 3.4s", "OK (skipped=1)" or "FAILED (failures=1, errors=2)"."""
    ran = re.findall(r"^Ran (\d+) tests? in", text, re.M)
    last = re.findall(r"^(?:OK|FAILED)(?: \((.*)\))?$", text, re.M)
    if not ran or not last:
        return 0, 0, 0
    n = dict(re.findall(r"(failures|errors|skipped)=(\d+)", last[-1]))
    failed, skipped = int(n.get("failures", 0)) + int(n.get("errors", 0)), int(n.get("skipped", 0))
    return max(int(ran[-1]) - failed - skipped, 0), failed, skipped


def main():
    total = [0, 0, 0]
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        for path, passed, failed, skipped, seconds, text in pool.map(run, sys.argv[1:]):
            for i, n in enumerate((passed, failed, skipped)):
                total[i] += n
            verdict = "FAIL" if failed else "ok"
            print(f"{verdict:4} {path} ({passed} passed, {failed} failed, {seconds:.1f} s)", flush=True)
            if failed:
                print(text, flush=True)
    print(f"{total[0]} passed, {total[1]} failed, {total[2]} skipped")
    return 1 if total[1] or not total[0] else 0


sys.exit(main())
