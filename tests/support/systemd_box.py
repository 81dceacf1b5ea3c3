# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
A systemd for tests: booted in namespaces, on an overlay of this machine's files, so that a package
can be installed and a service started, crashed and inspected for real, without any effect on the
machine. Its processes, network, control groups, /run and /tmp are its own; everything else is
copied on write, into memory.

It needs root and namespaces; without them, the test is skipped and says why. It ends with the
process that started it, in any case: the kernel kills the outermost process of the box, and with it
all others.
"""
import contextlib
import ctypes
import itertools
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from own_network import bring_up_loopback, network_of
from roomd_process import PATIENCE_S, clean_environment

SYSTEMD = "/lib/systemd/systemd"
TOOLS = ("unshare", "nsenter", "systemctl", "journalctl", "mount", "umount", "pivot_root")
INSIDE = pathlib.Path(__file__).with_name("systemd_box.sh")
NOT_ALLOWED = 125  # see there
PREFIX = "roomd-test-box-"  # followed by the process that it belongs to
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True)
_numbers = itertools.count(1)


def _group_root():
    """The root of the control groups v2."""
    for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
        fields, _, kind = line.partition(" - ")
        if kind.startswith("cgroup2 "):
            return pathlib.Path(fields.split()[4])
    raise unittest.SkipTest("no systemd of our own: there are no control groups v2 here")


def _remove_folders(outermost):
    """A control group can be removed once it is empty, from the innermost one outwards."""
    for folder, _, _ in os.walk(outermost, topdown=False):
        with contextlib.suppress(FileNotFoundError):
            os.rmdir(folder)


def _remove_forgotten(groups):
    """Removes what killed tests have left: empty control groups, empty folders."""
    for folder in (*groups.glob(PREFIX + "*"), *pathlib.Path(tempfile.gettempdir()).glob(PREFIX + "*")):
        if not os.path.exists("/proc/" + folder.name[len(PREFIX):].split("-")[0]):
            with contextlib.suppress(OSError):
                _remove_folders(folder)


class SystemdBox:
    """A booted box. close() must be called."""

    def __init__(self):
        self._process = None
        self._group = None
        self._folder = None
        self._check_requirements()
        try:
            self._start()
            self._wait_until_up()
        except BaseException:
            self.close()
            raise

    @staticmethod
    def _check_requirements():
        if os.geteuid() != 0:
            raise unittest.SkipTest("no systemd of our own: that takes root")
        missing = [tool for tool in TOOLS if not shutil.which(tool)]
        if missing or not os.path.exists(SYSTEMD):
            raise unittest.SkipTest("no systemd of our own: %s not installed" % (", ".join(missing) or SYSTEMD))

    def _start(self):
        root = _group_root()
        _remove_forgotten(root)
        group = root / ("%s%d-%d" % (PREFIX, os.getpid(), next(_numbers)))
        try:
            group.mkdir()
        except OSError as error:
            raise unittest.SkipTest("no systemd of our own: no control group: %s" % error) from None
        self._group = group
        self._folder = pathlib.Path(tempfile.gettempdir()) / group.name
        self._folder.mkdir(0o700)
        self._log = tempfile.TemporaryFile()

        def in_the_child():
            # Before the namespace of control groups is made: its root is the current group.
            (group / "cgroup.procs").write_text("0")
            _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

        self._process = subprocess.Popen(
            ["unshare", "--fork", "--pid", "--mount", "--net", "--uts", "--ipc", "--cgroup", "--kill-child=KILL",
             str(INSIDE), str(self._folder)],
            env=clean_environment(), stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log,
            preexec_fn=in_the_child, start_new_session=True)

    def _said(self):
        self._log.seek(0)
        return self._log.read().decode("utf-8", "replace").strip()

    def _check_alive(self):
        status = self._process.poll()
        if status is None:
            return
        said = self._said()
        if status == NOT_ALLOWED or said.startswith("unshare:"):
            raise unittest.SkipTest("no systemd of our own: " + said)
        raise AssertionError("the systemd of the box ended with %d: %s" % (status, said))

    def _leader(self):
        """The ID of the box's process 1 outside of the box; None if it does not exist yet."""
        pid = self._process.pid
        children = pathlib.Path("/proc/%d/task/%d/children" % (pid, pid)).read_text().split()
        return int(children[0]) if children else None

    def _wait_until_up(self):
        deadline = time.monotonic() + PATIENCE_S
        state = None
        while state not in ("running", "degraded"):
            self._check_alive()
            if time.monotonic() > deadline:
                raise AssertionError("the systemd of the box does not come up (%s): %s" % (state, self._said()))
            time.sleep(0.05)  # there is nothing to wait on yet
            self.leader = self._leader()
            if self.leader is not None:
                state = self.run("systemctl", "is-system-running", check=False).stdout.strip()
        with self.network():
            bring_up_loopback()

    def network(self):
        """A context: sockets created in it are in the box's network, and stay there."""
        return network_of(self.leader)

    def command(self, *arguments):
        """The command line that runs `arguments` inside."""
        # --root: where this machine is a chroot, the root of its namespace is another.
        return ["nsenter", "--target", str(self.leader), "--all", "--root", "--wd", *map(str, arguments)]

    def run(self, *arguments, check=True, **keywords):
        """
        Runs a command inside and returns the finished process, its output as text: stdout and
        stderr. With `check`, an exit status other than 0 is an error that shows them.
        """
        result = subprocess.run(self.command(*arguments), env=clean_environment({"LC_ALL": "C.UTF-8"}),
                                timeout=keywords.pop("timeout", PATIENCE_S * 2), check=False, encoding="utf-8", errors="replace",
                                stdin=keywords.pop("stdin", subprocess.DEVNULL), stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, **keywords)
        if check and result.returncode != 0:
            raise AssertionError("%s ended with %d:\n%s%s" % (" ".join(map(str, arguments)), result.returncode, result.stdout,
                                                             result.stderr))
        return result

    def start(self, *arguments, **keywords):
        """Starts a command inside; the caller ends it."""
        return subprocess.Popen(self.command(*arguments), env=clean_environment({"LC_ALL": "C.UTF-8"}), **keywords)

    def path(self, inside):
        """The path of a file of the box, outside of it."""
        return pathlib.Path("/proc/%d/root" % self.leader) / str(inside).lstrip("/")

    def copy_in(self, source, inside):
        shutil.copy(source, self.path(inside))

    def write(self, inside, text):
        path = self.path(inside)
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, bytes):
            path.write_bytes(text)
        else:
            path.write_text(text, encoding="utf-8")

    def new_files(self):
        """
        The paths of all files that are in the box and not on this machine, without those in /run,
        /tmp and /dev.
        """
        written = self.path("/run/written")
        found = set()
        for folder, folders, files in os.walk(written):
            for name in (*folders, *files):
                inside = "/" + str((pathlib.Path(folder) / name).relative_to(written))
                if os.path.lexists(self.path(inside)) and not os.path.lexists(inside):
                    found.add(inside)
        return found

    def property(self, unit, name):
        """A property of a unit: property("roomd", "NRestarts")."""
        return self.run("systemctl", "show", "--value", "--property=" + name, unit).stdout.strip()

    def wait_for(self, what, condition):
        """
        Polls until condition() is true, and returns its value; `what` is for the error. For what
        systemd does in its own time.
        """
        deadline = time.monotonic() + PATIENCE_S
        while True:
            result = condition()
            if result:
                return result
            if time.monotonic() > deadline:
                raise AssertionError("in vain: %s; the journal:\n%s" % (what, self.journal()))
            time.sleep(0.05)

    def journal(self, *arguments):
        return self.run("journalctl", "--no-pager", "--quiet", "--output=short-monotonic", *arguments).stdout

    def in_journal(self, unit, pattern, since=""):
        """
        Waits for a line of the unit that has `pattern`, after the cursor `since`; returns the
        match.
        """
        def look():
            lines = self.journal("--output=cat", "--unit=" + unit, *(["--after-cursor=" + since] if since else []))
            return re.search(pattern, lines, re.M)
        return self.wait_for("no line of %s has %r" % (unit, pattern), look)

    def journal_end(self):
        """A cursor after all that the journal holds so far."""
        self.run("journalctl", "--sync")
        text = self.run("journalctl", "--no-pager", "--quiet", "--lines=1", "--show-cursor").stdout
        return text.rpartition("-- cursor: ")[2].strip()

    def close(self):
        if self._process is not None:
            if self._process.poll() is None:
                self._process.kill()
            self._process.wait()
            self._process = None
            self._log.close()
        if self._folder is not None:
            self._folder.rmdir()
            self._folder = None
        if self._group is not None:
            self._close_group()

    def _close_group(self):
        """The last processes of the box may take a moment to end."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                _remove_folders(self._group)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        self._group = None
