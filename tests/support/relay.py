# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
A bad network: a relay between clients and a server on loopback that loses, duplicates, delays and
reorders datagrams at random, from a seed. Each client has its own path to the server, as behind a
router that translates addresses.
"""
import collections
import heapq
import itertools
import random
import select
import socket
import threading
import time

from roomd_process import PATIENCE_S

BUFFER_BYTES = 4 << 20
REMEMBERED = 1000


class Relay:
    """
    From the start to close(), datagrams to `address` reach `server`. Rates are between 0 and 1;
    times in seconds.
    """

    def __init__(self, server, loss=0.0, repeat=0.0, delay=0.0, jitter=0.0, seed=1):
        self._server = server
        self.loss, self._repeat, self._delay, self._jitter = loss, repeat, delay, jitter
        self._dice = random.Random(seed)
        self._front = self._socket()
        self._front.bind(("127.0.0.1", 0))
        self.address = self._front.getsockname()
        self._behind = {}  # of each client, the socket whose address the server sees
        self._clients = {}  # the inverse
        self._waiting = []  # (when, order, socket, datagram, address or None)
        self._order = itertools.count()
        self._poll = select.poll()
        self._poll.register(self._front, select.POLLIN)
        self._ended = threading.Event()
        self.cut = False  # nothing passes
        self.swallows = None  # a function that is given a datagram; true: it does not pass
        # A function that is told each datagram, whether it passes or not: up or not, bytes, client.
        self.tap = lambda up, datagram, client: None
        self.bytes_up = self.bytes_down = 0  # received, not necessarily forwarded
        self._from_clients = collections.deque(maxlen=REMEMBERED)
        self._arrived = threading.Condition()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @staticmethod
    def _socket():
        new = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        new.setblocking(False)
        new.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        return new

    def wait_for(self, text):
        """Waits until a client has sent a datagram that holds `text`, whether it passes or not."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: any(text in datagram for datagram in self._from_clients), PATIENCE_S):
                raise AssertionError("no client sends %r" % text)

    def clients(self):
        """How many different addresses have sent something."""
        return len(self._behind)

    def move(self):
        """Gives every client another address, as far as the server can see."""
        self._moving = True

    _moving = False

    def _path(self, client):
        if client not in self._behind:
            behind = self._socket()
            behind.connect(self._server)
            self._behind[client] = behind
            self._clients[behind.fileno()] = client
            self._poll.register(behind, select.POLLIN)
        return self._behind[client]

    def _forget_paths(self):
        for behind in self._behind.values():
            self._poll.unregister(behind)
            del self._clients[behind.fileno()]
            behind.close()
        self._behind.clear()
        self._waiting = [entry for entry in self._waiting if entry[4] is not None]
        heapq.heapify(self._waiting)
        self._moving = False

    def _forward(self, through, datagram, to):
        if self.cut or (self.swallows and self.swallows(datagram)) or self._dice.random() < self.loss:
            return
        for _ in range(2 if self._dice.random() < self._repeat else 1):
            due = time.monotonic() + self._delay + self._dice.random() * self._jitter
            heapq.heappush(self._waiting, (due, next(self._order), through, datagram, to))

    def _receive(self, descriptor):
        for _ in range(64):
            try:
                if descriptor == self._front.fileno():
                    datagram, client = self._front.recvfrom(65536)
                    with self._arrived:
                        self.bytes_up += len(datagram)
                        self._from_clients.append(datagram)
                        self._arrived.notify_all()
                    self.tap(True, datagram, client)
                    self._forward(self._path(client), datagram, None)
                elif descriptor in self._clients:
                    client = self._clients[descriptor]
                    datagram = self._behind[client].recv(65536)
                    self.bytes_down += len(datagram)
                    self.tap(False, datagram, client)
                    self._forward(self._front, datagram, client)
                else:
                    return
            except (BlockingIOError, ConnectionRefusedError):
                return

    def _deliver(self):
        now = time.monotonic()
        while self._waiting and self._waiting[0][0] <= now:
            _, _, through, datagram, to = heapq.heappop(self._waiting)
            try:
                if to is None:
                    through.send(datagram)
                else:
                    through.sendto(datagram, to)
            except (BlockingIOError, ConnectionRefusedError):
                pass

    def _run(self):
        while not self._ended.is_set():
            wait = max(0.0, min(0.05, self._waiting[0][0] - time.monotonic())) if self._waiting else 0.05
            for descriptor, _ in self._poll.poll(wait * 1000):
                self._receive(descriptor)
            if self._moving:
                self._forget_paths()
            self._deliver()

    def close(self):
        self._ended.set()
        self._thread.join()
        for behind in (self._front, *self._behind.values()):
            behind.close()
