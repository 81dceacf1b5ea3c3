/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Shows what was before: at the start, and by /history and /search. */
#include "room/past_time.h"
#include "room/screen/screen_state.h"

#include <inttypes.h>
#include <roomd/status.h>

/* What /search shows. */
#define FOUND_MAX 20U

/* ---- asking ---- */

static void ask(struct screen *screen, enum screen_past past, const struct client_past_query *query)
{
    int status = client_ask_past(screen->driver.client, &screen->driver.now, query);

    if (status == STATUS_FULL)
        board_say(&screen->board, true, "what was asked for before is still coming");
    else if (status == STATUS_TOO_LONG)
        board_say(&screen->board, true, "that is too long to search for");
    else if (status != STATUS_OK)
        board_say(&screen->board, true, "this room shows nothing of what was before");
    if (status != STATUS_OK)
        return;
    screen->past = past;
    screen->past_begun = false;
}

void screen_past_history(struct screen *screen, const char *text, size_t length)
{
    struct client_past_query query = {.first = 0};
    struct past_time time = {0};

    if (length > 0 && !past_time_read(text, length, screen->driver.now.wall_ns, &time)) {
        board_say(&screen->board, true,
                  "/history takes how many lines, or since when: 20, 2h, 14:05, 2026-11-23");
        return;
    }
    if (screen->past_first == 1) {
        board_say(&screen->board, false, "that was the beginning: there is nothing before");
        return;
    }
    query.last = screen->past_first > 1 ? screen->past_first - 1 : 0;
    query.most = time.number < UINT32_MAX ? (uint32_t)time.number : UINT32_MAX;
    query.first = time.since_ns != 0 ? 1 : 0;
    query.since_ns = time.since_ns;
    ask(screen, SCREEN_PAST_MORE, &query);
}

void screen_past_search(struct screen *screen, const char *words, size_t length)
{
    const struct client_past_query query = {.words = words, .words_len = length, .most = FOUND_MAX};

    ask(screen, SCREEN_PAST_FOUND, &query);
}

void screen_past_offer(struct screen *screen)
{
    char words[PAST_TIME_WORDS_BYTES];
    struct client_history history;

    if (!client_history(screen->driver.client, &history) || history.keep_s == 0)
        return;
    if (history.keep_s == UINT32_MAX)
        board_say(&screen->board, false, "what is said here is kept");
    else
        board_say(&screen->board, false, "what is said here is kept for %s",
                  past_time_words(history.keep_s, words));
}

/* ---- showing ---- */

void screen_past_event(void *ctx, const struct event *event)
{
    struct screen *screen = ctx;
    static const char *const words[] = {
        [SCREEN_PAST_BEFORE] = "before you came:",
        [SCREEN_PAST_MORE] = "earlier:",
        [SCREEN_PAST_FOUND] = "found, the latest first:",
    };

    if (!screen->past_begun)
        board_say(&screen->board, false, "%s", words[screen->past]);
    screen->past_begun = true;
    board_past(&screen->board, &screen->driver.now, event);
}

static void say_gone(struct screen *screen, uint64_t count)
{
    char words[PAST_TIME_WORDS_BYTES];
    struct client_history history;

    if (!client_history(screen->driver.client, &history))
        return;
    if (history.keep_s == 0 || history.keep_s == UINT32_MAX)
        board_say(&screen->board, false, "%" PRIu64 " earlier events are not kept any more", count);
    else
        board_say(&screen->board, false,
                  "%" PRIu64 " earlier events are not kept any more: the room keeps them for %s",
                  count, past_time_words(history.keep_s, words));
}

static void say_end(struct screen *screen, const struct client_past_end *end)
{
    if (screen->past == SCREEN_PAST_FOUND && end->events == 0)
        board_say(&screen->board, false, "nothing was found in what the room keeps");
    else if (screen->past == SCREEN_PAST_FOUND)
        board_say(&screen->board, false, "%" PRIu64 " found%s", end->events,
                  end->more ? "; there may be more before" : "; there are no more");
    else if (screen->past == SCREEN_PAST_MORE && end->events == 0)
        board_say(&screen->board, false, "there is nothing before");
    else if (end->events > 0)
        board_say(&screen->board, false, "%s",
                  screen->past == SCREEN_PAST_MORE ? "that was before; what follows is now"
                  : end->more                      ? "you are here now; /history shows more"
                                                   : "you are here now");
}

void screen_past_end(void *ctx, const struct client_past_end *end)
{
    struct screen *screen = ctx;

    if (screen->past != SCREEN_PAST_FOUND && (end->events > 0 || end->gone > 0))
        screen->past_first = end->more ? end->first : 1;
    if (end->gone > 0)
        say_gone(screen, end->gone);
    if (end->failed)
        board_say(&screen->board, true, "the room can't show all of what was before now");
    else
        say_end(screen, end);
    screen->past_begun = false;
}
