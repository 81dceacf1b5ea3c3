# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
What a test needs from the kernel beyond sockets: a network namespace of its own, addresses in it, forged datagrams, loss,
the kernel's counters, a kernel without IPv6. Most of it needs root; where it may not be had, the test is skipped and says
so.
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
LOOPBACK_INDEX = 1  # in every namespace
OWN_NAMESPACE = "/proc/thread-self/ns/net"

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result, what):
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, "%s: %s" % (what, os.strerror(code)))


def bring_up_loopback():
    """In a network that was just made even that is down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))


@contextlib.contextmanager
def network_of(pid):
    """The network of another process, for this thread."""
    with open(OWN_NAMESPACE, "rb") as before, open("/proc/%d/ns/net" % pid, "rb") as other:
        _checked(_libc.setns(other.fileno(), CLONE_NEWNET), "setns")
        try:
            yield
        finally:
            _checked(_libc.setns(before.fileno(), CLONE_NEWNET), "setns")


@contextlib.contextmanager
def own_network():
    """A network of nothing but a loopback interface, for this thread and what it starts."""
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
    """Gives the loopback interface of our own network another address."""
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sIi", ipaddress.IPv6Address(address).packed, 128, LOOPBACK_INDEX)
        fcntl.ioctl(control, SIOCSIFADDR, request)


def add_address(address):
    """The same for IPv4."""
    _run_tool("ip", "address", "add", address + "/32", "dev", "lo")


def speak_from(address, to, instead_of=None):
    """Whoever writes to the address `to`, which is ours, does so from `address`; `instead_of` is ours no more."""
    for one in (to, address):
        _run_tool("ip", "address", "replace", one + "/32", "dev", "lo")
    _run_tool("ip", "route", "replace", "local", to, "dev", "lo", "table", "local", "src", address)
    if instead_of:
        _run_tool("ip", "address", "del", instead_of + "/32", "dev", "lo")


def send_forged(source, destination, payload):
    """Sends a datagram that claims to be from `source`. IPv4 only; UDP without a checksum (RFC 768)."""
    udp = struct.pack("!HHHH", source[1], destination[1], 8 + len(payload), 0) + payload
    # The kernel fills in length, identification and checksum where they are 0 (raw(7)).
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 0, 0, 0, 64, socket.IPPROTO_UDP, 0,
                         socket.inet_aton(source[0]), socket.inet_aton(destination[0]))
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
            raw.sendto(header + udp, (destination[0], 0))
    except PermissionError as error:
        raise unittest.SkipTest("no raw socket: %s" % error) from None


def datagrams_received():
    """How many UDP datagrams over IPv4 this network's sockets have been given so far."""
    lines = pathlib.Path("/proc/thread-self/net/snmp").read_text().splitlines()
    names, counts = (line.split() for line in lines if line.startswith("Udp: "))
    return int(dict(zip(names, counts))["InDatagrams"])


# ---- a bad network -------------------------------------------------------------------------------------------------

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


def _run_tool(*command, given=""):
    """A tool that changes this network; where there is none, or it may not, there is no such test."""
    if not shutil.which(command[0]):
        raise unittest.SkipTest("%s is not installed" % command[0])
    result = subprocess.run(command, input=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if result.returncode != 0:
        raise unittest.SkipTest("%s: %s" % (" ".join(command), result.stderr.strip()))
    return result.stdout


def lose(percent):
    """
    So many of a hundred UDP datagrams are lost from now on, wherever they go. On arrival: whoever sends is told of a loss
    at its own end.
    """
    _run_tool("nft", "-f", "-", given=LOSSES % percent)


def lost():
    """How many have been, since the last call of lose()."""
    return int(re.search(r"counter packets (\d+)", _run_tool("nft", "list", "table", "inet", "losses")).group(1))


def set_offload(on):
    """Whether datagrams may travel as one large packet: then they are lost together."""
    state = "on" if on else "off"
    _run_tool("ethtool", "-K", "lo", "gso", state, "gro", state, "tx-udp-segmentation", state)


# ---- a kernel without IPv6 ------------------------------------------------------------------------------------------

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
    """To be run in a child before exec: from then on socket(AF_INET6, …) fails with EAFNOSUPPORT."""
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
    """Only where the number of the system call is known."""
    return platform.machine() in SYSTEM_CALL_SOCKET
