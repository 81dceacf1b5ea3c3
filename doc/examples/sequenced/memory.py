# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
The state of a client of the sequenced protocol, each part with its own rules: the round trip, the events that have
come and those that are missing, the members, and the messages under way (doc/protocol.md, 2.5 to 2.7). client.py
decides when each is used. Times are in seconds, and arguments.
"""
import collections
import math

from sequenced import wire

NEVER = math.inf

GAP_S, OVERTAKEN_S = 0.001, 0.01  # a gap that lasts this long is a loss; where datagrams overtake others
OVERTAKES_S = 10.0  # a network that has done so will do so again
FAR_S = 0.01  # a round trip from which on a gap is asked for once more
FIRST_WAIT_S = 1.0  # for an answer, while the round trip is not known
LEAST_WAIT_S, BACKOFF_S, MOST_WAIT_S = 0.01, 1.6, 10.0
PRECISION_S = 0.001  # of timers
PAGES_APART_S = 0.01
NAMES_S = 30.0
REPETITIONS_IN_VAIN = 4
UNDER_WAY = 32
UNDER_WAY_BYTES = 2400  # two datagrams: what a client without a window of its own may have in flight (2.5)
HELD_MAX = 1 << 16  # events beyond a gap
AHEAD_MAX = 256 * 400  # events beyond the position: a window has no more, so others are forged
REQUESTS_IN_VAIN = 8

EXIT_RENAMED = 1


class RoundTrip:
    """How long an answer takes (RFC 6298)."""

    def __init__(self):
        self.smoothed = self.deviation = None

    def sample(self, seconds):
        if self.smoothed is None:
            self.smoothed, self.deviation = seconds, seconds / 2
            return
        self.deviation += (abs(self.smoothed - seconds) - self.deviation) / 4
        self.smoothed += (seconds - self.smoothed) / 8

    def wait(self, repeats=0, least=LEAST_WAIT_S):
        """How long to wait before asking again, after so many `repeats`: the rule for everything (2.5)."""
        known = self.smoothed is not None
        once = max(least, self.smoothed + max(4 * self.deviation, PRECISION_S)) if known else FIRST_WAIT_S
        most = min(MOST_WAIT_S, max(BACKOFF_S, 2 * once))
        return min(most, once * 2 ** min(repeats, 10))

    def least(self):
        return 0 if self.smoothed is None else self.smoothed - 4 * self.deviation

    def answered(self, repeats):
        """The same, if something has come that was sent after the answer."""
        return self.wait(repeats, 0)


class Hole:
    """Missing events, when to ask for them, and how often that was done in vain."""

    def __init__(self, first, last, due, asked_at=None):
        self.first, self.last, self.due, self.asked_at = first, last, due, asked_at
        self.repeats = self.tries = 0  # repeats: since anything has come; tries: since part of it has
        self.again = False  # the next UP asks for it, too


class Arrivals:
    """The reorder buffer: events that were not delivered yet, and the gaps between them (2.5)."""

    def __init__(self, position):
        self.position = position  # delivered up to here
        self.known = position  # the last event that was sent to us, as far as we know
        self.held = {}
        self.missing = []  # in order
        self.received = self.lost = 0  # EVENTS of this run; those that were missing, one for each event
        self.latest = position  # the last event that has come, and when
        self.latest_at = None
        self.doubtful = False  # one was asked for so often that we should ask what was sent at all
        self.overtakes_until = -NEVER

    def learn(self, number, now):
        """Everything up to this was sent to us. Only the heads of HEAD and HEARTBEAT say so."""
        if number > self.known:
            patience = OVERTAKEN_S if now < self.overtakes_until else GAP_S
            self.missing.append(Hole(self.known + 1, number, now + patience))
            self.known = number

    def take(self, event, now):
        """True if the event closes a gap."""
        number = event.number
        if number <= self.position or number in self.held:
            return False
        self.held[number] = event
        if number > self.known:
            self.learn(number - 1, now)
            self.known = number
            return False
        at = next(i for i, hole in enumerate(self.missing) if number <= hole.last)
        hole = self.missing[at]
        parts = [Hole(first, last, hole.due, hole.asked_at)
                 for first, last in ((hole.first, number - 1), (number + 1, hole.last))]
        self.missing[at:at + 1] = [part for part in parts if part.first <= part.last]
        return hole.first == hole.last

    def count_mended(self, datagram):
        """Counts the events among the repeats that had not come: their datagram was lost."""
        first = datagram.events[0].number
        mended = max(0, first + datagram.repeats - max(first, self.known + 1))
        self.lost += mended
        return mended

    def note_arrival(self, datagram, now, round_trip):
        """What is no repeat, and comes sooner than a repair can, was overtaken."""
        first, last = datagram.events[0].number + datagram.repeats, datagram.events[-1].number
        if last > max(self.latest, self.position):
            self.latest, self.latest_at = last, now
        for hole in self.missing:
            too_soon = hole.asked_at is None or (hole.tries == 1 and now - hole.asked_at < round_trip.least())
            if hole.first <= last and hole.last >= first and too_soon:
                self.overtakes_until = now + OVERTAKES_S

    def skip_to(self, position):
        """The events up to `position` can't be had any more."""
        self.latest_at = None if position > self.latest else self.latest_at
        self.position, self.known, self.latest = position, max(position, self.known), max(position, self.latest)
        self.held = {number: event for number, event in self.held.items() if number > position}
        for hole in self.missing:
            hole.first = max(hole.first, position + 1)
        self.missing = [hole for hole in self.missing if hole.first <= hole.last]

    def begin_again(self):
        """The server sends everything after the position once more."""
        self.known, self.held, self.missing = self.position, {}, []
        self.received, self.lost, self.latest, self.latest_at = 0, 0, self.position, None

    def report(self, now):
        """The fields of UP: position, ahead, received, lost and delay."""
        delay = wire.DELAY_UNKNOWN if self.latest_at is None else round((now - self.latest_at) / wire.DELAY_UNIT_S)
        return (self.position, max(self.latest - self.position, 0), self.received % 2**16, self.lost % 2**16,
                min(delay, wire.DELAY_UNKNOWN))

    def is_full(self):
        return len(self.held) > HELD_MAX

    def hear(self, round_trip):
        """Something has come from the server. It is there, so gaps are asked for without a longer wait."""
        for hole in self.missing:
            if hole.repeats > 1:
                hole.repeats, hole.due = 1, min(hole.due, hole.asked_at + round_trip.wait())

    def hurry(self, now, round_trip):
        """EVENTS have come. Where they were sent after a repair, this was lost, or the request."""
        for hole in self.missing:
            if hole.asked_at is not None and now >= hole.asked_at + round_trip.answered(max(hole.tries - 1, 0)):
                hole.due = min(hole.due, now)

    def confirm(self, head):
        """Only events up to this were sent to us. If a gap does not close, others are forged, or will come again."""
        if head < self.known and any(hole.tries >= REQUESTS_IN_VAIN for hole in self.missing):
            self.known = max(self.position, head)
            self.held = {number: event for number, event in self.held.items() if number <= self.known}
            for hole in self.missing:
                hole.last = min(hole.last, self.known)
            self.missing = [hole for hole in self.missing if hole.first <= hole.last]

    def within_reach(self):
        return [hole for hole in self.missing if hole.first <= self.position + wire.MISSING_MAX]

    def due(self):
        return min((hole.due for hole in self.within_reach()), default=NEVER)

    def ask(self, now, round_trip):
        """The frames that ask for what is missing: none or one."""
        asked = [hole for hole in self.within_reach() if hole.due <= now]
        self.doubtful = any(hole.tries == REQUESTS_IN_VAIN - 1 for hole in asked)
        for hole in asked:
            if hole.asked_at is None:
                self.lost += hole.last - hole.first + 1
            hole.due, hole.again = now + round_trip.wait(hole.repeats), (round_trip.smoothed or 0) >= FAR_S
            hole.asked_at, hole.repeats, hole.tries = now, hole.repeats + 1, hole.tries + 1
        return self.request(asked)

    def once_more(self, now):
        """The same, in an UP that is sent anyhow: over a long way it is worth while to ask twice."""
        asked = [hole for hole in self.within_reach() if hole.again and hole.asked_at < now]
        for hole in asked:
            hole.again = False
        return self.request(asked)

    def request(self, holes):
        numbers = [number for hole in holes
                   for number in range(hole.first, min(hole.last, self.position + wire.MISSING_MAX) + 1)]
        return [wire.missing(self.position, numbers)] if numbers else []


class Members:
    """
    The members, and the names of the authors of events (2.7). Pages and events are of different moments, so each member
    has the last event that changed it.
    """

    def __init__(self, now):
        self.said_by_events = {}  # names, from the joins that were delivered
        self.listed = {}  # number: (the event that changed it last, name, is here)
        self.ask_for_all(now)

    def ask_for_all(self, now, least_head=0):
        self.after, self.due, self.repeats = 0, now, 0
        self.least_head = least_head  # an older page does not belong to this list
        self.pages = []  # (after, up to, head)
        self.complete = self.without = False
        self.patient_until = now + NAMES_S

    def forget_all(self):
        """After a gap in the events every name may have changed."""
        self.said_by_events.clear()
        self.listed.clear()

    def do_without(self):
        """Stops waiting for names: events are shown without them."""
        self.without, self.patient_until = True, NEVER

    def ask(self, now, round_trip):
        self.due, self.asked_at = now + round_trip.wait(self.repeats), now
        self.repeats += 1
        return wire.Members(self.after)

    def hear(self, round_trip):
        """As for gaps: the server is there."""
        if self.repeats > 1:
            self.repeats, self.due = 1, min(self.due, self.asked_at + round_trip.wait())

    def changed_at(self, number):
        """The event up to which the state of this member is known."""
        by_page = max((head for after, upto, head in self.pages if after < number <= upto), default=0)
        return max(by_page, self.listed[number][0] if number in self.listed else 0)

    def take_page(self, page, now):
        """True if that was the last page."""
        if self.complete or page.after != self.after or page.head < self.least_head:
            return False
        upto = page.last if page.more else NEVER
        on_page = {entry.member: entry for entry in page.entries}
        for number, (changed, _, _) in list(self.listed.items()):
            if page.after < number <= upto and changed <= page.head and number not in on_page:
                del self.listed[number]
        for number, entry in on_page.items():
            # Of those that are known, the events tell: by the page one may have a name already under which it had not
            # yet said what is still to come.
            if number not in self.listed:
                self.listed[number] = (page.head, entry.name, not entry.gone)
        self.pages.append((page.after, upto, page.head))
        self.complete = not page.more
        self.after, self.repeats = page.last, 0
        self.due = NEVER if self.complete else now + PAGES_APART_S
        self.patient_until = NEVER if self.complete else self.patient_until
        return self.complete

    def name_of(self, number):
        """None: it may be on a page that has not come yet."""
        if number in self.said_by_events:
            return self.said_by_events[number]
        if number in self.listed:
            return self.listed[number][1]
        return "member %d" % number if self.complete or self.without else None

    def author(self, event):
        return event.name or self.name_of(event.member)

    def follow(self, event):
        """Takes the events, in their order."""
        number, leaves = event.member, event.kind == "exit"
        if event.name is not None:  # a join, or an event with the name of its author
            self.said_by_events[number] = event.name
        if (event.name is not None or leaves) and self.changed_at(number) < event.number:
            self.listed[number] = (event.number, event.name or self.name_of(number), not leaves)
        if leaves and event.reason != EXIT_RENAMED:
            self.said_by_events.pop(number, None)
            if self.complete:  # otherwise a page on the way may still list it as here
                self.listed.pop(number, None)

    def here(self):
        return [name for _, (_, name, is_here) in sorted(self.listed.items()) if is_here]


class Message:
    def __init__(self, text, due):
        self.text, self.due, self.repeats = text, due, 0
        self.kept = False  # by the server, in its reorder buffer
        self.sent_at = None  # NEVER once it was repeated: it is not known which of them is answered
        self.last_at, self.again = None, False  # again: the next UP repeats it, since the network loses some


class Messages:
    """Messages, until their outcome is known (2.6)."""

    def __init__(self):
        self.waiting = collections.deque()  # texts that have no number yet
        self.under_way = {}  # by number, rising
        self.last = 0  # the highest number so far
        self.not_before = 0.0  # the server has asked us to slow down
        self.doubtful = False  # one was repeated so often that we should ask whether anybody is there
        self.resuming = False  # and it is not known yet up to which number the server has decided

    def count(self):
        return len(self.waiting) + len(self.under_way)

    def has_place(self):
        if self.resuming or not self.waiting:
            return False
        length = sum(len(message.text) for message in self.under_way.values()) + len(self.waiting[0])
        if self.under_way and length > UNDER_WAY_BYTES:
            return False
        return self.last < min(self.under_way, default=self.last + 1) + UNDER_WAY - 1

    def open_window(self, now):
        while self.has_place():
            self.last += 1
            self.under_way[self.last] = Message(self.waiting.popleft(), now)

    def due(self):
        return max(self.not_before, min((message.due for message in self.under_way.values()), default=NEVER))

    def ask(self, now, round_trip, lossy):
        """The MESSAGE frames to send now, lowest number first."""
        self.doubtful = False
        if now < self.not_before:
            return
        for number, message in self.under_way.items():
            if message.due <= now:
                message.due = now + round_trip.wait(message.repeats)
                message.sent_at = now if message.sent_at is None else NEVER
                message.last_at, message.again = now, lossy
                message.repeats += 1
                self.doubtful |= message.repeats == 1 + REPETITIONS_IN_VAIN
                yield wire.Message(number, 0, message.text)

    def once_more(self, now, round_trip):
        """The MESSAGE frames that an UP repeats that is sent anyhow."""
        for number, message in self.under_way.items():
            if message.again and message.last_at < now and not message.kept and now >= self.not_before:
                message.due = now + round_trip.wait(message.repeats - 1)
                message.sent_at, message.last_at, message.again = NEVER, now, False
                yield wire.Message(number, 0, message.text)

    def hurry(self, now, round_trip):
        """EVENTS have come, and none is missing. Where they were sent after our own, the message was lost."""
        for message in self.under_way.values():
            sent = message.last_at is not None and not message.kept
            if sent and now >= message.last_at + round_trip.answered(max(message.repeats - 1, 0)):
                message.due = min(message.due, now)

    def settle(self, number, now, round_trip):
        """Removes a decided message and returns its text. The waits of the others begin anew (RFC 6298, 5.7)."""
        text = self.under_way.pop(number).text
        again = now + round_trip.wait()
        for i, message in enumerate(self.under_way.values()):
            message.repeats = 0
            if i == 0:
                message.kept = False  # it is decided now, and its outcome may have been lost
            message.due = NEVER if message.kept else min(message.due, again)
        return text

    def keep(self, upto, kept, now, round_trip):
        """As `settle`, for the messages that wait at the server for others."""
        is_news = False
        for number, message in list(self.under_way.items())[1:]:
            if number > upto and kept >> (number - upto - 1) & 1:
                is_news |= not message.kept
                message.kept, message.due, message.sent_at = True, NEVER, NEVER
        for message in self.under_way.values() if is_news else ():
            message.repeats = 0
            message.due = message.due if message.kept else min(message.due, now + round_trip.wait())

    def resume(self, now, round_trip):
        """The server has dropped what it kept. Until TAKEN says what is decided, no new message is sent."""
        self.resuming = True
        for message in self.under_way.values():
            message.kept, message.repeats, message.sent_at = False, 0, NEVER
            message.due, message.last_at = now + round_trip.wait(), now

    def go_on(self, upto, now):
        """The first TAKEN of a resumed session: what is above that is sent at once."""
        self.resuming = False
        for number, message in self.under_way.items():
            if number > upto:
                message.due = now

    def number_of(self, said):
        """The number of the message under way that an event calls `said`."""
        return next((number for number in self.under_way if 1 + (number - 1) % 65535 == said), None)

    def give_up(self):
        """Returns the texts that may or may not have been taken. Texts that were never sent stay."""
        texts = [message.text for message in self.under_way.values()]
        self.under_way, self.last, self.not_before, self.resuming = {}, 0, 0.0, False
        return texts
