# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""The plain protocol, datagram by datagram: what is sent to whom, to the byte."""
import unittest

from roomd_process import run_with_defaults
from roomd_room import RoomTest

NAME_TAKEN = "该用户已存在"
NAME_BAD = "姓名不可用 (UTF-8)"
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
        room.client().ask("L alice", NAME_TAKEN)
        alice.expect_silence()

    def test_another_way_to_write_a_name_is_the_same_name(self):
        room = self.open()
        room.members("Alice", "Zoë")
        for name in ("ALICE", "alice", "ａｌｉｃｅ", "alice\ufe0f", "al\u034fice", "zoe\u0308", "ZOE\u0308"):
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
            "empty": "", "with a space": "bob smith", "colon": "bob:", "full-width colon": "bob：", "small colon": "bob﹕", "no-break space": "bob\u00a0x",
            "ideographic space": "bob\u3000x", "the administrator": "管理员x", "Admin": "Admin", "administrator": "the-Administrator",
            "system": "xSYSTEMx", "full-width admin": "ａｄｍｉｎ", "admin and a mark that is not seen": "ad\u034fmin", "accept": "OK", "accept in lower case": "ok", "bye": "exit", "other bye": "Quit",
            "another dialect's accept": "Y", "control character": "bo\x01b", "tab": "bo\tb", "C1": "bo\u0085b", "zero-width joiner": "bo\u200db",
            "zero-width space": "bo\u200bb", "right-to-left override": "bo\u202eb", "private use": "bo\ue000b", "unassigned": "bo\u0378b",
            "line separator": "bo\u2028b", "33 code points": "b" * 33, "66 bytes": "好" * 22, "not UTF-8": b"b\xf6b", "a surrogate": b"b\xed\xa0\x80b",
            "escape sequence": "\x1b[31mbob", "nothing to be seen": "\u3164",
        }
        for number, (why, name) in enumerate(names.items(), 1):
            with self.subTest(why):
                name = name if isinstance(name, bytes) else name.encode()
                # An address each, for answers to strangers are rationed by address and prefix.
                room.client(source="127.%d.0.1" % number).ask(b"L " + name, NAME_BAD)
        alice.expect_silence()

    def test_a_name_that_could_pass_for_the_rooms_own_words_is_refused(self):
        room = self.open("plain.language=en", "plain.accept=welcome", accept="welcome")
        for number, name in enumerate(("Notice", "aNOTICEb", "welcome", "WELCOME", "管理员消息", "OK"), 1):
            with self.subTest(name=name):
                stranger = room.client(source="127.%d.0.1" % number)
                stranger.ask("L " + name, "name not allowed (UTF-8)")

    def test_a_name_as_long_as_allowed_is_taken(self):
        room = self.open()
        for name in ("b" * 32, "好" * 21, "😀" * 16):
            with self.subTest(name=name):
                room.join(name)

    def test_a_name_that_only_contains_a_short_answer_is_taken(self):
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

    def test_in_a_full_room_a_member_still_gets_its_answers(self):
        room = self.open("room.max_members=2", witnesses=False)
        alice, bob = room.join("alice"), room.join("bob")
        alice.expect("bob 进入了聊天室")
        bob.ask("L bob", "OK")
        bob.join("robert")
        alice.expect("bob 退出了聊天室", "robert 进入了聊天室")


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

    def test_a_stranger_that_talks_is_told_once_to_join(self):
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

    def test_what_is_not_utf_8_is_not_forwarded(self):
        room = self.open()
        alice, bob = room.members("alice", "bob")
        for text in (b"\xff", b"caf\xe9", b"\xc0\xaf", b"\xe0\x80\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"good \xe4\xbd", b"\x80 good"):
            with self.subTest(text=text):
                alice.say(text)
                bob.expect_silence()

    def test_control_and_bidi_characters_become_a_space_each(self):
        room = self.open()
        alice, bob = room.members("alice", "bob")
        for character in "\0\x01\a\b\t\n\v\f\r\x1b\x1f\x7f\x80\x85\x9b\u2028\u2029\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069":
            with self.subTest(character=ascii(character)):
                alice.say("a%s%sb" % (character, character))
                bob.expect("alice ： a  b")

    def test_what_joins_emoji_and_letters_is_left_alone(self):
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

    def test_one_who_left_can_come_back(self):
        room = self.open()
        alice, bob = room.members("alice", "bob")
        bob.leave()
        bob.join("bob")
        alice.expect("bob 退出了聊天室", "bob 进入了聊天室")

    def test_a_stranger_that_leaves_is_let_go_and_nobody_is_removed(self):
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

    def test_a_member_that_is_silent_for_too_long_is_told_and_then_removed(self):
        room = self.open("room.idle_timeout=2", witnesses=False)
        alice = room.join("alice")
        self.assertNotIn(alice.receive(), (b"OK", b"EXIT"))
        farewell = alice.receive()
        if farewell != b"EXIT":
            alice.expect("EXIT")
        room.join("alice")


class Newlines(RoomTest):
    def test_whoever_joins_with_a_newline_gets_newlines(self):
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
        room.client().ask("L bob:\n", NAME_BAD + "\n")
        room.client().ask("L bob\n", ROOM_FULL + "\n")


class Backlogs(RoomTest):
    """What members are owed while the room was busy: it is held, spoken to, and let go."""

    def test_many_joins_become_one_line_and_so_do_many_exits(self):
        room = self.open("plain.fold_joins=3")
        alice, = room.members("alice")
        guests = [room.client() for _ in range(3)]
        with room.held():
            for guest, name in zip(guests, "abc"):
                guest.send("L " + name)
        alice.expect("3 人进入了聊天室: a, b, c")
        for guest in guests:
            guest.expect("OK")
        with room.held():
            for guest, name in zip(guests, "abc"):
                guest.send("E " + name)
        alice.expect("3 人退出了聊天室: a, b, c")
        alice.expect_silence()

    def test_a_line_for_many_joins_names_as_many_as_fit_a_small_buffer(self):
        room = self.open()
        alice, = room.members("alice")
        guests = [room.client() for _ in range(60)]
        with room.held():
            for number, guest in enumerate(guests):
                guest.send("L %s%02d" % ("好" * 20, number))
        room.fence()
        line, = alice.pending
        self.assertLessEqual(len(line), 1024)
        self.assertRegex(line.decode(), "^60 人进入了聊天室: " + "好" * 20 + "00, " + "好" * 20 + "01, ")

    def test_few_joins_stay_lines_of_their_own(self):
        room = self.open("plain.fold_joins=3")
        alice, = room.members("alice")
        guests = [room.client() for _ in range(2)]
        with room.held():
            for guest, name in zip(guests, "ab"):
                guest.send("L " + name)
        alice.expect("a 进入了聊天室", "b 进入了聊天室")

    def test_lines_may_share_a_datagram_where_that_is_wanted(self):
        room = self.open("plain.max_lines=3")
        alice, bob, carol = room.members("alice", "bob", "carol")
        with room.held():
            for number in range(4):
                alice.say("%d" % number)
            carol.say("x")
        bob.expect("alice ： 0\nalice ： 1\nalice ： 2", "alice ： 3\ncarol ： x")

    def test_lines_that_share_a_datagram_fit_a_small_buffer(self):
        room = self.open("plain.max_lines=64")
        alice, bob = room.members("alice", "bob")
        with room.held():
            for number in range(20):
                alice.say("%02d %s" % (number, "x" * 17 * number))
        room.fence()
        self.assertLess(len(bob.pending), 20)
        self.assertLessEqual(max(map(len, bob.pending)), 1024)
        self.assertEqual(["alice ： %02d %s" % (number, "x" * 17 * number) for number in range(20)], b"\n".join(bob.pending).decode().split("\n"))

    def test_a_join_is_answered_first_even_where_an_exit_follows_at_once(self):
        # Clients take the first datagram for the answer; a script may send all it has to say without waiting for one.
        room = self.open()
        alice, = room.members("alice")
        script = room.client()
        with room.held():
            for request in ("L script", "C script hello", "E script"):
                script.send(request)
        script.expect("OK", "EXIT")
        alice.expect("script 进入了聊天室", "script ： hello", "script 退出了聊天室")

    def test_an_author_never_gets_its_own_line_among_those_of_others(self):
        room = self.open("plain.max_lines=8")
        alice, bob, carol = room.members("alice", "bob", "carol")
        with room.held():
            for author in (alice, bob, alice, carol, bob):
                author.say("from " + author.name)
        for reader, others in ((alice, (bob, carol, bob)), (bob, (alice, alice, carol)), (carol, (alice, bob, alice, bob))):
            heard = []
            while len(heard) < len(others):
                heard += reader.receive().decode().split("\n")
            self.assertEqual(["%s ： from %s" % (other.name, other.name) for other in others], heard)


class Rationing(RoomTest):
    def test_answers_to_one_address_are_rationed_and_others_still_get_theirs(self):
        room = self.open()
        flooder = room.client(source="127.9.9.9")
        for _ in range(100):
            for _ in range(20):
                flooder.send("E nobody")
            room.fence()
        self.assertIn(b"EXIT", flooder.pending)
        self.assertLess(len(flooder.pending), 2000)
        room.client(source="127.8.8.8").ask("E nobody", "EXIT")

    def test_a_flooded_address_can_still_join(self):
        room = self.open()
        flooder = room.client(source="127.9.9.9")
        for _ in range(100):
            for _ in range(20):
                flooder.send("E nobody")
            room.fence()
        room.client(source="127.9.9.9").join("alice")


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
        room.client().ask("L alice", "N")
        room.client().ask("L al:ice", "N")
        bob = room.join("bob", accept="Y")
        room.client().ask("L carol", "N")
        alice.expect("bob 进入了聊天室")
        bob.say("hello")
        alice.expect("bob ： hello")
        bob.leave(bye=None)
        alice.expect("bob 退出了聊天室")
        bob.expect_silence()

    def test_in_words_of_ones_own(self):
        room = self.open("plain.join=+ {name}", "plain.chat=<{name}> {text}", "plain.exit=- {name}", "plain.notice=! {text}", "plain.accept=welcome",
                         "plain.name_taken=somebody has it", "plain.bye=so long", "plain.bye.QUIT=", accept="welcome")
        alice = room.join("alice", accept="welcome")
        bob = room.join("bob", accept="welcome")
        room.client().ask("L bob", "somebody has it")
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

    def test_the_time_is_shown_where_it_is_asked_for(self):
        room = self.open("plain.chat=[{time}] {name}: {text}")
        alice, bob = room.members("alice", "bob")
        alice.say("hello")
        self.assertRegex(bob.receive().decode(), r"^\[([01]\d|2[0-3]):[0-5]\d\] alice: hello$")

    def test_no_line_equals_an_answer_or_a_bye(self):
        room = self.open("plain.chat={text}")
        alice, bob = room.members("alice", "bob")
        for token in ("EXIT", "QUIT", "OK", NAME_TAKEN, NAME_BAD, ROOM_FULL, REFUSED):
            with self.subTest(token=token):
                alice.say(token)
                room.fence()
                bob.read_waiting()
                self.assertNotIn(token.encode(), bob.pending)
                bob.pending.clear()

    def test_every_built_in_answer_fits_a_small_buffer(self):
        for language in ("zh", "en"):
            with self.subTest(language=language):
                room = self.open("plain.language=" + language, "room.max_members=3")
                room.members("alice")
                for request in ("L alice", "L bob:", "L bob", "C bob hello", "E bob"):
                    stranger = room.client()
                    stranger.send(request)
                    self.assertLessEqual(len(stranger.receive()), 120)

    def test_an_answer_that_does_not_fit_a_small_buffer_is_no_configuration(self):
        for key in ("accept", "name_taken", "name_bad", "room_full", "refused", "bye", "bye.QUIT"):
            with self.subTest(key=key):
                self.assertEqual(0, run_with_defaults("--check", "--set", "plain.%s=%s" % (key, "x" * 120)).returncode)
                self.assertEqual(78, run_with_defaults("--check", "--set", "plain.%s=%s" % (key, "x" * 121)).returncode)


if __name__ == "__main__":
    unittest.main()
