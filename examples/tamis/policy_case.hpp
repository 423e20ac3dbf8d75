#pragma once

/// \file policy_case.hpp
/// A line of a file of policy cases: see tests/golden/README.md.

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <tamis/core/result.hpp>
#include <tamis/core/types.hpp>
#include <tamis/io/json_text.hpp>
#include <vector>

namespace command {

/// What a pipeline should make of a row of logits after a history.
struct PolicyCase {
  std::string id;           ///< "?" if the line has none
  nlohmann::json pipeline;  ///< null if the line has none
  std::vector<tamis::TokenId> prompt, generated;
  std::vector<float> logits;     ///< [V], V at least 1
  std::vector<double> expected;  ///< [V]

  /// The case of a line of JSON; an error says what is wrong with it.
  static tamis::Result<PolicyCase> read(std::string_view text) {
    const auto line = tamis::parse_json(
        text, "the line", R"(an object with "pipeline", "logits" and "expected_logits")");
    if (!line) return line.error();
    if (!line->is_object()) return tamis::Error{"the line is not a JSON object"};
    PolicyCase made;
    made.id =
        line->contains("id") && (*line)["id"].is_string() ? (*line)["id"].get<std::string>() : "?";
    made.pipeline = line->value("pipeline", nlohmann::json());
    const auto logits = logits_of(*line, "logits");
    if (!logits) return logits.error();
    auto expected = logits_of(*line, "expected_logits");
    if (!expected) return expected.error();
    if (logits->empty()) return tamis::Error{"\"logits\" is empty"};
    auto prompt = ids_of(*line, "prompt", logits->size());
    if (!prompt) return prompt.error();
    auto generated = ids_of(*line, "generated", logits->size());
    if (!generated) return generated.error();
    if (logits->size() != expected->size())
      return tamis::Error{"\"logits\" and \"expected_logits\" differ in length"};
    made.logits.assign(logits->begin(), logits->end());
    made.prompt = *std::move(prompt);
    made.generated = *std::move(generated);
    made.expected = *std::move(expected);
    return made;
  }

 private:
  static tamis::Result<std::vector<double>> logits_of(const nlohmann::json& line, const char* key) {
    const auto found = line.find(key);
    if (found == line.end() || !found->is_array())
      return tamis::Error{"it has no list \"" + std::string(key) + "\""};
    std::vector<double> z;
    for (const nlohmann::json& x : *found) {
      if (!x.is_number() && !x.is_null())
        return tamis::Error{"\"" + std::string(key) + "\" holds " + tamis::detail::quoted(x) +
                            ", not a number or null"};
      z.push_back(x.is_null() ? -HUGE_VAL : x.get<double>());
    }
    return z;
  }

  static tamis::Result<std::vector<tamis::TokenId>> ids_of(const nlohmann::json& line,
                                                           const char* key,
                                                           std::size_t vocab_size) {
    std::vector<tamis::TokenId> ids;
    const auto found = line.find(key);
    if (found == line.end()) return ids;
    if (!found->is_array())
      return tamis::Error{"\"" + std::string(key) + "\" is not a list of token ids"};
    for (const nlohmann::json& x : *found) {
      if (!x.is_number_unsigned() || x.get<std::uint64_t>() >= vocab_size) {
        return tamis::Error{"\"" + std::string(key) + "\" holds " + tamis::detail::quoted(x) +
                            "; the token ids are 0 to " + std::to_string(vocab_size - 1)};
      }
      ids.push_back(x.get<tamis::TokenId>());
    }
    return ids;
  }
};

}  // namespace command
