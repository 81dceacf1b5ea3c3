# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""
One price: a server, so many members, so many messages in flight, in slices that are added up and
checked.
"""
import collections

TEXT_BYTES = 64  # as in load/load.h

# Other rooms in this network send a little meanwhile: heartbeats, and repetitions.
OTHERS_PART, OTHERS = 0.02, 64


class Cell:
    def __init__(self, generator, in_flight, is_ours, is_reference):
        self.generator, self.in_flight = generator, in_flight
        self.is_ours, self.is_reference = is_ours, is_reference
        self.members = generator.members
        self.sums = collections.Counter()
        self._delivered_before = self._delivered()

    def measure(self, seconds, slices):
        """Runs a slice, unless earlier slices have taken all the time."""
        if self.sums["wall_ns"] < seconds * 1e9:
            self.sums.update(self.generator.run(self.in_flight, seconds / slices))

    def price_us(self):
        """The server's processor time for each delivery."""
        return self.sums["cpu_ns"] / 1e3 / self.sums["deliveries"] if self.sums["deliveries"] else None

    def invalid_why(self):
        """Why the figure is invalid; None if everything was delivered as it should be."""
        sums = self.sums
        if sums["wrong"]:
            return "%d messages came twice, out of order or with other bytes" % sums["wrong"]
        if sums["lost"]:
            return "%d of %d deliveries were lost" % (sums["lost"], sums["lost"] + sums["deliveries"])
        if self.is_ours and not self._counts_agree():
            return "what roomd says it has delivered is not what was to be delivered"
        if self.generator.is_silent and not self._is_sent():
            return ("%(sent)d datagrams of %(octets)d bytes in all were sent, which is not what %(messages)d messages "
                    "take" % sums)
        return None

    def _delivered(self):
        return self.generator.subject.stats()["events_delivered_total"] if self.is_ours else 0

    def _counts_agree(self):
        # A sequenced author is sent its own messages.
        receivers = self.members - (0 if self.generator.subject.protocol == "sequenced" else 1)
        return self._delivered() - self._delivered_before == self.sums["messages"] * receivers

    def _is_sent(self):
        """
        What can't be received is counted by the kernel. A reference must send every datagram, and
        the author's own; roomd, which may pass several as one, at least the bytes of the texts.
        """
        whole = self.sums["messages"] * self.members
        if self.is_reference:
            return whole <= self.sums["sent"] <= whole * (1 + OTHERS_PART) + OTHERS
        return self.sums["octets"] >= whole * TEXT_BYTES
