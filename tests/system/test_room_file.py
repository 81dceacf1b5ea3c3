#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""A long file is piped into room: it arrives whole and in order. ROOMD_LINES is its number of lines."""
import os
import pathlib
import time
import unittest

from room_program import DELIVERED, RoomProgramTest
from roomd_process import PATIENCE_S

LINES = int(os.environ.get("ROOMD_LINES", 2000))


class RoomFile(RoomProgramTest):
    def setUp(self):
        self.lines = ["line %d %s" % (n, "abc" * (n % 20)) for n in range(LINES)]
        self.file = pathlib.Path(self.folder()) / "file"
        self.file.write_text("".join(line.strip() + "\n" for line in self.lines), encoding="utf-8")

    def send(self, room, address, pipe=False):
        reader = self.filter("reader", room.doors[0])
        reader.wait_for(kind="join", name="reader")
        begun = time.monotonic()
        with open(self.file, "rb") as file:
            writer = self.filter("writer", address, **({} if pipe else {"stdin": file}))
        if pipe:
            writer.say(*(line.strip() for line in self.lines))
            writer.process.stdin.close()
        status = writer.wait(PATIENCE_S + LINES / 50)
        took = time.monotonic() - begun
        self.assertEqual(DELIVERED, status, writer.stderr.text())
        self.assertEqual("", writer.stderr.text())
        reader.wait_for(kind="exit", name="writer")
        self.assertEqual([line.strip() for line in self.lines], [event["text"] for event in reader.events("chat")])
        print("%d lines in %.1f s ..." % (LINES, took), end=" ", flush=True)

    def test_a_file_arrives_whole(self):
        room = self.open("limits.messages=0", "limits.bytes=0", witnesses=False)
        self.send(room, room.doors[0])

    def test_a_pipe_arrives_whole(self):
        room = self.open("limits.messages=0", "limits.bytes=0", witnesses=False)
        self.send(room, room.doors[0], pipe=True)

    def test_a_file_arrives_whole_over_a_bad_network(self):
        room = self.open("limits.messages=0", "limits.bytes=0", witnesses=False)
        relay = self.relay(room.doors[0], loss=0.2, repeat=0.05, delay=0.002, jitter=0.01,
                           seed=int(os.environ.get("ROOMD_SEED", 1)))
        self.send(room, relay.address)


if __name__ == "__main__":
    unittest.main()
