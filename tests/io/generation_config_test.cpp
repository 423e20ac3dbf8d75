#include <tamis/io/generation_config.hpp>

#include "catch.hpp"

using namespace tamis;

TEST_CASE(
    "A configuration that says nothing samples among the 50 likeliest, and 95 % of their mass") {
  const GenerationConfig config = resolved({});
  CHECK(config.do_sample == true);
  CHECK(config.temperature == 1);
  CHECK(config.top_k == 50);
  CHECK(config.top_p == 0.95);
  CHECK(config.repetition_penalty == 1);
}

TEST_CASE("A temperature of 0 is greedy whatever else is said") {
  GenerationConfig config;
  config.temperature = 0;
  CHECK(resolved(config).do_sample == false);
  config.do_sample = true;
  CHECK(resolved(config).do_sample == false);
}

TEST_CASE("Several beams search without drawing unless drawing is asked for") {
  GenerationConfig config;
  config.num_beams = 4;
  CHECK(resolved(config).do_sample == false);
  config.do_sample = true;
  CHECK(resolved(config).do_sample == true);
}

TEST_CASE("Each strategy sets what its name says") {
  GenerationConfig config;
  config.top_k = 40;
  config.top_p = 0.9;

  config.strategy = Strategy::greedy;
  CHECK(resolved(config).do_sample == false);
  CHECK(resolved(config).num_beams == 1);

  config.strategy = Strategy::top_k;
  CHECK(resolved(config).do_sample == true);
  CHECK(resolved(config).top_k == 40);
  CHECK(resolved(config).top_p == 1);

  config.strategy = Strategy::top_p;
  CHECK(resolved(config).do_sample == true);
  CHECK(resolved(config).top_k == 0);
  CHECK(resolved(config).top_p == 0.9);

  config.strategy = Strategy::beam_search;
  CHECK(resolved(config).do_sample == false);
  CHECK(resolved(config).num_beams == default_num_beams);
  config.num_beams = 7;
  CHECK(resolved(config).num_beams == 7);
  CHECK_FALSE(resolved(config).strategy);
}

TEST_CASE("What is resolved stays as it is when it is resolved again") {
  for (const Strategy strategy :
       {Strategy::greedy, Strategy::top_k, Strategy::top_p, Strategy::beam_search}) {
    GenerationConfig config;
    config.strategy = strategy;
    CHECK(resolved(resolved(config)) == resolved(config));
  }
}

TEST_CASE("max_length counts the prompt, and max_new_tokens goes before it") {
  GenerationConfig config;
  CHECK(*new_token_limit(config, 10) == default_max_new_tokens);
  config.max_length = 50;
  CHECK(*new_token_limit(config, 10) == 40);
  CHECK_FALSE(new_token_limit(config, 50));
  CHECK(new_token_limit(config, 60).error().message ==
        "max_length is 50, prompt included, but the prompt has 60 tokens; raise it, or set "
        "max_new_tokens instead");
  config.max_new_tokens = 5;
  CHECK(*new_token_limit(config, 60) == 5);
}

TEST_CASE("The least number of new tokens follows from min_new_tokens and from min_length") {
  GenerationConfig config;
  CHECK(least_new_tokens(config, 10) == 0);
  config.min_length = 30;
  CHECK(least_new_tokens(config, 10) == 20);
  CHECK(least_new_tokens(config, 40) == 0);
  config.min_new_tokens = 25;
  CHECK(least_new_tokens(config, 10) == 25);
}
