#include <tamis/io/config_writer.hpp>

#include "catch.hpp"

using namespace tamis;

static constexpr Spelling keys[] = {{"max", "max_new_tokens"},
                                    {"max_too", "max_new_tokens"},
                                    {"temperature", "temperature", from_to(0, 2)}};
static constexpr Dialect dialect = {"the test", keys, false, {}, {}};

TEST_CASE("Only what differs from their defaults is written, under the first of their names") {
  GenerationConfig config = neutral_config();
  CHECK(write_config(config, dialect, neutral_config())->dump() == "{}");
  config.max_new_tokens = 7;
  CHECK(write_config(config, dialect, neutral_config())->dump() == R"({"max":7})");
  GenerationConfig theirs = neutral_config();
  theirs.temperature = 0.5;
  CHECK(write_config(config, dialect, theirs)->dump() == R"({"max":7,"temperature":1.0})");
}

TEST_CASE("What they have no key for is refused, with the value that needs none") {
  GenerationConfig config = neutral_config();
  config.top_k = 50;
  CHECK(write_config(config, dialect, neutral_config()).error().message ==
        "top_k is 50, for which the test has no key; set it to 0");
  config = neutral_config();
  config.stop_strings = {"END"};
  CHECK(write_config(config, dialect, neutral_config()).error().message ==
        R"(stop_strings is ["END"], for which the test has no key; leave it out)");
}

TEST_CASE("What they do not allow is refused with their range") {
  GenerationConfig config = neutral_config();
  config.temperature = 3;
  CHECK(write_config(config, dialect, neutral_config()).error().message ==
        "temperature is 3; it must be from 0 to 2 in the test");
}

TEST_CASE("Greedy decoding needs no key for the shape of the distribution") {
  GenerationConfig config = neutral_config();
  config.top_k = 50;
  config.temperature = 0;
  CHECK(write_config(config, dialect, neutral_config())->dump() == R"({"temperature":0.0})");
}
