/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A client (roomd/client.h) of the plain protocol (doc/protocol.md, section 1).
 *
 * The server may be another program than roomd that speaks a dialect of the protocol. Many of these
 * terminate, and their rooms with them, at a repeated request or one that they do not expect. So
 * the client repeats nothing but an unanswered join, sends no text that is blank or not UTF-8, and
 * no exit under a name that the server may not know.
 *
 * The protocol has no retransmission: datagrams that the network loses are lost in both directions.
 *
 * The sink's functions:
 *
 * event: `seq` is 0, the time is that of the datagram. Name and text are valid UTF-8 (U+FFFD
 * replaces invalid bytes and NUL) and may hold anything else that a server lets pass, control
 * characters included: they have to be escaped before they are shown. A folded line becomes one
 * event per name. `author` is this client's own number for a listed name, 0 for any other name.
 * `own`: the line is our message, which some servers send back: same name, same text, within a few
 * seconds.
 *
 * outcome: CLIENT_SENT once it was sent. CLIENT_REFUSED if it never was: with
 * SEQUENCED_WHY_TOO_LONG if a longer name that was taken meanwhile leaves no room for it. A rename
 * gets CLIENT_TAKEN, CLIENT_REFUSED, or CLIENT_UNKNOWN if the client left without the answer.
 *
 * missed: as the room reports it (its line `missed`, and names that a folded line has no room for).
 *
 * state: the reasons of roomd/client.h, read from the dialect's replies. CLIENT_REFUSED_FULL is
 * retried automatically. If a dialect has one reply for all refusals of a join, the name counts as
 * refused: a person can change that. CLIENT_REFUSED_NAME comes at once, and nothing is sent, for a
 * name with a space or a control character, which would shift the fields of every request.
 * CLIENT_KICKED: a bye that was not asked for; CLIENT_TIMEOUT if the `idle` line came before it,
 * CLIENT_DISPLACED if the `displaced` line did.
 * The close text is the reason in the last `kicked` line.
 *
 * member: a list "since it joined": the members, itself included, that have joined or spoken since
 * and have not left, at most CLIENT_MEMBERS_MAX. It starts over when the server has forgotten this
 * client.
 *
 * line: a line that is not in the dialect, or one that is no event: idle, kicked, muted, too_long,
 * not_utf8, crowded, limited. While a join is unanswered, another server's own wording of a refusal
 * is seen here, too; it does not count as an answer, because it may have been meant for the
 * previous owner of this port.
 *
 * The functions of the contract:
 *
 * client_tick: an unanswered join is repeated after 1 s, then with doubled intervals up to 16 s,
 * each reduced by a random part of up to a fifth; the program decides when to give up. If the
 * server answers a message with `refused`, it has forgotten this client, which joins again by
 * itself: at once, but at least one second after the previous join, doubled up to 16 s if that
 * happens repeatedly.
 *
 * client_say: control characters in the text, line breaks too, are sent as spaces, as roomd shows
 * them. STATUS_TOO_LONG: more than CLIENT_TEXT_MAX_BYTES, or with verb and name more than
 * PLAIN_CLIENT_REQUEST_MAX_BYTES. STATUS_INVALID also for a blank text: it terminates servers
 * that split at spaces.
 *
 * client_rename: leaves under the old name and joins under the new one, in one moment: servers
 * other than roomd take a second join for a second member and keep the first. Messages in between
 * are not received. If the new name is refused, the client joins under the old one again.
 *
 * client_leave: sends all queued messages, then the exit, and waits up to 3 s for the bye; if the
 * dialect has none, or with `at_once`, the client is out as soon as the exit is sent. An exit is
 * repeated only if the room still speaks to this client a second later, or with a keepalive: 18 of
 * 27 servers that were tried terminate at a repeated exit, and many never send a bye. A member of
 * roomd whose exit was lost is detected by its closed port.
 *
 * client_moved: joins again. If its name is taken then, the holder is most likely itself at its old
 * address: the client leaves and joins once, which servers other than roomd allow from anywhere. In
 * roomd it is CLIENT_REFUSED_TAKEN.
 */
#ifndef ROOMD_PLAIN_CLIENT_H
#define ROOMD_PLAIN_CLIENT_H

#include <roomd/client.h>
#include <roomd/dialect.h>

/*
 * Of one event's text, or one line, as delivered. A longer text, which roomd never sends, is
 * delivered as further lines.
 */
#define PLAIN_CLIENT_LINE_MAX_BYTES 1200

/* Of a request with verb, name and text: the smallest buffer among the servers that were read. */
#define PLAIN_CLIENT_REQUEST_MAX_BYTES 1024

/*
 * `dialect` is borrowed for the client's life; the first verb of each kind is used. `keepalive_ns`:
 * interval at which the join is repeated while in, 0 = never; less than a second counts as a
 * second. Only for servers that accept repeated joins: others announce them again, or terminate. It
 * also means that the server accepts other repeated requests, so an unanswered exit is repeated.
 * STATUS_NO_MEMORY; STATUS_INVALID (no name), STATUS_TOO_LONG, STATUS_NOT_UTF8 (the name).
 */
int plain_client_new(const struct client_setup *setup, const struct dialect *dialect,
                     int64_t keepalive_ns, struct client **ret_client);

#endif
