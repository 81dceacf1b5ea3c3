# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
A second machine: a network namespace that a pair of virtual interfaces connects with the network of
the test. The link can be slowed down, and all that comes over it can be read with its headers.
Needs root; without it the test is skipped.
"""
import contextlib
import re
import select
import socket
import struct
import subprocess
import unittest

import own_network
from roomd_process import PATIENCE_S

HERE, THERE = "10.9.0.1", "10.9.0.2"
HERE_IPV6, THERE_IPV6 = "fd09::1", "fd09::2"

ETHERTYPE_ALL = 3
DONT_FRAGMENT = 0x4000
FRAGMENT_BITS = 0x3FFF  # "more fragments", and the offset
IPV6_FRAGMENT = 44
ICMP_FRAGMENTATION_NEEDED = (3, 4)
ICMPV6_TOO_BIG = (2, 0)


def _tool(*command):
    return own_network.run_tool(*command)


def _address(device, *addresses):
    for address in addresses:
        _tool("ip", "address", "add", address, "dev", device, *(("nodad",) if ":" in address else ()))
    _tool("ip", "link", "set", device, "up")


class SecondMachine:
    def __init__(self, holder):
        self.holder = holder

    def network(self):
        return own_network.network_of(self.holder.pid)

    def slow_down(self, rate, queue_bytes=100000000):
        """From now on so much passes towards it, for instance 64kbit; the rest waits in a queue."""
        _tool("tc", "qdisc", "replace", "dev", "here", "root", "tbf", "rate", rate, "burst", "2kb",
              "limit", str(queue_bytes))

    def speed_up(self):
        """What has waited passes, in bursts that the other end can queue (net.core.netdev_max_backlog)."""
        _tool("tc", "qdisc", "change", "dev", "here", "root", "tbf", "rate", "100mbit", "burst", "100kb",
              "limit", "100000000")

    def limit_mtu(self, size):
        _tool("ip", "link", "set", "here", "mtu", str(size))

    @staticmethod
    def noted_mtu(address):
        """The path MTU that somebody has told the kernel for that address of the machine, or None."""
        noted = re.search(r"\bmtu (\d+)", _tool("ip", "route", "get", address))
        return int(noted.group(1)) if noted else None

    def client(self, room, door=0, to=HERE):
        """A client of that room on the second machine."""
        with self.network():
            return room.client(to=to, door=door)


@contextlib.contextmanager
def second_machine():
    """Inside own_network.own_network()."""
    # It holds the namespace: a process of its own ends it, whatever happens to the test.
    holder = subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        holder.stdin.write(b"ready\n")  # cat runs once unshare has made the namespace
        holder.stdin.flush()
        if not select.select([holder.stdout], [], [], PATIENCE_S)[0] or not holder.stdout.readline():
            raise AssertionError("no second network namespace")
        _tool("ip", "link", "add", "here", "type", "veth", "peer", "name", "there", "netns", str(holder.pid))
        machine = SecondMachine(holder)
        with machine.network():
            own_network.bring_up_loopback()
            _address("there", THERE + "/24", THERE_IPV6 + "/64")
        _address("here", HERE + "/24", HERE_IPV6 + "/64")
        yield machine
    finally:
        holder.stdin.close()
        holder.wait(PATIENCE_S)
        holder.stdout.close()


def _raw_socket(*arguments):
    try:
        return socket.socket(*arguments)
    except PermissionError as error:
        raise unittest.SkipTest("no raw socket: %s" % error) from None


class Tap:
    """Reads the IP packets with UDP that arrive at the second machine."""

    def __init__(self, machine):
        with machine.network():
            self.socket = _raw_socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETHERTYPE_ALL))
            self.socket.bind(("there", 0))
        self.socket.setblocking(False)

    def close(self):
        self.socket.close()

    def packets(self):
        """Those that have arrived since the last call, each (length, is a fragment)."""
        found = []
        with contextlib.suppress(BlockingIOError):
            while True:
                packet = self.socket.recv(65535)
                if packet[0] >> 4 == 4 and packet[9] == socket.IPPROTO_UDP:
                    flags = struct.unpack_from("!H", packet, 6)[0]
                    found.append((len(packet), flags & FRAGMENT_BITS != 0))
                elif packet[0] >> 4 == 6 and packet[6] in (socket.IPPROTO_UDP, IPV6_FRAGMENT):
                    found.append((len(packet), packet[6] == IPV6_FRAGMENT))
        return found


def _checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def forge_fragmentation_needed(machine, source, destination, mtu):
    """
    The second machine says that a datagram from `source` to `destination`, each an address and a
    port, is longer than `mtu`.
    """
    udp = struct.pack("!HHHH", source[1], destination[1], 1008, 0) + bytes(16)
    with machine.network():
        if ":" in source[0]:
            quoted = struct.pack("!IHBB16s16s", 6 << 28, 1008, socket.IPPROTO_UDP, 64,
                                 socket.inet_pton(socket.AF_INET6, source[0]),
                                 socket.inet_pton(socket.AF_INET6, destination[0]))
            with _raw_socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as raw:
                # The kernel fills in the checksum (RFC 3542, 3.1).
                raw.sendto(struct.pack("!BBHI", *ICMPV6_TOO_BIG, 0, mtu) + quoted + udp, (source[0], 0))
            return
        quoted = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 1028, 7, DONT_FRAGMENT, 64, socket.IPPROTO_UDP, 0,
                             socket.inet_aton(source[0]), socket.inet_aton(destination[0]))
        checksum = _checksum(struct.pack("!BBHHH", *ICMP_FRAGMENTATION_NEEDED, 0, 0, mtu) + quoted + udp)
        with _raw_socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as raw:
            raw.sendto(struct.pack("!BBHHH", *ICMP_FRAGMENTATION_NEEDED, checksum, 0, mtu) + quoted + udp,
                       (source[0], 0))
