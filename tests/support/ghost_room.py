# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""What tests about ended programs and ICMP errors share: talk that goes on, and who is there after it."""
import re
import time

from roomd_room import RoomTest

LEFT = "ghost. 退出了聊天室"
JOINED = "ghost. 进入了聊天室"
TAKEN = "该用户已存在"
ASKED = re.compile("^同一地址上有人要用您的名字 \\([0-9a-f]{8}\\)$")

# A closed port must be found within so many seconds of chat.
FOUND_S = 10


class GhostTest(RoomTest):
    def expect_asked(self, client):
        self.assertRegex(client.receive().decode(), ASKED)

    def chat(self, room, speaker, seconds, each=lambda: None):
        """Somebody says something four times a second: errors count by time, so time must pass."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not each():
            speaker.say("anybody?")
            room.fence()
            time.sleep(0.25)

    def expect_found(self, room, alice):
        """Alice chats until the others are told that the ghost has left."""
        self.chat(room, alice, FOUND_S, lambda: LEFT.encode() in alice.pending)
        self.assertIn(LEFT.encode(), alice.pending)

    def expect_errors(self, room, least):
        room.type("/stats")
        self.assertGreaterEqual(int(room.answers(r"^icmp_errors_total (\d+)$").group(1)), least)

    def expect_nobody_left(self, room, alice, *members):
        room.fence()
        alice.say("all here?")
        room.fence()
        for client in (alice, *members):
            heard = [datagram.decode() for datagram in client.pending]
            self.assertEqual([], [line for line in heard if "退出了聊天室" in line])
            if client is not alice:
                self.assertEqual("alice. ： all here?", heard[-1])
        room.type("/stats")
        room.answers("^members %d$" % (3 + len(members)))  # and the witnesses
