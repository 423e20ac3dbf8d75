#pragma once

/// \file memory.hpp
/// What a model has read of a sequence.

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "../core/types.hpp"
#include "forward_batch.hpp"
#include "forward_each.hpp"
#include "language_model.hpp"
#include "model_capabilities.hpp"

namespace tamis {

/// A cache, and the tokens that are in it: so that what is asked next can begin where the two texts
/// part.
///
///     Memory memory(model);
///     memory.read(model, prompt);       // once
///     Memory other = memory;            // a copy goes its own way: several answers to one prompt
///     generate(model, memory, ...);     // a turn of a chat: reads only what was added
///
/// For one model, which is given to each call.
template <LanguageModel M>
class Memory {
 public:
  /// Remembers nothing yet.
  explicit Memory(M& model) : cache_(model.start()) {}
  /// Remembers `tokens`, which are what is in `cache`.
  Memory(typename M::Cache cache, std::vector<TokenId> tokens)
      : cache_(std::move(cache)), tokens_(std::move(tokens)) {}

  std::span<const TokenId> tokens() const { return tokens_; }
  const typename M::Cache& cache() const { return cache_; }

  /// How many of the first tokens of `ids` need not be read again. Never all: the logits come with
  /// the last.
  std::size_t known(std::span<const TokenId> ids) const {
    if (ids.empty()) return 0;
    const auto shared =
        static_cast<std::size_t>(std::mismatch(tokens_.begin(), tokens_.end(), ids.begin(), ids.end()).second - ids.begin());
    return back_to(std::min(shared, ids.size() - 1));
  }

  /// Makes this the memory of `ids`, one or more, and returns the logits of the token after them;
  /// valid until the model is asked again. Reads what is not known.
  decltype(auto) read(M& model, std::span<const TokenId> ids) {
    const std::size_t shared = known(ids);
    rewind(shared);
    return append(model, ids.subspan(shared));
  }

  /// As read(), and calls visit(i, logits) for each i from `first` on: the logits of the token after
  /// ids[i], in order, valid during the call. Requires first < ids.size().
  template <class Visit>
  void read_each(M& model, std::span<const TokenId> ids, std::size_t first, Visit&& visit) {
    const std::size_t shared = back_to(std::min(known(ids), first));
    rewind(shared);
    if (tokens_.empty()) cache_ = model.start();
    tokens_.clear();  // nothing is known, should the model or `visit` throw
    forward_each(model, cache_, ids.subspan(shared), [&](std::size_t i, const auto& logits) {
      if (shared + i >= first) visit(shared + i, logits);
    });
    tokens_.assign(ids.begin(), ids.end());
  }

  /// For a model that reads several sequences at once: the cache, and what is to be appended to it
  /// so that this is the memory of `ids`, one or more. Until close() nothing is known.
  BatchEntry<M> open(M& model, std::span<const TokenId> ids) {
    const std::size_t shared = known(ids);
    rewind(shared);
    if (tokens_.empty()) cache_ = model.start();
    tokens_.clear();
    return {&cache_, ids.subspan(shared)};
  }
  /// It has been appended.
  void close(std::span<const TokenId> ids) { tokens_.assign(ids.begin(), ids.end()); }

  /// Forgets what is not the beginning of `ids`.
  void keep(std::span<const TokenId> ids) {
    const auto shared = static_cast<std::size_t>(
        std::mismatch(tokens_.begin(), tokens_.end(), ids.begin(), ids.end()).first - tokens_.begin());
    rewind(back_to(shared));
  }

  /// As read(), with the tokens known followed by `ids`. If the model throws, nothing is known.
  decltype(auto) append(M& model, std::span<const TokenId> ids) {
    if (tokens_.empty()) cache_ = model.start();
    std::vector<TokenId> tokens = std::exchange(tokens_, {});
    tokens.insert(tokens.end(), ids.begin(), ids.end());
    decltype(auto) logits = model.forward(cache_, ids);
    tokens_ = std::move(tokens);
    return logits;
  }

  /// Remembers nothing again.
  void forget() { tokens_.clear(); }

 private:
  /// So many of the first tokens, if the cache can forget those behind them; otherwise none.
  std::size_t back_to(std::size_t length) const {
    if (length == tokens_.size()) return length;
    if constexpr (!RewindingModel<M>)
      return 0;
    else if constexpr (requires { cache_.check_rewind(0); })
      return cache_.check_rewind(static_cast<int>(length)) ? length : 0;
    else
      return length;
  }

  /// To what back_to() allows.
  void rewind(std::size_t length) {
    if (length == tokens_.size()) return;
    if constexpr (RewindingModel<M>) cache_.rewind(static_cast<int>(length));
    tokens_.resize(length);
  }

  typename M::Cache cache_;
  std::vector<TokenId> tokens_;
};

}  // namespace tamis
