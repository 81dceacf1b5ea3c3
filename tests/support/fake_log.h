/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A log that keeps in memory what it is handed over, and commits as a test says. It checks the
 * port's contract: records are numbered without gaps, their events too, and one that is handed over
 * again is the same to the byte. A record that breaks it ends the test.
 */
#ifndef TESTS_SUPPORT_FAKE_LOG_H
#define TESTS_SUPPORT_FAKE_LOG_H

#include <roomd/room_restore.h>

struct fake_effect {
    bool is_event;
    struct event event; /* its name and text are owned */
    char folded[ROOM_NAME_MAX_BYTES + 1];
    struct room_change change; /* its key and value are owned */
};

struct fake_record {
    struct room_record record;
    struct fake_effect *effects;
    size_t count;
};

/* A row of the state that is kept. */
struct fake_row {
    struct room_change change;
};

struct fake_log {
    struct fake_record *records; /* owned; record n is records[n - 1] */
    size_t count;                /* handed over and not lost */
    size_t max;
    uint64_t kept;       /* the last that is kept: the state is that after it */
    uint64_t kept_event; /* the last event of these */
    struct fake_row *rows;
    size_t row_count, row_max;
    struct fake_record open; /* being handed over */
    bool is_open;
    bool is_down;      /* its process has ended: what is handed over is lost */
    uint64_t repeated; /* records that were handed over again */
};

void fake_log_init(struct fake_log *log);
void fake_log_done(struct fake_log *log);
struct room_log fake_log_port(struct fake_log *log);

/* Keeps all records up to that one. The caller then tells the room. */
void fake_log_keep(struct fake_log *log, uint64_t upto);
/* Its process ends, with everything that was not kept. */
void fake_log_end(struct fake_log *log);

/*
 * Another process of the room begins: what was not kept is lost. Restores the new room, which has
 * this log. Of `kept`, only what concerns boot and numbers counts. The rows come in an order that
 * has nothing to do with that in which they were made.
 */
void fake_log_restore(struct fake_log *log, struct room *room, const struct moment *now,
                      struct room_kept kept, struct room_restored *ret_restored);

/* Keeps everything, and tells the room. */
void fake_log_commit_all(struct fake_log *log, struct room *room, const struct moment *now);

/* The row of the kept state, or NULL. A seat is a key of four bytes. */
const struct room_change *fake_log_row(const struct fake_log *log, enum room_space space,
                                       const void *key, size_t key_len);
const struct room_change *fake_log_seat(const struct fake_log *log, enum room_space space,
                                        uint32_t seat);

/*
 * The effects of a record as a text: "+alice", "-alice", "alice:hello", "!notice", "member",
 * "~member" for a row that is gone.
 */
const char *fake_log_text(const struct fake_log *log, uint64_t record, char *text, size_t size);

#endif
