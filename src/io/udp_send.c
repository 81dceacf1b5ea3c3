/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Sending: the outbox over all doors. Whatever the kernel says of one datagram is said of that one; the others go out. Only a door that is full
 * holds back what stands behind it.
 */
#include "base/log.h"
#include "io/udp_internal.h"

#include <errno.h>
#include <string.h>

/* With ENOBUFS the socket is writable all the while, so EPOLLOUT would spin: the kernel is given this long to send what its queues hold. */
#define UDP_PAUSE_S 0.005

/* 200 ms without one datagram taken: then it is this one that does not go out, and those behind it have waited long enough. */
#define UDP_PAUSES_MAX 40

#define UDP_INTERRUPTED_MAX 8

/* Two ICMP messages within the microsecond between two calls are rare, four are not to happen; an error that is this entry's own costs so many calls. */
#define UDP_PENDING_MAX 4

/* What has been tried for the entry that stands first. */
struct attempt {
    unsigned interrupted;
    unsigned pending; /* errors were met that may have been pending at the socket, and so were removed */
    bool fragment;    /* it is to be sent in fragments */
};

enum verdict {
    VERDICT_AGAIN,
    VERDICT_LATER,
    VERDICT_FAILED,
};

void udp_send_batch_init(struct udp_send_batch *batch)
{
    for (size_t i = 0; i < UDP_SEND_SLOTS; i++) {
        batch->headers[i].msg_hdr.msg_name = &batch->peers[i];
        batch->headers[i].msg_hdr.msg_iov = &batch->pieces[i];
        batch->headers[i].msg_hdr.msg_iovlen = 1;
    }
}

static void set_control(struct udp_send_control *bytes, int level, int type, const void *data, size_t length)
{
    struct cmsghdr *control = (struct cmsghdr *)(void *)bytes;

    control->cmsg_level = level;
    control->cmsg_type = type;
    control->cmsg_len = CMSG_LEN(length);
    memcpy(CMSG_DATA(control), data, length);
}

/* Makes the datagram leave from the address that its receiver wrote to. Returns the bytes of control messages. */
static size_t pin_source(const struct path *path, struct udp_send_control *control)
{
    memset(control, 0, sizeof(*control));
    if (endpoint_address_is_any(path->local))
        return 0;
    if (endpoint_address_is_ipv4(path->local)) {
        struct in_pktinfo info = {0};

        memcpy(&info.ipi_spec_dst, path->local + ENDPOINT_ADDRESS_BYTES - sizeof(info.ipi_spec_dst),
               sizeof(info.ipi_spec_dst));
        set_control(control, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
        return CMSG_SPACE(sizeof(info));
    }
    struct in6_pktinfo info = {0};

    memcpy(&info.ipi6_addr, path->local, ENDPOINT_ADDRESS_BYTES);
    /* The interface is the routing table's to choose, but of a link-local source the kernel asks which one's it is. */
    if (sockaddr_is_link_local(path->local))
        info.ipi6_ifindex = path->peer.scope;
    set_control(control, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info));
    return CMSG_SPACE(sizeof(info));
}

static void prepare(struct udp_send_batch *batch, size_t slot, const struct outbox_entry *entry)
{
    struct msghdr *header = &batch->headers[slot].msg_hdr;

    header->msg_namelen = sockaddr_from_endpoint(&entry->path->peer, &batch->peers[slot]);
    header->msg_controllen = pin_source(entry->path, &batch->controls[slot]);
    header->msg_control = header->msg_controllen > 0 ? &batch->controls[slot] : NULL;
    batch->pieces[slot].iov_base = (void *)entry->bytes; /* sendmmsg only reads it */
    batch->pieces[slot].iov_len = entry->length;
}

static void set_fragmentation(const struct udp *udp, bool allowed)
{
    bool ipv4 = endpoint_address_is_ipv4(udp->bound.address);
    int ipv4_value = allowed ? IP_PMTUDISC_DONT : IP_PMTUDISC_DO;
    int ipv6_value = allowed ? IPV6_PMTUDISC_DONT : IPV6_PMTUDISC_DO;

    if (ipv4)
        setsockopt(udp->fd, IPPROTO_IP, IP_MTU_DISCOVER, &ipv4_value, sizeof(ipv4_value));
    else
        setsockopt(udp->fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &ipv6_value, sizeof(ipv6_value));
}

/* Returns 1 or a negative errno. */
static int transmit_fragmented(const struct udp *udp, const struct msghdr *header)
{
    int result;

    set_fragmentation(udp, true);
    result = sendmsg(udp->fd, header, MSG_DONTWAIT) < 0 ? -errno : 1;
    set_fragmentation(udp, false);
    return result;
}

/* Returns how many were taken, at least 1, or the first one's errno, negative. */
static int transmit(const struct udp *udp, struct mmsghdr *headers, size_t count, const struct attempt *attempt)
{
    int taken;

    if (attempt->fragment)
        return transmit_fragmented(udp, &headers[0].msg_hdr);
    taken = sendmmsg(udp->fd, headers, (unsigned)count, MSG_DONTWAIT);
    if (taken == 0)
        return -EIO; /* not to happen, and no reason to try for ever */
    return taken < 0 ? -errno : taken;
}

static enum verdict wait_writable(struct udp *udp)
{
    udp->set->stats.send_blocked++;
    udp->waiting = true;
    ev_io_start(udp->set->loop, &udp->writer);
    return VERDICT_LATER;
}

static enum verdict wait_pause(struct udp *udp)
{
    if (udp->pauses++ >= UDP_PAUSES_MAX) {
        udp->pauses = 0;
        return VERDICT_FAILED;
    }
    udp->set->stats.send_blocked++;
    udp->waiting = true;
    ev_timer_set(&udp->pause, UDP_PAUSE_S, 0.);
    ev_timer_start(udp->set->loop, &udp->pause);
    return VERDICT_LATER;
}

/* Our address may have changed since the member wrote to it; from the new one its program may still take the datagram. */
static enum verdict unpin_source(struct msghdr *header)
{
    if (header->msg_control == NULL)
        return VERDICT_FAILED;
    header->msg_control = NULL;
    header->msg_controllen = 0;
    return VERDICT_AGAIN;
}

/* Clears DF for this datagram. That it is too big even so is hardly ever meant for this one. */
static enum verdict allow_fragments(struct udp *udp, struct attempt *attempt)
{
    if (attempt->fragment)
        return attempt->pending++ < UDP_PENDING_MAX ? VERDICT_AGAIN : VERDICT_FAILED;
    udp->set->stats.too_big_for_path++;
    attempt->fragment = true;
    return VERDICT_AGAIN;
}

/*
 * With IP_RECVERR an ICMP error that somebody else's datagram has met stays at the socket until the next call, whomever that sends to; to have been told has
 * removed it.
 */
static bool may_be_pending(int error)
{
    switch (error) {
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case EHOSTDOWN:
    case ENETUNREACH:
    case ENONET:
    case ENOPROTOOPT:
    case EOPNOTSUPP:
    case EPROTO:
    case EACCES:
        return true;
    default:
        return false;
    }
}

static enum verdict judge(struct udp *udp, struct msghdr *header, struct attempt *attempt, int error)
{
    if (may_be_pending(error) && attempt->pending++ < UDP_PENDING_MAX)
        return VERDICT_AGAIN;
    switch (error) {
    case EAGAIN:
        return wait_writable(udp);
    case ENOBUFS:
    case ENOMEM:
        return wait_pause(udp);
    case EINTR:
        return attempt->interrupted++ < UDP_INTERRUPTED_MAX ? VERDICT_AGAIN : wait_pause(udp);
    case EMSGSIZE: /* where it is pending, somebody else's router has said it: then this datagram goes out without DF, and whole */
        return allow_fragments(udp, attempt);
    case EINVAL:
    case EADDRNOTAVAIL:
    case ENETUNREACH:
    case ENODEV:
        return unpin_source(header);
    default:
        return VERDICT_FAILED;
    }
}

static void set_results(struct outbox_entry *entries, size_t count, enum outbox_result result)
{
    for (size_t i = 0; i < count; i++)
        entries[i].result = (uint8_t)result;
}

static void fail(struct udp_set *set, struct outbox_entry *entry, int error)
{
    char text[ENDPOINT_TEXT_BYTES];

    entry->result = OUTBOX_FAILED;
    set->stats.send_failed++;
    log_debug("can't send to %s: %s", endpoint_format(&entry->path->peer, text), strerror(error));
}

/* Offers what is left of the run once. Returns how many entries were settled; all of them where the door is full now. */
static size_t offer(struct udp *udp, struct outbox_entry *entries, struct mmsghdr *headers, size_t count,
                    struct attempt *attempt)
{
    int taken = transmit(udp, headers, count, attempt);

    if (taken > 0) {
        set_results(entries, (size_t)taken, OUTBOX_TAKEN);
        udp->set->stats.sent += (uint64_t)taken;
        udp->pauses = 0;
        return (size_t)taken;
    }
    switch (judge(udp, &headers[0].msg_hdr, attempt, -taken)) {
    case VERDICT_AGAIN:
        return 0;
    case VERDICT_LATER:
        set_results(entries, count, OUTBOX_LATER);
        return count;
    case VERDICT_FAILED:
        break;
    }
    fail(udp->set, &entries[0], -taken);
    return 1;
}

/* At most UDP_SEND_SLOTS entries of one door. */
static void send_run(struct udp *udp, struct outbox_entry *entries, size_t count)
{
    struct udp_send_batch *batch = &udp->set->send;
    struct attempt attempt = {0};
    size_t done = 0;

    if (udp->waiting) {
        set_results(entries, count, OUTBOX_LATER);
        return;
    }
    for (size_t i = 0; i < count; i++)
        prepare(batch, i, &entries[i]);
    while (done < count) {
        size_t settled = offer(udp, entries + done, batch->headers + done, count - done, &attempt);

        if (settled > 0)
            attempt = (struct attempt){0};
        done += settled;
    }
}

void udp_outbox_send(void *ctx, struct outbox_entry *entries, size_t count)
{
    struct udp_set *set = ctx;
    size_t done = 0;

    while (done < count) {
        uint16_t door = entries[done].path->door;
        size_t run = 1;

        while (run < UDP_SEND_SLOTS && done + run < count && entries[done + run].path->door == door)
            run++;
        if (door < set->count) {
            send_run(set->doors[door], entries + done, run);
        } else {
            for (size_t i = 0; i < run; i++)
                fail(set, &entries[done + i], ENODEV); /* a member's door that a new configuration no longer has */
        }
        done += run;
    }
}

static void resume(struct udp *udp)
{
    udp->waiting = false;
    udp->set->sink.writable(udp->set->sink.ctx, udp->door);
}

static void on_writable(struct ev_loop *loop, ev_io *w, int revents)
{
    (void)revents;
    ev_io_stop(loop, w);
    resume(w->data);
}

static void on_paused(struct ev_loop *loop, ev_timer *w, int revents)
{
    (void)loop;
    (void)revents;
    resume(w->data);
}

void udp_send_init(struct udp *udp)
{
    ev_io_init(&udp->writer, on_writable, udp->fd, EV_WRITE);
    ev_timer_init(&udp->pause, on_paused, UDP_PAUSE_S, 0.);
    udp->writer.data = udp;
    udp->pause.data = udp;
}

void udp_send_done(struct udp *udp)
{
    ev_io_stop(udp->set->loop, &udp->writer);
    ev_timer_stop(udp->set->loop, &udp->pause);
}
