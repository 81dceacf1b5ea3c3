/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* What a room asks of its log beside records. */
#include "io/log/log_client_state.h"

#include <fcntl.h>
#include <roomd/status.h>
#include <unistd.h>

struct room_log log_client_port(struct log_client *client)
{
    return log_proposals_port(&client->proposals);
}

void log_client_begin_at(struct log_client *client, uint64_t record)
{
    log_proposals_begin(&client->proposals, record);
}

/* Writes the frame of a request, whose number is `id`. */
struct request {
    enum log_type type;
    const struct log_read *read; /* of a READ */
    struct octets_slice payload; /* of the others */
    int fd;                      /* -1 = none */
};

static int send_request(struct log_client *client, const struct request *request, uint64_t id)
{
    uint8_t bytes[8192];
    struct log_frame frame = {.type = request->type, .a = id, .payload = request->payload};
    struct log_read read;
    size_t length;
    int fd = -1, status;

    if (request->read != NULL) {
        read = *request->read;
        read.id = id;
        length = log_read_write(bytes, sizeof(bytes), &read);
    } else {
        length = log_frame_write(bytes, sizeof(bytes), &frame);
    }
    if (length == 0)
        return STATUS_INVALID;
    if (request->fd >= 0)
        fd = fcntl(request->fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (request->fd >= 0 && fd < 0)
        return STATUS_SYSTEM;
    log_proposals_flush(&client->proposals); /* so that it comes after all of them */
    status = log_outgoing_add(&client->outgoing, bytes, length, fd);
    if (status != 0 && fd >= 0)
        close(fd);
    return status;
}

/* One that only reads is started for a request, which may wait in the socket. */
static bool takes_requests(const struct log_client *client)
{
    return client->session.state == LOG_SESSION_LIVE ||
           (client->session.read_only && client->session.state != LOG_SESSION_NONE);
}

static int ask(struct log_client *client, const struct request *request,
               const struct log_answer *answer, uint64_t *ret_id)
{
    struct log_requests *requests = &client->session.requests;
    uint64_t id;
    int status;

    if (!takes_requests(client))
        return STATUS_NOT_FOUND;
    status = log_requests_open(requests, request->type, answer, &id);
    if (status != 0)
        return status;
    status = send_request(client, request, id);
    if (status != 0)
        log_requests_withdraw(requests, id);
    else
        *ret_id = id;
    return status;
}

int log_client_read(struct log_client *client, const struct log_read *read,
                    const struct log_answer *answer, uint64_t *ret_id)
{
    return ask(client, &(struct request){.type = LOG_READ, .read = read, .fd = -1}, answer, ret_id);
}

int log_client_forget(struct log_client *client, const char *folded, size_t length,
                      const struct log_answer *answer, uint64_t *ret_id)
{
    return ask(client, &(struct request){.type = LOG_FORGET, .payload = {folded, length}, .fd = -1},
               answer, ret_id);
}

int log_client_backup(struct log_client *client, int fd, const struct log_answer *answer,
                      uint64_t *ret_id)
{
    return ask(client, &(struct request){.type = LOG_BACKUP, .payload = {"", 0}, .fd = fd}, answer,
               ret_id);
}

int log_client_ask(struct log_client *client, const struct log_answer *answer, uint64_t *ret_id)
{
    return ask(client, &(struct request){.type = LOG_ASK, .payload = {"", 0}, .fd = -1}, answer,
               ret_id);
}

void log_client_cancel(struct log_client *client, uint64_t id)
{
    uint8_t bytes[LOG_FRAME_HEADER_BYTES];
    const struct log_frame frame = {.type = LOG_CANCEL, .a = id, .payload = {"", 0}};

    if (log_requests_cancel(&client->session.requests, id) == LOG_READ)
        (void)log_outgoing_add(&client->outgoing, bytes,
                               log_frame_write(bytes, sizeof(bytes), &frame), -1);
}

void log_client_settings(struct log_client *client, const struct log_settings *settings)
{
    uint8_t bytes[LOG_FRAME_HEADER_BYTES + 32];

    client->settings = *settings;
    if (client->session.state == LOG_SESSION_NONE)
        return;
    /* What is on its way was asked for at the level before. */
    if (settings->sync < client->session.sync)
        client->session.sync = settings->sync;
    (void)log_outgoing_add(&client->outgoing, bytes,
                           log_settings_write(bytes, sizeof(bytes), settings), -1);
}
