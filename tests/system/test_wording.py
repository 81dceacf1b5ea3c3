# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""Languages, dialects and an administrator's own words."""
import unittest

from roomd_process import run_with_defaults
from roomd_room import RoomTest

NAME_TAKEN = "该用户已存在"
NAME_BAD = "姓名不可用 (UTF-8): 含有空格"
ROOM_FULL = "聊天室已满"
REFUSED = "请先进入聊天室"


class Wording(RoomTest):
    def test_in_english(self):
        room = self.open("plain.language=en")
        alice, = room.members("alice")
        bob = room.join("bob")
        alice.expect("bob joined")
        bob.say("hello")
        alice.expect("bob: hello")
        room.type("a notice")
        alice.expect("Notice: a notice")
        bob.expect("Notice: a notice")
        bob.leave()
        alice.expect("bob left")

    def test_the_dialect_of_the_written_design(self):
        room = self.open("plain.dialect=yn", "room.max_members=4", accept="Y")
        alice = room.join("alice", accept="Y")
        room.client(source="127.0.0.9").ask("L alice", "N")
        room.client().ask("L al:ice", "N")
        bob = room.join("bob", accept="Y")
        room.client().ask("L carol", "N")
        alice.expect("bob 进入了聊天室")
        bob.say("hello")
        alice.expect("bob ： hello")
        bob.leave(bye=None)
        alice.expect("bob 退出了聊天室")
        bob.expect_silence()

    def test_with_wording_of_ones_own(self):
        room = self.open("plain.join=+ {name}", "plain.chat=<{name}> {text}", "plain.exit=- {name}",
                         "plain.notice=! {text}", "plain.accept=welcome", "plain.name_taken=somebody has it",
                         "plain.bye=so long", "plain.bye.QUIT=", accept="welcome")
        alice = room.join("alice", accept="welcome")
        bob = room.join("bob", accept="welcome")
        room.client(source="127.0.0.9").ask("L bob", "somebody has it")
        bob.say("hello")
        alice.expect("+ bob", "<bob> hello")
        room.type("a notice")
        alice.expect("! a notice")
        bob.expect("! a notice")
        bob.leave("Q", bye="so long")
        alice.expect("- bob")
        alice.leave("QUIT", bye=None)
        alice.expect_silence()

    def test_with_verbs_of_ones_own(self):
        room = self.open("plain.join_verbs=E ENTER", "plain.exit_verbs=Q", witnesses=False)
        alice = room.join("alice", verb="E")
        bob = room.join("bob", verb="ENTER")
        alice.expect("bob 进入了聊天室")
        bob.leave("Q")
        alice.expect("bob 退出了聊天室")

    def test_quoted_wording_keeps_its_spaces(self):
        room = self.open(config='[plain]\nchat = " {name}; \\"{text}\\" "\n')
        alice, bob = room.members("alice", "bob")
        alice.say("hello")
        bob.expect(' alice; "hello" ')

    def test_the_time_is_shown_where_a_template_has_it(self):
        room = self.open("plain.chat=[{time}] {name}: {text}")
        alice, bob = room.members("alice", "bob")
        alice.say("hello")
        self.assertRegex(bob.receive().decode(), r"^\[([01]\d|2[0-3]):[0-5]\d\] alice: hello$")

    def test_no_line_equals_a_reply_or_a_bye(self):
        room = self.open("plain.chat={text}")
        alice, bob = room.members("alice", "bob")
        for reply in ("EXIT", "QUIT", "OK", NAME_TAKEN, NAME_BAD, ROOM_FULL, REFUSED):
            with self.subTest(reply=reply):
                alice.say(reply)
                room.fence()
                bob.read_waiting()
                self.assertNotIn(reply.encode(), bob.pending)
                bob.pending.clear()

    def test_every_built_in_reply_fits_a_small_buffer(self):
        for language in ("zh", "en"):
            with self.subTest(language=language):
                room = self.open("plain.language=" + language, "room.max_members=3")
                room.members("alice")
                for request in ("L alice", "L bob:", "L bob", "C bob hello", "E bob"):
                    stranger = room.client()
                    stranger.send(request)
                    self.assertLessEqual(len(stranger.receive()), 120)

    def test_a_reply_that_does_not_fit_a_small_buffer_is_a_mistake(self):
        for key in ("accept", "name_taken", "name_bad", "room_full", "refused", "bye", "bye.QUIT"):
            with self.subTest(key=key):
                self.assertEqual(0, run_with_defaults("--check", "--set", "plain.%s=%s" % (key, "x" * 120)).returncode)
                self.assertEqual(78, run_with_defaults("--check", "--set", "plain.%s=%s" % (key, "x" * 121)).returncode)


if __name__ == "__main__":
    unittest.main()
