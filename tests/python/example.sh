#!/usr/bin/env bash
# Runs examples/test_your_own_sampler: with the Python that TAMIS_PYTHON names, else with that of tests/python/run.sh.
#
#   tests/python/example.sh [FOLDER]     the folder of run.sh, build/python by default
#
# Ends with 77, and says why, where that Python lacks a module that the example is about.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
work=${1:-$root/build/python}
python=${TAMIS_PYTHON:-$work/venv/bin/python}

for module in tamis torch transformers; do
  "$python" -c "import $module" 2> /dev/null ||
    { echo "the example is skipped: $python has no module $module; set TAMIS_PYTHON to one that has tamis, torch and transformers"; exit 77; }
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
PYTHONDONTWRITEBYTECODE=1 "$python" "$root/examples/test_your_own_sampler/test_your_own_sampler.py" | tee said
# Two right samplers and a wrong one, and a page about each.
[ "$(grep -c 'The sampler conforms' said)" = 2 ]
[ "$(grep -c 'The sampler does not conform' said)" = 1 ]
[ "$(ls ./*.html | wc -l)" = 3 ]
