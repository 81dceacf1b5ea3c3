/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Honest members for tests/bench/flood.py: plain ones and sequenced ones, each from an address of
 * its own in 127.1.0.0/16. All plain members together say some messages a second, and so do all
 * sequenced ones; each message holds its number and the time it was sent at.
 *
 *     bench_honest --server ADDRESS:PORT [--plain N] [--sequenced N] [--rate N] [--cpu N]
 *
 * When all are in it prints a line, and waits for a line on stdin that holds a number of seconds.
 * So long it talks; then it waits for late messages, prints the figures and leaves.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <roomd/sequenced_client.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S MOMENT_NS_PER_S

#define PEOPLE_MAX   512
#define MESSAGES_MAX 65536

/* Joins are repeated after a second; late messages are waited for that long. */
#define AGAIN_NS  NS_PER_S
#define LINGER_NS (4 * NS_PER_S)

/* As the program `room` has it; plain clients have what the kernel gives them. */
#define SEQUENCED_BUFFER_BYTES (1 << 20)

#define SLOTS      32
#define READ_BYTES 2048
#define MARK       "honest@"

struct person {
    struct client *client; /* NULL: plain */
    int fd;
    uint32_t index;
    uint32_t drops; /* datagrams that came when its own receive buffer was full */
    int64_t asked_ns;
    bool in;
    uint8_t heard[MESSAGES_MAX / 8];
};

struct latencies {
    uint64_t expected, count;
    float *ms;
};

static struct person people[PEOPLE_MAX];
static uint32_t plain = 25, count = 50;
static double rate = 5;
static struct sockaddr_in server;
static int poll_fd;
static struct moment now;
static struct latencies latencies[2]; /* plain, sequenced */
static uint32_t said;                 /* number of the last message */
static uint64_t failures;             /* messages that the room did not take from a session */

_Noreturn static void die(const char *what)
{
    fprintf(stderr, "bench_honest: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void read_clock(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    now.mono_ns = (int64_t)time.tv_sec * NS_PER_S + time.tv_nsec;
    clock_gettime(CLOCK_REALTIME, &time);
    now.wall_ns = (int64_t)time.tv_sec * NS_PER_S + time.tv_nsec;
}

/* ---- what is heard ---- */

static void hear(struct person *person, const char *text, size_t length)
{
    const char *mark = memmem(text, length, MARK, strlen(MARK));
    struct latencies *heard = &latencies[person->client != NULL];
    char copy[64];
    uint32_t number;
    int64_t sent_ns;

    if (mark == NULL)
        return;
    snprintf(copy, sizeof(copy), "%.*s", (int)(text + length - mark), mark);
    if (sscanf(copy, MARK "%" SCNu32 " %" SCNd64, &number, &sent_ns) != 2 || number > said ||
        (person->heard[number / 8] >> number % 8 & 1) != 0)
        return;
    person->heard[number / 8] |= (uint8_t)(1U << number % 8);
    heard->ms[heard->count++] = (float)(now.mono_ns - sent_ns) / 1e6F;
}

static void on_send(void *ctx, const void *bytes, size_t length)
{
    const struct person *person = ctx;

    (void)send(person->fd, bytes, length, MSG_DONTWAIT);
}

static void on_event(void *ctx, const struct event *event, uint32_t own)
{
    if (event->kind == EVENT_CHAT && own == 0)
        hear(ctx, event->text, event->text_len);
}

static void on_outcome(void *ctx, uint32_t number, enum client_outcome outcome, uint8_t why)
{
    (void)ctx;
    (void)number;
    (void)why;
    failures += outcome != CLIENT_TAKEN ? 1 : 0;
}

static void on_state(void *ctx, enum client_state state, enum client_reason reason, uint16_t wait_s)
{
    struct person *person = ctx;

    (void)wait_s;
    person->in = state == CLIENT_IN;
    if (state == CLIENT_OUT && reason != CLIENT_LEFT)
        fprintf(stderr, "bench_honest: a sequenced member is out (%d)\n", (int)reason);
}

static void note_drops(struct person *person, struct msghdr *header)
{
    for (struct cmsghdr *control = CMSG_FIRSTHDR(header); control != NULL;
         control = CMSG_NXTHDR(header, control)) {
        if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SO_RXQ_OVFL)
            memcpy(&person->drops, CMSG_DATA(control), sizeof(person->drops));
    }
}

static void take(struct person *person, const char *bytes, size_t length)
{
    if (person->client != NULL)
        client_receive(person->client, &now, bytes, length);
    else if (length == 2 && memcmp(bytes, "OK", 2) == 0)
        person->in = true;
    else
        hear(person, bytes, length);
}

static void read_all(struct person *person)
{
    static char bytes[SLOTS][READ_BYTES], controls[SLOTS][CMSG_SPACE(sizeof(uint32_t))];
    struct mmsghdr headers[SLOTS];
    struct iovec pieces[SLOTS];
    int got;

    do {
        for (size_t slot = 0; slot < SLOTS; slot++) {
            pieces[slot] = (struct iovec){bytes[slot], READ_BYTES};
            headers[slot].msg_hdr = (struct msghdr){.msg_iov = &pieces[slot],
                                                    .msg_iovlen = 1,
                                                    .msg_control = controls[slot],
                                                    .msg_controllen = sizeof(controls[slot])};
        }
        got = recvmmsg(person->fd, headers, SLOTS, MSG_DONTWAIT, NULL);
        read_clock();
        for (int slot = 0; slot < got; slot++) {
            note_drops(person, &headers[slot].msg_hdr);
            take(person, bytes[slot], headers[slot].msg_len);
        }
    } while (got == SLOTS);
}

/* ---- what is said ---- */

static void say_plain(const struct person *person, const char *text)
{
    char request[128];
    int length = snprintf(request, sizeof(request), "C p%" PRIu32 " %s", person->index, text);

    (void)send(person->fd, request, (size_t)length, MSG_DONTWAIT);
}

/* One member of each protocol in turn says the next message. */
static void say_next(void)
{
    bool sequenced = plain == 0 || (said % 2 == 1 && count > plain);
    uint32_t turn = said / 2;
    struct person *person = &people[sequenced ? plain + turn % (count - plain) : turn % plain];
    char text[64];
    uint32_t number;

    if (said + 1 == MESSAGES_MAX)
        die("too many messages");
    read_clock();
    snprintf(text, sizeof(text), MARK "%" PRIu32 " %" PRId64, ++said, now.mono_ns);
    if (!sequenced)
        say_plain(person, text);
    else if (client_say(person->client, &now, text, strlen(text), &number) != 0)
        die("a sequenced member may not speak");
    latencies[0].expected += plain - (sequenced ? 0 : 1);
    latencies[1].expected += count - plain - (sequenced ? 1 : 0);
}

/* Does what is due; returns when the next is. */
static int64_t tick(void)
{
    int64_t next_ns = now.mono_ns + AGAIN_NS;

    for (uint32_t i = 0; i < count; i++) {
        struct person *person = &people[i];

        if (person->client != NULL) {
            int64_t due_ns = client_tick(person->client, &now);

            next_ns = due_ns < next_ns ? due_ns : next_ns;
        } else if (!person->in && now.mono_ns - person->asked_ns >= AGAIN_NS) {
            char request[32];
            int length = snprintf(request, sizeof(request), "L p%" PRIu32, i);

            person->asked_ns = now.mono_ns;
            (void)send(person->fd, request, (size_t)length, MSG_DONTWAIT);
        }
    }
    return next_ns;
}

/* Reads what comes until `until_ns`, or something else is there to read. */
static bool pump(int64_t until_ns)
{
    struct epoll_event events[PEOPLE_MAX];
    int64_t next_ns = tick(), wait_ns;
    int ready, wait_ms;

    next_ns = until_ns < next_ns ? until_ns : next_ns;
    wait_ns = next_ns - now.mono_ns;
    wait_ms = wait_ns > 0 ? (int)((wait_ns + 999999) / 1000000) : 0;
    ready = epoll_wait(poll_fd, events, PEOPLE_MAX, wait_ms);
    read_clock();
    for (int i = 0; i < ready; i++) {
        if (events[i].data.u32 == UINT32_MAX)
            return true;
        read_all(&people[events[i].data.u32]);
    }
    return false;
}

/* ---- the run ---- */

static void open_person(uint32_t index)
{
    struct person *person = &people[index];
    struct sockaddr_in source = {.sin_family = AF_INET};
    struct client_setup setup = {.carrier = {.send = on_send, .state = on_state, .ctx = person},
                                 .sink = {.event = on_event, .outcome = on_outcome, .ctx = person}};
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = index};
    int one = 1, bytes = SEQUENCED_BUFFER_BYTES;
    char name[16];

    source.sin_addr.s_addr = htonl(0x7f010001U + (index / 200 << 8) + index % 200);
    person->index = index;
    person->asked_ns = -AGAIN_NS;
    person->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (person->fd < 0 || bind(person->fd, (struct sockaddr *)&source, sizeof(source)) != 0 ||
        connect(person->fd, (struct sockaddr *)&server, sizeof(server)) != 0 ||
        epoll_ctl(poll_fd, EPOLL_CTL_ADD, person->fd, &event) != 0)
        die("no socket");
    setsockopt(person->fd, SOL_SOCKET, SO_RXQ_OVFL, &one, sizeof(one));
    if (index < plain)
        return;
    if (setsockopt(person->fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) != 0)
        setsockopt(person->fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
    snprintf(name, sizeof(name), "s%" PRIu32, index);
    setup.name = name;
    if (getrandom(setup.seed, sizeof(setup.seed), 0) != (ssize_t)sizeof(setup.seed) ||
        sequenced_client_new(&setup, NULL, 1 << 20, &person->client) != 0)
        die("no client");
}

static uint32_t how_many_are_in(void)
{
    uint32_t in = 0;

    for (uint32_t i = 0; i < count; i++)
        in += people[i].in ? 1 : 0;
    return in;
}

static void talk(double seconds)
{
    int64_t start_ns = now.mono_ns, end_ns = start_ns + (int64_t)(seconds * 1e9);
    double step_ns = 1e9 / (2 * rate);
    size_t most = ((size_t)(2 * rate * seconds) + 2) * count;
    uint32_t messages = 0;

    for (size_t i = 0; i < 2; i++) {
        latencies[i].ms = calloc(most, sizeof(float));
        if (latencies[i].ms == NULL)
            die("no memory");
    }
    while (now.mono_ns < end_ns) {
        int64_t next_ns = start_ns + (int64_t)(++messages * step_ns);

        say_next();
        do
            pump(next_ns);
        while (now.mono_ns < next_ns);
    }
    end_ns += LINGER_NS;
    while (now.mono_ns < end_ns)
        pump(end_ns);
}

static int compare(const void *left, const void *right)
{
    float a = *(const float *)left, b = *(const float *)right;

    return (a > b) - (a < b);
}

static double part_of(const struct latencies *of, double part)
{
    return of->count > 0 ? (double)of->ms[(uint64_t)(part * (double)(of->count - 1))] : -1;
}

static void print(const char *name, struct latencies *of, uint64_t drops)
{
    qsort(of->ms, of->count, sizeof(*of->ms), compare);
    printf("\"%s\":{\"expected\":%" PRIu64 ",\"delivered\":%" PRIu64
           ",\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f,\"reader_drops\":%" PRIu64 "},",
           name, of->expected, of->count, part_of(of, 0.5), part_of(of, 0.99), part_of(of, 1),
           drops);
}

static void report(void)
{
    uint64_t drops[2] = {0, 0};

    for (uint32_t i = 0; i < count; i++)
        drops[i >= plain] += people[i].drops;
    printf("{");
    print("plain", &latencies[0], drops[0]);
    print("sequenced", &latencies[1], drops[1]);
    printf("\"messages\":%" PRIu32 ",\"failures\":%" PRIu64 ",\"in\":%" PRIu32 "}\n", said,
           failures, how_many_are_in());
    fflush(stdout);
}

static void leave(void)
{
    for (uint32_t i = 0; i < count; i++) {
        char request[32];
        int length = snprintf(request, sizeof(request), "E p%" PRIu32, i);

        if (people[i].client != NULL)
            client_leave(people[i].client, &now, true);
        else
            (void)send(people[i].fd, request, (size_t)length, MSG_DONTWAIT);
    }
    tick();
}

/* Waits for the line with the seconds, while the members hear what is said. */
static double wait_for_start(void)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = UINT32_MAX};
    char line[32] = "";

    epoll_ctl(poll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &event);
    while (!pump(now.mono_ns + NS_PER_S))
        ;
    epoll_ctl(poll_fd, EPOLL_CTL_DEL, STDIN_FILENO, &event);
    if (read(STDIN_FILENO, line, sizeof(line) - 1) <= 0)
        exit(0);
    return atof(line);
}

static void set_server(char *text)
{
    char *colon = strchr(text, ':');

    server.sin_family = AF_INET;
    if (colon == NULL)
        die("--server is ADDRESS:PORT");
    *colon = '\0';
    if (inet_pton(AF_INET, text, &server.sin_addr) != 1)
        die("--server is an IPv4 address");
    server.sin_port = htons((uint16_t)atoi(colon + 1));
}

static const struct option options[] = {
    {"server", required_argument, NULL, 's'},    {"plain", required_argument, NULL, 'p'},
    {"sequenced", required_argument, NULL, 'q'}, {"rate", required_argument, NULL, 'r'},
    {"cpu", required_argument, NULL, 'c'},       {NULL, 0, NULL, 0}};

static void pin(int cpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET((unsigned)cpu, &set);
    if (sched_setaffinity(0, sizeof(set), &set) != 0)
        die("there is no such processor");
}

static void read_options(int argc, char **argv)
{
    uint32_t sequenced = count - plain;
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 's')
            set_server(optarg);
        else if (option == 'p')
            plain = (uint32_t)atoi(optarg);
        else if (option == 'q')
            sequenced = (uint32_t)atoi(optarg);
        else if (option == 'r')
            rate = atof(optarg);
        else if (option == 'c')
            pin(atoi(optarg));
        else
            exit(64);
    }
    count = plain + sequenced;
    if (server.sin_port == 0 || plain == 0 || count > PEOPLE_MAX || rate <= 0)
        die("--server has to be said, and a number of members");
}

int main(int argc, char **argv)
{
    read_options(argc, argv);
    poll_fd = epoll_create1(EPOLL_CLOEXEC);
    read_clock();
    for (uint32_t i = 0; i < count; i++)
        open_person(i);
    while (how_many_are_in() < count)
        pump(now.mono_ns + NS_PER_S);
    printf("{\"in\":%" PRIu32 "}\n", count);
    fflush(stdout);
    talk(wait_for_start());
    report();
    leave();
    return 0;
}
