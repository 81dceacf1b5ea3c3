/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Collects, checks and applies the keys of a dialect. Core decides what a key may be set to: see
 * dialect_set.
 */
#include "conf/dialect_option.h"

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

void dialect_option_done(struct dialect_options *options)
{
    for (size_t i = 0; i < DIALECT_KEYS; i++)
        free(options->keys[i].text);
    for (size_t i = 0; i < options->bye_count; i++)
        free(options->byes[i].text);
    memset(options, 0, sizeof(*options));
}

bool dialect_option_is_key(const char *key)
{
    return is_bye(key) || dialect_key_find(key) >= 0;
}

/* Checks the value alone, by setting it in a scratch dialect. */
static int check(const char *key, const char *text, char ret_why[VALUE_WHY_BYTES])
{
    struct dialect scratch;
    int status = dialect_init(&scratch, dialect_builtin_names()[0], DIALECT_ZH);

    if (status != 0)
        return value_refuse(status, ret_why, "there is no dialect to try it on");
    if (is_bye(key))
        return dialect_set_bye(&scratch, key + BYE_PREFIX_LENGTH, text, ret_why);
    return dialect_set(&scratch, (enum dialect_key)dialect_key_find(key), text, ret_why);
}

/*
 * Returns the value of `bye.VERB`, adding a new one if needed. NULL, after reporting an error, if
 * it can't be added.
 */
static struct dialect_option_value *find_bye(struct dialect_options *options, const char *key,
                                             const struct place *place,
                                             struct diagnostics *diagnostics)
{
    size_t i = 0;

    while (i < options->bye_count && strcmp(options->bye_keys[i], key) != 0)
        i++;
    if (i < options->bye_count)
        return &options->byes[i];
    if (strlen(key) >= sizeof(options->bye_keys[0])) {
        diagnostics_error(diagnostics, place, "plain.%s: a verb has at most %d bytes",
                          diagnostics_excerpt(key).text, DIALECT_VERB_MAX_BYTES);
        return NULL;
    }
    if (options->bye_count == DIALECT_VERBS_MAX) {
        diagnostics_error(diagnostics, place,
                          "plain.%s is one bye too many: at most %d verbs have their own", key,
                          DIALECT_VERBS_MAX);
        return NULL;
    }
    snprintf(options->bye_keys[i], sizeof(options->bye_keys[i]), "%s", key);
    options->bye_count++;
    return &options->byes[i];
}

int dialect_option_take(struct dialect_options *options, const char *key, const char *raw,
                        const struct place *place, struct diagnostics *diagnostics)
{
    struct dialect_option_value *value = is_bye(key) ? find_bye(options, key, place, diagnostics)
                                                     : &options->keys[dialect_key_find(key)];
    char text[VALUE_MAX_BYTES + 1], why[VALUE_WHY_BYTES];

    if (value == NULL ||
        !diagnostics_take_value(diagnostics, &value->place, place, "plain", key, raw, text))
        return STATUS_OK;
    if (check(key, text, why) == 0)
        return value_replace(&value->text, text);
    diagnostics_error_value(diagnostics, place, "plain", key, text, why);
    return STATUS_OK;
}

int dialect_option_set(struct config_dialect *dialect, enum dialect_key key, const char *text,
                       char ret_why[VALUE_WHY_BYTES])
{
    int status = dialect_set(&dialect->dialect, key, text, ret_why);

    return status != 0 ? status : value_replace(&dialect->texts[key], text);
}

static int report_refusal(int status, const char *key, const struct dialect_option_value *value,
                          const char *why, struct diagnostics *diagnostics)
{
    if (status == 0 || status == STATUS_NO_MEMORY)
        return status;
    diagnostics_error_value(diagnostics, &value->place, "plain", key, value->text, why);
    return STATUS_OK;
}

int dialect_option_apply(const struct dialect_options *options, struct config_dialect *dialect,
                         struct diagnostics *diagnostics)
{
    char why[VALUE_WHY_BYTES];
    int status = STATUS_OK;

    /* Byes come last, because setting exit_verbs removes those of other verbs. */
    for (int key = 0; key < DIALECT_KEYS && status == 0; key++) {
        const struct dialect_option_value *value = &options->keys[key];

        if (value->text != NULL)
            status = report_refusal(
                dialect_option_set(dialect, (enum dialect_key)key, value->text, why),
                dialect_key_info((enum dialect_key)key)->key, value, why, diagnostics);
    }
    for (size_t i = 0; i < options->bye_count && status == 0; i++) {
        const struct dialect_option_value *value = &options->byes[i];
        const char *verb = options->bye_keys[i] + BYE_PREFIX_LENGTH;

        if (value->text != NULL)
            status = report_refusal(dialect_set_bye(&dialect->dialect, verb, value->text, why),
                                    options->bye_keys[i], value, why, diagnostics);
    }
    return status;
}

/* True if `why` has `key` as a whole word, not as a quoted verb. */
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

const struct place *dialect_option_place(const struct dialect_options *options, const char *why)
{
    for (size_t i = 0; i < options->bye_count; i++) {
        if (mentions(why, options->bye_keys[i]))
            return &options->byes[i].place;
    }
    for (int key = 0; key < DIALECT_KEYS; key++) {
        if (options->keys[key].place.origin != NULL &&
            mentions(why, dialect_key_info((enum dialect_key)key)->key))
            return &options->keys[key].place;
    }
    return NULL;
}
