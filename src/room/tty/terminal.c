/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Combines device, keys, editor and area. */
#include "room/tty/terminal.h"

#include "io/timer.h"
#include "room/sanitize.h"
#include "room/tty/keys.h"
#include "room/tty/line_editor.h"
#include "room/tty/linear.h"
#include "room/tty/termcaps.h"
#include "room/tty/tty.h"

#include <roomd/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUESTION_BYTES 160

/*
 * A window that is being resized has many sizes in a row, and tmux reports them up to a quarter of
 * a second late. Erasing by a stale size might erase a line of the conversation, so nothing is
 * written until the size has settled.
 */
#define SETTLE_S 0.3

struct terminal {
    struct terminal_sink sink;
    struct ev_loop *loop; /* borrowed */
    ev_prepare work;
    ev_timer settle; /* runs after a new size */
    struct tty *tty;
    struct keys keys;
    struct area area;
    struct linear linear_area;
    struct buffer lines; /* to be printed, each with its end */
    struct buffer prompt;
    struct buffer notes;
    size_t note_ends[AREA_NOTES_MAX];
    size_t note_count;
    struct buffer line;         /* sanitized */
    struct buffer last_message; /* readline's message that a linear terminal shows */
    char question[QUESTION_BYTES];
    struct termcaps caps;
    uint64_t unshown; /* lines lost while the terminal was stuck */
    bool linear;
    bool has_editor;
    bool always;
    bool bell;
    bool clear;
    bool touched;
};

/* ---- writing ---- */

void terminal_touch(struct terminal *terminal)
{
    terminal->touched = true;
}

void terminal_print(struct terminal *terminal, const struct buffer *line)
{
    terminal->touched = true;
    if (tty_is_stuck(terminal->tty)) {
        terminal->unshown++;
        return;
    }
    buffer_add(&terminal->lines, line->at, line->length);
    buffer_add(&terminal->lines, "\r\n", 2);
}

void terminal_bell(struct terminal *terminal)
{
    terminal->bell = terminal->touched = true;
}

void terminal_clear(struct terminal *terminal)
{
    terminal->clear = terminal->touched = true;
}

void terminal_set_prompt(struct terminal *terminal, const char *prompt, size_t length, bool always)
{
    terminal->prompt.length = 0;
    buffer_add(&terminal->prompt, prompt, length);
    terminal->always = always;
}

void terminal_add_note(struct terminal *terminal, const char *note, size_t length)
{
    if (terminal->note_count == AREA_NOTES_MAX)
        return;
    buffer_add(&terminal->notes, note, length);
    terminal->note_ends[terminal->note_count++] = terminal->notes.length;
}

/* Sanitizes the line; returns how many bytes of it are before the cursor. */
static size_t sanitize_line(struct terminal *terminal)
{
    size_t length, cursor, before;
    const char *line = line_editor_line(&length, &cursor);

    terminal->line.length = 0;
    buffer_reserve(&terminal->line, 1);
    if (terminal->question[0] != '\0')
        return 0;
    sanitize_add_plain(&terminal->line, line, cursor);
    before = terminal->line.length;
    sanitize_add_plain(&terminal->line, line + cursor, length - cursor);
    return before;
}

/* Adds the text before the line, sanitized: our question, readline's message, or the prompt. */
static void add_prompt(const struct terminal *terminal, struct buffer *out)
{
    const char *message =
        terminal->question[0] != '\0' ? terminal->question : line_editor_message();

    if (message != NULL)
        sanitize_add_plain(out, message, strlen(message));
    else
        sanitize_add_plain(out, terminal->prompt.at, terminal->prompt.length);
}

static void draw_area(struct terminal *terminal, struct buffer *out)
{
    struct area_content content = {.style = style_dim(terminal->caps.colours),
                                   .prompt_style = style_bold(terminal->caps.colours),
                                   .style_end = style_end(terminal->caps.colours),
                                   .note_count = terminal->note_count};
    struct buffer prompt = {0};
    size_t start = 0;

    for (size_t i = 0; i < terminal->note_count; i++) {
        content.notes[i] = terminal->notes.at + start;
        content.note_lengths[i] = terminal->note_ends[i] - start;
        start = terminal->note_ends[i];
    }
    add_prompt(terminal, &prompt);
    content.prompt = prompt.at;
    content.prompt_length = prompt.length;
    content.cursor = sanitize_line(terminal);
    content.line = terminal->line.at;
    content.line_length = terminal->line.length;
    area_draw(&terminal->area, &content, tty_columns(terminal->tty), tty_rows(terminal->tty), out);
    buffer_done(&prompt);
}

static void write_area(struct terminal *terminal, struct buffer *out)
{
    area_erase(&terminal->area, tty_columns(terminal->tty), terminal->caps.reflows, out);
    buffer_add(out, terminal->lines.at, terminal->lines.length);
    if (terminal->clear) {
        for (size_t i = 0; i < tty_rows(terminal->tty); i++)
            buffer_add_text(out, "\r\n");
        buffer_add_text(out, "\x1b[H");
    }
    draw_area(terminal, out);
}

static void write_linear(struct terminal *terminal, struct buffer *out)
{
    const char *message = line_editor_message();
    size_t message_length = message != NULL ? strlen(message) : 0;
    struct buffer prompt = {0};

    /* Another prompt begins another line. */
    if (message_length != terminal->last_message.length ||
        (message_length > 0 && memcmp(message, terminal->last_message.at, message_length) != 0))
        linear_end(&terminal->linear_area, out);
    terminal->last_message.length = 0;
    buffer_add(&terminal->last_message, message, message_length);
    if (terminal->lines.length > 0) {
        linear_end(&terminal->linear_area, out);
        buffer_add(out, terminal->lines.at, terminal->lines.length);
    }
    sanitize_line(terminal);
    add_prompt(terminal, &prompt);
    linear_show(&terminal->linear_area, prompt.at, prompt.length, terminal->line.at,
                terminal->line.length,
                terminal->always || terminal->question[0] != '\0' || message != NULL,
                tty_columns(terminal->tty), out);
    buffer_done(&prompt);
}

static void add_unshown(struct terminal *terminal)
{
    if (terminal->unshown == 0)
        return;
    buffer_format(&terminal->lines,
                  "-- %llu lines are not shown: this terminal was too slow for them\r\n",
                  (unsigned long long)terminal->unshown);
    terminal->unshown = 0;
}

void terminal_flush(struct terminal *terminal)
{
    struct buffer out = {0};

    if (!terminal->touched || ev_is_active(&terminal->settle) || tty_is_stuck(terminal->tty))
        return;
    terminal->touched = false;
    terminal->notes.length = terminal->note_count = 0;
    terminal->sink.draw(terminal->sink.ctx);
    add_unshown(terminal);
    if (terminal->bell)
        buffer_add(&out, "\a", 1);
    if (terminal->linear)
        write_linear(terminal, &out);
    else
        write_area(terminal, &out);
    terminal->lines.length = 0;
    terminal->bell = terminal->clear = false;
    tty_write(terminal->tty, out.at, out.length);
    buffer_done(&out);
}

static void on_work(struct ev_loop *loop, ev_prepare *watcher, int events)
{
    (void)loop;
    (void)events;
    terminal_flush(watcher->data);
}

/* ---- input ---- */

static void answer(struct terminal *terminal, bool yes)
{
    terminal->question[0] = '\0';
    if (terminal->linear)
        buffer_add_text(&terminal->lines, yes ? "y\r\n" : "n\r\n");
    terminal->sink.answered(terminal->sink.ctx, yes);
}

static void on_typed(void *ctx, const char *bytes, size_t length)
{
    struct terminal *terminal = ctx;

    terminal->touched = true;
    if (terminal->question[0] != '\0')
        answer(terminal, bytes[0] == 'y' || bytes[0] == 'Y');
    else
        line_editor_feed(bytes, length);
}

static void on_pasted(void *ctx, const char *bytes, size_t length, bool cut)
{
    struct terminal *terminal = ctx;

    if (terminal->question[0] != '\0' || length == 0)
        return;
    terminal->touched = true;
    if (memchr(bytes, '\n', length) == NULL && !cut)
        line_editor_insert(bytes, length);
    else
        terminal->sink.pasted(terminal->sink.ctx, bytes, length, cut);
}

static void on_line(void *ctx, const char *line)
{
    struct terminal *terminal = ctx;

    /* On a linear terminal, the line stays where it was typed. */
    if (terminal->linear) {
        terminal_flush(terminal);
        linear_end(&terminal->linear_area, &terminal->lines);
    }
    terminal->sink.line(terminal->sink.ctx, line);
}

static void on_ended(void *ctx)
{
    struct terminal *terminal = ctx;

    terminal->sink.ended(terminal->sink.ctx, false);
}

static void on_clear(void *ctx)
{
    terminal_clear(ctx);
}

static char *on_candidate(void *ctx, const char *before, size_t before_length, const char *word,
                          bool first)
{
    struct terminal *terminal = ctx;

    return terminal->sink.candidate(terminal->sink.ctx, before, before_length, word, first);
}

static void on_candidates(void *ctx, char **words, size_t count)
{
    struct terminal *terminal = ctx;
    struct buffer list = {0}, line = {0};

    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(words[i]);

        /* The candidate "alice: " is listed as alice. */
        while (length > 0 && (words[i][length - 1] == ' ' || words[i][length - 1] == ':'))
            length--;
        buffer_add_text(&list, i > 0 ? "  " : "");
        buffer_add(&list, words[i], length);
    }
    style_words(terminal->caps.colours, false, list.at, list.length, &line);
    terminal_print(terminal, &line);
    buffer_done(&list);
    buffer_done(&line);
}

/* ---- what the device reports ---- */

static void on_input(void *ctx, const char *bytes, size_t length, bool more)
{
    struct terminal *terminal = ctx;
    const struct keys_sink sink = {.typed = on_typed, .pasted = on_pasted, .ctx = terminal};

    keys_feed(&terminal->keys, bytes, length, more, &sink);
}

static void on_closed(void *ctx)
{
    struct terminal *terminal = ctx;

    terminal->sink.ended(terminal->sink.ctx, true);
}

static void on_resized(void *ctx)
{
    struct terminal *terminal = ctx;

    terminal_touch(terminal);
    timer_start(terminal->loop, &terminal->settle, SETTLE_S);
}

static void on_settled(struct ev_loop *loop, ev_timer *watcher, int events)
{
    (void)loop;
    (void)watcher;
    (void)events; /* on_work writes what has waited */
}

/* Erases the area, or ends the linear line. */
static void leave_area(struct terminal *terminal)
{
    struct buffer out = {0};

    area_erase(&terminal->area, tty_columns(terminal->tty), terminal->caps.reflows, &out);
    linear_end(&terminal->linear_area, &out);
    tty_write(terminal->tty, out.at, out.length);
    buffer_done(&out);
}

static void on_stopping(void *ctx)
{
    struct terminal *terminal = ctx;

    ev_timer_stop(terminal->loop, &terminal->settle);
    terminal_flush(terminal);
    leave_area(terminal);
}

static void on_continued(void *ctx)
{
    struct terminal *terminal = ctx;

    /* The shell has written over the area. */
    area_forget(&terminal->area);
    terminal_touch(terminal);
    tty_write(terminal->tty, "\r", 1);
}

/* ---- the rest ---- */

enum style_colours terminal_colours(const struct terminal *terminal)
{
    return terminal->caps.colours;
}

size_t terminal_columns(const struct terminal *terminal)
{
    return tty_columns(terminal->tty);
}

bool terminal_is_linear(const struct terminal *terminal)
{
    return terminal->linear;
}

void terminal_ask(struct terminal *terminal, const char *question)
{
    snprintf(terminal->question, sizeof(terminal->question), "%s", question);
    terminal->touched = true;
}

char *terminal_take_line(struct terminal *terminal)
{
    size_t length, cursor;
    const char *line = line_editor_line(&length, &cursor);
    char *taken = length > 0 ? strndup(line, length) : NULL;

    line_editor_set_line("");
    terminal->touched = true;
    return taken;
}

void terminal_set_line(struct terminal *terminal, const char *line)
{
    line_editor_set_line(line);
    terminal->touched = true;
}

void terminal_add_history(struct terminal *terminal, const char *line)
{
    (void)terminal;
    line_editor_add_history(line);
}

static int open_parts(struct terminal *terminal)
{
    const struct line_editor_sink editor = {.line = on_line,
                                            .ended = on_ended,
                                            .clear = on_clear,
                                            .candidate = on_candidate,
                                            .candidates = on_candidates,
                                            .ctx = terminal};
    const struct tty_sink tty = {.input = on_input,
                                 .closed = on_closed,
                                 .resized = on_resized,
                                 .stopping = on_stopping,
                                 .continued = on_continued,
                                 .ctx = terminal};
    int status = line_editor_open(&editor);

    if (status != STATUS_OK)
        return status;
    terminal->has_editor = true;
    return tty_open(terminal->loop, !terminal->linear && line_editor_wants_paste(), &tty,
                    &terminal->tty);
}

int terminal_new(struct ev_loop *loop, bool linear, const struct terminal_sink *sink,
                 struct terminal **ret_terminal)
{
    struct terminal *terminal = calloc(1, sizeof(*terminal));
    int status;

    if (terminal == NULL)
        return STATUS_NO_MEMORY;
    terminal->sink = *sink;
    terminal->loop = loop;
    termcaps_read(getenv, &terminal->caps);
    terminal->linear = linear || terminal->caps.dumb;
    if (terminal->linear)
        terminal->caps.colours = STYLE_PLAIN;
    terminal->touched = true;
    ev_prepare_init(&terminal->work, on_work);
    ev_set_priority(&terminal->work, EV_MINPRI); /* after all others have printed */
    ev_timer_init(&terminal->settle, on_settled, 0.0, 0.0);
    terminal->work.data = terminal;
    ev_prepare_start(loop, &terminal->work);
    status = open_parts(terminal);
    if (status != STATUS_OK) {
        terminal_free(terminal);
        return status;
    }
    *ret_terminal = terminal;
    return STATUS_OK;
}

void terminal_free(struct terminal *terminal)
{
    if (terminal == NULL)
        return;
    ev_prepare_stop(terminal->loop, &terminal->work);
    ev_timer_stop(terminal->loop, &terminal->settle);
    if (terminal->tty != NULL) {
        leave_area(terminal);
        tty_write(terminal->tty, terminal->lines.at, terminal->lines.length);
        tty_close(terminal->tty);
    }
    if (terminal->has_editor)
        line_editor_close();
    keys_done(&terminal->keys);
    area_done(&terminal->area);
    linear_done(&terminal->linear_area);
    buffer_done(&terminal->lines);
    buffer_done(&terminal->prompt);
    buffer_done(&terminal->notes);
    buffer_done(&terminal->line);
    buffer_done(&terminal->last_message);
    free(terminal);
}
