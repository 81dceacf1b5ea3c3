/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Collects what the file and the command line set. */
#include "conf/config_builder.h"

#include "conf/builtin_dialect.h"
#include "conf/network_option.h"
#include "conf/obsolete_option.h"
#include "conf/reader.h"

#include <assert.h>
#include <roomd/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void report_unknown_section(struct config_builder *builder, const struct place *place,
                                   const char *section)
{
    const char *meant = option_suggest_section(section);

    if (meant != NULL)
        diagnostics_error(&builder->diagnostics, place, "unknown section [%s]; did you mean [%s]?",
                          diagnostics_excerpt(section).text, meant);
    else
        diagnostics_error(&builder->diagnostics, place,
                          "unknown section [%s]; there are [room], [plain], [sequenced], [access], "
                          "[limits], [store], [admin] and [log]",
                          diagnostics_excerpt(section).text);
}

static void report_unknown_key(struct config_builder *builder, const struct place *place,
                               const char *section, const char *key)
{
    char name[OPTION_NAME_BYTES];
    const char *meant;

    if (diagnostics_is_full(&builder->diagnostics)) {
        /* Count only: suggestions for a long invalid file would take too much time. */
        builder->diagnostics.count++;
        return;
    }
    meant = option_suggest(section, key, name);
    if (meant != NULL)
        diagnostics_error(&builder->diagnostics, place, "unknown option %s.%s; did you mean %s?",
                          diagnostics_excerpt(section).text, diagnostics_excerpt(key).text, meant);
    else
        diagnostics_error(&builder->diagnostics, place,
                          "unknown option %s.%s; roomd --help-config lists them all",
                          diagnostics_excerpt(section).text, diagnostics_excerpt(key).text);
}

/* Stores a value in the configuration. Reports a wrong value and returns false. */
static bool store(struct config_builder *builder, size_t id, const char *value,
                  const struct place *place)
{
    struct option option = option_row(id);
    char why[VALUE_WHY_BYTES];

    switch (option.kind) {
    case OPTION_KIND_DOORS:
        return listen_option_parse(value, place, &builder->diagnostics, &builder->listen) == 0;
    case OPTION_KIND_NETWORKS:
        return network_option_parse(
                   value, &option, place, &builder->diagnostics,
                   (struct network_list *)(void *)((char *)builder->config + option.offset)) == 0;
    case OPTION_KIND_PLAIN_FROM:
        return network_option_parse_plain_from(value, &option, place, &builder->diagnostics,
                                               &builder->config->plain_from,
                                               &builder->config->plain_from_trusted) == 0;
    case OPTION_KIND_DIALECT:
        if (builtin_dialect_check(value, why) != 0)
            break;
        /* builtin_dialect_check has checked the length. */
        memcpy(builder->config->plain_dialect, value, strlen(value) + 1);
        return true;
    default:
        if (option_store(&option, value, builder->config, why) != 0)
            break;
        return true;
    }
    diagnostics_error_value(&builder->diagnostics, place, option.section, option.key, value, why);
    return false;
}

static void take_option(struct config_builder *builder, size_t id, const char *raw,
                        const struct place *place)
{
    struct option option = option_row(id);
    char value[VALUE_MAX_BYTES + 1];

    if (diagnostics_take_value(&builder->diagnostics, &builder->places[id], place, option.section,
                               option.key, raw, value))
        store(builder, id, value, place);
}

static void take(struct config_builder *builder, const char *section, const char *key,
                 const char *raw, const struct place *place)
{
    bool is_dialect_key = strcmp(section, "plain") == 0 && dialect_option_is_key(key);
    size_t id = option_find(section, key);

    if (is_dialect_key) {
        if (dialect_option_take(&builder->plain, key, raw, place, &builder->diagnostics) != 0)
            builder->status = STATUS_NO_MEMORY;
    } else if (id < OPTIONS) {
        take_option(builder, id, raw, place);
    } else if (!obsolete_option_take(section, key, place, &builder->diagnostics)) {
        report_unknown_key(builder, place, section, key);
    }
}

/* ---- the file ---- */

static bool on_section(void *ctx, const struct place *place, const char *name)
{
    if (option_is_section(name) || obsolete_option_is_section(name))
        return true;
    report_unknown_section(ctx, place, name);
    return false;
}

static void on_setting(void *ctx, const struct place *place, const char *section, const char *key,
                       const char *value)
{
    take(ctx, section, key, value, place);
}

int config_builder_take_file(struct config_builder *builder, const char *bytes, size_t length)
{
    struct reader_sink sink = {.section = on_section, .setting = on_setting, .ctx = builder};
    int status = reader_run(bytes, length, &builder->file, &sink, &builder->diagnostics);

    return status != 0 ? status : builder->status;
}

/* ---- the command line ---- */

/* SECTION ends at the first dot, KEY at the first '='. */
static const char *split_setting(const char *text, size_t *ret_section_length,
                                 size_t *ret_key_length)
{
    const char *dot = strchr(text, '.');
    const char *equals = strchr(text, '=');

    if (dot == NULL || equals == NULL || dot > equals || dot == text || dot + 1 == equals)
        return NULL;
    *ret_section_length = (size_t)(dot - text);
    *ret_key_length = (size_t)(equals - dot) - 1;
    return equals + 1;
}

bool config_is_setting(const char *text)
{
    size_t section_length, key_length;

    return split_setting(text, &section_length, &key_length) != NULL;
}

int config_builder_take_setting(struct config_builder *builder, const char *text)
{
    struct origin *origin = &builder->settings[builder->setting_count++];
    struct place place = {.origin = origin, .line = 0};
    char section[READER_KEY_MAX_BYTES + 1], key[READER_KEY_MAX_BYTES + 1];
    size_t section_length, key_length;
    const char *value = split_setting(text, &section_length, &key_length);

    diagnostics_origin_setting(origin, text);
    if (value == NULL) {
        diagnostics_error(&builder->diagnostics, &place, "expected SECTION.KEY=VALUE");
        return STATUS_OK;
    }
    if (section_length > READER_KEY_MAX_BYTES || key_length > READER_KEY_MAX_BYTES) {
        diagnostics_error(&builder->diagnostics, &place,
                          "unknown option; roomd --help-config lists them all");
        return STATUS_OK;
    }
    snprintf(section, sizeof(section), "%.*s", (int)section_length, text);
    snprintf(key, sizeof(key), "%.*s", (int)key_length, text + section_length + 1);
    take(builder, section, key, value, &place);
    return builder->status;
}

/* ---- init and done ---- */

static void store_defaults(struct config_builder *builder)
{
    const struct place nowhere = {.origin = NULL};

    for (size_t id = 0; id < OPTIONS; id++) {
        bool good = store(builder, id, option_row(id).default_text, &nowhere);

        assert(good); /* the defaults are ours */
        (void)good;
    }
}

int config_builder_init(struct config_builder *builder, const char *path, size_t setting_max,
                        const struct config_report *report)
{
    memset(builder, 0, sizeof(*builder));
    builder->diagnostics.report = report;
    if (path != NULL)
        diagnostics_origin_file(&builder->file, path);
    builder->config = calloc(1, sizeof(*builder->config));
    builder->settings = calloc(setting_max > 0 ? setting_max : 1, sizeof(*builder->settings));
    if (builder->config == NULL || builder->settings == NULL)
        return STATUS_NO_MEMORY;
    store_defaults(builder);
    return STATUS_OK;
}

void config_builder_done(struct config_builder *builder)
{
    dialect_option_done(&builder->plain);
    config_free(builder->config);
    free(builder->settings);
}
