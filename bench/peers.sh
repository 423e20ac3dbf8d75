#!/usr/bin/env bash
# Installs the peers beside which tamis is measured, builds tamis-bench with them, and measures:
#
#     bench/peers.sh [--no-torch] [options of tamis-bench]
#
# llama.cpp comes from the package llama-cpp-python, built here, and libtorch from the package torch (530 MB); both go to a
# folder outside the source tree, $TAMIS_CACHE or ~/.cache/tamis/peers. A second run downloads and builds nothing. Afterwards
# bench/performance.py draws the table and the plot of docs/performance.md from build/bench/performance.json.
set -euo pipefail
cd "$(dirname "$0")/.."

peers=${TAMIS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tamis}/peers
torch=yes
if [ "${1:-}" = --no-torch ]; then torch=no; shift; fi

test -x "$peers/bin/python" || python3 -m venv "$peers"
site=$("$peers/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
if ! test -e "$site/llama_cpp/lib/libllama.so"; then
  echo "Building llama.cpp: this takes a quarter of an hour on two cores." >&2
  "$peers/bin/pip" install --quiet 'llama-cpp-python==0.3.36'
fi
if [ "$torch" = yes ] && ! test -e "$site/torch/lib/libtorch_cpu.so"; then
  echo "Fetching libtorch, 530 MB." >&2
  "$peers/bin/pip" install --quiet --no-deps 'torch==2.11.0'
fi
"$peers/bin/python" -c 'import matplotlib' 2>/dev/null || "$peers/bin/pip" install --quiet matplotlib

with_torch=()
if [ "$torch" = yes ]; then with_torch=("-DTAMIS_TORCH=$site/torch"); fi
cmake --preset bench -DTAMIS_BENCH_PEERS=ON -DTAMIS_PEERS_SITE="$site" "${with_torch[@]}" >/dev/null
cmake --build build/bench --target tamis-bench -j 2

# One run, so that all see the same machine; in random order, so that none has the quiet minutes for itself.
LD_LIBRARY_PATH="$site/llama_cpp/lib:$site/torch/lib" build/bin/tamis-bench \
  --benchmark_repetitions=9 --benchmark_min_time=0.02 --benchmark_enable_random_interleaving=true \
  --benchmark_out=build/bench/performance.json --benchmark_out_format=json "$@" >/dev/null
echo "Measured into build/bench/performance.json; now: $peers/bin/python bench/performance.py" >&2
