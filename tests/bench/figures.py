# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
"""Medians and their intervals; does not know where the values come from."""
import math
import statistics

CONFIDENCE = 0.95


def coverage(count, rank):
    """
    The probability that the true median is between the rank-th lowest and the rank-th highest of
    `count` values.
    """
    outside = sum(math.comb(count, k) for k in range(rank)) / 2 ** count
    return 1 - 2 * outside


def interval(values):
    """
    The median, and the narrowest pair of order statistics that contains the true one with 95 %,
    without an assumption on the distribution. For fewer than six values the confidence is lower:
    then it is the lowest and the highest.
    """
    ordered = sorted(values)
    rank = 1
    while 2 * (rank + 1) <= len(ordered) + 1 and coverage(len(ordered), rank + 1) >= CONFIDENCE:
        rank += 1
    return statistics.median(ordered), ordered[rank - 1], ordered[-rank]


def quantile(ordered, expected, part):
    """Of `expected` values, of which those that are missing are later than all others."""
    rank = int(part * (expected - 1))
    return ordered[rank] if 0 <= rank < len(ordered) else math.inf


def ratios(above, below):
    """The ratios of values measured in the same round."""
    return [a / b for a, b in zip(above, below) if a is not None and b]


def best(rows):
    """The lowest of each round."""
    return [min((value for value in values if value is not None), default=None) for values in zip(*rows)]
