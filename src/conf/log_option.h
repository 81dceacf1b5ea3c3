/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The words of log.level and log.events. Does not know what is logged when. */
#ifndef ROOMD_CONF_LOG_OPTION_H
#define ROOMD_CONF_LOG_OPTION_H

#include "base/log.h"
#include "conf/value.h"

#include <stdint.h>

/* The kinds of events in the room that can be logged. */
enum log_event {
    LOG_EVENT_JOINS,
    LOG_EVENT_EXITS,
    LOG_EVENT_MESSAGES,
    LOG_EVENT_NOTICES,
    LOG_EVENT_REFUSALS,
    LOG_EVENTS /* their number */
};

#define LOG_EVENT_BIT(event) (1U << (event))

/* All of them, separated by commas; or "none". */
#define LOG_OPTION_EVENTS_BYTES 64

/* "joins", … */
const char *log_option_event_word(enum log_event event);

/* Parses "error", "warning", "notice", "info" or "debug". STATUS_INVALID: `ret_why` lists these. */
int log_option_parse_level(const char *text, enum log_level *ret_level,
                           char ret_why[VALUE_WHY_BYTES]);
const char *log_option_level_word(enum log_level level);

/*
 * Parses events separated by commas, each once; "none" or nothing = none. Returns one LOG_EVENT_BIT
 * each. STATUS_INVALID: `ret_why` says what is wrong.
 */
int log_option_parse_events(const char *text, uint32_t *ret_events, char ret_why[VALUE_WHY_BYTES]);
/* Writes them as in a file. Returns `out`. */
const char *log_option_write_events(uint32_t events, char out[LOG_OPTION_EVENTS_BYTES]);

#endif
