/// \file cases_fuzz.cpp
/// Any text is a policy case or a sentence; what the pipeline of a case leaves of its logits is a
/// distribution over its tokens, or a fault with a sentence.

#include <cmath>

#include "../../examples/tamis/pipeline_on.hpp"
#include "../../examples/tamis/policy_case.hpp"

#include <tamis/presets/pipeline_json.hpp>

namespace {

void require(bool holds) {
  if (!holds) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto read = command::PolicyCase::read({reinterpret_cast<const char*>(bytes), size});
  if (!read) return require(!read.error().message.empty()), 0;
  require(!read->logits.empty() && read->logits.size() == read->expected.size());
  const auto pipeline = tamis::pipeline_from_json(read->pipeline);
  if (!pipeline) return require(!pipeline.error().message.empty()), 0;

  const auto left = command::on_team(*pipeline, read->logits, read->prompt, read->generated, 1);
  if (left.fault() != tamis::Fault::none)
    return require(tamis::sentence_of(left.fault())[0] != '\0'), 0;
  double sum = 0;
  tamis::TokenId last = -1;
  for (const auto& kept : left.kept()) {
    require(kept.id > last && static_cast<std::size_t>(kept.id) < read->logits.size());
    require(std::isfinite(kept.logit) && kept.probability >= 0 && kept.probability <= 1);
    last = kept.id;
    sum += kept.probability;
  }
  require(std::abs(sum - 1) < 1e-4);
  return 0;
}
