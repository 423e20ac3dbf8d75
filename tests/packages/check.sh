#!/usr/bin/env bash
# Gets the library in each way there is, and builds and runs a project of fifteen lines with it: a CMakeLists.txt and the main.cpp
# of tests/consumers, in a folder of its own, as docs/packages.md shows them.
#
#   tests/packages/check.sh [WAY...]       ways: subdirectory installed debian sources conan vcpkg pkg-config single
#
# What lacks its tool says so and is skipped. Conan comes from PyPI into build/packages/conan.
. "$(dirname "${BASH_SOURCE[0]}")/../../examples/setup.sh"

work=$build/packages
all=(subdirectory installed debian sources conan vcpkg pkg-config single)
ways=("$@")
[ ${#ways[@]} -gt 0 ] || ways=("${all[@]}")
mkdir -p "$work"
choose_compiler || fail "there is no compiler; examples/demo.sh installs one."

# configured: the project as one that only installs; anew each time, for headers come and go.
configured() {
  cmake -S "$root" -B "$work/project" -DCMAKE_CXX_COMPILER="$CXX" -DTAMIS_TESTS=OFF -DTAMIS_EXAMPLES=OFF > "$work/project.log"
}

# project WAY PROJECT: lays out a project of tests/consumers in a folder of its own, and says where.
project() {
  local folder=$work/consumer-$1
  rm -rf "$folder"
  mkdir -p "$folder"
  cp "$root/tests/consumers/main.cpp" "$root/tests/consumers/$2/CMakeLists.txt" "$folder"
  [ "$(cat "$folder"/* | wc -l)" -le 15 ] || fail "the project $2 has more than fifteen lines."
  echo "$folder"
}

# consume FOLDER OPTION...: builds a project, and draws.
consume() {
  local folder=$1
  shift
  cmake -S "$folder" -B "$folder/build" -DCMAKE_CXX_COMPILER="$CXX" "$@" > "$folder.log" 2>&1 &&
    cmake --build "$folder/build" >> "$folder.log" 2>&1 || { tail -n 20 "$folder.log" >&2; return 1; }
  "$folder/build/mine" | tee "$folder.out"
  grep -qx 'token [13]' "$folder.out"
}

subdirectory() {
  local folder
  folder=$(project subdirectory add_subdirectory)
  ln -s "$root" "$folder/tamis"
  consume "$folder"
}

# installed_in_prefix: the library in $work/prefix.
installed_in_prefix() {
  configured
  cmake --install "$work/project" --prefix "$work/prefix" > "$work/prefix.log"
}

installed() {
  installed_in_prefix
  consume "$(project installed find_package)" -DCMAKE_PREFIX_PATH="$work/prefix"
}

debian() {
  configured
  has dpkg-deb || { echo "skipped: there is no dpkg-deb here"; return; }
  (cd "$work/project" && cpack -G DEB) > "$work/debian.log"
  rm -rf "$work/debian"
  dpkg-deb -x "$work"/project/libtamis-dev_*.deb "$work/debian"
  consume "$(project debian find_package)" -DCMAKE_PREFIX_PATH="$work/debian/usr"
}

sources() {
  local folder
  configured
  (cd "$work/project" && cpack --config CPackSourceConfig.cmake) > "$work/sources.log"
  folder=$(project sources fetch_content)
  cp "$work/project/tamis-$(version).tar.gz" "$folder"
  consume "$folder"
}

conan() {
  local venv=$work/conan-venv
  export CONAN_HOME=$work/conan-home
  if ! [ -x "$venv/bin/conan" ]; then
    python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check "conan>=2,<3" ||
      { echo "skipped: Conan could not be installed"; return; }
  fi
  # Its own server is not asked: the packages of the components are left out.
  local settings=(-o '&:with_eigen=False' -o '&:with_json=False' -s compiler.cppstd=20)
  "$venv/bin/conan" profile detect --force > "$work/conan.log" 2>&1
  "$venv/bin/conan" create "$root/packaging/conan" "${settings[@]}" >> "$work/conan.log" 2>&1 || { tail -n 20 "$work/conan.log" >&2; return 1; }
  local folder
  folder=$(project conan find_package)
  cp "$root/tests/consumers/conanfile.txt" "$folder"
  "$venv/bin/conan" install "$folder" -o 'tamis/*:with_eigen=False' -o 'tamis/*:with_json=False' \
      -s compiler.cppstd=20 -of "$folder/conan" >> "$work/conan.log" 2>&1 || { tail -n 20 "$work/conan.log" >&2; return 1; }
  consume "$folder" -DCMAKE_TOOLCHAIN_FILE="$folder/conan/conan_toolchain.cmake" -DCMAKE_BUILD_TYPE=Release
}

version() { sed -n 's/#define TAMIS_VERSION_[A-Z]* //p' "$root/include/tamis/config.hpp" | paste -sd .; }

vcpkg() {
  rm -rf "$work/vcpkg" "$work/vcpkg-build"
  cmake -D PREFIX="$work/vcpkg" -P "$root/tests/packages/vcpkg.cmake" > "$work/vcpkg.log"
  [ "$(sed -n 's/.*"version": "\(.*\)".*/\1/p' "$root/packaging/vcpkg/tamis/vcpkg.json")" = "$(version)" ] ||
    fail "packaging/vcpkg/tamis/vcpkg.json has another version than include/tamis/config.hpp, $(version)."
  consume "$(project vcpkg find_package)" -DCMAKE_PREFIX_PATH="$work/vcpkg"
}

pkg-config() {
  has pkg-config || { echo "skipped: there is no pkg-config here"; return; }
  installed_in_prefix
  export PKG_CONFIG_PATH=$work/prefix/share/pkgconfig
  consume "$(project pkg-config pkg_config)"
  "$CXX" -std=c++20 $(command pkg-config --cflags tamis) "$root/tests/consumers/main.cpp" -o "$work/without_cmake"
  "$work/without_cmake"
}

single() {
  local compiler project folder
  project=$(project single single_header)
  folder=$project/include
  mkdir -p "$folder/tamis"
  "$root/cmake/amalgamate.py" tamis.hpp > "$folder/tamis/tamis.hpp"
  "$root/cmake/amalgamate.py" --all > "$folder/tamis/tamis_all.hpp"
  for compiler in g++ clang++; do
    has $compiler || { echo "skipped: there is no $compiler here"; continue; }
    for header in tamis tamis_all; do
      echo "#include \"tamis/$header.hpp\"" > "$folder/alone.cpp"
      $compiler -std=c++20 -Wall -Wextra -Werror -fsyntax-only -I"$folder" "$folder/alone.cpp"
    done
  done
  consume "$project"
  find_model || { echo "skipped: the model is not installed, so no golden tokens"; return; }
  "$CXX" -std=c++20 -O2 -I"$folder" "$root/tests/packages/golden_tokens.cpp" -o "$folder/golden_tokens" -pthread
  "$folder/golden_tokens" "$model" "$root/tests/golden/generations.jsonl"
}

for way in "${ways[@]}"; do
  [[ " ${all[*]} " == *" $way "* ]] || fail "'$way' is no way to get the library; the ways are ${all[*]}."
  printf '%s: ' "$way"
  "$way"
done
echo "${#ways[@]} packages consumed"
