#include <algorithm>
#include <limits>
#include <random>
#include <tamis/generation/beam_candidates.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("The best candidates are those of a stable sort, ties by beam and then by token") {
  std::mt19937 random(3);
  for (const std::size_t count : {1u, 2u, 8u, 200u}) {
    std::vector<BeamCandidates::Candidate> all;
    for (std::size_t beam = 0; beam < 3; ++beam)
      for (TokenId id = 0; id < 40; ++id) {
        const double key = -static_cast<double>(random() % 12);
        all.push_back({beam, id, key, key - 1, key});
      }
    BeamCandidates best(count);
    for (const auto& one : all) {
      const bool stays = one.key > best.least();
      const std::size_t before = best.best().size();
      best.offer(one);
      CHECK(best.best().size() == std::min(count, before + 1));
      CHECK(std::ranges::any_of(best.best(), [&](const auto& c) {
              return c.beam == one.beam && c.token == one.token;
            }) == stays);
    }
    std::ranges::stable_sort(all, [](const auto& a, const auto& b) { return a.key > b.key; });
    all.resize(std::min(count, all.size()));
    REQUIRE(best.best().size() == all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      CHECK(best.best()[i].beam == all[i].beam);
      CHECK(best.best()[i].token == all[i].token);
      CHECK(best.best()[i].score == all[i].score);
    }
  }
}

TEST_CASE("With no place there is no candidate") {
  BeamCandidates none(0);
  none.offer({0, 1, 0, 0, 0});
  CHECK(none.best().empty());
}
