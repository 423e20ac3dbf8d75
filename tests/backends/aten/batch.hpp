#pragma once

/// \file batch.hpp
/// Batches on every device that is here, and the tokens that team draws from the same rows.

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/ops/from_blob.h>

#include <cstdint>
#include <optional>
#include <string>
#include <tamis/backends/aten.hpp>
#include <tamis/backends/team.hpp>
#include <tamis/testing/rows.hpp>
#include <vector>

#include "catch.hpp"

namespace batches {

using namespace tamis;

/// The CPU, and a GPU if there is one. libtorch is let use one thread: the rows are short and the machines busy.
inline std::vector<at::Device> devices() {
  at::set_num_threads(1);
  std::vector<at::Device> all{at::kCPU};
  if (at::hasCUDA()) all.push_back(at::Device(at::kCUDA, 0));
  return all;
}

/// Rows of one length on the host, each with what is known of its tokens.
struct Batch {
  std::int64_t vocab_size;
  std::vector<float> logits = {};
  std::vector<Stream> streams = {};
  std::vector<std::vector<Occurrence>> few = {};
  std::vector<std::vector<std::uint32_t>> allowed = {};

  std::int64_t size() const { return static_cast<std::int64_t>(streams.size()); }

  /// Adds a row with a history, biases and pushes on some of its tokens, and for every third row a guide.
  void add(const std::vector<float>& row, std::uint64_t seed) {
    const auto n = static_cast<std::size_t>(vocab_size);
    const auto noise = [&](std::size_t i, std::uint32_t salt) { return philox(seed, salt, i).word[0]; };
    logits.insert(logits.end(), row.begin(), row.end());
    streams.push_back({42, seed, seed % 4 == 3 ? seed : 0});
    std::vector<Occurrence> listed;
    for (std::size_t i = 0; i < n; ++i) {
      if (noise(i, 1) % 16 != 0) continue;
      listed.push_back({static_cast<TokenId>(i), noise(i, 2) % 3, noise(i, 3) % 2, i % 7 ? 0.0f : 0.5f,
                        {i % 3 ? 0.0f : -1.5f, 0.25f, i % 5 ? 0.0f : 1.0f}});
    }
    few.push_back(listed);
    std::vector<std::uint32_t> words;
    for (std::size_t w = 0; seed % 3 == 1 && w < (n + 31) / 32; ++w) words.push_back(noise(w, 4) | 1u);
    allowed.push_back(words);
  }

  /// Rows of every kind there is, also those from which nothing can be drawn.
  static Batch of_every_kind(std::int64_t vocab_size, std::uint64_t seed) {
    Batch batch{vocab_size};
    for (const auto kind : testing::row_kinds)
      batch.add(testing::make_row(kind, seed, static_cast<std::size_t>(vocab_size)), seed + batch.streams.size());
    for (const auto kind : testing::hopeless_row_kinds)
      batch.add(testing::make_row(kind, seed, static_cast<std::size_t>(vocab_size)), seed + batch.streams.size());
    return batch;
  }

  std::vector<tamis::Facts> facts() const {
    std::vector<tamis::Facts> all;
    for (std::size_t i = 0; i < few.size(); ++i)
      all.push_back({.few = few[i], .allowed = allowed[i].empty() ? nullptr : allowed[i].data()});
    return all;
  }

  at::Tensor tensor(at::Device device) const {
    float* const data = const_cast<float*>(logits.data());  // from_blob takes no other
    return at::from_blob(data, {size(), vocab_size}, at::kFloat).clone().to(device);
  }

  /// What team draws from the row, by itself.
  template <class S>
  Choice drawn_by_team(std::size_t row, S sampler) const {
    const auto n = static_cast<std::size_t>(vocab_size);
    team::Shared shared;
    team::RowOf one(team::Solo{}, shared, logits.data() + row * n, static_cast<int>(n), streams[row], facts()[row]);
    return sampler(one);
  }
};

/// Bit for bit; the surprise too, if team's sampler was asked for it.
inline bool same(const Choice& tensors, const Choice& team) {
  return tensors.token == team.token && tensors.fault == team.fault && tensors.logit == team.logit &&
         (tensors.surprise == team.surprise || team.surprise == 0);
}

/// Draws from a batch of every kind of row on every device; CHECKs that each choice is team's, bit for bit.
template <class S>
void check_tokens(const S& sampler) {
  for (const at::Device device : devices()) {
    for (const std::int64_t vocab_size : {1, 7, 130, 1003}) {
      const Batch batch = Batch::of_every_kind(vocab_size, static_cast<std::uint64_t>(vocab_size));
      const auto facts = batch.facts();
      S copy = sampler;
      const auto choices = aten::sample(batch.tensor(device), copy, batch.streams,
                                        aten::facts_of(facts, vocab_size, device));
      REQUIRE(choices.has_value());
      CHECK(choices->token.device() == device);
      const auto got = choices->on_host();
      for (std::size_t row = 0; row < got.size(); ++row) {
        const Choice want = batch.drawn_by_team(row, sampler);
        CAPTURE(device.str(), vocab_size, row, want.token, got[row].token, want.logit, got[row].logit, want.surprise,
                got[row].surprise);
        CHECK(same(got[row], want));
      }
    }
  }
}

}  // namespace batches
