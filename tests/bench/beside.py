# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""What shares a bottleneck with a room: a TCP flow that takes all it can get, and a ping."""
import contextlib
import os
import select
import socket
import struct
import threading
import time

import figures

BLOCK = bytes(65536)
PING_EVERY_S = 0.1
PING_LATE_S = 2
ECHO, ECHO_REPLY = 8, 0


class TcpFlow:
    """
    From the server's side of the link, so that it goes the way of the deliveries. It begins at once,
    with the handshake, which may take its time.
    """

    def __init__(self, link):
        self._listener = socket.create_server((link.server, 0))
        self.port = self._listener.getsockname()[1]
        self._reader = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._reader.bind((link.other, 0))
        self._server = (link.server_seen, self.port)
        self._ends = [self._listener, self._reader]
        self._threads = [threading.Thread(target=target, daemon=True) for target in (self._write, self._read)]
        for thread in self._threads:
            thread.start()

    def _write(self):
        with contextlib.suppress(OSError):
            writer, _ = self._listener.accept()
            self._ends.append(writer)
            while True:
                writer.sendall(BLOCK)

    def _read(self):
        with contextlib.suppress(OSError):
            self._reader.connect(self._server)
            while self._reader.recv(len(BLOCK)):
                pass

    def close(self):
        for one in self._ends:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for one in self._ends:
            one.close()


def _checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff


def _echo(identity, number):
    body = struct.pack("!HHd", identity, number, time.monotonic())
    return struct.pack("!BBH", ECHO, 0, _checksum(struct.pack("!BBH", ECHO, 0, 0) + body)) + body


class Ping:
    """Ten times a second, from another host than the members' to the server, from the start to close()."""

    def __init__(self, link):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        self._socket.bind((link.other, 0))
        self._socket.connect((link.server_seen, 0))
        self._sent, self._waits_ms = 0, []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        next_s = time.monotonic()
        while not self._over.is_set():
            self._socket.send(_echo(os.getpid() & 0xffff, self._sent & 0xffff))
            self._sent += 1
            next_s += PING_EVERY_S
            self._read(next_s)
        end_s = time.monotonic() + PING_LATE_S
        while len(self._waits_ms) < self._sent and time.monotonic() < end_s:
            self._read_one(end_s)

    def _read(self, until_s):
        while time.monotonic() < until_s:
            self._read_one(until_s)

    def _read_one(self, until_s):
        if select.select([self._socket], [], [], max(0, until_s - time.monotonic()))[0]:
            packet = self._socket.recv(2048)
            message = packet[(packet[0] & 15) * 4:]
            if message[0] == ECHO_REPLY:
                self._waits_ms.append(1e3 * (time.monotonic() - struct.unpack_from("!d", message, 8)[0]))

    def close(self):
        """Returns the 95th percentile in ms; one that was lost took for ever."""
        self._over.set()
        self._thread.join()
        self._socket.close()
        return figures.quantile(sorted(self._waits_ms), self._sent, 0.95)
