# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""Delivery while the room is busy, and the limits on replies."""
import unittest

from roomd_room import RoomTest


class Backlogs(RoomTest):
    """Delivery after a busy moment: the program is stopped, sent datagrams, and continued."""

    def test_many_joins_become_one_line_and_so_do_many_exits(self):
        room = self.open("plain.fold_joins=3")
        alice, = room.members("alice")
        guests = [room.client() for _ in range(3)]
        with room.held():
            for guest, name in zip(guests, "abc"):
                guest.send("L " + name)
        alice.expect("3 人进入了聊天室: a, b, c")
        for guest in guests:
            guest.expect("OK")
        with room.held():
            for guest, name in zip(guests, "abc"):
                guest.send("E " + name)
        alice.expect("3 人退出了聊天室: a, b, c")
        alice.expect_silence()

    def test_a_line_for_many_joins_names_as_many_as_fit_a_small_buffer(self):
        room = self.open()
        alice, = room.members("alice")
        guests = [room.client() for _ in range(60)]
        with room.held():
            for number, guest in enumerate(guests):
                guest.send("L %s%02d" % ("好" * 20, number))
        room.fence()
        line, = alice.pending
        self.assertLessEqual(len(line), 1024)
        self.assertRegex(line.decode(), "^60 人进入了聊天室: " + "好" * 20 + "00, " + "好" * 20 + "01, ")

    def test_few_joins_stay_lines_of_their_own(self):
        room = self.open("plain.fold_joins=3")
        alice, = room.members("alice")
        guests = [room.client() for _ in range(2)]
        with room.held():
            for guest, name in zip(guests, "ab"):
                guest.send("L " + name)
        alice.expect("a 进入了聊天室", "b 进入了聊天室")

    def test_lines_may_share_a_datagram_if_that_is_configured(self):
        room = self.open("plain.max_lines=3")
        alice, bob, carol = room.members("alice", "bob", "carol")
        with room.held():
            for number in range(4):
                alice.say("%d" % number)
            carol.say("x")
        bob.expect("alice ： 0\nalice ： 1\nalice ： 2", "alice ： 3\ncarol ： x")

    def test_lines_that_share_a_datagram_fit_a_small_buffer(self):
        room = self.open("plain.max_lines=64")
        alice, bob = room.members("alice", "bob")
        texts = ["%d %s" % (number, "x" * 17 * number) for number in range(20)]
        with room.held():
            for text in texts:
                alice.say(text)
        room.fence()
        self.assertLess(len(bob.pending), len(texts))
        self.assertLessEqual(max(map(len, bob.pending)), 1024)
        self.assertEqual(["alice ： " + text for text in texts], b"\n".join(bob.pending).decode().split("\n"))

    def test_a_join_is_answered_first_even_where_an_exit_follows_at_once(self):
        # Clients take the first datagram for the reply; a script may send everything without waiting for it.
        room = self.open()
        alice, = room.members("alice")
        script = room.client()
        with room.held():
            for request in ("L script", "C script hello", "E script"):
                script.send(request)
        script.expect("OK", "EXIT")
        alice.expect("script 进入了聊天室", "script ： hello", "script 退出了聊天室")

    def test_an_author_never_gets_its_own_line_among_those_of_others(self):
        room = self.open("plain.max_lines=8")
        alice, bob, carol = room.members("alice", "bob", "carol")
        with room.held():
            for author in (alice, bob, alice, carol, bob):
                author.say("from " + author.name)
        for reader, others in ((alice, (bob, carol, bob)), (bob, (alice, alice, carol)),
                               (carol, (alice, bob, alice, bob))):
            heard = []
            while len(heard) < len(others):
                heard += reader.receive().decode().split("\n")
            self.assertEqual(["%s ： from %s" % (other.name, other.name) for other in others], heard)


class Rationing(RoomTest):
    def test_replies_to_one_address_are_limited_and_others_still_get_theirs(self):
        room = self.open()
        flooder = room.client(source="127.9.9.9")
        for _ in range(100):
            for _ in range(20):
                flooder.send("E nobody")
            room.fence()
        self.assertIn(b"EXIT", flooder.pending)
        self.assertLess(len(flooder.pending), 2000)
        room.client(source="127.8.8.8").ask("E nobody", "EXIT")

    def test_a_flooded_address_can_still_join(self):
        room = self.open()
        flooder = room.client(source="127.9.9.9")
        for _ in range(100):
            for _ in range(20):
                flooder.send("E nobody")
            room.fence()
        room.client(source="127.9.9.9").join("alice")


if __name__ == "__main__":
    unittest.main()
