/// \file libtorch.cpp
/// The same chains as they are written with libtorch, on the CPU and one thread: softmax, topk, sort, cumsum, multinomial.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>
#include <utility>
#include <vector>

#include "../step.hpp"

namespace tamis::bench {
namespace {

std::int64_t draw(const at::Tensor& probabilities) { return at::multinomial(probabilities, 1).item<std::int64_t>(); }

/// The logits with those outside the nucleus masked, in falling order, and their ids.
std::pair<at::Tensor, at::Tensor> nucleus(const at::Tensor& logits, double p) {
  auto [sorted, ids] = at::sort(logits, -1, true);
  const at::Tensor probabilities = at::softmax(sorted, -1);
  const at::Tensor before = at::cumsum(probabilities, -1) - probabilities;
  return {sorted.masked_fill(before >= p, -INFINITY), ids};
}

/// Registers torch/CHAIN/V; `draw_from(logits)` takes a tensor [V].
template <class DrawFrom>
void add(const std::string& chain, Shape shape, DrawFrom draw_from) {
  const auto make_step = [=](int) {
    return [=](std::span<const float> logits, std::uint64_t) {
      return draw_from(at::from_blob(const_cast<float*>(logits.data()), {static_cast<std::int64_t>(logits.size())}));
    };
  };
  add_steps("torch", chain, shape, make_step);
  if (shape == Shape::synthetic) add_real_steps("torch", chain, make_step);
}

const int registered = [] {
  at::set_num_threads(1);
  add("greedy", Shape::synthetic, [](const at::Tensor& z) { return at::argmax(z).item<std::int64_t>(); });
  add("temperature", Shape::synthetic, [](const at::Tensor& z) { return draw(at::softmax(z / 0.8, -1)); });
  add("top_k", Shape::synthetic, [](const at::Tensor& z) {
    const auto [best, ids] = at::topk(z, 50);
    return ids[draw(at::softmax(best / 0.8, -1))].item<std::int64_t>();
  });
  const auto warm = [](const at::Tensor& z) {
    const auto [kept, ids] = nucleus(z / 0.8, 0.95);
    return ids[draw(at::softmax(kept, -1))].item<std::int64_t>();
  };
  add("top_p_peaked", Shape::peaked, warm);
  add("top_p_warm", Shape::synthetic, warm);
  const auto top_p = [](const at::Tensor& z) {
    const auto [kept, ids] = nucleus(z, 0.95);
    return ids[draw(at::softmax(kept / 0.8, -1))].item<std::int64_t>();
  };
  add("top_p", Shape::synthetic, top_p);
  add("top_p_flat", Shape::flat, top_p);
  add("min_p", Shape::synthetic, [](const at::Tensor& z) {
    const at::Tensor cut = z.max() + std::log(0.05);
    return draw(at::softmax(z.masked_fill(z < cut, -INFINITY) / 0.8, -1));
  });
  add("typical_p", Shape::synthetic, [](const at::Tensor& z) {
    const at::Tensor log_p = at::log_softmax(z, -1), p = log_p.exp();
    const auto order = at::argsort((log_p + (p * log_p).sum().neg()).abs(), -1, false);
    const at::Tensor sorted = p.index_select(0, order);
    const at::Tensor before = at::cumsum(sorted, -1) - sorted;
    return order[draw(sorted.masked_fill(before >= 0.95, 0.0))].item<std::int64_t>();
  });
  add("top_n_sigma", Shape::synthetic, [](const at::Tensor& z) {
    const at::Tensor cut = z.max() - at::std(z, false);
    return draw(at::softmax(z.masked_fill(z < cut, -INFINITY), -1));
  });
  const auto default_chain = [](const at::Tensor& z) {
    const auto best = at::topk(z, 40);
    const at::Tensor kept = std::get<0>(best), p = at::softmax(kept, -1);
    const at::Tensor before = at::cumsum(p, -1) - p;
    const at::Tensor out = (before >= 0.95).logical_or(p < 0.05 * p.max());
    return std::get<1>(best)[draw(at::softmax(kept.masked_fill(out, -INFINITY) / 0.8, -1))].item<std::int64_t>();
  };
  add("default_chain", Shape::synthetic, default_chain);
  const auto penalized = [=](int vocab_size) {
    const auto ids = history(vocab_size, 64);
    const at::Tensor seen = at::tensor(std::vector<std::int64_t>(ids.begin(), ids.end()));
    return [=](std::span<const float> logits, std::uint64_t) {
      at::Tensor z = at::from_blob(const_cast<float*>(logits.data()), {vocab_size}).clone();
      const at::Tensor old = z.index_select(0, seen);
      z.index_put_({seen}, at::where(old < 0, old * 1.1, old / 1.1) - 0.1);
      z.index_put_({seen}, at::full({seen.size(0)}, -0.1), true);  // adds up: once an occurrence
      return default_chain(z);
    };
  };
  add_steps("torch", "penalties_default_chain", Shape::synthetic, penalized);
  add_real_steps("torch", "penalties_default_chain", penalized);
  return 0;
}();

}  // namespace
}  // namespace tamis::bench
