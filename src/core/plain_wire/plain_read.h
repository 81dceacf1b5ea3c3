/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Parses what a server of the plain protocol sends: replies, and the lines of a datagram. The
 * counterpart of core/plain_wire/plain.h; does not know what the client makes of it.
 */
#ifndef ROOMD_CORE_PLAIN_WIRE_PLAIN_READ_H
#define ROOMD_CORE_PLAIN_WIRE_PLAIN_READ_H

#include "base/octets.h"
#include "core/plain_wire/template.h"

#include <roomd/dialect.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLAIN_READ_TEMPLATES (DIALECT_LIMITED - DIALECT_JOIN + 1)

/* One bit for each answer. */
#define PLAIN_READ_BIT(key) (1U << (key))

/* It matches no template of the dialect. */
#define PLAIN_READ_UNKNOWN (-1)

/* The dialect is borrowed until the last call that is given this. */
struct plain_read {
    const struct dialect *dialect;
    uint8_t order[PLAIN_READ_TEMPLATES]; /* enum dialect_key, in the order of trying */
};

/* Slices of the datagram. */
struct plain_line {
    int key;                       /* DIALECT_JOIN … DIALECT_LIMITED, or PLAIN_READ_UNKNOWN */
    struct template_values values; /* as set by template_match */
    struct octets_slice whole;     /* the line, without prefix and line breaks */
};

void plain_read_init(struct plain_read *read, const struct dialect *dialect);

/*
 * Returns PLAIN_READ_BIT of each answer, DIALECT_ACCEPT … DIALECT_BYE, that these bytes equal, but
 * for line breaks at their end; a dialect may have the same words for several. Any bye counts as
 * DIALECT_BYE. `ret_name`: the name in place of {name}; empty if no match has one.
 */
uint32_t plain_read_replies(const struct plain_read *read, const char *bytes, size_t length,
                            struct octets_slice *ret_name);

/*
 * Takes the next line off the front of `rest`; false if there is none. Prefix and line breaks
 * around it are skipped, and so is the space that keeps a line from being a reply.
 *
 * Where several templates match, the one with the most literal bytes wins (the more it has, the
 * fewer other lines match it); of two with as many, the later key. Some lines stay ambiguous: a
 * notice whose words are those of another line, where that line begins as a notice does, is read as
 * that line.
 */
bool plain_read_line(const struct plain_read *read, struct octets_slice *rest,
                     struct plain_line *ret_line);

/* Takes the next name off a list, {names}; false if there is none. */
bool plain_read_name(struct octets_slice *names, struct octets_slice *ret_name);

#endif
