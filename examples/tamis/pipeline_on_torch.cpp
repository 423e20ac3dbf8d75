#include <dlfcn.h>

#include <filesystem>

#include "pipeline_on.hpp"

namespace command {

tamis::Result<PipelineOn> pipeline_on_torch() {
  const auto module = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "tamis-torch.so";
  if (!std::filesystem::exists(module)) {
    return tamis::Error{"this tamis was built without libtorch; install it as docs/torch.md says, and build again"};
  }
  void* const loaded = dlopen(module.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!loaded) return tamis::Error{"libtorch could not be loaded: " + std::string(dlerror())};
  const auto make = reinterpret_cast<PipelineOn (*)()>(dlsym(loaded, "tamis_pipeline_on_torch"));
  if (!make) return tamis::Error{module.string() + " is not the module of this tamis; build it again"};
  return make();
}

}  // namespace command
