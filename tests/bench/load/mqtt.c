/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * MQTT 3.1.1. With QoS 0, member 0 publishes and all others subscribe to one topic. With QoS 1
 * everybody does both, and is sent its own messages, too.
 */
#include "load.h"

#include <stdio.h>
#include <string.h>

#define CONNACK      0x20
#define SUBACK       0x90
#define PUBLISH      0x30
#define PINGRESP     0xd0
#define TOPIC        "\0\4room"
#define TOPIC_BYTES  6
#define PAYLOAD      (TOPIC_BYTES + LOAD_TEXT_BYTES)
#define PACKET_BYTES (2 + PAYLOAD)

/* With QoS 1 a packet has a number, behind the topic. */
#define PUBLISH_1      0x32
#define PUBLISH_AGAIN  0x08
#define PUBACK         0x40
#define PAYLOAD_1      (PAYLOAD + 2)
#define PACKET_1_BYTES (2 + PAYLOAD_1)

static void enter(struct load *load, uint32_t index)
{
    /* 3.1.1, a clean session, no keep-alive. */
    static const char head[] = "\0\4MQTT\4\2\0\0";
    char request[64] = {0x10, 0};
    size_t fixed = 2 + sizeof(head) - 1;
    int name;

    memcpy(request + 2, head, sizeof(head) - 1);
    name = snprintf(request + fixed + 2, sizeof(request) - fixed - 2, "m%u", index);
    request[fixed + 1] = (char)name;
    request[1] = (char)(fixed + (size_t)name);
    members_send(load, index, request, fixed + 2 + (size_t)name);
}

static bool has_qos1(const struct load *load)
{
    return load->protocol == &mqtt1_protocol;
}

static void subscribe(struct load *load, uint32_t index)
{
    /* The NUL at the end of the literal is QoS 0. */
    char request[] = "\x82\x09\0\1" TOPIC;

    request[sizeof(request) - 1] = has_qos1(load) ? 1 : 0;
    members_send(load, index, request, sizeof(request));
}

static void say(struct load *load, uint32_t author, uint32_t first, uint32_t count)
{
    char request[PACKET_BYTES * STREAM_WINDOW];
    size_t length = 0;

    for (uint32_t number = first; number < first + count; number++) {
        request[length] = PUBLISH;
        request[length + 1] = PAYLOAD;
        memcpy(request + length + 2, TOPIC, TOPIC_BYTES);
        talk_write(request + length + 2 + TOPIC_BYTES, number);
        length += PACKET_BYTES;
    }
    members_send(load, author, request, length);
}

static void say_numbered(struct load *load, uint32_t author, uint32_t first, uint32_t count)
{
    char request[PACKET_1_BYTES * STREAM_WINDOW];
    size_t length = 0;

    for (uint32_t number = first; number < first + count; number++) {
        uint32_t packet = 1 + number % UINT16_MAX;

        request[length] = PUBLISH_1;
        request[length + 1] = PAYLOAD_1;
        memcpy(request + length + 2, TOPIC, TOPIC_BYTES);
        request[length + 2 + TOPIC_BYTES] = (char)(packet >> 8);
        request[length + 3 + TOPIC_BYTES] = (char)packet;
        talk_write(request + length + 4 + TOPIC_BYTES, number);
        length += PACKET_1_BYTES;
    }
    members_send(load, author, request, length);
}

static void take_numbered(struct load *load, uint32_t index, const uint8_t *packet)
{
    char answer[] = {PUBACK, 2, (char)packet[2 + TOPIC_BYTES], (char)packet[3 + TOPIC_BYTES]};

    if (packet[1] != PAYLOAD_1)
        load_die("mosquitto has sent something else than a message");
    members_send(load, index, answer, sizeof(answer));
    talk_arrived_text(load, &load->members[index], (const char *)packet + 4 + TOPIC_BYTES);
}

static void take_packet(struct load *load, uint32_t index, const uint8_t *packet)
{
    switch (packet[0]) {
    case PUBLISH:
        if (packet[1] != PAYLOAD)
            load_die("mosquitto has sent something else than a message");
        talk_arrived_text(load, &load->members[index], (const char *)packet + 2 + TOPIC_BYTES);
        break;
    case CONNACK:
        if (packet[3] != 0)
            load_die("mosquitto lets nobody in");
        if (index == 0 && !has_qos1(load))
            members_is_in(load, index);
        else
            subscribe(load, index);
        break;
    case SUBACK:
        members_is_in(load, index);
        break;
    case PUBLISH_1:
    case PUBLISH_1 | PUBLISH_AGAIN:
        take_numbered(load, index, packet);
        break;
    case PUBACK:
    case PINGRESP:
        break;
    default:
        load_die("mosquitto has sent something else than a message");
    }
}

static size_t input(struct load *load, uint32_t index, char *bytes, size_t length)
{
    size_t at = 0;

    /* No packet that is received has more than 127 bytes. */
    while (length - at >= 2 && length - at >= 2 + (size_t)(uint8_t)bytes[at + 1]) {
        take_packet(load, index, (const uint8_t *)bytes + at);
        at += 2 + (size_t)(uint8_t)bytes[at + 1];
    }
    return at;
}

const struct protocol mqtt_protocol = {
    .name = "mqtt",
    .is_stream = true,
    .window = STREAM_WINDOW,
    .enter = enter,
    .input = input,
    .say = say,
};

const struct protocol mqtt1_protocol = {
    .name = "mqtt1",
    .is_stream = true,
    .authors_listen = true,
    .window = STREAM_WINDOW,
    .enter = enter,
    .input = input,
    .say = say_numbered,
};
