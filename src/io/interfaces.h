/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The addresses of this machine.
 */
#ifndef ROOMD_IO_INTERFACES_H
#define ROOMD_IO_INTERFACES_H

#include <roomd/endpoint.h>
#include <stddef.h>

/*
 * The IPv4 and IPv6 addresses of the interfaces that are up, loopback included, with port 0; a
 * link-local one carries its scope. At most `max` are written. Returns how many that are; 0 where
 * they can't be had.
 */
size_t interfaces_addresses(struct endpoint *ret_addresses, size_t max);

#endif
