# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""The program room as a filter: lines in, events out. The environment variable ROOM names it."""
import contextlib
import json
import os
import socket
import subprocess
import tempfile

from relay import Relay
from roomd_process import PATIENCE_S, Output, clean_environment, fail_on_sanitizer_report
from roomd_room import RoomTest

DELIVERED, USAGE, UNREACHABLE, NOT_WRITTEN, NO_ANSWER, REFUSED = 0, 64, 69, 74, 75, 76


class Filter:
    """A running room --json."""

    def __init__(self, name, address, *arguments, runtime=None, stdin=subprocess.PIPE):
        self.process = subprocess.Popen(
            [os.environ["ROOM"], "--json", "--name", name, *arguments, "%s:%d" % address], env=environment(runtime),
            stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
        self.stdout, self.stderr = Output(self.process.stdout), Output(self.process.stderr)
        self.killed = False

    def say(self, *lines):
        self.process.stdin.write("".join(line + "\n" for line in lines).encode())

    def events(self, kind=None):
        lines = self.stdout.text().splitlines()
        if self.killed and lines and not lines[-1].endswith("}"):
            # The last line is incomplete.
            lines.pop()
        all_events = [json.loads(line) for line in lines]
        return [event for event in all_events if kind in (None, event["kind"])]

    def wait_for(self, **fields):
        self.stdout.wait_for(".*".join('"%s":"%s"' % field for field in fields.items()))

    def end(self):
        self.process.stdin.close()
        return self.wait()

    def wait(self, patience_s=PATIENCE_S * 2):
        status = self.process.wait(patience_s)
        self.stdout.join()
        self.stderr.join()
        fail_on_sanitizer_report(self.stderr.text())
        return status

    def kill(self):
        """
        Kills it without a signal that it could handle. Its output can be read afterwards.
        """
        self.killed = True
        self.process.kill()
        self.process.wait()
        self.stdout.join()
        self.stderr.join()
        self.discard()

    def discard(self):
        with contextlib.suppress(OSError):
            if self.process.stdin:
                self.process.stdin.close()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class ForeignServer:
    """A foreign server of the plain protocol: it does what the test says, datagram by datagram."""

    def __init__(self, port=0):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(PATIENCE_S)
        self.socket.bind(("127.0.0.1", port))
        self.address = self.socket.getsockname()
        self.client = None

    def receive(self):
        request, self.client = self.socket.recvfrom(65536)
        return request.decode()

    def wait_for(self, text):
        """Reads datagrams up to one that holds `text`."""
        while text not in self.socket.recv(65536):
            pass

    def expect(self, expected, *answers):
        got = self.receive()
        if got != expected:
            raise AssertionError("the server expects %r and gets %r" % (expected, got))
        for answer in answers:
            self.send(answer)

    def send(self, line):
        self.socket.sendto(line if isinstance(line, bytes) else line.encode(), self.client)

    def close(self):
        self.socket.close()


def environment(runtime):
    return clean_environment({"XDG_RUNTIME_DIR": str(runtime)} if runtime else None)


def start_room(*arguments, **keywords):
    return subprocess.Popen([os.environ["ROOM"], *arguments], env=environment(None), stderr=subprocess.PIPE, **keywords)


def end_of(process, patience_s=PATIENCE_S * 3):
    """Its exit status, and what it wrote to stderr."""
    process.output, stderr = process.communicate(timeout=patience_s)
    stderr = stderr.decode("utf-8", "replace")
    fail_on_sanitizer_report(stderr)
    return process.returncode, stderr


def run_room(*arguments, timeout=PATIENCE_S * 2, runtime=None):
    result = subprocess.run([os.environ["ROOM"], *arguments], env=environment(runtime), stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout, check=False)
    fail_on_sanitizer_report(result.stderr.decode("utf-8", "replace"))
    return result


class RoomProgramTest(RoomTest):
    """A test with clients of a room; none of them outlives it."""

    def filter(self, name, address, *arguments, **keywords):
        one = Filter(name, address, *arguments, **keywords)
        self.addCleanup(one.discard)
        return one

    def relay(self, server, **keywords):
        relay = Relay(server, **keywords)
        self.addCleanup(relay.close)
        return relay

    def foreign_server(self, **keywords):
        server = ForeignServer(**keywords)
        self.addCleanup(server.close)
        return server

    def folder(self):
        folder = tempfile.TemporaryDirectory(prefix="roomd-test-")
        self.addCleanup(folder.cleanup)
        return folder.name

    def assert_all_have_the_same(self, filters, count):
        """So many messages each, in one order, and none twice."""
        chats = [[(event["seq"], event["name"], event["text"]) for event in one.events("chat")] for one in filters]
        self.assertEqual(count, len(chats[0]))
        self.assertEqual(count, len({(name, text) for _, name, text in chats[0]}))
        self.assertEqual(chats[0], sorted(chats[0], key=lambda chat: chat[0]))
        for other in chats[1:]:
            self.assertEqual(chats[0], other)
