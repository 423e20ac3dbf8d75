#!/usr/bin/env bash
# Builds and measures all that needs a GPU, and holds it against its targets, in one command: bench/cuda/run.sh [FOLDER]
# What it finds goes into FOLDER (build/bench-cuda): measurements.json, resources.txt, the logs. Needs nvcc, g++ and python3.
#
# FLASHINFER=FOLDER  the folder flashinfer/data of the wheel flashinfer-python, unpacked, if Python does not have it
# ARCH=90a           the architecture to compile for
# TAMIS_TORCH=FOLDER the folder of the Python package torch with CUDA, if Python does not have it: for tensors on the GPU
# TAMIS=PROGRAM      a command line that is built already, for the golden cases; else it is built here, as README.md says
# ONLY_BUILD=1       compiles and links, and measures nothing
# ONLY_RUN=1         runs what another call has built into FOLDER
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
to=${1:-$root/build/bench-cuda}
mkdir -p "$to"
arch=${ARCH:-90a}
nvcc=${CUDACXX:-$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)}
[ -n "${ONLY_RUN:-}" ] || [ -x "$nvcc" ] || { echo "skipped: there is no nvcc; install the CUDA toolkit or set CUDACXX to its path" >&2; exit 77; }
jobs=$(nproc)

find_package() { python3 -c "import importlib.util as u; print(u.find_spec('$1').submodule_search_locations[0])" 2> /dev/null || true; }
torch=${TAMIS_TORCH:-$(find_package torch)}
flashinfer=${FLASHINFER:-$(find_package flashinfer)/data}

build() {
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
  compile pipeline_on_cuda "$root/examples/tamis/cuda/pipeline_on_cuda.cu" "${own[@]}" -Xcompiler -fPIC
  if [ -f "$torch/lib/libtorch_cuda.so" ]; then
    compile torch_kernels "$root/tests/cuda/torch_kernels.cu" "${own[@]}"
    compile torch_on_gpu "$root/tests/cuda/torch_on_gpu.cpp" -std=c++20 -Xcompiler -O1 -isystem "$torch/include" -isystem "$torch/include/torch/csrc/api/include"
  else
    echo "tensors are left out: set TAMIS_TORCH to the folder of the Python package torch with CUDA"
  fi
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
  "$nvcc" "${flags[@]}" -shared "$to/pipeline_on_cuda.o" -o "$to/tamis-cuda.so"
  if [ -f "$to/torch_kernels.o" ]; then
    "$nvcc" "${flags[@]}" "$to/torch_on_gpu.o" "$to/torch_kernels.o" -o "$to/test-cuda-torch" -L"$torch/lib" \
        -Xlinker --no-as-needed,--allow-shlib-undefined -ltorch_cuda -ltorch_cpu -lc10_cuda -lc10
  fi
  if [ -n "${TAMIS:-}" ]; then
    cp "$TAMIS" "$to/tamis"
  elif cmake -S "$root" -B "$to/command_line" -DCMAKE_BUILD_TYPE=Release -DTAMIS_TESTS=OFF > "$to/command_line.log" 2>&1 &&
       cmake --build "$to/command_line" --target tamis-cli --parallel "$jobs" >> "$to/command_line.log" 2>&1; then
    cp "$to/command_line/bin/tamis" "$to/tamis"
  else
    echo "the golden cases are left out: the command line was not built, see $to/command_line.log; or set TAMIS to one that is"
  fi
  "$here/resources.py" "$to/bench.log" "$to/gpu_test.log" "$to/pipeline_on_cuda.log" | tee "$to/resources.txt"
}

[ -n "${ONLY_RUN:-}" ] || build
[ -z "${ONLY_BUILD:-}" ] || exit 0

PATH=$PATH:$(dirname "$nvcc")
failed=0
# try NAME COMMAND...: runs it for at most ten minutes, as a kernel may hang; what it says is kept in NAME.txt.
try() {
  local name=$1 status=0
  shift
  timeout 600 "$@" 2>&1 | tee "$to/$name.txt" || status=${PIPESTATUS[0]}
  [ $status != 77 ] || exit 77
  [ $status = 0 ] || { failed=1; echo "FAILED: $name ended with $status"; }
}

echo "== the tokens of simd"
TAMIS_ROWS=${TAMIS_ROWS:-10000} try test-cuda "$to/test-cuda"
if [ -x "$to/tamis" ]; then
  echo "== the cases of the peers"
  golden=$root/tests/golden
  try golden "$to/tamis" check --backend cuda "$golden/processors.jsonl" "$golden/chains.jsonl" "$golden/llama_cpp.jsonl"
fi
if [ -x "$to/test-cuda-torch" ]; then
  echo "== tensors"
  LD_LIBRARY_PATH=$torch/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} try test-cuda-torch "$to/test-cuda-torch"
fi
if command -v compute-sanitizer > /dev/null; then
  for tool in memcheck racecheck synccheck; do
    echo "== compute-sanitizer --tool $tool"
    TAMIS_ROWS=250 timeout 300 compute-sanitizer --tool $tool --error-exitcode 1 "$to/test-cuda" > "$to/$tool.txt" 2>&1 ||
      { failed=1; echo "FAILED: see $to/$tool.txt"; }
    tail -n 3 "$to/$tool.txt"
  done
else
  echo "compute-sanitizer is not here, so memory and races are not checked"
fi
echo "== the times"
timeout 600 "$to/tamis-bench-cuda" > "$to/measurements.json" || { failed=1; echo "FAILED: tamis-bench-cuda"; }
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
"$here/check_targets.py" "$to/measurements.json" | tee "$to/targets.txt" || failed=1
echo "If these are to be kept: cp $to/measurements.json docs/measurements/cuda_$(date +%F).json"
exit $failed
