# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""The client room as a filter: lines in, events out. The environment variable ROOM names the program."""
import contextlib
import json
import os
import subprocess

from roomd_process import PATIENCE_S, Output, clean_environment, fail_on_sanitizer_report
from roomd_room import RoomTest

DELIVERED, USAGE, UNREACHABLE, NO_ANSWER, REFUSED = 0, 64, 69, 75, 76


class Filter:
    """A running room --json."""

    def __init__(self, name, address, *arguments):
        self.process = subprocess.Popen(
            [os.environ["ROOM"], "--json", "--name", name, *arguments, "%s:%d" % address], env=clean_environment(),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
        self.stdout, self.stderr = Output(self.process.stdout), Output(self.process.stderr)

    def say(self, *lines):
        self.process.stdin.write("".join(line + "\n" for line in lines).encode())

    def events(self, kind=None):
        all_events = [json.loads(line) for line in self.stdout.text().splitlines()]
        return [event for event in all_events if kind in (None, event["kind"])]

    def wait_for(self, **fields):
        self.stdout.wait_for(".*".join('"%s":"%s"' % field for field in fields.items()))

    def end(self):
        self.process.stdin.close()
        return self.wait()

    def wait(self):
        status = self.process.wait(PATIENCE_S * 2)
        self.stdout.join()
        self.stderr.join()
        fail_on_sanitizer_report(self.stderr.text())
        return status

    def discard(self):
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def run_room(*arguments, timeout=PATIENCE_S * 2):
    result = subprocess.run([os.environ["ROOM"], *arguments], env=clean_environment(), stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout, check=False)
    fail_on_sanitizer_report(result.stderr.decode("utf-8", "replace"))
    return result


class FilterTest(RoomTest):
    """A test with rooms and filters in them, which are ended with it."""

    def filter(self, name, address, *arguments):
        one = Filter(name, address, *arguments)
        self.addCleanup(one.discard)
        return one

    def assert_all_have_the_same(self, filters, count):
        """So many messages each, in one order, and none twice."""
        chats = [[(event["seq"], event["name"], event["text"]) for event in one.events("chat")] for one in filters]
        self.assertEqual(count, len(chats[0]))
        self.assertEqual(count, len({(name, text) for _, name, text in chats[0]}))
        self.assertEqual(chats[0], sorted(chats[0], key=lambda chat: chat[0]))
        for other in chats[1:]:
            self.assertEqual(chats[0], other)
