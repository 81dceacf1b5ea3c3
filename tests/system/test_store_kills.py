#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
roomd, its log, or both are killed at random moments, again and again, while everybody talks: nothing that was
acknowledged is lost, nothing comes twice, and nobody is told that anything was. ROOMD_ROUNDS is the number of kills,
ROOMD_SEED repeats the dice.
"""
import contextlib
import json
import os
import pathlib
import random
import signal
import time
import unittest

from crowd import BURST, NAME, Crowd, machine
from room_program import DELIVERED, RoomProgramTest
from roomd_control import run_roomctl
from roomd_process import PATIENCE_S
from roomd_room import Room

ROUNDS = int(os.environ.get("ROOMD_ROUNDS", "10"))
SEED = int(os.environ.get("ROOMD_SEED") or random.randrange(1 << 31))
SEQUENCED, FILTERS, PLAIN = 8, 2, 10
MESSAGES_A_ROUND = 600
MUTED, MUTED_PLAIN = "s2", "p9"
# A round in three has so many records in the end that were not kept.
PILE_RECORDS = 20

UNLIMITED = ("limits.messages=0", "limits.bytes=0", "limits.trusted_joins=0")


def helper_of(pid):
    """The process of its log: it has no other child."""
    children = pathlib.Path("/proc/%d/task/%d/children" % (pid, pid)).read_text(encoding="ascii").split()
    return int(children[0]) if children else None


class Kills(RoomProgramTest):
    def setUp(self):
        self.dice = random.Random(SEED)
        self.store = pathlib.Path(self.folder()) / "room.db"
        self.control = pathlib.Path(self.folder()) / "control"
        self.listen = self.lasting_door()
        self.piled = 0
        self.room = None
        self.start()
        self.crowd = Crowd(self.room.doors[0], SEQUENCED, PLAIN, SEED)
        self.addCleanup(self.crowd.close)
        self.filters = [self.filter("f%d" % number, self.room.doors[0]) for number in range(FILTERS)]

    def start(self):
        self.room = Room("store.path=%s" % self.store, "admin.control=%s" % self.control, *UNLIMITED,
                         listen=self.listen, witnesses=False)
        self.addCleanup(self.room.stop)

    def waiting(self):
        answer = run_roomctl("-s", self.control, "--json", "stats")
        return json.loads(answer.stdout.splitlines()[0])["records_waiting"]

    def helper(self):
        """It is there, unless it is just being started again."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                helper = helper_of(self.room.pid)
                if helper is not None:
                    return helper
            time.sleep(0.01)
        raise AssertionError("no log is running:\n" + self.room.stderr.text())

    def pile_up(self, helper):
        """The log stops, so that records wait that nobody has kept."""
        os.kill(helper, signal.SIGSTOP)
        deadline = time.monotonic() + PATIENCE_S
        while self.waiting() < PILE_RECORDS:
            self.assertLess(time.monotonic(), deadline, "no record waits for a log that has stopped")
        self.piled += 1

    def kill_helper(self, helper):
        os.kill(helper, signal.SIGKILL)

    def round(self, number):
        what = ("roomd", "log", "both")[number % 3]
        self.crowd.wait_for_messages(self.dice.randrange(MESSAGES_A_ROUND))
        for one in self.filters:
            one.say(*("%s#%d.%d" % (one.name, number, line) for line in range(BURST)))
        helper = self.helper()
        if number % 2 == 0:
            self.pile_up(helper)
        if what != "roomd":
            self.kill_helper(helper)
        if what != "log":
            self.room.process.kill()
        # It keeps what it was given before the other end was killed.
        with contextlib.suppress(ProcessLookupError):
            os.kill(helper, signal.SIGCONT)
        if what != "log":
            self.room.wait_for_exit()
            self.start()
        self.crowd.mark(number)

    def test_nothing_is_lost_and_nobody_notices(self):
        print("ROOMD_SEED=%d" % SEED, flush=True)
        self.crowd.wait_until_all_are_in()
        for one in self.filters:
            one.name = "f%d" % self.filters.index(one)
            one.say("%s is in" % one.name)
            one.wait_for(text="%s is in" % one.name)
        for name in (MUTED, MUTED_PLAIN):
            self.assertEqual(0, run_roomctl("-s", self.control, "mute", name).returncode)
        first = self.crowd.mark("first")
        self.crowd.start()
        for number in range(ROUNDS):
            self.round(number)
        self.crowd.stop()
        self.crowd.wait_until_all_is_decided()
        said_by_filters = ["%s#%d.%d" % (one.name, number, line) for one in self.filters
                           for number in range(ROUNDS) for line in range(BURST)]
        reader = self.crowd.sequenced[0]
        self.crowd.wait_until(lambda: set(said_by_filters) <= {event.text for event in reader.shown},
                              "all lines of the filters come")
        last = self.crowd.mark("last")
        for one in self.filters:
            one.wait_for(text=last)
        self.check(first, last, said_by_filters)
        for one in self.filters:
            self.assertEqual(DELIVERED, one.end(), one.stderr.text())
        print("%d kills, %d with at least %d records that nobody had kept; %d messages acknowledged" %
              (ROUNDS, self.piled, PILE_RECORDS, len(self.acknowledged())), flush=True)

    # ---- what must be so ----

    def acknowledged(self):
        return [text for member in self.crowd.sequenced for text, outcome in member.outcomes.items()
                if outcome == machine.TAKEN and not text.startswith(NAME)]

    @staticmethod
    def between(events, first, last):
        texts = [text for _, _, _, text in events]
        return events[texts.index(first):texts.index(last) + 1]

    def check(self, first, last, said_by_filters):
        heard = [self.between([tuple(event) for event in member.shown], first, last)
                 for member in self.crowd.sequenced]
        for one in self.filters:
            heard.append(self.between([(event["seq"], event["kind"], event["name"], event["text"] or None)
                                       for event in one.events()], first, last))
        for other in heard[1:]:
            self.assertEqual(heard[0], other)
        numbers = [event[0] for event in heard[0]]
        self.assertEqual(list(range(numbers[0], numbers[0] + len(numbers))), numbers, "one order, without a gap")
        chats = [text for _, kind, _, text in heard[0] if kind == "chat"]
        once = set(chats)
        self.assertEqual(len(once), len(chats), "a message comes twice")
        lost = [text for text in [*self.acknowledged(), *said_by_filters] if text not in once]
        self.assertEqual([], lost, "acknowledged, and not told to everybody")
        self.check_outcomes(once)
        self.check_that_nobody_noticed(heard[0])

    def check_outcomes(self, told):
        for member in self.crowd.sequenced:
            outcomes = set(member.outcomes.values())
            with self.subTest(member=member.name):
                self.assertEqual({machine.REFUSED} if member.name == MUTED else {machine.TAKEN}, outcomes)
                self.assertEqual(member.said, len(member.outcomes))
        self.assertEqual([], [text for text in told if text.startswith((MUTED + "#", MUTED_PLAIN + "#"))],
                         "somebody who is muted was heard")

    def check_that_nobody_noticed(self, events):
        for member in self.crowd.sequenced:
            self.assertEqual((1, []), (member.entered, member.complaints), member.name)
        for member in self.crowd.plain:
            self.assertEqual(1, member.accepts, "%s was let in once" % member.name)
        for one in self.filters:
            self.assertNotIn("missed", [event["kind"] for event in one.events()])
        # A rename is an exit and a join.
        comings = [(kind, name) for _, kind, name, _ in events if kind in ("join", "exit")]
        renamed = [name for text in self.crowd.sequenced[1].outcomes if text.startswith(NAME)
                   for name in [text[len(NAME):]]]
        expected = []
        for before, after in zip(["s1", *renamed], renamed):
            expected += [("exit", before), ("join", after)]
        self.assertEqual(expected, comings, "joins and exits that nobody asked for")


if __name__ == "__main__":
    unittest.main()
