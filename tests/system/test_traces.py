# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""The traces of doc/vectors, played against the real roomd, the real room, and the client of doc/examples."""
import os
import pathlib
import socket
import sys
import unittest

from roomd_room import RoomTest

ROOT = pathlib.Path(__file__).resolve().parents[2]
VECTORS = ROOT / "doc" / "vectors"
sys.path.insert(0, str(VECTORS))

import play  # noqa: E402, its folder must be in sys.path


class Traces(RoomTest):
    def check(self, file, make_stage):
        count = 0

        def report(title, fault):
            nonlocal count
            count += 1
            with self.subTest(title):
                self.assertIsNone(fault)

        play.play(VECTORS / file, make_stage, report)
        self.assertGreater(count, 12)

    def test_roomd_answers_as_they_say(self):
        room = self.open(witnesses=False)
        self.check("server.traces", lambda: play.AgainstServer(room.doors[0]))

    def test_room_does_as_they_say(self):
        command = [os.environ["ROOM"], "--json", "--name", "alice", "{place}"]
        self.check("client.traces", lambda: play.AgainstClient(command))

    def test_the_example_does_as_they_say(self):
        command = [sys.executable, str(ROOT / "doc" / "examples" / "room.py"), "--sequenced", "--name", "alice",
                   "{place}"]
        self.check("client.traces", lambda: play.AgainstClient(command))

    def test_who_does_not_answer_does_not_pass(self):
        faults = []
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            failed = play.play(VECTORS / "server.traces", lambda: play.AgainstServer(silent.getsockname(), patience=0),
                               lambda title, fault: faults.append(fault))
        self.assertEqual(failed, len(faults))
        self.assertTrue(all("it does not come" in fault for fault in faults), faults)

    def test_what_must_not_come_does_not_pass(self):
        room = self.open(witnesses=False)
        stage = play.AgainstServer(room.doors[0])
        self.addCleanup(stage.close)
        lines = [play.Line(number, text) for number, text in enumerate((
            "a > Hello nonce=1", "a x Challenge nonce=1", "a < Challenge nonce=1"), 1)]
        with self.assertRaisesRegex(play.Failed, "^line 2: it comes: "):
            stage.play(lines)


if __name__ == "__main__":
    unittest.main()
