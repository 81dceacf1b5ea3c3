/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Helpers for the tests of conf: load a configuration, check the result, and make files in a
 * temporary folder.
 */
#ifndef TESTS_CONF_SUPPORT_H
#define TESTS_CONF_SUPPORT_H

#include "conf/config.h"

#include <criterion/criterion.h>
#include <ftw.h>
#include <roomd/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * The result of loading: a configuration, or diagnostics, one per line: "WHERE: MESSAGE\n" or
 * "WHERE: warning: MESSAGE\n".
 */
struct outcome {
    int status;
    struct config *config;
    size_t errors;
    char *text;
    size_t size;
    FILE *stream;
};

struct folder {
    char path[64];
    char file[160]; /* the last path that was asked for */
};

static inline void outcome_on_error(void *ctx, const char *where, const char *message)
{
    struct outcome *outcome = ctx;

    outcome->errors++;
    fprintf(outcome->stream, "%s: %s\n", where, message);
}

static inline void outcome_on_warning(void *ctx, const char *where, const char *message)
{
    struct outcome *outcome = ctx;

    fprintf(outcome->stream, "%s: warning: %s\n", where, message);
}

static inline void outcome_open(struct outcome *outcome, struct config_report *report)
{
    memset(outcome, 0, sizeof(*outcome));
    outcome->stream = open_memstream(&outcome->text, &outcome->size);
    report->error = outcome_on_error;
    report->warning = outcome_on_warning;
    report->ctx = outcome;
}

static inline void outcome_done(struct outcome *outcome)
{
    config_free(outcome->config);
    free(outcome->text);
}

/* `path` NULL: no file. `settings` ends with NULL, or is NULL. */
static inline struct outcome load_file(const char *path, const char *const *settings)
{
    struct outcome outcome;
    struct config_report report;
    size_t count = 0;

    while (settings != NULL && settings[count] != NULL)
        count++;
    outcome_open(&outcome, &report);
    outcome.status = config_load(path, settings, count, &report, &outcome.config);
    fclose(outcome.stream);
    outcome.stream = NULL;
    return outcome;
}

static inline struct outcome load_bytes(const char *bytes, size_t length)
{
    struct outcome outcome;
    struct config_report report;

    outcome_open(&outcome, &report);
    outcome.status = config_parse("a.conf", bytes, length, NULL, 0, &report, &outcome.config);
    fclose(outcome.stream);
    outcome.stream = NULL;
    return outcome;
}

static inline struct outcome load_text(const char *text)
{
    return load_bytes(text, strlen(text));
}

static inline struct outcome load_setting(const char *setting)
{
    const char *settings[] = {setting, NULL};

    return load_file(NULL, settings);
}

/* Loads a text that must be free of errors; the caller frees the configuration. */
static inline struct config *good(const char *text)
{
    struct outcome outcome = load_text(text);

    cr_assert_eq(outcome.status, 0, "refused: %s", outcome.text);
    cr_assert_eq(outcome.errors, 0);
    free(outcome.text);
    return outcome.config;
}

/* Expects exactly these diagnostics. */
static inline void expect_errors(struct outcome outcome, const char *lines)
{
    cr_expect_eq(outcome.status, STATUS_INVALID, "status %d", outcome.status);
    cr_expect_null(outcome.config);
    cr_expect_str_eq(outcome.text, lines, "errors: %s", outcome.text);
    outcome_done(&outcome);
}

/* Expects an error that holds these words. */
static inline void expect_error(struct outcome outcome, const char *words)
{
    cr_expect_eq(outcome.status, STATUS_INVALID, "status %d", outcome.status);
    cr_expect(strstr(outcome.text, words) != NULL, "not \"%s\" but: %s", words, outcome.text);
    outcome_done(&outcome);
}

static inline void expect_good(struct outcome outcome)
{
    cr_expect_eq(outcome.status, 0, "refused: %s", outcome.text);
    cr_expect_eq(outcome.errors, 0);
    outcome_done(&outcome);
}

static inline struct folder folder_make(void)
{
    struct folder folder = {.path = "/tmp/roomd-conf-XXXXXX"};

    cr_assert_not_null(mkdtemp(folder.path));
    return folder;
}

static inline int folder_remove_one(const char *path, const struct stat *status, int type,
                                    struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static inline void folder_remove(const struct folder *folder)
{
    cr_assert_eq(nftw(folder->path, folder_remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* The path of a file in the folder; valid until the next call. */
static inline const char *folder_path(struct folder *folder, const char *name)
{
    snprintf(folder->file, sizeof(folder->file), "%s/%s", folder->path, name);
    return folder->file;
}

static inline const char *folder_write(struct folder *folder, const char *name, const char *text)
{
    FILE *file = fopen(folder_path(folder, name), "w");

    cr_assert_not_null(file);
    fputs(text, file);
    cr_assert_eq(fclose(file), 0);
    return folder->file;
}

#endif
