#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
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
/// Knows for each earlier place of the last token how long a suffix of the sequence ends there: a token more costs as
/// many steps as it has such places, a prompt or a rewind one look at the window.
///
/// Neutral: `multiplier = 0`. Requires `allowed_length >= 1`.
/// Source: p-e-w, text-generation-webui pull request 5677, 2024; llama.cpp.
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
    read(tokens, sequence.unchanged(read_.size(), rewinds_));

    const std::size_t begin = begin_of(tokens);
    const std::size_t reach = tokens.size() - std::max(after_breaker_, begin);
    if (reach < options_.allowed_length) return;
    std::unordered_map<std::uint64_t, std::uint32_t> longest;  // by the token that follows
    for (const auto& [place, matched] : lengths_) {
      if (place < begin) continue;
      const std::size_t length = std::min({matched, place + 1 - begin, reach});
      const TokenId next = tokens[place + 1];
      if (length < options_.allowed_length || breaks(next)) continue;
      std::uint32_t& known = longest[key(next)];
      known = std::max(known, static_cast<std::uint32_t>(length));
    }
    for (const auto& [id, length] : longest) {
      std::size_t exponent = length - options_.allowed_length;
      if (most_ > 0) exponent = std::min(exponent, most_);
      const double power = std::pow(static_cast<double>(options_.base), static_cast<double>(exponent));
      sequence.add_push(static_cast<TokenId>(id), options_.slot, static_cast<float>(-options_.multiplier * power));
    }
  }

 private:
  using Lengths = std::vector<std::pair<std::size_t, std::size_t>>;

  static std::uint64_t key(TokenId id) { return static_cast<std::uint32_t>(id); }
  bool breaks(TokenId id) const { return std::binary_search(options_.breakers.begin(), options_.breakers.end(), id); }

  std::size_t begin_of(std::span<const TokenId> tokens) const {
    return tokens.size() > options_.window ? tokens.size() - options_.window : 0;
  }

  /// Brings what is known up to these tokens, of which the first `kept` are those that have been read.
  void read(std::span<const TokenId> tokens, std::size_t kept) {
    constexpr std::size_t few = 8;
    const bool go_on = kept == read_.size() && tokens.size() - kept <= few;
    for (; read_.size() > kept; read_.pop_back()) places_[key(read_.back())].pop_back();
    while (read_.size() < tokens.size()) {
      const std::size_t place = read_.size();
      read_.push_back(tokens[place]);
      if (go_on) extend(tokens.first(place + 1));
      places_[key(tokens[place])].push_back(place);
    }
    if (!go_on) look_through(tokens);
  }

  /// Takes in the last of the tokens: a suffix that ended before a place of its kind is one longer now.
  void extend(std::span<const TokenId> tokens) {
    const TokenId id = tokens.back();
    const auto& places = places_[key(id)];
    Lengths lengths;
    auto before = lengths_.begin();
    for (auto place = std::lower_bound(places.begin(), places.end(), begin_of(tokens)); place != places.end(); ++place) {
      while (before != lengths_.end() && before->first + 1 < *place) ++before;
      const bool longer = before != lengths_.end() && before->first + 1 == *place;
      lengths.emplace_back(*place, longer ? before->second + 1 : 1);
    }
    lengths_ = std::move(lengths);
    if (breaks(id)) after_breaker_ = tokens.size();
  }

  /// Finds the lengths anew. Read backwards, a suffix that ends at a place is a prefix that occurs there: Gusfield,
  /// "Algorithms on strings, trees, and sequences", 1997, section 1.4.
  void look_through(std::span<const TokenId> tokens) {
    const auto window = tokens.subspan(begin_of(tokens));
    const std::size_t n = window.size();
    const auto backwards = [&](std::size_t i) { return window[n - 1 - i]; };
    std::vector<std::size_t> prefix(n);
    for (std::size_t i = 1, from = 0, to = 0; i < n; ++i) {
      std::size_t length = i < to ? std::min(to - i, prefix[i - from]) : 0;
      while (i + length < n && backwards(length) == backwards(i + length)) ++length;
      if (i + length > to) from = i, to = i + length;
      prefix[i] = length;
    }
    lengths_.clear();
    for (std::size_t i = n; i-- > 1;) {
      if (prefix[i] > 0) lengths_.emplace_back(tokens.size() - 1 - i, prefix[i]);
    }
    after_breaker_ = tokens.size();
    while (after_breaker_ > 0 && !breaks(tokens[after_breaker_ - 1])) --after_breaker_;
  }

  Options options_;
  std::size_t most_ = 0;  ///< the greatest exponent that a float can bear; 0 is any
  std::size_t rewinds_ = 0, after_breaker_ = 0;
  std::vector<TokenId> read_;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> places_;  ///< of each token, ascending
  Lengths lengths_;  ///< place of the last token, ascending, and how long a suffix ends there
};

}  // namespace tamis
