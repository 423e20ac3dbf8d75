#!/usr/bin/env bash
# Builds and measures all that needs a GPU, and holds it against its targets, in one command: bench/cuda/run.sh [FOLDER]
# What it finds goes into FOLDER (build/bench-cuda): measurements.json, resources.txt, the logs. Needs nvcc, g++ and python3.
#
# FLASHINFER=FOLDER  the folder flashinfer/data of the wheel flashinfer-python, unpacked, if Python does not have it
# ARCH=90a           the architecture to compile for
# ONLY_BUILD=1       compiles and links, and measures nothing
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
to=${1:-$root/build/bench-cuda}
mkdir -p "$to"
arch=${ARCH:-90a}
nvcc=${CUDACXX:-$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)}
[ -x "$nvcc" ] || { echo "skipped: there is no nvcc; install the CUDA toolkit or set CUDACXX to its path" >&2; exit 77; }
jobs=$(nproc)

flashinfer=${FLASHINFER:-$(python3 -c 'import importlib.util as u; print(u.find_spec("flashinfer").submodule_search_locations[0] + "/data")' 2> /dev/null || true)}
flags=(-O3 "-gencode=arch=compute_$arch,code=sm_$arch" -I"$root/include" -I"$here")
own=(-std=c++20 --expt-relaxed-constexpr --fmad=false -Xptxas -v)

# compile NAME SOURCE FLAG...: in the background, at most $jobs at a time.
pids=()
compile() {
  local name=$1 source=$2
  shift 2
  while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do sleep 0.2; done
  "$nvcc" "${flags[@]}" "$@" -c "$source" -o "$to/$name.o" > "$to/$name.log" 2>&1 &
  pids+=("$! $name")
}
compile bench "$here/bench.cu" "${own[@]}"
compile gpu_test "$root/tests/cuda/gpu_test.cu" "${own[@]}"
compile rows "$root/tests/cuda/rows.cpp" -std=c++20 -Xcompiler -O2
peers=(no_peers)
if [ -f "$flashinfer/include/flashinfer/sampling.cuh" ]; then
  compile flashinfer_default "$here/flashinfer_default.cu" -std=c++17 -use_fast_math -I"$flashinfer/include"
  peers=(flashinfer_default)
  cake=$flashinfer/csrc/cake_sampling/generated
  if [ -f "$cake/cake_sampling_kernels_part1.cuh" ]; then
    compile flashinfer_cake "$here/flashinfer_cake.cu" -std=c++17 -I"$cake" -I"$flashinfer/include"
    peers+=(flashinfer_cake)
  else
    compile no_cake "$here/no_cake.cpp"
    peers+=(no_cake)
  fi
else
  echo "FlashInfer is left out: set FLASHINFER to the folder flashinfer/data of its wheel"
  compile no_peers "$here/no_peers.cpp"
fi
for entry in "${pids[@]}"; do
  wait "${entry% *}" || { cat "$to/${entry#* }.log"; exit 1; }
done
objects=()
for peer in "${peers[@]}"; do objects+=("$to/$peer.o"); done
"$nvcc" "${flags[@]}" "$to/bench.o" "${objects[@]}" -o "$to/tamis-bench-cuda"
"$nvcc" "${flags[@]}" "$to/gpu_test.o" "$to/rows.o" -o "$to/test-cuda"
"$here/resources.py" "$to/bench.log" "$to/gpu_test.log" | tee "$to/resources.txt"
[ -z "${ONLY_BUILD:-}" ] || exit 0

echo "== the tokens of simd"
TAMIS_ROWS=${TAMIS_ROWS:-10000} "$to/test-cuda" | tee "$to/test-cuda.txt"
if command -v compute-sanitizer > /dev/null; then
  for tool in memcheck racecheck synccheck; do
    echo "== compute-sanitizer --tool $tool"
    TAMIS_ROWS=250 timeout 300 compute-sanitizer --tool $tool --error-exitcode 1 "$to/test-cuda" > "$to/$tool.txt" 2>&1 || echo "see $to/$tool.txt"
    tail -n 3 "$to/$tool.txt"
  done
else
  echo "compute-sanitizer is not here, so memory and races are not checked"
fi
echo "== the times"
"$to/tamis-bench-cuda" > "$to/measurements.json"
if "$here/torch_baseline.py" > "$to/torch.jsonl"; then
  python3 - "$to" <<'PYTHON'
import datetime, json, sys
path = sys.argv[1] + "/measurements.json"
all = json.load(open(path))
all["date"] = datetime.date.today().isoformat()
all["measurements"] += [json.loads(line) for line in open(sys.argv[1] + "/torch.jsonl")]
json.dump(all, open(path, "w"), indent=1)
PYTHON
fi
"$here/check_targets.py" "$to/measurements.json" | tee "$to/targets.txt"
echo "If these are to be kept: cp $to/measurements.json docs/measurements/cuda_$(date +%F).json"
