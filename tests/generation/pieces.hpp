#pragma once

/// \file pieces.hpp
/// A tokenizer of given pieces, for a model that counts: its text is the pieces in order.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <tamis/core/types.hpp>
#include <tamis/testing/toy_model.hpp>
#include <utility>
#include <vector>

struct Pieces {
  std::vector<std::string> pieces;
  std::vector<tamis::TokenId> special = {};

  std::string_view bytes(tamis::TokenId id) const { return pieces[static_cast<std::size_t>(id)]; }
  bool is_special(tamis::TokenId id) const { return std::ranges::count(special, id) > 0; }

  /// After each piece comes the next.
  tamis::testing::ToyModel model() const {
    return tamis::testing::ToyModel::counting(static_cast<tamis::TokenId>(pieces.size()));
  }
};
