# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
Text that would do something to a terminal or to a reader of lines, and the one check that nothing of it has come
through. No program writes a raw control character (C0 but for the line feed, DEL, C1), a bidirectional control or a
byte that is not UTF-8, whoever sent it.
"""
import re

CONTROLS = [chr(code)
            for code in (*range(0x20), 0x7F, *range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))]

# A byte out of place, overlong forms, surrogates, beyond the last code point, and characters that are cut off.
INVALID = [b"\x80", b"\x9b2J", b"\xff", b"\xfe", b"\xc0\x80", b"\xc1\xbf", b"\xe0\x80\xaf", b"\xe0\x9f\xbf",
           b"\xf0\x80\x80\x9b", b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80",
           b"\xc2", b"\xe2\x80", b"\xf0\x9f\x92"]

SEQUENCES = ["\x1b[2J", "\x1b[31m", "\x1b]0;title\x07", "\x1bP1$r\x1b\\", "\x9b2J", "\x1b[?2004l", "\x1bc"]

# Where only a few bytes have a place, these stand for all.
WORST_TEXT = "<\x1b[2J><\x07><\x9b31m><\u202e><\u2066>".encode()
WORST = WORST_TEXT + b"<\x9b><\xc0\x80><\xe2\x80"

FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

# What the screen of room writes itself: modes, styles, movements and erasing, and the bell before a new picture.
OWN = re.compile(r"\x1b\[(\?2004[hl]|1?m|38;5;\d+m|\d*A|B|\d+C|H|J|K)|[\r\a](?=[\r\n\a\x1b]|$)|\x08 \x08")


def samples():
    """All of them, each between < and >, so that what comes out can be found."""
    texts = [text.encode() for text in CONTROLS + SEQUENCES] + INVALID
    return [b"<%s>" % text for text in texts]


def packed(most, end=b""):
    """All samples in texts of at most so many bytes. `end`: of each text, such as a character that is cut off."""
    texts, text = [], b""
    for sample in samples():
        if len(text) + len(sample) + len(end) > most:
            texts.append(text + end)
            text = b""
        text += sample
    return [*texts, text + end]


def visible(character):
    """How a program shows a control character to people."""
    return "".join("\\x%02x" % byte for byte in character.encode())


def check(data, screen=False):
    """Fails if these bytes, which a program wrote, hold what no program may write. `screen`: on a terminal, by room."""
    text = data.decode("utf-8")  # fails where it is not UTF-8
    left = OWN.sub("", text) if screen else text
    found = FORBIDDEN.search(left)
    if found:
        raise AssertionError("%r is in %r" % (found.group(), left[max(0, found.start() - 40):found.end() + 40]))
    raw = next((sample for sample in samples() if b"\n" not in sample and sample in data), None)
    if raw:
        raise AssertionError("%r came through as it is" % raw)


def check_shown(text, characters):
    """Fails unless these characters are shown in a visible form: else the check above would have seen nothing."""
    missing = [character for character in characters if "<%s>" % visible(character) not in text]
    if missing:
        raise AssertionError("not shown: %r in %s" % (missing, text[-4000:]))
