#pragma once

/// \file draft_options.hpp
/// The options of speculative decoding: who drafts, and how drafts are judged.

#include <CLI/CLI.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <tamis/core/result.hpp>
#include <tamis/generation/draft_model.hpp>
#include <tamis/generation/prompt_lookup.hpp>
#include <tamis/generation/speculation_options.hpp>
#include <tamis/models/llama.hpp>
#include <variant>

#include "loaded.hpp"

namespace command {

/// A drafter of one of the kinds that there are.
class ChosenDrafter {
 public:
  using Model = tamis::DraftModel<tamis::Llama>;

  explicit ChosenDrafter(tamis::PromptLookup lookup) : drafter_(std::move(lookup)) {}
  /// The model is kept as long as the drafter.
  ChosenDrafter(std::shared_ptr<tamis::Llama> model, Model drafter)
      : model_(std::move(model)), drafter_(std::move(drafter)) {}

  template <class S>
  tamis::Draft draft(const tamis::Sequence& sequence, const S& sampler, std::size_t count,
                     tamis::Acceptance acceptance) {
    return std::visit(
        [&](auto& drafter) { return drafter.draft(sequence, sampler, count, acceptance); },
        drafter_);
  }

 private:
  std::shared_ptr<tamis::Llama> model_;
  std::variant<tamis::PromptLookup, Model> drafter_;
};

/// What was asked for, and what comes of it.
class DraftOptions {
 public:
  void add(CLI::App& app);

  bool asked() const { return (lookup_ && lookup_->count() > 0) || !model_.empty(); }
  /// The option by which it was asked for.
  std::string name() const { return model_.empty() ? "--draft-lookup" : "--draft-model"; }

  /// An error if the options contradict each other.
  tamis::Result<void> check() const;

  /// None, if no drafts are asked for.
  tamis::Result<std::optional<ChosenDrafter>> drafter(const Loaded& loaded, int threads) const;

  /// Requires check().
  tamis::SpeculationOptions speculation() const;

 private:
  CLI::Option* lookup_ = nullptr;
  CLI::Option* tokens_option_ = nullptr;
  std::string lookup_tokens_;
  int tokens_ = 4;
  std::string model_;
  std::string acceptance_ = "shared_noise";
  mutable std::shared_ptr<tamis::Llama> loaded_;  ///< the draft model, once it was asked for
};

}  // namespace command
