# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
The control socket, from both sides of roomctl: the program itself, as an administrator runs it, and
raw bytes on the socket, for clients that do what roomctl never does.

The environment variable ROOMCTL names the program.
"""
import contextlib
import json
import os
import pathlib
import select
import socket
import struct
import subprocess
import tempfile
import time

from roomd_process import PATIENCE_S, Output, clean_environment, fail_on_sanitizer_report
from roomd_room import RoomTest

VERSION = 1
DONE, FAILED, USAGE, FORBIDDEN, BUSY = range(5)


def program():
    return os.environ["ROOMCTL"]


def run_roomctl(*arguments, **keywords):
    """Runs roomctl to its end and returns the finished process, its output as text."""
    result = subprocess.run([program(), *map(str, arguments)], env=clean_environment(), timeout=2 * PATIENCE_S,
                            check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            **keywords)
    result.stdout = result.stdout.decode("utf-8")
    result.stderr = result.stderr.decode("utf-8")
    fail_on_sanitizer_report(result.stderr)
    return result


def request(line, as_json=False):
    payload = b"q" + bytes((VERSION, 1 if as_json else 0)) + line.encode()
    return struct.pack(">I", len(payload)) + payload


class Connection:
    """A client under the test's control. Reads time out, like all waits here."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        # A socket with a timeout would not wait for a place in the queue.
        self.socket.connect(str(path))
        self.socket.settimeout(PATIENCE_S)
        self._buffer = b""

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def ask(self, line, as_json=False):
        self.send(request(line, as_json))
        return self

    def has_something(self):
        """True if there is something to read."""
        poll = select.poll()
        poll.register(self.socket, select.POLLIN)
        return bool(self._buffer or poll.poll(0))

    def _read(self, length):
        while len(self._buffer) < length:
            try:
                data = self.socket.recv(65536)
            except ConnectionResetError:
                data = b""
            if not data:
                raise EOFError("the connection was closed")
            self._buffer += data
        data, self._buffer = self._buffer[:length], self._buffer[length:]
        return data

    def frame(self):
        """The next frame: its type, and its payload as text or, at the end, the result."""
        length, = struct.unpack(">I", self._read(4))
        body = self._read(length)
        kind, payload = body[:1].decode(), body[1:]
        return kind, payload[0] if kind == "e" else payload.decode()

    def answer(self):
        """All lines up to the end, errors among them, and the result; nothing may follow."""
        lines = []
        while True:
            kind, payload = self.frame()
            if kind == "e":
                break
            lines.append(payload)
        with contextlib.suppress(EOFError):
            raise AssertionError("behind the end: %r" % (self.frame(),))
        return lines, payload


class Watch:
    """A roomctl that keeps running, such as 'watch'; its lines are read as they come."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([program(), *map(str, arguments)], env=clean_environment(),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.stdout = Output(self.process.stdout)
        self.stderr = Output(self.process.stderr)

    def wait(self):
        status = self.process.wait(PATIENCE_S)
        self.stdout.join()
        self.stderr.join()
        return status

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.wait()


class ControlTest(RoomTest):
    """A test whose room has a control socket, at `self.path`."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="roomd-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.path = self.folder / "control"

    def open_controlled(self, *options, **keywords):
        return self.open("admin.control=%s" % self.path, *options, **keywords)

    def connect(self):
        connection = Connection(self.path)
        self.addCleanup(connection.close)
        return connection

    def watch(self, *arguments):
        """A roomctl that has begun to watch."""
        watchers = self.stats()["watchers"]
        watch = Watch("-s", self.path, *arguments, "watch")
        self.addCleanup(watch.stop)
        self.wait_for("watchers", watchers + 1)
        return watch

    def stats(self):
        lines, result = self.connect().ask("stats", as_json=True).answer()
        self.assertEqual(DONE, result)
        return json.loads("".join(lines))

    def wait_for(self, name, value):
        """Polls until a statistic has this value."""
        deadline = time.monotonic() + PATIENCE_S
        while self.stats()[name] != value:
            self.assertLess(time.monotonic(), deadline, "%s never became %s" % (name, value))

    def roomctl(self, *arguments, **keywords):
        return run_roomctl("-s", self.path, *arguments, **keywords)

    def done(self, *arguments):
        """What roomctl prints when it succeeds."""
        result = self.roomctl(*arguments)
        self.assertEqual((0, ""), (result.returncode, result.stderr), arguments)
        return result.stdout

    def objects(self, *arguments):
        return [json.loads(line) for line in self.done("--json", *arguments).splitlines()]
