#pragma once

#include <tamis/core/result.hpp>

namespace command {

/// A part of tamis that is not in the program itself, for it needs what not everybody has: a shared
/// library beside the program, which is loaded when it is asked for.
struct Module {
  const char* file;     ///< its name
  const char* absence;  ///< what to say where it was not built
  const char* needs;    ///< what it cannot be loaded without
};

inline constexpr Module torch_module{
    "tamis-torch.so",
    "this tamis was built without libtorch; install it as docs/torch.md says, and build again",
    "libtorch"};
inline constexpr Module cuda_module{
    "tamis-cuda.so",
    "this tamis was built without CUDA; configure it with -DTAMIS_CUDA=ON where nvcc is, as "
    "docs/cuda.md says, and build again",
    "the CUDA runtime"};

/// The function of this name in a module; a sentence where tamis was built without it, or it cannot
/// be loaded.
tamis::Result<void*> in_module(const Module& module, const char* name);

}  // namespace command
