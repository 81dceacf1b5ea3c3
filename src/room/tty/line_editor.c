/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * readline in callback mode, without its display: code that prints lines above a prompt must know
 * to the column what the prompt shows. So readline's output goes to /dev/null, its redisplay does
 * nothing, and its keys come from a queue, so that it never waits for one.
 */
#include "room/tty/line_editor.h"

#include "base/safe_line.h"

#include <fcntl.h>
#include <roomd/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#define CONTROL_G 7
#define CONTROL_L 12
#define CONTROL_R 18

/* readline's callbacks have no context. */
static struct {
    struct line_editor_sink sink;
    FILE *dev_null; /* owned */
    const char *queue;
    size_t queued;
    size_t word_at;  /* offset in the line of the word that is completed */
    char *next_line; /* replaces the line when readline is done with the last one; owned */
    bool in_line;
    bool paste;
} editor;

/* ---- what readline calls ---- */

/* readline wants more keys than there are, and must not wait for them: ^G aborts the command. */
static int get_key(FILE *stream)
{
    (void)stream;
    if (editor.queued == 0)
        return CONTROL_G;
    editor.queued--;
    return (unsigned char)*editor.queue++;
}

static int is_key_there(void)
{
    return editor.queued > 0;
}

static void show_nothing(void)
{
}

static void prepare_nothing(int meta)
{
    (void)meta;
}

static void on_line(char *line)
{
    editor.in_line = true;
    if (line != NULL)
        editor.sink.line(editor.sink.ctx, line);
    else
        editor.sink.ended(editor.sink.ctx);
    editor.in_line = false;
    free(line);
}

static int on_clear(int count, int key)
{
    (void)count;
    (void)key;
    editor.sink.clear(editor.sink.ctx);
    return 0;
}

static char *next_candidate(const char *word, int state)
{
    return editor.sink.candidate(editor.sink.ctx, rl_line_buffer, editor.word_at, word, state == 0);
}

static char **complete(const char *word, int start, int end)
{
    (void)end;
    editor.word_at = (size_t)start;
    rl_attempted_completion_over = 1; /* never files */
    rl_completion_append_character = '\0';
    return rl_completion_matches(word, next_candidate);
}

static void on_candidates(char **words, int count, int longest)
{
    (void)longest;
    editor.sink.candidates(editor.sink.ctx, words + 1, (size_t)count);
}

/* ---- the user's inputrc ---- */

/* readline quotes the file's mistakes on stderr, byte for byte. */
struct complaints {
    int stderr_before; /* -1: there is none */
    int file;          /* -1: they are lost */
};

static void catch_complaints(struct complaints *complaints)
{
    complaints->stderr_before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    complaints->file = memfd_create("inputrc", MFD_CLOEXEC);
    dup2(complaints->file >= 0 ? complaints->file : fileno(editor.dev_null), STDERR_FILENO);
}

static void release_stderr(const struct complaints *complaints)
{
    if (complaints->stderr_before >= 0) {
        dup2(complaints->stderr_before, STDERR_FILENO);
        close(complaints->stderr_before);
    }
}

static void show_complaints(const struct complaints *complaints)
{
    FILE *file = complaints->file >= 0 ? fdopen(complaints->file, "r") : NULL;
    size_t size = 0;
    char *line = NULL;
    ssize_t length;

    if (file == NULL)
        return;
    fseek(file, 0, SEEK_SET); /* a memfd can't refuse */
    while ((length = getline(&line, &size, file)) > 0)
        safe_line_write(stderr, "room: ", line, (size_t)length - (line[length - 1] == '\n'));
    free(line);
    fclose(file);
}

/* What the user's inputrc must not change. */
static void bind_ours(void)
{
    rl_variable_bind("enable-bracketed-paste", "off");
    rl_bind_key_in_map(CONTROL_L, on_clear, emacs_standard_keymap);
    rl_bind_key_in_map(CONTROL_L, on_clear, vi_insertion_keymap);
    rl_bind_key_in_map(CONTROL_L, on_clear, vi_movement_keymap);
}

/* Ctrl-X Ctrl-R. In the middle of a screen there is no place for complaints. */
static int read_again(int count, int key)
{
    struct complaints complaints;

    catch_complaints(&complaints);
    rl_re_read_init_file(count, key);
    release_stderr(&complaints);
    if (complaints.file >= 0)
        close(complaints.file);
    bind_ours();
    return 0;
}

/* Replaces readline's own function wherever it is bound or named. */
static void replace_read_again(void)
{
    rl_initialize_funmap();
    for (FUNMAP **row = funmap; *row != NULL; row++) {
        if ((*row)->function == rl_re_read_init_file)
            (*row)->function = read_again;
    }
    rl_bind_key_in_map(CONTROL_R, read_again, emacs_ctlx_keymap);
}

/* ---- opening and closing ---- */

static void initialize(void)
{
    struct complaints complaints;

    replace_read_again();
    catch_complaints(&complaints);
    rl_initialize();
    release_stderr(&complaints);
    show_complaints(&complaints);
}

static void set_up_readline(void)
{
    rl_readline_name = "room";
    rl_instream = stdin;
    rl_outstream = editor.dev_null;
    rl_catch_signals = 0;
    rl_catch_sigwinch = 0;
    rl_persistent_signal_handlers = 0;
    rl_change_environment = 0;
    rl_getc_function = get_key;
    rl_input_available_hook = is_key_there;
    rl_prep_term_function = prepare_nothing;
    rl_deprep_term_function = show_nothing;
    rl_attempted_completion_function = complete;
    rl_completion_display_matches_hook = on_candidates;
    rl_completer_word_break_characters = " ";
    rl_basic_quote_characters = "";
    rl_completer_quote_characters = "";
}

int line_editor_open(const struct line_editor_sink *sink)
{
    const char *paste;

    editor.sink = *sink;
    editor.dev_null = fopen("/dev/null", "we");
    if (editor.dev_null == NULL)
        return STATUS_SYSTEM;
    set_up_readline();
    initialize();
    /*
     * Set after rl_initialize: with a redisplay of ours, it would not read from terminfo what the
     * keys send.
     */
    rl_redisplay_function = show_nothing;
    paste = rl_variable_value("enable-bracketed-paste");
    editor.paste = paste == NULL || strcmp(paste, "off") != 0;
    bind_ours();
    using_history();
    stifle_history(LINE_EDITOR_HISTORY_LINES);
    rl_callback_handler_install("", on_line);
    return STATUS_OK;
}

void line_editor_close(void)
{
    rl_callback_handler_remove();
    clear_history();
    rl_outstream = stdout;
    fclose(editor.dev_null);
    free(editor.next_line);
    memset(&editor, 0, sizeof(editor));
}

bool line_editor_wants_paste(void)
{
    return editor.paste;
}

/* ---- keys and lines ---- */

static void apply_next_line(void)
{
    if (editor.next_line == NULL)
        return;
    rl_replace_line(editor.next_line, 1);
    rl_point = rl_end;
    free(editor.next_line);
    editor.next_line = NULL;
}

void line_editor_feed(const char *bytes, size_t length)
{
    editor.queue = bytes;
    editor.queued = length;
    while (editor.queued > 0) {
        rl_callback_read_char();
        apply_next_line();
    }
}

void line_editor_insert(const char *text, size_t length)
{
    char *copy = strndup(text, length);

    if (copy == NULL)
        return;
    for (char *at = copy; *at != '\0'; at++) {
        if ((unsigned char)*at < ' ' || *at == '\x7f')
            *at = ' ';
    }
    /* In a search or a numeric argument, readline takes text as keys only. */
    if (RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH | RL_STATE_NUMERICARG | RL_STATE_MULTIKEY))
        line_editor_feed(copy, strlen(copy));
    else
        rl_insert_text(copy);
    free(copy);
}

const char *line_editor_line(size_t *ret_length, size_t *ret_cursor)
{
    *ret_length = (size_t)rl_end;
    *ret_cursor = (size_t)rl_point;
    return rl_line_buffer;
}

const char *line_editor_message(void)
{
    return rl_display_prompt != rl_prompt ? rl_display_prompt : NULL;
}

void line_editor_set_line(const char *line)
{
    free(editor.next_line);
    editor.next_line = strdup(line);
    if (!editor.in_line)
        apply_next_line();
}

void line_editor_add_history(const char *line)
{
    HIST_ENTRY *last = history_length > 0 ? history_get(history_base + history_length - 1) : NULL;

    bool at_end = where_history() == history_length;

    if (line[0] == '\0' || (last != NULL && strcmp(last->line, line) == 0))
        return;
    add_history(line);
    /* A user who is looking back stays at that line. */
    if (at_end)
        using_history();
}
