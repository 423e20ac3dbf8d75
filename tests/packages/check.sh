#!/usr/bin/env bash
# Gets the library in each way that has a package, and builds and runs the consumer of tests/consumer with it.
#
#   tests/packages/check.sh [WAY...]       ways: debian sources conan vcpkg pkg-config single
#
# What lacks its tool says so and is skipped. Conan comes from PyPI into build/packages/conan.
. "$(dirname "${BASH_SOURCE[0]}")/../../examples/setup.sh"

work=$build/packages
ways=("$@")
[ ${#ways[@]} -gt 0 ] || ways=(debian sources conan vcpkg pkg-config single)
mkdir -p "$work"
choose_compiler || fail "there is no compiler; examples/demo.sh installs one."

# configured: the project as one that only installs, once.
configured() {
  [ -f "$work/project/CMakeCache.txt" ] ||
    cmake -S "$root" -B "$work/project" -DCMAKE_CXX_COMPILER="$CXX" -DTAMIS_TESTS=OFF -DTAMIS_EXAMPLES=OFF > "$work/project.log"
}

# consume NAME OPTION...: builds tests/consumer in a folder of its own, and draws.
consume() {
  local folder=$work/consumer-$1
  shift
  rm -rf "$folder"
  cmake -S "$root/tests/consumer" -B "$folder" -DCMAKE_CXX_COMPILER="$CXX" "$@" > "$folder.log" 2>&1 &&
    cmake --build "$folder" >> "$folder.log" 2>&1 || { tail -n 20 "$folder.log" >&2; return 1; }
  "$folder/draws"
}

debian() {
  configured
  has dpkg-deb || { echo "skipped: there is no dpkg-deb here"; return; }
  (cd "$work/project" && cpack -G DEB) > "$work/debian.log"
  rm -rf "$work/debian"
  dpkg-deb -x "$work"/project/libtamis-dev_*.deb "$work/debian"
  consume debian -DHOW=package -DCMAKE_PREFIX_PATH="$work/debian/usr"
}

sources() {
  configured
  (cd "$work/project" && cpack --config CPackSourceConfig.cmake) > "$work/sources.log"
  rm -rf "$work/sources"
  mkdir "$work/sources"
  tar -xzf "$work"/project/tamis-*.tar.gz -C "$work/sources" --strip-components 1
  consume sources -DHOW=fetch -DTAMIS_SOURCE="$work/sources"
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
  "$venv/bin/conan" install --requires="tamis/$(version)" -o 'tamis/*:with_eigen=False' -o 'tamis/*:with_json=False' \
      -s compiler.cppstd=20 -g CMakeToolchain -of "$work/conan" >> "$work/conan.log" 2>&1 || { tail -n 20 "$work/conan.log" >&2; return 1; }
  consume conan -DHOW=package -DCMAKE_TOOLCHAIN_FILE="$work/conan/conan_toolchain.cmake" -DCMAKE_BUILD_TYPE=Release
}

version() { sed -n 's/#define TAMIS_VERSION_[A-Z]* //p' "$root/include/tamis/config.hpp" | paste -sd .; }

vcpkg() {
  rm -rf "$work/vcpkg" "$work/vcpkg-build"
  cmake -D PREFIX="$work/vcpkg" -P "$root/tests/packages/vcpkg.cmake" > "$work/vcpkg.log"
  [ "$(sed -n 's/.*"version": "\(.*\)".*/\1/p' "$root/packaging/vcpkg/tamis/vcpkg.json")" = "$(version)" ] ||
    fail "packaging/vcpkg/tamis/vcpkg.json has another version than include/tamis/config.hpp, $(version)."
  consume vcpkg -DHOW=package -DCMAKE_PREFIX_PATH="$work/vcpkg"
}

pkg-config() {
  has pkg-config || { echo "skipped: there is no pkg-config here"; return; }
  configured
  cmake --install "$work/project" --prefix "$work/prefix" > "$work/prefix.log"
  "$CXX" -std=c++20 $(PKG_CONFIG_PATH=$work/prefix/share/pkgconfig command pkg-config --cflags tamis) \
      "$root/tests/consumer/draws.cpp" -o "$work/draws"
  "$work/draws"
}

single() {
  local compiler folder=$work/single
  rm -rf "$folder"
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
  consume single -DHOW=single -DTAMIS_SOURCE="$folder"
  find_model || { echo "skipped: the model is not installed, so no golden tokens"; return; }
  "$CXX" -std=c++20 -O2 -I"$folder" "$root/tests/packages/golden_tokens.cpp" -o "$folder/golden_tokens" -pthread
  "$folder/golden_tokens" "$model" "$root/tests/golden/generations.jsonl"
}

for way in "${ways[@]}"; do
  case $way in debian|sources|conan|vcpkg|pkg-config|single) ;; *) fail "'$way' is no way to get the library; the ways are debian, sources, conan, vcpkg, pkg-config and single." ;; esac
  printf '%s: ' "$way"
  "$way"
done
echo "${#ways[@]} packages consumed"
