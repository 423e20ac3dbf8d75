#!/usr/bin/env bash
# Builds the fuzzers, and runs each of them.
#
#   tests/fuzz/run.sh [SECONDS [NAME...]]      30 seconds of each; or of those named, as in: tests/fuzz/run.sh 600 npy gguf
#
# What one finds is left in build/fuzz/bin, and its name printed; what it learns is in build/fuzz/bin/NAME_fuzz.corpus.
# Exit 77, with a sentence, where clang has no libFuzzer. Variables: TAMIS_JOBS, how many are compiled at a time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
seconds=${1:-30}
shift || true
jobs=${TAMIS_JOBS:-$(nproc)}
build=build/fuzz

if ! echo 'extern "C" int LLVMFuzzerTestOneInput(const char*, unsigned long) { return 0; }' |
  clang++ -x c++ -fsanitize=fuzzer,address - -o /dev/null 2> /dev/null; then
  echo "skipped: the fuzzers need clang with libFuzzer (Debian: clang libclang-rt-14-dev)"
  exit 77
fi
cmake -S . -B $build -DCMAKE_CXX_COMPILER=clang++ -DTAMIS_FUZZ=ON -DTAMIS_TESTS=OFF -DTAMIS_EXAMPLES=OFF \
  $(! command -v ninja > /dev/null || echo -G Ninja) -DCMAKE_CXX_COMPILER_LAUNCHER="$(command -v ccache || true)"
cmake --build $build --parallel "$jobs" --target $([ $# = 0 ] && echo all || printf '%s_fuzz ' "$@")

[ $# -gt 0 ] || set -- $(cd tests/fuzz && for file in *_fuzz.cpp; do echo "${file%_fuzz.cpp}"; done)
for name in "$@"; do
  fuzzer=$build/bin/${name}_fuzz
  mkdir -p "$fuzzer.corpus"
  echo "== $name"
  "$fuzzer" "$fuzzer.corpus" $(ls -d "tests/fuzz/corpus/$name" 2> /dev/null) -max_total_time="$seconds" -rss_limit_mb=4096 \
    -timeout=20 -artifact_prefix="$fuzzer." -print_final_stats=1 -verbosity=0
done
echo "$# runs of fuzzers, $seconds s each, without a finding"
