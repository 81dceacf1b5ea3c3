# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""Members whose programs have ended: the ICMP errors from their machines cost the others nothing."""
import re
import unittest

import own_network
from roomd_room import RoomTest

CHAT = re.compile("^alice ： ([0-9]+)$")


class DeadMembers(RoomTest):
    PAIRS = 100
    MESSAGES = 50

    def open_half_dead(self, **keywords):
        """Opens a room, and closes the socket of every second member; returns the living ones."""
        room = self.open(**keywords)
        alice = room.join("alice")
        pairs = [(room.join("live%d." % number), room.join("dead%d." % number)) for number in range(self.PAIRS)]
        room.fence()
        for _, dead in pairs:
            dead.close()
        live = [living for living, _ in pairs]
        for member in (alice, *live):
            member.pending.clear()
        return room, alice, live

    def assert_heard(self, room, live, numbers):
        """Each living member gets each message, once and in order."""
        room.fence()
        for member in live:
            chats = (CHAT.match(datagram.decode()) for datagram in member.pending)
            self.assertEqual(list(numbers), [int(chat.group(1)) for chat in chats if chat], member.name)
            member.pending.clear()

    def assert_noticed(self, room):
        room.type("/stats")
        room.answers("^icmp_errors_total [1-9]")

    def test_messages_one_by_one_reach_every_living_member(self):
        room, alice, live = self.open_half_dead()
        for number in range(self.MESSAGES):
            alice.say("%d" % number)
            self.assert_heard(room, live, [number])
        self.assert_noticed(room)

    def test_messages_at_once_reach_every_living_member(self):
        room, alice, live = self.open_half_dead()
        with room.held():
            for number in range(self.MESSAGES):
                alice.say("%d" % number)
        self.assert_heard(room, live, range(self.MESSAGES))
        self.assert_noticed(room)

    @unittest.skipUnless(own_network.has_ipv6(), "this machine has no IPv6 loopback address")
    def test_ipv6_members_are_no_worse_off(self):
        room, alice, live = self.open_half_dead(listen="[::1]:0")
        with room.held():
            for number in range(self.MESSAGES):
                alice.say("%d" % number)
        self.assert_heard(room, live, range(self.MESSAGES))
        self.assert_noticed(room)

    def test_the_living_are_heard_while_errors_come_in(self):
        # Errors and datagrams share the receive buffer: if it is not drained, hardly a datagram fits.
        room, alice, live = self.open_half_dead()
        for number in range(self.MESSAGES):
            alice.say("%d" % number)
            for member in live[:5]:
                member.say("also %d" % number)
            room.fence()
        for member in live:
            heard = [datagram.decode() for datagram in member.pending]
            for author in live[:5]:
                lines = [line for line in heard if line.startswith(author.name)]
                expected = [] if author is member else ["%s ： also %d" % (author.name, number)
                                                         for number in range(self.MESSAGES)]
                self.assertEqual(expected, lines)


if __name__ == "__main__":
    unittest.main()
