# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""What the program does today with datagrams of the sequenced protocol: nothing, whoever sends them."""
import random
import unittest

from roomd_room import RoomTest

FIRST_BYTES = range(0xF8, 0xFF)
LONGEST = 1200
SEED = 20


def datagrams():
    """Every first byte, with every kind of thing behind it that has once been somebody's way in."""
    chance = random.Random(SEED)
    for first in FIRST_BYTES:
        head = bytes([first])
        for rest in (b"", b"\n", b"\0" * 63, b"\1\1" + b"\0" * 318, b" alice", b" alice hello", b"L bob", b"OK", b"\xff" * 40):
            yield head + rest
        for length in (1, 2, 12, 24, 64, 320, 1024, LONGEST - 1):
            yield head + bytes(chance.randrange(256) for _ in range(length))


class Sequenced(RoomTest):
    def test_a_stranger_is_not_answered(self):
        room = self.open()
        stranger = room.client()
        for datagram in datagrams():
            stranger.send(datagram)
        stranger.expect_silence()

    def test_a_member_of_the_plain_protocol_is_not_answered_either_and_stays_in(self):
        room = self.open()
        alice, bob = room.members("alice", "bob")
        for datagram in datagrams():
            alice.send(datagram)
        alice.expect_silence()
        alice.say("still here")
        bob.expect("alice ： still here")


if __name__ == "__main__":
    unittest.main()
