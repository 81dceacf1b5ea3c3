# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
A bad network between a server and its members, in the network of this process: the program of
link.c, whose device this file gives its addresses.
"""
import dataclasses
import json
import pathlib
import subprocess

DEVICE_QUEUE = 100_000  # packets; what is lost is lost by link.c alone
UDP_HEADERS = 28  # bytes, with those of IP

# A network has two numbers, the second byte of its near and its far addresses.
FIRST, LAST = 10, 250


class Failed(Exception):
    """There is no such network: it takes root, and a tun device."""


@dataclasses.dataclass(frozen=True)
class Weather:
    """Each way: loss in percent, the mean length of a run of losses, bits a second, bytes that wait."""
    loss: float = 0
    burst: float = 1
    round_trip_ms: float = 0
    rate: float = 0
    queue: int = 0

    def command(self):
        return "weather %g %g %g %g %d" % (self.loss / 100, self.burst, self.round_trip_ms * 500, self.rate, self.queue)


@dataclasses.dataclass
class Count:
    """Of the packets one way; bytes are those of IP."""
    packets: int = 0
    bytes: int = 0
    lost: int = 0
    lost_bytes: int = 0
    dropped: int = 0
    dropped_bytes: int = 0

    def __sub__(self, before):
        return Count(*(getattr(self, field.name) - getattr(before, field.name) for field in dataclasses.fields(self)))

    def passed_bytes(self):
        return self.bytes - self.lost_bytes - self.dropped_bytes

    def payload(self):
        """Of UDP."""
        return self.bytes - UDP_HEADERS * self.packets

    def dropped_part(self):
        return self.dropped / self.packets if self.packets else 0


def make_ready():
    """Once, in a network of our own: what TCP has learned of a path must not outlive a connection."""
    for name, value in (("tcp_no_metrics_save", "1"), ("conf/all/rp_filter", "0")):
        pathlib.Path("/proc/sys/net/ipv4/" + name).write_text(value, encoding="ascii")


def _ip(*words):
    done = subprocess.run(["ip", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False)
    if done.returncode != 0:
        raise Failed("ip %s: %s" % (" ".join(words), done.stdout.decode().strip()))


class Link:
    """
    `number` makes its device and addresses differ from those of other links at the same time; `tcp`
    is the congestion control of the connections, whatever this machine happens to have for others.
    """

    def __init__(self, build, number, seed, tcp=None):
        near = FIRST + 2 * number
        if near > LAST:
            raise Failed("there are too many networks")
        self._near = None  # once the addresses are there
        self.server = "10.%d.0.1" % near  # as the server calls itself
        self.server_seen = "10.%d.0.1" % (near + 1)  # as all others call it
        self.first_member = "10.%d.1.1" % near
        self.other = "10.%d.2.1" % near  # of a program that is no member
        device = "link%d" % number
        self.process = subprocess.Popen([str(build / "bench_link"), device, str(near), str(seed)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            self._answer()
            _ip("address", "add", self.server + "/32", "dev", device)
            _ip("link", "set", device, "txqueuelen", str(DEVICE_QUEUE), "up")
            _ip("route", "add", "local", "10.%d.0.0/16" % near, "dev", "lo", "table", "local")
            self._near = near
            _ip("route", "add", "10.%d.0.0/16" % (near + 1), "dev", device, *(("congctl", tcp) if tcp else ()))
        except BaseException:
            self.close()
            raise

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise Failed(self.process.stderr.read().decode().strip())
        return json.loads(line)

    def _ask(self, command):
        self.process.stdin.write(command.encode() + b"\n")
        self.process.stdin.flush()
        return self._answer()

    def set(self, weather):
        self._ask(weather.command())

    def counts(self, port):
        """What has come since the start from and for that port of the server: upwards, downwards."""
        ways = self._ask("counts").get(str(port), {})
        return tuple(Count(**ways.get(way, {})) for way in ("up", "down"))

    def close(self):
        """The device goes with its program, and its routes with the device, but one. Once is enough."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()
        near, self._near = self._near, None
        if near is not None:
            _ip("route", "del", "local", "10.%d.0.0/16" % near, "dev", "lo", "table", "local")
