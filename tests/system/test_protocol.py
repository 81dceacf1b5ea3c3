# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""The examples of doc/protocol.md, replayed against the real program."""
import pathlib
import re
import shlex
import unittest

from roomd_room import RoomTest

PAGE = pathlib.Path(__file__).resolve().parents[2] / "doc" / "protocol.md"
EXAMPLE = re.compile(r"^```example(?P<options>[^\n]*)\n(?P<lines>.*?)^```$", re.MULTILINE | re.DOTALL)
LINE = re.compile(r"^(?P<who>\w+) *(?P<way>[<>]) (?P<text>.*)$")
LAST = "the-last"


def examples():
    for match in EXAMPLE.finditer(PAGE.read_text(encoding="utf-8")):
        yield shlex.split(match["options"]), [(line, LINE.match(line)) for line in match["lines"].splitlines()]


class Protocol(RoomTest):
    def test_every_example_of_the_page_is_exact(self):
        count = 0
        for count, (options, lines) in enumerate(examples(), 1):
            with self.subTest(example=count):
                self.replay(options, lines)
        self.assertGreaterEqual(count, 6, "the page has lost its examples, or this test can't read them")

    def replay(self, options, lines):
        room = self.open(*options, witnesses=False)
        clients = {}
        for line, parts in lines:
            self.assertIsNotNone(parts, "neither sent nor received: %r" % line)
            text = parts["text"].replace("\\n", "\n")
            if parts["who"] == "admin":
                room.type(text)
                continue
            if parts["who"] not in clients:
                clients[parts["who"]] = room.client(source="127.0.0.%d" % (2 + len(clients)))
            client = clients[parts["who"]]
            if parts["way"] == ">":
                client.send(text)
                client.joined = client.joined and text.split()[0] not in ("Q", "E", "QUIT", "EXIT")
            else:
                client.expect(text)
                client.joined = client.joined or text.split()[0] in ("OK", "Y")
        self.expect_nothing_more(room)

    def expect_nothing_more(self, room):
        """A last client joins: the page lacks every datagram that the others get before its join line."""
        others = list(room.clients)
        last = room.client()
        last.send("L " + LAST)
        last.receive()
        for client in others:
            if client.joined:
                client.read_until(LAST.encode())
            else:
                client.read_waiting()
            self.assertEqual(list(client.pending), [])


if __name__ == "__main__":
    unittest.main()
