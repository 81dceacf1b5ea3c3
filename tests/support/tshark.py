# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""What tshark shows of datagrams with doc/wireshark/roomd.lua, from a capture that the test writes."""
import collections
import os
import pathlib
import re
import shutil
import struct
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree

from roomd_process import PATIENCE_S

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "doc" / "wireshark" / "roomd.lua"
CLIENT_PORT = 40000
HEADERS_BYTES = 28  # of IPv4 and UDP
MALFORMED = "_ws.malformed"  # shown where a script reads beyond the end; hidden where it finds a fault itself
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
RAW_IP = 101  # the link type of packets that begin with their IP header

# Of a capture: whether it goes to the server, its payload, and the port of the client.
Datagram = collections.namedtuple("Datagram", "up payload client", defaults=(CLIENT_PORT,))

# One field: its name without `roomd.`, what is shown, its bytes, and where they begin in the datagram.
Field = collections.namedtuple("Field", "name show data at")


def need_tshark():
    if not shutil.which("tshark"):
        raise unittest.SkipTest("tshark is not installed")


def packet(datagram, server):
    ports = (datagram.client, server) if datagram.up else (server, datagram.client)
    udp = struct.pack(">HHHH", *ports, 8 + len(datagram.payload), 0) + datagram.payload
    home = (127 << 24) + 1
    return struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, home, home) + udp


def write_capture(path, datagrams, server, most):
    with open(path, "wb") as capture:
        capture.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, RAW_IP))
        for number, datagram in enumerate(datagrams):
            data = packet(datagram, server)
            capture.write(struct.pack("<IIII", number, 0, len(data[:most]), len(data)) + data[:most])


def shown(datagrams, server, most=None):
    """
    For each datagram the fields that are shown of it, in their order. `most`: of each packet the capture has no more
    bytes.
    """
    need_tshark()
    with tempfile.TemporaryDirectory(prefix="roomd-test-") as folder:
        capture = os.path.join(folder, "talk.pcap")
        write_capture(capture, datagrams, server, most)
        result = subprocess.run(["tshark", "-X", "lua_script:%s" % SCRIPT, "-d", "udp.port==%d,roomd" % server,
                                 "-r", capture, "-T", "pdml"],
                                env=dict(os.environ, HOME=folder, WIRESHARK_CONFIG_DIR=folder),
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=10 * PATIENCE_S, check=False)
    said = result.stderr.decode("utf-8", "replace")
    if result.returncode != 0 or b"Lua Error" in result.stdout or "lua" in said.lower():
        raise AssertionError("tshark fails: %s %s" % (said, [
            line for line in result.stdout.decode("utf-8", "replace").splitlines() if "Lua Error" in line][:3]))
    # tshark writes control characters into its XML, where none may be.
    text = NO_XML.sub("?", result.stdout.decode("utf-8", "replace"))
    packets = xml.etree.ElementTree.fromstring(text).findall("packet")
    if len(packets) != len(datagrams):
        raise AssertionError("%d packets became %d" % (len(datagrams), len(packets)))
    return [list(fields_of(one, datagram.payload)) for one, datagram in zip(packets, datagrams)]


def fields_of(one, payload):
    for field in one.iter():
        name = field.get("name", "")
        if name.startswith("roomd.") or (name == MALFORMED and not field.get("hide")):
            at = int(field.get("pos")) - HEADERS_BYTES
            yield Field(name.replace("roomd.", "", 1), field.get("show"), payload[at:at + int(field.get("size"))], at)


def unread(fields, payload):
    """Which bytes of a datagram no field shows."""
    there = set()
    for field in fields:
        there.update(range(field.at, field.at + len(field.data)))
    return sorted(set(range(len(payload))) - there)
