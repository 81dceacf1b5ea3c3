/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Collecting, checking and applying a dialect's keys. What a key may be set to is core's business: see dialect_set. */
#include "conf/dialect_option.h"

#include "conf/value.h"

#include <roomd/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYE_PREFIX        "bye."
#define BYE_PREFIX_LENGTH (sizeof(BYE_PREFIX) - 1)

static bool is_bye(const char *key)
{
    return strncmp(key, BYE_PREFIX, BYE_PREFIX_LENGTH) == 0;
}

void wording_done(struct wording *wording)
{
    for (size_t i = 0; i < DIALECT_KEYS; i++)
        free(wording->keys[i].text);
    for (size_t i = 0; i < wording->bye_count; i++)
        free(wording->byes[i].text);
    memset(wording, 0, sizeof(*wording));
}

bool wording_is_key(const char *key)
{
    return is_bye(key) || dialect_key_find(key) >= 0;
}

/* Is the value right by itself? Tried on a dialect that is thrown away. */
static int check(const char *key, const char *text, char ret_why[DIALECT_WHY_BYTES])
{
    struct dialect scratch;
    int status = dialect_init(&scratch, dialect_builtin_names()[0], DIALECT_ZH);

    if (status != 0)
        snprintf(ret_why, DIALECT_WHY_BYTES, "%s", "there is no dialect to try it on");
    else if (is_bye(key))
        status = dialect_set_bye(&scratch, key + BYE_PREFIX_LENGTH, text, ret_why);
    else
        status = dialect_set(&scratch, (enum dialect_key)dialect_key_find(key), text, ret_why);
    return status;
}

/* The place of `bye.VERB`, a new one where there is none. NULL (and a complaint) where it can't have one. */
static struct wording_value *find_bye(struct wording *wording, const char *key, const struct place *place,
                                      struct complaints *complaints)
{
    size_t i = 0;

    while (i < wording->bye_count && strcmp(wording->bye_keys[i], key) != 0)
        i++;
    if (i < wording->bye_count)
        return &wording->byes[i];
    if (strlen(key) >= sizeof(wording->bye_keys[0])) {
        complaint_add(complaints, place, "plain.%s: a verb has at most %d bytes", complaint_excerpt(key).text,
                      DIALECT_VERB_MAX_BYTES);
        return NULL;
    }
    if (wording->bye_count == DIALECT_VERBS_MAX) {
        complaint_add(complaints, place, "plain.%s is one bye too many: at most %d verbs have their own", key,
                      DIALECT_VERBS_MAX);
        return NULL;
    }
    snprintf(wording->bye_keys[i], sizeof(wording->bye_keys[i]), "%s", key);
    wording->bye_count++;
    return &wording->byes[i];
}

int wording_take(struct wording *wording, const char *key, const char *raw, const struct place *place,
                 struct complaints *complaints)
{
    struct wording_value *value =
        is_bye(key) ? find_bye(wording, key, place, complaints) : &wording->keys[dialect_key_find(key)];
    char text[VALUE_MAX_BYTES + 1], value_why[VALUE_WHY_BYTES], why[DIALECT_WHY_BYTES];
    char *copy;

    if (value == NULL || !complaint_claim(complaints, &value->place, place, "plain", key))
        return STATUS_OK;
    if (value_parse(raw, text, value_why) != 0) {
        complaint_add_raw(complaints, place, "plain", key, raw, value_why);
        return STATUS_OK;
    }
    if (check(key, text, why) != 0) {
        complaint_add_value(complaints, place, "plain", key, text, why);
        return STATUS_OK;
    }
    copy = strdup(text);
    if (copy == NULL)
        return STATUS_NO_MEMORY;
    free(value->text);
    value->text = copy;
    return STATUS_OK;
}

int wording_set_key(struct config_dialect *dialect, enum dialect_key key, const char *text,
                    char ret_why[DIALECT_WHY_BYTES])
{
    char *copy = strdup(text);
    int status;

    if (copy == NULL)
        return STATUS_NO_MEMORY;
    status = dialect_set(&dialect->dialect, key, text, ret_why);
    if (status != 0) {
        free(copy);
        return status;
    }
    free(dialect->texts[key]);
    dialect->texts[key] = copy;
    return STATUS_OK;
}

static int settle(int status, const char *key, const struct wording_value *value, const char *why,
                  struct complaints *complaints)
{
    if (status == 0 || status == STATUS_NO_MEMORY)
        return status;
    complaint_add_value(complaints, &value->place, "plain", key, value->text, why);
    return STATUS_OK;
}

int wording_apply(const struct wording *wording, struct config_dialect *dialect, struct complaints *complaints)
{
    char why[DIALECT_WHY_BYTES];
    int status = STATUS_OK;

    /* The byes come last: setting exit_verbs drops those it has no verb for. */
    for (int key = 0; key < DIALECT_KEYS && status == 0; key++) {
        const struct wording_value *value = &wording->keys[key];

        if (value->text != NULL)
            status = settle(wording_set_key(dialect, (enum dialect_key)key, value->text, why),
                            dialect_key_info((enum dialect_key)key)->key, value, why, complaints);
    }
    for (size_t i = 0; i < wording->bye_count && status == 0; i++) {
        const struct wording_value *value = &wording->byes[i];
        const char *verb = wording->bye_keys[i] + BYE_PREFIX_LENGTH;

        if (value->text != NULL)
            status = settle(dialect_set_bye(&dialect->dialect, verb, value->text, why), wording->bye_keys[i], value,
                            why, complaints);
    }
    return status;
}

/* Does `why` hold `key` as a word of its own, and not as some verb in quotes? */
static bool mentions(const char *why, const char *key)
{
    size_t length = strlen(key);

    for (const char *at = strstr(why, key); at != NULL; at = strstr(at + 1, key)) {
        bool begins = at == why || at[-1] == ' ';
        bool ends = at[length] == '\0' || at[length] == ' ' || at[length] == ':';

        if (begins && ends)
            return true;
    }
    return false;
}

const struct place *wording_place(const struct wording *wording, const char *why)
{
    for (size_t i = 0; i < wording->bye_count; i++) {
        if (mentions(why, wording->bye_keys[i]))
            return &wording->byes[i].place;
    }
    for (int key = 0; key < DIALECT_KEYS; key++) {
        if (wording->keys[key].place.origin != NULL && mentions(why, dialect_key_info((enum dialect_key)key)->key))
            return &wording->keys[key].place;
    }
    return NULL;
}
