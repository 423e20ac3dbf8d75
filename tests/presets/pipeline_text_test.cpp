#include <tamis/presets/pipeline_text.hpp>

#include "catch.hpp"

using namespace tamis;

static std::string refusal_of(const std::string& text) {
  const auto pipeline = pipeline_from_text(text, 100);
  REQUIRE_FALSE(pipeline);
  return pipeline.error().message;
}

TEST_CASE("A pipeline's text is a list of steps, or the keys of a configuration") {
  const auto steps = pipeline_from_text(R"([{"type": "top_k", "k": 5}, {"type": "greedy"}])", 100);
  REQUIRE(steps);
  REQUIRE(steps->steps().size() == 2);
  CHECK(steps->steps()[1].type == "greedy");
  const auto keys =
      pipeline_from_text(R"({"order": "llama_cpp", "temperature": 0.8, "top_k": 5})", 100);
  REQUIRE(keys);
  REQUIRE(keys->steps().size() == 2);
  CHECK(keys->steps()[0].type == "top_k");
  REQUIRE(pipeline_from_text("[]", 100));
  REQUIRE(pipeline_from_text("{}", 100));
  CHECK(pipeline_from_text("{}", 100)->steps().empty());
}

TEST_CASE("A pipeline's text that is wrong is refused by a sentence") {
  CHECK(
      refusal_of(" ") ==
      R"(the pipeline is empty; it must be a list of steps, as in [{"type": "top_k", "k": 50}], or an object)");
  CHECK(refusal_of("[{").find("the pipeline is not proper JSON at line 1, column 3") == 0);
  CHECK(refusal_of("5").find("a pipeline is a list of steps such as") == 0);
  CHECK(refusal_of(R"([{"type": "top_kk"}])").find("did you mean 'top_k'?") != std::string::npos);
  CHECK(refusal_of(R"({"top_kk": 5})").find("did you mean 'top_k'?") != std::string::npos);
  CHECK(refusal_of(R"({"top_k": -5})").find("top_k is -5; it must be") == 0);
  CHECK(refusal_of(R"({"num_beams": 3})").find("num_beams is 3") == 0);
}
