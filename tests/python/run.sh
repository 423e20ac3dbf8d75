#!/usr/bin/env bash
# Builds the Python module as a wheel, installs it into an environment of its own, and tests it from there.
#
#   tests/python/run.sh [FOLDER]     the folder for all that is built, build/python by default
#
# Ends with 77, and says why, where it cannot be tested: without python3, its venv, or the network.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=$(cd "$here/../.." && pwd -P)
work=${1:-$root/build/python}

skip() {
  echo "skipped: $*"
  exit 77
}

python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2> /dev/null || skip "there is no python3 of version 3.9 or newer"
mkdir -p "$work"
work=$(cd "$work" && pwd -P)
python=$work/venv/bin/python
[ -x "$python" ] || python3 -m venv "$work/venv" > "$work/venv.log" 2>&1 ||
  { rm -rf "$work/venv"; skip "python3 cannot make an environment (Debian: python3-venv)"; }
"$python" -c 'import os, sys, sysconfig
sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))' ||
  skip "the headers of Python are not there (Debian: python3-dev)"
"$python" -m pip install --quiet --disable-pip-version-check "scikit-build-core>=0.10" "nanobind>=2.4" numpy \
    > "$work/tools.log" 2>&1 < /dev/null ||
  skip "pip cannot fetch scikit-build-core, nanobind and numpy: $(tail -n 1 "$work/tools.log")"

if command -v ccache > /dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
rm -rf "$work/wheel"
"$python" -m pip wheel --quiet --disable-pip-version-check --no-build-isolation --no-deps \
    --config-settings=build-dir="$work/cmake" --wheel-dir "$work/wheel" "$root/python"
"$python" -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps "$work"/wheel/tamis-*.whl
cd "$here"
PYTHONDONTWRITEBYTECODE=1 "$python" -m unittest module_test
