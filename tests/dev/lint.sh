#!/bin/bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
#
# lint.sh [--format]: what the tools find in the sources, with the compile commands of build/dev;
# or formats the sources in place. ROOMD_LLVM is the version of clang-format and clang-tidy.
set -euo pipefail

found=0
left_out=0

say() { printf 'lint: %s\n' "$*" >&2; }

sources() { tests/dev/files.sh --others | grep -z '\.[ch]$'; }

# has NAME: that tool of LLVM is here, in that version; $tool is what it is called.
has() {
  for tool in "$1-$ROOMD_LLVM" "$1"; do
    ! "$tool" --version 2>/dev/null | grep -q "version $ROOMD_LLVM\." || return 0
  done
  say "$1 $ROOMD_LLVM is not installed, and other versions find other things: left out"
  left_out=1
  return 1
}

if [ "${1:-}" = --format ]; then
  has clang-format || exit 69
  sources | xargs -0 "$tool" -i
  exit
fi

# Each of them has its say, also after another has found something.
if has clang-format; then
  sources | xargs -0 "$tool" --dry-run --Werror || found=1
fi
if has clang-tidy; then
  # It counts aloud what it does not show.
  sources | grep -z '^src/.*\.c$' | xargs -0 -P "$(nproc)" -n 4 "$tool" --quiet -p build/dev 2>&1 |
    sed -E '/^([0-9]+ warnings? generated\.|\[[0-9/]+\] Processing file .*)$/d' >&2 || found=1
fi
if command -v cppcheck >/dev/null; then
  # uninitvar: version 2.17 takes an array for one that another argument of the same call fills.
  cppcheck -j "$(nproc)" --quiet --enable=warning,performance,portability --inline-suppr \
    --suppress=missingIncludeSystem --suppress=uninitMemberVar --suppress=uninitvar \
    --suppress=normalCheckLevelMaxBranches \
    --error-exitcode=1 --std=c11 -D_GNU_SOURCE -Iinclude -Isrc src || found=1
else
  say "cppcheck is not installed: left out"
  left_out=1
fi

if [ "$found" -ne 0 ]; then say "something was found, see above"; exit 1; fi
if [ "$left_out" -ne 0 ]; then say "nothing found, but not all was looked at"; exit; fi
say "nothing found"
