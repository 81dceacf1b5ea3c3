/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Loads a configuration as a whole, and compares two. */
#include "conf/config.h"

#include "base/escape.h"

#include "conf/config_builder.h"
#include "conf/dialect_files.h"
#include "conf/network_option.h"
#include "conf/option.h"
#include "conf/reader.h"
#include "core/plain_wire/reply.h"

#include <roomd/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "dialect NAME: bye.VERB" */
#define KEY_BYTES 128

static int keep_listen(struct config_builder *builder)
{
    struct config *config = builder->config;
    const struct place *place = &builder->places[OPTION_ROOM_LISTEN];
    char text[LISTEN_OPTION_TEXT_BYTES], where[DIAGNOSTICS_WHERE_BYTES];
    int status = value_replace(&config->listen_text, listen_option_write(&builder->listen, text));

    config->listen_is_default = place->origin == NULL;
    if (status == 0 && !config->listen_is_default)
        status = value_replace(&config->listen_where, diagnostics_where(place, where));
    return status;
}

/* access.plain_from may name access.trusted, which may be written after it. */
static void finish_plain_from(struct config_builder *builder)
{
    struct config *config = builder->config;

    config->access.plain_from = config->plain_from;
    if (config->plain_from_trusted &&
        network_option_join(&config->access.plain_from, &config->access.trusted) != 0)
        diagnostics_error(&builder->diagnostics, &builder->places[OPTION_ACCESS_PLAIN_FROM],
                          "access.plain_from: with those of access.trusted these are more than %d "
                          "networks",
                          NETWORK_LIST_MAX);
}

/* Doors and dialects are built last, because they depend on several options. */
static int finish(struct config_builder *builder)
{
    struct config *config = builder->config;
    int status = keep_listen(builder);

    config->admin_group_is_default = builder->places[OPTION_ADMIN_GROUP].origin == NULL;
    finish_plain_from(builder);
    if (status == 0)
        status = dialect_files_load(builder);
    return status == 0 && builder->diagnostics.count > 0 ? STATUS_INVALID : status;
}

int config_parse(const char *path, const char *bytes, size_t length, const char *const *settings,
                 size_t setting_count, const struct config_report *report,
                 struct config **ret_config)
{
    struct config_builder builder;
    int status = config_builder_init(&builder, path, setting_count, report);

    if (status == 0 && path != NULL)
        status = config_builder_take_file(&builder, bytes, length);
    for (size_t i = 0; i < setting_count && status == 0; i++)
        status = config_builder_take_setting(&builder, settings[i]);
    if (status == 0)
        status = finish(&builder);
    if (status == 0) {
        *ret_config = builder.config;
        builder.config = NULL;
    }
    config_builder_done(&builder);
    return status;
}

int config_load(const char *path, const char *const *settings, size_t setting_count,
                const struct config_report *report, struct config **ret_config)
{
    struct diagnostics diagnostics = {.report = report};
    struct reader_file file = {.bytes = NULL};
    struct origin origin;
    struct place place = {.origin = &origin};
    char why[VALUE_WHY_BYTES];
    int status;

    if (path == NULL)
        return config_parse(NULL, NULL, 0, settings, setting_count, report, ret_config);
    status = reader_load(path, &file, why);
    if (status == 0) {
        status = config_parse(path, file.bytes, file.length, settings, setting_count, report,
                              ret_config);
        reader_done(&file);
    } else if (status != STATUS_NO_MEMORY) {
        diagnostics_origin_file(&origin, path);
        diagnostics_error(&diagnostics, &place, "%s", why);
        status = status == STATUS_TOO_LONG ? STATUS_INVALID : status;
    }
    return status;
}

/* ---- differences ---- */

struct listener {
    config_changed *changed;
    void *ctx;
};

static void compare(const struct listener *listener, const char *key, const char *old_text,
                    const char *new_text, bool reloadable)
{
    char old_safe[OPTION_TEXT_BYTES], new_safe[OPTION_TEXT_BYTES];

    if (strcmp(old_text, new_text) == 0)
        return;
    escape_text(old_text, strlen(old_text), old_safe, sizeof(old_safe));
    escape_text(new_text, strlen(new_text), new_safe, sizeof(new_safe));
    listener->changed(listener->ctx, key, old_safe, new_safe, reloadable);
}

static void compare_options(const struct listener *listener, const struct config *old,
                            const struct config *new)
{
    char old_buffer[OPTION_TEXT_BYTES], new_buffer[OPTION_TEXT_BYTES], name[OPTION_NAME_BYTES];

    for (size_t id = 0; id < OPTIONS; id++) {
        struct option option = option_row(id);

        snprintf(name, sizeof(name), "%s.%s", option.section, option.key);
        compare(listener, name, option_text(old, id, old_buffer), option_text(new, id, new_buffer),
                option.reloadable);
    }
}

/* The bye for `verb`, as it would be written in a file. */
static const char *bye_text(const struct dialect *dialect, const char *verb,
                            char buffer[VALUE_WRITTEN_BYTES(REPLY_TEXT_BYTES)])
{
    char text[REPLY_TEXT_BYTES];

    return value_write(reply_write(dialect_bye(dialect, verb, strlen(verb)), text), buffer);
}

static bool has_bye(const struct dialect *dialect, const char *verb)
{
    for (uint8_t i = 0; i < dialect->byes_count; i++) {
        if (strcmp(dialect->byes_verb[i], verb) == 0)
            return true;
    }
    return false;
}

/* Compares the byes of all verbs that have one of their own before or after. */
static void compare_byes(const struct listener *listener, const char *prefix,
                         const struct dialect *old, const struct dialect *new)
{
    const struct dialect *sides[] = {old, new};

    for (size_t side = 0; side < 2; side++) {
        for (uint8_t i = 0; i < sides[side]->byes_count; i++) {
            const char *verb = sides[side]->byes_verb[i];
            char before[VALUE_WRITTEN_BYTES(REPLY_TEXT_BYTES)], after[sizeof(before)];
            char name[KEY_BYTES];

            if (side == 1 && has_bye(old, verb))
                continue; /* compared already */
            snprintf(name, sizeof(name), "%sbye.%s", prefix, verb);
            compare(listener, name, bye_text(old, verb, before), bye_text(new, verb, after), true);
        }
    }
}

/* Compares dialects that only doors name; their keys are no options. */
static void compare_dialects(const struct listener *listener, const struct config_dialect *old,
                             const struct config_dialect *new)
{
    char old_buffer[OPTION_TEXT_BYTES], new_buffer[OPTION_TEXT_BYTES], prefix[KEY_BYTES],
        name[KEY_BYTES * 2];

    snprintf(prefix, sizeof(prefix), "dialect %s: ", new->dialect.name);
    for (int key = 0; key < DIALECT_KEYS; key++) {
        snprintf(name, sizeof(name), "%s%s", prefix, dialect_key_info((enum dialect_key)key)->key);
        compare(listener, name, value_write(old->texts[key], old_buffer),
                value_write(new->texts[key], new_buffer), true);
    }
    compare_byes(listener, prefix, &old->dialect, &new->dialect);
}

void config_diff(const struct config *old, const struct config *new, config_changed *changed,
                 void *ctx)
{
    const struct listener listener = {.changed = changed, .ctx = ctx};

    compare_options(&listener, old, new);
    compare_byes(&listener, "plain.", &old->dialects[0].dialect, &new->dialects[0].dialect);
    for (size_t i = 1; i < new->dialect_count; i++) {
        for (size_t j = 1; j < old->dialect_count; j++) {
            if (strcmp(old->dialects[j].source, new->dialects[i].source) == 0)
                compare_dialects(&listener, &old->dialects[j], &new->dialects[i]);
        }
    }
}
