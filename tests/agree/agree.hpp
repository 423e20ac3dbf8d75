#pragma once

/// \file agree.hpp
/// The backends against each other: simd at every width and team bit for bit, and both with the
/// reference on what is kept and how probable it is. Each chain is a test of its own, for it takes
/// the compiler seconds.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <tamis/backends/eigen.hpp>
#include <tamis/backends/simd.hpp>
#include <tamis/backends/team.hpp>
#include <tamis/sampler.hpp>
#include <tamis/testing/rows.hpp>
#include <vector>

#include "catch.hpp"

namespace agree {

using namespace tamis;

/// A row with what is known of its tokens: a history, biases on some, and for every third row a
/// guide.
struct Case {
  std::vector<float> logits;
  std::vector<Occurrence> few;
  std::vector<std::uint32_t> allowed;
  Stream stream;

  Case(testing::RowKind kind, std::uint64_t seed, std::size_t size)
      : logits(testing::make_row(kind, seed, size)), stream{42, seed} {
    const auto noise = [&](std::size_t i, std::uint32_t salt) {
      return philox(seed, salt, i).word[0];
    };
    for (std::size_t i = 0; i < size; ++i) {
      if (noise(i, 1) % 64 != 0) continue;
      few.push_back({static_cast<TokenId>(i),
                     noise(i, 2) % 3,
                     noise(i, 3) % 2,
                     i % 7 ? 0.0f : 0.5f,
                     {i % 3 ? 0.0f : -1.5f, 0.0f, 0.0f}});
    }
    if (seed % 3 == 1) {
      allowed.resize((size + 31) / 32);
      for (std::size_t i = 0; i < allowed.size(); ++i) allowed[i] = noise(i, 4) | 1u;
    }
  }
  Facts facts() const {
    return {.few = few, .allowed = allowed.empty() ? nullptr : allowed.data()};
  }
};

inline bool same(const Choice& a, const Choice& b) {
  return a.token == b.token && a.fault == b.fault && a.logit == b.logit && a.surprise == b.surprise;
}

/// Whether the distributions agree in what is kept and, to 1e-5 of probability, in how probable it
/// is. What a float cannot say of a great logit is allowed for.
inline bool alike(const Distribution& a, const Distribution& b) {
  if (a.kept().size() != b.kept().size() || a.fault() != b.fault()) return false;
  for (std::size_t i = 0; i < a.kept().size(); ++i) {
    const auto &x = a.kept()[i], &y = b.kept()[i];
    if (x.id != y.id ||
        std::abs(x.probability - y.probability) > 1e-5 + 2e-7 * std::abs(x.logit) * x.probability)
      return false;
  }
  return true;
}

/// Draws from rows of every kind on every backend. Returns a hash of the tokens, the same on every
/// machine and with every compiler.
template <class S>
std::uint32_t tokens_of(const S& sampler) {
  int bits = 0, unlike = 0, rows = 0;
  std::uint32_t hash = 2166136261u;
  for (const std::size_t size : {1, 7, 130, 1000, 33003}) {
    std::uint64_t seed = size;
    for (const testing::RowKind kind : testing::row_kinds) {
      if (size > 10000 && seed % 3 != 0) {
        ++seed;
        continue;
      }
      const Case c(kind, seed++, size);
      team::Shared shared;
      team::RowOf team_row(team::Solo{}, shared, c.logits.data(), static_cast<int>(size), c.stream,
                           c.facts());
      S team_sampler = sampler;
      const Choice want = team_sampler(team_row);
      hash = (hash ^ static_cast<std::uint32_t>(want.token)) * 16777619u;
      for (const int width : {4, 8, 16}) {
        if (width > simd::widest()) break;
        simd::width = width;
        simd::RowOf row(c.logits, c.stream, c.facts());
        S simd_sampler = sampler;
        bits += !same(simd_sampler(row), want);
      }
      simd::width = simd::widest();
      // A logit beyond the floats is masked where the reference, in double, still has it.
      if (size > 10000 || kind == testing::RowKind::largest_floats) continue;
      ++rows;
      reference::RowOf reference_row(c.logits, c.stream, c.facts());
      unlike += !alike(sampler.distribution(reference_row), sampler.distribution(team_row));
    }
  }
  CHECK(bits == 0);
  CHECK(unlike <= rows / 20);  // rows on whose cut a rounding decides
  return hash;
}

}  // namespace agree
