# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
Real netcats as clients. They take an empty datagram for the end of input, so they are deaf from
then on, or end.
"""
import os
import select
import shutil
import subprocess
import unittest

from roomd_process import PATIENCE_S
from roomd_room import RoomTest

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


if __name__ == "__main__":
    unittest.main()
