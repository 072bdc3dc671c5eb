#!/usr/bin/env python3
"""Runs the fuzzers named on the command line, one a core, and says what each came to.

A find (crash, leak, hang, memory over the limit) is written to tests/data/fuzz/X/crash-* and the
like, where `make check` replays it for ever after; then this leaves with 1. What was learnt is kept
in build/fuzz/corpus/X; with --short it is thrown away, and random numbers and addresses are the same
every time: for one tree a short run is the first part of one fixed row of inputs, as much as there is
time for, and a longer one here says what it can find elsewhere.
"""
import argparse
import concurrent.futures
import glob
import os
import re
import shutil
import subprocess
import sys

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))

BUILD = "build/fuzz"
STATEMENTS = sorted(glob.glob("tests/data/statements/*.txt"))
ALSO = {  # what stands elsewhere in the tree
    "config": ["etc/press.conf"],
    "csv": ["tests/data/network.csv"],
    "markdown": STATEMENTS,
    "report": sorted(glob.glob("tests/data/reports/*.eml")),
    "statement": STATEMENTS,
}
ENV = {**os.environ, "ASAN_OPTIONS": "quarantine_size_mb=64"}
# What strangers write to us; the others have a third of the time.
FOREIGN = ("smtp", "reply", "report", "relay_log", "statement", "audience", "csv", "addr", "config")
LENGTH = {"config": 8192, "csv": 4096, "letter": 8192, "markdown": 4096, "relay_log": 4096, "report": 8192, "statement": 8192}  # else 2048 bytes


# Addresses seed libFuzzer's table of comparisons; a container may not be allowed to fix them.
FIXED = ["setarch", "-R"] if not subprocess.run(["setarch", "-R", "true"], stderr=subprocess.DEVNULL,
                                                check=False).returncode else []


def run(name, options):
    """(name, exit code, output)"""
    learnt = os.path.join(BUILD, "short" if options.short else "corpus", name)
    if options.short:
        shutil.rmtree(learnt, ignore_errors=True)
    os.makedirs(learnt, exist_ok=True)
    seconds = options.seconds if name in FOREIGN else max(options.seconds // 3, 1)
    # The limits are those of a slow machine with much else to do: what is no hang there is none.
    argv = [f"{BUILD}/fuzz_{name}", f"-max_total_time={seconds}", "-timeout=60", "-report_slow_units=60",
            "-rss_limit_mb=2048", "-malloc_limit_mb=256", f"-max_len={LENGTH.get(name, 2048)}",
            f"-artifact_prefix=tests/data/fuzz/{name}/", "-print_final_stats=1", "-reload=0"]
    if options.short:
        argv += ["-seed=1"]
    if os.path.exists(f"tests/fuzz/{name}.dict"):
        argv += [f"-dict=tests/fuzz/{name}.dict"]
    if name in ALSO:
        argv += ["-seed_inputs=" + ",".join(ALSO[name])]
    argv += [learnt, f"tests/data/fuzz/{name}"]
    p = subprocess.run((FIXED if options.short else []) + argv, env=ENV, stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return name, p.returncode, p.stdout.decode("utf-8", "replace")


def figure(pattern, text):
    found = re.findall(pattern, text)
    return found[-1] if found else "-"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument("names", nargs="+")
    options = parser.parse_args()
    broken = []
    print(f"{'fuzzer':12} {'inputs':>10} {'a second':>9} {'edges':>6} {'features':>8} {'peak MB':>8}", flush=True)
    with concurrent.futures.ThreadPoolExecutor(max_workers=len(os.sched_getaffinity(0))) as pool:
        names = sorted(options.names, key=lambda n: n not in FOREIGN)
        for name, code, text in pool.map(lambda n: run(n, options), names):
            print(f"{name:12} {figure(r'number_of_executed_units: *([0-9]+)', text):>10} "
                  f"{figure(r'average_exec_per_sec: *([0-9]+)', text):>9} {figure(r'cov: ([0-9]+)', text):>6} "
                  f"{figure(r'ft: ([0-9]+)', text):>8} {figure(r'peak_rss_mb: *([0-9]+)', text):>8}"
                  f"{'  FOUND SOMETHING' if code else ''}", flush=True)
            if code:
                broken.append(name)
                print("".join(line for line in text.splitlines(True) if line[0] != "#")[-6000:], flush=True)
    if broken:
        print("found something: " + ", ".join(broken) + "; the inputs are in tests/data/fuzz/", flush=True)
    return 1 if broken else 0


sys.exit(main())
