#pragma once

/// \file pipeline_options.hpp
/// The options that say what is drawn from: the logits, the pipeline, the history, and the backend.

#include <CLI/CLI.hpp>
#include <cstddef>
#include <span>
#include <string>
#include <tamis/core/result.hpp>
#include <tamis/core/types.hpp>
#include <vector>

#include "parameter_options.hpp"

namespace command {

/// What a pipeline leaves of some rows.
struct ExactRows {
  std::vector<std::size_t> shape;                  ///< [V] or [B, V], that of the logits
  std::vector<std::vector<double>> probabilities;  ///< [B][V]
  std::string pipeline;                            ///< as it was given, for people
};

/// The options of `tamis distribution` and `tamis conform`.
class PipelineOptions {
 public:
  void add(CLI::App& app);

  /// Reads the logits and works out the probabilities of each row.
  tamis::Result<ExactRows> rows() const;

 private:
  tamis::Result<std::vector<tamis::TokenId>> history(std::size_t vocab_size) const;
  tamis::Result<std::string> pipeline_text() const;

  std::string logits_;
  std::string pipeline_;
  std::string history_;
  long prompt_length_ = 0;
  std::string backend_ = "eigen";
  ParameterOptions parameters_;
};

}  // namespace command
