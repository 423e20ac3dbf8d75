#pragma once

/// \file guide_options.hpp
/// What a text must be, as options say it, and the guides of that.

#include <CLI/CLI.hpp>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tamis/core/result.hpp>
#include <tamis/core/types.hpp>
#include <tamis/guided/grammar.hpp>
#include <tamis/guided/grammar_cache.hpp>
#include <tamis/guided/grammar_guide.hpp>
#include <tamis/sources/any_source.hpp>
#include <tamis/tokenizers/bpe.hpp>
#include <vector>

#include "guide_text.hpp"

namespace command {

/// The grammar of what a text must be; what was left out of a schema, for `lenient`, goes to
/// stderr. Requires guide.is_given().
tamis::Result<tamis::guided::Grammar> grammar_of(const GuideText& guide);

/// The guides of one tokenizer: grammars are compiled once, whoever asks for them.
class Guides {
 public:
  explicit Guides(const tamis::Bpe& tokenizer) : tokenizer_(tokenizer) {}

  /// The guide as a source; nothing, if none is asked for. Its texts end with one of `ends`.
  tamis::Result<std::optional<tamis::AnySource>> source(const GuideText& guide,
                                                        const std::vector<tamis::TokenId>& ends);

  tamis::guided::GrammarCache::Compiled compiled(const GuideText& guide,
                                                 const std::vector<tamis::TokenId>& ends);

 private:
  const tamis::Bpe& tokenizer_;
  std::mutex mutex_;
  std::map<std::vector<tamis::TokenId>, tamis::guided::GrammarCache> caches_;  ///< by the ends
};

/// The options; at most one of them says what a text must be.
struct GuideOptions {
  std::string schema, pattern, grammar_file;
  std::vector<std::string> choices = {};
  bool json = false;  ///< any JSON
  bool lenient = false, compact = false, plain_formats = false;

  void add(CLI::App& app);

  bool is_given() const {
    return !schema.empty() || !pattern.empty() || !grammar_file.empty() || !choices.empty() || json;
  }

  /// With the files read; an error says which cannot be, or which options contradict each other.
  tamis::Result<GuideText> text() const;
};

}  // namespace command
