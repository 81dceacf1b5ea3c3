# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
Broken configuration files, one of each kind: none opens a room, none changes an open room, and each mistake is reported
with its place. Each file begins with good settings that differ from the running ones, which would show if a part of it
was used.
"""
import os
import pathlib
import re
import shutil
import socket
import unittest

from roomd_process import run_roomd
from roomd_room import RoomTest

NO_INPUT, CONFIGURATION = 66, 78

GOOD = "[room]\nmax_members = 4\n[plain]\nchat = <{name}> {text}\n"

# Good lines with a visible effect.
OTHER = b"[room]\nmax_members = 9\n[plain]\nchat = {name} says {text}\n"

# The mistake, the bytes after OTHER, the line of the mistake, and a part of the message.
BROKEN = (
    ("an unknown option", b"[room]\nmax_membrs = 5\n", 6, "did you mean room.max_members?"),
    ("an option of another section", b"max_text = 5\n", 5, "did you mean room.max_text?"),
    ("an unknown section", b"[histroy]\nsize = 5\n", 5, "unknown section"),
    ("a section that is not closed", b"[room\n", 5, "the ']' is missing"),
    ("half a line", b"joi", 5, "expected KEY = VALUE"),
    ("half a line behind a good one", b"join = {name} is here\nexit", 6, "expected KEY = VALUE"),
    ("a colon for an equals sign", b"join: {name}\n", 5, "not by ':'"),
    ("a key that is missing", b"= 5\n", 5, "the key is missing"),
    ("a NUL byte", b"join = {name}\0 is here\n", 5, "NUL byte"),
    ("a NUL byte in a comment", b"# \0\n", 5, "NUL byte"),
    ("a line of 1 MiB", b"join = " + b"x" * (1 << 20) + b"\n", None, "longer than 1 MiB"),
    ("a line of nearly 1 MiB", b"join = " + b"x" * ((1 << 20) - 100) + b"\n", 5, "longer than 4096 bytes"),
    ("a line that is too long", b"\njoin = " + b"x" * 5000 + b"\n", 6, "longer than 4096 bytes"),
    ("a number out of range", b"[room]\nidle_timeout = 31536001\n", 6, "from 0 to 31536000"),
    ("a number below its range", b"[room]\nmax_name = 0\n", 6, "from 1 to 64"),
    ("what is not a number", b"[room]\nidle_timeout = 1h\n", 6, "is not a whole number"),
    ("a number without end", b"[room]\nmax_name = " + b"9" * 400 + b"\n", 6, "from 1 to 64"),
    ("what is neither yes nor no", b"[admin]\nfifo_commands = perhaps\n", 6, "neither yes nor no"),
    ("a size with a wrong unit", b"[room]\nring = 16 MB\n", 6, "such as 16 MiB"),
    ("a key given twice", b"[room]\nname = a\nname = b\n", 7, "already set on line 6"),
    ("trailing junk", b"join = \"{name}\" came\n", 5, "only a comment"),
    ("a quote that is not closed", b"join = \"{name} came\n", 5, "the closing quote is missing"),
    ("an unknown escape", b"join = \"{name}\\t\"\n", 5, "a backslash begins one of"),
    ("bits beyond a network's prefix", b"[access]\ndeny = 192.0.2.1/24\n", 6, "did you mean 192.0.2.0/24?"),
    ("a prefix that is too long", b"[access]\ndeny = 2001:db8::/129\n", 6, "from 0 to 128"),
    ("no address to listen on", b"[room]\nlisten = localhost:8888\n", 6, "room.listen"),
    ("a port out of range", b"[room]\nlisten = 127.0.0.1:65536\n", 6, "room.listen"),
    ("a door with an unknown dialect", b"[room]\nlisten = 127.0.0.1:0=klingon\n", 6, "klingon"),
    ("an unknown dialect", b"dialect = klingon\n", 5, "klingon"),
    ("an unknown language", b"language = fr\n", 5, "zh (Chinese) or en (English)"),
    ("a verb that means two things", b"join_verbs = J C\n", 5, "C"),
    ("an unknown placeholder", b"join = {nmae} is here\n", 5, "{nmae}"),
    ("a template that is too long", b"join = " + b"x" * 600 + b"\n", 5, "at most 240"),
    ("an answer that is too long", b"accept = " + b"x" * 121 + b"\n", 5, "120"),
    ("a line too long for the clients", b"notice = " + b"x" * 200 + b"{text}\n", 5, "1024"),
    ("bytes that are not UTF-8", b"join = caf\xe9 {name}\n", 5, "not valid UTF-8"),
    ("a control character", b"join = {name}\x1b[2J\n", 5, "control character"),
    ("what turns the direction of writing", "[room]\nname = \u202eybbol\n".encode(), 6, "control character"),
    ("a byte order mark in the middle", b"\xef\xbb\xbf[room]\nname = x\n", 5, "expected KEY = VALUE"),
    ("carriage returns for line endings", b"join = {name}\rexit = {name}\r", 5, "carriage return"),
    ("a path that is not absolute", b"[admin]\nfifo = run/fifo\n", 6, "not an absolute path"),
    ("a level there is not", b"[log]\nlevel = loud\n", 6, "error, warning, notice, info or debug"),
    ("an event there is not", b"[log]\nevents = joins, leaves\n", 6, "joins, exits, messages, notices and refusals"),
    ("a dialect file that is not there", b"dialect = ./missing.conf\n", 5, "missing.conf"),
    ("a dialect file that is a folder", b"dialect = ./folder\n", 5, "folder"),
    ("rubbish", bytes(range(256)) * 64, 5, ""),
    ("a whole file in UTF-16", None, 1, "NUL byte"),
    ("a key before the first section", None, 1, "begin with a line such as [room]"),
)

WHOLE = {
    "a whole file in UTF-16": OTHER.decode().encode("utf-16-le"),
    "a key before the first section": b"max_members = 9\n" + OTHER,
}


class Broken(RoomTest):
    def setUp(self):
        self.room = self.open(config=GOOD)
        self.file = self.room.config
        (self.file.parent / "folder").mkdir()
        self.alice, self.bob = self.room.members("alice", "bob")
        self.said = 0

    def write(self, content):
        """Replaces the file, as editors do; `content`: bytes, or a function that makes something else at the path."""
        if self.file.is_dir() and not self.file.is_symlink():
            shutil.rmtree(self.file)
        elif self.file.exists() or self.file.is_symlink():
            self.file.unlink()
        if callable(content):
            content(self.file)
        else:
            self.file.write_bytes(content)

    def assert_unchanged(self):
        self.said += 1
        self.alice.say("hello %d" % self.said)
        self.bob.expect("<alice> hello %d" % self.said)
        self.room.client().ask("L carol", "聊天室已满")

    def assert_broken(self, content, where, words, code):
        self.write(content)
        told_at = self.room.reload()
        self.room.stderr.wait_for("roomd: error: reload: nothing was changed: ", told_at)
        told = "\n".join(self.room.stderr.text().split("\n")[told_at:])
        place = r"(?m)^.*roomd: error: (reload: )?%s: .*%s" % (where, re.escape(words))
        self.assertRegex(told, place)
        self.assert_unchanged()
        started = run_roomd("-c", str(self.file), "--set", "room.listen=127.0.0.1:0")
        self.assertEqual(code, started.returncode, started.stderr)
        self.assertRegex(started.stderr, place)
        self.assertNotIn("is open on", started.stderr)
        checked = run_roomd("-c", str(self.file), "--check")
        self.assertEqual(code, checked.returncode, checked.stderr)

    def test_each_kind_of_mistake_leaves_the_room_as_it_was_and_is_reported_with_its_line(self):
        for what, content, line, words in BROKEN:
            with self.subTest(what):
                where = re.escape(str(self.file)) + ("" if line is None else ":%d" % line)
                self.assert_broken(WHOLE.get(what) or OTHER + content, where, words, CONFIGURATION)

    def test_a_path_that_is_no_file_leaves_the_room_as_it_was(self):
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.addCleanup(listening.close)

        def unreadable(path):
            if os.geteuid() != 0:
                path.write_bytes(OTHER)
                path.chmod(0)
            else:  # a path that not even root can read
                path.symlink_to("/proc/self/mem")

        for what, make in (("nothing", lambda path: None), ("a folder", pathlib.Path.mkdir),
                           ("an unreadable file", unreadable), ("a FIFO", os.mkfifo),
                           ("a socket", lambda path: listening.bind(str(path))),
                           ("a device that never ends", lambda path: path.symlink_to("/dev/zero")),
                           ("a link to nothing", lambda path: path.symlink_to("nowhere")),
                           ("a link to itself", lambda path: path.symlink_to(path))):
            with self.subTest(what):
                self.assert_broken(make, re.escape(str(self.file)), "", NO_INPUT)

    def test_a_mistake_in_a_dialect_file_is_reported_with_its_own_line(self):
        dialect = self.file.parent / "mine.conf"
        for content, line, words in ((b"[plain]\n\njoin = {nmae}\n", 3, "{nmae}"),
                                     (b"[plain]\nfold_joins = 1\n", 2, "10000"),
                                     (b"[room]\nname = x\n", 1, ""), (b"[plain]\nac", 2, "expected KEY = VALUE"),
                                     (b"[plain]\nbase = klingon\n", 2, "klingon")):
            with self.subTest(content=content):
                dialect.write_bytes(content)
                self.assert_broken(OTHER + b"dialect = mine.conf\n", "%s:%d" % (re.escape(str(dialect)), line), words,
                                   CONFIGURATION)

    def test_an_empty_file_is_no_broken_one(self):
        for content in (b"", b"\n", b"# nothing but a comment", b"\xef\xbb\xbf", b"[room]\n"):
            with self.subTest(content=content):
                self.write(content)
                told_at = self.room.reload()
                self.room.stderr.wait_for(r"reload: plain\.chat is now '\{name\} ： \{text\}'", told_at)
                self.alice.say("defaults")
                self.bob.expect("alice ： defaults")
                self.write(GOOD.encode())
                told_at = self.room.reload()
                self.room.stderr.wait_for(r"reload: plain\.chat is now '<\{name\}> \{text\}'", told_at)
                self.assert_unchanged()

    def test_after_all_that_a_good_file_is_taken(self):
        self.write(OTHER + b"joi")
        told_at = self.room.reload()
        self.room.stderr.wait_for("nothing was changed", told_at)
        self.write(OTHER)
        told_at = self.room.reload()
        self.room.stderr.wait_for(r"room\.max_members is now '9' \(was '4'\)", told_at)
        self.alice.say("at last")
        self.bob.expect("alice says at last")
        self.room.join("carol")


if __name__ == "__main__":
    unittest.main()
