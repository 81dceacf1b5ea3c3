# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
A room with a store, and everything that can be wrong with it: nothing is told that is not kept, the room goes on and says
what is wrong, and recovers by itself; at the start it refuses what it could not keep.
"""
import os
import pathlib
import signal
import sqlite3
import subprocess
import unittest

from roomd_control import ControlTest
from roomd_process import PATIENCE_S, clean_environment, run_with_defaults

FULL, READ_ONLY, SLOW, IO, CORRUPT, LOCKED, NEWER, OWNER, GONE = range(1, 10)


def asan(more):
    return os.environ.get("ASAN_OPTIONS", "") + ":" + more


class StoreTest(ControlTest):
    def setUp(self):
        super().setUp()
        self.store = self.folder / "store"
        self.store.mkdir()
        self.file = self.store / "room.db"
        self.plan_file = self.store / "plan"  # the log may read nothing else
        self.plan()

    def plan(self, *lines):
        """What the disk does from now on: see failing_disk.c."""
        new = self.folder / "plan-new"
        new.write_text("".join(line + "\n" for line in lines))
        os.rename(new, self.plan_file)

    def open_stored(self, *options, **keywords):
        return self.open_controlled("store.path=%s" % self.file, *options, **keywords)

    def open_failing(self, *options):
        return self.open_stored(*options, environment={
            "LD_PRELOAD": os.environ["FAILING_DISK_LIBRARY"], "FAILING_DISK": str(self.plan_file),
            "ASAN_OPTIONS": asan("verify_asan_link_order=0")})

    def helper(self, room):
        """The process of the log that writes."""
        children = pathlib.Path("/proc/%d/task/%d/children" % (room.pid, room.pid)).read_text().split()
        for pid in map(int, children):
            words = pathlib.Path("/proc/%d/cmdline" % pid).read_bytes().split(b"\0")
            if words[0] == b"roomd-log-sqlite" and b"--read-only" not in words:
                return pid
        raise AssertionError("no log among %s" % children)

    def texts(self):
        base = sqlite3.connect(self.file)
        rows = base.execute("SELECT text FROM event WHERE kind = 1 ORDER BY number").fetchall()
        base.close()
        return [text for text, in rows]

    def wait_until_waiting(self):
        while self.stats()["records_waiting"] == 0:
            pass

    def refuse(self, status, *options):
        """A start that fails; what it says."""
        result = run_with_defaults("--set", "room.listen=127.0.0.1:0", "--set", "store.path=%s" % self.file,
                                   *(word for option in options for word in ("--set", option)))
        self.assertEqual(status, result.returncode, result.stderr)
        self.assertNotIn("is open on", result.stderr)
        return result.stderr


class Keeping(StoreTest):
    def test_what_is_said_is_in_the_file_before_it_is_told(self):
        room = self.open_stored()
        alice, bob = room.members("alice", "bob")
        for number in range(20):
            alice.say("message %d" % number)
            bob.expect("alice ： message %d" % number)
            self.assertIn("message %d" % number, self.texts())

    def test_a_log_that_stands_still_stops_what_is_told_and_nothing_else(self):
        room = self.open_stored()
        alice, bob = room.members("alice", "bob")
        pid = self.helper(room)
        os.kill(pid, signal.SIGSTOP)
        alice.say("hello")
        self.wait_until_waiting()
        room.stderr.wait_for("nothing was kept for a second")
        bob.read_waiting()
        self.assertEqual([], list(bob.pending))
        os.kill(pid, signal.SIGCONT)
        bob.expect("alice ： hello")
        room.stderr.wait_for("everything is kept again, after [0-9.]+ s")
        self.assertEqual(0, self.stats()["records_waiting"])

    def test_a_full_queue_refuses_messages_and_loses_none_that_it_took(self):
        room = self.open_stored("limits.messages=0", "limits.bytes=0", "room.ring=64 KiB")
        alice, bob = room.members("alice", "bob")
        pid = self.helper(room)
        os.kill(pid, signal.SIGSTOP)
        sent = 0
        while "log_behind" not in self.done("stats"):
            for _ in range(50):
                alice.say("%d %s" % (sent, "x" * 300))
                sent += 1
        os.kill(pid, signal.SIGCONT)
        self.wait_for("records_waiting", 0)
        room.fence()
        told = [int(line.split()[2]) for datagram in bob.pending for line in datagram.decode().splitlines()
                if line.startswith("alice ： ")]
        self.assertEqual(told, [int(text.split()[0]) for text in self.texts() if text.endswith("x")])
        self.assertEqual(sorted(set(told)), told)
        self.assertLess(len(told), sent)


class Restarts(StoreTest):
    """Members notice nothing. test_store_kills.py does the same at random moments."""

    def check(self, how, status, stopped=False):
        door = self.lasting_door()
        before = self.open_stored(listen=door)
        alice, bob = before.members("alice", "bob")
        before.type("/mute alice")
        before.answers("alice")
        before.type("/unmute alice")
        before.answers("alice")
        before.type("/ban mallory")
        before.answers("mallory")
        before.fence()
        bob.pending.clear()
        alice.pending.clear()
        pid = self.helper(before)
        if stopped:
            os.kill(pid, signal.SIGSTOP)
            alice.say("never told")
            self.wait_until_waiting()
        before.process.send_signal(how)
        if stopped:
            before.process.wait(PATIENCE_S)
            os.kill(pid, signal.SIGKILL)
        self.assertEqual(status, before.wait_for_exit())
        after = self.open_stored(listen=door, witnesses=False).take_over(before)
        after.stderr.wait_for("4 members are still in the room")
        alice.say("after")
        bob.expect("alice ： after")
        stranger = after.client()
        stranger.send("L mallory")
        self.assertNotEqual(b"OK", stranger.receive())
        after.fence()
        self.assertEqual([], list(bob.pending))
        base = sqlite3.connect(self.file)
        self.assertEqual([4], [count for count, in base.execute("SELECT count(*) FROM event WHERE kind = 0")])
        base.close()

    def test_after_a_signal(self):
        self.check(signal.SIGTERM, 0)

    def test_after_a_kill(self):
        self.check(signal.SIGKILL, -signal.SIGKILL)

    def test_after_a_kill_of_both_what_was_not_kept_is_gone_and_was_told_to_nobody(self):
        self.check(signal.SIGKILL, -signal.SIGKILL, stopped=True)
        self.assertNotIn("never told", self.texts())


    def test_after_stop_nobody_is_in(self):
        door = self.lasting_door()
        before = self.open_stored(listen=door)
        before.members("alice", "bob")
        before.type("/ban mallory")
        before.answers("mallory")
        before.type("/stop")
        self.assertEqual(0, before.wait_for_exit())
        after = self.open_stored(listen=door)
        self.assertNotIn("still in the room", after.stderr.text())
        after.members("alice")
        stranger = after.client()
        stranger.send("L mallory")
        self.assertNotEqual(b"OK", stranger.receive())


class Processes(StoreTest):
    def test_a_log_that_is_killed_is_started_again_and_gets_what_it_had_not_kept(self):
        room = self.open_stored()
        alice, bob = room.members("alice", "bob")
        for number in range(3):
            pid = self.helper(room)
            os.kill(pid, signal.SIGSTOP)
            alice.say("round %d" % number)
            self.wait_until_waiting()
            os.kill(pid, signal.SIGKILL)
            bob.expect("alice ： round %d" % number)
        room.stderr.wait_for("it was killed by SIGKILL")
        self.assertEqual(3, self.stats()["store_restarts_total"])
        self.assertEqual(["round 0", "round 1", "round 2"], [text for text in self.texts() if "round" in text])

    def test_the_program_is_the_one_that_was_there_at_the_start(self):
        copy = self.folder / "roomd-log-sqlite"
        copy.write_bytes(pathlib.Path(os.environ["ROOMD_LOG"]).read_bytes())
        copy.chmod(0o700)
        room = self.open_stored(environment={"ROOMD_LOG_PROGRAM": str(copy)})
        alice, bob = room.members("alice", "bob")
        copy.unlink()
        os.kill(self.helper(room), signal.SIGKILL)
        alice.say("still here")
        bob.expect("alice ： still here")

    def test_a_room_that_ends_leaves_nothing_behind(self):
        room = self.open_stored()
        alice, bob = room.members("alice", "bob")
        alice.say("the end")
        bob.expect("alice ： the end")
        pid = self.helper(room)
        room.stop()
        self.assertFalse(pathlib.Path("/proc/%d" % pid).exists())
        self.assertEqual("the end", self.texts()[-1])
        base = sqlite3.connect(self.file)
        self.assertEqual([(1,)], base.execute("SELECT clean FROM log").fetchall())
        base.close()

    def test_a_room_ends_though_its_log_stands_still_and_that_keeps_the_rest_later(self):
        room = self.open_stored()
        alice, _ = room.members("alice", "bob")
        pid = self.helper(room)
        os.kill(pid, signal.SIGSTOP)
        alice.say("the end")
        self.wait_until_waiting()
        room.process.send_signal(signal.SIGTERM)
        room.stderr.wait_for("ends with 1 record not kept")
        room.process.wait(PATIENCE_S)
        os.kill(pid, signal.SIGCONT)
        room.wait_for_exit()  # its log has had the same stderr
        self.assertEqual("the end", self.texts()[-1])

    def test_without_its_program_it_does_not_start(self):
        result = subprocess.run([os.environ["ROOMD"], "-c", "/dev/null", "--set", "store.path=%s" % self.file],
                                env=clean_environment({"ROOMD_LOG_PROGRAM": "/nonexistent/log"}), timeout=PATIENCE_S,
                                check=False, stdin=subprocess.DEVNULL, capture_output=True)
        self.assertEqual(78, result.returncode, result.stderr)
        self.assertIn(b"/nonexistent/log", result.stderr)


class Disks(StoreTest):
    def check(self, plan, code, word, what_to_do, *options):
        room = self.open_failing(*options)
        alice, bob = room.members("alice", "bob")
        self.plan(plan)
        alice.say("meanwhile")
        self.assertIn(what_to_do, room.stderr.wait_for("store: %s: (.*)" % word).group(1))
        self.wait_for("store_trouble", code)
        bob.read_waiting()
        self.assertEqual([], list(bob.pending))
        self.plan()
        bob.expect("alice ： meanwhile")
        room.stderr.wait_for("all is well again")
        self.wait_for("store_trouble", 0)
        self.assertEqual(1, self.texts().count("meanwhile"))

    def test_a_full_disk(self):
        self.check("pwrite ENOSPC", FULL, "full", "free some")

    def test_a_disk_that_is_full_at_a_sync(self):
        self.check("fsync ENOSPC", FULL, "full", "free some", "store.sync=disk")

    def test_a_disk_that_is_read_only(self):
        self.check("pwrite EROFS", READ_ONLY, "readonly", "mount it for writing")

    def test_a_disk_that_fails(self):
        self.check("pwrite EIO", IO, "io", "the disk may be failing")

    def test_a_disk_that_fails_at_a_sync(self):
        self.check("fsync EIO", IO, "io", "the disk may be failing", "store.sync=disk")

    def test_a_slow_disk_is_said_and_stops_nothing_but_the_message(self):
        room = self.open_failing("store.sync=disk")
        alice, bob = room.members("alice", "bob")
        self.plan("fsync +2000")
        alice.say("slowly")
        self.wait_until_waiting()
        bob.read_waiting()
        self.assertEqual([], list(bob.pending))
        bob.expect("alice ： slowly")
        room.stderr.wait_for("store: slow: ")
        self.plan()
        alice.say("faster")
        bob.expect("alice ： faster")
        room.stderr.wait_for("all is well again")

    def test_a_file_that_is_moved_away_and_comes_back(self):
        room = self.open_stored()
        alice, bob = room.members("alice", "bob")
        alice.say("before")
        bob.expect("alice ： before")
        away = self.folder / "away"
        os.rename(self.store, away)
        alice.say("meanwhile")
        room.stderr.wait_for("store: gone: ")
        bob.read_waiting()
        self.assertEqual([], list(bob.pending))
        os.rename(away, self.store)
        bob.expect("alice ： meanwhile")
        room.stderr.wait_for("all is well again")


class Anew(StoreTest):
    """The file is lost while the room runs. The room is not."""

    def check(self, lose):
        door = self.lasting_door()
        before = self.open_stored(listen=door)
        alice, bob = before.members("alice", "bob")
        before.type("/ban mallory")
        before.answers("mallory")
        alice.say("lost")
        before.fence()
        bob.pending.clear()
        alice.pending.clear()
        pid = self.helper(before)
        lose()
        os.kill(pid, signal.SIGKILL)
        alice.say("meanwhile")
        bob.expect("alice ： meanwhile")
        before.stderr.wait_for("was begun anew: the room goes on")
        self.wait_for("records_waiting", 0)
        before.fence()
        self.assertEqual([], list(bob.pending))
        before.process.kill()
        before.wait_for_exit()
        after = self.open_stored(listen=door, witnesses=False).take_over(before)
        after.stderr.wait_for("4 members are still in the room")
        alice.say("after")
        bob.expect("alice ： after")
        stranger = after.client()
        stranger.send("L mallory")
        self.assertNotEqual(b"OK", stranger.receive())
        self.assertEqual(["after", "meanwhile"], sorted(text for text in self.texts() if "fence" not in text))
        base = sqlite3.connect(self.file)
        (first, last, count), = base.execute("SELECT min(number), max(number), count(*) FROM event")
        base.close()
        self.assertEqual(last - first + 1, count)
        self.assertGreater(first, 5)

    def test_a_file_that_was_deleted(self):
        self.check(lambda: [path.unlink() for path in self.store.glob("room.db*") if not path.name.endswith("lock")])

    def test_a_file_that_was_damaged(self):
        def damage():
            for path in self.store.glob("room.db*"):
                if not path.name.endswith("lock"):
                    path.write_bytes(b"\xff" * 8192)
        self.check(damage)
        self.assertEqual(1, len(list(self.store.glob("room.db.damaged-*[0-9]Z"))))


class Starts(StoreTest):
    def make(self):
        """A file with some history."""
        room = self.open_stored()
        room.members("alice")
        room.stop()

    def execute(self, sql):
        base = sqlite3.connect(self.file)
        base.execute(sql)
        base.commit()
        base.close()

    def test_a_damaged_file_is_moved_aside_and_a_new_one_begun(self):
        self.make()
        self.file.write_bytes(b"\xff" * 8192)
        room = self.open_stored()
        self.assertIn(".recover", room.stderr.wait_for("store: corrupt: (.*)").group(1))
        aside, = self.store.glob("room.db.damaged-*")
        self.assertEqual(b"\xff" * 8192, aside.read_bytes())
        alice, bob = room.members("alice", "bob")
        alice.say("hello")
        bob.expect("alice ： hello")

    def test_a_file_of_a_later_version_is_left_alone(self):
        self.make()
        self.execute("PRAGMA user_version = 99")
        before = self.file.read_bytes()
        self.assertIn(str(self.file), self.refuse(78))
        self.assertEqual(before, self.file.read_bytes())

    def test_another_user_s_file_is_left_alone(self):
        if os.geteuid() != 0:
            self.skipTest("another user's file takes root")
        self.make()
        os.chown(self.file, 12345, 12345)
        self.assertIn("belongs to user 12345", self.refuse(77))

    def test_a_folder_that_is_not_there(self):
        os.rename(self.store, self.folder / "away")
        self.assertIn("there is no folder for", self.refuse(66))

    def test_a_file_that_another_room_has(self):
        room = self.open_stored()
        self.assertIn("another room has the same store.path", self.refuse(69))
        alice, bob = room.members("alice", "bob")
        alice.say("hello")
        bob.expect("alice ： hello")

    def test_a_start_waits_for_the_log_of_the_room_before(self):
        before = self.open_stored()
        pid = self.helper(before)
        os.kill(pid, signal.SIGSTOP)
        before.process.kill()
        before.process.wait()
        after = subprocess.Popen([os.environ["ROOMD"], "-c", "/dev/null", "--set", "room.listen=127.0.0.1:0", "--set",
                                  "store.path=%s" % self.file], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.PIPE, env=clean_environment())
        for line in after.stderr:
            if b"locked" in line:
                os.kill(pid, signal.SIGCONT)
            if b"is open on" in line:
                break
        else:
            self.fail("it did not open")
        after.terminate()
        after.communicate(timeout=PATIENCE_S)
        self.assertEqual(0, after.returncode)
        self.assertEqual(-signal.SIGKILL, before.wait_for_exit())


if __name__ == "__main__":
    unittest.main()
