/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Parses plain requests, renders plain lines. */
#include "core/plain_wire/plain.h"

#include "core/plain_wire/known_replies.h"
#include "core/plain_wire/template.h"

#include <roomd/status.h>
#include <string.h>

static const enum dialect_key event_keys[] = {
    [EVENT_JOIN] = DIALECT_JOIN,
    [EVENT_CHAT] = DIALECT_CHAT,
    [EVENT_EXIT] = DIALECT_EXIT,
    [EVENT_NOTICE] = DIALECT_NOTICE,
};

size_t plain_strip_newline(const char *bytes, size_t length, bool *ret_newline)
{
    *ret_newline = length > 0 && bytes[length - 1] == '\n';
    if (*ret_newline)
        length--;
    if (*ret_newline && length > 0 && bytes[length - 1] == '\r')
        length--;
    return length;
}

static bool find_verb(const struct dialect *dialect, const char *word, size_t length,
                      enum plain_kind *ret_kind)
{
    if (length > DIALECT_VERB_MAX_BYTES)
        return false;
    for (int kind = 0; kind < PLAIN_KINDS; kind++) {
        const struct verbs *verbs = &dialect->verbs[kind];

        for (uint8_t i = 0; i < verbs->count; i++) {
            if (verbs->length[i] == length && memcmp(verbs->word[i], word, length) == 0) {
                *ret_kind = (enum plain_kind)kind;
                return true;
            }
        }
    }
    return false;
}

int plain_parse(const struct dialect *dialect, const char *bytes, size_t length,
                struct plain_request *ret_request)
{
    const char *end = bytes + length;
    const char *space = memchr(bytes, ' ', length);
    struct plain_request request = {.verb = bytes,
                                    .verb_len = space != NULL ? (size_t)(space - bytes) : length};

    if (!find_verb(dialect, request.verb, request.verb_len, &request.kind))
        return STATUS_NOT_FOUND;
    if (space == NULL)
        return STATUS_INVALID;
    request.name = space + 1;
    space = memchr(request.name, ' ', (size_t)(end - request.name));
    if (request.kind == PLAIN_JOIN || space == NULL)
        space = end;
    request.name_len = (size_t)(space - request.name);
    request.text = space < end ? space + 1 : end;
    request.text_len = (size_t)(end - request.text);
    if (request.name_len == 0 && request.kind != PLAIN_JOIN)
        return STATUS_INVALID;
    *ret_request = request;
    return STATUS_OK;
}

static bool is_alike(const struct event *first, const struct event *event)
{
    return event->forgotten == first->forgotten && (first->forgotten || event->kind == first->kind);
}

/* How many joins (or exits, or forgotten events) follow one another from `first` on, including it.
 */
static uint32_t run_length(const struct transcript *transcript, uint64_t first, uint64_t until)
{
    struct event event, beginning;
    uint32_t count = 1;

    if (!transcript_get(transcript, first, &beginning) ||
        (beginning.kind != EVENT_JOIN && beginning.kind != EVENT_EXIT && !beginning.forgotten))
        return 1;
    while (count < PLAIN_FOLD_MAX_EVENTS && first + count <= until &&
           transcript_get(transcript, first + count, &event) && is_alike(&beginning, &event))
        count++;
    return count;
}

static size_t add_bytes(char *out, size_t used, const char *bytes, size_t length)
{
    memcpy(out + used, bytes, length);
    return used + length;
}

/* Writes as many names of the run as fit into `size` bytes, and a mark if some do not. */
static size_t list_names(const struct transcript *transcript, uint64_t first, uint32_t count,
                         char *out, size_t size)
{
    size_t used = 0;

    for (uint32_t i = 0; i < count; i++) {
        size_t separator = i > 0 ? strlen(PLAIN_NAMES_SEPARATOR) : 0;
        /* Reserved while more names follow. */
        size_t mark = i + 1 < count ? strlen(PLAIN_NAMES_CUT) : 0;
        struct event event;

        if (!transcript_get(transcript, first + i, &event))
            break;
        if (used + separator + event.name_len + mark > size)
            return used + strlen(PLAIN_NAMES_CUT) <= size
                       ? add_bytes(out, used, PLAIN_NAMES_CUT, strlen(PLAIN_NAMES_CUT))
                       : used;
        used = add_bytes(out, used, PLAIN_NAMES_SEPARATOR, separator);
        used = add_bytes(out, used, event.name, event.name_len);
    }
    return used;
}

/*
 * Clients compare what they are sent with their replies, byte by byte. A trailing space makes it a
 * mere line.
 */
static size_t avoid_replies(const struct dialect *dialect, char *line, size_t length)
{
    if (dialect_is_reply(dialect, line, length))
        line[length++] = ' ';
    return length;
}

static bool is_request(const struct plain_wording *wording, const char *line, size_t length)
{
    return request_form_of(wording->dialect, line, length) == REQUEST_FORM_ACTS ||
           (wording->known != NULL &&
            known_replies_form_of(wording->known, line, length) == REQUEST_FORM_ACTS);
}

/*
 * A line can begin with a verb if a member is called like one. A space in front of it makes other
 * servers ignore it.
 */
static size_t avoid_requests(const struct plain_wording *wording, char *line, size_t length)
{
    if (!is_request(wording, line, length))
        return length;
    if (length == PLAIN_LINE_MAX_BYTES - 1) {
        do
            length--;
        while (((unsigned char)line[length] & 0xc0) == 0x80);
    }
    memmove(line + 1, line, length);
    line[0] = ' ';
    return length + 1;
}

static size_t make_harmless(const struct plain_wording *wording, char *line, size_t length)
{
    return avoid_replies(wording->dialect, line, avoid_requests(wording, line, length));
}

static size_t render(const struct dialect *dialect, const struct template *template,
                     const struct template_values *values, char out[PLAIN_LINE_MAX_BYTES])
{
    size_t prefix = dialect->prefix.length;

    memcpy(out, dialect->prefix.bytes, prefix);
    return prefix +
           template_render(template, values, out + prefix, PLAIN_LINE_MAX_BYTES - 1 - prefix);
}

static size_t render_run(const struct dialect *dialect, const struct transcript *transcript,
                         const struct event *first, uint32_t count, char out[PLAIN_LINE_MAX_BYTES])
{
    const struct template *template =
        dialect_template(dialect, first->kind == EVENT_JOIN ? DIALECT_JOINS : DIALECT_EXITS);
    char names[PLAIN_LINE_MAX_BYTES];
    size_t space =
        PLAIN_LINE_MAX_BYTES - 1 - dialect->prefix.length - template_max_bytes(template, 0, 0);
    struct template_values values = {.names = names,
                                     .count = count,
                                     .wall_ns = first->wall_ns,
                                     .utc_offset_s = first->utc_offset_s};

    values.names_len = list_names(transcript, first->seq, count, names, space);
    return render(dialect, template, &values, out);
}

/* What was forgotten before a member could be sent it was missed by it. */
static size_t render_forgotten(const struct dialect *dialect, const struct event *first,
                               uint32_t count, char out[PLAIN_LINE_MAX_BYTES])
{
    const struct template_values values = {
        .count = count, .wall_ns = first->wall_ns, .utc_offset_s = first->utc_offset_s};

    return render(dialect, dialect_template(dialect, DIALECT_MISSED), &values, out);
}

size_t plain_render(const struct plain_wording *wording, const struct transcript *transcript,
                    uint64_t first, uint64_t until, bool fold, char out[PLAIN_LINE_MAX_BYTES],
                    uint64_t *ret_last)
{
    const struct dialect *dialect = wording->dialect;
    uint32_t count = fold ? run_length(transcript, first, until) : 1;
    struct template_values values;
    struct event event;

    *ret_last = first;
    if (!transcript_get(transcript, first, &event))
        return 0;
    if (event.forgotten) {
        *ret_last = first + count - 1;
        return make_harmless(wording, out, render_forgotten(dialect, &event, count, out));
    }
    if (count >= dialect->fold_joins || count == PLAIN_FOLD_MAX_EVENTS) {
        *ret_last = first + count - 1;
        return make_harmless(wording, out, render_run(dialect, transcript, &event, count, out));
    }
    values = (struct template_values){.name = event.name,
                                      .name_len = event.name_len,
                                      .text = event.text,
                                      .text_len = event.text_len,
                                      .wall_ns = event.wall_ns,
                                      .utc_offset_s = event.utc_offset_s};
    return make_harmless(
        wording, out,
        render(dialect, dialect_template(dialect, event_keys[event.kind]), &values, out));
}

static const char past_time[] = "[00:00] ";
#define PAST_TIME_BYTES (sizeof(past_time) - 1)

static void write_time(const struct event *event, char out[PAST_TIME_BYTES])
{
    int64_t minutes = (event->wall_ns / MOMENT_NS_PER_S + event->utc_offset_s) / 60;
    unsigned minute = (unsigned)((minutes % 1440 + 1440) % 1440);

    memcpy(out, past_time, PAST_TIME_BYTES);
    out[1] = (char)('0' + minute / 600);
    out[2] = (char)('0' + minute / 60 % 10);
    out[4] = (char)('0' + minute % 60 / 10);
    out[5] = (char)('0' + minute % 10);
}

size_t plain_render_past(const struct plain_wording *wording, const struct transcript *transcript,
                         uint64_t seq, char out[PLAIN_LINE_MAX_BYTES])
{
    size_t prefix = wording->dialect->prefix.length, length;
    struct event event;
    uint64_t last;

    if (!transcript_get(transcript, seq, &event) || event.forgotten)
        return 0;
    length = plain_render(wording, transcript, seq, seq, false, out, &last);
    if (length < prefix || length + PAST_TIME_BYTES >= PLAIN_LINE_MAX_BYTES)
        return 0;
    memmove(out + prefix + PAST_TIME_BYTES, out + prefix, length - prefix);
    write_time(&event, out + prefix);
    return make_harmless(wording, out, length + PAST_TIME_BYTES);
}

size_t plain_render_line(const struct plain_wording *wording, enum dialect_key key,
                         const struct template_values *values, char out[PLAIN_LINE_MAX_BYTES])
{
    const struct dialect *dialect = wording->dialect;
    size_t length = render(dialect, dialect_template(dialect, key), values, out);

    /* An empty {text} at the end leaves spaces. */
    while (length > dialect->prefix.length && out[length - 1] == ' ')
        length--;
    return length > dialect->prefix.length ? make_harmless(wording, out, length) : 0;
}
