# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""Manual pages and completion: they are well-formed, and have everything that is in the program's tables."""
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest

from roomd_process import PATIENCE_S, clean_environment, program, run_roomd
from roomd_room import RoomTest

PAGES = pathlib.Path(os.environ["ROOMD_BUILD"]) / "doc" / "man"
COMPLETION = pathlib.Path(os.environ["ROOMD_BUILD"]) / "conf" / "completion"
ROOMCTL = pathlib.Path(program()).with_name("roomctl")
ROOM = ROOMCTL.with_name("room")


def run(*command, **variables):
    return subprocess.run(list(map(str, command)), env=clean_environment({"LC_ALL": "C.UTF-8", **variables}), check=False,
                          encoding="utf-8", timeout=PATIENCE_S, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)


def needs(tool):
    return unittest.skipUnless(shutil.which(tool), "%s is not installed" % tool)


def long_options(help_text):
    return sorted(set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", help_text)))


def options():
    """SECTION.KEY of each option."""
    return re.findall(r"(?m)^(\w+\.\w+) =", run_roomd("--help-config").stdout)


def roomctl_commands():
    """The commands in its help, one a line with a description."""
    return re.findall(r"(?m)^  ([a-z]+)\b.*  ", run(ROOMCTL, "--help").stdout)


def source(page):
    """The text of a page, without the escapes of roff."""
    return (PAGES / page).read_text(encoding="utf-8").replace("\\-", "-").replace("\\&", "")


class Pages(RoomTest):
    @staticmethod
    def pages():
        return sorted(PAGES.glob("*.[1578]"))

    def test_all_are_there(self):
        expected = {"room.1", "roomctl.1", "roomd.conf.5", "roomd.8"} | ({"roomd-protocol.7"} if shutil.which("lowdown") else set())
        expected |= {"roomd-log-sqlite.8"} if "ROOMD_LOG" in os.environ else set()
        self.assertEqual(expected, {page.name for page in self.pages()})

    @needs("mandoc")
    def test_mandoc_has_nothing_to_say(self):
        for page in self.pages():
            with self.subTest(page=page.name):
                result = run("mandoc", "-T", "lint", "-W", "warning", page)
                self.assertEqual("", result.stdout + result.stderr)

    @needs("man")
    def test_groff_has_nothing_to_say(self):
        for page in self.pages():
            with self.subTest(page=page.name):
                result = run("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page, MANROFFSEQ="", MANWIDTH="80")
                self.assertEqual("", result.stderr)

    def test_every_option_is_described_in_its_section_and_in_the_matrix_of_reloads(self):
        text = source("roomd.conf.5")
        sections = dict(re.findall(r"(?ms)^\.Ss \[(\w+)\]\n(.*?)(?=^\.S[sh])", text))
        matrix = text.partition("\n.Sh RELOAD\n")[2].partition("\n.Sh ")[0]
        self.assertGreater(len(options()), 40)
        for option in options():
            section, key = option.split(".")
            with self.subTest(option=option):
                self.assertIn('\n.It Cm "%s =' % key, "\n" + sections[section])
                self.assertRegex(matrix, r"(?m)^\.It Cm %s\n\S" % re.escape(option))

    def test_every_command_of_the_console_is_described(self):
        room = self.open()
        room.type("/help")
        room.answers(r"^  /stop")
        commands = re.findall(r"(?m)^  (/[a-z]+)", room.stdout.text())
        self.assertIn("/members", commands)
        for command in commands:
            with self.subTest(command=command):
                self.assertIn('\n.It Cm "%s"' % command, source("roomd.8"))

    def test_every_option_of_the_command_line_is_described(self):
        for option in long_options(run_roomd("--help").stdout):
            with self.subTest(option=option):
                self.assertIn(" " + option, source("roomd.8").replace("Fl ", "Fl -"), option)

    @needs("lowdown")
    def test_no_bar_in_a_table_of_the_protocol_is_shown_with_the_escape_of_markdown(self):
        lines = [line for line in (PAGES / "roomd-protocol.7").read_text(encoding="utf-8").split("\n") if "|" in line]
        self.assertIn("\\&\\fB/unban NAME|CIDR\\fR", lines)
        self.assertEqual([], [line for line in lines if "\\e|" in line])

    def test_every_command_of_roomctl_is_described(self):
        commands = roomctl_commands()
        self.assertIn("members", commands)
        for command in commands:
            with self.subTest(command=command):
                self.assertIn('\n.It Cm "%s"' % command, source("roomctl.1"))

    def test_every_count_of_a_room_is_described(self):
        room = self.open()
        room.type("/stats")
        room.answers("^watchers")
        counts = re.findall(r"(?m)^(\w+) \d+$", room.stdout.text())
        self.assertIn("members_sequenced", counts)
        for count in counts:
            with self.subTest(count=count):
                self.assertIn("\n.It Cm %s\n" % count, source("roomctl.1"))

    def test_every_option_of_roomctl_is_described(self):
        for option in long_options(run(ROOMCTL, "--help").stdout):
            with self.subTest(option=option):
                self.assertIn(" " + option, source("roomctl.1").replace("Fl ", "Fl -"), option)

    def test_every_option_of_room_is_described(self):
        for option in long_options(run(ROOM, "--help").stdout):
            with self.subTest(option=option):
                self.assertIn(" " + option, source("room.1").replace("Fl ", "Fl -"), option)


class Bash(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="roomd-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def complete(self, *words):
        """The completions of the last of these words."""
        command = pathlib.Path(words[0]).name
        script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
                  '_%s "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}" 2>/dev/null; '
                  'printf "%%s\\n" "${COMPREPLY[@]}"' % command)
        result = run("bash", "-c", script, "bash", COMPLETION / (command + ".bash"), *words)
        self.assertEqual("", result.stderr)
        return result.stdout.split("\n")[:-1]

    def roomctl(self, *answers):
        """A roomctl that gives this answer to everything."""
        path = self.folder / "roomctl"
        path.write_text("#!/bin/sh\ncat <<'END'\n%s\nEND\n" % "\n".join(answers), encoding="utf-8")
        path.chmod(0o755)
        return path

    def test_every_option_of_roomd_is_offered(self):
        self.assertEqual(long_options(run_roomd("--help").stdout), sorted(self.complete("roomd", "--")))
        self.assertEqual(["--check"], self.complete("roomd", "-c", "x", "--ch"))

    def test_every_option_of_room_is_offered(self):
        offered = self.complete("room", "-")
        for option in long_options(run(ROOM, "--help").stdout):
            with self.subTest(option=option):
                self.assertIn(option, offered)

    def test_every_option_of_the_configuration_is_offered_behind_set(self):
        self.assertEqual(sorted(option + "=" for option in options()), sorted(self.complete("roomd", "--set", "")))
        self.assertEqual(["room.listen="], self.complete("roomd", "--set", "room.l"))

    def test_files_are_offered_behind_c(self):
        (self.folder / "a room.conf").touch()
        self.assertEqual([str(self.folder / "a room.conf")], self.complete("roomd", "-c", str(self.folder) + "/a"))

    def test_commands_of_roomctl_are_offered_where_one_is_wanted(self):
        self.assertEqual(["members"], self.complete("roomctl", "mem"))
        self.assertEqual(["members"], self.complete("roomctl", "-s", "lab", "--json", "mem"))
        self.assertEqual([""], self.complete("roomctl", "members", ""))

    def test_every_command_and_option_of_roomctl_is_offered(self):
        for command in roomctl_commands():
            with self.subTest(command=command):
                self.assertIn(command, self.complete("roomctl", ""))
        offered = self.complete("roomctl", "--")
        for option in long_options(run(ROOMCTL, "--help").stdout):
            with self.subTest(option=option):
                self.assertIn(option, offered)

    def test_members_are_offered_where_a_name_is_expected(self):
        roomctl = self.roomctl('{"name":"alice","owed":0}', '{"name":"bob","owed":0}')
        for command in ("kick", "ban", "mute", "unmute"):
            with self.subTest(command=command):
                self.assertEqual(["alice", "bob"], self.complete(roomctl, command, ""))
                self.assertEqual(["bob"], self.complete(roomctl, "-s", "lab", command, "b"))
        self.assertEqual(["--for"], self.complete(roomctl, "ban", "bob", ""))
        self.assertEqual(["2h"], self.complete(roomctl, "ban", "bob", "--for", "2"))

    def test_a_name_that_is_a_command_of_the_shell_is_only_a_name(self):
        trap = self.folder / "trap"
        offered = self.complete(self.roomctl('{"name":"$(touch${IFS}%s)"}' % trap, '{"name":"`date`"}'), "kick", "")
        self.assertFalse(trap.exists())
        self.assertEqual([r"\$\(touch\$\{IFS\}%s\)" % trap, r"\`date\`"], offered)


class OtherShells(unittest.TestCase):
    @needs("zsh")
    def test_zsh_can_read_the_functions(self):
        for script in ("_roomd", "_roomctl"):
            with self.subTest(script=script):
                self.assertEqual((0, ""), (lambda result: (result.returncode, result.stderr))(
                    run("zsh", "-n", COMPLETION / script)))

    def test_zsh_is_offered_everything(self):
        for option in options() + long_options(run_roomd("--help").stdout):
            with self.subTest(option=option):
                self.assertRegex((COMPLETION / "_roomd").read_text(encoding="utf-8"), r"(?<![\w.-])%s\b" % re.escape(option))

    @needs("fish")
    def test_fish_offers_everything(self):
        def offered(program_name, line):
            result = run("fish", "--no-config", "-c", "source %s; complete -C '%s'"
                         % (shlex.quote(str(COMPLETION / (program_name + ".fish"))), line))
            self.assertEqual("", result.stderr)
            return [entry.split("\t")[0] for entry in result.stdout.splitlines()]

        self.assertEqual(sorted(option + "=" for option in options()), sorted(offered("roomd", "roomd --set ")))
        self.assertEqual(long_options(run_roomd("--help").stdout), sorted(offered("roomd", "roomd --")))
        self.assertIn("members", offered("roomctl", "roomctl "))

    @needs("fish")
    def test_fish_offers_every_command_of_roomctl(self):
        result = run("fish", "--no-config", "-c", "source %s; complete -C 'roomctl '"
                     % shlex.quote(str(COMPLETION / "roomctl.fish")))
        self.assertLessEqual(set(roomctl_commands()), {line.split("\t")[0] for line in result.stdout.splitlines()})


if __name__ == "__main__":
    unittest.main()
