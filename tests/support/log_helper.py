# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
roomd-log-sqlite under test, as a room uses it: over a pair of sockets. The environment variable ROOMD_LOG names the
program.
"""
import os
import socket
import subprocess
import tempfile
import threading
import pathlib
import unittest

import log_wire as wire
from roomd_process import PATIENCE_S, clean_environment, fail_on_sanitizer_report


class Ended(Exception):
    """The helper has closed its socket."""


class Helper:
    """One process. `fail` are variables of the environment for tests/support/failing_disk.c."""

    def __init__(self, path, read_only=False, environment=None, program=None):
        self.path = pathlib.Path(path)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(PATIENCE_S)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        self.socket = ours
        command = [program or os.environ["ROOMD_LOG"], *(["--read-only"] if read_only else []), str(path)]
        self.process = subprocess.Popen(command, stdin=theirs, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        env=clean_environment(environment))
        theirs.close()
        self.read_only = read_only
        self.ready = None
        self.state = {}
        self.troubles = []
        self.record = self.event = 0
        self.committed = 0
        self.ids = 0

    # ---- frames ----

    def send(self, data):
        self.socket.send(data)

    def receive(self):
        try:
            data = self.socket.recv(wire.FRAME_MAX + 1)
        except ConnectionResetError:
            data = b""
        if not data:
            raise Ended(self.troubles)
        got = wire.decode(data)
        if got.type == wire.TROUBLE:
            self.troubles.append(got)
        elif got.type == wire.COMMITTED:
            self.committed = max(self.committed, got.a)
        return got

    def expect(self, kind, passing=(wire.COMMITTED, wire.TROUBLE)):
        """The next frame of that type; only those of `passing` may come before."""
        while True:
            got = self.receive()
            if got.type == kind:
                return got
            if got.type not in passing:
                raise AssertionError("wanted %s, got %r" % (wire.NAMES[kind], got))

    def open(self, **hello):
        """HELLO, up to LIVE."""
        self.send(wire.hello(read_only=self.read_only, **hello))
        self.ready = wire.read_ready(self.expect(wire.READY))
        while True:
            got = self.receive()
            if got.type == wire.LIVE:
                break
            assert got.type == wire.STATE, got
            self.state.update(wire.read_values(got))
        self.record = self.committed = self.ready.record
        self.event = self.ready.last_event
        return self

    # ---- what a room does ----

    def say(self, *texts, name="alice", wait=True, time=None, **named):
        """One record a text, all in one PROPOSE."""
        records = []
        first = self.record + 1
        for text in texts:
            self.record += 1
            records.append(wire.record(self.record, self.event + 1, [wire.happens(text=text, name=name, **named)],
                                       time=self.event + 1 if time is None else time))
            self.event += 1
        self.send(wire.propose(first, records))
        if wait:
            self.wait_for(self.record)

    def propose(self, effects, events=0, together=False):
        """One record of these effects; `events` of them are events."""
        self.record += 1
        self.send(wire.propose(self.record, [wire.record(self.record, self.event + 1, effects)], together))
        self.event += events

    def wait_for(self, number):
        while self.committed < number:
            self.expect(wire.COMMITTED, passing=(wire.TROUBLE,))

    def next_id(self):
        self.ids += 1
        return self.ids

    def read(self, **wanted):
        """All rows of one READ, and where it says to go on."""
        number, rows = self.next_id(), []
        self.send(wire.read(number, **wanted))
        while True:
            got = self.receive()
            if got.type == wire.ROWS:
                assert got.a == number, got
                rows += wire.read_rows(got)
            elif got.type == wire.END:
                assert got.flags == wire.DONE, got
                return rows, got.b

    def texts(self, **wanted):
        return [row.event.text for row in self.read(**wanted)[0]]

    def ask(self, kind, b=0, payload=b"", fds=()):
        """FORGET, PRUNE, BACKUP: their END."""
        number = self.next_id()
        data = wire.frame(kind, 0, 0, number, b, payload)
        if fds:
            socket.send_fds(self.socket, [data], fds)
        else:
            self.send(data)
        got = self.expect(wire.END)
        assert got.a == number, got
        return got

    def status(self):
        number = self.next_id()
        self.send(wire.frame(wire.ASK, 0, 0, number))
        return wire.read_status(self.expect(wire.STATUS))

    def trouble(self, code):
        """Waits for it, told by now or later."""
        while not any(got.count == code for got in self.troubles):
            self.receive()
        return next(got for got in self.troubles if got.count == code).payload.decode()

    # ---- ends ----

    def close(self, code=0):
        """The room ends; so does the helper, with this exit code."""
        self.socket.close()
        return self.wait(code)

    def wait(self, code=0):
        _, output = self.process.communicate(timeout=PATIENCE_S)
        fail_on_sanitizer_report(output.decode("utf-8", "replace"))
        if code is not None and self.process.returncode != code:
            raise AssertionError("exit status %d: %s" % (self.process.returncode, output.decode()))
        return self.process.returncode

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()
        self.socket.close()

    def discard(self):
        if self.process.poll() is None:
            self.kill()
        self.process.stderr.close()
        self.socket.close()


class LogTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="roomd-log-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.path = self.folder / "roomd.db"

    def start(self, path=None, **named):
        helper = Helper(path or self.path, **named)
        self.addCleanup(helper.discard)
        return helper

    def open(self, path=None, read_only=False, environment=None, **hello):
        return self.start(path, read_only=read_only, environment=environment).open(**hello)

    def bytes_of_folder(self, folder=None):
        """What grep would see: each file of the store's folder."""
        return {path.name: path.read_bytes() for path in (folder or self.folder).iterdir() if path.is_file()}
