# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
Many members that speak at a steady pace while something is done to the program, and a record of
what each of them was sent: every message must reach everybody but its author, once, in the order of
its author, and nothing else may.
"""
import collections
import contextlib
import re
import select
import socket
import threading
import time

from roomd_process import PATIENCE_S

BUFFER_BYTES = 8 << 20
QUIET_S = 1.0  # if nothing has arrived for so long, nothing more will
LINE = re.compile(rb"m(\d+)(?: \xef\xbc\x9a|:) #(\d+)")  # in Chinese or in English


class Traffic:
    """
    `members` of them join at `address`, as m0, m1, …; the sockets belong to the caller's network.
    From start() to stop() they say #0, #1, … in turn, `rate` a second in all.
    """

    def __init__(self, address, members, rate):
        self._rate = rate
        self._members = members
        self._poll = select.epoll()
        self._by_descriptor = {}
        self._sockets = []
        self._speaking = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._said = 0
        self._last_heard = time.monotonic()
        self.heard = [collections.Counter() for _ in range(members)]  # of each member, by message
        self.other = []  # other datagrams: (member, datagram)
        self.disorder = 0
        self._newest = [-1] * members  # the newest message that each has received
        self._before = -1
        # Of each crash, the newest message that everybody had received, and how many had been said.
        self._crashes = []
        for number in range(members):
            self._sockets.append(self._new_socket(address))
            self._by_descriptor[self._sockets[number].fileno()] = number
            self._poll.register(self._sockets[number], select.EPOLLIN)
        self._join()

    @staticmethod
    def _new_socket(address):
        new = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        force = getattr(socket, "SO_RCVBUFFORCE", 33)
        try:
            new.setsockopt(socket.SOL_SOCKET, force, BUFFER_BYTES)
        except PermissionError:
            new.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        new.connect(address)
        new.setblocking(False)
        return new

    def _join(self):
        accepted = set()
        deadline = time.monotonic() + PATIENCE_S
        for number, one in enumerate(self._sockets):
            one.send(b"L m%d" % number)
        # The join of the last member reaches all others last.
        last = b"m%d " % (self._members - 1)
        waiting = set(range(self._members - 1))
        while len(accepted) < self._members or waiting:
            if time.monotonic() > deadline:
                raise AssertionError("%d of %d members are in" % (len(accepted), self._members))
            for number, datagram in self._receive(0.1):
                if datagram == b"OK":
                    accepted.add(number)
                elif last in datagram or datagram.endswith(last.strip()):
                    waiting.discard(number)

    def _receive(self, timeout):
        for descriptor, _ in self._poll.poll(timeout):
            number = self._by_descriptor[descriptor]
            with contextlib.suppress(BlockingIOError, ConnectionRefusedError):
                while True:
                    datagram = self._sockets[number].recv(4096)
                    if not datagram:
                        raise AssertionError("an empty datagram, which no member may be sent")
                    self._last_heard = time.monotonic()
                    yield number, datagram

    def _note(self, number, datagram, newest):
        match = LINE.fullmatch(datagram)
        if not match:
            self.other.append((number, datagram))
            return
        author, message = int(match.group(1)), int(match.group(2))
        self.heard[number][message] += 1
        self._newest[number] = max(self._newest[number], message)
        if newest.get((number, author), -1) > message:
            self.disorder += 1
        newest[number, author] = message

    def _run(self):
        begin = time.monotonic()
        newest = {}
        while self._speaking.is_set():
            due = int((time.monotonic() - begin) * self._rate)
            while self._said < due:
                author = self._said % self._members
                # The error is of an earlier datagram; this one was not sent.
                with contextlib.suppress(ConnectionRefusedError):
                    self._sockets[author].send(b"C m%d #%d" % (author, self._said))
                    self._said += 1
            for number, datagram in self._receive(0.002):
                self._note(number, datagram, newest)
        while time.monotonic() - self._last_heard < QUIET_S:
            for number, datagram in self._receive(0.05):
                self._note(number, datagram, newest)

    def start(self):
        self._speaking.set()
        self._thread.start()

    def wait_for_more(self, count):
        """
        Waits until `count` more messages were said, and the first member has received one of them.
        """
        self._before = min(self._newest)  # no message up to this one can be lost any more
        target = self._said + count
        deadline = time.monotonic() + PATIENCE_S
        while self._said < target or not any(self.heard[0][n] for n in range(target - count, target)):
            if time.monotonic() > deadline:
                raise AssertionError("%d messages were said, %d heard" % (self._said, len(self.heard[0])))
            time.sleep(0.01)

    def note_crash(self):
        """The program was just killed: it may have read messages that it has not sent."""
        self._crashes.append((self._before, self._said))

    def stop(self):
        self._speaking.clear()
        self._thread.join(PATIENCE_S * 2)

    def close(self):
        for one in self._sockets:
            one.close()
        self._poll.close()

    @property
    def said(self):
        return self._said

    def repeated(self):
        """Deliveries beyond the first, of one message to one member."""
        return sum(count - 1 for heard in self.heard for count in heard.values())

    def unexplained(self):
        """
        The messages that did not reach everybody, without those that a crash explains: said before
        it, and after the newest message that everybody had received.
        """
        return [message for message in self.missing()
                if not any(heard < message <= said for heard, said in self._crashes)]

    def missing(self):
        """
        The messages that did not reach everybody, each with the number of members that lack it.
        """
        missed = {}
        for message in range(self._said):
            lacking = sum(1 for number in range(self._members)
                          if number != message % self._members and not self.heard[number][message])
            if lacking:
                missed[message] = lacking
        return missed
