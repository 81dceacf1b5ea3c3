/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Cursors over the contents of the room, and the form of each item: text or JSON. */
#include "admin/listing.h"

#include "admin/answer_event.h"
#include "admin/ban_subject.h"
#include "admin/duration.h"
#include "base/json.h"
#include "base/timestamp.h"
#include "core/model/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Bounds the empty seats skipped per call: a room that was once large has many. */
#define LISTING_SEATS_PER_CALL 256

#define LISTING_NAME_COLUMNS 16

/* ---- members ---- */

static const char *protocol_of(const struct room_member *member)
{
    return member->sequenced ? "sequenced" : "plain";
}

static void say_member_in_json(const struct room_member *member, const char *endpoint,
                               const char *door, const char *since, const struct moment *now,
                               const struct admin_reply *reply)
{
    char object[ADMIN_ANSWER_MAX_BYTES];
    struct json json;

    json_begin(&json, object, sizeof(object));
    json_text(&json, "name", member->name);
    json_text(&json, "endpoint", endpoint);
    json_text(&json, "door", door);
    json_text(&json, "protocol", protocol_of(member));
    json_text(&json, "since", since);
    json_number(&json, "idle", (now->mono_ns - member->heard_ns) / MOMENT_NS_PER_S);
    json_count(&json, "delivered", member->delivered);
    json_count(&json, "dropped", member->lost);
    json_count(&json, "owed", member->owed);
    json_count(&json, "undelivered", member->undelivered);
    json_bool(&json, "muted", member->muted_until_ns > now->mono_ns);
    json_bool(&json, "away", member->away);
    admin_say_json(reply, &json);
}

static void say_member(const struct admin *admin, const struct moment *now,
                       const struct room_member *member, const struct admin_reply *reply)
{
    char endpoint[ENDPOINT_TEXT_BYTES], door[ENDPOINT_TEXT_BYTES] = "-",
                                        since[TIMESTAMP_TEXT_BYTES];
    size_t columns = text_width(member->name, strlen(member->name));
    struct room_door at;

    endpoint_format(&member->path->peer, endpoint);
    timestamp_format(member->joined_wall_ns, now->utc_offset_s, since);
    if (room_door(admin->room, member->path->door, &at))
        endpoint_format(&at.listen, door);
    if (reply->json)
        say_member_in_json(member, endpoint, door, since, now, reply);
    else
        admin_say(reply, ADMIN_DONE,
                  "  %s%*s  %-21s  %-14s  %-9s  %s  %6" PRId64 "  %9" PRIu64 "  %7" PRIu64
                  "  %4" PRIu64 "  %11u%s%s",
                  member->name,
                  (int)(columns < LISTING_NAME_COLUMNS ? LISTING_NAME_COLUMNS - columns : 0), "",
                  endpoint, door, protocol_of(member), since,
                  (now->mono_ns - member->heard_ns) / MOMENT_NS_PER_S, member->delivered,
                  member->lost, member->owed, (unsigned)member->undelivered,
                  member->muted_until_ns > now->mono_ns ? "  muted" : "",
                  member->away ? "  away" : "");
}

static void say_heading(const struct admin *admin, const struct admin_reply *reply)
{
    uint32_t count = room_members(admin->room);

    admin_say(reply, ADMIN_DONE, "%u member%s", (unsigned)count, count == 1 ? "" : "s");
    if (count > 0)
        admin_say(reply, ADMIN_DONE, "  %-16s  %-21s  %-14s  %-9s  %-25s  %6s  %9s  %7s  %4s  %11s",
                  "name", "endpoint", "door", "protocol", "since", "idle s", "delivered", "dropped",
                  "owed", "undelivered");
}

enum admin_result listing_members(const struct admin *admin, const struct moment *now,
                                  struct admin_listing *listing, const struct admin_reply *reply)
{
    struct room_member member;
    bool found = false;

    if (!listing->begun) {
        listing->last = room_last_number(admin->room);
        if (!reply->json)
            say_heading(admin, reply);
    }
    listing->begun = true;
    for (unsigned passed = 0;
         passed < LISTING_SEATS_PER_CALL && !found && listing->at < room_seats(admin->room);
         passed++)
        found = room_member(admin->room, (uint32_t)listing->at++, &member) &&
                member.number <= listing->last;
    if (found)
        say_member(admin, now, &member, reply);
    return listing->at < room_seats(admin->room) ? ADMIN_MORE : ADMIN_DONE;
}

/* ---- bans and mutes ---- */

static void say_ban_in_json(const struct room_ban *ban, const struct moment *now,
                            const struct admin_reply *reply)
{
    char object[ADMIN_ANSWER_MAX_BYTES], text[NETWORK_TEXT_BYTES], until[TIMESTAMP_TEXT_BYTES];
    bool ends = ban->until_ns != MOMENT_NEVER_NS;
    struct json json;

    json_begin(&json, object, sizeof(object));
    json_text(&json, "kind", ban->kind == ROOM_BAN ? "ban" : "mute");
    json_text(&json, "name", ban->name[0] != '\0' ? ban->name : NULL);
    json_text(&json, "network", ban->has_network ? network_format(&ban->network, text) : NULL);
    json_text(&json, "until",
              ends ? timestamp_format(now->wall_ns + (ban->until_ns - now->mono_ns),
                                      now->utc_offset_s, until)
                   : NULL);
    admin_say_json(reply, &json);
}

static void say_ban(const struct admin *admin, const struct room_ban *ban, const struct moment *now,
                    const struct admin_reply *reply)
{
    char text[BAN_SUBJECT_TEXT_BYTES], left[DURATION_TEXT_BYTES];

    if (ban->until_ns == MOMENT_NEVER_NS)
        admin_say(reply, ADMIN_DONE, "  %s  %s", ban_subject_format(ban, text),
                  admin_forever(admin));
    else
        admin_say(reply, ADMIN_DONE, "  %s  %s left", ban_subject_format(ban, text),
                  duration_format(ban->until_ns - now->mono_ns, left));
}

static const struct room_ban *next_of_kind(const struct admin *admin, const struct moment *now,
                                           enum room_ban_kind kind, uint64_t serial)
{
    const struct room_ban *ban = room_ban_after(admin->room, now, serial);

    while (ban != NULL && ban->kind != kind)
        ban = room_ban_after(admin->room, now, ban->serial);
    return ban;
}

enum admin_result listing_bans(const struct admin *admin, const struct moment *now,
                               struct admin_listing *listing, const struct admin_reply *reply)
{
    static const enum room_ban_kind kinds[] = {ROOM_BAN, ROOM_MUTE};
    static const char *const titles[] = {"banned:", "muted:"};
    const struct room_ban *ban = next_of_kind(admin, now, kinds[listing->stage], listing->at);

    if (ban == NULL && listing->stage > 0) {
        if (!listing->begun && !reply->json)
            admin_say(reply, ADMIN_DONE, "nobody is banned or muted");
        return ADMIN_DONE;
    }
    if (ban == NULL) {
        listing->stage++;
        listing->at = 0;
        listing->title_said = false;
        return ADMIN_MORE;
    }
    if (reply->json) {
        say_ban_in_json(ban, now, reply);
    } else {
        if (!listing->title_said)
            admin_say(reply, ADMIN_DONE, "%s", titles[listing->stage]);
        say_ban(admin, ban, now, reply);
    }
    listing->begun = listing->title_said = true;
    listing->at = ban->serial;
    return ADMIN_MORE;
}

/* ---- events ---- */

static void say_missed(uint64_t count, const struct admin_reply *reply)
{
    char object[ADMIN_ANSWER_MAX_BYTES];
    struct json json;

    if (!reply->json) {
        admin_say(reply, ADMIN_DONE,
                  "%" PRIu64 " event%s missed: the reader of this list is slower than the room",
                  count, count == 1 ? "" : "s");
        return;
    }
    json_begin(&json, object, sizeof(object));
    json_text(&json, "kind", "missed");
    json_count(&json, "count", count);
    admin_say_json(reply, &json);
}

enum admin_result listing_watch(const struct admin *admin, const struct moment *now,
                                struct admin_listing *listing, const struct admin_reply *reply)
{
    uint64_t oldest, released;
    struct event event;

    (void)now;
    room_events(admin->room, &oldest, &released);
    if (!listing->begun)
        listing->at = released + 1;
    listing->begun = true;
    if (listing->at < oldest) {
        say_missed(oldest - listing->at, reply);
        listing->at = oldest;
    } else if (room_event(admin->room, listing->at, &event)) {
        answer_event_say(&event, false, reply);
        listing->at++;
    }
    return listing->at <= released ? ADMIN_MORE : ADMIN_WAIT;
}
