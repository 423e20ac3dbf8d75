#include "torch_module.hpp"

#include <dlfcn.h>

#include <filesystem>
#include <string>

namespace command {

tamis::Result<void*> in_torch_module(const char* name) {
  const auto module =
      std::filesystem::read_symlink("/proc/self/exe").parent_path() / "tamis-torch.so";
  if (!std::filesystem::exists(module)) {
    return tamis::Error{
        "this tamis was built without libtorch; install it as docs/torch.md says, and build again"};
  }
  void* const loaded = dlopen(module.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!loaded) return tamis::Error{"libtorch could not be loaded: " + std::string(dlerror())};
  void* const found = dlsym(loaded, name);
  if (!found)
    return tamis::Error{module.string() + " is not the module of this tamis; build it again"};
  return found;
}

}  // namespace command
