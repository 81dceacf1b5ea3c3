# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""How long an administrator waits for an answer on the control socket while roomd is at work."""
import contextlib
import os
import socket
import struct
import time

VERSION = 1
PAUSE_S = 0.005
PATIENCE_S = 30


def question(line):
    payload = b"q" + bytes((VERSION, 1)) + line.encode()
    return struct.pack(">I", len(payload)) + payload


def _take(connection, length):
    data = b""
    while len(data) < length:
        part = connection.recv(length - len(data))
        if not part:
            raise OSError("the connection was closed")
        data += part
    return data


def wait_us(path):
    """From connecting until the last frame of an answer is here, as roomctl does it, but without starting a program."""
    begin = time.monotonic_ns()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(PATIENCE_S)
        connection.connect(path)
        connection.sendall(question("stats"))
        kind = b""
        while kind != b"e":
            length, = struct.unpack(">I", _take(connection, 4))
            kind = _take(connection, length)[:1]
    return (time.monotonic_ns() - begin) / 1e3


@contextlib.contextmanager
def before_others():
    """That this process has to wait for a processor is not what is measured; without the right to it, it is."""
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def waits_us(path, is_over):
    """One after the other, with a pause in between, until it is over; sorted."""
    waits = []
    with before_others():
        while not is_over():
            waits.append(wait_us(path))
            time.sleep(PAUSE_S)
    return sorted(waits)
