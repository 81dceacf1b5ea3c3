/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The members that are here, from pages and events in any order of arrival (doc/protocol.md, 2.7).
 * Each member records the event that changed it last, and older information is ignored. Former
 * members stay listed while an event of theirs may still arrive.
 */
#include "core/sequenced_client/sequenced_client_state.h"

#include <roomd/moment.h>
#include <string.h>

/* A server sends pages at intervals no shorter than this. */
#define PAGE_INTERVAL_NS (10 * MOMENT_NS_PER_MS)

/* Applies a change, and reports it. */
static void apply_change(struct sequenced_client *client, struct listed_member *listed,
                         struct octets_slice name, bool here)
{
    bool renamed =
        listed->name_len != name.length || memcmp(listed->name, name.bytes, name.length) != 0;

    if (renamed) {
        client_set_here(&client->base, listed, false);
        member_list_set_name(listed, name.bytes, name.length);
    }
    client_set_here(&client->base, listed, here);
}

static void remove_member(struct sequenced_client *client, struct listed_member *listed)
{
    apply_change(client, listed, (struct octets_slice){listed->name, listed->name_len}, false);
    member_list_remove(&client->base.members, listed);
}

/* ---- requests ---- */

void sequenced_client_members_ask(struct sequenced_client *client, const struct moment *now,
                                  bool gap)
{
    struct sequenced_client_members *members = &client->members;

    members->asking = true;
    members->after = 0;
    members->asked = 0;
    members->due_ns = now->mono_ns;
    if (gap) {
        members->complete = false;
        members->since = client->session.position;
    }
}

/* As for gaps: a server that is heard has only lost the request, or the page. */
static bool was_heard(const struct sequenced_client *client)
{
    return client->members.asked > 0 && client->heartbeat.heard_ns > client->members.asked_ns;
}

int64_t sequenced_client_members_due_ns(const struct sequenced_client *client)
{
    const struct sequenced_client_members *members = &client->members;

    if (!members->asking)
        return MOMENT_NEVER_NS;
    if (!was_heard(client))
        return members->due_ns;
    return sequenced_client_earlier(members->due_ns,
                                    members->asked_ns + rtt_timeout(&client->rtt, 0));
}

bool sequenced_client_members_write(struct sequenced_client *client, const struct moment *now,
                                    struct sequenced_client_up *up)
{
    struct sequenced_client_members *members = &client->members;
    struct sequenced_up_frame frame = {.kind = SEQUENCED_UP_MEMBERS, .after = members->after};

    if (sequenced_client_members_due_ns(client) > now->mono_ns)
        return true;
    if (!sequenced_client_up_add(up, &frame))
        return false;
    if (was_heard(client))
        members->asked = 0;
    members->asked_ns = now->mono_ns;
    members->due_ns = now->mono_ns + rtt_timeout(&client->rtt, members->asked);
    members->asked++;
    return true;
}

void sequenced_client_members_refresh(struct sequenced_client *client, const struct moment *now)
{
    struct sequenced_client_members *members = &client->members;

    if (members->asking && members->asked > 0)
        members->due_ns =
            sequenced_client_earlier(members->due_ns, now->mono_ns + rtt_timeout(&client->rtt, 0));
}

/* ---- pages ---- */

/*
 * Removes the members from `index` up to the number before `until`, which the page does not name,
 * unless a later event changed them. Returns the index of `until`.
 */
static size_t remove_until(struct sequenced_client *client, size_t index, uint64_t until,
                           uint64_t head)
{
    struct member_list *list = &client->base.members;

    for (; index < list->count && list->row[index].number < until; index++) {
        if (!list->row[index].removed && list->row[index].changed <= head)
            remove_member(client, &list->row[index]);
    }
    return index;
}

/*
 * Of a member that is known since the list began, or since the last gap, the events tell: by the
 * page it may have a name already under which it had not yet said what is still to come.
 */
static void take_entry(struct sequenced_client *client, const struct sequenced_entry *entry,
                       uint64_t head)
{
    struct listed_member *listed = member_list_insert(&client->base.members, entry->member);

    if (listed == NULL || listed->changed > client->members.since)
        return;
    listed->changed = head;
    apply_change(client, listed, entry->name, !entry->gone);
}

/*
 * A page names the former members whose messages can still be requested. Once the position is past
 * the latest page, no event of other former members can arrive.
 */
static void forget_former(struct sequenced_client *client)
{
    struct sequenced_client_members *members = &client->members;

    if (members->asking || members->head == 0 || client->session.position < members->head)
        return;
    for (size_t i = 0; i < client->base.members.count; i++) {
        struct listed_member *listed = &client->base.members.row[i];

        if (!listed->removed && !listed->here && listed->changed <= members->head)
            member_list_remove(&client->base.members, listed);
    }
    members->head = 0;
    member_list_clean(&client->base.members);
}

/*
 * A page that answers an earlier request begins at a lower number, and is as valid for the numbers
 * above `after`. A page that begins at a higher number was requested for an earlier list. A page
 * made before the gap that this list is for is outdated.
 */
static bool is_wanted(const struct sequenced_client *client,
                      const struct sequenced_down_frame *frame)
{
    const struct sequenced_client_members *members = &client->members;

    if (!members->asking || frame->members.after > members->after ||
        frame->members.head < members->since)
        return false;
    return frame->members.last > members->after ||
           (!frame->members.more && frame->members.last == members->after);
}

void sequenced_client_members_page(struct sequenced_client *client, const struct moment *now,
                                   const struct sequenced_down_frame *frame)
{
    struct sequenced_client_members *members = &client->members;
    struct octets_slice entries = frame->members.entries;
    uint64_t end = frame->members.more ? (uint64_t)frame->members.last + 1 : UINT64_MAX,
             head = frame->members.head;
    struct sequenced_entry entry;
    size_t index;

    if (!is_wanted(client, frame))
        return;
    index = member_list_index(&client->base.members, (uint64_t)members->after + 1);
    while (sequenced_down_next_entry(&entries, &entry)) {
        if (entry.member <= members->after)
            continue;
        remove_until(client, index, entry.member, head);
        take_entry(client, &entry, head);
        index = member_list_index(&client->base.members, (uint64_t)entry.member + 1);
    }
    remove_until(client, index, end, head);
    member_list_clean(&client->base.members);
    client->session.members = frame->members.here;
    members->after = frame->members.last;
    members->asked = 0;
    members->due_ns = now->mono_ns + PAGE_INTERVAL_NS;
    members->head = head > members->head ? head : members->head;
    members->asking = frame->members.more;
    members->complete = members->complete || !frame->members.more;
    forget_former(client);
}

/* ---- events ---- */

bool sequenced_client_members_author(struct sequenced_client *client, uint32_t number,
                                     const struct listed_member **ret_listed)
{
    const struct sequenced_client_members *members = &client->members;
    const struct listed_member *listed = member_list_find(&client->base.members, number);

    *ret_listed = listed;
    return members->complete || (listed != NULL && listed->changed > members->since) ||
           (members->asking && number <= members->after);
}

static void on_join(struct sequenced_client *client, const struct sequenced_event *event)
{
    struct listed_member *listed = member_list_insert(&client->base.members, event->member);

    if (event->member == client->base.number) {
        memcpy(client->base.name, event->name.bytes, event->name.length);
        client->base.name[event->name.length] = '\0';
        memcpy(client->base.requested_name, client->base.name, sizeof(client->base.requested_name));
    }
    if (listed == NULL || listed->changed >= event->seq)
        return;
    listed->changed = event->seq;
    apply_change(client, listed, event->name, true);
}

/*
 * A member that is renamed joins again with the next event. While pages are requested, a page made
 * before an exit may still arrive, and must not bring the member back: so the member stays listed,
 * with the number of the exit, until all pages have arrived.
 */
static void on_exit(struct sequenced_client *client, const struct sequenced_event *event)
{
    struct sequenced_client_members *members = &client->members;
    struct listed_member *listed = members->asking
                                       ? member_list_insert(&client->base.members, event->member)
                                       : member_list_find(&client->base.members, event->member);

    if (listed == NULL)
        return;
    if (listed->changed < event->seq) {
        listed->changed = event->seq;
        apply_change(client, listed, (struct octets_slice){listed->name, listed->name_len}, false);
    }
    if (event->reason == EXIT_RENAMED)
        return;
    if (members->asking) {
        members->head = event->seq > members->head ? event->seq : members->head;
        return;
    }
    remove_member(client, listed);
    member_list_clean(&client->base.members);
}

void sequenced_client_members_event(struct sequenced_client *client,
                                    const struct sequenced_event *event)
{
    /* A chat with a name tells of its author what a join does. An exit's name is told with it. */
    if (event->kind == SEQUENCED_EVENT_JOIN ||
        (event->kind == SEQUENCED_EVENT_CHAT && event->name.length > 0))
        on_join(client, event);
    else if (event->kind == SEQUENCED_EVENT_EXIT)
        on_exit(client, event);
    if (client->members.head != 0)
        forget_former(client);
}

void sequenced_client_members_forget(struct sequenced_client *client)
{
    struct sequenced_client_members *members = &client->members;

    for (size_t i = 0; i < client->base.members.count; i++) {
        if (!client->base.members.row[i].removed)
            remove_member(client, &client->base.members.row[i]);
    }
    member_list_done(&client->base.members);
    *members = (struct sequenced_client_members){0};
}
