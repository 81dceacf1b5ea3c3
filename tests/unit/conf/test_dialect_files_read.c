/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A plain client reads the lines of a room as the same events: in each built-in and each installed
 * dialect, with names and texts that resemble everything else a room writes.
 */
#include "conf_support.h"

#include "core/model/name.h"
#include "core/plain_wire/bundle.h"
#include "core/plain_wire/plain.h"
#include "core/plain_wire/reserved_names.h"
#include "core/plain_wire/template.h"
#include "support/dice.h"
#include "support/plain_stage.h"

#include "core/model/transcript.h"
#include <dirent.h>

#define SHIPPED ROOMD_SOURCE_DIR "/conf/dialects"
#define ROUNDS  60U
#define EVENTS  60U

static const char *const names[] = {"alice", "李雷",   "3",    "人",    "a,", "…", "{",  "{name}",
                                    "L",     "C",      "Q",    "-bob",  "x)", "[", "N1", "OKx",
                                    "EXITS", "joined", "left", "count", "😀", "é"};

/* The parts of texts: all kinds of boundaries, replies and lines. */
static const char *const parts[] = {"hello",
                                    " ",
                                    "  ",
                                    ": ",
                                    " ： ",
                                    ":",
                                    "：",
                                    ", ",
                                    " …",
                                    "OK",
                                    "EXIT",
                                    "QUIT",
                                    "Y",
                                    "N",
                                    "joined",
                                    " left",
                                    "Notice: ",
                                    "管理员消息: ",
                                    "bob",
                                    "alice ",
                                    "C alice",
                                    "L bob ok",
                                    "{",
                                    "}",
                                    "3",
                                    "12:34",
                                    "😀",
                                    " 进入了聊天室",
                                    " 退出了聊天室",
                                    "3 人进入了聊天室: a, b",
                                    "您错过了 7 条消息",
                                    "该用户已存在",
                                    "请先进入聊天室",
                                    "C 管理员消息 ",
                                    "\xc2\xa0",
                                    "\xe3\x80\x80"};

#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

static struct plain_stage stage;
static char expected[PLAIN_STAGE_TEXT_BYTES];

/* ---- writing as a room does ---- */

static const char *draw_name(struct dice *dice, const struct name_reserved *reserved)
{
    struct name name;

    for (;;) {
        const char *text = names[dice_below(dice, COUNT(names))];

        if (name_parse(text, strlen(text), 32, reserved, &name) == 0)
            return text;
    }
}

static size_t draw_text(struct dice *dice, char text[901])
{
    size_t length = 0;

    for (uint32_t count = 1 + dice_below(dice, 6); count > 0; count--)
        length += (size_t)snprintf(text + length, 901 - length, "%s",
                                   parts[dice_below(dice, COUNT(parts))]);
    return length;
}

static void expect(const char *before, const char *name, const char *between, const char *text)
{
    size_t used = strlen(expected);

    snprintf(expected + used, sizeof(expected) - used, "%s%s%s%s%s", used > 0 ? "|" : "", before,
             name, between, text);
}

static void append(struct transcript *transcript, struct dice *dice,
                   const struct name_reserved *reserved)
{
    char text[901] = "";
    struct event event = {
        .kind = (uint8_t)dice_below(dice, 4), .wall_ns = stage.now.wall_ns, .text = text};
    uint64_t seq;

    event.name = event.kind == EVENT_NOTICE ? "" : draw_name(dice, reserved);
    event.name_len = (uint16_t)strlen(event.name);
    if (event.kind == EVENT_CHAT || event.kind == EVENT_NOTICE)
        event.text_len = (uint16_t)draw_text(dice, text);
    /* A reply followed by a space may be an escaped reply or the text itself. */
    while (event.kind == EVENT_NOTICE && event.text_len > 1 && text[event.text_len - 1] == ' ')
        text[--event.text_len] = '\0';
    for (uint32_t run = dice_chance(dice, 300) ? 1 + dice_below(dice, 8) : 1; run > 0; run--) {
        cr_assert_eq(transcript_append(transcript, &event, &seq), 0);
        if (event.kind == EVENT_CHAT)
            expect("<", event.name, "> ", text);
        else if (event.kind == EVENT_NOTICE)
            expect("* ", "", "", text);
        else
            expect(event.kind == EVENT_JOIN ? "+" : "-", event.name, "", "");
    }
}

/* Sends the whole transcript in the datagrams that a room would send. */
static void deliver(const struct transcript *transcript)
{
    static struct bundle_cache cache;

    bundle_forget(&cache);
    for (uint64_t next = 1; next <= transcript_released(transcript);) {
        const struct bundle *bundle =
            bundle_get(&cache, &stage.dialect, transcript, next, BUNDLE_FOLDED);
        const struct bundle_line *last = &bundle->lines[bundle->count - 1];

        plain_stage_receive_bytes(&stage, bundle->bytes, last->end - 1);
        next += last->events;
        bundle_unpin(&cache);
    }
}

static void play(const struct dialect *dialect, uint64_t seed)
{
    struct dice dice = {.state = seed};
    static struct name_reserved reserved;
    struct transcript *transcript;
    const char *got;
    size_t same = 0;

    plain_stage_open(&stage);
    stage.dialect = *dialect;
    stage.dialect.fold_joins = 2 + dice_below(&dice, 6);
    stage.dialect.max_lines = 1 + dice_below(&dice, 6);
    stage.setup.name = "zoe";
    plain_stage_enter(&stage);
    reserved_names_init(&reserved);
    reserved_names_add_dialect(&reserved, &stage.dialect);
    cr_assert_eq(transcript_new(ROOM_RING_MIN_BYTES * 16, &transcript), 0);
    expected[0] = '\0';
    for (unsigned i = 0; i < EVENTS; i++)
        append(transcript, &dice, &reserved);
    transcript_release(transcript, transcript_appended(transcript));
    deliver(transcript);
    got = plain_stage_told(&stage);
    while (*got != '\0' && *got == expected[same]) {
        got++;
        same++;
    }
    cr_expect_eq(*got, expected[same], "%s, seed %llu: '%.60s' and not '%.60s'", dialect->name,
                 (unsigned long long)seed, got, expected + same);
    transcript_free(transcript);
    plain_stage_done(&stage);
}

static void play_all(const struct dialect *dialect)
{
    for (uint64_t seed = 1; seed <= ROUNDS; seed++)
        play(dialect, seed);
}

/* ---- the dialects ---- */

Test(dialect_files_read, built_in_ones_are_read_as_they_were_written)
{
    struct dialect dialect;

    for (const char *const *name = dialect_builtin_names(); *name != NULL; name++) {
        cr_assert_eq(dialect_init(&dialect, *name, DIALECT_ZH), 0);
        play_all(&dialect);
        cr_assert_eq(dialect_init(&dialect, *name, DIALECT_EN), 0);
        play_all(&dialect);
    }
}

Test(dialect_files_read, installed_ones_are_read_as_they_were_written)
{
    DIR *folder = opendir(SHIPPED);
    struct dirent *file;
    size_t count = 0;

    cr_assert_not_null(folder);
    while ((file = readdir(folder)) != NULL) {
        char setting[512];
        struct outcome outcome;

        if (strstr(file->d_name, ".conf") == NULL)
            continue;
        snprintf(setting, sizeof(setting), "plain.dialect=%s/%s", SHIPPED, file->d_name);
        outcome = load_setting(setting);
        cr_assert_eq(outcome.status, 0, "%s", outcome.text);
        play_all(&outcome.config->dialects[0].dialect);
        outcome_done(&outcome);
        count++;
    }
    closedir(folder);
    cr_expect_geq(count, 9);
}

Test(dialect_files_read, times_prefixes_and_line_breaks_are_read_as_they_were_written)
{
    struct dialect dialect;
    char why[DIALECT_WHY_BYTES];

    cr_assert_eq(dialect_init(&dialect, "course", DIALECT_EN), 0);
    cr_assert_eq(dialect_set(&dialect, DIALECT_PREFIX, "\n> ", why), 0);
    cr_assert_eq(dialect_set(&dialect, DIALECT_CHAT, "[{time}] {name} says:\n\t{text}", why),
                 STATUS_INVALID);
    cr_assert_eq(dialect_set(&dialect, DIALECT_CHAT, "\n[{time}] {name} says:\n  {text}", why), 0);
    cr_assert_eq(dialect_set(&dialect, DIALECT_JOIN, "({time}) {name} came\n", why), 0);
    cr_assert_eq(dialect_set(&dialect, DIALECT_NOTICE, "*** {text} ***", why), 0);
    cr_assert_eq(dialect_set(&dialect, DIALECT_ACCEPT, "hello {name}", why), 0);
    play_all(&dialect);
}

Test(dialect_files_read, a_line_to_one_member_only_is_no_event)
{
    static const enum dialect_key keys[] = {DIALECT_MISSED,   DIALECT_IDLE,      DIALECT_KICKED,
                                            DIALECT_MUTED,    DIALECT_LIMITED,   DIALECT_TOO_LONG,
                                            DIALECT_NOT_UTF8, DIALECT_DISPLACED, DIALECT_ASKED};

    const struct plain_wording wording = {.dialect = &stage.dialect};

    plain_stage_open(&stage);
    plain_stage_enter(&stage);
    for (size_t i = 0; i < COUNT(keys); i++) {
        struct template_values values = {.text = "a reason: too loud", .text_len = 18, .count = 12};
        char line[PLAIN_LINE_MAX_BYTES];
        size_t length = plain_render_line(&wording, keys[i], &values, line);
        const char *got;

        plain_stage_receive_bytes(&stage, line, length);
        got = plain_stage_told(&stage);
        cr_expect(keys[i] == DIALECT_MISSED ? strcmp(got, "missed 12") == 0
                                            : strncmp(got, "line ", 5) == 0,
                  "%s", got);
        values.text_len = 0;
        length = plain_render_line(&wording, keys[i], &values, line);
        plain_stage_receive_bytes(&stage, line, length);
        got = plain_stage_told(&stage);
        cr_expect(keys[i] == DIALECT_MISSED || strncmp(got, "line ", 5) == 0, "%s", got);
    }
    plain_stage_done(&stage);
}
