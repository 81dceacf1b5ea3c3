/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A chat in which everybody speaks, over a network that may lose anything. Lines are numbered
 * author by author, so the number says whose it is. A delivery is a line at a member other than its
 * author, once, and behind all that it was sent of that author.
 */
#include "load.h"

#include <math.h>
#include <stdlib.h>

/* How long the program waits at most, so that it notices when its time is over. */
#define WAIT_NS (LOAD_NS_PER_S / 10)

struct chat {
    const struct chat_plan *plan;
    uint32_t first; /* number of the first line */
    int64_t start_ns, last_said_ns;
    uint32_t *said;   /* lines, by author */
    uint32_t *next;   /* line that a member must be sent next; by member, then by author */
    int64_t *said_ns; /* by line */
    uint64_t delivered, wrong;
    float *ms; /* latencies */
};

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);

    if (memory == NULL)
        load_die("out of memory");
    return memory;
}

static uint64_t expected(const struct load *load, uint64_t lines)
{
    return lines * (load->count - 1);
}

/* ---- what is heard ---- */

void chat_arrived(struct load *load, const struct member *member, uint32_t number)
{
    struct chat *chat = load->chat;
    uint32_t line = number - chat->first, author = line / chat->plan->lines,
             own = line % chat->plan->lines, index = (uint32_t)(member - load->members), *next;

    if (number < chat->first || author >= load->count || own >= chat->said[author]) {
        chat->wrong++;
        return;
    }
    if (author == index)
        return;
    next = &chat->next[index * load->count + author];
    if (own < *next) {
        chat->wrong++;
        return;
    }
    *next = own + 1;
    chat->ms[chat->delivered++] = (float)(load->received_ns - chat->said_ns[line]) / 1e6F;
}

/* Lines of this author that everybody has, unless some are lost. */
static uint32_t heard_by_all(const struct load *load, uint32_t author)
{
    uint32_t least = UINT32_MAX;

    for (uint32_t index = 0; index < load->count; index++) {
        uint32_t next = load->chat->next[index * load->count + author];

        if (index != author && next < least)
            least = next;
    }
    return least;
}

/* ---- what is said ---- */

static int64_t due_ns(const struct load *load, uint32_t author, uint32_t line)
{
    const struct chat *chat = load->chat;

    return chat->start_ns + ((int64_t)line * load->count + author) * chat->plan->step_ns;
}

static bool may_say(struct load *load, uint32_t author, uint32_t line)
{
    const struct chat_plan *plan = load->chat->plan;

    return line < plan->lines && due_ns(load, author, line) <= load_now_ns() &&
           (plan->outstanding == 0 || line < heard_by_all(load, author) + plan->outstanding);
}

/* All that the author may say now, in one call, so that a protocol can put it together. */
static void say(struct load *load, uint32_t author)
{
    struct chat *chat = load->chat;
    uint32_t from = chat->said[author], to = from, most = UINT32_MAX,
             number = chat->first + author * chat->plan->lines + from;

    if (load->protocol->room != NULL)
        most = load->protocol->room(load, author);
    if (most > load->protocol->window)
        most = load->protocol->window;
    while (to - from < most && may_say(load, author, to))
        chat->said_ns[author * chat->plan->lines + to++] = load_now_ns();
    if (to == from)
        return;
    chat->said[author] = to;
    chat->last_said_ns = load_now_ns();
    load->protocol->say(load, author, number, to - from);
}

/* Returns when the next line is due, if that is known. */
static int64_t say_all(struct load *load)
{
    const struct chat *chat = load->chat;
    int64_t next_ns = INT64_MAX, now_ns;

    for (uint32_t author = 0; author < load->count; author++) {
        say(load, author);
        if (chat->said[author] < chat->plan->lines &&
            due_ns(load, author, chat->said[author]) < next_ns)
            next_ns = due_ns(load, author, chat->said[author]);
    }
    now_ns = load_now_ns();
    return next_ns > now_ns ? next_ns : INT64_MAX;
}

/* ---- the figures ---- */

static int compare(const void *left, const void *right)
{
    float a = *(const float *)left, b = *(const float *)right;

    return (a > b) - (a < b);
}

/* What has not come is later than everything else. */
static double quantile(const struct chat *chat, uint64_t of, double part)
{
    uint64_t rank = (uint64_t)(part * (double)(of - 1));

    return of > 0 && rank < chat->delivered ? (double)chat->ms[rank] : INFINITY;
}

static void summarise(struct load *load, struct chat_result *ret)
{
    struct chat *chat = load->chat;

    qsort(chat->ms, chat->delivered, sizeof(chat->ms[0]), compare);
    for (uint32_t author = 0; author < load->count; author++)
        ret->lines += chat->said[author];
    ret->expected = expected(load, ret->lines);
    ret->delivered = chat->delivered;
    ret->wrong = chat->wrong;
    ret->p50_ms = quantile(chat, ret->expected, 0.5);
    ret->p99_ms = quantile(chat, ret->expected, 0.99);
    ret->max_ms = quantile(chat, ret->expected, 1);
}

/* ---- the run ---- */

static bool is_over(const struct load *load, int64_t now_ns)
{
    const struct chat *chat = load->chat;
    const struct chat_plan *plan = chat->plan;

    if (plan->seconds > 0)
        return (double)(now_ns - chat->start_ns) > plan->seconds * 1e9;
    return chat->delivered == expected(load, (uint64_t)plan->lines * load->count) ||
           (double)(now_ns - chat->last_said_ns) > plan->patience * 1e9;
}

static void open_chat(struct load *load, const struct chat_plan *plan)
{
    size_t members = load->count, lines = members * plan->lines;
    struct chat *chat = allocate(1, sizeof(*chat));

    *chat = (struct chat){.plan = plan,
                          .first = load->said + 1,
                          .said = allocate(members, sizeof(uint32_t)),
                          .next = allocate(members * members, sizeof(uint32_t)),
                          .said_ns = allocate(lines, sizeof(int64_t)),
                          .ms = allocate(expected(load, lines), sizeof(float)),
                          .start_ns = load_now_ns()};
    chat->last_said_ns = chat->start_ns;
    load->chat = chat;
}

static void close_chat(struct load *load)
{
    struct chat *chat = load->chat;

    load->said += load->count * chat->plan->lines;
    free(chat->said);
    free(chat->next);
    free(chat->said_ns);
    free(chat->ms);
    free(chat);
    load->chat = NULL;
}

void chat_run(struct load *load, const struct chat_plan *plan, struct chat_result *ret)
{
    uint64_t cpu_ns = subject_cpu_ns(&load->subject), wrong = load->wrong;
    int64_t now_ns;

    if (load->count < 2 || plan->lines == 0)
        load_die("a chat takes two, and a line");
    *ret = (struct chat_result){0};
    open_chat(load, plan);
    while (!is_over(load, now_ns = load_now_ns())) {
        int64_t next_ns = say_all(load), wait_ns = next_ns - load_now_ns();

        wait_ns = wait_ns < 0 ? 0 : wait_ns;
        if (!members_pump(load, wait_ns < WAIT_NS ? wait_ns : WAIT_NS))
            ret->waits++;
    }
    ret->seconds = (double)(now_ns - load->chat->start_ns) / 1e9;
    ret->cpu_ns = subject_cpu_ns(&load->subject) - cpu_ns;
    summarise(load, ret);
    ret->wrong += load->wrong - wrong;
    close_chat(load);
}
