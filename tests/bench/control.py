# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""How long an administrator waits for an answer on the control socket while roomd is busy."""
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


def _receive(connection, length):
    data = b""
    while len(data) < length:
        part = connection.recv(length - len(data))
        if not part:
            raise OSError("the connection was closed")
        data += part
    return data


def wait_us(path):
    """
    The time from connecting to the last frame of an answer, as with roomctl, but without starting a
    program.
    """
    begin = time.monotonic_ns()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(PATIENCE_S)
        connection.connect(path)
        connection.sendall(question("stats"))
        kind = b""
        while kind != b"e":
            length, = struct.unpack(">I", _receive(connection, 4))
            kind = _receive(connection, length)[:1]
    return (time.monotonic_ns() - begin) / 1e3


@contextlib.contextmanager
def real_time_priority():
    """Runs at real-time priority, if permitted, so that waiting for a processor is not measured."""
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def waits_us(path, is_over):
    """
    Measures one wait after the other, with a pause in between, until is_over(); returns them
    sorted.
    """
    waits = []
    with real_time_priority():
        while not is_over():
            waits.append(wait_us(path))
            time.sleep(PAUSE_S)
    return sorted(waits)
