#pragma once

#include <tamis/core/result.hpp>

namespace command {

/// The function of this name in the module tamis-torch.so, which is loaded the first time; a
/// sentence where tamis was built without libtorch, or it cannot be loaded.
tamis::Result<void*> in_torch_module(const char* name);

}  // namespace command
