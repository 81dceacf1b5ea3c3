# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""The effect of a reload on a room with members: the options with an effect of their own, and the report."""
import unittest

from roomd_process import run_roomd
from roomd_room import RoomTest


class Said(RoomTest):
    def test_one_reload_reports_changes_and_options_that_take_a_restart(self):
        room = self.open(config="[room]\nmax_members = 20\nring = 1 MiB\n")
        alice, bob = room.members("alice", "bob")
        told_at = room.reload("[room]\nmax_members = 30\nring = 2 MiB\n[plain]\nlanguage = en\n[admin]\nstdin = no\n")
        for line in (r"reload: room\.max_members is now '30' \(was '20'\)$",
                     r"reload: room\.ring = '2 MiB' needs a restart; until then it is '1 MiB'$",
                     r"reload: plain\.language is now 'en' \(was 'zh'\)$",
                     r"reload: admin\.stdin = 'no' needs a restart; until then it is 'yes'$"):
            room.stderr.wait_for("roomd: " + line, told_at)
        alice.say("hello")
        bob.expect("alice: hello")
        room.type("still read")
        bob.expect("Notice: still read")
        told_at = room.reload()
        room.stderr.wait_for(r"room\.ring = '2 MiB' needs a restart; until then it is '1 MiB'$", told_at)
        self.assertNotIn("max_members", "".join(room.stderr.text().split("\n")[told_at:]))

    def test_a_reload_without_a_change_is_reported_too(self):
        room = self.open()
        told_at = room.reload()
        room.stderr.wait_for("reload: nothing has changed$", told_at)

    def test_a_mistake_is_an_error_that_every_level_shows(self):
        room = self.open(config="[log]\nlevel = error\n")
        told_at = room.reload("[log]\nlevel = debug\nevents = nothing\n")
        room.stderr.wait_for(r"roomd: error: reload: %s:3: log\.events = nothing: " % room.config, told_at)
        room.stderr.wait_for("roomd: error: reload: nothing was changed: ", told_at)
        room.fence()
        self.assertNotIn("debug", room.stderr.text())

    def test_the_help_describes_what_a_reload_does_beyond_the_new_value(self):
        text = run_roomd("--help-config").stdout
        for option, told in (("room.max_members", "taken at once; a lower number only refuses newcomers"),
                             ("room.listen", "takes a restart; members of a door that is gone then leave, and the "
                                             "others are told"),
                             ("access.deny", "taken at once; members that may no longer be here are removed"),
                             ("plain.chat", "taken at once; members see the new wording from their next line on")):
            with self.subTest(option=option):
                paragraph = text.split("\n%s = " % option, 1)[1].split("\n\n", 1)[0]
                self.assertIn("\n    reload: %s" % told, paragraph)


class Odd(RoomTest):
    def test_fewer_places_than_members_only_refuse_newcomers(self):
        room = self.open()
        alice, bob = room.members("alice", "bob")
        told_at = room.reload("[room]\nmax_members = 3\n")
        room.stderr.wait_for(r"room\.max_members", told_at)
        room.client().ask("L carol", "聊天室已满")
        bob.ask("L rob", "OK")  # nobody joins with that name
        bob.name = "rob"
        alice.expect("bob 退出了聊天室", "rob 进入了聊天室")
        bob.leave()
        alice.expect("rob 退出了聊天室")
        room.client().ask("L carol", "聊天室已满")
        alice.leave()
        room.join("carol")

    def test_members_see_the_new_wording_from_their_next_line_on(self):
        room = self.open("plain.max_lines=1")
        alice, bob = room.members("alice", "bob")
        alice.say("one")
        bob.expect("alice ： one")
        told_at = room.reload("[plain]\nlanguage = en\nprefix = \"* \"\nbye = Bye\n")
        room.stderr.wait_for(r"plain\.prefix", told_at)
        alice.say("two")
        bob.expect("* alice: two")
        alice.leave(bye="Bye")
        bob.expect("* alice left")

    def test_another_dialect_takes_its_verbs_and_replies_with_it(self):
        room = self.open(config="[plain]\njoin_verbs = L LOGIN\nchat_verbs = C CHAT\n")
        alice, bob = room.members("alice", "bob")
        told_at = room.reload("[plain]\njoin_verbs = ENTER\nchat_verbs = C\naccept = WELCOME\n")
        room.stderr.wait_for(r"plain\.accept", told_at)
        alice.say("not heard", verb="CHAT")
        room.client().send("L carol")
        room.client().join("dave", verb="ENTER", accept="WELCOME")
        bob.expect("dave 进入了聊天室")
        alice.expect("dave 进入了聊天室")
        alice.say("heard")
        bob.expect("alice ： heard")
        alice.ask("ENTER alice", "WELCOME")

    def test_the_door_keeps_its_dialect_when_the_default_changes(self):
        room = self.open("room.listen=127.0.0.1:0, 127.0.0.2:0=yn", listen=None)
        alice, = room.members("alice")
        visitor = room.client(door=1).join("visitor", accept="Y")
        alice.expect("visitor 进入了聊天室")
        told_at = room.reload("[plain]\nlanguage = en\n")
        room.stderr.wait_for(r"plain\.language", told_at)
        room.client(door=1, source="127.0.0.9").ask("L visitor", "N")
        visitor.say("hello")
        alice.expect("visitor: hello")
        alice.say("hello")
        visitor.expect("alice: hello")

    def test_members_that_a_shorter_list_of_networks_leaves_out_are_removed(self):
        room = self.open(listen="0.0.0.0:0", config="[access]\nplain_from = 127.0.0.0/8\n")
        alice, = room.members("alice")
        bob = room.client(source="127.0.3.1").join("bob")
        alice.expect("bob 进入了聊天室")
        told_at = room.reload("[access]\nplain_from = 127.0.0.0/24\n")
        room.stderr.wait_for("reload: 1 member was removed: access", told_at)
        bob.joined = False
        bob.expect("您已被管理员移出聊天室。", "EXIT")
        alice.expect("bob 退出了聊天室")

    def test_a_member_that_is_now_silent_for_too_long_is_warned_before_it_is_removed(self):
        room = self.open()
        alice, = room.members("alice")
        told_at = room.reload("[room]\nidle_timeout = 2\n")
        room.stderr.wait_for(r"room\.idle_timeout", told_at)
        alice.joined = False
        alice.expect("您很久没有发言, 1 秒后将退出聊天室", "EXIT")


if __name__ == "__main__":
    unittest.main()
