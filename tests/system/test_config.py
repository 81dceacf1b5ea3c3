# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""Arguments, configuration file, exit statuses (sysexits.h), reload and signals."""
import os
import pathlib
import signal
import socket
import tempfile
import unittest

from roomd_process import PATIENCE_S, run_roomd, run_with_defaults
from roomd_room import RoomTest

USAGE, NO_INPUT, UNAVAILABLE, CONFIGURATION = 64, 66, 69, 78

KEYS = {
    "room": ("name", "listen", "max_members", "max_name", "max_text", "idle_timeout", "ring"),
    "plain": ("enabled", "dialect", "language", "join_verbs", "chat_verbs", "exit_verbs", "accept", "name_taken",
              "name_bad", "room_full", "refused", "bye", "join", "chat", "exit", "notice", "fold_joins", "max_lines"),
    "admin": ("stdin", "fifo", "fifo_commands", "control", "group"),
    "log": ("level", "events"),
}


class ConfigTest(RoomTest):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="roomd-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.file = self.folder / "room.conf"

    def check(self, text, *arguments):
        self.file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return run_roomd("-c", str(self.file), "--check", *arguments)

    def assert_refused(self, text, line, *words):
        result = self.check(text)
        self.assertEqual(CONFIGURATION, result.returncode, result.stderr)
        self.assertRegex(result.stderr, r"(?m)^(roomd: )?%s:%d: " % (self.file, line))
        for word in words:
            self.assertIn(word, result.stderr)


class Arguments(ConfigTest):
    def test_wrong_usage(self):
        for arguments in (("--no-such-option",), ("-x",), ("-c",), ("--set",), ("--set", "room.name"), ("--set", "=x"),
                          ("stray",), ("--check", "stray")):
            with self.subTest(arguments=arguments):
                result = run_roomd(*arguments)
                self.assertEqual(USAGE, result.returncode)
                self.assertRegex(result.stderr, r"^roomd: .+\nTry 'roomd --help'\.\n$")

    def test_no_such_file(self):
        for arguments in ((), ("--check",)):
            with self.subTest(arguments=arguments):
                missing = str(self.folder / "missing.conf")
                result = run_roomd("-c", missing, *arguments)
                self.assertEqual(NO_INPUT, result.returncode)
                self.assertIn(missing, result.stderr)

    def test_a_folder_is_no_file(self):
        result = run_roomd("-c", str(self.folder), "--check")
        self.assertIn(result.returncode, (NO_INPUT, CONFIGURATION))
        self.assertIn(str(self.folder), result.stderr)

    def test_set_is_checked_like_the_file(self):
        for option in ("room.max_members=0", "room.max_members=ten", "room.max_members=10 x", "room.max_nam=3",
                       "rom.name=x", "plain.enabled=perhaps"):
            with self.subTest(option=option):
                result = run_with_defaults("--check", "--set", option)
                self.assertEqual(CONFIGURATION, result.returncode)
                self.assertIn(option.split("=")[0], result.stderr)

    def test_set_comes_before_the_file_and_the_last_one_counts(self):
        room = self.open("room.name=second", "room.name=third", config="[room]\nname = first\n")
        self.assertEqual("third", room.name)

    def test_version(self):
        result = run_roomd("--version")
        self.assertEqual(0, result.returncode)
        self.assertRegex(result.stdout, r"^roomd \d+\.\d+")

    def test_help(self):
        result = run_roomd("--help")
        self.assertEqual(0, result.returncode)
        for option in ("-c", "--check", "--set", "--help", "--help-config", "--version"):
            self.assertIn(option, result.stdout)

    def test_help_config_mentions_every_key_and_passes_its_own_check(self):
        result = run_roomd("--help-config")
        self.assertEqual(0, result.returncode)
        for section, keys in KEYS.items():
            self.assertIn(section, result.stdout)
            for key in keys:
                with self.subTest(section=section, key=key):
                    self.assertRegex(result.stdout, r"(?m)\b%s\b" % key)


class Check(ConfigTest):
    def test_a_good_file(self):
        result = self.check("# a room\n[room]\nname = \"the ; room\"\nmax_members = 20 ; a comment\n\n"
                            "[plain]\nlanguage = en\nbye.QUIT =\n")
        self.assertEqual((0, ""), (result.returncode, result.stderr))

    def test_an_option_that_was_removed_is_warned_of(self):
        result = self.check("[room]\nprobe_interval = 60\n")
        self.assertEqual(0, result.returncode)
        self.assertEqual("%s:2: warning: room.probe_interval is obsolete since 0.9.0, and ignored: remove it: silent "
                         "members are sent nothing\n" % self.file, result.stderr)

    def test_it_opens_and_creates_nothing(self):
        fifo = self.folder / "fifo"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", 0))
            result = self.check("[room]\nlisten = 127.0.0.1:%d\n[admin]\nfifo = %s\n" % (other.getsockname()[1], fifo))
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertEqual([self.file], list(self.folder.iterdir()))

    def test_an_unknown_key_gets_a_suggestion(self):
        self.assert_refused("[room]\n\nmax_member = 5\n", 3, "max_member", "did you mean", "max_members")

    def test_an_unknown_section_gets_a_suggestion(self):
        self.assert_refused("[rooms]\nname = x\n", 1, "rooms", "did you mean", "room")

    def test_every_error_is_reported_with_its_line(self):
        result = self.check("[room]\nmax_members = none\nname = x\nmax_name = 0\n[plain]\nlanguage = fr\n")
        self.assertEqual(CONFIGURATION, result.returncode)
        for line in (2, 4, 6):
            self.assertIn("%s:%d: " % (self.file, line), result.stderr)

    def test_invalid_values(self):
        values = {
            "max_members": ("", "0", "-1", "1000001", "9" * 20, "10 x", "10x", "0x10", "1e3", "ten"),
            "max_name": ("0", "65"),
            "max_text": ("0", "1001"),
            "idle_timeout": ("-1", "1h"),
            "listen": ("", "127.0.0.1", "127.0.0.1:70000", "localhost:8888", "::1:8888", "127.0.0.1:8888,",
                       "127.0.0.1:8888 127.0.0.1:8889", "127.0.0.1:8888, 127.0.0.1:8888", "127.0.0.1:0=klingon"),
        }
        for key, value in ((key, value) for key in values for value in values[key]):
            with self.subTest(key=key, value=value):
                self.assert_refused("[room]\n%s = %s\n" % (key, value), 2, key)

    def test_a_key_given_twice(self):
        self.assert_refused("[room]\nname = a\n[plain]\nlanguage = en\n[room]\nname = b\n", 6, "name")

    def test_a_key_outside_a_section(self):
        self.assert_refused("name = a\n", 1)

    def test_a_line_without_a_value(self):
        self.assert_refused("[room]\nname\n", 2)

    def test_a_quote_that_is_not_closed(self):
        self.assert_refused('[room]\nname = "a\n', 2)

    def test_trailing_junk_after_a_quoted_value(self):
        self.assert_refused('[room]\nname = "a" b\n', 2)

    def test_a_nul_does_not_hide_the_rest_of_a_line(self):
        self.assert_refused(b"[room]\nname = a\0b\n", 2)

    def test_a_file_that_is_not_utf_8(self):
        self.assert_refused(b"[room]\nname = caf\xe9\n", 2)

    def test_the_tail_of_a_long_line_is_not_another_line(self):
        for length in range(180, 220):
            text = "[admin]\nfifo = /%s\n" % ("x" * length + "fifo_commands=perhaps")
            self.assertNotIn("fifo_commands", self.check(text).stderr.replace(text, ""))
        self.assert_refused("[room]\nname = %s\n" % ("x" * 5000), 2)

    def test_a_line_that_could_be_too_long_for_the_clients_is_refused_with_the_sum(self):
        wordy = "[plain]\nchat = %s{name}{text}\n" % ("x" * 200)
        # 200 bytes of wording, 64 of a name, 900 of a text and 1 newline.
        self.assert_refused(wordy, 2, "1024", "1165")
        self.assertEqual(0, self.check(wordy + "[room]\nmax_text = 759\n").returncode)
        self.assertEqual(78, self.check(wordy + "[room]\nmax_text = 760\n").returncode)

    def test_a_template_with_an_unknown_placeholder(self):
        self.assert_refused("[plain]\njoin = {nmae} is here\n", 2, "{nmae}")

    def test_a_verb_that_means_two_things(self):
        result = self.check("[plain]\njoin_verbs = E\n")  # E is an exit too
        self.assertEqual(CONFIGURATION, result.returncode)
        self.assertIn("E", result.stderr)

    def test_the_file_that_comes_with_the_program(self):
        result = run_roomd("--check", "-c", str(pathlib.Path(__file__).resolve().parents[2] / "conf" / "roomd.conf"))
        self.assertEqual((0, ""), (result.returncode, result.stderr))


class Reload(ConfigTest):
    def test_new_wording_counts_at_once(self):
        room = self.open(config="[plain]\nchat = <{name}> {text}\n")
        alice, bob = room.members("alice", "bob")
        alice.say("before")
        bob.expect("<alice> before")
        told_at = room.reload("[plain]\nchat = {name} says {text}\n")
        room.stderr.wait_for(r"plain\.chat", told_at)
        alice.say("after")
        bob.expect("alice says after")

    def test_a_new_limit_counts_at_once_and_nobody_leaves_for_it(self):
        room = self.open()
        alice, bob = room.members("alice", "bob")
        told_at = room.reload("[room]\nmax_members = 1\n")
        room.stderr.wait_for(r"room\.max_members", told_at)
        room.client().ask("L carol", "聊天室已满")
        alice.say("still here")
        bob.expect("alice ： still here")

    def test_the_console_can_ask_for_it(self):
        room = self.open(config="[plain]\nchat = <{name}> {text}\n")
        alice, bob = room.members("alice", "bob")
        room.config.write_text("[plain]\nchat = {name} says {text}\n", encoding="utf-8")
        room.type("/reload")
        room.answers(r"plain\.chat")
        alice.say("hello")
        bob.expect("alice says hello")

    def test_a_bad_file_leaves_everything_as_it_was(self):
        room = self.open(config="[plain]\nchat = <{name}> {text}\n")
        alice, bob = room.members("alice", "bob")
        told_at = room.reload("[plain]\nchat = {name} says {text}\nlanguage = fr\n")
        room.stderr.wait_for(r"%s:3: " % room.config, told_at)
        alice.say("hello")
        bob.expect("<alice> hello")

    def test_a_missing_file_leaves_everything_as_it_was(self):
        room = self.open(config="[plain]\nchat = <{name}> {text}\n")
        alice, bob = room.members("alice", "bob")
        room.config.unlink()
        told_at = room.reload()
        room.stderr.wait_for(str(room.config), told_at)
        alice.say("hello")
        bob.expect("<alice> hello")

    def test_a_reload_names_the_options_that_need_a_restart(self):
        room = self.open(listen=None, config="[room]\nlisten = 127.0.0.1:0\n")
        alice, bob = room.members("alice", "bob")
        told_at = room.reload("[room]\nlisten = 127.0.0.2:0\n")
        room.stderr.wait_for(r"room\.listen.*restart|restart.*room\.listen", told_at)
        alice.say("hello")
        bob.expect("alice ： hello")

    def test_an_option_that_needs_a_restart_waits_for_it(self):
        room = self.open(listen=None, config="[room]\nlisten = 127.0.0.1:0=yn\n", accept="Y")
        alice = room.join("alice", accept="Y")
        for other in ("127.0.0.2:0", "127.0.0.3:0"):
            told_at = room.reload("[room]\nlisten = %s\n" % other)
            told = room.stderr.wait_for(r".*room\.listen.*", told_at).group()
            self.assertIn(other, told)
            self.assertIn("127.0.0.1:0=yn", told)
            alice.ask("L alice", "Y")

    def test_options_of_the_command_line_outlast_a_reload(self):
        room = self.open("plain.chat=<{name}> {text}")
        alice, bob = room.members("alice", "bob")
        told_at = room.reload("[plain]\nchat = {name} says {text}\njoin = {name} is here\n")
        room.stderr.wait_for(r"plain\.join", told_at)
        alice.say("hello")
        bob.expect("<alice> hello")

    def test_an_own_dialect_file_is_read_again(self):
        dialect = self.folder / "mine"
        dialect.write_text("[plain]\nchat = <{name}> {text}\n", encoding="utf-8")
        room = self.open("plain.dialect=%s" % dialect)
        alice, bob = room.members("alice", "bob")
        alice.say("before")
        bob.expect("<alice> before")
        dialect.write_text("[plain]\nchat = {name} says {text}\n", encoding="utf-8")
        # This change shows that the reload is over, whatever the other file did.
        told_at = room.reload("[plain]\njoin = {name} is here\n")
        room.stderr.wait_for(r"plain\.join", told_at)
        alice.say("after")
        bob.expect("alice says after")


class Signals(RoomTest):
    def test_a_signal_to_end_ends_it_well(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number.name):
                room = self.open(listen=self.lasting_door())
                room.members("alice", "bob")
                room.stop(number)
                self.assertEqual(0, room.process.returncode)
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                    other.bind(room.doors[0])

    def test_the_service_manager_is_told_of_each_state(self):
        folder = tempfile.TemporaryDirectory(prefix="roomd-test-")
        self.addCleanup(folder.cleanup)
        path = os.path.join(folder.name, "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(path)
            manager.settimeout(PATIENCE_S)
            room = self.open(environment={"NOTIFY_SOCKET": path})
            self.assertIn(b"FDNAME=door-127.0.0.1_%d" % room.doors[0][1], manager.recv(4096).split(b"\n"))
            self.assertIn(b"FDNAME=members-1", manager.recv(4096).split(b"\n"))
            self.assertEqual(b"READY=1\nSTATUS=0 members, 0 messages", manager.recv(4096))
            room.reload()
            reloading = manager.recv(4096)
            self.assertIn(b"RELOADING=1", reloading.split(b"\n"))
            self.assertRegex(reloading, rb"(?m)^MONOTONIC_USEC=\d+$")
            self.assertIn(b"READY=1", manager.recv(4096).split(b"\n"))
            self.assertRegex(manager.recv(4096), rb"^STATUS=2 members, \d+ messages?$")
            room.stop()
            self.assertIn(b"STOPPING=1", manager.recv(4096).split(b"\n"))


if __name__ == "__main__":
    unittest.main()
