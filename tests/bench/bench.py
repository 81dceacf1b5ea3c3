#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
Measures roomd beside reference servers and peers, all in one run. doc/performance.md explains the
figures.

usage: bench.py BUILD [quick] [--update] [--before BUILD] [--members N,N...] [--rounds N] [--only MEASURE,MEASURE...]
       bench.py BUILD --show [--update]

BUILD is the folder of the programs; results.json and prices.svg are left there. quick: less than two minutes, no peers,
no more than 1000 members. --update: puts the tables into doc/performance.md. --before: another build, whose programs
are measured in the same rounds, by the generator of this one; the others are left out. --only: of kernel, loopback,
silent, store, loop, fairness, memory, storm, garbage. --show: nothing is measured; the last results are shown.
"""
import argparse
import contextlib
import dataclasses
import datetime
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys

import control
import drawing
import hello
import load
import network
import report
import subjects
from cell import Cell

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "doc/performance.md"
RING_BYTES = 17 << 20  # more than room.ring
RATE = 20_000  # deliveries a second, for latencies
JOIN_PATIENCE_S = 180
STORM_S = 1.0
LOOP_RATE, LOOP_S, LOOP_STOPPED_S = 20_000, 4, 2  # messages a second
GARBAGE = 100_000
FAIRNESS_S = 2


@dataclasses.dataclass
class Plan:
    members: list
    in_flight: list
    rounds: int
    slices: int  # of a round, for each server in turn
    # Of all slices of a server in a round. A slice does not end before its messages are delivered.
    seconds: float
    latency_s: float
    latency_members: list
    memory: int
    storm: int
    peers: bool


QUICK = Plan([10, 100, 1000], [1, 4, 64], 3, 2, 0.08, 0.2, [1000], 1000, 1000, False)
FULL = Plan([10, 100, 1000, 10_000], [1, 4, 16, 64], 9, 6, 0.4, 1.0, [10, 100, 1000, 10_000], 10_000, 10_000, True)


class Bench:
    def __init__(self, build, plan, silent, before=None):
        self.build, self.plan, self.silent, self.before = build, plan, silent, before
        processors = sorted(os.sched_getaffinity(0))
        self.server_cpu, self.load_cpu = processors[-1], processors[0]
        self.series, self.notes = {}, []
        roomd, reference = subjects.roomd, subjects.reference
        self.ours = {
            "plain": roomd(build), "lines": roomd(build, settings=["plain.max_lines=16"]),
            "sequenced": roomd(build, sequenced=True), "sequenced-gro": roomd(build, sequenced=True, gro=True),
            "sequenced-nogso": roomd(build, sequenced=True, preload="bench_no_gso.so")}
        self.references = {"course": subjects.Course, "naive": reference(build, "bench_naive"),
                           "sendmmsg": reference(build, "bench_sendmmsg")}
        self.stored = {name + " store": roomd(build, sequenced=name == "sequenced", store=True)
                       for name in ("plain", "sequenced")}
        if before is not None:
            self.beside(before)
        if len(processors) < 2:
            self.note("the processor", "there is only one: server and generator share it, so the prices are too high")

    def beside(self, before):
        """
        Only what both builds have. The references did not change: their ratio shows how far one can be trusted.
        """
        kinds = {"plain": {}, "lines": {"settings": ["plain.max_lines=16"]}, "sequenced": {"sequenced": True},
                 "sequenced-gro": {"sequenced": True, "gro": True}}
        self.ours = {}
        self.references = {}
        for label, build in (("", self.build), (report.BEFORE, before)):
            self.ours.update({name + label: subjects.roomd(build, **kind) for name, kind in kinds.items()})
            self.references.update({name + label: subjects.reference(build, "bench_" + name)
                                    for name in ("naive", "sendmmsg")})
        for kind in self.ours.values():
            kind.build = self.build  # whose generator is used

    def note(self, what, why):
        print("%s: %s" % (what, why), file=sys.stderr, flush=True)
        self.notes.append((what, " ".join(str(why).split())))

    def add(self, measure, subject, members, in_flight, value):
        self.series.setdefault((measure, subject, members, in_flight), []).append(value)

    @contextlib.contextmanager
    def pair(self, name, kind, members, number, silent=False):
        """A server and its load generator; None if the server is not available."""
        server = generator = None
        try:
            address = network.SILENT_SERVER if silent else "127.0.0.1"
            server = kind(name, self.server_cpu, address)
            # One of another build may speak an earlier version.
            program = getattr(kind, "build", self.build) / "bench_load"
            generator = load.Load(program, server, self.load_cpu, members, number,
                                  network.SILENT_DEVICE if silent else None)
            yield generator
        except subjects.Missing as missing:
            self.note(name, missing)
            yield None
        finally:
            if generator is not None:
                generator.close()
            if server is not None:
                server.stop()

    # ---- prices ----

    def joined(self, stack, kinds, members, silent):
        """Load generators whose members have all joined, by name."""
        generators = {}
        for number, (name, kind) in enumerate(kinds.items(), 2):
            generator = stack.enter_context(self.pair(name, kind, members, number, silent))
            if generator is None:
                continue
            try:
                generator.join(patience_s=JOIN_PATIENCE_S)
                if silent:
                    generator.ask("deaf")
                generators[name] = generator
            except load.Failed as failed:
                self.note("%s, N = %d" % (name, members), "did not get all members in: %s" % failed)
                generator.close()
                generator.subject.stop()
        return generators

    def round(self, measure, generators, in_flights):
        """
        Measures all servers in turn, one slice each at a time, so that drift within seconds affects
        all alike. Those that fail are removed.
        """
        for in_flight in in_flights:
            cells = {name: Cell(generator, in_flight, name in self.ours or name in self.stored, name in self.references)
                     for name, generator in generators.items()}
            for _ in range(self.plan.slices):
                for name, cell in list(cells.items()):
                    try:
                        cell.measure(self.plan.seconds, self.plan.slices)
                    except load.Failed as failed:
                        self.note("%s, N = %d, W = %d" % (name, cell.members, in_flight), failed)
                        del generators[name], cells[name]
            for name, cell in cells.items():
                invalid_why = cell.invalid_why()
                if invalid_why:
                    self.note("%s, N = %d, W = %d" % (name, cell.members, in_flight), invalid_why)
                self.add(measure, name, cell.members, in_flight, None if invalid_why else cell.price_us())

    def latencies(self, generators, members, measure="latency"):
        """
        Here too, one slice each at a time; takes the median of the slices. A slice has at least two
        messages.
        """
        slices = max(1, min(self.plan.slices, int(self.plan.latency_s * RATE / (2 * members))))
        values = {}
        for _ in range(slices):
            for name, generator in generators.items():
                if name in ("course", "lines", "sequenced-gro", "sequenced-nogso"):
                    continue
                result = generator.ask("latency %d %g" % (RATE, self.plan.latency_s / slices))
                if result["lost"] or result["wrong"]:
                    self.note("%s, N = %d, latency" % (name, members), "%(lost)d lost, %(wrong)d wrong" % result)
                for part in ("p50", "p99"):
                    values.setdefault((part, name), []).append(result[part + "_us"])
        for (part, name), slice_values in values.items():
            self.add("%s-%s" % (measure, part), name, members, 0, statistics.median(slice_values))

    def prices(self, measure, kinds, members, in_flights):
        silent = measure == "silent"
        with contextlib.ExitStack() as stack:
            generators = self.joined(stack, kinds, members, silent)
            for number in range(self.plan.rounds):
                names = list(generators)
                turn = number % len(names) if names else 0
                order = {name: generators[name] for name in names[turn:] + names[:turn]}
                self.round(measure, order, in_flights)
                if not silent and members in self.plan.latency_members:
                    self.latencies(order, members, "latency" if measure == "loopback" else measure + "-latency")
                generators = {name: generators[name] for name in names if name in order}
                print("%s, N = %d: round %d of %d" % (measure, members, number + 1, self.plan.rounds), file=sys.stderr,
                      flush=True)

    def loopback(self):
        kinds = {**self.references, **{name: kind for name, kind in self.ours.items() if name != "sequenced-nogso"}}
        if self.plan.peers:
            kinds.update(subjects.PEERS)
        for members in self.plan.members:
            self.prices("loopback", kinds, members, self.plan.in_flight)

    def transmit_only(self):
        if not self.silent:
            self.note("transmit-only", "it takes a network of our own and a tun device; root has them")
            return
        kinds = {name: kind for name, kind in {**self.references, **self.ours}.items()
                 if name.removesuffix(report.BEFORE) in ("naive", "sendmmsg", "plain", "sequenced", "sequenced-nogso")}
        for members in self.plan.members:
            self.prices("silent", kinds, members, [1, 64])

    def kernel(self):
        """What the kernel takes for the same datagrams without any server: the lower bound."""
        if not self.silent:
            return
        for _ in range(self.plan.rounds):
            said = subprocess.run([str(self.build / "bench_kernel"), network.SILENT_SERVER, network.SILENT_FIRST],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True,
                                  preexec_fn=lambda: os.sched_setaffinity(0, {self.server_cpu}))
            for what, nanoseconds in json.loads(said.stdout).items():
                self.add("kernel", what, 0, 0, nanoseconds)

    def store(self):
        """The same room with a transcript in a file, and without one. The log's own time counts."""
        kinds = {name: kind for name, kind in {**self.ours, **self.stored}.items()
                 if name.removesuffix(" store") in ("plain", "sequenced")}
        for members in self.plan.members:
            self.prices("store", kinds, members, [1, 64])

    def loop(self):
        """
        How late the loop is while 20 000 messages a second are stored: how long it takes to answer a HELLO, for which
        nothing is kept. Then the same while the log is stopped, as it is during a long fsync.
        """
        for name, kind, is_stopped in (("in memory", self.ours["plain"], False),
                                       ("stored", self.stored["plain store"], False),
                                       ("log stopped for %d s" % LOOP_STOPPED_S, self.stored["plain store"], True)):
            for number in range(self.plan.rounds):
                with self.pair("plain", kind, 2, 2 + number) as generator:
                    if generator is None:
                        return
                    generator.join(patience_s=JOIN_PATIENCE_S)
                    generator.tell("latency %d %d" % (LOOP_RATE, LOOP_S))
                    waits, lost = hello.waits_us((generator.subject.address, generator.subject.port),
                                                 generator.subject.processes()[1:] if is_stopped else (),
                                                 LOOP_STOPPED_S, generator.is_ready)
                    generator.answer()
                    self.add("loop-p99", name, 0, 0, waits[int(0.99 * (len(waits) - 1))] / 1e3)
                    self.add("loop-max", name, 0, 0, waits[-1] / 1e3)
                    if lost:
                        self.note("the loop, " + name, "%d of %d HELLOs were not answered" % (lost, lost + len(waits)))

    # ---- a busy room ----

    def fairness(self):
        """
        How long an administrator waits for the control socket while the room is as busy as
        possible. The members are those of transmit-only mode, since they take no time to read.
        """
        members = max(self.plan.members)
        for name in ("plain", "sequenced"):
            with self.pair(name, self.ours[name], members, 2, self.silent) as generator:
                try:
                    generator.join(patience_s=JOIN_PATIENCE_S)
                    if generator.is_silent:
                        generator.ask("deaf")
                    for _ in range(self.plan.rounds):
                        self.fairness_of(name, generator)
                except load.Failed as failed:
                    self.note("%s, fairness" % name, failed)

    def fairness_of(self, name, generator):
        generator.tell("run 64 %g" % FAIRNESS_S)
        waits = control.waits_us(generator.subject.folder + "/control", generator.is_ready)
        result = generator.answer()
        for part in (0.5, 0.99):
            value = waits[int(part * (len(waits) - 1))] / 1e3
            self.add("control-p%d" % (100 * part), name, generator.members, 0, value)
        self.add("control-load", name, generator.members, 0, 100 * result["cpu_ns"] / result["wall_ns"])

    # ---- other measures ----

    def memory(self):
        """
        Resident bytes a member, between so many members and twice as many; one-time allocations
        happen before. Members of roomd need no sockets for this; those of a peer need one on each
        side.
        """
        kinds = {"naive": self.references["naive"], "plain": self.ours["plain"], "sequenced": self.ours["sequenced"]}
        if self.plan.peers:
            kinds["redis"] = subjects.Redis
        self.memory_of_all(kinds)

    def memory_of_all(self, kinds):
        for name, kind in kinds.items():
            silent = self.silent and kind.datagrams
            count = self.plan.memory if silent else min(self.plan.memory, subjects.open_files_limit() // 2 - 100)
            with self.pair(name, kind, 2 * count, 2, silent) as generator:
                if generator is not None:
                    try:
                        self.memory_of(name, generator, count)
                    except load.Failed as failed:
                        self.note("%s, RSS a member" % name, failed)

    def memory_of(self, name, generator, count):
        generator.join(1)
        if name in self.ours:
            generator.ask("fill %d" % RING_BYTES)
        generator.join(count, JOIN_PATIENCE_S)
        before, files = generator.subject.memory(), generator.subject.open_files()
        generator.join(2 * count, JOIN_PATIENCE_S)
        self.add("memory", name, count, 0, (generator.subject.memory() - before) / count)
        if name in self.ours and generator.subject.open_files() != files:
            self.note(name, "a member has an open file, and so kernel memory")

    def storm(self):
        count = self.plan.storm
        for number in range(min(self.plan.rounds, 3)):
            for name in ("plain", "sequenced"):
                with self.pair(name, self.ours[name], count, 2 + number) as generator:
                    result = generator.ask("storm %d %g" % (count, STORM_S))
                all_in = result["in"] == count and result["told"] == result["expected"] and not result["wrong"]
                self.add("storm", name, count, 0, result["cpu_ns"] / 1e9 if all_in else None)
                if not all_in or result["repeats"]:
                    self.note("%s, storm" % name, "%(in)d in, %(told)d of %(expected)d joins told, "
                              "%(repeats)d requests sent again" % result)

    def garbage(self):
        kinds = (("plain", "noise"), ("plain", "stranger"), ("sequenced", "token"), ("sendmmsg", "noise"))
        for _ in range(self.plan.rounds):
            for name, kind in kinds:
                with self.pair(name, {**self.ours, **self.references}[name], 16, 2) as generator:
                    generator.join(1)
                    result = generator.ask("garbage %s %d" % (kind, GARBAGE))
                label = "sendmmsg C, which takes no notice" if name == "sendmmsg" else "roomd, " + kind
                if result["received"] != result["sent"]:
                    self.note("garbage, " + label, "%(received)d of %(sent)d were read" % result)
                self.add("garbage", label, 0, 0, result["received"] / 1e6 / (result["cpu_ns"] / 1e9))


def processor():
    text = pathlib.Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    names = re.findall(r"^model name\s*:\s*(.*)$", text, re.MULTILINE)
    return "%d x %s" % (os.cpu_count() or 1, names[0] if names else platform.machine())


def version(build):
    said = subprocess.run([str(build / "roomd"), "--version"], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
                          check=True)
    commit = subprocess.run(["git", "-C", str(DOCUMENT.parent), "rev-parse", "--short", "HEAD"], stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=False).stdout.decode().strip()
    return said.stdout.decode().strip() + (" at " + commit if commit else "")


def describe(build, rounds):
    """What the results begin with."""
    return {"date": datetime.date.today().isoformat(), "processor": processor(), "kernel": platform.release(),
            "version": version(build), "rounds": rounds, "load_before": "%.1f" % os.getloadavg()[0]}


def keep(kept, raw, bench):
    raw.update(load_after="%.1f" % os.getloadavg()[0], notes=list(dict.fromkeys(bench.notes)),
               series=[{"key": list(key), "values": values} for key, values in bench.series.items()])
    kept.write_text(json.dumps(raw, indent=1), encoding="utf-8")


def measure(build, plan, before, only, kept):
    """
    Measures, and writes the results to `kept` after each part, so that little is lost if it is
    interrupted.
    """
    silent = network.enter_own_network() and network.make_silent_device()
    subjects.raise_open_files()
    bench = Bench(build, plan, silent, before)
    raw = describe(build, plan.rounds)
    parts = {"kernel": bench.kernel, "loopback": bench.loopback, "silent": bench.transmit_only, "store": bench.store,
             "loop": bench.loop, "fairness": bench.fairness, "memory": bench.memory, "storm": bench.storm,
             "garbage": bench.garbage}
    for name, part in parts.items():
        if (only and name not in only) or (before is not None and name not in ("loopback", "silent")):
            continue
        try:
            part()
        except load.Failed as failed:
            bench.note(name, failed)
        keep(kept, raw, bench)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ", 1)[1])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("how", nargs="?", choices=("quick",))
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--before", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--members")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--only")
    options = parser.parse_args()
    build = options.build.resolve()
    kept = build / "results.json"
    if not options.show:
        plan = QUICK if options.how else FULL
        if options.members:
            plan = dataclasses.replace(plan, members=[int(word) for word in options.members.split(",")])
        if options.rounds:
            plan = dataclasses.replace(plan, rounds=options.rounds)
        measure(build, plan, options.before, set(options.only.split(",")) if options.only else None, kept)
    results = report.Results(json.loads(kept.read_text(encoding="utf-8")))
    report.print_all(results.raw, report.sections(results))
    if drawing.draw(results, build / "prices.svg", drawing.PRICES):
        print("\ndrawn: %s" % os.path.relpath(build / "prices.svg"))
    if options.update:
        report.update(DOCUMENT, report.BEGIN, results.raw, report.sections(results))
        print("written: %s" % os.path.relpath(DOCUMENT))


if __name__ == "__main__":
    main()
