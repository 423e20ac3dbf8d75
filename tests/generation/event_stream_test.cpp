#include <tamis/generation/event_stream.hpp>

#include <iterator>
#include <stdexcept>
#include <tamis/policies/temperature.hpp>
#include <tamis/testing/toy_model.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;
using tamis::testing::ToyModel;
using Tokens = std::vector<TokenId>;
using Chain = Sampler<Temperature>;
using Events = EventStream<ToyModel, Chain>;

static const Chain sampler{Temperature{0.9f}};

static_assert(std::input_iterator<Events::Iterator>);
static_assert(std::sentinel_for<std::default_sentinel_t, Events::Iterator>);

TEST_CASE("Nothing is read or drawn before it is asked for") {
  auto model = ToyModel::remembering(20);
  Events events(model, NoTokenizer{}, sampler, Tokens{1, 2, 3}, {.max_new_tokens = 4});
  CHECK(model.tokens_read() == 0);
  REQUIRE(events.next());
  CHECK(model.tokens_read() == 3);
  CHECK(events.result()->tokens.size() == 1);
  while (events.next()) {
  }
  CHECK(model.tokens_read() == 6);
  CHECK(events.result()->finish == FinishReason::length);
  CHECK(events.result()->statistics.prompt_tokens == 3);
  CHECK_FALSE(events.next());
}

TEST_CASE("A stream goes on where it was after a model has thrown") {
  struct Failing : ToyModel {
    Failing() : ToyModel(ToyModel::remembering(20)) {}
    int calls = 0, fails_at = 0;
    std::span<const float> forward(Cache& cache, std::span<const TokenId> ids) {
      const auto logits = ToyModel::forward(cache, ids);  // the cache is not what it was
      if (++calls == fails_at) throw std::runtime_error("out of memory");
      return logits;
    }
  };
  Failing whole_model;
  EventStream<Failing, Chain> whole(whole_model, NoTokenizer{}, sampler, Tokens{1},
                                    {.max_new_tokens = 6});
  while (whole.next()) {
  }
  for (int at = 1; at <= 6; ++at) {
    Failing model;
    model.fails_at = at;
    EventStream<Failing, Chain> events(model, NoTokenizer{}, sampler, Tokens{1},
                                       {.max_new_tokens = 6});
    const auto read_all = [&] {
      while (events.next()) {
      }
    };
    CHECK_THROWS_AS(read_all(), std::runtime_error);
    read_all();
    CHECK(events.result()->tokens == whole.result()->tokens);
  }
}

TEST_CASE("A cancelled stream has no more events") {
  auto model = ToyModel::remembering(20);
  Events events(model, NoTokenizer{}, sampler, Tokens{1}, {.max_new_tokens = 4});
  events.next();
  events.cancel();
  CHECK(events.is_over());
  CHECK_FALSE(events.next());
  CHECK(events.result()->finish == FinishReason::cancelled);
  CHECK(events.result()->tokens.size() == 1);
}
