# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
#
# Uses the dialects in the sources as the installed ones: the test's own copy of this file is linked
# before the library's.
target_sources(test_conf_dialect_files PRIVATE ${PROJECT_SOURCE_DIR}/src/conf/dialect_files.c)
target_compile_definitions(test_conf_dialect_files PRIVATE ROOMD_DIALECTS_DIR="${PROJECT_SOURCE_DIR}/conf/dialects")

# Links invented obsolete options.
target_sources(test_conf_obsolete_option PRIVATE ${CMAKE_CURRENT_LIST_DIR}/obsolete_rows.c)
