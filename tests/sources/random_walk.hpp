#pragma once

/// \file random_walk.hpp
/// Sequences that grow and shrink at random, for the law of sources: only the tokens count, not how
/// they came.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <tamis/core/sequence.hpp>
#include <utility>
#include <vector>

namespace tamis::testing {

/// What a source has said of each token: added to its bias, and pushed into each slot.
struct Said {
  float bias = 0;
  std::array<float, push_slots> push = {};
  friend bool operator==(const Said&, const Said&) = default;
};

/// What was said for the next step of a sequence.
inline std::map<TokenId, Said> said_of(const Sequence& sequence) {
  std::map<TokenId, Said> said;
  for (const Occurrence& o : sequence.facts().few) {
    if (const Said of{o.bias, o.push}; of != Said{}) said[o.id] = of;
  }
  return said;
}

/// What a source says after these tokens.
template <class S>
std::map<TokenId, Said> said_by(S source, const std::vector<TokenId>& prompt,
                                const std::vector<TokenId>& generated = {}) {
  Sequence sequence(prompt);
  for (const TokenId id : generated) sequence.append(id);
  source.push(sequence);
  return said_of(sequence);
}

/// What bans say.
inline std::map<TokenId, Said> banned(const std::vector<TokenId>& tokens) {
  std::map<TokenId, Said> said;
  for (const TokenId id : tokens) said[id].bias = masked;
  return said;
}

/// Appends to a sequence and rewinds it, at random, in an alphabet of few tokens; between two
/// pushes of the source one token comes, or several, or several go. Calls `see(tokens, said)` after
/// each push.
template <class S, class See>
void random_walk(std::uint32_t seed, std::size_t alphabet, int steps, S source, const See& see) {
  std::mt19937 random(seed);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  std::vector<TokenId> tokens(below(12));
  for (TokenId& id : tokens) id = static_cast<TokenId>(below(alphabet));
  Sequence sequence(tokens);
  for (int step = 0; step < steps; ++step) {
    sequence.clear_passing();
    if (below(6) == 0) {
      tokens.resize(tokens.size() -
                    below(std::min<std::size_t>(tokens.size() + 1, below(10) == 0 ? 40 : 6)));
      sequence.rewind(tokens.size());
    }
    for (std::size_t more = below(5) ? 1 : below(14); more > 0; --more) {
      tokens.push_back(static_cast<TokenId>(below(alphabet)));
      sequence.append(tokens.back());
    }
    source.push(sequence);
    see(tokens, said_of(sequence));
  }
}

}  // namespace tamis::testing
