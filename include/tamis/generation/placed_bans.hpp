#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "../core/sequence.hpp"
#include "../core/types.hpp"

namespace tamis {

/// Tokens that cannot come at a place after what stands before it now. A source.
class PlacedBans {
 public:
  /// Bans a token at a position, and forgets what was banned behind it: other tokens will stand
  /// there.
  void add(std::size_t position, TokenId token) {
    std::erase_if(bans_, [&](const Ban& ban) { return ban.position > position; });
    bans_.push_back({position, token});
  }

  bool has(std::size_t position, TokenId token) const {
    return std::any_of(bans_.begin(), bans_.end(), [&](const Ban& ban) {
      return ban.position == position && ban.token == token;
    });
  }

  bool has(std::size_t position) const {
    return std::any_of(bans_.begin(), bans_.end(),
                       [&](const Ban& ban) { return ban.position == position; });
  }

  void push(Sequence& sequence) const {
    for (const Ban& ban : bans_)
      if (ban.position == sequence.size()) sequence.add_bias(ban.token, masked);
  }

 private:
  struct Ban {
    std::size_t position;
    TokenId token;
  };
  std::vector<Ban> bans_;
};

}  // namespace tamis
