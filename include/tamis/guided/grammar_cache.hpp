#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "../core/result.hpp"
#include "grammar.hpp"
#include "grammar_guide.hpp"
#include "vocabulary.hpp"

namespace tamis::guided {

/// Compiled grammars of one vocabulary by their names, for requests that ask for the same again. The least recently
/// used go. Any number of threads may ask at once.
///
///     GrammarCache cache(vocabulary);
///     auto compiled = cache.get(schema, [&] { return json_schema(schema); });
///     GuideSource guide(GrammarGuide(*compiled));
///
/// A grammar that is in use stays, for its guides share it, also when the cache has forgotten it.
class GrammarCache {
 public:
  using Compiled = Result<std::shared_ptr<const CompiledGrammar>>;

  /// \param most  how many grammars it keeps, 1 or more; each may use as much memory as the limits say
  explicit GrammarCache(std::shared_ptr<const Vocabulary> vocabulary, std::size_t most = 64, GuideLimits limits = {})
      : vocabulary_(std::move(vocabulary)), most_(most > 0 ? most : 1), limits_(limits) {}

  /// The grammar called `name`, which is all that tells grammars apart; `make()` returns it, as a Result, if it is not
  /// known. Others wait for the same, and for no other. What cannot be compiled is not kept.
  template <class Make>
  Compiled get(const std::string& name, Make&& make) {
    const std::shared_ptr<Entry> entry = entry_of(name);
    const std::lock_guard lock(entry->mutex);
    if (!entry->compiled) {
      const Result<Grammar> grammar = make();
      Compiled compiled = grammar ? CompiledGrammar::of(*grammar, vocabulary_, limits_) : Compiled(grammar.error());
      if (!compiled) return forget(name, entry), compiled;
      entry->compiled = *std::move(compiled);
    }
    return entry->compiled;
  }

  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return order_.size();
  }
  /// How often a grammar was known.
  std::size_t hits() const {
    const std::lock_guard lock(mutex_);
    return hits_;
  }
  const std::shared_ptr<const Vocabulary>& vocabulary() const { return vocabulary_; }

 private:
  struct Entry {
    std::mutex mutex;
    std::shared_ptr<const CompiledGrammar> compiled;
  };
  using Order = std::list<std::pair<std::string, std::shared_ptr<Entry>>>;  // the last used first

  std::shared_ptr<Entry> entry_of(const std::string& name) {
    const std::lock_guard lock(mutex_);
    if (const auto found = places_.find(name); found != places_.end()) {
      ++hits_;
      order_.splice(order_.begin(), order_, found->second);
      return found->second->second;
    }
    order_.emplace_front(name, std::make_shared<Entry>());
    places_[name] = order_.begin();
    if (order_.size() > most_) {
      places_.erase(order_.back().first);
      order_.pop_back();
    }
    return order_.front().second;
  }

  void forget(const std::string& name, const std::shared_ptr<Entry>& entry) {
    const std::lock_guard lock(mutex_);
    const auto found = places_.find(name);
    if (found == places_.end() || found->second->second != entry) return;
    order_.erase(found->second);
    places_.erase(found);
  }

  std::shared_ptr<const Vocabulary> vocabulary_;
  std::size_t most_;
  GuideLimits limits_;
  mutable std::mutex mutex_;
  Order order_;
  std::unordered_map<std::string, Order::iterator> places_;
  std::size_t hits_ = 0;
};

}  // namespace tamis::guided
