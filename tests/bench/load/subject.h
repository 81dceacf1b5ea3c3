/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The server under measurement, seen from outside: its processor time, whether it has something to
 * do, and the kernel's counters of its network.
 */
#ifndef BENCH_LOAD_SUBJECT_H
#define BENCH_LOAD_SUBJECT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

struct subject {
    pid_t pid;
    clockid_t clock;
    clockid_t helper; /* that of `clock`: there is none */
    int state;        /* /proc/PID/stat */
};

/* Of the whole network namespace. */
struct subject_counters {
    uint64_t sent;     /* UDP datagrams; several passed to the kernel as one count as one */
    uint64_t received; /* UDP datagrams that were read */
    uint64_t dropped;  /* because a receive buffer was full */
    uint64_t octets;   /* of IP that were sent */
};

/*
 * False if there is no such process. The time of `helper`, another process that works for it, is
 * counted as well; 0: there is none.
 */
bool subject_open(pid_t pid, pid_t helper, struct subject *ret_subject);
/* Of all its threads, and its helper's. */
uint64_t subject_cpu_ns(const struct subject *subject);
/* Waits until it sleeps, and the processor time does not change. */
void subject_wait_quiet(const struct subject *subject);
bool subject_is_stopped(const struct subject *subject);
void subject_counters(struct subject_counters *ret_counters);

#endif
