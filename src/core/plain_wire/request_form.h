/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Whether other servers would take our own lines and replies for requests. With a forged source two
 * servers can be made each other's members; what one of them says must not be said again by the
 * other.
 */
#ifndef ROOMD_CORE_PLAIN_WIRE_REQUEST_FORM_H
#define ROOMD_CORE_PLAIN_WIRE_REQUEST_FORM_H

#include <roomd/dialect.h>
#include <stdbool.h>
#include <stddef.h>

/* What a datagram would ask a server for, if anything. */
enum request_form {
    REQUEST_FORM_NONE, /* it does not begin with a verb and a space */
    /* A request that is refused, since no name has a space or a colon; it may be answered. */
    REQUEST_FORM_JOIN, /* only joins have such a verb */
    REQUEST_FORM_CHAT, /* only messages have such a verb */
    REQUEST_FORM_OTHER,
    REQUEST_FORM_ACTS, /* it may join under a name, say something or leave */
};

/*
 * The form of these bytes for servers that speak the dialects that come with the program, and for
 * those that speak `hearer`.
 */
enum request_form request_form_of(const struct dialect *hearer, const char *bytes, size_t length);

/* True unless it has a space or a colon in it, which no name has. */
bool request_form_may_be_name(const char *name, size_t length);

#endif
