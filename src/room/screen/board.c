/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Prints in order: joins and exits that are held back come before anything else. */
#include "room/screen/board.h"

#include "io/timer.h"
#include "room/tty/style.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WORDS_BYTES 1024

/* The bell rings at most this often, in case a room talks about somebody all the time. */
#define BELL_INTERVAL_NS MOMENT_NS_PER_S

/* ---- lines ---- */

static void print(struct board *board, struct buffer *line)
{
    terminal_print(board->terminal, line);
    buffer_done(line);
}

static void print_day(struct board *board, int64_t wall_ns, int32_t utc_offset_s)
{
    int64_t day = style_day_number(wall_ns, utc_offset_s);
    struct buffer line = {0};
    bool first = board->day == 0;

    if (day == board->day)
        return;
    board->day = day;
    if (first) /* nobody needs to be told that it is today */
        return;
    style_day(terminal_colours(board->terminal), wall_ns, utc_offset_s, &line);
    print(board, &line);
}

static void print_folded(struct board *board)
{
    struct buffer words = {0};

    ev_timer_stop(board->loop, &board->hold);
    while (screen_fold_take(&board->fold, &words)) {
        struct buffer line = {0};

        style_fold(terminal_colours(board->terminal), board->fold_wall_ns, board->utc_offset_s,
                   words.at, words.length, &line);
        print(board, &line);
        words.length = 0;
    }
    buffer_done(&words);
}

static void print_unfinished_rename(struct board *board)
{
    struct buffer line = {0};

    if (!board->is_renaming)
        return;
    board->is_renaming = false;
    buffer_add(&line, board->before, board->before_len);
    buffer_add_text(&line, " has left, to come back under another name");
    board_say_text(board, false, line.at, line.length);
    buffer_done(&line);
}

void board_say_text(struct board *board, bool urgent, const char *text, size_t length)
{
    struct buffer line = {0};

    print_folded(board);
    style_words(terminal_colours(board->terminal), urgent, text, length, &line);
    print(board, &line);
}

void board_say(struct board *board, bool urgent, const char *format, ...)
{
    char words[WORDS_BYTES];
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(words, sizeof(words), format, arguments);
    va_end(arguments);
    if (length > 0)
        board_say_text(board, urgent, words,
                       (size_t)length < sizeof(words) ? (size_t)length : sizeof(words) - 1);
}

/* ---- events ---- */

static void ring_bell(struct board *board, const struct moment *now)
{
    if (board->has_rung && now->mono_ns - board->bell_ns < BELL_INTERVAL_NS)
        return;
    board->has_rung = true;
    board->bell_ns = now->mono_ns;
    terminal_bell(board->terminal);
}

static void print_event(struct board *board, const struct event *event, bool own)
{
    struct buffer line = {0};

    print_folded(board);
    print_day(board, event->wall_ns, event->utc_offset_s);
    style_event(terminal_colours(board->terminal), event, own, &line);
    print(board, &line);
}

/* True if the event was held back. */
static bool hold_back(struct board *board, const struct moment *now, const struct event *event)
{
    bool joined = event->kind == EVENT_JOIN;
    bool empty = screen_fold_is_empty(&board->fold);

    if (!joined && (event->kind != EVENT_EXIT || event->reason == EXIT_KICKED ||
                    event->reason == EXIT_RENAMED))
        return false;
    if (!screen_fold_add(&board->fold, joined, event->name, event->name_len, now->mono_ns))
        return false;
    if (empty) {
        board->fold_wall_ns = event->wall_ns;
        board->utc_offset_s = event->utc_offset_s;
        timer_start(board->loop, &board->hold, (double)SCREEN_FOLD_WAIT_NS / 1e9);
    }
    return true;
}

/* A rename is an exit and a join of one member. True if the event is one of them. */
static bool take_rename(struct board *board, const struct event *event)
{
    struct buffer line = {0};

    if (event->kind == EVENT_EXIT && event->reason == EXIT_RENAMED &&
        event->name_len <= ROOM_NAME_MAX_BYTES) {
        print_unfinished_rename(board);
        board->is_renaming = true;
        board->renaming = event->author;
        board->before_len = (uint8_t)event->name_len;
        memcpy(board->before, event->name, event->name_len);
        return true;
    }
    if (!board->is_renaming || event->kind != EVENT_JOIN || event->author != board->renaming) {
        print_unfinished_rename(board);
        return false;
    }
    board->is_renaming = false;
    print_folded(board);
    print_day(board, event->wall_ns, event->utc_offset_s);
    style_rename(terminal_colours(board->terminal), event, board->before, board->before_len, &line);
    print(board, &line);
    return true;
}

static bool is_name(const struct event *event, const char *name)
{
    return name[0] != '\0' && strlen(name) == event->name_len &&
           memcmp(event->name, name, event->name_len) == 0;
}

void board_event(struct board *board, const struct moment *now, const struct event *event,
                 const char *name, bool own)
{
    if (take_rename(board, event))
        return;
    if (!own && !is_name(event, name) && ignored_has(&board->ignored, event->name, event->name_len))
        return;
    /* Another line says that we are in. */
    if (event->kind == EVENT_JOIN && is_name(event, name))
        return;
    if (hold_back(board, now, event))
        return;
    print_event(board, event, own || is_name(event, name));
    if (event->kind == EVENT_CHAT && !own && !is_name(event, name) &&
        style_mentions(event->text, event->text_len, name, strlen(name)))
        ring_bell(board, now);
}

void board_past(struct board *board, const struct moment *now, const struct event *event)
{
    struct buffer line = {0};

    if (ignored_has(&board->ignored, event->name, event->name_len))
        return;
    print_folded(board);
    if (board->day == 0) /* that of today, which needs no line */
        board->day = style_day_number(now->wall_ns, now->utc_offset_s);
    print_day(board, event->wall_ns, event->utc_offset_s);
    style_past(terminal_colours(board->terminal), event, &line);
    print(board, &line);
}

/* ---- opening and closing ---- */

static void on_hold(struct ev_loop *loop, ev_timer *watcher, int events)
{
    (void)loop;
    (void)events;
    print_folded(watcher->data);
}

void board_init(struct board *board, struct ev_loop *loop, struct terminal *terminal)
{
    *board = (struct board){.loop = loop, .terminal = terminal};
    ev_timer_init(&board->hold, on_hold, 0.0, 0.0);
    board->hold.data = board;
}

void board_done(struct board *board)
{
    print_folded(board);
    print_unfinished_rename(board);
}
