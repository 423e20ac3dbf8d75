#include "in_module.hpp"

#include <dlfcn.h>

#include <filesystem>
#include <string>

namespace command {

tamis::Result<void*> in_module(const Module& module, const char* name) {
  const auto path = std::filesystem::read_symlink("/proc/self/exe").parent_path() / module.file;
  if (!std::filesystem::exists(path)) return tamis::Error{module.absence};
  void* const loaded = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!loaded)
    return tamis::Error{std::string(module.needs) + " could not be loaded: " + dlerror()};
  void* const found = dlsym(loaded, name);
  if (!found)
    return tamis::Error{path.string() + " is not the module of this tamis; build it again"};
  return found;
}

}  // namespace command
