#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""The client room as a filter, against the real server, also over a network that loses, repeats and reorders."""
import contextlib
import json
import os
import signal
import subprocess
import unittest

from relay import Relay
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


class RoomFilter(RoomTest):
    def filter(self, name, address, *arguments):
        one = Filter(name, address, *arguments)
        self.addCleanup(one.discard)
        return one

    def relay(self, server, **keywords):
        relay = Relay(server, **keywords)
        self.addCleanup(relay.close)
        return relay

    def test_lines_go_in_and_events_come_out(self):
        room = self.open("plain.language=en")
        alice, = room.members("alice")
        bob = self.filter("bob", room.doors[0])
        alice.expect("bob joined")
        bob.wait_for(kind="join", name="bob")
        bob.say("hello")
        alice.expect("bob: hello")
        alice.say("hi bob")
        bob.wait_for(kind="chat", name="alice", text="hi bob")
        self.assertEqual(DELIVERED, bob.end())
        alice.expect("bob left")
        self.assertEqual([("bob", "hello"), ("alice", "hi bob")],
                         [(event["name"], event["text"]) for event in bob.events("chat")])
        numbers = [event["seq"] for event in bob.events()]
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + len(numbers))))

    def test_one_message_and_its_fate(self):
        room = self.open("plain.language=en")
        alice, = room.members("alice")
        self.assertEqual(DELIVERED, run_room("--name", "cron", "-m", "backup done", "%s:%d" % room.doors[0]).returncode)
        alice.expect("cron joined", "cron: backup done", "cron left")

    def test_refusals_are_told_in_words(self):
        room = self.open()
        room.members("alice")
        for name, words in (("alice", "somebody in the room has that name"), ("admin", "nobody can have that name")):
            result = run_room("--name", name, "-m", "x", "%s:%d" % room.doors[0])
            self.assertEqual(REFUSED, result.returncode)
            self.assertIn(words, result.stderr.decode())

    def test_a_room_that_was_closed_by_a_command_is_not_waited_for(self):
        room = self.open()
        bob = self.filter("bob", room.doors[0])
        bob.wait_for(kind="join", name="bob")
        room.type("the last words")
        room.type("/stop")
        self.assertEqual(REFUSED, bob.wait())
        self.assertIn("the room was closed", bob.stderr.text())
        self.assertEqual(["the last words"], [event["text"] for event in bob.events("notice")])

    def test_nobody_there(self):
        room = self.open()
        address = "%s:%d" % room.doors[0]
        room.stop()
        result = run_room("-m", "x", address)
        self.assertEqual(UNREACHABLE, result.returncode)

    def test_wrong_usage(self):
        for arguments in ((), ("a", "b"), ("host:x",), ("--name", "", "host"), ("-m", "", "host"), ("--wrong", "host")):
            self.assertEqual(USAGE, run_room(*arguments).returncode, arguments)

    def test_everybody_has_the_same_over_a_bad_network(self):
        room = self.open("limits.messages=0", "limits.bytes=0", witnesses=False)
        relay = self.relay(room.doors[0], repeat=0.05, delay=0.002, jitter=0.01, seed=int(os.environ.get("ROOMD_SEED", 1)))
        names = ["m%d" % n for n in range(8)]
        filters = [self.filter(name, relay.address) for name in names]
        for name in names:  # whoever comes later is not told of those before it by an event
            room.stderr.wait_for("%s joined" % name)
        relay.loss = 0.2
        for one, name in zip(filters, names):
            one.say(*("%s says %d" % (name, n) for n in range(60)))
        for one in filters:
            for name in names:
                one.wait_for(kind="chat", name=name, text="%s says 59" % name)
        for one in filters:
            self.assertEqual(DELIVERED, one.end(), one.stderr.text())
        chats = [[(event["seq"], event["name"], event["text"]) for event in one.events("chat")] for one in filters]
        self.assertEqual(8 * 60, len(chats[0]))
        self.assertEqual(8 * 60, len(set(chats[0])))
        for other in chats[1:]:
            self.assertEqual(chats[0], other)

    def test_another_address_is_noticed_by_nobody(self):
        room = self.open("plain.language=en")
        alice, = room.members("alice")
        relay = self.relay(room.doors[0])
        bob = self.filter("bob", relay.address)
        alice.expect("bob joined")
        for turn in range(3):
            bob.say("turn %d" % turn)
            alice.expect("bob: turn %d" % turn)
            relay.move()
        alice.say("still there?")
        bob.say("yes")
        alice.expect("bob: yes")
        bob.wait_for(kind="chat", name="alice", text=r"still there\?")
        self.assertEqual(DELIVERED, bob.end())
        alice.expect("bob left")

    def test_a_signal_ends_it_with_its_exit(self):
        room = self.open("plain.language=en")
        alice, = room.members("alice")
        bob = self.filter("bob", room.doors[0])
        alice.expect("bob joined")
        bob.wait_for(kind="join", name="bob")
        bob.process.send_signal(signal.SIGTERM)
        self.assertEqual(0, bob.wait())
        alice.expect("bob left")


if __name__ == "__main__":
    unittest.main()
