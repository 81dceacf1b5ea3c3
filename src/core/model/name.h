/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Which names a member may have. A name is shown in NFC and compared in NFKC_Casefold, so that
 * "Alice", "ALICE" and its full-width form are one name; what could pass for a notice, an answer or
 * the layout of a line is nobody's name.
 */
#ifndef ROOMD_CORE_MODEL_NAME_H
#define ROOMD_CORE_MODEL_NAME_H

#include "core/model/registry.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All replies and templates of every dialect that can be in use, and the fixed words. */
#define NAME_RESERVED_MAX 512

struct name_reserved_word {
    char folded[ROOM_NAME_MAX_BYTES + 1]; /* a longer word cannot be part of a name */
    uint8_t length;
    bool whole; /* only the whole name may not be it; else no part of it */
};

struct name_reserved {
    struct name_reserved_word words[NAME_RESERVED_MAX];
    size_t count;
};

/* The fixed words. */
void name_reserved_init(struct name_reserved *reserved);
/* One word. `whole`: only the whole name may not be it. */
void name_reserved_add(struct name_reserved *reserved, const char *text, size_t length, bool whole);
/*
 * Makes a name of `bytes`. STATUS_INVALID, STATUS_NOT_UTF8, STATUS_TOO_LONG where nobody may have
 * it; `ret_name` is then untouched.
 */
int name_parse(const char *bytes, size_t length, uint32_t max_codepoints,
               const struct name_reserved *reserved, struct name *ret_name);

/* Whether somebody can ask for it at all: STATUS_INVALID (NULL or empty), STATUS_TOO_LONG (more
 * than ROOM_NAME_MAX_BYTES), STATUS_NOT_UTF8. Terminated. */
int name_check(const char *name);

/* True where `bytes` is another way to write the folded name. */
bool name_matches(const char *bytes, size_t length, const char *folded, size_t folded_len);

#endif
