#include "exact.hpp"

#include <tamis/backends/eigen.hpp>
#include <tamis/backends/team.hpp>
#include <tamis/presets/pipeline_text.hpp>

namespace tamis::python {

namespace {

using Ids = std::span<const TokenId>;

Distribution on_eigen(const Pipeline& pipeline, std::span<const float> logits, Ids prompt,
                      Ids generated, std::uint64_t seed) {
  const auto make_row = [](std::span<const float> z, Stream stream, Facts facts) {
    return reference::RowOf(z, stream, facts);
  };
  return pipeline.distribution(logits, prompt, generated, seed, make_row);
}

Distribution on_team(const Pipeline& pipeline, std::span<const float> logits, Ids prompt,
                     Ids generated, std::uint64_t seed) {
  team::Shared shared;
  const auto make_row = [&shared](std::span<const float> z, Stream stream, Facts facts) {
    return team::RowOf(team::Solo{}, shared, z.data(), static_cast<int>(z.size()), stream, facts);
  };
  return pipeline.distribution(logits, prompt, generated, seed, make_row);
}

}  // namespace

Result<std::vector<SolvedPipeline>> solve(const Question& question, Backend backend) {
  const auto pipeline = pipeline_from_text(question.pipeline, question.vocab_size);
  if (!pipeline) return pipeline.error();
  const auto on = backend == Backend::eigen ? on_eigen : on_team;
  const auto prompt = Ids(question.history).first(question.prompt_length);
  const auto generated = Ids(question.history).subspan(question.prompt_length);
  std::vector<SolvedPipeline> rows;
  for (std::size_t row = 0; row < question.rows(); ++row) {
    const auto logits = question.logits.subspan(row * question.vocab_size, question.vocab_size);
    auto solved = SolvedPipeline::of(*pipeline, logits, prompt, generated, on);
    if (!solved) {
      const std::string which = question.rows() > 1 ? "row " + std::to_string(row) + ": " : "";
      return Error{which + solved.error().message};
    }
    rows.push_back(*std::move(solved));
  }
  return rows;
}

}  // namespace tamis::python
