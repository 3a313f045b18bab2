#!/usr/bin/env python3
"""find_them.py [--fits] [NAME...]

Makes the mistakes of file_sink.py one at a time, in a copy of the source, and runs the tests of the file sink: each has to be noticed.
Prints a table and ends with 1 if one was not. --fits only says whether every mistake can still be made.
"""
import subprocess
import sys
from pathlib import Path

from file_sink import MISTAKES

SOURCE = Path(__file__).resolve().parents[2]
COPY = SOURCE / "build/mistakes/source"
BUILD = SOURCE / "build/mistakes/build"
TESTS = ["sink_file_test", "sink_file_crash_test"]


def run(*command, seconds=900, **more):
    return subprocess.run(command, timeout=seconds, capture_output=True, text=True, check=False, **more)


def must(*command, **more):
    done = run(*command, **more)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")


def build():
    return run("cmake", "--build", BUILD, "--target", *TESTS)


def who_notices():
    for test in TESTS:
        try:
            done = run(BUILD / "bin" / test, "--gtest_brief=1", "--gtest_fail_fast", seconds=300)
        except subprocess.TimeoutExpired:
            return f"{test}: hangs"
        if done.returncode != 0:
            failed = [line.split()[3].rstrip(",") for line in done.stdout.splitlines() if line.startswith("[  FAILED  ]") and "." in line]
            return failed[0] if failed else f"{test}: ends with {done.returncode}"
    return None


def unfit():
    for name, file, old, _ in MISTAKES:
        if (SOURCE / file).read_text().count(old) != 1:
            yield name, file


def main():
    arguments = sys.argv[1:]
    lost = list(unfit())
    for name, file in lost:
        print(f"{name}: its text is not in {file} any more, or more than once; make it fit in tests/mistakes/file_sink.py")
    if lost or arguments == ["--fits"]:
        sys.exit(1 if lost else 0)

    COPY.mkdir(parents=True, exist_ok=True)
    must("rsync", "-a", "--delete", "--exclude=/build", "--exclude=/.git", f"{SOURCE}/", COPY)
    must("cmake", "-S", COPY, "-B", BUILD, "--preset", "dev", cwd=COPY)
    must("cmake", "--build", BUILD, "--target", *TESTS)
    if (noticed := who_notices()) is not None:
        sys.exit(f"without any mistake: {noticed}")

    missed = 0
    for name, file, old, new in MISTAKES:
        if arguments and name not in arguments:
            continue
        path = COPY / file
        good = path.read_text()
        path.write_text(good.replace(old, new))
        built = build()
        noticed = who_notices() if built.returncode == 0 else "the compiler: " + next(
            (line for line in built.stdout.splitlines() if "error" in line), "?")
        path.write_text(good)
        missed += noticed is None
        print(f"{name:48} {noticed or 'NOT NOTICED'}", flush=True)
    sys.exit(1 if missed else 0)


main()
