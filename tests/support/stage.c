/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "support/stage.h"

#include "core/model/transcript.h"
#include <stdio.h>
#include <string.h>

static void on_happened(void *ctx, const struct moment *now, const struct event *event,
                        const struct path *path)
{
    struct stage *stage = ctx;

    (void)now;
    (void)path;
    stage->happened[event->kind]++;
}

static void on_refused(void *ctx, const struct moment *now, enum refusal refusal,
                       const struct path *path)
{
    struct stage *stage = ctx;

    (void)now;
    (void)path;
    stage->refused[refusal]++;
}

static void on_name_refused(void *ctx, const struct moment *now, const char *name, size_t length,
                            enum name_fault fault, const struct path *path)
{
    struct stage *stage = ctx;

    (void)now;
    (void)path;
    snprintf(stage->refused_name, sizeof(stage->refused_name), "%.*s", (int)length, name);
    stage->name_fault = fault;
}

static void on_undelivered(void *ctx, const struct moment *now, const char *name,
                           const struct path *path)
{
    struct stage *stage = ctx;

    (void)name;
    (void)now;
    (void)path;
    stage->undelivered++;
}

static void on_overload(void *ctx, const struct room_overload *overload)
{
    struct stage *stage = ctx;

    stage->overloads++;
    stage->overload = *overload;
}

void stage_open(struct stage *stage)
{
    memset(stage, 0, sizeof(*stage));
    fake_outbox_init(&stage->outbox);
    dialect_init(&stage->dialects[0], "course", DIALECT_ZH);
    dialect_init(&stage->dialects[1], "yn", DIALECT_EN);
    stage->now =
        (struct moment){.mono_ns = 1000 * MOMENT_NS_PER_S, .wall_ns = 1700000000 * MOMENT_NS_PER_S};
    stage->doors[0].dialect = &stage->dialects[0];
    stage->doors[1].dialect = &stage->dialects[1];
    endpoint_parse("0.0.0.0:8888", &stage->doors[0].listen);
    endpoint_parse("[::]:8888", &stage->doors[1].listen);
    stage->config = (struct room_config){
        .limits = {.max_members = 10000,
                   .max_name_codepoints = 32,
                   .max_text_bytes = 900,
                   .idle_timeout_s = 43200,
                   .session_timeout_s = 600,
                   .plain_enabled = true,
                   .sequenced_enabled = true},
        .access = {.plain_from.sets = NETWORK_SET_BIT(NETWORK_ALL),
                   .trusted.sets = NETWORK_SET_BIT(NETWORK_ALL)},
        .title = "room",
        .doors = stage->doors,
        .door_count = 2,
    };
    stage->setup = (struct room_setup){
        .key = "0123456789abcde",
        .secret = "0123456789abcdef0123456789abcde",
        .ring_bytes = ROOM_RING_MIN_BYTES * 4,
        .outbox = fake_outbox_port(&stage->outbox),
    };
}

uint32_t stage_reconfigure(struct stage *stage)
{
    return room_reconfigure(stage->room, &stage->now, &stage->config);
}

int stage_start(struct stage *stage)
{
    const struct observer observer = {.happened = on_happened,
                                      .refused = on_refused,
                                      .name_refused = on_name_refused,
                                      .undelivered = on_undelivered,
                                      .overload = on_overload,
                                      .ctx = stage};
    int status;

    stage->setup.config = stage->config;
    status = room_new(&stage->setup, &stage->room);
    if (status == 0)
        status = room_observe(stage->room, &observer);
    return status;
}

void stage_new(struct stage *stage)
{
    stage_open(stage);
    stage_start(stage);
}

void stage_done(struct stage *stage)
{
    room_free(stage->room);
    fake_outbox_done(&stage->outbox);
}

struct path stage_path(uint16_t port, uint16_t door)
{
    struct path path;

    memset(&path, 0, sizeof(path));
    endpoint_address_from_ipv4((const uint8_t[]){192, 0, 2, 1}, path.peer.address);
    endpoint_address_from_ipv4((const uint8_t[]){192, 0, 2, 254}, path.local);
    path.peer.port = port;
    path.door = door;
    return path;
}

void stage_send_bytes(struct stage *stage, const struct path *path, const void *bytes,
                      size_t length)
{
    room_receive(stage->room, &stage->now, path, bytes, length);
}

void stage_send(struct stage *stage, uint16_t port, const char *text)
{
    struct path path = stage_path(port, 0);

    stage_send_bytes(stage, &path, text, strlen(text));
}

enum sweep_result stage_sweep(struct stage *stage)
{
    enum sweep_result result;

    do
        result = room_sweep(stage->room, &stage->now, 1024);
    while (result == SWEEP_MORE);
    return result;
}

static void join_by(struct stage *stage, const struct path *path, const char *name)
{
    char request[128];

    snprintf(request, sizeof(request), "L %s", name);
    stage_send_bytes(stage, path, request, strlen(request));
    stage_sweep(stage);
    fake_outbox_clear(&stage->outbox);
}

void stage_join(struct stage *stage, uint16_t port, const char *name)
{
    struct path path = stage_path(port, 0);

    join_by(stage, &path, name);
}

void stage_join_elsewhere(struct stage *stage, uint16_t port, const char *name)
{
    struct path path = stage_path(port, 0);

    path.peer.address[ENDPOINT_ADDRESS_BYTES - 1] = 200;
    join_by(stage, &path, name);
}

void stage_unreachable(struct stage *stage, const struct path *path, const char *quoted)
{
    struct unreachable error = {
        .peer = &path->peer, .door = path->door, .quoted = quoted, .length = strlen(quoted)};

    memcpy(error.offender, path->peer.address, ENDPOINT_ADDRESS_BYTES);
    room_unreachable(stage->room, &stage->now, &error);
}

bool stage_heard(const struct stage *stage, uint16_t port, size_t n, const char *text)
{
    const struct fake_datagram *datagram = fake_outbox_to(&stage->outbox, port, n);

    return datagram != NULL && datagram->length == strlen(text) &&
           memcmp(datagram->bytes, text, datagram->length) == 0;
}

void stage_pass_ms(struct stage *stage, int64_t ms)
{
    stage->now.mono_ns += ms * MOMENT_NS_PER_MS;
    stage->now.wall_ns += ms * MOMENT_NS_PER_MS;
    room_tick(stage->room, &stage->now);
    stage_sweep(stage);
}

void stage_say(struct stage *stage, uint16_t port, const char *name, const char *text)
{
    char request[1024];

    snprintf(request, sizeof(request), "C %s %s", name, text);
    stage_send(stage, port, request);
}

void stage_say_long(struct stage *stage, uint16_t port, const char *name, unsigned count, bool each)
{
    char text[801];

    for (unsigned i = 0; i < count; i++) {
        snprintf(text, sizeof(text), "%0800u", i);
        stage_say(stage, port, name, text);
        if (each)
            stage_sweep(stage);
    }
    stage_sweep(stage);
}
