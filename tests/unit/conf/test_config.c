/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "conf/diagnostics.h"
#include "conf/dialect_option.h"
#include "conf/help.h"
#include "conf/option.h"
#include "conf_support.h"

#include <sys/stat.h>

#define PACKAGED_FILE ROOMD_SOURCE_DIR "/conf/roomd.conf"

/* ---- errors ---- */

Test(config, every_error_is_reported_with_its_line)
{
    expect_errors(
        load_text("name = x\n"
                  "[room]\n"
                  "max_membrs = 5\n"
                  "max_text = 0\n"
                  "name = a\n"
                  "name = b\n"
                  "[rom]\n"
                  "anything = 1\n"
                  "[plain]\n"
                  "max_members = 5\n"
                  "colour = red\n"
                  "dialect: yn\n"
                  "join = \"x\" y\n"
                  "[history]\n"),
        "a.conf:1: a key before the first section: begin with a line such as [room]\n"
        "a.conf:3: unknown option room.max_membrs; did you mean room.max_members?\n"
        "a.conf:4: room.max_text = 0: is not a whole number from 1 to 1000\n"
        "a.conf:6: room.name is already set on line 5\n"
        "a.conf:7: unknown section [rom]; did you mean [room]?\n"
        "a.conf:10: unknown option plain.max_members; did you mean room.max_members?\n"
        "a.conf:11: unknown option plain.colour; roomd --help-config lists them all\n"
        "a.conf:12: expected KEY = VALUE: a key is followed by '=', not by ':'\n"
        "a.conf:13: plain.join = \"x\" y: only a comment (; …) may follow the closing quote\n"
        "a.conf:14: unknown section [history]; there are [room], [plain], [sequenced], [access], "
        "[limits], [store], "
        "[admin] and [log]\n");
}

Test(config, a_section_may_come_twice_a_key_may_not)
{
    expect_good(load_text("[room]\nname = a\n[plain]\n[room]\nmax_text = 5\n"));
    expect_errors(load_text("[room]\nname = a\n[plain]\n[room]\nname = b\n"),
                  "a.conf:5: room.name is already set on line 2\n");
    expect_errors(load_text("[plain]\naccept = a\naccept = a\n"),
                  "a.conf:3: plain.accept is already set on line 2\n");
}

Test(config, a_key_with_a_wrong_value_counts_as_set)
{
    expect_errors(load_text("[room]\nmax_text = x\nmax_text = 5\n"),
                  "a.conf:2: room.max_text = x: is not a whole number from 1 to 1000\n"
                  "a.conf:3: room.max_text is already set on line 2\n");
}

Test(config, bytes_that_could_harm_a_terminal_are_escaped)
{
    expect_errors(
        load_text("[room]\nname = \x1b[31m\n\x1b = \n[\xff]\nmax_text = \xe2\x80\xae\n"),
        "a.conf:2: room.name = \\x1b[31m: holds a control character\n"
        "a.conf:3: expected KEY = VALUE: a key is one word of at most 64 ASCII characters\n"
        "a.conf:4: unknown section [\\xff]; there are [room], [plain], [sequenced], [access], "
        "[limits], [store], "
        "[admin] and [log]\n");
    expect_errors(load_text("[room]\nmax_text = \xe2\x80\xae"
                            "5聊\n"),
                  "a.conf:2: room.max_text = \\xe2\\x80\\xae"
                  "5聊: is not a whole number from 1 to 1000\n");
    expect_errors(
        load_setting("room.name=\x1b]0;x\x07"),
        "--set room.name=\\x1b]0;x\\x07: room.name = \\x1b]0;x\\x07: holds a control character\n");
}

Test(config, a_long_value_is_quoted_in_part)
{
    char text[400];

    snprintf(text, sizeof(text), "[room]\nmax_text = %0300d\n", 0);
    expect_error(load_text(text), "0000...: is not a whole number");
    expect_error(load_text("[room]\nmax_text = "
                           "聊天室聊天室聊天室聊天室聊天室聊天室聊天室聊天室聊天室聊天室聊天室\n"),
                 "天室聊天...: is not a whole number");
}

Test(config, a_file_of_errors_is_not_listed_line_by_line)
{
    char *text = malloc(100000);
    struct outcome outcome;

    for (size_t i = 0; i < 50000; i++)
        memcpy(text + i * 2, "x\n", 2);
    outcome = load_bytes(text, 100000);
    cr_expect_eq(outcome.status, STATUS_INVALID);
    cr_expect_eq(outcome.errors, CONFIG_ERRORS_MAX + 1);
    cr_expect(strstr(outcome.text, "more mistakes are not listed") != NULL);
    outcome_done(&outcome);
    free(text);
}

/* ---- files ---- */

Test(config, without_a_file_there_are_the_defaults)
{
    expect_good(load_file(NULL, NULL));
}

Test(config, a_file_that_can_not_be_read_is_not_found)
{
    struct folder folder = folder_make();
    const char *const kinds[] = {"none", "folder", "fifo"};
    char path[160];

    cr_assert_eq(mkdir(folder_path(&folder, "folder"), 0700), 0);
    cr_assert_eq(mkfifo(folder_path(&folder, "fifo"), 0600), 0);
    for (size_t i = 0; i < 3; i++) {
        struct outcome outcome;

        strcpy(path, folder_path(&folder, kinds[i]));
        outcome = load_file(path, NULL);
        cr_expect_eq(outcome.status, STATUS_NOT_FOUND, "%s", kinds[i]);
        cr_expect_null(outcome.config);
        cr_expect_eq(outcome.errors, 1);
        cr_expect_eq(strncmp(outcome.text, path, strlen(path)), 0, "%s", outcome.text);
        outcome_done(&outcome);
    }
    folder_remove(&folder);
}

Test(config, a_file_that_is_too_long_is_invalid)
{
    struct folder folder = folder_make();

    folder_write(&folder, "large", "");
    cr_assert_eq(truncate(folder.file, 2000000), 0);
    expect_error(load_file(folder.file, NULL), ": is longer than 1 MiB: that is no configuration");
    folder_remove(&folder);
}

Test(config, an_empty_file_is_all_defaults)
{
    struct folder folder = folder_make();

    expect_good(load_file(folder_write(&folder, "a.conf", ""), NULL));
    folder_remove(&folder);
}

Test(config, half_a_line_at_the_end_counts)
{
    struct config *config = good("[room]\nname = half");

    cr_expect_str_eq(config->room_name, "half");
    config_free(config);
}

/* ---- --set ---- */

Test(config, a_setting_has_a_section_a_key_and_a_value)
{
    cr_expect(config_is_setting("room.name=x"));
    cr_expect(config_is_setting("room.name="));
    cr_expect(config_is_setting("plain.bye.QUIT=a=b"));
    cr_expect(config_is_setting("a.b=c.d"));
    cr_expect_not(config_is_setting(""));
    cr_expect_not(config_is_setting("room.name"));
    cr_expect_not(config_is_setting("room=x"));
    cr_expect_not(config_is_setting("room=x.y"));
    cr_expect_not(config_is_setting(".name=x"));
    cr_expect_not(config_is_setting("room.=x"));
}

Test(config, settings_override_the_file_and_each_other)
{
    struct folder folder = folder_make();
    const char *const settings[] = {"room.name=one", "plain.accept=Hi", "room.name=two",
                                    "plain.bye.QUIT=so = long", NULL};
    struct outcome outcome;

    folder_write(&folder, "a.conf",
                 "[room]\nname = file\nmax_text = 5\n[plain]\naccept = file\nbye.QUIT = file\n");
    outcome = load_file(folder.file, settings);
    cr_assert_eq(outcome.status, 0, "%s", outcome.text);
    cr_expect_str_eq(outcome.config->room_name, "two");
    cr_expect_eq(outcome.config->limits.max_text_bytes, 5);
    cr_expect_str_eq(outcome.config->dialects[0].texts[DIALECT_ACCEPT], "Hi");
    cr_expect_eq(memcmp(dialect_bye(&outcome.config->dialects[0].dialect, "QUIT", 4)->bytes,
                        "so = long\n", 10),
                 0);
    outcome_done(&outcome);
    folder_remove(&folder);
}

Test(config, a_setting_is_checked_like_a_line_of_the_file)
{
    expect_good(load_setting("room.name=\" outer ; \""));
    expect_errors(
        load_setting("room.max_text=0"),
        "--set room.max_text=0: room.max_text = 0: is not a whole number from 1 to 1000\n");
    expect_errors(load_setting("rom.name=x"),
                  "--set rom.name=x: unknown option rom.name; did you mean room.name?\n");
    expect_errors(load_setting("room.nam=x"),
                  "--set room.nam=x: unknown option room.nam; did you mean room.name?\n");
    expect_errors(load_setting("nonsense"), "--set nonsense: expected SECTION.KEY=VALUE\n");
    expect_error(load_setting("room.name=\"x"), "the closing quote is missing");
    expect_error(load_setting("room.name=a\nb"), "holds a control character");
}

Test(config, a_setting_of_any_length_is_survived)
{
    char text[10000];

    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    memcpy(text, "room.name=", 10);
    expect_error(load_setting(text), "is longer than 4096 bytes");
    memset(text, 'x', 10);
    text[200] = '.';
    text[9000] = '=';
    expect_error(load_setting(text), "unknown option");
}

Test(config, errors_in_file_and_settings_are_reported_together)
{
    struct folder folder = folder_make();
    const char *const settings[] = {"room.max_name=0", NULL};
    struct outcome outcome =
        load_file(folder_write(&folder, "a.conf", "[room]\nmax_text = 0\n"), settings);

    cr_expect_eq(outcome.errors, 2, "%s", outcome.text);
    outcome_done(&outcome);
    folder_remove(&folder);
}

/* ---- differences ---- */

static void on_change(void *ctx, const char *key, const char *old_text, const char *new_text,
                      bool reloadable)
{
    fprintf(ctx, "%s: %s -> %s%s\n", key, old_text, new_text, reloadable ? "" : " (restart)");
}

static void expect_diff_between(const struct config *old, const struct config *new,
                                const char *differences)
{
    char *text;
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    config_diff(old, new, on_change, stream);
    fclose(stream);
    cr_expect_str_eq(text, differences, "differences: %s", text);
    free(text);
}

static void expect_diff(const char *old_text, const char *new_text, const char *differences)
{
    struct config *old = good(old_text), *new = good(new_text);

    expect_diff_between(old, new, differences);
    config_free(old);
    config_free(new);
}

Test(config, two_configurations_that_mean_the_same_do_not_differ)
{
    expect_diff("", "", "");
    expect_diff("[admin]\nstdin = yes\n[room]\nring = 16 MiB\nname = lobby\n",
                "[room]\nname = \"lobby\"\nring = 16384K\nlisten = "
                "0.0.0.0:8888,[0::0]:8888\n[admin]\nstdin = on\n",
                "");
}

Test(config, each_difference_is_reported_with_whether_it_needs_a_restart)
{
    expect_diff("",
                "[room]\nname = \" x\"\nlisten = 127.0.0.1:0=yn\nring = 1 GiB\n[admin]\nfifo = "
                "/f\nfifo_commands = yes\n",
                "room.name: lobby -> \" x\"\n"
                "room.listen: 0.0.0.0:8888, [::]:8888 -> 127.0.0.1:0=yn (restart)\n"
                "room.ring: 16 MiB -> 1 GiB (restart)\n"
                "admin.fifo:  -> /f (restart)\n"
                "admin.fifo_commands: no -> yes\n");
}

Test(config, a_different_wording_is_reported)
{
    expect_diff("[plain]\nlanguage = en\nbye.E = e\n",
                "[plain]\nlanguage = en\naccept = Hi\nbye.Q = q\nmax_lines = 2\n",
                "plain.accept: OK -> Hi\n"
                "plain.max_lines: 1 -> 2\n"
                "plain.bye.E: e -> EXIT\n"
                "plain.bye.Q: EXIT -> q\n");
    expect_diff("[plain]\njoin = \"\\n{name} ;\"\n", "[plain]\njoin = {{{name}\n",
                "plain.join: \"\\n{name} ;\" -> {{{name}\n");
    expect_diff("[plain]\nbye.E = bye {name}\nprefix = >\n",
                "[plain]\nbye.E = \" {{{name}\"\nprefix = \"\\n\"\n",
                "plain.prefix: > -> \"\\n\"\n"
                "plain.bye.E: bye {name} -> \" {{{name}\"\n");
}

Test(config, a_different_dialect_of_a_door_is_reported)
{
    expect_diff("[room]\nlisten = 127.0.0.1:0=yn\n",
                "[room]\nlisten = 127.0.0.1:0=yn\n[plain]\nmax_lines = 2\n",
                "plain.max_lines: 1 -> 2\n"
                "dialect yn: max_lines: 1 -> 2\n");
}

Test(config, a_changed_dialect_file_is_reported)
{
    struct folder folder = folder_make();
    struct outcome old, new;

    folder_write(&folder, "a.conf", "[plain]\ndialect = d.conf\n");
    folder_write(&folder, "d.conf", "[plain]\naccept = old\n");
    old = load_file(folder_path(&folder, "a.conf"), NULL);
    folder_write(&folder, "d.conf", "[plain]\naccept = new\n");
    new = load_file(folder_path(&folder, "a.conf"), NULL);
    cr_assert(old.config != NULL && new.config != NULL);
    expect_diff_between(old.config, new.config, "plain.accept: old -> new\n");
    outcome_done(&old);
    outcome_done(&new);
    folder_remove(&folder);
}

/* ---- help, and the packaged file ---- */

Test(config, the_help_holds_every_option)
{
    char *text, name[OPTION_NAME_BYTES];
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    help_print(stream);
    fclose(stream);
    for (size_t id = 0; id < OPTIONS; id++) {
        struct option option = option_row(id);

        snprintf(name, sizeof(name), "\n%s.%s = ", option.section, option.key);
        cr_expect(strstr(text, name) != NULL, "%s", name);
        cr_expect(strstr(text, option.help) != NULL, "%s", option.help);
    }
    cr_expect(strstr(text, "\nplain.bye.VERB = (bye.QUIT = QUIT)\n") != NULL);
    cr_expect(strstr(text,
                     "\nroom.max_members = 10000\n    members; one more is refused, or takes the "
                     "place of a silent one\n    1 to 1000000\n"
                     "    reload: taken at once; a lower number only refuses newcomers\n") != NULL);
    cr_expect(strstr(text, "\n    1 to 1000; taken by a reload\n") != NULL);
    cr_expect(strstr(text, "\n    64 KiB to 1 GiB; takes a restart\n") != NULL);
    cr_expect(strstr(text, "    in English: {name} joined\n") != NULL);
    cr_expect(strstr(text, "    text of at most 120 bytes; {name}, once\n    reload: taken at "
                           "once; members see") != NULL);
    cr_expect(strstr(text, "\nplain.prefix = \n") != NULL);
    cr_expect(strstr(text, "/roomd/dialects\n    reload: taken at once, and its file") != NULL);
    free(text);
}

/* The packaged file with every "#key = value" changed to "key = value". */
static char *packaged_uncommented(void)
{
    FILE *file = fopen(PACKAGED_FILE, "r");
    char line[512], *text;
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    cr_assert_not_null(file, "%s", PACKAGED_FILE);
    while (fgets(line, sizeof(line), file) != NULL)
        fputs(line[0] == '#' && line[1] != ' ' && line[1] != '\n' ? line + 1 : line, stream);
    fclose(file);
    fclose(stream);
    return text;
}

Test(config, the_packaged_file_is_the_defaults)
{
    struct config *defaults = good("");
    struct outcome packaged = load_file(PACKAGED_FILE, NULL);

    cr_assert_eq(packaged.status, 0, "%s", packaged.text);
    cr_expect(packaged.config->listen_is_default);
    expect_diff_between(defaults, packaged.config, "");
    config_free(defaults);
    outcome_done(&packaged);
}

Test(config, the_packaged_file_uncommented_is_the_defaults)
{
    char *text = packaged_uncommented();
    struct config *defaults = good(""), *packaged = good(text);

    expect_diff_between(defaults, packaged, "");
    config_free(defaults);
    config_free(packaged);
    free(text);
}

/* Removes "key = value" from a section of the packaged file. Returns how often it was there. */
static size_t count_line(const char *text, const char *section, const char *wanted)
{
    char copy[16384], current[32] = "", *next = copy, *line;
    size_t count = 0;

    cr_assert(strlen(text) < sizeof(copy));
    strcpy(copy, text);
    while ((line = strsep(&next, "\n")) != NULL) {
        if (line[0] == '[')
            sscanf(line, "[%30[^]]", current);
        else if (strcmp(line, wanted) == 0 && strcmp(current, section) == 0)
            count++;
    }
    return count;
}

Test(config, the_packaged_file_holds_each_option_once_at_its_default)
{
    char *text = packaged_uncommented();

    for (size_t id = 0; id < OPTIONS; id++) {
        struct option option = option_row(id);
        char value[OPTION_TEXT_BYTES], line[OPTION_TEXT_BYTES + OPTION_NAME_BYTES];

        value_write(option.default_text, value);
        snprintf(line, sizeof(line), "%s =%s%s", option.key, value[0] != '\0' ? " " : "", value);
        cr_expect_eq(count_line(text, option.section, line), 1, "[%s] %s", option.section, line);
    }
    cr_expect_eq(count_line(text, "plain", "bye.QUIT = QUIT"), 1);
    free(text);
}

Test(config, the_packaged_file_shows_the_english_wording)
{
    FILE *file = fopen(PACKAGED_FILE, "r");
    char text[16384];
    size_t length = fread(text, 1, sizeof(text) - 1, file);

    fclose(file);
    text[length] = '\0';
    for (int i = 0; i < DIALECT_KEYS; i++) {
        enum dialect_key key = (enum dialect_key)i;
        const char *chinese = dialect_builtin_text("course", DIALECT_ZH, key);
        const char *english = dialect_builtin_text("course", DIALECT_EN, key);
        char line[512];

        snprintf(line, sizeof(line), "\n# en: %s = %s\n", dialect_key_info(key)->key, english);
        cr_expect_eq(strstr(text, line) != NULL, strcmp(chinese, english) != 0, "%s", line);
    }
}

/* ---- running values that a reload keeps ---- */

static const char *accept_of(const struct config *config, size_t door)
{
    return dialect_reply(&config->dialects[config->doors[door].dialect].dialect, DIALECT_ACCEPT)
        ->bytes;
}

Test(config, an_option_that_needs_a_restart_keeps_its_running_value)
{
    const char *before = "[room]\nlisten = 127.0.0.1:1=yn, 127.0.0.1:2\nring = 1 "
                         "MiB\n[admin]\nfifo = /run/a\nstdin = no\n";
    const char *after = "[room]\nname = other\nlisten = 127.0.0.1:3\nring = 2 MiB\n[plain]\naccept "
                        "= HI\n[admin]\ncontrol = /run/c\n";
    struct config *running = good(before), *config = good(after), *again = good(after);

    cr_assert_eq(config_keep_fixed(config, running), 0);
    expect_diff_between(running, config, "room.name: lobby -> other\nplain.accept: OK -> HI\n");
    cr_expect_eq(config->door_count, 2);
    cr_expect_eq(strncmp(accept_of(config, 0), "Y", 1), 0,
                 "the door's dialect, which the new one does not name");
    cr_expect_eq(strncmp(accept_of(config, 1), "HI", 2), 0, "what plain.dialect names has changed");
    expect_diff_between(config, again,
                        "room.listen: 127.0.0.1:1=yn, 127.0.0.1:2 -> 127.0.0.1:3 (restart)\n"
                        "room.ring: 1 MiB -> 2 MiB (restart)\n"
                        "admin.stdin: no -> yes (restart)\n"
                        "admin.fifo: /run/a ->  (restart)\n"
                        "admin.control:  -> /run/c (restart)\n");
    config_free(running);
    config_free(config);
    config_free(again);
}

Test(config, doors_that_stay_get_the_new_contents_of_their_dialects)
{
    struct config *running = good("[room]\nlisten = 127.0.0.1:1=yn, 127.0.0.1:2\n");
    struct config *config =
        good("[room]\nlisten = 127.0.0.1:1=yn, 127.0.0.1:2\n[plain]\ndialect = yn\naccept = HI\n");

    cr_assert_eq(config_keep_fixed(config, running), 0);
    cr_expect_eq(strncmp(accept_of(config, 0), "HI", 2), 0);
    cr_expect_eq(strncmp(accept_of(config, 1), "HI", 2), 0);
    config_free(running);
    config_free(config);
}
