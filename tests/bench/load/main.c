/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The command line, and commands on stdin, one a line; each is answered by a line of JSON.
 * tests/bench/bench.py sends them.
 *
 *     bench_load --protocol NAME --server ADDRESS:PORT --pid PID [--members N] [--authors N]
 *                [--entering N] [--cpu N] [--source ADDRESS] [--one-address] [--text BYTES] [--gro]
 *                [--silent DEVICE]
 */
#include "load.h"
#include "silent.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define AUTHORS_MAX 4

static const struct protocol *const protocols[] = {
    &plain_protocol, &sequenced_protocol, &client_protocol, &redis_protocol, &redis3_protocol,
    &nats_protocol,  &mqtt_protocol,      &mqtt1_protocol,  &irc_protocol};

static void set_protocol(struct load *load, const char *name)
{
    for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
        if (strcmp(protocols[i]->name, name) == 0)
            load->protocol = protocols[i];
    }
    if (load->protocol == NULL)
        load_die("no such protocol");
}

static void set_server(struct load *load, char *text)
{
    char *colon = strchr(text, ':');

    load->server.sin_family = AF_INET;
    if (colon == NULL)
        load_die("--server is ADDRESS:PORT");
    *colon = '\0';
    if (inet_pton(AF_INET, text, &load->server.sin_addr) != 1)
        load_die("--server is an IPv4 address");
    load->server.sin_port = htons((uint16_t)atoi(colon + 1));
}

static void pin(int cpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET((unsigned)cpu, &set);
    if (sched_setaffinity(0, sizeof(set), &set) != 0)
        load_die("there is no such processor");
}

static const struct option options[] = {{"protocol", required_argument, NULL, 'p'},
                                        {"server", required_argument, NULL, 's'},
                                        {"pid", required_argument, NULL, 'i'},
                                        {"members", required_argument, NULL, 'm'},
                                        {"authors", required_argument, NULL, 'a'},
                                        {"cpu", required_argument, NULL, 'c'},
                                        {"source", required_argument, NULL, 'o'},
                                        {"one-address", no_argument, NULL, '1'},
                                        {"text", required_argument, NULL, 't'},
                                        {"gro", no_argument, NULL, 'g'},
                                        {"silent", required_argument, NULL, 'q'},
                                        {"entering", required_argument, NULL, 'e'},
                                        {NULL, 0, NULL, 0}};

static void set_members(struct load *load, int option)
{
    if (option == 'm')
        load->capacity = (uint32_t)atoi(optarg);
    else if (option == 'a')
        load->authors = (uint32_t)atoi(optarg);
    else if (option == 'o')
        inet_pton(AF_INET, optarg, &load->source);
    else if (option == 'e')
        load->entering = (uint32_t)atoi(optarg);
    else if (option == '1')
        load->one_address = true;
    else if (option == 't')
        load->text_bytes = (uint32_t)atoi(optarg);
    else if (option == 'g')
        load->gro = true;
    else
        exit(64);
}

/* Returns the device of --silent. */
static const char *read_options(struct load *load, int argc, char **argv)
{
    const char *device = NULL;
    int option, pid = 0, helper = 0;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'p':
            set_protocol(load, optarg);
            break;
        case 's':
            set_server(load, optarg);
            break;
        case 'i':
            sscanf(optarg, "%d,%d", &pid, &helper);
            break;
        case 'c':
            pin(atoi(optarg));
            break;
        case 'q':
            device = optarg;
            break;
        default:
            set_members(load, option);
        }
    }
    if (load->protocol == NULL || load->server.sin_port == 0 || load->authors > AUTHORS_MAX)
        load_die("--protocol and --server have to be said, and at most 4 authors");
    if (load->text_bytes != LOAD_TEXT_BYTES &&
        (load->protocol != &client_protocol || load->text_bytes < LOAD_NUMBER_DIGITS ||
         load->text_bytes > LOAD_TEXT_MAX_BYTES))
        load_die("--text is for the protocol `client`, from 10 to 1000");
    if (!subject_open(pid, helper, &load->subject))
        load_die("--pid is no process");
    return device;
}

static void raise_limits(void)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/* ---- commands ---- */

static void join(struct load *load, uint32_t count)
{
    int64_t start_ns = load_now_ns();
    uint64_t cpu_ns = subject_cpu_ns(&load->subject);

    members_join(load, count);
    members_settle(load, load->protocol->is_stream ? LOAD_NS_PER_S / 10 : LOAD_NS_PER_S * 3 / 4);
    printf("{\"in\":%u,\"cpu_ns\":%" PRIu64 ",\"wall_ns\":%" PRId64 "}\n", load->in,
           subject_cpu_ns(&load->subject) - cpu_ns, load_now_ns() - start_ns);
}

/* Without waiting until the room is quiet, which it may not be for long in a bad network. */
static void enter(struct load *load, uint32_t count)
{
    int64_t start_ns = load_now_ns();

    members_join(load, count);
    printf("{\"in\":%u,\"wall_ns\":%" PRId64 "}\n", load->in, load_now_ns() - start_ns);
}

static void run(struct load *load, uint32_t in_flight, double seconds)
{
    struct talk_result result;

    talk_run(load, in_flight, seconds, &result);
    printf("{\"deliveries\":%" PRIu64 ",\"messages\":%" PRIu64 ",\"rounds\":%" PRIu64
           ",\"lost\":%" PRIu64 ",\"wrong\":%" PRIu64 ",\"repeats\":%" PRIu64 ",\"cpu_ns\":%" PRIu64
           ",\"wall_ns\":%" PRIu64 ",\"sent\":%" PRIu64 ",\"dropped\":%" PRIu64
           ",\"octets\":%" PRIu64 "}\n",
           result.deliveries, result.messages, result.rounds, result.lost, result.wrong,
           result.repeats, result.cpu_ns, result.wall_ns, result.counters.sent,
           result.counters.dropped, result.counters.octets);
}

static void latency(struct load *load, double rate, double seconds)
{
    struct latency_result result;

    measures_latency(load, rate, seconds, &result);
    printf("{\"deliveries\":%" PRIu64 ",\"lost\":%" PRIu64 ",\"wrong\":%" PRIu64
           ",\"p50_us\":%.1f,\"p99_us\":%.1f,\"rate\":%.0f}\n",
           result.deliveries, result.lost, result.wrong, result.p50_us, result.p99_us, result.rate);
}

/* What has not come is null. */
static void print_ms(const char *name, double ms)
{
    if (isinf(ms))
        printf(",\"%s\":null", name);
    else
        printf(",\"%s\":%.3f", name, ms);
}

static void chat(struct load *load, const struct chat_plan *plan)
{
    struct chat_result result;

    chat_run(load, plan, &result);
    printf("{\"lines\":%" PRIu64 ",\"expected\":%" PRIu64 ",\"delivered\":%" PRIu64
           ",\"wrong\":%" PRIu64 ",\"waits\":%" PRIu64 ",\"cpu_ns\":%" PRIu64 ",\"seconds\":%.3f",
           result.lines, result.expected, result.delivered, result.wrong, result.waits,
           result.cpu_ns, result.seconds);
    print_ms("p50_ms", result.p50_ms);
    print_ms("p99_ms", result.p99_ms);
    print_ms("max_ms", result.max_ms);
    printf("}\n");
}

/* Returns false if this is no chat. */
static bool run_chat(struct load *load, const char *line)
{
    struct chat_plan plan;
    double step_us;

    if (sscanf(line, "chat %u %lf %u %lf %lf", &plan.lines, &step_us, &plan.outstanding,
               &plan.seconds, &plan.patience) != 5)
        return false;
    plan.step_ns = (int64_t)(step_us * 1000);
    chat(load, &plan);
    return true;
}

static void storm(struct load *load, uint32_t count, double seconds)
{
    struct storm_result result;

    measures_storm(load, count, seconds, &result);
    printf("{\"in\":%u,\"told\":%" PRIu64 ",\"expected\":%" PRIu64 ",\"cpu_ns\":%" PRIu64
           ",\"wall_ns\":%" PRIu64 ",\"entered_ns\":%" PRIu64 ",\"repeats\":%" PRIu64
           ",\"wrong\":%" PRIu64 "}\n",
           result.in, result.told, result.expected, result.cpu_ns, result.wall_ns,
           result.entered_ns, load->repeats, load->wrong);
}

static void garbage(struct load *load, const char *kind, uint64_t count)
{
    struct garbage_result result;

    measures_garbage(load, kind, count, &result);
    printf("{\"sent\":%" PRIu64 ",\"received\":%" PRIu64 ",\"cpu_ns\":%" PRIu64 "}\n", result.sent,
           result.received, result.cpu_ns);
}

static void run_command(struct load *load, const char *line)
{
    unsigned count;
    uint64_t many;
    double number, seconds;
    char word[16];

    if (sscanf(line, "join %u", &count) == 1) {
        join(load, count);
    } else if (sscanf(line, "enter %u", &count) == 1) {
        enter(load, count);
    } else if (sscanf(line, "run %u %lf", &count, &seconds) == 2) {
        run(load, count, seconds);
    } else if (sscanf(line, "latency %lf %lf", &number, &seconds) == 2) {
        latency(load, number, seconds);
    } else if (sscanf(line, "storm %u %lf", &count, &seconds) == 2) {
        storm(load, count, seconds);
    } else if (sscanf(line, "garbage %15s %" SCNu64, word, &many) == 2) {
        garbage(load, word, many);
    } else if (sscanf(line, "fill %" SCNu64, &many) == 1) {
        talk_fill(load, many);
        printf("{}\n");
    } else if (strncmp(line, "deaf", 4) == 0) {
        silent_stop_reading(load->silent);
        printf("{}\n");
    } else if (!run_chat(load, line)) {
        load_die("there is no such command");
    }
    fflush(stdout);
}

int main(int argc, char **argv)
{
    struct load load = {.capacity = 16,
                        .authors = 1,
                        .entering = 64,
                        .source.s_addr = htonl(INADDR_LOOPBACK),
                        .text_bytes = LOAD_TEXT_BYTES};
    const char *device = read_options(&load, argc, argv);
    char line[256];

    raise_limits();
    /* Short waits must be short. */
    prctl(PR_SET_TIMERSLACK, 1);
    load.poll = epoll_create1(EPOLL_CLOEXEC);
    load.members = calloc(load.capacity, sizeof(*load.members));
    if (load.poll < 0 || load.members == NULL)
        load_die("out of memory");
    if (device != NULL)
        load.silent = silent_new(&load, device);
    while (fgets(line, sizeof(line), stdin) != NULL)
        run_command(&load, line);
    return 0;
}
