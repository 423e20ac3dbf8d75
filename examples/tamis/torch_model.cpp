#include "torch_model.hpp"

#include "in_module.hpp"

namespace command {

tamis::Result<TorchModel> TorchModel::open(const std::string& path, const std::string& device,
                                           const std::string& dtype, int threads) {
  const auto found = in_module(torch_module, "tamis_open_torch_model");
  if (!found) return found.error();
  tamis::Result<std::shared_ptr<TorchModelInModule>> model = tamis::Error{};
  reinterpret_cast<OpenTorchModel> (*found)(path, device, dtype, threads, model);
  if (!model) return model.error();
  return TorchModel(*std::move(model));
}

}  // namespace command
