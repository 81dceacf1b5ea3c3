/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Linked lists in one table, by rising numbers. Freed places are reused first, so that a quiet room
 * touches little of the table.
 */
#include "core/model/reorder.h"

#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

struct reorder {
    uint16_t free_places; /* a list; place + 1 */
    uint16_t touched;     /* places ever used */
    struct reorder_message places[REORDER_MAX];
};

int reorder_new(struct reorder **ret_reorder)
{
    struct reorder *reorder = calloc(1, sizeof(*reorder));

    if (reorder == NULL)
        return STATUS_NO_MEMORY;
    *ret_reorder = reorder;
    return STATUS_OK;
}

void reorder_free(struct reorder *reorder)
{
    free(reorder);
}

/* Returns 0 if all are taken. */
static uint16_t take_place(struct reorder *reorder)
{
    uint16_t place = reorder->free_places;

    if (place != 0)
        reorder->free_places = reorder->places[place - 1].next;
    else if (reorder->touched < REORDER_MAX)
        place = ++reorder->touched;
    return place;
}

static void free_first(struct reorder *reorder, uint16_t *list)
{
    struct reorder_message *message = &reorder->places[*list - 1];
    uint16_t place = *list;

    *list = message->next;
    message->next = reorder->free_places;
    reorder->free_places = place;
}

bool reorder_keep(struct reorder *reorder, uint16_t *list, uint32_t decided, uint32_t number,
                  uint8_t what, struct octets_slice text)
{
    struct reorder_message *message;
    uint16_t *link = list, place;

    if (number - decided - 1 >= REORDER_REACH || text.length > REORDER_TEXT_MAX_BYTES)
        return false;
    while (*link != 0 && reorder->places[*link - 1].number < number)
        link = &reorder->places[*link - 1].next;
    if (*link != 0 && reorder->places[*link - 1].number == number)
        return true;
    place = take_place(reorder);
    if (place == 0)
        return false;
    message = &reorder->places[place - 1];
    message->number = number;
    message->length = (uint16_t)text.length;
    message->what = what;
    if (text.length > 0)
        memcpy(message->text, text.bytes, text.length);
    message->next = *link;
    *link = place;
    return true;
}

const struct reorder_message *reorder_next(struct reorder *reorder, uint16_t *list, uint32_t number)
{
    while (*list != 0 && reorder->places[*list - 1].number < number)
        free_first(reorder, list);
    return *list != 0 && reorder->places[*list - 1].number == number ? &reorder->places[*list - 1]
                                                                     : NULL;
}

uint32_t reorder_bits(const struct reorder *reorder, uint16_t list, uint32_t decided)
{
    uint32_t bits = 0;

    for (; list != 0; list = reorder->places[list - 1].next) {
        uint32_t bit = reorder->places[list - 1].number - decided - 1;

        if (bit < REORDER_REACH)
            bits |= UINT32_C(1) << bit;
    }
    return bits;
}

void reorder_forget(struct reorder *reorder, uint16_t *list)
{
    while (*list != 0)
        free_first(reorder, list);
}
