/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What a server of the plain protocol sends, taken apart: replies, and the lines of a datagram. The
 * other side of core/plain_wire/plain.h; what becomes of any of it is the client's business.
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

/* It is none of the dialect's. */
#define PLAIN_READ_UNKNOWN (-1)

/* The dialect is borrowed. */
struct plain_read {
    const struct dialect *dialect;
    uint8_t order[PLAIN_READ_TEMPLATES]; /* of enum dialect_key: in which templates are tried */
};

/* Slices of the datagram. */
struct plain_line {
    int key;                       /* DIALECT_JOIN … DIALECT_LIMITED, or PLAIN_READ_UNKNOWN */
    struct template_values values; /* as template_match gives them */
    struct octets_slice whole;     /* the line as it stands, without prefix and line breaks */
};

void plain_read_init(struct plain_read *read, const struct dialect *dialect);

/*
 * PLAIN_READ_BIT of each answer, DIALECT_ACCEPT … DIALECT_BYE, that these bytes are, byte by byte
 * but for line breaks at their end: a dialect may have the same words for several. Any bye counts
 * as DIALECT_BYE. `ret_name`: what stands for {name} in one of them; empty where none has it.
 */
uint32_t plain_read_replies(const struct plain_read *read, const char *bytes, size_t length,
                            struct octets_slice *ret_name);

/*
 * Takes the next line from the front of `rest`; false where there is none. Prefix and line breaks
 * around it are left out, and so is the space that keeps a line from being a reply. A line that
 * several templates could have made is that of the one with the most words of its own (more words,
 * fewer lines that only look like it); of two with as many, the later key's. What no line of a room
 * can be told by is left: a notice in the words of another line, where those begin as a notice
 * does, is that line.
 */
bool plain_read_line(const struct plain_read *read, struct octets_slice *rest,
                     struct plain_line *ret_line);

/* Takes the next name from a list, {names}; false where there is none. */
bool plain_read_name(struct octets_slice *names, struct octets_slice *ret_name);

#endif
