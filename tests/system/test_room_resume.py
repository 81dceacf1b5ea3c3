#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""room is killed and started again: nobody notices, and nothing is lost."""
import os
import pathlib
import signal
import unittest

from room_program import DELIVERED, REFUSED, RoomProgramTest, run_room

MANY = 200


class RoomResume(RoomProgramTest):
    def setUp(self):
        self.runtime = self.folder()

    def bob(self, address, *arguments):
        return self.filter("bob", address, *arguments, runtime=self.runtime)

    def kept(self):
        return [path.name for path in pathlib.Path(self.runtime).rglob("*") if path.is_file()]

    def expect_one_story(self, *lives):
        """Each life continues where the one before was killed; only the events of its last turn may be repeated."""
        story = []
        for life in lives:
            events = [event for event in life.events() if event["kind"] != "missed"]
            self.assertEqual(list(range(events[0]["seq"], events[0]["seq"] + len(events))), [event["seq"] for event in events])
            if story:
                self.assertLessEqual(events[0]["seq"], story[-1]["seq"] + 1, "a gap")
                again = [event for event in story if event["seq"] >= events[0]["seq"]]
                self.assertEqual(again, events[:len(again)])
                story = story[:len(story) - len(again)]
            story += events
        return story

    def test_a_killed_program_resumes_and_nobody_is_told(self):
        room = self.open("plain.language=en")
        alice, = room.members("alice")
        first = self.bob(room.doors[0])
        alice.expect("bob joined")
        first.say("one")
        alice.expect("bob: one")
        alice.say("before")
        first.wait_for(kind="chat", name="alice", text="before")
        first.kill()
        alice.say("meanwhile")
        second = self.bob(room.doors[0])
        second.wait_for(kind="chat", name="alice", text="meanwhile")
        second.say("two")
        alice.expect("bob: two")
        self.assertEqual(DELIVERED, second.end())
        alice.expect("bob left")
        texts = [event["text"] for event in self.expect_one_story(first, second) if event["name"] in ("alice", "bob") and event["kind"] == "chat"]
        self.assertEqual(["one", "before", "meanwhile", "two"], texts)
        self.assertEqual([], self.kept())

    def kill_in_mid_flow(self, room, address):
        alice, carol = room.members("alice", "carol")
        lives = []
        for life in range(3):
            bob = self.bob(address)
            if life == 0:
                alice.expect("bob joined")
                carol.expect("bob joined")
            bob.say(*("life %d says %d." % (life, n) for n in range(20)))
            for n in range(MANY):
                alice.say("%d in life %d." % (n, life))
                carol.read_until(b"alice: %d in life %d." % (n, life))
                if n == MANY // 2 and life < 2:
                    # Kill it somewhere between reading, writing and recording.
                    bob.stdout.wait_for(r'"text":"%d in life %d\."' % (n // 2, life))
                    bob.kill()
            lives.append(bob)
        lives[-1].wait_for(kind="chat", name="bob", text=r"life 2 says 19\.")
        lives[-1].wait_for(kind="chat", name="alice", text=r"%d in life 2\." % (MANY - 1))
        self.assertEqual(DELIVERED, lives[-1].end(), lives[-1].stderr.text())
        story = self.expect_one_story(*lives)
        self.assertEqual(["%d in life %d." % (n, life) for life in range(3) for n in range(MANY)],
                         [event["text"] for event in story if event["name"] == "alice" and event["kind"] == "chat"])
        said = [event["text"] for event in story if event["name"] == "bob" and event["kind"] == "chat"]
        self.assertEqual(sorted(set(said), key=said.index), said, "something was said twice")
        for life in range(3):
            of_this = [text for text in said if text.startswith("life %d " % life)]
            # Lines that were read and not sent are lost with the program.
            self.assertEqual(["life %d says %d." % (life, n) for n in range(len(of_this))], of_this)
        self.assertEqual(20, len(of_this))
        self.assertEqual(["join"], [event["kind"] for event in story if event["name"] == "bob" and event["kind"] != "chat"])

    def test_killed_in_mid_flow_it_shows_every_event_once(self):
        room = self.open("plain.language=en", "limits.messages=0", "limits.bytes=0")
        self.kill_in_mid_flow(room, room.doors[0])

    def test_killed_in_mid_flow_it_shows_every_event_once_over_a_bad_network(self):
        room = self.open("plain.language=en", "limits.messages=0", "limits.bytes=0")
        relay = self.relay(room.doors[0], loss=0.2, repeat=0.05, delay=0.002, jitter=0.01,
                           seed=int(os.environ.get("ROOMD_SEED", 1)))
        self.kill_in_mid_flow(room, relay.address)

    def test_two_programs_do_not_take_a_session_from_each_other(self):
        room = self.open("plain.language=en")
        alice, = room.members("alice")
        first = self.bob(room.doors[0])
        alice.expect("bob joined")
        first.wait_for(kind="join", name="bob")
        second = self.bob(room.doors[0])
        self.assertEqual(REFUSED, second.wait())
        self.assertIn("somebody in the room has that name", second.stderr.text())
        first.say("still here")
        alice.expect("bob: still here")
        self.assertEqual(DELIVERED, first.end())

    def test_a_message_without_an_acknowledgement_is_reported_and_not_said_again(self):
        room = self.open("plain.language=en")
        alice, = room.members("alice")
        relay = self.relay(room.doors[0])
        first = self.bob(relay.address)
        first.wait_for(kind="join", name="bob")
        alice.expect("bob joined")
        first.say("one")
        first.wait_for(kind="chat", name="bob", text="one")
        alice.expect("bob: one")
        alice.say("fence")  # when this is shown, the record says that "one" was acknowledged
        first.wait_for(kind="chat", name="alice", text="fence")
        relay.cut = True
        first.say("two")
        relay.wait_for(b"two")
        first.kill()
        relay.cut = False
        second = self.bob(relay.address)
        second.stderr.wait_for("of the last it said, 1 may have been taken or not")
        second.say("three")
        alice.expect("bob: three")
        self.assertEqual(DELIVERED, second.end())
        alice.expect("bob left")

    def test_after_a_restart_of_the_server_it_joins_again(self):
        door = self.lasting_door()
        room = self.open("plain.language=en", listen=door)
        first = self.bob(room.doors[0])
        first.wait_for(kind="join", name="bob")
        first.kill()
        self.assertEqual(1, len(self.kept()))
        room.stop(signal.SIGTERM)
        room = self.open("plain.language=en", listen=door)
        second = self.bob(room.doors[0])
        second.wait_for(kind="join", name="bob")
        self.assertEqual(DELIVERED, second.end())
        self.assertEqual([None], [event["count"] for event in second.events() if event["kind"] == "missed"])
        self.assertEqual([], self.kept())

    def test_a_single_message_neither_resumes_a_session_nor_leaves_one(self):
        room = self.open()
        first = self.bob(room.doors[0])
        first.wait_for(kind="join", name="bob")
        first.kill()
        kept = self.kept()
        address = "%s:%d" % room.doors[0]
        self.assertEqual(REFUSED, run_room("--name", "bob", "-m", "x", address, runtime=self.runtime).returncode)
        self.assertEqual(kept, self.kept())
        self.assertEqual(DELIVERED, run_room("--name", "eve", "-m", "x", address, runtime=self.runtime).returncode)
        self.assertEqual(kept, self.kept())

    def test_it_works_without_a_folder_for_the_session(self):
        room = self.open()
        os.chmod(self.runtime, 0o755)
        first = self.bob(room.doors[0])
        first.wait_for(kind="join", name="bob")
        self.assertEqual(DELIVERED, first.end())
        self.assertEqual([], os.listdir(self.runtime))


if __name__ == "__main__":
    unittest.main()
