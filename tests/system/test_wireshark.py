# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
doc/wireshark/roomd.lua: its tables are those of doc/protocol.md and of the program, and with it tshark shows all of
every vector, and of a talk over a bad network.
"""
import collections
import pathlib
import random
import re
import socket
import unittest

import test_vectors
from room_program import DELIVERED, RoomProgramTest
from roomd_process import PATIENCE_S
from tshark import HEADERS_BYTES, MALFORMED, SCRIPT, Datagram, need_tshark, shown, unread

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVER_PORT = 8888
LOSS, LINES = 0.2, 30
MUTANTS = 1500

# ---- the tables of the script ----

Row = collections.namedtuple("Row", "code name layout more")


def lua_table(name):
    """The text of a table of the script, with its strings put together."""
    text = SCRIPT.read_text(encoding="utf-8")
    table = re.search(r"^local %s = \{(.*?)^\}" % name, text, re.MULTILINE | re.DOTALL).group(1)
    return re.sub(r'" \.\.\s*"', "", table)


def rows_of(table):
    found = re.findall(r'\[(\w+)\] = \{"([^"]*)", "([^"]*)"(.*)\}', table)
    return [Row(int(code, 0), name, layout_of(layout), more) for code, name, layout, more in found]


def codes_of(name):
    return {int(code): word for code, word in re.findall(r'\[(\d+)\] = "([^"]*)"', lua_table_of_codes(name))}


def lua_table_of_codes(name):
    text = SCRIPT.read_text(encoding="utf-8")
    return re.search(r"^local %s = \{(.*?)\}" % name, text, re.MULTILINE | re.DOTALL).group(1)


def layout_of(text):
    """The numbers of a layout, as the page or the script writes it: their types and names."""
    return [(kind, "reason" if name == "closed" else name)
            for kind, name in re.findall(r"`?\b(u\d+|varint)`? (\w+)", text)]


# ---- the page ----

def page():
    return (ROOT / "doc" / "protocol.md").read_text(encoding="utf-8")


def table_of_page(heading):
    """The rows below this heading, each as its cells."""
    lines = iter(page().splitlines())
    for line in lines:
        if line.startswith(heading):
            break
    next(lines)
    rows = []
    for line in lines:
        if not line.startswith("| "):
            return rows
        rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return rows


def list_of_page(before, after):
    """`1 muted, 2 too long, …` between these words."""
    text = " ".join(page().split())
    return {int(code): word for code, word in
            re.findall(r"(\d+) ([\w -]+)", text.partition(before)[2].partition(after)[0])}


# ---- the program's headers ----

def enum_of_program(header, enum, prefix):
    """Its names, in the words of the page as far as letters go, by their values."""
    text = (ROOT / header).read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    body = re.search(r"enum %s \{(.*?)\}" % enum, text, re.DOTALL).group(1)
    values, following = {}, 0
    for name, value in re.findall(r"\b%s(\w+)(?: = (\w+))?" % prefix, body):
        following = int(value, 0) if value[:1].isdigit() else following
        values[following] = letters(name)
        following += 1
    return values


def letters(word):
    """What both write alike: a page may say `restarting`, and an enum RESTARTS."""
    return re.sub(r"^the|[^a-z0-9]", "", word.lower())[:7]


WIRE = "src/core/sequenced_wire/"


class Tables(unittest.TestCase):
    def test_frames_and_events_are_those_of_the_page(self):
        for heading, table in (("| event | bytes |", "EVENTS"), ("| frame up | bytes |", "FRAMES_UP"),
                               ("| frame down | bytes |", "FRAMES_DOWN")):
            of_page = [(int(text[1:3], 16), name, layout_of(text)) for name, text in table_of_page(heading)]
            self.assertEqual(of_page, [row[:3] for row in rows_of(lua_table(table))], heading)

    def test_handshakes_are_those_of_the_page(self):
        of_page = []
        for name, text, size in table_of_page("| datagram | fields | bytes |"):
            start, _, rest = text.partition(",")
            codes = re.findall("`([0-9A-F]{2})`", start)
            least = re.match(r"(\d+) or more", size)
            of_page.append((int(codes[2 if len(codes) > 2 else 1], 16), name, layout_of(rest),
                            (start.split()[-1].strip("`"), int(least.group(1)) if least else 0)))
        ours = []
        for code, name, layout, more in rows_of(lua_table("HANDSHAKES")):
            fourth = re.search(r'"(\w+)"', more)
            least = re.search(r"\d+$", more)
            ours.append((code, name, layout, (fourth.group(1) if fourth else "00",
                                              int(least.group()) if least else 0)))
        self.assertEqual(sorted(of_page), sorted(ours))

    def test_datagrams_of_a_session_are_those_of_the_page(self):
        for row in rows_of(lua_table("SESSIONS")):
            with self.subTest(row.name):
                found = re.search(r"^%s: `%02X` `01`,([^;]*);" % (row.name, row.code), page(), re.MULTILINE)
                self.assertEqual(layout_of(" ".join(found.group(1).split())), row.layout)

    def test_codes_are_those_of_the_page(self):
        refusals = {int(row[0]): row[1] for row in table_of_page("| code | name |") if row[0].isdigit()}
        for of_page, table in (
                (refusals, "REFUSALS"),
                (list_of_page("Why a message was not taken: ", " (`what`"), "WHYS"),
                (list_of_page("- Reasons: ", " (1.7)"), "REASONS"),
                (list_of_page("`u8` reason (", ")"), "CLOSED"),
                (list_of_page("`u8` what (", ")"), "WHATS")):
            with self.subTest(table):
                self.assertEqual(of_page, codes_of(table))

    def test_all_of_them_are_those_of_the_program(self):
        rows = {name: {row.code: letters(row.name) for row in rows_of(lua_table(name))}
                for name in ("FRAMES_UP", "FRAMES_DOWN", "EVENTS")}
        codes = {name: {code: letters(word) for code, word in codes_of(name).items()}
                 for name in ("REFUSALS", "WHYS", "REASONS", "CLOSED", "WHATS")}
        for header, enum, prefix, ours in (
                (WIRE + "sequenced_up.h", "sequenced_up_kind", "SEQUENCED_UP_", rows["FRAMES_UP"]),
                (WIRE + "sequenced_down.h", "sequenced_down_kind", "SEQUENCED_DOWN_", rows["FRAMES_DOWN"]),
                (WIRE + "sequenced_up.h", "sequenced_what", "SEQUENCED_WHAT_", codes["WHATS"]),
                (WIRE + "sequenced_down.h", "sequenced_closed", "SEQUENCED_CLOSED_", codes["CLOSED"]),
                (WIRE + "sequenced_handshake.h", "sequenced_refusal_code", "SEQUENCED_REFUSED_", codes["REFUSALS"]),
                ("include/roomd/sequenced.h", "sequenced_why", "SEQUENCED_WHY_", codes["WHYS"]),
                ("include/roomd/event.h", "exit_reason", "EXIT_", codes["REASONS"])):
            with self.subTest(enum):
                self.assertEqual(enum_of_program(header, enum, prefix), ours)
        kinds = enum_of_program(WIRE + "sequenced_events.h", "sequenced_event_kind", "SEQUENCED_EVENT_")
        kinds = {code: name for code, name in kinds.items() if name != "unknown"}
        self.assertEqual(kinds, {code: name for code, name in rows["EVENTS"].items() if code in kinds})

    def test_the_plain_words_are_those_of_the_page(self):
        verbs = dict(re.findall(r'(\w+) = "(\w+)"', lua_table("VERBS")))
        rows = table_of_page("| request | verbs of the dialect `course` |")
        self.assertEqual({verb: kind for kind, row in zip(("join", "chat", "exit"), rows)
                          for verb in re.findall(r"`(\w+)`", row[1])}, verbs)
        replies = dict(re.findall(r'\["([^"]+)"\] = "(\w+)"', lua_table("REPLIES")))
        for row in table_of_page("| reply | when | `course`, zh |"):
            for wording in re.findall("`([^`]+)`", " ".join(row[2:])):
                # N is each refusal, and the name of a dialect is no reply.
                if "{" not in wording and wording not in ("N", "course"):
                    self.assertEqual(row[0].strip("*"), replies[wording], wording)


# ---- vectors ----

NOT_FIELDS = ("datagram", "rest", "event", "resume")
HEXADECIMAL = ("nonce", "epoch", "token", "challenge", "refused", "kept")
IN_OCTETS = ("cookie", "name", "asked", "text", "room", "words")
FAULTS = ("malformed", "dropped", "sealed", "cut", MALFORMED)


def goes_up(data):
    return data[:1] in (b"", b"\xf8", b"\xfa") or data[0] < 0xF8


def name_of_field(kind, key):
    """What the script calls a key of the vectors, in a datagram of that kind."""
    return {("join", "name"): "asked", ("welcome", "timeout"): "session_timeout", ("down", "reason"): "closed",
            ("events", "number"): "event.number", ("up", "frame"): "frame.up", ("down", "frame"): "frame.down",
            ("up", "ranges"): "missing"}.get((kind, key), key)


def code_of_frame(field, name):
    table = {"frame.up": "FRAMES_UP", "frame.down": "FRAMES_DOWN"}[field]
    return next(row.code for row in rows_of(lua_table(table)) if row.name.lower().replace(" ", "_") == name)


def value_of(field, text):
    if field in IN_OCTETS:
        return bytes.fromhex(text) if field == "cookie" else text
    if field.startswith("frame."):
        return code_of_frame(field, text)
    if field in ("more", "resumed"):
        return text == "yes"
    return int(text, 16 if field in HEXADECIMAL else 10)


def of_vector(fields):
    """What a vector says that its datagram holds: lists of values by the script's names."""
    kind, values = dict(fields)["datagram"], collections.defaultdict(list)
    for key, text in fields:
        field = name_of_field(kind, key.rpartition(".")[2])
        if field == "entries":
            for member, gone, name in (entry.split(" ", 2) for entry in text.split(", ") if entry):
                values["member"].append(int(member))
                values["gone"].append(gone == "gone")
                values["name"].append(name)
        elif field == "events":
            for event in text.split(" | ") if text else []:
                number, _time, event_kind, member, _reason, said = event.split(" ", 5)
                name, _, words = said.partition(":")
                values["event.number"].append(int(number))
                values["member"] += [int(member)] * (event_kind not in ("notice", "forgotten"))
                values["name"] += [name] * (name != "")
                values["text"] += [words] * (event_kind in ("chat", "notice"))
        elif field == "missing":
            for first, count in (part.split("+") for part in text.split()):
                values[field] += range(int(first), int(first) + int(count))
        elif field not in NOT_FIELDS:
            values[field].append(value_of(field, text))
    return values


def of_script(fields):
    values = collections.defaultdict(list)
    for field in fields:
        if field.name == "time":
            values[field.name].append(int.from_bytes(field.data, "big"))
        elif field.name == "cookie":
            values[field.name].append(field.data)
        elif field.name in IN_OCTETS:
            values[field.name].append(field.data.decode("utf-8", "replace"))
        elif field.name in ("more", "gone", "resumed"):
            values[field.name].append(field.show not in ("0", "False"))
        elif re.fullmatch(r"0x[0-9a-f]+|0|[1-9]\d*", field.show or ""):
            values[field.name].append(int(field.show, 0))
    return values


class Vectors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        need_tshark()
        cls.vectors = list(test_vectors.vectors())
        datagrams = [Datagram(goes_up(data), data) for _, _, data in cls.vectors]
        cls.shown = dict(zip((title for title, _, _ in cls.vectors), shown(datagrams, SERVER_PORT)))

    def test_no_byte_is_left_out(self):
        for title, _, data in self.vectors:
            with self.subTest(vector=title):
                self.assertEqual([], unread(self.shown[title], data))

    def test_what_a_receiver_takes_has_no_fault(self):
        for title, fields, _ in self.vectors:
            if not title.startswith("invalid "):
                faults = [field.name for field in self.shown[title] if field.name in FAULTS]
                with self.subTest(vector=title):
                    self.assertEqual(["dropped"] if ("rest", "dropped") in fields else [], faults)

    def test_what_a_receiver_refuses_is_malformed_or_another_protocol(self):
        for title, _, data in self.vectors:
            if title.startswith("invalid "):
                names = {field.name for field in self.shown[title]}
                with self.subTest(vector=title):
                    if data and 0xF8 <= data[0] <= 0xFE:
                        self.assertTrue(names & {"malformed", "sealed"}, names)
                    else:
                        self.assertNotIn("first_byte", names)

    def test_each_field_has_the_value_that_the_vector_gives_it(self):
        for title, fields, _ in self.vectors:
            if title.startswith("invalid "):
                continue
            expected, found = of_vector(fields), of_script(self.shown[title])
            for name, values in expected.items():
                got = found[name]
                if name == "time":
                    got = [value for value in values if value in got]
                elif name.startswith("frame."):  # the vectors do not list what is skipped
                    got = [code for code in got if code in values][:len(values)]
                elif name == "said":  # joins have none
                    got, values = list(filter(None, got)), list(filter(None, values))
                elif name == "repeats" or ("rest", "dropped") in fields:
                    got = got[:len(values)]
                with self.subTest(vector=title, field=name):
                    self.assertEqual(values, got)


class Anything(unittest.TestCase):
    def test_no_bytes_at_all_make_it_fail(self):
        dice = random.Random(1)
        corpus = [data for _, _, data in test_vectors.vectors() if data]
        corpus += [b"L alice\n", b"C alice hello  there", b"Q\n", b"\xe5\xb0 \xff x", b"\n\n", b" ", b"L", b"x" * 1300]
        mutants = []
        for _ in range(MUTANTS):
            data = bytearray(dice.choice(corpus))
            del data[dice.choice((len(data), dice.randrange(len(data)) + 1)):]
            for _ in range(dice.randrange(4)):
                data[dice.randrange(len(data))] = dice.randrange(256)
            mutants.append(Datagram(dice.random() < 0.5, bytes(data)))
        for mutant, fields in zip(mutants, shown(mutants, SERVER_PORT)):
            with self.subTest(mutant.payload.hex(), up=mutant.up):
                self.assertEqual([], unread(fields, mutant.payload))
                self.assertNotIn(MALFORMED, [field.name for field in fields])


    def test_what_the_capture_does_not_have_is_not_malformed(self):
        vectors = [(title, data) for title, fields, data in test_vectors.vectors()
                   if not title.startswith("invalid ") and ("rest", "dropped") not in fields]
        most = 24
        datagrams = [Datagram(goes_up(data), data) for _, data in vectors]
        for (title, data), fields in zip(vectors, shown(datagrams, SERVER_PORT, HEADERS_BYTES + most)):
            with self.subTest(title):
                self.assertEqual([], unread(fields, data[:most]))
                self.assertLessEqual({field.name for field in fields if field.name in FAULTS}, {"cut"})


class Plain(unittest.TestCase):
    def test_requests_and_lines_are_taken_apart(self):
        datagrams = [Datagram(True, "L alice\n".encode()), Datagram(False, b"OK\n"),
                     Datagram(True, "C alice hello  there".encode()), Datagram(False, "bob ： 你好\nbob left".encode()),
                     Datagram(True, b"L a b"), Datagram(True, b"C bob \xff!"), Datagram(True, b"HELLO bob")]
        self.assertEqual(
            [[("verb", "L"), ("name", "alice")], [("reply", "OK")],
             [("verb", "C"), ("name", "alice"), ("text", "hello  there")],
             [("line", "bob ： 你好"), ("line", "bob left")],
             [("verb", "L"), ("name", "a b")], [("verb", "C"), ("name", "bob"), ("text", "\ufffd!")],
             [("verb", "HELLO"), ("name", "bob"), "unknown"]],
            [[(field.name[6:], field.data.decode("utf-8", "replace")) if field.name.startswith("plain.") else field.name
              for field in fields if field.name != "plain.separator"]
             for fields in shown(datagrams, SERVER_PORT)])


class Talk(RoomProgramTest):
    NAMES = ("alice", "bob", "carol")

    def talk(self, room, relay):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plain:
            plain.settimeout(PATIENCE_S)
            plain.sendto(b"L plain", relay.address)
            self.assertEqual(b"OK", plain.recv(65536))
            relay.loss = LOSS
            filters = [self.filter(name, relay.address) for name in self.NAMES]
            for name in self.NAMES:
                room.stderr.wait_for("%s joined" % name)
            for number in range(LINES):
                for one, name in zip(filters, self.NAMES):
                    one.say("%s says %d." % (name, number))
                for one in filters:
                    one.wait_for(kind="chat", name=self.NAMES[number % 3],
                                 text="%s says %d." % (self.NAMES[number % 3], number))
            for one in filters:
                self.assertEqual(DELIVERED, one.end(), one.stderr.text())

    def test_all_of_a_talk_over_a_bad_network_is_shown(self):
        need_tshark()
        room = self.open("limits.messages=0", witnesses=False)
        relay = self.relay(room.doors[0])
        capture = []
        relay.tap = lambda up, datagram, client: capture.append(Datagram(up, datagram, client[1]))
        self.talk(room, relay)
        relay.tap = lambda up, datagram, client: None
        seen, texts = collections.Counter(), set()
        for datagram, fields in zip(capture, shown(capture, relay.address[1])):
            self.assertEqual([], unread(fields, datagram.payload), datagram.payload.hex())
            self.assertFalse({field.name for field in fields} & {*FAULTS, "ignored", "unknown"}, datagram.payload.hex())
            seen.update((field.name, int(field.show, 0)) for field in fields
                        if field.name in ("first_byte", "type.up", "type.down", "frame.up", "frame.down", "event"))
            texts.update(field.data.decode() for field in fields if field.name == "text")
        self.assertLessEqual({"%s says %d." % (name, n) for name in self.NAMES for n in range(LINES)}, texts)
        for expected in (("type.up", 1), ("type.up", 2), ("type.down", 1), ("type.down", 2), ("first_byte", 0xFA),
                         ("first_byte", 0xFB), ("first_byte", 0xFC), ("frame.up", 1), ("frame.up", 5),
                         ("frame.down", 5), ("event", 1), ("event", 2)):
            self.assertIn(expected, seen)


if __name__ == "__main__":
    unittest.main()
