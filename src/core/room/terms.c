/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Keeps the terms of late. */
#include "core/room/terms.h"

#include <string.h>

void terms_init(struct terms_history *history, const struct terms *terms)
{
    *history = (struct terms_history){.now = *terms, .forgotten_ns = INT64_MIN};
}

static bool is_same(const struct terms *a, const struct terms *b)
{
    return strcmp(a->title, b->title) == 0 && a->max_text_bytes == b->max_text_bytes &&
           a->session_timeout_s == b->session_timeout_s && a->history == b->history &&
           a->keep_s == b->keep_s;
}

static void forget_oldest(struct terms_history *history)
{
    history->forgotten_ns = history->until_ns[0];
    history->count--;
    memmove(history->past, history->past + 1, history->count * sizeof(*history->past));
    memmove(history->until_ns, history->until_ns + 1, history->count * sizeof(*history->until_ns));
}

void terms_change(struct terms_history *history, int64_t now_ns, const struct terms *terms)
{
    if (is_same(&history->now, terms))
        return;
    if (history->count == TERMS_PAST)
        forget_oldest(history);
    history->past[history->count] = history->now;
    history->until_ns[history->count++] = now_ns;
    history->now = *terms;
}

const struct terms *terms_at(const struct terms_history *history, int64_t at_ns)
{
    if (at_ns <= history->forgotten_ns)
        return NULL;
    for (size_t i = 0; i < history->count; i++) {
        if (at_ns <= history->until_ns[i])
            return &history->past[i];
    }
    return &history->now;
}
