#pragma once

/// \file any_llama.hpp
/// A llama whose kind of cache is chosen when the program runs.

#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "../core/result.hpp"
#include "../core/types.hpp"
#include "../generation/forward_batch.hpp"
#include "../generation/kv_cache.hpp"
#include "../generation/kv_cache_kind.hpp"
#include "../generation/paged_kv_cache.hpp"
#include "../generation/quantized_kv_cache.hpp"
#include "../generation/window_kv_cache.hpp"
#include "llama.hpp"

namespace tamis {

/// A BasicLlama of one cache or another, with all that it does. A cache that another kind of model
/// has begun is refused, as what else check() refuses.
///
///     AnyLlama chosen(*model, *kv_cache_kind("window"));
class AnyLlama {
 public:
  /// The memory of a sequence.
  class Cache {
   public:
    int length() const {
      return std::visit([](const auto& cache) { return cache.length(); }, kind_);
    }
    /// The memory in use, and that of a token as long as it is seen, in bytes.
    std::size_t bytes() const {
      return std::visit([](const auto& cache) { return cache.bytes(); }, kind_);
    }
    std::size_t bytes_per_token() const {
      return std::visit([](const auto& cache) { return cache.bytes_per_token(); }, kind_);
    }
    Cache fork() const { return *this; }

    /// May all but the first `length` tokens be forgotten? A window has its limits.
    Result<void> check_rewind(int length) const {
      return std::visit(
          [&](const auto& cache) -> Result<void> {
            if constexpr (requires { cache.check_rewind(length); })
              return cache.check_rewind(length);
            return {};
          },
          kind_);
    }
    /// Forgets all but the first `length` tokens. What check_rewind() refuses changes nothing, and
    /// returns false.
    bool rewind(int length) {
      if (!check_rewind(length)) return false;
      std::visit([&](auto& cache) { cache.rewind(length); }, kind_);
      return true;
    }

   private:
    friend class AnyLlama;
    template <class C>
    explicit Cache(C cache) : kind_(std::move(cache)) {}

    std::variant<ContiguousKvCache, PagedKvCache, WindowKvCache, QuantizedKvCache> kind_;
  };

  /// The same model with a cache of that kind; a window has four sinks and `window` tokens. Shares
  /// the weights.
  AnyLlama(const Llama& model, KvCacheKind kind, int threads = 1, int window = 1020)
      : model_(of_kind(model, kind, threads, window)) {}

  KvCacheKind kind() const { return static_cast<KvCacheKind>(model_.index()); }
  TokenId vocab_size() const {
    return std::visit([](const auto& model) { return model.vocab_size(); }, model_);
  }
  /// How many tokens a sequence may have.
  int context_size() const {
    return std::visit(
        [](const auto& model) {
          if constexpr (requires { model.context_size(); })
            return model.context_size();
          else
            return std::numeric_limits<int>::max();
        },
        model_);
  }
  std::size_t bytes() const {
    return std::visit([](const auto& model) { return model.bytes(); }, model_);
  }
  int layer_count() const {
    return std::visit([](const auto& model) { return model.layer_count(); }, model_);
  }
  int hidden_size() const {
    return std::visit([](const auto& model) { return model.hidden_size(); }, model_);
  }
  bool has_tied_output() const {
    return std::visit([](const auto& model) { return model.has_tied_output(); }, model_);
  }
  Cache start() const {
    return std::visit([](const auto& model) { return Cache(model.start()); }, model_);
  }

  /// What BasicLlama says of each.
  Result<void> check(const Cache& cache, std::span<const TokenId> ids) const {
    return std::visit(
        [&](const auto& model) -> Result<void> {
          const auto* its = std::get_if<CacheOf<decltype(model)>>(&cache.kind_);
          return its ? model.check(*its, ids)
                     : Error{"the cache is of another kind; begin with start()"};
        },
        model_);
  }
  std::span<const float> forward(Cache& cache, std::span<const TokenId> ids) {
    return with(cache, std::span<const float>(),
                [&](auto& model, auto& its) { return model.forward(its, ids); });
  }
  template <class Visit>
  void forward_each(Cache& cache, std::span<const TokenId> ids, Visit&& visit) {
    const std::function<void(std::size_t, std::span<const float>)> each = std::ref(visit);
    with(cache, 0, [&](auto& model, auto& its) { return model.forward_each(its, ids, each), 0; });
  }
  template <class Visit>
  void forward_layers(Cache& cache, std::span<const TokenId> ids, std::span<const int> layers,
                      Visit&& visit) {
    const std::function<void(int, std::size_t, std::span<const float>)> each = std::ref(visit);
    with(cache, 0,
         [&](auto& model, auto& its) { return model.forward_layers(its, ids, layers, each), 0; });
  }
  template <class Visit>
  void forward_batch(std::span<const BatchEntry<AnyLlama>> entries, Visit&& visit) {
    const std::function<void(std::size_t, std::span<const float>)> each = std::ref(visit);
    std::visit([&](auto& model) { batch(model, entries, each); }, model_);
  }
  std::span<const float> logits_of_hidden(std::span<const float> hidden) {
    return std::visit([&](auto& model) { return model.logits_of_hidden(hidden); }, model_);
  }

 private:
  using Kinds = std::variant<Llama, BasicLlama<PagedKvCache>, BasicLlama<WindowKvCache>,
                             BasicLlama<QuantizedKvCache>>;
  template <class M>
  using CacheOf = typename std::remove_cvref_t<M>::Cache;

  static Kinds of_kind(const Llama& model, KvCacheKind kind, int threads, int window) {
    switch (kind) {
      case KvCacheKind::paged:
        return model.with_cache<PagedKvCache>(threads);
      case KvCacheKind::window:
        return model.with_cache<WindowKvCache>(threads, 4, window);
      case KvCacheKind::int8:
        return model.with_cache<QuantizedKvCache>(threads);
      case KvCacheKind::contiguous:
        break;
    }
    return model.sibling(threads);
  }

  /// f(model, its cache), or `none` if the cache is of another kind.
  template <class R, class F>
  R with(Cache& cache, R none, F f) {
    return std::visit(
        [&](auto& model) -> R {
          auto* its = std::get_if<CacheOf<decltype(model)>>(&cache.kind_);
          return its ? f(model, *its) : none;
        },
        model_);
  }

  template <class M, class Each>
  static void batch(M& model, std::span<const BatchEntry<AnyLlama>> entries, const Each& each) {
    // One of another kind is as one without tokens: refused, and the others go on.
    typename M::Cache none = model.start();
    std::vector<BatchEntry<M>> its;
    for (const BatchEntry<AnyLlama>& entry : entries) {
      auto* cache = std::get_if<typename M::Cache>(&entry.cache->kind_);
      its.push_back({cache ? cache : &none, cache ? entry.ids : std::span<const TokenId>()});
    }
    model.forward_batch(its, each);
  }

  Kinds model_;
};

static_assert(BatchModel<AnyLlama> && KvCache<AnyLlama::Cache>);

}  // namespace tamis
