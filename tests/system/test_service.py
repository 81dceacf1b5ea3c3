# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
The package under a real systemd, in a box of its own: it is installed, started, administered, reloaded, watched,
stopped, upgraded and removed.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import stat
import subprocess
import time
import unittest

from roomd_process import PATIENCE_S, Output, clean_environment, fail_on_sanitizer_report, program
from roomd_service import BoxTest
from test_broken_configs import BROKEN, OTHER, WHOLE
from traffic import Traffic

SOURCE = pathlib.Path(__file__).resolve().parents[2]
UNITS = SOURCE / "systemd"
NO_INPUT, UNAVAILABLE, NO_PERMISSION, CONFIGURATION = 66, 69, 77, 78
MOST_EXPOSURE = 1.2
CRASHES = 3
TRUSTED, STRANGER = "room-teacher", "room-pupil"

# The configuration of the service: the lines of the packaged file, and English.
STORE = "/var/lib/roomd/roomd.db"
FIFO = ("[admin]\nfifo = /run/roomd/fifo\ncontrol = /run/roomd/control\n"
        "[store]\npath = %s\n" % STORE)
PLAIN = FIFO + "[plain]\nlanguage = en\n"


class Units(unittest.TestCase):
    def test_an_instance_differs_in_its_names_only(self):
        def settings(name):
            lines = (UNITS / name).read_text(encoding="utf-8").splitlines()
            return [line for line in lines if line and not line.startswith("#")]

        own = (" --set admin.fifo=/run/roomd-%i/fifo --set admin.control=/run/roomd-%i/control"
               " --set store.path=/var/lib/roomd-%i/roomd.db")
        instance = "\n".join(settings("roomd@.service")).replace(own, "").replace("/etc/roomd/%i.conf", "/etc/roomd/roomd.conf")
        instance = instance.replace("roomd-%i", "roomd").replace("room %i on", "room on")
        self.assertEqual("\n".join(settings("roomd.service")), instance)


class Service(BoxTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.box.run("systemctl", "stop", "roomd")
        cls.box.run("useradd", "--groups=roomd-admin", TRUSTED)
        cls.box.run("useradd", STRANGER)

    def setUp(self):
        self.configure(PLAIN)
        self.box.run("sh", "-c", "rm -rf /var/lib/private/roomd*/*")  # nobody is in the room
        self.box.run("systemctl", "reset-failed")
        self.addCleanup(self.box.run, "systemctl", "stop", "roomd", "roomd@*")

    def start(self, unit="roomd", **keywords):
        self.box.run("systemctl", "start", unit)
        return self.room(unit, **keywords)

    def expect_failure(self, status, unit="roomd"):
        """It has failed once, and was not started again."""
        self.assertEqual(("failed", "failed", "0", str(status)), tuple(
            self.box.property(unit, name) for name in ("ActiveState", "SubState", "NRestarts", "ExecMainStatus")))

    # ---- starting and stopping ----

    def test_it_is_started_when_it_takes_datagrams(self):
        before = self.box.journal_end()
        room = self.start()
        self.assertEqual("active", self.box.property("roomd", "ActiveState"))
        self.box.in_journal("roomd", r"room lobby is open on 0\.0\.0\.0:8888, \[::\]:8888", before)
        alice, bob = room.members("alice", "bob")
        alice.say("hello")
        bob.expect("alice: hello")
        self.assertRegex(self.box.property("roomd", "StatusText"), "member")

    def test_it_ends_well_and_leaves_nothing_in_run(self):
        self.start()
        self.assertTrue(self.box.path("/run/roomd/fifo").is_fifo())
        self.box.run("systemctl", "stop", "roomd")
        self.assertEqual(("inactive", "success", "0"), tuple(
            self.box.property("roomd", name) for name in ("ActiveState", "Result", "ExecMainStatus")))
        self.assertFalse(self.box.path("/run/roomd").exists())

    # ---- administering ----

    def test_a_notice_goes_through_the_fifo(self):
        alice, = self.start().members("alice")
        self.box.run("sh", "-c", "echo tea is ready >/run/roomd/fifo")
        alice.expect("Notice: tea is ready")

    def test_the_fifo_is_for_the_group_and_for_nobody_else(self):
        alice, = self.start().members("alice")
        write = ("sh", "-c", "echo tea is ready >/run/roomd/fifo")
        self.assertNotEqual(0, self.as_user(STRANGER, *write, check=False).returncode)
        self.as_user(TRUSTED, *write)
        alice.expect("Notice: tea is ready")
        self.assertNotEqual(0, self.as_user(TRUSTED, "cat", "/run/roomd/fifo", check=False).returncode)

    def test_roomctl_is_for_root_and_the_group_and_for_nobody_else(self):
        alice, = self.start().members("alice")
        self.box.run("roomctl", "notice", "from root")
        alice.expect("Notice: from root")
        self.as_user(TRUSTED, "roomctl", "notice", "from the group")
        alice.expect("Notice: from the group")
        self.assertIn("alice", self.as_user(TRUSTED, "roomctl", "members").stdout)
        refused = self.as_user(STRANGER, "roomctl", "members", check=False)
        self.assertEqual((NO_PERMISSION, ""), (refused.returncode, refused.stdout))
        self.assertTrue(refused.stderr)
        alice.expect_silence()

    # ---- reload ----

    def test_a_reload_takes_the_new_file(self):
        alice, bob = self.start().members("alice", "bob")
        pid = self.box.property("roomd", "MainPID")
        before = self.box.journal_end()
        self.configure(PLAIN + "chat = {name} says {text}\n")
        self.box.run("systemctl", "reload", "roomd")
        self.box.in_journal("roomd", r"plain\.chat", before)
        alice.say("hello")
        bob.expect("alice says hello")
        self.assertEqual(pid, self.box.property("roomd", "MainPID"))

    def test_a_reload_of_a_bad_file_fails_says_where_and_changes_nothing(self):
        alice, bob = self.start().members("alice", "bob")
        pid = self.box.property("roomd", "MainPID")
        before = self.box.journal_end()
        self.configure(PLAIN + "chat = {name} says {text}\ncaht = x\n")
        self.assertNotEqual(0, self.box.run("systemctl", "reload", "roomd", check=False).returncode)
        self.box.in_journal("roomd", r"/etc/roomd/roomd\.conf:9: .*did you mean", before)
        alice.say("hello")
        bob.expect("alice: hello")
        self.assertEqual((pid, "active"), (self.box.property("roomd", "MainPID"), self.box.property("roomd", "ActiveState")))

    # ---- mistakes at a start ----

    def test_a_start_with_a_broken_configuration_fails_once(self):
        before = self.box.journal_end()
        for name, text, line, _ in BROKEN:
            with self.subTest(name):
                self.configure(WHOLE.get(name) or OTHER + text)
                self.assertNotEqual(0, self.box.run("systemctl", "start", "roomd", check=False).returncode)
                self.expect_failure(CONFIGURATION)
                self.box.run("systemctl", "reset-failed")
        self.box.run("journalctl", "--sync")
        told = self.box.journal("--output=cat", "--unit=roomd", "--after-cursor=" + before)
        for line in {line for _, _, line, _ in BROKEN if line}:
            self.assertIn("/etc/roomd/roomd.conf:%d: " % line, told)

    def test_a_start_without_a_readable_file_fails_once(self):
        ways = {"missing": "rm /etc/roomd/roomd.conf", "unreadable": "chmod 0600 /etc/roomd/roomd.conf",
                "a folder": "rm /etc/roomd/roomd.conf && mkdir /etc/roomd/roomd.conf"}
        for name, command in ways.items():
            with self.subTest(name):
                self.box.run("sh", "-c", "rm -rf /etc/roomd/roomd.conf && touch /etc/roomd/roomd.conf && " + command)
                before = self.box.journal_end()
                self.assertNotEqual(0, self.box.run("systemctl", "start", "roomd", check=False).returncode)
                self.assertIn(self.box.property("roomd", "ExecMainStatus"), (str(NO_INPUT), str(CONFIGURATION)))
                self.expect_failure(self.box.property("roomd", "ExecMainStatus"))
                self.box.in_journal("roomd", r"/etc/roomd/roomd\.conf: ", before)
        self.box.run("rmdir", "/etc/roomd/roomd.conf")

    def test_a_start_waits_for_an_address_that_another_program_still_has(self):
        with self.box.network():
            other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with other:
            other.bind(("0.0.0.0", 8888))
            self.box.run("systemctl", "start", "--no-block", "roomd")
            self.box.wait_for("it is not tried again", lambda: int(self.box.property("roomd", "NRestarts")) >= 2)
        self.box.wait_for("it does not start", lambda: self.box.property("roomd", "ActiveState") == "active")

    def test_a_port_below_1024_takes_a_capability(self):
        self.configure(PLAIN + "[room]\nlisten = 127.0.0.1:88\n")
        self.assertNotEqual(0, self.box.run("systemctl", "start", "roomd", check=False).returncode)
        self.expect_failure(NO_PERMISSION)
        self.drop_in("roomd.service", "[Service]\nCapabilityBoundingSet=CAP_NET_BIND_SERVICE\n"
                                      "AmbientCapabilities=CAP_NET_BIND_SERVICE\n")
        self.start(port=88).members("alice", "bob")

    # ---- hardening ----

    def test_its_exposure_is_small(self):
        for unit in ("roomd.service", "roomd@lab.service"):
            with self.subTest(unit=unit):
                table = self.box.run("systemd-analyze", "security", "--no-pager", unit).stdout
                exposure = re.search(r"Overall exposure level for \S+: ([\d.]+)", table)
                self.assertLessEqual(float(exposure.group(1)), MOST_EXPOSURE, table)

    def test_systemd_has_nothing_to_say_about_the_units(self):
        result = self.box.run("systemd-analyze", "verify", "--man=no", "/lib/systemd/system/roomd.service",
                              "/lib/systemd/system/roomd@lab.service")
        self.assertEqual("", re.sub(r"(?m)^(?!.*roomd).*\n", "", result.stdout + result.stderr))

    def test_it_runs_as_a_user_of_its_own(self):
        self.start()
        status = self.box.run("cat", "/proc/%s/status" % self.box.property("roomd", "MainPID")).stdout
        self.assertNotRegex(status, r"(?m)^Uid:.*\b0\b")
        self.assertRegex(status, r"(?m)^CapBnd:\s+0+$")
        self.assertRegex(status, r"(?m)^NoNewPrivs:\s+1$")
        self.assertRegex(status, r"(?m)^Seccomp:\s+2$")

    # ---- two rooms ----

    def test_two_instances_are_two_rooms(self):
        rooms = {}
        for name, port in (("lab", 9001), ("hall", 9002)):
            self.configure("[room]\nname = %s\nlisten = 127.0.0.1:%d\n[plain]\nlanguage = en\n" % (name, port), name)
            rooms[name] = self.start("roomd@" + name, port=port)
        members = {name: room.members("alice")[0] for name, room in rooms.items()}
        for name, member in members.items():
            self.box.run("sh", "-c", "echo for the %s >/run/roomd-%s/fifo" % (name, name))
            member.expect("Notice: for the " + name)
        self.box.run("systemctl", "stop", "roomd@lab")
        self.box.run("sh", "-c", "echo still here >/run/roomd-hall/fifo")
        members["hall"].expect("Notice: still here")
        self.assertFalse(self.box.path("/run/roomd-lab").exists())

    def test_roomctl_finds_an_instance_by_its_name(self):
        self.configure("[room]\nlisten = 127.0.0.1:9001\n", "lab")
        self.start("roomd@lab", port=9001).members("alice")
        self.assertIn("alice", self.box.run("roomctl", "-s", "lab", "members").stdout)

    # ---- restarts and crashes ----

    def wait_for_the_next_process(self, pid):
        self.box.wait_for("there is no new process", lambda: self.box.property("roomd", "MainPID") not in ("0", pid) and
                          self.box.property("roomd", "ActiveState") == "active")

    def test_a_restart_keeps_everybody_in_the_room(self):
        alice, bob = self.start().members("alice", "bob")
        pid = self.box.property("roomd", "MainPID")
        self.box.run("systemctl", "restart", "roomd")
        self.assertNotEqual(pid, self.box.property("roomd", "MainPID"))
        alice.say("still here")
        bob.expect("alice: still here")

    def test_a_crash_keeps_everybody_in_the_room(self):
        alice, bob = self.start().members("alice", "bob")
        pid = self.box.property("roomd", "MainPID")
        self.box.run("kill", "-KILL", pid)
        self.wait_for_the_next_process(pid)
        self.assertEqual("1", self.box.property("roomd", "NRestarts"))
        alice.say("still here")
        bob.expect("alice: still here")

    def test_twenty_crashes_in_a_row_do_not_keep_it_down(self):
        alice, bob = self.start().members("alice", "bob")
        for _ in range(20):
            pid = self.box.property("roomd", "MainPID")
            self.box.run("kill", "-KILL", pid)
            self.wait_for_the_next_process(pid)
        alice.say("still here")
        bob.expect("alice: still here")

    def test_a_hundred_members_speak_through_restarts(self):
        traffic = self.speak_through(lambda pid: self.box.run("systemctl", "restart", "roomd"))
        self.assertEqual({}, traffic.missing(), "each message reached everybody")

    def test_a_hundred_members_speak_through_crashes(self):
        traffic = self.speak_through(lambda pid: self.box.run("kill", "-KILL", pid))
        self.assertEqual([], traffic.unexplained(), "nothing is lost but what a killed process had read and not yet sent")
        print("%d of %d messages were lost with the processes that had read them" % (len(traffic.missing()), traffic.said))

    def speak_through(self, how):
        # Only root may have a buffer that holds the datagrams of a second, however busy this machine is.
        self.drop_in("roomd.service", "[Service]\nCapabilityBoundingSet=CAP_NET_ADMIN\nAmbientCapabilities=CAP_NET_ADMIN\n")
        self.box.run("systemctl", "start", "roomd")
        with self.box.network():
            traffic = Traffic(("127.0.0.1", 8888), members=100, rate=1000)
        self.addCleanup(traffic.close)
        traffic.start()
        for _ in range(CRASHES):
            traffic.wait_for_more(500)
            pid = self.box.property("roomd", "MainPID")
            how(pid)
            traffic.note_crash()
            self.wait_for_the_next_process(pid)
        traffic.wait_for_more(500)
        traffic.stop()
        self.assertEqual([], traffic.other, "nobody was told of a join or an exit, or had to join again")
        self.assertEqual((0, 0), (traffic.repeated(), traffic.disorder))
        return traffic

    def test_a_stop_without_a_store_ends_the_room(self):
        self.configure(PLAIN.replace("[store]\npath = %s\n" % STORE, ""))
        alice, = self.start().members("alice")
        self.box.run("systemctl", "stop", "roomd")
        self.start().join("alice")  # the name is free
        alice.say("hello")
        alice.expect("join first")

    # ---- what is kept ----

    def read_store(self, query, file=STORE):
        """The rows of a query, as the sqlite3 of the manual would show them to root."""
        program = ("import json, sqlite3, sys; "
                   "print(json.dumps(sqlite3.connect('file:%s?mode=ro' % sys.argv[1], uri=True).execute(sys.argv[2]).fetchall()))")
        return json.loads(self.box.run("/usr/bin/python3", "-c", program, file, query).stdout)

    def test_a_restart_is_noticed_by_nobody(self):
        alice, = self.start().members("alice")
        carol = self.box.start("room", "--json", "--name", "carol", "127.0.0.1", stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
        output, errors = Output(carol.stdout), Output(carol.stderr)
        self.addCleanup(lambda: (carol.kill(), carol.wait(), output.join(), errors.join()))
        alice.expect("carol joined")
        for number, how in enumerate((("systemctl", "restart", "roomd"), ("kill", "-KILL", "%s"))):
            pid = self.box.property("roomd", "MainPID")
            self.box.run(*(word.replace("%s", pid) for word in how))
            self.wait_for_the_next_process(pid)
            carol.stdin.write(b"line %d\n" % number)
            carol.stdin.flush()
            alice.expect("carol: line %d" % number)
            alice.say("answer %d" % number)
            output.wait_for('"text":"answer %d"' % number)
        carol.stdin.close()
        self.assertEqual(0, carol.wait(PATIENCE_S))
        events = [json.loads(line) for line in output.text().splitlines()]
        joins = [event["name"] for event in events if event.get("kind") == "join" and event["seq"] > self.joined(events)]
        self.assertEqual([], joins)
        self.assertEqual([], [event for event in events if event.get("kind") in ("missed", "exit")])

    @staticmethod
    def joined(events):
        return max(event["seq"] for event in events if event.get("kind") == "join" and event["name"] == "carol")

    def test_what_was_said_is_in_a_file_of_the_services_own(self):
        alice, = self.start().members("alice")
        alice.say("for the record")
        self.assertEqual([["alice"]], self.box.wait_for("it is not kept", lambda: self.read_store(
            "SELECT name FROM history WHERE kind = 'chat' AND text = 'for the record'")))
        for name in ("roomd.db", "roomd.db-wal"):
            status = self.box.path("/var/lib/private/roomd/" + name).stat()
            self.assertEqual(0o600, stat.S_IMODE(status.st_mode))
            self.assertNotEqual(0, status.st_uid)
        self.assertNotEqual(0, self.as_user(STRANGER, "ls", "/var/lib/roomd/", check=False).returncode)
        self.box.run("roomctl", "backup", "/root/copy.db")
        self.assertEqual([["ok"]], self.read_store("PRAGMA integrity_check", "/root/copy.db"))
        self.as_user(TRUSTED, "roomctl", "forget", "alice")
        self.assertNotIn(b"for the record", self.box.path("/var/lib/private/roomd/roomd.db").read_bytes())

    def test_a_stop_leaves_a_whole_file(self):
        alice, = self.start().members("alice")
        alice.say("the last word")
        self.box.run("systemctl", "stop", "roomd")
        self.assertEqual([[1]], self.read_store("SELECT clean FROM log"))
        self.assertEqual([["the last word"]], self.read_store("SELECT text FROM history ORDER BY number DESC LIMIT 1"))
        self.assertEqual("", self.box.run("pgrep", "-f", "roomd-log-sqlite", check=False).stdout)

    def test_the_program_that_keeps_it_can_do_nothing_else(self):
        self.start()
        pid, = self.box.run("pgrep", "-f", "roomd-log-sqlite").stdout.split()
        status = self.box.run("cat", "/proc/%s/status" % pid).stdout
        self.assertRegex(status, r"(?m)^CapEff:\s+0+$")
        self.assertRegex(status, r"(?m)^NoNewPrivs:\s+1$")
        self.assertRegex(status, r"(?m)^Seccomp:\s+2$")

    def test_an_instance_has_a_store_of_its_own(self):
        self.configure("[room]\nlisten = 127.0.0.1:9001\n[plain]\nlanguage = en\n", "lab")
        self.start("roomd@lab", port=9001).members("alice")
        self.assertIn("alice", str(self.read_store("SELECT name FROM history", "/var/lib/roomd-lab/roomd.db")))

    def test_a_program_that_hangs_is_killed_and_started_again(self):
        self.drop_in("roomd.service", "[Service]\nWatchdogSec=1\nTimeoutAbortSec=1\n")
        alice, bob = self.start().members("alice", "bob")
        pid = self.box.property("roomd", "MainPID")
        time.sleep(2.5)  # longer than the watchdog's interval: a room that runs is left alone
        self.assertEqual((pid, "0"), (self.box.property("roomd", "MainPID"), self.box.property("roomd", "NRestarts")))
        before = self.box.journal_end()
        self.box.run("kill", "-STOP", pid)
        self.wait_for_the_next_process(pid)
        self.box.run("journalctl", "--sync")
        self.assertIn("Watchdog timeout", self.box.journal("--after-cursor=" + before))
        alice.say("still here")
        bob.expect("alice: still here")


class Package(BoxTest):
    """Each test is a step in the life of one installation; the numbers in their names order them."""

    def test_1_it_is_enabled_and_running(self):
        self.assertEqual("enabled", self.box.run("systemctl", "is-enabled", "roomd").stdout.strip())
        self.assertEqual("active", self.box.property("roomd", "ActiveState"))
        self.assertRegex(self.box.run("getent", "group", "roomd-admin").stdout, r"^roomd-admin:")

    def test_1_the_packaged_configuration_sets_nothing_but_paths(self):
        text = self.box.path("/etc/roomd/roomd.conf").read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if line and not line.startswith("#") and not line.startswith("[")]
        self.assertEqual(["path = /var/lib/roomd/roomd.db", "fifo = /run/roomd/fifo", "control = /run/roomd/control"],
                         lines)
        self.box.run("roomd", "--check")

    def test_2_the_test_of_the_package_passes(self):
        self.box.copy_in(SOURCE / "debian" / "tests" / "service", "/tmp/service")
        self.box.run("python3", "/tmp/service")
        self.box.run("systemctl", "start", "roomd")

    def test_3_an_upgrade_keeps_the_configuration_and_starts_every_room_anew(self):
        text = PLAIN + "[room]\nname = mine\n"
        self.configure(text)
        self.configure("[room]\nlisten = 127.0.0.1:9001\n", "lab")
        self.box.run("systemctl", "enable", "--now", "roomd@lab")
        before = {unit: self.box.property(unit, "MainPID") for unit in ("roomd", "roomd@lab")}
        self.install()
        self.assertEqual(text, self.box.path("/etc/roomd/roomd.conf").read_text(encoding="utf-8"))
        for unit, pid in before.items():
            with self.subTest(unit=unit):
                self.assertEqual("active", self.box.property(unit, "ActiveState"))
                self.assertNotEqual(pid, self.box.property(unit, "MainPID"))
        self.box.in_journal("roomd", "room mine is open")

    def test_4_what_was_disabled_stays_so(self):
        self.box.run("systemctl", "disable", "--now", "roomd")
        self.install()
        self.assertEqual("inactive", self.box.property("roomd", "ActiveState"))
        self.assertEqual("disabled", self.box.run("systemctl", "is-enabled", "roomd", check=False).stdout.strip())
        self.box.run("systemctl", "enable", "--now", "roomd")

    def test_5_after_removal_it_does_not_run_and_keeps_the_configuration(self):
        self.box.run("dpkg", "--remove", "roomd")
        self.assertEqual("", self.box.run("sh", "-c", "pgrep -x roomd || true").stdout)
        self.assertTrue(self.box.path("/etc/roomd/roomd.conf").exists())
        self.assertTrue(self.box.path("/etc/roomd/lab.conf").exists())
        self.assertFalse(self.box.path("/usr/sbin/roomd").exists())

    def test_6_after_purge_nothing_is_left(self):
        self.box.run("dpkg", "--purge", "roomd")
        books = ("/var/lib/dpkg/", "/var/lib/systemd/", "/var/log/", "/var/cache/")  # of other packages
        left = {file for file in self.box.new_files() - self.files_before if not file.startswith(books)}
        self.assertLessEqual(left, {"/etc/group-", "/etc/gshadow-", "/etc/.pwd.lock", "/var/lib/private"})


class InAContainer(unittest.TestCase):
    def test_as_process_1_without_stdin_or_manager_it_serves_and_ends(self):
        if not shutil.which("unshare"):
            self.skipTest("unshare is not installed")
        if subprocess.run(["unshare", "--fork", "--pid", "--mount-proc", "true"], stderr=subprocess.DEVNULL, check=False).returncode:
            self.skipTest("no namespace of processes may be had")
        process = subprocess.Popen(
            ["unshare", "--fork", "--pid", "--mount-proc", "--kill-child=KILL", program(), "-c", "/dev/null",
             "--set", "room.listen=127.0.0.1:0"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0, env=clean_environment())
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        stderr, stdout = Output(process.stderr), Output(process.stdout)
        port = int(stderr.wait_for(r"is open on 127\.0\.0\.1:(\d+)$").group(1))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as member:
            member.settimeout(PATIENCE_S)
            member.connect(("127.0.0.1", port))
            member.send(b"L alice")
            self.assertEqual(b"OK", member.recv(100))
        children = pathlib.Path("/proc/%d/task/%d/children" % (process.pid, process.pid)).read_text().split()
        inner = int(children[0])
        self.assertRegex(pathlib.Path("/proc/%d/status" % inner).read_text(), r"(?m)^NSpid:.*\t1$")
        os.kill(inner, signal.SIGTERM)
        self.assertEqual(0, process.wait(PATIENCE_S), stderr.text())
        stdout.join()
        stderr.join()
        fail_on_sanitizer_report(stderr.text())


if __name__ == "__main__":
    unittest.main()
