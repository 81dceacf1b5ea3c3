# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
The bytes of the sequenced protocol (doc/protocol.md, 2.2 to 2.5). decode() returns a named tuple for a datagram,
encode() the datagram for a named tuple. The tables below are those of the page, with the same names. client.py knows
when each datagram is sent, and how it is answered.
"""
import collections

VERSION = 1
IN_THE_CLEAR = 0  # the key id of datagrams that are not sealed; there are no others yet
DATAGRAM_MAX_BYTES = 1200
EVENT_MAX, MEMBER_MAX = 2**62 - 1, 2**30 - 1
NAME_MAX_BYTES, COOKIE_MAX_BYTES = 64, 32
SKIPPABLE = 0x40  # from here on a frame or event has its length, so that older programs can skip it


class Refused(Exception):
    """The bytes break the rules."""


def require(condition):
    if not condition:
        raise Refused


class Reader:
    """The unread bytes. `start` is the first four bytes of the datagram, which hold some fields of handshakes."""

    def __init__(self, octets, start=b""):
        self.rest, self.start = octets, start
        self.whole = True  # no frame was cut off or unknown

    def take(self, count):
        require(count <= len(self.rest))
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def at_end(self):
        """No frame or event begins with a zero byte: that is padding, and nothing after it is read."""
        return not self.rest or self.rest[0] == 0


# ---- Kinds of fields. Each can read itself, and write a value. ----

class Number:
    def __init__(self, size, least=0, most=None):
        self.size, self.least, self.most = size, least, 256**size - 1 if most is None else most

    def read(self, reader):
        value = int.from_bytes(reader.take(self.size), "big")
        require(self.least <= value <= self.most)
        return value

    def write(self, value):
        return value.to_bytes(self.size, "big")


class Varint(Number):
    """RFC 9000, section 16: the two highest bits say whether it has 1, 2, 4 or 8 bytes."""

    def __init__(self, least=0, most=EVENT_MAX):
        super().__init__(8, least, most)

    def read(self, reader):
        require(reader.rest)
        size = 1 << (reader.rest[0] >> 6)
        value = int.from_bytes(reader.take(size), "big") % (1 << 8 * size - 2)
        require(self.least <= value <= self.most)
        return value

    def write(self, value):
        power = next(power for power in range(4) if value < 1 << (8 << power) - 2)
        return (value | power << (8 << power) - 2).to_bytes(1 << power, "big")


class YesNo(Number):
    def __init__(self):
        super().__init__(1)

    def read(self, reader):
        return super().read(reader) != 0


class Octets:
    """As many bytes as the number before them says."""

    def __init__(self, length):
        self.length = length

    def read(self, reader):
        return reader.take(self.length.read(reader))

    def write(self, value):
        return self.length.write(len(value)) + value


class Text(Octets):
    """Servers admit only UTF-8. If one does not, the event is shown as well as possible, and not lost."""

    def read(self, reader):
        return super().read(reader).decode("utf-8", "replace")

    def write(self, value):
        return super().write(value.encode())


class Entries(Octets):
    """The records of a page, with their length in bytes before them."""

    def __init__(self, kind):
        super().__init__(Number(2))
        self.kind = kind

    def read(self, reader):
        inner, entries = Reader(super().read(reader)), []
        while inner.rest:
            entries.append(read(self.kind, inner))
        return entries

    def write(self, value):
        return super().write(b"".join(map(write, value)))


class Rest:
    """All bytes that are left of a frame with a length."""

    @staticmethod
    def read(reader):
        return reader.take(len(reader.rest))

    @staticmethod
    def write(value):
        return value


class Start:
    """A field in the first four bytes of a handshake; encode() writes it there."""

    def __init__(self, index, mask=0xFF):
        self.index, self.mask = index, mask

    def read(self, reader):
        return reader.start[self.index] & self.mask

    def write(self, _value):
        return b""


def record(title, check=lambda value, reader: True, /, **fields):
    """A named tuple that knows its fields, in wire order, and a rule for more than one of them."""
    kind = collections.namedtuple(title, fields)
    kind.fields, kind.check = tuple(fields.values()), staticmethod(check)
    return kind


def read(kind, reader):
    value = kind(*[field.read(reader) for field in kind.fields])
    require(kind.check(value, reader))
    return value


def write(value):
    return b"".join(field.write(part) for field, part in zip(value.fields, value))


U8, U16, U32, U64 = Number(1), Number(2), Number(4), Number(8)
FROM_1 = Number(4, 1)
RUN = Number(2, 1)
POSITION = Number(8, 0, EVENT_MAX)  # of an event; 0 if there is none yet
EVENT = Number(8, 1, EVENT_MAX)
MEMBER = Varint(1, MEMBER_MAX)
NAME = Text(Number(1, 1, NAME_MAX_BYTES))
COOKIE = Octets(Number(1, 1, COOKIE_MAX_BYTES))


# ---- 2.3, handshakes: the fields after the first four bytes ----

Session = record("Session", epoch=U64, token=U64, position=POSITION)


class OfResuming:
    """Present if flag 1 is set."""

    @staticmethod
    def read(reader):
        return read(Session, reader) if reader.start[3] & 1 else None

    @staticmethod
    def write(value):
        return write(value) if value else b""


Offer = record("Offer", events=Number(2, 1), keep=U32)
PARTS_MAX, PART_HISTORY = 16, 4


class OfHistory:
    """Part 4, if it is there: which history is offered."""

    @staticmethod
    def read(reader):
        for _ in range(PARTS_MAX):
            if len(reader.rest) < 2 or reader.rest[0] == 0 or len(reader.rest) < 2 + reader.rest[1]:
                return None
            kind, value = reader.take(1)[0], Reader(Octets(U8).read(reader))
            if kind == PART_HISTORY and len(value.rest) >= 6:
                return read(Offer, value) if value.rest[:2] != bytes(2) else None
        return None

    @staticmethod
    def write(value):
        return bytes((PART_HISTORY,)) + Octets(U8).write(write(value)) if value else b""


Hello = record("Hello", version=Start(1), nonce=U64)
Join = record("Join", nonce=U64, cookie=COOKIE, name=Text(U8), session=OfResuming)
Challenge = record("Challenge", nonce=U64, cookie=COOKIE)
Welcome = record("Welcome", resumed=Start(3, 1), nonce=U64, epoch=U64, token=U64, run=RUN,
                 member=Number(4, 1, MEMBER_MAX), position=POSITION, max_text=U16, timeout=U32, name=NAME, room=NAME,
                 offer=OfHistory)
Welcome.__new__.__defaults__ = (None,)
Refusal = record("Refusal", version=Start(1), code=Start(3), nonce=U64, wait=U16)
Stranger = record("Stranger", token=U64)

HANDSHAKES = {(0xF8, 1): Hello, (0xF8, 2): Join,
              (0xF9, 1): Challenge, (0xF9, 2): Welcome, (0xF9, 3): Refusal, (0xF9, 4): Stranger}
LEAST_BYTES = {Hello: 128, Join: 320}  # so that no answer is longer than the request
REFUSED_VERSION = 1


def read_handshake(octets):
    require(len(octets) >= 4)
    kind = HANDSHAKES.get((octets[0], octets[2]))
    require(kind and len(octets) >= LEAST_BYTES.get(kind, 0))
    value = read(kind, Reader(octets[4:], octets[:4]))
    if kind is Refusal:
        require(value.code != 0)
    of_any_version = kind is Hello or (kind is Refusal and value.code == REFUSED_VERSION)
    require(octets[1] == VERSION or of_any_version)
    return value


def start_of(value):
    first, kind = next(key for key, known in HANDSHAKES.items() if isinstance(value, known))
    fourth = {Join: lambda: value.session is not None, Welcome: lambda: value.resumed, Refusal: lambda: value.code}
    return bytes((first, getattr(value, "version", VERSION), kind, int(fourth.get(type(value), lambda: 0)())))


# ---- 2.5, the frames of a session ----

MISSING_MAX = 256  # events after the position that MISSING can ask for


Message = record("Message", number=FROM_1, what=U8, text=Text(U16))
# bits: the events to send again; the lowest bit of the first byte is position + 1
Missing = record("Missing", lambda missing, reader: missing.bits[-1] != 0, bits=Octets(Number(1, 1, MISSING_MAX // 8)))
Heartbeat = record("Heartbeat", echo=U32)
Leave = record("Leave")
Members = record("Members", after=U32)
Path = record("Path", challenge=U64)
# flags: 1 from the last on
History = record("History", lambda ask, reader: ask.high == 0 or ask.high >= ask.low, id=Number(2, 1), flags=U8,
                 pages=Number(1, 1, 16), low=Varint(1), high=Varint(), since=Number(6), words=Text(U8))
UP_FRAMES = {1: Message, 2: Missing, 3: Heartbeat, 4: Leave, 5: Members, 6: Path, 0x40: History}


def missing(position, numbers):
    """The frame MISSING that asks for the events with these numbers."""
    bits = sum(1 << number - position - 1 for number in numbers)
    return Missing(bits.to_bytes((bits.bit_length() + 7) // 8, "little"))


def numbers_of(frame, position):
    """The numbers that a frame MISSING asks for."""
    bits = int.from_bytes(frame.bits, "little")
    return [position + 1 + n for n in range(MISSING_MAX) if bits >> n & 1]


def is_page(page, _reader):
    """Members rise, are above `after`, and at most `last`."""
    numbers = [page.after, *[entry.member for entry in page.entries], page.last + 1]
    return all(one < other for one, other in zip(numbers, numbers[1:])) and (page.last > page.after or not page.more)


Entry = record("Entry", member=MEMBER, gone=YesNo(), name=NAME)

Taken = record("Taken", upto=U32, refused=U32, kept=U32)
NotTaken = record("NotTaken", number=FROM_1, why=U8, wait=U16)
Head = record("Head", head=POSITION)
HeartbeatAnswer = record("HeartbeatAnswer", echo=U32, head=POSITION)
Page = record("Page", is_page, head=POSITION, here=U32, after=U32, last=U32, more=YesNo(), entries=Entries(Entry))
Gap = record("Gap", oldest=EVENT)
PathCheck = record("PathCheck", challenge=U64)
Closed = record("Closed", reason=U8, text=Text(U16))
Report = record("Report", packet=FROM_1, received=U16)
# flags: 1 the last of the answer, 2 there may be more, 4 some are not kept, 8 the rest can't be read now
PastPage = record("PastPage", lambda page, reader: page.high >= page.low - 1, id=Number(2, 1), flags=U8,
                  page=Number(1, 0, 15), low=Varint(1), high=Varint(), events=Rest)
DOWN_FRAMES = {1: Taken, 2: NotTaken, 3: Head, 4: HeartbeatAnswer, 5: Page, 6: Gap, 7: PathCheck, 8: Closed, 9: Report,
               0x40: PastPage}


class Frames:
    """All frames to the end. A bad one ends the datagram; those before it count."""

    def __init__(self, kinds):
        self.kinds = kinds
        self.codes = {kind: code for code, kind in kinds.items()}

    def read(self, reader):
        frames = []
        try:
            while not reader.at_end():
                code = U8.read(reader)
                if code >= SKIPPABLE:
                    frames += self.read_skippable(code, reader.take(Varint().read(reader)))
                    continue
                require(code in self.kinds)
                frames.append(read(self.kinds[code], reader))
        except Refused:
            reader.whole = False
        return frames

    def read_skippable(self, code, octets):
        """One that can't be read is skipped, as one that is not known."""
        try:
            return [read(self.kinds[code], Reader(octets))] if code in self.kinds else []
        except Refused:
            return []

    def write(self, value):
        return b"".join(self.write_one(self.codes[type(frame)], write(frame)) for frame in value)

    @staticmethod
    def write_one(code, octets):
        length = Varint().write(len(octets)) if code >= SKIPPABLE else b""
        return bytes((code,)) + length + octets


class Whole:
    """Not on the wire: False if the bytes after the frames were dropped."""

    @staticmethod
    def read(reader):
        return reader.whole

    @staticmethod
    def write(_value):
        return b""


# ahead: the last event that has come - position
Up = record("Up", lambda up, reader: up.position + up.ahead <= EVENT_MAX, token=U64, run=RUN, packet=FROM_1,
            position=Varint(), ahead=Varint(), received=U16, lost=U16, delay=U16, frames=Frames(UP_FRAMES), whole=Whole)
DELAY_UNIT_S, DELAY_UNKNOWN = 0.0001, 0xFFFF
Down = record("Down", token=U64, run=RUN, frames=Frames(DOWN_FRAMES), whole=Whole)
UP_BYTES = 39  # without frames, at most


def size_of(frame):
    """The bytes that a frame takes in an UP."""
    return len(Up.fields[-2].write([frame]))


# ---- 2.4, events. A client only reads them. ----

Event = collections.namedtuple("Event", "number time kind member said name text reason", defaults=(None,) * 5)
Events = collections.namedtuple("Events", "epoch repeats events")  # so many of these, the first, were sent before

TIME = Number(6)  # milliseconds since 1970-01-01 UTC
LONG_TEXT = Text(Varint())

EVENT_KINDS = {1: ("join", {"member": MEMBER, "said": U16, "name": NAME}),
               2: ("chat", {"member": MEMBER, "said": U16, "text": LONG_TEXT}),
               3: ("exit", {"member": MEMBER, "said": U16, "reason": U8}),
               4: ("notice", {"text": LONG_TEXT}),
               7: ("chat", {"member": MEMBER, "said": U16, "name": NAME, "text": LONG_TEXT}),
               8: ("exit", {"member": MEMBER, "said": U16, "name": NAME, "reason": U8})}
JOINS, NEW_TIME, FORGOTTEN, NEW_NUMBER = 5, 6, 0x41, 0x42


def read_event(code, reader):
    """The events that an entry of EVENTS stands for, without numbers and times: joins are several."""
    if code == JOINS:
        return [("join", {"member": MEMBER.read(reader), "said": 0, "name": NAME.read(reader)})
                for _ in range(Number(1, 2).read(reader))]
    if code >= SKIPPABLE:
        reader.take(Varint().read(reader))
        return [("forgotten" if code == FORGOTTEN else "unknown", {})]
    require(code in EVENT_KINDS)
    kind, fields = EVENT_KINDS[code]
    return [(kind, {name: field.read(reader) for name, field in fields.items()})]


def read_events(reader):
    """One bad event makes all of them useless: those after it could not be numbered."""
    epoch, repeats, first, time = U64.read(reader), U8.read(reader), Varint(1).read(reader), TIME.read(reader)
    events = []
    while not reader.at_end():
        code = U8.read(reader)
        if code == NEW_TIME:
            time = TIME.read(reader)
            continue
        for kind, fields in read_event(code, reader):
            events.append(Event(first + len(events), time, kind, **fields))
    require(len(events) > repeats and events[-1].number <= EVENT_MAX)
    return Events(epoch, repeats, events)


def read_past(page):
    """The events of a page of HISTORY. If any of them is bad, the page is."""
    reader, events, number = Reader(page.events), [], page.low
    time = TIME.read(reader) if reader.rest else 0
    while not reader.at_end():
        code = U8.read(reader)
        if code == NEW_TIME:
            time = TIME.read(reader)
        elif code == NEW_NUMBER:
            number = Varint(1).read(Reader(reader.take(Varint().read(reader))))
        else:
            for kind, fields in read_event(code, reader):
                events.append(Event(number, time, kind, **fields))
                number += 1
    require(all(page.low <= event.number <= page.high for event in events))
    return events


# ---- Datagrams ----

def decode(octets):
    """Raises Refused if nothing of the datagram may be used."""
    require(2 <= len(octets) <= DATAGRAM_MAX_BYTES)
    first, version = octets[0], octets[1]
    if first in (0xF8, 0xF9):
        return read_handshake(octets)
    require(version == VERSION and first in (0xFA, 0xFB, 0xFC) and octets[2:3] == bytes((IN_THE_CLEAR,)))
    reader = Reader(octets[3:])
    return read_events(reader) if first == 0xFC else read(Up if first == 0xFA else Down, reader)


def encode(value, least=0):
    """Pads the datagram to `least` bytes, and a handshake to what it must have."""
    if isinstance(value, (Up, Down)):
        start = bytes((0xFA if isinstance(value, Up) else 0xFB, VERSION, IN_THE_CLEAR))
    else:
        start = start_of(value)
    return (start + write(value)).ljust(max(least, LEAST_BYTES.get(type(value), 0)), b"\0")
