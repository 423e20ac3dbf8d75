"""The recipe for Conan 2: `conan create packaging/conan` makes tamis/VERSION from this checkout."""
import re
from pathlib import Path

from conan import ConanFile
from conan.tools.cmake import CMake, CMakeToolchain
from conan.tools.files import copy


class TamisConan(ConanFile):
    name = "tamis"
    description = "Token sampling and text generation"
    license = "Apache-2.0 WITH LLVM-exception"
    package_type = "header-library"
    settings = "os", "compiler", "build_type", "arch"
    options = {"with_eigen": [True, False], "with_json": [True, False]}
    default_options = {"with_eigen": True, "with_json": True}
    no_copy_source = True

    def _root(self):
        return Path(self.recipe_folder).resolve().parent.parent

    def set_version(self):
        config = (self._root() / "include/tamis/config.hpp").read_text(encoding="utf-8")
        self.version = ".".join(re.findall(r"#define TAMIS_VERSION_\w+ (\d+)", config))

    def export_sources(self):
        for pattern in ("CMakeLists.txt", "LICENSE", "cmake/*", "include/*"):
            copy(self, pattern, src=self._root(), dst=self.export_sources_folder)

    def requirements(self):
        if self.options.with_eigen:
            self.requires("eigen/3.4.0")
        if self.options.with_json:
            self.requires("nlohmann_json/3.11.3")

    def generate(self):
        toolchain = CMakeToolchain(self)
        for program in ("TESTS", "EXAMPLES", "BENCH"):
            toolchain.cache_variables[f"TAMIS_{program}"] = False
        toolchain.generate()

    def build(self):
        CMake(self).configure()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", src=self.source_folder, dst=Path(self.package_folder) / "licenses")

    def package_id(self):
        self.info.clear()

    def package_info(self):
        # The package's own CMake files say what its components need.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = ["share/cmake/tamis"]
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
