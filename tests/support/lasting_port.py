# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
A UDP port that belongs to one test even while no socket is bound to it: a program that is restarted
there finds it free, and datagrams sent there meanwhile reach nobody.

The kernel does not hand this port out to sockets that ask for any port, as all other tests do.
Among the tests a lock, the name of a UNIX socket, says which test has it. Like the port, the lock
belongs to one network, and ends with the process.
"""
import contextlib
import pathlib
import random
import socket

HANDED_OUT = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range")
FIRST = 10000  # lower ports are known for some service


def _candidates():
    low, high = map(int, HANDED_OUT.read_text().split())
    kept = [port for port in range(FIRST, 65536) if not low <= port <= high]
    if not kept:
        raise AssertionError("%s leaves no port from %d on for the tests" % (HANDED_OUT, FIRST))
    shuffler = random.SystemRandom()  # tests that begin at once should not try the same ports
    return shuffler.sample(kept, len(kept))


def _is_free(port):
    for family, anywhere in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        with contextlib.ExitStack() as stack:
            try:
                probe = stack.enter_context(socket.socket(family, socket.SOCK_DGRAM))
                if family == socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            except OSError:
                continue  # a kernel without IPv6
            try:
                probe.bind((anywhere, port))
            except OSError:
                return False
    return True


class LastingPort:
    """The port is the test's until release()."""

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
