/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The addresses of this machine. */
#ifndef ROOMD_IO_INTERFACES_H
#define ROOMD_IO_INTERFACES_H

#include <roomd/endpoint.h>
#include <stddef.h>

/*
 * Writes the IPv4 and IPv6 addresses of the interfaces that are up, loopback included, with port 0;
 * a link-local address has its scope. Returns how many were written, at most `max`; 0 if they can't
 * be read.
 */
size_t interfaces_addresses(struct endpoint *ret_addresses, size_t max);

#endif
