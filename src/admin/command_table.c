/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The table, and looking things up in it. */
#include "admin/command_table.h"

#include "base/suggest.h"

#include <string.h>

#define BOTH (VOCABULARY_CONSOLE | VOCABULARY_CONTROL)

static const struct vocabulary_row rows[VOCABULARY_ROWS] = {
    [VOCABULARY_HELP] = {"help", "", "list these commands", BOTH, 0, 0},
    /* On the console every line is one, and the screen shows what happens. */
    [VOCABULARY_NOTICE] = {"notice", "TEXT", "say something to everybody", VOCABULARY_CONTROL, 1, VOCABULARY_ANY},
    [VOCABULARY_MEMBERS] = {"members", "", "list who is in the room", BOTH, 0, 0},
    [VOCABULARY_KICK] = {"kick", "NAME [REASON]", "remove a member, and tell it why", BOTH, 1, VOCABULARY_ANY},
    [VOCABULARY_BAN] = {"ban", "NAME|CIDR [TIME]", "let nobody in by that name, or from there (30s, 10m, 2h, 7d)", BOTH,
                        1, 2},
    [VOCABULARY_UNBAN] = {"unban", "NAME|CIDR", "lift a ban", BOTH, 1, 1},
    [VOCABULARY_BANS] = {"bans", "", "list who is banned or mute, and for how long yet", BOTH, 0, 0},
    [VOCABULARY_MUTE] = {"mute", "NAME [TIME]", "refuse what a member says", BOTH, 1, 2},
    [VOCABULARY_UNMUTE] = {"unmute", "NAME", "let it speak again", BOTH, 1, 1},
    [VOCABULARY_STATS] = {"stats", "", "show what the room has counted", BOTH, 0, 0},
    [VOCABULARY_WATCH] = {"watch", "", "show what happens in the room, as it happens", VOCABULARY_CONTROL, 0, 0},
    [VOCABULARY_RELOAD] = {"reload", "", "read the configuration again, as SIGHUP does", BOTH, 0, 0},
    [VOCABULARY_STOP] = {"stop", "", "close the room and end the program", BOTH, 0, 0},
};

const struct vocabulary_row *vocabulary_row(size_t id)
{
    return &rows[id];
}

size_t vocabulary_find(const char *name, size_t length)
{
    size_t id = 0;

    while (id < VOCABULARY_ROWS && (strlen(rows[id].name) != length || memcmp(rows[id].name, name, length) != 0))
        id++;
    return id;
}

const char *vocabulary_suggest(const char *name, enum vocabulary_place place)
{
    const char *nearest = NULL;
    unsigned least = SUGGEST_FAR;

    for (size_t id = 0; id < VOCABULARY_ROWS; id++) {
        unsigned distance = suggest_distance(name, rows[id].name);

        if ((rows[id].places & place) == 0 || distance >= least || !suggest_is_close(distance, rows[id].name))
            continue;
        nearest = rows[id].name;
        least = distance;
    }
    return nearest;
}

bool vocabulary_words_fit(const struct vocabulary_row *row, const char *arguments)
{
    unsigned words = 0;

    for (const char *at = arguments + strspn(arguments, " "); *at != '\0'; at += strspn(at, " ")) {
        words++;
        at += strcspn(at, " ");
    }
    return words >= row->min_words && (row->max_words == VOCABULARY_ANY || words <= row->max_words);
}
