#include <cmath>
#include <limits>
#include <string>
#include <tamis/io/anthropic.hpp>
#include <tamis/io/generation_config_json.hpp>
#include <tamis/io/hugging_face.hpp>
#include <tamis/io/llama_cpp_options.hpp>
#include <tamis/io/openai.hpp>
#include <type_traits>
#include <utility>
#include <vector>

#include "catch.hpp"

using namespace tamis;

namespace {

/// A way to write a configuration, and what reads it.
struct Format {
  Dialect dialect;
  Result<GenerationConfig> (*read)(std::string_view);
  std::string around;  ///< what else must be there
};

std::vector<Format> formats() {
  return {
      {own_dialect, [](std::string_view text) { return generation_config_from_json(text); }, ""},
      {hugging_face_dialect, from_hugging_face, ""},
      {detail::openai_dialect(OpenAiRequest::chat), from_openai,
       R"("messages": [], "logprobs": true, )"},
      {detail::openai_dialect(OpenAiRequest::completion), from_openai, R"("prompt": "x", )"},
      {detail::anthropic_dialect, from_anthropic, R"("max_tokens": 9, )"},
      {detail::llama_cpp_dialect, from_llama_cpp, ""},
  };
}

/// The sentence with which a format refuses one key; nothing if it takes it.
std::string sentence(const Format& format, std::string_view key, const std::string& value) {
  const std::string around =
      format.around.find('"' + std::string(key) + '"') == std::string::npos ? format.around : "";
  const auto config = format.read("{" + around + "\"" + std::string(key) + "\": " + value + "}");
  return config ? "" : config.error().message;
}

/// Every key of a format that stands for a parameter.
std::vector<std::pair<std::string_view, const GenerationField*>> keys_of(const Dialect& dialect) {
  std::vector<std::pair<std::string_view, const GenerationField*>> keys;
  for (const Spelling& spelling : dialect.spellings)
    keys.emplace_back(spelling.theirs, field_named(spelling.ours));
  if (dialect.our_names)
    for (const GenerationField& field : generation_fields) keys.emplace_back(field.name, &field);
  return keys;
}

/// The range that a format has for a key.
ValueRange range_of(const Dialect& dialect, std::string_view key, const GenerationField& field) {
  const Spelling* spelling = dialect.spelling_of(key);
  if (!spelling || !spelling->range.is_bounded()) return field.range;
  ValueRange range = spelling->range;
  range.remark = field.range.remark;
  return range;
}

/// The type of a member without its optional.
template <class T>
struct Plain {
  using type = T;
};
template <class T>
struct Plain<std::optional<T>> {
  using type = T;
};

/// Calls `see(value of the type)` of a field.
void with_type(const GenerationField& field, auto&& see) {
  std::visit([&]<class T>(T GenerationConfig::*) { see(typename Plain<T>::type{}); }, field.member);
}

/// llama.cpp switches off by values beyond the range, and -1 is none of a token, a seed, a window.
bool means_nothing(const Format& format, const GenerationField& field, double value) {
  const bool none =
      field.name == "seed" || field.name.ends_with("_token_id") || field.name.ends_with("_last_n");
  if (value == -1 && none) return true;
  if (format.read != from_llama_cpp) return false;
  for (const std::string_view name :
       {"temperature", "top_k", "min_p", "top_n_sigma", "xtc_probability", "dynatemp_range",
        "max_new_tokens", "adaptive_target"})
    if (field.name == name && value < 0) return true;
  return (field.name == "top_p" || field.name == "typical_p") && value > 1;
}

/// Checks that the sentence names the key, then the value, then what would be right, and is one
/// sentence.
void check(const std::string& said, std::string_view key, const std::string& value,
           const std::string& right) {
  CAPTURE(key, value, said);
  CHECK(said == std::string(key) + " is " + value + "; it must be " + right);
}

}  // namespace

TEST_CASE(
    "Every number in every format is refused below, above and beyond its range with key, value and "
    "range") {
  int refused = 0;
  for (const Format& format : formats()) {
    for (const auto& [key, field] : keys_of(format.dialect)) {
      const ValueRange range = range_of(format.dialect, key, *field);
      with_type(*field, [&, key = key, field = field](auto type) {
        using T = decltype(type);
        if constexpr (!std::is_same_v<T, double> && !std::is_same_v<T, int>) return;
        const auto reject = [&](double value, const ValueRange& stated) {
          if (means_nothing(format, *field, value)) return;
          check(sentence(format, key, detail::number_text(value)), key, detail::number_text(value),
                words_of(stated));
          ++refused;
        };
        const double step = std::is_same_v<T, int> ? 1 : 0.25;
        if (std::isfinite(range.least)) {
          reject(range.open_least ? range.least : range.least - step, range);
          reject(range.least - 1000, range);
        }
        if (std::isfinite(range.greatest)) {
          reject(range.open_greatest ? range.greatest : range.greatest + step, range);
          reject(range.greatest + 1000, range);
        }
        if constexpr (std::is_same_v<T, int>) {  // what does not fit is as much out of range
          ValueRange of_int = range;
          of_int.least = std::max<double>(range.least, std::numeric_limits<int>::min());
          of_int.greatest = std::min<double>(range.greatest, std::numeric_limits<int>::max());
          for (const double value : {3e9, 1e30, -3e9, -1e30}) reject(value, of_int);
        }
      });
    }
  }
  CHECK(refused > 400);
}

TEST_CASE(
    "Every parameter in every format is refused for a value of the wrong type with key, value and "
    "what is right") {
  int refused = 0;
  for (const Format& format : formats()) {
    for (const auto& [key, field] : keys_of(format.dialect)) {
      const ValueRange range = range_of(format.dialect, key, *field);
      const std::string in_range = range.is_bounded() ? ", " + words_of(range) : "";
      std::string right;
      std::vector<std::string> wrong = {R"({"a":1})", R"([["x"]])"};
      with_type(*field, [&](auto type) {
        using T = decltype(type);
        const std::string ids = "token ids from 0 to 2147483647";
        if constexpr (std::is_same_v<T, bool>)
          right = "true or false", wrong.push_back("1");
        else if constexpr (std::is_same_v<T, double>)
          right = "a number" + in_range;
        else if constexpr (std::is_same_v<T, int>)
          right = "a whole number" + in_range, wrong.push_back("2.5");
        else if constexpr (std::is_same_v<T, std::uint64_t>)
          right = "a whole number from 0 to 18446744073709551615",
          wrong.insert(wrong.end(), {"2.5", "-7"});
        else if constexpr (std::is_same_v<T, std::string>)
          right = "a text", wrong.push_back("7");
        else if constexpr (std::is_enum_v<T>) {
          right = "one of ";
          for (const auto name : names_of(T()))
            right += (right.back() == ' ' ? "" : ", ") + std::string(name);
          wrong.insert(wrong.end(), {R"("frobnicate")", "7"});
        } else if constexpr (std::is_same_v<T, std::vector<std::string>>)
          right = "a text or a list of texts", wrong.insert(wrong.end(), {"7", "[7]"});
        else if constexpr (std::is_same_v<T, std::vector<TokenId>>)
          right = "a token id from 0 to 2147483647, or a list of them",
          wrong.insert(wrong.end(), {"2.5", R"(["x"])", "3000000000", "[5,3000000000]"});
        else if constexpr (std::is_same_v<T, std::vector<std::vector<TokenId>>>)
          right = "a list of lists of " + ids + ", as in [[5], [7, 9]]",
          wrong.insert(wrong.end(), {"7", "[7]", "[[3000000000]]"});
        else if constexpr (std::is_same_v<T, std::vector<TokenBias>>)
          right = ids + R"( with what is added to them, as in {"50": -100} or [[50, -100]])",
          wrong.insert(wrong.end(), {"7", "[7]", R"({"5":"x"})", R"({"3000000000":1})"});
        else if constexpr (std::is_same_v<T, std::vector<SequenceBias>>)
          right = "a list of [[" + ids + "], bias], as in [[[5, 7], -2.5]]",
          wrong.insert(wrong.end(), {"7", "[7]", R"([[[5],"x"]])", "[[[3000000000],1]]"});
        else if constexpr (std::is_same_v<T, LengthDecay>)
          right = "[start, factor], a whole number and a number, as in [20, 1.05]",
          wrong.insert(wrong.end(), {"7", "[7]", "[20,1,1]", "[2.5,1]"});
        if constexpr (std::is_arithmetic_v<T>)
          wrong.insert(wrong.end(), {R"("x")", R"("NaN")", "[1]"});
        if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) wrong.push_back("true");
      });
      for (const std::string& value : wrong) {
        check(sentence(format, key, value), key, value, right);
        ++refused;
      }
    }
  }
  CHECK(refused > 800);
}

TEST_CASE("What is wrong inside of a list is refused with key, value and range") {
  const Format own = formats()[0];
  for (const GenerationField& field : generation_fields) {
    const std::string name(field.name);
    with_type(field, [&](auto type) {
      using T = decltype(type);
      CAPTURE(name);
      if constexpr (std::is_same_v<T, std::vector<TokenId>>)
        CHECK(sentence(own, name, "[5, -7]") ==
              name + " names the token -7; token ids are 0 or more");
      if constexpr (std::is_same_v<T, std::vector<std::vector<TokenId>>>)
        CHECK(sentence(own, name, "[[5, -7]]") ==
              name + " names the token -7; token ids are 0 or more");
      if constexpr (std::is_same_v<T, std::vector<SequenceBias>>)
        CHECK(sentence(own, name, "[[[-7], 1]]") ==
              name + " names the token -7; token ids are 0 or more");
      if constexpr (std::is_same_v<T, std::vector<std::string>>)
        CHECK(sentence(own, name, R"(["a", ""])") ==
              name + " holds an empty text; each text must have a character");
      if constexpr (std::is_same_v<T, LengthDecay>) {
        CHECK(sentence(own, name, "[-1, 1]") ==
              "the start of " + name + " is -1; it must be 0 or more");
        CHECK(sentence(own, name, "[1, 0]") ==
              "the factor of " + name + " is 0; it must be more than 0");
      }
    });
  }
  for (const Format& format : formats()) {
    if (!format.dialect.field_of("logit_bias") || format.read != from_openai) continue;
    CHECK(sentence(format, "logit_bias", R"({"5": -101})") ==
          "a bias of logit_bias is -101; it must be from -100 to 100");
  }
}

TEST_CASE("NaN, infinity and a number beyond a double are no JSON, and the place is named") {
  for (const Format& format : formats()) {
    for (const auto& [key, field] : keys_of(format.dialect)) {
      for (const char* value : {"NaN", "Infinity", "-Infinity", "1e400"}) {
        const std::string said = sentence(format, key, value);
        CAPTURE(key, value, said);
        CHECK(said.find("is not proper JSON at line 1, column ") != std::string::npos);
      }
    }
  }
}

TEST_CASE(
    "A key with two letters changed places is refused in every format with the key that was "
    "meant") {
  for (const Format& format : formats()) {
    for (const auto& [key, field] : keys_of(format.dialect)) {
      std::string wrong(key);
      if (wrong.size() < 4) continue;  // of "n" nothing is near
      std::swap(wrong[wrong.size() - 2], wrong[wrong.size() - 3]);
      if (wrong == key) std::swap(wrong[0], wrong[1]);
      const std::string said = sentence(format, wrong, "1");
      CAPTURE(key, said);
      CHECK(said.find("unknown key '" + wrong + "' in " + std::string(format.dialect.object)) == 0);
      CHECK(said.find("did you mean '" + std::string(key) + "'?") != std::string::npos);
    }
  }
}
