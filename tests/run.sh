#!/usr/bin/env bash
# Installs what is missing, fetches the model, builds everything in Release, and runs every test.
#
#   tests/run.sh [OPTION OF CTEST...]      as in: tests/run.sh -R policies
#
# Variables: TAMIS_MODEL, another model in GGUF; CXX, the compiler; TAMIS_JOBS, how many run at a time; TAMIS_WITH_TORCH=1,
# to fetch libtorch (531 MB) unless it is there; TAMIS_TORCH, another libtorch. Without one its tests are skipped.
. "$(dirname "${BASH_SOURCE[0]}")/../examples/setup.sh"

install_missing
fetch_model
if [ "${TAMIS_WITH_TORCH:-0}" = 1 ]; then fetch_torch; fi
if find_torch; then configure_options+=("-DTAMIS_TORCH=$torch"); fi
build_targets
TAMIS_MODEL=$model ctest --test-dir "$build" --output-on-failure --parallel "$jobs" "$@" ||
  fail "not every test passed; what they said is in $build/Testing/Temporary/LastTest.log."
say "What the tests said is in $build/Testing/Temporary/LastTest.log."
