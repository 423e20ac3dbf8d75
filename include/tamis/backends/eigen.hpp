#pragma once

/// \file eigen.hpp
/// The reference backend: the whole row as one column of doubles, sorted where others select. It is the
/// specification; every other backend is tested against it, and so it shares nothing with them but the
/// policies and the noise: exp, log and sums are those of Eigen and of the standard library.

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "../core/executor.hpp"
#include "../core/facts.hpp"
#include "../core/philox.hpp"
#include "../core/types.hpp"

namespace tamis::reference {

/// A condition for each token of a row, or one for all, [V] or [1].
struct Flags {
  Eigen::Array<bool, Eigen::Dynamic, 1> v;

  Flags(bool x) : v(1) { v[0] = x; }
  explicit Flags(Eigen::Array<bool, Eigen::Dynamic, 1> x) : v(std::move(x)) {}
};

/// A number for each token of a row, [V], or one for all, [1]. A model of probe::Real.
struct Column {
  Eigen::ArrayXd v;

  Column() : Column(0.0) {}
  Column(double x) : v(1) { v[0] = x; }
  explicit Column(Eigen::ArrayXd x) : v(std::move(x)) {}
  explicit operator float() const { return static_cast<float>(v[0]); }

  double operator[](Eigen::Index i) const { return v.size() == 1 ? v[0] : v[i]; }
};

namespace detail {

/// f of the pairs of two columns, one of which may be a single number.
template <class Out>
Out zip(const auto& a, const auto& b, auto&& f) {
  const Eigen::Index n = std::max(a.v.size(), b.v.size());
  decltype(Out(true).v) out(n);
  for (Eigen::Index i = 0; i < n; ++i) out[i] = f(a.v[a.v.size() == 1 ? 0 : i], b.v[b.v.size() == 1 ? 0 : i]);
  return Out(std::move(out));
}

inline Column each(const Column& a, auto&& f) { return Column(Eigen::ArrayXd(a.v.unaryExpr(f))); }

}  // namespace detail

inline Flags operator&(const Flags& a, const Flags& b) {
  return detail::zip<Flags>(a, b, [](bool x, bool y) { return x && y; });
}
inline Flags operator|(const Flags& a, const Flags& b) {
  return detail::zip<Flags>(a, b, [](bool x, bool y) { return x || y; });
}
inline Flags operator!(const Flags& a) { return Flags(!a.v); }

inline Column operator-(const Column& a) { return Column(Eigen::ArrayXd(-a.v)); }
inline Column operator+(const Column& a, const Column& b) { return detail::zip<Column>(a, b, std::plus<double>{}); }
inline Column operator-(const Column& a, const Column& b) { return detail::zip<Column>(a, b, std::minus<double>{}); }
inline Column operator*(const Column& a, const Column& b) { return detail::zip<Column>(a, b, std::multiplies<double>{}); }
inline Column operator/(const Column& a, const Column& b) { return detail::zip<Column>(a, b, std::divides<double>{}); }
inline Flags operator<(const Column& a, const Column& b) { return detail::zip<Flags>(a, b, std::less<double>{}); }
inline Flags operator<=(const Column& a, const Column& b) { return detail::zip<Flags>(a, b, std::less_equal<double>{}); }
inline Flags operator>(const Column& a, const Column& b) { return detail::zip<Flags>(a, b, std::greater<double>{}); }
inline Flags operator>=(const Column& a, const Column& b) { return detail::zip<Flags>(a, b, std::greater_equal<double>{}); }
inline Flags operator==(const Column& a, const Column& b) { return detail::zip<Flags>(a, b, std::equal_to<double>{}); }

inline Column lane_select(const Flags& where, const Column& yes, const Column& no) {
  const Eigen::Index n = std::max({where.v.size(), yes.v.size(), no.v.size()});
  Eigen::ArrayXd out(n);
  for (Eigen::Index i = 0; i < n; ++i) out[i] = where.v[where.v.size() == 1 ? 0 : i] ? yes[i] : no[i];
  return Column(std::move(out));
}
inline Column lane_max(const Column& a, const Column& b) {
  return detail::zip<Column>(a, b, [](double x, double y) { return x > y ? x : y; });
}
inline Column lane_min(const Column& a, const Column& b) {
  return detail::zip<Column>(a, b, [](double x, double y) { return x < y ? x : y; });
}
inline Column lane_fma(const Column& a, const Column& b, const Column& c) { return a * b + c; }
inline Column lane_exp(const Column& x) { return detail::each(x, [](double a) { return std::exp(a); }); }
inline Column lane_exp_down(const Column& x) { return lane_exp(x); }
inline Column lane_log(const Column& x) { return detail::each(x, [](double a) { return std::log(a); }); }
inline Column lane_sqrt(const Column& x) { return detail::each(x, [](double a) { return std::sqrt(a); }); }

/// What a policy may ask about the row: see probe::Row.
class Row {
 public:
  Row() = default;
  Row(const Eigen::ArrayXd& z, double coin) : coin_(coin) {
    for (const double x : z)
      if (x > masked) live_ += 1, top_ = std::max(top_, x), mean_ += x;
    if (live_ == 0) return;
    mean_ /= live_;
    double heat = 0, square = 0;
    for (const double x : z) {
      if (!(x > masked)) continue;
      const double weight = std::exp(x - top_);
      total_ += weight;
      heat += weight > 0 ? (top_ - x) * weight : 0;
      square += (x - mean_) * (x - mean_);
    }
    log_sum_ = top_ + std::log(total_);
    entropy_ = std::log(total_) + heat / total_;
    deviation_ = std::sqrt(square / live_);
  }

  Column max() const { return top_; }
  Column log_sum() const { return log_sum_; }
  Column entropy() const { return entropy_; }
  Column deviation() const { return deviation_; }
  Column log_live() const { return std::log(std::max(live_, 1.0)); }
  Column coin() const { return coin_; }
  Column surprise(const Column& z) const { return Column(log_sum_) - z; }
  Column weight(const Column& z) const { return lane_exp(z - Column(top_)); }

 private:
  double top_ = masked, log_sum_ = masked, live_ = 0, mean_ = 0, total_ = 0, entropy_ = 0, deviation_ = 0, coin_ = 0;
};

/// All the tokens of a row at once. A model of probe::Site.
struct Site {
  Column z;
  const Facts* facts;
  const Stream* stream;
  Eigen::Index size;

  Column logit() const { return z; }
  Column count() const { return of([](const Occurrence& o) { return o.output; }); }
  Column prompt_count() const { return of([](const Occurrence& o) { return o.prompt; }); }
  Flags seen() const { return count() + prompt_count() > 0.0; }
  Flags listed() const { return of([](const Occurrence&) { return 1; }) > 0.0; }
  Column push(int slot) const {
    return of([&](const Occurrence& o) { return o.push[static_cast<unsigned>(slot)]; });
  }
  Column bias() const {
    Column r = of([](const Occurrence& o) { return o.bias; });
    if (facts->bias) r = r + Column(Eigen::Map<const Eigen::ArrayXf>(facts->bias, size).cast<double>());
    return r;
  }
  Column id() const { return Column(Eigen::ArrayXd::LinSpaced(size, 0, static_cast<double>(size - 1))); }
  Flags allowed() const {
    Eigen::Array<bool, Eigen::Dynamic, 1> r(size);
    for (Eigen::Index i = 0; i < size; ++i) r[i] = facts->allows(static_cast<TokenId>(i));
    return Flags(std::move(r));
  }
  Column uniform() const {
    return noise([&](std::uint32_t i) -> double { return stream->uniform(i, 0); });
  }
  Column exponential() const {
    return noise([&](std::uint32_t i) { return -std::log1p(-double{stream->small_uniform(i, 0)}); });
  }
  Site with(Column logit) const {
    if (logit.v.size() != size) logit = Column(Eigen::ArrayXd::Constant(size, logit.v[0]));
    return {std::move(logit), facts, stream, size};
  }

 private:
  Column of(auto&& fact) const {
    Eigen::ArrayXd r = Eigen::ArrayXd::Zero(size);
    for (const Occurrence& o : facts->few)
      if (o.id < size) r[o.id] = fact(o);
    return Column(std::move(r));
  }
  Column noise(auto&& f) const {
    Eigen::ArrayXd r(size);
    for (Eigen::Index i = 0; i < size; ++i) r[i] = f(static_cast<std::uint32_t>(i));
    return Column(std::move(r));
  }
};

/// A row of logits in memory: `logits[id]`, float, [V]. It is not written to.
class RowOf {
 public:
  using Real = Column;
  using Row = reference::Row;

  RowOf(std::span<const float> logits, Stream stream, Facts facts = {}) : stream_(stream), facts_(facts) {
    logits_ = Eigen::Map<const Eigen::ArrayXf>(logits.data(), static_cast<Eigen::Index>(logits.size())).cast<double>();
  }

  template <unsigned needs, class Map>
  Row survey(const Map& map, std::uint32_t salt) const {
    return {seen(map).z.v, stream_.uniform(~0u, salt)};
  }

  template <class Map, class Key, class Weight>
  Column quantile(const Map& map, const Key& key, const Weight& weight, Quota quota) const {
    if (quota.is_everything()) return {masked};
    const Site at = seen(map);
    const Eigen::ArrayXd keys = at.with(key(at)).z.v, weights = at.with(weight(at)).z.v;
    std::vector<Eigen::Index> order;
    double total = 0;
    for (Eigen::Index i = 0; i < keys.size(); ++i)
      if (at.z.v[i] > masked && weights[i] > 0) order.push_back(i), total += weights[i];
    std::ranges::stable_sort(order, std::ranges::greater{}, [&](Eigen::Index i) { return keys[i]; });
    const double target = quota.to_the_point ? total * std::ldexp(static_cast<double>(quota.point), -64)
                          : quota.count      ? quota.count
                                             : total * quota.share;
    double sum = 0;
    for (const Eigen::Index i : order) {
      sum += weights[i];
      if (quota.to_the_point || quota.exceeded ? sum > target : sum >= target) return {keys[i]};
    }
    return {masked};
  }

  template <class Map, class Score>
  Choice argmax(const Map& map, const Score& score) const {
    const Site at = seen(map);
    const Eigen::ArrayXd scores = at.with(score(at)).z.v;
    Choice best;
    double most = masked;
    for (Eigen::Index i = 0; i < scores.size(); ++i)
      if (at.z.v[i] > masked && scores[i] > most) {
        most = scores[i];
        best = {static_cast<TokenId>(i), static_cast<float>(at.z.v[i])};
      }
    return best;
  }

  /// By adding up probabilities in the order of ids.
  template <class Map>
  Choice pick(const Map& map, std::uint64_t point) const {
    const Site at = seen(map);
    const Row row(at.z.v, 0);
    const Eigen::ArrayXd weights = row.weight(at.z).v;
    const double target = std::ldexp(static_cast<double>(point), -64) * weights.sum();
    double sum = 0;
    Choice last;
    for (Eigen::Index i = 0; i < weights.size(); ++i) {
      if (!(weights[i] > 0)) continue;
      last = {static_cast<TokenId>(i), static_cast<float>(at.z.v[i]),
              static_cast<float>(row.surprise(Column(at.z.v[i])))};
      if ((sum += weights[i]) > target) break;
    }
    return last;
  }

  template <class Map, class Sink>
  void collect(const Map& map, Sink& sink) const {
    const Site at = seen(map);
    for (Eigen::Index i = 0; i < at.size; ++i)
      if (at.z.v[i] > masked) sink(static_cast<TokenId>(i), at.z.v[i]);
  }

  std::uint64_t bits(std::uint32_t salt) const { return stream_.bits(salt); }
  Fault fault() const { return (logits_ < -masked).all() ? Fault::none : Fault::invalid_logit; }

 private:
  /// The row through the map.
  Site seen(const auto& map) const {
    const Site at{Column(logits_), &facts_, &stream_, logits_.size()};
    return at.with(map(at));
  }

  Eigen::ArrayXd logits_;
  Stream stream_;
  Facts facts_;
};

static_assert(RowExecutor<RowOf>);

}  // namespace tamis::reference
