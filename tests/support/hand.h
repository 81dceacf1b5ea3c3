/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A hand that writes the datagrams of sequenced members, and reads what they are sent: no machine,
 * no timers. A member is known by its port, as on the stage.
 */
#ifndef TESTS_SUPPORT_HAND_H
#define TESTS_SUPPORT_HAND_H

#include "core/sequenced_wire/sequenced_down.h"
#include "core/sequenced_wire/sequenced_events.h"
#include "core/sequenced_wire/sequenced_handshake.h"
#include "core/sequenced_wire/sequenced_up.h"
#include "support/stage.h"

/* One member, as it knows itself. */
struct hand {
    struct stage *stage;
    struct path path;
    uint64_t nonce, epoch, token, position;
    uint32_t packet, member;
    uint16_t run;
    size_t read; /* datagrams to its port that hand_next has looked at */
    uint8_t cookie[SEQUENCED_COOKIE_MAX_BYTES];
    size_t cookie_length;
    struct sequenced_welcome welcome; /* its slices point into the outbox */
    struct sequenced_refusal refusal;
};

void hand_init(struct hand *hand, struct stage *stage, uint16_t port);

/* HELLO with this nonce; passes over what was sent before; true where CHALLENGE came, whose cookie
 * is kept. */
bool hand_hello(struct hand *hand, uint64_t nonce);

/* JOIN with nonce and cookie; `resume` with what it knows. True where WELCOME came; else `refusal`
 * says why, or has the code 0. */
bool hand_join(struct hand *hand, const char *name, bool resume);

/* Both, on a stage that is then swept; what was sent is still there. True where it is in. */
bool hand_enter(struct hand *hand, uint64_t nonce, const char *name);

/* An UP with these frames, its next packet, and its position. */
void hand_up(struct hand *hand, const struct sequenced_up_frame *frames, size_t count);
void hand_say(struct hand *hand, uint32_t number, const char *text);
void hand_rename(struct hand *hand, uint32_t number, const char *name);
void hand_report(struct hand *hand, uint64_t position);
void hand_missing(struct hand *hand, uint64_t first, uint64_t length);

/* The next datagram to it that it has not looked at, or NULL. */
const struct fake_datagram *hand_next(struct hand *hand);

/* The first frame of that kind in any DOWN to it since then; false where there is none. Looks at
 * all that is there. */
bool hand_told(struct hand *hand, enum sequenced_down_kind kind,
               struct sequenced_down_frame *ret_frame);

/* Reads the next EVENTS; false where there is none left. Passes over all else. */
bool hand_events(struct hand *hand, struct sequenced_events *ret_events);

/* All events in the EVENTS to it since then, as "+alice 1:hello -alice" (time and numbers left
 * out), in the order of their numbers where they come so. */
const char *hand_heard(struct hand *hand, char *text, size_t size);

#endif
