/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Words what the driver reports: events, outcomes of messages, and what to check if nobody answers.
 */
#include "room/reasons.h"
#include "room/screen/screen_state.h"

#include <roomd/sequenced.h>
#include <string.h>
#include <sysexits.h>

/* ---- events ---- */

static void on_event(void *ctx, const struct event *event, uint32_t own)
{
    struct screen *screen = ctx;

    if (own != 0 && own <= screen->shown_when_sent)
        return;
    pending_remove(&screen->pending, own);
    board_event(&screen->board, &screen->driver.now, event, client_name(screen->driver.client),
                own != 0);
}

/* Shows a message of ours that no event will show: it is in the room, or was sent. */
static void show_without_event(struct screen *screen, const struct pending_entry *entry)
{
    const struct moment *now = &screen->driver.now;
    const char *name = client_name(screen->driver.client);
    struct event event = {.wall_ns = now->wall_ns,
                          .utc_offset_s = now->utc_offset_s,
                          .kind = EVENT_CHAT,
                          .name = name,
                          .name_len = (uint16_t)strlen(name),
                          .text = entry->text,
                          .text_len = (uint16_t)entry->length};

    if (!entry->rename)
        board_event(&screen->board, now, &event, name, true);
}

void screen_events_outcome(struct screen *screen, const struct pending_entry *entry,
                           enum client_outcome outcome, uint8_t why)
{
    char words[REASONS_TEXT_BYTES], fault[REASONS_TEXT_BYTES];

    if (entry->rename && outcome == CLIENT_REFUSED)
        board_say(&screen->board, true, "your name has not changed to %s: %s%s", entry->text,
                  reasons_not_taken(why, words),
                  why == SEQUENCED_WHY_BAD_NAME ? reasons_name(entry->text, fault) : "");
    else if (entry->rename)
        board_say(&screen->board, true, "it is not known whether your name has changed to %s",
                  entry->text);
    else if (outcome == CLIENT_REFUSED && why == 0) /* it was never sent, or the reason is lost */
        board_say(&screen->board, true, "not said: %s", entry->text);
    else if (outcome == CLIENT_REFUSED)
        board_say(&screen->board, true, "not said (%s): %s", reasons_not_taken(why, words),
                  entry->text);
    else
        board_say(&screen->board, true,
                  "it is not known whether this was said, and it is not said again: %s",
                  entry->text);
    /* A line of a paste is not in the history. */
    if (!entry->rename)
        terminal_add_history(screen->terminal, entry->text);
}

static void on_outcome(void *ctx, uint32_t number, enum client_outcome outcome, uint8_t why)
{
    struct screen *screen = ctx;
    struct pending_entry *entry = pending_find(&screen->pending, number);

    terminal_touch(screen->terminal);
    if (entry == NULL) {
        if (outcome == CLIENT_UNKNOWN && number <= screen->driver.said_before)
            board_say(&screen->board, true,
                      "it is not known whether message %u of the program before was said, and it "
                      "is not said again",
                      (unsigned)number);
        return;
    }
    switch (outcome) {
    case CLIENT_TAKEN: /* its event will follow, or is lost with the session */
        entry->taken = true;
        if (!screen->options.plain)
            return;
        /* The plain protocol sends us no event: the room tells the others only. */
        board_say(&screen->board, false, "your name is %s now", entry->text);
        break;
    case CLIENT_REFUSED:
    case CLIENT_UNKNOWN:
        screen_events_outcome(screen, entry, outcome, why);
        break;
    case CLIENT_SENT: /* nothing more will be known */
        screen->shown_when_sent = number;
        show_without_event(screen, entry);
        break;
    }
    pending_remove(&screen->pending, number);
}

/* Shows messages that were taken and whose events are lost. */
static void show_taken(struct screen *screen)
{
    for (size_t i = screen->pending.count; i-- > 0;) {
        if (!screen->pending.entries[i].taken)
            continue;
        show_without_event(screen, &screen->pending.entries[i]);
        pending_remove(&screen->pending, screen->pending.entries[i].number);
    }
}

static void on_missed(void *ctx, uint64_t count)
{
    struct screen *screen = ctx;

    show_taken(screen);
    if (count == CLIENT_MISSED_UNKNOWN)
        board_say(&screen->board, true,
                  "events were missed: the room has begun anew, and nobody knows how many");
    else
        board_say(&screen->board, true, "%llu events were missed: the room sends them no more",
                  (unsigned long long)count);
}

/* A line of a plain server that is no event. */
static void on_line(void *ctx, const char *text, size_t length)
{
    board_say_text(&((struct screen *)ctx)->board, false, text, length);
}

static void on_member(void *ctx, uint64_t number, const char *name, size_t name_len, bool here)
{
    struct screen *screen = ctx;

    (void)number;
    (void)name;
    (void)name_len;
    (void)here;
    terminal_touch(screen->terminal); /* the prompt counts them */
}

/* ---- states ---- */

static void show_joined(struct screen *screen, bool first)
{
    ev_timer_stop(screen->loop, &screen->slow);
    screen->state = PROMPT_IN;
    screen->refusal = CLIENT_NO_REASON;
    screen_names_done(screen);
    if (first)
        board_say(&screen->board, false, "you are in %s as %s; /help lists the commands",
                  client_room(screen->driver.client)[0] != '\0' ? client_room(screen->driver.client)
                                                                : "the room",
                  client_name(screen->driver.client));
    else if (screen->forgotten)
        board_say(&screen->board, false,
                  "the room has begun anew, or has forgotten you: you are in again, as %s",
                  client_name(screen->driver.client));
    else if (screen->reported_trouble)
        board_say(&screen->board, false, "the room answers again: you are in");
    if (first)
        screen_past_offer(screen);
    screen->reported_trouble = false;
    screen->forgotten = false;
}

static void show_refusal(struct screen *screen, enum client_reason reason, uint16_t wait_s)
{
    char words[REASONS_TEXT_BYTES];
    bool again = reason == screen->refusal;

    ev_timer_stop(screen->loop, &screen->slow);
    screen->refusal = reason;
    screen->state = PROMPT_WAITING;
    if (reason == CLIENT_REFUSED_TAKEN) {
        board_say(&screen->board, true,
                  "somebody in the room has the name %s, or one that looks like it: take another",
                  screen->options.name);
        screen_names_ask(screen);
    } else if (reason == CLIENT_REFUSED_NAME) {
        board_say(&screen->board, true, "nobody can have the name %s%s; take another",
                  screen->options.name, reasons_name(screen->options.name, words));
        screen_names_ask(screen);
    } else if (!again) {
        board_say(&screen->board, true, "%s; it tries again in %u s", reasons_text(reason, words),
                  (unsigned)wait_s);
    }
}

static void on_state(void *ctx, enum client_state state, enum client_reason reason, uint16_t wait_s)
{
    struct screen *screen = ctx;
    char words[REASONS_TEXT_BYTES];

    terminal_touch(screen->terminal);
    if (state == CLIENT_OUT) {
        if (reason != CLIENT_LEFT)
            board_say(&screen->board, true, "%s%s%s", reasons_text(reason, words),
                      client_close_text(screen->driver.client)[0] != '\0' ? ": " : "",
                      client_close_text(screen->driver.client));
        screen_end(screen, reason == CLIENT_LEFT ? EX_OK : SCREEN_EXIT_REFUSED);
    } else if (screen->leaving != SCREEN_STAYS) {
        return;
    } else if (state == CLIENT_IN) {
        show_joined(screen, !screen->was_in);
        screen->was_in = true;
    } else if (state == CLIENT_JOINING &&
               (reason == CLIENT_NO_REASON || reason == CLIENT_REFUSED_UNKNOWN)) {
        if (reason == CLIENT_REFUSED_UNKNOWN) {
            screen->forgotten = true;
            show_taken(screen);
        }
        screen->state = PROMPT_JOINING;
        screen_wait(screen);
    } else if (state == CLIENT_JOINING) {
        show_refusal(screen, reason, wait_s);
    }
}

static void on_trouble(void *ctx, enum udp_link_trouble trouble, const char *words)
{
    struct screen *screen = ctx;
    const char *hint = screen->was_in ? "it tries again by itself; what you type waits"
                                      : "it tries again by itself; Ctrl-C leaves";

    ev_timer_stop(screen->loop, &screen->slow);
    screen->reported_trouble = true;
    screen->state = PROMPT_NO_ANSWER;
    if (trouble == UDP_LINK_NO_ADDRESS)
        board_say(&screen->board, true, "%s: %s; %s", screen->options.host, words, hint);
    else
        board_say(&screen->board, true, "nobody listens at %s: %s %s", words,
                  screen->was_in ? "the room is closed, or starts anew;"
                                 : "is roomd running there?",
                  hint);
}

static void on_slow(struct ev_loop *loop, ev_timer *watcher, int events)
{
    struct screen *screen = watcher->data;

    (void)loop;
    (void)events;
    screen->state = PROMPT_NO_ANSWER;
    terminal_touch(screen->terminal);
    if (screen->reported_trouble)
        return;
    screen->reported_trouble = true;
    if (screen->was_in)
        board_say(&screen->board, true,
                  "the room does not answer: is this machine's network there? It goes on asking; "
                  "what you type waits");
    else
        board_say(&screen->board, true,
                  "no answer from %s: is roomd running there, and does a firewall let UDP port %s "
                  "through?%s It goes on "
                  "asking; Ctrl-C leaves",
                  udp_link_address(&screen->driver.link), screen->options.port,
                  screen->options.plain ? " roomd may answer here without --plain only."
                                        : " If it is another program's room: --plain.");
}

static void on_late(struct ev_loop *loop, ev_timer *watcher, int events)
{
    struct screen *screen = watcher->data;

    (void)loop;
    (void)events;
    for (size_t i = 0; i < screen->pending.count; i++) {
        struct pending_entry *entry = &screen->pending.entries[i];

        if (!entry->reported)
            board_say(&screen->board, false, "%s, and it is not in the room yet: %s",
                      screen->state == PROMPT_IN ? "this was sent" : "this waits", entry->text);
        entry->reported = true;
    }
}

/* Events must be on the terminal before the driver records them as shown. */
static void on_done(void *ctx)
{
    terminal_flush(((struct screen *)ctx)->terminal);
}

static void on_turn(void *ctx)
{
    screen_names_turn(ctx);
    screen_input_continue_paste(ctx);
}

/* ---- opening ---- */

void screen_events_open(struct screen *screen)
{
    screen->sink = (struct driver_sink){.client = {.event = on_event,
                                                   .outcome = on_outcome,
                                                   .missed = on_missed,
                                                   .past = screen_past_event,
                                                   .past_end = screen_past_end,
                                                   .state = on_state,
                                                   .member = on_member,
                                                   .line = on_line,
                                                   .ctx = screen},
                                        .trouble = on_trouble,
                                        .turn = on_turn,
                                        .done = on_done,
                                        .ctx = screen};
    ev_timer_init(&screen->slow, on_slow, 0.0, 0.0);
    ev_timer_init(&screen->late, on_late, 0.0, 0.0);
    screen->slow.data = screen->late.data = screen;
}
