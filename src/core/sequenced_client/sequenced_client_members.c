/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Who is here, from pages and events in whatever order they come (doc/protocol.md, 2.7): each member keeps the event that changed it last, and nothing older counts. Former members stay as long as an event of
 * theirs may come.
 */
#include "core/sequenced_client/sequenced_client_state.h"

#include <roomd/moment.h>
#include <string.h>

/* Events wait for their authors' names meanwhile, so not as long as a message. */
#define PAGE_AGAIN_MOST_NS (3 * MOMENT_NS_PER_S)

/* Sooner than that a server sends no other. */
#define PAGE_NEXT_NS (10 * MOMENT_NS_PER_MS)

static void tell(const struct client *client, const struct listed_member *listed, bool here)
{
    if (client->sink.member != NULL)
        client->sink.member(client->sink.ctx, listed->number, listed->name, listed->name_len, here);
}

/* All changes that are to be told go through here. */
static void set(struct client *client, struct listed_member *listed, struct octets_slice name, bool here)
{
    bool renamed = listed->name_len != name.length || memcmp(listed->name, name.bytes, name.length) != 0;

    if (listed->here && (renamed || !here)) {
        member_list_set_here(&client->members.list, listed, false);
        tell(client, listed, false);
    }
    if (renamed)
        member_list_set_name(listed, name.bytes, name.length);
    if (here && !listed->here) {
        member_list_set_here(&client->members.list, listed, true);
        tell(client, listed, true);
    }
}

static void take_out(struct client *client, struct listed_member *listed)
{
    set(client, listed, (struct octets_slice){listed->name, listed->name_len}, false);
    member_list_remove(&client->members.list, listed);
}

/* ---- asking ---- */

void sequenced_client_members_ask(struct client *client, const struct moment *now, bool gap)
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

int64_t sequenced_client_members_due_ns(const struct client *client)
{
    return client->members.asking ? client->members.due_ns : MOMENT_NEVER_NS;
}

bool sequenced_client_members_write(struct client *client, const struct moment *now, struct sequenced_client_up *up)
{
    struct sequenced_client_members *members = &client->members;
    struct sequenced_up_frame frame = {.kind = SEQUENCED_UP_MEMBERS, .after = members->after};

    if (sequenced_client_members_due_ns(client) > now->mono_ns)
        return true;
    if (!sequenced_client_up_add(up, &frame))
        return false;
    members->due_ns =
        now->mono_ns + rtt_timeout(&client->rtt, members->asked, SEQUENCED_CLIENT_AGAIN_LEAST_NS, PAGE_AGAIN_MOST_NS);
    members->asked++;
    return true;
}

/* ---- pages ---- */

/* Takes out those from `index` up to the number before `until` that the page does not name, and no later event. Returns the index of `until`. */
static size_t take_out_until(struct client *client, size_t index, uint64_t until, uint64_t head)
{
    struct member_list *list = &client->members.list;

    for (; index < list->count && list->row[index].number < until; index++) {
        if (!list->row[index].removed && list->row[index].changed <= head)
            take_out(client, &list->row[index]);
    }
    return index;
}

static void take_entry(struct client *client, const struct sequenced_entry *entry, uint64_t head)
{
    struct listed_member *listed = member_list_insert(&client->members.list, entry->member);

    if (listed == NULL || listed->changed > head)
        return;
    listed->changed = head;
    set(client, listed, entry->name, !entry->gone);
}

/* Of former members, a page names those who have said something that can be had again. Behind the latest page, nothing of theirs comes any more. */
static void forget_former(struct client *client)
{
    struct sequenced_client_members *members = &client->members;

    if (members->asking || members->head == 0 || client->session.position < members->head)
        return;
    for (size_t i = 0; i < members->list.count; i++) {
        struct listed_member *listed = &members->list.row[i];

        if (!listed->removed && !listed->here && listed->changed <= members->head)
            member_list_remove(&members->list, listed);
    }
    members->head = 0;
    member_list_clean(&members->list);
}

/*
 * A page that answers a request before this one begins at a lower number, and is as true of those above `after`. One that begins at a higher number was asked for by the list before this one; one that was made
 * before the gap that this list is for knows too little.
 */
static bool is_wanted(const struct client *client, const struct sequenced_down_frame *frame)
{
    const struct sequenced_client_members *members = &client->members;

    if (!members->asking || frame->members.after > members->after || frame->members.head < members->since)
        return false;
    return frame->members.last > members->after || (!frame->members.more && frame->members.last == members->after);
}

void sequenced_client_members_page(struct client *client, const struct moment *now,
                                   const struct sequenced_down_frame *frame)
{
    struct sequenced_client_members *members = &client->members;
    struct octets_slice entries = frame->members.entries;
    uint64_t end = frame->members.more ? (uint64_t)frame->members.last + 1 : UINT64_MAX, head = frame->members.head;
    struct sequenced_entry entry;
    size_t index;

    if (!is_wanted(client, frame))
        return;
    index = member_list_index(&members->list, (uint64_t)members->after + 1);
    while (sequenced_down_next_entry(&entries, &entry)) {
        if (entry.member <= members->after)
            continue;
        take_out_until(client, index, entry.member, head);
        take_entry(client, &entry, head);
        index = member_list_index(&members->list, (uint64_t)entry.member + 1);
    }
    take_out_until(client, index, end, head);
    member_list_clean(&members->list);
    members->after = frame->members.last;
    members->asked = 0;
    members->due_ns = now->mono_ns + PAGE_NEXT_NS;
    members->head = head > members->head ? head : members->head;
    members->asking = frame->members.more;
    members->complete = members->complete || !frame->members.more;
    forget_former(client);
}

/* ---- events ---- */

bool sequenced_client_members_author(struct client *client, uint32_t number, const struct listed_member **ret_listed)
{
    const struct sequenced_client_members *members = &client->members;
    const struct listed_member *listed = member_list_find(&client->members.list, number);

    *ret_listed = listed;
    return members->complete || (listed != NULL && listed->changed > members->since) ||
           (members->asking && number <= members->after);
}

static void on_join(struct client *client, const struct sequenced_event *event)
{
    struct listed_member *listed = member_list_insert(&client->members.list, event->member);

    if (event->member == client->session.member) {
        memcpy(client->session.name, event->name.bytes, event->name.length);
        client->session.name[event->name.length] = '\0';
        memcpy(client->requested_name, client->session.name, sizeof(client->requested_name));
    }
    if (listed == NULL || listed->changed >= event->seq)
        return;
    listed->changed = event->seq;
    set(client, listed, event->name, true);
}

/*
 * Who is renamed joins again with the next event. While pages are asked for, one that was made before somebody left may still come, and must not bring it back: so its place is kept, with the event, until
 * they are all here.
 */
static void on_exit(struct client *client, const struct sequenced_event *event)
{
    struct sequenced_client_members *members = &client->members;
    struct listed_member *listed = members->asking ? member_list_insert(&members->list, event->member)
                                                   : member_list_find(&members->list, event->member);

    if (listed == NULL)
        return;
    if (listed->changed < event->seq) {
        listed->changed = event->seq;
        set(client, listed, (struct octets_slice){listed->name, listed->name_len}, false);
    }
    if (event->reason == EXIT_RENAMED)
        return;
    if (members->asking) {
        members->head = event->seq > members->head ? event->seq : members->head;
        return;
    }
    take_out(client, listed);
    member_list_clean(&members->list);
}

void sequenced_client_members_event(struct client *client, const struct sequenced_event *event)
{
    if (event->kind == SEQUENCED_EVENT_JOIN)
        on_join(client, event);
    else if (event->kind == SEQUENCED_EVENT_EXIT)
        on_exit(client, event);
    if (client->members.head != 0)
        forget_former(client);
}

void sequenced_client_members_forget(struct client *client)
{
    struct sequenced_client_members *members = &client->members;

    for (size_t i = 0; i < members->list.count; i++) {
        if (!members->list.row[i].removed)
            take_out(client, &members->list.row[i]);
    }
    member_list_done(&members->list);
    *members = (struct sequenced_client_members){0};
}

bool client_next_member(const struct client *client, uint64_t after, uint64_t *ret_number, const char **ret_name,
                        size_t *ret_name_len)
{
    const struct listed_member *listed = member_list_next(&client->members.list, after);

    if (listed == NULL)
        return false;
    *ret_number = listed->number;
    *ret_name = listed->name;
    *ret_name_len = listed->name_len;
    return true;
}
