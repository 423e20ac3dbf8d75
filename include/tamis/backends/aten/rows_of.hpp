#pragma once

/// \file rows_of.hpp
/// The executor on tensors: every row of a batch at once, each operation of a policy one operation of ATen.
///
/// Nothing here reads a tensor on the host but collect(), and nothing has a shape that depends on a value, so a draw
/// never waits for the device.

#include <ATen/core/Tensor.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/searchsorted.h>
#include <ATen/ops/zeros.h>

#include <array>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <memory>
#include <tuple>
#include <utility>

#include "../../core/chain.hpp"
#include "../../core/executor.hpp"
#include "choices.hpp"
#include "facts.hpp"
#include "lanes.hpp"
#include "row.hpp"
#include "streams.hpp"

namespace tamis::aten {

/// What a batch is drawn from besides its logits.
struct Known {
  Streams streams;
  Facts facts;
  at::Tensor ids;      ///< int64 [1, V]
  at::Tensor invalid;  ///< bool [B, 1]: which rows hold a NaN or plus infinity
};

/// All the tokens of all the rows. A model of probe::Site.
struct Site {
  using Real = Lanes;

  Lanes z;
  const Known* known;

  Lanes logit() const { return z; }
  Lanes count() const { return number(known->facts.output); }
  Lanes prompt_count() const { return number(known->facts.prompt); }
  Mask seen() const { return count() + prompt_count() > 0.0f; }
  Mask listed() const {
    if (known->facts.listed.defined()) return Mask(known->facts.listed);
    for (const at::Tensor& slot : known->facts.push)
      if (slot.defined()) return true;
    return false;
  }
  Lanes push(int slot) const { return number(known->facts.push[static_cast<std::size_t>(slot)]); }
  Lanes bias() const { return number(known->facts.bias); }
  Lanes id() const { return Lanes(known->ids.to(at::kFloat)); }
  Mask allowed() const { return known->facts.allowed.defined() ? Mask(known->facts.allowed) : Mask(true); }
  Lanes uniform() const { return Streams::uniform_of(known->streams.words(known->ids)); }
  Lanes exponential() const {
    return tamis::detail::minus_log1m<Lanes>(Streams::small_uniform_of(known->streams.words(known->ids)));
  }
  Site with(Lanes logit) const { return {std::move(logit), known}; }

 private:
  static Lanes number(const at::Tensor& t) { return t.defined() ? Lanes(t) : Lanes(0.0f); }
};

/// The rows of a batch of logits.
class RowsOf {
 public:
  using Real = Lanes;
  using Row = aten::Row;
  using Choices = aten::Choices;

  /// \param logits  float32, float16 or bfloat16 [B, V], of any strides and on any device
  RowsOf(const at::Tensor& logits, Streams streams, Facts facts = {}) : logits_(logits.to(at::kFloat)) {
    if (facts.allowed.defined() && facts.allowed.scalar_type() == at::kInt)
      facts.allowed = unpacked(facts.allowed, logits.size(1));
    for (at::Tensor* t : {&facts.output, &facts.prompt, &facts.bias, &facts.push[0], &facts.push[1], &facts.push[2]})
      if (t->defined()) *t = t->to(at::kFloat);
    const at::Tensor ids = at::arange(logits.size(1), logits.options().dtype(at::kLong)).unsqueeze(0);
    const at::Tensor invalid = logits_.lt(HUGE_VAL).all(1, true).bitwise_not();
    known_ = std::make_shared<const Known>(Known{std::move(streams), std::move(facts), ids, invalid});
  }

  template <unsigned needs, class Map>
  Row survey(const Map& map, std::uint32_t salt) {
    const Lanes z = seen(map);
    const Lanes top(z.t.amax(1, true));
    Lanes bottom;
    if constexpr ((needs & need_spread) != 0) {
      const Lanes least = select(z > masked, z, -masked);
      bottom = Lanes(least.t.amin(1, true));
    }
    Row row(top, bottom, &known_->streams, salt);
    if constexpr (needs > need_max) {
      Row::Sums sums;
      const Lanes w = row.weight(z);
      fixed_ = to_fixed(w);
      sums.total = fixed_.sum(1, true);
      if constexpr ((needs & need_heat) != 0) sums.heat = to_fixed(row.heat(z, w)).sum(1, true);
      if constexpr ((needs & need_spread) != 0) {
        const at::Tensor steps = to_steps(row.spread(z));
        sums.first = steps.sum(1, true), sums.second = steps.mul(steps).sum(1, true);
        sums.live = (z > masked).t.sum(1, true);
      }
      row.complete(std::move(sums));
    }
    return row;
  }

  /// A descent through the bits of the keys, eleven at a time, with a histogram of the weights for each.
  template <class Map, class Key, class Weight>
  Lanes quantile(const Map& map, const Key& key, const Weight& weight, Quota quota) {
    if (quota.is_everything()) return masked;
    const Site at = site().with(seen(map));
    const at::Tensor keys = key(at).t.expand_as(at.z.t);
    if constexpr (std::same_as<Weight, One>) {
      const std::int64_t count = quota.count, vocab_size = keys.size(1);
      if (count > vocab_size) return Lanes(keys.new_full({1, 1}, masked));
      if (count > 0 && count <= few) return Lanes(std::get<0>(keys.topk(count, 1)).narrow(1, count - 1, 1));
    }
    const at::Tensor weights = weights_of(weight, at);
    const at::Tensor total = weights.sum(1, true), wanted = target_of(quota, total);
    at::Tensor target = wanted;
    const at::Tensor order = ordered_down(keys);
    at::Tensor prefix = at::zeros({1, 1}, order.options());
    constexpr std::array<std::array<std::int64_t, 2>, 3> steps{{{21, 2048}, {10, 2048}, {0, 1024}}};
    for (const auto& [shift, bins] : steps) {
      // What is under another prefix falls into one of two bins more, at the ends.
      const at::Tensor place = order.bitwise_right_shift(shift).sub_(prefix.mul(bins)).clamp_(-1, bins).add_(1);
      const at::Tensor all = at::zeros({order.size(0), bins + 2}, order.options()).scatter_add_(1, place, weights);
      const at::Tensor sums = all.narrow(1, 1, bins), reached = sums.cumsum(1);
      const at::Tensor bin = at::searchsorted(reached, target).clamp_max_(bins - 1);
      target = target.sub(reached.gather(1, bin)).add_(sums.gather(1, bin));
      prefix = prefix.mul(bins).add(bin);
    }
    return select(Mask(total.ge(wanted)), float_of(prefix), masked);
  }

  template <class Map, class Score>
  Choices argmax(const Map& map, const Score& score) {
    const Lanes z = seen(map);
    const at::Tensor scores = score(site().with(z)).t.expand_as(z.t);
    const at::Tensor token = scores.argmax(1, true);  // the first of the greatest
    const at::Tensor none = scores.gather(1, token).gt(masked).bitwise_not();
    const Row row = survey<need_max | need_total>(map, 0);
    return choices(z, row, token, none);
  }

  template <class Map>
  Choices pick(const Map& map, const at::Tensor& point) {
    const Lanes z = seen(map);
    const Row row = survey<need_max | need_total>(map, 0);
    const at::Tensor reached = fixed_.cumsum(1), total = reached.narrow(1, reached.size(1) - 1, 1);
    const at::Tensor token = at::searchsorted(reached, past(point, total)).clamp_max_(reached.size(1) - 1);
    return choices(z, row, token, total.eq(0));
  }

  /// The rows with the tokens dropped that have a lesser key: written out, so that what follows has less to compute.
  template <class Map, class Key>
  RowsOf narrow(const Map& map, const Key& key, const Lanes& cut) {
    const Lanes z = seen(map);
    RowsOf some = *this;
    some.logits_ = select(key(site().with(z)) >= cut, z, masked).t;
    some.forget();
    forget();
    return some;
  }

  /// Hands over the tensor to a sink that takes one; else, of one row, each live token, on the host: that waits.
  template <class Map, class Sink>
  void collect(const Map& map, Sink& sink) {
    const Lanes z = seen(map);
    forget();
    if constexpr (std::invocable<Sink&, at::Tensor>) {
      sink(z.t);
    } else {
      const at::Tensor row = z.t.cpu().contiguous();
      const float* const logits = row.const_data_ptr<float>();
      for (TokenId id = 0; id < row.size(1); ++id)
        if (logits[id] > masked) sink(id, logits[id]);
    }
  }

  at::Tensor bits(std::uint32_t salt) const { return known_->streams.bits(salt, logits_.device()); }

  Faults fault() const { return {known_->invalid.to(at::kByte)}; }

  /// The choices with the faults of their rows, [B] each.
  Choices checked(Choices all) const {
    const at::Tensor none = all.token.lt(0), bad = known_->invalid.bitwise_or(none);
    all.token = all.token.masked_fill(bad, -1).squeeze(1);
    all.fault = none.to(at::kByte).mul_(static_cast<int>(Fault::all_masked))
                    .masked_fill_(known_->invalid, static_cast<int>(Fault::invalid_logit)).squeeze(1);
    all.logit = all.logit.masked_fill(bad, masked).squeeze(1);
    all.surprise = all.surprise.masked_fill(bad, 0).squeeze(1);
    all.kept = all.kept.masked_fill(bad, 0).squeeze(1);
    return all;
  }

 private:
  static constexpr std::int64_t few = 256;  ///< up to so many ATen's topk is faster than a descent

  Site site() const { return {Lanes(logits_), known_.get()}; }

  /// The logits through a map. What is kept of the map before is what the next, longer one begins with.
  template <class Map>
  Lanes seen(const Map& map) {
    if (seen_by_ != &tag<Map>) {
      Lanes z = through(map);
      forget();
      seen_ = z.is_one() ? Lanes(logits_.new_full({1, 1}, z.x).expand_as(logits_)) : Lanes(z.t.expand_as(logits_));
      seen_by_ = &tag<Map>;
    }
    return seen_;
  }
  template <class Map>
  Lanes through(const Map& map) const {
    if (seen_by_ == &tag<Map>) return seen_;
    return map(site());
  }
  template <class First, class Second>
  Lanes through(const tamis::detail::Then<First, Second>& map) const {
    if (seen_by_ == &tag<tamis::detail::Then<First, Second>>) return seen_;
    return map.second(site().with(through(map.first)));
  }

  void forget() { seen_ = Lanes(), seen_by_ = nullptr, fixed_.reset(); }

  /// The weights as integers, [B, V]. Those of a survey are still there.
  template <class Weight>
  at::Tensor weights_of(const Weight& weight, const Site& at) {
    if constexpr (std::same_as<Weight, Mass<Row>>) {
      if (!fixed_.defined()) fixed_ = to_fixed(weight(at));
      return fixed_;
    } else {
      return to_fixed(Lanes(weight(at).t.expand_as(at.z.t)));
    }
  }

  /// Quota::target, [B, 1].
  static at::Tensor target_of(const Quota& quota, const at::Tensor& total) {
    if (quota.to_the_point) return past(total.new_full({1, 1}, static_cast<std::int64_t>(quota.point)), total);
    if (quota.count) return total.new_full({1, 1}, static_cast<std::int64_t>(quota.target(0))).expand_as(total).contiguous();
    const at::Tensor wanted = total.to(at::kDouble).mul_(double{quota.share}).to(at::kLong);
    return quota.exceeded ? wanted.add(1) : wanted.clamp_min(1);
  }

  /// Quota::past: the high half of the product of two numbers of 64 bits, plus one.
  static at::Tensor past(const at::Tensor& point, const at::Tensor& total) {
    const at::Tensor word = point.new_full({1, 1}, 0xffffffff);
    const auto low = [&](const at::Tensor& x) { return x.bitwise_and(word); };
    const auto high = [&](const at::Tensor& x) { return low(x.bitwise_right_shift(32)); };
    const at::Tensor a = high(point), b = low(point), c = high(total), d = low(total);
    const at::Tensor middle = a.mul(d).add_(high(b.mul(d))), other = b.mul(c).add_(low(middle));
    return a.mul(c).add_(high(middle)).add_(high(other)).add_(1);
  }

  /// Floats as integers in the opposite order, from 0 to 2^32: the complement of ordered() of core/fixed.hpp.
  static at::Tensor ordered_down(const at::Tensor& keys) {
    return order_or_bits(lanes::bits_of(keys.add(0.0f))).to(at::kLong).neg_().add_(last);
  }
  static Lanes float_of(const at::Tensor& order_down) {
    return Lanes(lanes::floats_of(order_or_bits(order_down.neg().add_(last).to(at::kInt))));
  }
  /// Turns round the order of negative floats, as their bits have it; its own inverse.
  static at::Tensor order_or_bits(const at::Tensor& bits) {
    return bits.bitwise_right_shift(31).bitwise_and_(lanes::one_beside(bits, 0x7fffffff)).bitwise_xor_(bits);
  }
  static constexpr std::int64_t last = (std::int64_t{1} << 31) - 1;

  Choices choices(const Lanes& z, const Row& row, const at::Tensor& token, const at::Tensor& none) {
    const at::Tensor logit = z.t.gather(1, token);
    Choices all{token.masked_fill(none, -1), logit, row.surprise(Lanes(logit)).t, (z > masked).t.sum(1, true), {}};
    forget();
    return all;
  }

  template <class Map>
  static constexpr char tag = 0;

  at::Tensor logits_;  ///< float32 [B, V]
  std::shared_ptr<const Known> known_;
  Lanes seen_;  ///< the logits through the map that was asked about last, [B, V]
  const char* seen_by_ = nullptr;
  at::Tensor fixed_;  ///< their weights, if asked for
};

static_assert(RowExecutor<RowsOf>);

}  // namespace tamis::aten
