/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A sorted array. Numbers rise, so newcomers are appended; members that have left are removed when
 * the array is full.
 */
#include "core/model/directory.h"

#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

#define DIRECTORY_FIRST_CAPACITY 64U

/* Numbers are below 2^30. */
#define GONE (UINT32_C(1) << 31)

struct row {
    uint32_t number; /* with GONE */
    uint32_t where;  /* seat, or low half of the exit's number */
};

struct directory {
    const struct registry *registry;
    const struct transcript *transcript;
    struct row *rows;
    size_t count;
    size_t capacity;
};

int directory_new(const struct registry *registry, const struct transcript *transcript,
                  struct directory **ret_directory)
{
    struct directory *directory = calloc(1, sizeof(*directory));

    if (directory == NULL)
        return STATUS_NO_MEMORY;
    directory->registry = registry;
    directory->transcript = transcript;
    *ret_directory = directory;
    return STATUS_OK;
}

void directory_free(struct directory *directory)
{
    if (directory == NULL)
        return;
    free(directory->rows);
    free(directory);
}

void directory_clear(struct directory *directory)
{
    directory->count = 0;
}

/* The exit event of a member that has left, while it is held. */
static bool find_exit(const struct directory *directory, const struct row *row,
                      struct event *ret_event)
{
    uint64_t appended = transcript_appended(directory->transcript);

    return transcript_get(directory->transcript,
                          appended - (uint32_t)((uint32_t)appended - row->where), ret_event) &&
           ret_event->author == (row->number & ~GONE);
}

static bool is_wanted(const struct directory *directory, const struct row *row)
{
    struct event event;

    return (row->number & GONE) == 0 || find_exit(directory, row, &event);
}

static void drop_forgotten(struct directory *directory)
{
    size_t kept = 0;

    for (size_t i = 0; i < directory->count; i++) {
        if (is_wanted(directory, &directory->rows[i]))
            directory->rows[kept++] = directory->rows[i];
    }
    directory->count = kept;
}

static bool reserve(struct directory *directory)
{
    size_t capacity = directory->capacity == 0 ? DIRECTORY_FIRST_CAPACITY : directory->capacity * 2;
    struct row *rows;

    if (directory->count < directory->capacity)
        return true;
    drop_forgotten(directory);
    /* If little was freed, the array would soon be scanned again. */
    if (directory->count < directory->capacity - directory->capacity / 4)
        return true;
    rows = realloc(directory->rows, capacity * sizeof(*rows));
    if (rows == NULL)
        return directory->count < directory->capacity;
    directory->rows = rows;
    directory->capacity = capacity;
    return true;
}

/* The index of the first number above `number`. */
static size_t place_after(const struct directory *directory, uint64_t number)
{
    size_t low = 0, high = directory->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if ((directory->rows[middle].number & ~GONE) > number)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

int directory_enter(struct directory *directory, const struct member *member)
{
    size_t place;

    if (!reserve(directory))
        return STATUS_NO_MEMORY;
    place = place_after(directory, member->number);
    memmove(directory->rows + place + 1, directory->rows + place,
            (directory->count - place) * sizeof(*directory->rows));
    directory->rows[place] =
        (struct row){.number = (uint32_t)member->number, .where = member->seat};
    directory->count++;
    return STATUS_OK;
}

static int load(struct directory *directory, uint32_t number, uint32_t where)
{
    if (!reserve(directory))
        return STATUS_NO_MEMORY;
    directory->rows[directory->count++] = (struct row){.number = number, .where = where};
    return STATUS_OK;
}

int directory_load(struct directory *directory, const struct member *member)
{
    return load(directory, (uint32_t)member->number, member->seat);
}

int directory_load_gone(struct directory *directory, uint64_t number, uint64_t exit)
{
    return load(directory, (uint32_t)number | GONE, (uint32_t)exit);
}

static int compare(const void *left, const void *right)
{
    uint32_t a = ((const struct row *)left)->number & ~GONE;
    uint32_t b = ((const struct row *)right)->number & ~GONE;

    return (a > b) - (a < b);
}

void directory_sort(struct directory *directory)
{
    if (directory->count > 0)
        qsort(directory->rows, directory->count, sizeof(*directory->rows), compare);
}

void directory_leave(struct directory *directory, const struct member *member, uint64_t exit)
{
    size_t place = place_after(directory, member->number);

    if (place == 0 || directory->rows[place - 1].number != (uint32_t)member->number)
        return;
    directory->rows[place - 1] =
        (struct row){.number = (uint32_t)member->number | GONE, .where = (uint32_t)exit};
}

bool directory_next(const struct directory *directory, uint64_t after,
                    struct directory_entry *ret_entry)
{
    for (size_t place = place_after(directory, after); place < directory->count; place++) {
        const struct row *row = &directory->rows[place];
        const struct member *member;
        struct event event;

        if ((row->number & GONE) == 0) {
            member = registry_seated(directory->registry, row->where);
            *ret_entry = (struct directory_entry){row->number, false, registry_shown(member),
                                                  registry_shown_len(member)};
            return true;
        }
        if (find_exit(directory, row, &event)) {
            *ret_entry =
                (struct directory_entry){row->number & ~GONE, true, event.name, event.name_len};
            return true;
        }
    }
    return false;
}
