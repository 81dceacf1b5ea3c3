/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Encodes and decodes HISTORY, without its events. */
#include "core/sequenced_wire/sequenced_past.h"

/* Before the words, and before the events, with numbers of one byte. */
#define ASK_BYTES  11U
#define PAGE_BYTES 4U

bool sequenced_past_is_ask(const struct sequenced_ask *ask)
{
    return ask->id > 0 && ask->pages >= 1 && ask->pages <= SEQUENCED_PAST_PAGES_MAX &&
           ask->low >= 1 && ask->low <= OCTETS_VARINT_MAX && ask->high <= OCTETS_VARINT_MAX &&
           (ask->high == 0 || ask->high >= ask->low) && ask->since_ms <= OCTETS_U48_MAX &&
           ask->words.length <= SEQUENCED_PAST_WORDS_MAX_BYTES;
}

bool sequenced_past_is_page(const struct sequenced_page *page)
{
    return page->id > 0 && page->page < SEQUENCED_PAST_PAGES_MAX && page->low >= 1 &&
           page->low <= OCTETS_VARINT_MAX && page->high <= OCTETS_VARINT_MAX &&
           page->high + 1 >= page->low;
}

/* The bytes of the frame; those behind the last field are for a later edition. */
static struct octets_reader open_frame(struct octets_reader *reader)
{
    struct octets_slice slice = octets_read_slice(reader, octets_read_varint(reader));

    return octets_read(slice.bytes, slice.length);
}

bool sequenced_past_read_ask(struct octets_reader *reader, struct sequenced_ask *ret_ask)
{
    struct octets_reader inner = open_frame(reader);
    struct sequenced_ask ask = {.id = octets_read_u16(&inner)};

    ask.flags = octets_read_u8(&inner);
    ask.pages = octets_read_u8(&inner);
    ask.low = octets_read_varint(&inner);
    ask.high = octets_read_varint(&inner);
    ask.since_ms = octets_read_u48(&inner);
    ask.words = octets_read_slice(&inner, octets_read_u8(&inner));
    if (reader->failed || inner.failed || !sequenced_past_is_ask(&ask))
        return false;
    *ret_ask = ask;
    return true;
}

bool sequenced_past_read_page(struct octets_reader *reader, struct sequenced_page *ret_page)
{
    struct octets_reader inner = open_frame(reader);
    struct sequenced_page page = {.id = octets_read_u16(&inner)};

    page.flags = octets_read_u8(&inner);
    page.page = octets_read_u8(&inner);
    page.low = octets_read_varint(&inner);
    page.high = octets_read_varint(&inner);
    page.events = octets_read_slice(&inner, inner.left);
    if (reader->failed || inner.failed || !sequenced_past_is_page(&page))
        return false;
    *ret_page = page;
    return true;
}

void sequenced_past_write_ask(struct octets_writer *writer, const struct sequenced_ask *ask)
{
    octets_write_varint(writer, ASK_BYTES + octets_varint_bytes(ask->low) +
                                    octets_varint_bytes(ask->high) + ask->words.length);
    octets_write_u16(writer, ask->id);
    octets_write_u8(writer, ask->flags);
    octets_write_u8(writer, ask->pages);
    octets_write_varint(writer, ask->low);
    octets_write_varint(writer, ask->high);
    octets_write_u48(writer, ask->since_ms);
    octets_write_u8(writer, (uint8_t)ask->words.length);
    octets_write_slice(writer, ask->words);
}

void sequenced_past_write_page(struct octets_writer *writer, const struct sequenced_page *page)
{
    octets_write_varint(writer, PAGE_BYTES + octets_varint_bytes(page->low) +
                                    octets_varint_bytes(page->high) + page->events.length);
    octets_write_u16(writer, page->id);
    octets_write_u8(writer, page->flags);
    octets_write_u8(writer, page->page);
    octets_write_varint(writer, page->low);
    octets_write_varint(writer, page->high);
    octets_write_slice(writer, page->events);
}
