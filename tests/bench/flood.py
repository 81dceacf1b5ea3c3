#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
What honest members of a room notice of a flood. doc/performance.md explains the figures.

usage: flood.py BUILD [--seconds N] [--rate N] [--addresses N] [--calm N] [--kinds KIND,...] [--trusted WHOM,...]
                [--set OPTION]...

BUILD is the folder of the programs; flood.json is left there. KIND: join, exit, chat, garbage, hello, mixed (these five
in turn), newcomers (5000 join and each says a line a second) or none. WHOM: default, members (the honest members'
addresses alone) or none. --calm: the seconds between the last honest join and the flood (2). --set passes an option to roomd.
"""
import argparse
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import time

import subjects

KINDS = ["mixed", "join", "exit", "chat", "garbage", "hello", "newcomers", "none"]
TRUSTED = {"default": [], "members": ["access.trusted=127.1.0.0/16"], "none": ["access.trusted=none"]}
NEWCOMERS = 5000
PATIENCE_S = 60


def server_kind(build, settings):
    """A roomd with the limits that it has by default."""

    class Roomd(subjects.roomd(build)):
        def command(self):
            all_settings = ["room.listen=%s:%d" % (self.address, self.port), "plain.language=en", "admin.stdin=no",
                            "log.events=none", "admin.control=%s/control" % self.folder, *settings]
            return [str(build / "roomd"), "-c", "/dev/null",
                    *(word for setting in all_settings for word in ("--set", setting))]

        def processor_s(self):
            words = pathlib.Path("/proc/%d/stat" % self.process.pid).read_text(encoding="ascii").rpartition(")")[2].split()
            return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    return Roomd


@contextlib.contextmanager
def started(command, **pipes):
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, **pipes)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def flood_command(build, server, kind, plan, cpu):
    command = [build / "bench_flood", "--server", "%s:%d" % (server.address, server.port), "--cpu", cpu, "--seconds",
               plan.seconds]
    if kind == "newcomers":
        return command + ["--kind", "talk", "--addresses", NEWCOMERS, "--rate", NEWCOMERS]
    return command + ["--kind", kind, "--addresses", plan.addresses, "--rate", plan.rate]


def measure(build, plan, kind, trusted, cpus):
    server = server_kind(build, TRUSTED[trusted] + plan.set)("roomd", cpus[-1])
    honest = [build / "bench_honest", "--server", "%s:%d" % (server.address, server.port), "--cpu", cpus[0]]
    try:
        with started(honest, stdin=subprocess.PIPE) as members:
            members.stdout.readline()
            time.sleep(plan.calm)
            memory, processor_s, begin = server.memory(), server.processor_s(), time.monotonic()
            members.stdin.write(b"%g\n" % plan.seconds)
            members.stdin.flush()
            flood = b"{}"
            if kind != "none":
                with started(flood_command(build, server, kind, plan, cpus[0])) as attacker:
                    flood = attacker.stdout.read()
            else:
                time.sleep(plan.seconds)
            processor = (server.processor_s() - processor_s) / (time.monotonic() - begin)
            stats, grown = server.stats(), server.memory() - memory
            result = json.loads(members.stdout.readline())
            members.wait(PATIENCE_S)
        return {"kind": kind, "trusted": trusted, **result, "sent": json.loads(flood).get("sent", 0),
                "grown_mib": grown / (1 << 20), "processor": processor, "stats": stats,
                "load": os.getloadavg()[0]}
    finally:
        server.stop()


HEAD = ("flood", "trusted", "plain, delivered", "p50 / p99 / max, ms", "sequenced, delivered", "p50 / p99 / max, ms",
        "RSS, MiB", "processor", "dropped: room / readers", "members at the end", "load")


def row(result):
    def delivered(part):
        return "%.2f %%" % (100 * result[part]["delivered"] / result[part]["expected"])

    def times(part):
        return "%(p50_ms).2f / %(p99_ms).1f / %(max_ms).0f" % result[part]

    drops = result["plain"]["reader_drops"] + result["sequenced"]["reader_drops"]
    return (result["kind"], result["trusted"], delivered("plain"), times("plain"), delivered("sequenced"),
            times("sequenced"), "+%.1f" % result["grown_mib"], "%.0f %%" % (100 * result["processor"]),
            "%d / %d" % (result["stats"]["kernel_drops_total"], drops), "%d" % result["stats"]["members"],
            "%.1f" % result["load"])


def print_row(cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def list_of(allowed):
    def parse(text):
        words = text.split(",")
        for word in words:
            if word not in allowed:
                raise argparse.ArgumentTypeError("%s is none of %s" % (word, ", ".join(allowed)))
        return words
    return parse


def read_plan(arguments):
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("build", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rate", type=int, default=50_000)
    parser.add_argument("--addresses", type=int, default=65_536)
    parser.add_argument("--calm", type=float, default=2)
    parser.add_argument("--kinds", type=list_of(KINDS), default=KINDS)
    parser.add_argument("--trusted", type=list_of(list(TRUSTED)), default=["default", "members"])
    parser.add_argument("--set", action="append", default=[])
    return parser.parse_args(arguments)


def main():
    plan = read_plan(sys.argv[1:])
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) < 2:
        print("there is only one processor: server and attacker share it", file=sys.stderr)
    results = []
    print_row(HEAD)
    print_row(["---"] * len(HEAD))
    for trusted in plan.trusted:
        for kind in plan.kinds:
            results.append(measure(plan.build, plan, kind, trusted, cpus))
            print_row(row(results[-1]))
    (plan.build / "flood.json").write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
