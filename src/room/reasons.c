/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Two tables of words. */
#include "room/reasons.h"

#include <roomd/dialect.h>
#include <roomd/sequenced.h>
#include <stdio.h>

static const struct {
    enum client_reason reason;
    const char *text;
} reasons[] = {
    {CLIENT_REFUSED_VERSION,
     "the room speaks another version of the protocol: install the room that came with it"},
    {CLIENT_REFUSED_TAKEN,
     "somebody in the room has that name, or one that looks like it: take another, with --name"},
    {CLIENT_REFUSED_NAME, "nobody can have that name: take another, with --name"},
    {CLIENT_REFUSED_FULL, "the room is full"},
    {CLIENT_REFUSED_BANNED, "the administrator does not let you in"},
    {CLIENT_REFUSED_COOKIE, "the room does not recognise this address: does it change?"},
    {CLIENT_REFUSED_PLAIN, "the room speaks the plain protocol only: use --plain"},
    {CLIENT_REFUSED_LIMIT, "too many have joined from your address lately: try again in a minute"},
    {CLIENT_LEFT, "you have left"},
    {CLIENT_KICKED, "the administrator has removed you"},
    {CLIENT_BANNED, "the administrator has banned you"},
    {CLIENT_TIMEOUT, "the room has not heard of you for too long"},
    {CLIENT_CLOSED, "the room was closed"},
    {CLIENT_ELSEWHERE, "your session goes on in another program"},
    {CLIENT_DISPLACED, "the room is full, and you have said nothing for long"},
};

static const struct {
    uint8_t why;
    const char *text;
} whys[] = {
    {0, "why is not known any more"},
    {SEQUENCED_WHY_MUTED, "the administrator has muted you"},
    {SEQUENCED_WHY_TOO_LONG, "it is too long for this room"},
    {SEQUENCED_WHY_NOT_UTF8, "it is not valid UTF-8"},
    {SEQUENCED_WHY_EMPTY, "it is empty"},
    {SEQUENCED_WHY_NAME_TAKEN, "somebody in the room has that name, or one that looks like it"},
    {SEQUENCED_WHY_BAD_NAME, "nobody can have that name"},
    {SEQUENCED_WHY_NOT_UNDERSTOOD, "the room does not understand it"},
};

const char *reasons_text(enum client_reason reason, char text[REASONS_TEXT_BYTES])
{
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (reasons[i].reason == reason) {
            snprintf(text, REASONS_TEXT_BYTES, "%s", reasons[i].text);
            return text;
        }
    }
    snprintf(text, REASONS_TEXT_BYTES, "the room has refused you (reason %d)", (int)reason);
    return text;
}

const char *reasons_name(const char *name, char text[REASONS_TEXT_BYTES])
{
    enum name_fault fault = client_name_fault(name);

    snprintf(text, REASONS_TEXT_BYTES, "%s%s", fault != NAME_FINE ? ": " : "",
             dialect_name_fault(DIALECT_EN, fault));
    return text;
}

const char *reasons_not_taken(uint8_t why, char text[REASONS_TEXT_BYTES])
{
    for (size_t i = 0; i < sizeof(whys) / sizeof(whys[0]); i++) {
        if (whys[i].why == why) {
            snprintf(text, REASONS_TEXT_BYTES, "%s", whys[i].text);
            return text;
        }
    }
    snprintf(text, REASONS_TEXT_BYTES, "the room gives reason %u", (unsigned)why);
    return text;
}
