/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "conf_support.h"

#include <dirent.h>
#include <sys/stat.h>

static const struct dialect *door_dialect(const struct config *config, size_t door)
{
    return &config->dialects[config->doors[door].dialect].dialect;
}

static void expect_token(const struct reply *reply, const char *text)
{
    cr_expect(reply->length == strlen(text) && memcmp(reply->bytes, text, reply->length) == 0,
              "'%.*s', not '%s'", (int)reply->length, reply->bytes, text);
}

static void expect_answer(const struct dialect *dialect, enum dialect_key key, const char *text)
{
    expect_token(dialect_reply(dialect, key), text);
}

static void expect_bye(const struct dialect *dialect, const char *verb, const char *text)
{
    expect_token(dialect_bye(dialect, verb, strlen(verb)), text);
}

Test(dialect_files, the_built_in_ones_come_in_both_languages)
{
    struct config *course = good("[plain]\nlanguage = en\n"),
                  *yn = good("[plain]\ndialect = yn\nlanguage = en\n");

    expect_answer(&course->dialects[0].dialect, DIALECT_ACCEPT, "OK");
    expect_answer(&course->dialects[0].dialect, DIALECT_NAME_TAKEN, "name taken");
    expect_bye(&course->dialects[0].dialect, "Q", "EXIT");
    expect_bye(&course->dialects[0].dialect, "QUIT", "QUIT");
    cr_expect_str_eq(course->dialects[0].texts[DIALECT_JOIN], "{name} joined");
    expect_answer(&yn->dialects[0].dialect, DIALECT_ACCEPT, "Y");
    expect_answer(&yn->dialects[0].dialect, DIALECT_NAME_TAKEN, "N");
    expect_bye(&yn->dialects[0].dialect, "QUIT", "");
    config_free(course);
    config_free(yn);
}

Test(dialect_files, an_unknown_one_is_refused_with_a_list_of_all)
{
    expect_errors(load_text("[plain]\ndialect = coarse\n"),
                  "a.conf:2: plain.dialect = coarse: is no dialect, and no file's path (that holds "
                  "a '/' or a '.'); did "
                  "you mean course? built in: course, yn\n");
    expect_error(load_text("[plain]\ndialect =\n"), "built in: course, yn");
    expect_error(load_text("[plain]\ndialect = \"a.\\nb\"\n"), "holds a line break");
}

Test(dialect_files, keys_in_plain_change_the_dialect_that_plain_dialect_names)
{
    struct config *config =
        good("[room]\nlisten = 127.0.0.1:0, 127.0.0.1:0=course, 127.0.0.1:0=yn\n"
             "[plain]\naccept = Hi\njoin = + {name}\n");

    expect_answer(door_dialect(config, 0), DIALECT_ACCEPT, "Hi");
    cr_expect_eq(config->doors[0].dialect, config->doors[1].dialect);
    expect_answer(door_dialect(config, 2), DIALECT_ACCEPT, "Y");
    cr_expect_str_eq(config->dialects[0].texts[DIALECT_JOIN], "+ {name}");
    cr_expect_str_eq(config->dialects[1].texts[DIALECT_JOIN], "{name} 进入了聊天室");
    config_free(config);
}

Test(dialect_files, the_order_of_keys_does_not_matter)
{
    struct config *config = good("[plain]\naccept = Hi\nbye.BYE = so long\nexit_verbs = E "
                                 "BYE\ndialect = yn\nlanguage = en\n");

    cr_expect_str_eq(config->dialects[0].dialect.name, "yn");
    expect_answer(&config->dialects[0].dialect, DIALECT_ACCEPT, "Hi");
    expect_bye(&config->dialects[0].dialect, "BYE", "so long");
    expect_bye(&config->dialects[0].dialect, "E", "");
    cr_expect_str_eq(config->dialects[0].texts[DIALECT_JOIN], "{name} joined");
    config_free(config);
}

Test(dialect_files, fold_joins_and_max_lines_in_plain_go_to_all)
{
    struct config *config = good(
        "[room]\nlisten = 127.0.0.1:0, 127.0.0.1:0=yn\n[plain]\nfold_joins = 9\nmax_lines = 5\n");

    for (size_t i = 0; i < 2; i++) {
        cr_expect_eq(door_dialect(config, i)->fold_joins, 9);
        cr_expect_eq(door_dialect(config, i)->max_lines, 5);
    }
    config_free(config);
}

Test(dialect_files, byes_of_verbs)
{
    struct config *config = good("[plain]\nbye = x\nbye.E = eee\nbye.QUIT =\n");

    expect_bye(&config->dialects[0].dialect, "Q", "x");
    expect_bye(&config->dialects[0].dialect, "E", "eee");
    expect_bye(&config->dialects[0].dialect, "QUIT", "");
    config_free(config);
    expect_errors(load_text("[plain]\nbye.Q = 1\nbye.Q = 2\n"),
                  "a.conf:3: plain.bye.Q is already set on line 2\n");
    expect_error(load_text("[plain]\nbye.NOPE = 1\n"), "a.conf:2: the dialect course: bye.NOPE");
    expect_error(load_text("[plain]\nbye. = 1\n"), "a.conf:2: plain.bye. = 1: ");
    expect_error(load_text("[plain]\nbye.ABCDEFGHIJKLMNOPQ = 1\n"), "a verb has at most 16 bytes");
    expect_error(load_text("[plain]\nbye.1=x\nbye.2=x\nbye.3=x\nbye.4=x\nbye.5=x\nbye.6=x\nbye.7="
                           "x\nbye.8=x\nbye.9=x\n"),
                 "a.conf:10: plain.bye.9 is one bye too many");
}

Test(dialect_files, the_line_of_a_verb_in_two_lists_is_reported)
{
    expect_error(
        load_text("[room]\nname = x\n[plain]\njoin_verbs = L E\n"),
        "a.conf:4: the dialect course: the verb 'E' stands in both join_verbs and exit_verbs");
    expect_error(load_setting("plain.exit_verbs=Q C"),
                 "--set plain.exit_verbs=Q C: the dialect course: the verb 'C'");
}

Test(dialect_files, a_line_that_would_not_fit_is_reported_at_the_option_that_made_it_long)
{
    expect_error(load_text("[room]\nmax_text = 1000\n"),
                 "a.conf:2: the dialect course: chat: the longest line has ");
    expect_error(load_text("[room]\nmax_text = 1000\n[plain]\nchat = {name} says {text}\n"),
                 "a.conf:4: the dialect course: chat: ");
    expect_error(load_setting("room.max_text=1000"),
                 "--set room.max_text=1000: the dialect course: chat: ");
    expect_good(load_text("[room]\nmax_text = 980\nmax_name = 4\n"));
    expect_error(load_text("[room]\nmax_text = 980\n"), "lower room.max_text");
}

Test(dialect_files, other_errors_are_not_reported_as_errors_of_the_wording)
{
    expect_errors(load_text("[room]\nmax_text = 1000\nmax_name = 4O\n"),
                  "a.conf:3: room.max_name = 4O: is not a whole number from 1 to 64\n");
}

/* ---- files ---- */

Test(dialect_files, a_file_starts_from_a_built_in_dialect)
{
    struct folder folder = folder_make();
    struct outcome outcome;

    folder_write(&folder, "enter.conf",
                 "[plain]\njoin_verbs = E\nexit_verbs = Q\nbye.Q = quit\naccept = \" OK\"\n");
    folder_write(&folder, "short.conf", "[plain]\naccept = yes\nbase = yn\nmax_lines = 3\n");
    folder_write(&folder, "a.conf",
                 "[room]\nlisten = 127.0.0.1:0, 127.0.0.1:0=./enter.conf, 127.0.0.1:0=short.conf\n"
                 "[plain]\nlanguage = en\nmax_lines = 7\nfold_joins = 8\n");
    outcome = load_file(folder_path(&folder, "a.conf"), NULL);
    cr_assert_eq(outcome.status, 0, "%s", outcome.text);
    expect_answer(door_dialect(outcome.config, 0), DIALECT_ACCEPT, "OK");
    expect_answer(door_dialect(outcome.config, 1), DIALECT_ACCEPT, " OK");
    expect_answer(door_dialect(outcome.config, 1), DIALECT_NAME_TAKEN, "name taken");
    expect_bye(door_dialect(outcome.config, 1), "Q", "quit");
    cr_expect_str_eq(door_dialect(outcome.config, 1)->name, "enter.conf");
    cr_expect_eq(door_dialect(outcome.config, 1)->max_lines, 7);
    expect_answer(door_dialect(outcome.config, 2), DIALECT_ACCEPT, "yes");
    expect_answer(door_dialect(outcome.config, 2), DIALECT_NAME_TAKEN, "N");
    cr_expect_eq(door_dialect(outcome.config, 2)->max_lines, 3);
    cr_expect_eq(door_dialect(outcome.config, 2)->fold_joins, 8);
    outcome_done(&outcome);
    folder_remove(&folder);
}

Test(dialect_files, keys_in_plain_change_a_file_that_plain_dialect_names)
{
    struct folder folder = folder_make();
    struct outcome outcome;

    folder_write(&folder, "d.conf", "[plain]\naccept = file\nrefused = file\nmax_lines = 3\n");
    folder_write(&folder, "a.conf", "[plain]\ndialect = d.conf\naccept = plain\nmax_lines = 4\n");
    outcome = load_file(folder.file, NULL);
    cr_assert_eq(outcome.status, 0, "%s", outcome.text);
    expect_answer(&outcome.config->dialects[0].dialect, DIALECT_ACCEPT, "plain");
    expect_answer(&outcome.config->dialects[0].dialect, DIALECT_REFUSED, "file");
    cr_expect_eq(outcome.config->dialects[0].dialect.max_lines, 4);
    outcome_done(&outcome);
    folder_remove(&folder);
}

Test(dialect_files, each_file_is_loaded_once_however_it_is_named)
{
    struct folder folder = folder_make();
    struct outcome outcome;
    char text[512];

    folder_write(&folder, "d.conf", "[plain]\naccept = file\n");
    snprintf(text, sizeof(text),
             "[plain]\ndialect = d.conf\naccept = plain\n[room]\nlisten = 127.0.0.1:0=./d.conf, "
             "127.0.0.1:0=%s, "
             "127.0.0.1:0=d.conf, 127.0.0.1:0=course, 127.0.0.1:0=course\n",
             folder.file);
    outcome = load_file(folder_write(&folder, "a.conf", text), NULL);
    cr_assert_eq(outcome.status, 0, "%s", outcome.text);
    cr_expect_eq(outcome.config->dialect_count, 2);
    for (size_t i = 0; i < 3; i++)
        expect_answer(door_dialect(outcome.config, i), DIALECT_ACCEPT, "plain");
    cr_expect_eq(outcome.config->doors[3].dialect, outcome.config->doors[4].dialect);
    outcome_done(&outcome);
    folder_remove(&folder);
}

Test(dialect_files, a_relative_path_in_a_setting_starts_from_the_working_directory)
{
    struct folder folder = folder_make();
    const char *const settings[] = {"plain.dialect=./d.conf", NULL};
    struct outcome outcome;

    folder_write(&folder, "a.conf", "");
    cr_assert_eq(mkdir(folder_path(&folder, "here"), 0700), 0);
    cr_assert_eq(chdir(folder.file), 0);
    folder_write(&folder, "here/d.conf", "[plain]\naccept = here\n");
    outcome = load_file("../a.conf", settings);
    cr_assert_eq(outcome.status, 0, "%s", outcome.text);
    expect_answer(&outcome.config->dialects[0].dialect, DIALECT_ACCEPT, "here");
    outcome_done(&outcome);
    cr_assert_eq(chdir("/"), 0);
    folder_remove(&folder);
}

Test(dialect_files, errors_in_a_file_are_reported_with_its_own_lines)
{
    struct folder folder = folder_make();
    char path[160], expected[2048];

    folder_write(
        &folder, "d.conf",
        "[plain]\nacept = 1\njoin = {x}\nbase = klingon\nenabled = yes\naccept = 1\naccept = 2\n"
        "[room]\nname = x\n");
    strcpy(path, folder.file);
    folder_write(&folder, "a.conf",
                 "[room]\nlisten = 127.0.0.1:0=d.conf, 127.0.0.1:0=d.conf\nname =\n");
    snprintf(expected, sizeof(expected),
             "%s:3: room.name = \"\": is not 1 to 64 bytes of text\n"
             "%s:2: unknown key acept in a dialect file; did you mean accept?\n"
             "%s:3: plain.join = {x}: '{x}' is no placeholder here: use {name} {time} (write '{{' "
             "for a brace)\n"
             "%s:4: plain.base = klingon: is no built-in dialect; built in: course, yn\n"
             "%s:5: unknown key enabled in a dialect file\n"
             "%s:7: plain.accept is already set on line 6\n"
             "%s:8: unknown section [room]: a dialect file has only [plain]\n",
             folder.file, path, path, path, path, path, path);
    expect_errors(load_file(folder.file, NULL), expected);
    folder_remove(&folder);
}

Test(dialect_files, a_file_as_a_whole_can_be_wrong)
{
    struct folder folder = folder_make();
    char expected[256];

    folder_write(&folder, "d.conf", "[plain]\njoin_verbs = Q\n");
    snprintf(expected, sizeof(expected), "%s:2: the dialect d.conf: the verb 'Q' stands in both",
             folder.file);
    folder_write(&folder, "a.conf", "[room]\nlisten = 127.0.0.1:0=d.conf\n");
    expect_error(load_file(folder.file, NULL), expected);
    folder_remove(&folder);
}

Test(dialect_files, a_missing_file_is_reported_once_where_it_is_named)
{
    struct folder folder = folder_make();
    char expected[1024];

    folder_write(
        &folder, "a.conf",
        "[room]\nlisten = 127.0.0.1:0=none.conf, 127.0.0.1:0=none.conf\n[plain]\ndialect = .\n");
    snprintf(expected, sizeof(expected),
             "%s:4: the dialect file %s/. is a directory, not a file\n"
             "%s:2: the dialect file %s/none.conf can't be opened: No such file or directory\n",
             folder.file, folder.path, folder.file, folder.path);
    expect_errors(load_file(folder.file, NULL), expected);
    folder_remove(&folder);
}

Test(dialect_files, a_fifo_for_a_dialect_is_not_waited_for)
{
    struct folder folder = folder_make();

    cr_assert_eq(mkfifo(folder_path(&folder, "fifo.conf"), 0600), 0);
    expect_error(
        load_file(folder_write(&folder, "a.conf", "[plain]\ndialect = ./fifo.conf\n"), NULL),
        "is a FIFO, not a file");
    folder_remove(&folder);
}

Test(dialect_files, a_long_file_name_is_cut_between_characters)
{
    struct folder folder = folder_make();
    struct outcome outcome;
    char name[80] = "", text[128];

    for (int i = 0; i < 22; i++)
        strcat(name, "室"); /* 66 bytes */
    strcat(name, ".c");
    folder_write(&folder, name, "");
    snprintf(text, sizeof(text), "[plain]\ndialect = %s\n", name);
    outcome = load_file(folder_write(&folder, "a.conf", text), NULL);
    cr_assert_eq(outcome.status, 0, "%s", outcome.text);
    cr_expect_eq(strlen(outcome.config->dialects[0].dialect.name), 63);
    outcome_done(&outcome);
    folder_remove(&folder);
}

/* ---- installed files ---- */

#define SHIPPED ROOMD_SOURCE_DIR "/conf/dialects"

static bool is_dialect(const char *name)
{
    size_t length = strlen(name);

    return length > 5 && strcmp(name + length - 5, ".conf") == 0;
}

Test(dialect_files, every_installed_one_is_valid_under_the_default_limits)
{
    DIR *folder = opendir(SHIPPED);
    struct dirent *file;
    size_t count = 0;

    cr_assert_not_null(folder);
    while ((file = readdir(folder)) != NULL) {
        char setting[512], why[DIALECT_WHY_BYTES];
        struct outcome outcome;

        if (!is_dialect(file->d_name))
            continue;
        count++;
        snprintf(setting, sizeof(setting), "plain.dialect=%s/%s", SHIPPED, file->d_name);
        outcome = load_setting(setting);
        cr_assert_eq(outcome.status, 0, "%s", outcome.text);
        cr_expect_str_eq(outcome.text, "");
        cr_expect_str_eq(outcome.config->dialects[0].dialect.name, file->d_name);
        cr_expect_eq(
            dialect_check(&outcome.config->dialects[0].dialect, &outcome.config->limits, why), 0,
            "%s", why);
        outcome_done(&outcome);
    }
    closedir(folder);
    cr_expect_geq(count, 9);
}

Test(dialect_files, a_bare_name_that_is_missing_is_that_of_an_installed_file)
{
    struct folder folder = folder_make();
    struct outcome outcome;

    folder_write(&folder, "a.conf",
                 "[room]\nlisten = 127.0.0.1:0=enters.conf, "
                 "127.0.0.1:0=ojbk.conf\n[plain]\ndialect = prefixed.conf\n");
    outcome = load_file(folder.file, NULL);
    cr_assert_eq(outcome.status, 0, "%s", outcome.text);
    expect_bye(door_dialect(outcome.config, 0), "Q", "quit");
    expect_answer(door_dialect(outcome.config, 1), DIALECT_ACCEPT, "OJBK");
    cr_expect_str_eq(outcome.config->dialects[0].texts[DIALECT_ACCEPT], "L {name} ok");
    outcome_done(&outcome);
    expect_good(load_setting("plain.dialect=newline.conf"));
    folder_remove(&folder);
}

Test(dialect_files, an_own_file_comes_before_the_installed_one)
{
    struct folder folder = folder_make();
    struct outcome outcome;

    folder_write(&folder, "ojbk.conf", "[plain]\naccept = mine\n");
    folder_write(&folder, "a.conf", "[plain]\ndialect = ojbk.conf\n");
    outcome = load_file(folder.file, NULL);
    cr_assert_eq(outcome.status, 0, "%s", outcome.text);
    expect_answer(&outcome.config->dialects[0].dialect, DIALECT_ACCEPT, "mine");
    outcome_done(&outcome);
    folder_remove(&folder);
}

Test(dialect_files, a_path_is_not_looked_for_among_the_installed_files)
{
    struct folder folder = folder_make();

    folder_write(&folder, "a.conf", "[plain]\ndialect = ./enters.conf\n");
    expect_error(load_file(folder.file, NULL), "enters.conf can't be opened");
    folder_remove(&folder);
}

Test(dialect_files, a_reply_that_is_too_long_with_a_name_is_reported_where_it_is_set)
{
    expect_error(
        load_text("[plain]\nbye.E = {name} "
                  "has left us for good, and nobody knows when we will meet again in this room\n"),
        "a.conf:2: the dialect course: bye.E: the longest answer has ");
    expect_error(
        load_text("[plain]\nprefix = >>>>\naccept = L {name}\n"),
        "a.conf:3: the dialect course: accept: every 'L NAME' would be taken for this answer");
    expect_error(load_text("[plain]\naccept = L {nam} ok\n"),
                 "a.conf:2: plain.accept = L {nam} ok: '{nam} ok' is no ");
}

Test(dialect_files, a_prefix_can_be_a_line_break)
{
    struct config *config = good("[plain]\nprefix = \"\\n\"\n");

    cr_expect_eq(config->dialects[0].dialect.prefix.length, 1);
    cr_expect_eq(config->dialects[0].dialect.prefix.bytes[0], '\n');
    config_free(config);
}

Test(dialect_files, doors_whose_lines_are_requests_at_other_doors_are_refused)
{
    struct folder folder = folder_make();
    struct outcome outcome;

    folder_write(&folder, "say.conf", "[plain]\nchat_verbs = SAY\n");
    folder_write(&folder, "loud.conf", "[plain]\nchat = SAY {name} {text}\n");
    folder_write(&folder, "a.conf", "[room]\nlisten = 127.0.0.1:0=loud.conf\n");
    expect_good(load_file(folder.file, NULL));
    folder_write(&folder, "a.conf",
                 "[room]\nlisten = 127.0.0.1:0=loud.conf, 127.0.0.1:0=say.conf\n");
    outcome = load_file(folder.file, NULL);
    expect_error(outcome, "loud.conf:2: the dialect loud.conf, beside the dialect say.conf: chat: "
                          "other servers take 'SAY {name} {text} ...' for a request");
    folder_remove(&folder);
}
