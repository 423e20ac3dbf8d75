#!/usr/bin/env bash
# What the set-up says when something is missing: each case runs its functions on a machine that lacks something, made
# of a folder of tools as the whole PATH.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# The tools that every machine has.
mkdir "$work/base" "$work/home"
for tool in awk basename bash cat chmod cp cut df dirname env grep head mkdir mktemp mv nproc printf realpath rm sed \
            sha256sum sort stat tail tr; do
  ln -s "$(command -v $tool)" "$work/base/$tool"
done

# tool NAME: makes a tool of this machine out of the standard input; machine NAME: begins a new one, bare.
machine() { tools=$work/$1; mkdir "$tools"; settings=(HOME="$work/home"); }
tool() { { echo "#!$(command -v bash)"; cat; } > "$tools/$1"; chmod +x "$tools/$1"; }

# says WORDS COMMAND...: after sourcing the set-up on the machine, COMMAND fails in one sentence with these words.
says() {
  local words=$1 said
  shift
  if said=$(env -i PATH="$tools:$work/base" "${settings[@]}" bash -c '. "$0"; build=$1; shift; "$@"' \
                "$here/../examples/setup.sh" "$work/build" "$@" 2>&1 < /dev/null); then
    echo "FAILED: \`$*\` should fail with: $words"; failures=$((failures + 1))
  elif ! grep -qF -- "$words" <<< "$said"; then
    printf 'FAILED: `%s` should say: %s\nIt says: %s\n' "$*" "$words" "$said"; failures=$((failures + 1))
  fi
}

compiler() { tool "$1" <<< "echo '$2'"; }  # answers the question for __clang_major__ __GNUC__

machine bare_without_apt
says "these packages are missing: g++ cmake" install_missing

machine bare_without_root
tool apt-get <<< 'exit 0'
tool id <<< 'echo 1000'
says "only root can install them: g++ cmake" install_missing
says 'run `apt-get install -y --no-install-recommends g++ cmake' install_missing

machine without_network
tool id <<< 'echo 0'
tool apt-get <<< 'echo "Temporary failure resolving the mirror" >&2; exit 100'
says "the network or the server cannot be reached" install_missing

machine with_a_full_disk
tool id <<< 'echo 0'
tool apt-get <<< 'echo "No space left on device" >&2; exit 100'
says "the disk is full" install_missing

machine with_an_old_gcc
compiler g++ "__clang_major__ 11"
says "the compiler g++ is too old (gcc 11): Tamis needs g++ 12 or clang++ 14" install_missing
compiler g++-12 "__clang_major__ 12"
says "these packages are missing: cmake" install_missing

machine with_an_old_clang
compiler clang++ "13 4"
says "the compiler clang++ is too old (clang 13)" install_missing

machine with_the_wrong_cxx
settings+=(CXX=nothing)
says "CXX names the compiler nothing, which is not there" choose_compiler

machine with_an_old_cmake
tool cmake <<< 'echo "cmake version 3.22.1"'
says "cmake is too old (3.22.1): Tamis needs 3.24" check_cmake

machine without_the_model
settings+=(TAMIS_MODEL="$work/none.gguf")
says "TAMIS_MODEL names $work/none.gguf, which is not there" fetch_model

machine without_a_home
settings=()
says "there is no place for the model" fetch_model

machine with_no_network_for_the_model
tool python3 <<< 'echo "Failed to establish a new connection: Name or service not known (resolution)" >&2; exit 1'
says "could not fetch the model: the network or the server cannot be reached" fetch_model

machine with_a_tampered_model
tool python3 <<< '[ "$1" = -m ] || echo "not the model" > "$2/$3"'
says "the model that was fetched is not the one expected" fetch_model

machine with_little_room
tool df <<< 'printf "Filesystem blocks Used Available\n/dev/x 1 1 10240\n"'
says "and 10 MB are free; make room" fetch_model

machine without_libtorch
settings=(TAMIS_TORCH="$work/none")
says "TAMIS_TORCH names $work/none, which has no lib/libtorch_cpu.so" fetch_torch

machine with_no_network_for_libtorch
settings=(HOME="$work/home")
tool python3 <<< 'echo "Failed to establish a new connection: Name or service not known (resolution)" >&2; exit 1'
tool df <<< 'printf "Filesystem blocks Used Available\n/dev/x 1 1 10240000\n"'
says "could not fetch torch==2.11.0: the network or the server cannot be reached" fetch_torch

machine with_little_room_for_libtorch
tool df <<< 'printf "Filesystem blocks Used Available\n/dev/x 1 1 10240\n"'
says "libtorch needs 1.2 GB" fetch_torch

# Nothing half-fetched stays behind.
if [ -n "$(ls -A "$work/home/.cache/tamis" | grep -v '^fetch.log$')" ]; then
  echo "FAILED: these stay behind in the cache: $(ls -A "$work/home/.cache/tamis")"; failures=$((failures + 1))
fi

[ $failures = 0 ] && echo "every sentence is said"
exit $((failures > 0))
