# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""roomd-log-sqlite, as a room uses it: commits, pages, searches, forgetting, backups, ends."""
import os
import pathlib
import random
import re
import signal
import socket
import sqlite3
import stat
import subprocess
import unittest

import log_wire as wire
from log_helper import Ended, LogTest
from roomd_process import PATIENCE_S

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "doc" / "log-protocol.md"
CORPUS = ROOT / "tests" / "fuzz" / "corpus" / "log"

ROUNDS = int(os.environ.get("ROOMD_ROUNDS", "10"))


class Commits(LogTest):
    def test_a_new_log_is_empty_private_and_says_so(self):
        log = self.open()
        self.assertEqual(wire.NEW, log.ready.flags)
        self.assertEqual((0, 0, 0), (log.ready.record, log.ready.first_event, log.ready.last_event))
        for path in self.folder.iterdir():
            self.assertEqual(0o600, stat.S_IMODE(path.stat().st_mode), path)
        log.close()

    def test_what_is_committed_is_there_after_a_kill_in_order_and_with_its_state(self):
        log = self.open()
        log.say("one", "two")
        log.propose([wire.happens(wire.EXIT, reason=1), wire.happens(wire.JOIN, name="alicia"),
                     wire.put(1, b"key", b"value"), wire.put(1, b"other", b"")], events=2)
        log.propose([wire.drop(1, b"other")])
        log.wait_for(4)
        log.kill()
        log = self.open()
        self.assertEqual((0, 4, 4), (log.ready.flags, log.ready.record, log.ready.last_event))
        self.assertEqual({(1, b"key"): b"value"}, log.state)
        rows, more = log.read(order=wire.OLDEST_FIRST)
        self.assertEqual([(1, wire.CHAT, "one"), (2, wire.CHAT, "two"), (3, wire.EXIT, ""), (4, wire.JOIN, "")],
                         [(row.number, row.event.kind, row.event.text) for row in rows])
        self.assertEqual(0, more)
        log.close()

    def test_what_has_come_meanwhile_is_one_commit(self):
        log = self.open()
        log.process.send_signal(signal.SIGSTOP)
        for number in range(100):
            log.say("text %d" % number, wait=False)
        log.process.send_signal(signal.SIGCONT)
        log.wait_for(100)
        self.assertLess(log.status().commits, 3)
        log.close()

    def test_a_record_that_is_sent_again_is_stored_once(self):
        log = self.open()
        log.say("one", "two")
        log.kill()
        log = self.open()
        log.record, log.event = 1, 1
        log.say("two", "three")
        self.assertEqual(["one", "two", "three"], log.texts(order=wire.OLDEST_FIRST))
        log.close()

    def test_the_first_record_of_a_new_log_has_any_number(self):
        log = self.open()
        log.record, log.event = 100, 40
        log.say("a room that has outlived its log")
        log.kill()
        log = self.open()
        self.assertEqual((101, 41), (log.ready.record, log.ready.last_event))
        log.record += 1
        log.propose([wire.happens(text="one was left out")], events=1)
        with self.assertRaises(Ended):
            log.wait_for(103)
        log.wait(76)

    def test_a_group_is_committed_whole_or_not_at_all(self):
        log = self.open()
        log.propose([wire.happens(text="ban")], events=1, together=True)
        log.propose([wire.happens(text="exit")], events=1, together=True)
        self.assertEqual(0, log.status().last_event)
        log.propose([wire.happens(text="last exit")], events=1)
        log.wait_for(3)
        log.propose([wire.happens(text="half")], events=1, together=True)
        log.close()
        log = self.open()
        self.assertEqual((3, 3), (log.ready.record, log.ready.last_event))
        log.close()

    def test_a_group_has_room_for_a_mebibyte_whatever_waits_and_no_more(self):
        log = self.open()
        log.send(wire.soft(*[wire.put(0x40, b"%d" % number, b"v" * 4000) for number in range(7)]))
        for _ in range(32):
            log.propose([wire.put(1, b"%d" % number, b"v" * 4000) for number in range(8)], together=True)
        log.propose([wire.happens(text="last")], events=1)
        log.wait_for(33)
        with self.assertRaises((Ended, BrokenPipeError)):
            for _ in range(40):
                log.propose([wire.put(1, b"%d" % number, b"v" * 4000) for number in range(8)], together=True)
            while True:
                log.receive()
        log.wait(76)
        log = self.open()
        self.assertEqual(33, log.ready.record)
        log.close()

    def test_values_of_soft_spaces_come_with_the_next_commit_and_the_end(self):
        log = self.open()
        log.send(wire.soft(wire.put(0x40, b"a", b"1")))
        log.say("one")
        log.send(wire.soft(wire.put(0x40, b"b", b"2")))
        log.close()
        log = self.open()
        self.assertEqual(b"1", log.state[(0x40, b"a")])
        log.close()

    def test_all_that_was_handed_over_is_committed_when_the_room_ends(self):
        for how in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            log = self.open()
            before = log.record
            log.process.send_signal(signal.SIGSTOP)
            log.say(*["text %d" % number for number in range(200)], wait=False)
            log.process.send_signal(how)
            log.process.send_signal(signal.SIGCONT)
            log.close()
            log = self.open()
            self.assertEqual((before + 200, 0), (log.ready.record, log.ready.flags))
            log.close()

    def test_answers_that_nobody_reads_do_not_keep_it_from_reading_on(self):
        log = self.open()
        for _ in range(50):
            log.say("text", wait=False)
            log.send(wire.frame(wire.ASK, 0, 0, 1))
        log.close()
        log = self.open()
        self.assertEqual(50, log.ready.record)
        log.close()

    def test_after_an_orderly_end_there_is_one_file_and_its_lock(self):
        log = self.open()
        log.say("one")
        log.close()
        self.assertEqual({"roomd.db", "roomd.db-lock"}, set(self.bytes_of_folder()))

    def test_nothing_acknowledged_is_lost_by_kill_9_at_random_moments(self):
        dice, acknowledged = random.Random(os.environ.get("ROOMD_SEED")), 0
        for _ in range(ROUNDS):
            log = self.open()
            self.assertGreaterEqual(log.ready.record, acknowledged)
            self.assertEqual(0, log.ready.flags & wire.RENUMBER)
            stop = log.record + dice.randrange(1, 400)
            while log.committed < stop:
                log.say(*["text %d" % (log.record + 1 + number) for number in range(dice.randrange(1, 20))], wait=False)
                while log.committed < log.record - dice.randrange(40):
                    log.receive()
            acknowledged = log.committed
            log.kill()
        log = self.open()
        rows, _ = log.read(order=wire.OLDEST_FIRST, rows=1000000)
        self.assertEqual(["text %d" % number for number in range(1, len(rows) + 1)], [row.event.text for row in rows])
        self.assertGreaterEqual(len(rows), acknowledged)
        log.close()

    def test_a_kill_before_any_call_to_the_disk_loses_nothing_acknowledged(self):
        library = os.environ["FAILING_DISK_LIBRARY"]
        for count in range(3, 3 + 4 * ROUNDS):
            path = self.folder / ("%d.db" % count)
            environment = {"LD_PRELOAD": library, "FAILING_KILL": str(count),
                           "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}
            log = self.start(path, environment=environment)
            try:
                log.open()
                for number in range(20):
                    log.say("text %d" % number)
                log.ask(wire.FORGET, payload=b"nobody")
            except (Ended, BrokenPipeError):
                pass
            log.kill()
            acknowledged = log.committed
            log = self.open(path)
            self.assertGreaterEqual(log.ready.record, acknowledged, count)
            self.assertEqual(["text %d" % number for number in range(log.ready.record)],
                             log.texts(order=wire.OLDEST_FIRST), count)
            log.close()


class Rules(LogTest):
    def expect_end(self, log, text):
        with self.assertRaises(Ended):
            while True:
                log.receive()
        self.assertEqual((wire.PROTOCOL, wire.FATAL), (log.troubles[-1].count, log.troubles[-1].flags))
        self.assertIn(text, log.troubles[-1].payload.decode())
        log.wait(76)

    def test_the_first_frame_is_hello(self):
        log = self.start()
        log.send(wire.propose(1, [wire.record(1, 1, [wire.happens()])]))
        self.expect_end(log, "HELLO")

    def test_numbers_of_records_and_events_follow_each_other(self):
        for record, first, text in ((3, 2, "record 3 after 1"), (2, 3, "event 3 after 1"), (2, 1, "event 1 after 1")):
            log = self.open(self.folder / ("%d-%d.db" % (record, first)))
            log.say("one")
            log.send(wire.propose(record, [wire.record(record, first, [wire.happens(text="two")])]))
            self.expect_end(log, text)

    def test_invalid_frames_end_it_and_what_was_committed_stays(self):
        bad = [b"x", wire.frame(0x55), wire.frame(wire.READY), wire.propose(2, [b"\0\1x"]),
               wire.frame(wire.PROPOSE, 0, 1, 2, 0, wire.record(2, 2, [wire.effect(9, b"")])),
               wire.propose(2, [wire.record(2, 2, [wire.put(0x40, b"soft", b"")])]),
               wire.soft(wire.put(1, b"hard", b"")), wire.frame(wire.FORGET, 0, 0, 1), wire.frame(wire.BACKUP, 0, 0, 1),
               wire.read(0), wire.hello()]
        for number, data in enumerate(bad):
            with self.subTest(data=data):
                log = self.open()
                before = log.record
                log.say("text %d" % number)
                log.send(data)
                self.expect_end(log, "invalid")
                log = self.open()
                self.assertEqual(before + 1, log.ready.record)
                log.close()

    def test_frames_that_chance_has_changed_harm_nothing_that_is_committed(self):
        dice = random.Random(os.environ.get("ROOMD_SEED"))
        corpus = sorted(CORPUS.iterdir())
        self.open().close()
        for _ in range(4 * ROUNDS):
            log = self.open()
            before = log.record
            log.say("text %d" % log.event)
            try:
                for _ in range(20):
                    data = bytearray(dice.choice(corpus).read_bytes())
                    for _ in range(dice.randrange(3)):
                        data[dice.randrange(len(data))] = dice.randrange(256)
                    log.send(bytes(data))
            except (BrokenPipeError, ConnectionResetError):
                pass
            log.socket.shutdown(socket.SHUT_WR)
            log.wait(None)
            self.assertIn(log.process.returncode, (0, 76))
            log = self.open()
            self.assertGreaterEqual(log.ready.record, before + 1)
            self.assertEqual(log.event, log.ready.last_event)
            log.read(rows=1000000)
            log.close()

    def test_the_fuzzer_begins_with_the_examples_of_the_page(self):
        corpus = {path.read_bytes() for path in CORPUS.iterdir()}
        examples = 0
        for block in re.findall(r"^```frames\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S):
            for data in re.findall(r"(?m)(?:^= [0-9a-f]+\n)+", block):
                data = bytes.fromhex(re.sub(r"[=\s]", "", data))
                self.assertIn(data, corpus)
                self.assertEqual(data, wire.frame(*wire.decode(data)))
                examples += 1
        self.assertGreater(examples, 30)

    def test_it_has_given_away_what_it_does_not_need(self):
        log = self.open()
        status = pathlib.Path("/proc/%d/status" % log.process.pid).read_text()
        self.assertIn("NoNewPrivs:\t1", status)
        self.assertIn("Seccomp:\t2", status)
        self.assertEqual({"0", "1", "2"}, {link for link in os.listdir("/proc/%d/fd" % log.process.pid)
                                           if not os.readlink("/proc/%d/fd/%s" % (log.process.pid, link))
                                           .startswith(str(self.folder))})
        log.close()

    def test_the_program_says_how_it_is_used(self):
        for words, text in (([], "Try"), (["a", "b"], "Try"), (["--nonsense"], "Try"), (["file"], "descriptor 0")):
            result = subprocess.run([os.environ["ROOMD_LOG"], *words], stdin=subprocess.DEVNULL, check=False,
                                    stderr=subprocess.PIPE, encoding="utf-8", timeout=PATIENCE_S)
            self.assertEqual(64, result.returncode)
            self.assertIn(text, result.stderr)


class Pages(LogTest):
    def test_pages_in_both_directions_go_on_where_they_say(self):
        log = self.open()
        log.say(*["text %d" % number for number in range(1, 11)])
        rows, more = log.read(rows=4)
        self.assertEqual([10, 9, 8, 7], [row.number for row in rows])
        rows, more = log.read(rows=4, start=more)
        self.assertEqual([6, 5, 4, 3], [row.number for row in rows])
        rows, more = log.read(rows=4, start=more)
        self.assertEqual(([2, 1], 0), ([row.number for row in rows], more))
        rows, more = log.read(rows=4, order=wire.OLDEST_FIRST, start=6)
        self.assertEqual(([6, 7, 8, 9], 10), ([row.number for row in rows], more))
        self.assertEqual([9, 10], [row.number for row in log.read(rows=2, order=wire.LAST)[0]])
        self.assertEqual([3, 4], [row.number for row in log.read(rows=2, order=wire.LAST, start=5)[0]])
        self.assertEqual([], log.read(start=1)[0])
        self.assertEqual([], log.read(order=wire.OLDEST_FIRST, start=11)[0])
        log.close()

    def test_an_event_comes_back_as_it_was(self):
        log = self.open()
        named = dict(kind=wire.EXIT, name="Älice", text="", member=7, said=70000, reason=3, folded="älice")
        log.propose([wire.happens(**named), wire.happens(wire.NOTICE, name="", text="tea", member=0)], events=2)
        log.wait_for(1)
        rows, _ = log.read(order=wire.OLDEST_FIRST)
        self.assertEqual(wire.Event(wire.EXIT, 0, 3, 70000, 7, "Älice", "älice", ""), rows[0].event)
        self.assertEqual(wire.Event(wire.NOTICE, 0, 0, 0, 0, "", "", "tea"), rows[1].event)
        log.close()

    def test_names_times_and_words_choose(self):
        log = self.open()
        log.say("Tea is ready", time=1000)
        log.say("no tea", "100% ready_", name="bob", time=2000)
        log.say("你好 tea", name="Carol", folded="carol", time=3000)
        self.assertEqual(["你好 tea", "no tea", "Tea is ready"], log.texts(words="TEA"))
        self.assertEqual(["Tea is ready"], log.texts(words="ready  tea"))
        self.assertEqual(["100% ready_"], log.texts(words="% _"))
        self.assertEqual(["你好 tea"], log.texts(words="你好"))
        self.assertEqual(["100% ready_", "no tea"], log.texts(name="bob"))
        self.assertEqual(["你好 tea"], log.texts(name="carol"))
        self.assertEqual(["100% ready_", "no tea"], log.texts(since=2000, until=3000))
        self.assertEqual([], log.texts(words="coffee"))
        log.close()

    def test_a_limit_of_bytes_holds(self):
        log = self.open()
        log.say(*["x" * 100 for _ in range(10)])
        one = 20 + 15 + 1 + 5 + 1 + 2 + 100
        self.assertEqual([8, 9, 10], [row.number for row in log.read(order=wire.LAST, size=3 * one)[0]])
        self.assertEqual([9, 10], [row.number for row in log.read(order=wire.LAST, size=3 * one - 1)[0]])
        self.assertEqual(3, len(log.read(size=3 * one)[0]))
        log.close()

    def test_a_room_of_100_000_events_is_restored_between_commits(self):
        log = self.open()
        for start in range(0, 100000, 250):
            log.say(*["text %d" % number for number in range(start, start + 250)], wait=False)
        log.wait_for(100000)
        number, rows = log.next_id(), 0
        log.send(wire.read(number, order=wire.LAST, rows=0xffffffff, size=16 << 20))
        committed_between = False
        while True:
            got = log.receive()
            if got.type == wire.ROWS:
                for row in wire.read_rows(got):
                    rows += 1
                    self.assertEqual(("text %d" % (rows - 1), rows), (row.event.text, row.number))
                if log.record == 100000:
                    log.say("meanwhile", wait=False)
            elif got.type == wire.COMMITTED:
                committed_between = True
            elif got.type == wire.END:
                break
        self.assertEqual((100000, True), (rows, committed_between))
        log.close()

    def test_a_second_helper_searches_and_can_be_cancelled(self):
        log = self.open()
        for start in range(0, 50000, 250):
            log.say(*["text %d" % number for number in range(start, start + 250)], wait=False)
        log.wait_for(50000)
        reader = self.open(read_only=True)
        self.assertEqual(wire.READY_READ_ONLY, reader.ready.flags)
        self.assertEqual(["text 12345"], reader.texts(words="12345"))
        log.say("just now")
        self.assertEqual(["just now"], reader.texts(words="now"))
        reader.process.send_signal(signal.SIGSTOP)
        reader.send(wire.read(900, words="nowhere"))
        reader.send(wire.frame(wire.CANCEL, 0, 0, 900))
        reader.process.send_signal(signal.SIGCONT)
        end = reader.expect(wire.END)
        self.assertEqual((900, wire.CANCELLED), (end.a, end.flags))
        self.assertEqual(wire.REFUSED, reader.ask(wire.FORGET, payload=b"alice").flags)
        reader.close()
        log.close()

    def test_so_many_requests_at_a_time_are_refused_and_not_lost(self):
        log = self.open()
        log.say("one")
        log.process.send_signal(signal.SIGSTOP)
        for number in range(1, 101):
            log.send(wire.read(number))
        log.process.send_signal(signal.SIGCONT)
        ends = {}
        while len(ends) < 100:
            got = log.receive()
            if got.type == wire.END:
                ends[got.a] = got.flags
        self.assertEqual({wire.DONE, wire.REFUSED}, set(ends.values()))
        log.close()


class Deleting(LogTest):
    def grep(self, text):
        return [name for name, data in self.bytes_of_folder().items() if text.encode() in data]

    def test_nothing_of_what_is_forgotten_is_in_any_file(self):
        dice = random.Random(os.environ.get("ROOMD_SEED"))
        log = self.open()
        for turn in range(20):
            log.say(*["%s-%d-%s" % (dice.choice(("public", "SECRET")), turn, "x" * dice.randrange(300))
                      for _ in range(100)], name="alice")
            log.say(*["SECRET-bob-%d-%s" % (turn, "y" * dice.randrange(300)) for _ in range(100)], name="Bob",
                    folded="bob")
            if turn % 5 == 4:
                log.ask(wire.PRUNE, b=dice.randrange(1, log.event - 200))
        self.assertNotEqual([], self.grep("SECRET-bob"))
        left = sum(1 for row in log.read(order=wire.OLDEST_FIRST, rows=100000)[0] if row.event.name == "Bob")
        end = log.ask(wire.FORGET, payload=b"bob")
        self.assertEqual((wire.DONE, left), (end.flags, end.b))
        self.assertEqual([], self.grep("SECRET-bob"))
        self.assertEqual([], self.grep("Bob"))
        self.assertNotEqual([], self.grep("public"))
        with sqlite3.connect("file:%s?mode=ro" % self.path, uri=True) as base:
            self.assertEqual([("ok",)], base.execute("PRAGMA integrity_check").fetchall())
        base.close()
        rows, _ = log.read(order=wire.OLDEST_FIRST, rows=100000)
        numbers = [row.number for row in rows]
        self.assertEqual(list(range(numbers[0], log.event + 1)), numbers)
        self.assertEqual(left, sum(1 for row in rows if row.event.flags == wire.FORGOTTEN and
                                   (row.event.name, row.event.text) == ("", "")))
        self.assertEqual([], log.texts(name="bob"))
        self.assertEqual(0, log.ask(wire.FORGET, payload=b"bob").b)
        log.say("Bob again", name="Bob", folded="bob")
        self.assertEqual(["Bob again"], log.texts(name="bob"))
        log.close()

    def test_what_waits_for_its_commit_is_forgotten_too(self):
        log = self.open()
        log.process.send_signal(signal.SIGSTOP)
        log.say("SECRET", wait=False)
        log.send(wire.frame(wire.FORGET, 0, 0, 1, 0, b"alice"))
        log.process.send_signal(signal.SIGCONT)
        self.assertEqual(1, log.expect(wire.END).b)
        self.assertEqual([], self.grep("SECRET"))
        log.close()

    def test_pruning_gives_the_space_back_and_keeps_the_numbers(self):
        log = self.open()
        for _ in range(100):
            log.say(*["x" * 900 for _ in range(30)])
        before = self.path.stat().st_size
        end = log.ask(wire.PRUNE, b=2901)
        self.assertEqual((wire.DONE, 2900), (end.flags, end.b))
        self.assertLess(self.path.stat().st_size, before / 5)
        self.assertEqual(0, (self.folder / "roomd.db-wal").stat().st_size)
        log.ask(wire.PRUNE, b=1 << 60)
        self.assertEqual([], log.texts())
        log.kill()
        log = self.open()
        self.assertEqual((3000, 0, 3000), (log.ready.last_event, log.ready.first_event, log.ready.record))
        log.say("on")
        self.assertEqual([3001], [row.number for row in log.read()[0]])
        log.close()

    def test_what_is_older_than_keep_is_deleted_at_the_start_and_by_settings(self):
        log = self.open()
        log.say("old", time=1)
        log.say("new", time=1 << 62)
        log.close()
        log = self.open(keep_s=3600)
        while log.texts() != ["new"]:
            pass
        log.say("old, too", time=2)
        self.assertEqual(["old, too", "new"], log.texts())
        log.send(wire.frame(wire.SETTINGS, payload=wire.settings(wire.OS, 60, 0)))
        while log.texts():
            pass
        log.close()

    def test_beyond_max_bytes_the_oldest_go(self):
        log = self.open()
        for _ in range(100):
            log.say(*["x" * 900 for _ in range(30)])
        log.send(wire.frame(wire.SETTINGS, payload=wire.settings(wire.OS, 0, 1 << 20)))
        while log.status().bytes > 1 << 20:
            log.ask(wire.PRUNE, b=0)
            log.send(wire.frame(wire.SETTINGS, payload=wire.settings(wire.OS, 0, 1 << 20)))
        rows, _ = log.read(order=wire.OLDEST_FIRST, rows=5000)
        self.assertGreater(rows[0].number, 1000)
        self.assertGreater(len(rows), 500)
        self.assertEqual(3000, rows[-1].number)
        log.close()


class Copies(LogTest):
    def back_up(self, log):
        copy = self.folder / "copy"
        with open(copy, "w+b") as file:
            end = log.ask(wire.BACKUP, fds=[file.fileno()])
        self.assertEqual((wire.DONE, copy.stat().st_size), (end.flags, end.b))
        return copy

    def test_a_backup_is_whole_and_marked_and_the_room_goes_on(self):
        log = self.open()
        for _ in range(40):
            log.say(*["x" * 900 for _ in range(30)])
        log.process.send_signal(signal.SIGSTOP)
        copy = self.folder / "copy"
        with open(copy, "w+b") as file:
            socket.send_fds(log.socket, [wire.frame(wire.BACKUP, 0, 0, 500)], [file.fileno()])
        log.say("meanwhile", wait=False)
        log.process.send_signal(signal.SIGCONT)
        self.assertEqual(wire.DONE, log.expect(wire.END).flags)
        log.wait_for(log.record)
        log.close()
        with sqlite3.connect(copy) as base:
            self.assertEqual([("ok",)], base.execute("PRAGMA integrity_check").fetchall())
            self.assertEqual(1, base.execute("SELECT count(*) FROM log WHERE backup > 0").fetchone()[0])
            self.assertGreaterEqual(base.execute("SELECT count(*) FROM event").fetchone()[0], 1200)
        base.close()

    def test_a_room_that_is_started_with_a_backup_begins_another_epoch_once(self):
        log = self.open()
        log.say("one")
        copy = self.back_up(log)
        log.close()
        before = self.open()
        identity = before.ready.id
        before.close()
        os.rename(copy, self.path)
        log = self.open()
        self.assertEqual(wire.COPY | wire.RENUMBER, log.ready.flags)
        self.assertEqual(1, log.ready.record)
        log.close()
        log = self.open()
        self.assertEqual(0, log.ready.flags)
        self.assertNotEqual(identity, log.ready.id)
        log.close()

    def test_a_copy_is_found_by_its_inode(self):
        log = self.open()
        log.say("one")
        log.close()
        data = self.path.read_bytes()
        other = self.folder / "other"
        other.mkdir()
        (other / "roomd.db").write_bytes(data)
        log = self.open(other / "roomd.db")
        self.assertEqual(wire.COPY | wire.RENUMBER, log.ready.flags)
        log.close()

    def test_an_older_state_in_the_same_file_is_found_by_its_end(self):
        log = self.open()
        log.say("one")
        log.close()
        data = self.path.read_bytes()
        log = self.open()
        log.say("two")
        log.close()
        with open(self.path, "r+b") as file:
            file.write(data)
            file.truncate()
        log = self.open()
        self.assertEqual(wire.COPY | wire.RENUMBER, log.ready.flags)
        log.close()

    def test_backups_that_can_not_be_made_say_why(self):
        log = self.open()
        log.say("one")
        for path, text in (("/dev/null", "empty file"), (__file__, "empty file")):
            with open(path, "rb") as file:
                end = log.ask(wire.BACKUP, fds=[file.fileno()])
            self.assertEqual(wire.FAILED, end.flags)
            self.assertIn(text, end.payload.decode())
        with open("/dev/full", "r+b", buffering=0), open(self.folder / "read", "wb"):
            with open(self.folder / "read", "rb") as file:
                self.assertEqual(wire.FAILED, log.ask(wire.BACKUP, fds=[file.fileno()]).flags)
        log.say("two")
        log.close()


class Boots(LogTest):
    def test_only_an_unclean_end_under_another_boot_without_syncs_asks_for_another_epoch(self):
        for sync, kill, boot, wanted in ((wire.OS, True, b"c", wire.RENUMBER), (wire.OS, True, b"b", 0),
                                         (wire.OS, False, b"c", 0), (wire.DISK, True, b"c", 0)):
            with self.subTest(sync=sync, kill=kill, boot=boot):
                log = self.open(sync=sync)
                log.say("one")
                if kill:
                    log.kill()
                else:
                    log.close()
                log = self.open(boot=boot * 16, sync=sync)
                self.assertEqual((wanted, b"b" * 16), (log.ready.flags & ~wire.NEW, log.ready.boot))
                log.close()
                self.open().close()  # back to the first boot, cleanly

    def test_the_level_can_change_while_it_runs(self):
        log = self.open(sync=wire.OS)
        log.say("one")
        log.send(wire.frame(wire.SETTINGS, payload=wire.settings(wire.DISK)))
        log.say("two")
        self.assertEqual(wire.DISK, log.status().sync)
        log.kill()
        log = self.open(boot=b"c" * 16)
        self.assertEqual(0, log.ready.flags)
        log.close()


class Administrator(LogTest):
    def test_sqlite3_shows_what_the_manual_says(self):
        log = self.open()
        log.say("tea is ready", time=1_700_000_000 * 10**9)
        log.say("secret", name="bob")
        log.ask(wire.FORGET, payload=b"bob")
        with sqlite3.connect("file:%s?mode=ro" % self.path, uri=True) as base:
            rows = base.execute("SELECT number, kind, name, text FROM history").fetchall()
            self.assertEqual([(1, "chat", "alice", "tea is ready"), (2, "forgotten", "", "")], rows)
            self.assertEqual((2, 2, 0), base.execute("SELECT record, event, clean FROM log").fetchone())
        base.close()
        log.close()


if __name__ == "__main__":
    unittest.main()
