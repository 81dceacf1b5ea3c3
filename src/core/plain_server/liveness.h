/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Members whose program is gone without an exit. Nobody is removed for one ICMP error, which is a hint and may be forged; a live member never loses its name.
 */
#ifndef ROOMD_CORE_PLAIN_SERVER_LIVENESS_H
#define ROOMD_CORE_PLAIN_SERVER_LIVENESS_H

#include "core/model/registry.h"
#include <roomd/endpoint.h>
#include <roomd/moment.h>
#include <roomd/room.h>
#include <stdbool.h>
#include <stdint.h>

/* Members suspected at one time: a lab whose power fails is seen off so many at a time, a few seconds each. */
#define VANISH_SUSPECTS_MAX 1024U

/* Names asked for at one time by somebody at their holder's address. One more is told "taken" at once. */
#define VANISH_CONTESTS_MAX 32U

/* An error came back from this member, and it has not been heard since. */
struct suspect {
    struct member *member;
    int64_t counted_ns; /* when the last error was counted */
    int64_t probe_ns;   /* when it is probed next */
    uint8_t errors;     /* counted so far */
    uint8_t probes;     /* sent since the last error */
};

/* Somebody at the holder's own address has asked for its name, and waits for the answer until the holder has had time to refuse a probe. */
struct contest {
    struct path path; /* of the newcomer */
    uint64_t holder;  /* member number */
    int64_t deadline_ns;
    char name[ROOM_NAME_MAX_BYTES]; /* as asked for */
    uint8_t name_len;
    bool newline;
};

struct vanish {
    struct suspect suspects[VANISH_SUSPECTS_MAX];
    struct contest contests[VANISH_CONTESTS_MAX];
    uint32_t suspect_count;
    uint32_t contest_count;
    int64_t quiet_since_ns;  /* nobody was sent an event since then, nor a round of probes begun */
    uint32_t round_position; /* of the round of probes under way: the next member to look at */
    bool round_active;
};

/* An event goes out to everybody: nobody need be probed for a while. */
void vanish_event(struct room *room, const struct moment *now);

/* The member was heard, or is about to be removed: it is suspected no longer. Cheap where it was not. */
void vanish_clear(struct room *room, struct member *member);

/*
 * A stranger asks for the name of `holder`. True: they share an address, the holder is being probed, and the join will be decided by requests_join within VANISH_CONTEST_MS; it must not be
 * answered now.
 */
bool vanish_contest(struct room *room, const struct moment *now, const struct path *path, const char *name,
                    size_t name_len, bool newline, struct member *holder);

/* Does what is due, a bounded amount of it. */
void vanish_tick(struct room *room, const struct moment *now);
int64_t vanish_next_tick(const struct room *room);

/* ---- for suspects.c, liveness.c and name_claims.c ---- */

struct suspect *vanish_find_suspect(struct vanish *vanish, const struct member *member);
void vanish_drop_suspect(struct vanish *vanish, struct suspect *suspect);
void vanish_count_error(struct room *room, const struct moment *now, struct member *member);
void vanish_probe_suspects(struct room *room, const struct moment *now);
bool vanish_is_round_due(const struct room *room, int64_t now_ns);
void vanish_probe_round(struct room *room, const struct moment *now);

#endif
