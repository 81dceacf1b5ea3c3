# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
A UDP port that is a test's own also while no socket is bound to it: what is opened there, ended and opened again finds it
free, and what is sent there meanwhile reaches nobody.

It is none of those that the kernel hands out to whoever asks for any port, as all other tests do. Among the tests, a lock
says whose it is: a name that a UNIX socket has. Like the port it belongs to one network, and it is gone with the process.
"""
import contextlib
import pathlib
import random
import socket

HANDED_OUT = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range")
FIRST = 10000  # those below are known for some service


def _candidates():
    low, high = map(int, HANDED_OUT.read_text().split())
    kept = [port for port in range(FIRST, 65536) if not low <= port <= high]
    if not kept:
        raise AssertionError("%s leaves no port from %d on for the tests" % (HANDED_OUT, FIRST))
    dice = random.SystemRandom()  # those who begin at one moment should not all try the same
    return dice.sample(kept, len(kept))


def _is_free(port):
    for family, anywhere in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        with contextlib.ExitStack() as stack:
            try:
                probe = stack.enter_context(socket.socket(family, socket.SOCK_DGRAM))
                if family == socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            except OSError:
                continue  # a kernel without it
            try:
                probe.bind((anywhere, port))
            except OSError:
                return False
    return True


class LastingPort:
    """From here to release()."""

    def __init__(self):
        self._lock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        for self.number in _candidates():
            try:
                self._lock.bind("\0roomd-test-port-%d" % self.number)
            except OSError:
                continue
            if _is_free(self.number):
                return
            self._lock.close()
            self._lock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._lock.close()
        raise AssertionError("every port is taken that the kernel does not hand out")

    def release(self):
        self._lock.close()
