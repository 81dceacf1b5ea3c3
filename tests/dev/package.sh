#!/bin/bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
#
# package.sh [--unless-current]: build/package/*.deb, from a copy of the project's files and nothing
# else. --unless-current: not where it was made from these files already. Ends with 77 where
# packages can't be built.
set -euo pipefail

folder=build/package
say() { printf 'package: %s\n' "$*" >&2; }

if ! command -v dh >/dev/null; then
  say "debhelper is not installed"
  exit 77
fi
sum=$(tests/dev/files.sh | xargs -0 sha256sum | sha256sum)
if [ "${1:-}" = --unless-current ] && [ "$(cat "$folder/made-from" 2>/dev/null)" = "$sum" ]; then
  exit 0
fi

rm -rf "$folder"
mkdir -p "$folder/source"
tests/dev/files.sh | tar --null --create --files-from - | tar --extract --directory "$folder/source"
if ! (cd "$folder/source" && DEB_BUILD_OPTIONS="parallel=$(nproc)" \
  dpkg-buildpackage --build=binary --no-sign) >"$folder/build.log" 2>&1; then
  tail -n 30 "$folder/build.log" >&2
  say "not built; all of what was said: $folder/build.log"
  exit 1
fi

if command -v lintian >/dev/null; then
  options=(--display-info --pedantic --show-overrides --fail-on "error,warning")
  # An override may be of a tag that only the lintian of another release knows.
  options+=(--suppress-tags alien-tag)
  if [ "$(id -u)" -eq 0 ]; then options+=(--allow-root); fi
  lintian "${options[@]}" "$folder"/*.changes >&2
else
  say "not looked at, as lintian is not installed"
fi
printf '%s\n' "$sum" >"$folder/made-from"
ls "$folder"/roomd_*.deb
