# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""The log: of the program itself and of the room, and the lines that are left out."""
import os
import re
import signal
import unittest

from roomd_process import Output, run_with_defaults
from roomd_room import RoomTest

STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d"


def logged(room):
    """All lines of the log so far, without their times."""
    return [re.sub("^%s " % STAMP, "", line) for line in room.stderr.text().split("\n")]


class Lines(RoomTest):
    def test_each_line_has_its_time_but_for_the_one_that_scripts_wait_for(self):
        room = self.open(environment={"TZ": "XXX-05:45"})
        room.members("alice")
        room.stop(signal.SIGINT)
        lines = room.stderr.text().split("\n")
        ready = [line for line in lines if not re.match(STAMP + " roomd: ", line)]
        self.assertEqual(1, len(ready), lines)
        self.assertRegex(ready[0], r"^roomd: room lobby is open on 127\.0\.0\.1:\d+$")
        self.assertRegex(lines[-1], r"\+05:45 roomd: ending on SIGINT$")

    def test_the_level_does_not_hide_that_the_room_is_open(self):
        room = self.open("log.level=error", config="[log]\nevents = joins, exits, messages, notices, refusals\n")
        alice, = room.members("alice")
        alice.leave()
        room.fence()
        room.stop()
        self.assertEqual(["roomd: room lobby is open on 127.0.0.1:%d" % room.doors[0][1]], logged(room))


class Events(RoomTest):
    def test_events_are_logged_but_for_messages(self):
        room = self.open()
        alice, bob = room.members("alice", "bob")
        alice.say("between you and me")
        bob.expect("alice ： between you and me")
        room.client().ask("L bob", "该用户已存在")
        room.type("tea is ready")
        alice.leave(bye=None)
        room.stderr.wait_for(r"roomd: alice joined from 127\.0\.0\.1:\d+$")
        room.stderr.wait_for(r"roomd: refused from 127\.0\.0\.1:\d+: name taken$")
        room.stderr.wait_for(r"roomd: notice: tea is ready$")
        room.stderr.wait_for(r"roomd: alice left \(left\)$")
        self.assertNotIn("between you and me", room.stderr.text())
        self.assertNotIn("fence", room.stderr.text())

    def test_a_reload_changes_what_is_logged(self):
        room = self.open(config="[log]\nevents = none\n")
        alice, bob = room.members("alice", "bob")
        told_at = room.reload("[log]\nevents = messages\nlevel = debug\n")
        room.stderr.wait_for(r"log\.level is now 'debug' \(was 'info'\)", told_at)
        room.stderr.wait_for(r"log\.events is now 'messages' \(was 'none'\)", told_at)
        alice.say("for the record")
        room.stderr.wait_for(r"roomd: alice said: for the record$", told_at)
        told_at = room.reload("[log]\nevents = messages\nlevel = notice\n")
        room.stderr.wait_for(r"log\.level is now 'notice'", told_at)
        alice.say("off the record")
        room.fence()
        told_at = room.reload("[log]\nlevel = info\n")
        room.stderr.wait_for(r"log\.level is now 'info'", told_at)
        self.assertNotIn("alice joined", room.stderr.text())
        self.assertNotIn("off the record", room.stderr.text())

    def test_on_a_terminal_events_are_shown_and_only_refusals_logged(self):
        ours, theirs = os.openpty()
        screen = Output(os.fdopen(ours, "rb", buffering=0))
        room = self.open("log.events=joins, exits, messages, notices, refusals",
                         before_exec=lambda: os.dup2(theirs, 1))
        os.close(theirs)
        alice, = room.members("alice")
        alice.say("hello")
        room.client().ask("L alice", "该用户已存在")
        screen.wait_for(r"alice: hello")
        room.stderr.wait_for("refused from .*: name taken")
        room.stop()
        screen.join()
        for word in ("joined", "said", "left"):
            self.assertNotIn(word, "\n".join(logged(room)))

    def test_no_bytes_of_strangers_reach_a_terminal(self):
        room = self.open("log.events=joins, exits, messages, notices, refusals")
        alice, bob = room.members("alice", "bob")
        alice.say("a\nroomd: error: b\x1b[2J%n%s\u202e")
        room.stderr.wait_for("alice said: a")
        stranger = room.client()
        for request in (b"L \x1b[2J", b"L \xff", b"C \x1b]0;x\x07 \x9b", b"\x00", b"\x1b[2J"):
            stranger.send(request)
        bob.say("\ud7ff%n")
        room.stderr.wait_for("bob said: .*%n$")
        room.stop()
        for line in room.stderr.text().split("\n"):
            self.assertRegex(line, "^(%s )?roomd: [^\x00-\x1f\x7f-\x9f\u202a-\u202e]*$" % STAMP)


class Floods(RoomTest):
    # More than are logged at once, and during the test on a slow machine.
    MANY = 3000

    def flood(self, room):
        stranger = room.client()
        for _ in range(self.MANY // 100):
            for _ in range(100):
                stranger.send("nonsense")
            room.fence()

    def test_a_flood_is_cut_and_counted_even_if_nothing_more_happens(self):
        room = self.open()
        self.flood(room)
        told = room.stderr.wait_for(r"roomd: left out of the log in the last \d+ s: (\d+) refusals$")
        written = sum(": unknown verb" in line for line in logged(room))
        self.assertGreaterEqual(written, 50)
        self.assertEqual(self.MANY, int(told.group(1)) + written)

    def test_the_count_of_lines_left_out_is_logged_at_the_end(self):
        room = self.open()
        self.flood(room)
        room.stop()
        told = re.findall(r"left out of the log in the last \d+ s: (\d+) refusals", room.stderr.text())
        written = sum(": unknown verb" in line for line in logged(room))
        self.assertEqual(self.MANY, sum(map(int, told)) + written)


class Options(unittest.TestCase):
    def test_a_mistake_is_logged_with_its_remedy(self):
        for setting, told in (("log.level=inof", "did you mean info?"), ("log.level=7", "error, warning, notice, info"),
                              ("log.events=join", "did you mean joins?"), ("log.events=joins,none", "nothing else"),
                              ("log.leve=info", "did you mean log.level?")):
            with self.subTest(setting=setting):
                result = run_with_defaults("--check", "--set", setting)
                self.assertEqual(78, result.returncode)
                self.assertIn(told, result.stderr)


if __name__ == "__main__":
    unittest.main()
