/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Loads a file, and translates its lines into lines for inih. */
#include "conf/reader.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <roomd/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum section_state {
    SECTION_NONE,    /* before the first one */
    SECTION_KNOWN,   /* passed to inih */
    SECTION_SKIPPED, /* unknown, or a malformed section line */
};

struct reader {
    const struct reader_sink *sink;
    struct diagnostics *diagnostics;
    const char *bytes;
    size_t length;
    size_t at;          /* where the next line begins */
    struct place place; /* of the current line */
    enum section_state state;
    char text[READER_LINE_MAX_BYTES + 1]; /* the current line, split in place */
    const char *value;                    /* within `text`, behind the '=' */
};

/* ---- the file ---- */

static const char *kind_of(mode_t mode)
{
    if (S_ISDIR(mode))
        return "a directory";
    if (S_ISFIFO(mode))
        return "a FIFO";
    if (S_ISSOCK(mode))
        return "a socket";
    return "a device";
}

static int read_all(int fd, struct reader_file *file, char ret_why[VALUE_WHY_BYTES])
{
    /* Reading one byte more than allowed detects a file that is too long, whatever fstat said. */
    while (file->length <= READER_FILE_MAX_BYTES) {
        ssize_t got =
            read(fd, file->bytes + file->length, READER_FILE_MAX_BYTES + 1 - file->length);

        if (got == 0)
            return STATUS_OK;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            return value_refuse(STATUS_NOT_FOUND, ret_why, "can't be read: %s", strerror(errno));
        }
        file->length += (size_t)got;
    }
    return value_refuse(STATUS_TOO_LONG, ret_why, "is longer than 1 MiB: that is no configuration");
}

static int load_descriptor(int fd, struct reader_file *file, char ret_why[VALUE_WHY_BYTES])
{
    struct stat status;

    if (fstat(fd, &status) != 0) {
        return value_refuse(STATUS_NOT_FOUND, ret_why, "can't be read: %s", strerror(errno));
    }
    /* /dev/null is a way to say "no configuration"; other devices may never end. */
    if (!S_ISREG(status.st_mode) && !(S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3))) {
        return value_refuse(STATUS_NOT_FOUND, ret_why, "is %s, not a file",
                            kind_of(status.st_mode));
    }
    file->device = status.st_dev;
    file->inode = status.st_ino;
    file->bytes = malloc(READER_FILE_MAX_BYTES + 1);
    if (file->bytes == NULL) {
        return value_refuse(STATUS_NO_MEMORY, ret_why, "can't be read: out of memory");
    }
    return read_all(fd, file, ret_why);
}

int reader_load(const char *path, struct reader_file *ret_file, char ret_why[VALUE_WHY_BYTES])
{
    struct reader_file file = {.bytes = NULL};
    /* O_NONBLOCK: opening a FIFO would wait for a writer. */
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    int status;

    if (fd < 0) {
        return value_refuse(STATUS_NOT_FOUND, ret_why, "can't be opened: %s", strerror(errno));
    }
    status = load_descriptor(fd, &file, ret_why);
    close(fd);
    if (status != 0) {
        reader_done(&file);
        return status;
    }
    *ret_file = file;
    return STATUS_OK;
}

void reader_done(struct reader_file *file)
{
    free(file->bytes);
    file->bytes = NULL;
}

/* ---- its lines ---- */

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t';
}

static char *skip_spaces(char *text)
{
    while (is_space(*text))
        text++;
    return text;
}

static bool report(const struct reader *reader, const char *message)
{
    diagnostics_error(reader->diagnostics, &reader->place, "%s", message);
    return false;
}

/* Copies the next line, without its ending, to reader->text. False at the end of the file. */
static bool next_line(struct reader *reader, bool *ret_good)
{
    const char *start = reader->bytes + reader->at;
    size_t left = reader->length - reader->at, length;
    const char *end;

    *ret_good = false;
    if (left == 0)
        return false;
    end = memchr(start, '\n', left);
    length = end != NULL ? (size_t)(end - start) : left;
    reader->at += length + (end != NULL ? 1 : 0);
    reader->place.line++;
    if (length > 0 && start[length - 1] == '\r')
        length--;
    if (length > READER_LINE_MAX_BYTES) {
        report(reader, "the line is longer than 4096 bytes");
    } else if (memchr(start, '\0', length) != NULL) {
        report(reader, "the line holds a NUL byte: is this a text file in UTF-8?");
    } else if (memchr(start, '\r', length) != NULL) {
        report(reader, "the line holds a carriage return: end lines with a newline");
    } else {
        memcpy(reader->text, start, length);
        reader->text[length] = '\0';
        *ret_good = true;
    }
    return true;
}

/* Handles "[NAME]" at `text`. True if inih is to see it, as `out`. */
static bool translate_section(struct reader *reader, char *text, char *out, size_t size)
{
    char *name = skip_spaces(text + 1);
    char *close = strchr(name, ']');
    char *rest, *end;

    reader->state = SECTION_SKIPPED;
    if (close == NULL)
        return report(reader, "a section is written [NAME]: the ']' is missing");
    rest = skip_spaces(close + 1);
    if (*rest != '\0' && *rest != ';' && *rest != '#')
        return report(reader, "only a comment may follow the section's ']'");
    end = close;
    while (end > name && is_space(end[-1]))
        end--;
    *end = '\0';
    if (*name == '\0')
        return report(reader, "a section is written [NAME]: the name is missing");
    if (!reader->sink->section(reader->sink->ctx, &reader->place, name))
        return false;
    assert(strlen(name) <= READER_SECTION_MAX_BYTES);
    reader->state = SECTION_KNOWN;
    snprintf(out, size, "[%s]\n", name);
    return true;
}

static bool is_key(const char *key)
{
    size_t length = strlen(key);

    for (size_t i = 0; i < length; i++) {
        /* inih would end the key at a ':'. */
        if (key[i] <= ' ' || key[i] > '~' || key[i] == ':')
            return false;
    }
    return length > 0 && length <= READER_KEY_MAX_BYTES;
}

static const char *wrong_key(const char *key)
{
    if (*key == '\0')
        return "expected KEY = VALUE: the key is missing";
    if (strchr(key, ':') != NULL)
        return "expected KEY = VALUE: a key is followed by '=', not by ':'";
    return "expected KEY = VALUE: a key is one word of at most 64 ASCII characters";
}

/* Handles "KEY = VALUE" at `text`. True if inih is to see it, as `out`. */
static bool translate_setting(struct reader *reader, char *text, char *out, size_t size)
{
    char *equals = strchr(text, '=');
    char *end = equals;

    if (equals == NULL)
        return report(reader, strchr(text, ':') != NULL
                                  ? wrong_key(text)
                                  : "expected KEY = VALUE, [SECTION] or a comment (# …)");
    while (end > text && is_space(end[-1]))
        end--;
    *end = '\0';
    if (!is_key(text))
        return report(reader, wrong_key(text));
    if (reader->state == SECTION_NONE)
        return report(reader, "a key before the first section: begin with a line such as [room]");
    if (reader->state == SECTION_SKIPPED)
        return false;
    reader->value = equals + 1;
    snprintf(out, size, "%s = @\n", text);
    return true;
}

/*
 * inih calls this for the next line. It gets sections and settings only, in a form that it can't
 * misread.
 */
static char *on_read(char *out, int size, void *stream)
{
    struct reader *reader = stream;
    bool good;

    assert(size > READER_KEY_MAX_BYTES + (int)sizeof(" = @\n"));
    while (next_line(reader, &good)) {
        char *text = skip_spaces(reader->text);
        bool translated = false;

        if (!good || *text == '\0' || *text == '#' || *text == ';')
            continue;
        if (*text == '[')
            translated = translate_section(reader, text, out, (size_t)size);
        else
            translated = translate_setting(reader, text, out, (size_t)size);
        if (translated)
            return out;
    }
    return NULL;
}

static int on_setting(void *user, const char *section, const char *key, const char *stand_in)
{
    const struct reader *reader = user;

    (void)stand_in;
    reader->sink->setting(reader->sink->ctx, &reader->place, section, key, reader->value);
    return 1;
}

int reader_run(const char *bytes, size_t length, const struct origin *origin,
               const struct reader_sink *sink, struct diagnostics *diagnostics)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";
    struct reader reader = {.sink = sink,
                            .diagnostics = diagnostics,
                            .bytes = bytes,
                            .length = length,
                            .place = {.origin = origin}};

    if (length >= 3 && memcmp(bytes, byte_order_mark, 3) == 0)
        reader.at = 3;
    /*
     * -2 is the only error of inih that can occur: it sees no malformed line, and on_setting
     * refuses none.
     */
    return ini_parse_stream(on_read, &reader, on_setting, &reader) == -2 ? STATUS_NO_MEMORY
                                                                         : STATUS_OK;
}
