#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""room on a terminal: what its user sees."""
import os
import pathlib
import re
import signal
import tempfile
import unittest

import own_network
from roomd_room import RoomTest
from terminal import Terminal

LEFT, UNREACHABLE, REFUSED = 0, 69, 76

HALF_A_LINE = "half a line ty"
UP, LEFT_KEY, DELETE, TAB = "\x1b[A", "\x1b[D", "\x1b[3~", "\t"
CTRL_A, CTRL_C, CTRL_D, CTRL_L, CTRL_R, CTRL_U, CTRL_Y = "\x01", "\x03", "\x04", "\x0c", "\x12", "\x15", "\x19"


def paste(text):
    return "\x1b[200~%s\x1b[201~" % text


class ScreenTest(RoomTest):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="roomd-test-")
        self.addCleanup(folder.cleanup)
        self.state = pathlib.Path(folder.name)

    def open(self, *options, **keywords):
        return super().open("plain.language=en", "limits.messages=0", "limits.bytes=0", *options, **keywords)

    def start(self, room, *arguments, host=None, environment=None, **keywords):
        """room on a terminal; it may not be in yet."""
        terminal = Terminal(os.environ["ROOM"], *arguments, "%s:%d" % (host or room.doors[0][0], room.doors[0][1]),
                            environment={"XDG_STATE_HOME": str(self.state), **(environment or {})}, **keywords)
        self.addCleanup(terminal.close)
        return terminal

    def join(self, room, name="sue", *arguments, **keywords):
        """room on a terminal, once it is in."""
        terminal = self.start(room, "--name", name, *arguments, **keywords)
        terminal.wait_for("you are in lobby as %s;" % name)
        return terminal

    def knows_all(self, terminal, latest):
        """Waits until the terminal knows all names: the list is shown once they are known."""
        terminal.enter("/members")
        terminal.wait_for("here: .*%s" % latest.name)

    def assert_restored(self, terminal):
        self.assertEqual(terminal.modes, terminal.modes_now())
        terminal.wait_until(lambda screen: 2004 not in screen.modes and screen.x == 0, "restored")

    def assert_left(self, terminal, code=LEFT):
        self.assertEqual(code, terminal.wait())
        self.assert_restored(terminal)


class Lines(ScreenTest):
    def test_half_a_line_stays_intact_below_arriving_messages(self):
        room = self.open()
        alice, = room.members("alice")
        sue = self.join(room)
        sue.type(HALF_A_LINE)
        sue.wait_for_last("lobby, 4 here> " + HALF_A_LINE)
        for number in range(10):
            alice.say("message %d" % number)
        sue.wait_for("alice: message 9")
        sue.wait_for_last("lobby, 4 here> " + HALF_A_LINE)
        lines = sue.lines()
        self.assertEqual(["alice: message %d" % number for number in range(10)], [line[6:] for line in lines[-11:-1]])
        self.assertEqual(1, sum(HALF_A_LINE in line for line in lines))
        sue.enter("ping")
        alice.expect("sue joined", "sue: half a line typing")

    def test_a_window_becomes_narrow_and_wide_again(self):
        room = self.open()
        alice, = room.members("alice")
        sue = self.join(room)
        alice.say("a message that does not fit into twenty columns")
        sue.wait_for("twenty columns$")
        typed = "a line that is longer than twenty columns, too"
        sue.type(typed)
        sue.wait_for_last("lobby, 4 here> " + typed)
        before = sue.lines()
        for columns in (20, 13, 33, 80):
            sue.resize(columns)
            prompt = "lobby, 4 here> " if columns == 80 else "4> "
            sue.wait_until(lambda screen: "".join(row.text() for row in screen.all).rstrip().endswith(prompt + typed))
            self.assertEqual(1, "".join(sue.lines()).count("does not fit"))
        self.assertEqual(before, sue.lines(), "nothing is left of the narrow rows, and nothing is missing")

    def test_other_scripts_are_edited_by_character(self):
        room = self.open()
        alice, = room.members("alice")
        sue = self.join(room)
        sue.type("中文👍e\u0301x")
        sue.wait_for_last("lobby, 4 here> 中文👍e\u0301x")
        sue.type(LEFT_KEY * 3 + DELETE)
        sue.wait_for_last("lobby, 4 here> 中文e\u0301x")
        self.assertEqual("lobby, 4 here> 中文", sue.screen.cursor())
        sue.type("\x7f字")
        sue.wait_for_last("lobby, 4 here> 中字e\u0301x")
        sue.enter("")
        alice.expect("sue joined", "sue: 中字e\u0301x")

    def test_sixty_joins_at_once_are_folded(self):
        room = self.open()
        sue = self.join(room)
        sue.type(HALF_A_LINE)
        crowd = [room.client() for _ in range(60)]
        with room.held():
            for number, one in enumerate(crowd):
                one.send("L m%d" % number)
        for number, one in enumerate(crowd):
            one.expect("OK")
            one.name = "m%d" % number
        sue.wait_for_last("lobby, 63 here> " + HALF_A_LINE)
        crowd[0].say("hello")
        sue.wait_for("m0: hello")
        told = [line[6:] for line in sue.lines() if line.endswith("joined")]
        self.assertLess(len(told), 12)
        names = 0
        for line in told:
            others = re.search(r"and (\d+) others joined$", line)
            names += len(re.findall(r"\bm\d+", line)) + (int(others.group(1)) if others else 0)
        self.assertEqual(60, names)

    def test_hostile_text_is_shown_and_not_obeyed(self):
        room = self.open()
        eve, = room.members("eve")
        sue = self.join(room)
        sue.type(HALF_A_LINE)
        eve.say("\x1b]0;title\x07\x1b[2J\x1b[H\r\x07\x07\x9b2J".encode("latin-1"))
        eve.say("\u202eright to left\u202c and \u2066isolated")
        eve.say("z" + "\u0301" * 200 + "algo")
        eve.say("the end")
        sue.wait_for("eve: the end")
        sue.wait_for_last("lobby, 4 here> " + HALF_A_LINE)
        self.assertEqual(0, sue.screen.bells)
        self.assertEqual([], sue.screen.unknown)
        self.assertFalse(re.search("[\u202a-\u202e\u2066-\u2069]", sue.screen.text()))
        zalgo = next(line for line in sue.lines() if "algo" in line)
        self.assertLessEqual(zalgo.count("\u0301"), 8)

    def test_a_notice_is_bold_and_a_mention_rings_the_bell(self):
        room = self.open()
        alice, = room.members("alice")
        sue = self.join(room)
        room.type("tea is ready")
        sue.wait_for(r"^\d\d:\d\d \*\*\* Notice: tea is ready$")
        self.assertIn("1", sue.screen.styles)
        with room.held():
            for _ in range(5):
                alice.say("Sue: are you there?")
        alice.say("the end")
        sue.wait_for("alice: the end")
        self.assertEqual(1, sue.screen.bells, "once a second is enough")

    def test_without_colours_nothing_is_styled(self):
        room = self.open()
        alice, = room.members("alice")
        sue = self.join(room, environment={"NO_COLOR": "1"})
        alice.say("hi")
        room.type("tea")
        sue.wait_for("Notice: tea")
        self.assertEqual(set(), sue.screen.styles)

    def test_a_linear_terminal_only_moves_forwards(self):
        room = self.open()
        alice, = room.members("alice")
        for arguments, environment in ((["--linear"], {}), ([], {"TERM": "dumb"})):
            with self.subTest(arguments=arguments):
                sue = self.join(room, "sue", *arguments, environment=environment)
                alice.expect("sue joined")
                sue.type(HALF_A_LINE)
                sue.wait_for_last("lobby, 4 here> " + HALF_A_LINE)
                alice.say("hi")
                sue.wait_for_last("lobby, 4 here> " + HALF_A_LINE)
                sue.wait_until(lambda screen: screen.lines()[-3:-1] == [
                    "lobby, 4 here> " + HALF_A_LINE, next((line for line in screen.lines() if "alice: hi" in line), "")])
                sue.enter("ping")
                alice.expect("sue: half a line typing")
                sue.wait_for("sue: half a line typing")
                self.assertNotIn(b"\x1b", sue.raw())
                self.assertNotRegex(sue.raw(), rb"\r(?!\n)")
                sue.enter("/quit")
                self.assert_left(sue)
                alice.expect("sue left")


class Typing(ScreenTest):
    def test_room_asks_before_it_says_a_paste_of_lines(self):
        room = self.open()
        alice, = room.members("alice")
        sue = self.join(room)
        alice.expect("sue joined")
        sue.wait_until(lambda screen: 2004 in screen.modes)
        sue.type("before " + paste("one line\r"))
        sue.wait_for_last("lobby, 4 here> before one line")
        sue.type(paste("first\r\n/quit\r\n\r\nthird"))
        sue.wait_for_last("say 3 lines[?] y/n")
        sue.type("n")
        sue.wait_for("nothing of it was said")
        sue.wait_for_last("lobby, 4 here> before one line")
        sue.type(paste("first\r\n/quit\r\n\r\nthird"))
        sue.wait_for_last("say 3 lines[?] y/n")
        sue.type("y")
        alice.expect("sue: first", "sue: /quit", "sue: third")
        sue.wait_for_last("lobby, 4 here> before one line")
        sue.enter("")
        alice.expect("sue: before one line")

    def test_a_long_paste_arrives_whole(self):
        room = self.open()
        sue = self.join(room)
        sue.wait_until(lambda screen: 2004 in screen.modes)
        sue.type(paste("".join("line %d\r" % number for number in range(600))))
        sue.wait_for_last("say 600 lines[?] y/n")
        sue.type("y")
        sue.wait_for("sue: line 599$")
        sue.wait_for_last("lobby, 3 here>")
        said = [line[6:] for line in sue.lines() if "sue: line" in line]
        self.assertEqual(["sue: line %d" % number for number in range(600)], said)

    def test_a_newcomer_sees_what_was_before_and_finds_words(self):
        room = self.open("plain.language=en")
        alice, bob = room.members("alice", "bob")
        for text in ("one cup of tea", "two cups of coffee", "three cups of tea"):
            alice.say(text)
            bob.expect("alice: " + text)
        sue = self.join(room)
        sue.wait_for("-- before you came:")
        sue.wait_for("alice: three cups of tea")
        sue.wait_for("-- you are here now")
        sue.enter("/search TEA cup")
        sue.wait_for("-- found, the latest first:")
        sue.wait_for("-- 2 found; there are no more")
        sue.enter("/history")
        sue.wait_for("-- that was the beginning: there is nothing before")
        alice.say("now")
        sue.wait_for("alice: now")

    def test_each_command_works(self):
        room = self.open("room.history=0")
        alice, = room.members("alice")
        sue = self.join(room)
        alice.expect("sue joined")
        sue.enter("/help")
        sue.wait_for("-- +/ignore ")
        sue.enter("/members")
        sue.wait_for("-- 4 here: teller, witness, alice, sue")
        sue.enter("/hlep")
        sue.wait_for("did you mean /help")
        sue.enter("//help")
        sue.enter("\\q")
        alice.expect("sue: /help", "sue: q")
        sue.enter("/name susan")
        alice.expect("sue left", "susan joined")
        sue.wait_for("sue is now susan")
        sue.enter("/name alice")
        sue.wait_for("your name has not changed to alice: somebody in the room has that name")
        sue.enter("/ignore ALICE")
        sue.wait_for("nothing of ALICE is shown")
        alice.say("not to be seen")
        room.fence()
        sue.wait_for("teller: fence-")
        sue.enter("/ignore alice")
        sue.wait_for("what alice says is shown again")
        alice.say("to be seen")
        sue.wait_for("alice: to be seen")
        self.assertNotIn("not to be seen", sue.screen.text())
        self.assertNotIn("has that name now", sue.screen.text())
        sue.enter("/clear")
        sue.wait_until(lambda screen: screen.y == 0)
        self.assertIn("alice: to be seen", sue.screen.text())

    def test_an_absent_member_is_ignored_with_a_hint(self):
        room = self.open()
        alice, = room.members("alice")
        sue = self.join(room)
        self.knows_all(sue, alice)
        sue.enter("/ignore Bob")
        sue.wait_for("nothing of Bob is shown any more")
        sue.wait_for("-- nobody here has that name now: anybody who takes it is ignored$")
        room.join("bob").say("not to be seen")
        room.fence()
        sue.wait_for("teller: fence-")
        self.assertNotIn("not to be seen", sue.screen.text())
        sue.enter("/ignore bob")
        sue.wait_for("what bob says is shown again")
        self.assertEqual(1, sue.screen.text().count("has that name"))

    def test_names_and_commands_are_completed(self):
        room = self.open()
        _, albert = room.members("alice", "albert")
        sue = self.join(room)
        self.knows_all(sue, albert)
        sue.type("/me" + TAB)
        sue.wait_for_last("lobby, 5 here> /members")
        sue.type(CTRL_U + "ALI" + TAB + "hi ALB" + TAB)
        sue.wait_for_last("lobby, 5 here> alice: hi albert")
        sue.type(CTRL_U + "al" + TAB + TAB)
        sue.wait_for("-- albert  alice")
        sue.type(CTRL_U + "/ignore alb" + TAB)
        sue.wait_for_last("lobby, 5 here> /ignore albert")

    def test_former_lines_are_found_also_by_the_next_program(self):
        room = self.open()
        sue = self.join(room)
        sue.enter("something said")
        sue.enter("/members")
        sue.wait_for("3 here: ")
        sue.type(UP + UP)
        sue.wait_for_last("lobby, 3 here> something said")
        sue.enter("/quit")
        sue.type("q\r")
        self.assert_left(sue)
        history = self.state / "roomd" / "room_history"
        self.assertEqual(0o600, history.stat().st_mode & 0o777)
        sue = self.join(room, "susan")
        sue.type(CTRL_R + "thing")
        sue.wait_for_last(r"\(reverse-i-search\)`thing': something said/quit")
        sue.type("\x07")
        sue.wait_for_last("lobby, [34] here> ?")

    def test_a_killed_line_can_be_yanked(self):
        room = self.open()
        sue = self.join(room)
        sue.type("one two" + CTRL_U + "three " + CTRL_Y)
        sue.wait_for_last("lobby, 3 here> three one two")
        sue.type(CTRL_L)
        sue.wait_until(lambda screen: screen.y == 0)
        sue.wait_for_last("lobby, 3 here> three one two")


class Names(ScreenTest):
    def test_a_name_is_asked_for(self):
        room = self.open()
        sue = self.start(room)
        sue.wait_for_last(r"your name \(Enter: [^)]+\):")
        sue.enter("  sue ")
        sue.wait_for("you are in lobby as sue;")

    def test_a_name_that_is_taken_is_asked_for_again(self):
        room = self.open()
        alice, = room.members("alice")
        sue = self.start(room, "--name", "alice")
        sue.wait_for("somebody in the room has the name alice, or one that looks like it: take another")
        sue.wait_for_last("another name:")
        sue.enter("Alice")
        sue.wait_for("somebody in the room has the name Alice")
        sue.enter("admin")
        sue.wait_for("nobody can have the name admin: it looks like the administrator")
        sue.enter("sue")
        sue.wait_for("you are in lobby as sue;")
        alice.expect("sue joined")

    def test_giving_up_counts_as_refused(self):
        room = self.open()
        room.members("alice")
        sue = self.start(room, "--name", "alice")
        sue.wait_for_last("another name:")
        sue.type(CTRL_D)
        self.assert_left(sue, REFUSED)


class Leaving(ScreenTest):
    def test_every_way_out_tells_the_room_and_restores_the_terminal(self):
        room = self.open()
        alice, = room.members("alice")
        for way in ("/quit\r", "q\r", CTRL_D, CTRL_C, HALF_A_LINE + CTRL_C, signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            with self.subTest(way=way):
                sue = self.join(room)
                alice.expect("sue joined")
                if isinstance(way, str):
                    sue.type(way)
                else:
                    sue.signal(way)
                alice.expect("sue left")
                self.assert_left(sue)

    def test_two_reasons_to_leave_in_one_moment_tell_the_room_all_the_same(self):
        room = self.open()
        alice, = room.members("alice")
        sue = self.join(room)
        alice.expect("sue joined")
        for number in (signal.SIGSTOP, signal.SIGHUP, signal.SIGTERM, signal.SIGCONT):
            sue.signal(number)
        alice.expect("sue left")
        self.assert_left(sue)

    def test_closing_the_window_leaves_the_room(self):
        room = self.open()
        alice, = room.members("alice")
        sue = self.join(room)
        alice.expect("sue joined")
        sue.hang_up()
        alice.expect("sue left")
        self.assertEqual(LEFT, sue.process.wait(30))

    def test_a_message_just_before_leaving_is_delivered(self):
        room = self.open()
        alice, = room.members("alice")
        sue = self.join(room)
        alice.expect("sue joined")
        sue.type("bye\r" + CTRL_D)
        alice.expect("sue: bye", "sue left")
        self.assert_left(sue)

    def test_a_second_time_does_not_wait_for_the_room(self):
        room = self.open()
        sue = self.join(room)
        with room.held():
            sue.type(CTRL_C)
            sue.wait_for_last("lobby, leaving>")
            sue.type(CTRL_C)
            self.assert_left(sue)

    def test_a_crash_restores_the_terminal(self):
        room = self.open()
        sue = self.join(room)
        sue.signal(signal.SIGSEGV)
        self.assertEqual(-signal.SIGSEGV, sue.process.wait(30))
        sue.wait_until(lambda screen: 2004 not in screen.modes)
        self.assertEqual(sue.modes, sue.modes_now())

    def test_it_goes_on_after_a_stop(self):
        room = self.open()
        alice, = room.members("alice")
        sue = self.join(room)
        alice.expect("sue joined")
        sue.type(HALF_A_LINE)
        sue.wait_for_last("lobby, 4 here> " + HALF_A_LINE)
        sue.signal(signal.SIGSTOP)
        os.waitid(os.P_PID, sue.process.pid, os.WSTOPPED)
        alice.say("are you there?")
        sue.signal(signal.SIGCONT)
        sue.wait_for("are you there")
        sue.enter("ping")
        alice.expect("sue: half a line typing")

    def test_a_kicked_member_is_told(self):
        room = self.open()
        sue = self.join(room)
        room.type("/kick sue")
        self.assert_left(sue, REFUSED)
        sue.wait_for("the administrator has removed you")

    def say_much(self, room, alice, messages):
        """Returns when all of it has been sent to everybody; at most a window of 256 datagrams is not acknowledged."""
        for _ in range(0, messages, 50):
            for _ in range(50):
                alice.say("x" * 800)
            room.fence()
        owed = 1
        while owed > 0:
            room.type("/members")
            owed = int(room.answers(r"^ +sue .* (\d+) +\d+$").group(1))

    def test_a_burst_that_is_faster_than_the_terminal_is_shown_whole(self):
        room = self.open()
        alice, = room.members("alice")
        sue = self.join(room)
        alice.expect("sue joined")
        with sue.unread():
            self.say_much(room, alice, 600)
            sue.type("ping\r")
            alice.expect("sue: ping")
        sue.wait_for("sue: ping$")
        self.assertEqual(600, sue.raw().count(b"x" * 800))
        self.assertNotIn(b"not shown", sue.raw())

    def test_a_terminal_that_takes_nothing_blocks_nobody(self):
        room = self.open()
        alice, = room.members("alice")
        sue = self.join(room)
        alice.expect("sue joined")
        with sue.unread():
            self.say_much(room, alice, 2000)  # all but a window is more than the MiB that may wait for a terminal
            sue.type("ping\r")
            alice.expect("sue: ping")
        sue.wait_for(r"^-- \d+ lines are not shown: this terminal was too slow for them$")
        sue.wait_for_last("lobby, 4 here>")
        with sue.unread():
            self.say_much(room, alice, 1500)
            sue.signal(signal.SIGTERM)
            alice.expect("sue left")
        self.assertEqual(LEFT, sue.process.wait(30))


class Plain(ScreenTest):
    def test_the_plain_protocol_works(self):
        room = self.open()
        alice, = room.members("alice")
        sue = self.start(room, "--name", "sue", "--plain", "--language", "en")
        sue.wait_for("you are in the room as sue;")
        alice.expect("sue joined")
        alice.say("hi")
        sue.wait_for("alice: hi$")
        sue.wait_for_last("2[+] here>")
        sue.enter("hello")
        alice.expect("sue: hello")
        sue.wait_for(r"^\d\d:\d\d sue: hello$")
        sue.enter("q")
        alice.expect("sue left")
        self.assert_left(sue)
        self.assertEqual(1, sum("sue: hello" in line for line in sue.lines()))

    def test_a_member_is_renamed_over_the_plain_protocol(self):
        room = self.open()
        alice, = room.members("alice")
        sue = self.start(room, "--name", "sue", "--plain", "--language", "en")
        sue.wait_for("you are in the room as sue;")
        alice.expect("sue joined")
        sue.enter("/name susan")
        alice.expect("sue left", "susan joined")
        sue.wait_for("-- your name is susan now$")
        sue.enter("hello")
        alice.expect("susan: hello")
        sue.enter("q")
        self.assert_left(sue)
        self.assertNotRegex(sue.screen.text(), "sending|not known")

    def test_a_blank_line_is_not_said_over_the_plain_protocol(self):
        room = self.open()
        alice, = room.members("alice")
        sue = self.start(room, "--name", "sue", "--plain", "--language", "en")
        alice.expect("sue joined")
        sue.enter("  ")
        sue.enter("hello")
        alice.expect("sue: hello")
        sue.wait_for("sue: hello$")
        self.assertNotIn("not said", sue.screen.text())

    def test_a_member_that_was_not_seen_is_ignored_with_a_hint(self):
        room = self.open()
        alice, = room.members("alice")
        sue = self.start(room, "--name", "sue", "--plain", "--language", "en")
        sue.wait_for("you are in the room as sue;")
        sue.enter("/ignore alice")
        sue.wait_for("-- nobody with that name was seen since you joined: anybody who had it is ignored$")
        alice.say("not to be seen")
        room.fence()
        sue.wait_for("teller: fence-")
        sue.enter("/ignore teller")
        sue.wait_for("nothing of teller is shown any more")
        sue.enter("/members")
        sue.wait_for("here: ")
        self.assertNotIn("not to be seen", sue.screen.text())
        self.assertEqual(1, sue.screen.text().count("that name was seen"))

    def test_a_line_that_is_no_event_is_shown(self):
        room = self.open()
        alice, = room.members("alice")
        sue = self.start(room, "--name", "sue", "--plain")  # the dialect is Chinese, so that English is just a line
        sue.wait_for("you are in the room as sue;")
        alice.say("hi")
        sue.wait_for("^-- alice: hi$")


class Trouble(ScreenTest):
    def test_a_client_that_is_killed_and_started_again_resumes(self):
        room = self.open()
        alice, = room.members("alice")
        runtime = self.state / "runtime"
        runtime.mkdir(mode=0o700)
        environment = {"XDG_RUNTIME_DIR": str(runtime)}
        sue = self.join(room, environment=environment)
        alice.expect("sue joined")
        alice.say("one")
        sue.wait_for("alice: one")
        room.fence()  # events of its last turn may be repeated
        sue.wait_for("teller: fence-")
        sue.signal(signal.SIGKILL)
        sue.process.wait()
        alice.say("two")
        sue = self.join(room, environment=environment)
        sue.wait_for("alice: two")
        sue.enter("q")
        alice.expect("sue left")
        self.assertNotIn("alice: one", sue.screen.text())

    def test_it_returns_without_a_key_to_a_server_that_was_killed_and_started_again(self):
        door = self.lasting_door()
        # A short timeout, so that an idle client soon probes the room.
        room = self.open("room.session_timeout=30", listen=door, witnesses=False)
        sue, bob = self.join(room), self.join(room, "bob")
        sue.wait_for("bob joined")
        sue.type(HALF_A_LINE)
        room.process.kill()
        room.wait_for_exit()
        for terminal in (sue, bob):
            terminal.wait_for_last(r"lobby, no answer> ?(%s)?" % HALF_A_LINE)
        bob.enter("said meanwhile")
        bob.wait_for(r"bob: said meanwhile \(waiting\)")
        again = self.open(listen=door, witnesses=False)
        again.stderr.wait_for("bob joined")
        for terminal in (sue, bob):
            terminal.wait_for("the room has begun anew")
            terminal.wait_for_last(r"lobby, 2 here> ?(%s)?" % HALF_A_LINE)
        bob.wait_for(r"^\d\d:\d\d bob: said meanwhile$")
        sue.enter("ping")
        bob.wait_for("sue: half a line typing")
        for terminal in (sue, bob):
            terminal.enter(CTRL_U + "q")
            self.assert_left(terminal)

    def test_it_says_that_nobody_listens(self):
        room = self.open(listen=self.lasting_door())
        room.stop()
        sue = self.start(room, "--name", "sue")
        sue.wait_for("nobody listens at .*: is roomd running there[?]")
        sue.wait_for_last("no answer>")
        sue.type(CTRL_C)
        self.assert_left(sue, UNREACHABLE)

    def test_it_joins_when_the_network_comes_up(self):
        with own_network.own_network():
            room = self.open(listen="0.0.0.0:0")
            sue = self.start(room, "--name", "sue", host="192.0.2.7")
            sue.wait_for("192.0.2.7: Network is unreachable; it tries again by itself")
            own_network.add_address("192.0.2.7")
            sue.wait_for("you are in lobby as sue;")

    def test_messages_that_were_not_sent_are_reported_at_the_end(self):
        room = self.open(listen=self.lasting_door())
        room.stop()
        sue = self.start(room, "--name", "sue")
        sue.wait_for_last("no answer>")
        sue.enter("waits")
        sue.wait_for(r"waits \(waiting\)")
        sue.type(CTRL_C)
        sue.wait_for("^-- not said: waits$")
        self.assert_left(sue, UNREACHABLE)

    def test_lines_that_are_too_long_are_kept(self):
        room = self.open("room.max_text=20")
        sue = self.join(room)
        sue.enter("a line that is longer than that")
        sue.wait_for("31 bytes are too long for this room, which takes 20: that was not said")
        sue.wait_for_last("lobby, 3 here> a line that is longer than that")


if __name__ == "__main__":
    unittest.main()
