/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The network between two stages. */
#include "support/two_rooms.h"

#include <criterion/criterion.h>
#include <string.h>

static struct endpoint door_of(size_t room, uint16_t door)
{
    uint8_t host = (uint8_t)(room + 1);
    struct endpoint endpoint = {.port = (uint16_t)(host * 1000 + door + 1)};

    endpoint_address_from_ipv4((const uint8_t[]){192, 0, 2, host}, endpoint.address);
    return endpoint;
}

void two_rooms_open(struct two_rooms *rooms, const struct dialect *const dialects[2][2])
{
    for (size_t room = 0; room < 2; room++) {
        struct stage *stage = &rooms->stages[room];

        stage_open(stage);
        for (uint16_t door = 0; door < 2; door++)
            stage->doors[door] =
                (struct room_door){.listen = door_of(room, door), .dialect = dialects[room][door]};
        cr_assert_eq(stage_start(stage), 0);
    }
}

void two_rooms_close(struct two_rooms *rooms)
{
    stage_done(&rooms->stages[0]);
    stage_done(&rooms->stages[1]);
}

const struct dialect *two_rooms_dialect(const struct two_rooms *rooms, size_t room, uint16_t door)
{
    return rooms->stages[room].doors[door].dialect;
}

static void receive(struct two_rooms *rooms, size_t room, uint16_t door,
                    const struct endpoint *from, const char *bytes, size_t length)
{
    struct path path = {.peer = *from, .door = door};

    memcpy(path.local, door_of(room, door).address, sizeof(path.local));
    stage_send_bytes(&rooms->stages[room], &path, bytes, length);
}

/* Delivers what a room has sent to the doors of the other. Returns how many datagrams that were. */
static size_t carry(struct two_rooms *rooms, size_t from)
{
    struct stage *stage = &rooms->stages[from];
    size_t carried = 0;

    stage_sweep(stage);
    for (size_t i = 0; i < stage->outbox.count && carried < TWO_ROOMS_ENDLESS; i++) {
        const struct fake_datagram datagram = stage->outbox.sent[i];
        struct endpoint source = door_of(from, datagram.path.door);

        for (uint16_t door = 0; door < 2; door++) {
            struct endpoint target = door_of(1 - from, door);

            if (!endpoint_equal(&datagram.path.peer, &target))
                continue;
            receive(rooms, 1 - from, door, &source, datagram.bytes, datagram.length);
            carried++;
        }
    }
    fake_outbox_clear(&stage->outbox);
    return carried;
}

void two_rooms_wait_ms(struct two_rooms *rooms, int64_t ms)
{
    for (size_t room = 0; room < 2; room++) {
        struct stage *stage = &rooms->stages[room];

        stage->now.mono_ns += ms * MOMENT_NS_PER_MS;
        stage->now.wall_ns += ms * MOMENT_NS_PER_MS;
        if (room_next_tick(stage->room) <= stage->now.mono_ns)
            room_tick(stage->room, &stage->now);
    }
}

size_t two_rooms_forge(struct two_rooms *rooms, size_t victim, uint16_t door, uint16_t from_door,
                       const char *bytes)
{
    struct endpoint source = door_of(1 - victim, from_door);
    size_t caused = 0;

    receive(rooms, victim, door, &source, bytes, strlen(bytes));
    for (unsigned silent = 0; silent < 4 && caused < TWO_ROOMS_ENDLESS;) {
        size_t carried = carry(rooms, 0) + carry(rooms, 1);

        caused += carried;
        silent = carried > 0 ? 0 : silent + 1;
        two_rooms_wait_ms(rooms, carried > 0 ? 1 : 300);
    }
    return caused;
}
