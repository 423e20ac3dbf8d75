#!/usr/bin/env bash
# Generates under a few random schemas, and validates with the package jsonschema, in the environment of tests/python/run.sh.
#
#   tests/python/valid_generations.sh TAMIS [FOLDER]     the command line; the folder of run.sh, build/python by default
#
# Ends with 77, and says why, where that environment, the package or the model is not there.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
tamis=$1
python=${2:-$root/build/python}/venv/bin/python

[ -x "$python" ] || { echo "skipped: there is no $python; tests/python/run.sh makes it"; exit 77; }
"$python" -m pip install --quiet --disable-pip-version-check "jsonschema[format]" > /dev/null 2>&1 < /dev/null ||
  { echo "skipped: pip cannot fetch jsonschema"; exit 77; }
"$python" "$root/tests/guided/valid_generations.py" "$tamis" --count 20
