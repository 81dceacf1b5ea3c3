/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* A sorted array. Numbers rise, so newcomers come at its end; who has left is taken out when the array is full. */
#include "core/model/directory.h"

#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

#define ROLL_FIRST_CAPACITY 64U

/* Numbers are below 2^30. */
#define GONE (UINT32_C(1) << 31)

struct line {
    uint32_t number; /* with GONE */
    uint32_t where;  /* seat, or low half of the exit's number */
};

struct roll {
    const struct registry *registry;
    const struct transcript *transcript;
    struct line *lines;
    size_t count;
    size_t capacity;
};

int roll_new(const struct registry *registry, const struct transcript *transcript, struct roll **ret_roll)
{
    struct roll *roll = calloc(1, sizeof(*roll));

    if (roll == NULL)
        return STATUS_NO_MEMORY;
    roll->registry = registry;
    roll->transcript = transcript;
    *ret_roll = roll;
    return STATUS_OK;
}

void roll_free(struct roll *roll)
{
    if (roll == NULL)
        return;
    free(roll->lines);
    free(roll);
}

void roll_clear(struct roll *roll)
{
    roll->count = 0;
}

/* The exit of who has left, while it is held. */
static bool find_exit(const struct roll *roll, const struct line *line, struct event *ret_event)
{
    uint64_t appended = transcript_appended(roll->transcript);

    return transcript_get(roll->transcript, appended - (uint32_t)((uint32_t)appended - line->where), ret_event) &&
           ret_event->author == (line->number & ~GONE);
}

static bool is_wanted(const struct roll *roll, const struct line *line)
{
    struct event event;

    return (line->number & GONE) == 0 || find_exit(roll, line, &event);
}

static void drop_forgotten(struct roll *roll)
{
    size_t kept = 0;

    for (size_t i = 0; i < roll->count; i++) {
        if (is_wanted(roll, &roll->lines[i]))
            roll->lines[kept++] = roll->lines[i];
    }
    roll->count = kept;
}

static bool reserve(struct roll *roll)
{
    size_t capacity = roll->capacity == 0 ? ROLL_FIRST_CAPACITY : roll->capacity * 2;
    struct line *lines;

    if (roll->count < roll->capacity)
        return true;
    drop_forgotten(roll);
    /* With little room won it would soon be looked through again. */
    if (roll->count < roll->capacity - roll->capacity / 4)
        return true;
    lines = realloc(roll->lines, capacity * sizeof(*lines));
    if (lines == NULL)
        return roll->count < roll->capacity;
    roll->lines = lines;
    roll->capacity = capacity;
    return true;
}

/* The place of the first number beyond that. */
static size_t place_after(const struct roll *roll, uint64_t number)
{
    size_t low = 0, high = roll->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if ((roll->lines[middle].number & ~GONE) > number)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

int roll_enter(struct roll *roll, const struct member *member)
{
    size_t place;

    if (!reserve(roll))
        return STATUS_NO_MEMORY;
    place = place_after(roll, member->number);
    memmove(roll->lines + place + 1, roll->lines + place, (roll->count - place) * sizeof(*roll->lines));
    roll->lines[place] = (struct line){.number = (uint32_t)member->number, .where = member->seat};
    roll->count++;
    return STATUS_OK;
}

void roll_leave(struct roll *roll, const struct member *member, uint64_t exit)
{
    size_t place = place_after(roll, member->number);

    if (place == 0 || roll->lines[place - 1].number != (uint32_t)member->number)
        return;
    roll->lines[place - 1] = (struct line){.number = (uint32_t)member->number | GONE, .where = (uint32_t)exit};
}

bool roll_next(const struct roll *roll, uint64_t after, struct roll_entry *ret_entry)
{
    for (size_t place = place_after(roll, after); place < roll->count; place++) {
        const struct line *line = &roll->lines[place];
        const struct member *member;
        struct event event;

        if ((line->number & GONE) == 0) {
            member = registry_seated(roll->registry, line->where);
            *ret_entry = (struct roll_entry){line->number, false, registry_shown(member), registry_shown_len(member)};
            return true;
        }
        if (find_exit(roll, line, &event)) {
            *ret_entry = (struct roll_entry){line->number & ~GONE, true, event.name, event.name_len};
            return true;
        }
    }
    return false;
}
