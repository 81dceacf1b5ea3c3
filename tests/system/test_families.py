# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
The families of existing clients, each at the door of its dialect. A scripted client of each behaves exactly like those
that were read: it takes the first datagram after its join for the reply and compares it byte by byte; it reads lines
into buffers as small as theirs; its receiving process ends on exactly its bye, and on nothing else.
"""
import pathlib
import socket
import unittest
from dataclasses import dataclass

from roomd_room import Client, RoomTest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DIALECTS = ROOT / "conf" / "dialects"
PAGE = ROOT / "doc" / "protocol.md"

# The smallest among them.
ANSWER_BUFFER_BYTES = 128
LINE_BUFFER_BYTES = 1024

LONGEST_NAME = "n" * 32
LONGEST_TEXT = "t" * 900
NOTICE = "tea is ready"


@dataclass(frozen=True)
class Family:
    name: str  # also of its member
    dialect: str  # built in, or a file that comes with the program
    join: str
    chat: str
    leave: str
    answer: str = "OK"
    bye: str = None  # what its receiving process ends on; None: it ends by itself
    sent: str = None  # the reply to an exit, whether it reads it or not
    words: str = ""  # after the name in its exit
    prefix: str = ""  # expected before a line
    takes_apart: bool = False  # lines are VERB NAME TEXT

    def line_of_join(self, name):
        return ("C 管理员通知： %s 进入了聊天室" if self.takes_apart else self.prefix + "%s 进入了聊天室") % name

    def line_of_chat(self, name, text):
        return ("C %s： %s" if self.takes_apart else self.prefix + "%s ： %s") % (name, text)

    def line_of_exit(self, name):
        return ("C 管理员通知： %s 退出了聊天室" if self.takes_apart else self.prefix + "%s 退出了聊天室") % name

    def line_of_notice(self, text):
        return ("C 管理员消息： %s" if self.takes_apart else self.prefix + "管理员消息: %s") % text


FAMILIES = (
    Family("a", "course", "L", "C", "Q", bye="EXIT"),
    Family("a-newline", "newline.conf", "L", "C", "Q", bye="EXIT", prefix="\n"),
    Family("a-small", "ok-small.conf", "L", "C", "Q", answer="ok", bye="EXIT"),
    Family("a-ojbk", "ojbk.conf", "L", "C", "Q", answer="OJBK", bye="EXIT"),
    Family("a-exit", "bye-capital.conf", "L", "C", "Q", bye="Exit"),
    Family("a-colon", "bye-colon.conf", "L", "C", "Q", bye="EXIT:"),
    Family("b", "course", "L", "C", "Q", sent="EXIT"),
    Family("c-ends", "course", "L", "C", "E", sent="EXIT"),
    Family("c-waits", "course", "L", "C", "E", bye="EXIT"),
    Family("c-hashes", "course", "L", "C", "E", sent="EXIT", words=" ##"),
    Family("c-capital", "ok-capital.conf", "L", "C", "E", answer="Ok", bye="EXIT"),
    Family("c-small", "ok-small.conf", "L", "C", "E", answer="ok", bye="EXIT"),
    Family("d-exit", "course", "LOGIN", "CHAT", "EXIT", sent="EXIT"),
    Family("d-quit", "course", "LOGIN", "CHAT", "QUIT", bye="QUIT"),
    Family("d-small", "ok-small.conf", "LOGIN", "CHAT", "EXIT", answer="ok", sent="EXIT"),
    Family("d-name", "ok-name.conf", "LOGIN", "CHAT", "EXIT", answer="OK {name}", sent="EXIT"),
    Family("e-enters", "enters.conf", "E", "C", "Q", bye="quit"),
    Family("written", "yn", "L", "C", "E", answer="Y"),
    Family("prefixed", "prefixed.conf", "L", "C", "Q", answer="L {name} ok", takes_apart=True),
)


class FamilyClient(Client):
    """A client of a family: it knows only the fields of `family`."""

    def __init__(self, room, door, family):
        super().__init__(room, room.doors[door], name=family.name)
        self.family = family
        self.buffer_bytes = LINE_BUFFER_BYTES
        self.ended = False
        room.clients.append(self)

    def _read_now(self):
        """Reads into a buffer as small as theirs, which would lose the rest of a longer datagram, or worse."""
        datagram, _, flags, sender = self.socket.recvmsg(self.buffer_bytes)
        if flags & socket.MSG_TRUNC:
            raise AssertionError("%s has a buffer of %d bytes, and more is sent" % (self.name, self.buffer_bytes))
        if sender[:2] != self.address[:2]:
            raise AssertionError("%s is answered by %s" % (self.name, sender))
        return datagram

    def enter(self, name=None):
        """Joins. True if it is accepted; otherwise it would ask for another name."""
        self.name = name or self.family.name
        self.send("%s %s" % (self.family.join, self.name))
        self.buffer_bytes = ANSWER_BUFFER_BYTES
        self.joined = self.receive() == self.family.answer.replace("{name}", self.name).encode()
        self.buffer_bytes = LINE_BUFFER_BYTES
        return self.joined

    def say(self, text, verb=None):
        super().say(text, verb or self.family.chat)

    def hear(self, line):
        """The next line is this, as its dialect has it, and does not end its receiving process."""
        self.expect(line)
        if line == self.family.bye:
            raise AssertionError("%s ends on a line" % self.name)
        if self.family.takes_apart:
            verb, _, text = line.split(" ", 2)
            if verb not in ("L", "C", "Q") or not text:
                raise AssertionError("%s can't take apart %r" % (self.name, line))

    def hear_chat(self, author, text):
        self.hear(self.family.line_of_chat(author.name, text))

    def depart(self):
        """Leaves, and ends by itself or on its bye. True if it has ended."""
        self.send("%s %s%s" % (self.family.leave, self.name, self.family.words))
        self.joined = False
        if self.family.bye is not None:
            return self.receive() == self.family.bye.encode()
        if self.family.sent is not None:
            self.expect(self.family.sent)  # by then it has ended; the bye does no harm
        return not self.family.takes_apart


class OneFamily(RoomTest):
    """Each by itself, with another client of its family and one of `course`."""

    def open_for(self, family, *options):
        return self.open(*options, listen="127.0.0.1:0=course, 127.0.0.1:0=%s" % path_of(family.dialect))

    def each_family(self):
        for family in FAMILIES:
            with self.subTest(family=family.name):
                yield family

    def test_it_joins_is_heard_hears_and_ends(self):
        for family in self.each_family():
            room = self.open_for(family)
            other = room.join("other")
            client = FamilyClient(room, 1, family)
            self.assertTrue(client.enter())
            other.expect("%s 进入了聊天室" % family.name)
            client.say("hello  there")
            other.expect("%s ： hello  there" % family.name)
            other.say("hello")
            client.hear_chat(other, "hello")
            room.type(NOTICE)
            client.hear(family.line_of_notice(NOTICE))
            other.expect("管理员消息: " + NOTICE)
            self.assertNotEqual(family.takes_apart, client.depart())
            other.expect("%s 退出了聊天室" % family.name)
            client.expect_silence()

    def test_it_asks_again_if_the_name_is_taken_or_bad(self):
        for family in self.each_family():
            room = self.open_for(family)
            room.join("alice")
            client = FamilyClient(room, 1, family)
            for name in ("alice", "ALICE", "a b", "", "al:ice", "管理员", "n" * 1000):
                self.assertFalse(client.enter(name) if name else self.ask_without_a_name(client), name)
            self.assertTrue(client.enter("bob"))

    @staticmethod
    def ask_without_a_name(client):
        client.send(client.family.join + " ")
        return client.receive() == client.family.answer.replace("{name}", "").encode()

    def test_the_longest_line_fits_its_buffer(self):
        for family in self.each_family():
            room = self.open_for(family)
            other = room.join(LONGEST_NAME)
            client = FamilyClient(room, 1, family)
            self.assertTrue(client.enter())
            other.say(LONGEST_TEXT)
            client.hear_chat(other, LONGEST_TEXT)

    def test_no_message_ends_it_or_passes_for_a_reply(self):
        for family in self.each_family():
            room = self.open_for(family, "plain.dialect=" + path_of(family.dialect), "plain.chat={text}")
            other = room.join("other")
            client = FamilyClient(room, 1, family)
            self.assertTrue(client.enter())
            replies = {family.answer.replace("{name}", family.name), family.bye} - {None}
            for reply in replies:
                other.say(reply)
            room.fence()
            self.assertEqual(len(replies), len(client.pending))
            self.assertTrue({reply.encode() for reply in replies}.isdisjoint(client.pending))

    def test_a_removed_member_is_told_and_ends_on_its_bye(self):
        for family in self.each_family():
            room = self.open_for(family)
            client = FamilyClient(room, 1, family)
            self.assertTrue(client.enter())
            room.type("/kick " + family.name)
            self.assertIn("您已被管理员移出聊天室", client.receive().decode())
            client.joined = False
            if family.bye and family.leave != "QUIT":  # the bye of a verb is only for exits with that verb
                client.expect(family.bye)

    def test_one_that_asks_for_its_bye_after_a_restart_gets_it(self):
        for family in self.each_family():
            client = FamilyClient(self.open_for(family), 1, family)
            client.name = family.name
            self.assertNotEqual(family.takes_apart, client.depart())


class AllFamilies(RoomTest):
    def open_for_all(self):
        dialects = list(dict.fromkeys(family.dialect for family in FAMILIES))
        room = self.open(listen=", ".join("127.0.0.1:0=" + path_of(dialect) for dialect in dialects), witnesses=False)
        return [FamilyClient(room, dialects.index(family.dialect), family) for family in FAMILIES], room

    def test_one_room_serves_them_all_at_once(self):
        clients, room = self.open_for_all()
        self.all_join(clients)
        self.all_speak(clients)
        room.type(NOTICE)
        room.answers(r"announced to %d members" % len(clients))
        for client in clients:
            client.hear(client.family.line_of_notice(NOTICE))
        self.all_leave(clients)

    def all_join(self, clients):
        for count, client in enumerate(clients):
            self.assertTrue(client.enter(), client.name)
            for other in clients[:count]:
                other.hear(other.family.line_of_join(client.name))

    def all_speak(self, clients):
        for client in clients:
            client.say("I am %s, hello" % client.name)
            for other in clients:
                if other is not client:
                    other.hear_chat(client, "I am %s, hello" % client.name)

    def all_leave(self, clients):
        for count, client in enumerate(clients, 1):
            self.assertNotEqual(client.family.takes_apart, client.depart(), client.name)
            for other in clients[count:]:
                other.hear(other.family.line_of_exit(client.name))


class Files(unittest.TestCase):
    def test_every_dialect_that_comes_with_the_program_has_its_family(self):
        shipped = {path.name for path in DIALECTS.iterdir()}
        self.assertEqual(shipped, {family.dialect for family in FAMILIES if family.dialect.endswith(".conf")})

    def test_the_page_tells_who_is_served_by_each(self):
        table = PAGE.read_text(encoding="utf-8").split("### 1.10 ")[1]
        rows = [line for line in table.splitlines() if line.startswith("|")]
        for dialect in {family.dialect for family in FAMILIES}:
            self.assertTrue(any("`%s`" % dialect in row for row in rows), dialect)


def path_of(dialect):
    return str(DIALECTS / dialect) if dialect.endswith(".conf") else dialect


if __name__ == "__main__":
    unittest.main()
