#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""room as a filter, against the real server, also over a network that loses, repeats and reorders."""
import json
import os
import signal
import subprocess
import unittest

import own_network
from room_program import (DELIVERED, NO_ANSWER, NOT_WRITTEN, REFUSED, UNREACHABLE, USAGE, RoomProgramTest, end_of, run_room,
                          start_room)


class RoomFilter(RoomProgramTest):
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

    def test_one_message_is_delivered(self):
        room = self.open("plain.language=en")
        alice, = room.members("alice")
        self.assertEqual(DELIVERED, run_room("--name", "cron", "-m", "backup done", "%s:%d" % room.doors[0]).returncode)
        alice.expect("cron joined", "cron: backup done", "cron left")

    def test_without_input_it_joins_and_leaves(self):
        room = self.open()
        watcher = self.filter("watcher", room.doors[0])
        watcher.wait_for(kind="join", name="watcher")
        result = run_room("-n", "bob", "%s:%d" % room.doors[0])  # its stdin is /dev/null
        self.assertEqual((DELIVERED, b""), (result.returncode, result.stderr))
        watcher.wait_for(kind="exit", name="bob", reason="left")

    def test_what_was_before_comes_first(self):
        room = self.open("plain.language=en")
        alice, bob = room.members("alice", "bob")
        for text in ("one", "two", "three"):
            alice.say(text)
            bob.expect("alice: " + text)
        result = run_room("-n", "carol", "--since", "all", "%s:%d" % room.doors[0])
        self.assertEqual((DELIVERED, b""), (result.returncode, result.stderr))
        lines = result.stdout.decode().splitlines()
        self.assertEqual(["alice: one", "alice: two", "alice: three", "carol joined"], lines[-4:])
        result = run_room("-n", "carol", "--json", "--since", str(len(lines)), "%s:%d" % room.doors[0])
        events = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertEqual(list(range(len(lines), len(lines) + 3)), [event["seq"] for event in events])
        self.assertEqual(["join", "exit", "join"], [event["kind"] for event in events])

    def test_a_room_that_shows_nothing_of_what_was_before_is_reported(self):
        room = self.open("room.history=0")
        result = run_room("-n", "carol", "--since", "all", "%s:%d" % room.doors[0])
        self.assertEqual(NO_ANSWER, result.returncode)
        self.assertIn("shows nothing of what was before", result.stderr.decode())

    def test_refusals_are_told_in_words(self):
        room = self.open()
        room.members("alice")
        for name, words in (("alice", "somebody in the room has that name"), ("admin", "nobody can have that name"),
                            ("admin", ": it looks like the administrator, a program or a line"),
                            ("bob:", ": there is a colon in it, or what looks like one")):
            result = run_room("--name", name, "-m", "x", "%s:%d" % room.doors[0])
            self.assertEqual(REFUSED, result.returncode)
            self.assertIn(words, result.stderr.decode())

    def test_it_does_not_wait_for_a_room_that_was_closed_by_a_command(self):
        room = self.open()
        bob = self.filter("bob", room.doors[0])
        bob.wait_for(kind="join", name="bob")
        room.type("the last words")
        room.type("/stop")
        self.assertEqual(REFUSED, bob.wait())
        self.assertIn("the room was closed", bob.stderr.text())
        self.assertEqual(["the last words"], [event["text"] for event in bob.events("notice")])
        self.assertEqual(0, room.wait_for_exit())

    def test_a_line_that_is_not_taken_is_reported_and_the_others_are_delivered(self):
        room = self.open("plain.language=en", "room.max_text=20")
        alice, = room.members("alice")
        bob = self.filter("bob", room.doors[0])
        bob.wait_for(kind="join", name="bob")
        alice.expect("bob joined")
        bob.process.stdin.write(b"one\n" + b"x" * 21 + b"\n\xff\n" + b"y" * 5000 + b"\ntwo\n")
        self.assertEqual(REFUSED, bob.end())
        alice.expect("bob: one", "bob: two", "bob left")
        stderr = bob.stderr.text()
        self.assertIn("a line of 21 bytes is too long for this room, which takes 20,", stderr)
        self.assertIn("not valid UTF-8", stderr)
        self.assertIn("a line of more than 4096 bytes was not said", stderr)

    def test_a_muted_member_is_told_so(self):
        room = self.open("plain.language=en")
        alice, = room.members("alice")
        bob = self.filter("bob", room.doors[0])
        alice.expect("bob joined")
        room.type("/mute bob")
        room.answers("bob")
        bob.say("let me speak")
        self.assertEqual(REFUSED, bob.end())
        self.assertIn("the administrator has muted you", bob.stderr.text())

    def test_a_kicked_member_is_told_so(self):
        room = self.open("plain.language=en")
        bob = self.filter("bob", room.doors[0])
        bob.wait_for(kind="join", name="bob")
        room.type("/kick bob too loud")
        self.assertEqual(REFUSED, bob.wait())
        self.assertIn("the administrator has removed you: too loud", bob.stderr.text())

    def test_if_the_sequenced_protocol_is_off_it_names_the_plain_one_and_does_not_use_it(self):
        room = self.open("sequenced.enabled=no")
        result = run_room("-m", "x", "%s:%d" % room.doors[0])
        self.assertEqual(REFUSED, result.returncode)
        self.assertIn("the room speaks the plain protocol only: use --plain", result.stderr.decode())

    def test_when_nobody_reads_its_lines_it_leaves(self):
        room = self.open("plain.language=en")
        alice, = room.members("alice")
        for stdout in ("/dev/full", None):
            ends = os.pipe()
            out = os.open(stdout, os.O_WRONLY) if stdout else os.dup(ends[1])
            process = start_room("-n", "bob", "%s:%d" % room.doors[0], stdin=subprocess.PIPE, stdout=out)
            os.close(out)
            os.close(ends[0])
            os.close(ends[1])
            alice.expect("bob joined", "bob left")
            status, stderr = end_of(process)
            self.assertEqual(NOT_WRITTEN, status)
            self.assertIn("stdout can't be written", stderr)

    def test_it_ends_if_nobody_listens(self):
        result = run_room("-m", "x", self.lasting_door())
        self.assertEqual(UNREACHABLE, result.returncode)

    def test_wrong_usage_is_refused(self):
        for arguments in ((), ("a", "b"), ("host:x",), ("--name", "", "host"), ("-m", "", "host"), ("--wrong", "host"),
                          ("-x", "host"), ("host", "--name"), ("--json=yes", "host"), ("--l", "host")):
            with self.subTest(arguments=arguments):
                result = run_room(*arguments)
                self.assertEqual((USAGE, b""), (result.returncode, result.stdout))
                self.assertRegex(result.stderr.decode(), r"^room: .+\nTry 'room --help'\.\n$")

    def test_everybody_has_the_same_over_a_bad_network(self):
        room = self.open("limits.messages=0", "limits.bytes=0", witnesses=False)
        relay = self.relay(room.doors[0], repeat=0.05, delay=0.002, jitter=0.01, seed=int(os.environ.get("ROOMD_SEED", 1)))
        names = ["m%d" % n for n in range(8)]
        filters = [self.filter(name, relay.address) for name in names]
        for name in names:  # a member gets no event about those that joined before it
            room.stderr.wait_for("%s joined" % name)
        relay.loss = 0.2
        for one, name in zip(filters, names):
            one.say(*("%s says %d" % (name, n) for n in range(60)))
        for one in filters:
            for name in names:
                one.wait_for(kind="chat", name=name, text="%s says 59" % name)
        for one in filters:
            self.assertEqual(DELIVERED, one.end(), one.stderr.text())
        self.assert_all_have_the_same(filters, 8 * 60)

    def test_nobody_notices_another_address(self):
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

    def test_nobody_notices_that_this_machine_loses_an_address(self):
        with own_network.own_network():
            own_network.speak_from("10.9.0.2", to="10.9.0.1")
            room = self.open("room.listen=0.0.0.0:0", listen=None, witnesses=False)
            port = room.doors[0][1]
            alice = self.filter("alice", ("127.0.0.1", port))
            room.stderr.wait_for("alice joined")
            bob = self.filter("bob", ("10.9.0.1", port))
            bob.say("before")
            alice.wait_for(kind="chat", name="bob", text="before")
            own_network.speak_from("10.9.0.3", to="10.9.0.1", instead_of="10.9.0.2")
            bob.say("behind")
            alice.wait_for(kind="chat", name="bob", text="behind")
            alice.say("still there?")
            bob.wait_for(kind="chat", name="alice", text=r"still there\?")
            self.assertEqual(DELIVERED, bob.end())
            alice.wait_for(kind="exit", name="bob", reason="left")
            self.assertEqual(["join", "chat", "chat", "exit"],
                             [event["kind"] for event in alice.events() if event["name"] == "bob"])

    def test_all_addresses_of_a_name_are_tried(self):
        room = self.open("plain.language=en", listen=self.lasting_door())  # on IPv4; localhost usually has ::1 too
        alice, = room.members("alice")
        self.assertEqual(DELIVERED, run_room("-n", "bob", "-m", "hello", "localhost:%d" % room.doors[0][1]).returncode)
        alice.expect("bob joined", "bob: hello", "bob left")

    def test_an_ipv6_address_is_written_in_brackets(self):
        room = self.open("plain.language=en", listen="[::1]:0")
        alice, = room.members("alice")
        self.assertEqual(DELIVERED, run_room("-n", "bob", "-m", "hello", "[::1]:%d" % room.doors[0][1]).returncode)
        alice.expect("bob joined", "bob: hello", "bob left")

    def test_a_missing_interface_is_reported(self):
        result = run_room("-m", "x", "fe80::1%nosuchcard")
        self.assertEqual(UNREACHABLE, result.returncode)
        self.assertIn("ip link", result.stderr.decode())

    def test_when_the_server_is_back_it_returns_from_the_same_port(self):
        door = self.lasting_door()
        room = self.open("plain.language=en", listen=door)
        relay = self.relay(room.doors[0])
        bob = self.filter("bob", relay.address)
        bob.wait_for(kind="join", name="bob")
        relay.cut = True  # so that it does not return before alice can see it
        bob.say("nobody knows me")
        relay.wait_for(b"nobody knows me")
        room.stop(signal.SIGTERM)
        again = self.open("plain.language=en", listen=door)
        alice, = again.members("alice")
        relay.cut = False
        alice.expect("bob joined")
        bob.say("here again")
        alice.expect("bob: here again")
        self.assertEqual(1, relay.clients())
        self.assertEqual(NO_ANSWER, bob.end(), "what became of the first message is not known")

    def test_it_waits_for_a_server_that_was_killed(self):
        port = self.lasting_port()
        room = self.open("plain.language=en", listen="127.0.0.1:%d" % port)
        bob = self.filter("bob", room.doors[0])
        bob.wait_for(kind="join", name="bob")
        room.process.kill()
        room.wait_for_exit()
        deaf = self.foreign_server(port=port)
        bob.say("is anybody there?")
        deaf.wait_for(b"is anybody there?")  # once the new room is there, it would join again before it says that
        deaf.close()
        again = self.open("plain.language=en", listen="127.0.0.1:%d" % port)
        again.stderr.wait_for("bob joined")
        self.assertEqual(NO_ANSWER, bob.end(), "it is not known whether the room that ended has taken that")
        self.assertIn("it is not known whether message 1 was taken", bob.stderr.text())

    def test_it_leaves_on_a_signal(self):
        room = self.open("plain.language=en")
        alice, = room.members("alice")
        bob = self.filter("bob", room.doors[0])
        alice.expect("bob joined")
        bob.wait_for(kind="join", name="bob")
        bob.process.send_signal(signal.SIGTERM)
        self.assertEqual(0, bob.wait())
        alice.expect("bob left")

    def test_it_leaves_on_two_signals_at_once_too(self):
        room = self.open("plain.language=en")
        alice, = room.members("alice")
        bob = self.filter("bob", room.doors[0])
        bob.wait_for(kind="join", name="bob")
        for number in (signal.SIGSTOP, signal.SIGINT, signal.SIGTERM, signal.SIGCONT):
            bob.process.send_signal(number)
        self.assertEqual(0, bob.wait())
        alice.expect("bob joined", "bob left")


if __name__ == "__main__":
    unittest.main()
