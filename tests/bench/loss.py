#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
Measures roomd in bad networks, beside programs that use TCP, all in one run. doc/performance.md
explains the figures.

usage: loss.py BUILD [quick] [--update] [--rounds N] [--tcp NAME] [--before BUILD] [--only PART,PART...]
       loss.py BUILD --show [--update]

BUILD is the folder of the programs; loss.json and loss.svg are left there. quick: three rounds, and
shorter ones. --tcp: a congestion control that the kernel has (cubic). --before: a build of another
version, to compare with where nothing is lost. --update: puts the tables into doc/performance.md,
and the drawing beside it.
--only: of talk, burst, delay, long, many, join, light, price, memory. --show: nothing is measured;
the last results are shown.
"""
import argparse
import concurrent.futures
import contextlib
import dataclasses
import json
import os
import pathlib
import queue
import random
import sys
import threading
import time

import bench
import beside
import drawing
import link
import load
import loss_report
import network
import report
import subjects
from link import Weather

TEXT_BYTES, LONG_BYTES, CROWD_BYTES = 64, 400, 45  # the first is load.h's
PATIENCE_S = loss_report.LATE_MS / 1e3
PLAIN_PATIENCE_S = 1  # nothing is repeated
CROWD_PATIENCE_S = 120
ANSWER_S = 600
LINKS = 100  # at a time
HEAD_START_S = 5
ALONE_S = 1  # after the last line of a talk
PRIORITY = -15  # of all that is measured, over what else this machine does
OUTSTANDING, ENDLESS = 150, 2000  # lines of a member
NAME_BYTES = 2  # m0 to m9
BOTTLENECK = Weather(round_trip_ms=40, rate=500_000, queue=30_000)
EVERYBODY = ("sequenced", "plain", "redis", "nats", "mosquitto")
RELIABLE = tuple(name for name in EVERYBODY if name != "plain")
PRICE_MEMBERS, PRICE_IN_FLIGHT = (10, 100, 1000, 10_000), (1, 4, 16, 64)
DRAWN = bench.DOCUMENT.with_name("loss.svg")


@dataclasses.dataclass(frozen=True)
class Talk:
    """Everybody says so many lines; from one line to the next, which another says, it is `step_ms`."""
    measure: str
    weather: Weather
    subjects: tuple = EVERYBODY
    members: int = 10
    lines: int = 100
    step_ms: float = 2
    text: int = TEXT_BYTES

    def command(self, name):
        patience_s = PLAIN_PATIENCE_S if name == "plain" else PATIENCE_S
        return "chat %d %g 0 0 %g" % (self.lines, 1000 * self.step_ms, patience_s)

    def alone_s(self, name):
        """So long nothing else is measured; then hardly anything happens but that what was lost is waited for."""
        if self.step_ms:
            return self.lines * self.members * self.step_ms / 1000 + ALONE_S
        return PATIENCE_S if name == "sequenced" else 0


@dataclasses.dataclass
class Plan:
    rounds: int
    joins: int  # in all, at least
    flow_s: float
    sparse_lines: int  # of each member
    memory: int


FULL = Plan(9, 20, 60, 3, 10_000)
QUICK = Plan(3, 20, 20, 1, 1000)


def talks(part, has_before):
    """In this order, one round."""
    before = ("before",) if has_before else ()
    return {
        "talk": [Talk("talk", Weather(loss=loss), EVERYBODY + (() if loss else before))
                 for loss in (0, 1, 5, 10, 20, 30)],
        "burst": [Talk("burst", Weather(loss=10, burst=5))],
        "delay": [Talk("talk", Weather(loss=loss, round_trip_ms=100)) for loss in (0, 10, 20)],
        "long": [Talk("long", Weather(loss=loss), ("sequenced",), text=LONG_BYTES) for loss in (0, 1, 5, 10, 20)],
        "many": [Talk("many", Weather(loss=20), RELIABLE, members=20, lines=1000, step_ms=0)],
    }.get(part, [])


def sparse_talks(plan, has_before):
    calm = ("sequenced", "before") if has_before else ("sequenced",)
    return [Talk("sparse", Weather(loss=loss), names, lines=plan.sparse_lines, step_ms=2000)
            for loss, names in ((20, EVERYBODY), (0, calm))]


def calm(weather):
    """As long is the way, but nothing is lost."""
    return Weather(round_trip_ms=weather.round_trip_ms)


class Turns:
    """Of those that ask for one, each in the order of asking, alone."""

    def __init__(self):
        self._condition = threading.Condition()
        self._asked = self._now = 0

    def take(self):
        number, self._asked = self._asked, self._asked + 1

        @contextlib.contextmanager
        def turn():
            with self._condition:
                self._condition.wait_for(lambda: self._now == number)
            try:
                yield
            finally:
                with self._condition:
                    self._now += 1
                    self._condition.notify_all()
        return turn


class LossBench(bench.Bench):
    """Its series have, in place of members and messages in flight, loss in percent and round trip in ms."""

    def __init__(self, build, before, plan, tcp, silent):
        super().__init__(build, dataclasses.replace(bench.FULL, rounds=plan.rounds, latency_members=[],
                                                    memory=plan.memory), silent)
        self.loss_plan, self.before, self.tcp = plan, before, tcp
        self.kinds = subjects.chatting(build)
        if before:
            self.kinds["before"] = subjects.chatting(before)["sequenced"]
        self.dice = random.Random()
        self.numbers = queue.SimpleQueue()
        for number in range(LINKS):
            self.numbers.put(number)

    @contextlib.contextmanager
    def over(self, seed, weather):
        number = self.numbers.get()
        try:
            path = link.Link(self.build, number, seed, self.tcp)
            try:
                path.set(weather)
                yield path
            finally:
                path.close()
        finally:
            self.numbers.put(number)

    @contextlib.contextmanager
    def room(self, name, path, members, *options):
        """A server and its load generator, over that link."""
        kind = self.kinds[name]
        server = kind(name, self.server_cpu, path.server)
        generator = None
        try:
            program = getattr(kind, "build", self.build) / "bench_load"
            generator = load.Load(program, server, self.load_cpu, members, over=path, options=options)
            yield generator
        finally:
            if generator is not None:
                generator.close()
            server.stop()

    # ---- talks ----

    def talk(self, cell, name, seed, alone=contextlib.nullcontext):
        with contextlib.ExitStack() as stack:
            with alone():
                path = stack.enter_context(self.over(seed, calm(cell.weather)))
                generator = stack.enter_context(self.room(name, path, cell.members, "--text", str(cell.text)))
                generator.join()
                port, server = generator.subject.port, generator.subject
                path.set(cell.weather)
                before, wakeups = path.counts(port), server.wakeups()
                generator.tell(cell.command(name))
                generator.is_ready(cell.alone_s(name))
            said = generator.answer(ANSWER_S)
            up, down = (after - earlier for after, earlier in zip(path.counts(port), before))
            said.update(bytes=up.bytes + down.bytes, wakeups=server.wakeups() - wakeups)
        self.keep_talk(cell, name, said)

    def keep_talk(self, cell, name, said):
        if said["wrong"]:
            self.note("%s, %s" % (name, cell.measure), "%(wrong)d lines came twice or were changed" % said)
        figures_of = {"delivered": 100 * said["delivered"] / said["expected"], "bytes": said["bytes"],
                      "seconds": said["seconds"], "wakeups": said["wakeups"], "waits": said["waits"],
                      "cpu": said["cpu_ns"] / 1e3 / max(1, said["delivered"])}
        for part in ("p50", "p99", "max"):
            value = said[part + "_ms"]
            figures_of[part] = loss_report.LATE_MS if value is None else min(value, loss_report.LATE_MS)
        for what, value in figures_of.items():
            self.add("%s-%s" % (cell.measure, what), name, cell.weather.loss, cell.weather.round_trip_ms, value)

    # ---- joining ----

    def joining(self, weather, seed):
        with self.over(seed, weather) as path, self.room("sequenced", path, 10) as generator:
            seconds = generator.ask("enter 10", ANSWER_S)["wall_ns"] / 1e9
        self.add("join", "sequenced", weather.loss, 0, seconds)

    # ---- the bottleneck ----

    def crowd(self, seed):
        """All members are at one address, and say all that they have to say at once."""
        with self.over(seed, calm(BOTTLENECK)) as path, \
                self.room("sequenced", path, 10, "--one-address", "--text", str(CROWD_BYTES)) as generator:
            generator.join()
            path.set(BOTTLENECK)
            port = generator.subject.port
            _, before = path.counts(port)
            said = generator.ask("chat 150 0 0 0 %g" % CROWD_PATIENCE_S, ANSWER_S)
            down = path.counts(port)[1] - before
        useful = said["delivered"] * (CROWD_BYTES + NAME_BYTES + 10)
        self.add("crowd-sent", "sequenced", 0, 40, down.payload() / useful if useful else None)
        self.add("crowd-dropped", "sequenced", 0, 40, 100 * down.dropped_part())
        self.add("crowd-seconds", "sequenced", 0, 40, said["seconds"])
        if said["delivered"] != said["expected"]:
            self.note("ten members at one address", "%(delivered)d of %(expected)d lines came" % said)

    @contextlib.contextmanager
    def talking(self, generator, lasts_s):
        generator.tell("chat %d 0 %d %g 0" % (ENDLESS, OUTSTANDING, lasts_s))
        yield
        generator.answer()

    @contextlib.contextmanager
    def flowing(self, path):
        with contextlib.closing(beside.TcpFlow(path)) as flow:
            yield flow

    def beside_tcp(self, path, generator, room_first):
        """What the room and a TCP flow got, in bytes, from when both were there."""
        lasts_s, port = self.loss_plan.flow_s, generator.subject.port
        with contextlib.ExitStack() as stack:
            if room_first:
                stack.enter_context(self.talking(generator, HEAD_START_S + lasts_s + 1))
                time.sleep(HEAD_START_S)
            flow = stack.enter_context(self.flowing(path))
            if not room_first:
                time.sleep(HEAD_START_S)
                stack.enter_context(self.talking(generator, lasts_s + 1))
            before = [path.counts(port)[1], path.counts(flow.port)[1]]
            time.sleep(lasts_s)
            return [(path.counts(one)[1] - earlier).passed_bytes() for one, earlier in zip((port, flow.port), before)]

    def share(self, name, round_trip_ms, room_first, seed):
        weather = dataclasses.replace(BOTTLENECK, round_trip_ms=round_trip_ms)
        with self.over(seed, calm(weather)) as path, self.room(name, path, 10, "--one-address") as generator:
            generator.join()
            path.set(weather)
            room, tcp = self.beside_tcp(path, generator, room_first)
        what = "share-room-first" if room_first else "share-tcp-first"
        self.add(what, name, 0, round_trip_ms, 100 * tcp / max(1, room + tcp))
        self.add(what + "-use", name, 0, round_trip_ms, 100 * 8 * (room + tcp) / (weather.rate * self.loss_plan.flow_s))

    def addresses(self, name, seed):
        with self.over(seed, calm(BOTTLENECK)) as path, self.room(name, path, 10) as generator:
            generator.join()
            path.set(BOTTLENECK)
            ping = beside.Ping(path)
            try:
                _, tcp = self.beside_tcp(path, generator, room_first=False)
            finally:
                wait_ms = ping.close()
        self.add("addresses-tcp", name, 0, 40, 8 * tcp / 1e3 / self.loss_plan.flow_s)
        self.add("addresses-ping", name, 0, 40, min(wait_ms, loss_report.LATE_MS))

    # ---- rounds ----

    def try_one(self, what, measure, *arguments):
        try:
            measure(*arguments)
        except (load.Failed, link.Failed, subjects.Missing, OSError) as failed:
            self.note(what, failed)

    def seed(self):
        return self.dice.getrandbits(63)

    def round_of_talks(self, number, parts):
        """One after the other; but the next one begins while one only waits for what was lost."""
        turns, running = Turns(), []
        with concurrent.futures.ThreadPoolExecutor(LINKS) as threads:
            for cell in (cell for part in parts for cell in talks(part, self.before is not None)):
                first = number % len(cell.subjects) if cell.step_ms else 0
                for name in cell.subjects[first:] + cell.subjects[:first]:
                    what = "%s, %s, %g %% lost" % (name, cell.measure, cell.weather.loss)
                    running.append(threads.submit(self.try_one, what, self.talk, cell, name, self.seed(), turns.take()))
        for one in running:
            one.result()

    def joins(self):
        for _ in range(-(-self.loss_plan.joins // self.loss_plan.rounds)):
            yield ("sequenced, join", self.joining, Weather(loss=20), self.seed())

    def light(self):
        plan = self.loss_plan
        yield ("crowd", self.crowd, self.seed())
        for cell in sparse_talks(plan, self.before is not None):
            for name in cell.subjects:
                yield ("%s, sparse" % name, self.talk, cell, name, self.seed())
        for name in ("sequenced", "nats"):
            for round_trip_ms in (20, 100, 300):
                for room_first in (False, True):
                    yield ("%s, share" % name, self.share, name, round_trip_ms, room_first, self.seed())
            yield ("%s, addresses" % name, self.addresses, name, self.seed())

    def side_by_side(self, cells):
        """What takes time but hardly a processor: all at once."""
        cells = list(cells)
        with concurrent.futures.ThreadPoolExecutor(len(cells)) as threads:
            list(threads.map(lambda cell: self.try_one(*cell), cells))

    def price(self):
        if self.before is None:
            return
        self.ours["before"] = subjects.roomd(self.before, sequenced=True)
        for members in PRICE_MEMBERS:
            pair = {name: self.ours[name] for name in ("sequenced", "before")}
            self.prices("loopback", pair, members, PRICE_IN_FLIGHT)

    def memory(self):
        self.memory_of_all({"sequenced": self.ours["sequenced"]})

    def whole_round(self, number, wants):
        self.round_of_talks(number, [name for name in ("talk", "burst", "delay", "long", "many") if wants(name)])
        for name, cells in (("join", self.joins), ("light", self.light)):
            if wants(name):
                self.side_by_side(cells())


def measure(build, before, plan, tcp, wants, kept):
    """Writes the results to `kept` after each round."""
    if not network.enter_own_network():
        sys.exit("loss.py: without a network of its own nothing can be measured")
    silent = network.make_silent_device()
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, PRIORITY)
    link.make_ready()
    subjects.raise_open_files()
    one = LossBench(build, before, plan, tcp, silent)
    raw = dict(bench.describe(build, plan.rounds), seeds=[])
    raw["kernel"] += " with TCP " + tcp
    for number in range(plan.rounds):
        raw["seeds"].append(random.SystemRandom().getrandbits(32))
        one.dice.seed(raw["seeds"][-1])
        begin = time.monotonic()
        one.whole_round(number, wants)
        print("round %d of %d, seed %d: %d s" % (number + 1, plan.rounds, raw["seeds"][-1], time.monotonic() - begin),
              file=sys.stderr, flush=True)
        bench.keep(kept, raw, one)
    for name, part in (("price", one.price), ("memory", one.memory)):
        if wants(name):
            part()
            bench.keep(kept, raw, one)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ", 1)[1])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("how", nargs="?", choices=("quick",))
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--tcp", default="cubic")
    parser.add_argument("--before", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--only", type=lambda text: set(text.split(",")))
    options = parser.parse_args()
    build = options.build.resolve()
    kept, picture = build / "loss.json", build / "loss.svg"
    if not options.show:
        plan = QUICK if options.how else FULL
        if options.rounds:
            plan = dataclasses.replace(plan, rounds=options.rounds)
        measure(build, options.before, plan, options.tcp, lambda part: not options.only or part in options.only, kept)
    results = report.Results(json.loads(kept.read_text(encoding="utf-8")))
    report.print_all(results.raw, loss_report.sections(results))
    print("seeds: " + ", ".join(map(str, results.raw["seeds"])) + "\n")
    pictures = [picture]
    if options.update:
        report.update(bench.DOCUMENT, loss_report.BEGIN, results.raw, loss_report.sections(results))
        print("written: %s" % os.path.relpath(bench.DOCUMENT))
        pictures.append(DRAWN)
    for path in pictures:
        if drawing.draw(results, path, loss_report.PICTURE):
            print("drawn: %s" % os.path.relpath(path))


if __name__ == "__main__":
    main()
