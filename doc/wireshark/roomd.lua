-- SPDX-License-Identifier: MIT
-- SPDX-FileCopyrightText: 2026 The roomd authors
--
-- Wireshark and tshark show both protocols of roomd (doc/protocol.md) with this file: put it into
-- the folder of personal Lua plugins (Help, About, Folders), or
--
--     tshark -X lua_script:roomd.lua -d udp.port==8888,roomd -r talk.pcap
--
-- Filters: roomd.token == 0x..., roomd.frame.up == 2, roomd.text contains "hello", roomd.malformed.
-- Layouts and codes below are those of the page, in its words. A test compares them with the page
-- and with the program's headers.

local VERSION, LONGEST, SKIPPABLE = 1, 1200, 0x40
local EVENT_MAX, MEMBER_MAX = UInt64.new(0xffffffff, 0x3fffffff), 0x3fffffff

-- ---- section 2.3: handshakes, after their first four bytes --------------------------------------

-- [first byte][type] = {name, layout, what the fourth byte is, fewest bytes}
local HANDSHAKES = {
    [0xf8] = {
        [1] = {"HELLO", "u64 nonce", nil, 128},
        [2] = {"JOIN", "u64 nonce, u8 length, cookie, u8 length, asked; " ..
            "with flag 1 also u64 epoch, u64 token, u64 position", "flags", 320},
    },
    [0xf9] = {
        [1] = {"CHALLENGE", "u64 nonce, u8 length, cookie"},
        [2] = {"WELCOME", "u64 nonce, u64 epoch, u64 token, u16 run, u32 member, u64 position, " ..
            "u16 max_text, u32 session_timeout, u8 length, name, u8 length, room", "flags"},
        [3] = {"REFUSAL", "u64 nonce, u16 wait", "code"},
        [4] = {"STRANGER", "u64 token"},
    },
}

local PARTS_MAX, PART_HISTORY = 16, 4

local REFUSALS = {
    [1] = "version", [2] = "taken", [3] = "bad name", [4] = "full", [5] = "banned", [6] = "cookie",
    [7] = "use plain", [8] = "too many", [9] = "unknown session",
}

-- ---- sections 2.4 and 2.5: datagrams of a session -----------------------------------------------

-- [first byte] = {name, layout after the version}
local SESSIONS = {
    [0xfa] = {"UP", "u8 key, u64 token, u16 run, u32 packet, varint position, varint ahead, " ..
        "u16 received, u16 lost, u16 delay"},
    [0xfb] = {"DOWN", "u8 key, u64 token, u16 run"},
    [0xfc] = {"EVENTS", "u8 key, u64 epoch, u8 repeats, varint first, u48 time"},
}

local FRAMES_UP = {
    [0x01] = {"MESSAGE", "u32 number, u8 what, u16 length, text"},
    [0x02] = {"MISSING", "u8 length, bits"},
    [0x03] = {"HEARTBEAT", "u32 echo"},
    [0x04] = {"LEAVE", ""},
    [0x05] = {"MEMBERS", "u32 after"},
    [0x06] = {"PATH", "u64 challenge"},
    [0x40] = {"HISTORY", "varint length, u16 id, u8 flags, u8 pages, varint low, varint high, u48 since, " ..
        "u8 length, words"},
}

local FRAMES_DOWN = {
    [0x01] = {"TAKEN", "u32 upto, u32 refused, u32 kept"},
    [0x02] = {"NOT TAKEN", "u32 number, u8 why, u16 wait"},
    [0x03] = {"HEAD", "u64 head"},
    [0x04] = {"HEARTBEAT", "u32 echo, u64 head"},
    [0x05] = {"MEMBERS", "u64 head, u32 here, u32 after, u32 last, u8 more, u16 length, then that many bytes of: " ..
        "varint member, u8 gone, u8 length, name"},
    [0x06] = {"GAP", "u64 oldest"},
    [0x07] = {"PATH", "u64 challenge"},
    [0x08] = {"CLOSED", "u8 closed, u16 length, text"},
    [0x09] = {"REPORT", "u32 packet, u16 received"},
    [0x40] = {"HISTORY", "varint length, u16 id, u8 flags, u8 page, varint low, varint high"},
}

local EVENTS = {
    [0x01] = {"join", "varint member, u16 said, u8 length, name"},
    [0x02] = {"chat", "varint member, u16 said, varint length, text"},
    [0x03] = {"exit", "varint member, u16 said, u8 reason"},
    [0x04] = {"notice", "varint length, text"},
    [0x05] = {"joins", "u8 count, then that many of: varint member, u8 length, name"},
    [0x06] = {"time", "u48 time"},
    [0x07] = {"chat with a name", "varint member, u16 said, u8 length, name, varint length, text"},
    [0x08] = {"exit with a name", "varint member, u16 said, u8 length, name, u8 reason"},
    [0x41] = {"forgotten", "varint length"},
    [0x42] = {"number", "varint length, varint next"},
}
local JOINS, TIME, NUMBER = 0x05, 0x06, 0x42

local WHATS = {[0] = "text", [1] = "name"}
local WHYS = {
    [1] = "muted", [2] = "too long", [3] = "not UTF-8", [4] = "empty", [5] = "name taken",
    [6] = "bad name", [7] = "slow down", [8] = "not understood",
}
local REASONS = {
    [0] = "left", [1] = "renamed", [2] = "idle", [3] = "kicked", [4] = "vanished", [5] = "timeout",
    [6] = "displaced",
}
local CLOSED = {
    [0] = "left", [3] = "kicked", [5] = "timeout", [6] = "banned", [7] = "the program ends",
    [8] = "resumed elsewhere", [9] = "displaced", [10] = "restarting",
}

-- ---- section 1: the plain protocol --------------------------------------------------------------

-- Of the dialects that are built in.
local VERBS = {
    L = "join", LOGIN = "join", C = "chat", CHAT = "chat", Q = "exit", E = "exit", EXIT = "exit", QUIT = "exit",
}
local REPLIES = {
    ["OK"] = "accept", ["Y"] = "accept", ["N"] = "refused", ["EXIT"] = "bye", ["QUIT"] = "bye",
    ["该用户已存在"] = "name_taken", ["name taken"] = "name_taken",
    ["聊天室已满"] = "room_full", ["the room is full"] = "room_full",
    ["您现在不能进入聊天室"] = "banned", ["you may not join now"] = "banned",
    ["请先进入聊天室"] = "refused", ["join first"] = "refused",
}

-- ---- what Wireshark is told ---------------------------------------------------------------------

local roomd = Proto("roomd", "roomd chat room")

roomd.prefs.ports = Pref.range("UDP ports", "8888", "The doors of rooms", 65535)

local function names_of(table)
    local names = {}
    for code, row in pairs(table) do
        names[code] = row[1]
    end
    return names
end

local f = {} -- the fields of the layouts by their names, and others
local of_a_byte = {}

local function number(name, title, base_, names)
    f[name] = ProtoField.uint64("roomd." .. name, title, base_ or base.DEC, names)
end

local function code(name, title, names)
    of_a_byte[name] = true
    f[name] = ProtoField.uint8("roomd." .. name, title, base.DEC, names)
end

local function kind(name, title, rows)
    f[name] = ProtoField.uint8("roomd." .. name, title, base.HEX, names_of(rows))
end

local FIRST = {
    [0xf8] = {"handshake up"}, [0xf9] = {"handshake down"}, [0xfa] = {"UP"}, [0xfb] = {"DOWN"},
    [0xfc] = {"EVENTS"}, [0xfd] = {"reserved"}, [0xfe] = {"reserved"},
}
kind("first_byte", "First byte", FIRST)
code("version", "Version")
kind("type.up", "Type", HANDSHAKES[0xf8])
kind("type.down", "Type", HANDSHAKES[0xf9])
f.flags = ProtoField.uint8("roomd.flags", "Flags", base.HEX)
f.resumed = ProtoField.bool("roomd.resumed", "Of a session that is resumed", 8, nil, 0x01)
code("code", "Code", REFUSALS)
of_a_byte.flags = true
f.part = ProtoField.uint8("roomd.part", "Part", base.DEC)
f.value = ProtoField.bytes("roomd.part.value", "Value")
f.unused = ProtoField.uint8("roomd.unused", "Unused", base.HEX)

code("key", "Key", {[0] = "in the clear"})
f.counter = ProtoField.uint64("roomd.counter", "Counter of the key", base.DEC)
f.sealed = ProtoField.bytes("roomd.sealed_bytes", "Sealed")
f.tag = ProtoField.bytes("roomd.tag", "Tag")

number("nonce", "Nonce", base.HEX)
number("epoch", "Epoch", base.HEX)
number("token", "Token", base.HEX)
number("challenge", "Challenge", base.HEX)
number("refused", "Not taken", base.HEX)
number("kept", "Kept", base.HEX)
number("echo", "Echo", base.HEX)
number("run", "Run")
number("packet", "Packet")
number("position", "Position")
number("received", "Datagrams received")
number("lost", "Datagrams lost")
number("delay", "Delay (0.1 ms)")
number("member", "Member")
number("here", "Members in the room")
number("head", "Head")
number("said", "Said")
number("max_text", "Longest text (bytes)")
number("session_timeout", "Session timeout (s)")
number("wait", "Wait")
number("repeats", "Repeats")
number("first", "First event")
number("number", "Number")
number("ahead", "Events received beyond the position")
number("after", "After member")
number("last", "Last member")
number("upto", "Decided up to message")
number("oldest", "Oldest event")
number("count", "Count")
number("id", "Question")
number("pages", "Pages asked for")
number("page", "Page")
number("low", "From event")
number("high", "To event")
number("since", "Since (ms since 1970)")
number("next", "Number of the next event")
number("history", "Events that are offered")
number("keep", "Events are kept for (s)")
number("length", "Length")
code("more", "More pages")
code("gone", "Gone")
code("what", "What", WHATS)
code("why", "Why", WHYS)
code("reason", "Reason", REASONS)
code("closed", "Reason", CLOSED)
f.time = ProtoField.absolute_time("roomd.time", "Time", base.UTC)
f.cookie = ProtoField.bytes("roomd.cookie", "Cookie")
f.bits = ProtoField.bytes("roomd.bits", "Bits")
f.text = ProtoField.string("roomd.text", "Text")
f.words = ProtoField.string("roomd.words", "Words")
f.name = ProtoField.string("roomd.name", "Name")
f.asked = ProtoField.string("roomd.asked", "Name asked for")
f.room = ProtoField.string("roomd.room", "Room")

kind("frame.up", "Frame", FRAMES_UP)
kind("frame.down", "Frame", FRAMES_DOWN)
kind("event", "Event", EVENTS)
number("event.number", "Number of the event")
number("missing", "Missing event")
f.skipped = ProtoField.bytes("roomd.skipped", "Of a later version, skipped")
f.padding = ProtoField.bytes("roomd.padding", "Padding")
f.ignored = ProtoField.bytes("roomd.ignored", "Not looked at")
f.rest = ProtoField.bytes("roomd.rest", "Dropped")

f["plain.verb"] = ProtoField.string("roomd.plain.verb", "Verb")
f["plain.name"] = ProtoField.string("roomd.plain.name", "Name")
f["plain.text"] = ProtoField.string("roomd.plain.text", "Text")
f["plain.line"] = ProtoField.string("roomd.plain.line", "Line")
f["plain.reply"] = ProtoField.string("roomd.plain.reply", "Reply")
f["plain.separator"] = ProtoField.bytes("roomd.plain.separator", "Separator")

roomd.fields = f

local experts = {
    malformed = ProtoExpert.new("roomd.malformed", "A receiver drops this datagram", expert.group.MALFORMED,
        expert.severity.ERROR),
    dropped = ProtoExpert.new("roomd.dropped", "A receiver drops the rest", expert.group.PROTOCOL,
        expert.severity.WARN),
    sealed = ProtoExpert.new("roomd.sealed", "Sealed", expert.group.UNDECODED, expert.severity.WARN),
    cut = ProtoExpert.new("roomd.cut", "The capture does not have all of it", expert.group.UNDECODED,
        expert.severity.NOTE),
    unknown = ProtoExpert.new("roomd.unknown", "No request of a built-in dialect", expert.group.UNDECODED,
        expert.severity.NOTE),
}
roomd.experts = experts

-- ---- reading ------------------------------------------------------------------------------------

-- A reader stands in a datagram. What breaks the rules is an error with a table, which `guarded`
-- catches; so nothing is ever read beyond the end.
local function fail(why)
    error({why = why})
end

local function guarded(read, ...)
    local good, fault = pcall(read, ...)
    if good then
        return nil
    end
    if type(fault) ~= "table" then
        error(fault, 0)
    end
    return fault.why
end

local function left(reader)
    return reader.stop - reader.at
end

local function take(reader, count, what)
    if count > left(reader) then
        fail(what .. " is cut short")
    end
    local range = reader.tvb:range(reader.at, count)
    reader.at = reader.at + count
    return range
end

-- Each returns a range and a UInt64.
local function read_varint(reader, what)
    local size = left(reader) > 0 and 2 ^ math.floor(reader.tvb:range(reader.at, 1):uint() / 64) or 1
    local range = take(reader, size, what)
    if size == 8 then
        return range, UInt64.new(range:range(4, 4):uint(), range:range(0, 4):uint() % 2 ^ 30)
    end
    return range, UInt64.new(range:uint() % 2 ^ (8 * size - 2))
end

local function read_number(reader, kind_, what)
    if kind_ == "varint" then
        return read_varint(reader, what)
    end
    local size = tonumber(kind_:match("^u(%d+)$")) / 8
    local range = take(reader, size, what)
    if size > 4 then
        return range, range:uint64()
    end
    return range, UInt64.new(range:uint())
end

-- least and most of numbers, and of the lengths of what is longer.
local LIMITS = {
    run = {1}, packet = {1}, number = {1}, position = {0, EVENT_MAX}, head = {0, EVENT_MAX}, first = {1, EVENT_MAX},
    oldest = {1, EVENT_MAX}, member = {1, MEMBER_MAX}, ahead = {0, EVENT_MAX}, count = {2},
    name = {1, 64}, room = {1, 64}, cookie = {1, 32}, bits = {1, 32}, id = {1}, pages = {1, 16}, page = {0, 15},
    low = {1, EVENT_MAX}, high = {0, EVENT_MAX}, next = {1, EVENT_MAX},
}

local function to_uint64(value)
    return type(value) == "number" and UInt64.new(value) or value
end

local function check(name, value)
    local limits = LIMITS[name]
    if limits and (value < to_uint64(limits[1]) or (limits[2] and value > to_uint64(limits[2]))) then
        fail(name .. " of " .. tostring(value))
    end
end

local function add_number(tree, name, range, value)
    if name == "time" then
        local ms = value:higher() * 2 ^ 32 + value:lower()
        return tree:add(f.time, range, NSTime.new(math.floor(ms / 1000), ms % 1000 * 1000000))
    end
    return tree:add(f[name], range, of_a_byte[name] and value:tonumber() or value)
end

local TEXTS = {text = true, name = true, asked = true, room = true, words = true}

-- A text is shown as well as possible where it is not UTF-8.
local function add_octets(tree, name, range)
    if TEXTS[name] then
        tree:add_packet_field(f[name], range, ENC_UTF_8)
        return range:len() > 0 and range:string(ENC_UTF_8) or ""
    end
    tree:add(f[name], range)
end

-- Reads the fields of a layout into `tree`; their values by name, and where they were.
local function read_fields(reader, tree, layout)
    local values, length = {}, nil
    for part in layout:gmatch("[^,;]+") do
        local kind_, name = part:match("^%s*(%l%w*) ([%w_]+)$")
        if kind_ then
            local range, value = read_number(reader, kind_, name)
            add_number(tree, name, range, value)
            check(name, value)
            values[name], length = value, value
        else
            name = part:match("^%s*(%w+)$")
            check(name, length)
            -- A length beyond all does not become another one.
            if length > UInt64.new(left(reader)) then
                fail(name .. " is cut short")
            end
            local range = take(reader, length:tonumber(), name)
            values[name] = add_octets(tree, name, range) or range
        end
    end
    return values
end

-- The two layouts of one that has a second part.
local function split(layout)
    local one, other = layout:match("^(.*), then that many[%l ]* of: (.*)$")
    if not one then
        one, other = layout:match("^(.*); with flag 1 also (.*)$")
    end
    return one or layout, other
end

local function is_zero(range)
    return not range:bytes():tohex():find("[^0]")
end

-- What a receiver does not look at.
local function read_padding(reader, tree)
    if left(reader) > 0 then
        local range = take(reader, left(reader), "padding")
        tree:add(is_zero(range) and f.padding or f.ignored, range)
    end
end

local function shown(name, values)
    local quoted = values.text or values.name or values.asked
    for field, names in pairs({why = WHYS, reason = REASONS, closed = CLOSED}) do
        if values[field] then
            name = name .. " (" .. (names[values[field]:tonumber()] or tostring(values[field])) .. ")"
        end
    end
    return name .. (values.number and " " .. tostring(values.number) or "") ..
        (quoted and quoted ~= "" and ' "' .. quoted .. '"' or "")
end

-- ---- handshakes ---------------------------------------------------------------------------------

-- Of no type is known more than its bytes. What is cut short, and all behind it, is not looked at.
local function read_parts(reader, tree)
    local count = 0
    while left(reader) >= 2 and reader.tvb:range(reader.at, 1):uint() ~= 0 and count < PARTS_MAX do
        local size = 2 + reader.tvb:range(reader.at + 1, 1):uint()
        if size > left(reader) then
            return
        end
        local range = take(reader, size, "part")
        local item = tree:add(roomd, range, "")
        item:set_text("Part " .. range:range(0, 1):uint())
        item:add(f.part, range:range(0, 1))
        item:add(f.length, range:range(1, 1), UInt64.new(size - 2))
        if range:range(0, 1):uint() == PART_HISTORY and size >= 8 then
            local value = {tvb = reader.tvb, at = reader.at - size + 2, stop = reader.at}
            read_fields(value, item, "u16 history, u32 keep")
            read_padding(value, item)
        elseif size > 2 then
            item:add(f.value, range:range(2))
        end
        count = count + 1
    end
end

local function read_handshake(reader, tree, version)
    local first = reader.tvb:range(0, 1):uint()
    local range = take(reader, 1, "type")
    tree:add(first == 0xf8 and f["type.up"] or f["type.down"], range)
    local row = HANDSHAKES[first][range:uint()]
    if not row then
        fail("type " .. range:uint() .. " is not known")
    end
    local name, layout, fourth, fewest = row[1], row[2], row[3], row[4]
    reader.info = name
    local byte = take(reader, 1, "the fourth byte")
    local bits = byte:uint()
    local item = tree:add(f[fourth or "unused"], byte)
    if fourth == "flags" then
        item:add(f.resumed, byte)
    elseif fourth == "code" then
        reader.info = name .. " (" .. (REFUSALS[bits] or bits) .. ")"
    end
    local always, with_flag = split(layout)
    local values = read_fields(reader, tree, always)
    if with_flag and bits % 2 == 1 then
        reader.info = name .. " again"
        read_fields(reader, tree, with_flag)
    end
    reader.info = shown(reader.info, values)
    if name ~= "STRANGER" then
        read_parts(reader, tree)
    end
    read_padding(reader, tree)
    if fewest and reader.tvb:reported_len() < fewest then
        fail("fewer than " .. fewest .. " bytes")
    end
    if fourth == "code" and bits == 0 then
        fail("code 0")
    end
    local of_any_version = name == "HELLO" or (name == "REFUSAL" and REFUSALS[bits] == "version")
    if version ~= VERSION and not of_any_version then
        fail("version " .. version)
    end
end

-- ---- frames -------------------------------------------------------------------------------------

local function skip(reader, tree, field, range)
    tree:add(field, range)
    local where, length = read_varint(reader, "length")
    tree:add(f.length, where, length)
    if length > UInt64.new(left(reader)) then
        fail("what is skipped is cut short")
    end
    local skipped = take(reader, length:tonumber(), "what is skipped")
    if skipped:len() > 0 then
        tree:add(f.skipped, skipped)
    end
end

-- The events that MISSING asks for.
local function show_missing(tree, values, position)
    local bits, asked = values.bits:bytes(), UInt64.new(0)
    for n = 0, 8 * bits:len() - 1 do
        if math.floor(bits:get_index(math.floor(n / 8)) / 2 ^ (n % 8)) % 2 == 1 then
            asked = position + UInt64.new(n + 1)
            tree:add(f.missing, values.bits:range(math.floor(n / 8), 1), asked):set_generated()
        end
    end
    if bits:get_index(bits:len() - 1) == 0 then
        fail("the last byte of bits is 0")
    end
end

local function read_page(reader, tree, values, layout)
    local before, entries = values.after, reader.at + values.length:tonumber()
    if values.length > UInt64.new(left(reader)) then
        fail("the entries are cut short")
    end
    local inner = {tvb = reader.tvb, at = reader.at, stop = entries}
    while left(inner) > 0 do
        local entry = tree:add(roomd, inner.tvb:range(inner.at, left(inner)), "")
        local from = inner.at
        local of_entry = read_fields(inner, entry, layout)
        entry:set_len(inner.at - from)
        entry:set_text("Member " .. tostring(of_entry.member) .. ": " .. of_entry.name)
        if of_entry.member <= before then
            fail("members don't rise")
        end
        before = of_entry.member
    end
    reader.at = entries
    if before > values.last or (values.more ~= UInt64.new(0) and values.last <= values.after) then
        fail("last is too low")
    end
end

local read_event -- below

-- What can't be read is skipped. What is behind the fields is of a later edition.
local function read_history(reader, tree, field, range, row)
    tree:add(field, range)
    local where, length = read_varint(reader, "length")
    tree:add(f.length, where, length)
    if length > UInt64.new(left(reader)) then
        fail("HISTORY is cut short")
    end
    local inner = {tvb = reader.tvb, at = reader.at, stop = reader.at + length:tonumber()}
    reader.at = inner.stop
    local why = guarded(function()
        local values = read_fields(inner, tree, (row[2]:gsub("^varint length, ", "")))
        if values.page and left(inner) > 0 then
            read_fields(inner, tree, "u48 time")
            local state = {next = values.low, count = 0, past = true}
            while left(inner) > 0 and inner.tvb:range(inner.at, 1):uint() ~= 0 do
                read_event(inner, tree, state)
            end
        end
    end)
    if left(inner) > 0 then
        tree:add(why and f.skipped or f.ignored, take(inner, left(inner), "the rest"))
    end
    return why
end

local function read_frame(reader, tree, field, rows, position, names)
    local from = reader.at
    local range = take(reader, 1, "frame")
    local row, item = rows[range:uint()], tree:add(roomd, range, "")
    item:set_text(row and row[1] or string.format("Frame %02X", range:uint()))
    if range:uint() >= SKIPPABLE then
        if not row then
            skip(reader, item, field, range)
        elseif not read_history(reader, item, field, range, row) then
            table.insert(names, row[1])
        end
        item:set_len(reader.at - from)
        return
    end
    item:add(field, range)
    if not row then
        fail(string.format("frame %02X is not known", range:uint()))
    end
    local layout, entries = split(row[2])
    local values = read_fields(reader, item, layout)
    if entries then
        read_page(reader, item, values, entries)
    elseif values.bits then
        show_missing(item, values, position)
    end
    item:set_len(reader.at - from)
    item:set_text(shown(row[1], values))
    table.insert(names, shown(row[1], values))
end

-- A frame that breaks the rules ends the datagram; those before it count.
local function read_frames(reader, tree, field, rows, position)
    local names, why = {}, nil
    while left(reader) > 0 and reader.tvb:range(reader.at, 1):uint() ~= 0 and not why do
        local from = reader.at
        why = guarded(read_frame, reader, tree, field, rows, position, names)
        if why then
            local rest = reader.tvb:range(from, reader.stop - from)
            tree:add(f.rest, rest):add_proto_expert_info(reader.cut and experts.cut or experts.dropped, why)
            reader.at = reader.stop
            table.insert(names, "(" .. why .. ")")
        end
    end
    read_padding(reader, tree)
    if #names > 0 then
        reader.info = reader.info .. ": " .. table.concat(names, ", ")
    end
end

-- ---- events -------------------------------------------------------------------------------------

function read_event(reader, tree, state)
    local from = reader.at
    local range = take(reader, 1, "event")
    local code_ = range:uint()
    local row, item = EVENTS[code_], tree:add(roomd, range, "")
    local function numbered(parent, count)
        for _ = 1, count do
            if state.next > EVENT_MAX then
                fail("an event beyond 2^62 - 1")
            end
            parent:add(f["event.number"], range, state.next):set_generated()
            state.next = state.next + UInt64.new(1)
            state.count = state.count + 1
        end
    end
    item:set_text(row and row[1] or string.format("Event %02X", code_))
    if code_ == NUMBER and state.past then
        item:add(f.event, range)
        state.next = read_fields(reader, item, row[2]).next
        item:set_len(reader.at - from)
        return
    end
    if code_ >= SKIPPABLE then
        skip(reader, item, f.event, range)
        numbered(item, 1)
        item:set_len(reader.at - from)
        return
    end
    item:add(f.event, range)
    if not row then
        fail(string.format("event %02X is not known", code_))
    end
    local layout, each = split(row[2])
    local values = read_fields(reader, item, layout)
    if code_ == JOINS then
        for _ = 1, values.count:tonumber() do
            local begun = reader.at
            local one = item:add(roomd, reader.tvb:range(begun, 0), "")
            local join = read_fields(reader, one, each)
            numbered(one, 1)
            one:set_len(reader.at - begun)
            one:set_text("Member " .. tostring(join.member) .. ": " .. join.name)
        end
    elseif code_ ~= TIME then
        numbered(item, 1)
    end
    item:set_len(reader.at - from)
    item:set_text(shown(row[1], values))
end

local function read_events(reader, tree, values)
    local state = {next = values.first, count = 0}
    while left(reader) > 0 and reader.tvb:range(reader.at, 1):uint() ~= 0 do
        read_event(reader, tree, state)
    end
    read_padding(reader, tree)
    reader.info = reader.info .. " " .. tostring(values.first) ..
        (state.count > 1 and " to " .. tostring(state.next - UInt64.new(1)) or "") ..
        (values.repeats > UInt64.new(0) and ", repeats " .. tostring(values.repeats) or "")
    if UInt64.new(state.count) <= values.repeats then
        fail("no event, or nothing but repeats")
    end
end

-- ---- datagrams ----------------------------------------------------------------------------------

-- Key, and epoch or token, are never sealed.
local function read_sealed(reader, tree, layout)
    read_fields(reader, tree, layout:match("^u8 key, u64 %l+"))
    local range, counter = read_number(reader, "u64", "counter")
    tree:add(f.counter, range, counter)
    if left(reader) < 16 then
        fail("tag is cut short")
    end
    if left(reader) > 16 then
        tree:add(f.sealed, take(reader, left(reader) - 16, "sealed"))
    end
    tree:add(f.tag, take(reader, 16, "tag"))
    tree:add_proto_expert_info(experts.sealed)
end

local function read_session(reader, tree, first, version)
    local row = SESSIONS[first]
    reader.info = row[1]
    if version ~= VERSION then
        fail("version " .. version)
    end
    if left(reader) > 0 and reader.tvb:range(reader.at, 1):uint() ~= 0 then
        return read_sealed(reader, tree, row[2])
    end
    local values = read_fields(reader, tree, row[2])
    if row[1] == "EVENTS" then
        read_events(reader, tree, values)
    elseif row[1] == "UP" then
        if values.ahead > EVENT_MAX - values.position then
            fail("an event beyond 2^62 - 1")
        end
        reader.info = "UP " .. tostring(values.packet) .. ", position " .. tostring(values.position)
        read_frames(reader, tree, f["frame.up"], FRAMES_UP, values.position)
    else
        read_frames(reader, tree, f["frame.down"], FRAMES_DOWN)
    end
end

local function read_datagram(reader, tree, to_server)
    local range = take(reader, 1, "first byte")
    local first = range:uint()
    tree:add(f.first_byte, range)
    reader.info = FIRST[first][1]
    if FIRST[first][1] == "reserved" then
        fail("the first byte is reserved")
    end
    local version = take(reader, 1, "version")
    tree:add(f.version, version)
    if HANDSHAKES[first] then
        read_handshake(reader, tree, version:uint())
    else
        read_session(reader, tree, first, version:uint())
    end
    if reader.tvb:reported_len() > LONGEST then
        fail("more than " .. LONGEST .. " bytes")
    end
    if to_server ~= nil and to_server ~= (first == 0xf8 or first == 0xfa) then
        fail("in the wrong direction")
    end
end

local function dissect_sequenced(tvb, pinfo, tree, to_server)
    local reader = {tvb = tvb, at = 0, stop = tvb:captured_len(), info = ""}
    reader.cut = tvb:captured_len() < tvb:reported_len()
    local why = guarded(read_datagram, reader, tree, to_server)
    if why then
        if left(reader) > 0 then
            tree:add(f.rest, tvb:range(reader.at, left(reader)))
        end
        tree:add_proto_expert_info(reader.cut and experts.cut or experts.malformed, why)
        reader.info = reader.info .. " (" .. why .. ")"
    end
    return reader.info
end

-- ---- the plain protocol -------------------------------------------------------------------------

local function add_text(tree, field, range)
    return tree:add_packet_field(field, range, ENC_UTF_8)
end

-- Verb, name and text, split at the first two spaces.
local function dissect_request(tvb, tree)
    local whole = tvb:raw()
    local words = whole:gsub("\r?\n$", "")
    local verb, name, text = words, nil, nil
    local first = words:find(" ", 1, true)
    if first then
        verb = words:sub(1, first - 1)
        -- The name of a join is everything after the verb.
        local second = VERBS[verb] ~= "join" and words:find(" ", first + 1, true) or nil
        name = words:sub(first + 1, second and second - 1)
        text = second and words:sub(second + 1)
    end
    local at = 0
    local function add(field, part, separator)
        if #part > 0 then
            add_text(tree, f["plain." .. field], tvb:range(at, #part))
        end
        at = at + #part
        if separator and at < #whole then
            local size = math.min(separator, #whole - at)
            tree:add(f["plain.separator"], tvb:range(at, size))
            at = at + size
        end
    end
    add("verb", verb, name and 1 or 2)
    if name then
        add("name", name, text and 1 or 2)
    end
    if text then
        add("text", text, 2)
    end
    if not VERBS[verb] or not name then
        tree:add_proto_expert_info(experts.unknown)
    end
    return "Request: " .. (VERBS[verb] or "?")
end

local function dissect_lines(tvb, tree)
    local whole, at, what = tvb:raw(), 0, "Line"
    while at < #whole do
        local stop = whole:find("\n", at + 1, true) or #whole + 1
        local line = whole:sub(at + 1, stop - 1)
        if #line > 0 then
            local reply = REPLIES[line]
            add_text(tree, f["plain." .. (reply and "reply" or "line")], tvb:range(at, #line))
                :append_text(reply and " (" .. reply .. ")" or "")
            what = reply and "Reply: " .. reply or what
        end
        if stop <= #whole then
            tree:add(f["plain.separator"], tvb:range(stop - 1, 1))
        end
        at = stop
    end
    return what
end

-- ---- the door -----------------------------------------------------------------------------------

function roomd.dissector(tvb, pinfo, root)
    if tvb:captured_len() == 0 then
        return 0
    end
    local first = tvb:range(0, 1):uint()
    local tree = root:add(roomd, tvb())
    -- With one port on both sides nobody can tell which is the server's.
    local to_server = nil
    if pinfo.src_port ~= pinfo.dst_port then
        to_server = pinfo.match_uint == pinfo.dst_port
    end
    pinfo.cols.protocol = "roomd"
    if first >= 0xf8 and first <= 0xfe then
        pinfo.cols.info = dissect_sequenced(tvb, pinfo, tree, to_server)
    elseif to_server ~= false then
        pinfo.cols.info = dissect_request(tvb, tree)
        if tvb:reported_len() > LONGEST then
            tree:add_proto_expert_info(experts.malformed, "more than " .. LONGEST .. " bytes")
        end
    else
        pinfo.cols.info = dissect_lines(tvb, tree)
    end
    return tvb:captured_len()
end

local udp_ports, at_ports = DissectorTable.get("udp.port"), ""

local function listen()
    if at_ports ~= "" then
        udp_ports:remove(at_ports, roomd)
    end
    at_ports = roomd.prefs.ports
    if at_ports ~= "" then
        udp_ports:add(at_ports, roomd)
    end
end

roomd.prefs_changed = listen
listen()
udp_ports:add_for_decode_as(roomd)
