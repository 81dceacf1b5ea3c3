# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""A member behind a link that passes less than is said: it waits, and nobody else does."""
import contextlib
import re
import socket
import unittest

import own_network
import second_machine
from roomd_room import RoomTest

NOTHING = "8bit"  # a byte a second
TEXT = "x" * 850
SO_RCVBUFFORCE = 33

# Of one member, they are more than the send buffer that roomd asks for.
MESSAGES, ROUND = 12000, 50


class SlowLink(RoomTest):
    def open_with_far_member(self, listen, to_near, to_far):
        """A room with two members here, and one on a second machine, who have one door."""
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        stack.enter_context(own_network.own_network())
        machine = stack.enter_context(second_machine.second_machine())
        room = self.open("limits.messages=0", "limits.bytes=0", listen=listen)
        stack.callback(room.stop)
        author, near = (room.client(to=to_near).join(name) for name in ("author", "near"))
        far = machine.client(room, to=to_far).join("far")
        # It reads nothing until the end.
        far.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        room.fence()
        far.joined = False  # for the fence, which would wait for it
        for client in (author, near, far):
            client.pending.clear()
        return machine, room, author, near, far

    def say(self, room, author, near, numbers):
        """Everybody but the far member is sent all of them, in order."""
        for number in numbers:
            author.say("#%d %s" % (number, TEXT))
        room.fence()
        self.assertEqual(list(numbers), self.heard(near))
        far = room.clients[-1]
        far.read_waiting()

    @staticmethod
    def heard(client):
        numbers = [int(number) for datagram in client.pending for number in re.findall(rb"#([0-9]+) ", datagram)]
        client.pending.clear()
        return numbers

    def assert_all_reach_it(self, room, far, last):
        far.joined = True
        room.fence()
        room.fence()
        # Several processors may pass on what was sent by one: neighbours may change places.
        self.assertEqual(list(range(1, last + 1)), sorted(self.heard(far)))

    def assert_holds_up_nobody(self, listen, to_near, to_far):
        machine, room, author, near, far = self.open_with_far_member(listen, to_near, to_far)
        machine.slow_down(NOTHING)
        for first in range(1, MESSAGES, ROUND):
            self.say(room, author, near, range(first, first + ROUND))
        room.type("/stats")
        room.answers("^full_sockets_total 0$")
        room.answers("^slow_links_total [1-9]")
        machine.speed_up()
        self.assert_all_reach_it(room, far, MESSAGES)

    def test_a_link_that_passes_nothing_holds_up_nobody_else(self):
        self.assert_holds_up_nobody("0.0.0.0:0", "127.0.0.1", second_machine.HERE)

    @unittest.skipUnless(own_network.has_ipv6(), "this machine has no IPv6 loopback address")
    def test_over_ipv6_it_holds_up_nobody_else_either(self):
        self.assert_holds_up_nobody("[::]:0", "::1", second_machine.HERE_IPV6)

    def test_an_interface_whose_queue_is_full_holds_up_nobody_and_loses_nothing(self):
        machine, room, author, near, far = self.open_with_far_member("0.0.0.0:0", "127.0.0.1", second_machine.HERE)
        machine.slow_down(NOTHING, 3000)
        # One by one: of several that come at once, such a queue drops some without a word.
        for number in range(1, 21):
            self.say(room, author, near, [number])
        for first in range(21, 401, 20):
            self.say(room, author, near, range(first, first + 20))
        machine.speed_up()
        self.assert_all_reach_it(room, far, 400)


if __name__ == "__main__":
    unittest.main()
