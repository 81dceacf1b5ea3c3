#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
The table of promises, tests/promises.md: its numbers rise, none is missing, and each row names a test that exists.

usage: promises.py SOURCE_DIR                        the table of the project
       promises.py SOURCE_DIR TABLE --find TEXT...   fails unless the complaints about TABLE are these
"""
import pathlib
import re
import sys

PROMISES = 12

ROW = re.compile(r"^\| (\d+) \| [^|]+ \| `([\w/.]+)` \| `(\w+)` \|$")
HEAD = ("| promise |", "|---|")


def defines(text, function):
    """A test of Criterion, or a function of Python."""
    return re.search(rf"^Test\(\w+,\s*{function}\b|^ *def {function}\(", text, re.MULTILINE) is not None


def wrong_rows(source, table, seen):
    last = 0
    for number, line in enumerate(table.read_text(encoding="utf-8").splitlines(), 1):
        if not line.startswith("|") or line.startswith(HEAD):
            continue
        row = ROW.match(line)
        if not row:
            yield f"{table}:{number}: this is no row"
            continue
        promise, file = int(row[1]), source / row[2]
        if promise < last or not 1 <= promise <= PROMISES:
            yield f"{table}:{number}: {promise} must not stand here"
        last = max(last, promise)
        seen.add(promise)
        if not file.is_file() or not defines(file.read_text(encoding="utf-8"), row[3]):
            yield f"{table}:{number}: {row[2]} has no {row[3]}"


def wrong_numbers(seen):
    for promise in sorted(set(range(1, PROMISES + 1)) - seen):
        yield f"promise {promise} has no test"


def main():
    source, arguments = pathlib.Path(sys.argv[1]), sys.argv[2:]
    table = pathlib.Path(arguments[0]) if arguments else source / "tests" / "promises.md"
    wanted = arguments[2:]
    seen = set()
    complaints = list(wrong_rows(source, table, seen))
    if not arguments:
        complaints += wrong_numbers(seen)
    print(*complaints, sep="\n", end="\n" if complaints else "")
    fine = len(complaints) == len(wanted) and all(any(text in line for line in complaints) for text in wanted)
    if fine:
        print(f"{max(len(wanted), PROMISES)} checks passed")
    return 0 if fine else 1


sys.exit(main())
