/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Paths that take less than we send. A datagram counts against the door's send buffer until its
 * interface has sent it, so one slow link would fill the buffer of everybody. While a door's queue
 * stands, the kernel is asked to report when datagrams leave (SO_TIMESTAMPING, one control message
 * each), and a path with several that have not left waits by itself.
 *
 * Not every driver reports. So a path without any report is let through after a while, as long as
 * the queue is short: then a full door holds back everybody, as it must. While the queue is long,
 * nothing is sent that can't be followed.
 */
#include "io/timer.h"
#include "io/udp/udp_internal.h"

#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <roomd/moment.h>
#include <sodium/crypto_shorthash.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

/* The queue is measured once for so many datagrams, so that a quiet room does not pay for it. */
#define MEASURE_DATAGRAMS 32U

/* A queue stands if it was longer than this share of the send buffer each time, for so long. */
#define STANDING_SHARE 8
#define STANDING_NS    (50 * MOMENT_NS_PER_MS)

/* Beyond this share, a path with one datagram in the queue gets no second one. */
#define LONG_SHARE 4

/* This long after the last sign of a slow path, datagrams are no longer followed. */
#define CALM_NS (10 * MOMENT_NS_PER_S)

/*
 * Datagrams of one path in the queue: enough to keep a slow link busy from one turn of the loop to
 * the next.
 */
#define WINDOW 8U

/* Beyond that, for answers. */
#define ANSWERS 8U

/* A path whose datagrams are not reported for this long is stuck, or has a driver that can't. */
#define SILENT_NS (2 * MOMENT_NS_PER_S)

/* A path whose queue was full (ENOBUFS) is tried again after this time. */
#define REFUSED_NS (20 * MOMENT_NS_PER_MS)

/* How often waiting paths are looked at, beside each report. */
#define CHECK_S 0.02

/*
 * Reports asked for paths that have none outstanding, in a millisecond, unless the queue is long.
 * They cost about as much as the datagrams themselves.
 */
#define SAMPLES   64U
#define SAMPLE_NS MOMENT_NS_PER_MS

/* The kernel may have counted datagrams that it then did not take: at most so many in a row. */
#define SKIPPED_MAX 4096U

/* So many reports that fit nothing in a row show that our count is wrong. */
#define STRAYS_MAX 64U

static int64_t read_clock(void)
{
    struct timespec time = {0, 0};

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * MOMENT_NS_PER_S + time.tv_nsec;
}

/* ---- the table ---- */

/* Keyed (SipHash), so that nobody can choose ports that fill the set of somebody else. */
static struct udp_place *first_of_set(struct udp_paths *paths, const struct endpoint *peer)
{
    uint8_t digest[crypto_shorthash_BYTES];
    uint32_t set;

    crypto_shorthash(digest, (const uint8_t *)peer, sizeof(*peer), paths->key);
    memcpy(&set, digest, sizeof(set));
    return &paths->places[set % (UDP_PLACES / UDP_PLACE_WAYS) * UDP_PLACE_WAYS];
}

static struct udp_place *find(struct udp_paths *paths, const struct endpoint *peer)
{
    struct udp_place *set = first_of_set(paths, peer);

    for (size_t i = 0; i < UDP_PLACE_WAYS; i++) {
        if (set[i].generation != 0 && endpoint_equal(&set[i].peer, peer))
            return &set[i];
    }
    return NULL;
}

/* Number of its datagrams that have not left. */
static uint32_t queued_of(const struct udp_place *place)
{
    return place->sent - place->left;
}

/* A place for one more path, or NULL if all that it might have are in use. */
static struct udp_place *find_free(struct udp_paths *paths, const struct endpoint *peer)
{
    struct udp_place *set = first_of_set(paths, peer);

    for (size_t i = 0; i < UDP_PLACE_WAYS; i++) {
        if (queued_of(&set[i]) == 0 && !set[i].held && set[i].run != paths->run)
            return &set[i];
    }
    return NULL;
}

static struct udp_place *find_or_add(struct udp_paths *paths, const struct endpoint *peer)
{
    struct udp_place *place = find(paths, peer);

    if (place == NULL) {
        place = find_free(paths, peer);
        if (place == NULL)
            return NULL;
        *place = (struct udp_place){.peer = *peer, .generation = ++paths->generation};
    }
    place->run = paths->run;
    return place;
}

/* ---- the queue ---- */

static bool is_long(const struct udp_paths *paths)
{
    return paths->queued > paths->buffer / LONG_SHARE;
}

/* True if anything was put off, and `writable` not called since. */
static bool is_awaited(const struct udp_paths *paths)
{
    return paths->held > 0 || paths->unplaced;
}

static void measure(struct udp *udp)
{
    struct udp_paths *paths = &udp->paths;
    socklen_t length = sizeof(paths->buffer);

    paths->now_ns = read_clock();
    if (paths->buffer == 0 &&
        getsockopt(udp->fd, SOL_SOCKET, SO_SNDBUF, &paths->buffer, &length) != 0)
        paths->buffer = UDP_BUFFER_BYTES;
    if (ioctl(udp->fd, SIOCOUTQ, &paths->queued) != 0)
        paths->queued = 0;
    if (paths->queued <= paths->buffer / STANDING_SHARE)
        paths->standing_ns = 0;
    else if (paths->standing_ns == 0)
        paths->standing_ns = paths->now_ns;
    if (paths->now_ns - paths->sampled_ns >= SAMPLE_NS) {
        paths->sampled_ns = paths->now_ns;
        paths->samples = SAMPLES;
    }
}

/*
 * The option stays set: without one more flag for each datagram it costs nothing, and the kernel's
 * numbers go on.
 */
static bool can_follow(struct udp *udp)
{
    int flags = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY;
    int none = 0;

    if (!udp->paths.asked) {
        udp->paths.asked = true;
        /* An inherited socket may have it set. The numbers begin at 0 when it is set anew. */
        udp->paths.first_key = udp->paths.next_key = 0;
        setsockopt(udp->fd, SOL_SOCKET, SO_TIMESTAMPING, &none, sizeof(none));
        udp->paths.able =
            setsockopt(udp->fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof(flags)) == 0;
    }
    return udp->paths.able;
}

void udp_paths_trouble(struct udp *udp)
{
    struct udp_paths *paths = &udp->paths;

    paths->trouble_ns = read_clock();
    if (!paths->following && can_follow(udp))
        paths->following = true;
}

/* Forgets what was sent before, but not the paths that wait. */
static void unfollow(struct udp_paths *paths)
{
    paths->following = false;
    for (size_t i = 0; i < UDP_PLACES; i++) {
        if (paths->places[i].generation != 0)
            paths->places[i].left = paths->places[i].sent;
    }
}

void udp_paths_measure(struct udp *udp, size_t datagrams)
{
    struct udp_paths *paths = &udp->paths;

    paths->unmeasured += datagrams;
    if (!udp_paths_are_watched(udp) && paths->unmeasured < MEASURE_DATAGRAMS)
        return;
    paths->unmeasured = 0;
    measure(udp);
    if (paths->standing_ns != 0 && paths->now_ns - paths->standing_ns >= STANDING_NS)
        udp_paths_trouble(udp);
    else if (paths->following && !is_awaited(paths) && paths->now_ns - paths->trouble_ns >= CALM_NS)
        unfollow(paths);
}

/* ---- paths that wait ---- */

static bool may_send(const struct udp_paths *paths, const struct udp_place *place)
{
    if (paths->now_ns < place->refused_until_ns)
        return false;
    return queued_of(place) < (is_long(paths) ? 1U : WINDOW) ||
           (!is_long(paths) && paths->now_ns - place->moved_ns >= SILENT_NS);
}

/*
 * Answers come beside the stream, which keeps a slow path full all the time: they would never find
 * room.
 */
static bool may_answer(const struct udp_place *place)
{
    return queued_of(place) < WINDOW + ANSWERS;
}

static void start_check(struct udp *udp)
{
    timer_start(udp->set->loop, &udp->paths.check, CHECK_S);
}

/* `place` is NULL if the path has none. */
static void hold(struct udp *udp, struct udp_place *place)
{
    struct udp_paths *paths = &udp->paths;

    paths->trouble_ns = paths->now_ns;
    if (place == NULL) {
        paths->unplaced = true;
    } else if (!place->held) {
        place->held = true;
        paths->held++;
        udp->set->stats.paths_waiting++;
        udp->set->stats.paths_put_off++;
    }
    if (!ev_is_active(&paths->check))
        start_check(udp);
}

static void release(struct udp *udp, struct udp_place *place)
{
    place->held = false;
    udp->paths.held--;
    udp->paths.released = true;
    udp->set->stats.paths_waiting--;
}

/* Those without a place try again whenever one may have become free. */
static void release_unplaced(struct udp_paths *paths)
{
    paths->released = paths->released || paths->unplaced;
    paths->unplaced = false;
}

/* The path has no place. */
static bool may_send_unknown(struct udp_paths *paths, const struct endpoint *peer)
{
    return !paths->following || !is_long(paths) || find_free(paths, peer) != NULL;
}

bool udp_paths_may_send(struct udp *udp, const struct outbox_entry *entry)
{
    struct udp_paths *paths = &udp->paths;
    struct udp_place *place = find(paths, &entry->path->peer);

    if (place == NULL ? entry->answer || may_send_unknown(paths, &entry->path->peer)
                      : may_send(paths, place) || (entry->answer && may_answer(place)))
        return true;
    hold(udp, place);
    return false;
}

bool udp_paths_waits(struct udp *udp, const struct path *path)
{
    const struct udp_place *place = udp->paths.held > 0 ? find(&udp->paths, &path->peer) : NULL;

    return place != NULL && place->held;
}

bool udp_paths_is_slow(struct udp *udp, const struct path *path)
{
    const struct udp_place *place =
        udp_paths_are_watched(udp) ? find(&udp->paths, &path->peer) : NULL;

    return place != NULL && (queued_of(place) > 0 || place->refused_until_ns != 0);
}

void udp_paths_refused(struct udp *udp, const struct path *path)
{
    struct udp_place *place = find_or_add(&udp->paths, &path->peer);

    udp_paths_trouble(udp);
    udp->paths.now_ns = udp->paths.trouble_ns;
    if (place != NULL)
        place->refused_until_ns = udp->paths.now_ns + REFUSED_NS;
    hold(udp, place);
}

void udp_paths_tell(struct udp *udp)
{
    if (!udp->paths.released)
        return;
    udp->paths.released = false;
    if (!udp->waiting)
        udp->set->sink.writable(udp->set->sink.ctx, udp->door);
}

void udp_paths_check(struct udp *udp)
{
    struct udp_paths *paths = &udp->paths;

    measure(udp);
    for (size_t i = 0; i < UDP_PLACES; i++) {
        struct udp_place *place = &paths->places[i];

        if (place->generation == 0)
            continue;
        if (paths->queued == 0) /* whatever was reported: a full error queue loses reports */
            place->left = place->sent;
        if (place->held && may_send(paths, place))
            release(udp, place);
    }
    release_unplaced(paths);
    if (paths->held > 0)
        start_check(udp);
    udp_paths_tell(udp);
}

/* ---- datagrams on their way ---- */

bool udp_paths_follow(struct udp *udp, const struct path *path, uint16_t *ret_place)
{
    struct udp_paths *paths = &udp->paths;
    struct udp_place *place;

    if (!paths->following)
        return false;
    place = find(paths, &path->peer);
    if (!is_long(paths) && (place == NULL || queued_of(place) == 0)) {
        if (paths->samples == 0)
            return false;
        paths->samples--;
    }
    place = find_or_add(paths, &path->peer);
    if (place != NULL)
        *ret_place = (uint16_t)(place - paths->places);
    return place != NULL;
}

void udp_paths_sent(struct udp *udp, uint16_t number, uint8_t datagrams)
{
    struct udp_paths *paths = &udp->paths;
    struct udp_place *place = &paths->places[number];

    if (queued_of(place) == 0)
        place->moved_ns = paths->now_ns;
    place->sent += datagrams;
    paths->keys[paths->next_key % UDP_KEYS] = (struct udp_key){.key = paths->next_key,
                                                               .generation = place->generation,
                                                               .sent = place->sent,
                                                               .place = number};
    paths->next_key++;
}

/*
 * Corrects our count of datagrams by a report that fits none. A send that fails may use up a number
 * of the kernel, so it can be ahead of us.
 */
static void correct(struct udp_paths *paths, uint32_t key)
{
    if (key - paths->first_key < paths->next_key - paths->first_key)
        return; /* its record was needed for a later message */
    if (key - paths->next_key < SKIPPED_MAX || ++paths->strays >= STRAYS_MAX) {
        paths->first_key = paths->next_key = key + 1;
        paths->strays = 0;
    }
}

void udp_paths_left(struct udp *udp, uint32_t key)
{
    struct udp_paths *paths = &udp->paths;
    const struct udp_key *record = &paths->keys[key % UDP_KEYS];
    struct udp_place *place = &paths->places[record->place];

    if (!paths->able) /* the process before us has asked for it */
        return;
    if (record->key != key || paths->next_key - key - 1 >= UDP_KEYS) {
        correct(paths, key);
        return;
    }
    paths->strays = 0;
    /* Another path may have the place by now. A queue keeps the order: all before it have left. */
    if (place->generation != record->generation || record->sent - place->left > queued_of(place))
        return;
    place->left = record->sent;
    place->moved_ns = read_clock();
    if (place->held && may_send(paths, place))
        release(udp, place);
    if (queued_of(place) == 0)
        release_unplaced(paths);
}
