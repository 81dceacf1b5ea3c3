#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
The server as the course specifies it, in as few lines as possible: what everybody starts from.
"""
import socket
import sys


def main():
    members = {}
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    server.bind((sys.argv[1], int(sys.argv[2])))
    print("is open on %s:%d" % server.getsockname(), flush=True)
    while True:
        data, address = server.recvfrom(2048)
        words = data.decode("utf-8", "replace").split(" ", 2)
        if words[0] == "L" and len(words) == 2:
            members[words[1]] = address
            server.sendto("OK".encode("utf-8"), address)
        elif words[0] == "C" and len(words) == 3:
            for name, member in members.items():
                if name != words[1]:
                    server.sendto((words[1] + " ： " + words[2]).encode("utf-8"), member)


main()
