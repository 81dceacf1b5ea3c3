# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""What administrators do with a room that is kept: roomctl and the console, and sqlite3 on the file."""
import json
import os
import pathlib
import re
import signal
import sqlite3
import stat

from roomd_control import ControlTest, Watch
from roomd_process import PATIENCE_S

EX_TEMPFAIL = 75

MANUAL = pathlib.Path(os.environ["ROOMD_BUILD"]) / "doc" / "man" / "roomd.8"


def helpers(room):
    """The processes that roomd has started."""
    pid = room.process.pid
    children = pathlib.Path("/proc/%d/task/%d/children" % (pid, pid)).read_text(encoding="ascii")
    return [int(child) for child in children.split()]


class Kept(ControlTest):
    def setUp(self):
        super().setUp()
        self.file = self.folder / "store" / "room.db"
        self.file.parent.mkdir()

    def open_kept(self, *options, **keywords):
        return self.open_controlled("store.path=%s" % self.file, *options, witnesses=False, **keywords)

    def talk(self, room):
        alice, bob = room.join("alice"), room.join("bob")
        for speaker, text in ((alice, "the cuckoo clock"), (bob, "which clock?"), (alice, "That CUCKOO clock")):
            speaker.say(text)
        self.wait_for("events_kept_total", 5)
        return alice, bob

    def texts(self, *arguments):
        return [event["text"] for event in self.objects("history", *arguments) if event["kind"] == "chat"]

    def bytes_of_store(self):
        return b"".join(file.read_bytes() for file in self.file.parent.iterdir())

    # ---- history ----

    def test_history_is_there_after_the_program(self):
        room = self.open_kept()
        self.talk(room)
        room.process.terminate()
        room.wait_for_exit()
        self.open_kept()
        self.assertEqual(["the cuckoo clock", "which clock?", "That CUCKOO clock"], self.texts("--since", 1))
        self.assertEqual(["That CUCKOO clock"], self.texts("--from", "Alice", "--search", "cuckoo", "-n", 1))
        exported = [json.loads(line) for line in self.done("export").splitlines()]
        self.assertEqual(list(range(1, len(exported) + 1)), [event["seq"] for event in exported])
        self.assertEqual(exported[:3], self.objects("history", "--until", 3, "--since", 1))

    def test_an_export_is_whole_while_the_room_goes_on(self):
        room = self.open_kept()
        alice, _ = self.talk(room)
        for number in range(1000):
            alice.say("line %d" % number)
            if number % 200 == 199:
                self.wait_for("events_kept_total", 5 + number + 1)
        lines = self.done("export").splitlines()
        alice.say("later")
        self.assertEqual(["line %d" % number for number in range(1000)],
                         [json.loads(line)["text"] for line in lines][5:1005])
        self.assertEqual(["line %d" % number for number in range(90, 100)], self.texts("--since", 96, "--until", 105))
        self.assertEqual(1000, len(self.texts("--search", "line", "-n", 2000)))
        self.assertEqual(["line 997", "line 998", "line 999"], self.texts("--search", "line", "-n", 3))

    def test_the_console_shows_it_too(self):
        room = self.open_kept()
        self.talk(room)
        room.type("/history --search cuckoo")
        room.answers("alice: That CUCKOO clock")
        room.type("/store")
        room.answers(r"trouble +none")

    # ---- forgetting ----

    def test_what_was_forgotten_stands_in_no_file(self):
        room = self.open_kept()
        alice, bob = self.talk(room)
        for member in (alice, bob):
            member.send("E " + member.name)
        self.wait_for("members", 0)
        self.assertIn(b"cuckoo", self.bytes_of_store())
        self.assertEqual("4 events of alice are forgotten\n", self.done("forget", "alice"))
        left = self.bytes_of_store()
        for gone in (b"cuckoo", b"CUCKOO", b"alice"):
            self.assertNotIn(gone, left)
        self.assertIn(b"which clock?", left)
        self.assertEqual(["which clock?"], self.texts("--since", 1))
        self.assertEqual([], self.objects("history", "--search", "cuckoo"))
        self.assertEqual([1, 3, 5, 6], [event["seq"] for event in self.objects("export") if event["kind"] == "forgotten"])
        self.assertEqual("0 events of alice are forgotten\n", self.done("forget", "alice"))

    # ---- the file ----

    def test_sqlite3_shows_what_the_manual_says(self):
        room = self.open_kept()
        self.talk(room)
        query = re.search(r"SELECT \* FROM history ORDER BY number DESC LIMIT 20", MANUAL.read_text(encoding="utf-8"))
        with sqlite3.connect("file:%s?mode=ro" % self.file, uri=True) as store:
            rows = store.execute(query.group(0)).fetchall()
            members = store.execute("SELECT count(*) FROM state WHERE space = 2").fetchone()
        store.close()
        self.assertEqual([(5, "chat", "alice", "That CUCKOO clock"), (4, "chat", "bob", "which clock?"),
                          (3, "chat", "alice", "the cuckoo clock"), (2, "join", "bob", ""), (1, "join", "alice", "")],
                         [(number, kind, name, text or "") for number, _, kind, name, text in rows])
        self.assertEqual((2,), members)
        for file in self.file.parent.iterdir():
            self.assertEqual(0o600, stat.S_IMODE(file.stat().st_mode), file)

    def test_a_backup_is_a_whole_file_of_its_own(self):
        room = self.open_kept()
        alice, _ = self.talk(room)
        copy = self.folder / "copy.db"
        self.assertEqual("the backup is complete\n", self.done("backup", copy))
        alice.say("later")
        self.assertEqual(0o600, stat.S_IMODE(copy.stat().st_mode))
        with sqlite3.connect("file:%s?mode=ro" % copy, uri=True) as store:
            self.assertEqual(("ok",), store.execute("PRAGMA integrity_check").fetchone())
            self.assertEqual((5,), store.execute("SELECT max(number) FROM history").fetchone())
        store.close()
        self.assertEqual(["copy.db"], sorted(file.name for file in self.folder.glob("copy*")))

    def test_the_store_is_shown(self):
        room = self.open_kept("store.keep=7d", "store.sync=disk", "store.max_bytes=2 MiB")
        self.talk(room)
        shown, = self.objects("store")
        self.assertEqual((str(self.file), "disk", 604800, 2097152, None, 1, 5, 0),
                         tuple(shown[name] for name in ("path", "sync", "keep", "max_bytes", "trouble", "first_event",
                                                        "last_event", "waiting_records")))
        self.assertRegex(self.done("store"), r"(?m)^  survives +a power cut \(store\.sync = disk\)$")

    def test_a_ban_lasts(self):
        self.open_kept()
        self.assertIn("until it is lifted", self.done("ban", "bob"))

    # ---- a log that is late ----

    def stop_helper(self, room):
        for pid in helpers(room):
            os.kill(pid, signal.SIGSTOP)
            self.addCleanup(self.go_on, pid)

    @staticmethod
    def go_on(pid):
        try:
            os.kill(pid, signal.SIGCONT)
        except ProcessLookupError:
            pass

    def test_an_answer_waits_until_what_it_says_is_kept(self):
        room = self.open_kept()
        self.talk(room)
        self.stop_helper(room)
        notice = Watch("-s", self.path, "notice", "tea is ready")
        self.addCleanup(notice.stop)
        self.wait_for("records_waiting", 1)
        self.assertIn("members 2\n", self.done("stats"))
        self.assertIsNone(notice.process.poll())
        self.assertEqual("", notice.stdout.text())
        for pid in helpers(room):
            self.go_on(pid)
        self.assertEqual(0, notice.wait())
        self.assertEqual("announced to 2 members", notice.stdout.text())

    def test_a_log_that_stays_away_is_told_instead(self):
        room = self.open_kept()
        self.talk(room)
        self.stop_helper(room)
        notice = Watch("-s", self.path, "notice", "tea is ready")
        self.addCleanup(notice.stop)
        room.type("/kick bob")
        self.assertEqual(EX_TEMPFAIL, notice.process.wait(PATIENCE_S))
        self.assertIn("not kept yet", notice.stderr.text())
        room.answers("taken, but not kept yet, so members have not been told")
        self.assertIn("the store does not answer", self.done("store"))
