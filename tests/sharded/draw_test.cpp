/// \file draw_test.cpp
/// Chains composed when they are compiled, on a vocabulary in parts: the tokens, the rounds that
/// they take, and what goes wrong.

#include <tamis/sharded/draw.hpp>

#include <algorithm>
#include <bit>
#include <string>
#include <tamis/backends/simd.hpp>
#include <tamis/policies/greedy.hpp>
#include <tamis/policies/mirostat.hpp>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/policies/top_p.hpp>
#include <tamis/sampler.hpp>
#include <tamis/sharded/counting_communicator.hpp>
#include <tamis/testing/rows.hpp>

#include "catch.hpp"
#include "ranks.hpp"

using namespace tamis;
using sharded::CountingCommunicator;
using sharded::ThreadCommunicator;
using Counting = CountingCommunicator<ThreadCommunicator>;
using testing::RowKind;

namespace {

struct Drawn {
  Choice choice;
  std::uint64_t rounds = 0, bytes = 0;
  std::string error = {};
};

/// What each rank draws. `logits` may be of any type that a row has.
template <class S, class T>
std::vector<Drawn> draw_on(int ranks, const S& sampler, const std::vector<T>& logits, Stream stream,
                           Facts facts = {}) {
  return ranks::on_each(ranks, [&](ThreadCommunicator& communicator) -> Drawn {
    Counting counting(communicator);
    auto shard = sharded::Shard<Counting>::even(counting, static_cast<int>(logits.size()));
    if (!shard) return {.choice = {}, .error = shard.error().message};
    counting.reset();
    S mine = sampler;
    const auto part = std::span(logits).subspan(static_cast<std::size_t>(shard->first()),
                                                static_cast<std::size_t>(shard->count()));
    const auto choice = sharded::draw(*shard, mine, part, stream, facts);
    if (!choice) return {.choice = {}, .error = choice.error().message};
    return {*choice, counting.rounds(), counting.bytes()};
  });
}

bool same(const Choice& a, const Choice& b) {
  return a.token == b.token && a.logit == b.logit && a.surprise == b.surprise && a.fault == b.fault;
}

/// How many ranks draw something else than simd does of the whole row.
template <class S, class T>
int disagreements(int ranks, const S& sampler, const std::vector<T>& logits, Stream stream,
                  Facts facts = {}) {
  S alone = sampler;
  simd::RowOf row(logits, stream, facts);
  const Choice wanted = alone(row);
  const auto drawn = draw_on(ranks, sampler, logits, stream, facts);
  return static_cast<int>(std::count_if(drawn.begin(), drawn.end(), [&](const Drawn& d) {
    return !d.error.empty() || !same(d.choice, wanted);
  }));
}

const Sampler usual{RepetitionPenalty{1.1f}, Temperature{0.8f}, TopK{50}, TopP{0.95f}};

/// The rounds and the bytes a rank gives for one row, and that all agree on the token of simd.
template <class S>
Drawn cost_of(int ranks, const S& sampler, RowKind kind) {
  const auto logits = testing::make_row(kind, 11, 128256);
  CHECK(disagreements(ranks, sampler, logits, Stream{3, 4}) == 0);
  return draw_on(ranks, sampler, logits, Stream{3, 4})[0];
}

}  // namespace

TEST_CASE(
    "The usual chain takes one round, in which a rank gives 1,048 bytes, whatever the number of "
    "ranks") {
  for (const int ranks : {2, 4, 8}) {
    for (const RowKind kind : {RowKind::normal_narrow, RowKind::normal, RowKind::rounded}) {
      const Drawn drawn = cost_of(ranks, usual, kind);
      CHECK(drawn.rounds == 1);
      CHECK(drawn.bytes == 24 + 128 * 8);
    }
  }
}

TEST_CASE(
    "A chain that cuts where few tokens say it takes few rounds; one where all do, some more") {
  CHECK(cost_of(4, Sampler{Greedy{}}, RowKind::normal).rounds == 1);
  CHECK(cost_of(4, Sampler{Temperature{0.9f}}, RowKind::normal).rounds ==
        3);  // maxima, sums, the token
  CHECK(cost_of(4, Sampler{TopP{0.9f}}, RowKind::normal_wide).rounds ==
        2);  // maxima with the front, sums
  CHECK(cost_of(4, Sampler{TopP{0.9f}}, RowKind::normal).rounds == 3);  // and a longer front
  CHECK(cost_of(4, Sampler{TopP{0.9f}}, RowKind::normal_narrow).rounds ==
        10);                                                  // 100,000 tokens are left of it
  CHECK(cost_of(4, usual, RowKind::all_equal).rounds <= 16);  // ties share fate: none is cut
}

TEST_CASE("Rows of every kind and many sizes give the token of one row, on 1 to 8 ranks") {
  int differ = 0;
  std::uint64_t step = 0;
  for (const RowKind kind : testing::row_kinds) {
    for (const std::size_t size : {1u, 7u, 997u, 20000u}) {
      const auto logits = testing::make_row(kind, ++step, size);
      const int ranks = 1 + static_cast<int>(step % 8);
      differ += disagreements(ranks, usual, logits, Stream{9, step});
      differ += disagreements(ranks, Sampler{TopP{0.9f}}, logits, Stream{9, step});
      differ += disagreements(ranks, Sampler{Temperature{0.9f}}, logits, Stream{9, step});
    }
  }
  CHECK(differ == 0);
}

TEST_CASE("A policy that learns learns the same on every rank") {
  const auto learnt = ranks::on_each(3, [](ThreadCommunicator& communicator) {
    Sampler sampler{TopK{40}, Mirostat{3.0f, 0.1f, 6.0f}};
    auto shard = *sharded::Shard<ThreadCommunicator>::even(communicator, 5000);
    std::vector<TokenId> tokens;
    for (std::uint64_t step = 0; step < 40; ++step) {
      const auto logits = testing::make_row(RowKind::normal, step, 5000);
      const auto part = std::span(logits).subspan(static_cast<std::size_t>(shard.first()),
                                                  static_cast<std::size_t>(shard.count()));
      tokens.push_back(sharded::draw(shard, sampler, part, Stream{1, step}).value_or({}).token);
    }
    return tokens;
  });
  Sampler sampler{TopK{40}, Mirostat{3.0f, 0.1f, 6.0f}};
  std::vector<TokenId> wanted;
  for (std::uint64_t step = 0; step < 40; ++step) {
    const auto logits = testing::make_row(RowKind::normal, step, 5000);
    simd::RowOf row(logits, Stream{1, step});
    wanted.push_back(sampler(row).token);
  }
  for (const auto& tokens : learnt) CHECK(tokens == wanted);
}

TEST_CASE("What is said of tokens is said of their ids in the whole vocabulary") {
  const auto logits = testing::make_row(RowKind::normal, 2, 3000);
  std::vector<Occurrence> few;
  std::vector<float> bias(3000);
  std::vector<std::uint32_t> allowed(94, 0x77777777u);
  for (int id = 5; id < 3000; id += 50) few.push_back({id, 1, 1, id % 3 == 0 ? masked : 0.5f, {}});
  for (std::size_t id = 0; id < bias.size(); ++id) bias[id] = static_cast<float>(id % 7) - 3.0f;
  int differ = 0;
  for (std::uint64_t step = 0; step < 20; ++step) {
    for (const Facts& facts : {Facts{.few = few}, Facts{.few = few, .allowed = allowed.data()},
                               Facts{.few = few, .bias = bias.data()},
                               Facts{.few = {}, .allowed = allowed.data(), .bias = bias.data()}})
      differ += disagreements(3, usual, logits, Stream{1, step}, facts);
  }
  CHECK(differ == 0);
}

TEST_CASE("Rows of half precision are shared, too") {
  const auto logits = testing::make_row(RowKind::normal, 6, 9000);
  std::vector<BFloat16> upper;
  std::vector<Float16> halves;
  for (const float z : logits) {
    const auto bits = std::bit_cast<std::uint32_t>(z);
    upper.push_back({static_cast<std::uint16_t>(bits >> 16)});
    halves.push_back({static_cast<std::uint16_t>(bits & 0xbbffu)});  // of absolute value below 2
  }
  std::vector<float> bias(9000, 0.25f);
  CHECK(disagreements(3, usual, upper, Stream{1, 2}) == 0);
  CHECK(disagreements(3, usual, halves, Stream{1, 2}) == 0);
  CHECK(disagreements(3, usual, upper, Stream{1, 2}, Facts{.few = {}, .bias = bias.data()}) == 0);
}

TEST_CASE(
    "A NaN in one shard is a fault on every rank, and one shard without a token to draw is none") {
  auto logits = testing::make_row(RowKind::normal, 6, 900);
  std::fill_n(logits.begin() + 300, 300, masked);
  CHECK(disagreements(3, usual, logits, Stream{1, 2}) == 0);
  std::fill(logits.begin(), logits.end(), masked);
  for (const Drawn& d : draw_on(3, usual, logits, Stream{1, 2}))
    CHECK(d.choice.fault == Fault::all_masked);
  for (const float bad : {__builtin_nanf(""), -masked}) {
    logits[700] = bad;
    for (const Drawn& d : draw_on(3, usual, logits, Stream{1, 2}))
      CHECK(d.choice.fault == Fault::invalid_logit);
    for (const Drawn& d : draw_on(3, Sampler{Greedy{}}, logits, Stream{1, 2}))
      CHECK(d.choice.fault == Fault::invalid_logit);
    for (const Drawn& d : draw_on(3, Sampler{Temperature{0.9f}}, logits, Stream{1, 2}))
      CHECK(d.choice.fault == Fault::invalid_logit);
  }
}

namespace {

/// A communicator that breaks down at its n-th operation, as one does whose process is ended.
struct Breaking {
  ThreadCommunicator* other;
  ThreadCommunicator::Group* group;
  int left;

  int rank() const { return other->rank(); }
  int size() const { return other->size(); }
  Result<void> all_gather(std::span<const std::byte> mine, std::span<std::byte> all) {
    return breaks() ? Error{"the line is dead"} : other->all_gather(mine, all);
  }
  Result<void> all_reduce(std::span<std::uint64_t> numbers, sharded::Reduction how) {
    return breaks() ? Error{"the line is dead"} : other->all_reduce(numbers, how);
  }
  Result<void> barrier() { return breaks() ? Error{"the line is dead"} : other->barrier(); }

 private:
  bool breaks() {
    if (left-- > 0) return false;
    group->fail();
    return true;
  }
};

/// What each of three ranks says, where rank 1 breaks down at an operation.
template <class S>
std::vector<std::string> said_where_one_breaks(int at, const S& sampler,
                                               std::size_t vocab_size = 20000) {
  const auto logits = testing::make_row(RowKind::normal_narrow, 6, vocab_size);
  ThreadCommunicator::Group group(3);
  std::vector<std::string> said(3, "nothing");
  std::vector<std::jthread> threads;
  for (int rank = 0; rank < 3; ++rank)
    threads.emplace_back([&, rank] {
      ThreadCommunicator communicator(group, rank);
      Breaking breaking{&communicator, &group, rank == 1 ? at : 1000};
      auto shard = sharded::Shard<Breaking>::even(breaking, static_cast<int>(vocab_size));
      auto& mine = said[static_cast<std::size_t>(rank)];
      if (!shard) return void(mine = shard.error().message);
      S sampler_here = sampler;
      const auto part = std::span(logits).subspan(static_cast<std::size_t>(shard->first()),
                                                  static_cast<std::size_t>(shard->count()));
      auto choice = sharded::draw(*shard, sampler_here, part, Stream{1, 2});
      if (choice) choice = sharded::draw(*shard, sampler_here, part, Stream{1, 3});
      mine = choice ? "token " + std::to_string(choice->token) : choice.error().message;
    });
  threads.clear();
  return said;
}

}  // namespace

TEST_CASE("A communicator that fails is an error on every rank, wherever it happens") {
  for (int at = 0; at < 12; ++at) {
    const auto said = said_where_one_breaks(at, Sampler{TopP{0.9f}});
    CAPTURE(at);
    CHECK(said[1] == "the line is dead");
    for (const int rank : {0, 2})
      CHECK(said[static_cast<std::size_t>(rank)].find("was left alone at") != std::string::npos);
  }
  for (int at = 0; at < 3; ++at) CHECK(said_where_one_breaks(at, usual)[1] == "the line is dead");
}

TEST_CASE("A rank that draws with another sampler is an error, and so is one with too few logits") {
  const auto logits = testing::make_row(RowKind::normal, 6, 900);
  const auto said = ranks::on_each(2, [&](ThreadCommunicator& communicator) {
    auto shard = *sharded::Shard<ThreadCommunicator>::even(communicator, 900);
    const auto part = std::span(logits).subspan(static_cast<std::size_t>(shard.first()),
                                                static_cast<std::size_t>(shard.count()));
    Sampler<TopK> other{TopK{communicator.rank() == 0 ? 50u : 500u}};
    const auto choice = sharded::draw(shard, other, part, Stream{});
    return choice ? std::string() : choice.error().message;
  });
  CHECK_FALSE(said[0].empty());
  CHECK_FALSE(said[1].empty());
  const auto misfits = [&](auto sampler) {
    const auto messages = ranks::on_each(2, [&](ThreadCommunicator& communicator) {
      auto shard = *sharded::Shard<ThreadCommunicator>::even(communicator, 900);
      auto mine = sampler;
      const auto choice = sharded::draw(
          shard, mine, std::span(logits).first(450u + static_cast<unsigned>(shard.rank())),
          Stream{});
      return choice ? std::string() : choice.error().message;
    });
    for (const auto& message : messages)
      CHECK(message == "rank 1 was given a row of more or fewer logits than its shard has tokens");
  };
  misfits(usual);
  misfits(Sampler{Greedy{}});
}
