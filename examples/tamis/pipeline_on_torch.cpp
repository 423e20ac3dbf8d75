#include "pipeline_on.hpp"
#include "torch_module.hpp"

namespace command {

tamis::Result<PipelineOn> pipeline_on_torch() {
  const auto found = in_torch_module("tamis_pipeline_on_torch");
  if (!found) return found.error();
  return reinterpret_cast<PipelineOn (*)()>(*found)();
}

}  // namespace command
