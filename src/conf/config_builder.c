/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Collecting what the file and the command line set. */
#include "conf/config_builder.h"

#include "conf/builtin_dialect.h"
#include "conf/network_option.h"
#include "conf/reader.h"

#include <assert.h>
#include <roomd/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void complain_unknown_section(struct draft *draft, const struct place *place, const char *section)
{
    const char *meant = option_suggest_section(section);

    if (meant != NULL)
        complaint_add(&draft->complaints, place, "unknown section [%s]; did you mean [%s]?",
                      complaint_excerpt(section).text, meant);
    else
        complaint_add(&draft->complaints, place,
                      "unknown section [%s]; there are [room], [plain], [access], [limits], [admin] and [log]",
                      complaint_excerpt(section).text);
}

static void complain_unknown_key(struct draft *draft, const struct place *place, const char *section, const char *key)
{
    char name[OPTION_NAME_BYTES];
    const char *meant = option_suggest(section, key, name);

    if (meant != NULL)
        complaint_add(&draft->complaints, place, "unknown option %s.%s; did you mean %s?",
                      complaint_excerpt(section).text, complaint_excerpt(key).text, meant);
    else
        complaint_add(&draft->complaints, place, "unknown option %s.%s; roomd --help-config lists them all",
                      complaint_excerpt(section).text, complaint_excerpt(key).text);
}

/* Puts a value where it belongs. Returns false where it is wrong, and says so. */
static bool store(struct draft *draft, size_t id, const char *value, const struct place *place)
{
    struct option option = option_row(id);
    char why[DIALECT_WHY_BYTES];

    switch (option.kind) {
    case OPTION_KIND_DOORS:
        return listen_parse(value, place, &draft->complaints, &draft->listen) == 0;
    case OPTION_KIND_NETWORKS:
        return networks_parse(value, &option, place, &draft->complaints,
                              (struct network_list *)(void *)((char *)draft->config + option.offset)) == 0;
    case OPTION_KIND_DIALECT:
        if (!builtin_check(value, why))
            break;
        memcpy(draft->config->plain_dialect, value, strlen(value) + 1); /* builtin_check saw to its length */
        return true;
    default:
        if (option_store(&option, value, draft->config, why) != 0)
            break;
        return true;
    }
    complaint_add_value(&draft->complaints, place, option.section, option.key, value, why);
    return false;
}

static void take_option(struct draft *draft, size_t id, const char *raw, const struct place *place)
{
    struct option option = option_row(id);
    char value[VALUE_MAX_BYTES + 1], why[VALUE_WHY_BYTES];

    if (!complaint_claim(&draft->complaints, &draft->places[id], place, option.section, option.key))
        return;
    if (value_parse(raw, value, why) != 0)
        complaint_add_raw(&draft->complaints, place, option.section, option.key, raw, why);
    else
        store(draft, id, value, place);
}

static void take(struct draft *draft, const char *section, const char *key, const char *raw, const struct place *place)
{
    bool is_wording = strcmp(section, "plain") == 0 && wording_is_key(key);
    size_t id = option_find(section, key);

    if (is_wording) {
        if (wording_take(&draft->plain, key, raw, place, &draft->complaints) != 0)
            draft->status = STATUS_NO_MEMORY;
    } else if (id < OPTIONS) {
        take_option(draft, id, raw, place);
    } else if (complaint_enough(&draft->complaints)) {
        draft->complaints.count++; /* looking for what was meant takes longer than a file of rubbish is worth */
    } else {
        complain_unknown_key(draft, place, section, key);
    }
}

/* ---- the file ---- */

static bool on_section(void *ctx, unsigned line, const char *name)
{
    struct draft *draft = ctx;
    struct place place = {.origin = &draft->file, .line = line};

    if (option_is_section(name))
        return true;
    complain_unknown_section(draft, &place, name);
    return false;
}

static void on_setting(void *ctx, unsigned line, const char *section, const char *key, const char *value)
{
    struct draft *draft = ctx;
    struct place place = {.origin = &draft->file, .line = line};

    take(draft, section, key, value, &place);
}

static void on_error(void *ctx, unsigned line, const char *message)
{
    struct draft *draft = ctx;
    struct place place = {.origin = &draft->file, .line = line};

    complaint_add(&draft->complaints, &place, "%s", message);
}

int draft_take_file(struct draft *draft, const char *bytes, size_t length)
{
    struct reader_sink sink = {.section = on_section, .setting = on_setting, .error = on_error, .ctx = draft};
    int status = reader_run(bytes, length, &sink);

    return status != 0 ? status : draft->status;
}

/* ---- the command line ---- */

/* SECTION is all up to the first dot, KEY all up to the first '='. */
static const char *split_setting(const char *text, size_t *ret_section_length, size_t *ret_key_length)
{
    const char *dot = strchr(text, '.');
    const char *equals = strchr(text, '=');

    if (dot == NULL || equals == NULL || dot > equals || dot == text || dot + 1 == equals)
        return NULL;
    *ret_section_length = (size_t)(dot - text);
    *ret_key_length = (size_t)(equals - dot) - 1;
    return equals + 1;
}

bool draft_is_setting(const char *text)
{
    size_t section_length, key_length;

    return split_setting(text, &section_length, &key_length) != NULL;
}

int draft_take_setting(struct draft *draft, const char *text)
{
    struct origin *origin = &draft->settings[draft->setting_count++];
    struct place place = {.origin = origin, .line = 0};
    char section[READER_KEY_MAX_BYTES + 1], key[READER_KEY_MAX_BYTES + 1];
    size_t section_length, key_length;
    const char *value = split_setting(text, &section_length, &key_length);

    complaint_origin_setting(origin, text);
    if (value == NULL) {
        complaint_add(&draft->complaints, &place, "expected SECTION.KEY=VALUE");
        return STATUS_OK;
    }
    if (section_length > READER_KEY_MAX_BYTES || key_length > READER_KEY_MAX_BYTES) {
        complaint_add(&draft->complaints, &place, "unknown option; roomd --help-config lists them all");
        return STATUS_OK;
    }
    snprintf(section, sizeof(section), "%.*s", (int)section_length, text);
    snprintf(key, sizeof(key), "%.*s", (int)key_length, text + section_length + 1);
    take(draft, section, key, value, &place);
    return draft->status;
}

/* ---- life ---- */

static void store_defaults(struct draft *draft)
{
    const struct place nowhere = {.origin = NULL};

    for (size_t id = 0; id < OPTIONS; id++) {
        bool good = store(draft, id, option_row(id).default_text, &nowhere);

        assert(good); /* the table is ours */
        (void)good;
    }
}

int draft_init(struct draft *draft, const char *path, size_t setting_max, const struct config_report *report)
{
    memset(draft, 0, sizeof(*draft));
    draft->complaints.report = report;
    if (path != NULL)
        complaint_origin_file(&draft->file, path);
    draft->config = calloc(1, sizeof(*draft->config));
    draft->settings = calloc(setting_max > 0 ? setting_max : 1, sizeof(*draft->settings));
    if (draft->config == NULL || draft->settings == NULL)
        return STATUS_NO_MEMORY;
    store_defaults(draft);
    return STATUS_OK;
}

void draft_done(struct draft *draft)
{
    wording_done(&draft->plain);
    config_free(draft->config);
    free(draft->settings);
}
