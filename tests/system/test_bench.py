# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""The load generator of the benchmark: it counts exactly the deliveries. Prices are not checked here."""
import contextlib
import os
import pathlib
import socket
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bench"))

import beside
import control
import figures
import flood
import link
import load
import loss
import loss_report
import own_network
import report
import subjects
from cell import Cell

BUILD = pathlib.Path(os.environ["ROOMD_BUILD"])
CPU = min(os.sched_getaffinity(0))


class BenchTest(unittest.TestCase):
    def serve(self, kind):
        server = kind("server", CPU)
        self.addCleanup(server.stop)
        return server

    def load(self, server, members):
        generator = load.Load(BUILD / "bench_load", server, CPU, members, 2)
        self.addCleanup(generator.close)
        return generator


class LoadTest(BenchTest):
    def assert_all_delivered(self, kind, members, in_flight):
        server = self.serve(kind)
        generator = self.load(server, members)
        self.assertEqual(members, generator.join()["in"])
        result = generator.run(in_flight, 0)
        self.assertEqual(in_flight * (members - 1), result["deliveries"])
        self.assertEqual((0, 0), (result["lost"], result["wrong"]))
        return server

    def test_everybody_is_told_every_message_of_the_plain_protocol(self):
        server = self.assert_all_delivered(subjects.roomd(BUILD), 20, 64)
        self.assertEqual(64 * 19 + 19 * 20 // 2, server.stats()["events_delivered_total"], "messages and joins")

    def test_lines_that_share_a_datagram_are_counted_one_by_one(self):
        self.assert_all_delivered(subjects.roomd(BUILD, settings=["plain.max_lines=16"]), 20, 64)

    def test_everybody_is_told_every_message_of_the_sequenced_protocol(self):
        self.assert_all_delivered(subjects.roomd(BUILD, sequenced=True), 20, 64)

    def test_receivers_may_be_given_several_datagrams_in_one(self):
        self.assert_all_delivered(subjects.roomd(BUILD, sequenced=True, gro=True), 20, 64)

    def test_reference_servers_deliver_to_all_but_the_author(self):
        for program in ("bench_naive", "bench_sendmmsg"):
            with self.subTest(program):
                self.assert_all_delivered(subjects.reference(BUILD, program), 20, 4)
        with self.subTest("course.py"):
            self.assert_all_delivered(subjects.Course, 20, 4)

    def test_a_burst_of_joins_is_told_to_everybody(self):
        for sequenced in (False, True):
            with self.subTest(sequenced=sequenced):
                result = self.load(self.serve(subjects.roomd(BUILD, sequenced=sequenced)), 300).ask("storm 300 0.1")
                self.assertEqual(300, result["in"])
                self.assertEqual(result["expected"], result["told"])

    def test_garbage_is_read_and_counted(self):
        for sequenced, kind in ((False, "noise"), (False, "stranger"), (True, "token")):
            with self.subTest(kind):
                generator = self.load(self.serve(subjects.roomd(BUILD, sequenced=sequenced)), 1)
                generator.join()
                result = generator.ask("garbage %s 1" % kind)
                self.assertGreater(result["sent"], 0)
                # Other programs on this machine may have received something, too.
                self.assertGreaterEqual(result["received"], result["sent"])


class ControlTest(BenchTest):
    def test_the_control_socket_is_asked_until_it_is_over(self):
        server = self.serve(subjects.roomd(BUILD))
        questions = iter([False, False, True])
        waits = control.waits_us(server.folder + "/control", lambda: next(questions))
        self.assertEqual(2, len(waits))
        self.assertEqual(sorted(waits), waits)
        self.assertGreater(waits[0], 0)


class Liar(subjects.Subject):
    """A plain server in this process that sends the lines of the test."""

    def __init__(self, answer):
        self.answer = answer
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address, self.port = self.socket.getsockname()
        self.process = self
        self.pid = os.getpid()
        self.members = []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            data, sender = self.socket.recvfrom(2048)
            if not data:
                self.socket.close()
                break
            if data.startswith(b"L "):
                self.members.append(sender)
                self.socket.sendto(b"OK", sender)
                continue
            for member in self.members[1:]:
                for line in self.answer(data.split(b" ", 2)[2]):
                    self.socket.sendto("m0 ： ".encode() + line, member)

    def stop(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
            own.sendto(b"", (self.address, self.port))


class Verdicts(BenchTest):
    def run_with(self, answer):
        server = Liar(answer)
        self.addCleanup(server.stop)
        generator = self.load(server, 3)
        generator.join()
        return generator.run(2, 0)

    def test_a_lost_message_is_reported_as_lost(self):
        result = self.run_with(lambda text: [] if text.startswith(b"0000000001") else [text])
        self.assertEqual(2, result["wrong"], "each of the two sees that one is missing")
        self.assertEqual(2, result["lost"])

    def test_a_message_that_comes_twice_is_no_delivery(self):
        result = self.run_with(lambda text: [text, text])
        self.assertEqual(4, result["deliveries"])
        self.assertGreater(result["wrong"], 0)

    def test_other_bytes_are_no_delivery(self):
        result = self.run_with(lambda text: [text[:-1] + b"!"])
        self.assertEqual(4, result["lost"])


class CellTest(BenchTest):
    """A price that is the sum of its slices."""

    def cell(self, **results):
        server = self.serve(subjects.roomd(BUILD))
        generator = self.load(server, 3)
        generator.join()
        cell = Cell(generator, 4, is_ours=True, is_reference=False)
        cell.measure(1, 100)
        cell.measure(1, 100)
        cell.sums.update(results)
        return cell

    def test_its_slices_have_delivered_as_much_as_roomd_counts(self):
        cell = self.cell()
        self.assertIsNone(cell.invalid_why())
        self.assertEqual(cell.sums["messages"] * 2, cell.sums["deliveries"])
        self.assertAlmostEqual(cell.sums["cpu_ns"] / 1000 / cell.sums["deliveries"], cell.price_us())

    def test_a_message_that_roomd_does_not_count_spoils_it(self):
        self.assertIn("what roomd says", self.cell(messages=1).invalid_why())

    def test_a_message_that_was_lost_or_wrong_spoils_it(self):
        self.assertIn("were lost", self.cell(lost=1).invalid_why())
        self.assertIn("came twice", self.cell(wrong=1).invalid_why())

    def test_it_is_not_measured_for_longer_than_its_time(self):
        cell = self.cell(wall_ns=2_000_000_000)
        before = dict(cell.sums)
        cell.measure(1, 100)
        self.assertEqual(before, cell.sums)


class FloodTest(unittest.TestCase):
    def setUp(self):
        before = flood.NEWCOMERS
        flood.NEWCOMERS = 100
        self.addCleanup(setattr, flood, "NEWCOMERS", before)

    def measure(self, kind):
        plan = flood.read_plan([str(BUILD), "--seconds", "1", "--rate", "500", "--calm", "0", "--addresses", "100"])
        return flood.measure(plan.build, plan, kind, "members", [CPU])

    def test_honest_members_are_told_everything_and_the_flood_arrives(self):
        for kind in ("mixed", "newcomers"):
            with self.subTest(kind):
                result = self.measure(kind)
                for part in ("plain", "sequenced"):
                    self.assertGreater(result[part]["expected"], 0)
                    self.assertEqual(result[part]["expected"], result[part]["delivered"], part)
                self.assertGreater(result["sent"], 0)
                self.assertGreaterEqual(result["stats"]["datagrams_received_total"], result["sent"])
                self.assertEqual(0, result["failures"])


class ChatTest(BenchTest):
    """Everybody speaks."""

    def chat(self, kind, *options):
        generator = load.Load(BUILD / "bench_load", self.serve(kind), CPU, 5, 2, options=options)
        self.addCleanup(generator.close)
        generator.join()
        return generator.ask("chat 40 100 0 0 60")

    def assert_all_delivered(self, result):
        self.assertEqual((200, 800, 800, 0),
                         tuple(result[part] for part in ("lines", "expected", "delivered", "wrong")))
        self.assertLessEqual(result["p50_ms"], result["p99_ms"])
        self.assertLessEqual(result["p99_ms"], result["max_ms"])

    def test_everybody_has_every_line_of_the_others(self):
        kinds = subjects.chatting(BUILD)
        for name in ("sequenced", "plain"):
            with self.subTest(name):
                self.assert_all_delivered(self.chat(kinds[name]))

    def test_lines_may_be_long(self):
        self.assert_all_delivered(self.chat(subjects.chatting(BUILD)["sequenced"], "--text", "400"))

    def test_a_line_that_does_not_come_is_later_than_all_others(self):
        server = Liar(lambda text: [text] if text.startswith(b"0000000001") else [])
        self.addCleanup(server.stop)
        generator = self.load(server, 3)
        generator.join()
        # It sends nothing to the first member: of six deliveries, the first line makes two.
        result = generator.ask("chat 1 0 0 0 0.1")
        self.assertEqual((6, 2), (result["expected"], result["delivered"]))
        self.assertIsNone(result["p50_ms"])

    def test_so_many_lines_are_outstanding_at_most(self):
        generator = self.load(self.serve(subjects.chatting(BUILD)["plain"]), 3)
        generator.join()
        result = generator.ask("chat 1000 0 2 0.2 0")
        self.assertLessEqual(result["expected"] - result["delivered"], 2 * 3 * 2)


class LinkTest(unittest.TestCase):
    """A network that loses and queues as it is told to."""

    def setUp(self):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        stack.enter_context(own_network.own_network())
        self.stack = stack

    def path(self, weather, seed=1):
        try:
            path = link.Link(BUILD, 0, seed)
        except link.Failed as failed:
            raise unittest.SkipTest("no tun device: %s" % failed) from None
        self.stack.callback(path.close)
        path.set(weather)
        return path

    def heard(self, path, datagrams, length=100):
        """Sends so many to the server; returns the numbers of those that have come."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            server.bind((path.server, 0))
            client.bind((path.first_member, 0))
            to = (path.server_seen, server.getsockname()[1])
            found = []
            for number in range(datagrams):
                client.sendto(b"%08d" % number + bytes(length - 8), to)
                while path.counts(to[1])[0].packets <= number:
                    pass
                with contextlib.suppress(BlockingIOError):
                    data, sender = server.recvfrom(2048, socket.MSG_DONTWAIT)
                    found.append(int(data[:8]))
                    self.assertEqual(path.first_member.replace("10.10.", "10.11."), sender[0])
            self.count = path.counts(to[1])[0]
        return found

    def test_calm_weather_passes_everything_and_counts_its_bytes(self):
        self.assertEqual(list(range(50)), self.heard(self.path(link.Weather()), 50))
        self.assertEqual(50 * 128, self.count.bytes)
        self.assertEqual((50, 0, 0), (self.count.packets, self.count.lost, self.count.dropped))
        self.assertEqual(50 * 100, self.count.payload())

    def test_losses_are_those_of_the_seed(self):
        found = self.heard(self.path(link.Weather(loss=20), seed=7), 500)
        self.assertEqual(500 - len(found), self.count.lost)
        self.assertTrue(60 < self.count.lost < 140, self.count.lost)
        self.stack.pop_all().close()
        self.setUp()
        self.assertEqual(found, self.heard(self.path(link.Weather(loss=20), seed=7), 500))

    def test_bursts_lose_as_much_in_fewer_runs(self):
        found = self.heard(self.path(link.Weather(loss=20, burst=5), seed=7), 1000)
        runs = sum(1 for before, after in zip([-1] + found, found) if after > before + 1)
        self.assertTrue(120 < self.count.lost < 280, self.count.lost)
        self.assertTrue(3 < self.count.lost / runs < 7, self.count.lost / runs)

    def test_a_queue_holds_so_many_bytes_and_drops_the_rest(self):
        # A bit a second: nothing leaves it.
        self.assertEqual([], self.heard(self.path(link.Weather(rate=1, queue=30_000)), 100, 972))
        self.assertEqual((100, 70), (self.count.packets, self.count.dropped))


    def test_a_tcp_flow_takes_what_it_can_get(self):
        path = self.path(link.Weather(loss=1, rate=100_000_000, queue=100_000))
        with contextlib.closing(beside.TcpFlow(path)) as flow:
            while path.counts(flow.port)[1].passed_bytes() < 1_000_000:
                pass

    def test_a_ping_that_is_lost_took_for_ever(self):
        for loss, is_endless in ((0, False), (100, True)):
            with self.subTest(loss=loss):
                path = self.path(link.Weather(loss=loss))
                ping = beside.Ping(path)
                while path.counts(0)[0].packets == 0:
                    pass
                self.assertEqual(is_endless, ping.close() == float("inf"))
                path.close()

    def test_a_talk_in_a_network_that_loses_a_fifth_has_all_its_figures(self):
        self.path(link.Weather()).close()
        one = loss.LossBench(BUILD, None, loss.QUICK, None, False)
        cell = loss.Talk("talk", link.Weather(loss=20), lines=5)
        one.talk(cell, "sequenced", 1)
        found = report.Results({"series": [{"key": key, "values": values} for key, values in one.series.items()]})
        self.assertEqual([100], found.get("talk-delivered", "sequenced", 20, 0))
        self.assertGreater(found.get("talk-p99", "sequenced", 20, 0)[0], found.get("talk-p50", "sequenced", 20, 0)[0])
        self.assertGreater(found.get("talk-bytes", "sequenced", 20, 0)[0], 10 * 5 * 9 * loss.TEXT_BYTES)


class LossReportTest(unittest.TestCase):
    @staticmethod
    def rows(**series):
        """Targets by measure, of series by name_subject_loss_roundtrip."""
        raw = {"notes": [], "series": []}
        for name, values in series.items():
            measure, subject, percent, round_trip_ms = name.rsplit("_", 3)
            key = [measure.replace("_", "-"), subject, int(percent), int(round_trip_ms)]
            raw["series"].append({"key": key, "values": values})
        return {target.measure: target for target in loss_report.targets_of(report.Results(raw))}

    def test_the_median_decides(self):
        rows = self.rows(talk_p99_sequenced_20_0=[10, 59, 500])
        self.assertEqual("met", rows["talk, 20 % lost: p99"].verdict())
        rows = self.rows(talk_p99_sequenced_20_0=[10, 61, 61])
        self.assertEqual("missed", rows["talk, 20 % lost: p99"].verdict())

    def test_the_best_peer_is_that_of_the_round(self):
        rows = self.rows(talk_p99_sequenced_20_0=[10, 20], talk_p99_redis_20_0=[100, 800],
                         talk_p99_nats_20_0=[500, 400])
        self.assertEqual([0.1, 0.05], rows["talk, 20 % lost: p99 by the best peer's"].values)

    def test_a_share_may_be_too_small_or_too_large(self):
        for share, verdict in ((34, "missed"), (50, "met"), (66, "missed")):
            rows = self.rows(share_tcp_first_sequenced_0_20=[share])
            self.assertEqual(verdict, rows["a TCP flow's share, round trip 20 ms, TCP first"].verdict())

    def test_joins_count_one_by_one(self):
        rows = self.rows(join_sequenced_20_0=list(range(1, 21)))
        self.assertEqual([19], rows["joining ten, 20 % lost: p95 of 20"].values)

    def test_bytes_are_compared_with_those_of_the_same_round(self):
        rows = self.rows(talk_bytes_sequenced_0_0=[100, 200], talk_bytes_sequenced_20_0=[150, 320])
        self.assertEqual([1.5, 1.6], rows["bytes at 20 %, lines of 64 bytes"].values)


class FiguresTest(unittest.TestCase):
    def test_what_is_missing_is_later_than_all_others(self):
        self.assertEqual(50, figures.quantile(range(1, 100), 100, 0.5))
        self.assertEqual(float("inf"), figures.quantile(range(1, 99), 100, 0.99))

    def test_the_interval_of_nine_is_from_the_second_to_the_eighth(self):
        self.assertEqual((5, 2, 8), figures.interval(range(1, 10)))

    def test_the_interval_of_few_is_all_of_them(self):
        self.assertEqual((2, 1, 3), figures.interval([3, 1, 2]))

    def test_ratios_are_of_the_same_round(self):
        self.assertEqual([2, 3], figures.ratios([2, None, 6], [1, 5, 2]))


if __name__ == "__main__":
    unittest.main()
