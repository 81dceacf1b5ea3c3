# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""doc/examples/room.py --sequenced with the real server: beside room, on a bad network, and when the room refuses."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from relay import Relay
from roomd_process import PATIENCE_S, Output
from roomd_room import Room
from room_program import Filter
from test_example_client import CTRL_C, END_OF_INPUT, SCRIPT, ClientTest, environment, place

LEFT, USAGE, UNREACHABLE, UNKNOWN, REFUSED = 0, 64, 69, 75, 76
UP, TOKEN = 0xFA, slice(3, 11)
STRANGER = b"\xf9\x01\x04\x00"


class Gossip(Relay):
    """A relay that can also send STRANGER to the client."""

    _last_up = None

    def _forward(self, through, datagram, to):
        if to is None and datagram[0] == UP:
            self._last_up = datagram
        super()._forward(through, datagram, to)

    def tell_stranger(self):
        for client in list(self._behind):
            self._front.sendto(STRANGER + self._last_up[TOKEN], client)


class Example:
    """room.py --sequenced as a filter that runs until its input ends."""

    def __init__(self, name, address):
        self.process = subprocess.Popen(
            [sys.executable, str(SCRIPT), "--sequenced", "--name", name, "%s:%d" % address], env=environment(),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
        self.stdout, self.stderr = Output(self.process.stdout), Output(self.process.stderr)

    def say(self, *lines):
        self.process.stdin.write("".join(line + "\n" for line in lines).encode())

    def end(self):
        self.process.stdin.close()
        return self.wait()

    def wait(self):
        status = self.process.wait(PATIENCE_S * 2)
        self.stdout.join()
        self.stderr.join()
        return status

    def discard(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdin.close()


def in_words(event):
    return {"join": "{name} joined", "chat": "{name}: {text}", "exit": "{name} left"}[event["kind"]].format(**event)


class SequencedTest(ClientTest):
    def relay(self, server, **keywords):
        relay = Gossip(server, **keywords)
        self.addCleanup(relay.close)
        return relay

    def example(self, name, address):
        example = Example(name, address)
        self.addCleanup(example.discard)
        return example

    def room(self, name, address):
        one = Filter(name, address)
        self.addCleanup(one.discard)
        return one


class BesideRoom(SequencedTest):
    def test_over_a_bad_network_both_see_the_same_in_the_same_order(self):
        room = self.open("limits.messages=0", "limits.bytes=0", witnesses=False)
        relay = self.relay(room.doors[0], repeat=0.05, delay=0.002, jitter=0.01,
                           seed=int(os.environ.get("ROOMD_SEED", 1)))
        names = ["e0", "e1", "e2", "r0", "r1"]
        examples, rooms = [], []
        for name in names:  # one after the other: later ones miss only the beginning
            (examples if name[0] == "e" else rooms).append(
                (self.example if name[0] == "e" else self.room)(name, relay.address))
            room.stderr.wait_for("%s joined" % name)
        relay.loss = 0.2
        for one, name in zip(examples + rooms, names):
            one.say(*("%s says %d" % (name, n) for n in range(60)))
        for one in examples:
            for name in names:
                one.stdout.wait_for("^%s: %s says 59$" % (name, name))
        for one in rooms:
            for name in names:
                one.wait_for(kind="chat", name=name, text="%s says 59" % name)
        for one in examples + rooms:
            self.assertEqual(LEFT, one.end(), one.stderr.text())
        everything = [one.stdout.text().splitlines() for one in examples]
        everything += [[in_words(event) for event in one.events()] for one in rooms]
        since_all_are_in = [lines[lines.index("r1 joined"):] for lines in everything]
        first = since_all_are_in[0]
        self.assertEqual(5 * 60, len({line for line in first if " says " in line}))
        for lines in since_all_are_in:
            self.assertEqual(5 * 60, sum(" says " in line for line in lines))
            common = min(len(lines), len(first))  # the first to leave does not see the others leave
            self.assertEqual(first[:common], lines[:common])
        for one in rooms:
            numbers = [event["seq"] for event in one.events()]
            self.assertEqual(numbers, list(range(numbers[0], numbers[0] + len(numbers))))

    def test_nobody_notices_another_address(self):
        room = self.open("plain.language=en")
        alice, = room.members("alice")
        relay = self.relay(room.doors[0])
        carol = self.example("carol", relay.address)
        alice.expect("carol joined")
        for turn in range(3):
            carol.say("turn %d" % turn)
            alice.expect("carol: turn %d" % turn)
            alice.say("answer %d" % turn)
            carol.stdout.wait_for("^alice: answer %d$" % turn)
            relay.move()
        self.assertEqual(LEFT, carol.end(), carol.stderr.text())
        alice.expect("carol left")

    def test_a_session_is_resumed_and_nothing_is_lost_or_said_twice(self):
        room = self.open("plain.language=en")
        alice, = room.members("alice")
        relay = self.relay(room.doors[0])
        carol = self.example("carol", relay.address)
        alice.expect("carol joined")
        carol.say("before")
        alice.expect("carol: before")
        relay.tell_stranger()
        carol.stderr.wait_for("trying to get back in")
        carol.say("meanwhile")
        alice.say("heard meanwhile?")
        carol.stderr.wait_for("You are back in")
        alice.expect("carol: meanwhile")
        carol.stdout.wait_for(r"^alice: heard meanwhile\?$")
        self.assertEqual(LEFT, carol.end(), carol.stderr.text())
        alice.expect("carol left")
        self.assertCountEqual(["carol joined", "carol: before", "alice: heard meanwhile?", "carol: meanwhile"],
                              carol.stdout.text().splitlines())

    def test_a_room_that_was_started_again_is_joined_again_and_messages_under_way_are_not_repeated(self):
        door = self.lasting_door()
        room = Room("plain.language=en", listen=door)
        self.addCleanup(room._discard)
        relay = self.relay(room.doors[0])
        carol = self.example("carol", relay.address)
        carol.stdout.wait_for("^carol joined$")
        carol.say("before")
        carol.stdout.wait_for("^carol: before$")
        relay.cut = True  # so that dave is in before it is back
        carol.say("into the void")
        relay.wait_for(b"into the void")
        room.process.kill()
        room.wait_for_exit()
        room = self.open("plain.language=en", listen=door)
        dave = room.join("dave")
        relay.cut = False
        carol.stderr.wait_for("It is not known whether this was taken, and it is not said again: into the void")
        carol.stderr.wait_for("joining anew")
        dave.read_until(b"carol joined")
        dave.pending.clear()
        carol.say("here again")
        dave.expect("carol: here again")
        self.assertEqual(UNKNOWN, carol.end(), carol.stderr.text())
        dave.expect("carol left")


class AsAFilter(SequencedTest):
    def test_each_line_is_a_message_and_0_means_that_the_room_has_them(self):
        room = self.open("plain.language=en")
        alice, = room.members("alice")
        status, output, errors = self.filter("one\n\n/quit\n你好\n", "--sequenced", "--name", "bot", place(room))
        self.assertEqual((LEFT, "bot joined\nbot: one\nbot: /quit\nbot: 你好\n"), (status, output), errors)
        alice.expect("bot joined", "bot: one", "bot: /quit", "bot: 你好", "bot left")

    def test_a_long_file_is_said_as_fast_as_the_room_takes_it(self):
        room = self.open("plain.language=en", "limits.messages=0", "limits.bytes=0")
        lines = ["line %d" % n for n in range(1000)]
        status, output, errors = self.filter("\n".join(lines), "--sequenced", "--name", "bot", place(room))
        self.assertEqual(LEFT, status, errors)
        self.assertEqual(["bot: " + line for line in lines], output.splitlines()[1:])

    def test_a_client_that_is_asked_to_slow_down_does_and_loses_nothing(self):
        room = self.open("plain.language=en", "limits.messages=20")
        lines = ["line %d" % n for n in range(230)]  # 10 times as many at once are free
        status, output, errors = self.filter("\n".join(lines), "--sequenced", "--name", "bot", place(room))
        self.assertEqual(LEFT, status, errors)
        self.assertEqual(["bot: " + line for line in lines], output.splitlines()[1:])

    def test_messages_that_the_room_does_not_take_are_reported(self):
        room = self.open("plain.language=en")
        status, output, errors = self.filter("x" * 901 + "\nshort\n", "--sequenced", "--name", "bot", place(room))
        self.assertEqual((REFUSED, ["bot joined", "bot: short"]), (status, output.splitlines()), errors)
        self.assertIn("Not taken, it is too long", errors)

    def test_refusals_are_told_in_words(self):
        room = self.open()
        room.members("alice")
        plain_only = self.open("sequenced.enabled=no")
        for there, name, words in ((room, "alice", "somebody has that name"),
                                   (room, "admin", "nobody can have that name"),
                                   (plain_only, "carol", "try without --sequenced")):
            status, output, errors = self.filter("x\n", "--sequenced", "--name", name, place(there))
            self.assertEqual((REFUSED, ""), (status, output), errors)
            self.assertIn(words, errors)

    def test_without_its_folder_it_says_what_to_copy(self):
        with tempfile.TemporaryDirectory(prefix="roomd-test-") as folder:
            alone = shutil.copy(SCRIPT, folder)
            result = subprocess.run([sys.executable, alone, "--sequenced", "--name", "bot", "127.0.0.1"], check=False,
                                    env=environment(), stdin=subprocess.DEVNULL, capture_output=True,
                                    timeout=PATIENCE_S)
        self.assertEqual((USAGE, b""), (result.returncode, result.stdout))
        self.assertIn(b"needs the folder 'sequenced'", result.stderr)

    def test_if_nobody_answers_it_says_what_to_check(self):
        closed = self.lasting_door()
        status, output, errors = self.filter("one\n", "--sequenced", "--name", "bot", closed)
        self.assertEqual((UNREACHABLE, ""), (status, output), errors)
        self.assertIn("firewall", errors)


class AtATerminal(SequencedTest):
    def test_it_asks_for_a_name_until_it_is_in_speaks_hears_and_leaves(self):
        room = self.open("plain.language=en")
        alice, = room.members("alice")
        carol = self.typist("--sequenced", place(room))
        carol.type("Alice")
        carol.sees("no: somebody has that name")
        carol.type("a b")
        carol.sees("no: nobody can have that name")
        carol.type("carol")
        alice.expect("carol joined")
        carol.sees("You are in lobby as carol")
        carol.sees("^Here: .*alice, carol")
        carol.type("hello  there")
        alice.expect("carol: hello  there")
        alice.say("hello carol")
        carol.sees("^alice: hello carol\r$")
        carol.type("/quit")
        alice.expect("carol left")
        self.assertEqual(LEFT, carol.ends())

    def test_every_way_to_end_it_leaves_the_room(self):
        room = self.open("plain.language=en")
        alice, = room.members("alice")
        for way in (END_OF_INPUT, CTRL_C):
            carol = self.typist("--sequenced", "--name", "carol", place(room))
            alice.expect("carol joined")
            carol.sees("You are in")
            carol.type(way, ending="")
            alice.expect("carol left")
            self.assertEqual(LEFT, carol.ends(), carol.output.text())
            self.assertNotIn("Traceback", carol.output.text())

    def test_a_removed_member_is_told_and_ends(self):
        room = self.open()
        carol = self.typist("--sequenced", "--name", "carol", place(room))
        carol.sees("You are in")
        room.type("/kick carol enough for today")
        carol.sees("The administrator has removed you")
        self.assertEqual(REFUSED, carol.ends())


if __name__ == "__main__":
    unittest.main()
