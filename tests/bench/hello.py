# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""How late a room's loop is: the time until it answers a HELLO, which it does at once and keeps nothing for."""
import contextlib
import os
import select
import signal
import socket
import struct
import time

import control

INTERVAL_NS = 4_000_000  # a room answers some hundred HELLOs a second of one address
LATE_NS = 1_000_000_000
HELLO = struct.Struct(">4sQ116x")
ANSWER = struct.Struct(">4xQ")
STOP_AFTER_NS = 1_000_000_000


class _Helpers:
    """Those that are stopped for a while."""

    def __init__(self, pids, stopped_s):
        now = time.monotonic_ns()
        self.pids, self.signal, self.at = pids, signal.SIGSTOP, now + STOP_AFTER_NS
        self.stopped_ns = int(stopped_s * 1e9)

    def turn(self, now):
        if self.pids and now >= self.at:
            self.tell()
            self.at = now + self.stopped_ns
            if self.signal == signal.SIGCONT:
                self.pids = ()
            self.signal = signal.SIGCONT

    def tell(self):
        for pid in self.pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, self.signal)

    def close(self):
        self.signal = signal.SIGCONT
        self.tell()


def _receive(one, sent, waits):
    with contextlib.suppress(BlockingIOError):
        while True:
            answer = one.recv(2048)
            begin = sent.pop(ANSWER.unpack_from(answer)[0], None) if len(answer) >= ANSWER.size else None
            if begin is not None:
                waits.append((time.monotonic_ns() - begin) / 1e3)


def waits_us(address, helpers, stopped_s, is_over):
    """
    Asks again and again until is_over(); returns the waits, sorted, and how many got no answer. A second after the
    beginning the processes `helpers` are stopped for a while.
    """
    waits, sent, number = [], {}, 0
    stopped = _Helpers(helpers, stopped_s)
    with control.real_time_priority(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.connect(address)
        one.setblocking(False)
        next_ns = time.monotonic_ns()
        try:
            while not is_over() or (stopped.pids and helpers):
                now = time.monotonic_ns()
                stopped.turn(now)
                if now >= next_ns:
                    number += 1
                    sent[number] = now
                    one.send(HELLO.pack(b"\xf8\x01\x01\x00", number))
                    next_ns = max(next_ns + INTERVAL_NS, now)
                select.select([one], [], [], max(0, next_ns - now) / 1e9)
                _receive(one, sent, waits)
            end = time.monotonic_ns() + LATE_NS
            while sent and time.monotonic_ns() < end:
                select.select([one], [], [], 0.01)
                _receive(one, sent, waits)
        finally:
            stopped.close()
    return sorted(waits), len(sent)
