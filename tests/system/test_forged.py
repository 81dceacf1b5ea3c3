# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""ICMP errors that are forged, or that say nothing about a member's program, remove nobody."""
import os
import unittest

import own_network
from ghost_room import JOINED, LEFT, TAKEN, GhostTest
from roomd_process import PATIENCE_S

# The third error that counts would remove a member, and they would count every two seconds. `./dev soak` takes longer.
FORGED_S = int(os.environ.get("ROOMD_OUTAGE_S", "7"))


class Forged(GhostTest):
    """Somebody writes ICMP errors, from the member's own address, as if from behind the same router."""

    def setUp(self):
        network = own_network.own_network()
        network.__enter__()
        self.addCleanup(network.__exit__, None, None, None)

    def forge(self, member, payload):
        host = member.address[0]
        own_network.send_icmp(host, member.address, (host, member.socket.getsockname()[1]), payload)

    def test_without_the_code_nobody_takes_a_name(self):
        room = self.open()
        alice, ghost = room.members("alice.", "ghost.")
        thief = room.client()
        alice.say("hello")
        room.fence()
        thief.send("L ghost.")
        ghost.expect("alice. ： hello")
        self.expect_asked(ghost)
        for payload in (b"", b"OK", "alice. ： hello".encode()):
            self.forge(ghost, payload)
        for code in range(50):
            self.forge(ghost, ("同一地址上有人要用您的名字 (%08x)" % code).encode())
        thief.expect(TAKEN)
        ghost.expect_silence()
        alice.expect_silence()
        self.expect_errors(room, 50)

    def test_an_error_that_quotes_nothing_that_was_said_removes_nobody(self):
        room = self.open()
        alice, ghost = room.members("alice.", "ghost.")

        def forge():
            for payload in (b"", b"OK", "alice. ： anybody".encode(), "ghost. ： hi".encode(), b"\0" * 200):
                self.forge(ghost, payload)

        self.chat(room, alice, FORGED_S, forge)
        self.expect_errors(room, 50)
        self.expect_nobody_left(room, alice, ghost)


class Network(GhostTest):
    """Members on other hosts, and a network that fails or lies."""

    SERVER, MEMBER, THIRD, GATEWAY = ("10.9.0.%d" % number for number in range(1, 5))

    def setUp(self):
        network = own_network.own_network()
        network.__enter__()
        self.addCleanup(network.__exit__, None, None, None)
        own_network.make_ethernet(self.SERVER)
        self.host = self.add_host(self.MEMBER)
        self.room = self.open(listen=self.SERVER + ":0")
        self.alice = self.room.join("alice.")
        self.ghost = self.join_from(self.host, "ghost.")
        self.room.fence()
        for client in (self.alice, self.ghost):
            client.pending.clear()

    def add_host(self, address):
        host = own_network.Host(address)
        self.addCleanup(host.close)
        return host

    def join_from(self, host, name):
        with host.inside():
            return self.room.join(name)

    def test_a_closed_port_is_found_by_the_next_messages(self):
        self.ghost.close()
        self.expect_found(self.room, self.alice)

    def test_in_a_silent_room_a_killed_program_has_its_name_back_at_once(self):
        self.ghost.close()
        self.join_from(self.host, "ghost.")
        self.alice.expect(LEFT, JOINED)

    def test_a_switch_that_restarts_removes_nobody(self):
        self.ghost.joined = False  # it can't hear the fence
        self.host.unplug()
        self.chat(self.room, self.alice, FORGED_S)
        self.expect_errors(self.room, 3)
        self.host.plug_in()
        self.chat(self.room, self.alice, PATIENCE_S, lambda: self.ghost.pending)
        self.ghost.joined = True
        self.expect_nobody_left(self.room, self.alice, self.ghost)

    def test_a_firewall_removes_nobody(self):
        self.ghost.joined = False
        self.host.prohibit(self.room.doors[0][1])
        self.chat(self.room, self.alice, FORGED_S)
        self.expect_errors(self.room, 3)
        self.host.allow()
        self.ghost.joined = True
        self.expect_nobody_left(self.room, self.alice, self.ghost)

    def test_forged_errors_of_every_type_remove_nobody(self):
        third = self.add_host(self.THIRD)
        port = self.room.doors[0][1]
        with self.host.inside():
            reader = (self.MEMBER, self.ghost.socket.getsockname()[1])
        kinds = [(3, code) for code in range(16)] + [(4, 0), (5, 0), (5, 1), (11, 0), (11, 1), (12, 0)]

        def forge():
            with third.inside():
                for host in (self.THIRD, self.GATEWAY):
                    for kind, code in kinds:
                        own_network.send_icmp(host, (self.SERVER, port), reader, "alice. ： anybody?".encode(),
                                              kind, code)

        self.chat(self.room, self.alice, FORGED_S, forge)
        self.expect_errors(self.room, 100)
        self.expect_nobody_left(self.room, self.alice, self.ghost)


if __name__ == "__main__":
    unittest.main()
