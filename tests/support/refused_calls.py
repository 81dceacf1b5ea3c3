# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""A kernel that refuses to watch one descriptor: a seccomp filter on epoll_ctl, for a process that is about to start."""
import ctypes
import platform
import struct

# Numbers of epoll_ctl and of the architecture (linux/audit.h).
MACHINES = {"x86_64": (233, 0xC000003E), "aarch64": (21, 0xC00000B7)}

PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
EPOLL_CTL_ADD = 1

# Offsets in struct seccomp_data: the call, the architecture, the low halves of its second and third argument.
CALL, ARCHITECTURE, OPERATION, DESCRIPTOR = 0, 4, 24, 32

LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, FAIL = 0x7FFF0000, 0x00050000


class Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def can_refuse():
    return platform.machine() in MACHINES


def refuse_to_watch(descriptor, error):
    """Returns a function for before_exec: from then on epoll takes no descriptor of that number, but fails with `error`."""
    number, architecture = MACHINES[platform.machine()]
    conditions = ((ARCHITECTURE, architecture), (CALL, number), (OPERATION, EPOLL_CTL_ADD), (DESCRIPTOR, descriptor))
    code = b""
    for at, (offset, value) in enumerate(conditions):
        # Where it is another value: to the last instruction.
        code += struct.pack("=HBBI", LOAD, 0, 0, offset)
        code += struct.pack("=HBBI", JUMP_IF_EQUAL, 0, 2 * (len(conditions) - at) - 1, value)
    code += struct.pack("=HBBI", RETURN, 0, 0, FAIL | error) + struct.pack("=HBBI", RETURN, 0, 0, ALLOW)
    program = Program(len(code) // 8, code)
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def install():
        zero = ctypes.c_ulong(0)
        for arguments in ((PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), zero),
                          (PR_SET_SECCOMP, ctypes.c_ulong(SECCOMP_MODE_FILTER), ctypes.byref(program))):
            if prctl(*arguments, zero, zero) != 0:
                raise OSError(ctypes.get_errno(), "prctl")

    return install
