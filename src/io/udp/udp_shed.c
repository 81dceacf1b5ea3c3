/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Sheds expendable datagrams before they take the room of others in a receive buffer. From a turn
 * that leaves more than a quarter of it unread, a socket filter lets only one in UDP_SHED_SHARE
 * of them pass; all others are never looked at again. The filter is removed when no turn has left
 * so much for UDP_SHED_S. So a class that joins at once is not shed: it is a burst, not a flood.
 */
#include "base/log.h"
#include "io/timer.h"
#include "io/udp/udp_internal.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <string.h>

#define UDP_SHED_SHARE 8U
#define UDP_SHED_S     1.0

/* One part in so many of the receive buffer: of 4 MiB, some 2700 HELLOs. */
#define UDP_SHED_FULL 4U

/* The filter sees the datagram from its UDP header on. */
#define UDP_HEADER_BYTES 8U

static void attach(struct udp *udp)
{
    const struct udp_expendable *expendable = &udp->set->expendable;
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, UDP_HEADER_BYTES),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, expendable->first, 0, 5),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, UDP_HEADER_BYTES + 2),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, expendable->third, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_RANDOM)),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, UINT32_MAX / UDP_SHED_SHARE, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
    };
    struct sock_fprog program = {.len = sizeof(code) / sizeof(code[0]), .filter = code};

    udp->shedding =
        setsockopt(udp->fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) == 0;
    if (!udp->shedding)
        log_debug("no socket filter: %s", strerror(errno));
}

void udp_shed_detach(int fd)
{
    int none = 0;

    setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &none, sizeof(none));
}

static void on_calm(struct ev_loop *loop, ev_timer *w, int revents)
{
    struct udp *udp = w->data;

    (void)loop;
    (void)revents;
    udp_shed_detach(udp->fd);
    udp->shedding = false;
}

void udp_shed_init(struct udp *udp)
{
    ev_timer_init(&udp->calm, on_calm, UDP_SHED_S, 0.);
    udp->calm.data = udp;
}

void udp_shed_done(struct udp *udp)
{
    ev_timer_stop(udp->set->loop, &udp->calm);
}

/* Bytes count as the kernel counts them, with their bookkeeping. An older kernel can't tell. */
static bool is_filling(const struct udp *udp)
{
    uint32_t memory[SK_MEMINFO_VARS] = {0};
    socklen_t length = sizeof(memory);

    if (getsockopt(udp->fd, SOL_SOCKET, SO_MEMINFO, memory, &length) != 0)
        return true;
    return memory[SK_MEMINFO_RMEM_ALLOC] > memory[SK_MEMINFO_RCVBUF] / UDP_SHED_FULL;
}

void udp_shed_unread(struct udp *udp)
{
    if (udp->set->expendable.first == 0 || !is_filling(udp))
        return;
    if (!udp->shedding)
        attach(udp);
    if (!udp->shedding)
        return;
    timer_start(udp->set->loop, &udp->calm, UDP_SHED_S);
}
