# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""The administrator's lines: on the console and through the FIFO."""
import contextlib
import os
import stat
import subprocess
import tempfile
import unittest

from roomd_process import PATIENCE_S, Output
from roomd_room import RoomTest


class Console(RoomTest):
    def test_a_line_is_a_notice_to_all(self):
        room = self.open(witnesses=False)
        alice = room.join("alice")
        bob = room.join("bob", ending="\n")
        alice.expect("bob 进入了聊天室")
        room.type("the room closes at ten")
        alice.expect("管理员消息: the room closes at ten")
        bob.expect("管理员消息: the room closes at ten\n")
        room.answers("announced to 2 members$")

    def test_the_answer_counts_the_members_that_were_reached(self):
        room = self.open(witnesses=False)
        room.type("to nobody")
        room.answers("announced to 0 members$")
        room.join("alice")
        room.type("to alice")
        room.answers("announced to 1 member$")

    def test_two_slashes_begin_a_notice_with_one(self):
        room = self.open()
        alice, = room.members("alice")
        room.type("//help is a command")
        alice.expect("管理员消息: /help is a command")

    def test_spaces_within_a_notice_are_kept(self):
        room = self.open()
        alice, = room.members("alice")
        room.type("  two  spaces  ")
        self.assertIn("two  spaces", alice.receive().decode())

    def test_a_line_may_end_in_a_carriage_return_too(self):
        room = self.open()
        alice, = room.members("alice")
        room.type("from another world", ending="\r\n")
        alice.expect("管理员消息: from another world")

    def test_an_empty_line_says_nothing(self):
        room = self.open()
        alice, = room.members("alice")
        room.type("")
        room.type("", ending="\r\n")
        room.type("something")
        alice.expect("管理员消息: something")

    def test_a_last_line_without_an_ending_is_announced_too(self):
        room = self.open()
        alice, = room.members("alice")
        room.type("first")
        room.type("last", ending="")
        room.end_of_input()
        alice.expect("管理员消息: first", "管理员消息: last")
        room.join("bob")

    def test_a_line_may_come_in_pieces(self):
        room = self.open()
        alice, = room.members("alice")
        for piece in ("in ", "three ", "pieces, 你".encode()[:-1]):
            room.type(piece, ending="")
            room.fence()
        room.type("你".encode()[-1:])
        alice.expect("管理员消息: in three pieces, 你")

    def test_help_lists_the_commands(self):
        room = self.open(witnesses=False)
        room.type("/help")
        for command in ("/members", "/kick NAME", "/stats", "/help", "/stop"):
            room.answers(command)

    def test_members_are_listed_with_their_addresses(self):
        room = self.open(witnesses=False)
        alice, bob = room.join("alice"), room.join("李雷")
        room.type("/members")
        for member in (alice, bob):
            room.answers(r"%s.*127\.0\.0\.1:%d" % (member.name, member.socket.getsockname()[1]))

    def test_statistics_are_shown(self):
        room = self.open(witnesses=False)
        room.join("alice")
        room.type("/stats")
        room.answers("^members 1$")
        room.answers("^datagrams_received_total 1$")

    def test_a_kicked_member_is_removed_and_told_so(self):
        room = self.open()
        alice, bob = room.members("alice", "bob")
        room.type("/kick alice spoke too loudly")
        bob.expect("alice 退出了聊天室")
        alice.joined = False
        room.fence()
        reason, bye = alice.pending
        self.assertIn("spoke too loudly", reason.decode())
        self.assertEqual(b"EXIT", bye)
        alice.pending.clear()
        bob.say("is she gone?")
        alice.expect_silence()
        alice.ask("L alice", "您现在不能进入聊天室")  # not at once

    def test_a_kick_of_nobody_is_reported_as_impossible(self):
        room = self.open()
        alice, = room.members("alice")
        room.type("/kick nobody")
        room.answers("nobody")
        room.type("/kick")
        room.answers("(?i)name|usage")
        alice.expect_silence()

    def test_stop_ends_the_program(self):
        room = self.open()
        room.type("/stop")
        self.assertEqual(0, room.wait_for_exit())

    def test_the_last_message_is_delivered(self):
        room = self.open(witnesses=False)
        clients = [room.join("m%d" % number) for number in range(50)]
        room.type("that was all\n/stop")
        self.assertEqual(0, room.wait_for_exit())
        for client in clients:
            client.read_waiting()
            self.assertEqual("管理员消息: that was all", client.pending[-1].decode())

    def test_an_unknown_command_is_not_announced_and_gets_a_hint(self):
        room = self.open()
        alice, = room.members("alice")
        room.type("/membrs")
        room.answers("/membrs.*/(members|help)|/(members|help).*/membrs")
        room.type("/xyzzy")
        room.answers("/xyzzy.*/help|/help.*/xyzzy")
        alice.expect_silence()

    def test_a_line_that_is_too_long_is_refused_whole(self):
        room = self.open()
        alice, = room.members("alice")
        for length in (901, 5000, 200000):
            with self.subTest(length=length):
                room.type("x" * length)
                room.answers("^not announced: .* bytes")
        room.type("x" * 900)
        alice.expect("管理员消息: " + "x" * 900)

    def test_a_line_that_is_not_utf_8_is_refused(self):
        room = self.open()
        alice, = room.members("alice")
        room.type(b"caf\xe9")
        room.answers("UTF-8")
        alice.expect_silence()

    def test_control_characters_of_a_notice_become_spaces(self):
        room = self.open()
        alice, = room.members("alice")
        room.type("a\x1b[31mb\tc\u202ed")
        alice.expect("管理员消息: a [31mb c d")

    def test_a_regular_file_is_read_once(self):
        with tempfile.TemporaryFile() as script:
            script.write("first\n/help\n".encode())
            script.seek(0)
            room = self.open(stdin=script, witnesses=False)
            room.answers("announced to 0 members$")
            room.answers("/members")
            room.join("alice")

    def test_the_console_can_be_turned_off(self):
        room = self.open("admin.stdin=no")
        alice, = room.members("alice")
        room.type("/stop")
        room.type("is this on?")
        alice.expect_silence()


class Terminal(RoomTest):
    """A program on a terminal shows the events."""

    def open_terminal(self):
        ours, theirs = os.openpty()
        self.addCleanup(os.close, ours)
        room = self.open(stdin=theirs, before_exec=lambda: os.dup2(theirs, 1))
        os.close(theirs)
        return room, ours

    def open_on_screen(self):
        room, terminal = self.open_terminal()
        return room, terminal, Output(os.fdopen(os.dup(terminal), "rb", buffering=0))

    def test_it_says_how_to_use_it(self):
        _, _, screen = self.open_on_screen()
        screen.wait_for("Type a line to announce it, /help for commands")

    def test_joins_messages_exits_and_answers_are_shown(self):
        room, terminal, screen = self.open_on_screen()
        alice, = room.members("alice")
        screen.wait_for(r"alice joined.*127\.0\.0\.1:%d" % alice.socket.getsockname()[1])
        alice.say("hello")
        screen.wait_for("alice: hello")
        os.write(terminal, b"a notice\n")
        alice.expect("管理员消息: a notice")
        screen.wait_for("announced to 3 members")
        alice.leave()
        screen.wait_for("alice left")

    def test_no_control_sequence_reaches_the_terminal(self):
        room, _, screen = self.open_on_screen()
        mallory, = room.members("mallory")
        room.client().send("L \x1b]0;x\a")
        mallory.say("\x1b[2J\x9b2J\u202eabc")
        screen.wait_for("abc")
        self.assertNotRegex(screen.text(), "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]")

    def test_a_terminal_that_nobody_reads_does_not_stall_the_room(self):
        room, _ = self.open_terminal()
        alice, bob = room.members("alice", "bob")
        for number in range(300):
            alice.say("%d %s" % (number, "x" * 500))
            bob.expect("alice ： %d %s" % (number, "x" * 500))


class Readers(RoomTest):
    """The reader of the console's answers may stall or leave; the room goes on."""

    def assert_served(self, room):
        alice, bob = room.members("alice", "bob")
        for _ in range(3):
            room.type("/help")
            room.type("hello")
            alice.expect("管理员消息: hello")
            bob.expect("管理员消息: hello")
            alice.say("are you there?")
            bob.expect("alice ： are you there?")

    def test_a_reader_that_left(self):
        ours, theirs = os.pipe()
        os.close(ours)
        self.addCleanup(os.close, theirs)
        self.assert_served(self.open(before_exec=lambda: os.dup2(theirs, 1)))

    def test_a_reader_that_stalls(self):
        ours, theirs = os.pipe()
        self.addCleanup(os.close, ours)
        self.addCleanup(os.close, theirs)
        os.set_blocking(theirs, False)
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(theirs, b"x" * 4096)
        os.set_blocking(theirs, True)
        self.assert_served(self.open(before_exec=lambda: os.dup2(theirs, 1)))


class Fifo(RoomTest):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="roomd-test-")
        self.addCleanup(folder.cleanup)
        self.fifo = os.path.join(folder.name, "fifo")

    def open_with_fifo(self, *options):
        return self.open("admin.fifo=" + self.fifo, *options)

    def write(self, lines):
        with open(self.fifo, "wb", buffering=0) as writer:
            writer.write(lines.encode())

    def test_a_line_is_a_notice(self):
        room = self.open_with_fifo()
        alice, = room.members("alice")
        self.write("from a script\n")
        alice.expect("管理员消息: from a script")

    def test_a_shell_can_write_to_it(self):
        room = self.open_with_fifo()
        alice, = room.members("alice")
        subprocess.run(["sh", "-c", 'echo "from a shell" > "$1"', "sh", self.fifo], check=True, timeout=PATIENCE_S)
        alice.expect("管理员消息: from a shell")

    def test_writers_come_and_go(self):
        room = self.open_with_fifo()
        alice, = room.members("alice")
        for number in range(5):
            self.write("%d\n" % number)
            alice.expect("管理员消息: %d" % number)

    def test_only_its_owner_reads_and_its_group_writes(self):
        before = os.umask(0o077)
        self.addCleanup(os.umask, before)
        self.open_with_fifo()
        mode = os.lstat(self.fifo).st_mode
        self.assertTrue(stat.S_ISFIFO(mode))
        self.assertEqual(0o620, stat.S_IMODE(mode))

    def test_it_is_removed_at_the_end(self):
        room = self.open_with_fifo()
        self.assertTrue(os.path.exists(self.fifo))
        room.stop()
        self.assertFalse(os.path.lexists(self.fifo))

    def test_commands_are_refused(self):
        room = self.open_with_fifo()
        alice, = room.members("alice")
        self.write("/kick alice\n/stop\n//stop is a command\n")
        alice.expect("管理员消息: /stop is a command")
        alice.expect_silence()

    def test_commands_are_taken_where_they_are_allowed(self):
        room = self.open_with_fifo("admin.fifo_commands=yes")
        alice, bob = room.members("alice", "bob")
        self.write("/kick bob\n")
        alice.expect("bob 退出了聊天室")
        self.write("/stop\n")
        self.assertEqual(0, room.wait_for_exit())

    def test_it_works_beside_the_console(self):
        room = self.open_with_fifo()
        alice, = room.members("alice")
        room.type("from the console")
        alice.expect("管理员消息: from the console")
        self.write("from the fifo\n")
        alice.expect("管理员消息: from the fifo")
        room.end_of_input()
        self.write("still here\n")
        alice.expect("管理员消息: still here")

    def test_the_fifo_of_a_killed_roomd_does_not_matter(self):
        os.mkfifo(self.fifo, 0o600)
        room = self.open_with_fifo()
        alice, = room.members("alice")
        self.write("hello\n")
        alice.expect("管理员消息: hello")


if __name__ == "__main__":
    unittest.main()
