#pragma once

/// \file guide_text.hpp
/// What a text must be: a schema, a pattern, a grammar or a list of choices, as options say it or
/// as a line of a file of requests does.

#include <nlohmann/json.hpp>
#include <string>
#include <tamis/core/result.hpp>
#include <vector>

namespace command {

/// What a text must be, all of it here.
struct GuideText {
  enum class Kind { none, json_schema, json_value, regex, grammar, choice };

  Kind kind = Kind::none;
  std::string text = {};  ///< of the schema, the pattern or the grammar
  std::vector<std::string> choices = {};
  bool is_lark = false, lenient = false, compact = false, plain_formats = false;

  bool is_given() const { return kind != Kind::none; }

  /// Tells it from every other.
  std::string name() const;

  /// What the keys json_schema, json_value, regex, grammar or choice of a request say, which are
  /// taken out of it; `otherwise`, if none of them is there.
  static tamis::Result<GuideText> take_from(nlohmann::json& request, const GuideText& otherwise);
};

}  // namespace command
