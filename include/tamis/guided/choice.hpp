#pragma once

#include <string>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "grammar.hpp"

namespace tamis::guided {

/// The grammar of a few texts, one of which is to be chosen.
inline Result<Grammar> choice(std::vector<std::string> texts) {
  if (texts.empty()) return Error{"the list of choices is empty; give at least one text"};
  Grammar grammar;
  const auto words = grammar.words(std::move(texts));
  grammar.set_start(grammar.add_rule("choice", words));
  return grammar;
}

}  // namespace tamis::guided
