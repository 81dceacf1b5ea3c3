/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* An event as a JSON object, the same in every program: `room --json`, `roomctl watch --json`. */
#ifndef ROOMD_CORE_MODEL_EVENT_JSON_H
#define ROOMD_CORE_MODEL_EVENT_JSON_H

#include "base/json.h"

#include <roomd/event.h>

/*
 * Adds {"seq":N,"time":"RFC 3339","kind":"join|chat|exit|notice","name":"…","text":"…"} to an open
 * object, with "reason" for an exit. `event->seq` 0 = unknown: null. What was forgotten has the
 * kind "forgotten", no name and no text.
 */
void event_json(struct json *json, const struct event *event);

#endif
