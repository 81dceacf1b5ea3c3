/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Collects each built-in reply once, and the filter that rules out most datagrams at once. */
#include "core/plain_wire/known_replies.h"

#include "core/plain_wire/reply.h"
#include "core/plain_wire/template.h"

#include <string.h>

/* ---- the replies and the filter ---- */

static void mark(bool marks[UINT8_MAX + 1], const char *byte)
{
    if (byte != NULL)
        marks[(uint8_t)*byte] = true;
    else
        memset(marks, true, UINT8_MAX + 1);
}

/*
 * A reply that holds a name or a reason may have any length above its own, and may begin or end
 * with any byte if that is at the end.
 */
static void add_to_filter(struct known_replies *known, const struct reply *reply)
{
    bool open = reply->has_name || reply->has_why;
    size_t length = reply->length + (open ? 1U : 0U);

    if (length == 0)
        return;
    mark(known->firsts, !open || reply->name_at > 0 ? reply->bytes : NULL);
    mark(known->lasts,
         !open || reply->name_at < reply->length ? reply->bytes + reply->length - 1 : NULL);
    do
        known->lengths[length++] = true;
    while (open && length <= DIALECT_REPLY_MAX_BYTES);
}

static bool is_builtin(const struct known_replies *known, const char *bytes, size_t length)
{
    for (size_t i = 0; i < known->count; i++) {
        if (reply_matches(&known->replies[i], bytes, length))
            return true;
    }
    return false;
}

static void add(struct known_replies *known, const char *text)
{
    uint32_t allowed = TEMPLATE_BIT(TEMPLATE_NAME) | TEMPLATE_BIT(TEMPLATE_WHY);
    char why[DIALECT_WHY_BYTES];

    if (text[0] == '\0' || is_builtin(known, text, strlen(text)) ||
        known->count == KNOWN_REPLIES_MAX)
        return;
    if (reply_parse(text, allowed, &known->replies[known->count], why) == 0)
        known->count++;
}

void known_replies_init(struct known_replies *known)
{
    known->count = 0;
    for (const char *const *name = dialect_builtin_names(); *name != NULL; name++) {
        for (int language = DIALECT_ZH; language <= DIALECT_EN; language++) {
            for (int key = DIALECT_ACCEPT; key <= DIALECT_BYE; key++)
                add(known, dialect_builtin_text(*name, (enum dialect_language)language,
                                                (enum dialect_key)key));
        }
    }
    add(known, DIALECT_QUIT_BYE);
    known_replies_set_doors(known, NULL, 0);
}

static void add_dialect(struct known_replies *known, const struct dialect *dialect)
{
    for (size_t i = 0; i < known->dialect_count; i++) {
        if (known->dialects[i] == dialect)
            return;
    }
    known->dialects[known->dialect_count++] = dialect;
    for (int key = DIALECT_ACCEPT; key <= DIALECT_BYE; key++)
        add_to_filter(known, dialect_reply(dialect, (enum dialect_key)key));
    for (uint8_t i = 0; i < dialect->byes_count; i++)
        add_to_filter(known, &dialect->byes[i]);
}

void known_replies_set_doors(struct known_replies *known, const struct room_door *doors,
                             size_t count)
{
    memset(known->lengths, false, sizeof(known->lengths));
    memset(known->firsts, false, sizeof(known->firsts));
    memset(known->lasts, false, sizeof(known->lasts));
    for (size_t i = 0; i < known->count; i++)
        add_to_filter(known, &known->replies[i]);
    known->dialect_count = 0;
    for (size_t door = 0; door < count; door++)
        add_dialect(known, doors[door].dialect);
}

/* ---- matching ---- */

bool known_replies_have(const struct known_replies *known, const char *bytes, size_t length)
{
    if (length == 0 || length > DIALECT_REPLY_MAX_BYTES || !known->lengths[length] ||
        !known->firsts[(uint8_t)bytes[0]] || !known->lasts[(uint8_t)bytes[length - 1]])
        return false;
    if (is_builtin(known, bytes, length))
        return true;
    for (size_t i = 0; i < known->dialect_count; i++) {
        if (dialect_is_reply(known->dialects[i], bytes, length))
            return true;
    }
    return false;
}

/* ---- replies that are requests ---- */

enum request_form known_replies_form_of(const struct known_replies *known, const char *bytes,
                                        size_t length)
{
    enum request_form worst = REQUEST_FORM_NONE;

    for (size_t i = 0; i < known->dialect_count; i++) {
        enum request_form form = request_form_of(known->dialects[i], bytes, length);

        worst = form > worst ? form : worst;
    }
    return worst;
}

static enum request_form form_of(const struct known_replies *known, const struct reply *reply,
                                 const char *name, size_t name_len)
{
    struct reply filled;
    const struct reply *sent = reply_fill(reply, name, name_len, &filled);

    /* Every server drops those of the built-in dialects. */
    return is_builtin(known, sent->bytes, sent->length)
               ? REQUEST_FORM_NONE
               : known_replies_form_of(known, sent->bytes, sent->length);
}

#define REPLIES (DIALECT_BYE - DIALECT_ACCEPT + 1)

/* All replies of a dialect, the byes of its verbs behind the others; NULL at the end. */
static const struct reply *reply_at(const struct dialect *dialect, size_t index)
{
    if (index < REPLIES)
        return &dialect->replies[index];
    return index < REPLIES + (size_t)dialect->byes_count ? &dialect->byes[index - REPLIES] : NULL;
}

enum request_form known_replies_form(const struct known_replies *known,
                                     const struct dialect *dialect, const char *name,
                                     size_t name_len)
{
    enum request_form worst = REQUEST_FORM_NONE;
    const struct reply *reply;

    for (size_t i = 0; (reply = reply_at(dialect, i)) != NULL; i++) {
        enum request_form form = form_of(known, reply, name, name_len);

        worst = form > worst ? form : worst;
    }
    return worst;
}

bool known_replies_begin_with_name(const struct dialect *dialect)
{
    const struct reply *reply;

    for (size_t i = 0; (reply = reply_at(dialect, i)) != NULL; i++) {
        if (reply->has_name && memchr(reply->bytes, ' ', reply->name_at) == NULL)
            return true;
    }
    return false;
}
