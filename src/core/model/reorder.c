/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Lists through one table, by rising numbers; the places that were given back last are taken first, so that a quiet room touches little of it. */
#include "core/model/reorder.h"

#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

struct early {
    uint16_t given_back; /* place + 1 */
    uint16_t touched;    /* places that were taken ever */
    struct early_message places[EARLY_MAX];
};

int early_new(struct early **ret_early)
{
    struct early *early = calloc(1, sizeof(*early));

    if (early == NULL)
        return STATUS_NO_MEMORY;
    *ret_early = early;
    return STATUS_OK;
}

void early_free(struct early *early)
{
    free(early);
}

/* 0 where all are taken. */
static uint16_t take_place(struct early *early)
{
    uint16_t place = early->given_back;

    if (place != 0)
        early->given_back = early->places[place - 1].next;
    else if (early->touched < EARLY_MAX)
        place = ++early->touched;
    return place;
}

static void give_back_first(struct early *early, uint16_t *list)
{
    struct early_message *message = &early->places[*list - 1];
    uint16_t place = *list;

    *list = message->next;
    message->next = early->given_back;
    early->given_back = place;
}

bool early_keep(struct early *early, uint16_t *list, uint32_t decided, uint32_t number, uint8_t what,
                struct octets_slice text)
{
    struct early_message *message;
    uint16_t *link = list, place;

    if (number - decided - 1 >= EARLY_REACH || text.length > EARLY_TEXT_MAX_BYTES)
        return false;
    while (*link != 0 && early->places[*link - 1].number < number)
        link = &early->places[*link - 1].next;
    if (*link != 0 && early->places[*link - 1].number == number)
        return true;
    place = take_place(early);
    if (place == 0)
        return false;
    message = &early->places[place - 1];
    message->number = number;
    message->length = (uint16_t)text.length;
    message->what = what;
    if (text.length > 0)
        memcpy(message->text, text.bytes, text.length);
    message->next = *link;
    *link = place;
    return true;
}

const struct early_message *early_next(struct early *early, uint16_t *list, uint32_t number)
{
    while (*list != 0 && early->places[*list - 1].number < number)
        give_back_first(early, list);
    return *list != 0 && early->places[*list - 1].number == number ? &early->places[*list - 1] : NULL;
}

uint32_t early_bits(const struct early *early, uint16_t list, uint32_t decided)
{
    uint32_t bits = 0;

    for (; list != 0; list = early->places[list - 1].next) {
        uint32_t bit = early->places[list - 1].number - decided - 1;

        if (bit < EARLY_REACH)
            bits |= UINT32_C(1) << bit;
    }
    return bits;
}

void early_forget(struct early *early, uint16_t *list)
{
    while (*list != 0)
        give_back_first(early, list);
}
