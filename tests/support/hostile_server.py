# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
Servers that put hostile text (hostile.py) into every field that has a place for text: a room of each protocol, for the
program room, and a control socket, for roomctl. Each serves in a thread of its own until it is closed.
"""
import pathlib
import socket
import struct
import sys
import threading

import hostile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "doc" / "examples"))

from sequenced import wire  # noqa: E402, its folder must be in sys.path

LAST_LINE = "the end"
TEXT_BYTES, NAME_BYTES = 900, 64
CUT = b"\xe2\x80"


class Served:
    """A socket and the thread that answers there."""

    def __init__(self, one):
        self.socket = one
        self.socket.settimeout(0.1)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while not self._closed.is_set():
            try:
                self.turn()
            except (TimeoutError, socket.timeout):
                continue

    def close(self):
        self._closed.set()
        self._thread.join()
        self.socket.close()


class Room(Served):
    def __init__(self):
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        one.bind(("127.0.0.1", 0))
        self.address = one.getsockname()
        self.client = None
        super().__init__(one)

    def turn(self):
        datagram, self.client = self.socket.recvfrom(65536)
        for answer in self.answers(datagram):
            self.socket.sendto(answer, self.client)


class PlainRoom(Room):
    """A foreign server of the dialect course, in English."""

    def __init__(self):
        self.lines = []
        for text in hostile.packed(TEXT_BYTES, CUT):
            self.lines += [text, b"Notice: " + text, b"bob: " + text]
        for name in hostile.packed(NAME_BYTES, CUT):
            self.lines += [name + b" joined", name + b": hello", name + b" left"]
        self.lines += [b"3 joined: %s, a, b" % hostile.WORST, b"bob: %s" % LAST_LINE.encode()]
        super().__init__()

    def answers(self, datagram):
        verb = datagram[:1]
        if verb == b"L":
            return [hostile.WORST, b"OK", *self.lines]
        return [b"EXIT"] if verb in b"QE" else []

    def remove(self):
        """Removes the client, for a hostile reason."""
        self.socket.sendto(b"The administrator has removed you from the room. " + hostile.WORST, self.client)
        self.socket.sendto(b"EXIT", self.client)


class Raw:
    """Bytes in the place of a text of wire.py."""

    def __init__(self, octets):
        self.octets = octets

    def encode(self):
        return self.octets


EPOCH, TOKEN, MEMBER, POSITION = 0xE0, 0x70, 7, 10
TIME_MS = 1_700_000_000_000
U16_0 = b"\0\0"


def member(number):
    return wire.MEMBER.write(number)


def join(number, name):
    return b"\1" + member(number) + U16_0 + bytes((len(name),)) + name


def chat(number, text):
    return b"\2" + member(number) + U16_0 + wire.Varint().write(len(text)) + text


def leave(number, reason):
    return b"\3" + member(number) + U16_0 + bytes((reason,))


def notice(text):
    return b"\4" + wire.Varint().write(len(text)) + text


class SequencedRoom(Room):
    """A room of the sequenced protocol. Its members come, speak and go; some stay, and are on the page of members."""

    def __init__(self):
        names = hostile.packed(NAME_BYTES) + hostile.packed(NAME_BYTES, CUT)
        self.entries = [wire.Entry(100 + index, False, Raw(name)) for index, name in enumerate(names)]
        events = [join(MEMBER, hostile.WORST)]
        for text in hostile.packed(TEXT_BYTES, CUT):
            events += [chat(100, text), notice(text)]
        for index, name in enumerate(names):
            number = 1000 + index
            events += [join(number, name), chat(number, b"hello"), leave(number, 1), join(number, name[::-1]),
                       leave(number, (0, 2, 3, 4, 5, 99)[index % 6])]
        self.events = [*events, chat(101, LAST_LINE.encode())]
        super().__init__()

    @property
    def head(self):
        return POSITION + len(self.events)

    def answers(self, datagram):
        value = wire.decode(datagram)
        if isinstance(value, wire.Hello):
            return [wire.encode(wire.Challenge(value.nonce, b"cookie"))]
        if isinstance(value, wire.Join):
            return [wire.encode(wire.Welcome(False, value.nonce, EPOCH, TOKEN, 1, MEMBER, POSITION, 900, 600,
                                             Raw(hostile.WORST), Raw(hostile.WORST)))]
        frames = [answer for frame in value.frames for answer in self.frame_answers(frame)]
        late = self.segments(value.position) if value.position < self.head else []
        return [self.down(*frames), *late] if frames else late

    def frame_answers(self, frame):
        if isinstance(frame, wire.Members):
            entries = [entry for entry in self.entries if entry.member > frame.after]
            return [wire.Page(POSITION, 8, frame.after, wire.MEMBER_MAX, False, entries)]
        if isinstance(frame, wire.Heartbeat):
            return [wire.HeartbeatAnswer(frame.echo, self.head)]
        if isinstance(frame, wire.Message):
            return [wire.NotTaken(frame.number, 200, 0)]
        return [wire.Closed(0, "")] if isinstance(frame, wire.Leave) else []

    @staticmethod
    def down(*frames):
        return wire.encode(wire.Down(TOKEN, 1, list(frames), True))

    def segments(self, position):
        """The events after `position`, in datagrams."""
        datagrams, first = [], position + 1
        body = b""
        for number in range(first, self.head + 1):
            event = self.events[number - POSITION - 1]
            if body and len(body) + len(event) > 1100:
                datagrams.append(self.segment(first, body))
                first, body = number, b""
            body += event
        return [*datagrams, self.segment(first, body)]

    @staticmethod
    def segment(first, body):
        return (b"\xfc\1\0" + EPOCH.to_bytes(8, "big") + b"\0" + wire.Varint().write(first)
                + TIME_MS.to_bytes(6, "big") + body)

    def remove(self):
        """Removes the client, for a hostile reason."""
        self.socket.sendto(self.down(wire.Closed(3, Raw(hostile.WORST_TEXT))), self.client)


class ControlSocket(Served):
    """What may answer to roomctl: any lines, to the end of the answer, whatever was asked."""

    def __init__(self, path, frames):
        self.frames = b"".join(struct.pack(">I", len(payload) + 1) + kind + payload for kind, payload in frames)
        one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        one.bind(str(path))
        one.listen()
        super().__init__(one)

    def turn(self):
        connection, _ = self.socket.accept()
        with connection:
            connection.settimeout(10)
            connection.recv(65536)
            connection.sendall(self.frames)
            while connection.recv(65536):  # roomctl closes when it has the end
                pass
