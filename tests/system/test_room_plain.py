#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""room with --plain: in rooms of roomd, in each dialect, and in rooms of other servers."""
import pathlib
import signal
import unittest

from room_program import DELIVERED, NO_ANSWER, REFUSED, USAGE, RoomProgramTest, end_of, run_room, start_room

DIALECTS = sorted((pathlib.Path(__file__).parents[2] / "conf" / "dialects").glob("*.conf"))


class RoomPlain(RoomProgramTest):
    def test_lines_go_in_and_events_come_out_without_numbers(self):
        room = self.open("plain.language=en", "sequenced.enabled=no")
        alice, = room.members("alice")
        bob = self.filter("bob", room.doors[0], "--plain", "--language", "en")
        alice.expect("bob joined")
        bob.say("hello")
        alice.expect("bob: hello")
        carol = room.join("carol")
        carol.say("hi: bob")
        carol.leave()
        room.type("tea is ready")
        bob.wait_for(kind="notice", name="", text="tea is ready")
        self.assertEqual(DELIVERED, bob.end(), bob.stderr.text())
        self.assertEqual([("join", "carol", ""), ("chat", "carol", "hi: bob"), ("exit", "carol", ""),
                          ("notice", "", "tea is ready")],
                         [(event["kind"], event["name"], event["text"]) for event in bob.events()])
        self.assertEqual({None}, {event["seq"] for event in bob.events()})

    def test_one_message_is_delivered_in_each_dialect(self):
        for dialect in ["course", "yn", *map(str, DIALECTS)]:
            with self.subTest(dialect=dialect):
                room = self.open("plain.dialect=" + dialect, witnesses=False)
                watcher = self.filter("watcher", room.doors[0])
                watcher.wait_for(kind="join", name="watcher")
                result = run_room("--plain", "--dialect", dialect, "-n", "cron", "-m", "backup done",
                                  "%s:%d" % room.doors[0])
                self.assertEqual((DELIVERED, b""), (result.returncode, result.stderr))
                watcher.wait_for(kind="exit", name="cron")
                self.assertEqual(["backup done"], [event["text"] for event in watcher.events("chat")])
                # Most dialects say that the name was refused, so the user is told how to choose another.
                taken = run_room("--plain", "--dialect", dialect, "-n", "watcher", "-m", "x", "%s:%d" % room.doors[0])
                self.assertEqual(REFUSED, taken.returncode)
                self.assertIn("with --name", taken.stderr.decode())
                watcher.end()

    def test_wrong_dialects_are_reported(self):
        wrong = pathlib.Path(self.folder()) / "wrong.conf"
        wrong.write_text("[plain]\njoin_verb = X\n", encoding="utf-8")
        for arguments, words in ((("--dialect", "curse"), "did you mean course"),
                                 (("--dialect", str(wrong)), "%s:2: unknown key join_verb" % wrong),
                                 (("--dialect", str(wrong) + "x"), "No such file"),
                                 (("--dialect", "x" * 10000), "too long"),
                                 (("--language", "de"), "zh or en"), (("--keepalive", "0"), "seconds"),
                                 (("--keepalive", "1x"), "seconds")):
            with self.subTest(arguments=arguments):
                result = run_room("--plain", *arguments, "-m", "x", "127.0.0.1:1")
                self.assertEqual(USAGE, result.returncode)
                self.assertIn(words, result.stderr.decode())
        result = run_room("--dialect", "yn", "-m", "x", "127.0.0.1:1")
        self.assertEqual(USAGE, result.returncode)
        self.assertIn("belong to --plain", result.stderr.decode())

    def test_words_of_another_server_are_a_line(self):
        server = self.foreign_server()
        bob = self.filter("bob", server.address, "--plain")
        server.expect("L bob", "OK", "\nWelcome to \x1b[31mmy room", b"\xff", "\ncarol ： hi")
        bob.wait_for(kind="chat", name="carol", text="hi")
        self.assertEqual([("line", "", "Welcome to \x1b[31mmy room"), ("line", "", "\ufffd"), ("chat", "carol", "hi")],
                         [(event["kind"], event["name"], event["text"]) for event in bob.events()])
        bob.process.stdin.close()
        server.expect("Q bob", "EXIT")
        self.assertEqual(DELIVERED, bob.wait())

    def test_for_people_lines_are_escaped_and_otherwise_as_they_came(self):
        server = self.foreign_server()
        process = start_room("-n", "bob", "--plain", "%s:%d" % server.address, stdin=-1, stdout=-1)
        server.expect("L bob", "OK", "\nWelcome to \x1b[31mmy room", "\ncarol ： hi", "EXIT")
        self.assertEqual((REFUSED, "room: the administrator has removed you\n"), end_of(process))
        self.assertEqual("Welcome to \\x1b[31mmy room\ncarol: hi\n", process.output.decode())

    def test_without_a_bye_nobody_knows_whether_it_was_heard(self):
        server = self.foreign_server()
        process = start_room("-n", "bob", "--plain", "-m", "hello", "%s:%d" % server.address)
        server.expect("L bob", "OK")
        server.expect("C bob hello")
        server.expect("Q bob")
        status, stderr = end_of(process)
        self.assertEqual(NO_ANSWER, status)
        self.assertIn("there was no bye", stderr)

    def test_a_dialect_without_a_bye_has_nothing_to_wait_for(self):
        server = self.foreign_server()
        process = start_room("-n", "bob", "--plain", "--dialect", "yn", "-m", "hello", "%s:%d" % server.address)
        server.expect("L bob", "Y")
        server.expect("C bob hello")
        server.expect("E bob")
        self.assertEqual((DELIVERED, ""), end_of(process))

    def test_a_server_that_has_forgotten_it_is_joined_again(self):
        server = self.foreign_server()
        bob = self.filter("bob", server.address, "--plain")
        server.expect("L bob", "OK")
        bob.say("one")
        server.expect("C bob one", "请先进入聊天室")
        server.expect("L bob", "OK")
        bob.say("two")
        server.expect("C bob two")
        bob.process.stdin.close()
        server.expect("Q bob", "EXIT")
        self.assertEqual(DELIVERED, bob.wait())

    def test_a_server_that_was_restarted_is_joined_again_from_the_same_port(self):
        door = self.lasting_door()
        room = self.open("plain.language=en", listen=door)
        bob = self.filter("bob", room.doors[0], "--plain", "--language", "en")
        port = room.stderr.wait_for(r"bob joined from 127\.0\.0\.1:(\d+)").group(1)
        room.stop(signal.SIGTERM)
        bob.say("is anybody there?")
        room = self.open("plain.language=en", listen=door)
        room.stderr.wait_for(r"bob joined from 127\.0\.0\.1:%s\b" % port)
        self.assertEqual(DELIVERED, bob.end(), bob.stderr.text())

    def test_joins_are_repeated_only_where_that_was_asked_for(self):
        server = self.foreign_server()
        bob = self.filter("bob", server.address, "--plain", "--keepalive", "1")
        for _ in range(3):
            server.expect("L bob", "OK")
        bob.process.stdin.close()
        request = server.receive()
        while request == "L bob":
            server.send("OK")
            request = server.receive()
        self.assertEqual("Q bob", request)
        server.send("EXIT")
        self.assertEqual(DELIVERED, bob.wait())
        self.assertEqual([], bob.events())

    def test_a_file_is_said_line_by_line(self):
        server = self.foreign_server()
        file = pathlib.Path(self.folder()) / "file"
        file.write_text("one\n\n  \ntwo", encoding="utf-8")
        with open(file, "rb") as stdin:
            bob = self.filter("bob", server.address, "--plain", stdin=stdin)
        server.expect("L bob", "OK")
        server.expect("C bob one")
        server.expect("C bob two")
        server.expect("Q bob", "EXIT")
        self.assertEqual(DELIVERED, bob.wait(), "blank lines are nothing to say")


if __name__ == "__main__":
    unittest.main()
