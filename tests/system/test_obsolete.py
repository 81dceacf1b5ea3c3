# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""Obsolete options, in a roomd that was built with some: a room starts with them after an upgrade."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from roomd_process import PATIENCE_S, run_roomd
from roomd_room import RoomTest

BUILD = pathlib.Path(os.environ["ROOMD_BUILD"])
SOURCE = pathlib.Path(__file__).resolve().parents[2]
WARNING = "room.xyzzy is obsolete since 0.2.0, and ignored: write a notice"

os.environ["ROOMD"] = str(BUILD / "roomd_obsolete")


class Obsolete(RoomTest):
    def test_a_check_warns_and_is_content(self):
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
            file.write("[room]\nname = a\nxyzzy = hello\n")
            file.flush()
            result = run_roomd("-c", file.name, "--check", "--set", "plover.size=x")
            self.assertEqual("%s:3: warning: %s\n"
                             "--set plover.size=x: warning: plover.size is obsolete since 0.3.0, and ignored: set "
                             "room.ring\n" % (file.name, WARNING), result.stderr)
            self.assertEqual(0, result.returncode)

    def test_a_room_opens_with_a_warning_and_serves(self):
        room = self.open(config="[room]\nxyzzy = hello\n")
        room.stderr.wait_for(r"roomd: warning: %s:2: %s$" % (room.config, WARNING))
        alice, bob = room.members("alice", "bob")
        alice.say("hello")
        bob.expect("alice ： hello")

    def test_a_reload_takes_the_file_and_finds_nothing_wrong(self):
        room = self.open(config="[room]\nxyzzy = hello\n")
        told_at = room.reload("[room]\nxyzzy = other\nmax_members = 20\n")
        room.stderr.wait_for(r"roomd: reload: %s:2: warning: %s$" % (room.config, WARNING), told_at)
        room.stderr.wait_for(r"roomd: reload: room\.max_members is now '20' \(was '10000'\)$", told_at)
        room.type("/reload")
        room.stdout.wait_for(r"^reload: %s:2: warning: %s$" % (room.config, WARNING))
        room.stdout.wait_for(r"^reload: nothing has changed$")
        self.assertNotIn("error", room.stderr.text())

    def test_the_help_lists_them_at_its_end_and_nowhere_else(self):
        options, title, obsolete = run_roomd("--help-config").stdout.partition("\nObsolete options")
        self.assertNotEqual("", title)
        self.assertNotIn("xyzzy", options)
        self.assertIn("\nroom.xyzzy\n    ignored since 0.2.0: write a notice\n", obsolete)

    def test_the_manual_has_a_section_of_them(self):
        page = subprocess.run([BUILD / "fill_in_obsolete", SOURCE / "doc" / "man" / "roomd.conf.5.in"], check=True,
                              timeout=PATIENCE_S, stdout=subprocess.PIPE, encoding="utf-8").stdout
        section = page.partition(".Sh OBSOLETE OPTIONS\n")[2].partition(".Sh ")[0]
        self.assertIn(".It Cm room.xyzzy\nIgnored since 0.2.0:\n\\&write a notice\n", section)
        self.assertEqual(1, page.count("xyzzy"))
        if shutil.which("mandoc"):
            linted = subprocess.run(["mandoc", "-T", "lint", "-W", "warning"], input=page, check=False,
                                    timeout=PATIENCE_S, stdout=subprocess.PIPE, encoding="utf-8").stdout
            self.assertEqual("", linted)


if __name__ == "__main__":
    unittest.main()
