#pragma once

/// \file detokenizer.hpp
/// Bytes to text, as they come.

#include <cstddef>
#include <string>
#include <string_view>

#include "utf8.hpp"

namespace tamis {

/// Turns the bytes of tokens, one after the other, into text that is valid UTF-8.
///
///     Detokenizer detokenizer;
///     for (TokenId id : ids) show(detokenizer.push(tokenizer.bytes(id)));
///     show(detokenizer.finish());
///
/// A token may end inside a character: its front, of three bytes at most, is held until the
/// character is whole. A whole character is given out at once. Bytes that make no character become
/// U+FFFD.
///
/// Law. However the bytes are divided among the calls, the pieces together are the same text, which
/// is that of Python's bytes.decode("utf-8", "replace").
class Detokenizer {
 public:
  /// Takes the next bytes; returns the text that is certain now, which may be empty.
  std::string push(std::string_view bytes) {
    std::string text;
    if (!held_.empty()) {
      // What is held is a front that can go on, so that one step leads past it.
      const std::size_t before = held_.size();
      held_.append(bytes.substr(0, 3));
      const Utf8Step step = utf8_step(held_);
      if (step.kind == Utf8Step::Kind::cut) return text;
      text.append(step.kind == Utf8Step::Kind::whole
                      ? std::string_view(held_).substr(0, step.length)
                      : replacement_character);
      bytes.remove_prefix(step.length - before);
      held_.clear();
    }
    append(text, bytes);
    return text;
  }

  /// The end of the bytes: what is still held becomes U+FFFD. Then a new text may begin.
  std::string finish() {
    const bool is_cut = !held_.empty();
    held_.clear();
    return std::string(is_cut ? replacement_character : "");
  }

  /// How many bytes are held, 0 to 3.
  std::size_t held() const { return held_.size(); }

 private:
  /// Appends the text of `bytes`, and holds the front of a character at their end.
  void append(std::string& text, std::string_view bytes) {
    text.reserve(text.size() + bytes.size());
    std::size_t begin = 0, at = 0;  // [begin, at) is valid and not yet appended
    while (at < bytes.size()) {
      const Utf8Step step = utf8_step(bytes.substr(at));
      if (step.kind != Utf8Step::Kind::whole) {
        text.append(bytes.substr(begin, at - begin));
        begin = at + step.length;
        if (step.kind == Utf8Step::Kind::cut)
          held_ = bytes.substr(at);
        else
          text.append(replacement_character);
      }
      at += step.length;
    }
    text.append(bytes.substr(begin));
  }

  std::string held_;  // the front of a character
};

}  // namespace tamis
