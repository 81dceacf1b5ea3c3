/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "conf/option.h"
#include "conf_support.h"

static struct outcome load_option(const char *section, const char *key, const char *value)
{
    char text[VALUE_MAX_BYTES + 64];

    snprintf(text, sizeof(text), "[%s]\n%s = %s\n", section, key, value);
    return load_text(text);
}

Test(option, defaults_are_what_the_documents_say)
{
    struct config *config = good("");

    cr_expect_str_eq(config->room_name, "lobby");
    cr_expect_str_eq(config->listen_text, "0.0.0.0:8888, [::]:8888");
    cr_expect_eq(config->limits.max_members, 10000);
    cr_expect_eq(config->limits.max_name_codepoints, 32);
    cr_expect_eq(config->limits.max_text_bytes, 900);
    cr_expect_eq(config->limits.idle_timeout_s, 43200);
    cr_expect_eq(config->ring_bytes, 16777216);
    cr_expect_eq(config->limits.session_timeout_s, 600);
    cr_expect_eq(config->limits.history, 50);
    cr_expect_eq(config->limits.plain_history, 0);
    cr_expect_str_eq(config->store_path, "");
    cr_expect_eq(config->store_sync, CONFIG_SYNC_OS);
    cr_expect_eq(config->store_keep_s, 86400);
    cr_expect_eq(config->store_max_bytes, 1073741824);
    cr_expect(config->limits.plain_enabled);
    cr_expect(config->limits.sequenced_enabled);
    cr_expect_str_eq(config->plain_dialect, "course");
    cr_expect_eq(config->language, DIALECT_ZH);
    cr_expect(config->admin_stdin);
    cr_expect_str_eq(config->admin_fifo, "");
    cr_expect_not(config->admin_fifo_commands);
    cr_expect_str_eq(config->admin_control, "");
    cr_expect_str_eq(config->admin_group, "roomd-admin");
    cr_expect(config->admin_group_is_default);
    cr_expect_eq(config->dialect_count, 1);
    cr_expect_str_eq(config->dialects[0].texts[DIALECT_JOIN], "{name} 进入了聊天室");
    config_free(config);
}

Test(option, every_row_is_filled_in)
{
    for (size_t id = 0; id < OPTIONS; id++) {
        struct option option = option_row(id);

        cr_assert(option.section != NULL && option.key != NULL && option.default_text != NULL,
                  "row %zu", id);
        cr_expect(option.help != NULL && option.help[0] != '\0', "%s.%s", option.section,
                  option.key);
        cr_expect_eq(option_find(option.section, option.key), id, "%s.%s", option.section,
                     option.key);
    }
    cr_expect_eq(option_find("room", "bye"), OPTIONS);
    cr_expect_eq(option_find("", ""), OPTIONS);
}

Test(option, only_options_of_what_is_opened_or_allocated_once_need_a_restart)
{
    static const enum option_id restart[] = {
        OPTION_ROOM_LISTEN,   OPTION_ROOM_RING,   OPTION_ADMIN_STDIN, OPTION_ADMIN_FIFO,
        OPTION_ADMIN_CONTROL, OPTION_ADMIN_GROUP, OPTION_STORE_PATH};
    size_t count = 0;

    for (size_t id = 0; id < OPTIONS; id++)
        count += option_row(id).reloadable ? 0 : 1;
    cr_expect_eq(count, sizeof(restart) / sizeof(restart[0]));
    for (size_t i = 0; i < sizeof(restart) / sizeof(restart[0]); i++)
        cr_expect_not(option_row(restart[i]).reloadable);
}

Test(option, the_reload_text_agrees_with_whether_it_is_reloadable)
{
    size_t odd = 0;

    for (size_t id = 0; id < OPTIONS; id++) {
        struct option option = option_row(id);
        const char *beginning = option.reloadable ? OPTION_AT_ONCE : OPTION_RESTART;

        cr_assert_not_null(option.reload, "%s.%s", option.section, option.key);
        cr_expect_eq(strncmp(option.reload, beginning, strlen(beginning)), 0, "%s.%s",
                     option.section, option.key);
        cr_expect_neq(option.reload[strlen(option.reload) - 1], '.', "%s.%s", option.section,
                      option.key);
        odd += strcmp(option.reload, beginning) != 0 ? 1 : 0;
    }
    cr_expect_gt(odd, 10);
    cr_expect(strstr(option_row(OPTION_ROOM_MAX_MEMBERS).reload, "only refuses newcomers") != NULL);
    cr_expect(strstr(option_row(OPTION_DIALECT_KEY + DIALECT_CHAT).reload,
                     "from their next line on") != NULL);
    cr_expect(strstr(option_row(OPTION_ACCESS_DENY).reload, "are removed") != NULL);
}

Test(option, the_keys_of_a_dialect_are_those_of_core)
{
    for (int key = 0; key < DIALECT_KEYS; key++) {
        struct option option = option_row(OPTION_DIALECT_KEY + (size_t)key);

        cr_expect_str_eq(option.section, "plain");
        cr_expect_str_eq(option.key, dialect_key_info((enum dialect_key)key)->key);
        cr_expect_eq(option.kind, OPTION_KIND_DIALECT_KEY);
    }
}

Test(option, a_number_is_taken_within_its_range_only)
{
    static const enum option_id numbers[] = {OPTION_ROOM_MAX_MEMBERS,     OPTION_ROOM_MAX_NAME,
                                             OPTION_ROOM_MAX_TEXT,        OPTION_ROOM_IDLE_TIMEOUT,
                                             OPTION_ROOM_SESSION_TIMEOUT, OPTION_ROOM_HISTORY,
                                             OPTION_PLAIN_HISTORY};

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct option option = option_row(numbers[i]);
        struct config config;
        char text[32], why[DIALECT_WHY_BYTES];
        const uint64_t inside[] = {option.min, option.max},
                       outside[] = {option.min - 1, option.max + 1};

        for (size_t j = 0; j < 2; j++) {
            const uint32_t *field = (const void *)((const char *)&config + option.offset);

            snprintf(text, sizeof(text), "%llu", (unsigned long long)inside[j]);
            cr_expect_eq(option_store(&option, text, &config, why), 0, "%s = %s", option.key, text);
            cr_expect_eq(*field, inside[j]);
            snprintf(text, sizeof(text), "%lld", (long long)outside[j]); /* 0 - 1 is -1 */
            cr_expect_eq(option_store(&option, text, &config, why), STATUS_INVALID, "%s = %s",
                         option.key, text);
        }
    }
}

Test(option, a_number_out_of_range_is_refused_with_the_range)
{
    expect_errors(load_option("room", "max_members", "0"),
                  "a.conf:2: room.max_members = 0: is not a whole number from 1 to 1000000\n");
    expect_errors(
        load_option("room", "max_members", "1000001"),
        "a.conf:2: room.max_members = 1000001: is not a whole number from 1 to 1000000\n");
    expect_errors(load_option("room", "idle_timeout", "-1"),
                  "a.conf:2: room.idle_timeout = -1: is not a whole number from 0 to 31536000\n");
    expect_error(load_option("room", "max_members", "4294967297"), "from 1 to 1000000");
    expect_error(load_option("room", "max_members", "18446744073709551617"), "from 1 to 1000000");
    expect_error(load_option("room", "max_members", "10 members"), "from 1 to 1000000");
    expect_error(load_option("room", "max_members", "0x10"), "from 1 to 1000000");
    expect_error(load_option("room", "max_members", "+5"), "from 1 to 1000000");
    expect_error(load_option("room", "max_members", ""), "room.max_members = \"\": is not");
    expect_error(load_option("plain", "fold_joins", "1"), "from 2 to 10000");
    expect_error(load_option("plain", "max_lines", "65"), "from 1 to 64");
    expect_good(load_option("plain", "fold_joins", "2"));
    expect_good(load_option("plain", "max_lines", "64"));
    expect_good(load_option("room", "idle_timeout", "0"));
    expect_error(load_option("room", "session_timeout", "29"), "from 30 to 86400");
    expect_error(load_option("room", "session_timeout", "86401"), "from 30 to 86400");
    expect_good(load_option("room", "session_timeout", "30"));
}

Test(option, a_size_is_taken_within_its_range_only)
{
    expect_good(load_option("room", "ring", "64 KiB"));
    expect_good(load_option("room", "ring", "65536"));
    expect_good(load_option("room", "ring", "1 GiB"));
    expect_errors(load_option("room", "ring", "65535"),
                  "a.conf:2: room.ring = 65535: is not a size from 64 KiB to 1 GiB, such as 16 "
                  "MiB, 512K or 1048576\n");
    expect_error(load_option("room", "ring", "1073741825"), "from 64 KiB to 1 GiB");
    expect_error(load_option("room", "ring", "16 MB"), "from 64 KiB to 1 GiB");
    expect_error(load_option("room", "ring", "16 MiB and more"), "from 64 KiB to 1 GiB");
    expect_error(load_option("room", "ring", ""), "from 64 KiB to 1 GiB");
}

Test(option, a_time_is_0_or_within_its_range)
{
    struct config *config = good("[store]\nkeep = 7D\n");

    cr_expect_eq(config->store_keep_s, 604800);
    config_free(config);
    config = good("[store]\nkeep = 0\n");
    cr_expect_eq(config->store_keep_s, 0);
    config_free(config);
    expect_good(load_option("store", "keep", "60s"));
    expect_good(load_option("store", "keep", "3650 d"));
    expect_errors(load_option("store", "keep", "59s"),
                  "a.conf:2: store.keep = 59s: is neither 0 nor a time from 1m to 3650d, such as "
                  "90m, 24h or 7d\n");
    expect_error(load_option("store", "keep", "3651d"), "from 1m to 3650d");
    expect_error(load_option("store", "keep", "24"), "from 1m to 3650d");
    expect_error(load_option("store", "keep", "24hours"), "from 1m to 3650d");
    expect_error(load_option("store", "keep", ""), "from 1m to 3650d");
    expect_error(load_option("store", "keep", "18446744073709551617d"), "from 1m to 3650d");
}

Test(option, a_store_has_a_path_a_promise_and_a_size)
{
    struct config *config =
        good("[store]\npath = /var/lib/roomd/roomd.db\nsync = disk\nmax_bytes = 1 MiB\n");
    char text[260] = "/";

    cr_expect_str_eq(config->store_path, "/var/lib/roomd/roomd.db");
    cr_expect_eq(config->store_sync, CONFIG_SYNC_DISK);
    cr_expect_eq(config->store_max_bytes, 1048576);
    config_free(config);
    memset(text + 1, 'p', sizeof(text) - 1);
    text[255] = '\0';
    expect_good(load_option("store", "path", text));
    text[255] = 'p';
    text[256] = '\0';
    expect_error(load_option("store", "path", text), "is 256 bytes; this path has at most 255");
    expect_error(load_option("store", "path", "roomd.db"), "is not an absolute path");
    expect_errors(load_option("store", "sync", "fsync"),
                  "a.conf:2: store.sync = fsync: is neither os nor disk\n");
    expect_error(load_option("store", "sync", ""), "is neither os nor disk");
    expect_error(load_option("store", "max_bytes", "1048575"), "is not a size from 1 MiB to");
    expect_error(load_option("store", "max_bytes", "0"), "is not a size from 1 MiB to");
}

Test(option, a_switch_is_yes_or_no)
{
    struct config *config =
        good("[plain]\nenabled = off\n[admin]\nstdin = 0\nfifo_commands = True\n");

    cr_expect_not(config->limits.plain_enabled);
    cr_expect_not(config->admin_stdin);
    cr_expect(config->admin_fifo_commands);
    config_free(config);
    expect_errors(load_option("admin", "stdin", "maybe"),
                  "a.conf:2: admin.stdin = maybe: is neither yes nor no\n");
    expect_error(load_option("admin", "stdin", ""), "is neither yes nor no");
    expect_error(load_option("admin", "stdin", "yes no"), "is neither yes nor no");
}

Test(option, the_rooms_name_is_1_to_64_bytes_of_clean_text)
{
    struct config *config = good("[room]\nname = \" 聊天室 ; 1 \"\n");
    char text[70];

    cr_expect_str_eq(config->room_name, " 聊天室 ; 1 ");
    config_free(config);
    memset(text, 'n', sizeof(text));
    text[64] = '\0';
    expect_good(load_option("room", "name", text));
    text[64] = 'n';
    text[65] = '\0';
    expect_error(load_option("room", "name", text), "is not 1 to 64 bytes of text");
    expect_error(load_option("room", "name", ""), "is not 1 to 64 bytes of text");
    expect_error(load_option("room", "name", "\"\""), "is not 1 to 64 bytes of text");
    expect_error(load_option("room", "name", "\"a\\nb\""), "holds a control character");
    expect_error(load_option("room", "name", "a\tb"), "holds a control character");
    expect_error(load_option("room", "name",
                             "a\xc2\x9b"
                             "b"),
                 "holds a control character");
    expect_error(load_option("room", "name",
                             "a\xe2\x80\xae"
                             "b"),
                 "holds a control character");
    expect_error(load_option("room", "name", "\xff"), "is not valid UTF-8");
}

Test(option, a_path_is_absolute_or_empty_and_fits_a_socket_address)
{
    char text[120] = "/";
    struct config *config = good("[admin]\nfifo = /run/roomd/fifo\ncontrol =\n");

    cr_expect_str_eq(config->admin_fifo, "/run/roomd/fifo");
    cr_expect_str_eq(config->admin_control, "");
    config_free(config);
    memset(text + 1, 'p', sizeof(text) - 1);
    text[107] = '\0';
    expect_good(load_option("admin", "control", text));
    text[107] = 'p';
    text[108] = '\0';
    expect_error(load_option("admin", "control", text), "is 108 bytes; this path has at most 107");
    expect_error(load_option("admin", "fifo", text), "is 108 bytes; this path has at most 107");
    expect_error(load_option("admin", "fifo", "run/fifo"), "is not an absolute path");
    expect_error(load_option("admin", "fifo", "\"/a\\nb\""), "holds a control character");
}

Test(option, a_group_is_a_name_or_none)
{
    struct config *config = good("[admin]\ngroup = roomd-admin\n");

    cr_expect_not(config->admin_group_is_default);
    config_free(config);
    config = good("[admin]\ngroup =\n");
    cr_expect_str_eq(config->admin_group, "");
    cr_expect_not(config->admin_group_is_default);
    config_free(config);
    expect_error(load_option("admin", "group", "a-group-with-a-name-of-33-letters"),
                 "is not 0 to 32 bytes of text");
}

Test(option, a_language_is_zh_or_en)
{
    expect_good(load_option("plain", "language", "en"));
    expect_errors(load_option("plain", "language", "fr"),
                  "a.conf:2: plain.language = fr: is no language: zh (Chinese) or en (English)\n");
    expect_error(load_option("plain", "language", "ZH"), "zh (Chinese) or en (English)");
    expect_error(load_option("plain", "language", ""), "zh (Chinese) or en (English)");
}

Test(option, replies_and_templates_are_checked_where_they_are_set)
{
    char text[300];

    memset(text, 't', sizeof(text));
    text[120] = '\0';
    expect_good(load_option("plain", "accept", text));
    text[120] = 't';
    text[121] = '\0';
    expect_error(load_option("plain", "accept", text), "a.conf:2: plain.accept = ");
    expect_error(load_option("plain", "accept", ""), "a.conf:2: plain.accept = \"\": is empty");
    expect_error(load_option("plain", "join", "{nam} joined"),
                 "'{nam} joined' is no placeholder here");
    expect_error(load_option("plain", "join_verbs", ""), "holds no verb");
    expect_error(load_option("plain", "join_verbs", "A B C D E F G H I"), "more than 8 verbs");
    expect_good(load_option("plain", "bye", ""));
}
