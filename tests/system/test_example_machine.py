# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""The state machine of doc/examples/sequenced, on a fake clock, with a server that the test plays."""
import itertools
import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "doc" / "examples"))

from sequenced import client as machine  # noqa: E402, its folder must be in sys.path
from sequenced import wire  # noqa: E402

EPOCH, TOKEN, MEMBER = 0xE0, 0x70, 7
SECOND = 1.0


def chat(member, said, text):
    return b"\2" + bytes((member,)) + said.to_bytes(2, "big") + bytes((len(text),)) + text.encode()


def join(member, name):
    return b"\1" + bytes((member,)) + b"\0\0" + bytes((len(name),)) + name.encode()


def leave(member, reason=0):
    return b"\3" + bytes((member,)) + b"\0\0" + bytes((reason,))


class Played(unittest.TestCase):
    def setUp(self):
        self.now = 1000.0
        numbers = itertools.count(1)
        self.client = machine.Client("carol", self.now, draw=lambda bits: next(numbers), chance=lambda: 0.5)

    # ---- datagrams of the client ----

    def sent(self):
        return [wire.decode(datagram) for datagram in self.client.tick(self.now)]

    def later(self, seconds):
        """The datagrams that are due, and sent, in that time."""
        end, sent = self.now + seconds, []
        while self.client.due() <= end:
            self.now = max(self.now, self.client.due())
            sent += self.sent()
        self.now = end
        return sent

    def frames(self, datagrams):
        return [frame for datagram in datagrams for frame in datagram.frames]

    def messages(self, datagrams):
        return [frame.number for frame in self.frames(datagrams) if isinstance(frame, wire.Message)]

    # ---- datagrams of the server ----

    def receive(self, datagram):
        self.client.receive(wire.encode(datagram), self.now)

    def down(self, *frames):
        self.receive(wire.Down(TOKEN, self.client.session.run, list(frames), True))

    def events(self, first, *events, epoch=EPOCH, repeats=0):
        start = b"\xfc\1\0" + epoch.to_bytes(8, "big") + bytes((repeats, first)) + bytes(6)
        self.client.receive(start + b"".join(events), self.now)

    def welcome(self, position=10, **changes):
        resumed = bool(self.client.session)
        welcome = wire.Welcome(resumed, self.client.nonce, EPOCH, TOKEN, 1, MEMBER, position, 900, 600,
                               "carol", "lobby")
        self.receive(welcome._replace(**changes))

    def enter(self, **changes):
        """Enters the room as its only member, with a round trip of a hundredth of a second."""
        self.sent()
        self.now += 0.01
        self.receive(wire.Challenge(self.client.nonce, b"cookie"))
        self.sent()
        self.now += 0.01
        self.welcome(**changes)
        self.sent()
        if not changes.get("resumed"):
            self.events(11, join(MEMBER, "carol"))
        self.down(wire.Page(11, 1, 0, MEMBER, False, [wire.Entry(MEMBER, False, "carol")]))
        self.later(0.02)
        self.news()

    def news(self):
        told = list(self.client.news)
        self.client.news.clear()
        return told

    def shown(self):
        return [(news.name, news.event.text) for news in self.news() if isinstance(news, machine.Shown)]


class Handshake(Played):
    def test_a_hello_is_repeated_with_the_same_nonce_at_growing_intervals(self):
        hellos = []
        for _ in range(9):
            hellos += [(self.now - 1000, datagram) for datagram in self.sent()]
            self.now = self.client.due()
        self.assertEqual([0, 0.09, 0.27, 0.63, 1.53, 2.43, 4.23, 6.03, 9.63], [round(when, 3) for when, _ in hellos])
        self.assertEqual({wire.Hello(1, self.client.nonce)}, {hello for _, hello in hellos})

    def test_a_join_without_an_answer_is_begun_anew_after_a_minute(self):
        self.sent()
        self.receive(wire.Challenge(self.client.nonce, b"cookie"))
        sent = self.later(61)
        kinds = [type(datagram) for datagram in sent]
        joins = kinds.index(wire.Hello)
        self.assertEqual({wire.Join}, set(kinds[:joins]))
        self.assertEqual({wire.Hello}, set(kinds[joins:]))
        self.assertEqual(37, joins)  # after 0.09, 0.18, 0.36, 0.9 and 0.9 s, and then each 1.8 s
        self.assertNotEqual(sent[0].nonce, sent[joins].nonce)

    def test_a_datagram_without_the_nonce_is_ignored(self):
        self.sent()
        self.receive(wire.Challenge(99, b"cookie"))
        self.receive(wire.Refusal(1, 5, 99, 0))
        self.welcome()
        self.assertEqual(("greeting", []), (self.client.state, self.news()))

    def test_the_fifth_bad_cookie_in_a_row_ends_it(self):
        for _ in range(5):
            self.later(2)
            self.receive(wire.Challenge(self.client.nonce, b"cookie"))
            self.receive(wire.Refusal(1, machine.BAD_COOKIE, self.client.nonce, 0))
        self.assertEqual([machine.Out(machine.BY_REFUSAL, machine.BAD_COOKIE)], self.news())

    def test_full_is_asked_again_after_as_long_as_it_says(self):
        self.sent()
        self.receive(wire.Refusal(1, machine.ROOM_FULL, self.client.nonce, 0))
        self.assertEqual([machine.Waiting(machine.ROOM_FULL, 1)], self.news())
        self.assertEqual([], self.later(0.95))
        self.assertEqual([wire.Hello], [type(datagram) for datagram in self.later(0.1)])


class Hearing(Played):
    def test_events_are_shown_once_and_in_order_however_they_come(self):
        self.enter()
        lines = [chat(MEMBER, 0, "line %d" % n) for n in range(12, 22)]
        for start in (6, 0, 3, 6, 8, 0):
            self.events(12 + start, *lines[start:start + 3])
        self.assertEqual([("carol", "line %d" % n) for n in range(12, 22)], self.shown())

    def test_other_epochs_tokens_and_runs_are_not_heard(self):
        self.enter()
        self.events(12, chat(MEMBER, 0, "x"), epoch=EPOCH + 1)
        self.receive(wire.Down(TOKEN + 1, 1, [wire.Head(20)], True))
        self.receive(wire.Down(TOKEN, 2, [wire.Closed(3, "")], True))
        self.assertEqual([], self.news())
        self.assertEqual([], self.later(1))

    def test_a_gap_is_asked_for_when_it_lasts_and_no_sooner_than_a_round_trip_again(self):
        self.enter()
        self.events(14, chat(MEMBER, 0, "x"))
        self.assertEqual([], self.frames(self.later(0.0009)))
        missing = wire.Missing(b"\3")
        self.assertEqual([missing], self.frames(self.later(0.0002)))
        self.assertEqual([], self.frames(self.later(0.023)))
        self.assertEqual([missing], self.frames(self.later(0.003)))
        self.events(12, chat(MEMBER, 0, "a"), chat(MEMBER, 0, "b"))
        self.assertEqual([14], [up.position for up in self.sent()])
        self.assertEqual([], self.later(1))

    def test_where_datagrams_overtake_others_a_gap_is_given_ten_milliseconds(self):
        self.enter()
        self.events(13, chat(MEMBER, 0, "x"))
        self.events(12, chat(MEMBER, 0, "x"))
        self.events(15, chat(MEMBER, 0, "x"))
        self.assertEqual([], self.frames(self.later(0.009)))
        self.assertEqual([wire.Missing(b"\1")], self.frames(self.later(0.002)))

    def test_a_gap_is_asked_for_again_in_the_next_up_and_when_later_events_come(self):
        self.enter()
        self.client.round_trip.sample(0.02)
        self.events(13, chat(MEMBER, 0, "x"))
        missing = wire.Missing(b"\1")
        self.assertEqual([missing], self.frames(self.later(0.002)))
        for again in ([missing], []):
            self.down(wire.Head(13))
            self.assertEqual(again, self.frames(self.sent()))
        self.now += 2 * self.client.round_trip.answered(0)
        self.events(14, chat(MEMBER, 0, "x"))
        self.assertEqual([missing], self.frames(self.sent()))

    def test_after_a_loss_a_message_is_repeated_when_later_events_come_without_its_own(self):
        self.enter()
        self.down(wire.Head(11))
        self.client.say("hello")
        self.assertEqual([1], self.messages(self.sent()))
        self.now += self.client.round_trip.answered(0)
        self.events(12, chat(9, 0, "x"))
        self.assertEqual([1], self.messages(self.sent()))

    def test_all_gaps_are_asked_for_at_once(self):
        self.enter()
        for number in range(13, 25, 2):
            self.events(number, chat(MEMBER, 0, "x"))
        asked = self.frames(self.later(0.015))
        self.assertEqual([wire.Missing(bytes((0b01010101, 0b101)))], asked)
        self.assertEqual([12, 14, 16, 18, 20, 22], wire.numbers_of(asked[0], 11))

    def test_a_head_that_was_told_shows_a_loss_at_the_end(self):
        self.enter()
        self.down(wire.Head(13))
        self.assertEqual([11], [up.position for up in self.sent()])
        self.assertEqual([wire.Missing(b"\3")], self.frames(self.later(0.011)))

    def test_a_report_says_what_has_come_what_was_lost_and_how_long_ago(self):
        self.enter()
        came = self.client.arrivals.received
        self.events(12, chat(MEMBER, 0, "a"))
        self.assertEqual([(12, 0, came + 1, 0, 200)], [up[3:8] for up in self.later(0.02)])
        self.events(15, chat(MEMBER, 0, "x"))
        self.assertEqual([(12, 3, came + 2, 2, 10)], [up[3:8] for up in self.later(0.01)])
        self.down(wire.Gap(15))
        self.assertEqual([(14, 1, came + 2, 2, 100)], [up[3:8] for up in self.sent()])

    def test_events_that_are_repeated_are_shown_once(self):
        self.enter()
        self.events(12, chat(MEMBER, 0, "a"))
        self.events(12, chat(MEMBER, 0, "a"), chat(MEMBER, 0, "b"), repeats=1)
        self.events(13, chat(MEMBER, 0, "b"), chat(MEMBER, 0, "c"), chat(MEMBER, 0, "d"), repeats=2)
        self.assertEqual([("carol", text) for text in "abcd"], self.shown())

    def test_the_position_is_reported_at_the_fifth_events_or_after_a_moment(self):
        self.enter()
        for number in range(12, 16):
            self.events(number, chat(MEMBER, 0, "x"))
            self.assertEqual([], self.sent())
        self.events(16, chat(MEMBER, 0, "x"))
        self.assertEqual([16], [up.position for up in self.sent()])
        self.events(17, chat(MEMBER, 0, "x"))
        self.assertEqual([], self.later(0.019))
        self.assertEqual([17], [up.position for up in self.later(0.002)])

    def test_after_a_loss_events_are_reported_at_once_after_a_quiet(self):
        self.enter()
        self.events(13, chat(MEMBER, 0, "x"))
        self.later(0.015)
        self.events(12, chat(MEMBER, 0, "x"))
        self.assertEqual([13], [up.position for up in self.sent()])
        self.later(0.021)
        self.events(14, chat(MEMBER, 0, "x"))
        self.assertEqual([14], [up.position for up in self.sent()])
        self.events(15, chat(MEMBER, 0, "x"))
        self.assertEqual([], self.sent())
        self.later(10)
        self.events(16, chat(MEMBER, 0, "x"))
        self.assertEqual([], self.sent())

    def test_after_a_loss_the_next_up_repeats_a_message_once(self):
        self.enter()
        self.down(wire.Head(11))
        self.sent()
        self.client.say("hello")
        self.assertEqual([1], self.messages(self.sent()))
        self.assertEqual([], self.messages(self.later(0.01)))
        for again in ([1], []):
            self.down(wire.Head(11))
            self.assertEqual(again, self.messages(self.sent()))

    def test_events_that_no_window_can_hold_are_ignored(self):
        self.enter()
        self.client.receive(b"\xfc\1\0" + EPOCH.to_bytes(8, "big") + b"\0" + wire.Varint().write(2**61) + bytes(6)
                            + chat(MEMBER, 0, "x"), self.now)
        self.assertEqual([], self.frames(self.later(5)))

    def test_a_gap_that_does_not_close_is_given_up_if_the_server_has_not_sent_so_much(self):
        self.enter()
        self.events(60, chat(MEMBER, 0, "forged"))
        self.events(13, chat(MEMBER, 0, "b"))
        while not (beats := [frame for frame in self.frames(self.later(0.1)) if isinstance(frame, wire.Heartbeat)]):
            self.assertLess(self.now, 1010)
        self.down(wire.HeartbeatAnswer(beats[0].echo, 13))
        self.assertEqual({b"\1"}, {frame.bits for frame in self.frames(self.later(0.1))})
        self.events(12, chat(MEMBER, 0, "a"))
        self.assertEqual([("carol", "a"), ("carol", "b")], self.shown())
        self.assertEqual([], self.frames(self.later(5)))

    def test_forgotten_events_are_counted_and_the_members_are_asked_for_anew(self):
        self.enter()
        self.events(12, join(9, "dave"))
        self.assertEqual([("dave", None)], self.shown())
        self.events(20, chat(9, 0, "under another name"))
        self.down(wire.Gap(20))
        self.assertEqual([machine.Missed(7)], self.news())
        self.assertIn(wire.Members(0), self.frames(self.sent()))
        self.down(wire.Page(18, 1, 0, 9, False, [wire.Entry(9, False, "dave")]))
        self.assertEqual([], self.news())
        self.down(wire.Page(20, 1, 0, 9, False, [wire.Entry(9, False, "dora")]))
        self.assertEqual([("dora", "under another name")], self.shown())
        self.down(wire.Gap(20))
        self.assertEqual([], self.news())

    def test_events_wait_for_the_page_that_names_their_author(self):
        self.sent()
        self.receive(wire.Challenge(self.client.nonce, b"cookie"))
        self.sent()
        self.welcome()
        self.events(11, join(MEMBER, "carol"), chat(3, 0, "hello"))
        self.assertEqual([("carol", None)], self.shown())
        self.sent()
        self.down(wire.Page(12, 1, 0, 2, True, [wire.Entry(1, False, "alice")]))
        self.assertEqual([], self.shown())
        self.assertEqual([wire.Members(2)], self.frames(self.later(0.015)))
        self.down(wire.Page(12, 1, 0, 2, True, [wire.Entry(1, False, "alice")]))  # not the page that it asks for
        self.down(wire.Page(12, 1, 2, 7, False, [wire.Entry(3, True, "bob"), wire.Entry(7, False, "carol")]))
        news = self.news()
        self.assertIn(machine.Listed(["alice", "carol"]), news)
        self.assertEqual([12], [up.position for up in self.sent()])

    def test_a_name_that_never_comes_is_waited_for_half_a_minute(self):
        self.sent()
        self.receive(wire.Challenge(self.client.nonce, b"cookie"))
        self.sent()
        self.welcome()
        self.events(11, chat(3, 0, "hello"))
        self.later(29)
        self.assertEqual([], self.shown())
        self.later(2)
        self.assertEqual([("member 3", "hello")], self.shown())

    def test_a_page_does_not_undo_what_a_later_event_has_done(self):
        self.sent()
        self.receive(wire.Challenge(self.client.nonce, b"cookie"))
        self.sent()
        self.welcome()
        self.sent()
        self.events(11, join(MEMBER, "carol"), join(8, "dave"), join(9, "eve"), leave(9))
        self.down(wire.Page(12, 1, 0, 8, False, [wire.Entry(MEMBER, False, "carol"), wire.Entry(8, False, "dave")]))
        self.assertIn(machine.Listed(["carol", "dave"]), self.news())
        self.events(15, leave(8))
        self.assertEqual(["carol"], self.client.members.here())

    def test_a_later_page_does_not_rename_who_spoke_before_it(self):
        self.enter()
        self.events(12, chat(3, 0, "who is that?"))
        self.client.members.ask_for_all(self.now)
        self.sent()
        self.down(wire.Page(12, 2, 0, MEMBER, False, [wire.Entry(3, False, "alice"), wire.Entry(MEMBER, False, "carol")]))
        self.news()
        self.client.members.ask_for_all(self.now)  # as it does when it has come back
        self.sent()
        self.down(wire.Page(16, 2, 0, MEMBER, False, [wire.Entry(3, False, "ally"), wire.Entry(MEMBER, False, "carol")]))
        self.events(13, chat(3, 0, "still under the first name"), leave(3, 1), join(3, "ally"), chat(3, 0, "x"))
        self.assertEqual(["alice", "alice", "ally", "ally"], [name for name, _ in self.shown()])

    def test_a_path_is_answered_at_once(self):
        self.enter()
        self.down(wire.PathCheck(5))
        self.assertEqual([wire.Path(5)], self.frames(self.sent()))

    def test_anything_at_all_does_it_no_harm(self):
        frames = [wire.Taken(2, 1, 6), wire.NotTaken(1, 7, 9), wire.Head(15), wire.HeartbeatAnswer(3, 14), wire.Gap(14),
                  wire.Page(12, 1, 0, 9, False, [wire.Entry(9, False, "dora")]), wire.PathCheck(4)]
        for seed in range(30):
            chance = random.Random(seed)
            self.setUp()
            self.enter()
            for text in "abcdefgh":
                self.client.say(text)
            for _ in range(100):
                datagram = bytearray(wire.encode(wire.Down(TOKEN, 1, chance.sample(frames, 3), True)))
                for _ in range(chance.randrange(3)):
                    datagram[chance.randrange(len(datagram))] = chance.randrange(256)
                self.client.receive(bytes(datagram[:chance.choice((len(datagram), chance.randrange(1300)))]), self.now)
                self.events(chance.randrange(11, 30), chat(chance.choice((MEMBER, 9)), chance.randrange(9), "x"))
                self.later(chance.random() / 10)
                self.assertGreater(self.client.due(), self.now, "it would not come to rest")


class Messages(Played):
    def test_its_own_event_is_the_acknowledgement(self):
        self.enter()
        self.client.say("hello")
        self.assertEqual([1], self.messages(self.sent()))
        self.events(12, chat(MEMBER, 1, "hello"))
        self.assertIn(machine.Outcome("hello", machine.TAKEN, 0), self.news())
        self.assertEqual([], self.messages(self.later(5)))

    def test_a_message_is_repeated_at_growing_intervals_until_its_outcome_is_known(self):
        self.enter()
        self.client.say("hello")
        begun, when = self.now, []
        while len(when) < 10:
            when += [round(self.now - begun, 3) for _ in self.messages(self.sent())]
            self.now = max(self.now, self.client.due())
        self.assertEqual([0, 0.025, 0.075, 0.175, 0.375, 0.775, 1.575, 3.175, 4.775, 6.375], when)
        self.down(wire.Taken(1, 1, 0))
        self.assertEqual([machine.Outcome("hello", machine.REFUSED, 0)], self.news())

    def test_after_the_fourth_repetition_it_asks_whether_anybody_is_there(self):
        self.enter()
        self.client.say("hello")
        self.assertNotIn(wire.Heartbeat, map(type, self.frames(self.later(0.37))))
        self.assertEqual([wire.Message, wire.Heartbeat], [type(frame) for frame in self.frames(self.later(0.01))])

    def test_a_message_that_it_has_not_sent_can_not_be_acknowledged(self):
        self.enter()
        self.client.say("hello")
        self.sent()
        self.down(wire.Taken(2, 0, 0), wire.NotTaken(2, 1, 0))
        self.events(12, chat(MEMBER, 2, "x"))
        self.assertNotIn(machine.Outcome, map(type, self.news()))

    def test_no_more_than_32_are_under_way(self):
        self.enter()
        for n in range(40):
            self.client.say("%d" % n)
        self.assertEqual(list(range(1, 33)), self.messages(self.sent()))
        self.events(12, chat(MEMBER, 2, "1"))
        self.assertEqual([], self.messages(self.sent()))
        self.down(wire.Taken(2, 0, 0))
        self.assertEqual([33, 34], self.messages(self.sent()))

    def test_a_kept_message_is_not_repeated_until_those_before_it_are_decided(self):
        self.enter()
        for n in range(3):
            self.client.say("%d" % n)
        self.sent()
        self.down(wire.Taken(0, 0, 0b110))
        self.assertEqual([1, 1], self.messages(self.later(0.06)))
        self.down(wire.Taken(1, 0, 0))
        self.assertEqual([2], self.messages(self.later(0.03)))  # its outcome may have been told, and lost

    def test_a_client_that_is_asked_to_slow_down_waits_with_all_of_it(self):
        self.enter()
        self.client.say("one")
        self.sent()
        self.down(wire.NotTaken(1, machine.SLOW_DOWN, 300))
        self.client.say("two")
        self.assertEqual([], self.messages(self.later(2.9)))
        self.assertEqual([1, 2], self.messages(self.later(0.12)))

    def test_a_refusal_says_why(self):
        self.enter()
        self.client.say("hello")
        self.client.say("")
        self.client.say("x" * 901)
        self.sent()
        self.down(wire.NotTaken(1, 1, 0))
        self.assertEqual([machine.Outcome("", machine.REFUSED, machine.EMPTY),
                          machine.Outcome("x" * 901, machine.REFUSED, machine.TOO_LONG),
                          machine.Outcome("hello", machine.REFUSED, 1)], self.news())

    def test_a_chat_with_the_name_of_its_author_waits_for_no_page(self):
        self.sent()
        self.receive(wire.Challenge(self.client.nonce, b"cookie"))
        self.sent()
        self.welcome()
        self.events(11, b"\7\3\0\0\5alice\5hello", chat(3, 0, "again"))
        self.events(13, b"\10\3\0\0\5alice\0", b"\10\4\0\0\3bob\0")
        self.assertEqual([("alice", "hello"), ("alice", "again"), ("alice", None), ("bob", None)], self.shown())
        self.assertEqual([], self.client.members.here())

    def test_a_resumed_session_repeats_undecided_messages_under_the_same_numbers(self):
        self.enter()
        for text in ("one", "two", "three"):
            self.client.say(text)
        self.sent()
        self.receive(wire.Stranger(TOKEN))
        self.now += SECOND
        self.client.say("four")
        self.enter(resumed=1, run=2, position=11)
        self.assertEqual("in", self.client.state)
        self.sent()
        self.assertIn(3, self.client.messages.under_way)
        self.assertNotIn(4, self.client.messages.under_way, "before it knows what was decided")
        self.down(wire.Taken(2, 0b01, 0))
        self.assertEqual([3, 4], self.messages(self.sent()))
        self.down(wire.Taken(4, 0b0100, 0))
        self.assertEqual([("one", "taken"), ("two", "refused"), ("three", "taken"), ("four", "taken")],
                         [outcome[:2] for outcome in self.news()])

    def test_a_room_that_restarts_is_asked_again_within_half_a_second(self):
        self.enter()
        self.now += SECOND
        self.sent()
        self.down(wire.Closed(10, ""))
        self.assertEqual("greeting", self.client.state)
        self.assertEqual(wire.Hello, type(self.later(0.5)[0]))

    def test_after_a_restart_it_asks_what_was_decided_and_asks_again(self):
        self.enter()
        self.receive(wire.Stranger(TOKEN))
        self.now += SECOND
        self.sent()
        self.receive(wire.Challenge(self.client.nonce, b"cookie"))
        self.sent()
        self.welcome(resumed=1, run=2)
        beats = [frame for frame in self.frames(self.later(0.3)) if isinstance(frame, wire.Heartbeat)]
        self.assertEqual(2, len(beats))

    def test_in_another_session_nothing_is_sent_again_and_waiting_texts_are_sent(self):
        self.enter()
        for n in range(33):
            self.client.say("%d" % n)
        self.sent()
        self.receive(wire.Stranger(TOKEN))
        self.now += SECOND
        self.sent()
        self.receive(wire.Refusal(1, machine.UNKNOWN_SESSION, self.client.nonce, 0))
        outcomes = [news for news in self.news() if isinstance(news, machine.Outcome)]
        self.assertEqual([machine.Outcome("%d" % n, machine.UNKNOWN, 0) for n in range(32)], outcomes)
        self.enter(resumed=0)
        self.assertEqual({1: "32"}, {n: message.text for n, message in self.client.messages.under_way.items()})

    def test_what_came_between_a_forgotten_session_and_the_next_is_missed(self):
        self.enter()
        for position, epoch, missed in ((16, EPOCH, [machine.Missed(5)]), (16, EPOCH, []), (2, EPOCH + 1, [machine.Missed(None)])):
            self.receive(wire.Stranger(TOKEN))
            self.now += SECOND
            self.sent()
            self.receive(wire.Refusal(1, machine.UNKNOWN_SESSION, self.client.nonce, 0))
            self.sent()
            self.receive(wire.Challenge(self.client.nonce, b"cookie"))
            self.sent()
            self.welcome(position=position, epoch=epoch)
            self.assertEqual(missed, [news for news in self.news() if isinstance(news, machine.Missed)])

    def test_leaving_waits_for_messages_under_way_and_gives_up_at_last(self):
        self.enter()
        self.client.say("hello")
        self.client.leave()
        self.assertEqual([wire.Message(1, 0, "hello")], self.frames(self.sent()))
        self.events(12, chat(MEMBER, 1, "hello"))
        self.assertEqual([wire.Leave()] * 12, self.frames(self.later(60)))
        self.assertEqual(machine.Out(machine.LEFT, 0), self.news()[-1])

    def test_closed_ends_it_and_messages_under_way_are_unknown(self):
        self.enter()
        self.client.say("hello")
        self.sent()
        self.down(wire.Closed(8, ""))
        self.assertEqual([machine.Outcome("hello", machine.UNKNOWN, 0), machine.Out(machine.BY_CLOSED, 8)], self.news())
        self.assertEqual([], self.later(100))


class Silence(Played):
    def test_a_heartbeat_that_is_not_answered_is_repeated_and_then_the_session_is_resumed(self):
        self.enter()
        sent = self.later(40)
        beats, others = sent[:4], sent[4:]
        self.assertTrue(all(isinstance(up.frames[0], wire.Heartbeat) for up in beats), beats)
        self.assertEqual({wire.Hello}, {type(datagram) for datagram in others})

    def test_a_server_that_is_heard_is_there_though_the_answers_are_lost(self):
        self.enter()
        sent = []
        for second in range(45):
            sent += self.later(1)
            self.events(12 + second, chat(MEMBER, 0, "x"))
        self.assertEqual({wire.Up}, set(map(type, sent)))

    def test_without_a_round_trip_the_first_up_asks_for_it(self):
        self.sent()
        self.now += 0.01
        self.later(3)
        self.receive(wire.Challenge(self.client.nonce, b"cookie"))
        self.later(3)
        self.welcome()
        begun, beats = self.now, []
        for _ in range(50):
            self.now = max(self.now, self.client.due())
            beats += [round(self.now - begun, 2) for frame in self.frames(self.sent())
                      if isinstance(frame, wire.Heartbeat)]
            if len(beats) == 6:
                break
        self.assertEqual([0, 0.25, 0.75, 1.75, 3.75, 7.75], beats)

    def test_an_answer_is_enough_for_another_while(self):
        self.enter()
        sent = []
        for _ in range(100):
            for up in self.later(1):
                sent.append(up)
                self.down(wire.HeartbeatAnswer(up.frames[0].echo, 11))
        self.assertEqual(4, len(sent))

    def test_hours_of_sleep_are_one_heartbeat(self):
        self.enter()
        self.now += 36000
        self.assertEqual([wire.Heartbeat], [type(frame) for frame in self.frames(self.sent())])

    def test_on_the_way_back_it_asks_with_its_token_and_position(self):
        self.enter()
        self.receive(wire.Stranger(TOKEN))
        self.now += SECOND
        self.sent()
        self.receive(wire.Challenge(self.client.nonce, b"cookie"))
        self.assertEqual([wire.Session(EPOCH, TOKEN, 11)], [datagram.session for datagram in self.sent()])

    def test_attempts_to_resume_begin_a_second_apart(self):
        self.enter()
        self.receive(wire.Stranger(TOKEN))
        self.enter(resumed=1, run=2, position=11)
        begun = self.now
        self.receive(wire.Stranger(TOKEN))
        self.assertEqual([], self.later(0.5))
        self.assertGreater(self.client.due(), begun + 0.5)


if __name__ == "__main__":
    unittest.main()
