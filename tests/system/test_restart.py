#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""A program that ends and is started again, under a service manager that holds its sockets and members meanwhile."""
import os
import signal
import unittest

from roomd_room import Room, RoomTest
from service_manager import ServiceManager
from traffic import Traffic


class Restart(RoomTest):
    def setUp(self):
        self.manager = ServiceManager()
        self.addCleanup(self.manager.close)

    def start(self, *options, before=None, **keywords):
        room = self.manager.start(Room, *options, witnesses=before is None, **keywords)
        self.addCleanup(room.stop)
        self.manager.wait_for("READY")
        return room if before is None else room.take_over(before)

    def end(self, room, how):
        if how == signal.SIGKILL:
            room.process.kill()
            room.wait_for_exit()
        else:
            room.process.send_signal(how)
            self.assertEqual(0, room.wait_for_exit())
            self.manager.wait_for("STOPPING")

    def listen(self, room):
        return "127.0.0.1:%d" % room.doors[0][1]

    def test_nobody_notices_a_restart_and_no_datagram_is_lost(self):
        for how in (signal.SIGTERM, signal.SIGKILL):
            with self.subTest(how=how.name):
                first = self.start()
                alice, bob = first.members("alice", "bob")
                carol = first.join("carol", ending="\n")
                alice.expect("carol 进入了聊天室")
                bob.expect("carol 进入了聊天室")
                first.fence()  # carol's reply is in the roster file, too
                self.end(first, how)
                alice.say("into the gap")
                dave = first.client()
                dave.send("L dave")
                second = self.start(before=first, listen=self.listen(first))
                second.stderr.wait_for(r"5 members are still in the room after the restart")
                dave.expect("OK")
                dave.joined = True
                bob.expect("alice ： into the gap", "dave 进入了聊天室")
                carol.expect("alice ： into the gap\n", "dave 进入了聊天室\n")
                alice.expect("dave 进入了聊天室")
                bob.name = "bob"
                bob.leave()
                for client in (alice, dave):
                    client.expect("bob 退出了聊天室")
                carol.expect("bob 退出了聊天室\n")
                for client in (alice, bob, carol, dave):
                    client.expect_silence()
                self.manager.forget(lambda name: True)

    def test_it_can_be_repeated(self):
        room = self.start()
        alice, bob = room.members("alice", "bob")
        for turn in range(5):
            self.end(room, signal.SIGKILL if turn % 2 else signal.SIGTERM)
            alice.say("turn %d" % turn)
            room = self.start(before=room, listen=self.listen(room))
            bob.expect("alice ： turn %d" % turn)
        bob.expect_silence()
        self.assertEqual(2, len(self.manager.store), "a socket and a roster, the newest of each")

    def test_a_member_that_left_before_the_restart_may_join_again(self):
        first = self.start()
        alice, bob = first.members("alice", "bob")
        bob.leave()
        alice.expect("bob 退出了聊天室")
        self.end(first, signal.SIGKILL)
        second = self.start(before=first, listen=self.listen(first))
        second.join("bob")
        alice.expect("bob 进入了聊天室")

    def test_port_0_is_the_same_port_again(self):
        first = self.start(listen="127.0.0.1:0, [::1]:0")
        self.end(first, signal.SIGTERM)
        second = self.start(before=first, listen="127.0.0.1:0, [::1]:0")
        self.assertEqual(first.doors, second.doors)

    def test_the_configuration_decides_on_the_doors(self):
        port = self.lasting_port()
        first = self.start(listen="127.0.0.1:0, 127.0.0.2:%d" % port)
        alice = first.join("alice")
        gone = first.client(door=1)
        gone.join("gone")
        alice.expect("gone 进入了聊天室")
        self.end(first, signal.SIGTERM)
        # A new door on the port of a removed one: the old socket must have been closed before.
        second = self.start(before=first, listen="%s, 0.0.0.0:%d" % (self.listen(first), port))
        gone.joined = False
        second.stderr.wait_for(r"3 members are still in the room")
        second.stderr.wait_for(r"1 member could not be kept")
        alice.expect("gone 退出了聊天室")
        self.assertEqual({"door-127.0.0.1_%d" % first.doors[0][1], "door-0.0.0.0_%d" % port, "members-2"},
                         {name for name, _ in self.manager.store})

    def test_members_of_networks_that_were_denied_meanwhile_are_removed(self):
        first = self.start()
        alice = first.join("alice")
        other = first.client(source="127.0.0.9")
        other.join("other")
        alice.expect("other 进入了聊天室")
        self.end(first, signal.SIGTERM)
        second = self.start("access.deny=127.0.0.9", before=first, listen=self.listen(first))
        other.joined = False
        alice.expect("other 退出了聊天室")
        second.fence()

    def test_an_invalid_roster_costs_the_members_and_nothing_else(self):
        first = self.start()
        first.members("alice")
        self.end(first, signal.SIGTERM)
        roster = next(descriptor for name, descriptor in self.manager.store if name.startswith("members"))
        os.pwrite(roster, b"another version", 0)
        second = self.start(listen=self.listen(first))
        self.assertEqual(first.doors, second.doors)
        second.join("alice")

    def test_without_a_store_it_starts_empty(self):
        first = self.start(listen=self.lasting_door())
        first.members("alice")
        self.end(first, signal.SIGTERM)
        self.manager.forget(lambda name: True)
        second = self.start(listen=self.listen(first))
        second.join("alice")

    def test_descriptors_that_are_none_of_ours_are_closed(self):
        reader, writer = os.pipe()
        self.addCleanup(os.close, writer)
        self.manager.store.append(("stranger", reader))
        self.start()
        self.assertNotIn("stranger", [name for name, _ in self.manager.store])

    def test_messages_before_the_end_are_delivered(self):
        room = self.start()
        alice, bob = room.members("alice", "bob")
        with room.held():
            for n in range(50):
                alice.say("line %d" % n)
            # The signal arrives at once; the datagrams do, too, before it or after it.
            room.process.send_signal(signal.SIGTERM)
        self.assertEqual(0, room.wait_for_exit())
        self.start(before=room, listen=self.listen(room))
        bob.expect(*("alice ： line %d" % n for n in range(50)))
        bob.expect_silence()

    def test_members_speak_through_restarts(self):
        for how in (signal.SIGTERM, signal.SIGKILL):
            with self.subTest(how=how.name):
                room = self.manager.start(Room, witnesses=False)
                self.addCleanup(room.stop)
                traffic = Traffic(room.doors[0], members=50, rate=200)
                self.addCleanup(traffic.close)
                traffic.start()
                for _ in range(2):
                    traffic.wait_for_more(100)
                    self.end(room, how)
                    traffic.note_crash()
                    room = self.manager.start(Room, witnesses=False, listen=self.listen(room))
                    self.addCleanup(room.stop)
                traffic.wait_for_more(100)
                traffic.stop()
                self.assertEqual([], traffic.other)
                self.assertEqual((0, 0), (traffic.repeated(), traffic.disorder))
                self.assertEqual([], traffic.unexplained(), "a killed process takes along what it has read and not yet sent")
                if how != signal.SIGKILL:
                    self.assertEqual({}, traffic.missing())
                self.manager.forget(lambda name: True)

    def test_the_watchdog_is_fed(self):
        self.start(environment={"WATCHDOG_USEC": "200000"})
        for _ in range(3):
            self.manager.wait_for("WATCHDOG", "1")


if __name__ == "__main__":
    unittest.main()
