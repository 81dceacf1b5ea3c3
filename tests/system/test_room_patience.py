#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""room times out after a minute and says why. All cases run at once, so that the test takes one minute."""
import unittest

from room_program import NO_ANSWER, REFUSED, UNREACHABLE, RoomProgramTest, end_of, start_room

UP = 0xFA


class RoomPatience(RoomProgramTest):
    def test_it_gives_up_and_says_why(self):
        silent = self.foreign_server()
        full = self.open("room.max_members=2")
        deaf = self.open()
        relay = self.relay(deaf.doors[0])
        relay.swallows = lambda datagram: datagram[0] == UP  # the join works, and nothing after it arrives
        rooms = [start_room("-m", "hello", *arguments, "%s:%d" % address) for arguments, address in (
            ((), silent.address), (("--plain",), silent.address), ((), full.doors[0]), ((), relay.address))]
        outcomes = [end_of(room) for room in rooms]
        for (expected, words), (status, stderr) in zip((
                (UNREACHABLE, "with --plain"),
                (UNREACHABLE, "does it speak this dialect? --dialect takes another one; roomd may answer here without "
                              "--plain only"),
                (REFUSED, "the room is full"),
                (NO_ANSWER, "it is not known whether the message was taken")), outcomes):
            with self.subTest(words=words):
                self.assertEqual(expected, status, stderr)
                self.assertIn(words, stderr)


if __name__ == "__main__":
    unittest.main()
