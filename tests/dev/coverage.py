#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
What the tests have run of src/, as gcc's instrumentation has counted it: pages with every line in
FOLDER/html, and a table of lines and branches by folder on stdout. What a killed process has run
is not counted, since it writes its counts when it ends.

usage: coverage.py FOLDER_OF_THE_BUILD
"""
import collections
import json
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
KINDS = ("line", "branch")


def run_gcovr(folder):
    """The counts of each file; writes the pages."""
    html, counts = folder / "html", folder / "coverage.json"
    shutil.rmtree(html, ignore_errors=True)
    html.mkdir()
    subprocess.run(["gcovr", "--root", ".", "--filter", "src/",
                    "--exclude-unreachable-branches", "--exclude-throw-branches",
                    "--html-details", html / "index.html", "--html-title", "roomd",
                    "--json-summary", counts, folder],
                   check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    return json.loads(counts.read_text(encoding="utf-8"))["files"]


def percent(covered, total):
    return "%6d of %6d %5.1f %%" % (covered, total, 100 * covered / total if total else 100)


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    if not shutil.which("gcovr"):
        print("coverage: gcovr is not installed", file=sys.stderr)
        return 69
    sums = collections.defaultdict(collections.Counter)
    for file in run_gcovr(folder):
        for place in (str(pathlib.PurePath(file["filename"]).parent), "in total"):
            for kind in KINDS:
                for what in ("covered", "total"):
                    sums[place][kind, what] += file["%s_%s" % (kind, what)]
    width = max(map(len, sums), default=0)
    print("%-*s  %-23s  %s" % (width, "", "lines", "branches"))
    for place in sorted(sums, key=lambda name: (name == "in total", name)):
        print("%-*s  %s" % (width, place, "  ".join(
            percent(sums[place][kind, "covered"], sums[place][kind, "total"]) for kind in KINDS)))
    print(folder / "html" / "index.html")
    return 0


sys.exit(main())
