# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
A copy of ./dev and its scripts in a folder of its own, on a machine of the test's own: nothing can
be called there but what is in one folder, which has the everyday tools and stand-ins for the
others. A stand-in notes how it was called and ends with 0, unless a test has it do something else.
"""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE_S = 30

# What every Debian has.
EVERYDAY = ("awk", "bash", "cat", "chmod", "cp", "cut", "dirname", "echo", "env", "find", "flock", "grep", "head",
            "id", "ls", "mkdir", "mv", "nproc", "python3", "rm", "sed", "sh", "sha256sum", "sleep",
            "sort", "tail", "tar", "tee", "touch", "tr", "true", "xargs")
STAND_INS = ("cmake", "ctest", "dh", "dpkg-buildpackage", "lintian", "clang", "gcovr", "cppcheck")

REPORT = '<testsuite><testcase status="run"><system-out>%s checks passed</system-out></testcase></testsuite>'


class FrontDoor(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="roomd-test-")
        self.addCleanup(folder.cleanup)
        self.outer = pathlib.Path(folder.name)
        self.outer.chmod(0o755)
        self.tree = self.outer / "a room's tree"
        self.bin = self.outer / "bin"
        self.log = self.outer / "calls"
        self.bin.mkdir()
        self.log.touch()
        for name in ("dev", "tests/dev", ".ci/run", "src", "include", "debian"):
            target = self.tree / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if name in ("src", "include", "debian"):
                target.mkdir()
            elif (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, target)
        (self.tree / "src" / "main.c").write_text("int x;\n", encoding="utf-8")
        for tool in EVERYDAY:
            (self.bin / tool).symlink_to(shutil.which(tool))
        for tool in STAND_INS:
            self.stand_in(tool)
        for name in ("clang-format", "clang-tidy"):
            self.stand_in(name, 'if [ "$1" = --version ]; then echo "version $ROOMD_LLVM.1.7"; fi')
        self.stand_in("cmake", 'if [ "$1" = --preset ]; then mkdir -p build/"$2"; fi')
        self.stand_in("ctest", '''
while [ $# -gt 0 ]; do
  if [ "$1" = --output-junit ]; then echo '%s' >"$2"; fi
  shift
done''' % (REPORT % 5))
        self.installed()

    # ---- the machine ----

    def stand_in(self, name, script=""):
        path = self.bin / name
        path.unlink(missing_ok=True)
        path.write_text('#!%s\n[ "${1:-}" = --version ] || printf "%%s\\n" "%s $*" >>"%s"\n%s\n'
                        % (shutil.which("bash"), name, self.log, script), encoding="utf-8")
        path.chmod(0o755)

    def real(self, name):
        """The tool of that name, as on this machine."""
        if not shutil.which(name):
            self.skipTest("%s is not installed" % name)
        (self.bin / name).unlink(missing_ok=True)
        (self.bin / name).symlink_to(shutil.which(name))

    def without(self, *names):
        for name in names:
            (self.bin / name).unlink()

    def installed(self, *missing):
        """A Debian on which all packages are installed but these."""
        self.stand_in("dpkg-query", 'case " %s " in *" ${!#} "*) echo not-installed ;; *) echo installed ;; esac'
                      % " ".join(missing))
        self.stand_in("apt-get")

    def as_user(self, uid):
        self.stand_in("id", "echo %d" % uid)

    # ---- what is done there ----

    def start(self, *arguments, program="dev", **keywords):
        environment = {"PATH": str(self.bin), "HOME": str(self.outer), "LC_ALL": "C.UTF-8",
                       "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.Popen([self.tree / program, *arguments], env=environment, cwd=self.outer, encoding="utf-8",
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **keywords)

    def run_job(self, *arguments, **keywords):
        """(exit status, stdout, stderr)."""
        process = self.start(*arguments, **keywords)
        stdout, stderr = process.communicate(timeout=PATIENCE_S)
        return process.returncode, stdout, stderr

    def done(self, *arguments, **keywords):
        """The same for what has to succeed: (stdout, stderr)."""
        status, stdout, stderr = self.run_job(*arguments, **keywords)
        self.assertEqual(0, status, stdout + stderr)
        return stdout, stderr

    def calls(self, name=""):
        """How the stand-ins were called so far."""
        return [line for line in self.log.read_text(encoding="utf-8").splitlines() if line.startswith(name)]

    def files(self, *options):
        """What files.sh lists."""
        result = subprocess.run([self.tree / "tests/dev/files.sh", *options], cwd=self.tree, check=True,
                                env={"PATH": str(self.bin), "HOME": str(self.outer)}, stdout=subprocess.PIPE)
        return set(os.fsdecode(result.stdout).split("\0")) - {""}
