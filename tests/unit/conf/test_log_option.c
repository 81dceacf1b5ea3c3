/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "conf/log_option.h"
#include "conf/option.h"
#include "conf_support.h"

static struct outcome load_log(const char *key, const char *value)
{
    char text[VALUE_MAX_BYTES + 64];

    snprintf(text, sizeof(text), "[log]\n%s = %s\n", key, value);
    return load_text(text);
}

/* The canonical form of log.events. */
static void expect_events(const char *value, const char *written)
{
    struct outcome outcome = load_log("events", value);
    char text[OPTION_TEXT_BYTES];

    cr_assert_eq(outcome.status, 0, "%s: %s", value, outcome.text);
    cr_expect_str_eq(option_text(outcome.config, OPTION_LOG_EVENTS, text), written);
    outcome_done(&outcome);
}

Test(log_option, messages_of_members_are_not_logged_by_default)
{
    struct config *config = good("");
    char text[OPTION_TEXT_BYTES];

    cr_expect_eq(config->log_level, LOG_LEVEL_INFO);
    cr_expect_str_eq(option_text(config, OPTION_LOG_LEVEL, text), "info");
    cr_expect_str_eq(option_text(config, OPTION_LOG_EVENTS, text),
                     "joins, exits, notices, refusals");
    cr_expect_eq(config->log_events & LOG_EVENT_BIT(LOG_EVENT_MESSAGES), 0);
    config_free(config);
}

Test(log_option, each_level_has_its_word)
{
    static const char *const words[] = {"error", "warning", "notice", "info", "debug"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        struct outcome outcome = load_log("level", words[i]);
        char text[OPTION_TEXT_BYTES];

        cr_assert_eq(outcome.status, 0, "%s", outcome.text);
        cr_expect_eq((size_t)outcome.config->log_level, LOG_LEVEL_ERROR + i);
        cr_expect_str_eq(option_text(outcome.config, OPTION_LOG_LEVEL, text), words[i]);
        outcome_done(&outcome);
    }
}

Test(log_option, a_wrong_level_is_refused_with_a_list_of_all)
{
    expect_errors(
        load_log("level", "warn"),
        "a.conf:2: log.level = warn: is no level: error, warning, notice, info or debug\n");
    expect_errors(load_log("level", "inof"),
                  "a.conf:2: log.level = inof: is no level: error, warning, notice, "
                  "info or debug; did you mean info?\n");
    expect_errors(load_log("level", "warnings"),
                  "a.conf:2: log.level = warnings: is no level: error, warning, "
                  "notice, info or debug; did you mean warning?\n");
    expect_error(load_log("level", ""), "log.level = \"\": is no level");
    expect_error(load_log("level", "6"), "is no level");
    expect_error(load_log("level", "info, debug"), "is no level");
    expect_error(load_setting("log.level=loud"),
                 "--set log.level=loud: log.level = loud: is no level");
}

Test(log_option, events_are_a_list_in_any_order)
{
    expect_events("messages", "messages");
    expect_events("refusals,joins ,  messages,exits, notices",
                  "joins, exits, messages, notices, refusals");
    expect_events("\" joins \"", "joins");
    expect_events("none", "none");
    expect_events("", "none");
}

Test(log_option, a_wrong_list_of_events_is_refused_with_the_words_it_may_hold)
{
    expect_errors(load_log("events", "joins, message"),
                  "a.conf:2: log.events = joins, message: is made of joins, exits, messages, "
                  "notices and refusals, "
                  "or is none; did you mean messages?\n");
    expect_error(load_log("events", "everything"), "or is none\n");
    expect_error(load_log("events", "joins,"), "holds an empty word: is there a comma too many?");
    expect_error(load_log("events", "joins exits"), "is made of joins, exits");
    expect_error(load_log("events", "joins, none"), "nothing else may stand beside it");
    expect_error(load_log("events", "none, joins"), "nothing else may stand beside it");
    expect_error(load_log("events", "joins, exits, joins"), "names joins twice");
    expect_errors(load_text("[log]\nevent = none\n"),
                  "a.conf:2: unknown option log.event; did you mean log.events?\n");
}
