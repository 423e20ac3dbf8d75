#!/usr/bin/env bash
# Builds tests so that they count the lines they run, runs them, and prints how many lines of include/tamis they reach.
#
#   tests/coverage.sh [FOLDER...]      the tests of these folders, as in: tests/coverage.sh policies core; all, if none is named
#
# All of them take g++ half an hour of a core; the line of a folder says something of its own tests only if those are among
# them. Each line of a header is in build/coverage/lines.txt, those that no test runs are listed by file. gcovr comes from PyPI.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=build/coverage
jobs=${TAMIS_JOBS:-$(nproc)}
[ $# -gt 0 ] || set -- $(find tests -name '*_test.cpp' -printf '%h\n' | sed -n 's|^tests/||p' | tr / - | sort -u |
  grep -vE 'torch|aten|sharded|cuda')

CXX=${CXX:-g++} cmake --preset coverage $(! command -v ninja > /dev/null || echo -G Ninja) > /dev/null
cmake --build $build --parallel "$jobs" --target $(printf 'test-%s ' "$@") -- -k 0
find $build -name '*.gcda' -delete
ctest --test-dir $build --parallel "$jobs" --output-on-failure -LE 'slow|frame' -R "^($(IFS='|' && echo "$*")): " | tail -n 3

[ -x $build/gcovr/bin/gcovr ] || { python3 -m venv $build/gcovr && $build/gcovr/bin/pip install --quiet 'gcovr>=8.4,<9'; }
# A model's inner loops run billions of times, which gcovr would take for a defect of gcov.
$build/gcovr/bin/gcovr --root . --filter include/tamis/ --gcov-executable "${GCOV:-gcov}" -j "$jobs" --merge-lines --merge-mode-functions=merge-use-line-min \
  --gcov-ignore-parse-errors=negative_hits.warn --gcov-suspicious-hits-threshold=0 --txt $build/lines.txt --json-summary $build/summary.json $build > /dev/null
python3 - $build/summary.json <<'END'
import collections, json, sys
lines = collections.defaultdict(lambda: [0, 0])
for file in json.load(open(sys.argv[1]))["files"]:
    folder = file["filename"].removeprefix("include/tamis/").rpartition("/")[0] or "."
    for key in (folder, "all"):
        lines[key][0] += file["line_covered"]
        lines[key][1] += file["line_total"]
for folder, (covered, total) in sorted(lines.items(), key=lambda item: (item[0] == "all", item[0])):
    print(f"{folder:<18} {covered:6} of {total:6} lines  {100 * covered / max(total, 1):5.1f} %")
END
