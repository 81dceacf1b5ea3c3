/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Functions shared by the protocols over TCP. */
#include "load.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* Of one message with what surrounds it. */
#define REQUEST_BYTES 128

/* One that waits for the network must not keep the others waiting. */
#define STREAM_BUFFER_BYTES (4 << 20)

void stream_connect(struct load *load, uint32_t index)
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr = members_source(load, index)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1, buffer = STREAM_BUFFER_BYTES;

    if (fd < 0)
        load_die("no socket for a member: the limit on open files is too low");
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (bind(fd, (struct sockaddr *)&own, sizeof(own)) != 0 ||
        connect(fd, (struct sockaddr *)&load->server, sizeof(load->server)) != 0)
        load_die("the server takes no more connections");
    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof(buffer));
    fcntl(fd, F_SETFL, O_NONBLOCK);
    load->members[index].fd = fd;
}

void stream_say(struct load *load, uint32_t author, const char *head, uint32_t first,
                uint32_t count)
{
    char request[STREAM_WINDOW * REQUEST_BYTES];
    size_t head_length = strlen(head), length = 0;

    for (uint32_t number = first; number < first + count; number++) {
        memcpy(request + length, head, head_length);
        length += head_length;
        talk_write(request + length, number);
        length += LOAD_TEXT_BYTES;
        memcpy(request + length, "\r\n", 2);
        length += 2;
    }
    members_send(load, author, request, length);
}

void stream_print(struct load *load, uint32_t index, const char *format, ...)
{
    char text[512];
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    members_send(load, index, text, (size_t)length);
}
