# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
The protocol between a room and its log, after doc/log-protocol.md: frames, records and rows as bytes. Shares no code with
the program.
"""
import collections
import struct

HELLO, SETTINGS, PROPOSE, SOFT, READ, CANCEL, FORGET, PRUNE, BACKUP, ASK = range(1, 11)
READY, STATE, ENTRIES, LIVE, COMMITTED, TROUBLE, ROWS, END, STATUS = range(0x81, 0x8a)
NAMES = {value: name for name, value in globals().items() if name.isupper() and isinstance(value, int)}

OVER, FULL, READ_ONLY, SLOW, IO, CORRUPT, LOCKED, NEWER, OWNER, GONE, PROTOCOL, LOST = range(12)
DONE, CANCELLED, FAILED, REFUSED = range(4)
OS, DISK = range(2)
NEWEST_FIRST, OLDEST_FIRST, LAST = range(3)
JOIN, CHAT, EXIT, NOTICE = range(4)

HELLO_READ_ONLY = 1
TOGETHER = 1
FATAL = 1
NEW, RENUMBER, COPY, ASIDE, READY_READ_ONLY = 1, 2, 4, 8, 16
FORGOTTEN = 1
FRAME_MAX = 32768

HEADER = struct.Struct(">BBHIQQ")
RECORD = struct.Struct(">BBQQqi")
EVENT = struct.Struct(">BBBIQ")
ROW = struct.Struct(">Qqi")
STATUS_FIELDS = struct.Struct(">QQQQqIIIBB")

Frame = collections.namedtuple("Frame", "type flags count a b payload")
Ready = collections.namedtuple("Ready", "flags record own version order sync id boot first_event last_event engine")
Event = collections.namedtuple("Event", "kind flags reason said member name folded text")
Row = collections.namedtuple("Row", "number time utc_offset event")
Status = collections.namedtuple(
    "Status", "bytes waiting first_event last_event oldest commits last_us longest_us sync trouble")


class Refused(Exception):
    """The bytes are no frame."""


def frame(kind, flags=0, count=0, a=0, b=0, payload=b""):
    return HEADER.pack(kind, flags, count, len(payload), a, b) + payload


def decode(data):
    if len(data) < HEADER.size or len(data) > FRAME_MAX:
        raise Refused(data)
    kind, flags, count, length, a, b = HEADER.unpack_from(data)
    if length != len(data) - HEADER.size:
        raise Refused(data)
    return Frame(kind, flags, count, a, b, data[HEADER.size:])


def short(text):
    data = text if isinstance(text, bytes) else text.encode()
    return bytes([len(data)]) + data


def settings(sync=OS, keep_s=0, max_bytes=0):
    return struct.pack(">BQQ", sync, keep_s, max_bytes)


# ---- what a room sends ----

def hello(boot=b"b" * 16, sync=OS, keep_s=0, max_bytes=0, read_only=False, incarnation=1, node=0, version=1, room="lobby"):
    return frame(HELLO, HELLO_READ_ONLY if read_only else 0, 0, incarnation, node,
                 bytes([version]) + boot + settings(sync, keep_s, max_bytes) + short(room))


def event(kind=CHAT, name="alice", text="", member=1, said=0, reason=0, folded="", flags=0):
    data = text if isinstance(text, bytes) else text.encode()
    return EVENT.pack(kind, flags, reason, said, member) + short(name) + short(folded) + \
        struct.pack(">H", len(data)) + data


def effect(kind, payload):
    return struct.pack(">BH", kind, len(payload)) + payload


def happens(*arguments, **named):
    return effect(1, event(*arguments, **named))


def put(space, key, value):
    return effect(2, bytes([space]) + short(key) + value)


def drop(space, key):
    return effect(3, bytes([space]) + short(key))


def record(number, first_event, effects, time=0, utc_offset=0, flags=0):
    body = RECORD.pack(flags, len(effects), number, first_event, time, utc_offset) + b"".join(effects)
    return struct.pack(">H", len(body)) + body


def propose(first, records, together=False):
    return frame(PROPOSE, TOGETHER if together else 0, len(records), first, 0, b"".join(records))


def soft(*effects):
    return frame(SOFT, 0, len(effects), 0, 0, b"".join(effects))


def read(number, start=0, order=NEWEST_FIRST, rows=100, size=0, since=0, until=0, name="", words=""):
    data = words.encode()
    return frame(READ, 0, 0, number, start, struct.pack(">BIQqq", order, rows, size, since, until) + short(name) +
                 struct.pack(">H", len(data)) + data)


# ---- what a log sends ----

def read_ready(got):
    version, order, sync = got.payload[:3]
    first, last = struct.unpack_from(">QQ", got.payload, 35)
    assert got.payload[51] == len(got.payload) - 52, got
    return Ready(got.flags, got.a, got.b, version, order, sync, got.payload[3:19], got.payload[19:35], first, last,
                 got.payload[52:].decode())


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if self.at + count > len(self.data):
            raise Refused(self.data)
        self.at += count
        return self.data[self.at - count:self.at]

    def unpack(self, layout):
        return layout.unpack(self.take(layout.size))

    def short(self):
        return self.take(self.take(1)[0]).decode()


def read_event(reader):
    kind, flags, reason, said, member = reader.unpack(EVENT)
    name, folded = reader.short(), reader.short()
    text = reader.take(struct.unpack(">H", reader.take(2))[0])
    return Event(kind, flags, reason, said, member, name, folded, text.decode())


def read_rows(got):
    reader, rows = Reader(got.payload), []
    for _ in range(got.count):
        number, time, offset = reader.unpack(ROW)
        rows.append(Row(number, time, offset, read_event(reader)))
    if reader.at != len(got.payload):
        raise Refused(got)
    return rows


def read_values(got):
    """The values of a STATE, as {(space, key): value}."""
    reader, values = Reader(got.payload), {}
    for _ in range(got.count):
        kind, length = struct.unpack(">BH", reader.take(3))
        part = Reader(reader.take(length))
        assert kind == 2, got
        space, = part.take(1)
        key = part.take(part.take(1)[0])
        values[(space, key)] = part.data[part.at:]
    return values


def read_status(got):
    return Status(*STATUS_FIELDS.unpack(got.payload))
