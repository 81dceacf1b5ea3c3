/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Two states. A mark of a paste is found even if it is split between two reads; a lone ESC is not
 * held back for that, since it is a key. A paste whose end never comes ends with the next ^C, since
 * the terminal driver turns that into a signal.
 */
#include "room/tty/keys.h"

#include <string.h>

#define MARK_BYTES 6U

static const char begin_mark[] = "\x1b[200~";
static const char end_mark[] = "\x1b[201~";

void keys_done(struct keys *keys)
{
    buffer_done(&keys->paste);
    *keys = (struct keys){0};
}

/* ---- typing ---- */

/* The length of a character by its first byte; 1 for a byte that begins none. */
static size_t character_length(char first)
{
    unsigned char byte = (unsigned char)first;

    if (byte < 0xc2 || byte > 0xf4)
        return 1;
    return byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

/* Bytes at the end that may become that mark when more come. */
static size_t partial_mark(const char *bytes, size_t length, const char *mark)
{
    size_t tail = length < MARK_BYTES - 1 ? length : MARK_BYTES - 1;

    while (tail > 0 && memcmp(bytes + length - tail, mark, tail) != 0)
        tail--;
    return tail;
}

/* Bytes at the end that may become a mark or a character when more come. */
static size_t incomplete(const char *bytes, size_t length, bool more)
{
    size_t mark = partial_mark(bytes, length, begin_mark);

    if (mark > 1 || (mark == 1 && more))
        return mark;
    for (size_t tail = 1; tail <= 3 && tail <= length; tail++) {
        if (is_continuation(bytes[length - tail]))
            continue;
        return character_length(bytes[length - tail]) > tail ? tail : 0;
    }
    return 0;
}

/* Returns the number of bytes used; the rest is for the other state, or for later. */
static size_t read_typed(struct keys *keys, const char *bytes, size_t length, bool more,
                         const struct keys_sink *sink)
{
    const char *mark = memmem(bytes, length, begin_mark, MARK_BYTES);
    size_t used = mark != NULL ? (size_t)(mark - bytes) : length - incomplete(bytes, length, more);

    if (used > 0)
        sink->typed(sink->ctx, bytes, used);
    if (mark == NULL)
        return used;
    keys->pasting = true;
    keys->cut = false;
    keys->paste.length = 0;
    return used + MARK_BYTES;
}

/* ---- pasting ---- */

static void add_paste(struct keys *keys, const char *bytes, size_t length)
{
    size_t place = KEYS_PASTE_MAX_BYTES - keys->paste.length;

    if (length > place) {
        keys->cut = true;
        length = place;
    }
    buffer_add(&keys->paste, bytes, length);
}

/* Terminals end a line with CR, some with CR and LF. */
static void make_lines(struct buffer *paste)
{
    size_t kept = 0;

    for (size_t i = 0; i < paste->length; i++) {
        if (paste->at[i] == '\r' && i + 1 < paste->length && paste->at[i + 1] == '\n')
            continue;
        paste->at[kept++] = (char)(paste->at[i] == '\r' ? '\n' : paste->at[i]);
    }
    while (kept > 0 && paste->at[kept - 1] == '\n')
        kept--;
    paste->length = kept;
}

static size_t read_pasted(struct keys *keys, const char *bytes, size_t length,
                          const struct keys_sink *sink)
{
    const char *mark = memmem(bytes, length, end_mark, MARK_BYTES);
    size_t used;

    if (mark != NULL) {
        add_paste(keys, bytes, (size_t)(mark - bytes));
        make_lines(&keys->paste);
        keys->pasting = false;
        sink->pasted(sink->ctx, keys->paste.at != NULL ? keys->paste.at : "", keys->paste.length,
                     keys->cut || keys->paste.failed);
        buffer_done(&keys->paste);
        return (size_t)(mark - bytes) + MARK_BYTES;
    }
    used = length - partial_mark(bytes, length, end_mark);
    add_paste(keys, bytes, used);
    return used;
}

void keys_feed(struct keys *keys, const char *bytes, size_t length, bool more,
               const struct keys_sink *sink)
{
    struct buffer all = {0};
    size_t at = 0;

    buffer_add(&all, keys->hold, keys->held);
    buffer_add(&all, bytes, length);
    keys->held = 0;
    while (at < all.length) {
        size_t used = keys->pasting ? read_pasted(keys, all.at + at, all.length - at, sink)
                                    : read_typed(keys, all.at + at, all.length - at, more, sink);

        at += used;
        if (all.length - at < MARK_BYTES && used == 0)
            break;
    }
    keys->held = all.length - at;
    if (keys->held > 0)
        memcpy(keys->hold, all.at + at, keys->held);
    buffer_done(&all);
}
