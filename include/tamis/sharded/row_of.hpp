#pragma once

/// \file row_of.hpp
/// The backend of a row whose logits lie on several processes, each with a part of the vocabulary.
///
/// Every rank looks at its own tokens with the kernels of simd, and what is summed over them is summed over the ranks: sums
/// are integers, so the token does not depend on how many ranks there are, whatever the chain. To speak seldom, each rank
/// sends the front of its order along with its maximum. Where a cut lies among what has been sent, which is a matter of
/// keys and not of luck, every rank has all survivors, and goes on by itself.

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <span>
#include <tuple>
#include <utility>

#include "../core/bfloat16.hpp"
#include "../core/executor.hpp"
#include "../core/facts.hpp"
#include "../core/float16.hpp"
#include "../core/row.hpp"
#include "shard.hpp"
#include "shard_passes.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"  // registers are never passed between translation units

namespace tamis::sharded {

/// A row of logits, of which this rank has those of its shard. Every rank makes one, with the same stream and facts, and
/// gives it to the same sampler; each gets the same choice. To learn what has gone wrong between the ranks: draw().
template <Communicator C>
class RowOf : detail::ShardPasses {
  using View = simd::detail::View;
  using Some = simd::detail::Some;
  using Header = typename Shard<C>::Header;

 public:
  using Real = Number;
  using Row = tamis::Row;

  /// \param shard   of this rank; one row at a time uses it
  /// \param logits  of the shard's tokens, [count]; read where they lie, until the row is gone
  /// \param facts   of the whole vocabulary, the same on every rank
  RowOf(Shard<C>& shard, std::span<const float> logits, Stream stream, Facts facts = {})
      : RowOf(shard, View{logits.data(), nullptr, static_cast<int>(logits.size()), facts, stream, nullptr}, true) {}

  /// As above, in half precision, which is read as such.
  RowOf(Shard<C>& shard, std::span<const Float16> logits, Stream stream, Facts facts = {})
      : RowOf(shard, View{nullptr, nullptr, static_cast<int>(logits.size()), facts, stream, nullptr, halves(logits), false}, true) {}
  RowOf(Shard<C>& shard, std::span<const BFloat16> logits, Stream stream, Facts facts = {})
      : RowOf(shard, View{nullptr, nullptr, static_cast<int>(logits.size()), facts, stream, nullptr, halves(logits), true}, true) {}

  template <unsigned needs, class Map>
  Row survey(const Map& map, std::uint32_t salt) {
    constexpr bool spreads = (needs & need_spread) != 0;
    const auto [top, bottom] = extremes<spreads>(map);
    Row row(top, spreads ? bottom : top, view_.stream.uniform(~0u, salt));
    if constexpr (needs > need_max) row.complete(together(sums_here<needs>(map, row, top)));
    return row;
  }

  template <class Map, class Key, class Weight>
  Number quantile(const Map& map, const Key& key, const Weight& weight, Quota quota) {
    if (quota.is_everything()) return masked;
    if (!shared_) return find_cut(map, key, weight, quota);
    constexpr bool counts = std::same_as<Weight, One>, weighs = std::same_as<Weight, Mass<Row>>;
    if constexpr (counts || weighs) {
      const int enough = counts ? 2 * static_cast<int>(std::min<std::uint32_t>(quota.count, most_sent)) : few_sent;
      for (const int room : {std::clamp(enough, few_sent, most_sent), most_sent}) {
        if (sent_ < room || !has_sent(map, key)) exchange<false>(map, key, room);
        if (sent_top_ == masked) return masked;
        const Number cut = cut_among_sent(key, weight, quota);
        if (complete_from(cut)) return cut;
      }
    }
    return descend(map, key, weight, quota);
  }

  template <class Map, class Score>
  Choice argmax(const Map& map, const Score& score) {
    const float most = maxima(composed(map, score));
    struct Best {
      float score;
      TokenId token;
      float logit;
      std::uint32_t invalid;
    } best{most, -1, masked, faults()};
    if (most > masked) std::tie(best.token, best.logit) = first_with(map, score, most);
    if (shared_) {
      const auto all = shard_->gather(best);
      for (int r = 0; r < shard_->size(); ++r) {
        const Best& other = all[static_cast<std::size_t>(r)];
        shard_->note_faults(r, other.invalid);
        invalid_ |= other.invalid != 0;
        if (other.score > best.score || (other.score == best.score && other.token < best.token)) best = other;
      }
      agreed_ = true;
    }
    end();
    return best.score == masked || invalid_ || broken() ? Choice{} : Choice{best.token, best.logit};
  }

  template <class Map>
  Choice pick(const Map& map, std::uint64_t point) {
    const float top = extremes<false>(map, 0).first;
    if (top == masked) return end(), Choice{};
    Row row(top, top, 0.0f);
    const Fixed here = sums_here<need_total>(map, row, top).total;
    Fixed before = 0, all = here;
    if (shared_) {
      const auto parts = shard_->gather(here);
      all = 0;
      for (int r = 0; r < shard_->size(); ++r) {
        all += parts[static_cast<std::size_t>(r)];
        if (r < shard_->rank()) before += parts[static_cast<std::size_t>(r)];
      }
    }
    row.complete({.total = all});
    const Fixed left = Quota::past(point, all);
    Choice choice;
    if (before < left && left <= before + here) choice = at_weight(map, row, left - before);
    end();
    if (!shared_) return choice;
    for (const Choice& other : shard_->gather(choice))
      if (other.token >= 0) choice = other;
    return broken() ? Choice{} : choice;
  }

  /// Every rank hands over the tokens of all.
  template <class Map, class Sink>
  void collect(const Map& map, Sink& sink) {
    if (extremes<false>(map, 0).first == masked) return end();
    if (shared_) {
      keep(map, ByLogit{}, masked, shard_->kept_);
      RowOf all = of(shard_->kept_, true).gathered(shard_->vocab_size());
      end();
      return all.collect(ByLogit{}, sink);
    }
    each_live(map, sink);
    end();
  }

  /// The survivors: if they are few, those of all ranks, on each.
  template <class Map, class Key>
  RowOf narrow(const Map& map, const Key& key, Number least) {
    const float cut = least.value;
    if (!agreed_) extremes<false>(map, 0);
    if (invalid_ || broken()) return of(Some(), false);
    if (!shared_) {
      Some& in_place = shard_->tokens_;
      keep(map, key, cut, in_place);
      end();
      return of(in_place, false);
    }
    if (has_sent(map, key) && complete_from(cut)) {
      RowOf front = sent();
      end();
      return front.narrow(ByLogit{}, key, cut);
    }
    keep(map, key, cut, shard_->kept_);
    RowOf rest = of(shard_->kept_, true);
    end();
    return cut == masked ? rest : rest.gathered(most_gathered);
  }

  std::uint64_t bits(std::uint32_t salt) const { return view_.stream.bits(salt); }
  Fault fault() const { return broken() ? Fault::unreachable : invalid_ ? Fault::invalid_logit : Fault::none; }

 private:
  /// How many tokens a rank sends of the front of an order: mostly, and at most.
  static constexpr int few_sent = 128, most_sent = 4096;
  /// So many survivors of all ranks are sent to each.
  static constexpr int most_gathered = 8192;

  RowOf(Shard<C>& shard, View view, bool shared) : ShardPasses(view), shard_(&shard), shared_(shared) {
    if (!shared) {
      checked_ = agreed_ = true;
    } else if (view_.n != shard.count()) {
      invalid_ = misfits_ = true, view_.n = 0;
    } else {
      apply_to_all();
      view_.ids = shard.ids_.data();
    }
  }

  template <class Short>
  static const std::uint16_t* halves(std::span<const Short> logits) {
    static_assert(sizeof(Short) == sizeof(std::uint16_t));
    return logits.empty() ? nullptr : &logits.data()->bits;
  }

  /// Puts what is said of all tokens into a copy of the logits: the kernels look only for few where tokens have ids.
  void apply_to_all() {
    const Facts facts = view_.facts;
    if (!facts.bias && !facts.allowed) return;
    auto& pushed = shard_->pushed_;
    pushed.resize(static_cast<std::size_t>(view_.n));
    for (int i = 0; i < view_.n; ++i) {
      const float z = view_.logit(i);
      const TokenId id = shard_->first() + i;
      invalid_ |= !(z < infinity);
      pushed[static_cast<std::size_t>(i)] = facts.allows(id) ? z + (facts.bias ? facts.bias[id] : 0.0f) : masked;
    }
    view_.z = pushed.data(), view_.halves = nullptr;
    view_.facts = {.few = facts.few};
    checked_ = true;
  }

  RowOf of(const Some& some, bool shared) const {
    RowOf row(*shard_, View{some.z.data(), some.ids.data(), some.n, {.few = view_.facts.few}, view_.stream, nullptr}, false);
    row.shared_ = shared;
    return row;
  }

  /// What is wrong here: a logit that is none, or as many logits as the shard has not.
  std::uint32_t faults() const { return (invalid_ ? 1u : 0u) | (misfits_ ? 2u : 0u); }
  bool broken() const { return shard_->error_.has_value(); }
  void end() { forget(), sent_ = -1; }

  // ---- What the ranks have sent each other of the front of an order ----

  template <class Map, class Key>
  bool has_sent(const Map& map, const Key& key) const {
    return sent_ >= 0 && sent_map_ == tag_of(map) && sent_key_ == tag_of(key);
  }

  /// Whether every token with this key or a greater one has been sent.
  bool complete_from(Number cut) const { return sent_from_ == 0 || ordered(cut.value) >= sent_from_; }

  RowOf sent() const { return of(shard_->tokens_, false); }

  /// The cut, if all that is not sent weighs nothing; minus infinity if what is sent does not weigh the quota.
  template <class Key, class Weight>
  Number cut_among_sent(const Key& key, const Weight& weight, Quota quota) {
    Fixed total = 0;
    if constexpr (std::same_as<Weight, Mass<Row>>) total = weight.row.total();
    sent().weigh(ByLogit{}, key, weight, shard_->weighed_);
    forget();  // the scratch is of what is sent
    const Some& some = shard_->weighed_;
    return simd::detail::select_key(some.keys.data(), some.weights.data(), some.n, quota.target(total));
  }

  /// Sends the extremes and so many tokens of the front, at least if there are that many and no keys tie.
  template <bool Least, class Map, class Key>
  void exchange(const Map& map, const Key& key, int room) {
    Header mine;
    mine.top = maxima<Least>(composed(map, key));
    if (Least && mine.top > masked) mine.bottom = bottom_ > masked ? bottom_ : minimum(composed(map, key));
    mine.invalid = faults();
    const Some& front = simd::detail::scratch().some;
    auto& places = shard_->bins_;
    if (mine.top > masked && room > 0) {
      const float cut = find_cut(map, key, One{}, Quota{.count = static_cast<std::uint32_t>(room)});
      const float* keys = std::same_as<Key, ByLogit> ? front.z.data() : front.keys.data();
      mine.from = cut == masked ? 0 : ordered(cut);
      if (std::count_if(keys, keys + front.n, [&](float k) { return ordered(k) >= mine.from; }) > room) mine.from = ordered(cut) + 1;
      places.clear();
      for (int i = 0; i < front.n; ++i)
        if (ordered(keys[i]) >= mine.from) places.push_back(static_cast<std::uint64_t>(i));
      mine.count = static_cast<std::uint32_t>(places.size());
    } else if (mine.top > masked) {
      mine.from = ~0u;
    }
    const Header all = shard_->exchange(mine, room, front.z.data(), front.ids.data(), [&](std::uint32_t i) { return places[i]; });
    agreed_ = true;
    if (all.invalid != 0) invalid_ = true;
    const bool nobody = invalid_ || broken();
    sent_top_ = nobody ? masked : all.top, sent_bottom_ = all.bottom, sent_from_ = all.from;
    sent_ = room, sent_map_ = tag_of(map), sent_key_ = tag_of(key), sent_least_ = Least;
  }

  /// The greatest logit of all ranks and, if asked for, the least that is not masked.
  template <bool Least, class Map>
  std::pair<float, float> extremes(const Map& map, int room = few_sent) {
    if (!shared_) {
      const float top = maxima<Least>(map);
      if (!Least || top == masked) return {top, top};
      return {top, bottom_ > masked ? bottom_ : minimum(map)};
    }
    if (!has_sent(map, ByLogit{}) || (Least && !sent_least_)) exchange<Least>(map, ByLogit{}, room);
    return {sent_top_, sent_top_ == masked ? masked : sent_bottom_};
  }

  // ---- Sums ----

  /// The sums over the tokens of this rank, in units of the greatest of all.
  template <unsigned needs, class Map>
  Row::Sums sums_here(const Map& map, const Row& row, float top) {
    if (top == masked) return {};
    maxima<(needs & need_spread) != 0>(map);
    if (!shared_) return sums<needs>(map, row);
    const float top_here = std::exchange(top_, top);  // which no block of this rank may reach
    const Row::Sums all = sum<needs>(map, row);
    top_ = top_here;
    return all;
  }

  /// The sums over all ranks.
  Row::Sums together(Row::Sums mine) {
    if (!shared_ || sent_top_ == masked) return mine;
    std::array<std::uint64_t, 5> numbers{mine.total, mine.heat, mine.first, mine.second, mine.live};
    shard_->reduce(numbers, Reduction::sum);
    return {numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]};
  }

  // ---- Cuts beyond what is sent ----

  /// The cut by three rounds of eleven bits of the key, as team finds it by four of eight.
  template <class Map, class Key, class Weight>
  Number descend(const Map& map, const Key& key, const Weight& weight, Quota quota) {
    if (!agreed_) extremes<false>(map, 0);
    if (invalid_ || broken()) return masked;
    weigh(map, key, weight, shard_->weighed_);
    const Some& some = shard_->weighed_;
    auto& bins = shard_->bins_;
    std::uint32_t prefix = 0;
    Fixed target = 0;
    for (const auto& [shift, width] : {std::pair{21, 11}, std::pair{10, 11}, std::pair{0, 10}}) {
      bins.assign(std::size_t{1} << width, 0);
      for (int i = 0; i < some.n; ++i) {
        const std::uint32_t k = ordered(some.keys[static_cast<std::size_t>(i)]);
        if (shift + width < 32 && k >> (shift + width) != prefix) continue;
        bins[k >> shift & (bins.size() - 1)] += to_fixed(some.weights[static_cast<std::size_t>(i)]);
      }
      shard_->reduce(bins, Reduction::sum);
      Fixed total = 0;
      for (const Fixed bin : bins) total += bin;
      if (target == 0) target = quota.target(total);
      if (broken() || total < target) return masked;
      std::size_t bin = bins.size() - 1;
      while (bins[bin] < target) target -= bins[bin--];
      prefix = prefix << width | static_cast<std::uint32_t>(bin);
    }
    return unordered(prefix);
  }

  // ---- Survivors ----

  /// The same row with the tokens of all ranks on each, if they are at most so many.
  RowOf gathered(int most) {
    const auto mine = static_cast<std::uint32_t>(view_.n);
    std::uint32_t all = 0, room = 0;
    for (const std::uint32_t n : shard_->gather(mine)) all += n, room = std::max(room, n);
    if (all > static_cast<std::uint32_t>(most) || broken()) return *this;
    Header header;
    header.count = mine;
    shard_->exchange(header, static_cast<int>(room), view_.z, view_.ids, [](std::uint32_t i) { return i; });
    return sent();
  }

  Shard<C>* shard_;
  bool shared_;           ///< whether each rank has other tokens; else all have the same, and need not speak
  bool misfits_ = false;  ///< whether there are more or fewer logits than the shard has tokens
  bool agreed_ = false;   ///< whether the ranks know of each other's faults
  int sent_ = -1;         ///< up to how many tokens a rank has sent of an order
  const void *sent_map_ = nullptr, *sent_key_ = nullptr;
  float sent_top_ = masked, sent_bottom_ = masked;
  std::uint32_t sent_from_ = 0;
  bool sent_least_ = false;
};

}  // namespace tamis::sharded

#pragma GCC diagnostic pop
