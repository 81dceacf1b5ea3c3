/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Texts for refusals and exit reasons. */
#include <roomd/event.h>
#include <roomd/ports.h>

#include <stddef.h>

static const char *const refusal_texts[REFUSALS] = {
    [REFUSED_EMPTY] = "an empty datagram",
    [REFUSED_TOO_LONG] = "too long",
    [REFUSED_OWN_ADDRESS] = "from own address",
    [REFUSED_REPLY] = "an answer",
    [REFUSED_PLAIN_OFF] = "plain protocol off",
    [REFUSED_UNKNOWN_VERB] = "unknown verb",
    [REFUSED_MALFORMED] = "not in its protocol's form",
    [REFUSED_NAME_BAD] = "name not allowed",
    [REFUSED_NAME_TAKEN] = "name taken",
    [REFUSED_ROOM_FULL] = "room full",
    [REFUSED_STRANGER] = "from a stranger",
    [REFUSED_WRONG_NAME] = "wrong name",
    [REFUSED_EMPTY_TEXT] = "empty text",
    [REFUSED_NOT_UTF8] = "not UTF-8",
    [REFUSED_LIMITED] = "too many",
    [REFUSED_CROWDED] = "too busy for newcomers",
    [REFUSED_NO_MEMORY] = "out of memory",
    [REFUSED_DENIED] = "access.deny",
    [REFUSED_ELSEWHERE] = "outside access.plain_from",
    [REFUSED_BANNED] = "banned, or kicked just now",
    [REFUSED_MUTED] = "muted by the administrator",
    [REFUSED_SEQUENCED_OFF] = "sequenced protocol off",
    [REFUSED_COOKIE] = "without a good cookie",
    [REFUSED_LOG_BEHIND] = "log behind",
};

static const char *const exit_texts[] = {
    [EXIT_LEFT] = "left",           [EXIT_RENAMED] = "renamed",   [EXIT_IDLE] = "idle",
    [EXIT_KICKED] = "kicked",       [EXIT_VANISHED] = "vanished", [EXIT_TIMEOUT] = "timeout",
    [EXIT_DISPLACED] = "displaced",
};

const char *refusal_text(enum refusal refusal)
{
    return (size_t)refusal < REFUSALS ? refusal_texts[refusal] : "unknown";
}

const char *exit_reason_text(enum exit_reason reason)
{
    return (size_t)reason < sizeof(exit_texts) / sizeof(exit_texts[0]) ? exit_texts[reason]
                                                                       : "unknown";
}
