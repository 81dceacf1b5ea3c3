# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""The load generator, as a program that takes commands: load/main.c."""
import json
import select
import subprocess


class Failed(Exception):
    """The generator has ended or does not answer: there is no figure."""


class Load:
    """
    Members of one server. `number` gives them their own addresses, unless they reach it over a
    link (link.py).
    """

    def __init__(self, program, subject, cpu, members, number=0, silent=None, over=None, options=()):
        self.subject = subject
        self.members = members
        self.is_silent = silent is not None
        server, source = (over.server_seen, over.first_member) if over else (subject.address, "127.%d.1.1" % number)
        command = [str(program), "--protocol", subject.protocol, "--server", "%s:%d" % (server, subject.port),
                   "--pid", ",".join(map(str, subject.processes())), "--members", str(members), "--authors", str(subject.authors),
                   "--entering", str(subject.entering), "--cpu", str(cpu), "--source", source, *options]
        if subject.gro:
            command.append("--gro")
        if silent is not None:
            command += ["--silent", silent]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def tell(self, command):
        """Sends a command; answer() returns its result."""
        try:
            self.process.stdin.write(command.encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass

    def is_ready(self, patience_s=0):
        """True if an answer can be read, or the generator has ended."""
        return bool(select.select([self.process.stdout], [], [], patience_s)[0])

    def answer(self, patience_s=None):
        if patience_s is not None and not self.is_ready(patience_s):
            raise Failed("no answer for %d s" % patience_s)
        line = self.process.stdout.readline()
        if not line:
            raise Failed(self.process.stderr.read().decode().strip() or "it has ended")
        return json.loads(line)

    def ask(self, command, patience_s=120):
        self.tell(command)
        if not self.is_ready(patience_s):
            raise Failed("no answer to `%s` for %d s" % (command, patience_s))
        return self.answer()

    def join(self, count=None, patience_s=120):
        return self.ask("join %d" % (count or self.members), patience_s)

    def run(self, in_flight, seconds):
        return self.ask("run %d %g" % (in_flight, seconds))

    def close(self):
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            try:
                pipe.close()
            except BrokenPipeError:
                pass
