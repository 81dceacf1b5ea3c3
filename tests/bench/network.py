# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
A network with only a loopback for the benchmark and all that it starts, so that no other datagrams
are counted, and in it a device that takes everything and delivers nothing.
"""
import ctypes
import fcntl
import os
import pathlib
import socket
import struct

CLONE_NEWNET = 0x40000000
SIOCSIFADDR = 0x8916
SIOCSIFNETMASK = 0x891C
SIOCSIFFLAGS = 0x8914
IFF_UP = 1
TUNSETIFF = 0x400454CA
TUNSETPERSIST = 0x400454CB
IFF_TUN_NO_PI = 0x1001

SILENT_DEVICE = "silent"
SILENT_SERVER = "10.9.0.1"
SILENT_FIRST = "10.9.1.1"  # load/silent.c has the members' addresses
PORTS = "1024 65535"


def _configure(request, payload):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, request, payload)


def _bring_up(device):
    _configure(SIOCSIFFLAGS, struct.pack("16sH14x", device.encode(), IFF_UP))


def _set_address(request, address):
    _configure(request, struct.pack("16sHH4s8x", SILENT_DEVICE.encode(), socket.AF_INET, 0, socket.inet_aton(address)))


def enter_own_network():
    """Moves this process into its own network. True if that worked; otherwise says why not."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        print("No network namespace of our own (%s): it goes on over this machine's loopback, where others' datagrams "
              "may be counted. As root it would be had." % os.strerror(ctypes.get_errno()), flush=True)
        return False
    _bring_up("lo")
    # Ten thousand members of each of ten servers need more ports than a machine has by default.
    pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").write_text(PORTS)
    return True


def make_silent_device():
    """
    Makes a device that is not read. True if that worked; otherwise says why not. Only in a network
    of our own.
    """
    try:
        device = os.open("/dev/net/tun", os.O_RDWR)
        try:
            fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH14x", SILENT_DEVICE.encode(), IFF_TUN_NO_PI))
            fcntl.ioctl(device, TUNSETPERSIST, 1)
        finally:
            os.close(device)
        _set_address(SIOCSIFADDR, SILENT_SERVER)
        _set_address(SIOCSIFNETMASK, "255.255.0.0")
        _bring_up(SILENT_DEVICE)
        return True
    except OSError as error:
        print("No tun device (%s): transmit-only figures are left out." % error, flush=True)
        return False
