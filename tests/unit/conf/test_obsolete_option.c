/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "conf/help.h"
#include "conf/obsolete_option.h"
#include "conf_support.h"

/* Expects a loaded configuration with these warnings. */
static void expect_warnings(struct outcome outcome, const char *lines)
{
    cr_expect_eq(outcome.status, 0, "refused: %s", outcome.text);
    cr_expect_eq(outcome.errors, 0);
    cr_expect_str_eq(outcome.text, lines, "warnings: %s", outcome.text);
    outcome_done(&outcome);
}

Test(obsolete_option, a_file_that_sets_one_is_loaded_with_a_warning)
{
    struct outcome outcome = load_text("[room]\nname = a\nxyzzy = hello\nmax_text = 5\n");

    cr_assert_eq(outcome.status, 0);
    cr_expect_str_eq(outcome.config->room_name, "a");
    cr_expect_eq(outcome.config->limits.max_text_bytes, 5);
    expect_warnings(
        outcome,
        "a.conf:3: warning: room.xyzzy is obsolete since 0.2.0, and ignored: write a notice\n");
}

Test(obsolete_option, the_value_may_be_anything_any_number_of_times)
{
    expect_warnings(
        load_text("[room]\nxyzzy =\nxyzzy = \"x\nxyzzy = \xff\x1b\n"),
        "a.conf:2: warning: room.xyzzy is obsolete since 0.2.0, and ignored: write a notice\n"
        "a.conf:3: warning: room.xyzzy is obsolete since 0.2.0, and ignored: write a notice\n"
        "a.conf:4: warning: room.xyzzy is obsolete since 0.2.0, and ignored: write a notice\n");
}

Test(obsolete_option, the_command_line_may_set_one_too)
{
    expect_warnings(load_setting("room.xyzzy=x"),
                    "--set room.xyzzy=x: warning: room.xyzzy is obsolete since 0.2.0, and "
                    "ignored: write a notice\n");
}

Test(obsolete_option, a_section_may_have_been_removed_with_its_options)
{
    expect_warnings(
        load_text("[plover]\nsize = 1\n"),
        "a.conf:2: warning: plover.size is obsolete since 0.3.0, and ignored: set room.ring\n");
    expect_errors(load_text("[plover]\nsizes = 1\n"),
                  "a.conf:2: unknown option plover.sizes; roomd --help-config lists them all\n");
}

Test(obsolete_option, a_dialect_file_may_set_a_removed_key)
{
    struct folder folder;
    struct outcome outcome;
    char lines[512];

    folder = folder_make();
    folder_write(&folder, "a.conf", "[plain]\ndialect = d.conf\n");
    folder_write(&folder, "d.conf", "[plain]\naccept = Hi\nplugh = yes\n");
    snprintf(lines, sizeof(lines),
             "%s/d.conf:3: warning: plain.plugh is obsolete since 0.2.0, and ignored: remove it: "
             "it did nothing\n",
             folder.path);
    outcome = load_file(folder_path(&folder, "a.conf"), NULL);
    folder_remove(&folder);
    expect_warnings(outcome, lines);
}

Test(obsolete_option, other_errors_are_still_errors)
{
    expect_errors(
        load_text("[room]\nxyzzy = x\nmax_text = y\n"),
        "a.conf:2: warning: room.xyzzy is obsolete since 0.2.0, and ignored: write a notice\n"
        "a.conf:3: room.max_text = y: is not a whole number from 1 to 1000\n");
}

Test(obsolete_option, none_is_ever_suggested)
{
    expect_errors(load_text("[room]\nxyzzys = x\n"),
                  "a.conf:2: unknown option room.xyzzys; roomd --help-config lists them all\n");
    expect_errors(load_text("[plovre]\n"),
                  "a.conf:1: unknown section [plovre]; there are [room], [plain], "
                  "[sequenced], [access], [limits], [store], [admin] and [log]\n");
}

Test(obsolete_option, the_number_of_warnings_is_limited)
{
    static char text[1 << 16];
    struct outcome outcome;
    size_t used = (size_t)snprintf(text, sizeof(text), "[room]\n"), lines = 0;

    for (int i = 0; i < 1000; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "xyzzy = %d\n", i);
    outcome = load_text(text);
    for (const char *at = outcome.text; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    cr_expect_eq(outcome.status, 0);
    cr_expect_eq(lines, CONFIG_ERRORS_MAX);
    outcome_done(&outcome);
}

Test(obsolete_option, a_caller_without_a_warning_function_gets_none)
{
    struct config_report report = {.error = NULL};
    struct config *config;

    cr_assert_eq(config_parse("a.conf", "[room]\nxyzzy=x\n", 15, NULL, 0, &report, &config), 0);
    config_free(config);
}

static void on_difference(void *ctx, const char *key, const char *old_text, const char *new_text,
                          bool reloadable)
{
    (void)ctx;
    (void)reloadable;
    cr_expect(false, "%s: '%s' -> '%s'", key, old_text, new_text);
}

Test(obsolete_option, for_a_reload_it_is_no_difference)
{
    struct config *old = good("[room]\nxyzzy = x\n"), *new = good("");

    config_diff(old, new, on_difference, NULL);
    config_diff(new, old, on_difference, NULL);
    cr_expect_eq(config_keep_fixed(new, old), 0);
    config_free(old);
    config_free(new);
}

Test(obsolete_option, the_help_lists_them_in_one_place)
{
    char *text;
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    help_print(stream);
    fclose(stream);
    cr_expect_str_eq(strstr(text, "\nObsolete"),
                     "\nObsolete options: accepted, with a warning, and ignored.\n"
                     "\nroom.xyzzy\n    ignored since 0.2.0: write a notice\n"
                     "\nplain.plugh\n    ignored since 0.2.0: remove it: it did nothing\n"
                     "\nplover.size\n    ignored since 0.3.0: set room.ring\n");
    free(text);
}
