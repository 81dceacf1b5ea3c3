/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Replaces libFuzzer where the compiler has none: runs the entry over every file among its
 * arguments, and every file in the folders among them.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = NULL;
    size_t size = 0;
    long end;

    if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (end = ftell(file)) < 0 ||
        fseek(file, 0, SEEK_SET) != 0) {
        perror(path);
        exit(1);
    }
    /* Exactly as long as the input, so that the sanitizer sees a read beyond its end. */
    size = (size_t)end;
    data = malloc(size > 0 ? size : 1);
    if (data == NULL || fread(data, 1, size, file) != size) {
        perror(path);
        exit(1);
    }
    fclose(file);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 1;
}

static size_t replay_folder(const char *path)
{
    struct dirent *entry;
    DIR *folder = opendir(path);
    char name[4096];
    size_t count = 0;

    /* An entry without regressions yet. */
    if (folder == NULL)
        return 0;
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
        count += replay_file(name);
    }
    closedir(folder);
    return count;
}

int main(int argc, char **argv)
{
    size_t count = 0;

    for (int i = 1; i < argc; i++) {
        struct stat status;

        count += stat(argv[i], &status) == 0 && S_ISREG(status.st_mode) ? replay_file(argv[i])
                                                                        : replay_folder(argv[i]);
    }
    printf("%zu inputs replayed\n", count);
    /* An empty corpus tests nothing. */
    return count > 0 ? 0 : 1;
}
