# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
The programs under measurement: roomd, the reference servers, and peers as Debian packages them; how
to start each without limits, and how to stop it.
"""
import json
import os
import pathlib
import re
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
READY_S = 30
END_S = 10
SEARCHED = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin"


class Missing(Exception):
    """It is not installed, or does not start."""


def free_port(address, kind):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


def raise_open_files():
    """
    Raises the limit on open files, also for children, to the maximum that this process may have.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if os.geteuid() == 0:
        most = max(most, 1 << 20)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    except (OSError, ValueError):
        pass


def open_files_limit():
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


class Subject:
    """A running server, pinned to one processor."""
    protocol = "plain"
    authors = 1
    entering = 64  # members that may be joining at a time
    gro = False
    datagrams = True

    def __init__(self, name, cpu, address="127.0.0.1"):
        self.name = name
        self.address = address
        self.port = free_port(address, socket.SOCK_DGRAM if self.datagrams else socket.SOCK_STREAM)
        self.folder = tempfile.mkdtemp(prefix="bench-")
        self.output = open(os.path.join(self.folder, "output"), "w+b")
        command = self.command()
        if shutil.which(command[0], path=SEARCHED) is None and not os.access(command[0], os.X_OK):
            self._clean()
            raise Missing("%s is not installed" % command[0])
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.output,
                                        cwd=self.folder, env=dict(os.environ, PATH=SEARCHED, **self.environment()),
                                        preexec_fn=lambda: os.sched_setaffinity(0, {cpu}))
        try:
            self._wait_ready()
        except Missing:
            self.stop()
            raise

    def command(self):
        raise NotImplementedError

    def environment(self):
        return {}

    def processes(self):
        """Those whose time it takes, itself first."""
        return [self.process.pid]

    def file(self, name, text):
        path = os.path.join(self.folder, name)
        pathlib.Path(path).write_text(text, encoding="utf-8")
        return path

    def said(self):
        return pathlib.Path(self.output.name).read_text(encoding="utf-8", errors="replace")

    def _is_ready(self):
        if self.datagrams:
            return re.search(r"is open on .*:\d+", self.said()) is not None
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            return probe.connect_ex((self.address, self.port)) == 0

    def _wait_ready(self):
        end = time.monotonic() + READY_S
        while not self._is_ready():
            if self.process.poll() is not None or time.monotonic() > end:
                raise Missing("%s does not start: %s" % (self.name, self.said()[-300:].strip()))
            time.sleep(0.02)

    def memory(self):
        """Resident bytes, pages shared with its file included."""
        text = pathlib.Path("/proc/%d/smaps_rollup" % self.process.pid).read_text(encoding="ascii")
        return int(re.search(r"^Rss:\s+(\d+) kB", text, re.MULTILINE).group(1)) * 1024

    def wakeups(self):
        """How often its first thread has waited."""
        text = pathlib.Path("/proc/%d/status" % self.process.pid).read_text(encoding="ascii")
        return int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", text, re.MULTILINE).group(1))

    def open_files(self):
        return len(os.listdir("/proc/%d/fd" % self.process.pid))

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._clean()

    def _clean(self):
        self.output.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def roomd(build, sequenced=False, gro=False, settings=(), preload=None, store=False):
    """A subject class for the roomd in `build`. `store`: it keeps its transcript in a file."""

    class Roomd(Subject):
        def command(self):
            settings_all = ["room.listen=%s:%d" % (self.address, self.port), "room.max_members=100000",
                            "room.idle_timeout=0", "room.session_timeout=86400",
                            "limits.messages=0", "limits.bytes=0", "limits.trusted_joins=0",
                            "limits.trusted_members_per_address=0", "admin.stdin=no", "log.events=none",
                            "admin.control=%s/control" % self.folder, *settings]
            if store:
                settings_all.append("store.path=%s/room.db" % self.folder)
            return [str(build / "roomd"), "-c", "/dev/null",
                    *(word for setting in settings_all for word in ("--set", setting))]

        def environment(self):
            return {"LD_PRELOAD": str(build / preload)} if preload else {}

        def processes(self):
            children = pathlib.Path("/proc/%d/task/%d/children" % (self.process.pid, self.process.pid))
            return [self.process.pid, *(map(int, children.read_text(encoding="ascii").split()) if store else ())]

        def stats(self):
            """The server's own statistics."""
            answer = subprocess.run([str(build / "roomctl"), "-s", self.folder + "/control", "--json", "stats"],
                                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=30, check=True)
            return json.loads(answer.stdout.splitlines()[0])

    Roomd.protocol = "sequenced" if sequenced else "plain"
    Roomd.authors = 2 if sequenced else 1  # one author may have 32 messages in flight
    Roomd.gro = gro
    Roomd.build = build
    return Roomd


def reference(build, program):
    class Reference(Subject):
        def command(self):
            return [str(build / program), self.address, str(self.port)]
    return Reference


class Course(Subject):
    def command(self):
        return [sys.executable, str(HERE / "servers/course.py"), self.address, str(self.port)]


# ---- peers ----

class Peer(Subject):
    datagrams = False
    package = None


class Redis(Peer):
    protocol = "redis"
    package = "redis-server"

    def command(self):
        return ["redis-server", "--port", str(self.port), "--bind", self.address, "--save", "", "--appendonly", "no",
                "--maxclients", "100000", "--client-output-buffer-limit", "pubsub", "0", "0", "0", "--timeout", "0",
                "--tcp-keepalive", "0", "--protected-mode", "no", "--daemonize", "no", "--dir", self.folder]


class Nats(Peer):
    protocol = "nats"
    package = "nats-server"

    def command(self):
        return ["nats-server", "-c", self.file("nats.conf", """
listen: "%s:%d"
max_connections: 100000
max_pending: 1073741824
ping_interval: "12h"
write_deadline: "60s"
""" % (self.address, self.port))]


class Mosquitto(Peer):
    protocol = "mqtt"
    package = "mosquitto"

    def command(self):
        return ["mosquitto", "-c", self.file("mosquitto.conf", """
listener %d %s
allow_anonymous true
persistence false
max_queued_messages 0
max_inflight_messages 0
sys_interval 0
set_tcp_nodelay true
log_type error
user root
""" % (self.port, self.address))]


class Ngircd(Peer):
    protocol = "irc"
    entering = 256
    package = "ngircd"

    def command(self):
        return ["ngircd", "-n", "-f", self.file("ngircd.conf", """
[Global]
Name = irc.bench.test
Info = bench
Listen = %s
Ports = %d
ServerUID = root
ServerGID = root
MotdPhrase = bench
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxJoins = 0
MaxPenaltyTime = 0
PingTimeout = 43200
PongTimeout = 43200
[Options]
DNS = no
Ident = no
PAM = no
RequireAuthPing = no
ChrootDir =
""" % (self.address, self.port))]


class Inspircd(Peer):
    protocol = "irc"
    entering = 1024  # it admits newcomers once a second
    package = "inspircd"

    def command(self):
        return ["inspircd", "--nofork", "--runasroot", "--nolog", "--config=" + self.file("inspircd.conf", """
<server name="irc.bench.test" description="bench" network="bench" id="0BE">
<admin name="bench" nick="bench" email="bench@bench.test">
<bind address="%s" port="%d" type="clients">
<connect allow="*" timeout="60" pingfreq="12h" hardsendq="1G" softsendq="1G" recvq="1M" threshold="1000000"
 commandrate="1000000000" fakelag="no" localmax="1000000" globalmax="1000000" maxchans="10" limit="1000000"
 resolvehostnames="no" useident="no" modes="" uniqueusername="no" maxconnwarn="no">
<class name="all" commands="*"><type name="all" classes="all">
<channels users="20" opers="60">
<performance netbuffersize="10240" somaxconn="4096" softlimit="100000" clonesonconnect="no" quietbursts="yes">
<security hidewhois="" userstats="Pu" maxtargets="20">
<limits maxnick="31" maxchan="64" maxmodes="20" maxident="11">
<options defaultmodes="" moronbanner="" nosnoticestack="no">
<pid file="%s/inspircd.pid">
<path datadir="%s" logdir="%s" runtimedir="%s">
""" % (self.address, self.port, self.folder, self.folder, self.folder, self.folder))]


PEERS = {"redis": Redis, "nats": Nats, "inspircd": Inspircd, "ngircd": Ngircd, "mosquitto": Mosquitto}


# ---- servers of members that all speak (load/chat.c) ----

class RedisBothWays(Redis):
    protocol = "redis3"


class MosquittoQos1(Mosquitto):
    protocol = "mqtt1"


def chatting(build):
    sequenced = roomd(build, sequenced=True)
    sequenced.protocol = "client"
    return {"sequenced": sequenced, "plain": roomd(build), "redis": RedisBothWays, "nats": Nats,
            "mosquitto": MosquittoQos1}
