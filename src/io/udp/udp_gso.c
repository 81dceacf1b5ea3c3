/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Turns outbox entries into messages for sendmmsg. Consecutive datagrams to one member become one
 * message, which the kernel segments (UDP_SEGMENT, since Linux 4.18), so that they cross its layers
 * together.
 */
#include "io/udp/udp_internal.h"

#include <linux/net_tstamp.h>
#include <netinet/udp.h>
#include <string.h>

/* The kernel's own limits are 64 segments and the length of an IP datagram. */
#define SEGMENTS_MAX       64U
#define SEGMENTS_BYTES_MAX 65000U

void udp_gso_init(struct udp_send_batch *batch)
{
    for (size_t i = 0; i < UDP_SEND_SLOTS; i++) {
        batch->headers[i].msg_hdr.msg_name = &batch->peers[i];
    }
}

/* Appends a control message behind the first `used` bytes. Returns the total length. */
static size_t add_control(struct udp_send_control *bytes, size_t used, int level, int type,
                          const void *data, size_t length)
{
    struct cmsghdr *control = (struct cmsghdr *)(void *)(bytes->bytes + used);

    control->cmsg_level = level;
    control->cmsg_type = type;
    control->cmsg_len = CMSG_LEN(length);
    memcpy(CMSG_DATA(control), data, length);
    return used + CMSG_SPACE(length);
}

/*
 * Makes the datagram leave from the address that the member wrote to. Returns the length of the
 * control messages.
 */
static size_t write_source(const struct path *path, struct udp_send_control *control)
{
    memset(control, 0, sizeof(*control));
    if (endpoint_address_is_any(path->local))
        return 0;
    if (endpoint_address_is_ipv4(path->local)) {
        struct in_pktinfo info = {0};

        memcpy(&info.ipi_spec_dst, path->local + ENDPOINT_ADDRESS_BYTES - sizeof(info.ipi_spec_dst),
               sizeof(info.ipi_spec_dst));
        return add_control(control, 0, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
    }
    struct in6_pktinfo info = {0};

    memcpy(&info.ipi6_addr, path->local, ENDPOINT_ADDRESS_BYTES);
    /* The routing table chooses the interface, but a link-local source needs its own. */
    if (endpoint_address_is_link_local(path->local))
        info.ipi6_ifindex = path->peer.scope;
    return add_control(control, 0, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info));
}

/*
 * Reuses the control message of this slot if the source address is the same. It usually is: most
 * members have written to one address.
 */
static size_t pin_source(const struct path *path, struct udp_send_batch *batch, size_t message)
{
    struct udp_send_source *source = &batch->sources[message];

    if (source->known && memcmp(source->address, path->local, sizeof(source->address)) == 0)
        return source->length;
    source->length = (uint8_t)write_source(path, &batch->controls[message]);
    memcpy(source->address, path->local, sizeof(source->address));
    /* With a link-local address the control message also depends on the peer. */
    source->known = !endpoint_address_is_link_local(path->local);
    return source->length;
}

/*
 * How many of the entries may be one message: all segments are as long as the first; the last may
 * be shorter.
 */
static size_t count_segments(const struct outbox_entry *entries, size_t count)
{
    size_t bytes = entries[0].length, span = 1;

    if (count == 1 || entries[1].path != entries[0].path) /* always, in a quiet room */
        return 1;
    while (span < count && span < SEGMENTS_MAX && entries[span].path == entries[0].path &&
           entries[span].length > 0 && entries[span].length <= entries[0].length &&
           bytes + entries[span].length <= SEGMENTS_BYTES_MAX) {
        bytes += entries[span].length;
        span++;
        if (entries[span - 1].length < entries[0].length)
            break;
    }
    return span;
}

static void prepare(struct udp_send_batch *batch, size_t message,
                    const struct outbox_entry *entries, size_t first, size_t span)
{
    struct msghdr *header = &batch->headers[message].msg_hdr;
    struct iovec *pieces = &batch->pieces[first];
    const struct path *path = entries[first].path;
    uint16_t segment = (uint16_t)entries[first].length;

    header->msg_namelen = sockaddr_from_endpoint(&path->peer, &batch->peers[message]);
    header->msg_controllen = pin_source(path, batch, message);
    if (span > 1)
        header->msg_controllen = add_control(&batch->controls[message], header->msg_controllen,
                                             SOL_UDP, UDP_SEGMENT, &segment, sizeof(segment));
    header->msg_control = header->msg_controllen > 0 ? &batch->controls[message] : NULL;
    header->msg_iov = pieces;
    header->msg_iovlen = span;
    for (size_t i = 0; i < span; i++) {
        pieces[i].iov_base = (void *)entries[first + i].bytes; /* sendmmsg only reads it */
        pieces[i].iov_len = entries[first + i].length;
    }
}

/* Asks the kernel to report when the message leaves, if its path is followed. */
static void follow(struct udp *udp, size_t message, const struct path *path)
{
    struct udp_send_batch *batch = &udp->set->send;
    struct msghdr *header = &batch->headers[message].msg_hdr;
    uint32_t wish = SOF_TIMESTAMPING_TX_SOFTWARE;

    batch->followed[message] = udp_paths_follow(udp, path, &batch->places[message]);
    if (!batch->followed[message])
        return;
    header->msg_controllen = add_control(&batch->controls[message], header->msg_controllen,
                                         SOL_SOCKET, SO_TIMESTAMPING, &wish, sizeof(wish));
    header->msg_control = &batch->controls[message];
}

size_t udp_gso_fill(struct udp *udp, const struct outbox_entry *entries, size_t count,
                    bool together)
{
    struct udp_send_batch *batch = &udp->set->send;
    size_t messages = 0;

    udp->paths.run++;
    for (size_t done = 0; done < count; done += batch->spans[messages++]) {
        bool joined = together && !udp_paths_is_slow(udp, entries[done].path);

        batch->spans[messages] =
            (uint8_t)(joined ? count_segments(entries + done, count - done) : 1);
        prepare(batch, messages, entries, done, batch->spans[messages]);
        follow(udp, messages, entries[done].path);
    }
    return messages;
}
