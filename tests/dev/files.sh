#!/bin/bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
#
# files.sh [--others]: the project's files as they are now, each ended by a NUL: those that git
# knows, and with --others those that it does not know yet. In a tarball, or without git, it is all
# but what was built.
set -euo pipefail

if [ -e .git ] && command -v git >/dev/null; then
  git -c safe.directory="$PWD" ls-files -z --cached ${1:+"$1" --exclude-standard} |
    while IFS= read -r -d '' file; do
      [ ! -e "$file" ] || printf '%s\0' "$file"
    done
else
  find . \( -path ./build -o -path ./.git -o -name __pycache__ \) -prune \
    -o \( -type f -o -type l \) -printf '%P\0' | sort -z
fi
