# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
A room that speaks the sequenced protocol, as room.py needs it: the state machine of client.py, with a socket, a clock
and a terminal around it. Of the protocol it knows only the words for its codes.
"""
import contextlib
import queue
import select
import socket
import time

import room
from room import printable, say
from sequenced import client as machine

CLOCK = getattr(time, "CLOCK_BOOTTIME", None)  # counts while the machine sleeps, where there is one
RECEIVE_BUFFER_BYTES = 1 << 20  # a burst must fit, or it is sent twice
DATAGRAMS_A_TURN = 64  # then timers are checked
LINES_AHEAD = 64  # a long file is not read faster than it can be sent
ADDRESS_S = 3.0  # without an answer there, the host's next address is tried
JOIN_S = 60.0  # if a third is lost both ways, seven requests are not too many

REFUSALS = {1: "it speaks another version of the protocol", 2: "somebody has that name", 3: "nobody can have that name",
            4: "it is full", 5: "the administrator does not let you in", 6: "it does not know your address again",
            7: "it speaks the plain protocol only: try without --sequenced",
            8: "too many have joined from your address lately"}
NOT_TAKEN = {0: "why is not known", 1: "you are muted", 2: "it is too long", 3: "it is not UTF-8", 4: "it is empty"}
CLOSINGS = {3: "The administrator has removed you.", 5: "The room has not heard of you for too long.",
            6: "The administrator has banned you.", 7: "The room was closed.",
            8: "Your session goes on in another program.", 9: "The room is full, and you have said nothing for long."}


def now():
    return time.monotonic() if CLOCK is None else time.clock_gettime(CLOCK)


def in_words(event, name):
    name = "" if name is None else name
    return {"join": "%s joined" % name, "chat": "%s: %s" % (name, event.text), "exit": "%s left" % name,
            "notice": "Notice: %s" % event.text}[event.kind]


class SequencedRoom:
    """The state machine of sequenced/client.py, with a socket, a clock and a terminal around it."""

    PAUSE_S = 0  # the machine does not send faster than the room takes

    def __init__(self, addresses, name, typed):
        self.client = machine.Client(name, now())
        self.typed = typed
        self.addresses, self.at, self.next_address_at = addresses, -1, 0
        self.refused = set()  # the indexes of those where nobody listens
        self.socket, self.heard, self.attempt = None, False, None
        self.was_in = self.is_away = self.listed = False
        self.last_refusal = None
        self.gives_up_at, self.status = now() + JOIN_S, None
        self.unknown = self.unwanted = 0
        self.wants_name = False
        self.lines = queue.Queue(LINES_AHEAD)  # from the thread that reads stdin; None: the end
        self.wake_reader, self.wake_writer = socket.socketpair()  # ends wait() for a line or a signal
        self.wake_writer.setblocking(False)
        self.signals = 0

    # ---- called by the thread, and by signals ----

    def wake(self):
        with contextlib.suppress(BlockingIOError):  # it is awake already
            self.wake_writer.send(b"!")

    def chat(self, text):
        self.lines.put(text)
        self.wake()

    def leave(self):
        self.lines.put(None)
        self.wake()

    def on_signal(self, _number, _frame):
        self.signals += 1
        self.wake()

    # ---- the socket ----

    def open(self):
        """Opens a new socket for each attempt: this computer may have another address than before."""
        if self.socket:
            self.socket.close()
        family, address = self.addresses[self.at]
        self.socket, self.heard = socket.socket(family, socket.SOCK_DGRAM), False
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        with contextlib.suppress(OSError):  # there is no route now; send() will fail too
            self.socket.connect(address)

    def next_address(self):
        self.at = (self.at + 1) % len(self.addresses)
        self.next_address_at = now() + ADDRESS_S
        self.open()
        self.client.start(now())

    def send(self, datagram):
        with contextlib.suppress(OSError):  # the client repeats what is lost
            self.socket.send(datagram)

    def hear(self):
        try:
            for _ in range(DATAGRAMS_A_TURN):
                datagram = self.socket.recv(room.DATAGRAM_MAX_BYTES)
                self.heard = True
                self.client.receive(datagram, now())
        except BlockingIOError:
            return
        except OSError:  # nobody listens there; but a room that we were in may come back
            if not self.was_in and not self.heard:
                self.refused.add(self.at)
                self.next_address_at = 0

    def look_elsewhere(self):
        if self.was_in or self.heard:
            return
        if len(self.refused) == len(self.addresses):
            say("Nobody answers at %s, port %d." % self.addresses[self.at][1][:2])
            self.give_up()
        elif now() >= self.next_address_at and (len(self.addresses) > 1 or self.at < 0):
            self.next_address()

    # ---- news ----

    def tell_shown(self, news):
        room.show(in_words(*news))

    def tell_missed(self, news):
        count = "some" if news.count is None else "%d" % news.count
        room.show("(%s events were missed: the room sends them no more)" % count)

    def tell_in(self, news):
        if self.is_away:
            say("You are back in.")
        elif self.typed:
            say("You are in %s as %s. Type a line to say it, /quit to leave."
                % (printable(news.room), printable(news.name)))
        self.was_in, self.is_away = True, False

    def tell_listed(self, news):
        if self.typed and not self.listed:
            say("Here: " + printable(", ".join(news.names)))
        self.listed = True

    def tell_lost(self, _news):
        say("The room does not know us any more; joining anew.")

    def tell_waiting(self, news):
        self.last_refusal = news.code
        say("The room says: not now, %s. Asking again in %d s." % (REFUSALS[news.code], news.seconds))

    def tell_name_wanted(self, news):
        self.tell_no(news.code)
        self.wants_name = self.typed
        if self.typed:
            say("Your name?")
        else:
            self.status = room.EXIT_REFUSED

    def tell_outcome(self, news):
        text = printable(news.text if len(news.text) <= 40 else news.text[:39] + "…")
        if news.outcome == machine.REFUSED:
            self.unwanted += 1
            say("Not taken, %s: %s" % (NOT_TAKEN.get(news.why, "for the reason %d" % news.why), text))
        elif news.outcome == machine.UNKNOWN:
            self.unknown += 1
            say("It is not known whether this was taken, and it is not said again: %s" % text)
        elif news.outcome == machine.NOT_SENT:
            self.unknown += 1
            say("Not sent: %s" % text)

    def tell_no(self, code):
        say("The room says no: %s." % REFUSALS.get(code, "for the reason %d" % code))

    def tell_out(self, news):
        self.status = room.EXIT_REFUSED
        if news.why == machine.LEFT:
            self.status = room.EXIT_REFUSED if self.unwanted else room.EXIT_UNKNOWN if self.unknown else 0
        elif news.why == machine.BY_REFUSAL:
            self.tell_no(news.number)
        else:
            say(CLOSINGS.get(news.number, "The room has ended your stay, for the reason %d." % news.number))

    TOLD = {machine.Shown: tell_shown, machine.Missed: tell_missed, machine.Outcome: tell_outcome, machine.In: tell_in,
            machine.Listed: tell_listed, machine.Lost: tell_lost, machine.Waiting: tell_waiting,
            machine.NameWanted: tell_name_wanted, machine.Out: tell_out}

    # ---- the loop ----

    def take_lines(self):
        while self.wants_name or self.client.messages.count() < LINES_AHEAD:
            try:
                line = self.lines.get_nowait()
            except queue.Empty:
                return
            if line is None and (self.was_in or not self.typed):
                self.client.leave()
            elif line is None:
                self.client.leave_now(now())
            elif self.wants_name and line.strip():
                self.wants_name = False
                self.client.another_name(line.strip(), now())
            elif not self.wants_name:
                self.client.say(line)

    def take_signals(self):
        if self.signals > 1 or (self.signals and not self.was_in):
            self.status = 0
        elif self.signals and self.client.state != "leaving":
            self.client.leave_now(now())
            self.gives_up_at = now() + room.GOODBYE_S

    def give_up(self):
        if self.was_in:
            self.status = 0
        elif self.last_refusal:
            self.tell_no(self.last_refusal)
            self.status = room.EXIT_REFUSED
        else:
            room.say_no_answer(self.addresses[self.at][1][1])
            self.status = room.EXIT_UNREACHABLE

    def follow_attempts(self):
        """Each attempt to resume uses a new socket: this computer may have another address now."""
        if self.client.session and self.attempt not in (None, self.client.nonce):
            self.open()
            if not self.is_away:
                say("No answer any more; trying to get back in.")
            self.is_away = True
        self.attempt = self.client.nonce

    def turn(self):
        """One round: handles input, sends what is due, and waits for more."""
        self.look_elsewhere()
        self.take_lines()
        self.take_signals()
        datagrams = self.client.tick(now())
        self.follow_attempts()
        for datagram in datagrams:
            self.send(datagram)
        while self.client.news and self.status is None:
            news = self.client.news.popleft()
            self.TOLD[type(news)](self, news)
        if now() >= self.gives_up_at and self.status is None and (not self.was_in or self.signals):
            self.give_up()
        if self.status is None:
            self.wait(min(self.client.due() - now(), room.TICK_S))

    def wait(self, seconds):
        ready = select.select([self.socket, self.wake_reader], [], [], max(0, seconds))[0]
        if self.wake_reader in ready:
            self.wake_reader.recv(4096)
        if self.socket in ready:
            self.hear()

    def run(self):
        """The exit status."""
        try:
            while self.status is None:
                self.turn()
        except BrokenPipeError:  # nobody reads stdout any more
            self.client.leave_now(now())
            for datagram in self.client.tick(now()):
                self.send(datagram)
            return 0
        return self.status
