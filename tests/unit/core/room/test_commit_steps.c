/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Plain members and an administrator do anything in any order, sockets are full, time passes, and
 * a log commits and ends at any moment. Each datagram must tell what is kept; in the end what is
 * kept is the room. Sessions are in test_simulation.c.
 *
 *     ROOMD_SEEDS=1-6000     other seeds than the usual ones
 */
#include "core/room/room_state.h"
#include "core/room/state_row.h"
#include "support/dice.h"
#include "support/fake_log.h"
#include "support/stage.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PEERS 12U
#define NAMES 10U
#define STEPS 600U
#define PORT  2000U

static struct stage stage;
static struct fake_log logged;
static struct outbox outbox; /* the stage's */
static struct dice dice;
static uint64_t seed;
static unsigned texts; /* numbers of texts given so far */
static unsigned byes[PEERS], strangers[PEERS];

static struct path path_of(unsigned peer)
{
    struct path path = stage_path((uint16_t)(PORT + peer), 0);

    path.peer.address[14] = (uint8_t)(peer / 3); /* three share an address */
    return path;
}

/* ---- what is told ---- */

/* In how many kept records this peer was put among the members, and left. */
static void count_kept(const struct path *path, unsigned *ret_puts, unsigned *ret_exits)
{
    struct state_member seats[PEERS];
    unsigned puts = 0, exits = 0;

    memset(seats, 0, sizeof(seats));
    for (uint64_t record = 0; record < logged.kept; record++) {
        for (size_t i = 0; i < logged.records[record].count; i++) {
            const struct fake_effect *effect = &logged.records[record].effects[i];
            const uint8_t *key = effect->change.key;

            if (effect->is_event || effect->change.space != ROOM_SPACE_MEMBER)
                continue;
            if (effect->change.is_gone) {
                exits += endpoint_equal(&seats[key[3]].path.peer, &path->peer) ? 1U : 0U;
                memset(&seats[key[3]], 0, sizeof(seats[0]));
                continue;
            }
            cr_assert_eq(state_row_read_member(&effect->change, &seats[key[3]]), 0);
            puts += endpoint_equal(&seats[key[3]].path.peer, &path->peer) ? 1U : 0U;
        }
    }
    *ret_puts = puts;
    *ret_exits = exits;
}

/* True if the text in that line, "#number …", is an event that is kept, or if it has none. */
static bool is_text_kept(const char *line, size_t length)
{
    const char *text = memchr(line, '#', length);

    if (text == NULL)
        return true;
    for (uint64_t record = logged.kept; record > 0; record--) {
        for (size_t i = 0; i < logged.records[record - 1].count; i++) {
            const struct fake_effect *effect = &logged.records[record - 1].effects[i];

            if (effect->is_event && effect->event.text_len > 0 &&
                atoi(effect->event.text + 1) == atoi(text + 1))
                return true;
        }
    }
    return false;
}

static void check(const struct outbox_entry *entry)
{
    unsigned peer = entry->path->peer.port - PORT, puts, exits;
    char line[1200 + 1];

    memcpy(line, entry->bytes, entry->length);
    line[entry->length] = '\0';
    count_kept(entry->path, &puts, &exits);
    if (strncmp(line, "OK", 2) == 0)
        cr_assert_gt(puts, 0, "seed %llu: peer %u is accepted", (unsigned long long)seed, peer);
    if (strncmp(line, "EXIT", 4) == 0)
        cr_assert_leq(++byes[peer], exits + strangers[peer], "seed %llu: a bye to peer %u",
                      (unsigned long long)seed, peer);
    cr_assert(is_text_kept(line, entry->length), "seed %llu: %s", (unsigned long long)seed, line);
}

static void send_and_check(void *ctx, struct outbox_entry *entries, size_t count)
{
    (void)ctx;
    outbox.send(outbox.ctx, entries, count);
    for (size_t i = 0; i < count; i++) {
        if (entries[i].result == OUTBOX_TAKEN)
            check(&entries[i]);
    }
}

/* ---- steps ---- */

static void commit_some(void)
{
    uint64_t upto;

    if (logged.count == logged.kept)
        return;
    upto = logged.kept + 1 + dice_below(&dice, (uint32_t)(logged.count - logged.kept));
    fake_log_keep(&logged, upto);
    cr_assert_eq(room_committed(stage.room, &stage.now, upto), 0);
}

/* Its process ends; perhaps it could not say what it kept last. */
static void begin_log_again(void)
{
    if (dice_chance(&dice, 500))
        fake_log_keep(&logged, logged.kept + 1);
    fake_log_end(&logged);
    logged.is_down = false;
    cr_assert_eq(room_log_resume(stage.room, &stage.now, logged.kept), 0);
    cr_assert_eq(logged.count, room_recorded(stage.room));
}

static void request(unsigned peer, unsigned name)
{
    struct path path = path_of(peer);
    char line[1000];
    int length;

    switch (dice_below(&dice, 8)) {
    case 0:
    case 1:
    case 2:
        length = snprintf(line, sizeof(line), "L n%u%s", name, dice_chance(&dice, 250) ? "\n" : "");
        break;
    case 3:
        if (registry_find_endpoint(stage.room->registry, &path.peer) == NULL)
            strangers[peer]++;
        length = snprintf(line, sizeof(line), "E n%u", name);
        break;
    default:
        length = snprintf(line, sizeof(line), "C n%u #%u %*s", name, ++texts,
                          dice_chance(&dice, 100) ? 700 : 1, "x");
        break;
    }
    stage_send_bytes(&stage, &path, line, (size_t)length);
}

static void administer(unsigned peer, unsigned number)
{
    struct path path = path_of(peer);
    struct network network = network_of_address(path.peer.address);
    int64_t until_ns = stage.now.mono_ns + 60 * MOMENT_NS_PER_S;
    struct room_banned banned;
    struct room_ban ban;
    char text[32];
    uint32_t count;

    snprintf(text, sizeof(text), "n%u", number);
    switch (dice_below(&dice, 8)) {
    case 0:
        (void)room_kick(stage.room, &stage.now, text, "noise");
        break;
    case 1:
        (void)room_ban_name(stage.room, &stage.now, text, until_ns, &banned);
        break;
    case 2:
        (void)room_unban_name(stage.room, &stage.now, text, &ban);
        break;
    case 3:
        (void)room_mute(stage.room, &stage.now, text, MOMENT_NEVER_NS);
        break;
    case 4:
        (void)room_unmute(stage.room, &stage.now, text);
        break;
    case 5:
        if (dice_chance(&dice, 200))
            (void)room_ban_network(stage.room, &stage.now, &network, until_ns, &count);
        break;
    case 6:
        (void)room_unban_network(stage.room, &stage.now, &network, &ban);
        break;
    default:
        snprintf(text, sizeof(text), "#%u", ++texts);
        (void)room_notice(stage.room, &stage.now, text, strlen(text), &count);
        break;
    }
}

static void pass_ms(uint32_t ms)
{
    stage.now.mono_ns += ms * MOMENT_NS_PER_MS;
    stage.now.wall_ns += ms * MOMENT_NS_PER_MS;
    room_tick(stage.room, &stage.now);
}

static void fill_sockets(bool full)
{
    stage.outbox.take = full ? dice_below(&dice, 3) : SIZE_MAX;
    stage.outbox.full_doors = 0;
    room_door_writable(stage.room, 0);
}

static void step(void)
{
    unsigned peer = dice_below(&dice, PEERS), name = dice_below(&dice, NAMES);

    switch (dice_below(&dice, 16)) {
    case 0:
        administer(peer, name);
        break;
    case 1:
        fill_sockets(dice_chance(&dice, 200));
        break;
    case 2:
        pass_ms(dice_below(&dice, 40000));
        break;
    case 3:
        pass_ms(dice_below(&dice, 300));
        break;
    case 4:
        if (dice_chance(&dice, 100))
            begin_log_again();
        break;
    case 5:
    case 6:
        stage_sweep(&stage);
        break;
    default:
        request(peer, name);
        break;
    }
    if (dice_chance(&dice, 100U * (1 + (uint32_t)(seed % 5))))
        commit_some();
}

/* ---- the end ---- */

static void settle(void)
{
    fill_sockets(false);
    for (unsigned n = 0; n < 6; n++) {
        fake_log_commit_all(&logged, stage.room, &stage.now);
        pass_ms(n < 5 ? 1000 : 0);
        stage_sweep(&stage);
    }
    fake_log_commit_all(&logged, stage.room, &stage.now);
}

static void expect_members_kept(void)
{
    uint32_t rows = 0;

    for (size_t i = 0; i < logged.row_count; i++)
        rows += logged.rows[i].change.space == ROOM_SPACE_MEMBER ? 1U : 0U;
    cr_assert_eq(rows, room_members(stage.room), "seed %llu", (unsigned long long)seed);
    for (uint32_t seat = 0; seat < room_seats(stage.room); seat++) {
        const struct room_change *row = fake_log_seat(&logged, ROOM_SPACE_MEMBER, seat);
        struct room_member member;
        struct state_member state;

        if (!room_member(stage.room, seat, &member))
            continue;
        cr_assert(row != NULL && state_row_read_member(row, &state) == 0);
        cr_assert_str_eq(state.name, member.name, "seed %llu", (unsigned long long)seed);
        cr_assert_eq(state.number, member.number);
        cr_assert(endpoint_equal(&state.path.peer, &member.path->peer));
        cr_assert_eq(state.flags & ROSTER_OWES_ACCEPT, 0, "each was accepted");
    }
}

static void expect_bans_kept(void)
{
    const struct room_ban *ban = NULL;
    uint32_t lasting = 0;
    struct room_ban kept;

    while ((ban = room_ban_after(stage.room, &stage.now, ban != NULL ? ban->serial : 0)) != NULL) {
        const uint8_t key[] = {0, 0, 0, 0, 0, 0, (uint8_t)(ban->serial >> 8), (uint8_t)ban->serial};
        const struct room_change *row = fake_log_row(&logged, ROOM_SPACE_BAN, key, sizeof(key));

        cr_assert(row != NULL && state_row_read_ban(row, &stage.now, &kept) == 0);
        cr_assert_str_eq(kept.name, ban->name, "seed %llu", (unsigned long long)seed);
        cr_assert_eq(kept.until_ns, ban->until_ns);
        cr_assert(endpoint_equal(&kept.peer, &ban->peer));
        lasting++;
    }
    for (size_t i = 0; i < logged.row_count; i++) {
        if (state_row_read_ban(&logged.rows[i].change, &stage.now, &kept) == 0 &&
            kept.until_ns > stage.now.mono_ns)
            lasting--;
    }
    cr_assert_eq(lasting, 0, "seed %llu: a ban that was lifted is kept", (unsigned long long)seed);
}

static void run(void)
{
    uint64_t oldest, released;

    memset(byes, 0, sizeof(byes));
    memset(strangers, 0, sizeof(strangers));
    dice.state = seed;
    stage_open(&stage);
    fake_log_init(&logged);
    outbox = stage.setup.outbox;
    stage.setup.outbox = (struct outbox){.send = send_and_check};
    stage.setup.log = fake_log_port(&logged);
    stage.setup.ring_bytes = seed % 3 == 0 ? ROOM_RING_MIN_BYTES : stage.setup.ring_bytes;
    stage.config.limits.max_members = 8;
    stage.config.limits.idle_timeout_s = 300;
    stage.config.limits.trusted.members = 20;
    if (seed % 4 == 0)
        stage.config.limits.messages = (struct room_rate){.per_second = 2, .burst = 5};
    cr_assert_eq(stage_start(&stage), 0);
    if (seed % 2 == 0)
        stage.room->fold.min_members = 4;
    for (unsigned n = 0; n < STEPS; n++)
        step();
    settle();
    room_events(stage.room, &oldest, &released);
    cr_assert_eq(released, logged.kept_event, "seed %llu", (unsigned long long)seed);
    expect_members_kept();
    expect_bans_kept();
    stage_done(&stage);
    fake_log_done(&logged);
}

Test(commit_steps, whatever_is_told_is_kept_and_what_is_kept_is_the_room)
{
    const char *seeds = getenv("ROOMD_SEEDS");
    uint64_t last = 40;
    char *end = NULL;

    seed = 1;
    if (seeds != NULL && *seeds != '\0') {
        seed = strtoull(seeds, &end, 10);
        last = *end == '-' ? strtoull(end + 1, NULL, 10) : seed;
    }
    for (; seed <= last; seed++)
        run();
}
