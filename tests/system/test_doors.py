# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""Doors: one room with several addresses, dialects and families; and two servers that cannot be made to talk."""
import pathlib
import socket
import unittest

import own_network
from roomd_process import Roomd, run_with_defaults
from roomd_room import RoomTest


def needs_ipv6(test):
    return unittest.skipUnless(own_network.has_ipv6(), "this machine has no IPv6 loopback address")(test)


class Doors(RoomTest):
    @needs_ipv6
    def test_both_families_meet_in_one_room(self):
        room = self.open(listen="127.0.0.1:0, [::1]:0")
        self.assertEqual(["127.0.0.1", "::1"], [host for host, _ in room.doors])
        alice = room.client(door=0).join("alice")
        bob = room.client(door=1).join("bob")
        alice.expect("bob 进入了聊天室")
        bob.say("over six")
        alice.expect("bob ： over six")
        alice.say("over four")
        bob.expect("alice ： over four")

    @needs_ipv6
    def test_wildcard_doors_of_both_families_share_a_port(self):
        port = self.lasting_port()
        room = self.open(listen="0.0.0.0:%d, [::]:%d" % (port, port))
        alice = room.client(door=0).join("alice")
        room.client(door=1).join("bob")
        alice.expect("bob 进入了聊天室")

    def test_replies_leave_from_the_address_that_was_written_to(self):
        # Client.receive fails if a datagram has another source; loopback has all of 127.0.0.0/8.
        room = self.open(listen="0.0.0.0:0")
        alice = room.client(to="127.0.0.2").join("alice")
        bob = room.client(to="127.0.0.3").join("bob")
        alice.expect("bob 进入了聊天室")
        for author, reader in ((alice, bob), (bob, alice)):
            author.say("hello")
            reader.expect("%s ： hello" % author.name)
        room.client(to="127.0.0.4", source="127.0.0.9").ask("L alice", "该用户已存在")
        alice.leave()
        bob.expect("alice 退出了聊天室")
        bob.leave("QUIT", "QUIT")

    @needs_ipv6
    def test_replies_leave_from_the_ipv6_address_that_was_written_to(self):
        with own_network.own_network():
            for address in ("fd00::2", "fd00::3"):
                own_network.add_ipv6_address(address)
            room = self.open(listen="[::]:0")
            alice = room.client(to="fd00::2").join("alice")
            bob = room.client(to="fd00::3").join("bob")
            alice.expect("bob 进入了聊天室")
            bob.say("hello")
            alice.expect("bob ： hello")
            room.client(to="::1").ask("L alice", "该用户已存在")
            bob.leave()

    def test_a_member_may_move_to_another_address_of_the_server(self):
        room = self.open(listen="0.0.0.0:0")
        alice, bob = room.members("alice", "bob")
        alice.address = ("127.0.0.5", alice.address[1])
        alice.ask("L alice", "OK")
        bob.say("hello")
        alice.expect("bob ： hello")

    def test_each_door_has_its_dialect(self):
        room = self.open("plain.language=en", listen="127.0.0.1:0=course, 127.0.0.1:0=yn")
        alice = room.client(door=0).join("alice")
        bob = room.client(door=1).join("bob", accept="Y")
        alice.expect("bob joined")
        room.client(door=0, source="127.0.0.9").ask("L bob", self.answer_for_a_taken_name("en"))
        room.client(door=1, source="127.0.0.9").ask("L alice", "N")
        bob.say("hello")
        alice.expect("bob: hello")
        alice.say("hello")
        bob.expect("alice: hello")
        bob.leave(bye=None)
        alice.expect("bob left")
        bob.expect_silence()
        alice.leave()

    def answer_for_a_taken_name(self, language):
        room = self.open("plain.language=" + language)
        room.join("alice")
        stranger = room.client()
        stranger.send("L alice")
        return stranger.receive()

    def test_no_line_equals_a_reply_of_the_dialect_it_goes_to(self):
        room = self.open("plain.chat={text}", listen="127.0.0.1:0=course, 127.0.0.1:0=yn")
        alice = room.client(door=0).join("alice")
        bob = room.client(door=1).join("bob", accept="Y")
        for author, reader, replies in ((alice, bob, (b"Y", b"N")), (bob, alice, (b"OK", b"EXIT", b"QUIT"))):
            for reply in replies:
                author.say(reply)
            room.fence()
            self.assertFalse(set(replies) & set(reader.pending))


class ClosedDoors(RoomTest):
    def test_a_port_in_use_is_reported_and_ends_the_program(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", 0))
            door = "127.0.0.1:%d" % other.getsockname()[1]
            result = run_with_defaults("--set", "room.listen=" + door)
        self.assertEqual(69, result.returncode)
        self.assertIn(door, result.stderr)
        self.assertNotIn("is open on", result.stderr)

    def test_a_port_that_another_roomd_has_is_in_use(self):
        room = self.open()
        result = run_with_defaults("--set", "room.listen=%s:%d" % room.doors[0])
        self.assertEqual(69, result.returncode)

    def test_the_default_port_in_use_is_reported_and_ends_the_program(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            try:
                other.bind(("0.0.0.0", 8888))
            except OSError:
                pass  # then another program has it
            result = run_with_defaults()
        self.assertEqual(69, result.returncode)
        self.assertIn("8888", result.stderr)

    def test_an_address_that_this_machine_does_not_have_ends_the_program(self):
        result = run_with_defaults("--set", "room.listen=192.0.2.1:0")  # RFC 5737: for documentation
        self.assertEqual(69, result.returncode)
        self.assertIn("room.listen: can't open 192.0.2.1:0: this machine does not have that address", result.stderr)
        self.assertIn('; take "192.0.2.1:0" out of room.listen (--set room.listen=192.0.2.1:0), '
                      'so that it is "0.0.0.0:0"', result.stderr)

    def test_every_entry_that_cannot_be_had_is_told_with_what_is_left(self):
        result = run_with_defaults("--set", "room.listen=192.0.2.1:0, 127.0.0.1:0=yn, 198.51.100.1:0")
        self.assertEqual(69, result.returncode)
        for address in ("192.0.2.1:0", "198.51.100.1:0"):
            self.assertRegex(result.stderr, "can't open %s: .*; take \"%s\" out of room.listen .*"
                             "so that it is \"127.0.0.1:0=yn\"" % (address, address))

    def test_by_default_the_room_is_open_on_port_8888_of_both_families(self):
        with own_network.own_network():
            room = self.open(listen=None, witnesses=False)
            self.assertEqual("lobby", room.name)
            self.assertIn(room.doors, ([("0.0.0.0", 8888), ("::", 8888)], [("0.0.0.0", 8888)]))
            room.join("alice")

    @unittest.skipUnless(own_network.can_do_without_ipv6(), "the system call's number on this machine is not known")
    def test_a_default_door_whose_family_the_kernel_lacks_is_skipped_with_a_warning(self):
        with own_network.own_network():
            room = self.open(listen=None, witnesses=False, before_exec=own_network.without_ipv6)
            self.assertEqual([("0.0.0.0", 8888)], room.doors)
            self.assertIn("[::]:8888", room.stderr.text())

    @unittest.skipUnless(own_network.can_do_without_ipv6(), "the system call's number on this machine is not known")
    def test_a_configured_door_whose_family_the_kernel_lacks_is_an_error(self):
        with self.assertRaises(AssertionError) as refused:
            Roomd(listen=None, config="[room]\nname = lab\nlisten = 127.0.0.1:0, [::]:0\n",
                  before_exec=own_network.without_ipv6)
        self.assertRegex(str(refused.exception),
                         r"room\.listen: can't open \[::\]:0: this kernel has no IPv6; take \"\[::\]:0\" out of "
                         r"room\.listen \(\S*/roomd\.conf:3\), so that it is \"127\.0\.0\.1:0\"")

    @needs_ipv6
    def test_a_door_of_a_family_of_which_the_machine_has_no_address_is_warned_of(self):
        warning = r"nobody can write to \[::\]:\d+: no interface of this machine has an IPv6 address"
        with own_network.own_network():
            room = self.open(listen="127.0.0.1:0, [::]:0")
            self.assertNotRegex(room.stderr.text(), warning)
            own_network.disable_ipv6()
            room = self.open(listen="127.0.0.1:0, [::]:0")
            self.assertRegex(room.stderr.text(), warning)

    def test_a_second_process_cannot_take_the_traffic(self):
        # SO_REUSEADDR on both sockets would allow it.
        room = self.open()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as thief:
            thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.assertRaises(OSError, thief.bind, room.doors[0])
        room.join("alice")


class TwoServers(RoomTest):
    """A forged datagram starts no endless exchange between two servers."""

    ROUNDS = 10

    def traffic_after(self, forged, *options):
        """Counts the datagrams that follow a forged request from one roomd's address to the other."""
        with own_network.own_network():
            first, second = self.open(*options), self.open(*options)
            first.fence()
            second.fence()
            before = own_network.datagrams_received()
            own_network.send_forged(first.doors[0], second.doors[0], forged)
            for _ in range(self.ROUNDS):  # by then each has handled the other's datagrams, ten times over
                second.fence()
                first.fence()
            # A fence is two datagrams: that of the teller, and that to the witness.
            return own_network.datagrams_received() - before - self.ROUNDS * 2 * 2

    def test_a_forged_exit_leads_to_one_bye_and_no_more(self):
        for verb in ("E", "Q", "QUIT"):
            with self.subTest(verb=verb):
                self.assertIn(self.traffic_after(b"%s alice" % verb.encode()), (1, 2))

    def test_replies_that_are_requests_themselves_start_no_endless_exchange(self):
        for key, answer, forged in (("bye", "E bye", b"E alice"), ("name_bad", "L bad:name", b"L al:ice"),
                                    ("refused", "C join first", b"C alice hello"),
                                    ("bye", "E {name} bye", b"E alice"), ("name_bad", "L {name} bad", b"L al:ice"),
                                    ("name_bad", "L {name} bad", b"L a b"), ("name_bad", "L {name} bad", b"L "),
                                    ("refused", "C {name} first", b"C alice hello")):
            with self.subTest(key=key, answer=answer, forged=forged):
                self.assertIn(self.traffic_after(forged, "plain.%s=%s" % (key, answer)), (1, 2))

    def test_a_forged_message_leads_to_one_refusal_and_no_more(self):
        self.assertIn(self.traffic_after(b"C alice hello"), (1, 2))

    def test_a_forged_join_with_a_bad_name_leads_to_one_refusal_and_no_more(self):
        self.assertIn(self.traffic_after(b"L al:ice"), (1, 2))

    def test_a_forged_join_sets_off_no_conversation(self):
        # The new member is a roomd. It is sent the accept and the teller's messages, and answers nothing; both
        # witnesses are sent its join.
        self.assertLessEqual(self.traffic_after(b"L alice"), 1 + 1 + self.ROUNDS + 2)

    def test_doors_that_are_members_of_each_other_repeat_nothing(self):
        # Each room has taken two doors of the other for members, and a message of one is a line for the other.
        prefixed = str(pathlib.Path(__file__).parents[2] / "conf" / "dialects" / "prefixed.conf")
        with own_network.own_network():
            first, second = (self.open(listen="127.0.0.1:0, " + ", ".join(["127.0.0.1:0=" + prefixed] * 2))
                             for _ in range(2))
            for door, name_there, name_here in ((1, b"x", b"z"), (2, b"z", b"x")):
                own_network.send_forged(first.doors[door], second.doors[door], b"L " + name_there)
                own_network.send_forged(second.doors[door], first.doors[door], b"L " + name_here)
                first.fence()
                second.fence()
            before = own_network.datagrams_received()
            own_network.send_forged(first.doors[1], second.doors[1], b"C x hello")
            for _ in range(self.ROUNDS):
                second.fence()
                first.fence()
            # The fence of each room is a line for the witness and for the other room's two doors. The forged message
            # is one itself, and one for teller and witness. Once in 5 seconds a room tells a stranger to join first.
            caused = own_network.datagrams_received() - before - self.ROUNDS * 2 * (2 + 2)
            self.assertLessEqual(caused, 3 + 5 + 4)

    def test_a_datagram_from_its_own_address_is_dropped(self):
        with own_network.own_network():
            room = self.open()
            room.fence()
            before = own_network.datagrams_received()
            for forged in (b"L alice", b"E alice", b"C alice hello"):
                own_network.send_forged(room.doors[0], room.doors[0], forged)
            for _ in range(3):
                room.fence()
            self.assertEqual(3 + 3 * 2, own_network.datagrams_received() - before)


if __name__ == "__main__":
    unittest.main()
