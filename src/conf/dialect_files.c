/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Finds, reads and builds dialects. */
#include "conf/dialect_files.h"

#include "base/suggest.h"
#include "base/utf8.h"
#include "conf/builtin_dialect.h"
#include "conf/obsolete_option.h"
#include "conf/reader.h"

#include <roomd/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The one of plain.dialect, and one for each door. */
#define DIALECTS_MAX (ROOM_DOORS_MAX + 1)

/* Additional data of a dialect while the configuration is being loaded. */
struct entry {
    bool is_file;
    dev_t device; /* of the file */
    ino_t inode;
    struct origin origin;           /* of the file */
    struct dialect_options options; /* what the file sets */
    const char *base;               /* a built-in dialect's name; borrowed from core */
    struct place base_place;        /* where the file sets it */
};

struct loader {
    struct config_builder *builder;
    struct diagnostics *diagnostics;
    struct config *config;
    struct entry *entries; /* parallel to config->dialects; owned */
    int status;
};

/* ---- files ---- */

/* A relative path starts from the folder of the file that names it. NULL: out of memory. */
static char *resolve(const char *path, const struct origin *origin)
{
    const char *from = origin != NULL ? origin->path : NULL;
    const char *slash = from != NULL ? strrchr(from, '/') : NULL;
    char *result;

    if (path[0] == '/' || slash == NULL)
        return strdup(path);
    if (asprintf(&result, "%.*s/%s", (int)(slash - from), from, path) < 0)
        return NULL;
    return result;
}

/* A bare name is also looked for among the installed files. NULL: out of memory. */
static char *find_file(const char *path, const struct origin *origin)
{
    char *beside = resolve(path, origin), *installed;

    if (beside == NULL || strchr(path, '/') != NULL || access(beside, F_OK) == 0)
        return beside;
    if (asprintf(&installed, "%s/%s", ROOMD_DIALECTS_DIR, path) < 0) {
        free(beside);
        return NULL;
    }
    if (access(installed, F_OK) == 0) {
        free(beside);
        return installed;
    }
    free(installed); /* report the first path as missing */
    return beside;
}

static void take_base(struct loader *loader, struct entry *entry, const char *raw,
                      const struct place *place)
{
    char name[VALUE_MAX_BYTES + 1], why[VALUE_WHY_BYTES];
    const char *builtin;

    if (!diagnostics_take_value(loader->diagnostics, &entry->base_place, place, "plain", "base",
                                raw, name))
        return;
    builtin = builtin_dialect_find(name);
    if (builtin != NULL) {
        entry->base = builtin;
        return;
    }
    builtin_dialect_unknown(name, "is no built-in dialect", why);
    diagnostics_error_value(loader->diagnostics, place, "plain", "base", name, why);
}

static void report_unknown_key(struct loader *loader, const char *key, const struct place *place)
{
    struct suggestion meant = {NULL, 0};

    suggest_consider(&meant, "base", key);
    for (int i = 0; i < DIALECT_KEYS; i++)
        suggest_consider(&meant, dialect_key_info((enum dialect_key)i)->key, key);
    diagnostics_error(loader->diagnostics, place, "unknown key %s in a dialect file%s%s%s",
                      diagnostics_excerpt(key).text, meant.word != NULL ? "; did you mean " : "",
                      meant.word != NULL ? meant.word : "", meant.word != NULL ? "?" : "");
}

/* The last entry is the file that is being read. */
static struct entry *current(struct loader *loader)
{
    return &loader->entries[loader->config->dialect_count - 1];
}

static bool on_section(void *ctx, const struct place *place, const char *name)
{
    struct loader *loader = ctx;

    if (strcmp(name, "plain") == 0)
        return true;
    diagnostics_error(loader->diagnostics, place,
                      "unknown section [%s]: a dialect file has only [plain]",
                      diagnostics_excerpt(name).text);
    return false;
}

static void on_setting(void *ctx, const struct place *place, const char *section, const char *key,
                       const char *value)
{
    struct loader *loader = ctx;
    struct entry *entry = current(loader);

    if (strcmp(key, "base") == 0) {
        take_base(loader, entry, value, place);
    } else if (!dialect_option_is_key(key)) {
        if (!obsolete_option_take(section, key, place, loader->diagnostics))
            report_unknown_key(loader, key, place);
    } else if (dialect_option_take(&entry->options, key, value, place, loader->diagnostics) != 0) {
        loader->status = STATUS_NO_MEMORY;
    }
}

/* ---- one dialect for each name ---- */

static struct entry *add_entry(struct loader *loader, char *source)
{
    struct config_dialect *dialect = &loader->config->dialects[loader->config->dialect_count++];
    struct entry *entry = current(loader);

    dialect->source = source;
    entry->base = dialect_builtin_names()[0];
    return entry;
}

static size_t find_source(const struct loader *loader, const char *source, bool is_file)
{
    size_t i = 0;

    while (i < loader->config->dialect_count &&
           (loader->entries[i].is_file != is_file ||
            strcmp(loader->config->dialects[i].source, source) != 0))
        i++;
    return i;
}

static size_t find_inode(const struct loader *loader, const struct reader_file *file)
{
    size_t i = 0;

    while (i < loader->config->dialect_count &&
           !(loader->entries[i].is_file && loader->entries[i].device == file->device &&
             loader->entries[i].inode == file->inode))
        i++;
    return i;
}

/* An unreadable file also becomes an entry, an empty one, so that it is reported once. */
static int add_file(struct loader *loader, char *source, const struct place *place)
{
    struct reader_sink sink = {.section = on_section, .setting = on_setting, .ctx = loader};
    struct reader_file file = {.bytes = NULL};
    char why[VALUE_WHY_BYTES];
    int status = reader_load(source, &file, why);
    size_t known = status == 0 ? find_inode(loader, &file) : loader->config->dialect_count;
    struct entry *entry;

    if (status == STATUS_NO_MEMORY || known < loader->config->dialect_count) {
        free(source);
        reader_done(&file);
        return status != 0 ? status : (int)known;
    }
    entry = add_entry(loader, source);
    entry->is_file = true;
    diagnostics_origin_file(&entry->origin, source);
    if (status != 0) {
        diagnostics_error(loader->diagnostics, place, "the dialect file %s %s",
                          diagnostics_excerpt(source).text, why);
        return (int)known;
    }
    entry->device = file.device;
    entry->inode = file.inode;
    if (reader_run(file.bytes, file.length, &entry->origin, &sink, loader->diagnostics) != 0)
        loader->status = STATUS_NO_MEMORY;
    reader_done(&file);
    return loader->status != 0 ? loader->status : (int)known;
}

/*
 * Returns the index of the dialect that `place` calls `name`, after reading it if it is new; or
 * STATUS_NO_MEMORY.
 */
static int find_dialect(struct loader *loader, const char *name, const struct place *place)
{
    const char *builtin = builtin_dialect_find(name);
    char *source = builtin != NULL ? strdup(builtin) : find_file(name, place->origin);
    size_t index;

    if (source == NULL)
        return STATUS_NO_MEMORY;
    index = find_source(loader, source, builtin == NULL);
    if (index < loader->config->dialect_count) {
        free(source);
        return (int)index;
    }
    if (builtin == NULL)
        return add_file(loader, source, place);
    add_entry(loader, source)->base = builtin;
    return (int)index;
}

static int open_doors(struct loader *loader)
{
    const struct config_builder *builder = loader->builder;
    const struct place *listen_place = &builder->places[OPTION_ROOM_LISTEN];
    int index =
        find_dialect(loader, loader->config->plain_dialect, &builder->places[OPTION_PLAIN_DIALECT]);

    for (size_t i = 0; i < builder->listen.count && index >= 0; i++) {
        const struct listen_option_door *from = &builder->listen.doors[i];
        struct config_door *door = &loader->config->doors[i];

        door->listen = from->endpoint;
        memcpy(door->zone, from->zone, sizeof(door->zone));
        loader->config->door_count = i + 1;
        if (from->dialect[0] == '\0')
            continue;
        index = find_dialect(loader, from->dialect, listen_place);
        if (index >= 0)
            door->dialect = (uint16_t)index;
    }
    return index < 0 ? index : STATUS_OK;
}

/* ---- building ---- */

/* The dialect of a file is named after the file. */
static void name_dialect(struct config_dialect *dialect)
{
    const char *slash = strrchr(dialect->source, '/');
    const char *name = slash != NULL ? slash + 1 : dialect->source;
    size_t length = strlen(name);

    if (length > DIALECT_NAME_MAX_BYTES)
        length = utf8_cut(name, DIALECT_NAME_MAX_BYTES);
    memcpy(dialect->dialect.name, name, length);
    dialect->dialect.name[length] = '\0';
}

static int set_base(struct config_dialect *dialect, const char *base,
                    enum dialect_language language)
{
    char why[VALUE_WHY_BYTES];
    int status = dialect_init(&dialect->dialect, base, language);

    /*
     * Setting each key again stores its text. The byes of the built-in dialect stay, because its
     * exit verbs do not change.
     */
    for (int key = 0; key < DIALECT_KEYS && status == 0; key++)
        status =
            dialect_option_set(dialect, (enum dialect_key)key,
                               dialect_builtin_text(base, language, (enum dialect_key)key), why);
    name_dialect(dialect);
    return status;
}

/* Keys of [plain] that concern load apply to every dialect whose file does not set them. */
static int apply_load(const struct dialect_options *plain, const struct dialect_options *own,
                      struct config_dialect *dialect)
{
    static const enum dialect_key keys[] = {DIALECT_FOLD_JOINS, DIALECT_MAX_LINES};
    char why[VALUE_WHY_BYTES];
    int status = STATUS_OK;

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]) && status == 0; i++) {
        if (plain->keys[keys[i]].text != NULL && own->keys[keys[i]].text == NULL)
            status = dialect_option_set(dialect, keys[i], plain->keys[keys[i]].text, why);
    }
    return status;
}

static int make(struct loader *loader, size_t index)
{
    const struct entry *entry = &loader->entries[index];
    const struct dialect_options *plain = &loader->builder->plain;
    struct config_dialect *dialect = &loader->config->dialects[index];
    int status = set_base(dialect, entry->base, loader->config->language);

    if (status == 0)
        status = dialect_option_apply(&entry->options, dialect, loader->diagnostics);
    if (status == 0)
        status = index == 0 ? dialect_option_apply(plain, dialect, loader->diagnostics)
                            : apply_load(plain, &entry->options, dialect);
    return status;
}

static const struct place *first_set(const struct config_builder *builder, enum option_id first,
                                     enum option_id second)
{
    if (builder->places[first].origin != NULL)
        return &builder->places[first];
    return builder->places[second].origin != NULL ? &builder->places[second] : NULL;
}

/* Returns the most likely cause when a dialect as a whole is refused. */
static struct place blame(const struct loader *loader, size_t index, const char *why)
{
    const struct config_builder *builder = loader->builder;
    const struct entry *entry = &loader->entries[index];
    const struct place *place = dialect_option_place(&entry->options, why);

    if (place == NULL && index == 0)
        place = dialect_option_place(&builder->plain, why);
    if (place == NULL && strstr(why, "room.max_text") != NULL)
        place = first_set(builder, OPTION_ROOM_MAX_TEXT, OPTION_ROOM_MAX_NAME);
    if (place == NULL && entry->is_file)
        return (struct place){.origin = &entry->origin};
    if (place == NULL)
        place = first_set(builder, index == 0 ? OPTION_PLAIN_DIALECT : OPTION_ROOM_LISTEN,
                          OPTION_PLAIN_LANGUAGE);
    if (place == NULL)
        return (struct place){.origin = builder->file.path != NULL ? &builder->file : NULL};
    return *place;
}

/* Reports a line that another of the configured dialects takes for a request. */
static void check_pairs(struct loader *loader, size_t speaker)
{
    const struct config *config = loader->config;
    char why[VALUE_WHY_BYTES];

    for (size_t i = 0; i < config->dialect_count; i++) {
        struct place place;

        if (i == speaker || dialect_check_pair(&config->dialects[speaker].dialect,
                                               &config->dialects[i].dialect, why) == 0)
            continue;
        place = blame(loader, speaker, why);
        diagnostics_error(loader->diagnostics, &place, "the dialect %s, beside the dialect %s: %s",
                          config->dialects[speaker].dialect.name, config->dialects[i].dialect.name,
                          why);
    }
}

/*
 * Skipped after other errors: a mistyped room.max_text would be reported as an error of the
 * wording.
 */
static void check(struct loader *loader)
{
    const struct config *config = loader->config;
    char why[VALUE_WHY_BYTES];

    if (loader->diagnostics->count > 0)
        return;
    for (size_t i = 0; i < config->dialect_count; i++) {
        struct place place;

        if (dialect_check(&config->dialects[i].dialect, &config->limits, why) == 0) {
            check_pairs(loader, i);
            continue;
        }
        place = blame(loader, i, why);
        diagnostics_error(loader->diagnostics, &place, "the dialect %s: %s",
                          config->dialects[i].dialect.name, why);
    }
}

int dialect_files_load(struct config_builder *builder)
{
    struct loader loader = {
        .builder = builder, .diagnostics = &builder->diagnostics, .config = builder->config};
    int status = STATUS_NO_MEMORY;

    loader.entries = calloc(DIALECTS_MAX, sizeof(*loader.entries));
    builder->config->dialects = calloc(DIALECTS_MAX, sizeof(*builder->config->dialects));
    if (loader.entries == NULL || builder->config->dialects == NULL)
        goto out;
    status = open_doors(&loader);
    for (size_t i = 0; i < builder->config->dialect_count && status == 0; i++)
        status = make(&loader, i);
    if (status == 0)
        check(&loader);
out:
    for (size_t i = 0; loader.entries != NULL && i < builder->config->dialect_count; i++)
        dialect_option_done(&loader.entries[i].options);
    free(loader.entries);
    return status;
}
