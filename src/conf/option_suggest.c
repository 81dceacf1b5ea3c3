/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Did you mean? The option or section that resembles what was written. */
#include "conf/option.h"

#include "base/suggest.h"

#include <stdio.h>
#include <string.h>

/* How long a part of a key must be to be suggested, and its rank among typing errors. */
#define PART_MIN_BYTES 4
#define PART_DISTANCE  4

/*
 * Dissimilarity between an option and the text written: twice the distance, so that the same
 * section can break a tie. SUGGEST_FAR: no candidate.
 */
static unsigned dissimilarity(const struct option *option, const char *section, const char *key)
{
    char name[OPTION_NAME_BYTES], written[SUGGEST_WORD_MAX_BYTES * 2];
    bool same_section = strcmp(option->section, section) == 0;
    unsigned distance = suggest_distance(option->key, key), by_name, all;

    /* The section may be written in the key, or both may be mistyped. */
    snprintf(name, sizeof(name), "%s.%s", option->section, option->key);
    snprintf(written, sizeof(written), "%s.%s", section, key);
    by_name = suggest_distance(name, key);
    all = suggest_distance(name, written);
    if (by_name < distance)
        distance = by_name;
    if (all < distance)
        distance = all;
    /* Accept a part of the key, such as "members" or "timeout", after any typing error. */
    if (!suggest_is_close(distance, option->key)) {
        if (strlen(key) < PART_MIN_BYTES || strstr(option->key, key) == NULL)
            return SUGGEST_FAR;
        distance = PART_DISTANCE;
    }
    return distance * 2 + (same_section ? 0 : 1);
}

const char *option_suggest(const char *section, const char *key, char ret_name[OPTION_NAME_BYTES])
{
    unsigned best = SUGGEST_FAR;

    if (strlen(section) > SUGGEST_WORD_MAX_BYTES || strlen(key) > SUGGEST_WORD_MAX_BYTES)
        return NULL;
    for (size_t id = 0; id < OPTIONS; id++) {
        struct option option = option_row(id);
        unsigned score = dissimilarity(&option, section, key);

        if (score >= best)
            continue;
        best = score;
        snprintf(ret_name, OPTION_NAME_BYTES, "%s.%s", option.section, option.key);
    }
    return best < SUGGEST_FAR ? ret_name : NULL;
}

const char *option_suggest_section(const char *section)
{
    struct suggestion meant = {NULL, 0};

    for (size_t id = 0; id < OPTIONS; id++)
        suggest_consider(&meant, option_row(id).section, section);
    return meant.word;
}
