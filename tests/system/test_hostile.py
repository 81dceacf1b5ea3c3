#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
What room, roomctl and roomd write never holds a raw control character, bidirectional control or byte that is not UTF-8,
whoever sent it: a member, a server, a configuration, an administrator's line.
"""
import json
import os
import pathlib
import re
import socket
import subprocess
import tempfile
import unittest

import hostile
from hostile_server import CUT, LAST_LINE, ControlSocket, PlainRoom, SequencedRoom
from roomd_control import Connection, ControlTest, program
from roomd_process import PATIENCE_S, Output, clean_environment, fail_on_sanitizer_report
from terminal import Terminal

REFUSED = 76

# In a datagram of the plain protocol these end a line, and a NUL is shown as U+FFFD.
SPLIT = "\0\n\r"
TAB, CTRL_C, CTRL_G, CTRL_R, CTRL_U, CTRL_X = "\t", "\x03", "\x07", "\x12", "\x15", "\x18"


def run(*command):
    """What it writes, as bytes: stdout and stderr."""
    result = subprocess.run([os.fsencode(word) for word in command], env=clean_environment(), timeout=2 * PATIENCE_S,
                            check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    fail_on_sanitizer_report(result.stderr.decode("utf-8", "replace"))
    return result.stdout, result.stderr


class HostileTest(unittest.TestCase):
    def assert_held(self, text, split=""):
        """A reader of JSON has all characters, but for those that the protocol splits or replaces."""
        self.assertEqual([], [one for one in hostile.CONTROLS if one not in split and "<%s>" % one not in text])


class Rooms(HostileTest):
    """The program room in a hostile room of either protocol."""

    ROOMS = ((SequencedRoom, (), ""), (PlainRoom, ("--plain", "--language", "en"), SPLIT))

    def serve(self, kind):
        server = kind()
        self.addCleanup(server.close)
        return server

    def listen(self, server, *arguments):
        """room without a terminal, up to the end of all lines; then it is removed. What it has written."""
        process = subprocess.Popen([os.environ["ROOM"], "-n", "sue", *arguments, "%s:%d" % server.address], bufsize=0,
                                   env=clean_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        self.addCleanup(process.kill)
        stdout = b""
        while LAST_LINE.encode() not in stdout:
            more = os.read(process.stdout.fileno(), 65536)
            self.assertTrue(more, stdout)
            stdout += more
        server.remove()
        rest, stderr = process.communicate(timeout=PATIENCE_S)
        fail_on_sanitizer_report(stderr.decode("utf-8", "replace"))
        self.assertEqual(REFUSED, process.returncode, stderr)
        return stdout + rest, stderr

    def test_lines_for_people(self):
        for kind, arguments, split in self.ROOMS:
            with self.subTest(kind=kind.__name__):
                stdout, stderr = self.listen(self.serve(kind), *arguments)
                hostile.check(stdout)
                hostile.check(stderr)
                hostile.check_shown(stdout.decode(), [one for one in hostile.CONTROLS if one not in split])
                self.assertIn("the administrator has removed you: ", stderr.decode())
                self.assertRegex(stdout.decode(), r"(?m)^<\\x1b\[2J>.*" if split else r"(?m)^.*: <\\x00>")

    def test_lines_of_json_hold_all_characters_and_only_as_escapes(self):
        for kind, arguments, split in self.ROOMS:
            with self.subTest(kind=kind.__name__):
                stdout, stderr = self.listen(self.serve(kind), "--json", *arguments)
                hostile.check(stdout)
                hostile.check(stderr)
                events = [json.loads(line) for line in stdout.decode().splitlines()]
                # A plain line with such a name is no event.
                for field in ("text",) if split else ("name", "text"):
                    self.assert_held("".join(event.get(field, "") for event in events), split)

    def test_one_message(self):
        for kind, arguments, _ in self.ROOMS:
            with self.subTest(kind=kind.__name__):
                for output in run(os.environ["ROOM"], "-n", "sue", *arguments, "-m", "hello",
                                  "%s:%d" % self.serve(kind).address):
                    hostile.check(output)

    def test_the_screen(self):
        for kind, arguments, split in self.ROOMS:
            for more in ((), ("--linear",)):
                with self.subTest(kind=kind.__name__, more=more), tempfile.TemporaryDirectory() as state:
                    self.look(self.serve(kind), state, split, *arguments, *more)

    def look(self, server, state, split, *arguments):
        sue = Terminal(os.environ["ROOM"], "-n", "sue", *arguments, "%s:%d" % server.address, columns=100,
                       environment={"XDG_STATE_HOME": state})
        self.addCleanup(sue.close)
        sue.wait_for(": " + LAST_LINE)
        sue.enter("/members")
        sue.wait_for(" here: ")
        if not split:  # a plain line with such a name is no event
            sue.type("/ignore <" + TAB + TAB)
            sue.wait_for(r"^-- <.*  <")
        sue.enter(CTRL_U + "/ignore " + "<\u202e>")
        sue.wait_for(r"nothing of <\\xe2\\x80\\xae> is shown")
        sue.enter("hello")
        sue.wait_for("sue: hello|not said .*: hello")
        server.remove()
        self.assertEqual(REFUSED, sue.wait())
        hostile.check(sue.raw(), screen=True)
        hostile.check_shown(sue.raw().decode(), [one for one in hostile.CONTROLS if one not in split])

    def test_what_is_searched_for(self):
        with tempfile.TemporaryDirectory() as state:
            for more in ((), ("--linear",)):
                sue = Terminal(os.environ["ROOM"], "-n", "<\x1b[2J\u202e>", *more, "127.0.0.1:1",
                               environment={"XDG_STATE_HOME": state})
                self.addCleanup(sue.close)
                sue.wait_for("nobody listens")
                sue.type(CTRL_R + "<\u202e\x9b\u2066>")
                sue.wait_for_last(r".*search.*<\\xe2\\x80\\xae\\xc2\\x9b\\xe2\\x81\\xa6>.*")
                sue.type(CTRL_G + CTRL_C)
                sue.wait()
                hostile.check(sue.raw(), screen=True)


    def test_an_inputrc(self):
        """readline quotes its mistakes, when it starts and on Ctrl-X Ctrl-R."""
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "inputrc<\x1b[2J>"
            samples = [sample for sample in hostile.samples() if not re.search(rb"[\0-\x20]", sample)]
            file.write_bytes(b"".join(b"$%s\nset %s on\n" % (sample, sample)
                                      for sample in (*samples, b"<\x1b[2J>", b"<\x07>")))
            sue = Terminal(os.environ["ROOM"], "-n", "sue", "127.0.0.1:1", columns=200,
                           environment={"XDG_STATE_HOME": folder, "INPUTRC": str(file)})
            self.addCleanup(sue.close)
            sue.wait_for("nobody listens")
            sue.type(CTRL_X + CTRL_R + "hello")
            sue.wait_for_last(".*> hello")
            sue.type(CTRL_C)
            sue.wait()
            hostile.check(sue.raw(), screen=True)
            hostile.check_shown(sue.raw().decode(), [one for one in hostile.CONTROLS if one > " "])
            self.assertEqual(1, sue.raw().count(rb"<\x07>: unknown parser"), "Ctrl-X Ctrl-R shows none")


class Arguments(unittest.TestCase):
    """What a script may have put on a command line."""

    def test_no_program_shows_its_arguments_as_they_are(self):
        room, roomctl, roomd = os.environ["ROOM"], program(), os.environ["ROOMD"]
        for sample in hostile.packed(60) + hostile.packed(60, CUT):
            sample = sample.replace(b"\0", b"")  # the end of an argument
            for command in ((room, sample), (room, b"-m", b"x", sample), (room, b"--" + sample),
                            (room, b"-" + sample[1:]), (room, b"--json=" + sample),
                            (room, b"--plain", b"--dialect", sample, b"-m", b"x", b"127.0.0.1:1"),
                            (roomctl, sample), (roomctl, b"--" + sample), (roomctl, b"-s", sample, b"stop"),
                            (roomctl, b"-s", b"/nonexistent/" + sample, b"members"),
                            (roomd, sample), (roomd, b"--" + sample), (roomd, b"--check", b"--set", sample),
                            (roomd, b"--check", b"-c", b"/nonexistent/" + sample),
                            (roomd, b"--check", b"--set", b"room.name=" + sample)):
                with self.subTest(command=command):
                    stdout, stderr = run(*command)
                    hostile.check(stdout)
                    hostile.check(stderr)
                    self.assertNotEqual(b"", stderr)


class Controls(HostileTest):
    """roomctl, and a socket where something else answers than roomd."""

    COMMANDS = ("members", "bans", "stats", "watch", "reload", "stop", "kick x", "ban x", "unban x", "mute x",
                "unmute x", "notice x")

    def serve(self, frames):
        folder = tempfile.TemporaryDirectory(prefix="roomd-test-")
        self.addCleanup(folder.cleanup)
        path = pathlib.Path(folder.name) / "control"
        server = ControlSocket(path, frames)
        self.addCleanup(server.close)
        return path

    def test_answers_are_lines_of_text(self):
        texts = hostile.packed(8000) + hostile.packed(200, CUT)
        path = self.serve([(kind, text) for kind in (b"l", b"c") for text in texts] + [(b"e", b"\1")])
        for command in self.COMMANDS:
            with self.subTest(command=command):
                for output in run(program(), "-s", path, *command.split()):
                    hostile.check(output)
                    hostile.check_shown(output.decode(), hostile.CONTROLS)
                    self.assertEqual(len(texts), output.count(b"\n"))

    def test_answers_in_json_stay_json(self):
        texts = [text.replace(b"\\", b"\\\\") for text in hostile.packed(8000) + hostile.packed(200, CUT)]
        path = self.serve([*((b"l", b'{"text":"%s"}' % text) for text in texts), (b"c", texts[0]), (b"e", b"\0")])
        for command in self.COMMANDS:
            with self.subTest(command=command):
                stdout, stderr = run(program(), "-s", path, "--json", *command.split())
                hostile.check(stdout)
                hostile.check(stderr)
                told = [json.loads(line)["text"] for line in stdout.decode().splitlines()]
                self.assertEqual(len(texts), len(told))
                self.assert_held("".join(told))


class Logs(ControlTest):
    """What roomd writes about members, administrators and its configuration."""

    ALL = "log.events=joins, exits, messages, notices, refusals"
    VERBS = (b"", b"/", b"/kick ", b"/kick alice ", b"/ban ", b"/ban a ", b"/unban ", b"/mute ", b"/stop ")

    def check_outputs(self, room):
        room.stop()
        hostile.check(room.stderr.raw())
        hostile.check(room.stdout.raw())
        for line in room.stderr.text().splitlines():
            self.assertRegex(line, r"^(\d{4}-\S+ )?roomd: ", "no text begins a line of its own")

    def test_members(self):
        room = self.open(self.ALL, "log.level=debug", "limits.messages=0", "limits.bytes=0", "limits.joins=0")
        alice, = room.members("alice")
        for text in hostile.packed(800) + hostile.packed(200, CUT):
            alice.say(text)
            for name in (text[:60], text):
                stranger = room.client()
                for request in (b"L " + name, b"C " + name + b" " + text, b"Q " + name, text, b"\xf8\1\2" + text):
                    stranger.send(request)
        alice.say(LAST_LINE)
        room.stderr.wait_for("alice said: " + LAST_LINE)
        self.check_outputs(room)

    def test_the_journal(self):
        """A line begins with its priority, and no text can begin another one."""
        process = subprocess.Popen(
            ["sh", "-c", 'JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) exec "$@"', "sh", os.environ["ROOMD"],
             "-c", os.devnull, "--set", "room.listen=127.0.0.1:0", "--set", self.ALL, "--set", "limits.messages=0",
             "--set", "limits.bytes=0"],
            env=clean_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(process.kill)
        stderr = Output(process.stderr)
        port = int(stderr.wait_for(r"is open on 127\.0\.0\.1:(\d+)$").group(1))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as eve:
            eve.connect(("127.0.0.1", port))
            for text in (*hostile.packed(800), *hostile.packed(200, CUT), b"a\n<0>roomd: forged", LAST_LINE.encode()):
                for request in (b"L eve", b"C eve " + text, b"L " + text[:60]):
                    eve.send(request)
        stderr.wait_for("eve said: " + LAST_LINE)
        process.terminate()
        self.assertEqual(0, process.wait(PATIENCE_S))
        stderr.join()
        hostile.check(stderr.raw())
        for line in stderr.raw().decode().splitlines():
            self.assertRegex(line, "^<[3-7]>")

    def test_administrators(self):
        fifo = self.folder / "fifo"
        room = self.open_controlled("admin.fifo=%s" % fifo, "admin.fifo_commands=yes", self.ALL, "log.level=debug")
        # A line feed ends a line, and a line with a NUL is refused as a whole.
        texts = [text.replace(b"\n", b"").replace(b"\0", b"") for text in hostile.packed(28)]
        texts += [b"<\0>", *(text.replace(b"\n", b"") for text in hostile.packed(200, CUT))]
        answers = []
        with open(fifo, "wb", buffering=0) as pipe:
            for text in texts:
                for verb in self.VERBS:
                    pipe.write(verb + text + b"\n")
                    room.type(verb + text)
                    for form in (0, 1):
                        answers += self.ask((verb.lstrip(b"/") or b"notice ") + text, form)
        room.fence()
        room.type("/help")
        room.answers("/members")
        for answer in answers:
            hostile.check(answer)
        self.assertGreaterEqual(len(answers), 2 * len(self.VERBS) * len(texts))
        hostile.check_shown(room.stdout.text(), [one for one in hostile.CONTROLS if one not in "\0\n"])
        self.check_outputs(room)

    def ask(self, line, form):
        """The frames of an answer, as bytes."""
        connection = Connection(self.path)
        payload = b"q\1" + bytes((form,)) + line
        connection.send(len(payload).to_bytes(4, "big") + payload)
        octets = b""
        while True:
            more = connection.socket.recv(65536)
            if not more:
                break
            octets += more
        connection.close()
        frames = []
        while octets:
            length = int.from_bytes(octets[:4], "big")
            frames.append(octets[5:4 + length])
            octets = octets[4 + length:]
        return frames[:-1]  # without the result

    def test_a_terminal(self):
        ours, theirs = os.openpty()
        room = self.open(self.ALL, stdin=theirs, before_exec=lambda: os.dup2(theirs, 1))
        os.close(theirs)
        self.addCleanup(os.close, ours)
        mallory, = room.members("mallory")
        for text in hostile.packed(800, CUT) + hostile.packed(800):
            mallory.say(text)
        mallory.say(LAST_LINE)
        shown = b""
        while LAST_LINE.encode() not in shown:
            shown += os.read(ours, 65536)
        hostile.check(shown.replace(b"\r\n", b"\n"))

    def test_a_configuration(self):
        file = self.folder / "roomd.conf"
        dialect = self.folder / "dialect.conf"
        for text in hostile.packed(60) + hostile.packed(60, CUT):
            for line in (b"[" + text + b"]", b"[room]\n" + text + b"=1", b"[room]\nname=" + text,
                         b"[plain]\ndialect=" + text, b"[access]\nallow=" + text,
                         b"[room]\nlisten=" + text, b"[plain]\naccept=" + text,
                         b"[log]\nlevel=" + text, b"[admin]\nfifo=/" + text, b"[plain]\njoin={" + text + b"}"):
                file.write_bytes(line + b"\n")
                dialect.write_bytes(line + b"\n")
                for arguments in (("-c", file), ("-c", os.devnull, "--set", "plain.dialect=%s" % dialect)):
                    stdout, stderr = run(os.environ["ROOMD"], "--check", *arguments)
                    with self.subTest(line=line):
                        hostile.check(stdout)
                        hostile.check(stderr)

    def test_a_file_name(self):
        for number, text in enumerate(hostile.packed(60)):
            folder = os.fsencode(self.folder) + b"/%d" % number + text.replace(b"\0", b"").replace(b"/", b"")
            os.mkdir(folder)
            with open(folder + b"/roomd.conf", "wb") as file:
                file.write(b"[room]\nname=x\nname=y\n[plain]\ndialect=nowhere.conf\n")
            stdout, stderr = run(os.environ["ROOMD"], "--check", b"-c", folder + b"/roomd.conf")
            hostile.check(stdout)
            hostile.check(stderr)
            self.assertIn(b"already set", stderr)

    def test_a_reload(self):
        room = self.open()
        for text in hostile.packed(60):
            at = room.stderr.count()
            room.config.write_bytes(b"[room]\nname=%s\n[plain]\njoin=%s\n" % (text, text))
            room.reload()
            room.stderr.wait_for("roomd.conf:", at)
        at = room.reload('[plain]\njoin = "{name} <\u200d>"\n')
        room.stderr.wait_for("plain.join is now", at)
        self.check_outputs(room)


if __name__ == "__main__":
    unittest.main()
