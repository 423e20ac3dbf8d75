#pragma once

/// \file exact.hpp
/// What the module asks of the library; knows nothing of Python.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tamis/core/result.hpp>
#include <tamis/core/types.hpp>
#include <tamis/presets/solved_pipeline.hpp>
#include <vector>

namespace tamis::python {

/// What is drawn from: a pipeline as text, on rows of logits [B][V], after a history.
struct Question {
  std::string_view pipeline;
  std::span<const float> logits;
  std::size_t vocab_size = 0;
  std::vector<TokenId> history;  ///< in the vocabulary
  std::size_t prompt_length = 0;

  std::size_t rows() const { return logits.size() / vocab_size; }
};

enum class Backend { eigen, team };

/// Each row worked out; an error names the row if there are several.
Result<std::vector<SolvedPipeline>> solve(const Question& question, Backend backend);

/// `count` draws of one row, at `seed` and the positions from `position` on.
void draw(const SolvedPipeline& row, std::uint64_t seed, std::uint64_t position,
          std::span<TokenId> tokens);

}  // namespace tamis::python
