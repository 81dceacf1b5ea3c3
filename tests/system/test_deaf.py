# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""A room that the kernel would leave deaf does not open: it says what is not watched, and why."""
import errno
import os
import re
import subprocess
import tempfile
import unittest

from refused_calls import can_refuse, refuse_to_watch
from roomd_process import PATIENCE_S, clean_environment, fail_on_sanitizer_report, program
from roomd_room import RoomTest

OS_ERROR = 71


def udp_sockets():
    """The inodes of all UDP sockets."""
    inodes = set()
    for table in ("udp", "udp6"):
        with open("/proc/net/" + table, encoding="ascii") as lines:
            inodes.update("socket:[%s]" % line.split()[9] for line in list(lines)[1:])
    return inodes


@unittest.skipUnless(can_refuse(), "no filter of system calls is written for this machine")
class Deaf(RoomTest):
    def start_refused(self, descriptor, error, options):
        """A room on a kernel that refuses to watch that descriptor: its exit code and what it wrote."""
        arguments = [argument for option in ("room.listen=127.0.0.1:0", *options) for argument in ("--set", option)]
        result = subprocess.run([program(), "-c", "/dev/null", *arguments], env=clean_environment(), check=False,
                                preexec_fn=refuse_to_watch(descriptor, error), timeout=PATIENCE_S,
                                input=b"", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        written = result.stderr.decode("utf-8")
        fail_on_sanitizer_report(written)
        return result.returncode, written

    def descriptor_of(self, *options, kind):
        """The number that a descriptor of the room has, which is the same each time it starts."""
        room = self.open(*options)
        folder = "/proc/%d/fd/" % room.process.pid
        numbers = [int(name) for name in os.listdir(folder) if kind(os.readlink(folder + name))]
        room.stop()
        self.assertEqual(1, len(numbers), numbers)
        return numbers[0]

    def folder(self):
        folder = tempfile.TemporaryDirectory(prefix="roomd-test-")
        self.addCleanup(folder.cleanup)
        return folder.name

    def check(self, descriptor, name, *options):
        for error in (errno.ENOSPC, errno.ENOMEM, errno.EPERM):
            with self.subTest(os.strerror(error)):
                code, written = self.start_refused(descriptor, error, options)
                self.assertEqual(OS_ERROR, code, written)
                self.assertRegex(written, "the kernel refuses to watch %s: %s\n" % (name, re.escape(os.strerror(error))))
                self.assertNotIn("is open", written)

    def test_a_door(self):
        door = self.descriptor_of(kind=lambda target: target in udp_sockets())
        self.check(door, r"127\.0\.0\.1:\d+")

    def test_the_console(self):
        self.check(0, "stdin")

    def test_the_fifo(self):
        path = os.path.join(self.folder(), "fifo")
        fifo = self.descriptor_of("admin.fifo=" + path, kind=lambda target: target == path)
        self.check(fifo, "the FIFO", "admin.fifo=" + path)

    def test_the_control_socket(self):
        path = os.path.join(self.folder(), "control")
        listener = self.descriptor_of("admin.control=" + path, kind=lambda target: target.startswith("socket:") and
                                      target not in udp_sockets())
        self.check(listener, "the control socket", "admin.control=" + path)


if __name__ == "__main__":
    unittest.main()
