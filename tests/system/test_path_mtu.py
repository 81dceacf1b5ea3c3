# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""Forged reports of a small path MTU change nothing; an interface with a small MTU is served in fragments."""
import contextlib
import unittest

import own_network
import second_machine
from roomd_room import RoomTest

MTU = {4: 552, 6: 1280}  # the least that the kernel believes
LONG = "x" * 700


class PathMtu(RoomTest):
    def open_with_far_member(self, family):
        """A room, a member in it, and one on a second machine."""
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        stack.enter_context(own_network.own_network())
        machine = stack.enter_context(second_machine.second_machine())
        room = self.open("sequenced.enabled=no",
                         listen="127.0.0.1:0, %s:0" % ("0.0.0.0" if family == 4 else "[::]"))
        stack.callback(room.stop)
        far = machine.client(room, 1, second_machine.HERE if family == 4 else second_machine.HERE_IPV6).join("far")
        near = room.client(door=0).join("near")
        tap = second_machine.Tap(machine)
        stack.callback(tap.close)
        far.expect("near 进入了聊天室")
        return machine, room, near, far, tap

    def say_long(self, near, far, text):
        near.say(text)
        far.expect("near ： " + text)

    def assert_whole_after_forged_report(self, family):
        machine, room, near, far, tap = self.open_with_far_member(family)
        self.say_long(near, far, LONG)
        before = tap.packets()
        for _ in range(3):
            second_machine.forge_fragmentation_needed(
                machine, (far.address[0], room.doors[1][1]),
                (second_machine.THERE if family == 4 else second_machine.THERE_IPV6, far.socket.getsockname()[1]),
                MTU[family])
            room.fence()
            far.pending.clear()
            tap.packets()
            self.say_long(near, far, LONG)
            self.assertEqual(before[-1:], tap.packets()[-1:])
        self.assertFalse(before[-1][1])
        self.assertIsNone(machine.noted_mtu(second_machine.THERE if family == 4 else second_machine.THERE_IPV6))

    def test_a_forged_report_changes_nothing(self):
        self.assert_whole_after_forged_report(4)

    @unittest.skipUnless(own_network.has_ipv6(), "this machine has no IPv6 loopback address")
    def test_a_forged_report_over_ipv6_changes_nothing(self):
        self.assert_whole_after_forged_report(6)

    def test_a_member_behind_an_interface_with_a_small_mtu_is_served(self):
        machine, room, near, far, tap = self.open_with_far_member(4)
        machine.limit_mtu(600)
        self.say_long(near, far, LONG)
        self.assertEqual([True, True], [fragment for _, fragment in tap.packets()[-2:]])
        with room.held():
            for number in range(20):
                near.say("%d %s" % (number, LONG))
        for number in range(20):
            far.expect("near ： %d %s" % (number, LONG))


if __name__ == "__main__":
    unittest.main()
