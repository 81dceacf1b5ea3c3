# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
The price of a delivery by number of members, as an SVG: one panel for each measure, both axes
logarithmic.
"""
import math
import xml.sax.saxutils

import figures
import report

WIDTH, HEIGHT, LEFT, TOP = 380, 320, 56, 48
COLOURS = ("#888888", "#000000", "#555599", "#0060c0", "#40a0e0", "#c02020", "#e07030", "#208040", "#60a030", "#806020",
           "#a040a0", "#c080c0", "#40a0a0")


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
    def __init__(self, number, title, series):
        self.x0, self.title, self.series = LEFT + number * (WIDTH + LEFT), title, series
        members = [point[0] for _, points in series for point in points]
        prices = [value for _, points in series for point in points for value in point[1:]]
        self.members = (math.log10(min(members)), math.log10(max(members)) + 0.001)
        self.prices = (math.floor(math.log10(min(prices))), math.ceil(math.log10(max(prices))))

    def x(self, members):
        low, high = self.members
        return self.x0 + (math.log10(members) - low) / (high - low) * WIDTH

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
            yield _text(self.x(members), TOP + HEIGHT + 18, "%d" % members, anchor="middle")
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


def draw(results, path):
    wanted = (("loopback", 1, "loopback, one message in flight"), ("loopback", 64, "loopback, 64 in flight"),
              ("silent", 64, "transmit-only, 64 in flight"))
    panels = []
    for measure, in_flight, title in wanted:
        series = list(_series(results, measure, in_flight))
        if series:
            panels.append(_Panel(len(panels), title + ": µs of CPU a delivery", series))
    subjects = list(dict.fromkeys(subject for panel in panels for subject, _ in panel.series))
    colours = {subject: COLOURS[number % len(COLOURS)] for number, subject in enumerate(subjects)}
    width = len(panels) * (WIDTH + LEFT) + 40
    height = TOP + HEIGHT + 50 + 18 * ((len(subjects) + 3) // 4)
    parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">' % (
        width, height), '<rect width="%d" height="%d" fill="white"/>' % (width, height)]
    for panel in panels:
        parts += panel.draw(colours)
    for number, subject in enumerate(subjects):
        x, y = LEFT + number % 4 * (width - LEFT) / 4, TOP + HEIGHT + 48 + 18 * (number // 4)
        parts.append('<rect x="%.1f" y="%.1f" width="14" height="4" fill="%s"/>' % (x, y - 6, colours[subject]))
        parts.append(_text(x + 20, y, report.NAMES.get(subject, subject)))
    path.write_text("\n".join([*parts, "</svg>\n"]), encoding="utf-8")
