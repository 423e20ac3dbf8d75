#include "pipeline_on.hpp"
#include "in_module.hpp"

namespace command {

tamis::Result<PipelineOn> pipeline_on_torch() {
  const auto found = in_module(torch_module, "tamis_pipeline_on_torch");
  if (!found) return found.error();
  return reinterpret_cast<PipelineOn (*)()>(*found)();
}

}  // namespace command
