# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
Kernel features for tests, beyond sockets: a network namespace of their own, addresses in it, other
hosts, forged datagrams and ICMP errors, loss, the kernel's counters, a kernel without IPv6. Most of it needs root; without
it, the test is skipped and says why.
"""
import contextlib
import ctypes
import errno
import fcntl
import ipaddress
import os
import pathlib
import platform
import re
import shutil
import socket
import struct
import subprocess
import unittest

CLONE_NEWNET = 0x40000000
SIOCSIFADDR = 0x8916
SIOCSIFFLAGS = 0x8914
IFF_UP = 1
IPV6_HDRINCL = 36
LOOPBACK_INDEX = 1  # in every namespace
OWN_NAMESPACE = "/proc/thread-self/ns/net"

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result, what):
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, "%s: %s" % (what, os.strerror(code)))


def bring_up_loopback():
    """Even loopback is down in a new network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))


@contextlib.contextmanager
def network_of(pid):
    """Moves this thread into the network of another process."""
    with open(OWN_NAMESPACE, "rb") as before, open("/proc/%d/ns/net" % pid, "rb") as other:
        _checked(_libc.setns(other.fileno(), CLONE_NEWNET), "setns")
        try:
            yield
        finally:
            _checked(_libc.setns(before.fileno(), CLONE_NEWNET), "setns")


@contextlib.contextmanager
def own_network():
    """
    Moves this thread, and what it starts, into a network with nothing but a loopback interface.
    """
    with open(OWN_NAMESPACE, "rb") as before:
        try:
            _checked(_libc.unshare(CLONE_NEWNET), "unshare")
        except OSError as error:
            raise unittest.SkipTest("no network namespace of our own: %s" % error) from None
        try:
            bring_up_loopback()
            yield
        finally:
            _checked(_libc.setns(before.fileno(), CLONE_NEWNET), "setns")


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


def add_ipv6_address(address):
    """Adds an IPv6 address to the loopback interface of our own network."""
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sIi", ipaddress.IPv6Address(address).packed, 128, LOOPBACK_INDEX)
        fcntl.ioctl(control, SIOCSIFADDR, request)


def add_address(address):
    """The same for IPv4."""
    run_tool("ip", "address", "add", address + "/32", "dev", "lo")


def speak_from(address, to, instead_of=None):
    """
    Makes `address` the source of what is sent to our own address `to`; `instead_of` is removed.
    """
    for one in (to, address):
        run_tool("ip", "address", "replace", one + "/32", "dev", "lo")
    run_tool("ip", "route", "replace", "local", to, "dev", "lo", "table", "local", "src", address)
    if instead_of:
        run_tool("ip", "address", "del", instead_of + "/32", "dev", "lo")


def _packet(source, destination, protocol, content):
    """An IPv4 packet. The kernel fills in what is 0 in the header of one that it sends (raw(7))."""
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(content), 0, 0, 64, protocol, 0,
                         socket.inet_aton(source), socket.inet_aton(destination))
    return header + content


def _datagram(source, destination, payload):
    """The same with a UDP datagram, without a checksum (RFC 768)."""
    udp = struct.pack("!HHHH", source[1], destination[1], 8 + len(payload), 0) + payload
    return _packet(source[0], destination[0], socket.IPPROTO_UDP, udp)


def _send_raw(packet, host):
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
            raw.sendto(packet, (host, 0))
    except PermissionError as error:
        raise unittest.SkipTest("no raw socket: %s" % error) from None


def send_forged(source, destination, payload):
    """Sends a datagram that claims to be from `source`. IPv4 only."""
    _send_raw(_datagram(source, destination, payload), destination[0])


def _checksum(content):
    """That of RFC 1071."""
    content += b"\0" * (len(content) % 2)
    total = sum(struct.unpack("!%dH" % (len(content) // 2), content))
    total = (total & 0xffff) + (total >> 16)
    return ~((total & 0xffff) + (total >> 16)) & 0xffff


def send_forged_ipv6(source, destination, payload):
    """The same over IPv6, from any address that can be written."""
    ends = b"".join(ipaddress.IPv6Address(host).packed for host in (source[0], destination[0]))
    udp = struct.pack("!HHH", source[1], destination[1], 8 + len(payload))
    total = _checksum(ends + struct.pack("!II", 8 + len(payload), socket.IPPROTO_UDP) + udp + b"\0\0" + payload)
    udp += struct.pack("!H", total) + payload
    header = struct.pack("!IHBB", 6 << 28, len(udp), socket.IPPROTO_UDP, 64)
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
            raw.setsockopt(socket.IPPROTO_IPV6, IPV6_HDRINCL, 1)
            raw.sendto(header + ends + udp, (destination[0], 0))
    except PermissionError as error:
        raise unittest.SkipTest("no raw socket: %s" % error) from None


def send_icmp(host, sender, reader, payload, kind=3, code=3):
    """
    Sends an ICMP error that claims to be from `host`, about a datagram with this payload that
    `sender` sent to `reader`. IPv4 only; the error is "port unreachable" if nothing else is said.
    """
    quoted = _datagram(sender, reader, payload)
    total = _checksum(struct.pack("!BBHI", kind, code, 0, 0) + quoted)
    _send_raw(_packet(host, sender[0], socket.IPPROTO_ICMP, struct.pack("!BBHI", kind, code, total, 0) + quoted),
              sender[0])


def datagrams_received():
    """How many UDP datagrams over IPv4 the sockets of this network have received."""
    lines = pathlib.Path("/proc/thread-self/net/snmp").read_text().splitlines()
    names, counts = (line.split() for line in lines if line.startswith("Udp: "))
    return int(dict(zip(names, counts))["InDatagrams"])


# ---- other hosts ----

ETHERNET = "lan"


def make_ethernet(address):
    """An Ethernet in our own network, on which it has this address."""
    run_tool("ip", "link", "add", ETHERNET, "type", "bridge")
    run_tool("ip", "address", "add", address + "/24", "dev", ETHERNET)
    run_tool("ip", "link", "set", ETHERNET, "up")


class Host:
    """A host on that Ethernet: a network of its own, in which sockets and tools are used in inside()."""

    def __init__(self, address):
        self.address = address
        with own_network():
            self._process = subprocess.Popen(["sleep", "infinity"])  # it holds the network
        self._port = "to%d" % self._process.pid
        try:
            run_tool("ip", "link", "add", self._port, "type", "veth", "peer", "name", "eth0", "netns",
                      str(self._process.pid))
            run_tool("ip", "link", "set", self._port, "master", ETHERNET)
            with self.inside():
                run_tool("ip", "address", "add", address + "/24", "dev", "eth0")
                run_tool("ip", "link", "set", "eth0", "up")
            self.plug_in()
        except BaseException:
            self.close()
            raise

    def inside(self):
        return network_of(self._process.pid)

    def plug_in(self):
        run_tool("ip", "link", "set", self._port, "up")

    def unplug(self):
        """From now on nobody answers ARP for it, and the kernel soon says so."""
        for name in ("mcast_solicit", "ucast_solicit"):
            pathlib.Path("/proc/sys/net/ipv4/neigh/%s/%s" % (ETHERNET, name)).write_text("1")
        pathlib.Path("/proc/sys/net/ipv4/neigh/%s/retrans_time_ms" % ETHERNET).write_text("50")
        run_tool("ip", "link", "set", self._port, "down")
        run_tool("ip", "neighbour", "flush", "dev", ETHERNET)

    def prohibit(self, port):
        """Its firewall answers what comes from that UDP port with "administratively prohibited"."""
        with self.inside():
            run_tool("nft", "-f", "-", given=PROHIBITED % port)

    def allow(self):
        with self.inside():
            run_tool("nft", "delete", "table", "inet", "prohibited")

    def close(self):
        self._process.kill()
        self._process.wait()


PROHIBITED = """
table inet prohibited {
    chain arriving {
        type filter hook input priority 0;
        udp sport %d reject with icmp admin-prohibited;
    }
}
"""

# ---- loss ----

LOSSES = """
table inet losses
delete table inet losses
table inet losses {
    chain arriving {
        type filter hook input priority 0;
        meta l4proto udp numgen random mod 100 < %d counter drop;
    }
}
"""


def run_tool(*command, given=""):
    """Runs a tool that changes this network. If it is missing or fails, the test is skipped."""
    if not shutil.which(command[0]):
        raise unittest.SkipTest("%s is not installed" % command[0])
    result = subprocess.run(command, input=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if result.returncode != 0:
        raise unittest.SkipTest("%s: %s" % (" ".join(command), result.stderr.strip()))
    return result.stdout


def lose(percent):
    """
    From now on, so many of a hundred UDP datagrams are lost, whatever their destination. They are
    dropped on arrival, since a sender is told of a loss at its own end.
    """
    run_tool("nft", "-f", "-", given=LOSSES % percent)


def lost():
    """How many were lost since the last call of lose()."""
    return int(re.search(r"counter packets (\d+)", run_tool("nft", "list", "table", "inet", "losses")).group(1))


def set_offload(on):
    """
    With offload, several datagrams may travel as one large packet, and are then lost together.
    """
    state = "on" if on else "off"
    run_tool("ethtool", "-K", "lo", "gso", state, "gro", state, "tx-udp-segmentation", state)


# ---- a machine or kernel without IPv6 ----


def disable_ipv6():
    """Takes all IPv6 addresses from this network, as administrators do who want none."""
    switch = pathlib.Path("/proc/sys/net/ipv6/conf/all/disable_ipv6")
    try:
        switch.write_text("1")
    except OSError as error:
        raise unittest.SkipTest("IPv6 can't be switched off: %s" % error) from None


PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2
SECCOMP_RET_ALLOW = 0x7FFF0000
SECCOMP_RET_ERRNO = 0x00050000
BPF_LOAD_WORD = 0x20
BPF_JUMP_IF_EQUAL = 0x15
BPF_RETURN = 0x06
SYSTEM_CALL_SOCKET = {"x86_64": 41, "aarch64": 198}


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def without_ipv6():
    """Run in a child before exec: from then on, socket(AF_INET6, …) fails with EAFNOSUPPORT."""
    instructions = b"".join(struct.pack("HBBI", *instruction) for instruction in (
        (BPF_LOAD_WORD, 0, 0, 0),  # the number of the system call
        (BPF_JUMP_IF_EQUAL, 0, 3, SYSTEM_CALL_SOCKET[platform.machine()]),
        (BPF_LOAD_WORD, 0, 0, 16),  # the low half of its first argument
        (BPF_JUMP_IF_EQUAL, 0, 1, socket.AF_INET6),
        (BPF_RETURN, 0, 0, SECCOMP_RET_ERRNO | errno.EAFNOSUPPORT),
        (BPF_RETURN, 0, 0, SECCOMP_RET_ALLOW)))
    program = _Program(len(instructions) // 8, instructions)
    _checked(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS")
    _checked(_libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program)), "PR_SET_SECCOMP")


def can_do_without_ipv6():
    """True if the number of the system call is known for this machine."""
    return platform.machine() in SYSTEM_CALL_SOCKET
