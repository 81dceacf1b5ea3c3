# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""./dev on all sorts of machines: what it says, what it calls, and how it ends."""
import fcntl
import os
import pathlib
import re
import shutil
import subprocess
import unittest

from front_door import REPORT, FrontDoor

USAGE, CANT_CREATE, NO_PACKAGE = 64, 73, 77
NOBODY = 65534
JOBS = ("setup", "build", "run", "join", "test", "lint", "format", "coverage", "fuzz", "soak", "package", "bench",
        "bench_network", "help")


class Help(FrontDoor):
    def test_every_job_is_listed(self):
        for arguments in ((), ("help",), ("--help",), ("-h",)):
            stdout, _ = self.done(*arguments)
            self.assertEqual(sorted(JOBS), sorted(re.findall(r"(?m)^\./dev (\w+)", stdout)))

    def test_an_unknown_job_is_a_mistake(self):
        status, stdout, stderr = self.run_job("tset")
        self.assertEqual((USAGE, ""), (status, stdout))
        self.assertTrue(stderr.startswith("./dev: there is no job 'tset'\n./dev setup"), stderr)

    def test_each_job_says_what_it_is_and_does_nothing(self):
        for job in set(JOBS) - {"run", "help"}:
            for arguments in ((job, "--help"), (job, "-h"), ("help", job)):
                with self.subTest(arguments):
                    stdout, stderr = self.done(*arguments)
                    self.assertRegex(stdout, r"\A\./dev %s " % job)
                    self.assertEqual(1, stdout.count("./dev "))
                    self.assertEqual("", stderr)
        self.assertEqual([], self.calls())

    def test_run_has_the_programs_own_help(self):
        release = self.tree / "build" / "release"
        release.mkdir(parents=True)
        (release / "roomd").write_text("#!/bin/sh\necho roomd $*\n", encoding="utf-8")
        (release / "roomd").chmod(0o755)
        self.assertEqual("roomd --help\n", self.done("run", "--help")[0])

    def test_run_keeps_its_room_in_the_folder_of_the_build_unless_it_is_told_otherwise(self):
        release = self.tree / "build" / "release"
        release.mkdir(parents=True)
        (release / "roomd").write_text("#!/bin/sh\necho roomd $*\n", encoding="utf-8")
        (release / "roomd").chmod(0o755)
        stdout, stderr = self.done("run", "--set", "room.name=lab")[:2]
        self.assertEqual("roomd --set store.path=%s/build/room.db --set room.name=lab\n" % self.tree, stdout)
        self.assertIn("build/room.db", stderr)
        for options in (("-c", "lab.conf"), ("--set", "store.path="), ("--check",)):
            self.assertEqual("roomd %s\n" % " ".join(options), self.done("run", *options)[0])

    def test_a_job_that_takes_none_refuses_options(self):
        for job in ("setup", "build", "lint", "format", "package"):
            status, stdout, stderr = self.run_job(job, "--fast")
            self.assertEqual((USAGE, ""), (status, stdout))
            self.assertRegex(stderr, r"\A\./dev %s: .*\n\./dev %s " % (job, job))

    def test_a_number_of_seconds_is_a_number(self):
        for job in ("fuzz", "soak"):
            status, _, stderr = self.run_job(job, "soon")
            self.assertEqual(USAGE, status)
            self.assertIn("./dev %s: 'soon' is no number" % job, stderr)
        self.assertEqual([], self.calls())


class Packages(FrontDoor):
    def test_where_nothing_is_missing_nothing_is_installed(self):
        _, stderr = self.done("build")
        self.assertEqual("", stderr)
        self.assertEqual([], self.calls("apt-get"))

    def test_root_has_installed_what_is_missing_and_nothing_else(self):
        self.installed("ninja-build", "libev-dev")
        self.as_user(0)
        _, stderr = self.done("build")
        self.assertEqual("Installing ninja-build libev-dev\n", stderr)
        self.assertEqual(["apt-get update -qq", "apt-get install -qq -y --no-install-recommends ninja-build libev-dev"],
                         self.calls("apt-get"))

    def test_a_user_has_it_installed_through_sudo(self):
        self.installed("ninja-build")
        self.as_user(1000)
        self.stand_in("sudo", 'exec "$@"')
        self.done("build")
        self.assertIn("sudo apt-get update -qq", self.calls())
        self.assertEqual(2, len(self.calls("apt-get")))

    def test_a_user_without_sudo_is_told_what_to_install_and_the_job_goes_on(self):
        self.installed("ninja-build", "libev-dev")
        self.as_user(1000)
        _, stderr = self.done("build")
        self.assertEqual("These packages are missing; install them as root: apt-get install ninja-build libev-dev\n",
                         stderr)
        self.assertEqual([], self.calls("apt-get"))
        self.assertNotEqual([], self.calls("cmake --build"))

    def test_without_apt_the_job_says_what_is_missing_and_goes_on(self):
        self.installed("ninja-build")
        self.without("apt-get")
        self.as_user(0)
        _, stderr = self.done("build")
        self.assertEqual("These packages are missing, and there is no apt-get: ninja-build\n", stderr)
        self.assertNotEqual([], self.calls("cmake --build"))

    def test_without_dpkg_the_job_says_what_it_needs_and_goes_on(self):
        self.without("apt-get", "dpkg-query")
        _, stderr = self.done("build")
        self.assertRegex(stderr, r"\AThese packages are needed, under Debian's names: .*\bcmake\b.*\n\Z")
        self.assertNotEqual([], self.calls("cmake --build"))

    def test_where_apt_fails_the_job_goes_on(self):
        self.installed("ninja-build")
        self.as_user(0)
        self.stand_in("apt-get", "exit 100")
        _, stderr = self.done("build")
        self.assertIn("apt-get could not install them; going on without.", stderr)
        self.assertNotEqual([], self.calls("cmake --build"))

    def test_the_runtime_of_libfuzzer_is_that_of_the_clang_which_is_installed(self):
        self.installed("libclang-rt-77-dev")
        self.as_user(0)
        self.stand_in("clang", "echo 77.0.1")
        self.done("setup")
        self.assertEqual("libclang-rt-77-dev", self.calls("apt-get install")[-1].split()[-1])

    def test_what_the_tests_call_is_installed_for_them(self):
        everything = self.tree / "packages"
        self.stand_in("dpkg-query", 'echo "${!#}" >>"%s"; echo installed' % everything)
        self.done("test")
        asked_for = everything.read_text(encoding="utf-8").split()
        for package in ("git", "systemd", "man-db", "mandoc", "fish", "zsh", "nftables", "debhelper", "python3",
                        "netcat-openbsd", "netcat-traditional", "ncat", "socat"):
            self.assertIn(package, asked_for)


class Tests(FrontDoor):
    def test_the_last_line_says_what_was_counted(self):
        stdout, _ = self.done("test")
        self.assertEqual("5 passed, 0 failed", stdout.splitlines()[-1])

    def test_options_go_to_ctest(self):
        self.done("test", "-R", "a b")
        self.assertTrue(self.calls("ctest")[0].endswith(" -R a b"))

    def test_where_nothing_can_be_built_nothing_is_tested(self):
        self.stand_in("cmake", "exit 3")
        status, stdout, _ = self.run_job("test")
        self.assertEqual((3, "", []), (status, stdout, self.calls("ctest")))

    def test_a_skipped_test_that_nobody_expects_fails(self):
        self.stand_in("ctest", '''
while [ "$1" != --output-junit ]; do shift; done
echo '%s' >"$2"''' % REPORT % "skipped 2: a.B: it is Monday\n5")
        status, stdout, _ = self.run_job("test")
        self.assertEqual((1, "5 passed, 2 failed"), (status, stdout.splitlines()[-1]))

    def test_a_report_of_an_earlier_run_is_not_taken_for_this_one(self):
        self.done("test")
        self.stand_in("ctest", "exit 8")
        status, stdout, _ = self.run_job("test")
        self.assertEqual((8, "0 passed, 1 failed"), (status, stdout.splitlines()[-1]))


class Folders(FrontDoor):
    def test_a_second_job_in_the_same_folder_waits_for_the_first(self):
        (self.tree / "build").mkdir()
        with open(self.tree / "build" / "dev.lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            process = self.start("test")
            self.addCleanup(process.kill)
            self.assertEqual("Waiting for another ./dev that works in build/dev\n", process.stderr.readline())
            self.assertEqual([], self.calls("cmake"))
            fcntl.flock(lock, fcntl.LOCK_UN)
            stdout, _ = process.communicate(timeout=30)
        self.assertEqual((0, "5 passed, 0 failed"), (process.returncode, stdout.splitlines()[-1]))

    def test_jobs_in_two_folders_do_not_wait(self):
        (self.tree / "build").mkdir()
        with open(self.tree / "build" / "dev.lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.done("build")

    def test_what_a_job_starts_does_not_hold_the_lock(self):
        release = self.tree / "build" / "release"
        release.mkdir(parents=True)
        (release / "roomd").write_text('#!/bin/sh\nexec flock --nonblock "%s.lock" echo open\n' % release,
                                       encoding="utf-8")
        (release / "roomd").chmod(0o755)
        self.assertEqual("open\n", self.done("run")[0])

    def test_a_tree_that_cannot_be_written_to_is_said_to_be_so(self):
        self.as_user(NOBODY)
        self.tree.chmod(0o555)
        self.addCleanup(self.tree.chmod, 0o755)
        somebody = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        self.log.chmod(0o666)
        for job in ("test", "build", "run", "package"):
            status, stdout, stderr = self.run_job(job, **somebody)
            self.assertEqual((CANT_CREATE, ""), (status, stdout), stderr)
            self.assertEqual("./dev: %s/build can't be written to: copy the sources to where you may write\n" % self.tree,
                             stderr)
        self.assertEqual([], self.calls("cmake"))


class Files(FrontDoor):
    def git(self, *arguments):
        self.real("git")
        subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x", *arguments], cwd=self.tree, check=True,
                       env={"PATH": os.environ["PATH"], "HOME": str(self.outer)}, stdout=subprocess.DEVNULL)

    def clone(self):
        self.git("init", "-q")
        (self.tree / ".gitignore").write_text("/build/\n", encoding="utf-8")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "x")

    def everything(self):
        """All that is in the tree but what git and a build have put there."""
        paths = (path.relative_to(self.tree) for path in self.tree.rglob("*") if path.is_file())
        return {str(path) for path in paths if path.parts[0] not in (".git", "build")}

    def make_a_mess(self):
        (self.tree / "build" / "dev").mkdir(parents=True)
        (self.tree / "build" / "dev" / "x.c").touch()
        (self.tree / "tests" / "dev" / "__pycache__").mkdir()
        (self.tree / "tests" / "dev" / "__pycache__" / "x.pyc").touch()

    def test_in_a_clone_they_are_those_of_git(self):
        self.clone()
        known = self.everything()
        (self.tree / "a new one.c").touch()
        (self.tree / "src" / "main.c").unlink()
        self.make_a_mess()
        self.assertEqual(known - {"src/main.c"}, self.files())
        self.assertEqual(known - {"src/main.c"} | {"a new one.c", "tests/dev/__pycache__/x.pyc"}, self.files("--others"))

    def test_in_a_clone_without_git_they_are_all_but_what_was_built(self):
        self.clone()
        known = self.everything()
        self.make_a_mess()
        self.without("git")
        self.assertEqual(known, self.files())
        self.assertEqual(known, self.files("--others"))

    def test_in_a_tarball_they_are_all_but_what_was_built(self):
        known = self.everything()
        self.make_a_mess()
        self.real("git")
        self.assertEqual(known, self.files())

    @unittest.skipUnless(os.geteuid() == 0, "only root can give a file away")
    def test_in_a_clone_of_somebody_else_too(self):
        self.clone()
        known = self.everything()
        for path in (self.tree, *self.tree.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        self.assertEqual(known, self.files())


class Package(FrontDoor):
    def setUp(self):
        super().setUp()
        self.stand_in("dpkg-buildpackage", 'find . -type f | sort >../copied; touch ../roomd_1.changes ../roomd_1_all.deb')

    def test_it_is_made_of_a_tarball(self):
        (self.tree / "build").mkdir()
        (self.tree / "build" / "junk").touch()
        stdout, _ = self.done("package")
        self.assertEqual("build/package/roomd_1_all.deb\n", stdout)
        copied = (self.tree / "build" / "package" / "copied").read_text(encoding="utf-8").splitlines()
        self.assertIn("./dev", copied)
        self.assertIn("./src/main.c", copied)
        self.assertEqual([], [name for name in copied if "build" in pathlib.PurePath(name).parts])
        self.assertRegex(self.calls("lintian")[0], r"--fail-on error,warning .*build/package/roomd_1\.changes$")

    def test_it_is_not_made_again_where_nothing_has_changed(self):
        for _ in range(2):
            self.done("package", "--unless-current")
        self.assertEqual(1, len(self.calls("dpkg-buildpackage")))
        (self.tree / "src" / "main.c").write_text("int y;\n", encoding="utf-8")
        self.done("package", "--unless-current")
        self.assertEqual(2, len(self.calls("dpkg-buildpackage")))

    def test_without_the_tools_for_it_there_is_none_and_that_is_said_last(self):
        self.without("dh")
        status, _, stderr = self.run_job("package")
        self.assertEqual((NO_PACKAGE, "package: debhelper is not installed"), (status, stderr.splitlines()[-1]))

    def test_where_it_cannot_be_built_the_end_of_the_log_is_shown(self):
        self.stand_in("dpkg-buildpackage", "echo no such luck; exit 2")
        status, stdout, stderr = self.run_job("package")
        self.assertEqual((1, ""), (status, stdout))
        self.assertRegex(stderr, r"\Ano such luck\npackage: not built; .*: build/package/build\.log\n\Z")

    def test_where_lintian_finds_something_it_is_not_taken_for_made(self):
        self.stand_in("lintian", "exit 2")
        self.assertEqual(2, self.run_job("package")[0])
        self.stand_in("lintian")
        self.done("package", "--unless-current")
        self.assertEqual(2, len(self.calls("dpkg-buildpackage")))


class Lint(FrontDoor):
    def test_each_tool_is_asked(self):
        _, stderr = self.done("lint")
        self.assertEqual("lint: nothing found\n", stderr)
        self.assertEqual(["clang-format --dry-run --Werror src/main.c"], self.calls("clang-format"))
        self.assertEqual(["clang-tidy --quiet -p build/dev src/main.c"], self.calls("clang-tidy"))
        self.assertEqual(1, len(self.calls("cppcheck")))

    def test_the_others_are_asked_too_when_one_has_found_something(self):
        for tool in ("clang-format", "clang-tidy", "cppcheck"):
            with self.subTest(tool):
                self.log.write_text("")
                script = (self.bin / tool).read_text(encoding="utf-8")
                self.stand_in(tool, '[ "$1" = --version ] || exit 1; echo "version $ROOMD_LLVM.0"')
                status, _, stderr = self.run_job("lint")
                self.assertEqual((1, "lint: something was found, see above\n"), (status, stderr))
                self.assertEqual(3, len(self.calls("c")) - len(self.calls("cmake")))
                (self.bin / tool).write_text(script, encoding="utf-8")

    def test_another_version_of_a_tool_is_not_asked_and_that_is_said(self):
        self.stand_in("clang-format", 'if [ "$1" = --version ]; then echo version 3.1.4; fi')
        _, stderr = self.done("lint")
        self.assertRegex(stderr, r"\Alint: clang-format \d+ is not installed, .*: left out\n"
                                 r"lint: nothing found, but not all was looked at\n\Z")
        self.assertEqual([], self.calls("clang-format"))

    def test_a_tool_that_is_called_by_its_version_is_found(self):
        version = re.search(r"ROOMD_LLVM=(\d+)", (self.tree / "dev").read_text(encoding="utf-8")).group(1)
        shutil.move(self.bin / "clang-format", self.bin / ("clang-format-" + version))
        self.stand_in("clang-format", 'if [ "$1" = --version ]; then echo version 3.1.4; fi')
        self.assertEqual("lint: nothing found\n", self.done("lint")[1])

    def test_format_changes_the_sources_in_place(self):
        self.done("format")
        self.assertEqual(["clang-format -i src/main.c"], self.calls("clang-format"))


class Ci(FrontDoor):
    """The last line of .ci/run is read by a program."""

    def ci(self, lint, test):
        self.stand_in("dev", 'case $1 in lint) %s ;; test) %s ;; esac' % (lint, test))
        (self.bin / "dev").replace(self.tree / "dev")
        status, stdout, _ = self.run_job(program=".ci/run")
        return status, stdout.splitlines()[-1]

    def test_all_is_well(self):
        self.assertEqual((0, "6 passed, 0 failed"), self.ci("true", "echo 5 passed, 0 failed"))
        self.assertEqual((0, "6 passed, 0 failed, 2 skipped"), self.ci("true", "echo 5 passed, 0 failed, 2 skipped"))

    def test_lint_has_found_something(self):
        self.assertEqual((1, "5 passed, 1 failed"), self.ci("false", "echo 5 passed, 0 failed"))
        self.assertEqual((1, "5 passed, 3 failed"), self.ci("false", "echo 5 passed, 2 failed; exit 8"))

    def test_a_test_has_failed(self):
        self.assertEqual((1, "6 passed, 2 failed"), self.ci("true", "echo 5 passed, 2 failed; exit 8"))
        self.assertEqual((1, "6 passed, 1 failed"), self.ci("true", "echo 5 passed, 0 failed; exit 8"))

    def test_nothing_could_be_built(self):
        self.assertEqual((1, "1 passed, 1 failed"), self.ci("true", "echo no compiler; exit 1"))
        self.assertEqual((1, "0 passed, 2 failed"), self.ci("false", "exit 1"))


if __name__ == "__main__":
    unittest.main()
