#pragma once

/// \file word_splitter.hpp
/// Text to words: what a byte-level tokenizer never merges across.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "unicode_classes.hpp"
#include "utf8.hpp"

namespace tamis {

/// How a tokenizer divides text into words.
enum class WordSplit {
  gpt2,     ///< the pattern of GPT-2
  numbers,  ///< the same, after each number character, `\p{N}`, has been put alone: HF's `Digits`
  llama3,   ///< the pattern of Llama 3, which takes up to three number characters together
  qwen2     ///< the same, but each number character alone
};

/// The split that a GGUF file means by its value `tokenizer.ggml.pre`, if it is known.
///
/// For "smollm" the peers disagree: see docs/decisions/0004-smollm-splits-as-transformers-does.md.
constexpr std::optional<WordSplit> word_split_of(std::string_view name) {
  if (name == "gpt-2") return WordSplit::gpt2;
  if (name == "smollm") return WordSplit::gpt2;
  if (name == "llama-bpe") return WordSplit::llama3;
  if (name == "qwen2") return WordSplit::qwen2;
  return std::nullopt;
}

/// Divides text into words as one of these patterns does, in one pass over the text: GPT-2's
///
///     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
///
/// or Llama 3's, in one line, of which Qwen 2 has `\p{N}` in the place of `\p{N}{1,3}`:
///
///     (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|
///      ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
///
/// The words, one after the other, are the text. Bytes that are no UTF-8 count as neither letter,
/// number nor white space.
///
/// Source: openai/gpt-2, src/encoder.py; `numbers` is HF's Sequence[Digits(individual), ByteLevel];
/// the files tokenizer.json of Llama 3 and Qwen 2.
/// Beware: HF's Digits follows the Unicode version of the Rust it was built with, which may know a
/// few numbers more than 16.0 does.
class WordSplitter {
 public:
  constexpr WordSplitter(WordSplit split, std::string_view text) : split_(split), text_(text) {}

  /// The next word; empty at the end of the text.
  constexpr std::string_view next() {
    if (at_ == text_.size()) return {};
    const std::size_t begin = at_;
    Character first = look(begin);
    if (split_ == WordSplit::llama3 || split_ == WordSplit::qwen2) return later_word(begin, first);
    if (first.kind == Kind::alone) return word(begin, begin + first.length);
    if (const std::size_t length = contraction(begin)) return word(begin, begin + length);
    std::size_t end = begin + first.length;
    if (text_[begin] == ' ' && end < text_.size()) {
      const Character second = look(end);
      if (second.kind != Kind::space && second.kind != Kind::alone) {
        end += second.length;
        first = second;
      }
    }
    return first.kind == Kind::space ? spaces(begin, end) : run(begin, end, first.kind);
  }

 private:
  enum class Kind : std::uint8_t { letter, number, space, other, alone };
  struct Character {
    Kind kind;
    std::uint32_t length;  // in bytes
  };

  static constexpr auto kind_of = [](char32_t code) {
    return unicode::is_letter(code)        ? Kind::letter
           : unicode::is_number(code)      ? Kind::number
           : unicode::is_white_space(code) ? Kind::space
                                           : Kind::other;
  };

  static constexpr std::array<Kind, 128> ascii = [] {
    std::array<Kind, 128> kinds{};
    for (char32_t code = 0; code < 128; ++code) kinds[code] = kind_of(code);
    return kinds;
  }();

  constexpr Character look(std::size_t at) const {
    const auto byte = static_cast<unsigned char>(text_[at]);
    if (byte < 0x80) {
      const bool is_alone = ascii[byte] == Kind::number && split_ == WordSplit::numbers;
      return {is_alone ? Kind::alone : ascii[byte], 1};
    }
    const Utf8Step step = utf8_step(text_.substr(at));
    if (step.kind != Utf8Step::Kind::whole) return {Kind::other, step.length};
    const Kind kind = kind_of(step.code);
    const bool is_alone = kind == Kind::number && split_ == WordSplit::numbers;
    return {is_alone ? Kind::alone : kind, step.length};
  }

  /// The word that begins at `begin`, by Llama 3's pattern.
  constexpr std::string_view later_word(std::size_t begin, Character first) {
    if (const std::size_t length = any_contraction(begin)) return word(begin, begin + length);
    const std::size_t end = begin + first.length;
    if (first.kind == Kind::letter) return run(begin, end, Kind::letter);
    if (first.kind == Kind::number) {
      const int most = split_ == WordSplit::llama3 ? 3 : 1;
      std::size_t last = end;
      for (int count = 1; count < most && last < text_.size(); ++count) {
        const Character next = look(last);
        if (next.kind != Kind::number) break;
        last += next.length;
      }
      return word(begin, last);
    }
    if (end < text_.size() && !is_line_end(begin)) {
      const Character second = look(end);
      if (second.kind == Kind::letter) return run(begin, end + second.length, Kind::letter);
      if (text_[begin] == ' ' && second.kind == Kind::other)
        return others(begin, end + second.length);
    }
    return first.kind == Kind::other ? others(begin, end) : later_spaces(begin, end);
  }

  constexpr bool is_line_end(std::size_t at) const {
    return at < text_.size() && (text_[at] == '\r' || text_[at] == '\n');
  }

  /// Other characters from `end` on, and the line ends after them.
  constexpr std::string_view others(std::size_t begin, std::size_t end) {
    run(begin, end, Kind::other);
    while (is_line_end(at_)) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  /// White space up to its last line end; if there is none, as GPT-2's pattern takes it.
  constexpr std::string_view later_spaces(std::size_t begin, std::size_t end) {
    run(begin, end, Kind::space);
    for (std::size_t last = at_; last > begin; --last)
      if (is_line_end(last - 1)) return word(begin, last);
    return spaces(begin, end);
  }

  /// The length of the contraction that begins at `at`, in letters of any size; 0 if none does. The
  /// long s, U+017F, is a small s to patterns that do not look at the size.
  constexpr std::size_t any_contraction(std::size_t at) const {
    if (text_[at] != '\'') return 0;
    if (text_.substr(at + 1, 2) == "\xC5\xBF") return 3;
    for (const std::string_view ending : {"s", "t", "re", "ve", "m", "ll", "d"}) {
      const std::string_view here = text_.substr(at + 1, ending.size());
      const auto is_same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; };
      if (std::equal(here.begin(), here.end(), ending.begin(), ending.end(), is_same))
        return 1 + ending.size();
    }
    return 0;
  }

  /// The length of the contraction that begins at `at`; 0 if none does.
  constexpr std::size_t contraction(std::size_t at) const {
    if (text_[at] != '\'') return 0;
    for (const std::string_view ending : {"s", "t", "re", "ve", "m", "ll", "d"})
      if (text_.substr(at + 1, ending.size()) == ending) return 1 + ending.size();
    return 0;
  }

  constexpr std::string_view word(std::size_t begin, std::size_t end) {
    at_ = end;
    return text_.substr(begin, end - begin);
  }

  /// The word that goes on from `end` as long as its kind does.
  constexpr std::string_view run(std::size_t begin, std::size_t end, Kind kind) {
    while (end < text_.size()) {
      const Character next = look(end);
      if (next.kind != kind) break;
      end += next.length;
    }
    return word(begin, end);
  }

  /// White space, all of it but the last character, which belongs to what follows; all of it before
  /// an end.
  constexpr std::string_view spaces(std::size_t begin, std::size_t end) {
    std::size_t last = begin;
    while (end < text_.size()) {
      const Character next = look(end);
      if (next.kind != Kind::space)
        return word(begin, next.kind == Kind::alone || last == begin ? end : last);
      last = end;
      end += next.length;
    }
    return word(begin, end);
  }

  WordSplit split_;
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace tamis
