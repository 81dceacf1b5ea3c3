/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Windows of rows. */
#include "log/pages.h"

#include "log_wire/log_record.h"

#include <roomd/status.h>
#include <string.h>

/* Numbers that a step looks at: about half a millisecond. */
#define WINDOW 4096U

/* ---- what is looked for ---- */

static bool is_same(struct octets_slice a, struct octets_slice b)
{
    return a.length == b.length && memcmp(a.bytes, b.bytes, a.length) == 0;
}

/* Words are compared by the statement: see words.h. */
static bool is_wanted(const struct page *page, const struct log_row *row)
{
    const struct log_entry *event = &row->event;
    struct octets_slice compared = event->folded.length > 0 ? event->folded : event->name;

    if (page->want.since_ns != 0 && row->time_ns < page->want.since_ns)
        return false;
    if (page->want.until_ns != 0 && row->time_ns >= page->want.until_ns)
        return false;
    return page->want.name.length == 0 || is_same(compared, page->want.name);
}

/* ---- rows ---- */

static struct octets_slice column(sqlite3_stmt *row, int number)
{
    const char *text = (const char *)sqlite3_column_text(row, number);

    return (struct octets_slice){text != NULL ? text : "",
                                 (size_t)sqlite3_column_bytes(row, number)};
}

/* Rows may have been written by others: what does not fit the protocol is left out. */
static bool read_row(sqlite3_stmt *statement, struct log_row *ret_row)
{
    static const struct octets_slice nothing = {"", 0};
    bool forgotten = sqlite3_column_int(statement, 4) != 0;
    int kind = sqlite3_column_int(statement, 3);

    *ret_row = (struct log_row){.number = (uint64_t)sqlite3_column_int64(statement, 0),
                                .time_ns = sqlite3_column_int64(statement, 1),
                                .utc_offset_s = sqlite3_column_int(statement, 2),
                                .event = {.kind = (enum log_event_kind)kind,
                                          .flags = forgotten ? LOG_EVENT_FORGOTTEN : 0,
                                          .reason = (uint8_t)sqlite3_column_int(statement, 5),
                                          .member = (uint64_t)sqlite3_column_int64(statement, 6),
                                          .said = (uint32_t)sqlite3_column_int64(statement, 7),
                                          .name = forgotten ? nothing : column(statement, 8),
                                          .folded = forgotten ? nothing : column(statement, 9),
                                          .text = forgotten ? nothing : column(statement, 10)}};
    return kind >= 0 && kind < LOG_EVENT_KINDS &&
           ret_row->event.name.length <= LOG_NAME_MAX_BYTES &&
           ret_row->event.folded.length <= LOG_NAME_MAX_BYTES &&
           ret_row->event.text.length <= LOG_TEXT_MAX_BYTES;
}

/* ---- one step ---- */

enum step {
    STEP_ON,    /* the window is done */
    STEP_FULL,  /* the frame is */
    STEP_DONE,  /* all rows and bytes that were asked for */
    STEP_FAILED /* an error of the store */
};

struct window {
    bool falls;
    uint64_t low, high;
    struct octets_writer writer;
    uint16_t count;
};

static bool is_falling(const struct page *page)
{
    return page->want.order == LOG_NEWEST_FIRST || page->measures;
}

static enum step take_row(struct page *page, struct window *window, const struct log_row *row)
{
    size_t bytes = log_row_bytes(row), before = window->writer.length;

    if (page->rows == 0 || (page->want.bytes > 0 && bytes > page->bytes))
        return STEP_DONE;
    if (!page->measures) {
        log_row_add(&window->writer, row);
        if (window->writer.failed) {
            octets_rewind(&window->writer, before);
            return STEP_FULL;
        }
        window->count++;
    }
    page->rows--;
    page->bytes -= page->want.bytes > 0 ? bytes : 0;
    return STEP_ON;
}

/* Sets `page->at` behind the last row that was taken, or behind the window. */
static enum step look(struct page *page, struct store *store, struct window *window)
{
    sqlite3_stmt *statement = store->statements[window->falls ? STORE_ROWS_DOWN : STORE_ROWS_UP];
    enum step step = STEP_ON;
    struct log_row row;
    int result;

    sqlite3_bind_int64(statement, 1, (sqlite3_int64)window->low);
    sqlite3_bind_int64(statement, 2, (sqlite3_int64)window->high);
    sqlite3_bind_text(statement, 3, page->want.words.bytes, (int)page->want.words.length,
                      SQLITE_STATIC);
    while (step == STEP_ON && (result = sqlite3_step(statement)) == SQLITE_ROW) {
        if (read_row(statement, &row) && is_wanted(page, &row))
            step = take_row(page, window, &row);
        if (step == STEP_ON)
            page->at = window->falls ? row.number - 1 : row.number + 1;
    }
    if (step == STEP_ON && result != SQLITE_DONE)
        step = STEP_FAILED;
    if (step == STEP_ON)
        page->at = window->falls ? window->low - 1 : window->high + 1;
    sqlite3_reset(statement);
    return step;
}

static struct window next_window(const struct page *page)
{
    struct window window = {.falls = is_falling(page), .low = page->at, .high = page->at};

    if (window.falls)
        window.low = page->at - page->end >= WINDOW ? page->at - WINDOW + 1 : page->end;
    else
        window.high = page->end - page->at >= WINDOW ? page->at + WINDOW - 1 : page->end;
    return window;
}

static bool is_over(const struct page *page)
{
    return is_falling(page) ? page->at < page->end : page->at > page->end;
}

/* LOG_LAST has found its first row: now they are sent, rising. */
static void begin_rising(struct page *page)
{
    page->measures = false;
    page->at++;
    page->end = page->want.from - 1;
    page->rows = page->want.rows;
    page->bytes = page->want.bytes;
}

static void finish(struct pages *pages, struct page *page, struct channel *channel,
                   enum log_result result, uint64_t value, const char *text)
{
    channel_send_end(channel, page->id, result, value, text);
    page->id = 0;
    pages->count--;
}

/* Where to go on: falling, `from` is above the next number. */
static uint64_t continuation(const struct page *page)
{
    if (is_over(page))
        return 0;
    return is_falling(page) ? page->at + 1 : page->at;
}

static void step_page(struct pages *pages, struct page *page, struct store *store,
                      struct channel *channel)
{
    struct window window = next_window(page);
    enum step step = STEP_ON;

    window.writer = log_frame_begin(channel->out, sizeof(channel->out), LOG_ROWS, 0, page->id, 0);
    if (!is_over(page))
        step = look(page, store, &window);
    if (window.count > 0)
        channel_send(channel, log_frame_end(&window.writer, window.count));
    if (step == STEP_FAILED)
        finish(pages, page, channel, LOG_FAILED, 0, sqlite3_errmsg(store->db));
    else if (page->measures && (step == STEP_DONE || is_over(page)))
        begin_rising(page);
    else if (step == STEP_DONE || is_over(page) || page->rows == 0)
        finish(pages, page, channel, LOG_DONE, continuation(page), NULL);
}

/* ---- requests ---- */

/* The bounds; false if there is nothing to look at. */
static bool set_bounds(struct page *page, struct store *store)
{
    struct trouble ignored;
    uint64_t first, last;
    int64_t time_ns;
    uint64_t below;

    if (store_oldest(store, &ignored, &first, &time_ns) != 0 || first == 0 ||
        store_newest(store, &ignored, &last) != 0)
        return false;
    below = last + 1;
    if (page->want.order != LOG_OLDEST_FIRST) {
        if (page->want.from == 0 || page->want.from > below)
            page->want.from = below;
        page->at = page->want.from - 1;
        page->end = first;
        return page->at >= first;
    }
    page->at = page->want.from > first ? page->want.from : first;
    page->end = last;
    return page->at <= page->end;
}

static struct octets_slice keep(char *bytes, struct octets_slice slice)
{
    memcpy(bytes, slice.bytes, slice.length);
    return (struct octets_slice){bytes, slice.length};
}

static struct page *find(struct pages *pages, uint64_t id)
{
    for (unsigned i = 0; i < PAGES_MAX; i++)
        if (pages->pages[i].id == id)
            return &pages->pages[i];
    return NULL;
}

int pages_begin(struct pages *pages, struct store *store, struct channel *channel,
                const struct log_frame *frame)
{
    struct log_read want;
    struct page *page = find(pages, 0);

    if (log_read_read(frame, &want) != 0)
        return STATUS_INVALID;
    if (page == NULL || find(pages, want.id) != NULL) {
        channel_send_end(channel, want.id, LOG_REFUSED, 0, "too many at a time");
        return STATUS_OK;
    }
    if (store->db == NULL) {
        channel_send_end(channel, want.id, LOG_FAILED, 0, "the log can't be read at the moment");
        return STATUS_OK;
    }
    page->id = want.id;
    page->want = want;
    page->want.name = keep(page->name, want.name);
    page->want.words = keep(page->words, want.words);
    page->rows = want.rows;
    page->bytes = want.bytes;
    page->measures = want.order == LOG_LAST;
    pages->count++;
    if (!set_bounds(page, store))
        finish(pages, page, channel, LOG_DONE, 0, NULL);
    return STATUS_OK;
}

void pages_cancel(struct pages *pages, struct channel *channel, uint64_t id)
{
    struct page *page = id != 0 ? find(pages, id) : NULL;

    if (page != NULL)
        finish(pages, page, channel, LOG_CANCELLED, 0, NULL);
}

void pages_step(struct pages *pages, struct store *store, struct channel *channel)
{
    struct page *page;

    if (pages->count == 0)
        return;
    do
        page = &pages->pages[pages->turn++ % PAGES_MAX];
    while (page->id == 0);
    if (store->db == NULL)
        finish(pages, page, channel, LOG_FAILED, 0, "the log can't be read at the moment");
    else
        step_page(pages, page, store, channel);
}
