/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Each kind of line has its own bucket, so that a flood of one (anybody can be refused a thousand
 * times a second) hides none of the others.
 */
#include "roomd/journal.h"

#include "base/log.h"
#include "core/model/bucket.h"

#include <inttypes.h>
#include <roomd/dialect.h>
#include <stdio.h>
#include <string.h>

/* All kinds with counts of twenty digits. */
#define LEFT_OUT_BYTES 256

static const struct bucket_rate line_rate = {.interval_ns = MOMENT_NS_PER_S / JOURNAL_PER_SECOND,
                                             .burst = JOURNAL_BURST};

void journal_init(struct journal *journal, uint32_t events, bool on_terminal)
{
    *journal = (struct journal){
        .events = events, .on_terminal = on_terminal, .left_out_since_ns = MOMENT_NEVER_NS};
}

void journal_set_events(struct journal *journal, uint32_t events)
{
    journal->events = events;
}

static bool is_wanted(const struct journal *journal, enum log_event kind)
{
    return (journal->events & LOG_EVENT_BIT(kind)) != 0 && log_is_shown(LOG_LEVEL_INFO) &&
           (!journal->on_terminal || kind == LOG_EVENT_REFUSALS);
}

/* Spends one line of this kind; false, and counted, if there were too many. */
static bool may_write(struct journal *journal, const struct moment *now, size_t kind)
{
    if (bucket_spend(&journal->full_ns[kind], &line_rate, 1, now->mono_ns))
        return true;
    journal->left_out[kind]++;
    if (journal->left_out_since_ns == MOMENT_NEVER_NS)
        journal->left_out_since_ns = now->mono_ns;
    return false;
}

static enum log_event kind_of(enum event_kind kind)
{
    switch (kind) {
    case EVENT_JOIN:
        return LOG_EVENT_JOINS;
    case EVENT_CHAT:
        return LOG_EVENT_MESSAGES;
    case EVENT_EXIT:
        return LOG_EVENT_EXITS;
    case EVENT_NOTICE:
        break;
    }
    return LOG_EVENT_NOTICES;
}

static void on_happened(void *ctx, const struct moment *now, const struct event *event,
                        const struct path *path)
{
    struct journal *journal = ctx;
    enum log_event kind = kind_of((enum event_kind)event->kind);
    int name_len = event->name_len, text_len = event->text_len;
    char endpoint[ENDPOINT_TEXT_BYTES];

    if (!is_wanted(journal, kind) || !may_write(journal, now, kind))
        return;
    switch ((enum event_kind)event->kind) {
    case EVENT_JOIN:
        log_info("%.*s joined from %s", name_len, event->name,
                 endpoint_format(&path->peer, endpoint));
        break;
    case EVENT_CHAT:
        log_info("%.*s said: %.*s", name_len, event->name, text_len, event->text);
        break;
    case EVENT_EXIT:
        log_info("%.*s left (%s)", name_len, event->name,
                 exit_reason_text((enum exit_reason)event->reason));
        break;
    case EVENT_NOTICE:
        log_info("notice: %.*s", text_len, event->text);
        break;
    }
}

static void on_refused(void *ctx, const struct moment *now, enum refusal refusal,
                       const struct path *path)
{
    struct journal *journal = ctx;
    char endpoint[ENDPOINT_TEXT_BYTES];

    /* on_name_refused has said more about it. */
    if (refusal == REFUSED_NAME_BAD)
        return;
    if (is_wanted(journal, LOG_EVENT_REFUSALS) && may_write(journal, now, LOG_EVENT_REFUSALS))
        log_info("refused from %s: %s", endpoint_format(&path->peer, endpoint),
                 refusal_text(refusal));
}

/* The name can be any bytes: what is longer than names may be is cut. */
static void on_name_refused(void *ctx, const struct moment *now, const char *name, size_t length,
                            enum name_fault fault, const struct path *path)
{
    struct journal *journal = ctx;
    char endpoint[ENDPOINT_TEXT_BYTES];
    bool cut = length > ROOM_NAME_MAX_BYTES;

    if (is_wanted(journal, LOG_EVENT_REFUSALS) && may_write(journal, now, LOG_EVENT_REFUSALS))
        log_info("refused from %s: %s '%.*s'%s: %s", endpoint_format(&path->peer, endpoint),
                 refusal_text(REFUSED_NAME_BAD), cut ? ROOM_NAME_MAX_BYTES : (int)length, name,
                 cut ? "..." : "", dialect_name_fault(DIALECT_EN, fault));
}

static void on_undelivered(void *ctx, const struct moment *now, const char *name,
                           const struct path *path)
{
    struct journal *journal = ctx;
    char endpoint[ENDPOINT_TEXT_BYTES];

    if (log_is_shown(LOG_LEVEL_DEBUG) && may_write(journal, now, JOURNAL_UNDELIVERED))
        log_debug("%s at %s could not be sent a datagram", name,
                  endpoint_format(&path->peer, endpoint));
}

/* Not part of log.events: it is rare, at most two lines in many seconds, and calls for action. */
static void on_overload(void *ctx, const struct room_overload *overload)
{
    (void)ctx;
    if (overload->active)
        log_warnx("overloaded: %" PRIu64 " deliveries are owed, %" PRIu64
                  " a second leave, and more come in than "
                  "that; limits.messages limits who sends much",
                  overload->owed, overload->per_second);
    else
        log_notice("no longer overloaded, after %" PRId64 " s: at most %" PRIu64
                   " deliveries were owed",
                   overload->lasted_ns / MOMENT_NS_PER_S, overload->peak);
}

struct observer journal_observer(struct journal *journal)
{
    return (struct observer){.happened = on_happened,
                             .refused = on_refused,
                             .name_refused = on_name_refused,
                             .undelivered = on_undelivered,
                             .overload = on_overload,
                             .ctx = journal};
}

/* ---- lines left out ---- */

static const char *kind_word(size_t kind)
{
    return kind < LOG_EVENTS ? log_option_event_word((enum log_event)kind) : "failed sends";
}

/* "3012 joins, 1 refusal" */
static void write_left_out(const struct journal *journal, char out[LEFT_OUT_BYTES])
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t kind = 0; kind < JOURNAL_KINDS; kind++) {
        const char *word = kind_word(kind);
        uint64_t count = journal->left_out[kind];
        int word_len = (int)strlen(word) - (count == 1 ? 1 : 0); /* all words end in s */

        if (count > 0)
            used += (size_t)snprintf(out + used, LEFT_OUT_BYTES - used, "%s%" PRIu64 " %.*s",
                                     used > 0 ? ", " : "", count, word_len, word);
    }
}

void journal_close(struct journal *journal, const struct moment *now)
{
    char left_out[LEFT_OUT_BYTES];
    int64_t seconds;

    if (journal->left_out_since_ns == MOMENT_NEVER_NS)
        return;
    seconds = (now->mono_ns - journal->left_out_since_ns + MOMENT_NS_PER_S - 1) / MOMENT_NS_PER_S;
    write_left_out(journal, left_out);
    log_info("left out of the log in the last %" PRId64 " s: %s", seconds > 0 ? seconds : 1,
             left_out);
    memset(journal->left_out, 0, sizeof(journal->left_out));
    journal->left_out_since_ns = MOMENT_NEVER_NS;
}

void journal_tick(struct journal *journal, const struct moment *now)
{
    if (journal_next_tick(journal) <= now->mono_ns)
        journal_close(journal, now);
}

int64_t journal_next_tick(const struct journal *journal)
{
    return journal->left_out_since_ns == MOMENT_NEVER_NS
               ? MOMENT_NEVER_NS
               : journal->left_out_since_ns + JOURNAL_LEFT_OUT_NS;
}
