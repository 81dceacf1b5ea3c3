/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The addresses that a host has, in the order in which they are to be tried, and whose turn it is. A round goes over all of them; after it, they are to be looked up again. Opens nothing.
 */
#ifndef ROOMD_ROOM_NET_ADDRESSES_H
#define ROOMD_ROOM_NET_ADDRESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/* Nobody waits until more have had their turns. */
#define ADDRESSES_MAX 16

struct address {
    struct sockaddr_storage bytes; /* what is not used is zero */
    socklen_t length;
};

/* All zero: none, yet. */
struct addresses {
    struct address list[ADDRESSES_MAX];
    struct address current; /* length 0 = none had a turn */
    size_t count;
    size_t next; /* index */
    size_t left; /* have not had their turn in this round */
};

/* What was looked up; those beyond ADDRESSES_MAX are left out. A round begins, behind the current one where it is among them. With `stay`, and where it is, that one has had its turn, and the answer is true. */
bool addresses_set(struct addresses *addresses, const struct address *list, size_t count, bool stay);

/* Another round of the same. */
bool addresses_again(struct addresses *addresses, bool stay);

/* Whose turn it is now; NULL: the round is over. Valid until they are set. */
const struct address *addresses_next(struct addresses *addresses);

bool addresses_equal(const struct address *one, const struct address *other);

#endif
