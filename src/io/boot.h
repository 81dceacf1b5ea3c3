/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Which boot of the machine this is. */
#ifndef ROOMD_IO_BOOT_H
#define ROOMD_IO_BOOT_H

#include <stdint.h>

#define BOOT_ID_BYTES 16

/*
 * The service manager says it where /proc/sys is hidden from us (Environment=ROOMD_BOOT_ID=%b).
 */
#define BOOT_ID_VARIABLE "ROOMD_BOOT_ID"

/* The kernel's random id of this boot. Where nobody tells it, a random one: each start is a boot.
 */
void boot_id(uint8_t ret_id[BOOT_ID_BYTES]);

#endif
