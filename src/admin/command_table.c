/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The table, and look-ups in it. */
#include "admin/command_table.h"

#include "base/suggest.h"

#include <string.h>

#define BOTH (COMMAND_ON_CONSOLE | COMMAND_ON_CONTROL)

static const struct command_row rows[COMMANDS] = {
    [COMMAND_HELP] = {"help", "", "list these commands", BOTH, 0, 0, false},
    /* Not on the console, where every line is a notice; the screen there shows what watch shows. */
    [COMMAND_NOTICE] = {"notice", "TEXT", "say something to everybody", COMMAND_ON_CONTROL, 1,
                        COMMAND_ANY_WORDS, true},
    [COMMAND_MEMBERS] = {"members", "", "list who is in the room", BOTH, 0, 0, true},
    [COMMAND_KICK] = {"kick", "NAME [REASON]", "remove a member, and tell it why", BOTH, 1,
                      COMMAND_ANY_WORDS, true},
    [COMMAND_BAN] = {"ban", "NAME|CIDR [TIME]",
                     "let nobody in by that name, or from there (30s, 10m, 2h, 7d)", BOTH, 1, 2,
                     true},
    [COMMAND_UNBAN] = {"unban", "NAME|CIDR", "lift a ban", BOTH, 1, 1, true},
    [COMMAND_BANS] = {"bans", "", "list who is banned or muted, and for how long yet", BOTH, 0, 0,
                      true},
    [COMMAND_MUTE] = {"mute", "NAME [TIME]", "refuse what a member says", BOTH, 1, 2, true},
    [COMMAND_UNMUTE] = {"unmute", "NAME", "let it speak again", BOTH, 1, 1, true},
    [COMMAND_STATS] = {"stats", "", "show what the room has counted", BOTH, 0, 0, false},
    [COMMAND_HISTORY] = {"history", "[OPTION ...]",
                         "show the last 50 events, or others: -n, --since, --until, --from, "
                         "--search",
                         BOTH, 0, COMMAND_ANY_WORDS, false},
    [COMMAND_EXPORT] = {"export", "", "print all that is kept, as JSON lines", COMMAND_ON_CONTROL,
                        0, 0, false},
    [COMMAND_FORGET] = {"forget", "NAME", "delete what was said under a name, for good", BOTH, 1, 1,
                        false},
    [COMMAND_BACKUP] = {"backup", "FILE", "write a copy of the store to a new file",
                        COMMAND_ON_CONTROL, 1, COMMAND_ANY_WORDS, false},
    [COMMAND_STORE] = {"store", "", "show size, age and state of what is kept", BOTH, 0, 0, false},
    [COMMAND_WATCH] = {"watch", "", "show what happens in the room, as it happens",
                       COMMAND_ON_CONTROL, 0, 0, false},
    [COMMAND_RELOAD] = {"reload", "", "read the configuration again, as SIGHUP does", BOTH, 0, 0,
                        true},
    [COMMAND_STOP] = {"stop", "", "close the room and end the program", BOTH, 0, 0, false},
};

const struct command_row *command_table_row(size_t id)
{
    return &rows[id];
}

size_t command_table_find(const char *name, size_t length)
{
    size_t id = 0;

    while (id < COMMANDS &&
           (strlen(rows[id].name) != length || memcmp(rows[id].name, name, length) != 0))
        id++;
    return id;
}

const char *command_table_suggest(const char *name, enum command_place place)
{
    struct suggestion meant = {NULL, 0};

    for (size_t id = 0; id < COMMANDS; id++) {
        if ((rows[id].places & place) != 0)
            suggest_consider(&meant, rows[id].name, name);
    }
    return meant.word;
}

bool command_table_words_fit(const struct command_row *row, const char *arguments)
{
    unsigned words = 0;

    for (const char *at = arguments + strspn(arguments, " "); *at != '\0'; at += strspn(at, " ")) {
        words++;
        at += strcspn(at, " ");
    }
    return words >= row->min_words &&
           (row->max_words == COMMAND_ANY_WORDS || words <= row->max_words);
}
