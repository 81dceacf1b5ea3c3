# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""A thousand members, and a hundred thousand datagrams that nobody should send."""
import os
import random
import re
import resource
import select
import socket
import unittest

from roomd_process import PATIENCE_S
from roomd_room import RoomTest

SEED = int(os.environ.get("ROOMD_SEED", "20260101"))
SPARE_DESCRIPTORS = 100


def raise_descriptor_limit(needed):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise unittest.SkipTest("only %d descriptors may be open here" % hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, needed), hard))


class Crowd:
    """Many clients, whose datagrams are read as they come, so that no buffer is ever full."""

    def __init__(self, room, size):
        self.poll = select.epoll()
        self.clients = [room.client() for _ in range(size)]
        self.by_descriptor = {client.socket.fileno(): client for client in self.clients}
        for descriptor in self.by_descriptor:
            self.poll.register(descriptor, select.EPOLLIN)

    def close(self):
        self.poll.close()

    def wait(self, clients, is_content):
        """Reads datagrams until each of `clients` has what it expects."""
        waiting = {client for client in clients if not is_content(client)}
        while waiting:
            ready = self.poll.poll(PATIENCE_S)
            if not ready:
                raise AssertionError("%d clients wait in vain, among them %s" % (len(waiting), next(iter(waiting))))
            for descriptor, _ in ready:
                client = self.by_descriptor[descriptor]
                client.read_waiting()
                if client in waiting and is_content(client):
                    waiting.remove(client)


class Thousand(RoomTest):
    SIZE = 1000
    BATCH = 50  # joins in flight: no buffer of either side fills up
    FOLDED = re.compile("^([0-9]+) 人进入了聊天室: ")
    JOIN = re.compile("^[^ ]+ 进入了聊天室$")

    def joins_told(self, lines):
        folded = (self.FOLDED.match(line) for line in lines)
        return sum(int(match.group(1)) for match in folded if match) + sum(1 for line in lines if self.JOIN.match(line))

    def test_a_thousand_members_hear_a_message_once_and_one_more_is_refused(self):
        raise_descriptor_limit(self.SIZE + SPARE_DESCRIPTORS)
        room = self.open("room.max_members=%d" % self.SIZE, witnesses=False)
        crowd = Crowd(room, self.SIZE)
        self.addCleanup(crowd.close)
        for first in range(0, self.SIZE, self.BATCH):
            batch = crowd.clients[first:first + self.BATCH]
            for number, client in enumerate(batch, first):
                client.name = "m%04d" % number
                client.send("L " + client.name)
            crowd.wait(batch, lambda client: client.pending)
        room.client().ask("L latecomer", "聊天室已满")

        crowd.clients[0].say("hello to all of you")
        line, end = "m0000 ： hello to all of you", "管理员消息: that was all"
        crowd.wait(crowd.clients[1:], lambda client: client.pending and client.pending[-1] == line.encode())
        room.type("that was all")
        room.answers("announced to %d members$" % self.SIZE)
        crowd.wait(crowd.clients, lambda client: client.pending[-1] == end.encode())

        for number, client in enumerate(crowd.clients):
            lines = [datagram.decode() for datagram in client.pending]
            self.assertEqual("OK", lines[0])
            self.assertEqual(1 if number else 0, lines.count(line))
            self.assertEqual(1, lines.count(end))
            self.assertEqual(self.SIZE - 1 - number, self.joins_told(lines), "joins that %s heard of" % client.name)


class Mutations:
    """Random datagrams and mutated requests, the same ones for the same seed."""

    NAMES = ("alice", "bob", "mallory", "Zoë", "李雷", "管理员", "OK", "EXIT", "", "x" * 32, "x" * 64, "a:b", "％", "%n%s",
             "teller", "fence")
    VERBS = ("L", "C", "E", "Q", "LOGIN", "CHAT", "EXIT", "QUIT", "l", "Y", "OK", "")
    SCRAPS = (b" ", b"  ", b"\n", b"\r\n", b"\0", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x1b[2J", b"%n%s",
              b"{name}", "：".encode(), "\u202e".encode(), "\u200d".encode())

    def __init__(self, seed):
        self.random = random.Random(seed)

    def noise(self):
        return self.random.randbytes(self.random.choice((0, 1, 2, 3, 8, 40, 200)))

    def request(self, own_name):
        choose = self.random.choice
        name = own_name if self.random.random() < 0.5 else choose(self.NAMES)
        words = [choose(self.VERBS), name]
        if self.random.random() < 0.4:
            words.append("w" * choose((0, 1, 5, 60)) + choose(("", " ", "你好", "\n", "😀")))
        return " ".join(words).encode() + choose((b"", b"", b"\n", b"\r\n"))

    def mutated(self, datagram, own_name):
        position = self.random.randrange(len(datagram) + 1)
        head, tail = datagram[:position], datagram[position:]
        kind = self.random.randrange(6)
        if kind == 0:
            return head + self.random.choice(self.SCRAPS) + tail
        if kind == 1:
            return head
        if kind == 2:
            return tail
        if kind == 3:
            return head + bytes([self.random.randrange(256)]) + tail[1:]
        if kind == 4:
            return head + self.request(own_name)
        return head + tail[:1] * self.random.choice((10, 100, 890, 1200, 9000)) + tail

    def next(self, own_name):
        dice = self.random.random()
        if dice < 0.2:
            return self.noise()
        if dice < 0.25:
            return bytes([self.random.randrange(0xF8, 0xFF)]) + self.noise()  # of the sequenced protocol
        if dice < 0.5:
            return self.request(own_name)
        datagram = self.request(own_name)
        for _ in range(self.random.randrange(1, 4)):
            datagram = self.mutated(datagram, own_name)
        return datagram


class Attackers:
    """A hundred addresses. Some close their port for a while, as if their program had ended, and come back."""

    def __init__(self, room, port, count):
        self.room = room
        self.sources = [("127.0.%d.%d" % (1 + number // 10, 1 + number % 10), port) for number in range(count)]
        self.sockets = [None] * count
        for number in range(count):
            self.open(number)

    def open(self, number):
        self.sockets[number] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sockets[number].bind(self.sources[number])

    def close(self, number):
        self.sockets[number].close()
        self.sockets[number] = None

    def close_all(self):
        for number, opened in enumerate(self.sockets):
            if opened:
                self.close(number)

    def send(self, number, datagram):
        self.sockets[number].sendto(datagram, self.room.doors[0])


class Abuse(RoomTest):
    ADDRESSES = 100
    DATAGRAMS = 100000
    BATCH = 50  # in flight
    ROUND = 1000
    WARM_UP = 20000
    GROWTH_MAX_KIB = 4096

    TOKENS = ("OK", "EXIT", "QUIT", "请先进入聊天室")
    UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

    def assert_fit(self, datagram):
        """No datagram may reach a member that its program can't handle."""
        self.assertLessEqual(len(datagram), 1024)
        line = datagram.decode()
        self.assertNotIn(line, self.TOKENS)
        self.assertIsNone(self.UNFIT.search(line), line)

    def abuse(self, attackers, mutations, absent, members):
        for _ in range(self.ROUND // self.BATCH):
            for _ in range(self.BATCH):
                number = mutations.random.randrange(self.ADDRESSES)
                if number not in absent:
                    attackers.send(number, mutations.next("n%d" % number))
            attackers.room.fence()
            for member in members:
                while member.pending:
                    self.assert_fit(member.receive())

    def assert_served(self, alice, bob, number):
        for author, reader in ((alice, bob), (bob, alice)):
            author.say("%d" % number)
            reader.expect("%s ： %d" % (author.name, number))

    def test_a_hundred_thousand_random_datagrams_change_nothing_for_the_members(self):
        quarantine = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1:thread_local_quarantine_size_kb=64"
        # A small ring is full, and so touched, before memory is measured.
        room = self.open("room.ring=64 KiB", "limits.messages=0", environment={"ASAN_OPTIONS": quarantine})
        alice, bob = room.members("alice.", "bob.")
        attackers = Attackers(room, self.lasting_port(), self.ADDRESSES)
        self.addCleanup(attackers.close_all)
        mutations = Mutations(SEED)
        with self.subTest(ROOMD_SEED=SEED):
            for done in range(0, self.DATAGRAMS, self.ROUND):
                if done == self.WARM_UP:
                    before = room.resident_kib()
                absent = mutations.random.sample(range(self.ADDRESSES), 3)
                for number in absent:
                    attackers.close(number)
                self.abuse(attackers, mutations, absent, (alice, bob))
                self.assert_served(alice, bob, done)
                for number in absent:
                    attackers.open(number)
            self.assertLess(room.resident_kib() - before, self.GROWTH_MAX_KIB)


class Flood(RoomTest):
    def test_a_member_that_floods_is_told_and_the_others_are_served(self):
        room = self.open("limits.messages=1", "limits.message_burst=20")
        alice, bob, flooder = room.members("alice.", "bob.", "flooder.")
        with room.held():
            for number in range(100):
                flooder.say("flood %d" % number)
            alice.say("still here")
        heard = [bob.receive() for _ in range(21)]
        self.assertIn("alice. ： still here".encode(), heard)
        self.assertEqual(heard[:20], ["flooder. ： flood {}".format(number).encode() for number in range(20)])
        flooder.expect("消息没有发送: 发言太快, 请稍后再试", "alice. ： still here")


if __name__ == "__main__":
    unittest.main()
