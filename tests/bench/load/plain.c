/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The plain protocol, dialect `course` in Chinese: doc/protocol.md, section 1. Lines may share a
 * datagram.
 */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char chat_mark[] = " \xef\xbc\x9a ";
static const char join_mark[] =
    " \xe8\xbf\x9b\xe5\x85\xa5\xe4\xba\x86\xe8\x81\x8a\xe5\xa4\xa9\xe5\xae\xa4";
static const char joins_mark[] =
    " \xe4\xba\xba\xe8\xbf\x9b\xe5\x85\xa5\xe4\xba\x86\xe8\x81\x8a\xe5\xa4\xa9\xe5\xae\xa4: ";

static void enter(struct load *load, uint32_t index)
{
    char request[32];
    int length = snprintf(request, sizeof(request), "L m%u", index);

    members_send(load, index, request, (size_t)length);
}

static void say(struct load *load, uint32_t author, uint32_t first, uint32_t count)
{
    char request[32 + LOAD_TEXT_BYTES];
    size_t length = (size_t)snprintf(request, sizeof(request), "C m%u ", author);

    for (uint32_t number = first; number < first + count; number++) {
        talk_write(request + length, number);
        members_send(load, author, request, length + LOAD_TEXT_BYTES);
    }
}

static bool ends_with(const char *line, size_t length, const char *end, size_t end_length)
{
    return length >= end_length && memcmp(line + length - end_length, end, end_length) == 0;
}

static void take_line(struct load *load, uint32_t index, const char *line, size_t length)
{
    struct member *member = &load->members[index];
    size_t mark = sizeof(chat_mark) - 1, before = length - LOAD_TEXT_BYTES;
    char *end;

    if (length > LOAD_TEXT_BYTES + mark && line[0] == 'm' &&
        ends_with(line, before, chat_mark, mark)) {
        talk_arrived_text(load, member, line + before);
        return;
    }
    if (ends_with(line, length, join_mark, sizeof(join_mark) - 1)) {
        member->told++;
        return;
    }
    if (length > 0 && line[0] >= '0' && line[0] <= '9') {
        unsigned long count = strtoul(line, &end, 10);
        size_t at = (size_t)(end - line);

        if (at + sizeof(joins_mark) - 1 <= length &&
            memcmp(end, joins_mark, sizeof(joins_mark) - 1) == 0) {
            member->told += (uint32_t)count;
            return;
        }
    }
    load->wrong++;
}

static size_t input(struct load *load, uint32_t index, char *bytes, size_t length)
{
    if (length == 2 && memcmp(bytes, "OK", 2) == 0) {
        members_is_in(load, index);
        return length;
    }
    for (size_t at = 0; at < length;) {
        const char *end = memchr(bytes + at, '\n', length - at);
        size_t line = end != NULL ? (size_t)(end - bytes) - at : length - at;

        take_line(load, index, bytes + at, line);
        at += line + 1;
    }
    return length;
}

const struct protocol plain_protocol = {
    .name = "plain",
    .window = UINT32_MAX,
    .enter = enter,
    .input = input,
    .say = say,
};
