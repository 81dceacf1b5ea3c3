/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Few, mostly none or one: a row. */
#include "room/screen/pending.h"

#include "room/sanitize.h"

#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

void outgoing_done(struct outgoing *outgoing)
{
    for (size_t i = 0; i < outgoing->count; i++)
        free(outgoing->entries[i].text);
    outgoing->count = 0;
}

int outgoing_add(struct outgoing *outgoing, uint32_t number, bool rename, const char *text, size_t length,
                 int64_t now_ns)
{
    struct outgoing_entry entry = {.number = number, .rename = rename, .since_ns = now_ns, .length = length};

    if (outgoing->count == CLIENT_PENDING_MAX)
        return STATUS_FULL;
    entry.text = malloc(length + 1);
    if (entry.text == NULL)
        return STATUS_NO_MEMORY;
    memcpy(entry.text, text, length);
    entry.text[length] = '\0';
    outgoing->entries[outgoing->count++] = entry;
    return STATUS_OK;
}

struct outgoing_entry *outgoing_find(struct outgoing *outgoing, uint32_t number)
{
    for (size_t i = 0; i < outgoing->count; i++) {
        if (outgoing->entries[i].number == number)
            return &outgoing->entries[i];
    }
    return NULL;
}

void outgoing_remove(struct outgoing *outgoing, uint32_t number)
{
    struct outgoing_entry *entry = outgoing_find(outgoing, number);
    size_t index;

    if (entry == NULL)
        return;
    free(entry->text);
    index = (size_t)(entry - outgoing->entries);
    outgoing->count--;
    memmove(entry, entry + 1, (outgoing->count - index) * sizeof(*entry));
}

/* The word stands at the end, whatever the text's length: the text gives way. */
static void add_note(const struct outgoing_entry *entry, const char *name, const char *why, size_t columns,
                     struct bytes *out)
{
    struct bytes text = {0};
    size_t tail = strlen(why) + 3, fits;

    bytes_add_text(&text, "  …   "); /* as wide as "14:05 ": the line will stand in its place */
    if (entry->rename)
        bytes_add_text(&text, "/name ");
    else if (name[0] != '\0') {
        visible_add_plain(&text, name, strlen(name));
        bytes_add_text(&text, ": ");
    }
    visible_add_plain(&text, entry->text, entry->length);
    fits = visible_cut(text.at, text.length, columns > tail ? columns - tail : 0, NULL);
    if (fits < text.length && columns > tail + 1)
        fits = visible_cut(text.at, text.length, columns - tail - 1, NULL);
    bytes_add(out, text.at, fits);
    if (fits < text.length)
        bytes_add_text(out, "…");
    bytes_format(out, " (%s)", why);
    bytes_done(&text);
}

size_t outgoing_notes(const struct outgoing *outgoing, const char *name, const char *why, size_t columns, size_t most,
                      struct bytes *out, size_t *ret_ends)
{
    size_t lines = outgoing->count < most ? outgoing->count : most;

    for (size_t i = 0; i < lines; i++) {
        if (i + 1 == lines && outgoing->count > lines)
            bytes_format(out, "  …   and %zu more (%s)", outgoing->count - i, why);
        else
            add_note(&outgoing->entries[i], name, why, columns, out);
        ret_ends[i] = out->length;
    }
    return lines;
}
