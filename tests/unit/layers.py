#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""The direction of dependencies: which folder may include which, what core may call, and how files are named.

usage: layers.py SOURCE_DIR LIBRARY_OF_CORE   fails on anything that is wrong, and says it
       layers.py SOURCE_DIR --find TEXT...    fails unless the complaints are these, each with its text in it
"""
import collections
import pathlib
import re
import subprocess
import sys

# A layer may include itself and these. Everybody may include the contracts, <roomd/...>.
LAYERS = {
    "base": set(),
    "log_wire": {"base"},
    "core": {"base"},
    "conf": {"core", "base"},
    "admin": {"core", "base"},
    "io": {"core", "log_wire", "base"},
    "roomd": {"io", "admin", "conf", "core", "log_wire", "base"},
    "log": {"log_wire", "base"},
    "roomctl": {"admin", "base"},
    "room": {"io", "conf", "core", "base"},
}

# Of a layer, only these: core's folders are its own, but for some values; roomctl must work without the room.
PARTS = {
    ("conf", "core"): {"core/model/text.h", "core/plain_wire/reply.h"},
    ("admin", "core"): {"core/model/event_json.h", "core/model/text.h"},
    ("io", "core"): set(),
    ("roomd", "core"): {"core/model/bucket.h"},
    ("room", "core"): {"core/model/event_json.h", "core/model/text.h"},
    ("room", "conf"): {"conf/config.h"},
    ("roomctl", "admin"): {"admin/command_table.h"},
}

# Inside a layer: which of its folders, or single headers, a folder may include beside its own. main.c, on top, may all.
WIRES = {"core/plain_wire", "core/sequenced_wire"}
FOLDERS = {
    "core/congestion": set(),
    "core/model": {"core/congestion"},
    "core/plain_wire": {"core/model"},
    "core/sequenced_wire": {"core/model"},
    "core/room": {"core/congestion", "core/model", *WIRES},
    "core/plain_server": {"core/room", "core/model", "core/plain_wire"},
    "core/sequenced_server": {"core/room", "core/congestion", "core/model", "core/sequenced_wire"},
    "core/client": {"core/model"},
    "core/plain_client": {"core/client", "core/model", "core/plain_wire"},
    "core/sequenced_client": {"core/client", "core/congestion", "core/model", "core/sequenced_wire"},
    "core": {"core/room", "core/plain_server", "core/sequenced_server", "core/client", "core/congestion", "core/model",
             *WIRES},
    "io": set(),
    "io/udp": {"io"},
    "io/control": {"io"},
    "io/log": {"io"},
    "room/net": {"room/options.h"},
    "room": {"room/net"},
    "room/tty": {"room"},
    "room/lines": {"room"},
    "room/screen": {"room", "room/tty"},
}

# The most .c files that a folder may hold of its own.
FOLDER_MAX = 30

# Layers without sockets, clocks, loops and files.
PURE = {"core", "log_wire"}

# What these may include beside their own headers and the contracts.
CORE_SYSTEM = {
    "stddef.h", "stdint.h", "stdbool.h", "string.h", "stdlib.h", "stdio.h", "inttypes.h",
    "arpa/inet.h",  # inet_pton and inet_ntop: text to bytes and back, no socket
    "utf8proc.h", "sodium/crypto_shorthash.h", "sodium/crypto_generichash.h", "sodium/utils.h",
}

# The loop belongs to io and the programs.
LOOP_LAYERS = {"io", "roomd", "room"}

# A timer that is started again without being set fires at once, and a watcher that the kernel refuses is deaf: only these
# files, which see to that, may start one.
STARTS = re.compile(r"\bev_(io_(?:init|set|start|stop)|timer_(?:set|start|again))\b")
STARTERS = {"io/watch.c", "io/timer.c"}

# Symbols that core must leave undefined to nobody: the families of sockets, clocks, files, randomness, and the loop.
FORBIDDEN = re.compile(
    r"^(ev_|socket|bind$|listen$|accept|connect$|send|recv|setsockopt|getsockopt|poll$|ppoll$|epoll|select$|pselect$|"
    r"clock_|time$|gettimeofday|localtime|gmtime|mktime|strftime|nanosleep|usleep|sleep$|timer|"
    r"open|close$|read$|write$|f?open|fdopen|printf$|fprintf$|vfprintf|puts$|fputs|fwrite|syslog|log_|"
    r"rand|random|getrandom|getentropy|randombytes|getaddrinfo|getifaddrs|if_nametoindex|getenv|exit$|_exit$)")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def is_wrong_in_layer(path, folder, name):
    target = name.rpartition("/")[0]
    return (target != folder and path.name != "main.c"
            and target not in FOLDERS.get(folder, set()) and name not in FOLDERS.get(folder, set()))


def wrong_includes(source):
    for path in sorted((source / "src").rglob("*.[ch]")):
        folder = path.relative_to(source / "src").parent.as_posix()
        layer = folder.split("/")[0]
        for kind, name in INCLUDE.findall(path.read_text(encoding="utf-8")):
            first = name.split("/")[0]
            if kind == '"' and first != layer and first not in LAYERS[layer]:
                yield f"{path}: {layer} must not include {name}"
            if kind == '"' and first == layer and is_wrong_in_layer(path, folder, name):
                yield f"{path}: {folder} must not include {name}"
            if kind == '"' and name not in PARTS.get((layer, first), {name}):
                yield f"{path}: {layer} must not include {name}"
            if kind == "<" and layer in PURE and first != "roomd" and name not in CORE_SYSTEM:
                yield f"{path}: {layer} must not include <{name}>"
            if name == "sqlite3.h" and layer != "log":
                yield f"{path}: only log knows SQLite"
            if first == "readline" and path.name != "line_editor.c":
                yield f"{path}: only room/tty/line_editor.c knows readline"
            if name == "ev.h" and layer not in LOOP_LAYERS:
                yield f"{path}: {layer} must know nothing of the loop"
        if path.relative_to(source / "src").as_posix() not in STARTERS:
            for name in STARTS.findall(path.read_text(encoding="utf-8")):
                yield f"{path}: ev_{name} is for {', '.join(sorted(STARTERS))}"
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


def wrong_folders(source):
    names, counts = collections.Counter(), collections.Counter()
    for path in sorted((source / "src").rglob("*.[ch]")):
        names[path.name] += 1
        counts[path.parent] += path.suffix == ".c"
    for name in sorted(name for name, count in names.items() if count > 1 and name != "main.c"):
        yield f"src: {name} is the name of {names[name]} files"
    for folder in sorted(folder for folder, count in counts.items() if count > FOLDER_MAX):
        yield f"{folder}: {counts[folder]} .c files are more than {FOLDER_MAX}"


def find(texts, complaints):
    missed = [text for text in texts if not any(text in line for line in complaints)]
    for text in missed:
        print(f"not found: {text}")
    return not missed and len(complaints) == len(texts)


def main():
    source, arguments = pathlib.Path(sys.argv[1]), sys.argv[2:]
    complaints = [*wrong_includes(source), *wrong_folders(source)]
    if arguments[0] != "--find":
        complaints += wrong_symbols(arguments[0])
    print(*complaints, sep="\n", end="\n" if complaints else "")
    fine = find(arguments[1:], complaints) if arguments[0] == "--find" else not complaints
    if fine:
        print(f"{max(len(arguments) - 1, 3)} checks passed")
    return 0 if fine else 1


sys.exit(main())
