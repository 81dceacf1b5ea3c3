# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
doc/vectors/sequenced.ini, read and written by doc/examples/sequenced/wire.py, which follows section 2 of
doc/protocol.md and shares no code with the program. So vectors and example are checked against the page, and not only
against the code that is tested with them.
"""
import configparser
import pathlib
import sys
import unittest

from roomd_room import RoomTest

ROOT = pathlib.Path(__file__).resolve().parents[2]
VECTORS = ROOT / "doc" / "vectors" / "sequenced.ini"
CORPUS = ROOT / "tests" / "fuzz" / "corpus" / "sequenced"
sys.path.insert(0, str(ROOT / "doc" / "examples"))

from sequenced import wire  # noqa: E402, its folder must be in sys.path

REMARKS = ("way", "padded_to", "reason", "bytes")
FRAMES = {wire.NotTaken: "not_taken", wire.HeartbeatAnswer: "heartbeat", wire.Page: "members", wire.PathCheck: "path",
          wire.PastPage: "history"}
HEXADECIMAL = {"nonce": "%016x", "epoch": "%016x", "token": "%016x", "challenge": "%016x",
               "refused": "%08x", "kept": "%08x"}
KEYS = {"bits": "ranges"}
YES = ("no", "yes")


def ranges_of(bits, position):
    """The numbers that the bits of MISSING stand for, as (first, count)."""
    ranges = []
    for number in wire.numbers_of(wire.Missing(bits), position):
        if ranges and sum(ranges[-1]) == number:
            ranges[-1] = (ranges[-1][0], ranges[-1][1] + 1)
        else:
            ranges.append((number, 1))
    return ranges


def as_text(key, value, position):
    """A field as the vectors write it."""
    if key in HEXADECIMAL:
        return HEXADECIMAL[key] % value
    if key == "cookie":
        return value.hex()
    if key in ("more", "resumed"):
        return YES[value]
    if key == "ranges":
        return " ".join("%d+%d" % each for each in ranges_of(value, position))
    if key == "entries":
        return ", ".join("%d %s %s" % (member, "gone" if gone else "here", name) for member, gone, name in value)
    return str(value)


def of_past(frame):
    """The events of a page of HISTORY: NUMBER TIME KIND MEMBER REASON NAME:TEXT."""
    try:
        events = wire.read_past(frame)
    except wire.Refused:
        return "dropped"
    return " | ".join("%d %d %s %d %d %s:%s" % (event.number, event.time, event.kind, event.member or 0,
                                                event.reason or 0, event.name or "", event.text or "")
                      for event in events)


def in_text(value, position=0):
    return [(KEYS.get(key, key), as_text(KEYS.get(key, key), part, position))
            for key, part in zip(value._fields, value)]


def of_join(join):
    fields = [("resume", YES[join.session is not None]), *in_text(join)[:-1]]
    return fields + in_text(join.session) if join.session else fields


def of_welcome(welcome):
    *fields, _offer = in_text(welcome)
    if welcome.offer is None:
        return fields
    return [*fields, ("history", str(welcome.offer.events)), ("keep", str(welcome.offer.keep))]


def of_frames(datagram):
    *fields, _frames, _whole = in_text(datagram)
    for count, frame in enumerate(datagram.frames, 1):
        named = [("frame", FRAMES.get(type(frame), type(frame).__name__.lower())),
                 *in_text(frame, getattr(datagram, "position", 0))]
        if isinstance(frame, wire.PastPage):
            named[-1] = ("events", of_past(frame))
        fields += [("%d.%s" % (count, key), value) for key, value in named]
    return fields if datagram.whole else fields + [("rest", "dropped")]


def of_events(datagram):
    events = datagram.events
    fields = [("epoch", as_text("epoch", datagram.epoch, 0)), ("repeats", str(datagram.repeats)),
              ("first", str(events[0].number))]
    for count, event in enumerate(events, 1):
        there = {key: str(part) for key, part in event._asdict().items() if part is not None}
        keys = ["number", "time", *[key for key in ("member", "said", "name", "text", "reason") if key in there]]
        fields += [("%d.event" % count, event.kind), *[("%d.%s" % (count, key), there[key]) for key in keys]]
    return fields


def fields_of(datagram):
    """The fields of a datagram as (key, value), its kind first."""
    kinds = {wire.Join: of_join, wire.Welcome: of_welcome, wire.Up: of_frames, wire.Down: of_frames, wire.Events: of_events}
    return [("datagram", type(datagram).__name__.lower()), *kinds.get(type(datagram), in_text)(datagram)]


def sections():
    """The title, keys and bytes of each vector."""
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",), comment_prefixes=(";",))
    parser.read(VECTORS, encoding="utf-8")
    for title in parser.sections():
        yield title, parser[title], bytes.fromhex(parser[title]["bytes"].replace("\n", ""))


def vectors():
    for title, section, data in sections():
        fields = [(key, value * int(section.get(key + "_times", 1))) for key, value in section.items()
                  if key not in REMARKS and not key.endswith("_times")]
        yield title, fields, data


class Vectors(RoomTest):
    def test_each_has_the_fields_that_the_page_gives_its_bytes(self):
        count = 0
        for title, fields, data in vectors():
            if not title.startswith("invalid "):
                with self.subTest(vector=title):
                    self.assertEqual(fields, fields_of(wire.decode(data)))
                count += 1
        self.assertGreater(count, 100, "the file has lost its vectors, or this test can't read them")

    def test_invalid_datagrams_are_refused(self):
        count = 0
        for title, _, data in vectors():
            if title.startswith("invalid "):
                with self.subTest(vector=title), self.assertRaises(wire.Refused):
                    wire.decode(data)
                count += 1
        self.assertGreater(count, 60)

    def test_datagrams_of_a_client_are_exact_to_the_byte(self):
        count = 0
        for title, section, data in sections():
            if title.startswith("invalid ") or "way" in section or section["datagram"] == "events":
                continue
            with self.subTest(vector=title):  # its fields are those of the vector, as the first test shows
                self.assertEqual(data, wire.encode(wire.decode(data), int(section.get("padded_to", 0))))
            count += 1
        self.assertGreater(count, 80)

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
