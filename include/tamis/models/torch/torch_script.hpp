#pragma once

/// \file torch_script.hpp
/// TorchScript files as language models.

#include <ATen/core/ivalue.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <string>
#include <utility>
#include <vector>

#include "../../core/result.hpp"
#include "torch_module.hpp"

namespace tamis {

namespace detail {

/// The tensors that a module returns: one, a tuple or a list of them, or these within each other.
inline void collect_tensors(const c10::IValue& value, std::vector<at::Tensor>& to) {
  if (value.isTensor()) return to.push_back(value.toTensor());
  if (value.isTensorList())
    for (const at::Tensor& tensor : value.toTensorVector()) to.push_back(tensor);
  else if (value.isTuple())
    for (const c10::IValue& element : value.toTupleRef().elements()) collect_tensors(element, to);
  else if (value.isList())
    for (const c10::IValue& element : value.toListRef()) collect_tensors(element, to);
  else
    TORCH_CHECK(false, "the module returns ", value.tagKind(), " where tensors are needed");
}

}  // namespace detail

/// The model in a file that torch.jit.save wrote. Its forward(ids) returns logits; or, if it
/// remembers, forward(ids, memory: List[Tensor]) returns logits and the new memory, and its method
/// start() the memory before the first token.
inline Result<TorchModule> open_torch_script(const std::string& path,
                                             TorchModuleOptions options = {}) {
  if (auto checked = TorchOptions{options.device}.check(); !checked) return checked.error();
  return detail::guard_torch(
      "'" + path + "' is no TorchScript file that can be run", [&]() -> Result<TorchModule> {
        torch::jit::Module module = torch::jit::load(path, options.device);
        module.eval();
        if (const auto start = module.find_method("start"); start && options.start.empty())
          detail::collect_tensors((*start)({}), options.start);
        const bool remembers = !options.start.empty();
        return TorchModule::of(
            [module, remembers](std::vector<at::Tensor> arguments) mutable {
              std::vector<c10::IValue> values{arguments.front()};
              if (remembers)
                values.emplace_back(
                    std::vector<at::Tensor>(arguments.begin() + 1, arguments.end()));
              std::vector<at::Tensor> results;
              detail::collect_tensors(module.forward(std::move(values)), results);
              return results;
            },
            std::move(options));
      });
}

}  // namespace tamis
