# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
The parts of a service manager that roomd uses: the notification socket (sd_notify(3)), and the
store that keeps descriptors over a restart (sd_pid_notify_with_fds(3), sd_listen_fds(3)).
"""
import array
import os
import pathlib
import queue
import socket
import tempfile
import threading

from roomd_process import PATIENCE_S

FIRST_FD = 3
SPARE_FD = 200  # above all that a test has open


class ServiceManager:
    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="roomd-test-")
        self._path = str(pathlib.Path(self._folder.name) / "notify")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self._path)
        self._messages = queue.Queue()
        self.store = []  # (name, descriptor)
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def close(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
            end.sendto(b"END=1", self._path)
        self._thread.join(PATIENCE_S)
        self._socket.close()
        self.forget(lambda name: True)
        self._folder.cleanup()

    def forget(self, which):
        for name, descriptor in [entry for entry in self.store if which(entry[0])]:
            os.close(descriptor)
            self.store.remove((name, descriptor))

    def _keep(self, name, descriptors):
        for descriptor in descriptors:
            if any(os.path.sameopenfile(descriptor, held) for _, held in self.store):
                os.close(descriptor)
            else:
                self.store.append((name, descriptor))

    def _listen(self):
        while True:
            message, control, _, _ = self._socket.recvmsg(4096, socket.CMSG_SPACE(64))
            descriptors = array.array("i")
            for _, _, data in control:
                descriptors.frombytes(data)
            said = dict(line.split("=", 1) for line in message.decode().split("\n"))
            if "END" in said:
                return
            if "FDSTORE" in said:
                self._keep(said["FDNAME"], descriptors)
            elif "FDSTOREREMOVE" in said:
                self.forget(lambda name: name == said["FDNAME"])
            else:
                for descriptor in descriptors:
                    os.close(descriptor)
            self._messages.put(said)

    def wait_for(self, variable, value=None):
        """The first message not yet waited for that sets this variable (to this value)."""
        while True:
            said = self._messages.get(timeout=PATIENCE_S)
            if variable in said and value in (None, said[variable]):
                return said

    def start(self, room_class, *options, environment=None, **arguments):
        """Starts a program, and passes it the stored descriptors."""
        held = [descriptor for _, descriptor in self.store]
        environment = dict(environment or {}, NOTIFY_SOCKET=self._path)
        if held:
            environment.update(LISTEN_FDS=str(len(held)), LISTEN_FDNAMES=":".join(name for name, _ in self.store))

        def pass_descriptors():
            spare = [os.dup2(descriptor, SPARE_FD + i) for i, descriptor in enumerate(held)]
            for i, descriptor in enumerate(spare):
                os.dup2(descriptor, FIRST_FD + i)

        # The shell knows the process ID that the program will have.
        return room_class(*options, environment=environment, before_exec=pass_descriptors,
                          prefix=("/bin/sh", "-c", 'LISTEN_PID=$$ exec "$@"', "sh"),
                          pass_fds=tuple(range(FIRST_FD, FIRST_FD + len(held))), **arguments)
