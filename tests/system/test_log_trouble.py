# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
roomd-log-sqlite and everything that can be wrong with a disk: nothing is acknowledged that is not kept, the room is told
what to do, and the log recovers by itself.
"""
import os
import shutil
import signal
import sqlite3
import unittest

import log_wire as wire
from log_helper import Ended, Helper, LogTest


# A file as version 1 leaves it. Later versions get one of their own; this one stays.
SCHEMA_1 = """
CREATE TABLE log (id BLOB NOT NULL, room TEXT NOT NULL, boot BLOB NOT NULL, inode INTEGER NOT NULL, \
clean INTEGER NOT NULL, sync INTEGER NOT NULL, record INTEGER NOT NULL, event INTEGER NOT NULL, backup INTEGER);
CREATE TABLE event (number INTEGER PRIMARY KEY, time INTEGER NOT NULL, utc_offset INTEGER NOT NULL, \
kind INTEGER NOT NULL, forgotten INTEGER NOT NULL, reason INTEGER NOT NULL, member INTEGER NOT NULL, \
said INTEGER NOT NULL, name TEXT NOT NULL, folded TEXT, text TEXT NOT NULL);
CREATE TABLE state (space INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY (space, key)) WITHOUT ROWID;
CREATE VIEW history AS SELECT number, datetime(time / 1000000000, 'unixepoch', 'localtime') AS time, \
CASE WHEN forgotten THEN 'forgotten' ELSE CASE kind WHEN 0 THEN 'join' WHEN 1 THEN 'chat' WHEN 2 THEN 'exit' \
ELSE 'notice' END END AS kind, trim(name) AS name, trim(text) AS text FROM event ORDER BY number;
INSERT INTO log VALUES (x'a0a1a2a3a4a5a6a7a8a9aaabacadaeaf', 'lobby', x'62626262626262626262626262626262', 1, 1, 0, 7, 2, NULL);
INSERT INTO event VALUES (2, 1700000000000000000, 3600, 1, 0, 0, 1, 1, 'alice', NULL, 'tea');
INSERT INTO state VALUES (1, x'01', x'02');
PRAGMA user_version = 1;
PRAGMA application_id = 1919771724;
"""


def asan(more):
    return os.environ.get("ASAN_OPTIONS", "") + ":" + more


class TroubleTest(LogTest):
    """A test sets what its disk does with plan()."""

    def setUp(self):
        super().setUp()
        self.store = self.folder / "store"
        self.store.mkdir()
        self.path = self.store / "roomd.db"
        self.plan_file = self.store / "plan"
        self.plan()

    def plan(self, *lines):
        new = self.folder / "plan"
        new.write_text("".join(line + "\n" for line in lines))
        os.rename(new, self.plan_file)

    def open_failing(self, **hello):
        environment = {"LD_PRELOAD": os.environ["FAILING_DISK_LIBRARY"], "FAILING_DISK": str(self.plan_file),
                       "ASAN_OPTIONS": asan("verify_asan_link_order=0")}
        return self.open(environment=environment, **hello)

    def expect_over(self, log):
        """The last word is that all is well."""
        while not log.troubles or log.troubles[-1].count != wire.OVER:
            log.receive()

    def expect_fatal(self, log, code, status):
        with self.assertRaises(Ended):
            while True:
                log.receive()
        self.assertEqual((code, wire.FATAL), (log.troubles[-1].count, log.troubles[-1].flags))
        log.wait(status)
        return log.troubles[-1].payload.decode()

    def check_recovery(self, log, code, text):
        """One record waits for the end of the trouble; then it is there, once."""
        before = log.committed
        self.assertEqual(before + 1, log.record)
        self.assertIn(text, log.trouble(code))
        self.assertEqual(before, log.committed)
        self.assertEqual(code, log.status().trouble)
        self.plan()
        log.wait_for(before + 1)
        self.expect_over(log)
        log.say("after")
        log.kill()
        log = self.open()
        self.assertEqual(before + 2, log.ready.record)
        self.assertEqual(0, log.ready.flags)
        self.assertEqual(["after", "meanwhile"], log.texts(rows=2))
        log.close()


class Disks(TroubleTest):
    def test_a_full_disk_keeps_what_is_said_waiting_and_pages_go_on(self):
        log = self.open_failing()
        log.say("before")
        self.plan("pwrite ENOSPC")
        log.say("meanwhile", wait=False)
        log.trouble(wire.FULL)
        self.assertEqual(["before"], log.texts())
        self.check_recovery(log, wire.FULL, "free some")

    def test_a_full_disk_at_a_sync(self):
        log = self.open_failing(sync=wire.DISK)
        log.say("before")
        self.plan("fsync ENOSPC")
        log.say("meanwhile", wait=False)
        self.check_recovery(log, wire.FULL, "free some")

    def test_a_disk_that_is_read_only(self):
        log = self.open_failing()
        log.say("before")
        self.plan("pwrite EROFS")
        log.say("meanwhile", wait=False)
        self.check_recovery(log, wire.READ_ONLY, "mount it for writing")

    def test_an_error_of_the_disk_at_a_write(self):
        log = self.open_failing()
        log.say("before")
        self.plan("pwrite EIO")
        log.say("meanwhile", wait=False)
        self.check_recovery(log, wire.IO, "disk may be failing")

    def test_an_error_of_the_disk_at_a_sync_is_not_taken_for_success_later(self):
        record = self.store / "record"
        environment = {"LD_PRELOAD": os.environ["FAILING_DISK_LIBRARY"], "FAILING_DISK": str(self.plan_file),
                       "FAILING_RECORD": str(record), "ASAN_OPTIONS": asan("verify_asan_link_order=0")}
        log = self.open(environment=environment, sync=wire.DISK)
        log.say("before")
        self.plan("fsync EIO")
        log.say("meanwhile", wait=False)
        log.trouble(wire.IO)
        since = record.stat().st_size
        self.plan()
        log.wait_for(log.record)
        # Between the failure and COMMITTED, all that was in doubt was written again, into the file itself, and synced.
        calls = [line.split()[:2] for line in record.read_bytes()[since:].split(b"\n")
                 if line.startswith((b"pwrite ", b"fsync "))]
        self.assertIn([b"pwrite", b"roomd.db"], calls)
        self.assertIn([b"fsync", b"roomd.db"], calls[calls.index([b"pwrite", b"roomd.db"]):])
        log.say("after")
        self.assertEqual(["after", "meanwhile", "before"], log.texts())
        log.close()

    def test_a_slow_disk_is_told_and_over_when_it_is_fast_again(self):
        log = self.open_failing(sync=wire.DISK)
        self.plan("fsync +1100")
        log.say("meanwhile")
        self.assertIn("ms for a commit", log.trouble(wire.SLOW))
        self.assertGreaterEqual(log.status().longest_us, 1100000)
        self.plan()
        log.say("after")
        self.expect_over(log)
        log.close()

    def test_what_has_no_place_waits_at_the_sender_and_nothing_is_lost(self):
        log = self.open_failing()
        self.plan("pwrite ENOSPC")
        log.socket.setblocking(False)
        told = 0
        while True:
            try:
                log.say(*["x" * 900] * 30, wait=False)
            except BlockingIOError:
                log.record, log.event = log.record - 30, log.event - 30
                break
            told += 30
        log.socket.settimeout(30)
        self.assertGreater(told, 1000)
        self.assertLess(told * 900, 8 << 20)
        log.trouble(wire.FULL)
        self.plan()
        log.wait_for(told)
        self.expect_over(log)
        self.assertEqual(told, log.status().last_event)
        log.close()

    def test_it_ends_when_the_room_does_though_the_disk_is_full(self):
        log = self.open_failing()
        log.say("before")
        self.plan("pwrite ENOSPC")
        log.say("meanwhile", wait=False)
        log.trouble(wire.FULL)
        log.close()
        self.plan()
        log = self.open(boot=b"c" * 16)
        self.assertEqual((1, wire.RENUMBER), (log.ready.record, log.ready.flags))
        log.close()

    def test_it_ends_when_the_room_does_though_not_all_can_be_read(self):
        log = self.open_failing()
        log.say("before")
        self.plan("pwrite ENOSPC")
        log.socket.setblocking(False)
        with self.assertRaises(BlockingIOError):
            while True:
                log.say(*["x" * 900] * 30, wait=False)
        log.close()
        self.plan()
        log = self.open()
        self.assertEqual((1, 0), (log.ready.record, log.ready.flags))
        log.close()

    def test_a_real_full_file_system(self):
        if os.geteuid() != 0 or shutil.which("unshare") is None:
            self.skipTest("mounting takes root")
        script = self.folder / "mounted"
        script.write_text('#!/bin/sh\nmount -t tmpfs -o size=3m tmpfs "$(dirname "$1")" && exec "$ROOMD_LOG" "$@"\n')
        script.chmod(0o700)
        inside = self.folder / "inside"
        inside.write_text('#!/bin/sh\nexec unshare --mount "%s" "$@"\n' % script)
        inside.chmod(0o700)
        log = Helper(self.path, program=str(inside))
        self.addCleanup(log.discard)
        log.open()
        store = "/proc/%d/root%s" % (log.process.pid, self.store)
        with open(store + "/filler", "wb") as filler:
            filler.write(b"x" * (2 << 20))
        while not log.troubles:
            log.say(*["x" * 900] * 30, wait=False)
            while not log.troubles and log.committed < log.record:
                log.receive()
        self.assertIn("there is no space left", log.trouble(wire.FULL))
        os.unlink(store + "/filler")
        log.wait_for(log.record)
        self.expect_over(log)
        self.assertEqual(log.event, len(log.read(rows=1000000)[0]))
        log.close()


class Files(TroubleTest):
    def test_a_file_that_was_moved_gets_nothing_acknowledged_until_it_is_back(self):
        log = self.open()
        log.say("before")
        away = self.folder / "away.db"
        os.rename(self.path, away)
        log.say("meanwhile", wait=False)
        self.assertIn("moved or deleted", log.trouble(wire.GONE))
        self.assertEqual(1, log.committed)
        os.rename(away, self.path)
        log.wait_for(2)
        self.expect_over(log)
        log.say("after")
        self.assertEqual(["after", "meanwhile", "before"], log.texts())
        log.close()

    def test_nothing_is_lost_with_a_write_ahead_log_that_was_deleted(self):
        log = self.open()
        log.say("before")
        (self.store / "roomd.db-wal").unlink()
        log.say("meanwhile", wait=False)
        log.trouble(wire.GONE)
        log.wait_for(2)
        self.expect_over(log)
        log.kill()
        log = self.open()
        self.assertEqual((2, 0), (log.ready.record, log.ready.flags))
        self.assertEqual(["meanwhile", "before"], log.texts())
        log.close()

    def test_a_folder_that_is_not_there_yet_is_waited_for(self):
        self.plan_file.unlink()
        self.store.rmdir()
        log = self.start()
        log.send(wire.hello())
        self.assertIn("make or mount it", log.trouble(wire.GONE))
        self.store.mkdir()
        self.assertEqual(wire.NEW, log.expect(wire.READY).flags)
        log.close()

    def test_a_damaged_file_is_moved_aside_and_kept(self):
        log = self.open()
        log.say("before")
        log.close()
        whole = self.path.read_bytes()
        for number, damaged in enumerate((b"not a database, but longer than its header of one hundred bytes " * 200,
                                          whole[:4096] + b"\xff" * (len(whole) - 4096), whole[:5000])):
            with self.subTest(number=number):
                self.path.write_bytes(damaged)
                log = self.open()
                self.assertEqual(wire.NEW | wire.RENUMBER | wire.ASIDE, log.ready.flags)
                self.assertIn("damaged-", log.trouble(wire.CORRUPT))
                log.say("after")
                log.close()
                aside = [path for path in self.store.iterdir() if ".damaged-" in path.name and path.stat().st_size]
                self.assertEqual([damaged], [path.read_bytes() for path in aside])
                for path in aside:
                    path.unlink()

    def test_damage_that_is_found_later_ends_it_and_the_next_one_begins_anew(self):
        log = self.open()
        for _ in range(40):
            log.say(*["x" * 900 for _ in range(30)])
        log.propose([wire.put(1, b"%d" % number, b"v" * 100) for number in range(200)])
        log.wait_for(log.record)
        log.close()
        with sqlite3.connect(self.path) as base:
            root = base.execute("SELECT rootpage FROM sqlite_master WHERE name = 'state'").fetchone()[0]
        base.close()
        with open(self.path, "r+b") as file:
            file.seek((root - 1) * 4096)
            file.write(b"\xff" * 4096)
        log = self.start()
        log.send(wire.hello())
        self.assertIn("damaged-", self.expect_fatal(log, wire.CORRUPT, 65))
        log = self.open()
        self.assertEqual(wire.NEW, log.ready.flags)
        log.close()

    def test_a_newer_schema_is_left_alone(self):
        self.open().close()
        with sqlite3.connect(self.path) as base:
            base.execute("PRAGMA user_version = 99")
        base.close()
        before = self.path.read_bytes()
        log = self.start()
        log.send(wire.hello())
        self.assertIn("newer roomd", self.expect_fatal(log, wire.NEWER, 78))
        self.assertEqual(before, self.path.read_bytes())

    def test_another_programs_database_is_left_alone(self):
        with sqlite3.connect(self.path) as base:
            base.execute("CREATE TABLE cookies (name)")
        base.close()
        before = self.path.read_bytes()
        log = self.start()
        log.send(wire.hello())
        self.assertIn("another program's database", log.trouble(wire.OWNER))
        log.close()
        self.assertEqual(before, self.path.read_bytes())

    def test_the_file_of_another_user_is_waited_for(self):
        if os.geteuid() != 0:
            self.skipTest("another user's file takes root")
        self.open().close()
        os.chown(self.path, 12345, 12345)
        log = self.start()
        log.send(wire.hello())
        self.assertIn("belongs to user 12345", log.trouble(wire.OWNER))
        os.chown(self.path, 0, 0)
        log.expect(wire.READY)
        log.close()

    def test_a_file_that_others_may_read_is_made_private(self):
        self.open().close()
        self.path.chmod(0o644)
        self.open().close()
        self.assertEqual(0o600, self.path.stat().st_mode & 0o777)

    def test_an_old_schema_is_brought_up_to_date(self):
        """Version 0 is an empty file, as a program leaves it that was killed before its first commit."""
        self.path.touch(mode=0o600)
        log = self.open()
        self.assertEqual(wire.NEW, log.ready.flags)
        log.say("one")
        log.close()

    def test_files_of_each_version_are_opened_with_all_that_is_in_them(self):
        for number, dump in enumerate((SCHEMA_1,), 1):
            path = self.store / ("version-%d.db" % number)
            with sqlite3.connect(path) as base:
                base.executescript("PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL;" + dump)
            base.close()
            log = self.open(path)
            self.assertEqual((7, 2), (log.ready.record, log.ready.last_event))
            self.assertEqual({(1, b"\x01"): b"\x02"}, log.state)
            self.assertEqual(["tea"], log.texts())
            log.say("on")
            log.close()

    def test_the_schema_changes_only_with_its_version(self):
        self.open().close()
        with sqlite3.connect(self.path) as base:
            tables = [row[0] for row in base.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
            version = base.execute("PRAGMA user_version").fetchone()[0]
        base.close()
        self.assertEqual(1, version)
        for table in tables:
            self.assertIn(table, SCHEMA_1)


class Locks(TroubleTest):
    def test_the_next_one_waits_until_the_old_one_has_drained(self):
        old = self.open()
        old.process.send_signal(signal.SIGSTOP)
        old.say(*["text %d" % number for number in range(100)], wait=False)
        old.socket.close()
        log = self.start()
        log.send(wire.hello())
        self.assertIn("another roomd-log-sqlite", log.trouble(wire.LOCKED))
        old.process.send_signal(signal.SIGCONT)
        self.assertEqual(100, wire.read_ready(log.expect(wire.READY)).record)
        old.wait()
        log.close()

    def test_one_that_waits_for_the_lock_ends_with_its_room(self):
        log = self.open()
        waits = self.start()
        waits.send(wire.hello())
        waits.trouble(wire.LOCKED)
        waits.close()
        log.close()

    def test_a_program_that_has_locked_the_file_is_waited_for(self):
        log = self.open()
        log.say("before")
        base = sqlite3.connect(self.path, isolation_level=None)
        base.execute("BEGIN IMMEDIATE")
        log.say("meanwhile", wait=False)
        self.assertIn("end its transaction", log.trouble(wire.LOCKED))
        self.assertEqual(1, log.committed)
        base.execute("ROLLBACK")
        log.wait_for(2)
        self.expect_over(log)
        base.close()
        log.close()

    def test_a_reader_delays_forgetting_but_no_message(self):
        log = self.open()
        log.say("SECRET")
        base = sqlite3.connect(self.path, isolation_level=None)
        base.execute("BEGIN")
        base.execute("SELECT * FROM event").fetchall()
        log.send(wire.frame(wire.FORGET, 0, 0, 1, 0, b"alice"))
        self.assertIn("still in", log.trouble(wire.LOCKED))
        log.say("meanwhile", name="bob")
        self.assertEqual(["meanwhile", ""], log.texts())
        base.execute("COMMIT")
        self.assertEqual((wire.DONE, 1), (lambda end: (end.flags, end.b))(log.expect(wire.END)))
        self.assertNotIn(b"SECRET", b"".join(self.bytes_of_folder(self.store).values()))
        self.expect_over(log)
        base.close()
        log.close()

    def test_a_reader_that_stays_for_long_is_told_and_delays_nothing(self):
        log = self.open()
        log.say("x" * 900)
        base = sqlite3.connect(self.path, isolation_level=None)
        base.execute("BEGIN")
        base.execute("SELECT * FROM event").fetchall()
        while not log.troubles:
            log.say(*["x" * 900] * 30, wait=False)
            if log.record - log.committed > 2000:
                log.receive()
        self.assertIn("reading", log.trouble(wire.LOCKED))
        log.wait_for(log.record)
        base.execute("COMMIT")
        base.close()
        while log.troubles[-1].count != wire.OVER:
            log.say(*["x" * 900] * 30)
        self.assertEqual(0, log.status().trouble)
        log.close()

    def test_somebody_who_writes_without_the_lock_is_found_out(self):
        log = self.open()
        log.say("before")
        with sqlite3.connect(self.path) as base:
            base.execute("UPDATE log SET record = record + 5")
        base.close()
        log.say("meanwhile", wait=False)
        self.assertIn("somebody else", self.expect_fatal(log, wire.LOST, 74))
        self.assertEqual(1, log.committed)

    def test_a_log_that_lost_its_end_while_it_was_closed_by_an_error_says_so(self):
        log = self.open_failing()
        log.say("before")
        self.plan("pwrite EIO")
        log.say("meanwhile", wait=False)
        log.trouble(wire.IO)
        with sqlite3.connect(self.path) as base:
            base.execute("UPDATE log SET record = 0")
        base.close()
        self.plan()
        self.assertIn("ends before", self.expect_fatal(log, wire.LOST, 74))


if __name__ == "__main__":
    unittest.main()
