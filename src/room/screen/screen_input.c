/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Handles input: messages, commands and pastes. Nothing is lost: what can't be said returns to the
 * line, or can be recalled with Up.
 */
#include "io/timer.h"
#include "room/screen/screen_state.h"
#include "room/tty/commands.h"

#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

#define QUESTION_BYTES 96

/* On a linear terminal: an acknowledgement that takes longer is reported. */
#define LATE_S 2.0

/* ---- messages ---- */

static void add_pending(struct screen *screen, uint32_t number, bool rename, const char *text,
                        size_t length)
{
    if (number == 0)
        return;
    pending_add(&screen->pending, number, rename, text, length);
    terminal_touch(screen->terminal);
    if (terminal_is_linear(screen->terminal) && !ev_is_active(&screen->late))
        timer_start(screen->loop, &screen->late, LATE_S);
}

/*
 * As client_say; prints a line about each error but STATUS_FULL. A blank line, which the plain
 * protocol can't say, is treated as an empty one.
 */
static int say(struct screen *screen, const char *text, size_t length)
{
    uint32_t number = 0;
    int status = client_say(screen->driver.client, &screen->driver.now, text, length, &number);

    switch (status) {
    case STATUS_OK:
        add_pending(screen, number, false, text, length);
        break;
    case STATUS_FULL:
        break;
    case STATUS_INVALID:
        if (screen->leaving == SCREEN_STAYS)
            return STATUS_OK;
        board_say(&screen->board, true, "you are leaving: that was not said");
        break;
    case STATUS_TOO_LONG:
        board_say(&screen->board, true,
                  "%zu bytes are too long for this room, which takes %zu: that was not said",
                  length, client_text_max_bytes(screen->driver.client));
        break;
    default:
        board_say(&screen->board, true, "that is not valid UTF-8, and was not said");
        break;
    }
    return status;
}

static void say_line(struct screen *screen, const char *line, const struct commands_line *read)
{
    int status = screen->paste.agreed ? STATUS_FULL : say(screen, read->text, read->length);

    if (status == STATUS_OK)
        return;
    if (screen->paste.agreed)
        board_say(&screen->board, true,
                  "what was pasted is still being said: your line waits here");
    else if (status == STATUS_FULL)
        board_say(&screen->board, true,
                  "%d messages wait already: this one was not said, and is here again",
                  CLIENT_PENDING_MAX);
    terminal_set_line(screen->terminal, line);
}

/* ---- commands ---- */

static void help(struct screen *screen)
{
    const char *name, *argument, *text;

    board_say(&screen->board, false,
              "a line is said to everybody; // begins one with a slash, \\q says q. Commands:");
    for (size_t row = 0; (name = commands_name(row, &argument, &text)) != NULL; row++) {
        char usage[32];

        snprintf(usage, sizeof(usage), "/%s %s", name, argument);
        board_say(&screen->board, false, "  %-15s  %s", usage, text);
    }
    board_say(&screen->board, false,
              "TAB completes names and commands, Up and Ctrl-R find former lines.");
}

static void rename_to(struct screen *screen, const struct commands_line *read)
{
    char name[ROOM_NAME_MAX_BYTES + 1];
    uint32_t number = 0;

    if (read->length > ROOM_NAME_MAX_BYTES) {
        board_say(&screen->board, true, "a name has 1 to %d bytes: yours has not changed",
                  ROOM_NAME_MAX_BYTES);
        return;
    }
    memcpy(name, read->text, read->length);
    name[read->length] = '\0';
    if (client_rename(screen->driver.client, &screen->driver.now, name, &number) != STATUS_OK)
        board_say(&screen->board, true,
                  "that can't be a name, or too much waits: yours has not changed");
    else
        add_pending(screen, number, true, name, read->length);
}

static void run_command(struct screen *screen, const char *line)
{
    struct commands_line read;

    commands_read(line, strlen(line), &read);
    switch (read.what) {
    case COMMANDS_NOTHING:
        break;
    case COMMANDS_SAY:
        say_line(screen, line, &read);
        break;
    case COMMANDS_HELP:
        help(screen);
        break;
    case COMMANDS_QUIT:
        screen_leave(screen, false);
        break;
    case COMMANDS_MEMBERS:
        screen_names_list(screen);
        break;
    case COMMANDS_NAME:
        rename_to(screen, &read);
        break;
    case COMMANDS_CLEAR:
        terminal_clear(screen->terminal);
        break;
    case COMMANDS_IGNORE:
        screen_names_ignore(screen, read.text, read.length);
        break;
    case COMMANDS_HISTORY:
        screen_past_history(screen, read.text, read.length);
        break;
    case COMMANDS_SEARCH:
        screen_past_search(screen, read.text, read.length);
        break;
    case COMMANDS_WRONG:
        board_say(&screen->board, true, "%s", read.words);
        break;
    }
}

void screen_input_line(void *ctx, const char *line)
{
    struct screen *screen = ctx;

    if (screen->asks_name) {
        screen_names_answer(screen, line);
        return;
    }
    terminal_add_history(screen->terminal, line);
    history_add(&screen->history, line);
    run_command(screen, line);
}

/* ---- pastes ---- */

/* The next line that is not empty; false at the end. */
static bool next_line(const struct screen_paste *paste, size_t from, size_t *ret_at,
                      size_t *ret_length)
{
    const char *text = paste->text.at, *end;

    while (from < paste->text.length && text[from] == '\n')
        from++;
    if (from == paste->text.length)
        return false;
    end = memchr(text + from, '\n', paste->text.length - from);
    *ret_at = from;
    *ret_length = (end != NULL ? (size_t)(end - text) : paste->text.length) - from;
    return true;
}

static void drop_paste(struct screen *screen)
{
    buffer_done(&screen->paste.text);
    screen->paste = (struct screen_paste){.at = 0};
}

void screen_input_paste(void *ctx, const char *text, size_t length, bool cut)
{
    struct screen *screen = ctx;
    char question[QUESTION_BYTES];
    unsigned lines = 0;
    size_t at, line_length;

    if (cut || screen->asks_name || screen->paste.text.length > 0) {
        board_say(&screen->board, true, "nothing of it was said: %s",
                  cut ? "that was more than 64 KiB. room says a file with: room HOST <FILE"
                  : screen->asks_name ? "that is no name"
                                      : "what was pasted before is still being said");
        return;
    }
    buffer_add(&screen->paste.text, text, length);
    for (size_t from = 0; next_line(&screen->paste, from, &at, &line_length);
         from = at + line_length)
        lines++;
    snprintf(question, sizeof(question), "say %u lines? y/n ", lines);
    terminal_ask(screen->terminal, question);
}

void screen_input_answer(void *ctx, bool yes)
{
    struct screen *screen = ctx;

    if (yes) {
        screen->paste.agreed = true;
        screen_input_continue_paste(screen);
        return;
    }
    drop_paste(screen);
    board_say(&screen->board, false, "nothing of it was said");
}

void screen_input_continue_paste(void *ctx)
{
    struct screen *screen = ctx;
    struct screen_paste *paste = &screen->paste;
    size_t at, length;

    if (!paste->agreed)
        return;
    while (next_line(paste, paste->at, &at, &length)) {
        if (say(screen, paste->text.at + at, length) == STATUS_FULL)
            return; /* continues when some of them are acknowledged */
        paste->at = at + length;
    }
    drop_paste(screen);
}
