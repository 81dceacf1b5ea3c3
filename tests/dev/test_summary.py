# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""The last line of ./dev test: what counts, and which skipped tests make it fail."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.sax.saxutils

import expected_skips

HERE = pathlib.Path(__file__).resolve().parent
RUN_TESTS = HERE.parent / "support" / "run_tests.py"

CRITERION = "[====] Synthesis: Tested: %d | Passing: %d | Failing: %d | Crashing: %d \n"


def case(name, output="", status="run", skipped=""):
    element = '<skipped message="%s"/>' % skipped if skipped else ""
    return '<testcase name="%s" status="%s">%s<system-out>%s</system-out></testcase>' % (
        name, status, element, xml.sax.saxutils.escape(output))


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="roomd-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)


class Summary(Folder):
    def summary(self, *cases, status=0):
        """What it says, line by line, and its exit status."""
        report = self.folder / "report.xml"
        report.write_text("<testsuite>%s</testsuite>" % "".join(cases), encoding="utf-8")
        result = subprocess.run([sys.executable, HERE / "summary.py", report, str(status)],
                                stdout=subprocess.PIPE, encoding="utf-8", check=False)
        return result.stdout.splitlines(), result.returncode

    def test_the_programs_own_counts_are_added_up(self):
        self.assertEqual((["28 passed, 0 failed"], 0), self.summary(
            case("unit.a", CRITERION % (7, 7, 0, 0)),
            case("system.b", "some words\ncounted: 11 passed, 0 failed\n"),
            case("unit.layers", "2 checks passed\n"),
            case("fuzz.c", "3 inputs replayed\n4 inputs replayed\n"),
            case("package.build", "build/package/roomd.deb\n")))

    def test_failures_and_crashes_are_failures(self):
        self.assertEqual((["7 passed, 4 failed"], 8), self.summary(
            case("unit.a", CRITERION % (8, 6, 1, 1), status="fail"),
            case("system.b", "counted: 1 passed, 2 failed\n", status="fail"), status=8))

    def test_a_program_that_died_before_it_could_count_is_a_failure(self):
        self.assertEqual((["0 passed, 1 failed"], 8),
                         self.summary(case("unit.a", "Segmentation fault\n", status="fail"), status=8))

    def test_one_that_passed_and_made_a_sanitizer_speak_is_a_failure(self):
        self.assertEqual((["5 passed, 1 failed"], 8),
                         self.summary(case("unit.a", CRITERION % (5, 5, 0, 0), status="fail"), status=8))

    def test_one_that_was_not_run_is_a_failure(self):
        self.assertEqual((["0 passed, 1 failed"], 8),
                         self.summary(case("system.a", status="notrun"), status=8))

    def test_where_ctest_has_failed_the_summary_does_too(self):
        self.assertEqual((["0 passed, 1 failed"], 8), self.summary(status=8))

    def test_that_no_test_was_run_is_a_failure(self):
        self.assertEqual((["0 passed, 1 failed"], 1), self.summary())
        result = subprocess.run([sys.executable, HERE / "summary.py", self.folder / "none", "0"],
                                stdout=subprocess.PIPE, encoding="utf-8", check=False)
        self.assertEqual(1, result.returncode)
        self.assertTrue(result.stdout.endswith("\n0 passed, 1 failed\n"), result.stdout)

    def test_a_skipped_test_is_a_failure(self):
        for output in ("counted: 1 passed, 0 failed\nskipped 1: a.B.test_c: it is Monday\n",
                       CRITERION % (1, 1, 0, 0) + "[SKIP] a::b: it is Monday\n"):
            with self.subTest(output):
                lines, status = self.summary(case("system.a", output))
                self.assertEqual(("1 passed, 1 failed", 1), (lines[-1], status))
                self.assertRegex(lines[0], "^skipped, and not expected to be: system.a, .*: it is Monday$")

    def test_a_class_that_is_skipped_counts_with_all_its_tests(self):
        output = "counted: 3 passed, 0 failed\nskipped 31: setUpClass (a.B): it is Monday\n"
        self.assertEqual("3 passed, 31 failed", self.summary(case("system.a", output))[0][-1])

    def test_a_test_of_ctests_that_is_skipped_says_why_in_its_last_line(self):
        lines, status = self.summary(case("package.build", "one\nit is Monday\n", status="notrun",
                                          skipped="SKIP_RETURN_CODE=77"))
        self.assertEqual("0 passed, 1 failed", lines[-1])
        self.assertIn("package.build: it is Monday", lines[0])
        self.assertEqual(1, status)

    def test_ctest_writes_such_a_report(self):
        (self.folder / "CTestTestfile.cmake").write_text(
            'add_test(good "echo" "2 checks passed")\n'
            'add_test(bad "false")\n'
            'add_test(left_out "sh" "-c" "echo it is Monday; exit 77")\n'
            'set_tests_properties(left_out PROPERTIES SKIP_RETURN_CODE 77)\n'
            'add_test(absent "/nonexistent")\n', encoding="utf-8")
        report = self.folder / "report.xml"
        done = subprocess.run(["ctest", "--test-dir", self.folder, "--output-junit", report],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        result = subprocess.run([sys.executable, HERE / "summary.py", report, str(done.returncode)],
                                stdout=subprocess.PIPE, encoding="utf-8", check=False)
        self.assertEqual((["skipped, and not expected to be: left_out, left_out: it is Monday",
                           "2 passed, 3 failed"], done.returncode),
                         (result.stdout.splitlines(), result.returncode))


class Expected(unittest.TestCase):
    def setUp(self):
        self.addCleanup(setattr, expected_skips, "ROWS", expected_skips.ROWS)

    def rows(self, is_so):
        expected_skips.ROWS = [row._replace(is_so=lambda: is_so) for row in expected_skips.ROWS]

    def test_each_reason_of_the_tests_is_known(self):
        self.rows(True)
        for reason in ("only root can be somebody else", "only root can give a file away",
                       "no systemd of our own: that takes root",
                       "no systemd of our own: unshare: unshare failed: Operation not permitted",
                       "no systemd of our own: there are no control groups v2 here",
                       "no systemd of our own: no control group: [Errno 30] Read-only file system",
                       "no systemd of our own: systemctl not installed", "fish is not installed",
                       "tshark is not installed",
                       "no network namespace of our own: [Errno 1] unshare: Operation not permitted",
                       "no raw socket: [Errno 1] Operation not permitted",
                       "no namespace of processes may be had", "nft -f -: Operation not supported",
                       "this machine has no IPv6 loopback address",
                       "this machine does not know localhost", "only 1024 descriptors may be open here",
                       "the system call's number on this machine is not known",
                       "no package: it could not be built here", "package: debhelper is not installed"):
            with self.subTest(reason):
                self.assertTrue(expected_skips.why_expected(reason))
        self.assertIsNone(expected_skips.why_expected("it is Monday"))

    def test_a_reason_that_is_not_true_here_is_none(self):
        self.rows(False)
        self.assertIsNone(expected_skips.why_expected("only root can be somebody else"))

    def test_the_machine_is_asked(self):
        self.assertEqual(os.geteuid() != 0,
                         expected_skips.why_expected("only root can be somebody else") is not None)
        for row in expected_skips.ROWS:
            self.assertIn(row.is_so(), (True, False))


class Counts(Folder):
    """What run_tests.py says of a module."""

    def run_module(self, text):
        (self.folder / "test_it.py").write_text("import unittest\n" + text, encoding="utf-8")
        result = subprocess.run([sys.executable, RUN_TESTS, "test_it"], cwd=self.folder, encoding="utf-8",
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        self.assertIn("Ran ", result.stderr)
        return result.stdout.splitlines(), result.returncode

    def test_passed_failed_and_skipped(self):
        lines, status = self.run_module('''
class It(unittest.TestCase):
    def test_good(self): pass
    def test_bad(self): self.fail()
    def test_worse(self): raise OSError
    def test_bad_in_two_parts(self):
        for part in range(2):
            with self.subTest(part): self.fail()
    @unittest.expectedFailure
    def test_known(self): self.fail()
    @unittest.expectedFailure
    def test_mended(self): pass
    @unittest.skip("it is Monday")
    def test_left_out(self): pass
    def test_left_out_late(self): self.skipTest("it is late")
''')
        self.assertEqual(["counted: 2 passed, 4 failed", "skipped 1: test_it.It.test_left_out: it is Monday",
                          "skipped 1: test_it.It.test_left_out_late: it is late"], lines)
        self.assertNotEqual(0, status)

    def test_a_class_that_is_skipped_as_a_whole_counts_with_all_its_tests(self):
        lines, status = self.run_module('''
class It(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise unittest.SkipTest("it is Monday")
    def test_one(self): pass
    def test_two(self): pass
class Other(unittest.TestCase):
    def test_three(self): pass
''')
        self.assertEqual((["counted: 1 passed, 0 failed", "skipped 2: setUpClass (test_it.It): it is Monday"], 0),
                         (lines, status))

    def test_a_class_that_cannot_be_set_up_is_a_failure(self):
        lines, status = self.run_module('''
class It(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise OSError
    def test_one(self): pass
class Other(It):
    pass
''')
        self.assertEqual(["counted: 0 passed, 2 failed"], lines)
        self.assertNotEqual(0, status)

    def test_a_module_that_cannot_be_read_is_a_failure(self):
        lines, status = self.run_module("import nothing_of_that_name\n")
        self.assertEqual(["counted: 0 passed, 1 failed"], lines)
        self.assertNotEqual(0, status)


if __name__ == "__main__":
    unittest.main()
