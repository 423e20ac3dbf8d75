#include <cmath>
#include <tamis/generation/beam_pool.hpp>

#include "catch.hpp"

using namespace tamis;

static BeamHypothesis sequence(double sum, std::size_t tokens) {
  BeamHypothesis made;
  made.tokens.assign(tokens, 1);
  made.sum = sum;
  return made;
}

TEST_CASE("A pool keeps the best finished sequences by their score per length") {
  BeamPool pool({.num_beams = 2, .length_penalty = 2}, 10);
  pool.add(sequence(-8, 2));  // -2
  pool.add(sequence(-9, 3));  // -1
  CHECK(pool.is_full());
  pool.add(sequence(-4, 1));   // -4: too bad
  pool.add(sequence(-16, 4));  // -1: behind its equal
  REQUIRE(pool.finished().size() == 2);
  CHECK(pool.finished()[0].tokens.size() == 3);
  CHECK(pool.finished()[1].tokens.size() == 4);
  CHECK(pool.finished()[0].score == Approx(-1));
}

TEST_CASE("Early stopping says what a full pool needs: nothing, a guess, or certainty") {
  const auto over = [](EarlyStopping early, double best, std::size_t tokens, double penalty = 1) {
    BeamPool pool({.num_beams = 1, .length_penalty = penalty, .early_stopping = early}, 10);
    pool.judge(-1e9, 1);
    CHECK_FALSE(pool.is_over());  // not full
    pool.add(sequence(-2, 2));
    pool.judge(best, tokens);
    return pool.is_over();
  };
  CHECK(over(EarlyStopping::yes, -0.5, 2));
  CHECK_FALSE(over(EarlyStopping::no, -1.9, 2));  // -0.95 against -1
  CHECK(over(EarlyStopping::no, -2, 2));          // as good is not better
  CHECK(over(EarlyStopping::no, -3, 2));
  CHECK_FALSE(over(EarlyStopping::never, -3, 2));  // -0.3 at its longest
  CHECK(over(EarlyStopping::never, -10, 2));
  CHECK(over(EarlyStopping::never, -3, 2, 0));  // no score grows with the length
}

TEST_CASE("Patience is how many times the beams a pool holds") {
  BeamPool pool({.num_beams = 2, .early_stopping = EarlyStopping::yes, .patience = 1.5}, 10);
  pool.add(sequence(-1, 1));
  pool.add(sequence(-2, 1));
  pool.judge(0, 1);
  CHECK_FALSE(pool.is_over());
  pool.add(sequence(-3, 1));
  pool.judge(0, 1);
  CHECK(pool.is_over());
}
