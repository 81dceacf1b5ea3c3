# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
Real netcats as clients. They take an empty datagram for the end of input, so they are deaf from
then on, or end.
"""
import os
import pathlib
import re
import select
import shutil
import subprocess
import unittest

from roomd_process import PATIENCE_S
from roomd_room import RoomTest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
TAKEN = "该用户已存在"
ASKED = "同一地址上有人要用您的名字 \\([0-9a-f]{8}\\)"


class Netcat:
    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)

    def type(self, line):
        self.process.stdin.write(line.encode() + b"\n")

    def read_line(self):
        line = b""
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE_S)
            byte = os.read(self.process.stdout.fileno(), 1) if ready else b""
            if not byte:
                raise AssertionError("it has %s after %r" % ("ended" if ready else "gone deaf", line))
            line += byte
        return line.decode()[:-1]

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Netcats(RoomTest):
    def check(self, program, *arguments):
        if not shutil.which(program):
            self.skipTest("%s is not installed" % program)
        room = self.open()
        host, port = room.doors[0]
        netcat = Netcat([program, *(argument.format(host=host, port=port) for argument in arguments)])
        self.addCleanup(netcat.close)
        netcat.type("L holder.")
        self.assertEqual("OK", netcat.read_line())
        alice = room.join("alice.")
        room.client().ask("L holder.", TAKEN)
        alice.say("hello")
        self.assertEqual("alice. 进入了聊天室", netcat.read_line())
        self.assertRegex(netcat.read_line(), "^%s$" % ASKED)
        self.assertEqual("alice. ： hello", netcat.read_line())
        netcat.type("C holder. I hear you")
        alice.expect("holder. ： I hear you")
        alice.say("and now?")
        self.assertEqual("alice. ： and now?", netcat.read_line())

    def test_nc_of_openbsd(self):
        self.check("nc.openbsd", "-u", "{host}", "{port}")

    def test_nc_traditional(self):
        self.check("nc.traditional", "-u", "{host}", "{port}")

    def test_ncat(self):
        self.check("ncat", "-u", "{host}", "{port}")

    def test_socat(self):
        self.check("socat", "STDIO", "UDP:{host}:{port}")

    def test_the_documented_question_whether_the_room_is_there_is_answered_and_changes_nothing(self):
        if not shutil.which("nc"):
            self.skipTest("nc is not installed")
        pages = [(SOURCE / name).read_text(encoding="utf-8") for name in ("README.md", "doc/man/roomd.8.in")]
        text = "".join(pages).replace("\\e", "\\")
        asked = re.findall(r"printf '([^']*)' \| nc -u -w1 127\.0\.0\.1 8888", text)
        self.assertEqual(3, len(asked))
        room = self.open()
        room.type("/members")
        room.answers("^2 members$")
        for words in asked:
            with self.subTest(words=words):
                host, port = room.doors[0]
                result = subprocess.run(["sh", "-c", "printf '%s' | nc -u -w1 %s %d" % (words, host, port)], check=False,
                                        timeout=PATIENCE_S, stdout=subprocess.PIPE, encoding="utf-8")
                self.assertEqual("EXIT", result.stdout.strip())
        room.type("/members")
        room.answers("^2 members$")


if __name__ == "__main__":
    unittest.main()
