/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A client of the plain protocol (doc/protocol.md, section 1), as a machine: datagrams and time go in, datagrams and events come out. It has the shape of the client in roomd/client.h and tells the same sink, so that
 * one program can use either. No sockets, no clock, no terminal; random bytes are an argument.
 *
 * The server may be another program than roomd that speaks a dialect of the protocol. Many of these end, and the room with them, where the same request comes twice, or one that they do not expect. So nothing is
 * repeated but an unanswered join, no text is sent that is blank or not UTF-8, and no exit under a name that the server may not know.
 *
 * The protocol repairs nothing: what the network loses is lost in both directions. Memory is bounded and allocated by plain_client_new, but for the list of members, which grows with the room.
 */
#ifndef ROOMD_PLAIN_CLIENT_H
#define ROOMD_PLAIN_CLIENT_H

#include <roomd/client.h>
#include <roomd/dialect.h>

/* Of one event's text, or one line, as it is given on. What is longer, which roomd never sends, goes on as further lines. */
#define PLAIN_CLIENT_LINE_MAX_BYTES 1200

/* A request with verb, name and text: the smallest buffer among the servers that were read. */
#define PLAIN_CLIENT_REQUEST_MAX_BYTES 1024

struct plain_client;

struct plain_client_setup {
    uint8_t seed[CLIENT_SEED_BYTES]; /* from the system's random numbers; the same seed makes the same client */
    const char *name;                /* terminated, at most ROOM_NAME_MAX_BYTES; copied */
    const struct dialect *dialect;   /* borrowed for its life; the first of each kind of verb is used */
    /*
     * The join is repeated so often while it is in, 0 = never; less than a second counts as a second. Only for servers that take it: others announce it again, or end. Who asks for it vouches that the server stands
     * repeated requests, so an exit that has no answer is repeated, too.
     */
    int64_t keepalive_ns;
    struct client_sink sink;
};

/*
 * What the sink is told:
 *
 * event: `seq` is 0, the time is that of the datagram. Name and text are valid UTF-8 (U+FFFD stands for bytes that are not, and for NUL) and may hold whatever a server lets pass, control characters included: who shows them
 * escapes them. A folded line becomes an event for each name in it. `author` is a number of this client's own for whoever has that name, 0 where it is not on the list. `own`: the line is ours, sent back to us
 * as some servers do: same name, same text, within a few seconds.
 * outcome: CLIENT_SENT when it was sent. CLIENT_REFUSED where it never was, with SEQUENCED_WHY_TOO_LONG where a longer name that was taken meanwhile leaves no place for it. Of a rename, CLIENT_TAKEN, CLIENT_REFUSED,
 * or CLIENT_UNKNOWN where it was left without the answer.
 * missed: as the room says (its line `missed`, and names that a folded line has no place for).
 * state: the reasons of roomd/client.h, read from the dialect's answers. CLIENT_REFUSED_FULL tries again by itself. A dialect that has one answer for all refusals of a join has refused the name: a person can do
 * something about that. CLIENT_REFUSED_NAME comes at once, and nothing is sent, for a name with a space or a control character: it would shift the fields of every request. CLIENT_KICKED: a bye that was not asked for; CLIENT_TIMEOUT where the `idle` line came before it.
 * member: a list "since it joined": whoever has joined or said something since, itself included, and has not left. CLIENT_MEMBERS_MAX at most. It begins anew when the server has forgotten this client.
 * line: none of the dialect's lines, or one that is no event: idle, kicked, muted, too_long, not_utf8, limited. While a join is unanswered this is also how another server's own words for a refusal are seen; they do not
 * count as an answer, for what comes may as well have been meant for whoever had this port before.
 */

/* STATUS_NO_MEMORY; STATUS_INVALID (no name), STATUS_TOO_LONG, STATUS_NOT_UTF8 (the name). Nothing is sent but by plain_client_tick. */
int plain_client_new(const struct plain_client_setup *setup, struct plain_client **ret_client);
void plain_client_free(struct plain_client *client);

/* A datagram came from the server's address. Whatever it holds, the client goes on. */
void plain_client_receive(struct plain_client *client, const struct moment *now, const void *bytes, size_t length);

/*
 * Does what is due, and tells when it wants to be called next (monotonic), or MOMENT_NEVER_NS; a moment that has passed where the sink has said something meanwhile. To be called after plain_client_receive and
 * plain_client_say too, or when plain_client_next_tick has come.
 *
 * A join that has no answer is repeated after 1 s, then after twice as long each time up to 16 s, each less a random part of up to a fifth; giving up is the program's. Where the server says `refused` to what was
 * said, it has forgotten this client, which joins again by itself: at once, but no sooner than a second after the join before, and twice as long each time up to 16 s where that happens again and again.
 */
int64_t plain_client_tick(struct plain_client *client, const struct moment *now);
int64_t plain_client_next_tick(const struct plain_client *client);

/*
 * Says something; its number, from 1, goes to `ret_number`. What is said while it is not in waits until it is. Control characters in it, line breaks too, are sent as spaces, as roomd shows them. STATUS_FULL:
 * CLIENT_PENDING_MAX wait already. STATUS_TOO_LONG: more than CLIENT_TEXT_MAX_BYTES, or with verb and name more than PLAIN_CLIENT_REQUEST_MAX_BYTES. STATUS_INVALID: empty or blank (servers end that split at spaces), or
 * it has left or was told to. STATUS_NOT_UTF8.
 */
int plain_client_say(struct plain_client *client, const struct moment *now, const char *text, size_t length,
                     uint32_t *ret_number);

/*
 * Asks for another name, after what was said before; where it is not in yet, it tries with this one at once, and `ret_number` is 0. The same errors; a name has at most ROOM_NAME_MAX_BYTES.
 *
 * It leaves under the old name and joins under the new one, in one moment: other servers than roomd take a second join for a second member, and would go on having the first. What is said in between is not heard. Where
 * the new name is refused, it goes back under the old one.
 */
int plain_client_rename(struct plain_client *client, const struct moment *now, const char *name, uint32_t *ret_number);

/*
 * Leaves: sends all it was told to say, then the exit, and waits up to 3 s for the bye; where the dialect has none, it is out at once. `at_once`: out as soon as the exit is sent, and the second time even that is not
 * waited for. An exit is repeated only where the room still speaks to this client a second later, or with a keepalive: 18 of 27 servers that were tried end at an exit that comes twice, and many never send a bye. A
 * member of roomd whose exit was lost is found gone by its closed port. While a join is unanswered, it waits for the answer, to be able to leave; `at_once` does not.
 */
void plain_client_leave(struct plain_client *client, const struct moment *now, bool at_once);

/*
 * The address of this machine has changed, or the way to the server was lost: joins again. Where its name is taken then, that is most likely by itself at its old address: once, it leaves and joins, which other
 * servers than roomd allow from anywhere. roomd does not: there it is CLIENT_REFUSED_TAKEN.
 */
void plain_client_moved(struct plain_client *client, const struct moment *now);

enum client_state plain_client_state(const struct plain_client *client);
enum client_reason plain_client_why(const struct plain_client *client);
/* The reason in the last `kicked` line; terminated, mostly empty. */
const char *plain_client_close_text(const struct plain_client *client);
/* Messages that were not sent yet, and a rename without an answer. */
uint32_t plain_client_pending(const struct plain_client *client);
/* Its own number on the list, and its name as shown, once in. */
uint64_t plain_client_number(const struct plain_client *client);
const char *plain_client_name(const struct plain_client *client);
/* Of one message, under the name that it has or wants. */
size_t plain_client_text_max_bytes(const struct plain_client *client);
/* On the list, itself included. */
uint32_t plain_client_members(const struct plain_client *client);
/* As client_next_member; each call looks through the list. */
bool plain_client_next_member(const struct plain_client *client, uint64_t after, uint64_t *ret_number,
                              const char **ret_name, size_t *ret_name_len);
/* The server has answered its exit, so it had heard all that arrived before. */
bool plain_client_heard_bye(const struct plain_client *client);

#endif
