/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Distributes time and ICMP errors to the files of this folder, and decides claims. */
#include "core/plain_server/plain_server.h"

#include "core/plain_server/idle.h"
#include "core/plain_server/liveness.h"
#include "core/plain_server/plain_delivery.h"
#include "core/plain_server/plain_reply.h"
#include "core/plain_server/plain_requests.h"
#include "core/plain_server/plain_state.h"
#include "core/room/apply.h"
#include "core/room/room_ops.h"

#include <roomd/status.h>
#include <stdlib.h>

int plain_server_new(struct plain_server **ret_plain)
{
    struct plain_server *plain = calloc(1, sizeof(*plain));

    if (plain == NULL)
        return STATUS_NO_MEMORY;
    *ret_plain = plain;
    return STATUS_OK;
}

void plain_server_free(struct plain_server *plain)
{
    free(plain);
}

void plain_server_heard(struct room *room, const struct endpoint *peer)
{
    const struct member *member;

    if (room->plain->suspects.count == 0 && room->plain->claims.count == 0)
        return;
    member = registry_find_endpoint(room->registry, peer);
    if (member != NULL)
        liveness_heard(room, member);
}

void plain_server_unreachable(struct room *room, const struct moment *now, struct member *member,
                              const struct unreachable *error)
{
    struct name_claim *decided = liveness_decided_claim(room, member, error);
    struct name_claim claim;

    if (decided == NULL) {
        liveness_count_error(room, now, member, error);
        return;
    }
    claim = *decided;
    name_claims_remove(&room->plain->claims, decided);
    /* The holder's port is closed: the newcomer gets the name. */
    apply_exit(room, now, member, EXIT_VANISHED);
    plain_requests_join(room, now, &claim);
}

/* Decided as if the join had come in now, except that it can't be postponed again. */
static void decide_claims(struct room *room, const struct moment *now, int64_t due_ns)
{
    struct name_claim claim;

    while (name_claims_take(&room->plain->claims, due_ns, &claim))
        plain_requests_join(room, now, &claim);
}

void plain_server_close(struct room *room, const struct moment *now)
{
    decide_claims(room, now, MOMENT_NEVER_NS);
}

static void tick(struct room *room, const struct moment *now)
{
    idle_tick(room, now);
    decide_claims(room, now, now->mono_ns);
}

static int64_t next_tick(const struct room *room)
{
    int64_t idle_ns = idle_next_tick(room);
    int64_t claims_ns = name_claims_due_ns(&room->plain->claims);

    return idle_ns < claims_ns ? idle_ns : claims_ns;
}

static void expel(struct room *room, const struct moment *now, struct member *member,
                  enum expelled expelled, const char *reason)
{
    enum dialect_key key = expelled == EXPELLED_DISPLACED ? DIALECT_DISPLACED : DIALECT_KICKED;

    plain_reply_last_accept(room, now, member);
    plain_reply_last_line(room, now, member, key, reason);
    plain_reply_bye(room, now, member);
}

static void forget(struct room *room, struct member *member)
{
    suspects_clear(&room->plain->suspects, member);
}

const struct protocol plain_protocol = {
    .expel = expel,
    .forget = forget,
    .tick = tick,
    .next_tick = next_tick,
    .delivery = &plain_delivery,
};
