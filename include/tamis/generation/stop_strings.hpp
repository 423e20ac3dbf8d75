#pragma once

/// \file stop_strings.hpp
/// Strings that end a text, found as it comes.

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

/// Lets text through until it contains one of several strings.
///
///     auto stops = StopStrings::of({"\nUser:", "###"});
///     show(stops->push(" rain falls\nUs"));  // " rain falls"
///     show(stops->push("er: more"));         // ""; now stops->found() == 0
///
/// The text ends at the earliest moment at which it ends with a stop string, whichever was listed
/// first: with "b" and "abc", "xabc" is over at its b. If several end at that moment, the longest
/// of them counts. The end of the text that could still become a stop string is held until it
/// cannot; no more is held than that. How the text is divided among the calls changes nothing.
///
/// Text and strings are UTF-8: then no character is divided. A value: a copy goes its own way.
class StopStrings {
 public:
  /// Whether the text that is let through ends before the stop string or with it.
  enum class Ending { trimmed, kept };

  /// Seeks no string.
  StopStrings() = default;

  /// Seeks these strings, of any number and length. An error if one of them is empty.
  static Result<StopStrings> of(std::span<const std::string> strings,
                                Ending ending = Ending::trimmed) {
    for (std::size_t at = 0; at < strings.size(); ++at)
      if (strings[at].empty())
        return Error{"stop string " + std::to_string(at + 1) + " of " +
                     std::to_string(strings.size()) + " is empty; it needs at least one character"};
    const std::vector<std::string_view> views(strings.begin(), strings.end());
    auto automaton = StringAutomaton::of(views);
    if (!automaton) return automaton.error();
    StopStrings stops;
    if (!strings.empty())
      stops.automaton_ = std::make_shared<const StringAutomaton>(*std::move(automaton));
    stops.ending_ = ending;
    return stops;
  }

  static Result<StopStrings> of(std::initializer_list<std::string> strings,
                                Ending ending = Ending::trimmed) {
    return of(std::span(strings.begin(), strings.size()), ending);
  }

  /// Takes the next piece of text; returns the text that is certain now, which may be empty. After
  /// a stop string nothing more comes.
  std::string push(std::string_view text) {
    if (found_) return {};
    if (!automaton_) return std::string(text);
    for (std::size_t at = 0; at < text.size(); ++at) {
      state_ = automaton_->step(state_, text[at]);
      const auto match = automaton_->match(state_);
      if (!match) continue;
      found_ = match.index;
      std::string certain = std::exchange(held_, {});
      certain.append(text.substr(0, at + 1));
      if (ending_ == Ending::trimmed) certain.resize(certain.size() - match.length);
      return certain;
    }
    held_.append(text);
    std::string certain = held_.substr(0, held_.size() - automaton_->depth(state_));
    held_.erase(0, certain.size());
    return certain;
  }

  /// The end of the text: returns what is held, which is no stop string now.
  std::string finish() {
    state_ = StringAutomaton::start;
    return std::exchange(held_, {});
  }

  /// Which of the strings was found: its place in the list.
  std::optional<std::size_t> found() const { return found_; }

  /// How many bytes of text are held.
  std::size_t held() const { return held_.size(); }

 private:
  std::shared_ptr<const StringAutomaton> automaton_;  // never changed: copies share it
  Ending ending_ = Ending::trimmed;
  StringAutomaton::State state_ = StringAutomaton::start;
  std::string held_;  // the front of a stop string, with which the text ends
  std::optional<std::size_t> found_;
};

}  // namespace tamis
