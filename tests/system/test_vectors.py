# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
doc/vectors/sequenced.ini, read by a decoder that follows section 2 of doc/protocol.md and shares no code with the
program: so the vectors are held to the page, and not only to the code that is tested with them.
"""
import configparser
import pathlib
import unittest

from roomd_room import RoomTest

ROOT = pathlib.Path(__file__).resolve().parents[2]
VECTORS = ROOT / "doc" / "vectors" / "sequenced.ini"
CORPUS = ROOT / "tests" / "fuzz" / "corpus" / "sequenced"

REMARKS = ("way", "padded_to", "reason", "bytes")
EVENT_MAX, MEMBER_MAX, DATAGRAM_MAX = 2**62 - 1, 2**30 - 1, 1200
SKIPPABLE = 0x40
YES = ("no", "yes")


class Refused(Exception):
    """Nothing of the datagram may be used; or, of a frame, nothing of it and of what follows."""


def require(condition):
    if not condition:
        raise Refused


class Cursor:
    def __init__(self, data):
        self.data = data

    def take(self, length):
        require(length <= len(self.data))
        taken, self.data = self.data[:length], self.data[length:]
        return taken

    def number(self, length, least=0, most=2**64 - 1):
        value = int.from_bytes(self.take(length), "big")
        require(least <= value <= most)
        return value

    def drawn(self):
        return self.take(8).hex()

    def varint(self, least=0, most=EVENT_MAX):
        require(self.data)
        length = 1 << (self.data[0] >> 6)
        value = int.from_bytes(self.take(length), "big") & ((1 << 8 * length - 2) - 1)
        require(least <= value <= most)
        return value

    def counted(self, least=0, most=255):
        return self.take(self.number(1, least, most))

    def at_end(self):
        return not self.data or self.data[0] == 0


def text(value):
    return value.decode("utf-8")


def number(cursor, name, length, least=0, most=2**64 - 1):
    return name, str(cursor.number(length, least, most))


# ---- handshakes: what follows the first four bytes ----

def hello(cursor, _fourth, version, length):
    require(length >= 64)
    return [("version", str(version)), ("nonce", cursor.drawn())]


def join(cursor, flags, _version, length):
    require(length >= 320)
    fields = [("resume", YES[flags & 1]), ("nonce", cursor.drawn()), ("cookie", cursor.counted(1, 32).hex()),
              ("name", text(cursor.counted()))]
    if flags & 1:
        fields += [("epoch", cursor.drawn()), ("token", cursor.drawn()), number(cursor, "position", 8, 0, EVENT_MAX)]
    return fields


def challenge(cursor, _fourth, _version, _length):
    return [("nonce", cursor.drawn()), ("cookie", cursor.counted(1, 32).hex())]


def welcome(cursor, flags, _version, _length):
    return [("resumed", YES[flags & 1]), ("nonce", cursor.drawn()), ("epoch", cursor.drawn()),
            ("token", cursor.drawn()), number(cursor, "run", 2, 1), number(cursor, "member", 4, 1, MEMBER_MAX),
            number(cursor, "position", 8, 0, EVENT_MAX), number(cursor, "head", 8, 0, EVENT_MAX),
            number(cursor, "said", 4), number(cursor, "members", 4), number(cursor, "max_text", 2),
            number(cursor, "timeout", 4), ("name", text(cursor.counted(1, 64))), ("room", text(cursor.counted(1, 64)))]


def refusal(cursor, code, version, _length):
    require(code != 0 and (version == 1 or code == 1))
    return [("version", str(version)), ("code", str(code)), ("nonce", cursor.drawn()), number(cursor, "wait", 2)]


def stranger(cursor, _fourth, _version, _length):
    return [("token", cursor.drawn())]


HANDSHAKES = {(0xF8, 1): hello, (0xF8, 2): join, (0xF9, 1): challenge, (0xF9, 2): welcome, (0xF9, 3): refusal,
              (0xF9, 4): stranger}
ANY_VERSION = (hello, refusal)


# ---- frames ----

def up_frame(cursor, kind, position):
    if kind == 1:
        return "message", [number(cursor, "number", 4, 1), number(cursor, "what", 1),
                           ("text", text(cursor.take(cursor.number(2))))]
    if kind == 2:
        ranges = []
        for _ in range(cursor.number(1, 1, 4)):
            first = position + cursor.varint(1)
            length = cursor.varint(1)
            require(first + length - 1 <= EVENT_MAX)
            ranges.append("%d+%d" % (first, length))
        return "missing", [("ranges", " ".join(ranges))]
    if kind == 3:
        return "heartbeat", [number(cursor, "echo", 4)]
    if kind == 4:
        return "leave", []
    if kind == 5:
        return "members", [number(cursor, "after", 4)]
    require(kind == 6)
    return "path", [("challenge", cursor.drawn())]


def page(cursor):
    fields = [number(cursor, "head", 8, 0, EVENT_MAX), number(cursor, "after", 4), number(cursor, "last", 4),
              ("more", YES[cursor.number(1) != 0])]
    before, last, entries = int(fields[1][1]), int(fields[2][1]), []
    require(last > before if fields[3][1] == YES[True] else last >= before)
    inner = Cursor(cursor.take(cursor.number(2)))
    while inner.data:
        before = inner.varint(before + 1, min(last, MEMBER_MAX))
        gone = inner.number(1)
        entries.append("%d %s %s" % (before, "gone" if gone else "here", text(inner.counted(1, 64))))
    return fields + [("entries", ", ".join(entries))]


def down_frame(cursor, kind, _position):
    if kind == 1:
        return "taken", [number(cursor, "upto", 4), ("refused", cursor.take(4).hex()), ("kept", cursor.take(4).hex())]
    if kind == 2:
        return "not_taken", [number(cursor, "number", 4, 1), number(cursor, "why", 1), number(cursor, "wait", 2)]
    if kind == 3:
        return "head", [number(cursor, "head", 8, 0, EVENT_MAX)]
    if kind == 4:
        return "heartbeat", [number(cursor, "echo", 4), number(cursor, "head", 8, 0, EVENT_MAX)]
    if kind == 5:
        return "members", page(cursor)
    if kind == 6:
        return "gap", [number(cursor, "oldest", 8, 1, EVENT_MAX)]
    if kind == 7:
        return "path", [("challenge", cursor.drawn())]
    require(kind == 8)
    return "closed", [number(cursor, "reason", 1), ("text", text(cursor.take(cursor.number(2))))]


def frames(cursor, decode, position):
    fields, count = [], 0
    while not cursor.at_end():
        try:
            kind = cursor.number(1)
            if kind >= SKIPPABLE:
                cursor.take(cursor.varint())
                continue
            name, inner = decode(cursor, kind, position)
        except Refused:
            return fields + [("rest", "dropped")]
        count += 1
        fields.append(("%d.frame" % count, name))
        fields += [("%d.%s" % (count, key), value) for key, value in inner]
    return fields


def up(cursor):
    fields = [("token", cursor.drawn()), number(cursor, "run", 2, 1), number(cursor, "packet", 4, 1),
              number(cursor, "position", 8, 0, EVENT_MAX)]
    return fields + frames(cursor, up_frame, int(fields[3][1]))


def down(cursor):
    fields = [("token", cursor.drawn()), number(cursor, "run", 2, 1)]
    return fields + frames(cursor, down_frame, 0)


# ---- events ----

def member(cursor):
    return "member", str(cursor.varint(1, MEMBER_MAX))


def name(cursor):
    return "name", text(cursor.counted(1, 64))


def long_text(cursor):
    return "text", text(cursor.take(cursor.varint()))


def event(cursor, kind):
    """The events that a kind stands for; joins are several."""
    if kind == 1:
        return [("join", [member(cursor), number(cursor, "said", 2), name(cursor)])]
    if kind == 2:
        return [("chat", [member(cursor), number(cursor, "said", 2), long_text(cursor)])]
    if kind == 3:
        return [("exit", [member(cursor), number(cursor, "said", 2), number(cursor, "reason", 1)])]
    if kind == 4:
        return [("notice", [long_text(cursor)])]
    if kind == 5:
        return [("join", [member(cursor), ("said", "0"), name(cursor)]) for _ in range(cursor.number(1, 2))]
    require(kind >= SKIPPABLE)
    cursor.take(cursor.varint())
    return [("unknown", [])]


def events(cursor):
    fields = [("epoch", cursor.drawn()), number(cursor, "first", 8, 1, EVENT_MAX)]
    first, time, count = int(fields[1][1]), cursor.number(6), 0
    while not cursor.at_end():
        kind = cursor.number(1)
        if kind == 6:
            time = cursor.number(6)
            continue
        for what, inner in event(cursor, kind):
            require(first + count <= EVENT_MAX)
            count += 1
            inner = [("event", what), ("number", str(first + count - 1)), ("time", str(time)), *inner]
            fields += [("%d.%s" % (count, key), value) for key, value in inner]
    require(count > 0)
    return fields


SESSION = {0xFA: up, 0xFB: down, 0xFC: events}


def decode(data):
    """The fields of a datagram, as (key, value), the kind first. Refused: nothing of it may be used."""
    require(2 <= len(data) <= DATAGRAM_MAX)
    cursor, first, version = Cursor(data[2:]), data[0], data[1]
    if first in SESSION:
        require(version == 1)
        return [("datagram", SESSION[first].__name__), *SESSION[first](cursor)]
    handler = HANDSHAKES.get((first, cursor.number(1)))
    require(handler is not None and (version == 1 or handler in ANY_VERSION))
    fourth = cursor.number(1)
    return [("datagram", handler.__name__), *handler(cursor, fourth, version, len(data))]


def vectors():
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",), comment_prefixes=(";",))
    parser.read(VECTORS, encoding="utf-8")
    for title in parser.sections():
        section = parser[title]
        fields = [(key, value * int(section.get(key + "_times", 1))) for key, value in section.items()
                  if key not in REMARKS and not key.endswith("_times")]
        yield title, fields, bytes.fromhex(section["bytes"].replace("\n", ""))


class Vectors(RoomTest):
    def test_each_is_what_the_page_makes_of_its_bytes(self):
        count = 0
        for title, fields, data in vectors():
            if not title.startswith("invalid "):
                with self.subTest(vector=title):
                    self.assertEqual(fields, decode(data))
                count += 1
        self.assertGreater(count, 100, "the file has lost its vectors, or this test can't read them")

    def test_what_must_be_refused_is_refused(self):
        count = 0
        for title, _, data in vectors():
            if title.startswith("invalid "):
                with self.subTest(vector=title), self.assertRaises(Refused):
                    decode(data)
                count += 1
        self.assertGreater(count, 60)

    def test_the_fuzzer_begins_with_all_of_them(self):
        corpus = {path.read_bytes() for path in CORPUS.iterdir()}
        for title, _, data in vectors():
            self.assertTrue(data in corpus, title)

    def test_a_room_is_harmed_by_none_of_them(self):
        room = self.open()
        alice, bob = room.members("alice", "bob")
        stranger_to_all = room.client()
        for _, _, data in vectors():
            if data and 0xF8 <= data[0] <= 0xFE:
                stranger_to_all.send(data)
                alice.send(data)
        alice.say("still here")
        bob.expect("alice ： still here")


if __name__ == "__main__":
    unittest.main()
