# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""doc/examples/room.py: at a terminal, as a filter, and when the network or the room refuses."""
import contextlib
import fcntl
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import termios
import unittest

import own_network
from roomd_process import PATIENCE_S, Output
from roomd_room import RoomTest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "doc" / "examples" / "room.py"
END_OF_INPUT, CTRL_C = "\x04", "\x03"


def take_terminal():
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def command(*arguments):
    return [sys.executable, str(SCRIPT), *arguments]


def environment():
    return dict(os.environ, PYTHONUTF8="1")


def place(room, door=0):
    host, port = room.doors[door]
    return ("[%s]:%d" if ":" in host else "%s:%d") % (host, port)


class Typist:
    """A user that runs the client at a terminal."""

    def __init__(self, *arguments):
        ours, theirs = os.openpty()
        try:
            self.process = subprocess.Popen(command(*arguments), env=environment(), preexec_fn=take_terminal,
                                            stdin=theirs, stdout=theirs, stderr=theirs)
        finally:
            os.close(theirs)
        self._terminal = ours
        self.output = Output(os.fdopen(os.dup(ours), "rb", buffering=0))

    def type(self, line, ending="\n"):
        os.write(self._terminal, (line + ending).encode())

    def sees(self, pattern):
        return self.output.wait_for(pattern)

    def ends(self):
        status = self.process.wait(PATIENCE_S)
        self.output.join()
        return status

    def discard(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._terminal)
        self.output.join()


class FakeRoom:
    """A server that the test plays."""

    def __init__(self, port=0):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(PATIENCE_S)
        self.socket.bind(("127.0.0.1", port))
        self.doors = [self.socket.getsockname()]
        self.peer = None

    def hear(self):
        datagram, self.peer = self.socket.recvfrom(65535)
        return datagram

    def hear_past(self, past):
        """The next datagram that is not a repetition of the one before."""
        while True:
            datagram = self.hear()
            if datagram != past:
                return datagram

    def say(self, text):
        self.socket.sendto(text.encode(), self.peer)

    def close(self):
        self.socket.close()


class ClientTest(RoomTest):
    def typist(self, *arguments):
        typist = Typist(*arguments)
        self.addCleanup(typist.discard)
        return typist

    def fake_room(self, port=0):
        room = FakeRoom(port)
        self.addCleanup(room.close)
        return room

    def start_filter(self, *arguments):
        process = subprocess.Popen(command(*arguments), env=environment(), stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(self.end_filter, process)
        return process

    @staticmethod
    def end_filter(process):
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            with contextlib.suppress(OSError):
                stream.close()

    def filter(self, text, *arguments):
        """Runs the client to its end; its exit status, stdout and stderr."""
        process = self.start_filter(*arguments)
        output, errors = process.communicate(text.encode(), PATIENCE_S)
        return process.returncode, output.decode(), errors.decode()


class AtATerminal(ClientTest):
    def test_it_asks_for_a_name_joins_speaks_hears_and_leaves(self):
        room = self.open()
        alice, = room.members("alice")
        carol = self.typist(place(room))
        carol.type("carol")
        alice.expect("carol 进入了聊天室")
        carol.sees("You are in")
        carol.type("hello  there")
        alice.expect("carol ： hello  there")
        alice.say("hello carol")
        carol.sees("^alice ： hello carol\r$")
        carol.type("/quit")
        alice.expect("carol 退出了聊天室")
        self.assertEqual(0, carol.ends())
        self.assertNotIn("EXIT", carol.output.text())

    def test_every_way_to_end_it_leaves_the_room(self):
        room = self.open()
        alice, = room.members("alice")
        ways = {"end of input": lambda carol: carol.type(END_OF_INPUT, ending=""),
                "Ctrl-C": lambda carol: carol.type(CTRL_C, ending=""),
                "SIGTERM": lambda carol: carol.process.send_signal(signal.SIGTERM),
                "SIGHUP": lambda carol: carol.process.send_signal(signal.SIGHUP)}
        for way, end in ways.items():
            with self.subTest(way):
                carol = self.typist("--name", "carol", place(room))
                alice.expect("carol 进入了聊天室")
                carol.sees("You are in")
                end(carol)
                alice.expect("carol 退出了聊天室")
                self.assertEqual(0, carol.ends(), carol.output.text())
                self.assertNotIn("Traceback", carol.output.text())

    def test_a_taken_name_is_reported_and_another_one_asked_for(self):
        room = self.open()
        alice = room.client(source="127.0.0.9").join("alice")
        carol = self.typist("--name", "Alice", place(room))
        carol.sees("no: 该用户已存在")
        carol.type("a b")
        carol.sees("no: 姓名不可用")
        carol.type("")
        carol.type("carol")
        alice.expect("carol 进入了聊天室")
        carol.type("/quit")
        self.assertEqual(0, carol.ends())

    def test_without_a_name_it_does_not_join(self):
        room = self.open()
        for key in (END_OF_INPUT, CTRL_C):
            carol = self.typist(place(room))
            carol.sees("Your name")
            carol.type(key, ending="")
            self.assertEqual(0, carol.ends())
            self.assertNotIn("Traceback", carol.output.text())

    def test_in_the_written_design_a_refusal_is_explained(self):
        room = self.open("plain.dialect=yn", accept="Y")
        alice = room.client(source="127.0.0.9").join("alice", accept="Y")
        carol = self.typist("--dialect", "yn", "--name", "alice", place(room))
        carol.sees("the name is taken or not allowed")
        carol.type("carol")
        alice.expect("carol 进入了聊天室")
        carol.type("Y")
        alice.expect("carol ： Y")
        carol.type("/quit")
        alice.expect("carol 退出了聊天室")
        self.assertEqual(0, carol.ends())

    def test_the_wrong_dialect_is_named(self):
        for option, dialect, accept in (("course", "yn", "OK"), ("yn", "course", "Y")):
            room = self.open("plain.dialect=" + option, accept=accept)
            self.typist("--dialect", dialect, "--name", "carol", place(room)).sees("--dialect " + option)

    def test_a_removed_member_is_told_and_ends(self):
        room = self.open()
        carol = self.typist("--name", "carol", place(room))
        carol.sees("You are in")
        room.type("/kick carol enough for today")
        carol.sees("enough for today")
        self.assertEqual(76, carol.ends())

    def test_a_line_too_long_for_any_room_is_not_sent(self):
        room = self.open()
        alice, = room.members("alice")
        process = self.start_filter("--name", "carol", place(room))
        output, errors = process.communicate(("x" * 1300 + "\nshort\n").encode(), PATIENCE_S)
        self.assertIn(b"too long", errors)
        alice.expect("carol 进入了聊天室", "carol ： short", "carol 退出了聊天室")


class AsAFilter(ClientTest):
    def test_each_line_is_a_message(self):
        room = self.open()
        alice, = room.members("alice")
        status, output, errors = self.filter("one\n\n/quit\n你好\n", "--name", "bot", place(room))
        self.assertEqual((0, ""), (status, output), errors)
        alice.expect("bot 进入了聊天室", "bot ： one", "bot ： /quit", "bot ： 你好", "bot 退出了聊天室")

    def test_lines_of_the_room_go_to_stdout_alone(self):
        room = self.open()
        alice, = room.members("alice")
        bot = self.start_filter("--name", "bot", place(room))
        alice.expect("bot 进入了聊天室")
        alice.say("hello bot")
        self.assertEqual("alice ： hello bot\n", bot.stdout.readline().decode())
        bot.stdin.close()
        alice.expect("bot 退出了聊天室")
        self.assertEqual(0, bot.wait(PATIENCE_S))
        self.assertEqual(b"", bot.stdout.read())

    def test_in_the_written_design_too(self):
        room = self.open("plain.dialect=yn", accept="Y")
        alice = room.join("alice", accept="Y")
        status, output, errors = self.filter("one\ntwo\n", "--dialect", "yn", "--name", "bot", place(room))
        self.assertEqual((0, ""), (status, output), errors)
        alice.expect("bot 进入了聊天室", "bot ： one", "bot ： two", "bot 退出了聊天室")

    def test_a_taken_name_ends_it(self):
        room = self.open()
        room.members("alice")
        status, output, errors = self.filter("one\n", "--name", "alice", place(room))
        self.assertEqual((76, ""), (status, output))
        self.assertIn("该用户已存在", errors)

    @unittest.skipUnless(own_network.has_ipv6(), "this machine has no IPv6 loopback address")
    def test_an_ipv6_address_is_written_in_brackets(self):
        room = self.open(listen="[::1]:0")
        alice, = room.members("alice")
        self.assertEqual(0, self.filter("one\n", "--name", "bot", place(room))[0])
        alice.expect("bot 进入了聊天室", "bot ： one", "bot 退出了聊天室")

    def test_a_name_is_tried_at_each_of_its_addresses(self):
        try:
            families = {found[0] for found in socket.getaddrinfo("localhost", 1, type=socket.SOCK_DGRAM)}
        except socket.gaierror:
            self.skipTest("this machine does not know localhost")
        for address, family in (("127.0.0.1:0", socket.AF_INET), ("[::1]:0", socket.AF_INET6)):
            if family in families and (family == socket.AF_INET or own_network.has_ipv6()):
                with self.subTest(address):
                    room = self.open(listen=address)
                    status, _, errors = self.filter("", "--name", "bot", "localhost:%d" % room.doors[0][1])
                    self.assertEqual(0, status, errors)

    def test_an_impossible_argument_is_a_usage_error(self):
        for arguments in ((), ("127.0.0.1",), ("--name", "bot"), ("--name", "bot", "127.0.0.1:0"),
                          ("--name", "bot", "[::1"), ("--name", "bot", "host:port"), ("--name", "bot", "host:65536"),
                          ("--name", "bot", ":8888"), ("--name", "bot", "--dialect", "other", "127.0.0.1"),
                          ("--what", "127.0.0.1")):
            with self.subTest(arguments):
                status, output, errors = self.filter("", *arguments)
                self.assertEqual((64, ""), (status, output), errors)
                self.assertNotIn("Traceback", errors)


class OnABadNetwork(ClientTest):
    def test_a_lost_join_is_repeated_from_the_same_socket(self):
        room = self.fake_room()
        carol = self.typist("--name", "carol", place(room))
        self.assertEqual(b"L carol", room.hear())
        first = room.peer
        self.assertEqual(b"L carol", room.hear())
        self.assertEqual(first, room.peer)
        room.say("OK")
        room.say("OK")  # the late reply to the first
        carol.sees("You are in")
        room.say("end of story")
        carol.sees("^end of story")
        self.assertNotRegex(carol.output.text(), "(?m)^OK")

    def test_a_line_of_the_room_is_not_taken_for_a_refusal(self):
        # The accept was lost, and a member speaks.
        room = self.fake_room()
        carol = self.typist("--name", "carol", place(room))
        room.hear()
        room.say("alice ： hello")
        self.assertEqual(b"L carol", room.hear())
        room.say("OK")
        carol.sees("You are in")

    def test_a_lost_exit_is_repeated(self):
        room = self.fake_room()
        carol = self.typist("--name", "carol", place(room))
        room.hear()
        room.say("OK")
        carol.sees("You are in")
        carol.type("/quit")
        self.assertEqual([b"E carol"] * 2, [room.hear(), room.hear()])
        room.say("EXIT")
        self.assertEqual(0, carol.ends())

    def test_a_room_that_never_says_goodbye_is_left_all_the_same(self):
        room = self.fake_room()
        carol = self.typist("--name", "carol", place(room))
        room.hear()
        room.say("OK")
        carol.sees("You are in")
        carol.type("/quit")
        self.assertEqual(0, carol.ends())

    def test_no_control_sequence_reaches_the_terminal(self):
        room = self.fake_room()
        carol = self.typist("--name", "carol", place(room))
        room.hear()
        room.say("")
        room.say("OK")
        room.say("a\x1b[2Jb\u202ec\x07d\x9be\n第二 e\u200d")
        room.say("")
        room.socket.sendto(b"not UTF-8: \xff.", room.peer)
        room.say("that was all")
        carol.sees("^that was all")
        shown = carol.output.text()
        self.assertIn("a\ufffd[2Jbc\ufffdd\ufffde\r\n第二 e\u200d\r\nnot UTF-8: \ufffd.\r\n", shown)
        self.assertIsNone(re.search("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]", shown))

    def test_a_datagram_from_another_address_is_ignored(self):
        room, stranger = self.fake_room(), self.fake_room()
        carol = self.typist("--name", "carol", place(room))
        room.hear()
        stranger.socket.sendto(b"OK", room.peer)
        self.assertEqual(b"L carol", room.hear())
        room.say("OK")
        stranger.socket.sendto("forged".encode(), room.peer)
        room.say("real")
        carol.sees("^real")
        self.assertNotIn("forged", carol.output.text())

    def test_a_room_that_was_started_again_is_joined_again(self):
        port = self.lasting_port()
        room = self.fake_room(port)
        carol = self.typist("--name", "carol", place(room))
        room.hear()
        room.say("OK")
        carol.sees("You are in")
        room.close()
        carol.type("is anybody there?")
        carol.sees("Nobody answers there any more")
        room = self.fake_room(port)
        self.assertEqual(b"L carol", room.hear())
        room.say("OK")
        carol.type("so there is")
        self.assertEqual(b"C carol so there is", room.hear_past(b"L carol"))

    def test_if_nobody_answers_it_says_what_to_check(self):
        closed = self.lasting_door()
        silent = self.fake_room()
        filters = {"closed": self.start_filter("--name", "bot", closed),
                   "silent": self.start_filter("--name", "bot", place(silent))}
        for what, process in filters.items():
            with self.subTest(what):
                output, errors = process.communicate(b"one\n", PATIENCE_S)
                self.assertEqual((69, b""), (process.returncode, output), errors)
                self.assertIn(b"firewall", errors)
                self.assertEqual(what == "closed", b"Nobody answers at " + closed.split(":")[0].encode() in errors)
        self.assertEqual([b"L bot"] * 3 + [b"E bot"], [silent.hear() for _ in range(4)])

    def test_a_machine_that_is_not_there_is_named(self):
        for host in ("no..name", "[fe80::1%no-such-interface]"):  # neither goes to a name server
            with self.subTest(host):
                status, _, errors = self.filter("", "--name", "bot", host)
                self.assertEqual(69, status, errors)
                self.assertIn(host.strip("[]"), errors)
                self.assertNotIn("Traceback", errors)


if __name__ == "__main__":
    unittest.main()
