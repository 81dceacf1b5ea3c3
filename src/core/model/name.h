/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The rules for names. A name is shown in NFC and compared in NFKC_Casefold, so that "Alice",
 * "ALICE" and its full-width form are one name. A name that could be mistaken for a notice, a reply
 * or the layout of a line is refused. Names that only look like a member's are found by
 * registry_find_lookalike.
 */
#ifndef ROOMD_CORE_MODEL_NAME_H
#define ROOMD_CORE_MODEL_NAME_H

#include "core/model/name_reserved.h"
#include "core/model/registry.h"

#include <roomd/refusal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Makes a name of `bytes`, or says which rule forbids it; `ret_name` is then untouched. In a valid
 * name letters are of one of the scripts Latin, Greek and Cyrillic, besides any of other scripts.
 */
enum name_fault name_parse(const char *bytes, size_t length, uint32_t max_codepoints,
                           const struct name_reserved *reserved, struct name *ret_name);

/*
 * Checks the form of a client's name, which is terminated: STATUS_INVALID (NULL or empty),
 * STATUS_TOO_LONG (more than ROOM_NAME_MAX_BYTES), STATUS_NOT_UTF8.
 */
int name_check(const char *name);

/* True if `bytes` is a spelling of the folded name. */
bool name_matches(const char *bytes, size_t length, const char *folded, size_t folded_len);

#endif
