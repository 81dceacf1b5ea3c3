/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The end of a session, and of the client. */
#include "core/sequenced_client/sequenced_client_state.h"

void sequenced_client_lose_session(struct client *client)
{
    sequenced_client_messages_lost(client);
    sequenced_client_members_forget(client);
    sequenced_client_reorder_clear(client->reorder);
    client->gaps.count = 0;
    client->blocked_ns = MOMENT_NEVER_NS;
    client->session.exists = false;
    client->session.restarted = false;
}

void sequenced_client_end(struct client *client, enum client_reason reason)
{
    client->session.exists = false;
    client->state = CLIENT_OUT; /* before anything is told: nothing is said any more */
    sequenced_client_messages_end(client);
    sequenced_client_set_state(client, CLIENT_OUT, reason, 0);
}
