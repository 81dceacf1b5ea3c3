/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Parses and renders templates. */
#include "core/plain_wire/template.h"

#include "core/model/text.h"

#include <inttypes.h>
#include <roomd/moment.h>
#include <roomd/status.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* 20 digits of a 64-bit number; HH:MM; 8 hexadecimal digits. */
#define TEMPLATE_COUNT_MAX_BYTES 20
#define TEMPLATE_TIME_BYTES      5
#define TEMPLATE_CODE_BYTES      8

static const char *const field_names[] = {
    [TEMPLATE_NAME] = "{name}",   [TEMPLATE_TEXT] = "{text}",   [TEMPLATE_TIME] = "{time}",
    [TEMPLATE_NAMES] = "{names}", [TEMPLATE_COUNT] = "{count}", [TEMPLATE_CODE] = "{code}",
    [TEMPLATE_WHY] = "{why}",
};

#define FIELDS (sizeof(field_names) / sizeof(field_names[0]))

const char *template_placeholders(uint32_t allowed, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t field = TEMPLATE_NAME; field < FIELDS; field++) {
        if ((allowed & TEMPLATE_BIT(field)) != 0 && used < size)
            used += (size_t)snprintf(out + used, size - used, "%s%s", used > 0 ? " " : "",
                                     field_names[field]);
    }
    return out;
}

/* The placeholder at `text`, or TEMPLATE_LITERAL. */
static enum template_field field_at(const char *text, size_t *ret_length)
{
    for (size_t field = TEMPLATE_NAME; *text == '{' && field < FIELDS; field++) {
        size_t length = strlen(field_names[field]);

        if (strncmp(text, field_names[field], length) == 0) {
            *ret_length = length;
            return (enum template_field)field;
        }
    }
    return TEMPLATE_LITERAL;
}

bool template_has(const struct template *template, enum template_field field)
{
    for (uint8_t i = 0; i < template->count; i++) {
        if (template->pieces[i].field == field)
            return true;
    }
    return false;
}

static bool add_piece(struct template *template, enum template_field field, size_t offset,
                      size_t length)
{
    /* {names} takes all the space that is left, so there can't be two. */
    if (template->count == TEMPLATE_PIECES_MAX ||
        (field == TEMPLATE_NAMES && template_has(template, TEMPLATE_NAMES)))
        return false;
    template->pieces[template->count++] = (struct template_piece){
        .field = (uint8_t)field, .offset = (uint8_t)offset, .length = (uint8_t)length};
    return true;
}

static int refuse_placeholder(const char *at, uint32_t allowed, char ret_why[DIALECT_WHY_BYTES])
{
    char list[64];

    if (allowed == 0)
        snprintf(ret_why, DIALECT_WHY_BYTES,
                 "'%.20s' is no placeholder here: this line takes none (write '{{' for a brace)",
                 at);
    else
        snprintf(ret_why, DIALECT_WHY_BYTES,
                 "'%.20s' is no placeholder here: use %s (write '{{' for a brace)", at,
                 template_placeholders(allowed, list, sizeof(list)));
    return STATUS_INVALID;
}

static int check_text(const char *text, char ret_why[DIALECT_WHY_BYTES])
{
    size_t length = strlen(text);

    if (length > DIALECT_TEMPLATE_MAX_BYTES) {
        snprintf(ret_why, DIALECT_WHY_BYTES, "is %zu bytes; at most %d", length,
                 DIALECT_TEMPLATE_MAX_BYTES);
        return STATUS_TOO_LONG;
    }
    if (!text_is_utf8(text, length)) {
        snprintf(ret_why, DIALECT_WHY_BYTES, "is not valid UTF-8");
        return STATUS_NOT_UTF8;
    }
    /*
     * Some clients print lines by the line break at their front; elsewhere too it is up to the
     * administrator.
     */
    for (size_t i = 0; i < length; i++) {
        if (((unsigned char)text[i] < 0x20 && text[i] != '\n') || text[i] == 0x7f) {
            snprintf(ret_why, DIALECT_WHY_BYTES, "holds a control character");
            return STATUS_INVALID;
        }
    }
    return STATUS_OK;
}

static int refuse_pieces(char ret_why[DIALECT_WHY_BYTES])
{
    snprintf(ret_why, DIALECT_WHY_BYTES, "holds too many placeholders, or {names} twice");
    return STATUS_TOO_LONG;
}

int template_parse(const char *text, uint32_t allowed, struct template *ret_template,
                   char ret_why[DIALECT_WHY_BYTES])
{
    struct template template = {.count = 0};
    size_t used = 0, start = 0, length = 0;
    int status = check_text(text, ret_why);

    if (status != 0)
        return status;
    while (*text != '\0') {
        enum template_field field = field_at(text, &length);
        bool fits = true;

        if (field != TEMPLATE_LITERAL && (allowed & TEMPLATE_BIT(field)) != 0) {
            if (used > start)
                fits = add_piece(&template, TEMPLATE_LITERAL, start, used - start);
            fits = fits && add_piece(&template, field, 0, 0);
            start = used;
            text += length;
        } else if (*text == '{' && text[1] != '{') {
            return refuse_placeholder(text, allowed, ret_why);
        } else {
            template.text[used++] = *text;
            text += *text == '{' ? 2 : 1;
        }
        if (!fits)
            return refuse_pieces(ret_why);
    }
    if (used > start && !add_piece(&template, TEMPLATE_LITERAL, start, used - start))
        return refuse_pieces(ret_why);
    *ret_template = template;
    return STATUS_OK;
}

static size_t format_time(const struct template_values *values, char out[TEMPLATE_TIME_BYTES + 1])
{
    int64_t seconds = values->wall_ns / MOMENT_NS_PER_S + values->utc_offset_s;
    int64_t minutes = ((seconds / 60) % 1440 + 1440) % 1440;

    snprintf(out, TEMPLATE_TIME_BYTES + 1, "%02u:%02u", (unsigned)(minutes / 60) % 24U,
             (unsigned)(minutes % 60));
    return TEMPLATE_TIME_BYTES;
}

static size_t append(char *out, size_t size, size_t used, const char *bytes, size_t length)
{
    size_t fits = length < size - used ? length : size - used;

    if (fits > 0)
        memcpy(out + used, bytes, fits);
    return used + fits;
}

size_t template_render(const struct template *template, const struct template_values *values,
                       char *out, size_t size)
{
    char small[TEMPLATE_COUNT_MAX_BYTES + 1];
    size_t used = 0;

    for (uint8_t i = 0; i < template->count; i++) {
        const struct template_piece *piece = &template->pieces[i];

        switch ((enum template_field)piece->field) {
        case TEMPLATE_LITERAL:
            used = append(out, size, used, template->text + piece->offset, piece->length);
            break;
        case TEMPLATE_NAME:
            used = append(out, size, used, values->name, values->name_len);
            break;
        case TEMPLATE_TEXT:
            used = append(out, size, used, values->text, values->text_len);
            break;
        case TEMPLATE_NAMES:
            used = append(out, size, used, values->names, values->names_len);
            break;
        case TEMPLATE_TIME:
            used = append(out, size, used, small, format_time(values, small));
            break;
        case TEMPLATE_COUNT:
            used = append(out, size, used, small,
                          (size_t)snprintf(small, sizeof(small), "%" PRIu64, values->count));
            break;
        case TEMPLATE_CODE:
            used = append(out, size, used, small,
                          (size_t)snprintf(small, sizeof(small), "%08" PRIx32, values->code));
            break;
        case TEMPLATE_WHY: /* in no line, only in a reply */
            break;
        }
    }
    return used;
}

size_t template_max_bytes(const struct template *template, size_t name_bytes, size_t text_bytes)
{
    size_t total = 0;

    for (uint8_t i = 0; i < template->count; i++) {
        const struct template_piece *piece = &template->pieces[i];

        switch ((enum template_field)piece->field) {
        case TEMPLATE_LITERAL:
            total += piece->length;
            break;
        case TEMPLATE_NAME:
            total += name_bytes;
            break;
        case TEMPLATE_TEXT:
            total += text_bytes;
            break;
        case TEMPLATE_TIME:
            total += TEMPLATE_TIME_BYTES;
            break;
        case TEMPLATE_COUNT:
            total += TEMPLATE_COUNT_MAX_BYTES;
            break;
        case TEMPLATE_CODE:
            total += TEMPLATE_CODE_BYTES;
            break;
        case TEMPLATE_NAMES:
        case TEMPLATE_WHY:
            break;
        }
    }
    return total;
}
