/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The rows at the bottom, and the sequences that draw and erase them. */
#include "room/tty/area.h"

#include "core/model/text.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct area area;
static struct buffer out;

static struct area_content content_of(const char *prompt, const char *line, size_t cursor)
{
    return (struct area_content){.prompt = prompt,
                                 .prompt_length = strlen(prompt),
                                 .style = "",
                                 .prompt_style = "",
                                 .style_end = "",
                                 .line = line,
                                 .line_length = strlen(line),
                                 .cursor = cursor};
}

static void draw(const struct area_content *content, size_t columns, size_t rows)
{
    out.length = 0;
    area_draw(&area, content, columns, rows, &out);
    buffer_add(&out, "", 1);
}

static void erase(size_t columns, bool reflows)
{
    out.length = 0;
    area_erase(&area, columns, reflows, &out);
    buffer_add(&out, "", 1);
}

static void close_area(void)
{
    area_done(&area);
    buffer_done(&out);
}

TestSuite(area, .fini = close_area);

Test(area, a_line_that_fits_is_one_row)
{
    struct area_content content = content_of("> ", "hello", 2);

    draw(&content, 20, 10);
    cr_expect_str_eq(out.at, "> hello\r\x1b[4C");
    erase(20, true);
    cr_expect_str_eq(out.at, "\r\x1b[K");
    erase(20, true);
    cr_expect_str_eq(out.at, "", "it is away already");
}

Test(area, a_long_line_is_broken_by_us_and_not_by_the_terminal)
{
    struct area_content content = content_of("> ", "12345678abc", 11);

    draw(&content, 10, 10);
    cr_expect_str_eq(out.at, "> 12345678\r\nabc\r\x1b[3C");
    content.cursor = 1;
    draw(&content, 10, 10);
    cr_expect_str_eq(out.at, "> 12345678\r\nabc\x1b[1A\r\x1b[3C");
    erase(10, true);
    cr_expect_str_eq(out.at, "\r\x1b[K\x1b[B\x1b[J\x1b[A");
}

Test(area, behind_a_full_row_the_cursor_is_on_the_next_one)
{
    struct area_content content = content_of("> ", "12345678", 8);

    draw(&content, 10, 10);
    cr_expect_str_eq(out.at, "> 12345678\r\n\r");
    content.cursor = 7;
    draw(&content, 10, 10);
    cr_expect_str_eq(out.at, "> 12345678\r\x1b[9C");
}

Test(area, a_wide_character_is_not_broken)
{
    struct area_content content = content_of("> ", "1234567中x", 10);

    draw(&content, 10, 10);
    cr_expect_str_eq(out.at, "> 1234567\r\n中x\r\x1b[2C");
    content.cursor = 7;
    draw(&content, 10, 10);
    cr_expect_str_eq(out.at, "> 1234567\r\n中x\r",
                     "the cursor is on the character, on the next row");
}

Test(area, notes_are_above_the_prompt_and_cut)
{
    struct area_content content = content_of("> ", "x", 1);

    content.notes[0] = "a note that is long";
    content.note_lengths[0] = strlen(content.notes[0]);
    content.note_count = 1;
    content.style = "<";
    content.prompt_style = "{";
    content.style_end = ">";
    draw(&content, 10, 10);
    cr_expect_str_eq(out.at, "<a note tha>\r\n{> >x\r\x1b[3C");
    erase(10, true);
    cr_expect_str_eq(out.at, "\x1b[1A\r\x1b[K\x1b[B\x1b[J\x1b[A");
    draw(&content, 10, 2);
    cr_expect_str_eq(out.at, "{> >x\r\x1b[3C", "there is no row for it");
}

Test(area, on_a_low_screen_the_rows_around_the_cursor_are_shown)
{
    struct area_content content = content_of("> ", "12345678abcdefghij1234567890", 28);

    draw(&content, 10, 3);
    cr_expect_str_eq(out.at, "1234567890\r\n\r");
    content.cursor = 0;
    draw(&content, 10, 3);
    cr_expect_str_eq(out.at, "> 12345678\r\nabcdefghij\x1b[1A\r\x1b[2C");
    draw(&content, 10, 1);
    cr_expect_str_eq(out.at, "> 12345678\r\x1b[2C");
}

Test(area, erasing_counts_the_rows_of_a_narrower_window)
{
    struct area_content content = content_of("lobby, 2 here> ", "0123456789", 10);

    draw(&content, 80, 24);
    erase(10, true);
    cr_expect_str_eq(out.at, "\x1b[2A\r\x1b[K\x1b[B\x1b[J\x1b[A");
    draw(&content, 80, 24);
    erase(10, false);
    cr_expect_str_eq(out.at, "\r\x1b[K", "it has cut them");
    draw(&content, 80, 24);
    erase(25, true);
    cr_expect_str_eq(out.at, "\r\x1b[K", "it still fits");
    draw(&content, 20, 24);
    erase(80, true);
    cr_expect_str_eq(out.at, "\x1b[1A\r\x1b[K\x1b[B\x1b[J\x1b[A",
                     "rows that we have ended are not joined");
    content.cursor = 5;
    draw(&content, 80, 24);
    erase(20, true);
    cr_expect_str_eq(out.at, "\x1b[1A\r\x1b[K\x1b[B\x1b[J\x1b[A",
                     "the cursor is on a character of the second row");
}

Test(area, it_ends_whatever_the_width)
{
    struct area_content content = content_of("中> ", "中文👍e\xcc\x81", 10);
    char line[4097];

    for (size_t columns = 0; columns < 6; columns++) {
        draw(&content, columns, 24);
        erase(1, true);
    }
    memset(line, 'x', sizeof(line) - 1);
    line[sizeof(line) - 1] = '\0';
    content = content_of("> ", line, 4096);
    draw(&content, 1, 1000);
    cr_expect_leq(area.count, AREA_ROWS_MAX);
    erase(1, true);
}

/* Random lines, with wide characters and combining marks. */
Test(area, no_row_is_wider_than_the_screen)
{
    srand(3);
    for (int round = 0; round < 5000; round++) {
        static const char *const pieces[] = {"a", "中", "e\xcc\x81", "👍", " "};
        char line[400] = "";
        size_t cursors[100], count = 0, columns = 2 + (size_t)rand() % 30;
        struct area_content content;

        for (int i = rand() % 60; i > 0; i--) {
            cursors[count++] = strlen(line);
            strcat(line, pieces[rand() % 5]);
        }
        cursors[count++] = strlen(line);
        content = content_of("p> ", line, cursors[(size_t)rand() % count]);
        draw(&content, columns, 2 + (size_t)rand() % 20);
        cr_assert_lt(area.cursor_row, area.count);
        for (size_t row = 0; row < area.count; row++)
            cr_assert_leq(text_width(area.shown.at + area.rows[row].at, area.rows[row].length),
                          columns);
        cr_assert_lt(text_width(area.shown.at + area.rows[area.cursor_row].at, area.cursor_at),
                     columns);
        erase(1 + (size_t)rand() % 40, rand() % 2 == 0);
    }
}
