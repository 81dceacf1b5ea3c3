/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "conf/reader.h"
#include "conf_support.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

/*
 * Records the reader's calls: "2 [room]", "3 room.name= lobby", "4 ! message". A section that
 * begins with '-' is unknown.
 */
static bool on_section(void *ctx, const struct place *place, const char *name)
{
    fprintf(ctx, "%u [%s]\n", place->line, name);
    return name[0] != '-';
}

static void on_setting(void *ctx, const struct place *place, const char *section, const char *key,
                       const char *value)
{
    fprintf(ctx, "%u %s.%s=%.20s\n", place->line, section, key, value);
}

static void on_error(void *ctx, const char *where, const char *message)
{
    fprintf(ctx, "%s ! %s\n", where + strlen("f:"), message);
}

static void expect_told_bytes(const char *bytes, size_t length, const char *told)
{
    struct reader_sink sink = {.section = on_section, .setting = on_setting};
    struct config_report report = {.error = on_error};
    struct diagnostics diagnostics = {.report = &report};
    struct origin origin = {.name = "f"};
    char *text;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    char *exact = malloc(length > 0 ? length : 1); /* the sanitizer sees a byte too many */

    memcpy(exact, bytes, length);
    sink.ctx = report.ctx = stream;
    cr_expect_eq(reader_run(exact, length, &origin, &sink, &diagnostics), 0);
    fclose(stream);
    cr_expect_str_eq(text, told, "told: %s", text);
    free(text);
    free(exact);
}

static void expect_read(const char *bytes, const char *told)
{
    expect_told_bytes(bytes, strlen(bytes), told);
}

Test(reader, an_empty_file_gives_nothing)
{
    expect_read("", "");
    expect_read("\n\n  \n\t\n", "");
}

Test(reader, sections_keys_and_comments)
{
    expect_read("# c\n; c\n[room] ; c\nname = lobby ; c\n  # c\n[plain] # c\nbye.QUIT=x\n",
                "3 [room]\n4 room.name= lobby ; c\n6 [plain]\n7 plain.bye.QUIT=x\n");
    expect_read("[ room ]\n  name\t=x\n", "1 [room]\n2 room.name=x\n");
}

Test(reader, the_value_is_passed_on_unchanged)
{
    expect_read("[a]\nk =  \"x ; y\"  ; z\n", "1 [a]\n2 a.k=  \"x ; y\"  ; z\n");
    expect_read("[a]\nk =\n", "1 [a]\n2 a.k=\n");
    expect_read("[a]\nk = a = b : c\n", "1 [a]\n2 a.k= a = b : c\n");
}

Test(reader, a_line_beyond_200_bytes_is_one_line)
{
    char text[512], told[64];

    /* The tail would be read as "admin = yes". */
    snprintf(text, sizeof(text), "[a]\nmotd = %0191dadmin = yes\nk = 1\n", 7);
    snprintf(told, sizeof(told), "1 [a]\n2 a.motd= %019d\n3 a.k= 1\n", 0);
    expect_read(text, told);
}

Test(reader, a_line_may_have_4096_bytes_at_most)
{
    char text[5000];
    size_t length;

    length = (size_t)snprintf(text, sizeof(text), "[a]\nk = %04092d\nk = 1\n", 0);
    text[length] = '\0';
    expect_read(text, "1 [a]\n2 a.k= 0000000000000000000\n3 a.k= 1\n");
    snprintf(text, sizeof(text), "[a]\nk = %04093d\nk = 1\n", 0);
    expect_read(text, "1 [a]\n2 ! the line is longer than 4096 bytes\n3 a.k= 1\n");
    snprintf(text, sizeof(text), "[a]\nk = %04092d\r\n", 0);
    expect_read(text, "1 [a]\n2 a.k= 0000000000000000000\n");
}

Test(reader, the_rest_of_a_long_line_is_never_a_line)
{
    static char text[1024 * 1024];

    memset(text, 'x', sizeof(text));
    memcpy(text, "[a]\n", 4);
    for (size_t at = 100; at + 20 < sizeof(text); at += 199)
        memcpy(text + at, " admin = yes ", 13);
    expect_told_bytes(text, sizeof(text), "1 [a]\n2 ! the line is longer than 4096 bytes\n");
}

Test(reader, a_nul_byte_is_refused)
{
    static const char text[] = "[a]\nk = x\0y\nm = 1\n";

    expect_told_bytes(
        text, sizeof(text) - 1,
        "1 [a]\n2 ! the line holds a NUL byte: is this a text file in UTF-8?\n3 a.m= 1\n");
    expect_told_bytes("# \0\n", 4,
                      "1 ! the line holds a NUL byte: is this a text file in UTF-8?\n");
    expect_told_bytes("\0", 1, "1 ! the line holds a NUL byte: is this a text file in UTF-8?\n");
}

Test(reader, a_byte_order_mark_is_dropped_at_the_beginning_only)
{
    expect_read("\xef\xbb\xbf[a]\nk = 1\n", "1 [a]\n2 a.k= 1\n");
    expect_read("\xef\xbb\xbf", "");
    expect_read("\xef\xbb", "1 ! expected KEY = VALUE, [SECTION] or a comment (# …)\n");
    expect_read("\n\xef\xbb\xbf[a]\n", "2 ! expected KEY = VALUE, [SECTION] or a comment (# …)\n");
}

Test(reader, lines_may_end_with_cr_lf)
{
    expect_read("[a]\r\nk = 1\r\n\r\n", "1 [a]\n2 a.k= 1\n");
    expect_read("# all\rk = 1\r",
                "1 ! the line holds a carriage return: end lines with a newline\n");
}

Test(reader, an_indented_line_is_a_line_like_any_other)
{
    expect_read("[a]\nk = 1\n  m = 2\n\tn = 3\n    more\n",
                "1 [a]\n2 a.k= 1\n3 a.m= 2\n4 a.n= 3\n"
                "5 ! expected KEY = VALUE, [SECTION] or a comment (# …)\n");
    expect_read("  [a]\n  k = 1\n", "1 [a]\n2 a.k= 1\n");
}

Test(reader, the_last_line_needs_no_newline)
{
    expect_read("[a]\nk = 1", "1 [a]\n2 a.k= 1\n");
    expect_read("[a]\nk", "1 [a]\n2 ! expected KEY = VALUE, [SECTION] or a comment (# …)\n");
    expect_read("[a", "1 ! a section is written [NAME]: the ']' is missing\n");
}

Test(reader, a_colon_separates_nothing)
{
    expect_read("[a]\nk: 1\n",
                "1 [a]\n2 ! expected KEY = VALUE: a key is followed by '=', not by ':'\n");
    expect_read("[a]\nk : 1 = 2\n",
                "1 [a]\n2 ! expected KEY = VALUE: a key is followed by '=', not by ':'\n");
}

Test(reader, a_key_is_one_ascii_word)
{
    expect_read("[a]\n= 1\n", "1 [a]\n2 ! expected KEY = VALUE: the key is missing\n");
    expect_read(
        "[a]\nk m = 1\n",
        "1 [a]\n2 ! expected KEY = VALUE: a key is one word of at most 64 ASCII characters\n");
    expect_read(
        "[a]\nk ; c = 1\n",
        "1 [a]\n2 ! expected KEY = VALUE: a key is one word of at most 64 ASCII characters\n");
    expect_read(
        "[a]\n名 = 1\n",
        "1 [a]\n2 ! expected KEY = VALUE: a key is one word of at most 64 ASCII characters\n");
    expect_read("[a]\n\"k\" = 1\n", "1 [a]\n2 a.\"k\"= 1\n");
}

Test(reader, a_key_has_at_most_64_bytes)
{
    char text[256], told[256];

    snprintf(text, sizeof(text), "[a]\n%064d = 1\n", 0);
    snprintf(told, sizeof(told), "1 [a]\n2 a.%064d= 1\n", 0);
    expect_read(text, told);
    snprintf(text, sizeof(text), "[a]\n%065d = 1\n", 0);
    expect_read(
        text,
        "1 [a]\n2 ! expected KEY = VALUE: a key is one word of at most 64 ASCII characters\n");
}

Test(reader, a_key_before_the_first_section_is_refused)
{
    expect_read("k = 1\n[a]\nk = 2\n",
                "1 ! a key before the first section: begin with a line such as [room]\n"
                "2 [a]\n3 a.k= 2\n");
}

Test(reader, junk_behind_a_section_is_refused)
{
    expect_read("[a] k = 1\n", "1 ! only a comment may follow the section's ']'\n");
    expect_read("[a]]\n", "1 ! only a comment may follow the section's ']'\n");
    expect_read("[]\n", "1 ! a section is written [NAME]: the name is missing\n");
    expect_read("[  ]\n", "1 ! a section is written [NAME]: the name is missing\n");
}

Test(reader, keys_in_an_unknown_or_broken_section_are_skipped)
{
    expect_read("[-x]\nk = 1\n[a]\nm = 2\n[b\nn = 3\n[c]\no = 4\n",
                "1 [-x]\n3 [a]\n4 a.m= 2\n5 ! a section is written [NAME]: the ']' is missing\n7 "
                "[c]\n8 c.o= 4\n");
}

/* ---- loading ---- */

static void expect_unreadable(const char *path, const char *why_part)
{
    struct reader_file file = {.length = 77};
    char why[VALUE_WHY_BYTES] = "";

    cr_expect_eq(reader_load(path, &file, why), STATUS_NOT_FOUND, "%s", path);
    cr_expect(strstr(why, why_part) != NULL, "%s: %s", path, why);
    cr_expect_eq(file.length, 77);
}

Test(reader, a_file_is_loaded_whole)
{
    struct folder folder = folder_make();
    struct reader_file file;
    char why[VALUE_WHY_BYTES];

    cr_assert_eq(reader_load(folder_write(&folder, "a", "half a line"), &file, why), 0);
    cr_expect_eq(file.length, 11);
    cr_expect_eq(memcmp(file.bytes, "half a line", 11), 0);
    reader_done(&file);
    cr_assert_eq(reader_load(folder_write(&folder, "a", ""), &file, why), 0);
    cr_expect_eq(file.length, 0);
    reader_done(&file);
    folder_remove(&folder);
}

Test(reader, only_a_regular_file_is_read)
{
    struct folder folder = folder_make();
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

    expect_unreadable(folder.path, "is a directory, not a file");
    cr_assert_eq(mkfifo(folder_path(&folder, "fifo"), 0600), 0);
    expect_unreadable(folder.file, "is a FIFO, not a file");
    snprintf(address.sun_path, sizeof(address.sun_path), "%.90s", folder_path(&folder, "socket"));
    cr_assert_eq(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    expect_unreadable(folder.file, "can't be opened");
    expect_unreadable("/dev/zero", "is a device, not a file");
    expect_unreadable(folder_path(&folder, "none"), "No such file");
    expect_unreadable("", "No such file");
    close(fd);
    folder_remove(&folder);
}

Test(reader, the_null_device_is_an_empty_file)
{
    struct reader_file file = {.length = 77};
    char why[VALUE_WHY_BYTES] = "";

    cr_assert_eq(reader_load("/dev/null", &file, why), 0, "%s", why);
    cr_expect_eq(file.length, 0);
    reader_done(&file);
}

Test(reader, a_file_without_read_permission_is_reported)
{
    struct folder folder = folder_make();

    folder_write(&folder, "secret", "[room]\n");
    cr_assert_eq(chmod(folder.file, 0), 0);
    /* Root may read everything, so change the user of this process, which ends with the test. */
    if (geteuid() == 0) {
        cr_assert_eq(chmod(folder.path, 0755), 0);
        cr_assert_eq(seteuid(65534), 0);
    }
    expect_unreadable(folder.file, "Permission denied");
    if (getuid() == 0)
        cr_assert_eq(seteuid(0), 0);
    folder_remove(&folder);
}

Test(reader, a_file_has_at_most_1_mib)
{
    struct folder folder = folder_make();
    struct reader_file file;
    char why[VALUE_WHY_BYTES];

    folder_write(&folder, "large", "");
    cr_assert_eq(truncate(folder.file, READER_FILE_MAX_BYTES), 0);
    cr_assert_eq(reader_load(folder.file, &file, why), 0);
    cr_expect_eq(file.length, READER_FILE_MAX_BYTES);
    reader_done(&file);
    cr_assert_eq(truncate(folder.file, READER_FILE_MAX_BYTES + 1), 0);
    cr_expect_eq(reader_load(folder.file, &file, why), STATUS_TOO_LONG);
    cr_expect_str_eq(why, "is longer than 1 MiB: that is no configuration");
    folder_remove(&folder);
}
