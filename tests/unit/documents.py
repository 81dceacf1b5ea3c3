# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""What the documents of contributors name exists: files, functions and tests; and no line of theirs is too long.

usage: documents.py SOURCE_DIR [DOCUMENT...]    the documents of the project, or these
       documents.py SOURCE_DIR --find TEXT... -- DOCUMENT...    fails unless the complaints are these
"""
import pathlib
import re
import sys

DOCUMENTS = ["README.md", "CONTRIBUTING.md", "NEWS.md", "SECURITY.md", "doc/architecture.md", "doc/protocol.md",
             "doc/log-protocol.md"]
LINE_MAX = 120

# `src/core/room.c`, `core/room.c`, `room.c`, `doc/protocol.md`; with a placeholder or a star it is a pattern.
FILE = re.compile(r"`((?:[\w.-]+/)*[\w.-]+\.(?:c|h|py|md|ini|conf|cmake))`")
ROW = re.compile(r"^\|[^|]*\| `([\w/.]+)` \| `(\w+)` \|$")


def list_files(source):
    skipped = {"build", ".git"}
    return {path.relative_to(source).as_posix() for path in source.rglob("*")
            if path.is_file() and not skipped & set(path.relative_to(source).parts)}


def is_there(name, files):
    return any(file == name or file.endswith("/" + name) for file in files)


def defines(text, function):
    """A C function of that name begins a line, static or not; or a test has it."""
    return re.search(rf"^[a-z].*\b{function}\(", text, re.MULTILINE) is not None \
        or re.search(rf"^Test\(\w+, {function}\b", text, re.MULTILINE) is not None


def complain(source, document, files):
    text = pathlib.Path(document).read_text(encoding="utf-8")
    is_code = False
    for number, line in enumerate(text.splitlines(), 1):
        is_code ^= line.startswith("```")
        if len(line) > LINE_MAX and not line.startswith("|") and not is_code:
            yield f"{document}:{number}: {len(line)} columns are more than {LINE_MAX}"
        for name in FILE.findall(line):
            if not is_there(name, files):
                yield f"{document}:{number}: there is no file {name}"
        row = ROW.match(line)
        if row and not ((source / row[1]).is_file() and defines((source / row[1]).read_text(encoding="utf-8"), row[2])):
            yield f"{document}:{number}: {row[1]} has no {row[2]}"


def main():
    source, arguments = pathlib.Path(sys.argv[1]), sys.argv[2:]
    wanted = None
    if arguments and arguments[0] == "--find":
        end = arguments.index("--")
        wanted, arguments = arguments[1:end], arguments[end + 1:]
    documents = arguments or [source / name for name in DOCUMENTS]
    files = list_files(source)
    complaints = [line for document in documents for line in complain(source, document, files)]
    print(*complaints, sep="\n", end="\n" if complaints else "")
    if wanted is not None:
        fine = len(complaints) == len(wanted) and all(any(text in line for line in complaints) for text in wanted)
    else:
        fine = not complaints
    if fine:
        print(f"{len(wanted or documents)} checks passed")
    return 0 if fine else 1


sys.exit(main())
