/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* random(4): /proc/sys/kernel/random/boot_id. */
#include "io/boot.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#define TEXT_BYTES 64

static int digit(char character)
{
    if (character >= '0' && character <= '9')
        return character - '0';
    if (character >= 'a' && character <= 'f')
        return character - 'a' + 10;
    return -1;
}

/* 32 digits, with or without hyphens. */
static bool parse(const char *text, uint8_t ret_id[BOOT_ID_BYTES])
{
    uint8_t id[BOOT_ID_BYTES] = {0};
    unsigned digits = 0;

    for (; *text != '\0' && *text != '\n'; text++) {
        int value = digit(*text);

        if (*text == '-')
            continue;
        if (value < 0 || digits == 2 * BOOT_ID_BYTES)
            return false;
        id[digits / 2] = (uint8_t)(id[digits / 2] << 4 | value);
        digits++;
    }
    if (digits != 2 * BOOT_ID_BYTES)
        return false;
    for (unsigned i = 0; i < BOOT_ID_BYTES; i++)
        ret_id[i] = id[i];
    return true;
}

void boot_id(uint8_t ret_id[BOOT_ID_BYTES])
{
    const char *told = getenv(BOOT_ID_VARIABLE);
    char text[TEXT_BYTES] = "";
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

    if (fd >= 0) {
        ssize_t got = read(fd, text, sizeof(text) - 1);

        text[got > 0 ? got : 0] = '\0';
        close(fd);
    }
    if (!parse(text, ret_id) && (told == NULL || !parse(told, ret_id)))
        (void)getrandom(ret_id, BOOT_ID_BYTES, 0);
}
