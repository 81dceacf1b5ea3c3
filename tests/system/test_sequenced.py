# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""Datagrams with a first byte of the sequenced protocol and any content: they harm nobody, and no answer is longer."""
import random
import unittest

from roomd_room import RoomTest

FIRST_BYTES = range(0xF8, 0xFF)
LONGEST = 1200
SEED = 20


def datagrams():
    """Every first byte, with contents of every kind that parsers have failed on."""
    chance = random.Random(SEED)
    for first in FIRST_BYTES:
        head = bytes([first])
        for rest in (b"", b"\n", b"\0" * 63, b"\1\1" + b"\0" * 318, b" alice", b" alice hello", b"L bob", b"OK", b"\xff" * 40):
            yield head + rest
        for length in (1, 2, 12, 24, 64, 320, 1024, LONGEST - 1):
            yield head + bytes(chance.randrange(256) for _ in range(length))


class Sequenced(RoomTest):
    def test_a_stranger_is_sent_no_more_than_it_sent(self):
        room = self.open("sequenced.enabled=yes")
        stranger = room.client()
        sent = 0
        for datagram in datagrams():
            stranger.send(datagram)
            sent += len(datagram)
        room.fence()
        answers = list(stranger.pending)
        self.assertLessEqual(sum(map(len, answers)), sent)
        for answer in answers:
            self.assertIn(answer[0], (0xF9, 0xFB), answer)

    def test_if_the_protocol_is_off_only_a_hello_is_answered(self):
        room = self.open("sequenced.enabled=no")
        stranger = room.client()
        for datagram in datagrams():
            stranger.send(datagram)
        room.fence()
        for answer in stranger.pending:
            self.assertEqual((0xF9, 3), (answer[0], answer[2]), answer)

    def test_a_member_of_the_plain_protocol_stays_in(self):
        room = self.open()
        alice, bob = room.members("alice", "bob")
        for datagram in datagrams():
            alice.send(datagram)
        alice.say("still here")
        bob.expect("alice ： still here")


if __name__ == "__main__":
    unittest.main()
