/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The ring behind the transcript: records of different lengths, one after the other, and an index
 * from number to record. A record never wraps round the end of the ring, so that readers get plain
 * pointers; the bytes left over at the end stay unused for that lap.
 */
#include "core/model/transcript.h"

#include <roomd/limits.h>
#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_ALIGN 8U
#define WORD_BITS    64U

/* Precedes name and text in the ring. */
struct record {
    int64_t wall_ns;
    uint64_t author;
    int32_t utc_offset_s;
    uint16_t name_len;
    uint16_t text_len;
    uint8_t kind;
    uint8_t reason;
    uint16_t said;
    bool introduces;
    bool forgotten;
};

/* The smallest record: a join of a short name. The index has room for as many as fit the ring. */
#define RECORD_MIN_BYTES 40U

struct transcript {
    uint8_t *ring;
    uint32_t *index;      /* ring offset of event n at n % index_size, in units of RECORD_ALIGN */
    uint64_t *boundaries; /* bit n % boundary_size: a datagram begins with event n */
    size_t ring_size;     /* bytes */
    size_t index_size;    /* events */
    size_t boundary_size; /* bits, a multiple of 64; covers the next event, too */
    size_t head;          /* where the next record goes */
    uint64_t oldest;      /* number of the oldest event held */
    uint64_t appended;
    uint64_t committed;
    uint64_t released;
    bool awaits_commits;
};

_Static_assert(sizeof(struct record) + ROOM_NAME_MAX_BYTES <= TRANSCRIPT_EXIT_BYTES &&
                   TRANSCRIPT_EXIT_BYTES + PLAIN_LINE_MAX_BYTES <= TRANSCRIPT_EVENT_BYTES,
               "with the padding");

static size_t record_bytes(size_t name_len, size_t text_len)
{
    size_t bytes = sizeof(struct record) + name_len + text_len;

    return (bytes + RECORD_ALIGN - 1) / RECORD_ALIGN * RECORD_ALIGN;
}

int transcript_new(size_t budget, struct transcript **ret_transcript)
{
    struct transcript *transcript;

    if (budget < ROOM_RING_MIN_BYTES || budget > ROOM_RING_MAX_BYTES)
        return STATUS_INVALID;
    transcript = calloc(1, sizeof(*transcript));
    if (transcript == NULL)
        return STATUS_NO_MEMORY;
    /* The budget covers both: each record needs a place in the index. */
    transcript->index_size = budget / (RECORD_MIN_BYTES + sizeof(uint32_t));
    transcript->ring_size =
        (budget - transcript->index_size * sizeof(uint32_t)) / RECORD_ALIGN * RECORD_ALIGN;
    transcript->ring = malloc(transcript->ring_size);
    transcript->index = malloc(transcript->index_size * sizeof(uint32_t));
    transcript->boundary_size = (transcript->index_size / WORD_BITS + 1) * WORD_BITS;
    transcript->boundaries = calloc(transcript->boundary_size / WORD_BITS, sizeof(uint64_t));
    transcript->oldest = 1;
    if (transcript->ring == NULL || transcript->index == NULL || transcript->boundaries == NULL) {
        transcript_free(transcript);
        return STATUS_NO_MEMORY;
    }
    *ret_transcript = transcript;
    return STATUS_OK;
}

void transcript_free(struct transcript *transcript)
{
    if (transcript == NULL)
        return;
    free(transcript->ring);
    free(transcript->index);
    free(transcript->boundaries);
    free(transcript);
}

void transcript_begin_at(struct transcript *transcript, uint64_t next)
{
    memset(transcript->boundaries, 0, transcript->boundary_size / WORD_BITS * sizeof(uint64_t));
    transcript->head = 0;
    transcript->oldest = next;
    transcript->appended = transcript->committed = transcript->released = next - 1;
}

static size_t offset_of(const struct transcript *transcript, uint64_t seq)
{
    return (size_t)transcript->index[seq % transcript->index_size] * RECORD_ALIGN;
}

static bool is_empty(const struct transcript *transcript)
{
    return transcript->oldest > transcript->appended;
}

/*
 * The offset at which a record of `size` bytes fits without touching the oldest, or -1. The records
 * held reach from the oldest's offset to head, wrapping round; they never fill the ring to the last
 * byte, so that head == tail always means empty.
 */
static int64_t find_place(const struct transcript *transcript, size_t size)
{
    size_t tail;

    if (is_empty(transcript))
        return 0;
    if (transcript->appended - transcript->oldest + 1 == transcript->index_size)
        return -1;
    tail = offset_of(transcript, transcript->oldest);
    if (transcript->head <= tail)
        return transcript->head + size < tail ? (int64_t)transcript->head : -1;
    if (transcript->head + size <= transcript->ring_size)
        return (int64_t)transcript->head;
    return size < tail ? 0 : -1;
}

static void write_record(uint8_t *at, const struct event *event)
{
    struct record record = {
        .wall_ns = event->wall_ns,
        .author = event->author,
        .utc_offset_s = event->utc_offset_s,
        .name_len = event->name_len,
        .text_len = event->text_len,
        .kind = event->kind,
        .reason = event->reason,
        .said = event->said,
        .introduces = event->introduces,
        .forgotten = event->forgotten,
    };

    memcpy(at, &record, sizeof(record));
    if (event->name_len > 0)
        memcpy(at + sizeof(record), event->name, event->name_len);
    if (event->text_len > 0)
        memcpy(at + sizeof(record) + event->name_len, event->text, event->text_len);
}

/* ---- boundaries ---- */

static void set_boundary(struct transcript *transcript, uint64_t seq, bool is_boundary)
{
    size_t bit = seq % transcript->boundary_size;
    uint64_t mask = UINT64_C(1) << bit % WORD_BITS;

    if (is_boundary)
        transcript->boundaries[bit / WORD_BITS] |= mask;
    else
        transcript->boundaries[bit / WORD_BITS] &= ~mask;
}

void transcript_set_boundary(struct transcript *transcript, uint64_t seq)
{
    if (seq >= transcript->oldest && seq <= transcript->appended + 1)
        set_boundary(transcript, seq, true);
}

bool transcript_is_boundary(const struct transcript *transcript, uint64_t seq)
{
    size_t bit = seq % transcript->boundary_size;

    return seq >= transcript->oldest && seq <= transcript->appended + 1 &&
           (transcript->boundaries[bit / WORD_BITS] >> bit % WORD_BITS & 1) != 0;
}

uint64_t transcript_boundaries(const struct transcript *transcript, uint64_t first, uint64_t last)
{
    uint64_t count = 0;

    first = first < transcript->oldest ? transcript->oldest : first;
    last = last > transcript->appended + 1 ? transcript->appended + 1 : last;
    while (first <= last) {
        size_t bit = first % transcript->boundary_size, low = bit % WORD_BITS;
        uint64_t bits = last - first + 1 < WORD_BITS - low ? last - first + 1 : WORD_BITS - low;
        uint64_t word = transcript->boundaries[bit / WORD_BITS] >> low;

        if (bits < WORD_BITS)
            word &= (UINT64_C(1) << bits) - 1;
        count += (uint64_t)__builtin_popcountll(word);
        first += bits;
    }
    return count;
}

/* ---- appending ---- */

int transcript_append(struct transcript *transcript, const struct event *event, uint64_t *ret_seq)
{
    size_t size = record_bytes(event->name_len, event->text_len);
    int64_t place;

    if (event->name_len > ROOM_NAME_MAX_BYTES || event->text_len > PLAIN_LINE_MAX_BYTES)
        return STATUS_TOO_LONG;
    while ((place = find_place(transcript, size)) < 0) {
        if (transcript->oldest > transcript->released)
            return STATUS_FULL;
        transcript->oldest++;
    }
    write_record(transcript->ring + place, event);
    transcript->head = (size_t)place + size;
    transcript->appended++;
    if (!transcript->awaits_commits)
        transcript->committed = transcript->appended;
    transcript->index[transcript->appended % transcript->index_size] =
        (uint32_t)((size_t)place / RECORD_ALIGN);
    set_boundary(transcript, transcript->appended + 1, false);
    *ret_seq = transcript->appended;
    return STATUS_OK;
}

/*
 * Where the ring ends, a record may leave up to its own size unused. That happens once before the
 * events that must not be forgotten are reached.
 */
bool transcript_has_room(const struct transcript *transcript, size_t events, size_t bytes)
{
    uint64_t kept = transcript->appended - transcript->released;
    size_t spare = transcript->ring_size, tail;

    if (kept > 0) {
        tail = offset_of(transcript, transcript->released + 1);
        spare =
            transcript->head > tail ? spare - (transcript->head - tail) : tail - transcript->head;
    }
    return kept + events <= transcript->index_size && bytes + TRANSCRIPT_EVENT_BYTES < spare;
}

void transcript_await_commits(struct transcript *transcript)
{
    transcript->awaits_commits = true;
}

void transcript_commit(struct transcript *transcript, uint64_t seq)
{
    if (seq > transcript->committed && seq <= transcript->appended)
        transcript->committed = seq;
}

void transcript_release(struct transcript *transcript, uint64_t seq)
{
    if (seq > transcript->released && seq <= transcript->committed)
        transcript->released = seq;
}

uint64_t transcript_appended(const struct transcript *transcript)
{
    return transcript->appended;
}

uint64_t transcript_committed(const struct transcript *transcript)
{
    return transcript->committed;
}

uint64_t transcript_released(const struct transcript *transcript)
{
    return transcript->released;
}

uint64_t transcript_oldest(const struct transcript *transcript)
{
    return transcript->oldest;
}

bool transcript_get(const struct transcript *transcript, uint64_t seq, struct event *ret_event)
{
    const uint8_t *at;
    struct record record;

    if (seq < transcript->oldest || seq > transcript->appended)
        return false;
    at = transcript->ring + offset_of(transcript, seq);
    memcpy(&record, at, sizeof(record));
    *ret_event = (struct event){
        .seq = seq,
        .author = record.author,
        .wall_ns = record.wall_ns,
        .utc_offset_s = record.utc_offset_s,
        .kind = record.kind,
        .reason = record.reason,
        .name_len = record.name_len,
        .text_len = record.text_len,
        .said = record.said,
        .introduces = record.introduces,
        .forgotten = record.forgotten,
        .name = (const char *)at + sizeof(record),
        .text = (const char *)at + sizeof(record) + record.name_len,
    };
    return true;
}

/* The record keeps its place and size: only the index leads to it. */
void transcript_forget(struct transcript *transcript, uint64_t seq)
{
    struct record record;
    uint8_t *at;

    if (seq < transcript->oldest || seq > transcript->appended)
        return;
    at = transcript->ring + offset_of(transcript, seq);
    memcpy(&record, at, sizeof(record));
    memset(at + sizeof(record), 0, (size_t)record.name_len + record.text_len);
    record.name_len = record.text_len = 0;
    record.introduces = false;
    record.forgotten = true;
    memcpy(at, &record, sizeof(record));
}
