/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The words of log.level and log.events. Knows nothing of what is logged when.
 */
#ifndef ROOMD_CONF_LOG_OPTION_H
#define ROOMD_CONF_LOG_OPTION_H

#include "base/log.h"

#include <roomd/dialect.h>
#include <stdint.h>

/* What may be logged of what happens in the room. */
enum logs_event {
    LOGS_JOINS,
    LOGS_EXITS,
    LOGS_MESSAGES,
    LOGS_NOTICES,
    LOGS_REFUSALS,
    LOGS_EVENTS /* how many there are */
};

#define LOGS_BIT(event) (1U << (event))

/* All of them, between commas; or "none". */
#define LOGS_EVENTS_BYTES 64

/* "joins", … */
const char *logs_event_word(enum logs_event event);

/* "error", "warning", "notice", "info" or "debug". STATUS_INVALID: `ret_why` says what it may be. */
int logs_parse_level(const char *text, enum log_level *ret_level, char ret_why[DIALECT_WHY_BYTES]);
const char *logs_level_word(enum log_level level);

/* Events between commas, each once; "none" or nothing = none of them. One LOGS_BIT each. STATUS_INVALID: `ret_why` says what is wrong. */
int logs_parse_events(const char *text, uint32_t *ret_events, char ret_why[DIALECT_WHY_BYTES]);
/* As they would be written in a file. Returns `out`. */
const char *logs_write_events(uint32_t events, char out[LOGS_EVENTS_BYTES]);

#endif
