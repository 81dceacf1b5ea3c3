#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
Plays traces of the sequenced protocol (server.traces, client.traces beside this file) against any implementation.

usage: play.py server.traces HOST:PORT             against a server, in a room where nobody else speaks
       play.py client.traces -- COMMAND...         against a client, started anew for each trace; {place} in its
                                                   arguments stands for HOST:PORT of the server that is played

A trace begins with its title in brackets. `first: TITLE` stands for the lines of an earlier one. A line is

    WHO > DATAGRAM      WHO sends it. In client.traces, `server` is us, `user > TEXT` types a line, `user .` ends the
                        input, and `user ends 0` expects that the client ends with status 0, `user ends 1` with another
    WHO < DATAGRAM      it must come to WHO; anything else may come before it
    WHO x DATAGRAM      it must not have come to WHO when the lines `<` that follow are fulfilled

Lines `<` that follow each other may be fulfilled in any order, lines that differ also by one datagram. A datagram is
`Up token=t run=1 | Message number=1 text="hello"`: its kind and its fields as doc/examples/sequenced/wire.py names
them, then its frames or events, as far as they matter; a sender fills the rest with what is least. A value is a number,
a "text", hex:BYTES or the name of a value, perhaps with +1 behind it; `?name` names the value that has come, `new:name`
one that nobody has used yet. A frame or datagram `raw BYTES` is just these; `name/8` in it is a value in 8 bytes.
"""
import pathlib
import re
import secrets
import select
import socket
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "examples"))

from sequenced import wire  # noqa: E402, its folder must be in sys.path

PATIENCE_S = 20.0
KINDS = {kind.__name__: kind for kind in (wire.Up, wire.Down, *wire.HANDSHAKES.values())}
FRAMES = {kind.__name__: kind for kind in (*wire.UP_FRAMES.values(), *wire.DOWN_FRAMES.values())}


class Failed(Exception):
    """The implementation does not do what the trace says."""


# ---- lines ----

class Part:
    """A datagram, frame or event of a line: its kind, and the fields that matter."""

    def __init__(self, words):
        self.kind, *fields = words
        self.raw = fields if self.kind == "raw" else None
        self.fields = {} if self.kind == "raw" else dict(field.split("=", 1) for field in fields)


class Line:
    def __init__(self, number, text):
        self.number, self.text = number, text
        self.who, self.how, self.rest = (text.split(None, 2) + [""])[:3]
        self.parts = []
        if self.how in "><x" and self.who != "user":
            words = [[]]
            for word in re.findall(r'\||(?:[^\s"|]|"[^"]*")+', self.rest):
                words.append([]) if word == "|" else words[-1].append(word)
            self.parts = [Part(each) for each in words]


def read_traces(path):
    """[(title, lines)]"""
    traces, by_title = [], {}
    for number, text in enumerate(pathlib.Path(path).read_text(encoding="utf-8").splitlines(), 1):
        text = text.strip()
        title = re.fullmatch(r"\[(.*)\]", text)
        if title:
            traces.append((title.group(1), []))
            by_title[title.group(1)] = traces[-1][1]
        elif text.startswith("first: "):
            traces[-1][1].extend(by_title[text[7:]])
        elif text and not text.startswith(";"):
            traces[-1][1].append(Line(number, text))
    return traces


# ---- values ----

def new_for(field):
    return "t%08x" % secrets.randbits(32) if isinstance(field, wire.Text) else secrets.randbits(48)


def value_of(text, names, field=None):
    """None: it names a value that has not come yet."""
    if text.startswith('"'):
        return text[1:-1]
    if text.startswith("hex:"):
        return bytes.fromhex(text[4:])
    if re.match(r"0x|\d", text):
        return int(text, 0)
    if text.startswith("new:"):
        names[text[4:]] = new_for(field)
        text = text[4:]
    name, _, more = text.partition("+")
    return names[name] + int(more or 0) if more else names.get(name)


def fits(part, found, names):
    """Whether a tuple is what a part asks for; names what it brings."""
    brought = {}
    for field, text in part.fields.items():
        value = found
        for name in field.split("."):
            value = getattr(value, name, None)
        if text.startswith("?"):
            brought[text[1:]] = value
        elif value != value_of(text, {**names, **brought}):
            return None
    return brought


def inner_of(datagram):
    """Its frames or events, with their kinds."""
    if isinstance(datagram, wire.Events):
        return [(event.kind, event) for event in datagram.events]
    return [(type(frame).__name__, frame) for frame in getattr(datagram, "frames", ())]


def match(line, datagram, names):
    """What the datagram names, or None where it is not that of the line."""
    outer, *inner = line.parts
    if type(datagram).__name__ != outer.kind:
        return None
    brought = fits(outer, datagram, names)
    for part in inner:
        if brought is None:
            return None
        found = (fits(part, each, {**names, **brought}) for kind, each in inner_of(datagram) if kind == part.kind)
        more = next((each for each in found if each is not None), None)
        brought = None if more is None else {**brought, **more}
    return brought


# ---- writing ----

def least_of(field):
    if isinstance(field, wire.Octets) and not isinstance(field, (wire.Text, wire.Entries)):
        return bytes(max(field.length.least, 1))
    if isinstance(field, wire.Text):
        return "x" * field.length.least
    if isinstance(field, (wire.Entries, wire.Frames)):
        return []
    return {wire.Whole: True, wire.OfResuming: None, wire.OfHistory: None, wire.Rest: b""}.get(field, getattr(field, "least", 0))


def build(kind, part, names, **given):
    values = {name: least_of(field) for name, field in zip(kind._fields, kind.fields)}
    if "version" in values:
        values["version"] = wire.VERSION
    for field, text in part.fields.items():
        if field.startswith("session."):
            continue
        assert field in values, "%s has no %s" % (part.kind, field)
        values[field] = value_of(text, names, kind.fields[kind._fields.index(field)])
    return kind(**{**values, **given})


def write_raw(part, names):
    octets = b""
    for word in part.raw:
        name, slash, size = word.partition("/")
        octets += names[name].to_bytes(int(size), "big") if slash else bytes.fromhex(word)
    return octets


def write_frame(part, names):
    if part.raw is not None:
        return write_raw(part, names)
    kind = FRAMES[part.kind]
    codes = {kind: code for table in (wire.UP_FRAMES, wire.DOWN_FRAMES) for code, kind in table.items()}
    return wire.Frames.write_one(codes[kind], wire.write(build(kind, part, names)))


def write_event(part, names):
    if part.raw is not None:
        return write_raw(part, names)
    code, fields = next((code, fields) for code, (kind, fields) in wire.EVENT_KINDS.items()
                        if kind == part.kind and part.fields.keys() <= fields.keys())
    return bytes((code,)) + b"".join(
        field.write(value_of(part.fields[name], names) if name in part.fields else least_of(field))
        for name, field in fields.items())


def write(line, names):
    outer, *inner = line.parts
    if outer.raw is not None:
        return write_raw(outer, names)
    if outer.kind == "Events":
        header = {name: value_of(text, names) for name, text in outer.fields.items()}
        return (b"\xfc\1\0" + wire.U64.write(header["epoch"]) + wire.Number(1).write(header.get("repeats", 0)) +
                wire.Varint().write(header["first"]) + wire.TIME.write(header.get("time", 0)) +
                b"".join(write_event(part, names) for part in inner))
    given = {}
    session = {field[8:]: value_of(text, names) for field, text in outer.fields.items() if field.startswith("session.")}
    if session:
        given["session"] = wire.Session(**session)
    return wire.encode(build(KINDS[outer.kind], outer, names, **given)) + b"".join(
        write_frame(part, names) for part in inner)


# ---- playing ----

class Stage:
    """The sockets of a trace, and what came to them."""

    def __init__(self, patience):
        self.patience = patience
        self.names, self.sockets, self.forbidden = {}, {}, []

    def receive(self, deadline):
        """(who, datagram) of the next one that can be read."""
        while time.monotonic() < deadline:
            ready, _, _ = select.select(list(self.sockets.values()), [], [], max(0, deadline - time.monotonic()))
            for who, one in self.sockets.items():
                if one in ready:
                    octets = self.read(one)
                    try:
                        return who, wire.decode(octets)
                    except wire.Refused:
                        raise Failed("%s gets what nobody may send: %s" % (who, octets.hex())) from None
        return None, None

    def expect(self, lines):
        """All of these, in any order."""
        deadline, open_lines = time.monotonic() + self.patience, list(lines)
        while open_lines:
            who, datagram = self.receive(deadline)
            if who is None:
                raise Failed("line %d: it does not come: %s" % (open_lines[0].number, open_lines[0].text))
            for line in self.forbidden:
                if line.who == who and match(line, datagram, self.names) is not None:
                    raise Failed("line %d: it comes: %s" % (line.number, datagram))
            done = set()
            for line in list(open_lines):
                brought = match(line, datagram, self.names) if line.who == who and line.text not in done else None
                if brought is not None:
                    self.names.update(brought)
                    done.add(line.text)
                    open_lines.remove(line)
        self.forbidden = []

    def play(self, lines):
        waiting = []
        for line in lines:
            if line.how == "<":
                waiting.append(line)
                continue
            self.expect(waiting)
            waiting = []
            if line.how == "x":
                self.forbidden.append(line)
            else:
                self.do(line)
        self.expect(waiting)


class AgainstServer(Stage):
    def __init__(self, address, patience=PATIENCE_S):
        super().__init__(patience)
        self.address = address

    @staticmethod
    def read(one):
        return one.recv(65536)

    def socket_of(self, who):
        if who not in self.sockets:
            family = socket.AF_INET6 if ":" in self.address[0] else socket.AF_INET
            self.sockets[who] = socket.socket(family, socket.SOCK_DGRAM)
            self.sockets[who].connect(self.address)
        return self.sockets[who]

    def do(self, line):
        self.socket_of(line.who).send(write(line, self.names))

    def close(self):
        for one in self.sockets.values():
            one.close()


class AgainstClient(Stage):
    def __init__(self, command, patience=PATIENCE_S):
        super().__init__(patience)
        self.peer = None
        self.sockets["server"] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sockets["server"].bind(("127.0.0.1", 0))
        place = "%s:%d" % self.sockets["server"].getsockname()
        self.process = subprocess.Popen([word.replace("{place}", place) for word in command], stdin=subprocess.PIPE,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def read(self, one):
        octets, self.peer = one.recvfrom(65536)
        return octets

    def do(self, line):
        if line.who == "server":
            self.sockets["server"].sendto(write(line, self.names), self.peer)
        elif line.how == ">":
            self.process.stdin.write(line.rest.encode() + b"\n")
            self.process.stdin.flush()
        elif line.how == ".":
            self.process.stdin.close()
        elif (self.process.wait(self.patience) == 0) != (line.rest == "0"):
            raise Failed("line %d: it ends with %d" % (line.number, self.process.returncode))

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.sockets["server"].close()


def play(path, make_stage, report):
    """Plays all traces of a file; `report` is told (title, None or what is wrong). How many failed."""
    failed = 0
    for title, lines in read_traces(path):
        stage, fault = make_stage(), None
        try:
            stage.play(lines)
        except (Failed, OSError, subprocess.TimeoutExpired) as error:
            fault = str(error)
            failed += 1
        finally:
            stage.close()
        report(title, fault)
    return failed


def main(path, *target):
    if not target:
        sys.exit(__doc__)
    if target[0] == "--":
        def make_stage():
            return AgainstClient(target[1:])
    else:
        host, _, port = target[0].rpartition(":")

        def make_stage():
            return AgainstServer((host.strip("[]"), int(port)))
    failed = play(path, make_stage, lambda title, fault: print("%s: %s" % (title, fault or "good"), flush=True))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main(*sys.argv[1:] or [""])
