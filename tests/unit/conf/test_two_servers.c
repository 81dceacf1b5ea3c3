/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Two rooms, and somebody who forges datagrams: each room takes the other for its client. Whatever
 * the dialects of the two, one forged datagram causes at most five between them, also if two doors
 * of each were made members of the other before.
 */
#include "conf_support.h"
#include "core/plain_wire/plain.h"
#include "core/plain_wire/reply.h"
#include "core/plain_wire/request_form.h"
#include "core/plain_wire/template.h"
#include "support/dice.h"
#include "support/two_rooms.h"

#include <dirent.h>
#include <stdarg.h>

#define CAUSED_MAX 5

#define DIALECTS_MAX 24
#define FORGED_MAX   96
#define FORGED_BYTES 1024

static struct two_rooms rooms;
static char forged[FORGED_MAX][FORGED_BYTES];
static size_t forged_count;

/* ---- the dialects that come with the program ---- */

static struct config *configs[2];
static const struct dialect *dialects[DIALECTS_MAX];
static size_t dialect_count;

/* Both built-in dialects in that language, and the files in Chinese. */
static void load(enum dialect_language language)
{
    static const char *const codes[] = {"zh", "en"};
    char text[4096];
    size_t used = (size_t)snprintf(text, sizeof(text),
                                   "[plain]\nlanguage = %s\n[room]\nlisten = 127.0.0.1:0, "
                                   "127.0.0.1:0=yn",
                                   codes[language]);
    DIR *folder = opendir(ROOMD_SOURCE_DIR "/conf/dialects");

    cr_assert_not_null(folder);
    for (struct dirent *file = readdir(folder); file != NULL; file = readdir(folder)) {
        if (file->d_name[0] != '.' && language == DIALECT_ZH)
            used += (size_t)snprintf(text + used, sizeof(text) - used, ", 127.0.0.1:0=%s/%s",
                                     ROOMD_SOURCE_DIR "/conf/dialects", file->d_name);
    }
    closedir(folder);
    snprintf(text + used, sizeof(text) - used, "\n");
    configs[language] = good(text);
    for (size_t i = 0; i < configs[language]->dialect_count; i++)
        dialects[dialect_count++] = &configs[language]->dialects[i].dialect;
}

static void set_up(void)
{
    load(DIALECT_ZH);
    load(DIALECT_EN);
    cr_assert_geq(dialect_count, 13);
}

static void tear_down(void)
{
    config_free(configs[0]);
    config_free(configs[1]);
}

TestSuite(two_servers, .init = set_up, .fini = tear_down, .timeout = 240);

/* Both doors of each room have one dialect. */
static void open_both(const struct dialect *first, const struct dialect *second)
{
    two_rooms_open(&rooms, (const struct dialect *const[2][2]){{first, first}, {second, second}});
}

/* ---- what is forged ---- */

static void add(const char *format, ...)
{
    va_list arguments;

    cr_assert_lt(forged_count, FORGED_MAX);
    va_start(arguments, format);
    vsnprintf(forged[forged_count++], FORGED_BYTES, format, arguments);
    va_end(arguments);
}

/* Requests of that dialect. */
static void add_requests(const struct dialect *dialect)
{
    const char *join = dialect->verbs[DIALECT_JOIN_VERBS].word[0];
    const char *chat = dialect->verbs[DIALECT_CHAT_VERBS].word[0];
    const char *leave = dialect->verbs[DIALECT_EXIT_VERBS].word[0];
    static const char *const names[] = {"x", "C", "a b", ""};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        add("%s %s", join, names[i]);
        add("%s %s", leave, names[i]);
        add("%s %s hello", chat, names[i]);
        add("%s %s C x C y C x Q x L x", chat, names[i]);
    }
    add("%s %064d", join, 7);
    add("%s %0800d", join, 7);
    add("%s x %0900d", chat, 7);
    add("%s x %01000d", chat, 7);
    add("%s x \xff", chat);
}

/* What a server that speaks this dialect sends. */
static void add_output(const struct dialect *dialect)
{
    const struct template_values values = {.name = "x",
                                           .text = "x y",
                                           .names = "x, y",
                                           .name_len = 1,
                                           .text_len = 3,
                                           .names_len = 4,
                                           .count = 7};
    const struct plain_wording wording = {.dialect = dialect};

    for (int key = DIALECT_ACCEPT; key <= DIALECT_BYE; key++) {
        struct reply filled;
        const struct reply *reply =
            reply_fill(dialect_reply(dialect, (enum dialect_key)key), "x", 1, &filled);

        add("%.*s", (int)reply->length, reply->bytes);
    }
    for (int key = DIALECT_JOIN; key <= DIALECT_LIMITED; key++) {
        char line[PLAIN_LINE_MAX_BYTES];
        size_t length = plain_render_line(&wording, (enum dialect_key)key, &values, line);

        add("%.*s", (int)length, line);
    }
}

/* ---- the promise ---- */

/*
 * Who is a member where, before: at the first server the second one's doors are known under the
 * first two names, at the second server the first one's doors under the others.
 */
static const char *const before[][4] = {
    {NULL, NULL, NULL, NULL}, {"x", "z", "z", "x"}, {"L", "退出了聊天室", "进入了聊天室", "x"}};

static void make_members(const char *const names[4], size_t most)
{
    for (size_t i = 0; i < 4 && names[i] != NULL; i++) {
        size_t victim = i / 2;
        uint16_t door = (uint16_t)(i % 2);
        char request[64];

        snprintf(request, sizeof(request), "%s %s",
                 two_rooms_dialect(&rooms, victim, door)->verbs[DIALECT_JOIN_VERBS].word[0],
                 names[i]);
        cr_expect_leq(two_rooms_forge(&rooms, victim, door, door, request), most, "'%s'", request);
        two_rooms_wait_ms(&rooms, 60000);
    }
}

/* True if an earlier dialect differs from this one in replies and numbers only. */
static bool is_variant(size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (memcmp(dialects[i]->verbs, dialects[index]->verbs, sizeof(dialects[i]->verbs)) == 0 &&
            memcmp(&dialects[i]->prefix, &dialects[index]->prefix, sizeof(dialects[i]->prefix)) ==
                0 &&
            memcmp(dialects[i]->templates, dialects[index]->templates,
                   sizeof(dialects[i]->templates)) == 0)
            return true;
    }
    return false;
}

static size_t check_pair(const struct dialect *first, const struct dialect *second, size_t states)
{
    size_t worst = 0;

    forged_count = 0;
    add_requests(first);
    add_output(second);
    for (size_t b = 0; b < states; b++) {
        size_t caused = 0;

        for (size_t i = 0; i < forged_count; i++) {
            /* A room in which nothing has changed can serve again. */
            if (i == 0 || caused > 0) {
                if (i > 0)
                    two_rooms_close(&rooms);
                open_both(first, second);
                make_members(before[b], CAUSED_MAX);
            }
            caused = two_rooms_forge(&rooms, 0, 0, 0, forged[i]);
            worst = caused > worst ? caused : worst;
            cr_expect_leq(caused, (size_t)CAUSED_MAX, "%s <- %s, members %zu: '%.60s' caused %zu",
                          first->name, second->name, b, forged[i], caused);
        }
        two_rooms_close(&rooms);
    }
    return worst;
}

Test(two_servers, one_forged_datagram_causes_at_most_five_whatever_the_shipped_dialects)
{
    size_t worst = 0;

    for (size_t first = 0; first < dialect_count; first++) {
        for (size_t second = 0; second < dialect_count; second++) {
            bool variant = is_variant(first) || is_variant(second);
            size_t caused = check_pair(dialects[first], dialects[second],
                                       variant ? 1 : sizeof(before) / sizeof(before[0]));

            worst = caused > worst ? caused : worst;
        }
    }
    cr_expect_geq(worst, 2, "the two talk at all");
}

/* ---- dialects of administrators ---- */

#define INVENTED_SEEDS 1000

static const char *const verbs[][3] = {
    {"L", "C", "Q"}, {"E", "C", "Q"}, {"J", "SAY", "BYE"}, {"SAY", "J", "L"}};
static const char *const replies[] = {"OK",
                                      "L {name} ok",
                                      "J {name} ok",
                                      "SAY {name}: in",
                                      "{name} x",
                                      "BYE {name}:",
                                      "Q {name}： bye",
                                      "L a b",
                                      "J a b",
                                      "{name}",
                                      "C x： hello",
                                      "SAY {name} hi",
                                      "C {name} hi",
                                      "J x",
                                      "L ",
                                      "Q x",
                                      "BYE x",
                                      "{name} {{x}} y",
                                      "x {name}: is here"};
static const char *const lines[] = {"{name} came",   "L {name}",       "J {name} came",
                                    "{name} x",      "C {name}: came", "SAY {name}： came",
                                    "Q {name} went", "BYE {name}",     "x {name}: y"};
static const char *const chats[] = {
    "{name} {text}", "{name}: {text}", "C {name} {text}", "C {name}: {text}",  "SAY {name} {text}",
    "{text}",        "SAY {text}",     "{name} x {text}", "C x {name} {text}", "J： {text}"};

static bool may_start(const struct dialect *dialect, const struct dialect *other)
{
    static const struct room_limits limits = {.max_name_codepoints = 16, .max_text_bytes = 900};
    char why[DIALECT_WHY_BYTES];

    return dialect_check(dialect, &limits, why) == 0 &&
           dialect_check_pair(dialect, other, why) == 0;
}

/* Sets a key to one of these texts that passes the checks of a start. */
static void invent_text(struct dice *dice, struct dialect *dialect, const struct dialect *other,
                        enum dialect_key key, const char *const *texts, uint32_t count)
{
    struct dialect before_it = *dialect;
    char why[DIALECT_WHY_BYTES];

    for (unsigned tries = 0; tries < 8; tries++) {
        cr_assert_eq(dialect_set(dialect, key, texts[dice_below(dice, count)], why), 0, "%s", why);
        if (may_start(dialect, other))
            return;
        *dialect = before_it;
    }
}

#define INVENT(key, texts)                                                                         \
    invent_text(dice, dialect, other, (enum dialect_key)(key), texts,                              \
                (uint32_t)(sizeof(texts) / sizeof((texts)[0])))

static void invent_verbs(struct dice *dice, struct dialect *dialect)
{
    const char *const *set = verbs[dice_below(dice, sizeof(verbs) / sizeof(verbs[0]))];
    char why[DIALECT_WHY_BYTES];

    dialect_init(dialect, "course", DIALECT_ZH);
    for (int key = DIALECT_JOIN_VERBS; key <= DIALECT_EXIT_VERBS; key++)
        cr_assert_eq(dialect_set(dialect, (enum dialect_key)key, set[key], why), 0, "%s", why);
    snprintf(dialect->name, sizeof(dialect->name), "invented");
}

/*
 * Replies may be requests that a server carries out, as nothing but the administrator's taste
 * decides about them. Where members were made before, a few more datagrams may follow then.
 */
#define CAUSED_BY_ACTING_MAX 10

static size_t most_caused(const struct dialect pair[2], size_t b)
{
    for (size_t i = 0; i < 2; i++) {
        for (int key = DIALECT_ACCEPT; key <= DIALECT_BYE; key++) {
            struct reply filled;
            const struct reply *reply =
                reply_fill(dialect_reply(&pair[i], (enum dialect_key)key), "x", 1, &filled);

            if (b > 0 &&
                request_form_of(&pair[1 - i], reply->bytes, reply->length) == REQUEST_FORM_ACTS)
                return CAUSED_BY_ACTING_MAX;
        }
    }
    return CAUSED_MAX;
}

/* Words that are as much like requests as the checks allow beside the other dialect. */
static void invent_words(struct dice *dice, struct dialect *dialect, const struct dialect *other)
{
    for (int key = DIALECT_ACCEPT; key <= DIALECT_BYE; key++)
        INVENT(key, replies);
    INVENT(DIALECT_JOIN, lines);
    INVENT(DIALECT_EXIT, lines);
    INVENT(DIALECT_CHAT, chats);
    cr_assert(may_start(dialect, other));
}

Test(two_servers, one_forged_datagram_causes_at_most_five_whatever_dialects_pass_the_check)
{
    for (uint64_t seed = 1; seed <= INVENTED_SEEDS; seed++) {
        struct dice dice = {.state = seed};
        struct dialect pair[2];
        size_t caused, most, b;

        invent_verbs(&dice, &pair[0]);
        invent_verbs(&dice, &pair[1]);
        invent_words(&dice, &pair[0], &pair[1]);
        invent_words(&dice, &pair[1], &pair[0]);
        forged_count = 0;
        add_requests(&pair[0]);
        add_output(&pair[1]);
        open_both(&pair[0], &pair[1]);
        b = dice_below(&dice, sizeof(before) / sizeof(before[0]));
        most = most_caused(pair, b);
        make_members(before[b], most);
        for (unsigned i = 0; i < 4; i++) {
            const char *datagram = forged[dice_below(&dice, (uint32_t)forged_count)];

            two_rooms_wait_ms(&rooms, 60000);
            caused = two_rooms_forge(&rooms, 0, 0, 0, datagram);
            cr_expect_leq(caused, most, "seed %u: '%.60s' caused %zu", (unsigned)seed, datagram,
                          caused);
        }
        two_rooms_close(&rooms);
    }
}

/* ---- what members say, and how they are called ---- */

struct text {
    enum dialect_key key;
    const char *text;
};

/* A dialect that passes the checks of a start. */
static void make(struct dialect *dialect, const struct text *texts, size_t count)
{
    static const struct room_limits limits = {.max_name_codepoints = 16, .max_text_bytes = 900};
    char why[DIALECT_WHY_BYTES];

    cr_assert_eq(dialect_init(dialect, "course", DIALECT_ZH), 0);
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(dialect_set(dialect, texts[i].key, texts[i].text, why), 0, "%s", why);
    cr_assert_eq(dialect_check(dialect, &limits, why), 0, "%s", why);
}

/* A member's text, or its name, makes a line that is a request at another door. */
Test(two_servers, a_text_is_no_request_for_a_dialect_of_another_door)
{
    static struct dialect pair[2];
    static const struct text plain[] = {{DIALECT_CHAT, "{text}"}};
    static const struct text foreign[] = {{DIALECT_JOIN_VERBS, "J"},
                                          {DIALECT_CHAT_VERBS, "SAY"},
                                          {DIALECT_EXIT_VERBS, "BYE"},
                                          {DIALECT_CHAT, "{name} {text}"}};

    make(&pair[0], plain, sizeof(plain) / sizeof(plain[0]));
    make(&pair[1], foreign, sizeof(foreign) / sizeof(foreign[0]));
    two_rooms_open(&rooms,
                   (const struct dialect *const[2][2]){{&pair[0], &pair[1]}, {&pair[0], &pair[1]}});
    for (size_t room = 0; room < 2; room++) {
        cr_expect_leq(two_rooms_forge(&rooms, room, 0, 1, "L z"), CAUSED_MAX);
        cr_expect_leq(two_rooms_forge(&rooms, room, 1, 0, "J SAY"), CAUSED_MAX);
        two_rooms_wait_ms(&rooms, 60000);
    }
    cr_expect_leq(two_rooms_forge(&rooms, 0, 1, 0,
                                  "SAY SAY SAY SAY SAY SAY SAY SAY SAY SAY SAY SAY SAY SAY hello"),
                  CAUSED_MAX);
    cr_expect_leq(two_rooms_forge(&rooms, 0, 0, 1, "C z SAY SAY SAY SAY SAY SAY SAY hello"),
                  CAUSED_MAX);
    two_rooms_close(&rooms);
}

Test(two_servers, a_name_that_is_a_verb_makes_no_endless_requests_of_replies)
{
    static struct dialect pair[2];
    static const struct text first[] = {{DIALECT_ACCEPT, "{name} LOGIN"}};
    static const struct text second[] = {{DIALECT_ACCEPT, "{name} L"}};

    make(&pair[0], first, 1);
    make(&pair[1], second, 1);
    open_both(&pair[0], &pair[1]);
    cr_expect_leq(two_rooms_forge(&rooms, 0, 0, 0, "L L"), CAUSED_MAX);
    two_rooms_wait_ms(&rooms, 60000);
    cr_expect_leq(two_rooms_forge(&rooms, 0, 0, 0, "L login"), CAUSED_MAX);
    two_rooms_close(&rooms);
}

/* Neither knows what the other speaks, so they can't be kept from talking; but it ends. */
Test(two_servers, no_exchange_is_endless_between_strangers_either)
{
    static struct dialect pair[2];
    static const struct text first[] = {{DIALECT_JOIN_VERBS, "J"}, {DIALECT_ACCEPT, "K {name}"}};
    static const struct text second[] = {{DIALECT_JOIN_VERBS, "K"}, {DIALECT_ACCEPT, "J {name}"}};

    make(&pair[0], first, 2);
    make(&pair[1], second, 2);
    open_both(&pair[0], &pair[1]);
    cr_expect_leq(two_rooms_forge(&rooms, 0, 0, 0, "J x"), 12);
    two_rooms_close(&rooms);
}

Test(two_servers, the_verbs_of_all_dialects_are_known)
{
    struct dialect stranger;
    char why[DIALECT_WHY_BYTES];

    dialect_init(&stranger, "course", DIALECT_ZH);
    for (int key = DIALECT_JOIN_VERBS; key <= DIALECT_EXIT_VERBS; key++)
        cr_assert_eq(dialect_set(&stranger, (enum dialect_key)key,
                                 key == 0   ? "a"
                                 : key == 1 ? "b"
                                            : "c",
                                 why),
                     0);
    for (size_t i = 0; i < dialect_count; i++) {
        for (int key = DIALECT_JOIN_VERBS; key <= DIALECT_EXIT_VERBS; key++) {
            for (uint8_t v = 0; v < dialects[i]->verbs[key].count; v++) {
                char request[64];
                int length =
                    snprintf(request, sizeof(request), "%s x%s", dialects[i]->verbs[key].word[v],
                             key == DIALECT_CHAT_VERBS ? " hello" : "");

                cr_expect_eq(request_form_of(&stranger, request, (size_t)length), REQUEST_FORM_ACTS,
                             "%s", request);
            }
        }
    }
}
