# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
Members of both protocols that go on talking whatever happens to the room's program, and note what they were told: for
tests that kill it. The sequenced ones are the example of doc/examples; all live in one thread.
"""
import collections
import contextlib
import pathlib
import random
import re
import select
import socket
import sys
import threading
import time

from roomd_process import PATIENCE_S

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "doc" / "examples"))

from sequenced import client as machine  # noqa: E402, its folder must be in sys.path
from sequenced import memory  # noqa: E402

BURST = memory.UNDER_WAY  # so many messages are under way at once
PAUSE_S = 0.15  # at most, between two bursts of a member
PLAIN_S = 0.05  # between two lines of a plain member, on average
NAME = "/name "  # a message that begins so is a rename
MARK = "mark-"
RECEIVE_BUFFER_BYTES = 1 << 20
LINE = re.compile(r"(\S+) ： (.*)")

Event = collections.namedtuple("Event", "seq kind name text")


class Requests(memory.Messages):
    """Messages, of which some are renames."""

    @staticmethod
    def _as_rename(message):
        if not message.text.startswith(NAME):
            return message
        return message._replace(what=1, text=message.text[len(NAME):])

    def ask(self, *arguments):
        return map(self._as_rename, super().ask(*arguments))

    def once_more(self, *arguments):
        return map(self._as_rename, super().once_more(*arguments))


class Member:
    def __init__(self, name, address, draw):
        self.name, self.draw = name, draw
        self.said = 0
        self.marks = set()  # those that it heard
        self.speaks_at = 0.0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        self.socket.connect(address)
        self.socket.setblocking(False)

    def send(self, datagram):
        # The error is that of an earlier datagram: nobody was there.
        with contextlib.suppress(OSError):
            self.socket.send(datagram)

    def received(self):
        with contextlib.suppress(OSError):
            while True:
                yield self.socket.recv(65536)

    def note_mark(self, text):
        if text and text.startswith(MARK):
            self.marks.add(text)

    def next_text(self):
        self.said += 1
        return "%s#%d" % (self.name, self.said)


class Sequenced(Member):
    """`renames`: every hundredth message is one."""

    def __init__(self, name, address, draw, renames=False):
        super().__init__(name, address, draw)
        self.renames = renames
        self.client = machine.Client(name, time.monotonic())
        self.client.messages = Requests()
        self.shown = []  # Event
        self.outcomes = {}  # by text
        self.entered = 0
        self.complaints = []  # what must not happen

    def speak(self, now):
        if self.client.messages.count() or now < self.speaks_at:
            return
        for _ in range(BURST):
            text = self.next_text()
            self.client.say("%s%s%d" % (NAME, self.name, self.said) if self.renames and self.said % 100 == 0 else text)
        self.speaks_at = now + self.draw.uniform(0, PAUSE_S)

    def turn(self, now):
        for datagram in self.received():
            self.client.receive(datagram, now)
        for datagram in self.client.tick(now):
            self.send(datagram)
        while self.client.news:
            self._note(self.client.news.popleft())

    def _note(self, news):
        if isinstance(news, machine.Shown):
            event = news.event
            self.shown.append(Event(event.number, event.kind, news.name, event.text))
            self.note_mark(event.text)
        elif isinstance(news, machine.Outcome):
            if news.text in self.outcomes:
                self.complaints.append("two outcomes of %s" % news.text)
            self.outcomes[news.text] = news.outcome
        elif isinstance(news, machine.In):
            self.entered += not news.resumed
        elif not isinstance(news, machine.Listed):
            self.complaints.append(news)

    def is_settled(self):
        return self.client.state == "in" and not self.client.messages.count()


class Plain(Member):
    def __init__(self, name, address, draw):
        super().__init__(name, address, draw)
        self.accepts = 0
        self.heard = []  # (name, text)
        self.other = []
        self.send(b"L " + name.encode())

    def speak(self, now):
        if now >= self.speaks_at:
            self.say(self.next_text())
            self.speaks_at = now + self.draw.uniform(0, 2 * PLAIN_S)

    def say(self, text):
        self.send(("C %s %s" % (self.name, text)).encode())

    def turn(self, _now):
        for datagram in self.received():
            line = datagram.decode()
            match = LINE.fullmatch(line)
            if match:
                self.heard.append(match.groups())
                self.note_mark(match.group(2))
            elif line == "OK":
                self.accepts += 1
            else:
                self.other.append(line)


class Crowd:
    """Its members speak from start() to stop(), and listen until close()."""

    def __init__(self, address, sequenced, plain, seed):
        draw = random.Random(seed)
        self.sequenced = [Sequenced("s%d" % number, address, draw, renames=number == 1) for number in range(sequenced)]
        self.plain = [Plain("p%d" % number, address, draw) for number in range(plain)]
        self._poll = select.epoll()
        for member in self.members():
            self._poll.register(member.socket, select.EPOLLIN)
        self._speaking = self._ended = False
        self._lock = threading.Lock()
        self._failed = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def members(self):
        return [*self.sequenced, *self.plain]

    def _run(self):
        try:
            while not self._ended:
                with self._lock:
                    now = time.monotonic()
                    for member in self.members():
                        if self._speaking:
                            member.speak(now)
                        member.turn(now)
                self._poll.poll(0.005)
        except Exception as failed:  # for the thread that waits
            self._failed = failed
            raise

    def wait_until(self, condition, what):
        """`condition` is asked while no member does anything."""
        deadline = time.monotonic() + PATIENCE_S * 2
        while True:
            with self._lock:
                if condition():
                    return
            if self._failed or time.monotonic() > deadline:
                raise AssertionError("%s: in vain (%s)" % (what, self._failed))
            time.sleep(0.002)

    def wait_until_all_are_in(self):
        self.wait_until(lambda: all(member.is_settled() for member in self.sequenced) and
                        all(member.accepts for member in self.plain), "all are in")

    def start(self):
        self._speaking = True

    def stop(self):
        with self._lock:
            self._speaking = False

    def wait_for_messages(self, count):
        """Waits until so many more messages have been told."""
        first = self.sequenced[0]
        target = len(first.shown) + count
        self.wait_until(lambda: len(first.shown) >= target, "%d messages more" % count)

    def wait_until_all_is_decided(self):
        self.wait_until(lambda: all(member.is_settled() for member in self.sequenced), "all messages are decided")

    def mark(self, name):
        """
        Everybody has heard a line that begins with MARK and that name. The first plain member says it until then,
        each time another one: what it sends may be lost. Returns the first of these lines that was told.
        """
        start, author, next_at, turn = "%s%s." % (MARK, name), self.plain[0], 0.0, 0

        def is_heard():
            nonlocal next_at, turn
            if time.monotonic() >= next_at:
                author.say("%s%d" % (start, turn))
                next_at, turn = time.monotonic() + 0.5, turn + 1
            return all(any(mark.startswith(start) for mark in member.marks)
                       for member in self.members() if member is not author)

        self.wait_until(is_heard, "everybody hears %s" % start)
        return min((mark for mark in self.sequenced[0].marks if mark.startswith(start)),
                   key=lambda mark: int(mark.rpartition(".")[2]))

    def close(self):
        self._ended = True
        self._thread.join(PATIENCE_S)
        for member in self.members():
            member.socket.close()
        self._poll.close()
