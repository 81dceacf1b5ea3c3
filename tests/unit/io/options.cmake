# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
#
# System calls that the tests of this folder replace by fakes: the linker turns each call of NAME
# into one of __wrap_NAME.

function(io_fake name)
  if(TARGET test_io_${name})
    foreach(call ${ARGN})
      target_link_options(test_io_${name} PRIVATE -Wl,--wrap=${call})
    endforeach()
  endif()
endfunction()

# The clock of the loop, and what the kernel refuses to watch.
foreach(name watch timer control_server udp_recv)
  if(TARGET test_io_${name})
    target_sources(test_io_${name} PRIVATE ${CMAKE_CURRENT_LIST_DIR}/fake_loop.c)
  endif()
endforeach()

foreach(name udp udp_recv udp_send udp_gso udp_errqueue udp_paths)
  if(TARGET test_io_${name})
    target_sources(test_io_${name} PRIVATE ${CMAKE_CURRENT_LIST_DIR}/udp/fake_sockets.c)
  endif()
  io_fake(${name} socket bind getsockname setsockopt getsockopt sendmmsg recvmmsg ioctl clock_gettime)
endforeach()
io_fake(clock clock_gettime localtime_r)
io_fake(sd_notify socket sendmsg clock_gettime)
io_fake(fdstore fcntl close)
io_fake(group getsockopt geteuid)
io_fake(interfaces getifaddrs freeifaddrs socket ioctl fopen close)
io_fake(control_server accept4)
