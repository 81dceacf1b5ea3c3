/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Endpoints in the kernel's form, and back. Makes no system call. */
#ifndef ROOMD_IO_SOCKADDR_H
#define ROOMD_IO_SOCKADDR_H

#include <netinet/in.h>
#include <roomd/endpoint.h>
#include <sys/socket.h>

/*
 * The families an endpoint can have; about a hundred bytes smaller than sockaddr_storage, for each
 * datagram.
 */
union sockaddr_any {
    struct sockaddr any;
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;
};

/* Returns how many bytes of `ret_address` are used. */
socklen_t sockaddr_from_endpoint(const struct endpoint *endpoint, union sockaddr_any *ret_address);

/*
 * STATUS_INVALID if the family is another one, `length` is too short for it, or an IPv6 address is
 * v4-mapped: Linux delivers packets with such a source, and they must not pass for IPv4.
 */
int sockaddr_to_endpoint(const union sockaddr_any *address, socklen_t length,
                         struct endpoint *ret_endpoint);

#endif
