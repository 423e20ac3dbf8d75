#!/usr/bin/env bash
# What #include <tamis/tamis.hpp> costs: the processor time over the standard headers it uses, and that it brings in no third
# party.
#
#   bench/compile_time/include_cost.sh [--no-timing] [COMPILER]
#
# Exits with 1 if a third party comes in, or if the cost is not under 0.6 s.
set -euo pipefail
shopt -s inherit_errexit
limit=0.6
timing=yes
if [ "${1:-}" = --no-timing ]; then
  timing=""
  shift
fi
compiler=${1:-${CXX:-g++}}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
compile() { "$compiler" -std=c++20 -O2 -I"$root/include" "$@"; }

echo '#include <tamis/tamis.hpp>' > "$work/with.cpp"
compile -M -MT all "$work/with.cpp" | tr -s ' \\' '\n' | sed 1d | grep -v '\.cpp$' | xargs realpath | sort -u > "$work/files"

# The compiler's own folders hold no third party; of /usr/include, the C library's and the kernel's do not.
own_folders=$(compile -E -v -x c++ /dev/null 2>&1 | sed -n '/#include </,/^End/p' | grep '^ ' | xargs realpath |
  grep -E '/(gcc|c\+\+|clang)/' | sort -u)
grep -vF "$root/include/tamis/" "$work/files" | grep -vFf <(sed 's,$,/,' <<< "$own_folders") |
  grep -vE '^/usr/include/([^/]+-linux-gnu/)?((bits|asm|asm-generic|gnu|linux|sys)/.*|[^/]+\.h)$' > "$work/third" || true
own=$(grep -cF "$root/include/tamis/" "$work/files")
if [ -s "$work/third" ]; then
  echo "tamis.hpp brings in a third party:"
  cat "$work/third"
  exit 1
fi
echo "tamis.hpp brings in $own headers of its own and no third party"
[ -n "$timing" ] || exit 0

# Every standard header that those of our own name.
grep -F "$root/include/tamis/" "$work/files" | xargs sed -nE 's/^[ \t]*#[ \t]*include (<[^>]+>).*/\1/p' | sort -u |
  sed 's/^/#include /' > "$work/without.cpp"

# The processor time of one compilation: the least of seven, for what disturbs a run only makes it longer.
seconds() {
  local TIMEFORMAT='%U %S' i
  compile -c "$1" -o "$work/out.o"
  for i in 1 2 3 4 5 6 7; do
    { time compile -c "$1" -o "$work/out.o"; } 2>&1
  done | awk '{ s = $1 + $2; if (NR == 1 || s < best) best = s } END { print best }'
}
with=$(seconds "$work/with.cpp")
without=$(seconds "$work/without.cpp")
awk -v w="$with" -v o="$without" -v l="$limit" -v n="$(wc -l < "$work/without.cpp")" -v c="$compiler" 'BEGIN {
  printf "%s: %.2f s with tamis.hpp, %.2f s with the %d standard headers alone: it costs %.2f s (limit %.1f s)\n", c, w, o, n, w - o, l
  exit !(w - o < l)
}'
