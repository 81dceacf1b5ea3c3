/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Lists of networks in the configuration. Core parses a single network: see <roomd/network.h>. */
#ifndef ROOMD_CONF_NETWORK_OPTION_H
#define ROOMD_CONF_NETWORK_OPTION_H

#include "conf/diagnostics.h"
#include "conf/option.h"

/*
 * Parses a comma-separated list of networks and words and reports each error. The word `none`, and
 * an empty value if the option may be empty, is an empty list. STATUS_INVALID: there were errors,
 * and `ret_list` is untouched.
 */
int network_option_parse(const char *text, const struct option *option, const struct place *place,
                         struct diagnostics *diagnostics, struct network_list *ret_list);

/*
 * The same for access.plain_from, which may have the word OPTION_TRUSTED, too: then `ret_trusted`
 * is true.
 */
int network_option_parse_plain_from(const char *text, const struct option *option,
                                    const struct place *place, struct diagnostics *diagnostics,
                                    struct network_list *ret_list, bool *ret_trusted);

/*
 * Adds the networks of `other`. STATUS_FULL: together they are more than NETWORK_LIST_MAX; the list
 * is then incomplete.
 */
int network_option_join(struct network_list *list, const struct network_list *other);

#endif
