# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
The plug is pulled. All that roomd-log-sqlite does to its disk is written down; at random moments, of what was not synced
by then a random part reaches the disk, in sectors of 512 bytes, and of the names of files as many changes as the folder's
journal may have had. Then the program opens what is left.
"""
import os
import random
import unittest

import log_wire as wire
from log_helper import LogTest

SECTOR = 512
CUTS = int(os.environ.get("ROOMD_POWER_CUTS", "20"))


class File:
    def __init__(self):
        self.durable = bytearray()
        self.pending = []

    def sync(self):
        self.durable = self.after(lambda: True)
        self.pending = []

    def after(self, survives):
        data = bytearray(self.durable)
        for offset, written in self.pending:
            if written is None:
                if survives():
                    del data[offset:]
                    data.extend(bytes(offset - len(data)))
                continue
            at = 0
            while at < len(written):
                size = min(SECTOR - (offset + at) % SECTOR, len(written) - at)
                if survives():
                    data.extend(bytes(max(0, offset + at + size - len(data))))
                    data[offset + at:offset + at + size] = written[at:at + size]
                at += size
        return data


class Disk:
    """What is on it for sure, and what was done since."""

    def __init__(self, folder):
        self.folder = folder
        self.names = {}
        self.durable_names = {}
        self.changes = []

    def change(self, *change):
        self.changes.append(change)
        self.apply(self.names, change)

    @staticmethod
    def apply(names, change):
        what, name, other = change
        if what == "make":
            names[name] = other
        elif what == "unlink":
            names.pop(name, None)
        elif name in names:
            names[other] = names.pop(name)

    def do(self, call, name, offset, data):
        if call == "open" and name not in self.names:
            self.change("make", name, File())
        elif call == "unlink" and name in self.names:
            self.change("unlink", name, None)
        elif call == "rename":
            self.change("rename", name, offset)
        elif call == "fsync" and name == self.folder:
            for change in self.changes:
                self.apply(self.durable_names, change)
            self.changes = []
        elif name in self.names and call == "fsync":
            self.names[name].sync()
        elif name in self.names and call in ("pwrite", "ftruncate"):
            self.names[name].pending.append((int(offset), data if call == "pwrite" else None))

    def cut(self, dice, folder):
        """Writes what is left to the folder, into the same file, which is known by its inode."""
        names = dict(self.durable_names)
        for change in self.changes[:dice.randrange(len(self.changes) + 1)]:
            self.apply(names, change)
        for path in folder.iterdir():
            path.unlink()
        if "roomd.db" in names:
            os.link(folder.parent / "kept", folder / "roomd.db")
        for name, file in names.items():
            part = dice.choice((0, 0.1, 0.5, 0.9, 1))
            (folder / name).write_bytes(file.after(lambda part=part: dice.random() < part))


def parse(record):
    at = 0
    while at < len(record):
        end = record.index(b"\n", at)
        call, name, offset, length = record[at:end].decode().split()
        at = end + 1
        data = b""
        if call in ("pwrite", "send"):
            data = record[at:at + int(length)]
            at += int(length)
        if not name.endswith("-shm"):
            yield call, name, offset, data


class Power(LogTest):
    def talk(self, sync):
        """A life with everything in it; returns its folder and its record. Event n has the text "text n ..."."""
        store = self.folder / "store"
        store.mkdir()
        environment = {"LD_PRELOAD": os.environ["FAILING_DISK_LIBRARY"], "FAILING_RECORD": str(store / "record"),
                       "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}
        for life in range(3):
            log = self.open(store / "roomd.db", environment=environment, sync=sync)
            for turn in range(70):
                first = log.event + 1
                log.say(*["text %d %s" % (number, "x" * 700) for number in range(first, first + 1 + turn % 30)],
                        name=("alice", "bob", "carol")[turn % 3])
                if turn % 25 == 20:
                    log.ask(wire.FORGET, payload=(b"alice", b"bob")[turn % 2])
                if turn % 35 == 30:
                    log.ask(wire.PRUNE, b=log.event - 200)
            if life == 1:
                log.kill()
            else:
                log.close()
        return store, (store / "record").read_bytes()

    def check(self, folder, acknowledged, sync, lived):
        log = self.start(folder / "roomd.db")
        try:
            self.look(log.open(boot=b"other boot......", sync=sync), acknowledged, sync, lived)
        finally:
            log.discard()

    def look(self, log, acknowledged, sync, lived):
        flags = log.ready.flags
        self.assertEqual(0, flags & wire.ASIDE, "the file is damaged")
        if sync == wire.DISK:
            self.assertGreaterEqual(log.ready.record, acknowledged)
            if lived:
                self.assertEqual(0, flags & (wire.NEW | wire.RENUMBER))
        elif log.ready.record < acknowledged:
            self.assertNotEqual(0, flags & (wire.RENUMBER | wire.NEW), "numbers are given again")
        rows, _ = log.read(order=wire.OLDEST_FIRST, rows=1000000)
        if rows:
            self.assertEqual(list(range(rows[0].number, log.ready.last_event + 1)), [row.number for row in rows])
        for row in rows:
            if not row.event.flags & wire.FORGOTTEN:
                self.assertTrue(row.event.text.startswith("text %d x" % row.number), row)
        log.say("on")
        log.close()

    def cut(self, sync):
        seed = os.environ.get("ROOMD_SEED") or str(random.randrange(1 << 32))
        dice = random.Random(seed)
        store, record = self.talk(sync)
        os.link(store / "roomd.db", self.folder / "kept")
        calls = list(parse(record))
        disk, acknowledged, lived = Disk("store"), 0, False
        moments = sorted(dice.randrange(1, len(calls) + 1) for _ in range(CUTS))
        done = 0
        for moment in moments:
            for call, name, offset, data in calls[done:moment]:
                disk.do(call, name, offset, data)
                if call == "send":
                    got = wire.HEADER.unpack(data)
                    lived = lived or got[0] == wire.READY
                    acknowledged = max(acknowledged, got[4] if got[0] == wire.COMMITTED else 0)
            done = moment
            disk.cut(dice, store)
            with self.subTest(seed=seed, sync=sync, moment=moment):
                self.check(store, acknowledged, sync, lived)
        self.assertGreater(acknowledged, 100)

    def test_nothing_acknowledged_is_lost_with_syncs(self):
        self.cut(wire.DISK)

    def test_without_syncs_the_file_stays_whole_and_no_number_is_given_twice_in_an_epoch(self):
        self.cut(wire.OS)


if __name__ == "__main__":
    unittest.main()
