/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Keeps the running values of the options that need a restart. */
#include "conf/config.h"
#include "conf/option.h"

#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

/* Size of the option's field in struct config; 0 if it has none. */
static size_t field_size(const struct option *option)
{
    switch (option->kind) {
    case OPTION_KIND_SWITCH:
        return sizeof(bool);
    case OPTION_KIND_NUMBER:
        return sizeof(uint32_t);
    case OPTION_KIND_SIZE:
        return sizeof(size_t);
    case OPTION_KIND_TEXT:
    case OPTION_KIND_PATH:
        return option->max + 1;
    default:
        return 0;
    }
}

static void keep_fields(struct config *config, const struct config *running)
{
    for (size_t id = 0; id < OPTIONS; id++) {
        struct option option = option_row(id);

        if (!option.reloadable)
            memcpy((char *)config + option.offset, (const char *)running + option.offset,
                   field_size(&option));
    }
}

static int copy_dialect(const struct config_dialect *from, struct config_dialect *to)
{
    int status = value_replace(&to->source, from->source);

    to->dialect = from->dialect;
    for (size_t key = 0; key < DIALECT_KEYS && status == 0; key++) {
        if (from->texts[key] != NULL)
            status = value_replace(&to->texts[key], from->texts[key]);
    }
    return status;
}

/*
 * Returns the index of the dialect with the source of `running`, appending a copy if it is not in
 * the new configuration any more. STATUS_NO_MEMORY.
 */
static int find_dialect(struct config *config, const struct config_dialect *running)
{
    struct config_dialect *grown;

    for (size_t i = 0; i < config->dialect_count; i++) {
        if (strcmp(config->dialects[i].source, running->source) == 0)
            return (int)i;
    }
    grown = realloc(config->dialects, (config->dialect_count + 1) * sizeof(*grown));
    if (grown == NULL)
        return STATUS_NO_MEMORY;
    config->dialects = grown;
    memset(&grown[config->dialect_count], 0, sizeof(*grown));
    config->dialect_count++; /* first, so that config_free finds a partial copy */
    if (copy_dialect(running, &grown[config->dialect_count - 1]) != 0)
        return STATUS_NO_MEMORY;
    return (int)config->dialect_count - 1;
}

static int keep_doors(struct config *config, const struct config *running)
{
    if (value_replace(&config->listen_text, running->listen_text) != 0)
        return STATUS_NO_MEMORY;
    config->listen_is_default = running->listen_is_default;
    config->door_count = 0;
    for (size_t i = 0; i < running->door_count; i++) {
        struct config_door *door = &config->doors[i];
        int dialect = 0; /* the one that plain.dialect names now */

        *door = running->doors[i];
        if (door->dialect != 0)
            dialect = find_dialect(config, &running->dialects[door->dialect]);
        if (dialect < 0)
            return dialect;
        door->dialect = (uint16_t)dialect;
        config->door_count++;
    }
    return STATUS_OK;
}

int config_keep_fixed(struct config *config, const struct config *running)
{
    keep_fields(config, running);
    config->admin_group_is_default = running->admin_group_is_default;
    if (strcmp(config->listen_text, running->listen_text) == 0)
        return STATUS_OK; /* same doors; the new configuration knows their dialects */
    return keep_doors(config, running);
}
