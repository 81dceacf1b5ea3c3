/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The configuration file, with any bytes in it. Beyond not crashing: a refused file was reported;
 * an accepted one is within its limits, and the same bytes give the same configuration again.
 */
#include "conf/config.h"

#include "core/model/transcript.h"
#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

/* Messages go to terminals and logs, so they must not hold control characters. */
static void require_printable(const char *text)
{
    for (; *text != '\0'; text++)
        REQUIRE((unsigned char)*text >= 0x20 && *text != 0x7f);
}

static void on_error(void *ctx, const char *where, const char *message)
{
    size_t *count = ctx;

    require_printable(where);
    require_printable(message);
    REQUIRE(message[0] != '\0');
    (*count)++;
}

static void on_change(void *ctx, const char *key, const char *old_text, const char *new_text,
                      bool reloadable)
{
    size_t *count = ctx;

    (void)reloadable;
    require_printable(key);
    REQUIRE(strcmp(old_text, new_text) != 0);
    (*count)++;
}

static void require_sound(const struct config *config)
{
    const struct room_limits *limits = &config->limits;
    char why[DIALECT_WHY_BYTES];

    REQUIRE(config->room_name[0] != '\0');
    REQUIRE(limits->max_members >= 1 && limits->max_members <= 1000000);
    REQUIRE(limits->max_name_codepoints >= 1 && limits->max_name_codepoints <= 64);
    REQUIRE(limits->max_text_bytes >= 1 && limits->max_text_bytes <= 1000);
    REQUIRE(limits->idle_timeout_s <= 31536000);
    REQUIRE(config->ring_bytes >= ROOM_RING_MIN_BYTES && config->ring_bytes <= ROOM_RING_MAX_BYTES);
    REQUIRE(config->door_count >= 1 && config->door_count <= ROOM_DOORS_MAX);
    REQUIRE(config->dialect_count >= 1);
    for (size_t i = 0; i < config->door_count; i++)
        REQUIRE(config->doors[i].dialect < config->dialect_count);
    for (size_t i = 0; i < config->dialect_count; i++)
        REQUIRE(dialect_check(&config->dialects[i].dialect, limits, why) == 0);
    REQUIRE(config->admin_fifo[0] == '\0' || config->admin_fifo[0] == '/');
    REQUIRE(config->admin_control[0] == '\0' || config->admin_control[0] == '/');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t errors = 0, changes = 0;
    struct config_report report = {.error = on_error, .ctx = &errors};
    struct config *config = NULL, *again = NULL, *defaults = NULL;
    int status = config_parse("fuzz.conf", (const char *)data, size, NULL, 0, &report, &config);

    if (status != 0) {
        REQUIRE(status == STATUS_INVALID && errors > 0 && config == NULL);
        return 0;
    }
    REQUIRE(errors == 0);
    require_sound(config);
    REQUIRE(config_parse("fuzz.conf", (const char *)data, size, NULL, 0, &report, &again) == 0);
    config_diff(config, again, on_change, &changes);
    REQUIRE(changes == 0);
    REQUIRE(config_load(NULL, NULL, 0, &report, &defaults) == 0);
    config_diff(defaults, config, on_change, &changes);
    config_free(config);
    config_free(again);
    config_free(defaults);
    return 0;
}
