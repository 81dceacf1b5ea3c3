/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Datagrams: each is a byte that selects sender, door and elapsed time, a byte that is its length,
 * and so many bytes; the last takes the rest.
 */
#include "fuzz/fuzz_support.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_room fuzz;

    fuzz_room_open(&fuzz);
    while (size >= 2) {
        struct path path = fuzz_path(data[0]);
        size_t length = data[1] == 255 || data[1] > size - 2 ? size - 2 : data[1];
        /* Exactly as long as the datagram, so that the sanitizer sees a read beyond its end. */
        uint8_t *datagram = malloc(length > 0 ? length : 1);

        FUZZ_CHECK(datagram != NULL);
        memcpy(datagram, data + 2, length);
        fuzz.now.mono_ns += (data[0] >> 5) * MOMENT_NS_PER_S;
        room_receive(fuzz.room, &fuzz.now, &path, datagram, length);
        if ((data[0] & 0x80) != 0)
            fuzz_sweep(&fuzz);
        room_tick(fuzz.room, &fuzz.now);
        free(datagram);
        data += 2 + length;
        size -= 2 + length;
    }
    fuzz_room_check(&fuzz);
    fuzz_room_close(&fuzz);
    return 0;
}
