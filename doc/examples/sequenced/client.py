# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
A client of the sequenced protocol as a state machine (doc/protocol.md, 2.3 to 2.9): every message exactly once, in
order, over a network that loses a third. It knows no socket, no clock and no terminal. Its caller

    passes on datagrams      client.receive(datagram, now)
    sends datagrams          for datagram in client.tick(now), after every other call and at client.due()
    shows the news           client.news, a deque of the tuples under "News"

`now` is in seconds, on a clock that also counts while the machine sleeps, and never the time of day.
"""
import collections
import random
import secrets

from sequenced import wire
from sequenced.memory import AHEAD_MAX, NEVER, Arrivals, Members, Messages, RoundTrip

# ---- Timers and limits (2.10) ----
# And so on with the last. Each wait is up to a fifth shorter.
HELLO_AGAIN_S = (0.1, 0.2, 0.4, 1.0, 1.0, 2.0, 2.0, 4.0, 4.0, 8.0, 16.0)
JOIN_AGAIN_S = (0.1, 0.2, 0.4, 1.0, 1.0, 2.0)
ATTEMPT_S = 60.0
RESUME_APART_S = 1.0
RESTART_SPREAD_S = 0.5
REPORT_S, REPORT_EVENTS, LOSSY_S = 0.02, 5, 10.0  # LOSSY_S: after a loss
HEARTBEAT_S, NOTHING_HEARD_S = 25.0, 60.0
HEARTBEAT_AGAIN_S = (1.0, 2.0, 4.0, 4.0)  # if nothing was heard in the last of these it tries to resume
FIRST_HEARTBEAT_AGAIN_S = (0.25, 0.5)  # before these, if the round trip is not known, or TAKEN after resuming
LEAVES = 12
REFUSED_COOKIES = 5
TEXT_MAX_BYTES = 1000
PACKET_MAX = 2**32 - 1

# ---- News ----
Shown = collections.namedtuple("Shown", "event name")  # name: of its author, None for a notice
Missed = collections.namedtuple("Missed", "count")  # None: the room has begun anew, and nobody knows how many
Outcome = collections.namedtuple("Outcome", "text outcome why")  # outcome: one of these four
TAKEN, REFUSED, UNKNOWN, NOT_SENT = "taken", "refused", "unknown", "not sent"
In = collections.namedtuple("In", "name room resumed")
Listed = collections.namedtuple("Listed", "names")  # who is here
Waiting = collections.namedtuple("Waiting", "code seconds")  # not admitted yet; it tries again
NameWanted = collections.namedtuple("NameWanted", "code")  # call another_name()
Lost = collections.namedtuple("Lost", "")  # the room no longer knows our session: we join anew
Out = collections.namedtuple("Out", "why number")  # the end. why: one of these; `number`: the code of REFUSAL or CLOSED
LEFT, BY_REFUSAL, BY_CLOSED = "left", "refusal", "closed"

# Codes of REFUSAL
NAME_TAKEN, NAME_BAD, ROOM_FULL, BAD_COOKIE, TOO_MANY, UNKNOWN_SESSION = 2, 3, 4, 6, 8, 9
# Why a message was not taken
TOO_LONG, EMPTY, SLOW_DOWN = 2, 4, 7
CLOSED_LEFT, CLOSED_RESTARTS = 0, 10


class Client:
    """`draw(bits)` returns a number that nobody can guess, `chance()` one from 0 to 1."""

    def __init__(self, name, now, draw=secrets.randbits, chance=random.random):
        self.name, self.draw, self.chance = name, draw, chance
        self.news = collections.deque()
        self.session = None  # the WELCOME that began or last resumed it
        self.left_at = None  # epoch and position of a session that the room has forgotten
        self.messages = Messages()
        self.arrivals = self.members = None  # of the session
        self.wants_to_leave = False
        self.cookies_refused = 0
        self.begun = -NEVER
        self.start(now)

    # ---- requests of the user ----

    def say(self, text):
        self.messages.waiting.append(text)

    def leave(self):
        """Leaves when every message is decided and every missing event has come."""
        self.wants_to_leave = True

    def leave_now(self, now):
        """Leaves without waiting for anything."""
        if self.state == "in":
            self.start_leaving(now)
        elif self.state != "leaving":
            self.go_out(LEFT)

    def another_name(self, name, now):
        self.name = name
        self.start(now)

    # ---- an attempt (2.3) ----

    def start(self, now):
        """A new attempt: to join, or to resume the session."""
        self.state, self.nonce, self.cookie = "greeting", self.draw(64), None
        self.round_trip = RoundTrip()
        self.begun = max(now, self.begun + RESUME_APART_S) if self.session else now
        self.ask_from(self.begun)

    def ask_from(self, when):
        self.ask_due, self.asked, self.attempt_ends = when, 0, when + ATTEMPT_S

    def ask(self, now):
        if self.state == "joining" and now >= self.attempt_ends:
            self.start(now)
        if now < self.ask_due:
            return []
        waits = HELLO_AGAIN_S if self.state == "greeting" else JOIN_AGAIN_S
        self.ask_due = now + waits[min(self.asked, len(waits) - 1)] * (1 - self.chance() / 5)
        self.asked_at = now
        self.asked += 1
        if self.state == "greeting":
            return [wire.encode(wire.Hello(wire.VERSION, self.nonce))]
        session = self.session and wire.Session(self.session.epoch, self.session.token, self.arrivals.position)
        return [wire.encode(wire.Join(self.nonce, self.cookie, self.name, session))]

    def sample_handshake(self, now):
        if self.asked == 1:  # otherwise it is not known which of them was answered
            self.round_trip.sample(now - self.asked_at)

    def measure(self, sent_at, now):
        """An answer to something that was sent once. The waits that run follow the first."""
        first = self.round_trip.smoothed is None
        self.round_trip.sample(now - sent_at)
        for waiting in [*self.arrivals.missing, *self.messages.under_way.values(), self.members] if first else ():
            if waiting.due < NEVER:
                waiting.due = min(waiting.due, now + self.round_trip.wait())

    def on_challenge(self, challenge, now):
        if self.state == "greeting" and challenge.nonce == self.nonce:
            self.sample_handshake(now)
            self.state, self.cookie = "joining", challenge.cookie
            self.ask_from(now)

    def on_refusal(self, refusal, now):
        if self.state not in ("greeting", "joining") or refusal.nonce != self.nonce:
            return
        self.cookies_refused = self.cookies_refused + 1 if refusal.code == BAD_COOKIE else 0
        if refusal.code in (NAME_TAKEN, NAME_BAD):
            self.state = "without a name"
            self.news.append(NameWanted(refusal.code))
        elif refusal.code in (ROOM_FULL, TOO_MANY):
            seconds = min(max(refusal.wait, 1), 3600)
            self.state, self.ask_due = "waiting", now + seconds
            self.news.append(Waiting(refusal.code, seconds))
        elif refusal.code == UNKNOWN_SESSION and self.session:
            self.left_at = self.session.epoch, self.arrivals.position
            self.session = None
            self.news.append(Lost())
            self.give_up_messages()
            self.start(now)
        elif refusal.code == BAD_COOKIE and self.cookies_refused < REFUSED_COOKIES:
            self.start(now)
        else:
            self.go_out(BY_REFUSAL, refusal.code)

    def on_welcome(self, welcome, now):
        if self.state != "joining" or welcome.nonce != self.nonce or bool(welcome.resumed) != bool(self.session):
            return
        self.sample_handshake(now)
        if welcome.resumed:
            self.arrivals.begin_again()
            self.messages.resume(now, self.round_trip)
            self.members.ask_for_all(now)
        else:
            missed = self.missed_before(welcome)
            self.arrivals, self.members, self.left_at = Arrivals(welcome.position), Members(now), None
        self.state, self.session, self.name, self.cookies_refused = "in", welcome, welcome.name, 0
        self.packet = 0
        self.events_unreported, self.report_due, self.events_at, self.lossy_until = 0, now, -NEVER, -NEVER
        self.heard_at = self.sent_at = now
        self.interval = self.draw_interval()
        self.beats = {}  # when each unanswered heartbeat was sent, by echo
        # All other timers need the round trip; and TAKEN, which new messages need, comes with the answer.
        self.beat_due = now if self.round_trip.smoothed is None or welcome.resumed else NEVER
        self.challenges = []
        self.news.append(In(welcome.name, welcome.room, bool(welcome.resumed)))
        if not welcome.resumed and missed != 0:
            self.news.append(Missed(missed))

    def missed_before(self, welcome):
        """How many events came between a session that the room has forgotten, and this one."""
        epoch, position = self.left_at or (welcome.epoch, welcome.position)
        return max(welcome.position - position, 0) if epoch == welcome.epoch else None

    # ---- datagrams of a session (2.5 to 2.8) ----

    def on_events(self, datagram, now):
        if self.state != "in" or datagram.epoch != self.session.epoch:
            return
        if datagram.events[-1].number > self.arrivals.position + AHEAD_MAX:
            return
        self.heard_at, self.arrivals.received = now, self.arrivals.received + 1
        self.arrivals.hear(self.round_trip)
        self.members.hear(self.round_trip)
        self.events_unreported += 1
        after_quiet = now - self.events_at >= REPORT_S and now < self.lossy_until
        self.events_at = now
        at_once = self.events_unreported >= REPORT_EVENTS or after_quiet
        self.report_due = min(self.report_due, now if at_once else now + REPORT_S)
        arrivals = self.arrivals
        if datagram.events[-1].number <= arrivals.position:
            self.report_due = now  # the report of it may have been lost
            self.note_loss(now)
        if arrivals.count_mended(datagram):
            self.note_loss(now)
        if datagram.events[0].number > arrivals.position + 1 and arrivals.is_full():
            return  # as if it had been lost; the next event always has a place
        prompt_from = NEVER if arrivals.missing else datagram.events[0].number + datagram.repeats
        arrivals.note_arrival(datagram, now, self.round_trip)
        for event in datagram.events:
            if arrivals.take(event, now):
                self.report_due = now
            if event.member == self.session.member and event.said:
                prompt = event.number >= prompt_from
                self.settle(self.messages.number_of(event.said), TAKEN, 0, now, prompt)  # its event acknowledges it
        self.deliver()
        arrivals.hurry(now, self.round_trip)
        if now < self.lossy_until and not arrivals.missing:
            self.messages.hurry(now, self.round_trip)

    def note_loss(self, now):
        self.lossy_until = now + LOSSY_S

    def deliver(self):
        """Delivers the events before the first gap, as far as the names of their authors are known."""
        arrivals = self.arrivals
        while arrivals.position + 1 in arrivals.held:
            event = arrivals.held[arrivals.position + 1]
            has_author = event.member is not None
            name = self.members.author(event) if has_author else None
            if has_author and name is None:
                return
            del arrivals.held[event.number]
            arrivals.position = event.number
            if has_author:
                self.members.follow(event)
            if event.kind != "unknown":
                self.news.append(Shown(event, name))

    def on_down(self, down, now):
        session = self.session
        if not session or (down.token, down.run) != (session.token, session.run):
            return
        if self.state in ("in", "leaving"):
            self.arrivals.hear(self.round_trip)
            self.members.hear(self.round_trip)
        for frame in down.frames:
            # While a session is being resumed, only CLOSED counts of its last run.
            if isinstance(frame, wire.Closed) and self.state != "out":
                self.on_closed(frame, now)
            elif self.state == "in" or (self.state == "leaving" and isinstance(frame, wire.PathCheck)):
                self.heard_at = now
                self.FRAMES[type(frame)](self, frame, now)

    def on_taken(self, taken, now):
        if self.messages.resuming:
            self.messages.go_on(taken.upto, now)
        if taken.upto > self.messages.last:
            return
        for number in [number for number in self.messages.under_way if number <= taken.upto]:
            behind = taken.upto - number
            refused = behind < 32 and taken.refused >> behind & 1
            self.settle(number, REFUSED if refused else TAKEN, 0, now)
        self.messages.keep(taken.upto, taken.kept, now, self.round_trip)

    def on_not_taken(self, not_taken, now):
        if not_taken.why == SLOW_DOWN:
            self.messages.not_before = now + not_taken.wait / 100
            for number, message in self.messages.under_way.items():
                if number >= not_taken.number and not message.kept:
                    message.due = self.messages.not_before
        else:
            self.settle(not_taken.number, REFUSED, not_taken.why, now, True)

    def settle(self, number, outcome, why, now, prompt=False):
        """`prompt`: this is an answer to the message, and nothing has delayed it."""
        if number in self.messages.under_way:
            sent_at = self.messages.under_way[number].sent_at
            if prompt and sent_at not in (None, NEVER):
                self.measure(sent_at, now)
            self.news.append(Outcome(self.messages.settle(number, now, self.round_trip), outcome, why))

    def on_head(self, head, now):
        self.arrivals.learn(head.head, now)
        self.report_due = now
        self.note_loss(now)

    def on_heartbeat_answer(self, answer, now):
        if answer.echo in self.beats:
            self.measure(self.beats[answer.echo], now)
            self.stop_beats()
        self.arrivals.confirm(answer.head)
        self.arrivals.learn(answer.head, now)

    def on_page(self, page, now):
        if self.members.take_page(page, now):
            self.news.append(Listed(self.members.here()))
        position = self.arrivals.position
        self.deliver()
        if self.arrivals.position != position:  # earlier reports left these events out, for they had no names
            self.report_due = now

    def on_gap(self, gap, now):
        self.report_due = now
        if gap.oldest <= self.arrivals.position + 1:
            return
        self.news.append(Missed(gap.oldest - 1 - self.arrivals.position))
        self.arrivals.skip_to(gap.oldest - 1)
        self.members.forget_all()
        self.members.ask_for_all(now, least_head=gap.oldest - 1)
        self.deliver()

    def on_report(self, _report, _now):
        """How many of our UPs have come. This client does without."""

    def on_path_check(self, check, _now):
        self.challenges.append(check.challenge)

    FRAMES = {wire.Taken: on_taken, wire.NotTaken: on_not_taken, wire.Head: on_head, wire.Page: on_page,
              wire.HeartbeatAnswer: on_heartbeat_answer, wire.Gap: on_gap, wire.PathCheck: on_path_check,
              wire.Report: on_report, wire.PastPage: lambda self, page, now: None}  # it asks for no history

    def on_stranger(self, stranger, now):
        """Anybody may send this, so it only makes us try to resume."""
        if not self.session or stranger.token != self.session.token:
            return
        if self.state == "in":
            self.start(now)
        elif self.state == "leaving":
            self.go_out(LEFT)

    def on_closed(self, closed, now):
        if closed.reason == CLOSED_RESTARTS and self.state != "leaving":
            if self.state == "in":
                self.start(now + RESTART_SPREAD_S * self.chance())
            return
        left = self.state == "leaving" or closed.reason == CLOSED_LEFT
        self.go_out(LEFT if left else BY_CLOSED, closed.reason)

    def give_up_messages(self):
        """The outcome of all under way is unknown. That MUST be said, and nothing of it is sent again."""
        self.news.extend(Outcome(text, UNKNOWN, 0) for text in self.messages.give_up())

    def go_out(self, why, number=0):
        self.give_up_messages()
        self.news.extend(Outcome(text, NOT_SENT, 0) for text in self.messages.waiting)
        self.state = "out"
        self.news.append(Out(why, number))

    DATAGRAMS = {wire.Challenge: on_challenge, wire.Refusal: on_refusal, wire.Welcome: on_welcome,
                 wire.Stranger: on_stranger, wire.Events: on_events, wire.Down: on_down}

    def receive(self, octets, now):
        """Handles a datagram; an invalid one, or one that is not expected now, is dropped."""
        try:
            datagram = wire.decode(octets)
        except wire.Refused:
            return
        handler = self.DATAGRAMS.get(type(datagram))
        if handler:
            handler(self, datagram, now)

    # ---- timers ----

    def tick(self, now):
        """The datagrams to send now."""
        if self.state == "waiting" and now >= self.ask_due:
            self.start(now)
        if self.state in ("greeting", "joining"):
            return self.ask(now)
        if self.state == "in" and self.is_silent(now):
            self.start(now)
            return self.ask(now)
        if self.state == "in":
            return self.pack(self.frames(now), now)
        if self.state == "leaving":
            return self.pack(self.leaving_frames(now), now)
        return []

    def due(self):
        """When tick() has something to do."""
        if self.state == "joining":
            return min(self.ask_due, self.attempt_ends)
        if self.state in ("greeting", "waiting"):
            return self.ask_due
        if self.state == "leaving":
            return -NEVER if self.challenges else self.leave_due
        if self.state != "in":
            return NEVER
        if self.challenges or self.messages.has_place() or self.may_leave():
            return -NEVER
        return min(self.report_due, self.members.due, self.members.patient_until, self.arrivals.due(),
                   self.messages.due(), self.next_beat())

    def frames(self, now):
        frames = [wire.Path(challenge) for challenge in self.challenges]
        self.challenges = []
        if now >= self.next_beat():
            frames.append(self.beat(now))
        if now >= self.members.due:
            frames.append(self.members.ask(now, self.round_trip))
        if now >= self.members.patient_until:
            self.members.do_without()
            self.deliver()
        missing = self.arrivals.ask(now, self.round_trip)
        if missing:
            self.note_loss(now)
            frames.extend(missing)
        self.take_own_limits()
        self.messages.open_window(now)
        lossy = now < self.lossy_until
        frames.extend(self.messages.ask(now, self.round_trip, lossy))
        if lossy and (frames or now >= self.report_due):
            frames.extend([*self.arrivals.once_more(now), *self.messages.once_more(now, self.round_trip)])
        if (self.messages.doubtful or self.arrivals.doubtful) and not self.beats:
            frames.append(self.beat(now))
        if self.may_leave():
            self.start_leaving(now)
            frames.extend(self.leaving_frames(now))
        return frames

    def take_own_limits(self):
        """Refuses the messages that the room would not take."""
        most = min(self.session.max_text, TEXT_MAX_BYTES)
        texts = self.messages.waiting
        for _ in range(len(texts)):
            text = texts.popleft()
            length = len(text.encode())
            if 0 < length <= most:
                texts.append(text)
            else:
                self.news.append(Outcome(text, REFUSED, TOO_LONG if length else EMPTY))

    def pack(self, frames, now):
        """As few UPs as hold the frames; one without frames if only a report is due."""
        bundles, room = [], 0
        for frame in frames:
            size = wire.size_of(frame)
            if size > room:
                bundles.append([])
                room = wire.DATAGRAM_MAX_BYTES - wire.UP_BYTES
            bundles[-1].append(frame)
            room -= size
        if not bundles and now >= self.report_due:
            bundles.append([])
        return [self.up(bundle, now) for bundle in bundles]

    def up(self, frames, now):
        self.packet += 1
        self.events_unreported, self.report_due, self.sent_at = 0, NEVER, now
        session = self.session
        return wire.encode(wire.Up(session.token, session.run, self.packet, *self.arrivals.report(now), frames, True))

    # ---- heartbeats (2.8) ----

    def draw_interval(self):
        return min(HEARTBEAT_S, self.session.timeout / 3) * (0.8 + 0.4 * self.chance())

    def next_beat(self):
        if self.beats:
            return self.beat_due
        return min(self.beat_due, self.sent_at + self.interval, self.heard_at + NOTHING_HEARD_S)

    def beat(self, now):
        """A heartbeat. It is repeated until there is an answer or the last wait is over."""
        if not self.beats:
            hurry = self.round_trip.smoothed is None or self.messages.resuming
            first = FIRST_HEARTBEAT_AGAIN_S if hurry else ()
            self.beat_waits = collections.deque((*first, *HEARTBEAT_AGAIN_S))
        echo = self.draw(32)
        self.beats[echo] = self.last_beat = now
        self.beat_due = now + self.beat_waits.popleft()
        self.interval = self.draw_interval()
        return wire.Heartbeat(echo)

    def stop_beats(self):
        self.beats, self.beat_due = {}, NEVER

    def is_silent(self, now):
        """Nobody answers. (Or the packet numbers of this run are used up.)"""
        if not self.beats or self.beat_waits or now < self.beat_due:
            return self.packet >= PACKET_MAX - 100
        if self.heard_at <= self.last_beat:
            return True
        self.stop_beats()  # the answers were lost, but other datagrams come
        return False

    # ---- leaving (2.6) ----

    def may_leave(self):
        arrivals = self.arrivals
        return (self.state == "in" and self.wants_to_leave and self.messages.count() == 0
                and not arrivals.held and not arrivals.missing)

    def start_leaving(self, now):
        self.state, self.leave_due, self.leaves = "leaving", now, 0

    def leaving_frames(self, now):
        frames = [wire.Path(challenge) for challenge in self.challenges]
        self.challenges = []
        if now >= self.leave_due:
            if self.leaves == LEAVES:
                self.go_out(LEFT)
                return []
            self.leave_due = now + self.round_trip.wait(self.leaves)
            self.leaves += 1
            frames.append(wire.Leave())
        return frames
