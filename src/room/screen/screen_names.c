/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Names: our own, and those of the other members. */
#include "core/model/text.h"
#include "room/screen/screen_state.h"
#include "room/tty/commands.h"

#include <roomd/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More would not help on a screen; roomctl lists them all. */
#define LIST_NAMES_MAX 200U

#define FOLDED_BYTES (ROOM_NAME_MAX_BYTES * 4)

/* ---- our own ---- */

void screen_names_ask(struct screen *screen)
{
    if (screen->asks_name)
        return;
    screen->asks_name = true;
    screen->kept_line = terminal_take_line(screen->terminal);
}

void screen_names_done(struct screen *screen)
{
    if (!screen->asks_name)
        return;
    screen->asks_name = false;
    if (screen->kept_line != NULL)
        terminal_set_line(screen->terminal, screen->kept_line);
    free(screen->kept_line);
    screen->kept_line = NULL;
    terminal_touch(screen->terminal);
}

/* True if the driver, or a new one, tries this name now. */
static bool take_name(struct screen *screen, const char *name, size_t length)
{
    uint32_t number;

    if (length == 0 || length > ROOM_NAME_MAX_BYTES) {
        board_say(&screen->board, true, "a name has 1 to %d bytes", ROOM_NAME_MAX_BYTES);
        return false;
    }
    memcpy(screen->options.name, name, length);
    screen->options.name[length] = '\0';
    if (screen->driver.client == NULL)
        return screen_join(screen);
    if (client_rename(screen->driver.client, &screen->driver.now, screen->options.name, &number) ==
        STATUS_OK)
        return true;
    board_say(&screen->board, true, "that can't be a name");
    return false;
}

void screen_names_answer(struct screen *screen, const char *line)
{
    size_t length;

    while (*line == ' ')
        line++;
    for (length = strlen(line); length > 0 && line[length - 1] == ' '; length--)
        ;
    if ((length == 1 && line[0] == 'q') || strcmp(line, "/quit") == 0) {
        screen_leave(screen, false);
        return;
    }
    /* The first time, Enter accepts the name that was offered. Later, that name is refused. */
    if (length == 0 && screen->driver.client == NULL) {
        line = screen->options.name;
        length = strlen(line);
    }
    if (length > 0 && take_name(screen, line, length))
        screen_names_done(screen);
}

/* ---- the others ---- */

static void list_members(struct screen *screen)
{
    uint32_t count = client_members(screen->driver.client), listed = 0;
    struct buffer list = {0};
    const char *name;
    size_t length;
    uint64_t number = 0;

    buffer_format(&list, "%u here: ", count);
    while (listed < LIST_NAMES_MAX &&
           client_next_member(screen->driver.client, number, &number, &name, &length)) {
        if (length == 0)
            continue;
        buffer_add_text(&list, listed++ > 0 ? ", " : "");
        buffer_add(&list, name, length);
    }
    if (listed < count)
        buffer_format(&list, "%s%u whose names are not listed", listed > 0 ? " and " : "",
                      count - listed);
    board_say_text(&screen->board, false, list.at, list.length);
    buffer_done(&list);
}

void screen_names_turn(struct screen *screen)
{
    const struct client *client = screen->driver.client;

    if (!screen->lists_members || client_state(client) != CLIENT_IN || !client_has_members(client))
        return;
    screen->lists_members = false;
    list_members(screen);
}

void screen_names_list(struct screen *screen)
{
    if (client_state(screen->driver.client) != CLIENT_IN) {
        board_say(&screen->board, false, "who is in the room is not known: it does not answer");
        return;
    }
    screen->lists_members = true;
    screen_names_turn(screen);
}

static void list_ignored(struct screen *screen)
{
    const struct ignored *ignored = &screen->board.ignored;
    struct buffer list = {0};

    for (size_t i = 0; i < ignored->count; i++) {
        buffer_add_text(&list, i > 0 ? ", " : "ignored: ");
        buffer_add_text(&list, ignored->names[i].shown);
    }
    if (ignored->count == 0)
        buffer_add_text(&list, "nobody is ignored");
    board_say_text(&screen->board, false, list.at, list.length);
    buffer_done(&list);
}

/* True also if some names are not known. */
static bool may_be_here(const struct screen *screen, const char *name, size_t length)
{
    uint32_t known = 0;
    uint64_t number = 0;
    const char *other;
    size_t other_length;

    if (client_state(screen->driver.client) != CLIENT_IN)
        return true;
    for (; client_next_member(screen->driver.client, number, &number, &other, &other_length);
         known++) {
        if (other_length == 0 || ignored_is_same(name, length, other, other_length))
            return true;
    }
    return known < client_members(screen->driver.client);
}

/* The name may be mistyped, or its member may still come. */
static void hint_at_nobody(struct screen *screen, const char *name, size_t length)
{
    if (may_be_here(screen, name, length))
        return;
    if (screen->options.plain)
        board_say(&screen->board, false,
                  "nobody with that name was seen since you joined: anybody who had it is ignored");
    else
        board_say(&screen->board, false,
                  "nobody here has that name now: anybody who takes it is ignored");
}

void screen_names_ignore(struct screen *screen, const char *name, size_t length)
{
    bool ignored;

    if (length == 0) {
        list_ignored(screen);
        return;
    }
    switch (ignored_toggle(&screen->board.ignored, name, length, &ignored)) {
    case STATUS_OK:
        board_say(
            &screen->board, false,
            ignored ? "nothing of %.*s is shown any more, until you leave or say /ignore %.*s again"
                    : "what %.*s says is shown again",
            (int)length, name, (int)length, name);
        if (ignored)
            hint_at_nobody(screen, name, length);
        break;
    case STATUS_FULL:
        board_say(&screen->board, true, "%u are ignored already, and no more can be", IGNORED_MAX);
        break;
    default:
        board_say(&screen->board, true, "that can't be a name: nobody was ignored");
        break;
    }
}

/* ---- completion ---- */

/* True if the name begins with `word`, compared as the room compares names. */
static bool begins(const char *name, size_t length, const char *word)
{
    char folded_name[FOLDED_BYTES], folded_word[FOLDED_BYTES];
    int name_len = text_fold(name, length, folded_name, sizeof(folded_name));
    int word_len = text_fold(word, strlen(word), folded_word, sizeof(folded_word));

    return word_len >= 0 && name_len >= word_len &&
           memcmp(folded_name, folded_word, (size_t)word_len) == 0;
}

static char *with(const char *before, const char *name, size_t length, const char *behind)
{
    size_t size = strlen(before) + length + strlen(behind) + 1;
    char *text = malloc(size);

    if (text != NULL)
        snprintf(text, size, "%s%.*s%s", before, (int)length, name, behind);
    return text;
}

static char *next_command(struct screen *screen, const char *word)
{
    const char *argument, *name;

    while ((name = commands_name(screen->completion.row, &argument, NULL)) != NULL) {
        screen->completion.row++;
        if (strncmp(name, word, strlen(word)) == 0)
            return with("/", name, strlen(name), argument[0] != '\0' ? " " : "");
    }
    return NULL;
}

static char *next_member(struct screen *screen, const char *word, const char *behind)
{
    const char *own = client_name(screen->driver.client), *name;
    size_t length;

    while (client_next_member(screen->driver.client, screen->completion.after,
                              &screen->completion.after, &name, &length)) {
        bool is_own = length == strlen(own) && memcmp(name, own, length) == 0;

        if (length > 0 && !is_own && begins(name, length, word))
            return with("", name, length, behind);
    }
    return NULL;
}

char *screen_names_candidate(void *ctx, const char *before, size_t before_length, const char *word,
                             bool first)
{
    static const char ignore[] = "/ignore ";
    struct screen *screen = ctx;
    bool ignores =
        before_length == sizeof(ignore) - 1 && memcmp(before, ignore, before_length) == 0;

    if (first)
        screen->completion = (struct screen_completion){0};
    if (screen->asks_name || screen->driver.client == NULL)
        return NULL;
    if (before_length == 0 && word[0] == '/')
        return next_command(screen, word + 1);
    if (before_length > 0 && before[0] == '/' && !ignores)
        return NULL;
    return next_member(screen, word, ignores ? "" : before_length == 0 ? ": " : " ");
}
