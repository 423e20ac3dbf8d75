#include "guide_text.hpp"

#include <utility>

namespace command {

using nlohmann::json;
using tamis::Error;
using tamis::Result;

namespace {

Error wrong(const std::string& key, const json& value, const std::string& expected) {
  return Error{key + " is " + value.dump(-1, ' ', false, json::error_handler_t::replace) +
               "; it must be " + expected};
}

}  // namespace

std::string GuideText::name() const {
  std::string name(1, static_cast<char>('0' + static_cast<int>(kind)));
  for (const bool flag : {is_lark, lenient, compact, plain_formats}) name += flag ? '1' : '0';
  name += text;
  for (const std::string& choice : choices)
    name += '/' + std::to_string(choice.size()) + ':' + choice;
  return name;
}

Result<GuideText> GuideText::take_from(json& request, const GuideText& otherwise) {
  constexpr std::pair<const char*, Kind> keys[] = {{"json_schema", Kind::json_schema},
                                                   {"json_value", Kind::json_value},
                                                   {"regex", Kind::regex},
                                                   {"grammar", Kind::grammar},
                                                   {"choice", Kind::choice}};
  GuideText guide;
  guide.lenient = otherwise.lenient;
  guide.compact = otherwise.compact;
  guide.plain_formats = otherwise.plain_formats;
  std::string first;
  for (const auto& [key, kind] : keys) {
    if (!request.contains(key)) continue;
    const json value = std::move(request[key]);
    request.erase(key);
    if (value.is_null()) continue;
    if (!first.empty())
      return Error{first + " and " + key +
                   " each say what the whole text is; give one of them in a request"};
    first = key;
    guide.kind = kind;
    if (kind == Kind::choice) {
      for (const json& one : value.is_array() ? value : json::array({value})) {
        if (!one.is_string()) return wrong(key, value, "a list of texts");
        guide.choices.push_back(one);
      }
    } else if (kind == Kind::json_value) {
      if (!value.is_boolean()) return wrong(key, value, "true or false");
      if (value == false) guide.kind = Kind::none;
    } else if (value.is_string()) {
      guide.text = value;
    } else if (kind == Kind::json_schema && (value.is_object() || value.is_boolean())) {
      guide.text = value.dump(-1, ' ', false, json::error_handler_t::replace);
    } else {
      return wrong(key, value,
                   kind == Kind::json_schema ? "a schema, as JSON or as a text" : "a text");
    }
  }
  return first.empty() ? otherwise : guide;
}

}  // namespace command
