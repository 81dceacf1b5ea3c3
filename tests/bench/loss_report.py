# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""The tables of `./dev bench loss`, with their targets. A target is met if the median meets it."""
import dataclasses

import drawing
import figures
import report

BEGIN = "<!-- written by ./dev bench loss --update: -->"

LATE_MS = 30_000  # what has not come by then counts as that late

PEERS = ("redis", "nats", "mosquitto")
ROWS = ("sequenced", "before", "plain", *PEERS)  # of each table
NAMES = {**report.NAMES, "mosquitto": "mosquitto, QoS 1", "before": "roomd, sequenced, before"}


def _duration(ms):
    return "%g s" % (ms / 1000) if ms >= 1000 else "%g ms" % ms


# Each panel has its round trip in place of messages in flight. Plain datagrams that are lost have no
# latency.
PICTURE = drawing.Picture(
    (("talk-p50", 0, "half of the lines come within"), ("talk-p99", 0, "99 of 100 come within"),
     ("talk-p99", 100, "the same, round trip 100 ms")), drawing.even, "%d",
    {"sequenced": ("roomd", ("#0060c0", "#58a6ff")), "redis": ("redis", ("#d06040", "#f0a080")),
     "nats": ("nats", ("#409050", "#70c080")), "mosquitto": (NAMES["mosquitto"], ("#9060c0", "#c0a0f0"))},
    same_scale=True, scale=_duration, most=LATE_MS, size=(228, 250), below="of 100 packets are lost")


@dataclasses.dataclass
class Target(report.Target):
    least: float = None

    def verdict(self):
        if self.bound is None and self.least is None:
            return ""
        middle = figures.interval(self.values)[0]
        met = (self.bound is None or middle <= self.bound) and (self.least is None or middle >= self.least)
        return "met" if met else "missed"


def _rows(results):
    """Those of each part, as arguments of Target."""
    yield from _latencies(results)
    yield from _bytes(results)
    yield from _nothing_lost(results)
    yield from _bottleneck(results)
    yield from _others(results)


def best_peer(results, measure, loss, round_trip_ms):
    rows = [results.get(measure, peer, loss, round_trip_ms) for peer in PEERS]
    rows = [row for row in rows if row]
    return figures.best(rows) if rows else None


def _times_of_peer(results, loss, round_trip_ms, measure="talk-p99"):
    """Our p99 by the best peer's, round by round."""
    ours = results.get(measure, "sequenced", loss, round_trip_ms)
    peer = best_peer(results, measure, loss, round_trip_ms)
    return figures.ratios(ours, peer) if ours and peer else None


def _latencies(results):
    def latency(measure, loss, round_trip_ms=0):
        return results.get(measure, "sequenced", loss, round_trip_ms)

    yield "talk, 20 % lost: p50", "<= 5 ms", "ms", latency("talk-p50", 20), 5
    for loss, bound in ((20, 60), (1, 20), (5, 25), (30, 120)):
        yield "talk, %d %% lost: p99" % loss, "<= %d ms" % bound, "ms", latency("talk-p99", loss), bound
    yield "talk, 20 % lost: p99 by the best peer's", "<= 0.1 x", "x", _times_of_peer(results, 20, 0), 0.1
    yield "sparse talk, 20 % lost: p99", "<= 120 ms", "ms", latency("sparse-p99", 20), 120
    for loss, bound in ((10, 350), (20, 900)):
        what = "talk, round trip 100 ms, %d %% lost: p99" % loss
        yield what, "<= %d ms" % bound, "ms", latency("talk-p99", loss, 100), bound
        yield what + " by the best peer's", "<= 0.5 x", "x", _times_of_peer(results, loss, 100), 0.5
    what = "talk, 10 % lost in runs of five: p99"
    yield what, "", "ms", latency("burst-p99", 10), None
    yield what + " by the best peer's", "", "x", _times_of_peer(results, 10, 0, "burst-p99"), None


def _bytes(results):
    for measure, what in (("talk-bytes", "64"), ("long-bytes", "400")):
        for loss, bound in ((1, 1.1), (5, 1.2), (10, 1.35), (20, 1.6)):
            yield ("bytes at %d %%, lines of %s bytes" % (loss, what), "<= %g x those at 0 %%" % bound, "x",
                   results.ratio((measure, "sequenced", loss, 0), (measure, "sequenced", 0, 0)), bound)


def _nothing_lost(results):
    """Beside the build of --before."""
    for measure, what in (("talk", "talk"), ("sparse", "sparse talk")):
        for part, name in (("bytes", "bytes"), ("wakeups", "wake-ups of the room"),
                           ("waits", "wake-ups of the members")):
            key = "%s-%s" % (measure, part)
            yield ("%s, 0 %% lost: %s" % (what, name), "<= 1.01 x before", "x",
                   results.ratio((key, "sequenced", 0, 0), (key, "before", 0, 0)), 1.01)
    for _, subject, members, in_flight in sorted(key for key in results.by_key if key[:2] == ("loopback", "before")):
        ours, theirs = ("loopback", "sequenced", members, in_flight), ("loopback", subject, members, in_flight)
        yield ("price of a delivery, N = %d, W = %d" % (members, in_flight), "<= 1.03 x before", "x",
               results.ratio(ours, theirs), 1.03)


def _bottleneck(results):
    yield ("ten members at one address: bytes sent by useful bytes", "<= 1.3 x", "x",
           results.get("crowd-sent", "sequenced", 0, 40), 1.3)
    yield "ten members at one address: dropped", "<= 5 %", "%", results.get("crowd-dropped", "sequenced", 0, 40), 5
    yield ("ten members at one address: until everybody has everything", "", "s",
           results.get("crowd-seconds", "sequenced", 0, 40), None)
    for round_trip_ms in (20, 100, 300):
        for what, name in (("share-tcp-first", "TCP first"), ("share-room-first", "the room first")):
            yield ("a TCP flow's share, round trip %d ms, %s" % (round_trip_ms, name), "35 – 65 %", "%",
                   results.get(what, "sequenced", 0, round_trip_ms), 65, 35)
    key = ("addresses-tcp", "sequenced", 0, 40), ("addresses-tcp", "nats", 0, 40)
    yield "ten addresses: the TCP flow by that beside nats", ">= 0.95 x", "x", results.ratio(*key), None, 0.95
    key = ("addresses-ping", "sequenced", 0, 40), ("addresses-ping", "nats", 0, 40)
    yield "ten addresses: p95 of a ping by that beside nats", "<= 1.05 x", "x", results.ratio(*key), 1.05


def _others(results):
    joins = [value for value in results.get("join", "sequenced", 20, 0) or [] if value is not None]
    if joins:
        yield ("joining ten, 20 %% lost: p95 of %d" % len(joins), "<= 3 s", "s",
               [figures.quantile(sorted(joins), len(joins), 0.95)], 3)
    yield "20 clients x 1000 lines, 20 % lost", "<= 6 s", "s", results.get("many-seconds", "sequenced", 20, 0), 6
    for members in results.members("memory"):
        yield ("RSS a member, one at each address, %d to %d" % (members, 2 * members), "<= 512 B", "B",
               results.get("memory", "sequenced", members, 0), 512)


def targets_of(results):
    targets = []
    for measure, target, unit, values, bound, *least in _rows(results):
        values = [value for value in values or [] if value is not None]
        if values:
            targets.append(Target(measure, target, unit, values, bound, least=least[0] if least else None))
    return targets


# ---- tables ----

def _subjects(results, measure):
    return sorted({key[1] for key in results.by_key if key[0] == measure}, key=ROWS.index)


def _latency(ms):
    return "never" if ms >= LATE_MS else report.shorten(ms)


def _cell(results, key, shown):
    values = [value for value in results.get(*key) or [] if value is not None]
    return shown(figures.interval(values)[0]) if values else "–"


def _by_loss(results, measures, round_trip_ms, shown):
    """The medians of each of these measures, between slashes."""
    losses = sorted({key[2] for key in results.by_key if key[0] == measures[0] and key[3] == round_trip_ms})
    yield ("", *("%d %%" % loss for loss in losses))
    for subject in _subjects(results, measures[0]):
        yield (NAMES.get(subject, subject), *(" / ".join(
            _cell(results, (measure, subject, loss, round_trip_ms), shown) for measure in measures) for loss in losses))


def _shares(results):
    yield ("", "round trip", "TCP first", "the room first")
    for subject in _subjects(results, "share-tcp-first"):
        for round_trip_ms in (20, 100, 300):
            yield (NAMES.get(subject, subject), "%d ms" % round_trip_ms, *("%s %% (of %s %%)" % tuple(
                _cell(results, (what + part, subject, 0, round_trip_ms), "%.0f".__mod__) for part in ("", "-use"))
                for what in ("share-tcp-first", "share-room-first")))


def _addresses(results):
    yield ("", "the TCP flow, kbit/s", "p95 of a ping, ms")
    for subject in _subjects(results, "addresses-tcp"):
        yield (NAMES.get(subject, subject), *(_cell(results, (what, subject, 0, 40), shown) for what, shown in (
            ("addresses-tcp", report.shorten), ("addresses-ping", _latency))))


def _kilobytes(value):
    return "%.0f" % (value / 1000)


def target_rows(results):
    yield ("measure", "target", "median (95 % interval)", "")
    for target in targets_of(results):
        yield (target.measure, target.target, target.figure(), target.verdict())


QUANTILES = ("p50", "p99", "max")


def sections(results):
    yield "Targets", target_rows(results)
    for measure, round_trip_ms, title in (
            ("talk", 0, "The talk"), ("talk", 100, "The talk, round trip 100 ms"),
            ("burst", 0, "The talk, losses in runs of five"), ("sparse", 0, "A line each 2 s"),
            ("many", 0, "20 clients x 1000 lines")):
        parts = ["%s-%s" % (measure, part) for part in QUANTILES]
        if any(key[0] == parts[0] and key[3] == round_trip_ms for key in results.by_key):
            yield title + ": latency p50 / p99 / max, ms", _by_loss(results, parts, round_trip_ms, _latency)
    for measure, title, shown in (("talk-delivered", "The talk: what was delivered, %", report.shorten),
                                  ("talk-bytes", "The talk: kB of IP, both ways", _kilobytes),
                                  ("many-seconds", "20 clients x 1000 lines: seconds", report.shorten)):
        if _subjects(results, measure):
            yield title, _by_loss(results, [measure], 0, shown)
    if _subjects(results, "share-tcp-first"):
        yield "A TCP flow's share of the bottleneck (and the part of it that both used)", _shares(results)
    if _subjects(results, "addresses-tcp"):
        yield "Beside ten members at ten addresses", _addresses(results)
    if results.raw["notes"]:
        yield "What has no figure, and why", [("what", "why"), *results.raw["notes"]]
