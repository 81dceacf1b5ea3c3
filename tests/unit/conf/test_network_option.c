/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "conf/option.h"
#include "conf_support.h"

static struct outcome load_access(const char *key, const char *value)
{
    char text[VALUE_MAX_BYTES + 64];

    snprintf(text, sizeof(text), "[access]\n%s = %s\n", key, value);
    return load_text(text);
}

/* The canonical form of the value. */
static void expect_list(const char *value, const char *written)
{
    struct outcome outcome = load_access("deny", value);
    char text[OPTION_TEXT_BYTES];

    cr_assert_eq(outcome.status, 0, "%s: %s", value, outcome.text);
    cr_expect_str_eq(option_text(outcome.config, OPTION_ACCESS_DENY, text), written);
    outcome_done(&outcome);
}

Test(network_option, the_defaults_are_addresses_that_strangers_do_not_have)
{
    struct config *config = good("");
    char text[OPTION_TEXT_BYTES];

    cr_expect_str_eq(option_text(config, OPTION_ACCESS_PLAIN_FROM, text), "trusted");
    cr_expect_str_eq(option_text(config, OPTION_ACCESS_TRUSTED, text),
                     "loopback, private, link-local, unique-local");
    cr_expect_str_eq(option_text(config, OPTION_ACCESS_DENY, text), "none");
    config_free(config);
}

/* The lists that the room is given, as text. */
static void expect_access(const char *settings, const char *plain_from, const char *trusted)
{
    struct config *config = good(settings);
    char text[NETWORK_LIST_TEXT_BYTES];

    cr_expect_str_eq(network_list_format(&config->access.plain_from, text), plain_from);
    cr_expect_str_eq(network_list_format(&config->access.trusted, text), trusted);
    config_free(config);
}

Test(network_option, plain_clients_may_come_from_trusted_networks_unless_something_else_is_written)
{
    expect_access("", "loopback, private, link-local, unique-local",
                  "loopback, private, link-local, unique-local");
    expect_access("[access]\ntrusted = loopback, 100.64.0.0/10\n", "loopback, 100.64.0.0/10",
                  "loopback, 100.64.0.0/10");
    expect_access("[access]\ntrusted = none\n", "none", "none");
    expect_access("[access]\nplain_from = 192.0.2.0/24\n", "192.0.2.0/24",
                  "loopback, private, link-local, unique-local");
    expect_access("[access]\nplain_from = none\n", "none",
                  "loopback, private, link-local, unique-local");
}

Test(network_option, the_word_trusted_stands_for_the_other_list_wherever_that_is_written)
{
    struct config *config = good("[access]\nplain_from = 192.0.2.0/24, trusted\n");
    char text[OPTION_TEXT_BYTES];

    cr_expect_str_eq(option_text(config, OPTION_ACCESS_PLAIN_FROM, text), "trusted, 192.0.2.0/24");
    config_free(config);
    expect_access("[access]\nplain_from = trusted, all, 10.0.0.0/8\n"
                  "trusted = loopback, 10.0.0.0/8, 192.0.2.0/24\n",
                  "loopback, all, 10.0.0.0/8, 192.0.2.0/24", "loopback, 10.0.0.0/8, 192.0.2.0/24");
    expect_error(load_access("trusted", "trusted"), "access.trusted: 'trusted' is no network");
    expect_error(load_access("deny", "trusted"), "access.deny: 'trusted' is no network");
    expect_error(load_access("plain_from", "trusted, none"), "'none' stands for an empty list");
}

Test(network_option, two_lists_that_are_too_long_together_are_an_error)
{
    char text[32768] = "[access]\nplain_from = trusted";
    size_t used = strlen(text);

    for (int i = 0; i < 200; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, ", 10.0.%d.0/24", i);
    used += (size_t)snprintf(text + used, sizeof(text) - used, "\ntrusted = loopback");
    for (int i = 0; i < 100; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, ", 10.1.%d.0/24", i);
    expect_error(load_text(text), "with those of access.trusted these are more than 256 networks");
}

Test(network_option, a_list_is_networks_and_words_between_commas)
{
    expect_list("192.0.2.0/24", "192.0.2.0/24");
    expect_list(" 192.0.2.0/24 ,::ffff:10.0.0.0/104,  loopback,2001:DB8::1 ",
                "loopback, 192.0.2.0/24, 10.0.0.0/8, 2001:db8::1");
    expect_list("\"192.0.2.7\"", "192.0.2.7");
    expect_list("none", "none");
    expect_list("\" none \"", "none");
    expect_list("", "none");
    expect_list("all", "all");
    expect_list("0.0.0.0/0, ::/0", "0.0.0.0/0, ::/0");
}

Test(network_option, each_error_is_reported_with_its_line)
{
    expect_errors(load_access("deny", "192.0.2.7/24, 10.0.0.0/33,lab, 192.0.2.0/24"),
                  "a.conf:2: access.deny: '192.0.2.7/24' has bits set beyond its prefix; did you "
                  "mean 192.0.2.0/24?\n"
                  "a.conf:2: access.deny: '10.0.0.0/33' has no prefix length from 0 to 32\n"
                  "a.conf:2: access.deny: 'lab' is no network: write for example 192.0.2.0/24, "
                  "2001:db8::/32 or a "
                  "single address\n");
    expect_errors(load_access("trusted", "privat"),
                  "a.conf:2: access.trusted: 'privat' is no network; did you mean private?\n");
    expect_error(load_access("deny", "10.0.0.0/8,"), "a comma too many");
    expect_error(load_access("deny", ", 10.0.0.0/8"), "a comma too many");
    expect_error(load_access("deny", "10.0.0.0/8 192.168.0.0/16"), "put commas between");
    expect_error(load_access("deny", "none, 10.0.0.0/8"), "'none' stands for an empty list");
    expect_error(load_access("deny", "10.0.0.0/8, none"), "'none' stands for an empty list");
    expect_error(load_access("deny", "192.0.2.7/0"), "did you mean 192.0.2.7?");
    expect_error(load_setting("access.deny=10.0.0.0/99"),
                 "--set access.deny=10.0.0.0/99: access.deny: '10.0.0.0/99' has no");
    expect_error(load_text("[access]\ndenny = 10.0.0.0/8\n"), "did you mean access.deny?");
    expect_error(load_text("[acess]\n"), "did you mean [access]?");
}

Test(network_option, refusing_everybody_takes_a_word)
{
    expect_errors(load_access("plain_from", ""),
                  "a.conf:2: access.plain_from is empty: write all, none, or networks\n");
    expect_error(load_access("trusted", "\"\""), "access.trusted is empty");
    expect_good(load_access("plain_from", "none"));
    expect_good(load_access("plain_from", "all"));
}

Test(network_option, a_list_has_at_most_256)
{
    char text[VALUE_MAX_BYTES] = "";
    size_t used = 0;

    for (int i = 0; i < 256; i++)
        used +=
            (size_t)snprintf(text + used, sizeof(text) - used, "%s10.0.%d.1", i > 0 ? "," : "", i);
    expect_good(load_access("deny", text));
    snprintf(text + used, sizeof(text) - used, ",10.1.0.1,10.2.0.1");
    expect_errors(
        load_access("deny", text),
        "a.conf:2: access.deny: '10.1.0.1' is one too many: a list has at most 256 networks\n");
}

Test(network_option, a_setting_takes_the_place_of_the_file_and_adds_nothing_to_it)
{
    struct folder folder = folder_make();
    const char *const settings[] = {"access.deny=10.0.0.0/8", NULL};
    char text[OPTION_TEXT_BYTES];
    struct outcome outcome;

    folder_write(&folder, "a.conf", "[access]\ndeny = 192.0.2.0/24\n");
    outcome = load_file(folder.file, settings);
    cr_assert_eq(outcome.status, 0, "%s", outcome.text);
    cr_expect_str_eq(option_text(outcome.config, OPTION_ACCESS_DENY, text), "10.0.0.0/8");
    outcome_done(&outcome);
    folder_remove(&folder);
}

static void on_change(void *ctx, const char *key, const char *old_text, const char *new_text,
                      bool reloadable)
{
    unsigned *count = ctx;

    (*count)++;
    cr_expect_str_eq(key, "access.deny");
    cr_expect_str_neq(old_text, new_text);
    cr_expect(reloadable);
}

Test(network_option, a_difference_at_the_end_of_a_long_list_is_found)
{
    char text[VALUE_MAX_BYTES] = "[access]\ndeny = 10.0.0.1";
    size_t used = strlen(text);
    struct config *before, *after;
    unsigned changes = 0;

    for (int i = 1; i < 200; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, ", 10.0.%d.1", i);
    before = good(text);
    snprintf(text + used, sizeof(text) - used, ", 10.1.0.1");
    after = good(text);
    config_diff(before, after, on_change, &changes);
    cr_expect_eq(changes, 1);
    config_free(before);
    config_free(after);
}
