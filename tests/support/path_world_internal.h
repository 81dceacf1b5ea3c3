/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The parts of a simulated path: see path_world.h. */
#ifndef TESTS_SUPPORT_PATH_WORLD_INTERNAL_H
#define TESTS_SUPPORT_PATH_WORLD_INTERNAL_H

#include "core/congestion/congestion.h"
#include "support/path_world.h"
#include "support/tcp_flow.h"

#include <roomd/moment.h>

#define SEGMENTS_MAX  131072U
#define SEGMENT_LINES ((1200U - PATH_WORLD_HEADER_BYTES) / PATH_WORLD_LINE_BYTES)
#define MISSING_MAX   256U

enum path_event_kind {
    PATH_DATAGRAM,   /* reaches a member */
    PATH_LOSS,       /* a member's gaps have lasted */
    PATH_REPORT_DUE, /* a member's */
    PATH_REPORT,     /* reaches the server */
    PATH_PROBE,      /* the server's timer of a member */
    PATH_PUMP,       /* something may be sent */
    PATH_TCP_PACKET,
    PATH_TCP_ACK,
    PATH_TCP_ACK_DUE,
    PATH_TCP_TIMEOUT,
    PATH_TCP_START,
    PATH_CHANGE,
};

struct path_report {
    uint16_t received, lost;
    int64_t delay_ns;
    uint32_t highest, position;
    uint8_t missing[MISSING_MAX / 8]; /* bit i: position + 1 + i */
};

struct path_event {
    int64_t at_ns;
    uint64_t order;
    enum path_event_kind kind;
    unsigned who;
    uint64_t number;
    struct path_report report;
};

/* Segments are numbered from 1. */
struct path_member {
    /* the server's side */
    struct congestion *path;
    struct congestion_flow flow;
    uint32_t next;     /* segment */
    uint32_t reported; /* its position */
    uint32_t sampled;  /* the highest segment that gave a round trip */
    uint16_t repairs;  /* to be sent */
    int64_t *sent_ns;  /* of each segment, last; negative: sent again */
    uint8_t *repair;   /* of each segment: is to be sent again */
    int64_t smoothed_ns, deviation_ns;
    int64_t probe_ns;
    unsigned doublings;
    /* the client's */
    uint8_t *has;
    uint32_t position, highest;
    int64_t highest_ns; /* when that came */
    uint16_t received, lost;
    uint32_t noticed; /* segments below that were missed when a later one came */
    uint32_t counted; /* and below that they were counted as lost */
    int64_t loss_ns, ask_ns, report_ns, new_ns;
    unsigned unreported;
    uint64_t lines;
};

struct path_world {
    struct path_world_setup setup;
    struct path_world_result result;
    struct dice dice;
    struct link down, up;
    struct path_event *events; /* a heap */
    size_t event_count, event_capacity;
    uint64_t order;
    int64_t now_ns;
    struct congestion paths[PATH_WORLD_MEMBERS_MAX];
    struct path_member members[PATH_WORLD_MEMBERS_MAX];
    uint8_t *segment_lines;
    uint32_t segments;  /* the last */
    uint64_t lines_cut; /* lines in segments */
    unsigned turn;
    int64_t pump_ns;
    uint16_t change_round;
    uint64_t tcp_received;   /* the highest packet */
    uint64_t tcp_unreported; /* a packet that is not acknowledged yet; 0: none */
    int64_t tcp_report_ns;
    struct tcp_flow tcp;
};

/* path_world.c */
void path_world_push(struct path_world *world, const struct path_event *event);
uint64_t path_world_lines(const struct path_world *world, int64_t now_ns);
uint32_t path_world_ms(const struct path_world *world);
bool path_world_is_gone(const struct path_world *world, unsigned who);

/* path_server.c */
void path_server_pump(struct path_world *world);
void path_server_report(struct path_world *world, unsigned who, const struct path_report *report);
void path_server_probe(struct path_world *world, unsigned who);

/* path_client.c */
void path_client_receive(struct path_world *world, unsigned who, uint32_t segment);
void path_client_losses(struct path_world *world, unsigned who);
void path_client_report_due(struct path_world *world, unsigned who);

#endif
