# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
Datagrams that end, stall or fool the chat servers that existing clients were written for: each of these killed most of
the twenty-seven that were tried. Here each is sent by a stranger and by a member, and afterwards every member is served
as before.
"""
import unittest

from roomd_room import RoomTest


class Killers(RoomTest):
    def setUp(self):
        self.room = self.open()
        self.alice, self.bob = self.room.members("alice", "bob")
        self.stranger = self.room.client()

    def assert_served(self):
        """Both members still hear each other, and heard nothing else in between."""
        self.alice.say("are you there?")
        self.bob.expect("alice ： are you there?")
        self.bob.say("I am")
        self.room.fence()
        # The author may have been told that its message was not sent.
        self.assertEqual("bob ： I am".encode(), self.alice.pending[-1])
        self.alice.pending.clear()

    def assert_survives(self, *datagrams):
        for sender in (self.stranger, self.alice):
            for datagram in datagrams:
                with self.subTest(datagram=datagram[:32], sender=sender.name):
                    sender.send(datagram)
                    self.assert_served()

    def test_bytes_that_are_not_utf_8(self):
        self.assert_survives(b"\xff", b"\xff\xfe\x00", b"L \xff", b"C alice \xff", b"C \xff x", b"E \xff", b"\xe4\xbd",
                             bytes(range(128, 256)))

    def test_a_join_without_a_name(self):
        self.assert_survives("L", "L ", "L\n", "LOGIN", "L  ")

    def test_a_message_without_a_name(self):
        self.assert_survives("C", "C ", "C\n", "CHAT", "C  ", "C  x")

    def test_an_exit_without_a_name(self):
        self.assert_survives("Q", "Q ", "Q\n", "QUIT", "E", "EXIT", "Q  ")

    def test_a_message_without_a_text(self):
        self.assert_survives("C alice", "C alice ", "C alice\n", "C nobody")

    def test_the_same_exit_twice(self):
        carol = self.room.join("carol")
        carol.leave()
        self.alice.expect("carol 进入了聊天室", "carol 退出了聊天室")
        self.bob.expect("carol 进入了聊天室", "carol 退出了聊天室")
        carol.ask("E carol", "EXIT")
        self.assert_served()

    def test_an_exit_of_an_unknown_name(self):
        self.assert_survives("Q nobody", "E nobody", "QUIT nobody")

    def test_a_join_repeated_by_its_member(self):
        self.alice.ask("L alice", "OK")
        self.assert_served()

    def test_a_join_repeated_by_somebody_else_does_not_give_the_name_away(self):
        self.stranger.ask("L alice", "该用户已存在")
        self.stranger.send("C alice I am alice")
        self.assert_served()

    def test_a_message_from_a_stranger_is_not_forwarded(self):
        self.stranger.send("C stranger hello")
        self.stranger.send("C alice hello")
        self.bob.expect_silence()
        self.assert_served()

    def test_a_forged_notice_is_not_forwarded(self):
        for notice in ("C 管理员消息 x", "C 管理员消息: x", "管理员消息: x", "C 管理员 x"):
            self.stranger.send(notice)
            self.alice.send(notice)
        self.bob.expect_silence()
        self.assert_served()

    def test_nobody_can_make_another_leave(self):
        self.stranger.send("Q alice")
        self.stranger.send("E bob")
        self.bob.send("Q alice")
        self.room.fence()
        self.assertNotIn(b"EXIT", self.bob.pending)
        self.bob.pending.clear()
        self.assert_served()

    def test_a_member_whose_program_has_ended(self):
        for name in ("carol", "dave"):
            self.room.join(name).close()
            for member in (self.alice, self.bob):
                member.expect(name + " 进入了聊天室")
        for _ in range(20):
            self.assert_served()

    def test_the_end_of_the_console_is_not_the_end_of_the_room(self):
        self.room.type("the last words")
        self.alice.expect("管理员消息: the last words")
        self.bob.expect("管理员消息: the last words")
        self.room.end_of_input()
        self.assert_served()

    def test_nothing_at_all(self):
        self.assert_survives("", "\n", "\r\n", " ", "  ", "\0")

    def test_far_too_much(self):
        self.assert_survives("x" * 1201, "L " + "x" * 65000, "C alice " + "x" * 65000, " " * 65507, b"\0" * 65507)

    def test_unknown_verbs(self):
        self.assert_survives("HELLO alice", "l alice", "X", "LL alice", "GET / HTTP/1.1\r\n\r\n", "%n%s%n%s",
                             "C%n alice x")

    def test_conversion_specifications_in_a_name_and_a_text(self):
        villain = self.room.join("%n%s%p")
        villain.say("%n%n%n%s%s%s")
        for member in (self.alice, self.bob):
            member.expect("%n%s%p 进入了聊天室", "%n%s%p ： %n%n%n%s%s%s")
        self.assert_served()

    def test_the_replies_of_another_server(self):
        for answer in ("OK", "OK\n", "EXIT", "QUIT", "Y", "N", "该用户已存在", "姓名不可用 (UTF-8): 含有空格", "聊天室已满", "请先进入聊天室"):
            self.stranger.send(answer)
        self.stranger.expect_silence()
        self.assert_survives("OK", "EXIT", "Y", "N")


if __name__ == "__main__":
    unittest.main()
