#pragma once

#include <tamis/guided/vocabulary.hpp>

#include <memory>
#include <string>
#include <vector>

namespace guided_tests {

/// The 256 bytes as tokens, and an end.
inline std::shared_ptr<const tamis::guided::Vocabulary> every_byte() {
  static const auto bytes = [] {
    std::vector<std::string> tokens;
    for (int byte = 0; byte < 256; ++byte) tokens.push_back(std::string(1, static_cast<char>(byte)));
    tokens.push_back("");
    return std::make_shared<const tamis::guided::Vocabulary>(tokens, std::vector<tamis::TokenId>{256});
  }();
  return bytes;
}

}  // namespace guided_tests
