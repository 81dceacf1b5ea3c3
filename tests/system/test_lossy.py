#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
The real programs in a network that loses every fifth datagram at random, in both directions: the kernel itself drops
them. Still everybody gets everything, once and in one order.
"""
import unittest

import own_network
from room_program import DELIVERED, RoomProgramTest

MEMBERS = 6
LINES = 30
LOSS_PERCENT = 20


class Lossy(RoomProgramTest):
    def talk(self):
        room = self.open("limits.messages=0", "limits.bytes=0", witnesses=False)
        names = ["m%d" % number for number in range(MEMBERS)]
        filters = [self.filter(name, room.doors[0]) for name in names]
        for name in names:  # a later one gets no event for those before it
            room.stderr.wait_for("%s joined" % name)
        own_network.lose(LOSS_PERCENT)
        for one, name in zip(filters, names):
            one.say(*("%s says %d" % (name, number) for number in range(LINES)))
        for one in filters:
            for name in names:
                one.wait_for(kind="chat", name=name, text="%s says %d" % (name, LINES - 1))
        for one in filters:
            self.assertEqual(DELIVERED, one.end(), one.stderr.text())
        self.assert_all_have_the_same(filters, MEMBERS * LINES)
        self.assertGreater(own_network.lost(), MEMBERS)

    def test_datagrams_are_lost_one_by_one(self):
        with own_network.own_network():
            own_network.set_offload(False)
            self.talk()

    def test_datagrams_that_travel_together_are_lost_together(self):
        with own_network.own_network():
            own_network.set_offload(True)
            self.talk()


if __name__ == "__main__":
    unittest.main()
