#pragma once

/// \file torch_package.hpp
/// Packages of AOTInductor, compiled models, as language models.

#include <torch/csrc/inductor/aoti_package/model_package_loader.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../../core/result.hpp"
#include "torch_module.hpp"

namespace tamis {

/// The model in a .pt2 file that torch._inductor.aoti_compile_and_package wrote, for any number of
/// tokens: the ids are its first input, and logits its first output. One that remembers takes its
/// memory as the inputs after them and returns it as the outputs after these; the package does not
/// say how that begins, so that the options must.
///
/// Beware: a package is machine code, and loading it runs it. It asks the system for libtorch.so,
/// which a program that is linked with libtorch_cpu alone has not loaded: put libtorch's folder
/// lib, and those of the libraries of CUDA that it was built with, on LD_LIBRARY_PATH.
inline Result<TorchModule> open_torch_package(const std::string& path,
                                              TorchModuleOptions options = {}) {
  if (auto checked = TorchOptions{options.device}.check(); !checked) return checked.error();
  return detail::guard_torch(
      "'" + path + "' is no AOTInductor package that can be run", [&]() -> Result<TorchModule> {
        const auto package = std::make_shared<torch::inductor::AOTIModelPackageLoader>(path);
        return TorchModule::of(
            [package](std::vector<at::Tensor> arguments) { return package->run(arguments); },
            std::move(options));
      });
}

}  // namespace tamis
