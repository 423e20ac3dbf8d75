#pragma once

/// \file guide_options.hpp
/// The options that say what a text must be: a schema, a pattern, a grammar or a list of choices.

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <tamis/core/result.hpp>
#include <tamis/core/types.hpp>
#include <tamis/guided/grammar.hpp>
#include <tamis/guided/grammar_guide.hpp>
#include <tamis/sources/any_source.hpp>
#include <tamis/tokenizers/bpe.hpp>
#include <vector>

namespace command {

/// What guides a text; at most one of them.
struct GuideOptions {
  std::string schema, pattern, grammar_file;
  std::vector<std::string> choices = {};
  bool json = false;  ///< any JSON
  bool lenient = false, compact = false, plain_formats = false;

  void add(CLI::App& app);

  bool is_given() const;

  /// The grammar that is asked for; what was left out of a schema, for `lenient`, goes to stderr.
  /// Requires is_given().
  tamis::Result<tamis::guided::Grammar> grammar() const;

  /// The grammar made ready for a tokenizer, whose texts end with `ends`.
  tamis::Result<std::shared_ptr<const tamis::guided::CompiledGrammar>> compiled(
      const tamis::Bpe& tokenizer, std::vector<tamis::TokenId> ends) const;

  /// The guide as a source; nothing, if none is asked for.
  tamis::Result<std::optional<tamis::AnySource>> source(const tamis::Bpe& tokenizer,
                                                        std::vector<tamis::TokenId> ends) const;
};

}  // namespace command
