# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
#
# A fake name server: the linker turns each call of getaddrinfo into one of __wrap_getaddrinfo.
target_link_options(test_room_resolver PRIVATE -Wl,--wrap=getaddrinfo)
target_compile_options(test_room_resolver PRIVATE -Wno-reserved-identifier)

# A resolver and a timer that the test controls, and a network that can fail.
foreach(call resolver_start ev_timer_start ev_timer_stop connect send)
  target_link_options(test_room_udp_link PRIVATE -Wl,--wrap=${call})
endforeach()
target_compile_options(test_room_udp_link PRIVATE -Wno-reserved-identifier)

# The test computes contrasts.
target_link_libraries(test_room_style PRIVATE m)
