/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The words of two options, with suggestions for mistyped ones. */
#include "conf/log_option.h"

#include "base/suggest.h"

#include <roomd/status.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define NONE "none"

static const char *const event_words[LOG_EVENTS] = {
    [LOG_EVENT_JOINS] = "joins",       [LOG_EVENT_EXITS] = "exits",
    [LOG_EVENT_MESSAGES] = "messages", [LOG_EVENT_NOTICES] = "notices",
    [LOG_EVENT_REFUSALS] = "refusals",
};

static const char *const level_words[] = {"error", "warning", "notice", "info", "debug"};

#define LEVELS (sizeof(level_words) / sizeof(level_words[0]))

static size_t find(const char *const *words, size_t count, const char *text)
{
    size_t i = 0;

    while (i < count && strcmp(words[i], text) != 0)
        i++;
    return i;
}

/* "; did you mean WORD?", or nothing. */
static const char *suggestion(const char *const *words, size_t count, const char *text,
                              char out[VALUE_WHY_BYTES])
{
    struct suggestion meant = {NULL, 0};

    for (size_t i = 0; i < count; i++)
        suggest_consider(&meant, words[i], text);
    out[0] = '\0';
    if (meant.word != NULL)
        snprintf(out, VALUE_WHY_BYTES, "; did you mean %s?", meant.word);
    return out;
}

const char *log_option_event_word(enum log_event event)
{
    return event_words[event];
}

int log_option_parse_level(const char *text, enum log_level *ret_level,
                           char ret_why[VALUE_WHY_BYTES])
{
    size_t found = find(level_words, LEVELS, text);
    char meant[VALUE_WHY_BYTES];

    if (found < LEVELS) {
        *ret_level = (enum log_level)(LOG_LEVEL_ERROR + found);
        return STATUS_OK;
    }
    return value_refuse(STATUS_INVALID, ret_why,
                        "is no level: error, warning, notice, info or debug%.40s",
                        suggestion(level_words, LEVELS, text, meant));
}

const char *log_option_level_word(enum log_level level)
{
    return level_words[level - LOG_LEVEL_ERROR];
}

static int add(uint32_t *events, const char *item, char ret_why[VALUE_WHY_BYTES])
{
    size_t found = find(event_words, LOG_EVENTS, item);
    char meant[VALUE_WHY_BYTES];

    if (found < LOG_EVENTS && (*events & LOG_EVENT_BIT(found)) == 0) {
        *events |= LOG_EVENT_BIT(found);
        return STATUS_OK;
    }
    if (found < LOG_EVENTS)
        return value_refuse(STATUS_INVALID, ret_why, "names %s twice", item);
    if (*item == '\0')
        return value_refuse(STATUS_INVALID, ret_why,
                            "holds an empty word: is there a comma too many?");
    if (strcmp(item, NONE) == 0)
        return value_refuse(STATUS_INVALID, ret_why,
                            "says none: then nothing else may stand beside it");
    return value_refuse(STATUS_INVALID, ret_why,
                        "is made of joins, exits, messages, notices and refusals, or is none%.40s",
                        suggestion(event_words, LOG_EVENTS, item, meant));
}

int log_option_parse_events(const char *text, uint32_t *ret_events, char ret_why[VALUE_WHY_BYTES])
{
    char copy[VALUE_MAX_BYTES + 1];
    char *next;
    uint32_t events = 0;

    snprintf(copy, sizeof(copy), "%s", text);
    next = value_trim(copy);
    if (*next == '\0' || strcmp(next, NONE) == 0)
        next = NULL;
    while (next != NULL) {
        if (add(&events, value_trim(strsep(&next, ",")), ret_why) != 0)
            return STATUS_INVALID;
    }
    *ret_events = events;
    return STATUS_OK;
}

const char *log_option_write_events(uint32_t events, char out[LOG_OPTION_EVENTS_BYTES])
{
    size_t used = 0;

    snprintf(out, LOG_OPTION_EVENTS_BYTES, "%s", NONE);
    for (size_t event = 0; event < LOG_EVENTS; event++) {
        if ((events & LOG_EVENT_BIT(event)) != 0)
            used += (size_t)snprintf(out + used, LOG_OPTION_EVENTS_BYTES - used, "%s%s",
                                     used > 0 ? ", " : "", event_words[event]);
    }
    return out;
}
