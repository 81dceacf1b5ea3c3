/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A room for the fuzz entries. Its outbox checks everything that is sent, and stops the program if
 * a plain client could not take it.
 */
#ifndef TESTS_FUZZ_SUPPORT_H
#define TESTS_FUZZ_SUPPORT_H

#include "core/model/text.h"
#include "fuzz/fuzz_input.h"

#include "core/model/transcript.h"
#include <roomd/room_admin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fuzz_room {
    struct room *room;
    struct dialect dialects[2];
    struct moment now;
    size_t sent;
};

static inline void fuzz_check_datagram(const struct outbox_entry *entry)
{
    const char *bytes = entry->bytes;
    size_t length = entry->length;

    /* Some clients take an empty one for the end of input. */
    FUZZ_CHECK(length > 0);
    FUZZ_CHECK(length <= PLAIN_LINE_MAX_BYTES);
    FUZZ_CHECK(text_is_utf8(bytes, length));
    for (size_t i = 0; i < length; i++)
        FUZZ_CHECK(bytes[i] == '\n' || ((unsigned char)bytes[i] >= 0x20 && bytes[i] != 0x7f));
}

static inline void fuzz_send(void *ctx, struct outbox_entry *entries, size_t count)
{
    struct fuzz_room *fuzz = ctx;

    for (size_t i = 0; i < count; i++) {
        fuzz_check_datagram(&entries[i]);
        entries[i].result = OUTBOX_TAKEN;
        fuzz->sent++;
    }
}

static inline void fuzz_room_open(struct fuzz_room *fuzz)
{
    struct room_setup setup = {
        .ring_bytes = ROOM_RING_MIN_BYTES,
        .config = {.limits = {.max_members = 4,
                              .max_name_codepoints = 32,
                              .max_text_bytes = 900,
                              .idle_timeout_s = 600,
                              .plain_enabled = true},
                   .access = {.plain_from = {.sets = NETWORK_SET_BIT(NETWORK_ALL)},
                              .trusted = {.sets = NETWORK_SET_BIT(NETWORK_ALL)}},
                   .title = "room",
                   .door_count = 2},
        .outbox = {.send = fuzz_send, .ctx = fuzz},
    };
    struct room_door doors[2];
    char why[DIALECT_WHY_BYTES];

    memset(fuzz, 0, sizeof(*fuzz));
    memset(doors, 0, sizeof(doors));
    FUZZ_CHECK(dialect_init(&fuzz->dialects[0], "course", DIALECT_ZH) == 0);
    FUZZ_CHECK(dialect_init(&fuzz->dialects[1], "yn", DIALECT_EN) == 0);
    FUZZ_CHECK(dialect_set(&fuzz->dialects[1], DIALECT_ACCEPT, "L {name} ok", why) == 0);
    FUZZ_CHECK(dialect_set(&fuzz->dialects[1], DIALECT_NAME_BAD, "L {name} bad", why) == 0);
    FUZZ_CHECK(dialect_set(&fuzz->dialects[1], DIALECT_BYE, "{name} bye", why) == 0);
    FUZZ_CHECK(dialect_set(&fuzz->dialects[1], DIALECT_PREFIX, "> ", why) == 0);
    for (int door = 0; door < 2; door++) {
        doors[door].dialect = &fuzz->dialects[door];
        FUZZ_CHECK(endpoint_parse("0.0.0.0:8888", &doors[door].listen) == 0);
    }
    setup.config.doors = doors;
    FUZZ_CHECK(room_new(&setup, &fuzz->room) == 0);
    fuzz->now.mono_ns = MOMENT_NS_PER_S;
}

static inline struct path fuzz_path(uint8_t selector)
{
    struct path path;

    memset(&path, 0, sizeof(path));
    endpoint_address_from_ipv4((const uint8_t[]){192, 0, 2, (uint8_t)(selector & 3)},
                               path.peer.address);
    path.peer.port = (uint16_t)(1000 + (selector >> 2 & 3));
    path.door = selector >> 4 & 1;
    return path;
}

static inline void fuzz_sweep(struct fuzz_room *fuzz)
{
    while (room_sweep(fuzz->room, &fuzz->now, 64) == SWEEP_MORE)
        ;
}

/* Every member is sent a notice once, and is owed nothing afterwards. */
static inline void fuzz_room_check(struct fuzz_room *fuzz)
{
    uint32_t members;
    size_t before;

    fuzz_sweep(fuzz);
    before = fuzz->sent;
    FUZZ_CHECK(room_notice(fuzz->room, &fuzz->now, "x", 1, &members) == 0);
    FUZZ_CHECK(members == room_members(fuzz->room) && members <= 4);
    fuzz_sweep(fuzz);
    FUZZ_CHECK(fuzz->sent - before == members);
    for (uint32_t seat = 0; seat < room_seats(fuzz->room); seat++) {
        struct room_member member;

        FUZZ_CHECK(!room_member(fuzz->room, seat, &member) || member.owed == 0);
    }
}

static inline void fuzz_room_close(struct fuzz_room *fuzz)
{
    room_free(fuzz->room);
}

#endif
