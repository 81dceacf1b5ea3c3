# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""No ring among object files: files that call each other in a circle are one file, or one is in the wrong place.

usage: rings.py LIBRARY...             fails if there is a ring, and shows it
       rings.py --find NAME... -- LIBRARY...  fails unless exactly these objects form the one ring
"""
import collections
import subprocess
import sys

DEFINES = set("TDBRVW")


def read_symbols(libraries):
    """Of each object: the symbols it defines, and those it needs."""
    defined, needed = {}, collections.defaultdict(set)
    for library in libraries:
        listing = subprocess.run(["nm", "-A", library], check=True, capture_output=True, text=True).stdout
        for line in listing.splitlines():
            where, *words = line.split()
            name = where.split(":")[1].removesuffix(".o")
            if where.count(":") > 2 or len(words) < 1:
                continue
            kind, symbol = words[-2], words[-1]
            if kind in DEFINES:
                defined[symbol] = name
            elif kind == "U":
                needed[name].add(symbol)
    return defined, needed


def read_calls(libraries):
    """calls[a][b]: the symbols of b that a uses."""
    defined, needed = read_symbols(libraries)
    calls = {name: collections.defaultdict(set) for name in set(defined.values()) | set(needed)}
    for caller, symbols in needed.items():
        for symbol in symbols & defined.keys():
            if defined[symbol] != caller:
                calls[caller][defined[symbol]].add(symbol)
    return calls


def find_rings(calls):
    """The strongly connected components of more than one object (Tarjan 1972), each sorted."""
    index, low, stack, on_stack, rings = {}, {}, [], set(), []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        on_stack.add(node)
        for callee in calls[node]:
            if callee not in index:
                visit(callee)
                low[node] = min(low[node], low[callee])
            elif callee in on_stack:
                low[node] = min(low[node], index[callee])
        if low[node] == index[node]:
            ring = []
            while True:
                ring.append(stack.pop())
                on_stack.discard(ring[-1])
                if ring[-1] == node:
                    break
            if len(ring) > 1:
                rings.append(sorted(ring))

    for node in sorted(calls):
        if node not in index:
            visit(node)
    return rings


def show(ring, calls):
    print(f"a ring of {len(ring)} files:")
    for caller in ring:
        for callee in sorted(set(ring) & calls[caller].keys()):
            print(f"  {caller} calls {callee}: {', '.join(sorted(calls[caller][callee]))}")


def main(arguments):
    wanted = None
    if arguments[0] == "--find":
        end = arguments.index("--")
        wanted, arguments = sorted(arguments[1:end]), arguments[end + 1:]
    calls = read_calls(arguments)
    rings = find_rings(calls)
    for ring in rings:
        show(ring, calls)
    if wanted is not None:
        rings = [] if rings == [wanted] else [["the ring is not the one that is there"]]
    elif not any(calls.values()):
        sys.exit("nm shows no call between two files; this test sees nothing")
    if rings:
        return 1
    print("1 checks passed")
    return 0


sys.exit(main(sys.argv[1:]))
