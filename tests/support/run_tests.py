#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
Runs the tests of a module as `python -m unittest -v` does, and closes with counts that a program can read:

    counted: 12 passed, 0 failed
    skipped 31: setUpClass (test_service.Service): no systemd of our own: that takes root

unittest itself counts a class that is skipped as a whole for one, and its tests as not run.

usage: run_tests.py [OPTION...] MODULE[.CLASS[.TEST]]...
"""
import collections
import os
import sys
import unittest


def tests_of(suite):
    for one in suite:
        if isinstance(one, unittest.TestSuite):
            yield from tests_of(one)
        else:
            yield one


class Result(unittest.TextTestResult):
    passed = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1


class Runner(unittest.TextTestRunner):
    resultclass = Result

    def run(self, test):
        classes = collections.Counter(type(one) for one in tests_of(test))
        sizes = collections.Counter()
        for kind, size in classes.items():
            sizes["setUpClass (%s.%s)" % (kind.__module__, kind.__qualname__)] += size
            sizes["setUpModule (%s)" % kind.__module__] += size
        result = super().run(test)
        # Several parts of one test may fail.
        failed = {getattr(one, "test_case", one).id() for one, _ in (*result.failures, *result.errors)}
        failed.update(one.id() for one in result.unexpectedSuccesses)
        passed = result.passed + len(result.expectedFailures)
        print("counted: %d passed, %d failed" % (passed, len(failed)))
        for one, reason in result.skipped:
            name = one.id()
            print("skipped %d: %s: %s" % (sizes.get(name, 1), name, " ".join(reason.split())))
        sys.stdout.flush()
        return result


sys.path.insert(0, os.getcwd())
unittest.main(module=None, testRunner=Runner, verbosity=2)
