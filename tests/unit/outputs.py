#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
Which file may write to stdout, stderr or a terminal. Each place makes foreign text harmless before it writes, so a new
one may not be added without thinking of that: a program prints with base/safe_line.h, or with the log.

usage: outputs.py SOURCE_DIR                  fails on any other call, and says where it is
       outputs.py SOURCE_DIR --find TEXT...   fails unless the complaints are these, each with its text in it
"""
import pathlib
import re
import sys

# The functions of the C library, of system calls, and of our own modules that write bytes as they are.
CALL = re.compile(r"\b(v?printf|v?fprintf|v?dprintf|f?puts|f?putc|putchar|fwrite|perror|psignal|v?warnx?|v?errx?|"
                  r"v?syslog|write|writev|pwrite|write_nowait|tty_write|terminal_print)\(")

# File, function, and how its text becomes harmless.
ALLOWED = {
    ("base/safe_line.c", "fwrite"): "escapes the whole line",
    ("base/log.c", "write_nowait"): "escapes the whole line",
    ("base/write_nowait.c", "write"): "for the log and the console",
    ("roomd/terminal_log.c", "write_nowait"): "escapes the whole line",
    ("room/lines/line_writer.c", "write"): "gets lines of event_line.c, which escapes",
    ("room/tty/tty.c", "write"): "gets bytes of terminal.c",
    ("room/tty/tty.c", "tty_write"): "modes of the terminal",
    ("room/tty/terminal.c", "tty_write"): "lines of board.c, and the area, which is sanitized there",
    ("room/tty/terminal.c", "terminal_print"): "in words of style.c, which sanitizes",
    ("room/screen/board.c", "terminal_print"): "gets lines of style.c, which sanitizes",
    ("room/options.c", "fputs"): "help",
    ("roomctl/arguments.c", "fputs"): "help",
    ("roomd/main.c", "fputs"): "help",
    ("conf/help.c", "fputs"): "help",
    ("conf/help.c", "fprintf"): "help, made from our own tables",
    ("room/session_file.c", "pwrite"): "a file",
    ("log/main.c", "fputs"): "help",
    ("log/lock_file.c", "pwrite"): "a file",
    ("log/jobs.c", "pwrite"): "a file",
    ("log/descriptor_vfs.c", "pwrite"): "a file",
    ("room/tty/history.c", "pwrite"): "a file",
}

# Comments and the contents of strings are no calls.
NO_CODE = re.compile(r'/\*.*?\*/|"(?:[^"\\\n]|\\.)*"', re.DOTALL)

# A call is indented; a declaration or a definition is not.
LINE = re.compile(r"^[ \t].*$", re.MULTILINE)


def calls(path):
    text = NO_CODE.sub(lambda match: "\n" * match.group().count("\n"), path.read_text(encoding="utf-8"))
    for line in LINE.finditer(text):
        for call in CALL.finditer(line.group()):
            yield text.count("\n", 0, line.start()) + 1, call.group(1)


def wrong_calls(source, unused):
    for path in sorted((source / "src").rglob("*.c")):
        name = path.relative_to(source / "src").as_posix()
        for number, function in calls(path):
            unused.discard((name, function))
            if (name, function) not in ALLOWED:
                yield f"{path}:{number}: {name} must not call {function}"


def main():
    source, arguments = pathlib.Path(sys.argv[1]), sys.argv[2:]
    unused = set(ALLOWED)
    complaints = list(wrong_calls(source, unused))
    if not arguments:
        complaints += [f"{name} does not call {function}: take the row out of outputs.py" for name, function in unused]
    print(*complaints, sep="\n", end="\n" if complaints else "")
    wanted = arguments[1:]
    fine = len(complaints) == len(wanted) and all(any(text in line for line in complaints) for text in wanted)
    if fine:
        print(f"{len(wanted) or len(ALLOWED)} checks passed")
    return 0 if fine else 1


sys.exit(main())
