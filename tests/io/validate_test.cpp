#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <tamis/io/validate.hpp>
#include <type_traits>

#include "catch.hpp"

using namespace tamis;

static constexpr double infinity = std::numeric_limits<double>::infinity();
static constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

static std::string fault_of(const std::function<void(GenerationConfig&)>& change) {
  GenerationConfig config;
  change(config);
  const auto valid = validate(config);
  return valid ? "" : valid.error().message;
}

TEST_CASE("A number out of its range is refused with its name, its value and the range") {
  CHECK(fault_of([](auto& c) { c.temperature = -1; }) ==
        "temperature is -1; it must be 0 or more (0 means greedy)");
  CHECK(fault_of([](auto& c) { c.top_p = 0; }) ==
        "top_p is 0; it must be more than 0 and at most 1 (1 keeps every token)");
  CHECK(fault_of([](auto& c) { c.top_p = 1.01; }) ==
        "top_p is 1.01; it must be more than 0 and at most 1 (1 keeps every token)");
  CHECK(fault_of([](auto& c) { c.top_k = -1; }) ==
        "top_k is -1; it must be 0 or more (0 keeps every token)");
  CHECK(fault_of([](auto& c) { c.repetition_penalty = 0; }) ==
        "repetition_penalty is 0; it must be more than 0 (1 is off)");
  CHECK(fault_of([](auto& c) { c.frequency_penalty = 3; }) ==
        "frequency_penalty is 3; it must be from -2 to 2 (0 is off)");
  CHECK(fault_of([](auto& c) { c.max_new_tokens = 0; }) ==
        "max_new_tokens is 0; it must be 1 or more");
}

TEST_CASE("NaN and infinity are refused for every number of a configuration") {
  for (const GenerationField& field : generation_fields) {
    for (const double value : {not_a_number, infinity, -infinity}) {
      GenerationConfig config;
      const bool is_number = visit_member(field, config, [&](auto& member) {
        using Member = std::remove_reference_t<decltype(member)>;
        constexpr bool yes =
            std::is_same_v<Member, double> || std::is_same_v<Member, std::optional<double>>;
        if constexpr (yes) member = value;
        return yes;
      });
      if (!is_number) continue;
      INFO(field.name << " = " << value);
      const auto valid = validate(config);
      REQUIRE_FALSE(valid);
      CHECK(valid.error().message.find(std::string(field.name) + " is ") == 0);
      CHECK(valid.error().message.find("finite") != std::string::npos);
    }
  }
}

TEST_CASE("A list is refused for the element that is wrong") {
  CHECK(fault_of([](auto& c) {
          c.eos_token_id = {2, -3};
        }) == "eos_token_id names the token -3; token ids are 0 or more");
  CHECK(fault_of([](auto& c) {
          c.stop_strings = {"a", ""};
        }) == "stop_strings holds an empty text; each text must have a character");
  CHECK(fault_of([](auto& c) {
          c.bad_words_ids = {{1}, {}};
        }) == "bad_words_ids holds an empty sequence; each sequence must have a token");
  CHECK(fault_of([](auto& c) {
          c.logit_bias = {{5, infinity}};
        }) == "a bias of logit_bias is inf; it must be a finite number");
  CHECK(fault_of([](auto& c) {
          c.sequence_bias = {{{-1}, 1.0}};
        }) == "sequence_bias names the token -1; token ids are 0 or more");
  CHECK(fault_of([](auto& c) {
          c.exponential_decay_length_penalty = LengthDecay{5, 0};
        }) == "the factor of exponential_decay_length_penalty is 0; it must be more than 0");
  CHECK(fault_of([](auto& c) { c.logit_bias = {{5, -infinity}}; }) == "");  // a ban
}

TEST_CASE("Values that contradict each other are refused") {
  CHECK(fault_of([](auto& c) {
          c.min_new_tokens = 50;
          c.max_new_tokens = 20;
        }) == "min_new_tokens is 50, but max_new_tokens is only 20");
  CHECK(fault_of([](auto& c) {
          c.min_length = 50;
          c.max_length = 20;
        }) == "min_length is 50, but max_length is only 20");
  CHECK(fault_of([](auto& c) {
          c.strategy = Strategy::greedy;
          c.do_sample = true;
        }) == "strategy is greedy, but do_sample is true; leave one of them out");
  CHECK(fault_of([](auto& c) {
          c.strategy = Strategy::top_k;
          c.do_sample = false;
        }) ==
        "strategy is top_k, which draws at random, but do_sample is false; leave one of them out");
  CHECK(fault_of([](auto& c) {
          c.strategy = Strategy::top_p;
          c.num_beams = 2;
        }) == "strategy is top_p, but num_beams is 2; leave one of them out");
  CHECK(fault_of([](auto& c) {
          c.num_beams = 2;
          c.num_return_sequences = 3;
        }).find("num_return_sequences is 3, but a beam search returns no more") == 0);
  CHECK(fault_of([](auto& c) {
          c.temperature = 0;
          c.num_return_sequences = 3;
        }).find("num_return_sequences is 3, but greedy decoding gives the same text") == 0);
  CHECK(fault_of([](auto& c) {
          c.num_beams = 4;
          c.num_beam_groups = 3;
        }) == "num_beam_groups is 3; it must divide num_beams, which is 4");
  CHECK(fault_of([](auto& c) {
          c.num_beams = 4;
          c.mirostat = 2;
        }).find("mirostat is 2 and num_beams is 4") == 0);
}
