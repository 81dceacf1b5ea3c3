/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Each is a listing that says one thing, once the store has answered. */
#include "admin/store_commands.h"

#include "admin/duration.h"
#include "admin/history_query.h"
#include "admin/inquiry.h"
#include "base/json.h"
#include "base/timestamp.h"

#include <inttypes.h>
#include <roomd/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum stage {
    STAGE_BEGUN,
    STAGE_MEMORY, /* forget: looks through the events in memory */
    STAGE_ASKED,
};

struct errand {
    struct inquiry inquiry;
    enum stage stage;
    uint64_t record;      /* forget: first this one has to be committed */
    uint64_t from, count; /* forget: in memory */
    size_t folded_len;    /* bytes */
    char folded[ROOM_NAME_MAX_BYTES];
    char name[ROOM_NAME_MAX_BYTES + 1]; /* as it was typed */
    int fd;                             /* backup: the file, or -1 */
};

static void drop(void *kept)
{
    struct errand *errand = kept;

    inquiry_close(&errand->inquiry);
    if (errand->fd >= 0)
        close(errand->fd);
    free(errand);
}

static enum admin_result begin(const struct command_call *call, const struct errand *errand,
                               enum admin_result (*next)(const struct admin *,
                                                         const struct moment *,
                                                         struct admin_listing *,
                                                         const struct admin_reply *),
                               struct admin_listing *ret_listing)
{
    struct errand *kept = malloc(sizeof(*kept));

    if (kept == NULL) {
        if (errand->fd >= 0)
            close(errand->fd);
        return admin_say(call->reply, ADMIN_FAILED, "there is no memory for it");
    }
    *kept = *errand;
    inquiry_init(&kept->inquiry, &call->admin->store, NULL, NULL);
    kept->inquiry.asked_ns = call->now->mono_ns;
    *ret_listing = (struct admin_listing){.next = next, .kept = kept, .drop = drop};
    return ADMIN_MORE;
}

/* ---- forget ---- */

static enum admin_result say_forgotten(const struct errand *errand, uint64_t count,
                                       const struct admin_reply *reply)
{
    return admin_say(reply, ADMIN_DONE, "%" PRIu64 " event%s of %s %s forgotten", count,
                     count == 1 ? "" : "s", errand->name, count == 1 ? "is" : "are");
}

static enum admin_result ask_to_forget(const struct admin *admin, const struct moment *now,
                                       struct errand *errand, const struct admin_reply *reply)
{
    struct store_answer answer;

    if (admin->store.forget == NULL)
        return say_forgotten(errand, errand->count, reply);
    errand->stage = STAGE_ASKED;
    answer = inquiry_begin(&errand->inquiry, now);
    return inquiry_asked(&errand->inquiry,
                         admin->store.forget(admin->store.ctx, errand->folded, errand->folded_len,
                                             &answer, &errand->inquiry.id),
                         reply);
}

/* What is on its way to the store would be forgotten there, but not here. */
static enum admin_result wait_for_commits(const struct admin *admin, const struct moment *now,
                                          struct errand *errand, const struct admin_reply *reply)
{
    struct room_log_stats log;

    room_log_stats(admin->room, &log);
    if (log.kept >= errand->record) {
        errand->stage = STAGE_MEMORY;
        return ADMIN_MORE;
    }
    if (now->mono_ns - errand->inquiry.asked_ns < INQUIRY_PATIENCE_S * MOMENT_NS_PER_S)
        return ADMIN_WAIT;
    return admin_say(
        reply, ADMIN_FAILED,
        "nothing was forgotten: the store has not taken what was said before for %d s; "
        "%sstore says why",
        INQUIRY_PATIENCE_S, admin_prefix(reply));
}

static enum admin_result next_forget(const struct admin *admin, const struct moment *now,
                                     struct admin_listing *listing, const struct admin_reply *reply)
{
    struct errand *errand = listing->kept;
    enum admin_result result;

    switch (errand->stage) {
    case STAGE_BEGUN:
        return wait_for_commits(admin, now, errand, reply);
    case STAGE_MEMORY:
        errand->from = room_forget(admin->room, errand->folded, errand->folded_len, errand->from,
                                   &errand->count);
        return errand->from != 0 ? ADMIN_MORE : ask_to_forget(admin, now, errand, reply);
    case STAGE_ASKED:
        break;
    }
    result = inquiry_result(&errand->inquiry, now, reply);
    return result == ADMIN_DONE ? say_forgotten(errand, errand->inquiry.value, reply) : result;
}

enum admin_result store_commands_forget(const struct command_call *call,
                                        struct admin_listing *ret_listing)
{
    struct errand errand = {.fd = -1, .from = 1, .record = room_recorded(call->admin->room)};
    size_t length = strcspn(call->arguments, " ");

    if (length == 0)
        return command_output_usage(call, "whom?");
    if (call->arguments[length + strspn(call->arguments + length, " ")] != '\0')
        return command_output_usage(call, "a name is one word.");
    if (length < sizeof(errand.name))
        errand.folded_len = history_query_fold(call->arguments, length, errand.folded);
    if (errand.folded_len == 0)
        return admin_say(call->reply, ADMIN_FAILED, "nobody can have that name");
    memcpy(errand.name, call->arguments, length);
    return begin(call, &errand, next_forget, ret_listing);
}

/* ---- backup ---- */

static enum admin_result next_backup(const struct admin *admin, const struct moment *now,
                                     struct admin_listing *listing, const struct admin_reply *reply)
{
    struct errand *errand = listing->kept;
    struct store_answer answer;
    enum admin_result result;
    int fd = errand->fd;

    if (errand->stage == STAGE_BEGUN) {
        errand->stage = STAGE_ASKED;
        errand->fd = -1;
        answer = inquiry_begin(&errand->inquiry, now);
        return inquiry_asked(
            &errand->inquiry,
            admin->store.backup(admin->store.ctx, fd, &answer, &errand->inquiry.id), reply);
    }
    result = inquiry_result(&errand->inquiry, now, reply);
    return result == ADMIN_DONE ? admin_say(reply, ADMIN_DONE, "the backup is complete") : result;
}

enum admin_result store_commands_backup(const struct command_call *call,
                                        struct admin_listing *ret_listing)
{
    struct errand errand = {
        .fd = call->reply->take_file != NULL ? call->reply->take_file(call->reply->ctx) : -1};

    if (errand.fd < 0)
        return admin_say(call->reply, ADMIN_FAILED, "there is no file to write to");
    if (call->admin->store.backup == NULL) {
        close(errand.fd);
        return admin_say(call->reply, ADMIN_FAILED,
                         "there is no store to be copied: store.path is not set");
    }
    return begin(call, &errand, next_backup, ret_listing);
}

/* ---- store ---- */

struct figures {
    struct store_description how;
    struct store_status status;
    bool answered;
    struct room_log_stats log;
    char oldest[TIMESTAMP_TEXT_BYTES];
};

static void say_figures_in_json(const struct figures *figures, const struct admin_reply *reply)
{
    const struct store_status *status = &figures->status;
    char object[ADMIN_ANSWER_MAX_BYTES];
    struct json json;

    json_begin(&json, object, sizeof(object));
    json_text(&json, "path", figures->how.path);
    json_text(&json, "sync", figures->how.sync);
    json_count(&json, "keep", figures->how.keep_s);
    json_count(&json, "max_bytes", figures->how.max_bytes);
    json_text(&json, "trouble", figures->how.trouble);
    json_count(&json, "waiting_records", figures->log.recorded - figures->log.kept);
    json_count(&json, "waiting_bytes", figures->log.waiting_bytes);
    if (figures->answered) {
        json_count(&json, "bytes", status->bytes);
        json_count(&json, "first_event", status->first_event);
        json_count(&json, "last_event", status->last_event);
        json_text(&json, "oldest", status->oldest_ns != 0 ? figures->oldest : NULL);
        json_count(&json, "commits", status->commits);
        json_count(&json, "last_commit_us", status->last_us);
        json_count(&json, "longest_commit_us", status->longest_us);
    }
    admin_say_json(reply, &json);
}

static void say_line(const struct admin_reply *reply, const char *what, const char *text)
{
    admin_say(reply, ADMIN_DONE, "  %-14s  %s", what, text);
}

static void say_answer(const struct figures *figures, const struct admin_reply *reply)
{
    const struct store_status *status = &figures->status;
    char text[160];

    snprintf(text, sizeof(text), "%.1f MiB, at most %.1f MiB", (double)status->bytes / 1048576.0,
             (double)figures->how.max_bytes / 1048576.0);
    say_line(reply, "size", text);
    if (status->first_event != 0)
        snprintf(text, sizeof(text), "%" PRIu64 " to %" PRIu64 ", since %s", status->first_event,
                 status->last_event, figures->oldest);
    else
        snprintf(text, sizeof(text), "none");
    say_line(reply, "events", text);
    snprintf(text, sizeof(text),
             "%u since it was last asked; the last took %.1f ms, the longest %.1f ms",
             (unsigned)status->commits, (double)status->last_us / 1000.0,
             (double)status->longest_us / 1000.0);
    say_line(reply, "commits", text);
}

static void say_figures(const struct figures *figures, const struct admin_reply *reply)
{
    char text[160], keep[DURATION_TEXT_BYTES];

    admin_say(reply, ADMIN_DONE, "%s", figures->how.path);
    if (figures->answered)
        say_answer(figures, reply);
    if (figures->how.keep_s != 0)
        say_line(reply, "kept for",
                 duration_format((int64_t)figures->how.keep_s * MOMENT_NS_PER_S, keep));
    say_line(reply, "survives",
             strcmp(figures->how.sync, "os") == 0 ? "the end of any program (store.sync = os)"
                                                  : "a power cut (store.sync = disk)");
    snprintf(text, sizeof(text), "%" PRIu64 " records, %" PRIu64 " bytes",
             figures->log.recorded - figures->log.kept, figures->log.waiting_bytes);
    say_line(reply, "not kept yet", text);
    say_line(reply, "trouble", figures->how.trouble != NULL ? figures->how.trouble : "none");
}

static enum admin_result say_store(const struct admin *admin, const struct moment *now,
                                   const struct inquiry *inquiry, const struct admin_reply *reply)
{
    struct figures figures = {.status = inquiry->status, .answered = inquiry->done};

    admin->store.describe(admin->store.ctx, &figures.how);
    room_log_stats(admin->room, &figures.log);
    timestamp_format(figures.status.oldest_ns, now->utc_offset_s, figures.oldest);
    if (reply->json)
        say_figures_in_json(&figures, reply);
    else
        say_figures(&figures, reply);
    return ADMIN_DONE;
}

/* What is known here is said also when the store does not answer. */
static enum admin_result next_store(const struct admin *admin, const struct moment *now,
                                    struct admin_listing *listing, const struct admin_reply *reply)
{
    struct errand *errand = listing->kept;
    struct inquiry *inquiry = &errand->inquiry;
    struct store_answer answer;

    if (errand->stage == STAGE_BEGUN) {
        errand->stage = STAGE_ASKED;
        answer = inquiry_begin(inquiry, now);
        if (admin->store.ask(admin->store.ctx, &answer, &inquiry->id) == STATUS_OK)
            return ADMIN_WAIT;
    } else if (inquiry->id != 0 &&
               now->mono_ns - inquiry->asked_ns < STORE_COMMANDS_PATIENCE_S * MOMENT_NS_PER_S) {
        return ADMIN_WAIT;
    }
    inquiry_close(inquiry);
    return say_store(admin, now, inquiry, reply);
}

static enum admin_result say_memory(const struct command_call *call)
{
    uint64_t oldest, released, count;
    char object[ADMIN_ANSWER_MAX_BYTES];
    struct json json;

    room_events(call->admin->room, &oldest, &released);
    count = oldest <= released ? released - oldest + 1 : 0;
    if (!call->reply->json)
        return admin_say(call->reply, ADMIN_DONE,
                         "there is no store: store.path is not set; %" PRIu64
                         " event%s in memory, until the program ends",
                         count, count == 1 ? " is" : "s are");
    json_begin(&json, object, sizeof(object));
    json_null(&json, "path");
    json_count(&json, "events", count);
    admin_say_json(call->reply, &json);
    return ADMIN_DONE;
}

enum admin_result store_commands_store(const struct command_call *call,
                                       struct admin_listing *ret_listing)
{
    const struct errand errand = {.fd = -1};

    return call->admin->store.ask != NULL ? begin(call, &errand, next_store, ret_listing)
                                          : say_memory(call);
}
