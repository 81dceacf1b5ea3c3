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

WIDTH, HEIGHT, LEFT, TOP = 380, 320, 64, 48
COLOURS = ("#888888", "#000000", "#555599", "#0060c0", "#40a0e0", "#c02020", "#e07030", "#208040", "#60a030", "#806020",
           "#a040a0", "#c080c0", "#40a0a0")

def logarithmic(values):
    """The place of each value on an axis from 0 to 1."""
    low, high = math.log10(min(values)), math.log10(max(values)) + 0.001
    return lambda value: (math.log10(value) - low) / (high - low)


def even(values):
    ordered = sorted(set(values))
    return lambda value: ordered.index(value) / max(1, len(ordered) - 1)


@dataclasses.dataclass
class Picture:
    panels: tuple  # of each, a measure, messages in flight, and a title
    axis: typing.Callable = logarithmic
    label: str = "%d"  # of a place on that axis
    subjects: dict = None  # those drawn, each with its name and its colour; None: all
    same_scale: bool = False  # in all panels

    def name(self, subject):
        return self.subjects[subject][0] if self.subjects else report.NAMES.get(subject, subject)

    def colours(self, subjects):
        if self.subjects:
            return {subject: self.subjects[subject][1] for subject in subjects}
        return {subject: COLOURS[number % len(COLOURS)] for number, subject in enumerate(subjects)}


PRICES = Picture((("loopback", 1, "loopback, one message in flight: µs of CPU a delivery"),
                  ("loopback", 64, "loopback, 64 in flight: µs of CPU a delivery"),
                  ("silent", 64, "transmit-only, 64 in flight: µs of CPU a delivery")))


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
    def __init__(self, number, title, series, picture):
        self.x0, self.title, self.series = LEFT + number * (WIDTH + LEFT), title, series
        self.label = picture.label
        self.place = picture.axis([point[0] for _, points in series for point in points])
        prices = [value for _, points in series for point in points for value in point[1:]]
        self.prices = (math.floor(math.log10(min(prices))), math.ceil(math.log10(max(prices))))

    def x(self, members):
        return self.x0 + self.place(members) * WIDTH

    def y(self, price):
        low, high = self.prices
        return TOP + HEIGHT - (math.log10(price) - low) / (high - low) * HEIGHT

    def draw(self, colours):
        yield _text(self.x0, TOP - 12, self.title, bold=True)
        for decade in range(self.prices[0], self.prices[1] + 1):
            y = self.y(10 ** decade)
            yield '<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" stroke="#ddd"/>' % (self.x0, self.x0 + WIDTH, y, y)
            yield _text(self.x0 - 6, y + 4, "%g" % 10 ** decade, anchor="end")
        for members in sorted({point[0] for _, points in self.series for point in points}):
            yield _text(self.x(members), TOP + HEIGHT + 18, self.label % members, anchor="middle")
        for subject, points in self.series:
            line = " ".join("%.1f,%.1f" % (self.x(p[0]), self.y(p[1])) for p in points)
            yield '<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>' % (line, colours[subject])
            for members, middle, low, high in points:
                x = self.x(members)
                yield '<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" stroke="%s"/>' % (
                    x, x, self.y(low), self.y(high), colours[subject])
                yield '<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>' % (x, self.y(middle), colours[subject])


def _text(x, y, text, anchor="start", bold=False):
    return '<text x="%.1f" y="%.1f" text-anchor="%s"%s>%s</text>' % (
        x, y, anchor, ' font-weight="bold"' if bold else "", xml.sax.saxutils.escape(text))


def _panels(results, picture):
    panels = []
    for measure, in_flight, title in picture.panels:
        series = [one for one in _series(results, measure, in_flight)
                  if picture.subjects is None or one[0] in picture.subjects]
        if series:
            panels.append(_Panel(len(panels), title, series, picture))
    if picture.same_scale and panels:
        scale = min(panel.prices[0] for panel in panels), max(panel.prices[1] for panel in panels)
        for panel in panels:
            panel.prices = scale
    return panels


def draw(results, path, picture):
    panels = _panels(results, picture)
    subjects = list(dict.fromkeys(subject for panel in panels for subject, _ in panel.series))
    colours = picture.colours(subjects)
    width = len(panels) * (WIDTH + LEFT) + 40
    height = TOP + HEIGHT + 50 + 18 * ((len(subjects) + 3) // 4)
    parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">' % (
        width, height), '<rect width="%d" height="%d" fill="white"/>' % (width, height)]
    for panel in panels:
        parts += panel.draw(colours)
    for number, subject in enumerate(subjects):
        x, y = LEFT + number % 4 * (width - LEFT) / 4, TOP + HEIGHT + 48 + 18 * (number // 4)
        parts.append('<rect x="%.1f" y="%.1f" width="14" height="4" fill="%s"/>' % (x, y - 6, colours[subject]))
        parts.append(_text(x + 20, y, picture.name(subject)))
    path.write_text("\n".join([*parts, "</svg>\n"]), encoding="utf-8")
