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

    def test_a_program_that_lives_is_told_and_keeps_its_name(self):
        room = self.open()
        alice, ghost = room.members("alice.", "ghost.")
        for _ in range(3):
            room.client().ask("L ghost.", "该用户已存在")
        ghost.say("still here")
        alice.expect("ghost. ： still here")
        self.assertRegex(ghost.receive().decode(), "^同一地址上有人要用您的名字 \\([0-9a-f]{8}\\)$")
        ghost.expect_silence()

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
