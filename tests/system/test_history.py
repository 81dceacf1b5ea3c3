# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""roomctl history, export, forget, backup and store, in a room that is in memory only."""
import array
import json
import os
import socket

from roomd_control import Connection, ControlTest, FAILED, request, run_roomctl

EX_USAGE = 64

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d"


class Memory(ControlTest):
    def talk(self):
        room = self.open_controlled(witnesses=False)
        alice, bob = room.join("alice"), room.join("bob")
        for speaker, text in ((alice, "tea is ready"), (bob, "which tea?"), (alice, "Green TEA")):
            speaker.say(text)
        self.wait_for("events_total", 5)
        return room

    def texts(self, *arguments):
        return [event["text"] for event in self.objects("history", *arguments) if event["kind"] == "chat"]

    def test_history_shows_numbers_times_and_words(self):
        self.talk()
        lines = self.done("history", "--until", 5).splitlines()
        self.assertEqual(5, len(lines))
        self.assertRegex(lines[0], r"^       1  %s alice joined$" % TIME)
        self.assertRegex(lines[3], r"^       4  %s bob: which tea\?$" % TIME)

    def test_history_is_searched(self):
        self.talk()
        self.assertEqual(["which tea?", "Green TEA"], self.texts("--search", "tea", "--since", 4))
        self.assertEqual(["tea is ready"], self.texts("--search", "READY tea"))
        self.assertEqual(["Green TEA"], self.texts("--from", "ALICE", "-n", 1, "--until", 5))
        self.assertEqual([], self.texts("--since", "2100-01-01 10:00"))
        self.assertEqual("there are no such events\n", self.done("history", "--search", "coffee"))

    def test_an_export_is_all_of_it(self):
        self.talk()
        events = [json.loads(line) for line in self.done("export").splitlines()]
        self.assertEqual(list(range(1, len(events) + 1)), [event["seq"] for event in events])
        self.assertEqual(events, self.objects("history", "--since", 1))

    def test_what_was_forgotten_is_gone(self):
        self.talk()
        self.assertRegex(self.done("forget", "Alice"), r"^\d+ events of Alice are forgotten\n$")
        self.assertNotIn("ready", self.done("export"))
        self.assertEqual(["which tea?"], self.texts("--until", 5))
        self.assertEqual("forgotten", self.objects("history", "--until", 1)[0]["kind"])

    def test_there_is_no_store(self):
        self.talk()
        self.assertIn("store.path is not set", self.done("store"))
        self.assertIsNone(self.objects("store")[0]["path"])
        file = self.folder / "backup.db"
        result = self.roomctl("backup", file)
        self.assertEqual((1, "roomctl: there is no store to be copied: store.path is not set\n"),
                         (result.returncode, result.stderr))
        self.assertFalse(file.exists())

    def test_a_backup_never_replaces_a_file(self):
        self.talk()
        file = self.folder / "precious"
        file.write_text("mine", encoding="utf-8")
        result = self.roomctl("backup", file)
        self.assertEqual((73, ""), (result.returncode, result.stdout))
        self.assertIn("can't be created", result.stderr)
        self.assertEqual("mine", file.read_text(encoding="utf-8"))

    def test_wrong_usage(self):
        for arguments in (("history", "tea"), ("members", "-n", 3), ("backup",), ("backup", "a", "b"), ("forget",),
                          ("forget", "a", "b"), ("export", "x"), ("store", "x"), ("history", "-n")):
            with self.subTest(arguments=arguments):
                self.assertEqual(EX_USAGE, run_roomctl(*arguments).returncode)
        self.talk()
        for arguments in (("-n", 0), ("--since", "never"), ("--until", "25:00"), ("--from", "")):
            with self.subTest(arguments=arguments):
                self.assertEqual(EX_USAGE, self.roomctl("history", *arguments).returncode)

    def test_descriptors_that_nobody_wants_are_closed(self):
        room = self.talk()
        before = len(os.listdir("/proc/%d/fd" % room.process.pid))
        for count in (1, 2, 200):
            with self.subTest(count=count), open(os.devnull, "rb") as null:
                client = Connection(self.path)
                rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [null.fileno()] * count))
                client.socket.sendmsg([request("backup x")], [rights])
                self.assertEqual((["there is no store to be copied: store.path is not set"], FAILED), client.answer())
                client.close()
        client = Connection(self.path)
        with open(os.devnull, "rb") as null:
            client.socket.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [null.fileno()]))])
        client.close()
        self.done("stats")
        self.assertEqual(before, len(os.listdir("/proc/%d/fd" % room.process.pid)))
