#pragma once

/// \file row.hpp
/// What a policy may ask about the rows of a batch: core/row.hpp, [B, 1] for each number.

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <utility>

#include "../../core/fixed.hpp"
#include "../../core/row.hpp"
#include "lanes.hpp"
#include "streams.hpp"

namespace tamis::aten {

/// Weights in [0, 1] as integers: to_fixed of core/fixed.hpp.
inline at::Tensor to_fixed(const Lanes& w) { return w.t.to(at::kDouble).mul_(0x1p40).round_().to(at::kLong); }

/// Numbers in [0, 1] in steps of 2^-20: to_steps of core/fixed.hpp.
inline at::Tensor to_steps(const Lanes& x) { return x.t.to(at::kDouble).mul_(0x1p20).round_().to(at::kLong); }

inline Lanes to_float(const at::Tensor& fixed) { return Lanes(fixed.to(at::kFloat).mul_(0x1p-40f)); }

/// The distributions of the rows. What takes many small operations is computed when it is first asked for, once for
/// all copies.
class Row {
 public:
  /// What a backend sums up, int64 [B, 1]: see tamis::Row::Sums.
  struct Sums {
    at::Tensor total, heat, first, second, live;
  };

  Row() = default;

  /// \param bottom  the least logit that is not masked; undefined where nobody asks for the spread
  Row(Lanes top, const Lanes& bottom, const Streams* streams, std::uint32_t salt)
      : top_(std::move(top)), streams_(streams), salt_(salt), derived_(std::make_shared<Derived>()) {
    if (!bottom.is_one()) scale_ = inverse_range(top_ - bottom);
  }

  void complete(Sums sums) { sums_ = std::move(sums); }

  Lanes max() const { return top_; }
  Lanes log_sum() const { return top_ + log_total(); }
  Lanes entropy() const {
    return once(derived_->entropy, [&] { return log_total() + to_float(sums_.heat) / total(); });
  }
  Lanes deviation() const {
    return once(derived_->deviation, [&] { return deviation_of(sums_); });
  }
  Lanes log_live() const {
    return once(derived_->log_live, [&] { return tamis::log(tamis::max(Lanes(sums_.live.to(at::kFloat)), Lanes(1.0f))); });
  }
  Lanes coin() const { return streams_->coin(salt_, top_.t.device()); }

  Lanes surprise(const Lanes& z) const { return log_total() + (top_ - z); }
  Lanes weight(const Lanes& z) const { return exp_down(z - top_); }
  Lanes heat(const Lanes& z, const Lanes& weight) const {
    const Lanes gap = top_ - z;
    return select(gap < weightless, gap * weight, 0.0f);
  }
  Lanes spread(const Lanes& z) const {
    return select(z > masked, min((top_ - z) * scale_, Lanes(1.0f)), 0.0f);
  }

 private:
  struct Derived {
    std::optional<Lanes> log_total, entropy, deviation, log_live;
  };

  static const Lanes& once(std::optional<Lanes>& kept, auto&& compute) {
    if (!kept) kept = compute();
    return *kept;
  }

  Lanes total() const { return tamis::max(to_float(sums_.total), Lanes(1.0f)); }  // the greatest weighs 1

  /// As tamis::Row::complete: where the greatest is nearly everything, the others are counted.
  Lanes log_total() const {
    return once(derived_->log_total, [&] {
      const at::Tensor& fixed = sums_.total;
      const auto one = static_cast<std::int64_t>(unit);
      const Mask peaked = Mask(fixed.gt(one).bitwise_and(fixed.lt(2 * one)));
      const Lanes others = to_float(fixed.sub(one)) / total();
      return select(peaked, tamis::detail::minus_log1m<Lanes>(others), tamis::log(to_float(fixed)));
    });
  }

  static Lanes inverse_range(const Lanes& range) {
    const Lanes exponent = tamis::max(tamis::min(exponent_of(range), Lanes(126.0f)), Lanes(-126.0f));
    return select(range > 0.0f, scale_exponent(Lanes(1.0f), 0.0f - exponent), 1.0f);
  }

  Lanes deviation_of(const Sums& sums) const {
    const at::Tensor n = sums.live.to(at::kDouble).clamp_min_(1);
    const at::Tensor mean = sums.first.to(at::kDouble).div_(0x1p20).div_(n);
    const at::Tensor square = sums.second.to(at::kDouble).div_(0x1p20).div_(0x1p20).div_(n);
    const Lanes variance(square.sub(mean.mul(mean)).to(at::kFloat));
    return tamis::sqrt(tamis::max(variance, Lanes(0.0f))) / scale_;
  }

  Lanes top_, scale_ = 1.0f;
  const Streams* streams_ = nullptr;  // of the executor, which outlives its rows
  std::uint32_t salt_ = 0;
  Sums sums_;
  std::shared_ptr<Derived> derived_;
};

}  // namespace tamis::aten
