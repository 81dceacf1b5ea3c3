#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""The direction of dependencies: which layer may include which, and what core may call.

usage: layers.py SOURCE_DIR LIBRARY_OF_CORE
"""
import pathlib
import re
import subprocess
import sys

# A layer may include itself and these. Everybody may include the contracts, <roomd/...>.
LAYERS = {
    "base": set(),
    "core": {"base"},
    "conf": {"core", "base"},
    "admin": {"core", "base"},
    "io": {"core", "base"},
    "roomd": {"io", "admin", "conf", "core", "base"},
    "roomctl": {"admin", "base"},
    "room": {"io", "conf", "core", "base"},
}

# Of a layer, only these: roomctl must work without the room.
PARTS = {("roomctl", "admin"): {"admin/command_table.h"}, ("room", "core"): {"core/model/event_json.h", "core/model/text.h"},
         ("room", "conf"): {"conf/config.h"}}

# What core may include beside its own headers and the contracts: no sockets, no clock, no loop, no files.
CORE_SYSTEM = {
    "stddef.h", "stdint.h", "stdbool.h", "string.h", "stdlib.h", "stdio.h", "inttypes.h",
    "arpa/inet.h",  # inet_pton and inet_ntop: text to bytes and back, no socket
    "utf8proc.h", "sodium/crypto_shorthash.h", "sodium/crypto_generichash.h", "sodium/utils.h",
}

# The loop belongs to io and the programs.
LOOP_LAYERS = {"io", "roomd", "room"}

# Symbols that core must leave undefined to nobody: the families of sockets, clocks, files, randomness, and the loop.
FORBIDDEN = re.compile(
    r"^(ev_|socket|bind$|listen$|accept|connect$|send|recv|setsockopt|getsockopt|poll$|ppoll$|epoll|select$|pselect$|"
    r"clock_|time$|gettimeofday|localtime|gmtime|mktime|strftime|nanosleep|usleep|sleep$|timer|"
    r"open|close$|read$|write$|f?open|fdopen|printf$|fprintf$|vfprintf|puts$|fputs|fwrite|syslog|log_|"
    r"rand|random|getrandom|getentropy|randombytes|getaddrinfo|getifaddrs|if_nametoindex|getenv|exit$|_exit$)")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def wrong_includes(source):
    for path in sorted((source / "src").rglob("*.[ch]")):
        layer = path.relative_to(source / "src").parts[0]
        for kind, name in INCLUDE.findall(path.read_text(encoding="utf-8")):
            first = name.split("/")[0]
            if kind == '"' and first != layer and first not in LAYERS[layer]:
                yield f"{path}: {layer} must not include {name}"
            if kind == '"' and name not in PARTS.get((layer, first), {name}):
                yield f"{path}: {layer} must not include {name}"
            if kind == "<" and layer == "core" and first != "roomd" and name not in CORE_SYSTEM:
                yield f"{path}: core must not include <{name}>"
            if first == "readline" and path.name != "line_editor.c":
                yield f"{path}: only room/tty/line_editor.c knows readline"
            if name == "ev.h" and layer not in LOOP_LAYERS:
                yield f"{path}: {layer} must know nothing of the loop"
    for path in sorted((source / "include").rglob("*.h")):
        if (source / "src" / path.relative_to(source / "include")).exists():
            yield f"{path}: src/roomd has a header of that name, and #include can't tell them apart"
        for kind, name in INCLUDE.findall(path.read_text(encoding="utf-8")):
            if not name.startswith("roomd/") and name not in {"stddef.h", "stdint.h", "stdbool.h"}:
                yield f"{path}: a contract must not include {name}"


def wrong_symbols(library):
    listing = subprocess.run(["nm", "-u", library], check=True, capture_output=True, text=True).stdout
    symbols = {line.split()[-1].split("@")[0] for line in listing.splitlines() if line.startswith(" ")}
    if "memcpy" not in symbols and "malloc" not in symbols:
        yield f"{library}: nm shows no symbol it must show; this test sees nothing"
    for symbol in sorted(symbols):
        if FORBIDDEN.match(symbol):
            yield f"{library}: core must not call {symbol}"


def main():
    source, library = pathlib.Path(sys.argv[1]), sys.argv[2]
    found = [*wrong_includes(source), *wrong_symbols(library)]
    for line in found:
        print(line)
    if not found:
        print("2 checks passed")
    return 1 if found else 0


sys.exit(main())
