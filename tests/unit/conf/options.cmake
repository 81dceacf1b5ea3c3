# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
#
# Takes the dialects of the sources for the installed ones: the test's own copy of this file stands before the library's.
target_sources(test_conf_dialect_files PRIVATE ${PROJECT_SOURCE_DIR}/src/conf/dialect_files.c)
target_compile_definitions(test_conf_dialect_files PRIVATE ROOMD_DIALECTS_DIR="${PROJECT_SOURCE_DIR}/conf/dialects")

# Has options of its own that are obsolete.
target_sources(test_conf_obsolete_option PRIVATE ${CMAKE_CURRENT_LIST_DIR}/obsolete_rows.c)
