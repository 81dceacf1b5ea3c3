# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
The packaged service as an administrator uses it: installed in a box with its own systemd,
configured, started, and joined from the box's network.
"""
import itertools
import os
import pathlib
import unittest

from roomd_room import Room
from systemd_box import SystemdBox

INSTALL_S = 120  # a time limit, like PATIENCE_S


def package():
    """The package that ./dev package has built."""
    built = sorted(pathlib.Path(os.environ["ROOMD_PACKAGES"]).glob("roomd_*.deb"))
    if not built:
        raise unittest.SkipTest("no package: it could not be built here")
    return built[-1]


class Journal:
    """What Room needs of a program's stderr."""

    def __init__(self, box, unit):
        self._box = box
        self._unit = unit

    def text(self):
        return self._box.journal("--unit=" + self._unit)


class ServiceRoom(Room):
    """
    The room of a unit that is running, with its clients; see Room. Two witnesses join at the start.
    """

    # Not Room's: that would start a program.
    def __init__(self, box, unit, port=8888, host="127.0.0.1"):
        self._box = box
        self._fences = itertools.count(1)
        self._witnesses = None
        self.clients = []
        self.doors = [(host, port)]
        self.stderr = Journal(box, unit)
        self._witnesses = [self._new_client().join(name) for name in ("teller", "witness")]

    def _new_client(self, *arguments, **keywords):
        with self._box.network():
            return super()._new_client(*arguments, **keywords)

    def client(self, *arguments, **keywords):
        client = self._new_client(*arguments, **keywords)
        self.clients.append(client)
        return client

    def close(self):
        """Ends the clients without an exit."""
        for client in (*self.clients, *(self._witnesses or ())):
            client.socket.close()


class BoxTest(unittest.TestCase):
    """Tests that share one box, with the package installed in it."""

    @classmethod
    def setUpClass(cls):
        deb = package()
        cls.box = SystemdBox()
        cls.addClassCleanup(cls.box.close)
        cls.box.copy_in(deb, "/tmp/roomd.deb")
        cls.files_before = cls.box.new_files()
        cls.install()

    @classmethod
    def install(cls):
        cls.box.run("dpkg", "--install", "--force-confold", "/tmp/roomd.deb", timeout=INSTALL_S)

    def configure(self, text="", name="roomd"):
        self.box.write("/etc/roomd/%s.conf" % name, text)

    def drop_in(self, unit, text):
        """Changes a unit until the end of the test, as systemctl edit would."""
        folder = "/etc/systemd/system/%s.d" % unit
        self.box.write(folder + "/test.conf", text)
        self.box.run("systemctl", "daemon-reload")
        self.addCleanup(lambda: (self.box.run("rm", "-r", folder), self.box.run("systemctl", "daemon-reload")))

    def room(self, unit="roomd", **keywords):
        room = ServiceRoom(self.box, unit, **keywords)
        self.addCleanup(room.close)
        return room

    def as_user(self, user, *command, **keywords):
        return self.box.run("setpriv", "--reuid=" + user, "--regid=" + user, "--init-groups", *command, **keywords)
