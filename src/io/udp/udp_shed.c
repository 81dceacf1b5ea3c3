/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Sheds expendable datagrams before they take room in a receive buffer. While a door is not read to
 * its end, a socket filter lets only one in UDP_SHED_SHARE of them pass; all others are never
 * looked at again. The filter is removed when the door was read to its end for UDP_SHED_S.
 */
#include "base/log.h"
#include "io/timer.h"
#include "io/udp/udp_internal.h"

#include <errno.h>
#include <linux/filter.h>
#include <string.h>

#define UDP_SHED_SHARE 8U
#define UDP_SHED_S     1.0

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

void udp_shed_unread(struct udp *udp)
{
    if (udp->set->expendable.first == 0)
        return;
    if (!udp->shedding)
        attach(udp);
    if (!udp->shedding)
        return;
    timer_start(udp->set->loop, &udp->calm, UDP_SHED_S);
}
