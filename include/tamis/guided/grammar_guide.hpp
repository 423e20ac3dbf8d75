#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "../core/types.hpp"
#include "configurations.hpp"
#include "distinct_filter.hpp"
#include "grammar.hpp"
#include "guide.hpp"
#include "lowering.hpp"
#include "masks.hpp"
#include "pushdown.hpp"
#include "vocabulary.hpp"

namespace tamis::guided {

/// What a guide may use.
struct GuideLimits {
  std::uint64_t fuel = 20'000'000;              ///< steps that one mask or one token may cost
  std::size_t memory = std::size_t{256} << 20;  ///< bytes for what is kept between tokens, a grammar
};

namespace detail {

/// What the guides of one grammar know together.
struct GuideKnowledge {
  GuideKnowledge(const Pushdown& automaton, const Vocabulary& vocabulary)
      : configurations(automaton, vocabulary.longest()),
        masks(configurations, vocabulary),
        distinct(configurations, vocabulary) {}

  std::mutex mutex;
  Configurations configurations;
  Masks masks;
  DistinctFilter distinct;
};

}  // namespace detail

/// A grammar made ready for a vocabulary. Made once, shared by any number of requests and threads.
class CompiledGrammar {
 public:
  /// An error, if the grammar is too large or no text of it can be written.
  static Result<std::shared_ptr<const CompiledGrammar>> of(const Grammar& grammar,
                                                           std::shared_ptr<const Vocabulary> vocabulary,
                                                           GuideLimits limits = {}) {
    auto automaton = lower(grammar, vocabulary->present());
    if (!automaton) return automaton.error();
    return std::shared_ptr<const CompiledGrammar>(
        new CompiledGrammar(*std::move(automaton), std::move(vocabulary), limits));
  }

  const Vocabulary& vocabulary() const { return *vocabulary_; }
  const Pushdown& automaton() const { return automaton_; }
  const GuideLimits& limits() const { return limits_; }

  /// What new guides share. When it has grown beyond the limit, another takes its place, and the old one goes with the
  /// last guide that stands in it.
  std::shared_ptr<detail::GuideKnowledge> knowledge() const {
    const std::lock_guard lock(mutex_);
    return knowledge_;
  }
  std::shared_ptr<detail::GuideKnowledge> knowledge_after(const std::shared_ptr<detail::GuideKnowledge>& full) const {
    const std::lock_guard lock(mutex_);
    if (knowledge_ == full) knowledge_ = std::make_shared<detail::GuideKnowledge>(automaton_, *vocabulary_);
    return knowledge_;
  }

 private:
  CompiledGrammar(Pushdown automaton, std::shared_ptr<const Vocabulary> vocabulary, GuideLimits limits)
      : automaton_(std::move(automaton)),
        vocabulary_(std::move(vocabulary)),
        limits_(limits),
        knowledge_(std::make_shared<detail::GuideKnowledge>(automaton_, *vocabulary_)) {}

  Pushdown automaton_;
  std::shared_ptr<const Vocabulary> vocabulary_;
  GuideLimits limits_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<detail::GuideKnowledge> knowledge_;
};

/// A guide by a grammar: see the concept Guide. One thread at a time; copies may go to other threads.
class GrammarGuide {
 public:
  explicit GrammarGuide(std::shared_ptr<const CompiledGrammar> grammar)
      : grammar_(std::move(grammar)), knowledge_(grammar_->knowledge()) {
    const std::lock_guard lock(knowledge_->mutex);
    at_.id = knowledge_->configurations.start();
  }

  Result<std::shared_ptr<const TokenMask>> mask() {
    if (is_over_) return none();
    make_room();
    const std::lock_guard lock(knowledge_->mutex);
    auto& known = *knowledge_;
    known.configurations.set_fuel(grammar_->limits().fuel);
    auto mask = known.masks.of(at_.id);
    if (grammar_->automaton().has_distinct) mask = known.distinct.without_repeated(at_, std::move(mask));
    if (known.configurations.take_failure()) {
      known.masks.forget(at_.id);
      known.distinct.forget();
      static_cast<void>(known.configurations.take_failure());
      return Error{"the grammar is too ambiguous here: its mask needs more than " +
                   std::to_string(grammar_->limits().fuel) +
                   " steps, or its stack is too deep; write it with fewer ways to read one text"};
    }
    return mask;
  }

  bool accept(TokenId token) {
    if (is_over_) return false;
    if (grammar_->vocabulary().is_end(token)) return is_over_ = can_stop();
    const std::string_view bytes = grammar_->vocabulary().bytes_of(token);
    return !bytes.empty() && accept_bytes(bytes);
  }

  /// Goes on by bytes; false, and nothing has changed, if they may not come.
  bool accept_bytes(std::string_view bytes) { return accepted(bytes) == bytes.size(); }

  /// How many of the bytes may come. Goes on by them if they all may; else nothing has changed.
  std::size_t accepted(std::string_view bytes) {
    if (is_over_) return 0;
    make_room();
    const std::lock_guard lock(knowledge_->mutex);
    auto& c = knowledge_->configurations;
    c.set_fuel(grammar_->limits().fuel);
    if (grammar_->automaton().has_distinct) return accepted_distinct(bytes);
    std::uint32_t at = at_.id;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      at = c.next(at, static_cast<std::uint8_t>(bytes[i]));
      if (c.take_failure() || at == Configurations::dead) return i;
    }
    at_.id = at;
    return bytes.size();
  }

  bool can_stop() const {
    if (is_over_) return true;
    const std::lock_guard lock(knowledge_->mutex);
    return knowledge_->configurations.accepts(at_.id);
  }

  bool is_over() const { return is_over_; }

  std::string forced_bytes() {
    constexpr std::size_t most = 4096;
    std::string bytes;
    if (is_over_) return bytes;
    make_room();
    const std::lock_guard lock(knowledge_->mutex);
    auto& c = knowledge_->configurations;
    c.set_fuel(grammar_->limits().fuel);
    for (DistinctPlace at = at_; bytes.size() < most && !c.accepts(at.id);) {
      const ByteSet live = c.live(at.id);
      if (live.size() != 1) break;
      unsigned byte = 0;
      while (!live.contains(byte)) ++byte;
      const bool is_on = knowledge_->distinct.step(at, static_cast<std::uint8_t>(byte));
      if (c.take_failure() || !is_on) break;
      bytes.push_back(static_cast<char>(byte));
    }
    return bytes;
  }

  const CompiledGrammar& grammar() const { return *grammar_; }

 private:
  Result<std::shared_ptr<const TokenMask>> none() const {
    auto mask = std::make_shared<TokenMask>();
    mask->words.assign(grammar_->vocabulary().words(), 0);
    return std::shared_ptr<const TokenMask>(std::move(mask));
  }

  std::size_t accepted_distinct(std::string_view bytes) {
    auto& known = *knowledge_;
    DistinctPlace at = at_;
    bool is_blank = at_.items.is_between();
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const auto byte = static_cast<std::uint8_t>(bytes[i]);
      const bool is_on = known.distinct.step(at, byte);
      if (known.configurations.take_failure() || !is_on) return i;
      is_blank = is_blank && known.distinct.is_only_space(at_, at, byte);
    }
    const bool is_open = is_blank || known.distinct.is_open(at);
    if (known.configurations.take_failure() || !is_open) return bytes.size() - 1;
    at_ = std::move(at);
    return bytes.size();
  }

  /// Keeps what is known within the limit: forgets masks, or moves to a new place.
  void make_room() {
    const std::size_t limit = grammar_->limits().memory;
    {
      const std::lock_guard lock(knowledge_->mutex);
      if (knowledge_->masks.bytes() > limit / 2) knowledge_->masks.shrink(limit);
      if (knowledge_->distinct.bytes() > limit / 8) knowledge_->distinct.forget();
      if (knowledge_->configurations.bytes() <= limit / 2) return;
    }
    const auto next = grammar_->knowledge_after(knowledge_);
    if (next == knowledge_) return;
    const std::scoped_lock lock(knowledge_->mutex, next->mutex);
    at_.id = next->configurations.import(knowledge_->configurations, at_.id);
    knowledge_ = next;
  }

  std::shared_ptr<const CompiledGrammar> grammar_;
  std::shared_ptr<detail::GuideKnowledge> knowledge_;
  DistinctPlace at_ = {};
  bool is_over_ = false;
};

static_assert(Guide<GrammarGuide>);

}  // namespace tamis::guided
