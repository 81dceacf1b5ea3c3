# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
The program under test, as an administrator uses it: start with options, console, signals, end.
Nothing here knows the protocol; roomd_room.py does.

The environment variable ROOMD names the program. Each start has its own folder and configuration
file, so a roomd installed on the same machine does not matter.
"""
import contextlib
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import threading

# A time limit that only means "this will not happen any more"; it measures nothing. Generous, for
# sanitizers on a busy machine.
PATIENCE_S = 30

SANITIZER_REPORT = re.compile(r"ERROR: (Address|Leak)Sanitizer|runtime error:")

# Variables that a service manager or a shell may set, and that a test must not depend on.
FOREIGN_VARIABLES = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "JOURNAL_STREAM")


def program():
    return os.environ["ROOMD"]


def clean_environment(extra=None):
    environment = {key: value for key, value in os.environ.items() if key not in FOREIGN_VARIABLES}
    # A client must find no session but those of its test.
    environment["XDG_RUNTIME_DIR"] = "/nonexistent"
    environment.update(extra or {})
    return environment


def fail_on_sanitizer_report(text):
    if SANITIZER_REPORT.search(text):
        raise AssertionError("a sanitizer has something to say:\n" + text)


def run_roomd(*arguments):
    """
    Runs the program to its end and returns the finished process, its output as text. For calls that
    open no room.
    """
    result = subprocess.run([program(), *arguments], env=clean_environment(), timeout=PATIENCE_S, check=False,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    result.stdout = result.stdout.decode("utf-8", "replace")
    result.stderr = result.stderr.decode("utf-8", "replace")
    fail_on_sanitizer_report(result.stderr)
    return result


def run_with_defaults(*arguments):
    """The same with an empty configuration file."""
    with tempfile.NamedTemporaryFile(prefix="roomd-test-") as empty:
        return run_roomd("-c", empty.name, *arguments)


class Output:
    """Reads one of the program's streams continuously, so that the program never waits for us."""

    def __init__(self, stream):
        self._lines = []
        self._raw = b""
        self._ended = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._collect, args=(stream,), daemon=True)
        self._thread.start()

    def _collect(self, stream):
        # A terminal that its last user has closed returns EIO instead of an end of file.
        with stream, contextlib.suppress(OSError):
            for line in stream:
                with self._changed:
                    self._raw += line
                    self._lines.append(line.decode("utf-8", "replace").rstrip("\n"))
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def count(self):
        with self._changed:
            return len(self._lines)

    def text(self):
        with self._changed:
            return "\n".join(self._lines)

    def raw(self):
        """The same as bytes."""
        with self._changed:
            return self._raw

    def join(self):
        """Waits for the end of the stream."""
        self._thread.join(PATIENCE_S)

    def wait_for(self, pattern, since=0):
        """Returns the match of `pattern` in the first line that has it, from line `since` on."""
        expression = re.compile(pattern)
        with self._changed:
            while True:
                for line in self._lines[since:]:
                    match = expression.search(line)
                    if match:
                        return match
                since = max(since, len(self._lines))
                if self._ended or not self._changed.wait(PATIENCE_S):
                    raise AssertionError("no line has %r in:\n%s" % (pattern, "\n".join(self._lines)))


class Roomd:
    """
    One running room. `options` are SECTION.KEY=VALUE. stop() must be called in any case; it also
    checks that the program ends as it should.
    """

    def __init__(self, *options, listen="127.0.0.1:0", config="", stdin=subprocess.PIPE, environment=None,
                 before_exec=None, prefix=(), pass_fds=()):
        self._folder = tempfile.TemporaryDirectory(prefix="roomd-test-")
        self.folder = pathlib.Path(self._folder.name)
        self.config = self.folder / "roomd.conf"
        self.config.write_text(config, encoding="utf-8")
        if listen is not None:
            options = ("room.listen=" + listen, *options)
        command = [*prefix, program(), "-c", str(self.config)]
        for option in options:
            command += ["--set", option]
        self.process = subprocess.Popen(command, bufsize=0, env=clean_environment(environment), preexec_fn=before_exec,
                                        pass_fds=pass_fds,
                                        stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.stdout = Output(self.process.stdout)
        self.stderr = Output(self.process.stderr)
        self._typed_at = 0
        self._ended = False
        try:
            opened = self.stderr.wait_for(r"^roomd: room (.*) is open on (.*)$")
        except AssertionError:
            self._discard()
            raise
        self.name = opened.group(1)
        self.doors = [self._parse_door(door) for door in opened.group(2).split(", ")]

    @staticmethod
    def _parse_door(text):
        host, port = text.rsplit(":", 1)
        return host.strip("[]"), int(port)

    @property
    def pid(self):
        return self.process.pid

    def type(self, line, ending="\n"):
        """Types a line on the console."""
        self._typed_at = self.stdout.count()
        self.process.stdin.write((line if isinstance(line, bytes) else line.encode()) + ending.encode())

    def answers(self, pattern):
        """Waits for this answer to the line typed last."""
        return self.stdout.wait_for(pattern, self._typed_at)

    def end_of_input(self):
        self.process.stdin.close()

    def reload(self, config=None):
        """
        Loads a new configuration file; returns the position in stderr from which on the outcome is
        logged.
        """
        told_at = self.stderr.count()
        if config is not None:
            self.config.write_text(config, encoding="utf-8")
        self.process.send_signal(signal.SIGHUP)
        return told_at

    @contextlib.contextmanager
    def held(self):
        """Stops the program, so that it receives what is sent meanwhile all at once."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.pid, os.WSTOPPED)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def resident_kib(self):
        return self._status("/proc/%d/status" % self.pid, "VmRSS")

    def wake_ups(self):
        """
        How often its threads have stopped running, voluntarily or not. If two counts are equal,
        none ran between them.
        """
        tasks = os.listdir("/proc/%d/task" % self.pid)
        return sum(self._status("/proc/%d/task/%s/status" % (self.pid, task), key)
                   for task in tasks for key in ("voluntary_ctxt_switches", "nonvoluntary_ctxt_switches"))

    @staticmethod
    def _status(path, key):
        return int(re.search(r"^%s:\s+(\d+)" % key, pathlib.Path(path).read_text(), re.M).group(1))

    def wait_for_exit(self):
        """Returns the exit status once it has ended and all its output was read."""
        status = self.process.wait(PATIENCE_S)
        self.stdout.join()
        self.stderr.join()
        self._ended = True
        fail_on_sanitizer_report(self.stderr.text())
        return status

    def stop(self, how=signal.SIGTERM):
        """Ends it unless a test has already done so, and checks that it ends well."""
        try:
            if not self._ended:
                self.process.send_signal(how)
                status = self.wait_for_exit()
                if status != 0:
                    raise AssertionError("exit status %d after signal %d:\n%s" % (status, how, self.stderr.text()))
        finally:
            self._discard()

    def _discard(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()
        self.stdout.join()
        self.stderr.join()
        self._ended = True
        self._folder.cleanup()
