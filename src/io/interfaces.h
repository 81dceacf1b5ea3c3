/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The addresses and interfaces of this machine.
 */
#ifndef ROOMD_IO_INTERFACES_H
#define ROOMD_IO_INTERFACES_H

#include <roomd/endpoint.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The IPv4 and IPv6 addresses of the interfaces that are up, loopback included, with port 0; a link-local one carries its scope. At most `max` are
 * written. STATUS_SYSTEM with errno.
 */
int interfaces_addresses(struct endpoint *ret_addresses, size_t max, size_t *ret_count);

/* The index of the interface called `name`: the scope of a link-local address. 0 and errno where there is none. */
uint32_t interfaces_index(const char *name);

#endif
