#!/usr/bin/env bash
# clang-tidy over the headers, with the profile of .clang-tidy: tests/tidy.sh [FOLDER...], as in: tests/tidy.sh io core
#
# A folder of include/tamis at a time, all its headers in one translation unit, and a sampler as users write one, whose
# templates are instantiated. What needs libtorch, CUDA, MPI or NCCL is left out. The findings are errors. Another version than
# 14 finds other things: the profile says of what it leaves out whether 14 is to blame. Exit 77, with a sentence, where there is no clang-tidy. Variables: TAMIS_CLANG_TIDY, its name;
# TAMIS_JOBS, how many run at a time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
tidy=${TAMIS_CLANG_TIDY:-$(command -v clang-tidy-14 || command -v clang-tidy || true)}
if [ -z "$tidy" ]; then
  echo "skipped: there is no clang-tidy (Debian: clang-tidy)"
  exit 77
fi
work=build/tidy
rm -rf $work && mkdir -p $work

[ $# -gt 0 ] || set -- sampler $(cd include/tamis && ls -d */ | tr -d /)
for folder in "$@"; do
  if [ "$folder" = sampler ]; then
    cp examples/hello.cpp $work/sampler.cpp
    continue
  fi
  find "include/tamis/$folder" -name '*.hpp' ! -path '*/cuda/*' ! -path '*/models/kernel_bodies.hpp' | sort |
    { xargs grep -LE '^#include .*(torch|ATen|aten|c10|cuda|mpi|nccl)' || true; } |
    sed 's|^include/\(.*\)|#include <\1>|' > "$work/$folder.cpp"
done

status=0
printf '%s\n' "$@" | xargs -P "${TAMIS_JOBS:-$(nproc)}" -I NAME sh -c \
  "$tidy --quiet --warnings-as-errors='*' $work/NAME.cpp -- -std=c++20 -Iinclude -isystem /usr/include/eigen3 > $work/NAME.log 2> $work/NAME.err ||
   { cat $work/NAME.log; grep -v 'warnings generated\|warnings treated\|Suppressed' $work/NAME.err; false; }" || status=1
[ $status = 0 ] || { echo "clang-tidy found something: mend it, or take the check out of .clang-tidy and say why"; exit 1; }
echo "$# translation units of headers without a finding of $("$tidy" --version | grep -oE 'version [0-9]+')"
