# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
A room with members: clients (a UDP socket each), and a fence, which tells a test that all it sent
has been handled.

The fence: datagrams sent one after the other over loopback are handled in this order, and a member
gets its events in order. So when one witness says a line that was never said before, and another
witness and every member receive it, everything before it has been handled and has arrived. What
came until then is in the client's `pending`. No test sleeps.
"""
import collections
import contextlib
import ipaddress
import itertools
import select
import socket
import unittest

from lasting_port import LastingPort
from roomd_process import PATIENCE_S, Roomd

LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}
LONGEST_DATAGRAM = 65535
NOBODYS_PORT = 1


def as_bytes(text):
    return text if isinstance(text, bytes) else text.encode()


def readable(datagram):
    return "%r (%s)" % (datagram, datagram.decode("utf-8", "replace"))


class Client:
    """
    A client of the plain protocol. Every datagram must come from the address that it writes to.
    """

    def __init__(self, room, address, source=None, name=None):
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.room = room
        self.address = address
        self.name = name
        self.joined = False
        self.pending = collections.deque()
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        if source:
            self.socket.bind((source, 0))
        self._arrival = select.poll()
        self._arrival.register(self.socket, select.POLLIN)

    def __str__(self):
        return self.name or "a stranger"

    def close(self):
        """
        Ends its program without an exit: from now on an ICMP error answers what is sent to its
        port. The port stays bound, or a client of some other test would get it, with all that this
        room still sends there. A connected socket receives nothing from other peers.
        """
        self.joined = False
        self.room.clients.remove(self)
        self.room.gone.append(self)
        self.socket.connect((LOOPBACK[self.socket.family], NOBODYS_PORT))

    def send(self, datagram):
        self.socket.sendto(as_bytes(datagram), self.address)

    def _read_now(self):
        """Returns a datagram that has arrived, or raises BlockingIOError."""
        datagram, sender = self.socket.recvfrom(LONGEST_DATAGRAM)
        if sender[:2] != self.address[:2]:
            raise AssertionError("sent to %s, but %r came from %s" % (self.address, datagram, sender))
        if not datagram:
            raise AssertionError("%s was sent an empty datagram, which some clients take for the end of input" % self)
        return datagram

    def _read(self):
        while self._arrival.poll(PATIENCE_S * 1000):
            with contextlib.suppress(BlockingIOError):
                return self._read_now()
        raise AssertionError("%s waits in vain; the program says:\n%s" % (self, self.room.stderr.text()))

    def read_waiting(self):
        """Moves what has arrived to `pending`."""
        with contextlib.suppress(BlockingIOError):
            while True:
                self.pending.append(self._read_now())

    def read_until(self, marker):
        """Reads up to the line that holds `marker`, and moves what precedes it to `pending`."""
        while True:
            datagram = self._read()
            before, found, _ = datagram.partition(marker)
            if not found:
                self.pending.append(datagram)
                continue
            # Lines may share a datagram, and begin with a line break.
            lines = before.rpartition(b"\n")[0]
            if lines:
                self.pending.append(lines)
            return

    def receive(self):
        return self.pending.popleft() if self.pending else self._read()

    def expect(self, *datagrams):
        """Expects exactly these, in this order."""
        for expected in map(as_bytes, datagrams):
            got = self.receive()
            if got != expected:
                raise AssertionError("%s expects\n%s and gets\n%s" % (self, readable(expected), readable(got)))

    def ask(self, request, answer):
        self.send(request)
        self.expect(answer)

    def expect_silence(self):
        """Expects that nothing was sent to it that was not expected before."""
        self.room.fence()
        if self.pending:
            raise AssertionError("%s should get nothing and gets\n%s" % (self, "\n".join(map(readable, self.pending))))

    def join(self, name, verb="L", ending="", accept="OK"):
        self.ask("%s %s%s" % (verb, name, ending), accept + ("\n" if ending else ""))
        self.name = name
        self.joined = True
        return self

    def say(self, text, verb="C"):
        self.send(b" ".join((as_bytes(verb), as_bytes(self.name), as_bytes(text))))

    def leave(self, verb="E", bye="EXIT"):
        self.send("%s %s" % (verb, self.name))
        self.joined = False
        if bye is not None:
            self.expect(bye)


class Room(Roomd):
    """
    A running room and its clients. With `witnesses`, two members join at the start, and the fence
    can be used; without, the room starts empty.
    """

    def __init__(self, *options, witnesses=True, accept="OK", **keywords):
        self.clients = []
        self.gone = []
        self._fences = itertools.count(1)
        self._witnesses = None
        super().__init__(*options, **keywords)
        if witnesses:
            try:
                self._witnesses = [self._new_client().join(name, accept=accept) for name in ("teller", "witness")]
            except BaseException:
                self._discard()
                raise

    def _new_client(self, to=None, door=0, source=None):
        host, port = self.doors[door]
        if to is None:
            address = ipaddress.ip_address(host)
            family = socket.AF_INET if address.version == 4 else socket.AF_INET6
            to = LOOPBACK[family] if address.is_unspecified else host
        return Client(self, (to, port), source)

    def client(self, to=None, door=0, source=None):
        """
        A client that has not joined. `to`: the address it writes to; `source`: the one it writes
        from.
        """
        client = self._new_client(to, door, source)
        self.clients.append(client)
        return client

    def join(self, name, **keywords):
        return self.client().join(name, **keywords)

    def members(self, *names):
        """Members that have joined one after the other, and have received the joins."""
        clients = [self.join(name) for name in names]
        self.fence()
        for client in clients:
            client.pending.clear()
        return clients

    def fence(self):
        """Returns when all that was sent so far has been handled, and its effects have arrived."""
        teller, witness = self._witnesses
        marker = b"fence-%d." % next(self._fences)
        teller.say(marker)
        for client in (witness, *self.clients):
            if client.joined:
                client.read_until(marker)
            else:
                client.read_waiting()
        teller.read_waiting()
        teller.pending.clear()
        witness.pending.clear()

    def take_over(self, before):
        """Takes over the clients of a room that has ended: its program was restarted."""
        self.clients, before.clients = before.clients, []
        self.gone, before.gone = before.gone, []
        self._witnesses, before._witnesses = before._witnesses, None
        self._fences = before._fences
        for client in (*self.clients, *(self._witnesses or ())):
            client.room = self
        return self

    def _discard(self):
        super()._discard()
        for client in (*self.clients, *self.gone, *(self._witnesses or ())):
            client.socket.close()


class RoomTest(unittest.TestCase):
    """A test that opens rooms. They are stopped at its end, and each must end well."""

    maxDiff = None

    def open(self, *options, **keywords):
        room = Room(*options, **keywords)
        self.addCleanup(room.stop)
        return room

    def lasting_port(self):
        """A port that nobody else gets before the test ends, whether it is in use or not."""
        port = LastingPort()
        self.addCleanup(port.release)
        return port.number

    def lasting_door(self):
        """An argument `listen` for open(), which can be used again and again."""
        return "127.0.0.1:%d" % self.lasting_port()
