# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""Members whose program has ended without an exit."""
import unittest

from roomd_room import RoomTest

LEFT = "ghost. 退出了聊天室"
JOINED = "ghost. 进入了聊天室"


class Vanished(RoomTest):
    def test_a_program_started_again_gets_its_name_back_at_once(self):
        room = self.open()
        alice, ghost = room.members("alice.", "ghost.")
        ghost.close()
        room.join("ghost.")
        alice.expect(LEFT, JOINED)

    def test_a_program_that_lives_keeps_its_name(self):
        room = self.open()
        alice, ghost = room.members("alice.", "ghost.")
        room.client().ask("L ghost.", "该用户已存在")
        ghost.say("still here")
        alice.expect("ghost. ： still here")
        self.assertEqual(ghost.probes, 0)  # it has not read its socket yet
        ghost.expect_silence()
        self.assertEqual(ghost.probes, 1)

    def test_after_the_next_message_the_others_are_told_that_it_has_left(self):
        room = self.open()
        alice, ghost = room.members("alice.", "ghost.")
        ghost.close()
        alice.say("anybody?")
        alice.expect(LEFT)

    def test_in_a_silent_room_too(self):
        room = self.open("room.probe_interval=1")
        alice, ghost = room.members("alice.", "ghost.")
        ghost.close()
        alice.expect(LEFT)

    def test_a_member_that_only_listens_stays(self):
        room = self.open("room.probe_interval=1")
        alice, listener, ghost = room.members("alice.", "listener.", "ghost.")
        ghost.close()
        alice.expect(LEFT)  # after several rounds of probes
        alice.say("are you there?")
        listener.expect(LEFT, "alice. ： are you there?")
        self.assertGreater(listener.probes, 0)


if __name__ == "__main__":
    unittest.main()
