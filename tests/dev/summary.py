#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
The last line of ./dev test: what the test programs themselves have counted, from the report that
ctest writes with --output-junit. A test that is skipped for a reason that is not in
expected_skips.py counts as failed.

usage: summary.py REPORT STATUS_OF_CTEST
"""
import collections
import re
import sys
import xml.etree.ElementTree

from expected_skips import why_expected

SKIPPED_CODE = "SKIP_RETURN_CODE"

# How each kind of program closes: (pattern, passed, failed), where the two are groups of it.
CLOSINGS = (
    (re.compile(r"(?m)^\[====\] Synthesis: Tested: \d+ \| Passing: (\d+) "
                r"\| Failing: (\d+) \| Crashing: (\d+)"), (1,), (2, 3)),
    (re.compile(r"(?m)^counted: (\d+) passed, (\d+) failed$"), (1,), (2,)),
    (re.compile(r"(?m)^(\d+) (?:checks passed|inputs replayed)$"), (1,), ()),
)
SKIPS = (  # how many, which, why
    re.compile(r"(?m)^skipped (?P<count>\d+): (?P<name>.*?\)?): (?P<reason>.*)$"),
    re.compile(r"(?m)^\[SKIP\] (?P<name>\S+?): (?P<reason>.*)$"),
)

Skip = collections.namedtuple("Skip", "name reason count")


def skips_of(output):
    for pattern in SKIPS:
        for match in pattern.finditer(output):
            yield Skip(match["name"], match["reason"], int(match.groupdict().get("count", 1)))


def counts_of(case):
    """(passed, failed, skips) of one test of ctest's."""
    output = case.findtext("system-out") or ""
    skipped = case.find("skipped")
    if skipped is not None and SKIPPED_CODE in skipped.get("message", ""):
        said = output.strip().rpartition("\n")[2]
        return 0, 0, [Skip(case.get("name"), said, 1)]
    passed = failed = programs = 0
    for pattern, passing, failing in CLOSINGS:
        for match in pattern.finditer(output):
            programs += 1
            passed += sum(int(match[group]) for group in passing)
            failed += sum(int(match[group]) for group in failing)
    if case.get("status") != "run":
        failed = max(failed, 1)  # it died, was too slow, or made a sanitizer speak
    elif programs == 0:
        passed = 1
    return passed, failed, list(skips_of(output))


def cases_of(report):
    """What ctest has run; without a report, nothing."""
    try:
        return list(xml.etree.ElementTree.parse(report).iter("testcase"))
    except (OSError, xml.etree.ElementTree.ParseError) as error:
        print("no report of the tests: %s" % error)
        return []


def main():
    report, status = sys.argv[1], int(sys.argv[2])
    passed = failed = skipped = 0
    expected, whys = collections.Counter(), {}
    cases = cases_of(report)
    for case in cases:
        more, bad, skips = counts_of(case)
        passed += more
        failed += bad
        for skip in skips:
            why = whys[skip.reason] = whys.get(skip.reason) or why_expected(skip.reason)
            if why:
                skipped += skip.count
                expected[why] += skip.count
            else:
                failed += skip.count
                print("skipped, and not expected to be: %s, %s: %s"
                      % (case.get("name"), skip.name, skip.reason))
    for why, count in sorted(expected.items()):
        print("%d skipped as expected: %s" % (count, why))
    if status != 0 or not cases:
        failed = max(failed, 1)
    print("%d passed, %d failed%s" % (passed, failed, ", %d skipped" % skipped if skipped else ""))
    return status or (1 if failed else 0)


sys.exit(main())
