/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Writes the requests of a plain client, and knows how much fits into them. */
#include "core/plain_client/plain_client_state.h"

#include <string.h>

void plain_client_set_name(struct plain_client *client, const char *name)
{
    size_t verb = client->dialect->verbs[DIALECT_CHAT_VERBS].length[0], length = strlen(name);
    size_t space = PLAIN_CLIENT_REQUEST_MAX_BYTES - (verb + 1 + length + 1);

    memcpy(client->base.requested_name, name, length + 1);
    client->base.text_max_bytes = space < CLIENT_TEXT_MAX_BYTES ? space : CLIENT_TEXT_MAX_BYTES;
}

static size_t add(char *request, size_t used, const char *bytes, size_t length)
{
    memcpy(request + used, bytes, length);
    return used + length;
}

void plain_client_send(struct plain_client *client, enum dialect_key verbs, const char *name,
                       struct octets_slice text)
{
    const struct verbs *words = &client->dialect->verbs[verbs - DIALECT_JOIN_VERBS];
    char request[PLAIN_CLIENT_REQUEST_MAX_BYTES];
    size_t used = add(request, 0, words->word[0], words->length[0]);

    used = add(request, used, " ", 1);
    used = add(request, used, name, strlen(name));
    if (text.length > 0) {
        used = add(request, used, " ", 1);
        used = add(request, used, text.bytes, text.length);
    }
    client_send(&client->base, request, used);
}
