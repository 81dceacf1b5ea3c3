# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""The plain protocol, datagram by datagram: what is sent to whom, to the byte."""
import unittest

from roomd_room import RoomTest

NAME_TAKEN = "该用户已存在"
NAME_BAD = "姓名不可用 (UTF-8): "
EMPTY, SPACE, COLON, UNSEEN = "名字是空的", "含有空格", "含有冒号或像冒号的字符", "含有看不见的字符"
MARK, SCRIPTS, RESERVED = "以组合符号开头", "混用了拉丁, 希腊或西里尔字母", "像管理员, 程序或聊天室的消息"
LONG, NOT_UTF8 = "太长", "不是 UTF-8 编码"
ROOM_FULL = "聊天室已满"
REFUSED = "请先进入聊天室"


class Joining(RoomTest):
    def test_a_join_is_answered_ok_and_told_to_the_others(self):
        room = self.open()
        alice = room.join("alice")
        bob = room.client()
        bob.ask("L bob", "OK")
        alice.expect("bob 进入了聊天室")
        alice.expect_silence()

    def test_login_is_a_join_too(self):
        room = self.open()
        alice, = room.members("alice")
        room.join("bob", verb="LOGIN")
        alice.expect("bob 进入了聊天室")

    def test_a_repeated_join_is_answered_again_and_told_to_nobody(self):
        room = self.open()
        alice, bob = room.members("alice", "bob")
        bob.ask("L bob", "OK")
        bob.ask("L bob", "OK")
        alice.expect_silence()
        bob.expect_silence()

    def test_a_join_with_another_name_is_a_rename(self):
        room = self.open()
        alice, bob = room.members("alice", "bob")
        bob.join("robert")
        alice.expect("bob 退出了聊天室", "robert 进入了聊天室")
        bob.expect_silence()
        bob.say("it is me")
        alice.expect("robert ： it is me")
        room.join("bob")

    def test_a_name_that_is_taken_is_refused(self):
        room = self.open()
        alice, = room.members("alice")
        room.client(source="127.0.0.9").ask("L alice", NAME_TAKEN)
        alice.expect_silence()

    def test_another_way_to_write_a_name_is_the_same_name(self):
        room = self.open()
        room.members("Alice", "Zoë")
        for name in ("ALICE", "alice", "ａｌｉｃｅ", "àlice", "a1ice", "ᴀʟɪᴄᴇ", "zoe\u0308", "ZOE\u0308"):
            with self.subTest(name=name):
                room.client().ask("L " + name, NAME_TAKEN)

    def test_a_rename_to_a_name_that_is_taken_leaves_everything_as_it_was(self):
        room = self.open()
        alice, bob = room.members("alice", "bob")
        bob.ask("L ALICE", NAME_TAKEN)
        bob.say("still bob")
        alice.expect("bob ： still bob")

    def test_a_name_is_shown_in_composed_form_and_matched_in_any(self):
        room = self.open()
        bob, = room.members("bob")
        zoe = room.join("Zoe\u0308")
        bob.expect("Zo\u00eb 进入了聊天室")
        zoe.send("C ZO\u00cb hello")
        bob.expect("Zo\u00eb ： hello")

    def test_a_name_that_nobody_may_have_is_refused(self):
        room = self.open()
        alice, = room.members("alice")
        names = {
            EMPTY: [""],
            SPACE: ["bob smith", "bob\u00a0x", "bob\u3000x", "bo\u2028b"],
            COLON: ["bob:", "bob：", "bob﹕", "bob\u2236", "bob\ua789", "\u05c3"],
            UNSEEN: ["bo\x01b", "bo\tb", "bo\u0085b", "\x1b[31mbob", "bo\u200db", "bo\u200bb", "bo\u202eb", "bo\ue000b",
                     "bo\u0378b", "\u3164", "ad\u034fmin", "bob\ufe0f", "\u2800", "bo\u2800b", "bo\ufffcb"],
            MARK: ["\u0301", "\u0301bob"],
            SCRIPTS: ["аdmin", "bοb"],
            RESERVED: ["管理员x", "管理員", "Admin", "ādmin", "the-Administrator", "SYSTEM_x", "ａｄｍｉｎ", "OK", "ok", "exit", "Quit",
                       "Y", "Notice", "***", "--", "room"],
            LONG: ["b" * 33, "好" * 22],
            NOT_UTF8: [b"b\xf6b", b"b\xed\xa0\x80b"],
        }
        for number, (why, name) in enumerate(((why, name) for why in names for name in names[why]), 1):
            with self.subTest(name=name):
                name = name if isinstance(name, bytes) else name.encode()
                # An address each, because replies to strangers are limited by address and prefix.
                room.client(source="127.%d.0.1" % number).ask(b"L " + name, NAME_BAD + why)
        alice.expect_silence()

    def test_a_name_that_could_pass_for_words_of_the_room_is_refused(self):
        room = self.open("plain.language=en", "plain.accept=welcome", accept="welcome")
        for number, name in enumerate(("Notice", "notice_b", "welcome", "WELCOME", "管理员消息", "OK"), 1):
            with self.subTest(name=name):
                stranger = room.client(source="127.%d.0.1" % number)
                stranger.ask("L " + name, "name not allowed (UTF-8): it looks like the administrator, a program or a line")

    def test_a_name_of_the_maximum_length_is_accepted(self):
        room = self.open()
        for name in ("b" * 32, "好" * 21, "😀" * 16):
            with self.subTest(name=name):
                room.join(name)

    def test_a_name_that_only_contains_a_short_reply_is_accepted(self):
        room = self.open()
        for name in ("Nancy", "Booker", "yn", "李雷", "%n%s"):
            with self.subTest(name=name):
                room.join(name)

    def test_a_room_that_is_full_refuses_one_more(self):
        room = self.open("room.max_members=2", witnesses=False)
        alice, bob = room.join("alice"), room.join("bob")
        carol = room.client()
        carol.ask("L carol", ROOM_FULL)
        alice.expect("bob 进入了聊天室")
        bob.leave()
        carol.join("carol")
        alice.expect("bob 退出了聊天室", "carol 进入了聊天室")

    def test_in_a_full_room_a_member_still_gets_its_replies(self):
        room = self.open("room.max_members=2", witnesses=False)
        alice, bob = room.join("alice"), room.join("bob")
        alice.expect("bob 进入了聊天室")
        bob.ask("L bob", "OK")
        bob.join("robert")
        alice.expect("bob 退出了聊天室", "robert 进入了聊天室")


    def test_if_the_plain_protocol_is_off_nobody_is_answered(self):
        room = self.open("plain.enabled=no", witnesses=False)
        stranger = room.client()
        stranger.send("L alice")
        handled = "0"
        while handled == "0":
            room.type("/stats")
            handled = room.answers("^datagrams_received_total ([0-9]+)$").group(1)
        stranger.read_waiting()
        self.assertFalse(stranger.pending)


class Talking(RoomTest):
    def test_a_message_reaches_the_others_to_the_byte_and_not_its_author(self):
        room = self.open()
        alice, bob, carol = room.members("alice", "bob", "carol")
        alice.say("hello")
        bob.expect("alice ： hello")
        carol.expect("alice ： hello")
        alice.expect_silence()

    def test_chat_is_a_message_too(self):
        room = self.open()
        alice, bob = room.members("alice", "bob")
        alice.say("hello", verb="CHAT")
        bob.expect("alice ： hello")

    def test_messages_keep_their_order(self):
        room = self.open()
        alice, bob = room.members("alice", "bob")
        for number in range(20):
            alice.say("%d" % number)
        bob.expect(*("alice ： %d" % number for number in range(20)))

    def test_spaces_within_a_text_are_kept(self):
        room = self.open()
        alice, bob = room.members("alice", "bob")
        for text in ("a  b", " in front", "behind ", "  "):
            with self.subTest(text=text):
                alice.say(text)
                bob.expect("alice ： " + text)

    def test_one_line_ending_is_dropped(self):
        room = self.open()
        alice, bob = room.members("alice", "bob")
        for ending in ("\n", "\r\n"):
            with self.subTest(ending=ending):
                alice.say("hello" + ending)
                bob.expect("alice ： hello")

    def test_an_empty_text_is_ignored_without_a_word(self):
        room = self.open()
        alice, bob = room.members("alice", "bob")
        for request in ("C alice", "C alice ", "C alice \n"):
            alice.send(request)
        bob.expect_silence()
        alice.expect_silence()

    def test_a_message_under_another_name_is_not_forwarded(self):
        room = self.open()
        alice, bob, carol = room.members("alice", "bob", "carol")
        alice.send("C bob hello")
        alice.send("C nobody hello")
        bob.expect_silence()
        carol.expect_silence()

    def test_a_stranger_that_speaks_is_told_once_to_join(self):
        room = self.open()
        alice, = room.members("alice")
        stranger = room.client()
        for name in ("alice", "stranger", "alice"):
            stranger.send("C %s hello" % name)
        stranger.expect(REFUSED)
        stranger.expect_silence()
        alice.expect_silence()

    def test_a_text_of_900_bytes_is_sent_and_one_of_901_is_not(self):
        room = self.open()
        name = "好" * 21 + "a"
        author, reader = room.members(name, "reader")
        author.say("x" * 900)
        reader.expect("%s ： %s" % (name, "x" * 900))
        author.say("好" * 300)
        line = reader.receive()
        self.assertEqual("%s ： %s" % (name, "好" * 300), line.decode())
        self.assertLessEqual(len(line), 1024)
        author.say("x" * 901)
        author.say("好" * 300 + "x")
        reader.expect_silence()

    def test_an_author_is_told_that_its_text_was_too_long(self):
        room = self.open()
        alice, = room.members("alice")
        alice.say("x" * 901)
        self.assertIn("900", alice.receive().decode())

    def test_a_text_that_is_not_utf_8_is_not_forwarded(self):
        room = self.open()
        alice, bob = room.members("alice", "bob")
        for text in (b"\xff", b"caf\xe9", b"\xc0\xaf", b"\xe0\x80\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80",
                     b"good \xe4\xbd", b"\x80 good"):
            with self.subTest(text=text):
                alice.say(text)
                bob.expect_silence()

    def test_control_and_bidi_characters_become_a_space_each(self):
        room = self.open()
        alice, bob = room.members("alice", "bob")
        for character in ("\0\x01\a\b\t\n\v\f\r\x1b\x1f\x7f\x80\x85\x9b\u2028\u2029\u061c\u200e\u200f"
                          "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"):
            with self.subTest(character=ascii(character)):
                alice.say("a%s%sb" % (character, character))
                bob.expect("alice ： a  b")

    def test_joiners_of_emoji_and_letters_are_left_alone(self):
        room = self.open()
        alice, bob = room.members("alice", "bob")
        for text in ("👩\u200d💻", "می\u200cخواهم", "e\u0301", "❤\ufe0f"):
            with self.subTest(text=text):
                alice.say(text)
                bob.expect("alice ： " + text)


class Leaving(RoomTest):
    def test_an_exit_is_answered_with_a_bye_and_told_to_the_others(self):
        for verb, bye in (("E", "EXIT"), ("Q", "EXIT"), ("EXIT", "EXIT"), ("QUIT", "QUIT")):
            with self.subTest(verb=verb):
                room = self.open()
                alice, bob = room.members("alice", "bob")
                bob.leave(verb, bye)
                alice.expect("bob 退出了聊天室")
                alice.say("is he gone?")
                bob.expect_silence()

    def test_words_after_the_name_of_an_exit_are_ignored(self):
        room = self.open()
        alice, bob = room.members("alice", "bob")
        bob.joined = False
        bob.ask("E bob ##", "EXIT")
        alice.expect("bob 退出了聊天室")

    def test_a_member_that_left_can_come_back(self):
        room = self.open()
        alice, bob = room.members("alice", "bob")
        bob.leave()
        bob.join("bob")
        alice.expect("bob 退出了聊天室", "bob 进入了聊天室")

    def test_a_stranger_that_leaves_gets_a_bye_and_nobody_is_removed(self):
        room = self.open()
        alice, bob = room.members("alice", "bob")
        room.client().ask("E alice", "EXIT")
        room.client().ask("QUIT nobody", "QUIT")
        bob.expect_silence()
        alice.say("still here")
        bob.expect("alice ： still here")

    def test_a_member_cannot_make_another_leave(self):
        room = self.open()
        alice, bob, carol = room.members("alice", "bob", "carol")
        carol.send("E alice")
        bob.expect_silence()
        for member in (alice, carol):
            member.say("still here")
            bob.expect("%s ： still here" % member.name)

    def test_a_member_that_is_silent_for_too_long_is_warned_and_then_removed(self):
        room = self.open("room.idle_timeout=2", witnesses=False)
        alice = room.join("alice")
        self.assertNotIn(alice.receive(), (b"OK", b"EXIT"))
        farewell = alice.receive()
        if farewell != b"EXIT":
            alice.expect("EXIT")
        room.join("alice")


class Newlines(RoomTest):
    def test_a_member_that_joins_with_a_newline_gets_newlines(self):
        for ending in ("\n", "\r\n"):
            with self.subTest(ending=ending):
                room = self.open()
                alice, = room.members("alice")
                bob = room.join("bob", ending=ending)
                alice.say("hello")
                carol = room.join("carol")
                carol.leave()
                bob.expect("alice ： hello\n", "carol 进入了聊天室\n", "carol 退出了聊天室\n")
                room.type("a notice")
                bob.expect("管理员消息: a notice\n")
                bob.ask("L bob\n", "OK\n")
                bob.leave(bye="EXIT\n")

    def test_the_others_in_the_room_get_exact_bytes(self):
        room = self.open()
        alice, = room.members("alice")
        bob = room.join("bob", ending="\n")
        alice.expect("bob 进入了聊天室")
        bob.say("hello\n")
        alice.expect("bob ： hello")

    def test_a_refusal_of_a_join_with_a_newline_has_one(self):
        room = self.open("room.max_members=3")
        room.members("alice")
        room.client().ask("L alice\n", NAME_TAKEN + "\n")
        room.client().ask("L bob:\n", NAME_BAD + COLON + "\n")
        room.client().ask("L bob\n", ROOM_FULL + "\n")


if __name__ == "__main__":
    unittest.main()
