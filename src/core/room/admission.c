/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Token buckets by address and prefix, and by member; budgets of addresses that may be forged. */
#include "core/room/admission.h"

#include "core/room/room_ops.h"

#include <string.h>

/* The limits of one action for an address and for its prefix. */
struct rates {
    enum bucket_kind address_kind, prefix_kind;
    struct bucket_rate address, prefix;
};

/*
 * Answers are too small to make a flood worthwhile, but still nobody's address may be made to
 * receive many of them.
 */
static const struct rates answer_rates = {
    .address_kind = BUCKET_ANSWER_ADDRESS,
    .prefix_kind = BUCKET_ANSWER_PREFIX,
    .address = {.interval_ns = MOMENT_NS_PER_S / 50, .burst = 200},
    .prefix = {.interval_ns = MOMENT_NS_PER_S / 200, .burst = 800},
};

#define ADDRESS_BITS 128U

static bool has_both(const struct room *room, const struct moment *now, const struct rates *rates,
                     const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    return bucket_holds(room->buckets, rates->address_kind, address, ADDRESS_BITS, &rates->address,
                        now->mono_ns) &&
           bucket_holds(room->buckets, rates->prefix_kind, address, places_prefix_bits(address),
                        &rates->prefix, now->mono_ns);
}

static void take_both(struct room *room, const struct moment *now, const struct rates *rates,
                      const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    (void)bucket_take(room->buckets, rates->address_kind, address, ADDRESS_BITS, &rates->address,
                      now->mono_ns);
    (void)bucket_take(room->buckets, rates->prefix_kind, address, places_prefix_bits(address),
                      &rates->prefix, now->mono_ns);
}

bool admission_may_answer(struct room *room, const struct moment *now,
                          const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    if (!has_both(room, now, &answer_rates, address))
        return false;
    take_both(room, now, &answer_rates, address);
    return true;
}

bool admission_is_trusted(const struct room *room, const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    return network_list_has(&room->access.trusted, address);
}

static struct bucket_rate rate_of(const struct room_rate *limit)
{
    return (struct bucket_rate){.interval_ns = MOMENT_NS_PER_S / limit->per_second,
                                .burst = limit->burst};
}

const struct room_address_limits *admission_limits(const struct room *room,
                                                   const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    return admission_is_trusted(room, address) ? &room->limits.trusted : &room->limits.untrusted;
}

/* There is a limit. */
static struct rates join_rates(const struct room_rate *limit)
{
    struct bucket_rate one = rate_of(limit);

    return (struct rates){.address_kind = BUCKET_JOIN_ADDRESS,
                          .prefix_kind = BUCKET_JOIN_PREFIX,
                          .address = one,
                          .prefix = {.interval_ns = one.interval_ns / PLACES_PREFIX_FACTOR,
                                     .burst = limit->burst * PLACES_PREFIX_FACTOR}};
}

static bool has_join(const struct room *room, const struct moment *now,
                     const struct room_rate *limit, const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    struct rates rates;

    if (limit->per_second == 0)
        return true;
    rates = join_rates(limit);
    return has_both(room, now, &rates, address);
}

static bool has_place(const struct room *room, uint32_t limit,
                      const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    return limit == 0 || (places_at_address(&room->places, address) < limit &&
                          places_in_prefix(&room->places, address) / PLACES_PREFIX_FACTOR < limit);
}

bool admission_may_join(const struct room *room, const struct moment *now,
                        const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    const struct room_address_limits *limits = admission_limits(room, address);

    return has_place(room, limits->members, address) &&
           has_join(room, now, &limits->joins, address);
}

void admission_charge_join(struct room *room, const struct moment *now,
                           const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    const struct room_rate *limit = &admission_limits(room, address)->joins;
    struct rates rates;

    if (limit->per_second == 0)
        return;
    rates = join_rates(limit);
    take_both(room, now, &rates, address);
}

static bool has(int64_t *full_ns, const struct room_rate *limit, size_t tokens, int64_t now_ns)
{
    struct bucket_rate rate;

    if (limit->per_second == 0)
        return true;
    rate = rate_of(limit);
    return bucket_has(full_ns, &rate, (uint32_t)tokens, now_ns);
}

static void charge(int64_t *full_ns, const struct room_rate *limit, size_t tokens, int64_t now_ns)
{
    struct bucket_rate rate;

    if (limit->per_second == 0)
        return;
    rate = rate_of(limit);
    bucket_charge(full_ns, &rate, (uint32_t)tokens, now_ns);
}

uint32_t admission_change_cost(const struct room *room)
{
    const struct room_rate *limit = &room->limits.messages;
    uint32_t by_rate = (limit->per_second + ADMISSION_CHANGES_PER_S - 1) / ADMISSION_CHANGES_PER_S;
    uint32_t by_burst = (limit->burst + ADMISSION_CHANGES_BURST - 1) / ADMISSION_CHANGES_BURST;
    uint32_t cost = by_rate > by_burst ? by_rate : by_burst;

    return cost < limit->burst ? cost : limit->burst;
}

bool admission_may_act(const struct room *room, const struct moment *now,
                       struct allowance *allowance, uint32_t messages, size_t bytes)
{
    const struct room_limits *limits = &room->limits;
    /*
     * A person who types never reaches this limit; a program in a loop must not fill everybody's
     * screen. Both are asked, so that both refill at the present rates.
     */
    bool has_messages =
        has(&allowance->messages_full_ns, &limits->messages, messages, now->mono_ns);
    bool has_bytes = has(&allowance->bytes_full_ns, &limits->bytes, bytes, now->mono_ns);

    if (!has_messages || !has_bytes)
        return false;
    charge(&allowance->messages_full_ns, &limits->messages, messages, now->mono_ns);
    charge(&allowance->bytes_full_ns, &limits->bytes, bytes, now->mono_ns);
    return true;
}

/* The time until the bucket has so many tokens; negative if it has them. */
static int64_t shortfall_ns(int64_t full_ns, const struct room_rate *limit, size_t tokens,
                            int64_t now_ns)
{
    int64_t interval_ns;

    if (limit->per_second == 0)
        return 0;
    interval_ns = MOMENT_NS_PER_S / limit->per_second;
    return full_ns - now_ns - interval_ns * ((int64_t)limit->burst - (int64_t)tokens);
}

int64_t admission_wait_ns(const struct room *room, const struct moment *now,
                          const struct allowance *allowance, uint32_t messages, size_t bytes)
{
    int64_t messages_ns =
        shortfall_ns(allowance->messages_full_ns, &room->limits.messages, messages, now->mono_ns);
    int64_t bytes_ns =
        shortfall_ns(allowance->bytes_full_ns, &room->limits.bytes, bytes, now->mono_ns);
    int64_t wait_ns = messages_ns > bytes_ns ? messages_ns : bytes_ns;

    return wait_ns > 1 ? wait_ns : 1;
}

void admission_charge_exit(const struct room *room, const struct moment *now,
                           struct allowance *allowance)
{
    charge(&allowance->messages_full_ns, &room->limits.messages, admission_change_cost(room),
           now->mono_ns);
}

bool admission_may_rejoin(struct room *room, const struct moment *now, const struct endpoint *peer,
                          size_t bytes, struct allowance *ret_allowance)
{
    struct allowance left = {
        .messages_full_ns = *bucket_of_endpoint(room->buckets, BUCKET_LEFT_MESSAGES, peer),
        .bytes_full_ns = *bucket_of_endpoint(room->buckets, BUCKET_LEFT_BYTES, peer)};
    bool is_full = left.messages_full_ns <= now->mono_ns && left.bytes_full_ns <= now->mono_ns;

    if (!is_full && !admission_may_act(room, now, &left, admission_change_cost(room), bytes))
        return false;
    *ret_allowance = left;
    return true;
}

/* Keeps the greater debt: an endpoint may have had several sessions. */
static void remember(struct room *room, const struct moment *now, enum bucket_kind kind,
                     const struct endpoint *peer, int64_t full_ns)
{
    int64_t *kept_ns;

    if (full_ns <= now->mono_ns)
        return;
    kept_ns = bucket_of_endpoint(room->buckets, kind, peer);
    if (full_ns > *kept_ns)
        *kept_ns = full_ns;
}

void admission_remember(struct room *room, const struct moment *now, const struct member *member)
{
    const struct endpoint *peer = &room_path(room, member)->peer;
    const struct allowance *allowance = &member->allowance;
    struct budget *budget = delivery_budget(member, room_slot(room, member));

    remember(room, now, BUCKET_LEFT_MESSAGES, peer, allowance->messages_full_ns);
    remember(room, now, BUCKET_LEFT_BYTES, peer, allowance->bytes_full_ns);
    if (budget != NULL)
        budget_table_release(room->budgets, now->mono_ns, budget);
}

/* ---- addresses that may be forged ---- */

struct budget *admission_budget(struct room *room, const struct moment *now,
                                const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    return admission_is_trusted(room, address)
               ? NULL
               : budget_table_find(room->budgets, now->mono_ns, address);
}

void admission_heard(struct room *room, const struct moment *now, const struct endpoint *peer,
                     size_t bytes)
{
    struct budget *budget = admission_budget(room, now, peer->address);
    struct member *member;

    if (budget == NULL)
        return;
    budget_heard(budget, now->mono_ns, bytes);
    member = registry_find_endpoint(room->registry, peer);
    if (member == NULL)
        return;
    registry_plain(member)->held_heard = true;
    if ((room_slot(room, member)->flags & SLOT_HELD) != 0)
        registry_mark_behind(room->registry, member);
}

void admission_begin_budget(struct room *room, const struct moment *now, struct member *member)
{
    const uint8_t *address = room_path(room, member)->peer.address;

    if (member->session != NULL || admission_is_trusted(room, address))
        return;
    room_slot(room, member)->flags |= SLOT_BUDGET;
    registry_plain(member)->budget = budget_table_hold(room->budgets, now->mono_ns, address);
}

static void end_budget(struct room *room, const struct moment *now, struct member *member)
{
    room_slot(room, member)->flags &= ~(SLOT_BUDGET | SLOT_HELD);
    budget_table_release(room->budgets, now->mono_ns, registry_plain(member)->budget);
    registry_mark_behind(room->registry, member);
}

void admission_review_budgets(struct room *room, const struct moment *now)
{
    /* By seat: marking a member moves others to other positions. */
    for (uint32_t seat = 0; seat < registry_seats(room->registry); seat++) {
        struct member *member = registry_seated(room->registry, seat);
        bool has_budget = member != NULL && (room_slot(room, member)->flags & SLOT_BUDGET) != 0;

        if (member != NULL && !has_budget)
            admission_begin_budget(room, now, member);
        else if (has_budget && admission_is_trusted(room, room_path(room, member)->peer.address))
            end_budget(room, now, member);
    }
}
