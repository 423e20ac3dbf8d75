#pragma once

/// \file aten.hpp
/// Sampling from tensors of libtorch, on whatever device they are. Needs libtorch and no CUDA compiler: the component
/// tamis::torch.

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

#include <concepts>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "aten/choices.hpp"
#include "aten/facts.hpp"
#include "aten/guarded.hpp"
#include "aten/rows_of.hpp"
#include "aten/streams.hpp"
#include "aten/validate.hpp"

namespace tamis::aten {

/// Many samplers, one a row: a vector, a span, an array.
template <class S>
concept SamplerARow = requires(S& samplers) {
  samplers.data();
  { samplers.size() } -> std::convertible_to<std::size_t>;
};

namespace rows {

/// Whether a sampler learns from what it draws next, so that the choice is read on the host.
template <class S>
bool is_learning(const S& sampler) {
  if constexpr (requires { { sampler.learning() } -> std::same_as<bool>; }) return sampler.learning();
  else return false;
}

/// Calls draw(sampler, rows) for the rows of each sampler: those with the same bytes together, if they do not learn.
template <class S, class Draw>
void each_group(std::span<S> samplers, Draw&& draw) {
  std::vector<bool> done(samplers.size());
  for (std::size_t first = 0; first < samplers.size(); ++first) {
    if (done[first]) continue;
    std::vector<std::int64_t> group{static_cast<std::int64_t>(first)};
    for (std::size_t i = first + 1; i < samplers.size() && !is_learning(samplers[first]); ++i) {
      if (done[i] || std::memcmp(&samplers[i], &samplers[first], sizeof(S)) != 0) continue;
      group.push_back(static_cast<std::int64_t>(i));
      done[i] = true;
    }
    draw(samplers[first], group);
  }
}

}  // namespace rows

/// Draws a token from each row of a batch.
///
///     const auto choices = aten::sample(logits, sampler, {{.seed = 1, .position = n}, {.seed = 2, .position = m}});
///
/// Everything it returns is on the device of the logits and computed in the current stream; the host does not wait. On
/// any device the tokens are those of simd. A row that is not fit to draw from has a fault, and disturbs no other.
///
/// \param logits   float32, float16 or bfloat16 [B, V], V < 2^23; any strides, any device; not written to
/// \param sampler  one for all rows; or a vector, span or array of them, one a row. Rows whose samplers are equal are
///                 drawn together, so it costs a draw for each that differs. One that learns, such as with Mirostat,
///                 reads its choice on the host, and so waits; each row needs one of its own.
/// \param streams  the noise of each row: streams on the host, or tensors
/// \param facts    what is known of the tokens; see facts_of for sequences on the host
/// \return the choices, or, before any work, a sentence that says which tensor is not as it should be
template <class S>
Result<Choices> sample(const at::Tensor& logits, S&& sampler, const Streams& streams, const Facts& facts = {}) {
  using Sampler = std::remove_cvref_t<S>;
  std::size_t samplers = 1;
  if constexpr (SamplerARow<Sampler>) samplers = sampler.size();
  const auto fault = validate(logits, streams, facts, SamplerARow<Sampler>, samplers);
  if (!fault) return fault.error();
  const at::NoGradGuard no_grad;

  if constexpr (!SamplerARow<Sampler>) {
    if (logits.size(0) > 1 && rows::is_learning(sampler)) {
      return Error{"the sampler learns from what it draws, and the logits have " + std::to_string(logits.size(0)) +
                   " rows; give a sampler for each row"};
    }
    return guarded([&]() -> Result<Choices> {
      RowsOf all(logits, streams, facts);
      if constexpr (requires { std::as_const(sampler)(all); }) {
        return Choices(sampler(all));
      } else if constexpr (std::is_const_v<std::remove_reference_t<S>>) {
        Sampler copy = sampler;  // its state is lost, as whoever says const must want
        return Choices(copy(all));
      } else {
        return Choices(sampler(all));
      }
    });
  } else {
    return guarded([&]() -> Result<Choices> {
      const std::int64_t count = logits.size(0);
      const auto column = [&](at::ScalarType type) { return at::empty({count}, logits.options().dtype(type)); };
      Choices all{column(at::kLong), column(at::kFloat), column(at::kFloat), column(at::kLong), column(at::kByte)};
      rows::each_group(std::span(sampler.data(), sampler.size()), [&](auto& one, const std::vector<std::int64_t>& group) {
        const bool is_all = static_cast<std::int64_t>(group.size()) == count;
        at::Tensor index = at::empty({static_cast<std::int64_t>(group.size())}, at::kLong);
        std::copy(group.begin(), group.end(), index.template mutable_data_ptr<std::int64_t>());
        index = index.to(logits.device(), /*non_blocking=*/true);
        RowsOf some(is_all ? logits : logits.index_select(0, index), is_all ? streams : streams.of(group, index),
                    is_all ? facts : facts.of(index));
        const Choices drawn = one(some);
        all.token.index_copy_(0, index, drawn.token);
        all.logit.index_copy_(0, index, drawn.logit);
        all.surprise.index_copy_(0, index, drawn.surprise);
        all.kept.index_copy_(0, index, drawn.kept);
        all.fault.index_copy_(0, index, drawn.fault);
      });
      return all;
    });
  }
}

/// The logits as the policies of a sampler leave them, float32 [B, V]: minus infinity where a token was dropped. Their
/// softmax is what the sampler draws from. Arguments as in sample().
template <class S>
Result<at::Tensor> after(const at::Tensor& logits, const S& sampler, const Streams& streams, const Facts& facts = {}) {
  const auto fault = validate(logits, streams, facts, false, 1);
  if (!fault) return fault.error();
  const at::NoGradGuard no_grad;
  return guarded([&]() -> Result<at::Tensor> {
    RowsOf all(logits, streams, facts);
    at::Tensor left;
    sampler.collect(all, [&](at::Tensor z) { left = std::move(z); });
    return left;
  });
}

}  // namespace tamis::aten
