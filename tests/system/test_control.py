# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""The control socket and roomctl: every command, its permissions, and clients that misbehave."""
import contextlib
import grp
import json
import os
import pwd
import random
import re
import resource
import select
import shutil
import signal
import socket
import stat
import struct
import subprocess
import time
import unittest

from roomd_control import BUSY, DONE, USAGE, Connection, ControlTest, Watch, program, request, run_roomctl
from roomd_process import PATIENCE_S, clean_environment, run_roomd

EX_USAGE, EX_UNAVAILABLE, EX_TEMPFAIL, EX_PROTOCOL, EX_NOPERM, EX_CONFIG = 64, 69, 75, 76, 77, 78

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d"

COMMANDS = ("notice", "members", "kick", "ban", "unban", "bans", "mute", "unmute", "stats", "reload", "stop", "watch")

SIZE = 1000


def raise_descriptor_limit(needed):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise unittest.SkipTest("only %d descriptors may be open here" % hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, needed), hard))


class Usage(unittest.TestCase):
    """roomctl without a roomd."""

    def test_help_lists_every_command(self):
        for arguments in (("--help",), ("help",)):
            result = run_roomctl(*arguments)
            self.assertEqual((0, ""), (result.returncode, result.stderr))
            for command in COMMANDS:
                self.assertRegex(result.stdout, "(?m)^  %s " % command)

    def test_version(self):
        result = run_roomctl("--version")
        self.assertEqual(0, result.returncode)
        self.assertRegex(result.stdout, r"^roomctl \d+\.\d+\.\d+\n$")

    def test_wrong_usage(self):
        for arguments in ((), ("--no-such-option", "members"), ("-s",), ("-s", "", "members"), ("frobnicate",),
                          ("members", "now"), ("kick",), ("ban", "a", "1h", "x"), ("ban", "a", "1h", "--for", "1h"),
                          ("unban",), ("notice",), ("notice", " "), ("mute",), ("kick", "bob", "--for", "1h"),
                          ("-s", "/" + "x" * 108, "members"), ("notice", "x" * 9000)):
            with self.subTest(arguments=arguments):
                result = run_roomctl(*arguments)
                self.assertEqual((EX_USAGE, ""), (result.returncode, result.stdout))
                self.assertRegex(result.stderr, r"^(roomctl: |Usage: roomctl ).+\nTry 'roomctl --help'\.\n$")

    def test_a_mistyped_command_is_guessed(self):
        self.assertIn("did you mean 'members'?", run_roomctl("membres").stderr)

    def test_without_a_roomd_it_says_where_it_looked(self):
        result = run_roomctl("-s", "/nonexistent/control", "members")
        self.assertEqual(EX_UNAVAILABLE, result.returncode)
        for words in ("/nonexistent/control", "is it running", "systemctl status roomd"):
            self.assertIn(words, result.stderr)

    def test_a_name_without_a_slash_is_an_instance(self):
        result = run_roomctl("-s", "no-such-instance", "members")
        self.assertEqual(EX_UNAVAILABLE, result.returncode)
        self.assertIn("/run/roomd-no-such-instance/control", result.stderr)
        self.assertIn("systemctl status roomd@no-such-instance", result.stderr)


class Commands(ControlTest):
    def test_notice(self):
        room = self.open_controlled()
        alice, = room.members("alice")
        self.assertEqual("announced to 3 members\n", self.done("notice", "tea is", "ready"))
        alice.expect("管理员消息: tea is ready")
        self.assertEqual([{"ok": True, "message": "announced to 3 members"}], self.objects("notice", "--", "-5 °C"))
        alice.expect("管理员消息: -5 °C")
        result = self.roomctl("notice", "x" * 901)
        self.assertEqual((1, ""), (result.returncode, result.stdout))
        self.assertIn("room.max_text is 900", result.stderr)
        self.assertEqual(EX_USAGE, self.roomctl("notice", "x" * 5000).returncode)
        alice.expect_silence()

    def test_members(self):
        room = self.open_controlled(witnesses=False)
        self.assertEqual("0 members\n", self.done("members"))
        self.assertEqual([], self.objects("members"))
        li, bob = room.join("李雷"), room.join("bob")
        li.say("hello")
        bob.expect("李雷 ： hello")
        listed = {member["name"]: member for member in self.objects("members")}
        self.assertEqual({"李雷", "bob"}, set(listed))
        member = listed["bob"]
        self.assertEqual("127.0.0.1:%d" % bob.socket.getsockname()[1], member["endpoint"])
        self.assertEqual("127.0.0.1:%d" % room.doors[0][1], member["door"])
        self.assertRegex(member["since"], "^%s$" % TIME)
        self.assertEqual((1, 0, 0, 0, False), tuple(member[key] for key in
                                                    ("delivered", "dropped", "owed", "undelivered", "muted")))
        self.assertEqual(("plain", False), (member["protocol"], member["away"]))
        self.assertIsInstance(member["idle"], int)
        lines = self.done("members").splitlines()
        self.assertEqual("2 members", lines[0])
        self.assertEqual(4, len(lines))

    def test_kick(self):
        room = self.open_controlled()
        bob, = room.members("bob")
        self.assertEqual("bob was removed\n", self.done("kick", "bob", "too", "loud"))
        bob.joined = False
        bob.expect("您已被管理员移出聊天室。too loud", "EXIT")
        result = self.roomctl("kick", "bob")
        self.assertEqual((1, ""), (result.returncode, result.stdout))
        self.assertIn("nobody here has that name", result.stderr)
        result = self.roomctl("--json", "kick", "bob")
        self.assertEqual((1, ""), (result.returncode, result.stderr))
        self.assertIs(False, json.loads(result.stdout)["ok"])

    def test_ban_unban_and_bans(self):
        room = self.open_controlled()
        room.members("bob")
        self.assertEqual("nobody is banned or muted\n", self.done("bans"))
        self.assertEqual([], self.objects("bans"))
        self.assertRegex(self.done("ban", "bob", "--for", "2h"), "^bob was removed, and is banned for 2h; ")
        self.assertEqual("192.0.2.0/24 is banned until the program ends; 0 members were removed\n",
                         self.done("ban", "192.0.2.0/24"))
        name, network = self.objects("bans")
        self.assertEqual(("ban", "bob", None), (name["kind"], name["name"], name["network"]))
        self.assertRegex(name["until"], "^%s$" % TIME)
        self.assertEqual({"kind": "ban", "name": None, "network": "192.0.2.0/24", "until": None}, network)
        self.assertRegex(self.done("bans"), r"^banned:\n  bob  .* left\n  192\.0\.2\.0/24  until the program ends\n$")
        self.assertEqual("bob: no longer banned\n", self.done("unban", "bob"))
        self.assertEqual([{"ok": True, "message": "192.0.2.0/24: no longer banned"}],
                         self.objects("unban", "192.0.2.0/24"))
        self.assertEqual(1, self.roomctl("unban", "bob").returncode)
        for wrong in (("bob", "soon"), ("192.0.2.7/24",), ("1.2.3.4/33", "1h")):
            self.assertEqual(EX_USAGE, self.roomctl("ban", *wrong).returncode, wrong)

    def test_mute_and_unmute(self):
        room = self.open_controlled()
        alice, bob = room.members("alice", "bob")
        self.assertEqual("bob is muted for 10m\n", self.done("mute", "bob", "--for", "10m"))
        bob.ask("C bob hello", "消息没有发送: 您已被管理员禁言")
        self.assertEqual([True], [member["muted"] for member in self.objects("members") if member["name"] == "bob"])
        self.assertEqual(["mute"], [ban["kind"] for ban in self.objects("bans")])
        self.assertEqual([{"ok": True, "message": "bob may speak again"}], self.objects("unmute", "bob"))
        bob.say("hello")
        alice.expect("bob ： hello")
        self.assertEqual(1, self.roomctl("unmute", "bob").returncode)

    def test_stats(self):
        room = self.open_controlled()
        room.client().send("nonsense")
        room.fence()
        text = self.done("stats")
        self.assertRegex(text, r"(?m)^members 2$")
        self.assertRegex(text, r'(?m)^refused_total\{reason="unknown_verb"\} 1$')
        stats, = self.objects("stats")
        self.assertEqual(2, stats["members"])
        self.assertEqual(1, stats["refused_total"]["unknown_verb"])
        self.assertEqual(0, stats["refused_total"]["muted"])
        for line in text.splitlines():
            self.assertRegex(line, r'^[a-z0-9_]+(\{reason="[a-z0-9_]+"\})? \d+$')
            self.assertIn(re.split("[ {]", line)[0], stats)

    def test_options_may_follow_the_command(self):
        self.open_controlled()
        result = self.roomctl("members", "--json")
        self.assertEqual(0, result.returncode)
        self.assertEqual(["teller", "witness"], [json.loads(line)["name"] for line in result.stdout.splitlines()])

    def test_reload(self):
        room = self.open_controlled()
        self.assertEqual("reload: nothing has changed\n", self.done("reload"))
        room.config.write_text("[room]\nmax_members = 3\nring = 1 MiB\n", encoding="utf-8")
        answer = self.done("reload")
        self.assertIn("room.max_members is now '3' (was '10000')", answer)
        self.assertIn("room.ring = '1 MiB' needs a restart", answer)
        room.config.write_text("[room]\nmax_members = 4\nmax_nam = 3\n", encoding="utf-8")
        result = self.roomctl("reload")
        self.assertEqual((1, ""), (result.returncode, result.stdout))
        self.assertIn("%s:3: " % room.config, result.stderr)
        self.assertIn("nothing was changed", result.stderr)
        result = self.roomctl("--json", "reload")
        self.assertEqual((1, ""), (result.returncode, result.stderr))
        self.assertEqual([False, False], [json.loads(line)["ok"] for line in result.stdout.splitlines()])
        room.join("third")
        room.client().ask("L fourth", "聊天室已满")

    def test_a_reload_with_many_mistakes_reports_them_all(self):
        room = self.open_controlled()
        room.config.write_text("[room]\n" + "mistake-%s = 1\n" % ("x" * 100) * 150, encoding="utf-8")
        result = self.roomctl("reload")
        self.assertEqual(1, result.returncode)
        self.assertEqual(151, len(result.stderr.splitlines()))

    def test_stop_answers_before_it_ends(self):
        for arguments in ((), ("--json",)):
            room = self.open_controlled()
            watch = self.watch()
            result = self.roomctl(*arguments, "stop")
            self.assertEqual((0, ""), (result.returncode, result.stderr))
            self.assertIn("stopping", result.stdout)
            self.assertEqual(0, room.wait_for_exit())
            self.assertEqual(0, watch.wait())
            self.assertFalse(os.path.lexists(self.path))

    def test_no_control_sequence_is_printed(self):
        room = self.open_controlled()
        watch = self.watch()
        mallory, = room.members("mallory")
        mallory.say("\x1b[2J\x9b2J\u202eabc")
        watch.stdout.wait_for("abc")
        answers = self.roomctl("kick", "\x1b]0;x\a").stderr + self.roomctl("ban", "a", "\x1b[2J").stderr
        self.assertNotRegex(watch.stdout.text() + answers, "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]")


class Watching(ControlTest):
    def test_joins_messages_exits_and_notices_in_order(self):
        room = self.open_controlled()
        plain, watch = self.watch(), self.watch("--json")
        alice, = room.members("alice")
        alice.say('say "hi"')
        self.done("notice", "tea")
        alice.expect("管理员消息: tea")
        alice.leave()
        room.members("bob")
        self.done("kick", "bob")
        room.clients[-1].joined = False
        watch.stdout.wait_for('"kicked"')
        events = [json.loads(line) for line in watch.stdout.text().splitlines()]
        self.assertEqual(list(range(events[0]["seq"], events[0]["seq"] + len(events))),
                         [event["seq"] for event in events])
        for event in events:
            self.assertRegex(event.pop("time"), "^%s$" % TIME)
            del event["seq"]
        mine = [event for event in events if event["name"] != "teller"]
        self.assertEqual([{"kind": "join", "name": "alice", "text": ""},
                          {"kind": "chat", "name": "alice", "text": 'say "hi"'},
                          {"kind": "notice", "name": "", "text": "tea"},
                          {"kind": "exit", "name": "alice", "text": "", "reason": "left"},
                          {"kind": "join", "name": "bob", "text": ""},
                          {"kind": "exit", "name": "bob", "text": "", "reason": "kicked"}], mine)
        plain.stdout.wait_for("^%s bob left .kicked.$" % TIME)
        plain.stdout.wait_for('^%s alice: say "hi"$' % TIME)
        plain.stdout.wait_for("^%s .notice. tea$" % TIME)

    def test_a_slow_watcher_is_told_what_it_missed(self):
        room = self.open_controlled("room.ring=64 KiB")
        alice, = room.members("alice")
        slow = self.connect().ask("watch", as_json=True)
        self.wait_for("watchers", 1)
        for number in range(800):  # the socket holds some hundreds of them, the ring seventy
            alice.say("%d %s" % (number, "x" * 880))
            if number % 20 == 0:
                room.fence()
        self.done("notice", "the end")
        events = []
        while not events or events[-1].get("text") != "the end":
            events.append(json.loads(slow.frame()[1]))
        missed = 0
        expected = events[0]["seq"]
        for event in events:
            if event["kind"] == "missed":
                expected += event["count"]
                missed += event["count"]
                continue
            self.assertEqual(expected, event["seq"])
            expected += 1
        self.assertGreater(missed, 0)

    def test_a_watcher_with_nothing_to_tell_stays_and_one_that_left_is_forgotten(self):
        room = self.open_controlled()
        watches = [self.watch() for _ in range(5)]
        for watch in watches[:4]:
            watch.stop()
        self.wait_for("watchers", 1)
        room.members("alice")
        watches[4].stdout.wait_for("alice joined")

    def test_when_roomd_is_killed_the_answer_has_broken_off(self):
        room = self.open_controlled()
        watch = self.watch()
        room.process.kill()
        room.wait_for_exit()
        self.assertEqual(EX_TEMPFAIL, watch.wait())
        watch.stderr.wait_for("broke off")


class Thousand(ControlTest):
    """A large room, and clients that never read."""

    def fill(self, room, count):
        raise_descriptor_limit(count + 700)
        clients = [room.client() for _ in range(count)]
        for first in range(0, count, 50):
            for number, client in enumerate(clients[first:first + 50], first):
                client.name = "m%04d" % number
                client.send("L " + client.name)
            self.wait_for("members", first + 50 + 2)
        return clients

    def test_members_are_listed_while_they_come_and_go(self):
        room = self.open_controlled()
        clients = self.fill(room, SIZE)
        staying = {client.name for client in clients[::2]} | {"teller", "witness"}
        chance = random.Random(20261121)
        for _ in range(10):
            roomctl = subprocess.Popen([program(), "-s", str(self.path), "members", "--json"],
                                       env=clean_environment(), stdout=subprocess.PIPE)
            while roomctl.poll() is None and not self.readable(roomctl.stdout):
                client = chance.choice(clients[1::2])
                client.send(chance.choice("LE") + " " + client.name)
            output, _ = roomctl.communicate(timeout=PATIENCE_S)
            self.assertEqual(0, roomctl.returncode)
            names = [json.loads(line)["name"] for line in output.splitlines()]
            self.assertEqual(len(names), len(set(names)))
            self.assertLessEqual(staying, set(names))

    @staticmethod
    def readable(stream):
        """Reads the first bytes as they come: the pipe of roomctl holds less than the whole list."""
        poll = select.poll()
        poll.register(stream, select.POLLIN)
        return bool(poll.poll(0))

    def test_two_hundred_clients_that_do_not_read_disturb_nobody(self):
        room = self.open_controlled("room.ring=64 KiB")
        self.fill(room, SIZE)
        for number in range(200):
            self.connect().ask(("members", "watch")[number % 2], as_json=number % 3 == 0)
        alice, bob = room.join("alice"), room.join("bob")
        for number in range(500):  # so that watchers are stuck too
            alice.say("%d %s" % (number, "x" * 880))
            bob.read_until(b"%d x" % number)
        for client in (alice, bob):
            client.read_waiting()
            client.pending.clear()
        before = room.wake_ups()
        time.sleep(2)  # the interval that the promise is about
        self.assertLess(room.wake_ups() - before, 20)
        for number in range(20):
            alice.say("again %d" % number)
            bob.expect("alice ： again %d" % number)
        self.assertEqual(SIZE + 4, len(self.objects("members")))
        self.assertEqual(201, self.stats()["control_clients"])

    def test_when_all_places_are_taken_a_client_is_told_so_and_a_stuck_one_is_closed(self):
        self.open_controlled()
        raise_descriptor_limit(1000)
        waiting = [self.connect().ask("watch") for _ in range(256 - 1)]
        self.wait_for("watchers", 255)
        silent = self.connect()
        lines, result = self.connect().answer()
        self.assertEqual(BUSY, result)
        self.assertIn("try again", lines[0])
        result = self.roomctl("members")
        self.assertEqual(EX_TEMPFAIL, result.returncode)
        deadline = time.monotonic() + PATIENCE_S
        while self.roomctl("members").returncode != 0:  # until the silent one counts as stuck
            self.assertLess(time.monotonic(), deadline)
        with self.assertRaises(EOFError):
            silent.frame()
        waiting.pop().close()
        self.wait_for("watchers", 254)

    def test_output_may_be_cut_short(self):
        room = self.open_controlled()
        self.fill(room, SIZE)
        roomctl = subprocess.Popen([program(), "-s", str(self.path), "members"], env=clean_environment(),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(b"1002 members\n", roomctl.stdout.readline())
        roomctl.stdout.close()
        self.assertEqual(b"", roomctl.stderr.read())
        roomctl.stderr.close()
        self.assertEqual(0, roomctl.wait(PATIENCE_S))


class Bytes(ControlTest):
    """Bytes that roomctl would never send."""

    def test_bytes_that_are_no_request_are_refused(self):
        self.open_controlled()
        longest = b"q\x01\x00" + b"x" * 8190
        for data, words in ((b"GET / HTTP/1.1\r\n\r\n", "longer than 8 KiB"), (b"\xff" * 9, "longer than 8 KiB"),
                            (struct.pack(">I", 8194) + b"q", "longer than 8 KiB"),
                            (struct.pack(">I", 0), "no request"), (struct.pack(">I", 3) + b"z\x01\x00", "no request"),
                            (struct.pack(">I", 3) + b"lhi", "no request"), (struct.pack(">I", 2) + b"q\x01", "no request"),
                            (struct.pack(">I", 7) + b"q\x02\x00stop", "different versions"),
                            (struct.pack(">I", 7) + b"q\x01\x40stop", "different versions"),
                            (request("stop") + b"x", "nothing behind it"), (request("members") * 2, "nothing behind it"),
                            (request("st\0p"), "NUL byte"), (struct.pack(">I", len(longest)) + longest, "too long"),
                            (request("frobnicate"), "there is no command"), (request(""), "there is no command"),
                            (request("stop now"), "takes nothing after it")):
            with self.subTest(data=data[:20]):
                connection = self.connect()
                connection.send(data)
                lines, result = connection.answer()
                self.assertEqual(USAGE, result)
                self.assertIn(words, lines[0])
        self.assertRegex(self.done("members"), "^2 members\n")

    def test_a_request_may_come_in_pieces(self):
        self.open_controlled()
        connection = self.connect()
        for byte in request("members"):
            connection.send(bytes((byte,)))
        self.assertEqual(DONE, connection.answer()[1])

    def test_a_client_that_leaves_in_the_middle_of_anything_is_forgotten(self):
        self.open_controlled()
        data = request("members")
        for length in (0, 1, 4, 5, 7, len(data)):
            connection = Connection(self.path)
            connection.send(data[:length])
            connection.close()
        self.connect().ask("watch").close()
        self.wait_for("control_clients", 1)

    def test_a_watcher_that_sends_more_is_closed(self):
        self.open_controlled()
        connection = self.connect().ask("watch")
        self.wait_for("watchers", 1)
        connection.send(request("stop"))
        with self.assertRaises(EOFError):
            connection.frame()
        self.assertRegex(self.done("members"), "^2 members\n")

    def test_random_bytes_harm_nobody(self):
        room = self.open_controlled()
        chance = random.Random(20261121)
        for _ in range(300):
            data = bytearray(request(chance.choice(COMMANDS[:6]) + " x"))
            for _ in range(chance.randrange(4)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            connection = Connection(self.path)
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.send(data[:chance.randrange(len(data) + 1)])
            connection.close()
        room.fence()
        self.wait_for("control_clients", 1)

    def test_a_client_that_connects_and_sends_nothing_is_dropped(self):
        self.open_controlled()
        connection = self.connect()
        with self.assertRaises(EOFError):
            connection.frame()

    def test_without_descriptors_no_client_is_accepted_and_the_room_goes_on(self):
        room = self.open_controlled(before_exec=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40)))
        alice, bob = room.members("alice", "bob")
        connections = [Connection(self.path) for _ in range(60)]
        room.stderr.wait_for("the control socket takes nobody now")
        before = room.wake_ups()
        for number in range(20):
            alice.say("%d" % number)
            bob.expect("alice ： %d" % number)
        self.assertLess(room.wake_ups() - before, 2000)
        for connection in connections:
            connection.close()
        self.assertRegex(self.done("members"), "^4 members\n")


class Answers(ControlTest):
    """How roomctl handles answers of other programs."""

    def answered(self, *pieces):
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.addCleanup(listener.close)
        listener.bind(str(self.path))
        listener.listen(1)
        roomctl = Watch("-s", self.path, "members")
        self.addCleanup(roomctl.stop)
        listener.settimeout(PATIENCE_S)
        peer, _ = listener.accept()
        with peer:
            peer.recv(65536)
            for piece in pieces:
                peer.sendall(piece)
        os.unlink(self.path)
        return roomctl.wait(), roomctl.stdout.text(), roomctl.stderr.text()

    def test_an_answer_that_breaks_off(self):
        for pieces in ((), (b"\0\0\0\x03lhi",), (b"\0\0\0\x03lhi", b"\0\0\0\x02")):
            status, stdout, stderr = self.answered(*pieces)
            self.assertEqual(EX_TEMPFAIL, status)
            self.assertEqual("hi" if pieces else "", stdout)
            self.assertIn("broke off", stderr)

    def test_a_program_that_is_no_roomd(self):
        status, _, stderr = self.answered(b"HTTP/1.1 400 Bad Request\r\n")
        self.assertEqual(EX_PROTOCOL, status)
        self.assertIn("no roomd", stderr)

    def test_an_answer_in_pieces(self):
        data = b"\0\0\0\x03lhi\0\0\0\x02e\0"
        status, stdout, stderr = self.answered(*(bytes((byte,)) for byte in data))
        self.assertEqual((0, "hi", ""), (status, stdout, stderr))


class Place(ControlTest):
    """The socket in the file system."""

    def start(self, *options):
        """The result of a start that fails."""
        return run_roomd("-c", "/dev/null", "--set", "room.listen=127.0.0.1:0", "--set",
                         "admin.control=%s" % self.path, *options)

    def test_nobody_else_reaches_it_whatever_the_umask(self):
        for mask in (0o000, 0o077, 0o777):
            room = self.open_controlled(before_exec=lambda: os.umask(mask))
            mode = os.lstat(self.path).st_mode
            self.assertTrue(stat.S_ISSOCK(mode))
            self.assertEqual(0o660, stat.S_IMODE(mode))
            room.stop()
            self.assertFalse(os.path.lexists(self.path))

    def test_the_socket_of_a_killed_roomd_is_replaced(self):
        room = self.open_controlled()
        room.process.kill()
        room.wait_for_exit()
        self.assertTrue(os.path.lexists(self.path))
        self.assertEqual(EX_UNAVAILABLE, self.roomctl("members").returncode)
        self.open_controlled()
        self.assertRegex(self.done("members"), "^2 members\n")

    def test_a_socket_that_another_roomd_listens_on_is_left_alone(self):
        self.open_controlled()
        result = self.start()
        self.assertEqual(EX_UNAVAILABLE, result.returncode, result.stderr)
        self.assertIn("another program listens on the control socket %s" % self.path, result.stderr)
        self.assertRegex(self.done("members"), "^2 members\n")

    def test_a_file_that_is_no_socket_is_left_alone(self):
        elsewhere = self.folder / "elsewhere"
        elsewhere.write_text("precious", encoding="utf-8")
        for make in (lambda: self.path.write_text("precious", encoding="utf-8"), self.path.mkdir,
                     lambda: self.path.symlink_to(elsewhere), lambda: os.mkfifo(self.path)):
            make()
            result = self.start()
            self.assertEqual(EX_CONFIG, result.returncode, result.stderr)
            self.assertIn("%s exists and is not a socket" % self.path, result.stderr)
            self.assertTrue(os.path.lexists(self.path))
            if self.path.is_dir() and not self.path.is_symlink():
                self.path.rmdir()
            else:
                self.path.unlink()
        self.assertEqual("precious", elsewhere.read_text(encoding="utf-8"))

    def test_a_missing_folder(self):
        self.path = self.folder / "missing" / "control"
        result = self.start()
        self.assertEqual(71, result.returncode, result.stderr)
        self.assertIn(str(self.path), result.stderr)

    def test_a_socket_that_took_its_place_is_not_removed(self):
        room = self.open_controlled()
        self.path.unlink()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other:
            other.bind(str(self.path))
            room.stop()
            self.assertTrue(os.path.lexists(self.path))

    def test_a_missing_group_is_reported_if_it_was_configured(self):
        room = self.open_controlled("admin.group=no-such-group-here")
        self.assertIn("there is no group no-such-group-here", room.stderr.text())
        room.stop()
        room = self.open_controlled("admin.group=")
        self.assertNotIn("group", room.stderr.text())


@unittest.skipUnless(os.geteuid() == 0, "only root can be somebody else")
class Others(ControlTest):
    """Permissions. Everybody can reach the folder, and run the program."""

    def setUp(self):
        super().setUp()
        self.folder.chmod(0o755)
        self.copy = self.folder / "roomctl"
        shutil.copy(program(), self.copy)
        self.copy.chmod(0o755)
        self.nobody = pwd.getpwnam("nobody").pw_uid
        self.group = grp.getgrnam("daemon")
        self.other_group = grp.getgrnam("nogroup").gr_gid
        self.counts = self.folder / "counts"  # what ./dev coverage builds writes some, or complains
        self.counts.mkdir()
        self.counts.chmod(0o777)

    def as_nobody(self, group, extra_groups=()):
        result = subprocess.run([str(self.copy), "-s", str(self.path), "members"],
                                env=clean_environment({"GCOV_PREFIX": str(self.counts)}),
                                timeout=PATIENCE_S, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, user=self.nobody, group=group, extra_groups=extra_groups,
                                cwd="/")
        return result.returncode, result.stdout.decode(), result.stderr.decode()

    def test_others_do_not_reach_it(self):
        self.open_controlled()
        status, stdout, stderr = self.as_nobody(self.other_group)
        self.assertEqual((EX_NOPERM, ""), (status, stdout))
        self.assertIn("roomd-admin", stderr)

    def test_others_that_reach_it_are_told_why_not(self):
        self.open_controlled("admin.group=daemon")
        self.path.chmod(0o666)
        status, stdout, stderr = self.as_nobody(self.other_group)
        self.assertEqual((EX_NOPERM, ""), (status, stdout))
        self.assertIn("you are neither root, nor the user that roomd runs as, nor in the group daemon", stderr)

    def test_the_group_may_use_it_whether_first_or_one_of_many(self):
        fifo = self.folder / "fifo"
        self.open_controlled("admin.group=daemon", "admin.fifo=%s" % fifo)
        for path in (self.path, fifo):
            self.assertEqual(self.group.gr_gid, os.lstat(path).st_gid)
        self.assertEqual(0o620, stat.S_IMODE(os.lstat(fifo).st_mode))
        for group, extra in ((self.group.gr_gid, ()), (self.other_group, (self.group.gr_gid,)),
                             (self.other_group, tuple(range(20000, 20100)) + (self.group.gr_gid,))):
            status, stdout, stderr = self.as_nobody(group, extra)
            self.assertEqual((0, ""), (status, stderr))
            self.assertRegex(stdout, "^2 members\n")

    def test_a_socket_of_somebody_else_is_left_alone(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other:
            other.bind(str(self.path))
        os.chown(self.path, self.nobody, -1)
        result = run_roomd("-c", "/dev/null", "--set", "room.listen=127.0.0.1:0", "--set",
                           "admin.control=%s" % self.path)
        self.assertEqual(EX_CONFIG, result.returncode, result.stderr)
        self.assertIn("belongs to somebody else (user %d)" % self.nobody, result.stderr)
        self.assertTrue(os.path.lexists(self.path))


if __name__ == "__main__":
    unittest.main()
