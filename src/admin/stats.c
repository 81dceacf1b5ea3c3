/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The table. A new count is a row here. */
#include "admin/stats.h"

#include "base/json.h"

#include <inttypes.h>
#include <string.h>

#define FIELD(field) offsetof(struct stats, field), sizeof(((struct stats *)NULL)->field)

static const struct stats_row rows[] = {
    {"members", "members in the room", STATS_GAUGE, FIELD(room.members)},
    {"members_sequenced", "of these, who speaks the sequenced protocol", STATS_GAUGE,
     FIELD(room.sequenced)},
    {"members_newcomers", "of these, who came in a mass and is served last", STATS_GAUGE,
     FIELD(room.newcomers)},
    {"members_behind", "members that are owed something", STATS_GAUGE, FIELD(room.behind)},
    {"deliveries_owed", "events that members are owed, each counted once a member", STATS_GAUGE,
     FIELD(room.deliveries_owed)},
    {"overloaded", "1 while what members are owed keeps growing", STATS_GAUGE,
     FIELD(room.overloaded)},
    {"crowded", "1 while the room can't keep up, and what newcomers say is refused", STATS_GAUGE,
     FIELD(room.crowded)},
    {"displaced_total", "silent members that made room for others in a full room", STATS_COUNTER,
     FIELD(room.displaced)},
    {"events_total", "joins, messages, exits and notices", STATS_COUNTER, FIELD(room.appended)},
    {"events_released_total", "of these, what members may be sent already", STATS_COUNTER,
     FIELD(room.released)},
    {"events_delivered_total", "events sent to a member, each counted once a member", STATS_COUNTER,
     FIELD(room.events_delivered)},
    {"events_missed_total",
     "events that were forgotten before a member was sent them, or more than its address may be "
     "sent, each counted once a member",
     STATS_COUNTER, FIELD(room.events_missed)},
    {"datagrams_received_total", "datagrams that came in", STATS_COUNTER, FIELD(room.received)},
    {"datagrams_sent_total", "datagrams that went out", STATS_COUNTER, FIELD(room.datagrams_sent)},
    {"datagrams_repaired_total",
     "datagrams that were sent again, as a sequenced member had missed them", STATS_COUNTER,
     FIELD(room.repairs)},
    {"datagrams_undelivered_total", "datagrams that could not be sent", STATS_COUNTER,
     FIELD(room.undelivered)},
    {"unreachable_total", "ICMP errors that say that a member's port is closed, true or not",
     STATS_COUNTER, FIELD(room.unreachable)},
    {"answers_withheld_total", "answers that a limit or a full socket kept back", STATS_COUNTER,
     FIELD(room.answers_withheld)},
    {"kernel_drops_total", "datagrams the kernel dropped, as more came in than was read",
     STATS_COUNTER, FIELD(program.kernel_drops)},
    {"receive_errors_total", "failed receive calls", STATS_COUNTER, FIELD(program.receive_errors)},
    {"icmp_errors_total", "ICMP errors that came in", STATS_COUNTER, FIELD(program.icmp_errors)},
    {"full_sockets_total", "times a socket took no more datagrams", STATS_COUNTER,
     FIELD(program.full_sockets)},
    {"slow_links_total", "times the link to a member took no more datagrams for a while",
     STATS_COUNTER, FIELD(program.slow_links)},
    {"slow_links", "links to members that take no more datagrams now", STATS_GAUGE,
     FIELD(program.links_waiting)},
    {"control_clients", "clients on the control socket, this one included", STATS_GAUGE,
     FIELD(program.control_clients)},
    {"records_total", "records that were made for the store: events, and changes of the state",
     STATS_COUNTER, FIELD(log.recorded)},
    {"records_kept_total", "of these, what the store has kept", STATS_COUNTER, FIELD(log.kept)},
    {"events_kept_total", "the last event of these", STATS_COUNTER, FIELD(log.committed)},
    {"records_waiting", "of the records, what the store has not kept yet, and nobody is told",
     STATS_GAUGE, FIELD(records_waiting)},
    {"records_waiting_bytes", "what these take, without their events", STATS_GAUGE,
     FIELD(log.waiting_bytes)},
    {"answers_held", "answers that wait for the store", STATS_GAUGE, FIELD(log.answers_held)},
    {"store_trouble",
     "what is wrong with the store, as a number of doc/log-protocol.md; 0 = nothing", STATS_GAUGE,
     FIELD(program.store_trouble)},
    {"store_restarts_total", "times the program that keeps the store was started again",
     STATS_COUNTER, FIELD(program.store_restarts)},
    {"watchers", "clients that watch, and have been told everything", STATS_GAUGE,
     FIELD(program.watchers)},
};

static const char *const labels[REFUSALS] = {
    [REFUSED_EMPTY] = "empty",
    [REFUSED_TOO_LONG] = "too_long",
    [REFUSED_OWN_ADDRESS] = "own_address",
    [REFUSED_REPLY] = "reply",
    [REFUSED_PLAIN_OFF] = "plain_off",
    [REFUSED_UNKNOWN_VERB] = "unknown_verb",
    [REFUSED_MALFORMED] = "malformed",
    [REFUSED_NAME_BAD] = "name_bad",
    [REFUSED_NAME_TAKEN] = "name_taken",
    [REFUSED_ROOM_FULL] = "room_full",
    [REFUSED_STRANGER] = "stranger",
    [REFUSED_WRONG_NAME] = "wrong_name",
    [REFUSED_EMPTY_TEXT] = "empty_text",
    [REFUSED_NOT_UTF8] = "not_utf8",
    [REFUSED_LIMITED] = "limited",
    [REFUSED_CROWDED] = "crowded",
    [REFUSED_NO_MEMORY] = "no_memory",
    [REFUSED_DENIED] = "denied",
    [REFUSED_ELSEWHERE] = "outside_plain_from",
    [REFUSED_BANNED] = "banned",
    [REFUSED_MUTED] = "muted",
    [REFUSED_SEQUENCED_OFF] = "sequenced_off",
    [REFUSED_COOKIE] = "cookie",
    [REFUSED_LOG_BEHIND] = "log_behind",
};

size_t stats_rows(void)
{
    return sizeof(rows) / sizeof(rows[0]);
}

const struct stats_row *stats_row(size_t index)
{
    return &rows[index];
}

uint64_t stats_value(const struct stats *stats, const struct stats_row *row)
{
    const char *field = (const char *)stats + row->offset;
    uint64_t wide;
    uint32_t narrow;

    if (row->size == sizeof(wide)) {
        memcpy(&wide, field, sizeof(wide));
        return wide;
    }
    if (row->size == sizeof(narrow)) {
        memcpy(&narrow, field, sizeof(narrow));
        return narrow;
    }
    return *(const bool *)field ? 1 : 0;
}

const char *stats_refusal_label(enum refusal refusal)
{
    return (size_t)refusal < REFUSALS ? labels[refusal] : "unknown";
}

static void say_in_json(const struct stats *stats, const struct admin_reply *reply)
{
    char object[ADMIN_ANSWER_MAX_BYTES];
    struct json json;

    json_begin(&json, object, sizeof(object));
    for (size_t i = 0; i < stats_rows(); i++)
        json_count(&json, rows[i].name, stats_value(stats, &rows[i]));
    json_object(&json, STATS_REFUSED);
    for (int refusal = REFUSED_NOT + 1; refusal < REFUSALS; refusal++)
        json_count(&json, labels[refusal], stats->room.refused[refusal]);
    json_object_end(&json);
    admin_say_json(reply, &json);
}

void stats_say(const struct stats *stats, const struct admin_reply *reply)
{
    if (reply->json) {
        say_in_json(stats, reply);
        return;
    }
    for (size_t i = 0; i < stats_rows(); i++)
        admin_say(reply, ADMIN_DONE, "%s %" PRIu64, rows[i].name, stats_value(stats, &rows[i]));
    for (int refusal = REFUSED_NOT + 1; refusal < REFUSALS; refusal++) {
        if (stats->room.refused[refusal] > 0)
            admin_say(reply, ADMIN_DONE, STATS_REFUSED "{reason=\"%s\"} %" PRIu64, labels[refusal],
                      stats->room.refused[refusal]);
    }
}
