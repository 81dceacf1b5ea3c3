#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""How much processor time of roomd a delivery takes: one event at one member other than its author, on loopback.

usage: fanout.py ROOMD [MEMBERS...]

Beside it, in the same run, the same fan-out by the naive server that every course writes (recvfrom, then sendto for each member), so that the ratio means something on a machine whose speed
drifts. Receivers are sockets of this process, drained while the servers work; what a full receive buffer loses is not counted as delivered.
"""
import os
import re
import resource
import select
import socket
import subprocess
import sys
import threading

TEXT = b"x" * 64
TICKS = os.sysconf("SC_CLK_TCK")
DELIVERIES = 200_000  # for each figure

NAIVE = r"""
import socket
members = []
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
s.bind(("127.0.0.1", 0))
print("is open on 127.0.0.1:%d" % s.getsockname()[1], flush=True)
while True:
    data, sender = s.recvfrom(2048)
    if data.startswith(b"L "):
        members.append(sender)
        s.sendto(b"OK", sender)
    else:
        line = data.split(b" ", 2)[1] + b" : " + data.split(b" ", 2)[2]
        for member in members:
            if member != sender:
                s.sendto(line, member)
"""

class Server:
    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        while True:
            line = self.process.stdout.readline().decode()
            match = re.search(r"is open on 127\.0\.0\.1:(\d+)", line)
            if match:
                self.address = ("127.0.0.1", int(match.group(1)))
                break
            if not line:
                raise SystemExit("the server did not open: " + " ".join(command))
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def cpu_seconds(self):
        with open("/proc/%d/stat" % self.process.pid, encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def stop(self):
        self.process.terminate()
        self.process.wait()

class Members:
    def __init__(self, server, count):
        self.poll = select.epoll()
        self.sockets = {}
        for number in range(count):
            member = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            member.setblocking(False)
            member.connect(server.address)
            self.sockets[member.fileno()] = member
            self.poll.register(member, select.EPOLLIN)
            member.send(b"L m%d" % number)
            self.drain(1)
        self.all = list(self.sockets.values())

    def drain(self, at_least):
        """Reads until so many message datagrams, or nothing for a second, came in. Returns how many."""
        got = 0
        while got < at_least:
            ready = self.poll.poll(1)
            if not ready:
                break
            for descriptor, _ in ready:
                try:
                    while True:
                        got += 1 if TEXT in self.sockets[descriptor].recv(2048) or at_least == 1 else 0
                except BlockingIOError:
                    pass
        return got

    def close(self):
        for member in self.all:
            member.close()

def measure(command, count, in_flight):
    """Microseconds of the server's processor time a delivery."""
    server = Server(command)
    members = Members(server, count)
    members.drain(2)
    before, delivered = server.cpu_seconds(), 0
    while delivered < DELIVERIES:
        for _ in range(in_flight):
            members.all[0].send(b"C m0 " + TEXT)
        got = members.drain(in_flight * (count - 1))
        if got == 0:
            raise SystemExit("nothing was delivered")
        delivered += got
    spent = server.cpu_seconds() - before
    members.close()
    server.stop()
    return spent / delivered * 1e6

def main():
    roomd, counts = sys.argv[1], [int(word) for word in sys.argv[2:]] or [10, 100, 1000]
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    command = [roomd, "-c", "/dev/null", "--set", "room.listen=127.0.0.1:0", "--set", "limits.messages=0", "--set", "limits.bytes=0"]
    naive = [sys.executable, "-c", NAIVE]
    print("processor time a delivery, 64 bytes of text, loopback with draining readers")
    print("%8s %10s %14s %20s %8s" % ("members", "in flight", "roomd (us)", "naive Python (us)", "ratio"))
    for count in counts:
        for in_flight in (1, 64):
            if in_flight * count > 20_000:
                continue  # the receive buffers of the members would overflow
            ours, theirs = measure(command, count, in_flight), measure(naive, count, in_flight)
            print("%8d %10d %14.2f %20.2f %8.2f" % (count, in_flight, ours, theirs, ours / theirs), flush=True)

main()
