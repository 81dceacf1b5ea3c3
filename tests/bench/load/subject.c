/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Reads /proc, and the processor clock of another process, which is precise to a nanosecond, while
 * /proc/PID/stat counts ticks.
 */
#include "subject.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * A server that does nothing for so long has nothing to do. The generator sleeps meanwhile: two
 * processors may share a core, and then a busy one slows down the other.
 */
#define QUIET_NS 60000

bool subject_open(pid_t pid, pid_t helper, struct subject *ret_subject)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    ret_subject->pid = pid;
    ret_subject->state = open(path, O_RDONLY | O_CLOEXEC);
    return ret_subject->state >= 0 && clock_getcpuclockid(pid, &ret_subject->clock) == 0 &&
           clock_getcpuclockid(helper > 0 ? helper : pid, &ret_subject->helper) == 0;
}

static uint64_t time_of(clockid_t clock)
{
    struct timespec time = {0, 0};

    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec;
}

uint64_t subject_cpu_ns(const struct subject *subject)
{
    uint64_t own_ns = time_of(subject->clock);

    return subject->helper == subject->clock ? own_ns : own_ns + time_of(subject->helper);
}

/* The state of its first thread. */
static char state_of(const struct subject *subject)
{
    char text[512];
    ssize_t length = pread(subject->state, text, sizeof(text) - 1, 0);
    const char *end;

    if (length <= 0)
        return 'X';
    text[length] = '\0';
    end = strrchr(text, ')');
    return end != NULL && end[1] == ' ' ? end[2] : 'X';
}

bool subject_is_stopped(const struct subject *subject)
{
    return state_of(subject) == 'T';
}

void subject_wait_quiet(const struct subject *subject)
{
    const struct timespec wait = {.tv_nsec = QUIET_NS};
    uint64_t before = subject_cpu_ns(subject), now;

    for (;;) {
        clock_nanosleep(CLOCK_MONOTONIC, 0, &wait, NULL);
        now = subject_cpu_ns(subject);
        /* A process that is runnable but has no processor is not quiet. */
        if (now == before && state_of(subject) != 'R')
            return;
        before = now;
    }
}

/* The value below the heading `name` in the pair of lines that begin with `prefix`. */
static uint64_t value_of(const char *text, const char *prefix, const char *name)
{
    const char *heads = strstr(text, prefix),
               *values = heads != NULL ? strstr(heads + 1, prefix) : NULL;
    size_t name_length = strlen(name);

    while (values != NULL) {
        heads = strchr(heads, ' ');
        values = strchr(values, ' ');
        if (heads == NULL || values == NULL)
            break;
        heads++;
        values++;
        if (strncmp(heads, name, name_length) == 0 &&
            (heads[name_length] == ' ' || heads[name_length] == '\n'))
            return strtoull(values, NULL, 10);
    }
    return 0;
}

static void read_file(const char *path, char *ret_text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd >= 0 ? read(fd, ret_text, size - 1) : 0;

    ret_text[length > 0 ? length : 0] = '\0';
    if (fd >= 0)
        close(fd);
}

void subject_counters(struct subject_counters *ret_counters)
{
    char text[16384];

    read_file("/proc/self/net/snmp", text, sizeof(text));
    ret_counters->sent = value_of(text, "Udp: ", "OutDatagrams");
    ret_counters->received = value_of(text, "Udp: ", "InDatagrams");
    ret_counters->dropped = value_of(text, "Udp: ", "RcvbufErrors");
    read_file("/proc/self/net/netstat", text, sizeof(text));
    ret_counters->octets = value_of(text, "IpExt: ", "OutOctets");
}
