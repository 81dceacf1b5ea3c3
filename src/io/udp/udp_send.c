/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Sending: the outbox over all doors. An error affects only its own datagram. A path that takes
 * nothing now holds back its own entries, and a door that is full all entries behind it.
 */
#include "base/log.h"
#include "io/timer.h"
#include "io/udp/udp_internal.h"

#include <errno.h>
#include <sodium/randombytes.h>
#include <string.h>

/*
 * With ENOMEM the socket stays writable, so EPOLLOUT would spin. This pause lets the kernel find
 * memory.
 */
#define UDP_PAUSE_S 0.005

/*
 * After 200 ms without one datagram taken, the first one is given up so that those behind it can
 * move.
 */
#define UDP_PAUSES_MAX 40

#define UDP_INTERRUPTED_MAX 8

/*
 * Two ICMP errors within the microsecond between two calls are rare, four should not happen. An
 * error of the entry itself costs this many calls.
 */
#define UDP_PENDING_MAX 4

/* Attempts made for the first entry. */
struct attempt {
    unsigned interrupted;
    unsigned pending; /* errors that may have been pending at the socket and are now cleared */
};

enum verdict {
    VERDICT_AGAIN,
    VERDICT_LATER,
    VERDICT_PATH_LATER,
    VERDICT_FAILED,
};

/* Returns how many were taken, at least 1, or the negative errno of the first. */
static int transmit(const struct udp *udp, struct mmsghdr *headers, size_t count)
{
    int taken = sendmmsg(udp->fd, headers, (unsigned)count, MSG_DONTWAIT);

    if (taken == 0)
        return -EIO; /* should not happen; do not retry for ever */
    return taken < 0 ? -errno : taken;
}

static enum verdict wait_writable(struct udp *udp)
{
    udp->set->stats.send_blocked++;
    udp->waiting = true;
    udp_paths_trouble(udp);
    watch_start(&udp->writer);
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
    timer_start(udp->set->loop, &udp->pause, UDP_PAUSE_S);
    return VERDICT_LATER;
}

/*
 * Our address may have changed since the member wrote to it. Its program may still accept the
 * datagram from the new one.
 */
static enum verdict unpin_source(struct udp_send_batch *batch, size_t message)
{
    struct msghdr *header = &batch->headers[message].msg_hdr;

    if (header->msg_control == NULL)
        return VERDICT_FAILED;
    header->msg_control = NULL;
    header->msg_controllen = 0;
    batch->followed[message] = false;
    return VERDICT_AGAIN;
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

/* The remaining entries of one door that are sent together. */
struct run {
    struct udp *udp;
    struct outbox_entry *entries;
    size_t count;
    size_t message, messages; /* the next one, and the end, in the batch */
    struct attempt attempt;
};

static void fill(struct run *run, bool together)
{
    run->message = 0;
    run->messages = udp_gso_fill(run->udp, run->entries, run->count, together);
    run->attempt = (struct attempt){0};
}

/* Records `result` for the entries of the next `messages` messages. */
static void advance(struct run *run, size_t messages, enum outbox_result result)
{
    const struct udp_send_batch *batch = &run->udp->set->send;
    size_t entries = 0;

    for (size_t i = run->message; i < run->message + messages; i++) {
        entries += batch->spans[i];
        if (result == OUTBOX_TAKEN && batch->followed[i])
            udp_paths_sent(run->udp, batch->places[i], batch->spans[i]);
    }
    set_results(run->entries, entries, result);
    if (result == OUTBOX_TAKEN)
        run->udp->set->stats.sent += entries;
    run->entries += entries;
    run->count -= entries;
    run->message += messages;
    run->attempt = (struct attempt){0};
}

/* A pause that has lasted too long may end with several datagrams in one message. */
static void fail_message(struct run *run, int error)
{
    uint8_t span = run->udp->set->send.spans[run->message];

    for (uint8_t i = 0; i < span; i++)
        fail(run->udp->set, &run->entries[i], error);
    advance(run, 1, OUTBOX_FAILED);
}

/*
 * An error of a message with several datagrams may concern the message only: a path that takes none
 * that long, or a device that can't compute the checksums. Sending each by itself tells.
 */
static bool must_split(const struct run *run, int error)
{
    if (run->udp->set->send.spans[run->message] == 1)
        return false;
    switch (error) {
    case EAGAIN:
    case ENOBUFS:
    case ENOMEM:
    case EINTR:
        return false;
    default:
        return !udp_errqueue_may_be_pending(error) || run->attempt.pending >= UDP_PENDING_MAX;
    }
}

/* The number of messages to the path of the first one. */
static size_t count_of_path(const struct run *run)
{
    const uint8_t *spans = run->udp->set->send.spans;
    size_t entries = 0, messages = 0;

    while (run->message + messages < run->messages &&
           run->entries[entries].path == run->entries->path)
        entries += spans[run->message + messages++];
    return messages;
}

/* On the first message of the rest of the run. */
static enum verdict verdict_of(struct run *run, int error)
{
    struct udp *udp = run->udp;
    struct attempt *attempt = &run->attempt;

    if (udp_errqueue_may_be_pending(error) && attempt->pending++ < UDP_PENDING_MAX)
        return VERDICT_AGAIN;
    switch (error) {
    case EAGAIN:
        return wait_writable(udp);
    case ENOBUFS:
        udp_paths_refused(udp, run->entries->path);
        return VERDICT_PATH_LATER;
    case ENOMEM:
        return wait_pause(udp);
    case EINTR:
        return attempt->interrupted++ < UDP_INTERRUPTED_MAX ? VERDICT_AGAIN : wait_pause(udp);
    case EINVAL:
    case EADDRNOTAVAIL:
    case ENETUNREACH:
    case ENODEV:
        return unpin_source(&udp->set->send, run->message);
    default:
        return VERDICT_FAILED;
    }
}

/* Offers the rest of the run once. */
static void offer(struct run *run)
{
    struct udp *udp = run->udp;
    struct mmsghdr *headers = udp->set->send.headers + run->message;
    size_t offered = run->messages - run->message;
    int taken = transmit(udp, headers, offered);

    /*
     * sendmmsg does not report the error that stopped it after the first message, and that call may
     * have cleared the pending error.
     */
    if (taken < (int)offered)
        udp->errors_wait = true;
    if (taken > 0) {
        advance(run, (size_t)taken, OUTBOX_TAKEN);
        udp->pauses = 0;
        return;
    }
    if (must_split(run, -taken)) {
        udp->no_gso = udp->no_gso || taken == -EIO;
        fill(run, false);
        return;
    }
    switch (verdict_of(run, -taken)) {
    case VERDICT_AGAIN:
        break;
    case VERDICT_LATER:
        advance(run, offered, OUTBOX_LATER);
        break;
    case VERDICT_PATH_LATER:
        advance(run, count_of_path(run), OUTBOX_PATH_LATER);
        break;
    case VERDICT_FAILED:
        fail_message(run, -taken);
        break;
    }
}

/* At most UDP_SEND_SLOTS entries of one door, of paths that may be sent to. */
static void send_run(struct udp *udp, struct outbox_entry *entries, size_t count)
{
    struct run run = {.udp = udp, .entries = entries, .count = count};

    fill(&run, !udp->no_gso);
    while (run.message < run.messages)
        offer(&run);
}

/*
 * The number of entries before the first one whose path must wait; `*put_off` is the number of
 * entries of that path.
 */
static size_t count_open(struct udp *udp, struct outbox_entry *entries, size_t count,
                         size_t *put_off)
{
    size_t open = 0;

    *put_off = 0;
    if (!udp_paths_are_watched(udp))
        return count;
    while (open < count) {
        const struct path *path = entries[open].path;
        size_t end = open;

        while (end < count && entries[end].path == path)
            end++;
        if (!udp_paths_may_send(udp, &entries[open])) {
            *put_off = end - open;
            break;
        }
        open = end;
    }
    return open;
}

/* At most UDP_SEND_SLOTS entries of one door. */
static void send_door(struct udp *udp, struct outbox_entry *entries, size_t count)
{
    size_t done = 0;

    if (!udp->waiting)
        udp_paths_measure(udp, count);
    while (!udp->waiting && done < count) {
        size_t put_off, open = count_open(udp, entries + done, count - done, &put_off);

        if (open > 0)
            send_run(udp, entries + done, open);
        done += open;
        if (udp->waiting)
            break;
        set_results(entries + done, put_off, OUTBOX_PATH_LATER);
        done += put_off;
    }
    if (done < count) /* the door has become full: also for paths that would wait anyway */
        set_results(entries + done, count - done, OUTBOX_LATER);
}

void udp_outbox_send(void *ctx, struct outbox_entry *entries, size_t count)
{
    struct udp_set *set = ctx;
    size_t done = 0;

    while (done < count) {
        uint16_t door = entries[done].path->door;
        size_t most = count - done < UDP_SEND_SLOTS ? count - done : UDP_SEND_SLOTS;
        size_t run = 1;

        while (run < most && entries[done + run].path->door == door)
            run++;
        if (door < set->count) {
            send_door(set->doors[door], entries + done, run);
        } else {
            /* The member's door was removed by a reload. */
            for (size_t i = 0; i < run; i++)
                fail(set, &entries[done + i], ENODEV);
        }
        done += run;
    }
}

bool udp_outbox_waits(void *ctx, const struct path *path)
{
    struct udp_set *set = ctx;

    return path->door < set->count && udp_paths_waits(set->doors[path->door], path);
}

static void resume(struct udp *udp)
{
    udp->waiting = false;
    udp->set->sink.writable(udp->set->sink.ctx, udp->door);
}

static void on_writable(void *ctx)
{
    struct udp *udp = ctx;

    watch_stop(&udp->writer);
    udp_errqueue_drain(udp); /* while it holds something, libev takes the door for writable */
    resume(udp);
}

static void on_paused(struct ev_loop *loop, ev_timer *w, int revents)
{
    (void)loop;
    (void)revents;
    resume(w->data);
}

static void on_check(struct ev_loop *loop, ev_timer *w, int revents)
{
    (void)loop;
    (void)revents;
    udp_errqueue_drain(w->data); /* also while the door does not receive */
    udp_paths_check(w->data);
}

void udp_send_init(struct udp *udp)
{
    watch_init(&udp->writer, udp->set->loop, udp->text, on_writable, udp);
    watch_set(&udp->writer, udp->fd, EV_WRITE);
    ev_timer_init(&udp->pause, on_paused, UDP_PAUSE_S, 0.);
    ev_timer_init(&udp->paths.check, on_check, 0., 0.); /* udp_paths.c starts it */
    randombytes_buf(udp->paths.key, sizeof(udp->paths.key));
    udp->pause.data = udp;
    udp->paths.check.data = udp;
}

void udp_send_done(struct udp *udp)
{
    watch_stop(&udp->writer);
    ev_timer_stop(udp->set->loop, &udp->pause);
    ev_timer_stop(udp->set->loop, &udp->paths.check);
}
