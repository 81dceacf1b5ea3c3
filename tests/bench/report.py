# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
Makes the tables of the results, with their targets, as text, as Markdown, and in
doc/performance.md.
"""
import dataclasses

import figures

BEGIN = "<!-- written by ./dev bench --update: -->"
END = "<!-- to here -->"
BEFORE = " before"  # behind the name of a subject of another build

NAMES = {"course": "Python, as the course has it", "naive": "naive C", "sendmmsg": "sendmmsg C",
         "plain": "roomd, plain", "lines": "roomd, plain, max_lines = 16", "sequenced": "roomd, sequenced",
         "sequenced-gro": "roomd, sequenced, receivers with GRO",
         "sequenced-nogso": "roomd, sequenced, without GSO",
         "plain store": "roomd, plain, stored", "sequenced store": "roomd, sequenced, stored"}
PEERS = ("redis", "nats", "inspircd", "ngircd", "mosquitto")


@dataclasses.dataclass
class Target:
    """One line of the targets. `bound` applies to the worse end of the interval."""
    measure: str
    target: str
    unit: str
    values: list
    bound: float = None
    at_most: bool = True

    def figure(self):
        middle, low, high = figures.interval(self.values)
        return "%s %s (%s – %s)" % (shorten(middle), self.unit, shorten(low), shorten(high))

    def verdict(self):
        if self.bound is None:
            return ""
        _, low, high = figures.interval(self.values)
        return "met" if (high <= self.bound if self.at_most else low >= self.bound) else "missed"


def shorten(value):
    return "%.0f" % value if abs(value) >= 100 else "%.3g" % value


class Results:
    """
    The measured values, by (measure, subject, members, in flight): a list with one value for each
    round.
    """

    def __init__(self, raw):
        self.raw = raw
        self.by_key = {tuple(series["key"]): series["values"] for series in raw["series"]}

    def get(self, *key):
        values = self.by_key.get(key)
        return values if values and any(value is not None for value in values) else None

    def members(self, measure):
        return sorted({key[2] for key in self.by_key if key[0] == measure})

    def ratio(self, above, below):
        above, below = self.get(*above), self.get(*below)
        values = figures.ratios(above, below) if above and below else []
        return values or None

    def best_peer(self, members, in_flight):
        rows = [self.get("loopback", peer, members, in_flight) for peer in PEERS]
        rows = [row for row in rows if row]
        return figures.best(rows) if rows else None


def _add(targets, measure, target, unit, values, bound=None, at_most=True):
    values = [value for value in values or [] if value is not None]
    if values:
        targets.append(Target(measure, target, unit, values, bound, at_most))


def _plain(results, targets):
    for members in results.members("silent"):
        for in_flight in (1, 64):
            if members >= 100:
                _add(targets, "plain, transmit-only, N = %d, W = %d" % (members, in_flight), "<= 1.05 x naive", "x",
                     results.ratio(("silent", "plain", members, in_flight), ("silent", "naive", members, in_flight)),
                     1.05)
    for members in results.members("loopback"):
        for in_flight in (1, 64):
            _add(targets, "plain, loopback, N = %d, W = %d" % (members, in_flight), "<= 1.05 x sendmmsg", "x",
                 results.ratio(("loopback", "plain", members, in_flight), ("loopback", "sendmmsg", members, in_flight)),
                 1.05)
    for members in results.members("loopback"):
        _add(targets, "plain, max_lines = 16, N = %d, W = 64" % members, ">= 6 x cheaper than naive", "x",
             results.ratio(("loopback", "naive", members, 64), ("loopback", "lines", members, 64)), 6, False)


def kernel_part(results, together):
    """
    The kernel's share of a delivery's price with 64 messages in flight: four datagrams to each
    member, sent one by one or split by the kernel, and one that comes back.
    """
    sent = results.get("kernel", "segments" if together else "full", 0, 0)
    received = results.get("kernel", "receive", 0, 0)
    if not sent or not received:
        return None
    return [(send * (1 if together else 4) + receive) / 64 / 1e3 for send, receive in zip(sent, received)]


def _sequenced(results, targets):
    for members in results.members("silent"):
        if members < 1000:
            continue
        for subject, what, bound in (("sequenced-nogso", "without GSO", 0.030), ("sequenced", "with GSO", 0.020)):
            _add(targets, "sequenced, transmit-only, N = %d, W = 64, %s" % (members, what), "<= %.3f µs" % bound, "µs",
                 results.get("silent", subject, members, 64), bound)
            _add(targets, "the kernel alone for the same datagrams, %s" % what, "", "µs",
                 kernel_part(results, subject == "sequenced"))
    for members in results.members("loopback"):
        peer, bound = results.best_peer(members, 64), 1.5 if members == 100 else 2
        for subject, what in (("sequenced-gro", "GRO"), ("sequenced", "no GRO")):
            ours = results.get("loopback", subject, members, 64)
            if ours and peer:
                has_bound = subject == "sequenced-gro" and members >= 100
                _add(targets, "sequenced, loopback, N = %d, W = 64, %s" % (members, what),
                     (">= %g x cheaper than the best peer" if has_bound else "the best peer is dearer by") %
                     ((bound,) if has_bound else ()), "x", figures.ratios(peer, ours), bound if has_bound else None,
                     False)
    for members in results.members("loopback"):
        _add(targets, "sequenced, loopback, N = %d, W = 4" % members, ">= 2 x cheaper than naive", "x",
             results.ratio(("loopback", "naive", members, 4), ("loopback", "sequenced", members, 4)), 2, False)
        _add(targets, "sequenced, loopback, N = %d, W = 1" % members, "<= 1.10 x naive", "x",
             results.ratio(("loopback", "sequenced", members, 1), ("loopback", "naive", members, 1)), 1.10)


def _others(results, targets):
    for subject, bound in (("plain", 384), ("sequenced", 512)):
        for members in results.members("memory"):
            _add(targets, "RSS a member, %s, %d to %d" % (subject, members, 2 * members), "<= %d B" % bound, "B",
                 results.get("memory", subject, members, 0), bound)
    for members in results.members("latency-p50"):
        for subject in ("plain", "sequenced"):
            ours = ("latency-p50", subject, members, 0)
            _add(targets, "p50 at 20 000 deliveries a second, %s, N = %d" % (subject, members), "<= 1.1 x naive", "x",
                 results.ratio(ours, ("latency-p50", "naive", members, 0)), 1.1)
            if members >= 1000:
                _add(targets, "p50 at 20 000 deliveries a second, %s, N = %d" % (subject, members),
                     "<= 0.5 x redis", "x", results.ratio(ours, ("latency-p50", "redis", members, 0)), 0.5)
    for members in results.members("control-p99"):
        for subject in ("plain", "sequenced"):
            what = "control socket in a busy room, %s, N = %d: " % (subject, members)
            _add(targets, what + "p50", "", "ms", results.get("control-p50", subject, members, 0))
            _add(targets, what + "p99", "<= 10 ms", "ms", results.get("control-p99", subject, members, 0), 10)
            _add(targets, what + "of one processor roomd takes", "", "%",
                 results.get("control-load", subject, members, 0))
    for members in results.members("storm"):
        for subject in ("plain", "sequenced"):
            _add(targets, "%d joins in one second, %s: CPU" % (members, subject), "<= 5 s, all in, all told", "s",
                 results.get("storm", subject, members, 0), 5)
    for key in sorted(key for key in results.by_key if key[0] == "garbage"):
        ours = key[1].startswith("roomd")
        _add(targets, "rejected garbage: %s" % key[1], ">= 4 million a CPU-second" if ours else "", "million",
             results.get(*key), 4 if ours else None, False)
    received = results.get("kernel", "receive", 0, 0)
    if received:
        _add(targets, "the kernel alone, which gives them to a program", "", "million",
             [1e3 / value for value in received], None, False)


KERNEL = {"call": "a system call that does nothing", "send": "a datagram of 71 bytes, sent (`sendmmsg`, 64 in a call)",
          "full": "the same, 1144 bytes", "segments": "four of those as one (GSO), sent",
          "receive": "a datagram of 24 bytes, received (`recvmmsg`, 32 in a call)"}


def kernel_rows(results):
    yield ("", "ns (95 % interval)")
    for what, name in KERNEL.items():
        values = results.get("kernel", what, 0, 0)
        if values:
            middle, low, high = figures.interval(values)
            yield (name, "%.0f (%.0f – %.0f)" % (middle, low, high))


def _store(results, targets):
    for members in results.members("store"):
        for subject in ("plain", "sequenced"):
            for in_flight in (1, 64):
                has_bound = members == 1000 and in_flight == 64
                _add(targets, "stored, %s, N = %d, W = %d" % (subject, members, in_flight),
                     "<= 1.10 x in memory" if has_bound else "", "x in memory",
                     results.ratio(("store", subject + " store", members, in_flight),
                                   ("store", subject, members, in_flight)), 1.10 if has_bound else None)
            stored, memory = (results.get("store-latency-p50", name, members, 0) for name in (subject + " store", subject))
            if stored and memory:
                _add(targets, "stored, %s, N = %d: p50 at 20 000 deliveries a second" % (subject, members),
                     "<= 300 µs more than in memory", "µs", [one - other for one, other in zip(stored, memory)], 300)
    for key in sorted(key for key in results.by_key if key[0] in ("loop-p99", "loop-max")):
        has_bound = key[0] == "loop-p99" and key[1] != "in memory"
        _add(targets, "a HELLO's answer at 20 000 messages a second, %s: %s" % (key[1], key[0][len("loop-"):]),
             "<= 2 ms" if has_bound else "", "ms", results.get(*key), 2 if has_bound else None)


def before_rows(results):
    """Each cell beside that of another build, measured in the same rounds."""
    yield ("cell", "x before: median (95 % interval)")
    for measure, subject, members, in_flight in results.by_key:
        ratio = results.ratio((measure, subject, members, in_flight), (measure, subject + BEFORE, members, in_flight))
        if ratio and in_flight:
            yield ("%s, %s, N = %d, W = %d" % (measure, NAMES.get(subject, subject), members, in_flight),
                   "%.3f (%.3f – %.3f)" % figures.interval(ratio))


def targets_of(results):
    targets = []
    _plain(results, targets)
    _sequenced(results, targets)
    _store(results, targets)
    _others(results, targets)
    return targets


def target_rows(results):
    yield ("measure", "target", "median (95 % interval)", "")
    for target in targets_of(results):
        yield (target.measure, target.target, target.figure(), target.verdict())


def price_rows(results, measure):
    """The price of a delivery in µs, by subject."""
    keys = [key for key in results.by_key if key[0] == measure]
    columns = sorted({(key[2], key[3]) for key in keys})
    yield ("", *("N = %d, W = %d" % column for column in columns))
    for subject in dict.fromkeys(key[1] for key in keys):
        cells = []
        for column in columns:
            values = [value for value in results.get(measure, subject, *column) or [] if value is not None]
            cells.append(shorten(figures.interval(values)[0]) if values else "–")
        yield (NAMES.get(subject, subject), *cells)


def as_text(rows):
    rows = [tuple(map(str, row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)


def as_markdown(rows):
    rows = [tuple(map(str, row)) for row in rows]
    lines = ["| %s |" % " | ".join(row) for row in rows]
    lines.insert(1, "|%s" % ("---|" * len(rows[0])))
    return "\n".join(lines)


def sections(results):
    raw = results.raw
    if any(key[1].endswith(BEFORE) for key in results.by_key):
        yield "Beside the build before", before_rows(results)
        return
    yield "Targets", target_rows(results)
    if results.get("kernel", "call", 0, 0):
        yield "What the kernel alone takes, with both addresses of each datagram", kernel_rows(results)
    if results.members("loopback"):
        yield "CPU time of the server a delivery, µs, loopback", price_rows(results, "loopback")
    if results.members("silent"):
        yield "The same, transmit-only", price_rows(results, "silent")
    if results.members("store"):
        yield "The same with a store, and its log's time", price_rows(results, "store")
    for measure, title in (("latency-p50", "p50"), ("latency-p99", "p99")):
        rows = list(price_rows(results, measure))
        rows[0] = tuple(cell.split(",")[0] for cell in rows[0])
        if len(rows) > 1:
            yield "Latency at 20 000 deliveries a second, %s, µs" % title, rows
    if raw["notes"]:
        yield "What has no figure, and why", [("what", "why"), *raw["notes"]]


def machine(raw):
    return "%s; %s; kernel %s; %s; %d rounds; load average at the beginning %s, at the end %s" % (
        raw["date"], raw["processor"], raw["kernel"], raw["version"], raw["rounds"], raw["load_before"],
        raw["load_after"])


def print_all(raw, parts):
    for title, rows in parts:
        print("\n%s\n\n%s" % (title, as_text(rows)))
    print("\n" + machine(raw))


def update(path, begin, raw, parts):
    """Writes the tables into the document, between this mark and the next END."""
    before, rest = path.read_text(encoding="utf-8").split(begin)
    after = rest.split(END, 1)[1]
    body = "\n\n".join("### %s\n\n%s" % (title, as_markdown(rows)) for title, rows in parts)
    path.write_text("%s%s\n\n%s.\n\n%s\n\n%s%s" % (before, begin, machine(raw), body, END, after),
                    encoding="utf-8")
