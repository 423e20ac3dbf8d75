#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "../tokenizers/detokenizer.hpp"
#include "stop_strings.hpp"

namespace tamis {

/// Output text: from the bytes of one sequence's tokens to what may be shown of them.
///
/// Law. The pieces together are the text, in whole characters, up to the first stop string.
class OutputText {
 public:
  explicit OutputText(StopStrings stops = {}) : stops_(std::move(stops)) {}

  /// Takes the bytes of the next token; returns what is certain now, which may be empty.
  std::string push(std::string_view bytes) { return stops_.push(detokenizer_.push(bytes)); }

  /// As push(), for a token at which no stop string may begin or end.
  std::string push_unsought(std::string_view bytes) { return detokenizer_.push(bytes); }

  /// The end: returns what is held. Nothing, after a stop string.
  std::string finish() {
    if (found()) return {};
    std::string rest = stops_.finish();
    rest += detokenizer_.finish();
    return rest;
  }

  /// Which stop string was found: its place in the list.
  std::optional<std::size_t> found() const { return stops_.found(); }

 private:
  Detokenizer detokenizer_;
  StopStrings stops_;
};

}  // namespace tamis
