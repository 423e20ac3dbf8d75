#pragma once

/// \file banned_strings.hpp
/// Strings that a text may not contain, found as it comes.

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "../tokenizers/string_automaton.hpp"

namespace tamis {

/// Says where in a text a banned string began, as soon as it is whole; and where one may have begun
/// that is not whole yet. Places are bytes from the beginning of the text.
///
/// A value: a copy goes its own way, and costs no more than its few numbers.
class BannedStrings {
 public:
  /// Bans no string.
  BannedStrings() = default;

  /// Bans these strings, of any number and length. An error if one of them is empty.
  static Result<BannedStrings> of(std::span<const std::string> strings) {
    for (std::size_t at = 0; at < strings.size(); ++at)
      if (strings[at].empty())
        return Error{"banned string " + std::to_string(at + 1) + " of " +
                     std::to_string(strings.size()) + " is empty; it needs at least one character"};
    const std::vector<std::string_view> views(strings.begin(), strings.end());
    auto automaton = StringAutomaton::of(views);
    if (!automaton) return automaton.error();
    BannedStrings banned;
    if (!strings.empty())
      banned.automaton_ = std::make_shared<const StringAutomaton>(*std::move(automaton));
    return banned;
  }

  static Result<BannedStrings> of(std::initializer_list<std::string> strings) {
    return of(std::span(strings.begin(), strings.size()));
  }

  /// Takes the next piece of text. If a banned string is whole in it, returns how many bytes of the
  /// piece there are to its end; then found() says where it began, and the rest is not read.
  std::optional<std::size_t> push(std::string_view text) {
    if (!automaton_ || passes_) {
      size_ += text.size();
      passes_ = passes_ && text.empty();
      return std::nullopt;
    }
    for (std::size_t at = 0; at < text.size(); ++at) {
      state_ = automaton_->step(state_, text[at]);
      ++size_;
      if (const auto match = automaton_->match(state_)) {
        found_ = size_ - match.length;
        return at + 1;
      }
    }
    return std::nullopt;
  }

  /// Lets the next piece that is not empty pass, whatever is in it; what was read before it is the beginning of nothing.
  void let_pass() {
    passes_ = true;
    state_ = StringAutomaton::start;
  }

  /// Where the banned string begins that was found; of several that end there, the longest.
  std::optional<std::size_t> found() const { return found_; }

  /// Where something begins that could become a banned string: size(), if nothing could.
  std::size_t possible() const { return size_ - (automaton_ ? automaton_->depth(state_) : 0); }

  /// How many bytes of text have been read.
  std::size_t size() const { return size_; }

 private:
  std::shared_ptr<const StringAutomaton> automaton_;  // never changed: copies share it
  StringAutomaton::State state_ = StringAutomaton::start;
  std::size_t size_ = 0;
  bool passes_ = false;
  std::optional<std::size_t> found_;
};

}  // namespace tamis
