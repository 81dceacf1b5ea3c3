/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The end of a session, and of the client. */
#include "core/sequenced_client/client_state.h"

void client_lose_session(struct client *client)
{
    client_say_lost(client);
    client_members_forget(client);
    client_store_clear(client->store);
    client->missing.count = 0;
    client->blocked_ns = MOMENT_NEVER_NS;
    client->known.exists = false;
    client->known.restarted = false;
}

void client_end(struct client *client, enum client_reason reason)
{
    client->known.exists = false;
    client->state = CLIENT_OUT; /* before anything is told: nothing is said any more */
    client_say_end(client);
    client_set_state(client, CLIENT_OUT, reason, 0);
}
