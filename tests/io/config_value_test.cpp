#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <tamis/io/config_value.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;

/// Reads JSON into a T; the fault, or "" and the value in `to`.
template <class T>
static std::string read(const std::string& text, T& to, ValueRange range = {}) {
  const nlohmann::json json = nlohmann::json::parse(text);
  return detail::ConfigValue{"x", json, range}(to).value_or("");
}

TEST_CASE("A whole number may be written with a point, but not with a fraction") {
  int value = 0;
  CHECK(read("50", value) == "");
  CHECK(value == 50);
  CHECK(read("60.0", value) == "");
  CHECK(value == 60);
  CHECK(read("50.5", value, at_least(0)) == "x is 50.5; it must be a whole number, 0 or more");
  CHECK(read("\"50\"", value) == R"(x is "50"; it must be a whole number)");
  CHECK(read("true", value) == "x is true; it must be a whole number");
}

TEST_CASE("A whole number that does not fit is refused with the greatest that does") {
  int value = 7;
  CHECK(read("99999999999", value, at_least(0)) ==
        "x is 99999999999; it must be from 0 to 2147483647");
  CHECK(read("18446744073709551615", value, at_least(0)).find("it must be from 0 to 2147483647") !=
        std::string::npos);
  CHECK(read("1e300", value, at_least(0)) == "x is 1e+300; it must be from 0 to 2147483647");
  CHECK(value == 7);
}

TEST_CASE("A seed has 64 bits") {
  std::uint64_t seed = 0;
  CHECK(read("18446744073709551615", seed) == "");
  CHECK(seed == std::numeric_limits<std::uint64_t>::max());
  CHECK(read("-2", seed) == "x is -2; it must be a whole number from 0 to 18446744073709551615");
  CHECK(read("1.5", seed).find("it must be a whole number from 0") != std::string::npos);
}

TEST_CASE("A truth is true or false, not a number or a word") {
  bool truth = false;
  CHECK(read("true", truth) == "");
  CHECK(truth);
  CHECK(read("1", truth) == "x is 1; it must be true or false");
  CHECK(read("\"true\"", truth) == R"(x is "true"; it must be true or false)");
}

TEST_CASE("A name out of a list is refused with the list") {
  Strategy strategy = Strategy::greedy;
  CHECK(read("\"beam_search\"", strategy) == "");
  CHECK(strategy == Strategy::beam_search);
  CHECK(read("\"beam\"", strategy) ==
        R"(x is "beam"; it must be one of greedy, top_k, top_p, beam_search)");
  EarlyStopping stopping = EarlyStopping::no;
  CHECK(read("true", stopping) == "");
  CHECK(stopping == EarlyStopping::yes);
  CHECK(read("\"never\"", stopping) == "");
  CHECK(stopping == EarlyStopping::never);
  CHECK(read("1", stopping) == "x is 1; it must be one of false, true, never");
}

TEST_CASE("A list of texts or of tokens may be a single one") {
  std::vector<std::string> texts;
  CHECK(read(R"("END")", texts) == "");
  CHECK(texts == std::vector<std::string>{"END"});
  CHECK(read(R"(["a", "b"])", texts) == "");
  CHECK(texts == std::vector<std::string>{"a", "b"});
  CHECK(read("[1]", texts) == "x is [1]; it must be a text or a list of texts");
  std::vector<TokenId> ids;
  CHECK(read("2", ids) == "");
  CHECK(ids == std::vector<TokenId>{2});
  CHECK(read(R"([1, "b"])", ids) ==
        R"(x is [1,"b"]; it must be a token id from 0 to 2147483647, or a list of them)");
}

TEST_CASE("Biases are read as OpenAI and as llama.cpp write them, false being a ban") {
  std::vector<TokenBias> biases;
  CHECK(read(R"({"50": -100, "7": 1.5})", biases) == "");
  CHECK(biases == std::vector<TokenBias>{{50, -100}, {7, 1.5}});
  CHECK(read("[[50, -100], [7, false]]", biases) == "");
  CHECK(biases ==
        std::vector<TokenBias>{{50, -100}, {7, -std::numeric_limits<double>::infinity()}});
  for (const char* wrong :
       {"3", R"({"a": 1})", R"({"5x": 1})", "[[1]]", "[[1, true]]", R"([["a", 1]])", "[5]"}) {
    INFO(wrong);
    CHECK(read(wrong, biases).find("it must be token ids from 0 to 2147483647 with what is added to them") !=
          std::string::npos);
  }
}

TEST_CASE("Sequences are read with their biases") {
  std::vector<SequenceBias> biases;
  CHECK(read("[[[5, 7], -2.5]]", biases) == "");
  CHECK(biases == std::vector<SequenceBias>{{{5, 7}, -2.5}});
  CHECK(read("[[5, -2.5]]", biases).find("it must be a list of [[token ids from 0 to 2147483647], bias]") !=
        std::string::npos);
  std::vector<std::vector<TokenId>> words;
  CHECK(read("[[5], [7, 9]]", words) == "");
  CHECK(words == std::vector<std::vector<TokenId>>{{5}, {7, 9}});
  CHECK(read("[5]", words).find("it must be a list of lists of token ids") != std::string::npos);
  std::optional<LengthDecay> decay;
  CHECK(read("[20, 1.05]", decay) == "");
  CHECK(decay == LengthDecay{20, 1.05});
  CHECK(read("[20]", decay).find("it must be [start, factor]") != std::string::npos);
}

TEST_CASE("What is written reads back the same") {
  const std::vector<TokenBias> biases = {{50, -100}, {7, -std::numeric_limits<double>::infinity()}};
  std::vector<TokenBias> again;
  CHECK(read(detail::JsonOf()(biases).dump(), again) == "");
  CHECK(again == biases);
  EarlyStopping stopping = EarlyStopping::no;
  CHECK(read(detail::JsonOf()(EarlyStopping::yes).dump(), stopping) == "");
  CHECK(stopping == EarlyStopping::yes);
  CHECK(detail::JsonOf()(std::optional<int>()).is_null());
}
