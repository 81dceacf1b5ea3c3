# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""Members whose program has ended without an exit."""
import unittest

import own_network
from ghost_room import JOINED, LEFT, TAKEN, GhostTest


class Vanished(GhostTest):
    def check_its_name_comes_back(self, **keywords):
        room = self.open(**keywords)
        alice, ghost = room.members("alice.", "ghost.")
        ghost.close()
        room.join("ghost.")
        alice.expect(LEFT, JOINED)

    def test_a_program_started_again_gets_its_name_back_at_once(self):
        self.check_its_name_comes_back()

    @unittest.skipUnless(own_network.has_ipv6(), "this machine has no IPv6 loopback address")
    def test_over_ipv6_too(self):
        self.check_its_name_comes_back(listen="[::1]:0")

    def test_a_program_that_lives_is_told_and_keeps_its_name(self):
        room = self.open()
        alice, ghost = room.members("alice.", "ghost.")
        for _ in range(3):
            room.client().ask("L ghost.", TAKEN)
        ghost.say("still here")
        alice.expect("ghost. ： still here")
        self.expect_asked(ghost)
        ghost.expect_silence()

    def test_the_next_messages_find_a_closed_port(self):
        room = self.open()
        alice, listener, ghost = room.members("alice.", "listener.", "ghost.")
        ghost.close()
        self.expect_found(room, alice)
        self.assertEqual(1, listener.pending.count(LEFT.encode()))


if __name__ == "__main__":
    unittest.main()
