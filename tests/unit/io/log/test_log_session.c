/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "io/log/log_session.h"

#include <criterion/criterion.h>
#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

static struct log_session session;
static uint8_t bytes[LOG_FRAME_MAX_BYTES];
static uint64_t proposed;
static char told[4096]; /* what the owner was told, in order */

#define TELL(...) snprintf(told + strlen(told), sizeof(told) - strlen(told), __VA_ARGS__)

static void on_found(void *ctx, const struct log_ready *ready)
{
    (void)ctx;
    TELL("found %u; ", (unsigned)ready->record);
}

static void on_state(void *ctx, const struct log_value *row)
{
    (void)ctx;
    TELL("row %u; ", row->space);
}

static void on_committed(void *ctx, uint64_t record, uint64_t event)
{
    (void)ctx;
    TELL("committed %u %u; ", (unsigned)record, (unsigned)event);
}

static void on_trouble(void *ctx, enum log_trouble trouble, const char *text)
{
    (void)ctx;
    TELL("%s \"%s\"; ", log_trouble_name(trouble), text);
}

static void on_ended(void *ctx, const char *why)
{
    (void)ctx;
    TELL("ended: %s; ", why);
}

static void begin(bool read_only, enum log_sync sync)
{
    const struct log_client_sink sink = {.found = on_found,
                                         .state = on_state,
                                         .committed = on_committed,
                                         .trouble = on_trouble,
                                         .ended = on_ended};

    told[0] = '\0';
    proposed = 0;
    log_session_init(&session, &sink, read_only);
    log_session_begin(&session, sync);
}

static void set_up(void)
{
    begin(false, LOG_OS);
}

TestSuite(log_session, .init = set_up);

static int take(size_t length)
{
    return log_session_take(&session, proposed, bytes, length);
}

static int take_frame(enum log_type type, uint8_t flags, uint16_t count, uint64_t a, uint64_t b,
                      const char *payload)
{
    return take(
        log_frame_write(bytes, sizeof(bytes),
                        &(struct log_frame){type, flags, count, a, b, {payload, strlen(payload)}}));
}

static int ready(uint64_t record, enum log_sync sync, uint8_t flags)
{
    return take(log_ready_write(bytes, sizeof(bytes),
                                &(struct log_ready){.flags = flags,
                                                    .record = record,
                                                    .version = LOG_VERSION,
                                                    .sync = sync,
                                                    .engine = {"fake", 4}}));
}

static int state(void)
{
    struct octets_writer writer = log_frame_begin(bytes, sizeof(bytes), LOG_STATE, 0, 0, 0);
    struct log_effect put = {.kind = LOG_PUT, .value = {2, {"k", 1}, {"v", 1}}};

    log_effect_add(&writer, &put);
    return take(log_frame_end(&writer, 1));
}

static void go_live(uint64_t record)
{
    cr_assert_eq(ready(record, LOG_OS, 0), 0);
    cr_assert_eq(take_frame(LOG_LIVE, 0, 0, record, 0, ""), 0);
    cr_assert_eq(session.state, LOG_SESSION_LIVE);
    told[0] = '\0';
}

Test(log_session, a_log_is_found_presented_and_live)
{
    cr_assert_eq(ready(7, LOG_OS, 0), 0);
    cr_assert_eq(state(), 0);
    cr_assert_eq(take_frame(LOG_LIVE, 0, 0, 7, 0, ""), 0);
    cr_expect_str_eq(told, "found 7; row 2; ");
    cr_expect_eq(session.state, LOG_SESSION_LIVE);
}

Test(log_session, what_is_committed_is_told)
{
    go_live(7);
    proposed = 12;
    cr_assert_eq(take_frame(LOG_COMMITTED, LOG_OS, 0, 9, 4, ""), 0);
    cr_assert_eq(take_frame(LOG_COMMITTED, LOG_DISK, 0, 12, 5, ""), 0);
    cr_expect_str_eq(told, "committed 9 4; committed 12 5; ");
}

Test(log_session, what_was_never_sent_can_not_be_committed)
{
    go_live(7);
    proposed = 8;
    cr_expect_eq(take_frame(LOG_COMMITTED, LOG_OS, 0, 9, 4, ""), STATUS_INVALID);
    cr_expect_str_eq(told, "");
}

Test(log_session, a_commit_can_not_be_taken_back)
{
    go_live(7);
    proposed = 9;
    cr_assert_eq(take_frame(LOG_COMMITTED, LOG_OS, 0, 9, 4, ""), 0);
    cr_expect_eq(take_frame(LOG_COMMITTED, LOG_OS, 0, 9, 4, ""), STATUS_INVALID);
}

Test(log_session, a_commit_that_is_worth_less_than_asked_is_not_told)
{
    begin(false, LOG_DISK);
    cr_assert_eq(ready(7, LOG_DISK, 0), 0);
    cr_assert_eq(take_frame(LOG_LIVE, 0, 0, 7, 0, ""), 0);
    told[0] = '\0';
    proposed = 8;
    cr_expect_eq(take_frame(LOG_COMMITTED, LOG_OS, 0, 8, 1, ""), STATUS_INVALID);
    cr_expect_null(strstr(told, "committed"));
}

Test(log_session, a_log_that_keeps_less_than_asked_is_not_used)
{
    begin(false, LOG_DISK);
    cr_expect_eq(ready(7, LOG_OS, 0), STATUS_INVALID);
    cr_expect_null(strstr(told, "found"));
    cr_expect_not_null(strstr(told, "store.sync"));
}

Test(log_session, each_frame_has_its_time)
{
    cr_expect_eq(state(), STATUS_INVALID);
    cr_expect_eq(take_frame(LOG_LIVE, 0, 0, 0, 0, ""), STATUS_INVALID);
    cr_expect_eq(take_frame(LOG_COMMITTED, 0, 0, 1, 1, ""), STATUS_INVALID);
    cr_expect_eq(take_frame(LOG_END, 0, 0, 1, 0, ""), STATUS_INVALID);
    cr_assert_eq(ready(7, LOG_OS, 0), 0);
    cr_expect_eq(ready(7, LOG_OS, 0), STATUS_INVALID);
    cr_expect_eq(take_frame(LOG_LIVE, 0, 0, 6, 0, ""), STATUS_INVALID);
    cr_assert_eq(take_frame(LOG_LIVE, 0, 0, 7, 0, ""), 0);
    cr_expect_eq(take_frame(LOG_LIVE, 0, 0, 7, 0, ""), STATUS_INVALID);
    cr_expect_eq(state(), STATUS_INVALID);
}

Test(log_session, frames_of_the_room_come_from_nobody_else)
{
    cr_expect_eq(take_frame(LOG_ASK, 0, 0, 1, 0, ""), STATUS_INVALID);
    cr_expect_eq(take_frame((enum log_type)0xfe, 0, 0, 0, 0, ""), STATUS_INVALID);
    bytes[0] = LOG_TROUBLE;
    cr_expect_eq(take(0), STATUS_INVALID);
    cr_expect_eq(take(1), STATUS_INVALID);
}

Test(log_session, another_version_or_order_is_not_used)
{
    cr_expect_eq(take(log_ready_write(bytes, sizeof(bytes),
                                      &(struct log_ready){.version = LOG_VERSION,
                                                          .order = LOG_ORDER_ENGINE,
                                                          .engine = {"fake", 4}})),
                 STATUS_INVALID);
}

Test(log_session, a_trouble_is_told_and_its_end)
{
    go_live(0);
    cr_assert_eq(take_frame(LOG_TROUBLE, 0, LOG_TROUBLE_FULL, 0, 0, "no space"), 0);
    cr_expect_eq(session.trouble, LOG_TROUBLE_FULL);
    cr_assert_eq(take_frame(LOG_TROUBLE, 0, LOG_TROUBLE_OVER, 0, 0, ""), 0);
    cr_expect_eq(session.trouble, LOG_TROUBLE_OVER);
    cr_expect_str_eq(told, "full \"no space\"; none \"\"; ");
    cr_expect_eq(take_frame(LOG_TROUBLE, 0, LOG_TROUBLES, 0, 0, ""), STATUS_INVALID);
    cr_expect_eq(take_frame(LOG_TROUBLE, 2, LOG_TROUBLE_FULL, 0, 0, ""), STATUS_INVALID);
}

Test(log_session, the_log_s_last_words_are_why_it_ended)
{
    go_live(0);
    cr_assert_eq(take_frame(LOG_TROUBLE, LOG_TROUBLE_FATAL, LOG_TROUBLE_CORRUPT, 0, 0, "moved"), 0);
    log_session_end(&session, "its exit status was 65");
    cr_expect_str_eq(told, "corrupt \"moved\"; ended: moved; ");
    log_session_end(&session, "twice");
    cr_expect_null(strstr(told, "twice"));
}

Test(log_session, a_trouble_of_the_process_before_is_over_when_the_next_is_live)
{
    go_live(0);
    cr_assert_eq(take_frame(LOG_TROUBLE, 0, LOG_TROUBLE_FULL, 0, 0, "no space"), 0);
    log_session_end(&session, "it was killed by SIGKILL");
    cr_expect_eq(session.trouble, LOG_TROUBLE_FULL);
    log_session_begin(&session, LOG_OS);
    told[0] = '\0';
    cr_assert_eq(ready(0, LOG_OS, 0), 0);
    cr_expect_null(strstr(told, "none"));
    cr_assert_eq(take_frame(LOG_LIVE, 0, 0, 0, 0, ""), 0);
    cr_expect_not_null(strstr(told, "none"));
    cr_expect_eq(session.trouble, LOG_TROUBLE_OVER);
}

Test(log_session, a_trouble_of_this_process_stays_when_it_is_live)
{
    cr_assert_eq(take_frame(LOG_TROUBLE, 0, LOG_TROUBLE_CORRUPT, 0, 0, "aside"), 0);
    cr_assert_eq(ready(0, LOG_OS, LOG_READY_ASIDE | LOG_READY_RENUMBER), 0);
    cr_assert_eq(take_frame(LOG_LIVE, 0, 0, 0, 0, ""), 0);
    cr_expect_eq(session.trouble, LOG_TROUBLE_CORRUPT);
}

/* ---- requests ---- */

static void on_row(void *ctx, const struct log_row *row)
{
    (void)ctx;
    TELL("row of event %u; ", (unsigned)row->number);
}

static void on_status(void *ctx, const struct log_status *status)
{
    (void)ctx;
    TELL("%u bytes; ", (unsigned)status->bytes);
}

static void on_end(void *ctx, enum log_result result, uint64_t value, const char *text)
{
    (void)ctx;
    TELL("end %d %u \"%s\"; ", (int)result, (unsigned)value, text);
}

static const struct log_answer answer = {.row = on_row, .status = on_status, .end = on_end};

static uint64_t open_request(enum log_type type)
{
    uint64_t id = 0;

    cr_assert_eq(log_requests_open(&session.requests, type, &answer, &id), 0);
    return id;
}

static int rows(uint64_t id)
{
    struct octets_writer writer = log_frame_begin(bytes, sizeof(bytes), LOG_ROWS, 0, id, 0);
    struct log_row row = {.number = 5, .event = {.kind = LOG_CHAT, .text = {"hi", 2}}};

    log_row_add(&writer, &row);
    return take(log_frame_end(&writer, 1));
}

Test(log_session, rows_and_the_end_go_to_the_one_who_asked)
{
    uint64_t first, second;

    go_live(0);
    first = open_request(LOG_READ);
    second = open_request(LOG_FORGET);
    cr_assert_eq(rows(first), 0);
    cr_assert_eq(take_frame(LOG_END, LOG_DONE, 0, second, 3, ""), 0);
    cr_assert_eq(take_frame(LOG_END, LOG_FAILED, 0, first, 0, "the disk"), 0);
    cr_expect_str_eq(told, "row of event 5; end 0 3 \"\"; end 2 0 \"the disk\"; ");
    cr_expect_not(log_requests_are_open(&session.requests));
}

Test(log_session, a_status_is_the_end_of_its_request)
{
    uint64_t id;

    go_live(0);
    id = open_request(LOG_ASK);
    cr_assert_eq(
        take(log_status_write(bytes, sizeof(bytes), &(struct log_status){.id = id, .bytes = 4096})),
        0);
    cr_expect_str_eq(told, "4096 bytes; end 0 0 \"\"; ");
}

Test(log_session, an_answer_to_nothing_breaks_a_rule)
{
    uint64_t id;

    go_live(0);
    cr_expect_eq(take_frame(LOG_END, LOG_DONE, 0, 1, 0, ""), STATUS_INVALID);
    cr_expect_eq(take_frame(LOG_END, LOG_DONE, 0, 0, 0, ""), STATUS_INVALID);
    id = open_request(LOG_FORGET);
    cr_expect_eq(rows(id), STATUS_INVALID);
    cr_expect_eq(take_frame(LOG_END, 4, 0, id, 0, ""), STATUS_INVALID);
}

Test(log_session, a_cancelled_request_is_answered_to_nobody)
{
    uint64_t id;

    go_live(0);
    id = open_request(LOG_READ);
    cr_expect_eq(log_requests_cancel(&session.requests, id), (unsigned)LOG_READ);
    cr_assert_eq(rows(id), 0);
    cr_assert_eq(take_frame(LOG_END, LOG_CANCELLED, 0, id, 0, ""), 0);
    cr_expect_str_eq(told, "");
    cr_expect_eq(log_requests_cancel(&session.requests, id), 0);
}

Test(log_session, few_requests_are_open_at_a_time)
{
    uint64_t id;

    go_live(0);
    for (unsigned i = 0; i < LOG_REQUESTS_MAX; i++)
        id = open_request(LOG_ASK);
    cr_expect_eq(log_requests_open(&session.requests, LOG_ASK, &answer, &id), STATUS_FULL);
    log_requests_withdraw(&session.requests, id);
    open_request(LOG_ASK);
}

Test(log_session, a_log_that_ends_fails_what_was_asked)
{
    go_live(0);
    open_request(LOG_READ);
    open_request(LOG_FORGET);
    log_session_end(&session, "it was killed by SIGKILL");
    cr_expect_str_eq(told, "end 2 0 \"the log has ended: it was killed by SIGKILL\"; "
                           "end 2 0 \"the log has ended: it was killed by SIGKILL\"; "
                           "ended: it was killed by SIGKILL; ");
}

Test(log_session, one_that_only_reads_has_no_state_and_no_commits)
{
    begin(true, LOG_DISK);
    cr_expect_eq(ready(7, LOG_OS, 0), STATUS_INVALID);
    cr_assert_eq(ready(7, LOG_OS, LOG_READY_READ_ONLY), 0);
    cr_expect_eq(state(), STATUS_INVALID);
    cr_assert_eq(take_frame(LOG_LIVE, 0, 0, 7, 0, ""), 0);
    proposed = 8;
    cr_expect_eq(take_frame(LOG_COMMITTED, LOG_DISK, 0, 8, 1, ""), STATUS_INVALID);
}
