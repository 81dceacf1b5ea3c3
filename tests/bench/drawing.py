# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
Figures as an SVG: one panel for each measure, by number of members, on a logarithmic axis, or by
loss.
"""
import dataclasses
import math
import typing
import xml.sax.saxutils

import figures
import report

MARGIN, GAP, TOP, BELOW = 64, 28, 32, 32
COLOURS = (("#888888", "#999999"), ("#000000", "#ffffff"), ("#555599", "#9999dd"), ("#0060c0", "#58a6ff"),
           ("#40a0e0", "#79c0ff"), ("#c02020", "#ff7070"), ("#e07030", "#f0a060"), ("#208040", "#50c070"),
           ("#60a030", "#90d060"), ("#806020", "#c0a050"), ("#a040a0", "#d080d0"), ("#c080c0", "#e0b0e0"),
           ("#40a0a0", "#70d0d0"))  # of each line, on light and on dark ground
LIGHT, DARK = ("#ffffff", "#1f2328", "#d8dee4"), ("#0d1117", "#e6edf3", "#30363d")  # ground, text, grid


def logarithmic(values):
    """The place of each value on an axis from 0 to 1."""
    low, high = math.log10(min(values)), math.log10(max(values)) + 0.001
    return lambda value: (math.log10(value) - low) / (high - low)


def even(values):
    ordered = sorted(set(values))
    return lambda value: ordered.index(value) / max(1, len(ordered) - 1)


def plain_number(value):
    return "%g" % value


@dataclasses.dataclass
class Picture:
    panels: tuple  # of each, a measure, messages in flight, and a title
    axis: typing.Callable = logarithmic
    label: str = "%d"  # of a place on that axis
    subjects: dict = None  # those drawn, each with its name and its two colours; None: all
    same_scale: bool = False  # in all panels, so that the first alone is labelled
    scale: typing.Callable = plain_number  # how a value of it is written
    most: float = math.inf  # what is above is drawn there, and means never
    size: tuple = (380, 320)  # of a panel
    below: str = ""  # the axis

    def name(self, subject):
        return self.subjects[subject][0] if self.subjects else report.NAMES.get(subject, subject)

    def colours(self, subjects):
        if self.subjects:
            return [self.subjects[subject][1] for subject in subjects]
        return [COLOURS[number % len(COLOURS)] for number, _ in enumerate(subjects)]


PRICES = Picture((("loopback", 1, "loopback, one message in flight: µs of CPU a delivery"),
                  ("loopback", 64, "loopback, 64 in flight: µs of CPU a delivery"),
                  ("silent", 64, "transmit-only, 64 in flight: µs of CPU a delivery")), below="members")


def _series(results, measure, in_flight):
    for subject in dict.fromkeys(key[1] for key in results.by_key if key[0] == measure and key[3] == in_flight):
        points = []
        for members in results.members(measure):
            values = [v for v in results.get(measure, subject, members, in_flight) or [] if v is not None]
            if values:
                points.append((members, *figures.interval(values)))
        if points:
            yield subject, points


class _Panel:
    def __init__(self, x0, title, series, picture):
        self.x0, self.title, self.series, self.picture = x0, title, series, picture
        self.width, self.height = picture.size
        self.place = picture.axis([point[0] for _, points in series for point in points])
        prices = [min(value, picture.most) for _, points in series for point in points for value in point[1:]]
        self.prices = (math.floor(math.log10(min(prices))), math.ceil(math.log10(max(prices))))
        if picture.most < math.inf:
            self.prices = self.prices[0], math.log10(picture.most)

    def x(self, members):
        return self.x0 + self.place(members) * self.width

    def y(self, price):
        low, high = self.prices
        return TOP + self.height * (1 - (math.log10(min(price, self.picture.most)) - low) / (high - low))

    def grid(self, labelled):
        most = self.picture.most
        values = [10 ** decade for decade in range(self.prices[0], math.floor(self.prices[1]) + 1)]
        for value in [*values, most] if most < math.inf else values:
            y = self.y(value)
            yield '<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" class="grid"/>' % (
                self.x0, self.x0 + self.width, y, y)
            if labelled:
                yield _text(self.x0 - 8, y + 4, "never" if value == most else self.picture.scale(value), anchor="end")

    def draw(self, labelled, classes):
        yield _text(self.x0, TOP - 14, self.title, bold=True)
        yield from self.grid(labelled)
        for members in sorted({point[0] for _, points in self.series for point in points}):
            yield _text(self.x(members), TOP + self.height + 18, self.picture.label % members, anchor="middle")
        for subject, points in self.series:
            line = " ".join("%.1f,%.1f" % (self.x(p[0]), self.y(p[1])) for p in points)
            yield '<g class="%s"><polyline points="%s"/>' % (classes[subject], line)
            for members, middle, low, high in points:
                x = self.x(members)
                yield '<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>' % (x, x, self.y(low), self.y(high))
                yield '<circle cx="%.1f" cy="%.1f" r="3"/>' % (x, self.y(middle))
            yield "</g>"


def _text(x, y, text, anchor="start", bold=False):
    return '<text x="%.1f" y="%.1f" text-anchor="%s"%s>%s</text>' % (
        x, y, anchor, ' font-weight="bold"' if bold else "", xml.sax.saxutils.escape(text))


def _panels(results, picture):
    panels, x0 = [], MARGIN
    for measure, in_flight, title in picture.panels:
        series = [one for one in _series(results, measure, in_flight)
                  if picture.subjects is None or one[0] in picture.subjects]
        if series:
            panels.append(_Panel(x0, title, series, picture))
            x0 += picture.size[0] + (GAP if picture.same_scale else MARGIN)
    if picture.same_scale and panels:
        scale = min(panel.prices[0] for panel in panels), max(panel.prices[1] for panel in panels)
        for panel in panels:
            panel.prices = scale
    return panels


def _style(colours):
    """As the reader's program has it, light or dark."""
    def rules(ground, text, grid, which):
        yield ".ground{fill:%s} text{fill:%s} .grid{stroke:%s}" % (ground, text, grid)
        for number, pair in enumerate(colours):
            yield ".s%d{stroke:%s;fill:%s}" % (number, pair[which], pair[which])
    return "<style>\n%s\npolyline{fill:none;stroke-width:2}\n@media (prefers-color-scheme:dark){\n%s\n}\n</style>" % (
        "\n".join(rules(*LIGHT, 0)), "\n".join(rules(*DARK, 1)))


def draw(results, path, picture):
    """False: nothing of it was measured."""
    panels = _panels(results, picture)
    if not panels:
        return False
    subjects = list(dict.fromkeys(subject for panel in panels for subject, _ in panel.series))
    if picture.subjects:
        subjects = [subject for subject in picture.subjects if subject in subjects]
    classes = {subject: "s%d" % number for number, subject in enumerate(subjects)}
    width = panels[-1].x0 + picture.size[0] + GAP
    bottom = TOP + picture.size[1] + BELOW + (18 if picture.below else 0)
    columns = len(panels) + 1
    height = bottom + 18 * math.ceil(len(subjects) / columns) + 8
    parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">' % (
        width, height), _style(picture.colours(subjects)), '<rect width="%d" height="%d" class="ground"/>' % (
            width, height)]
    for panel in panels:
        parts += panel.draw(panel is panels[0] or not picture.same_scale, classes)
        if picture.below:
            parts.append(_text(panel.x0 + panel.width / 2, bottom - 14, picture.below, anchor="middle"))
    for number, subject in enumerate(subjects):
        x, y = MARGIN + number % columns * (width - MARGIN) / columns, bottom + 14 + 18 * (number // columns)
        parts.append('<rect x="%.1f" y="%.1f" width="18" height="4" class="%s"/>' % (x, y - 6, classes[subject]))
        parts.append(_text(x + 24, y, picture.name(subject)))
    path.write_text("\n".join([*parts, "</svg>\n"]), encoding="utf-8")
    return True
