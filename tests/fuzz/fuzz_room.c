/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The whole room: datagrams from several endpoints, programs of the sequenced protocol, console
 * lines, reloads, ICMP errors and passing time, with an outbox that is full at times, or fails.
 * Invariants are checked after each step, and every member must be sent each notice once, in order.
 */
#include "fuzz/room_world.h"
#include "support/admin_answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of each door, the two dialects it alternates between. */
static struct dialect dialects[2][2];

/* Parsing takes longer than an input, so it is done once; the dialects are only read. */
static void parse_dialects(void)
{
    static bool parsed;

    if (parsed)
        return;
    FUZZ_CHECK(dialect_init(&dialects[0][0], "course", DIALECT_ZH) == 0);
    FUZZ_CHECK(dialect_init(&dialects[0][1], "course", DIALECT_EN) == 0);
    FUZZ_CHECK(dialect_init(&dialects[1][0], "yn", DIALECT_EN) == 0);
    FUZZ_CHECK(dialect_init(&dialects[1][1], "course", DIALECT_ZH) == 0);
    dialects[0][1].max_lines = 5;
    dialects[0][1].fold_joins = 2;
    parsed = true;
}

/* ---- what members are sent ---- */

static void on_notice(struct world *world, unsigned peer, unsigned number)
{
    struct expectation *expectation = &world->peers[peer];

    FUZZ_CHECK(expectation->in);
    /* A member whose budget did not suffice is told how many events it missed. */
    FUZZ_CHECK(number == expectation->next || (number > expectation->next && world->untrusted));
    expectation->next = number + 1;
}

/* Notices are recognised by the beginning of their line, which no other line can have. */
static void on_lines(struct world *world, const struct outbox_entry *entry)
{
    static const char *const beginnings[] = {"管理员消息: #", "Notice: #"};
    const char *line = entry->bytes, *end = line + entry->length;

    while (line < end) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        const char *line_end = newline != NULL ? newline : end;

        for (int i = 0; i < 2; i++) {
            size_t length = strlen(beginnings[i]);

            if ((size_t)(line_end - line) > length && memcmp(line, beginnings[i], length) == 0)
                on_notice(world, peer_of(entry->path), (unsigned)strtoul(line + length, NULL, 10));
        }
        line = line_end + 1;
    }
}

static void keep_quotable(struct world *world, const struct outbox_entry *entry)
{
    struct quotable *quotable = &world->quotable[peer_of(entry->path)];

    memcpy(quotable->bytes, entry->bytes, entry->length);
    quotable->length = entry->length;
}

static void send_entries(void *ctx, struct outbox_entry *entries, size_t count)
{
    struct world *world = ctx;
    uint32_t full = 0;

    for (size_t i = 0; i < count; i++) {
        struct outbox_entry *entry = &entries[i];
        uint16_t door = entry->path->door;

        if (!sequenced_is(entry->bytes, entry->length))
            fuzz_check_datagram(entry);
        if ((full >> door & 1U) != 0 || world->take == 0) {
            full |= 1U << door;
            entry->result = OUTBOX_LATER;
            continue;
        }
        if (peer_of(entry->path) == world->slow) {
            entry->result = OUTBOX_PATH_LATER;
            continue;
        }
        world->take = (uint8_t)(world->take - (world->take == 255 ? 0 : 1));
        entry->result = peer_of(entry->path) == world->failing ? OUTBOX_FAILED : OUTBOX_TAKEN;
        if (sequenced_is(entry->bytes, entry->length)) {
            room_sequenced_sent(world, entry, entry->result == OUTBOX_TAKEN);
        } else {
            keep_quotable(world, entry);
            on_lines(world, entry);
        }
    }
}

static void on_happened(void *ctx, const struct moment *now, const struct event *event,
                        const struct path *path)
{
    struct world *world = ctx;

    FUZZ_CHECK(now == &world->fuzz.now);
    FUZZ_CHECK((event->author == EVENT_AUTHOR_NOBODY) == (path == NULL));
    if (room_sequenced_happened(world, event))
        return;
    if (event->kind == EVENT_JOIN && !world->peers[peer_of(path)].in)
        world->peers[peer_of(path)] = (struct expectation){.in = true, .next = world->notices + 1};
    else if (event->kind == EVENT_EXIT && event->reason != EXIT_RENAMED)
        world->peers[peer_of(path)].in = false;
}

static void on_keep(void *ctx, uint32_t seat, const struct roster_record *record)
{
    struct world *world = ctx;

    FUZZ_CHECK(seat < MEMBERS_MAX);
    world->kept[seat].record = *record;
    world->kept[seat].taken = true;
}

static void on_forget(void *ctx, uint32_t seat)
{
    struct world *world = ctx;

    FUZZ_CHECK(seat < MEMBERS_MAX && world->kept[seat].taken);
    world->kept[seat].taken = false;
}

static void on_overload(void *ctx, const struct room_overload *overload)
{
    struct world *world = ctx;

    FUZZ_CHECK(overload->active != world->overloaded);
    FUZZ_CHECK(overload->owed <= overload->peak && overload->lasted_ns >= 0);
    world->overloaded = overload->active;
}

/* ---- steps ---- */

void room_world_receive(struct world *world, const struct path *path, const void *bytes,
                        size_t length)
{
    char *copy = malloc(length > 0 ? length : 1);

    FUZZ_CHECK(copy != NULL);
    memcpy(copy, bytes, length);
    room_receive(world->fuzz.room, &world->fuzz.now, path, copy, length);
    free(copy);
}

static void receive(struct world *world, uint8_t selector, const char *bytes, size_t length)
{
    struct path path = peer_path(selector);

    room_world_receive(world, &path, bytes, length);
}

/* A request that is valid more often than random bytes. */
static void step_request(struct world *world, struct input *input)
{
    static const char *const verbs[] = {"L n",     "C n",    "E n",    "Q N",
                                        "LOGIN n", "CHAT n", "QUIT n", "L ｎ"};
    static const char *const tails[] = {"", " hello", "", "\n", "\r\n", " #1", "", ""};
    uint8_t selector = take_byte(input), what = take_byte(input);
    char request[64];

    snprintf(request, sizeof(request), "%s%u%s", verbs[what & 7], (unsigned)(what >> 3 & 7),
             tails[what & 7]);
    receive(world, selector, request, strlen(request));
}

static void step_bytes(struct world *world, struct input *input)
{
    uint8_t selector = take_byte(input);
    size_t length = take_byte(input);

    length = length < input->size ? length : input->size;
    receive(world, selector, (const char *)input->data, length);
    input->data += length;
    input->size -= length;
}

static void step_notice(struct world *world)
{
    char text[16];
    uint32_t members;

    snprintf(text, sizeof(text), "#%u", ++world->notices);
    FUZZ_CHECK(room_notice(world->fuzz.room, &world->fuzz.now, text, strlen(text), &members) == 0);
    FUZZ_CHECK(members == room_members(world->fuzz.room));
}

static void on_answer(void *ctx, bool is_error, const char *text)
{
    (void)ctx;
    (void)is_error;
    FUZZ_CHECK(text[0] != '\0');
}

static void on_stop(void *ctx)
{
    (void)ctx;
}

static void on_counts(void *ctx, struct admin_counts *ret_counts)
{
    (void)ctx;
    *ret_counts = (struct admin_counts){.kernel_drops = 1};
}

static enum admin_result on_reload(void *ctx, const struct admin_reply *reply)
{
    (void)ctx;
    (void)reply;
    return ADMIN_DONE;
}

/* Commands only: notices are numbered here, so step_notice makes them. */
static void step_command(struct world *world, struct input *input)
{
    static const char *const commands[] = {
        "/kick n",         "/kick N",   "/ban n",        "/unban n",
        "/mute n",         "/unmute n", "/ban 192.0.2.", "/ban 192.0.2.0/2",
        "/unban 192.0.2.", "/bans",     "/members ",     "/stats",
        "/help",           "/halp ",    "/kick",         "/",
    };
    const struct admin_reply reply = {.line = on_answer};
    uint8_t which = take_byte(input), what = take_byte(input);
    char line[64];

    if (which % 16 == 9 || which % 16 > 10)
        snprintf(line, sizeof(line), "%s", commands[which % 16]);
    else
        snprintf(line, sizeof(line), "%s%u%s", commands[which % 16], (unsigned)(what & 7),
                 (what & 64) != 0 ? " 1m" : "");
    admin_answer_line(&world->admin, &world->fuzz.now, ADMIN_COMMANDS, line, strlen(line), &reply);
}

/* Sets the doors with their dialects. */
static void reconfigure(struct world *world)
{
    for (int door = 0; door < 2; door++) {
        world->doors[door].dialect = &dialects[door][world->wording[door] ? 1 : 0];
        FUZZ_CHECK(endpoint_parse("0.0.0.0:8888", &world->doors[door].listen) == 0);
    }
    world->config.doors = world->doors;
    world->config.door_count = 2;
    if (world->fuzz.room != NULL)
        room_reconfigure(world->fuzz.room, &world->fuzz.now, &world->config);
}

/* `what`: bit 0: everybody is trusted; bit 1: one address is denied. */
static void set_access(struct world *world, uint8_t what)
{
    struct room_access *access = &world->config.access;
    char why[NETWORK_WHY_BYTES];

    *access = (struct room_access){.plain_from = {.sets = NETWORK_SET_BIT(NETWORK_ALL)}};
    if ((what & 1) != 0)
        access->trusted.sets = NETWORK_SET_BIT(NETWORK_ALL);
    else
        world->untrusted = true;
    if ((what & 2) != 0) {
        FUZZ_CHECK(network_parse("192.0.2.3", &access->deny.networks[0], why) == 0);
        access->deny.count = 1;
    }
}

static void open_room(struct world *world)
{
    struct room_setup setup = {
        .ring_bytes = ROOM_RING_MIN_BYTES,
        .outbox = {.send = send_entries, .ctx = world},
        .roster = {.keep = on_keep, .forget = on_forget, .ctx = world},
    };
    const struct observer observer = {
        .happened = on_happened, .overload = on_overload, .ctx = world};

    world->fuzz.room = NULL;
    world->config.title = "room";
    world->config.limits = (struct room_limits){.max_members = MEMBERS_MAX,
                                                .history = 50,
                                                .plain_history = 2,
                                                .max_name_codepoints = 32,
                                                .max_text_bytes = 900,
                                                .idle_timeout_s = 600,
                                                .session_timeout_s = 600,
                                                .plain_enabled = true,
                                                .sequenced_enabled = true};
    reconfigure(world);
    setup.config = world->config;
    setup.secret[0] = ++world->starts;
    FUZZ_CHECK(room_new(&setup, &world->fuzz.room) == 0);
    FUZZ_CHECK(room_observe(world->fuzz.room, &observer) == 0);
    /* Folding begins in small rooms, too. */
    world->fuzz.room->fold.min_members = 4;
    /* All but the first two are newcomers, until time passes. */
    world->fuzz.room->crowd.ordinary_full_ns =
        world->fuzz.now.mono_ns + (CROWD_BURST - 2) * MOMENT_NS_PER_S / CROWD_PER_S;
    world->admin =
        (struct admin){.room = world->fuzz.room,
                       .host = {.stop = on_stop, .reload = on_reload, .counts = on_counts}};
}

/* The process was killed; the next one restores the roster, and its members continue. */
static void restart(struct world *world)
{
    struct roster_record records[MEMBERS_MAX];
    size_t count = 0;

    for (uint32_t seat = 0; seat < MEMBERS_MAX; seat++) {
        if (world->kept[seat].taken)
            records[count++] = world->kept[seat].record;
        world->kept[seat].taken = false;
    }
    room_free(world->fuzz.room);
    room_sequenced_forget(world);
    world->overloaded = false;
    open_room(world);
    for (size_t i = 0; i < count; i++)
        FUZZ_CHECK(room_restore(world->fuzz.room, &world->fuzz.now, &records[i]) == 0);
    for (unsigned peer = 0; peer < PEERS; peer++)
        world->peers[peer].next = world->notices + 1;
}

static void step_reload(struct world *world, struct input *input)
{
    uint8_t what = take_byte(input);
    const struct room_limits limits = {.max_members = 1 + (what & 7) % MEMBERS_MAX,
                                       .history = 50,
                                       .plain_history = 2,
                                       .max_name_codepoints = (what & 8) != 0 ? 32 : 2,
                                       .max_text_bytes = (what & 16) != 0 ? 900 : 100,
                                       .idle_timeout_s = (what & 32) != 0 ? 600 : 0,
                                       .messages = {.per_second = what >> 7, .burst = 3},
                                       .session_timeout_s = 600,
                                       .plain_enabled = what != 255,
                                       .sequenced_enabled = what != 254};

    if (what == 254)
        restart(world);
    world->config.limits = limits;
    world->wording[0] = (what & 1) != 0;
    world->wording[1] = (what & 2) != 0;
    set_access(world, take_byte(input));
    reconfigure(world);
}

static void step_unreachable(struct world *world, struct input *input)
{
    uint8_t selector = take_byte(input);
    struct path path = peer_path(selector);
    const struct quotable *quotable = &world->quotable[peer_of(&path)];
    struct unreachable error = {.peer = &path.peer,
                                .door = path.door,
                                .quoted = quotable->bytes,
                                .length = quotable->length >> (selector >> 6)};

    memcpy(error.offender, path.peer.address, ENDPOINT_ADDRESS_BYTES);
    room_unreachable(world->fuzz.room, &world->fuzz.now, &error);
}

static void step_sweep(struct world *world, struct input *input)
{
    uint8_t what = take_byte(input);

    if (what >= 128) {
        room_door_writable(world->fuzz.room, 0);
        room_door_writable(world->fuzz.room, 1);
    }
    room_sweep(world->fuzz.room, &world->fuzz.now, what & 127);
}

static void step_time(struct world *world, struct input *input)
{
    uint8_t what = take_byte(input);
    static const int64_t steps_ns[] = {MOMENT_NS_PER_MS, 200 * MOMENT_NS_PER_MS,
                                       2050 * MOMENT_NS_PER_MS, 61 * MOMENT_NS_PER_S};

    world->fuzz.now.mono_ns += steps_ns[what & 3] * (1 + (what >> 2 & 15));
    FUZZ_CHECK(room_tick(world->fuzz.room, &world->fuzz.now) == room_next_tick(world->fuzz.room));
}

static void step(struct world *world, struct input *input)
{
    uint8_t what = take_byte(input);

    if (what >= 192) {
        room_sequenced_step(world, what, input);
        return;
    }
    switch (what % 12) {
    case 0:
    case 1:
    case 2:
        step_request(world, input);
        break;
    case 3:
        step_bytes(world, input);
        break;
    case 4:
        step_notice(world);
        break;
    case 5:
        step_command(world, input);
        break;
    case 6:
        step_reload(world, input);
        break;
    case 7:
        step_unreachable(world, input);
        break;
    case 8:
        step_time(world, input);
        break;
    case 9:
        world->take = take_byte(input);
        world->failing = take_byte(input);
        world->slow = (uint8_t)(world->failing ^ 0x80U); /* never both */
        break;
    default:
        step_sweep(world, input);
    }
}

static void open_world(struct world *world)
{
    static struct history history;

    parse_dialects();
    memset(world, 0, sizeof(*world));
    world->history = &history;
    world->take = 255;
    world->failing = world->slow = 255;
    world->fuzz.now.mono_ns = MOMENT_NS_PER_S;
    set_access(world, 1);
    open_room(world);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world world;
    struct input input = {.data = data, .size = size};

    open_world(&world);
    while (input.size > 0) {
        step(&world, &input);
        room_checks(&world);
    }
    /* At the end, everybody has been sent everything. */
    world.take = world.failing = world.slow = 255;
    room_door_writable(world.fuzz.room, 0);
    room_door_writable(world.fuzz.room, 1);
    step_notice(&world);
    while (room_sweep(world.fuzz.room, &world.fuzz.now, 64) == SWEEP_MORE)
        ;
    room_checks(&world);
    FUZZ_CHECK(registry_behind(world.fuzz.room->registry) == 0);
    for (uint32_t position = 0; position < registry_count(world.fuzz.room->registry); position++) {
        unsigned peer = peer_of(registry_path(world.fuzz.room->registry, position));

        FUZZ_CHECK(world.untrusted ||
                   registry_member(world.fuzz.room->registry, position)->session != NULL ||
                   world.peers[peer].next == world.notices + 1);
    }
    room_sequenced_settle(&world);
    room_checks(&world);
    fuzz_room_close(&world.fuzz);
    return 0;
}
