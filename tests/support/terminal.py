# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
A terminal emulator: enough of a VT100 to know what a person would see (rows that wrap, a scroll-back, wide and
combining characters, erasing, cursor movement), and a program that runs on it.

It breaks rows again when its width changes, as tmux and most others do. A sequence that it does not know makes the
test fail.
"""
import codecs
import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import threading
import unicodedata

from roomd_process import PATIENCE_S, clean_environment, fail_on_sanitizer_report

SEQUENCE = re.compile(r"\x1b\[(\??)([0-9;]*)([A-Za-z])")


def width_of(character):
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class Row:
    """Cells are strings: a character with its combining marks. The right half of a wide character is an empty cell."""

    def __init__(self):
        self.cells = []
        self.wrapped = False  # its text continues in the next row

    def text(self):
        return "".join(self.cells)

    def put(self, column, cell):
        while len(self.cells) <= column:
            self.cells.append(" ")
        self.cells[column] = cell


class Screen:
    """The screen and its scroll-back. All rows are kept; the last `rows` of them are on the screen."""

    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.all = [Row() for _ in range(rows)]
        self.x = self.y = 0  # of the cursor, on the screen
        self.bells = 0
        self.styles = set()
        self.modes = set()
        self.unknown = []
        self._decode = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    @property
    def top(self):
        return len(self.all) - self.rows

    @property
    def row(self):
        return self.all[self.top + self.y]

    def text(self):
        """The rows, with the scroll-back, without empty ones at the end."""
        return "\n".join(row.text().rstrip() for row in self.all).rstrip("\n")

    def lines(self):
        """The same as lines: rows that the terminal has broken are joined."""
        lines, line = [], ""
        for row in self.all:
            line += row.text() if row.wrapped else row.text().rstrip()
            if not row.wrapped:
                lines.append(line)
                line = ""
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def cursor(self):
        """The text before the cursor, in its row."""
        return "".join(self.row.cells[:self.x])

    def feed(self, data):
        text = self._rest + self._decode.decode(data)
        self._rest = ""
        at = 0
        while at < len(text):
            if text[at] == "\x1b":
                match = SEQUENCE.match(text, at)
                if match:
                    self._sequence(*match.groups())
                    at = match.end()
                    continue
                if re.fullmatch(r"\x1b(\[\??[0-9;]*)?", text[at:]):
                    self._rest = text[at:]
                    return
                self.unknown.append(text[at:at + 10])
            elif text[at] < " " or "\x7f" <= text[at] < "\xa0":
                self._control(text[at])
            else:
                self._put(text[at])
            at += 1

    def _control(self, character):
        if character == "\r":
            self.x = 0
        elif character == "\n":
            self._down()
        elif character == "\b":
            self.x = max(0, min(self.x, self.columns - 1) - 1)
        elif character == "\a":
            self.bells += 1
        else:
            self.unknown.append(character)

    def _down(self):
        if self.y + 1 < self.rows:
            self.y += 1
        else:
            self.all.append(Row())

    def _put(self, character):
        width = width_of(character)
        if width == 0:
            before = self.x - 1
            while before > 0 and self.row.cells[before] == "":
                before -= 1
            if before >= 0 and before < len(self.row.cells):
                self.row.cells[before] += character
            return
        if self.x + width > self.columns:
            self.row.wrapped = True
            self._down()
            self.x = 0
        self.row.put(self.x, character)
        if width == 2:
            self.row.put(self.x + 1, "")
        self.x += width

    def _sequence(self, private, numbers, final):
        number = int(numbers.split(";")[0] or 0) if numbers else 0
        count = max(1, number)
        if private:
            (self.modes.add if final == "h" else self.modes.discard)(number)
        elif final == "m":
            self.styles.add(numbers)
        elif final == "A":
            self.y = max(0, self.y - count)
        elif final == "B":
            self.y = min(self.rows - 1, self.y + count)
        elif final == "C":
            self.x = min(self.columns - 1, self.x + count)
        elif final == "H" and not numbers:
            self.x = self.y = 0
        elif final == "K" and number == 0:
            self._erase_right()
        elif final == "J" and number == 0:
            self._erase_right()
            for row in range(self.top + self.y + 1, len(self.all)):
                self.all[row] = Row()
        else:
            self.unknown.append("\x1b[" + numbers + final)

    def _erase_right(self):
        del self.row.cells[min(self.x, self.columns - 1):]
        self.row.wrapped = False

    def resize(self, columns):
        """Lines are broken into rows of the new width; the cursor stays on its character."""
        marked, rows = (self.top + self.y, self.x), []
        group = []
        place = None
        for index, row in enumerate(self.all):
            group.append((index, row))
            if row.wrapped and index + 1 < len(self.all):
                continue
            cells, cursor = [], None
            for number, part in group:
                if number == marked[0]:
                    cursor = len(cells) + marked[1]
                cells += part.cells
            broken, place_in = self._break(cells, columns, cursor)
            if place_in is not None:
                place = (len(rows) + place_in[0], place_in[1])
            rows += broken
            group = []
        while len(rows) > self.rows and len(rows) - 1 > place[0] and not rows[-1].cells:
            rows.pop()
        while len(rows) < self.rows:
            rows.append(Row())
        self.all, self.columns = rows, columns
        self.x, self.y = place[1], max(0, place[0] - self.top)

    @staticmethod
    def _break(cells, columns, cursor):
        rows, row, place = [], Row(), None
        at = 0
        while at < len(cells):
            size = 2 if at + 1 < len(cells) and cells[at + 1] == "" else 1
            if len(row.cells) + size > columns:
                row.wrapped = True
                rows.append(row)
                row = Row()
            if cursor is not None and at <= cursor < at + size:
                place = (len(rows), len(row.cells))
            row.cells += cells[at:at + size]
            at += size
        rows.append(row)
        if cursor is not None and place is None:
            place = (len(rows) - 1, min(columns, len(row.cells) + cursor - len(cells)))
        return rows, place


class Terminal:
    """A program with a controlling terminal of its own."""

    def __init__(self, *command, columns=80, rows=24, environment=None):
        self.screen = Screen(columns, rows)
        self._changed = threading.Condition()
        self._raw = b""
        self._closed = False
        self._main, side = pty.openpty()
        self._ended, self._end = os.pipe()
        self._resize(columns, rows)
        self.modes = termios.tcgetattr(side)
        variables = {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "INPUTRC": "/dev/null", **(environment or {})}
        inherited = clean_environment(variables)
        for name in ("TMUX", "STY", "XTERM_VERSION", "COLORTERM", "NO_COLOR"):
            if name not in variables:
                inherited.pop(name, None)
        self._side = side  # stays open, so that the modes can be read when the program has ended
        self.process = subprocess.Popen(command, stdin=side, stdout=side, stderr=side, env=inherited,
                                        start_new_session=True,
                                        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self._thread = threading.Thread(target=self._collect, daemon=True)
        self._thread.start()

    def _collect(self):
        # When the other side is closed, reading fails with an error in place of an end of file.
        with contextlib.suppress(OSError):
            while self._main in select.select([self._main, self._ended], [], [])[0] and (data := os.read(self._main, 65536)):
                with self._changed:
                    self._raw += data
                    self.screen.feed(data)
                    self._changed.notify_all()
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _resize(self, columns, rows):
        fcntl.ioctl(self._main, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns):
        with self._changed:
            self.screen.resize(columns)
        self._resize(columns, self.screen.rows)

    def type(self, text):
        os.write(self._main, text if isinstance(text, bytes) else text.encode())

    def enter(self, text):
        self.type(text + "\r")

    @contextlib.contextmanager
    def unread(self):
        """The terminal reads nothing: only the kernel's buffer takes output."""
        with self._changed:
            yield

    def wait_until(self, condition, what=None):
        """Waits until condition(screen) is true. Fails if the screen stops changing before."""
        with self._changed:
            while not condition(self.screen):
                if self._closed or not self._changed.wait(PATIENCE_S):
                    if condition(self.screen):
                        return
                    raise AssertionError("never %s; the screen is\n%s" % (what or "so", self.screen.text()))

    def wait_for(self, pattern):
        """Waits for a line that contains the pattern; rows that the terminal has broken are joined."""
        expression = re.compile(pattern)
        self.wait_until(lambda screen: any(expression.search(line) for line in screen.lines()), "a line with %r" % pattern)

    def wait_for_last(self, pattern):
        """Waits until the whole last line matches the pattern."""
        expression = re.compile(pattern)
        self.wait_until(lambda screen: screen.lines() and expression.fullmatch(screen.lines()[-1]),
                        "a last line %r" % pattern)

    def lines(self):
        with self._changed:
            return self.screen.lines()

    def raw(self):
        with self._changed:
            return self._raw

    def modes_now(self):
        return termios.tcgetattr(self._side)

    def signal(self, number):
        self.process.send_signal(number)

    def hang_up(self):
        """Closes the window."""
        os.close(self._side)
        self._side = None
        self._close_main()

    def _close_main(self):
        if self._main is None:
            return
        os.close(self._end)
        self._thread.join(PATIENCE_S)  # the thread would keep the terminal open
        os.close(self._main)
        os.close(self._ended)
        self._main = None

    def wait(self):
        status = self.process.wait(PATIENCE_S)
        with self._changed:
            fail_on_sanitizer_report(self._raw.decode("utf-8", "replace"))
            if self.screen.unknown:
                raise AssertionError("a terminal was sent what it should not be: %r" % self.screen.unknown)
        return status

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        if self._side is not None:
            os.close(self._side)
        self._close_main()
