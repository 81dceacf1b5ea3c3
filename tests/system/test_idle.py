# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""An idle room costs nothing: it does not wake up in ten seconds, whatever its console is."""
import contextlib
import os
import pathlib
import socket
import subprocess
import tempfile
import time
import unittest

from roomd_control import Connection
from roomd_process import PATIENCE_S
from roomd_room import RoomTest

INTERVAL_S = 10


class Idle(RoomTest):
    def setUp(self):
        self.exits = contextlib.ExitStack()
        self.addCleanup(self.exits.close)
        folder = self.exits.enter_context(tempfile.TemporaryDirectory(prefix="roomd-test-"))
        self.folder = folder
        self.script = os.path.join(folder, "script")
        self.fifo = os.path.join(folder, "fifo")

    def on_a_terminal(self):
        ours, theirs = os.openpty()
        self.exits.callback(os.close, ours)
        room = self.open(stdin=theirs)
        os.close(theirs)
        return room

    def on_an_open_pipe(self):
        return self.open()

    def on_a_pipe_after_a_notice(self):
        room = self.open()
        room.type("hello")
        room.answers("announced to 2 members$")
        return room

    def on_a_closed_pipe(self):
        room = self.open()
        room.end_of_input()
        return room

    def on_a_socket_whose_other_end_left(self):
        ours, theirs = socket.socketpair()
        room = self.open(stdin=theirs)
        theirs.close()
        ours.close()
        return room

    def on_a_regular_file(self):
        pathlib.Path(self.script).write_text("hello\n", encoding="utf-8")
        with open(self.script, "rb") as script:
            return self.open(stdin=script)

    def on_dev_null(self):
        return self.open(stdin=subprocess.DEVNULL)

    def on_a_closed_descriptor(self):
        return self.open(stdin=subprocess.DEVNULL, before_exec=lambda: os.close(0))

    def on_a_fifo_whose_writer_left(self):
        room = self.open("admin.fifo=" + self.fifo, stdin=subprocess.DEVNULL)
        listener, = room.members("listener")
        for _ in range(2):
            with open(self.fifo, "wb", buffering=0) as writer:
                writer.write(b"hello\n")
            listener.expect("管理员消息: hello")
        return room

    def on_a_control_socket_with_somebody_who_watches(self):
        path = os.path.join(self.folder, "control")
        room = self.open("admin.control=" + path, stdin=subprocess.DEVNULL)
        watcher = Connection(path).ask("watch")
        self.exits.callback(watcher.close)
        while not watcher.has_something():
            room.fence()
        return room

    @staticmethod
    def wait_until_it_sleeps(room):
        deadline = time.monotonic() + PATIENCE_S
        stat = pathlib.Path("/proc/%d/stat" % room.pid)
        while stat.read_text().rsplit(") ", 1)[1][0] != "S":
            if time.monotonic() > deadline:
                raise AssertionError("the program never comes to rest")

    def test_it_does_not_wake_up_in_ten_seconds(self):
        kinds = (self.on_a_terminal, self.on_an_open_pipe, self.on_a_pipe_after_a_notice, self.on_a_closed_pipe,
                 self.on_a_socket_whose_other_end_left, self.on_a_regular_file, self.on_dev_null,
                 self.on_a_closed_descriptor, self.on_a_fifo_whose_writer_left,
                 self.on_a_control_socket_with_somebody_who_watches)
        rooms = {kind.__name__: kind() for kind in kinds}
        for room in rooms.values():
            room.fence()
        for room in rooms.values():
            self.wait_until_it_sleeps(room)
        before = {kind: room.wake_ups() for kind, room in rooms.items()}
        time.sleep(INTERVAL_S)  # the interval in which it must not wake up
        for kind, room in rooms.items():
            with self.subTest(kind):
                self.assertEqual(before[kind], room.wake_ups())
                room.fence()


if __name__ == "__main__":
    unittest.main()
