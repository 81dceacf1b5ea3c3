/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* A plain array: mostly none or one is pending. */
#include "room/screen/pending.h"

#include "room/sanitize.h"

#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

void pending_done(struct pending *pending)
{
    for (size_t i = 0; i < pending->count; i++)
        free(pending->entries[i].text);
    pending->count = 0;
}

int pending_add(struct pending *pending, uint32_t number, bool rename, const char *text,
                size_t length)
{
    struct pending_entry entry = {.number = number, .rename = rename, .length = length};

    if (pending->count == CLIENT_PENDING_MAX)
        return STATUS_FULL;
    entry.text = malloc(length + 1);
    if (entry.text == NULL)
        return STATUS_NO_MEMORY;
    memcpy(entry.text, text, length);
    entry.text[length] = '\0';
    pending->entries[pending->count++] = entry;
    return STATUS_OK;
}

struct pending_entry *pending_find(struct pending *pending, uint32_t number)
{
    for (size_t i = 0; i < pending->count; i++) {
        if (pending->entries[i].number == number)
            return &pending->entries[i];
    }
    return NULL;
}

void pending_remove(struct pending *pending, uint32_t number)
{
    struct pending_entry *entry = pending_find(pending, number);
    size_t index;

    if (entry == NULL)
        return;
    free(entry->text);
    index = (size_t)(entry - pending->entries);
    pending->count--;
    memmove(entry, entry + 1, (pending->count - index) * sizeof(*entry));
}

/* The word in parentheses is always shown: the text is cut if need be. */
static void add_note(const struct pending_entry *entry, const char *name, const char *why,
                     size_t columns, struct buffer *out)
{
    struct buffer text = {0};
    size_t tail = strlen(why) + 3, fits;

    buffer_add_text(&text, "  …   "); /* as wide as "14:05 ", which will replace it */
    if (entry->rename)
        buffer_add_text(&text, "/name ");
    else if (name[0] != '\0') {
        sanitize_add_plain(&text, name, strlen(name));
        buffer_add_text(&text, ": ");
    }
    sanitize_add_plain(&text, entry->text, entry->length);
    fits = sanitize_cut(text.at, text.length, columns > tail ? columns - tail : 0);
    if (fits < text.length && columns > tail + 1)
        fits = sanitize_cut(text.at, text.length, columns - tail - 1);
    buffer_add(out, text.at, fits);
    if (fits < text.length)
        buffer_add_text(out, "…");
    buffer_format(out, " (%s)", why);
    buffer_done(&text);
}

bool pending_note(const struct pending *pending, size_t index, size_t max, const char *name,
                  const char *why, size_t columns, struct buffer *out)
{
    if (index >= pending->count || index >= max)
        return false;
    if (index + 1 == max && pending->count > max)
        buffer_format(out, "  …   and %zu more (%s)", pending->count - index, why);
    else
        add_note(&pending->entries[index], name, why, columns, out);
    return true;
}
