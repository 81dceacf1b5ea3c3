#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""Prints the tables of src/core/model/confusable_table.c and code_points_table.c, from the data of ICU.

usage: unicode_tables.py confusable|scripts|joining     run by hand, when ICU and utf8proc have newer data; then ./dev format
"""
import ctypes
import ctypes.util
import re
import sys
import unicodedata

VERSION = 72  # of ICU: Unicode 15.0, as utf8proc 2.8
SCRIPTS = {"LATIN": 25, "GREEK": 14, "CYRILLIC": 8}  # UScriptCode
JOININGS = {"DUAL": 2, "LEFT": 3, "RIGHT": 4}  # UJoiningType
GENERAL_CATEGORY, JOINING_TYPE, SCRIPT = 0x1005, 0x1007, 0x100A  # UProperty
LETTERS = range(1, 6)  # UCharCategory
MARKS = range(6, 9)

# Of UTS #39 the prototypes of these are no ASCII letters, although they look like small capitals.
SMALL_CAPITALS = dict(zip("ᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢĸ", "abcdeghijklmnoprstuvwyzk"))
# And these have none at all, or one that is like them in capitals only.
OTHERS = {"в": "b", "к": "k", "м": "m", "п": "n", "т": "t", "ь": "b", "ƅ": "b", "κ": "k", "τ": "t", "ӏ": "l",
          "菅": "管", "埋": "理", "員": "员", "貟": "员", "贠": "员", "統": "统", "糸": "系", "訊": "讯", "廣": "广",
          "٭": "*", "⁂": "***", "⁑": "**",
          "—": "--", "―": "--", "⸺": "--", "⸻": "--", "–": "-", "‒": "-", "−": "-", "﹘": "-", "ー": "-", "㇐": "-",
          "ᅳ": "-", "־": "-", "᠆": "-", "⎯": "-", "⏤": "--",
          "ᅵ": "l", "丨": "l", "㇑": "l", "।": "l", "│": "l", "┃": "l", "⏐": "l", "❘": "l",
          "ᄋ": "o", "ᆼ": "o", "○": "o", "◯": "o"}
OTHERS.update({chr(code): "-" for code in (0x2500, 0x2501, 0x2504, 0x2505, 0x2508, 0x2509, 0x254C, 0x254D)})
OTHERS.update({chr(first + i): chr(ord("a") + i)
               for first in (0x1F150, 0x1F170, 0x1F1E6) for i in range(26)})

uc = ctypes.CDLL("libicuuc.so.%d" % VERSION)
i18n = ctypes.CDLL("libicui18n.so.%d" % VERSION)
value_of = uc["u_getIntPropertyValue_%d" % VERSION]


def skeletons():
    """Each code point with its prototype in UTS #39."""
    status = ctypes.c_int(0)
    spoof_open = i18n["uspoof_open_%d" % VERSION]
    spoof_open.restype = ctypes.c_void_p
    checker = ctypes.c_void_p(spoof_open(ctypes.byref(status)))
    skeleton = i18n["uspoof_getSkeletonUTF8_%d" % VERSION]
    out = ctypes.create_string_buffer(256)
    for code in range(0x80, 0x20000):
        if 0xD800 <= code < 0xE000 or value_of(code, GENERAL_CATEGORY) in (0, *MARKS, 15, 16, 17, 18):
            continue
        text = chr(code).encode()
        length = skeleton(checker, 0, text, len(text), out, len(out), ctypes.byref(status))
        yield code, out.raw[:length].decode()


def is_east_asian(code):
    """Kana and common Chinese characters, of which some are drawn like others; but 一 is not taken for a dash."""
    return 0x3041 <= code <= 0x30FF or 0x4E01 <= code <= 0x9FFF


def prototype(code, skeleton):
    """What we map it to: at most three bytes; None if it looks like nothing else, or decomposes to that anyway."""
    if chr(code) in OTHERS:
        return OTHERS[chr(code)]
    if unicodedata.normalize("NFKD", chr(code)) != chr(code):
        return None
    if re.fullmatch(r"(?!EQUALS|CIRCLED|SQUARED|CUNEI).*ASTERISK( OPERATOR)?", unicodedata.name(chr(code), "")):
        return "*"
    if is_east_asian(code) and len(skeleton) == 1 and skeleton != chr(code) and is_east_asian(ord(skeleton)):
        return skeleton
    plain = "".join(c for c in unicodedata.normalize("NFKD", skeleton) if not unicodedata.combining(c))
    plain = "".join(SMALL_CAPITALS.get(c, c) for c in plain)
    if chr(code) in SMALL_CAPITALS:
        plain = SMALL_CAPITALS[chr(code)]
    if not re.fullmatch(r"[!-9;-~]{1,2}", plain):
        return None
    plain = plain.replace("I", "l").lower()
    return {"rn": "m", "vv": "w"}.get(plain, plain)


def confusable():
    for code, skeleton in skeletons():
        to = prototype(code, skeleton)
        if to is not None:
            yield '{0x%04x, "%s"},' % (code, to.replace("\\", "\\\\").replace('"', '\\"'))


def ranges(of):
    """Ranges of code points with the same value of a function, but for None."""
    first, before = 0, None
    for code in range(0x30000):
        value = of(code)
        if value == before:
            continue
        if before is not None:
            yield "{0x%04x, 0x%04x, %s}," % (first, code - 1, before)
        first, before = code, value


def named(property_number, names, prefix):
    words = {number: prefix + name for name, number in names.items()}
    return ranges(lambda code: words.get(value_of(code, property_number)))


def script():
    words = {number: "SCRIPT_" + name for name, number in SCRIPTS.items()}
    return ranges(lambda code: words.get(value_of(code, SCRIPT))
                  if value_of(code, GENERAL_CATEGORY) in LETTERS else None)


if __name__ == "__main__":
    tables = {"confusable": confusable, "scripts": script,
              "joining": lambda: named(JOINING_TYPE, JOININGS, "JOINING_")}
    print("\n".join(tables[sys.argv[1]]()))
