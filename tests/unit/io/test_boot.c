/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "io/boot.h"

#include <criterion/criterion.h>
#include <string.h>

Test(boot, its_id_stays)
{
    uint8_t first[BOOT_ID_BYTES], second[BOOT_ID_BYTES];

    memset(first, 1, sizeof(first));
    memset(second, 2, sizeof(second));
    boot_id(first);
    boot_id(second);
    cr_expect_arr_eq(first, second, BOOT_ID_BYTES);
}
