/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "admin/stats.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static char said[16384];

static void on_line(void *ctx, bool is_error, const char *text)
{
    size_t used = strlen(said);

    (void)ctx;
    (void)is_error;
    snprintf(said + used, sizeof(said) - used, "%s\n", text);
}

static bool is_snake_case(const char *name)
{
    return name[0] != '\0' && name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

static bool ends_in_total(const char *name)
{
    size_t length = strlen(name);

    return length > 6 && strcmp(name + length - 6, "_total") == 0;
}

Test(stats, names_are_those_of_metrics)
{
    for (size_t i = 0; i < stats_rows(); i++) {
        const struct stats_row *row = stats_row(i);

        cr_expect(is_snake_case(row->name), "%s", row->name);
        cr_expect(row->help != NULL && row->help[0] != '\0', "%s", row->name);
        cr_expect_eq(ends_in_total(row->name), row->kind == STATS_COUNTER, "%s", row->name);
        for (size_t other = 0; other < i; other++)
            cr_expect_str_neq(row->name, stats_row(other)->name);
    }
}

/* Checks byte by byte: a list of the fields would be forgotten as easily as a row. */
Test(stats, every_count_has_a_row)
{
    static bool has_row[sizeof(struct stats)];
    unsigned char counted[sizeof(struct stats)];
    struct stats stats;

    memset(&stats, 0xff, sizeof(stats));
    __builtin_clear_padding(&stats);
    memcpy(counted, &stats, sizeof(stats));
    memset(&has_row[offsetof(struct stats, room.refused)], true,
           sizeof(stats.room.refused)); /* by their labels */
    for (size_t i = 0; i < stats_rows(); i++)
        memset(&has_row[stats_row(i)->offset], true, stats_row(i)->size);
    for (size_t i = 0; i < sizeof(stats); i++)
        cr_expect(has_row[i] || counted[i] == 0,
                  "byte %zu of struct stats, of %zu in struct room_stats", i, sizeof(stats.room));
}

Test(stats, every_refusal_has_a_label_of_its_own)
{
    for (int refusal = REFUSED_NOT + 1; refusal < REFUSALS; refusal++) {
        const char *label = stats_refusal_label((enum refusal)refusal);

        cr_assert(label != NULL && is_snake_case(label), "%d", refusal);
        for (int other = REFUSED_NOT + 1; other < refusal; other++)
            cr_expect_str_neq(label, stats_refusal_label((enum refusal)other));
    }
    cr_expect_str_eq(stats_refusal_label(REFUSALS), "unknown");
}

Test(stats, the_manual_says_more_of_a_refusal_than_its_label)
{
    for (int refusal = REFUSED_NOT + 1; refusal < REFUSALS; refusal++)
        cr_expect_str_neq(refusal_text((enum refusal)refusal),
                          stats_refusal_label((enum refusal)refusal));
}

Test(stats, fields_of_every_width_are_read)
{
    struct stats stats = {.room = {.members = UINT32_MAX, .received = UINT64_MAX}};
    struct stats_row row = *stats_row(0);
    bool flag = true;

    cr_expect_str_eq(row.name, "members");
    cr_expect_eq(stats_value(&stats, &row), UINT32_MAX);
    row.offset = offsetof(struct stats, room.received);
    row.size = sizeof(uint64_t);
    cr_expect_eq(stats_value(&stats, &row), UINT64_MAX);
    row.size = sizeof(bool);
    memcpy(&stats.room.received, &flag, sizeof(flag));
    cr_expect_eq(stats_value(&stats, &row), 1);
}

Test(stats, text_is_a_line_for_each_value_and_leaves_out_refusals_that_never_happened)
{
    const struct admin_reply reply = {.line = on_line};
    struct stats stats = {.room = {.members = 7, .refused = {[REFUSED_NAME_TAKEN] = 3}}};

    stats_say(&stats, &reply);
    cr_expect(strstr(said, "members 7\n") == said, "%s", said);
    cr_expect(strstr(said, "\nunreachable_total 0\n") != NULL, "%s", said);
    cr_expect(strstr(said, "\nrefused_total{reason=\"name_taken\"} 3\n") != NULL, "%s", said);
    cr_expect(strstr(said, "\"empty\"") == NULL, "%s", said);
}

Test(stats, json_is_one_object_with_all_of_them_however_large_they_are)
{
    const struct admin_reply reply = {.line = on_line, .json = true};
    struct stats stats;

    memset(&stats, 0xff, sizeof(stats));
    stats.room.overloaded = stats.room.crowded = true; /* only some bytes are valid for a bool */
    stats_say(&stats, &reply);
    cr_assert(said[0] == '{' && strchr(said, '\n') == said + strlen(said) - 1, "%s", said);
    for (size_t i = 0; i < stats_rows(); i++)
        cr_expect(strstr(said, stats_row(i)->name) != NULL, "%s", stats_row(i)->name);
    for (int refusal = REFUSED_NOT + 1; refusal < REFUSALS; refusal++)
        cr_expect(strstr(said, stats_refusal_label((enum refusal)refusal)) != NULL);
    cr_expect(strstr(said, ":18446744073709551615}}\n") != NULL, "%s", said);
}
