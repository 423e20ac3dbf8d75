#include <tamis/generation/generate.hpp>
#include <tamis/generation/sequence_seed.hpp>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/policies/top_p.hpp>
#include <tamis/testing/toy_model.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;
using Tokens = std::vector<TokenId>;

// docs/determinism.md promises that a patch version draws no other token. The tokens below were
// drawn when the promise was made. Where this test fails, the change breaks it: mark it (!) in the
// changelog, say why, and record the tokens anew.

TEST_CASE("What a seed writes is recorded: another text is a breaking change") {
  auto model = testing::ToyModel::remembering(1000);
  const Sampler sampler{RepetitionPenalty{1.1f}, Temperature{0.8f}, TopK{50}, TopP{0.95f}};
  const auto written = [&](std::uint64_t seed) {
    const auto text = generate(model, NoTokenizer{}, sampler, Tokens{1, 2, 3},
                               {.max_new_tokens = 12, .seed = seed});
    return text ? text->tokens : Tokens();
  };
  CHECK(written(0) == Tokens{467, 745, 976, 995, 6, 225, 139, 673, 16, 574, 155, 744});
  CHECK(written(1) == Tokens{454, 657, 673, 308, 366, 335, 769, 652, 603, 300, 135, 143});
  CHECK(written(20261123) == Tokens{399, 995, 737, 929, 330, 985, 926, 602, 747, 614, 781, 836});
  CHECK(written(sequence_seed(1, 2)) == Tokens{242, 992, 253, 281, 994, 720, 762, 229, 160, 241,
                                               773, 609});  // the third of several continuations
}
