#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "../core/sequence.hpp"

namespace tamis {

/// DRY, "don't repeat yourself": pushes a token down that would go on repeating an earlier passage, the more
/// the longer the passage. For the policy Push.
///
/// With L the longest suffix of the sequence that the token followed before, pushes
/// \f$ -multiplier \cdot base^{L - allowed} \f$ where L >= allowed. No match reaches across a breaker, and no breaker
/// is pushed.
///
/// Knows for each earlier place how long a suffix of the sequence ends there; a new token asks only about the
/// places of its own kind.
///
/// Neutral: `multiplier = 0`. Source: p-e-w, text-generation-webui pull request 5677, 2024; llama.cpp.
class Dry {
 public:
  struct Options {
    float multiplier = 0.0f;
    float base = 1.75f;
    std::size_t allowed_length = 2;
    std::size_t window = std::numeric_limits<std::size_t>::max();  ///< how many of the last tokens are looked at
    std::vector<TokenId> breakers = {};                            ///< ascending
    int slot = 0;
  };

  explicit Dry(Options options) : options_(std::move(options)) {
    const float ln = std::log(options_.base);
    if (options_.base > 1.000001f) most_ = static_cast<std::size_t>(88.7228391f / ln);
  }

  void push(Sequence& sequence) {
    if (options_.multiplier == 0.0f) return;
    const auto tokens = sequence.tokens();
    if (const std::size_t kept = sequence.unchanged(read_, rewinds_); kept < read_) forget(tokens.first(kept));
    for (; read_ < tokens.size(); ++read_) extend(tokens.first(read_ + 1));

    const std::size_t begin = tokens.size() > options_.window ? tokens.size() - options_.window : 0;
    const std::size_t reach = tokens.size() - std::max(after_breaker_, begin);
    if (reach < options_.allowed_length) return;
    std::unordered_map<TokenId, std::size_t> longest;
    for (const auto& [place, matched] : lengths_) {
      if (place < begin) continue;
      const std::size_t length = std::min({matched, place + 1 - begin, reach});
      const TokenId next = tokens[place + 1];
      if (length >= options_.allowed_length && !breaks(next)) longest[next] = std::max(longest[next], length);
    }
    for (const auto& [id, length] : longest) {
      std::size_t exponent = length - options_.allowed_length;
      if (most_ > 0) exponent = std::min(exponent, most_);
      const double power = std::pow(static_cast<double>(options_.base), static_cast<double>(exponent));
      sequence.add_push(id, options_.slot, static_cast<float>(-options_.multiplier * power));
    }
  }

 private:
  bool breaks(TokenId id) const { return std::ranges::binary_search(options_.breakers, id); }

  /// Takes in the last of the tokens: a suffix that ended before a place of its kind is one longer now.
  void extend(std::span<const TokenId> tokens) {
    const TokenId id = tokens.back();
    auto& places = places_[id];
    std::vector<std::pair<std::size_t, std::size_t>> lengths;
    for (const std::size_t place : places) {
      const auto before = std::ranges::lower_bound(lengths_, place - 1, {}, &std::pair<std::size_t, std::size_t>::first);
      const bool longer = place > 0 && before != lengths_.end() && before->first == place - 1;
      lengths.emplace_back(place, longer ? before->second + 1 : 1);
    }
    lengths_ = std::move(lengths);
    places.push_back(tokens.size() - 1);
    if (breaks(id)) after_breaker_ = tokens.size();
  }

  /// Begins again with fewer tokens.
  void forget(std::span<const TokenId> tokens) {
    places_.clear(), lengths_.clear(), after_breaker_ = 0;
    for (read_ = 0; read_ < tokens.size(); ++read_) extend(tokens.first(read_ + 1));
  }

  Options options_;
  std::size_t most_ = 0;  ///< the greatest exponent that a float can bear; 0 is any
  std::size_t read_ = 0, rewinds_ = 0, after_breaker_ = 0;
  std::unordered_map<TokenId, std::vector<std::size_t>> places_;
  std::vector<std::pair<std::size_t, std::size_t>> lengths_;  ///< place, and how long a suffix ends there
};

}  // namespace tamis
