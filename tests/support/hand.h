/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A sequenced member by hand: writes its datagrams and reads those sent to it, without a state
 * machine or timers. A member is identified by its port, as on the stage.
 */
#ifndef TESTS_SUPPORT_HAND_H
#define TESTS_SUPPORT_HAND_H

#include "core/sequenced_wire/sequenced_down.h"
#include "core/sequenced_wire/sequenced_events.h"
#include "core/sequenced_wire/sequenced_handshake.h"
#include "core/sequenced_wire/sequenced_up.h"
#include "support/stage.h"

/* One member's own state. */
struct hand {
    struct stage *stage;
    struct path path;
    uint64_t nonce, epoch, token, position, ahead;
    uint32_t packet, member;
    uint16_t run;
    uint16_t received, lost, delay; /* as its UPs report them */
    size_t read;                    /* how many datagrams to its port hand_next has returned */
    uint8_t cookie[SEQUENCED_COOKIE_MAX_BYTES];
    size_t cookie_length;
    struct sequenced_welcome welcome; /* its slices point into the outbox */
    struct sequenced_refusal refusal;
};

void hand_init(struct hand *hand, struct stage *stage, uint16_t port);

/*
 * Sends HELLO with this nonce, and skips what was sent before. True if a CHALLENGE came; its cookie
 * is kept.
 */
bool hand_hello(struct hand *hand, uint64_t nonce);

/*
 * Sends JOIN with nonce and cookie, with `resume` also its session. True if a WELCOME came; else
 * `refusal` holds the REFUSAL, or the code 0.
 */
bool hand_join(struct hand *hand, const char *name, bool resume);

/* hand_hello, hand_join and a sweep; the datagrams sent can still be read. True if it is in. */
bool hand_enter(struct hand *hand, uint64_t nonce, const char *name);

/* Sends an UP with these frames, its next packet number, and its position. */
void hand_up(struct hand *hand, const struct sequenced_up_frame *frames, size_t count);
void hand_say(struct hand *hand, uint32_t number, const char *text);
void hand_rename(struct hand *hand, uint32_t number, const char *name);
void hand_report(struct hand *hand, uint64_t position);
void hand_missing(struct hand *hand, uint64_t first, uint64_t length);

/* The next datagram to it that was not read yet, or NULL. */
const struct fake_datagram *hand_next(struct hand *hand);

/*
 * The first frame of that kind in the DOWNs not read yet; false if there is none. Reads all
 * datagrams.
 */
bool hand_told(struct hand *hand, enum sequenced_down_kind kind,
               struct sequenced_down_frame *ret_frame);

/* Reads the next EVENTS, and skips all else; false if there is none. */
bool hand_events(struct hand *hand, struct sequenced_events *ret_events);

/* Reads all EVENTS; returns how many there were. */
size_t hand_count_events(struct hand *hand);

/*
 * Reads all events not read yet, as "+alice 1:hello -alice" (without times and numbers), in the
 * order of arrival.
 */
const char *hand_heard(struct hand *hand, char *text, size_t size);

#endif
