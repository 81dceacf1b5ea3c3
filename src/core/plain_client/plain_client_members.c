/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The members that are here, by name as shown; lines tell no more. A list by number, as in the
 * other protocol, and an index from names to numbers.
 */
#include "core/plain_client/plain_client_state.h"

#include "core/model/hash.h"

#include <roomd/status.h>
#include <string.h>

/* The index takes no larger number. Members beyond that are not listed. */
#define NUMBER_MAX (UINT32_MAX - 1)

static uint32_t hash_of(const struct plain_client *client, struct octets_slice name)
{
    return hash_keyed(client->base.prng.seed, name.bytes, name.length);
}

static struct octets_slice name_of(const struct listed_member *member)
{
    return (struct octets_slice){member->name, member->name_len};
}

static bool is_same(struct octets_slice a, struct octets_slice b)
{
    return a.length == b.length && memcmp(a.bytes, b.bytes, a.length) == 0;
}

static struct listed_member *find(const struct plain_client *client, struct octets_slice name)
{
    const struct plain_client_members *members = &client->members;
    struct hash_index_search search = hash_index_search(hash_of(client, name));
    uint32_t number;

    while (hash_index_next(&members->by_name, &search, &number)) {
        struct listed_member *member = member_list_find(&client->base.members, number);

        if (is_same(name_of(member), name))
            return member;
    }
    return NULL;
}

/* The name is not listed yet. False: no memory, no space, or no possible name. */
static bool add(struct plain_client *client, struct octets_slice name, uint32_t number)
{
    struct plain_client_members *members = &client->members;
    struct listed_member *member;

    if (name.length == 0 || name.length > ROOM_NAME_MAX_BYTES ||
        hash_index_reserve(&members->by_name) != STATUS_OK)
        return false;
    member = member_list_insert(&client->base.members, number);
    if (member == NULL)
        return false;
    member_list_set_name(member, name.bytes, name.length);
    hash_index_add(&members->by_name, hash_of(client, name), number);
    client_set_here(&client->base, member, true);
    return true;
}

static void remove_member(struct plain_client *client, struct listed_member *member)
{
    struct plain_client_members *members = &client->members;

    hash_index_remove(&members->by_name, hash_of(client, name_of(member)), member->number);
    client_set_here(&client->base, member, false);
    member_list_remove(&client->base.members, member);
    member_list_clean(&client->base.members);
}

/* ---- joins and exits ---- */

uint32_t plain_client_members_find(const struct plain_client *client, struct octets_slice name)
{
    const struct listed_member *member = find(client, name);

    return member != NULL ? member->number : 0;
}

uint32_t plain_client_members_enter(struct plain_client *client, struct octets_slice name)
{
    struct plain_client_members *members = &client->members;
    uint32_t number = plain_client_members_find(client, name);

    if (number != 0)
        return number;
    if (members->numbers == NUMBER_MAX || !add(client, name, members->numbers + 1))
        return 0;
    return ++members->numbers;
}

/*
 * Its own exit is received only if another member left under its name, or if an earlier exit is
 * late: it stays in until it is refused.
 */
void plain_client_members_leave(struct plain_client *client, struct octets_slice name)
{
    struct listed_member *member = find(client, name);

    if (member != NULL && member->number != client->base.number)
        remove_member(client, member);
}

/*
 * Its number survives a rename. A member already listed under its name has left, or is this client
 * as the others saw it join.
 */
void plain_client_members_own(struct plain_client *client)
{
    struct plain_client_members *members = &client->members;
    struct octets_slice name = {client->base.name, strlen(client->base.name)};
    struct listed_member *old = member_list_find(&client->base.members, client->base.number);

    if (old != NULL && is_same(name_of(old), name))
        return;
    if (old != NULL)
        remove_member(client, old);
    old = find(client, name);
    if (old != NULL)
        remove_member(client, old);
    if (client->base.number == 0)
        client->base.number = ++members->numbers;
    add(client, name, client->base.number);
}

void plain_client_members_forget(struct plain_client *client)
{
    for (size_t i = client->base.members.count; i > 0; i--)
        client_set_here(&client->base, &client->base.members.row[i - 1], false);
    member_list_done(&client->base.members);
    hash_index_done(&client->members.by_name);
    client->members.by_name = (struct hash_index){0};
}
