/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "support/fake_store.h"

#include <criterion/criterion.h>
#include <string.h>

void fake_store_init(struct fake_store *store)
{
    memset(store, 0, sizeof(*store));
    store->fd = -1;
}

void fake_store_add(struct fake_store *store, enum event_kind kind, const char *name,
                    const char *text)
{
    store->events[store->count] = (struct event){
        .seq = store->count + 1,
        .author = 1,
        .wall_ns = (int64_t)(store->count + 1) * INT64_C(1000000000),
        .kind = (uint8_t)kind,
        .name = name,
        .name_len = (uint16_t)strlen(name),
        .text = text,
        .text_len = (uint16_t)strlen(text),
    };
    store->count++;
}

static int take(struct fake_store *store, const struct store_answer *answer, uint64_t *ret_id)
{
    static uint64_t ids;

    cr_assert_eq(store->id, 0, "one at a time is enough here");
    if (store->refuses != 0)
        return store->refuses;
    store->answer = *answer;
    store->id = *ret_id = ++ids;
    return 0;
}

static int on_read(void *ctx, const struct store_query *query, const struct store_answer *answer,
                   uint64_t *ret_id)
{
    struct fake_store *store = ctx;

    store->query = *query;
    store->reads++;
    return take(store, answer, ret_id);
}

static int on_forget(void *ctx, const char *folded, size_t length,
                     const struct store_answer *answer, uint64_t *ret_id)
{
    struct fake_store *store = ctx;

    memcpy(store->forgets, folded, length);
    store->forgets[length] = '\0';
    return take(store, answer, ret_id);
}

static int on_backup(void *ctx, int fd, const struct store_answer *answer, uint64_t *ret_id)
{
    struct fake_store *store = ctx;

    store->fd = fd;
    return take(store, answer, ret_id);
}

static int on_ask(void *ctx, const struct store_answer *answer, uint64_t *ret_id)
{
    return take(ctx, answer, ret_id);
}

static void on_cancel(void *ctx, uint64_t id)
{
    struct fake_store *store = ctx;

    cr_expect_eq(id, store->id);
    store->id = 0;
    store->cancelled++;
}

static void on_describe(void *ctx, struct store_description *ret_description)
{
    const struct fake_store *store = ctx;

    *ret_description = (struct store_description){.path = "/var/lib/roomd/roomd.db",
                                                  .sync = "os",
                                                  .keep_s = 86400,
                                                  .max_bytes = 1U << 30,
                                                  .trouble = store->trouble};
}

struct store_port fake_store_port(struct fake_store *store)
{
    return (struct store_port){.read = on_read,
                               .forget = on_forget,
                               .backup = on_backup,
                               .ask = on_ask,
                               .cancel = on_cancel,
                               .describe = on_describe,
                               .ctx = store};
}

/* Names are compared as they are: the events of a test have folded ones. */
static bool is_wanted(const struct store_query *query, const struct event *event)
{
    return (query->since_ns == 0 || event->wall_ns >= query->since_ns) &&
           (query->until_ns == 0 || event->wall_ns < query->until_ns) &&
           (query->name_len == 0 || (query->name_len == event->name_len &&
                                     memcmp(query->name, event->name, event->name_len) == 0)) &&
           strstr(event->text, query->words) != NULL;
}

void fake_store_answer_read(struct fake_store *store)
{
    const struct store_query query = store->query;
    uint64_t at = query.newest_first ? (query.from == 0 ? store->count : query.from - 1)
                                     : (query.from == 0 ? 1 : query.from);
    uint64_t bytes = 0;
    uint32_t rows = 0;

    while (at >= 1 && at <= store->count && rows < query.rows) {
        const struct event *event = &store->events[at - 1];

        if (is_wanted(&query, event)) {
            bytes += 40U + event->name_len + event->text_len;
            if (bytes > query.bytes)
                break;
            store->answer.row(store->answer.ctx, event);
            rows++;
        }
        at = query.newest_first ? at - 1 : at + 1;
    }
    if (at < 1 || at > store->count)
        fake_store_end(store, true, 0, "");
    else
        fake_store_end(store, true, query.newest_first ? at + 1 : at, "");
}

void fake_store_end(struct fake_store *store, bool done, uint64_t value, const char *text)
{
    cr_assert_neq(store->id, 0);
    store->id = 0;
    store->answer.end(store->answer.ctx, done, value, text);
}
