/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "support/dice.h"

#include <criterion/criterion.h>
#include <roomd/network.h>
#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

static char why[NETWORK_WHY_BYTES];

static struct network parse(const char *text)
{
    struct network network = {.bits = 0};

    cr_assert_eq(network_parse(text, &network, why), 0, "%s %s", text, why);
    return network;
}

static struct endpoint at(const char *text)
{
    struct endpoint endpoint = {.port = 0};
    char with_port[80];

    snprintf(with_port, sizeof(with_port), strchr(text, ':') != NULL ? "[%s]:1" : "%s:1", text);
    cr_assert_eq(endpoint_parse(with_port, &endpoint), 0, "%s", text);
    return endpoint;
}

static bool has(const char *network, const char *address)
{
    struct network parsed = parse(network);
    struct endpoint endpoint = at(address);

    return network_has(&parsed, endpoint.address);
}

Test(network, what_is_read_is_written_in_one_form)
{
    static const char *const cases[][2] = {
        {"192.0.2.0/24", "192.0.2.0/24"},
        {"192.0.2.7", "192.0.2.7"},
        {"192.0.2.7/32", "192.0.2.7"},
        {"128.0.0.0/1", "128.0.0.0/1"},
        {"0.0.0.0/0", "0.0.0.0/0"},
        {"255.255.255.254/31", "255.255.255.254/31"},
        {"2001:DB8:0::/32", "2001:db8::/32"},
        {"2001:db8::1", "2001:db8::1"},
        {"2001:db8::1/128", "2001:db8::1"},
        {"2001:db8::2/127", "2001:db8::2/127"},
        {"8000::/1", "8000::/1"},
        {"::/0", "::/0"},
        {"::", "::"},
        {"::ffff:192.0.2.0/120", "192.0.2.0/24"},
        {"::ffff:192.0.2.7", "192.0.2.7"},
        {"::ffff:c000:207/128", "192.0.2.7"},
        {"::ffff:0.0.0.0/96", "0.0.0.0/0"},
        {"::fffe:0:0/95", "::fffe:0:0/95"},
        {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127",
         "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct network network = parse(cases[i][0]), again;
        char text[NETWORK_TEXT_BYTES];

        cr_expect_str_eq(network_format(&network, text), cases[i][1]);
        again = parse(text);
        cr_expect(network_equal(&network, &again), "%s", text);
    }
}

Test(network, what_is_not_quite_a_network_is_none)
{
    static const char *const cases[] = {
        "",
        "/",
        "/24",
        "192.0.2",
        "192.0.2.0/",
        "192.0.2.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/+8",
        "10.0.0.0/08",
        "10.0.0.0/8 ",
        " 10.0.0.0/8",
        "10.0.0.0/8/8",
        "10.0.0.0/0x8",
        "10.0.0.0/4294967304",
        "10.0.0.0/00",
        "256.0.0.0/8",
        "10.0.0.0/255.0.0.0",
        "10.0.0.*",
        "10.0.0.0-10.0.0.9",
        "010.0.0.0/8",
        "10/8",
        "2001:db8::/129",
        "2001:db8::/",
        "2001:db8::/1000",
        "2001:db8:/32",
        ":",
        "::ffff:192.0.2.0/129",
        "example.org",
        "all",
        "none",
        "192.0.2.0\\24",
        "0.0.0.0/0,",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct network network = {.bits = 77};

        why[0] = '\0';
        cr_expect_eq(network_parse(cases[i], &network, why), STATUS_INVALID, "'%s'", cases[i]);
        cr_expect(why[0] != '\0', "'%s'", cases[i]);
        cr_expect_eq(network.bits, 77, "what was refused must not be used");
    }
}

static void expect_why(const char *text, const char *words)
{
    struct network network;

    cr_expect_eq(network_parse(text, &network, why), STATUS_INVALID, "%s", text);
    cr_expect(strstr(why, words) != NULL, "'%s' %s", text, why);
}

Test(network, a_mistake_is_told_with_what_was_meant)
{
    expect_why("192.0.2.7/24", "did you mean 192.0.2.0/24?");
    expect_why("192.0.2.1/31", "did you mean 192.0.2.0/31?");
    expect_why("192.0.2.0/22", "did you mean 192.0.0.0/22?");
    expect_why("10.0.0.0/3", "did you mean 0.0.0.0/3?");
    expect_why("2001:db8::1/127", "did you mean 2001:db8::/127?");
    expect_why("2001:db8::1/32", "did you mean 2001:db8::/32?");
    expect_why("::ffff:192.0.2.7/120", "did you mean 192.0.2.0/24?");
    expect_why("10.0.0.0/33", "from 0 to 32");
    expect_why("2001:db8::/129", "from 0 to 128");
    expect_why("192.0.2.1:8888", "has a port");
    expect_why("[2001:db8::1]:8888", "brackets");
    expect_why("fe80::1%eth0", "interface");
    expect_why("lab", "is no network: write for example");
}

Test(network, nobody_is_led_from_one_address_to_everybody)
{
    expect_why("192.0.2.7/0", "did you mean 192.0.2.7?");
    expect_why("2001:db8::1/0", "did you mean 2001:db8::1?");
    expect_why("::ffff:192.0.2.0/24", "did you mean 192.0.2.0/24?");
    expect_why("::ffff:192.0.2.0/0", "did you mean");
    expect_why("::ffff:192.0.2.0/95", "96 to 128");
}

Test(network, it_holds_from_its_first_to_its_last_address_and_no_other)
{
    static const struct {
        const char *network, *below, *first, *last, *above;
    } cases[] = {
        {"192.0.2.0/24", "192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"},
        {"192.0.2.128/25", "192.0.2.127", "192.0.2.128", "192.0.2.255", "192.0.3.0"},
        {"172.16.0.0/12", "172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"},
        {"192.0.2.6/31", "192.0.2.5", "192.0.2.6", "192.0.2.7", "192.0.2.8"},
        {"192.0.2.7", "192.0.2.6", "192.0.2.7", "192.0.2.7", "192.0.2.8"},
        {"2001:db8::/33", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
         "2001:db8::", "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff", "2001:db8:8000::"},
        {"fc00::/7", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
         "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe00::"},
        {"::ffff:192.0.2.0/120", "192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cr_expect_not(has(cases[i].network, cases[i].below), "%s", cases[i].network);
        cr_expect(has(cases[i].network, cases[i].first), "%s", cases[i].network);
        cr_expect(has(cases[i].network, cases[i].last), "%s", cases[i].network);
        cr_expect_not(has(cases[i].network, cases[i].above), "%s", cases[i].network);
    }
}

Test(network, all_of_one_family_is_nothing_of_the_other)
{
    cr_expect(has("0.0.0.0/0", "0.0.0.0") && has("0.0.0.0/0", "255.255.255.255"));
    cr_expect_not(has("0.0.0.0/0", "::1"));
    cr_expect(has("::/0", "::") && has("::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
    cr_expect_not(has("::/0", "192.0.2.1"));
    cr_expect(has("192.0.2.1", "::ffff:192.0.2.1"), "one endpoint, however it is written");
}

Test(network, everybody_is_known)
{
    static const char *const everybody[] = {"0.0.0.0/0", "::/0", "::ffff:0:0/96"};
    static const char *const some[] = {"0.0.0.0/1", "::/1", "0.0.0.0", "::"};

    for (size_t i = 0; i < 3; i++) {
        struct network network = parse(everybody[i]);

        cr_expect(network_is_everybody(&network), "%s", everybody[i]);
    }
    for (size_t i = 0; i < 4; i++) {
        struct network network = parse(some[i]);

        cr_expect_not(network_is_everybody(&network), "%s", some[i]);
    }
}

/* The contract: an address of the same family whose first bits are the network's. */
static bool has_bit_by_bit(const struct network *network,
                           const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    if (endpoint_address_is_ipv4(network->address) != endpoint_address_is_ipv4(address))
        return false;
    for (unsigned bit = 0; bit < network->bits; bit++) {
        if (((network->address[bit / 8] ^ address[bit / 8]) & (0x80U >> bit % 8)) != 0)
            return false;
    }
    return true;
}

static void roll_address(struct dice *dice, uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    const uint8_t ipv4[4] = {(uint8_t)dice_roll(dice), (uint8_t)dice_roll(dice), 0,
                             (uint8_t)dice_below(dice, 2)};
    /* ::/80 must not match ::ffff:192.0.2.1, which is IPv4. */
    uint32_t filled = dice_chance(dice, 500) ? 500 : 0;

    for (size_t i = 0; i < ENDPOINT_ADDRESS_BYTES; i++)
        address[i] = dice_chance(dice, filled) ? (uint8_t)dice_roll(dice) : 0;
    if (dice_chance(dice, 500))
        endpoint_address_from_ipv4(ipv4, address);
}

Test(network, matching_agrees_with_a_comparison_bit_by_bit)
{
    struct dice dice = {.state = 1};
    unsigned in = 0;

    for (int round = 0; round < 20000; round++) {
        uint8_t address[ENDPOINT_ADDRESS_BYTES];
        struct network network;
        uint32_t bit = dice_below(&dice, 129);

        roll_address(&dice, network.address);
        network.bits =
            (uint8_t)(endpoint_address_is_ipv4(network.address) ? dice_between(&dice, 96, 128)
                                                                : dice_between(&dice, 0, 128));
        memcpy(address, network.address, sizeof(address));
        for (; bit < 128; bit += 1 + dice_below(&dice, 32)) /* equal up to some bit */
            address[bit / 8] ^= (uint8_t)(0x80U >> bit % 8);
        if (dice_chance(&dice, 100))
            roll_address(&dice, address);
        for (unsigned other = network.bits; other < 128; other++)
            network.address[other / 8] &= (uint8_t)~(0x80U >> other % 8);
        in += has_bit_by_bit(&network, address) ? 1 : 0;
        cr_assert_eq(network_has(&network, address), has_bit_by_bit(&network, address), "round %d",
                     round);
    }
    cr_expect(in > 1000 && in < 19000, "%u of 20000 are in", in);
}

/* ---- lists ---- */

static struct network_list list;
static char text[NETWORK_LIST_TEXT_BYTES];

static void add(const char *word)
{
    cr_assert_eq(network_list_add(&list, word, why), 0, "%s %s", word, why);
}

static bool list_has(const char *address)
{
    struct endpoint endpoint = at(address);

    return network_list_has(&list, endpoint.address);
}

Test(network, an_empty_list_holds_nobody)
{
    cr_expect_not(list_has("127.0.0.1"));
    cr_expect_not(list_has("0.0.0.0"));
    cr_expect_not(list_has("::"));
    cr_expect_str_eq(network_list_format(&list, text), "none");
}

Test(network, words_stand_for_the_usual_networks)
{
    static const struct {
        const char *word, *in[6], *out[8];
    } cases[] = {
        {"loopback",
         {"127.0.0.0", "127.255.255.255", "::1"},
         {"126.255.255.255", "128.0.0.0", "::", "::2"}},
        {"private",
         {"10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0",
          "192.168.255.255"},
         {"9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255",
          "192.169.0.0", "100.64.0.1"}},
        {"link-local",
         {"169.254.0.0", "169.254.255.255", "fe80::", "febf:ffff::"},
         {"169.253.255.255", "169.255.0.0", "fe7f:ffff::", "fec0::"}},
        {"unique-local", {"fc00::", "fdff:ffff::"}, {"fbff:ffff::", "fe00::", "192.0.2.1"}},
        {"all", {"0.0.0.0", "255.255.255.255", "::", "ffff::"}, {NULL}},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        memset(&list, 0, sizeof(list));
        add(cases[i].word);
        for (size_t j = 0; j < 6 && cases[i].in[j] != NULL; j++)
            cr_expect(list_has(cases[i].in[j]), "%s: %s", cases[i].word, cases[i].in[j]);
        for (size_t j = 0; j < 8 && cases[i].out[j] != NULL; j++)
            cr_expect_not(list_has(cases[i].out[j]), "%s: %s", cases[i].word, cases[i].out[j]);
        cr_expect_str_eq(network_list_format(&list, text), cases[i].word);
    }
}

Test(network, a_list_is_written_in_one_form)
{
    add("192.0.2.0/24");
    add("private");
    add("::ffff:192.0.2.0/120");
    add("loopback");
    add("2001:db8::1");
    add("private");
    cr_expect_str_eq(network_list_format(&list, text),
                     "loopback, private, 192.0.2.0/24, 2001:db8::1");
    cr_expect(list_has("127.0.0.1") && list_has("192.0.2.255") && list_has("2001:db8::1") &&
              list_has("10.1.2.3"));
    cr_expect_not(list_has("2001:db8::2"));
}

Test(network, a_mistyped_word_is_told)
{
    cr_expect_eq(network_list_add(&list, "privat", why), STATUS_INVALID);
    cr_expect_str_eq(why, "is no network; did you mean private?");
    cr_expect_eq(network_list_add(&list, "Loopback", why), STATUS_INVALID);
    cr_expect_str_eq(why, "is no network; did you mean loopback?");
    cr_expect_eq(network_list_add(&list, "everything", why), STATUS_INVALID);
    cr_expect(strstr(why, "write for example") != NULL);
    cr_expect_str_eq(network_list_format(&list, text), "none");
}

Test(network, a_full_list_takes_no_more)
{
    char network[32];

    for (unsigned i = 0; i < NETWORK_LIST_MAX; i++) {
        snprintf(network, sizeof(network), "10.0.%u.0/24", i);
        add(network);
    }
    cr_expect_eq(network_list_add(&list, "10.1.0.0/24", why), STATUS_FULL);
    cr_expect(strstr(why, "at most 256") != NULL, "%s", why);
    add("10.0.255.0/24"); /* it is in the list already */
    add("loopback");
    cr_expect(list_has("10.0.255.255"));
    cr_expect_not(list_has("10.1.0.1"));
    network_list_format(&list, text);
    cr_expect(strstr(text, ", 10.0.255.0/24") != NULL);
}
