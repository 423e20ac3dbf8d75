#include <tamis/generation/batch_request.hpp>

#include <tamis/policies/temperature.hpp>
#include <tamis/sampler.hpp>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("A request is a prompt and a sampler, and one continuation unless more are asked for") {
  const BatchRequest<Sampler<Temperature>> request{{1, 2}, Sampler{Temperature{1}}};
  CHECK(request.sequences == 1);
  CHECK(request.prompt.size() == 2);
  CHECK(request.options.max_new_tokens == GenerationOptions().max_new_tokens);
}
