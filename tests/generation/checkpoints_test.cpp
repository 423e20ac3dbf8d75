#include <tamis/generation/checkpoints.hpp>
#include <tamis/policies/mirostat.hpp>

#include "catch.hpp"

using namespace tamis;

namespace {

struct Nothing {};

/// Three tokens of two bytes.
Checkpoints<Nothing> of_three(OutputText& text) {
  Checkpoints<Nothing> checkpoints;
  for (const char* bytes : {"ab", "cd", "ef"}) {
    checkpoints.add({text, {}, text.size()});
    text.push(bytes);
  }
  return checkpoints;
}

}  // namespace

TEST_CASE("A checkpoint is found by the byte that its token wrote") {
  OutputText text;
  auto checkpoints = of_three(text);
  CHECK(checkpoints.token_at(0) == 0);
  CHECK(checkpoints.token_at(3) == 1);
  CHECK(checkpoints.token_at(4) == 2);
  checkpoints.drop(1);
  CHECK(checkpoints.token_at(0) == 1);  // an earlier one cannot go back
  CHECK(checkpoints.before(2).text_size == 4);
  checkpoints.take_back(2);
  CHECK(checkpoints.last().text_size == 2);
}

TEST_CASE("What stands before something that may go may go as well, if it could have become banned") {
  const auto no_stops = [](std::size_t) { return std::size_t{0}; };
  OutputText text(StopStrings(), *BannedStrings::of({"efg", "cdx"}));
  const auto checkpoints = of_three(text);
  CHECK(checkpoints.first_that_may_go(3, text, true, no_stops) == 1);
  CHECK(checkpoints.first_that_may_go(3, text, false, [](std::size_t) { return std::size_t{2}; }) == 1);
}

TEST_CASE("A sampler that learns goes back to what it had learnt") {
  Mirostat sampler{3, 0.1f, 6};
  const detail::Learnt<Mirostat> before(sampler);
  sampler.mu = 1;
  before.restore(sampler);
  CHECK(sampler.mu == 6);
}
