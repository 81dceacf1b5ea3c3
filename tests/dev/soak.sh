#!/bin/bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
#
# soak.sh SECONDS: ten thousand simulated worlds, and as many in which the room is killed; then
# networks that fail or lie for 40 s, a thousand power cuts, a hundred kills of the log alone and a
# hundred of the room, its log or both, then the system tests that throw dice, again and again with
# new seeds, that long. It takes the programs of build/dev.
set -euo pipefail

say() { printf 'soak: %s\n' "$*" >&2; }

# simulate COUNT: so many worlds from new seeds, on all cores.
simulate() {
  local first=$((RANDOM * 32768 + RANDOM)) cores part number jobs=() status=0
  cores=$(nproc)
  part=$((($1 + cores - 1) / cores))
  mkdir -p build/simulation
  for ((number = 0; number < cores; number++)); do
    ROOMD_SEED='' ROOMD_SEEDS=$((first + number * part))-$((first + (number + 1) * part - 1)) \
      build/dev/test_core_simulation --jobs 1 --timeout 0 --filter 'simulation/everybody*' \
      >"build/simulation/$number.log" 2>&1 &
    jobs+=($!)
  done
  for number in "${!jobs[@]}"; do
    wait "${jobs[number]}" || status=1
    grep -v '^\[' "build/simulation/$number.log" >&2 || true
  done
  if [ "$status" -ne 0 ]; then
    say "a world has failed; ROOMD_SEED=SEED build/dev/test_core_simulation shows it again"
  fi
  return "$status"
}

# A switch that restarts is away that long.
outages() {
  ROOMD_OUTAGE_S=40 ctest --test-dir build/dev -R 'system.forged' --output-on-failure \
    >build/soak.log 2>&1 || { cat build/soak.log; say "a member was removed"; return 1; }
}

cuts_and_kills() {
  ROOMD_POWER_CUTS=1000 ROOMD_ROUNDS=100 ctest --test-dir build/dev -R '^system.(log|log_power|store_kills)$' \
    --output-on-failure >build/soak.log 2>&1 || { cat build/soak.log; say "something is lost"; return 1; }
}

end=$((SECONDS + $1))
rounds=0
simulate 10000
outages
cuts_and_kills
while [ "$SECONDS" -lt "$end" ]; do
  seed=$RANDOM$RANDOM
  if ! ROOMD_SEED=$seed ctest --test-dir build/dev -R 'system.many' --output-on-failure \
    >build/soak.log 2>&1; then
    cat build/soak.log
    say "failed with ROOMD_SEED=$seed"
    exit 1
  fi
  rounds=$((rounds + 1))
done
say "$rounds rounds, nothing found"
