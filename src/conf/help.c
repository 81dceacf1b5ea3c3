/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* --help-config: prints the table of options. */
#include "conf/help.h"

#include "conf/obsolete_option.h"
#include "conf/option.h"

#include <inttypes.h>
#include <string.h>

static void print_events(FILE *out)
{
    for (int event = 0; event < LOG_EVENTS; event++)
        fprintf(out, "%s%s", event == 0 ? "any of " : ", ",
                log_option_event_word((enum log_event)event));
    fputs("; or none", out);
}

static void print_durations(FILE *out, const struct option *option)
{
    char min[VALUE_DURATION_BYTES], max[VALUE_DURATION_BYTES];

    fprintf(out, "%s to %s, or 0", value_write_duration((uint32_t)option->min, min),
            value_write_duration((uint32_t)option->max, max));
}

static void print_range(FILE *out, const struct option *option)
{
    char min[VALUE_SIZE_BYTES], max[VALUE_SIZE_BYTES];

    switch (option->kind) {
    case OPTION_KIND_TEXT:
        fprintf(out, "text of %" PRIu64 " to %" PRIu64 " bytes", option->min, option->max);
        break;
    case OPTION_KIND_SWITCH:
        fputs("yes or no", out);
        break;
    case OPTION_KIND_NUMBER:
        fprintf(out, "%" PRIu64 " to %" PRIu64, option->min, option->max);
        break;
    case OPTION_KIND_SIZE:
        fprintf(out, "%s to %s", value_write_size(option->min, min),
                value_write_size(option->max, max));
        break;
    case OPTION_KIND_DURATION:
        print_durations(out, option);
        break;
    case OPTION_KIND_SYNC:
        fputs("os or disk", out);
        break;
    case OPTION_KIND_DOORS:
        fprintf(
            out,
            "1 to %" PRIu64
            " of A.B.C.D:PORT, [IPv6]:PORT or [fe80::1%%eth0]:PORT, each with =DIALECT if wanted",
            option->max);
        break;
    case OPTION_KIND_DIALECT:
        fputs("a built-in dialect (", out);
        for (const char *const *name = dialect_builtin_names(); *name != NULL; name++)
            fprintf(out, "%s%s", name == dialect_builtin_names() ? "" : ", ", *name);
        fputs("), the path of a file, or the name of one in " ROOMD_DIALECTS_DIR, out);
        break;
    case OPTION_KIND_LANGUAGE:
        fputs("zh or en", out);
        break;
    case OPTION_KIND_PATH:
        fprintf(out, "an absolute path of at most %" PRIu64 " bytes; empty = none", option->max);
        break;
    case OPTION_KIND_NETWORKS:
    case OPTION_KIND_PLAIN_FROM:
        fprintf(out, "up to %" PRIu64 " of A.B.C.D/BITS, IPV6/BITS, single addresses", option->max);
        for (int set = 0; set < NETWORK_SETS; set++)
            fprintf(out, ", %s", network_set_word((enum network_set)set));
        fputs(option->kind == OPTION_KIND_PLAIN_FROM ? ", " OPTION_TRUSTED "; or none"
                                                     : "; or none",
              out);
        break;
    case OPTION_KIND_LEVEL:
        fputs("error, warning, notice, info or debug", out);
        break;
    case OPTION_KIND_EVENTS:
        print_events(out);
        break;
    case OPTION_KIND_DIALECT_KEY:
        break; /* see print_dialect_key_range */
    }
}

static void print_dialect_key_range(FILE *out, enum dialect_key key)
{
    const struct dialect_key_info *info = dialect_key_info(key);

    switch (info->kind) {
    case DIALECT_KIND_VERBS:
        fprintf(out, "1 to %d words between spaces, of at most %d bytes each", DIALECT_VERBS_MAX,
                DIALECT_VERB_MAX_BYTES);
        break;
    case DIALECT_KIND_REPLY:
        fprintf(out, "text of at most %d bytes; %s, once", DIALECT_REPLY_MAX_BYTES,
                info->placeholders);
        break;
    case DIALECT_KIND_PREFIX:
        fprintf(out, "text of at most %d bytes", DIALECT_PREFIX_MAX_BYTES);
        break;
    case DIALECT_KIND_TEMPLATE:
        fprintf(out, "a line of at most %d bytes; %s", DIALECT_TEMPLATE_MAX_BYTES,
                info->placeholders);
        break;
    case DIALECT_KIND_NUMBER:
        fprintf(out, "%u to %u", (unsigned)info->min, (unsigned)info->max);
        break;
    }
}

void help_print_range(FILE *out, size_t id)
{
    struct option option = option_row(id);

    if (option.kind == OPTION_KIND_DIALECT_KEY)
        print_dialect_key_range(out, (enum dialect_key)(id - OPTION_DIALECT_KEY));
    else
        print_range(out, &option);
}

static void print_default(FILE *out, const char *what, const char *text)
{
    char buffer[OPTION_TEXT_BYTES];

    fprintf(out, "%s%s\n", what, value_write(text, buffer));
}

/*
 * Prints the English wording and those of the other built-in dialects, where they differ from
 * `text`.
 */
static void print_variants(FILE *out, enum dialect_key key, const char *text)
{
    const char *const *builtins = dialect_builtin_names();
    const char *english = dialect_builtin_text(builtins[0], DIALECT_EN, key);

    if (strcmp(english, text) != 0)
        print_default(out, "    in English: ", english);
    for (size_t i = 1; builtins[i] != NULL; i++) {
        const char *other = dialect_builtin_text(builtins[i], DIALECT_ZH, key);

        if (strcmp(other, text) == 0)
            continue;
        fprintf(out, "    in the dialect %s: ", builtins[i]);
        print_default(out, "", other[0] != '\0' ? other : "(empty)");
    }
}

/* On the same line for the two common texts. */
static void print_reload(FILE *out, const struct option *option)
{
    if (strcmp(option->reload, OPTION_AT_ONCE) == 0)
        fputs("; taken by a reload\n", out);
    else if (strcmp(option->reload, OPTION_RESTART) == 0)
        fputs("; takes a restart\n", out);
    else
        fprintf(out, "\n    reload: %s\n", option->reload);
}

static void print_option(FILE *out, size_t id)
{
    struct option option = option_row(id);
    bool is_dialect_key = option.kind == OPTION_KIND_DIALECT_KEY;
    enum dialect_key key =
        is_dialect_key ? (enum dialect_key)(id - OPTION_DIALECT_KEY) : DIALECT_KEYS;

    fprintf(out, "\n%s.%s = ", option.section, option.key);
    print_default(out, "", option.default_text);
    if (is_dialect_key)
        print_variants(out, key, option.default_text);
    fprintf(out, "    %s\n    ", option.help);
    help_print_range(out, id);
    print_reload(out, &option);
}

/* The key for every verb; it has no row. */
static void print_byes(FILE *out)
{
    struct dialect dialect;

    fputs("\nplain.bye.VERB =", out);
    if (dialect_init(&dialect, dialect_builtin_names()[0], DIALECT_ZH) == 0) {
        for (uint8_t i = 0; i < dialect.byes_count; i++)
            fprintf(out, " (bye.%s = %.*s)", dialect.byes_verb[i], (int)dialect.byes[i].length,
                    dialect.byes[i].bytes);
    }
    fprintf(out,
            "\n    what one who leaves with VERB is sent instead of plain.bye; VERB stands in "
            "plain.exit_verbs\n"
            "    text of at most %d bytes; {name}, once; empty = nothing\n    reload: %s\n",
            DIALECT_REPLY_MAX_BYTES, option_row(OPTION_DIALECT_KEY + DIALECT_BYE).reload);
}

static void print_obsolete(FILE *out)
{
    if (obsolete_rows[0].section != NULL)
        fputs("\nObsolete options: accepted, with a warning, and ignored.\n", out);
    for (const struct obsolete_option *row = obsolete_rows; row->section != NULL; row++)
        fprintf(out, "\n%s.%s\n    ignored since %s: %s\n", row->section, row->key, row->since,
                row->instead);
}

void help_print(FILE *out)
{
    fputs("The options of roomd, each with its default. In a file they stand in sections:\n"
          "[room] above \"name = lobby\"; on the command line: --set room.name=lobby\n",
          out);
    for (size_t id = 0; id < OPTIONS; id++) {
        print_option(out, id);
        if (id == OPTION_DIALECT_KEY + DIALECT_BYE)
            print_byes(out);
    }
    print_obsolete(out);
}
