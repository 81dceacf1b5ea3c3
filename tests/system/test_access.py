# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
Access: the networks of the configuration, and the administrator's measures against single members. All of 127.0.0.0/8
is this machine, so a test has as many addresses as it needs.
"""
import unittest

import own_network
from roomd_process import run_with_defaults
from roomd_room import RoomTest

KICKED = "您已被管理员移出聊天室。"
MUTED = "消息没有发送: 您已被管理员禁言"
NOT_NOW = "您现在不能进入聊天室"


class AccessTest(RoomTest):
    def expect_removed(self, *clients):
        for client in clients:
            client.joined = False
            client.expect(KICKED, "EXIT")

    def counted(self, room, refusal):
        room.type("/stats")
        return int(room.answers(r'^refused_total\{reason="%s"\} (\d+)$' % refusal).group(1))


class Bans(AccessTest):
    def test_a_name_is_banned_while_the_room_runs(self):
        room = self.open()
        alice, bob = room.members("alice", "bob")
        room.type("/ban Bob 1h")
        room.answers(r"^Bob was removed, and is banned for 1h; the address 127\.0\.0\.1 is not: 3 other members have it$")
        self.expect_removed(bob)
        alice.expect("bob 退出了聊天室")
        bob.ask("L bob", NOT_NOW)
        room.client(source="127.0.0.2").ask("L BOB", NOT_NOW)
        room.client().join("rob")
        room.type("/bans")
        room.answers(r"^  bob  (1h|59m \d+s) left$")

    def test_an_unbanned_name_is_in_again_at_once(self):
        room = self.open()
        bob, = room.members("bob")
        room.type("/ban bob")
        room.answers("until the program ends")
        self.expect_removed(bob)
        bob.ask("L bob", NOT_NOW)
        room.type("/unban bob")
        room.answers("^bob: no longer banned$")
        bob.join("bob")

    def test_a_network_is_emptied_and_closed(self):
        for written in ("127.0.3.0/24", "::ffff:127.0.3.0/120"):
            with self.subTest(written=written):
                room = self.open(listen="0.0.0.0:0")
                alice, = room.members("alice")
                bob = room.client(source="127.0.3.1").join("bob")
                eve = room.client(source="127.0.3.255").join("eve")
                near = room.client(source="127.0.4.0").join("near")
                room.fence()
                for client in (alice, bob, eve, near):
                    client.pending.clear()
                room.type("/ban %s 10m" % written)
                room.answers(r"^127\.0\.3\.0/24 is banned for 10m; 2 members were removed$")
                self.expect_removed(bob, eve)
                for client in (alice, near):
                    self.assertEqual({client.receive().decode(), client.receive().decode()},
                                     {"bob 退出了聊天室", "eve 退出了聊天室"})
                bob.ask("L robert", NOT_NOW)
                room.client(source="127.0.3.77").ask("L new", NOT_NOW)
                near.say("still here")
                alice.expect("near ： still here")

    def test_a_mistyped_network_bans_nobody(self):
        room = self.open()
        alice, = room.members("alice")
        for wrong, told in (("127.0.0.1/8", r"did you mean 127\.0\.0\.0/8\?"), ("127.0.0.0/33", "from 0 to 32"),
                            ("127.0.0.1/0", r"did you mean 127\.0\.0\.1\?"), ("0.0.0.0/0", r"access\.plain_from"),
                            ("127.0.0", "is no network"), ("127.0.0.0/8 10", "is no time")):
            with self.subTest(wrong=wrong):
                room.type("/ban " + wrong)
                room.answers(r"^nothing was done: .*" + told)
        room.type("/bans")
        room.answers("^nobody is banned or muted$")
        alice.ask("L alice", "OK")

    def test_the_written_design_answers_with_n(self):
        room = self.open("plain.dialect=yn", accept="Y")
        room.type("/ban bob")
        room.answers("bob is banned")
        room.client().ask("L bob", "N")


class Mutes(AccessTest):
    def test_a_muted_member_hears_but_is_not_heard(self):
        room = self.open()
        alice, bob = room.members("alice", "bob")
        room.type("/mute alice 1h")
        room.answers("^alice is muted for 1h$")
        alice.say("can you hear me?")
        alice.say("or me?")
        alice.expect(MUTED)  # once is enough
        bob.expect_silence()
        bob.say("so quiet")
        alice.expect("bob ： so quiet")
        room.type("/unmute alice")
        room.answers("^alice may speak again$")
        alice.say("at last")
        bob.expect("alice ： at last")
        alice.expect_silence()


class Networks(AccessTest):
    def test_a_reload_removes_the_members_that_it_denies(self):
        room = self.open()
        alice, = room.members("alice")
        bob = room.client(source="127.0.3.1").join("bob")
        alice.expect("bob 进入了聊天室")
        told_at = room.reload("[access]\ndeny = ::ffff:127.0.3.0/120\n")
        room.stderr.wait_for(r"reload: access\.deny is now '127\.0\.3\.0/24' \(was 'none'\)", told_at)
        room.stderr.wait_for(r"reload: 1 member was removed", told_at)
        self.expect_removed(bob)
        alice.expect("bob 退出了聊天室")
        bob.send("L bob")
        bob.send("E bob")
        bob.expect_silence()
        self.assertEqual(2, self.counted(room, "denied"))
        told_at = room.reload("")
        room.stderr.wait_for(r"reload: access\.deny is now 'none'", told_at)
        bob.join("bob")

    def test_a_mistyped_network_changes_nothing_and_is_reported_with_its_line(self):
        room = self.open(config="[access]\ndeny = 127.0.3.0/24\n")
        alice, bob = room.members("alice", "bob")
        told_at = room.reload("[room]\nmax_members = 1\n[access]\ndeny = 127.0.0.1/8\n")
        room.stderr.wait_for(r"%s:4: access\.deny: '127\.0\.0\.1/8' has bits set beyond its prefix; "
                             r"did you mean 127\.0\.0\.0/8\?" % room.config, told_at)
        room.stderr.wait_for("reload: nothing was changed", told_at)
        alice.say("hello")
        bob.expect("alice ： hello")
        room.join("carol")
        stranger = room.client(source="127.0.3.1")
        stranger.send("L dave")
        stranger.expect_silence()

    def test_a_mistyped_network_opens_no_room(self):
        for value in ("10.0.0.1/8", "10.0.0.0/33", "everybody", "10.0.0.0/8,", ""):
            with self.subTest(value=value):
                result = run_with_defaults("--set", "access.plain_from=" + value, "--check")
                self.assertEqual(78, result.returncode)
                self.assertIn("access.plain_from", result.stderr)

    def test_datagrams_from_elsewhere_are_met_with_silence(self):
        room = self.open("access.plain_from=127.0.0.1")
        stranger = room.client(source="127.0.0.2")
        for request in ("L bob", "E bob", "C bob hello", "nonsense", ""):
            stranger.send(request)
        stranger.expect_silence()
        self.assertEqual(5, self.counted(room, "outside_plain_from"))

    def test_by_default_a_public_address_is_elsewhere(self):
        with own_network.own_network():
            room = self.open("room.listen=0.0.0.0:0", listen=None)
            room.fence()
            for source in ("192.0.2.1", "9.255.255.255", "100.64.0.1", "172.32.0.0"):
                own_network.send_forged((source, 4000), ("127.0.0.1", room.doors[0][1]), b"L bob")
            for source in ("10.0.0.1", "172.31.0.1", "192.168.255.255", "169.254.1.1"):
                own_network.send_forged((source, 4000), ("127.0.0.1", room.doors[0][1]), b"L " + source.encode())
            room.fence()
            room.type("/members")
            for source in ("10.0.0.1", "172.31.0.1", "192.168.255.255", "169.254.1.1"):
                room.answers(r"^  %s  " % source)
            self.assertEqual(4, self.counted(room, "outside_plain_from"))

    @unittest.skipUnless(own_network.has_ipv6(), "this machine has no IPv6 loopback address")
    def test_an_ipv6_packet_does_not_pass_for_ipv4(self):
        # Linux delivers packets whose source is v4-mapped. None of them is from this machine or from alice.
        with own_network.own_network():
            room = self.open(listen="[::1]:0, 127.0.0.1:0")
            alice = room.client(door=1).join("alice")
            bob = room.client(door=1).join("bob")
            alice.expect("bob 进入了聊天室")
            for port, request in ((alice.socket.getsockname()[1], b"C alice I owe you money"),
                                  (alice.socket.getsockname()[1], b"L alice"), (4000, b"L eve")):
                own_network.send_forged_ipv6(("::ffff:127.0.0.1", port), room.doors[0], request)
            own_network.send_forged_ipv6(("::", 4000), room.doors[0], b"L eve")
            room.fence()
            bob.say("hello")
            alice.expect("bob ： hello")
            bob.expect_silence()


if __name__ == "__main__":
    unittest.main()
