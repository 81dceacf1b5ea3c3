/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The rules for names. A name is shown in NFC and compared in NFKC_Casefold, so that "Alice",
 * "ALICE" and its full-width form are one name. A name that could be mistaken for a notice, a reply
 * or the layout of a line is refused.
 */
#ifndef ROOMD_CORE_MODEL_NAME_H
#define ROOMD_CORE_MODEL_NAME_H

#include "core/model/registry.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All replies and templates of every dialect in use, and the fixed words. */
#define NAME_RESERVED_MAX 512

struct name_reserved_word {
    char folded[ROOM_NAME_MAX_BYTES + 1]; /* a longer word cannot be part of a name */
    uint8_t length;
    bool whole; /* forbids only a name that equals it; else any name that contains it */
};

struct name_reserved {
    struct name_reserved_word words[NAME_RESERVED_MAX];
    size_t count;
};

/* Starts with the fixed words. */
void name_reserved_init(struct name_reserved *reserved);
/* Adds a word. `whole`: forbids only a name that equals it. */
void name_reserved_add(struct name_reserved *reserved, const char *text, size_t length, bool whole);
/*
 * Makes a name of `bytes`. STATUS_INVALID, STATUS_NOT_UTF8, STATUS_TOO_LONG if it is not allowed;
 * `ret_name` is then untouched.
 */
int name_parse(const char *bytes, size_t length, uint32_t max_codepoints,
               const struct name_reserved *reserved, struct name *ret_name);

/*
 * Checks the form of a client's name, which is terminated: STATUS_INVALID (NULL or empty),
 * STATUS_TOO_LONG (more than ROOM_NAME_MAX_BYTES), STATUS_NOT_UTF8.
 */
int name_check(const char *name);

/* True if `bytes` is a spelling of the folded name. */
bool name_matches(const char *bytes, size_t length, const char *folded, size_t folded_len);

#endif
