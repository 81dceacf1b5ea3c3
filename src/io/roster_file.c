/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A header and an array of records. A record's checksum is cleared before the record is changed and
 * set after it is complete, so that a process killed in between leaves an invalid record.
 */
#include "io/roster_file.h"

#include "base/log.h"

#include <roomd/status.h>
#include <sodium.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Raise it with any change of the two structs or of their meaning; but a new flag that other
 * versions may ignore is none, and loses no member when the program is upgraded.
 */
#define ROSTER_VERSION 1U

#define ROSTER_MAGIC UINT64_C(0x726f7374656d6472)

/* Twice a million members. */
#define ROSTER_SEATS_MAX 2000000U

struct header {
    uint64_t magic;
    uint32_t version;
    uint32_t record_bytes;
    uint64_t generation;
    uint32_t door_count;
    uint32_t unused;
    struct endpoint doors[ROSTER_DOORS_MAX];
};

struct record {
    uint64_t check; /* 0 = no member, or being written */
    struct roster_record kept;
};

_Static_assert(sizeof(struct header) % alignof(struct record) == 0,
               "the records follow the header");

struct roster_file {
    uint8_t *memory; /* mapped */
    size_t size;
    uint32_t seats;
    int fd;
    bool failed; /* growing has failed, which was logged */
};

struct roster_file_read {
    struct header header;
    uint32_t seats;
    uint32_t torn;
    struct record records[];
};

static size_t size_for(uint32_t seats)
{
    return sizeof(struct header) + (size_t)seats * sizeof(struct record);
}

/* Detects torn records and other formats, not attackers: the key is no secret. Never 0. */
static uint64_t check_of(const struct roster_record *kept)
{
    static const uint8_t key[crypto_shorthash_KEYBYTES] = "roomd roster";
    uint64_t check;

    _Static_assert(sizeof(check) == crypto_shorthash_BYTES, "SipHash's output is the check");
    crypto_shorthash((uint8_t *)&check, (const uint8_t *)kept, sizeof(*kept), key);
    return check | 1U;
}

/* ---- writing ---- */

static int resize(struct roster_file *roster, uint32_t seats)
{
    size_t size = size_for(seats);
    void *memory;

    if (ftruncate(roster->fd, (off_t)size) != 0)
        return STATUS_SYSTEM;
    if (roster->memory == NULL)
        memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, roster->fd, 0);
    else
        memory = mremap(roster->memory, roster->size, size, MREMAP_MAYMOVE);
    if (memory == MAP_FAILED)
        return STATUS_SYSTEM;
    roster->memory = memory;
    roster->size = size;
    roster->seats = seats;
    return STATUS_OK;
}

int roster_file_new(uint32_t seats, const struct endpoint *doors, size_t door_count,
                    uint64_t generation, struct roster_file **ret_roster)
{
    struct header header = {.magic = ROSTER_MAGIC,
                            .version = ROSTER_VERSION,
                            .record_bytes = sizeof(struct record),
                            .generation = generation,
                            .door_count = (uint32_t)door_count};
    struct roster_file *roster;

    if (door_count > ROSTER_DOORS_MAX)
        return STATUS_FULL;
    roster = calloc(1, sizeof(*roster));
    if (roster == NULL)
        return STATUS_NO_MEMORY;
    /* The kernel allocates pages on first use, so reserved seats cost nothing. */
    roster->fd = memfd_create("roomd-members", MFD_CLOEXEC);
    if (roster->fd < 0 ||
        resize(roster, seats < ROSTER_SEATS_MAX ? seats : ROSTER_SEATS_MAX) != STATUS_OK) {
        roster_file_free(roster);
        return STATUS_SYSTEM;
    }
    memcpy(header.doors, doors, door_count * sizeof(*doors));
    memcpy(roster->memory, &header, sizeof(header));
    *ret_roster = roster;
    return STATUS_OK;
}

void roster_file_free(struct roster_file *roster)
{
    if (roster == NULL)
        return;
    if (roster->memory != NULL)
        munmap(roster->memory, roster->size);
    if (roster->fd >= 0)
        close(roster->fd);
    free(roster);
}

int roster_file_fd(const struct roster_file *roster)
{
    return roster->fd;
}

uint64_t roster_file_generation(const struct roster_file *roster)
{
    return ((const struct header *)(const void *)roster->memory)->generation;
}

static struct record *record_at(const struct roster_file *roster, uint32_t seat)
{
    return (struct record *)(void *)(roster->memory + size_for(seat));
}

/* room.max_members may have been raised since. */
static bool has_seat(struct roster_file *roster, uint32_t seat)
{
    if (seat < roster->seats)
        return true;
    if (!roster->failed && seat < ROSTER_SEATS_MAX &&
        resize(roster, seat < ROSTER_SEATS_MAX / 2 ? (seat + 1) * 2 : ROSTER_SEATS_MAX) ==
            STATUS_OK)
        return true;
    if (!roster->failed)
        log_warn("there is no memory to keep more than %u members over a restart",
                 (unsigned)roster->seats);
    roster->failed = true;
    return false;
}

/*
 * The order of the three steps matters to the process that reads the file if this one is killed;
 * the kernel keeps everything written so far.
 */
static void write_record(struct record *record, const struct roster_record *kept)
{
    record->check = 0;
    atomic_signal_fence(memory_order_seq_cst);
    memcpy(&record->kept, kept, sizeof(*kept)); /* with its padding, which is checked too */
    atomic_signal_fence(memory_order_seq_cst);
    record->check = check_of(&record->kept);
}

void roster_file_keep(void *ctx, uint32_t seat, const struct roster_record *record)
{
    struct roster_file *roster = ctx;

    if (has_seat(roster, seat))
        write_record(record_at(roster, seat), record);
}

void roster_file_forget(void *ctx, uint32_t seat)
{
    struct roster_file *roster = ctx;

    if (seat < roster->seats)
        record_at(roster, seat)->check = 0;
}

/* ---- reading ---- */

/* The file is read, not mapped, so that no change to the descriptor can remove a page in use. */
static bool read_all(int fd, void *bytes, size_t size, off_t offset)
{
    while (size > 0) {
        ssize_t got = pread(fd, bytes, size, offset);

        if (got <= 0)
            return false;
        bytes = (uint8_t *)bytes + got;
        size -= (size_t)got;
        offset += got;
    }
    return true;
}

static bool is_known(const struct header *header)
{
    return header->magic == ROSTER_MAGIC && header->version == ROSTER_VERSION &&
           header->record_bytes == sizeof(struct record) && header->door_count <= ROSTER_DOORS_MAX;
}

int roster_file_read(int fd, struct roster_file_read **ret_read)
{
    struct roster_file_read *read;
    struct header header;
    struct stat status;
    size_t seats;

    if (fstat(fd, &status) != 0)
        return STATUS_SYSTEM;
    if (!S_ISREG(status.st_mode) || status.st_size < (off_t)sizeof(header) ||
        !read_all(fd, &header, sizeof(header), 0) || !is_known(&header))
        return STATUS_INVALID;
    seats = ((size_t)status.st_size - sizeof(header)) / sizeof(struct record);
    if (seats > ROSTER_SEATS_MAX)
        return STATUS_INVALID;
    read = malloc(sizeof(*read) + seats * sizeof(struct record));
    if (read == NULL)
        return STATUS_NO_MEMORY;
    *read = (struct roster_file_read){.header = header, .seats = (uint32_t)seats};
    if (!read_all(fd, read->records, seats * sizeof(struct record), sizeof(header))) {
        free(read);
        return STATUS_SYSTEM;
    }
    for (uint32_t seat = 0; seat < seats; seat++) {
        const struct record *record = &read->records[seat];

        read->torn += record->check != 0 && record->check != check_of(&record->kept) ? 1U : 0U;
    }
    *ret_read = read;
    return STATUS_OK;
}

void roster_file_read_free(struct roster_file_read *read)
{
    free(read);
}

uint64_t roster_file_read_generation(const struct roster_file_read *read)
{
    return read->header.generation;
}

uint32_t roster_file_read_torn(const struct roster_file_read *read)
{
    return read->torn;
}

const struct endpoint *roster_file_read_doors(const struct roster_file_read *read,
                                              size_t *ret_count)
{
    *ret_count = read->header.door_count;
    return read->header.doors;
}

bool roster_file_read_next(const struct roster_file_read *read, uint32_t *seat,
                           struct roster_record *ret_record)
{
    while (*seat < read->seats) {
        const struct record *record = &read->records[(*seat)++];

        if (record->check == 0 || record->check != check_of(&record->kept))
            continue;
        *ret_record = record->kept;
        return true;
    }
    return false;
}
