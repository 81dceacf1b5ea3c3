/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The words that names may not be or hold, because their bearer would pass for the administrator,
 * for a program, or for a line of the room. Words are compared by what they look like
 * (core/model/confusable.h), without the difference of i and l.
 */
#ifndef ROOMD_CORE_MODEL_NAME_RESERVED_H
#define ROOMD_CORE_MODEL_NAME_RESERVED_H

#include "core/model/confusable.h"

/*
 * All replies, byes and lines of every dialect in use and of the built-in ones, and fixed words: a
 * dialect has about 40, and each of 32 doors may have its own. What has no place is not reserved.
 */
#define NAME_RESERVED_MAX 2048

/* What a word forbids. */
enum name_reserved_kind {
    NAME_RESERVED_WHOLE, /* a name that equals it */
    NAME_RESERVED_FRONT, /* a name that begins with these bytes */
    /*
     * In the other kinds only letters and digits count, of the word and of the name, and a sign or
     * digit may stand for a letter ("@dm1n"). A word ends at any other character, between a letter
     * and a digit, between scripts, and before a capital with a small letter on one side:
     * "myAdmin2", "我是admin" and "a.d.m.i.n" hold the word "admin", "badminton" does not.
     */
    NAME_RESERVED_ALONE,   /* a name that has no other letters and digits */
    NAME_RESERVED_START,   /* a name that begins with it as a word */
    NAME_RESERVED_COUNTED, /* a name that begins with a number and then it as a word */
    NAME_RESERVED_WORD,    /* a name that holds it as a word */
    NAME_RESERVED_PART,    /* a name that holds it anywhere */
};

struct name_reserved_word {
    char look[ROOM_NAME_MAX_BYTES];
    uint8_t length; /* a longer word can't be part of a name, and is not kept */
    uint8_t kind;   /* enum name_reserved_kind */
};

struct name_reserved {
    struct name_reserved_word words[NAME_RESERVED_MAX];
    size_t count;
    size_t kept; /* the first words, which name_reserved_reset keeps */
};

/* Starts with the fixed words. */
void name_reserved_init(struct name_reserved *reserved);

/* name_reserved_reset drops all words that were added after name_reserved_keep. */
void name_reserved_keep(struct name_reserved *reserved);
void name_reserved_reset(struct name_reserved *reserved);

/*
 * Adds a word, valid UTF-8. One without letters and digits ("*** ") is of the kind
 * NAME_RESERVED_FRONT, if of one of those behind it.
 */
void name_reserved_add(struct name_reserved *reserved, const char *text, size_t length,
                       enum name_reserved_kind kind);

/* True if a name, valid UTF-8 of at most ROOM_NAME_MAX_BYTES bytes, is or holds such a word. */
bool name_reserved_forbid(const struct name_reserved *reserved, const char *name, size_t length);

#endif
