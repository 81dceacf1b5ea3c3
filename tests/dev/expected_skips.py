# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
The reasons for which a test may be skipped, all of them. A test that is skipped for another one
makes ./dev test fail, and so does a reason that is not true here: each row asks the machine.
"""
import collections
import os
import pathlib
import platform
import re
import resource
import shutil
import socket
import subprocess

MANY_DESCRIPTORS = 12000  # tests of ten thousand members need more than that


def runs(*command):
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, check=False).returncode == 0
    except OSError:
        return False


def is_not_root():
    return os.geteuid() != 0


def has_no_namespaces():
    return not runs("unshare", "--fork", "--pid", "--mount", "--net", "--uts", "--ipc", "--cgroup",
                    "true")


def has_no_control_groups():
    """Or none that a test may add one to."""
    lines = pathlib.Path("/proc/self/mountinfo").read_text().splitlines()
    mounts = (line.partition(" - ") for line in lines)
    places = [before.split()[4] for before, _, kind in mounts if kind.startswith("cgroup2 ")]
    return not any(os.access(place, os.W_OK) for place in places)


def has_no_nftables():
    return not runs("unshare", "--net", "nft", "list", "ruleset")


def has_no_ethernet():
    return not runs("unshare", "--net", "sh", "-c",
                    "ip link add lan type bridge && ip link add one type veth peer name other")


def has_no_slow_links():
    return not runs("unshare", "--net", "tc", "qdisc", "add", "dev", "lo", "root", "tbf", "rate", "1mbit",
                    "burst", "2kb", "limit", "10000")


def has_no_tun():
    try:
        os.close(os.open("/dev/net/tun", os.O_RDWR))
        return False
    except OSError:
        return True


def has_no_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
        return False
    except OSError:
        return True


def knows_no_localhost():
    try:
        return not socket.getaddrinfo("localhost", None)
    except OSError:
        return True


def has_few_descriptors():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return hard != resource.RLIM_INFINITY and hard < MANY_DESCRIPTORS


def is_unknown_machine():
    return platform.machine() not in ("x86_64", "aarch64")


def can_install_nothing():
    """Then ./dev has said what is missing."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-query"):
        return True
    return is_not_root() and not runs("sudo", "-n", "true")


Row = collections.namedtuple("Row", "said because is_so")

# What the skipped test says; why that is no fault; whether it is so here.
ROWS = (
    Row(r"takes root$|^only root can ", "not run as root", is_not_root),
    Row(r"^no (network namespace|raw socket|namespace of processes)|"
        r"^no systemd of our own: (unshare|mount|pivot_root): ",
        "no namespaces may be had here", has_no_namespaces),
    Row(r"^no systemd of our own: (there are )?no control group",
        "no control groups v2 may be had here", has_no_control_groups),
    Row(r"^nft ", "this kernel has no nftables", has_no_nftables),
    Row(r"^ip link add ", "this kernel has no bridges or no pairs of interfaces", has_no_ethernet),
    Row(r"^tc qdisc ", "this kernel can't slow down a link", has_no_slow_links),
    Row(r"^no tun device", "this kernel has no tun devices, or none for us", has_no_tun),
    Row(r"has no IPv6 loopback address$", "this machine has no IPv6", has_no_ipv6),
    Row(r"does not know localhost$", "localhost is no name here", knows_no_localhost),
    Row(r"^only \d+ descriptors may be open here$", "few files may be open", has_few_descriptors),
    Row(r"system call's number on this machine is not known$",
        "system calls are known of x86-64 and arm64 only", is_unknown_machine),
    Row(r"not installed$|^no package: ", "packages are missing and can't be installed",
        can_install_nothing),
)


def why_expected(reason):
    """Why a test may be skipped that says `reason`; None where it may not."""
    for row in ROWS:
        if re.search(row.said, reason) and row.is_so():
            return row.because
    return None
