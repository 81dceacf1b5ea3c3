#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
A client for a roomd room that runs wherever Python 3.8 does: Linux, macOS, Windows, a phone. It needs nothing but this
file, and is meant to be read: it shows the authors of other clients what they must know. doc/protocol.md has the rest.

    room.py 192.0.2.7                     asks for a name; type lines, leave with /quit
    room.py --name bot 192.0.2.7 <file    each line of the file is a message
    room.py --sequenced 192.0.2.7         the protocol that repairs what the network loses

With --sequenced it needs the folder `sequenced` beside it: wire.py has the bytes of that protocol, client.py the client
as a state machine, memory.py the state that it keeps, and terminal.py the socket, clock and terminal around it.

Exit status: 0 left, 64 usage, 69 nobody answers there, 76 refused or removed. With --sequenced 0 also means that the
room has taken every message, 75 that it may not have taken some, and 76 that it has refused some.
"""
import argparse
import contextlib
import os
import re
import select
import signal
import socket
import sys
import threading
import time
import unicodedata

EXIT_USAGE, EXIT_UNREACHABLE, EXIT_UNKNOWN, EXIT_REFUSED = 64, 69, 75, 76

# The accept and the bye of each dialect, which a client compares exactly. A room never sends either as a line of the
# chat.
DIALECTS = {"course": ("OK", "EXIT"), "yn": ("Y", None)}
TERSE = {"N": "the name is taken or not allowed, or the room is full",
         "OK": "it speaks --dialect course", "Y": "it speaks --dialect yn"}

DEFAULT_PORT = 8888
REQUEST_MAX_BYTES = 1200  # a room does not read longer ones
DATAGRAM_MAX_BYTES = 65535  # a shorter buffer would cut a datagram, or on Windows lose it
BACK_OFF_S = (1, 2, 4)  # a lost datagram is sent again, but a busy room is not flooded
TICK_S = 0.5  # on Windows, Ctrl-C waits until a call returns
GOODBYE_S = 2
ENDINGS = ("SIGINT", "SIGTERM", "SIGHUP")  # closing the window leaves the room too


def say(text):
    """Messages of this program go to stderr; stdout is for the lines of the room."""
    print(text, file=sys.stderr, flush=True)


def printable(text):
    """Never print a peer's text as it is: control characters move the cursor, others reverse the text."""
    joiners = "\u200c\u200d"  # scripts and emoji need them
    kinds = {"Cc": "\ufffd", "Cs": "\ufffd", "Zl": " ", "Zp": " ", "Cf": ""}
    return "".join(c if c in joiners else kinds.get(unicodedata.category(c), c) for c in text)


def show(text):
    for line in text.split("\n"):  # several lines may share a datagram
        print(printable(line), flush=True)


class Room:
    """The room at one address, over one socket. The room knows a client by the address of its socket."""

    PAUSE_S = 0.02  # between the lines of a file: a burst is lost more easily

    def __init__(self, family, address, dialect):
        self.accept, self.bye = DIALECTS[dialect]
        self.name = None
        self.left_at = None
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.connect(address)  # so it takes datagrams from there only, and gets ICMP errors

    def send(self, *words):
        """One request is one datagram. Nothing says whether it arrives."""
        request = " ".join(words).encode("utf-8", "replace")
        if len(request) > REQUEST_MAX_BYTES:
            say("Not sent: the line is too long.")
            return
        try:
            self.socket.send(request)
        except OSError:
            # This may be the error of an earlier datagram. If it is of this one, hear() will get it.
            with contextlib.suppress(OSError):
                self.socket.send(request)

    def hear(self, seconds):
        """The next datagram's text, or None. OSError: an earlier datagram of ours was refused."""
        deadline = time.monotonic() + seconds
        while select.select([self.socket], [], [], max(0, deadline - time.monotonic()))[0]:
            datagram = self.socket.recv(DATAGRAM_MAX_BYTES)
            if datagram:  # roomd sends no empty one; another server's is not the end of anything
                return datagram.decode("utf-8", "replace")
        return None

    def ask_to_join(self, name, seconds):
        """The reply, or None."""
        self.name = name
        self.send("L", name)
        try:
            return self.hear(seconds)
        except OSError:
            say("Nobody answers at %s, port %d." % self.socket.getpeername()[:2])
            return None

    def chat(self, text):
        self.send("C", self.name, text)

    def leave(self):
        self.left_at = time.monotonic()
        self.send("E", self.name)


def join(rooms, name):
    """
    Asks at each address. Returns the room that answered, and its reply; or (None, None). A join is repeated, since it
    or its reply may be lost: the same name from the same socket is accepted again, as one member.
    """
    for seconds in BACK_OFF_S:
        deadline = time.monotonic() + seconds
        for room in rooms:
            answer = room.ask_to_join(name, seconds)
            if answer is None:
                continue
            for other in rooms:  # our join may have arrived there: leave no member behind
                if other is not room:
                    other.send("E", name)
            if answer != room.accept:
                # If the accept was lost, this may be a line of the chat, or the reply to an earlier name. Ask again: a
                # room that we are in accepts us again.
                answer = room.ask_to_join(name, seconds) or answer
            return room, answer
        time.sleep(max(0, deadline - time.monotonic()))
    for room in rooms:
        room.send("E", name)
    return None, None


def ask_name():
    line = "\n"
    while line.isspace():
        say("Your name?")
        line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.strip()


def speak(room, typed):
    """Sends the lines of stdin. It is a thread, since Windows can't wait for stdin and a socket at once."""
    for line in sys.stdin:
        text = line.rstrip("\r\n")
        if typed and text == "/quit":
            break
        if text:
            room.chat(text)
        if not typed:
            time.sleep(room.PAUSE_S)
    room.leave()


def listen(room):
    """Shows the lines of the room until we have left or were removed. Returns the exit status."""
    lost = 0
    while True:
        try:
            text = room.hear(TICK_S)
        except OSError:
            if room.left_at is not None or lost == len(BACK_OFF_S):
                return EXIT_UNREACHABLE
            say("Nobody answers there any more; trying again.")
            time.sleep(BACK_OFF_S[lost])
            lost += 1
            room.send("L", room.name)  # a room that was started again does not know us
            continue
        if room.left_at is not None:
            if time.monotonic() > room.left_at + GOODBYE_S or (text is None and room.bye is None):
                return 0
            if text is None:
                room.send("E", room.name)  # the first may be lost
        if text is None:
            continue
        lost = 0
        if text == room.bye:
            return 0 if room.left_at is not None else EXIT_REFUSED
        if text != room.accept:  # it comes once more for a repeated join
            show(text)


def find_addresses(place):
    """(family, address) for each address of the host: the room may listen on only one of them."""
    return [(family, address) for family, _, _, _, address in socket.getaddrinfo(*place, type=socket.SOCK_DGRAM)]


def find_rooms(place, dialect):
    rooms = []
    for family, address in find_addresses(place):
        with contextlib.suppress(OSError):  # this machine may have no route to such an address
            rooms.append(Room(family, address, dialect))
    return rooms


def stay(room, typed):
    try:
        threading.Thread(target=speak, args=(room, typed), daemon=True).start()
        if typed:
            say("You are in. Type a line to say it, /quit to leave.")
        return listen(room)
    except KeyboardInterrupt:
        room.leave()
        return listen(room)
    except BrokenPipeError:  # nobody reads stdout any more
        room.leave()
        return 0


def say_no_answer(port):
    say("No answer. Is the address right? Is the room running there? Does a firewall let UDP (not TCP) to\n"
        "port %d through? Are both machines on one network? Guest Wi-Fi may keep them apart. From other\n"
        "networks, try --sequenced." % port)


def run_plain(options, typed):
    rooms = find_rooms(options.place, options.dialect)
    name = options.name or ask_name()
    while True:
        room, answer = join(rooms, name)
        if room is None:
            say_no_answer(options.place[1])
            return EXIT_UNREACHABLE
        if answer == room.accept:
            break
        say("The room says no: %s" % TERSE.get(answer, printable(answer)))
        if not typed:
            return EXIT_REFUSED
        rooms, name = [room], ask_name()
    return stay(room, typed)


def run_sequenced(options, typed):
    sys.modules.setdefault("room", sys.modules[__name__])  # for terminal.py, which imports it
    try:
        from sequenced import terminal
    except ImportError:
        say("--sequenced needs the folder 'sequenced' that comes with this file. Copy it too, beside this file.")
        return EXIT_USAGE
    addresses = find_addresses(options.place)
    room = terminal.SequencedRoom(addresses, options.name or ask_name(), typed)
    for name in ENDINGS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), room.on_signal)
    threading.Thread(target=speak, args=(room, typed), daemon=True).start()
    return room.run()


def run(options):
    typed = sys.stdin.isatty()
    if options.name is None and not typed:
        say("With input from a file or a pipe, --name is needed.")
        return EXIT_USAGE
    try:
        return run_sequenced(options, typed) if options.sequenced else run_plain(options, typed)
    except (socket.gaierror, UnicodeError) as error:
        say("There is no machine called %s: %s" % (options.place[0], error))
        return EXIT_UNREACHABLE


def parse_place(text):
    """HOST, HOST:PORT, [IPV6]:PORT or a bare IPv6 address."""
    if text.count(":") > 1 and not text.startswith("["):
        text = "[%s]" % text
    match = re.fullmatch(r"(\[[^]]+\]|[^:]+)(?::([0-9]+))?", text)
    port = int(match[2] or DEFAULT_PORT) if match else 0
    if not 0 < port < 65536:
        raise argparse.ArgumentTypeError("'%s' is not HOST[:PORT]" % text)
    return match[1].strip("[]"), port


class Arguments(argparse.ArgumentParser):
    def error(self, message):
        self.print_usage(sys.stderr)
        self.exit(EXIT_USAGE, "%s: %s\n" % (self.prog, message))


def main():
    arguments = Arguments(description="Take part in a roomd room.")
    arguments.add_argument("--name", help="your name in the room; asked for when not given")
    arguments.add_argument("--dialect", choices=sorted(DIALECTS), default="course", help="what the room speaks")
    arguments.add_argument("--sequenced", action="store_true", help="speak the protocol that repairs what is lost")
    arguments.add_argument("place", metavar="HOST[:PORT]", type=parse_place, help="port 8888 when not given")
    options = arguments.parse_args()
    sys.stdin.reconfigure(errors="replace")
    sys.stdout.reconfigure(errors="replace")  # not every terminal can show every character
    for name in ENDINGS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    try:
        return run(options)
    except (EOFError, KeyboardInterrupt):
        return 0


if __name__ == "__main__":
    status = main()
    # Not sys.exit: that waits for the thread, which waits for stdin.
    os._exit(status)
