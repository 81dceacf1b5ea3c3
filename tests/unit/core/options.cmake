# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
#
# Makes core's allocations fail on demand.
target_link_options(test_core_allocation PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc)
target_compile_options(test_core_allocation PRIVATE -Wno-reserved-identifier)

# Reads doc/vectors/sequenced.ini.
target_sources(test_core_sequenced PRIVATE ${CMAKE_CURRENT_LIST_DIR}/sequenced_wire/sequenced_vectors.c
                                           ${CMAKE_CURRENT_LIST_DIR}/sequenced_wire/sequenced_vectors_write.c)
target_link_libraries(test_core_sequenced PRIVATE PkgConfig::INIH)

# The same for the index alone.
target_link_options(test_core_hash_index PRIVATE -Wl,--wrap=calloc)
target_compile_options(test_core_hash_index PRIVATE -Wno-reserved-identifier)
