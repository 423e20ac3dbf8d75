#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "../tokenizers/detokenizer.hpp"
#include "banned_strings.hpp"
#include "stop_strings.hpp"

namespace tamis {

/// Output text: from the bytes of one sequence's tokens to what may be shown of them, if no token
/// is taken back.
///
/// Law. The pieces together are the text, in whole characters, up to the first stop string.
///
/// A value, small enough to be kept for each token that may be taken back.
class OutputText {
 public:
  explicit OutputText(StopStrings stops = {}, BannedStrings banned = {})
      : stops_(std::move(stops)), banned_(std::move(banned)) {}

  /// Takes the bytes of the next token; returns what is certain now, which may be empty.
  std::string push(std::string_view bytes) {
    const std::string text = detokenizer_.push(bytes);
    const auto end = banned_.push(text);
    // What stops the text before the banned string is whole, stops it. Where both end, it is
    // banned.
    return stops_.push(end ? std::string_view(text).substr(0, *end - 1) : text);
  }

  /// As push(), for a token at which no stop string may begin or end.
  std::string push_unsought(std::string_view bytes) {
    std::string text = detokenizer_.push(bytes);
    banned_.push(text);
    return text;
  }

  /// Lets the next token's bytes be in the text though a banned string is whole with them.
  void let_pass() { banned_.let_pass(); }

  /// The end: returns what is held. Nothing, after a stop string.
  std::string finish() {
    if (found()) return {};
    std::string rest = stops_.finish();
    rest += detokenizer_.finish();
    return rest;
  }

  /// Which stop string was found: its place in the list.
  std::optional<std::size_t> found() const { return stops_.found(); }

  /// Where the banned string begins that the text has come to, if it has; in bytes, as below.
  std::optional<std::size_t> banned() const { return found() ? std::nullopt : banned_.found(); }
  /// Where something begins that could become a banned string; size(), if nothing could.
  std::size_t possibly_banned() const { return banned_.possible(); }
  /// Where the text of the next token begins: the bytes of all before it.
  std::size_t size() const { return banned_.size() + detokenizer_.held(); }

 private:
  Detokenizer detokenizer_;
  StopStrings stops_;
  BannedStrings banned_;
};

}  // namespace tamis
