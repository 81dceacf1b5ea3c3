/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Bytes of a UNIX socket with a descriptor that was passed along. */
#ifndef ROOMD_IO_CONTROL_CONTROL_RECEIVE_H
#define ROOMD_IO_CONTROL_CONTROL_RECEIVE_H

#include <sys/types.h>

/*
 * As recv(fd, bytes, size, 0). The first descriptor that comes with the bytes goes to `ret_file`,
 * which is -1 before; it is the caller's. All others are closed.
 */
ssize_t control_receive(int fd, char *bytes, size_t size, int *ret_file);

#endif
