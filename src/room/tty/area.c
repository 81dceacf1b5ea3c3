/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Ends each row itself before the terminal would, so that it knows what the terminal shows. Writes
 * the whole area in one write each time: it is small.
 */
#include "room/tty/area.h"

#include "core/model/text.h"
#include "room/sanitize.h"

#include <string.h>

void area_done(struct area *area)
{
    buffer_done(&area->shown);
    *area = (struct area){0};
}

void area_forget(struct area *area)
{
    area->count = 0;
    area->shown.length = 0;
}

/* ---- breaking into rows ---- */

/* Bytes of the next row. At least one character, even if it is too wide, so that loops end. */
static size_t row_length(const char *text, size_t length, size_t columns)
{
    size_t fits = sanitize_cut(text, length, columns);

    if (fits > 0 || length == 0)
        return fits;
    for (fits = 1; fits < length && ((unsigned char)text[fits] & 0xc0) == 0x80; fits++)
        ;
    return fits;
}

/* The number of rows that `length` bytes of a row take at another width; at least one. */
static size_t rows_of(const char *text, size_t length, size_t columns)
{
    size_t rows = 1;

    for (size_t at = row_length(text, length, columns); at < length; rows++)
        at += row_length(text + at, length - at, columns);
    return rows;
}

struct layout {
    size_t first; /* first row that is shown */
    size_t row;   /* row of the cursor */
    size_t at;    /* of the cursor, bytes in its row */
    size_t rows;
};

/*
 * Breaks prompt and line into rows. With an `area`, adds the rows from `first` on to it, up to
 * `max_rows` rows.
 */
static void break_rows(const char *text, size_t length, size_t cursor, size_t columns,
                       struct layout *layout, struct area *area, size_t max_rows)
{
    size_t at = 0;

    layout->rows = 0;
    for (;;) {
        size_t row = row_length(text + at, length - at, columns);
        bool last = at + row == length;

        if (cursor >= at && (cursor < at + row || last)) {
            layout->row = layout->rows;
            layout->at = cursor - at;
        }
        if (area != NULL && layout->rows >= layout->first && area->count < max_rows)
            area->rows[area->count++] = (struct area_row){.at = at, .length = row};
        layout->rows++;
        at += row;
        /* A cursor behind a full row is at the beginning of the next one. */
        if (last && (cursor < length || text_width(text + at - row, row) < columns || row == 0))
            return;
    }
}

/* ---- writing ---- */

static void add_note(struct area *area, const char *note, size_t length, size_t columns)
{
    size_t fits = sanitize_cut(note, length, columns);

    area->rows[area->count++] = (struct area_row){.at = area->shown.length, .length = fits};
    buffer_add(&area->shown, note, fits);
}

/* On a low screen notes are left out: the line comes first. */
static void lay_out(struct area *area, const struct area_content *content, size_t columns,
                    size_t max_rows)
{
    size_t length = content->prompt_length + content->line_length;
    size_t cursor = content->prompt_length + content->cursor;
    struct layout layout = {0};
    size_t notes = 0, base, kept;
    const char *text;

    area_forget(area);
    buffer_add(&area->shown, content->prompt, content->prompt_length);
    buffer_add(&area->shown, content->line, content->line_length);
    if (area->shown.length < length) /* no memory: an empty row */
        length = cursor = 0;
    text = area->shown.at != NULL ? area->shown.at : "";
    break_rows(text, length, cursor, columns, &layout, NULL, 0);
    if (layout.rows < max_rows)
        notes = max_rows - layout.rows < content->note_count ? max_rows - layout.rows
                                                             : content->note_count;
    base = area->shown.length;
    for (size_t i = 0; i < notes; i++)
        add_note(area, content->notes[i], content->note_lengths[i], columns);
    kept = max_rows - notes;
    layout.first = layout.row >= kept ? layout.row - kept + 1 : 0;
    text = base > 0 ? area->shown.at : ""; /* the notes may have moved it */
    break_rows(text, length, cursor, columns, &layout, area, max_rows);
    area->cursor_row = notes + layout.row - layout.first;
    area->cursor_at = layout.at;
}

static void write_row(const struct area *area, size_t row, const struct area_content *content,
                      struct buffer *out)
{
    const char *text = area->shown.at + area->rows[row].at;
    size_t length = area->rows[row].length, styled = 0;
    bool note = area->rows[row].at >= content->prompt_length + content->line_length && length > 0;

    if (note)
        styled = length;
    else if (area->rows[row].at < content->prompt_length)
        styled = content->prompt_length - area->rows[row].at;
    if (styled > length)
        styled = length;
    if (styled > 0) {
        buffer_add_text(out, note ? content->style : content->prompt_style);
        buffer_add(out, text, styled);
        buffer_add_text(out, content->style_end);
    }
    buffer_add(out, text + styled, length - styled);
}

void area_draw(struct area *area, const struct area_content *content, size_t columns, size_t rows,
               struct buffer *out)
{
    size_t max_rows = rows > 1 ? rows - 1 : 1; /* one row of the conversation stays visible */
    size_t column;

    if (max_rows > AREA_ROWS_MAX)
        max_rows = AREA_ROWS_MAX;
    if (columns == 0)
        columns = 1;
    lay_out(area, content, columns, max_rows);
    for (size_t row = 0; row < area->count; row++) {
        if (row > 0)
            buffer_add_text(out, "\r\n");
        write_row(area, row, content, out);
    }
    if (area->cursor_row + 1 < area->count)
        buffer_format(out, "\x1b[%zuA", area->count - 1 - area->cursor_row);
    buffer_add_text(out, "\r");
    column = text_width(area->shown.at + area->rows[area->cursor_row].at, area->cursor_at);
    if (column > 0)
        buffer_format(out, "\x1b[%zuC", column);
    area->columns = columns;
}

/* The number of rows on the screen above the cursor's, and in all, at the new width. */
static size_t rows_after_resize(const struct area *area, size_t columns, size_t *ret_above)
{
    const struct area_row *row = &area->rows[area->cursor_row];
    size_t before = area->cursor_at, rows = 0;

    /* The cursor is on the character behind it, if there is one. */
    if (before < row->length)
        before += row_length(area->shown.at + row->at + before, row->length - before, 1);
    for (size_t i = 0; i < area->count; i++) {
        if (i == area->cursor_row)
            *ret_above = rows + rows_of(area->shown.at + row->at, before, columns) - 1;
        rows += rows_of(area->shown.at + area->rows[i].at, area->rows[i].length, columns);
    }
    return rows;
}

void area_erase(struct area *area, size_t columns, bool reflows, struct buffer *out)
{
    size_t above = area->cursor_row, rows = area->count;

    if (area->count == 0)
        return;
    if (reflows && columns < area->columns)
        rows = rows_after_resize(area, columns > 0 ? columns : 1, &above);
    if (above > 0)
        buffer_format(out, "\x1b[%zuA", above);
    buffer_add_text(out, "\r\x1b[K");
    /*
     * Some terminals take "erase below" from the first row as "clear", and save the screen to their
     * scroll-back. So only the rows below are erased with it.
     */
    if (rows > 1)
        buffer_add_text(out, "\x1b[B\x1b[J\x1b[A");
    area_forget(area);
}
