#include "in_module.hpp"
#include "pipeline_on.hpp"

namespace command {

tamis::Result<PipelineOn> pipeline_on_cuda() {
  const auto found = in_module(cuda_module, "tamis_pipeline_on_cuda");
  if (!found) return found.error();
  tamis::Result<PipelineOn> on = tamis::Error{};
  reinterpret_cast<void (*)(tamis::Result<PipelineOn>&)>(*found)(on);
  return on;
}

}  // namespace command
