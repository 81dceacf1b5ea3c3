/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A client (roomd/client.h) of the plain protocol (doc/protocol.md, section 1).
 *
 * The server may be another program than roomd that speaks a dialect of the protocol. Many of these
 * end, and the room with them, where the same request comes twice, or one that they do not expect.
 * So nothing is repeated but an unanswered join, no text is sent that is blank or not UTF-8, and no
 * exit under a name that the server may not know.
 *
 * The protocol repairs nothing: what the network loses is lost in both directions.
 *
 * What the sink is told:
 *
 * event: `seq` is 0, the time is that of the datagram. Name and text are valid UTF-8 (U+FFFD stands
 * for bytes that are not, and for NUL) and may hold whatever a server lets pass, control characters
 * included: they have to be escaped where they are shown. A folded line becomes an event for each
 * name in it. `author` is a number of this client's own for whoever has that name, 0 where it is
 * not on the list. `own`: the line is ours, sent back to us as some servers do: same name, same
 * text, within a few seconds.
 *
 * outcome: CLIENT_SENT when it was sent. CLIENT_REFUSED where it never was, with
 * SEQUENCED_WHY_TOO_LONG where a longer name that was taken meanwhile leaves no place for it. Of a
 * rename, CLIENT_TAKEN, CLIENT_REFUSED, or CLIENT_UNKNOWN where it was left without the answer.
 *
 * missed: as the room says (its line `missed`, and names that a folded line has no place for).
 *
 * state: the reasons of roomd/client.h, read from the dialect's answers. CLIENT_REFUSED_FULL tries
 * again by itself. A dialect that has one answer for all refusals of a join has refused the name: a
 * person can do something about that. CLIENT_REFUSED_NAME comes at once, and nothing is sent, for a
 * name with a space or a control character: it would shift the fields of every request.
 * CLIENT_KICKED: a bye that was not asked for; CLIENT_TIMEOUT where the `idle` line came before it.
 * The close text is the reason in the last `kicked` line.
 *
 * member: a list "since it joined": whoever has joined or said something since, itself included,
 * and has not left. CLIENT_MEMBERS_MAX at most. It begins anew when the server has forgotten this
 * client.
 *
 * line: none of the dialect's lines, or one that is no event: idle, kicked, muted, too_long,
 * not_utf8, limited. While a join is unanswered this is also how another server's own words for a
 * refusal are seen; they do not count as an answer, for what comes may as well have been meant for
 * whoever had this port before.
 *
 * What is asked of it:
 *
 * client_tick: a join that has no answer is repeated after 1 s, then after twice as long each time
 * up to 16 s, each less a random part of up to a fifth; giving up is the program's. Where the
 * server says `refused` to what was said, it has forgotten this client, which joins again by
 * itself: at once, but no sooner than a second after the join before, and twice as long each time
 * up to 16 s where that happens again and again.
 *
 * client_say: control characters in the text, line breaks too, are sent as spaces, as roomd shows
 * them. STATUS_TOO_LONG: more than CLIENT_TEXT_MAX_BYTES, or with verb and name more than
 * PLAIN_CLIENT_REQUEST_MAX_BYTES. STATUS_INVALID where it is blank, too: servers end that split at
 * spaces.
 *
 * client_rename: it leaves under the old name and joins under the new one, in one moment: other
 * servers than roomd take a second join for a second member, and would go on having the first. What
 * is said in between is not heard. Where the new name is refused, it goes back under the old one.
 *
 * client_leave: sends all it was told to say, then the exit, and waits up to 3 s for the bye; where
 * the dialect has none, or `at_once`, it is out as soon as the exit is sent. An exit is repeated
 * only where the room still speaks to this client a second later, or with a keepalive: 18 of 27
 * servers that were tried end at an exit that comes twice, and many never send a bye. A member of
 * roomd whose exit was lost is found gone by its closed port.
 *
 * client_moved: joins again. Where its name is taken then, that is most likely by itself at its old
 * address: once, it leaves and joins, which other servers than roomd allow from anywhere. roomd
 * does not: there it is CLIENT_REFUSED_TAKEN.
 */
#ifndef ROOMD_PLAIN_CLIENT_H
#define ROOMD_PLAIN_CLIENT_H

#include <roomd/client.h>
#include <roomd/dialect.h>

/* Of one event's text, or one line, as it is given on. What is longer, which roomd never sends,
 * goes on as further lines. */
#define PLAIN_CLIENT_LINE_MAX_BYTES 1200

/* A request with verb, name and text: the smallest buffer among the servers that were read. */
#define PLAIN_CLIENT_REQUEST_MAX_BYTES 1024

/*
 * `dialect` is borrowed for its life; the first of each kind of verb is used. `keepalive_ns`: the
 * join is repeated so often while it is in, 0 = never; less than a second counts as a second. Only
 * for servers that take it: others announce it again, or end. It vouches that the server stands
 * repeated requests, so an exit that has no answer is repeated, too. STATUS_NO_MEMORY;
 * STATUS_INVALID (no name), STATUS_TOO_LONG, STATUS_NOT_UTF8 (the name).
 */
int plain_client_new(const struct client_setup *setup, const struct dialect *dialect,
                     int64_t keepalive_ns, struct client **ret_client);

#endif
